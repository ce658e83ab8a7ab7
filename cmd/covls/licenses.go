package main

import (
	"bufio"
	_ "embed"
	"fmt"
	"runtime"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
)

// notices is what internal/licences makes: a table, an empty line, and the texts. The versions of covls and
// of Go are left open in the table.
//
//go:embed notices.txt
var notices string

func newLicenses(io *streams) *cobra.Command {
	var list bool
	c := &cobra.Command{
		Use:     "licenses",
		Aliases: []string{"licences"},
		Short:   "Print the licences of covls and of what it is made of",
		Long: `Print the notices of covls and of everything that the program holds: each module
with its version and its licence, then the texts of the licences with the holders
of the copyright. With --list the texts are left out.`,
		Example: `  covls licenses --list
  covls licenses > THIRD-PARTY-NOTICES.txt`,
		Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			table, texts, _ := strings.Cut(notices, "\n\n")
			w := bufio.NewWriter(io.out)
			t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
			for row := range strings.Lines(table + "\n") {
				name, rest, _ := strings.Cut(row, "\t")
				switch name {
				case "covls":
					rest = version() + rest
				case "Go":
					rest = strings.TrimPrefix(runtime.Version(), "go") + rest
				}
				fmt.Fprint(t, name, "\t", rest)
			}
			if err := t.Flush(); err != nil {
				return fmt.Errorf("print the licences: %w", err)
			}
			if !list {
				fmt.Fprint(w, "\n", texts)
			}
			if err := w.Flush(); err != nil {
				return fmt.Errorf("print the licences: %w", err)
			}
			return nil
		},
	}
	c.Flags().BoolVar(&list, "list", false, "print one line for each module, without the texts")
	return c
}

// Licences lists what covls is made of, and fails where something of it is under a licence that is not on
// the short list of rules.go. It also writes the notices that the program prints. See CONTRIBUTING.md.
//
//	make licences           lists and checks
//	make golden             writes the notices anew
package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
)

// notices is where the program's notices lie below the repository.
const notices = "cmd/covls/notices.txt"

func main() {
	var o options
	flag.BoolVar(&o.quiet, "q", false, "print nothing but what is wrong")
	flag.BoolVar(&o.update, "update", false, "write "+notices+" anew")
	flag.BoolVar(&o.npm, "npm", false, "read the texts of the packages of npm too, which must be installed")
	flag.Parse()
	if err := check(os.Stdout, o); err != nil {
		fmt.Fprintln(os.Stderr, "licences:", err)
		os.Exit(1)
	}
}

type options struct{ quiet, update, npm bool }

func check(w io.Writer, o options) error {
	root, err := os.Getwd()
	if err != nil {
		return fmt.Errorf("find the repository: %w", err)
	}
	c, err := newChecker(ours())
	if err != nil {
		return err
	}
	held, err := goHoldings(root)
	if err != nil {
		return err
	}
	packages, err := npmHoldings(root)
	if err != nil {
		return err
	}
	verdicts, err := c.judgeAll(append(held, packages...), o.npm)
	if err != nil {
		return err
	}
	if !o.quiet {
		if err := printList(w, verdicts); err != nil {
			return err
		}
	}
	var faults []string
	for _, v := range verdicts {
		faults = append(faults, v.lines()...)
	}
	faults = append(faults, c.unneeded(verdicts, o.npm)...)
	own, err := os.ReadFile(filepath.Join(root, "LICENSE"))
	if err != nil {
		return fmt.Errorf("read covls's own licence: %w", err)
	}
	want := compose(tidy(string(own)), verdicts)
	name := filepath.Join(root, notices)
	have, err := os.ReadFile(name)
	switch {
	case o.update:
		if err := os.WriteFile(name, want, 0o644); err != nil {
			return fmt.Errorf("write the notices: %w", err)
		}
	case err != nil:
		return fmt.Errorf("read the notices: %w", err)
	case !bytes.Equal(have, want):
		faults = append(faults, fmt.Sprintf("%s:%d: not what the program holds: run make golden and read the diff", notices, firstDifference(have, want)))
	}
	if len(faults) > 0 {
		return fmt.Errorf("not as rules.go has it:\n%s", strings.Join(faults, "\n"))
	}
	return nil
}

// firstDifference is the line of have, 1-based, that want has otherwise.
func firstDifference(have, want []byte) int {
	n := 0
	for n < min(len(have), len(want)) && have[n] == want[n] {
		n++
	}
	return 1 + bytes.Count(have[:n], []byte("\n"))
}

// printList prints one line for each holding, by what they are for.
func printList(w io.Writer, verdicts []*verdict) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	var last *verdict
	for _, v := range verdicts {
		if last == nil || last.use != v.use {
			fmt.Fprintf(t, "%s\n", v.use)
		}
		last = v
		fmt.Fprintf(t, "  %s\t%s\t%s", v.name, v.version, strings.Join(v.licences, ", "))
		if v.place != "" {
			fmt.Fprintf(t, "\t%s", v.place)
		}
		fmt.Fprintln(t)
	}
	return t.Flush()
}

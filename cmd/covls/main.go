// Command covls is a coverage language server: it tells an editor, or a shell, which functions no
// test reaches, how far the code is from its target and where to go next.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"
	"unicode"
	"unicode/utf8"

	"github.com/spf13/cobra"
)

// The exit codes of every command.
const (
	exitDone  = 0
	exitGate  = 1 // a gate failed
	exitWrong = 2 // bad use, or input that can't be read
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// exitError ends the program with a code of its own and without a word.
type exitError int

func (e exitError) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// run is the whole program but for the process around it.
func run(ctx context.Context, args []string, stdin *os.File, stdout, stderr *os.File) int {
	root := newRoot(&streams{stdin, stdout, stderr})
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	var code exitError
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &code):
		return int(code)
	}
	fmt.Fprintln(stderr, "covls: "+oneLine(err.Error()))
	return exitWrong
}

// oneLine keeps an error greppable, and harmless.
func oneLine(s string) string { return harmless(strings.Join(strings.Fields(s), " ")) }

// harmless is s with U+FFFD for the control characters that a terminal would obey. Names come from profiles
// and sources, which may be anybody's. Line ends and tabs stay, and so does what is no UTF-8.
func harmless(s string) string {
	var b strings.Builder
	kept := 0
	for i, r := range s {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			b.WriteString(s[kept:i])
			b.WriteRune(utf8.RuneError)
			kept = i + utf8.RuneLen(r)
		}
	}
	if kept == 0 {
		return s
	}
	return b.String() + s[kept:]
}

// tame passes on what is harmless. It takes whole characters in each write.
type tame struct{ w io.Writer }

func (t tame) Write(p []byte) (int, error) {
	if _, err := io.WriteString(t.w, harmless(string(p))); err != nil {
		return 0, err
	}
	return len(p), nil
}

type streams struct {
	in, out, err *os.File
}

func newRoot(io *streams) *cobra.Command {
	root := &cobra.Command{
		Use:   "covls",
		Short: "A coverage language server: which functions no test reaches, and where to go next",
		Long: `covls reads the coverage profiles that test runners already write and tells an
editor, or a shell, which functions no test reaches, how far each file is from
its target, and where to go next.

In an editor it runs as "covls serve". In a shell, "covls gaps" lists the
functions that no test reaches, "covls check" gates a build, "covls explain" gives
the reason behind a file's tier, "covls init" writes settings to begin with,
"covls doctor" says why something is shown or not, and "covls demo" shows all of
it on a small Go module.

Profiles are found by their names below the folder (cover.out, lcov.info,
coverage.xml and so on) and read by their content: Go, LCOV, Cobertura, JaCoCo,
Clover, and the JSON of Istanbul, llvm-cov, coverage.py, SimpleCov and gcovr. In
a Go module this makes one:

  go test -coverprofile=cover.out ./...`,
		Example: `  covls demo
  go test -coverprofile=cover.out ./... && covls gaps
  covls report --format json --profile unit.out --profile e2e.out`,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	var in input
	root.PersistentFlags().StringVarP(&in.dir, "directory", "C", ".", "the folder to look at")
	root.PersistentFlags().StringArrayVar(&in.profiles, "profile", nil, "read this `file` and no others; may be given several times")
	root.PersistentFlags().BoolVar(&in.restricted, "restricted", false, "start no other program (go list): for a folder that you do not trust")
	_ = root.MarkPersistentFlagDirname("directory")
	_ = root.MarkPersistentFlagFilename("profile")
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return fmt.Errorf("%w; see `%s --help`", err, c.CommandPath())
	})
	root.AddCommand(
		newServe(io, &in), newGaps(io, &in), newReport(io, &in), newExplain(io, &in), newCheck(io, &in), newDoctor(io, &in), newInit(io, &in), newSchema(io), newDemo(io), newVersion(io),
	)
	return root
}

func newVersion(io *streams) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintln(io.out, "covls", version())
			return err
		},
	}
}

// version is the module's version where Go knows one, else the commit, else "devel".
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "devel"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return "devel-" + s.Value[:min(12, len(s.Value))]
		}
	}
	return "devel"
}

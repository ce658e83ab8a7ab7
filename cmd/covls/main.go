// Command covls is a coverage language server: it tells an editor, or a shell, which functions no
// test reaches, how far the code is from its target and where to go next.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/covls/covls/escape"
	"github.com/covls/covls/internal/guard"
)

// The exit codes of every command.
const (
	exitDone  = 0
	exitGate  = 1 // a gate failed
	exitWrong = 2 // bad use, or input that can't be read
)

func main() {
	ends := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // as under nohup
		ends = append(ends, syscall.SIGHUP)
	}
	ctx, stop := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, ends...)
	guard.Guard{}.Go(nil, "waiting for signals", func() { obey(signals, stop, os.Exit) })
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// insistence is how long after the first signal another one is taken for a second wish: a terminal and what covls
// was started by may both pass on the same.
const insistence = 300 * time.Millisecond

// obey has the first signal stop the work, and one that comes after it end the process, whatever that is at, with the
// exit code that shells give to a signal.
func obey(signals <-chan os.Signal, stop func(), exit func(code int)) {
	if _, ok := <-signals; !ok {
		return
	}
	first := time.Now()
	stop()
	for s := range signals {
		if n, ok := s.(syscall.Signal); ok && time.Since(first) >= insistence {
			exit(128 + int(n))
		}
	}
}

// exitError ends the program with a code of its own and without a word.
type exitError int

func (e exitError) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// run is the whole program but for the process around it. A panic is an error like any other.
func run(ctx context.Context, args []string, stdin *os.File, stdout, stderr *os.File) int {
	return runRoot(ctx, newRoot(&streams{stdin, stdout, stderr}), args, stdin, stdout, stderr)
}

func runRoot(ctx context.Context, root *cobra.Command, args []string, stdin *os.File, stdout, stderr *os.File) int {
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	var err error
	called, _, _ := root.Find(args)
	if called.Name() != "serve" { // which has a bound of its own
		defer startThrift(commandBase)()
	}
	if fault := (guard.Guard{}).Do("the command "+called.Name(), func() { err = root.ExecuteContext(ctx) }); fault != nil {
		err = fault
	}
	var code exitError
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &code):
		return int(code)
	}
	(&streams{err: stderr}).say(err.Error())
	return exitWrong
}

// oneLine keeps an error greppable, and harmless.
func oneLine(s string) string { return escape.Record(escape.Words(s)) }

type streams struct {
	in, out, err *os.File
}

// say tells the user something beside the output, in a line.
func (s *streams) say(text string) { fmt.Fprintln(s.err, "covls: "+oneLine(text)) }

// together reports whether what is said beside the output stands in the midst of it: on the same terminal, or in the
// same file.
func (s *streams) together() bool {
	out, err := s.out.Stat()
	errs, err2 := s.err.Stat()
	return err == nil && err2 == nil && os.SameFile(out, errs)
}

// writeJSON writes what a program may read, and a terminal or the log of a build is safe from.
func writeJSON(w io.Writer, v any) error {
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return err
	}
	_, err := w.Write(escape.JSON(text.Bytes()))
	return err
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
it on a small Go module. With --changed gaps, report, check and badge are of what
changed since a branch alone, and "covls baseline" saves the coverage that a later
one is compared with.

Profiles are found by their names below the folder (cover.out, lcov.info,
coverage.xml and so on) and read by their content: Go, LCOV, Cobertura, JaCoCo,
Clover, OpenCover, the XML of Visual Studio, dotCover and SonarQube, and the JSON
of Istanbul, llvm-cov, coverage.py, SimpleCov, gcovr, coverlet, tarpaulin,
Coveralls and Codecov. In a Go module this makes one:

  go test -coverpkg=./... -coverprofile=cover.out ./...`,
		Example: `  covls demo
  go test -coverpkg=./... -coverprofile=cover.out ./... && covls gaps
  covls gaps --changed=main
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
	root.Version = described()
	root.SetVersionTemplate("covls {{.Version}}\n")
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return fmt.Errorf("%w; see `%s --help`", err, c.CommandPath())
	})
	root.AddCommand(
		newServe(io, &in), newGaps(io, &in), newVerify(io, &in), newTest(io, &in), newReport(io, &in), newExplain(io, &in), newCheck(io, &in), newBaseline(io, &in), newBadge(io, &in), newDoctor(io, &in), newConfig(io, &in), newInit(io, &in), newSchema(io), newDemo(io), newVersion(io), newLicenses(io),
	)
	return root
}

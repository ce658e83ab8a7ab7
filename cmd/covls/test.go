package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/covls/covls/config"
	"github.com/covls/covls/coverage"
	"github.com/covls/covls/diag"
	"github.com/covls/covls/disk"
	"github.com/covls/covls/engine"
	"github.com/covls/covls/escape"
	"github.com/covls/covls/source"
	"github.com/covls/covls/text"
	"github.com/covls/covls/workspace"
)

func newTest(io *streams, in *input) *cobra.Command {
	c := &cobra.Command{
		Use:   "test FILE:LINE | FILE:FUNCTION | FUNCTION",
		Short: "Make the test that a function lacks",
		Long: `Print a test for a function, in the style of the tests around it, with a row for
each way through the function that no test takes. It compiles, and fails until
you have filled it in. With --write it goes into the file of tests where it
belongs: behind what that holds, or into a new one.

The function is that around a line of a file, as "covls gaps" prints both, or is
named.`,
		Example: `  covls test server/session.go:120
  covls test 'session.go:Session.Close' --write
  covls test ParseDuration`,
		Args: arguments(1, 1, "server/session.go:120"),
	}
	write := c.Flags().Bool("write", false, "write it into the file where it belongs")
	c.RunE = func(c *cobra.Command, args []string) error {
		l, err := in.load(c.Context())
		if err != nil {
			return err
		}
		for _, err := range l.troubles {
			io.say(err.Error())
		}
		d, offset, err := functionAt(l.snap, args[0])
		if err != nil {
			return err
		}
		made, err := engine.CreateTest(l.snap, d, offset)
		if err != nil {
			return fmt.Errorf("no test for %s: %w", args[0], err)
		}
		if !*write {
			shown := made.Body
			if made.New {
				shown = made.Apply("")
			}
			where := "goes behind what is in"
			if made.New {
				where = "goes into the new file"
			}
			io.say(fmt.Sprintf("%s %s %s; --write puts it there", made.Test, where, shellPath(made.Path)))
			_, err := fmt.Fprint(io.out, escape.Lines(shown))
			return err
		}
		if err := in.stays(made.Path); err != nil {
			return err
		}
		if err := writeTest(made); err != nil {
			return err
		}
		line, _ := text.New(made.Apply(made.Was)).LineCol(made.Cursor)
		_, err = fmt.Fprintln(io.out, escape.Record(fmt.Sprintf("%s:%d: %s fails until you fill it in", shellPath(made.Path), line, made.Test)))
		return err
	}
	return c
}

// writeTest puts a test where it belongs, unless somebody has changed the file since it was read.
func writeTest(made *engine.NewTest) error {
	if made.New {
		if err := os.MkdirAll(filepath.Dir(made.Path), 0o755); err != nil {
			return fmt.Errorf("make the folder of %s: %w", made.Path, err)
		}
		err := disk.Create(made.Path, []byte(made.Apply("")), 0o644)
		if errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("%s is there already, and can't be read as a file of tests", made.Path)
		}
		return err
	}
	return disk.Edit(made.Path, config.Default().Limits.SourceBytes, func(was []byte) ([]byte, error) {
		if string(was) != made.Was {
			return nil, fmt.Errorf("%s was changed meanwhile: try again", made.Path)
		}
		return []byte(made.Apply(made.Was)), nil
	})
}

// functionAt finds what an argument of `covls test` means: a text, and a byte offset in a function of it.
func functionAt(snap *workspace.Snapshot, arg string) (d *workspace.Document, offset int, err error) {
	at := strings.LastIndexByte(arg, ':')
	if at < 0 {
		return functionNamed(snap, arg)
	}
	file, which := arg[:at], arg[at+1:]
	// A place as `covls gaps` prints it has a column, too.
	if before := strings.LastIndexByte(file, ':'); before > 0 && isNumber(which) && isNumber(file[before+1:]) {
		file, which = file[:before], file[before+1:]
	}
	path, err := pathAt(snap, file)
	if err != nil {
		return nil, 0, err
	}
	limit := config.Default().Limits.SourceBytes
	content, err := source.ReadFile(path, limit)
	if err != nil {
		return nil, 0, fmt.Errorf("read the source: %w", err)
	}
	d = diag.Closed(path, content)
	if isNumber(which) {
		n, err := strconv.ParseUint(which, 10, 32)
		if err != nil || n == 0 || int(n) > d.Text.Lines() {
			return nil, 0, fmt.Errorf("%s has no line %s", file, which)
		}
		line := d.Text.Line(uint32(n))
		return d, d.Text.At(uint32(n), 1) + len(line) - len(strings.TrimLeft(line, " \t")), nil
	}
	parsed, ok := source.Parse(path, content)
	if !ok {
		return nil, 0, fmt.Errorf("covls can't find functions in %s: name a line", file)
	}
	for i := range parsed.Funcs {
		if f := &parsed.Funcs[i]; isCalled(f, which) {
			return d, d.Text.At(f.NameSpan.Start.Line, f.NameSpan.Start.Col), nil
		}
	}
	return nil, 0, fmt.Errorf("%s has no function %s", file, which)
}

func isNumber(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// isCalled reports whether a function is meant by a name: as people read it, with or without what it belongs to.
func isCalled(f *coverage.Func, name string) bool {
	return f.String() == name || f.Name == name || f.Receiver != "" && strings.TrimPrefix(f.Receiver, "*")+"."+f.Name == name
}

// pathAt is the file on disk that an argument means.
func pathAt(snap *workspace.Snapshot, arg string) (string, error) {
	for _, p := range absolutes(snap.Folders[0].Dir, arg) {
		if info, err := os.Stat(p); err == nil && info.Mode().IsRegular() {
			return p, nil
		}
	}
	_, f, _, err := find(snap, arg)
	if err != nil {
		return "", err
	}
	if f == nil || f.Path == "" {
		return "", fmt.Errorf("%s is not on this disk", arg)
	}
	return f.Path, nil
}

// functionNamed finds the only function that is called so among those that profiles know.
func functionNamed(snap *workspace.Snapshot, name string) (d *workspace.Document, offset int, err error) {
	const most = 5
	var at []string
	for _, path := range slices.Sorted(maps.Keys(snap.Files)) {
		for i := range snap.Files[path].Funcs {
			f := &snap.Files[path].Funcs[i]
			if !isCalled(f, name) {
				continue
			}
			if at = append(at, fmt.Sprintf("%s:%d", snap.Files[path].Name, f.NameSpan.Start.Line)); len(at) > 1 {
				continue
			}
			content, err := source.ReadFile(path, config.Default().Limits.SourceBytes)
			if err != nil {
				return nil, 0, fmt.Errorf("read the source: %w", err)
			}
			d = diag.Closed(path, content)
			offset = d.Text.At(f.NameSpan.Start.Line, f.NameSpan.Start.Col)
		}
	}
	switch n := len(at); {
	case n == 0 && isNumber(name):
		return nil, 0, fmt.Errorf("%s is a line of which file? Name it, as in FILE:%s", name, name)
	case n == 0:
		if _, err := pathAt(snap, name); err == nil {
			return nil, 0, fmt.Errorf("%s is a file: name a line or a function of it, as in %s:120 or %s:NAME; `covls gaps %s` lists those that no test reaches", name, name, name, name)
		}
		return nil, 0, fmt.Errorf("no profile has a function %s: name its file, as in FILE:%s", name, name)
	case n > most:
		return nil, 0, fmt.Errorf("%d functions are called %s: at %s and %d more; name one by its place", n, name, strings.Join(at[:most], ", "), n-most)
	case n > 1:
		return nil, 0, fmt.Errorf("%d functions are called %s: at %s; name one by its place", n, name, strings.Join(at, ", "))
	}
	return d, offset, nil
}

package main

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/covls/covls/disk"
	"github.com/covls/covls/internal/editor"
	"github.com/covls/covls/program"
	"github.com/covls/covls/server"
)

// demoFiles are a small Go module and what `go test -coverprofile` wrote for it without and with
// discount_test.go. The names end in .txt because Go embeds no other module's files.
//
//go:embed demo
var demoFiles embed.FS

func newDemo(io *streams) *cobra.Command {
	return &cobra.Command{
		Use:   "demo",
		Short: "Show what an editor shows, on a small Go module",
		Long: `Unpack a small Go module with its coverage profile into a temporary folder, start
"covls serve" there as an editor would, print what the editor gets, then rewrite
the profile as "go test" does and print what changes. Needs nothing but covls.`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			ctx, cancel := context.WithTimeout(c.Context(), time.Minute)
			defer cancel()
			return runDemo(ctx, io.out, paintFor(io.out))
		},
	}
}

// demo is one run.
type demo struct {
	w     io.Writer
	paint painter
	dir   string
	ed    *editor.Editor
	file  string   // cart.go
	text  []string // its lines
}

func runDemo(ctx context.Context, w io.Writer, paint painter) (err error) {
	dir, err := os.MkdirTemp("", "covls-demo-")
	if err != nil {
		return fmt.Errorf("make a folder for the demo: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		return fmt.Errorf("make a folder for the demo: %w", err)
	}
	d := &demo{w: w, paint: paint, dir: dir}
	if err := d.unpack(); err != nil {
		return fmt.Errorf("unpack the demo: %w", err)
	}
	stop, err := d.start(ctx)
	if err != nil {
		return fmt.Errorf("start the server: %w", err)
	}
	err = d.show(ctx)
	return errors.Join(err, stop(ctx))
}

func (d *demo) unpack() error {
	return fs.WalkDir(demoFiles, "demo", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		rel := strings.TrimSuffix(strings.TrimPrefix(name, "demo/"), ".txt")
		if path.Base(rel) == "discount_test.go" || strings.HasPrefix(rel, "cover.") {
			return nil // these come later
		}
		to := filepath.Join(d.dir, filepath.FromSlash(rel))
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		data, err := demoFiles.ReadFile(name)
		if err != nil {
			return err
		}
		return disk.Create(to, data, 0o644)
	})
}

func demoProfile(name string) (string, error) {
	data, err := demoFiles.ReadFile("demo/cover." + name + ".txt")
	return string(data), err
}

// start runs this program as a server and connects to it as an editor does.
func (d *demo) start(ctx context.Context) (stop func(context.Context) error, err error) {
	before, err := demoProfile("before")
	if err != nil {
		return nil, err
	}
	if err := disk.Create(filepath.Join(d.dir, "cover.out"), []byte(before), 0o644); err != nil {
		return nil, err
	}
	self, err := program.Again(ctx, "serve")
	if err != nil {
		return nil, err
	}
	stop = func(ctx context.Context) error {
		if d.ed != nil {
			_ = d.ed.Close(ctx)
		}
		return self.Wait()
	}
	d.ed, err = editor.Start(ctx, server.NewStream(self.Out, self.In, func() {}), editor.Options{
		Capabilities: editor.Capabilities(), Folders: []string{d.dir},
	})
	if err != nil {
		return nil, errors.Join(err, stop(ctx))
	}
	return stop, nil
}

func (d *demo) printf(format string, args ...any) { fmt.Fprintf(d.w, format, args...) }

func (d *demo) show(ctx context.Context) error {
	d.file = filepath.Join(d.dir, "cart.go")
	data, err := os.ReadFile(d.file)
	if err != nil {
		return err
	}
	d.text = strings.Split(strings.TrimRight(string(data), "\n"), "\n")
	d.printf("%s\n\n", d.paint(bold, "A Go module with one test, and the cover.out that `go test` wrote for it:"))
	if err := d.ed.Open(ctx, d.file); err != nil {
		return err
	}
	// Until the packages were looked at, no more is told than that a package's own tests do not reach its code.
	told := func(m []editor.Mark) bool {
		return len(m) > 0 && strings.Contains(m[0].Message, " is not tested (")
	}
	if err := d.ed.WaitMarks(ctx, d.file, told); err != nil {
		return err
	}
	screen, err := d.source(ctx, 21, len(d.text))
	if err != nil {
		return err
	}
	mark := screen.Marks[0]
	hover, err := d.ed.HoverAt(ctx, d.file, mark.Line, mark.Start)
	if err != nil {
		return err
	}
	d.printf("\n%s\n", d.paint(bold, "Hover on Discount:"))
	for line := range strings.Lines(hover) {
		d.printf("  %s %s\n", d.paint(dim, "│"), strings.TrimRight(line, "\n"))
	}
	to, _, ok, err := d.ed.JumpFrom(ctx, "covls.nextGap", d.file, 29, 0)
	if err != nil {
		return err
	}
	if ok {
		d.printf("\n%s cart.go:%d:%d\n", d.paint(bold, "covls.nextGap from line 30 goes to"), to.Line+1, to.Start+1)
	}
	return d.rerun(ctx)
}

// rerun writes the profile again, in the steps in which go test writes it, with the test added that
// was missing.
func (d *demo) rerun(ctx context.Context) error {
	after, err := demoProfile("after")
	if err != nil {
		return err
	}
	test, err := demoFiles.ReadFile("demo/discount_test.go.txt")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(d.dir, "discount_test.go"), test, 0o644); err != nil {
		return err
	}
	before := len(d.ed.Seen().Published)
	ended, err := d.writeAsGoTest(ctx, after)
	if err != nil {
		return err
	}
	early := len(d.ed.Seen().Published) - before
	if err := d.ed.WaitMarks(ctx, d.file, func(m []editor.Mark) bool { return len(m) == 0 }); err != nil {
		return err
	}
	took := time.Since(ended)
	d.printf("\n%s\n\n", d.paint(bold, "Now with a test for Discount, cover.out rewritten package by package as `go test` does:"))
	if _, err := d.source(ctx, 39, 42); err != nil {
		return err
	}
	if early > 0 {
		d.printf("\nThe marks changed before the last byte: covls can't see here who is still writing a file, and read cover.out\n")
		d.printf("when it had stood still for 300 ms (setting `settle`). Half-written states shown on the way: %d.\n", early)
		return nil
	}
	published := len(d.ed.Seen().Published) - before
	d.printf("\nThe marks changed %d ms after the last byte, of which 300 ms wait for the file to settle\n", took.Milliseconds())
	d.printf("(setting `settle`). Half-written states shown on the way: %d.\n", published-1)
	return nil
}

// writeAsGoTest truncates cover.out to its first line, keeps it open, and appends one package after
// the other. It returns when the last byte was written.
func (d *demo) writeAsGoTest(ctx context.Context, profile string) (time.Time, error) {
	f, err := os.OpenFile(filepath.Join(d.dir, "cover.out"), os.O_WRONLY|os.O_TRUNC, 0)
	if err != nil {
		return time.Time{}, err
	}
	defer f.Close()
	mode, rest, _ := strings.Cut(profile, "\n")
	i := strings.Index(rest, "example.com/shop/stock/")
	for _, part := range []string{mode + "\n", rest[:i], rest[i:]} {
		if _, err := f.WriteString(part); err != nil {
			return time.Time{}, err
		}
		if part == rest[i:] {
			break
		}
		select {
		case <-time.After(500 * time.Millisecond): // a package's tests run
		case <-ctx.Done():
			return time.Time{}, ctx.Err()
		}
	}
	return time.Now(), f.Close()
}

// source prints lines of cart.go, 1-based, with the lenses above them and the diagnostics below, as
// an editor would.
func (d *demo) source(ctx context.Context, first, last int) (*editor.Screen, error) {
	screen, err := d.ed.Screen(ctx, d.file)
	if err != nil {
		return nil, err
	}
	d.printf("  %s\n", d.paint(dim, "cart.go"))
	d.lenses(screen, 0)
	d.printf("       %s\n", d.paint(dim, "⋮"))
	for i := first - 1; i < last; i++ {
		d.lenses(screen, i)
		d.printf("  %s  %s\n", d.paint(dim, fmt.Sprintf("%3d", i+1)), strings.ReplaceAll(d.text[i], "\t", "    "))
		for _, m := range screen.Marks {
			if m.Line == i {
				squiggle := strings.Repeat("~", m.End-m.Start) + " " + m.Message
				d.printf("       %s%s\n", strings.Repeat(" ", m.Start), d.paint(yellow, squiggle))
			}
		}
	}
	return screen, nil
}

func (d *demo) lenses(screen *editor.Screen, line int) {
	for _, l := range screen.Lenses {
		if l.Line == line {
			d.printf("       %s\n", d.paint(dim, l.Title))
		}
	}
}

// The styles of a terminal, as SGR parameters.
const (
	bold   = "1"
	red    = "31"
	dim    = "2"
	yellow = "33"
)

// painter puts text into a style.
type painter func(style, text string) string

// paintFor paints on a terminal that wants colour; see https://no-color.org and, for the opposite,
// https://bixense.com/clicolors.
func paintFor(f *os.File) painter {
	info, err := f.Stat()
	colour := err == nil && info.Mode()&os.ModeCharDevice != 0 && !slices.Contains([]string{"", "dumb"}, os.Getenv("TERM"))
	if force := os.Getenv("CLICOLOR_FORCE"); force != "" && force != "0" {
		colour = true
	}
	if !colour || os.Getenv("NO_COLOR") != "" {
		return func(_, text string) string { return text }
	}
	return func(style, text string) string { return "\x1b[" + style + "m" + text + "\x1b[0m" }
}

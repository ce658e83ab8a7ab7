package e2e

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.lsp.dev/uri"

	"github.com/covls/covls/internal/editor"
)

const program = `package main

import "os"

func main() {
	for _, a := range os.Args[1:] {
		switch a {
		case "one":
			one()
		case "two":
			two()
		}
	}
}

func one() { println(1) }

func two() { println(2) }
`

// TestGoCoverDir runs a program that go build -cover has built, twice, builds it anew with one more
// function, and runs it again, while a server watches the directory that the runs write into.
func TestGoCoverDir(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	dir := t.TempDir()
	write := writer(t, dir)
	write("go.mod", "module example.com/program\n\ngo 1.26\n")
	write("main.go", program)
	if err := os.Mkdir(filepath.Join(dir, "covdata"), 0o755); err != nil {
		t.Fatal(err)
	}
	run := func(name string, args ...string) {
		t.Helper()
		cmd := exec.CommandContext(ctx, name, args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GOCOVERDIR="+filepath.Join(dir, "covdata"))
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s %v: %v\n%s", name, args, err, out)
		}
	}
	binary := filepath.Join(dir, "program")
	build := func() { t.Helper(); run("go", "build", "-cover", "-o", binary, ".") }
	build()

	ed, end := session(t, ctx, dir)
	file := filepath.Join(dir, "main.go")
	if err := ed.Open(ctx, file); err != nil {
		t.Fatal(err)
	}
	// uncovered waits until exactly these functions are marked.
	uncovered := func(names ...string) {
		t.Helper()
		err := ed.WaitMarks(ctx, file, func(marks []editor.Mark) bool {
			var got []string
			for _, m := range marks {
				name, _, _ := strings.Cut(m.Message, " ")
				got = append(got, name)
			}
			return slices.Equal(got, names)
		})
		if err != nil {
			screen, _ := ed.Screen(t.Context(), file)
			t.Fatalf("waited for %v: %v; there is %+v", names, err, screen)
		}
	}
	run(binary, "one")
	uncovered("two")
	run(binary, "two")
	uncovered()

	changed := strings.Replace(program, "func one()", "func three() { println(3) }\n\nfunc one()", 1)
	write("main.go", changed)
	build()
	if err := ed.Replace(ctx, uri.File(file), changed); err != nil {
		t.Fatal(err)
	}
	run(binary, "one")
	uncovered("three", "two")
	end()
}

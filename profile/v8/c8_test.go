package v8_test

import (
	"bytes"
	"cmp"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/profile/lcov"
	"github.com/covls/covls/profile/scan"
	"github.com/covls/covls/profile/v8"
)

var run = flag.String("run-of-c8", "", "a folder with lcov.info of c8, the folder cov that it was made of, and the sources by the names in it")

// TestC8 holds the lines and the functions of the files of runs against those that c8 makes of them: of small ones, and of one
// that was made elsewhere. In recorded profiles /srv/ci is the folder of the sources.
func TestC8(t *testing.T) {
	t.Parallel()
	dirs, err := filepath.Glob("testdata/c8/*")
	if err != nil || len(dirs) == 0 {
		t.Fatalf("no testdata: %v", err)
	}
	if *run != "" {
		dirs = append(dirs, *run)
	}
	for _, dir := range dirs {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			t.Parallel()
			compareWithC8(t, dir)
		})
	}
}

func compareWithC8(t *testing.T, dir string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "lcov.info"))
	if err != nil {
		t.Fatal(err)
	}
	want, err := lcov.Read(bytes.NewReader(text), scan.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	profiles, err := filepath.Glob(filepath.Join(dir, "cov", "*.json"))
	if err != nil || len(profiles) == 0 {
		t.Fatalf("no profiles: %v", err)
	}
	parts := map[string][]*coverage.File{}
	for _, path := range profiles {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		r, err := v8.Read(bytes.NewReader(text), scan.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range r.Files {
			parts[f.Name] = append(parts[f.Name], f)
		}
	}
	lines, funcs, ignoring := 0, 0, 0
	for _, w := range want.Files {
		var of []*coverage.File
		for name, list := range parts {
			if name == w.Name || strings.HasSuffix(name, "/"+filepath.ToSlash(w.Name)) && (strings.HasPrefix(name, "/srv/ci/") || strings.HasPrefix(name, dir)) {
				of = list
			}
		}
		if of == nil {
			t.Errorf("%s is not there", w.Name)
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, w.Name))
		if err != nil && slices.ContainsFunc(of, func(f *coverage.File) bool { return f.Scripts != nil }) {
			t.Fatal(err)
		}
		over := make([]*coverage.File, len(of))
		for i, f := range of {
			var ok bool
			if over[i], ok = f.Over(string(text)); !ok {
				t.Errorf("%s is of another text", w.Name)
			}
		}
		if bytes.Contains(text, []byte("8 ignore ")) {
			ignoring++
			continue // what markers take out is not for a reader to know
		}
		got := coverage.Merge(over...)
		lines, funcs = lines+len(w.Lines), funcs+len(w.Funcs)
		if a, b := linesOf(got), linesOf(w); a != b {
			t.Errorf("%s: have the lines\n%s\nwant\n%s", w.Name, a, b)
		}
		if a, b := funcsOf(got), funcsOf(w); a != b {
			t.Errorf("%s: have the functions\n%s\nwant\n%s", w.Name, a, b)
		}
	}
	t.Logf("%d lines and %d functions of %d files, without %d that have markers", lines, funcs, len(want.Files)-ignoring, ignoring)
}

// linesOf are the lines and whether they ran. How often is not the same: c8 joins stretches of several processes first.
func linesOf(f *coverage.File) string {
	var b strings.Builder
	for _, l := range f.Lines {
		fmt.Fprintf(&b, " %d:%d", l.Number, min(l.Count, 1))
	}
	return b.String()
}

func funcsOf(f *coverage.File) string {
	var all []string
	funcs := slices.Clone(f.Funcs)
	slices.SortStableFunc(funcs, func(a, b coverage.Func) int {
		return cmp.Or(cmp.Compare(a.Span.Start.Line, b.Span.Start.Line), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Count, b.Count))
	})
	for _, fn := range funcs {
		if fn.Count == 0 && strings.HasPrefix(fn.Name, "<") || fn.Name == "get" {
			continue // no function of anybody
		}
		all = append(all, fmt.Sprintf("%d %s %d", fn.Span.Start.Line, fn.Name, fn.Count))
	}
	return strings.Join(all, "\n")
}

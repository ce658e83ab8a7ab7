package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/covls/covls/report"
)

// runOfV8 is a folder with a recorded run, of which c8 has made lcov.info.
func runOfV8(t *testing.T, name string) string {
	t.Helper()
	dir := folderWith(t, nil)
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("../../profile/v8/testdata/c8", name))); err != nil {
		t.Fatal(err)
	}
	paths, err := filepath.Glob(filepath.Join(dir, "cov", "*.json"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no profiles: %v", err)
	}
	for _, path := range paths {
		rewrite(t, path, "/srv/ci", filepath.ToSlash(dir))
	}
	return dir
}

func rewrite(t *testing.T, path, old, text string) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(strings.ReplaceAll(string(b), old, text)), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestV8 holds what is reported of the counts that Node.js wrote against what is reported of the profile that c8 made of them,
// on the texts of the run, on others, and where the sources lie elsewhere.
func TestV8(t *testing.T) {
	t.Parallel()
	type told struct {
		lines, funcs report.Tally
		unknown      int
		missed       string
	}
	tell := func(t *testing.T, dir string) told {
		t.Helper()
		r := readReport(t, "-C", dir)
		var out told
		if r.Summary.Lines != nil {
			out.lines = *r.Summary.Lines
		}
		if r.Summary.Functions != nil {
			out.funcs = *r.Summary.Functions
		}
		out.unknown = r.Summary.UnknownFunctions
		var missed []string
		for _, f := range r.UncoveredFunctions {
			missed = append(missed, f.File+" "+f.Name)
		}
		slices.Sort(missed)
		out.missed = strings.Join(missed, ", ")
		return out
	}
	node := told{report.Tally{Covered: 52, Total: 65}, report.Tally{Covered: 7, Total: 12}, 0, "lib.mjs clear, lib.mjs close, lib.mjs never, lib.mjs open, old.cjs g"}
	tsc := told{report.Tally{Covered: 39, Total: 49}, report.Tally{Covered: 4, Total: 6}, 0, "src/cart.ts never, src/cart.ts unused"}
	for _, tt := range []struct {
		name, run string
		change    func(t *testing.T, dir string)
		want      told
	}{
		{"Node.js", "node", nil, node},
		{"a source map", "tsc", nil, tsc},
		{"of another machine", "node", func(t *testing.T, dir string) {
			paths, _ := filepath.Glob(filepath.Join(dir, "cov", "*.json"))
			for _, path := range paths {
				rewrite(t, path, filepath.ToSlash(dir), "/builds/x")
			}
		}, node},
		{"of other texts", "node", func(t *testing.T, dir string) {
			rewrite(t, filepath.Join(dir, "lib.mjs"), "return a + b;", "return a + b + 0;")
		}, told{report.Tally{Covered: 21, Total: 24}, report.Tally{Covered: 1, Total: 2}, 8, "old.cjs g"}},
		{"another name in the text", "node", func(t *testing.T, dir string) {
			rewrite(t, filepath.Join(dir, "old.cjs"), "function g", "function h")
		}, told{report.Tally{Covered: 44, Total: 54}, report.Tally{Covered: 6, Total: 10}, 2, "lib.mjs clear, lib.mjs close, lib.mjs never, lib.mjs open"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := runOfV8(t, tt.run)
			lcov := filepath.Join(dir, "lcov.info")
			made, err := os.ReadFile(lcov)
			if err := removed(err, lcov); err != nil {
				t.Fatal(err)
			}
			if tt.change != nil {
				tt.change(t, dir)
			}
			for range 2 { // the second time what is known of texts is read again
				if got := tell(t, dir); got != tt.want {
					t.Errorf("have %+v, want %+v", got, tt.want)
				}
			}
			if tt.change != nil {
				return
			}
			// What c8 makes of it stands for it, and what was written after that stands beside it.
			if err := os.WriteFile(lcov, made, 0o644); err != nil {
				t.Fatal(err)
			}
			for _, age := range []time.Duration{0, time.Hour} {
				at := time.Now().Add(-age)
				if err := os.Chtimes(lcov, at, at); err != nil {
					t.Fatal(err)
				}
				if got := tell(t, dir); got != tt.want {
					t.Errorf("with a profile of %v ago: have %+v, want %+v", age, got, tt.want)
				}
				out, _, _ := covls(t, "doctor", "-C", dir)
				if has := strings.Contains(out, ": v8,"); has != (age > 0) {
					t.Errorf("with a profile of %v ago, the counts of V8 are named: %t\n%s", age, has, out)
				}
			}
		})
	}
}

// removed removes a file that was read.
func removed(err error, path string) error {
	if err == nil {
		err = os.Remove(path)
	}
	return err
}

// TestDeno has what Deno writes: JavaScript is told, of TypeScript nobody knows the lines.
func TestDeno(t *testing.T) {
	t.Parallel()
	dir := runOfV8(t, "node")
	err := filepath.WalkDir(filepath.Join(dir, "cov"), func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			err = os.Remove(path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "lcov.info")); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "old.cjs"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "old.js"), []byte(strings.ReplaceAll(string(text), "\r", "")), 0o644); err != nil {
		t.Fatal(err)
	}
	for name, s := range map[string]string{
		"0d33c361-b3c9-43db-a94a-a977ee622003": `{"scriptId":"60","url":"file://` + filepath.ToSlash(dir) + `/old.js","functions":[
			{"functionName":"","ranges":[{"startOffset":0,"endOffset":144,"count":1}],"isBlockCoverage":true},
			{"functionName":"f","ranges":[{"startOffset":27,"endOffset":85,"count":1},{"startOffset":52,"endOffset":71,"count":0}],"isBlockCoverage":true},
			{"functionName":"g","ranges":[{"startOffset":86,"endOffset":114,"count":0}],"isBlockCoverage":false}]}`,
		"def2dab7-3fc6-41cc-b4d1-44231626dedb": `{"scriptId":"61","url":"file://` + filepath.ToSlash(dir) + `/util.ts","functions":[{"functionName":"","ranges":[{"startOffset":0,"endOffset":9,"count":1}]}]}`,
	} {
		if err := os.WriteFile(filepath.Join(dir, "cov", name+".json"), []byte(s), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	out, errs, _ := covls(t, "gaps", "-C", dir)
	if !strings.Contains(out, "old.js:8:10: g is not tested") || strings.Contains(out, "util.ts") || errs != "" {
		t.Errorf("%s%s", out, errs)
	}
	if out, _, _ := covls(t, "doctor", "-C", dir); !strings.Contains(out, "deno coverage --lcov") {
		t.Error(out)
	}
}

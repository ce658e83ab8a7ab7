package advice_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/covls/covls/advice"
	"github.com/covls/covls/coverage"
	"github.com/covls/covls/source"
)

var update = flag.Bool("update", false, "write what is said into testdata")

// TestOf lists what is said of each function of the folders in testdata, in "advice" at the end of each. A function is tested where
// "tested" stands in the line that it begins on, and nobody knows of those with "unknown".
func TestOf(t *testing.T) {
	t.Parallel()
	paths, err := filepath.Glob(filepath.Join("testdata", "*.txtar"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			in := &advice.Folder{Complete: !strings.Contains(string(archive.Comment), "incomplete")}
			lines := map[string][]string{}
			have := &txtar.Archive{Comment: archive.Comment}
			want := ""
			for _, f := range archive.Files {
				if f.Name == "advice" {
					want = string(f.Data)
					continue
				}
				have.Files = append(have.Files, f)
				in.Texts = append(in.Texts, advice.Text{Name: f.Name, Text: string(f.Data), Test: source.IsTest(f.Name)})
				lines[f.Name] = strings.Split(string(f.Data), "\n")
			}
			in.Tested = func(file string, line uint32) (tested, known bool) {
				text := lines[file][line-1]
				return strings.Contains(text, "tested"), !strings.Contains(text, "unknown")
			}
			var got strings.Builder
			for _, text := range in.Texts {
				parsed, ok := source.Parse(text.Name, text.Text)
				if !ok || text.Test {
					continue
				}
				for i := range parsed.Funcs {
					f := &parsed.Funcs[i]
					if said := said(in.Of(text.Name, f)); said != "" {
						fmt.Fprintf(&got, "%s:%d %s: %s\n", text.Name, f.NameSpan.Start.Line, f, said)
					}
				}
			}
			have.Files = append(have.Files, txtar.File{Name: "advice", Data: []byte(got.String())})
			if *update {
				if err := os.WriteFile(path, txtar.Format(have), 0o644); err != nil {
					t.Fatal(err)
				}
			} else if got.String() != want {
				t.Errorf("have\n%s\nwant\n%s", got.String(), want)
			}
		})
	}
}

func said(a advice.Advice) string {
	var out []string
	for _, c := range a.Callers {
		out = append(out, fmt.Sprintf("caller %s calls=%t tested=%t known=%t", c.Name, c.Calls, c.Tested, c.Known))
	}
	if m := a.Model; m != nil {
		out = append(out, fmt.Sprintf("like %s, %s in %s:%d", m.Function, m.Test, m.File, m.Line))
	}
	return strings.Join(out, "; ")
}

// TestOfNothing asks for what is not there.
func TestOfNothing(t *testing.T) {
	t.Parallel()
	text := advice.Text{Name: "a.go", Text: "package a\n\nfunc f() {}\n"}
	in := &advice.Folder{Texts: []advice.Text{text, {Name: "broken.go", Text: "package a\n\nfunc {"}, {Name: "a.unknown", Text: "f"}}, Complete: true}
	for _, tt := range []struct{ file, name string }{{"none.go", "f"}, {"a.go", "g"}, {"broken.go", "f"}, {"a.unknown", "f"}, {"a.go", "f"}} {
		if a := in.Of(tt.file, &coverage.Func{Name: tt.name}); said(a) != "" {
			t.Errorf("%s %s: have %+v, want nothing", tt.file, tt.name, a)
		}
	}
}

// TestRead reads the sources of one language that lie in a folder, the file's own and those like it first, and what somebody is editing
// as it is there.
func TestRead(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	outside := filepath.Join(t.TempDir(), "x.go")
	for name, text := range map[string]string{"a.go": "package a", "b.go": "package b", "c_test.go": "package c", "b_test.go": "package b // on disk", "note.txt": "no source", "large.go": strings.Repeat("/", 100)} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(outside, []byte("package x"), 0o644); err != nil {
		t.Fatal(err)
	}
	list := func(f *advice.Folder) string {
		var out []string
		for _, text := range f.Texts {
			out = append(out, fmt.Sprintf("%s %q %t", text.Name, text.Text, text.Test))
		}
		return strings.Join(out, "\n") + fmt.Sprintf("\ncomplete %t", f.Complete)
	}
	open := func(path string) (string, bool) { return "package b // edited", filepath.Base(path) == "b_test.go" }
	want := `b.go "package b" false
b_test.go "package b // edited" true
a.go "package a" false
c_test.go "package c" true
complete false`
	if got := list(advice.Read([]string{dir}, filepath.Join(dir, "b.go"), 50, open)); got != want {
		t.Errorf("have\n%s\nwant\n%s", got, want)
	}
	if err := os.Remove(filepath.Join(dir, "large.go")); err != nil {
		t.Fatal(err)
	}
	if f := advice.Read([]string{dir}, filepath.Join(dir, "b.go"), 50, nil); !f.Complete || len(f.Texts) != 4 {
		t.Errorf("have %s", list(f))
	}
	if err := os.WriteFile(filepath.Join(dir, "asm.s"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if f := advice.Read([]string{dir}, filepath.Join(dir, "b.go"), 50, nil); f.Complete {
		t.Errorf("have %s, in which assembly is left out", list(f))
	}
	if f := advice.Read([]string{dir}, outside, 50, nil); len(f.Texts) > 0 || f.Complete {
		t.Errorf("have %s of what lies outside", list(f))
	}
	if f := advice.Read([]string{dir}, filepath.Join(dir, "none", "b.go"), 50, nil); len(f.Texts) > 0 || f.Complete {
		t.Errorf("have %s of a folder that is not there", list(f))
	}
}

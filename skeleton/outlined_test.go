package skeleton_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/covls/covls/skeleton"
	"github.com/covls/covls/text"
)

// TestOf makes the tests of sources of other languages, and compares them with what their archives have. The comment of an archive
// has lines that begin with "make ": what of the source stands at a function, and behind "missed" what of it never ran; and
// "runner", "test", "module" and "helper" as a skeleton.Request has them. The first file is the source.
func TestOf(t *testing.T) {
	t.Parallel()
	paths, err := filepath.Glob("testdata/other/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatal("no archives", err)
	}
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			got := outlined(t, archive)
			at := slices.IndexFunc(archive.Files, func(f txtar.File) bool { return f.Name == "made" })
			if *update {
				if at < 0 {
					at = len(archive.Files)
					archive.Files = append(archive.Files, txtar.File{Name: "made"})
				}
				archive.Files[at].Data = []byte(got)
				if err := os.WriteFile(path, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if at < 0 || string(archive.Files[at].Data) != got {
				t.Errorf("have:\n%s", got)
			}
		})
	}
}

// outlined makes the tests of an archive, one behind the other, and returns what was made and the file at the end.
func outlined(t *testing.T, archive *txtar.Archive) string {
	t.Helper()
	files := map[string]string{}
	for _, f := range archive.Files {
		if f.Name != "made" {
			files[f.Name] = string(f.Data)
		}
	}
	r := skeleton.Request{Source: skeleton.File{Name: archive.Files[0].Name}}
	var said strings.Builder
	last := ""
	for line := range strings.Lines(string(archive.Comment)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch key {
		case "runner":
			r.Runner = value
		case "test":
			r.Test.Name = value
		case "module":
			r.Module = value
		case "helper":
			r.Helper = value
		case "make":
			function, missed, partly := strings.Cut(value, " missed ")
			r.Source.Text = files[r.Source.Name]
			r.Test.Text, r.Exists = files[r.Test.Name], files[r.Test.Name] != ""
			r.At = strings.Index(r.Source.Text, function)
			r.Missed = skeleton.Missed{Whole: !partly}
			for part := range strings.SplitSeq(missed, " | ") {
				if at := strings.Index(r.Source.Text, part); partly && at >= 0 {
					r.Missed.Parts = append(r.Missed.Parts, skeleton.Span{Start: at, End: at + len(part)})
				}
			}
			if r.At < 0 {
				t.Fatalf("no %q", function)
			}
			s, err := skeleton.Of(r)
			if err != nil {
				fmt.Fprintf(&said, "%s: no test: %v\n", function, err)
				continue
			}
			was := files[s.File]
			now := s.Apply(was)
			if s.New != (was == "") {
				t.Errorf("%s: new is %v for %s", function, s.New, s.File)
			}
			at := text.New(now)
			row, col := at.LineCol(s.Cursor)
			fmt.Fprintf(&said, "%s: %s in %s:%d:%d, behind %q\n", function, s.Test, s.File, row, col, strings.TrimSpace(at.Line(row)[:col-1]))
			files[s.File], last = now, s.File
		}
	}
	if last != "" {
		fmt.Fprintf(&said, "%s:\n", last)
		for l := range strings.Lines(files[last]) {
			said.WriteString(strings.TrimRight("\t"+l, " \t\n") + "\n")
		}
	}
	return said.String()
}

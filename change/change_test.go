package change_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/covls/covls/change"
	"github.com/covls/covls/coverage"
	"github.com/covls/covls/source"
)

var update = flag.Bool("update", false, "write what is found into testdata")

// file takes a text apart in which a line that never ran ends in "//-" or "#-". In Go, where a block begins on such a
// line; elsewhere every line with code counts.
func file(name, text string) *change.File { return change.Of(name, text, nil, coverageOf(name, text)) }

func coverageOf(name, text string) *coverage.File {
	missed := map[uint32]bool{}
	for i, l := range strings.Split(text, "\n") {
		if strings.HasSuffix(l, "//-") || strings.HasSuffix(l, "#-") {
			missed[uint32(i+1)] = true
		}
	}
	cov := &coverage.File{Name: name}
	if strings.HasSuffix(name, ".go") {
		for _, b := range source.Blocks(text) {
			r := b.As
			r.Count = 1
			for _, s := range b.Statements {
				if missed[s.Start.Line] {
					r.Count = 0
				}
			}
			cov.Regions = append(cov.Regions, r)
		}
	} else {
		cov.Unit = coverage.Lines
		code := source.NewCode(name, text)
		for n := uint32(1); n <= code.Lines(); n++ {
			if code.Line(n) != 0 && !code.Bare(n) {
				l := coverage.Line{Number: n, Count: 1}
				if missed[n] {
					l.Count = 0
				}
				cov.Lines = append(cov.Lines, l)
			}
		}
	}
	return cov
}

// told is what is found, as lines.
func told(matches []change.Match) string {
	var b strings.Builder
	for _, m := range matches {
		if m.How == change.Moved {
			fmt.Fprintf(&b, "moved %s %s from %s %s\n", m.File.Path, m.Unit.Name, m.WasFile.Path, m.Was.Name)
		}
	}
	for _, i := range change.Judge(matches) {
		how := "changed"
		if i.Match.How == change.New {
			how = "new"
		}
		fmt.Fprintf(&b, "%s %s:%d %s: %d of %d covered, not %v\n", how, i.Match.File.Path, i.Match.Unit.Line, i.Match.Unit.Name, i.Covered, i.Total, i.Uncovered)
	}
	return b.String() + lossesOf(change.Lost(matches))
}

// TestChanges holds what is told of two states of some texts against testdata/*.txtar: files in was/ and now/, where
// "now/b.go was a.go" is a file that git knows to have been renamed. The same is told where the older texts are those of a baseline.
func TestChanges(t *testing.T) {
	t.Parallel()
	paths, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatal("no cases:", err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			var was, now []*change.File
			var want []byte
			var quick []*change.File // the later texts as OfBeside takes them apart
			for _, f := range archive.Files {
				name, older, _ := strings.Cut(f.Name, " was ")
				if name == "want" {
					want = f.Data
					continue
				}
				side, name, _ := strings.Cut(name, "/")
				taken := file(name, string(f.Data))
				if side == "was" {
					was = append(was, taken)
				} else {
					taken.Was = older
					now = append(now, taken)
					parsed, _ := source.Parse(name, string(f.Data))
					beside := change.OfBeside(name, string(f.Data), parsed, coverageOf(name, string(f.Data)))
					beside.Was = older
					quick = append(quick, beside)
				}
			}
			got := []byte(told(change.Compare(was, now)))
			withoutLost, _, _ := strings.Cut("\n"+string(got), "\nlost ")
			if got := strings.TrimSuffix(told(pairs(archive)), "\n"); got != strings.Trim(withoutLost, "\n") {
				t.Errorf("without the functions that are as they were:\n%s\nwant:\n%s", got, withoutLost)
			}
			beside := []byte(told(change.Compare(roundtrip(t, was), now)))
			older := roundtrip(t, was)
			if got, want := change.Lost(change.Compare(older, quick)), change.Lost(change.Compare(older, now)); lossesOf(got) != lossesOf(want) {
				t.Errorf("without what ran:\n%s\nwant:\n%s", lossesOf(got), lossesOf(want))
			}
			if *update {
				archive.Files = slices.DeleteFunc(archive.Files, func(f txtar.File) bool { return f.Name == "want" })
				archive.Files = append(archive.Files, txtar.File{Name: "want", Data: got})
				if err := os.WriteFile(path, txtar.Format(archive), 0o666); err != nil {
					t.Fatal(err)
				}
			} else if !bytes.Equal(got, want) {
				t.Errorf("got:\n%s\nwant:\n%s", got, want)
			}
			if !bytes.Equal(beside, got) {
				t.Errorf("beside a baseline:\n%s\nwant:\n%s", beside, got)
			}
		})
	}
}

// pairs are the matches where each text is taken apart with its older one, without what did not change.
func pairs(archive *txtar.Archive) []change.Match {
	olds := map[string]string{}
	for _, f := range archive.Files {
		if name, ok := strings.CutPrefix(f.Name, "was/"); ok {
			olds[name] = string(f.Data)
		}
	}
	var was, now []*change.File
	for _, f := range archive.Files {
		name, older, _ := strings.Cut(strings.TrimPrefix(f.Name, "now/"), " was ")
		if !strings.HasPrefix(f.Name, "now/") {
			continue
		}
		text, cov := string(f.Data), coverageOf(name, string(f.Data))
		at := older
		if at == "" {
			at = name
		}
		old, ok := olds[at]
		var before, later *change.File
		if ok {
			before, later = change.Pair(at, old, name, text, nil, cov, false)
			was = append(was, before)
			delete(olds, at)
		} else {
			later = change.Of(name, text, nil, cov)
		}
		later.Was = older
		now = append(now, later)
	}
	for name, text := range olds {
		was = append(was, change.Older(name, text))
	}
	slices.SortFunc(was, func(a, b *change.File) int { return strings.Compare(a.Path, b.Path) })
	return change.Compare(was, now)
}

// lossesOf are losses as lines.
func lossesOf(losses []change.Loss) string {
	var b strings.Builder
	for _, l := range losses {
		fmt.Fprintf(&b, "lost %s:%d %s: %d of %d at %v\n", l.Match.File.Path, l.Match.Unit.Line, l.Match.Unit.Name, l.Statements, l.Was, l.Lines)
	}
	return b.String()
}

// roundtrip writes files as a baseline and reads it.
func roundtrip(t *testing.T, files []*change.File) []*change.File {
	t.Helper()
	var b bytes.Buffer
	if err := (&change.Baseline{Commit: "abc", Files: files}).Write(&b, "test"); err != nil {
		t.Fatal(err)
	}
	got, err := change.Read(&b)
	if err != nil {
		t.Fatal(err)
	}
	if got.Commit != "abc" || len(got.Files) != len(files) {
		t.Fatalf("read %q with %d files", got.Commit, len(got.Files))
	}
	return got.Files
}

// TestIdle holds that a function on one line that was never called is not covered, though its line ran when the text was loaded.
func TestIdle(t *testing.T) {
	t.Parallel()
	const text = "exports.w = x => x * 2;\nexports.v = x => x * 3;\nexports.u = x => {\n  return x;\n};\n"
	cov := &coverage.File{
		Name: "a.js", Unit: coverage.Lines, Loads: true,
		Lines: []coverage.Line{{Number: 1, Count: 1}, {Number: 2, Count: 1}, {Number: 3, Count: 1}, {Number: 4}, {Number: 5, Count: 1}},
	}
	for i, name := range []string{"w", "v", "u"} {
		at := coverage.Point{Line: uint32(i + 1)}
		cov.Funcs = append(cov.Funcs, coverage.Func{Name: name, Counted: true, Count: uint64(i % 2), Span: coverage.Span{Start: at}})
	}
	const want = "new a.js:1 w: 0 of 1 covered, not [[1 1]]\nnew a.js:2 v: 1 of 1 covered, not []\nnew a.js:3 u: 2 of 3 covered, not [[4 4]]\n"
	if got := told(change.Compare(nil, []*change.File{change.Of("a.js", text, nil, cov)})); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

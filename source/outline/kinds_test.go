package outline_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/covls/covls/source/outline"
)

var kindNames = map[outline.Kind]string{
	outline.Plain: "plain", outline.ErrorReturn: "error", outline.Panic: "panic", outline.Default: "default", outline.Main: "main", outline.Test: "test", outline.Accessor: "accessor",
}

// TestFacts lists for texts of each language, in testdata/facts, how many ways lead through each function, what it is as a whole
// and whether others can name it; then the stretches of a kind, with their text.
func TestFacts(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join("testdata", "facts", "*", "*.txtar"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, path := range files {
		language := filepath.Base(filepath.Dir(path))
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			archive := txtar.Parse(data)
			got := &txtar.Archive{Comment: archive.Comment}
			for _, f := range archive.Files {
				if f.Name == "facts" {
					continue
				}
				text := string(f.Data)
				got.Files = append(got.Files, f, txtar.File{Name: "facts", Data: []byte(factsOf(t, language, text))})
			}
			if *update {
				if err := os.WriteFile(path, txtar.Format(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if want := txtar.Format(archive); string(txtar.Format(got)) != string(want) {
				t.Errorf("%s differs; -update rewrites it. Have\n%s", path, txtar.Format(got))
			}
		})
	}
}

func factsOf(t *testing.T, language, text string) string {
	t.Helper()
	o, ok := outline.Of(language, text)
	if !ok {
		t.Fatalf("%s is no language", language)
	}
	facts := o.Facts()
	if facts == nil {
		t.Fatalf("nothing is told of %s", language)
	}
	var b strings.Builder
	for i, f := range o.Funcs {
		fmt.Fprintf(&b, "%s %d", f.Name, facts.Ways[i])
		if k := facts.Whole[i]; k != outline.Plain {
			b.WriteString(" " + kindNames[k])
		}
		if facts.Public[i] {
			b.WriteString(" public")
		}
		b.WriteString("\n")
	}
	for _, l := range facts.Stretches {
		line := strings.Count(text[:l.Start], "\n") + 1
		fmt.Fprintf(&b, "%d %s | %s\n", line, kindNames[l.Kind], strings.Join(strings.Fields(text[l.Start:l.End]), " "))
	}
	return b.String()
}

// TestFactsOfAll: each language tells its facts, and is in no trouble with a text of any other.
func TestFactsOfAll(t *testing.T) {
	t.Parallel()
	for _, language := range outline.Languages() {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			for _, paths := range texts(t) {
				for _, path := range paths {
					_, src := read(t, path)
					o, _ := outline.Of(language, src)
					check(t, src, o)
				}
			}
		})
	}
}

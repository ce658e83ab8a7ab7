package outline_test

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/covls/covls/source/outline"
	"github.com/covls/covls/text"
)

var update = flag.Bool("update", false, "write what is found into testdata")

// show writes an outline, a function on each line: what it is called, from where to where it goes, where its body begins.
func show(o *outline.Outline, src string) string {
	t := text.New(src)
	at := func(offset int) string {
		line, col := t.LineCol(offset)
		return fmt.Sprintf("%d:%d", line, col)
	}
	var b strings.Builder
	for _, f := range o.Funcs {
		for n := f.Outer; n >= 0; n = o.Funcs[n].Outer {
			b.WriteString("  ")
		}
		name := f.Name
		if name == "" {
			name = "-"
		}
		fmt.Fprintf(&b, "%s %s-%s", name, at(f.Start), at(f.End))
		for _, more := range []struct {
			is   bool
			text string
		}{
			{f.Class != "", "of " + f.Class},
			{f.Static, "static"},
			{f.Value, "value"},
			{f.Params != "", "(" + f.Params + ")"},
			{f.Marked != f.Start, "marked " + at(f.Marked)},
			{true, "body " + at(f.Body)},
		} {
			if more.is {
				b.WriteString(" " + more.text)
			}
		}
		if named := src[f.NameStart:f.NameEnd]; named != f.Name {
			fmt.Fprintf(&b, " at %q", named)
		}
		b.WriteByte('\n')
	}
	if o.Broken >= 0 {
		fmt.Fprintf(&b, "broken %s\n", at(o.Broken))
	}
	return b.String()
}

// texts are the archives of testdata by language: each has a text and its functions.
func texts(t testing.TB) map[string][]string {
	t.Helper()
	paths, err := filepath.Glob("testdata/*/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatal("no archives", err)
	}
	out := map[string][]string{}
	for _, path := range paths {
		language := filepath.Base(filepath.Dir(path))
		out[language] = append(out[language], path)
	}
	return out
}

func read(t testing.TB, path string) (archive *txtar.Archive, src string) {
	t.Helper()
	archive, err := txtar.ParseFile(path)
	if err != nil || len(archive.Files) == 0 {
		t.Fatal(path, err)
	}
	return archive, string(archive.Files[0].Data)
}

// TestOf holds the functions of the texts of testdata against the second file of each archive, also with other line ends and
// a byte order mark.
func TestOf(t *testing.T) {
	t.Parallel()
	for language, paths := range texts(t) {
		for _, path := range paths {
			t.Run(language+"/"+strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
				t.Parallel()
				archive, src := read(t, path)
				o, ok := outline.Of(language, src)
				if !ok {
					t.Fatalf("%s is not known", language)
				}
				check(t, src, o)
				got := show(o, src)
				if *update {
					archive.Files = append(archive.Files[:1], txtar.File{Name: "functions", Data: []byte(got)})
					if err := os.WriteFile(path, txtar.Format(archive), 0o644); err != nil {
						t.Fatal(err)
					}
				}
				if len(archive.Files) < 2 || got != string(archive.Files[1].Data) {
					t.Errorf("have\n%s\nwant %v", got, archive.Files[1:])
				}
				crlf := strings.ReplaceAll(src, "\n", "\r\n")
				if o, _ := outline.Of(language, crlf); strings.ReplaceAll(show(o, crlf), `\r\n`, `\n`) != got {
					t.Errorf("with CRLF\n%s\nwant\n%s", show(o, crlf), got)
				}
				if o, _ := outline.Of(language, "\ufeff"+src); len(o.Funcs) != strings.Count(got, " body ") {
					t.Errorf("with a byte order mark\n%s\nwant\n%s", show(o, "\ufeff"+src), got)
				}
			})
		}
	}
}

// check holds what an outline promises of any text.
func check(t testing.TB, src string, o *outline.Outline) {
	t.Helper()
	last := 0
	for i, f := range o.Funcs {
		if f.Start < last || f.Marked > f.Start || f.Start > f.End || f.End > len(src) || f.NameStart < 0 || f.NameStart > f.NameEnd || f.NameEnd > len(src) || f.Body < f.Start || f.Body > len(src) || f.Outer >= i {
			t.Errorf("function %d is %+v in %d bytes", i, f, len(src))
		}
		if f.Outer >= 0 && (o.Funcs[f.Outer].Start > f.Start || o.Funcs[f.Outer].End < f.End) {
			t.Errorf("function %d is not in %d: %+v, %+v", i, f.Outer, f, o.Funcs[f.Outer])
		}
		last = f.Start
	}
	last = 0
	for _, c := range o.Comments {
		if c.Start < last || c.End < c.Start || c.End > len(src) {
			t.Errorf("comment %v behind %d", c, last)
		}
		last = c.End
	}
	facts := o.Facts()
	if facts == nil {
		t.Fatal("nothing more is told of the language")
	}
	for i, n := range facts.Ways {
		if n < 1 || n > len(src) {
			t.Errorf("%d ways lead through function %d in %d bytes", n, i, len(src))
		}
	}
	last = 0
	for _, l := range facts.Stretches {
		if l.Start < last || l.Start >= l.End || l.End > len(src) {
			t.Errorf("%+v behind %d in %d bytes", l, last, len(src))
		}
		last = l.Start
	}
	_ = o.Tests()
}

// FuzzOf: each language has its share of the texts.
func FuzzOf(f *testing.F) {
	all := texts(f)
	languages := slices.Sorted(maps.Keys(all))
	for i, language := range languages {
		for _, path := range all[language] {
			_, src := read(f, path)
			f.Add(uint8(i), src)
		}
	}
	f.Fuzz(func(t *testing.T, i uint8, src string) {
		language := languages[int(i)%len(languages)]
		start := time.Now()
		o, ok := outline.Of(language, src)
		if !ok {
			t.Fatalf("%s is not known", language)
		}
		check(t, src, o)
		if language == "c" {
			outline.Header(src)
		}
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("%d bytes of %s took %v", len(src), language, took)
		}
	})
}

// BenchmarkFacts tells what BenchmarkOf reads.
func BenchmarkFacts(b *testing.B) {
	for language, paths := range texts(b) {
		var all []*outline.Outline
		size := 0
		for _, path := range paths {
			_, src := read(b, path)
			o, _ := outline.Of(language, strings.Repeat(src, 100))
			all = append(all, o)
			size += 100 * len(src)
		}
		b.Run(language, func(b *testing.B) {
			b.SetBytes(int64(size))
			for b.Loop() {
				for _, o := range all {
					o.Facts()
				}
			}
		})
	}
}

// BenchmarkOf reads the texts of testdata, each a hundred times over.
func BenchmarkOf(b *testing.B) {
	for language, paths := range texts(b) {
		var all []string
		size := 0
		for _, path := range paths {
			_, src := read(b, path)
			all = append(all, strings.Repeat(src, 100))
			size += 100 * len(src)
		}
		b.Run(language, func(b *testing.B) {
			b.SetBytes(int64(size))
			for b.Loop() {
				for _, src := range all {
					outline.Of(language, src)
				}
			}
		})
	}
}

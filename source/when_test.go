package source_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/source"
	tokens "github.com/covls/covls/source/outline"
)

// TestWays lists of each block of Go texts, and of each line of others, when it runs, in testdata/when. What nobody knows is not
// in the list.
func TestWays(t *testing.T) {
	t.Parallel()
	paths, err := filepath.Glob(filepath.Join("testdata", "when", "*.txtar"))
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
			have := &txtar.Archive{Comment: archive.Comment}
			for _, f := range archive.Files {
				if strings.HasSuffix(f.Name, ".when") {
					continue
				}
				have.Files = append(have.Files, f, txtar.File{Name: f.Name + ".when", Data: []byte(whensOf(f.Name, string(f.Data)))})
			}
			golden(t, path, string(txtar.Format(have)))
		})
	}
}

// whensOf is a line for each place of a text of which it is known when it runs.
func whensOf(name, text string) string {
	var places [][]coverage.Point
	if filepath.Ext(name) == ".go" {
		for _, b := range source.Blocks(text) {
			if b.As.Statements > 0 {
				places = append(places, []coverage.Point{b.At.Start})
			}
		}
	} else {
		for n := range strings.Count(text, "\n") {
			places = append(places, []coverage.Point{{Line: uint32(n + 1), Col: 1}})
		}
	}
	lines := strings.Split(text, "\n")
	var b strings.Builder
	for i, ways := range source.Ways(name, text, places) {
		for _, w := range ways {
			p := places[i][0]
			code := strings.TrimSpace(lines[p.Line-1][p.Col-1:])
			fmt.Fprintf(&b, "%d:%d %s: %s\n", p.Line, p.Col, code, shown(w))
		}
	}
	return b.String()
}

var hows = map[tokens.How]string{
	tokens.Holds: "when", tokens.Otherwise: "otherwise, when", tokens.In: "in", tokens.Matches: "matched by", tokens.Rest: "in the rest of", tokens.Unmatched: "unmatched by",
	tokens.Each: "for each", tokens.Ended: "when there ends", tokens.Completed: "when nothing breaks off", tokens.Within: "in the block of", tokens.Called: "called", tokens.Passed: "passed to", tokens.Returned: "returned", tokens.Raised: "nothing raised",
}

func shown(w source.When) string {
	how := hows[w.How]
	if w.Not {
		how += " not"
	}
	return how + " `" + w.Code + "`"
}

// TestWaysOfStretches holds what is said of a stretch of several blocks: each way into it, but for those from within it.
func TestWaysOfStretches(t *testing.T) {
	t.Parallel()
	const text = `package p

func f(x int, s string) int {
	for x < 10 {
		x++
		if x == 5 {
			return 1
		}
	}
	switch s {
	case "a":
		x = 1
	case "b":
		x = 2
	default:
		return 4
	}
	if x > 7 {
		x = 3
	}
	x++
	return x
}

func g(x int) int {
	if x > 2 {
		return 1
	}
	x++
	if x == 3 {
		goto out
	}
	if x == 4 {
		return 2
	}
	x = 5
out:
	return x
}
`
	for _, tt := range []struct{ name, lines, want string }{
		{"one", "12", "in `case \"a\"`"},
		{"clauses", "12 14", "in `case \"a\"`; in `case \"b\"`"},
		{"clauses and what follows", "12 14 18 19 21 22", "in `case \"a\"`; in `case \"b\"`; when `x > 7`"},
		{"the head of a clause", "13", "in `case \"b\"`"},
		{"what is in it", "5 6 7", "when `x < 10`"},
		{"a block and what follows", "19 21 22", "when `x > 7`"},
		{"what follows alone", "21 22", ""},
		{"a function", "4 5 6 7 10 12", ""},
		{"the end of a block", "9 17 20", ""},
		{"up to a label", "36", "when `x != 4`"},
		{"over a label", "36 38", ""},
		{"behind the text", "99", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var places []coverage.Point
			for n := range strings.FieldsSeq(tt.lines) {
				p := coverage.Point{Col: 1}
				fmt.Sscan(n, &p.Line)
				places = append(places, p)
			}
			var have []string
			for _, w := range source.Ways("a.go", text, [][]coverage.Point{places})[0] {
				have = append(have, shown(w))
			}
			if got := strings.Join(have, "; "); got != tt.want {
				t.Errorf("have %q, want %q", got, tt.want)
			}
		})
	}
}

// TestWaysOfLines holds it of stretches of lines of other languages: what is known of how code runs ends where others come in.
func TestWaysOfLines(t *testing.T) {
	t.Parallel()
	const c = `int f(int n, int p)
{
	switch (n) {
	case 1:
		if (p)
			break;
		g(1);
	case 2:
		g(2);
	}
	if (p)
		return 1;
	g(3);
out:
	g(4);
	return 0;
}
`
	const js = `export function f(a, b) {
  const x = a
    ? g(1)
    : g(2);
  return b &&
    g(3);
}
`
	for _, tt := range []struct{ name, file, text, lines, want string }{
		{"up to the next clause", "a.c", c, "7 9", "when not `p`; in `case 2`"},
		{"up to a label", "a.c", c, "13", "when not `p`"},
		{"over a label", "a.c", c, "13 15 16", ""},
		{"an arm", "a.js", js, "3", "when `a`"},
		{"both arms", "a.js", js, "3 4", "when `a`; when not `a`"},
		{"behind &&", "a.js", js, "6", "when `b`"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var places []coverage.Point
			for n := range strings.FieldsSeq(tt.lines) {
				p := coverage.Point{Col: 1}
				fmt.Sscan(n, &p.Line)
				places = append(places, p)
			}
			var have []string
			for _, w := range source.Ways(tt.file, tt.text, [][]coverage.Point{places})[0] {
				have = append(have, shown(w))
			}
			if got := strings.Join(have, "; "); got != tt.want {
				t.Errorf("have %q, want %q", got, tt.want)
			}
		})
	}
}

// FuzzWays holds what goes for every text: nothing fails, what is said is on one line and short, and lies in the text.
func FuzzWays(f *testing.F) {
	paths, err := filepath.Glob(filepath.Join("testdata", "when", "*.txtar"))
	if err != nil || len(paths) == 0 {
		f.Fatalf("no files: %v", err)
	}
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range archive.Files {
			if !strings.HasSuffix(file.Name, ".when") {
				f.Add(file.Name, string(file.Data), uint(3))
			}
		}
	}
	f.Fuzz(func(t *testing.T, name, text string, step uint) {
		if len(text) > 20_000 {
			return
		}
		flow := source.NewFlow(name, text)
		var all []coverage.Point
		for n, line := range strings.Split(text, "\n") {
			for col := uint(1); col <= uint(len(line)); col += 1 + step%50 {
				p := coverage.Point{Line: uint32(n + 1), Col: uint32(col)}
				all = append(all, p)
				for _, w := range flow.Ways([]coverage.Point{p}) {
					if w.How == tokens.Unknown || w.Start < 0 || w.Start > w.End || w.End > len(text) || strings.ContainsAny(w.Code, "\n\r") || len([]rune(w.Code)) > 70 {
						t.Fatalf("%v: %+v", p, w)
					}
				}
			}
		}
		flow.Ways(all)
	})
}

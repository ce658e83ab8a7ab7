package coverage_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/covls/covls/coverage"
)

// at is a place by its offset.
func at(n int) coverage.Point { return coverage.Point{Col: uint32(n)} }

// scriptOf has a stretch for each part of text that stands between marks: "«3 name:" or "«3:" for a part begins one that ran
// three times, "»" ends it. The rest is the text.
func scriptOf(text string) (string, coverage.Script) {
	var b strings.Builder
	units := 0
	var open []int
	var all []coverage.Stretch
	for rest := text; rest != ""; {
		switch {
		case strings.HasPrefix(rest, "«"):
			head, behind, _ := strings.Cut(strings.TrimPrefix(rest, "«"), ":")
			s := coverage.Stretch{Start: at(units)}
			count, name, call := strings.Cut(head, " ")
			_, _ = fmt.Sscan(count, &s.Count)
			s.Name, s.Call = name, call
			open, all, rest = append(open, len(all)), append(all, s), behind
		case strings.HasPrefix(rest, "»"):
			all[open[len(open)-1]].End = at(units)
			open, rest = open[:len(open)-1], strings.TrimPrefix(rest, "»")
		default:
			r := []rune(rest)[0]
			b.WriteRune(r)
			units += utf16.RuneLen(r)
			rest = strings.TrimPrefix(rest, string(r))
		}
	}
	return b.String(), coverage.NewScript(uint32(units), all)
}

// says tells how often each line ran, and the functions.
func says(f *coverage.File) string {
	var out []string
	for _, l := range f.Lines {
		out = append(out, fmt.Sprint(l.Count))
	}
	for _, fn := range f.Funcs {
		out = append(out, fmt.Sprintf("%s@%d.%d-%d.%d=%d", fn.Name, fn.Span.Start.Line, fn.Span.Start.Col, fn.Span.End.Line, fn.Span.End.Col, fn.Count))
	}
	return strings.Join(out, " ")
}

func TestOver(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, text, want string }{
		{"a function", "«1 :a\n«0 f:function f() {\n}»\nb»", "1 0 0 1 f@2.1-3.2=0"},
		{"a part of a line", "«1 :a «0 f:function f() {}»; b»", "1 f@1.3-1.18=0"},
		{"a part of a function", "«2 :«3 f:function f() {\n  a\n«0:  b\n  c\n»}»»\n", "3 3 0 0 3 f@1.1-5.2=3"},
		{"a call within what did not run", "«1 :«0:a\n«5 g:function g() {\n}»\n»b»", "0 5 5 1 g@2.1-3.2=5"},
		{"blank lines", "«1 :\n«2:a»\n\n«0:\nb»»\n \n\n", "1 2 1 1 0"},
		{"carriage returns", "«1 :a\r\n«0:b\r\n»c\r\n»", "1 0 1"},
		{"other letters", "«1 :ä𝒳\n𝒳 = «0 é:function é() { 𝒳 }»\n»", "1 1 é@2.8-2.30=0"},
		{"the mark of the byte order", "\ufeff«1 :a\n«0 f:f() {\n}»»", "1 0 0 f@2.1-3.2=0"},
		{"no name", "«1 :«0 :() => {\n  a\n}»\n»", "0 0 0"},
		{"names that the text has not", "«1 :«1 o.x:function (a) {}» «1 get x:get x() {}» «1 A:constructor() {}» «1 x:(a) => a» «1 x:a => a» «1 #p:#p() {}» «1 m:async *m() {}» «1 g:async function* g() {}»»", "1 #p@1.61-1.68=1 A@1.28-1.44=1 g@1.83-1.105=1 get x@1.17-1.27=1 m@1.69-1.82=1 o.x@1.1-1.16=1 x@1.45-1.53=1 x@1.54-1.60=1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			text, script := scriptOf(tt.text)
			if strings.HasPrefix(text, "\ufeff") {
				script.Units--
				for i := range script.Stretches {
					script.Stretches[i].Start.Col--
					script.Stretches[i].End.Col--
				}
			}
			f := &coverage.File{Name: "a.js", Unit: coverage.Lines, Scripts: []coverage.Script{script}}
			over, ok := f.Over(text)
			if got := says(over); !ok || got != tt.want {
				t.Errorf("%t, have\n%s\nwant\n%s", ok, got, tt.want)
			}
			if err := over.Check(); err != nil || over.Scripts != nil {
				t.Error(err)
			}
			// What ran twice ran so often, and is merged to the same.
			f.Scripts = append(f.Scripts, script)
			twice, _ := f.Over(text)
			if got, want := says(twice), says(coverage.Merge(over, over)); len(over.Funcs) < 8 && got != want {
				t.Errorf("twice, have\n%s\nwant\n%s", got, want)
			}
			for _, other := range []string{text + " ", strings.TrimSuffix(text, "\n") + "?\n", strings.Replace(text, "function f", "function g", 1), strings.Replace(text, "#p()", "#q()", 1)} {
				if over, ok := f.Over(other); other != text && (ok || over != f) {
					t.Errorf("%q is its text", other)
				}
			}
		})
	}
}

// TestOverLines has places by lines and columns, of a text that another was made of.
func TestOverLines(t *testing.T) {
	t.Parallel()
	const text = "ä = 1\nfunction f() {\n  return 2\n}\n"
	p := func(line, col uint32) coverage.Point { return coverage.Point{Line: line, Col: col} }
	f := &coverage.File{Name: "a.ts", Unit: coverage.Lines, Scripts: []coverage.Script{
		coverage.NewScript(0, []coverage.Stretch{
			{Start: p(1, 0), End: p(9, 0), Count: 1},
			{Start: p(2, 0), End: p(4, math.MaxInt32), Count: 0, Call: true, Name: "f"},
		}),
		coverage.NewScript(0, []coverage.Stretch{{Start: p(1, 0), End: p(1, 5), Count: 2, Call: true, Name: "get"}, {Start: p(2, 0), End: p(4, math.MaxInt32), Count: 2, Call: true, Name: "t"}}),
	}}
	over, ok := f.Over(text)
	if got, want := says(over), "3 2 2 2 f@2.1-4.2=2"; !ok || got != want {
		t.Errorf("%t, have %s, want %s", ok, got, want)
	}
}

// TestOverPaints holds the lines of stretches at random against those that the last of them tells that has a line whole.
func TestOverPaints(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		var text strings.Builder
		for range 1 + r.IntN(12) {
			text.WriteString(strings.Repeat("x", r.IntN(4)) + "\n")
		}
		text.WriteString("x")
		n := text.Len()
		var all []coverage.Stretch
		for range r.IntN(8) {
			start := r.IntN(n + 1)
			all = append(all, coverage.Stretch{Start: at(start), End: at(start + r.IntN(n+1-start)), Count: r.Uint64N(5)})
		}
		s := coverage.NewScript(uint32(n), all)
		f := &coverage.File{Name: "a.js", Unit: coverage.Lines, Scripts: []coverage.Script{s}}
		over, ok := f.Over(text.String())
		var want []string
		from := uint32(0)
		for line := range strings.Lines(text.String()) {
			to := from + uint32(len(strings.TrimSuffix(line, "\n")))
			count := uint64(1)
			for _, t := range s.Stretches {
				if t.Start.Col <= from && to <= t.End.Col && t.Start.Col < to {
					count = t.Count
				}
			}
			want = append(want, fmt.Sprint(count))
			from += uint32(len(line))
		}
		if got := says(over); !ok || got != strings.Join(want, " ") {
			t.Fatalf("%q, %+v: %t, have %s, want %s", text.String(), s, ok, got, want)
		}
	}
}

// TestScripts holds that scripts are of what a file says: a report of them is no silent one, and has another digest where they
// differ.
func TestScripts(t *testing.T) {
	t.Parallel()
	one := func(units uint32, s ...coverage.Stretch) *coverage.File {
		return &coverage.File{Name: "a.js", Unit: coverage.Lines, Scripts: []coverage.Script{coverage.NewScript(units, s)}}
	}
	s := coverage.Stretch{End: at(9), Call: true, Name: "f", Count: 1}
	more, other, part := s, s, s
	more.Count, other.Name, part.End = 2, "g", at(8)
	files := []*coverage.File{one(9, s), one(8, s), one(9, more), one(9, other), one(9, part), one(9), {Name: "a.js", Unit: coverage.Lines}}
	seen := map[uint64]bool{}
	for i, f := range files {
		seen[(&coverage.Report{Files: []*coverage.File{f}}).Digest()] = true
		if f.Silent() != (f.Scripts == nil) || !f.Equal(f) || slices.ContainsFunc(files[i+1:], f.Equal) {
			t.Errorf("%d: silent %t, or equal to another", i, f.Silent())
		}
	}
	if len(seen) != len(files) {
		t.Errorf("%d digests of %d", len(seen), len(files))
	}
	both := coverage.Merge(files[0], files[2])
	if len(both.Scripts) != 2 {
		t.Errorf("merged: %+v", both)
	}
	bad := one(9, s)
	bad.Scripts[0].Stretches[0].Start = at(10)
	if bad.Check() == nil {
		t.Error("a stretch may end before it begins")
	}
}

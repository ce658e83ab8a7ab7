package coverage_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/covls/covls/coverage"
)

// fileOf makes a file of a format, which loads where it is followed by a star, of what stands in words:
//
//	lcov* 1+ 2 3+7 | 2.0.0+ 2.0.1 | f@1-3 g@5+2
//
// lines, branches as line, block and way, and functions from line to line; what ran has a plus, and how often. "|" ends
// what is told of a kind; "-" is a kind that is not told.
func fileOf(t *testing.T, text string) *coverage.File {
	t.Helper()
	format, text, _ := strings.Cut(text, " ")
	f := &coverage.File{Name: text, Unit: coverage.Lines}
	f.Format, f.Loads = strings.CutSuffix(format, "*")
	f.Format, f.Ways, _ = strings.Cut(f.Format, "/")
	kinds := strings.Split(text, "|")
	for k, words := range kinds {
		told := strings.TrimSpace(words) != "-"
		if k == 1 && told {
			f.Branches = []coverage.Branch{}
		}
		if k == 2 && told {
			f.Funcs = []coverage.Func{}
		}
		for word := range strings.FieldsSeq(strings.Trim(words, " -")) {
			what, times, ran := strings.Cut(word, "+")
			var count uint64
			if ran {
				count = 1
				if times != "" {
					count = uint64(number(t, times))
				}
			}
			switch k {
			case 0:
				f.Lines = append(f.Lines, coverage.Line{Number: number(t, what), Count: count})
			case 1:
				b := strings.Split(what, ".")
				f.Branches = append(f.Branches, coverage.Branch{Line: number(t, b[0]), Block: number(t, b[1]), Way: number(t, b[2]), Count: count})
			case 2:
				name, at, _ := strings.Cut(what, "@")
				from, to, _ := strings.Cut(at, "-")
				fn := coverage.Func{Name: strings.ReplaceAll(name, "~", " "), Counted: true, Count: count}
				fn.Span.Start.Line = number(t, from)
				if to != "" {
					fn.Span.End.Line = number(t, to)
				}
				f.Funcs = append(f.Funcs, fn)
			}
		}
	}
	f.Branches, f.Funcs = coverage.SortBranches(f.Branches), coverage.SortFuncs(f.Funcs)
	if err := f.Check(); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return f
}

func number(t *testing.T, s string) uint32 {
	t.Helper()
	n, err := strconv.ParseUint(s, 10, 32)
	if err != nil {
		t.Fatal(err)
	}
	return uint32(n)
}

// wordsOf is what fileOf makes a file of, without the format. What only its lines decide of a function has a "?".
func wordsOf(f *coverage.File) string {
	var b strings.Builder
	word := func(count uint64, format string, args ...any) {
		fmt.Fprintf(&b, format, args...)
		switch {
		case count > 1:
			fmt.Fprintf(&b, "+%d", count)
		case count == 1:
			b.WriteString("+")
		}
		b.WriteString(" ")
	}
	for _, l := range f.Lines {
		word(l.Count, "%d", l.Number)
	}
	b.WriteString("| ")
	if f.Branches == nil {
		b.WriteString("- ")
	}
	for _, w := range f.Branches {
		word(w.Count, "%d.%d.%d", w.Line, w.Block, w.Way)
	}
	b.WriteString("| ")
	if f.Funcs == nil {
		b.WriteString("- ")
	}
	for _, fn := range f.Funcs {
		at := fmt.Sprint(fn.Span.Start.Line)
		if fn.Span.End.Line > 0 {
			at += fmt.Sprint("-", fn.Span.End.Line)
		}
		if !fn.Counted {
			at += "?"
		}
		word(fn.Count, "%s@%s", strings.ReplaceAll(fn.Name, " ", "~"), at)
	}
	return strings.TrimSpace(b.String())
}

// TestMergeFormats holds what reports of several formats, or of which some name no functions, say together, in
// whatever order they come.
func TestMergeFormats(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		rule string
		in   []string
		want string
	}{
		// Lines and counts.
		{"shards add up", []string{"lcov 1+2 2 3 | -|-", "lcov 1+3 2 3+ 4 |-|-"}, "1+5 2 3+ 4 | - | -"},
		{"a count of formats is the highest", []string{"lcov 1+2 2 |-|-", "cobertura 1+3 2+ |-|-"}, "1+3 2+ | - | -"},
		{"shards add up before that", []string{"lcov 1+2 |-|-", "cobertura 1+3 |-|-", "lcov 1+2 |-|-"}, "1+4 | - | -"},
		{"lines of a compiled language", []string{"lcov 1+ 2 |-|-", "gcovr 2 3 |-|-"}, "1+ 2 3 | - | -"},
		{"lines of a language that is not compiled", []string{"lcov* 1+ 2 4 |-|-", "json* 2+ 3 |-|-"}, "1+ 2+ 4 | - | -"},
		{"as many lines", []string{"b* 1+ 3 |-|-", "a* 2+ 3 |-|-"}, "2+ 3 | - | -"},

		// Branches.
		{"ways of one format add up", []string{"lcov 1+ | 1.0.0+ 1.0.1 |-", "lcov 1+ | 1.0.0 1.0.1+ |-"}, "1+2 | 1.0.0+ 1.0.1+ | -"},
		{"ways of two do not", []string{"lcov 1+ | 1.0.0 1.0.1+ |-", "cobertura 1+ | 1.0.0+ 1.0.1 |-"}, "1+ | 1.0.0+ 1.0.1 | -"},
		{"the more ways of a line", []string{"lcov 1+ 2 | 1.0.0 1.0.1+ 2.0.0 |-", "cobertura 1+ 2 | 1.0.0+ 2.0.0 2.0.1 |-"}, "1+ 2 | 1.0.0 1.0.1+ 2.0.0 2.0.1 | -"},
		{"as many, and more taken", []string{"a 1+ | 1.0.0 1.0.1+ |-", "b 1+ | 1.0.0+ 1.0.1+ |-"}, "1+ | 1.0.0+ 1.0.1+ | -"},
		{"formats that number alike add up", []string{"lcov/x 1+ | 1.0.0+5 1.0.1 |-", "x 1+ | 1.0.0+2 1.0.1+ |-", "y 1+ | 1.0.0 1.0.1 |-"}, "1+ | 1.0.0+5 1.0.1+ | -"},
		{"branches without a line", []string{"lcov 1+ | 0.0.0 0.0.1+ 0.1.0 |-", "xml 1+ | 1.0.0+ 1.0.1 |-"}, "1+ | 1.0.0+ 1.0.1 | -"},
		{"where nobody knows the line", []string{"lcov 1+ | 0.0.0 0.0.1+ 0.1.0 |-", "xml 1+ |-|-"}, "1+ | 0.0.0 0.0.1+ 0.1.0 | -"},

		// Which function is which.
		{"one name in one place", []string{"a 2 |-| f@1", "b 2+ |-| f@1-3+"}, "2+ | - | f@1-3+"},
		{"the head and the first line of the body", []string{"clover 10+ 20 |-| add@8+ clear@18", "cobertura 10+ 20 |-| add@10-10+ clear@20-20"}, "10+ 20 | - | add@8-10+ clear@18-20"},
		{"a long head", []string{"a 9 |-| f@1 g@20", "b 9 |-| f@9-12 g@20"}, "9 | - | f@1-12 g@20"},
		{"another function in between", []string{"a 9 |-| f@1 g@5", "b 9 |-| f@9-12"}, "9 | - | f@1 g@5 f@9-12"},
		{"decorators", []string{"a 9 |-| f@1-6", "b 9 |-| f@4-6"}, "9 | - | f@1-6"},
		{"decorators for the other", []string{"a 9 |-| f@4-6", "b 9 |-| f@1-6"}, "9 | - | f@1-6"},
		{"apart", []string{"a 9 |-| f@1-3", "b 9 |-| f@7-9"}, "9 | - | f@1-3 f@7-9"},
		{"overloads", []string{"a 9 |-| f@5 f@8+", "b 9 |-| f@6-6 f@9-9+"}, "9 | - | f@5-6 f@8-9+"},
		{"an overload that one leaves out", []string{"a 9 |-| f@5-6 f@8-9+", "b 9 |-| f@8-9+"}, "9 | - | f@5-6 f@8-9+"},
		{"what it belongs to", []string{"a 9 |-| Svc.inc@2 \\A\\run@5", "b 9 |-| inc@2+ A::run@5"}, "9 | - | Svc.inc@2+ \\A\\run@5"},
		{"parameters", []string{"a 9 |-| f(int,long)@2", "b 9 |-| ns::f@3-4+"}, "9 | - | f(int,long)@2-4+"},
		{"a getter and a setter", []string{"a 9 |-| get~v@4+ set~v@7", "b 9 |-| v@4+ v@7"}, "9 | - | get~v@4+ set~v@7"},
		{"one without a name", []string{"a 9 |-| (anonymous_1)@5", "b 9 |-| never@5-5"}, "9 | - | never@5-5"},
		{"two on a line", []string{"a 9 |-| (anonymous_1)@5 (anonymous_2)@5+", "b 9 |-| x@5+ y@5+"}, "9 | - | x@5+ y@5+"},
		{"one of two on a line", []string{"a 9 |-| (anonymous_1)@5", "b 9 |-| x@5 y@5+"}, "9 | - | (anonymous_1)@5 x@5 y@5+"},
		{"numbers of their own", []string{"a 9 |-| (anonymous_1)@2 (anonymous_2)@4+", "b 9 |-| (anonymous_0)@2 (anonymous_1)@4+"}, "9 | - | (anonymous_1)@2 (anonymous_2)@4+"},
		{"other names on a line", []string{"a 9 |-| x@5", "b 9 |-| y@5"}, "9 | - | x@5 y@5"},
		{"without a place", []string{"a 9 |-| f@0 g@0+", "b 9 |-| f@0+"}, "9 | - | f@0+ g@0+"},

		// Files that name none.
		{"the same lines", []string{"json 2+ 6 |-| f@1-3+ g@5-7", "clover 2+ 6 |-|-"}, "2+ 6 | - | f@1-3+ g@5-7"},
		{"none is named", []string{"json 2 |-|", "xml 2 |-|-"}, "2 | - |"},
		{"none is named, and there is more", []string{"json 2 |-|", "xml 2 3 |-|-"}, "2 3 | - | -"},
		{"more of a function ran", []string{"json 2 6 |-| f@1-3 g@5-7", "xml 2 6+4 |-|-"}, "2 6+4 | - | f@1-3 g@5-7+4"},
		{"of the same format", []string{"lcov 2 6 |-| f@1-3 g@5-7", "lcov 2 6+ |-|-"}, "2 6+ | - | f@1-3 g@5-7+"},
		{"more of one without an end", []string{"json 2 6 |-| f@1 g@5", "xml 2+ 6 |-|-"}, "2+ 6 | - | f@1+ g@5"},
		{"the head ran", []string{"json 1 2 |-| f@1-3", "xml 1+ 2 |-|-"}, "1+ 2 | - | f@1-3+"},
		{"the head was loaded", []string{"json* 1 2 |-| f@1-3", "xml* 1+ 2 |-|-"}, "1+ 2 | - | f@1-3"},
		{"the end was loaded", []string{"json* 1 2 3 |-| f@1-3", "xml* 1+ 2 3+ |-|-"}, "1+ 2 3+ | - | f@1-3"},
		{"the body ran", []string{"json* 1 2 |-| f@1-3", "xml* 1+ 2+5 |-|-"}, "1+ 2+5 | - | f@1-3+5"},
		{"the only line may have been loaded", []string{"json* 1 |-| f@1-1", "xml* 1+ |-|-"}, "1+ | - | f@1-1?"},
		{"text behind it may have been loaded", []string{"json* 1 9 |-| f@1", "xml* 1 9+ |-|-"}, "1 9+ | - | f@1?"},
		{"as it ran before", []string{"json* 1+ |-| f@1-1", "xml* 1+ |-|-"}, "1+ | - | f@1-1"},
		{"functions without a place", []string{"kover 1 2 |-| f@0 g@0+", "xml 1 2+ |-|-"}, "1 2+ | - | -"},
		{"functions without a place, and nothing more ran", []string{"kover 1 2+ |-| f@0 g@0+", "xml 1 2+ |-|-"}, "1 2+ | - | f@0 g@0+"},
	} {
		t.Run(tt.rule, func(t *testing.T) {
			t.Parallel()
			var files []*coverage.File
			for _, text := range tt.in {
				files = append(files, fileOf(t, text))
			}
			for _, order := range orders(files) {
				got := coverage.Merge(order...)
				if wordsOf(got) != tt.want {
					t.Errorf("have %s\nwant %s", wordsOf(got), tt.want)
				}
				if err := got.Check(); err != nil {
					t.Error(err)
				}
			}
			for i, text := range tt.in {
				if !files[i].Equal(fileOf(t, text)) {
					t.Errorf("%s was written to: %s", text, wordsOf(files[i]))
				}
			}
			again := coverage.Merge(append(slices.Clone(files), files...)...)
			if strip(wordsOf(again)) != strip(tt.want) {
				t.Errorf("with itself %s\nwant %s", wordsOf(again), tt.want)
			}
		})
	}
}

// strip leaves out how often something ran.
func strip(words string) string {
	out := strings.Fields(words)
	for i, w := range out {
		if before, _, ok := strings.Cut(w, "+"); ok {
			out[i] = before + "+"
		}
	}
	return strings.Join(out, " ")
}

// orders are all orders of the files.
func orders(files []*coverage.File) (out [][]*coverage.File) {
	if len(files) == 0 {
		return [][]*coverage.File{nil}
	}
	for i, f := range files {
		rest := slices.Delete(slices.Clone(files), i, i+1)
		for _, order := range orders(rest) {
			out = append(out, append([]*coverage.File{f}, order...))
		}
	}
	return out
}

// TestMergeSeen: a region that a report of statements missed did not run for a line that it saw run itself.
func TestMergeSeen(t *testing.T) {
	t.Parallel()
	at := func(line, col uint32) coverage.Point { return coverage.Point{Line: line, Col: col} }
	json := &coverage.File{Format: "istanbul", Lines: []coverage.Line{{Number: 5, Count: 1}, {Number: 6}}, Regions: []coverage.Region{
		{Start: at(5, 15), End: at(5, 27), Statements: 1, Count: 1}, // const never = (a) => a + 1
		{Start: at(5, 22), End: at(5, 27), Statements: 1},
		{Start: at(6, 1), End: at(6, 9), Statements: 1},
	}}
	for _, tt := range []struct {
		lines string
		want  string
	}{
		{"clover 5+ 6 |-|-", "[1 0 0]"},
		{"clover 5+ 6+4 |-|-", "[1 0 4]"},
	} {
		for _, files := range orders([]*coverage.File{json, fileOf(t, tt.lines)}) {
			var got []uint64
			for _, r := range coverage.Merge(files...).Regions {
				got = append(got, r.Count)
			}
			if fmt.Sprint(got) != tt.want {
				t.Errorf("%s: have %v, want %s", tt.lines, got, tt.want)
			}
		}
	}
}

// TestNameless holds what of the lines of files that name no functions nobody else knows.
func TestNameless(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		in   []string
		want string
	}{
		{[]string{"a 1 2 |-| f@1"}, ""},
		{[]string{"a 1 2 |-| f@1", "b 1+ 2 |-|-"}, ""},
		{[]string{"a 1 2 |-| f@1", "b 2+ 3 4+ |-|-"}, "3 4+ | - | -"},
		{[]string{"a |-| f@1", "b 2+ 3 |-|-", "c 4 |-|-"}, "2+ 3 4 | - | -"},
		{[]string{"b |-|-", "a 1 |-| f@1"}, ""},
		{[]string{"a 1 |-|-", "b 1 2 |-|-"}, ""},
	} {
		var files []*coverage.File
		for _, text := range tt.in {
			files = append(files, fileOf(t, text))
		}
		got := coverage.Nameless(files...)
		if got == nil && tt.want != "" || got != nil && wordsOf(got) != tt.want {
			t.Errorf("%q: have %+v, want %q", tt.in, got, tt.want)
		}
	}
}

// TestCountLoaded: in a language that runs the head of a function when the text is loaded, lines alone tell that it was
// called only between its first and its last.
func TestCountLoaded(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		rule     string
		lines    string
		from, to uint32
		want     coverage.Tally
	}{
		{"the head ran", "v8* 1+ 2 3", 1, 3, coverage.Tally{Total: 2}},
		{"the head and the end ran", "v8* 1+ 2 3+", 1, 3, coverage.Tally{Total: 1}},
		{"it was called", "v8* 1+ 2+ 3+", 1, 3, coverage.Tally{Covered: 3, Total: 3}},
		{"a part of it ran", "v8* 1+ 2+ 3 4+", 1, 4, coverage.Tally{Covered: 3, Total: 4}},
		{"nothing stands between", "v8* 1+ 4+", 1, 4, coverage.Tally{Covered: 2, Total: 2}},
		{"two lines", "v8* 1+ 2", 1, 2, coverage.Tally{Covered: 1, Total: 2}},
		{"one line", "v8* 1+ 2", 1, 1, coverage.Tally{Covered: 1, Total: 1}},
		{"another language", "gcov 1+ 2 3", 1, 3, coverage.Tally{Covered: 1, Total: 3}},
	} {
		f := fileOf(t, tt.lines)
		fn := coverage.Func{Span: coverage.Span{Start: coverage.Point{Line: tt.from, Col: 1}, End: coverage.Point{Line: tt.to, Col: 2}}}
		if got := f.Count([]coverage.Func{fn})[0].Statements; got != tt.want {
			t.Errorf("%s: have %v, want %v", tt.rule, got, tt.want)
		}
		// Where the text tells what a call runs, and where the profile has calls of the function, all of it counts.
		told := []coverage.Func{fn, fn}
		told[0].Body, told[1].Counted, told[1].Count = coverage.Point{Line: tt.from, Col: 9}, true, 1
		all := fileOf(t, strings.Replace(tt.lines, "*", "", 1)).Count([]coverage.Func{fn})[0].Statements
		for _, fn := range f.Count(told) {
			if fn.Statements != all {
				t.Errorf("%s, %+v: have %v, want %v", tt.rule, fn, fn.Statements, all)
			}
		}
		// What ran of one that was never called is its declaration, and none of it.
		never := fn
		if never.Counted = true; f.Loads {
			all = coverage.Tally{Total: all.Total - all.Covered}
		}
		if got := f.Count([]coverage.Func{never})[0].Statements; got != all {
			t.Errorf("%s, never called: have %v, want %v", tt.rule, got, all)
		}
	}
}

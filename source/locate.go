package source

import (
	"slices"
	"strings"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/text"
)

// Locate finds in a text the functions that a profile names by their first lines, and perhaps their
// last: Span is whole lines, NameSpan is the name where it stands on the first line or one of the
// next two, else that line. A function without a known end goes up to the next one. Functions
// beyond the text's end are left out.
func Locate(content string, funcs []coverage.Func) *Parsed {
	t := text.New(content)
	p := &Parsed{Funcs: []coverage.Func{}}
	for i, f := range funcs {
		first := f.Span.Start.Line
		if first == 0 || int(first) > t.Lines() {
			continue
		}
		last := f.Span.End.Line
		if last == 0 {
			last = lastLine(t, funcs[i:])
		}
		last = min(last, uint32(t.Lines()))
		line := t.Line(first)
		f.Span = coverage.Span{
			Start: coverage.Point{Line: first, Col: uint32(len(line)-len(strings.TrimLeft(line, " \t"))) + 1},
			End:   coverage.Point{Line: last, Col: uint32(len(strings.TrimRight(t.Line(last), " \t"))) + 1},
		}
		if f.Span.End.Compare(f.Span.Start) < 0 {
			f.Span.End = f.Span.Start
		}
		f.NameSpan = NameSpan(t, first, last, f.Name)
		f.Hash = Fingerprint(content[t.At(first, f.Span.Start.Col):t.At(last, f.Span.End.Col)])
		p.Funcs = append(p.Funcs, f)
	}
	return p
}

// lastLine is the last line that is not blank before the next function.
func lastLine(t *text.Text, funcs []coverage.Func) uint32 {
	first := funcs[0].Span.Start.Line
	last := uint32(t.Lines())
	if next := slices.IndexFunc(funcs, func(f coverage.Func) bool { return f.Span.Start.Line > first }); next > 0 {
		last = min(last, funcs[next].Span.Start.Line-1)
	}
	for last > first && strings.TrimSpace(t.Line(last)) == "" {
		last--
	}
	return last
}

// NameSpan is where a function's name stands in the lines from first on, else the first line without
// the space around it. Of "Foo::bar(int)" it looks for bar.
func NameSpan(t *text.Text, first, last uint32, name string) coverage.Span {
	word, _, _ := strings.Cut(strings.TrimLeft(name, "("), "(")
	if i := strings.LastIndexFunc(word, func(r rune) bool { return !isWord(r) }); i >= 0 {
		word = word[i+1:]
	}
	for n := first; word != "" && n <= min(last, first+2); n++ {
		if at := wordAt(t.Line(n), word); at >= 0 {
			return coverage.Span{Start: coverage.Point{Line: n, Col: uint32(at) + 1}, End: coverage.Point{Line: n, Col: uint32(at+len(word)) + 1}}
		}
	}
	line := t.Line(first)
	start := len(line) - len(strings.TrimLeft(line, " \t"))
	return coverage.Span{
		Start: coverage.Point{Line: first, Col: uint32(start) + 1},
		End:   coverage.Point{Line: first, Col: uint32(len(strings.TrimRight(line, " \t"))) + 1},
	}
}

// wordAt is where word stands in line as a word of its own, or -1.
func wordAt(line, word string) int {
	for from := 0; ; {
		i := strings.Index(line[from:], word)
		if i < 0 {
			return -1
		}
		start, end := from+i, from+i+len(word)
		before, after := []rune(line[:start]), []rune(line[end:])
		if (len(before) == 0 || !isWord(before[len(before)-1])) && (len(after) == 0 || !isWord(after[0])) {
			return start
		}
		from = end
	}
}

func isWord(r rune) bool {
	return r == '_' || r == '$' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || r >= 0x80
}

package change

import (
	"path"
	"strings"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/source"
)

// OfBeside is Of for a text that is compared with a baseline: of functions of Go of which all ran, which have lost nothing, there are no parts, but
// that Ran is set. Parsed are the functions of the text; where they are not, they are looked for again.
func OfBeside(name, text string, parsed *source.Parsed, cov *coverage.File) *File {
	lines := lineStarts(text)
	if path.Ext(name) != ".go" || cov == nil || cov.Unit != coverage.Statements || !fits(parsed, text, lines) {
		return Of(name, text, nil, cov)
	}
	f := &File{Path: name, Print: TextPrint(text), Bits: BitsOf(cov), Counts: cov.Unit}
	code := source.NewCode(path.Base(name), text)
	owners := f.divide(code, parsed, true)
	missed := make([]bool, len(parsed.Funcs)) // something did not run
	outside := false
	left := &coverage.File{Name: cov.Name, Unit: cov.Unit}
	each := func(take func(r *coverage.Region, fn int)) {
		fn := 0
		for i := range cov.Regions {
			r := &cov.Regions[i]
			for fn < len(missed) && parsed.Funcs[fn].Span.End.Compare(r.Start) <= 0 {
				fn++
			}
			in := fn
			if in == len(missed) || r.Start.Compare(parsed.Funcs[in].Span.Start) < 0 {
				in = -1
			}
			take(r, in)
		}
	}
	each(func(r *coverage.Region, fn int) {
		switch {
		case fn < 0:
			outside = outside || r.Statements > 0
		case r.Statements > 0 && r.Count == 0:
			missed[fn] = true
		}
	})
	each(func(r *coverage.Region, fn int) {
		if fn < 0 || missed[fn] {
			left.Regions = append(left.Regions, *r)
		}
	})
	at := map[uint32]bool{} // where the functions begin of which all ran
	short, some := []byte(text), outside
	for i := range parsed.Funcs {
		fn := &parsed.Funcs[i]
		if missed[i] {
			some = true
			continue
		}
		at[fn.Span.Start.Line] = true
		from, to := offset(lines, fn.Span.Start), offset(lines, fn.Span.End)
		if fn.Literal {
			continue // the code around it needs it
		}
		for k := from; k < to; k++ {
			if short[k] != '\n' && short[k] != '\r' {
				short[k] = ' '
			}
		}
	}
	for i := range f.Units {
		u := &f.Units[i]
		u.Ran = u.Name != "" && at[u.First]
	}
	if some {
		f.place(owners, code, partsOf(name, code, left, func() []source.Block { return source.Blocks(string(short)) }), nil)
	}
	return f
}

// lineStarts are the offsets at which the lines of a text begin.
func lineStarts(text string) []int {
	out := make([]int, 1, len(text)/30+1)
	for at := 0; ; {
		n := strings.IndexByte(text[at:], '\n')
		if n < 0 {
			return out
		}
		at += n + 1
		out = append(out, at)
	}
}

// offset is that of a point of a text, -1 of one that lies in none of its lines.
func offset(lines []int, p coverage.Point) int {
	if p.Line == 0 || int(p.Line) > len(lines) || p.Col == 0 {
		return -1
	}
	return lines[p.Line-1] + int(p.Col) - 1
}

// fits reports whether functions are those of a text of Go, as far as their names and ends tell.
func fits(parsed *source.Parsed, text string, lines []int) bool {
	if parsed == nil || parsed.Err != nil || parsed.Directs {
		return false
	}
	end := 0
	for i := range parsed.Funcs {
		fn := &parsed.Funcs[i]
		from, name, to := offset(lines, fn.Span.Start), offset(lines, fn.NameSpan.Start), offset(lines, fn.Span.End)
		if from < end || name < from || to <= name || to > len(text) || text[to-1] != '}' || !strings.HasPrefix(text[from:], "func") || !fn.Literal && !strings.HasPrefix(text[name:], fn.Name) {
			return false
		}
		end = to
	}
	return true
}

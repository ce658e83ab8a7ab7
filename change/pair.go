package change

import (
	"path"
	"slices"
	"sort"
	"strings"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/source"
)

// Pair takes a text and the older one apart, as Of does, but for functions that are in both as they were: these would be Same,
// and are in neither. It takes much less time where little of a large text changed. Known are the functions of the text, nil where nobody has
// looked yet; those that are of another text are left alone. If ran, functions of which something did not run are there all the same,
// so that what they lost can be told; see File.Rest.
func Pair(oldName, old, name, text string, known *source.Parsed, cov *coverage.File, ran bool) (was, now *File) {
	if was, now = pair(oldName, old, name, text, known, cov, ran); now != nil {
		return was, now
	}
	return Older(oldName, old), Of(name, text, nil, cov)
}

// pair is Pair; nil where the texts can't be taken apart without what is in both.
func pair(oldName, old, name, text string, known *source.Parsed, cov *coverage.File, ran bool) (was, now *File) {
	if path.Ext(oldName) != path.Ext(name) || path.Ext(name) == ".go" && (strings.Contains(text, "//line ") || strings.Contains(text, "/*line ")) {
		return nil, nil
	}
	was = &File{Path: oldName, Print: TextPrint(old)}
	now = &File{Path: name, Print: TextPrint(text), Bits: BitsOf(cov)}
	old, text = strings.ReplaceAll(old, "\r\n", "\n"), strings.ReplaceAll(text, "\r\n", "\n")
	if strings.Contains(old, "\r") || strings.Contains(text, "\r") {
		return nil, nil
	}
	if known == nil {
		known, _ = source.Functions(path.Base(name), text)
	}
	if known == nil || known.Err != nil {
		return nil, nil
	}
	c := &cutting{old: old, text: text, names: map[string]bool{}}
	c.find(known, missedIn(cov, ran))
	if len(c.cuts) == 0 {
		return nil, nil
	}
	gone := linesOf(text, c.cuts, func(cut cut) int { return cut.now })
	was.Left = linesOf(old, c.cuts, func(cut cut) int { return cut.was })
	shortOld, short := without(old, was.Left), without(text, gone)
	code, parsed := source.Divide(path.Base(oldName), shortOld)
	if parsed == nil || parsed.Err != nil || !stand(code, was.Left) {
		return nil, nil
	}
	var blocks []source.Block
	codeNow, parsedNow := (*source.Code)(nil), (*source.Parsed)(nil)
	if path.Ext(name) == ".go" && cov != nil {
		codeNow = source.NewCode(path.Base(name), short)
		parsedNow, blocks, _ = source.ParseBlocks(path.Base(name), short)
	} else {
		codeNow, parsedNow = source.Divide(path.Base(name), short)
	}
	if parsedNow == nil || parsedNow.Err != nil || !stand(codeNow, gone) {
		return nil, nil
	}
	was.divide(code, parsed, false)
	owners := now.divide(codeNow, parsedNow, true)
	if slices.ContainsFunc(was.Units, c.named) || slices.ContainsFunc(now.Units, c.named) {
		return nil, nil
	}
	if cov != nil {
		left := &coverage.File{Name: cov.Name, Unit: cov.Unit}
		for _, r := range cov.Regions {
			if !has(gone, r.Start.Line) {
				left.Regions = append(left.Regions, r)
			}
		}
		for _, l := range cov.Lines {
			if !has(gone, l.Number) {
				left.Lines = append(left.Lines, l)
			}
		}
		now.Counts = cov.Unit
		now.place(owners, codeNow, partsOf(name, codeNow, left, func() []source.Block { return blocks }), idleOf(cov))
	}
	return was, now
}

// Rest is a file of the text that f is of, as a baseline has it, without the functions that Pair left out of f; nil where it is of another
// text.
func (f *File) Rest(of *File) *File {
	if of.Print != f.Print {
		return nil
	}
	out := *of
	out.Units = slices.DeleteFunc(slices.Clone(of.Units), func(u Unit) bool { return u.Name != "" && has(f.Left, u.Line) })
	return &out
}

// cut is a function that two texts have as it is: where its first line begins in each, in bytes, and how long it is with its last line.
type cut struct{ was, now, length int }

// cutting finds such functions.
type cutting struct {
	old, text string
	cuts      []cut           // in the order of the later text
	names     map[string]bool // what they, and those in them, are called
}

// named reports whether a unit is called as one that was cut, or as far as its parameters are no part of the name.
func (c *cutting) named(u Unit) bool { return u.Name != "" && c.names[withoutParams(u.Name)] }

// withoutParams is a function's name without what tells it from others of that name: the types of parameters, or how many there are.
func withoutParams(name string) string {
	if strings.HasPrefix(name, "(") { // a method of Go
		return name
	}
	name, _, _ = strings.Cut(name, "(")
	name, _, _ = strings.Cut(name, "/")
	return name
}

// find finds the functions of the later text that the older one has as they are, but for those that have a missed line. Missed is sorted.
func (c *cutting) find(known *source.Parsed, missed []uint32) {
	lines := lineStarts(c.text)
	times := map[string]int{}
	for i := range known.Funcs {
		times[withoutParams(known.Funcs[i].String())]++
	}
	type candidate struct {
		from, to int
		names    []string
		at       []int // where its first line stands in the older text
	}
	var all []*candidate
	byHead := map[string][]*candidate{}
	for i := 0; i < len(known.Funcs); {
		fn := &known.Funcs[i]
		first, last := linesIn(fn)
		names, once := []string(nil), !fn.Literal && fn.Span.Start.Col == 1 && last >= first && int(last) < len(lines)
		from := offset(lines, fn.Span.Start)
		to := offset(lines, fn.Span.End)
		once = once && from >= 0 && to > from && to <= len(c.text) && source.Fingerprint(c.text[from:to]) == fn.Hash
		for ; i < len(known.Funcs) && (names == nil || known.Funcs[i].Span.Start.Line <= last); i++ {
			inner := &known.Funcs[i]
			_, end := linesIn(inner)
			name := withoutParams(inner.String())
			names, once = append(names, name), once && end <= last && inner.Span.Start.Line >= first && times[name] == 1
			if name := wordAt(c.text, lines, inner.NameSpan); name != "" {
				names = append(names, name)
			}
			last = max(last, end)
		}
		if !once {
			continue
		}
		if k, _ := slices.BinarySearch(missed, first); k < len(missed) && missed[k] <= last {
			continue
		}
		to = lines[last]
		if !opens(c.text[from:]) || !opens(c.text[to:]) {
			continue
		}
		head := c.text[from:lines[first]]
		if len(byHead[head]) == mostAlike {
			continue
		}
		n := &candidate{from: from, to: to, names: names}
		all, byHead[head] = append(all, n), append(byHead[head], n)
	}
	if len(all) == 0 {
		return
	}
	for at := 0; at < len(c.old); {
		end := at + strings.IndexByte(c.old[at:], '\n') + 1
		if end == at {
			break
		}
		if c.old[at] > ' ' {
			for _, n := range byHead[c.old[at:end]] {
				if strings.HasPrefix(c.old[at:], c.text[n.from:n.to]) && len(n.at) < 2 {
					n.at = append(n.at, at)
				}
			}
		}
		at = end
	}
	for _, n := range all {
		if len(n.at) == 1 && opens(c.old[n.at[0]+n.to-n.from:]) {
			c.cuts = append(c.cuts, cut{n.at[0], n.from, n.to - n.from})
			for _, name := range n.names {
				c.names[name] = true
			}
		}
	}
}

// mostAlike is how many functions that begin with the same line are looked for.
const mostAlike = 8

// linesIn are the lines that a function goes over, as File.divide has them.
func linesIn(fn *coverage.Func) (first, last uint32) {
	first, last = fn.Span.Start.Line, fn.Span.End.Line
	if fn.Span.End.Col == 1 && last > first {
		last--
	}
	return first, last
}

// wordAt is the text of a span on one line; "" where there is none.
func wordAt(text string, lines []int, at coverage.Span) string {
	from, to := offset(lines, at.Start), offset(lines, at.End)
	if from < 0 || to < from || to > len(text) || at.End.Line != at.Start.Line {
		return ""
	}
	return text[from:to]
}

// opens reports whether a text, from the beginning of a line on, begins with something that means the same whatever stands before it: the end, or
// a word that is not indented and goes on with nothing. Comments are passed over.
func opens(text string) bool {
	for text != "" {
		line, rest, _ := strings.Cut(text, "\n")
		switch c := line; {
		case strings.TrimSpace(c) == "", c[0] == '#', strings.HasPrefix(c, "//"):
			text = rest
			continue
		case strings.HasPrefix(c, "/*"):
			_, behind, ok := strings.Cut(text, "*/")
			if line, rest, _ = strings.Cut(behind, "\n"); !ok || strings.TrimSpace(line) != "" {
				return false
			}
			text = rest
			continue
		}
		n := 0
		for n < len(line) && (line[n] == '_' || line[n] == '$' || line[n] == '@' && n == 0 || line[n]|0x20 >= 'a' && line[n]|0x20 <= 'z' || line[n] >= '0' && line[n] <= '9' && n > 0) {
			n++
		}
		return n > 0 && !goesOn[line[:n]]
	}
	return true
}

// goesOn are words that go on with what stands before them. It is never written.
var goesOn = map[string]bool{
	"and": true, "as": true, "case": true, "catch": true, "default": true, "do": true, "done": true, "elif": true, "else": true, "elsif": true,
	"end": true, "ensure": true, "esac": true, "except": true, "fi": true, "finally": true, "implements": true, "in": true, "instanceof": true, "is": true,
	"not": true, "of": true, "or": true, "rescue": true, "satisfies": true, "then": true, "until": true, "when": true, "where": true, "while": true,
}

// missedIn are the lines, sorted, on which something begins that did not run; nil unless ran.
func missedIn(cov *coverage.File, ran bool) (out []uint32) {
	if cov == nil || !ran {
		return nil
	}
	for i := range cov.Regions {
		if r := &cov.Regions[i]; r.Statements > 0 && r.Count == 0 {
			out = append(out, r.Start.Line)
		}
	}
	for _, l := range cov.Lines {
		if l.Count == 0 {
			out = append(out, l.Number)
		}
	}
	for line, idle := range idleOf(cov) {
		if idle {
			out = append(out, line)
		}
	}
	slices.Sort(out)
	return out
}

// linesOf are the lines of cuts in a text, sorted, by where they begin in it.
func linesOf(text string, cuts []cut, at func(cut) int) (out []Stretch) {
	lines := lineStarts(text)
	for _, c := range cuts {
		first, _ := slices.BinarySearch(lines, at(c))
		end, _ := slices.BinarySearch(lines, at(c)+c.length)
		out = append(out, Stretch{uint32(first + 1), uint32(end)})
	}
	slices.SortFunc(out, func(a, b Stretch) int { return int(a[0]) - int(b[0]) })
	return out
}

// has reports whether a line lies in one of some stretches, which are sorted.
func has(in []Stretch, line uint32) bool {
	i := sort.Search(len(in), func(i int) bool { return in[i][1] >= line })
	return i < len(in) && in[i][0] <= line
}

// without is a text in which some lines are empty.
func without(text string, some []Stretch) string {
	lines := lineStarts(text)
	var b strings.Builder
	at := 0
	for _, s := range some {
		b.WriteString(text[at:lines[s[0]-1]])
		for range s[1] - s[0] + 1 {
			b.WriteByte('\n')
		}
		at = lines[s[1]]
	}
	b.WriteString(text[at:])
	return b.String()
}

// stand reports whether lines that were left out of a text stand between what is whole without them.
func stand(code *source.Code, left []Stretch) bool {
	free := code.Free()
	return free != nil && !slices.ContainsFunc(left, func(s Stretch) bool {
		return int(s[1])+1 >= len(free) || !free[s[0]] || !free[s[1]+1]
	})
}

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
// and are in neither. It takes much less time where little of a large text changed. whole is now with them; nil where it was not made.
func Pair(oldName, old, name, text string, cov *coverage.File) (was, now, whole *File) {
	if path.Ext(oldName) == ".go" && path.Ext(name) == ".go" && !strings.Contains(text, "//line ") && !strings.Contains(text, "/*line ") {
		if was, now = pair(oldName, old, name, text, cov); now != nil {
			return was, now, nil
		}
	}
	now, code := of(name, text, nil, cov)
	all := *now
	if code != nil {
		was = now.pair(oldName, old, text, code)
	}
	if was == nil {
		was = Older(oldName, old)
	}
	return was, now, &all
}

// pair takes an older text apart, but for functions that it has as they are in the text of f, and takes these out of f. It is nil where they
// can't be told without the rest.
func (f *File) pair(oldName, old, text string, now *source.Code) *File {
	open := now.Free()
	if open == nil || strings.Contains(old, "\r") || strings.Contains(text, "\r") || path.Ext(oldName) != path.Ext(f.Path) {
		return nil
	}
	begins := map[string]int{} // by the first lines of what is not indented, where they begin in the older text; -1 for several
	for at := 0; at < len(old); {
		end := at + strings.IndexByte(old[at:], '\n') + 1
		if end == at {
			end = len(old)
		}
		if old[at] > ' ' {
			if _, several := begins[old[at:end]]; several {
				begins[old[at:end]] = -1
			} else {
				begins[old[at:end]] = at
			}
		}
		at = end
	}
	names := map[string]int{}
	for i := range f.Units {
		names[f.Units[i].Name]++
	}
	lines := lineStarts(text)
	type place struct{ at, line int } // in the older text, in bytes, and in the later one
	short, same, from := []byte(old), map[string]bool{}, []place{}
	var behind uint32 // the last line of the functions so far
	for i := range f.Units {
		u := &f.Units[i]
		first, last := u.First, u.Last
		inner := first <= behind || i+1 < len(f.Units) && f.Units[i+1].Name != "" && f.Units[i+1].First <= last
		behind = max(behind, last)
		if u.Name == "" || inner || names[u.Name] > 1 || int(last) >= len(lines) || !open[first] || !open[last+1] {
			continue
		}
		body := text[lines[first-1]:lines[last]]
		if body[0] <= ' ' {
			continue
		}
		at, ok := begins[body[:strings.IndexByte(body, '\n')+1]]
		if !ok || at < 0 || !strings.HasPrefix(old[at:], body) {
			continue
		}
		for k := at; k < at+len(body); k++ {
			if short[k] != '\n' {
				short[k] = ' '
			}
		}
		same[u.Name] = true
		from = append(from, place{at, int(first)})
	}
	if len(same) == 0 {
		return nil
	}
	code, parsed := source.Divide(path.Base(oldName), string(short))
	if parsed == nil || parsed.Err != nil {
		return nil
	}
	free, starts := code.Free(), lineStarts(old)
	for _, p := range from {
		line, _ := slices.BinarySearch(starts, p.at)
		if !free[line+1] {
			return nil
		}
		// What stands before it must not mean something else without it.
		for n, k := p.line-1, line; n > 0 && k > 0; n, k = n-1, k-1 {
			if string(short[starts[k-1]:starts[k]]) != text[lines[n-1]:lines[n]] || now.Line(uint32(n)) != code.Line(uint32(k)) {
				if old[starts[k-1]:starts[k]] == text[lines[n-1]:lines[n]] && string(short[starts[k-1]:starts[k]]) == old[starts[k-1]:starts[k]] {
					return nil
				}
				break
			}
			if now.Line(uint32(n)) != 0 {
				break
			}
		}
	}
	was := &File{Path: oldName, Print: TextPrint(old)}
	was.divide(code, parsed, false)
	if slices.ContainsFunc(was.Units, func(u Unit) bool { return same[u.Name] }) {
		return nil
	}
	f.Units = slices.DeleteFunc(slices.Clone(f.Units), func(u Unit) bool { return same[u.Name] })
	return was
}

// pair is Pair for two Go texts; nil where they can't be divided.
func pair(oldName, old, name, text string, cov *coverage.File) (was, now *File) {
	tops := source.Tops(text)
	before, after := pieces(old, source.TopsLike(old, text, tops)), pieces(text, tops)
	olds, heads := firstLines(before), firstLines(after)
	known := map[string]bool{}
	for _, p := range before {
		known[p] = true
	}
	both := map[string]bool{}
	for _, p := range after {
		// Of several that begin alike, as init does, only Compare tells which is which.
		if head := firstLine(p); known[p] && olds[head] == 1 && heads[head] == 1 && strings.HasPrefix(p, "func") && strings.HasSuffix(p, "\n") {
			both[p] = true
		}
	}
	shortOld, _ := without(before, both)
	short, gone := without(after, both)
	parsed, ok := source.Parse(path.Base(oldName), shortOld)
	if !ok || parsed.Err != nil {
		return nil, nil
	}
	now = &File{Path: name, Print: TextPrint(text), Bits: BitsOf(cov)}
	code := source.NewCode(path.Base(name), short)
	parsedNow, blocks, _ := source.ParseBlocks(path.Base(name), short)
	if parsedNow.Err != nil {
		return nil, nil
	}
	owners := now.divide(code, parsedNow, true)
	if cov != nil {
		left := &coverage.File{Name: cov.Name, Unit: cov.Unit}
		for _, r := range cov.Regions {
			if !gone.has(r.Start.Line) {
				left.Regions = append(left.Regions, r)
			}
		}
		for _, l := range cov.Lines {
			if !gone.has(l.Number) {
				left.Lines = append(left.Lines, l)
			}
		}
		now.Counts = cov.Unit
		now.place(owners, code, partsOf(name, code, left, func() []source.Block { return blocks }), nil)
	}
	was = &File{Path: oldName, Print: TextPrint(old)}
	was.divide(source.NewCode(path.Base(oldName), shortOld), parsed, false)
	return was, now
}

// pieces divides a Go text before each function.
func pieces(text string, tops []int) (out []string) {
	at := 0
	for _, top := range tops {
		if top > at {
			out = append(out, text[at:top])
		}
		at = top
	}
	return append(out, text[at:])
}

// ranges are stretches of lines, 1-based and sorted; the second line of each is the first behind it.
type ranges [][2]uint32

func (r ranges) has(line uint32) bool {
	i := sort.Search(len(r), func(i int) bool { return r[i][1] > line })
	return i < len(r) && r[i][0] <= line
}

// firstLine is that of a piece, without space.
func firstLine(piece string) string {
	line, _, _ := strings.Cut(piece, "\n")
	return strings.Join(strings.Fields(line), "")
}

// firstLines counts pieces by their first lines.
func firstLines(pieces []string) map[string]int {
	out := map[string]int{}
	for _, p := range pieces {
		out[firstLine(p)]++
	}
	return out
}

// without is a text of pieces in which some are empty lines, and tells which lines these are.
func without(pieces []string, some map[string]bool) (text string, gone ranges) {
	var b strings.Builder
	line := uint32(1)
	for _, p := range pieces {
		n := strings.Count(p, "\n")
		if some[p] {
			b.WriteString(strings.Repeat("\n", n))
			gone = append(gone, [2]uint32{line, line + uint32(n)})
		} else {
			b.WriteString(p)
		}
		line += uint32(n)
	}
	return b.String(), gone
}

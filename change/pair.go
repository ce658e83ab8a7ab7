package change

import (
	"path"
	"sort"
	"strings"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/source"
)

// Pair takes a text and the older one apart, as Of does, but for functions of Go that are in both as they were: these would be Same,
// and are in neither. It takes much less time where little of a large text changed.
func Pair(oldName, old, name, text string, cov *coverage.File) (was, now *File) {
	if path.Ext(oldName) == ".go" && path.Ext(name) == ".go" && !strings.Contains(text, "//line ") && !strings.Contains(text, "/*line ") {
		if was, now = pair(oldName, old, name, text, cov); now != nil {
			return was, now
		}
	}
	return Older(oldName, old), Of(name, text, nil, cov)
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

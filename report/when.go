package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/diag"
	"github.com/covls/covls/gap"
	"github.com/covls/covls/source"
	"github.com/covls/covls/workspace"
)

// The bounds of what is said of when stretches run: mostWhen is how many stretches are looked at, of all files, itemWhen how many are
// named of an item.
const (
	mostWhen = 2000
	itemWhen = 3
)

// when is when a stretch runs, and the 1-based line on which its first statement stands.
type when struct {
	ways []source.When
	line int
}

// whens says when stretches run, by the texts of their files, each of which is read once. Stretches of which that is not known,
// and those behind mostWhen, are not in it.
func whens(stretches []*Stretch) map[*Stretch]when {
	byFile := map[*workspace.File][]*Stretch{}
	var files []*workspace.File
	for _, s := range stretches[:min(len(stretches), mostWhen)] {
		if s.file == nil || !s.file.Found {
			continue
		}
		if byFile[s.file] == nil {
			files = append(files, s.file)
		}
		byFile[s.file] = append(byFile[s.file], s)
	}
	out := map[*Stretch]when{}
	for _, f := range files {
		text, err := source.ReadFile(f.Path, f.Folder.Settings.Limits.SourceBytes)
		if err != nil {
			continue // which is told where the profile is read
		}
		own := byFile[f]
		places := make([][]coverage.Point, len(own))
		for i, s := range own {
			places[i] = gap.Begins(f, s.span)
		}
		lines := strings.Split(text, "\n")
		for i, ways := range source.Ways(f.Path, text, places) {
			if len(ways) > 0 {
				out[own[i]] = when{ways, firstLine(lines, own[i].span.Start)}
			}
		}
	}
	return out
}

// addWhens says of the largest stretches when they run.
func (r *Report) addWhens() {
	largest := make([]*Stretch, len(r.UncoveredStretches))
	for i := range r.UncoveredStretches {
		largest[i] = &r.UncoveredStretches[i]
	}
	slices.SortStableFunc(largest, func(a, b *Stretch) int { return cmp.Compare(b.Statements, a.Statements) })
	for s, is := range whens(largest) {
		s.When = diag.WhenWords(is.ways, nil)
	}
}

// firstLine is the line of the first statement of a block that begins at a place: behind its brace, or the colon of a clause.
func firstLine(lines []string, p coverage.Point) int {
	for n := int(p.Line); n >= 1 && n <= len(lines); n++ {
		rest := lines[n-1]
		if n == int(p.Line) {
			rest = rest[min(max(int(p.Col), 1)-1, len(rest)):]
		}
		if strings.Trim(rest, " \t\r{") != "" {
			return n
		}
	}
	return int(p.Line)
}

// ways says of the largest stretches of an item when they run: "`Load`:23 runs when `err != nil`".
func (f *fileFacts) ways() string {
	largest := slices.Clone(f.stretches)
	slices.SortStableFunc(largest, func(a, b *Stretch) int { return cmp.Compare(b.Statements, a.Statements) })
	largest = largest[:min(len(largest), itemWhen)]
	known := whens(largest)
	var out []string
	for _, s := range largest {
		if is, ok := known[s]; ok {
			place := fmt.Sprintf("line %d", is.line)
			if s.Function != "" {
				place += " of " + f.called(s.name())
			}
			out = append(out, place+" "+diag.WhenWords(is.ways, code))
		}
	}
	return strings.Join(out, "; ")
}

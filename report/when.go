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

// whens says when stretches run, by the texts of their files, each of which is read once. Stretches of which that is not known,
// and those behind mostWhen, are not in it.
func whens(stretches []*Stretch) map[*Stretch][]source.When {
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
	out := map[*Stretch][]source.When{}
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
		for i, ways := range source.Ways(f.Path, text, places) {
			if len(ways) > 0 {
				out[own[i]] = ways
			}
		}
	}
	return out
}

// ways says of the largest stretches of an item when they run: "`Load`:23 runs when `err != nil`".
func (f *fileFacts) ways() string {
	largest := slices.Clone(f.stretches)
	slices.SortStableFunc(largest, func(a, b *Stretch) int { return cmp.Compare(b.Statements, a.Statements) })
	largest = largest[:min(len(largest), itemWhen)]
	known := whens(largest)
	var out []string
	for _, s := range largest {
		if ways := known[s]; ways != nil {
			place := fmt.Sprintf("line %d", s.Line)
			if s.Function != "" {
				place += " of " + f.code(s.Function)
			}
			out = append(out, place+" "+diag.WhenWords(ways, code))
		}
	}
	return strings.Join(out, "; ")
}

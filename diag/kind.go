package diag

import (
	"math"
	"strconv"
	"strings"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/gap"
	"github.com/covls/covls/priority"
	"github.com/covls/covls/source"
	"github.com/covls/covls/workspace"
)

// kindWords goes on behind what never ran: " · error return". It is "" for ordinary code, and for what
// is in main, which is the function's name.
func kindWords(k source.Kind) string {
	if k == source.Ordinary || k == source.Main {
		return ""
	}
	return " · " + k.String()
}

// facts say what is known of a function beside its coverage: "Complexity 7, CRAP 56; exported; 12
// commits to this file in 90 days". They are "" where nothing is.
func facts(s *workspace.Snapshot, file *workspace.File, f *coverage.Func) string {
	known := gap.FactsOf(file, f)
	var out []string
	if known.Complexity > 0 {
		text := "complexity " + strconv.Itoa(known.Complexity)
		// Of what is covered whole they are the same.
		if crap, ok := priority.CRAP(known.Complexity, f.Statements); ok && f.Statements.Uncovered() > 0 {
			text += ", CRAP " + number(math.Round(crap*10)/10)
		}
		out = append(out, text)
	}
	if known.Exported {
		out = append(out, source.Visible(file.Name))
	}
	if words, ok := strings.CutPrefix(kindWords(gap.KindOf(file, f)), " · "); ok {
		out = append(out, words)
	}
	if n, ok := s.CommitsOf(file); ok {
		out = append(out, plural(n, "commit")+" to this file in "+plural(workspace.CommitDays, "day"))
	}
	text := strings.Join(out, "; ")
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:] + "."
}

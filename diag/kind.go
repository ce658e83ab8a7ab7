package diag

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/priority"
	"github.com/covls/covls/source"
	"github.com/covls/covls/workspace"
)

// FuncKind is the kind of a function of the file as a whole.
func FuncKind(file *workspace.File, f *coverage.Func) source.Kind {
	return file.Source.KindAt(indexOf(file, f), f.Span.Start)
}

// indexOf is where a function stands in what is known of the file's text; -1 where it does not.
func indexOf(file *workspace.File, f *coverage.Func) int {
	if file.Source == nil {
		return -1
	}
	i, ok := slices.BinarySearchFunc(file.Source.Funcs, f.Span.Start, func(g coverage.Func, p coverage.Point) int {
		return g.Span.Start.Compare(p)
	})
	if !ok {
		return -1
	}
	return i
}

// kindOfRegions is the kind of a stretch of a function, by the uncovered regions among those in it.
func kindOfRegions(file *workspace.File, f *coverage.Func, regions []coverage.Region) source.Kind {
	var at []coverage.Point
	for _, r := range regions {
		if r.Uncovered() {
			at = append(at, r.Start)
		}
	}
	return file.Source.KindOfAll(indexOf(file, f), at)
}

// kindOfLines is kindOfRegions for lines.
func kindOfLines(file *workspace.File, f *coverage.Func, lines []coverage.Line) source.Kind {
	at := make([]coverage.Point, len(lines))
	for i, l := range lines {
		at[i] = coverage.Point{Line: l.Number, Col: 1}
	}
	return file.Source.KindOfAll(indexOf(file, f), at)
}

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
	known := file.Source.Fact(indexOf(file, f))
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
		out = append(out, "exported")
	}
	if words, ok := strings.CutPrefix(kindWords(FuncKind(file, f)), " · "); ok {
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

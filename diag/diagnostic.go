package diag

import (
	"fmt"
	"strings"
	"sync"

	"github.com/covls/covls/config"
	"github.com/covls/covls/coverage"
	"github.com/covls/covls/gap"
	"github.com/covls/covls/source"
	"github.com/covls/covls/workspace"
)

// Code is the stable code of an uncovered function's diagnostic; FadeCode that of a faded stretch;
// LeftCode that of the one which says what limits.marks leaves out.
const (
	Code     = "uncovered"
	FadeCode = "uncovered-code"
	LeftCode = "left-out"
)

// Uncovers reports whether a diagnostic of that code says that no test reaches a function.
func Uncovers(code string) bool { return code == Code || code == ChangedCode || code == LostCode }

// Diagnostic is a mark in a document.
type Diagnostic struct {
	Span     Span
	Severity config.Severity
	Code     string
	Message  string
	// Gap is that of the function, the zero ID where it is of none.
	Gap gap.ID
	// Faded asks the editor to draw the stretch as unused code.
	Faded   bool
	Related []Related
}

// Related is a stretch that a diagnostic points to.
type Related struct {
	Span    Span
	Message string
	// Missed is how many statements or lines did not run.
	Missed int
	// Kind is what sort of code they are.
	Kind source.Kind
}

// Diagnostics has one for every function of the document that no test reaches, in the order of
// the text; with the setting `fade` also one for every stretch that did not run. In a settings file
// it has one for each problem. It is empty where there is nothing to show. Of diagnostics and of the
// stretches that they point to there are limits.marks each; a last diagnostic then says what is missing. They must not
// be written.
func Diagnostics(s *workspace.Snapshot, d *workspace.Document) []Diagnostic {
	if found := settingsProblems(d); found != nil {
		return found
	}
	file := s.FileOf(d)
	if file == nil || s.Hidden || !file.Folder.Settings.Diagnostics.Enable {
		return nil
	}
	return placedIn(file, d).diagnostics()
}

func makeDiagnostics(file *workspace.File, d *workspace.Document, gaps []Gap, known *changes) []Diagnostic {
	settings := &file.Folder.Settings
	loud, quiet := fileSeverity(file), settings.Diagnostics.Severity.Trivial
	var reaches coverage.Span // the last function that no test reaches
	var out []Diagnostic
	most := settings.Limits.Marks
	flow := sync.OnceValue(func() *source.Flow { return source.NewFlow(d.Path, d.Text.String()) })
	related, left, from := 0, 0, Span{} // left is the functions and stretches of which something is missing, from is the first
	leave := func(at Span) {
		if left == 0 {
			from = at
		}
		left++
	}
	fade := func(parts ...Related) (whole bool) {
		n := min(len(parts), most-len(out))
		for _, r := range parts[:n] {
			out = append(out, Diagnostic{Span: r.Span, Severity: config.SeverityHint, Code: FadeCode, Message: r.Message, Faded: true})
		}
		return n == len(parts)
	}
	var faded coverage.Span // the last function of which all was faded
	for _, g := range gaps {
		if g.Shape == gap.Stretch {
			if !settings.Fade || inside(g.Span, faded) {
				continue
			}
			message := g.part + andWhen(flow().Ways(begins(file, d, g.mark, g.Span)))
			if !fade(Related{Span: g.At, Message: message}) {
				leave(g.At)
			}
			continue
		}
		m := g.mark
		severity := loud
		switch {
		case inside(m.Span, reaches), g.Trivial(): // a test of the function around it comes first
			severity = quiet
		default:
			reaches = m.Span
		}
		if severity == config.SeverityOff && !settings.Fade {
			continue
		}
		cut := len(out) >= most
		if !cut {
			stretches := missedIn(file, m, d)
			if len(stretches) > 1 { // else it is all of the function
				for i, when := range missedWhens(file, m, d, flow()) {
					stretches[i].Message += andWhen(when)
				}
			}
			if severity != config.SeverityOff {
				f := Diagnostic{Span: m.NameNow, Severity: severity, Code: Code, Message: g.Message, Gap: g.ID}
				if len(stretches) > 1 {
					f.Related = stretches
				}
				if n := most - related; len(f.Related) > n {
					f.Related, cut = f.Related[:n], true
				}
				related += len(f.Related)
				if m.Stale && settings.Stale == config.StaleDim {
					f.Severity = config.SeverityHint
					f.Message = fmt.Sprintf("%s was not %s (%s) · %s", &m.Func, reached(file), size(&m.Func, file.Coverage.Unit), staleWord)
				}
				if g.Change != "" {
					known.mark(&f, &g, d)
				}
				out = append(out, f)
			}
			if settings.Fade && !inside(m.Span, faded) {
				cut = !fade(stretches...) || cut
				faded = m.Span
			}
		}
		if cut {
			leave(m.NameNow)
		}
	}
	more := known.diagnostics(file, d, gaps)
	out = insert(out, more[:min(len(more), max(most-len(out), 0))])
	if left > 0 {
		out = append(out, Diagnostic{
			Span: from, Severity: config.SeverityInformation, Code: LeftCode,
			Message: plural(left, "more gap") + " without a mark (limits.marks)",
		})
	}
	return out
}

// inside reports whether a stretch lies in another.
func inside(s, around coverage.Span) bool {
	return around != (coverage.Span{}) && around.Start.Compare(s.Start) <= 0 && s.End.Compare(around.End) <= 0
}

// fileSeverity is that of the file's tier, and that of tier lower for one that has reached its target.
func fileSeverity(f *workspace.File) config.Severity {
	severity := f.Folder.Settings.Diagnostics.Severity
	switch f.Standing.Tier {
	case config.TierCritical:
		return severity.Critical
	case config.TierHigh:
		return severity.High
	case config.TierMedium:
		return severity.Medium
	}
	return severity.Lower
}

// missedIn are the stretches that did not run of a function and the functions in it; none where it is stale,
// since nobody knows where they are.
func missedIn(file *workspace.File, m *Mark, d *workspace.Document) []Related {
	if m.Stale {
		return nil
	}
	var out []Related
	for s := range gap.Within(file, &m.Func) {
		at := m.stretch(file, d, s.Span)
		first, _ := d.Text.LineCol(at.Start)
		last, _ := d.Text.LineCol(at.End)
		out = append(out, Related{at, neverRan(first, last, file, s.Missed, s.Kind), s.Missed, s.Kind})
	}
	return out
}

func neverRan(first, last uint32, file *workspace.File, n int, k source.Kind) string {
	return fmt.Sprintf("%d %s %s (%s)%s", n, file.Coverage.Unit.Noun(n), didNotRun(file), lines(first, last), kindWords(k))
}

// trimmed is a stretch without the space around it.
func trimmed(content string, s Span) Span {
	body := content[s.Start:max(s.Start, s.End)]
	s.Start += len(body) - len(strings.TrimLeft(body, space))
	s.End = max(s.Start, s.End-(len(body)-len(strings.TrimRight(body, space))))
	return s
}

const space = " \t\r\n"

// inner cuts the braces off a block and the space inside them, or the space behind the colon of a case,
// so that a stretch begins and ends with what did not run.
func inner(content string, s Span) Span {
	body := strings.TrimLeft(content[s.Start:s.End], space)
	if rest, ok := strings.CutPrefix(body, "{"); ok {
		body = strings.TrimLeft(rest, space)
	}
	start := s.End - len(body)
	if rest, ok := strings.CutSuffix(body, "}"); ok {
		body = strings.TrimRight(rest, space)
	}
	if body == "" {
		return s
	}
	return Span{start, start + len(body)}
}

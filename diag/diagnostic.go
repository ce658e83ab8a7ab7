package diag

import (
	"fmt"
	"strings"

	"github.com/covls/covls/config"
	"github.com/covls/covls/coverage"
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

// Diagnostic is a mark in a document.
type Diagnostic struct {
	Span     Span
	Severity config.Severity
	Code     string
	Message  string
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
// stretches that they point to there are limits.marks each; a last diagnostic then says what is missing.
func Diagnostics(s *workspace.Snapshot, d *workspace.Document) []Diagnostic {
	if found := settingsProblems(d); found != nil {
		return found
	}
	file := s.FileOf(d)
	if file == nil || s.Hidden || !file.Folder.Settings.Diagnostics.Enable {
		return nil
	}
	settings := &file.Folder.Settings
	severity := fileSeverity(file)
	var out []Diagnostic
	most := settings.Limits.Marks
	related, left, from := 0, 0, Span{} // left is the functions of which something is missing, from is the first
	for _, m := range Marks(file, d) {
		if m.Stale && settings.Stale == config.StaleHide {
			continue
		}
		uncovered := m.Uncovered() && severity != config.SeverityOff
		if !uncovered && !(settings.Fade && m.Statements.Uncovered() > 0) {
			continue
		}
		cut := len(out) >= most
		if !cut {
			stretches := stretchesOf(file, &m, d)
			if uncovered {
				g := Diagnostic{Span: m.NameNow, Severity: severity, Code: Code, Message: Uncovered(file, &m.Func), Related: stretches}
				if n := most - related; len(stretches) > n {
					g.Related, cut = stretches[:n], true
				}
				related += len(g.Related)
				if m.Stale && settings.Stale == config.StaleDim {
					g.Severity = config.SeverityHint
					g.Message = fmt.Sprintf("%s was not covered (%s) · %s", &m.Func, untested(&m.Func, file.Coverage.Unit), staleWord)
				}
				out = append(out, g)
			}
			if settings.Fade {
				n := min(len(stretches), most-len(out))
				for _, r := range stretches[:n] {
					out = append(out, Diagnostic{Span: r.Span, Severity: config.SeverityHint, Code: FadeCode, Message: r.Message, Faded: true})
				}
				cut = cut || n < len(stretches)
			}
		}
		if cut {
			if left == 0 {
				from = m.NameNow
			}
			left++
		}
	}
	if left > 0 {
		out = append(out, Diagnostic{
			Span: from, Severity: config.SeverityInformation, Code: LeftCode,
			Message: fmt.Sprintf("marks of %s are left out: there are more than limits.marks", plural(left, "function")),
		})
	}
	return out
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

// stretchesOf are the stretches of a function that did not run; none where it is stale, since nobody
// knows where they are.
func stretchesOf(file *workspace.File, m *Mark, d *workspace.Document) []Related {
	if m.Stale {
		return nil
	}
	if file.Coverage.Unit == coverage.Lines {
		return lineStretches(file, m, d)
	}
	regions := m.regions(file)
	var out []Related
	for _, s := range coverage.Missed(regions) {
		n := 0
		within := coverage.Within(regions, s)
		for _, r := range within {
			if r.Uncovered() {
				n += int(r.Statements)
			}
		}
		out = append(out, neverRan(d, inner(d.Text.String(), m.span(d.Text, s)), coverage.Statements, n, kindOfRegions(file, &m.Func, within)))
	}
	return out
}

func lineStretches(file *workspace.File, m *Mark, d *workspace.Document) []Related {
	all := coverage.LinesWithin(file.Coverage.Lines, m.Span)
	var out []Related
	for _, s := range coverage.MissedLines(all) {
		now := m.span(d.Text, s)
		now.End = min(now.End, m.Now.End)
		body := d.Text.String()[now.Start:max(now.Start, now.End)]
		now.Start += len(body) - len(strings.TrimLeft(body, space))
		now.End = max(now.Start, now.End-(len(body)-len(strings.TrimRight(body, space))))
		s.End.Line-- // the last line itself
		within := coverage.LinesWithin(all, s)
		out = append(out, neverRan(d, now, coverage.Lines, len(within), kindOfLines(file, &m.Func, within)))
	}
	return out
}

func neverRan(d *workspace.Document, now Span, unit coverage.Unit, n int, k source.Kind) Related {
	first, _ := d.Text.LineCol(now.Start)
	last, _ := d.Text.LineCol(now.End)
	return Related{now, fmt.Sprintf("%d %s never ran (%s)%s", n, unit.Noun(n), lines(first, last), kindWords(k)), n, k}
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

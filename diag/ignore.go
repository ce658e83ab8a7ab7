package diag

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/covls/covls/config"
	"github.com/covls/covls/coverage"
	"github.com/covls/covls/source"
	"github.com/covls/covls/text"
	"github.com/covls/covls/workspace"
)

// Ignore is an edit that leaves a function out of coverage: Text goes in at Offset.
type Ignore struct {
	// Name is the function's, as people read it.
	Name   string
	Offset int
	Text   string
}

// marker is a comment that leaves out what follows it, with the place for the reason; see source.Exclusions.
const marker = "//coverage:ignore TODO: say why"

// directive is a comment that gofmt keeps at the end of a doc comment, and without a blank line before
// it where another stands there.
var directive = regexp.MustCompile(`^//(?:[a-z0-9]+:[a-z0-9]|export |extern |line )`)

// IgnorableAt returns the uncovered Go function whose head touches the stretch; ok is false where there is none.
func IgnorableAt(s *workspace.Snapshot, d *workspace.Document, at Span) (m *Mark, ok bool) {
	file := s.FileOf(d)
	if file == nil || filepath.Ext(d.Path) != ".go" {
		return nil, false
	}
	t, marks := d.Text, Marks(file, d)
	for i := range marks {
		m := &marks[i]
		_, excluded := file.ExcludedBy(m.Span.Start)
		first, _ := t.LineCol(m.Now.Start)
		last, _ := t.LineCol(m.NameNow.End)
		head := Span{t.At(first, 1), t.At(last, uint32(len(t.Line(last)))+1)}
		if m.Uncovered() && !excluded && (!m.Stale || file.Folder.Settings.Stale != config.StaleHide) && head.Start <= at.End && at.Start <= head.End {
			return m, true
		}
	}
	return nil, false
}

// IgnoreAt returns the edit for the function of IgnorableAt; ok is false where there is none. It is tried on the text, so that
// it leaves out this function and nothing else.
func IgnoreAt(s *workspace.Snapshot, d *workspace.Document, at Span) (edit Ignore, ok bool) {
	m, ok := IgnorableAt(s, d, at)
	if !ok {
		return Ignore{}, false
	}
	first, _ := d.Text.LineCol(m.Now.Start)
	for _, e := range []Ignore{above(d.Text, first), behindBrace(d.Text, first)} {
		if e.Name = m.String(); e.Text != "" && e.leavesOut(d, m.Now) {
			return e, true
		}
	}
	return Ignore{}, false
}

// above puts the marker on a line of its own before the given one, below a doc comment.
func above(t *text.Text, line uint32) Ignore {
	now, before := t.Line(line), t.Line(line-1)
	indent := now[:len(now)-len(strings.TrimLeft(now, " \t"))]
	end := lineEnd(t, line)
	insert := indent + marker + end
	if doc := strings.TrimSpace(before); strings.HasPrefix(doc, "//") && doc != "//" && !directive.MatchString(doc) {
		insert = indent + "//" + end + insert // as gofmt would
	}
	return Ignore{Offset: t.At(line, 1), Text: insert}
}

// behindBrace puts the marker behind the brace that opens the body of a function which begins on the
// given line.
func behindBrace(t *text.Text, line uint32) Ignore {
	for ; int(line) <= t.Lines(); line++ {
		if now := strings.TrimRight(t.Line(line), space); strings.HasSuffix(now, "{") {
			return Ignore{Offset: t.At(line, 1) + len(now), Text: " " + marker}
		}
	}
	return Ignore{}
}

// lineEnd is what ends a line: "\n" or "\r\n".
func lineEnd(t *text.Text, line uint32) string {
	if end := t.At(line, 1) + len(t.Line(line)); strings.HasPrefix(t.String()[end:], "\r\n") {
		return "\r\n"
	}
	return "\n"
}

// leavesOut tries the edit: it must leave out the function that stands at a stretch now, and nothing
// that was not left out before.
func (e *Ignore) leavesOut(d *workspace.Document, now Span) bool {
	was := d.Text.String()
	changed := text.New(was[:e.Offset] + e.Text + was[e.Offset:])
	if e.Offset <= now.Start {
		now.Start += len(e.Text)
	}
	now.End += len(e.Text)
	before := source.Exclusions(d.Path, was, false)
	after := source.Exclusions(d.Path, changed.String(), false)
	if len(after) != len(before)+1 {
		return false
	}
	first, _ := changed.LineCol(now.Start)
	return slices.ContainsFunc(after, func(x coverage.Exclusion) bool {
		span := offsets(changed, x.Span)
		return x.Span.Start.Line == first && span.End == now.End
	})
}

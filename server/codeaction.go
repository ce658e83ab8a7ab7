package server

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/covls/covls/config"
	"github.com/covls/covls/diag"
	"github.com/covls/covls/engine"
	"github.com/covls/covls/escape"
	"github.com/covls/covls/text"
	"github.com/covls/covls/workspace"
)

// The kinds of the actions, so that a key can be bound to each. A test for a function with a diagnostic is its quick fix.
const (
	kindCreateTest    = protocol.CodeActionKindRefactor + ".covls.createTest"
	kindCreateTestFix = protocol.CodeActionKindQuickFix + ".covls.createTest"
	kindSource        = protocol.CodeActionKindSource + ".covls"
	kindGoToTests     = kindSource + ".goToTests"
	kindNextGap       = kindSource + ".nextGap"
	kindPreviousGap   = kindSource + ".previousGap"
	kindMostUrgentGap = kindSource + ".mostUrgentGap"
	kindExplain       = kindSource + ".explain"
	kindReport        = kindSource + ".report"
	kindDoctor        = kindSource + ".doctor"
	kindRunTests      = kindSource + ".runTests"
)

// CodeAction offers what can be done at a place, in a fixed order: what mends something, what changes the code, and where to go and what
// to read. Of the latter there is what fits the place, and nothing to a client that asks by itself whenever the cursor moves; whoever asks for
// these kinds by name has them everywhere.
func (s *Server) CodeAction(ctx context.Context, p *protocol.CodeActionParams) ([]protocol.CommandOrCodeAction, error) {
	snap, c := s.snapshot(ctx), s.client.Load()
	o := offers{client: c, in: &p.Context, out: []protocol.CommandOrCodeAction{}}
	d := s.document(snap, p.TextDocument.URI)
	if d == nil {
		return o.out, nil
	}
	offset := func(p protocol.Position) int { return d.Text.Offset(text.Position(p), c.encoding) }
	o.snap, o.doc, o.file = snap, d, snap.FileOf(d)
	o.at = diag.Span{Start: offset(p.Range.Start), End: offset(p.Range.End)}
	o.top = p.Range.Start.Line == 0
	if o.file != nil {
		o.fn, _ = diag.FuncAt(o.file, d, o.at)
	}
	o.fixes()
	o.changes()
	o.sources()
	return o.out, o.err
}

// offers are the actions at a place of a document.
type offers struct {
	client *client
	in     *protocol.CodeActionContext
	snap   *workspace.Snapshot
	doc    *workspace.Document
	file   *workspace.File // nil where no profile names it
	fn     *diag.Mark      // around the place; nil outside of functions
	at     diag.Span
	top    bool // the place is on the first line

	out []protocol.CommandOrCodeAction
	err error
}

// wants reports whether a client that asks for some kinds of actions, or for all, takes those of a kind.
func wants(only []protocol.CodeActionKind, kind protocol.CodeActionKind) bool {
	return len(only) == 0 || slices.ContainsFunc(only, func(k protocol.CodeActionKind) bool {
		return k == "" || k == kind || strings.HasPrefix(string(kind), string(k)+".")
	})
}

// named reports whether the client asks for a kind of covls's own.
func named(only []protocol.CodeActionKind) bool {
	return slices.ContainsFunc(only, func(k protocol.CodeActionKind) bool {
		return k == kindSource || strings.HasPrefix(string(k), string(kindSource)+".")
	})
}

// command offers what a command does. A client that knows commands alone has that.
func (o *offers) command(kind protocol.CodeActionKind, title, command string, args any, mended ...protocol.Diagnostic) {
	if !wants(o.in.Only, kind) || o.err != nil {
		return
	}
	title = escape.Line(title)
	run := protocol.Command{Title: title, Command: command}
	if args != nil {
		raw, err := json.Marshal(args)
		if err != nil {
			o.err = err
			return
		}
		run.Arguments = []protocol.LSPAny{raw}
	}
	if !o.client.literals {
		o.out = append(o.out, &run)
		return
	}
	o.out = append(o.out, &protocol.CodeAction{Title: title, Kind: &kind, Diagnostics: mended, Command: run})
}

// fixes are the path mappings that would lead a profile's name to the document, on its first line; to run the tests so that those of
// other packages count, for a client that runs tests; and the test for a function whose diagnostic the client has.
func (o *offers) fixes() {
	if o.top {
		for _, fix := range diag.PathFixes(o.snap, o.doc) {
			o.command(protocol.CodeActionKindQuickFix, fmt.Sprintf("covls: %s calls this file %s: map %s to %s%s in %s",
				fix.Profile, fix.Name, fix.From, fix.To, fix.Whose(), config.FileName), cmdAddPathMapping, mappingArgs(o.doc.URI, &fix))
		}
	}
	if f := o.file; f != nil && o.client.runsTests && diag.LacksTests(f) && diag.RunsAll(f) {
		o.command(protocol.CodeActionKindQuickFix, "covls: run the tests with -coverpkg, so that all tests count", cmdRunTests, documentArgs(o.doc.URI))
	}
	if mended := o.mended(); len(mended) > 0 && o.lacksTest() {
		o.command(kindCreateTestFix, o.createTitle(), cmdCreateTest, o.place(o.fn.NameNow.Start), mended...)
	}
}

// changes are what changes the code: the test that a function lacks, and to leave an uncovered one out of coverage.
func (o *offers) changes() {
	if fixed := len(o.mended()) > 0 && wants(o.in.Only, kindCreateTestFix); o.lacksTest() && !fixed {
		o.command(kindCreateTest, o.createTitle(), cmdCreateTest, o.place(o.fn.NameNow.Start))
	}
	if !o.client.edits || !wants(o.in.Only, protocol.CodeActionKindRefactor) || o.err != nil {
		return
	}
	kind := protocol.CodeActionKindRefactor
	if o.client.resolvesEdits {
		m, ok := diag.IgnorableAt(o.snap, o.doc, o.at)
		if !ok {
			return
		}
		data, err := json.Marshal(ignoreData{URI: o.doc.URI, Position: o.client.rangeOf(o.doc.Text, m.NameNow).Start})
		o.err = err
		o.out = append(o.out, &protocol.CodeAction{Title: ignoreTitle(m.String()), Kind: &kind, Data: data})
		return
	}
	if e, ok := diag.IgnoreAt(o.snap, o.doc, o.at); ok {
		o.out = append(o.out, &protocol.CodeAction{Title: ignoreTitle(e.Name), Kind: &kind, Edit: ignoring(o.client, o.doc, e)})
	}
}

// sources are where to go from here, and what to read: at a function what fits it, on the first line what fits the file and the workspace.
func (o *offers) sources() {
	everywhere := named(o.in.Only)
	if o.in.TriggerKind == protocol.CodeActionTriggerKindAutomatic && !everywhere {
		return
	}
	if o.fn != nil && o.fn.Statements.Covered > 0 {
		o.command(kindGoToTests, fmt.Sprintf("Go to Tests of %s", o.fn), cmdGoToTests, o.place(o.fn.NameNow.Start))
	}
	if o.file != nil && (o.fn != nil || o.top || everywhere) {
		o.jumps()
	}
	head := o.fn != nil && o.at.Start <= o.fn.NameNow.End
	if o.file != nil && (o.top || everywhere || head && o.fn.Uncovered()) {
		if (o.top || everywhere) && anyGap(o.snap) {
			o.command(kindMostUrgentGap, "covls: go to the most urgent gap", cmdMostUrgentGap, nil)
		}
		o.command(kindExplain, "covls: explain how urgent this file is", cmdExplain, documentArgs(o.doc.URI))
	}
	if !o.top && !everywhere {
		return
	}
	if len(o.snap.Files) > 0 {
		o.command(kindReport, "covls: show the gap report", cmdShowReport, nil)
	}
	o.command(kindDoctor, "covls: say why something is shown or not", cmdDoctor, nil)
	if o.client.runsTests {
		o.command(kindRunTests, "covls: run the tests with coverage", cmdRunTests, documentArgs(o.doc.URI))
	} else {
		o.command(kindRunTests, "covls: show the command that measures coverage", cmdRunCommand, documentArgs(o.doc.URI))
	}
}

// jumps lead to the next gap, behind the last to the first, and to one before the place and the function around it.
func (o *offers) jumps() {
	gaps := diag.Gaps(o.snap, o.doc)
	next, ok := diag.Next(gaps, o.at.Start)
	if ok && !here(next, o.at.Start) {
		o.command(kindNextGap, "covls: next gap: "+next.Message, cmdNextGap, o.place(o.at.Start))
	}
	if previous, ok := diag.Previous(gaps, o.at.Start); ok && previous.At.End <= o.at.Start && (o.fn == nil || previous.At != o.fn.NameNow) && previous.ID != next.ID {
		o.command(kindPreviousGap, "covls: previous gap: "+previous.Message, cmdPreviousGap, o.place(o.at.Start))
	}
}

// here reports whether an offset is in a gap.
func here(g diag.Gap, offset int) bool { return g.At.Start <= offset && offset <= g.At.End }

// anyGap reports whether some file has code that did not run.
func anyGap(snap *workspace.Snapshot) bool {
	for _, f := range snap.Files {
		if f.Total.Uncovered() > 0 {
			return true
		}
	}
	return false
}

// lacksTest reports whether the function has code that no test runs, or may have, and the client can be asked to write one.
func (o *offers) lacksTest() bool {
	m := o.fn
	return m != nil && o.client.applies && o.client.literals && engine.CreatesTests(o.doc.Path) && (m.Uncovered() || m.Statements.Uncovered() > 0 || m.Why != "")
}

func (o *offers) createTitle() string { return fmt.Sprintf("Create Test for %s", o.fn) }

// mended are those of the editor's diagnostics that say of the function that no test reaches it.
func (o *offers) mended() (out []protocol.Diagnostic) {
	if o.fn == nil {
		return nil
	}
	name := o.client.rangeOf(o.doc.Text, o.fn.NameNow)
	for _, d := range o.in.Diagnostics {
		if diag.Uncovers(codeOf(&d)) && d.Range == name {
			out = append(out, d)
		}
	}
	return out
}

// codeOf is the code of a diagnostic of covls; "" for a number.
func codeOf(d *protocol.Diagnostic) string {
	code, _ := d.Code.(protocol.String)
	return string(code)
}

// place is an offset as the argument of a command.
func (o *offers) place(offset int) protocol.TextDocumentPositionParams {
	return protocol.TextDocumentPositionParams{
		TextDocument: protocol.TextDocumentIdentifier{URI: uri.URI(o.doc.URI)}, Position: position(o.doc.Text.Position(offset, o.client.encoding)),
	}
}

// documentArgs are the arguments of a command for a document.
func documentArgs(document string) map[string]any {
	return map[string]any{"textDocument": map[string]string{"uri": document}}
}

func ignoreTitle(name string) string {
	return escape.Line(fmt.Sprintf("Leave %s out of coverage", name))
}

// ignoring is the edit that leaves a function out, which the client makes if the user wants it.
func ignoring(c *client, d *workspace.Document, e diag.Ignore) *protocol.WorkspaceEdit {
	at := c.rangeOf(d.Text, diag.Span{Start: e.Offset, End: e.Offset})
	return &protocol.WorkspaceEdit{Changes: map[uri.URI][]protocol.TextEdit{uri.URI(d.URI): {{Range: at, NewText: e.Text}}}}
}

// ignoreData goes to the client and back, so that the edit is tried only when it is wanted.
type ignoreData struct {
	URI      string            `json:"uri"`
	Position protocol.Position `json:"position"` // of the function's name
}

// CodeActionResolve adds the edit to the action that leaves a function out of coverage. Other actions are whole.
func (s *Server) CodeActionResolve(ctx context.Context, a *protocol.CodeAction) (*protocol.CodeAction, error) {
	if len(a.Data) == 0 {
		return a, nil
	}
	snap, c := s.snapshot(ctx), s.client.Load()
	var data ignoreData
	if err := json.Unmarshal(a.Data, &data); err != nil {
		return nil, invalid("data is not that of a covls action: %v", err)
	}
	u, err := parseURI(data.URI)
	if err != nil {
		return nil, invalid("data is not that of a covls action: %v", err)
	}
	d := s.document(snap, u)
	if d == nil {
		return nil, failed("the document of the function is not open")
	}
	at := d.Text.Offset(text.Position(data.Position), c.encoding)
	e, ok := diag.IgnoreAt(snap, d, diag.Span{Start: at, End: at})
	if !ok {
		return nil, failed("no marker leaves out this function alone: put //coverage:ignore where it should stand")
	}
	out := *a
	out.Edit = ignoring(c, d, e)
	return &out, nil
}

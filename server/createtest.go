package server

import (
	"context"
	"encoding/json"
	"fmt"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/covls/covls/diag"
	"github.com/covls/covls/engine"
	"github.com/covls/covls/escape"
	"github.com/covls/covls/text"
	"github.com/covls/covls/workspace"
)

// The kinds of the actions, so that a key can be bound to them. A test for a function with a diagnostic is its quick fix.
const (
	kindCreateTest    = protocol.CodeActionKindRefactor + ".covls.createTest"
	kindCreateTestFix = protocol.CodeActionKindQuickFix + ".covls.createTest"
	kindGoToTests     = protocol.CodeActionKindRefactor + ".covls.goToTests"
)

// placed is the document and the byte offset that a command is for, which has to have a place.
func (s *Server) placed(snap *workspace.Snapshot, p *protocol.ExecuteCommandParams) (*workspace.Document, int, error) {
	d, offset, _, err := s.start(snap, p)
	switch {
	case err != nil:
		return nil, 0, err
	case len(p.Arguments) == 0:
		return nil, 0, invalid(`%s needs the place of a function: {"textDocument": {"uri": …}, "position": {"line": …, "character": …}}`, p.Command)
	case d == nil:
		return nil, 0, invalid("%s: the document is not open, and no profile names it", p.Command)
	}
	return d, offset, nil
}

// createTest has the client put a test for the function at a place where it belongs, shows it, and answers with its
// Location. covls itself writes nothing.
func (s *Server) createTest(ctx context.Context, p *protocol.ExecuteCommandParams) (protocol.LSPAny, error) {
	snap, c := s.snapshot(ctx), s.client.Load()
	d, offset, err := s.placed(snap, p)
	if err != nil {
		return nil, err
	}
	made, err := engine.CreateTest(snap, d, offset)
	if err != nil {
		return nil, jsonrpc2.Errorf(codeFailed, "no test was made: %s", escape.Words(err.Error()))
	}
	if !c.applies || made.New && !c.creates {
		return nil, jsonrpc2.Errorf(codeFailed, "no test was made: this editor can't be asked to write one into %s. In a shell, `covls test %s:%d --write` does", escape.Line(snap.Name(made.Path)), escape.Line(snap.Name(d.Path)), line(d.Text, offset))
	}
	label := "Create " + made.Test
	waited := waiting(ctx)
	answer, err := s.remote.ApplyEdit(ctx, &protocol.ApplyWorkspaceEditParams{Label: &label, Edit: c.newTestEdit(snap, made)})
	waited()
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return nil, jsonrpc2.Errorf(codeFailed, "no test was made: the editor did not apply it (%v)", err)
	case answer == nil || !answer.Applied:
		why := "it gave no reason"
		if answer != nil && answer.FailureReason != nil {
			why = escape.Words(*answer.FailureReason)
		}
		return nil, jsonrpc2.Errorf(codeFailed, "no test was made: the editor did not apply it (%s)", why)
	}
	now := text.New(made.Apply(made.Was))
	location := protocol.Location{URI: uriOf(snap, made.Path), Range: c.rangeOf(now, diag.Span{Start: made.Cursor, End: made.Cursor})}
	s.reveal(ctx, c, location)
	return marshal(&location)
}

// line is the 1-based line of an offset.
func line(t *text.Text, offset int) uint32 {
	n, _ := t.LineCol(offset)
	return n
}

// newTestEdit is a test as an edit of the client's.
func (c *client) newTestEdit(snap *workspace.Snapshot, made *engine.NewTest) protocol.WorkspaceEdit {
	at := uriOf(snap, made.Path)
	was := text.New(made.Was)
	var edits []protocol.TextEdit
	for _, e := range made.Edits {
		edits = append(edits, protocol.TextEdit{Range: c.rangeOf(was, diag.Span(e.Span)), NewText: e.Text})
	}
	if !c.creates {
		return protocol.WorkspaceEdit{Changes: map[uri.URI][]protocol.TextEdit{at: edits}}
	}
	var changes []protocol.DocumentChange
	if made.New {
		changes = append(changes, &protocol.CreateFile{Kind: "create", URI: at})
	}
	of := protocol.OptionalVersionedTextDocumentIdentifier{TextDocumentIdentifier: protocol.TextDocumentIdentifier{URI: at}}
	if d := snap.Documents[made.Path]; d != nil {
		of.Version = &d.Version
	}
	all := make([]protocol.TextDocumentEditElement, len(edits))
	for i := range edits {
		all[i] = &edits[i]
	}
	return protocol.WorkspaceEdit{DocumentChanges: append(changes, &protocol.TextDocumentEdit{TextDocument: of, Edits: all})}
}

// goToTests shows the first of the tests that speak of the function at a place, and answers with the Locations of all;
// empty where there are none.
func (s *Server) goToTests(ctx context.Context, p *protocol.ExecuteCommandParams) (protocol.LSPAny, error) {
	snap, c := s.snapshot(ctx), s.client.Load()
	d, offset, err := s.placed(snap, p)
	if err != nil {
		return nil, err
	}
	places, _, err := engine.TestsFor(snap, d, offset)
	if err != nil {
		return nil, jsonrpc2.Errorf(codeFailed, "no tests to go to: %s", escape.Words(err.Error()))
	}
	out := []protocol.Location{}
	for _, place := range places {
		out = append(out, protocol.Location{URI: uriOf(snap, place.Path), Range: c.rangeOf(place.Text, place.At)})
	}
	if len(out) > 0 {
		s.reveal(ctx, c, out[0])
	}
	return marshal(&out)
}

// testActions are the actions of a function at a place: to make the test that it lacks, and to go to those that it has. The
// request has the diagnostics of the place, which a test mends.
func testActions(c *client, d *workspace.Document, file *workspace.File, at diag.Span, in *protocol.CodeActionContext) (out []protocol.CommandOrCodeAction, err error) {
	m, ok := diag.FuncAt(file, d, at)
	if !ok {
		return nil, nil
	}
	args, err := json.Marshal(protocol.TextDocumentPositionParams{
		TextDocument: protocol.TextDocumentIdentifier{URI: uri.URI(d.URI)}, Position: position(d.Text.Position(m.NameNow.Start, c.encoding)),
	})
	if err != nil {
		return nil, err
	}
	add := func(kind protocol.CodeActionKind, command, title string, mended ...protocol.Diagnostic) {
		title = escape.Line(fmt.Sprintf(title, m))
		if wants(in.Only, kind) {
			out = append(out, &protocol.CodeAction{
				Title: title, Kind: &kind, Diagnostics: mended,
				Command: protocol.Command{Title: title, Command: command, Arguments: []protocol.LSPAny{args}},
			})
		}
	}
	if c.applies && engine.CreatesTests(d.Path) && (m.Uncovered() || m.Statements.Uncovered() > 0 || m.Why != "") {
		const title = "Create Test for %s"
		mended := mends(in.Diagnostics, c.rangeOf(d.Text, m.NameNow))
		if len(mended) > 0 && wants(in.Only, kindCreateTestFix) {
			add(kindCreateTestFix, cmdCreateTest, title, mended...)
		} else {
			add(kindCreateTest, cmdCreateTest, title)
		}
	}
	if c.showDocument && m.Statements.Covered > 0 {
		add(kindGoToTests, cmdGoToTests, "Go to Tests of %s")
	}
	return out, nil
}

// mends are those of an editor's diagnostics that say of the function with that name that no test reaches it.
func mends(all []protocol.Diagnostic, name protocol.Range) (out []protocol.Diagnostic) {
	for _, d := range all {
		if d.Code == protocol.String(diag.Code) && d.Range == name {
			out = append(out, d)
		}
	}
	return out
}

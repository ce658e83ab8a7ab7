package server

import (
	"context"
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

// placed is the document and the byte offset that a command is for: a place, or without one where the last jump went.
func (s *Server) placed(snap *workspace.Snapshot, p *protocol.ExecuteCommandParams) (*workspace.Document, int, error) {
	d, offset, _, err := s.start(snap, p)
	switch {
	case err != nil:
		return nil, 0, err
	case d == nil && bare(p):
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
	s.reveal(ctx, c, snap, location, "the new test is at")
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
// where there are none with the file that they belong into, and says so; empty where that is not there either.
func (s *Server) goToTests(ctx context.Context, p *protocol.ExecuteCommandParams) (protocol.LSPAny, error) {
	snap, c := s.snapshot(ctx), s.client.Load()
	d, offset, err := s.placed(snap, p)
	if err != nil {
		return nil, err
	}
	places, name, err := engine.TestsFor(snap, d, offset)
	if err != nil {
		return nil, jsonrpc2.Errorf(codeFailed, "no tests to go to: %s", escape.Words(err.Error()))
	}
	out := []protocol.Location{}
	for _, place := range places {
		out = append(out, protocol.Location{URI: uriOf(snap, place.Path), Range: c.rangeOf(place.Text, place.At)})
	}
	switch {
	case len(out) == 0:
		s.say("no test speaks of this function")
	case places[0].At == diag.Span{}:
		if c.showDocument {
			s.reveal(ctx, c, snap, out[0], "")
		}
		s.publisher.say(protocol.MessageTypeInfo, fmt.Sprintf("no test speaks of %s yet; %s is where its tests belong", escape.Words(name), escape.Words(snap.Name(places[0].Path))))
	default:
		s.reveal(ctx, c, snap, out[0], "the first test is at")
	}
	return marshal(&out)
}

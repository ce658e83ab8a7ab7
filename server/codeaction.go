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
	"github.com/covls/covls/escape"
	"github.com/covls/covls/text"
	"github.com/covls/covls/workspace"
)

// CodeAction offers, on the first line of a document, the path mappings that would lead a profile's
// name to it, in a function to make the test that it lacks and to go to those that it has, at an uncovered one to leave
// it out of coverage, and, to a client that runs tests, to run them so that those of other packages count.
func (s *Server) CodeAction(ctx context.Context, p *protocol.CodeActionParams) ([]protocol.CommandOrCodeAction, error) {
	out := []protocol.CommandOrCodeAction{}
	snap, c := s.snapshot(ctx), s.client.Load()
	d := s.document(snap, p.TextDocument.URI)
	if d == nil {
		return out, nil
	}
	if wants(p.Context.Only, protocol.CodeActionKindQuickFix) && p.Range.Start.Line == 0 {
		fixes, err := pathFixes(snap, d)
		if err != nil {
			return nil, err
		}
		out = append(out, fixes...)
	}
	if f := snap.FileOf(d); f != nil && c.runsTests && diag.CountsOwnTests(f) && diag.RunsAll(f) && wants(p.Context.Only, protocol.CodeActionKindQuickFix) {
		action, err := runAll(d)
		if err != nil {
			return nil, err
		}
		out = append(out, action)
	}
	offset := func(p protocol.Position) int { return d.Text.Offset(text.Position(p), c.encoding) }
	at := diag.Span{Start: offset(p.Range.Start), End: offset(p.Range.End)}
	if f := snap.FileOf(d); f != nil && c.literals {
		actions, err := testActions(c, d, f, at, &p.Context)
		if err != nil {
			return nil, err
		}
		out = append(out, actions...)
	}
	if wants(p.Context.Only, protocol.CodeActionKindRefactor) && c.edits {
		if e, ok := diag.IgnoreAt(snap, d, at); ok {
			out = append(out, ignore(c, d, e))
		}
	}
	return out, nil
}

// runAll is the action that runs the tests so that those of other packages count.
func runAll(d *workspace.Document) (*protocol.CodeAction, error) {
	kind := protocol.CodeActionKindQuickFix
	const title = "covls: run the tests with -coverpkg, so that all tests count"
	args, err := runTestsArgs(d.URI)
	return &protocol.CodeAction{
		Title: title, Kind: &kind, Command: protocol.Command{Title: title, Command: cmdRunTests, Arguments: []protocol.LSPAny{args}},
	}, err
}

// wants reports whether a client that asks for some kinds of actions, or for all, takes those of a kind.
func wants(only []protocol.CodeActionKind, kind protocol.CodeActionKind) bool {
	return len(only) == 0 || slices.ContainsFunc(only, func(k protocol.CodeActionKind) bool {
		return k == "" || k == kind || strings.HasPrefix(string(kind), string(k)+".")
	})
}

func pathFixes(snap *workspace.Snapshot, d *workspace.Document) ([]protocol.CommandOrCodeAction, error) {
	var out []protocol.CommandOrCodeAction
	kind := protocol.CodeActionKindQuickFix
	for _, fix := range diag.PathFixes(snap, d) {
		args, err := json.Marshal(mappingArgs(d.URI, &fix))
		if err != nil {
			return nil, err
		}
		title := escape.Line(fmt.Sprintf("covls: %s calls this file %s: map %s to %s%s in %s", fix.Profile, fix.Name, fix.From, fix.To, fix.Whose(), config.FileName))
		out = append(out, &protocol.CodeAction{
			Title: title, Kind: &kind,
			Command: protocol.Command{Title: title, Command: cmdAddPathMapping, Arguments: []protocol.LSPAny{args}},
		})
	}
	return out, nil
}

// ignore is the action of an edit, which the client makes if the user wants it.
func ignore(c *client, d *workspace.Document, e diag.Ignore) *protocol.CodeAction {
	kind := protocol.CodeActionKindRefactor
	at := c.rangeOf(d.Text, diag.Span{Start: e.Offset, End: e.Offset})
	return &protocol.CodeAction{
		Title: escape.Line(fmt.Sprintf("Leave %s out of coverage", e.Name)), Kind: &kind,
		Edit: &protocol.WorkspaceEdit{Changes: map[uri.URI][]protocol.TextEdit{
			uri.URI(d.URI): {{Range: at, NewText: e.Text}},
		}},
	}
}

package server

import (
	"context"
	"log/slog"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/covls/covls/text"
	"github.com/covls/covls/workspace"
)

// DidOpen takes a document into the snapshot. What is no file is left alone.
func (s *Server) DidOpen(ctx context.Context, p *protocol.DidOpenTextDocumentParams) error {
	path, ok := pathOf(p.TextDocument.URI)
	if !ok {
		return nil
	}
	spelled, _ := ctx.Value(uriKey{}).(string)
	if spelled == "" {
		spelled = string(p.TextDocument.URI)
	}
	// The text keeps the message alive anyway; the rest is copied out of it.
	d := workspace.NewDocument(spelled, path, p.TextDocument.Version, text.New(p.TextDocument.Text))
	s.store.SetDocument(d)
	s.session.opened(path)
	return nil
}

// DidChange applies edits in the order in which they come.
func (s *Server) DidChange(_ context.Context, p *protocol.DidChangeTextDocumentParams) error {
	d := s.document(s.store.Load(), p.TextDocument.URI)
	if d == nil {
		s.log.Debug("change of a document that is not open", slog.String("uri", string(p.TextDocument.URI)))
		return nil
	}
	edits := make([]text.Edit, 0, len(p.ContentChanges))
	for _, c := range p.ContentChanges {
		switch c := c.(type) {
		case *protocol.TextDocumentContentChangePartial:
			edits = append(edits, text.Edit{
				Range: text.Range{Start: fromPosition(c.Range.Start), End: fromPosition(c.Range.End)},
				Text:  c.Text,
			})
		case *protocol.TextDocumentContentChangeWholeDocument:
			edits = append(edits, text.Edit{Whole: true, Text: c.Text})
		}
	}
	next := d.Text.Apply(edits, s.client.Load().encoding)
	s.store.EditDocument(d.Path, func(d *workspace.Document) *workspace.Document {
		return d.WithText(p.TextDocument.Version, next)
	})
	return nil
}

// DidClose forgets the document; the publisher takes its marks away.
func (s *Server) DidClose(_ context.Context, p *protocol.DidCloseTextDocumentParams) error {
	if path, ok := pathOf(p.TextDocument.URI); ok {
		s.store.CloseDocument(path)
	}
	return nil
}

// DidSave has the file looked at, which is newer than its profile now. Marks follow the text, saved or
// not.
func (s *Server) DidSave(_ context.Context, p *protocol.DidSaveTextDocumentParams) error {
	if path, ok := pathOf(p.TextDocument.URI); ok {
		s.session.jobs.put(func(context.Context) { s.session.loader.Saved(path) })
	}
	return nil
}

// document is the open document of a URI; nil where there is none.
func (s *Server) document(snap *workspace.Snapshot, u uri.URI) *workspace.Document {
	path, ok := pathOf(u)
	if !ok {
		return nil
	}
	return snap.Documents[path]
}

package server

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"math"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/covls/covls/config"
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
	if s.tooLarge(path, len(p.TextDocument.Text)) {
		return nil
	}
	// The text keeps the message alive anyway; the rest is copied out of it.
	d := workspace.NewDocument(spelled, path, p.TextDocument.Version, text.New(p.TextDocument.Text))
	s.store.SetDocument(d)
	s.engine.Opened(path)
	return nil
}

// DidChange applies edits in the order in which they come.
func (s *Server) DidChange(ctx context.Context, p *protocol.DidChangeTextDocumentParams) error {
	d := s.document(s.store.Load(), p.TextDocument.URI)
	if d == nil {
		s.log.Debug("change of a document that is not open", slog.String("uri", string(p.TextDocument.URI)))
		return nil
	}
	edits := make([]text.Edit, 0, len(p.ContentChanges))
	raw, _ := ctx.Value(changesKey{}).([]byte)
	ranges := rangesOf(raw)
	for i, c := range p.ContentChanges {
		kind := wholeText
		if i < len(ranges) {
			kind = ranges[i]
		}
		switch c := c.(type) {
		case *protocol.TextDocumentContentChangePartial:
			edits = append(edits, text.Edit{
				Range: text.Range{Start: fromPosition(c.Range.Start), End: fromPosition(c.Range.End)},
				Text:  c.Text,
				Whole: kind == wholeText,
			})
		case *protocol.TextDocumentContentChangeWholeDocument:
			edits = append(edits, text.Edit{Whole: true, Text: c.Text})
		}
		if _, whole := c.(*protocol.TextDocumentContentChangeWholeDocument); kind == noRange || whole && kind != wholeText {
			return invalid("the range of change %d can't be read", i)
		}
	}
	next := d.Text.Apply(edits, s.client.Load().encoding)
	if s.tooLarge(d.Path, next.Len()) {
		return nil
	}
	s.store.EditDocument(d.Path, func(d *workspace.Document) *workspace.Document {
		return d.WithText(p.TextDocument.Version, next)
	})
	return nil
}

// tooLarge reports whether a text is one that covls would not read from disk either. It forgets such a
// document and tells the user: what is made of a text takes several times its size.
func (s *Server) tooLarge(path string, bytes int) bool {
	snap := s.store.Load()
	limits := config.Default().Limits
	if f := snap.FolderOf(path); f != nil {
		limits = f.Settings.Limits
	}
	most := min(limits.SourceBytes, math.MaxInt32) // package text has no larger ones
	if int64(bytes) <= most {
		return false
	}
	s.store.CloseDocument(path)
	s.publisher.tell(protocol.MessageTypeWarning, fmt.Sprintf("%s has more than %d bytes (limits.source_bytes): nothing is shown in it until it is smaller and opened again", snap.Name(path), most))
	return true
}

// bringsTooMuch is tooLarge for the parameters of didOpen and didChange, before a text is copied out of them.
func (s *Server) bringsTooMuch(params []byte) bool {
	const small = 1 << 20
	if len(params) < small {
		return false
	}
	path, ok := pathOf(uri.URI(rawURI(params)))
	return ok && s.tooLarge(path, longestText(params))
}

// longestText is the length in bytes of the longest text that didOpen or didChange brings.
func longestText(params []byte) (longest int) {
	text := func(name string, value jsontext.Value) {
		if name == "text" {
			longest = max(longest, unquotedLen(value))
		}
	}
	_ = eachMember(params, func(name string, value jsontext.Value) {
		switch name {
		case "textDocument":
			_ = eachMember(value, text)
		case "contentChanges":
			_ = eachElement(value, func(value jsontext.Value) { _ = eachMember(value, text) })
		}
	})
	return longest
}

// unquotedLen is the length of a JSON string without its quotes and escapes. Half a surrogate counts as
// half of what a pair has.
func unquotedLen(s []byte) int {
	n := len(s) - len(`""`)
	for {
		i := bytes.IndexByte(s, '\\')
		if i < 0 || i+len(`\n`) > len(s) {
			return n
		}
		s = s[i:]
		if s[1] != 'u' || len(s) < len(`\u0000`) {
			n -= len(`\n`) - 1
			s = s[len(`\n`):]
			continue
		}
		code, _ := strconv.ParseUint(string(s[2:6]), 16, 16)
		n -= len(`\u0000`)
		switch r := rune(code); {
		case utf16.IsSurrogate(r):
			n += utf8.UTFMax / 2
		default:
			n += utf8.RuneLen(r)
		}
		s = s[len(`\u0000`):]
	}
}

// DidClose forgets the document; the publisher takes its marks away.
func (s *Server) DidClose(_ context.Context, p *protocol.DidCloseTextDocumentParams) error {
	if path, ok := pathOf(p.TextDocument.URI); ok {
		s.store.CloseDocument(path)
		s.engine.Closed(path)
	}
	return nil
}

// DidSave has the file looked at: its text on disk may be another than its profile's now. Marks follow the text, saved or
// not.
func (s *Server) DidSave(_ context.Context, p *protocol.DidSaveTextDocumentParams) error {
	if path, ok := pathOf(p.TextDocument.URI); ok {
		s.engine.Saved(path)
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

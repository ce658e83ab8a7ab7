package server

import (
	"context"

	"go.lsp.dev/protocol"

	"github.com/covls/covls/diag"
	"github.com/covls/covls/escape"
)

// Hover tells what is known of a place.
func (s *Server) Hover(ctx context.Context, p *protocol.HoverParams) (*protocol.Hover, error) {
	snap, c := s.snapshot(ctx), s.client.Load()
	d := s.document(snap, p.TextDocument.URI)
	if d == nil {
		return nil, nil
	}
	h, ok := diag.HoverWith(snap, d, d.Text.Offset(fromPosition(p.Position), c.encoding), advise(snap, d))
	if !ok {
		return nil, nil
	}
	kind, says := protocol.MarkupKindMarkdown, escape.Lines(h.Markdown)
	if c.plainHover {
		kind, says = protocol.MarkupKindPlainText, escape.Plain(h.Markdown)
	}
	r := c.rangeOf(d.Text, h.Span)
	return &protocol.Hover{Contents: &protocol.MarkupContent{Kind: kind, Value: says}, Range: &r}, nil
}

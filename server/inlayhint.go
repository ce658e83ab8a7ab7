package server

import (
	"context"

	"go.lsp.dev/protocol"

	"github.com/covls/covls/diag"
	"github.com/covls/covls/escape"
)

// InlayHint puts a function's coverage behind its first line, for editors that show no lenses.
func (s *Server) InlayHint(ctx context.Context, p *protocol.InlayHintParams) ([]protocol.InlayHint, error) {
	snap, c := s.snapshot(s.first(ctx, p.TextDocument.URI)), s.client.Load()
	out := []protocol.InlayHint{}
	d := s.document(snap, p.TextDocument.URI)
	if d == nil {
		return out, nil
	}
	from := d.Text.Offset(fromPosition(p.Range.Start), c.encoding)
	to := d.Text.Offset(fromPosition(p.Range.End), c.encoding)
	pad := true
	for _, h := range diag.Hints(snap, d) {
		if from <= h.Offset && h.Offset <= to {
			out = append(out, protocol.InlayHint{
				Position: position(d.Text.Position(h.Offset, c.encoding)), Label: protocol.String(escape.Line(h.Label)), PaddingLeft: &pad,
			})
		}
	}
	return out, nil
}

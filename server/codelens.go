package server

import (
	"context"
	"encoding/json"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/covls/covls/diag"
	"github.com/covls/covls/escape"
)

// lensData goes to the client and back, so that a lens is put into words only when it is shown.
type lensData struct {
	URI string `json:"uri"`
	ID  string `json:"id"`
}

// CodeLens says where lenses stand.
func (s *Server) CodeLens(ctx context.Context, p *protocol.CodeLensParams) ([]protocol.CodeLens, error) {
	snap, c := s.snapshot(s.first(ctx, p.TextDocument.URI)), s.client.Load()
	out := []protocol.CodeLens{}
	d := s.document(snap, p.TextDocument.URI)
	if d == nil {
		return out, nil
	}
	for _, l := range diag.Lenses(snap, d) {
		if l.ID == diag.TestsLens && !c.runsTests {
			continue
		}
		data, err := json.Marshal(lensData{d.URI, l.ID})
		if err != nil {
			return nil, err
		}
		out = append(out, protocol.CodeLens{Range: c.rangeOf(d.Text, l.Span), Data: data})
	}
	return out, nil
}

// CodeLensResolve puts one lens into words.
func (s *Server) CodeLensResolve(ctx context.Context, l *protocol.CodeLens) (*protocol.CodeLens, error) {
	snap, c := s.snapshot(ctx), s.client.Load()
	var data lensData
	if err := json.Unmarshal(l.Data, &data); err != nil {
		return nil, invalid("data is not that of a covls lens: %v", err)
	}
	out := *l
	// The lens of a function that is gone by now keeps quiet until the client asks again.
	out.Command = protocol.Command{Title: "…"}
	u, err := parseURI(data.URI)
	if err != nil {
		return nil, invalid("data is not that of a covls lens: %v", err)
	}
	d := s.document(snap, u)
	if d == nil {
		return &out, nil
	}
	label, ok := diag.LensLabel(snap, d, data.ID)
	if !ok {
		return &out, nil
	}
	out.Command = protocol.Command{Title: escape.Line(label.Title)}
	var args protocol.LSPAny
	switch {
	case label.Tests && c.runsTests:
		out.Command.Command = cmdRunTests
		args, err = json.Marshal(documentArgs(d.URI))
	case label.Mapping != nil:
		out.Command.Command = cmdAddPathMapping
		args, err = json.Marshal(mappingArgs(d.URI, label.Mapping))
	case label.Jump:
		out.Command.Command = cmdNextGap
		args, err = json.Marshal(jumpParams{
			TextDocumentPositionParams: protocol.TextDocumentPositionParams{
				TextDocument: protocol.TextDocumentIdentifier{URI: uri.URI(d.URI)},
				Position:     position(d.Text.Position(label.From, c.encoding)),
			},
			Gap: label.Gap,
		})
	default:
		return &out, nil
	}
	out.Command.Arguments = []protocol.LSPAny{args}
	return &out, err
}

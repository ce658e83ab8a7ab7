package server

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/covls/covls/workspace"
)

// Diagnostic answers a client that pulls the diagnostics of one document.
func (s *Server) Diagnostic(ctx context.Context, p *protocol.DocumentDiagnosticParams) (protocol.DocumentDiagnosticReport, error) {
	snap, c := s.snapshot(s.first(ctx, p.TextDocument.URI)), s.client.Load()
	items := []protocol.Diagnostic{}
	if path, ok := pathOf(p.TextDocument.URI); ok {
		if d := snap.Documents[path]; d != nil {
			items = diagnostics(c, snap, d, uri.URI(d.URI))
		} else if m := s.closedMarks(snap, path); m.any() {
			if d := readClosed(snap.Files[path]); d != nil {
				items = closedDiagnostics(c, snap, d, uri.URI(strings.Clone(string(p.TextDocument.URI))), m)
			}
		}
	}
	id := resultID(items)
	if p.PreviousResultID != nil && *p.PreviousResultID == id {
		return &protocol.RelatedUnchangedDocumentDiagnosticReport{
			UnchangedDocumentDiagnosticReport: protocol.UnchangedDocumentDiagnosticReport{Kind: "unchanged", ResultID: id},
		}, nil
	}
	return &protocol.RelatedFullDocumentDiagnosticReport{
		FullDocumentDiagnosticReport: protocol.FullDocumentDiagnosticReport{Kind: "full", ResultID: &id, Items: items},
	}, nil
}

func resultID(items []protocol.Diagnostic) string { return strconv.FormatUint(hashOf(items), 36) }

// DiagnosticWorkspace answers with the files that are not open, where the settings ask for them. A
// client asks again as soon as it has an answer: one that would learn nothing new waits until
// something changes.
func (s *Server) DiagnosticWorkspace(ctx context.Context, p *protocol.WorkspaceDiagnosticParams) (*protocol.WorkspaceDiagnosticReport, error) {
	before := map[uri.URI]string{}
	for _, r := range p.PreviousResultIds {
		before[r.URI] = r.Value
	}
	for first := !s.pulledOnce.Swap(true); ; first = false {
		wait := s.publisher.pulled()
		items, news := s.workspaceItems(ctx, s.store.Load(), before)
		if news || first {
			return &protocol.WorkspaceDiagnosticReport{Items: items}, nil
		}
		waited := waiting(ctx)
		select {
		case <-ctx.Done():
		case <-wait:
		}
		waited()
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
}

func (s *Server) workspaceItems(ctx context.Context, snap *workspace.Snapshot, before map[uri.URI]string) (out []protocol.WorkspaceDocumentDiagnosticReport, news bool) {
	c := s.client.Load()
	out = []protocol.WorkspaceDocumentDiagnosticReport{}
	rest := maps.Clone(before)
	room := budget{limit: answerBytes(snap)}
	closed := s.closedFiles(snap)
	for i, f := range closed {
		if ctx.Err() != nil {
			return out, false
		}
		u := uri.File(f.Path)
		full := room.full()
		var items []protocol.Diagnostic
		if full {
			items = leftOut(len(closed) - i)
		} else {
			d := readClosed(f)
			if d == nil {
				continue
			}
			items = closedDiagnostics(c, snap, d, u, s.closedMarks(snap, f.Path))
			room.spend(bytesOf(items, string(u)))
		}
		id := resultID(items)
		delete(rest, u)
		if before[u] == id {
			out = append(out, &protocol.WorkspaceUnchangedDocumentDiagnosticReport{
				UnchangedDocumentDiagnosticReport: protocol.UnchangedDocumentDiagnosticReport{Kind: "unchanged", ResultID: id}, URI: u,
			})
			if full {
				break
			}
			continue
		}
		if len(items) == 0 && before[u] == "" {
			continue
		}
		news = true
		out = append(out, &protocol.WorkspaceFullDocumentDiagnosticReport{
			FullDocumentDiagnosticReport: protocol.FullDocumentDiagnosticReport{Kind: "full", ResultID: &id, Items: items}, URI: u,
		})
		if full {
			break
		}
	}
	empty := resultID([]protocol.Diagnostic{})
	for _, u := range slices.Sorted(maps.Keys(rest)) {
		if rest[u] == empty {
			continue
		}
		if path, ok := pathOf(u); ok && snap.Documents[path] != nil {
			continue // the client pulls open documents by themselves
		}
		news = true
		out = append(out, &protocol.WorkspaceFullDocumentDiagnosticReport{
			FullDocumentDiagnosticReport: protocol.FullDocumentDiagnosticReport{Kind: "full", ResultID: &empty, Items: []protocol.Diagnostic{}}, URI: u,
		})
	}
	return out, news
}

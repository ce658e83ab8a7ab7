package server

import (
	"path/filepath"
	"strings"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/covls/covls/config"
	"github.com/covls/covls/diag"
	"github.com/covls/covls/escape"
	"github.com/covls/covls/text"
	"github.com/covls/covls/workspace"
)

// maxPath is longer than any path that a system takes.
const maxPath = 32 << 10

// pathOf is the cleaned path of a file URI. ok is false for every other scheme: an untitled
// document is no file, even where the library would give it a path.
func pathOf(u uri.URI) (path string, ok bool) {
	if !u.IsFile() {
		return "", false
	}
	path = u.FsPath()
	if !filepath.IsAbs(path) || len(path) > maxPath {
		return "", false
	}
	return strings.Clone(filepath.Clean(path)), true
}

func position(p text.Position) protocol.Position {
	return protocol.Position{Line: p.Line, Character: p.Character}
}

func fromPosition(p protocol.Position) text.Position {
	return text.Position{Line: p.Line, Character: p.Character}
}

func (c *client) rangeOf(t *text.Text, s diag.Span) protocol.Range {
	r := t.Range(s.Start, s.End, c.encoding)
	return protocol.Range{Start: position(r.Start), End: position(r.End)}
}

func severity(s config.Severity) protocol.DiagnosticSeverity {
	switch s {
	case config.SeverityError:
		return protocol.DiagnosticSeverityError
	case config.SeverityWarning:
		return protocol.DiagnosticSeverityWarning
	case config.SeverityInformation:
		return protocol.DiagnosticSeverityInformation
	}
	return protocol.DiagnosticSeverityHint
}

// diagnostics are a document's, as the client understands them; never nil.
func diagnostics(c *client, snap *workspace.Snapshot, d *workspace.Document, u uri.URI) []protocol.Diagnostic {
	out := []protocol.Diagnostic{}
	for _, g := range diag.Diagnostics(snap, d) {
		if g.Faded && !c.unnecessary {
			continue
		}
		item := protocol.Diagnostic{
			Range:    c.rangeOf(d.Text, g.Span),
			Severity: severity(g.Severity),
			Code:     protocol.String(g.Code),
			Source:   protocol.NewOptional("covls"),
			Message:  protocol.String(escape.Line(g.Message)),
		}
		if g.Faded {
			item.Tags = protocol.NewDiagnosticTags(protocol.DiagnosticTagUnnecessary)
		}
		if c.related {
			for _, r := range g.Related {
				item.RelatedInformation = append(item.RelatedInformation, protocol.DiagnosticRelatedInformation{
					Location: protocol.Location{URI: u, Range: c.rangeOf(d.Text, r.Span)}, Message: escape.Line(r.Message),
				})
			}
		}
		out = append(out, item)
	}
	return out
}

// uriOf is the client's spelling of an open document's URI, else a plain one.
func uriOf(snap *workspace.Snapshot, path string) uri.URI {
	if d := snap.Documents[path]; d != nil {
		return uri.URI(d.URI)
	}
	return uri.File(path)
}

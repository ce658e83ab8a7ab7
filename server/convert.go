package server

import (
	"bytes"
	"path/filepath"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
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

// pathOf is the cleaned path of a file URI, by which documents are told apart: however a URI is spelled, it
// has one path. ok is false for what is no file of this machine: every other scheme, even where the library
// would give it a path, a host that is another, and a URI with a query or a fragment.
func pathOf(u uri.URI) (path string, ok bool) {
	if len(u) > 3*maxPath {
		return "", false // the library copies what it looks at
	}
	c := u.Components()
	if !strings.EqualFold(c.Scheme, schemeFile) || c.Query != "" || c.Fragment != "" {
		return "", false
	}
	if strings.EqualFold(c.Authority, "localhost") {
		c.Authority = ""
	}
	if c.Authority == "" {
		c.Path = "/" + strings.TrimLeft(c.Path, "/")
	} else if filepath.Separator == '/' {
		return "", false // where it is a path on Windows
	}
	plain, err := uri.From(uri.Components{Scheme: schemeFile, Authority: c.Authority, Path: c.Path})
	if err != nil {
		return "", false
	}
	path = plain.FsPath()
	if !filepath.IsAbs(path) || len(path) > maxPath {
		return "", false
	}
	return strings.Clone(filepath.Clean(path)), true
}

const schemeFile = "file"

// parseURI reads a URI as a client spells it.
func parseURI(s string) (uri.URI, error) { return uri.Parse(tidy(s)) }

// tidy is a URI without the slashes that the library does not take: "file:////a" begins like the name of
// a host.
func tidy(s string) string {
	scheme, rest, ok := strings.Cut(s, ":")
	if path, empty := strings.CutPrefix(rest, "//"); ok && empty && strings.EqualFold(scheme, schemeFile) && strings.HasPrefix(path, "//") {
		return scheme + ":///" + strings.TrimLeft(path, "/")
	}
	return s
}

// tidyAll tidies the URIs in the JSON of a message, in its own memory. It reports whether it has changed any.
func tidyAll(params []byte) (changed bool) {
	dec := jsontext.NewDecoder(bytes.NewReader(params), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	isURI := false // what the member at hand is called
	for {
		if dec.PeekKind() != '"' {
			if _, err := dec.ReadToken(); err != nil {
				return changed
			}
			continue
		}
		value, err := dec.ReadValue()
		if err != nil {
			return changed
		}
		in, n := dec.StackIndex(dec.StackDepth())
		if in == '{' && n%2 == 1 { // a name
			isURI = bytes.HasSuffix(bytes.ToLower(value), []byte(`uri"`))
			continue
		}
		text, err := jsontext.AppendUnquote(nil, value)
		if in != '{' || !isURI || err != nil {
			continue
		}
		plain, err := jsontext.AppendQuote(nil, tidy(string(text)))
		if err != nil || len(plain) >= len(value) {
			continue
		}
		at := params[int(dec.InputOffset())-len(value):][:len(value)]
		for i := copy(at, plain); i < len(at); i++ {
			at[i] = ' '
		}
		changed = true
	}
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
	return wireDiagnostics(c, d, u, diag.Diagnostics(snap, d))
}

// wireDiagnostics are diagnostics of a document, as the client understands them; never nil.
func wireDiagnostics(c *client, d *workspace.Document, u uri.URI, found []diag.Diagnostic) []protocol.Diagnostic {
	out := []protocol.Diagnostic{}
	for _, g := range found {
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

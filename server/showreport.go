package server

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/covls/covls/disk"
	"github.com/covls/covls/engine"
	"github.com/covls/covls/report"
	"github.com/covls/covls/workspace"
)

const wantExplain = `{"textDocument": {"uri": …}}`

// explain answers with the sum behind a file's tier as Markdown; null where no profile names it.
func (s *Server) explain(ctx context.Context, p params) (protocol.LSPAny, error) {
	var args struct {
		TextDocument *documentParam `json:"textDocument"`
	}
	if err := p.into(&args, wantExplain); err != nil {
		return nil, err
	}
	u, ok, err := args.TextDocument.parse(p.of)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, invalid("%s needs %s", p.of, wantExplain)
	}
	snap := s.snapshot(ctx)
	path, ok := pathOf(u)
	if !ok {
		return null, nil
	}
	f := snap.Files[path]
	if d := snap.Documents[path]; d != nil {
		f = snap.FileOf(d)
	}
	if f == nil {
		if !snap.RuledOut[path] {
			s.say("no profile names %s, so it has no tier", snap.Name(path))
			return null, nil
		}
		return s.explainRuledOut(ctx, snap, path)
	}
	return s.answerMarkdown(ctx, "covls-explain.md", report.Explain(snap, f.Standing, f))
}

// answerMarkdown answers with a text, which is shown to who would not show the answer.
func (s *Server) answerMarkdown(ctx context.Context, name, text string) (protocol.LSPAny, error) {
	if c := s.client.Load(); !c.documents {
		if _, err := s.present(ctx, c, name, []byte(text)); err != nil {
			return nil, err
		}
	}
	return json.Marshal(text)
}

// explainRuledOut speaks of a file that a rule leaves out.
func (s *Server) explainRuledOut(ctx context.Context, snap *workspace.Snapshot, path string) (protocol.LSPAny, error) {
	if folder := snap.FolderOf(path); folder != nil && snap.Ranks[folder.Dir] != nil {
		ranking, name := snap.Ranks[folder.Dir], snap.Name(path)
		for i := range ranking.Files {
			if ranking.Files[i].Path == name {
				return s.answerMarkdown(ctx, "covls-explain.md", report.Explain(snap, &ranking.Files[i], nil))
			}
		}
	}
	return null, nil
}

const wantReport = `{"format"?: "markdown" | "html", "component"?: "…"}`

// wireReport is the answer to covls.showReport.
type wireReport struct {
	Format  string  `json:"format"`
	Content string  `json:"content"`
	URI     *string `json:"uri"` // null: the client shows the content itself
}

// reportRows is how many rows the lists of a report have in an editor.
const reportRows = 25

// showReport makes the gap report. A client that announced that it shows documents does so; to others it is shown as a temporary file.
func (s *Server) showReport(ctx context.Context, p params) (protocol.LSPAny, error) {
	var args struct {
		Format    string  `json:"format"`
		Component *string `json:"component"`
	}
	if err := p.into(&args, wantReport); err != nil {
		return nil, err
	}
	snap := s.snapshot(ctx)
	write, extension := (func(*report.Report, io.Writer) error)(nil), ""
	switch args.Format {
	case "", "markdown":
		args.Format, extension = "markdown", ".md"
		write = func(r *report.Report, w io.Writer) error { return r.WriteMarkdown(w, reportRows) }
	case "html":
		extension = ".html"
		write = func(r *report.Report, w io.Writer) error { return r.WriteHTML(w, snap.Sources()) }
	default:
		return nil, invalid("%s has no format %q: want markdown or html", p.of, args.Format)
	}
	unmeasured, tested, err := snap.AllUnmeasured(ctx)
	if err != nil {
		return nil, err
	}
	r, err := report.New(snap, report.Options{Version: s.opts.Version, Unmeasured: unmeasured, Tested: tested, Component: args.Component, Help: engine.NewAdvisor(snap).Help, Guard: s.guard})
	if err != nil {
		return nil, invalid("%s: %v", p.of, err)
	}
	var content bytes.Buffer
	if err := write(r, &bounded{&content, budget{limit: answerBytes(snap)}}); err != nil {
		return nil, err
	}
	out := wireReport{Format: args.Format, Content: content.String()}
	if c := s.client.Load(); !c.documents {
		u, err := s.present(ctx, c, "covls-report"+extension, content.Bytes())
		if err != nil {
			return nil, err
		}
		out.URI = &u
	}
	data, err := raw(out)
	return protocol.LSPAny(data), err
}

// say tells, by a message, what a command has found to a client that does not show what commands answer.
func (s *Server) say(format string, args ...any) {
	if !s.client.Load().documents {
		s.publisher.say(protocol.MessageTypeInfo, fmt.Sprintf(format, args...))
	}
}

// present writes a document into the session's temporary folder and shows it, or says where it is to a client that can't
// show documents. It returns the document's URI.
func (s *Server) present(ctx context.Context, c *client, name string, content []byte) (string, error) {
	dir, err := s.scratch()
	if err != nil {
		return "", fmt.Errorf("make a folder for %s: %w", name, err)
	}
	path := filepath.Join(dir, name)
	if err := disk.Replace(path, content, 0o600); err != nil {
		return "", fmt.Errorf("show %s: %w", name, err)
	}
	u := uri.File(path)
	if c.showDocument {
		focus := true
		limited, cancel := context.WithTimeout(ctx, showPatience)
		defer cancel()
		external := strings.HasSuffix(name, ".html") // a browser's
		waited := waiting(ctx)
		_, err := s.remote.ShowDocument(limited, &protocol.ShowDocumentParams{URI: u, TakeFocus: &focus, External: &external})
		waited()
		s.publisher.unsent(err)
	} else {
		s.say("this is in %s until the session ends", path)
	}
	return string(u), nil
}

package hostile_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/covls/covls/config"
	"github.com/covls/covls/internal/conformance"
	"github.com/covls/covls/internal/editor"
	"github.com/covls/covls/internal/profiletest"
	"github.com/covls/covls/server"
)

// patience is how long the test waits for what must come.
const patience = 2 * time.Minute

// session is a session of the built program, all of whose messages are held against their rules.
type session struct {
	t  *testing.T
	ed *editor.Editor

	mu    sync.Mutex
	asked map[string]string   // by the id of a request: its method, and the command
	shown map[string][]string // by what a text is, like "textDocument/hover contents.value"
}

func serve(t *testing.T, o editor.Options) *session {
	t.Helper()
	s := &session{t: t, asked: map[string]string{}, shown: map[string][]string{}}
	cmd := exec.Command(profiletest.Program(t), "serve")
	cmd.Env = environment(t)
	cmd.Dir = t.TempDir()
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	broken := func(problem string) { t.Error(problem) }
	sent, heard := conformance.NewTap(s.sent, broken), conformance.NewTap(s.heard, broken)
	stream := server.NewStream(io.TeeReader(out, heard), teed{in, sent}, func() {})
	ctx := context.WithoutCancel(t.Context())
	if s.ed, err = editor.Start(ctx, stream, o); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = s.ed.Close(ctx)
		_ = in.Close()
		if err := cmd.Wait(); err != nil {
			t.Errorf("covls serve: %v", err)
		}
	})
	return s
}

// teed is a writer of which somebody else hears.
type teed struct {
	io.WriteCloser
	to io.Writer
}

func (w teed) Write(p []byte) (int, error) {
	_, _ = w.to.Write(p)
	return w.WriteCloser.Write(p)
}

func (s *session) sent(body []byte) {
	var m struct {
		ID     json.RawMessage
		Method string
		Params struct{ Command string }
	}
	if json.Unmarshal(body, &m) == nil && m.ID != nil && m.Method != "" {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.asked[string(m.ID)] = strings.TrimSpace(m.Method + " " + m.Params.Command)
	}
}

// heard holds a message of the server against the rules of its texts.
func (s *session) heard(body []byte) {
	var m struct {
		ID                    json.RawMessage
		Method                string
		Params, Result, Error any
	}
	if err := json.Unmarshal(body, &m); err != nil {
		s.t.Errorf("%v: %s", err, body)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case m.Method != "":
		s.walk(m.Method, m.Params)
	case m.Error != nil:
		s.walk("error of "+s.asked[string(m.ID)], m.Error)
	default:
		s.walk(s.asked[string(m.ID)], m.Result)
	}
}

func (s *session) walk(what string, v any) {
	switch v := v.(type) {
	case string:
		s.shown[what] = append(s.shown[what], v)
		if rule := ruleOf(what, v); rule != nil {
			for _, bad := range rule(v) {
				s.t.Errorf("%s: %s", what, bad)
			}
		}
	case []any:
		for _, e := range v {
			s.walk(what, e)
		}
	case map[string]any:
		for k, e := range v {
			if k = strings.ReplaceAll(k, ".", "·"); strings.HasPrefix(k, "file://") {
				k = "uri"
			}
			s.walk(what+" "+k, e)
		}
	}
}

// exempt are texts that nobody reads: they go back to covls, or into a file, as they are.
var exempt = regexp.MustCompile(`^textDocument/codeLens data|^codeLens/resolve (data|command arguments)|^textDocument/codeAction (command arguments|.*newText)|doctor fixes (from|to)$|^covls/status folders make_profile command$|covls.runCommand command$`)

// ruleOf is the rule for a text, by what it is; nil for one that nobody reads.
func ruleOf(what, s string) rule {
	switch {
	case exempt.MatchString(what):
		return nil
	case what == "textDocument/hover contents value", strings.HasSuffix(what, "covls.explain"), strings.HasSuffix(what, "covls.doctor content"):
		return markdown
	case what == "window/logMessage message" && strings.HasPrefix(s, "# covls doctor"):
		return log
	case strings.HasSuffix(what, "covls.showReport content"):
		if strings.HasPrefix(s, "<!DOCTYPE") {
			return page
		}
		return markdown
	case strings.HasPrefix(what, "window/showMessage"), strings.HasPrefix(what, "error of "), strings.HasSuffix(what, "trouble"):
		return message
	}
	return plain
}

// TestEditor asks everything that an editor can ask.
func TestEditor(t *testing.T) {
	t.Parallel()
	h := newWorkspace(t)
	caps := editor.Capabilities()
	caps.Experimental = protocol.LSPAny(`{"covls":{"documents":true}}`)
	caps.Window.ShowMessage = &protocol.ShowMessageRequestClientCapabilities{}
	s := serve(t, editor.Options{
		Capabilities: caps, Folders: []string{h.dir, h.empty}, Answer: func(string) string { return "Cancel" },
		InitializationOptions: map[string]any{
			"hints": map[string]any{"enable": true}, "lens": map[string]any{"functions": "all"}, "fade": true,
			"profiles": append(config.DefaultProfiles(), all(tagProfile)), all(tagUnknown): 1,
		},
	})
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	ready := regexp.MustCompile(`^\{"state":"ready","loading":false`)
	_, err := s.ed.Wait(ctx, func(seen *editor.Seen) bool {
		n := len(seen.Status)
		return n > 0 && ready.MatchString(seen.Status[n-1])
	})
	must(err)
	run := func(command, argument string) { _, _ = s.ed.Run(ctx, command, protocol.LSPAny(argument)) } // errors are held against a rule, too
	// lensesOf hovers over what has a lens.
	lensesOf := func(u uri.URI) []protocol.CodeLens {
		lenses, err := s.ed.Lenses(ctx, u)
		must(err)
		for _, l := range lenses {
			_, err := s.ed.Hover(ctx, u, l.Range.Start)
			must(err)
		}
		return lenses
	}
	for _, path := range append(h.sources, h.ambiguous) {
		u := uri.File(path)
		document := fmt.Sprintf(`{"textDocument":{"uri":%s}}`, quote(t, string(u)))
		must(s.ed.Open(ctx, path))
		for line := range uint32(20) {
			for _, column := range []uint32{1, 7, 9} {
				_, err := s.ed.Hover(ctx, u, protocol.Position{Line: line, Character: column})
				must(err)
			}
		}
		for _, l := range lensesOf(u) {
			if l.Command.Command == "covls.addPathMapping" {
				run(l.Command.Command, string(l.Command.Arguments[0]))
			}
		}
		for _, line := range []uint32{0, 4, 8} {
			_, err := s.ed.Actions(ctx, u, protocol.Position{Line: line, Character: 6})
			must(err)
		}
		_, err := s.ed.Server().InlayHint(ctx, &protocol.InlayHintParams{
			TextDocument: protocol.TextDocumentIdentifier{URI: u}, Range: protocol.Range{End: protocol.Position{Line: 100}},
		})
		must(err)
		_, err = s.ed.Server().Diagnostic(ctx, &protocol.DocumentDiagnosticParams{TextDocument: protocol.TextDocumentIdentifier{URI: u}})
		must(err)
		for _, method := range []string{"covls/coverage", "covls/gaps"} {
			_, err := s.ed.Ask(ctx, method, document)
			must(err)
		}
		run("covls.explain", document)
		run("covls.addRule", fmt.Sprintf(`{"uri":%s,"rule":{"tier":"high","why":%s}}`, quote(t, string(u)), quote(t, all(tagWhy))))
	}
	// A profile that can't be read any more is not the newest.
	must(os.WriteFile(h.profile, []byte("<coverage><"), 0o644))
	_, err = s.ed.Wait(ctx, func(seen *editor.Seen) bool {
		return strings.Count(seen.Status[len(seen.Status)-1], `"trouble":"`) == 2
	})
	must(err)
	_, err = s.ed.Hover(ctx, uri.File(filepath.Join(h.dir, "py", "p.py")), protocol.Position{Character: 4})
	must(err)
	// A text that was changed has other words.
	a := uri.File(h.sources[0])
	must(s.ed.Edit(ctx, a, protocol.Range{Start: protocol.Position{Line: 1}, End: protocol.Position{Line: 1}}, "  stale();\n"))
	lensesOf(a)
	for _, params := range []string{`{"all":true}`, fmt.Sprintf(`{"tiers":[%s]}`, quote(t, all(""))), fmt.Sprintf(`{"kinds":[%s]}`, quote(t, all("")))} {
		_, _ = s.ed.Ask(ctx, "covls/gaps", params)
	}
	for _, c := range []struct{ command, argument string }{
		{"covls.doctor", "null"},
		{"covls.showReport", `{"format":"markdown"}`},
		{"covls.showReport", `{"format":"html"}`},
		{"covls.showReport", fmt.Sprintf(`{"component":%s}`, quote(t, all(tagComponent)))},
		{"covls.showReport", fmt.Sprintf(`{"component":%s}`, quote(t, all("No")))},
		{"covls.showReport", fmt.Sprintf(`{"format":%s}`, quote(t, all("No")))},
		{"covls.runCommand", "null"},
		{"covls.addPathMapping", fmt.Sprintf(`{"from":%s,"to":%s}`, quote(t, all("From")), quote(t, all("To")))},
		{"covls.addPathMapping", fmt.Sprintf(`{"uri":%s,"from":"a","to":"b"}`, quote(t, "file:///"+all("")))},
		{"covls.createConfiguration", "null"},
		{all("covls."), "null"},
	} {
		run(c.command, c.argument)
	}
	must(s.ed.OpenText(ctx, uri.File(filepath.Join(h.dir, "other", config.FileName)), "stale = "+quote(t, "[a](command:b)\u202e")+"\n"))
	_, err = s.ed.Wait(ctx, func(seen *editor.Seen) bool { return len(seen.Log) > 0 && len(seen.Messages) > 2 })
	must(err)
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, want := range []struct{ what, tags string }{
		{"textDocument/hover contents value", "Reason Function Not∙the∙newest Stale"},
		{"codeLens/resolve command title", "Reason Mapped stale"},
		{"textDocument/codeAction title", "Mapped Leave"},
		{"textDocument/inlayHint label", "0/1"},
		{"textDocument/publishDiagnostics diagnostics message", "Function stale never"},
		{"textDocument/diagnostic items message", "Function"},
		{"covls/gaps components name", "Component"},
		{"covls/gaps components tiers files path", "File Lost"},
		{"covls/gaps components tiers files why", "Why"},
		{"covls/gaps components tiers files reason", "Why"},
		{"covls/gaps components tiers files gaps name", "Function"},
		{"covls/gaps components tiers files gaps message", "Function"},
		{"covls/coverage excluded reason", "Reason"},
		{"covls/coverage functions name", "Function"},
		{"covls/coverage reason", "Why"},
		{"covls/status folders name", "Folder"},
		{"covls/status folders patterns", "Profile"},
		{"covls/status profiles path", "Profile Trouble"},
		{"covls/status profiles trouble", "Trouble"},
		{"covls/status profiles text", "Profile"},
		{"window/showMessage message", "Trouble Unknown"},
		{"window/showMessageRequest message", "Mapped From To Why"},
		{"window/logMessage message", "doctor no∙coverage∙profile Empty"},
		{"workspace/executeCommand covls.explain", "Why Component File"},
		{"workspace/executeCommand covls.doctor content", "Folder Profile Trouble Lost Mapped"},
		{"workspace/executeCommand covls.doctor fixes title", "ci"},
		{"workspace/executeCommand covls.showReport content", "Folder Component Why Function"},
		{"error of workspace/executeCommand covls.showReport message", "No"},
		{"error of workspace/executeCommand covls.addPathMapping message", "nothing"},
		{"error of covls/gaps message", "tiers kinds"},
	} {
		texts := strings.Join(s.shown[want.what], "\n")
		for _, tag := range strings.Fields(want.tags) {
			if !strings.Contains(texts, strings.ReplaceAll(tag, "∙", " ")) {
				t.Errorf("%s has no %s, so that it is held against nothing: %.300q", want.what, tag, texts)
			}
		}
	}
	noCanary(t, h.dir)
}

// TestTrust holds that the extension for VS Code lets no text run commands: what the server writes has no
// links to any, and its pages have buttons that nobody else can name.
func TestTrust(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../editors/vscode/src/*.ts")
	if err != nil || len(files) == 0 {
		t.Fatalf("no sources: %v", err)
	}
	trust := regexp.MustCompile(`(isTrusted|enableCommandUris|supportHtml)\s*[:=]\s*([^,;}\n]*)`)
	var got []string
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range trust.FindAllStringSubmatch(string(text), -1) {
			got = append(got, fmt.Sprintf("%s: %s is %s", filepath.Base(name), m[1], strings.TrimSpace(m[2])))
		}
	}
	want := []string{"client.ts: isTrusted is false", "hover.ts: isTrusted is { enabledCommands: [command]", "report.ts: enableCommandUris is [pressCommand]", "report.ts: enableCommandUris is [pressCommand]"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

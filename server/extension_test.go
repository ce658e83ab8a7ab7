package server_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"go.lsp.dev/uri"

	"github.com/covls/covls/internal/conformance"
	"github.com/covls/covls/server"
)

var update = flag.Bool("update", false, "rewrite the examples of docs/lsp-extensions.md")

// example is a block of the page, which a test keeps true.
var example = regexp.MustCompile("(?s)<!-- example: ([^\n]+) -->\n```(json|markdown)\n(.*?)```\n")

// TestExamples holds the examples of docs/lsp-extensions.md, and all that was said, against the
// specification and what covls adds to it.
func TestExamples(t *testing.T) {
	t.Parallel()
	const page = "../docs/lsp-extensions.md"
	data, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	code := shop[strings.Index(shop, "package shop"):strings.Index(shop, "-- cover.out --")]
	if !bytes.Contains(data, []byte("```go\n"+code+"```\n")) {
		t.Errorf("the page lacks the file\n%s", code)
	}
	is := map[string]string{}
	examplesOf(t, is)
	var seen []string
	next := example.ReplaceAllFunc(data, func(block []byte) []byte {
		m := example.FindSubmatch(block)
		name, language, want := string(m[1]), string(m[2]), string(m[3])
		seen = append(seen, name)
		got, ok := is[name]
		if !ok {
			t.Errorf("no such example: %s", name)
			return block
		}
		if got != want && !*update {
			t.Errorf("%s: the page has\n%s\nbut it is\n%s", name, want, got)
		}
		return []byte("<!-- example: " + name + " -->\n```" + language + "\n" + got + "```\n")
	})
	for name := range is {
		if !slices.Contains(seen, name) {
			t.Errorf("the page lacks an example of %s", name)
		}
	}
	if *update && !bytes.Equal(next, data) {
		if err := os.WriteFile(page, next, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// examplesOf has the sessions of which the examples are.
func examplesOf(t *testing.T, is map[string]string) {
	t.Helper()
	dir := workspace(t, shop+"-- .covls.toml --\nprofiles = ['cover.out']\n")
	day := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for name, at := range map[string]time.Time{"a.go": day.Add(-time.Hour), "cover.out": day} {
		if err := os.Chtimes(filepath.Join(dir, name), at, at); err != nil {
			t.Fatal(err)
		}
	}
	u := string(uri.File(filepath.Join(dir, "a.go")))
	s := speak(t, dir)
	show := func(name string, v any) { is[name] = s.indent(v) }
	show("covls/status", s.status("ready"))
	text := read(t, filepath.Join(dir, "a.go"))
	asked := func(method string, params obj) obj { return obj{"params": params, "result": s.ask(method, params)} }
	show("covls/gaps", asked("covls/gaps", obj{}))
	s.say(didOpen(u, text))
	show("covls/gaps of a document", asked("covls/gaps", document(u)))
	show("covls/coverage", asked("covls/coverage", document(u)))
	at := obj{"line": 16, "character": 6}
	show("textDocument/codeAction", asked("textDocument/codeAction", obj{
		"textDocument": obj{"uri": u}, "range": obj{"start": at, "end": at}, "context": obj{"diagnostics": list{}, "only": list{"refactor"}},
	}))
	command := func(name string, arguments ...any) obj {
		params := obj{"command": name}
		if len(arguments) > 0 {
			params["arguments"] = arguments
		}
		return asked("workspace/executeCommand", params)
	}
	show("covls.mostUrgentGap", command("covls.mostUrgentGap"))
	show("covls.runCommand", command("covls.runCommand", document(u)))
	var explained string
	if err := json.Unmarshal(s.ask("workspace/executeCommand", obj{"command": "covls.explain", "arguments": list{document(u)}}), &explained); err != nil {
		t.Fatal(err)
	}
	is["covls.explain"] = explained
	show("covls.addRule", command("covls.addRule", obj{"uri": u, "rule": obj{"at_least": "high", "why": "the till depends on it"}}))
	s.end()

	none := speak(t, workspace(t, "-- go.mod --\nmodule example.com/shop\n-- .covls.toml --\nprofiles = ['cover.out']\n"))
	is["covls/status of a folder without a profile"] = none.indent(none.status("empty"))
	none.end()
}

// speaker is a session of which all that the server says is checked.
type speaker struct {
	*peer
	dir     string
	checked *conformance.Session // nil where there is no specification to check against
}

func speak(t *testing.T, dir string) *speaker {
	t.Helper()
	s := &speaker{peer: start(t, server.Options{Version: "1.0"}), dir: dir}
	model, err := conformance.LoadShared()
	switch {
	case errors.Is(err, fs.ErrNotExist):
		t.Logf("the specification is not at hand: %v", err)
	case err != nil:
		t.Fatal(err)
	default:
		s.checked = model.Session()
	}
	caps := watching()
	caps["workspace"] = obj{"workspaceEdit": obj{}, "workspaceFolders": true}
	caps["textDocument"] = obj{
		"codeAction":         obj{"codeActionLiteralSupport": obj{"codeActionKind": obj{"valueSet": list{"refactor"}}}},
		"publishDiagnostics": obj{},
	}
	params := roots(caps, dir)
	params["workspaceFolders"] = list{obj{"uri": uri.File(dir), "name": "shop"}}
	s.ask("initialize", params)
	s.say(note("initialized", "{}"))
	return s
}

// say sends a message and has it known to the check.
func (s *speaker) say(body string) {
	s.t.Helper()
	if s.checked != nil {
		s.checked.Client([]byte(body))
	}
	s.send(body)
}

func (s *speaker) ask(method string, params obj) json.RawMessage {
	s.t.Helper()
	s.ids++
	id := js("asked " + string(rune('a'+s.ids)))
	s.say(call(id, method, js(params)))
	m := s.response(id)
	if m.Error != nil {
		s.t.Fatalf("%s: error %d: %s", method, m.Error.Code, m.Error.Message)
	}
	return m.Result
}

// status waits for one that is of a state and of no load.
func (s *speaker) status(state string) (params json.RawMessage) {
	s.t.Helper()
	s.wait("covls/status "+state, func(m message) bool {
		var is status
		if m.Method != "covls/status" || json.Unmarshal(m.Params, &is) != nil || is.State != state || is.Loading {
			return false
		}
		params = m.Params
		return true
	})
	return params
}

// end ends the session and reports what of it does not conform.
func (s *speaker) end() {
	s.t.Helper()
	s.say(call(`"end"`, "shutdown", ""))
	s.response(`"end"`)
	s.say(note("exit", ""))
	s.exit()
	if s.checked == nil {
		return
	}
	for _, m := range s.messages() {
		body := obj{"jsonrpc": "2.0"}
		switch {
		case m.Method != "":
			body["method"], body["params"] = m.Method, m.Params
			if m.ID != nil {
				body["id"] = m.ID
			}
		default:
			body["id"], body["result"] = m.ID, m.Result
		}
		s.checked.Server([]byte(js(body)))
	}
	for _, p := range s.checked.Problems() {
		s.t.Errorf("%s", p)
	}
}

// short is a list or an object whose members are on a line each.
var short = regexp.MustCompile(`[\[{]\n(?: +[^\s\]}][^\n]*[^\[{\n]\n)+ *[\]}]`)

// indent is JSON for people, with the project in a folder of theirs.
func (s *speaker) indent(v any) string {
	s.t.Helper()
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		s.t.Fatal(err)
	}
	text := strings.ReplaceAll(b.String(), string(uri.File(s.dir)), "file:///home/you/shop")
	const most = 110
	for {
		next := short.ReplaceAllStringFunc(text, func(block string) string {
			line := strings.Join(strings.Fields(block), " ")
			if len(line) > most {
				return block
			}
			if line[0] == '[' {
				line = "[" + line[2:len(line)-2] + "]"
			}
			return line
		})
		if next == text {
			return text
		}
		text = next
	}
}

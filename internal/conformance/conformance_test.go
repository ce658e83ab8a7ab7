package conformance

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

func model(t *testing.T) *Model {
	t.Helper()
	m, err := LoadShared()
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("no specification to check against: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// begin is a session's start with a client that can do little.
const begin = `
> {"jsonrpc":"2.0","id":1,"method":"initialize","params":{"processId":null,"rootUri":null,"capabilities":{
	"workspace":{"codeLens":{"refreshSupport":true},"didChangeWatchedFiles":{"dynamicRegistration":true}},
	"window":{"workDoneProgress":true},
	"textDocument":{"publishDiagnostics":{"tagSupport":{"valueSet":[1]}},"hover":{"contentFormat":["plaintext"]}}}}}
< {"jsonrpc":"2.0","id":1,"result":{"capabilities":{"hoverProvider":true,"textDocumentSync":{"openClose":true,"change":2}},"serverInfo":{"name":"x"}}}
> {"jsonrpc":"2.0","method":"initialized","params":{}}
`

func publish(diagnostic string) string {
	return `< {"jsonrpc":"2.0","method":"textDocument/publishDiagnostics","params":{"uri":"file:///a.go","diagnostics":[` + diagnostic + `]}}`
}

const at0 = `"range":{"start":{"line":0,"character":0},"end":{"line":0,"character":1}}`

func TestSession(t *testing.T) {
	m := model(t)
	tests := []struct {
		name string
		// talk has one message after each > (client) and < (server) at the start of a line.
		talk string
		// want are parts of the problems, in order.
		want []string
	}{
		{"nothing wrong", begin + publish(`{`+at0+`,"message":"m","severity":2,"tags":[1],"code":"c","source":"x"}`), nil},
		{"the client may err", begin + `> {"jsonrpc":"2.0","id":true,"method":"bogus","extra":1}`, nil},
		{"a batch of the client", begin + `
> [{"jsonrpc":"2.0","id":2,"method":"shutdown"},{"jsonrpc":"2.0","method":"exit"}]
< {"jsonrpc":"2.0","id":2,"result":null}`, nil},

		{"required property", begin + publish(`{"message":"m"}`), []string{"params.diagnostics[0]: Diagnostic lacks range"}},
		{"inherited property", begin + `
> {"jsonrpc":"2.0","id":2,"method":"textDocument/diagnostic","params":{"textDocument":{"uri":"file:///a"}}}
< {"jsonrpc":"2.0","id":2,"result":{"kind":"full"}}`, []string{"result: RelatedFullDocumentDiagnosticReport lacks items"}},
		{"unknown property", begin + publish(`{`+at0+`,"message":"m","colour":"red"}`), []string{"Diagnostic has no property colour"}},
		{"enumeration", begin + publish(`{`+at0+`,"message":"m","severity":7}`), []string{"severity: 7 is no DiagnosticSeverity"}},
		{"enumeration that takes more", begin + `
> {"jsonrpc":"2.0","id":2,"method":"textDocument/codeAction","params":{}}
< {"jsonrpc":"2.0","id":2,"result":[{"title":"t","kind":"source.own"}]}`, nil},
		{"null is no value", begin + publish(`{`+at0+`,"message":"m","code":null}`), []string{"code: null is no integer | string"}},
		{"unsigned", begin + publish(`{"range":{"start":{"line":-1,"character":0},"end":{"line":0,"character":0.5}},"message":"m"}`), []string{
			"start.line: -1 is no uinteger", "end.character: 0.5 is no uinteger",
		}},
		{"uri", begin + `< {"jsonrpc":"2.0","method":"textDocument/publishDiagnostics","params":{"uri":"/a.go","diagnostics":[]}}`, []string{`params.uri: "/a.go" is no DocumentUri`}},
		{"array", begin + `< {"jsonrpc":"2.0","method":"textDocument/publishDiagnostics","params":{"uri":"file:///a.go","diagnostics":null}}`, []string{"params.diagnostics: null is no array"}},
		{"union", begin + `
> {"jsonrpc":"2.0","id":2,"method":"textDocument/hover","params":{}}
< {"jsonrpc":"2.0","id":2,"result":{"contents":{"kind":"markdown"}}}`, []string{
			"result.contents: MarkupContent lacks value", "result.contents is \"markdown\", which the client does not take",
		}},
		{"union of kinds", begin + `
> {"jsonrpc":"2.0","id":2,"method":"textDocument/hover","params":{}}
< {"jsonrpc":"2.0","id":2,"result":7}`, []string{"result: 7 is no Hover | null"}},
		{"map", begin + `
> {"jsonrpc":"2.0","id":2,"method":"textDocument/rename","params":{}}
< {"jsonrpc":"2.0","id":2,"result":{"changes":{"file:///a":[{"newText":"x"}]}}}`, []string{"result.changes.file:///a[0]: TextEdit lacks range"}},
		{"any", begin + `
> {"jsonrpc":"2.0","id":2,"method":"workspace/executeCommand","params":{"command":"c"}}
< {"jsonrpc":"2.0","id":2,"result":{"what":["ever",{}]}}`, nil},

		{"unknown request", begin + `< {"jsonrpc":"2.0","id":1,"method":"own/ask"}`, []string{"own/ask is no request"}},
		{"unknown notification", begin + `< {"jsonrpc":"2.0","method":"own/tell"}`, []string{"own/tell is no notification"}},
		{"optional notification", begin + `< {"jsonrpc":"2.0","method":"$/own","params":[1]}`, nil},
		{"direction", begin + `< {"jsonrpc":"2.0","method":"textDocument/didOpen","params":{}}`, []string{"textDocument/didOpen is not for a server to send"}},
		{"no params", begin + `< {"jsonrpc":"2.0","method":"window/logMessage"}`, []string{"window/logMessage lacks params"}},
		{"params too many", begin + `< {"jsonrpc":"2.0","id":5,"method":"workspace/codeLens/refresh","params":null}`, []string{"workspace/codeLens/refresh has params: null"}},
		{"no version", begin + `< {"method":"workspace/codeLens/refresh","id":"a"}`, []string{`jsonrpc is not "2.0"`}},
		{"member", begin + `< {"jsonrpc":"2.0","id":5,"method":"workspace/codeLens/refresh","meta":1}`, []string{"has a member meta"}},
		{"id", begin + `< {"jsonrpc":"2.0","id":1.5,"method":"workspace/codeLens/refresh"}`, []string{"id 1.5 is neither"}},
		{"id in use", begin + `
< {"jsonrpc":"2.0","id":5,"method":"workspace/codeLens/refresh"}
< {"jsonrpc":"2.0","id":5,"method":"workspace/codeLens/refresh"}`, []string{"id 5 is that of workspace/codeLens/refresh"}},
		{"id used again", begin + `
< {"jsonrpc":"2.0","id":5,"method":"workspace/codeLens/refresh"}
> {"jsonrpc":"2.0","id":5,"result":null}
< {"jsonrpc":"2.0","id":5,"method":"workspace/codeLens/refresh"}`, nil},
		{"invalid JSON", begin + `< {"jsonrpc":"2.0",}`, []string{"not valid JSON"}},
		{"a name twice", begin + `< {"jsonrpc":"2.0","jsonrpc":"2.0"}`, []string{"not valid JSON"}},
		{"a batch of the server", begin + `< []`, []string{"a message is no object"}},

		{"never answered", begin + `> {"jsonrpc":"2.0","id":2,"method":"textDocument/hover","params":{}}`, []string{"textDocument/hover (id 2) was never answered"}},
		{"after shutdown", begin + `
> {"jsonrpc":"2.0","id":2,"method":"shutdown"}
< {"jsonrpc":"2.0","id":2,"result":null}
> {"jsonrpc":"2.0","id":3,"method":"textDocument/hover","params":{}}
> {"jsonrpc":"2.0","method":"exit"}`, nil},
		{"answered twice", begin + `
> {"jsonrpc":"2.0","id":"s","method":"shutdown"}
< {"jsonrpc":"2.0","id":"s","result":null}
< {"jsonrpc":"2.0","id":"s","result":null}`, []string{`shutdown (id "s") was answered twice`}},
		{"not asked", begin + `< {"jsonrpc":"2.0","id":9,"result":null}`, []string{"an answer to id 9, which nobody asked for"}},
		{"ids of two kinds", begin + `
> {"jsonrpc":"2.0","id":2,"method":"shutdown"}
< {"jsonrpc":"2.0","id":"2","result":null}`, []string{`an answer to id "2", which nobody asked for`, "shutdown (id 2) was never answered"}},
		{"neither result nor error", begin + `< {"jsonrpc":"2.0","id":9}`, []string{"not exactly one of result and error"}},
		{"result and error", begin + `< {"jsonrpc":"2.0","id":9,"result":1,"error":{"code":1,"message":"m"}}`, []string{"not exactly one of result and error"}},
		{"error", begin + `
> {"jsonrpc":"2.0","id":2,"method":"shutdown"}
< {"jsonrpc":"2.0","id":2,"error":{"code":"bad","why":1}}`, []string{"an error has a member why", "an error's code is no integer", "an error's message is no string"}},
		{"error to something that was no request", begin + `< {"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"m"}}`, nil},

		{"covls's own request", begin + `
> {"jsonrpc":"2.0","id":2,"method":"covls/gaps","params":{}}
> {"jsonrpc":"2.0","id":3,"method":"covls/coverage","params":{}}
> {"jsonrpc":"2.0","id":4,"method":"covls/gaps","params":{}}
< {"jsonrpc":"2.0","id":2,"result":{"components":[],"unmeasured":[],"left":null}}
< {"jsonrpc":"2.0","id":3,"result":null}
< {"jsonrpc":"2.0","id":4,"result":{"components":[{"name":"","folder":"file:///a","summary":null,"unknown_functions":0,"tiers":[{"tier":"urgent","files":[]}],"more":1}],"unmeasured":[],"left":null}}`, []string{
			"result.components[0].summary: null is no CovlsSummary", `tiers[0].tier: "urgent" is no "critical"`, "CovlsComponent has no property more",
		}},
		{"covls's own notification to who did not ask", begin + `< {"jsonrpc":"2.0","method":"covls/status","params":{}}`, []string{
			"params: CovlsStatus lacks state", "lacks loading", "lacks summary", "lacks other", "lacks tiers", "lacks uncovered_functions", "lacks unknown_functions", "lacks unmeasured", "lacks stale", "lacks hidden",
			"lacks profiles", "lacks folders", "lacks languages", "lacks since_last_run", "lacks changed", "covls/status without the client's capability experimental.covls",
		}},

		{"before initialize", `
< {"jsonrpc":"2.0","method":"window/logMessage","params":{"type":3,"message":"m"}}
` + publish("") + begin, []string{"textDocument/publishDiagnostics before initialize was answered"}},
		{"encoding", `
> {"jsonrpc":"2.0","id":1,"method":"initialize","params":{"capabilities":{"general":{"positionEncodings":["utf-16"]}}}}
< {"jsonrpc":"2.0","id":1,"result":{"capabilities":{"positionEncoding":"utf-8"}}}`, []string{`"utf-8" was not offered`}},

		{"request not announced", begin + `< {"jsonrpc":"2.0","id":5,"method":"window/showDocument","params":{"uri":"file:///a"}}`, []string{"window/showDocument without the client's capability window.showDocument.support"}},
		{"refresh not announced", begin + `< {"jsonrpc":"2.0","id":5,"method":"workspace/inlayHint/refresh"}`, []string{"without the client's capability workspace.inlayHint.refreshSupport"}},
		{"related information and tags not announced", begin + publish(`{`+at0+`,"message":"m","tags":[2],"relatedInformation":[]}`), []string{"relatedInformation without", "tag 2 without"}},
		{"registration", begin + `
< {"jsonrpc":"2.0","id":5,"method":"client/registerCapability","params":{"registrations":[
	{"id":"a","method":"workspace/didChangeWatchedFiles","registerOptions":{"watchers":[{"globPattern":"**/*.out"}]}},
	{"id":"b","method":"workspace/didChangeWatchedFiles","registerOptions":{"watchers":[{}]}},
	{"id":"c","method":"textDocument/hover"},
	{"id":"d","method":"own/ask"}]}}`, []string{
			"registrations[1].registerOptions.watchers[0]: FileSystemWatcher lacks globPattern",
			"textDocument/hover without the client's capability textDocument.hover.dynamicRegistration",
			`"own/ask" can't be registered`,
		}},
		{"progress", begin + `
< {"jsonrpc":"2.0","id":5,"method":"window/workDoneProgress/create","params":{"token":"t"}}
> {"jsonrpc":"2.0","id":5,"result":null}
< {"jsonrpc":"2.0","method":"$/progress","params":{"token":"t","value":{"kind":"begin","title":"T"}}}
< {"jsonrpc":"2.0","method":"$/progress","params":{"token":"t","value":{"kind":"end"}}}`, nil},
		{"progress in disorder", begin + `
< {"jsonrpc":"2.0","id":5,"method":"window/workDoneProgress/create","params":{"token":"t"}}
> {"jsonrpc":"2.0","id":5,"error":{"code":1,"message":"no"}}
< {"jsonrpc":"2.0","method":"$/progress","params":{"token":"t","value":{"kind":"begin"}}}
< {"jsonrpc":"2.0","method":"$/progress","params":{"token":"u","value":{"kind":"end"}}}`, []string{
			"params.value: WorkDoneProgressBegin lacks title", `begin of token "t" after "refused"`, `nobody knows the token "u"`,
		}},
		{"progress of a request", begin + `
> {"jsonrpc":"2.0","id":2,"method":"workspace/diagnostic","params":{"partialResultToken":"p","workDoneToken":"w"}}
< {"jsonrpc":"2.0","method":"$/progress","params":{"token":"p","value":{"items":{}}}}
< {"jsonrpc":"2.0","method":"$/progress","params":{"token":"w","value":{"kind":"begin","title":"T"}}}
< {"jsonrpc":"2.0","id":2,"result":{"items":[]}}`, []string{"params.value.items: {} is no array"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := m.Session()
			feed(s, test.talk)
			compare(t, s.Problems(), test.want)
		})
	}
}

// feed plays a talk. A line that begins with a tab goes on with the message before.
func feed(s *Session, talk string) {
	for line := range strings.Lines(strings.ReplaceAll(talk, "\n\t", "")) {
		body := []byte(strings.TrimSpace(line[1:]))
		switch line[0] {
		case '>':
			s.Client(body)
		case '<':
			s.Server(body)
		}
	}
}

// compare wants one of got for each of want.
func compare(t *testing.T, got, want []string) {
	t.Helper()
	if len(got) != len(want) || !slices.EqualFunc(got, want, strings.Contains) {
		t.Errorf("problems:\n\t%s\nwant:\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

func TestTap(t *testing.T) {
	frame := func(body string) string { return fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(body), body) }
	tests := []struct {
		name, stream string
		bodies       []string
		broken       []string
	}{
		{"frames", frame(`{"a":1}`) + frame(`"ä\r\n\r\n"`) + frame(""), []string{`{"a":1}`, `"ä\r\n\r\n"`, ""}, nil},
		{"content type", "Content-Type: application/vscode-jsonrpc; charset=utf-8\r\n" + frame("x"), []string{"x"}, nil},
		{"stray output", frame("x") + "hello\n" + frame("y"), []string{"x"}, []string{"is no header of LSP"}},
		{"no length", "Content-Type: x\r\n\r\n", nil, []string{"has no Content-Length"}},
		{"length of letters", "Content-Length: x\r\n\r\n", nil, []string{"is no length"}},
		{"cut in the body", "Content-Length: 3\r\n\r\nab", nil, []string{"ends inside a message"}},
		{"cut in the header", frame("x") + "Content-", []string{"x"}, []string{"ends inside a message"}},
	}
	for _, test := range tests {
		for name, wrap := range map[string]func(io.Reader) io.Reader{
			"whole": func(r io.Reader) io.Reader { return r }, "bytes": iotest.OneByteReader,
		} {
			t.Run(test.name+"/"+name, func(t *testing.T) {
				var bodies, broken []string
				tap := NewTap(func(b []byte) { bodies = append(bodies, string(b)) }, func(p string) { broken = append(broken, p) })
				if _, err := io.Copy(tap, wrap(strings.NewReader(test.stream))); err != nil {
					t.Fatal(err)
				}
				tap.End()
				compare(t, broken, test.broken)
				if !slices.Equal(bodies, test.bodies) {
					t.Errorf("bodies: %q, want %q", bodies, test.bodies)
				}
			})
		}
	}
}

func TestReaders(t *testing.T) {
	s := model(t).Session()
	ask := `{"jsonrpc":"2.0","id":1,"method":"shutdown"}`
	answer := `{"jsonrpc":"2.0","id":1,"result":0}`
	client := s.ClientReader(strings.NewReader(fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(ask), ask)))
	server := s.ServerReader(strings.NewReader(fmt.Sprintf("Content-Length: %d\r\n\r\n%sContent-", len(answer), answer)))
	for _, r := range []io.Reader{client, server} {
		if _, err := io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	}
	compare(t, s.Problems(), []string{"shutdown: result: 0 is no null", "the stream ends inside a message"})
}

func TestClientGone(t *testing.T) {
	m := model(t)
	ask := begin + `> {"jsonrpc":"2.0","id":2,"method":"shutdown"}` + "\n"
	for talk, want := range map[string][]string{
		ask: nil,
		ask + `> {"jsonrpc":"2.0","method":"exit"}`: {"shutdown (id 2) was never answered"},
	} {
		s := m.Session()
		feed(s, talk)
		s.ClientGone()
		compare(t, s.Problems(), want)
	}
}

func TestLoadErrors(t *testing.T) {
	if _, err := Load(t.TempDir() + "/none.json"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v, want fs.ErrNotExist", err)
	}
	t.Setenv("COVLS_SHARED", t.TempDir())
	if _, err := LoadShared(); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v, want fs.ErrNotExist", err)
	}
}

// TestModelIsWhole finds every name that the specification uses.
func TestModelIsWhole(t *testing.T) {
	m := model(t)
	var walk func(at string, t *typ)
	seen := map[*typ]bool{}
	walk = func(at string, ty *typ) {
		if ty == nil || seen[ty] {
			return
		}
		seen[ty] = true
		if ty.Kind == "reference" && m.structures[ty.Name] == nil && m.enumerations[ty.Name] == nil && m.aliases[ty.Name] == nil {
			t.Errorf("%s: nothing says what %s is", at, ty.Name)
		}
		if ty.Kind == "map" && ty.Of == nil || ty.Kind == "array" && ty.Element == nil {
			t.Errorf("%s: a %s of nothing", at, ty.Kind)
		}
		for _, sub := range append(slices.Clone(ty.Items), ty.Element, ty.Key, ty.Of) {
			walk(at, sub)
		}
		for _, p := range ty.Properties {
			walk(at+"."+p.Name, p.Type)
		}
	}
	for _, messages := range []map[string]*message{m.requests, m.notifications} {
		for name, msg := range messages {
			for _, ty := range []*typ{msg.Params, msg.Result, msg.PartialResult, msg.ErrorData, msg.RegistrationOptions} {
				walk(name, ty)
			}
		}
	}
	for name, s := range m.structures {
		for _, p := range s.Properties {
			walk(name+"."+p.Name, p.Type)
		}
	}
	if len(m.requests) < 60 || len(m.notifications) < 20 || len(m.structures) < 300 {
		t.Errorf("%d requests, %d notifications, %d structures: that is not all", len(m.requests), len(m.notifications), len(m.structures))
	}
}

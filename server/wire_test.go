package server_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.lsp.dev/uri"

	"github.com/covls/covls/server"
)

// TestMessages sends messages that are wrong in one way each. The session goes on after every one.
func TestMessages(t *testing.T) {
	t.Parallel()
	const hover = "textDocument/hover"
	lines := func(bodies ...string) string { return strings.Join(bodies, "\n") }
	tests := []struct {
		name string
		send string // bodies, one a line
		want string // the answers, sorted
	}{
		{"unknown method", call("1", "covls/none", `{"a":1}`), "1 -32601"},
		{"unknown method without params", call("1", "covls/none", ""), "1 -32601"},
		{"unknown method with a list", call("1", "covls/none", `[1,2]`), "1 -32601"},
		{"unknown method with null", call("1", "covls/none", `null`), "1 -32601"},
		{"unknown method that is optional", call("1", "$/none", ""), "1 -32601"},
		{"method that covls does not have", call("1", "textDocument/definition", place("file:///a", "", "")), "1 -32601"},
		{"empty method", call("1", "", ""), "1 -32601"},
		{"params of the wrong type", call("1", hover, `{"textDocument":5}`), "1 -32602"},
		{"params that are no object", call("1", hover, `7`), "1 -32602"},
		{"no params", call("1", hover, ""), "1 -32602"},
		{"negative position", call("1", hover, `{"textDocument":{"uri":"file:///a"},"position":{"line":-1,"character":0}}`), "1 -32602"},
		{"huge position", call("1", hover, `{"textDocument":{"uri":"file:///a"},"position":{"line":99999999999,"character":0}}`), "1 -32602"},
		{"unknown command", command("1", "covls.none"), "1 -32602"},
		{"command without its argument", command("1", "covls.createTest"), "1 -32602"},
		{"command with a wrong argument", command("1", "covls.nextGap", `[]`), "1 -32602"},
		{"lens of another server", call("1", "codeLens/resolve", `{"range":{"start":{"line":0,"character":0},"end":{"line":0,"character":0}},"data":7}`), "1 -32602"},
		{"lens without data", call("1", "codeLens/resolve", `{"range":{"start":{"line":0,"character":0},"end":{"line":0,"character":0}}}`), "1 -32602"},
		{"gaps without params", call("1", "covls/gaps", ""), "1 ok"},
		{"gaps with null", call("1", "covls/gaps", "null"), "1 ok"},
		{"gaps with a list", call("1", "covls/gaps", "[1]"), "1 -32602"},
		{"gaps of a tier that is none", call("1", "covls/gaps", `{"tiers":["urgent"]}`), "1 -32602"},
		{"gaps of a kind that is none", call("1", "covls/gaps", `{"kinds":["\ud800"]}`), "1 -32602"},
		{"gaps of kinds by name and in words", call("1", "covls/gaps", `{"kinds":["","ordinary","error-return","error return"]}`), "1 ok"},
		{"gaps of tiers that are no list", call("1", "covls/gaps", `{"tiers":"high"}`), "1 -32602"},
		{"gaps of a document without URI", call("1", "covls/gaps", `{"textDocument":{}}`), "1 -32602"},
		{"gaps of a document with another URI", call("1", "covls/gaps", js(document("untitled:x"))), "1 ok"},
		{"gaps of a document with a URI that is none", call("1", "covls/gaps", js(document("::"))), "1 ok"},
		{"gaps of a document with a number as URI", call("1", "covls/gaps", `{"textDocument":{"uri":7}}`), "1 -32602"},
		{"gaps of half a surrogate", call("1", "covls/gaps", `{"textDocument":{"uri":"file:///\ud800"}}`), "1 ok"},
		{"coverage without params", call("1", "covls/coverage", ""), "1 -32602"},
		{"coverage of no document", call("1", "covls/coverage", "{}"), "1 -32602"},
		{"coverage of a number", call("1", "covls/coverage", `{"textDocument":5}`), "1 -32602"},
		{"coverage of what is not there", call("1", "covls/coverage", js(document("file:///none.go"))), "1 ok"},
		{"coverage as a notification", note("covls/coverage", js(document("file:///none.go"))), ""},
		{"status is not for a client to send", lines(note("covls/status", "{}"), call("1", "covls/status", "{}")), "1 -32601"},
		{"second initialize", call("1", "initialize", js(roots(obj{}))), "1 -32600"},
		{"second initialized", note("initialized", "{}"), ""},
		{"notifications with an id", lines(call("1", "initialized", "{}"), call("2", "textDocument/didClose", js(document("file:///a"))), call("3", "$/cancelRequest", `{"id":1}`)), "1 -32600, 2 -32600, 3 -32600"},
		{"requests without an id", lines(note("shutdown", ""), note(hover, place("file:///a", "", "")), note("covls/none", "")), ""},

		{"unknown notification", note("covls/none", `{"a":1}`), ""},
		{"unknown notification without params", note("covls/none", ""), ""},
		{"unknown optional notification", note("$/none", `{}`), ""},
		{"notification of the wrong type", note("textDocument/didOpen", `5`), ""},
		{"notification without params", note("textDocument/didChange", ""), ""},
		{"change with wrong edits", note("textDocument/didChange", `{"textDocument":{"uri":"file:///a","version":1},"contentChanges":[5]}`), ""},
		{"settings of the wrong type", note("workspace/didChangeConfiguration", `{"settings":[1]}`), ""},
		{"no settings", note("workspace/didChangeConfiguration", `{}`), ""},
		{"cancel of what is not under way", note("$/cancelRequest", `{"id":99}`), ""},
		{"cancel without id", note("$/cancelRequest", `{}`), ""},
		{"cancel of the wrong type", note("$/cancelRequest", `{"id":[]}`), ""},
		{"progress cancelled", note("window/workDoneProgress/cancel", `{"token":"covls/load/1"}`), ""},
		{"trace", note("$/setTrace", `{"value":"verbose"}`), ""},
		{"saved", note("textDocument/didSave", js(document("file:///a"))), ""},
		{"files changed that are none", note("workspace/didChangeWatchedFiles", `{"changes":[{"uri":"untitled:x","type":1},{"uri":"file:///none","type":3}]}`), ""},

		{"no JSON", `{"jsonrpc":`, "null -32700"},
		{"words", `hello`, "null -32700"},
		{"two values", `{} {}`, "null -32700"},
		{"deep list", strings.Repeat("[", 100_000), "null -32700"},
		{"deep params", call("1", hover, strings.Repeat("[", 100_000)+strings.Repeat("]", 100_000)), "null -32700"},
		{"params as deep as JSON may be", call("1", hover, strings.Repeat("[", 9_000)+strings.Repeat("]", 9_000)), "1 -32602"},
		{"empty object", `{}`, "null -32600"},
		{"number", `123`, "null -32600"},
		{"string", `"x"`, "null -32600"},
		{"null", `null`, "null -32600"},
		{"id and nothing else", `{"jsonrpc":"2.0","id":1}`, "null -32600"},
		{"method and result", `{"jsonrpc":"2.0","id":1,"method":"shutdown","result":null}`, "null -32600"},
		{"result and error", `{"jsonrpc":"2.0","id":1,"result":1,"error":{"code":1,"message":""}}`, "null -32600"},
		{"no version", `{"id":1,"method":"shutdown"}`, "null -32600"},
		{"other version", `{"jsonrpc":"1.0","id":1,"method":"shutdown"}`, "null -32600"},
		{"method that is no string", `{"jsonrpc":"2.0","id":1,"method":1}`, "null -32600"},
		{"broken id", `{"jsonrpc":"2.0","id":1.5,"method":"shutdown"}`, "null -32600"},
		{"object as id", `{"jsonrpc":"2.0","id":{},"method":"shutdown"}`, "null -32600"},
		{"huge id", `{"jsonrpc":"2.0","id":99999999999999999999,"method":"shutdown"}`, "null -32600"},

		{"null as id is none", call("null", "covls/none", "{}"), ""},
		{"answer to no question", reply("77", `{}`), ""},
		{"answer with a string", reply(`"x"`, `{}`), ""},
		{"answer without id", `{"jsonrpc":"2.0","result":1}`, ""},
		{"error to no question", `{"jsonrpc":"2.0","id":78,"error":{"code":-1,"message":"no"}}`, ""},
		{"error without id", `{"jsonrpc":"2.0","id":null,"error":{"code":-1,"message":"no"}}`, ""},
		{"error of the wrong type", `{"jsonrpc":"2.0","id":78,"error":5}`, "null -32600"},

		{"two keys of a name", `{"jsonrpc":"2.0","id":1,"id":2,"method":"covls/none","method":"covls/never"}`, "2 -32601"},
		{"two keys of a name in params", call("1", hover, `{"textDocument":{"uri":"file:///a","uri":"file:///b"},"position":{"line":0,"line":1,"character":0}}`), "1 ok"},
		{"unknown keys", `{"jsonrpc":"2.0","id":1,"method":"covls/none","x":1,"y":[{}]}`, "1 -32601"},
		{"keys in another order", `{"params":{},"method":"covls/none","id":1,"jsonrpc":"2.0"}`, "1 -32601"},
		{"spaces around", "  \t" + call("1", "covls/none", "") + "  ", "1 -32601"},
		{"escapes in the method", `{"jsonrpc":"2.0","id":1,"method":"covls\u002fnone"}`, "1 -32601"},
		{"half a surrogate in the method", `{"jsonrpc":"2.0","id":1,"method":"\ud800"}`, "1 -32601"},
		{"invalid UTF-8 in the method", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\xff\xfe\"}", "1 -32601"},
		{"line end in the id", call(`"a\nb"`, "covls/none", ""), `"a\nb" -32601`},

		{"batch", `[` + call("1", "covls/none", "") + `,` + note("covls/none", "") + `,` + call("2", hover, place("file:///a", "", "")) + `]`, "1 -32601, 2 ok"},
		{"batch of notifications", `[` + note("covls/none", "") + `,` + note("$/none", "") + `]`, ""},
		{"batch of nothing", `[]`, "null -32600"},
		{"batch of what is no message", `[1,{},` + call("1", "covls/none", "") + `]`, "1 -32601, null -32600, null -32700"},
		{"batch with an answer", `[` + reply("77", "1") + `]`, "null -32600"},

		{"invalid UTF-8 in a text", lines(didOpen("file:///a.go", "\xff\xfe\xc3"), call("1", hover, place("file:///a.go", "", ""))), "1 ok"},
		{"raw invalid UTF-8 in a text", lines("{\"jsonrpc\":\"2.0\",\"method\":\"textDocument/didOpen\",\"params\":{\"textDocument\":{\"uri\":\"file:///a.go\",\"languageId\":\"go\",\"version\":1,\"text\":\"package \xff\"}}}"), ""},
		{"half a surrogate in a text", note("textDocument/didOpen", `{"textDocument":{"uri":"file:///a.go","languageId":"go","version":1,"text":"\ud800 \udc00\ud800"}}`), ""},
		{"half a surrogate in a URI", note("textDocument/didOpen", `{"textDocument":{"uri":"file:///\ud800.go","languageId":"go","version":1,"text":""}}`), ""},
		{"raw invalid UTF-8 in a URI", "{\"jsonrpc\":\"2.0\",\"method\":\"textDocument/didOpen\",\"params\":{\"textDocument\":{\"uri\":\"file:///\xff.go\",\"languageId\":\"go\",\"version\":1,\"text\":\"\"}}}", ""},
		{"invalid UTF-8 in a URI's escapes", didOpen("file:///%ff%c3.go", "package a\n"), ""},
		{"broken escape in a URI", didOpen("file:///%zz%.go", "package a\n"), ""},
		{"NUL in a URI", didOpen("file:///a%00b.go", "package a\n"), ""},
		{"URI that is none", lines(didOpen("::", "x"), didOpen("", "x"), didOpen("/a/b.go", "x"), didOpen("file:", "x"), didOpen("file://", "x")), ""},
		{"long URI", didOpen("file:///"+strings.Repeat("a", 100_000), "x"), ""},
		{"two keys of a name in a document", note("textDocument/didOpen", `{"textDocument":{"uri":"file:///a.go","uri":"file:///b.go","languageId":"go","version":1,"text":"","text":"package b"},"textDocument":{"uri":"file:///c.go","languageId":"go","version":1,"text":""}}`), ""},
		{"change of a file that is not open", lines(didChange("file:///a.go", 2, obj{"text": "x"}), didClose("file:///a.go")), ""},
		{"close and close", lines(didOpen("file:///a.go", ""), didClose("file:///a.go"), didClose("file:///a.go"), didChange("file:///a.go", 2, obj{"text": ""})), ""},
		{"open and open", lines(didOpen("file:///a.go", "package a\n"), didOpen("file:///a.go", "package b\n")), ""},
		{"edits that reach beyond the text", lines(
			didOpen("file:///a.go", "package a\n"),
			didChange("file:///a.go", 1, edit(9, 9, 99, 99, "x"), edit(5, 0, 0, 0, "é\r\n"), edit(0, 4294967295, 4294967295, 0, "\x80")),
			call("1", hover, `{"textDocument":{"uri":"file:///a.go"},"position":{"line":4294967295,"character":4294967295}}`),
		), "1 ok"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := ready(t, roots(modern()))
			before := len(p.responses())
			p.send(strings.Split(tt.send, "\n")...)
			p.alive()
			var want []string
			if tt.want != "" {
				want = strings.Split(tt.want, ", ")
			}
			answers := func() []string {
				got := p.responses()[before:]
				return slices.Sorted(slices.Values(slices.DeleteFunc(got, func(s string) bool { return strings.HasPrefix(s, `"ask `) })))
			}
			p.waitAll("answers", func([]message) bool { return len(answers()) >= len(want) })
			if got := answers(); !slices.Equal(got, want) {
				t.Errorf("answers %q, want %q", got, want)
			}
		})
	}
}

// edit is a change of a didChange.
func edit(line, char, endLine, endChar uint32, text string) obj {
	return obj{"range": obj{"start": obj{"line": line, "character": char}, "end": obj{"line": endLine, "character": endChar}}, "text": text}
}

// TestFraming sends "asked", an unknown method, in odd frames; everything but "lost" is answered.
func TestFraming(t *testing.T) {
	t.Parallel()
	asked := call("1", "asked", "")
	n := len(asked)
	tests := []struct {
		name, send string
		want       string // the answers, sorted
	}{
		{"plain", frame(asked), "1 -32601"},
		{"lower case", fmt.Sprintf("content-length: %d\r\n\r\n%s", n, asked), "1 -32601"},
		{"upper case", fmt.Sprintf("CONTENT-LENGTH: %d\r\n\r\n%s", n, asked), "1 -32601"},
		{"type before", fmt.Sprintf("Content-Type: application/vscode-jsonrpc; charset=utf-8\r\nContent-Length: %d\r\n\r\n%s", n, asked), "1 -32601"},
		{"type behind", fmt.Sprintf("Content-Length: %d\r\nContent-Type: application/vscode-jsonrpc; charset=utf8\r\n\r\n%s", n, asked), "1 -32601"},
		{"spaces", fmt.Sprintf("Content-Length :  \t%d \t \r\n\r\n%s", n, asked), "1 -32601"},
		{"no space", fmt.Sprintf("Content-Length:%d\r\n\r\n%s", n, asked), "1 -32601"},
		{"zeros", fmt.Sprintf("Content-Length: 000%d\r\n\r\n%s", n, asked), "1 -32601"},
		{"line feeds", fmt.Sprintf("Content-Length: %d\n\n%s", n, asked), "1 -32601"},
		{"line end behind the message", frame(asked) + "\r\n\n", "1 -32601"},
		{"blank lines before", "\r\n\r\n\n" + frame(asked), "1 -32601"},
		{"a line before", "warning: something\r\nmore: of it\n" + frame(asked), "1 -32601"},
		{"words before in the same line", "bash: no such file " + frame(asked), "1 -32601"},
		{"much before in the same line", strings.Repeat("garbage ", 50_000) + frame(asked), "1 -32601"},
		{"bytes before", "\x00\xff\xfe\x80\n\x00" + frame(asked), "1 -32601"},
		{"two lengths", fmt.Sprintf("Content-Length: 3\r\nContent-Length: %d\r\n\r\n%s", n, asked), "1 -32601"},
		{"no message", "Content-Length: 0\r\n\r\n" + frame(asked), "1 -32601"},
		{"blank message", "Content-Length: 2\r\n\r\n  " + frame(asked), "1 -32601, null -32700"},
		{"length in characters", fmt.Sprintf("Content-Length: %d\r\n\r\n%s", n+1, call("9", "lost€€", "")) + frame(asked), "1 -32601, null -32700"},
		{"length too small", "Content-Length: 20\r\n\r\n" + call("9", "lost", "") + frame(asked), "1 -32601, null -32700"},
		{"length too large", fmt.Sprintf("Content-Length: %d\r\n\r\n%s", n+10, call("9", "broken", "")) + frame(call("9", "lost", "")) + frame(asked), "1 -32601, null -32700"},
		{"negative length", "Content-Length: -5\r\n\r\n" + call("9", "lost", "") + frame(asked), "1 -32601"},
		{"length in words", "Content-Length: ten\r\n\r\n" + call("9", "lost", "") + frame(asked), "1 -32601"},
		{"length of 2 GB", "Content-Length: 2147483648\r\n\r\n" + call("9", "lost", "") + frame(asked), "1 -32601, null -32600"},
		{"length beyond all numbers", "Content-Length: 99999999999999999999\r\n\r\n" + call("9", "lost", "") + frame(asked), "1 -32601, null -32600"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for _, how := range []string{"at once", "byte by byte"} {
				if how == "byte by byte" && len(tt.send) > 10_000 {
					continue
				}
				p := ready(t, roots(modern()))
				before := len(p.responses())
				if how == "at once" {
					p.raw(tt.send)
				} else {
					for i := range len(tt.send) {
						p.raw(tt.send[i : i+1])
					}
				}
				want := strings.Split(tt.want, ", ")
				p.waitAll("answers", func([]message) bool { return len(p.responses())-before >= len(want) })
				if got := slices.Sorted(slices.Values(p.responses()[before:])); !slices.Equal(got, want) {
					t.Errorf("%s: answers %q, want %q", how, got, want)
				}
				p.alive()
			}
		})
	}
}

// TestMemory announces 2 GB and sends much. It runs alone, since it looks at the memory of
// the whole process.
func TestMemory(t *testing.T) {
	p := ready(t, roots(modern()))
	p.alive()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	grown := func(what string, most uint64) {
		t.Helper()
		runtime.ReadMemStats(&after)
		if n := after.TotalAlloc - before.TotalAlloc; n > most {
			t.Errorf("%s: %d bytes were allocated, want no more than %d", what, n, most)
		}
	}

	p.raw("Content-Length: 2147483648\r\n\r\n")
	p.response("null")
	body := []byte(strings.Repeat("x", 1<<20))
	for range 512 {
		if _, err := p.in.Write(body); err != nil {
			t.Fatal(err)
		}
	}
	p.alive()
	grown("a message that is too large", 16<<20)

	p.raw("Content-Length: 200000000\r\n\r\n" + string(body))
	_ = p.in.Close()
	p.exit()
	grown("a message that breaks off", 32<<20)
}

// TestTyping types a.go one character a change. A single one out of order would leave another text,
// in which the function is stale or gone.
func TestTyping(t *testing.T) {
	t.Parallel()
	dir := workspace(t, shop)
	path := filepath.Join(dir, "a.go")
	text := strings.Replace(read(t, path), "n *= 2", "n *= 2 // "+filler(2000), 1)
	write(t, path, text)
	u := string(uri.File(path))
	p := ready(t, roots(modern(), dir))

	p.send(didOpen(u, ""))
	var all strings.Builder
	var line, char uint32
	for i, r := range text {
		all.WriteString(frame(didChange(u, i+2, edit(line, char, line, char, string(r)))))
		char++
		if r == '\n' {
			line, char = line+1, 0
		}
	}
	all.WriteString(frame(call("1", "textDocument/hover", place(u, text, "Uncovered(n"))))
	p.raw(all.String())
	p.response("1")
	last := p.published(u, func(_ int, messages []string) bool { return slices.Equal(messages, []string{shopUncovered}) })
	if want := `"range":{"start":{"line":16,"character":5},"end":{"line":16,"character":14}}`; !strings.Contains(string(last), want) {
		t.Errorf("diagnostics %s, want one at %s", last, want)
	}
	hover := p.ask("textDocument/hover", place(u, text, "Uncovered(n"))
	if !strings.Contains(string(hover.Result), "**Not tested**: `Uncovered`, 2 statements") || strings.Contains(string(hover.Result), "Stale") {
		t.Errorf("hover %s", hover.Result)
	}
}

// TestRangesThatAreNone sends changes whose range can't be read. They are no changes of the whole text.
func TestRangesThatAreNone(t *testing.T) {
	t.Parallel()
	const top = `{"range":{"start":{"line":0,"character":0},"end":{"line":0,"character":0}},"text":"// a\n"}`
	for name, c := range map[string]struct{ changes, want string }{
		"negative line":           {`[{"range":{"start":{"line":-1,"character":0},"end":{"line":0,"character":0}},"text":"x"}]`, "package a\n"},
		"no end":                  {`[{"text":"x","range":{"start":{"line":0,"character":0}}}]`, "package a\n"},
		"a list":                  {`[{"range":[],"text":"x"}]`, "package a\n"},
		"odd length of the range": {`[{"range":{"start":{"line":0,"character":0},"end":{"line":0,"character":0}},"rangeLength":"x","text":"x"}]`, "package a\n"},
		"behind a good change":    {`[` + top + `,{"range":5,"text":"x"}]`, "package a\n"},
		"behind a whole text":     {`[{"text":"package b\n"},{"range":{},"text":"x"}]`, "package a\n"},
		"null is a whole text":    {`[{"range":null,"text":"package b\n"},` + top + `]`, "// a\npackage b\n"},
		"a range in the text":     {`[{"text":"{\"range\":{}}"}]`, `{"range":{}}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := ready(t, roots(modern()))
			p.send(didOpen("file:///a.go", "package a\n"), note("textDocument/didChange", `{"textDocument":{"uri":"file:///a.go","version":2},"contentChanges":`+c.changes+`}`))
			p.alive()
			if got := p.server.Text("/a.go"); got != c.want {
				t.Errorf("the text is %q, want %q", got, c.want)
			}
		})
	}
}

// filler is a text that is another one wherever two of its characters are exchanged.
func filler(n int) string {
	var b strings.Builder
	for i := 0; b.Len() < n; i++ {
		b.WriteString(strconv.Itoa(i * 7919))
		b.WriteByte(' ')
	}
	return b.String()[:n]
}

// slow is a session whose client leaves the server waiting when it is asked to show a document: the
// commands that go to a gap don't end.
func slow(t *testing.T) (p *peer, u, jump string) {
	t.Helper()
	dir := workspace(t, shop)
	path := filepath.Join(dir, "a.go")
	u = string(uri.File(path))
	p = start(t, server.Options{})
	p.answer = func(m message) string {
		if m.Method == "window/showDocument" {
			return ""
		}
		return "null"
	}
	p.initialize(roots(modern(), dir))
	text := read(t, path)
	p.send(didOpen(u, text))
	p.published(u, nil)
	return p, u, place(u, text, "package")
}

func (p *peer) shows(n int) {
	p.t.Helper()
	p.waitAll("a document to be shown", func(all []message) bool {
		return n <= len(slices.DeleteFunc(slices.Clone(all), func(m message) bool { return m.Method != "window/showDocument" }))
	})
}

func TestCancel(t *testing.T) {
	t.Parallel()
	for _, id := range []string{`1`, `-7`, `2147483647`, `"a"`, `"1"`, `""`, `"ä\n\u20ac"`} {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			p, _, jump := slow(t)
			jumping, cancel := command(id, "covls.nextGap", jump), note("$/cancelRequest", `{"id":`+id+`}`)
			ended := func() int {
				n := 0
				for _, m := range p.messages() {
					if m.Error != nil && m.Error.Code == -32800 {
						n++
					}
				}
				return n
			}

			p.send(jumping)
			p.shows(1)
			p.send(cancel)
			p.waitAll("the end of the command", func([]message) bool { return ended() == 1 })

			p.send(jumping, cancel)
			p.waitAll("the end of a command that was cancelled at once", func([]message) bool { return ended() == 2 })

			p.send(cancel, cancel)
			p.alive()
			if got := ended(); got != 2 {
				t.Errorf("%d requests ended, want 2", got)
			}
		})
	}
}

// TestCancelSame cancels requests that share an id.
func TestCancelSame(t *testing.T) {
	t.Parallel()
	p, _, jump := slow(t)
	jumping, cancel := command("1", "covls.nextGap", jump), note("$/cancelRequest", `{"id":1}`)
	p.send(jumping, jumping, jumping)
	p.shows(3)
	p.send(cancel)
	p.waitAll("the end of all three", func([]message) bool {
		return slices.Equal(p.responses(), []string{`"ask 1" ok`, "1 -32800", "1 -32800", "1 -32800"})
	})
}

// TestCancelOne leaves the requests with other ids alone, also those that look alike.
func TestCancelOne(t *testing.T) {
	t.Parallel()
	p, _, jump := slow(t)
	p.send(command(`1`, "covls.nextGap", jump), command(`"1"`, "covls.nextGap", jump), command(`2`, "covls.nextGap", jump))
	p.shows(3)
	p.send(note("$/cancelRequest", `{"id":"1"}`))
	if m := p.response(`"1"`); m.String() != `"1" -32800` {
		t.Errorf("answer %v", m)
	}
	p.alive()
	for _, s := range p.responses() {
		if strings.HasPrefix(s, "1 ") || strings.HasPrefix(s, "2 ") {
			t.Errorf("answer %q to a request that was not cancelled", s)
		}
	}
}

func TestBesideSlowCommand(t *testing.T) {
	t.Parallel()
	p, u, jump := slow(t)
	p.send(command("1", "covls.nextGap", jump), command("2", "covls.nextGapInWorkspace"))
	p.shows(2)
	m := p.ask("textDocument/hover", place(u, shop[strings.Index(shop, "package shop"):], "Uncovered(n"))
	if !strings.Contains(string(m.Result), "Not tested") {
		t.Errorf("hover %s", m.Result)
	}
	p.ask("workspace/executeCommand", js(obj{"command": "covls.reload"}))
	for _, s := range p.responses() {
		if s[0] == '1' || s[0] == '2' {
			t.Errorf("answer %q; it should still be waited for", s)
		}
	}
}

// TestLifeCycle sends messages to a server that was just started and then hangs up.
func TestLifeCycle(t *testing.T) {
	t.Parallel()
	initialize := call("0", "initialize", js(roots(obj{})))
	tests := []struct {
		name string
		send []string
		want string // the answers, sorted, where all are waited for
		code int
	}{
		{"nothing", nil, "", 1},
		{"exit alone", []string{note("exit", "")}, "", 1},
		{"exit with params", []string{note("exit", "{}")}, "", 1},
		{"request before initialize", []string{call("1", "textDocument/hover", place("file:///a", "", ""))}, "1 -32002", 1},
		{"unknown request before initialize", []string{call("1", "covls/none", "")}, "1 -32002", 1},
		{"shutdown before initialize", []string{call("1", "shutdown", "")}, "1 -32002", 1},
		{"notifications before initialize", []string{didOpen("file:///a.go", ""), note("initialized", ""), note("$/none", "")}, "", 1},
		{"initialize after a notification", []string{didOpen("file:///a.go", ""), note("initialized", ""), initialize}, "0 ok", 1},
		{"initialize with wrong params and again", []string{call("1", "initialize", `{"processId":"x"}`), initialize}, "0 ok, 1 -32602", 1},
		{"initialize twice", []string{initialize, call("1", "initialize", js(roots(obj{})))}, "0 ok, 1 -32600", 1},
		{"own request before initialize", []string{call("1", "covls/gaps", "")}, "1 -32002", 1},
		{"own request after shutdown", []string{initialize, call("1", "shutdown", ""), call("2", "covls/gaps", "")}, "0 ok, 1 ok, 2 -32600", 0},
		{"request before initialized", []string{initialize, call("1", "textDocument/codeLens", js(document("file:///a")))}, "0 ok, 1 ok", 1},
		{"initialized without params", []string{initialize, note("initialized", ""), call("1", "textDocument/codeLens", js(document("file:///a")))}, "0 ok, 1 ok", 1},
		{"initialized with null", []string{initialize, note("initialized", "null"), call("1", "textDocument/codeLens", js(document("file:///a")))}, "0 ok, 1 ok", 1},
		{"initialized twice", []string{initialize, note("initialized", "{}"), note("initialized", "{}"), call("1", "shutdown", ""), note("exit", "")}, "0 ok, 1 ok", 0},
		{"exit without shutdown", []string{initialize, note("initialized", "{}"), note("exit", "")}, "0 ok", 1},
		{"shutdown and exit", []string{initialize, note("initialized", "{}"), call("1", "shutdown", ""), note("exit", "")}, "0 ok, 1 ok", 0},
		{"shutdown with params", []string{initialize, call("1", "shutdown", "{}"), note("exit", "{}")}, "0 ok, 1 ok", 0},
		{"exit with an id", []string{initialize, call("1", "shutdown", ""), call("2", "exit", "")}, "0 ok, 1 ok", 0},
		{"shutdown without an id", []string{initialize, note("shutdown", ""), call("1", "shutdown", "")}, "0 ok, 1 ok", 0},
		{"shutdown and hang up", []string{initialize, call("1", "shutdown", "")}, "0 ok, 1 ok", 0},
		{"request after shutdown", []string{initialize, call("1", "shutdown", ""), call("2", "textDocument/hover", place("file:///a", "", ""))}, "0 ok, 1 ok, 2 -32600", 0},
		{"unknown request after shutdown", []string{initialize, call("1", "shutdown", ""), call("2", "covls/none", "")}, "0 ok, 1 ok, 2 -32600", 0},
		{"shutdown twice", []string{initialize, call("1", "shutdown", ""), call("2", "shutdown", "")}, "0 ok, 1 ok, 2 -32600", 0},
		{"initialize after shutdown", []string{initialize, call("1", "shutdown", ""), call("2", "initialize", js(roots(obj{})))}, "0 ok, 1 ok, 2 -32600", 0},
		{"notification after shutdown", []string{initialize, call("1", "shutdown", ""), didOpen("file:///a.go", ""), note("exit", "")}, "0 ok, 1 ok", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := start(t, server.Options{})
			p.send(tt.send...)
			var want []string
			if tt.want != "" {
				want = strings.Split(tt.want, ", ")
			}
			p.waitAll("answers", func([]message) bool { return len(p.responses()) >= len(want) })
			_ = p.in.Close()
			if code := p.exit(); code != tt.code {
				t.Errorf("exit code %d, want %d", code, tt.code)
			}
			if got := slices.Sorted(slices.Values(p.responses())); !slices.Equal(got, want) {
				t.Errorf("answers %q, want %q", got, want)
			}
		})
	}
}

// TestHangup ends the session while a command and a poll wait for the client.
func TestHangup(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		how  func(*peer)
		code int
	}{
		{"end of input", func(p *peer) { _ = p.in.Close() }, 1},
		{"half a message", func(p *peer) { p.raw("Content-Length: 50\r\n\r\n{"); _ = p.in.Close() }, 1},
		{"exit", func(p *peer) { p.send(note("exit", "")) }, 1},
		{"shutdown and exit", func(p *peer) {
			p.send(call("9", "shutdown", ""))
			p.response("9")
			if m := p.response("1"); m.String() != "1 -32800" {
				p.t.Errorf("answer %v", m)
			}
			p.send(note("exit", ""))
		}, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p, _, jump := slow(t)
			p.send(command("1", "covls.nextGap", jump))
			p.shows(1)
			begin := time.Now()
			tt.how(p)
			if code := p.exit(); code != tt.code {
				t.Errorf("exit code %d, want %d", code, tt.code)
			}
			if d := time.Since(begin); d > showWait {
				t.Errorf("it took %v", d)
			}
		})
	}
}

// showWait is how long the server would wait for a document to be shown.
const showWait = 5 * time.Second

// TestDeafClient writes and reads nothing, through pipes that hold nothing: the server goes on
// reading, and tells the client where things stand as soon as that listens.
func TestDeafClient(t *testing.T) {
	t.Parallel()
	dir := workspace(t, shop)
	path := filepath.Join(dir, "a.go")
	u, text := string(uri.File(path)), read(t, path)
	p := dial(t, server.Options{})
	go p.raw(frame(call("0", "initialize", js(roots(modern(), dir)))))
	if body, err := readFrame(p.out); err != nil || !strings.Contains(string(body), `"capabilities"`) {
		t.Fatalf("initialize: %s, %v", body, err)
	}

	const n = 2000
	written := make(chan struct{})
	go func() {
		defer close(written)
		p.send(note("initialized", "{}"), didOpen(u, text))
		for i := range n {
			p.send(didChange(u, i+2, edit(0, 0, 0, 0, "\n")))
			switch i % 100 {
			case 0:
				p.send(call(strconv.Itoa(1000+i), "textDocument/hover", place(u, "", "")))
			case 50:
				p.send("{", "{}", call(strconv.Itoa(1000+i), "covls/none", ""), note("covls/none", ""))
			}
		}
	}()
	select {
	case <-written:
	case <-time.After(patience):
		t.Fatal("the server has stopped reading")
	}
	p.listen()
	last := p.published(u, func(version int, messages []string) bool {
		return version == n+1 && slices.Equal(messages, []string{shopUncovered})
	})
	if want := fmt.Sprintf(`"start":{"line":%d,`, n+16); !strings.Contains(string(last), want) {
		t.Errorf("diagnostics %s, want %s", last, want)
	}
	p.waitAll("all answers", func([]message) bool { return len(p.responses()) == n/100*4 })
}

// TestDeafHangup ends the session of a client that has stopped reading in the middle of a message.
func TestDeafHangup(t *testing.T) {
	t.Parallel()
	for name, hangup := range map[string]func(*peer){
		"end of input":  func(p *peer) { _ = p.in.Close() },
		"exit":          func(p *peer) { p.send(note("exit", "")) },
		"end of output": func(p *peer) { p.leave() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := workspace(t, shop)
			path := filepath.Join(dir, "a.go")
			p := dial(t, server.Options{})
			go p.raw(frame(call("0", "initialize", js(roots(modern(), dir)))))
			if _, err := readFrame(p.out); err != nil {
				t.Fatal(err)
			}
			p.send(note("initialized", "{}"), didOpen(string(uri.File(path)), read(t, path)))
			if _, err := p.out.ReadByte(); err != nil {
				t.Fatal(err)
			}
			hangup(p)
			if code := p.exit(); code != 1 {
				t.Errorf("exit code %d, want 1", code)
			}
		})
	}
}

// TestPanic has handlers panic at a document that has no text.
func TestPanic(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	p := start(t, server.Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
	p.initialize(roots(modern()))
	path := filepath.Join(t.TempDir(), "broken.go")
	u := string(uri.File(path))
	p.server.Plant(path)
	hover := call("1", "textDocument/hover", place(u, "", ""))
	p.send(hover)
	m := p.response("1")
	if m.Error == nil || m.Error.Code != -32603 || m.Error.Message != "covls failed at textDocument/hover; the log has details" {
		t.Errorf("answer %v %+v", m, m.Error)
	}
	p.send(didChange(u, 2, edit(0, 0, 0, 0, "x")), "["+strings.Replace(hover, `"id":1`, `"id":2`, 1)+"]", command("3", "covls.nextGap", place(u, "", "")))
	for _, id := range []string{"2", "3"} {
		if got, want := p.response(id).String(), id+" -32603"; got != want {
			t.Errorf("answer %q, want %q", got, want)
		}
	}
	p.alive()
	_ = p.in.Close()
	p.exit()
	for _, want := range []string{"method=textDocument/hover", "method=textDocument/didChange", "method=workspace/executeCommand", "server.(*Server).Hover"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log lacks %q:\n%s", want, &log)
		}
	}
}

// TestOwnPanic has covls's own requests panic.
func TestOwnPanic(t *testing.T) {
	t.Parallel()
	dir := workspace(t, shop)
	path := filepath.Join(dir, "a.go")
	p := ready(t, roots(modern(), dir))
	p.profiles(1)
	p.server.Plant(path)
	for i, method := range []string{"covls/coverage", "covls/gaps"} {
		id := strconv.Itoa(i)
		p.send(call(id, method, js(document(string(uri.File(path))))))
		if m := p.response(id); m.Error == nil || m.Error.Code != -32603 || m.Error.Message != "covls failed at "+method+"; the log has details" {
			t.Errorf("answer %v %+v", m, m.Error)
		}
	}
	p.alive()
}

// TestShutdownIsAnsweredLast asks for what waits until something changes, and then for the end, behind whose answer a client may hang up.
func TestShutdownIsAnsweredLast(t *testing.T) {
	t.Parallel()
	p := ready(t, roots(pulling(), workspace(t, shop)))
	p.profiles(1)
	var first struct {
		Items []struct{ URI, ResultID string }
	}
	if err := json.Unmarshal(p.ask("workspace/diagnostic", `{"previousResultIds":[]}`).Result, &first); err != nil {
		t.Fatal(err)
	}
	known := list{}
	for _, i := range first.Items {
		known = append(known, obj{"uri": i.URI, "value": i.ResultID})
	}
	for i := range 9 {
		p.send(call(fmt.Sprintf("%d", 700+i), "workspace/diagnostic", js(obj{"previousResultIds": known})))
	}
	p.ask("shutdown", "null")
	waited := 0
	for _, r := range p.responses() {
		if strings.HasPrefix(r, "70") {
			waited++
		}
	}
	if waited != 9 {
		t.Errorf("%d of 9 requests were answered before shutdown: %q", waited, p.responses())
	}
}

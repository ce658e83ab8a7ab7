package faults_test

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

const hover = "textDocument/hover"

// protocol are faults in what the client says.
func protocol() []fault {
	faults := slices.Concat(phases(), methods(), wrongParams(), rubbish(), ids(), batches(), headers(), sizes(), flow(), replies())
	for i := range faults {
		faults[i].group = "protocol"
	}
	return faults
}

// asked is a request that covls does not know, and is answered with -32601.
func asked(id string) string { return call(id, "covls/none", "{}") }

// nowhere are the params of a hover in a document that is not open.
var nowhere = at("file:///none.go", [2]int{})

// phases say something at the wrong time.
func phases() []fault {
	exit, shutdown := note("exit", ""), call("0", "shutdown", "")
	return []fault{
		{name: "requests before initialize", from: started, send: framed(call("1", hover, nowhere), asked("2"), call("3", "covls/gaps", ""), call("4", "$/none", "")), end: "answers 1 -32002, 2 -32002, 3 -32002, 4 -32002; lives"},
		{name: "shutdown before initialize", from: started, send: framed(shutdown), end: "answers 0 -32002; lives"},
		{name: "notifications before initialize", from: started, send: framed(didOpen("file:///a.go", "package a"), note("initialized", "{}"), note("$/none", ""), note("covls/none", "{}")), end: "answers nothing; lives"},
		{name: "initialize with wrong params, then with right ones", from: started, send: framed(call("1", "initialize", `{"processId":"x"}`), call("2", "initialize", "[]"), call("3", "initialize", "")), end: "answers 1 -32602, 2 -32602, 3 -32602; lives"},
		{name: "requests before initialized", from: greeted, send: framed(call("1", hover, nowhere), call("2", "textDocument/codeLens", nowhere)), end: "answers 1 ok, 2 ok; lives"},
		{name: "second initialize", send: framed(call("1", "initialize", `{"processId":null,"rootUri":null,"capabilities":{}}`)), end: "answers 1 -32600; lives"},
		{name: "second initialized", send: framed(note("initialized", "{}"), note("initialized", "")), end: "answers nothing; lives"},
		{name: "requests after shutdown", from: ending, send: framed(call("1", hover, nowhere), asked("2"), call("3", "shutdown", ""), call("4", "initialize", "{}")), do: func(s *session) {
			s.answered(4)
			s.notify("exit", "")
		}, end: "answers 1 -32600, 2 -32600, 3 -32600, 4 -32600; exit 0 within 3 s"},
		{name: "notifications after shutdown", from: ending, send: framed(didOpen("file:///a.go", ""), note("initialized", ""), note("$/none", ""), exit), end: "answers nothing; exit 0 within 3 s"},
		{name: "exit before initialize", from: started, send: framed(exit), end: "exit 1 within 3 s"},
		{name: "exit before initialized", from: greeted, send: framed(exit), end: "exit 1 within 3 s"},
		{name: "exit without shutdown", send: framed(exit), end: "exit 1 within 3 s"},
		{name: "exit after shutdown, with params", from: ending, send: framed(note("exit", "[1]")), end: "exit 0 within 3 s"},
		{name: "exit as a request", from: ending, send: framed(call("1", "exit", "")), end: "exit 0 within 3 s"},
		{name: "exit while requests are under way", send: framed(slices.Repeat([]string{call("1", "covls/gaps", "")}, 500)...) + frame(exit), end: "exit 1 within 3 s"},
		{name: "messages behind exit", send: framed(shutdown, exit, call("1", hover, nowhere)) + "Content-Length: 9\r\n\r\n{", end: "answers 0 ok; exit 0 within 3 s"},
	}
}

// methods are called what no method is.
func methods() []fault {
	long := strings.Repeat("m", 1<<20)
	return []fault{
		{name: "unknown requests", send: framed(asked("1"), call("2", "covls/none", ""), call("3", "covls/none", "null"), call("4", "covls/none", "[1]"), call("5", "textDocument/definition", nowhere)), end: "answers 1 -32601, 2 -32601, 3 -32601, 4 -32601, 5 -32601; lives"},
		{name: "unknown notifications", send: framed(note("covls/none", "{}"), note("covls/none", ""), note("covls/none", "[1]"), note("textDocument/definition", nowhere)), end: "answers nothing; lives"},
		{name: "unknown optional request", send: framed(call("1", "$/none", "{}")), end: "answers 1 -32601; lives"},
		{name: "unknown optional notification", send: framed(note("$/none", "{}"), note("$/", "")), end: "answers nothing; lives"},
		{name: "odd names of methods", send: framed(call("1", "", ""), call("2", "TextDocument/Hover", nowhere), call("3", hover+" ", nowhere), `{"jsonrpc":"2.0","id":4,"method":"\ud800\u0000\n"}`, call("5", "covls/"+long, "")), end: "answers 1 -32601, 2 -32601, 3 -32601, 4 -32601, 5 -32601; lives"},
		{name: "requests as notifications", send: framed(note(hover, nowhere), note("shutdown", ""), note("initialize", "{}"), note("workspace/executeCommand", `{"command":"covls.toggle"}`), note("workspace/executeCommand", `{"command":"covls.toggle"}`)), end: "answers nothing; lives"},
		{name: "notifications as requests", send: framed(
			call("1", "initialized", "{}"), call("2", "textDocument/didOpen", `{"textDocument":{"uri":"file:///a.go","languageId":"go","version":1,"text":""}}`), call("3", "$/cancelRequest", `{"id":1}`), call("4", "$/setTrace", `{"value":"off"}`),
		), end: "answers 1 -32600, 2 -32600, 3 -32600, 4 -32600; lives"},
	}
}

// wrong are JSON values of every kind, each of which is wrong nearly everywhere.
func wrong() []string {
	return []string{
		"null", "true", "-1", "1.5", "4294967296", "99999999999999999999", "1e400", `""`, `"x"`, `"\ud800"`, `"file:///%zz\u0000"`, "[]", "[null]", `[[{"a":[]}]]`, "{}", `{"":null}`,
	}
}

// mutants are texts of JSON that differ from a valid one in one place each: another value of every kind,
// or none at all.
func mutants(valid string) []string {
	var value any
	if err := json.Unmarshal([]byte(valid), &value); err != nil {
		panic(err)
	}
	var out []string
	var walk func(v any, put func(string) string)
	walk = func(v any, put func(string) string) {
		for _, w := range wrong() {
			out = append(out, put(w))
		}
		switch v := v.(type) {
		case map[string]any:
			for _, name := range slices.Sorted(maps.Keys(v)) {
				rest := maps.Clone(v)
				delete(rest, name)
				out = append(out, put(js(rest)))
				walk(v[name], func(w string) string {
					all := maps.Clone(v)
					all[name] = json.RawMessage(w)
					return put(js(all))
				})
			}
		case []any:
			for i := range v {
				walk(v[i], func(w string) string {
					all := slices.Clone(v)
					all[i] = json.RawMessage(w)
					return put(js(all))
				})
			}
		}
	}
	walk(value, func(w string) string { return w })
	return out
}

// wrongParams gives every method that covls has params that are wrong in one place each.
func wrongParams() []fault {
	const (
		document = `"textDocument":{"uri":"GOOD"}`
		position = `{"line":4,"character":1}`
		place    = `{` + document + `,"position":` + position + `}`
		area     = `{"start":` + position + `,"end":{"line":10,"character":4}}`
	)
	requests := []struct{ method, params string }{
		{hover, place},
		{"textDocument/codeLens", `{` + document + `,"workDoneToken":"t","partialResultToken":5}`},
		{"codeLens/resolve", `{"range":` + area + `,"data":{"uri":"GOOD","func":{"Name":"Once","Ordinal":0}},"command":{"title":"t","command":"c","arguments":[1]}}`},
		{"textDocument/codeAction", `{` + document + `,"range":` + area + `,"context":{"diagnostics":[{"range":` + area + `,"message":"m","code":"c","source":"covls","severity":1,"tags":[1],"data":{}}],"only":["quickfix"],"triggerKind":1}}`},
		{"textDocument/inlayHint", `{` + document + `,"range":` + area + `}`},
		{"textDocument/diagnostic", `{` + document + `,"identifier":"covls","previousResultId":"x"}`},
		{"covls/gaps", `{` + document + `,"tiers":["high"],"kinds":["ordinary"]}`},
		{"covls/coverage", `{` + document + `}`},
	}
	var faults []fault
	for _, r := range requests {
		faults = append(faults, fault{name: r.method + " with params that are wrong in one place", end: answeredOnce + "; lives", do: func(s *session) { s.mutated(r.method, mutants(r.params)) }})
	}
	commands := map[string]string{
		"covls.nextGap": place, "covls.previousGap": place, "covls.nextGapInWorkspace": place, "covls.mostUrgentGap": place,
		"covls.explain": `{` + document + `}`, "covls.showReport": `{"format":"html","component":"."}`, "covls.runCommand": `{` + document + `,"folder":"DIR"}`,
		"covls.reload": "null", "covls.doctor": "null", "covls.addPathMapping": `{"uri":"GOOD","from":"a","to":"b"}`,
		"covls.addRule": `{"uri":"GOOD","rule":{"tier":"high","weight":2,"target":50,"why":"w"}}`, "covls.createConfiguration": `{"uri":"GOOD"}`,
	}
	for _, name := range slices.Sorted(maps.Keys(commands)) {
		faults = append(faults, fault{name: name + " with an argument that is wrong in one place", end: answeredOnce + "; lives", do: func(s *session) {
			var all []string
			for _, m := range mutants(commands[name]) {
				all = append(all, fmt.Sprintf(`{"command":%q,"arguments":[%s]}`, name, m), fmt.Sprintf(`{"command":%q,"arguments":[null,%s]}`, name, m))
			}
			s.mutated("workspace/executeCommand", all)
		}})
	}
	faults = append(
		faults,
		fault{name: "workspace/executeCommand with params that are wrong in one place", end: answeredOnce + "; lives", do: func(s *session) {
			s.mutated("workspace/executeCommand", mutants(`{"command":"covls.nextGap","arguments":[`+place+`],"workDoneToken":1}`))
		}},
		fault{name: "covls.toggle with any argument", end: answeredOnce + "; lives", do: func(s *session) {
			var all []string
			for _, w := range wrong() {
				all = append(all, `{"command":"covls.toggle","arguments":[`+w+`]}`)
			}
			s.mutated("workspace/executeCommand", all)
			if strings.Contains(string(s.request("workspace/executeCommand", `{"command":"covls.toggle"}`)), "true") {
				s.request("workspace/executeCommand", `{"command":"covls.toggle"}`)
			}
		}},
		// A pull that has nothing new to tell stays open, which is as it should be: the ids are cancelled.
		fault{name: "workspace/diagnostic with params that are wrong in one place", with: start{capabilities: pulling}, end: "each is answered once, with a result, -32602 or -32800; lives", do: func(s *session) {
			all := mutants(`{"identifier":"covls","previousResultIds":[{"uri":"GOOD","value":"v"}]}`)
			for i, m := range all {
				s.send(call(strconv.Itoa(i), "workspace/diagnostic", s.real(m)), note("$/cancelRequest", `{"id":`+strconv.Itoa(i)+`}`))
			}
			s.each(len(all), "each is answered once, with a result, -32602 or -32800", "ok", "-32602", "-32800")
		}},
		fault{name: "shutdown with params", send: framed(call("1", "shutdown", `[{"a":null}]`), note("exit", "")), end: "answers 1 ok; exit 0 within 3 s"},
		fault{name: "initialize with params that are wrong in one place", end: "each is answered, and a session goes on from there; lives", do: wrongGreetings},
	)
	notifications := []struct{ method, params string }{
		{"initialized", `{}`},
		{"textDocument/didOpen", `{"textDocument":{"uri":"file:///none/b.go","languageId":"go","version":1,"text":"package b"}}`},
		{"textDocument/didChange", `{"textDocument":{"uri":"file:///none/a.go","version":2},"contentChanges":[{"range":` + area + `,"rangeLength":3,"text":"t"},{"text":"whole"}]}`},
		{"textDocument/didSave", `{` + document + `,"text":"t"}`},
		{"textDocument/didClose", `{"textDocument":{"uri":"file:///none/a.go"}}`},
		{"workspace/didChangeWatchedFiles", `{"changes":[{"uri":"DIR/good/cover.out","type":2}]}`},
		{"workspace/didChangeWorkspaceFolders", `{"event":{"added":[],"removed":[{"uri":"file:///none/w","name":"w"}]}}`},
		{"$/cancelRequest", `{"id":5}`},
		{"$/setTrace", `{"value":"verbose"}`},
		{"window/workDoneProgress/cancel", `{"token":"covls/load/1"}`},
	}
	for _, n := range notifications {
		faults = append(faults, fault{name: n.method + " with params that are wrong in one place", end: "answers nothing; lives", do: func(s *session) {
			s.send(didOpen("file:///none/a.go", "package a\n\nfunc f() {\n}\n"))
			for _, m := range mutants(n.params) {
				s.notify(n.method, s.real(m))
			}
		}})
	}
	const unasked = `{"textDocument":{"hover":{}}}`
	return append(
		faults,
		fault{name: "workspace/didChangeConfiguration with params that are wrong in one place", with: start{capabilities: unasked}, end: "answers nothing; lives", do: func(s *session) {
			for _, m := range mutants(`{"settings":{"covls":` + settings + `}}`) {
				s.notify("workspace/didChangeConfiguration", m)
			}
			s.notify("workspace/didChangeConfiguration", `{"settings":{"covls":{}}}`)
		}},
	)
}

// settings has one of each kind.
const settings = `{"profiles":["**/cover.out"],"exclude":["x"],"target":80,"path":[{"from":"a","to":"b"}],"component":[{"name":"c","paths":["c"],"target":5}],"rule":[{"paths":["r"],"tier":"high"}],"stale":"dim","settle":300,"diagnostics":{"enable":true,"scope":"open","severity":{"high":"hint"}},"lens":{"enable":true,"functions":"all"},"limits":{"depth":9},"run":{"command":"make"}}`

const answeredOnce = "each is answered once, with a result or -32602"

// mutated makes a request with each of the params, in which GOOD and DIR stand for URIs.
func (s *session) mutated(method string, params []string) {
	s.t.Helper()
	s.covered()
	for i, p := range params {
		s.send(call(strconv.Itoa(i), method, s.real(p)))
	}
	s.each(len(params), answeredOnce, "ok", "-32602")
}

// real puts URIs into params.
func (s *session) real(params string) string {
	return strings.NewReplacer("GOOD", uriOf(s.good()), "DIR", uriOf(s.dir)).Replace(params)
}

// each waits until the requests with the ids from 0 to n-1 were answered and holds, in the words of the
// end, that each was answered once, and how.
func (s *session) each(n int, words string, how ...string) {
	s.t.Helper()
	times := map[string]int{}
	wrong := ""
	for _, a := range s.answered(n) {
		id, got, _ := strings.Cut(a, " ")
		if slices.Contains(how, a) {
			continue // as often as it likes
		}
		if times[id]++; times[id] > 1 || !slices.Contains(how, got) {
			wrong = a
		}
	}
	s.holds(words, len(times) == n && wrong == "", "%d were answered, of %d; %s%s", len(times), n, wrong, s.said())
}

// wrongGreetings begins a session with each of the wrong params. What is refused is said again as it
// should be.
func wrongGreetings(s *session) {
	all := mutants(`{"processId":1,"clientInfo":{"name":"n","version":"v"},"rootPath":"/none","rootUri":"file:///none","capabilities":{"workspace":{"workspaceFolders":true},"general":{"positionEncodings":["utf-8"]}},"initializationOptions":{"covls":{"target":5}},"trace":"off","workspaceFolders":[{"uri":"file:///none","name":"n"}],"locale":"en"}`)
	refused := 0
	for _, params := range all {
		next := s.another()
		m := next.ask("initialize", params)
		switch {
		case m.Error == nil:
			next.state = greeted
		case *m.Error.Code != -32602:
			s.t.Errorf("initialize %s: %v", params, m)
		default:
			refused++
		}
		next.hover()
		next.request("shutdown", "")
		next.notify("exit", "")
		next.checkExit("exit 0 within 3 s", "exit status 0", "3")
		next.inspect()
	}
	s.holds("each is answered, and a session goes on from there", refused > len(all)/4, "only %d of %d were refused", refused, len(all))
}

// rubbish is no message.
func rubbish() []fault {
	each := func(name, code string, bodies ...string) fault {
		words := "each is answered with " + code
		return fault{name: name, end: words + "; lives", do: func(s *session) {
			s.send(bodies...)
			got := s.answered(len(bodies))
			i := slices.IndexFunc(got, func(a string) bool { return a != "null "+code })
			s.holds(words, len(got) == len(bodies) && i < 0, "%q", got)
		}}
	}
	const hello = `{"jsonrpc":"2.0","id":1,"method":"covls/none"}`
	utf16 := "\xff\xfe" + strings.Join(strings.Split(hello, ""), "\x00") + "\x00"
	return []fault{
		each("malformed JSON", "-32700",
			`{"jsonrpc":`, `hello`, `{} {}`, `{"jsonrpc":"2.0",}`, `{'jsonrpc':'2.0'}`, `{"a":NaN}`, `{"a":01}`, `{"a":+1}`, `{"a":.5}`, `{"a":1.}`, `{"a" 1}`, `{a:1}`, `/* c */ {}`, `{"a":"\x"}`, `{"a":"\u12"}`,
			"{\"a\":\"\n\"}", `}`, `]`, `[1,]`, `[`, `"`, ` `, "\t\r\n", `tru`, `--1`, `{"a":1}}`, hello[:len(hello)-1], hello+"x"),
		each("what is JSON and no message", "-32600",
			`{}`, `123`, `"x"`, `null`, `true`, `{"jsonrpc":"2.0"}`, `{"jsonrpc":"2.0","id":1}`, `{"jsonrpc":"2.0","id":1,"method":"shutdown","result":null}`, `{"jsonrpc":"2.0","id":1,"result":1,"error":{"code":1,"message":""}}`,
			`{"id":1,"method":"shutdown"}`, `{"jsonrpc":"1.0","id":1,"method":"shutdown"}`, `{"jsonrpc":2,"id":1,"method":"shutdown"}`, `{"jsonrpc":"2.0","id":1,"method":1}`, `{"jsonrpc":"2.0","id":1,"method":null}`,
			`{"jsonrpc":"2.0","id":1,"error":5}`, `{"JSONRPC":"2.0","ID":1,"METHOD":"shutdown"}`),
		each("bytes that are no text", "-32700", "\x00", "\x00\x00\x00\x00", utf16, "\xef\xbb\xbf"+hello, "\xff\xfe\xfd", "{\"a\":\"\x00\"}", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"a\x00b\"}", "\x1f\x8b\x08\x00gzip"),
		{name: "bad UTF-8 in strings", send: framed(
			"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\xff\xfe\"}", "{\"jsonrpc\":\"2.0\",\"id\":\"\xc0\x80\",\"method\":\"covls/none\"}",
			"{\"jsonrpc\":\"2.0\",\"method\":\"textDocument/didOpen\",\"params\":{\"textDocument\":{\"uri\":\"file:///\xed\xa0\x80.go\",\"languageId\":\"\xf8\",\"version\":1,\"text\":\"package a\xc3\x28\xff\"}}}",
			call("3", hover, "{\"textDocument\":{\"uri\":\"file:///\xff.go\"},\"position\":{\"line\":0,\"character\":1}}"), `{"jsonrpc":"2.0","id":4,"method":"covls/\ud800\udfff\udc00"}`,
		), end: "answers 1 -32601, \"\uFFFD\" -32601, 3 ok, 4 -32601; lives"},
		{name: "a member twice", send: framed(`{"jsonrpc":"2.0","id":1,"id":2,"method":"covls/none","method":"covls/never"}`, call("3", hover, `{"textDocument":{"uri":"file:///a","uri":"file:///b"},"position":{"line":0,"line":1,"character":0}}`)), end: "answers 2 -32601, 3 ok; lives"},
		{name: "members that nobody knows, in any order", send: framed(`{"params":{},"x":[{}],"method":"covls/none","y":null,"id":1,"jsonrpc":"2.0","":0}`), end: "answers 1 -32601; lives"},
	}
}

// ids name requests.
func ids() []fault {
	long := strconv.Quote(strings.Repeat("i", 1<<20))
	pull := "workspace/diagnostic"
	return []fault{
		{name: "odd ids", send: framed(asked("-7"), asked("9223372036854775807"), asked(`""`), asked(`"a\u0000\n\u001b[2J\u00e9"`), asked(`"1"`), asked("1"), asked(`"\ud800"`)), end: `answers -7 -32601, 9223372036854775807 -32601, "" -32601, "a\u0000\n\u001b[2Jé" -32601, "1" -32601, 1 -32601, "` + "\uFFFD" + `" -32601; lives`},
		{name: "ids that are none", send: framed(asked("1.5"), asked("{}"), asked("[]"), asked("true"), asked("1e400"), asked("99999999999999999999"), asked("-0.1")), end: "answers " + strings.TrimSuffix(strings.Repeat("null -32600, ", 7), ", ") + "; lives"},
		{name: "null as id", send: framed(asked("null"), call("null", hover, nowhere)), end: "answers nothing; lives"},
		{name: "an id of 1 MB", end: "it is answered; lives", do: func(s *session) {
			s.send(asked(long))
			got := s.answered(1)
			s.holds("it is answered", slices.Equal(got, []string{long + " -32601"}), "%.100q", got)
		}},
		{name: "an id that is in use", send: framed(asked("1"), asked("1"), call("1", hover, nowhere), call("1", hover, nowhere), asked("1")), end: "answers 1 -32601, 1 -32601, 1 -32601, 1 ok, 1 ok; lives"},
		{name: "an id that is in use by a request that waits, cancelled", with: start{capabilities: pulling}, end: "answers 1 -32800, 1 -32800, 1 ok, 2 ok; lives", do: func(s *session) {
			s.send(call("2", pull, `{"previousResultIds":[]}`))
			s.answered(1) // the first one does not wait
			s.send(call("1", pull, `{"previousResultIds":[]}`), call("1", pull, `{"previousResultIds":[]}`), call("1", hover, nowhere))
			s.answered(2)
			s.notify("$/cancelRequest", `{"id":1}`)
			s.notify("$/cancelRequest", `{"id":1}`)
		}},
		{name: "cancelling what is not under way", send: framed(note("$/cancelRequest", `{"id":99}`), note("$/cancelRequest", `{"id":"99"}`), note("$/cancelRequest", `{}`), note("$/cancelRequest", `{"id":[1]}`), note("$/cancelRequest", ""), call("1", "$/cancelRequest", `{"id":1}`)), end: "answers 1 -32600; lives"},
		{name: "2,000 requests, each cancelled", do: cancelled, end: "each is answered once, with a result or -32800; lives"},
	}
}

// cancelled cancels each request behind itself, before itself, or twice.
func cancelled(s *session) {
	const n = 2000
	u := uriOf(s.good())
	var b strings.Builder
	for i := range n {
		id := strconv.Itoa(i)
		bodies := []string{call(id, hover, at(u, later)), note("$/cancelRequest", `{"id":`+id+`}`), note("$/cancelRequest", `{"id":`+id+`}`)}
		s.rand.Shuffle(1+s.rand.IntN(len(bodies)), func(i, j int) { bodies[i], bodies[j] = bodies[j], bodies[i] })
		b.WriteString(framed(bodies...))
	}
	s.raw(b.String())
	s.each(n, "each is answered once, with a result or -32800", "ok", "-32800")
}

// batches are lists of messages.
func batches() []fault {
	list := func(bodies ...string) string { return frame("[" + strings.Join(bodies, ",") + "]") }
	return []fault{
		{name: "batch", send: list(asked("1"), note("covls/none", ""), call("2", hover, nowhere), note("$/none", "")), end: "answers 1 -32601, 2 ok; lives"},
		{name: "batch of notifications", send: list(note("covls/none", ""), note("$/none", "")), end: "answers nothing; lives"},
		{name: "batch of nothing", send: list(), end: "answers null -32600; lives"},
		{name: "batch of rubbish", send: list("1", "{}", `"x"`, "null", asked("1")), end: "answers 1 -32601, null -32600, null -32700, null -32700, null -32700; lives"},
		{name: "batch of batches", send: list("[]", "["+asked("1")+"]"), end: "answers null -32700, null -32700; lives"},
		{name: "batch with an answer", send: list(reply("77", "1"), asked("1")), end: "answers 1 -32601, null -32600; lives"},
		{name: "batch of 10,000 requests", end: "each is answered once, with -32601; lives", do: func(s *session) {
			const n = 10_000
			bodies := make([]string, n)
			for i := range bodies {
				bodies[i] = asked(strconv.Itoa(i))
			}
			s.raw(list(bodies...))
			s.each(n, "each is answered once, with -32601", "-32601")
		}},
		{name: "batch with initialize", from: started, end: "answers 1 -32002, 2 ok, 3 ok, 4 ok; exit 0 within 3 s", do: func(s *session) {
			s.raw(list(call("1", hover, nowhere), call("2", "initialize", `{"processId":null,"rootUri":null,"capabilities":{}}`), call("3", hover, nowhere)))
			s.state = ending
			s.answered(3) // shutdown would end what is under way
			s.raw(framed(call("4", "shutdown", "")))
			s.answered(4)
			s.notify("exit", "")
		}},
		{name: "batch with shutdown and exit", send: list(call("1", "shutdown", ""), call("2", hover, nowhere), note("exit", ""), call("3", hover, nowhere)), end: "exit 0 within 3 s"},
		{name: "batch of cancelled requests", send: list(call("1", hover, nowhere), note("$/cancelRequest", `{"id":1}`), note("$/cancelRequest", `{"id":2}`), asked("2")), end: "one answer for each request; lives", do: func(s *session) {
			got := slices.Sorted(slices.Values(s.answered(2)))
			s.holds("one answer for each request", len(got) == 2 && got[0][0] == '1' && got[1] == "2 -32601", "%q", got)
		}},
	}
}

// headers are odd, or lie.
func headers() []fault {
	body := asked("1")
	n := len(body)
	lost := call("9", "covls/lost", "")
	const one = "answers 1 -32601; lives"
	faults := []fault{
		{name: "header in lower case", send: fmt.Sprintf("content-length: %d\r\n\r\n%s", n, body), end: one},
		{name: "header in upper case", send: fmt.Sprintf("CONTENT-LENGTH: %d\r\n\r\n%s", n, body), end: one},
		{name: "other headers before and behind", send: fmt.Sprintf("Content-Type: application/vscode-jsonrpc; charset=utf-8\r\nX: y: z\r\nContent-Length: %d\r\nA:\r\n\r\n%s", n, body), end: one},
		{name: "charset utf8", send: fmt.Sprintf("Content-Length: %d\r\nContent-Type: application/vscode-jsonrpc; charset=utf8\r\n\r\n%s", n, body), end: one},
		{name: "spaces and tabs in the header", send: fmt.Sprintf("Content-Length :  \t%d \t \r\n\r\n%s", n, body), end: one},
		{name: "no space in the header", send: fmt.Sprintf("Content-Length:%d\r\n\r\n%s", n, body), end: one},
		{name: "zeros before the length", send: fmt.Sprintf("Content-Length: 000%d\r\n\r\n%s", n, body), end: one},
		{name: "line feeds alone", send: fmt.Sprintf("Content-Length: %d\n\n%s", n, body), end: one},
		{name: "two lengths, the last is right", send: fmt.Sprintf("Content-Length: 3\r\nContent-Length: %d\r\n\r\n%s", n, body), end: one},
		{name: "line ends between messages", send: "\r\n\n\r\n" + frame(body) + "\r\n\n", end: one},
		{name: "lines of a wrapper before the header", send: "warning: something\r\nmore: of it\n" + frame(body), end: one},
		{name: "words before the header in its line", send: "bash: no such file " + frame(body), end: one},
		{name: "byte order mark before the header", send: "\xef\xbb\xbf" + frame(body), end: one},
		{name: "NUL and other bytes before the header", send: "\x00\xff\xfe\x80\n\x00\x1b[2J" + frame(body), end: one},
		{name: "a request of HTTP", send: "POST / HTTP/1.1\r\nHost: x\r\nAccept: */*\r\n\r\nGET / HTTP/1.1\r\n\r\n" + frame(body), end: one},
		{name: "no length", send: "Content-Type: x\r\n\r\n" + frame(body), end: one},
		{name: "length 0", send: "Content-Length: 0\r\n\r\n" + frame(body), end: one},
		{name: "negative length", send: "Content-Length: -5\r\n\r\n" + lost + frame(body), end: one},
		{name: "length with a plus", send: "Content-Length: +5\r\n\r\n" + lost + frame(body), end: one},
		{name: "length in words, with a point, in hex", send: "Content-Length: ten\r\n\r\nContent-Length: 1.5\r\n\r\nContent-Length: 0x10\r\n\r\nContent-Length:\r\n\r\n" + frame(body), end: one},
		{name: "length that is too short", send: "Content-Length: 20\r\n\r\n" + lost + frame(body), end: "answers 1 -32601, null -32700; lives"},
		{name: "length in characters, not in bytes", send: fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(call("9", "lost--", "")), call("9", "lost€€", "")) + frame(body), end: "answers 1 -32601, null -32700; lives"},
		{name: "length that is too long", send: fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(lost)+10, lost) + frame(lost) + frame(body), end: "answers 1 -32601, null -32700; lives"},
		{name: "length of 2 GB", send: "Content-Length: 2147483648\r\n\r\n" + lost + frame(body), end: "answers 1 -32601, null -32600; lives"},
		{name: "length of 2^63 and beyond", send: "Content-Length: 9223372036854775808\r\n\r\nContent-Length: 99999999999999999999\r\n\r\n" + frame(body), end: "answers 1 -32601, null -32600, null -32600; lives"},
		{name: "length that is too long, then the end", end: "answers nothing; exit 1 within 3 s", do: func(s *session) { s.raw("Content-Length: 1000\r\n\r\n" + body); s.hangUp() }},
		{name: "length of 60 MB, then the end", end: "answers nothing; exit 1 within 3 s", do: func(s *session) { s.raw("Content-Length: 60000000\r\n\r\n" + body); s.hangUp() }},
		{name: "half a header, then the end", end: "answers nothing; exit 1 within 3 s", do: func(s *session) { s.raw("Content-Len"); s.hangUp() }},
		{name: "a header alone, then the end", end: "answers nothing; exit 1 within 3 s", do: func(s *session) { s.raw("Content-Length: 10\r\n\r\n"); s.hangUp() }},
		{name: "half a message after shutdown, then the end", from: ending, end: "answers nothing; exit 0 within 3 s", do: func(s *session) { s.raw("Content-Length: 10\r\n\r\n{"); s.hangUp() }},
	}
	return append(
		faults,
		fault{name: "a session byte by byte", from: started, end: "answers 0 ok, 1 ok, 2 -32601; lives", do: func(s *session) {
			s.pour(cut(beginning(s), 1, s.rand))
			s.state = running
		}},
		fault{name: "a session in one piece", from: started, end: "answers 0 ok, 1 ok, 2 -32601; lives", do: func(s *session) {
			s.raw(beginning(s))
			s.state = running
		}},
		fault{name: "5,000 messages in pieces of any size", end: "each is answered once, with -32601; lives", do: func(s *session) {
			const n = 5000
			var b strings.Builder
			for i := range n {
				b.WriteString(frame(asked(strconv.Itoa(i))))
			}
			s.pour(cut(b.String(), 700, s.rand))
			s.each(n, "each is answered once, with -32601", "-32601")
		}},
	)
}

// beginning is a session from its first word to requests.
func beginning(s *session) string {
	u := uriOf(s.good())
	return framed(call("0", "initialize", s.hello()), note("initialized", "{}"), didOpen(u, goodSource), call("1", hover, at(u, later)), asked("2"))
}

// sizes are large.
func sizes() []fault {
	const mb = 1 << 20
	const large = 64_000_000
	fill := func(before, with, behind string) string {
		return frame(before + strings.Repeat(with, (large-len(before)-len(behind))/len(with)) + behind)
	}
	doc := `{"jsonrpc":"2.0","method":"textDocument/didOpen","params":{"textDocument":{"uri":"file:///none/%s.go","languageId":"go","version":1,"text":"`
	big := func(name, end string, text func() string) fault {
		return fault{name: name, end: end, alone: true, do: func(s *session) { s.raw(text()) }}
	}
	deep := func(before, open, shut, behind string) func() string {
		const n = 5_000_000
		return func() string { return frame(before + strings.Repeat(open, n) + strings.Repeat(shut, n) + behind) }
	}
	faults := []fault{
		{name: "a line of a header that never ends", end: "answers 1 -32601; lives", do: func(s *session) {
			s.pour(times(64, strings.Repeat("endless ", mb/8)))
			s.raw(frame(asked("1")))
		}},
		{name: "1,000,000 lines of a header", end: "answers 1 -32601; lives", do: func(s *session) {
			s.pour(times(100, strings.Repeat("X-Header: value\r\n", 10_000)))
			s.raw(frame(asked("1")))
		}},
		{name: "20 MB of random bytes", end: "answers 1 -32601; lives", do: func(s *session) {
			noise := make([]byte, 0, mb)
			for len(noise) < mb {
				noise = binary.LittleEndian.AppendUint64(noise, s.rand.Uint64())
			}
			s.pour(times(20, string(noise)))
			s.raw(frame(asked("1")))
		}},
		{name: "a message of 300 MB", alone: true, end: "answers 1 -32601, null -32600; lives", do: func(s *session) {
			s.raw(fmt.Sprintf("Content-Length: %d\r\n\r\n", 300*mb))
			s.pour(times(300, strings.Repeat("x", mb)))
			s.raw(frame(asked("1")))
		}},
		big("a notification of 64 MB that nobody knows", "answers nothing; lives", func() string { return fill(`{"jsonrpc":"2.0","method":"covls/none","params":{"a":"`, "x", `"}}`) }),
		big("a request of 64 MB that nobody knows", "answers 1 -32601; lives", func() string { return fill(`{"jsonrpc":"2.0","id":1,"method":"covls/none","params":[`, "1,", `1]}`) }),
		big("a hover of 64 MB", "answers 1 ok; lives", func() string {
			return fill(`{"jsonrpc":"2.0","id":1,"method":"textDocument/hover","params":{"textDocument":{"uri":"file:///`, "x", `"}}}`)
		}),
		big("64 MB of spaces in a message", "answers 1 -32601; lives", func() string { return fill(`{"jsonrpc":"2.0",`, " ", `"id":1,"method":"covls/none"}`) }),
		big("64 MB that are no JSON", "answers null -32700; lives", func() string { return fill("", "x", "") }),
		big("a batch of 64 MB", "answers 1 -32601; lives", func() string {
			return fill(`[`+asked("1")+`,{"jsonrpc":"2.0","method":"covls/none","params":["`, "x", `"]}]`)
		}),
		big("a document of 64 MB", "answers nothing; lives", func() string { return fill(fmt.Sprintf(doc, "a"), "x", `"}}}`) }),
		big("a document of 64 MB in escapes", "answers nothing; lives", func() string { return fill(fmt.Sprintf(doc, "a"), `\u0078`, `"}}}`) }),
		big("a document of 64 MB in lines of Go", "answers nothing; lives", func() string { return fill(fmt.Sprintf(doc, "a")+`package a\n`, `func f() { g() }\n`, `"}}}`) }),
		big("an answer of 64 MB that nobody asked for", "answers nothing; lives", func() string { return fill(`{"jsonrpc":"2.0","id":"none","result":"`, "x", `"}`) }),
		big("lists 5,000,000 deep", "answers null -32700; lives", deep("", "[", "]", "")),
		big("params 5,000,000 deep", "answers null -32700; lives", deep(`{"jsonrpc":"2.0","id":1,"method":"textDocument/hover","params":`, "[", "]", "}")),
		big("objects 5,000,000 deep in a batch", "answers null -32700; lives", deep(`[{"jsonrpc":"2.0","id":1,"method":"textDocument/hover","params":`, `{"a":`, "}", "}]")),
		big("lists 5,000,000 deep that are not closed", "answers null -32700; lives", func() string { return frame(strings.Repeat("[", 5_000_000)) }),
		big("an answer 5,000,000 deep", "answers null -32700; lives", deep(`{"jsonrpc":"2.0","id":1,"result":`, "[", "]", "}")),
	}
	return faults
}

// flow is about who reads and writes when.
func flow() []fault {
	ask := func(s *session, n int) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(frame(call(strconv.Itoa(i), hover, at(uriOf(s.good()), later))))
		}
		return b.String()
	}
	return []fault{
		{name: "a client that stops reading, asks 2,000 times and hangs up", end: "exit 1 within 3 s", do: func(s *session) {
			s.deaf()
			s.raw(ask(s, 2000))
			s.hangUp()
		}},
		{name: "a client that stops reading, asks 2,000 times and says exit", end: "exit 1 within 3 s", do: func(s *session) {
			s.deaf()
			s.raw(ask(s, 2000) + frame(note("exit", "")))
		}},
		{name: "a client that reads nothing for 2,000 questions, then all", end: "each is answered once, with a result or -32602; lives", do: func(s *session) {
			s.deaf()
			s.raw(ask(s, 2000))
			s.listen()
			s.each(2000, answeredOnce, "ok")
		}},
		{name: "a client that never reads and asks without end, then dies", alone: true, end: "exit 1 within 3 s", do: func(s *session) {
			s.flood(ask(s, 1000))
			s.leave()
			s.hangUp()
		}},
		{name: "a client that never reads and asks without end, then hangs up", alone: true, end: "exit 1 within 15 s", do: func(s *session) {
			s.flood(ask(s, 1000))
			s.hangUp()
		}},
		{name: "a client that never reads and writes rubbish without end, then dies", alone: true, end: "exit 1 within 3 s", do: func(s *session) {
			s.flood(framed(slices.Repeat([]string{"{", "{}", asked("1"), note("covls/none", "")}, 500)...))
			s.leave()
			s.hangUp()
		}},
		{name: "a client that never reads and edits without end", alone: true, end: "it is told of the last text; lives", do: func(s *session) {
			s.covered()
			u := uriOf(s.good())
			s.deaf()
			const n = 5000
			for i := range n {
				s.notify("textDocument/didChange", fmt.Sprintf(`{"textDocument":{"uri":%q,"version":%d},"contentChanges":[{"range":{"start":{"line":0,"character":0},"end":{"line":0,"character":0}},"text":"\n"}]}`, u, i+2))
			}
			s.listen()
			version := fmt.Sprintf(`"version":%d`, n+1)
			line := fmt.Sprintf(`"start":{"line":%d,`, n+3)
			s.wait("the last text", func() bool {
				return slices.ContainsFunc(s.messages(), func(m message) bool {
					return m.Method != nil && strings.Contains(string(m.Params), version) && strings.Contains(string(m.Params), line)
				})
			})
			s.holds("it is told of the last text", true, "")
			s.notify("textDocument/didChange", fmt.Sprintf(`{"textDocument":{"uri":%q,"version":%d},"contentChanges":[{"text":%s}]}`, u, n+2, js(goodSource)))
		}},
		{name: "a client that answers nothing", with: start{mute: true}, end: "lives; jumps end when they are cancelled", do: unanswered},
		{name: "a client that answers nothing and says exit", with: start{mute: true}, end: "exit 1 within 3 s", do: func(s *session) {
			s.jumps(100)
			s.notify("exit", "")
		}},
	}
}

// flood writes text again and again without reading, until the server takes no more, or has taken 100 MB.
func (s *session) flood(text string) {
	s.t.Helper()
	s.deaf()
	s.writing.Lock()
	defer s.writing.Unlock()
	for n := 0; n < 100<<20; n += len(text) {
		_ = s.in.SetWriteDeadline(time.Now().Add(5 * time.Second))
		if _, err := io.WriteString(s.in, text); err != nil {
			return
		}
	}
}

// jumps has the server wait for the client to show n places.
func (s *session) jumps(n int) {
	s.t.Helper()
	s.covered()
	for i := range n {
		s.send(call(strconv.Itoa(i), "workspace/executeCommand", `{"command":"covls.nextGap","arguments":[`+at(uriOf(s.good()), [2]int{})+`]}`))
	}
	s.wait("the places to show", func() bool { return s.count("window/showDocument") == n })
}

func unanswered(s *session) {
	const n = 500
	s.jumps(n)
	for i := range n {
		s.notify("$/cancelRequest", `{"id":`+strconv.Itoa(i)+`}`)
	}
	s.each(n, "jumps end when they are cancelled", "ok", "-32800")
}

// replies are odd answers of the client.
func replies() []fault {
	id := func(m message) string { return string(m.ID) }
	fail := func(m message) string {
		return frame(fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"error":{"code":-32601,"message":"no"}}`, id(m)))
	}
	results := wrong()
	var mu sync.Mutex
	turn := 0
	odd := func(m message) string {
		mu.Lock()
		defer mu.Unlock()
		turn++
		return frame(reply(id(m), results[turn%len(results)]))
	}
	provoke := func(s *session, others ...string) {
		s.jumps(len(results))
		for range results {
			before := s.count("workspace/configuration")
			s.notify("workspace/didChangeConfiguration", `{"settings":null}`)
			s.wait("a question", func() bool { return s.count("workspace/configuration") > before })
		}
		s.wait("the answers", func() bool {
			return len(slices.DeleteFunc(s.answers(), func(a string) bool { return slices.Contains(others, a) })) >= len(results)
		})
		s.each(len(results), "each jump is answered once", append(others, "ok", "-32800")...)
	}
	provoked := func(s *session) { provoke(s) }
	return []fault{
		{name: "answers to questions that were never asked", send: framed(reply("77", "{}"), reply(`"x"`, "null"), reply("-1", "[]"), reply("1", "null"), reply("null", "1"), `{"jsonrpc":"2.0","result":1}`, `{"jsonrpc":"2.0","id":78,"error":{"code":-1,"message":"no"}}`, `{"jsonrpc":"2.0","id":null,"error":{"code":-1,"message":"no"}}`, `{"jsonrpc":"2.0","id":9223372036854775807,"result":0}`), end: "answers nothing; lives"},
		{name: "an error for each of the server's requests", with: start{answer: fail}, do: provoked, end: "each jump is answered once; lives"},
		{name: "each of the server's requests answered twice", with: start{answer: func(m message) string { return frame(reply(id(m), result(m))) + fail(m) }}, do: provoked, end: "each jump is answered once; lives"},
		{name: "results of a wrong type for the server's requests", with: start{answer: odd}, do: provoked, end: "each jump is answered once; lives"},
		{name: "the server's requests answered with rubbish", with: start{answer: func(m message) string { return frame("{") + frame(reply(id(m), result(m))) }}, do: func(s *session) { provoke(s, "null -32700") }, end: "each jump is answered once; lives"},
		{name: "settings that are wrong in one place, as answers", with: start{answer: wrongSettings()}, end: "lives", do: func(s *session) {
			n := len(mutants(settings)) + 2
			for i := range n {
				s.notify("workspace/didChangeConfiguration", `{"settings":null}`)
				s.wait("the question for settings", func() bool { return s.count("workspace/configuration") > i })
			}
		}},
	}
}

// wrongSettings answers each question for settings with others, and in the end with good ones.
func wrongSettings() func(message) string {
	all := append(mutants(settings), "{}")
	var mu sync.Mutex
	next := 0
	return func(m message) string {
		if *m.Method != "workspace/configuration" {
			return frame(reply(string(m.ID), result(m)))
		}
		mu.Lock()
		defer mu.Unlock()
		value := all[min(next, len(all)-1)]
		next++
		return frame(reply(string(m.ID), "["+value+","+value+"]"))
	}
}

package faults_test

import (
	"fmt"
	"strconv"
	"strings"
)

// protocol are faults in what the client says.
func protocol() []fault {
	faults := []fault{
		{name: "request before initialize", from: started, send: framed(call("1", "textDocument/hover", at("file:///a.go", 0, 0))), end: "lives; answers 1 -32002"},
		{name: "malformed JSON", send: framed(`{"jsonrpc":`), end: "lives; answers null -32700"},
		{name: "exit before initialize", from: started, send: framed(note("exit", "")), end: "exit 1 within 3 s"},
		{name: "2,000 requests, each cancelled", do: cancelled, end: "each is answered once, with a result or -32800; lives"},
		{name: "a client that stops reading and hangs up", do: unread, end: "exit 1 within 3 s"},
	}
	for i := range faults {
		faults[i].group = "protocol"
	}
	return faults
}

// cancelled cancels each request behind itself, before itself, or twice.
func cancelled(s *session) {
	const n = 2000
	u := uriOf(s.good())
	var b strings.Builder
	for i := range n {
		id := strconv.Itoa(i)
		bodies := []string{call(id, "textDocument/hover", at(u, 6, 6)), note("$/cancelRequest", `{"id":`+id+`}`), note("$/cancelRequest", `{"id":`+id+`}`)}
		s.rand.Shuffle(1+s.rand.IntN(len(bodies)), func(i, j int) { bodies[i], bodies[j] = bodies[j], bodies[i] })
		b.WriteString(framed(bodies...))
	}
	s.raw(b.String())
	s.wait("all answers", func([]message) bool { return len(s.answers())-s.began >= n })
	s.hover()
	times := map[string]int{}
	wrong := ""
	for _, a := range s.answers()[s.began:] {
		id, how, _ := strings.Cut(a, " ")
		if times[id]++; how != "ok" && how != "-32800" || times[id] > 1 {
			wrong = a
		}
	}
	s.holds("each is answered once, with a result or -32800", len(times) == n && wrong == "", "%d were answered, %s", len(times), wrong)
}

// unread fills the pipe to a client that does not read.
func unread(s *session) {
	s.deaf()
	for i := range 2000 {
		s.send(call(strconv.Itoa(i), "textDocument/documentLink"+strings.Repeat("!", 100), "{}"), note("$/none", fmt.Sprint("[", i, "]")))
	}
	s.hangUp()
}

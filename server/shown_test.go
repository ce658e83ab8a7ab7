package server_test

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"go.lsp.dev/uri"

	"github.com/covls/covls/server"
)

// TestCancelEarly cancels a request before it has got its context, and after.
func TestCancelEarly(t *testing.T) {
	t.Parallel()
	for _, early := range []bool{false, true} {
		for _, all := range []bool{false, true} {
			if !server.Cancelled(early, all) {
				t.Errorf("early %t, all %t: the request goes on", early, all)
			}
		}
	}
}

// TestPushHidden switches the marks of a document off and on, of one that is open and of one that is not.
func TestPushHidden(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]bool{"open": true, "not open": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := workspace(t, shop)
			path := filepath.Join(dir, "a.go")
			u := string(uri.File(path))
			params := roots(modern(), dir)
			if !open {
				params["initializationOptions"] = obj{"diagnostics": obj{"scope": "workspace"}}
			}
			p := ready(t, params)
			if open {
				p.send(didOpen(u, read(t, path)))
			}
			p.published(u, uncovered)
			for range 2 {
				p.ask("workspace/executeCommand", js(obj{"command": "covls.toggle"}))
				p.published(u, nothing)
				p.ask("workspace/executeCommand", js(obj{"command": "covls.toggle"}))
				p.published(u, uncovered)
			}
		})
	}
}

// TestPushSpelling opens a document under another spelling than the one that its marks were published under: they
// are taken away there, and published here, though they are the same.
func TestPushSpelling(t *testing.T) {
	t.Parallel()
	dir := workspace(t, shop)
	path := filepath.Join(dir, "a.go")
	u := string(uri.File(path))
	other := strings.Replace(u, "/a.go", "/%61.go", 1)
	params := roots(obj{}, dir) // without related information, in which the document would be named, too
	params["initializationOptions"] = obj{"diagnostics": obj{"scope": "workspace"}}
	p := ready(t, params)
	p.published(u, uncovered)
	p.send(didOpen(other, read(t, path)))
	p.published(other, uncovered)
	p.published(u, nothing)
}

// TestWorkspacePullOfNothing has files with gaps of which nothing is shown: a client is told nothing of them, and what
// it knows to be empty is no news either.
func TestWorkspacePullOfNothing(t *testing.T) {
	t.Parallel()
	dir := workspace(t, shop)
	u := string(uri.File(filepath.Join(dir, "a.go")))
	params := roots(pulling(), dir)
	params["initializationOptions"] = obj{"diagnostics": obj{"scope": "workspace", "enable": false}}
	p := ready(t, params)
	p.profiles(1)
	if m := p.ask("workspace/diagnostic", `{"previousResultIds":[]}`); string(m.Result) != `{"items":[]}` {
		t.Errorf("first: %s", m.Result)
	}
	empty := p.pull(u, "")
	if empty.ResultID == "" || len(empty.Items) > 0 {
		t.Fatalf("pull: %+v", empty)
	}
	gone := string(uri.File(filepath.Join(dir, "gone.go")))
	for id, known := range map[string]list{
		"1": {},
		"2": {obj{"uri": u, "value": empty.ResultID}},
		"3": {obj{"uri": gone, "value": empty.ResultID}},
	} {
		p.send(call(id, "workspace/diagnostic", js(obj{"previousResultIds": known})))
	}
	for range 3 {
		p.reload()
	}
	for _, id := range []string{"1", "2", "3"} {
		p.send(note("$/cancelRequest", `{"id":`+id+`}`))
		if m := p.response(id); m.String() != id+" -32800" {
			t.Errorf("%s is news: %s", id, m.Result)
		}
	}
	m := p.ask("workspace/diagnostic", js(obj{"previousResultIds": list{obj{"uri": gone, "value": "x"}}}))
	var r report
	if err := json.Unmarshal(m.Result, &r); err != nil || len(r.Items) != 1 || r.Items[0].URI != gone || r.Items[0].Kind != "full" || len(r.Items[0].Items) > 0 {
		t.Errorf("what the client still shows of a file that has none: %s", m.Result)
	}
}

// TestJumpOn goes from the gaps of a file to those of the next, in the order of urgency, and from the last to the first.
func TestJumpOn(t *testing.T) {
	t.Parallel()
	const archive = `
-- go.mod --
module example.com/m

go 1.24
-- a.go --
package m

func A() {
	println(1)
	println(2)
	println(3)
}

func a() {
	println(1)
}
-- b.go --
package m

func B() {
	println(1)
	println(2)
}
-- none.go --
package m

func None() {
	println(1)
}
-- cover.out --
mode: set
example.com/m/a.go:3.10,7.2 3 0
example.com/m/a.go:9.10,11.2 1 0
example.com/m/b.go:3.10,6.2 2 0
example.com/m/none.go:3.13,5.2 1 1
`
	dir := workspace(t, archive)
	p := ready(t, roots(modern(), dir))
	p.profiles(1)
	for _, tt := range []struct{ from, at, want string }{
		{"a.go", "package", "a.go:3"},
		{"a.go", "A()", "b.go:3"},
		{"b.go", "B()", "a.go:9"},
		{"a.go", "a()", "a.go:3"},
		{"b.go", "package", "b.go:3"},
		{"none.go", "package", "a.go:3"},
	} {
		path := filepath.Join(dir, tt.from)
		where := place(string(uri.File(path)), read(t, path), tt.at)
		m := p.ask("workspace/executeCommand", `{"command":"covls.nextGapInWorkspace","arguments":[`+where+`]}`)
		var to struct {
			URI   uri.URI
			Range struct{ Start struct{ Line int } }
		}
		if err := json.Unmarshal(m.Result, &to); err != nil {
			t.Fatalf("%s: %v", m.Result, err)
		}
		got := filepath.Base(to.URI.FsPath())
		if got += ":" + string('1'+rune(to.Range.Start.Line)); got != tt.want {
			t.Errorf("from %s in %s to %s, want %s", tt.at, tt.from, got, tt.want)
		}
	}
}

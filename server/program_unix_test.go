//go:build unix

package server_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"go.lsp.dev/uri"
)

// testSlowLoad has the load wait for a `go list` that does not answer.
func testSlowLoad(t *testing.T, covls string) {
	dir := workspace(t, shop+"golang.org/x/other/b.go:1.1,2.2 1 0\n-- bin/go --\n#!/bin/sh\nexec cat \"$COVLS_TEST_ANSWER\"\n")
	path, bin, answer := filepath.Join(dir, "a.go"), filepath.Join(dir, "bin"), filepath.Join(dir, "answer")
	u, text := string(uri.File(path)), read(t, path)
	if err := os.Chmod(filepath.Join(bin, "go"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(answer, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(covls, "serve")
	cmd.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"), "COVLS_TEST_ANSWER="+answer)
	p := spawn(t, cmd)
	p.listen()
	caps := modern()
	caps["window"] = obj{"workDoneProgress": true}
	p.initialize(roots(caps, dir))
	p.send(didOpen(u, text))
	p.published(u, nil)
	progress := func(kind string) message {
		t.Helper()
		var found message
		p.wait("progress: "+kind, func(m message) bool {
			found = m
			return m.Method == "$/progress" && strings.Contains(string(m.Params), `"kind":"`+kind+`"`)
		})
		return found
	}
	if m := progress("begin"); !strings.Contains(string(m.Params), `"token":"covls/load/1"`) || !strings.Contains(string(m.Params), `"title":"Coverage"`) {
		t.Errorf("progress %s", m.Params)
	}
	if m := progress("report"); !strings.Contains(string(m.Params), "go list") {
		t.Errorf("progress %s", m.Params)
	}

	// What needs the load waits for it; all else is answered.
	p.send(command("1", "covls.reload"), command(`"two"`, "covls.reload"), command("3", "covls.reload"))
	if m := p.ask("textDocument/hover", place(u, text, "Uncovered(")); !strings.Contains(string(m.Result), "Not covered") {
		t.Errorf("hover %s", m.Result)
	}
	p.send(note("$/cancelRequest", `{"id":1}`), note("$/cancelRequest", `{"id":"two"}`))
	for _, id := range []string{"1", `"two"`} {
		if m := p.response(id); m.Error == nil || m.Error.Code != -32800 {
			t.Errorf("answer %v to a request that was cancelled", m)
		}
	}
	if n := p.count("window/workDoneProgress/create"); n != 1 {
		t.Errorf("%d progresses", n)
	}

	f, err := os.OpenFile(answer, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	progress("end")
	_ = p.in.Close()
	p.exit()
}

package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/covls/covls/internal/editor"
	"github.com/covls/covls/server"
)

// slow is a test that leaves go test time to write the other packages' coverage first.
const slow = `package %s

import (
	"testing"
	"time"
)

func TestSlow(t *testing.T) {
	<-time.After(%d * time.Millisecond)
	%s
}
`

// TestGoTest lets the real go test rewrite its profile, package by package, under a running server.
// Nothing empty and nothing wrong is published on the way.
func TestGoTest(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	dir := t.TempDir()
	write := writer(t, dir)
	write("go.mod", "module example.com/live\n\ngo 1.26\n")
	for i, p := range []string{"a", "b", "c"} {
		write(p+"/"+p+".go", fmt.Sprintf("package %s\n\nfunc Used() int { return 1 }\n\nfunc Unused() int { return 2 }\n", p))
		write(p+"/"+p+"_test.go", fmt.Sprintf(slow, p, 600*i, "_ = Used()"))
	}
	run := func() {
		t.Helper()
		// -p 1 keeps the packages apart in time; -count 1 has them run at all.
		cmd := exec.CommandContext(ctx, "go", "test", "-p", "1", "-count", "1", "-coverprofile=cover.out", "./...")
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("go test: %v\n%s", err, out)
		}
	}

	ed, end := session(t, ctx, dir)
	file := filepath.Join(dir, "c", "c.go")
	if err := ed.Open(ctx, file); err != nil {
		t.Fatal(err)
	}

	run() // there was no profile: the first state shown is the whole one
	ended := time.Now()
	if err := ed.WaitMarks(ctx, file, func(m []editor.Mark) bool { return len(m) > 0 }); err != nil {
		t.Fatal(err)
	}
	t.Logf("first marks %v after go test ended", time.Since(ended).Round(time.Millisecond))

	run() // nothing changed: nothing is published
	write("c/more_test.go", fmt.Sprintf(strings.ReplaceAll(slow, "TestSlow", "TestMore"), "c", 700, "_ = Unused()"))
	run() // Unused is covered now: its mark goes, once
	ended = time.Now()
	if err := ed.WaitMarks(ctx, file, func(m []editor.Mark) bool { return len(m) == 0 }); err != nil {
		t.Fatal(err)
	}
	t.Logf("marks changed %v after go test ended", time.Since(ended).Round(time.Millisecond))

	var got []string
	for _, p := range ed.Seen().Published {
		if p.URI == string(uri.File(file)) {
			got = append(got, fmt.Sprint(len(p.Items)))
		}
	}
	if states := strings.Join(got, " "); states != "1 0" {
		t.Errorf("marks published for c.go: %s, want 1 0", states)
	}
	end()
}

// TestGoTestManyPackages watches what is published while go test runs over 30 packages, three times: the
// profile is made, is written anew, and gains coverage. No state on the way is empty, and none is lower
// than both that before it and that behind it.
func TestGoTestManyPackages(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	const packages, functions = 30, 20
	dir := t.TempDir()
	write := writer(t, dir)
	write("go.mod", "module example.com/many\n\ngo 1.26\n")
	for i := range packages {
		p := fmt.Sprintf("p%02d", i)
		var code strings.Builder
		fmt.Fprintf(&code, "package %s\n", p)
		for f := range functions {
			fmt.Fprintf(&code, "\nfunc F%d(n int) int {\n\tif n > %d {\n\t\treturn n\n\t}\n\treturn %d\n}\n", f, f, f)
		}
		write(p+"/"+p+".go", code.String())
		write(p+"/"+p+"_test.go", fmt.Sprintf(slow, p, 20*(i%4), "_ = F0(1) + F1(0)"))
	}
	run := func() {
		t.Helper()
		cmd := exec.CommandContext(ctx, "go", "test", "-count", "1", "-coverprofile=cover.out", "./...")
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("go test: %v\n%s", err, out)
		}
	}
	can := editor.Capabilities()
	can.Experimental = protocol.LSPAny(`{"covls":{"documents":true}}`)
	ed, end := sessionOf(t, ctx, dir, can)

	type state struct {
		State   string
		Summary *struct {
			Covered, Total int
		}
	}
	states := func(seen *editor.Seen) (out []state) {
		for _, s := range seen.Status {
			var got state
			if err := json.Unmarshal([]byte(s), &got); err != nil {
				t.Fatal(err)
			}
			if got.Summary != nil || len(out) > 0 {
				out = append(out, got)
			}
		}
		return out
	}
	reached := func(covered int) {
		t.Helper()
		_, err := ed.Wait(ctx, func(seen *editor.Seen) bool {
			all := states(seen)
			last := len(all) - 1
			return last >= 0 && all[last].Summary != nil && all[last].Summary.Covered == covered
		})
		if err != nil {
			t.Fatalf("waiting for %d covered statements: %v", covered, err)
		}
	}
	run()
	const first = packages * 4 // F0 runs two statements, and so does F1
	reached(first)
	run()
	for i := range packages {
		p := fmt.Sprintf("p%02d", i)
		write(p+"/more_test.go", fmt.Sprintf(strings.ReplaceAll(slow, "TestSlow", "TestMore"), p, 20*(i%3), "_ = F2(0) + F3(9)"))
	}
	run()
	reached(2 * first)
	all := states(ed.Seen())
	for i, s := range all {
		if s.State != "ready" || s.Summary == nil || s.Summary.Covered == 0 || s.Summary.Total != packages*functions*3 {
			t.Errorf("state %d of %d is %+v, %+v", i, len(all), s, s.Summary)
		} else if i > 0 && i+1 < len(all) && s.Summary.Covered < min(all[i-1].Summary.Covered, all[i+1].Summary.Covered) {
			t.Errorf("state %d of %d is lower than both its neighbours: %d", i, len(all), s.Summary.Covered)
		}
	}
	t.Logf("%d states", len(all))
	end()
}

// session starts a server in this process and an editor that has the folder dir open.
func session(t *testing.T, ctx context.Context, dir string) (ed *editor.Editor, end func()) {
	t.Helper()
	return sessionOf(t, ctx, dir, editor.Capabilities())
}

// sessionOf is session with an editor of other capabilities.
func sessionOf(t *testing.T, ctx context.Context, dir string, can protocol.ClientCapabilities) (ed *editor.Editor, end func()) {
	t.Helper()
	toServer, fromEditor, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	toEditor, fromServer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	s := server.New(server.Options{Version: "test"})
	done := make(chan int, 1)
	go func() { done <- s.Run(ctx, server.NewStream(toServer, fromServer, s.Hangup)) }()
	ed, err = editor.Start(ctx, server.NewStream(toEditor, fromEditor, func() {}), editor.Options{
		Capabilities: can, Folders: []string{dir},
	})
	if err != nil {
		t.Fatal(err)
	}
	return ed, func() {
		t.Helper()
		if err := ed.Close(ctx); err != nil {
			t.Errorf("close: %v", err)
		}
		if code := <-done; code != 0 {
			t.Errorf("exit code %d, want 0", code)
		}
	}
}

// writer writes files below dir.
func writer(t *testing.T, dir string) func(name, content string) {
	return func(name, content string) {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

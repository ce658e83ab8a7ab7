package server_test

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/covls/covls/internal/editor"
	"github.com/covls/covls/internal/guard"
	"github.com/covls/covls/server"
	"github.com/covls/covls/watch"
)

// fault panics in one kind of work.
type fault struct {
	about string // how what the work is about begins
	every bool   // panic each time, not only the first

	mu    sync.Mutex // guards the fields below
	armed bool
	times int
	log   bytes.Buffer
}

func (f *fault) hook(about string) {
	f.mu.Lock()
	fire := f.armed && strings.HasPrefix(about, f.about) && (f.every || f.times == 0)
	if fire {
		f.times++
	}
	f.mu.Unlock()
	if fire {
		panic("it was made to")
	}
}

func (f *fault) arm(yes bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.armed = yes
}

func (f *fault) fired() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.times
}

// Write takes the log.
func (f *fault) Write(p []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.log.Write(p)
}

func (f *fault) said() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.log.String()
}

// options are those of a server that has the fault.
func (f *fault) options() server.Options {
	return server.Options{
		Version: "test", Log: slog.New(slog.NewTextHandler(f, nil)),
		Watch: watch.Options{Poll: 10 * time.Millisecond, Guard: guard.Guard{Hook: f.hook}},
	}
}

// outside goes on behind shop: its profile names a file that is not open, and a package which only go list may
// know.
const outside = "example.com/shop/b.go:3.12,5.2 1 1\nexample.com/elsewhere/x.go:1.1,2.2 1 0\n-- b.go --\npackage shop\n\nfunc Also() {\n\tprintln()\n}\n"

// told are the faults that the user was shown.
func told(s *editor.Seen) []string {
	return slices.DeleteFunc(slices.Clone(s.Messages), func(m string) bool { return !strings.Contains(m, "covls failed at") })
}

// TestFaults has each kind of work panic once. The fault is logged with its stack, and the session goes on: what a
// profile says afterwards is shown.
func TestFaults(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		about string
		late  bool // it panics when marks are shown, and not at the beginning
		quiet bool // the user need not know
	}{
		{about: "looking at the source a.go"},
		{about: "looking at sources", quiet: true},
		{about: "reading the profile cover.out"},
		{about: "looking for the modules in ", late: true},
		{about: "looking for the projects in "},
		{about: "reading ", late: true},
		{about: "a job of the session", late: true},
		{about: "what changed on disk"},
		{about: "publishing"},
		{about: "publishing the status"},
		{about: "the diagnostics of a.go"},
		{about: "what is shown of a.go", late: true},
		{about: "sending to the client"},
		{about: "asking the client to ask again for", late: true},
		{about: "asking the client to ask again", late: true, quiet: true},
		{about: "registering with the client", quiet: true},
		{about: "reading the settings of the client"},
		{about: "asking go list in"},
		{about: "counting the commits of"},
		{about: "showing progress", quiet: true},
		{about: "watching the client's process", quiet: true},
		{about: "watching", quiet: true},
		{about: "searching for profiles in ", quiet: true},
		{about: "setting the watches", quiet: true},
		{about: "a file event", late: true, quiet: true},
	} {
		t.Run(strings.TrimSpace(tt.about), func(t *testing.T) {
			t.Parallel()
			f := &fault{about: tt.about, armed: !tt.late}
			dir := workspace(t, shop+outside)
			path, profile := filepath.Join(dir, "a.go"), filepath.Join(dir, "cover.out")
			write(t, filepath.Join(dir, ".covls.toml"), "target = 60\n")
			caps := configurable()
			caps.Experimental = watcher().Experimental
			parent := int32(os.Getppid())
			ed := connectTo(t, f.options(), editor.Options{Capabilities: caps, Folders: []string{dir}, ProcessID: &parent})
			open(t, ed, path)
			var answer any
			if tt.late {
				until(t, ed, shows(path, shopUncovered))
				f.arm(true)
			}
			if tt.about == "a job of the session" { // nobody waits for what a save leads to
				saved := &protocol.DidSaveTextDocumentParams{TextDocument: protocol.TextDocumentIdentifier{URI: uri.File(path)}}
				if err := ed.Server().DidSave(t.Context(), saved); err != nil {
					t.Fatal(err)
				}
			} else {
				run(t, ed, "covls.reload", nil, &answer)
			}
			write(t, profile, strings.Replace(read(t, profile), "17.27,20.2 2 0", "17.27,20.2 2 1", 1))
			const lens = "83.3 % covered (target 60 %)"
			for deadline := time.Now().Add(patience); f.fired() == 0 || fileLens(t, ed, path) != lens; {
				if time.Now().After(deadline) {
					t.Fatalf("%s: it panicked %d times, and the lens is %q", f.about, f.fired(), fileLens(t, ed, path))
				}
				run(t, ed, "covls.reload", nil, &answer)
				run(t, ed, "covls.doctor", nil, &answer)
			}
			hoverOnUncovered(t, ed, path)
			if !tt.quiet {
				seen := until(t, ed, func(s *editor.Seen) bool { return len(told(s)) > 0 })
				if all := told(seen); len(all) != 1 || !strings.Contains(all[0], "covls failed at "+tt.about) || strings.Contains(all[0], "\n") {
					t.Errorf("the user was told %q", all)
				}
			}
			if log := f.said(); !strings.Contains(log, "msg=panic") || !strings.Contains(log, "it was made to") || !strings.Contains(log, "guard.Guard.Do") {
				t.Errorf("the log has no panic with its stack:\n%s", log)
			}
		})
	}
}

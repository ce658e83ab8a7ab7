package server_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/covls/covls/internal/editor"
	"github.com/covls/covls/server"
	"github.com/covls/covls/watch"
)

// TestFirstAnswers asks for lenses, hints and diagnostics before anything was read, as a client does that can't be told to ask again.
func TestFirstAnswers(t *testing.T) {
	t.Parallel()
	dir := workspace(t, shop+"-- .covls.toml --\nhints.enable = true\n")
	path := filepath.Join(dir, "a.go")
	p := start(t, server.Options{Version: "test", Watch: watch.Options{NoNotify: true, Poll: 10 * time.Millisecond}})
	p.initialize(roots(obj{}, dir))
	u := string(uri.File(path))
	whole := obj{"start": obj{"line": 0, "character": 0}, "end": obj{"line": 30, "character": 0}}
	p.send(note("initialized", "{}"), didOpen(u, read(t, path)),
		call("1", "textDocument/codeLens", js(document(u))),
		call("2", "textDocument/inlayHint", js(obj{"textDocument": obj{"uri": u}, "range": whole})),
		call("3", "textDocument/diagnostic", js(document(u))))
	for id, want := range map[string]string{"1": `"data"`, "2": "0/2", "3": shopUncovered} {
		if m := p.response(id); !strings.Contains(string(m.Result), want) {
			t.Errorf("the first answer %s lacks %s: %s", id, want, m.Result)
		}
	}
}

// TestNoProject opens a file that lies in no project, in an editor that names no folder.
func TestNoProject(t *testing.T) {
	t.Parallel()
	dir := workspace(t, "-- scripts/a.py --\ndef f():\n    a = 1\n    b = 2\n    return a + b\n-- scripts/lcov.info --\nSF:a.py\nFN:1,f\nFNDA:0,f\nDA:1,1\nDA:2,0\nDA:3,0\nDA:4,0\nend_of_record\n")
	ed := connect(t, editor.Options{Capabilities: editor.Capabilities()})
	path := filepath.Join(dir, "scripts", "a.py")
	open(t, ed, path)
	until(t, ed, shows(path, "f is not tested (3 lines)"))
}

// TestDeletedProfile takes a profile away twice: its marks go each time, and the user is told once.
func TestDeletedProfile(t *testing.T) {
	t.Parallel()
	dir, ed := began(t, shop, editor.Capabilities())
	path, profile := filepath.Join(dir, "a.go"), filepath.Join(dir, "cover.out")
	text := read(t, profile)
	open(t, ed, path)
	for range 2 {
		until(t, ed, shows(path, shopUncovered))
		if err := os.Remove(profile); err != nil {
			t.Fatal(err)
		}
		until(t, ed, shows(path))
		write(t, profile, text)
	}
	until(t, ed, shows(path, shopUncovered))
	var told []string
	for _, m := range ed.Seen().Messages {
		if strings.Contains(m, "cover.out was deleted") {
			told = append(told, m)
		}
	}
	if len(told) != 1 {
		t.Errorf("told %q", told)
	}
}

// TestRenamedFiles has the editor rename a profile, of which nothing else tells.
func TestRenamedFiles(t *testing.T) {
	t.Parallel()
	dir := workspace(t, shop)
	ed := connectTo(t, server.Options{Version: "test", Watch: watch.Options{NoNotify: true, Poll: time.Hour}},
		editor.Options{Capabilities: editor.Capabilities(), Folders: []string{dir}})
	path := filepath.Join(dir, "a.go")
	open(t, ed, path)
	until(t, ed, shows(path, shopUncovered))
	from, to := filepath.Join(dir, "cover.out"), filepath.Join(dir, "notes.txt")
	for _, files := range [][2]string{{from, to}, {to, from}} {
		if err := os.Rename(files[0], files[1]); err != nil {
			t.Fatal(err)
		}
		err := ed.Server().DidRenameFiles(t.Context(), &protocol.RenameFilesParams{Files: []protocol.FileRename{{
			OldURI: string(uri.File(files[0])), NewURI: string(uri.File(files[1])),
		}}})
		if err != nil {
			t.Fatal(err)
		}
		if files[1] == to {
			until(t, ed, shows(path))
		} else {
			until(t, ed, shows(path, shopUncovered))
		}
	}
}

// TestMarkerOnSave leaves a function out by a marker: with the file saved its mark is gone, though no test ran since.
func TestMarkerOnSave(t *testing.T) {
	t.Parallel()
	dir := workspace(t, shop)
	caps := modern()
	p := ready(t, roots(caps, dir))
	p.profiles(1)
	path := filepath.Join(dir, "a.go")
	u, text := string(uri.File(path)), read(t, path)
	p.send(didOpen(u, text))
	p.published(u, func(_ int, m []string) bool { return slices.Equal(m, []string{shopUncovered}) })
	marked := strings.Replace(text, "func Uncovered", "//coverage:ignore TODO: say why\nfunc Uncovered", 1)
	p.send(didChange(u, 2, edit(16, 0, 16, 0, "//coverage:ignore TODO: say why\n")))
	write(t, path, marked)
	p.send(note("textDocument/didSave", js(document(u))))
	p.published(u, func(version int, m []string) bool { return version == 2 && len(m) == 0 })
}

// TestJumpsGoOn jumps without a place: from where the last jump went.
func TestJumpsGoOn(t *testing.T) {
	t.Parallel()
	_, ed := began(t, shop, editor.Capabilities())
	var got []uint32
	for _, command := range []string{"covls.nextGap", "covls.nextGap", "covls.nextGap", "covls.previousGap", "covls.nextGapInWorkspace", "covls.nextGapInWorkspace", "covls.mostUrgentGap", "covls.mostUrgentGap"} {
		var at protocol.Location
		run(t, ed, command, nil, &at)
		got = append(got, at.Range.Start.Line)
	}
	if want := []uint32{10, 16, 10, 16, 10, 16, 10, 10}; !slices.Equal(got, want) {
		t.Errorf("went to the lines %v, want %v", got, want)
	}
}

// TestDocuments has what commands answer shown to clients that do not show it, by a document, or else by a message.
func TestDocuments(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, experimental string
		shows              bool // announces window/showDocument
		documents          bool // documents are shown
		told               bool
	}{
		{"a client that does", `{"covls":{"documents":true}}`, true, false, false},
		{"one with a status line", `{"covls":true}`, true, true, false},
		{"one that knows nothing of covls", `{}`, true, true, false},
		{"one that can show nothing", `{}`, false, false, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			caps := editor.Capabilities()
			caps.Experimental = protocol.LSPAny(tt.experimental)
			if !tt.shows {
				caps.Window.ShowDocument = nil
			}
			dir, ed := began(t, shop, caps)
			u := string(uri.File(filepath.Join(dir, "a.go")))
			for _, command := range []string{"covls.doctor", "covls.explain", "covls.showReport"} {
				before := ed.Seen()
				var argument any
				if command == "covls.explain" {
					argument = document(u)
				}
				var answer any
				run(t, ed, command, argument, &answer)
				if got := len(ed.Seen().Shown) > len(before.Shown); got != tt.documents {
					t.Errorf("%s is shown as a document: %t", command, got)
				}
				if tt.told {
					until(t, ed, func(s *editor.Seen) bool { return len(s.Messages) > len(before.Messages) })
				}
			}
			var at protocol.Location
			run(t, ed, "covls.mostUrgentGap", nil, &at)
			want := []string{}
			if tt.told {
				want = append(want, "covls: Partly: 1 statement never ran (line 11): a.go:11")
				until(t, ed, func(s *editor.Seen) bool { return len(s.Messages) > 3 })
			}
			var got []string
			for _, m := range ed.Seen().Messages {
				if !strings.Contains(m, "until the session ends") {
					got = append(got, m)
				}
			}
			if !slices.Equal(got, want) {
				t.Errorf("told %q, want %q", got, want)
			}
		})
	}
}

// TestHoverSettings has hovers where there is something to say, or where code ran, too, or nowhere.
func TestHoverSettings(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, settings, want string }{
		{"default", "", "Uncovered, Partly, the stretch"},
		{"with what ran", "hover.covered = true\n", "Uncovered, Partly, the stretch, Covered, what ran"},
		{"off", "hover.enable = false\n", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir, ed := began(t, shop+"-- .covls.toml --\n"+tt.settings, editor.Capabilities())
			path := filepath.Join(dir, "a.go")
			open(t, ed, path)
			var got []string
			for _, at := range []struct {
				name            string
				line, character uint32
			}{{"Uncovered", 16, 6}, {"Partly", 8, 6}, {"the stretch", 10, 3}, {"Covered", 3, 6}, {"what ran", 4, 3}} {
				h, err := ed.Server().Hover(t.Context(), &protocol.HoverParams{TextDocumentPositionParams: protocol.TextDocumentPositionParams{
					TextDocument: protocol.TextDocumentIdentifier{URI: uri.File(path)}, Position: protocol.Position{Line: at.line, Character: at.character},
				}})
				if err != nil {
					t.Fatal(err)
				}
				if h != nil {
					got = append(got, at.name)
				}
			}
			if strings.Join(got, ", ") != tt.want {
				t.Errorf("hovers on %q, want %q", got, tt.want)
			}
		})
	}
}

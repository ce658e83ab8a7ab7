package server_test

import (
	"encoding/json"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/covls/covls/internal/editor"
)

// applying is an editor that makes edits that the server sends, with new files in them.
func applying() protocol.ClientCapabilities {
	yes := true
	caps := editor.Capabilities()
	caps.Workspace.ApplyEdit = &yes
	caps.Workspace.WorkspaceEdit = &protocol.WorkspaceEditClientCapabilities{
		DocumentChanges: &yes, ResourceOperations: []protocol.ResourceOperationKind{protocol.ResourceOperationKindCreate},
	}
	return caps
}

// TestCreateTest has editors make a test, in a new file and in one that is there.
func TestCreateTest(t *testing.T) {
	t.Parallel()
	const failed = jsonrpc2.Code(-32803)
	there := shop + "-- a_test.go --\npackage shop\n\nimport \"testing\"\n\nfunc TestCovered(t *testing.T) { Covered(1) }\n"
	for _, tt := range []struct {
		name    string
		files   string
		line    uint32
		caps    func(*protocol.ClientCapabilities)
		refuse  string
		opened  bool     // the file of tests is open, and begins with a line more than on disk
		want    []string // of the edit, as JSON
		at      string   // the line that is shown, as the new text has it
		wantErr string
	}{
		{name: "a new file", files: shop, line: 16, want: []string{`"kind":"create"`, `a_test.go`, `package shop`, `func TestUncovered(`}, at: "11:28"},
		{name: "within a body", files: shop, line: 18, want: []string{`func TestUncovered(`}, at: "11:28"},
		{name: "a part", files: shop, line: 8, want: []string{`func TestPartly(`, `{name: \"n \u003c 0\"}`}, at: "11:17"},
		{name: "behind what is there", files: there, line: 16, want: []string{`"line":4`, `func TestUncovered(`}, at: "13:28"},
		{name: "behind what is open", files: there, line: 16, opened: true, want: []string{`"version":1`, `"line":5`}, at: "14:28"},
		{name: "an editor without new files, and the file is there", files: there, line: 16, caps: func(c *protocol.ClientCapabilities) {
			c.Workspace.WorkspaceEdit = &protocol.WorkspaceEditClientCapabilities{}
		}, want: []string{`"changes":{`, `func TestUncovered(`}, at: "13:28"},
		{name: "an editor without new files", files: shop, line: 16, caps: func(c *protocol.ClientCapabilities) {
			c.Workspace.WorkspaceEdit = &protocol.WorkspaceEditClientCapabilities{}
		}, wantErr: "covls test a.go:17 --write"},
		{name: "an editor without edits", files: there, line: 16, caps: func(c *protocol.ClientCapabilities) { c.Workspace.ApplyEdit = nil }, wantErr: "covls test a.go:17 --write"},
		{name: "an edit that is refused", files: there, line: 16, refuse: "read only", wantErr: "did not apply it (read only)"},
		{name: "no function", files: shop, line: 1, wantErr: "no function stands there"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			caps := applying()
			if tt.caps != nil {
				tt.caps(&caps)
			}
			dir := workspace(t, tt.files)
			ed := connect(t, editor.Options{Capabilities: caps, Folders: []string{dir}, Applies: func(protocol.WorkspaceEdit) string { return tt.refuse }})
			settled(t, ed)
			path := filepath.Join(dir, "a.go")
			open(t, ed, path)
			if tt.opened {
				test := filepath.Join(dir, "a_test.go")
				if err := ed.OpenText(t.Context(), uri.File(test), "// Line.\n"+read(t, test)); err != nil {
					t.Fatal(err)
				}
			}
			raw, err := ed.Run(t.Context(), "covls.createTest", placeOf(t, path, tt.line))
			seen := ed.Seen()
			if tt.wantErr != "" {
				wire, ok := errors.AsType[*jsonrpc2.Error](err)
				if !ok || wire.Code != failed || !strings.Contains(wire.Message, tt.wantErr) {
					t.Errorf("error %v, want %d: …%s…", err, failed, tt.wantErr)
				}
				if len(seen.Shown) > 0 {
					t.Errorf("shown: %s", js(seen.Shown))
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if len(seen.Edits) != 1 {
				t.Fatalf("edits %s", js(seen.Edits))
			}
			for _, want := range tt.want {
				if got := js(seen.Edits[0]); !strings.Contains(got, want) {
					t.Errorf("the edit lacks %s: %s", want, got)
				}
			}
			var l protocol.Location
			if err := json.Unmarshal(raw, &l); err != nil {
				t.Fatal(err)
			}
			if at := js(l.Range.Start); l.URI != uri.File(filepath.Join(dir, "a_test.go")) || at != start1(tt.at) {
				t.Errorf("at %s of %s, want %s", at, l.URI, start1(tt.at))
			}
			if len(seen.Shown) != 1 || js(seen.Shown[0].Selection.Start) != start1(tt.at) {
				t.Errorf("shown %s", js(seen.Shown))
			}
		})
	}
}

// TestGoToTests has the tests shown that speak of a function.
func TestGoToTests(t *testing.T) {
	t.Parallel()
	files := shop + `-- b_test.go --
package shop

import "testing"

func TestMore(t *testing.T) { Covered(2) }

func helper() { Covered(3) }
-- a_test.go --
package shop

import "testing"

func TestAll(t *testing.T) {
	Covered(1)
}

func TestCovered(t *testing.T) { t.Log(Covered(1)) }
`
	for _, tt := range []struct {
		name string
		line uint32
		want []string
		said string
	}{
		{"several, the one of its name first", 3, []string{"a_test.go:9", "a_test.go:5", "b_test.go:5"}, ""},
		{"none: the file beside", 16, []string{"a_test.go:1"}, "no test speaks of Uncovered yet; a_test.go is where its tests belong"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir, ed := began(t, files, applying())
			path := filepath.Join(dir, "a.go")
			open(t, ed, path)
			raw, err := ed.Run(t.Context(), "covls.goToTests", placeOf(t, path, tt.line))
			if err != nil {
				t.Fatal(err)
			}
			var found []protocol.Location
			if err := json.Unmarshal(raw, &found); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, l := range found {
				got = append(got, filepath.Base(l.URI.FsPath())+":"+js(l.Range.Start.Line+1))
			}
			if strings.Join(got, " ") != strings.Join(tt.want, " ") {
				t.Errorf("have %v, want %v", got, tt.want)
			}
			if shown := ed.Seen().Shown; len(shown) != 1 || shown[0].URI != found[0].URI {
				t.Errorf("shown %s", js(shown))
			}
			until(t, ed, func(s *editor.Seen) bool { return strings.HasSuffix(strings.Join(s.Messages, "\n"), tt.said) })
		})
	}
}

// TestTestActions are offered where they can do something.
func TestTestActions(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		line uint32
		caps func(*protocol.ClientCapabilities)
		want []string
	}{
		{"uncovered", 17, nil, []string{"Create Test for Uncovered"}},
		{"partly", 9, nil, []string{"Create Test for Partly", "Go to Tests of Partly"}},
		{"covered", 4, nil, []string{"Go to Tests of Covered"}},
		{"no function", 1, nil, nil},
		{"an editor that makes no edits", 17, func(c *protocol.ClientCapabilities) { c.Workspace.ApplyEdit = nil }, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			caps := applying()
			if tt.caps != nil {
				tt.caps(&caps)
			}
			dir, ed := began(t, shop, caps)
			path := filepath.Join(dir, "a.go")
			open(t, ed, path)
			list, err := ed.Actions(t.Context(), uri.File(path), protocol.Position{Line: tt.line, Character: 1})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, a := range list {
				if kind := string(*a.Kind); strings.HasSuffix(kind, "Test") || strings.HasSuffix(kind, "Tests") {
					got = append(got, a.Title)
				}
			}
			if strings.Join(got, ", ") != strings.Join(tt.want, ", ") {
				t.Errorf("have %q, want %q", got, tt.want)
			}
		})
	}
}

// TestCreateTestFix: a test is the quick fix of a function's diagnostic, and stays a refactoring for who asks for that.
func TestCreateTestFix(t *testing.T) {
	t.Parallel()
	name := protocol.Range{Start: protocol.Position{Line: 16, Character: 5}, End: protocol.Position{Line: 16, Character: 14}}
	own := protocol.Diagnostic{Range: name, Code: protocol.String("uncovered"), Source: protocol.NewOptional("covls"), Message: protocol.String("Uncovered is not tested")}
	elsewhere, other, changed, lost := own, own, own, own
	changed.Code, lost.Code = protocol.String("uncovered-changed"), protocol.String("lost-coverage")
	elsewhere.Range.Start.Character++
	other.Code = protocol.String("unused")
	const fix, refactoring = "quickfix.covls.createTest", "refactor.covls.createTest"
	for _, tt := range []struct {
		name string
		has  []protocol.Diagnostic
		only []protocol.CodeActionKind
		want string // the kind
		of   int    // diagnostics
	}{
		{"its diagnostic", []protocol.Diagnostic{other, own}, nil, fix, 1},
		{"of what changed, and of what was lost", []protocol.Diagnostic{changed, lost}, nil, fix, 2},
		{"quick fixes", []protocol.Diagnostic{own}, []protocol.CodeActionKind{"quickfix"}, fix, 1},
		{"refactorings", []protocol.Diagnostic{own}, []protocol.CodeActionKind{"refactor"}, refactoring, 0},
		{"the key of that kind", []protocol.Diagnostic{own}, []protocol.CodeActionKind{refactoring}, refactoring, 0},
		{"no diagnostic", nil, nil, refactoring, 0},
		{"no diagnostic, quick fixes", nil, []protocol.CodeActionKind{"quickfix"}, "", 0},
		{"other diagnostics", []protocol.Diagnostic{elsewhere, other}, nil, refactoring, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir, ed := began(t, shop, applying())
			path := filepath.Join(dir, "a.go")
			open(t, ed, path)
			list, err := ed.Server().CodeAction(t.Context(), &protocol.CodeActionParams{
				TextDocument: protocol.TextDocumentIdentifier{URI: uri.File(path)}, Range: name,
				Context: protocol.CodeActionContext{Diagnostics: tt.has, Only: tt.only},
			})
			if err != nil {
				t.Fatal(err)
			}
			kind, of := "", 0
			for _, a := range list {
				if a := a.(*protocol.CodeAction); strings.HasSuffix(string(*a.Kind), ".createTest") {
					if kind != "" {
						t.Errorf("twice: %s and %s", kind, *a.Kind)
					}
					kind, of = string(*a.Kind), len(a.Diagnostics)
				}
			}
			if kind != tt.want || of != tt.of {
				t.Errorf("have %q of %d diagnostics, want %q of %d", kind, of, tt.want, tt.of)
			}
		})
	}
}

// placeOf is the argument of a command for a place in the 0-based line of a file.
func placeOf(t *testing.T, path string, line uint32) protocol.LSPAny {
	t.Helper()
	return protocol.LSPAny(js(obj{"textDocument": obj{"uri": uri.File(path)}, "position": obj{"line": line, "character": 5}}))
}

// start1 is a position, as JSON, of a 1-based line and column.
func start1(at string) string {
	var line, column uint32
	before, after, _ := strings.Cut(at, ":")
	_ = json.Unmarshal([]byte(before), &line)
	_ = json.Unmarshal([]byte(after), &column)
	return js(protocol.Position{Line: line - 1, Character: column - 1})
}

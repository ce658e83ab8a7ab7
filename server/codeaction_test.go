package server_test

import (
	"path/filepath"
	"strings"
	"testing"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/covls/covls/internal/editor"
)

// TestActions has what is offered where, in its order.
func TestActions(t *testing.T) {
	t.Parallel()
	yes := true
	const (
		nextPartly = "source.covls.nextGap covls: next gap: Partly: 1 statement never ran (line 11)"
		next       = "source.covls.nextGap covls: next gap: Uncovered is not tested (2 statements)"
		previous   = "source.covls.previousGap covls: previous gap: Partly: 1 statement never ran (line 11)"
		urgent     = "source.covls.mostUrgentGap covls: go to the most urgent gap"
		explain    = "source.covls.explain covls: explain how urgent this file is"
		report     = "source.covls.report covls: show the gap report"
		doctor     = "source.covls.doctor covls: say why something is shown or not"
		runs       = "source.covls.runTests covls: show the command that measures coverage"
		leaveOut   = "refactor Leave Uncovered out of coverage"
		create     = "refactor.covls.createTest Create Test for Uncovered"
	)
	for _, tt := range []struct {
		name    string
		at      protocol.Position
		caps    func(*protocol.ClientCapabilities)
		only    []protocol.CodeActionKind
		trigger protocol.CodeActionTriggerKind
		want    []string
	}{
		{name: "first line", want: []string{nextPartly, urgent, explain, report, doctor, runs}},
		{name: "outside of functions", at: protocol.Position{Line: 6}},
		{name: "in a function that is covered", at: protocol.Position{Line: 4, Character: 1}, want: []string{"source.covls.goToTests Go to Tests of Covered", nextPartly}},
		{
			name: "in one that is partly", at: protocol.Position{Line: 12, Character: 1},
			want: []string{"refactor.covls.createTest Create Test for Partly", "source.covls.goToTests Go to Tests of Partly", next, previous},
		},
		{
			name: "at a stretch", at: protocol.Position{Line: 10, Character: 4},
			want: []string{"refactor.covls.createTest Create Test for Partly", "source.covls.goToTests Go to Tests of Partly", next},
		},
		{
			name: "the head of an uncovered function", at: protocol.Position{Line: 16, Character: 7},
			want: []string{create, leaveOut, nextPartly, explain},
		},
		{name: "its body", at: protocol.Position{Line: 17, Character: 2}, want: []string{create, nextPartly}},
		{
			name: "asked whenever the cursor moves", at: protocol.Position{Line: 16, Character: 7}, trigger: protocol.CodeActionTriggerKindAutomatic,
			want: []string{create, leaveOut},
		},
		{
			name: "all of covls", at: protocol.Position{Line: 6}, only: []protocol.CodeActionKind{"source.covls"},
			want: []string{nextPartly, urgent, explain, report, doctor, runs},
		},
		{name: "one kind, outside of functions", at: protocol.Position{Line: 6}, only: []protocol.CodeActionKind{"source.covls.doctor"}, want: []string{doctor}},
		{name: "kinds of others", only: []protocol.CodeActionKind{"source.organizeImports", "source.fixAll"}},
		{
			name: "a client that knows commands alone", at: protocol.Position{Line: 16, Character: 7},
			caps: func(c *protocol.ClientCapabilities) { c.TextDocument.CodeAction = nil },
			want: []string{nextPartly, explain},
		},
		{
			name: "a client that runs tests", only: []protocol.CodeActionKind{"source.covls.runTests"},
			caps: func(c *protocol.ClientCapabilities) { c.Experimental = protocol.LSPAny(`{"covls":{"runTests":true}}`) },
			want: []string{"source.covls.runTests covls: run the tests with coverage"},
		},
		{
			name: "a client that asks for edits later", at: protocol.Position{Line: 16, Character: 7}, only: []protocol.CodeActionKind{"refactor"},
			caps: func(c *protocol.ClientCapabilities) {
				c.TextDocument.CodeAction.DataSupport = &yes
				c.TextDocument.CodeAction.ResolveSupport.Properties = []string{"edit"}
			},
			want: []string{create, leaveOut},
		},
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
			list, err := ed.Server().CodeAction(t.Context(), &protocol.CodeActionParams{
				TextDocument: protocol.TextDocumentIdentifier{URI: uri.File(path)}, Range: protocol.Range{Start: tt.at, End: tt.at},
				Context: protocol.CodeActionContext{Only: tt.only, TriggerKind: tt.trigger},
			})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, a := range list {
				switch a := a.(type) {
				case *protocol.CodeAction:
					got = append(got, string(*a.Kind)+" "+a.Title)
					if a.Data != nil {
						whole, err := ed.Server().CodeActionResolve(t.Context(), a)
						if err != nil || whole.Edit == nil || a.Edit != nil {
							t.Errorf("resolved: %s, %v", js(whole), err)
						}
					} else if a.Edit == nil {
						known(t, ed, &a.Command)
					}
				case *protocol.Command:
					known(t, ed, a)
					got = append(got, kindOf(a)+" "+a.Title)
				}
			}
			if strings.Join(got, "\n") != strings.Join(tt.want, "\n") {
				t.Errorf("have\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(tt.want, "\n\t"))
			}
		})
	}
}

// TestActionsOfAnyKind has a client that names no kinds, as ALE does.
func TestActionsOfAnyKind(t *testing.T) {
	t.Parallel()
	dir := workspace(t, shop)
	caps := modern()
	caps["textDocument"] = obj{"codeAction": obj{"codeActionLiteralSupport": obj{"codeActionKind": obj{"valueSet": list{}}}}}
	caps["workspace"] = obj{"applyEdit": true, "workspaceFolders": true}
	p := ready(t, roots(caps, dir))
	p.profiles(1)
	u := string(uri.File(filepath.Join(dir, "a.go")))
	p.send(didOpen(u, read(t, filepath.Join(dir, "a.go"))))
	at := obj{"line": 16, "character": 7}
	m := p.ask("textDocument/codeAction", js(obj{"textDocument": obj{"uri": u}, "range": obj{"start": at, "end": at}, "context": obj{"diagnostics": list{}}}))
	for _, want := range []string{"refactor.covls.createTest", "Leave Uncovered out of coverage", "source.covls.nextGap"} {
		if !strings.Contains(string(m.Result), want) {
			t.Errorf("no %s: %s", want, m.Result)
		}
	}
}

// kindOf is the kind that a command has as an action.
func kindOf(c *protocol.Command) string {
	return "source." + c.Command
}

// known runs what an action runs, unless it writes or is the client's own.
func known(t *testing.T, ed *editor.Editor, c *protocol.Command) {
	t.Helper()
	if c.Command == "covls.createTest" || c.Command == "covls.runTests" {
		return
	}
	if _, err := ed.Run(t.Context(), c.Command, c.Arguments...); err != nil {
		t.Errorf("%s: %v", c.Command, err)
	}
}

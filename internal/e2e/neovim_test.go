package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/covls/covls/internal/editors"
)

// mark is a diagnostic as Neovim keeps it: lines from 1, columns from 0.
type mark struct {
	Line      int
	Column    int
	EndLine   int `json:"end_line"`
	EndColumn int `json:"end_column"`
	Severity  int
	Message   string
	Source    string
	Code      string
}

type place struct {
	File         string
	Line, Column int
}

type lens struct {
	Line  int
	Title string
}

// seen is what testdata/neovim.lua leaves.
type seen struct {
	Failure string
	Notes   []string

	Opened         []mark
	Lenses         []lens
	FileLens       place `json:"file_lens"`
	FuncLens       place `json:"func_lens"`
	Hover          struct{ Kind, Value string }
	HoverLines     []string `json:"hover_lines"`
	Location       struct{ Line, Character int }
	Jump, Next     place
	Previous       place
	Wrapped        place
	Elsewhere      place
	Urgent         place
	Within         place
	UrgentMarks    []mark `json:"urgent_marks"`
	Doctor         string
	Explained      string
	Report         string
	Untouched      bool
	Renamed        int64 // microseconds
	Replaced       []mark
	ReplacedLenses []lens `json:"replaced_lenses"`
	Moved          []mark
	Stale          []mark
	Fresh          []mark
	Back           []mark
	Restored       bool
	Text           string
	Exit           struct{ Code, Signal int }
}

// Severities of LSP.
const (
	warning = 2
	hint    = 4
)

func TestNeovim(t *testing.T) {
	if _, err := exec.LookPath("nvim"); err != nil {
		if os.Getenv("COVLS_E2E") == "1" {
			t.Fatalf("COVLS_E2E=1 wants Neovim: %v", err)
		}
		t.Skip("no nvim on PATH; apt-get install neovim")
	}

	t.Run("session", func(t *testing.T) { testSession(t, editors.Cobra(t)) })
	// However Neovim goes, it leaves no covls behind.
	t.Run("quit", func(t *testing.T) {
		t.Parallel()
		_, log := neovim(t, editors.Cobra(t), "quit", "")
		log.Ended(t, 0)
		log.Conforms(t)
	})
	t.Run("kill", func(t *testing.T) {
		t.Parallel()
		_, log := neovim(t, editors.Cobra(t), "kill", "")
		log.Ended(t, 1)
	})
}

// testSession has Neovim open a file, look around, get a new profile and edit.
func testSession(t *testing.T, p *editors.Project) {
	next, covered, uncovered := p.OtherProfile(t)
	s, log := neovim(t, p, "stop", next)
	uri := "file://" + filepath.ToSlash(p.File)

	first := mark{
		Line: 701, Column: 18, EndLine: 701, EndColumn: 39, Severity: warning, Source: "covls", Code: "uncovered",
		Message: "(*Command).GenBashCompletionFile is not tested by its own package (5 statements)",
	}
	equal(t, "the marks of the file", s.Opened, []mark{first})
	if len(s.Lenses) == 0 || s.Lenses[0].Line != 1 || !strings.Contains(s.Lenses[0].Title, "(target 90 %, the next step)") {
		t.Errorf("no lens of the file among %v", s.Lenses)
	}
	if want := (lens{701, "not tested by its own package · 5 statements"}); !slices.Contains(s.Lenses, want) {
		t.Errorf("no lens %v among %v", want, s.Lenses)
	}
	if slices.ContainsFunc(s.Lenses, func(l lens) bool { return l.Line == 36 }) {
		t.Errorf("a lens on a function that is covered: %v", s.Lenses)
	}
	firstGap := place{"bash_completions.go", 479, 4}
	equal(t, "a click on the file's lens", s.FileLens, firstGap)
	name := place{"bash_completions.go", 701, 18}
	equal(t, "a click on the function's lens", s.FuncLens, name)
	for _, part := range []string{"**Not tested by its own package**", "`(*Command).GenBashCompletionFile`", "5 statements"} {
		if !strings.Contains(s.Hover.Value, part) {
			t.Errorf("the hover lacks %s:\n%s", part, s.Hover.Value)
		}
	}
	if lines := strings.Join(s.HoverLines, "\n"); !strings.Contains(lines, "5 statements") {
		t.Errorf("the hover's window shows:\n%s", lines)
	}

	equal(t, "covls.nextGap", s.Jump, name)
	equal(t, ":Covls next", s.Next, name)
	equal(t, ":Covls prev", s.Previous, name)
	equal(t, ":Covls next behind the last gap", s.Wrapped, firstGap)
	equal(t, "covls.nextGapInWorkspace from where there is no gap", s.Within, name)
	if s.Elsewhere.File == "bash_completions.go" || s.Elsewhere.File == "" {
		t.Errorf("covls.nextGapInWorkspace went to %v", s.Elsewhere)
	}
	equal(t, "the cursor and the location of covls.nextGapInWorkspace", s.Elsewhere.Line-1, s.Location.Line)
	equal(t, ":Covls urgent", s.Urgent, place{"command.go", 1501, 18})
	if len(s.UrgentMarks) != 13 || s.UrgentMarks[0].Line != 313 || s.UrgentMarks[0].Severity != hint || s.UrgentMarks[1].Severity != warning {
		t.Errorf("the marks of the most urgent file: %v", s.UrgentMarks)
	}
	if len(s.Notes) == 0 || !strings.HasPrefix(s.Notes[0], "covls: 1 function covered, 1 lost since ") {
		t.Errorf("what was told of the new profile: %q", s.Notes)
	} else {
		s.Notes = s.Notes[1:]
	}
	equal(t, "what was told", s.Notes, []string{"covls: marks are hidden", "covls: marks are shown", "covls: read 1 profile"})
	if !strings.Contains(s.Doctor, "cover.out") {
		t.Errorf("the doctor says:\n%s", s.Doctor)
	}
	if !strings.HasPrefix(s.Explained, "# `bash_completions.go`: ok\n") || !strings.Contains(s.Explained, "**Target**: 90 %") {
		t.Errorf("explained:\n%s", s.Explained)
	}
	if !strings.HasPrefix(s.Report, "# Coverage gaps: ") || !strings.Contains(s.Report, "zsh_completions.go") {
		t.Errorf("the report:\n%s", s.Report)
	}
	if !s.Untouched {
		t.Error("the buffer was changed without an edit")
	}

	second := mark{
		Line: uncovered.Line, Column: uncovered.Column, EndLine: uncovered.Line, EndColumn: uncovered.Column + len(uncovered.Name),
		Severity: warning, Source: "covls", Code: "uncovered",
		Message: fmt.Sprintf("%s is not tested by its own package (%d statements)", uncovered.Name, uncovered.Statements),
	}
	equal(t, "the marks of the second profile", s.Replaced, []mark{second})
	titles := map[int]string{}
	for _, l := range s.ReplacedLenses {
		titles[l.Line] = l.Title
	}
	equal(t, "the lens of the function that is covered now", titles[covered.Line], "")
	equal(t, "the lens of the function that is uncovered now", titles[uncovered.Line], fmt.Sprintf("not tested by its own package · %d statements", uncovered.Statements))
	replaced(t, log, uri, time.UnixMicro(s.Renamed), uncovered.Name)

	moved := second
	moved.Line += 3
	moved.EndLine += 3
	equal(t, "the marks below three more lines", s.Moved, []mark{moved})
	stale := moved
	stale.Severity = hint
	stale.Message = fmt.Sprintf("%s was not tested by its own package (%d statements) · stale: changed since the profile was made", uncovered.Name, uncovered.Statements)
	equal(t, "the marks of an edited function", s.Stale, []mark{stale})
	equal(t, "the marks after undo", s.Fresh, []mark{moved})
	equal(t, "the marks after all undo", s.Back, []mark{second})
	onDisk, err := os.ReadFile(p.File)
	if err != nil {
		t.Fatal(err)
	}
	if !s.Restored || s.Text != string(p.Text) || !bytes.Equal(onDisk, p.Text) {
		t.Error("the text is not what it was, in the buffer or on disk")
	}

	closed(t, log, uri)
	equal(t, "how covls ended for Neovim", s.Exit, struct{ Code, Signal int }{})
	log.Ended(t, 0)
	log.Conforms(t)
}

// neovim runs testdata/neovim.lua to its end and returns what it saw, and what passed between Neovim
// and covls.
func neovim(t *testing.T, p *editors.Project, end, next string) (*seen, editors.Log) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	abs := func(path string) string {
		path, err := filepath.Abs(path)
		if err != nil {
			t.Fatal(err)
		}
		return path
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	home, result := t.TempDir(), filepath.Join(t.TempDir(), "seen.json")
	tap := editors.Listen(t)

	cmd := exec.CommandContext(ctx, "nvim", "--headless", "-u", "NONE", "-n", "-i", "NONE", "-S", abs("testdata/neovim.lua"))
	cmd.Dir = p.Dir
	cmd.Env = append(os.Environ(),
		"HOME="+home, "XDG_CONFIG_HOME="+home, "XDG_DATA_HOME="+home, "XDG_STATE_HOME="+home, "XDG_CACHE_HOME="+home,
		editors.EnvServer+"="+editors.Covls(t), editors.EnvTap+"="+tap.Socket,
		"COVLS_E2E_PROXY="+self, "COVLS_E2E_PLUGIN="+abs("../../editors/neovim"),
		"COVLS_E2E_NEXT="+next, "COVLS_E2E_RESULT="+result, "COVLS_E2E_END="+end,
	)
	began := time.Now()
	out, err := cmd.CombinedOutput()
	t.Logf("Neovim ran for %d ms", time.Since(began).Milliseconds())
	if err != nil && end != "kill" {
		t.Fatalf("nvim: %v\n%s", err, out)
	}
	logs, err := tap.Wait(ctx)
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	l := logs[0]
	s := &seen{}
	if end == "kill" {
		return s, l
	}
	data, err := os.ReadFile(result)
	if err == nil {
		err = json.Unmarshal(data, s)
	}
	if err != nil {
		t.Fatalf("what Neovim saw: %v\n%s\n%s", err, data, out)
	}
	if s.Failure != "" {
		t.Fatalf("%s\nNeovim said: %s\nmessages: %q\nthe last of the traffic:\n%s", s.Failure, out, s.Notes, l)
	}
	return s, l
}

// replaced checks what was published between the rename of a profile and the next edit: nothing but
// the marks of the new profile.
func replaced(t *testing.T, l editors.Log, uri string, renamed time.Time, name string) {
	t.Helper()
	n := 0
	for _, r := range l {
		if r.At.Before(renamed) {
			continue
		}
		if r.Message().Method == "textDocument/didChange" {
			break
		}
		messages, ok := r.Published(uri)
		if !ok {
			continue
		}
		n++
		if n == 1 {
			t.Logf("published %d ms after the rename", r.At.Sub(renamed).Milliseconds())
		}
		if len(messages) != 1 || !strings.HasPrefix(messages[0], name+" is not tested by its own package") {
			t.Errorf("publish %d after the new profile shows %q", n, messages)
		}
	}
	if n != 1 && pushes(l) {
		t.Errorf("%d publishes after the new profile, want 1", n)
	}
}

// pushes tells that the diagnostics were published, not asked for.
func pushes(l editors.Log) bool {
	return slices.ContainsFunc(l, func(r editors.Record) bool { return r.Message().Method == "textDocument/publishDiagnostics" })
}

// closed checks that the last publish for a document took its marks away, after it was closed.
func closed(t *testing.T, l editors.Log, uri string) {
	t.Helper()
	if !pushes(l) {
		return
	}
	last, shut := -1, -1
	for i, r := range l {
		if _, ok := r.Published(uri); ok {
			last = i
		}
		if m := r.Message(); m.Method == "textDocument/didClose" && m.Params.TextDocument.URI == uri {
			shut = i
		}
	}
	if shut < 0 || last < shut {
		t.Fatalf("record %d publishes for the document, record %d closes it", last, shut)
	}
	if messages, _ := l[last].Published(uri); len(messages) != 0 {
		t.Errorf("a closed document keeps %q", messages)
	}
}

func equal[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	a, b := fmt.Sprintf("%+v", got), fmt.Sprintf("%+v", want)
	if a != b {
		t.Errorf("%s:\n\t%s\nwant\n\t%s", what, a, b)
	}
}

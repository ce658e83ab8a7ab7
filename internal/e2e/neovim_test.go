package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/covls/covls/internal/conformance"
	"github.com/covls/covls/internal/profiletest"
)

// cobraVersion is the version of github.com/spf13/cobra that testdata/cobra.out was made with:
// go test -coverprofile=cover.out .
const cobraVersion = "v1.10.2"

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
	covls := profiletest.Program(t)

	t.Run("session", func(t *testing.T) { testSession(t, newProject(t, covls)) })
	// However Neovim goes, it leaves no covls behind.
	t.Run("quit", func(t *testing.T) {
		t.Parallel()
		_, log := newProject(t, covls).neovim(t, "quit", "")
		log.ended(t, 0)
		log.conforms(t)
	})
	t.Run("kill", func(t *testing.T) {
		t.Parallel()
		_, log := newProject(t, covls).neovim(t, "kill", "")
		log.ended(t, 1)
	})
}

// testSession has Neovim open a file, look around, get a new profile and edit.
func testSession(t *testing.T, p *project) {
	next, covered, uncovered := p.otherProfile(t)
	s, log := p.neovim(t, "stop", next)
	uri := "file://" + filepath.ToSlash(p.file)

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
	equal(t, ":CovlsNextGap", s.Next, name)
	equal(t, ":CovlsPreviousGap", s.Previous, name)
	equal(t, ":CovlsNextGap behind the last gap", s.Wrapped, firstGap)
	equal(t, "covls.nextGapInWorkspace from where there is no gap", s.Within, name)
	if s.Elsewhere.File == "bash_completions.go" || s.Elsewhere.File == "" {
		t.Errorf("covls.nextGapInWorkspace went to %v", s.Elsewhere)
	}
	equal(t, "the cursor and the location of covls.nextGapInWorkspace", s.Elsewhere.Line-1, s.Location.Line)
	equal(t, ":CovlsMostUrgentGap", s.Urgent, place{"command.go", 1501, 18})
	if len(s.UrgentMarks) != 13 || s.UrgentMarks[0].Line != 313 || s.UrgentMarks[0].Severity != hint || s.UrgentMarks[1].Severity != warning {
		t.Errorf("the marks of the most urgent file: %v", s.UrgentMarks)
	}
	equal(t, "what was told", s.Notes, []string{"covls: hidden", "covls: shown", "covls: read 1 profile"})
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
		Line: uncovered.line, Column: uncovered.column, EndLine: uncovered.line, EndColumn: uncovered.column + len(uncovered.name),
		Severity: warning, Source: "covls", Code: "uncovered",
		Message: fmt.Sprintf("%s is not tested by its own package (%d statements)", uncovered.name, uncovered.statements),
	}
	equal(t, "the marks of the second profile", s.Replaced, []mark{second})
	titles := map[int]string{}
	for _, l := range s.ReplacedLenses {
		titles[l.Line] = l.Title
	}
	equal(t, "the lens of the function that is covered now", titles[covered.line], "")
	equal(t, "the lens of the function that is uncovered now", titles[uncovered.line], fmt.Sprintf("not tested by its own package · %d statements", uncovered.statements))
	log.replaced(t, uri, time.UnixMicro(s.Renamed), uncovered.name)

	moved := second
	moved.Line += 3
	moved.EndLine += 3
	equal(t, "the marks below three more lines", s.Moved, []mark{moved})
	stale := moved
	stale.Severity = hint
	stale.Message = fmt.Sprintf("%s was not tested by its own package (%d statements) · stale: changed since the profile was made", uncovered.name, uncovered.statements)
	equal(t, "the marks of an edited function", s.Stale, []mark{stale})
	equal(t, "the marks after undo", s.Fresh, []mark{moved})
	equal(t, "the marks after all undo", s.Back, []mark{second})
	onDisk, err := os.ReadFile(p.file)
	if err != nil {
		t.Fatal(err)
	}
	if !s.Restored || s.Text != string(p.text) || !bytes.Equal(onDisk, p.text) {
		t.Error("the text is not what it was, in the buffer or on disk")
	}

	log.closed(t, uri)
	equal(t, "how covls ended for Neovim", s.Exit, struct{ Code, Signal int }{})
	log.ended(t, 0)
	log.conforms(t)
}

// project is a copy of cobra with its profile.
type project struct {
	dir, file string
	text      []byte // of file
	profile   string
	covls     string
}

func newProject(t *testing.T, covls string) *project {
	t.Helper()
	tmp, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	p := &project{dir: filepath.Join(tmp, "cobra"), covls: covls}
	p.file = filepath.Join(p.dir, "bash_completions.go")
	version, from, _ := strings.Cut(strings.TrimSpace(output(t, "go", "list", "-m", "-f", "{{.Version}} {{.Dir}}", "github.com/spf13/cobra")), " ")
	if version != cobraVersion || from == "" {
		t.Fatalf("cobra is %q in %q, want %s; go mod download fetches it, and testdata/cobra.out goes with the version", version, from, cobraVersion)
	}
	if err := copyTree(p.dir, from); err != nil {
		t.Fatal(err)
	}
	profile, err := os.ReadFile("testdata/cobra.out")
	if err != nil {
		t.Fatal(err)
	}
	p.profile = string(profile)
	if err := os.WriteFile(filepath.Join(p.dir, "cover.out"), profile, 0o644); err != nil {
		t.Fatal(err)
	}
	// A document that is closed has no marks then.
	if err := os.WriteFile(filepath.Join(p.dir, ".covls.toml"), []byte("diagnostics.scope = \"open\"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if p.text, err = os.ReadFile(p.file); err != nil {
		t.Fatal(err)
	}
	return p
}

func output(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), name, args...).Output()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, exit.Stderr)
	}
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// copyTree copies files without their modes: those of the module cache are read-only.
func copyTree(to, from string) error {
	return filepath.WalkDir(from, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		if e.IsDir() {
			return os.MkdirAll(filepath.Join(to, rel), 0o755)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, rel), data, 0o644)
	})
}

// function is one of the file's. Its line counts from 1, the column of its name from 0.
type function struct {
	name          string
	line, endLine int
	column        int
	statements    int
}

// otherProfile writes a profile in which GenBashCompletionFile is covered and writeFlag is not.
func (p *project) otherProfile(t *testing.T) (path string, covered, uncovered function) {
	t.Helper()
	covered, uncovered = p.function(t, "GenBashCompletionFile"), p.function(t, "writeFlag")
	var out strings.Builder
	for line := range strings.Lines(p.profile) {
		rest, ok := strings.CutPrefix(line, "github.com/spf13/cobra/bash_completions.go:")
		if ok {
			var l1, c1, l2, c2, n, count int
			if _, err := fmt.Sscanf(rest, "%d.%d,%d.%d %d %d", &l1, &c1, &l2, &c2, &n, &count); err != nil {
				t.Fatalf("%q: %v", line, err)
			}
			switch {
			case covered.line <= l1 && l1 <= covered.endLine:
				count = 1
			case uncovered.line <= l1 && l1 <= uncovered.endLine:
				count = 0
				uncovered.statements += n
			}
			line = fmt.Sprintf("github.com/spf13/cobra/bash_completions.go:%d.%d,%d.%d %d %d\n", l1, c1, l2, c2, n, count)
		}
		out.WriteString(line)
	}
	path = filepath.Join(t.TempDir(), "next.out")
	if err := os.WriteFile(path, []byte(out.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	return path, covered, uncovered
}

func (p *project) function(t *testing.T, name string) function {
	t.Helper()
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, p.file, p.text, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Name.Name == name {
			at := fset.Position(f.Name.Pos())
			return function{name: name, line: at.Line, column: at.Column - 1, endLine: fset.Position(f.End()).Line}
		}
	}
	t.Fatalf("%s has no function %s", p.file, name)
	return function{}
}

// neovim runs testdata/neovim.lua to its end and returns what it saw, and what passed between Neovim
// and covls.
func (p *project) neovim(t *testing.T, end, next string) (*seen, log) {
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
	tap, records := listen(t)

	cmd := exec.CommandContext(ctx, "nvim", "--headless", "-u", "NONE", "-n", "-i", "NONE", "-S", abs("testdata/neovim.lua"))
	cmd.Dir = p.dir
	cmd.Env = append(os.Environ(),
		"HOME="+home, "XDG_CONFIG_HOME="+home, "XDG_DATA_HOME="+home, "XDG_STATE_HOME="+home, "XDG_CACHE_HOME="+home,
		envServer+"="+p.covls, envTap+"="+tap,
		"COVLS_E2E_PROXY="+self, "COVLS_E2E_SAMPLE="+abs("../../editors/neovim/covls.lua"),
		"COVLS_E2E_NEXT="+next, "COVLS_E2E_RESULT="+result, "COVLS_E2E_END="+end,
	)
	began := time.Now()
	out, err := cmd.CombinedOutput()
	t.Logf("Neovim ran for %d ms", time.Since(began).Milliseconds())
	if err != nil && end != "kill" {
		t.Fatalf("nvim: %v\n%s", err, out)
	}
	var l log
	select {
	case l = <-records:
	case <-ctx.Done():
		t.Fatalf("covls or its proxy lives on after Neovim\n%s", out)
	}
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

// listen takes the records of one proxy until it ends.
func listen(t *testing.T) (socket string, records <-chan log) {
	t.Helper()
	dir, err := os.MkdirTemp("", "covls") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	socket = filepath.Join(dir, "tap")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	done := make(chan log, 1)
	go func() {
		var out log
		defer func() { done <- out }()
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		for dec := json.NewDecoder(conn); ; {
			var r record
			if err := dec.Decode(&r); err != nil {
				if !errors.Is(err, io.EOF) {
					out = append(out, record{What: broken, Body: []byte("read the records: " + err.Error())})
				}
				return
			}
			out = append(out, r)
		}
	}()
	return socket, done
}

// log is what a proxy recorded, in order.
type log []record

func (l log) String() string {
	var b strings.Builder
	for _, r := range l[max(0, len(l)-20):] {
		fmt.Fprintf(&b, "%s %s %d %.300s\n", r.At.Format("05.000"), r.What, r.Number, r.Body)
	}
	return b.String()
}

// message is what the tests ask of one.
type message struct {
	Method string
	Params struct {
		URI          string
		TextDocument struct{ URI string }
		Diagnostics  []struct{ Message string }
	}
}

func (r record) message() (m message) {
	_ = json.Unmarshal(r.Body, &m)
	return m
}

// published are the messages of the marks that r publishes for a document; ok is false where it does
// not.
func (r record) published(uri string) (messages []string, ok bool) {
	m := r.message()
	if m.Method != "textDocument/publishDiagnostics" || m.Params.URI != uri {
		return nil, false
	}
	for _, d := range m.Params.Diagnostics {
		messages = append(messages, d.Message)
	}
	return messages, true
}

// replaced checks what was published between the rename of a profile and the next edit: nothing but
// the marks of the new profile.
func (l log) replaced(t *testing.T, uri string, renamed time.Time, name string) {
	t.Helper()
	n := 0
	for _, r := range l {
		if r.At.Before(renamed) {
			continue
		}
		if r.message().Method == "textDocument/didChange" {
			break
		}
		messages, ok := r.published(uri)
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
	if n != 1 && l.pushes() {
		t.Errorf("%d publishes after the new profile, want 1", n)
	}
}

// pushes tells that the diagnostics were published, not asked for.
func (l log) pushes() bool {
	return slices.ContainsFunc(l, func(r record) bool { return r.message().Method == "textDocument/publishDiagnostics" })
}

// closed checks that the last publish for a document took its marks away, after it was closed.
func (l log) closed(t *testing.T, uri string) {
	t.Helper()
	if !l.pushes() {
		return
	}
	last, shut := -1, -1
	for i, r := range l {
		if _, ok := r.published(uri); ok {
			last = i
		}
		if m := r.message(); m.Method == "textDocument/didClose" && m.Params.TextDocument.URI == uri {
			shut = i
		}
	}
	if shut < 0 || last < shut {
		t.Fatalf("record %d publishes for the document, record %d closes it", last, shut)
	}
	if messages, _ := l[last].published(uri); len(messages) != 0 {
		t.Errorf("a closed document keeps %q", messages)
	}
}

// ended checks that covls went by itself, with a code, and is gone.
func (l log) ended(t *testing.T, code int) {
	t.Helper()
	var asked time.Time
	over := false
	for _, r := range l {
		switch {
		case r.What == started:
			if p, err := os.FindProcess(r.Number); err == nil && p.Signal(syscall.Signal(0)) == nil {
				t.Errorf("process %d lives on", r.Number)
			}
		case r.What == hungUp && asked.IsZero(), r.message().Method == "exit":
			asked = r.At
		case r.What == killed:
			t.Errorf("Neovim lost patience and sent a signal: %s", r.Body)
		case r.What == exited:
			over = true
			took := r.At.Sub(asked)
			t.Logf("covls ended %d ms after it was told", took.Milliseconds())
			if took > 900*time.Millisecond { // Neovim waits for half a second
				t.Errorf("covls took %v to end", took)
			}
			equal(t, "the exit code of covls", r.Number, code)
		}
	}
	if !over {
		t.Errorf("nobody saw covls end:\n%s", l)
	}
}

// conforms checks the traffic against the specification.
func (l log) conforms(t *testing.T) {
	t.Helper()
	model, err := conformance.LoadShared()
	if errors.Is(err, fs.ErrNotExist) {
		t.Logf("the traffic was not checked: %v", err)
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	s := model.Session()
	n := 0
	for _, r := range l {
		switch r.What {
		case fromEditor:
			s.Client(r.Body)
			n++
		case fromCovls:
			s.Server(r.Body)
			n++
		case broken:
			s.Broken(string(r.Body))
		case hungUp:
			s.ClientGone()
		}
	}
	for _, p := range s.Problems() {
		t.Errorf("against the specification: %s", p)
	}
	t.Logf("%d messages checked", n)
}

func equal[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	a, b := fmt.Sprintf("%+v", got), fmt.Sprintf("%+v", want)
	if a != b {
		t.Errorf("%s:\n\t%s\nwant\n\t%s", what, a, b)
	}
}

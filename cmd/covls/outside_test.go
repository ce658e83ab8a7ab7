package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"
	"golang.org/x/tools/txtar"

	"github.com/covls/covls/internal/editor"
	"github.com/covls/covls/server"
)

// canary is what no output may hold of files that it must not be from.
const canary = "CANARY"

// machine is a folder that stands for a whole machine: the workspace is ws, the home is home, and the
// temporary folder is tmp.
type machine struct {
	t    *testing.T
	root string
	// says has a line for each thing that the doctor says.
	says []string
}

// newMachine makes the files of an archive, and links of names like "from -> to". $ROOT is the machine's
// folder.
func newMachine(t *testing.T, archive *txtar.Archive) *machine {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("skipped: links and paths are those of Unix")
	}
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	m := &machine{t: t, root: root}
	for _, dir := range []string{"ws", "home/.cache", "tmp"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, f := range archive.Files {
		data := strings.ReplaceAll(string(f.Data), "$ROOT", root)
		if f.Name == "says" {
			m.says = strings.Split(strings.TrimSpace(data), "\n")
			continue
		}
		name, to, link := strings.Cut(strings.ReplaceAll(f.Name, "$ROOT", root), " -> ")
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if link {
			err = os.Symlink(to, path)
		} else {
			err = os.WriteFile(path, []byte(data), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	err = filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		old := time.Now().Add(-time.Hour) // so that profiles are read at once
		return os.Chtimes(path, old, old)
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// covls is the program on the machine, without other programs.
func (m *machine) covls(args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Dir = filepath.Join(m.root, "ws")
	home := filepath.Join(m.root, "home")
	cmd.Env = []string{asProgram + "=1", "HOME=" + home, "TMPDIR=" + filepath.Join(m.root, "tmp"), "XDG_CACHE_HOME=" + filepath.Join(home, ".cache")}
	if dir := os.Getenv("GOCOVERDIR"); dir != "" {
		cmd.Env = append(cmd.Env, "GOCOVERDIR="+dir)
	}
	return cmd
}

// run runs commands, each of which must do what it is asked, and returns what they print.
func (m *machine) run(commands ...[]string) []string {
	m.t.Helper()
	var out []string
	for i, a := range m.ask(commands...) {
		if a.Code != exitDone && a.Code != exitGate {
			m.t.Errorf("covls %s: exit code %d: %s", strings.Join(commands[i], " "), a.Code, a.Text)
		}
		out = append(out, a.Text)
	}
	return out
}

// ask runs commands.
func (m *machine) ask(commands ...[]string) []scriptAnswer {
	m.t.Helper()
	script, err := json.Marshal(commands)
	if err != nil {
		m.t.Fatal(err)
	}
	cmd := m.covls()
	cmd.Env = append(cmd.Env, asScript+"="+string(script))
	var stderr strings.Builder
	cmd.Stderr = &stderr
	text, err := cmd.Output()
	if err != nil || stderr.Len() > 0 {
		m.t.Fatalf("covls: %v: %s", err, stderr.String())
	}
	var out []scriptAnswer
	for dec := json.NewDecoder(bytes.NewReader(text)); dec.More(); {
		var a scriptAnswer
		if err := dec.Decode(&a); err != nil {
			m.t.Fatal(err)
		}
		out = append(out, a)
	}
	return out
}

var packedSources = regexp.MustCompile(`id=\\?"sources\\?">([A-Za-z0-9+/=]*)<`)

// holds fails where an output has the canary, also in what a page has packed.
func (m *machine) holds(what, output string) {
	m.t.Helper()
	for _, packed := range packedSources.FindAllStringSubmatch(output, -1) {
		z, err := gzip.NewReader(base64.NewDecoder(base64.StdEncoding, strings.NewReader(packed[1])))
		if err != nil {
			m.t.Fatalf("%s: the sources: %v", what, err)
		}
		text, err := io.ReadAll(z)
		if err != nil {
			m.t.Fatalf("%s: the sources: %v", what, err)
		}
		output += string(text)
	}
	if at := strings.Index(output, canary); at >= 0 {
		m.t.Errorf("%s holds the canary: …%s…", what, output[max(0, at-200):min(len(output), at+100)])
	}
}

// files are the files of the machine in which a path does not hold the canary.
func (m *machine) files() []string {
	var out []string
	err := filepath.WalkDir(m.root, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			out = append(out, path)
		}
		return err
	})
	if err != nil {
		m.t.Fatal(err)
	}
	return out
}

// TestOutside runs every command, and an editor, in folders that lead out of the workspace in every way: by
// settings, names of profiles, links, go.mod. Nothing that lies outside is shown.
func TestOutside(t *testing.T) {
	t.Parallel()
	archives, err := filepath.Glob("testdata/outside/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatal(archives, err)
	}
	for _, path := range archives {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(filepath.Base(path), ".txtar")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMachine(t, archive)
			first := m.run([]string{"doctor"}, []string{"report", "--format", "json"})
			doctor := first[0]
			for _, want := range m.says {
				if !strings.Contains(doctor, want) {
					t.Errorf("the doctor does not say %q:\n%s", want, doctor)
				}
			}
			commands := [][]string{
				{"doctor"},
				{"gaps"},
				{"gaps", "--all"},
				{"gaps", "--all", "--format", "json"},
				{"check"},
				{"check", "--files", "--format", "github"},
				{"check", "--format", "json"},
				{"init", "--print"},
			}
			for _, format := range []string{"text", "markdown", "json", "sarif", "html"} {
				commands = append(commands, []string{"report", "--format", format})
			}
			for _, f := range explained(t, first[1]) {
				commands = append(commands, []string{"explain", f}, []string{"explain", f, "--format", "json"})
			}
			for i, text := range m.run(commands...) {
				m.holds("covls "+strings.Join(commands[i], " "), text)
			}
		})
		t.Run(name+" in an editor", func(t *testing.T) {
			t.Parallel()
			m := newMachine(t, archive)
			m.holds("the editor", m.edit())
		})
	}
}

// explained are the files of a JSON report with the warnings before it.
func explained(t *testing.T, output string) []string {
	t.Helper()
	var r struct{ Files []struct{ Path string } }
	if err := json.Unmarshal([]byte(output[max(0, strings.Index(output, "{\n")):]), &r); err != nil {
		t.Fatalf("%v in %s", err, output)
	}
	var out []string
	for _, f := range r.Files {
		out = append(out, f.Path)
	}
	return out
}

// session is an editor on the machine, and what the server writes to it and to stderr.
type session struct {
	*editor.Editor
	wrote, stderr record
}

// serve starts a session that ends with the test, and waits for profiles.
func (m *machine) serve(ctx context.Context) *session {
	t := m.t
	t.Helper()
	cmd := m.covls("serve")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	s := &session{}
	cmd.Stderr = &s.stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	stream := server.NewStream(struct {
		io.Reader
		io.Closer
	}{io.TeeReader(out, &s.wrote), out}, in, func() {})
	caps := editor.Capabilities()
	caps.Experimental = protocol.LSPAny(`{"covls":{"documents":true}}`)
	s.Editor, err = editor.Start(ctx, stream, editor.Options{
		Capabilities: caps, Folders: []string{filepath.Join(m.root, "ws")},
		InitializationOptions: map[string]any{"diagnostics": map[string]any{"scope": "workspace"}, "hints": map[string]any{"enable": true}},
	})
	if err != nil {
		t.Fatal(err)
	}
	s.until(ctx, t, `"state":"ready"`, `"loading":false`)
	return s
}

// until waits for a status that has all words.
func (s *session) until(ctx context.Context, t *testing.T, words ...string) {
	t.Helper()
	if _, err := s.Wait(ctx, func(seen *editor.Seen) bool {
		return slices.ContainsFunc(seen.Status, func(text string) bool {
			return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) })
		})
	}); err != nil {
		t.Fatalf("no status has %q: %v: %s %s", words, err, s.wrote.String(), s.stderr.String())
	}
}

// edit is a session in which an editor asks for all that there is. It returns what the server wrote.
func (m *machine) edit() string {
	t := m.t
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), time.Minute)
	defer cancel()
	ed := m.serve(ctx)
	run := func(command string, argument any) []byte {
		arg, err := json.Marshal(argument)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := ed.Run(ctx, command, protocol.LSPAny(arg))
		if err != nil {
			t.Errorf("%s: %v", command, err)
		}
		return answer
	}
	for _, path := range m.files() {
		document := map[string]any{"textDocument": map[string]any{"uri": string(uri.File(path))}}
		params, _ := json.Marshal(document)
		inside := strings.HasPrefix(path, filepath.Join(m.root, "ws")) && !leads(path)
		if inside { // what the editor has open it has shown itself
			if err := ed.Open(ctx, path); err != nil {
				t.Fatal(err)
			}
		}
		for _, method := range []string{"covls/coverage", "covls/gaps"} {
			answer, err := ed.Ask(ctx, method, string(params))
			if err != nil {
				t.Errorf("%s of %s: %v", method, path, err)
			}
			if unknown := filepath.Base(path) == "data"; unknown && method == "covls/coverage" && string(answer) != "null" {
				t.Errorf("the text of %s was read again: %s", path, answer)
			}
		}
		run("covls.explain", document)
		if _, err := ed.Lenses(ctx, uri.File(path)); err != nil {
			t.Error(err)
		}
		for line := range uint32(20) {
			if _, err := ed.Hover(ctx, uri.File(path), protocol.Position{Line: line, Character: 6}); err != nil {
				t.Error(err)
			}
		}
	}
	if _, err := ed.Ask(ctx, "covls/gaps", `{"all":true}`); err != nil {
		t.Error(err)
	}
	run("covls.showReport", map[string]any{"format": "markdown"})
	if html := run("covls.showReport", map[string]any{"format": "html"}); !bytes.Contains(html, []byte("sources")) {
		t.Errorf("the page is %s", html)
	}
	run("covls.mostUrgentGap", nil)
	if doctor := run("covls.doctor", nil); !bytes.Contains(doctor, []byte("# covls doctor")) {
		t.Errorf("the doctor says %s", doctor)
	}
	seen, err := ed.Wait(ctx, func(*editor.Seen) bool { return true })
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range seen.Published {
		if !strings.HasPrefix(p.URI, string(uri.File(filepath.Join(m.root, "ws")))) {
			t.Errorf("there are diagnostics outside of the workspace: %+v", p)
		}
	}
	if err := ed.Close(ctx); err != nil {
		t.Error(err)
	}
	// JSON may write the characters of a page otherwise.
	return strings.NewReplacer(`\u003c`, "<", `\u003e`, ">").Replace(ed.wrote.String()) + ed.stderr.String()
}

// leads reports whether a path is a link.
func leads(path string) bool {
	info, err := os.Lstat(path)
	return err != nil || info.Mode()&fs.ModeSymlink != 0
}

// record keeps what is written to it.
type record struct {
	mu   sync.Mutex // guards text
	text strings.Builder
}

func (r *record) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.Write(p)
}

func (r *record) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.String()
}

// TestOutsideByUser: what the user names is read, wherever it lies, and then the settings file's profiles
// are no fault.
func TestOutsideByUser(t *testing.T) {
	t.Parallel()
	archive := txtar.Parse([]byte(`
-- ws/go.mod --
module example.com/ws
-- ws/a.go --
package ws

func A() {
	println(1)
}
-- ws/.covls.toml --
target = 50
profiles = ["../elsewhere/*.out"]
-- elsewhere/real.out --
mode: set
example.com/ws/a.go:3.10,5.2 1 1
`))
	for _, tt := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"check"}, exitWrong, "no coverage profile below"},
		{[]string{"check", "--profile", "../elsewhere/real.out"}, exitDone, "covls check: passed: 100.00 %"},
		{[]string{"doctor"}, exitDone, `profiles[0] is "../elsewhere/`},
		{[]string{"doctor", "--profile", "../elsewhere/real.out"}, exitDone, `real.out"]`},
		{[]string{"init", "--print", "--profile", "../elsewhere/real.out"}, exitDone, "# A settings file can't name"},
	} {
		a := newMachine(t, archive).ask(tt.args)[0]
		if a.Code != tt.code || !strings.Contains(a.Text, tt.want) {
			t.Errorf("covls %s: exit code %d, %s; want %d and %s", strings.Join(tt.args, " "), a.Code, a.Text, tt.code, tt.want)
		}
		if named := len(tt.args) > 2; named && strings.Contains(a.Text, "which leads to") {
			t.Errorf("covls %s complains of settings that are not used: %s", strings.Join(tt.args, " "), a.Text)
		}
	}
}

// TestSettingsAbove: a settings file above the workspace is looked after, though it lies outside.
func TestSettingsAbove(t *testing.T) {
	t.Parallel()
	m := newMachine(t, txtar.Parse([]byte("-- .covls.toml --\ntarget = 70\n-- ws/lcov.info --\nSF:a.py\nDA:1,0\nend_of_record\n")))
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	ed := m.serve(ctx)
	for _, step := range []struct{ file, target string }{{".covls.toml", "95"}, {"ws/.covls.toml", "85"}} {
		if err := os.WriteFile(filepath.Join(m.root, step.file), []byte("target = "+step.target+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		ed.until(ctx, t, `"target":`+step.target)
	}
}

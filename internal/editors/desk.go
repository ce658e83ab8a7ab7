package editors

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// Patience is how long an editor may take for what it is asked to do, on a machine with much to do. What the scripts in testdata
// wait for in an editor is less, so that they say what they lacked.
const Patience = 3 * time.Minute

// Desk is where an editor is started: in a project, with a home folder of its own, and with covls, behind a tap, and
// gopls on the PATH. What an editor keeps in its home is there again when it is started a second time.
type Desk struct {
	Project *Project
	Home    string
	Tap     *Tap
	// Crash are words on the screen by which an editor that crashes now and then says that it did: then the test is skipped.
	Crash string
	// Crashed tells that it did.
	Crashed bool

	env []string
}

// NewDesk makes one with a copy of cobra. The test is skipped where there is no gopls.
func NewDesk(t testing.TB) *Desk {
	t.Helper()
	d := &Desk{Project: Cobra(t), Home: t.TempDir(), Tap: Listen(t)}
	gopls := Gopls(t)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	bin := filepath.Join(d.Home, "bin")
	if err := os.Mkdir(bin, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, program := range map[string]string{"covls": self, "gopls": gopls} {
		if err := os.Symlink(program, filepath.Join(bin, name)); err != nil {
			t.Fatal(err)
		}
	}
	goes, err := goEnv()
	if err != nil {
		t.Fatal(err)
	}
	// Three quarters of what gopls does otherwise is to index all modules of this machine anew for each desk.
	if err := shareIndex(filepath.Join(d.Home, ".cache")); err != nil {
		t.Fatal(err)
	}
	d.Write(t, ".config/go/telemetry/mode", "off\n") // else gopls starts a second process, which waits for it
	// A desk differs from the next in nothing that depends on who runs the tests.
	own := []string{"COVLS_", "XDG_", "TMUX", "VIM", "NVIM", "EMACS", "EDITOR=", "VISUAL=", "DISPLAY=", "WAYLAND", "LC_", "LANG", "HOME=", "PATH=", "GOFLAGS=", "GOCOVERDIR="}
	for _, v := range os.Environ() {
		if !slices.ContainsFunc(own, func(p string) bool { return strings.HasPrefix(v, p) }) {
			d.env = append(d.env, v)
		}
	}
	d.env = append(d.env, goes...)
	d.env = append(
		d.env, "HOME="+d.Home, "LANG=C.UTF-8", "XDG_CONFIG_HOME="+filepath.Join(d.Home, ".config"), "XDG_CACHE_HOME="+filepath.Join(d.Home, ".cache"),
		"XDG_DATA_HOME="+filepath.Join(d.Home, ".local", "share"), "XDG_STATE_HOME="+filepath.Join(d.Home, ".local", "state"),
		"PATH="+bin+string(filepath.ListSeparator)+os.Getenv("PATH"), EnvServer+"="+Covls(t), EnvTap+"="+d.Tap.Socket,
	)
	download(t, d.Project.Dir)
	return d
}

// goEnv has Go and gopls keep what they know where it was, though HOME is another, and the folder of the set-up scripts.
var goEnv = sync.OnceValues(func() (env []string, err error) {
	names := []string{"GOPATH", "GOMODCACHE", "GOCACHE", "GOPROXY"}
	out, err := exec.Command("go", append([]string{"env"}, names...)...).Output()
	if err != nil {
		return nil, err
	}
	for i, value := range strings.Split(strings.TrimRight(string(out), "\n"), "\n") {
		env = append(env, names[i]+"="+value)
	}
	cache, err := setupCache()
	if err != nil {
		return nil, err
	}
	return append(env, "GOFLAGS=", "GOTOOLCHAIN=local", "GOPLSCACHE="+filepath.Join(cache, "gopls-cache"), "COVLS_SETUP_CACHE="+cache), nil
})

// setupCache is the folder of the set-up scripts.
func setupCache() (string, error) {
	cache := cacheHome
	if cache == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", err
		}
		cache = filepath.Join(home, ".cache")
	}
	return filepath.Join(cache, "covls"), nil
}

// shareIndex has gopls keep its index of the module cache, which is in a user's folder of caches, in that of the set-up scripts.
func shareIndex(caches string) error {
	setup, err := setupCache()
	if err != nil {
		return err
	}
	index := filepath.Join(setup, "gopls-index")
	if err := os.MkdirAll(index, 0o755); err != nil {
		return err
	}
	if err := os.MkdirAll(caches, 0o755); err != nil {
		return err
	}
	return os.Symlink(index, filepath.Join(caches, "goimports"))
}

var downloaded sync.Map // of the errors of a module's modules, by the text of its go.mod

// download gets the modules that cobra needs, without which gopls knows little of it.
func download(t testing.TB, dir string) {
	t.Helper()
	mod, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	once, _ := downloaded.LoadOrStore(string(mod), sync.OnceValue(func() error {
		cmd := exec.Command("go", "mod", "download")
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		if err != nil {
			err = fmt.Errorf("go mod download: %w\n%s", err, out)
		}
		return err
	}))
	if err := once.(func() error)(); err != nil {
		t.Fatal(err)
	}
}

// Env is the environment of an editor, with more variables.
func (d *Desk) Env(more ...string) []string { return append(slices.Clone(d.env), more...) }

// Write writes a file below the home folder, as a user sets up an editor.
func (d *Desk) Write(t testing.TB, path, text string) {
	t.Helper()
	write(t, filepath.Join(d.Home, filepath.FromSlash(path)), text)
}

// Run runs an editor without a terminal to its end, in the project's folder, and returns what it printed. Where it fails,
// or takes longer than Patience, the test ends.
func (d *Desk) Run(t testing.TB, e Editor, env []string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), Patience)
	defer cancel()
	argv := e.Argv(args...)
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Dir, cmd.Env, cmd.WaitDelay = d.Project.Dir, d.Env(env...), time.Second
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	began := time.Now()
	err := cmd.Run()
	t.Logf("%s ran for %d ms", e.Name, time.Since(began).Milliseconds())
	if err != nil {
		t.Fatalf("%s: %v\n%s\nthe last of the traffic:\n%s", e.Name, err, said.Bytes(), d.traffic())
	}
	return said.String()
}

func (d *Desk) traffic() string {
	var b strings.Builder
	for i, l := range d.Tap.SoFar() {
		fmt.Fprintf(&b, "covls %d:\n%s", i+1, l)
	}
	return b.String()
}

// Check is Conforms, and holds that each covls ended by itself.
func (d *Desk) Check(t testing.TB) []Log {
	t.Helper()
	logs := d.Conforms(t)
	for _, l := range logs {
		l.Ended(t, AnyCode)
	}
	return logs
}

// Conforms waits until every covls has ended, and holds that what it said conforms to the specification. It returns what was recorded
// of each.
func (d *Desk) Conforms(t testing.TB) []Log {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), Patience)
	defer cancel()
	logs, err := d.Tap.Wait(ctx)
	if err != nil {
		t.Fatalf("%v\n%s", err, d.traffic())
	}
	for _, l := range logs {
		l.Conforms(t)
	}
	return logs
}

// Replace renames a file over the project's profile, as a test runner does that writes it whole.
func (p *Project) Replace(t testing.TB, from string) {
	t.Helper()
	if err := os.Rename(from, filepath.Join(p.Dir, "cover.out")); err != nil {
		t.Fatal(err)
	}
}

// Package program starts other programs; no other package does. A program is found outside of the
// workspace, gets arguments and never a line for a shell, an environment that is made from nothing, a limit
// of time that ends it with all that it started, and a bound on what it may say.
package program

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"
)

// ErrRestricted is the error of starting something where nothing may be started: the folder is not trusted.
var ErrRestricted = errors.New("no program is started for a folder that is not trusted")

// errNotFound is the error of a program that is not there.
var errNotFound = errors.New("it is not on PATH")

// Starter starts programs for a workspace. Its methods may be called from any goroutine; the nil Starter
// starts nothing.
type Starter struct {
	folders []string // as named and without symlinks

	mu    sync.Mutex // guards found
	found map[string]string
}

// New makes a Starter for a workspace of some folders, which are absolute. It starts nothing that lies in
// one of them, or in the repository around one.
func New(folders ...string) *Starter {
	s := &Starter{found: map[string]string{}}
	for _, f := range folders {
		names := []string{filepath.Clean(f)}
		if real, err := filepath.EvalSymlinks(f); err == nil {
			names = append(names, real)
		}
		for _, dir := range names {
			s.folders = append(s.folders, dir, Repository(dir))
		}
	}
	return s
}

// Repository is the outermost folder around an absolute one that is a repository, dir itself where there is none.
// One of the user's whole home does not count: all in it is their own.
func Repository(dir string) string {
	home, _ := os.UserHomeDir()
	out := dir
	for at := dir; at != home && filepath.Dir(at) != at; at = filepath.Dir(at) {
		if _, err := os.Lstat(filepath.Join(at, ".git")); err == nil {
			out = at
		}
	}
	return out
}

// Command is what is to be started, and how.
type Command struct {
	// Name is that of the program, without a folder and without ".exe".
	Name string
	Args []string
	// Dir is the folder to start it in.
	Dir string
	// Keep are the variables of covls's own environment that the program gets beside the usual ones; Env is
	// what is set for it besides, as "NAME=value".
	Keep, Env []string
	// Patience is how long it may take, Output how many bytes it may say.
	Patience time.Duration
	Output   int
}

// Go is the command that starts the go command in a folder so that it builds nothing, fetches nothing, asks
// no version control and changes to no other version of itself, whatever go.mod, go.work and the
// environment say.
func Go(dir string, args ...string) Command {
	c := Command{
		Name: "go", Args: args, Dir: dir,
		Keep: []string{"GOROOT", "GOPATH", "GOMODCACHE", "GOCACHE", "GOENV", "GOOS", "GOARCH", "GOEXPERIMENT", "GO111MODULE", "GOWORK"},
		Env: []string{
			// GONOPROXY: without it the modules of GOPRIVATE are downloaded, whatever GOPROXY says.
			"GOPROXY=off", "GONOPROXY=none", "GOSUMDB=off", "GOVCS=*:off", "GOTOOLCHAIN=local",
			"GOFLAGS=-mod=readonly -buildvcs=false", "CGO_ENABLED=0",
		},
	}
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		return c
	}
	// The go command would count in the user's configuration folder how often it was called. It finds
	// none, but for the file with the user's own settings.
	if config, err := os.UserConfigDir(); err == nil && os.Getenv("GOENV") == "" {
		c.Env = append(c.Env, "GOENV="+filepath.Join(config, "go", "env"))
	}
	c.Env = append(c.Env, "XDG_CONFIG_HOME="+os.DevNull)
	return c
}

// complaint is how many bytes are kept of what a program says when it fails.
const complaint = 4 << 10

// Output runs a program and returns what it wrote to standard output. The error says what the program
// complained about, in one line.
func (s *Starter) Output(ctx context.Context, c Command) ([]byte, error) {
	path, err := s.Find(c.Name)
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", c.Name, err)
	}
	ctx, cancel := context.WithTimeout(ctx, c.Patience)
	defer cancel()
	cmd := command(ctx, path, c.Args...)
	cmd.Dir = c.Dir
	cmd.Env = append(s.environment(c.Keep), c.Env...)
	cmd.Env = append(cmd.Env, "PWD="+c.Dir)
	out := &bounded{left: c.Output, full: cancel}
	said := &bounded{left: complaint}
	cmd.Stdout, cmd.Stderr = out, said
	err = run(cmd)
	switch {
	case out.over:
		return nil, fmt.Errorf("%s said more than %d bytes", c.Name, c.Output)
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return nil, fmt.Errorf("%s did not end within %v: %w", c.Name, c.Patience, ctx.Err())
	case ctx.Err() != nil:
		return nil, fmt.Errorf("%s: %w", c.Name, ctx.Err())
	case err != nil:
		line, _, _ := strings.Cut(strings.TrimSpace(said.buf.String()), "\n")
		if line == "" {
			return nil, fmt.Errorf("%s: %w", c.Name, err)
		}
		return nil, fmt.Errorf("%s: %w: %s", c.Name, err, line)
	}
	return out.buf.Bytes(), nil
}

// command is a program that ends, with all that it started, when ctx does.
func command(ctx context.Context, path string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.WaitDelay = time.Second // for children that keep an output open
	apart(cmd)
	return cmd
}

// Find is the absolute path of a program: the first on PATH that lies outside of the workspace. Folders of
// PATH that are not absolute do not count.
func (s *Starter) Find(name string) (string, error) {
	if s == nil {
		return "", ErrRestricted
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if path, ok := s.found[name]; ok {
		return path, nil
	}
	if filepath.Base(name) != name {
		return "", fmt.Errorf("%q is a path", name)
	}
	file := name
	if runtime.GOOS == "windows" {
		file += ".exe"
	}
	err := errNotFound
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		path := filepath.Join(dir, file)
		if !filepath.IsAbs(dir) || !executable(path) {
			continue
		}
		if s.holds(path) {
			err = fmt.Errorf("%s lies in the workspace, and no other is on PATH", path)
			continue
		}
		s.found[name] = path
		return path, nil
	}
	return "", err
}

func executable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && (runtime.GOOS == "windows" || info.Mode()&0o111 != 0)
}

// holds reports whether a path, with its symlinks or without, lies in the workspace.
func (s *Starter) holds(path string) bool {
	paths := []string{filepath.Clean(path)}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		paths = append(paths, real)
	}
	return slices.ContainsFunc(paths, func(p string) bool {
		return slices.ContainsFunc(s.folders, func(dir string) bool {
			rel, err := filepath.Rel(dir, p)
			return err == nil && filepath.IsLocal(rel)
		})
	})
}

// usual are the variables that every program gets: where the user's and the system's folders are.
func usual() []string {
	names := []string{"HOME", "USER", "LOGNAME", "TMPDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"}
	if runtime.GOOS == "windows" {
		names = []string{
			"SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "USERPROFILE", "HOMEDRIVE", "HOMEPATH", "LOCALAPPDATA", "APPDATA",
			"PROGRAMDATA", "PROGRAMFILES", "TMP", "TEMP", "USERNAME",
		}
	}
	return names
}

// environment is what a program gets of covls's own environment. PATH has no folder of the workspace, and
// what says where a program is to find parts of itself does not lead there.
func (s *Starter) environment(keep []string) []string {
	out := []string{"LC_ALL=C"}
	var path []string
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		if filepath.IsAbs(dir) && !s.holds(dir) {
			path = append(path, dir)
		}
	}
	out = append(out, "PATH="+strings.Join(path, string(filepath.ListSeparator)))
	for _, name := range slices.Concat(usual(), keep) {
		value, ok := os.LookupEnv(name)
		if ok && !((name == "GOROOT" || name == "GOENV") && s.holds(value)) {
			out = append(out, name+"="+value)
		}
	}
	return out
}

// bounded keeps the first bytes of an output. The buffer is not embedded, since its ReadFrom knows no bound.
type bounded struct {
	buf  bytes.Buffer
	left int
	over bool
	full func() // called when there is more; nil drops it
}

func (b *bounded) Write(p []byte) (int, error) {
	n := min(len(p), b.left)
	b.buf.Write(p[:n])
	if b.left -= n; n < len(p) {
		b.over = true
		if b.full != nil {
			b.full()
		}
	}
	return len(p), nil
}

// Process is a program that runs beside covls.
type Process struct {
	// In is its standard input, Out its standard output.
	In  io.WriteCloser
	Out io.ReadCloser

	cmd *exec.Cmd
}

// Again starts this very program with other arguments, in the environment that it has. What it says to
// standard error goes to ours.
func Again(ctx context.Context, args ...string) (*Process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find this program: %w", err)
	}
	cmd := command(ctx, self, args...)
	cmd.Stderr = os.Stderr
	p := &Process{cmd: cmd}
	if p.In, err = cmd.StdinPipe(); err != nil {
		return nil, err
	}
	if p.Out, err = cmd.StdoutPipe(); err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", self, err)
	}
	return p, nil
}

// Wait closes the input and waits for the end.
func (p *Process) Wait() error {
	_ = p.In.Close()
	return p.cmd.Wait()
}

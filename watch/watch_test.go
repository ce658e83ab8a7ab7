package watch

import (
	"bufio"
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/covls/covls/internal/guard"
)

// TestMain turns the test binary into a writer of profiles where it is asked to, and checks in the
// end that no watcher has left a goroutine behind.
func TestMain(m *testing.M) {
	if path := os.Getenv("WATCH_TEST_WRITE"); path != "" {
		write(path)
		return
	}
	code := m.Run()
	if left := leaked(); left != "" && code == 0 {
		fmt.Fprintf(os.Stderr, "goroutines are left:\n%s\n", left)
		code = 1
	}
	os.Exit(code)
}

// write truncates a file and appends each line of standard input to it, keeping it open all the
// time. It answers each line, and the truncation, with a line.
func write(path string) {
	f, err := os.Create(path)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println("open")
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		fmt.Fprintln(f, in.Text())
		fmt.Println("written")
	}
}

// leaked returns the stacks of the goroutines of this package that don't end.
func leaked() string {
	buf := make([]byte, 1<<20)
	deadline := time.After(5 * time.Second)
	for tick := time.Tick(10 * time.Millisecond); ; {
		var left []string
		for stack := range strings.SplitSeq(string(buf[:runtime.Stack(buf, true)]), "\n\n") {
			if strings.Contains(stack, "fsnotify") || strings.Contains(stack, "covls/watch.") && !strings.Contains(stack, "TestMain") {
				left = append(left, stack)
			}
		}
		if len(left) == 0 {
			return ""
		}
		select {
		case <-tick:
		case <-deadline:
			return strings.Join(left, "\n\n")
		}
	}
}

// script runs a watcher without file events, in a bubble. Each line of the steps is a time since
// the start, a verb and its arguments; what is done at 0s is done before the start. The log has a
// line for each thing that the watcher said: the time, what it is, the path, the size.
type script struct {
	t    *testing.T
	dir  string
	w    *Watcher
	mu   sync.Mutex // guards what follows
	busy map[string]Writer
	log  []string
}

func (s *script) run(steps string) string {
	s.busy = map[string]Writer{}
	root := Root{Dir: s.dir, Patterns: []string{"**/*.out", "cov/lcov.info"}, GoCoverDirs: true, Allows: not(filepath.Join(s.dir, "secret"))}
	s.w = New([]Root{root}, Options{NoNotify: true, Writers: s.writers})
	var at time.Duration
	running := false
	start := func() {
		running = true
		begin := time.Now()
		go s.w.Run(s.t.Context())
		go s.record(begin)
	}
	for line := range strings.Lines(steps) {
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		d, err := time.ParseDuration(words[0])
		if err != nil {
			s.t.Fatal(err)
		}
		if d > 0 && !running {
			start()
		}
		pass(d - at)
		at = d
		s.do(words[1], append(words[2:], "", ""))
	}
	if !running {
		start()
	}
	pass(5 * time.Second)
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.log, "\n")
}

// not allows all that does not lie in a directory, links resolved.
func not(dir string) func(path string) bool {
	return func(path string) bool {
		real, err := filepath.EvalSymlinks(path)
		return err != nil || !within(dir, real)
	}
}

// pass lets the time of the bubble pass until everything has come to rest.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

func (s *script) record(begin time.Time) {
	wrote := false
	for u := range s.w.Updates() {
		s.mu.Lock()
		say := func(format string, args ...any) {
			s.log = append(s.log, time.Since(begin).String()+" "+fmt.Sprintf(format, args...))
		}
		for _, e := range u.Events {
			if e.Gone {
				say("gone %s", s.rel(e.Path))
			} else {
				say("changed %s %d", s.rel(e.Path), e.Stamp.Size)
			}
		}
		for _, f := range u.Searched {
			say("found %d", len(f.Profiles))
		}
		for _, st := range u.Writing {
			say("%s is writing %s", st.Writer.Name, s.rel(st.Path))
		}
		if wrote && len(u.Writing) == 0 {
			say("nobody is writing")
		}
		wrote = len(u.Writing) > 0
		s.mu.Unlock()
	}
}

func (s *script) rel(path string) string {
	rel, err := filepath.Rel(s.dir, path)
	if err != nil {
		s.t.Error(err)
	}
	return filepath.ToSlash(rel)
}

func (s *script) writers(profiles map[string]Writer) map[string]Writer {
	s.mu.Lock()
	defer s.mu.Unlock()
	busy := maps.Clone(s.busy)
	maps.DeleteFunc(busy, func(path string, _ Writer) bool { _, ok := profiles[path]; return !ok })
	return busy
}

func (s *script) do(verb string, args []string) {
	path, text := filepath.Join(s.dir, args[0]), args[1]
	var err error
	switch verb {
	case "write":
		put(s.t, path, text)
	case "old": // a file from before the bubble's time
		put(s.t, path, text)
		then := time.Now().Add(-24 * time.Hour)
		err = os.Chtimes(path, then, then)
	case "append":
		var f *os.File
		if f, err = os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0); err == nil {
			_, err = f.WriteString(text)
			f.Close()
		}
	case "swap": // same size, same time, another file
		if runtime.GOOS != "linux" && runtime.GOOS != "darwin" {
			s.t.Skip("nothing tells the files apart")
		}
		var fi os.FileInfo
		if fi, err = os.Stat(path); err == nil {
			put(s.t, path+".new", text)
			err = os.Chtimes(path+".new", fi.ModTime(), fi.ModTime())
			rename(s.t, path+".new", path)
		}
	case "mkdir":
		err = os.MkdirAll(path, 0o755)
	case "move":
		rename(s.t, path, filepath.Join(s.dir, text))
	case "link":
		os.Remove(path)
		link(s.t, text, path)
	case "remove":
		err = os.RemoveAll(path)
	case "touch":
		s.w.Touch(path)
	case "rescan":
		s.w.Rescan()
	case "judge": // a profile, or none
		s.w.Judge(map[string]bool{path: text == "profile"})
	case "open":
		s.mu.Lock()
		s.busy[path] = Writer{PID: 1, Name: text}
		s.mu.Unlock()
	case "close":
		s.mu.Lock()
		delete(s.busy, path)
		s.mu.Unlock()
	case "end":
	default:
		s.t.Fatalf("unknown verb %q", verb)
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

func put(t testing.TB, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func rename(t testing.TB, from, to string) {
	t.Helper()
	if err := os.Rename(from, to); err != nil {
		t.Fatal(err)
	}
}

func link(t testing.TB, target, path string) {
	t.Helper()
	if err := os.Symlink(target, path); err != nil {
		t.Skip(err)
	}
}

func TestWatch(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, steps, want string }{
		{"nothing there", ``, `
			0s found 0`},
		{"at rest at the start", `
			0s old a.out one`, `
			0s changed a.out 3
			0s found 1`},
		{"just written at the start", `
			0s write a.out one`, `
			0s found 1
			300ms changed a.out 3`},
		{"appended", `
			0s old a.out one
			1s append a.out two`, `
			0s changed a.out 3
			0s found 1
			2.3s changed a.out 6`},
		{"every change makes it settle anew", `
			0s old a.out one
			1s append a.out two
			1s touch a.out
			1.2s append a.out three
			1.2s touch a.out
			1.4s append a.out four`, `
			0s changed a.out 3
			0s found 1
			1.8s changed a.out 15`},
		{"truncated and grown", `
			0s old a.out one
			1s write a.out
			1s touch a.out
			1.1s append a.out four
			1.1s touch a.out`, `
			0s changed a.out 3
			0s found 1
			1.4s changed a.out 4`},
		{"renamed over", `
			0s old a.out one
			1s write a.tmp three
			1.1s move a.tmp a.out
			1.1s touch a.out`, `
			0s changed a.out 3
			0s found 1
			1.4s changed a.out 5`},
		{"same size and time but another file", `
			0s old a.out one
			1s swap a.out two`, `
			0s changed a.out 3
			0s found 1
			2.3s changed a.out 3`},
		{"time runs backwards", `
			0s write a.out one
			1s old a.out two`, `
			0s found 1
			300ms changed a.out 3
			2.3s changed a.out 3`},
		{"gone", `
			0s old a.out one
			1s remove a.out`, `
			0s changed a.out 3
			0s found 1
			2.3s gone a.out`},
		{"gone and back before that has settled", `
			0s old a.out one
			1s remove a.out
			1s touch a.out
			1.2s write a.out four
			1.2s touch a.out`, `
			0s changed a.out 3
			0s found 1
			1.5s changed a.out 4`},
		{"gone and back later", `
			0s old a.out one
			1s remove a.out
			4.5s write a.out four`, `
			0s changed a.out 3
			0s found 1
			2.3s gone a.out
			6.3s changed a.out 4`},
		{"its directory is wiped and made anew", `
			0s old cov/lcov.info one
			1s remove cov
			5s write cov/lcov.info three`, `
			0s changed cov/lcov.info 3
			0s found 1
			2.3s gone cov/lcov.info
			6.3s changed cov/lcov.info 5`},
		{"a place named by a pattern is polled before there is anything", `
			1s write cov/lcov.info three`, `
			0s found 0
			2.3s changed cov/lcov.info 5`},
		{"a search finds what is new", `
			1s write new/a.out one
			16s end`, `
			0s found 0
			15s found 1
			15.3s changed new/a.out 3`},
		{"a hint finds what is new", `
			1s write new/a.out one
			1s touch new/a.out`, `
			0s found 0
			1.3s changed new/a.out 3`},
		{"a hint about a new directory", `
			1s write new/deep/a.out one
			1s touch new`, `
			0s found 0
			1.3s changed new/deep/a.out 3`},
		{"a hint about a directory that is gone", `
			0s old dir/a.out one
			1s remove dir
			1s touch dir`, `
			0s changed dir/a.out 3
			0s found 1
			1.3s gone dir/a.out`},
		{"hints about what is no profile", `
			1s write node_modules/a.out one
			1s write a.txt one
			1s mkdir dir.out
			1s touch node_modules
			1s touch node_modules/a.out
			1s touch a.txt
			1s touch dir.out
			1s touch none.out`, `
			0s found 0`},
		{"a link whose target changes", `
			0s old real.data one
			0s link a.out real.data
			1s append real.data two`, `
			0s changed a.out 3
			0s found 1
			2.3s changed a.out 6`},
		{"a hint about the target of a link", `
			0s old real.data one
			0s link a.out real.data
			1s append real.data two
			1s touch real.data`, `
			0s changed a.out 3
			0s found 1
			1.3s changed a.out 6`},
		{"a link that is switched", `
			0s old 1.data one
			0s old 2.data two
			0s link a.out 1.data
			1s link a.out 2.data`, `
			0s changed a.out 3
			0s found 1
			2.3s changed a.out 3`},
		{"a link that dangles", `
			0s old 1.data one
			0s link a.out 1.data
			1s remove 1.data`, `
			0s changed a.out 3
			0s found 1
			2.3s gone a.out`},
		{"a link that is switched to what is not allowed, and back", `
			0s old 1.data one
			0s old secret/2.data two
			0s link a.out 1.data
			1s link a.out secret/2.data
			4s link a.out 1.data`, `
			0s changed a.out 3
			0s found 1
			2.3s gone a.out
			6.3s changed a.out 3`},
		{"a link to what is not allowed", `
			0s old secret/2.data two
			0s link a.out secret/2.data
			1s touch a.out`, `
			0s found 0`},
		{"a directory becomes a link to what is not allowed", `
			0s old cov/lcov.info one
			0s old secret/lcov.info two
			1s remove cov
			1s link cov secret
			1s touch cov`, `
			0s changed cov/lcov.info 3
			0s found 1
			1.3s gone cov/lcov.info`},
		{"asked for again", `
			0s old a.out one
			1s write b.out four
			1s rescan`, `
			0s changed a.out 3
			0s found 1
			1s changed a.out 3
			1s found 2
			1.3s changed b.out 4`},
		{"asked for again when there is nothing", `
			1s rescan`, `
			0s found 0
			1s found 0`},
		{"a writer holds it back", `
			0s old a.out one
			1s write a.out
			1s open a.out go
			1s touch a.out
			9s append a.out four
			9.4s append a.out five
			10s close a.out`, `
			0s changed a.out 3
			0s found 1
			1.3s go is writing a.out
			10.1s changed a.out 8
			10.1s nobody is writing`},
		{"a writer whose last words are fresh", `
			0s old a.out one
			1s open a.out go
			1s append a.out two
			1s touch a.out
			5s append a.out four
			5s close a.out
			5s touch a.out`, `
			0s changed a.out 3
			0s found 1
			1.3s go is writing a.out
			5.3s changed a.out 10
			5.3s nobody is writing`},
		{"a writer at the start", `
			0s old a.out one
			0s open a.out go
			2s close a.out`, `
			0s found 1
			0s go is writing a.out
			2.1s changed a.out 3
			2.1s nobody is writing`},
		{"one writer after the other, and what was never reported is not gone", `
			0s old a.out one
			0s open a.out go
			2s open a.out sh
			3s remove a.out`, `
			0s found 1
			0s go is writing a.out
			2.1s sh is writing a.out
			3.1s nobody is writing`},
		{"a directory of counters", `
			0s old gocov/covmeta.1 meta
			0s old gocov/covcounters.1.2.3 one
			1s write gocov/covcounters.1.2.4 two
			3s remove gocov`, `
			0s found 1
			300ms changed gocov 7
			2.3s changed gocov 10
			4.3s gone gocov`},
		{"a directory of V8's counts", `
			0s old cov/coverage-1-2-0.json one
			0s old cov/coverage.out no
			1s write cov/coverage-3-4-0.json two
			3s remove cov`, `
			0s changed cov/coverage.out 2
			0s found 2
			300ms changed cov 3
			2.3s changed cov 6
			4.3s gone cov
			4.3s gone cov/coverage.out`},
		{"a hint about V8's counts", `
			1s write cov/coverage-1-2-0.json one
			1s touch cov/coverage-1-2-0.json`, `
			0s found 0
			1.3s changed cov 3`},
		{"a hint about a directory of counters", `
			1s write gocov/covmeta.1 meta
			1s touch gocov/covmeta.1
			1.1s write gocov/covcounters.1.2.3 one
			1.1s touch gocov/covcounters.1.2.3`, `
			0s found 0
			1.4s changed gocov 7`},
		{"counters that grow without a trace in their directory", `
			1s write gocov/covmeta.1 meta
			1s touch gocov
			1.1s append gocov/covmeta.1 more
			1.1s touch gocov/covmeta.1`, `
			0s found 0
			1.4s changed gocov 8`},
		{"counters that grow after that, too", `
			1s write gocov/covmeta.1 meta
			1s touch gocov
			1.5s append gocov/covmeta.1 more
			1.5s touch gocov/covmeta.1
			2.5s append gocov/covmeta.1 still`, `
			0s found 0
			1.3s changed gocov 4
			1.8s changed gocov 8
			4.3s changed gocov 13`},
		{"what is no profile must rest for longer and longer", `
			0s old a.out one
			1s judge a.out none
			1s judge a.out none
			2s append a.out +
			2s touch a.out
			3s judge a.out none
			4s append a.out +
			4s touch a.out
			6s judge a.out none
			6.1s judge a.out none
			7s append a.out +
			7s touch a.out
			10s append a.out +
			10s touch a.out
			20s judge a.out profile
			21s append a.out +
			21s touch a.out`, `
			0s changed a.out 3
			0s found 1
			2.3s changed a.out 4
			5s changed a.out 5
			14s changed a.out 7
			21.3s changed a.out 8`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := script{t: t, dir: t.TempDir()}
				want := strings.ReplaceAll(strings.TrimSpace(test.want), "\t", "")
				if got := s.run(test.steps); got != want {
					t.Errorf("got:\n%s\nwant:\n%s", got, want)
				}
			})
		})
	}
}

// TestManyProfiles has a root take up no more profiles than a search returns, however they become known. What is
// no profile makes way, and then what lies deeper.
func TestManyProfiles(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := script{t: t, dir: t.TempDir()}
		for _, p := range []string{"x/1.out", "x/2.out"} {
			s.do("old", []string{p, "one"})
		}
		s.w = New([]Root{{Dir: s.dir, Patterns: []string{"**/*.out"}, Profiles: 2}}, Options{NoNotify: true})
		go s.w.Run(t.Context())
		go s.record(time.Now())
		pass(time.Second)
		for i, name := range []string{"x/3.out", "x/y/4.out", "x/5.out", "6.out", "7.out", "8.out"} {
			s.do("old", []string{name, "one"})
			s.do("touch", []string{name, ""})
			pass(time.Second)
			if i == 1 {
				s.do("judge", []string{"x/1.out", "none"})
				pass(time.Second)
			}
		}
		want := []string{
			"0s changed x/1.out 3", "0s changed x/2.out 3", "0s found 2",
			"4s changed x/5.out 3", "4s gone x/1.out",
			"5s changed 6.out 3", "5s gone x/5.out",
			"6s changed 7.out 3", "6s gone x/2.out",
		}
		slices.Sort(s.log)
		if !slices.Equal(s.log, want) {
			t.Errorf("got:\n%s", strings.Join(s.log, "\n"))
		}
		if notes := s.w.Notes(); len(notes) != 1 || !strings.Contains(notes[0], "limits.profiles") {
			t.Errorf("notes %q", notes)
		}
	})
}

// A GOCOVERDIR gets a file from each run of a program, and is looked at once for all that are told together.
func TestHintsOfOneDirectory(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := script{t: t, dir: t.TempDir()}
		s.do("old", []string{"runs/covmeta.1", "one"})
		runs := filepath.Join(s.dir, "runs")
		var looks atomic.Int32
		s.w = New([]Root{{Dir: s.dir, GoCoverDirs: true, Allows: func(path string) bool {
			if path == runs {
				looks.Add(1)
			}
			return true
		}}}, Options{NoNotify: true})
		go s.w.Run(t.Context())
		go s.record(time.Now())
		pass(time.Second)
		before := looks.Load()
		var paths []string
		for i := range 100 {
			paths = append(paths, filepath.Join(runs, fmt.Sprintf("covcounters.1.%d.1", i)))
			put(t, paths[i], "two")
		}
		s.w.Touch(paths...)
		pass(time.Second)
		if n := looks.Load() - before; n > 5 {
			t.Errorf("it was looked at %d times", n)
		}
		if want := "1.3s changed runs 303"; s.log[len(s.log)-1] != want {
			t.Errorf("got %q, want %q last", s.log, want)
		}
	})
}

// A receiver that is late gets the last state of each path, once.
func TestUpdatesAreJoined(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		a, b := filepath.Join(dir, "a.out"), filepath.Join(dir, "b.out")
		put(t, a, "one")
		put(t, b, "one")
		w := New([]Root{{Dir: dir, Patterns: []string{"*.out"}}}, Options{NoNotify: true})
		go w.Run(t.Context())
		pass(10 * time.Second)
		put(t, a, "three")
		pass(10 * time.Second)
		if err := os.Remove(b); err != nil {
			t.Fatal(err)
		}
		put(t, a, "eleven")
		pass(10 * time.Second)

		u := <-w.Updates()
		if len(u.Events) != 2 || u.Events[0].Stamp.Size != 6 || !u.Events[1].Gone || len(u.Searched) != 1 {
			t.Errorf("got %+v", u)
		}
		pass(time.Minute)
		select {
		case u := <-w.Updates():
			t.Errorf("got %+v after all was said", u)
		default:
		}
	})
}

func TestSetRoots(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := script{t: t, dir: t.TempDir()}
		for _, p := range []string{"a/1.out", "a/2.cov", "b/3.out", "secret/4.out"} {
			s.do("old", []string{p, "one"})
		}
		link(t, "../secret/4.out", filepath.Join(s.dir, "a", "4.cov"))
		root := func(name, pattern string) Root {
			return Root{Dir: filepath.Join(s.dir, name), Patterns: []string{pattern}}
		}
		s.w = New([]Root{root("a", "*.out")}, Options{NoNotify: true})
		go s.w.Run(t.Context())
		go s.record(time.Now())
		pass(time.Second)
		s.w.SetRoots([]Root{root("b", "*.out"), root("a", "*.out")})
		pass(time.Second)
		s.w.SetRoots([]Root{root("a", "*.cov")})
		pass(time.Second)
		bounded := root("a", "*.cov")
		bounded.Allows = not(filepath.Join(s.dir, "secret"))
		s.w.SetRoots([]Root{bounded})
		pass(time.Second)
		s.w.SetRoots(nil)
		pass(time.Second)
		want := []string{
			"0s changed a/1.out 3", "0s found 1",
			"1s changed b/3.out 3", "1s found 1", "1s found 1",
			"2s changed a/2.cov 3", "2s changed a/4.cov 3", "2s found 2", "2s gone a/1.out", "2s gone b/3.out",
			"3s found 1", "3s gone a/4.cov",
			"4s gone a/2.cov",
		}
		slices.Sort(s.log) // what is gone may be said before a search ends, or with it
		if !slices.Equal(s.log, want) {
			t.Errorf("got:\n%s", strings.Join(s.log, "\n"))
		}
	})
}

func TestStates(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := script{t: t, dir: t.TempDir()}
		if got := s.run(`
			0s old a.out one
			0s old b.out one
			1s open b.out go
			1s append b.out two
			1s touch b.out
			2s end`); got == "" {
			t.Fatal("nothing was said")
		}
		var got []string
		for _, st := range s.w.States() {
			got = append(got, fmt.Sprintf("%s %d %t %q %s", s.rel(st.Path), st.Stamp.Size, st.Pending, st.Writer.Name, st.Since.Format(time.TimeOnly)))
		}
		want := []string{`a.out 3 false "" 00:00:00`, `b.out 6 true "go" 00:00:01`}
		if !slices.Equal(got, want) {
			t.Errorf("got  %q\nwant %q", got, want)
		}
	})
}

func TestPause(t *testing.T) {
	t.Parallel()
	tests := []struct{ quiet, base, least, want time.Duration }{
		{0, 2 * time.Second, 0, 2 * time.Second},
		{59 * time.Second, 2 * time.Second, 0, 2 * time.Second},
		{time.Minute, 2 * time.Second, 0, 4 * time.Second},
		{time.Hour, 2 * time.Second, 0, 10 * time.Second},
		{0, 2 * time.Second, 20 * time.Second, 20 * time.Second},
		{time.Hour, 2 * time.Second, 5 * time.Second, 10 * time.Second},
	}
	for _, test := range tests {
		now := time.Now()
		l := loop{active: now.Add(-test.quiet)}
		if got := l.pause(now, test.base, test.least); got != test.want {
			t.Errorf("pause after %v, base %v, at least %v: got %v, want %v", test.quiet, test.base, test.least, got, test.want)
		}
	}
}

// Hints that nobody takes don't pile up for ever.
func TestHintsAreBounded(t *testing.T) {
	t.Parallel()
	w := New(nil, Options{})
	for i := range 2 * maxHints {
		w.Touch(fmt.Sprint(i))
	}
	if len(w.in.paths) != maxHints || !w.in.lost {
		t.Errorf("%d hints, lost %t", len(w.in.paths), w.in.lost)
	}
}

func TestRunEnds(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	w := New([]Root{{Dir: t.TempDir(), Patterns: []string{"**"}}}, Options{})
	cancel()
	w.Run(ctx)
	if u, ok := <-w.Updates(); ok {
		t.Errorf("got %+v", u)
	}
	w.Touch("/after/the/end")
	w.Rescan()
}

// TestFaults has work of the watcher panic. It goes on, at a pace, and says so in its notes.
func TestFaults(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		about string
		most  int // how often it may panic in a minute
	}{
		{"watching", 65},
		{"searching for profiles in ", 10},
	} {
		t.Run(strings.TrimSpace(tt.about), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			path := filepath.Join(dir, "a.out")
			if err := os.WriteFile(path, []byte("mode: set\n"), 0o644); err != nil {
				t.Fatal(err)
			}
			synctest.Test(t, func(t *testing.T) {
				var fails atomic.Bool
				var times atomic.Int64
				fails.Store(true)
				g := guard.Guard{Hook: func(about string) {
					if fails.Load() && strings.HasPrefix(about, tt.about) {
						times.Add(1)
						panic("it was made to")
					}
				}}
				w := New([]Root{{Dir: dir, Patterns: []string{"**/*.out"}}}, Options{NoNotify: true, Guard: g})
				ctx, cancel := context.WithCancel(t.Context())
				done := make(chan struct{})
				go func() {
					defer close(done)
					w.Run(ctx)
				}()
				found := make(chan string, 99)
				go func() {
					for u := range w.Updates() {
						for _, e := range u.Events {
							found <- e.Path
						}
					}
				}()
				pass(time.Minute)
				if n := int(times.Load()); n == 0 || n > tt.most {
					t.Errorf("it panicked %d times in a minute, want at most %d", n, tt.most)
				}
				if notes := strings.Join(w.Notes(), "\n"); !strings.Contains(notes, "covls failed at "+tt.about) || len(found) > 0 {
					t.Errorf("it found %d profiles and notes %q", len(found), notes)
				}
				fails.Store(false)
				w.Rescan()
				pass(time.Minute)
				if len(found) == 0 || <-found != path || len(w.Notes()) > 0 {
					t.Errorf("it did not find the profile afterwards; notes %q", w.Notes())
				}
				cancel()
				<-done
			})
		})
	}
}

//go:build unix

package faults_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/covls/covls/internal/gittest"
)

// lifecycle are faults of what is around the program: processes, pipes, signals, folders.
func lifecycle() []fault {
	faults := slices.Concat(endings(), clients(), signals(), surroundings(), streams(), folders())
	for i := range faults {
		faults[i].group = "lifecycle"
	}
	return faults
}

// endings close the client's side of the pipes.
func endings() []fault {
	return []fault{
		{name: "end of input at once", from: started, do: (*session).hangUp, end: "answers nothing; exit 1 within 3 s"},
		{name: "end of input before initialized", from: greeted, do: (*session).hangUp, end: "exit 1 within 3 s"},
		{name: "end of input", do: (*session).hangUp, end: "exit 1 within 3 s"},
		{name: "end of input after shutdown", from: ending, do: (*session).hangUp, end: "exit 0 within 3 s"},
		{name: "end of input while profiles are read", with: start{files: profiles(200)}, do: (*session).hangUp, end: "exit 1 within 3 s"},
		{name: "end of input while commands wait for the client", with: start{mute: true}, end: "exit 1 within 3 s", do: func(s *session) {
			s.jumps(50)
			s.hangUp()
		}},
		{name: "end of output, then a request", end: "exit 1 within 3 s", do: func(s *session) {
			s.leave()
			_ = s.write(frame(asked("1")))
		}},
		{name: "end of output, then a new profile", end: "exit 1 within 3 s", do: func(s *session) {
			s.hover()
			s.leave()
			write(s.t, s.profile(), firstProfile)
		}},
		{name: "end of output after shutdown, then a request", from: ending, end: "exit 0 within 3 s", do: func(s *session) {
			s.leave()
			_ = s.write(frame(asked("1")))
		}},
		{name: "end of input and output", end: "exit 1 within 3 s", do: func(s *session) {
			s.leave()
			s.hangUp()
		}},
		{name: "end of the session with a report on show", end: "the report is shown; exit 0 within 3 s", do: func(s *session) {
			s.showReport()
			s.request("shutdown", "")
			s.notify("exit", "")
		}},
	}
}

// profiles are n more good sources, each with a profile of its own.
func profiles(n int) map[string]string {
	files := map[string]string{}
	for i := range n {
		dir := fmt.Sprintf("p%03d", i)
		files[dir+"/good.go"] = strings.Replace(goodSource, "package good", "package "+dir, 1)
		files[dir+"/cover.out"] = strings.ReplaceAll(firstProfile, "fault/good/", "fault/"+dir+"/")
	}
	return files
}

// showReport has the server write a report into its temporary folder.
func (s *session) showReport() {
	s.t.Helper()
	s.covered()
	var shown struct{ URI string }
	decode(s, s.request("workspace/executeCommand", `{"command":"covls.showReport"}`), &shown)
	u, err := url.Parse(shown.URI)
	if err != nil {
		s.t.Fatal(err)
	}
	_, err = os.Stat(u.Path)
	s.holds("the report is shown", err == nil && strings.HasPrefix(u.Path, s.tmp), "%v: %v", shown, err)
}

// clients come and go.
func clients() []fault {
	return []fault{
		{name: "the client dies, and another process holds its pipes", from: started, end: "exit 1 within 8 s", do: func(s *session) {
			client := s.bystander()
			s.client = client.Process.Pid
			s.hover()
			_ = client.Process.Kill()
			_ = client.Wait()
		}},
		{name: "the client dies before initialized", from: started, end: "exit 1 within 8 s", do: func(s *session) {
			client := s.bystander()
			s.client = client.Process.Pid
			s.initialize()
			_ = client.Process.Kill()
			_ = client.Wait()
		}},
		{name: "clients whose process can't be seen or is none", end: "all servers go on after 5 s; lives", do: func(s *session) {
			var all []*session
			for _, pid := range []int{1<<31 - 1, 0, -1, -1 << 31, 1} {
				next := s.another()
				next.client = pid
				next.hover()
				all = append(all, next)
			}
			self := s.another()
			self.client = self.cmd.Process.Pid
			self.hover()
			all = append(all, self)
			gone := make(chan *session, len(all))
			for _, next := range all {
				go func() {
					<-next.exited
					gone <- next
				}()
			}
			select { // that it does not look for the process a second time can't be seen sooner
			case next := <-gone:
				s.holds("all servers go on after 5 s", false, "that of a client %d has ended%s", next.client, next.said())
			case <-time.After(5 * time.Second):
				s.holds("all servers go on after 5 s", true, "")
			}
			for _, next := range all {
				next.hover()
				next.hangUp()
			}
		}},
		{name: "two servers in one folder", end: "both show the profile; lives", do: func(s *session) { s.together(1, "both show the profile") }},
		{name: "eight servers in one folder", alone: true, end: "all show the profile; lives", do: func(s *session) { s.together(7, "all show the profile") }},
		{name: "50 servers one after another in one folder", alone: true, end: "each works and ends; lives", do: func(s *session) {
			for range 50 {
				next := s.another()
				next.hover()
				next.request("shutdown", "")
				next.notify("exit", "")
				next.checkExit("exit 0 within 3 s", "exit status 0", "3")
				next.inspect()
			}
			s.holds("each works and ends", true, "")
		}},
	}
}

// bystander is a process that waits until it is killed.
func (s *session) bystander() *exec.Cmd {
	s.t.Helper()
	cmd := exec.Command("cat")
	if _, err := cmd.StdinPipe(); err != nil {
		s.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	return cmd
}

// together starts others in the same folder, and gives them a profile.
func (s *session) together(others int, words string) {
	s.t.Helper()
	all := []*session{s}
	for range others {
		next := s.another()
		next.hover()
		all = append(all, next)
	}
	for _, next := range all {
		next.covered()
	}
	for _, next := range all[1:] {
		next.request("shutdown", "")
		next.notify("exit", "")
		next.checkExit("exit 0 within 3 s", "exit status 0", "3")
		next.inspect()
	}
	s.holds(words, true, "")
}

// signals are sent to the process.
func signals() []fault {
	send := func(sig syscall.Signal) func(*session) {
		return func(s *session) { s.signal(sig) }
	}
	return []fault{
		{name: "SIGTERM", do: send(syscall.SIGTERM), end: "exit 1 within 3 s"},
		{name: "SIGTERM after shutdown", from: ending, do: send(syscall.SIGTERM), end: "exit 0 within 3 s"},
		{name: "SIGTERM before initialize", from: started, end: "exit 1 within 3 s", do: func(s *session) {
			s.send(call("1", hover, nowhere)) // so that it is known to have come so far
			s.wait("an answer", func() bool { return len(s.answers()) > 0 })
			s.signal(syscall.SIGTERM)
		}},
		{name: "SIGTERM while profiles are read", with: start{files: profiles(200)}, do: send(syscall.SIGTERM), end: "exit 1 within 3 s"},
		{name: "SIGTERM while the client does not read", end: "exit 1 within 3 s", do: func(s *session) {
			s.deaf()
			s.raw(framed(slices.Repeat([]string{asked("1")}, 2000)...))
			s.signal(syscall.SIGTERM)
		}},
		{name: "SIGTERM with a report on show", end: "the report is shown; exit 1 within 3 s", do: func(s *session) {
			s.showReport()
			s.signal(syscall.SIGTERM)
		}},
		{name: "SIGINT", do: send(syscall.SIGINT), end: "exit 1 within 3 s"},
		{name: "SIGINT and SIGTERM ten times", end: "exit 1 within 3 s", do: func(s *session) {
			for range 10 {
				_ = s.cmd.Process.Signal(syscall.SIGINT)
				_ = s.cmd.Process.Signal(syscall.SIGTERM)
			}
		}},
		{name: "SIGHUP: the terminal is closed", end: "the report is shown; exit 1 within 3 s", do: func(s *session) {
			s.showReport()
			s.signal(syscall.SIGHUP)
		}},
		{name: "SIGHUP under nohup", with: start{shell: "trap '' HUP"}, do: send(syscall.SIGHUP), end: "lives"},
		{name: "SIGPIPE, SIGWINCH, SIGURG, SIGCHLD, SIGCONT", end: "lives", do: func(s *session) {
			for _, sig := range []syscall.Signal{syscall.SIGPIPE, syscall.SIGWINCH, syscall.SIGURG, syscall.SIGCHLD, syscall.SIGCONT} {
				s.signal(sig)
			}
		}},
		{name: "SIGSTOP, and SIGCONT after 1,000 requests", end: "each is answered once, with -32601; lives", do: func(s *session) {
			s.signal(syscall.SIGSTOP)
			var bodies []string
			for i := range 1000 {
				bodies = append(bodies, asked(strconv.Itoa(i)))
			}
			written := make(chan error, 1)
			go func() { written <- s.write(framed(bodies...)) }()
			s.signal(syscall.SIGCONT)
			if err := <-written; err != nil {
				s.t.Error(err)
			}
			s.each(1000, "each is answered once, with -32601", "-32601")
		}},
		// Who asks a Go program what it does by SIGQUIT gets an answer.
		{name: "SIGQUIT", with: start{trace: true}, end: "standard error says what it did; exit 2 within 3 s", do: func(s *session) {
			s.signal(syscall.SIGQUIT)
			<-s.exited
			s.holds("standard error says what it did", strings.Contains(s.errors(), "SIGQUIT: quit") && strings.Contains(s.errors(), "goroutine "), "%q", s.errors())
		}},
		{name: "SIGKILL", do: send(syscall.SIGKILL), end: "killed by SIGKILL within 3 s"},
		{name: "SIGKILL at 40 moments, each time with a new server in the folder", alone: true, end: "the settings are whole each time; lives", do: killed40},
	}
}

// signal sends a signal.
func (s *session) signal(sig syscall.Signal) {
	s.t.Helper()
	if err := s.cmd.Process.Signal(sig); err != nil {
		s.t.Fatalf("%v: %v", sig, err)
	}
}

// killed40 has a server write reports, settings and marks, and kills it when it has said so many messages.
func killed40(s *session) {
	settings := filepath.Join(s.dir, ".covls.toml")
	bad := ""
	for i := range 40 {
		next := s.another()
		next.initialize()
		next.initialized()
		write(s.t, s.profile(), []string{firstProfile, lastProfile}[i%2])
		for j := range 5 {
			next.send(
				call(fmt.Sprint(10*j+1), "workspace/executeCommand", `{"command":"covls.showReport"}`),
				call(fmt.Sprint(10*j+2), "workspace/executeCommand", fmt.Sprintf(`{"command":"covls.addRule","arguments":[{"uri":%q,"rule":{"weight":%d}}]}`, uriOf(s.good()), i+j+1)),
				call(fmt.Sprint(10*j+3), "workspace/executeCommand", fmt.Sprintf(`{"command":"covls.addPathMapping","arguments":[{"from":"%d-%d","to":"x"}]}`, i, j)),
			)
		}
		until := s.rand.IntN(30)
		next.wait("messages", func() bool { return len(next.messages()) >= min(until, 12) })
		next.signal(syscall.SIGKILL)
		<-next.exited
		data, err := os.ReadFile(settings)
		if err != nil && i < 20 {
			continue // killed before it wrote any
		}
		// Each entry is written whole: a table's header, and its keys.
		if n := bytes.Count(data, []byte("\"x\"")); err != nil || len(data) == 0 || data[len(data)-1] != '\n' || bytes.Count(data, []byte("to ")) != n {
			bad = fmt.Sprintf("%v: %s", err, data)
		}
	}
	s.holds("the settings are whole each time", bad == "", "%s", bad)
}

// surroundings are the environment and the limits of the process.
func surroundings() []fault {
	without := func(names ...string) start { return start{env: names} }
	report := func(s *session) {
		s.covered()
		m := s.ask("workspace/executeCommand", `{"command":"covls.showReport"}`)
		s.holds("the report is refused", m.Error != nil, "%s", m.Result)
	}
	return []fault{
		{name: "no HOME", with: without("HOME"), end: "lives"},
		{name: "HOME that is relative, or a file", end: "each lives; lives", do: func(s *session) {
			for _, home := range []string{".", "go.mod", "", "/dev/null", filepath.Join(s.dir, "go.mod"), "/none/" + strings.Repeat("x", 5000)} {
				next := open(s.t, s.covls, s.dir, start{env: []string{"HOME=" + home}})
				next.spawn()
				next.hover()
				next.request("shutdown", "")
				next.notify("exit", "")
				next.checkExit("exit 0 within 3 s", "exit status 0", "3")
				next.inspect()
			}
			s.holds("each lives", true, "")
		}},
		{name: "no PATH", with: without("PATH"), end: "lives"},
		{name: "an empty PATH", with: without("PATH="), end: "lives"},
		{name: "an empty environment", with: start{prepare: func(s *session) { s.cmd.Env = []string{} }}, end: "lives"},
		{name: "an environment of rubbish", with: start{env: []string{
			"LANG=\xff", "LC_ALL=none", "TZ=none/none", "TERM=", "GOFLAGS=-none", "GOROOT=/none", "GOPATH=relative", "GOCACHE=/none", "GOMODCACHE=/dev/null", "GIT_DIR=/none", "GIT_WORK_TREE=/none", "GODEBUG=none=1,x", "GOGC=none", "GOMEMLIMIT=0B",
			"XDG_CACHE_HOME=/none", "PAGER=none", "EDITOR=none", "A=" + strings.Repeat("x", 100_000),
		}}, end: "lives"},
		{name: "no temporary folder", with: without("TMPDIR=/none/none"), do: report, end: "the report is refused; lives"},
		{name: "a temporary folder that is a file", with: without("TMPDIR=/dev/null"), do: report, end: "the report is refused; lives"},
		{name: "a temporary folder that is wiped", end: "the report is refused; lives", do: func(s *session) {
			s.covered()
			s.request("workspace/executeCommand", `{"command":"covls.showReport"}`)
			_ = os.RemoveAll(s.tmp)
			m := s.ask("workspace/executeCommand", `{"command":"covls.showReport"}`)
			s.holds("the report is refused", m.Error != nil, "%s", m.Result)
			_ = os.Mkdir(s.tmp, 0o755)
		}},
		{name: "16 file descriptors", with: start{shell: "ulimit -n 16"}, end: "lives"},
		{name: "12 file descriptors and 100 profiles", with: start{shell: "ulimit -n 12", files: profiles(100)}, end: "lives"},
		{name: "1 GB of address space", with: start{shell: "ulimit -v 1000000", files: profiles(50)}, end: "lives"},
		// Go's runtime reserves more than this before anything of covls runs.
		{name: "300 MB of address space", from: started, with: start{shell: "ulimit -v 300000", trace: true}, end: "standard error says what is lacking; exit 2 within 3 s", do: func(s *session) {
			<-s.exited
			s.holds("standard error says what is lacking", strings.Contains(s.errors(), "memory"), "%q", s.errors())
		}},
		{name: "a memory limit of Go's that is too low", with: start{env: []string{"GOMEMLIMIT=10MiB", "GOGC=20"}, files: profiles(50)}, end: "lives"},
		{name: "one processor", with: start{env: []string{"GOMAXPROCS=1"}, files: profiles(50)}, end: "lives"},
		{name: "a small stack", with: start{shell: "ulimit -s 256"}, end: "lives"},
		{name: "files that must not have a byte", with: start{shell: "ulimit -f 0"}, end: "a rule and the report are refused; lives", do: func(s *session) {
			s.covered()
			rule := s.ask("workspace/executeCommand", fmt.Sprintf(`{"command":"covls.addRule","arguments":[{"uri":%q,"rule":{"weight":2}}]}`, uriOf(s.good())))
			report := s.ask("workspace/executeCommand", `{"command":"covls.showReport"}`)
			_, err := os.Lstat(filepath.Join(s.dir, ".covls.toml"))
			s.holds("a rule and the report are refused", rule.Error != nil && report.Error != nil && os.IsNotExist(err), "%s, %s, %v", rule.Result, report.Result, err)
		}},
		{name: "no shell, no program to be found", with: start{prepare: func(s *session) { s.cmd.Env = append(s.cmd.Env, "PATH="+s.tmp) }}, end: "lives"},
		{name: "a wrong flag", from: started, with: start{args: []string{"--none"}}, do: refused("unknown flag: --none"), end: "one line on standard error says why; exit 2 within 3 s"},
		{name: "an argument too many", from: started, with: start{args: []string{"none"}}, do: refused("none"), end: "one line on standard error says why; exit 2 within 3 s"},
		{name: "a log that can't be written", from: started, with: start{args: []string{"--log", "/none/none.log"}}, do: refused("/none/none.log"), end: "one line on standard error says why; exit 2 within 3 s"},
		{name: "a log on a full disk", with: start{args: []string{"--log", "/dev/full"}}, end: "lives"},
	}
}

// refused waits for a program that says what it lacks and ends.
func refused(why string) func(*session) {
	return func(s *session) {
		<-s.exited
		s.holds("one line on standard error says why", strings.HasPrefix(s.errors(), "covls: ") && strings.Count(s.errors(), "\n") == 1 && strings.Contains(s.errors(), why), "%q", s.errors())
	}
}

// errors is what came on the standard error of a process that has ended.
func (s *session) errors() string {
	<-s.silent
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stderr.String()
}

// streams are other things than pipes.
func streams() []fault {
	file := func(s *session, name, content string) string {
		path := filepath.Join(s.base, name)
		write(s.t, path, content)
		return path
	}
	whole := func(s *session) string {
		return framed(call("0", "initialize", s.hello()), note("initialized", "{}"), didOpen(uriOf(s.good()), goodSource), call("1", "shutdown", ""), note("exit", ""))
	}
	device := func(s *session, path string, flag int) *os.File {
		f, err := os.OpenFile(path, flag, 0)
		if err != nil {
			s.t.Skip(err)
		}
		s.t.Cleanup(func() { _ = f.Close() })
		return f
	}
	session2 := func(s *session) { s.raw(whole(s)) }
	return []fault{
		{name: "standard input is /dev/null", from: started, with: start{prepare: func(s *session) { s.cmd.Stdin = device(s, os.DevNull, os.O_RDONLY) }}, end: "answers nothing; exit 1 within 3 s"},
		{name: "standard input is closed", from: started, with: start{shell: "exec <&-"}, end: "answers nothing; exit 1 within 3 s"},
		{name: "standard input is a folder", from: started, with: start{prepare: func(s *session) { s.cmd.Stdin = device(s, s.dir, os.O_RDONLY) }}, end: "answers nothing; exit 1 within 3 s"},
		{name: "standard input is a file", from: started, with: start{prepare: func(s *session) { s.cmd.Stdin = device(s, file(s, "session", whole(s)), os.O_RDONLY) }}, end: "answers 0 ok, 1 ok; exit 0 within 3 s"},
		{name: "standard output is a file", from: started, with: start{prepare: func(s *session) { s.cmd.Stdout = device(s, file(s, "output", ""), os.O_WRONLY) }}, end: "the file holds whole messages; exit 0 within 3 s", do: func(s *session) {
			s.raw(whole(s))
			<-s.exited
			data, err := os.ReadFile(filepath.Join(s.base, "output"))
			n, in := 0, bufio.NewReader(bytes.NewReader(data))
			for len(data) > 0 && err == nil {
				var body []byte
				if body, err = readFrame(in); err == nil {
					_, err = parse(body)
					n++
				}
			}
			s.holds("the file holds whole messages", n >= 2 && err != nil && err.Error() == "EOF", "%d messages, %v", n, err)
		}},
		{name: "standard output is /dev/null", from: started, with: start{prepare: func(s *session) { s.cmd.Stdout = device(s, os.DevNull, os.O_WRONLY) }}, do: session2, end: "exit 0 within 3 s"},
		{name: "standard output is closed", from: started, with: start{shell: "exec >&-"}, do: session2, end: "exit 0 within 3 s"},
		{name: "standard output is full", from: started, with: start{prepare: func(s *session) { s.cmd.Stdout = device(s, "/dev/full", os.O_WRONLY) }}, end: "exit 1 within 3 s", do: func(s *session) {
			_ = s.write(frame(call("0", "initialize", s.hello())))
		}},
		{name: "standard output can't be written to", from: started, with: start{prepare: func(s *session) { s.cmd.Stdout = device(s, os.DevNull, os.O_RDONLY) }}, end: "exit 1 within 3 s", do: func(s *session) {
			_ = s.write(frame(call("0", "initialize", s.hello())))
		}},
		{name: "standard error is closed", with: start{shell: "exec 2>&-"}, end: "lives"},
		{name: "standard error that nobody reads", with: start{prepare: unheard, files: profiles(100)}, end: "lives"},
		{name: "standard error is full", with: start{prepare: func(s *session) { s.cmd.Stderr = device(s, "/dev/full", os.O_WRONLY) }}, end: "lives"},
		{name: "all three are closed", from: started, with: start{shell: "exec <&- >&- 2>&-"}, end: "exit 1 within 3 s"},
		{name: "sockets for pipes, as Node.js has them", with: start{prepare: (*session).sockets}, end: "lives"},
	}
}

// unheard has nobody read standard error, which is a pipe without room.
func unheard(s *session) {
	s.overheard = false
	w := s.cmd.Stderr.(*os.File)
	_ = w.SetWriteDeadline(time.Now().Add(20 * time.Millisecond))
	if _, err := w.Write(make([]byte, 4<<20)); !errors.Is(err, os.ErrDeadlineExceeded) {
		s.t.Fatalf("filling the pipe: %v", err)
	}
}

// sockets replaces standard input and output by one socket each.
func (s *session) sockets() {
	pair := func(name string) (ours, theirs *os.File) {
		fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
		if err != nil {
			s.t.Fatal(err)
		}
		syscall.CloseOnExec(fds[0])
		syscall.CloseOnExec(fds[1])
		_ = syscall.SetNonblock(fds[0], true)
		ours, theirs = os.NewFile(uintptr(fds[0]), name), os.NewFile(uintptr(fds[1]), name)
		s.t.Cleanup(func() { _, _ = ours.Close(), theirs.Close() })
		return ours, theirs
	}
	in, stdin := pair("stdin")
	out, stdout := pair("stdout")
	s.in, s.out, s.cmd.Stdin, s.cmd.Stdout = in, out, stdin, stdout
}

// folders are what the process may not have, and what it must leave alone.
func folders() []fault {
	return []fault{
		{name: "the working directory was deleted", with: start{shell: `mkdir gone && cd gone && rmdir ../gone`}, end: "lives"},
		{name: "the working directory can't be entered", with: start{prepare: func(s *session) {
			s.unprivileged()
			dir := filepath.Join(s.base, "locked")
			if err := os.Mkdir(dir, 0o777); err != nil {
				s.t.Fatal(err)
			}
			script := fmt.Sprintf(`cd %q && chmod 000 . && exec "$0" "$@"`, dir)
			_ = os.Chmod(dir, 0o777)
			attr, env := s.cmd.SysProcAttr, s.cmd.Env
			in, out, errs := s.cmd.Stdin, s.cmd.Stdout, s.cmd.Stderr
			s.owns(dir)
			s.cmd = exec.Command("sh", "-c", script, s.covls, "serve")
			s.cmd.Dir, s.cmd.SysProcAttr, s.cmd.Env = s.base, attr, env
			s.cmd.Stdin, s.cmd.Stdout, s.cmd.Stderr = in, out, errs
			s.t.Cleanup(func() { _ = os.Chmod(dir, 0o755) })
		}}, end: "lives"},
		{name: "a workspace that can't be written to", with: start{prepare: func(s *session) {
			s.unprivileged()
			_ = os.Chmod(s.dir, 0o555)
			s.t.Cleanup(func() { _ = os.Chmod(s.dir, 0o755) })
		}}, end: "rule, mapping and settings are refused; lives", do: func(s *session) {
			s.covered()
			got := ""
			for _, c := range []string{
				fmt.Sprintf(`{"command":"covls.addRule","arguments":[{"uri":%q,"rule":{"weight":2}}]}`, uriOf(s.good())),
				`{"command":"covls.addPathMapping","arguments":[{"from":"a","to":"b"}]}`,
				`{"command":"covls.createConfiguration"}`,
			} {
				if m := s.ask("workspace/executeCommand", c); m.Error == nil || !strings.Contains(*m.Error.Message, "permission denied") {
					got += fmt.Sprintf("%s: %v %s; ", c, m.Error, m.Result)
				}
			}
			s.holds("rule, mapping and settings are refused", got == "", "%s", got)
		}},
		{name: "a workspace that is not there", from: started, end: "lives", do: func(s *session) {
			dir := s.dir
			s.dir = filepath.Join(s.base, "none")
			s.initialize()
			s.dir = dir
			s.notify("initialized", "{}")
			s.request("covls/gaps", "{}")
			s.notify("workspace/didChangeWorkspaceFolders", fmt.Sprintf(`{"event":{"added":[{"uri":%q,"name":"w"}],"removed":[]}}`, uriOf(s.dir)))
			s.send(didOpen(uriOf(s.good()), goodSource))
			s.state = running
		}},
		{name: "a workspace that is a file, a device, the root of a library", from: started, end: "lives", do: func(s *session) {
			s.initialize()
			s.notify("initialized", "{}")
			for _, path := range []string{filepath.Join(s.dir, "go.mod"), os.DevNull, "/dev/zero", "/proc/self", "/none"} {
				s.notify("workspace/didChangeWorkspaceFolders", fmt.Sprintf(`{"event":{"added":[{"uri":%q,"name":"w"}],"removed":[]}}`, uriOf(path)))
			}
			s.send(didOpen(uriOf(s.good()), goodSource))
			s.state = running
		}},
		{name: "a whole session", with: start{files: map[string]string{
			// The second file is looked for by go list, the third is nowhere.
			"cover.out": "mode: set\nexample.com/fault/good/good.go:4.22,7.2 2 0\nexample.com/elsewhere/a/a.go:1.1,2.2 1 0\n/none/b.go:1.1,2.2 1 0\n",
		}}, from: started, end: "nothing was written that nobody asked for; lives", do: untouched},
	}
}

// opened lets everybody into a folder and those around it. Folders of tests are their user's alone; what others may enter stays
// as it is, such as /tmp.
func (s *session) opened(dir string) {
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if info, err := os.Stat(dir); err == nil && info.Mode().Perm()&0o005 != 0o005 {
			s.must(os.Chmod(dir, 0o755))
		}
	}
}

// unprivileged has root's process run as somebody else, who may read the folders.
func (s *session) unprivileged() {
	if os.Geteuid() != 0 {
		return
	}
	const nobody = 65534
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	for _, path := range []string{s.base, s.covls} {
		s.opened(filepath.Dir(path))
	}
	s.owns(s.home)
	s.owns(s.tmp)
}

// owns gives a folder to whom the process runs as.
func (s *session) owns(dir string) {
	if a := s.cmd.SysProcAttr; a != nil && a.Credential != nil {
		if err := os.Chown(dir, int(a.Credential.Uid), int(a.Credential.Gid)); err != nil {
			s.t.Fatal(err)
		}
	}
}

// untouched asks for everything in a repository of git, and looks at all files before and after.
func untouched(s *session) {
	if _, err := exec.LookPath("git"); err == nil {
		now := time.Now()
		gittest.Run(s.t, s.dir, now, "init", "-q")
		gittest.Run(s.t, s.dir, now, "add", ".")
		gittest.Run(s.t, s.dir, now, "commit", "-qm", "first")
		write(s.t, s.good(), goodSource) // so that the index is out of date
	}
	write(s.t, s.profile(), firstProfile)
	before := s.files()
	next := open(s.t, s.covls, s.dir, start{env: []string{"HOME=" + s.home, "TMPDIR=" + s.tmp}})
	next.spawn()
	next.hover()
	next.marked(firstMark)
	u := uriOf(s.good())
	for _, request := range [][2]string{
		{"textDocument/codeLens", `{"textDocument":{"uri":"GOOD"}}`},
		{"textDocument/codeAction", `{"textDocument":{"uri":"GOOD"},"range":{"start":{"line":3,"character":6},"end":{"line":3,"character":6}},"context":{"diagnostics":[]}}`},
		{"textDocument/inlayHint", `{"textDocument":{"uri":"GOOD"},"range":{"start":{"line":0,"character":0},"end":{"line":9,"character":0}}}`},
		{"textDocument/diagnostic", `{"textDocument":{"uri":"GOOD"}}`},
		{"covls/gaps", "{}"},
		{"covls/coverage", `{"textDocument":{"uri":"GOOD"}}`},
		{hover, at(u, once)},
		{"workspace/executeCommand", `{"command":"covls.doctor"}`},
		{"workspace/executeCommand", `{"command":"covls.reload"}`},
		{"workspace/executeCommand", `{"command":"covls.explain","arguments":[{"textDocument":{"uri":"GOOD"}}]}`},
		{"workspace/executeCommand", `{"command":"covls.runCommand"}`},
		{"workspace/executeCommand", `{"command":"covls.mostUrgentGap"}`},
		{"workspace/executeCommand", `{"command":"covls.toggle"}`},
		{"workspace/executeCommand", `{"command":"covls.showReport","arguments":[{"format":"html"}]}`},
		{"workspace/executeCommand", `{"command":"covls.showReport"}`},
	} {
		next.request(request[0], next.real(request[1]))
	}
	next.notify("textDocument/didChange", fmt.Sprintf(`{"textDocument":{"uri":%q,"version":2},"contentChanges":[{"text":"package good"}]}`, u))
	next.notify("textDocument/didSave", fmt.Sprintf(`{"textDocument":{"uri":%q}}`, u))
	next.request("shutdown", "")
	next.notify("exit", "")
	next.checkExit("exit 0 within 3 s", "exit status 0", "3")
	var changed []string
	after := s.files()
	for _, path := range slices.Sorted(maps.Keys(after)) {
		if before[path] != after[path] && !isCache(path) && path != s.home {
			changed = append(changed, path)
		}
	}
	for path := range before {
		if after[path] == "" {
			changed = append(changed, path+" is gone")
		}
	}
	s.holds("nothing was written that nobody asked for", len(changed) == 0, "%v", changed)
}

// files tells size, time and mode of all that is in the session's folders.
func (s *session) files() map[string]string {
	s.t.Helper()
	all := map[string]string{}
	for _, dir := range []string{s.dir, s.home, s.tmp} {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			info, err := d.Info()
			if err != nil || path == s.tmp { // a folder for the report comes and goes
				return err
			}
			all[path] = fmt.Sprint(info.Mode(), info.ModTime(), info.Size())
			return nil
		})
		if err != nil {
			s.t.Fatal(err)
		}
	}
	return all
}

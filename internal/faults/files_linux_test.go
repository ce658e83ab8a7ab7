package faults_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// bounds are rows in which the kernel itself refuses: file events, and room on a disk. Each has its own
// namespace, so that nothing else on the machine is without.
func bounds() []fault {
	shown := func(s *session) {
		s.covered()
		path := s.under("good/deep/er/new/coverage.out")
		write(s.t, path, lastProfile)
		s.marks(uriOf(s.good()), func(all []string) bool { return len(all) == 0 })
		s.holds("a new profile in a new folder is shown", true, "")
		s.must(os.RemoveAll(s.under("good/deep")))
	}
	const all = "a new profile in a new folder is shown; lives"
	full := confined(`mkdir full && mount -t tmpfs -o size=16k none full && cp good/good.go go.mod full && mount -t tmpfs -o size=16k none "$TMPDIR"
		for d in full "$TMPDIR"; do head -c 99999 /dev/zero > "$d/filler"; done 2>/dev/null; true`, nil)
	full.capabilities = modern
	return []fault{
		{name: "two watches on folders at most", with: confined("echo 2 > /proc/sys/user/max_inotify_watches", profiles(50)), do: shown, end: all},
		{name: "no watch on any folder", with: confined("echo 0 > /proc/sys/user/max_inotify_watches", profiles(50)), do: shown, end: all},
		{name: "no file events at all", with: confined("echo 0 > /proc/sys/user/max_inotify_instances", nil), do: shown, end: all},
		{name: "a full disk", with: full, do: fullDisk, end: "a rule and the report are refused, and the message says why; no file is left of them; both work when there is room; lives"},
		{name: "a profile that is cut while half of it is read", alone: true, end: "what was whole stays; lives", do: halfRead},
	}
}

// confined starts the program where it is root of namespaces of its own, after the shell did something there.
func confined(shell string, files map[string]string) start {
	return start{shell: shell, files: files, prepare: func(s *session) {
		attr := &syscall.SysProcAttr{
			Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
			UidMappings: []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}},
			GidMappings: []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}},
		}
		try := exec.Command("sh", "-c", shell)
		try.Dir, try.SysProcAttr, try.Env = s.t.TempDir(), attr, []string{"TMPDIR=.", "PATH=" + os.Getenv("PATH")}
		s.must(os.Mkdir(filepath.Join(try.Dir, "good"), 0o755))
		s.must(os.WriteFile(filepath.Join(try.Dir, "good", "good.go"), nil, 0o644))
		s.must(os.WriteFile(filepath.Join(try.Dir, "go.mod"), nil, 0o644))
		if out, err := try.CombinedOutput(); err != nil {
			s.t.Skipf("this machine lets nobody have namespaces: %v %s", err, out)
		}
		s.cmd.SysProcAttr = attr
	}}
}

// fullDisk has the server write where there is no room, and again where there is.
func fullDisk(s *session) {
	s.covered()
	full := s.under("full")
	inside := filepath.Join("/proc", strconv.Itoa(s.cmd.Process.Pid), "root", full) // as the program sees it
	s.notify("workspace/didChangeWorkspaceFolders", fmt.Sprintf(`{"event":{"added":[{"uri":%q,"name":"full"}],"removed":[]}}`, uriOf(full)))
	s.reload()
	rule := fmt.Sprintf(`{"command":"covls.addRule","arguments":[{"uri":%q,"rule":{"weight":2},"confirmed":true}]}`, uriOf(filepath.Join(full, "good.go")))
	report := `{"command":"covls.showReport"}`
	a, b := s.ask("workspace/executeCommand", rule), s.ask("workspace/executeCommand", report)
	said := fmt.Sprintf("%s %s", text(a), text(b))
	s.holds("a rule and the report are refused, and the message says why", a.Error != nil && b.Error != nil && strings.Count(said, "no space left on device") == 2, "%s", said)
	tmp := filepath.Join("/proc", strconv.Itoa(s.cmd.Process.Pid), "root", s.tmp)
	left := append(listing(s, inside), listing(s, tmp)...)
	s.holds("no file is left of them", strings.Join(left, " ") == "filler go.mod good.go filler", "%q", left)
	s.must(os.Remove(filepath.Join(inside, "filler")))
	s.must(os.Remove(filepath.Join(tmp, "filler")))
	a, b = s.ask("workspace/executeCommand", rule), s.ask("workspace/executeCommand", report)
	s.holds("both work when there is room", a.Error == nil && b.Error == nil, "%s, %s", text(a), text(b))
}

func text(m message) string {
	if m.Error != nil && m.Error.Message != nil {
		return *m.Error.Message
	}
	return string(m.Result)
}

// listing are the files in a folder and below, by name.
func listing(s *session, dir string) (all []string) {
	s.t.Helper()
	s.must(filepath.WalkDir(dir, func(_ string, e os.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			all = append(all, e.Name())
		}
		return err
	}))
	return all
}

// halfRead stops the server in the middle of a profile, which the place of its descriptor shows, and cuts the
// profile before what was read.
func halfRead(s *session) {
	s.covered()
	since := len(s.messages())
	big := firstProfile + strings.Repeat("example.com/fault/good/good.go:4.22,7.2 2 0\n", 1_000_000)
	for range 20 {
		write(s.t, s.profile(), big)
		s.change(s.profile())
		caught := false
		s.reloading(func() {
			for end := time.Now().Add(5 * time.Second); !caught && time.Now().Before(end); {
				if at := s.reads(s.profile()); at <= 0 || at >= len(big)/2 {
					continue
				}
				s.must(s.cmd.Process.Signal(syscall.SIGSTOP))
				at := s.reads(s.profile())
				caught = at > 0 && at < len(big)
				if caught {
					s.must(os.Truncate(s.profile(), int64(at/2)))
				}
				s.must(s.cmd.Process.Signal(syscall.SIGCONT))
			}
		})
		if caught {
			all := s.marksOf(since)
			bad := ""
			for _, texts := range all {
				if len(texts) != 1 || !strings.HasPrefix(texts[0], "Once") {
					bad = strings.Join(texts, "; ")
				}
			}
			s.holds("what was whole stays", bad == "", "%s", bad)
			return
		}
	}
	s.t.Fatal("the server was never seen to read the profile")
}

// reads is how far the server has read a file that it has open, in bytes; -1 where it has not.
func (s *session) reads(path string) int {
	proc := filepath.Join("/proc", strconv.Itoa(s.cmd.Process.Pid))
	fds, _ := os.ReadDir(filepath.Join(proc, "fd"))
	for _, fd := range fds {
		if to, err := os.Readlink(filepath.Join(proc, "fd", fd.Name())); err != nil || to != path {
			continue
		}
		info, _ := os.ReadFile(filepath.Join(proc, "fdinfo", fd.Name()))
		var at int
		if _, err := fmt.Sscanf(string(info), "pos:\t%d", &at); err == nil {
			return at
		}
	}
	return -1
}

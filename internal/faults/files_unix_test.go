//go:build unix

package faults_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// fileFaults are in how files change on disk.
func fileFaults() []fault {
	faults := slices.Concat(writers(), moves(), trees(), clocks(), sources(), crafted(), bounds())
	for i := range faults {
		faults[i].group = "files"
		if faults[i].with.capabilities == "" {
			faults[i].with.capabilities = telling
		}
	}
	return faults
}

// marksOf are the messages that were ever published of the good source since so many messages.
func (s *session) marksOf(since int) (all [][]string) {
	for _, m := range s.messages()[since:] {
		if m.Method == nil || *m.Method != "textDocument/publishDiagnostics" {
			continue
		}
		var params struct {
			URI         string
			Diagnostics []mark
		}
		if err := json.Unmarshal(m.Params, &params); err != nil || params.URI != uriOf(s.good()) {
			continue
		}
		var texts []string
		for _, d := range params.Diagnostics {
			texts = append(texts, d.Message)
		}
		all = append(all, texts)
	}
	return all
}

// never holds that no set of marks since then was empty.
func (s *session) never(words string, since int) {
	s.t.Helper()
	all := s.marksOf(since)
	i := slices.IndexFunc(all, func(texts []string) bool { return len(texts) == 0 })
	s.holds(words, i < 0, "%q", all)
}

// writers are profiles that somebody writes.
func writers() []fault {
	const stays = "the marks never go away in between"
	return []fault{
		{name: "a profile that is renamed over 2,000 times while requests run", end: "each is answered once, with a result or -32602; the last one is shown; " + stays + "; lives", do: func(s *session) {
			s.covered()
			since := len(s.messages())
			const n = 2000
			for i := range n {
				s.must(os.WriteFile(s.profile()+".part", []byte([]string{firstProfile, firstProfile + "\n"}[i%2]), 0o644))
				s.must(os.Rename(s.profile()+".part", s.profile()))
				s.send(call(strconv.Itoa(i), hover, at(uriOf(s.good()), once)))
			}
			s.each(n, answeredOnce, "ok")
			write(s.t, s.profile(), lastProfile)
			s.marked(lastMark)
			s.holds("the last one is shown", true, "")
			s.never(stays, since)
		}},
		{name: "a profile that is written line by line, and stays open", end: "the last one is shown; " + stays + "; lives", do: func(s *session) {
			s.covered()
			since := len(s.messages())
			w := s.writer(s.profile())
			for line := range strings.Lines(lastProfile) {
				w.write(line)
				s.hover()
				s.change(s.profile())
			}
			s.never(stays, since)
			w.close()
			s.marked(lastMark)
			s.holds("the last one is shown", true, "")
		}},
		{name: "a profile that grows as go test has it", end: "the last one is shown; " + stays + "; lives", do: func(s *session) {
			s.covered()
			since := len(s.messages())
			for range 3 {
				w := s.writer(s.profile())
				w.write("mode: set\n")
				for i := range 10 {
					s.change(s.profile())
					s.hover()
					w.write(fmt.Sprintf("example.com/fault/other%d/a.go:1.1,2.2 1 1\n", i))
				}
				w.write(strings.TrimPrefix(lastProfile, "mode: set\n"))
				s.never(stays, since)
				w.close()
			}
			s.marked(lastMark)
			s.holds("the last one is shown", true, "")
		}},
		{name: "a profile that is truncated while it is read", alone: true, end: "what was whole stays; lives", do: func(s *session) {
			s.covered()
			since := len(s.messages())
			big := firstProfile + strings.Repeat("example.com/fault/good/good.go:4.22,7.2 2 0\n", 200_000)
			for range 10 {
				write(s.t, s.profile(), big)
				s.change(s.profile())
				s.reloading(func() { s.must(os.Truncate(s.profile(), int64(s.rand.IntN(len(big))))) })
				s.must(os.Truncate(s.profile(), 0))
			}
			all := s.marksOf(since)
			i := slices.IndexFunc(all, func(texts []string) bool { return len(texts) != 1 || !strings.HasPrefix(texts[0], "Once") })
			s.holds("what was whole stays", i < 0, "%q", all)
		}},
		{name: "a profile that is deleted and comes back, 8 times", end: "its marks go and come; lives", do: func(s *session) {
			for range 8 {
				s.covered()
				s.must(os.Remove(s.profile()))
				s.change(s.profile())
				s.marks(uriOf(s.good()), func(all []string) bool { return len(all) == 0 })
			}
			s.holds("its marks go and come", true, "")
		}},
		{name: "a folder of profiles that is wiped and written anew", end: "the last one is shown; " + stays + "; lives", do: func(s *session) {
			path := s.under("coverage/out/cover.out")
			write(s.t, path, firstProfile)
			s.change(path)
			s.marked(firstMark)
			since := len(s.messages())
			for range 10 {
				s.must(os.RemoveAll(s.under("coverage")))
				s.change(path)
				s.reload()
			}
			write(s.t, path, lastProfile)
			s.change(path)
			s.marked(lastMark)
			s.holds("the last one is shown", true, "")
			s.never(stays, since)
			s.must(os.RemoveAll(s.under("coverage")))
		}},
		{name: "tens of thousands of events while the server stands still", alone: true, end: "what came in between is shown; lives", do: func(s *session) {
			s.covered()
			s.must(s.cmd.Process.Signal(syscall.SIGSTOP))
			for i := range 20_000 {
				path := s.under(fmt.Sprintf("good/%d", i%50))
				s.must(os.WriteFile(path, nil, 0o644))
				if i%2 == 1 {
					s.must(os.Remove(path))
				}
			}
			write(s.t, s.profile(), lastProfile)
			s.must(s.cmd.Process.Signal(syscall.SIGCONT))
			s.marked(lastMark)
			s.holds("what came in between is shown", true, "")
		}},
	}
}

// reloading does something while the server reads everything again.
func (s *session) reloading(do func()) {
	s.t.Helper()
	s.asked++
	id := strconv.Quote(ownIDs + strconv.Itoa(s.asked))
	s.send(call(id, "workspace/executeCommand", `{"command":"covls.reload"}`))
	do()
	s.answer(id)
}

// writer is another process that has a file open, and writes what it is told.
type writer struct {
	s    *session
	in   *os.File
	acks *bufio.Reader
	done func()
}

func (s *session) writer(path string) *writer {
	s.t.Helper()
	in, theirIn, err := os.Pipe()
	s.must(err)
	theirOut, out, err := os.Pipe()
	s.must(err)
	p, err := os.StartProcess("/bin/sh", []string{"sh", "-c", `exec 3>"$0"; echo; while IFS= read -r l; do printf '%s\n' "$l" >&3; echo; done`, path}, &os.ProcAttr{Files: []*os.File{in, out, os.Stderr}})
	_, _ = in.Close(), out.Close()
	s.must(err)
	w := &writer{s: s, in: theirIn, acks: bufio.NewReader(theirOut), done: func() {
		_, _ = theirIn.Close(), theirOut.Close()
		_, _ = p.Wait()
	}}
	s.t.Cleanup(func() { _ = theirIn.Close() })
	_, err = w.acks.ReadString('\n')
	s.must(err)
	return w
}

// write returns when the line is in the file.
func (w *writer) write(line string) {
	w.s.t.Helper()
	_, err := w.in.WriteString(line)
	w.s.must(err)
	_, err = w.acks.ReadString('\n')
	w.s.must(err)
}

func (w *writer) close() { w.done() }

// moves are of folders and links.
func moves() []fault {
	const sees = "the profile in it is shown again"
	return []fault{
		{name: "the workspace folder is deleted and made again", end: sees + "; lives", do: func(s *session) {
			s.covered()
			s.must(os.RemoveAll(s.dir))
			s.reload()
			s.hover()
			write(s.t, s.under("go.mod"), goodModule)
			write(s.t, s.good(), goodSource)
			write(s.t, s.profile(), lastProfile)
			s.change(s.profile())
			s.marked(lastMark)
			s.holds(sees, true, "")
		}},
		{name: "the workspace folder is moved away and back", end: sees + "; lives", do: func(s *session) {
			s.covered()
			s.must(os.Rename(s.dir, s.dir+".away"))
			s.reload()
			s.must(os.Rename(s.dir+".away", s.dir))
			write(s.t, s.profile(), lastProfile)
			s.change(s.profile())
			s.marked(lastMark)
			s.holds(sees, true, "")
		}},
		{name: "links that go in circles", end: "each profile is found once; lives", do: func(s *session) {
			for link, to := range map[string]string{"a": "b", "b": "a", "c": "c", "good/up": "..", "good/here": ".", "root": "/", "good/loop.info": "loop.info"} {
				s.must(os.Symlink(to, s.under(link)))
			}
			s.covered()
			s.reload()
			st := s.told("the profile", func(st status) bool { return !st.Loading && len(st.Profiles) > 0 })
			s.holds("each profile is found once", len(st.Profiles) == 1, "%v", st.Profiles)
		}},
		{name: "links that lead out of the workspace", end: "what lies outside is not read; lives", do: func(s *session) {
			outside := filepath.Join(filepath.Dir(s.dir), "outside")
			write(s.t, filepath.Join(outside, "lcov.info"), "TN:\nSF:"+filepath.Join(outside, "secret.go")+"\nDA:1,0\nend_of_record\n")
			write(s.t, filepath.Join(outside, "secret.go"), "package secret\n")
			s.must(os.Symlink(filepath.Join(outside, "lcov.info"), s.under("good/lcov.info")))
			s.must(os.Symlink(outside, s.under("out")))
			s.covered()
			s.change(s.under("good/lcov.info"), s.under("out/lcov.info"))
			s.reload()
			st := s.told("the profile", func(st status) bool { return !st.Loading && len(st.Profiles) > 0 })
			s.holds("what lies outside is not read", len(st.Profiles) == 1 && st.Profiles[0].Path == "good/cover.out", "%v", st.Profiles)
		}},
		{name: "a profile with two names (a hard link)", end: "it counts once for each, and both change; lives", do: func(s *session) {
			write(s.t, s.under("good/coverage.out"), firstProfile)
			s.must(os.Link(s.under("good/coverage.out"), s.under("good/c.out")))
			s.change(s.under("good/coverage.out"), s.under("good/c.out"))
			s.marked(firstMark)
			f, err := os.OpenFile(s.under("good/c.out"), os.O_WRONLY|os.O_TRUNC, 0)
			s.must(err)
			_, err = f.WriteString(lastProfile)
			s.must(err)
			s.must(f.Close())
			s.change(s.under("good/coverage.out"))
			s.marked(lastMark)
			s.holds("it counts once for each, and both change", true, "")
			s.must(os.Remove(s.under("good/coverage.out")))
			s.must(os.Remove(s.under("good/c.out")))
		}},
		{name: "a profile whose name changes its case alone", end: "it is the one that is named so that counts; lives", do: func(s *session) {
			s.covered()
			s.must(os.Rename(s.profile(), s.under("good/Cover.OUT")))
			s.change(s.profile(), s.under("good/Cover.OUT"))
			s.marks(uriOf(s.good()), func(all []string) bool { return len(all) == 0 })
			s.must(os.Rename(s.under("good/Cover.OUT"), s.profile()))
			s.change(s.profile(), s.under("good/Cover.OUT"))
			s.marked(firstMark)
			s.holds("it is the one that is named so that counts", true, "")
		}},
	}
}

// trees are large, or closed.
func trees() []fault {
	const found = "a profile in it is found"
	return []fault{
		{name: "60,000 files and 20,000 folders in the workspace", alone: true, with: start{prepare: func(s *session) {
			for i := range 20_000 {
				dir := s.under(fmt.Sprintf("many/%d/%d", i/200, i))
				s.must(os.MkdirAll(dir, 0o755))
				for j := range 3 {
					f, err := os.Create(fmt.Sprintf("%s/%d.go", dir, j))
					s.must(err)
					s.must(f.Close())
				}
			}
		}}, end: found + "; lives", do: func(s *session) {
			write(s.t, s.profile(), firstProfile)
			s.change(s.profile())
			s.marked(firstMark)
			write(s.t, s.under("many/99/19999/lcov.info"), sampleOf("lcov").text)
			s.change(s.under("many/99/19999/lcov.info"))
			s.told("the profile", func(st status) bool { return st.of("many/99/19999/lcov.info").Format == "lcov" })
			s.holds(found, true, "")
		}},
		{name: "folders that nobody may read", with: start{prepare: func(s *session) {
			s.must(os.MkdirAll(s.under("closed/in"), 0o755))
			write(s.t, s.under("closed/in/cover.out"), firstProfile)
			nobody(s)
			s.must(os.Chmod(s.under("closed"), 0))
			s.t.Cleanup(func() { _ = os.Chmod(s.under("closed"), 0o755) })
		}}, end: "the doctor says so; the others are read; lives", do: func(s *session) {
			s.covered()
			s.holds("the others are read", true, "")
			s.searched()
			told := s.doctor()
			s.holds("the doctor says so", strings.Contains(told, "permission denied"), "%.3000s", told)
		}},
		{name: "a folder 200 deep", with: start{prepare: func(s *session) { s.must(os.MkdirAll(s.under(strings.Repeat("d/", 200)), 0o755)) }}, end: "the doctor says what is left out; lives", do: func(s *session) {
			s.covered()
			s.searched()
			told := s.doctor()
			s.holds("the doctor says what is left out", strings.Contains(told, "deep"), "%.2000s", told)
		}},
		{name: "a limit of 64 open files", with: start{shell: "ulimit -n 64"}, end: "the profiles are read; lives", do: func(s *session) {
			for i := range 200 {
				write(s.t, s.under(fmt.Sprintf("many/%d/cover.out", i)), "mode: set\n")
			}
			s.covered()
			s.holds("the profiles are read", true, "")
		}},
	}
}

// searched waits until the workspace was searched for profiles.
func (s *session) searched() {
	s.t.Helper()
	s.told("a search", func(st status) bool { return len(st.Folders) == 1 && st.Folders[0].Searched > 0 })
}

// clocks are times that are wrong.
func clocks() []fault {
	var faults []fault
	for name, when := range map[string]time.Time{"1970": time.Unix(0, 0), "1901": time.Unix(-1<<31, 0), "2262": time.Unix(1<<33, 999), "2400": time.Date(2400, 1, 1, 0, 0, 0, 0, time.UTC), "tomorrow": time.Now().Add(24 * time.Hour)} {
		faults = append(faults, fault{name: "a profile and a source of " + name, end: "it is read, and its next one, too; lives", do: func(s *session) {
			put := func(text string) {
				s.must(os.WriteFile(s.profile()+".part", []byte(text), 0o644))
				s.must(os.Chtimes(s.profile()+".part", when, when))
				s.must(os.Rename(s.profile()+".part", s.profile()))
				s.change(s.profile())
			}
			s.must(os.Chtimes(s.good(), when, when))
			put(firstProfile)
			s.marked(firstMark)
			put(lastProfile)
			s.marked(lastMark)
			s.sweep(uriOf(s.good()), 4)
			put(firstProfile)
			s.marked(firstMark)
			s.holds("it is read, and its next one, too", true, "")
		}})
	}
	slices.SortFunc(faults, func(a, b fault) int { return strings.Compare(a.name, b.name) })
	return append(faults, fault{name: "another content of the same size and time", end: "it is shown when it is asked for at the latest; lives", do: func(s *session) {
		s.covered()
		info, err := os.Stat(s.profile())
		s.must(err)
		f, err := os.OpenFile(s.profile(), os.O_WRONLY, 0)
		s.must(err)
		_, err = f.WriteString(lastProfile)
		s.must(err)
		s.must(f.Close())
		s.must(os.Chtimes(s.profile(), info.ModTime(), info.ModTime()))
		s.reload()
		s.marked(lastMark)
		s.holds("it is shown when it is asked for at the latest", len(firstProfile) == len(lastProfile), "they differ in size")
	}})
}

// sources are texts on disk that become something else.
func sources() []fault {
	const all = "all is answered that is asked about it"
	turns := []struct {
		name string
		turn func(s *session, path string) error
	}{
		{"nothing", func(*session, string) error { return nil }},
		{"a folder", func(_ *session, path string) error { return os.Mkdir(path, 0o755) }},
		{"a FIFO", func(_ *session, path string) error { return syscall.Mkfifo(path, 0o644) }},
		{"a link to /dev/zero", func(_ *session, path string) error { return os.Symlink("/dev/zero", path) }},
		{"a link to /dev/tty", func(_ *session, path string) error { return os.Symlink("/dev/tty", path) }},
		{"a link to itself", func(_ *session, path string) error { return os.Symlink(path, path) }},
		{"300 MB of zeros", func(_ *session, path string) error {
			if err := os.WriteFile(path, nil, 0o644); err != nil {
				return err
			}
			return os.Truncate(path, 300<<20)
		}},
		{"what nobody may read", func(_ *session, path string) error { return os.WriteFile(path, []byte(subject), 0) }},
		{"rubbish", func(_ *session, path string) error { return os.WriteFile(path, []byte(garbage()[0]), 0o644) }},
	}
	var faults []fault
	for name, put := range map[string]func(path string) error{
		"FIFOs": func(path string) error { return syscall.Mkfifo(path, 0o644) }, "links to /dev/zero": func(path string) error { return os.Symlink("/dev/zero", path) }, "links to /dev/tty": func(path string) error { return os.Symlink("/dev/tty", path) },
	} {
		faults = append(faults, fault{name: "settings, manifests and .git that are " + name, with: start{prepare: func(s *session) {
			s.must(os.MkdirAll(s.under("sub"), 0o755))
			for _, name := range []string{".covls.toml", "go.work", ".git", "package.json", "Cargo.toml", "pyproject.toml", ".gitignore", "Makefile", "sub/.covls.toml", "sub/go.mod", "sub/.git", "sub/package.json"} {
				s.must(put(s.under(name)))
			}
		}}, end: "nobody opens them; lives", do: func(s *session) {
			s.covered()
			s.reload()
			s.sweep(uriOf(s.good()), 3)
			s.holds("nobody opens them", true, "")
		}})
	}
	slices.SortFunc(faults, func(a, b fault) int { return strings.Compare(a.name, b.name) })
	for _, t := range turns {
		for _, isOpen := range []bool{true, false} {
			name := "a source that becomes " + t.name
			if isOpen {
				name += ", while it is open"
			}
			x := sampleOf("go")
			faults = append(faults, fault{name: name, with: start{files: map[string]string{subjectName: subject, "cover.out": x.text, ".covls.toml": "[diagnostics]\nscope = \"workspace\"\n"}, prepare: nobody}, end: all + "; lives", do: func(s *session) {
				u := uriOf(s.under(subjectName))
				if isOpen {
					s.send(didOpen(u, subject))
				}
				s.marks(u, func(all []string) bool { return len(all) == 1 })
				s.must(os.Remove(s.under(subjectName)))
				s.must(t.turn(s, s.under(subjectName)))
				s.notify("textDocument/didSave", `{"textDocument":{"uri":`+js(u)+`}}`)
				write(s.t, s.under("cover.out"), strings.Replace(x.text, "12.2 1 0", "12.2 1 1", 1))
				s.change(s.under("cover.out"))
				// Of a text that can be read, and is not the profile's, nothing is known.
				s.told("the new figures", func(st status) bool {
					return !st.Loading && (st.figures() == "3 of 3 statements" || st.Summary == nil)
				})
				s.sweep(u, 3)
				s.holds(all, true, "")
			}})
		}
	}
	return faults
}

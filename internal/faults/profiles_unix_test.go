//go:build unix

package faults_test

import (
	"bytes"
	"fmt"
	"maps"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// notFiles are no files and have the names of profiles.
func notFiles() []fault {
	const words = "nobody opens it, and it is no profile"
	passed := func(name string, with start, make func(s *session, path string)) fault {
		with.files = map[string]string{".covls.toml": naming("hostile/cover.out", "hostile/later/cover.out")}
		before := with.prepare
		with.prepare = func(s *session) {
			s.must(os.MkdirAll(s.under("hostile"), 0o755))
			make(s, s.under("hostile/cover.out"))
			if before != nil {
				before(s)
			}
		}
		return fault{name: name, with: with, end: words + "; " + goodStays + "; lives", do: func(s *session) {
			s.covered()
			s.must(os.MkdirAll(s.under("hostile/later"), 0o755))
			make(s, s.under("hostile/later/cover.out"))
			s.change(s.under("hostile/later/cover.out"), s.under("hostile/cover.out"))
			s.reload()
			st := s.told("the good profile alone", func(st status) bool { return !st.Loading && len(st.Profiles) == 1 })
			s.holds(words, st.of("good/cover.out").Format == "go" && st.troubles() == 0, "%v", st.Profiles)
			s.keeps()
		}}
	}
	link := func(to string) func(*session, string) {
		return func(s *session, path string) { s.must(os.Symlink(to, path)) }
	}
	var faults []fault
	for _, device := range []string{"/dev/zero", "/dev/random", "/dev/stdin", "/dev/stdout", "/dev/tty", "/dev/full", "/proc/self/fd/0"} {
		faults = append(faults, passed("a link to "+device, start{}, link(device)))
	}
	return append(
		faults,
		passed("a FIFO with nobody at its other end", start{}, func(s *session, path string) { s.must(syscall.Mkfifo(path, 0o644)) }),
		passed("a FIFO that somebody writes into", start{}, func(s *session, path string) {
			s.must(syscall.Mkfifo(path, 0o644))
			// Opened for both, it waits for nobody.
			f, err := os.OpenFile(path, os.O_RDWR, 0)
			s.must(err)
			s.t.Cleanup(func() { _ = f.Close() })
			_, err = f.WriteString("mode: set\n")
			s.must(err)
		}),
		passed("a link to a FIFO", start{}, func(s *session, path string) {
			s.must(syscall.Mkfifo(path+".fifo.ignored", 0o644))
			s.must(os.Symlink(path+".fifo.ignored", path))
		}),
		passed("a socket", start{}, func(s *session, path string) {
			// A path of a socket is short.
			dir, err := os.MkdirTemp("", "s")
			s.must(err)
			s.t.Cleanup(func() { _ = os.RemoveAll(dir) })
			l, err := net.Listen("unix", filepath.Join(dir, "s"))
			s.must(err)
			s.t.Cleanup(func() { _ = l.Close() })
			s.must(os.Rename(filepath.Join(dir, "s"), path))
		}),
		passed("a folder with the name of a profile", start{}, func(s *session, path string) { s.must(os.MkdirAll(filepath.Join(path, "in"), 0o755)) }),
		passed("a link to a folder", start{}, link("..")),
		passed("a link to itself", start{}, link("cover.out")),
		passed("a link to nothing", start{}, link("/nowhere/cover.out")),
		rejected("a profile that nobody may read", "hostile/cover.out", "permission denied", func(s *session) {
			s.unread(s.under("hostile/cover.out"))
		}).as(nobody),
	)
}

// unread writes a profile that nobody but root may read.
func (s *session) unread(path string) {
	s.t.Helper()
	write(s.t, path+".part", "mode: set\n")
	s.must(os.Chmod(path+".part", 0))
	s.must(os.Rename(path+".part", path))
}

// as has the server started by prepare.
func (f fault) as(prepare func(*session)) fault {
	f.with.prepare = prepare
	return f
}

// nobody takes from the server what root may do.
func nobody(s *session) {
	if os.Geteuid() != 0 {
		return
	}
	const id = 65534
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: id, Gid: id}}
	for _, dir := range []string{s.dir, s.home, s.tmp} {
		s.must(os.Chown(dir, id, id))
	}
	for _, path := range []string{s.covls, s.dir} {
		s.opened(filepath.Dir(path))
	}
}

// coverDirs are directories as GOCOVERDIR names them.
func coverDirs() []fault {
	good := func(s *session) map[string][]byte {
		const dir = "../../profile/gocoverdir/testdata/go1.26-atomic"
		files := map[string][]byte{}
		entries, err := os.ReadDir(dir)
		s.must(err)
		for _, e := range entries {
			if strings.HasPrefix(e.Name(), "cov") {
				files[e.Name()], err = os.ReadFile(filepath.Join(dir, e.Name()))
				s.must(err)
			}
		}
		return files
	}
	put := func(s *session, dir string, files map[string][]byte) {
		for name, data := range files {
			write(s.t, s.under(dir+"/"+name), string(data))
		}
	}
	// spoilt has a directory for each place that is spoilt in a file, once all were read.
	spoilt := func(name, words string, bad func(data []byte, i int) []byte, sound func(p, before told) bool) fault {
		const places = 24
		fill := func(s *session) {
			for i := range 2 * places {
				put(s, fmt.Sprintf("runs/%02d", i), good(s))
			}
		}
		return fault{name: name, with: start{args: []string{"--restricted"}, prepare: fill}, end: words + "; " + goodAgain + "; lives", do: func(s *session) {
			files := good(s)
			before := s.settled(2 * places)
			var changed []string
			spoil := func(bad func([]byte, int) []byte) {
				for i := range 2 * places {
					for _, name := range slices.Sorted(maps.Keys(files)) {
						if strings.HasPrefix(name, "covmeta.") == (i%2 == 0) {
							data := files[name]
							path := s.under(fmt.Sprintf("runs/%02d/%s", i, name))
							write(s.t, path, string(bad(bytes.Clone(data), i/2)))
							changed = append(changed, path)
							break
						}
					}
				}
				s.change(changed...)
				s.reload()
			}
			spoil(bad)
			st := s.told("what is spoilt", func(st status) bool { return !st.Loading && len(st.Profiles) == 2*places && st.troubles() > 0 })
			var wrong []string
			for i, p := range st.Profiles {
				if !sound(p, before.Profiles[i]) {
					wrong = append(wrong, p.String())
				}
			}
			s.holds(words, wrong == nil, "%q", wrong)
			spoil(func(data []byte, _ int) []byte { return data })
			after := s.told("good ones", func(st status) bool { return !st.Loading && st.troubles() == 0 })
			s.holds(goodAgain, after.figures() == before.figures(), "%s, before %s", after.figures(), before.figures())
		}}
	}
	kept := func(p, before told) bool {
		return p.Trouble != nil && p.Format == before.Format && p.Files == before.Files
	}
	return []fault{
		spoilt("a GOCOVERDIR whose files are cut", lastGood, func(data []byte, i int) []byte { return data[:i*len(data)/24] }, kept),
		spoilt("a GOCOVERDIR whose lengths and offsets lie", "each is read or has its trouble", func(data []byte, i int) []byte {
			// The numbers of the head are first, then those of the tables behind it.
			at := min(4+8*i, len(data)-8)
			copy(data[at:], "\xff\xff\xff\xff\xff\xff\xff\x7f")
			return data
		}, func(p, before told) bool {
			return p.Format == before.Format && (p.Trouble != nil || p.Files <= before.Files)
		}),
		{name: "a GOCOVERDIR of 20 GB", with: start{args: []string{"--restricted"}}, end: "it has its trouble; lives", do: func(s *session) {
			files := good(s)
			put(s, "runs/00", files)
			for name := range files {
				path := s.under("runs/00/" + name)
				if strings.HasPrefix(name, "covmeta.") {
					path += "0"
				}
				s.must(os.WriteFile(path, files[name], 0o644))
				s.must(os.Truncate(path, 20<<30))
			}
			s.change(s.under("runs/00"))
			st := s.told("the trouble", func(st status) bool { return st.troubles() == 1 })
			s.holds("it has its trouble", st.of("runs/00").Trouble != nil, "%v", st.Profiles)
		}},
		{name: "a GOCOVERDIR of 5,000 runs", with: start{args: []string{"--restricted"}}, alone: true, end: "it is read; lives", do: func(s *session) {
			files := good(s)
			put(s, "runs/00", files)
			for i := range 5000 {
				for name, data := range files {
					if strings.HasPrefix(name, "covcounters.") {
						s.must(os.WriteFile(s.under(fmt.Sprintf("runs/00/%s%d", name, i)), data, 0o644))
						break
					}
				}
			}
			for name := range files {
				s.change(s.under("runs/00/" + name))
			}
			begin := time.Now()
			st := s.told("it", func(st status) bool { return st.of("runs/00").Format != "" })
			s.holds("it is read", st.troubles() == 0, "after %v: %v", time.Since(begin), st.Profiles)
		}},
	}
}

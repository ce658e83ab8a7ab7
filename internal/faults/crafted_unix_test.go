//go:build unix

package faults_test

import (
	"bytes"
	"compress/zlib"
	"crypto/sha1"
	"encoding/binary"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// crafted are files of a folder that stand for much more than they hold.
func crafted() []fault {
	const counted = "the commits to a file are counted"
	const said = "the log says why no commits are counted"
	repository := func(name string, make func(s *session)) fault {
		return fault{name: name, with: start{prepare: func(s *session) {
			s.must(os.MkdirAll(s.under(".git/refs/heads"), 0o755))
			s.must(os.WriteFile(s.under(".git/HEAD"), []byte("ref: refs/heads/main\n"), 0o644))
			make(s)
			s.cmd.Args = append(s.cmd.Args, "--log", s.under("log"))
		}}, end: said + "; lives", do: func(s *session) {
			s.covered()
			var log string
			for end := time.Now().Add(patience); !strings.Contains(log, "too many files") && time.Now().Before(end); s.hover() {
				data, err := os.ReadFile(s.under("log"))
				s.must(err)
				log = string(data)
			}
			s.holds(said, strings.Contains(log, "too many files"), "%.2000s", log)
		}}
	}
	const refused = "the doctor says what is wrong with them, and the report is shown"
	settings := func(name, want, text string, files map[string]string) fault {
		all := map[string]string{".covls.toml": text}
		for name, text := range files {
			all[name] = text
		}
		return fault{name: name, with: start{files: all}, end: refused + "; lives", do: func(s *session) {
			s.covered()
			s.reload()
			told := s.doctor()
			report := s.ask("workspace/executeCommand", `{"command":"covls.showReport"}`)
			s.holds(refused, strings.Contains(told, want) && report.Error == nil, "%.2000s; %s", told, js(report))
		}}
	}
	deep := js(strings.Repeat("{", 50_000) + "a" + strings.Repeat("}", 50_000))
	var sources strings.Builder
	for i := range 1500 {
		fmt.Fprintf(&sources, "SF:none/%d.go\nFN:1,f\nFNDA:0,f\nDA:1,0\nend_of_record\n", i)
	}
	long := js(strings.Repeat("w", 300_000))
	return []fault{
		{name: "a repository of 13 trees that stand for 10^12 folders", with: start{prepare: func(s *session) {
			s.must(os.MkdirAll(s.under(".git/refs/heads"), 0o755))
			s.must(os.WriteFile(s.under(".git/HEAD"), []byte("ref: refs/heads/main\n"), 0o644))
			s.towers("")
			s.must(os.WriteFile(s.under(".git/index"), indexOf(1, slices.Values([]string{"good/good.go"})), 0o644))
		}}, end: counted + "; lives", do: func(s *session) {
			s.covered()
			ask := fmt.Sprintf(`{"command":"covls.explain","arguments":[{"textDocument":{"uri":%s}}]}`, js(uriOf(s.good())))
			told := ""
			for end := time.Now().Add(patience); !strings.Contains(told, "commits") && time.Now().Before(end); {
				told = string(s.request("workspace/executeCommand", ask))
			}
			s.holds(counted, strings.Contains(told, "commits"), "%s", told)
		}},
		repository("a repository of 13 trees that stand for 10^12 files", func(s *session) { s.towers("100644 x\x00" + strings.Repeat("\x07", sha1.Size)) }),
		repository("an index of 2 MB with names of 500 MB", func(s *session) {
			s.must(os.MkdirAll(s.under(".git/objects"), 0o755))
			names := func(yield func(string) bool) {
				for i := 0; i < 30_000 && yield(strings.Repeat(strings.Repeat("d", 200)+"/", 79)+fmt.Sprintf("%07d", i)); i++ {
				}
			}
			s.must(os.WriteFile(s.under(".git/index"), indexOf(30_000, names), 0o644))
		}),
		settings("globs of 50,000 braces in each other", "a glob of at most 1000 characters", "exclude = ["+deep+"]\n[[rule]]\npaths = ["+deep+"]\nweight = 2\n[[component]]\nname = \"a\"\ninclude = ["+deep+"]\n", nil),
		settings("a reason, a group and a component of 300 KB each, for 1,500 files", "of at most 1000 characters", "[[rule]]\npaths = [\"**\"]\nweight = 2\nwhy = "+long+"\ngroup = "+long+"\n[[component]]\nname = "+long+"\ninclude = [\"**\"]\n", map[string]string{"lcov.info": sources.String()}),
	}
}

// indexOf is an index of version 4, in which a name begins as the one before it does.
func indexOf(count uint32, names iter.Seq[string]) []byte {
	index := binary.BigEndian.AppendUint32([]byte("DIRC\x00\x00\x00\x04"), count)
	before := ""
	for name := range names {
		fixed := make([]byte, 62)
		binary.BigEndian.PutUint32(fixed[24:], 0o100644)
		same := 0
		for same < min(len(before), len(name)) && before[same] == name[same] {
			same++
		}
		index = append(append(append(append(index, fixed...), byte(len(before)-same)), name[same:]...), 0)
		before = name
	}
	return index
}

// towers writes a commit of a moment ago. Its tree names the one below ten times, and so on for twelve trees; the
// lowest has the entries of leaf.
func (s *session) towers(leaf string) {
	s.t.Helper()
	object := func(kind, content string) (name string) {
		text := fmt.Sprintf("%s %d\x00%s", kind, len(content), content)
		sum := sha1.Sum([]byte(text))
		var b bytes.Buffer
		z := zlib.NewWriter(&b)
		_, _ = z.Write([]byte(text))
		s.must(z.Close())
		path := s.under(fmt.Sprintf(".git/objects/%x/%x", sum[:1], sum[1:]))
		s.must(os.MkdirAll(filepath.Dir(path), 0o755))
		s.must(os.WriteFile(path, b.Bytes(), 0o644))
		return string(sum[:])
	}
	tree := object("tree", leaf)
	for range 12 {
		var all strings.Builder
		for i := range 10 {
			fmt.Fprintf(&all, "40000 %d\x00%s", i, tree)
		}
		tree = object("tree", all.String())
	}
	commit := object("commit", fmt.Sprintf("tree %x\ncommitter a <a> %d +0000\n\nx", tree, time.Now().Unix()))
	s.must(os.WriteFile(s.under(".git/refs/heads/main"), []byte(fmt.Sprintf("%x\n", commit)), 0o644))
}

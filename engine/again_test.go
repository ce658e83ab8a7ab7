package engine_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/covls/covls/config"
	"github.com/covls/covls/coverage"
	"github.com/covls/covls/engine"
	"github.com/covls/covls/internal/gittest"
	"github.com/covls/covls/internal/profiletest"
	"github.com/covls/covls/workspace"
)

// TestAgain loads a profile of an older commit several times: what the cache answers is told as what the repository did,
// wherever HEAD is by then.
func TestAgain(t *testing.T) {
	t.Parallel()
	gittest.Need(t)
	dir := profiletest.Tree(t, "-- cover.out --\nmode: set\nx/a.go:3.14,5.2 1 1\n")
	gittest.Run(t, dir, gittest.Date(0), "init", "-q")
	function := func(value string) map[string]string {
		return map[string]string{"go.mod": "module x\n", "a.go": "package a\n\nfunc F() int {\n\tx := " + value + "\n\treturn x\n}\n"}
	}
	names := gittest.History(t, dir, gittest.Commit{Name: "one", Set: map[string]string{"go.mod": "module x\n", "a.go": "package a\n\nfunc F() int {\n\treturn 1\n}\n"}},
		gittest.Commit{Name: "two", Set: function("2")}, gittest.Commit{Name: "three", Set: function("3")})
	cache := t.TempDir()
	for _, tt := range []struct {
		head string
		back int
	}{{"three", 2}, {"three", 2}, {"two", 1}, {"three", 2}} {
		gittest.Run(t, dir, gittest.Date(9), "checkout", "-q", "-f", names[tt.head])
		f := workspace.NewFolder(dir, "", config.Merge(), nil)
		got, err := engine.Once{Cache: cache}.Load(t.Context(), f)
		if err != nil {
			t.Fatal(err)
		}
		texts := got.Snapshot.TextsOf(got.Snapshot.Profiles[0])
		if texts.Commit != names["one"] || texts.Back != tt.back || texts.When.IsZero() {
			t.Errorf("at %s the profile is of %s, %d back, at %v; want %s, %d", tt.head, texts.Commit, texts.Back, texts.When, names["one"], tt.back)
		}
	}
}

// TestAgainOfV8 loads what Node.js has written several times: what the cache has of the text, which is no text, is enough as long
// as that is on disk.
func TestAgainOfV8(t *testing.T) {
	t.Parallel()
	const source = "function f() {\n  return 1;\n}\nfunction g() {\n  return 2;\n}\nf();\n"
	dir := profiletest.Tree(t, "-- a.js --\n"+source+`-- cov/coverage-1-2-0.json --
{"result":[{"scriptId":"1","url":"file://$DIR/a.js","functions":[{"functionName":"","ranges":[{"startOffset":0,"endOffset":63,"count":1}]},
{"functionName":"f","ranges":[{"startOffset":0,"endOffset":28,"count":1}]},{"functionName":"g","ranges":[{"startOffset":29,"endOffset":57,"count":0}]}]}],"timestamp":1}
`)
	cache := t.TempDir()
	for _, tt := range []struct {
		text   string
		origin workspace.Origin
		lines  coverage.Tally
	}{
		{source, workspace.OriginDisk, coverage.Tally{Covered: 4, Total: 7}},
		{source, workspace.OriginCache, coverage.Tally{Covered: 4, Total: 7}},
		{strings.Replace(source, "return 1", "return 10", 1), workspace.OriginNone, coverage.Tally{}},
		{source, workspace.OriginCache, coverage.Tally{Covered: 4, Total: 7}},
	} {
		if err := os.WriteFile(filepath.Join(dir, "a.js"), []byte(tt.text), 0o644); err != nil {
			t.Fatal(err)
		}
		got, err := engine.Once{Cache: cache}.Load(t.Context(), workspace.NewFolder(dir, "", config.Merge(), nil))
		if err != nil {
			t.Fatal(err)
		}
		f := got.Snapshot.Files[filepath.Join(dir, "a.js")]
		if f == nil || len(f.Bound) != 1 {
			t.Fatalf("have %+v", got.Snapshot.Files)
		}
		if lines, _ := f.Coverage.LineTotal(); lines != tt.lines || f.Bound[0].Origin != tt.origin {
			t.Errorf("%q: have %v of %q, want %v of %q", tt.text, lines, f.Bound[0].Origin, tt.lines, tt.origin)
		}
	}
}

// TestSavedLater has texts on disk that a profile fits and that were saved since, beside others in the index and in HEAD that
// it fits as well: what was tested may be each of them, and told is what they have in common.
func TestSavedLater(t *testing.T) {
	t.Parallel()
	gittest.Need(t)
	const (
		goText   = "package a\n\nfunc F() int {\n\treturn 1\n}\n\nfunc G() int {\n\treturn 2\n}\n"
		renamed  = "package a\n\nfunc F() int {\n\treturn 1\n}\n\nfunc H() int {\n\treturn 2\n}\n"
		pyText   = "def f():\n    return 1\n\n\ndef g():\n    return 2\n"
		reworded = "def f():\n    return 1\n\n\ndef g():\n    return f() + 20\n"
		pySwap   = "def g():\n    return 2\n\n\ndef f():\n    return 1\n"
		pyCalls  = "def f():\n    return g()\n\n\ndef g():\n    return 2\n"
		goSwap   = "package a\n\nfunc G() int {\n\treturn 2\n}\n\nfunc F() int {\n\treturn 1\n}\n"
		jsText   = "exports.f = () => {\n  return 1;\n};\nexports.g = () => {\n  return 2;\n};\n"
		jsSwap   = "exports.g = () => {\n  return 2;\n};\nexports.f = () => {\n  return 1;\n};\n"
		classes  = "class A:\n    def get(self):\n        return 1\n\nclass B:\n    def get(self):\n        return 1\n"
		swapped  = "class B:\n    def get(self):\n        return 1\n\nclass A:\n    def get(self):\n        return 1\n"
		withID   = "def f():\n    return 1  # $Id$\n\n\ndef g():\n    return 2\n"
		checked  = "def f():\n    return 1  # $Id: 3a1f $\n\n\ndef g():\n    return 2\n"
	)
	profiles := map[string]string{
		"a.go": "-- cover.out --\nmode: set\nx/a.go:3.14,5.2 1 0\nx/a.go:7.14,9.2 1 1\n",
		"a.js": "-- lcov.info --\nSF:a.js\nFN:1,(anonymous_0)\nFN:4,(anonymous_1)\nFNDA:0,(anonymous_0)\nFNDA:1,(anonymous_1)\nDA:1,1\nDA:2,0\nDA:4,1\nDA:5,1\nend_of_record\n",
		"c.py": "-- lcov.info --\nSF:c.py\nDA:1,1\nDA:2,1\nDA:3,0\nDA:5,1\nDA:6,1\nDA:7,0\nend_of_record\n",
		"a.py": "-- lcov.info --\nSF:a.py\nDA:1,1\nDA:2,0\nDA:5,1\nDA:6,0\nend_of_record\n",
	}
	tests := []struct {
		name, file, head, staged, disk string
		before                         bool   // the save was before the run
		later                          string // the text of a commit after the run
		elsewhere                      bool   // the text on disk does not fit
		unknown                        string
		doubt                          bool
	}{
		{name: "another name", file: "a.go", head: goText, disk: renamed, unknown: "H", doubt: true},
		{name: "another statement", file: "a.py", head: pyText, disk: reworded, unknown: "g", doubt: true},
		{name: "staged", file: "a.py", head: "# Old.\n" + pyText, staged: pyText, disk: reworded, unknown: "g", doubt: true},
		{name: "staged as it is on disk", file: "a.py", head: pyText, staged: reworded, disk: reworded, unknown: "g", doubt: true},
		{name: "one edit staged and one not", file: "a.py", head: pyText, staged: pyCalls, disk: strings.Replace(pyCalls, "2", "3", 1), unknown: "f g", doubt: true},
		{name: "swapped, in Go", file: "a.go", head: goText, disk: goSwap, unknown: "G F", doubt: true},
		{name: "swapped, and neither ran", file: "a.py", head: pyText, disk: pySwap},
		{name: "swapped, without names", file: "a.js", head: jsText, disk: jsSwap, unknown: "g f", doubt: true},
		{name: "swapped classes with the same methods", file: "c.py", head: classes, disk: swapped, unknown: "B.get A.get", doubt: true},
		{name: "one more comment in the same place", file: "a.py", head: pyText + "# A\n", disk: pyText + "# B\n"},
		{name: "as a checkout has it", file: "a.py", head: withID, disk: checked},
		{name: "line ends", file: "a.py", head: pyText, disk: strings.ReplaceAll(pyText, "\n", "\r\n")},
		{name: "tested since", file: "a.py", head: pyText, disk: reworded, before: true},
		{name: "checked out", file: "a.py", head: pyText, disk: pyText},
		{name: "committed since", file: "a.py", head: pyText, later: pyCalls, disk: strings.Replace(pyCalls, "2", "3", 1), unknown: "f g", doubt: true},
		{name: "committed since, and another text on disk", file: "a.py", head: pyText, later: pyCalls, disk: "# New.\n" + pyCalls, unknown: "f", doubt: true, elsewhere: true},
		{name: "nothing else fits", file: "a.py", head: "# Old.\n" + pyText, disk: reworded},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := profiletest.Tree(t, profiles[tt.file])
			path := filepath.Join(dir, tt.file)
			put := func(text string) {
				if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			gittest.Run(t, dir, gittest.Date(0), "init", "-q")
			ran := time.Now().Add(-time.Hour)
			gittest.History(t, dir, gittest.Commit{Name: "one", Set: map[string]string{"go.mod": "module x\n", tt.file: tt.head}})
			if tt.later != "" {
				put(tt.later)
				gittest.Run(t, dir, ran.Add(time.Minute), "commit", "-q", "-a", "-m", "two")
			}
			if tt.staged != "" {
				put(tt.staged)
				gittest.Run(t, dir, gittest.Date(1), "add", tt.file)
			}
			put(tt.disk)
			for _, name := range []string{"cover.out", "lcov.info"} {
				_ = os.Chtimes(filepath.Join(dir, name), ran, ran)
			}
			if tt.before {
				if err := os.Chtimes(path, ran, ran.Add(-time.Minute)); err != nil {
					t.Fatal(err)
				}
			}
			cache := t.TempDir()
			for n := range 3 {
				if n == 1 && tt.doubt {
					// As the cache has it: git is not asked again.
					if err := os.Rename(filepath.Join(dir, ".git"), filepath.Join(dir, "git")); err != nil {
						t.Fatal(err)
					}
				}
				if n == 2 && !tt.elsewhere {
					// The tests ran again, and said the same.
					for _, name := range []string{"cover.out", "lcov.info"} {
						name = filepath.Join(dir, name)
						if data, err := os.ReadFile(name); err == nil {
							_ = os.WriteFile(name+".new", data, 0o600)
							_ = os.Rename(name+".new", name)
						}
					}
					tt.doubt, tt.unknown = false, ""
				}
				got, err := engine.Once{Cache: cache}.Load(t.Context(), workspace.NewFolder(dir, "", config.Merge(), nil))
				if err != nil {
					t.Fatal(err)
				}
				f := got.Snapshot.Files[path]
				if f == nil || len(f.Bound) != 1 {
					t.Fatalf("%s is bound to %v", path, f)
				}
				var unknown []string
				for _, u := range f.Unknown {
					unknown = append(unknown, u.String())
					if u.Why != workspace.NotFound {
						t.Errorf("%s is unknown: %s", u.Name, u.Why)
					}
				}
				b := f.Bound[0]
				if (b.Origin != workspace.OriginDisk || tt.elsewhere) && (b.Origin != workspace.OriginCommit || !tt.elsewhere) && b.Origin != workspace.OriginCache || b.Same == tt.doubt || b.Doubt != tt.doubt || strings.Join(unknown, " ") != tt.unknown {
					t.Errorf("bound to %q, the same: %v, in doubt: %v, unknown %q; want %q", b.Origin, b.Same, b.Doubt, unknown, tt.unknown)
				}
				texts := got.Snapshot.TextsOf(got.Snapshot.Profiles[0])
				if said := texts.Sentence("p"); tt.elsewhere {
					if !strings.Contains(said, "p is of another text: that of ") || !strings.Contains(said, ", or that of ") {
						t.Errorf("said: %q", said)
					}
				} else if strings.Contains(said, "may be of another text") != tt.doubt || strings.Contains(said, "is of") {
					t.Errorf("said: %q", said)
				}
			}
		})
	}
}

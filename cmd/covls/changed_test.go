package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/covls/covls/escape"
	"github.com/covls/covls/internal/gittest"
	"github.com/covls/covls/source"
)

// work is a work tree in which something is changed.
type work struct {
	testing.TB
	dir   string
	times int
}

// git runs git in the folder; each call has its own time.
func (w *work) git(args ...string) {
	w.Helper()
	w.times++
	gittest.Run(w, w.dir, gittest.Date(w.times), args...)
}

// commit commits all that is on disk.
func (w *work) commit() {
	w.Helper()
	w.git("add", "-A")
	w.git("commit", "-q", "--allow-empty", "-m", "c")
}

// name is the commit that a revision is.
func (w *work) name(revision string) string {
	w.Helper()
	out, err := gittest.Command(w.dir, gittest.Date(0), "rev-parse", revision).Output()
	if err != nil {
		w.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

// write writes a file, or deletes it where its text is "".
func (w *work) write(name, text string) {
	w.Helper()
	path := filepath.Join(w.dir, filepath.FromSlash(name))
	err := os.Remove(path)
	if text != "" {
		err = errors.Join(os.MkdirAll(filepath.Dir(path), 0o777), os.WriteFile(path, []byte(text), 0o666))
	}
	if err != nil {
		w.Fatal(err)
	}
}

// read reads a file.
func (w *work) read(name string) string {
	w.Helper()
	data, err := os.ReadFile(filepath.Join(w.dir, filepath.FromSlash(name)))
	if err != nil {
		w.Fatal(err)
	}
	return string(data)
}

// edit replaces a part of a file.
func (w *work) edit(name, old, text string) {
	w.Helper()
	whole := w.read(name)
	if strings.Count(whole, old) != 1 {
		w.Fatalf("%s has not once %q", name, old)
	}
	w.write(name, strings.Replace(whole, old, text, 1))
}

// cover writes the profile that tests of all Go files on disk would write, but for those in the folders without: a block ran unless
// one of its lines ends in "//-".
func (w *work) cover(without ...string) {
	w.Helper()
	var profile strings.Builder
	profile.WriteString("mode: set\n")
	err := filepath.WalkDir(w.dir, func(path string, d fs.DirEntry, err error) error {
		rel, _ := filepath.Rel(w.dir, path)
		rel = filepath.ToSlash(rel)
		if err == nil && d.IsDir() && (d.Name() == ".git" || slices.Contains(without, rel)) {
			return filepath.SkipDir
		}
		if err != nil || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return err
		}
		text := w.read(rel)
		lines := strings.Split(text, "\n")
		for _, b := range source.Blocks(text) {
			ran := 1
			for _, s := range b.Statements {
				if strings.HasSuffix(strings.TrimRight(lines[s.Start.Line-1], "\r"), "//-") {
					ran = 0
				}
			}
			if n := len(b.Statements); n > 0 {
				fmt.Fprintf(&profile, "example.com/m/%s:%d.%d,%d.%d %d %d\n", rel, b.At.Start.Line, b.At.Start.Col, b.At.End.Line, b.At.End.Col, n, ran)
			}
		}
		return nil
	})
	if err != nil {
		w.Fatal(err)
	}
	w.write("cover.out", profile.String())
}

// baseline saves the coverage.
func (w *work) baseline(to string) {
	w.Helper()
	if out, errs, code := covls(w.TB, "baseline", "-C", w.dir, "-o", filepath.Join(w.dir, to)); code != 0 {
		w.Fatalf("covls baseline: exit %d\n%s%s", code, out, errs)
	}
}

const (
	one = "package m\n\n// One is one.\nfunc One(x int) int {\n\tif x > 0 {\n\t\treturn x + 1\n\t}\n\treturn 1\n}\n"
	two = "package m\n\nfunc Two(x []int) (sum int) {\n\tfor _, n := range x {\n\t\tsum += n * len(x)\n\t}\n\tif sum > 100 {\n\t\tsum = 100 //-\n\t}\n\treturn sum\n}\n"
	// three is a function of which nothing is covered.
	three = "\nfunc Three(x int) int {\n\ty := x * x //-\n\ty -= len(string(rune(x))) //-\n\treturn y + 3 //-\n}\n"
)

// begun is the project that is changed: one.go is covered, and of two.go all but a statement.
var begun = map[string]string{
	"go.mod": "module example.com/m\n\ngo 1.26\n", ".gitignore": "cover.out\n*.gz\n", "one.go": one, "two.go": two,
	"one_test.go": "package m\n\nimport \"testing\"\n\nfunc TestOne(t *testing.T) { One(1) }\n", "readme.md": "# m\n",
}

// start makes a repository with a main branch, a baseline of it in base.gz, and begins a branch.
func start(t testing.TB, files map[string]string) *work {
	t.Helper()
	gittest.Need(t)
	dir, err := filepath.EvalSymlinks(folderWith(t, files))
	if err != nil {
		t.Fatal(err)
	}
	w := &work{TB: t, dir: dir}
	w.git("init", "-q", "-b", "main")
	w.git("config", "core.autocrlf", "false")
	w.commit()
	w.cover()
	w.baseline("base.gz")
	w.git("checkout", "-q", "-b", "mine")
	return w
}

// TestChanged holds what is said of a change, by how it came about.
func TestChanged(t *testing.T) {
	t.Parallel()
	const (
		nothing  = "covls check: passed: nothing that the profiles cover changed since main ("
		noloss   = "no coverage lost since the baseline of "
		missed   = "Three is new and not tested: 3 statements"
		untested = "covls check: failed: less than 80 % of what changed is covered; 0 of 3 statements that changed since main ("
	)
	base := []string{"--baseline", "base.gz"}
	for _, c := range []struct {
		name  string
		files map[string]string // besides those of begun; "" takes one out
		// change does what is to be found out, and gives the folder where it is asked for; "" is the whole.
		change func(w *work) string
		args   []string
		env    map[string]string
		code   int
		// says are parts of standard output, or of standard error where the code is 2; the first one begins it. not are no parts of either.
		says, not []string
	}{
		{
			name: "nothing", change: func(*work) string { return "" }, args: base,
			says: []string{nothing, noloss},
		},
		{
			name: "nothing, without a baseline", change: func(*work) string { return "" },
			says: []string{nothing, "lost coverage not judged (no baseline)"},
		},
		{
			name: "a new function, not staged",
			change: func(w *work) string {
				w.write("one.go", one+three)
				w.cover()
				return ""
			},
			args: base, code: 1, says: []string{"DIR/one.go:12: " + missed + " (12–14)\n" + untested, noloss},
		},
		{
			name: "staged alone is looked at, and on disk is another text",
			change: func(w *work) string {
				w.write("one.go", one+three)
				w.git("add", "-A")
				w.write("one.go", one+"\n// A comment.\n"+three+"\nfunc Four() int { return 4 }\n")
				w.cover()
				return ""
			},
			args: []string{"--staged"}, code: 1, says: []string{"DIR/one.go:12: " + missed, untested, ") in what is staged are covered"}, not: []string{"Four"},
		},
		{
			name:   "what is staged and what is committed",
			change: func(*work) string { return "" },
			args:   []string{"--staged", "--committed"}, code: 2, says: []string{"covls: --staged and --committed exclude each other: leave one out"},
		},
		{
			name: "nothing is staged, and something is on disk",
			change: func(w *work) string {
				w.write("one.go", one+three)
				w.cover()
				return ""
			},
			args: []string{"--staged"}, says: []string{nothing},
		},
		{
			name: "nothing is committed, and something is staged",
			change: func(w *work) string {
				w.write("one.go", one+three)
				w.git("add", "-A")
				w.cover()
				return ""
			},
			args: []string{"--committed"}, says: []string{nothing},
		},
		{
			name: "a file that git does not know",
			change: func(w *work) string {
				w.write("three.go", "package m\n"+three)
				w.cover()
				return ""
			},
			code: 1, says: []string{"DIR/three.go:4: " + missed, untested},
		},
		{
			name: "and it is none where it is not staged",
			change: func(w *work) string {
				w.write("three.go", "package m\n"+three)
				w.cover()
				return ""
			},
			args: []string{"--staged"}, says: []string{nothing},
		},
		{
			name: "a file with another name",
			change: func(w *work) string {
				w.git("mv", "two.go", "zwei.go")
				w.cover()
				return ""
			},
			args: base, says: []string{nothing, noloss}, not: []string{"Two"},
		},
		{
			name: "a file with another name and another function",
			change: func(w *work) string {
				w.git("mv", "two.go", "zwei.go")
				w.write("zwei.go", two+three)
				w.cover()
				return ""
			},
			args: base, code: 1, says: []string{"DIR/zwei.go:14: " + missed, untested}, not: []string{"Two"},
		},
		{
			name: "a function in another file",
			change: func(w *work) string {
				w.write("two.go", "")
				w.write("one.go", one+strings.TrimPrefix(two, "package m\n"))
				w.cover()
				return ""
			},
			args: base, says: []string{nothing, "; 1 function moved or renamed; ", noloss},
		},
		{
			name: "a function in another file, where it is not covered any more",
			change: func(w *work) string {
				w.write("two.go", "")
				w.write("one.go", one+strings.Replace(strings.TrimPrefix(two, "package m\n"), "len(x)\n", "len(x) //-\n", 1))
				w.cover()
				return ""
			},
			args: base, code: 1,
			says: []string{"DIR/one.go:11: Two lost coverage: 1 of 4 statements that tests reached at ", "covls check: failed: code lost its coverage; "},
		},
		{
			name: "a function in another file, edited",
			change: func(w *work) string {
				w.write("two.go", "")
				w.write("one.go", one+strings.Replace(strings.TrimPrefix(two, "package m\n"), "\treturn sum\n", "\tsum++\n\treturn sum\n", 1))
				w.cover()
				return ""
			},
			args: base, says: []string{"covls check: passed: 1 of 1 statement that changed since main (", noloss},
		},
		{
			name: "a function with another name",
			change: func(w *work) string {
				w.edit("two.go", "func Two(", "func Sum(")
				w.cover()
				return ""
			},
			args: base, says: []string{nothing, "1 function moved or renamed", noloss},
		},
		{
			name: "a function that is gone with its test",
			change: func(w *work) string {
				w.write("one.go", "")
				w.write("one_test.go", "")
				w.cover()
				return ""
			},
			args: base, says: []string{nothing, noloss},
		},
		{
			name: "a test that is gone",
			change: func(w *work) string {
				w.write("one_test.go", "")
				w.write("one.go", strings.ReplaceAll(strings.ReplaceAll(one, "+ 1\n", "+ 1 //-\n"), "return 1\n", "return 1 //-\n"))
				w.cover()
				return ""
			},
			args: base, code: 1, says: []string{"DIR/one.go:4: One lost coverage: 2 of 3 statements", "code lost its coverage"},
		},
		{
			name: "tests and texts alone",
			change: func(w *work) string {
				w.edit("one_test.go", "One(1)", "One(2)")
				w.write("readme.md", "# n\n")
				return ""
			},
			args: base, says: []string{nothing, noloss},
		},
		{
			name: "main is merged into the branch",
			change: func(w *work) string {
				w.write("three.go", "package m\n"+three)
				w.commit()
				w.git("checkout", "-q", "main")
				w.write("main_only.go", "package m\n"+strings.ReplaceAll(three, "Three", "Four"))
				w.commit()
				w.git("checkout", "-q", "mine")
				w.git("merge", "-q", "--no-ff", "-m", "merge", "main")
				w.cover()
				return ""
			},
			code: 1, says: []string{"DIR/three.go:4: " + missed, untested}, not: []string{"Four"},
		},
		{
			name: "CI's commit that merges the branch into main",
			change: func(w *work) string {
				w.write("three.go", "package m\n"+three)
				w.commit()
				w.git("checkout", "-q", "main")
				w.write("main_only.go", "package m\n"+strings.ReplaceAll(three, "Three", "Four"))
				w.commit()
				w.git("checkout", "-q", "--detach")
				w.git("merge", "-q", "--no-ff", "-m", "merge", "mine")
				w.git("branch", "-D", "main")
				w.cover()
				return ""
			},
			args: []string{"--changed"}, env: map[string]string{"GITHUB_REF": "refs/pull/7/merge", "GITHUB_SHA": "HEAD", "GITHUB_BASE_REF": "main"},
			code: 1, says: []string{"DIR/three.go:4: " + missed, untested}, not: []string{"Four"},
		},
		{
			name: "a shallow clone",
			change: func(w *work) string {
				w.write("three.go", "package m\n"+three)
				w.commit()
				w.cloned("--depth=1", "--no-single-branch")
				return ""
			},
			args: []string{"--changed=origin/main"}, code: 2, says: []string{"covls: find what the change is compared with: ", "fetch-depth: 0"},
		},
		{
			name: "a fork, of which only upstream is known",
			change: func(w *work) string {
				w.write("three.go", "package m\n"+three)
				w.commit()
				w.git("update-ref", "refs/remotes/upstream/main", "main")
				w.git("remote", "add", "upstream", "https://example.com/m")
				w.git("branch", "-D", "main")
				w.cover()
				return ""
			},
			args: []string{"--changed"}, code: 1, says: []string{"DIR/three.go:4: " + missed, "covls check: failed: ", "since upstream/main ("},
		},
		{
			name:   "nothing tells what it is compared with",
			change: func(*work) string { return "" },
			args:   []string{"--changed"}, code: 2, says: []string{"covls: find what the change is compared with: "},
		},
		{
			name: "another work tree",
			change: func(w *work) string {
				w.git("worktree", "add", "-q", "-b", "other", "linked")
				w.dir = filepath.Join(w.dir, "linked")
				w.write("three.go", "package m\n"+three)
				w.cover()
				return ""
			},
			args: []string{"--baseline", "../base.gz"}, code: 1, says: []string{"DIR/three.go:4: " + missed, untested, noloss},
		},
		{
			name: "a submodule",
			change: func(w *work) string {
				lib := &work{TB: w.TB, dir: folderWith(w.TB, map[string]string{"lib.go": "package lib\n\nfunc Lib() int { return 1 }\n"})}
				lib.git("init", "-q", "-b", "main")
				lib.commit()
				w.git("checkout", "-q", "main")
				w.git("submodule", "--quiet", "add", lib.dir, "lib")
				w.commit()
				w.git("checkout", "-q", "-B", "mine")
				w.write("lib/lib.go", "package lib\n\nfunc Lib() int { return 1 }\n"+three)
				w.cover()
				return ""
			},
			code: 1, says: []string{"DIR/lib/lib.go:6: " + missed, untested},
		},
		{
			name:  "a folder of a repository, by its baseline",
			files: map[string]string{"sub/sub.go": strings.ReplaceAll(strings.ReplaceAll(one, "package m", "package sub"), "One", "Sub")},
			change: func(w *work) string {
				w.edit("sub/sub.go", "return 1\n", "return 1 //-\n")
				w.write("sub/three.go", "package sub\n"+three)
				w.write("other.go", "package m\n"+strings.ReplaceAll(three, "Three", "Four"))
				w.cover()
				return "sub"
			},
			args: []string{"--profile", "../cover.out", "--baseline", "../base.gz"}, code: 1,
			says: []string{"DIR/three.go:4: " + missed, "DIR/sub.go:4: Sub lost coverage: 1 of 3 statements", "; 0 of 3 statements that changed since main ("}, not: []string{"Four"},
		},
		{
			name: "a folder of baselines, with that of the commit before the base",
			change: func(w *work) string {
				w.write("bases/"+w.name("main")+".base.gz", w.read("base.gz"))
				w.git("checkout", "-q", "main")
				w.write("readme.md", "# two\n")
				w.commit()
				w.git("checkout", "-q", "-B", "mine")
				return ""
			},
			args: []string{"--baseline", "bases"}, says: []string{nothing, noloss, ", 1 commit before\n"},
		},
		{
			name: "a folder without one of them",
			change: func(w *work) string {
				w.write("bases/"+strings.Repeat("a", 40)+".base.gz", w.read("base.gz"))
				return ""
			},
			args: []string{"--baseline", "bases"}, code: 2, says: []string{"covls: read the baseline bases: it is a folder, and has none of "},
		},
		{
			name:   "a note",
			change: func(w *work) string { w.git("notes", "--ref=covls", "add", "-F", "base.gz", "main"); return "" },
			args:   []string{"--baseline", "note:"}, code: 2, says: []string{"covls: read the baseline note:"},
		},
		{
			name: "a note with the bytes as they are",
			change: func(w *work) string {
				blob, err := gittest.Command(w.dir, gittest.Date(0), "hash-object", "-w", "base.gz").Output()
				if err != nil {
					w.Fatal(err)
				}
				w.git("notes", "--ref=covls", "add", "-C", strings.TrimSpace(string(blob)), "main")
				return ""
			},
			args: []string{"--baseline", "note:covls"}, says: []string{nothing, noloss},
		},
		{
			name: "a branch of its own",
			change: func(w *work) string {
				data := w.read("base.gz")
				w.git("checkout", "-q", "--orphan", "covls-baseline")
				w.git("rm", "-q", "-r", "-f", ".")
				w.write("covls.base.gz", data)
				w.git("add", "-f", "covls.base.gz")
				w.git("commit", "-q", "-m", "baseline")
				w.git("checkout", "-q", "-f", "mine")
				w.cover()
				return ""
			},
			args: []string{"--baseline", "branch:covls-baseline"}, says: []string{nothing, noloss},
		},
		{
			name: "a baseline of something else",
			change: func(w *work) string {
				other := start(w.TB, map[string]string{"go.mod": "module example.com/m\n", "x.go": "package m\n" + strings.ReplaceAll(three, " //-", "")})
				w.write("base.gz", other.read("base.gz"))
				return ""
			},
			args: base, code: 2, says: []string{"covls: the baseline base.gz ", "nothing can be compared"},
		},
		{
			name: "a baseline of something else with files of the same names",
			change: func(w *work) string {
				other := start(w.TB, map[string]string{"go.mod": "module example.com/m\n", "one.go": "package m\n" + strings.ReplaceAll(three, " //-", "")})
				w.write("base.gz", other.read("base.gz"))
				return ""
			},
			args: base, code: 2, says: []string{"covls: the baseline base.gz ", "nothing can be compared"},
		},
		{
			name: "a baseline that counts something else",
			change: func(w *work) string {
				other := start(w.TB, begun)
				other.write("cover.out", "")
				other.write("lcov.info", "SF:one.go\nDA:5,1\nDA:6,1\nDA:8,1\nend_of_record\nSF:two.go\nDA:4,1\nend_of_record\n")
				other.baseline("base.gz")
				w.write("base.gz", other.read("base.gz"))
				return ""
			},
			args: base, code: 2, says: []string{"covls: the baseline base.gz counts lines of one.go, and the profile statements: nothing can be compared"},
		},
		{
			name: "main's profile",
			change: func(w *work) string {
				w.write("one.go", one+three)
				return ""
			},
			args: base, code: 2, says: []string{"covls: the change can't be judged: the profiles are of another text than that on disk, and say nothing of Three"},
		},
		{
			name: "a package that no profile names",
			change: func(w *work) string {
				w.write("new/new.go", "package new\n"+three)
				w.cover("new")
				return ""
			},
			code: 2, says: []string{"covls: the change can't be judged: no profile names new/new.go, which changed"},
		},
		{
			name: "a text of code without functions that no profile names",
			change: func(w *work) string {
				w.write("a.js", "one();\n")
				w.write("b.js", "two();\n")
				w.write("lcov.info", "SF:a.js\nDA:1,1\nend_of_record\n")
				return ""
			},
			args: []string{"--profile", "lcov.info"},
			code: 2, says: []string{"covls: the change can't be judged: no profile names b.js, which changed"},
		},
		{
			name: "a text of another language that the same tests measure, and that no profile names",
			change: func(w *work) string {
				w.write("a.js", "one();\n")
				for _, name := range []string{"b.ts", "c.tsx", "d.jsx", "e.mjs", "f.cjs", "g.vue", "h.svelte"} {
					w.write(name, "export const two = () => 2;\n")
				}
				w.write("i.d.ts", "export const two: () => number;\n")
				w.write("j.py", "two()\n")
				w.write("vite.config.ts", "export default run();\n")
				w.write("lcov.info", "SF:a.js\nDA:1,1\nend_of_record\n")
				return ""
			},
			args: []string{"--profile", "lcov.info"}, code: 2,
			says: []string{
				"covls: the change can't be judged: no profile names b.ts, c.tsx, d.jsx, e.mjs, f.cjs and 2 more, which changed",
				"leave them out by the setting exclude in .covls.toml",
			},
			not: []string{"i.d.ts", "j.py", "names vite.config.ts"},
		},
		{
			name: "the languages of the JVM, and their scripts",
			change: func(w *work) string {
				w.write("src/main/java/A.java", "class A {\n  int a() { return 1; }\n}\n")
				w.write("src/main/kotlin/B.kt", "fun b() = 1\n")
				w.write("tool.main.kts", "println(1)\n")
				w.write("lcov.info", "SF:src/main/java/A.java\nDA:2,1\nend_of_record\n")
				return ""
			},
			args: []string{"--profile", "lcov.info"},
			code: 2, says: []string{"covls: the change can't be judged: no profile names src/main/kotlin/B.kt, which changed"}, not: []string{"tool.main.kts"},
		},
		{
			name: "what sets up a project of Python",
			change: func(w *work) string {
				w.write("a.py", "one()\n")
				w.write("docs/conf.py", "project = 'a'\ndef setup(app):\n    app.add_css_file('a.css')\n")
				w.write("setup.py", "from setuptools import setup\nsetup(name='a')\n")
				w.write("sub/setup.py", "from setuptools import setup\nsetup(name='b')\n")
				w.write("manage.py", "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'a')\nfrom django.core.management import execute_from_command_line\nexecute_from_command_line([])\n")
				w.write("sub/noxfile.py", "import nox\n@nox.session\ndef tests(session):\n    session.run('pytest')\n")
				w.write("lcov.info", "SF:a.py\nDA:1,1\nend_of_record\n")
				return ""
			},
			args: []string{"--profile", "lcov.info"},
			says: []string{"covls check: passed: 1 of 1 line that changed since main (", "; 5 files of setup or documentation are in no profile and not judged, such as docs/conf.py; "},
		},
		{
			name: "what is called like that and is code",
			change: func(w *work) string {
				w.write("a.py", "one()\n")
				w.write("app/manage.py", "def manage():\n    return 1\n")
				w.write("app/conf.py", "def conf():\n    return 1\n")
				w.write("app/setup.py", "def setup():\n    return 1\n")
				w.write("lcov.info", "SF:a.py\nDA:1,1\nend_of_record\n")
				return ""
			},
			args: []string{"--profile", "lcov.info"},
			code: 2, says: []string{
				"covls: the change can't be judged: no profile names app/conf.py, app/manage.py, app/setup.py, which changed",
				`leave them out by exclude = ["app/conf.py", "app/manage.py", "app/setup.py"] in .covls.toml`,
			},
		},
		{
			name: "names of no function alone",
			change: func(w *work) string {
				w.write("names.go", "package m\n\nconst one = 1\n")
				return ""
			},
			says: []string{nothing},
		},
		{
			name:  "a package of which the tests failed",
			files: map[string]string{"sub/sub.go": "package sub\n\nfunc Sub() int { return 1 }\n", "sub/sub_test.go": "package sub\n"},
			change: func(w *work) string {
				w.cover("sub")
				return ""
			},
			args: base, code: 2, says: []string{"covls: the change can't be judged: ", "the baseline has sub/sub.go, and no profile does: did tests fail?"},
		},
		{
			name:  "a file that a filter has",
			files: map[string]string{".gitattributes": "two.go filter=secret\n"},
			change: func(w *work) string {
				w.write("two.go", two+three)
				w.cover()
				return ""
			},
			code: 2, says: []string{"covls: the change can't be judged: ", "the texts of two.go can't be had"},
		},
		{
			name:  "a file that a filter has, and that did not change",
			files: map[string]string{".gitattributes": "two.go filter=secret\n"},
			change: func(w *work) string {
				w.write("one.go", one+three)
				w.cover()
				return ""
			},
			code: 1, says: []string{"DIR/one.go:12: " + missed, untested},
		},
		{
			name: "other ends of lines",
			change: func(w *work) string {
				w.write("two.go", strings.ReplaceAll(two, "\n", "\r\n"))
				w.cover()
				return ""
			},
			args: base, says: []string{nothing, noloss},
		},
		{
			name: "other ends of lines, and a function more",
			change: func(w *work) string {
				w.write("two.go", strings.ReplaceAll(two+three, "\n", "\r\n"))
				w.cover()
				return ""
			},
			args: base, code: 1, says: []string{"DIR/two.go:14: " + missed, untested, noloss}, not: []string{"Two"},
		},
		{
			name: "a text that names another file",
			change: func(w *work) string {
				w.write("one.go", one+"\n//line other.y:100\n"+strings.TrimPrefix(three, "\n"))
				w.cover()
				// The go command has the places of such a function in the other file.
				profile, _, _ := strings.Cut(w.read("cover.out"), "example.com/m/one.go:13.")
				w.write("cover.out", profile+"example.com/m/other.y:100.0,104.0 3 0\n"+"example.com/m/two.go:3.34,4.22 1 1\n")
				return ""
			},
			code: 2, says: []string{"covls: source file not found: ", "a //line directive may have named it", "\ncovls: the change can't be judged: ", "say nothing of Three"},
		},
		{
			name: "what a program has written",
			change: func(w *work) string {
				w.write("gen.go", "// Code generated by hand. DO NOT EDIT.\n\npackage m\n"+three)
				w.cover()
				return ""
			},
			says: []string{nothing, "3 statements of generated or vendored code not judged"},
		},
		{
			name: "two of one text, and one more",
			change: func(w *work) string {
				w.write("one.go", one+strings.Replace(strings.TrimPrefix(one, "package m\n"), "One(", "Un(", 1))
				w.cover()
				return ""
			},
			args: base, says: []string{"covls check: passed: 3 of 3 statements that changed since main ("},
		},
		{
			name: "another layout",
			change: func(w *work) string {
				w.edit("two.go", "func Two(x []int) (sum int) {\n\tfor", "func Two(\n\tx []int,\n) (sum int) {\n\n\tfor")
				w.cover()
				return ""
			},
			args: base, says: []string{nothing, noloss},
		},
		{
			name: "no commit",
			change: func(w *work) string {
				w.write("new/.keep", "x")
				sub := &work{TB: w.TB, dir: filepath.Join(w.dir, "new")}
				sub.git("init", "-q")
				for name, text := range begun {
					sub.write(name, text)
				}
				sub.cover()
				return "new"
			},
			code: 2, says: []string{"covls: find what the change is compared with: "},
		},
		{
			name: "no repository",
			change: func(w *work) string {
				if err := os.RemoveAll(filepath.Join(w.dir, ".git")); err != nil {
					w.Fatal(err)
				}
				return ""
			},
			code: 2, says: []string{"covls: find what the change is compared with: "},
		},
		{
			name:  "a bundle of one line",
			files: map[string]string{"b.js": "function a(){return 1}" + strings.Repeat("function b(){return a()}", 100) + "\n"},
			change: func(w *work) string {
				w.write("b.js", "function a(){return 2}"+strings.Repeat("function b(){return a()}", 100)+"\n")
				w.write("lcov.info", "SF:b.js\nDA:1,0\nend_of_record\n")
				return ""
			},
			args: []string{"--profile", "lcov.info"}, code: 1, says: []string{"DIR/b.js:1: ", "covls check: failed: "},
		},
		{
			name:  "a file that is too large to be looked at",
			files: map[string]string{"big.go": "package m\n\nfunc Big() int { return 1 }\n" + strings.Repeat("// "+strings.Repeat("x", 97)+"\n", 45_000)},
			change: func(w *work) string {
				w.edit("big.go", "return 1", "return 2")
				return ""
			},
			code: 2, says: []string{"covls: "},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := start(t, with(begun, slices.Collect(pairs(c.files))...))
			in := c.change(w) // which may have gone elsewhere with w
			at := filepath.Join(w.dir, in)
			args := []string{"check", "-C", at}
			if !slices.ContainsFunc(c.args, func(a string) bool { return strings.HasPrefix(a, "--changed") }) {
				args = append(args, "--changed=main")
			}
			for _, a := range c.args {
				if strings.HasPrefix(a, "../") {
					a = filepath.Join(at, a)
				}
				args = append(args, a)
			}
			env := map[string]string{}
			for name, value := range c.env {
				if env[name] = value; value == "HEAD" {
					env[name] = w.name("HEAD")
				}
			}
			out, errs, code := asOther(t, env, args...)
			out, errs = strings.ReplaceAll(out, at, "DIR"), strings.ReplaceAll(errs, at, "DIR")
			said := out
			if c.code == 2 {
				said = errs
			} else if errs != "" && (c.code == 0 || strings.Count(errs, "\n") > 1 || !strings.HasPrefix(errs, "covls: covls test ")) { // what makes a test for it
				t.Errorf("standard error: %s", errs)
			}
			if code != c.code || !strings.HasPrefix(said, c.says[0]) {
				t.Fatalf("exit %d, want %d and\n%s\n%s%s", code, c.code, c.says[0], out, errs)
			}
			for _, part := range c.says[1:] {
				if !strings.Contains(said, part) {
					t.Errorf("want %q in\n%s", part, said)
				}
			}
			for _, part := range c.not {
				if strings.Contains(out+errs, part) {
					t.Errorf("do not want %q in\n%s%s", part, out, errs)
				}
			}
		})
	}
}

// pairs are the names and texts of files, one after the other.
func pairs(files map[string]string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for _, name := range slices.Sorted(maps.Keys(files)) {
			if !yield(name) || !yield(files[name]) {
				return
			}
		}
	}
}

// cloned goes on in a clone.
func (w *work) cloned(args ...string) {
	w.Helper()
	to := w.dir + "-clone"
	w.Cleanup(func() { _ = os.RemoveAll(to) })
	w.git(append(append([]string{"clone", "-q"}, args...), "file://"+w.dir, to)...)
	w.dir = to
	w.cover()
}

// asOther runs covls as a program of its own, in an environment without what CI says of itself.
func asOther(t *testing.T, env map[string]string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	cmd := exec.Command(os.Args[0], args...)
	for _, v := range os.Environ() {
		name, _, _ := strings.Cut(v, "=")
		ci := slices.ContainsFunc([]string{"GITHUB_", "CI", "SYSTEM_", "BUILD_", "BITBUCKET_", "CHANGE_", "GIT_"}, func(prefix string) bool { return strings.HasPrefix(name, prefix) })
		if !ci {
			cmd.Env = append(cmd.Env, v)
		}
	}
	for name, value := range env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	var out, errs strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		if _, ok := errors.AsType[*exec.ExitError](err); !ok {
			t.Fatal(err)
		}
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

// TestChangedNames holds that no name of a file or a function says anything to who reads a format: what it is is read back.
func TestChangedNames(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("no file has such a name here")
	}
	const odd = "sp ace/ü%25::a]b;c,line=9|`x`<b>.js"
	w := start(t, begun)
	w.write(odd, "class A {\n  '::error::|`<b>](x)\u202e'() { one(); }\n}\n")
	w.write("x.foo", "a\nb\n")
	w.write("lcov.info", "SF:"+odd+"\nDA:2,0\nend_of_record\nSF:x.foo\nFN:1,##vso[task.complete]\x1b[31m|e\nFNDA:0,##vso[task.complete]\x1b[31m|e\nDA:1,0\nDA:2,0\nend_of_record\n")
	for format, want := range map[string][]string{
		"text":     {odd + ":2: A.::error::|`<b>](x)⟨U+202E⟩ is new", "x.foo:1: #⟨U+0023⟩vso[task.complete]␛[31m|e is new"},
		"markdown": {"| `` " + strings.ReplaceAll(odd, "|", `\|`) + ":2 `` | A.::error::\\|\\`&lt;b>\\](x)⟨U+202E⟩ is new", "| `x.foo:1` | \\#⟨U+0023⟩vso[task.complete]␛[31m\\|e is new"},
		"github":   {"::error file=" + escape.Property(odd) + ",line=2,endLine=2,title=New%2C not tested::A.::error::|", "\n::error file=x.foo,line=1,endLine=2,"},
		"azure":    {"##vso[task.logissue type=error;sourcepath=" + escape.Azure(odd) + ";linenumber=2]A.::error::|", ";sourcepath=x.foo;linenumber=1]#⟨U+0023⟩vso"},
		"gitlab":   {`"path": "sp ace/ü%25::a]b;c,line=9|` + "`x`" + `\u003cb\u003e.js"`},
		"sarif":    {`"uri": "sp%20ace/%C3%BC%2525%3A%3Aa%5Db;c,line=9%7C%60x%60%3Cb%3E.js"`},
		"junit":    {`name="A.::error::|` + "`&lt;b&gt;](x)⟨U+202E⟩"},
		"json":     {`"file":"sp ace/ü%25::a]b;c,line=9|` + "`x`" + `\u003cb\u003e.js","function":"A.::error::|` + "`" + `\u003cb\u003e](x)\u202e"`},
	} {
		out, errs, code := asOther(t, nil, "check", "-C", w.dir, "--changed=main", "--profile", filepath.Join(w.dir, "lcov.info"), "--format", format)
		if code != 1 || errs != "" {
			t.Errorf("%s: exit %d\n%s%s", format, code, out, errs)
		}
		out = strings.ReplaceAll(out, w.dir+"/", "")
		for _, part := range want {
			if !strings.Contains(out, part) {
				t.Errorf("%s: want\n%s\nin\n%s", format, part, out)
			}
		}
		if strings.ContainsAny(out, "\x1b\u202e") {
			t.Errorf("%s: hidden characters in %q", format, out)
		}
	}
}

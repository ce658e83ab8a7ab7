package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/covls/covls/internal/gittest"
)

// changedFolder is a repository with a change that is not committed: Part of a.go has three new statements of which two never ran, Fresh is new,
// and Old, which did not change, has lost its coverage since base.gz beside the folder. Bee and Cee never had any.
func changedFolder(t *testing.T) (dir, baseline string) {
	t.Helper()
	gittest.Need(t)
	const (
		head   = "package a\n\nfunc Old() int {\n\treturn 1\n}\n\nfunc Part(x int) int {\n\tif x > 1 {\n\t\treturn 2\n\t}\n"
		rest   = "\treturn 3\n}\n"
		fresh  = "\nfunc Fresh() int {\n\tprintln(\"a\")\n\treturn 4\n}\n"
		bee    = "package sub\n\nfunc Bee() {\n\tprintln(1)\n}\n"
		cee    = "package sub\n\nfunc Cee(err error) error {\n\tif err != nil {\n\t\treturn err\n\t}\n\treturn nil\n}\n"
		others = "example.com/a/sub/b.go:3.12,5.2 1 0\nexample.com/a/sub/c.go:3.27,4.16 1 1\nexample.com/a/sub/c.go:4.16,6.3 1 0\nexample.com/a/sub/c.go:7.2,7.12 1 1\n"
	)
	dir = folderWith(t, map[string]string{
		"go.mod": "module example.com/a\n\ngo 1.26\n", "a.go": head + rest, "sub/b.go": bee, "sub/c.go": cee, "README.md": "a\n", ".gitignore": "*.out\n",
		"cover.out": "mode: set\nexample.com/a/a.go:3.16,5.2 1 1\nexample.com/a/a.go:7.22,8.11 1 1\nexample.com/a/a.go:8.11,10.3 1 1\nexample.com/a/a.go:11.2,11.10 1 1\n" + others,
	})
	for _, args := range [][]string{{"init", "-q", "-b", "main"}, {"add", "-A"}, {"commit", "-q", "-m", "base"}} {
		gittest.Run(t, dir, gittest.Date(0), args...)
	}
	baseline = filepath.Join(t.TempDir(), "base.gz")
	if out, stderr, code := covls(t, "baseline", "-C", dir, "-o", baseline); code != 0 {
		t.Fatal(out, stderr)
	}
	for name, text := range map[string]string{
		"a.go": head + "\tif x > 0 {\n\t\tprintln(x)\n\t\treturn 5\n\t}\n" + rest + fresh,
		"cover.out": "mode: set\nexample.com/a/a.go:3.16,5.2 1 0\nexample.com/a/a.go:7.22,8.11 1 1\nexample.com/a/a.go:8.11,10.3 1 1\nexample.com/a/a.go:11.2,11.11 1 1\n" +
			"example.com/a/a.go:11.11,14.3 2 0\nexample.com/a/a.go:15.2,15.10 1 1\nexample.com/a/a.go:18.18,21.2 2 0\n" + others,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir, baseline
}

// TestGapsFilters lists gaps of some files, of some names, of what changed, and some of them.
func TestGapsFilters(t *testing.T) {
	t.Parallel()
	dir, baseline := changedFolder(t)
	const (
		fresh = "DIR/a.go:18:6: Fresh is not tested (2 statements)\n"
		old   = "DIR/a.go:3:6: Old is not tested (1 statement)\n"
		bee   = "DIR/sub/b.go:3:6: Bee is not tested (1 statement)\n"
	)
	commit := regexp.MustCompile(`\b[0-9a-f]{7}\b`)
	for _, c := range []struct {
		name string
		args []string
		code int
		// want is standard output, says a part of standard error; "" is nothing.
		want, says string
	}{
		{"all", nil, 0, fresh + old + bee, ""},
		{"a folder", []string{"sub"}, 0, bee, ""},
		{"a folder by its absolute path", []string{"DIR/sub/"}, 0, bee, ""},
		{"a folder as the go command has it", []string{"./sub/..."}, 0, bee, ""},
		{"all as the go command has it", []string{"./..."}, 0, fresh + old + bee, ""},
		{"a glob at any depth", []string{"b.*"}, 0, bee, ""},
		{"a glob from the top", []string{"./*.go", "--name", "fresh"}, 0, fresh, ""},
		{"an absolute glob", []string{"DIR/s*/*.go"}, 0, bee, ""},
		{"the end of a path", []string{"b.go"}, 0, bee, ""},
		{"a file without gaps", []string{"sub/c.go"}, 0, "", ""},
		{"what is no source beside what is", []string{"README.md", "sub"}, 0, bee, "no profile names README.md"},
		{"a file that no profile names", []string{"README.md"}, 2, "", "no profile names README.md"},
		{"a name that is nearly one", []string{"sub/bb.go"}, 2, "", "did you mean sub/b.go?"},
		{"a glob that nothing is like", []string{"*.rs"}, 2, "", "no profile names a file like *.rs"},
		{"a glob that is none", []string{"[a.go"}, 2, "", "want"},
		{"a name, whatever its case", []string{"--name", "BEE"}, 0, bee, ""},
		{"a name by an expression", []string{"--name", "/^B|^$/"}, 0, bee, ""},
		{"an expression that is none", []string{"--name", "/(/"}, 2, "", "--name is no regular expression"},
		{"no name", []string{"--name", ""}, 2, "", "--name is empty"},
		{"some", []string{"--limit", "1"}, 0, fresh, "2 further gaps left out by --limit 1"},
		{"as many as there are", []string{"--limit", "2", "--name", "e"}, 0, fresh + bee, ""},
		{"fewer than none", []string{"--limit", "-1"}, 2, "", "--limit is -1"},
		{"what changed", []string{"--changed=main"}, 0, "DIR/a.go:12:3: Part: 2 statements never ran (lines 12–13) · changed · runs when x > 0\nDIR/a.go:18:6: Fresh is not tested (2 statements) · new\n", "1 of 5 statements that changed since main"},
		{"what changed, of a kind", []string{"--changed=main", "--kind", "panic"}, 0, "", "1 of 5 statements"},
		{"what changed elsewhere", []string{"--changed=main", "sub"}, 0, "", "1 of 5 statements"},
		{"what is staged", []string{"--changed=main", "--staged"}, 0, "", "nothing that the profiles cover changed since main"},
		{"what was lost", []string{"--lost", "--baseline", "BASE"}, 0, "DIR/a.go:3:6: Old is not tested (1 statement) · lost 1 of 1 since COMMIT\n", "1 statement lost coverage in 1 place"},
		{"both", []string{"--changed=main", "--lost", "--baseline", "BASE", "--name", "o"}, 0, "DIR/a.go:3:6: Old is not tested (1 statement) · lost 1 of 1 since COMMIT\n", "1 of 5 statements"},
		{"lost since nothing", []string{"--lost"}, 2, "", "--lost compares with a --baseline"},
		{"a baseline for nothing", []string{"--baseline", "BASE"}, 2, "", "--baseline says what --lost compares with"},
		{"staged alone", []string{"--staged"}, 2, "", "--staged says what --changed looks at"},
		{"a value that is not behind a =", []string{"--changed", "main"}, 2, "", "write --changed=main"},
		{"a base that is not there", []string{"--changed=nowhere"}, 2, "", "nowhere"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			args := []string{"gaps", "-C", dir}
			for _, a := range c.args {
				args = append(args, strings.NewReplacer("DIR", dir, "BASE", baseline).Replace(a))
			}
			out, stderr, code := covls(t, args...)
			if code != c.code {
				t.Fatalf("exit %d, want %d\n%s%s", code, c.code, out, stderr)
			}
			if out = commit.ReplaceAllString(strings.ReplaceAll(out, dir, "DIR"), "COMMIT"); out != c.want {
				t.Errorf("got\n%s\nwant\n%s", out, c.want)
			}
			if !strings.Contains(stderr, c.says) || c.says == "" && stderr != "" {
				t.Errorf("standard error is %q, want %q in it", stderr, c.says)
			}
		})
	}
}

// TestGapsChangedJSON says of each gap what became of it, and how many there are.
func TestGapsChangedJSON(t *testing.T) {
	t.Parallel()
	dir, baseline := changedFolder(t)
	for _, c := range []struct {
		args []string
		want string
	}{
		{nil, "3: Fresh= Old= Bee="},
		{[]string{"--changed=main", "--lost", "--baseline", baseline}, "3: Part=changed Fresh=new Old=lost"},
		{[]string{"--changed=main", "--limit", "1"}, "2: Part=changed"},
	} {
		out, stderr, code := covls(t, append([]string{"gaps", "-C", dir, "--format", "json"}, c.args...)...)
		var got struct {
			Total int
			Gaps  []row
		}
		if err := json.Unmarshal([]byte(out), &got); err != nil || code != 0 {
			t.Fatalf("%v: exit %d: %s%s", c.args, code, out, stderr)
		}
		text := plural(got.Total, "x", "x")
		text, _, _ = strings.Cut(text, " ")
		text += ":"
		for _, g := range got.Gaps {
			text += " " + g.Name + "=" + g.Change
			if len(g.ID) != 16 {
				t.Errorf("%s has the identity %q", g.Name, g.ID)
			}
		}
		if text != c.want {
			t.Errorf("%v: got %q, want %q", c.args, text, c.want)
		}
	}
}

// TestGapsUnknown lists what is known of a change, and says that it is not all.
func TestGapsUnknown(t *testing.T) {
	t.Parallel()
	dir, _ := changedFolder(t)
	if err := os.WriteFile(filepath.Join(dir, "sub", "d.go"), []byte("package sub\n\nfunc Dee() int { return 1 }\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	out, stderr, code := covls(t, "gaps", "-C", dir, "--changed=main")
	if code != 2 || strings.Count(out, "\n") != 2 || !strings.Contains(stderr, "more may have changed than is listed: no profile names sub/d.go") {
		t.Errorf("exit %d: %s%s", code, out, stderr)
	}
}

// TestGapsFromBelow takes paths from the working directory, which lies in the folder.
func TestGapsFromBelow(t *testing.T) {
	dir, _ := changedFolder(t)
	t.Chdir(filepath.Join(dir, "sub"))
	for _, c := range []struct {
		args []string
		want string
	}{
		{nil, "b.go:3:6: Bee is not tested (1 statement)\n"},
		{[]string{"b.go"}, "b.go:3:6: Bee is not tested (1 statement)\n"},
		{[]string{"-C", "..", "."}, "b.go:3:6: Bee is not tested (1 statement)\n"},
		{[]string{"-C", "..", "../a.go", "--name", "Old"}, filepath.Join(dir, "a.go") + ":3:6: Old is not tested (1 statement)\n"},
		{[]string{"-C", "..", "../*.go", "--name", "Old"}, filepath.Join(dir, "a.go") + ":3:6: Old is not tested (1 statement)\n"},
		{[]string{"-C", "..", "sub/*.go"}, "b.go:3:6: Bee is not tested (1 statement)\n"},
		{[]string{"-C", "..", "--changed=main", "."}, ""},
	} {
		if out, stderr, code := covls(t, append([]string{"gaps"}, c.args...)...); code != 0 || out != c.want {
			t.Errorf("%v: exit %d, got %q, want %q; %s", c.args, code, out, c.want, stderr)
		}
	}
}

// TestGapsStaged finds what is staged at the lines that it has on disk, where more was edited.
func TestGapsStaged(t *testing.T) {
	t.Parallel()
	dir, _ := changedFolder(t)
	gittest.Run(t, dir, gittest.Date(1), "add", "a.go")
	edit := func(name string, change func(string) string) {
		path := filepath.Join(dir, name)
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(change(string(text))), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	edit("a.go", func(s string) string { return strings.Replace(s, "package a\n", "package a\n\nvar _ = 1\n\n", 1) })
	edit("cover.out", func(s string) string {
		return regexp.MustCompile(`a\.go:(\d+)\.(\d+),(\d+)`).ReplaceAllStringFunc(s, func(at string) string {
			var from, col, to int
			if _, err := fmt.Sscanf(at, "a.go:%d.%d,%d", &from, &col, &to); err != nil {
				t.Fatal(err)
			}
			return fmt.Sprintf("a.go:%d.%d,%d", from+3, col, to+3)
		})
	})
	out, stderr, code := covls(t, "gaps", "-C", dir, "--changed=main", "--staged")
	want := "DIR/a.go:15:3: Part: 2 statements never ran (lines 15–16) · changed · runs when x > 0\nDIR/a.go:21:6: Fresh is not tested (2 statements) · new\n"
	if out = strings.ReplaceAll(out, dir, "DIR"); out != want || code != 0 {
		t.Errorf("exit %d, got\n%s\nwant\n%s\n%s", code, out, want, stderr)
	}
}

// TestGapsChangedInner lists a function in one that changed as changed, without the other's figure.
func TestGapsChangedInner(t *testing.T) {
	t.Parallel()
	gittest.Need(t)
	const was = "const two = (x) => {\n  return 3;\n};\n"
	dir := folderWith(t, map[string]string{"a.js": was, ".gitignore": "*.info\n"})
	for _, args := range [][]string{{"init", "-q", "-b", "main"}, {"add", "-A"}, {"commit", "-q", "-m", "base"}} {
		gittest.Run(t, dir, gittest.Date(0), args...)
	}
	for name, text := range map[string]string{
		"a.js":      strings.Replace(was, "  return 3;\n", "  if (x < 0) {\n    return [1].map((y) => {\n      return y + x;\n    });\n  }\n  return 3;\n", 1),
		"lcov.info": "SF:a.js\nFN:1,two\nFN:3,(anonymous_1)\nFNDA:1,two\nFNDA:0,(anonymous_1)\nDA:1,1\nDA:2,1\nDA:3,0\nDA:4,0\nDA:7,1\nend_of_record\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	out, stderr, code := covls(t, "gaps", "-C", dir, "--changed=main")
	if want := dir + "/a.js:3:20: map() callback is not tested (2 lines) · changed\n"; out != want || code != 0 {
		t.Errorf("exit %d, got\n%s\nwant\n%s%s", code, out, want, stderr)
	}
}

package change_test

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/covls/covls/change"
	"github.com/covls/covls/source"
)

// TestPairOfEveryLanguage edits texts of every language at random, and holds that what Pair leaves out changes nothing of what is told of what changed,
// nor, beside a baseline of the older text, of what was lost.
func TestPairOfEveryLanguage(t *testing.T) {
	t.Parallel()
	paths, err := filepath.Glob("../source/outline/testdata/*/*")
	if err != nil || len(paths) < 50 {
		t.Fatal("no texts:", len(paths), err)
	}
	own, err := filepath.Glob("../change/*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range append(paths, own...) {
		name := filepath.Base(path)
		data, err := os.ReadFile(path)
		if err != nil || source.LanguageOf(name) == "" || len(data) > 100_000 {
			continue
		}
		t.Run(filepath.Base(filepath.Dir(path))+"/"+name, func(t *testing.T) {
			t.Parallel()
			seed := fnv.New64()
			seed.Write([]byte(path))
			random := rand.New(rand.NewPCG(seed.Sum64(), 1))
			for range 12 {
				old := string(data)
				text := edited(random, edited(random, old))
				if random.IntN(3) == 0 {
					old = edited(random, old)
				}
				samePair(t, name, old, text)
			}
		})
	}
}

// TestPairOf holds the same of texts in which what looks like the function of the later one is something else in the older one.
func TestPairOf(t *testing.T) {
	t.Parallel()
	const f = "func F(x int) int {\n\tif x > 1 {\n\t\treturn x\n\t}\n\treturn 2\n}\n"
	const g = "\nfunc G(x int) int {\n\treturn x + 1\n}\n"
	const js = "function f(x) {\n  return x + 1;\n}\n"
	const py = "def f(x):\n    y = x + 1\n    return y\n"
	for _, c := range []struct{ about, name, old, text string }{
		{"text of a string", "a.go", "package a\n\nvar s = `\n" + f + "`\n" + g, "package a\n\nvar s = `\n`\n\n" + f + g},
		{"text before more of a string", "a.go", "package a\n\nvar s = `\n" + f + "text\n`\n" + g, "package a\n\nvar s = `\ntext\n`\n\n" + f + g},
		{"a comment that goes on", "a.js", "/*\n" + js + "text */\nfunction g() {\n  return 1;\n}\n", js + "function g() {\n  return 1;\n}\n"},
		{"a comment", "a.go", "package a\n\n/*\n" + f + "*/\n" + g, "package a\n\n" + f + g},
		{"text of a string of Python", "a.py", "s = \"\"\"\n" + py + "\"\"\"\n\ndef g():\n    return 1\n", "s = 1\n\n" + py + "\ndef g():\n    return 1\n"},
		{"a comment of JavaScript", "a.js", "/*\n" + js + "*/\nfunction g() {\n  return 1;\n}\n", js + "function g() {\n  return 1;\n}\n"},
		{"a function in another one", "a.js", "function g() {\n" + js + "  return 1;\n}\n", js + "function g() {\n  return 1;\n}\n"},
		{"an argument", "a.js", "go(\n" + js + ")\nfunction g() {\n  return 1;\n}\n", js + "function g() {\n  return 1;\n}\n"},
		{"several of a name", "a.cpp", "int f(int x) {\n  return x + 1;\n}\n\nint f(double x) {\n  return x + 2.5;\n}\n", "int f(int x) {\n  return x + 1;\n}\n\nint f(double x) {\n  return x + 3.5;\n}\n"},
		{"one of several of a name", "a.cpp", "int f(int x) {\n  return x + 1;\n}\n\nint f(double x) {\n  return x + 2.5;\n}\n", "int f(int x) {\n  return x + 1;\n}\n\nint g() {\n  return 1;\n}\n"},
		{"what goes on behind it", "a.js", "x = (a)\n" + js + "[1].map(f)\n", "x = (a)\n[1].map(f)\n" + js},
		{"a decorator", "a.py", "@one\n" + py + "\n@two\ndef g():\n    return 1\n", "@one\n" + py + "\n@three\ndef g():\n    return 1\n"},
		{"CRLF on disk", "a.go", "package a\n\n" + f + g, strings.ReplaceAll("package a\n\n"+f+g+"\nfunc H() {\n\tG(1)\n}\n", "\n", "\r\n")},
		{"no UTF-8", "a.go", "package a\n\n" + f + g + "\xa0", "package a\n\n" + f + g},
		{"one line for two functions", "a.js", js[:len(js)-1] + " function g() {\n  return 1;\n}\n", js[:len(js)-1] + " function g() {\n  return 2;\n}\n"},
	} {
		t.Run(c.about, func(t *testing.T) {
			t.Parallel()
			samePair(t, c.name, c.old, c.text)
			samePair(t, c.name, c.text, c.old)
		})
	}
}

// TestPairLeavesOut holds that functions which are as they were are left out, wherever they stand, so that little is taken apart.
func TestPairLeavesOut(t *testing.T) {
	t.Parallel()
	many := func(one string, edit func(i int) string) string {
		var b strings.Builder
		for i := range 20 {
			fmt.Fprintf(&b, one, i, edit(i))
		}
		return b.String()
	}
	for name, one := range map[string]string{
		"a.go": "// F%[1]d is one.\nfunc F%[1]d(x int) int {\n%[2]s\treturn x + %[1]d\n}\n\n",
		"a.py": "def f%[1]d(x):\n%[2]s    return x + %[1]d\n\n\n",
		"a.js": "// Adds.\nexports.f%[1]d = function f%[1]d(x) {\n%[2]s  return x + %[1]d;\n};\n\n",
		"a.rs": "fn f%[1]d(x: i32) -> i32 {\n%[2]s    x + %[1]d\n}\n\n",
		"a.c":  "int f%[1]d(int x) {\n%[2]s  return x + %[1]d;\n}\n\n",
	} {
		head := ""
		if name == "a.go" {
			head = "package a\n\n"
		}
		old, text := head+many(one, func(int) string { return "" }), head+many(one, func(i int) string {
			if i == 7 {
				return "    x += 1\n"
			}
			return ""
		})
		was, now := change.Pair(name, old, name, text, nil, nil, false)
		if len(was.Units) > 2 || len(now.Units) > 2 || len(was.Left) != 19 {
			t.Errorf("%s: %d and %d units are left, and %d functions left out", name, len(was.Units), len(now.Units), len(was.Left))
		}
	}
}

// samePair holds that what Pair leaves out of two texts changes nothing of what is told of them.
func samePair(t *testing.T, name, old, text string) {
	t.Helper()
	mark := "//-"
	if l := source.LanguageOf(name); l == "python" || l == "ruby" {
		mark = "#-"
	}
	missed := func(text string, every int) string {
		lines := strings.Split(text, "\n")
		for i := every; i < len(lines); i += every {
			if lines[i] != "" && strings.TrimLeft(lines[i], " \t") != "" && !strings.HasSuffix(lines[i], "\\") {
				lines[i] += " " + mark
			}
		}
		return strings.Join(lines, "\n")
	}
	covWas, cov := coverageOf(name, missed(old, 11)), coverageOf(name, missed(text, 7))
	was, now := change.Of(name, old, nil, covWas), change.Of(name, text, nil, cov)
	if !distinct(was) || !distinct(now) {
		return
	}
	parsed, _ := source.Parse(name, text)
	for _, ran := range []bool{false, true} {
		shortWas, shortNow := change.Pair(name, old, name, text, parsed, cov, ran)
		if got, want := judged(shortWas, shortNow), judged(change.Older(name, old), now); got != want {
			t.Fatalf("without what is the same (ran: %v):\n%s\nwith it:\n%s\nolder:\n%s\nlater:\n%s", ran, got, want, old, text)
		}
		if shortNow.Print != now.Print || !slices.Equal(shortNow.Bits, now.Bits) || shortWas.Print != was.Print {
			t.Fatal("it is not of the whole text")
		}
		if !ran {
			continue
		}
		rest := shortWas.Rest(roundtrip(t, []*change.File{was})[0])
		got := lossesOf(change.Lost(change.Compare([]*change.File{rest}, []*change.File{shortNow})))
		if want := lossesOf(change.Lost(change.Compare(roundtrip(t, []*change.File{was}), []*change.File{now}))); got != want {
			t.Fatalf("without what is the same, it lost\n%s\nwith it:\n%s\nolder:\n%s\nlater:\n%s", got, want, old, text)
		}
	}
}

// edited is a text with a few of its lines changed, taken, doubled, indented or put elsewhere.
func edited(random *rand.Rand, text string) string {
	lines := strings.SplitAfter(text, "\n")
	at := random.IntN(len(lines))
	end := min(len(lines), at+1+random.IntN(12))
	some := slices.Clone(lines[at:end])
	switch random.IntN(7) {
	case 0:
		lines = slices.Delete(lines, at, end)
	case 1:
		to := random.IntN(len(lines))
		lines = slices.Insert(lines, to, some...)
	case 2:
		lines = slices.Delete(lines, at, end)
		lines = slices.Insert(lines, random.IntN(len(lines)+1), some...)
	case 3:
		lines[at] = strings.Replace(lines[at], "1", "2", 1)
		lines[at] = strings.Replace(lines[at], "a", "b", 1)
	case 4:
		lines = slices.Insert(lines, at, "\n")
	case 5:
		lines[at] = fmt.Sprintf("x%d\n", at)
	case 6:
		lines[at] = []string{"(y)\n", "[z]\n", "/* \n", "}\n", "{\n", "`\n", "end\n", "x = (a)\n"}[random.IntN(8)]
	}
	return strings.Join(lines, "")
}

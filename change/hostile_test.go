package change_test

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/binary"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/covls/covls/change"
	"github.com/covls/covls/coverage"
	"github.com/covls/covls/source"
)

// packed packs a text as a baseline is.
func packed(t testing.TB, text io.Reader) *bytes.Buffer {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := io.Copy(z, text); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return &b
}

// TestRead holds what is said of what is no baseline, or one that somebody else has made.
func TestRead(t *testing.T) {
	t.Parallel()
	const head = `{"schema":3,"commit":"abc","files":[`
	file := func(path, rest string) string {
		return head + `{"path":"` + path + `","unit":"statements","print":"1","bits":"AA=="` + rest + `}]}`
	}
	bits := func(n uint64) string {
		return base64.StdEncoding.EncodeToString(binary.AppendUvarint(nil, n))
	}
	function := func(rest string) string {
		return file("a.go", `,"functions":[{"name":"F","print":"2",`+rest+`}]`)
	}
	for _, c := range []struct{ name, text, want string }{
		{"none", "", "it is no baseline, or was changed"},
		{"other JSON", `{"total": 5}`, "it is JSON, and no baseline"},
		{"a list", `[1]`, "want a baseline"},
		{"a later schema", `{"schema":7,"files":[{"new":1}]}`, "its schema is 7, and this covls reads 3"},
		{"one that ends early", head, "it is no baseline, or was changed"},
		{"something behind it", head + "]}{}", "want the end of the file"},
		{"a good one", file("a/b c.go", ""), ""},
		{"members that nobody knows", file("a.go", `,"x":[{"y":null}]`), ""},
		{"a commit that is none", `{"schema":3,"commit":"--upload-pack=x","files":[]}`, `"--upload-pack=x" is no commit`},
		{"a path that leads out", file("../a.go", ""), `"../a.go" is no path of a file in a repository`},
		{"a path from the root", file("/etc/passwd", ""), "is no path of a file"},
		{"no path", file("", ""), "is no path of a file"},
		{"a file twice", file("a.go", `},{"path":"a.go","unit":"lines","print":"1","bits":"AA=="`), `the file "a.go" stands there twice`},
		{"another unit", strings.Replace(file("a.go", ""), "statements", "smiles", 1), `want what the file counts, have "smiles"`},
		{"a print that is none", strings.Replace(file("a.go", ""), `"1","bits"`, `"zz","bits"`, 1), `"zz" is no fingerprint`},
		{"more bits than there are", strings.Replace(file("a.go", ""), "AA==", bits(1<<62), 1), "fewer bits than it says"},
		{"half a line", function(`"lines":"AAAA","bits":""`), "half a line"},
		{"a statement beyond its lines", function(`"lines":"","bits":"AAE="`), "a statement beyond its lines"},
		{"a name with a newline", function(`"lines":"","bits":""`), ""},
		{"a name that is a number", strings.Replace(function(`"lines":"","bits":""`), `"F"`, "5", 1), "want a string"},
		{"values deep in each other", head + strings.Repeat(`{"x":`, 1<<20), "at most 256 deep"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b, err := change.Read(packed(t, strings.NewReader(c.text)))
			switch {
			case c.want == "" && (err != nil || len(b.Files) != 1):
				t.Errorf("%v, %v", b, err)
			case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
				t.Errorf("error %v, want %q in it", err, c.want)
			}
		})
	}
}

// TestReadBounds holds that a small file which unpacks to a large one takes a bounded part of the memory.
func TestReadBounds(t *testing.T) {
	t.Parallel()
	const head = `{"schema":3,"commit":"abc","files":[`
	for _, c := range []struct {
		name, head, text string
		megabytes        int
		want             string
	}{
		{"files of nothing", head, "{},", 300, "is no path of a file"},
		{"functions of nothing", head + `{"functions":[`, `{"print":"1"},`, 300, "more than 1024 MB of memory"},
		{"a name that does not end", head + `{"path":"`, "a", 300, "it is larger than 256 MB"},
		{"space that does not end", head, " ", 300, "it is larger than 256 MB"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			// What gzip has packed twice is there twice.
			parts := []io.Reader{packed(t, strings.NewReader(c.head))}
			part := packed(t, strings.NewReader(strings.Repeat(c.text, 1<<20/len(c.text)))).Bytes()
			for range c.megabytes {
				parts = append(parts, bytes.NewReader(part))
			}
			if _, err := change.Read(io.MultiReader(parts...)); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q in it", err, c.want)
			}
		})
	}
}

// FuzzRead holds that what is read of a baseline is what is written of it.
func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"schema":3,"tool":"t","commit":"abc","unit":"lines","files":[{"path":"a","unit":"lines","print":"f","bits":"AgM=","functions":[{"name":"F","print":"1","tokens":3,"covered":1,"total":1,"line":2,"lines":"AAAAAAEAAAA=","bits":"AQE="}]}]}`))
	f.Add([]byte(`{"schema":3}`))
	f.Add([]byte(`{"schema":3,"files":[{"path":"a","unit":"statements","print":"0","bits":"AA==","functions":[{}]}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := change.Read(packed(t, bytes.NewReader(data)))
		if err != nil {
			return
		}
		var first, second bytes.Buffer
		if err := b.Write(&first, "t"); err != nil {
			t.Fatal(err)
		}
		again, err := change.Read(bytes.NewReader(first.Bytes()))
		if err != nil {
			t.Fatal(err)
		}
		if err := again.Write(&second, "t"); err != nil || !bytes.Equal(first.Bytes(), second.Bytes()) {
			t.Errorf("written twice, it is another one: %v", err)
		}
		laws(t, b.Files, again.Files)
	})
}

// laws hold for any text and itself.
func laws(t *testing.T, was, now []*change.File) {
	t.Helper()
	matches := change.Compare(was, now)
	for i := range matches {
		if m := &matches[i]; m.How != change.Same {
			t.Errorf("%s of %s, which did not change, is %v", m.Unit.Name, m.File.Path, m.How)
		}
	}
	if lost := change.Lost(matches); len(lost) > 0 {
		t.Errorf("it lost something of itself: %v", lost)
	}
}

// FuzzOf holds what goes for every two texts of any language, and for one and itself.
func FuzzOf(f *testing.F) {
	for _, seed := range []string{
		"package a\n\nfunc F() int {\n\tx := 1\n\treturn x\n}\n", "def f():\n    return 1\n\nx = f()\n", "function a() { return b(() => 1) }\n",
		"class A { void b() { c(); } }\r\n", "x = (a)\nfunction f() {\n  return 1\n}\n[1].map(f)\n", "s = \"\"\"\ndef f():\n    return 1\n\"\"\"\n\ndef g():\n    return 2\n", "}{)(\n\"\\\n'''", "fn a() {\n  let b = || { 1 };\n}\n",
	} {
		f.Add(uint8(0), seed, seed+"\n// more", uint64(0b1011))
		f.Add(uint8(3), seed, "", uint64(7))
	}
	names := []string{"a.go", "a.py", "a.js", "a.rs", "A.java", "a.rb", "a.c", "a.ex", "a.xyz", "a.php", "a.ts", "a.lua"}
	f.Fuzz(func(t *testing.T, n uint8, old, text string, ran uint64) {
		name := names[int(n)%len(names)]
		was, now, again := taken(name, old, ran), taken(name, text, ran>>1), taken(name, text, ran>>1)
		laws(t, []*change.File{now}, []*change.File{again})
		if distinct(was) && distinct(now) {
			blocks := coverageOf(name, text)
			shortWas, shortNow := change.Pair(name, old, name, text, nil, blocks, false)
			if got, want := judged(shortWas, shortNow), judged(change.Of(name, old, nil, nil), change.Of(name, text, nil, blocks)); got != want {
				t.Errorf("without what is the same:\n%s\nwith it:\n%s", got, want)
			}
		}
		matches := change.Compare([]*change.File{was}, []*change.File{now})
		seen := map[*change.Unit]bool{}
		for i := range matches {
			m := &matches[i]
			if m.Was != nil && seen[m.Was] {
				t.Errorf("%s is what two of the later functions were", m.Was.Name)
			}
			seen[m.Was] = true
			if m.How == change.Changed && len(m.Fresh) != len(m.Unit.Lines) {
				t.Errorf("%s has %d lines, and %d of them are looked at", m.Unit.Name, len(m.Unit.Lines), len(m.Fresh))
			}
		}
		for _, i := range change.Judge(matches) {
			inside(t, now, i.Match.Unit, i.Uncovered)
			if i.Total < i.Covered || (i.Uncovered == nil) != (i.Total == i.Covered) {
				t.Errorf("%s: %v, not tested %v", i.Match.Unit.Name, i.Tally, i.Uncovered)
			}
		}
		for _, l := range change.Lost(matches) {
			inside(t, now, l.Match.Unit, l.Lines)
			if l.Statements == 0 || l.Statements > l.Was {
				t.Errorf("%s lost %d of %d", l.Match.Unit.Name, l.Statements, l.Was)
			}
		}
		change.Carry([]*change.File{was}, []*change.File{now})
		change.Judge(change.Compare([]*change.File{was}, []*change.File{now}))
	})
}

// distinct reports whether all functions of a file have other names.
func distinct(f *change.File) bool {
	names := map[string]bool{}
	for i := range f.Units {
		if names[f.Units[i].Name] {
			return false
		}
		names[f.Units[i].Name] = true
	}
	return true
}

// taken takes a text apart in which of every line with code a bit tells whether it ran.
func taken(name, text string, ran uint64) *change.File {
	cov := &coverage.File{Name: name, Unit: coverage.Lines}
	code := source.NewCode(name, text)
	for n := uint32(1); n <= code.Lines(); n++ {
		if code.Line(n) != 0 {
			cov.Lines = append(cov.Lines, coverage.Line{Number: n, Count: ran >> (n % 64) & 1})
		}
	}
	return change.Of(name, text, nil, cov)
}

// inside holds that stretches are of a function, and of no other one in it.
func inside(t *testing.T, f *change.File, of *change.Unit, stretches []change.Stretch) {
	t.Helper()
	for _, s := range stretches {
		if s[0] == 0 || s[0] > s[1] || of.Name != "" && (s[0] < of.First || s[1] > of.Last) {
			t.Errorf("%s, which goes from %d to %d, has the stretch %v", of.Name, of.First, of.Last, s)
		}
		for i := range f.Units {
			if u := &f.Units[i]; u != of && u.Name != "" && u.First > s[0] && u.Last < s[1] {
				t.Errorf("the stretch %v of %q has %s in it, from %d to %d", s, of.Name, u.Name, u.First, u.Last)
			}
		}
	}
}

// TestDeep holds that functions in functions take no more time than the same in a row, about.
func TestDeep(t *testing.T) {
	t.Parallel()
	const n = 20_000
	for name, text := range map[string]string{
		"a.js": strings.Repeat("function f() {\n", n) + strings.Repeat("}\n", n),
		"b.js": strings.Repeat("function f() { return 1 }\n", n),
		"c.js": "x = [\n" + strings.Repeat("1,\n", n) + "]\n",
		"d.go": "package a\n" + strings.Repeat("func init() { x = 1 }\n", n),
	} {
		f := change.Of(name, text, nil, nil)
		g := change.Of(name, text+"\nlast()\n", nil, nil)
		if got := change.Compare([]*change.File{f}, []*change.File{g}); len(got) != len(g.Units) {
			t.Errorf("%s: %d of %d functions", name, len(got), len(g.Units))
		}
	}
}

// judged is what is told of what changed, without what was lost.
func judged(was, now *change.File) string {
	var out []string
	for line := range strings.Lines(told(change.Compare([]*change.File{was}, []*change.File{now}))) {
		if !strings.HasPrefix(line, "lost ") {
			out = append(out, line)
		}
	}
	return strings.Join(out, "")
}

// TestPair holds that what is left out of two texts changes nothing of what is told of them.
func TestPair(t *testing.T) {
	t.Parallel()
	function := func(name, more string) string {
		return "// " + name + " is one.\nfunc " + name + "(x int) int {\n\tif x > 1 {\n\t\treturn x\n\t}\n" + more + "\treturn 2\n}\n\n"
	}
	const head = "package a\n\nimport \"fmt\"\n\nvar x = 1\n\n"
	literal := "func Lit() {\n\tdo(func() {\n\t\tfmt.Println()\n\t})\n}\n\n"
	raw := "var s = `\nfunc In() {\n`\n\nfunc After() {\n\tx++ //-\n}\n\n"
	for name, c := range map[string][2]string{
		"the same":            {head + function("A", ""), head + function("A", "")},
		"one of three":        {head + function("A", "") + function("B", "") + function("C", ""), head + function("A", "") + function("B", "\tx++ //-\n") + function("C", "")},
		"one more":            {head + function("A", "") + function("B", ""), head + function("A", "") + function("N", "\tx-- //-\n") + function("B", "")},
		"one less":            {head + function("A", "") + function("B", ""), head + function("B", "")},
		"in another order":    {head + function("A", "") + function("B", ""), head + function("B", "") + function("A", "")},
		"twice, and thrice":   {head + function("A", "") + function("A", ""), head + function("A", "") + function("A", "") + function("A", "")},
		"another head":        {head + function("A", ""), strings.Replace(head, "x = 1", "x = f()", 1) + function("A", "")},
		"a literal":           {head + literal + function("A", ""), head + strings.Replace(literal, "Println()", "Println(1) //-", 1) + function("A", "")},
		"text like functions": {head + raw + function("A", ""), head + strings.Replace(raw, "In()", "In(int)", 1) + function("A", "")},
		"and it goes on":      {head + raw + function("A", ""), head + strings.Replace(raw, "x++", "x--", 1) + function("A", "\tx++ //-\n")},
		"a broken text":       {head + function("A", ""), head + function("A", "") + "func B( {\n"},
		"a broken older text": {head + "func B( {\n" + function("A", ""), head + function("A", "")},
		"other ends of lines": {head + function("A", ""), strings.ReplaceAll(head+function("A", "")+function("B", "\tx++ //-\n"), "\n", "\r\n")},
		"no newline at the end": {
			head + function("A", "") + "func Z() {\n\tx++\n}", head + function("A", "") + function("B", "\tx++ //-\n") + "func Z() {\n\tx++\n}",
		},
		"another file's lines": {head + function("A", ""), head + "//line b.go:7\n" + function("A", "")},
	} {
		now := file("a.go", c[1])
		want := judged(change.Of("a.go", c[0], nil, nil), now)
		shortWas, shortNow := change.Pair("a.go", c[0], "a.go", c[1], nil, coverageOf("a.go", c[1]), false)
		if got := judged(shortWas, shortNow); got != want {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, want)
		}
		if shortNow.Print != now.Print || !slices.Equal(shortNow.Bits, now.Bits) {
			t.Errorf("%s: it is not of the whole text", name)
		}
		if short, all := len(shortNow.Units), len(now.Units); name == "one of three" && short >= all {
			t.Errorf("%s: %d of %d are left", name, short, all)
		}
	}
}

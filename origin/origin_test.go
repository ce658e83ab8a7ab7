package origin_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/origin"
	"github.com/covls/covls/source"
	"github.com/covls/covls/source/outline"
	"github.com/covls/covls/text"
)

// src is a text with what it holds.
func src(name, content string) *origin.Source {
	s := &origin.Source{Name: name, Content: content, Excluded: source.Exclusions(name, content, false)}
	s.Parse = func() *source.Parsed {
		p, _ := source.Parse(name, content)
		return p
	}
	s.Holds()
	return s
}

// goFile is a profile of a Go text in which every block ran so many times as its line says.
func goFile(content string) *coverage.File {
	f := &coverage.File{Name: "a.go"}
	for _, b := range source.Blocks(content) {
		r := b.As
		r.Count = uint64(b.At.Start.Line)
		f.Regions = append(f.Regions, r)
	}
	return f
}

// lines is a file of lines that all ran, with functions at lines.
func lines(numbers []uint32, funcs ...string) *coverage.File {
	f := &coverage.File{Name: "a", Unit: coverage.Lines, Lines: []coverage.Line{}}
	for _, n := range numbers {
		f.Lines = append(f.Lines, coverage.Line{Number: n, Count: uint64(n)})
	}
	for _, text := range funcs {
		var name string
		var line uint32
		fmt.Sscan(strings.Replace(text, ":", " ", 1), &line, &name)
		f.Funcs = append(f.Funcs, coverage.Func{Name: name, Span: coverage.Span{Start: coverage.Point{Line: line}}, Counted: true})
	}
	return f
}

const script = `// A comment.
function alpha(n) {
  return n + 1;
}

function beta(n) {
  // why
  return n - 1;
}
`

const java = `class Store {
  @Override
  public int put(int a,
      int b) {
    return a;
  }
  void take() {
    put(1, 2);
  }
}
`

func TestFitsKinds(t *testing.T) {
	t.Parallel()
	const text = "package p\n\nfunc f() {\n\tprintln()\n}\n\nfunc g() { // coverage-ignore\n\tprintln()\n}\n"
	wholeText, whole := istanbul("function a(x) {\n  «return x;»\n}\n«x.y = class {\n  @once()\n  get b() {\n    «return 1;»\n  }\n  c = «(x) =>\n    «x»»;\n}»;\n")
	for _, tt := range []struct {
		name   string
		file   *coverage.File
		format string
		in     *origin.Source
		want   bool
	}{
		{"its own blocks", goFile(text), "go", src("a.go", text), true},
		{"an edit that moves no block", goFile(text), "go", src("a.go", strings.Replace(text, "println", "PRINTLN", 1)), true},
		{"a line on top", goFile(text), "go", src("a.go", "\n"+text), false},
		{"a function more", goFile(text), "go", src("a.go", text+"\nfunc h() {}\n"), false},
		{"a syntax error", goFile(text), "go", src("a.go", text+"\nfunc {"), false},
		{"without what markers take out", &coverage.File{Name: "a.go", Regions: goFile(text).Regions[:1]}, "go", src("a.go", text), true},
		{"nothing said", &coverage.File{Name: "a.go", Regions: []coverage.Region{}}, "go", src("a.go", "\n"+text), true},

		{"lines of code", lines([]uint32{3, 8}, "2:alpha", "6:beta"), "lcov", src("a.js", script), true},
		{"a name that is elsewhere", lines([]uint32{3, 8}, "2:beta"), "lcov", src("a.js", script), false},
		{"a name that is nowhere", lines([]uint32{3, 8}, "2:gamma"), "lcov", src("a.js", script), false},
		{"a name that a tool made", lines([]uint32{3, 8}, "2:(anonymous_0)"), "lcov", src("a.js", script), true},
		{"a blank line", lines([]uint32{3, 5}), "lcov", src("a.js", script), false},
		{"a comment", lines([]uint32{1}), "lcov", src("a.js", script), false},
		{"past the end", lines([]uint32{3, 11}), "lcov", src("a.js", script), false},
		{"a branch past the end", &coverage.File{Unit: coverage.Lines, Lines: []coverage.Line{{Number: 3}}, Branches: []coverage.Branch{{Line: 40}}}, "lcov", src("a.js", script), false},
		{"the end of a function", lines([]uint32{2, 3, 4, 7}, "2:alpha", "6:beta"), "lcov", src("a.js", script), false},
		{"an end of a function of which not all is told", lines([]uint32{6, 9, 10, 14}), "lcov", src("a.js", script+"alpha();\nfunction c() {\n  d();\n}\nbeta();\n"), false},
		{"an end of what is not told", lines([]uint32{2, 3, 8, 9, 10}), "lcov", src("a.js", script+"alpha();\n"), false},
		{"all lines", lines([]uint32{1, 2, 3, 4, 5, 6, 7, 8, 9}, "2:alpha", "6:beta"), "lcov", src("a.js", script), true},
		{"all lines of a shorter text", lines([]uint32{1, 2, 3, 4, 5, 6, 7}, "2:alpha"), "lcov", src("a.js", script), false},
		{"all lines of functions", lines([]uint32{6, 7, 8, 9}, "6:beta"), "llvm-cov", src("a.c", script), true},

		{"Istanbul has all functions", whole, "istanbul", src("a.js", wholeText), true},
		{"and none beside them", whole, "istanbul", src("a.js", wholeText+"f = (x) => {\n  return x;\n};\n"), false},
		{"but for private methods", whole, "istanbul", src("a.js", wholeText+"class P {\n  #q() {\n    return 1;\n  }\n}\n"), true},
		{"but for what markers take out", whole, "istanbul", src("a.js", wholeText+"/* istanbul ignore next */\nf = (x) => {\n  return x;\n};\n"), true},

		{"first lines of bodies", lines([]uint32{5, 8}, "5:put", "8:take"), "jacoco", src("Store.java", java), true},
		{"and what the compiler made", lines([]uint32{1, 5, 8}, "1:<init>", "5:put", "8:take", "8:lambda$take$0", "8:values"), "jacoco", src("Store.java", java), true},
		{"a body behind a head of three lines", lines([]uint32{4, 5}, "4:put"), "llvm-cov", src("store.c", java), true},
		{"most names elsewhere", lines([]uint32{4}, "4:take"), "llvm-cov", src("store.c", java), false},
	} {
		if got := origin.Fits(tt.file, tt.format, tt.in); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
}

// TestPlaced puts blocks where they stand that //line directives put elsewhere.
func TestPlaced(t *testing.T) {
	t.Parallel()
	const text = "package p\n\n//line y.y:100\nfunc f() {\n\tprintln()\n}\n"
	s := src("a.go", text)
	file := goFile(text)
	if !origin.Fits(file, "go", s) || file.Regions[0].Start.Line != 100 {
		t.Fatalf("the profile is at %v, and fits: %v", file.Regions[0].Start, origin.Fits(file, "go", s))
	}
	if got := origin.Placed(file, s).Regions[0]; got.Start != (coverage.Point{Line: 4, Col: 10}) || got.Count != file.Regions[0].Count {
		t.Errorf("it is at %v", got)
	}
}

// TestPlacedWritten leaves out what a compiler has written beside the functions of a text.
func TestPlacedWritten(t *testing.T) {
	t.Parallel()
	const text = "export { Shop } from './shop';\nexport class Cart {\n  get() {\n    return 1;\n  }\n}\nexport const unused = () => 1;\nfunction __await() {}\n"
	for _, tt := range []struct {
		name  string
		funcs []string
		want  string
	}{
		{"helpers, and getters of exports", []string{"1:__export", "1:__name2", "1:get", "1:Cart", "1:Shop", "1:unused", "3:get", "7:unused"}, "3:get 7:unused"},
		{"a function in the line of a helper", []string{"7:__name", "7:unused", "7:Cart"}, "7:unused"},
		{"one of the text that is called like a helper", []string{"1:Shop", "3:get", "8:__await"}, "1:Shop 3:get 8:__await"},
	} {
		s := src("a.ts", text)
		file := lines([]uint32{1, 2, 3, 4, 5, 6, 7, 8}, tt.funcs...)
		var got []string
		for _, fn := range origin.Placed(file, s).Funcs {
			got = append(got, fmt.Sprintf("%d:%s", fn.Span.Start.Line, fn.Name))
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
}

// show is what was carried: lines with their counts, kept functions, and what was lost.
func show(c *origin.Carried) string {
	if c == nil {
		return "nothing"
	}
	var out []string
	for _, r := range c.File.Regions {
		out = append(out, fmt.Sprintf("%d=%d", r.Start.Line, r.Count))
	}
	for _, l := range c.File.Lines {
		out = append(out, fmt.Sprintf("%d=%d", l.Number, l.Count))
	}
	for _, f := range c.File.Funcs {
		out = append(out, fmt.Sprintf("%s@%d", f.Name, f.Span.Start.Line))
	}
	for _, f := range c.Kept {
		out = append(out, fmt.Sprintf("%s:%d-%d", f.Name, f.First, f.Last))
	}
	var lost []string
	for name := range c.Lost {
		lost = append(lost, "-"+name)
	}
	slices.Sort(lost)
	return strings.Join(append(out, lost...), " ")
}

func TestCarry(t *testing.T) {
	t.Parallel()
	const top = "x = 1\ny = 2\n\ndef f():\n    return 1\n\nz = 3\n\ndef g():\n    return 2\n"
	const twins = "a(() => {\n  return 1;\n});\nb(() => {\n  return 1;\n});\n"
	all := func(n uint32) (out []uint32) {
		for i := range n {
			out = append(out, i+1)
		}
		return out
	}
	for _, tt := range []struct {
		name, file, was, now string
		cover                *coverage.File
		want                 string
	}{
		{
			"lines outside of functions go by themselves", "a.py", top, strings.Replace(top, "y = 2", "y = 20", 1), lines([]uint32{1, 2, 4, 5, 7, 9, 10}),
			"1=1 4=4 5=5 7=7 9=9 10=10 f:4-5 g:9-10",
		},
		{
			"a function that changed is lost whole", "a.py", top, strings.Replace(top, "return 1", "return 10", 1), lines([]uint32{1, 2, 4, 5, 7, 9, 10}),
			"1=1 2=2 7=7 9=9 10=10 g:9-10 -f",
		},
		{
			"a function moved behind another", "a.py", top, "def g():\n    return 2\n\n" + strings.Replace(top, "def g():\n    return 2\n", "", 1), lines([]uint32{4, 5, 9, 10}),
			"1=9 2=10 7=4 8=5 g:1-2 f:7-8",
		},
		{
			"line ends", "a.py", top, strings.ReplaceAll(top, "\n", "\r\n"), lines([]uint32{1, 2, 4, 5, 7, 9, 10}),
			"1=1 2=2 4=4 5=5 7=7 9=9 10=10 f:4-5 g:9-10",
		},
		{
			"an inner function in one that changed", "a.js", "function outer() {\n  const x = 1;\n  function inner() {\n    return 2;\n  }\n}\n",
			"function outer() {\n  const x = 3;\n  function inner() {\n    return 2;\n  }\n}\n", lines([]uint32{2, 4}, "1:outer", "3:inner"),
			"4=4 inner@3 inner:3-5 -outer",
		},
		{
			"a method of a class with another name", "a.py", "class A:\n    def get(self):\n        return 1\n", "class B:\n    def get(self):\n        return 1\n",
			lines([]uint32{2, 3}), "2=2 3=3 A.get:2-3",
		},
		{
			"a method in another class", "a.py", "class A:\n    def get(self):\n        return 1\n\nclass B:\n    def put(self):\n        return 2\n",
			"class A:\n    pass\n\nclass B:\n    def get(self):\n        return 1\n\n    def put(self):\n        return 2\n", lines([]uint32{2, 3, 6, 7}), "8=6 9=7 B.put:8-9 -A.get",
		},
		{"the same twice, both kept", "a.js", twins, "// top\n" + twins, lines(all(6)), "2=1 3=2 4=3 5=4 6=5 7=6"},
		{"nothing in common", "a.py", top, "def h():\n    pass\n", lines([]uint32{1, 5, 10}), "-f -g"},
		{"an empty text", "a.py", top, "", lines([]uint32{1, 5, 10}), "-f -g"},
		{
			"names at their lines", "a.js", script, "\n\n" + script, lines([]uint32{3, 8}, "2:alpha", "6:beta"),
			"5=3 10=8 alpha@4 beta@8 alpha:4-6 beta:8-11",
		},
	} {
		was, now := src(tt.file, tt.was), src(tt.file, tt.now)
		got := show(origin.Carry(tt.cover, origin.Of(tt.file, tt.was, was.Parsed, tt.cover), origin.Of(tt.file, tt.now, now.Parsed, nil)))
		if got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}

// TestCarryGetter has a text of which a profile alone told the functions, as it calls them.
func TestCarryGetter(t *testing.T) {
	t.Parallel()
	const text = "class P {\n  get size() {\n    return 1;\n  }\n}\n"
	cover := lines([]uint32{3}, "2:size")
	cover.Funcs[0].Name, cover.Funcs[0].Receiver = "get size", "P"
	now := src("a.js", "// c\n"+text)
	got := show(origin.Carry(cover, origin.Of("a.js", text, nil, cover), origin.Of("a.js", now.Content, now.Parsed, nil)))
	if want := "4=3 get size@3 P.get size:3-5"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// TestCarryTwins: of two functions with the same text of which one was deleted, nobody knows which.
func TestCarryTwins(t *testing.T) {
	t.Parallel()
	const get = "  get() {\n    return this.x;\n  }\n"
	was := "class A {\n" + get + "}\nclass B {\n" + get + "}\n"
	now := "class B {\n" + get + "}\n"
	cover := lines([]uint32{3, 8})
	for text, want := range map[string]string{was: "3=3 8=8 A.get:2-4 B.get:7-9", "// top\n" + was: "4=3 9=8 A.get:3-5 B.get:8-10", now: "-A.get -B.get"} {
		got := show(origin.Carry(cover, origin.Of("a.js", was, src("a.js", was).Parsed, nil), origin.Of("a.js", text, src("a.js", text).Parsed, nil)))
		if got != want {
			t.Errorf("%s, want %s in\n%s", got, want, text)
		}
	}
}

func TestCarryByShape(t *testing.T) {
	t.Parallel()
	fn := func(name, head string) string {
		return "func " + name + "() int {\n\tif " + head + " {\n\t\treturn 1\n\t}\n\treturn 2\n}\n"
	}
	one := func(name string) string { return "func " + name + "() {\n\tprintln()\n}\n" }
	text := "package p\n\n" + fn("a", "x > 1") + "\n" + one("b") + "\n" + fn("c", "x > 100") + "\n" + one("d")
	for _, tt := range []struct{ name, now, want string }{
		{"moved", "// top\n" + text, "4=3 5=4 8=7 11=10 15=14 16=15 19=18 22=21 a:4-9 b:11-13 c:15-20 d:22-24"},
		{"one in between that is new", strings.Replace(text, "func b", one("n")+"\nfunc b", 1), "3=3 4=4 7=7 18=14 19=15 22=18 25=21 a:3-8 c:18-23 d:25-27 -b -n"},
		{"one that was deleted", strings.Replace(text, one("b")+"\n", "", 1), "3=3 4=4 7=7 10=14 11=15 14=18 17=21 a:3-8 c:10-15 d:17-19"},
		{"two of the same shape", strings.Replace(text, "x > 100", "x > 1", 1), "-a -b -c -d"},
		{"a branch more at the end", strings.Replace(text, "\treturn 2\n}\n\nfunc b", "\tif x > 5 {\n\t\treturn 2\n\t}\n\treturn 3\n}\n\nfunc b", 1), "13=10 17=14 18=15 21=18 24=21 b:13-15 c:17-22 d:24-26 -a"},
	} {
		s := src("a.go", tt.now)
		if got := show(origin.CarryByShape(goFile(text), s)); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
	if c := origin.CarryByShape(goFile(text), src("a.go", text+"func {")); c != nil {
		t.Errorf("a text with a syntax error: %v", show(c))
	}
}

func TestCarryByName(t *testing.T) {
	t.Parallel()
	cover := lines([]uint32{3, 8}, "2:alpha", "6:beta")
	for _, tt := range []struct{ name, now, want string }{
		{"moved", "// a\n// b\n" + script, "5=3 10=8 alpha@4 beta@8 alpha:4-6 beta:8-11"},
		{"one is longer", "// a\n" + strings.Replace(script, "return n - 1;", "n++;\n  return n;", 1), "nothing"},
		{"one is gone", "// a\n" + strings.Replace(script, "alpha", "omega", 1), "nothing"},
		{"a name twice", "// a\n" + script + "\nfunction beta() {\n  return 3;\n}\n", "nothing"},
	} {
		if got := show(origin.CarryByName(cover, src("a.js", tt.now))); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
	if c := origin.CarryByName(lines([]uint32{3}), src("a.js", script)); c != nil {
		t.Errorf("a profile without names: %s", show(c))
	}
}

// TestCarryByColumnsOpens: where a profile tells where bodies begin, a method is found by the length of its head.
func TestCarryByColumnsOpens(t *testing.T) {
	t.Parallel()
	const was = "class A {\n  size(x) {\n    «return x;»\n  }\n}\n"
	plain, file := istanbul(was)
	file.Funcs[0].Opens = coverage.Point{Line: 2, Col: 11}
	for _, tt := range []struct{ name, now, want string }{
		{"moved", "//\n" + plain, "4 (anonymous_0)@3"},
		{"another name", "//\n" + strings.Replace(plain, "size", "length", 1), "nothing"},
		{"one more parameter", "//\n" + strings.Replace(plain, "(x)", "(x, y)", 1), "nothing"},
		{"a new one as long beside it, which is longer", strings.Replace(plain, "    return x;\n  }", "    go();\n    return x;\n  }\n  kind(x) {\n    return x;\n  }", 1), "nothing"},
		{"and another like it", strings.Replace(plain, "  size", "  none(x) {\n    return x;\n  }\n  size", 1), "nothing"},
	} {
		got := "nothing"
		if c := origin.CarryByColumns(file, src("a.js", tt.now)); c != nil {
			got = fmt.Sprintf("%d %s@%d", c.File.Regions[0].Start.Line, c.File.Funcs[0].Name, c.File.Funcs[0].Span.Start.Line)
		}
		if got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}

// TestCarryIdle: of a text in which not all functions are found by their names, those are told of which nothing ran, where the
// profile shows that they are as long as they were.
func TestCarryIdle(t *testing.T) {
	t.Parallel()
	method := func(name, end string) string {
		return "  " + name + "() {\n    go();\n    return 1;\n  }" + end + "\n\n"
	}
	class := func(end string, names ...string) string {
		out := "class A {\n"
		for _, name := range names {
			out += method(name, end)
		}
		return out + "}\n"
	}
	// V8 counts all lines; of a function that did not run those behind the first up to that which its brace ends.
	v8 := func(text string, ran ...string) *coverage.File {
		f := &coverage.File{Name: "a.js", Unit: coverage.Lines, Funcs: []coverage.Func{}}
		idle := false
		for i, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
			n := uint32(i + 1)
			l := coverage.Line{Number: n, Count: 1}
			switch name, _, head := strings.Cut(strings.TrimSpace(line), "() {"); {
			case head:
				idle = !slices.Contains(ran, name)
				fn := coverage.Func{Name: name, Span: coverage.Span{Start: coverage.Point{Line: n}}, Counted: true}
				if !idle {
					fn.Count = 1
				}
				f.Funcs = append(f.Funcs, fn)
			case idle && strings.HasPrefix(line, "  }"):
				idle = false
				if line == "  }" {
					l.Count = 0
				}
			case idle:
				l.Count = 0
			}
			f.Lines = append(f.Lines, l)
		}
		return f
	}
	all := []string{"a", "b", "c", "d"}
	edit := strings.NewReplacer("go();", "go();\n    more();").Replace
	text := class("", all...)
	for _, tt := range []struct {
		name, now string
		file      *coverage.File
		want      string
	}{
		{"one is gone", "//\n" + class("", all[1:]...), v8(text, "c"), "b@3 d@13"},
		{"one is longer", "//\n" + strings.Replace(text, method("b", ""), edit(method("b", "")), 1), v8(text), "a@3 c@14 d@19"},
		{"one is shorter", "//\n" + strings.Replace(text, "    go();\n", "", 1), v8(text), "b@7 c@12 d@17"},
		{"a name twice", "//\n" + class("", "a", "a", "b", "c", "d"), v8(text), "b@13 c@18 d@23"},
		{"semicolons were taken away", "//\n" + class("", all[1:]...), v8(class(";", all...)), "b@3 c@8 d@13"},
		{"some became longer", "//\n" + class("", "b", "c") + edit(class("", "d", "x")), v8(text), "b@3 c@8"},
		{"all ran", "//\n" + class("", all[1:]...), v8(text, all...), "nothing"},
		{"of another language", "x = 1\n", v8(text), "nothing"},
	} {
		name := "a.js"
		if tt.name == "of another language" {
			name = "a.py"
		}
		got := "nothing"
		if c := origin.CarryIdle(tt.file, src(name, tt.now)); c != nil {
			var at []string
			for i := range c.File.Funcs {
				at = append(at, fmt.Sprintf("%s@%d", c.File.Funcs[i].Name, c.File.Funcs[i].Span.Start.Line))
			}
			got = strings.Join(at, " ")
		}
		if got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}

// bare is a line without what may stand behind the end of a block.
func bare(line string) string {
	if cut := strings.TrimRight(line, ";,"); strings.TrimSpace(cut) != "" && strings.Trim(cut, " \t})]") == "" {
		return cut
	}
	return line
}

// FuzzCarry holds that nothing is made up: whatever the texts, what is carried stands on a line with the same words.
func FuzzCarry(f *testing.F) {
	f.Add("package p\n\nfunc f() {\n\tprintln()\n}\n", "package p\n\n// x\nfunc f() {\n\tprintln()\n}\n")
	f.Add("a\nb\nc\n", "c\nb\na\n")
	f.Add("a\n\nb\n", ",,,\nb\n")
	f.Add("def f():\n  x\n\ndef f():\n  x\n", "def f():\n  x\n")
	f.Fuzz(func(t *testing.T, was, now string) {
		for _, name := range []string{"a.go", "a.txt"} {
			a, b := src(name, was), src(name, now)
			old := strings.Split(strings.ReplaceAll(was, "\r\n", "\n"), "\n")
			new := strings.Split(strings.ReplaceAll(now, "\r\n", "\n"), "\n")
			cover := &coverage.File{Unit: coverage.Lines}
			for i := range old {
				cover.Lines = append(cover.Lines, coverage.Line{Number: uint32(i + 1), Count: uint64(i + 1)})
			}
			c := origin.Carry(cover, origin.Of(name, was, a.Parsed, nil), origin.Of(name, now, b.Parsed, nil))
			last := uint32(0)
			for _, l := range c.File.Lines {
				if l.Number <= last || int(l.Number) > len(new) || bare(new[l.Number-1]) != bare(old[l.Count-1]) {
					t.Fatalf("line %d became %d", l.Count, l.Number)
				}
				last = l.Number
			}
			if name == "a.go" {
				origin.CarryByShape(goFile(was), b)
			} else {
				origin.CarryByColumns(statements(was), src("a.js", now))
			}
		}
	})
}

// statements is what Istanbul says of a script whose statements are lines of their own, counted by their lines; its functions
// have no names.
func statements(text string) *coverage.File {
	out := &coverage.File{Unit: coverage.Statements, Funcs: []coverage.Func{}}
	for _, fn := range src("a.js", text).Parsed.Funcs {
		out.Funcs = append(out.Funcs, coverage.Func{Name: "(anonymous)", Span: fn.Span, Counted: true})
	}
	for n, line := range strings.Split(text, "\n") {
		code := strings.TrimLeft(line, " ")
		if !strings.HasSuffix(line, ";") || code == line {
			continue
		}
		at := func(col int) coverage.Point { return coverage.Point{Line: uint32(n + 1), Col: uint32(col)} }
		out.Regions = append(out.Regions, coverage.Region{Start: at(len(line) - len(code) + 1), End: at(len(line) + 1), Statements: 1, Count: uint64(n + 1)})
	}
	return out
}

// istanbul is a text, and what Istanbul says of it: its statements are between « and », or ‹ and › where they did not run. They
// count as often as their lines say. Functions have names where they are declared with one.
func istanbul(marked string) (content string, file *coverage.File) {
	type mark struct {
		from, to int
		ran      bool
	}
	var marks []mark
	var open []int
	for len(marked) > 0 {
		r, size := utf8.DecodeRuneInString(marked)
		switch r {
		case '«', '‹':
			open = append(open, len(content))
		case '»', '›':
			marks = append(marks, mark{open[len(open)-1], len(content), r == '»'})
			open = open[:len(open)-1]
		default:
			content += marked[:size]
		}
		marked = marked[size:]
	}
	lines := text.New(content)
	at := func(offset int) (p coverage.Point) {
		p.Line, p.Col = lines.LineCol(offset)
		return p
	}
	file = &coverage.File{Unit: coverage.Statements, Funcs: []coverage.Func{}}
	for _, m := range marks {
		r := coverage.Region{Start: at(m.from), End: at(m.to), Statements: 1}
		if m.ran {
			r.Count = uint64(r.Start.Line)
		}
		file.Regions = append(file.Regions, r)
	}
	slices.SortFunc(file.Regions, coverage.Region.Compare)
	o, _ := outline.Of("javascript", content)
	for i, h := range o.Funcs {
		fn := coverage.Func{Name: fmt.Sprintf("(anonymous_%d)", i), Span: coverage.Span{Start: at(h.Head), End: at(h.End)}, Counted: true}
		if strings.HasPrefix(content[h.Head:], "function ") {
			fn.Name, fn.Span.Start = h.Name, at(h.NameStart)
		}
		file.Funcs = append(file.Funcs, fn)
	}
	return content, file
}

// TestCarryByColumnsKinds has edits after which nothing of a function is told, and such after which it is.
func TestCarryByColumnsKinds(t *testing.T) {
	t.Parallel()
	named := func(body string) string { return "function a(x) {\n" + body + "}\n" }
	body := func(lines ...string) string { return named("  " + strings.Join(lines, "\n  ") + "\n") }
	get := func(name string) string {
		return "  get " + name + "() {\n    const v = «this." + name + "»;\n    «return v;»\n  }\n"
	}
	off := func(name string) string { return strings.NewReplacer("«", "‹", "»", "›").Replace(get(name)) }
	plain := func(marked string) string { s, _ := istanbul(marked); return s }
	class := func(members ...string) string { return "class A {\n" + strings.Join(members, "") + "}\n" }
	const long = "  long(x) {\n    «x++;»\n    «x--;»\n    «x = 10;»\n    «return x;»\n  }\n"
	const longer = "  more(x) {\n    «x++;»\n    «x--;»\n    «x = 10;»\n    «x = 100;»\n    «return x;»\n  }\n"
	tests := []struct {
		name, was, now string
		want           string // lines that are told
	}{
		{"nothing", body("const y = «x + 1»;", "«return y;»"), body("const y = x + 1;", "return y;"), "3 4"},
		{"another comment", body("const y = «x + 1»;", "", "«return y;»"), body("const y = x + 1; // one", "/* y++; */", "return y;"), "3 5"},
		{"a call for a blank line", body("const y = «x + 1»;", "", "«return y;»"), body("const y = x + 1;", "launch(y);", "return y;"), ""},
		{"a declaration for a comment", body("const y = «x + 1»;", "// why", "«return y;»"), body("const y = x + 1;", "let q = y;", "return y;"), ""},
		{"a try for a comment", body("let y = «0»;", "// why", "«return y;»"), body("let y = 0;", "try { y = f(x); } catch (e) { y = g(e); }", "return y;"), ""},
		{"a loop for a blank line", body("let y = «0»;", "", "«return y;»"), body("let y = 0;", "do { y = f(y); } while (y);", "return y;"), ""},
		{"a callback for a blank line", body("let y = «0»;", "", "«return y;»"), body("let y = 0;", "list.forEach((x) => { run(x); });", "return y;"), ""},
		{"an else", body("«if (x) {", "  «x = 1;»", "}»", "«return x;»"), body("if (x) {", "  x = 1;", "} else { f(); }", "return x;"), ""},
		{"the same if", body("«if (x) {", "  «x = 1;»", "} else {", "  «x = 2;»", "}»", "«return x;»"), body("if (y) {", "  x = 1;", "} else {", "  x = 2;", "}", "return x;"), "3 4 6 8"},
		{"a catch that does more", body("«try {", "  «f();»", "} catch (e) {}»", "«return x;»"), body("try {", "  f();", "} catch (e) {f(e)}", "return x;"), ""},
		{
			"all kinds of statements", body("const { y, z } = «x», w = «(q) => {", "  «return q;»", "}»;", "let k;", "«for (let i = «0»; i < 2; i++) «f(i);»»", "«for (const p of x) {", "  «if (p) «continue;»»", "}»", "«switch (x) {", "  case 1: «break;»", "  default:", "    «throw y;»", "}»", "«do {", "  «f();»", "} while (x);»", "«try { «f();» } finally { «g();» }»", "«return `${z}` + y;»"),
			body("const { y, z } = x, w = (q) => {", "  return q;", "};", "let k;", "for (let i = 0; i < 2; i++) f(i);", "for (const p of x) {", "  if (p) continue;", "}", "switch (x) {", "  case 1: break;", "  default:", "    throw y;", "}", "do {", "  f();", "} while (x);", "try { f(); } finally { g(); }", "return `${z}` + y;"),
			"3 3 4 7 7 7 8 9 9 11 12 14 16 17 19 19 19 20",
		},
		{"commented out", body("const y = «x + 1»;", "«f(y);»", "«return y;»"), body("const y = x + 1; /*", "f(y); */", "return y;"), ""},
		{"in a template", body("const y = «`a`»;", "const q = «y»;", "«return q;»"), body("const y = `a", "const q = y;", "`; return q;"), ""},
		{"behind a comma", body("const y = «x»", "«f(y)»", "«return y»"), body("const y = x", "f(y), g(y)", "return y"), ""},
		{"on the next line", body("const y = «x»", "«f(y)»", "", "«return y»"), body("const y = x", "f(y)", "  .g(y)", "return y"), ""},
		{"one more that is declared", body("const y = «x + 1»;", "«return y;»"), body("const y = x + 1, q = f(x);", "return y;"), ""},
		{"behind a semicolon", body("let y = «x»;", "«y++;»", "«return y;»"), body("let y = x;", "y++; f(y); y = 3;", "return y;"), ""},
		{"an if for a call", body("«one(a);» «two(a);»", "«return a;»"), body("if(a) { two() }", "return a;"), ""},
		{"a function in the head", "function a(x) {\n  «return x;»\n}\n", "function a(x = () => { f(); }) {\n  return x;\n}\n", ""},
		{"another head", body("const y = «x + 1»;", "«return y;»"), "async " + body("const y = x + 1;", "return y;"), ""},
		{"an arrow function that returns a value", "const a = «(x) => «x.map((y) => «y + 1»)»»;\nfunction f(x) {\n  «return x;»\n}\n", "//\nconst a = (x) => x.map((y) => y + 1);\nfunction f(x) {\n  return x;\n}\n", "3 3 3 5"},

		{"swapped getters", class(get("a"), off("b")), class(off("b"), get("a")), ""},
		{"one of one statement is replaced", "exports.a = «(x) => {\n  «return x;»\n}»;\n", "exports.b = (x) => {\n  return x;\n};\n", ""},
		{"between two that are found", class(long, get("a"), longer), class(long, get("a"), longer), "4 5 6 7 10 11 14 15 16 17 18"},
		{"swapped between two", class(long, get("a"), off("b"), longer), class(long, off("b"), get("a"), longer), "4 5 6 7 18 19 20 21 22"},
		{"swapped between two, and both ran", class(long, get("a"), get("b"), longer), class(long, get("b"), get("a"), longer), "4 5 6 7 10 11 14 15 18 19 20 21 22"},
		{"one more between two", class(long, get("a"), longer), class(long, get("b"), get("a"), longer), "4 5 6 7 18 19 20 21 22"},
		{"a head that begins elsewhere", "app.put('/users', «(x) => {\n  «x++;»\n  «x--;»\n  «return x;»\n}»);\n", "app.put('/orders', (x) => {\n  x++;\n  x--;\n  return x;\n});\n", ""},
		{"swapped inside of another", body("const f = «() => {", "  «return 1;»", "}»;", "const g = «() => {", "  ‹return 2;›", "}»;", "«return x;»"), body("const g = () => {", "  return 2;", "};", "const f = () => {", "  return 1;", "};", "return x;"), ""},
		{"two on a line", "const a = «(x) => { «x++;» «return x;» }», b = «(x) => { ‹x++;› ‹return x;› }»;\n", "const b = (x) => { x++; return x; }, a = (x) => { x++; return x; };\n", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, file := istanbul(tt.was)
			var told []string
			if moved := origin.CarryByColumns(file, src("a.js", "\n"+plain(tt.now))); moved != nil {
				for _, r := range moved.File.Regions {
					told = append(told, fmt.Sprint(r.Start.Line))
				}
			}
			if got := strings.Join(told, " "); got != tt.want {
				t.Errorf("told are lines %q, want %q", got, tt.want)
			}
			if by := origin.CarryByName(file, src("a.js", "\n"+plain(tt.now))); by != nil && tt.want == "" {
				t.Errorf("by name is told %s", show(by))
			}
		})
	}
}

func TestCarryByColumns(t *testing.T) {
	t.Parallel()
	const (
		a    = "function a(x) {\n  x += 100;\n  return x;\n}\n"
		b    = "function b(x) {\n  return x;\n}\n"
		c    = "function c(x) {\n  x -= 20000;\n  x *= 2;\n  return x;\n}\n"
		d    = "function d(x) {\n  return x;\n}\n"
		text = a + "\n" + b + "\n" + c + "\n" + d
	)
	for _, tt := range []struct{ name, now, want string }{
		{"moved", "// top\n" + text, "12=11 13=12 14=13"},
		{"one in between that is new", strings.Replace(text, b, b+"function n(x) {\n  log(x);\n  return x;\n}\n", 1), "15=11 16=12 17=13"},
		{"two that are the same", strings.Replace(text, b+"\n", "", 1), "7=11 8=12 9=13"},
		{"a statement more", strings.Replace(text, "  x -= ", "  log(x);\n  x -= ", 1), "nothing"},
		{"a statement in another place", strings.Replace(text, "  x *= 2;\n  return x;", "  if (x)\n    return x;", 1), "nothing"},
		{"a longer statement", strings.Replace(text, "x -= 20000", "x -= 200000", 1), "nothing"},
		{"in another order", c + "\n" + a + "\n" + b + "\n" + d, "2=11 3=12 4=13"},
		{"a syntax error", text + "function (", "nothing"},
		{"nothing in common", "const x = 1;\n", "nothing"},
	} {
		got := "nothing"
		if moved := origin.CarryByColumns(statements(text), src("a.js", tt.now)); moved != nil {
			got = ""
			for _, r := range moved.File.Regions {
				got += fmt.Sprintf(" %d=%d", r.Start.Line, r.Count)
			}
			got = strings.TrimSpace(got)
		}
		if got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
	if moved := origin.CarryByColumns(lines([]uint32{3}, "1:a"), src("a.js", text)); moved != nil {
		t.Errorf("a profile without columns: %s", show(moved))
	}
}

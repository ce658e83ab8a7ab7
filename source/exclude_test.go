package source_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/source"
)

// TestExclusions: the text that markers take out, in Go from the first to the last word of it.
func TestExclusions(t *testing.T) {
	t.Parallel()
	const in = "package a\n\nfunc f(x int) int {\n%s\n}\n"
	for _, tt := range []struct{ rule, name, text, want string }{
		{"none", "a.go", "package a\n\n// ignore coverage\nfunc f() {}\n", ""},
		{"a function", "a.go", "package a\n\n//coverage:ignore\nfunc f() {\n\tprintln()\n}\n\nfunc g() {}\n", "func f() {\n\tprintln()\n} ()"},
		{"a function with words", "a.go", "package a\n\n// f does.\n//\n// coverage-ignore: needs hardware\n// More of f.\nfunc f() {}\n", "func f() {} (needs hardware)"},
		{"a method, in the line of its brace", "a.go", "package a\n\nfunc (T) f() { // coverage-ignore never called\n\tprintln()\n}\n", "func (T) f() { // coverage-ignore never called\n\tprintln()\n} (never called)"},
		{"the function before does not count", "a.go", "package a\n\nfunc f() {}\n\n//coverage:ignore\nfunc g() {}\n", "func g() {} ()"},
		{"a declaration", "a.go", "package a\n\n//coverage:ignore\nvar v = func() { println() }\n", "var v = func() { println() } ()"},
		{"a block in the line of its brace", "a.go", fmt.Sprintf(in, "\tif x > 1 { // coverage-ignore\n\t\treturn 1\n\t}\n\treturn 2"), "{ // coverage-ignore\n\t\treturn 1\n\t} ()"},
		{"an else", "a.go", fmt.Sprintf(in, "\tif x > 1 {\n\t\treturn 1\n\t} else { // coverage-ignore\n\t\treturn 3\n\t}"), "{ // coverage-ignore\n\t\treturn 3\n\t} ()"},
		{"a statement with all its blocks", "a.go", fmt.Sprintf(in, "\t//coverage:ignore why not\n\tif x > 1 {\n\t\treturn 1\n\t} else {\n\t\treturn 3\n\t}"), "if x > 1 {\n\t\treturn 1\n\t} else {\n\t\treturn 3\n\t} (why not)"},
		{"a case", "a.go", fmt.Sprintf(in, "\tswitch x {\n\tcase 1: // coverage-ignore\n\t\treturn 1\n\tcase 2:\n\t\treturn 2\n\t}\n\treturn 3"), "case 1: // coverage-ignore\n\t\treturn 1 ()"},
		{"a case from before it", "a.go", fmt.Sprintf(in, "\tswitch x {\n\t// coverage-ignore\n\tdefault:\n\t\treturn 1\n\t}\n\treturn 3"), "default:\n\t\treturn 1 ()"},
		{"the first thing in a block", "a.go", fmt.Sprintf(in, "\tif x > 1 {\n\t\t// coverage-ignore\n\t\tpanic(x)\n\t}\n\treturn 3"), "{\n\t\t// coverage-ignore\n\t\tpanic(x)\n\t} ()"},
		{"the first thing in a case", "a.go", fmt.Sprintf(in, "\tswitch {\n\tdefault:\n\t\t//coverage:ignore unreachable\n\t\tpanic(x)\n\t}"), "default:\n\t\t//coverage:ignore unreachable\n\t\tpanic(x) (unreachable)"},
		{"a statement alone", "a.go", fmt.Sprintf(in, "\tif x > 1 {\n\t\treturn 1\n\t}\n\tpanic(x) // coverage-ignore"), "panic(x) ()"},
		{"the whole file", "a.go", "//coverage:ignore file written by hand\n\npackage a\n\nfunc f() {}\n", "//coverage:ignore file written by hand\n\npackage a\n\nfunc f() {}\n (written by hand)"},
		{"what lies in another is no more", "a.go", "package a\n\n//coverage:ignore\nfunc f(x bool) {\n\tif x { //coverage:ignore\n\t}\n}\n", "func f(x bool) {\n\tif x { //coverage:ignore\n\t}\n} ()"},
		{"a broken text", "a.go", "package a\n\n//coverage:ignore\nfunc f() {}\n\nfunc g( {\n", "func f() {} ()"},
		{"nothing follows", "a.go", "package a\n\n//coverage:ignore\n", ""},
		{"a word that only begins so", "a.go", "package a\n\n//coverage:ignored\nfunc f() {}\n", ""},
		{"Ruby", "a.rb", "a\n# :nocov:\nb\n  #:nocov: why\nc\n", "# :nocov:\nb\n  #:nocov: why\n (:nocov:)"},
		{"Ruby up to the end", "a.rb", "a\n# :nocov:\nb\n", "# :nocov:\nb\n (:nocov:)"},
		{"not in other languages", "a.py", "# :nocov:\n//coverage:ignore\n", ""},
		{"Ruby, disabled", "a.rb", "a\n# simplecov:disable line old\nb\n# simplecov:enable\nc # simplecov:disable\nd # simplecov:disable branch\n", "# simplecov:disable line old\nb\n# simplecov:enable\n (simplecov:disable line old)\nc # simplecov:disable\n (simplecov:disable)"},
		{"Python, a line", "a.py", "a = 1\nb = 2  # pragma: no cover\nc = '# pragma: no cover'\n# pragma: no cover\nd = 3 # pragma: no branch\n", "b = 2  # pragma: no cover\n (pragma: no cover)"},
		{"Python, a function", "a.py", "@x\n@y(1)\ndef f(a,\n      b):  # pragma: no cover\n    a()\n\n    # there\n    b()\n\ndef g():\n    c()\n", "@x\n@y(1)\ndef f(a,\n      b):  # pragma: no cover\n    a()\n\n    # there\n    b()\n (pragma: no cover)"},
		{"Python, behind another comment", "a.py", "a = 1  # type: ignore  # pragma: no cover\n", "a = 1  # type: ignore  # pragma: no cover\n (type: ignore  # pragma: no cover)"},
		{"Python, by a decorator", "a.py", "@x # pragma: no cover\ndef f():\n    a()\nb()\n", "@x # pragma: no cover\ndef f():\n    a()\n (pragma: no cover)"},
		{"Python, one way", "a.py", "def f():\n    if a:  # pragma: no cover - never\n        b()\n    else:\n        c()\n    try: d()\n    except: e() # pragma: no cover\n", "    if a:  # pragma: no cover - never\n        b()\n (pragma: no cover - never)\n    except: e() # pragma: no cover\n (pragma: no cover)"},
		{"Python, a class", "a.py", "class A: # pragma: no cover\n\tdef f(self):\n\t\ta()\n\tb = 1\nc = [1, # pragma: no cover\n2]\n", "class A: # pragma: no cover\n\tdef f(self):\n\t\ta()\n\tb = 1\n (pragma: no cover)\nc = [1, # pragma: no cover\n2]\n (pragma: no cover)"},
		{"JavaScript, a function", "a.js", "/* istanbul ignore next: why */\nexport function f() {\n  a();\n}\nfunction g() {}\n", "export function f() {\n  a();\n} (istanbul ignore next: why)"},
		{"JavaScript, a method", "a.ts", "class A {\n  // istanbul ignore next\n  async f(): Promise<void> {\n    a();\n  }\n  g() {}\n}\n", "  async f(): Promise<void> {\n    a();\n  } (istanbul ignore next)"},
		{"JavaScript, statements", "a.js", "/* istanbul ignore next */\nif (a) {\n  b();\n} else if (c) d()\nelse {\n  e();\n}\nf()\n// istanbul ignore next\nconst x = g(() => {\n  h();\n})\ni()\n", "if (a) {\n  b();\n} else if (c) d()\nelse {\n  e();\n} (istanbul ignore next)\nconst x = g(() => {\n  h();\n}) (istanbul ignore next)"},
		{"JavaScript, a class", "a.js", "/* istanbul ignore next */\nexport default class A extends B {\n  f() {}\n}\nc();\n", "export default class A extends B {\n  f() {}\n} (istanbul ignore next)"},
		{"JavaScript, a part", "a.js", "x = a || /* istanbul ignore next */ b(1, 2);\ny = c ? d : /* istanbul ignore next */ e\nf(/* istanbul ignore next */ () => { g() }, h)\n", "b(1, 2); (istanbul ignore next)\ne (istanbul ignore next)\n() => { g() } (istanbul ignore next)"},
		{"JavaScript, an operand before others", "a.js", "x = a ? /* istanbul ignore next */ 1 : g(() => { return 2 })\n", ""},
		{"JavaScript, loops", "a.js", "/* istanbul ignore next */\nfor (const a of b)\n  c(a)\nd()\n/* istanbul ignore next */\ndo {\n  e()\n} while (f)\ng()\n", "for (const a of b)\n  c(a) (istanbul ignore next)\ndo {\n  e()\n} while (f) (istanbul ignore next)"},
		{"JavaScript, ways of an if", "a.js", "/* istanbul ignore if */\nif (a) {\n  b();\n} else {\n  c();\n}\n/* istanbul ignore else */\nif (d) e();\nelse f();\n", "{\n  b();\n} (istanbul ignore if)\nf(); (istanbul ignore else)"},
		{"JavaScript, the file", "a.js", "/* istanbul ignore file */\na();\n", "/* istanbul ignore file */\na();\n (istanbul ignore file)"},
		{"V8", "a.js", "/* c8 ignore next 2 */\na();\nb();\nc(); /* v8 ignore next */\nd();\n/* c8 ignore start */\ne();\n/* c8 ignore stop */\nf();\n/* node:coverage disable */\ng();\n/* node:coverage enable */\n'/* c8 ignore next */'\nh();\n", "/* c8 ignore next 2 */\na();\nb();\n (c8 ignore next 2)\nc(); /* v8 ignore next */\n (v8 ignore next)\n/* c8 ignore start */\ne();\n/* c8 ignore stop */\n (c8 ignore start)\n/* node:coverage disable */\ng();\n/* node:coverage enable */\n (node:coverage disable)"},
		{"C", "a.c", "a(); // LCOV_EXCL_LINE\nb(); /* LCOV_EXCL_START */\nc();\nd(); /* LCOV_EXCL_STOP */\ne(\"LCOV_EXCL_LINE\");\nf(); // LCOV_EXCL_BR_LINE\n", "a(); // LCOV_EXCL_LINE\n (LCOV_EXCL_LINE)\nb(); /* LCOV_EXCL_START */\nc();\n (LCOV_EXCL_START)"},
		{"C++, a function", "a.cpp", "int f() { // GCOVR_EXCL_FUNCTION\n  return 1;\n}\n// GCOVR_EXCL_FUNCTION\nint g()\n{\n  return 1;\n}\nint h() { return 2; }\n", "int f() { // GCOVR_EXCL_FUNCTION\n  return 1;\n} (GCOVR_EXCL_FUNCTION)\nint g()\n{\n  return 1;\n} (GCOVR_EXCL_FUNCTION)"},
		{"PHP", "a.php", "<?php\n/**\n * Does.\n * @codeCoverageIgnore\n */\n#[A]\nclass A {\n  function f() {}\n}\nfunction g() {\n  a(); // @codeCoverageIgnore\n  // @codeCoverageIgnoreStart\n  b();\n  // @codeCoverageIgnoreEnd\n}\n/** @codeCoverageIgnore */\nfunction h() {}\n", "/**\n * Does.\n * @codeCoverageIgnore\n */\n#[A]\nclass A {\n  function f() {}\n} (Does.)\n  a(); // @codeCoverageIgnore\n (@codeCoverageIgnore)\n  // @codeCoverageIgnoreStart\n  b();\n  // @codeCoverageIgnoreEnd\n (@codeCoverageIgnoreStart)\n/** @codeCoverageIgnore */\nfunction h() {} (@codeCoverageIgnore)"},
		{"Dart", "a.dart", "a(); // coverage:ignore-line\n// coverage:ignore-start\nb();\n// coverage:ignore-end\nc();\n", "a(); // coverage:ignore-line\n (coverage:ignore-line)\n// coverage:ignore-start\nb();\n// coverage:ignore-end\n (coverage:ignore-start)"},
		{"Elixir", "a.ex", "# coveralls-ignore-start\na()\n# coveralls-ignore-stop\nb()\n# coveralls-ignore-next-line\nc()\n", "# coveralls-ignore-start\na()\n# coveralls-ignore-stop\n (coveralls-ignore-start)\n# coveralls-ignore-next-line\nc()\n (coveralls-ignore-next-line)"},
		{"Java", "A.java", "class A {\n  @lombok.Generated\n  @Override\n  int f() {\n    return 1;\n  }\n  @Test void g() {}\n}\n@NotGenerated(a = 1)\nrecord B(int x) {\n  void h() {}\n}\n", "  @lombok.Generated\n  @Override\n  int f() {\n    return 1;\n  } (lombok.Generated)\n@NotGenerated(a = 1)\nrecord B(int x) {\n  void h() {}\n} (NotGenerated)"},
		{"Java's own is not kept", "A.java", "import javax.annotation.processing.Generated;\n@Generated(\"x\")\nclass A {\n  @javax.annotation.Generated(\"x\") void f() {}\n}\n", ""},
		{"Kotlin", "a.kt", "@ExcludeFromGeneratedReport\nfun f() = 1\n@Generated\nclass A {\n  fun g() {}\n}\n", "@ExcludeFromGeneratedReport\nfun f() = 1 (ExcludeFromGeneratedReport)\n@Generated\nclass A {\n  fun g() {}\n} (Generated)"},
		{"C#", "a.cs", "[Serializable]\n[ExcludeFromCodeCoverage(Justification = \"x\")]\nclass A {\n  int f() { return x[ExcludeFrom]; }\n}\nclass B {\n  [Obsolete, System.Diagnostics.CodeAnalysis.ExcludeFromCodeCoverageAttribute] int P { get { return 1; } }\n  [ExcludeFromCodeCoverage]\n  public B(int x) : base(x) {\n    a();\n  }\n}\n", "[Serializable]\n[ExcludeFromCodeCoverage(Justification = \"x\")]\nclass A {\n  int f() { return x[ExcludeFrom]; }\n} (ExcludeFromCodeCoverage)\n  [Obsolete, System.Diagnostics.CodeAnalysis.ExcludeFromCodeCoverageAttribute] int P { get { return 1; } } (System.Diagnostics.CodeAnalysis.ExcludeFromCodeCoverageAttribute)\n  [ExcludeFromCodeCoverage]\n  public B(int x) : base(x) {\n    a();\n  } (ExcludeFromCodeCoverage)"},
		{"Rust", "a.rs", "#[inline]\n#[cfg_attr(coverage_nightly, coverage(off))]\nfn f() {\n  a();\n}\n#[coverage(off)]\nimpl A {\n  fn g() {}\n}\n#[coverage(on)]\nfn h() {}\n#[cfg(not(tarpaulin_include))]\nfn i() {}\n", "#[inline]\n#[cfg_attr(coverage_nightly, coverage(off))]\nfn f() {\n  a();\n} (cfg_attr(coverage_nightly, coverage(off)))\n#[coverage(off)]\nimpl A {\n  fn g() {}\n} (coverage(off))\n#[cfg(not(tarpaulin_include))]\nfn i() {} (cfg(not(tarpaulin_include)))"},
		{"Rust, a file", "a.rs", "//! Does.\n#![cfg_attr(coverage_nightly, coverage(off))]\nfn f() {}\n", "//! Does.\n#![cfg_attr(coverage_nightly, coverage(off))]\nfn f() {}\n (cfg_attr(coverage_nightly, coverage(off)))"},
		{"Rust, a module", "a.rs", "#![cfg_attr(coverage_nightly, feature(coverage_attribute))]\nmod a {\n  #![coverage(off)]\n  fn f() {}\n}\n#[inline]\nfn g() {\n  #![allow(x)]\n  #![coverage(off)]\n  a();\n}\nfn h() {\n  #![allow(x)]\n}\n", "{\n  #![coverage(off)]\n  fn f() {}\n} (coverage(off))\n#[inline]\nfn g() {\n  #![allow(x)]\n  #![coverage(off)]\n  a();\n} (coverage(off))"},
		{"Rust, in what does not end", "a.rs", "mod a {\n  #![coverage(off)]\n  fn f() {}\n", "{ (coverage(off))"},
		{"Scala", "a.scala", "object A {\n  // $COVERAGE-OFF$ why\n  def f() = 1\n  // $COVERAGE-ON$\n}\n", "  // $COVERAGE-OFF$ why\n  def f() = 1\n  // $COVERAGE-ON$\n ($COVERAGE-OFF$ why)"},
		{"Perl", "a.pl", "# uncoverable statement\na();\nb(); # uncoverable statement note:x\nc(); # uncoverable branch true\n", "# uncoverable statement\na();\n (uncoverable statement)\nb(); # uncoverable statement note:x\n (uncoverable statement note:x)"},
		{"Lua", "a.lua", "-- luacov: disable\na()\n-- luacov: enable\nb()\n", "-- luacov: disable\na()\n-- luacov: enable\n (luacov: disable)"},
		{"Shell", "a.sh", "a # LCOV_EXCL_LINE\n# LCOV_EXCL_START\nb\n# LCOV_EXCL_STOP\n# :nocov:\nc\n# :nocov:\n", "a # LCOV_EXCL_LINE\n (LCOV_EXCL_LINE)\n# LCOV_EXCL_START\nb\n (LCOV_EXCL_START)\n# :nocov:\nc\n# :nocov:\n (:nocov:)"},
	} {
		t.Run(tt.rule, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, e := range source.Exclusions(tt.name, tt.text, strings.HasSuffix(tt.name, ".rb")) {
				lines := strings.SplitAfter(tt.text, "\n")
				offset := func(line, col uint32) int {
					return len(strings.Join(lines[:min(int(line)-1, len(lines))], "")) + max(0, int(col)-1)
				}
				if line := lines[e.Span.Start.Line-1]; e.Span.Start.Col != 1 && strings.TrimSpace(line[:e.Span.Start.Col-1]) == "" {
					t.Errorf("what is the first in line %d begins in column %d: the line of a profile without columns is not in it", e.Span.Start.Line, e.Span.Start.Col)
				}
				body := tt.text[offset(e.Span.Start.Line, e.Span.Start.Col):offset(e.Span.End.Line, e.Span.End.Col)]
				got = append(got, fmt.Sprintf("%s (%s)", strings.TrimLeft(body, "\t"), e.Reason))
			}
			if got := strings.Join(got, "\n"); got != tt.want {
				t.Errorf("have %q\nwant %q", got, tt.want)
			}
		})
	}
}

// FuzzExclusions: what markers leave out lies in the text, in order and apart, whatever the text.
func FuzzExclusions(f *testing.F) {
	exts := []string{".go", ".py", ".js", ".ts", ".c", ".cpp", ".php", ".dart", ".ex", ".java", ".kt", ".cs", ".rs", ".scala", ".pl", ".lua", ".sh", ".rb", ".swift"}
	for i, text := range []string{
		"//coverage:ignore\nfunc f() {}\n", "@x\ndef f(): # pragma: no cover\n  a()\n", "/* istanbul ignore next */ if (a) b()\nelse c()\n/* v8 ignore else */ if (a) {} else {}", "/* c8 ignore next 3 */\na\n// istanbul ignore next\n",
		"a // LCOV_EXCL_START\nb // LCOV_EXCL_STOP\n", "// GCOVR_EXCL_FUNCTION\nint f() { }", "<?php /** @codeCoverageIgnore */ #[A] class A {}", "// coverage:ignore-file", "# coveralls-ignore-start", "@Generated class A { }", "@A(Generated) fun f() = 1",
		"[A, ExcludeFromCodeCoverage] class A { }", "#[a] #[coverage(off)] fn f() {}", "// $COVERAGE-OFF$", "# uncoverable statement", "-- luacov: disable", "# :nocov:", "# simplecov:disable", "// LCOV_EXCL_LINE",
	} {
		f.Add(uint8(i), text)
	}
	f.Fuzz(func(t *testing.T, ext uint8, text string) {
		start := time.Now()
		last := coverage.Point{}
		lines := uint32(strings.Count(text, "\n") + 1)
		for _, e := range source.Exclusions("a"+exts[int(ext)%len(exts)], text, true) {
			if e.Span.Start.Line == 0 || e.Span.Start.Col == 0 || !e.Span.Ordered() || e.Span.Start.Compare(last) < 0 || e.Span.End.Line > lines+1 {
				t.Errorf("%v behind %v in %d lines", e.Span, last, lines)
			}
			last = e.Span.End
		}
		if took := time.Since(start); took > 30*time.Second {
			t.Errorf("%d bytes took %v", len(text), took)
		}
	})
}

// TestManyMarkers: each is looked at alone, however many there are.
func TestManyMarkers(t *testing.T) {
	t.Parallel()
	for name, unit := range map[string]string{
		"a.py": "def f(): # pragma: no cover\n", "a.js": "/* istanbul ignore next */ if (a) {", "b.js": "/* istanbul ignore else */ a(", "a.cpp": "int f() { // GCOVR_EXCL_FUNCTION\n", "A.java": "@Generated ", "a.cs": "[ExcludeFromCodeCoverage]", "a.rs": "#[coverage(off)]", "b.rs": "fn f() { #![coverage(off)]",
		"a.php": "/** @codeCoverageIgnore */ a ", "b.cs": "[",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			start := time.Now()
			source.Exclusions(name, strings.Repeat(unit, 50_000)+"ExcludeFrom", true)
			if took := time.Since(start); took > time.Minute {
				t.Errorf("it took %v", took)
			}
		})
	}
}

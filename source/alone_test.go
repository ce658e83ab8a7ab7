package source_test

import (
	"strings"
	"testing"

	"github.com/covls/covls/source"
)

// TestAlone holds which functions nothing mentions, and nothing outside of the text can.
func TestAlone(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, text, want string }{
		{"a.js", "import x from 'x';\nexport function used() {\n  return helper();\n}\nfunction helper() {\n  return 1;\n}\n// lost is here.\nfunction lost(n) {\n  return lost(n - 1);\n}\nfunction named() {}\nconst t = ['named'];\nfunction later() {}\nexport { later };\nexport default function deflt() {}\nconst arrow = () => 1;\n", "lost"},
		{"b.js", "function script() {\n  function inner() {}\n}\n", "inner"},
		{"c.js", "function script() {\n  function inner() {}\n  eval('x');\n}\n", ""},
		{"d.ts", "export class A {\n  private lost() {}\n}\nfunction twice(): void {\n  if (1) {\n  }\n}\nfunction once(a: string): void;\nfunction once(a: number): void {}\n", "twice"},
		{"A.java", "class A {\n  private int lost(int n) { return lost(n); }\n  private int used() { return 1; }\n  @Inject private void set(int x) {}\n  private void readObject(java.io.ObjectInputStream in) {}\n  int all() { return used(); }\n  private int twice(int n) { return n; }\n  private int twice(String n) { return 1; }\n}\n", "A.lost"},
		{"B.java", "class B {\n  native void go();\n  private int called(int n) { return n; }\n}\n", ""},
		{"a.rs", "use x::y;\nfn lost() {}\npub fn open() {\n    used();\n}\nfn used() {}\n#[test]\nfn tested() {}\nextern \"C\" fn c() {}\nfn main() {}\nstruct S;\nimpl S {\n    fn method(&self) {}\n}\n", "lost"},
		{"b.rs", "#[cfg(test)] mod tests;\nfn lost() {}\n", ""},
		{"a.php", "<?php\nclass P {\n  private function lost() { return 1; }\n  private function used() { return 1; }\n  private function __get($x) { return 1; }\n  public function open() { return $this->used(); }\n}\n", "P::lost"},
		{"b.php", "<?php\nclass P {\n  private function lost() { return 1; }\n  public function open($x) { return $this->$x(); }\n}\n", ""},
		{"a.kt", "class A {\n  private fun lost() { println(1) }\n  private operator fun plus(o: A): A { return o }\n  fun open() { used() }\n  private fun used() { println(1) }\n}\n", "A.lost"},
		{"a.swift", "private func lost() {\n  print(1)\n}\nprivate struct D {\n  fileprivate func tableView() {\n  }\n}\n", "lost"},
		{"a.py", "def _lost():\n    return 1\n", ""},
		{"a.go", "package a\n\nfunc lost() {}\n", ""},
		{"broken.js", "import x from 'x';\nfunction lost() {\n", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p, ok := source.Parse(tt.name, tt.text)
			if !ok {
				t.Fatal("the language is not known")
			}
			var got []string
			for i, f := range p.Facts {
				if f.Alone {
					got = append(got, p.Funcs[i].String())
				}
			}
			if got := strings.Join(got, " "); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// TestNames holds which functions a text of Go may name beside where they are declared.
func TestNames(t *testing.T) {
	t.Parallel()
	const text = `package p

import "embed"

// lost is mentioned in a comment.
func lost() { lost() }

func (t *T) gone() { t.gone(); var gone2 int }

func (t *T) other() { t.in.other() }

func called() {}

var v = value

func value() {}

type i interface{ asked() }

func _() { checked() }

//go:linkname linked runtime.pulled
func linked()

//export cgo
func cgo() {}

//go:wasmexport wasm
func wasm() {}

func f() {
	switch {
	default:
		if x := called(); x {
		} else {
			go inElse()
		}
	}
	_ = func() { map[string]int{key: 1}.meth() }
}
`
	p, _ := source.Parse("a.go", text)
	for _, tt := range []struct {
		names string
		want  bool
	}{
		{"lost gone f w", false},
		{"other called value asked checked linked pulled cgo wasm inElse key meth v", true},
	} {
		for _, name := range strings.Fields(tt.names) {
			if got := p.Names.Mention(source.CallName(name)); got != tt.want && !(name == "v" && !got) {
				t.Errorf("%s: got %t, want %t", name, got, tt.want)
			}
		}
	}
	if !p.Names.Link(source.CallName("pulled")) || p.Names.Link(source.CallName("cgo")) {
		t.Error("a linkname is not known, or an export is one")
	}
	for _, p := range []*source.Parsed{{}, parsed(t, "a.go", text+"\nfunc {"), parsed(t, "a.js", "f()")} {
		if !p.Names.Mention(source.CallName("lost")) {
			t.Error("where nobody knows, a name may be mentioned")
		}
	}
}

func parsed(t *testing.T, name, text string) *source.Parsed {
	t.Helper()
	p, ok := source.Parse(name, text)
	if !ok {
		t.Fatalf("%s: the language is not known", name)
	}
	return p
}

// TestDeprecatedOutlined holds what marks functions as deprecated in other languages than Go.
func TestDeprecatedOutlined(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, text, want string }{
		{"a.py", "@warnings.deprecated(\"use run instead\")\ndef old(x):\n    return 1\n\ndef new(x):\n    return 1\n", "old deprecated: use run instead"},
		{"a.js", "/**\n * Does it.\n * @deprecated use main, it is faster. And better.\n */\nexport function old() {}\nfunction fresh() {}\n", "old deprecated: use main, it is faster"},
		{"A.java", "class A {\n  /** @deprecated since 3 */\n  @Deprecated\n  void old() { run(); }\n\n  @Deprecated\n  void bare() { run(); }\n}\n", "A.old deprecated: since 3, A.bare deprecated"},
		{"a.rs", "#[deprecated(since = \"1.0\", note = \"use b\")]\nfn a() {}\n#[deprecated]\nfn c() {}\n", "a deprecated: use b, c deprecated"},
		{"a.cs", "class C {\n  [Obsolete(\"Use Fresh.\")]\n  void Old() { }\n}\n", "C.Old deprecated: use Fresh"},
		{"a.php", "<?php\nclass P {\n  /** @deprecated */\n  public function old() { return 1; }\n}\n", "P::old deprecated"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := parsed(t, tt.name, tt.text)
			var got []string
			for i, f := range p.Facts {
				if f.Deprecated != "" {
					got = append(got, p.Funcs[i].String()+" "+f.Deprecated)
				}
			}
			if got := strings.Join(got, ", "); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

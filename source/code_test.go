package source_test

import (
	"testing"

	"github.com/covls/covls/source"
)

// TestHasCode has texts of which nothing can run, and those that look like them.
func TestHasCode(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, text string
		want       bool
	}{
		{"a.h", "#ifndef A\n#define A 1\nstruct a;\nint f(int);\nextern int n;\n#define M(x) do { x; } while (0)\ntypedef int (*g)(int);\nenum e { X, Y };\n#endif\n", false},
		{"a.h", "static inline int f(int n) { return n; }\n", true},
		{"a.hpp", "class A {\n public:\n  A();\n  virtual ~A() = default;\n  int n = 0;\n};\ntemplate <class T> struct B;\n", false},
		{"a.hpp", "class A {\n  int n() const { return 1; }\n};\n", true},
		{"a.hpp", "template <class T> T f(T t) { return t; }\n", true},
		{"a.c", "int table[] = { 1, 2 };\n", true},
		{"a.c", "/* later */\n", false},
		{"__init__.py", "", false},
		{"__init__.py", "# a package\n", false},
		{"__init__.py", "from .a import b\n", true},
		{"types.ts", "import type { A } from './a'\nimport { B } from './b'\n\nexport interface C extends A {\n  n: number\n}\nexport type D =\n  | 'x'\n  | 'y'\ntype E = (b: B) => void\ndeclare const F: number\n", false},
		{"types.ts", "export interface C {}\nexport const c = 1\n", true},
		{"types.ts", "export type C = 1\nx()\n", true},
		{"a.ts", "import './polyfill'\n", true},
		{"a.ts", "export * from './a'\n", true},
		{"a.ts", "export type A = 1\nexport default function () {}\n", true},
		{"A.java", "package a;\n\npublic interface A {\n    int n();\n}\n", false},
		{"A.java", "package a;\n\npublic interface A {\n    default int n() { return 1; }\n}\n", true},
		{"A.java", "public class A {\n}\n", true},
		{"package-info.java", "/** Docs. */\npackage a;\n", false},
		{"IA.cs", "namespace A;\n\npublic interface IA { int N { get; } }\n", false},
		{"mod.rs", "pub mod a;\npub use a::B;\nconst N: u8 = 1;\nstruct S { n: u8 }\n", false},
		{"a.rs", "fn f() {}\n", true},
		{"doc.go", "// Package a.\npackage a\n", false},
		{"types.go", "package a\n\ntype T struct{}\n\nvar N = 1\n", false},
		{"a.go", "package a\n\nvar f = func() { g() }\n", true},
		{"a.go", "package a\n\nfunc (\n", true},
		{"a.vala", "x\n", true},
	} {
		if got := source.HasCode(tt.name, tt.text); got != tt.want {
			t.Errorf("%s: %v, want %v:\n%s", tt.name, got, tt.want, tt.text)
		}
	}
}

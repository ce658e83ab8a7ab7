package outline_test

import (
	"testing"

	"github.com/covls/covls/source/outline"
)

// TestHeader has what a header of C++ says of itself, and what C has that looks like it.
func TestHeader(t *testing.T) {
	t.Parallel()
	for language, texts := range map[string][]string{
		"cpp": {
			"class Ring { int x; };", "class EXPORT Ring : Shape { };", "class Ring final {};", "class Ring;", "enum class Way : char { in };",
			"namespace geo { }", "namespace { }", "template <class T> T f(T t) { return t; }", "inline int f(std::string s);", "int Ring::f() { return 1; }",
			"struct Ring { public: int x; };", "struct Ring : Shape { };", "struct Ring : public Shape { };", "struct Ring { virtual void f(); };", "struct Ring { explicit Ring(int x); };",
			"struct Ring { int f() { return 1; } };", "struct Ring { int f() const { return 1; } };", "struct Ring { bool operator==(int) const; };", "using size = int;",
			"inline int f(Ring &r) { return r.x; }", "inline int f(Ring const &r, int a = 1) { return r.x; }", "inline int f(Ring *&r) { return 0; }", "inline int f(Ring &&r) { return 0; }",
			"inline int f(void *p) { return static_cast<int>(p); }",
			"inline int f(int a) { return a; }\ninline int f(double a) { return 1; }\n",
			"#ifdef A\n#endif\ninline int f(int a) {\n  if (a)\n    return 2;\n  return a;\n}\ninline int f(double a) { return 1; }\n#if B\n#endif\n",
			"# include <vector>\nint f(int a);\n", "#include <x.h>\n#include <experimental/optional> // of C++\n",
			"// class\n#define X class A\n/* template < */\nclass A {\n",
		},
		"c": {
			"", "int f(int a) { return a; }", "// class Ring { };\n/* namespace a { */\n#define C class Ring {\nchar *s = \"template <\";",
			"struct class { int x; };\nstruct class *class;\nint f(struct class *class) { return class->x; }\n", "struct namespace { int x; };", "@class Ring;\n@interface A\n@end\n",
			"int template; int f(int a) { return template < a; }", "struct a { int private, public: 3; };", "int f(int a) { return a ? private : public; }",
			"[[gnu::pure]] int f(int a) { return a; }", "int operator; int f(int a) { return operator - a; }", "int f(void) { x->operator = 1; x.operator(1); return operator + 1; }",
			"struct a { int (*f)(int x); struct b { int x; } c; int d __attribute__((packed)); };", "struct a { struct __attribute__((packed)) { int x; } b; };",
			"int x = _Generic(a, struct b: f, default: g);", "static int x = (1 & 2);\nint a[(3 & 1)];\n__attribute__((aligned(A & B))) int f(void) { return x & 1; }",
			"#ifdef A\nint f(int a) { return a; }\n#else\nint f(long a) { return a; }\n#endif\n", "#ifdef __cplusplus\nextern \"C\" {\n#endif\nint f(int a) { return a & 1; }\n#ifdef __cplusplus\n}\n#endif\n",
			"int virtual; bool explicit = 1; int f(void) { virtual = 1; friend(a); }", "int f(a, b) int a; char b; { return a; }\nint g(void) { return 1; }\n", "enum class { a, b };",
			"#include <stdio.h>\n#include \"vector\"\n#include <sys/types.h>\n#include <\n", "MAKE(f, int) { }\nMAKE(g, int) { }\n",
			"int f(int a) { switch (a) { case public: return 1; } }",
		},
	} {
		for _, text := range texts {
			if got := outline.Header(text); got != language {
				t.Errorf("%s, want %s:\n%s", got, language, text)
			}
		}
	}
}

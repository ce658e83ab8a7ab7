package source_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/source"
)

// TestCalls holds which of the names each function calls.
func TestCalls(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, text, names, want string }{
		{
			"a.go", "package p\n\nfunc A() {\n\tB()\n\tif x := y.C(D); x {\n\t\tE[int](1)\n\t}\n\tgo func() { F() }()\n\tdefer (G)()\n}\n\nfunc B() { B2 = H }\n\nvar v = func() { D() }\n",
			"A B C D E F G H", "A: B .C E F G; B: ; v: D",
		},
		{
			"a.go", "package p\n\nimport (\n\t\"fmt\"\n\tr \"math/rand/v2\"\n\n\t\"example.org/p/fmt2\"\n)\n\nfunc (c *C) A(o O) {\n\tfmt.B()\n\tr.C[int]()\n\tfmt2.D()\n\to.E()\n\to.fmt.F()\n}\n",
			"B C D E F", "(*C).A: D .E .F",
		},
		{
			"a.go", "package p\n\nimport (\n\t\"net/http\"\n\t\"text/template\"\n\n\t\"example.org/go-toml/v2\"\n)\n\nfunc A(w http.ResponseWriter, o O, f func()) {\n\tw.B()\n\tt := template.New(\"a\").Option(\"b\")\n\tt.C()\n\tt.p.D()\n\ttoml.E()\n\tt, err := own()\n\tt.F()\n\tvar c http.Client\n\tc.G()\n\tfunc(r *http.Request) { r.H() }(nil)\n\ttemplate.Must(nil, nil).I()\n}\n\nfunc K(w W) { w.L() }\n",
			"B C D E F G H I L", "A: .D E .F; K: .L",
		},
		{"a.js", "function a() {\n  b();\n  x.c(d);\n  return new E();\n}\nclass E {\n  f() { this.a(() => g()); }\n}\nconst d = () => h();\n", "a b c d E f g h", "a: b c E; E.f: a g; d: h"},
		{"a.py", "def a():\n    b(c)\n    def e():\n        x.f()\n    return e\n\nclass K:\n    def g(self):\n        self.a()\n", "a b c e f g", "a: b; e: f; K.g: a"},
		{"a.rb", "def a\n  b\n  x.c d\nend\n", "a b c d e", "a: b c d"},
		{"A.java", "class A {\n  int a(int n) { return b(n) + this.c(d); }\n  int b(int n) { return new E().f(); }\n}\n", "a b c d E f", "A.a: b c; A.b: E f"},
		{"a.c", "int a(int n) {\n  if (n) return b(n);\n  return c;\n}\n", "a b c", "a: b"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p, ok := source.Parse(tt.name, tt.text)
			if !ok {
				t.Fatal("the language is not known")
			}
			var got []string
			for i := range p.Funcs {
				var calls []string
				for _, name := range strings.Fields(tt.names) {
					if slices.Contains(p.Calls, source.Call{Fn: int32(i), Name: source.CallName(name)}) {
						calls = append(calls, name)
					}
					method := source.CalledName(tt.name, &coverage.Func{Name: name, Receiver: "T"})
					if tt.name == "a.go" && slices.Contains(p.Calls, source.Call{Fn: int32(i), Name: method}) {
						calls = append(calls, "."+name)
					}
				}
				got = append(got, p.Funcs[i].String()+": "+strings.Join(calls, " "))
			}
			if got := strings.Join(got, "; "); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

// TestCallName has names of one function, as different tools write them.
func TestCallName(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"put", "put(int, String)", "Store.put", "a::Store::put(int)", "Store#put", `App\put`, "put<T>"} {
		if source.CallName(name) != source.CallName("put") {
			t.Errorf("%s is not put", name)
		}
	}
	if source.CallName("output") == source.CallName("put") {
		t.Error("output is put")
	}
}

func TestDeprecated(t *testing.T) {
	t.Parallel()
	const text = "package p\n\n// A does.\n//\n// Deprecated: use B. It is\n// better.\nfunc A() {}\n\n// B is not deprecated. Deprecated: no.\nfunc B() {}\n\n// FIXME U is unused by p.\nfunc U() {}\n\n// V is not unused, or are\n// they?\nfunc V() {}\n\n// W is unused.\n\n// W does.\nfunc W() {}\n\n// W is unused.\n\nfunc X() {}\n\n/*\nDeprecated: nobody needs it.\n*/\nfunc C() {}\n"
	p, _ := source.Parse("a.go", text)
	var got []string
	for _, f := range p.Facts {
		got = append(got, f.Deprecated)
	}
	if want := []string{"deprecated: use B. It is better", "", "unused, its comment says", "", "unused, its comment says", "", "deprecated: nobody needs it"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

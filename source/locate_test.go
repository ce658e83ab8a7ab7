package source_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/source"
	"github.com/covls/covls/text"
)

// Locate keeps to the text and in order, whatever the places of functions are.
func TestLocate(t *testing.T) {
	t.Parallel()
	const content = "one {\n  1\n}\n  \n\n\ttwo() { 2 }  \n"
	span := func(line, col, endLine, endCol uint32) coverage.Span {
		return coverage.Span{Start: coverage.Point{Line: line, Col: col}, End: coverage.Point{Line: endLine, Col: endCol}}
	}
	for _, tt := range []struct {
		name string
		at   []coverage.Span
		want string // what each function is, and its name
	}{
		{"with their ends", []coverage.Span{span(1, 1, 3, 1), span(6, 2, 6, 9)}, `["one {\n  1\n}" "one"] ["two() { 2 }" "two() { 2 }"]`},
		{"without", []coverage.Span{span(1, 1, 0, 0), span(6, 2, 0, 0)}, `["one {\n  1\n}" "one"] ["two() { 2 }" "two() { 2 }"]`},
		{"two on a line", []coverage.Span{span(1, 1, 0, 0), span(1, 3, 0, 0), span(6, 1, 0, 0)}, `["one {\n  1\n}" "one"] ["one {\n  1\n}" "one"] ["two() { 2 }" "two() { 2 }"]`},
		{"backwards", []coverage.Span{span(3, 1, 1, 9), span(6, 9, 6, 1)}, `["}" "}"] ["two() { 2 }" "two() { 2 }"]`},
		{"on a blank line", []coverage.Span{span(4, 1, 4, 9)}, `["" ""]`},
		{"on no line", []coverage.Span{span(0, 0, 0, 0), span(0, 0, 3, 1)}, ``},
		{"behind the text", []coverage.Span{span(6, 1, 4294967294, 1), span(8, 1, 9, 1), span(4294967294, 1, 4294967294, 9)}, `["two() { 2 }  \n" "two() { 2 }"]`},
	} {
		var funcs []coverage.Func
		for _, s := range tt.at {
			funcs = append(funcs, coverage.Func{Name: "one", Span: s, Counted: true})
		}
		doc := text.New(content)
		var got []string
		for _, f := range source.Locate("a.c", content, funcs).Funcs {
			cut := func(s coverage.Span) string {
				return content[doc.At(s.Start.Line, s.Start.Col):doc.At(s.End.Line, s.End.Col)]
			}
			if err := f.Check(); err != nil {
				t.Errorf("%s: %v", tt.name, err)
			}
			if f.Hash != source.Fingerprint(cut(f.Span)) {
				t.Errorf("%s: the fingerprint is of another text than %v", tt.name, f.Span)
			}
			got = append(got, fmt.Sprintf("%q", []string{cut(f.Span), cut(f.NameSpan)}))
		}
		if have := strings.Join(got, " "); have != tt.want {
			t.Errorf("%s: have %s, want %s", tt.name, have, tt.want)
		}
	}
}

func TestNameSpan(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		text string // the name stands between « and »
	}{
		{"main", "int «main»(void) {"},
		{"Foo::bar(int)", "void Foo::«bar»(int barn) {"},
		{"geo::clampTo", "static inline\nT «clampTo»(T v, T lo, T hi)\n{"},
		{"bar<int>", "T «bar»(T x) {"},
		{"geo::Ring<int, 2>::push(int)", "void «push»(T v) {"},
		{"void geo::each<int>(void (*)(int))", "void «each»(F f) {"},
		{"f(std::vector<int> const&) const", "auto «f»(std::vector<T> const &v) const {"},
		{"add(int, int)", "MAKE(«add»)"},
		{"(anonymous namespace)::helper", "int «helper»(int x) {"},
		{"(anonymous namespace)::Foo::bar(int)", "int Foo::«bar»(int x) {"},
		{"geo::Shape::Shape", "Shape::«Shape»(std::string n) {"},
		{"geo::Shape::~Shape", "virtual «~Shape»() = default;"},
		{"geo::Shape::~Shape()", "Shape::«~ Shape»() {}"},
		{"ns::A::operator+", "A «operator+»(A const &o) const {"},
		{"ns::A::operator+", "A «operator +»(A const &o) const {"},
		{"ns::A::operator-(ns::A const&)", "A «operator-»(A const &o) const {"},
		{"ns::A::operator()", "int «operator()»(int) const {"},
		{"ns::A::operator()(int) const", "int «operator()»(int) const {"},
		{"ns::A::operator[]", "int &«operator[]»(int i) {"},
		{"ns::A::operator<", "bool «operator<»(A const &o) {"},
		{"ns::A::operator<<(int)", "A &«operator<<»(int) {"},
		{"bool ns::A::operator< <double>(double const&)", "bool «operator<»(T const &o) {"},
		{"ns::A::operator->", "A *«operator->»() {"},
		{"ns::A::operator bool", "explicit «operator bool»() const {"},
		{"ns::A::operator std::vector", "«operator» vec<T>() const {"},
		{"ns::A::operator new[]", "void *«operator new[]»(size_t n) {"},
		{`geo::operator""_up`, `std::string «operator"" _up»(const char *s, size_t n)`},
		{`geo::operator"" _up[abi:cxx11](char const*, unsigned long)`, `std::string «operator""_up»(const char *s, size_t n)`},
		{"ns::A::operator<", "bool operator<<(int); bool «operator<»(A const &o) {"},
		{"ns::A::operator int", "operator integer(); «operator int»() {"},
		{"ns::A::operator bool::{lambda#1}::operator()", "  «auto f = [] { return operator bool(); };»"},
		{"operators", "int «operators»(int operator_) {"},
		{"geo::totalArea::{lambda#1}::operator()", "  «for_each(v, [&](auto s) {»  "},
		{"geo::totalArea(int)::{lambda(int)#1}::operator()(int) const", "  «auto area = [&](int s) { return operators; }»"},
		{"mycrate::foo", "pub fn «foo»<T: Into<f64>>(t: T) -> f64 {"},
		{"mycrate::foo::<i32>", "pub fn «foo»<T>(t: T) {"},
		{"<mycrate::Bar as core::fmt::Debug>::fmt", "fn «fmt»(&self, f: &mut Formatter) -> fmt::Result {"},
		{"<T as Trait<A, B>>::method", "fn «method»(&self) {"},
		{"mod::func::{closure#0}", "  «let f = |x| x + 1;»"},
		{"mycrate::func::{{closure}}", "  «.map(|func| func + 1)»"},
		{"(anonymous_1)", "  «items.map((x) => x)»"},
		{"<init>", "  «public Foo(int x) {»"},
		{"-[Shape scale:by:]", "- (void)«scale»:(int)x by:(int)y {"},
		{"Outer.inner", "  def «inner»(self):"},
		{"Outer.<locals>.inner", "  def «inner»():"},
		{"get area", "  get «area»() {"},
		{"handler.<lambda>", "  «handler = lambda x: x»"},
		{"System.Void Foo::Bar(System.Int32)", "public void «Bar»(int x)"},
		{"Size.get", "public int «Size» => 1;"},
		{"Size.get", "public int Size { «get»; }"},
		{"gone", "  «int other(void)»  "},
		{"", "  «x»"},
	}
	for _, tt := range tests {
		plain, start, end := unmark(tt.text)
		doc := text.New(plain)
		got := source.NameSpan(doc, 1, uint32(doc.Lines()), tt.name)
		from, to := doc.At(got.Start.Line, got.Start.Col), doc.At(got.End.Line, got.End.Col)
		if from != start || to != end {
			t.Errorf("%s: %q, want %q", tt.name, plain[from:to], tt.text)
		}
	}
}

// unmark takes « and » out of a text and returns where they stood.
func unmark(s string) (plain string, start, end int) {
	before, rest, _ := strings.Cut(s, "«")
	inner, after, _ := strings.Cut(rest, "»")
	return before + inner + after, len(before), len(before) + len(inner)
}

// TestLocateConstructors has what a profile of .NET has of constructors: the lines of what is given to fields, too.
func TestLocateConstructors(t *testing.T) {
	t.Parallel()
	const content = "class A {\n  int x = 1;\n  public A()\n  {\n    F();\n  }\n  public A(int n) : this()\n  {\n  }\n  int y = 2;\n  int Z { get => x;\n    set => x = value; }\n}\n" +
		"class B {\n  int x = 1;\n  public B()\n  {\n  }\n  int y = 2;\n  public static B operator +(B a, B b)\n  {\n  }\n  int W {\n    get\n    {\n    }\n  }\n}\n"
	for _, tt := range []struct {
		name        string
		first, last uint32
		want        string
	}{
		{"A", 2, 6, "3 A() at 3.10"},
		{"A", 2, 9, "7 A(int) at 7.10"},
		{"A", 4, 6, "3 A() at 3.10"},
		{"A", 2, 10, "2 A at 3.10"}, // which of the two is not told
		{"static A", 2, 7, "2 static A at 3.10"},
		{"static A", 1, 10, "1 static A at 1.7"},
		{"B", 15, 19, "16 B at 16.10"},
		{"operator +", 21, 22, "20 operator + at 20.19"},
		{"W.get", 25, 26, "24 W.get at 24.5"},
		{"operator +", 21, 0, "20 operator + at 20.19"},
		{"Z.get", 11, 11, "11 Z.get at 11.11"},
		{"Z.set", 12, 12, "12 Z.set at 12.5"},
	} {
		funcs := []coverage.Func{{Name: tt.name, Span: coverage.Span{Start: coverage.Point{Line: tt.first, Col: 1}, End: coverage.Point{Line: tt.last}}, Counted: true}}
		f := source.Locate("a.cs", content, funcs).Funcs[0]
		if got := fmt.Sprintf("%d %s at %d.%d", f.Span.Start.Line, f.Name, f.NameSpan.Start.Line, f.NameSpan.Start.Col); got != tt.want {
			t.Errorf("%s from %d to %d: %s, want %s", tt.name, tt.first, tt.last, got, tt.want)
		}
	}
}

// TestLocateDeclared has functions that a profile has by the first line of their bodies.
func TestLocateDeclared(t *testing.T) {
	t.Parallel()
	const content = "class Store {\n\n    @Override\n    void flush() {\n        out.flush();\n    }\n\n    Store(int a)\n    {\n        put(a);\n    }\n\n    void put(int v) { put(v, 1); }\n}\n"
	for _, tt := range []struct {
		line uint32
		name string
		want string // first and last line, and where the name stands
	}{
		{5, "flush", "flush 4-6 at 4:10"},
		{10, "<init>", "Store 8-11 at 8:5"},
		{13, "put", "put 13-13 at 13:10"},
		{1, "<init>", "Store 1-1 at 1:7"}, // which nobody has written
		{10, "other", "other 10-10 at 10:9"},
		{5, "put", "put 5-5 at 5:9"},
	} {
		at := coverage.Span{Start: coverage.Point{Line: tt.line, Col: 1}, End: coverage.Point{Line: tt.line}}
		f := source.Locate("Store.java", content, []coverage.Func{{Name: tt.name, Span: at, Counted: true}}).Funcs[0]
		got := fmt.Sprintf("%s %d-%d at %d:%d", f.Name, f.Span.Start.Line, f.Span.End.Line, f.NameSpan.Start.Line, f.NameSpan.Start.Col)
		if got != tt.want {
			t.Errorf("%s on line %d: %s, want %s", tt.name, tt.line, got, tt.want)
		}
	}
}

package demangle

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/profile/lcov"
	"github.com/covls/covls/profile/scan"
)

func TestNames(t *testing.T) {
	t.Parallel()
	tests := []struct{ file, name, want string }{
		// C++, as its compilers write it.
		{"a.cpp", "_ZL6helperi", "helper"},
		{"a.cpp", "_ZN12_GLOBAL__N_16helperEi", "(anonymous namespace)::helper"},
		{"a.cpp", "_ZN3geo7clampToIdEET_S1_S1_S1_", "geo::clampTo"},
		{"a.cpp", "_ZN3geo4RingIiLi2EE4pushEi", "geo::Ring::push"},
		{"a.cpp", "_ZNK3geo6Square4areaEv", "geo::Square::area"},
		{"a.cpp", "_ZN3geoli3_upB5cxx11EPKcm", `geo::operator""_up`},
		{"a.cpp", "_ZN3geo5ShapeC2ENSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE", "geo::Shape::Shape"},
		{"a.cpp", "_ZN3geo5ShapeD0Ev", "geo::Shape::~Shape"},
		{"a.cpp", "_ZZN3geo9totalAreaERKSt6vectorIPKNS_5ShapeESaIS3_EEbENKUlS3_E_clES3_", "geo::totalArea::{lambda#1}::operator()"},
		{"a.cpp", "_ZN2ns1AltIS0_EEbRKT_", "ns::A::operator<"},
		{"a.cpp", "_ZN2ns1AlsEi", "ns::A::operator<<"},
		{"a.cpp", "_ZN2ns1AptEv", "ns::A::operator->"},
		{"a.cpp", "_ZN2ns1AclIdEEiT_", "ns::A::operator()"},
		{"a.cpp", "_ZNK2ns1AcvbEv", "ns::A::operator bool"},
		{"a.cpp", "_ZN2ns1AnaEm", "ns::A::operator new[]"},
		{"a.cpp", "_ZN2ns2fpIiEEPFviET_", "ns::fp"},
		{"a.cpp", "_ZN2ns2dtIiEEDTltfp_fp0_ET_S1_", "ns::dt"},
		{"a.cpp", "_Z3foov.cold", "foo"},
		{"a.cpp", "__ZN3geo8classifyEiii", "geo::classify"},
		{"a.cpp", "shapes.cpp:_ZL6helperi", "helper"},
		{"vector", "_ZN3geo8classifyEiii", "geo::classify"},
		// C++, as tools that demangle write it.
		{"a.cpp", "std::vector<int, std::allocator<int> > geo::all<int>(int) const &", "geo::all"},
		{"a.cpp", "void (*ns::fp<int>(int))(int)", "ns::fp"},
		{"a.cpp", "std::enable_if<((sizeof (int))>(2)), int>::type ns::en<int>(int)", "ns::en"},
		{"a.cpp", "decltype ({parm#1}<{parm#2}) ns::dt<int>(int, int)", "ns::dt"},
		{"a.cpp", "bool ns::A::operator< <double>(double const&)", "ns::A::operator<"},
		{"a.cpp", "ns::A& ns::A::operator<< <char [2]>(char const (&) [2])", "ns::A::operator<<"},
		{"a.cpp", "ns::A::operator->()", "ns::A::operator->"},
		{"a.cpp", "ns::A::operator<=>(ns::A const&) const", "ns::A::operator<=>"},
		{"a.cpp", "int apply<&ns::A::operator< >(int)", "apply"},
		{"a.cpp", "ns::A::operator std::vector<int>() const", "ns::A::operator std::vector"},
		{"a.cpp", "operator new(unsigned long)", "operator new"},
		{"a.cpp", "f(int) [clone .cold]", "f"},
		{"a.cpp", "f(int) (.cold)", "f"},
		{"a.cpp", "f<int>(std::vector<int", "f<int>(std::vector<int"},
		{"a.mm", "-[Shape scale:by:]", "-[Shape scale:by:]"},
		{"a.mm", "Shape.m:-[Shape scale:by:]", "-[Shape scale:by:]"},
		// C.
		{"a.c", "_ZteN7mycrate3foo17h05af221e174051e9E", "operator typeid"}, // its end looks like Rust's
		{"a.c", "inflate", "inflate"},
		{"a.h", "value.c:json_equal", "json_equal"},
		{"a.h", "/src/value.c;json_equal", "json_equal"},
		// Rust, v0 and legacy, and written out.
		{"a.rs", "_RNvCs1234_7mycrate3foo", "mycrate::foo"},
		{"a.rs", "_RINvNtCs1234_7mycrate3fmt5printlEB4_", "mycrate::fmt::print"},
		{"a.rs", "_RNCNvCs1234_7mycrate3foo0", "mycrate::foo::{closure#0}"},
		{"a.rs", "_RNvMCs1234_7mycrateNtB2_3Bar3new", "mycrate::Bar::new"},
		{"a.rs", "_RNvXCs1234_7mycrateNtB2_3BarNtB2_5Trait4call", "<mycrate::Bar as mycrate::Trait>::call"},
		{"a.rs", "_RNvYNtCs1234_7mycrate3BarNtB4_5Trait4call", "mycrate::Trait::call"},
		{"a.rs", "_ZN7mycrate3foo17h05af221e174051e9E", "mycrate::foo"},
		{"a.rs", "_ZN7mycrate3foo28_$u7b$$u7b$closure$u7d$$u7d$17h05af221e174051e9E", "mycrate::foo::{{closure}}"},
		{"a.rs", "_ZN44_$LT$my..Bar$u20$as$u20$core..fmt..Debug$GT$3fmt17h05af221e174051e9E", "<my::Bar as core::fmt::Debug>::fmt"},
		{"a.rs", "mycrate::foo::h05af221e174051e9", "mycrate::foo"},
		{"a.rs", "<mycrate[4dd80272b5a2d1fc]::Bar<i32>>::map::<i32, fn(u8) -> u8>", "mycrate::Bar::map"},
		{"a.rs", "<&[T] as Trait<(A, B)>>::call", "<&[T] as Trait>::call"},
		{"a.rs", "core::num::<impl usize>::pow", "core::num::<impl usize>::pow"},
		// Names that are neither.
		{"a.js", "(anonymous_1)", "(anonymous_1)"},
		{"a.js", "<static_initializer>", "<static_initializer>"},
		{"a.ts", "map<T>", "map<T>"},
		{"a.js", "_Render", "_Render"},
		{"a.js", "_Zoom", "_Zoom"},
		{"A.java", "<init>", "<init>"},
		{"a.py", "Outer.<locals>.inner", "Outer.<locals>.inner"},
		{"a.php", "Foo::bar", "Foo::bar"},
		{"a.cpp", "_Zoosm", "operator||"},
		{"a.cpp", "", ""},
	}
	for _, tt := range tests {
		if got := parse(tt.name, languageOf(tt.file)).short; got != tt.want {
			t.Errorf("%s in %s: %q, want %q", tt.name, tt.file, got, tt.want)
		}
	}
}

// funcs reads "line name count", with the last line of the function where a "-" follows the first.
func funcs(t *testing.T, lines ...string) []coverage.Func {
	t.Helper()
	out := []coverage.Func{}
	for _, l := range lines {
		at, rest, _ := strings.Cut(l, " ")
		i := strings.LastIndexByte(rest, ' ')
		f := coverage.Func{Name: rest[:i], Counted: true}
		if _, err := fmt.Sscanf(at, "%d:%d-%d", &f.Span.Start.Line, &f.Span.Start.Col, &f.Span.End.Line); err != nil {
			t.Fatal(l, err)
		}
		if _, err := fmt.Sscan(rest[i+1:], &f.Count); err != nil {
			t.Fatal(l, err)
		}
		out = append(out, f)
	}
	return coverage.SortFuncs(out)
}

func written(funcs []coverage.Func) []string {
	out := make([]string, 0, len(funcs))
	for _, f := range funcs {
		out = append(out, fmt.Sprintf("%d:%d-%d %s %d", f.Span.Start.Line, f.Span.Start.Col, f.Span.End.Line, f.Name, f.Count))
	}
	return out
}

func TestFold(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, file string
		have, want []string
	}{
		{
			"instantiations", "a.hpp",
			[]string{"3:1-5 _Z3maxIiET_S0_S0_ 2", "3:1-6 _Z3maxIdET_S0_S0_ 3", "9:1-9 _Z5maximv 0"},
			[]string{"3:1-6 max 5", "9:1-9 maxim 0"},
		},
		{
			"instantiations of a class", "a.hpp",
			[]string{"3:1-5 geo::Ring<int, 2>::push(int) 18446744073709551615", "3:1-5 geo::Ring<double, 4>::push(double) 3"},
			[]string{"3:1-5 geo::Ring::push 18446744073709551615"},
		},
		{
			"variants of constructors and destructors", "a.hpp",
			[]string{"3:1-5 _ZN1SC1Ei 1", "3:1-5 _ZN1SC2Ei 2", "4:1-4 _ZN1SD0Ev 0", "4:1-4 _ZN1SD1Ev 0", "4:1-4 _ZN1SD2Ev 4"},
			[]string{"3:1-5 S::S 3", "4:1-4 S::~S 4"},
		},
		{
			"functions of a macro", "a.cpp",
			[]string{"3:1-3 _Z3getv 1", "3:1-3 _Z3setv 0"},
			[]string{"3:1-3 get 1", "3:1-3 set 0"},
		},
		{
			"overloads of a macro", "a.cpp",
			[]string{"3:1-3 _Z3addii 1", "3:1-3 _Z3adddd 0", "4:1-4 _Z3addcc 0"},
			[]string{"3:1-3 add(double, double) 0", "3:1-3 add(int, int) 1", "4:1-4 add 0"},
		},
		{
			"an overload that is a template", "a.cpp",
			[]string{"3:1-3 f(int) 1", "3:1-3 void f<char>(char) 2", "3:1-3 void f<long>(long) 4"},
			[]string{"3:1-3 f 6", "3:1-3 f(int) 1"},
		},
		{
			"two lambdas of one template", "a.cpp",
			[]string{"3:1-3 f<int>()::{lambda(int)#1}::operator()(int) const 1", "3:1-3 f<int>()::{lambda(char)#1}::operator()(char) const 0"},
			[]string{"3:1-3 f()::{lambda(char)#1}::operator()(char) const 0", "3:1-3 f()::{lambda(int)#1}::operator()(int) const 1"},
		},
		{
			"columns", "a.cpp",
			[]string{"3:1-3 max<int>(int) 1", "3:9-3 max<char>(char) 0", "3:9-3 max<long>(long) 0"},
			[]string{"3:1-3 max 1", "3:9-3 max 0"},
		},
		{
			"copies of a static function", "a.h",
			[]string{"3:1-5 a.c:get 1", "3:1-5 b.c:get 0", "3:1-5 get 5"},
			[]string{"3:1-5 get 6"},
		},
		{
			"Rust", "a.rs",
			[]string{
				"3:1-5 _ZN1a1f17h05af221e174051e9E 1", "3:1-5 _ZN1a1f17h15af221e174051e9E 2",
				"7:1-7 _RINvCs1_1a1glE 0", "7:1-7 _RINvCs1_1a1gmE 4", "7:1-7 _RNCINvCs1_1a1gmE0 1",
				"8:1-8 _RNvYlNtCs1_1a1T1h 1", "8:1-8 _RNvYmNtCs1_1a1T1h 1", "9:1-9 <u8 as a::T>::h 1", "9:1-9 <u16 as a::T>::h 1",
			},
			[]string{"3:1-5 a::f 3", "7:1-7 a::g 4", "7:1-7 a::g::{closure#0} 1", "8:1-8 a::T::h 2", "9:1-9 <u16 as a::T>::h 1", "9:1-9 <u8 as a::T>::h 1"},
		},
		{
			"JavaScript", "a.js",
			[]string{"3:1-5 (anonymous) 1", "3:1-5 (anonymous) 0"},
			[]string{"3:1-5 (anonymous) 1", "3:1-5 (anonymous) 0"},
		},
		{"none", "a.cpp", nil, []string{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := &coverage.File{Name: tt.file, Funcs: funcs(t, tt.have...)}
			for range 2 { // the second time changes nothing
				Report(&coverage.Report{Files: []*coverage.File{f}})
				if got := written(f.Funcs); !slices.Equal(got, tt.want) {
					t.Fatalf("have\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(tt.want, "\n"))
				}
			}
			if f.Funcs == nil {
				t.Error("the file tells functions no more")
			}
		})
	}
	none := &coverage.File{Name: "a.cpp"}
	Report(&coverage.Report{Files: []*coverage.File{none}})
	if none.Funcs != nil {
		t.Error("a file without functions has some")
	}
}

// TestDemangledAlike holds a tracefile of mangled names against one of demangled names.
func TestDemangledAlike(t *testing.T) {
	t.Parallel()
	dir := os.Getenv("COVLS_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared")
	}
	dir = filepath.Join(dir, "corpus", "lcov2-gcc14")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("skipped: there is no corpus of real profiles here; COVLS_SHARED names its folder")
	}
	read := func(name string) map[string][]string {
		f, err := os.Open(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		r, err := lcov.Read(f, scan.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		Report(r)
		files := map[string][]string{}
		for _, f := range r.Files {
			files[f.Name] = written(f.Funcs)
		}
		return files
	}
	a, b := read("cxx.info"), read("cxx-demangled.info")
	if len(a) == 0 || len(a) != len(b) {
		t.Fatalf("%d files and %d", len(a), len(b))
	}
	for name := range a {
		if !slices.Equal(a[name], b[name]) {
			t.Errorf("%s:\n%s\nand\n%s", name, strings.Join(a[name], "\n"), strings.Join(b[name], "\n"))
		}
	}
	if want := "35:1-41 geo::clampTo 4"; !slices.Contains(a["/build/cxx/shapes.hpp"], want) {
		t.Errorf("no %q in %q", want, a["/build/cxx/shapes.hpp"])
	}
}

// TestHostile reads names that are made to take long.
func TestHostile(t *testing.T) {
	t.Parallel()
	const n, m = longest / 4, longestMangled - 10
	doubling := "_Z1fI1aE" + strings.Repeat("1bIS_S_E", 100)
	var pairs strings.Builder // each type is a pair of the one before
	pairs.WriteString("_Z1f1xI1aS_E")
	for i := range 200 {
		s := strings.ToUpper(fmt.Sprintf("%c", "0123456789abcdefghijklmnopqrstuvwxyz"[i%36]))
		pairs.WriteString("1yIS" + s + "_S" + s + "_E")
	}
	var tuples strings.Builder
	tuples.WriteString("_RINvC1a1fTllE")
	for range 30 {
		tuples.WriteString("TB7_B7_B7_E")
	}
	tuples.WriteByte('E')
	for _, s := range []string{
		doubling, pairs.String(), tuples.String(),
		"_Z" + strings.Repeat("N", m), "_Z1f" + strings.Repeat("P", m-5) + "i", "_R" + strings.Repeat("NvNt", m/4), "_RINvC1a1f" + strings.Repeat("R", m-10) + "lE",
		"_Z1f" + strings.Repeat("P", n) + "i",
		strings.Repeat("(", n), strings.Repeat("<", n), strings.Repeat("a(<", n), "f(" + strings.Repeat("<", n) + ")", strings.Repeat("<(", n) + strings.Repeat(")", n),
		strings.Repeat("operator ", n/2), strings.Repeat("(*", n) + strings.Repeat(")", n), strings.Repeat("<", n) + strings.Repeat(">", n) + "::f",
		strings.Repeat("a.c:", n), strings.Repeat("a:", n), strings.Repeat("f::h05af221e174051e9", n/16), strings.Repeat("operator<", n/2),
	} {
		for _, file := range []string{"a.cpp", "a.rs"} {
			start := time.Now()
			parse(s, languageOf(file))
			if d := time.Since(start); d > 10*time.Second { // they take milliseconds
				t.Errorf("%.40s… in %s took %v", s, file, d)
			}
		}
	}
}

// TestLong passes over what is too long to be worth its time.
func TestLong(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{
		"_Z1f" + strings.Repeat("P", 1000) + "i":                 "f",
		"_Z1f" + strings.Repeat("P", longestMangled) + "i":       "_Z1f" + strings.Repeat("P", longestMangled) + "i",
		"a.cpp:_Z1f" + strings.Repeat("P", longestMangled) + "i": "_Z1f" + strings.Repeat("P", longestMangled) + "i",
		"f(" + strings.Repeat("int, ", longest/10) + "int)":      "f",
		"f(" + strings.Repeat("int, ", longest/5) + "int)":       "f(" + strings.Repeat("int, ", longest/5) + "int)",
	} {
		if got := parse(s, cxx).short; got != want {
			t.Errorf("%.40s: %.40s of %d bytes, want %.40s", s, got, len(got), want)
		}
	}
}

func FuzzReport(f *testing.F) {
	for _, names := range [][2]string{
		{"_ZN3geo4RingIiLi2EE4pushEi", "geo::Ring<double, 4>::push(double)"},
		{"_RINvNtCs1234_7mycrate3fmt5printlEB4_", "<a::B<T> as C>::d::<E>"},
		{"a.c:f", "f(int) const::{lambda(int)#1}::operator()(int) const [clone .cold]"},
		{"_ZN7mycrate3foo17h05af221e174051e9E", "A::operator std::vector<int>() const"},
		{"void (*f<int>(int))(int)", `operator"" _km(long double)`},
		{"_RYCC0", "0"},
		{"_ZN3ge{4RingIiLi2EE4pushEib", "_ZN3geo4RingIiLi2EE4pusvvv"},
		{"_Z4_Z1fv", "_ZN2ns2dtIiEEDTltfp_fp0_ET_S1_"},
	} {
		f.Add("a.cpp", names[0], names[1], names[0])
		f.Add("a.rs", names[0], names[1], names[0])
		f.Add("a.js", names[0], names[1], names[0])
	}
	f.Fuzz(func(t *testing.T, file, a, b, c string) {
		before := coverage.SortFuncs([]coverage.Func{
			{Name: a, Counted: true, Count: 1},
			{Name: b, Counted: true},
			{Name: c, Counted: true, Count: 2},
			{Name: a, Counted: true},
		})
		report := &coverage.File{Name: file, Funcs: slices.Clone(before)}
		do := func() []string {
			Report(&coverage.Report{Files: []*coverage.File{report}})
			return written(report.Funcs)
		}
		once := do()
		sum := uint64(0)
		for _, f := range report.Funcs {
			sum += f.Count
			if f.Name == "" && a != "" && b != "" && c != "" {
				t.Errorf("a function lost its name: %q", once)
			}
		}
		if sum != 3 || len(report.Funcs) == 0 || len(report.Funcs) > len(before) {
			t.Errorf("%q became %q", written(before), once)
		}
		if !slices.Equal(written(coverage.SortFuncs(report.Funcs)), once) {
			t.Errorf("not sorted: %q", once)
		}
		if twice := do(); !slices.Equal(once, twice) {
			t.Errorf("%q\nbecame %q\nbecame %q", written(before), once, twice)
		}
	})
}

// plain is a report of many files with names that need nothing.
func plain() *coverage.Report {
	r := &coverage.Report{}
	for i := range 2000 {
		f := &coverage.File{Name: fmt.Sprintf("src/%d.%s", i, []string{"c", "js", "rs", "cpp"}[i%4])}
		for k := range 10 {
			f.Funcs = append(f.Funcs, coverage.Func{Name: fmt.Sprintf("do_something_%d", k)})
		}
		r.Files = append(r.Files, f)
	}
	return r
}

func TestPlainAllocatesNothing(t *testing.T) {
	r := plain()
	if n := testing.AllocsPerRun(5, func() { Report(r) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkPlain(b *testing.B) {
	r := plain()
	b.ReportAllocs()
	for b.Loop() {
		Report(r)
	}
}

func BenchmarkMangled(b *testing.B) {
	names := []string{
		"_ZN3geo7clampToINSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEEEET_S7_S7_S7_",
		"_ZN3geo7clampToIdEET_S1_S1_S1_", "_ZNK3geo6Square4areaEv", "_RINvNtCs1234_7mycrate3fmt5printlEB4_",
	}
	b.ReportAllocs()
	for b.Loop() {
		f := &coverage.File{Name: "a.cpp"}
		for _, name := range names {
			f.Funcs = append(f.Funcs, coverage.Func{Name: name})
		}
		Report(&coverage.Report{Files: []*coverage.File{f}})
	}
}

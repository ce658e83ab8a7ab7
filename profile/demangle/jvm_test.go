package demangle

import (
	"slices"
	"strings"
	"testing"

	"github.com/covls/covls/coverage"
)

// TestJVM has methods as a Java virtual machine names them, each behind its class.
func TestJVM(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ file, methods, want string }{
		{"p/Store.java", "p/Store <init>()V, p/Store flush()V, p/Store put(I)V, p/Store put(Ljava/lang/String;[J)V", "Store.Store Store.flush Store.put(String, long[]) Store.put(int)"},
		{"p/Store.java", "p/Store <init>(I)V, p/Store <init>(Ljava/util/Map$Entry;)V, p/Store <clinit>()V", "Store.Store(Map.Entry) Store.Store(int) Store.static {…}"},
		{"p/Store.java", "p/Store$Inner put(I)V, p/Store put(I)V, Store size()I", "Store.Inner.put Store.put Store.size"},
		{"p/Store.java", "p/Store main()V, p/Store lambda$main$0(I)I, p/Store access$100()V, p/Store$1 <init>()V, p/Store$1 run()V, p/Store$1Local go()V", "Store.Local.go Store.main Store.run"},
		{"p/Store.java", "p/Store put(Ljava/util/List;)V, p/Store$1 put()V", "Store.put() Store.put(List)"},
		{"p/Price.kt", "p/PriceKt price(I)I, p/PriceKt price$default(IILjava/lang/Object;)I, p/PriceKt$main$1 invoke()V, p/PriceKt$main$2 invokeSuspend()V, p/PriceKt$main$1 <init>()V", "price"},
		{"p/Price.kt", "p/Cart add(IZ)V, p/Cart add(Ljava/lang/Integer;)V, p/Cart$Companion of()V, p/Cart total$shop()I, p/Cart cost-0E7RQCE(J)J", "Cart.Companion.of Cart.add(Int) Cart.add(Int, Boolean) Cart.cost Cart.total"},
		{"p/Price.kt", "p/PriceKt main$lambda$0()V, p/PriceKt$main$o$1 run()V, p/Cart$WhenMappings <clinit>()V, p/Cart getName$annotations()V", "main.o.run"},
		{"p/A.scala", "p/A$ $plus$colon(I)I, p/A $anonfun$go$1(I)I, p/A go$default$1()I, p/A$ go()V", "A.+: A.go"},
		{"p/A.groovy", "p/A$_go_closure1 doCall()V, p/A go()V", "A.go"},
		{"p/A.java", "p/A f, p/A g(int)", "p/A.f p/A.g(int)"}, // which say no type
		{"p/A.java", "p/A (I)V, p/A f()", "p/A.(I)V p/A.f()"},
	} {
		f := &coverage.File{Name: tt.file, Funcs: []coverage.Func{}}
		for m := range strings.SplitSeq(tt.methods, ", ") {
			class, name, _ := strings.Cut(m, " ")
			f.Funcs = append(f.Funcs, coverage.Func{Name: name, Receiver: class, Counted: true})
		}
		f.Funcs = coverage.SortFuncs(f.Funcs)
		r := &coverage.Report{Files: []*coverage.File{f}}
		for range 2 {
			Report(r)
			var got []string
			for i := range f.Funcs {
				got = append(got, f.Funcs[i].String())
			}
			slices.Sort(got)
			if have := strings.Join(got, " "); have != tt.want {
				t.Errorf("%s in %s: %s, want %s", tt.methods, tt.file, have, tt.want)
			}
		}
	}
}

// TestLambdas has what is a part of the function around it.
func TestLambdas(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ names, want string }{
		{"geo::area(int)|geo::area(int)::{lambda(int)#1}::operator()(int) const", "geo::area"},
		{"_ZZ4areaiENKUliE_clEi|_Z4areai", "area"},
		{"wrap_text|wrap_text::$_0::operator()(char) const", "wrap_text"},
		{"$_0::operator()(char) const|a::$_1::operator()(int) const", "$_0::operator() a::$_1::operator()"}, // of variables
		{"a::Less::operator()(int) const|a()::{lambda(int)#1}::operator()(int) const::{lambda()#1}::operator()() const", "a::Less::operator()"},
		{"f(int)|f(int)::{lambda(int)#1}::_FUN(int)|f(int)::'lambda'(int)::__invoke(int)", "f"},
	} {
		f := &coverage.File{Name: "a.cpp"}
		for name := range strings.SplitSeq(tt.names, "|") {
			f.Funcs = append(f.Funcs, coverage.Func{Name: name, Span: coverage.Span{Start: coverage.Point{Line: uint32(len(f.Funcs)) + 1, Col: 1}}, Counted: true})
		}
		Report(&coverage.Report{Files: []*coverage.File{f}})
		var got []string
		for _, fn := range f.Funcs {
			got = append(got, fn.Name)
		}
		if have := strings.Join(got, " "); have != tt.want {
			t.Errorf("%s: %s, want %s", tt.names, have, tt.want)
		}
	}
}

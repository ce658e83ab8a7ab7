package source_test

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/source"
)

// funcsOf reads "Class/name@line" or "Class/name@first-last", with /, @ and what is before or behind them left out where the profile has none.
func funcsOf(t *testing.T, list string) (out []coverage.Func) {
	t.Helper()
	for _, s := range strings.Split(list, ", ") {
		f := coverage.Func{Name: s, Counted: true}
		if at := strings.LastIndexByte(s, '@'); at >= 0 {
			first, last, _ := strings.Cut(s[at+1:], "-")
			if _, err := fmt.Sscan(first+" "+cmp.Or(last, "0"), &f.Span.Start.Line, &f.Span.End.Line); err != nil {
				t.Fatal(err)
			}
			f.Name, f.Span.Start.Col = s[:at], 1
		}
		if class, name, ok := strings.Cut(f.Name, "/"); ok {
			f.Receiver, f.Name = class, name
		}
		out = append(out, f)
	}
	return coverage.SortFuncs(out)
}

const (
	javaText = `package p;
class Store {
  private List x = new ArrayList();
  int size = 3;

  Store(int a) {
    put(a);
  }
  Store(String s)
  {
    put(s);
  }
  @Override
  void put(int v) {
    go(v);
  }
  void put(String v) {
    go(v);
  }
  class Inner {
    void put(int v) {
      go(v);
    }
  }
  void go(Object v) {
    run(new Runnable() {
      public void run() {
        stop();
      }
    });
  }
}
`
	constructedText = `class A<T> {
  int x = f();

  A() {
    go();
  }
  A(Map<String, List<int[]>> m) {
    go();
  }
  A(java.util.Map.Entry<K, V> e) {
    go();
  }
  A(T t, int... n) {
    go();
  }

  enum E {
    X(1);

    int a;
    int b = f();
    E(int a) {
      go();
    }
    E(String a) {
      go();
    }
  }

  class B {

    int b = f();
    B() {
      go();
    }
    B(A a) {
      go();
    }
  }

  static class S {
    int b = f();
    S(A a) {
      go();
    }
    S(A a, int n) {
      go();
    }
  }
}
`
	kotlinText = `package p
data class Cart(val size: Int, val name: String) {
  val cost: Int
    get() {
      return size * 2
    }
  fun add(n: Int) {
    list.forEach {
      println(it)
    }
  }
  fun add(s: String) {
    println(s)
  }
}
fun price(n: Int = 3): Int {
  return n
}
class Store {
  constructor(n: Int) {
    println(n)
  }
  fun copy() { println(1) }
}
`
	bridgeText = `class Cart @JvmOverloads constructor(val size: Int = 0) {
  companion object {
    @JvmStatic
    fun of(n: Int): Cart {
      return Cart(n)
    }
  }
  @JvmOverloads fun add(n: Int = 1): Int {
    return n
  }

  fun pair(a: Int) = a + 1; fun pair(b: String) = b + "1"
}
interface Shape {

  fun area(): Int {
    return 2
  }
}
`
	csharpText = `namespace App {
  class Calc {
    int Size {
      get { return 1; }
      set { size = value; }
    }
    int Half => 3;
    int this[int i] { get { return i; } }
    Calc() { }
    Calc(int x) {
      go(x);
    }
    async Task<int> Sum(int a) {
      await a;
    }
    async Task<int> Sum(int a, string b) {
      await a;
    }
    public static Calc operator +(Calc a, Calc b) {
      return a;
    }
    public static implicit operator int(Calc a) {
      return 1;
    }
    public static explicit operator checked long(Calc a) {
      return 1;
    }
    void get_it() {
      go(1);
    }
  }
}
`
	scalaText = `class Cart(n: Int) {
  def this() = {
    this(1)
    go()
  }
  def this(s: String) = {
    this(2)
    go()
  }
  def add(n: Int) = {
    go(n)
  }
  def add(s: String) = {
    go(s)
  }
  def sum() = {
    go(1)
  }
}
`
	swiftText = `struct Cart: Equatable {
  static func == (a: Cart, b: Cart) -> Bool {
    return true
  }
  func ext<A>(_ a: A) {
    go(a)
  }
}
`
	cppText = `namespace geo {
struct Ring {
  void push(int v) {
    go(v);
  }
  void push(const char *v)
  {
    go(v);
  }
  Ring() { go(1); }
  bool operator==(const Ring &o) const {
    return true;
  }
};
int area() {
  return go([](int x) {
    return x;
  });
}
}
`
	jsText = `class Cart {
  constructor() {
    this.a = 1;
  }
  add(x) {
    return x;
  }
  get size() {
    return 1;
  }
  inc = (by) => {
    return by;
  }
}
route('/total', async (body) => {
  const a = 1;
  return a;
});
items.map((x) => x);
export const format = (n) => {
  return n;
};
`
	pythonText = `def deco(f):
    def wrapper(*a):
        print(a)
        return f(*a)
    return wrapper

class A:
    @property
    def x(self):
        return 1
    def one(self): return 1
`
	perlText = `package Shop::Cart;
sub total {
  my $self = shift;
  return 1;
}
package main;
sub run {
  return 2;
}
`
	rustText = `impl Cart {
    pub fn total(&self) -> i32 {
        1
    }
}
fn run() {
    go();
}
`
	elixirText = `defmodule A do
  def f(:a) do
    1
  end

  @doc "b"
  def f(:b), do: 2
  def f(_, _), do: 3
  def g(x) do
    x
  end
end
`
	phpText = `<?php
namespace App;
class Cart {
  function __construct() {
    $this->a = 1;
  }
  static function total() {
    return 1;
  }
}
function free() {
  return 2;
}
`
)

// TestDeclared has functions as profiles have them, and what they are called in the text, where, and what is nowhere.
func TestDeclared(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ file, text, funcs, want string }{
		{"Store.java", javaText, "Store/put(int)@15, Store/put(String)@18, Store.Inner/put@22", "14 Store.put(int), 17 Store.put(String), 21 Store.Inner.put"},
		{"Store.java", javaText, "put@15, put@18, put@22, go@26, run@28", "14 Store.put(int), 17 Store.put(String), 21 Store.Inner.put, 25 Store.go, 27 Store.go().run"},
		{"Store.java", javaText, "Store/Store(int)@3, Store/Store(String)@3", "6 Store.Store(int), 9 Store.Store(String)"}, // the line of a field
		{"Store.java", javaText, "<init>@3", "3 <init>"}, // of which of them is not told
		{"Store.java", javaText, "Store/Store(int), Store/put(String), Store/none", "6 Store.Store(int), 17 Store.put(String), nowhere Store.none"},
		{"Store.java", javaText, "Store/run", "27 Store.go().run"},
		{"Store.java", javaText, "Store/static {…}@4, Store.Inner/Inner@20", "4 Store.static {…}"}, // nobody has written a constructor of the class inside
		{"A.java", constructedText, "A/A()@2, A/A(Map)@2, A/A(Entry)@2, A/A(Object,int[])@2, A.E/E(String,int,int)@21, A.E/E(String,int,String)@21, A.B/B(A)@32, A.B/B(A,A)@32, A.S/S(A)@42, A.S/S(A,int)@42", "4 A.A(), 7 A.A(Map<String, List<int[]>>), 10 A.A(java.util.Map.Entry<K, V>), 13 A.A(T, int...), 22 A.E.E(int), 25 A.E.E(String), 33 A.B.B(), 36 A.B.B(A), 43 A.S.S(A), 46 A.S.S(A, int)"},
		{"A.java", constructedText, "A.B/B(A)@32, A.B/B(A,C,D)@32", "33 A.B.B(), 36 A.B.B(A)"}, // and what a compiler adds at the end
		{"A.java", constructedText, "A/A(Set)@2", "2 A.A(Set)"},                                // which the text does not have
		{"A.kt", "class Store {\n  fun go() {\n    list.forEach {\n      run(object : Runnable {\n        override fun run() {\n          stop()\n        }\n      })\n    }\n  }\n}\n", "Store.go.1/run@6", "5 Store.go().run"},
		{"A.kt", "class Store {\n  fun run() {\n    exec(\n      object : Runnable { override fun run() {\n          stop()\n        }\n      })\n  }\n}\n", "run@4, run@5", "4 Store.run().run, 4 Store.run().run"}, // the first is the one around it, which its line does not tell
		{"A.kt", bridgeText, "Cart/of@5, Cart.Companion/of@5, Cart/add()@9, Cart/add(Int)@9, Cart/Cart()@1, Cart/Cart(Int)@1, Shape/area@17, Shape.DefaultImpls/area@17, Cart/pair(Int)@12, Cart/pair(String)@12", "1 Cart.Cart, 4 Cart.Companion.of, 8 Cart.add, 12 Cart.pair(Int), 12 Cart.pair(String), 16 Shape.area"},
		{"A.kt", bridgeText, "Cart/of, Cart.Companion/of, Cart/add(), Cart/add(Int), Shape.DefaultImpls/area", "4 Cart.Companion.of, 8 Cart.add, 16 Shape.area"},
		{"A.kt", kotlinText, "Cart/add(Int)@8, Cart/add(String)@13, price@17", "7 Cart.add(Int), 12 Cart.add(String), 16 price"},
		{"A.kt", kotlinText, "Cart/Cart@2, Cart/getSize@2, Cart/component1@2, Cart/copy@2, Cart/toString@2, Cart/getCost@5", "2 Cart.Cart, 4 Cart.cost.get"},
		{"A.kt", kotlinText, "Cart/getCost, Cart/setName, Cart/add(Int), Store/copy, Store/Store, price", "4 Cart.cost.get, 7 Cart.add(Int), 16 price, 20 Store.Store, 23 Store.copy"},
		{"A.cs", csharpText, "Size.get@4, Size.set@5, Half.get@7, this[].get@8, Calc@9, Calc@11, Sum@14, Sum@17, operator +@20, implicit operator@23, explicit operator checked@26, it.get@29", "4 App.Calc.Size.get, 5 App.Calc.Size.set, 7 App.Calc.Half.get, 8 App.Calc.this[].get, 9 App.Calc.Calc(), 10 App.Calc.Calc(int), 13 App.Calc.Sum(int), 16 App.Calc.Sum(int, string), 19 App.Calc.operator +, 22 App.Calc.implicit operator int, 25 App.Calc.explicit operator checked long, 28 App.Calc.get_it"},
		{"a.cpp", cppText, "geo::Ring::push@3, geo::Ring::push@7, geo::Ring::Ring@10, geo::Ring::operator==@11, geo::area@15", "3 geo::Ring::push(int), 6 geo::Ring::push(const char*), 10 geo::Ring::Ring, 11 geo::Ring::operator==, 15 geo::area"},
		{"a.cpp", cppText, "geo::Ring::push(int)@4, geo::Ring::push(char const*)@7", "3 geo::Ring::push(int), 6 geo::Ring::push(char const*)"},
		{"ring.h", cppText, "geo::Ring::push@3, geo::Ring::push@7, geo::area@15", "3 geo::Ring::push(int), 6 geo::Ring::push(const char*), 15 geo::area"},
		{"a.swift", swiftText, "Cart/==(_:_:)@3, Cart/ext(_:)@6, Cart/none(_:)@6", "2 Cart.==(_:_:), 5 Cart.ext(_:), 6 Cart.none(_:)"},
		{"Cart.scala", scalaText, "Cart/Cart@3, Cart/add@11, Cart/sum@17", "2 Cart.Cart(), 10 Cart.add(Int), 16 Cart.sum"},
		{"a.js", jsText, "constructor@2, add@5, get size@8, Cart.inc@11, format@20", "2 Cart constructor, 5 Cart.add, 8 Cart.get size, 11 Cart.inc, 20 format"},
		{"a.js", jsText, "Cart@2, Cart.add@5", "2 Cart constructor, 5 Cart.add"},
		{"a.js", "(function () {\n  go();\n})();\n(async () => {\n  go();\n})();\nfunction f() {\n  !function () {\n    go();\n  }.call(this);\n}\nconst g = function () {\n  go();\n}.bind(this);\n(function named() {\n  go();\n})();\n", "(anonymous_0)@1, (anonymous_1)@4, f@7, (anonymous_3)@8, (anonymous_4)@12, named@15", "7 f, 12 g, 15 named"},
		{"a.ts", "class $URL {\n  constructor(a: string) {\n    go(a);\n  }\n}\nconst o = {\n  constructor() {\n    go();\n  }\n};\n", "(anonymous_0)@2, (anonymous_1)@7", "2 $URL constructor, 7 constructor"},
		{"a.js", jsText, "(anonymous_0)@2, (anonymous_1)@11, (anonymous_2)@15, (anonymous_3)@19", "2 Cart constructor, 11 Cart.inc, 15 route('/total') callback, 19 map() callback"},
		{"a.py", pythonText, "deco@1, A.x@9, A.one@11", "1 deco, 9 A.x, 11 A.one"},
		{"a.py", pythonText, "x@8", "9 A.x"},
		{"a.php", phpText, "__construct@5, total@8, App\\free@12", "4 Cart::__construct, 7 Cart::total, 11 App\\free"},
		{"Cart.pm", perlText, "total@3, Shop::Cart::run@7", "2 Shop::Cart::total, 7 Shop::Cart::run"},
		{"Cart.pm", perlText, "total, run", "2 Shop::Cart::total, 7 main::run"},
		{"a.php", phpText, "App\\Cart/__construct@4, App\\Cart/total", "4 Cart::__construct, 7 Cart::total"},
		{"a.rs", rustText, "total@2, shop::run@6", "2 Cart::total, 6 shop::run"},
		{"a.ex", elixirText, "A/f/1@2, A/f/2@8, A/g/1@10", "2 A.f/1, 8 A.f/2, 9 A.g"},
		{"a.ex", elixirText, "A/f/2, A/f/3", "8 A.f/2, nowhere A.f/3"},
		{"a.go", "package a\n\nfunc F() {}\n", "F@3, G@9", "3 F, nowhere G"},
		{"a.unknown", "one\ntwo\n", "<init>@1, f@2", "1 <init>, 2 f"},
	} {
		var got []string
		p := source.Locate(tt.file, tt.text, funcsOf(t, tt.funcs))
		for i := range p.Funcs {
			got = append(got, fmt.Sprintf("%d %s", p.Funcs[i].Span.Start.Line, p.Funcs[i].String()))
		}
		for i := range p.Elsewhere {
			got = append(got, "nowhere "+p.Elsewhere[i].String())
		}
		if have := strings.Join(got, ", "); have != tt.want {
			t.Errorf("%s in %s:\n%s, want\n%s", tt.funcs, tt.file, have, tt.want)
		}
	}
}

// TestClosures has closures of Rust, of which a profile tells the first line alone, with their lines and what ran of them in the text.
func TestClosures(t *testing.T) {
	t.Parallel()
	const text = `pub fn run(t: i32) -> i32 {
    let f = |x: i32| {
        x + 1
    };
    let g = iter(|| a | b, |(x, y): (i32, i32)| x
        .abs() | y, 1);
    let h = move |n| -> i32 {
        n
    };
    f(1) | g
}
pub async fn load() {
    run(1);
}
async fn wait(
    n: i32,
) {
    run(n);
}
fn sync() {
    run(1);
}
`
	funcs := []coverage.Func{}
	for _, f := range []struct {
		name  string
		line  uint32
		count uint64
	}{
		{"run", 1, 1},
		{"run::{closure#0}", 2, 0},
		{"run::{closure#1}", 5, 0},
		{"run::{closure#2}", 5, 1},
		{"run::{{closure}}", 7, 1},
		{"load", 12, 1},
		{"load::{closure#0}", 12, 0},
		{"wait", 15, 2},
		{"wait::{closure#0}", 17, 1},
		{"sync", 20, 1},
		{"sync::{closure#0}", 20, 0},
	} {
		funcs = append(funcs, coverage.Func{Name: "lib::" + f.name, Counted: true, Count: f.count, Span: coverage.Span{Start: coverage.Point{Line: f.line, Col: 1}}})
	}
	var got []string
	for _, f := range source.Locate("a.rs", text, funcs).Funcs {
		got = append(got, fmt.Sprintf("%s %d-%d %d", strings.TrimPrefix(f.Name, "lib::"), f.Span.Start.Line, f.Span.End.Line, f.Count))
	}
	const want = "run 1-11 1, run::{closure#0} 2-4 0, run::{closure#1} 5-5 0, run::{closure#2} 5-6 1, run::{{closure}} 7-9 1, load 12-14 0, wait 15-19 1, sync 20-22 1, sync::{closure#0} 20-22 0"
	if have := strings.Join(got, ", "); have != want {
		t.Errorf("%s, want\n%s", have, want)
	}
}

// TestComplete has functions that a profile does not name beside those that it does, and lines with what ran of them.
func TestComplete(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ file, text, funcs, lines, want string }{
		{"a.js", jsText, "constructor@2, add@5, get size@8, inc@11, format@20", "15:1 16:0 17:0 18:1", "route('/total') callback 0/2"},
		{"a.js", jsText, "constructor@2, add@5, get size@8, inc@11, format@20", "15:1 16:1 17:0 18:1", "route('/total') callback 3/4"},
		{"a.js", jsText, "constructor@2, add@5, get size@8, inc@11, format@20", "15:1 18:1 19:1", ""},          // which tell nothing of it
		{"a.js", jsText, "(anonymous_0)@2, add@5, size@8, inc@11, format@20", "15:1 16:0 17:0", ""},            // all are named
		{"a.js", jsText, "constructor@2, add@5", "8:1 9:0 10:1 11:1 12:1 13:1", "Cart.size 0/1, Cart.inc 3/3"}, //
		{"a.py", pythonText, "deco@1, A.x@8, A.one@11", "1:1 2:1 3:0 4:0 5:1 11:1", "wrapper 0/2"},             //
		{"a.py", pythonText, "deco@1, A.x@8", "1:1 2:1 5:1 11:1", ""},                                          // the line of A.one tells nothing
		{"Store.java", javaText, "Store/Store(int)@7, Store/Store(String)@11, Store/put(int)@15, Store/put(String)@18, Store/go@26", "22:0 28:0", "Store.Inner.put 0/1, Store.go().run 0/1"},
		{"Store.java", javaText, "Store/Store(int)@7, Store/put, Store/Store(String)@11, Store/put, Store/go@26", "15:0 22:0 28:1", "Store.go().run 1/1"}, // who knows which put is which
		{"a.js", "a();\nroute('/x', () => {\n  b();\n});\n", "", "1:1 2:1 3:0 4:1", "route('/x') callback 0/1"},
		{"a.cpp", cppText, "", "4:0 8:1 12:1 16:1", "geo::Ring::push(int) 0/1, geo::Ring::push(const char*) 1/1, geo::Ring::operator== 1/1, geo::area 1/1"},
		{"Cart.scala", scalaText, "Cart/Cart@3-8, Cart/add@11-14, Cart/sum@17-17", "3:0 4:0 7:1 8:1 11:0 14:1 17:1", "Cart.Cart() 0/2, Cart.Cart(String) 2/2, Cart.add(Int) 0/1, Cart.add(String) 1/1"},
		{"Cart.pm", perlText, "run@7", "3:0 4:0 8:1", "Shop::Cart::total 0/2"},
		{"a.ex", elixirText, "", "3:1 7:0 8:0 10:0", "A.f/1 1/2, A.g 0/1"},
		{"a.dart", "class P {\n  P.fromJson(m) {\n    go();\n  }\n  P(a) {\n    go();\n  }\n}\n", "", "2:0 3:0 5:1 6:1", "P.fromJson 0/2, P.P 2/2"},
		{"a.lua", "function M.a(x)\n  return x\nend\nM.h = function()\n  return 1\nend\n", "", "1:1 2:0 3:1 4:1 5:1 6:1", "M.a 0/1, M.h 3/3"},
		{"a.cpp", "TEST(Ring, Push) {\n  go(1);\n}\n", "Ring_Push_Test::TestBody()@1", "1:1 2:1", ""},
		{"a.cpp", "MACRO(a) {\n  go(1);\n}\n", "made_of_a@1", "1:1 2:1", ""},
	} {
		funcs := []coverage.Func{} // of a profile that would name some
		if tt.funcs != "" {
			funcs = funcsOf(t, tt.funcs)
		}
		p := source.Locate(tt.file, tt.text, funcs)
		had := len(p.Funcs)
		f := &coverage.File{Name: tt.file, Unit: coverage.Lines, Loads: slices.Contains([]string{".js", ".py", ".lua"}, path.Ext(tt.file)), Funcs: []coverage.Func{}}
		for s := range strings.FieldsSeq(tt.lines) {
			var l coverage.Line
			if _, err := fmt.Sscanf(s, "%d:%d", &l.Number, &l.Count); err != nil {
				t.Fatal(err)
			}
			f.Lines = append(f.Lines, l)
		}
		p = p.Complete(f)
		f.CountIn(p.Funcs)
		var got []string
		for i := range p.Funcs {
			if fn := &p.Funcs[i]; !fn.Counted {
				got = append(got, fmt.Sprintf("%s %d/%d", fn.String(), fn.Statements.Covered, fn.Statements.Total))
			}
		}
		if have := strings.Join(got, ", "); have != tt.want || len(p.Funcs)-had > len(got) {
			t.Errorf("%s in %s: %d functions with %s, want %s", tt.funcs, tt.file, len(p.Funcs), have, tt.want)
		}
	}
}

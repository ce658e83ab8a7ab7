package dotnet_test

import (
	"fmt"
	"testing"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/profile/dotnet"
	"github.com/covls/covls/profile/scan"
)

func TestName(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ class, method, want string }{
		{"Shop.Cart", "Total", "Total"},
		{"Shop.Cart", "Total(System.Int32,System.String)", "Total"},
		{"Shop.Cart", "Total():System.Int32", "Total"},
		{"Shop.Cart`1", "Map<TResult>(Shop.IMap<TResult>, object)", "Map"},
		// Constructors.
		{"Shop.Cart", ".ctor()", "Cart"},
		{"Shop.Cart`2", ".ctor", "Cart"},
		{"Shop.Cart/Item", ".cctor()", "static Item"},
		{"Shop.Cart<TKey, System.Int32>", ".ctor()", "Cart"},
		{"Shop.Cart", "Cart(string)", "Cart"},
		{"", ".ctor", ".ctor"},
		{"Shop.Cart/<>c", ".ctor()", ""},
		{"Shop.Cart/<Total>d__3", ".ctor(System.Int32)", ""},
		{"Shop.Cart", "Finalize()", "~Cart"},
		{"Shop.Cart", "Finalize(System.Int32)", "Finalize"},
		// Machines with states.
		{"Shop.Cart/<Total>d__3", "MoveNext()", "Total"},
		{"Shop.Cart+<Total>d__3`1", "MoveNext", "Total"},
		{"Shop.Cart.<Total>d__3<T, U>", "MoveNext()", "Total"},
		{"Shop.Cart/<Total>c__Iterator0", "MoveNext()", "Total"},
		{"Shop.Cart/<Shop.ITotal<System.Int32>.Total>d__3", "MoveNext()", "Total"},
		{"Shop.Cart/<>c__DisplayClass4_0`1/<<Total>g__Half|0>d`1", "MoveNext()", "Half"},
		{"Shop.Cart.<>c__DisplayClass4_0.<<Total>g__Half|0>d<T1, T2>", "MoveNext()", "Half"},
		{"Shop.Cart/<>c/<<Total>b__0_0>d", "MoveNext()", ""},
		{"Shop.Cart/VB$StateMachine_1_Total", "MoveNext()", "Total"},
		{"Shop.Reader", "MoveNext()", "MoveNext"},
		// Parts of functions.
		{"Shop.Cart", "<Total>b__0_0(System.Int32)", ""},
		{"Shop.Cart/<>c", "<Total>b__0_0", ""},
		{"Shop.Cart", "<Total>m__0(int)", ""},
		{"Shop.Cart", "<>n__0(System.Object)", ""},
		{"Shop.Cart", "<Total>g__Half|0_1(System.Int32)", "Half"},
		{"Shop.Cart", "<Total>g__Half|0_1<T>(T)", "Half"},
		{"Shop.Cart/_Closure$__1", "_Lambda$__0(Integer)", ""},
		{"Shop.Item", "<Clone>$()", ""},
		{"Program", "<Main>$(System.String[])", "Main"},
		{"Shop.Module1/total@12-1", "Invoke(System.Int32)", ""},
		{"Shop.Module1.total@12", ".ctor()", ""},
		{"<StartupCode$Shop>.$Module1", ".cctor()", ""},
		{"Shop.Module1", "total@", "total@"},
		// Properties, events, operators, interfaces.
		{"Shop.Cart", "get_Total()", "Total.get"},
		{"Shop.Cart", "set_Total(System.Int32)", "Total.set"},
		{"Shop.Cart", "add_Changed(System.EventHandler)", "Changed.add"},
		{"Shop.Cart", "remove_Changed(System.EventHandler)", "Changed.remove"},
		{"Shop.Cart", "get_Item(System.Int32)", "this[].get"},
		{"Shop.Cart", "set_Item(System.Int32,System.String)", "this[].set"},
		{"Shop.Cart", "get_Item()", "Item.get"},
		{"Shop.Cart", "set_Item(System.String)", "Item.set"},
		{"Shop.Cart", "get_", "get_"},
		{"Shop.Cart", "Shop.IList<System.Int32>.get_Count()", "Count.get"},
		{"Shop.Cart", "System.IDisposable.Dispose()", "Dispose"},
		{"Shop.Cart", "op_Addition(Shop.Cart,Shop.Cart)", "operator +"},
		{"Shop.Cart", "op_CheckedAddition(Shop.Cart,Shop.Cart)", "operator checked +"},
		{"Shop.Cart", "op_MultiplicationAssignment(Shop.Cart)", "operator *="},
		{"Shop.Cart", "op_IncrementAssignment()", "operator ++"},
		{"Shop.Cart", "op_CheckedExplicit(Shop.Cart)", "explicit operator checked"},
		{"Shop.Cart", "op_Other(Shop.Cart)", "op_Other"},
		{"Shop.Cart", "op_Implicit(System.Int32)", "implicit operator"},
		{"", "", ""},
		{"<", "<", "<"},
		{"><", "a>.b", "b"},
	} {
		if got := dotnet.Name(tt.class, tt.method); got != tt.want {
			t.Errorf("%s of %s: %q, want %q", tt.method, tt.class, got, tt.want)
		}
	}
}

func TestSplit(t *testing.T) {
	t.Parallel()
	for full, want := range map[string]string{
		"System.Int32 Shop.Cart::Total(System.Int32)":                               "Shop.Cart | Total(System.Int32) | true",
		"System.Collections.Generic.List`1<System.Int32> Shop.Cart/<A>d__1::Next()": "Shop.Cart/<A>d__1 | Next() | true",
		"System.Threading.Task`1<A.B<C, D>> Shop.Cart::Run(A.B<C, D>)":              "Shop.Cart | Run(A.B<C, D>) | true",
		"Shop.Cart::Total":          "Shop.Cart | Total | true",
		"Total(Shop.Cart::Nothing)": " |  | false",
		"":                          " |  | false",
	} {
		class, method, ok := dotnet.Split(full)
		if got := fmt.Sprint(class, " | ", method, " | ", ok); got != want {
			t.Errorf("%s: %s, want %s", full, got, want)
		}
	}
}

// TestFiles: what several methods and modules have on a line.
func TestFiles(t *testing.T) {
	t.Parallel()
	report := &coverage.Report{}
	files := dotnet.NewFiles(report, scan.Limits{Line: 100, Files: 1, Branches: 6})
	f, err := files.File("a.cs")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := files.File("b.cs"); err == nil {
		t.Error("two files, of which one may be")
	}
	get, set := files.Method("A", "get_X()"), files.Method("A", "set_X(int)")
	for _, p := range [][4]uint64{{uint64(get), 4, 0, 2}, {uint64(set), 4, 6, 0}, {uint64(get), 4, 4, 3}, {uint64(set), 0xfeefee, 0xfeefee, 5}, {uint64(set), 7, 3, 0}} {
		if err := f.Point(int(p[0]), p[1], p[2], p[3]); err != nil {
			t.Error(err)
		}
	}
	for _, w := range [][5]uint64{{uint64(get), 4, 9, 0, 1}, {uint64(get), 4, 9, 1, 0}, {uint64(set), 4, 9, 0, 0}, {uint64(get), 4, 9, 0, 2}, {uint64(set), 0xfeefee, 1, 1, 1}, {uint64(set), 0, 1, 1, 1}} {
		if err := f.Way(int(w[0]), w[1], w[2], w[3], w[4]); err != nil {
			t.Error(err)
		}
	}
	files.End()
	got := report.Files[0]
	if s := fmt.Sprint(got.Lines, got.Branches); s != "[{4 3} {5 0} {6 0} {7 0}] [{4 9 0 3} {4 9 1 0} {4 1048585 0 0}]" {
		t.Errorf("lines and branches %s", s)
	}
	for _, fn := range got.Funcs {
		if s := fmt.Sprint(fn.Name, fn.Span, fn.Count); s != "X.get{{4 1} {4 0}} 2" && s != "X.set{{4 1} {7 0}} 0" {
			t.Errorf("function %s", s)
		}
	}
	if err := report.Check(); err != nil || len(got.Funcs) != 2 {
		t.Errorf("%v, %d functions", err, len(got.Funcs))
	}
}

// TestBounds: few bytes stand for as many lines as there may be, and no more.
func TestBounds(t *testing.T) {
	t.Parallel()
	files := dotnet.NewFiles(&coverage.Report{}, scan.Limits{})
	f, err := files.File("a.cs")
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Point(files.Method("", "f"), 1, 1<<40, 1); err == nil {
		t.Error("a statement of any number of lines")
	}
	for range 1 << 12 {
		if err = f.Point(files.Method("", "f"), 1, 1<<11, 1); err != nil {
			break
		}
	}
	if err == nil {
		t.Error("any number of statements of many lines")
	}
}

// TestWritten has functions of LCOV.
func TestWritten(t *testing.T) {
	t.Parallel()
	lines := []coverage.Line{{Number: 3, Count: 1}, {Number: 5}, {Number: 6}}
	fn := func(line uint32, name string) coverage.Func {
		return coverage.Func{Name: name, Span: coverage.Span{Start: coverage.Point{Line: line, Col: 1}}, Counted: true}
	}
	for _, tt := range []struct {
		funcs []coverage.Func
		want  string
	}{
		{[]coverage.Func{fn(2, "System.Void A::F()"), fn(4, "System.Void A::F(int)"), fn(5, "System.Void A::get_X()"), fn(5, "System.Void A::<F>b__0()")}, "F@3 F@5 X.get@6 "},
		{[]coverage.Func{fn(3, "System.Void A::F()"), fn(5, "System.Void A::G()")}, "F@3 G@5 "},
		{[]coverage.Func{fn(4, "System.Void A::F()"), fn(9, "System.Void A::G()")}, "F@4 G@9 "},
		{[]coverage.Func{fn(2, "F"), fn(4, "get_X")}, "F@2 get_X@4 "},
	} {
		got := ""
		for _, f := range dotnet.Written(tt.funcs, lines) {
			got += fmt.Sprintf("%s@%d ", f.Name, f.Span.Start.Line)
		}
		if got != tt.want {
			t.Errorf("%v: %s, want %s", tt.funcs, got, tt.want)
		}
	}
}

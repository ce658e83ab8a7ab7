package xccov_test

import (
	"flag"
	"testing"

	"github.com/covls/covls/internal/profiletest"
	"github.com/covls/covls/profile/scan"
	"github.com/covls/covls/profile/xccov"
)

var update = flag.Bool("update", false, "rewrite testdata/*.want")

func named(name string) string {
	return `{"targets":[{"files":[{"path":"a.swift","functions":[{"name":"` + name + `","lineNumber":3,"executionCount":2}]}]}]}`
}

const noLines = "; line 0: the report has functions and no lines; xcrun xccov view --archive --json has the lines"

// cases tell the name, lines, branches and functions of each file, or the error.
var cases = []profiletest.Case{
	{Name: "an archive", Text: `{"/a.swift":[{"line":1,"isExecutable":false},{"line":2,"isExecutable":true,"executionCount":3,"subranges":[{"column":9,"executionCount":0,"length":2}]},{"executionCount":0,"isExecutable":true,"line":3}]}`, Want: "/a.swift [{2 3} {3 0}] nobranches nofuncs"},
	{Name: "no count", Text: `{"/a.m":[{"line":1,"isExecutable":true,"executionCount":null}]}`, Want: "/a.m [{1 0}] nobranches nofuncs"},
	{Name: "odd lines", Text: `{"/a.m":[{"line":0,"isExecutable":true},{"line":2000,"isExecutable":true}]}`, Want: "/a.m [] nobranches nofuncs; line 0: records of line 0 were passed over; line 0: line 2000 is beyond limits.line; such records were passed over"},
	{Name: "a line without a number", Text: `{"/a.m":[{"isExecutable":true}]}`, Want: "want line and isExecutable in //a.m/0"},
	{Name: "a report", Text: named("Cart.add(_:twice:)"), Want: "a.swift [] nobranches Cart.add(_:twice:)@{{3 1} {0 0}}=2" + noLines},
	{Name: "with types", Text: named("static Shop.Cart.make(from: Shop.Order<Swift.Int, A>, _: (A, B) -> C, by: Swift.Int) -> Shop.Cart"), Want: "a.swift [] nobranches Cart.make(from:_:by:)@{{3 1} {0 0}}=2" + noLines},
	{Name: "no arguments", Text: named("main() -> ()"), Want: "a.swift [] nobranches main()@{{3 1} {0 0}}=2" + noLines},
	{Name: "a property", Text: named("Cart.Row.total.getter"), Want: "a.swift [] nobranches Cart.Row.total.get@{{3 1} {0 0}}=2" + noLines},
	{Name: "an initializer", Text: named("Cart.init(rows:)"), Want: "a.swift [] nobranches Cart.init@{{3 1} {0 0}}=2" + noLines},
	{Name: "a closure", Text: named("closure #1 in Cart.add(_:)"), Want: "a.swift [] nobranches"},
	{Name: "Objective-C", Text: named("-[Cart add:twice:]"), Want: "a.swift [] nobranches -[Cart add:twice:]@{{3 1} {0 0}}=2" + noLines},
	{Name: "an operator", Text: named("static Cart.== infix(_:_:)"), Want: "a.swift [] nobranches Cart.==(_:_:)@{{3 1} {0 0}}=2" + noLines},
	{Name: "an operator of types", Text: named("static Shop.Cart.< infix(Shop.Cart, Shop.Cart) -> Swift.Bool"), Want: "a.swift [] nobranches Cart.<(_:_:)@{{3 1} {0 0}}=2" + noLines},
	{Name: "an operator with dots", Text: named("..< infix<A>(_:_:)"), Want: "a.swift [] nobranches ..<(_:_:)@{{3 1} {0 0}}=2" + noLines},
	{Name: "an operator before its operand", Text: named("static Cart.- prefix(_:)"), Want: "a.swift [] nobranches Cart.-(_:)@{{3 1} {0 0}}=2" + noLines},
	{Name: "an operator that is none", Text: named("Cart.== other(_:)"), Want: "a.swift [] nobranches Cart.== other(_:)@{{3 1} {0 0}}=2" + noLines},
	{Name: "of any type", Text: named("Cart.ext<A where A: Order<B>>(_:)"), Want: "a.swift [] nobranches Cart.ext(_:)@{{3 1} {0 0}}=2" + noLines},
	{Name: "in a type of any", Text: named("Stack<A>.Row.push(_:)"), Want: "a.swift [] nobranches Stack.Row.push(_:)@{{3 1} {0 0}}=2" + noLines},
	{Name: "types that do not end", Text: named("ext<A(_:)"), Want: "a.swift [] nobranches ext<A(_:)@{{3 1} {0 0}}=2" + noLines},
	{Name: "an extension", Text: named("(extension in Shop):Swift.Array<A>.sum(by: (A) -> B) throws -> B"), Want: "a.swift [] nobranches Array.sum(by:)@{{3 1} {0 0}}=2" + noLines},
	{Name: "an observer", Text: named("Cart.total.didset"), Want: "a.swift [] nobranches Cart.total.didSet@{{3 1} {0 0}}=2" + noLines},
	{Name: "a function in another", Text: named("half #1 <A>(_:) in Cart.add(_:twice:)"), Want: "a.swift [] nobranches half(_:)@{{3 1} {0 0}}=2" + noLines},
	{Name: "what is done at the end", Text: named("$defer #1 () in Cart.add(_:twice:)"), Want: "a.swift [] nobranches"},
	{Name: "left open", Text: named("Cart.add(_: (Int"), Want: "a.swift [] nobranches Cart.add(_: (Int@{{3 1} {0 0}}=2" + noLines},
	{Name: "two targets", Text: `{"coveredLines":1,"targets":[{"name":"A","files":[{"name":"a.m","functions":[{"name":"f","lineNumber":3,"executionCount":2}]}]},{"files":[{"path":"a.m","name":"x","functions":[{"name":"f","lineNumber":3,"executionCount":1}]},{"path":"b.m","functions":[{"name":"g","lineNumber":0,"executionCount":1}]}]}]}`, Want: "a.m [] nobranches f@{{3 1} {0 0}}=3; b.m [] nobranches" + noLines + "; line 0: records of line 0 were passed over"},
	{Name: "files without functions", Text: `{"targets":[{"files":[{"path":"a.m","executableLines":3}]}]}`, Want: "a.m [] nobranches nofuncs; line 0: the report has sums of files without their functions; xcrun xccov view --archive --json has the lines"},
	{Name: "no targets", Text: `{"targets":[]}`, Want: ""},
	{Name: "targets only", Text: `{"targets":[{"name":"A","lineCoverage":0.5}]}`, Want: "without --only-targets"},
	{Name: "no path", Text: `{"targets":[{"files":[{"functions":[]}]}]}`, Want: "want the path of a file in /targets/0/files/0"},
	{Name: "no calls", Text: `{"targets":[{"files":[{"path":"a","functions":[{"name":"f"}]}]}]}`, Want: "want lineNumber and executionCount in /targets/0/files/0/functions/0"},
	{Name: "files", Text: `{"a":[],"b":[],"c":[]}`, Want: "more than 2 files (limits.files)"},
	{Name: "cut", Text: `{"a":[`, Want: "line 1: want more JSON: the file seems to be cut or still being written"},
}

func TestRead(t *testing.T) {
	t.Parallel()
	profiletest.Table(t, xccov.Read, profiletest.Details, cases)
}

func TestSniff(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]bool{
		`{"coveredLines":24,"executableLines":30,"lineCoverage":0.8,"targets":[{"buildProductPath":`: true,
		`{"targets":[{"coveredLines":24,"lineCoverage":0.8`:                                          true,
		`{"/a.swift":[{"line":1,"isExecutable":false`:                                                true,
		`{"/a.swift":[{"isExecutable":false,"line":1`:                                                true,
		`{"/a.swift":[1,0,null],"isExecutable":1`:                                                    false,
		`{"targets":[{"name":"x"`:                                                                    false,
		`{"coveredLines":24,"files":[`:                                                               false,
		`{"targets":{"lineCoverage":1`:                                                               false,
		`{"a":{"line":1,"isExecutable"`:                                                              false,
		`{}`:                                                                                         false,
		"":                                                                                           false,
	} {
		if got := xccov.Sniff([]byte(in)); got != want {
			t.Errorf("%s: %v", in, got)
		}
	}
}

// TestGolden reads texts in the shape in which xccov prints them.
func TestGolden(t *testing.T) {
	t.Parallel()
	profiletest.Golden(t, xccov.Read, scan.Limits{}, *update)
}

func FuzzRead(f *testing.F) { profiletest.Fuzz(f, xccov.Sniff, xccov.Read, profiletest.Texts(cases)) }

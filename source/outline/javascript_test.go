package outline_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/covls/covls/source/outline"
)

// TestECMANames has texts whose functions end with a comment that holds their name, or "-" for none.
func TestECMANames(t *testing.T) {
	t.Parallel()
	for name, src := range map[string]string{
		"declarations": `
function a() {} // a
async function b() {} // b
export default async function* c(x, y = f(1)) {} // c
export default function () {} // default
export default (x) => x; // default
`,
		"values": `
const a = () => 1; // a
let b = async x => x; // b
var c = function () {}, d = function* () {}; // c d
const e = function inner() {}; // inner
x.handler = (a, b) => {}; // handler
module.exports = function (a) {} // exports
exports.find = async function (a) {}; // find
this.catch = () => {}; // catch
a ||= () => 1; // a
f = cond ? g(a) : (b); if (f) { } else { }
const wrapped = (() => 1); // wrapped
const lines =
	async ( // lines
		a,
		b,
	) => a + b;
`,
		"what is called where it stands has no name": `
const a = (() => 1)(); // -
const b = function () { return 1; }(); // -
(function () {})(); // -
(async () => {})().then(done); // -
const c = (function () {}).bind(this); // c
`,
		"keys": `
const table = {
	a: () => 1, // a
	'two words': function () {}, // two words
	3: () => 3, // -
	[computed]: () => 4, // -
	method() {}, // method
	async *gen(x) {}, // gen
	get value() { return 1; }, // value
	set value(v) {}, // value
	'quoted'() {}, // quoted
	[Symbol.iterator]() {}, // [Symbol.iterator]
	delete(x) {}, // delete
};
const pick = ok ? () => 1 : () => 2; // - -
const c = ok ? a : x => x; // -
switch (x) { case a: f(() => 1) } // f() callback
`,
		"classes": `
class A extends B {
	constructor(x) { super(x); } // constructor
	#secret() {} // #secret
	static async make() {} // make
	private override async load<T extends Map<A, B>>(x: T): Promise<Map<A, B[]>> { return x } // load
	get(x) { return () => x; } // get -
	handle = (e) => {} // handle
	private typed: Handler<Event> = async (e: Event): Promise<void> => {}; // typed
	late!: () => void = () => {}; // late -
	abstract none(): void;
	is(x: string): x is 'a' { return true } // is
	plain() {} // plain
	static { go(); }
	@once() @twice
	decorated() {} // decorated
}
`,
		"callbacks": `
list.reduce((sum, x) => sum + x, 0); // reduce() callback
app.get('/users', async (req, res) => {}); // get('/users') callback
app.get("/a", guard, function (req) {}); // get('/a') callback
describe(` + "`it`" + `, () => {}); // describe('it') callback
new Promise((resolve) => resolve()); // Promise() callback
useMemo<Map<A, B>>(() => 1, []); // useMemo() callback
foo(1).then(x => x, (e) => e); // then() callback then() callback
p.catch(() => {}); // catch() callback
f([() => 1, x => 2]); // - -
g({ a: () => 1 }); // a
memo(forwardRef((props, ref) => null)); // forwardRef() callback
return (() => 1); // -
const add = (a) => (b) => a + b; // add -
import('x').then(m => m); // then() callback
`,
		"types of TypeScript": `
const a = (x: number): number => x; // a
const b = <T,>(x: T): Promise<T | null> => x; // b
const c: Handler = (e) => {}; // c
const d = (x: string): x is 'a' => true; // d
const e = async ({ a, b }: { a: A; b: B }): Promise<{ x: number }[]> => []; // e
export function over(x: string): void;
export function over(x: any): { a: A; b: B } { return x } // over
const f = (x): Array<A<B>> => x; // f
function g(this: Window, ...rest: string[]): asserts rest is A[] {} // g
const h = { k: (x: number): string => '' }; // k
`,
		"what is no function": `
if (x) { y(); }
for (const a of b) {}
while (f(x)) {}
try { } catch (e) { }
const a = b / c; const d = '() => 1'; /* const e = () => 1; */
const re = /[/'"]() => {/g.test('x'); const s = f(/\//, () => 1); // f() callback
/* function x() {} */ const t = "it's"; x = y => 1; // x
`,
		"templates": "const a = `${b.map((x) => `<${x}>`)} function y() {} ${'}'}`; // map() callback\nconst c = () => `a`; // c\n",
		"JSX": `
export const App = ({ items }) => { // App
	return <div onClick={() => go()} title="it's"> // -
		<p>Don't {items.map((x) => <li key={x}>it's {x}</li>)}</p> // map() callback
		a / b <br/> {/* it's */} </div>;
};
const Next = () => null; // Next
`,
		"broken": "function (\nconst a = (x => { // a\n ]]} }\nconst b = () => 1; // b\n'abc\n`${",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found := map[int][]string{}
			for _, h := range ecmaFuncs(src) {
				if h.Start < 0 || h.NameStart > h.NameEnd || h.Start > len(src) || h.Marked > h.Start || h.NameEnd > len(src) {
					t.Errorf("places of %+v", h)
				}
				at := strings.Count(src[:h.Head], "\n")
				found[at] = append(found[at], h.Name)
				if text := src[h.NameStart:h.NameEnd]; h.Name != "" && !strings.Contains(text, h.Name) && !strings.HasSuffix(h.Name, " callback") && h.Name != "default" {
					t.Errorf("%s stands at %q", h.Name, text)
				}
			}
			for i, line := range strings.Split(src, "\n") {
				want := ""
				if k := strings.LastIndex(line, "// "); k >= 0 {
					want = line[k+3:]
				}
				var got []string
				for _, name := range found[i] {
					if name == "" {
						name = "-"
					}
					got = append(got, name)
				}
				if g := strings.Join(got, " "); g != want {
					t.Errorf("line %d: %s\nhas %q", i+1, line, g)
				}
			}
		})
	}
}

func TestECMADecorators(t *testing.T) {
	t.Parallel()
	src := "class A {\n\t@a.b({ c: 1 })\n\t@d\n\tasync e() {}\n}\n"
	var got []string
	for _, h := range ecmaFuncs(src) {
		got = append(got, fmt.Sprintf("%q %q %q", src[h.Marked:h.Marked+2], src[h.Start:h.Start+5], src[h.NameStart:h.NameEnd]))
	}
	if want := `["@a" "async" "e"]`; fmt.Sprint(got) != fmt.Sprint([]string{strings.Trim(want, "[]")}) {
		t.Errorf("got %v, want %s", got, want)
	}
}

// TestECMAEnds has texts that begin with a function, which goes up to the marker «. Without one it has no end.
func TestECMAEnds(t *testing.T) {
	t.Parallel()
	for _, src := range []string{
		"function f() { return {}; }« + 1",
		"function f<T extends { a: 1 }>(x: T): { a: T } { return x }« ;",
		"function f(x: string): void;",
		"x => (",
		"function (a = {}) { }«()",
		"async function* f() { }«\n{ }",
		"x => x + 1«, 2",
		"(x) => f(x, [1, 2])«)",
		"(x) => ({ a: x })«;",
		"(x) => {\n\treturn x;\n}«\n(1)",
		"async (x): Promise<A> =>\n\tx\n\t\t.then((y) => y)\n\t\t|| z«\nnext()",
		"x => x ? 1 : 2«\nconst y = 1",
		"x => y => {}«;",
		"x => await f«\nfoo",
		"x => typeof\n\ty«\nfoo",
		"x => x as\n\tY«\nfoo",
		"x => `${a}\n` + b« }",
		"x => x«",
	} {
		t.Run(src, func(t *testing.T) {
			t.Parallel()
			before, behind, ends := strings.Cut(src, "«")
			want := len(before)
			heads := ecmaFuncs(before + behind)
			switch {
			case !ends && len(heads) == 0:
			case len(heads) == 0 || heads[0].Start != 0 || heads[0].End != want:
				t.Errorf("%+v, want the end at %d", heads, want)
			}
		})
	}
}

func ecmaFuncs(src string) []outline.Func {
	o, _ := outline.Of("typescript", src)
	return o.Funcs
}

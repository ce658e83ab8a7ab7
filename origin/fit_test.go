package origin_test

import (
	"strings"
	"testing"

	"github.com/covls/covls/origin"
	"github.com/covls/covls/profile"
)

// TestFits has texts with profiles as tools make them, each of which fits its text, and none the text with a line more on
// top.
func TestFits(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, file, text, lcov string }{
		{
			"V8 names a constructor by its class", "a.js",
			"// A box.\nclass Box {\n  // Its size.\n  static size = 1;\n\n  constructor(n) {\n    this.n = n;\n  }\n}\n",
			"FN:6,Box\nFNDA:1,Box\nDA:1,1\nDA:2,1\nDA:3,1\nDA:4,1\nDA:5,1\nDA:6,1\nDA:7,1\nDA:8,1\nDA:9,1\n",
		},
		{
			"V8 names a function by what it is given to", "a.js",
			"const util = {};\nutil.keys =\n\n  typeof Object.keys === 'function'\n    ? (o) => Object.keys(o)\n    : function (o) {\n        return [];\n      };\n",
			"FN:5,util.keys\nFN:6,util.keys\nFNDA:1,util.keys\nDA:1,1\nDA:2,1\nDA:5,1\nDA:6,1\nDA:7,0\n",
		},
		{
			"V8's lines without the blank ones and types, and with those that end blocks", "a.ts",
			"import { b } from './b';\n\ntype H = (x: string) => void;\nexport function route(p: string, h: H): void {\n  b(p, h);\n}\n\nroute('/a', (x) => {\n  b(x);\n  b();\n});\n",
			"FN:4,route\nFNDA:1,route\nDA:1,1\nDA:4,1\nDA:5,1\nDA:6,1\nDA:8,1\nDA:9,0\nDA:10,0\nDA:11,0\n",
		},
		{
			"Bun counts what ends an expression, and no blocks", "a.ts",
			"export const o = {\n  a() {\n    return 1;\n  },\n  b: [\n    2,\n  ],\n};\nexport function f(x: number) {\n  if (x) {\n    g(() => {\n      return 2;\n    });\n  }\n}\n",
			"DA:1,1\nDA:2,1\nDA:3,0\nDA:5,1\nDA:6,1\nDA:7,1\nDA:8,1\nDA:9,1\nDA:10,1\nDA:11,0\nDA:12,0\nDA:13,0\n",
		},
		{
			"a tool without functions counts one end of two", "a.js",
			"function a() {\n  return 1;\n}\nfunction b() {\n  return 2;\n}\n",
			"DA:1,1\nDA:2,1\nDA:4,1\nDA:5,0\nDA:6,1\n",
		},
		{
			"a compiler's helper stands where the first function does", "a.ts",
			"export const x = 1;\n\nexport function f() {\n  return 1;\n}\n",
			"FN:3,__name\nFN:3,f\nFNDA:1,__name\nFNDA:0,f\nDA:1,1\nDA:2,1\nDA:3,1\nDA:4,0\nDA:5,0\n",
		},
		{
			"a compiler makes up the name of a default export", "a.ts",
			"let x = 1;\n\nexport default function (y: number) {\n  return x + y;\n}\n",
			"FN:3,default_1\nFNDA:1,default_1\nDA:1,1\nDA:3,1\nDA:4,1\n",
		},
		{
			"statements from the first line on, and no more at the end", "a.py",
			"import a\nimport b\nx = 1\ny = {\n    # the first\n    1: 2,\n}\n\n# The end.\n",
			"DA:1,1\nDA:2,1\nDA:3,1\nDA:4,1\n",
		},
		{
			"decorators before a head", "a.py",
			"import a\n\n@a.b(\n    1,\n    2,\n)\n@a.c\ndef f():\n    return 1\n",
			"FN:3,f\nFNDA:1,f\nDA:1,1\nDA:3,1\nDA:7,1\nDA:9,0\n",
		},
		{
			"attributes before a head", "a.php",
			"<?php\nclass A\n{\n    #[Route(\n        '/x',\n        name: 'y',\n    )]\n    public function f()\n    {\n        return 1;\n    }\n}\n",
			"FN:4,f\nFNDA:1,f\nDA:4,1\nDA:10,1\n",
		},
		{
			"a method that is defined by a program", "a.rb",
			"class A\n  %w[x y].each do |n|\n    define_method(\"go_#{n}\") do\n      n\n    end\n  end\nend\n",
			"FN:3,go_x\nFNDA:1,go_x\nDA:1,1\nDA:2,1\nDA:3,2\nDA:4,1\n",
		},
		{
			"text that looks like a comment in a string of several lines", "a.rb",
			"def to_s\n  <<~EOF\n    #{@message}\n  EOF\nend\n",
			"FN:1,to_s\nFNDA:0,to_s\nDA:1,1\nDA:2,0\nDA:3,0\n",
		},
		{
			"what is derived, and comments inside of statements", "a.rs",
			"//! A shop.\n#[derive(Clone)]\nstruct Shop {\n    n: u32,\n}\n\nimpl Shop {\n    fn total(&self) -> u32 {\n        self.items()\n            // all of them\n\n            .sum()\n    }\n}\n",
			"FN:2,<shop::Shop as core::clone::Clone>::clone\nFN:8,shop::Shop::total\nFNDA:0,<shop::Shop as core::clone::Clone>::clone\nFNDA:1,shop::Shop::total\nDA:2,0\nDA:8,1\nDA:9,1\nDA:10,1\nDA:11,1\nDA:12,1\nDA:13,1\n",
		},
		{
			"comments inside of statements", "a.cs",
			"class A {\n    int F() {\n        return G(\n            // one\n            1);\n    }\n}\n",
			"FN:2,F\nFNDA:1,F\nDA:2,1\nDA:3,1\nDA:4,1\nDA:5,1\nDA:6,1\n",
		},
		{
			"a constructor that begins with what is given to a field", "a.cs",
			"class Cart\n{\n    int limit;\n    int x = 1;\n\n    public Cart()\n    {\n        F();\n    }\n}\n",
			"FN:3,System.Void Cart::.ctor()\nFNDA:1,System.Void Cart::.ctor()\nDA:4,1\nDA:6,1\nDA:7,1\nDA:8,1\nDA:9,1\n",
		},
		{
			"a head of many lines", "a.cs",
			"class A\n{\n    int F(\n" + strings.Repeat("        int n,\n", 20) + "        int last)\n    {\n        return last;\n    }\n\n    int G() => 1;\n}\n",
			"FN:24,System.Int32 A::F()\nFN:28,System.Int32 A::G()\nFNDA:1,System.Int32 A::F()\nFNDA:0,System.Int32 A::G()\nDA:25,1\nDA:26,1\nDA:27,1\nDA:29,0\n",
		},
		{
			"a body that opens below its head", "a.c",
			"#include <x.h>\n\nstatic int\nhelper(int a,\n       int b)\n{\n    return a +\n           b;\n}\n",
			"FN:6,helper\nFNDA:1,helper\nDA:6,1\nDA:7,1\nDA:8,1\nDA:9,1\n",
		},
		{
			"a function that a macro makes", "a.c",
			"#define DECLARE(name) \\\n    int name(int x) \\\n    { \\\n        return x; \\\n    }\n\nDECLARE(one)\n",
			"FN:3,one\nFNDA:1,one\nDA:3,1\nDA:4,1\nDA:5,1\n",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p, err := profile.Read("lcov.info", strings.NewReader("SF:"+tt.file+"\n"+tt.lcov+"end_of_record\n"), profile.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			file := p.Report.Files[0]
			if !origin.Fits(file, p.Format, &origin.Source{Name: tt.file, Content: tt.text}) {
				t.Error("it does not fit its text")
			}
			if origin.Fits(file, p.Format, &origin.Source{Name: tt.file, Content: "\n" + tt.text}) {
				t.Error("it fits the text with a line more on top")
			}
		})
	}
}

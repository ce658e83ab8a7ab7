package v8_test

import (
	"fmt"
	"testing"

	"github.com/covls/covls/internal/profiletest"
	"github.com/covls/covls/profile/v8"
)

// script is one of a text of nine code units.
func script(url, functions string) string {
	return fmt.Sprintf(`{"scriptId":"7","url":"%s","functions":[{"functionName":"","ranges":[{"startOffset":0,"endOffset":9,"count":1}],"isBlockCoverage":true}%s]}`, url, functions)
}

func node(scripts, more string) string {
	return `{"result":[` + scripts + `],"timestamp":1.5` + more + `}`
}

const whole = " script 9 [{{0 0} {0 9} true  1}]"

// withMap has a map of the script /w/d/a.js whose only line is from the only line of a source.
func withMap(source, content, mappings string) string {
	return node(script("file:///w/d/a.js", `,{"functionName":"f","ranges":[{"startOffset":4,"endOffset":9,"count":0}]}`),
		`,"source-map-cache":{"file:///w/d/a.js":{"lineLengths":[9],"data":{"version":3,"sources":["`+source+`"],`+content+`"mappings":"`+mappings+`"},"url":"a.js.map"}}`)
}

// twoLines has a map of a script of two lines, of which the second has a function from its third column on.
func twoLines(mappings string) string {
	return node(script("file:///w/d/a.js", `,{"functionName":"f","ranges":[{"startOffset":7,"endOffset":9,"count":0}]}`),
		`,"source-map-cache":{"file:///w/d/a.js":{"lineLengths":[4,4],"data":{"version":3,"sources":["a.ts"],"mappings":"`+mappings+`"}}}`)
}

// cases tell the name, lines, branches and functions of each file, or what its scripts have, or the error.
var cases = []profiletest.Case{
	{Name: "a process", Text: node(script("file:///w/a.js", `,{"functionName":"f","ranges":[{"startOffset":2,"endOffset":8,"count":3},{"startOffset":4,"endOffset":6,"count":0}],"isBlockCoverage":true}`), ""), Want: "/w/a.js [] nobranches nofuncs script 9 [{{0 0} {0 9} true  1} {{0 2} {0 8} true f 3} {{0 4} {0 6} false  0}]"},
	{Name: "what has no file", Text: node(script("node:fs", "")+","+script("", "")+","+script("evalmachine.<anonymous>", "")+","+script("https://x.org/a.js", "")+","+script("file:///w/node_modules/b/c.js", ""), ""), Want: ""},
	{Name: "names", Text: node(script("file:///w/a%20b.js?t=1", "")+","+script("file:///C:/w/a.js", ""), ""), Want: "/w/a b.js [] nobranches nofuncs" + whole + "; C:/w/a.js [] nobranches nofuncs" + whole},
	{Name: "paths", Text: node(script("/w/a.js", "")+","+script(`C:\\w\\a.js`, ""), ""), Want: "/w/a.js [] nobranches nofuncs" + whole + `; C:\w\a.js [] nobranches nofuncs` + whole},
	{Name: "a text that was loaded twice", Text: node(script("file:///w/a.js", "")+","+script("file:///w/a.js", ""), ""), Want: "/w/a.js [] nobranches nofuncs" + whole + whole},
	{Name: "nothing", Text: node("", ""), Want: ""},
	{Name: "fields of which no object was made", Text: node(script("file:///w/a.js", `,{"functionName":"<instance_members_initializer>","ranges":[{"startOffset":2,"endOffset":8,"count":0}]},{"functionName":"<static_initializer>","ranges":[{"startOffset":3,"endOffset":8,"count":1}]}`), ""), Want: "/w/a.js [] nobranches nofuncs script 9 [{{0 0} {0 9} true  1} {{0 2} {0 8} true  0} {{0 3} {0 8} true <static_initializer> 1}]"},
	{Name: "a part of a script", Text: node(`{"scriptId":"7","url":"file:///w/a.js","functions":[{"functionName":"f","ranges":[{"startOffset":2,"endOffset":8,"count":1}]}]}`, ""), Want: "line 0: scripts of which V8 does not tell the whole were passed over"},
	{Name: "backwards", Text: node(script("file:///w/a.js", `,{"functionName":"f","ranges":[{"startOffset":8,"endOffset":2,"count":1}]}`), ""), Want: "/w/a.js [] nobranches nofuncs" + whole + "; line 0: stretches that end before they begin were passed over"},
	{Name: "Deno", Text: script("file:///w/a.js", ""), Want: "/w/a.js [] nobranches nofuncs" + whole},
	{Name: "TypeScript of Deno", Text: script("file:///w/a.ts", ""), Want: "line 1: the counts are of what Deno makes of TypeScript, of which nobody else knows the lines: deno coverage --lcov tells them"},
	{Name: "a map with the text", Text: withMap("../src/a.ts", `"sourcesContent":["const x = 1\nlet f() {}\n"],`, "AACA,IAAK"), Want: "/w/src/a.ts of 2 lines [{1 4feb4981} {2 f3ee33e5}] [{1 1} {2 1}] nobranches f@{{2 6} {2 11}}=0"},
	{Name: "a map that begins behind the text", Text: withMap("../src/a.ts", "", "EAEC,GAAK"), Want: "/w/src/a.ts [] nobranches nofuncs script 0 [{{3 1} {3 2147483647} true  1} {{3 1} {3 2147483647} true f 0}]"},
	{Name: "a map without the text", Text: withMap("file:///w/src/a.ts", "", "AACA,IAAK"), Want: "/w/src/a.ts [] nobranches nofuncs script 0 [{{2 0} {2 2147483647} true  1} {{2 5} {2 2147483647} true f 0}]"},
	{Name: "a map of a package", Text: withMap("../node_modules/b/a.ts", "", "AACA,IAAK"), Want: ""},
	{Name: "sources that are no files", Text: withMap("https://x.org/a.ts", "", "AACA"), Want: ""},
	{Name: "a bundle", Text: withMap("webpack:///src/a.ts", "", "AAAA"), Want: "/src/a.ts [] nobranches nofuncs script 0 [{{1 0} {1 2147483647} true  1} {{1 0} {1 2147483647} true f 0}]"},
	{Name: "a function that a bundler added", Text: twoLines("AAAA;AAAA"), Want: "/w/d/a.ts [] nobranches nofuncs script 0 [{{1 0} {1 2147483647} true  1}]"},
	{Name: "a function of a map of lines", Text: twoLines("AAAA;AACA"), Want: "/w/d/a.ts [] nobranches nofuncs script 0 [{{1 0} {2 2147483647} true  1} {{2 0} {2 2147483647} true f 0}]"},
	{Name: "a function with a place of its own", Text: twoLines("AAAA;AAAA,EAAE"), Want: "/w/d/a.ts [] nobranches nofuncs script 0 [{{1 0} {1 2147483647} true  1} {{1 2} {1 2147483647} true f 0}]"},
	{Name: "mappings that are none", Text: withMap("../src/a.ts", "", "A?"), Want: "/w/d/a.js [] nobranches nofuncs script 9 [{{0 0} {0 9} true  1} {{0 4} {0 9} true f 0}]"},
	{Name: "a map of another text", Text: node(script("file:///w/a.js", ""), `,"source-map-cache":{"file:///w/a.js":{"lineLengths":[5],"data":{"sources":["a.ts"],"mappings":"AAAA"}}}`), Want: "line 0: scripts whose source map is of another text were passed over"},
	{Name: "no map", Text: node(script("file:///w/a.js", ""), `,"source-map-cache":{"file:///w/a.js":{"lineLengths":[9],"data":null,"url":null},"x":null}`), Want: "/w/a.js [] nobranches nofuncs" + whole},
	{Name: "files", Text: node(script("file:///a.js", "")+","+script("file:///b.js", "")+","+script("file:///c.js", ""), ""), Want: "more than 2 files (limits.files)"},
	{Name: "no members", Text: `{"timestamp":1}`, Want: "want result, or url and functions, as V8 writes them"},
	{Name: "no offset", Text: node(script("file:///w/a.js", `,{"functionName":"f","ranges":[{"startOffset":"x"}]}`), ""), Want: "line 1: want a number at /result/0/functions/1/ranges/0/startOffset, have a string"},
	{Name: "cut", Text: `{"result":[{"scriptId":"7","url":"file:///w/a.js","functions":[`, Want: "line 1: want more JSON: the file seems to be cut or still being written"},
}

func TestRead(t *testing.T) {
	t.Parallel()
	profiletest.Table(t, v8.Read, profiletest.Details, cases)
}

func TestSniff(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]bool{
		`{"result":[{"scriptId":"67","url":"file:///a.js","functions":[]}],"timestamp":1,"source-map-cache":{}}`: true,
		"{\n  \"result\": [\n    {\n      \"scriptId\": \"67\"":                                                  true,
		`{"result":[],"timestamp":12.5}`:                                                                         true,
		"{\n  \"scriptId\": \"60\",\n  \"url\": \"file:///a.js\"":                                                true,
		`{"result":[]}`:                                false,
		`{"result":[{"name":"x"}]}`:                    false,
		`{"scriptId":"67"}`:                            false,
		`[{"result":[{"scriptId":"67","url":""}]}]`:    false,
		`{"scriptId":{"path":"x"},"url":{"path":"y"}}`: false,
		"": false,
	} {
		if got := v8.Sniff([]byte(in)); got != want {
			t.Errorf("%s: %v", in, got)
		}
	}
}

func FuzzRead(f *testing.F) {
	profiletest.Fuzz(f, v8.Sniff, v8.Read, profiletest.Texts(cases))
}

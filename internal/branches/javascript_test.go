package branches_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/covls/covls/internal/profiletest"
)

// TestJavaScript is three branches of a package of npm, by c8.
func TestJavaScript(t *testing.T) {
	t.Parallel()
	tools := t.TempDir()
	cmd := exec.Command("npm", "install", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund", "--silent", "qs@6.13.0", "c8@10.1.3")
	cmd.Dir = tools
	if out, err := cmd.CombinedOutput(); err != nil {
		profiletest.Missing(t, "npm install: %v\n%s", err, out)
	}
	modules := filepath.Join(tools, "node_modules")
	check(t, project{
		name: "qs 6.13.0", profile: "coverage/lcov.info", lost: lostLCOV, files: true,
		fill: func(t *testing.T, dir string) {
			t.Helper()
			copyAll(t, filepath.Join(modules, "qs", "lib"), filepath.Join(dir, "lib"))
			write(t, dir, map[string]string{
				".gitignore": "node_modules\ncoverage\n*.xml\n", "package.json": `{"name": "qs", "main": "lib/index.js"}`,
				"test/all.js": `require('fs').readdirSync(__dirname).forEach(function (name) { require('./' + name); });`,
				"test/parse.js": `var assert = require('assert');
var qs = require('../lib');
assert.deepEqual(qs.parse('a=b&c[]=1&c[]=2&d[e]=f&g'), { a: 'b', c: ['1', '2'], d: { e: 'f' }, g: '' });
`,
				"test/charset.js": `var assert = require('assert');
var qs = require('../lib');
assert.equal(qs.parse('utf8=%26%2310003%3B&a=%A7', { charset: 'iso-8859-1', charsetSentinel: true }).a, '\u00a7');
`,
				"test/stringify.js": `var assert = require('assert');
var qs = require('../lib');
assert.equal(qs.stringify({ a: ['b', 'c'], d: { e: 'f g' } }, { format: 'RFC1738' }), 'a%5B0%5D=b&a%5B1%5D=c&d%5Be%5D=f+g');
`,
			})
		},
		run: func(t *testing.T, dir string) {
			t.Helper()
			if err := os.Symlink(modules, filepath.Join(dir, "node_modules")); err != nil && !errors.Is(err, os.ErrExist) {
				t.Fatal(err)
			}
			run(t, dir, "node", "node_modules/c8/bin/c8.js", "--reporter=lcov", "--all", "--src=lib", "--include=lib/**", "node", "test/all.js")
		},
		xml: func(t *testing.T, dir string) string {
			t.Helper()
			return cobertura(t, dir, lcov(t, filepath.Join(dir, "coverage", "lcov.info")))
		},
		branches: []branch{
			{
				name: "untested",
				edits: []edit{{file: "lib/utils.js", old: "    return [].concat(a, b);\n", text: `    if (a === b && isBuffer(a)) {
        var copy = [];
        copy.push(a);
        return copy;
    }
    return [].concat(a, b);
`}},
				code: 1, covered: 1, total: 4,
				gaps: []gap{{
					kind: "changed", file: "lib/utils.js", function: "combine",
					at: [][2]string{{"var copy = [];", "return copy;"}}, statements: 3, of: 4,
				}},
			},
			{
				name:  "deltest",
				edits: []edit{{file: "test/charset.js"}},
				code:  1,
				lost: []gap{
					{kind: "lost", file: "lib/parse.js", function: "parseQueryStringValues", at: [][2]string{{"function parseQueryStringValues", "{"}}, statements: 13, of: 54},
					{kind: "lost", file: "lib/utils.js", function: "decode", at: [][2]string{{"var decode = ", "{"}}, statements: 2, of: 9},
					{kind: "lost", file: "lib/utils.js", function: "isRegExp", at: [][2]string{{"var isRegExp = ", "{"}}, statements: 1, of: 3},
				},
			},
			{
				name: "move",
				edits: []edit{
					{file: "lib/utils.js", old: "var decode = " + decode, text: "var decode = require('./decode');\n"},
					{file: "lib/decode.js", text: "'use strict';\n\nmodule.exports = " + decode},
				},
				covered: 3, total: 3,
			},
		},
	})
}

const decode = `function (str, decoder, charset) {
    var strWithoutPlus = str.replace(/\+/g, ' ');
    if (charset === 'iso-8859-1') {
        // unescape never throws, no try...catch needed:
        return strWithoutPlus.replace(/%[0-9a-f]{2}/gi, unescape);
    }
    // utf-8
    try {
        return decodeURIComponent(strWithoutPlus);
    } catch (e) {
        return strWithoutPlus;
    }
};
`

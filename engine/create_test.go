package engine_test

import (
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/covls/covls/config"
	"github.com/covls/covls/diag"
	"github.com/covls/covls/engine"
	"github.com/covls/covls/project"
	"github.com/covls/covls/workspace"
)

// TestTestsFor finds the tests that speak of functions of several languages.
func TestTestsFor(t *testing.T) {
	t.Parallel()
	files := map[string]string{
		"go.mod":             "module e.com/m\n",
		"a.go":               "package m\n\ntype T struct{}\n\nfunc (T) Walk() {}\n\nfunc Walk() {}\n\nfunc Alone() {}\n",
		"a_test.go":          "package m\n\nimport \"testing\"\n\nfunc TestAll(t *testing.T) { T{}.Walk() }\n\nfunc BenchmarkT_Walk(b *testing.B) {\n\tT{}.Walk()\n}\n\nfunc helper() { Walk() }\n",
		"b_test.go":          "package m_test\n\nimport \"e.com/m\"\n\nfunc ExampleWalk() { m.Walk() }\n",
		"pyproject.toml":     "[tool.pytest.ini_options]\n",
		"shop.py":            "def total(items):\n    return 1\n\n\ndef alone():\n    return 2\n",
		"tests/test_shop.py": "from shop import total\n\n\ndef test_one():\n    assert total([]) == 1\n\n\ndef test_subtotal():\n    assert subtotal() == 1\n\n\nclass TestTotal:\n    def test_two(self):\n        total([1])\n        total([2])\n",
		"package.json":       `{"devDependencies": {"vitest": "1"}}`,
		"src/cart.ts":        "export function put(n: number) { return n; }\n",
		"src/cart.test.ts":   "import { put } from './cart';\n\ndescribe('cart', () => {\n  test('puts', () => {\n    put(1);\n    put(2);\n  });\n});\n",
		"src/lonely.ts":      "export function lonely() { return 1; }\n",
	}
	dir := folder(t, files)
	f := workspace.NewFolder(dir, "", config.Merge(), nil)
	f.Tree = project.NewTree()
	snap := &workspace.Snapshot{Folders: []*workspace.Folder{f}}
	for _, tt := range []struct{ file, at, want string }{
		{"a.go", "Walk() {}\n\nfunc Walk", "a_test.go:7 a_test.go:5 b_test.go:5"},
		{"a.go", "Walk() {}\n\nfunc Alone", "b_test.go:5"},
		{"a.go", "Alone", "a_test.go:1"},
		{"shop.py", "total", "tests/test_shop.py:4 tests/test_shop.py:13"},
		{"shop.py", "alone", "tests/test_shop.py:1"},
		{"src/cart.ts", "put", "src/cart.test.ts:4"},
		{"src/lonely.ts", "lonely", ""},
	} {
		path := filepath.Join(dir, filepath.FromSlash(tt.file))
		d := diag.Closed(path, files[tt.file])
		places, _, err := engine.TestsFor(snap, d, strings.Index(files[tt.file], tt.at))
		if err != nil {
			t.Errorf("%s %s: %v", tt.file, tt.at, err)
		}
		var got []string
		for _, p := range places {
			rel, _ := filepath.Rel(dir, p.Path)
			line, _ := p.Text.LineCol(p.At.Start)
			got = append(got, filepath.ToSlash(rel)+":"+strconv.Itoa(int(line)))
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%s %q: have %v, want %s", tt.file, tt.at, got, tt.want)
		}
	}
}

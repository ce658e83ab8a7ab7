package workspace

import (
	"path"
	"slices"
	"strings"

	"github.com/covls/covls/source"
)

// pairs finds the sources that have a file of tests to their name, of one folder: foo.ts with foo.test.ts beside it or
// in __tests__, pkg/foo.py with tests/test_foo.py, lib/a/foo.rb with spec/a/foo_spec.rb.
type pairs struct {
	sources map[string][]string // by their name without an extension
	tests   []string
}

func newPairs() *pairs { return &pairs{sources: map[string][]string{}} }

// source and test take in a path, slash-separated and relative to the folder. Go knows more of its tests than names.
func (p *pairs) source(name string) {
	if stem := stemOf(name); stem != "" {
		p.sources[stem] = append(p.sources[stem], name)
	}
}

func (p *pairs) test(name string) {
	if stemOf(name) != "" {
		p.tests = append(p.tests, name)
	}
}

// stemOf is a file's name without its extension; "" for Go's.
func stemOf(name string) string {
	ext := path.Ext(name)
	if ext == ".go" {
		return ""
	}
	return strings.TrimSuffix(path.Base(name), ext)
}

// tested are the sources, by their paths.
func (p *pairs) tested() map[string]bool {
	out := map[string]bool{}
	for _, test := range p.tests {
		stem, marked := testStem(stemOf(test))
		dir := path.Dir(test)
		root, below, apart := testFolder(dir)
		if !marked && !(apart && source.Family(test) == "javascript") {
			continue // conftest.py, vite.config.ts, tests/helper.py
		}
		var mirrored []string
		for _, of := range p.sources[stem] {
			at := path.Dir(of)
			switch {
			case source.Family(of) != source.Family(test):
			case at == dir, apart && below == "." && at == root:
				out[of] = true
			case apart && within(at, root) && (below == "." || at == below || strings.HasSuffix(at, "/"+below)):
				mirrored = append(mirrored, of)
			}
		}
		if len(mirrored) == 1 { // of several it is not known whose tests they are
			out[mirrored[0]] = true
		}
	}
	return out
}

// testStem is the name of what a file tests, and whether its own name says that it does.
func testStem(stem string) (of string, marked bool) {
	for _, affix := range []string{".test", ".spec", "_test", "_spec", "Tests", "Test", "Spec"} {
		if of, ok := strings.CutSuffix(stem, affix); ok && of != "" {
			return of, true
		}
	}
	if of, ok := strings.CutPrefix(stem, "test_"); ok && of != "" {
		return of, true
	}
	return stem, false
}

// testFolder takes the path of a folder apart at one of tests in it: what that lies in, and what is below it.
func testFolder(dir string) (root, below string, ok bool) {
	parts := strings.Split(dir, "/")
	i := slices.IndexFunc(parts, func(s string) bool {
		return s == "test" || s == "tests" || s == "__tests__" || s == "spec"
	})
	if i < 0 {
		return "", "", false
	}
	return path.Join(append([]string{"."}, parts[:i]...)...), path.Join(append([]string{"."}, parts[i+1:]...)...), true
}

// within reports whether a folder is another or lies in it.
func within(dir, root string) bool {
	return root == "." || dir == root || strings.HasPrefix(dir, root+"/")
}

package project

import (
	"path"
	"path/filepath"
	"regexp"
	"strings"
)

// Imports tell how a test gets at a source, both by their paths in a workspace folder: slash-separated and relative to that.
// Module is what a source of Python is imported by, as "shop.cart", "" where that is no name; of PHP it is the namespace of the test,
// "Shop\Tests", "" where composer.json does not tell. ESM tells that package.json says of
// files of JavaScript that they are modules. Helper is what a test of Ruby requires first, "spec_helper", or "../test_helper" relative to the
// test, as no runner but RSpec and Rails looks for it; "" for nothing.
func Imports(root, name, test string) (module string, esm bool, helper string) {
	switch languageOf(name) {
	case "python":
		return pythonModule(root, name), false, ""
	case "javascript", "typescript":
		for at, n := path.Dir(name), 0; n < maxAround; at, n = path.Dir(at), n+1 {
			dir := filepath.Join(root, filepath.FromSlash(at))
			if text := content(dir, "package.json"); text != "" {
				return "", esModules.MatchString(text), ""
			}
			if at == "." || at == "/" {
				break
			}
		}
	case "php":
		return phpNamespace(root, test), false, ""
	case "ruby":
		for at, n := path.Dir(test), 0; n < maxAround; at, n = path.Dir(at), n+1 {
			dir := filepath.Join(root, filepath.FromSlash(at))
			for _, h := range []string{"rails_helper", "spec_helper", "test_helper"} {
				if has(dir, h+".rb") {
					if h == "test_helper" {
						h = strings.Repeat("../", n) + h
					}
					return "", false, h
				}
			}
			if at == "." || at == "/" {
				break
			}
		}
	}
	return "", false, ""
}

var (
	esModules  = regexp.MustCompile(`"type"\s*:\s*"module"`)
	pythonName = regexp.MustCompile(`^[A-Za-z_]\w*$`)
)

// pythonModule is the name of a source below the folder that its outermost package lies in, below src, or below the root.
func pythonModule(root, name string) string {
	elems := strings.Split(strings.TrimSuffix(name, path.Ext(name)), "/")
	first := len(elems) - 1
	for first > 0 && has(filepath.Join(root, filepath.FromSlash(path.Join(elems[:first]...))), "__init__.py") {
		first--
	}
	if first == len(elems)-1 { // no package: a folder of modules, or a package without a file that says so
		first = 0
		for i, e := range elems {
			if e == "src" {
				first = i + 1
			}
		}
	}
	elems = elems[first:]
	if elems[len(elems)-1] == "__init__" {
		elems = elems[:len(elems)-1]
	}
	for _, e := range elems {
		if !pythonName.MatchString(e) {
			return ""
		}
	}
	return strings.Join(elems, ".")
}

package source

import (
	"path"
	"strings"
)

// IsTest reports whether a slash-separated path is that of a test by the conventions of its language,
// or of what only tests use.
func IsTest(name string) bool {
	dir, base := path.Split(name)
	ext := path.Ext(base)
	stem := strings.TrimSuffix(base, ext)
	switch ext {
	case ".go":
		return strings.HasSuffix(stem, "_test") || within(dir, "testdata")
	case ".py":
		return strings.HasPrefix(stem, "test_") || strings.HasSuffix(stem, "_test") || stem == "conftest" || within(dir, "tests", "test")
	case ".rb":
		return strings.HasSuffix(stem, "_spec") || strings.HasSuffix(stem, "_test") || within(dir, "spec", "test")
	case ".js", ".jsx", ".ts", ".tsx", ".mjs", ".cjs", ".mts", ".cts":
		return strings.HasSuffix(stem, ".test") || strings.HasSuffix(stem, ".spec") || strings.HasSuffix(stem, ".d") ||
			strings.HasSuffix(stem, ".config") || within(dir, "__tests__", "__mocks__", "test", "tests")
	case ".java", ".kt", ".scala", ".groovy":
		return strings.HasSuffix(stem, "Test") || strings.HasSuffix(stem, "Tests") || within(dir, "test")
	case ".php":
		return strings.HasSuffix(stem, "Test") || within(dir, "tests")
	case ".cs":
		return strings.HasSuffix(stem, "Test") || strings.HasSuffix(stem, "Tests")
	}
	return within(dir, "tests", "test")
}

// within reports whether a directory of a path has one of the names.
func within(dir string, names ...string) bool {
	for s := range strings.SplitSeq(dir, "/") {
		for _, n := range names {
			if s == n {
				return true
			}
		}
	}
	return false
}

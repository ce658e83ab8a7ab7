package source

import (
	"path/filepath"
	"strings"

	"github.com/covls/covls/source/outline"
)

// HasCode reports whether something of a text can run, so that a tool for coverage could have measured it: what only declares, as most
// headers do and files of types and interfaces, has none, nor has what consists of comments. It is true where nobody knows.
func HasCode(name, text string) bool {
	language := LanguageOf(name)
	if language == "go" {
		p := parseGo(name, text)
		return len(p.Funcs) > 0 || p.Err != nil
	}
	o, ok := outline.Of(language, text)
	if !ok || o.Broken >= 0 {
		return true
	}
	if language == "typescript" {
		return !o.OnlyTypes()
	}
	if len(o.Funcs) > 0 {
		return true
	}
	switch language {
	case "c", "cpp":
		return !IsHeader(name) && !o.Empty()
	case "rust":
		return false // constants and types are no code of any tool
	case "java", "csharp":
		return o.Has("class", "enum", "record", "struct", "=") // which have constructors, or what makes their fields
	}
	return !o.Empty()
}

// IsHeader reports whether a file is one that others of C and C++ include, by its name.
func IsHeader(name string) bool {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".h", ".hh", ".hpp", ".hxx", ".h++", ".ipp", ".inl":
		return true
	}
	return false
}

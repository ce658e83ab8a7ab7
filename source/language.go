package source

import (
	"path/filepath"
	"strings"

	"github.com/covls/covls/source/outline"
)

// LanguageOf returns the id by which editors know the language of a file, by its extension: "go",
// "typescriptreact". It is "" where the extension says nothing.
func LanguageOf(name string) string {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".go":
		return "go"
	case ".py", ".pyw", ".pyi":
		return "python"
	case ".js", ".mjs", ".cjs":
		return "javascript"
	case ".jsx":
		return "javascriptreact"
	case ".ts", ".mts", ".cts":
		return "typescript"
	case ".tsx":
		return "typescriptreact"
	case ".vue":
		return "vue"
	case ".svelte":
		return "svelte"
	case ".java":
		return "java"
	case ".kt", ".kts":
		return "kotlin"
	case ".scala", ".sc":
		return "scala"
	case ".groovy":
		return "groovy"
	case ".clj", ".cljs", ".cljc":
		return "clojure"
	case ".rb", ".rake":
		return "ruby"
	case ".php":
		return "php"
	case ".rs":
		return "rust"
	case ".c", ".h":
		return "c"
	case ".cc", ".cpp", ".cxx", ".c++", ".cppm", ".ixx", ".hh", ".hpp", ".hxx", ".h++", ".ipp", ".inl", ".tpp", ".txx", ".tcc":
		return "cpp"
	case ".m":
		return "objective-c"
	case ".mm":
		return "objective-cpp"
	case ".cs":
		return "csharp"
	case ".fs", ".fsx":
		return "fsharp"
	case ".vb":
		return "vb"
	case ".swift":
		return "swift"
	case ".dart":
		return "dart"
	case ".lua":
		return "lua"
	case ".pl", ".pm":
		return "perl"
	case ".r":
		return "r"
	case ".jl":
		return "julia"
	case ".ex", ".exs":
		return "elixir"
	case ".erl", ".hrl":
		return "erlang"
	case ".hs":
		return "haskell"
	case ".zig":
		return "zig"
	case ".sh", ".bash":
		return "shellscript"
	case ".ps1", ".psm1":
		return "powershell"
	case ".coffee":
		return "coffeescript"
	}
	return ""
}

// Family is the language, by its id, that stands for all whose code one run of tests measures together with that of a file, which its name
// tells: "javascript" for TypeScript and Vue, "java" for Kotlin, "c" for C++. It is that of the file itself where it has no kin, and
// "" where nobody knows the language.
func Family(name string) string {
	switch l := LanguageOf(name); l {
	case "javascriptreact", "typescript", "typescriptreact", "vue", "svelte", "coffeescript":
		return "javascript"
	case "kotlin", "scala", "groovy", "clojure":
		return "java"
	case "fsharp", "vb":
		return "csharp"
	case "cpp", "objective-c", "objective-cpp", "swift":
		return "c"
	case "erlang":
		return "elixir"
	default:
		return l
	}
}

// IsScript reports whether a file is of a kind that is run as it is, beside the code of its language that is built and measured: x.kts, x.exs.
func IsScript(name string) bool {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".kts", ".sc", ".fsx", ".exs":
		return true
	}
	return false
}

// languageIn is LanguageOf of a file whose text is at hand: that tells whether a header is of C or of C++.
func languageIn(name, src string) string {
	if strings.EqualFold(filepath.Ext(name), ".h") {
		return outline.Header(src)
	}
	return LanguageOf(name)
}

// languageNames are the names of languages by the ids that differ from them in more than their first letter. It is never written.
var languageNames = map[string]string{
	"c": "C", "cpp": "C++", "csharp": "C#", "fsharp": "F#", "vb": "Visual Basic", "javascript": "JavaScript", "javascriptreact": "JavaScript", "typescript": "TypeScript",
	"typescriptreact": "TypeScript", "objective-c": "Objective-C", "objective-cpp": "Objective-C++", "php": "PHP", "shellscript": "shell scripts", "powershell": "PowerShell",
	"coffeescript": "CoffeeScript", "r": "R",
}

// LanguageName is what people call the language of a file, by its extension; "" where that says nothing.
func LanguageName(name string) string {
	id := LanguageOf(name)
	if known := languageNames[id]; known != "" || id == "" {
		return known
	}
	return strings.ToUpper(id[:1]) + id[1:]
}

// Visible is what people call a function that others can name in the language of a file: "exported" or "public".
func Visible(name string) string {
	switch LanguageOf(name) {
	case "go", "javascript", "javascriptreact", "typescript", "typescriptreact":
		return "exported"
	}
	return "public"
}

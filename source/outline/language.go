package outline

// language is how the functions of a language are found.
type language struct {
	lexicon *lexicon
	// find adds the functions of a text to those that were found.
	find func(s *scanned)
}

// languages are by the ids that editors know them by.
var languages = map[string]*language{
	"c":               c,
	"cpp":             cpp,
	"csharp":          csharp,
	"dart":            dart,
	"elixir":          elixir,
	"java":            java,
	"javascript":      javaScript,
	"javascriptreact": javaScript,
	"kotlin":          kotlin,
	"lua":             lua,
	"perl":            perl,
	"php":             php,
	"python":          python,
	"ruby":            ruby,
	"rust":            rust,
	"scala":           scala,
	"shellscript":     shell,
	"swift":           swift,
	"typescript":      javaScript,
	"typescriptreact": javaScript,
}

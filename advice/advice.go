// Package advice knows what would help to test a function: who calls it, what it is to be replaced by, and which test of a
// function like it is a model. It goes by the texts of the function's folder and by names in them, and says nothing where a
// name may mean something else.
package advice

import (
	"cmp"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"github.com/covls/covls/coverage"
)

// Text is a source of the folder.
type Text struct {
	// Name is the file's own, without its folder.
	Name string
	Text string
	// Test tells that it is one of tests.
	Test bool
}

// Folder is what is known of a folder.
type Folder struct {
	// Texts are its sources of the language. Complete tells that they are all there are.
	Texts    []Text
	Complete bool
	// Tested says of a function that begins on a 1-based line of a file whether a test reaches it; known is false where nobody
	// knows. Nil knows of none.
	Tested func(file string, line uint32) (tested, known bool)
}

// Advice is what is known of a function. The zero Advice is nothing.
type Advice struct {
	// Caller is a function that names it: the nearest of those that a test reaches, else of all; "" for none that is known. Calls
	// tells that it calls it there, Tested whether a test reaches the caller, Known whether anybody knows.
	Caller string
	Calls  bool
	Tested bool
	Known  bool
	// Unused tells that nothing in the package mentions it, its tests among them.
	Unused bool
	// Deprecated is what its comment says of that: "use GenBashCompletionFileV2"; "." where it says no more, "" where it is not
	// deprecated.
	Deprecated string
	// Model is a test to go by; nil for none.
	Model *Model
}

// Model is a test of a function that is like another.
type Model struct {
	// Function is the one that is like it, Test what tests that, on the 1-based line of a file of the folder.
	Function, Test string
	File           string
	Line           int
}

// Of says what is known of a function of one of the texts, by its file, its name, and its type without a star; "" for none.
func Of(in Folder, file string, f *coverage.Func) Advice {
	i := slices.IndexFunc(in.Texts, func(t Text) bool { return t.Name == file })
	if i < 0 {
		return Advice{}
	}
	if filepath.Ext(file) == ".go" {
		return ofGo(in, i, f)
	}
	return ofOutlined(in, i, f)
}

// maxDeprecated bounds the length in bytes of what is said of a deprecation.
const maxDeprecated = 100

// replaced is what a comment says behind the word that deprecates, in one sentence.
func replaced(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	for i := 0; i+1 < len(text); i++ {
		if text[i] == '.' && text[i+1] == ' ' {
			text = text[:i]
			break
		}
	}
	text = strings.TrimRight(text, " .")
	if len(text) > maxDeprecated {
		text = strings.ToValidUTF8(text[:maxDeprecated], "")
		if i := strings.LastIndexByte(text, ' '); i > 0 {
			text = text[:i]
		}
		text += " …"
	}
	if rest, ok := strings.CutPrefix(text, "Use "); ok {
		text = "use " + rest
	}
	return cmp.Or(text, ".")
}

// words takes a name apart: "GenFishCompletionFile" is gen, fish, completion and file.
func words(name string) (out []string) {
	start := 0
	runes := []rune(name)
	cut := func(end int) {
		if end > start {
			out = append(out, strings.ToLower(string(runes[start:end])))
		}
		start = end
	}
	for i, r := range runes {
		switch {
		case r == '_' || r == '-' || r == '.':
			cut(i)
			start = i + 1
		case unicode.IsUpper(r) && i > 0 && (!unicode.IsUpper(runes[i-1]) || i+1 < len(runes) && unicode.IsLower(runes[i+1])):
			cut(i)
		}
	}
	cut(len(runes))
	return out
}

// alike is how much two names have in common, from 0 to 1: twice the words of both, of all (Dice 1945).
func alike(a, b string) float64 {
	in, of := words(a), words(b)
	if len(in) == 0 || len(of) == 0 {
		return 0
	}
	both := 0
	left := slices.Clone(of)
	for _, w := range in {
		if i := slices.Index(left, w); i >= 0 {
			left = slices.Delete(left, i, i+1)
			both++
		}
	}
	return 2 * float64(both) / float64(len(in)+len(of))
}

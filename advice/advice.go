// Package advice knows what would help to test a function: who calls it, and which test of a function like it is a model. It goes by the texts of the function's folder and by names in them, and says nothing where a
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
	// Tests are tests that lie elsewhere, of another language than Go. Their names are paths for people.
	Tests []Text
	// Tested says of a function that begins on a 1-based line of a file whether a test reaches it; known is false where nobody
	// knows. Nil knows of none.
	Tested func(file string, line uint32) (tested, known bool)

	golang   *goFolder
	outlines map[int]*outlined // of Texts by their indexes, nil for one that can't be read
}

// Advice is what is known of a function. The zero Advice is nothing.
type Advice struct {
	// Callers are functions that name it, at most a few: those first that a test reaches and that are nearest.
	Callers []Caller
	// Model is a test to go by; nil for none.
	Model *Model
}

// Caller is a function that names another.
type Caller struct {
	Name string
	// Calls tells that it calls it there, Tested whether a test reaches the caller, Known whether anybody knows.
	Calls, Tested, Known bool

	far float64
}

// mostCallers is how many are told.
const mostCallers = 3

// nearest are the callers to be told.
func nearest(all []Caller) []Caller {
	slices.SortStableFunc(all, func(x, y Caller) int {
		return cmp.Or(-cmp.Compare(rank(x.Tested), rank(y.Tested)), -cmp.Compare(rank(x.Calls), rank(y.Calls)), cmp.Compare(x.far, y.far), cmp.Compare(x.Name, y.Name))
	})
	all = slices.CompactFunc(all, func(x, y Caller) bool { return x.Name == y.Name })
	return all[:min(len(all), mostCallers)]
}

// Model is a test of a function that is like another.
type Model struct {
	// Function is the one that is like it, Test what tests that, on the 1-based line of a file of the folder.
	Function, Test string
	File           string
	Line           int
}

// Of says what is known of a function of one of the texts. What was found out about the folder is kept for the next; it is not safe
// for concurrent use.
func (in *Folder) Of(file string, f *coverage.Func) Advice {
	i := slices.IndexFunc(in.Texts, func(t Text) bool { return t.Name == file })
	if i < 0 {
		return Advice{}
	}
	if filepath.Ext(file) == ".go" {
		return in.ofGo(i, f)
	}
	return in.ofOutlined(i, f)
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

package source

import (
	"fmt"
	"unicode/utf8"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/source/outline"
	"github.com/covls/covls/text"
)

// loading are the languages in which the head of a function runs when the text is loaded, and its body when it is called.
var loading = map[string]bool{"python": true, "ruby": true}

// values are the languages in which what a function is assigned to is its name.
var values = map[string]bool{"javascript": true, "javascriptreact": true, "typescript": true, "typescriptreact": true}

// mostDeep is in how many functions one may stand: each is counted and compared with all that is in it.
const mostDeep = 20

// parseOutline finds the functions of a text of any language that package outline reads.
func parseOutline(language, src string) (parsed *Parsed, ok bool) {
	o, ok := outline.Of(language, src)
	if !ok {
		return nil, false
	}
	parsed = &Parsed{Tests: o.Tests()}
	t := text.New(src)
	at := func(offset int) (p coverage.Point) {
		p.Line, p.Col = t.LineCol(offset)
		return p
	}
	if o.Broken >= 0 {
		p := at(o.Broken)
		parsed.Err = fmt.Errorf("%d:%d: syntax error", p.Line, p.Col)
	}
	depth := make([]int, len(o.Funcs))    // how many functions each stands in
	listed := make([]int32, len(o.Funcs)) // which of parsed.Funcs each is, from 1 on
	for i := range o.Funcs {
		f := &o.Funcs[i]
		if f.Outer >= 0 {
			depth[i] = depth[f.Outer] + 1
		}
		// What has no name of its own is looked into.
		if depth[i] > mostDeep || f.Name == "" || f.Value && !values[language] || f.Called || f.Handed && src[f.NameStart:f.NameEnd] != f.Name {
			continue
		}
		start := min(f.Start, f.NameStart) // of what it is assigned to
		fn := coverage.Func{
			Name: f.Name, Receiver: f.Class,
			Span:     coverage.Span{Start: at(start), End: at(f.End)},
			NameSpan: coverage.Span{Start: at(f.NameStart), End: at(f.NameEnd)},
			Hash:     Fingerprint(src[start:f.End]),
		}
		if language == "ruby" && f.Class != "" && !f.Static {
			fn.Receiver += "#"
		}
		if loading[language] {
			fn.Body = at(f.Body)
		}
		parsed.Funcs = append(parsed.Funcs, fn)
		listed[i] = int32(len(parsed.Funcs))
	}
	parsed.tell(t, o, listed)
	return parsed, true
}

// maxName bounds the length in bytes of a function's name, and of what it is said to be in: a name of many functions
// is kept with each of them.
const maxName = 250

// clipped is a name that is no longer than maxName.
func clipped(name string) string {
	if len(name) <= maxName {
		return name
	}
	end := maxName - len("…")
	for end > 0 && !utf8.RuneStart(name[end]) {
		end--
	}
	return name[:end] + "…"
}

// Parses reports whether covls can read the functions of a language, by the extension of a file's name.
func Parses(name string) bool {
	language := LanguageOf(name)
	return language == "go" || outline.Known(language)
}

package source

import (
	"fmt"
	"path/filepath"
	"unicode/utf8"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/source/outline"
	"github.com/covls/covls/text"
)

// loading are the languages in which the head of a function runs when the text is loaded, and its body when it is called.
var loading = map[string]bool{"python": true, "ruby": true}

// values are the languages in which what a function is assigned to is its name.
var values = map[string]bool{"javascript": true, "javascriptreact": true, "typescript": true, "typescriptreact": true, "lua": true}

// mostDeep is in how many functions one may stand: each is counted and compared with all that is in it.
const mostDeep = 20

// parseOutline finds the functions of a text of any language that package outline reads.
func parseOutline(language, src string) (parsed *Parsed, ok bool) {
	parsed, o, t, listed := functionsOf(language, src)
	if parsed == nil {
		return nil, false
	}
	parsed.Tests, parsed.Uses = o.Tests(), o.Uses()
	parsed.tell(language, t, o, listed)
	return parsed, true
}

// Functions is Parse for somebody who wants to know no more than where functions are, and what they are called.
func Functions(name, text string) (parsed *Parsed, ok bool) {
	if filepath.Ext(name) == ".go" {
		return parseGo(name, text), true
	}
	parsed, _, _, _ = functionsOf(languageIn(name, text), text)
	return parsed, parsed != nil
}

// functionsOf finds the functions of a text, and tells which of them each of its outline is, from 1 on. It is nil where nobody knows the language.
func functionsOf(language, src string) (parsed *Parsed, o *outline.Outline, t *text.Text, listed []int32) {
	o, ok := outlineOf(language, src)
	if !ok {
		return nil, nil, nil, nil
	}
	parsed = &Parsed{}
	m := &maker{language: language, o: o, t: text.New(src), names: newNaming(language, o)}
	if o.Broken >= 0 {
		p := m.at(o.Broken)
		parsed.Err = fmt.Errorf("%d:%d: syntax error", p.Line, p.Col)
	}
	listed = make([]int32, len(o.Funcs))
	m.each(false, func(k int) {
		parsed.Funcs = append(parsed.Funcs, m.fn(k))
		listed[k] = int32(len(parsed.Funcs))
	})
	return parsed, o, m.t, listed
}

// maker makes functions of those of an outline.
type maker struct {
	language string
	o        *outline.Outline
	t        *text.Text
	names    *naming
}

func (m *maker) at(offset int) (p coverage.Point) {
	p.Line, p.Col = m.t.LineCol(offset)
	return p
}

// each calls take for the functions that people have names for, by their index. Those that have no name but what they are
// handed to are among them if handed.
func (m *maker) each(handed bool, take func(k int)) {
	depth := make([]int, len(m.o.Funcs)) // how many functions each stands in
	for k := range m.o.Funcs {
		f := &m.o.Funcs[k]
		if f.Outer >= 0 {
			depth[k] = depth[f.Outer] + 1
		}
		// What has no name of its own is looked into.
		if depth[k] > mostDeep || f.Name == "" || f.Value && !values[m.language] || f.Called || f.Handed && !handed && m.t.String()[f.NameStart:f.NameEnd] != f.Name {
			continue
		}
		take(k)
	}
}

// fn is a function of the outline.
func (m *maker) fn(k int) coverage.Func {
	f := &m.o.Funcs[k]
	start := min(f.Start, f.NameStart) // of what it is assigned to
	receiver, name, types := m.names.of(f)
	fn := coverage.Func{
		Name: name + types, Receiver: receiver,
		Span:     coverage.Span{Start: m.at(start), End: m.at(f.End)},
		NameSpan: coverage.Span{Start: m.at(f.NameStart), End: m.at(f.NameEnd)},
		Hash:     Fingerprint(m.t.String()[start:f.End]),
	}
	if loading[m.language] {
		fn.Body = m.at(f.Body)
	}
	return fn
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

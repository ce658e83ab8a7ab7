package advice

import (
	"slices"
	"sort"
	"strings"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/source"
	"github.com/covls/covls/source/outline"
	"github.com/covls/covls/text"
)

// outline reads a text; nil where nothing is known of it.
func (in *Folder) outline(i int) *outlined {
	o, known := in.outlines[i]
	if known {
		return o
	}
	t := &in.Texts[i]
	if parsed, ok := source.Parse(t.Name, t.Text); ok && parsed.Err == nil {
		language := source.LanguageOf(t.Name)
		o = &outlined{language: language, text: t.Text, tokens: outline.Tokens(language, t.Text), funcs: parsed.Funcs, at: text.New(t.Text)}
	}
	if in.outlines == nil {
		in.outlines = map[int]*outlined{}
	}
	in.outlines[i] = o
	return o
}

// ofOutlined is Of for the other languages, by the tokens of the texts.
func (in *Folder) ofOutlined(own int, f *coverage.Func) (a Advice) {
	o := in.outline(own)
	if o == nil || f.Literal {
		return a
	}
	target := -1
	for i := range o.funcs {
		if g := &o.funcs[i]; bare(g.Name) == bare(f.Name) && g.Receiver == f.Receiver {
			if target >= 0 {
				return a // which of them is called a name does not say
			}
			target = i
		}
	}
	if target < 0 {
		return a
	}
	o.callers(&a, in, in.Texts[own].Name, target)
	a.Model = in.model(own, o, target)
	return a
}

// leastName is the length of the shortest name of a function that the name of a test is taken to speak of.
const leastName = 4

// model finds, of the functions of a text that are tested and called like another, one that a test is called after.
func (in *Folder) model(own int, o *outlined, target int) *Model {
	if in.Tested == nil {
		return nil
	}
	f := &o.funcs[target]
	if len(words(bare(f.Name))) == 0 {
		return nil
	}
	var best *Model
	score := alikeByName
	for i := range o.funcs {
		g := &o.funcs[i]
		s := alike(bare(g.Name), bare(f.Name))
		if g.Receiver == f.Receiver {
			s += .3
		}
		if i == target || bare(g.Name) == bare(f.Name) || alike(bare(g.Name), bare(f.Name)) < alikeByShape || s < score || words(bare(g.Name))[0] != words(bare(f.Name))[0] {
			continue
		}
		if tested, known := in.Tested(in.Texts[own].Name, g.Span.Start.Line); !tested || !known {
			continue
		}
		if m := in.calledAfter(o.language, bare(g.Name)); m != nil && (best == nil || s > score) {
			m.Function, best, score = g.String(), m, s
		}
	}
	return best
}

// calledAfter is the first test of a language that names a function and is called after it; nil for none.
func (in *Folder) calledAfter(language, name string) *Model {
	fold := func(s string) string { return strings.Join(words(s), "_") }
	want := fold(name)
	if len(want) < leastName {
		return nil
	}
	find := func(t *Text) *Model {
		if !strings.Contains(strings.ToLower(strings.ReplaceAll(t.Text, "_", "")), strings.ReplaceAll(want, "_", "")) {
			return nil
		}
		if source.LanguageOf(t.Name) != language {
			return nil
		}
		parsed, ok := source.Parse(t.Name, t.Text)
		if !ok || parsed.Err != nil {
			return nil
		}
		at, tokens := text.New(t.Text), outline.Tokens(language, t.Text)
		names := func(s coverage.Span) bool {
			from, to := at.At(s.Start.Line, s.Start.Col), at.At(s.End.Line, s.End.Col)
			return slices.ContainsFunc(tokens, func(k outline.Token) bool { return from <= k.Start && k.End <= to && t.Text[k.Start:k.End] == name })
		}
		for i := range parsed.Funcs {
			f := &parsed.Funcs[i]
			have := fold(bare(f.Name))
			if rest, is := strings.CutPrefix(have, "test_"); is && (rest == want || strings.HasPrefix(rest, want+"_")) && names(f.Span) {
				return &Model{Test: bare(f.Name), File: t.Name, Line: int(f.NameSpan.Start.Line)}
			}
		}
		return nil
	}
	for i := range in.Tests {
		if m := find(&in.Tests[i]); m != nil {
			return m
		}
	}
	for i := range in.Texts {
		if in.Texts[i].Test {
			if m := find(&in.Texts[i]); m != nil {
				return m
			}
		}
	}
	return nil
}

// bare is a name without the types of its parameters.
func bare(name string) string {
	if i := strings.IndexByte(name, '('); i > 0 {
		return name[:i]
	}
	return name
}

// outlined is a text by its tokens.
type outlined struct {
	language, text string
	tokens         []outline.Token
	funcs          []coverage.Func
	at             *text.Text
}

// token is the text of one; "" beyond the first and the last.
func (o *outlined) token(i int) string {
	if i < 0 || i >= len(o.tokens) {
		return ""
	}
	return o.text[o.tokens[i].Start:o.tokens[i].End]
}

// selfs are how a method calls others of its own: what stands before the name.
var selfs = map[string]bool{"self .": true, "this .": true, "this ->": true, "$this ->": true, "self ::": true, "Self ::": true, "static ::": true, "$self ->": true}

// implicit are the languages in which a method may call others of its own by their name alone.
var implicit = []string{"java", "csharp", "kotlin", "swift", "cpp", "dart", "scala", "ruby"}

// declaring are words before a name that is no call.
var declaring = []string{"function", "def", "fn", "fun", "func", "sub", "new", "class", "struct", "*", "async", "get", "set", "static", "void", "int"}

// callers finds who calls a function by a name that nothing else in the text has.
func (o *outlined) callers(a *Advice, in *Folder, file string, target int) {
	f := &o.funcs[target]
	name := bare(f.Name)
	for i := range o.funcs {
		if i != target && bare(o.funcs[i].Name) == name {
			return
		}
	}
	var all []Caller
	for i := range o.tokens {
		if o.token(i) != name {
			continue
		}
		before, next := o.token(i-1), o.token(i+1)
		if next == "=" || next == ":=" {
			return // something else has that name, too
		}
		if next != "(" || slices.Contains(declaring, before) {
			continue
		}
		around := o.around(o.tokens[i].Start)
		if around < 0 || around == target || o.within(o.tokens[i].Start, f.NameSpan) {
			continue
		}
		by := &o.funcs[around]
		member := before == "." || before == "->" || before == "::" || before == "?." || before == "&."
		switch {
		case member && f.Receiver != "" && by.Receiver == f.Receiver && selfs[o.token(i-2)+" "+before]:
		case !member && f.Receiver == "":
		case !member && by.Receiver == f.Receiver && slices.Contains(implicit, o.language):
		default:
			continue
		}
		c := Caller{Name: by.String(), Calls: true, far: 1 - alike(bare(by.Name), name)}
		if in.Tested != nil {
			c.Tested, c.Known = in.Tested(file, by.Span.Start.Line)
		}
		all = append(all, c)
	}
	a.Callers = nearest(all)
}

// around is the innermost function around a byte; -1 for none.
func (o *outlined) around(offset int) int {
	line, col := o.at.LineCol(offset)
	p := coverage.Point{Line: line, Col: col}
	i := sort.Search(len(o.funcs), func(i int) bool { return o.funcs[i].Span.Start.Compare(p) > 0 }) - 1
	for ; i >= 0; i-- {
		if o.funcs[i].Span.Contains(p) {
			return i
		}
	}
	return -1
}

func (o *outlined) within(offset int, s coverage.Span) bool {
	line, col := o.at.LineCol(offset)
	return s.Contains(coverage.Point{Line: line, Col: col})
}

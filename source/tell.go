package source

import (
	"slices"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/source/outline"
	"github.com/covls/covls/text"
)

// Tell adds what a text says to what is known of it, where its functions are those that a profile names. The text is the one that
// Locate has found them in.
func (p *Parsed) Tell(name, src string) {
	language := languageIn(name, src)
	p.Generated, p.Doc = IsGenerated(name, src), headDoc(language, src)
	o := p.outlined
	p.outlined = nil
	if o == nil {
		var ok bool
		if o, ok = outlineOf(language, src); !ok {
			return
		}
	}
	p.Tests, p.Uses = o.Tests(), o.Uses()
	t := text.New(src)
	p.tell(language, t, o, p.listed(t, o))
}

// listed finds for each function of an outline which of Funcs it is, from 1 on: the one on its line that has its name, or the only
// one there. 0 is for those that are none.
func (p *Parsed) listed(t *text.Text, o *outline.Outline) []int32 {
	lines := map[uint32][]int{} // of Funcs
	for i := range p.Funcs {
		line := p.Funcs[i].Span.Start.Line
		if len(lines[line]) <= mostDeep {
			lines[line] = append(lines[line], i)
		}
	}
	out := make([]int32, len(o.Funcs))
	taken := make([]bool, len(p.Funcs))
	outlined := map[uint32]int{} // how many functions of the outline begin on a line
	line := func(f *outline.Func) uint32 {
		n, _ := t.LineCol(min(f.Start, f.NameStart))
		if len(lines[n]) == 0 {
			n, _ = t.LineCol(f.Marked)
		}
		return n
	}
	for i := range o.Funcs {
		outlined[line(&o.Funcs[i])]++
	}
	for _, named := range []bool{true, false} {
		for i := range o.Funcs {
			f := &o.Funcs[i]
			at := line(f)
			if out[i] > 0 || !named && (len(lines[at]) != 1 || outlined[at] != 1) {
				continue
			}
			for _, k := range lines[at] {
				if !taken[k] && (!named || p.Funcs[k].Name == f.Name || f.Name != "" && sameName(&p.Funcs[k], f)) {
					out[i], taken[k] = int32(k)+1, true
					break
				}
			}
		}
	}
	return out
}

// outlineKinds are the kinds of code by what package outline calls them. It is never written.
var outlineKinds = [...]Kind{
	outline.Plain: Ordinary, outline.ErrorReturn: ErrorReturn, outline.Panic: Panic, outline.Default: Default, outline.Main: Main, outline.Test: TestHelper, outline.Accessor: Accessor,
}

// tell takes the facts of an outline. Listed has for each of its functions which of Funcs it is, from 1 on; what stands in one that is
// none counts to the one around it.
func (p *Parsed) tell(language string, t *text.Text, o *outline.Outline, listed []int32) {
	known := o.Facts()
	if known == nil {
		return
	}
	at := func(offset int) (point coverage.Point) {
		point.Line, point.Col = t.LineCol(offset)
		return point
	}
	p.Facts = make([]Facts, len(p.Funcs))
	owner := make([]int32, len(o.Funcs)) // which of Funcs the code of each belongs to, from 1 on
	marks := mayDeprecate(t.String())
	alone := aloneIn(language, t.String(), o, known.Public)
	test := 0 // the end of the stretch for tests that was entered last
	tests := known.Stretches
	for i := range o.Funcs {
		f := &o.Funcs[i]
		if owner[i] = listed[i]; owner[i] == 0 && f.Outer >= 0 {
			owner[i] = owner[f.Outer]
		}
		for len(tests) > 0 && tests[0].Start <= f.Start {
			if tests[0].Kind == outline.Test {
				test = max(test, tests[0].End)
			}
			tests = tests[1:]
		}
		if owner[i] == 0 {
			continue
		}
		facts := &p.Facts[owner[i]-1]
		if listed[i] == 0 {
			facts.Complexity += known.Ways[i] - 1
			continue
		}
		facts.Complexity += known.Ways[i]
		facts.Exported = known.Public[i]
		facts.Kind = outlineKinds[known.Whole[i]]
		facts.Alone = alone[i]
		if marks {
			facts.Deprecated = deprecatedIn(o, t.String(), f)
		}
		if f.Start < test {
			facts.Kind = TestHelper
		}
	}
	p.Calls = callsOf(o, t.String(), owner)
	for i := range p.Facts {
		if broken := o.Broken; broken >= 0 && p.Funcs[i].Span.Contains(at(broken)) {
			p.Facts[i].Complexity = 0
		}
	}
	for _, l := range known.Stretches {
		p.Labels = append(p.Labels, Label{coverage.Span{Start: at(l.Start), End: at(l.End)}, outlineKinds[l.Kind]})
	}
	p.Labels = slices.Clip(p.Labels)
	p.nest()
}

// Tells reports whether covls can tell code of a kind in the language of a file, by its name. What others or programs have written,
// and what is there for tests, is told by files.
func Tells(name string, k Kind) bool {
	switch k {
	case Ordinary, Generated, Vendored, TestHelper:
		return true
	}
	language := LanguageOf(name)
	if language == "go" {
		return true
	}
	for is, of := range outlineKinds {
		if of == k && outline.Tells(language, outline.Kind(is)) {
			return true
		}
	}
	return false
}

// Untold is what errors are returned by in the language of a file that covls takes for no error, in words: "false"; "" where there is
// nothing of the kind, or where covls can't tell error returns at all.
func Untold(name string) string {
	if !Tells(name, ErrorReturn) {
		return ""
	}
	return outline.Untold(LanguageOf(name))
}

// Fuzzes reports whether the text has what a fuzzer calls.
func (p *Parsed) Fuzzes() bool { return p.Tests == outline.Fuzzes }

package advice

import (
	"cmp"
	"regexp"
	"slices"
	"sort"
	"strings"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/source"
	"github.com/covls/covls/source/outline"
	"github.com/covls/covls/text"
)

// ofOutlined is Of for the other languages, by the tokens of the function's own text.
func ofOutlined(in Folder, own int, f *coverage.Func) Advice {
	t := &in.Texts[own]
	language := source.LanguageOf(t.Name)
	parsed, ok := source.Parse(t.Name, t.Text)
	if !ok || parsed.Err != nil || f.Literal {
		return Advice{}
	}
	at := text.New(t.Text)
	target := -1
	for i := range parsed.Funcs {
		if g := &parsed.Funcs[i]; bare(g.Name) == bare(f.Name) && g.Receiver == f.Receiver {
			if target >= 0 {
				return Advice{} // which of them is called a name does not say
			}
			target = i
		}
	}
	if target < 0 {
		return Advice{}
	}
	a := Advice{Deprecated: deprecatedAt(language, t.Text, at.At(parsed.Funcs[target].NameSpan.Start.Line, parsed.Funcs[target].NameSpan.Start.Col))}
	o := &outlined{language: language, text: t.Text, tokens: outline.Tokens(language, t.Text), funcs: parsed.Funcs, at: at}
	o.callers(&a, in, t.Name, target)
	return a
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
func (o *outlined) callers(a *Advice, in Folder, file string, target int) {
	f := &o.funcs[target]
	name := bare(f.Name)
	for i := range o.funcs {
		if i != target && bare(o.funcs[i].Name) == name {
			return
		}
	}
	type caller struct {
		name          string
		tested, known bool
		far           float64
	}
	var all []caller
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
		c := caller{name: by.String(), far: 1 - alike(bare(by.Name), name)}
		if in.Tested != nil {
			c.tested, c.known = in.Tested(file, by.Span.Start.Line)
		}
		all = append(all, c)
	}
	if len(all) == 0 {
		return
	}
	best := slices.MinFunc(all, func(x, y caller) int {
		return cmp.Or(-cmp.Compare(rank(x.tested), rank(y.tested)), cmp.Compare(x.far, y.far), cmp.Compare(x.name, y.name))
	})
	a.Caller, a.Calls, a.Tested, a.Known = best.name, true, best.tested, best.known
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

// deprecation finds what marks a function so: a tag of a comment, an annotation, an attribute.
var deprecation = regexp.MustCompile(`@[Dd]eprecated\b|#\[deprecated\b|\[\[deprecated\b|\[Obsolete\b|@available\([^)\n]*\bdeprecated\b|@warnings\.deprecated\b`)

// quoted is the first string of a text.
var quoted = regexp.MustCompile(`^[^\n]{0,80}?["']([^"'\n]{1,200})["']`)

// noted is the reason that an attribute of Rust gives.
var noted = regexp.MustCompile(`^[^\]\n]{0,200}?\bnote\s*=\s*"([^"\n]{1,200})"`)

// modifiers are what may stand between a comment and a function.
var modifiers = regexp.MustCompile(`^[\sa-z]*$`)

// aboveMost bounds how many bytes before a function are looked at for what marks it.
const aboveMost = 2000

// deprecatedAt is what is said of the deprecation of the function whose name stands at an offset.
func deprecatedAt(language, src string, name int) string {
	o, ok := outline.Of(language, src)
	if !ok {
		return ""
	}
	i := slices.IndexFunc(o.Funcs, func(f outline.Func) bool { return f.NameStart == name })
	if i < 0 {
		return ""
	}
	start := o.Funcs[i].Marked
	// The comments that end directly above, line by line.
	from := start
	for k := sort.Search(len(o.Comments), func(k int) bool { return o.Comments[k].Start >= start }) - 1; k >= 0 && start-from < aboveMost; k-- {
		c := o.Comments[k]
		if c.End > from || !modifiers.MatchString(src[c.End:from]) || strings.Count(src[c.End:from], "\n") > 1 {
			break
		}
		if begin := strings.LastIndexByte(src[:c.Start], '\n') + 1; strings.TrimSpace(src[begin:c.Start]) != "" {
			break // behind code
		}
		from = c.Start
	}
	head := src[from:max(start, o.Funcs[i].Start)]
	at := deprecation.FindStringIndex(head)
	if at == nil {
		return ""
	}
	rest := head[at[1]:]
	if m := noted.FindStringSubmatch(rest); m != nil {
		return replaced(m[1])
	}
	if m := quoted.FindStringSubmatch(rest); m != nil {
		return replaced(m[1])
	}
	if from+at[0] >= start || strings.HasPrefix(head[at[0]:], "#[") || strings.HasPrefix(head[at[0]:], "[") {
		return "."
	}
	// The words of a tag, up to the next tag or the end of its line.
	line, _, _ := strings.Cut(rest, "\n")
	line = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(line), "*/"))
	return replaced(strings.TrimLeft(line, ":- "))
}

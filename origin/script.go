package origin

import (
	"slices"
	"sort"
	"strings"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/source/outline"
	"github.com/covls/covls/text"
)

// scripted is a text of JavaScript, for holding against it what Istanbul says of a function: which has each statement, and of a
// declaration what is assigned.
type scripted struct {
	src    string
	text   *text.Text
	tokens []outline.Token
	ends   map[int][]ending // where functions that begin at a byte end
	bodies map[int]bool     // tokens that open the body of a function
}

// ending is where the body of a function begins, and where the function ends.
type ending struct{ body, end int }

func newScripted(t *text.Text) *scripted {
	s := &scripted{src: t.String(), text: t, tokens: outline.Tokens("javascript", t.String()), ends: map[int][]ending{}, bodies: map[int]bool{}}
	o, _ := outline.Of("javascript", s.src)
	for i := range o.Funcs {
		h := &o.Funcs[i]
		from := []int{h.Head, h.Marked, h.NameStart}
		slices.Sort(from)
		for _, at := range slices.Compact(from) {
			s.ends[at] = append(s.ends[at], ending{h.Body, h.End})
		}
		if i := s.endingAt(h.End); i >= 0 && s.word(i) == "}" && s.tokens[i].Partner >= 0 {
			s.bodies[s.tokens[i].Partner] = true
		}
	}
	return s
}

// beginningAt is the token that begins at a byte, endingAt the one that ends there; -1 for none.
func (s *scripted) beginningAt(at int) int {
	i := sort.Search(len(s.tokens), func(i int) bool { return s.tokens[i].Start >= at })
	if i < len(s.tokens) && s.tokens[i].Start == at {
		return i
	}
	return -1
}

func (s *scripted) endingAt(at int) int {
	i := sort.Search(len(s.tokens), func(i int) bool { return s.tokens[i].End >= at })
	if i < len(s.tokens) && s.tokens[i].End == at {
		return i
	}
	return -1
}

// word is the text of a token; "" beyond the first and the last.
func (s *scripted) word(i int) string {
	if i < 0 || i >= len(s.tokens) {
		return ""
	}
	return s.src[s.tokens[i].Start:s.tokens[i].End]
}

func (s *scripted) within(i int) int {
	if i < 0 || i >= len(s.tokens) {
		return -1
	}
	return s.tokens[i].Within
}

// begins reports whether a function begins and ends where a profile has it, so many lines below, and its body begins there, too.
func (s *scripted) begins(fn *coverage.Func, shift uint32) bool {
	from := s.text.At(fn.Span.Start.Line+shift, fn.Span.Start.Col)
	to := s.text.At(fn.Span.End.Line+shift, fn.Span.End.Col)
	opens := -1
	if fn.Opens.Line > 0 {
		opens = s.text.At(fn.Opens.Line+shift, fn.Opens.Col)
	}
	return slices.ContainsFunc(s.ends[from], func(e ending) bool {
		// Parentheses around what an arrow function returns are not of its body.
		if opens >= 0 && (opens < e.body || strings.Trim(s.src[e.body:opens], "( \t\r\n") != "") {
			return false
		}
		return to <= e.end && strings.Trim(s.src[to:e.end], ") \t") == "" || to == e.end+1 && s.src[e.end] == ';'
	})
}

// explained reports whether all code of a function is explained by what a profile says of it, so many lines below.
func (s *scripted) explained(fn *coverage.Func, regions []coverage.Region, shift uint32) bool {
	at := func(p coverage.Point) int { return s.text.At(p.Line+shift, p.Col) }
	statements := make([]extent, 0, len(regions))
	for _, r := range regions {
		statements = append(statements, extent{at(r.Start), at(r.End)})
	}
	return s.explains(at(fn.Span.Start), at(fn.Span.End), statements)
}

// explains reports whether all code from one byte to another is of a statement that the profile has, or holds such statements
// together: what was added since stands in none of them.
func (s *scripted) explains(from, to int, statements []extent) bool {
	first := sort.Search(len(s.tokens), func(i int) bool { return s.tokens[i].Start >= from })
	last := sort.Search(len(s.tokens), func(i int) bool { return s.tokens[i].Start >= to }) - 1
	w := &walk{scripted: s, first: first, last: last, begins: map[int]int{}}
	if first > last || len(s.tokens) == 0 {
		return false
	}
	for _, e := range statements {
		begin, end := s.beginningAt(e.from), s.endingAt(e.to)
		if begin < 0 && s.src[e.from] == '`' {
			begin = sort.Search(len(s.tokens), func(i int) bool { return s.tokens[i].Start >= e.from })
			if begin >= len(s.tokens) || !strings.HasPrefix(s.word(begin), "${") {
				return false
			}
		}
		if end < 0 && e.to > 0 && s.src[e.to-1] == '`' {
			end = sort.Search(len(s.tokens), func(i int) bool { return s.tokens[i].Start >= e.to }) - 1
		}
		if begin < 0 || end < begin || s.tokens[begin].Within != s.tokens[end].Within {
			return false
		}
		if t := s.tokens[end]; (s.word(end) == "{" || s.word(end) == "(" || s.word(end) == "[") || t.Partner >= 0 && t.Partner < begin {
			return false
		}
		w.begins[begin] = max(w.begins[begin], end)
	}
	return w.all()
}

// extent is bytes.
type extent struct{ from, to int }

// walk goes over the tokens of a function.
type walk struct {
	*scripted
	first, last int
	begins      map[int]int // the last token of the statement that begins at one
}

// frame is what tokens are in: the innermost statement, or the body of a function.
type frame struct {
	last    int    // its last token
	level   int    // the bracket around it
	kind    string // the word that a compound statement begins with, "label", "function" or "head"; "" for another statement
	head    int    // the last token of what a head explains, -1 where there is none
	declare int    // the bracket around a declaration that may go on; -2 for none
}

// compound are the words that statements begin with which hold others.
var compound = map[string]bool{"if": true, "for": true, "while": true, "do": true, "switch": true, "try": true, "with": true}

// beginning are words that begin a statement.
var beginning = map[string]bool{
	"if": true, "for": true, "while": true, "do": true, "switch": true, "try": true, "return": true, "throw": true, "break": true,
	"continue": true, "const": true, "let": true, "var": true, "else": true, "debugger": true, "finally": true,
}

func (w *walk) all() bool {
	// The head of the function itself: nobody knows what it was.
	frames := []frame{{last: w.last, level: w.within(w.first), kind: "head", head: w.last, declare: -2}}
	for i := w.first; i <= w.last; i++ {
		for frames[len(frames)-1].last < i {
			frames = frames[:len(frames)-1]
		}
		text := w.word(i)
		if end, ok := w.begins[i]; ok {
			f := frame{last: end, level: w.within(i), head: -1, declare: -2}
			switch {
			case compound[text]:
				f.kind, f.head = text, w.headOf(i)
			case w.word(i+1) == ":" && name(text):
				f.kind, f.head = "label", i+1
			}
			if end > frames[len(frames)-1].last && frames[len(frames)-1].kind != "head" {
				return false // they overlap
			}
			frames[len(frames)-1].declare = w.declares(&frames[len(frames)-1], i)
			frames = append(frames, f)
			if f.kind != "" {
				continue
			}
		}
		if w.bodies[i] {
			frames = append(frames, frame{last: w.tokens[i].Partner, level: i, kind: "function", head: i, declare: -2})
			continue
		}
		f := &frames[len(frames)-1]
		if text == "=>" && w.word(i+1) != "{" {
			next := i + 1
			for w.word(next) == "(" && w.begins[next] == 0 {
				next++
			}
			if _, ok := w.begins[next]; !ok {
				return false // what an arrow function returns is a statement
			}
		}
		switch {
		case f.kind == "" || f.kind == "head":
			// The rest of a statement may be anything but another one.
			if f.kind == "" && i < f.last && text == ";" && w.within(i) == f.level ||
				f.kind == "" && beginning[text] && w.within(i) == f.level && w.begins[i] == 0 && w.word(i-1) != "." && w.word(i-1) != "?." && w.word(i+1) != ":" {
				return false
			}
		case i <= f.head:
		default:
			next, ok := w.joins(f, i)
			if !ok {
				return false
			}
			// What it explains may hold functions and statements of its own.
			f.head = max(f.head, next)
		}
	}
	return true
}

// headOf is the last token of the head of a compound statement that begins at i.
func (w *walk) headOf(i int) int {
	next := i + 1
	if w.word(next) == "await" {
		next++
	}
	if w.word(next) == "(" && w.tokens[next].Partner > 0 {
		return w.tokens[next].Partner
	}
	return i
}

// declares is the bracket around a declaration that goes on behind a statement at i; -2 where it does not.
func (w *walk) declares(f *frame, i int) int {
	if f.declare >= -1 && w.within(i) == f.declare && w.word(i-1) == "=" {
		return f.declare
	}
	return -2
}

// joins reports whether a token that is in no statement holds statements together, with which tokens up to last.
func (w *walk) joins(f *frame, i int) (last int, ok bool) {
	text, level := w.word(i), w.within(i)
	switch text {
	case "{", "}", ";":
		return i, true
	case "else":
		return i, f.kind == "if"
	case "catch":
		return w.headOf(i), f.kind == "try"
	case "finally":
		return i, f.kind == "try"
	case "while":
		return w.headOf(i), f.kind == "do" && level == f.level
	case "default":
		return i + 1, f.kind == "switch" && w.word(i+1) == ":"
	case "case":
		for k := i + 1; k < f.last; k++ {
			if w.word(k) == "?" {
				return 0, false
			}
			if w.within(k) == level && w.word(k) == ":" {
				return k, f.kind == "switch"
			}
		}
		return 0, false
	case "const", "let", "var":
		return w.declared(f, i+1, level)
	case ",":
		if f.declare >= -1 && f.declare == level {
			return w.declared(f, i+1, level)
		}
		return 0, false
	case "async", "function":
		for k := i; k < f.last; k++ {
			if w.bodies[k] && w.within(k) == level {
				return k - 1, true
			}
		}
		return 0, false
	}
	// A directive.
	return i, i > 0 && w.bodies[i-1] && strings.ContainsAny(text[:1], "'\"")
}

// declared is the end of a name that is declared, from the token i on, and of the = behind it, which a statement has to follow.
func (w *walk) declared(f *frame, i, level int) (last int, ok bool) {
	f.declare = level
	switch {
	case w.word(i) == "{" || w.word(i) == "[":
		if w.tokens[i].Partner < 0 {
			return 0, false
		}
		i = w.tokens[i].Partner
	case !name(w.word(i)):
		return 0, false
	}
	if w.word(i+1) != "=" {
		return i, true
	}
	k := i + 2
	for w.word(k) == "(" && w.begins[k] == 0 {
		k++
	}
	_, ok = w.begins[k]
	return k - 1, ok
}

// name reports whether a token is a word.
func name(text string) bool { return text != "" && word(text[0]) && (text[0] < '0' || text[0] > '9') }

package source

import (
	"sort"
	"strings"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/source/outline"
)

// closures finds those of Rust in a text, which a profile may have as functions without an end, and the bodies of its async
// functions, which a compiler makes closures of.
func (d *declarations) closures(funcs []coverage.Func) {
	if d.language != "rust" {
		return
	}
	var tokens []outline.Token
	on := map[uint32]int{} // how many closures of a line were met
	outer := map[string]int{}
	for i := range funcs {
		outer[funcs[i].Name] = i
	}
	for i := range funcs {
		f := &funcs[i]
		around, closure := closureOf(f.Name)
		if !closure || d.of[i] != nil {
			continue
		}
		if into, ok := outer[around]; ok && d.async(d.of[into], f.Span.Start.Line) {
			d.join(i, into, 0, funcs)
			delete(d.more, into)
			if d.instead == nil {
				d.instead = map[int]uint64{}
			}
			d.instead[into] = f.Count
			continue
		}
		if f.Span.End.Line > 0 || f.Span.Start.Line == 0 || f.Span.Start.Line > uint32(d.t.Lines()) {
			continue
		}
		if tokens == nil {
			tokens = outline.Tokens("rust", d.t.String())
		}
		if end := d.closureEnd(tokens, f.Span.Start.Line, on[f.Span.Start.Line]); end > 0 {
			if d.ends == nil {
				d.ends = map[int]uint32{}
			}
			d.ends[i], _ = d.t.LineCol(end - 1)
		}
		on[f.Span.Start.Line]++
	}
}

// closureOf is the function that a closure of Rust stands in, by its name: "a::f::{closure#0}", or "a::f::{{closure}}" of older compilers.
func closureOf(name string) (around string, ok bool) {
	at := strings.LastIndex(name, "::{")
	if at <= 0 || !strings.HasPrefix(name[at+len("::"):], "{closure#") && name[at+len("::"):] != "{{closure}}" {
		return "", false
	}
	return name[:at], true
}

// async reports whether a function of the text is an async one whose body begins on a line.
func (d *declarations) async(fn *outline.Func, line uint32) bool {
	if fn == nil {
		return false
	}
	first, _ := d.t.LineCol(fn.Start)
	last, _ := d.t.LineCol(fn.Body)
	return first <= line && line <= last && wordAt(d.t.String()[fn.Marked:fn.NameStart], "async", 0) >= 0
}

// closureEnd is the byte behind the closure which is the nth, from 0 on, of those that begin on a line; 0 where there is none.
func (d *declarations) closureEnd(tokens []outline.Token, line uint32, n int) int {
	src := d.t.String()
	word := func(i int) string {
		if i < 0 || i >= len(tokens) {
			return ""
		}
		return src[tokens[i].Start:tokens[i].End]
	}
	from, to := d.t.At(line, 1), d.t.At(line, 1)+len(d.t.Line(line))
	for i := sort.Search(len(tokens), func(i int) bool { return tokens[i].Start >= from }); i < len(tokens) && tokens[i].Start < to; i++ {
		if text := word(i); text != "|" && text != "||" || !opensClosure(word(i-1)) {
			continue
		}
		body := i + 1
		if word(i) == "|" {
			for ; body < len(tokens) && body < i+mostParams && word(body) != "|"; body++ {
				if to := tokens[body].Partner; to > body {
					body = to
				}
			}
			body++
		}
		if n > 0 {
			n, i = n-1, body-1
			continue
		}
		if word(body) == "->" {
			for ; body < len(tokens) && body < i+mostParams && word(body) != "{"; body++ {
			}
		}
		return d.valueEnd(tokens, body)
	}
	return 0
}

// mostParams bounds how many tokens the parameters of a closure have, and its type.
const mostParams = 1000

// opensClosure reports whether what stands before a | says that a closure begins there, and that it is no operator.
func opensClosure(before string) bool {
	switch before {
	case "(", "[", "{", ",", ";", "=", "=>", ":", "&", "&&", "||", "|", "move", "async", "static", "return", "else", "in", "break", "}", "":
		return true
	}
	return false
}

// valueEnd is the byte behind the value that begins with a token: up to what ends it.
func (d *declarations) valueEnd(tokens []outline.Token, i int) int {
	src, first := d.t.String(), i
	for ; i < len(tokens); i++ {
		switch text := src[tokens[i].Start:tokens[i].End]; {
		case text == "," || text == ";" || tokens[i].Partner >= 0 && tokens[i].Partner < i:
			if i == first {
				return 0
			}
			return tokens[i-1].End
		case tokens[i].Partner > i:
			i = tokens[i].Partner
			if text == "{" && i > first && tokens[i].Partner == first {
				return tokens[i].End
			}
		}
	}
	return 0
}

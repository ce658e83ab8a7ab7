package outline

import (
	"slices"
	"strconv"
	"strings"
)

var elixir = &language{
	lexicon: &lexicon{
		line: []string{"#"},
		quotes: []quote{
			{open: `"""`, close: `"""`, escape: '\\', lines: true, hole: "#{"},
			{open: `'''`, close: `'''`, escape: '\\', lines: true, hole: "#{"},
			{open: `"`, close: `"`, escape: '\\', lines: true, hole: "#{"},
			{open: `'`, close: `'`, escape: '\\', lines: true, hole: "#{"},
		},
		marks: []string{
			"&&&", "&&", "|||", "||", "|>", "^^^", "~~~", "~>>", "~>", "<<<", "<<~", "<~>", "<~", "<|>", "<>", "<-", "<=", "<<", ">>>", ">>", ">=",
			"+++", "++", "---", "--", "->", "**", "===", "==", "=~", "=>", "!==", "!=", "::", "...", "..", `\\`,
		},
		hook:   elixirHook,
		pieces: true,
	},
	find: findElixir,
}

// elixirDefs begin functions.
var elixirDefs = wordSet("def defp defmacro defmacrop")

// elixirHook takes names with what ends them, atoms, characters and sigils.
func elixirHook(l *lexer) bool {
	start := l.pos
	next := func(n int) byte {
		if l.pos+n < len(l.src) {
			return l.src[l.pos+n]
		}
		return 0
	}
	switch c := l.src[start]; {
	case isLetter(c):
		for l.pos++; l.pos < len(l.src) && isWord(l.src[l.pos]); {
			l.pos++
		}
		if n := next(0); (n == '?' || n == '!') && (next(1) != '=' || next(2) == '=') {
			l.pos++
		}
		if next(0) == ':' && next(1) != ':' && l.last(0) != ":" {
			l.pos++
			l.add(literal, start)
			return true
		}
		l.add(word, start)
		return true
	case c == ':':
		if !isLetter(next(1)) {
			return false
		}
		for l.pos += 2; l.pos < len(l.src) && (isWord(l.src[l.pos]) || l.src[l.pos] == '@'); {
			l.pos++
		}
		if n := next(0); n == '?' || n == '!' {
			l.pos++
		}
		l.add(literal, start)
		return true
	case c == '?':
		l.pos++
		if next(0) == '\\' {
			l.pos++
		}
		if l.pos < len(l.src) && l.src[l.pos] > ' ' {
			for l.pos++; l.pos < len(l.src) && l.src[l.pos]&0xC0 == 0x80; {
				l.pos++
			}
		}
		l.add(literal, start)
		return true
	case c == '~' && isLetter(next(1)):
		return l.sigil()
	}
	return false
}

// sigil takes a literal like ~r/a/ or ~S"""; those of capitals have no placeholders.
func (l *lexer) sigil() bool {
	start := l.pos
	at := start + 1
	for at < len(l.src) && isWord(l.src[at]) {
		at++
	}
	if at >= len(l.src) {
		return false
	}
	begin := l.src[at : at+1]
	end := closing(begin[0])
	switch {
	case strings.HasPrefix(l.src[at:], `"""`) || strings.HasPrefix(l.src[at:], `'''`):
		begin = l.src[at : at+3]
		end = begin
	case strings.IndexByte(`/|"'`, begin[0]) >= 0:
		end = begin
	case end == "":
		return false
	}
	q := &quote{open: l.src[start : at+len(begin)], close: end, escape: '\\', lines: true}
	if l.src[start+1] >= 'a' {
		q.hole = "#{"
	}
	l.pos = at + len(begin)
	l.quoted(q, start)
	return true
}

// elixirModule is a module that functions stand in.
type elixirModule struct {
	last int
	name string
}

func findElixir(s *scanned) {
	if s.broken >= 0 {
		s.loosen()
	}
	var edges []edge
	for i := range s.tokens {
		if s.kind(i) != word {
			continue
		}
		text := s.text(i)
		if (text != "do" && text != "fn" && text != "end") || s.is(i-1, mark, ".") {
			continue
		}
		e := edge{token: i, opens: text != "end"}
		if text == "do" {
			e.head, e.define = s.defines(i)
		}
		edges = append(edges, e)
	}
	s.match(edges)
	var in []elixirModule
	for i := range s.tokens {
		for len(in) > 0 && in[len(in)-1].last < i {
			in = in[:len(in)-1]
		}
		if s.kind(i) != word || !strings.HasPrefix(s.text(i), "def") || s.is(i-1, mark, ".") || s.is(i-1, mark, "@") {
			continue
		}
		class := ""
		if len(in) > 0 {
			class = in[len(in)-1].name
		}
		switch text := s.text(i); text {
		case "defmodule", "defprotocol", "defimpl":
			do, _ := s.elixirHead(i + 1)
			k, ok := blockAt(edges, do)
			if !ok {
				continue
			}
			name := s.dotted(i + 1)
			if text == "defimpl" {
				if of := s.implemented(i+1, do, class); of != "" {
					name = joined(name, ".", of)
				}
			} else if name != "" {
				name = joined(class, ".", name)
			}
			in = append(in, elixirModule{edges[k].last, name})
		default:
			if elixirDefs[text] {
				s.elixirDef(i, class, edges)
			}
		}
	}
}

// defines reports whether the line of a do begins with a definition, and the first token of the line.
func (s *scanned) defines(i int) (first int, ok bool) {
	for n := 0; n < maxHead && i > 0 && !s.newline(i); n++ {
		i--
	}
	return i, s.kind(i) == word && strings.HasPrefix(s.text(i), "def")
}

// blockAt is the edge of a token that opens a block.
func blockAt(edges []edge, token int) (int, bool) {
	return slices.BinarySearchFunc(edges, token, func(e edge, token int) int { return e.token - token })
}

// elixirHead is the do of what begins with a token, or the key do: with which its body is a value; -1 and -1 for none.
func (s *scanned) elixirHead(i int) (do, key int) {
	for n, first := 0, i; i < len(s.tokens) && n < maxHead; n, i = n+1, i+1 {
		if i > first && s.newline(i) && !s.continues(i) {
			break
		}
		switch s.kind(i) {
		case open:
			if i = s.partner(i); i < 0 {
				return -1, -1
			}
		case closed:
			return -1, -1
		case word:
			if s.text(i) == "do" {
				return i, -1
			}
		case literal:
			if s.text(i) == "do:" {
				return -1, i
			}
		}
	}
	return -1, -1
}

// continues reports whether a line that begins with a token goes on with what stands before it.
func (s *scanned) continues(i int) bool {
	switch s.kind(i - 1) {
	case mark:
		if before := s.text(i - 1); before != ">>" && before != ";" {
			return true
		}
	case open:
		return true
	case literal:
		if text := s.text(i - 1); len(text) > 1 && text[len(text)-1] == ':' && isLetter(text[0]) {
			return true
		}
	case word:
		switch s.text(i - 1) {
		case "and", "or", "not", "in", "when":
			return true
		}
	}
	switch s.kind(i) {
	case mark:
		switch s.text(i) {
		case "+", "-", "!", "^", "&", "@", "%", "<<", ":", "~~~", "...", "..", ";":
			return false
		}
		return true
	case word:
		switch s.text(i) {
		case "and", "or", "in", "when":
			return true
		}
	}
	return false
}

// dotted is a name like A.B.
func (s *scanned) dotted(i int) string {
	if s.kind(i) != word {
		return ""
	}
	first := i
	for s.is(i+1, mark, ".") && s.kind(i+2) == word {
		i += 2
	}
	if s.is(i+1, open, "(") {
		return ""
	}
	return strings.Join(strings.Fields(s.src[s.start(first):s.end(i)]), "")
}

// implemented is for what a protocol is implemented, between a token and the do.
func (s *scanned) implemented(i, do int, class string) string {
	for ; i < do; i++ {
		if s.is(i, literal, "for:") {
			return s.dotted(i + 1)
		}
	}
	return class
}

// elixirDef adds a function that begins with the word at i, if it has a body.
func (s *scanned) elixirDef(i int, class string, edges []edge) {
	name := i + 1
	if s.is(name, open, "(") && s.start(name) == s.end(i) {
		name++ // def(f(x), do: x)
	}
	do, key := s.elixirHead(name)
	f := Func{Class: class, Start: s.start(i), Marked: s.start(i)}
	switch {
	case do >= 0:
		k, ok := blockAt(edges, do)
		if !ok || edges[k].last < do {
			return // broken
		}
		f.End = s.end(edges[k].last)
		f.Body = f.End
		if do+1 < edges[k].last || edges[k].other < 0 && do < edges[k].last {
			f.Body = s.start(do + 1)
		}
	case key >= 0:
		last := s.elixirValue(key, edges)
		if name > i+1 && s.kind(last+1) == closed {
			last++
		}
		f.End = s.end(last)
		f.Body = f.End
		if last > key {
			f.Body = s.start(key + 1)
		}
	default:
		return
	}
	first, last := s.elixirName(name, max(do, key))
	f.NameStart, f.NameEnd = s.start(first), s.end(last)
	f.Name, f.Params = s.src[f.NameStart:f.NameEnd], strconv.Itoa(s.elixirArity(name, first, last, max(do, key)))
	s.found = append(s.found, f)
}

// elixirArity is how many parameters a function has, of which the head goes from i to the token most, and the name from first to last.
func (s *scanned) elixirArity(i, first, last, most int) int {
	switch {
	case first > i && !s.is(i, open, "("), s.is(i, open, "(") && first > i+1:
		return 2 // an operator between its operands
	case s.kind(first) == mark:
		if s.is(first+1, open, "(") {
			return s.items(first+2, s.partner(first+1))
		}
		return 1
	case s.is(last+1, open, "(") && s.start(last+1) == s.end(last):
		return s.items(last+2, s.partner(last+1))
	}
	return s.items(last+1, most)
}

// items is how many things with commas between them stand from token i on, up to the token most, or a guard.
func (s *scanned) items(i, most int) int {
	n := 0
	for first := i; i < most; i++ {
		if s.is(i, word, "when") || s.kind(i) == closed {
			break
		}
		if i == first || s.is(i, mark, ",") {
			if i+1 < most || i == first && s.kind(i) != mark {
				n++ // and not what ends before do:
			}
		}
		if to := s.partner(i); to > i {
			i = to
		}
	}
	return n
}

// elixirName is from where to where the name of a function goes: of an operator, that between its operands.
func (s *scanned) elixirName(i, most int) (first, last int) {
	switch {
	case s.is(i, word, "unquote") && s.is(i+1, open, "(") && s.partner(i+1) > 0:
		return i, s.partner(i + 1)
	case s.kind(i) == mark && s.text(i) != "%" && s.text(i) != "<<":
		return i, i
	case s.is(i, open, "(") && s.partner(i) > 0:
		return s.elixirInfix(i+1, s.partner(i))
	}
	return s.elixirInfix(i, most)
}

// elixirInfix is the operator between operands, or the name of what is called.
func (s *scanned) elixirInfix(i, most int) (first, last int) {
	for k := i; k < most; k++ {
		switch s.kind(k) {
		case open:
			if k > i && s.text(k) == "(" && s.kind(k-1) == word && k-1 == i && s.start(k) == s.end(k-1) {
				// What is called, unless an operator follows.
				shut := s.partner(k)
				if shut < 0 || s.kind(shut+1) != mark || s.text(shut+1) == "," {
					return i, i
				}
			}
			if to := s.partner(k); to > k {
				k = to
			}
		case mark:
			switch s.text(k) {
			case "%", "^", ".", "@", "&", "!":
			case ",", `\\`:
				return i, i
			default:
				return k, k
			}
		case word:
			switch s.text(k) {
			case "when":
				return i, i
			case "in", "and", "or":
				return k, k
			}
		}
	}
	return i, i
}

// elixirValue is the last token of the value behind a key, and of the keys that follow it.
func (s *scanned) elixirValue(key int, edges []edge) int {
	last := key
	for n, i := 0, key+1; i < len(s.tokens) && n < maxHead; n, i = n+1, i+1 {
		if i > key+1 && s.newline(i) && !s.continues(i) || s.kind(i) == closed || s.is(i, mark, ";") {
			break
		}
		if s.kind(i) == word && !s.is(i-1, mark, ".") {
			switch s.text(i) {
			case "do", "fn":
				if k, ok := blockAt(edges, i); ok {
					i = edges[k].last
				}
			case "end", "else", "rescue", "catch", "after":
				return last
			}
		} else if shut := s.partner(i); shut > i {
			i = shut
		}
		last = i
	}
	return last
}

package demangle

import "strings"

// cxxName returns the name in what a demangler writes of a C++ function: without the return type, and
// with its parameters and template arguments as told. It returns "" for what it can't read. templated
// tells that the name has template arguments somewhere.
func cxxName(s string, params, args bool) (name string, templated bool) {
	const block = "invocation function for block in "
	prefix := ""
	if strings.HasPrefix(s, block) {
		prefix, s = block, s[len(block):]
	}
	p := cxxParser{out: make([]byte, 0, 128), params: params, args: args}
	if !p.read(s, 0) || len(p.out) == 0 || p.begins() {
		return "", false
	}
	return prefix + string(p.out), p.templated
}

type cxxParser struct {
	out          []byte
	params, args bool // to keep
	templated    bool
	called       bool // out ends with a parameter list, kept or not
}

// begins reports whether a part of a qualified name begins behind what was read.
func (p *cxxParser) begins() bool {
	n := len(p.out)
	return n == 0 || n > 1 && p.out[n-1] == ':' && p.out[n-2] == ':'
}

func (p *cxxParser) read(s string, depth int) bool {
	for i := 0; i < len(s); {
		end := i + 1
		switch s[i] {
		case '(', '<', '{', '[':
			if end = closing(s, i); end < 0 {
				return false
			}
			if group := s[i:end]; s[i] == '(' && p.begins() && (group[1] == '*' || group[1] == '&') {
				// The function returns a pointer to a function: void (*name(int))(double).
				return depth < deepest && p.read(strings.TrimLeft(group[1:len(group)-1], "*& "), depth+1)
			}
			p.group(s[i:end])
		case ' ':
			end = p.space(s, i)
		case 'o':
			if end = operatorEnd(s, i); end > 0 {
				p.operator(s[i:end])
			} else {
				end = i + 1
				p.out = append(p.out, s[i])
			}
		default:
			p.called = false
			p.out = append(p.out, s[i])
		}
		if end <= i {
			return false
		}
		i = end
	}
	return true
}

// group reads what stands in brackets.
func (p *cxxParser) group(s string) {
	switch {
	case s[0] == '[':
		if !strings.HasPrefix(s, "[abi:") {
			p.out = append(p.out, s...)
		}
	case s[0] == '{':
		// {lambda(int)#1}: lambdas are numbered for each list of parameters.
		if hash := strings.LastIndexByte(s, '#'); !p.params && hash > 0 && (strings.HasPrefix(s, "{lambda(") || strings.HasPrefix(s, "{lambda<")) {
			p.out = append(append(p.out, "{lambda"...), s[hash:]...)
		} else {
			p.out = append(p.out, s...)
		}
	case p.begins():
		p.out = append(p.out, s...) // (anonymous namespace), or a part of the return type
	case s[0] == '<':
		p.templated = true
		if p.args {
			p.out = append(p.out, s...)
		}
	default:
		p.called = true
		if p.params {
			p.out = appendPlain(p.out, s)
		}
	}
}

// space reads a space and what belongs to it. It returns where to go on, -1 for what it can't read.
func (p *cxxParser) space(s string, i int) int {
	rest := s[i+1:]
	switch {
	case strings.HasPrefix(rest, "[clone ") || strings.HasPrefix(rest, "(."):
		return closing(s, i+1)
	case strings.HasPrefix(rest, "<"): // behind an operator that ends in <
		return i + 1
	case p.called:
		for _, word := range []string{"const", "volatile", "noexcept", "&&", "&"} {
			if after, ok := strings.CutPrefix(rest, word); ok && (after == "" || after[0] == ' ' || after[0] == ':') {
				if p.params {
					p.out = append(append(p.out, ' '), word...)
				}
				return i + 1 + len(word)
			}
		}
	}
	// What came was the return type.
	p.out, p.templated, p.called = p.out[:0], false, false
	return i + 1
}

// operator reads the name of an operator.
func (p *cxxParser) operator(s string) {
	p.called = false
	const literal = `operator"" `
	if strings.HasPrefix(s, literal) {
		p.out = append(append(p.out, `operator""`...), s[len(literal):]...)
		return
	}
	if strings.HasPrefix(s, "operator ") {
		p.out = appendPlain(p.out, s)
		return
	}
	p.out = append(p.out, s...)
}

// appendPlain appends types without their template arguments.
func appendPlain(b []byte, s string) []byte {
	for i := 0; i < len(s); {
		end := symbolEnd(s, i)
		if end == 0 && s[i] == '<' {
			if end = closing(s, i); end < 0 {
				return append(b, s[i:]...)
			}
			i = end
			continue
		}
		end = max(end, i+1)
		b = append(b, s[i:end]...)
		i = end
	}
	return b
}

// operators are those of more than one character that begin with another's; the longer come first.
var operators = [...]string{"<=>", "->*", "<<=", ">>=", "()", "[]", "->", "<<", ">>", "<=", ">=", "==", "!=", "&&", "||", "++", "--", "+=", "-=", "*=", "/=", "%=", "^=", "&=", "|="}

const operator = "operator"

// symbolEnd returns the end of the operator's name that begins at s[i] and is a symbol, 0 where none does.
func symbolEnd(s string, i int) int {
	if s[i] != 'o' || !strings.HasPrefix(s[i:], operator) || i > 0 && isWord(s[i-1]) {
		return 0
	}
	at := i + len(operator)
	for _, op := range operators {
		if strings.HasPrefix(s[at:], op) {
			return at + len(op)
		}
	}
	if at < len(s) && strings.IndexByte("+-*/%^&|~!=<>,", s[at]) >= 0 {
		return at + 1
	}
	return 0
}

// operatorEnd returns the end of the operator's name that begins at s[i], 0 where none does. That of a
// conversion goes to its parameters.
func operatorEnd(s string, i int) int {
	if end := symbolEnd(s, i); end > 0 {
		return end
	}
	if !strings.HasPrefix(s[i:], operator) || i > 0 && isWord(s[i-1]) {
		return 0
	}
	at := i + len(operator)
	rest := s[at:]
	switch {
	case strings.HasPrefix(rest, `""`):
		tail := strings.TrimLeft(rest[2:], " ")
		n := 0
		for n < len(tail) && isWord(tail[n]) {
			n++
		}
		return len(s) - len(tail) + n
	case strings.HasPrefix(rest, " "):
		for _, word := range []string{" new[]", " delete[]", " new", " delete", " co_await"} {
			if after, ok := strings.CutPrefix(rest, word); ok && (after == "" || !isWord(after[0])) {
				return at + len(word)
			}
		}
		return conversionEnd(s, at+1)
	}
	return 0
}

// conversionEnd returns the end of the type at s[i] that an operator converts to.
func conversionEnd(s string, i int) int {
	for i < len(s) {
		rest := s[i:]
		switch {
		case strings.HasPrefix(rest, anonymous):
			i += len(anonymous)
		case s[i] == '(' || strings.HasPrefix(rest, "::{") || strings.HasPrefix(rest, "::operator"):
			return i
		case strings.HasPrefix(rest, " [clone "):
			return i
		case s[i] == '<':
			end := closing(s, i)
			if end < 0 {
				return len(s)
			}
			i = end
		default:
			i++
		}
	}
	return i
}

const anonymous = "(anonymous namespace)"

// closing returns the index behind the bracket that closes the one at s[i], -1 where none does. In
// round brackets < and > may be operators.
func closing(s string, i int) int {
	open := make([]byte, 0, 64)
	for i < len(s) {
		switch s[i] {
		case '(':
			open = append(open, ')')
		case '{':
			open = append(open, '}')
		case '[':
			open = append(open, ']')
		case '<':
			open = append(open, '>')
		case 'o':
			if end := symbolEnd(s, i); end > 0 {
				i = end
				continue
			}
		case '-':
			if strings.HasPrefix(s[i:], "->") {
				i++
			}
		case '\'': // a character, in Rust
			if i+2 < len(s) && s[i+2] == '\'' {
				i += 2
			}
		case '>':
			if open[len(open)-1] == '>' {
				open = open[:len(open)-1]
			}
		case ')', '}', ']':
			k := len(open) - 1
			for k >= 0 && open[k] == '>' {
				k--
			}
			if k < 0 || open[k] != s[i] {
				return -1
			}
			open = open[:k]
		}
		if i++; len(open) == 0 {
			return i
		}
	}
	return -1
}

func isWord(c byte) bool {
	return c == '_' || c == '$' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c >= 0x80
}

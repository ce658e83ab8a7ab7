package outline

import "strings"

// branch is a conditional of the preprocessor that is open. Brackets of a text are held together as its first branch has
// them: what another one opens or closes is undone at its end. Where an earlier conditional tells that the first one is not
// compiled, it is the second.
type branch struct {
	before, behind opening // at its beginning, and at the end of the first branch
	token          int32   // the first of the branch that is read
	name           string  // the name that is asked for, "" where it is not one
	negated        bool    // the first branch is that without it
	passed         bool    // the first branch is being read and is not the one that counts
	others         bool    // the branch that counts is over
	dead           bool    // the first branch is never compiled
	always         bool    // the first branch is the only one that is
}

// opening is which brackets are open: the innermost, which knows those around it, and how many.
type opening struct {
	top   int32
	depth int
}

// maxBranches bounds how many conditionals that stand in each other are told apart.
const maxBranches = 50

// lost is the partner of a bracket that a branch opens and does not close, where another branch was read for that.
const lost = -2

func (l *lexer) opening() opening {
	if n := len(l.opened); n > 0 {
		return opening{l.opened[n-1], n}
	}
	return opening{-1, 0}
}

// reopen makes brackets the open ones. It takes no longer than it took to close or open what differs.
func (l *lexer) reopen(to opening) {
	for len(l.opened) > to.depth {
		l.opened = l.opened[:len(l.opened)-1]
	}
	kept := len(l.opened)
	for len(l.opened) < to.depth {
		l.opened = append(l.opened, -1)
	}
	for at, depth := to.top, to.depth; depth > 0; depth-- {
		if depth <= kept && l.opened[depth-1] == at {
			break
		}
		l.opened[depth-1] = at
		at = l.tokens[at].within
	}
}

// other ends a branch that is not the first.
func (l *lexer) other(b *branch) {
	for n := len(l.opened) - 1; n >= 0 && l.opened[n] >= b.token; n-- {
		l.tokens[l.opened[n]].partner = lost
	}
}

// conditional takes note of a line of the preprocessor of which the word and what follows are given.
func (l *lexer) conditional(word, condition string) {
	switch word {
	case "if", "ifdef", "ifndef":
		b := branch{before: l.opening(), token: int32(len(l.tokens))}
		if word == "if" {
			if at := strings.IndexByte(condition, '/'); at >= 0 {
				condition = condition[:at]
			}
			condition = strings.TrimSpace(condition)
			b.dead, b.always = condition == "0", condition == "1"
		}
		b.name, b.negated = asked(word, condition)
		if is, ok := l.assumed[b.name]; ok && is == b.negated {
			b.passed = true
		}
		l.branches = append(l.branches, b)
		if b.dead {
			l.passBranch()
		}
	case "else", "elif", "elifdef", "elifndef":
		if len(l.branches) == 0 {
			return
		}
		b := &l.branches[len(l.branches)-1]
		switch {
		case b.dead:
			b.dead = false
			return
		case b.always:
			l.passBranch()
			return
		case len(l.branches) > maxBranches:
			return
		case b.passed:
			l.other(b)
			b.passed, b.name = false, ""
		case !b.others:
			l.assume(b)
			b.others, b.behind = true, l.opening()
		default:
			l.other(b)
		}
		l.reopen(b.before)
		b.token = int32(len(l.tokens))
	case "endif":
		if len(l.branches) == 0 {
			return
		}
		b := &l.branches[len(l.branches)-1]
		switch {
		case len(l.branches) > maxBranches:
		case b.passed:
			l.other(b)
			l.reopen(b.before)
		case b.others:
			l.other(b)
			l.reopen(b.behind)
		default:
			l.assume(b)
		}
		l.branches = l.branches[:len(l.branches)-1]
	}
}

// assume takes note of what is asked for in a conditional whose first branch opens or closes brackets: others that ask for it
// belong to it.
func (l *lexer) assume(b *branch) {
	if _, ok := l.assumed[b.name]; ok || b.name == "" || b.before == l.opening() {
		return
	}
	if l.assumed == nil {
		l.assumed = map[string]bool{}
	}
	l.assumed[b.name] = !b.negated
}

// asked is the name that a conditional asks for, "" where it does not ask for one alone, and whether for its absence.
func asked(word, condition string) (name string, negated bool) {
	name = strings.TrimSpace(condition)
	switch word {
	case "ifndef":
		negated = true
	case "if":
		if rest, ok := strings.CutPrefix(name, "!"); ok {
			negated = true
			name = strings.TrimSpace(rest)
		}
		if rest, ok := strings.CutPrefix(name, "defined"); ok {
			name = strings.TrimSpace(rest)
			if rest, ok := strings.CutPrefix(name, "("); ok {
				name = strings.TrimSpace(strings.TrimSuffix(rest, ")"))
			}
		}
	}
	if at := strings.IndexFunc(name, func(r rune) bool { return r < 0x80 && !isWord(byte(r)) }); at >= 0 {
		if word == "if" || at == 0 {
			return "", false
		}
		name = name[:at] // what follows is a comment
	}
	return name, negated
}

// passBranch goes to the line that ends a branch that is never compiled: what stands in it need not be code.
func (l *lexer) passBranch() {
	depth := 0
	for at := l.pos; ; {
		line := strings.IndexByte(l.src[at:], '\n')
		if line < 0 {
			l.pos = len(l.src)
			return
		}
		at += line + 1
		from := at
		for from < len(l.src) && (l.src[from] == ' ' || l.src[from] == '\t') {
			from++
		}
		if from >= len(l.src) || l.src[from] != '#' {
			continue
		}
		switch word, _ := directive(l.src[from+1:]); word {
		case "if", "ifdef", "ifndef":
			depth++
		case "else", "elif", "elifdef", "elifndef":
			if depth == 0 {
				l.pos = at
				return
			}
		case "endif":
			if depth == 0 {
				l.pos = at
				return
			}
			depth--
		}
	}
}

// directive is the first word of a line of the preprocessor behind its "#", and what follows on its line.
func directive(line string) (word, rest string) {
	from := 0
	for from < len(line) && (line[from] == ' ' || line[from] == '\t') {
		from++
	}
	to := from
	for to < len(line) && isWord(line[to]) {
		to++
	}
	rest = line[to:]
	if at := strings.IndexByte(rest, '\n'); at >= 0 {
		rest = rest[:at]
	}
	return line[from:to], rest
}

// preprocessor takes a line of the preprocessor with those that continue it, and the comments in it.
func (l *lexer) preprocessor() {
	word, rest := directive(l.src[l.pos+1:])
	l.pos++
	for l.pos < len(l.src) && l.src[l.pos] != '\n' {
		switch c := l.src[l.pos]; {
		case c == '\\':
			l.pos++
			if strings.HasPrefix(l.src[l.pos:], "\r\n") {
				l.pos++
			}
			l.pos = min(l.pos+1, len(l.src))
		case c == '/' && strings.HasPrefix(l.src[l.pos:], "/*"):
			l.blockComment("/*", "*/")
		case c == '/' && strings.HasPrefix(l.src[l.pos:], "//"):
			l.lineComment()
		case c == '"' || c == '\'':
			if end := l.onLine(c); end > 0 && word != "error" && word != "warning" {
				l.pos = end
			} else {
				l.pos++
			}
		default:
			l.pos++
		}
	}
	l.conditional(word, rest)
}

// onLine is the place behind a string or character of C that begins here, or -1 where its line ends first.
func (l *lexer) onLine(quote byte) int {
	for at := l.pos + 1; at < len(l.src); at++ {
		switch l.src[at] {
		case quote:
			return at + 1
		case '\n':
			return -1
		case '\\':
			at++
			if strings.HasPrefix(l.src[at:], "\r\n") {
				at++
			}
		}
	}
	return -1
}

// lineComment takes a comment of C that ends with its line, and goes on where that ends with a backslash.
func (l *lexer) lineComment() {
	start := l.pos
	for {
		at := strings.IndexByte(l.src[l.pos:], '\n')
		if at < 0 {
			l.pos = len(l.src)
			break
		}
		end := l.pos + at
		if !strings.HasSuffix(strings.TrimSuffix(l.src[start:end], "\r"), `\`) {
			l.pos = end
			break
		}
		l.pos = end + 1
	}
	l.comments = append(l.comments, Stretch{start, l.pos})
}

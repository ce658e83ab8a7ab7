package outline

import (
	"slices"
	"strings"
)

// Kind is what sort of code a function or a stretch of one is, as far as its tokens tell.
type Kind uint8

const (
	// Plain code is of no other kind.
	Plain Kind = iota
	// ErrorReturn is a block that only raises an error, or hands one on.
	ErrorReturn
	// Panic is a block that ends the program, or says that nobody comes there.
	Panic
	// Default is the clause of a choice that takes all the rest.
	Default
	// Main starts a program.
	Main
	// Test is there for tests.
	Test
	// Accessor only returns, or sets, fields.
	Accessor
)

// Facts are what the tokens of a text tell of its functions beside where they are.
type Facts struct {
	// Ways are beside Outline.Funcs: how many ways lead through a function, McCabe's complexity, without the functions in it.
	Ways []int
	// Whole are beside Outline.Funcs: Main, Test, Accessor or Panic where a function is that as a whole, else Plain. One that ends the program by an exit is no panic.
	Whole []Kind
	// Public are beside Outline.Funcs: whether others can name a function, as far as the words before it tell.
	Public []bool
	// Stretches are parts of a kind, sorted by Start, an outer one before those in it.
	Stretches []Labelled
}

// Labelled is a stretch of a kind.
type Labelled struct {
	Stretch
	Kind Kind
}

// Facts returns what the tokens tell beside the functions; nil for a language of which nothing more is known.
func (o *Outline) Facts() *Facts {
	d := dialects[o.language]
	if d == nil {
		return nil
	}
	s := o.scanned
	f := &Facts{Ways: make([]int, len(o.Funcs)), Whole: make([]Kind, len(o.Funcs)), Public: make([]bool, len(o.Funcs))}
	for i := range f.Ways {
		f.Ways[i] = 1
	}
	s.looked = 0
	s.ways(d, o.Funcs, f.Ways)
	s.looked = 0
	k := &kinds{scanned: s, dialect: d, language: o.language, funcs: o.Funcs}
	k.label()
	slices.SortStableFunc(k.out, func(a, b Labelled) int {
		if a.Start != b.Start {
			return a.Start - b.Start
		}
		return b.End - a.End
	})
	f.Stretches = k.out
	for i := range o.Funcs {
		fn := &o.Funcs[i]
		f.Public[i] = d.public(s, fn)
		f.Whole[i] = k.whole(fn)
	}
	return f
}

// Tells reports whether covls can tell code of a kind in a language. Test is told by files.
func Tells(language string, k Kind) bool {
	d := dialects[language]
	return d != nil && slices.Contains(d.tells, k)
}

// Untold is what errors are returned by in a language that covls takes for no error, since people return it for much else: "false"; ""
// where there is nothing of the kind.
func Untold(language string) string {
	if d := dialects[language]; d != nil {
		return d.untold
	}
	return ""
}

// later is what a function does that is not written yet, where it does nothing else; in a part of one it is an error like others.
const later = Accessor + 1

// maxBefore is how many simple statements may stand before the end of a block: what they do is for its sake.
const maxBefore = 2

// kinds labels the stretches of a text.
type kinds struct {
	*scanned
	*dialect
	language string
	out      []Labelled
	// firsts are the words with which a statement begins that may be of a kind, letters the bytes that these begin with.
	firsts  map[string]bool
	letters [256]bool
	// funcs are those of the text, answered the statements that return what compares does, where noted.
	funcs    []Func
	answered []int
	noted    bool
}

// begin notes the words with which statements of a kind begin.
func (k *kinds) begin() {
	k.firsts = wordSet("return exit goto assert default else case _ * cfg if throw")
	for _, names := range []map[string]bool{k.raises, k.calls, k.stops, k.failed} {
		for name := range names {
			first := strings.TrimLeft(name, ".")
			if end := strings.IndexAny(first, ".:!"); end > 0 {
				k.firsts[first[:end]] = true
			}
			k.firsts[first] = true
		}
	}
	for first := range k.firsts {
		k.letters[first[0]] = true
	}
}

func (k *kinds) add(start, end int, kind Kind) {
	if start < end {
		k.out = append(k.out, Labelled{Stretch{start, end}, kind})
	}
}

// label goes through the text once, and looks around where a word says that something ends or takes the rest.
func (k *kinds) label() {
	k.begin()
	matched := k.scanned.choices(k.dialect)
	for i := range k.tokens {
		switch k.kind(i) {
		case word:
			text := k.text(i)
			if !k.letters[text[0]] || !k.firsts[text] {
				continue
			}
			switch {
			case text == "default" || text == "else" || text == "case" || text == "_" || text == "*":
				k.rests(i, matched)
			case text == "cfg" && k.language == "rust":
				k.testModule(i)
			case text == "if":
				k.program(i)
			case text == "throw" && k.language == "perl":
				k.thrown(i)
			}
			if kind, ok := k.ends(i); ok {
				first := i
				if k.points && k.is(i-1, mark, "::") && !(k.kind(i-2) == word && k.touch(i-2)) {
					first-- // ::abort()
				}
				if !k.begins(first) {
					continue
				}
				if kind == later {
					kind = ErrorReturn
				}
				k.tail(first, kind)
			}
		case mark:
			if k.text(i) == "*" && k.status {
				k.rests(i, matched)
			}
		case open:
			// {:error, reason} of Elixir.
			if k.language == "elixir" && k.text(i) == "{" && k.kind(i+1) == literal && k.text(i+1) == ":error" && !k.is(k.partner(i)+1, mark, "->") && !k.is(k.partner(i)+1, mark, "<-") && !k.is(k.partner(i)+1, mark, "=") && k.begins(i) {
				k.tail(i, ErrorReturn)
			}
		}
	}
}

// thrown labels what Perl's classes of errors raise: My::Error->throw.
func (k *kinds) thrown(i int) {
	if !k.is(i-1, mark, "->") || k.kind(i-2) != word {
		return
	}
	first := i - 2
	for k.is(first-1, mark, "::") && k.kind(first-2) == word {
		first -= 2
	}
	if k.begins(first) {
		k.tail(first, ErrorReturn)
	}
}

// ends says of what kind a statement is that begins with a word and behind which nothing of its block runs.
func (k *kinds) ends(i int) (Kind, bool) {
	text := k.text(i)
	name, last := text, i
	if k.raises[text] && !k.is(i+1, mark, ".") && !k.is(i+1, mark, "=") && !k.is(i+1, mark, ":") && !k.is(i+1, mark, ",") {
		return k.raised(i), true
	}
	if text == "return" || text == "exit" && k.status {
		if k.returnsError(i) {
			return ErrorReturn, true
		}
		if text == "return" {
			return Plain, false
		}
	}
	if text == "goto" && k.negative {
		return ErrorReturn, failing(k.text(i + 1))
	}
	if text == "assert" && (k.is(i+1, word, "False") || k.is(i+1, word, "false") || k.is(i+1, open, "(") && (k.text(i+2) == "0" || k.text(i+2) == "false") && (k.is(i+3, closed, ")") || k.is(i+3, mark, "&"))) {
		return Panic, true
	}
	if k.failed[text] && text != "nil" && k.is(i+1, open, "(") && !k.is(k.partner(i+1)+1, mark, "=>") && k.last(i) {
		return ErrorReturn, true // the value of a block
	}
	// A call by its whole name.
	for n := 0; n < 4; n++ {
		if k.calls[name] && k.is(last+1, open, "(") || last > i && k.raises[name] {
			return k.raised(last), true
		}
		if k.stops[name] {
			if k.is(last+1, open, "(") || k.language == "ruby" || k.language == "php" || k.language == "perl" || strings.HasSuffix(name, "!") {
				return Panic, true
			}
		}
		next := k.text(last + 1)
		switch {
		case (next == "." || next == "::") && k.kind(last+2) == word:
			name, last = name+next+k.text(last+2), last+2
		case next == "!" && k.touch(last) && k.language == "rust":
			name, last = name+"!", last+1
		default:
			return Plain, false
		}
	}
	return Plain, false
}

// raised is what is raised behind a word: ErrorReturn, Panic where it says that nobody comes there, or later.
func (k *kinds) raised(i int) Kind {
	for at, n := i+1, 0; n < 12 && at < len(k.tokens); n, at = n+1, at+1 {
		switch k.kind(at) {
		case word:
			if k.never[k.text(at)] {
				return Panic
			}
			if k.later[k.text(at)] {
				return later
			}
		case literal:
			text := strings.ToLower(k.text(at))
			switch {
			case len(text) > 200:
			case strings.Contains(text, "not implemented"):
				return later
			case strings.Contains(text, "unreachable"), strings.Contains(text, "should never"), strings.Contains(text, "should not happen"), strings.Contains(text, "cannot happen"),
				strings.Contains(text, "can't happen"), strings.Contains(text, "impossible"):
				return Panic
			}
			return ErrorReturn
		case mark:
			if k.text(at) == ";" {
				return ErrorReturn
			}
		}
		if at > i+1 && k.lines && k.newline(at) && k.around(at) == k.around(i) {
			return ErrorReturn
		}
	}
	return ErrorReturn
}

// returnsError reports whether the statement that begins with "return" at a token, or ends a shell, hands an error on.
func (k *kinds) returnsError(i int) bool {
	if k.status {
		value := k.text(i + 1) // what a variable has is not known
		return !k.newline(i+1) && value != "" && strings.Trim(value, "0123456789") == "" && strings.Trim(value, "0") != ""
	}
	next := i + 1
	if k.lines && k.newline(next) {
		return false
	}
	name := k.text(next)
	for n := 0; n < 3; n++ {
		if k.failed[name] {
			return k.language != "lua" || k.is(next+1, mark, ",")
		}
		if !k.is(next+1, mark, ".") && !k.is(next+1, mark, "::") && name != "." {
			break
		}
		if name == "." {
			name += k.text(next + 1)
			next++
			continue
		}
		name += k.text(next+1) + k.text(next+2)
		next += 2
	}
	return k.negative && k.returnsCode(i) || k.handsOn(i)
}

// returnsCode reports whether a statement returns what says of itself that something has failed: return -EINVAL, return E_FAIL,
// return MY_ERROR; and, behind an if, return NULL, or a negative number of what does not compare.
func (k *kinds) returnsCode(i int) bool {
	value, end := i+1, i+1
	for k.is(value, open, "(") && k.partner(value) > value {
		if end == i+1 {
			end = k.partner(value) + 1
		}
		value++
	}
	minus := k.is(value, mark, "-")
	if minus {
		value++
	}
	if k.is(value, mark, "::") {
		value++
	}
	for k.is(value+1, mark, "::") && k.kind(value+2) == word {
		value += 2
	}
	behind := value + 1
	if end > i+1 {
		for k.is(behind, closed, ")") && k.partner(behind) > i {
			behind++
		}
	}
	if !k.is(behind, mark, ";") {
		return false
	}
	switch text := k.text(value); {
	case k.kind(value) == number:
		return minus && strings.Trim(text, "0uUlL") != "" && k.asked(i) && (k.failure(i) || !k.compares(i))
	case text == "NULL" || text == "nullptr" || text == "nullopt":
		return !minus && k.asked(i)
	case k.kind(value) != word:
		return false
	case minus:
		return strings.HasPrefix(text, "E") || errorConstant(text)
	default:
		return strings.HasPrefix(text, "E_") && strings.ToUpper(text) == text || k.asked(i) && errorConstant(text)
	}
}

// errorConstant reports whether a name is one that people give to the numbers of errors: EINVAL, E_FAIL, ZIP_ER_OPEN, XML_ERROR_SYNTAX,
// Z_MEM_ERROR. LOG_ERROR is how much is logged.
func errorConstant(name string) bool {
	if strings.ToUpper(name) != name {
		return false
	}
	if rest, ok := strings.CutPrefix(name, "E"); ok && (errnos[rest] || strings.HasPrefix(rest, "_")) {
		return true
	}
	parts := strings.Split(name, "_")
	is := false
	for i, part := range parts {
		switch part {
		case "ERR", "ERROR", "ER", "FAIL", "FAILED", "FAILURE":
			is = i > 0 || len(parts) > 1
		case "NONE", "OK", "SUCCESS", "LOG", "LEVEL", "LVL", "SEVERITY", "TYPE", "KIND", "TOKEN", "TOK", "STATE", "COLOR", "MASK", "FLAG":
			return false
		case "NO", "NOT":
			if !is {
				return false
			}
		}
	}
	return is
}

// errnos are numbers of errors of POSIX without their E: EOF is none.
var errnos = wordSet("2BIG ACCES ADDRINUSE AGAIN BADF BADMSG BUSY CONNREFUSED CONNRESET DOM EXIST FAULT FBIG ILSEQ INTR INVAL IO ISDIR LOOP MFILE MSGSIZE NAMETOOLONG NFILE NODATA NODEV NOENT NOEXEC NOMEM NOSPC NOSYS NOTCONN NOTDIR NOTEMPTY NOTSUP NXIO OPNOTSUPP OVERFLOW PERM PIPE PROTO RANGE ROFS SPIPE SRCH TIMEDOUT TXTBSY XDEV")

// asked reports whether a statement stands behind an if, by itself or in its braces.
func (k *kinds) asked(i int) bool {
	from, to := k.headAround(i)
	if from >= to {
		return false
	}
	switch k.text(from - 1) {
	case "if", "likely", "unlikely":
		return true
	}
	return false
}

// compares reports whether the function around a statement that returns a negative number returns a positive one elsewhere, or what a
// comparison says, as one that tells which of two comes first.
func (k *kinds) compares(i int) bool {
	if !k.noted {
		k.noted = true
		for at := range k.tokens {
			if k.is(at, word, "return") && k.answers(at+1) {
				k.answered = append(k.answered, k.start(at))
			}
		}
	}
	around, _ := slices.BinarySearchFunc(k.funcs, k.start(i), func(f Func, at int) int {
		if f.Start > at {
			return 1
		}
		return -1
	})
	for around--; around >= 0 && k.funcs[around].End <= k.start(i); around = k.funcs[around].Outer {
	}
	if around < 0 {
		return false
	}
	first, _ := slices.BinarySearch(k.answered, k.funcs[around].Start)
	return first < len(k.answered) && k.answered[first] < k.funcs[around].End
}

// answers reports whether the value that is returned from a token on is a positive number, or has one or a comparison as its last.
func (k *kinds) answers(at int) bool {
	for n := 0; n < 20 && at < len(k.tokens) && !k.is(at, mark, ";"); n, at = n+1, at+1 {
		switch {
		case k.kind(at) == number && strings.Trim(k.text(at), "0uUlL") != "":
			if before := k.text(at - 1); before == "return" || before == "?" || before == ":" || before == "(" {
				return true
			}
		case k.is(at, mark, "<"), k.is(at, mark, ">"):
			return true
		}
	}
	return false
}

// handsOn reports whether a statement has the name of an error that the head of its block asks for, or has caught.
func (k *kinds) handsOn(i int) bool {
	var names []string
	for at, n := i+1, 0; n < 40 && at < len(k.tokens); n, at = n+1, at+1 {
		if k.kind(at) == word && isErrorName(k.text(at)) {
			names = append(names, k.text(at))
		}
		if k.is(at, mark, ";") || k.kind(at) == closed && k.around(at) != k.around(i) && k.partner(at) < i || k.lines && at > i+1 && k.newline(at) && k.around(at) == k.around(i) {
			break
		}
	}
	if len(names) == 0 {
		return false
	}
	from, to := k.headAround(i)
	caught := k.is(from-1, word, "catch") || k.is(from, word, "except") || k.is(from, word, "catch")
	for at := max(from, 0); at < to && at < from+100; at++ {
		if name := k.text(at); k.kind(at) == word && slices.Contains(names, name) && (caught || len(name) > len("exc")-1 && name != "exc") {
			return true
		}
	}
	return false
}

// failure reports whether the head of a block asks whether something has failed: if (fd < 0), if (!p), if (p == NULL).
func (k *kinds) failure(i int) bool {
	from, to := k.headAround(i)
	for at := max(from, 0); at < to && at < from+100; at++ {
		next := k.text(at + 1)
		switch k.text(at) {
		case "!":
			return true
		case "<":
			if next == "0" {
				return true
			}
		case "==":
			if next == "NULL" || next == "nullptr" || next == "-" || next == "0" {
				return true
			}
		case "!=":
			if next == "0" {
				return true
			}
		default:
			if k.kind(at) == word && isErrorName(k.text(at)) {
				return true
			}
		}
	}
	return false
}

// headAround is where the head stands of the block that a statement is in: what is in parentheses before its brace, or the line that
// it is deeper than. From is not before to where there is none that asks or catches.
func (k *kinds) headAround(i int) (from, to int) {
	switch k.blocks {
	case braces:
		brace := k.around(i)
		shut := brace - 1
		if k.headed(i) {
			shut = i - 1
		} else if brace < 0 || !k.is(brace, open, "{") {
			return 0, 0
		}
		if !k.is(shut, closed, ")") {
			// if let error = x {, catch {
			from = shut
			for ; from > 0 && from > shut-20 && !k.newline(from) && k.kind(from) != open && k.text(from) != "}"; from-- {
			}
			return from, shut + 1
		}
		from = k.partner(shut)
		switch k.text(from - 1) {
		case "if", "catch", "elseif", "while", "unlikely", "likely":
			return from, shut
		}
	case indents:
		if head := k.headOf(i); head >= 0 {
			switch k.text(head) {
			case "if", "elif", "except":
				return head, k.colon(head + 1)
			}
		}
	}
	return 0, 0
}

// headOf is the first token of the line that the statement at i stands deeper than; -1 where there is none near.
func (k *kinds) headOf(i int) int {
	if !k.newline(i) {
		return k.line(i) // if x: raise y
	}
	column := k.column(i)
	for at, n := i-1, 0; at >= 0 && n < maxHead && k.look(); n, at = n+1, at-1 {
		if k.around(at) >= 0 || k.kind(at) == closed || !k.newline(at) || k.spliced(at) {
			continue
		}
		if k.column(at) < column {
			return at
		}
	}
	return -1
}

// isErrorName reports whether a name is one that people give to errors.
func isErrorName(name string) bool {
	name = strings.ToLower(strings.TrimLeft(name, "$@_"))
	return name == "e" || name == "ex" || name == "exc" || strings.HasPrefix(name, "err") || strings.HasSuffix(name, "err") || strings.HasSuffix(name, "error") || name == "exception"
}

// failing reports whether a label is one of what is done after an error.
func failing(label string) bool {
	label = strings.ToLower(label)
	return strings.Contains(label, "err") || strings.Contains(label, "fail") || strings.Contains(label, "bail") || strings.Contains(label, "abort")
}

// begins reports whether a statement begins at a token.
func (k *kinds) begins(i int) bool {
	before := i - 1
	if i == 0 {
		return true
	}
	switch k.kind(before) {
	case mark:
		switch k.text(before) {
		case ";", ";;":
			return true
		case ":":
			return k.blocks == indents && k.around(i) < 0 || k.blocks == braces && k.caseColon(before)
		case "->", "=>":
			return k.kind(i) == word || k.kind(i) == open
		}
		if k.status && k.text(before) == ")" {
			return true
		}
		return k.lines && k.newline(i) && !k.goesOn(before, i)
	case open:
		return k.text(before) == "{"
	case closed:
		switch {
		case k.text(before) == "}":
			return true
		case k.headed(i):
			return true
		}
		return k.lines && k.newline(i)
	case word:
		switch k.text(before) {
		case "else", "do", "then", "try", "begin", "ensure":
			return true
		}
	}
	return k.lines && k.newline(i) && !k.spliced(i)
}

// headed reports whether a statement without braces begins at a token, behind the head that it belongs to: if (x) return.
func (k *kinds) headed(i int) bool {
	if k.blocks != braces || !k.is(i-1, closed, ")") || k.partner(i-1) < 0 {
		return false
	}
	head := k.partner(i-1) - 1
	if k.is(head, word, "while") && k.is(head-1, closed, "}") {
		if do := k.partner(head-1) - 1; k.is(do, word, "do") || k.is(do, word, "repeat") {
			return false // do { … } while (x)
		}
	}
	switch k.text(head) {
	case "if", "while", "for", "foreach", "elseif", "elsif", "catch", "constexpr", "using", "lock":
		return true
	}
	return false
}

// caseColon reports whether a colon ends the label of a clause.
func (k *kinds) caseColon(i int) bool {
	if k.is(i-1, word, "default") {
		return true
	}
	if k.language == "scala" || k.language == "kotlin" {
		return false // of a type
	}
	for at, n := i-1, 0; at >= 0 && n < 40; n, at = n+1, at-1 {
		switch k.kind(at) {
		case closed:
			if k.text(at) == "}" {
				return false
			}
			if at = k.partner(at); at < 0 {
				return false
			}
		case open:
			return false
		case word:
			if k.text(at) == "case" {
				return true
			}
		case mark:
			if k.text(at) == ";" || k.text(at) == "?" {
				return false
			}
		}
	}
	return false
}

// finish is the token behind the statement that begins at one.
func (k *kinds) finish(i int) int {
	within := k.around(i)
	for at, n := i, 0; at < len(k.tokens); n, at = n+1, at+1 {
		if n > maxHead || !k.look() {
			return at
		}
		switch k.kind(at) {
		case open:
			if k.partner(at) < 0 {
				return at + 1
			}
			at = k.partner(at)
		case closed:
			return at
		case mark:
			if t := k.text(at); (t == ";" || t == ";;") && k.around(at) == within {
				return at + 1
			}
			if k.text(at) == "," && k.arrowed(i) {
				return at
			}
		case word:
			if k.blocks == wordy && at > i && (k.ending(at) || k.heads[k.text(at)] && k.newline(at)) {
				return at
			}
		}
		if next := at + 1; k.lines && next < len(k.tokens) && k.newline(next) && !k.goesOn(at, next) {
			return next
		}
	}
	return len(k.tokens)
}

func (k *kinds) ending(i int) bool { return k.dialect.ends[k.text(i)] }

// arrowed reports whether the statement at a token is the body of a clause, behind its arrow.
func (k *kinds) arrowed(i int) bool { return k.is(i-1, mark, "=>") || k.is(i-1, mark, "->") }

// goesOn reports whether a statement goes on over the end of a line between two tokens.
func (k *kinds) goesOn(before, next int) bool {
	if k.blocks == indents {
		return k.spliced(next)
	}
	if k.kind(before) == mark {
		switch k.text(before) {
		case ";", "++", "--", "!", "?", "*", ">", ">>":
		case "|", ")":
			return k.language != "ruby" && !k.status
		case "=>", "->":
			return false
		default:
			return true
		}
	}
	if k.kind(next) == mark {
		switch k.text(next) {
		case "@", "++", "--", "!", "*", "&", "-", "+", "#", "~", "\\", "$", "..":
			return false
		case "%", "^", "<<":
			return k.language != "elixir" // what begins a value there
		}
		return true
	}
	return false
}

// tail labels the statement at a token, behind which nothing of its block runs, with what stands before it there: at most
// maxBefore simple statements, else nothing is labelled but where it stands behind a block.
func (k *kinds) tail(i int, kind Kind) {
	behind := k.finish(i)
	for at := i; at < behind; at++ {
		// A statement that a condition stands behind goes on.
		if k.kind(at) == word && at > i && (!k.newline(at) || k.language == "perl") && (k.text(at) == "if" || k.text(at) == "unless" || k.text(at) == "while" || k.text(at) == "until") && (k.blocks == wordy || k.language == "perl") {
			return
		}
		if k.kind(at) == open && k.partner(at) > at {
			at = k.partner(at)
		}
	}
	end := k.end(behind - 1)
	start, ok := k.before(i)
	if !ok {
		return
	}
	if k.is(behind, closed, "}") && k.partner(behind) == k.around(i) && k.around(i) >= 0 {
		end = k.end(behind)
	}
	k.add(start, end, kind)
}

// last reports whether the statement at a token is the last of its block.
func (k *kinds) last(i int) bool {
	behind := k.finish(i)
	if k.is(behind-1, mark, ";") {
		return false
	}
	return k.kind(behind) == closed && k.partner(behind) == k.around(i) || k.arrowed(i)
}

// before is the byte where the label begins of a statement that ends a block: with the block where only simple statements
// stand before it, else behind the last one that is not.
func (k *kinds) before(i int) (start int, ok bool) {
	at := i
	for n := 0; ; n++ {
		if begin, is := k.blockBegins(at); is {
			return begin, true
		}
		first := k.first(at - 1)
		if first < 0 || first >= at {
			return k.start(at), true
		}
		if k.compound(first, at) {
			if n > maxBefore {
				return 0, false
			}
			return k.end(at - 1), true
		}
		if n >= maxBefore {
			return 0, false
		}
		at = first
	}
}

// blockBegins reports whether the statement at a token is the first of its block, and where the label of that begins.
func (k *kinds) blockBegins(i int) (start int, is bool) {
	before := i - 1
	if i == 0 {
		return 0, true
	}
	switch k.kind(before) {
	case open:
		return k.start(before), true
	case mark:
		switch k.text(before) {
		case ":", "->", "=>":
			return k.end(before), true
		case ")":
			return k.end(before), k.status
		}
		if k.blocks != wordy {
			return 0, false
		}
	case closed:
		if k.headed(i) {
			return k.end(before), true
		}
	case word:
		switch k.text(before) {
		case "else", "do", "then", "try", "begin", "ensure":
			return k.end(before), true
		}
	}
	switch k.blocks {
	case indents:
		if head := k.headOf(i); head >= 0 && k.line(before) == head {
			return k.end(before), true
		}
	case wordy:
		if first := k.first(before); first >= 0 && k.heads[k.text(first)] && !k.endsWithin(first, i) {
			return k.end(before), true
		}
		// store.each do |x|
		if k.opensLine(before) {
			return k.end(before), true
		}
	}
	return 0, false
}

// endsWithin reports whether the statement from one token up to another is one that a condition stands behind, or ends in its line.
func (k *kinds) endsWithin(first, behind int) bool {
	for at := first + 1; at < behind; at++ {
		if k.ending(at) {
			return true
		}
	}
	return false
}

// opensLine reports whether the line that ends with a token opens a block: "do", or "do |x|".
func (k *kinds) opensLine(i int) bool {
	if k.language != "ruby" && k.language != "elixir" {
		return false
	}
	for n := 0; n < 20 && i >= 0; n++ {
		if k.is(i, word, "do") || k.is(i, word, "fn") {
			return true
		}
		if k.newline(i) {
			return false
		}
		i--
	}
	return false
}

// line is the first token of the line, as the language has it, that ends with a token.
func (k *kinds) line(i int) int {
	for n := 0; i > 0 && n < maxHead && k.look(); n, i = n+1, i-1 {
		if k.around(i) < 0 && k.kind(i) != closed && k.newline(i) && !k.spliced(i) {
			return i
		}
	}
	return i
}

// first is the first token of the statement that ends with a token, in the same bracket; -1 where that can't be told.
func (k *kinds) first(last int) int {
	if last < 0 || k.kind(last) == open {
		return -1
	}
	i := last
	if k.is(i, mark, ";") || k.is(i, mark, ";;") {
		i--
	}
	for n := 0; i >= 0 && n < maxHead && k.look(); n++ {
		if k.kind(i) == open {
			return -1
		}
		if k.kind(i) == closed {
			at := k.partner(i)
			if at < 0 {
				return -1
			}
			i = at
		}
		p := i - 1
		switch {
		case p < 0:
			return i
		case k.kind(p) == open:
			return i
		case k.is(p, mark, ";") || k.is(p, mark, ";;"):
			return i
		case k.is(p, closed, "}") && k.blocks == braces && !k.is(i, mark, ".") && k.kind(i) != mark && k.kind(i) != open && k.kind(i) != closed:
			return i
		case k.is(p, mark, ":") && k.blocks == braces && k.caseColon(p), k.status && k.is(p, mark, ")"):
			return i
		case (k.is(p, mark, "=>") || k.is(p, mark, "->") && !k.points) && k.newline(i):
			return i
		case k.lines && k.newline(i) && !k.goesOn(p, i):
			return i
		}
		i = p
	}
	return -1
}

// compound reports whether the statement from one token up to another has blocks of its own.
func (k *kinds) compound(first, behind int) bool {
	if text := k.text(first); k.kind(first) == word && (k.heads[text] || k.ending(first)) {
		return true
	}
	if k.kind(first) == mark && k.text(first) == "@" {
		return true
	}
	if k.blocks == braces {
		return k.is(behind-1, closed, "}") || k.kind(first) == closed
	}
	if k.blocks == indents {
		return k.newline(first) && k.newline(behind) && k.column(first) != k.column(behind)
	}
	return false
}

// rests labels the clause of a choice that takes all the rest, of which a token is the pattern or the word.
func (k *kinds) rests(i int, matched map[int]bool) {
	text := k.text(i)
	switch {
	case k.status:
		if text == "*" && k.is(i+1, mark, ")") {
			end := i + 2
			for n := 0; end < len(k.tokens) && n < maxHead && k.look() && !k.is(end, mark, ";;") && !k.is(end, word, "esac"); n++ {
				end++
			}
			k.add(k.end(i+1), k.end(min(end, len(k.tokens)-1)), Default)
		}
	case text == "case":
		// case _: and case _ =>
		if k.clause == "case" && (k.blocks == braces || k.newline(i)) && k.rest(k.dialect, i+1) {
			k.clauseFrom(i, i+2)
		}
	case text == "default":
		if k.clause == "case" && k.blocks == braces && (k.is(i+1, mark, ":") || k.is(i+1, mark, "->") || k.is(i+1, mark, "=>")) && k.begins(i) && !k.is(i-1, mark, ",") && k.switched(k.around(i)) || k.is(i+1, mark, "=>") && matched[k.around(i)] {
			k.clauseFrom(i, i+1)
		}
	case text == "else" && k.arrow == "->" && k.is(i+1, mark, "->") && matched[k.around(i)]:
		k.clauseFrom(i, i+1)
	case text == "_" && k.arrow != "" && k.is(i+1, mark, k.arrow) && (matched[k.around(i)] || len(k.dialect.choices) == 0):
		if len(k.dialect.choices) > 0 || k.newline(i) {
			k.clauseFrom(i, i+1)
		}
	case text == "else" && k.language == "ruby" && k.newline(i):
		k.elseOfCase(i)
	}
}

// switched reports whether a brace is that of a switch.
func (k *kinds) switched(brace int) bool {
	if k.is(brace-1, closed, ")") && k.is(k.partner(brace-1)-1, word, "switch") {
		return true
	}
	for at, n := brace-1, 0; at >= 0 && n < 40; n, at = n+1, at-1 {
		switch {
		case k.is(at, word, "switch"):
			return true
		case k.kind(at) == closed && k.text(at) != "}" && k.partner(at) >= 0:
			at = k.partner(at)
		case k.kind(at) == closed, k.kind(at) == open, k.is(at, mark, ";"):
			return false
		}
		if k.newline(at) {
			return k.is(at, word, "switch")
		}
	}
	return false
}

// clauseFrom labels the clause whose pattern begins at a token and ends with the mark at another.
func (k *kinds) clauseFrom(first, arrow int) {
	within := k.around(first)
	column := -1
	if k.blocks != braces {
		column = k.column(first)
	}
	at := arrow + 1
	for n := 0; at < len(k.tokens) && n < 10*maxHead && k.look(); n, at = n+1, at+1 {
		if k.kind(at) == open {
			if k.partner(at) < 0 {
				break
			}
			at = k.partner(at)
			if at+1 < len(k.tokens) && k.text(at) == "}" && k.partner(at) == arrow+1 && k.arrow != "" {
				at++
				break
			}
			continue
		}
		if k.kind(at) == closed {
			break
		}
		if column >= 0 && k.newline(at) && k.column(at) <= column && k.around(at) == within {
			break
		}
		if k.blocks == braces && k.around(at) == within {
			if k.kind(at) == word && (k.text(at) == k.clause && k.clause != "" || k.text(at) == "default") && k.begins(at) {
				break
			}
			if k.is(at, mark, ",") && k.is(arrow, mark, "=>") {
				break
			}
		}
	}
	k.add(k.end(arrow), k.end(at-1), Default)
}

// elseOfCase labels the else of a case of Ruby, which stands as deep as its clauses.
func (k *kinds) elseOfCase(i int) {
	column := k.column(i)
	for at, n := i-1, 0; at >= 0 && n < maxHead && k.look(); n, at = n+1, at-1 {
		if !k.newline(at) || k.around(at) != k.around(i) {
			continue
		}
		if c := k.column(at); c > column {
			continue
		}
		if w := k.text(at); w != "when" && w != "in" || k.column(at) != column {
			return
		}
		break
	}
	end := i + 1
	for n := 0; end < len(k.tokens) && n < maxHead && k.look(); n, end = n+1, end+1 {
		if k.newline(end) && k.column(end) <= column && k.around(end) == k.around(i) {
			break
		}
	}
	k.add(k.end(i), k.end(end-1), Default)
}

// program labels what runs only where a text is a program of its own: if __name__ == "__main__".
func (k *kinds) program(i int) {
	if k.around(i) >= 0 || !k.newline(i) && i > 0 {
		return
	}
	switch k.language {
	case "python":
		if !k.is(i+1, word, "__name__") || !strings.Contains(k.text(i+3), "__main__") {
			return
		}
		if colon := k.colon(i + 1); colon > 0 {
			end := colon + 1
			for column := k.column(i); end < len(k.tokens) && !(k.newline(end) && k.around(end) < 0 && k.kind(end) != closed && k.column(end) <= column); {
				end++
			}
			k.add(k.end(colon), k.end(end-1), Main)
		}
	case "ruby":
		if !k.is(i+1, word, "__FILE__") {
			return
		}
		end := i + 1
		for column := k.column(i); end < len(k.tokens) && !(k.newline(end) && k.column(end) <= column); {
			end++
		}
		k.add(k.end(i), k.end(min(end, len(k.tokens)-1)), Main)
	case "javascript", "typescript", "javascriptreact", "typescriptreact":
		shut := k.partner(i + 1)
		if shut < 0 || !k.is(i+1, open, "(") {
			return
		}
		switch head := strings.Join(strings.Fields(k.src[k.end(i+1):k.start(shut)]), ""); {
		case head == "require.main===module" || head == "module===require.main" || head == "require.main==module" || head == "import.meta.main":
			k.add(k.end(shut), k.end(k.finish(shut+1)-1), Main)
			if k.is(shut+1, open, "{") {
				k.out[len(k.out)-1].End = k.behind(shut + 1)
			}
		case head == "import.meta.vitest" && k.is(shut+1, open, "{"):
			k.add(k.end(shut), k.behind(shut+1), Test)
		}
	}
}

// testModule labels what #[cfg(test)] stands before in Rust.
func (k *kinds) testModule(i int) {
	if !k.is(i-1, open, "[") || !k.is(i-2, mark, "#") || !k.is(i+1, open, "(") || !k.is(i+2, word, "test") || !k.is(i+3, closed, ")") {
		return
	}
	shut := k.partner(i - 1)
	if shut < 0 {
		return
	}
	if body := k.body(shut+1, rustEnds); body >= 0 {
		k.add(k.start(shut+1), k.behind(body), Test)
	}
}

// testFunction reports whether a function of Rust has an attribute that makes it a test: #[test], #[tokio::test].
func (k *kinds) testFunction(f *Func) bool {
	if k.language != "rust" {
		return false
	}
	for i, n := k.scanned.at(f.Marked), 0; n < maxModule && k.start(i) < f.Start; n, i = n+1, i+1 {
		if !k.is(i, open, "[") || !k.is(i-1, mark, "#") {
			continue
		}
		last := i + 1
		for k.is(last+1, mark, "::") {
			last += 2
		}
		if name := k.text(last); (name == "test" || name == "rstest" || name == "bench") && k.kind(last+1) != mark {
			return true
		}
	}
	return false
}

// whole is what a function is as a whole.
func (k *kinds) whole(f *Func) Kind {
	if k.testFunction(f) {
		return Test
	}
	if f.Name == k.main && k.main != "" && !f.Value && (f.Class == "" || k.inside) && f.Outer < 0 && (k.language != "java" && k.language != "csharp" && k.language != "swift" || k.scanned.before(f, []string{"static"})) {
		return Main
	}
	first, last := k.scanned.at(f.Body), k.scanned.at(f.End)-1 // the last token of the function
	if k.is(first, open, "{") && k.partner(first) == last {
		first, last = first+1, last-1
	}
	if k.blocks == wordy {
		for k.is(first, word, "do") || k.is(first, mark, ",") {
			first++
		}
		if k.is(last, closed, "}") && k.is(first, open, "{") && k.partner(first) == last {
			first, last = first+1, last-1
		} else if k.ending(last) {
			last--
		}
	}
	if k.kind(first) == literal && first < last && k.blocks == indents {
		first++ // what documents it
	}
	if first > last || first < 0 || last >= len(k.tokens) {
		return Plain
	}
	if k.accessor(f, first, last) && slices.Contains(k.tells, Accessor) {
		return Accessor
	}
	if k.quits(first, last) {
		return Plain
	}
	if kind, ok := k.ends(first); ok && (kind == Panic || kind == later) && k.finish(first) > last {
		return Panic
	}
	// The label of all of it begins with its block.
	from, _ := slices.BinarySearchFunc(k.out, k.start(first-1), func(l Labelled, at int) int { return l.Start - at })
	for ; from < len(k.out) && k.out[from].Start <= k.start(first); from++ {
		if l := &k.out[from]; l.Kind == Panic && l.Start >= f.Start && l.End >= k.end(last) && l.End <= f.End {
			return Panic
		}
	}
	return Plain
}

// quits reports whether the last of the tokens from first to last end the program as it should, as a usage() does that prints.
func (k *kinds) quits(first, last int) bool {
	const most = 40
	for i := last; i >= first && last-i < most; i-- {
		if k.kind(i) != word {
			continue
		}
		switch k.text(i) {
		case "exit", "Exit", "_exit", "_Exit", "quick_exit", "exit!", "exitProcess", "quit", "halt":
			return k.finish(i) > last
		}
	}
	return false
}

// accessor reports whether the tokens from first to last, which are all of a function, only return, or set, fields.
func (k *kinds) accessor(f *Func, first, last int) bool {
	const most = 14
	if k.is(last, mark, ";") {
		last--
	}
	if last-first > most {
		return false
	}
	if k.language == "perl" && k.is(first, word, "my") && k.is(first+2, mark, "=") && k.is(first+3, word, "shift") && k.is(first+4, mark, ";") {
		first += 5
	}
	returns := k.is(first, word, "return")
	if returns {
		first++
	}
	if first > last {
		return false
	}
	sets := -1
	for i := first; i <= last; i++ {
		switch k.kind(i) {
		case word:
			if i > first && (k.kind(i-1) == word || k.kind(i-1) == literal) || k.heads[k.text(i)] || k.raises[k.text(i)] || k.joins[k.text(i)] {
				return false
			}
		case literal, number:
			if i > first && (k.kind(i-1) == word || k.kind(i-1) == literal) {
				return false // a call without parentheses, or a string with holes
			}
		case mark:
			switch k.text(i) {
			case ".", "->", "?->", "::", "?.", "@", "$", "&.", "\\":
			case "&", "*", "-":
				if was := k.kind(i - 1); i > first && was != mark && was != open && !k.is(i-1, word, "return") {
					return false // between two values
				}
			case "!":
			case "=":
				if sets >= 0 || returns {
					return false
				}
				sets = i
			default:
				return false
			}
		default:
			// $self->{name}
			if k.language == "perl" && k.text(i) != "(" && k.text(i) != ")" {
				continue
			}
			return false
		}
	}
	if sets >= 0 {
		return sets < last && k.field(f, first, sets-1)
	}
	if k.language == "ruby" && k.kind(last) == word {
		return k.is(last-1, mark, "@") // else it may be a call
	}
	return (returns || k.value()) && k.field(f, first, last)
}

// field reports whether the tokens from first to last name one: of something, or, where a class has its own without a word before them,
// what is no parameter.
func (k *kinds) field(f *Func, first, last int) bool {
	if k.is(first, mark, ".") || k.constant(last) {
		return false
	}
	for i := first; i <= last; i++ {
		switch text := k.text(i); {
		case k.kind(i) == mark && (text == "." || text == "->" || text == "?." || text == "?->" || text == "&." || text == "@"):
			return true
		case k.kind(i) == mark && text == "::":
			return strings.HasPrefix(k.text(i+1), "$") // self::$field; else it is a constant for all that is known
		case strings.HasPrefix(text, "@"):
			return true
		case k.language == "perl" && k.kind(i) == open && text == "{":
			return true
		}
	}
	for k.kind(first) == mark { // &field
		first++
	}
	if first != last || f.Class == "" || !k.implicit || k.kind(first) != word || noFields[k.text(first)] {
		return false
	}
	name := k.text(first)
	for i := k.scanned.at(f.Head); i < len(k.tokens) && k.start(i) < f.Body; i++ {
		if k.kind(i) == word && k.text(i) == name && k.start(i) != f.NameStart && i < first {
			return false
		}
	}
	return true
}

// constant reports whether a token is a name of capital letters, as people give to constants.
func (k *kinds) constant(i int) bool {
	text := k.text(i)
	return k.kind(i) == word && len(text) > 1 && strings.ToUpper(text) == text && strings.ToLower(text) != text
}

// noFields are values that are no fields. It is never written.
var noFields = wordSet("null nil true false this self super nullptr NULL None undefined")

// value reports whether the last expression of a function is what it returns.
func (k *kinds) value() bool {
	switch k.language {
	case "rust", "ruby", "kotlin", "scala", "elixir", "swift", "csharp", "dart", "javascript", "typescript", "javascriptreact", "typescriptreact":
		return true
	}
	return false
}

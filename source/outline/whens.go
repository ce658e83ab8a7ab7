package outline

import (
	"slices"
	"sort"
	"strings"
)

// Whens says of places of a text, by their byte offsets, when they run, by its tokens; nil where it can't be told of any: of a
// language whose flow nobody has told, and of a text that is broken.
func Whens(language, text string) func(offset int) When {
	if w := newWhens(language, text); w != nil {
		return w.at
	}
	return nil
}

// newWhens reads a text; nil where nothing can be told of it.
func newWhens(language, text string) *whens {
	o, ok := Of(language, text)
	d := dialects[language]
	if !ok || d == nil || o.Broken >= 0 {
		return nil
	}
	w := &whens{kinds: kinds{scanned: o.scanned, dialect: d, language: language}, funcs: o.Funcs, comments: o.Comments}
	w.matched = w.scanned.choices(d)
	return w
}

// Choices lists what decides between two byte offsets of a text which code runs: one for each block and clause, in the order of the
// text, with the place of its first statement as Start. What runs behind a guard, a loop or another block is one with When.Behind.
// It is nil where nothing can be told.
func Choices(language, text string, from, to int) []When {
	w := newWhens(language, text)
	if w == nil {
		return nil
	}
	var out []When
	for i := w.scanned.at(from); i < len(w.tokens) && w.start(i) < to; i++ {
		if w.kind(i) == closed || w.beginsPart(i) {
			continue
		}
		if op, _ := w.joint(i); op != "" {
			continue
		}
		before := i - 1
		for w.is(before, open, "(") {
			before--
		}
		if op, _ := w.joint(before); op != "" {
			continue // a part of an expression
		}
		is := w.at(w.start(i))
		switch is.How {
		case Holds, Otherwise, In, Matches, Rest, Unmatched, Each, Ended, Completed, Raised:
			if is.Start == w.start(i) {
				out = append(out, is)
			}
		case Unknown, Called, Passed, Returned, Within:
		}
	}
	return out
}

// beginsPart reports whether the head of a part of a statement or of a clause begins at a token: else, case 1, Some(n) =>.
func (w *whens) beginsPart(i int) bool {
	if w.blocks == wordy {
		if w.newline(i) && w.clauseOnLine(i) > i {
			return true
		}
		switch w.text(i) {
		case "else", "elsif", "elseif", "elif", "when", "in", "rescue", "catch", "ensure", "after", "end", "fi", "done", "esac", "then", "do":
			return w.kind(i) == word && w.keyword(w.dialect, i)
		}
		return false
	}
	if w.blocks == indents && w.is(i, word, "else") {
		return true
	}
	_, ok := w.further(i)
	return ok
}

// whens finds what a place hangs on.
type whens struct {
	kinds
	funcs    []Func
	comments []Stretch
	matched  map[int]bool
	spent    int // how many tokens were looked at for all places
}

// maxSpent bounds that: behind it nothing is told.
const maxSpent = 20_000_000

// spend reports whether one more token may be looked at.
func (w *whens) spend() bool {
	w.spent++
	return w.spent <= maxSpent
}

// maxBare bounds the blocks around a place that hang on nothing themselves.
const maxBare = 50

// at says when the code at an offset runs.
func (w *whens) at(offset int) When {
	w.spent += w.looked
	w.looked = 0
	if !w.spend() {
		return When{}
	}
	i := w.scanned.at(offset)
	if i >= len(w.tokens) || strings.Contains(w.src[offset:w.start(i)], "\n") {
		return When{}
	}
	if w.blocks == braces && w.is(i, open, "{") && w.partner(i) > i+1 {
		if w.matched[i] || w.is(i+1, word, "case") || w.is(i+1, word, "default") {
			return When{} // a choice, and none of its clauses
		}
		i++ // where a block begins
	}
	from := 0
	if k := sort.Search(len(w.funcs), func(k int) bool { return w.funcs[k].Start > w.start(i) }) - 1; k >= 0 {
		for k >= 0 && w.funcs[k].End <= w.start(i) {
			k = w.funcs[k].Outer
		}
		for k >= 0 && w.start(i) < w.funcs[k].Body {
			k = w.funcs[k].Outer // what declares the function
		}
		if k >= 0 {
			f := &w.funcs[k]
			if w.start(i) == f.Body || w.scanned.at(f.Body) == i-1 && w.is(i-1, open, "{") {
				return w.called(f)
			}
			from = f.Body
		}
	}
	start := i
	for range maxBare {
		found, bare := w.site(i)
		if bare < 0 || bare >= i {
			if found.How != Unknown && w.start(found.head) < from {
				return When{}
			}
			if found.How == Unknown {
				return When{Start: found.Start, End: found.End}
			}
			if found.End == 0 {
				found.Start = w.start(start)
				found.End = max(found.Start, w.blockEnd(start))
			}
			return found.When
		}
		if w.start(bare) < from {
			return When{}
		}
		i = bare
	}
	return When{}
}

// found is what a place hangs on, and the token that begins what says so.
type found struct {
	When
	head int
}

// called is how a function in another one comes to run.
func (w *whens) called(f *Func) When {
	if f.Outer < 0 || !f.Value || f.Called || f.Name == "" {
		return When{}
	}
	if body := w.scanned.at(f.Body); w.language == "perl" && w.is(w.around(body), open, "(") && w.kind(w.around(body)-1) == word {
		// on(request => sub { … })
		return When{How: Passed, Code: w.text(w.around(body) - 1), Start: f.Body, End: f.End}
	}
	if f.Handed {
		to, ok := strings.CutSuffix(f.Name, " callback")
		if !ok {
			return When{}
		}
		return When{How: Passed, Code: shortened(strings.TrimSuffix(to, "()")), Start: f.Body, End: f.End}
	}
	return When{How: Called, Code: shortened(f.Name), Start: f.Body, End: f.End}
}

// code is that from one token up to another, on one line.
func (w *whens) code(from, behind int) string {
	if from < 0 || behind <= from {
		return ""
	}
	for behind-from > 2 && w.is(from, open, "(") && w.partner(from) == behind-1 && !w.several(from+1, behind-1) {
		from, behind = from+1, behind-1
	}
	return w.spelled(from, behind)
}

// several reports whether a comma stands between two tokens, in no bracket of its own.
func (w *whens) several(from, behind int) bool {
	for at := from; at < behind && w.spend(); at++ {
		if w.kind(at) == open && w.partner(at) > at {
			at = w.partner(at)
		} else if w.is(at, mark, ",") {
			return true
		}
	}
	return false
}

// spelled is code with the parentheses around it.
func (w *whens) spelled(from, behind int) string {
	if from < 0 || behind <= from {
		return ""
	}
	start, end := w.start(from), w.end(behind-1)
	var comments []Stretch
	for k := sort.Search(len(w.comments), func(k int) bool { return w.comments[k].Start >= start }); k < len(w.comments) && w.comments[k].End <= end; k++ {
		comments = append(comments, Stretch{w.comments[k].Start - start, w.comments[k].End - start})
	}
	return Condensed(w.src[start:end], comments)
}

func (w *whens) holds(head, from, behind int) found {
	code := w.code(from, behind)
	switch code {
	case "", "true", "True", "TRUE", "1": // nothing is asked
		return found{}
	}
	if strings.HasPrefix(code, "{") {
		return found{} // a block of statements
	}
	return found{When{How: Holds, Code: code}, head}
}

// not is what holds where the condition from one token up to another does not.
func (w *whens) not(head, from, behind int) found {
	for behind-from > 2 && w.is(from, open, "(") && w.partner(from) == behind-1 && !w.several(from+1, behind-1) {
		from, behind = from+1, behind-1
	}
	op, behindOp, opposite := -1, -1, ""
	for at := from; at < behind; at++ {
		if !w.spend() {
			return found{}
		}
		text := w.text(at)
		if w.blocks == indents && op == -1 && at > from {
			// Marks and words of Python that are several tokens.
			next := ""
			if at+1 < behind {
				next = w.text(at + 1)
			}
			switch {
			case text == "!" && next == "=" && w.touch(at):
				op, behindOp, opposite = at, at+2, "=="
			case text == "is" && next == "not":
				op, behindOp, opposite = at, at+2, "is"
			case text == "is":
				op, behindOp, opposite = at, at+1, "is not"
			case text == "not" && next == "in":
				op, behindOp, opposite = at, at+2, "in"
			case text == "in":
				op, behindOp, opposite = at, at+1, "not in"
			}
			if op >= 0 {
				at = behindOp - 1
				continue
			}
		}
		switch w.kind(at) {
		case open:
			if w.partner(at) < 0 {
				return found{}
			}
			at = w.partner(at)
		case word:
			switch text {
			case "and", "or", "xor", "if", "let", "case", "is", "in", "not", "instanceof", "unless", "else", "lambda", "as", "await":
				if text == "not" && at == from {
					continue
				}
				op = -2
			case "eq", "ne", "lt", "gt", "le", "ge", "cmp", "x":
				switch {
				case w.language != "perl":
				case op == -1 && at > from && at < behind-1 && (text == "eq" || text == "ne"):
					op, behindOp, opposite = at, at+1, map[string]string{"eq": "ne", "ne": "eq"}[text]
				default:
					op = -2
				}
			}
		case mark:
			switch {
			case text == "." || text == "::" || text == "->" || text == "?." || text == "$" || text == "@" || text == "!" && (at == from || at == behindOp) || text == "-" && at == behindOp || text == "&." || text == "*" && at == from || text == "&" && at == from || text == ":" && w.language == "lua" || text == "\\" && w.language == "php":
			case opposites[text] != "" && op == -1 && at > from && at < behind-1:
				if op, behindOp, opposite = at, at+1, opposites[text]; opposite == "!=" && w.language == "lua" {
					opposite = "~="
				}
				if w.is(at+1, mark, "=") && w.touch(at) { // === in two tokens
					behindOp, opposite = at+2, opposite+"="
					at++
				}
			default:
				op = -2
			}
		}
	}
	fails := found{When{How: Holds, Not: true, Code: w.code(from, behind)}, head}
	if fails.Code == "" {
		return found{}
	}
	switch {
	case w.status:
		// What a shell negates goes up to the next "&&" or "||".
		if w.negates(from, behind) {
			return w.holds(head, from+1, behind)
		}
	case op == -2:
	case op >= 0 && (w.is(from, mark, "!") || w.is(from, word, "not")): // of the comparison, or of what it compares
	case op >= 0 && !strings.Contains(fails.Code, "…"):
		left, right := w.spelled(from, op), w.spelled(behindOp, behind)
		fails = found{When{How: Holds, Code: shortened(left + " " + opposite + " " + right)}, head}
	case (w.is(from, mark, "!") || w.is(from, word, "not")) && behind > from+1:
		return w.holds(head, from+1, behind)
	}
	return fails
}

// negates reports whether a command of a shell is negated as a whole.
func (w *whens) negates(from, behind int) bool {
	if w.text(from) != "!" || behind <= from+1 {
		return false
	}
	for at := from + 1; at < behind && w.spend(); at++ {
		if w.kind(at) == open && w.partner(at) > at {
			at = w.partner(at)
		} else if t := w.text(at); t == "&&" || t == "||" || t == ";" || t == "&" || w.newline(at) {
			return false
		}
	}
	return true
}

// opposites are the marks between two values of which one holds where the other does not.
var opposites = map[string]string{"==": "!=", "!=": "==", "===": "!==", "!==": "===", "~=": "=="}

// site is what the statement that begins at a token hangs on. Bare is, where it is the first in a block that hangs on nothing
// itself, the token that begins that; -1 elsewhere.
func (w *whens) site(i int) (f found, bare int) {
	if f, ok := w.further(i); ok {
		return f, -1
	}
	switch w.blocks {
	case braces:
		return w.siteInBraces(i)
	case indents:
		if w.around(i) >= 0 {
			return found{}, -1 // in a statement
		}
		return w.siteIndented(i)
	}
	if around := w.around(i); around >= 0 && !w.is(around, open, "{") {
		return found{}, -1
	}
	return w.siteInWords(i)
}

// further is what a line hangs on that begins with a further part of a statement: else, catch, case.
func (w *whens) further(i int) (f found, ok bool) {
	if w.matched[w.around(i)] && w.newline(i) && !w.is(i-1, mark, ",") && !w.is(i-1, mark, "|") || w.matched[w.around(i)] && w.is(i-1, mark, ",") && w.clauseBefore(i-1) && w.newline(i) {
		// A clause, up to its arrow.
		for at, n := i, 0; at < len(w.tokens) && n < maxType; n, at = n+1, at+1 {
			if w.kind(at) == open {
				if at = w.partner(at); at < 0 {
					break
				}
			} else if w.kind(at) == closed || w.is(at, mark, ";") {
				break
			} else if w.is(at, mark, w.dialect.arrow) {
				if at == i || !w.clauseArrow(w.dialect, at, w.matched) {
					break
				}
				return w.clauseAt(i, at), true
			}
		}
	}
	if w.kind(i) != word || !w.keyword(w.dialect, i) {
		return found{}, false
	}
	switch text := w.text(i); text {
	case "else":
		if w.blocks == braces && (w.is(i-1, closed, "}") || w.is(i-1, mark, ";")) {
			return w.otherwise(i), true
		}
	case "elseif", "elsif":
		if w.blocks == braces && w.is(i-1, closed, "}") { // its condition is asked where those before it do not hold
			f := w.otherwise(i)
			if f.How == Otherwise {
				f.How = Holds
			}
			return f, true
		}
	case "on":
		if w.language == "dart" && w.is(i-1, closed, "}") {
			if brace := w.braceBehind(i); brace > 0 {
				return found{When{How: In, Code: w.code(i, brace)}, i}, true
			}
		}
	case "catch":
		if w.blocks == braces && w.is(i-1, closed, "}") {
			if brace := w.braceBehind(i); brace > 0 {
				return found{When{How: In, Code: w.code(i, brace)}, i}, true
			}
		}
	case "except":
		if w.blocks == indents {
			return found{When{How: In, Code: w.code(i, w.colon(i+1))}, i}, true
		}
	case "elif":
		if w.blocks == indents {
			if before := w.partBefore(i); before >= 0 {
				return w.not(before, before+1, w.colon(before+1)), true
			}
			return found{}, true
		}
	case "case", "default":
		if w.language == "scala" {
			if arrow := w.arrowBehind(i); arrow > 0 && w.begins(i) {
				return w.clauseAt(i, arrow), true
			}
			break
		}
		if w.blocks == braces && w.dialect.clause == "case" {
			if colon := w.labelEnd(i); colon > 0 && w.begins(i) {
				return w.clauseAt(i, colon), true
			}
		}
	}
	return found{}, false
}

// arrowBehind is the arrow that ends the head of a clause of Scala; -1 where a word that looks like one begins something else.
func (w *whens) arrowBehind(i int) int {
	if w.dialect.but[w.text(i+1)] {
		return -1
	}
	for at, n := i+1, 0; at < len(w.tokens) && n < maxType; n, at = n+1, at+1 {
		switch {
		case w.kind(at) == open:
			if at = w.partner(at); at < 0 {
				return -1
			}
		case w.kind(at) == closed, w.is(at, mark, ";"), w.is(at, word, "case"):
			return -1
		case w.is(at, mark, "=>"):
			return at
		}
	}
	return -1
}

// braceBehind is the brace that begins a block behind a head; -1 where there is none near.
func (w *whens) braceBehind(i int) int {
	for at, n := i+1, 0; at < len(w.tokens) && n < maxType; n, at = n+1, at+1 {
		switch w.kind(at) {
		case open:
			if w.text(at) == "{" {
				return at
			}
			if at = w.partner(at); at < 0 {
				return -1
			}
		case closed:
			return -1
		case mark:
			if w.text(at) == ";" {
				return -1
			}
		}
	}
	return -1
}

// labelEnd is the mark that ends the label of a clause that begins at a token; -1 for none.
func (w *whens) labelEnd(i int) int {
	choices := 0
	for at, n := i+1, 0; at < len(w.tokens) && n < maxType; n, at = n+1, at+1 {
		switch w.kind(at) {
		case open:
			if at = w.partner(at); at < 0 {
				return -1
			}
		case closed:
			return -1
		case mark:
			switch w.text(at) {
			case "?":
				choices++
			case ":":
				if choices == 0 {
					return at
				}
				choices--
			case "->", "=>":
				return at
			case ";":
				return -1
			}
		}
	}
	return -1
}

// clauseAt is the clause whose head goes from one token up to the mark at another.
func (w *whens) clauseAt(first, end int) found {
	switch {
	case w.is(first, word, "default"), w.is(first, word, "_") && end == first+1, w.is(first, mark, "_") && end == first+1,
		w.is(first, word, "else") && end == first+1, w.is(first, word, "case") && end == first+2 && (w.text(first+1) == "_" || w.text(first+1) == "default"):
		return found{When{How: Rest}, first}
	}
	how := In
	if !w.is(first, word, "case") {
		if how = Matches; w.bare(w.around(first)) && !w.several(first, end) {
			how = Holds
		}
	}
	return found{When{How: how, Code: w.code(first, end)}, first}
}

// bare reports whether the clauses of the choice whose braces begin at a token are conditions: when { of Kotlin, match (true) { of
// PHP.
func (w *whens) bare(brace int) bool {
	switch w.language {
	case "kotlin":
		return w.is(brace-1, word, "when")
	case "php":
		return w.is(brace-1, closed, ")") && w.partner(brace-1) == brace-3 && w.is(brace-2, word, "true")
	}
	return false
}

// siteInBraces is site where braces hold statements together.
func (w *whens) siteInBraces(i int) (f found, bare int) {
	p := i - 1
	if op, _ := w.joint(i); op != "" && i > 0 {
		return w.arm(i), -1
	}
	switch {
	case i == 0:
		return found{}, -1
	case w.is(p, open, "{"):
		return w.ofBrace(p)
	case w.headed(i):
		return w.ofParen(w.partner(p)-1, w.partner(p), p)
	case w.is(p, word, "else") && w.keyword(w.dialect, p):
		return w.otherwise(p), -1
	case w.language == "scala" && w.comprehended(i) >= 0:
		return w.comprehension(w.comprehended(i)), -1
	case w.language == "scala" && w.is(p, word, "then") && w.keyword(w.dialect, p):
		return w.ofThen(p), -1
	case w.is(p, word, "in") && w.language == "swift":
		return found{}, -1
	case w.is(p, mark, ":") && w.caseColon(p):
		return w.label(i, p), -1
	case w.kind(p) == mark && (w.text(p) == "=>" || w.text(p) == "->"):
		return w.ofArrow(p), -1
	}
	if f := w.arm(i); f.How != Unknown || !w.begins(i) {
		return f, -1
	}
	return w.behind(i), -1
}

// joint is the mark or the word that stands at a token, or ends there, between two values of which the second may not be asked for:
// "?", ":", "&&", "||", "??". First is its first token. It is "" where there is none.
func (w *whens) joint(i int) (op string, first int) {
	switch text := w.text(i); w.kind(i) {
	case word:
		if (text == "and" || text == "or") && w.joins[text] && w.keyword(w.dialect, i) {
			return map[string]string{"and": "&&", "or": "||"}[text], i
		}
	case mark:
		switch text {
		case "&&", "||", "??", "?:", "//":
			if w.joins[text] && w.binary(i, i+1) || text == "//" && w.language == "perl" {
				return text, i
			}
		case "&", "|":
			if w.is(i-1, mark, text) && w.touch(i-1) && w.joins[text+text] && w.binary(i-1, i+1) {
				return text + text, i - 1
			}
			if w.is(i+1, mark, text) && w.touch(i) && w.joins[text+text] && w.binary(i, i+2) {
				return text + text, i
			}
		case "?":
			if w.is(i-1, mark, "?") && w.touch(i-1) && w.joins["??"] {
				return "??", i - 1
			}
			if w.is(i+1, mark, "?") && w.touch(i) && w.joins["??"] {
				return "??", i
			}
			if w.is(i+1, mark, ":") && w.touch(i) {
				return map[bool]string{true: "?:"}[w.joins["?:"]], i
			}
			if w.ternary && w.choice(w.dialect, i) {
				return "?", i
			}
		case ":":
			if w.is(i-1, mark, "?") && w.touch(i-1) {
				return map[bool]string{true: "?:"}[w.joins["?:"]], i - 1
			}
			if w.ternary && w.asks(i) >= 0 {
				return ":", i
			}
		}
	}
	return "", 0
}

// asks is the "?" that a ":" belongs to; -1 for none.
func (w *whens) asks(colon int) int {
	more := 0
	for at, n := colon-1, 0; at >= 0 && n < maxType && w.spend(); n, at = n+1, at-1 {
		switch w.kind(at) {
		case closed:
			if at = w.partner(at); at < 0 {
				return -1
			}
		case open:
			return -1
		case mark:
			switch w.text(at) {
			case ",", ";", "=>":
				return -1
			case ":":
				more++
			case "?":
				if !w.choice(w.dialect, at) {
					continue
				}
				if more == 0 {
					return at
				}
				more--
			}
		}
	}
	return -1
}

// lastCall is what is called last between two tokens; "" where that has no name.
func (w *whens) lastCall(head, behind int) string {
	at := behind - 1
	if w.is(at, closed, ")") {
		at = w.partner(at) - 1
	}
	if at <= head || w.kind(at) != word || !w.is(at-1, mark, ".") && !w.is(at-1, mark, "&.") {
		return ""
	}
	return w.text(at)
}

// arm is what a part of an expression hangs on that begins at a token: what a choice between two values decides, or what stands before
// "&&" and "||".
func (w *whens) arm(i int) found {
	op, first := w.joint(i)
	begin := i
	if op == "" {
		at := i - 1
		for w.is(at, open, "(") {
			begin = at
			at--
		}
		if op, first = w.joint(at); op == "" {
			return found{}
		}
	}
	asked := first
	if op == ":" {
		if asked = w.asks(first); asked < 0 {
			return found{}
		}
	}
	from := w.operand(asked, op)
	if from < 0 || from >= asked {
		return found{}
	}
	var f found
	switch op {
	case "?", "&&":
		f = w.holds(from, from, asked)
	case ":", "||":
		f = w.not(from, from, asked)
	default:
		f = w.missing(from, asked)
	}
	if f.How != Unknown {
		f.Start, f.End = w.start(i), w.armEnd(begin, op)
	}
	return f
}

// missing is what holds where there is no value from one token up to another.
func (w *whens) missing(from, behind int) found {
	code := w.code(from, behind)
	switch w.language {
	case "php":
		code = "isset(" + code + ")"
		if strings.Contains(code, " ") || strings.Count(code, "(") > 1 {
			return found{}
		}
		return found{When{How: Holds, Not: true, Code: code}, from}
	case "perl":
		return found{}
	}
	none := "null"
	if w.language == "swift" {
		none = "nil"
	}
	if strings.Contains(code, "…") {
		return found{}
	}
	if Parted(code) {
		code = "(" + code + ")"
	}
	return found{When{How: Holds, Code: shortened(code + " == " + none)}, from}
}

// binds is how strongly marks hold together what stands between two values, from the loosest on.
var binds = map[string]int{"?": 1, ":": 1, "?:": 2, "??": 2, "||": 3, "&&": 4}

// operand is the first token of the value before a mark; -1 where that is not clear.
func (w *whens) operand(asked int, op string) int {
	for at, n := asked-1, 0; at >= 0 && n < maxType && w.spend(); n, at = n+1, at-1 {
		stop := false
		switch w.kind(at) {
		case closed:
			if at = w.partner(at); at < 0 {
				return -1
			}
			if w.begins(at) && w.text(at) != "(" && w.text(at) != "[" {
				return -1
			}
		case open:
			return at + 1
		case word:
			switch w.text(at) {
			case "return", "throw", "case", "in", "of", "else", "yield", "if", "while", "for", "guard", "when", "match", "switch", "elseif", "elsif", "unless", "until", "echo", "print", "my", "our", "let", "var", "const", "val", "new", "delete", "void", "do", "then", "and", "or", "xor", "not":
				if !w.keyword(w.dialect, at) {
					continue
				}
				if w.text(at) == "new" || w.text(at) == "void" || w.text(at) == "delete" {
					continue
				}
				if w.text(at) == "let" || w.text(at) == "case" && w.language == "swift" || w.text(at) == "not" || w.text(at) == "and" || w.text(at) == "or" || w.text(at) == "xor" {
					return -1
				}
				return at + 1
			}
		case mark:
			text := w.text(at)
			before, _ := w.joint(at)
			switch {
			case before == ":" || before == "?" && op != "?" && op != ":":
				stop = true
			case before == "?":
				return -1
			case before != "":
				stop = binds[before] < binds[op]
			case text == "," || text == ";" || text == "=>" || text == "..." || text == ":" || text == "|" && w.language == "rust":
				stop = true
			case text == "->":
				stop = !w.points
			case text == "=" && w.kind(at-1) == mark && w.touch(at-1) && strings.HasSuffix(w.text(at-1), "="): // of ===
			case strings.HasSuffix(text, "=") && text != "==" && text != "!=" && text != "<=" && text != ">=" && text != "===" && text != "!==" && text != "~=":
				if w.language == "rust" || w.language == "swift" {
					for back := at - 1; back >= 0 && back > at-20 && !w.is(back, mark, ";"); back-- {
						if w.is(back, word, "let") || w.is(back, word, "case") {
							if p := w.text(back - 1); p == "if" || p == "while" || p == "&&" || p == "guard" || p == "," || p == "case" {
								return -1
							}
							break
						}
					}
				}
				stop = true
			}
		}
		if stop {
			return at + 1
		}
		if w.begins(at) && !(w.newline(at) && w.goesOn(at-1, at)) && !(w.points && w.is(at-1, mark, "->")) {
			return at
		}
	}
	return -1
}

// armEnd is the byte up to where the part of an expression goes that begins at a token behind a mark, or at it.
func (w *whens) armEnd(i int, op string) int {
	choices := 0
	for at := i; at < len(w.tokens) && w.spend(); at++ {
		if w.kind(at) == open {
			if w.partner(at) < 0 {
				return w.start(at)
			}
			at = w.partner(at)
		} else if w.kind(at) == closed || w.is(at, mark, ";") || w.is(at, mark, ",") {
			return w.start(at)
		} else if was, first := w.joint(at); was != "" && first > i {
			switch {
			case was == "?" && op == "?":
				choices++
			case was == ":" && choices > 0:
				choices--
			case was == ":" || binds[was] < binds[op] || was == "?":
				return w.start(first)
			}
		}
		if next := at + 1; w.lines && next < len(w.tokens) && w.newline(next) && !w.goesOn(at, next) {
			return w.end(at)
		}
	}
	return len(w.src)
}

// comprehended is the bracket that begins what a for of Scala goes over, whose body begins at a token; -1 for none.
func (w *whens) comprehended(i int) int {
	if w.is(i-1, word, "yield") {
		i--
	}
	if w.kind(i-1) != closed {
		return -1
	}
	if from := w.partner(i - 1); from > 0 && w.is(from-1, word, "for") && w.keyword(w.dialect, from-1) {
		return from
	}
	return -1
}

func (w *whens) comprehension(from int) found {
	code := w.code(from+1, w.partner(from))
	if code == "" {
		return found{}
	}
	return found{When{How: Each, Code: code}, from - 1}
}

// ofThen is what stands behind a then of Scala.
func (w *whens) ofThen(then int) found {
	for at, n := then-1, 0; at >= 0 && n < maxType; n, at = n+1, at-1 {
		switch {
		case w.kind(at) == closed:
			if at = w.partner(at); at < 0 {
				return found{}
			}
		case w.kind(at) == open, w.is(at, mark, ";"), w.is(at, word, "then"), w.is(at, word, "else"):
			return found{}
		case w.is(at, word, "if") && w.keyword(w.dialect, at):
			return w.holds(at, at+1, then)
		}
	}
	return found{}
}

// label is the clause whose label ends with the colon at a token, and with it those whose labels stand directly before it.
func (w *whens) label(i, colon int) found {
	for at, n := colon-1, 0; at >= 0 && n < maxType; n, at = n+1, at-1 {
		switch {
		case w.kind(at) == closed:
			if at = w.partner(at); at < 0 {
				return found{}
			}
		case w.kind(at) == open, w.is(at, mark, ";"):
			return found{}
		case (w.is(at, word, "case") || w.is(at, word, "default")) && w.keyword(w.dialect, at):
			if w.is(at-1, mark, ":") && w.caseColon(at-1) {
				// Several labels of one clause: they have one name where it is short.
				first := at
				for range 10 {
					before := w.labelBefore(first - 1)
					if before < 0 {
						break
					}
					first = before
				}
				if w.is(at, word, "default") {
					return found{When{How: Rest}, first}
				}
				return found{When{How: In, Code: w.code(first, colon)}, first}
			}
			return w.clauseAt(at, colon)
		}
	}
	return found{}
}

// labelBefore is where the label begins that ends with the colon at a token; -1 for none.
func (w *whens) labelBefore(colon int) int {
	if !w.is(colon, mark, ":") || !w.caseColon(colon) {
		return -1
	}
	for at, n := colon-1, 0; at >= 0 && n < 40; n, at = n+1, at-1 {
		if w.is(at, word, "case") || w.is(at, word, "default") {
			return at
		}
		if w.kind(at) == closed {
			if at = w.partner(at); at < 0 {
				return -1
			}
		}
	}
	return -1
}

// ofArrow is what the body behind an arrow hangs on: that of a clause, else that of a function, of which nothing is told.
func (w *whens) ofArrow(arrow int) found {
	if w.dialect.clause == "case" && (w.language == "java" || w.language == "scala" || w.language == "csharp" || w.language == "dart") {
		for at, n := arrow-1, 0; at >= 0 && n < maxType; n, at = n+1, at-1 {
			switch {
			case w.kind(at) == closed:
				if at = w.partner(at); at < 0 {
					return found{}
				}
			case w.kind(at) == open, w.is(at, mark, ";"), w.kind(at) == mark && (w.text(at) == "->" || w.text(at) == "=>"):
				at = -1
			case (w.is(at, word, "case") || w.is(at, word, "default")) && w.keyword(w.dialect, at):
				return w.clauseAt(at, arrow)
			}
			if at < 0 {
				break
			}
		}
	}
	if w.text(arrow) != w.dialect.arrow || !w.matched[w.around(arrow)] || !w.clauseArrow(w.dialect, arrow, w.matched) {
		return found{}
	}
	// From behind the clause before it.
	first := arrow
	for n := 0; first > 0 && n < maxType; n++ {
		p := first - 1
		if w.kind(p) == open || w.is(p, closed, "}") && w.newline(first) || w.is(p, mark, ";") || w.lines && w.newline(first) && !w.is(p, mark, ",") && !w.is(p, mark, "|") ||
			w.is(p, mark, ",") && !w.lines && (w.language == "rust" || w.clauseBefore(p)) {
			break
		}
		if w.kind(p) == closed {
			if p = w.partner(p); p < 0 {
				return found{}
			}
		}
		first = p
	}
	return w.clauseAt(first, arrow)
}

// clauseBefore reports whether the comma at a token ends a clause, whose arrow stands before it.
func (w *whens) clauseBefore(comma int) bool {
	for at, n := comma-1, 0; at >= 0 && n < maxType; n, at = n+1, at-1 {
		switch {
		case w.kind(at) == closed:
			if at = w.partner(at); at < 0 {
				return false
			}
		case w.kind(at) == open:
			return false
		case w.is(at, mark, w.dialect.arrow):
			return true
		}
	}
	return false
}

// ofBrace is what the block hangs on that a brace begins.
func (w *whens) ofBrace(brace int) (f found, bare int) {
	p := brace - 1
	switch {
	case brace == 0:
		return found{}, -1
	case w.language == "rust" || w.language == "swift":
		return w.ofPlainHead(brace)
	case w.language == "scala" && w.comprehended(brace) >= 0:
		return w.comprehension(w.comprehended(brace)), -1
	case w.is(p, closed, ")"):
		return w.ofParen(w.partner(p)-1, w.partner(p), p)
	case w.kind(p) == mark && (w.text(p) == "=>" || w.text(p) == "->"):
		return w.ofArrow(p), -1
	case w.is(p, mark, ":") && w.caseColon(p):
		return w.label(brace, p), -1
	case w.kind(p) == word && w.keyword(w.dialect, p):
		switch w.text(p) {
		case "else":
			return w.otherwise(p), -1
		case "try", "do", "unsafe":
			return found{}, p
		case "catch": // without what it catches
			return found{When{How: In, Code: "catch"}, p}, -1
		}
		if w.language == "dart" && w.is(p-1, word, "on") {
			return found{When{How: In, Code: w.code(p-1, brace)}, p - 1}, -1
		}
	case w.is(p, mark, ";"), w.is(p, open, "{"), w.is(p, closed, "}"):
		return found{}, brace
	}
	return found{}, -1
}

// ofParen is what hangs on a head whose word stands at one token and whose parentheses at others.
func (w *whens) ofParen(head, from, to int) (f found, bare int) {
	if w.language == "perl" && w.kind(head) == literal && strings.HasPrefix(w.text(head), "$") {
		// foreach my $x (…)
		first := head
		if w.kind(first-1) == word && slices.Contains([]string{"my", "our", "local", "state"}, w.text(first-1)) {
			first--
		}
		if w.is(first-1, word, "for") || w.is(first-1, word, "foreach") {
			return found{When{How: Each, Code: w.code(first, to+1)}, first - 1}, -1
		}
	}
	if head < 0 || w.kind(head) != word || !w.keyword(w.dialect, head) {
		return found{}, -1
	}
	name := w.text(head)
	switch name {
	case "constexpr", "await", "each", "likely", "unlikely":
		head--
		name = w.text(head)
	}
	switch name {
	case "if", "elseif", "elsif", "while":
		return w.holds(head, from+1, to), -1
	case "unless", "until":
		return w.not(head, from+1, to), -1
	case "for", "foreach":
		return w.loop(head, from+1, to), -1
	case "catch":
		from := head
		if w.language == "dart" && w.is(head-2, word, "on") {
			from -= 2
		}
		return found{When{How: In, Code: w.code(from, to+1)}, head}, -1
	case "try", "synchronized", "using", "lock", "with", "fixed":
		return found{}, head
	}
	return found{}, -1
}

// loop is what the body of a for hangs on, whose head goes from one token up to another.
func (w *whens) loop(head, from, behind int) found {
	var parts []int
	for at := from; at < behind; at++ {
		if w.kind(at) == open && w.partner(at) > at {
			at = w.partner(at)
		} else if w.is(at, mark, ";") {
			parts = append(parts, at)
		}
	}
	switch len(parts) {
	case 0:
		if code := w.code(from, behind); code != "" {
			return found{When{How: Each, Code: code}, head}
		}
	case 2:
		return w.holds(head, parts[0]+1, parts[1])
	}
	return found{}
}

// ofPlainHead is ofBrace for languages whose heads have no parentheses.
func (w *whens) ofPlainHead(brace int) (f found, bare int) {
	for at, n := brace-1, 0; at >= 0 && n < maxType; n, at = n+1, at-1 {
		if w.lines && at+1 < brace && w.newline(at+1) && !w.goesOn(at, at+1) && !(w.kind(at) == word && w.heads[w.text(at)]) {
			return found{}, -1 // the statement before
		}
		switch w.kind(at) {
		case closed:
			if w.text(at) == "}" && at == brace-1 {
				return found{}, brace
			}
			if w.text(at) == "}" && w.kind(at+1) != mark {
				return found{}, -1 // the statement before
			}
			if at = w.partner(at); at < 0 {
				return found{}, -1
			}
		case open:
			if at == brace-1 && w.text(at) == "{" {
				return found{}, brace
			}
			return found{}, -1
		case mark:
			switch text := w.text(at); {
			case text == ";" && at == brace-1:
				return found{}, brace
			case text == ";":
				return found{}, -1
			case text == "=>" && at == brace-1:
				return w.ofArrow(at), -1
			case text == "=>", text == "|" && at == brace-1:
				return found{}, -1
			case text == ":" && at == brace-1 && w.caseColon(at):
				return found{}, brace
			}
		case word:
			if !w.keyword(w.dialect, at) {
				continue
			}
			switch w.text(at) {
			case "let":
				if w.language == "rust" && w.text(at-1) != "if" && w.text(at-1) != "while" && w.text(at-1) != "&&" {
					return found{}, -1
				}
			case "if":
				return w.holds(at, at+1, brace), -1
			case "while":
				return w.holds(at, at+1, brace), -1
			case "for":
				if w.language == "rust" && w.impl(at) {
					return found{}, -1
				}
				return found{When{How: Each, Code: w.code(at+1, brace)}, at}, -1
			case "else":
				return w.otherwise(at), -1
			case "catch":
				return found{When{How: In, Code: w.code(at, brace)}, at}, -1
			case "loop", "unsafe", "do", "repeat":
				if at == brace-1 {
					return found{}, at
				}
				return found{}, -1
			case "match", "switch", "fn", "func", "init", "async", "move", "struct", "impl", "enum", "class", "extension", "trait", "mod", "protocol", "get", "set", "defer":
				return found{}, -1
			}
		}
	}
	return found{}, -1
}

// impl reports whether a for is that of an implementation.
func (w *whens) impl(i int) bool {
	for n := 0; n < 40 && i > 0 && !w.newline(i); n++ {
		i--
	}
	return w.is(i, word, "impl") || w.is(i, word, "unsafe")
}

// otherwise is what the block behind an else hangs on.
func (w *whens) otherwise(els int) found {
	if w.language == "swift" {
		// guard x else {
		for at, n := els-1, 0; at >= 0 && n < maxType; n, at = n+1, at-1 {
			if w.kind(at) == closed && w.text(at) != "}" && w.partner(at) >= 0 {
				at = w.partner(at)
			} else if w.is(at, word, "guard") {
				return w.not(at, at+1, els)
			} else if w.kind(at) == open || w.kind(at) == closed {
				break
			}
		}
	}
	if let := w.letBefore(els); let >= 0 {
		return w.not(let, let, els)
	}
	var from, behind, head int
	if w.is(els-1, closed, "}") && w.partner(els-1) >= 0 {
		var ok bool
		if from, behind, head, ok = w.condition(w.partner(els - 1)); !ok {
			return found{}
		}
	} else if from, behind, head = w.asked(els); head < 0 {
		return found{}
	}
	f := w.not(head, from, behind)
	if w.text(head) == "unless" {
		f = w.holds(head, from, behind)
	}
	if f.How == Holds && (w.is(head-1, word, "else") || w.text(head) == "elseif" || w.text(head) == "elsif") && !w.is(els+1, word, "if") {
		f.How = Otherwise
	}
	return f
}

// letBefore is the let of Rust that an else belongs to; -1 for none.
func (w *whens) letBefore(els int) int {
	if w.language != "rust" || w.is(els-1, closed, "}") {
		return -1
	}
	for at, n := els-1, 0; at >= 0 && n < maxType && w.spend(); n, at = n+1, at-1 {
		switch {
		case w.kind(at) == closed:
			if at = w.partner(at); at < 0 {
				return -1
			}
		case w.kind(at) == open, w.is(at, mark, ";"), w.is(at, word, "if"), w.is(at, word, "else"):
			return -1
		case w.is(at, word, "let"):
			return at
		}
	}
	return -1
}

// asked is the condition of an if without braces to which an else belongs, from one token up to another; head is -1 where that is not
// clear.
func (w *whens) asked(els int) (from, behind, head int) {
	last := els - 1
	if w.is(last, mark, ";") {
		last--
	}
	head = -1
	for at, n := last, 0; at >= 0 && n < maxType && w.spend(); n, at = n+1, at-1 {
		switch {
		case w.is(at, closed, "}") && at < last:
			return from, behind, head // the statement before
		case w.kind(at) == closed:
			if at = w.partner(at); at < 0 {
				return 0, 0, -1
			}
			continue
		case w.kind(at) == open, w.is(at, mark, ";"), w.is(at, word, "else"), w.is(at, word, "for"), w.is(at, word, "while"), w.is(at, word, "do"), w.is(at, word, "switch"), w.is(at, word, "case"):
			return from, behind, head
		case w.is(at, word, "if") && w.keyword(w.dialect, at):
			if head >= 0 {
				return 0, 0, -1
			}
			f, b, body := w.head(at)
			if body < 0 || body > last || w.is(body, open, "{") {
				return 0, 0, -1
			}
			from, behind, head = f, b, at
		}
	}
	return from, behind, head
}

// condition is that of the if whose block a brace begins, from one token up to another.
func (w *whens) condition(brace int) (from, behind, head int, ok bool) {
	if w.language == "rust" || w.language == "swift" {
		f, _ := w.ofPlainHead(brace)
		if f.How != Holds || w.text(f.head) != "if" {
			return 0, 0, 0, false
		}
		return f.head + 1, brace, f.head, true
	}
	if !w.is(brace-1, closed, ")") {
		return 0, 0, 0, false
	}
	from = w.partner(brace - 1)
	head = from - 1
	if w.is(head, word, "constexpr") {
		head--
	}
	switch w.text(head) {
	case "if", "elseif", "elsif", "unless":
		return from + 1, brace - 1, head, w.kind(head) == word
	}
	return 0, 0, 0, false
}

// behind says when the flow comes to a statement from the one before it.
func (w *whens) behind(i int) found {
	first := w.first(i - 1)
	if first < 0 || first >= i {
		return found{}
	}
	flows := found{When{Start: w.start(first), End: w.end(i - 1)}, first}
	take := func(f found) found {
		if f.How == Unknown {
			return flows
		}
		f.Start, f.End, f.Behind = w.start(i), w.listEnd(i), true
		return f
	}
	if w.kind(first) != word || w.targeted(i) || w.lines && w.newline(first) && w.newline(i) && w.column(first) > w.column(i) {
		return flows
	}
	switch text := w.text(first); text {
	case "if", "unless":
		from, behind, body := w.head(first)
		if body < 0 || !w.leavesBody(body, i) {
			break
		}
		if text == "unless" {
			return take(w.holds(first, from, behind))
		}
		return take(w.not(first, from, behind))
	case "guard":
		if w.language == "swift" && w.is(i-1, closed, "}") {
			if els := w.partner(i-1) - 1; w.is(els, word, "else") {
				return take(w.holds(first, first+1, els))
			}
		}
	case "let":
		if w.language == "rust" && w.is(i-1, mark, ";") && w.is(i-2, closed, "}") {
			if els := w.partner(i-2) - 1; w.is(els, word, "else") && w.letBefore(els) == first {
				return take(w.holds(first, first, els))
			}
		}
	case "for", "foreach", "while", "until":
		if w.is(i-1, closed, "}") {
			if brace := w.partner(i - 1); brace > first {
				if code := w.code(first, brace); code != "" && !w.is(brace-1, closed, "}") {
					return take(found{When{How: Ended, Code: code}, first})
				}
			}
		}
	case "return", "die", "croak", "next", "last", "throw":
		// return x if y;
		if w.language == "perl" {
			return take(w.modified(first, i))
		}
	case "else":
		if !w.is(first+1, word, "if") {
			return take(w.aside(first, i))
		}
		// A chain of which each part leaves.
		last := first + 1
		from, behind, body := w.head(last)
		if body < 0 || !w.leavesBody(body, i) {
			break
		}
		f := w.not(last, from, behind)
		for at, n := first, 0; n < maxType; n++ {
			if !w.is(at-1, closed, "}") || w.partner(at-1) < 0 || !w.leavesBlock(w.partner(at-1)) {
				return flows
			}
			_, _, head, ok := w.condition(w.partner(at - 1))
			if !ok {
				return flows
			}
			if !w.is(head-1, word, "else") {
				break
			}
			at = head - 1
		}
		if f.How == Holds {
			f.How = Otherwise
		}
		return take(f)
	}
	return flows
}

// aside is what holds behind an if with an else, of which one leaves and the other does not.
func (w *whens) aside(els, behind int) found {
	if !w.is(els-1, closed, "}") || w.partner(els-1) < 0 {
		return found{}
	}
	block := w.partner(els - 1)
	from, to, head, ok := w.condition(block)
	if !ok || w.text(head) != "if" || w.is(head-1, word, "else") {
		return found{}
	}
	switch this, other := w.leavesBlock(block), w.leavesBody(els+1, behind); {
	case this && !other:
		return w.not(head, from, to)
	case other && !this:
		return w.holds(head, from, to)
	}
	return found{}
}

// listEnd is the byte up to where the flow that comes to a statement goes on in its list: the end of its block, of its clause, or where
// a place begins that others jump to.
func (w *whens) listEnd(i int) int {
	around := w.around(i)
	shut := len(w.tokens)
	if around >= 0 && w.partner(around) > i {
		shut = w.partner(around)
	}
	for at := i; at < shut && w.spend(); at++ {
		switch {
		case w.kind(at) == open && w.partner(at) > at:
			at = w.partner(at)
		case w.kind(at) != word || at == i:
		case (w.text(at) == "case" || w.text(at) == "default") && w.keyword(w.dialect, at) && w.begins(at), w.targeted(at):
			return w.start(at)
		}
	}
	return w.start(shut)
}

// targeted reports whether a statement has a name that others can jump to.
func (w *whens) targeted(i int) bool {
	if w.language != "c" && w.language != "cpp" && w.language != "csharp" && w.language != "php" || w.kind(i) != word || !w.is(i+1, mark, ":") || w.text(i) == "default" {
		return false
	}
	return w.is(i-1, mark, ";") || w.is(i-1, closed, "}") || w.is(i-1, open, "{") || w.is(i-1, mark, ":") || w.is(i-1, closed, ")")
}

// head is the condition of the if at a token, from one token up to another, and the first of its body; body is -1 for none.
func (w *whens) head(i int) (from, behind, body int) {
	if w.language == "rust" || w.language == "swift" {
		if brace := w.braceBehind(i); brace > 0 {
			return i + 1, brace, brace
		}
		return 0, 0, -1
	}
	at := i + 1
	if w.is(at, word, "constexpr") {
		at++
	}
	if !w.is(at, open, "(") || w.partner(at) < 0 {
		return 0, 0, -1
	}
	return at + 1, w.partner(at), w.partner(at) + 1
}

// leavesBody reports whether the flow never comes from the body of an if, which ends before a token, to what is behind it.
func (w *whens) leavesBody(body, behind int) bool {
	if w.is(body, open, "{") {
		return w.partner(body) == behind-1 && w.leavesBlock(body)
	}
	return w.leaves(body) && w.finish(body) == behind
}

// leavesBlock reports whether the flow never comes behind the block that a brace begins.
func (w *whens) leavesBlock(brace int) bool {
	shut := w.partner(brace)
	if shut <= brace+1 {
		return false
	}
	last := w.first(shut - 1)
	return last > brace && w.leaves(last)
}

// leaves reports whether the flow leaves with the statement at a token.
func (w *whens) leaves(i int) bool {
	if w.kind(i) != word || !w.keyword(w.dialect, i) || w.conditional(i) {
		return false
	}
	switch w.text(i) {
	case "return", "throw", "break", "continue":
		return true
	case "next", "last", "die":
		return w.language == "perl" || w.language == "ruby" && w.text(i) == "next"
	case "raise":
		return w.language == "python" || w.language == "ruby" || w.language == "elixir"
	}
	kind, ok := w.ends(i)
	return ok && (kind == Panic || kind == ErrorReturn || kind == later) && !w.is(i, word, "goto") && !w.is(i, word, "assert")
}

// conditional reports whether what stands behind a statement of Ruby or Perl says when it is done: return x if y.
func (w *whens) conditional(i int) bool {
	if w.language != "ruby" && w.language != "perl" {
		return false
	}
	for at := i + 1; at < len(w.tokens) && w.spend(); at++ {
		switch {
		case w.kind(at) == open && w.partner(at) > at:
			at = w.partner(at)
		case w.kind(at) == closed, w.is(at, mark, ";"), w.lines && w.newline(at) && !w.goesOn(at-1, at):
			return false
		case w.kind(at) == word && w.keyword(w.dialect, at):
			switch w.text(at) {
			case "if", "unless", "while", "until", "for", "foreach":
				return true
			}
		}
	}
	return false
}

// modified is what holds behind a statement that leaves where what stands behind it holds: return x if y.
func (w *whens) modified(first, behind int) found {
	for at := first + 1; at < behind; at++ {
		if w.kind(at) == open && w.partner(at) > at {
			at = w.partner(at)
			continue
		}
		end := behind
		if w.is(end-1, mark, ";") {
			end--
		}
		switch {
		case w.is(at, word, "if") && w.keyword(w.dialect, at):
			return w.not(at, at+1, end)
		case w.is(at, word, "unless") && w.keyword(w.dialect, at):
			return w.holds(at, at+1, end)
		}
	}
	return found{}
}

// blockEnd is the byte up to where the block goes that the statement at a token stands in.
func (w *whens) blockEnd(i int) int {
	if w.blocks == braces {
		if w.headed(i) || w.is(i-1, word, "else") || w.is(i-1, word, "then") || w.is(i-1, word, "yield") || w.kind(i-1) == mark && (w.text(i-1) == "=>" || w.text(i-1) == "->") && w.language != "scala" {
			return w.end(w.finish(i) - 1)
		}
		around := w.around(i)
		if around < 0 || w.partner(around) < i {
			return len(w.src)
		}
		shut := w.partner(around)
		if w.language == "scala" && w.is(i-1, mark, "=>") {
			return w.listEnd(i)
		}
		if w.is(i, word, "else") || w.is(i, word, "catch") || w.is(i, word, "case") || w.is(i, word, "default") {
			i++
		}
		if w.is(i-1, mark, ":") || w.is(i-1, word, "case") || w.is(i-1, word, "default") {
			// Up to the next clause.
			for at := i; at < shut && w.spend(); at++ {
				if w.kind(at) == open && w.partner(at) > at {
					at = w.partner(at)
				} else if (w.is(at, word, "case") || w.is(at, word, "default")) && at > i && w.begins(at) {
					return w.start(at)
				}
			}
			return w.start(shut)
		}
		if w.is(i-1, word, "else") || w.is(i-1, word, "catch") {
			if brace := w.braceBehind(i - 1); brace > 0 {
				if !w.is(i, word, "if") {
					return w.scanned.behind(brace)
				}
				return w.chainEnd(brace)
			}
		}
		return min(w.start(shut), w.listEnd(i))
	}
	column := w.column(i)
	if !w.newline(i) {
		column++ // what follows on a line
	}
	for at := i + 1; at < len(w.tokens) && w.spend(); at++ {
		if w.kind(at) == open && w.partner(at) > at {
			at = w.partner(at)
			continue
		}
		if w.newline(at) && w.column(at) < column {
			return w.start(at)
		}
	}
	return len(w.src)
}

// chainEnd is the end of a chain of conditions, of which a brace begins a block.
func (w *whens) chainEnd(brace int) int {
	end := w.scanned.behind(brace)
	for range maxType {
		shut := w.partner(brace)
		if shut < 0 || !w.is(shut+1, word, "else") {
			return end
		}
		if brace = w.braceBehind(shut + 1); brace < 0 {
			return end
		}
		end = w.scanned.behind(brace)
	}
	return end
}

// siteIndented is site where indentation holds statements together.
func (w *whens) siteIndented(i int) (f found, bare int) {
	if w.is(i, word, "else") && w.newline(i) {
		return w.ofLine(i)
	}
	head := w.headOf(i)
	same := !w.newline(i)
	if same {
		head = w.line(i)
		if head == i || !w.is(i-1, mark, ":") || w.around(i) != w.around(head) {
			return found{}, -1
		}
	}
	if head < 0 {
		return w.behindIndented(i, -1), -1
	}
	if !same && w.line(i-1) != head {
		return w.behindIndented(i, head), -1
	}
	return w.ofLine(head)
}

// ofLine is what hangs on the head that begins a line, where indentation holds statements together.
func (w *whens) ofLine(head int) (f found, bare int) {
	word0 := head
	if w.is(head, word, "async") {
		word0++
	}
	colon := w.colon(word0 + 1)
	if w.is(word0+1, mark, ":") {
		colon = word0 + 1
	}
	if colon < 0 {
		return found{}, -1
	}
	switch w.text(word0) {
	case "if", "elif", "while":
		return w.holds(head, word0+1, colon), -1
	case "for":
		return found{When{How: Each, Code: w.code(word0+1, colon)}, head}, -1
	case "except":
		return found{When{How: In, Code: w.code(word0, colon)}, head}, -1
	case "case":
		return w.clauseAt(word0, colon), -1
	case "with", "try":
		return found{}, head
	case "else":
		before := w.partBefore(head)
		if before < 0 {
			return found{}, -1
		}
		at := before
		if w.is(at, word, "async") {
			at++
		}
		switch w.text(at) {
		case "if":
			return w.not(before, at+1, w.colon(at+1)), -1
		case "elif":
			f := w.not(before, at+1, w.colon(at+1))
			if f.How == Holds {
				f.How = Otherwise
			}
			return f, -1
		case "for", "while":
			return found{When{How: Completed, Code: w.code(before, w.colon(at+1))}, before}, -1
		case "except", "try":
			return found{When{How: Raised}, before}, -1
		}
	}
	return found{}, -1
}

// partBefore is the first token of the line before one of the same column, where nothing between is less deep; -1 for none.
func (w *whens) partBefore(i int) int {
	column := w.column(i)
	for at, n := i-1, 0; at >= 0 && n < 20*maxHead && w.look(); n, at = n+1, at-1 {
		if w.kind(at) == closed && w.partner(at) >= 0 {
			at = w.partner(at)
		}
		if w.around(at) != w.around(i) || !w.newline(at) || w.spliced(at) {
			continue
		}
		switch c := w.column(at); {
		case c < column:
			return -1
		case c == column:
			return at
		}
	}
	return -1
}

// behindIndented is behind where indentation holds statements together. Head is the line around the statement; -1 for none.
func (w *whens) behindIndented(i, head int) found {
	before := w.partBefore(i)
	if before < 0 {
		return found{}
	}
	flows := found{When{Start: w.start(before), End: w.end(i - 1)}, before}
	take := func(f found) found {
		if f.How == Unknown {
			return flows
		}
		f.Start, f.End, f.Behind = w.start(i), w.blockEnd(i), true
		return f
	}
	at := before
	if w.is(at, word, "async") {
		at++
	}
	switch w.text(at) {
	case "if":
		if colon := w.colon(at + 1); colon > 0 && w.leavesLines(colon, i) {
			return take(w.not(before, at+1, colon))
		}
	case "elif":
		// A chain of which each part leaves.
		colon := w.colon(at + 1)
		if colon < 0 || !w.leavesLines(colon, i) {
			break
		}
		f := w.not(before, at+1, colon)
		for part, behind, n := w.partBefore(at), at, 0; n < maxType; n++ {
			if part < 0 || !w.is(part, word, "if") && !w.is(part, word, "elif") {
				return flows
			}
			colon := w.colon(part + 1)
			if colon < 0 || !w.leavesLines(colon, behind) {
				return flows
			}
			if w.is(part, word, "if") {
				break
			}
			part, behind = w.partBefore(part), part
		}
		if f.How == Holds {
			f.How = Otherwise
		}
		return take(f)
	case "else":
		head := w.partBefore(at)
		if head < 0 || !w.is(head, word, "if") {
			break
		}
		colon, own := w.colon(head+1), w.colon(at)
		if w.is(at+1, mark, ":") {
			own = at + 1
		}
		if colon < 0 || own < 0 {
			break
		}
		switch this, other := w.leavesLines(colon, at), w.leavesLines(own, i); {
		case this && !other:
			return take(w.not(head, head+1, colon))
		case other && !this:
			return take(w.holds(head, head+1, colon))
		}
	case "for", "while":
		if colon := w.colon(at + 1); colon > 0 {
			return take(found{When{How: Ended, Code: w.code(before, colon)}, before})
		}
	}
	return flows
}

// leavesLines reports whether the flow never comes from the block behind a colon, or behind a word, to a token behind it.
func (w *whens) leavesLines(colon, behind int) bool {
	first := colon + 1
	if first >= behind {
		return false
	}
	if !w.newline(first) {
		return w.leaves(first)
	}
	column, last := w.column(first), first
	for at := first; at < behind; at++ {
		if !w.spend() {
			return false
		}
		if w.kind(at) == open && w.partner(at) > at {
			at = w.partner(at)
			continue
		}
		if at > first && w.newline(at) && w.column(at) == column && !w.spliced(at) {
			last = at
		}
	}
	return w.leaves(last)
}

// siteInWords is site where words hold statements together.
func (w *whens) siteInWords(i int) (f found, bare int) {
	if i == 0 {
		return found{}, -1
	}
	p := i - 1
	if w.kind(p) == mark && w.text(p) == "->" && w.language == "elixir" {
		return w.wordClause(p), -1
	}
	if w.status && w.is(p, mark, ")") {
		return w.wordClause(p), -1
	}
	if around := w.around(i); around >= 0 && w.language == "ruby" && (p == around || w.is(p, mark, "|") && w.newline(i)) {
		return w.ofBlock(around), -1
	}
	if !w.newline(i) {
		switch {
		case w.is(p, word, "then") && w.keyword(w.dialect, p):
			return w.ofWordLine(w.inner(w.lineStart(p), i), i)
		case w.is(p, word, "else") && w.keyword(w.dialect, p) && w.newline(p):
			return w.otherwiseInWords(p), -1
		}
		return found{}, -1
	}
	if arrow := w.clauseOnLine(i); arrow > i {
		return w.wordClause(arrow), -1
	}
	if w.kind(i) == word && w.keyword(w.dialect, i) {
		switch w.text(i) {
		case "elsif", "elseif", "elif": // its condition is asked where those before it do not hold
			f := w.otherwiseInWords(i)
			if f.How == Otherwise {
				f.How = Holds
			}
			return f, -1
		case "else", "when", "rescue", "catch", "ensure", "end", "fi", "done", "esac":
			return w.ofWordLine(i, w.lineEnd(i))
		}
	}
	if w.goesOn(p, i) {
		return found{}, -1 // in a statement
	}
	before := w.lineStart(p)
	if w.column(before) < w.column(i) {
		return w.ofWordLine(w.inner(before, i), i)
	}
	return w.behindWords(i), -1
}

// clauseOnLine is the mark in the line that begins with a token which ends the head of a clause; -1 for none.
func (w *whens) clauseOnLine(i int) int {
	if w.language != "elixir" && !w.status {
		return -1
	}
	for at, n := i, 0; at < len(w.tokens) && n < maxType && (at == i || !w.newline(at)); n, at = n+1, at+1 {
		switch {
		case w.kind(at) == open:
			if at = w.partner(at); at < 0 {
				return -1
			}
		case w.kind(at) == closed, w.status && w.is(at, word, "case"):
			return -1
		case w.is(at, word, "fn"), w.is(at, word, "do"):
			return -1
		case w.status && w.is(at, mark, ")"), !w.status && w.is(at, mark, "->"):
			return at
		}
	}
	return -1
}

// inner is the word that begins a block in a line which goes from one token up to another, as x = if y does; the first token of
// the line where there is none.
func (w *whens) inner(head, behind int) int {
	if w.kind(head) == word && w.keyword(w.dialect, head) && w.heads[w.text(head)] {
		return head
	}
	for at := head + 1; at < behind; at++ {
		if w.kind(at) == open && w.partner(at) > at {
			at = w.partner(at)
			continue
		}
		if w.valued(at) {
			return at
		}
	}
	return head
}

// valued reports whether a token begins a block whose value goes somewhere: x = if y.
func (w *whens) valued(at int) bool {
	if w.kind(at) != word {
		return false
	}
	switch w.text(at) {
	case "if", "unless", "case", "cond", "while", "until", "begin", "try", "with", "receive":
	default:
		return false
	}
	p := at - 1
	if w.is(p, word, "return") {
		return true
	}
	text := w.text(p)
	return w.kind(p) == mark && (strings.HasSuffix(text, "=") && text != "==" && text != "!=" && text != "<=" && text != ">=" || text == "<<" || text == "\\")
}

// ofBlock is what hangs on the braces of a block of Ruby: items.map { |x|.
func (w *whens) ofBlock(brace int) found {
	if w.kind(brace-1) != word && !w.is(brace-1, closed, ")") {
		return found{} // a hash
	}
	return w.block(w.lineStart(brace-1), brace)
}

// block is what hangs on the block that a call is given, which goes from one token up to another, without what its value is given to.
func (w *whens) block(head, behind int) found {
	for at := head; at < behind; at++ {
		if w.kind(at) == open && w.partner(at) > at {
			at = w.partner(at)
			continue
		}
		if text := w.text(at); w.is(at, word, "return") || w.kind(at) == mark && (strings.HasSuffix(text, "=") && text != "==" && text != "!=" && text != "<=" && text != ">=" || text == "<<") {
			head = at + 1
		}
	}
	switch code := w.code(head, behind); code {
	case "", "lambda", "proc", "Proc.new", "loop":
		return found{}
	default:
		if strings.ContainsAny(code, "{…") {
			if code = w.lastCall(head, behind); code == "" {
				return found{}
			}
		}
		return found{When{How: Within, Code: code}, head}
	}
}

// lineStart is the first token of the line that ends with one, or of those that it goes on from.
func (w *whens) lineStart(i int) int {
	around := -2
	for n := 0; i > 0 && n < maxHead && w.look(); n, i = n+1, i-1 {
		if w.kind(i) == closed && w.partner(i) >= 0 {
			i = w.partner(i)
		}
		if around == -2 {
			around = w.around(i)
		}
		if w.newline(i) && w.around(i) == around && !w.goesOn(i-1, i) {
			return i
		}
	}
	return i
}

// lineEnd is the token behind the line that begins with one.
func (w *whens) lineEnd(i int) int {
	for at := i + 1; at < len(w.tokens) && w.spend(); at++ {
		if w.kind(at-1) == open && w.partner(at-1) >= at {
			at = w.partner(at-1) + 1
		}
		if w.newline(at) {
			return at
		}
	}
	return len(w.tokens)
}

// ofWordLine is what hangs on the head that goes from one token up to another.
func (w *whens) ofWordLine(head, behind int) (f found, bare int) {
	if w.kind(head) != word || !w.keyword(w.dialect, head) {
		return w.ofOpened(head, behind), -1
	}
	end := w.headEnd(head, behind)
	switch w.text(head) {
	case "if", "while", "elsif", "elseif", "elif":
		return w.holds(head, head+1, end), -1
	case "unless", "until":
		return w.not(head, head+1, end), -1
	case "for":
		return found{When{How: Each, Code: w.code(head+1, end)}, head}, -1
	case "when", "in":
		if w.language == "ruby" {
			return found{When{How: In, Code: w.code(head, end)}, head}, -1
		}
	case "rescue", "catch":
		if w.language == "ruby" {
			return found{When{How: In, Code: w.code(head, end)}, head}, -1
		}
	case "begin":
		return found{}, head
	case "else":
		return w.otherwiseInWords(head), -1
	case "def", "class", "module", "function", "local", "ensure":
		return found{}, -1
	}
	return w.ofOpened(head, behind), -1
}

// headEnd is the token behind the head that begins at one, in a line that ends before another: its "then" or "do", or what
// stands before these.
func (w *whens) headEnd(head, behind int) int {
	end := behind
	for at := head + 1; at < behind; at++ {
		if w.kind(at) == open && w.partner(at) > at {
			at = w.partner(at)
		} else if w.is(at, word, "then") || w.is(at, word, "do") && at == behind-1 {
			end = at
			break
		}
	}
	for end > head+1 && w.is(end-1, mark, ";") {
		end--
	}
	return end
}

// ofOpened is what hangs on a line that opens a block of a call: items.each do |x|.
func (w *whens) ofOpened(head, behind int) found {
	if w.language == "ruby" && w.opensLine(behind-1) {
		end := behind - 1
		for end > head && !w.is(end, word, "do") {
			end--
		}
		return w.block(head, end)
	}
	if w.language == "elixir" && w.is(behind-1, mark, "->") {
		return w.wordClause(behind - 1)
	}
	return found{}
}

// wordClause is the clause whose head ends with the mark at a token.
func (w *whens) wordClause(end int) found {
	first := w.lineStart(end)
	if w.status {
		for first = end; first > 0 && !w.newline(first); first-- {
		}
	}
	for at := first; at < end; at++ {
		if w.is(at, word, "fn") {
			return found{}
		}
	}
	opener := w.opener(first)
	switch {
	case end != first+1:
	case w.status && w.text(first) == "*", w.is(first, word, "_"), w.is(first, word, "true") && w.conditions(opener):
		return found{When{How: Rest}, first}
	}
	if w.language == "elixir" {
		switch text := w.text(opener); {
		case text == "after" || text == "catch" || text == "rescue":
			return found{When{How: In, Code: shortened(text + " " + w.code(first, end))}, first}
		case w.conditions(opener):
			return w.holds(first, first, end)
		}
	}
	return found{When{How: Matches, Code: w.code(first, end)}, first}
}

// opener is the first token of the line that the clause which begins at a token stands deeper than; -1 where there is none near.
func (w *whens) opener(first int) int {
	column := w.column(first)
	for at, n := first-1, 0; at >= 0 && n < 20*maxHead && w.look(); n, at = n+1, at-1 {
		if w.kind(at) == closed && w.partner(at) >= 0 {
			at = w.partner(at)
		}
		if w.newline(at) && w.around(at) == w.around(first) && w.column(at) < column {
			return at
		}
	}
	return -1
}

// conditions reports whether the clauses behind a line of Elixir are conditions: cond do.
func (w *whens) conditions(head int) bool {
	if w.language != "elixir" || head < 0 {
		return false
	}
	end := w.lineEnd(head)
	return w.is(end-1, word, "do") && w.is(end-2, word, "cond")
}

// otherwiseInWords is what hangs on an else.
func (w *whens) otherwiseInWords(els int) found {
	before := w.partBefore(els)
	if before >= 0 {
		before = w.inner(before, w.lineEnd(before))
	} else {
		before = w.partWithin(els)
	}
	if before < 0 || w.kind(before) != word {
		return found{}
	}
	end := w.headEnd(before, w.lineEnd(before))
	switch w.text(before) {
	case "if":
		return w.not(before, before+1, end)
	case "unless":
		return w.holds(before, before+1, end)
	case "elsif", "elseif", "elif":
		f := w.not(before, before+1, end)
		if f.How == Holds {
			f.How = Otherwise
		}
		return f
	case "when", "in":
		return found{When{How: Rest}, before}
	case "rescue":
		return found{When{How: Raised}, before}
	}
	return found{}
}

// partWithin is the word before an else that stands as deep as this and begins a block in a line, as x = if y does; -1 for none.
func (w *whens) partWithin(els int) int {
	column := w.indent(els)
	for at, n := els-1, 0; at >= 0 && n < 20*maxHead && w.look(); n, at = n+1, at-1 {
		if w.kind(at) == closed && w.partner(at) >= 0 {
			at = w.partner(at)
		}
		if w.around(at) != w.around(els) {
			return -1
		}
		if c := w.indent(at); c == column && w.valued(at) {
			return at
		} else if w.newline(at) && c < column && !w.valuedIn(at, column) {
			return -1
		}
	}
	return -1
}

// valuedIn reports whether a line that begins at a token has a word at a column that begins a block.
func (w *whens) valuedIn(first, column int) bool {
	for at := first + 1; at < w.lineEnd(first) && w.spend(); at++ {
		if w.indent(at) == column && w.valued(at) {
			return true
		}
	}
	return false
}

// indent is how many bytes stand on its line before a token.
func (w *whens) indent(i int) int {
	start := w.start(i)
	return start - strings.LastIndexByte(w.src[:start], '\n') - 1
}

// once reports whether no word between two tokens begins or ends a block.
func (w *whens) once(from, behind int) bool {
	for at := from; at < behind; at++ {
		if w.kind(at) == word && (w.heads[w.text(at)] || w.ending(at)) {
			return false
		}
	}
	return from < behind
}

// behindWords is behind where words hold statements together.
func (w *whens) behindWords(i int) found {
	before := w.partBefore(i)
	if before < 0 {
		return found{}
	}
	flows := found{When{Start: w.start(before), End: w.end(i - 1)}, before}
	take := func(f found) found {
		if f.How == Unknown {
			return flows
		}
		f.Start, f.End, f.Behind = w.start(i), w.blockEnd(i), true
		return f
	}
	if w.kind(before) != word {
		return flows
	}
	switch text := w.text(before); {
	case slices.Contains([]string{"return", "raise", "next", "break", "fail"}, text) && w.language == "ruby":
		return take(w.modified(before, i))
	case text == "if" && w.language == "lua":
		// if x then return end
		end := w.lineEnd(before)
		then := w.headEnd(before, end)
		if w.is(then, word, "then") && end == i && w.is(end-1, word, "end") && w.once(then+1, end-1) && w.leaves(then+1) {
			return take(w.not(before, before+1, then))
		}
	case w.ending(before) && w.lineEnd(before) == i:
		head := w.partBefore(before)
		if head < 0 || w.kind(head) != word {
			break
		}
		if w.is(head, word, "else") {
			els := head
			if head = w.partBefore(els); head < 0 || !w.is(head, word, "if") {
				break
			}
			end := w.lineEnd(head)
			last := w.headEnd(head, end)
			switch this, other := w.leavesLines(end-1, els), w.leavesLines(els, before); {
			case this && !other:
				return take(w.not(head, head+1, last))
			case other && !this:
				return take(w.holds(head, head+1, last))
			}
			break
		}
		end := w.lineEnd(head)
		last := w.headEnd(head, end)
		switch w.text(head) {
		case "if":
			if w.leavesLines(end-1, before) {
				return take(w.not(head, head+1, last))
			}
		case "unless":
			if w.leavesLines(end-1, before) {
				return take(w.holds(head, head+1, last))
			}
		case "while", "until", "for":
			return take(found{When{How: Ended, Code: w.code(head, last)}, head})
		}
	}
	return flows
}

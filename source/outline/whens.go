package outline

import (
	"slices"
	"sort"
	"strings"
)

// Whens says of places of a text, by their byte offsets, when they run, by its tokens; nil where it can't be told of any: of a
// language whose flow nobody has told, and of a text that is broken.
func Whens(language, text string) func(offset int) When {
	o, ok := Of(language, text)
	d := dialects[language]
	if !ok || d == nil || o.Broken >= 0 {
		return nil
	}
	w := &whens{kinds: kinds{scanned: o.scanned, dialect: d, language: language}, funcs: o.Funcs, comments: o.Comments}
	w.matched = w.scanned.choices(d)
	return w.at
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
	for behind-from > 2 && w.is(from, open, "(") && w.partner(from) == behind-1 {
		from, behind = from+1, behind-1
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
	return found{When{How: Holds, Code: code}, head}
}

// not is what holds where the condition from one token up to another does not.
func (w *whens) not(head, from, behind int) found {
	for behind-from > 2 && w.is(from, open, "(") && w.partner(from) == behind-1 {
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
			}
		case mark:
			switch {
			case text == "." || text == "::" || text == "->" || text == "?." || text == "$" || text == "@" || text == "!" && (at == from || at == behindOp) || text == "-" && at == behindOp || text == "&." || text == "*" && at == from || text == "&" && at == from:
			case opposites[text] != "" && op == -1 && at > from && at < behind-1:
				op, behindOp, opposite = at, at+1, opposites[text]
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
	case op == -2 || w.status:
	case op >= 0 && (w.is(from, mark, "!") || w.is(from, word, "not")): // of the comparison, or of what it compares
	case op >= 0 && !strings.Contains(fails.Code, "…"):
		left, right := w.code(from, op), w.code(behindOp, behind)
		fails = found{When{How: Holds, Code: shortened(left + " " + opposite + " " + right)}, head}
	case (w.is(from, mark, "!") || w.is(from, word, "not")) && behind > from+1:
		return w.holds(head, from+1, behind)
	}
	return fails
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
		if w.blocks == braces && w.dialect.clause == "case" && w.language != "scala" {
			if colon := w.labelEnd(i); colon > 0 && w.begins(i) {
				return w.clauseAt(i, colon), true
			}
		}
	}
	return found{}, false
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
		how = Matches
	}
	return found{When{How: how, Code: w.code(first, end)}, first}
}

// siteInBraces is site where braces hold statements together.
func (w *whens) siteInBraces(i int) (f found, bare int) {
	p := i - 1
	switch {
	case i == 0:
		return found{}, -1
	case w.is(p, open, "{"):
		return w.ofBrace(p)
	case w.headed(i):
		return w.ofParen(w.partner(p)-1, w.partner(p), p)
	case w.is(p, word, "else") && w.keyword(w.dialect, p):
		return w.otherwise(p), -1
	case w.is(p, word, "in") && w.language == "swift":
		return found{}, -1
	case w.is(p, mark, ":") && w.caseColon(p):
		return w.label(i, p), -1
	case w.kind(p) == mark && (w.text(p) == "=>" || w.text(p) == "->"):
		return w.ofArrow(p), -1
	}
	if !w.begins(i) {
		return found{}, -1
	}
	return w.behind(i), -1
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
	case "my", "our": // foreach my $x (…)
		return found{}, -1
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
		switch w.kind(at) {
		case closed:
			if w.text(at) == "}" && at == brace-1 {
				return found{}, brace
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
	if !w.is(els-1, closed, "}") || w.partner(els-1) < 0 {
		return found{}
	}
	from, behind, head, ok := w.condition(w.partner(els - 1))
	if !ok {
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
	end := len(w.src)
	if around := w.around(i); around >= 0 && w.partner(around) > i {
		end = w.start(w.partner(around))
	}
	take := func(f found) found {
		if f.How == Unknown {
			return flows
		}
		f.Start, f.End = w.start(i), end
		return f
	}
	if w.kind(first) != word {
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
		// A chain of which each part leaves.
		if !w.is(first+1, word, "if") {
			break
		}
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
	if w.kind(i) != word || !w.keyword(w.dialect, i) {
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
		if w.headed(i) || w.is(i-1, word, "else") || w.kind(i-1) == mark && (w.text(i-1) == "=>" || w.text(i-1) == "->") {
			return w.end(w.finish(i) - 1)
		}
		around := w.around(i)
		if around < 0 || w.partner(around) < i {
			return len(w.src)
		}
		shut := w.partner(around)
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
		return w.start(shut)
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
			return found{When{How: Ended, Code: w.code(before, w.colon(at+1))}, before}, -1
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
		f.Start, f.End = w.start(i), w.blockEnd(i)
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
	if !w.newline(i) {
		return found{}, -1
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
	before := w.lineStart(p)
	if w.column(before) < w.column(i) {
		return w.ofWordLine(before, i)
	}
	return w.behindWords(i), -1
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
		return found{When{How: In, Code: w.code(head, behind)}, head}
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
	if w.is(first, word, "_") && end == first+1 || w.is(first, word, "true") && end == first+1 || w.status && w.is(first, mark, "*") && end == first+1 {
		return found{When{How: Rest}, first}
	}
	return found{When{How: Matches, Code: w.code(first, end)}, first}
}

// otherwiseInWords is what hangs on an else.
func (w *whens) otherwiseInWords(els int) found {
	before := w.partBefore(els)
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
		f.Start, f.End = w.start(i), w.blockEnd(i)
		return f
	}
	if w.kind(before) != word {
		return flows
	}
	switch text := w.text(before); {
	case slices.Contains([]string{"return", "raise", "next", "break", "fail"}, text) && w.language == "ruby":
		return take(w.modified(before, i))
	case w.ending(before) && w.lineEnd(before) == i:
		head := w.partBefore(before)
		if head < 0 || w.kind(head) != word {
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

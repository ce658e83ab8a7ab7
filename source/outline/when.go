package outline

import (
	"strings"
	"unicode/utf8"
)

// How says in what way a place hangs on the code that When names.
type How uint8

const (
	// Unknown is where nothing can be told.
	Unknown How = iota
	// Holds: it runs when the code, a condition, holds; with When.Not, when it does not.
	Holds
	// Otherwise is Holds for the last part of a chain of conditions, which none of those before holds for either.
	Otherwise
	// In: it runs in a clause, of which the code is the head: `case "zip"`, `catch (IOException e)`.
	In
	// Matches: it runs in a clause whose head is a pattern alone: `Some(1)` of Rust.
	Matches
	// Rest: it runs in the clause that takes all that no other does. The code is the head of the choice; "" where it has none.
	Rest
	// Unmatched: it runs when no clause of a choice applies, of which the code is the head.
	Unmatched
	// Each: it runs for each element of a loop, of which the code is the head without its first word.
	Each
	// Ended: it runs when a loop ends, of which the code is the head.
	Ended
	// Completed: it runs when a loop ends that nothing breaks off, of which the code is the head.
	Completed
	// Called: it runs when the function is called that the code names; Passed when one is that was passed to what it names,
	// Returned when one is that was returned.
	Called
	Passed
	Returned
	// Within: it runs in the block of code that is handed to a call, which the code names: `items.each` of Ruby.
	Within
	// Raised: it runs when nothing is raised before it. There is no code.
	Raised
)

// When is what makes the code at a place run, as far as the nearest choice around it tells: what stands further out has to
// hold, too.
type When struct {
	How How
	// Not tells that the condition must not hold.
	Not bool
	// Behind tells that the place stands behind a statement of its block which decides that, and in no block of it.
	Behind bool
	// Code is on one line, and at most some 60 characters of it.
	Code string
	// Start and End are the byte offsets between which all hangs on it. Of an unknown place they are those of the statement
	// before it; both 0 for none.
	Start, End int
}

// Parted reports whether code has parts that a "not" before it could be taken for one of: whether a space stands in it, in no
// brackets and no string, or it is cut.
func Parted(code string) bool {
	depth, quote := 0, rune(0)
	for _, c := range code {
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '`':
			quote = c
		case c == '(' || c == '[' || c == '{':
			depth++
		case c == ')' || c == ']' || c == '}':
			depth--
		case c == ' ' && depth <= 0:
			return true
		}
	}
	return strings.HasSuffix(code, "…")
}

// mostCode bounds how many characters of a condition are shown.
const mostCode = 60

// Condensed is code on one line, without comments, and cut at an operator where it is long. Comments are given by their places in
// it.
func Condensed(code string, comments []Stretch) string {
	var b strings.Builder
	at := 0
	for _, c := range comments {
		if c.Start >= at && c.End <= len(code) {
			b.WriteString(strings.TrimRight(code[at:c.Start], " \t") + " ")
			at = c.End
			for at < len(code) && (code[at] == ' ' || code[at] == '\t') {
				at++
			}
		}
	}
	b.WriteString(code[at:])
	lines := strings.FieldsFunc(b.String(), func(r rune) bool { return r == '\n' || r == '\r' })
	b.Reset()
	for _, line := range lines {
		line = strings.TrimSpace(line)
		line = strings.TrimSpace(strings.TrimSuffix(line, "\\"))
		if line == "" {
			continue
		}
		if so := b.String(); so != "" {
			switch {
			case strings.HasSuffix(so, ",") && (line[0] == ')' || line[0] == ']'):
				b.Reset()
				b.WriteString(strings.TrimSuffix(so, ","))
			case strings.HasSuffix(so, "(") || strings.HasSuffix(so, "["), line[0] == ')', line[0] == ']', line[0] == '.', strings.HasPrefix(line, "?."):
			default:
				b.WriteByte(' ')
			}
		}
		b.WriteString(line)
	}
	return shortened(b.String())
}

// shortened cuts code at an operator, behind which an ellipsis stands for the rest.
func shortened(code string) string {
	if utf8.RuneCountInString(code) <= mostCode {
		return code
	}
	head := code
	for n, i := 0, 0; i < len(code); n++ {
		if n == mostCode-1 {
			head = code[:i]
			break
		}
		_, size := utf8.DecodeRuneInString(code[i:])
		i += size
	}
	// The last of the operators that bind least.
	for _, ops := range [][]string{{" || ", " or ", " && ", " and "}, {", ", " == ", " != ", " = ", " < ", " > ", " <= ", " >= ", " := ", " + "}, {"(", " ", "."}} {
		best := 0
		for _, op := range ops {
			if i := strings.LastIndex(head, op); i > 0 {
				best = max(best, i+len(strings.TrimRight(op, " ")))
			}
		}
		if best >= mostCode/4 {
			if head[best-1] == '(' || head[best-1] == '.' {
				return head[:best] + "…"
			}
			return head[:best] + " …"
		}
	}
	return head + "…"
}

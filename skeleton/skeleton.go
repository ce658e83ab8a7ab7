// Package skeleton makes the test that a function lacks: where it belongs, in the style of the tests around it, with one
// row for each way through the function that no test takes. What it makes compiles, and fails until somebody has filled
// it in. It reads nothing but the texts that it is given, and writes nothing.
package skeleton

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// File is a text with its name: that in its directory for Go, else slash-separated and relative to the workspace folder.
type File struct{ Name, Text string }

// Span goes from the byte offset Start of a text up to, not including, End.
type Span struct{ Start, End int }

// Missed is what of a function no test takes.
type Missed struct {
	// Whole tells that no test reaches the function.
	Whole bool
	// Parts are what never ran of a function that did, in the text of its file.
	Parts []Span
}

// never reports whether what begins at an offset never ran.
func (m Missed) never(offset int) bool {
	return m.Whole || slices.ContainsFunc(m.Parts, func(s Span) bool { return s.Start <= offset && offset < s.End })
}

// Edit puts Text in the place of what a text has from the byte offset Start up to End.
type Edit struct {
	Span
	Text string
}

// Skeleton is a test that was made.
type Skeleton struct {
	// File is the file that it goes to, named as the texts are. New tells that there is none of that name.
	File string
	New  bool
	// Edits make what File holds into what it is to hold. They are sorted and do not overlap. A new file is one edit at 0.
	Edits []Edit
	// Test is what the test is called.
	Test string
	// Body is the new test alone.
	Body string
	// Cursor is the byte offset, in the text that the edits make, of the first row to be filled in.
	Cursor int
}

// Apply makes the edits in the text of File, "" where that is new.
func (s *Skeleton) Apply(text string) string {
	var b strings.Builder
	at := 0
	for _, e := range s.Edits {
		b.WriteString(text[at:e.Start])
		b.WriteString(e.Text)
		at = e.End
	}
	b.WriteString(text[at:])
	return b.String()
}

// refuse is the error that says in a sentence why there can be no test of a name.
func refuse(format string, args ...any) error { return fmt.Errorf(format, args...) }

// way is a way through a function.
type way struct {
	name string
	// fails tells that it ends with an error.
	fails bool
	// after is the call that comes before, which tells apart what is called the same; "" for none.
	after string
}

// maxWays bounds how many rows a table gets, maxWay the length in bytes of the name of one.
const (
	maxWays = 24
	maxWay  = 60
)

// distinct gives each way a name of its own, and leaves out those beyond the bound.
func distinct(ways []way) []way {
	ways = ways[:min(len(ways), maxWays)]
	count := map[string]int{}
	for _, w := range ways {
		count[w.name]++
	}
	taken := map[string]int{}
	for i := range ways {
		w := &ways[i]
		if count[w.name] > 1 && w.after != "" {
			w.name += " after " + w.after
		}
		if taken[w.name]++; taken[w.name] > 1 {
			w.name = fmt.Sprintf("%s (%d)", w.name, taken[w.name])
		}
	}
	return ways
}

// clip shortens a name, on one line.
func clip(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if len(s) <= maxWay {
		return s
	}
	s = strings.ToValidUTF8(s[:maxWay], "")
	return strings.TrimSpace(s) + "…"
}

// newSkeleton puts a test behind what a file holds, "" for a new one. The edits come before.
func (s *Skeleton) add(text, test string, cursor int, before ...Edit) {
	end := len(strings.TrimRight(text, " \t\r\n"))
	nl := "\n"
	if strings.Contains(text, "\r\n") {
		nl = "\r\n"
		cursor += strings.Count(test[:cursor], "\n")
		test = strings.ReplaceAll(test, "\n", "\r\n")
	}
	lead := ""
	if end > 0 {
		lead = nl + nl
	}
	slices.SortStableFunc(before, func(a, b Edit) int { return cmp.Compare(a.Start, b.Start) })
	s.Edits = append(before, Edit{Span{end, len(text)}, lead + test})
	s.Cursor = end + len(lead) + cursor
	for _, e := range before {
		s.Cursor += len(e.Text) - (e.End - e.Start)
	}
}

// free is the first of the names, else the last with a number behind it, that is not taken.
func free(taken func(name string) bool, names ...string) string {
	for _, n := range names {
		if n != "" && !taken(n) {
			return n
		}
	}
	last := names[len(names)-1]
	for i := 2; ; i++ {
		if n := fmt.Sprintf("%s%d", last, i); !taken(n) {
			return n
		}
	}
}

// Package origin knows which text a coverage profile was made of, and carries what the profile says of it to a later
// text. A profile has places of one text only; over any other it says something of other functions.
//
// A text fits a profile where all that the profile says can be true of it: in Go, where its blocks are those that go
// test divides the text into ([Fits]). Of a text that fits, prints of its lines and the places of its functions are kept
// ([Text]), which is enough to find each function of it in another text, as long as it is the same ([Carry]). Where no
// text is found that fits, functions are found by the shape of their blocks ([CarryByShape]), by their names
// ([CarryByName]) or by the columns of their statements ([CarryByColumns], [CarryIdle]).
package origin

import (
	"bytes"
	"fmt"
	"hash/crc32"
	"slices"
	"strings"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/source"
)

// Text is what is kept of a source text. It holds nothing of the text but names, and must not be written.
type Text struct {
	// Lines are fingerprints of its lines without their terminators, without the ; and , behind brackets that stand alone,
	// and without what git has put into "$Id$", CRC-32C; the first is that of line 1.
	Lines []uint32
	// Funcs are its functions, as far as anybody knows them, sorted by their first lines, the outer before the inner.
	Funcs []Func
	// Commit is a commit that has the text, in hexadecimal digits; "" where none is known.
	Commit string
	// Or are texts of which nobody knows whether the profile is of them instead; nil where that is known.
	Or []*Text
}

// Func is a function of a text.
type Func struct {
	// Name is that of Name.
	Name string
	// First and Last are 1-based lines, both of the function.
	First, Last uint32
}

// Of keeps a text. Parsed holds its functions; nil where the language is not known. File is what a profile of it says,
// of which the functions are kept, too; nil for none. Name is the text's file name; see source.Locate.
func Of(name, content string, parsed *source.Parsed, file *coverage.File) *Text {
	t := &Text{Lines: Prints(content)}
	take := func(funcs []coverage.Func) {
		for i := range funcs {
			f := &funcs[i]
			t.Funcs = append(t.Funcs, Func{Name(f), f.Span.Start.Line, lastLine(f.Span)})
		}
	}
	if parsed != nil {
		take(parsed.Funcs)
	}
	if file != nil && len(file.Funcs) > 0 {
		take(source.Locate(name, content, file.Funcs).Complete(file).Funcs)
	}
	slices.SortStableFunc(t.Funcs, compareFuncs)
	t.Funcs = slices.Clip(slices.Compact(t.Funcs))
	for i := range t.Funcs {
		t.Funcs[i].Name = strings.Clone(t.Funcs[i].Name)
	}
	return t
}

// Name is what a function is called in a Text: as people read it, but for what is in quotes there, such as table["key"],
// which is text of the source.
func Name(f *coverage.Func) string {
	name := f.String()
	if strings.ContainsAny(name, "\"'`") {
		return fmt.Sprintf("#%x", source.Fingerprint(name))
	}
	return name
}

// lastLine is the last line of which a span has something.
func lastLine(s coverage.Span) uint32 {
	if s.End.Col == 0 && s.End.Line > s.Start.Line {
		return s.End.Line - 1
	}
	return max(s.Start.Line, s.End.Line)
}

func compareFuncs(a, b Func) int {
	switch {
	case a.First != b.First:
		return int(a.First) - int(b.First)
	case a.Last != b.Last:
		return int(b.Last) - int(a.Last)
	}
	return strings.Compare(a.Name, b.Name)
}

// Prints are the fingerprints of the lines of a text, as those of Text are.
func Prints(content string) []uint32 {
	table := crc32.MakeTable(crc32.Castagnoli)
	out := make([]uint32, 0, strings.Count(content, "\n")+1)
	for rest := []byte(content); ; {
		line, behind, more := bytes.Cut(rest, []byte{'\n'})
		line = bytes.TrimSuffix(line, []byte{'\r'})
		// What stands behind the end of a function is none of it.
		if cut := bytes.TrimRight(line, ";,"); len(cut) < len(line) && closing(cut) {
			line = cut
		}
		line = withoutID(line)
		out = append(out, crc32.Checksum(line, table))
		if !more {
			return out
		}
		rest = behind
	}
}

// withoutID is a line with "$Id$" as git keeps it, where a checkout has put the name of the text into it.
func withoutID(line []byte) []byte {
	const id = "$Id:"
	from := bytes.Index(line, []byte(id))
	if from < 0 {
		return line
	}
	rest := line[from+len(id):]
	to := bytes.IndexByte(rest, '$')
	if to < 0 {
		return line
	}
	return slices.Concat(line[:from], []byte("$Id$"), withoutID(rest[to+1:]))
}

// closing reports whether a line has nothing but what ends blocks.
func closing(line []byte) bool {
	line = bytes.TrimSpace(line)
	return len(line) > 0 && len(bytes.Trim(line, " \t})]")) == 0
}

// Bytes is about how much memory the text takes.
func (t *Text) Bytes() int64 {
	n := int64(4 * len(t.Lines))
	for _, f := range t.Funcs {
		n += 24 + int64(len(f.Name))
	}
	for _, o := range t.Or {
		n += o.Bytes()
	}
	return n
}

// SameLines reports whether two texts have the same lines, however these are ended.
func SameLines(a, b *Text) bool { return a == b || slices.Equal(a.Lines, b.Lines) }

package text

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Edit replaces a range of a text, or all of it, with Text.
type Edit struct {
	Range Range
	Text  string
	Whole bool // Text replaces everything, Range means nothing
}

// Apply returns the text after edits, one after the other, each in the coordinates of the text that
// the ones before it left: what a didChange notification carries. Positions are clamped as in
// [Text.Offset], and a range may have its ends swapped.
func (t *Text) Apply(edits []Edit, enc Encoding) *Text {
	for i, e := range slices.Backward(edits) {
		if e.Whole {
			t, edits = New(e.Text), edits[i+1:]
			break
		}
	}
	for len(edits) > 0 {
		t, edits = t.applySome(edits, enc)
	}
	return t
}

// applySome applies the first edits, at least one, and returns the text with the edits that are
// left. Editors send the edits of many cursors last place first: as long as each lies before all the
// others, where it is in t is where it is in their result, and the result need be built only once.
func (t *Text) applySome(edits []Edit, enc Encoding) (*Text, []Edit) {
	var parts []string // of the result, last first
	done, intact := 0, len(t.s)
	for _, e := range edits {
		start, end := t.Offset(e.Range.Start, enc), t.Offset(e.Range.End, enc)
		if end < start {
			start, end = end, start
		}
		if done > 0 && !t.fixed(end, intact) {
			break
		}
		parts = append(parts, t.s[end:intact], e.Text)
		intact = start
		done++
	}
	parts = append(parts, t.s[:intact])
	slices.Reverse(parts)
	return New(strings.Join(parts, "")), edits[done:]
}

// fixed reports whether the position of offset stays the same whatever follows t.s[:intact]. Where
// that ends, a line may grow, and bytes of invalid UTF-8 may become part of a rune.
func (t *Text) fixed(offset, intact int) bool {
	return offset+utf8.UTFMax <= intact || offset < intact && t.s[intact-1] < utf8.RuneSelf
}

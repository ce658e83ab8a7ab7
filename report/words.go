package report

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"github.com/covls/covls/coverage"
)

// number prints a count with commas between its thousands: 14,192.
func number(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// count prints a count with its noun: "1 file", "1,000 files".
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	if base, ok := strings.CutSuffix(noun, "branch"); ok {
		return number(n) + " " + base + "branches"
	}
	return number(n) + " " + noun + "s"
}

// units prints a count of statements or lines.
func units(n int, u coverage.Unit) string { return number(n) + " " + u.Noun(n) }

// share prints the covered share with two decimals: "27.53 %", "–" where there is nothing to cover.
func share(t coverage.Tally) string {
	p, ok := t.Percent()
	if !ok {
		return "–"
	}
	return fixed(p)
}

// fixed prints a percentage with two decimals.
func fixed(percent float64) string { return strconv.FormatFloat(percent, 'f', 2, 64) + " %" }

// plain prints a percentage with the digits that it has: "55 %", "66.67 %".
func plain(percent Percent) string {
	s := strconv.FormatFloat(float64(percent), 'f', 2, 64)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".") + " %"
}

// points prints a part of a total in percentage points: "+2.55".
func points(part, total int) string {
	if total == 0 {
		return "–"
	}
	return fmt.Sprintf("+%.2f", float64(part)*100/float64(total))
}

// list joins words: "a", "a and b", "a, b and c".
func list(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}

// some joins the first most words and says how many more there are.
func some(words []string, most int, noun string) string {
	if len(words) > most+1 {
		words = append(words[:most:most], count(len(words)-most, "more "+noun))
	}
	return list(words)
}

// clean makes one printable line of what a profile or a source says: control characters become
// spaces, and what is too long is cut in its middle.
func clean(s string, most int) string {
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }), " ")
	if r := []rune(s); len(r) > most {
		half := (most - 1) / 2
		return string(r[:half]) + "…" + string(r[len(r)-half:])
	}
	return s
}

// nameMost is how long a name can be in a list, in characters.
const nameMost = 100

// code puts text into a Markdown code span, whatever is in it, also inside a table.
func code(s string) string {
	s = strings.ReplaceAll(clean(s, 200), "|", `\|`)
	if !strings.Contains(s, "`") {
		return "`" + s + "`"
	}
	return "`` " + s + " ``"
}

// markdownEscapes are what has a meaning in a line of Markdown.
var markdownEscapes = strings.NewReplacer(`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "<", "&lt;", ">", "&gt;", "|", `\|`, "#", `\#`, "&", "&amp;")

// prose is text from outside as Markdown that shows it as it is.
func prose(s string) string { return markdownEscapes.Replace(clean(s, 300)) }

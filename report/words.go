package report

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/escape"
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

// aim prints what the sum is to reach: "60 %", "90 %, the next step", and "several" where folders have different ones.
func (s *Summary) aim() string {
	switch {
	case s.Target == nil:
		return "several"
	case s.NextStep:
		return plain(*s.Target) + ", the next step"
	}
	return plain(*s.Target)
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

// shortened cuts what is too long in its middle; most is in characters.
func shortened(s string, most int) string {
	if r := []rune(s); len(r) > most {
		half := (most - 1) / 2
		return string(r[:half]) + "…" + string(r[len(r)-half:])
	}
	return s
}

// nameMost is how long a name can be in a list, in characters.
const nameMost = 100

// code is a name in a code span of Markdown.
func code(s string) string { return escape.Code(shortened(s, 200)) }

// prose is a text of others in Markdown.
func prose(s string) string { return escape.Markdown(shortened(escape.Words(s), 300)) }

// isOrAre goes on behind a number of things.
func isOrAre(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

// ofTests goes on behind figures that count functions of tests which did not run: " · 2 test helpers did not run"; "" where there are none.
func ofTests(n int) string {
	if n == 0 {
		return ""
	}
	return " · " + count(n, "test helper") + " did not run"
}

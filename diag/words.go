package diag

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/gap"
	"github.com/covls/covls/source"
	"github.com/covls/covls/workspace"
)

// number prints a percentage without trailing zeros: 60, 86.72.
func number(percent float64) string { return strconv.FormatFloat(percent, 'f', -1, 64) }

// AndUnknown goes on behind figures that leave out functions of which nobody knows whether they are covered:
// " · 3 unknown"; "" where there are none.
func AndUnknown(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(" · %d unknown", n)
}

// about is a share with one decimal, cut and not rounded, so that nothing seems to be more than it is: "86.7 %". There must
// be something to cover.
func about(t coverage.Tally) string {
	return number(float64(t.Covered*1000/t.Total)/10) + " %"
}

// of prints "0 of 14 statements".
func of(t coverage.Tally, u coverage.Unit) string {
	if t.Total == 0 {
		return "no " + u.String()
	}
	return strconv.Itoa(t.Covered) + " of " + strconv.Itoa(t.Total) + " " + u.Noun(t.Total)
}

// size says how much of a function that no test reaches is to be reached: "14 statements". What ran of it did so when
// the file was loaded, like the line of an arrow function.
func size(f *coverage.Func, u coverage.Unit) string {
	if missed := f.Statements.Uncovered(); missed > 0 {
		return fmt.Sprintf("%d %s", missed, u.Noun(missed))
	}
	return "never called"
}

// Uncovered says what is missing: "ParseConfig is not tested (14 statements)".
func Uncovered(file *workspace.File, f *coverage.Func) string {
	return uncovered(file, f, gap.KindOf(file, f))
}

func uncovered(file *workspace.File, f *coverage.Func, k source.Kind) string {
	return gap.Title(file, f) + " is not " + reached(file) + " (" + size(f, file.Coverage.Unit) + ")" + kindWords(k)
}

// Missed says how many statements or lines never ran of a function that a test reaches, or of the file
// where function is "".
func Missed(file *workspace.File, function string, n int) string {
	s := fmt.Sprintf("%d %s", n, file.Coverage.Unit.Noun(n))
	if function != "" {
		s += " of " + function
	}
	return s + " " + didNotRun(file)
}

// Reached is what a function that is not covered is not: "tested", or by whose tests it is not.
func Reached(by workspace.Credit) string {
	switch by {
	case workspace.CreditAll:
		return "tested"
	case workspace.CreditOwn:
		return "tested by its own package"
	}
	return "run by the tests in the profile"
}

// reached is Reached of a function of a file.
func reached(file *workspace.File) string { return Reached(file.Credit) }

// didNotRun is what became of what is not covered of a function, or of a file.
func didNotRun(file *workspace.File) string {
	switch file.Credit {
	case workspace.CreditAll:
		return "never ran"
	case workspace.CreditOwn:
		return "did not run in its own package's tests"
	}
	return "did not run in the tests of the profile"
}

func upper(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

const staleWord = "stale: changed since the profile was made"

// plural prints "1 statement", "2 statements".
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}

// lines prints "line 7", "lines 7–9".
func lines(first, last uint32) string {
	if first == last {
		return fmt.Sprintf("line %d", first)
	}
	return fmt.Sprintf("lines %d–%d", first, last)
}

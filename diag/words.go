package diag

import (
	"fmt"
	"path"
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

// shortOf says how far a file is from its target: "12 short of 60 %", "at its target of 60 %".
func shortOf(f *workspace.File) string {
	if gap := f.Gap(); gap > 0 {
		return fmt.Sprintf("%d short of %s %%", gap, number(f.Target()))
	}
	return fmt.Sprintf("at its target of %s %%", number(f.Target()))
}

// of prints "0 of 14 statements".
func of(t coverage.Tally, u coverage.Unit) string {
	if t.Total == 0 {
		return "no " + u.String()
	}
	return strconv.Itoa(t.Covered) + " of " + strconv.Itoa(t.Total) + " " + u.Noun(t.Total)
}

// untested says how much of a function that no test reaches was not reached: "0 of 14 statements". What
// ran of it did so when the file was loaded, like the line of an arrow function.
func untested(f *coverage.Func, u coverage.Unit) string {
	if missed := f.Statements.Uncovered(); missed > 0 {
		return of(coverage.Tally{Total: missed}, u)
	}
	return "never called"
}

// Uncovered says what is missing and how urgent it is.
func Uncovered(file *workspace.File, f *coverage.Func) string {
	return uncovered(file, f, gap.KindOf(file, f)) + urgency(file)
}

func uncovered(file *workspace.File, f *coverage.Func, k source.Kind) string {
	return f.String() + " is not " + reached(file) + " (" + untested(f, file.Coverage.Unit) + ")" + kindWords(k)
}

// Missed says how many statements or lines never ran of a function that a test reaches, or of the file
// where function is "", and how urgent that is.
func Missed(file *workspace.File, function string, n int) string {
	s := fmt.Sprintf("%d %s", n, file.Coverage.Unit.Noun(n))
	if function != "" {
		s += " of " + function
	}
	return s + " " + didNotRun(file) + urgency(file)
}

// reached is what a function that is not covered is not.
func reached(file *workspace.File) string {
	if file.OwnTests {
		return "tested by its own package"
	}
	return "covered"
}

// didNotRun is what became of what is not covered of a function, or of a file.
func didNotRun(file *workspace.File) string {
	if file.OwnTests {
		return "did not run in its own package's tests"
	}
	return "never ran"
}

func upper(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// urgency goes on behind what is uncovered in a file, with its tier and gap; "" at its target.
func urgency(file *workspace.File) string {
	if file.Gap() == 0 {
		return ""
	}
	return fmt.Sprintf(" · %s: %s is %s%s", file.Standing.Tier, path.Base(file.Name), shortOf(file), AndUnknown(len(file.Unknown)))
}

const staleWord = "stale: its text changed since the profile was made"

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

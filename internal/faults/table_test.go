package faults_test

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// tableFile holds the table between two comments.
var tableFile = filepath.Join("..", "..", "docs", "reliability.md")

const (
	tableBegin = "<!-- The fault suite writes what follows: make test-faults ARGS=-update -->\n"
	tableEnd   = "<!-- The fault suite's part ends here. -->\n"
)

// measured is what a fault cost.
type measured struct {
	peak int64 // bytes
	took time.Duration
}

// columns are the figures of a row, coarse enough to be the same on another day.
func (m measured) columns() string {
	memory := "–"
	if m.peak > 0 {
		const step = 16 << 20
		memory = fmt.Sprintf("%d MiB", (m.peak+step-1)/step*step>>20)
	}
	for _, d := range []time.Duration{100 * time.Millisecond, time.Second, 3 * time.Second, 10 * time.Second, 30 * time.Second} {
		if m.took < d {
			return fmt.Sprintf("%s | < %v s", memory, d.Seconds())
		}
	}
	return fmt.Sprintf("%s | < 60 s", memory)
}

// cells is a row up to its figures.
func (f *fault) cells() string {
	return fmt.Sprintf("| %s | %s |", f.name, strings.ReplaceAll(f.end, "|", `\|`))
}

// TestTable holds that docs/reliability.md has the faults and ends of this package. The figures are
// those of the machine that wrote it.
func TestTable(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("some faults are built for Linux only")
	}
	data, err := os.ReadFile(tableFile)
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(data), tableBegin)
	table, _, found := strings.Cut(table, tableEnd)
	if !found {
		t.Fatalf("%s has no place for the table: it begins with %q and ends with %q", tableFile, tableBegin, tableEnd)
	}
	var have, want []string
	group := ""
	for line := range strings.Lines(table) {
		if name, is := strings.CutPrefix(line, "### "); is {
			group = strings.TrimSpace(name)
		} else if cells := strings.SplitAfterN(line, " | ", 3); len(cells) == 3 && !strings.HasPrefix(line, "| fault |") {
			have = append(have, group+" "+strings.TrimSpace(cells[0]+cells[1]))
		}
	}
	seen := map[string]bool{}
	for _, faults := range groups() {
		for _, f := range faults {
			if seen[f.key()] {
				t.Errorf("two faults are called %s", f.key())
			}
			seen[f.key()] = true
			want = append(want, f.group+" "+f.cells())
		}
	}
	const cure = "make test-faults ARGS=-update writes it"
	for _, row := range want {
		if !slices.Contains(have, row) {
			t.Errorf("%s lacks %s; %s", tableFile, row, cure)
		}
	}
	for _, row := range have {
		if !slices.Contains(want, row) {
			t.Errorf("%s has %s, and the suite does not; %s", tableFile, row, cure)
		}
	}
}

// writeTable puts the figures of a run into the table. Faults that did not run, or not well, keep theirs.
func writeTable(t *testing.T, rows map[string]measured) {
	t.Helper()
	data, err := os.ReadFile(tableFile)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, _ := strings.Cut(string(data), tableBegin)
	old, after, found := strings.Cut(rest, tableEnd)
	if !found {
		t.Fatalf("%s has no place for the table", tableFile)
	}
	figures := map[string]string{}
	group := ""
	for line := range strings.Lines(old) {
		if name, is := strings.CutPrefix(line, "### "); is {
			group = strings.TrimSpace(name)
		} else if cells := strings.SplitN(strings.Trim(line, "| \n"), " | ", 3); len(cells) == 3 {
			figures[group+"/"+cells[0]] = cells[2]
		}
	}
	var b strings.Builder
	b.WriteString(before + tableBegin)
	for _, faults := range groups() {
		for i, f := range faults {
			if i == 0 {
				fmt.Fprintf(&b, "\n### %s\n\n| fault | end | memory | time |\n|---|---|---|---|\n", f.group)
			}
			if m, ok := rows[f.key()]; ok {
				figures[f.key()] = m.columns()
			}
			fmt.Fprintf(&b, "%s %s |\n", f.cells(), cmp.Or(figures[f.key()], "– | –"))
		}
	}
	b.WriteString("\n" + tableEnd + after)
	if err := os.WriteFile(tableFile, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

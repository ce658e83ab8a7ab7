package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/covls/covls/internal/profiletest"
	"github.com/covls/covls/report"
)

// exampleDir is the example of a coverage analysis.
func exampleDir(t *testing.T) string {
	t.Helper()
	return filepath.Join(filepath.Dir(profiletest.Shared(t)), "examples", "tasker-worker")
}

// exampleFolder is a folder with the profile of the example and settings for it.
func exampleFolder(t *testing.T, more string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(exampleDir(t), "lcov.info"))
	if err != nil {
		t.Fatal(err)
	}
	return folderWith(t, map[string]string{"lcov.info": string(data), ".covls.toml": `
[[path]]
from = "/home/ci/tasker-core"
to = "."

[[component]]
name = "tasker-worker"
include = ["tasker-worker/src/**"]
target = 55
` + more})
}

// TestExample holds the report of the example against what a person's analysis should have said.
func TestExample(t *testing.T) {
	t.Parallel()
	var want struct {
		All struct {
			Covered          int     `json:"lines_covered"`
			Total            int     `json:"lines_total"`
			Percent          float64 `json:"line_percent"`
			FunctionsCovered int     `json:"functions_covered"`
			FunctionsTotal   int     `json:"functions_total"`
			Target           float64 `json:"target_percent"`
			GapPoints        float64 `json:"gap_points"`
			Gap              int     `json:"lines_to_target"`
		} `json:"all_compiled"`
		Component struct {
			Files         int
			Total         int `json:"lines_total"`
			Covered       int `json:"lines_covered"`
			Zero          int `json:"files_zero"`
			InZero        int `json:"lines_in_zero_files"`
			FunctionsZero int `json:"functions_in_zero_files"`
			AtTarget      int `json:"files_at_target"`
		}
		Lowest []struct {
			Path    string
			Percent float64 `json:"line_percent"`
		} `json:"lowest_files"`
		Plan []struct {
			Path   string
			Target float64 `json:"target_percent"`
			Cover  int     `json:"lines_to_cover"`
		}
	}
	data, err := os.ReadFile(filepath.Join(exampleDir(t), "expected.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &want); err != nil {
		t.Fatal(err)
	}
	r := readReport(t, "-C", exampleFolder(t, ""))
	sum, all := r.Summary, want.All
	if *sum.Lines != (report.Tally{Covered: all.Covered, Total: all.Total}) || *sum.Functions != (report.Tally{Covered: all.FunctionsCovered, Total: all.FunctionsTotal}) ||
		float64(*sum.Percent) != all.Percent || float64(*sum.Target) != all.Target || float64(*sum.GapPoints) != all.GapPoints || sum.Gap != all.Gap {
		t.Errorf("summary %+v, want %+v", sum, all)
	}
	if len(r.Components) != 1 {
		t.Fatalf("components %+v", r.Components)
	}
	c, w := r.Components[0], want.Component
	if c.Name != "tasker-worker" || c.Files != w.Files || *c.Summary.Lines != (report.Tally{Covered: w.Covered, Total: w.Total}) || c.Zero != w.Zero || c.Tiers["ok"] != w.AtTarget {
		t.Errorf("component %+v, want %+v", c, w)
	}
	if *c.Other.Lines != (report.Tally{Covered: all.Covered - w.Covered, Total: all.Total - w.Total}) {
		t.Errorf("compiled besides: %+v", c.Other)
	}
	inZero, functions := 0, 0
	rows := map[string]report.File{}
	for _, f := range r.Files {
		rows[f.Path] = f
		if f.Component == c.Name && f.Lines.Covered == 0 {
			inZero += f.Lines.Total
			functions += f.Functions.Total
		}
	}
	if inZero != w.InZero || functions != w.FunctionsZero {
		t.Errorf("%d lines and %d functions at 0 %%, want %d and %d", inZero, functions, w.InZero, w.FunctionsZero)
	}
	for _, l := range want.Lowest {
		if f := rows[l.Path]; f.Percent == nil || float64(*f.Percent) != l.Percent {
			t.Errorf("%s: %v, want %v", l.Path, f.Percent, l.Percent)
		}
	}
	var rules strings.Builder
	for _, p := range want.Plan {
		fmt.Fprintf(&rules, "[[rule]]\npaths = [%q]\ntarget = %v\n", p.Path, p.Target)
	}
	steps := map[string]int{}
	for _, phase := range readReport(t, "-C", exampleFolder(t, rules.String())).Plan.Phases {
		for _, s := range phase.Files {
			steps[s.Path] += s.ToCover
		}
	}
	for _, p := range want.Plan {
		if got := steps[p.Path]; got < p.Cover-1 || got > p.Cover+1 {
			t.Errorf("%s to %v %%: %d, want %d", p.Path, p.Target, got, p.Cover)
		}
	}
}

// TestReportSums adds up every table of the text and the Markdown report, and holds both against the
// JSON.
func TestReportSums(t *testing.T) {
	t.Parallel()
	cobra := []string{"-C", profiletest.ModuleDir(t, "github.com/spf13/cobra@v1.10.2"), "--profile", "../../internal/e2e/testdata/cobra.out"}
	mixed := map[string]string{"lcov.info": "SF:web/a.ts\nDA:1,1\nDA:2,0\nDA:3,0\nend_of_record\nSF:web/b.ts\nDA:1,0\nend_of_record\n", "web/a.ts": "a\nb\nc\n", "web/b.ts": "a\n"}
	for name, content := range shop {
		mixed[name] = content
	}
	for _, c := range []struct {
		name string
		args []string
	}{
		{"example", []string{"-C", exampleFolder(t, "")}},
		{"example, one component", []string{"-C", exampleFolder(t, ""), "--component", "tasker-worker"}},
		{"example, groups", []string{"-C", exampleFolder(t, "[[rule]]\npaths = [\"tasker-worker/src/grpc\"]\ngroup = \"gRPC\"\n")}},
		{"cobra at its target", cobra},
		{"cobra short of its target", slices.Concat(cobra, []string{"--target", "95"})},
		{"two units", []string{"-C", folderWith(t, mixed)}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := readReport(t, c.args...)
			for _, top := range []string{"0", "3", "20"} {
				for _, format := range []string{"markdown", "text"} {
					out, stderr, code := covls(t, slices.Concat([]string{"report", "--format", format, "--top", top}, c.args)...)
					if code != 0 {
						t.Fatalf("exit code %d: %s", code, stderr)
					}
					tables := readTables(out, format)
					if len(tables) == 0 {
						t.Errorf("%s: no table in\n%s", format, out)
					}
					for _, table := range tables {
						checkTable(t, format+" --top "+top, table)
					}
					checkTiers(t, r, tables)
				}
			}
		})
	}
}

// table is a head, rows and, where it has one, a last row of sums.
type table struct {
	head, foot []string
	rows       [][]string
}

func readTables(out, format string) []table {
	var tables []table
	var block []string
	flush := func() {
		// What begins with a bar is the head of the page.
		if len(block) > 2 && !strings.ContainsAny(block[0], "█░") {
			if format == "markdown" {
				tables = append(tables, readMarkdown(block))
			} else {
				tables = append(tables, readText(block))
			}
		}
		block = nil
	}
	for line := range strings.Lines(out) {
		line = strings.TrimRight(line, "\n")
		inTable := strings.HasPrefix(line, "|")
		if format == "text" {
			inTable = strings.HasPrefix(line, "  ") && !strings.HasPrefix(line, "  The plan")
		}
		if !inTable {
			flush()
			continue
		}
		block = append(block, line)
	}
	flush()
	return tables
}

func readMarkdown(block []string) table {
	var rows [][]string
	for i, line := range block {
		if i == 1 {
			continue // the rule
		}
		var cells []string
		for _, c := range strings.Split(strings.Trim(line, "|"), " |") {
			cells = append(cells, strings.Trim(strings.TrimSpace(c), "*"))
		}
		rows = append(rows, cells)
	}
	out := table{head: rows[0], rows: rows[1:]}
	if last := len(out.rows) - 1; strings.HasPrefix(block[len(block)-1], "| **") {
		out.rows, out.foot = out.rows[:last], out.rows[last]
	}
	return out
}

// word finds the cells of a line of text: they are apart by two blanks or more.
var word = regexp.MustCompile(`\S+(?: \S+)*`)

// readText reads a table by the places at which the head's words end, where numbers end too.
func readText(block []string) table {
	ends := func(line string) map[int]string {
		out := map[int]string{}
		for _, at := range word.FindAllStringIndex(line, -1) {
			out[utf8.RuneCountInString(line[:at[1]])] = line[at[0]:at[1]]
		}
		return out
	}
	head := ends(block[0])
	columns := slices.Sorted(maps.Keys(head))
	var out table
	for _, at := range columns {
		out.head = append(out.head, head[at])
	}
	for _, line := range block[1:] {
		cells := ends(line)
		row := make([]string, len(columns))
		for i, at := range columns {
			row[i] = cells[at]
		}
		if strings.HasPrefix(line, "  all ") {
			out.foot = row
		} else {
			out.rows = append(out.rows, row)
		}
	}
	return out
}

// whole reads a number with commas.
func whole(s string) (int, bool) {
	n, err := strconv.Atoi(strings.ReplaceAll(s, ",", ""))
	return n, err == nil
}

// checkTable adds up the columns of numbers.
func checkTable(t *testing.T, where string, table table) {
	t.Helper()
	if table.foot == nil {
		t.Errorf("%s: no sum under %v", where, table.head)
		return
	}
	checked := 0
	for i, cell := range table.foot {
		want, ok := whole(cell)
		if !ok {
			continue
		}
		checked++
		sum := 0
		for _, row := range table.rows {
			n, _ := whole(row[i])
			sum += n
		}
		if sum != want {
			t.Errorf("%s: %v: the rows of %q add up to %d, the sum is %d", where, table.head, table.head[i], sum, want)
		}
	}
	if checked == 0 {
		t.Errorf("%s: %v has no sum that is a number", where, table.head)
	}
}

// checkTiers holds the tables of tiers against the JSON's rows.
func checkTiers(t *testing.T, r *report.Report, tables []table) {
	t.Helper()
	covered, total, files := 0, 0, 0
	for _, f := range r.Files {
		tally := f.Statements
		if f.Unit == "lines" {
			tally = f.Lines
		}
		if f.Component != "" {
			files++
			covered += tally.Covered
			total += tally.Total
		}
	}
	for _, table := range tables {
		if table.head[0] != "Tier" && table.head[0] != "tier" || table.head[1] != "Files" && table.head[1] != "files" {
			continue
		}
		for i, of := range []*int{&files, &covered, &total} {
			n, _ := whole(table.foot[i+1])
			*of -= n
		}
	}
	if covered != 0 || total != 0 || files != 0 {
		t.Errorf("the tiers leave out %d covered of %d in %d files", covered, total, files)
	}
}

// TestExampleOfCobra keeps the report of docs/examples true.
func TestExampleOfCobra(t *testing.T) {
	t.Parallel()
	out, stderr, code := covls(t, "report", "--format", "markdown", "--target", "90",
		"-C", profiletest.ModuleDir(t, "github.com/spf13/cobra@v1.10.2"), "--profile", "../../internal/e2e/testdata/cobra.out")
	if code != 0 {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	// Where the profile lies is nobody's business.
	if dir, err := filepath.Abs("../.."); err != nil || strings.Contains(out, dir) || !strings.Contains(out, "From `…/testdata/cobra.out` (go, ") {
		t.Errorf("the report names the folder of the profile (%v):\n%s", err, out)
	}
	out = regexp.MustCompile("`[^`]*cobra.out`").ReplaceAllString(out, "`cover.out`")
	compareGolden(t, "../../../docs/examples/cobra.md", out)
}

// TestReportOutside: files that no configured component has are told of where they are not listed.
func TestReportOutside(t *testing.T) {
	t.Parallel()
	const words = "in no component: counted above, and in nothing below"
	for settings, want := range map[string]bool{
		"[[component]]\nname = 'b'\ninclude = ['b.go']\n": true,
		"[[component]]\nname = 'all'\ninclude = ['**']\n": false,
		"": false,
	} {
		dir := folderWith(t, with(shop, ".covls.toml", settings))
		out, stderr, code := covls(t, "report", "-C", dir)
		if code != 0 || strings.Contains(out, words) != want {
			t.Errorf("%q: exit %d, %s%s", settings, code, out, stderr)
		}
	}
}

// TestReportCut: lists end at the same row in all formats, whatever asks for them, and say how to see all.
func TestReportCut(t *testing.T) {
	t.Parallel()
	files := map[string]string{}
	var profile strings.Builder
	for i := range 14 {
		name := fmt.Sprintf("f%02d.c", i)
		files[name] = strings.Repeat("x\n", 9)
		fmt.Fprintf(&profile, "SF:%s\nDA:1,1\nDA:2,0\nDA:3,0\nDA:4,0\nend_of_record\n", name)
	}
	files["lcov.info"] = profile.String()
	dir := folderWith(t, files)
	for _, tt := range []struct {
		args []string
		row  string // that stands for the rest; "" where there is none
	}{
		{nil, "and 4 more files (--top 0 lists all)"},
		{[]string{"--top", "3"}, "and 11 more files (--top 0 lists all)"},
		{[]string{"--top", "0"}, ""},
	} {
		saved := filepath.Join(t.TempDir(), "gaps.md")
		if _, stderr, code := covls(t, slices.Concat([]string{"report", "-C", dir, "-o", saved}, tt.args)...); code != 0 {
			t.Fatal(stderr)
		}
		text, err := os.ReadFile(saved)
		if err != nil {
			t.Fatal(err)
		}
		markdown, _, _ := covls(t, slices.Concat([]string{"report", "-C", dir, "--format", "markdown"}, tt.args)...)
		if string(text) != markdown {
			t.Errorf("%v: -o gaps.md writes\n%s\n--format markdown\n%s", tt.args, text, markdown)
		}
		page, _, _ := covls(t, slices.Concat([]string{"report", "-C", dir}, tt.args)...)
		for format, out := range map[string]string{"markdown": markdown, "text": page} {
			if strings.Contains(out, "more files") != (tt.row != "") || !strings.Contains(out, tt.row) {
				t.Errorf("%v as %s: want %q in\n%s", tt.args, format, tt.row, out)
			}
		}
	}
}

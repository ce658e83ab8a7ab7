package e2e

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/covls/covls/internal/editors"
	"github.com/covls/covls/report"
)

// page is what testdata/page.mjs sees of the report of cobra.
type page struct {
	Title    string
	Cards    []string
	Overflow []int
	Theme    []string
	Tiles    []tile
	Tip      string
	Inside   struct {
		Tiles  []tile
		Crumbs []string
		Hash   string
	}
	Clicked struct {
		Title string
		Open  bool
		Lines []codeLine
	}
	Closed  bool
	Outside []string
	Back    []string
	Keys    []string

	Heads        []string
	Files        rows
	ByCoverage   []rows
	ByStatements rows
	Filtered     rows
	Chosen       rows
	Functions    rows
	Gap          struct {
		Title  string
		Lines  []codeLine
		InView bool
	}
	Plan    struct{ Phases, Steps rows }
	Printed bool
	Webview struct{ Title, Theme, Background string }

	Hostile struct {
		Files, Lines, Console []string
		Pwned                 any
		Elements              int
		Policy                struct {
			Pwned   any
			Console []string
		}
	}
	Console, Requests []string
}

// tile is a rectangle of the map.
type tile struct {
	Name, Label, Fill   string
	X, Y, Width, Height float64
}

// codeLine is a line of source, or a note between two.
type codeLine struct {
	Note   string
	Line   int
	Sign   string
	Missed bool
	Text   string
}

// rows are the cells of a table, as they are read.
type rows struct {
	Heads      []string
	Rows, Foot [][]string
	Sort       string
	Status     string
}

func (r rows) column(n int) []string {
	var out []string
	for _, row := range r.Rows {
		out = append(out, row[n])
	}
	return out
}

// hostile are files whose names and texts try to be something else than text.
var hostile = map[string]string{
	`</script><script>pwned=1</script>.py`:         "def f():\n    return '</script><script>pwned = 2</script>'\n",
	"<img src=x onerror=pwned=3>.py":               "def g():\n    return '<img src=x onerror=pwned=4>'\n",
	"quotes\"'`${pwned=5}.py":                      "def h():\n    return \"' onload='pwned=6' \\u2028\u2028 \u202e\"\n",
	"&lt;b&gt;&amp;.py":                            "def i():\n    return '&lt;b&gt; <!-- <script> \x01 \xff'\n",
	"<!--<script>.py":                              "def j():\n    return ']]>'\n",
	"javascript:pwned=7/{{.Title}}/__proto__/a.py": "def k():\n    return '{{.Data}}'\n",
}

// TestHTML opens the HTML report of a real module in a browser, clicks through it, and holds what it shows
// against the JSON report.
func TestHTML(t *testing.T) {
	paths, err := editors.Script(t.Context(), "../../scripts/setup-browser.sh", "--paths").Output()
	if err != nil {
		if os.Getenv("COVLS_E2E") == "1" {
			t.Fatalf("COVLS_E2E=1 wants a browser: %v; scripts/setup-browser.sh installs it", err)
		}
		t.Skip("no browser; scripts/setup-browser.sh installs it")
	}
	t.Parallel()
	browser := strings.Split(strings.TrimSpace(string(paths)), "\n")
	covls, p := editors.Covls(t), editors.Cobra(t)
	html, shots := filepath.Join(t.TempDir(), "report.html"), t.ArtifactDir()
	editors.Output(t, covls, "report", "-C", p.Dir, "-o", html)
	var r report.Report
	if err := json.Unmarshal([]byte(editors.Output(t, covls, "report", "-C", p.Dir, "--format", "json")), &r); err != nil {
		t.Fatal(err)
	}

	bad := filepath.Join(t.TempDir(), `</title><script>pwned=8</script>`)
	lcov := ""
	for name, text := range hostile {
		writer(t, bad)(name, text)
		lcov += "SF:" + name + "\nDA:1,1\nDA:2,0\nend_of_record\n"
	}
	writer(t, bad)("lcov.info", lcov)
	hostileHTML := filepath.Join(t.TempDir(), "hostile.html")
	editors.Output(t, covls, "report", "-C", bad, "-o", hostileHTML)

	given, err := json.Marshal(map[string]string{
		"chromium": browser[0], "playwright": browser[2], "page": html, "hostile": hostileHTML, "shots": shots,
	})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), browser[1], "testdata/page.mjs")
	var out, problems bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(given), &out, &problems
	if err := cmd.Run(); err != nil {
		t.Fatalf("page.mjs: %v\n%s", err, problems.String())
	}
	var s page
	if err := json.Unmarshal(out.Bytes(), &s); err != nil {
		t.Fatalf("what page.mjs saw: %v\n%s", err, out.String())
	}
	if len(s.Console) > 0 {
		t.Errorf("the console says %q", s.Console)
	}
	for _, url := range s.Requests {
		if !strings.HasPrefix(url, "file://") || !strings.HasSuffix(url, ".html") {
			t.Errorf("the page asked for %s", url)
		}
	}
	equal(t, "how far the page is wider than its window", s.Overflow, []int{0, 0})
	equal(t, "the theme in light and dark", s.Theme, []string{"light", "dark"})
	equal(t, "a webview of VS Code", fmt.Sprint(s.Webview), "{command.go dark rgb(1, 2, 3)}")
	t.Run("head", func(t *testing.T) { s.checkHead(t, &r) })
	t.Run("map", func(t *testing.T) { s.checkMap(t, &r) })
	t.Run("tables", func(t *testing.T) { s.checkTables(t, &r) })
	t.Run("source", func(t *testing.T) { s.checkSource(t, &r) })
	t.Run("plan", func(t *testing.T) { s.checkPlan(t, &r) })
	t.Run("hostile", func(t *testing.T) { s.checkHostile(t) })
}

// grouped is a number as the page writes it.
func grouped(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func outOf(t *report.Tally) string { return grouped(t.Covered) + " / " + grouped(t.Total) }

func inPercent(p report.Percent) string { return fmt.Sprintf("%.2f\u00a0%%", p) }

// percentOf is the percentage in a cell.
func percentOf(t *testing.T, cell string) float64 {
	t.Helper()
	p, err := strconv.ParseFloat(strings.TrimSuffix(cell, "\u00a0%"), 64)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (s *page) checkHead(t *testing.T, r *report.Report) {
	equal(t, "the title", s.Title, "cobra: coverage gaps")
	head := strings.Join(s.Cards, "\n")
	for _, part := range []string{
		inPercent(*r.Summary.Percent),
		fmt.Sprintf("%s of %s statements", grouped(r.Summary.Statements.Covered), grouped(r.Summary.Statements.Total)),
		fmt.Sprintf("%d of %d; %d not covered", r.Summary.Functions.Covered, r.Summary.Functions.Total, len(r.UncoveredFunctions)),
		"3.28 points short of 90\u00a0%",
	} {
		if !strings.Contains(head, part) {
			t.Errorf("the head lacks %q: %s", part, head)
		}
	}
}

// checkMap holds the tiles' names, figures and areas against the files.
func (s *page) checkMap(t *testing.T, r *report.Report) {
	named := map[string]tile{}
	for _, tile := range s.Tiles {
		named[tile.Name] = tile
	}
	var scale float64
	for _, f := range r.Files {
		if strings.Contains(f.Path, "/") || f.Statements.Total == 0 {
			continue
		}
		tile, ok := named[f.Path]
		if !ok {
			t.Errorf("no tile %s among %v", f.Path, s.Tiles)
			continue
		}
		if want := fmt.Sprintf("%s, %s of %s statements", inPercent(*f.Percent), grouped(f.Statements.Covered), grouped(f.Statements.Total)); !strings.Contains(tile.Label, want) {
			t.Errorf("the tile of %s says %q, want %q", f.Path, tile.Label, want)
		}
		band := 4
		switch p := *f.Percent; {
		case p == 0:
			band = 0
		case p < 30:
			band = 1
		case p < 60:
			band = 2
		case p < 90:
			band = 3
		}
		equal(t, "the pattern of "+f.Path, tile.Fill, fmt.Sprintf("url(#pattern%d)", band))
		area := tile.Width * tile.Height / float64(f.Statements.Total)
		scale = cmp.Or(scale, area)
		if math.Abs(area/scale-1) > 0.02 {
			t.Errorf("%s has %.1f square pixels a statement, other files %.1f", f.Path, area, scale)
		}
	}
	if !strings.Contains(s.Tip, "command.go") || !strings.Contains(s.Tip, "statements") {
		t.Errorf("the tip says %q", s.Tip)
	}
	var inside, want []string
	for _, tile := range s.Inside.Tiles {
		inside = append(inside, tile.Name)
	}
	for _, f := range r.Files {
		if name, ok := strings.CutPrefix(f.Path, "doc/"); ok && f.Statements.Total > 0 {
			want = append(want, name)
		}
	}
	slices.Sort(inside)
	equal(t, "the tiles inside of doc", inside, want)
	equal(t, "the way to doc", s.Inside.Crumbs, []string{"cobra", "doc"})
	equal(t, "the address of doc", s.Inside.Hash, "#folder=doc")
	equal(t, "the file behind a tile", s.Clicked.Title, "doc/man_docs.go")
	if !s.Clicked.Open || !s.Closed {
		t.Errorf("a click opened the file: %v; Escape closed it: %v", s.Clicked.Open, s.Closed)
	}
	if !slices.ContainsFunc(s.Clicked.Lines, func(l codeLine) bool { return l.Missed }) {
		t.Errorf("no line of doc/man_docs.go is marked: %v", s.Clicked.Lines)
	}
	equal(t, "the way out", s.Outside, []string{"cobra"})
	equal(t, "Back and Forward", s.Back, []string{"doc", "cobra"})
	equal(t, "the map by keys", s.Keys, []string{"doc", "doc", "cobra"})
}

// checkTables sorts and filters by itself, and adds up.
func (s *page) checkTables(t *testing.T, r *report.Report) {
	column := func(name string) int {
		n := slices.Index(s.Heads, name)
		if n < 0 {
			t.Fatalf("no column %s in %q", name, s.Heads)
		}
		return n
	}
	path, coverage, statements := column("File"), column("Coverage"), column("Statements")
	byPath := map[string]report.File{}
	for _, f := range r.Files {
		byPath[f.Path] = f
	}
	if got := s.Files.column(path); len(got) != len(r.Files) {
		t.Errorf("%d files in the table, %d in the report", len(got), len(r.Files))
	}
	for _, row := range s.Files.Rows {
		f := byPath[row[path]]
		want := []string{strings.Replace(f.Tier, "ok", "at target", 1), inPercent(*f.Percent), outOf(f.Statements), grouped(f.Gap), outOf(f.Functions), f.Role}
		var got []string
		for _, name := range []string{"Tier", "Coverage", "Statements", "Gap", "Functions", "Role"} {
			got = append(got, row[column(name)])
		}
		equal(t, "the row of "+f.Path, got, want)
	}
	equal(t, "the total", s.Files.Foot[0][statements], outOf(r.Summary.Statements))
	equal(t, "the total of functions", s.Files.Foot[0][column("Functions")], outOf(r.Summary.Functions))
	equal(t, "the total's coverage", s.Files.Foot[0][coverage], inPercent(*r.Summary.Percent))

	for i, want := range []string{"ascending", "descending"} {
		got := s.ByCoverage[i]
		equal(t, "aria-sort", got.Sort, want)
		var shares []float64
		for _, cell := range got.column(coverage) {
			shares = append(shares, percentOf(t, cell))
		}
		sorted := slices.Sorted(slices.Values(shares))
		if i == 1 {
			slices.Reverse(sorted)
		}
		equal(t, "the coverage, "+want, shares, sorted)
	}
	largest := s.ByStatements.Rows[0]
	equal(t, "the file with the most statements", []string{largest[path], s.ByStatements.Sort}, []string{"command.go", "descending"})

	// total adds up the rows that are shown.
	total := func(of rows) string {
		var sum report.Tally
		for _, p := range of.column(path) {
			sum.Covered += byPath[p].Statements.Covered
			sum.Total += byPath[p].Statements.Total
		}
		return outOf(&sum)
	}
	var filtered, chosen []string
	for _, f := range r.Files {
		if strings.Contains(f.Path, "ompletions") {
			filtered = append(filtered, f.Path)
			if f.Tier == "medium" {
				chosen = append(chosen, f.Path)
			}
		}
	}
	equal(t, "the files filtered", slices.Sorted(slices.Values(s.Filtered.column(path))), filtered)
	equal(t, "the total of those filtered", s.Filtered.Foot[0][statements], total(s.Filtered))
	equal(t, "what the total is of", s.Filtered.Foot[0][path], fmt.Sprintf("%d files shown of %d", len(filtered), len(r.Files)))
	equal(t, "the files of a tier", slices.Sorted(slices.Values(s.Chosen.column(path))), chosen)
	equal(t, "the total of a tier", s.Chosen.Foot[0][statements], total(s.Chosen))
	equal(t, "the status", s.Chosen.Status, fmt.Sprintf("%d files shown of %d", len(chosen), len(r.Files)))

	missed := 0
	for _, f := range slices.Concat(r.UncoveredFunctions, r.UncoveredLiterals) {
		missed += f.Statements
	}
	equal(t, "the total of functions that no test reaches", s.Functions.Foot[0][slices.Index(s.Functions.Heads, "Not covered")], grouped(missed))
	equal(t, "the functions that no test reaches", len(s.Functions.Rows), len(r.UncoveredFunctions)+len(r.UncoveredLiterals))
}

// checkSource holds the marked lines of cobra's command.go against what is known of it.
func (s *page) checkSource(t *testing.T, r *report.Report) {
	equal(t, "the file of DebugFlags", s.Gap.Title, "command.go")
	if !s.Gap.InView {
		t.Error("DebugFlags was not scrolled to")
	}
	marked := map[int]codeLine{}
	var notes []string
	for _, l := range s.Gap.Lines {
		if l.Note != "" {
			notes = append(notes, l.Note)
			continue
		}
		marked[l.Line] = l
	}
	gaps := 0
	for _, f := range r.UncoveredFunctions {
		if f.File != "command.go" {
			continue
		}
		gaps++
		for n := f.Line; n <= f.EndLine; n++ {
			if l := marked[n]; !l.Missed || l.Sign == "" != (strings.TrimSpace(l.Text) == "") {
				t.Errorf("line %d of %s is not marked as it should be: %+v", n, f.Name, l)
			}
		}
	}
	for _, f := range r.UncoveredStretches {
		if f.File == "command.go" {
			gaps++
		}
	}
	equal(t, "a note for each gap", len(notes), gaps)
	if !slices.Contains(notes, "(*Command).DebugFlags: not run by its own package’s tests, 21 statements") {
		t.Errorf("no note of DebugFlags among %q", notes)
	}
	// Of a block that never ran the lines inside are marked, and the condition, which ran, is not.
	for line, want := range map[int]codeLine{
		1490: {Line: 1490, Text: "\tif c.DisableFlagsInUseLine {"},
		1491: {Line: 1491, Text: "\t\treturn useline", Sign: "✕", Missed: true},
		1492: {Line: 1492, Text: "\t}"},
		1500: {Line: 1500, Text: "// and which persist."},
		1501: {Line: 1501, Text: "func (c *Command) DebugFlags() {", Sign: "✕", Missed: true},
	} {
		equal(t, fmt.Sprintf("line %d", line), marked[line], want)
	}
}

func (s *page) checkPlan(t *testing.T, r *report.Report) {
	phases := slices.DeleteFunc(slices.Clone(r.Plan.Phases), func(p report.Phase) bool { return len(p.Files) == 0 })
	for i, phase := range phases {
		row := s.Plan.Phases.Rows[i]
		equal(t, "phase "+phase.Tier, []string{row[1], row[2], row[3], row[5]},
			[]string{phase.Tier, grouped(len(phase.Files)), grouped(phase.ToCover), inPercent(*phase.CumulativePercent)})
	}
	var paths []string
	for _, phase := range r.Plan.Phases {
		for _, step := range phase.Files {
			paths = append(paths, step.Path)
		}
	}
	equal(t, "the steps", s.Plan.Steps.column(1), paths)
	if s.Printed {
		t.Error("the filter is printed")
	}
}

func (s *page) checkHostile(t *testing.T) {
	if s.Hostile.Pwned != nil || s.Hostile.Elements != 1 || len(s.Hostile.Console) > 0 {
		t.Errorf("text became code: %v, %d elements, console %q", s.Hostile.Pwned, s.Hostile.Elements, s.Hostile.Console)
	}
	var names []string
	for name := range hostile {
		names = append(names, name)
	}
	for _, name := range names {
		if !slices.Contains(s.Hostile.Files, name) {
			t.Errorf("no file %q among %q", name, s.Hostile.Files)
		}
	}
	lines := strings.Join(s.Hostile.Lines, "\n")
	for _, part := range []string{
		"    return '</script><script>pwned = 2</script>'", "'<img src=x onerror=pwned=4>'", "⟨U+2028⟩ ⟨U+202E⟩",
		"'&lt;b&gt; <!-- <script> \u2401 \ufffd'", "{{.Data}}",
	} {
		if !strings.Contains(lines, part) {
			t.Errorf("no %q in the sources:\n%s", part, lines)
		}
	}
	if s.Hostile.Policy.Pwned != nil || !strings.Contains(strings.Join(s.Hostile.Policy.Console, "\n"), "Content Security Policy") {
		t.Errorf("a foreign script ran: %v, console %q", s.Hostile.Policy.Pwned, s.Hostile.Policy.Console)
	}
}

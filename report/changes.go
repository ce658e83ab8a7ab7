package report

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/covls/covls/change"
	"github.com/covls/covls/coverage"
	"github.com/covls/covls/escape"
)

// Change is what a change left untested and what it lost, with what was made of it. Its JSON is a contract.
type Change struct {
	*change.Set
	// Breaches are what must not pass, each in one sentence without its full stop.
	Breaches []string
	// Unjudged say why not all of the change is known, so that it must not pass.
	Unjudged []string
	// Ungated tells that nothing is asked of the change, so that it neither passes nor fails.
	Ungated bool
	// Warn tells that the breaches are warnings.
	Warn bool
	// Place turns the absolute path of a file into that by which whoever reads the output knows it; nil is as the gaps have it.
	Place func(path string) string
	// Version is that of covls.
	Version string
}

// Passed reports whether nothing is in breach, and all is known.
func (c *Change) Passed() bool { return len(c.Breaches) == 0 && len(c.Unjudged) == 0 }

// wrong says in sentences without their full stops what is in breach, and what is not known.
func (c *Change) wrong() []string {
	if len(c.Unjudged) == 0 {
		return c.Breaches
	}
	return append(slices.Clone(c.Breaches), "not all of the change is known: "+strings.Join(c.Unjudged, "; "))
}

// place is where a gap is, for who reads the output.
func (c *Change) place(g *change.Gap) string {
	if c.Place != nil && g.Path != "" {
		return c.Place(g.Path)
	}
	return g.File
}

func short(commit string) string { return commit[:min(len(commit), 7)] }

// noun is what is counted, for a number of it.
func (c *Change) noun(n int) string {
	if c.Unit == coverage.Lines.String() {
		return coverage.Lines.Noun(n)
	}
	return coverage.Statements.Noun(n)
}

// count is a number with what it is of: "3 statements".
func (c *Change) count(n int) string { return strconv.Itoa(n) + " " + c.noun(n) }

// ChangeFormats are how a change is printed.
func ChangeFormats() []string {
	return []string{"text", "json", "markdown", "github", "gitlab", "azure", "gitea", "sarif", "junit"}
}

// Write prints the change in one of ChangeFormats.
func (c *Change) Write(w io.Writer, format string) error {
	switch format {
	case "json":
		return c.json(w)
	case "markdown":
		return c.markdown(w)
	case "github", "gitea":
		return c.commands(w)
	case "azure":
		return c.azure(w)
	case "gitlab":
		return c.gitlab(w)
	case "sarif":
		return c.sarif(w)
	case "junit":
		return c.junit(w)
	}
	return c.text(w)
}

// what says of a gap what is wrong, beginning with the name of the function where it has one.
func (c *Change) what(g *change.Gap) string {
	subject := g.Function
	if subject == "" {
		subject = "code outside of functions"
	}
	switch {
	case g.Kind == change.New && g.Function != "" && g.Statements == g.Of:
		return fmt.Sprintf("%s is new and not %s: %s", subject, tested(g), c.count(g.Statements))
	case g.Kind == change.New && g.Function != "":
		return fmt.Sprintf("%s is new: %d of %s not %s", subject, g.Statements, c.count(g.Of), tested(g))
	}
	return fmt.Sprintf("%s: %d of %d changed %s not %s", subject, g.Statements, g.Of, c.noun(g.Of), tested(g))
}

// tested says by whose tests something is not run.
func tested(g *change.Gap) string {
	switch {
	case g.Own:
		return reached(OwnPackage)
	case g.Some:
		return reached(SomeTests)
	}
	return reached("")
}

// What says of a gap what is wrong, beginning with the name of the function where it has one. Lost tells that it was covered in the
// baseline.
func (c *Change) What(g *change.Gap, lost bool) string {
	if lost {
		return c.lost(g)
	}
	return c.what(g)
}

// lost says what of a function is not covered any more.
func (c *Change) lost(g *change.Gap) string {
	subject := g.Function
	if subject == "" {
		subject = "code outside of functions"
	}
	return fmt.Sprintf("%s lost coverage: %d of %d %s that tests reached%s", subject, g.Statements, g.Of, c.noun(g.Of), c.since())
}

func (c *Change) since() string {
	if c.Baseline == nil || c.Baseline.Commit == "" {
		return " before"
	}
	return " at " + short(c.Baseline.Commit)
}

// lines are stretches for people: "865–869, 880".
func lines(stretches []change.Stretch) string {
	var parts []string
	for _, s := range stretches {
		if s[0] == s[1] {
			parts = append(parts, strconv.Itoa(int(s[0])))
		} else {
			parts = append(parts, fmt.Sprintf("%d–%d", s[0], s[1]))
		}
	}
	const most = 4
	if n := len(parts) - most; n > 0 {
		parts = append(parts[:most], fmt.Sprintf("and %d more", n))
	}
	return strings.Join(parts, ", ")
}

// Sum is what was found in one sentence without its full stop.
func (c *Change) Sum() string {
	if c.Baseline == nil {
		return strings.Join(append(c.known(), "lost coverage not judged (no baseline)"), "; ")
	}
	return c.Known()
}

// Known is Sum without a word of what nobody asked for.
func (c *Change) Known() string { return strings.Join(c.known(), "; ") }

func (c *Change) known() (parts []string) {
	if c.Base != "" {
		switch percent, ok := c.Percent(); {
		case !ok && len(c.Unknown)+len(c.Unmeasured)+len(c.Unread) > 0:
			parts = append(parts, "nothing is known of the code that changed since "+c.compared())
		case !ok:
			parts = append(parts, c.nothing())
		default:
			verb := "are"
			if c.Covered == 1 || c.Total == 1 {
				verb = "is"
			}
			parts = append(parts, fmt.Sprintf("%d of %d %s that changed since %s %s covered (%.2f %%)", c.Covered, c.Total, c.noun(c.Total), c.compared(), verb, percent))
		}
		if c.Moved > 0 {
			noun := "functions"
			if c.Moved == 1 {
				noun = "function"
			}
			parts = append(parts, fmt.Sprintf("%d %s moved or renamed", c.Moved, noun))
		}
		switch n := len(c.Unbuilt); n {
		case 0:
		case 1:
			parts = append(parts, c.Unbuilt[0]+" is not built here and not judged")
		default:
			parts = append(parts, fmt.Sprintf("%d files are not built here and not judged, such as %s", n, c.Unbuilt[0]))
		}
		switch n := len(c.Aside); n {
		case 0:
		case 1:
			parts = append(parts, c.Aside[0]+", a file of setup or documentation, is in no profile and not judged")
		default:
			parts = append(parts, fmt.Sprintf("%d files of setup or documentation are in no profile and not judged, such as %s", n, c.Aside[0]))
		}
		if c.Left > 0 {
			parts = append(parts, fmt.Sprintf("%s of generated or vendored code not judged", c.count(c.Left)))
		}
	}
	switch {
	case c.Baseline == nil:
	case len(c.Lost) == 0:
		parts = append(parts, "no coverage lost since the baseline"+c.age())
	default:
		parts = append(parts, fmt.Sprintf("%s lost coverage in %s since the baseline%s", c.count(c.LostStatements()), places(len(c.Lost)), c.age()))
	}
	return parts
}

func places(n int) string {
	if n == 1 {
		return "1 place"
	}
	return strconv.Itoa(n) + " places"
}

// nothing says that nothing that changed is to be covered.
func (c *Change) nothing() string {
	switch c.Functions {
	case 0:
		return "nothing that the profiles cover changed since " + c.compared()
	case 1:
		return "1 function changed since " + c.compared() + ", without a new statement"
	}
	return fmt.Sprintf("%d functions changed since %s, without a new statement", c.Functions, c.compared())
}

// compared is what texts are compared with.
func (c *Change) compared() string {
	base := short(c.Base)
	if c.Name != "" && !strings.HasPrefix(c.Base, c.Name) {
		base = fmt.Sprintf("%s (%s)", c.Name, base)
	}
	if c.Head != "" {
		base += " in what is " + c.Head
	}
	return base
}

// age says which baseline it is.
func (c *Change) age() string {
	b := c.Baseline
	switch {
	case b.Commit == "":
		return ", whose commit is not known"
	case b.Behind == 0:
		return " of " + short(b.Commit)
	case b.Behind == 1:
		return " of " + short(b.Commit) + ", 1 commit before"
	case b.Behind > 1:
		return fmt.Sprintf(" of %s, %d commits before", short(b.Commit), b.Behind)
	}
	return " of " + short(b.Commit) + ", which is not among the commits before"
}

// text prints a line for each place, and the sum.
func (c *Change) text(w io.Writer) error {
	for i := range c.Gaps {
		g := &c.Gaps[i]
		fmt.Fprintf(w, "%s:%d: %s (%s)\n", escape.Record(c.place(g)), g.Lines[0][0], escape.Line(c.what(g)), lines(g.Lines))
	}
	for i := range c.Lost {
		g := &c.Lost[i]
		fmt.Fprintf(w, "%s:%d: %s (%s)\n", escape.Record(c.place(g)), g.Line, escape.Line(c.lost(g)), lines(g.Lines))
	}
	_, err := fmt.Fprintln(w, escape.Record(escape.Words(c.verdict())))
	return err
}

// verdict is the last line of what is printed. Why not all is known is said beside the output.
func (c *Change) verdict() string {
	words := "covls check: failed: "
	switch {
	case c.Ungated:
		words = "covls report: "
	case len(c.Unjudged) > 0 && len(c.Breaches) > 0:
		words = "covls check: failed as far as it can be judged: "
	case len(c.Unjudged) > 0:
		words = "covls check: not judged: "
	case c.Passed():
		words = "covls check: passed: "
	case c.Warn:
		words = "covls check: warning: "
	}
	return words + strings.Join(append(slices.Clone(c.Breaches), c.Sum()), "; ")
}

type (
	changeJSON struct {
		Base       string          `json:"base"`
		Baseline   *baselineJSON   `json:"baseline"`
		Changed    Tally           `json:"changed"`
		Items      []ChangeItem    `json:"items"`
		Lost       []ChangeItem    `json:"lost"`
		Moved      int             `json:"moved"`
		Unmeasured []string        `json:"unmeasured"`
		Passed     *bool           `json:"passed"` // null where nothing was asked
		Unit       string          `json:"unit"`
		Ref        string          `json:"ref"`
		Functions  changeFunctions `json:"functions"`
		Breaches   []string        `json:"breaches"`
	}
	baselineJSON struct {
		Commit string `json:"commit"`
		Behind *int   `json:"behind"`
	}
	changeFunctions struct {
		Changed int `json:"changed"`
		New     int `json:"new"`
	}
	// ChangeItem is a gap of a change, or what lost its coverage, as the JSON has it.
	ChangeItem struct {
		Kind       string           `json:"kind"`
		File       string           `json:"file"`
		Function   string           `json:"function"`
		Line       uint32           `json:"line"`
		Uncovered  []change.Stretch `json:"uncovered"`
		Statements int              `json:"statements"`
		Of         int              `json:"of"`
	}
)

func kindOf(g *change.Gap, lost bool) string {
	switch {
	case lost:
		return "lost"
	case g.Kind == change.New:
		return "new"
	}
	return "changed"
}

func itemsOf(gaps []change.Gap, lost bool) []ChangeItem {
	out := []ChangeItem{}
	for i := range gaps {
		g := &gaps[i]
		out = append(out, ChangeItem{kindOf(g, lost), g.File, g.Function, g.Line, g.Lines, g.Statements, g.Of})
	}
	return out
}

// LostItems are what lost its coverage, as the JSON has them; nil where nothing was compared.
func (c *Change) LostItems() []ChangeItem {
	if c.Set == nil || c.Baseline == nil {
		return nil
	}
	return itemsOf(c.Set.Lost, true)
}

func (c *Change) json(w io.Writer) error {
	out := changeJSON{
		Base: short(c.Base), Changed: Tally(c.Tally), Items: itemsOf(c.Gaps, false), Lost: itemsOf(c.Set.Lost, true), Moved: c.Moved,
		Unmeasured: append([]string{}, c.Unmeasured...), Unit: c.Unit, Ref: c.Name,
		Functions: changeFunctions{c.Functions, c.New}, Breaches: slices.Concat([]string{}, c.Breaches, c.Unjudged),
	}
	if !c.Ungated {
		out.Passed = new(c.Passed())
	}
	if b := c.Baseline; b != nil {
		out.Baseline = &baselineJSON{Commit: short(b.Commit)}
		if b.Behind >= 0 {
			out.Baseline.Behind = &b.Behind
		}
	}
	data, err := json.Marshal(out)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%s\n", escape.JSON(data))
	return err
}

// level is that of an annotation.
func (c *Change) level() string {
	if c.Passed() || c.Warn || c.Ungated {
		return "warning"
	}
	return "error"
}

// each calls take for every annotation: at each stretch that no test reaches, and at the declaration of what lost coverage.
func (c *Change) each(take func(g *change.Gap, first, last uint32, title, text string)) {
	for i := range c.Gaps {
		g := &c.Gaps[i]
		title := "Changed, not tested"
		if g.Kind == change.New && g.Function != "" {
			title = "New, not tested"
		}
		for _, s := range g.Lines {
			take(g, s[0], s[1], title, c.what(g))
		}
	}
	for i := range c.Set.Lost {
		g := &c.Set.Lost[i]
		take(g, g.Line, g.Line, "Coverage lost", c.lost(g)+" ("+lines(g.Lines)+")")
	}
}

// commands prints annotations as the runners of GitHub, Gitea and Forgejo read them, and the verdict.
func (c *Change) commands(w io.Writer) error {
	c.each(func(g *change.Gap, first, last uint32, title, text string) {
		fmt.Fprintf(w, "::%s file=%s,line=%d,endLine=%d,title=%s::%s\n", c.level(), escape.Property(c.place(g)), first, last, escape.Property(title), escape.Annotation(escape.Line(text)))
	})
	_, err := fmt.Fprintln(w, escape.Record(escape.Words(c.verdict())))
	return err
}

func (c *Change) azure(w io.Writer) error {
	c.each(func(g *change.Gap, first, _ uint32, _, text string) {
		fmt.Fprintf(w, "##vso[task.logissue type=%s;sourcepath=%s;linenumber=%d]%s\n", c.level(), escape.Azure(c.place(g)), first, escape.AzureMessage(text))
	})
	_, err := fmt.Fprintln(w, escape.Record(escape.Words(c.verdict())))
	return err
}

// print is a fingerprint of a gap that stays while lines move.
func print(g *change.Gap, title string, ordinal int) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{g.File, g.Function, title, strconv.Itoa(ordinal)}, "\x00")))
	return hex.EncodeToString(sum[:16])
}

// gitlab prints what GitLab shows beside the lines of a merge request: https://docs.gitlab.com/ci/testing/code_quality/.
func (c *Change) gitlab(w io.Writer) error {
	type position struct {
		Begin uint32 `json:"begin"`
		End   uint32 `json:"end"`
	}
	type location struct {
		Path  string   `json:"path"`
		Lines position `json:"lines"`
	}
	type issue struct {
		Description string   `json:"description"`
		Check       string   `json:"check_name"`
		Fingerprint string   `json:"fingerprint"`
		Severity    string   `json:"severity"`
		Location    location `json:"location"`
	}
	out := []issue{}
	seen := map[string]int{}
	c.each(func(g *change.Gap, first, last uint32, title, text string) {
		severity := "minor"
		if title == "Coverage lost" || !c.Passed() && !c.Warn {
			severity = "major"
		}
		key := g.File + "\x00" + g.Function + "\x00" + title
		out = append(out, issue{escape.Line(text), "covls: " + strings.ToLower(title), print(g, title, seen[key]), severity, location{c.place(g), position{first, last}}})
		seen[key]++
	})
	data, err := json.MarshalIndent(out, "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%s\n", escape.JSON(data))
	return err
}

// mostMarkdown is how many characters of Markdown the services take for a comment.
const mostMarkdown = 65_000

// ChangeMarker is what a comment of covls begins with, by which it is found again to be replaced.
const ChangeMarker = "<!-- covls: change -->"

// markdown prints three lines and a table of what no test reaches and of what was lost.
func (c *Change) markdown(w io.Writer) error {
	var b strings.Builder
	b.WriteString(ChangeMarker + "\n")
	switch {
	case c.Ungated:
		b.WriteString("**Coverage of this change.** ")
	case len(c.Unjudged) > 0 && len(c.Breaches) > 0:
		b.WriteString("**Coverage of this change: failed as far as it can be judged.** ")
	case len(c.Unjudged) > 0:
		b.WriteString("**Coverage of this change: not judged.** ")
	case c.Passed():
		b.WriteString("**Coverage of this change: passed.** ")
	case c.Warn:
		b.WriteString("**Coverage of this change: warning.** ")
	default:
		b.WriteString("**Coverage of this change: failed.** ")
	}
	sum := c.Sum()
	b.WriteString(escape.Prose(strings.ToUpper(sum[:1])+sum[1:]) + ".\n")
	if !c.Passed() {
		b.WriteString("\n" + escape.Prose(sentences(c.wrong())) + "\n")
	}
	if len(c.Gaps)+len(c.Set.Lost) > 0 {
		b.WriteString("\n| where | what | lines |\n| --- | --- | --- |\n")
		var rows []string
		row := func(g *change.Gap, line uint32, what string) {
			rows = append(rows, fmt.Sprintf("| %s | %s | %s |\n", escape.Cell(escape.Code(fmt.Sprintf("%s:%d", g.File, line))), escape.Cell(escape.Markdown(what)), lines(g.Lines)))
		}
		for i := range c.Gaps {
			row(&c.Gaps[i], c.Gaps[i].Lines[0][0], c.what(&c.Gaps[i]))
		}
		for i := range c.Set.Lost {
			row(&c.Set.Lost[i], c.Set.Lost[i].Line, c.lost(&c.Set.Lost[i]))
		}
		for i, r := range rows {
			if b.Len()+len(r)+100 > mostMarkdown {
				fmt.Fprintf(&b, "\nAnd %d more.\n", len(rows)-i)
				break
			}
			b.WriteString(r)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// junit prints a test for each file that changed, which fails where something is not tested.
func (c *Change) junit(w io.Writer) error {
	type failure struct {
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
	type testcase struct {
		Name  string   `xml:"name,attr"`
		Class string   `xml:"classname,attr"`
		File  string   `xml:"file,attr,omitempty"`
		Fail  *failure `xml:"failure,omitempty"`
	}
	type suite struct {
		XMLName  xml.Name   `xml:"testsuite"`
		Name     string     `xml:"name,attr"`
		Tests    int        `xml:"tests,attr"`
		Failures int        `xml:"failures,attr"`
		Cases    []testcase `xml:"testcase"`
	}
	out := suite{Name: "covls: coverage of the change"}
	fails := !c.Passed() && !c.Warn
	add := func(g *change.Gap, line uint32, what string) {
		name := g.Function
		if name == "" {
			name = fmt.Sprintf("line %d", line)
		}
		t := testcase{Name: escape.Line(name), Class: escape.Line(g.File), File: escape.Line(c.place(g))}
		if fails {
			t.Fail = &failure{Message: escape.Line(what), Text: escape.Line(fmt.Sprintf("%s:%d: %s (%s)", c.place(g), line, what, lines(g.Lines)))}
			out.Failures++
		}
		out.Cases = append(out.Cases, t)
	}
	for i := range c.Gaps {
		add(&c.Gaps[i], c.Gaps[i].Lines[0][0], c.what(&c.Gaps[i]))
	}
	for i := range c.Set.Lost {
		add(&c.Set.Lost[i], c.Set.Lost[i].Line, c.lost(&c.Set.Lost[i]))
	}
	whole := testcase{Name: "coverage of the change", Class: "covls"}
	if fails {
		whole.Fail = &failure{Message: escape.Words(strings.Join(c.wrong(), "; ")), Text: escape.Words(c.Sum())}
		out.Failures++
	}
	out.Cases = append(out.Cases, whole)
	out.Tests = len(out.Cases)
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(out); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// sarif prints a result for each annotation.
func (c *Change) sarif(w io.Writer) error {
	type m = map[string]any
	rule := func(id, name, text string) m {
		return m{
			"id": id, "name": name, "shortDescription": m{"text": text}, "fullDescription": m{"text": text + "."},
			"help":                 m{"text": "Write a test that reaches it, or leave the code out with a reason."},
			"defaultConfiguration": m{"level": c.level()},
		}
	}
	rules := []m{
		rule("uncovered-changed", "UncoveredChanged", "Code that changed is not tested"),
		rule("lost-coverage", "LostCoverage", "Code that did not change lost its coverage"),
	}
	results := []m{}
	seen := map[string]int{}
	c.each(func(g *change.Gap, first, last uint32, title, text string) {
		index := 0
		if title == "Coverage lost" {
			index = 1
		}
		key := g.File + "\x00" + g.Function + "\x00" + title
		results = append(results, m{
			"ruleId": rules[index]["id"], "ruleIndex": index, "level": c.level(), "message": m{"text": escape.SARIF(text)},
			"locations": []m{{"physicalLocation": m{
				"artifactLocation": m{"uri": uriPath(c.place(g)), "uriBaseId": sarifRoot},
				"region":           m{"startLine": first, "endLine": last},
			}}},
			"partialFingerprints": m{"covlsChange/v1": print(g, title, seen[key])},
		})
		seen[key]++
	})
	driver := m{"name": "covls", "rules": rules}
	if c.Version != "" {
		driver["version"] = c.Version
	}
	data, err := json.MarshalIndent(m{
		"$schema": sarifSchema, "version": "2.1.0",
		"runs": []m{{"tool": m{"driver": driver}, "results": results, "invocations": []m{{"executionSuccessful": true}}}},
	}, "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%s\n", escape.JSON(data))
	return err
}

// sentences are some without their full stops, as text. What begins with the name of a file stays as it is.
func sentences(list []string) string {
	var b strings.Builder
	for i, s := range list {
		if i > 0 {
			b.WriteString(" ")
		}
		if word, _, _ := strings.Cut(s, " "); word != "" && strings.Trim(word, "abcdefghijklmnopqrstuvwxyz") == "" {
			s = strings.ToUpper(s[:1]) + s[1:]
		}
		b.WriteString(s + ".")
	}
	return b.String()
}

package report

import (
	"cmp"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/covls/covls/config"
	"github.com/covls/covls/coverage"
	"github.com/covls/covls/diag"
	"github.com/covls/covls/escape"
	"github.com/covls/covls/priority"
)

// WriteMarkdown writes the coverage analysis: what is covered, which files are not, which of them are
// urgent and why, what to test, and a plan. Lists end after top rows with one that adds up the rest; 0
// writes all.
func (r *Report) WriteMarkdown(w io.Writer, top int) error {
	m := &markdown{r: r, top: top}
	m.head()
	m.first()
	m.summary()
	for _, unit := range r.units() {
		m.zero(unit)
		m.lowest(unit)
		m.gaps(unit)
		m.plan(unit)
		m.largest(unit)
	}
	m.notes()
	// Sections begin with a blank line, and tables end with one.
	text := strings.ReplaceAll(m.String(), "\n\n\n", "\n\n")
	if _, err := io.WriteString(w, escape.Log(text)); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}

type markdown struct {
	strings.Builder
	r   *Report
	top int
	// said tells that the report has told what "by names" means.
	said bool
}

func (m *markdown) printf(format string, args ...any) { fmt.Fprintf(m, format, args...) }

// namesMost is how many names a sentence has before it says how many more there are.
const namesMost = 5

// some joins names, all of them where lists are not cut.
func (m *markdown) some(names []string, noun string) string {
	if m.top == 0 {
		return list(names)
	}
	return some(names, namesMost, noun)
}

// heading tells, where a report is in both units, which one a section is of.
func (m *markdown) heading(title string, unit coverage.Unit) {
	if len(m.r.units()) > 1 {
		title += " (counted in " + unit.String() + ")"
	}
	m.printf("\n## %s\n", title)
}

// head says in three lines where the code stands.
func (m *markdown) head() {
	r, sum := m.r, &m.r.Summary
	m.printf("# Coverage gaps: %s\n\n", prose(cmp.Or(r.title, "no folder")))
	failed := func() {
		for _, text := range r.failed {
			m.printf("  \n**Not measured**: %s", prose(text))
		}
		for _, text := range r.texts {
			m.printf("  \n**Of another text**: %s", prose(text))
		}
		m.printf("\n")
	}
	if sum.Percent == nil {
		m.printf("%s", r.nothing())
		failed()
		return
	}
	m.printf("**Coverage**: %s", standing(sum, r.unit))
	for _, text := range r.mixed {
		m.printf("; %s", prose(text))
	}
	m.printf("  \n**Target**: %s  \n**Gap**: ", sum.aim())
	if sum.Gap > 0 {
		if sum.GapPoints != nil {
			m.printf("%.2f percentage points; ", float64(*sum.GapPoints))
		}
		m.printf("%s more %s must be covered", number(sum.Gap), r.unit.Noun(sum.Gap))
	} else {
		m.printf("none; %s", r.atTarget())
	}
	failed()
	var from []string
	for _, p := range r.Meta.Profiles {
		from = append(from, fmt.Sprintf("%s (%s, %s)", code(lastParts(p.Path)), p.Format, count(p.Files, "file")))
	}
	m.printf("\nFrom %s.\n", m.some(from, "profile"))
}

// reachedWhole begins what is said of a report at its target that has files which are not at theirs.
const reachedWhole = "the target is reached as a whole"

// atTarget says of a report without a gap that the target is reached, and what there is to do all the same.
func (r *Report) atTarget() string {
	short := 0
	for i := range r.Files {
		if f := &r.Files[i]; f.unit == r.unit && f.Gap > 0 {
			short++
		}
	}
	if short == 0 {
		return "the target is reached"
	}
	its := "their own"
	if short == 1 {
		its = "its own"
	}
	return fmt.Sprintf("%s, but %s %s short of %s", reachedWhole, count(short, "file"), isOrAre(short), its)
}

// nextMost is how many functions are named to be tested next.
const nextMost = 5

// first says which test to write first, and which then.
func (m *markdown) first() {
	list := m.r.next(nextMost)
	if len(list) == 0 {
		if items := m.r.items(m.r.unit); len(items) > 0 {
			i := &items[0]
			m.printf("\n## What to test first\n\n%s: %s of %s are covered, %s short of the target.", i.name(), number(i.total.Covered), units(i.total.Total, m.r.unit), number(i.gap))
			if slices.ContainsFunc(i.files, func(f *File) bool { return !f.Found }) {
				m.printf(" Which function comes first can't be told without the source, which was not found; a %s in .covls.toml can say where it lies.", code("[[path]]"))
			} else {
				m.printf(" No function as a whole is worth a test of its own there: what is left are parts of functions.")
			}
			m.printf("\n")
		}
		return
	}
	n := &list[0]
	m.printf("\n## The test to write first\n\n")
	if where := n.where(code); where != "" {
		m.printf("%s, for %s", where, n.name(code))
	} else {
		m.printf("One of %s", n.name(code))
	}
	m.printf(" (%s): %s.\n", code(fmt.Sprintf("%s:%d", n.fn.File, n.fn.Line)), n.why())
	if helps := n.helps(code); helps != "" {
		m.printf("%s.\n", upper(helps))
	}
	if setup := n.setup(code); setup != "" {
		m.printf("%s\n", setup)
	}
	if ways := n.whens(code); len(ways) > 0 {
		if m.top > 0 {
			ways = ways[:min(len(ways), firstWhens)]
		}
		m.printf("Ways to take: %s.\n", strings.Join(ways, "; "))
	}
	if n.fn.doc() != "" {
		m.printf("Its comment says: “%s”\n", prose(n.fn.doc()))
	}
	if len(list) == 1 {
		return
	}
	m.printf("\nThen:\n")
	t := newTable("Function", upper(n.of.unit.String())+":", "Test", "Why")
	for i := range list[1:] {
		n := &list[i+1]
		t.add(words(n.name(code)+" in "+code(fmt.Sprintf("%s:%d", n.fn.File, n.fn.Line))), num(n.fn.Statements), words(n.where(code)), words(join(n.reasons(), n.helps(code))))
	}
	t.total(count(len(list)-1, "function"))
	t.markdown(&m.Builder)
}

// standing is where a summary stands in words.
func standing(s *Summary, unit coverage.Unit) string {
	part := func(t *Tally, what string) string {
		return fmt.Sprintf("%s of %s (%s of %s)", share(coverage.Tally(*t)), what, number(t.Covered), number(t.Total))
	}
	main := s.Statements
	if unit == coverage.Lines {
		main = s.Lines
	}
	out := []string{part(main, unit.String())}
	switch {
	case s.Functions == nil:
		out = append(out, "functions not known")
	case s.Functions.Total > 0:
		out = append(out, part(s.Functions, "functions")+ofTests(s.UncoveredTests)+diag.AndUnknown(s.UnknownFunctions))
	}
	if s.Branches != nil && s.Branches.Total > 0 {
		out = append(out, part(s.Branches, "branches"))
	}
	return strings.Join(out, ", ")
}

func (m *markdown) summary() {
	if len(m.r.Files) == 0 {
		return
	}
	m.printf("\n## Summary\n")
	for _, unit := range m.r.units() {
		m.inShort(unit)
		m.kinds(unit)
	}
	m.components()
}

// standings says how many files are at 0 %, below their target and at it.
func standings(files []*File, unit coverage.Unit) string {
	var zero, inZero, short, reached, empty, lost int
	for _, f := range files {
		switch {
		case f.Tier == string(priority.Unknown):
			lost++
		case f.total().Total == 0:
			empty++
			reached++ // as its row says
		case f.zero():
			zero++
			inZero += f.total().Total
		case f.Gap > 0:
			short++
		default:
			reached++
		}
	}
	var parts []string
	if zero > 0 {
		parts = append(parts, fmt.Sprintf("**%s at 0 %%** (%s)", number(zero), units(inZero, unit)), count(short, "other")+" below target")
	} else {
		parts = append(parts, number(short)+" below target")
	}
	at := number(reached) + " at target"
	if empty > 0 {
		at += fmt.Sprintf(" (%s without code)", number(empty))
	}
	parts = append(parts, at)
	if lost > 0 {
		parts = append(parts, number(lost)+" unknown")
	}
	return list(parts)
}

func (m *markdown) inShort(unit coverage.Unit) {
	own := m.r.own(unit)
	if len(own) == 0 {
		return
	}
	m.printf("\n%s counted in %s: %s.\n", count(len(own), "file"), unit, standings(own, unit))
	t, _ := m.r.tierTable(unit)
	t.total("all")
	t.markdown(&m.Builder)
}

func tierName(t config.Tier) string {
	if t == priority.OK {
		return "at target"
	}
	return string(t)
}

func upper(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// kinds says what sort of code it is that never ran.
func (m *markdown) kinds(unit coverage.Unit) {
	i := slices.IndexFunc(m.r.Kinds, func(k Kinds) bool { return k.Unit == unit.String() })
	if i < 0 || len(m.r.Kinds[i].Uncovered) == 0 {
		return
	}
	k := m.r.Kinds[i]
	if !k.known() {
		// A table of what nobody knows would say nothing.
		m.unknownKinds(&k, unit)
		return
	}
	m.printf("What %s, by kind of code:\n", m.r.never())
	t := newTable("Kind", upper(unit.String())+":")
	for _, row := range k.Uncovered {
		t.add(words(cmp.Or(row.Kind, "ordinary code")), num(row.N))
	}
	t.total("all")
	t.markdown(&m.Builder)
	if k.Untestable > 0 {
		m.printf("%s of these are %s: without them %s of %s are covered.\n", number(k.Untestable), list(k.untestable()), share(coverage.Tally(k.Testable)), units(k.Testable.Total, unit))
	}
}

// unknownKinds says that of most of what never ran nobody knows what sort of code it is.
func (m *markdown) unknownKinds(k *Kinds, unit coverage.Unit) {
	unknown := 0
	for _, row := range k.Uncovered {
		if row.Kind == notKnown {
			unknown = row.N
		}
	}
	if k.Untestable > 0 {
		m.printf("%s that %s %s %s: without them %s of %s are covered.", upper(units(k.Untestable, unit)), m.r.never(), isOrAre(k.Untestable), list(k.untestable()), share(coverage.Tally(k.Testable)), units(k.Testable.Total, unit))
		if unknown > 0 {
			m.printf(" Of the others it is not known what sort of code they are.")
		}
		m.printf("\n")
	}
}

func (m *markdown) components() {
	for _, unit := range m.r.units() {
		if t := m.r.componentTable(unit, code); t != nil {
			m.printf("Components, counted in %s:\n", unit)
			t.total("all")
			t.markdown(&m.Builder)
		}
	}
	if m.r.besides(m.r.unit).Total > 0 {
		m.printf("Everything below is about the components' own files, without what was compiled besides.\n")
	}
}

// total is what the component's unit counts.
func (c *Component) total() coverage.Tally {
	t := c.Summary.Statements
	if c.unit == coverage.Lines {
		t = c.Summary.Lines
	}
	if t == nil {
		return coverage.Tally{}
	}
	return coverage.Tally(*t)
}

func (m *markdown) zero(unit coverage.Unit) {
	var files []*File
	var all coverage.Tally
	for _, f := range m.r.own(unit) {
		all = all.Plus(f.total())
		if f.zero() {
			files = append(files, f)
		}
	}
	if len(files) == 0 {
		return
	}
	slices.SortStableFunc(files, func(a, b *File) int { return cmp.Compare(b.total().Total, a.total().Total) })
	m.heading("Files at 0 %", unit)
	t := newTable("File", upper(unit.String())+":", "Functions:", "Tier", "What it is")
	for _, f := range files {
		t.add(pathOf(f), num(f.total().Total), functionsOf(f.Functions), words(tierName(config.Tier(f.Tier))), words(f.holds()))
	}
	t.limit(m.top, "file")
	t.total(count(len(files), "file"))
	in := t.foot[1].n
	t.markdown(&m.Builder)
	m.byNames(files)
	m.printf("That is %s of all %s.\n", share(coverage.Tally{Covered: in, Total: all.Total}), unit)
}

func (m *markdown) lowest(unit coverage.Unit) {
	var files []*File
	for _, f := range m.r.own(unit) {
		if f.Gap > 0 && !f.zero() {
			files = append(files, f)
		}
	}
	if len(files) == 0 {
		return
	}
	percent := func(f *File) float64 { return float64(f.total().Covered) / float64(f.total().Total) }
	slices.SortStableFunc(files, func(a, b *File) int { return cmp.Compare(percent(a), percent(b)) })
	m.heading("Lowest coverage above 0 %, below target", unit)
	t := newTable("File", "Coverage:", "Covered:", "Of:", "Short of target:", "Target:", "Tier", "What it is")
	for _, f := range files {
		t.add(pathOf(f), shareOf(f.total()), num(f.total().Covered), num(f.total().Total), num(f.Gap), words(plain(f.Target)), words(f.Tier), words(f.holds()))
	}
	t.limit(m.top, "file")
	t.total(count(len(files), "file"))
	t.markdown(&m.Builder)
	m.byNames(files)
}

// byNames says once what that means.
func (m *markdown) byNames(files []*File) {
	if !m.said && slices.ContainsFunc(files, func(f *File) bool { return strings.HasSuffix(f.holds(), byNames) }) {
		m.said = true
		m.printf("By names: what the functions do as far as their names tell, where a file says nothing of itself.\n\n")
	}
}

// tierMeans says what a tier is among so many components.
func tierMeans(t config.Tier, components int) string {
	cuts := priority.Cuts()
	switch t {
	case config.TierCritical:
		of := "the gap"
		if components > 1 {
			of = "the gap of each component"
		}
		return fmt.Sprintf("The most urgent files: from the largest gap on until %s of %s is reached, weighted by what files are for.", coverage.FormatPercent(cuts[0]), of)
	case config.TierHigh:
		return fmt.Sprintf("The next files, up to %s of the weighted gap.", coverage.FormatPercent(cuts[1]))
	case config.TierMedium:
		return fmt.Sprintf("The next files, up to %s of the weighted gap, and files with a small gap.", coverage.FormatPercent(cuts[2]))
	}
	return "What is left of the gap."
}

func (m *markdown) gaps(unit coverage.Unit) {
	items := m.r.items(unit)
	if len(items) == 0 {
		return
	}
	m.heading("Gap analysis by tier", unit)
	facts := m.r.index()
	n := 0
	for _, tier := range config.Tiers() {
		in := slices.DeleteFunc(slices.Clone(items), func(i item) bool { return i.tier != tier })
		if len(in) == 0 {
			continue
		}
		files, gap, lower := 0, 0, 0
		for _, i := range in {
			files += len(i.files)
			gap += i.gap
			for _, f := range i.files {
				if config.Tier(f.Tier) != tier {
					lower++
				}
			}
		}
		m.printf("\n### %s: %s, %s short\n\n%s", upper(string(tier)), count(files, "file"), units(gap, unit), tierMeans(tier, len(m.r.Components)))
		if lower > 0 {
			m.printf(" With them stand %s of lower tiers, in folders of which almost nothing ran.", count(lower, "file"))
		}
		m.printf("\n")
		if tier == config.TierLower {
			m.brief(in, unit)
			continue
		}
		for k, i := range in {
			if m.top > 0 && k == m.top && len(in) > m.top+1 {
				m.printf("\n#### And %s%s\n", count(len(in)-k, "more item"), allOf)
				m.brief(in[k:], unit)
				break
			}
			n++
			m.item(n, &i, unit, facts)
		}
	}
}

// brief lists items in a table.
func (m *markdown) brief(items []item, unit coverage.Unit) {
	t := newTable("File", "Files:", "Coverage:", "Covered:", "Of:", "Short of target:", m.r.untestedHead())
	for _, i := range items {
		t.add(words(i.name()+diag.AndUnknown(i.unknown())), num(len(i.files)), shareOf(i.total), num(i.total.Covered), num(i.total.Total), num(i.gap), uncoveredIn(i.files...))
	}
	t.limit(m.top, "item")
	t.total("all")
	t.markdown(&m.Builder)
}

// name is the item's title for people.
func (i *item) name() string {
	if i.group {
		return prose(i.title)
	}
	return code(i.title)
}

// unknown is how many functions its figures are without.
func (i *item) unknown() int {
	n := 0
	for _, f := range i.files {
		n += f.UnknownFunctions
	}
	return n
}

// item says of one item what it holds, why it is where it is, and which tests would help.
func (m *markdown) item(n int, i *item, unit coverage.Unit, facts map[string]*fileFacts) {
	first := i.files[0]
	m.printf("\n#### %d. %s: %s, %s of %s", n, i.name(), share(i.total), number(i.total.Covered), units(i.total.Total, unit))
	if len(i.files) > 1 {
		m.printf(" in %s", count(len(i.files), "file"))
	}
	m.printf("%s", diag.AndUnknown(i.unknown()))
	m.printf("\n\n")
	joined := joinFacts(i.files, facts)
	joined.all = m.top == 0
	if len(i.files) == 1 {
		if first.Doc != "" {
			m.printf("- **What it is**: %s\n", prose(first.Doc))
		} else if does, named := first.does(code); named {
			m.printf("- **What it does, by its names**: %s\n", prose(does))
		} else if does != "" {
			m.printf("- **What it has**: %s\n", does)
		}
		if why := because(first); why != "" {
			m.printf("- **Why %s**: %s\n", i.tier, prose(why))
		}
	} else {
		if doc := m.r.docs[strings.TrimSuffix(i.title, "/")]; doc != "" && !i.group {
			m.printf("- **What it is**: %s\n", prose(doc))
		}
		var names []string
		for _, f := range i.files {
			names = append(names, fmt.Sprintf("%s (%s of %s, %s short)", code(below(f.Path, i.title)), number(f.total().Covered), number(f.total().Total), number(f.Gap)))
		}
		m.printf("- **Files**: %s\n", m.some(names, "file"))
	}
	today, missing := "Tested today", "Not tested"
	scope := ""
	for _, f := range i.files {
		scope = max(scope, scopeOf(f.file))
	}
	switch scope {
	case "":
	case OwnPackage:
		today, missing = "Tested today by its own package", "Not covered"
	default:
		today, missing = "Run by the tests in the profile", "Not run by them"
	}
	if tested := joined.tested(i.files); tested != "" {
		m.printf("- **%s**: %s\n", today, tested)
	}
	if names := joined.uncovered(); names != "" {
		m.printf("- **%s**: %s\n", missing, names)
	}
	if starts := joined.starts(m.r.help); starts != "" {
		m.printf("- **Where to start**: %s\n", starts)
	}
	if ways := joined.ways(); ways != "" {
		m.printf("- **Parts that did not run**: %s\n", ways)
	}
	if commits := commitsOf(i.files); commits != "" {
		m.printf("- **Churn**: %s\n", commits)
	}
	if setup := setupOf(joined.functions, code); setup != "" {
		m.printf("- **Set-up**: %s\n", setup)
	}
	if tests := joined.tests(unit, testsOf(i.files)); len(tests) > 0 {
		m.printf("- **Tests**:\n")
		for _, t := range tests {
			m.printf("  - %s\n", t)
		}
	}
}

// because is why a file has its tier, without what the item's place and its figures say; "" where these say all.
func because(f *File) string {
	s := f.standing
	var parts []string
	if s.Role.Weight() != 1 {
		parts = append(parts, fmt.Sprintf("its gap counts ×%s (%s)", exact(s.Role.Weight()), s.Role))
	}
	if f.Target != Percent(s.Target) || s.Rule != nil && s.Rule.Target != nil {
		parts = append(parts, "its rule sets its target of "+plain(f.Target))
	}
	switch s.Cause {
	case priority.BySmallGap:
		parts = append(parts, fmt.Sprintf("its gap is under %d", s.SmallGap))
	case priority.ByComponent:
		parts = append(parts, "its component is at its target")
	case priority.ByShare:
		parts = append(parts, "rules put others above it")
	case priority.ByRule:
		parts = append(parts, "its rule says so")
	case priority.ByScore:
	}
	if s.Rule != nil && s.Rule.Why != "" {
		parts = append(parts, "“"+strings.TrimSuffix(s.Rule.Why, ".")+"”")
	}
	return strings.Join(parts, "; ")
}

// below is a path without the folder that it is shown in.
func below(path, folder string) string { return strings.TrimPrefix(path, folder) }

func (m *markdown) plan(unit coverage.Unit) {
	p := m.r.planIn(unit)
	if !slices.ContainsFunc(p.Phases, func(ph Phase) bool { return len(ph.Files) > 0 }) {
		return
	}
	rows := m.r.rows()
	m.heading("Plan", unit)
	m.printf("\nOne phase a tier. A step ends at its file's target, or 40 points above today's coverage where that is less.\n")
	upper, cold := m.r.upper(&p, unit), m.r.cold(unit)
	calls := upper != nil
	if calls && !beyond(&p, upper) {
		upper = nil
	}
	head := []string{"Phase", "Files:", "To cover:", "Points:", "Coverage after:"}
	if upper != nil {
		head = append(head, "With what they call:")
	}
	done := newTable(head...)
	after := coverage.Tally{Covered: p.Covered, Total: p.Total}
	row := func(most int, cells ...cell) {
		if upper != nil {
			cells = append(cells, words(share(coverage.Tally{Covered: most, Total: p.Total})))
		}
		done.add(cells...)
	}
	row(p.Covered, words("today"), words(""), words(""), words(""), words(share(after)))
	number, most := 0, p.Covered
	for n, ph := range p.Phases {
		if len(ph.Files) == 0 {
			continue
		}
		number++
		m.printf("\n### Phase %d: %s\n", number, ph.Tier)
		t := newTable("File", "Covered:", "Of:", "Today:", "Aim:", "To cover:")
		for _, row := range stepRows(ph.Files, rows, cold) {
			t.add(row.name, num(row.total.Covered), num(row.total.Total), shareOf(row.total), words(row.aim), num(row.cover))
		}
		t.limit(m.top, "step")
		t.total(count(len(ph.Files), "file"))
		t.markdown(&m.Builder)
		after.Covered += ph.ToCover
		if upper != nil {
			most = max(upper[n], after.Covered)
		}
		row(most, words(fmt.Sprintf("%d, %s", number, ph.Tier)), num(len(ph.Files)), num(ph.ToCover), pointsOf(ph.ToCover, p.Total), words(share(after)))
	}
	m.printf("\n### What the phases make\n")
	done.total("all phases")
	done.foot[4] = words(share(after))
	if upper != nil {
		done.foot[5] = words(share(coverage.Tally{Covered: most, Total: p.Total}))
	}
	done.markdown(&m.Builder)
	switch {
	case upper != nil:
		m.printf("The first figure counts the code that the tests are written for and nothing else. The second adds the functions of other files that these call and that did not run, by themselves or by way of others: as many as names tell, where only one function has a name.\n\n")
	case calls:
		m.printf("The figures count the code that the tests are written for. It calls no function of other files that did not run, as far as names tell.\n\n")
	default:
		m.printf("The figures count the code that the tests are written for. What these tests run besides can't be told: it is not known which function calls which.\n\n")
	}
	m.closing(&p, unit)
}

// beyond reports whether an upper end lies above what the phases make by themselves.
func beyond(p *Plan, upper []int) bool {
	after := p.Covered
	for n, ph := range p.Phases {
		if after += ph.ToCover; upper[n] > after {
			return true
		}
	}
	return false
}

// stepRow is a row of a phase: a step, or those of a folder that is cold as a whole.
type stepRow struct {
	name  cell
	total coverage.Tally
	aim   string
	cover int
	files int
}

// stepRows are those of steps, in their order.
func stepRows(steps []Step, rows map[string]*File, cold map[spot]string) []stepRow {
	var out []stepRow
	at := map[spot]int{}
	for _, s := range steps {
		f := rows[s.Path]
		row := stepRow{pathOf(f), f.total(), plain(s.Target), s.ToCover, 1}
		dir, ok := cold[spot{f.Component, path.Dir(f.Path)}]
		if !ok {
			out = append(out, row)
			continue
		}
		n, ok := at[spot{f.Component, dir}]
		if !ok {
			at[spot{f.Component, dir}] = len(out)
			out = append(out, row)
			continue
		}
		r := &out[n]
		r.files++
		r.total, r.cover = r.total.Plus(row.total), r.cover+row.cover
		if r.aim != row.aim {
			r.aim = ""
		}
		r.name = words(code(dir+"/") + ", " + count(r.files, "file"))
	}
	return out
}

// reached says in which phase the components' target is reached; "" where they have several.
func (m *markdown) reached(p *Plan, unit coverage.Unit) string {
	var of []Component
	for _, c := range m.r.Components {
		if c.unit == unit {
			of = append(of, c)
		}
	}
	if len(of) != 1 || of[0].Target == nil {
		return ""
	}
	after := coverage.Tally{Covered: p.Covered, Total: p.Total}
	if after.Gap(float64(*of[0].Target)) == 0 {
		return fmt.Sprintf("The target of %s is reached today; the phases are for files that are short of theirs.", plain(*of[0].Target))
	}
	n := 0
	for _, ph := range p.Phases {
		if len(ph.Files) > 0 {
			n++
		}
		after.Covered += ph.ToCover
		if after.Gap(float64(*of[0].Target)) == 0 {
			return fmt.Sprintf("The target of %s is reached in phase %d.", plain(*of[0].Target), n)
		}
	}
	return ""
}

// closing says what the phases leave, and what would close it.
func (m *markdown) closing(p *Plan, unit coverage.Unit) {
	if p.Missing == 0 {
		m.printf("%s\n", cmp.Or(m.reached(p, unit), "With that every component reaches its target."))
		return
	}
	m.printf("After that %s %s missing to the target.", units(p.Missing, unit), isOrAre(p.Missing))
	if len(p.Closing) > 0 {
		m.printf(" These steps, beyond their phases, close %s:\n", number(p.Missing-p.Open))
		rows := m.r.rows()
		t := newTable("File", "Aim:", "To cover:")
		for _, s := range p.Closing {
			t.add(pathOf(rows[s.Path]), words(plain(s.Target)), num(s.ToCover))
		}
		t.limit(m.top, "file")
		t.total(count(len(p.Closing), "file"))
		t.markdown(&m.Builder)
	} else {
		m.printf("\n")
	}
	if p.Open > 0 {
		m.printf("%s stay open: rules ask less of files, or leave them out of the plan.\n", upper(units(p.Open, unit)))
	}
}

// rows are the report's files by path.
func (r *Report) rows() map[string]*File {
	out := map[string]*File{}
	for i := range r.Files {
		out[r.Files[i].Path] = &r.Files[i]
	}
	return out
}

// largestMost is how many of the largest gains are looked at.
const largestMost = 10

// largest names the files that bring most and that the tiers put further down; there are mostly none.
func (m *markdown) largest(unit coverage.Unit) {
	var files []*File
	var all coverage.Tally
	for _, f := range m.r.own(unit) {
		all = all.Plus(f.total())
		if f.Gap > 0 {
			files = append(files, f)
		}
	}
	slices.SortStableFunc(files, func(a, b *File) int { return cmp.Compare(b.Gap, a.Gap) })
	first := files[:min(len(files), largestMost)]
	first = slices.DeleteFunc(slices.Clone(first), func(f *File) bool {
		urgent := 0
		for _, g := range files {
			if byUrgency(g, f) < 0 {
				urgent++
			}
		}
		return urgent < largestMost
	})
	if len(first) == 0 {
		return
	}
	m.heading("Large gains further down", unit)
	m.printf("\nOf the %d files that bring most, these are not among the %d most urgent:\n", min(len(files), largestMost), largestMost)
	t := newTable("File", "Short of target:", "Points:", "Tier", "Why")
	for _, f := range first {
		t.add(pathOf(f), num(f.Gap), pointsOf(f.Gap, all.Total), words(f.Tier), words(prose(because(f))))
	}
	t.limit(m.top, "file")
	t.total(count(len(first), "file"))
	t.markdown(&m.Builder)
}

// notes are what the reader of the numbers should know.
func (m *markdown) notes() {
	more := slices.ContainsFunc(m.r.Warnings, func(w Warning) bool { return !w.other })
	if len(m.r.NotMeasured) == 0 && len(m.r.UnknownFunctions) == 0 && !more {
		return
	}
	m.printf("\n## Notes\n\n")
	if n := len(m.r.UnknownFunctions); n > 0 {
		var names []string
		for _, f := range m.r.UnknownFunctions {
			g := coverage.Func{Name: f.Name, Receiver: f.Receiver}
			names = append(names, fmt.Sprintf("%s in %s (%s)", code(shortened(g.String(), nameMost)), code(f.File), f.Why))
		}
		m.printf("- Unknown, and counted nowhere until the tests run again: %s: %s.\n", count(n, "function"), m.some(names, "function"))
	}
	if n := len(m.r.NotMeasured); n > 0 {
		var names []string
		for _, f := range m.r.NotMeasured {
			names = append(names, code(f))
		}
		m.printf("- Not measured, which is not 0 %%: %s in no profile: %s.\n", count(n, "source file"), m.some(names, "file"))
	}
	if names := m.r.others(); len(names) > 0 {
		for i, name := range names {
			names[i] = code(name)
		}
		m.printf("- There are tests named after %s: did they run?\n", m.some(names, "file"))
	}
	lost, others := 0, 0
	rows := m.r.rows()
	for _, w := range m.r.Warnings {
		if w.other {
			continue
		}
		if f := rows[w.Path]; f != nil && !f.Found {
			if lost++; lost > 1 {
				continue // one stands for all
			}
		} else if others++; m.top > 0 && others > m.top {
			continue
		}
		where := ""
		if path := m.r.shown(&w); path != "" {
			where = code(path) + ": "
			if w.Line > 0 {
				where = code(fmt.Sprintf("%s:%d", path, w.Line)) + ": "
			}
		}
		m.printf("- %s%s\n", where, prose(w.Text))
	}
	if lost > 1 {
		m.printf("- The same goes for %s; `covls doctor` says more.\n", count(lost-1, "more source file"))
	}
	if more := others - m.top; m.top > 0 && more > 0 {
		m.printf("- And %s.\n", count(more, "more warning"))
	}
}

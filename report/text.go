package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/covls/covls/config"
	"github.com/covls/covls/coverage"
	"github.com/covls/covls/diag"
	"github.com/covls/covls/escape"
)

// TextOptions are how the text report looks.
type TextOptions struct {
	// Width is how many characters a line has; 0 is 100.
	Width int
	// Top is how many rows a list has before the rest is added up in one; 0 writes all.
	Top int
	// Paint puts text into a style, Bold, Dim or that of a tier; nil leaves it plain.
	Paint func(style Style, text string) string
}

// Style is how a piece of the text report stands out.
type Style string

// The values of Style; each tier is one too.
const (
	Bold Style = "bold"
	Dim  Style = "dim"
)

// WriteText writes a page for a terminal: where the code stands, the tiers, the most urgent files and
// what the plan makes of them.
func (r *Report) WriteText(w io.Writer, o TextOptions) error {
	if o.Width == 0 {
		o.Width = 100
	}
	if o.Paint == nil {
		o.Paint = func(_ Style, text string) string { return text }
	}
	p := &screen{r: r, o: o}
	p.head()
	p.texts()
	p.outside()
	p.first()
	for _, unit := range r.units() {
		p.tiers(unit)
		p.urgent(unit)
	}
	p.foot()
	if _, err := io.WriteString(w, p.String()); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}

type screen struct {
	strings.Builder
	r *Report
	o TextOptions
}

func (p *screen) printf(format string, args ...any) { fmt.Fprintf(p, format, args...) }

// The widths of bars, in characters.
const (
	wideBar   = 30
	narrowBar = 10
)

// bar draws a share. A part of a character's share is shown as one only where it is most of it, but
// nothing is full that is not, and nothing is empty.
func bar(t coverage.Tally, width int) string {
	n := 0
	if t.Total > 0 {
		n = (t.Covered*width*2 + t.Total) / (t.Total * 2)
		if t.Covered > 0 {
			n = max(n, 1)
		}
		if t.Covered < t.Total {
			n = min(n, width-1)
		}
	}
	return strings.Repeat("█", n) + strings.Repeat("░", width-n)
}

// outside says that files which no configured component has are in the totals alone.
func (p *screen) outside() {
	n := 0
	for i := range p.r.Files {
		if p.r.Files[i].Component == "" {
			n++
		}
	}
	if n > 0 {
		p.printf("\n%s in no component: counted above, and in nothing below. `covls gaps` has what is missing there.\n", count(n, "file"))
	}
}

// texts says that profiles are of other texts, and how much that leaves unknown.
func (p *screen) texts() {
	for _, text := range p.r.texts {
		p.printf("\n%s.\n", escape.Record(escape.Words(text)))
	}
	if n := len(p.r.UnknownFunctions); n > 0 {
		if len(p.r.texts) == 0 {
			p.printf("\n")
		}
		p.printf("%s %s unknown and not counted here: run the tests again.\n", count(n, "function"), isOrAre(n))
	}
}

// first says which function to test first.
func (p *screen) first() {
	list := p.r.next(1)
	if len(list) == 0 {
		return
	}
	n, plain := &list[0], func(s string) string { return escape.Line(shortened(s, nameMost)) }
	p.printf("\n%s %s (%s): %s\n", p.o.Paint(Bold, "Test first:"), plain(n.fn.name()), plain(fmt.Sprintf("%s:%d", n.fn.File, n.fn.Line)), join(n.why(), n.helps(plain)))
	if where := n.where(plain); where != "" {
		p.printf("  %s\n", where)
	}
}

func (p *screen) head() {
	r, sum := p.r, &p.r.Summary
	p.printf("%s\n\n", p.o.Paint(Bold, escape.Record(shortened(cmp.Or(r.title, "no folder"), p.o.Width))))
	if sum.Percent == nil {
		p.printf("%s\n", r.nothing())
		p.failed()
		return
	}
	line := func(t *Tally, what string, target bool) {
		tally := coverage.Tally(*t)
		p.printf("  %-11s %s %9s   %s of %s", what, bar(tally, wideBar), share(tally), number(t.Covered), number(t.Total))
		if what == "functions" {
			p.printf("%s%s", ofTests(sum.UncoveredTests), diag.AndUnknown(sum.UnknownFunctions))
		}
		if target {
			gap := ", reached"
			if sum.Gap > 0 {
				gap = fmt.Sprintf(": %s short", units(sum.Gap, r.unit))
				if sum.GapPoints != nil {
					gap += fmt.Sprintf(", %.2f points", float64(*sum.GapPoints))
				}
			}
			if sum.Gap == 0 {
				if rest, ok := strings.CutPrefix(r.atTarget(), reachedWhole); ok {
					gap += rest
				}
			}
			if sum.Target == nil {
				p.printf("; targets of several folders%s", gap)
			} else {
				p.printf("; target %s%s", sum.aim(), gap)
			}
		}
		p.printf("\n")
	}
	for _, row := range []struct {
		t    *Tally
		unit coverage.Unit
		what string
	}{{sum.Statements, coverage.Statements, "statements"}, {sum.Lines, coverage.Lines, "lines"}} {
		if row.t != nil && row.t.Total > 0 {
			line(row.t, row.what, row.unit == r.unit)
		}
	}
	switch {
	case sum.Functions == nil:
		p.printf("  %-11s not known: the profiles name none, and no source tells them\n", "functions")
	case sum.Functions.Total > 0:
		line(sum.Functions, "functions", false)
	}
	if sum.Branches != nil && sum.Branches.Total > 0 {
		line(sum.Branches, "branches", false)
	}
	for _, text := range r.mixed {
		p.printf("  %s\n", escape.Record(escape.Words(text)))
	}
	p.failed()
	for _, unit := range r.units() {
		if t := r.componentTable(unit, func(s string) string { return escape.Line(shortened(s, nameMost)) }); t != nil {
			t.limit(p.o.Top, "component")
			t.total("all")
			p.table(t, nil)
		}
	}
}

// failed says what the figures are without.
func (p *screen) failed() {
	for _, text := range p.r.failed {
		p.printf("  not measured: %s\n", escape.Record(shortened(text, 2*p.o.Width)))
	}
}

func (p *screen) tiers(unit coverage.Unit) {
	own := p.r.own(unit)
	if len(own) == 0 {
		return
	}
	plain := strings.ReplaceAll(standings(own, unit), "**", "")
	p.printf("\n%s counted in %s: %s.\n", count(len(own), "file"), unit, plain)
	t, tiers := p.r.tierTable(unit)
	plan := p.r.planIn(unit)
	after := map[config.Tier]string{}
	for _, ph := range plan.Phases {
		if ph.CumulativePercent != nil && ph.ToCover > 0 {
			after[config.Tier(ph.Tier)] = fmt.Sprintf("cover %s → %s", number(ph.ToCover), fixed(float64(*ph.CumulativePercent)))
		}
	}
	t.head = append(t.head, "Plan")
	styles := make([]Style, len(tiers))
	for i, tier := range tiers {
		t.rows[i] = append(t.rows[i], words(after[tier]))
		styles[i] = Style(tier)
	}
	t.total("all")
	p.table(t, styles)
	if plan.Missing > 0 {
		p.printf("  The plan stops %s short of the target; `covls report --format markdown` says what closes that.\n", units(plan.Missing, unit))
	}
}

func (p *screen) urgent(unit coverage.Unit) {
	var files []*File
	for _, f := range p.r.own(unit) {
		if f.Gap > 0 {
			files = append(files, f)
		}
	}
	if len(files) == 0 {
		return
	}
	slices.SortStableFunc(files, byUrgency)
	p.printf("\nMost urgent files\n")
	t := newTable("Tier", "", "Coverage:", "Covered:", "Of:", "Short:", p.r.untestedHead(), "File")
	styles := []Style{}
	for _, f := range files {
		t.add(words(f.Tier), words(bar(f.total(), narrowBar)), shareOf(f.total()), num(f.total().Covered), num(f.total().Total), num(f.Gap), uncoveredIn(f), words(escape.Line(shortened(f.Path, 200))+diag.AndUnknown(f.UnknownFunctions)))
		styles = append(styles, Style(f.Tier))
	}
	t.limit(p.o.Top, "file")
	if len(t.rows) < len(files) {
		last := t.rows[len(t.rows)-1]
		last[0], last[len(last)-1] = words(""), last[0]
		styles = append(styles[:len(t.rows)-1], Dim)
	}
	t.total("all " + count(len(files), "file"))
	p.table(t, styles)
}

func (p *screen) foot() {
	if n := len(p.r.NotMeasured); n > 0 {
		p.printf("\n%s not measured: in no profile.\n", count(n, "source file"))
		if names := p.r.others(); len(names) > 0 {
			for i, name := range names {
				names[i] = escape.Line(shortened(name, nameMost))
			}
			p.printf("There are tests named after %s: did they run?\n", some(names, namesMost, "file"))
		}
	}
	if n := len(p.r.UncoveredFunctions) + len(p.r.UncoveredLiterals); n > 0 {
		p.printf("\n%s", p.o.Paint(Dim, fmt.Sprintf("%s: `covls gaps` lists them; `covls report -o gaps.md` is the whole analysis.\n", upper(p.r.untested(n)))))
	}
}

// table writes rows in columns. Styles are of the rows, as far as they go.
func (p *screen) table(t *table, styles []Style) {
	rows := [][]string{}
	head := make([]string, len(t.head))
	right := make([]bool, len(t.head))
	for i, h := range t.head {
		head[i], right[i] = strings.CutSuffix(strings.ToLower(h), ":")
	}
	rows = append(rows, head)
	for _, row := range t.rows {
		rows = append(rows, printed(row, "", ""))
	}
	if t.foot != nil {
		rows = append(rows, printed(t.foot, "", ""))
	}
	width := make([]int, len(head))
	for _, row := range rows {
		for i, c := range row {
			width[i] = max(width[i], utf8.RuneCountInString(c))
		}
	}
	p.printf("\n")
	for n, row := range rows {
		var b strings.Builder
		for i, c := range row {
			pad := strings.Repeat(" ", width[i]-utf8.RuneCountInString(c))
			if right[i] {
				c = pad + c
			} else {
				c += pad
			}
			b.WriteString("  " + c)
		}
		line := escape.Record(strings.TrimRight(b.String(), " "))
		switch {
		case n == 0:
			line = p.o.Paint(Dim, line)
		case t.foot != nil && n == len(rows)-1:
			line = p.o.Paint(Bold, line)
		case n-1 < len(styles):
			line = p.o.Paint(styles[n-1], line)
		}
		p.printf("%s\n", line)
	}
}

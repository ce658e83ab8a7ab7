package report

import (
	"slices"
	"strings"

	"github.com/covls/covls/config"
	"github.com/covls/covls/coverage"
	"github.com/covls/covls/diag"
	"github.com/covls/covls/escape"
	"github.com/covls/covls/priority"
)

// cell is what stands in a table: a text that is harmless in the table's format, a number, the share of a tally, or a part in points.
type cell struct {
	kind  cellKind
	text  string
	n     int
	tally coverage.Tally
}

type cellKind uint8

const (
	textCell cellKind = iota
	numberCell
	shareCell
	pointsCell
)

func words(s string) cell           { return cell{text: s} }
func num(n int) cell                { return cell{kind: numberCell, n: n} }
func shareOf(t coverage.Tally) cell { return cell{kind: shareCell, tally: t} }
func pointsOf(part, total int) cell {
	return cell{kind: pointsCell, tally: coverage.Tally{Covered: part, Total: total}}
}

// pathOf is a file's path as code, and how many of its functions the row is without.
func pathOf(f *File) cell { return words(code(f.Path) + diag.AndUnknown(f.UnknownFunctions)) }

func functionsOf(t *Tally) cell { return optional(t, func(t Tally) int { return t.Total }) }
func optional(t *Tally, of func(Tally) int) cell {
	if t == nil {
		return unknown
	}
	return num(of(*t))
}

// uncoveredIn is how many declared functions of files no test reaches, as far as they are known, without those of tests.
func uncoveredIn(files ...*File) cell {
	out := unknown
	for _, f := range files {
		out = out.plus(optional(f.Functions, func(t Tally) int { return t.Total - t.Covered - f.UncoveredTests }))
	}
	return out
}

// unknown is a number that nobody knows.
var unknown = words("?")

func (c cell) String() string {
	switch c.kind {
	case numberCell:
		return number(c.n)
	case shareCell:
		return share(c.tally)
	case pointsCell:
		return points(c.tally.Covered, c.tally.Total)
	}
	return c.text
}

// plus adds two cells of a column. A text adds nothing, and points are parts of one total. Where no number is known,
// neither is their sum.
func (c cell) plus(d cell) cell {
	switch {
	case d == unknown && c == cell{}:
		return d
	case d.kind == textCell:
		return c
	case c.kind == textCell:
		return d
	case d.kind == pointsCell:
		c.tally.Covered += d.tally.Covered
		return c
	}
	c.n += d.n
	c.tally = c.tally.Plus(d.tally)
	return c
}

// table is rows under a head. Its sums are made of its rows and nothing else.
type table struct {
	// head are the names of columns; one that ends in ":" stands at the right.
	head []string
	rows [][]cell
	// foot is the last row; nil where there is none.
	foot []cell
}

func newTable(head ...string) *table { return &table{head: head} }

func (t *table) add(cells ...cell) { t.rows = append(t.rows, cells) }

// sum adds up rows, under a label.
func sum(label string, rows [][]cell) []cell {
	if len(rows) == 0 {
		return nil
	}
	out := make([]cell, len(rows[0]))
	for _, row := range rows {
		for i, c := range row {
			out[i] = out[i].plus(c)
		}
	}
	out[0] = words(label)
	return out
}

// allOf says how to see what a list leaves out.
const allOf = " (--top 0 lists all)"

// limit adds up the rows behind the first top in one. 0 leaves all.
func (t *table) limit(top int, noun string) {
	if top > 0 && len(t.rows) > top+1 {
		rest := t.rows[top:]
		t.rows = append(t.rows[:top:top], sum("and "+count(len(rest), "more "+noun)+allOf, rest))
	}
}

// total adds a last row with the sums.
func (t *table) total(label string) { t.foot = sum(label, t.rows) }

// says reports whether a column has words in any row, or something else than words.
func (t *table) says(column int) bool {
	return column == 0 || strings.HasSuffix(t.head[column], ":") || slices.ContainsFunc(t.rows, func(row []cell) bool { return row[column] != cell{} })
}

// markdown writes the table, without columns of words that no row has.
func (t *table) markdown(b *strings.Builder) {
	line := func(cells []string) {
		b.WriteString("|")
		for i, c := range cells {
			if t.says(i) {
				b.WriteString(" " + escape.Cell(c) + " |")
			}
		}
		b.WriteString("\n")
	}
	head := make([]string, len(t.head))
	rule := make([]string, len(t.head))
	for i, h := range t.head {
		name, right := strings.CutSuffix(h, ":")
		head[i], rule[i] = name, "---"
		if right {
			rule[i] = "--:"
		}
	}
	b.WriteString("\n")
	line(head)
	line(rule)
	for _, row := range t.rows {
		line(printed(row, "", ""))
	}
	if t.foot != nil {
		line(printed(t.foot, "**", "**"))
	}
	b.WriteString("\n")
}

func printed(row []cell, before, after string) []string {
	out := make([]string, len(row))
	for i, c := range row {
		if s := c.String(); s != "" {
			out[i] = before + s + after
		}
	}
	return out
}

// tierTable has a row for each tier that files in a unit have, the most urgent first.
func (r *Report) tierTable(unit coverage.Unit) (*table, []config.Tier) {
	t := newTable("Tier", "Files:", upper(unit.String())+" covered:", "Of:", "Coverage:", "Short, file by file:", r.untestedHead())
	var tiers []config.Tier
	own := r.own(unit)
	for _, tier := range append(config.Tiers(), priority.Unknown, priority.OK) {
		files, gap := 0, 0
		var total coverage.Tally
		uncovered := unknown
		for _, f := range own {
			if config.Tier(f.Tier) == tier {
				files++
				gap += f.Gap
				total = total.Plus(f.total())
				uncovered = uncovered.plus(uncoveredIn(f))
			}
		}
		if files > 0 {
			t.add(words(tierName(tier)), num(files), num(total.Covered), num(total.Total), shareOf(total), num(gap), uncovered)
			tiers = append(tiers, tier)
		}
	}
	return t, tiers
}

// componentTable has a row for each component in a unit, and one for what was compiled besides; nil where
// there is one component and nothing besides. Named puts names into the format.
func (r *Report) componentTable(unit coverage.Unit, named func(string) string) *table {
	t := newTable("Component", "Files:", "Covered:", "Of:", "Coverage:", "Target:", "Short as a whole:", "Files at 0 %:")
	for i := range r.Components {
		if c := &r.Components[i]; c.unit == unit {
			total := c.total()
			t.add(words(named(c.Name)), num(c.Files), num(total.Covered), num(total.Total), shareOf(total), words(c.Summary.aim()), num(c.Summary.Gap), num(c.Zero))
		}
	}
	if rest := r.besides(unit); rest.Total > 0 {
		files, zero := 0, 0
		for i := range r.Files {
			if f := &r.Files[i]; f.unit == unit && f.Component == "" {
				files++
				if f.zero() {
					zero++
				}
			}
		}
		t.add(words("compiled besides"), num(files), num(rest.Covered), num(rest.Total), shareOf(rest), words(r.Summary.aim()), num(r.sum(unit, r.aims, func(f *File) bool { return f.unit == unit && f.Component == "" }).Gap), num(zero))
	}
	if len(t.rows) < 2 {
		return nil
	}
	return t
}

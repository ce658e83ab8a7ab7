package report

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"crypto/sha256"
	_ "embed" // the parts of the page
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/covls/covls/config"
	"github.com/covls/covls/escape"
	"github.com/covls/covls/gap"
)

// The parts of the page.
var (
	//go:embed html/page.html
	pageHTML string
	//go:embed html/page.css
	pageCSS string
	//go:embed html/page.js
	pageJS string
)

// Bounds of the source text in a page.
const (
	contextLines = 3
	// gapLines is how much of a gap is shown.
	gapLines = 200
	// lineBytes is how much of a line is shown.
	lineBytes = 400
	// sourceBytes is the most of all files together.
	sourceBytes = 5 << 20
)

// pageData is the report as the page's script takes it: its keys are those of the JSON report, and its
// long lists stand column by column.
type pageData struct {
	Title      string      `json:"title"`
	Meta       Meta        `json:"meta"`
	Summary    Summary     `json:"summary"`
	Components []Component `json:"components"`
	Kinds      []Kinds     `json:"kinds"`
	Plan       Plan        `json:"plan"`
	Next       []pageNext  `json:"next"`
	Change     *pageChange `json:"change"`
	Files      columns     `json:"files"`
	// Sorts are beside the kinds.
	Sorts []pageSort `json:"sorts"`
	// Does is beside the files what each does by its names, where it has no words of its own.
	Does               []string  `json:"does"`
	UncoveredFunctions columns   `json:"uncovered_functions"`
	UncoveredLiterals  columns   `json:"uncovered_literals"`
	UncoveredStretches columns   `json:"uncovered_stretches"`
	NotMeasured        []string  `json:"not_measured"`
	Failed             []string  `json:"failed"`
	Mixed              []string  `json:"mixed"`
	Warnings           []Warning `json:"warnings"`
	Cut                cut       `json:"cut"`
}

// titled are functions that are called as people call them: those whose names a tool has made up by their lines.
func titled(funcs []Function) []Function {
	out := slices.Clone(funcs)
	for i := range out {
		f := &out[i]
		if f.fn == nil {
			continue
		}
		if _, nameless := gap.Nameless(f.file, f.fn); nameless {
			f.Name, f.Receiver = gap.Title(f.file, f.fn), ""
		}
	}
	return out
}

// pageSort is what is said of a row of kinds: what of it tests hardly reach, in words, and whether the kind is known of any other code.
type pageSort struct {
	Untestable string `json:"untestable"`
	Known      bool   `json:"known"`
}

// pageNext is a function to test next.
type pageNext struct {
	File  string `json:"file"`
	Line  int    `json:"line"`
	Name  string `json:"name"`
	Where string `json:"where"`
	Why   string `json:"why"`
	Doc   string `json:"doc"`
	// Helps says who calls it, what is like it, and what a test of it needs; "" for nothing.
	Helps string `json:"helps"`
}

// nextShown is how many of them the page begins with.
const nextShown = 5

// cut says where the sources in a page end.
type cut struct {
	GapLines    int `json:"gap_lines"`
	SourceBytes int `json:"source_bytes"`
	// Shown counts the files whose source is there, Left those that would be beyond SourceBytes.
	Shown int `json:"shown"`
	Left  int `json:"left"`
}

// sourceRow is what the page shows of a source file. A nil one means that the text can't be read, or lies
// outside of the workspace; a file with gaps that was found and has none was left out, because the page is
// large enough.
type sourceRow struct {
	// Lines is how many the whole text has.
	Lines int `json:"lines"`
	// Parts are the gaps with what is around them, in order.
	Parts []excerpt `json:"parts"`
}

// excerpt is some lines of a text.
type excerpt struct {
	// first is 1-based.
	first int
	text  string
	// marks has a letter for each line: see mark.
	marks string
}

// MarshalJSON implements json.Marshaler.
func (e excerpt) MarshalJSON() ([]byte, error) { return json.Marshal([]any{e.first, e.text, e.marks}) }

// WriteHTML writes the report as a page that needs nothing but itself: no network and no other file.
// source returns the text of the file at a path of the report; ok is false where it can't be read.
func (r *Report) WriteHTML(w io.Writer, source func(path string) (text string, ok bool)) error {
	r.addWhens()
	sources, cut := r.sources(source)
	// Marshal escapes what could end a script, and text that is no UTF-8.
	data, err := json.Marshal(r.pageData(cut))
	if err != nil {
		return fmt.Errorf("write the page's data: %w", err)
	}
	packed, err := pack(sources)
	if err != nil {
		return fmt.Errorf("write the page's sources: %w", err)
	}
	// What is the report's own is text; all else stands as it is. The packed sources have letters, digits and marks of base 64
	// alone. A package of templates would keep the linker from leaving out methods that nobody calls.
	_, err = strings.NewReplacer(
		"{{.Title}}", html.EscapeString(escape.Line(r.title)), "{{.Summary}}", html.EscapeString(r.headline()),
		"{{.Style}}", pageCSS, "{{.StyleHash}}", contentHash(pageCSS), "{{.Script}}", pageJS, "{{.ScriptHash}}", contentHash(pageJS),
		"{{.Data}}", string(escape.JSON(data)), "{{.Sources}}", packed,
	).WriteString(w, pageHTML)
	if err != nil {
		return fmt.Errorf("write the page: %w", err)
	}
	return nil
}

// contentHash is how a content security policy names an inline style or script.
func contentHash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// nothing says why there is no figure.
func (r *Report) nothing() string {
	if len(r.texts) > 0 {
		return "What ran is not known: the profiles are of other texts than those on disk."
	}
	if t := r.Summary.Functions; t != nil && t.Total > 0 {
		return fmt.Sprintf("The profiles have functions and no lines: %s of %s were called.", number(t.Covered), count(t.Total, "function"))
	}
	return "There is nothing to cover: no profile has a file with code that lies in this folder."
}

// headline is the summary for a browser without scripts.
func (r *Report) headline() string {
	s := r.Summary
	failed := ""
	for _, text := range r.mixed {
		failed += " " + escape.Line(text) + "."
	}
	for _, text := range r.failed {
		failed += " Not measured: " + escape.Line(text)
	}
	if s.Percent == nil {
		return r.nothing() + failed
	}
	return fmt.Sprintf("%.2f %% of %s are covered. The target is %s; the gap is %s.", *s.Percent, s.Unit, s.aim(), units(s.Gap, r.unit)) + failed
}

func (r *Report) pageData(c cut) *pageData {
	meta, warnings := r.Meta, slices.Clone(r.Warnings)
	meta.Profiles = slices.Clone(meta.Profiles)
	for i := range warnings {
		warnings[i].Path = r.shown(&warnings[i])
	}
	for i := range meta.Profiles {
		meta.Profiles[i].Path = lastParts(meta.Profiles[i].Path)
	}
	stretches := slices.Clone(r.UncoveredStretches)
	for i := range stretches {
		stretches[i].Function = stretches[i].name()
	}
	d := &pageData{
		Title: r.title, Meta: meta, Summary: r.Summary, Components: r.Components, Kinds: r.Kinds, Plan: r.Plan,
		Next: []pageNext{}, Change: r.change.page(), Does: make([]string, len(r.Files)),
		Files: columnsOf(r.Files, "reason_data", "name"), UncoveredFunctions: columnsOf(titled(r.UncoveredFunctions)),
		UncoveredLiterals: columnsOf(titled(r.UncoveredLiterals)), UncoveredStretches: columnsOf(stretches),
		NotMeasured: r.NotMeasured, Failed: append([]string{}, r.failed...), Mixed: append([]string{}, r.mixed...), Warnings: warnings, Cut: c,
	}
	for _, n := range r.next(nextShown) {
		plain := func(s string) string { return s }
		helps := n.helps(plain)
		if helps != "" {
			helps = upper(helps) + "."
		}
		helps = strings.TrimSpace(helps + " " + n.setup(plain))
		d.Next = append(d.Next, pageNext{n.fn.File, n.fn.Line, n.fn.name(), n.where(plain), n.why(), n.fn.doc(), helps})
	}
	for i := range r.Files {
		if f := &r.Files[i]; f.Doc == "" {
			d.Does[i], _ = f.does(func(s string) string { return s })
		}
	}
	d.Sorts = []pageSort{}
	for i := range r.Kinds {
		d.Sorts = append(d.Sorts, pageSort{list(r.Kinds[i].untestable()), r.Kinds[i].known()})
	}
	if len(r.Components) == 1 { // its plan is that of the whole
		only := r.Components[0]
		only.Plan = Plan{}
		d.Components = []Component{only}
	}
	return d
}

// order is the place of each uncovered function in the order of `covls gaps`.
func (r *Report) order() []int {
	gaps := make([]gap.Gap, 0, len(r.UncoveredFunctions))
	out := make([]int, len(r.UncoveredFunctions))
	for i := range r.UncoveredFunctions {
		if f := &r.UncoveredFunctions[i]; f.file != nil {
			gaps = append(gaps, f.gap(i))
		} else {
			out[i] = len(out) // of a row that was made by hand
		}
	}
	slices.SortFunc(gaps, func(a, b gap.Gap) int { return gap.Compare(&a, &b) })
	for at := range gaps {
		out[gaps[at].Ordinal] = at
	}
	return out
}

// pack makes JSON, compressed, in base64.
func pack(v any) (string, error) {
	var b strings.Builder
	enc := base64.NewEncoder(base64.StdEncoding, &b)
	z := gzip.NewWriter(enc)
	err := json.NewEncoder(z).Encode(v)
	if err := errors.Join(err, z.Close(), enc.Close()); err != nil {
		return "", err
	}
	return b.String(), nil
}

// columns are rows column by column, by the names of their fields in JSON.
type columns map[string]any

// repeated is a column of strings of which many are the same: row i has Of[At[i]].
type repeated struct {
	Of []string `json:"of"`
	At []int    `json:"at"`
}

// columnsOf leaves out the fields of some names.
func columnsOf[T any](rows []T, leave ...string) columns {
	out := columns{}
	for _, f := range reflect.VisibleFields(reflect.TypeFor[T]()) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" || name == "-" || slices.Contains(leave, name) {
			continue
		}
		values := make([]any, len(rows))
		for i := range rows {
			values[i] = reflect.ValueOf(&rows[i]).Elem().FieldByIndex(f.Index).Interface()
		}
		out[name] = column(values)
	}
	return out
}

// column is the shortest form of a column that the page's script knows.
func column(values []any) any {
	if len(values) == 0 {
		return values
	}
	switch values[0].(type) {
	case *Tally:
		for i, v := range values {
			if t := v.(*Tally); t != nil {
				values[i] = [2]int{t.Covered, t.Total}
			}
		}
	case string:
		short := repeated{Of: []string{}, At: make([]int, len(values))}
		index := map[string]int{}
		for i, v := range values {
			n, ok := index[v.(string)]
			if !ok {
				n = len(short.Of)
				index[v.(string)] = n
				short.Of = append(short.Of, v.(string))
			}
			short.At[i] = n
		}
		if len(short.Of) <= len(values)/2 {
			return short
		}
	}
	return values
}

// lineRange is lines first to last, 1-based.
type lineRange struct{ first, last int }

// textGap is a gap as it lies in the text.
type textGap struct {
	lineRange
	// from and to are the 1-based byte columns where it begins in its first line and before which it
	// ends in its last one; 0 means with the line.
	from, to int
}

// sources reads the files with gaps, the most urgent first, until the page has enough.
func (r *Report) sources(source func(path string) (string, bool)) (map[string]*sourceRow, cut) {
	gaps := map[string][]textGap{}
	for _, f := range slices.Concat(r.UncoveredFunctions, r.UncoveredLiterals) {
		gaps[f.File] = append(gaps[f.File], textGap{lineRange: lineRange{f.Line, f.EndLine}})
	}
	for _, s := range r.UncoveredStretches {
		gaps[s.File] = append(gaps[s.File], textGap{lineRange{s.Line, s.EndLine}, int(s.from), int(s.to)})
	}
	tiers := config.Tiers()
	tier := func(f *File) int {
		if i := slices.Index(tiers, config.Tier(f.Tier)); i >= 0 {
			return i
		}
		return len(tiers)
	}
	var files []*File
	for i := range r.Files {
		if f := &r.Files[i]; f.Found && len(gaps[f.Path]) > 0 {
			files = append(files, f)
		}
	}
	slices.SortStableFunc(files, func(a, b *File) int {
		return cmp.Or(cmp.Compare(tier(a), tier(b)), cmp.Compare(b.Score, a.Score))
	})
	out, c := map[string]*sourceRow{}, cut{GapLines: gapLines, SourceBytes: sourceBytes}
	left := sourceBytes
	for i, f := range files {
		text, ok := source(f.Path)
		if !ok {
			out[f.Path] = nil
			continue
		}
		row, size := newSourceRow(text, gaps[f.Path])
		if size > left {
			c.Left = len(files) - i
			break
		}
		left -= size
		out[f.Path] = row
		c.Shown++
	}
	return out, c
}

// newSourceRow cuts out the gaps of a text. size is that of the parts, in bytes.
func newSourceRow(text string, gaps []textGap) (row *sourceRow, size int) {
	var lines []string
	for line := range strings.Lines(text) {
		lines = append(lines, strings.TrimRight(line, "\r\n"))
	}
	row = &sourceRow{Lines: len(lines), Parts: []excerpt{}}
	slices.SortFunc(gaps, func(a, b textGap) int { return cmp.Compare(a.first, b.first) })
	marks := bytes.Repeat([]byte{unmarked}, len(lines))
	var shown []lineRange
	for _, g := range gaps {
		g.mark(lines, marks)
		first, last := max(1, g.first-contextLines), g.last+contextLines
		if g.last-g.first >= gapLines {
			last = g.first + gapLines - 1
		}
		switch last = min(last, len(lines)); {
		case first > last: // the text has changed
		case len(shown) > 0 && first <= shown[len(shown)-1].last+1:
			shown[len(shown)-1].last = max(shown[len(shown)-1].last, last)
		default:
			shown = append(shown, lineRange{first, last})
		}
	}
	for _, s := range shown {
		var b strings.Builder
		for i, line := range lines[s.first-1 : s.last] {
			if i > 0 {
				b.WriteByte('\n')
			}
			b.WriteString(shortLine(line))
		}
		row.Parts = append(row.Parts, excerpt{s.first, b.String(), string(marks[s.first-1 : s.last])})
		size += b.Len()
	}
	return row, size
}

// The marks of a line.
const (
	unmarked = '.'
	// missed is code that never ran.
	missed = 'x'
	// between is what is not code, between lines that never ran.
	between = '-'
)

// mark marks the lines of a gap. Those where it begins behind code that ran, or ends, are marked only if
// they hold more of it than its brackets.
func (g textGap) mark(lines []string, marks []byte) {
	for n := max(1, g.first); n <= min(g.last, len(lines)); n++ {
		line, edge := lines[n-1], false
		if n == g.last && 0 < g.to && g.to <= len(line)+1 {
			line, edge = line[:g.to-1], true
		}
		if n == g.first && 0 < g.from && g.from <= len(line)+1 {
			line, edge = line[g.from-1:], true
		}
		code, _, _ := strings.Cut(line, "//")
		switch {
		case edge && strings.Trim(code, " \t{}():;,") == "":
		case strings.TrimSpace(line) != "":
			marks[n-1] = missed
		case marks[n-1] == unmarked:
			marks[n-1] = between
		}
	}
}

// shortLine cuts a long line, and says so.
func shortLine(line string) string {
	if len(line) <= lineBytes {
		return line
	}
	cut := lineBytes
	for cut > 0 && !utf8.RuneStart(line[cut]) {
		cut--
	}
	return fmt.Sprintf("%s … (%d more bytes)", line[:cut], len(line)-cut)
}

package origin

import (
	"cmp"
	"path/filepath"
	"slices"
	"strings"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/source"
	"github.com/covls/covls/source/outline"
	"github.com/covls/covls/text"
)

// Source is a text that a profile may be of.
type Source struct {
	// Name is its file name, by which its language is known.
	Name string
	// Content is the text.
	Content string
	// Parsed is what the text holds; nil where its language is not known, or nobody has needed it yet.
	Parsed *source.Parsed
	// Parse parses the text where Parsed is nil; nil where it is not to be parsed.
	Parse func() *source.Parsed
	// Excluded is what markers in it take out.
	Excluded []coverage.Exclusion
}

// Fits reports whether all that a profile of the given format says of a file can be true of a text: in a Go profile,
// whether its blocks are all those of the text; else whether the names that it has stand on their lines, and its lines
// and columns on code. A file of which nothing is said fits every text.
func Fits(file *coverage.File, format string, s *Source) bool {
	if file.Silent() {
		return true
	}
	if blocks(file, s) {
		return fitsGo(file, s)
	}
	if file.Scripts != nil {
		return fitsScripts(file, format, s)
	}
	return fitsLines(written(file, s), format, s)
}

// fitsScripts is Fits for what V8 tells: the text is as long as that which ran, and the functions that have a name of their own
// begin where it has them. Of a text that another was made of, only the names tell.
func fitsScripts(file *coverage.File, format string, s *Source) bool {
	over, ok := file.Over(s.Content)
	if !ok || !slices.ContainsFunc(file.Scripts, func(s coverage.Script) bool { return s.Units == 0 }) {
		return ok
	}
	t := text.New(s.Content)
	f := fitter{file: over, text: t, format: format, name: s.Name, lines: uint32(t.Lines())}
	return f.inside() && f.sums() && f.named()
}

// blocks reports whether a file has the blocks of a Go profile.
func blocks(file *coverage.File, s *Source) bool {
	return filepath.Ext(s.Name) == ".go" && file.Unit == coverage.Statements && file.Funcs == nil && file.Lines == nil
}

func fitsGo(file *coverage.File, s *Source) bool {
	if s.Holds() == nil || s.Parsed.Err != nil {
		return false
	}
	print := coverage.PrintOf(file.Regions)
	if print == s.Parsed.Blocks {
		return true
	}
	if len(s.Excluded) == 0 || print.Regions > s.Parsed.Blocks.Regions {
		return false
	}
	// Tools that know the markers take the blocks out of the profile.
	all := &coverage.File{}
	for _, b := range source.Blocks(s.Content) {
		all.Regions = append(all.Regions, b.As)
	}
	rest, _ := all.Without(s.Excluded)
	left, _ := file.Without(s.Excluded)
	return coverage.PrintOf(rest.Regions) == coverage.PrintOf(left.Regions)
}

// Placed is what a profile says of a text that it fits, in the places of the text itself: of a Go text, where //line
// directives have it say others, and of one of JavaScript, where V8 tells offsets, and without what compilers add.
func Placed(file *coverage.File, s *Source) *coverage.File {
	if file.Scripts != nil {
		over, _ := file.Over(s.Content)
		return over
	}
	file = written(file, s)
	if !blocks(file, s) || s.Holds() == nil || !s.Parsed.Directs {
		return file
	}
	at := map[coverage.Region]coverage.Span{}
	for _, b := range source.Blocks(s.Content) {
		at[b.As] = b.At
	}
	out := *file
	out.Regions = slices.Clone(file.Regions)
	for i := range out.Regions {
		r := &out.Regions[i]
		as := *r
		as.Count = 0
		if span, ok := at[as]; ok {
			r.Start, r.End = span.Start, span.End
		}
	}
	slices.SortFunc(out.Regions, coverage.Region.Compare)
	return &out
}

// fitsLines is Fits for a profile of lines.
func fitsLines(file *coverage.File, format string, s *Source) bool {
	t := text.New(s.Content)
	f := fitter{file: file, text: t, format: format, name: s.Name, lines: uint32(t.Lines())}
	if format == "v8" && len(file.Sums) > 0 {
		return f.inside() && f.sums() // which are those of all lines
	}
	return f.inside() && f.sums() && f.onCode() && f.named() && f.columns() && f.heads(s) && f.whole(s)
}

// whole reports whether an Istanbul profile, which has all functions of a file, has those of a text of JavaScript, but for
// those that markers take out.
func (f *fitter) whole(s *Source) bool {
	switch source.LanguageOf(f.name) {
	case "javascript", "javascriptreact":
	default:
		return true // made of another text, whose places are not exact
	}
	if f.format != "istanbul" || len(f.file.Funcs) == 0 || strings.Contains(f.text.String(), "istanbul ignore") ||
		!slices.ContainsFunc(f.file.Regions, func(r coverage.Region) bool { return r.Start.Col > 1 && r.End.Col > 1 }) {
		return true
	}
	on := map[uint32]bool{}
	for i := range f.file.Funcs {
		on[f.file.Funcs[i].Span.Start.Line] = true
	}
	o, _ := outline.Of("javascript", f.text.String())
	for i := range o.Funcs {
		h := &o.Funcs[i]
		if strings.HasPrefix(h.Name, "#") {
			continue // Istanbul counts no private methods
		}
		from, _ := f.text.LineCol(min(h.Marked, h.NameStart))
		to, _ := f.text.LineCol(max(h.Head, h.NameEnd))
		has := slices.ContainsFunc(s.Excluded, func(e coverage.Exclusion) bool { return e.Span.Start.Line <= from && from <= e.Span.End.Line })
		for n := from; n <= to && !has; n++ {
			has = on[n]
		}
		if !has {
			return false
		}
	}
	return true
}

type fitter struct {
	file   *coverage.File
	text   *text.Text
	format string
	name   string
	lines  uint32

	comments map[uint32]bool // lines that begin with a comment; nil until it is asked for
	tokens   []outline.Token // of the text; nil until they are asked for
	left     []uint32        // how many lines of code up to each the profile does not have; nil until it is asked for
}

// inside reports whether everything begins in the text.
func (f *fitter) inside() bool {
	last := uint32(0)
	if n := len(f.file.Lines); n > 0 {
		last = f.file.Lines[n-1].Number
	}
	if n := len(f.file.Regions); n > 0 {
		last = max(last, f.file.Regions[n-1].Start.Line)
	}
	if n := len(f.file.Funcs); n > 0 {
		last = max(last, f.file.Funcs[n-1].Span.Start.Line)
	}
	for _, b := range f.file.Branches {
		last = max(last, b.Line)
	}
	n := f.file.Length
	return last <= f.lines && (n == 0 || n == f.lines || n+1 == f.lines)
}

// sums reports whether the lines of which the profile has checksums are the text's.
func (f *fitter) sums() bool {
	for _, s := range f.file.Sums {
		if coverage.SumOf(f.text.Line(s.Line)) != s.Hash {
			return false
		}
	}
	return true
}

// onCode reports whether no line of the profile is blank or a comment in the text, but where the tool counts all lines of
// the file, or of stretches, which begin and end on code.
func (f *fitter) onCode() bool {
	lines := f.file.Lines
	ends := f.countsEnds()
	if !slices.ContainsFunc(lines, func(l coverage.Line) bool {
		return f.empty(l.Number) || !ends && f.closes(l.Number) && !f.closesWhatIsCounted(l.Number)
	}) {
		return true
	}
	if !f.code() {
		return !slices.ContainsFunc(lines, func(l coverage.Line) bool { return l.Count > 0 })
	}
	if f.all() {
		end := f.lines
		if f.text.Line(end) == "" {
			end--
		}
		return lines[len(lines)-1].Number >= end
	}
	if !f.fills() {
		return false
	}
	if !slices.ContainsFunc(lines, func(l coverage.Line) bool { return f.empty(l.Number) }) {
		return true
	}
	for i, l := range lines {
		begins := i == 0 || lines[i-1].Number != l.Number-1
		ends := i == len(lines)-1 || lines[i+1].Number != l.Number+1
		if (begins || ends) && f.empty(l.Number) {
			return false
		}
	}
	return true
}

// code reports whether the text has a line of code.
func (f *fitter) code() bool {
	for n := uint32(1); n <= f.lines; n++ {
		if !f.empty(n) {
			return true
		}
	}
	return false
}

// heads reports whether no function's lines are told without those of its head, in Python, where the head runs when the text
// is loaded: only together are they left out.
func (f *fitter) heads(s *Source) bool {
	if source.LanguageOf(f.name) != "python" || s.Holds() == nil || s.Parsed.Err != nil {
		return true
	}
	for i := range s.Parsed.Funcs {
		fn := &s.Parsed.Funcs[i]
		if fn.Body == (coverage.Point{}) || fn.Body.Line <= fn.Span.Start.Line {
			continue
		}
		in := coverage.LinesWithin(f.file.Lines, fn.Span)
		if len(in) > 0 && in[0].Number >= fn.Body.Line {
			return false
		}
	}
	return true
}

// countsEnds reports whether the profile counts the lines that only end blocks, as what comes of V8 does: nearly all of them
// between the first line that it has and the last.
func (f *fitter) countsEnds() bool {
	lines := f.file.Lines
	if len(lines) == 0 || !script(f.name) {
		return false
	}
	counted, all := 0, 0
	for n, i := lines[0].Number, 0; n <= min(f.lines, lines[len(lines)-1].Number); n++ {
		for lines[i].Number < n {
			i++
		}
		if !f.closes(n) {
			continue
		}
		all++
		if lines[i].Number == n {
			counted++
		}
	}
	const most = 5
	return all > 0 && (all-counted)*most <= all
}

// closes reports whether a line has nothing but what ends a block, which the tools of JavaScript do not count.
func (f *fitter) closes(n uint32) bool {
	if !script(f.name) {
		return false
	}
	line := strings.TrimSpace(f.text.Line(n))
	return line != "" && strings.Trim(line, "})];,") == ""
}

// closesWhatIsCounted reports whether a line that only ends something may be counted by a tool that tells no functions, as Bun
// does where an expression ends: the line on which that begins is counted, too, and all code of it where it is a block.
func (f *fitter) closesWhatIsCounted(n uint32) bool {
	if f.format == "istanbul" || len(f.file.Funcs) > 0 {
		return false
	}
	if f.tokens == nil {
		f.tokens = outline.Tokens(source.LanguageOf(f.name), f.text.String())
	}
	start := f.text.At(n, 1)
	i, _ := slices.BinarySearchFunc(f.tokens, start, func(t outline.Token, at int) int { return t.Start - at })
	for ; i < len(f.tokens) && f.tokens[i].Start < start+len(f.text.Line(n)); i++ {
		opens := f.tokens[i].Partner
		if opens < 0 {
			continue
		}
		from, _ := f.text.LineCol(f.tokens[opens].Start)
		if from < n && f.counts(from) && (f.expression(opens) || f.countsCode(from+1, n)) {
			return true
		}
	}
	return false
}

// expression reports whether a bracket begins a part of an expression, and no block.
func (f *fitter) expression(opens int) bool {
	src := f.text.String()
	if src[f.tokens[opens].Start] != '{' {
		return true
	}
	if opens == 0 {
		return false
	}
	switch before := f.tokens[opens-1]; src[before.Start:before.End] {
	case "=", "(", ",", "[", ":", "?", "&&", "||", "??", "return", "default":
		return true
	}
	return false
}

// counts reports whether the profile has a line.
func (f *fitter) counts(n uint32) bool {
	_, ok := slices.BinarySearchFunc(f.file.Lines, n, func(l coverage.Line, n uint32) int { return cmp.Compare(l.Number, n) })
	return ok
}

// countsCode reports whether the profile has all lines of code from one up to, not including, another.
func (f *fitter) countsCode(from, to uint32) bool {
	if f.left == nil {
		f.left = make([]uint32, f.lines+1)
		for n := uint32(1); n <= f.lines; n++ {
			f.left[n] = f.left[n-1]
			if !f.empty(n) && !f.closes(n) && !f.counts(n) {
				f.left[n]++
			}
		}
	}
	return f.left[to-1] == f.left[from-1]
}

// script reports whether a file of that name holds JavaScript or TypeScript.
func script(name string) bool {
	switch source.LanguageOf(name) {
	case "javascript", "javascriptreact", "typescript", "typescriptreact":
		return true
	}
	return false
}

// fills reports whether the profile may count all lines of a stretch, whatever is on them, as llvm-cov and coverlet do for
// a statement of several lines.
func (f *fitter) fills() bool {
	switch source.LanguageOf(f.name) {
	case "rust", "swift", "csharp", "fsharp", "vb":
		return true
	}
	return f.format == "llvm-cov" || f.dense()
}

// empty reports whether a line is blank or holds nothing but a comment of a line.
func (f *fitter) empty(n uint32) bool {
	line := strings.TrimSpace(f.text.Line(n))
	if line == "" {
		return true
	}
	switch filepath.Ext(f.name) {
	case ".py", ".rb", ".pl", ".pm", ".sh", ".ex", ".exs":
		return line[0] == '#' && f.comment(n)
	}
	return strings.HasPrefix(line, "//") && f.comment(n)
}

// comment reports whether a line that looks like a comment is one, and no text in a string of several lines.
func (f *fitter) comment(n uint32) bool {
	if f.comments == nil {
		f.comments = map[uint32]bool{}
		if o, ok := outline.Of(source.LanguageOf(f.name), f.text.String()); ok {
			for _, c := range o.Comments {
				line, _ := f.text.LineCol(c.Start)
				f.comments[line] = true
			}
		} else {
			f.comments[0] = true // nobody knows
		}
	}
	return f.comments[0] || f.comments[n]
}

// leastDense is how many lines a function has, on the average, by which the profile of a tool that counts all lines is told.
const leastDense = 4

// all reports whether the profile counts all lines of the file, from the first to the last that it knows.
func (f *fitter) all() bool {
	n := len(f.file.Lines)
	return n >= leastDense && f.file.Lines[n-1].Number == uint32(n)
}

// dense reports whether the profile counts lines whatever is on them: all of the file, as V8 does, or all of a function, as
// llvm-cov does. That is told by the profile alone.
func (f *fitter) dense() bool {
	lines := f.file.Lines
	if len(lines) == 0 {
		return false
	}
	if f.all() {
		return true
	}
	runs := 1
	for i := 1; i < len(lines); i++ {
		if lines[i].Number != lines[i-1].Number+1 {
			runs++
		}
	}
	return len(f.file.Funcs) > 0 && runs <= len(f.file.Funcs) && len(lines) >= leastDense*runs
}

// headWindow is how many lines a function's head may begin above the line that a profile of first lines of bodies has.
const headWindow = 12

// mostMissing is the share of names, one in that many, that may stand elsewhere in a text of a language whose compilers
// make up functions, and their places with them.
const mostMissing = 8

// bodies reports whether the profile has the first lines of the bodies of functions, or of what runs before them, in place of
// those of their heads.
func (f *fitter) bodies() bool {
	switch source.LanguageOf(f.name) {
	case "csharp", "fsharp", "vb":
		return true
	}
	return f.format == "jacoco" || f.format == "cobertura" || f.format == "scoverage"
}

// named reports whether the functions have their names where the profile says.
func (f *fitter) named() bool {
	heads := !f.bodies()
	elsewhere, all := 0, 0
	for i := range f.file.Funcs {
		fn := &f.file.Funcs[i]
		line := fn.Span.Start.Line
		if line == 0 || source.Constructs(fn) {
			continue
		}
		first, last := f.head(line)
		if !heads {
			first, last = min(line-min(line-1, headWindow), f.above(line, longestHead)), line
		}
		switch source.Named(f.text, first, last, fn.Name) {
		case source.NameHere:
			all++
		case source.NameElsewhere:
			all++
			if !f.unnamed(line) {
				elsewhere++
			}
		case source.NameNowhere:
			if heads && f.exact() && !f.unnamed(line) {
				return false
			}
		}
	}
	if heads && f.exact() {
		return elsewhere == 0
	}
	return elsewhere*mostMissing <= all
}

// head are the lines in which the name stands of a function that begins on line n: in that, but where attributes or words
// of a head without its name are on it, also below, and where the body opens on it, as tools of some languages have it, also
// above, behind what ends there.
func (f *fitter) head(n uint32) (first, last uint32) {
	first, last = n, n
	line := strings.TrimSpace(f.text.Line(n))
	word, _, _ := strings.Cut(line, " ")
	switch {
	case strings.HasPrefix(line, "#["), strings.HasPrefix(line, "@"):
		last += headWindow
	case slices.Contains([]string{"public", "private", "protected", "static", "final", "abstract", "async", "export", "default", "function"}, word):
		last += 2
	}
	if f.exact() || !strings.Contains(line, "{") && !strings.Contains(line, "=>") {
		return first, last
	}
	return f.above(n, headWindow), last
}

// longestHead is how many lines the head of a function may have.
const longestHead = 200

// above is the first of at most so many lines above line n that nothing ends before that.
func (f *fitter) above(n, most uint32) (first uint32) {
	for first = n; first > 1 && n-first < most; first-- {
		above := strings.TrimSpace(f.text.Line(first - 1))
		if above == "" || strings.HasSuffix(above, ";") || strings.HasSuffix(above, "}") {
			break
		}
	}
	return first
}

// unnamed reports whether a function that has no name of its own begins on a line. The name in the profile is that of what
// it is given to, which may stand lines above, or of its class, or somebody has made it up.
func (f *fitter) unnamed(n uint32) bool {
	line := strings.TrimSpace(f.text.Line(n))
	switch source.LanguageOf(f.name) {
	case "javascript", "javascriptreact", "typescript", "typescriptreact":
		if _, behind, ok := strings.Cut(line, "function"); ok && strings.HasPrefix(strings.TrimLeft(behind, "* "), "(") {
			return true
		}
		return strings.Contains(line, "=>") || strings.HasPrefix(strings.TrimPrefix(line, "async "), "(") || strings.Contains(line, "constructor")
	case "c", "cpp", "objective-c", "objective-cpp":
		return strings.Contains(line, "{") && strings.HasSuffix(line, "\\") // of a macro
	case "rust":
		return strings.HasPrefix(line, "#[") // derives it
	case "ruby":
		return strings.Contains(line, "define_method") || strings.Contains(line, "define_singleton_method")
	}
	return false
}

// exact reports whether each function that a profile has of the language is in the text, under its name.
func (f *fitter) exact() bool {
	switch source.LanguageOf(f.name) {
	case "javascript", "javascriptreact", "typescript", "typescriptreact", "python", "ruby", "php":
		return true
	}
	return false
}

// columns reports whether what has columns begins on code.
func (f *fitter) columns() bool {
	if f.format == "go" {
		return true // of no Go text: something has written it by hand
	}
	bad, all := 0, 0
	for _, r := range f.file.Regions {
		if end := f.text.Line(r.End.Line); r.End.Col > 1 && int(r.End.Col)-1 > len(end) && ascii(end) {
			return false
		}
		if r.Start.Col <= 1 {
			continue
		}
		all++
		line := f.text.Line(r.Start.Line)
		if !ascii(line) {
			continue // tools count other columns there
		}
		at := int(r.Start.Col) - 1
		if at >= len(line) || line[at] == ' ' || line[at] == '\t' || word(line[at-1]) && word(line[at]) {
			bad++
		}
	}
	// Maps from compiled texts are not exact.
	const some = 20
	return bad*some <= all
}

// Holds is what the text holds; nil where that can't be known.
func (s *Source) Holds() *source.Parsed {
	if s.Parsed == nil && s.Parse != nil {
		s.Parsed = s.Parse()
	}
	return s.Parsed
}

func ascii(line string) bool {
	for i := range len(line) {
		if line[i] >= 0x80 {
			return false
		}
	}
	return true
}

// word reports whether a byte may be of a word.
func word(c byte) bool {
	return c == '_' || c == '$' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c >= 0x80
}

package source

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/source/outline"
	"github.com/covls/covls/text"
)

// markerRule is what a comment says that a tool takes for a marker.
type markerRule struct {
	pattern *regexp.Regexp // of the comment, without what begins and ends it
	does    func(m *marking, c mark, found []string)
}

// markerSet are the markers of a language.
type markerSet struct {
	// hint is a word of each of them: a text that has none of the words has no marker.
	hints []string
	rules []markerRule
	// attributes finds those that are no comments; nil for none.
	attributes func(m *marking)
}

// mark is a comment: its lines, 1-based, whether it is alone on them, and the token behind it.
type mark struct {
	outline.Stretch
	first, last uint32
	alone       bool
	next        int
	reason      string
}

var (
	pragma     = markerRule{regexp.MustCompile(`(?:^|#)\s*(?:pragma|PRAGMA)[:\s]?\s*(?:no|NO)\s*(?:cover|COVER)`), (*marking).pythonBlock}
	exclLine   = markerRule{regexp.MustCompile(`\b(?:LCOV|GCOVR|GCOV|GRCOV)_EXCL_LINE\b|\bLCOV_UNREACHABLE_LINE\b`), (*marking).ownLine}
	exclStart  = markerRule{regexp.MustCompile(`\b(?:LCOV|GCOVR|GCOV|GRCOV)_EXCL_START\b|\bLCOV_UNREACHABLE_START\b`), begin}
	exclStop   = markerRule{regexp.MustCompile(`\b(?:LCOV|GCOVR|GCOV|GRCOV)_EXCL_STOP\b|\bLCOV_UNREACHABLE_STOP\b`), end(false)}
	exclFunc   = markerRule{regexp.MustCompile(`\b(?:LCOV|GCOVR|GCOV)_EXCL_FUNCTION\b`), (*marking).function}
	coberHints = []string{"_EXCL_", "LCOV_UNREACHABLE"}
	coberRules = []markerRule{exclLine, exclStart, exclStop, exclFunc}
	rubyRules  = []markerRule{
		{regexp.MustCompile(`^:nocov:`), (*marking).toggle},
		{regexp.MustCompile(`^simplecov:disable\b(.*)`), simplecovDisable},
		{regexp.MustCompile(`^simplecov:enable\b`), end(true)},
	}
	jvmHints = []string{"Generated", "_EXCL_"}
)

// markers are by language. What each means is in the documents of its tool: coverage.py, Istanbul, v8-to-istanbul and Node.js,
// geninfo and gcovr, SimpleCov, php-code-coverage, Dart's coverage, excoveralls, JaCoCo, coverlet, rustc, scoverage, Devel::Cover, LuaCov.
var markers = map[string]*markerSet{
	"python": {hints: []string{"pragma", "PRAGMA"}, rules: []markerRule{pragma}},
	"ecma": {hints: []string{"istanbul ", "8 ignore", "node:coverage"}, rules: []markerRule{
		{regexp.MustCompile(`^(?:istanbul|[cv]8)\s+ignore\s+file(?:\W|$)`), (*marking).file},
		{regexp.MustCompile(`^istanbul\s+ignore\s+next(?:\W|$)`), (*marking).node},
		{regexp.MustCompile(`^(?:istanbul|v8)\s+ignore\s+(if|else)(?:\W|$)`), (*marking).branch},
		{regexp.MustCompile(`^(?:[cv]8|node:coverage)\s+ignore\s+next(?:\s+(\d+))?(?:\W|$)`), nextLines},
		{regexp.MustCompile(`^[cv]8\s+ignore\s+start(?:\W|$)|^node:coverage\s+disable(?:\W|$)`), begin},
		{regexp.MustCompile(`^[cv]8\s+ignore\s+stop(?:\W|$)|^node:coverage\s+enable(?:\W|$)`), end(true)},
	}},
	"c": {hints: coberHints, rules: coberRules}, "cpp": {hints: coberHints, rules: coberRules}, "swift": {hints: coberHints, rules: coberRules},
	"shellscript": {hints: append([]string{":nocov:"}, coberHints...), rules: append(slices.Clone(rubyRules), coberRules...)},
	"ruby":        {hints: []string{":nocov:", "simplecov:"}, rules: rubyRules},
	"php": {hints: []string{"odeCoverageIgnore"}, rules: []markerRule{
		{regexp.MustCompile(`^@codeCoverageIgnoreStart\b`), begin},
		{regexp.MustCompile(`^@codeCoverageIgnoreEnd\b`), end(true)},
		{regexp.MustCompile(`(?m)^[\s*]*@codeCoverageIgnore\b`), phpIgnore},
	}, attributes: attributesOf("#", func(name string) bool { return lastName(name) == "CodeCoverageIgnore" })},
	"dart": {hints: []string{"coverage:ignore"}, rules: []markerRule{
		{regexp.MustCompile(`^coverage:ignore-line\b`), (*marking).ownLine},
		{regexp.MustCompile(`^coverage:ignore-start\b`), begin},
		{regexp.MustCompile(`^coverage:ignore-end\b`), end(true)},
		{regexp.MustCompile(`^coverage:ignore-file\b`), (*marking).file},
	}},
	"elixir": {hints: []string{"coveralls-ignore"}, rules: []markerRule{
		{regexp.MustCompile(`^coveralls-ignore-start\b`), begin},
		{regexp.MustCompile(`^coveralls-ignore-stop\b`), end(true)},
		{regexp.MustCompile(`^coveralls-ignore-next-line\b`), nextLines},
	}},
	"java":   {hints: jvmHints, rules: coberRules, attributes: attributesOf("@", leavesGenerated)},
	"kotlin": {hints: jvmHints, rules: coberRules, attributes: attributesOf("@", leavesGenerated)},
	"scala": {hints: append([]string{"$COVERAGE-"}, jvmHints...), rules: append([]markerRule{
		{regexp.MustCompile(`^\$COVERAGE-OFF\$`), begin},
		{regexp.MustCompile(`^\$COVERAGE-ON\$`), end(true)},
	}, coberRules...), attributes: attributesOf("@", leavesGenerated)},
	"csharp": {hints: []string{"ExcludeFrom", "_EXCL_"}, rules: coberRules, attributes: attributesOf("", func(name string) bool {
		name = strings.TrimSuffix(lastName(name), "Attribute")
		return name == "ExcludeFromCodeCoverage" || name == "ExcludeFromCoverage"
	})},
	"rust": {hints: []string{"coverage(", "no_coverage", "_EXCL_", "tarpaulin"}, rules: coberRules, attributes: rustAttributes},
	"perl": {hints: append([]string{"uncoverable"}, coberHints...), rules: append([]markerRule{
		{regexp.MustCompile(`^uncoverable\s+(?:statement|sub|subroutine)\b`), nextLines},
	}, coberRules...)},
	"lua": {hints: append([]string{"luacov:"}, coberHints...), rules: append([]markerRule{
		{regexp.MustCompile(`^luacov:\s*disable\b`), begin},
		{regexp.MustCompile(`^luacov:\s*enable\b`), end(true)},
	}, coberRules...)},
}

// markerLanguage is the key of markers for a file, and the language whose outline it has.
func markerLanguage(name, src string) (set *markerSet, language string) {
	language = languageIn(name, src)
	switch language {
	case "objective-c", "objective-cpp":
		language = "cpp"
	}
	if ecma(name) {
		return markers["ecma"], language
	}
	return markers[language], language
}

// marking is a text whose markers are looked for.
type marking struct {
	src    string
	t      *text.Text
	o      *outline.Outline
	tokens []outline.Token
	from   uint32 // the line of the marker that began what is left out now; 0 for none
	reason string // of it
	lined  []logical
	out    []coverage.Exclusion
}

// markedOut finds what the comments and attributes of a text leave out, in another language than Go.
func markedOut(name, src string) []coverage.Exclusion {
	set, language := markerLanguage(name, src)
	if set == nil || !slices.ContainsFunc(set.hints, func(hint string) bool { return strings.Contains(src, hint) }) {
		return nil
	}
	o, ok := outline.Of(language, src)
	if !ok {
		return nil
	}
	m := &marking{src: src, t: text.New(src), o: o, tokens: outline.Tokens(language, src)}
	next := 0
	for _, c := range o.Comments {
		words := strings.Trim(src[c.Start:c.End], "/*#-! \t\r\n")
		for _, rule := range set.rules {
			found := rule.pattern.FindStringSubmatch(words)
			if found == nil {
				continue
			}
			for next < len(m.tokens) && m.tokens[next].Start < c.End {
				next++
			}
			at := mark{Stretch: c, next: next, reason: reasonOf(words)}
			at.first, _ = m.t.LineCol(c.Start)
			at.last, _ = m.t.LineCol(c.End)
			at.alone = next == 0 || m.line(m.tokens[next-1].End) < at.first
			rule.does(m, at, found)
			break
		}
	}
	if m.from > 0 {
		m.lines(m.from, uint32(m.t.Lines()), m.reason)
	}
	if set.attributes != nil {
		set.attributes(m)
	}
	return apart(m.out)
}

// apart are the stretches sorted, those that overlap as one.
func apart(all []coverage.Exclusion) []coverage.Exclusion {
	slices.SortStableFunc(all, func(a, b coverage.Exclusion) int {
		return cmp.Or(a.Span.Start.Compare(b.Span.Start), b.Span.End.Compare(a.Span.End))
	})
	out := all[:0]
	for _, e := range all {
		if k := len(out) - 1; k >= 0 && e.Span.Start.Compare(out[k].Span.End) < 0 {
			if e.Span.End.Compare(out[k].Span.End) > 0 {
				out[k].Span.End = e.Span.End
			}
			continue
		}
		out = append(out, e)
	}
	return out
}

// reasonOf is the first line of a comment that is a marker.
func reasonOf(words string) string {
	line, _, _ := strings.Cut(words, "\n")
	return strings.Clone(clipped(strings.TrimRight(line, "*/ \t\r")))
}

func (m *marking) line(offset int) uint32 {
	line, _ := m.t.LineCol(offset)
	return line
}

// lines leaves out whole lines.
func (m *marking) lines(first, last uint32, reason string) {
	if last = min(last, uint32(m.t.Lines())); first <= last {
		m.out = append(m.out, coverage.Exclusion{Span: wholeLines(first, last), Reason: reason})
	}
}

// stretch leaves out a part of the text; from column 1 of a line on which nothing stands before it.
func (m *marking) stretch(from, to int, reason string) {
	if from >= to {
		return
	}
	var e coverage.Exclusion
	e.Span.Start.Line, e.Span.Start.Col = m.t.LineCol(from)
	e.Span.End.Line, e.Span.End.Col = m.t.LineCol(to)
	if strings.TrimSpace(m.t.Line(e.Span.Start.Line)[:e.Span.Start.Col-1]) == "" {
		e.Span.Start.Col = 1
	}
	e.Reason = reason
	m.out = append(m.out, e)
}

// ownLine leaves out the line of a marker.
func (m *marking) ownLine(c mark, _ []string) { m.lines(c.first, c.first, c.reason) }

// file leaves out the whole text.
func (m *marking) file(c mark, _ []string) { m.lines(1, uint32(m.t.Lines()), c.reason) }

// begin leaves out all from a marker on.
func begin(m *marking, c mark, _ []string) {
	if m.from == 0 {
		m.from, m.reason = c.first, c.reason
	}
}

// end ends what begin began, with the line of the marker or before it.
func end(with bool) func(m *marking, c mark, _ []string) {
	return func(m *marking, c mark, _ []string) {
		if m.from == 0 {
			return
		}
		last := c.first
		if !with {
			last--
		}
		m.lines(m.from, last, m.reason)
		m.from = 0
	}
}

// toggle begins and ends in turn, as lines of their own.
func (m *marking) toggle(c mark, _ []string) {
	switch {
	case !c.alone:
	case m.from == 0:
		m.from, m.reason = c.first, ":nocov:"
	default:
		end(true)(m, c, nil)
	}
}

// simplecovDisable leaves out its line, or all from it on where it stands alone; what names only branches or methods leaves out no
// line.
func simplecovDisable(m *marking, c mark, found []string) {
	of, _, _ := strings.Cut(strings.TrimSpace(strings.ReplaceAll(found[1], ", ", ",")), " ")
	only := of != ""
	for s := range strings.SplitSeq(of, ",") {
		only = only && (s == "branch" || s == "method")
	}
	switch {
	case only:
	case c.alone:
		begin(m, c, nil)
	default:
		m.ownLine(c, nil)
	}
}

// nextLines leaves out the lines behind a marker that stands alone, one or as many as it says, else its own line.
func nextLines(m *marking, c mark, found []string) {
	n := 1
	if len(found) > 1 && found[1] != "" {
		n, _ = strconv.Atoi(found[1])
		n = min(max(n, 0), m.t.Lines())
	}
	if !c.alone {
		n = 0
	}
	m.lines(c.first, c.last+uint32(n), c.reason)
}

// function leaves out the function on whose first lines a marker stands, or that begins on the line behind it.
func (m *marking) function(c mark, _ []string) {
	k, _ := slices.BinarySearchFunc(m.o.Funcs, c.End, func(f outline.Func, at int) int { return f.Start - at })
	if k > 0 && m.line(m.o.Funcs[k-1].Body) >= c.first {
		m.stretch(m.o.Funcs[k-1].Marked, m.o.Funcs[k-1].End, c.reason)
	} else if k < len(m.o.Funcs) && (c.alone && m.line(m.o.Funcs[k].Marked) == c.last+1 || m.o.Funcs[k].Marked < c.Start) {
		m.stretch(m.o.Funcs[k].Marked, m.o.Funcs[k].End, c.reason)
	}
}

// phpIgnore leaves out what a comment of documentation stands before, or the line of another comment.
func phpIgnore(m *marking, c mark, _ []string) {
	if strings.HasPrefix(m.src[c.Start:c.End], "/**") {
		m.declaration(c.Start, c.next, c.reason)
		return
	}
	m.ownLine(c, nil)
}

// declaration leaves out what a token begins: a function with what marks it, a class with its body, or what ends at the next
// semicolon. It begins at from.
func (m *marking) declaration(from, i int, reason string) {
	if i >= len(m.tokens) {
		return
	}
	start := m.tokens[i].Start
	k, _ := slices.BinarySearchFunc(m.o.Funcs, start, func(f outline.Func, at int) int { return f.Start - at })
	for ; k < len(m.o.Funcs) && m.o.Funcs[k].Marked <= start; k++ {
		if f := &m.o.Funcs[k]; !f.Value && start <= f.Start {
			m.stretch(from, f.End, reason)
			return
		}
	}
	around := m.tokens[i].Within
	for n := 0; i < len(m.tokens) && n < maxDeclaration; i, n = i+1, n+1 {
		switch t := m.tokens[i]; m.src[t.Start:t.End] {
		case "{":
			if t.Partner > i {
				m.stretch(from, m.tokens[t.Partner].End, reason)
			}
			return
		case ";":
			m.stretch(from, t.End, reason)
			return
		default:
			if t.Partner > i {
				i = t.Partner
			} else if t.Partner >= 0 || t.Within != around {
				return
			}
		}
	}
}

// maxDeclaration bounds how many tokens the head of a declaration has, without those in brackets.
const maxDeclaration = 2000

// lastName is the end of a name with dots, "::" or "\" in it.
func lastName(name string) string { return name[strings.LastIndexAny(name, `.:\`)+1:] }

// leavesGenerated reports whether JaCoCo leaves out what has an annotation of that name. Those of javax and jakarta are not kept
// in classes.
func leavesGenerated(name string) bool {
	return strings.Contains(lastName(name), "Generated") && !strings.HasPrefix(name, "javax.annotation.") && !strings.HasPrefix(name, "jakarta.annotation.")
}

// attributesOf finds annotations that leave out what they mark, which begin with a sign: "@", "#" before a bracket, or a bracket alone.
func attributesOf(sign string, leaves func(name string) bool) func(m *marking) {
	return func(m *marking) {
		imported := ""
		if sign == "@" {
			imported = m.standard()
		}
		m.attributes(sign, func(first, last int) string {
			for i := first; i < last; i++ {
				name, behind := m.dotted(i)
				if name != "" && leaves(name) && name != imported {
					return name
				}
				if sign == "@" {
					break
				}
				i = max(i, behind-1)
				if to := m.tokens[i].Partner; to > i {
					i = to
				}
			}
			return ""
		})
	}
}

// attributes goes over the attributes of a text, those that stand one behind the other as one, and leaves out what they are of
// where leaves has a reason for it: what stands in one are the tokens from first up to, not including, last.
func (m *marking) attributes(sign string, leaves func(first, last int) (reason string)) {
	for i := 0; i < len(m.tokens); {
		begin, reason := i, ""
		for {
			first, last := m.attribute(i, sign)
			if last <= i {
				break
			}
			if reason == "" {
				reason = leaves(first, last)
			}
			i = last
			if sign != "@" {
				i++ // the bracket
			}
		}
		if reason != "" && i < len(m.tokens) {
			m.declaration(m.tokens[begin].Start, i, strings.Clone(clipped(reason)))
		}
		if i == begin {
			i++
		}
	}
}

// attribute are the tokens of the attribute that begins at one, without the sign; last is the bracket that ends it, or the token
// behind an annotation, and 0 where none begins.
func (m *marking) attribute(i int, sign string) (first, last int) {
	switch {
	case sign == "@" && m.word(i) == "@":
		if _, last = m.dotted(i + 1); last <= i+1 {
			return i, 0
		}
		if m.word(last) == "(" && m.tokens[last].Partner > last {
			last = m.tokens[last].Partner + 1
		}
		return i + 1, last
	case sign == "#" && m.word(i) == "#":
		i++
	case sign != "":
		return i, 0
	}
	if m.word(i) != "[" || m.tokens[i].Partner < i {
		return i, 0
	}
	return i + 1, m.tokens[i].Partner
}

// standard is the name under which the annotation Generated of javax or jakarta is imported; "" where it is not.
func (m *marking) standard() string {
	for from := range standardGenerated {
		if strings.Contains(m.src, "import "+from) || strings.Contains(m.src, "import "+strings.TrimSuffix(from, "Generated")+"*") {
			return "Generated"
		}
	}
	return ""
}

// word is the text of a token.
func (m *marking) word(i int) string {
	if i < 0 || i >= len(m.tokens) {
		return ""
	}
	return m.src[m.tokens[i].Start:m.tokens[i].End]
}

// dotted is the name that begins at a token, and the token behind it; a target before a colon, as in @file:Name, is none of it.
func (m *marking) dotted(i int) (name string, behind int) {
	for ; i < len(m.tokens) && len(name) <= maxName; i++ {
		w := m.word(i)
		if w == ":" && name != "" && !strings.ContainsAny(name, `.\`) {
			name = ""
			continue
		}
		if w != "." && w != `\` && w != "::" && (w == "" || !isWord(rune(w[0])) && w[0] != '\\') {
			break
		}
		if name != "" && isWord(rune(w[0])) && isWord(rune(name[len(name)-1])) {
			break
		}
		name += w
	}
	return name, i
}

// rustAttributes finds #[coverage(off)], what came before it, and what has it under a condition; with a ! it is of what is around it.
func rustAttributes(m *marking) {
	leaves := m.rustLeaves
	m.attributes("#", leaves)
	var bodies map[int]*outline.Func // functions by where their bodies begin
	for i := range m.tokens {
		if m.word(i) != "#" || m.word(i+1) != "!" || m.word(i+2) != "[" || m.tokens[i+2].Partner < i {
			continue
		}
		reason := leaves(i+3, m.tokens[i+2].Partner)
		if reason == "" {
			continue
		}
		reason = strings.Clone(clipped(reason))
		around := m.tokens[i].Within
		if around < 0 {
			m.lines(1, uint32(m.t.Lines()), reason)
			return
		}
		if bodies == nil {
			bodies = map[int]*outline.Func{}
			for k := range m.o.Funcs {
				bodies[m.o.Funcs[k].Body] = &m.o.Funcs[k]
			}
		}
		from, to := m.tokens[around].Start, m.tokens[around].End
		if end := m.tokens[around].Partner; end > around {
			to = m.tokens[end].End
		}
		if f := bodies[from]; f != nil {
			from = f.Marked
		}
		m.stretch(from, to, reason)
	}
}

// rustLeaves is the attribute in tokens if it leaves out what it is of; "" if not.
func (m *marking) rustLeaves(first, last int) string {
	has := func(words ...string) bool {
		n := 0
		for i := first; i < last && n < len(words); i++ {
			if m.word(i) == words[n] {
				n++
			}
		}
		return n == len(words)
	}
	leaves := false
	switch m.word(first) {
	case "no_coverage":
		leaves = true
	case "coverage":
		leaves = has("off")
	case "tarpaulin":
		leaves = has("skip")
	case "cfg":
		leaves = has("not", "tarpaulin_include") || has("not", "tarpaulin")
	case "cfg_attr":
		leaves = has("coverage", "off") || has("no_coverage") || has("tarpaulin", "skip")
	}
	if !leaves {
		return ""
	}
	return m.src[m.tokens[first].Start:m.tokens[last].Start]
}

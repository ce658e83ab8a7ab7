package skeleton

import (
	"path"
	"regexp"
	"strings"

	"github.com/covls/covls/source"
	"github.com/covls/covls/source/outline"
)

// Request asks for the test of a function of another language than Go.
type Request struct {
	// Source is the file with the function, At a byte offset in its text, on the function.
	Source File
	At     int
	Missed Missed
	// Runner is what runs the tests, as project.Tests has it. Test is the file that they belong to, its text "" where Exists
	// is false.
	Runner string
	Test   File
	Exists bool
	// Module is what a source of Python is imported by, "shop.cart", and the namespace of a new test of PHP, "Shop\Tests"; "" where
	// nobody knows.
	Module string
	// ESM tells that files of JavaScript are modules by default, as package.json says.
	ESM bool
	// Helper is what tests of Ruby require first: "spec_helper", or "../test_helper" relative to the test; "" for nothing.
	Helper string
}

// makers are by the language of a source.
var makers = map[string]func(*maker) error{
	"python": (*maker).python, "javascript": (*maker).javascript, "javascriptreact": (*maker).javascript, "typescript": (*maker).javascript, "typescriptreact": (*maker).javascript,
	"ruby": (*maker).ruby, "php": (*maker).php, "java": (*maker).java, "rust": (*maker).rust,
}

// Makes reports whether Of knows the language of a file.
func Makes(name string) bool { return makers[source.LanguageOf(name)] != nil }

// Of makes a skeleton of a test in the style of the language and of what runs the tests. The error says why there can be
// none.
func Of(r Request) (*Skeleton, error) {
	language := source.LanguageOf(r.Source.Name)
	build := makers[language]
	if build == nil {
		return nil, refuse("covls makes no tests for %s", path.Base(r.Source.Name))
	}
	o, ok := outline.Of(language, r.Source.Text)
	if !ok {
		return nil, refuse("%s can't be read", r.Source.Name)
	}
	m := &maker{Request: r, outline: o, language: language}
	for i := range o.Funcs {
		f := &o.Funcs[i]
		if f.Outer < 0 && f.Marked <= r.At && r.At <= f.End {
			m.fn = f
		}
	}
	if m.fn == nil {
		m.fn = m.onLine()
	}
	switch {
	case m.fn == nil:
		return nil, refuse("no function stands there")
	case m.fn.Name == "" || m.fn.Handed || strings.ContainsAny(m.fn.Name, " '\""):
		return nil, refuse("the function has no name of its own that a test could call it by")
	case r.Test.Name == "":
		return nil, refuse("nobody can tell where the tests of %s belong: make a first one by hand", r.Source.Name)
	}
	m.head = m.headOf(m.fn)
	m.ways = m.conditions()
	m.out = &Skeleton{File: r.Test.Name, New: !r.Exists}
	if err := build(m); err != nil {
		return nil, err
	}
	return m.out, nil
}

// maker makes a test of a function of a text that is outlined.
type maker struct {
	Request
	language string
	outline  *outline.Outline
	fn       *outline.Func
	head     string // from behind the name up to the body
	ways     []way
	out      *Skeleton
}

// todo is what a test says until it is filled in.
const (
	todo     = "fill in the rows, then delete this line"
	todoCase = "fill in the arguments and what is wanted, then delete this line"
)

// className is the last part of what the function belongs to; "" for none.
func (m *maker) className() string {
	return m.fn.Class[strings.LastIndexAny(m.fn.Class, ".:\\")+1:]
}

// before is the line of the function's head before its name.
func (m *maker) before() string {
	text := m.Source.Text[:m.fn.NameStart]
	at := max(m.fn.Start, strings.LastIndexByte(text, '\n')+1)
	return text[min(at, len(text)):]
}

// headOf is what stands between a function's name and its body, without comments.
func (m *maker) headOf(f *outline.Func) string {
	return m.bare(f.NameEnd, max(f.NameEnd, min(f.Body, f.End)))
}

// bare is what the source says between two offsets, without comments.
func (m *maker) bare(from, to int) string {
	var b strings.Builder
	for _, c := range m.outline.Comments {
		if c.End <= from || c.Start >= to {
			continue
		}
		b.WriteString(m.Source.Text[from:max(from, c.Start)] + " ")
		from = min(c.End, to)
	}
	b.WriteString(m.Source.Text[from:to])
	return b.String()
}

// finish puts a test behind what the file holds, or into a new one below its head. First is where in the test the first row
// ends. Imports are put behind those that are there.
func (m *maker) finish(head, test string, first int, imports ...Edit) {
	m.out.Body = test
	if m.out.New {
		m.out.Edits = []Edit{{Span{}, head + test}}
		m.out.Cursor = len(head) + first
		return
	}
	m.out.add(m.Test.Text, test, first, imports...)
}

// within puts a test into the block of the file that ends last, before its closing bracket.
func (m *maker) within(head, tail, test string, first int, imports ...Edit) error {
	m.out.Body = test
	if m.out.New {
		m.out.Edits = []Edit{{Span{}, head + test + tail}}
		m.out.Cursor = len(head) + first
		return nil
	}
	at := strings.LastIndexByte(m.Test.Text, '}')
	if at < 0 {
		return refuse("%s has no class that a test could go into", m.Test.Name)
	}
	m.insert(at, test, first, imports...)
	return nil
}

// insert puts a test before the closing bracket at an offset.
func (m *maker) insert(at int, test string, first int, before ...Edit) {
	text := m.Test.Text
	start := len(strings.TrimRight(text[:at], " \t\r\n"))
	lead, end := "\n\n", ""
	if start > 0 && text[start-1] == '{' {
		lead = "\n"
	}
	if line := strings.LastIndexByte(text[:at], '\n'); line >= 0 {
		end = text[line+1 : at]
		if strings.TrimSpace(end) != "" {
			end = ""
		}
	}
	if strings.Contains(text, "\r\n") {
		lead = strings.ReplaceAll(lead, "\n", "\r\n")
		first += strings.Count(test[:first], "\n")
		test = strings.ReplaceAll(test, "\n", "\r\n")
	}
	m.out.Body = test
	m.out.Edits = append(before, Edit{Span{start, at}, lead + test + end})
	m.out.Cursor = start + len(lead) + first
	for _, e := range before {
		m.out.Cursor += len(e.Text) - (e.End - e.Start)
	}
}

// word reports whether a text has a word.
func word(text, w string) bool {
	for at := 0; ; {
		i := strings.Index(text[at:], w)
		if i < 0 {
			return false
		}
		start, end := at+i, at+i+len(w)
		if (start == 0 || !isWord(text[start-1])) && (end == len(text) || !isWord(text[end])) {
			return true
		}
		at = end
	}
}

func isWord(c byte) bool {
	return c == '_' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c >= 0x80
}

// fresh is a name that the file of tests has not.
func (m *maker) fresh(name string) string {
	return free(func(n string) bool { return word(m.Test.Text, n) }, name)
}

// parts splits what stands in the first brackets of a text at the commas that no other bracket and no string is around.
func parts(text string) []string {
	var out []string
	depth, start := 0, -1
	quote := byte(0)
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case quote != 0:
			if c == '\\' {
				i++
			} else if c == quote {
				quote = 0
			}
		case (c == '"' || c == '\'' || c == '`') && depth > 0 && !(c == '\'' && i+2 < len(text) && text[i+2] != '\'' && isWord(text[i+1])):
			quote = c
		case c == '(' || c == '[' || c == '{' || c == '<' && i > 0 && text[i-1] != '-' && text[i-1] != '=' && depth > 0:
			if depth++; depth == 1 && c == '(' {
				start = i + 1
			} else if depth == 1 {
				return out
			}
		case c == ')' || c == ']' || c == '}' || c == '>' && depth > 1 && text[i-1] != '-' && text[i-1] != '=':
			if depth--; depth == 0 {
				if last := strings.TrimSpace(text[start:i]); last != "" {
					out = append(out, last)
				}
				return out
			}
		case c == ',' && depth == 1:
			out = append(out, strings.TrimSpace(text[start:i]))
			start = i + 1
		case depth == 0 && !strings.ContainsRune(" \t\r\n", rune(c)) && c != '<':
			if c == '>' || isWord(c) || c == ':' {
				continue
			}
		}
	}
	return out
}

// conditions lists the ways through the function that no test takes, by what decides which is taken. It is never empty.
func (m *maker) conditions() []way {
	var out []way
	if m.Missed.Whole {
		out = append(out, way{name: "straight through"})
	}
	for _, is := range outline.Choices(m.language, m.Source.Text, m.fn.Body, m.fn.End) {
		if len(out) > maxWays {
			break
		}
		name := wayName(is)
		if name == "" || is.Behind && m.Missed.Whole || !m.Missed.never(is.Start) {
			continue // behind a guard, the way goes straight on
		}
		out = append(out, way{name: clip(name), fails: raises.MatchString(lineAt(m.Source.Text, is.Start))})
	}
	if len(out) == 0 {
		return []way{{name: "straight through"}}
	}
	return distinct(out)
}

// wayName says in a few words when code runs; "" where that is no way of its own.
func wayName(is outline.When) string {
	switch is.How {
	case outline.Holds, outline.Otherwise:
		if is.Not {
			return "not " + is.Code
		}
		return is.Code
	case outline.In, outline.Matches:
		return is.Code
	case outline.Rest, outline.Unmatched:
		return "otherwise"
	case outline.Each:
		return "for each " + is.Code
	case outline.Completed:
		return "no break"
	case outline.Raised:
		return "nothing raised"
	case outline.Unknown, outline.Ended, outline.Called, outline.Passed, outline.Returned, outline.Within:
	}
	return ""
}

var raises = regexp.MustCompile(`^\s*(?:raise|throw|panic!|Err\(|return Err\()\b?`)

func lineAt(text string, at int) string {
	line, _, _ := strings.Cut(text[at:], "\n")
	return line
}

// afterImports is where, behind the last of the lines that a pattern finds at the beginning of a text, another import goes.
func afterImports(text string, is *regexp.Regexp) int {
	end := 0
	for _, at := range is.FindAllStringIndex(text, 1000) {
		end = at[1]
	}
	return end
}

// importing puts lines behind the imports of the file of tests, which is finds, but for those that the text has.
func (m *maker) importing(lines string, is *regexp.Regexp) []Edit {
	if m.out.New {
		return nil
	}
	have := map[string]bool{}
	for line := range strings.Lines(m.Test.Text) {
		have[strings.TrimSpace(line)] = true
	}
	var list []string
	for line := range strings.SplitSeq(lines, "\n") {
		if line != "" && !have[line] {
			list = append(list, line)
		}
	}
	if len(list) == 0 {
		return nil
	}
	nl := "\n"
	if strings.Contains(m.Test.Text, "\r\n") {
		nl = "\r\n"
	}
	text := m.Test.Text
	if m.language == "python" { // what is imported later may stand in a string, or below what needs it
		if at := pythonBegins.FindStringIndex(text); at != nil {
			text = text[:at[0]]
		}
	}
	if at := afterImports(text, is); at > 0 {
		return []Edit{{Span{at, at}, nl + strings.Join(list, nl)}}
	}
	return []Edit{{Span{}, strings.Join(list, nl) + nl + nl}}
}

// onLine is the first function that begins behind the place that is asked for, on its line: whoever names the line of `export function f` means f. It
// is nil for none.
func (m *maker) onLine() *outline.Func {
	text, at := m.Source.Text, m.At
	if at < 0 || at > len(text) {
		return nil
	}
	end := len(text)
	if n := strings.IndexByte(text[at:], '\n'); n >= 0 {
		end = at + n
	}
	for i := range m.outline.Funcs {
		if f := &m.outline.Funcs[i]; f.Outer < 0 && f.Start >= at && f.Start < end {
			return f
		}
	}
	return nil
}

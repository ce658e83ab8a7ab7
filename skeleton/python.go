package skeleton

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

var pythonImports = regexp.MustCompile(`(?m)^(?:import [^\n(]+|from [^\n(]+ import (?:[^\n(]+|\([^)]*\)))`)

// pythonBegins is where the imports at the head of a file end.
var pythonBegins = regexp.MustCompile(`(?m)^(?:def|class|async def|@|if __name__)`)

// python makes a test for pytest, or for unittest.
func (m *maker) python() error {
	class := m.fn.Class
	if strings.Contains(class, ".") {
		class = class[:strings.IndexByte(class, '.')]
	}
	name := m.fn.Name
	if m.Module == "" {
		return refuse("%s can't be imported: its name, or that of a folder, is none of Python", m.Source.Name)
	}
	if m.pythonProgram() {
		return refuse("%s is there only where the file is run as a program: test what it calls", name)
	}
	imported := name
	if class != "" {
		imported = class
	}
	avoid := map[string]bool{"request": true, "pytest": true, "asyncio": true, "want": true, "self": true, imported: true, "subject": true, "row": m.Runner == "unittest", "rows": m.Runner == "unittest"}
	if pythonSetter.MatchString(m.marks()) {
		return refuse("%s is called by an assignment: test it with what reads it", name)
	}
	var params []string
	var args []string
	named := false // the parameters that follow can be given by their names alone
	for i, p := range pythonParams(m.head) {
		if i == 0 && class != "" && !isStatic(m) && p.name != "" && p.stars == 0 {
			continue // self, or cls
		}
		if p.stars == 1 {
			named = true
		}
		if p.name == "" {
			continue
		}
		v := free(func(n string) bool { return avoid[n] }, p.name, p.name+"_")
		avoid[v] = true
		params = append(params, v)
		switch {
		case p.stars > 0:
			args = append(args, strings.Repeat("*", p.stars)+v)
		case named:
			args = append(args, p.name+"="+v)
		default:
			args = append(args, v)
		}
	}
	call, setup := name, ""
	switch {
	case class == "":
	case name == "__init__":
		call = m.fn.Class
	case isStatic(m) || classMethod.MatchString(m.marks()):
		call = m.fn.Class + "." + name
	default:
		if from := pythonClass(m.Source.Text, m.fn.Class); word(from, "ABC") || word(from, "ABCMeta") || word(from, "Protocol") {
			return refuse("nothing can be made of %s by itself: test %s through a class that has it", m.fn.Class, name)
		}
		setup = "subject = " + m.fn.Class + "(" + m.constructed(m.fn.Class) + ")"
		call = "subject." + name
	}
	called := call + "(" + strings.Join(args, ", ") + ")"
	if property.MatchString(m.marks()) {
		called, params = call, nil
	}
	async := strings.Contains(m.before(), "async")
	if async {
		called = "asyncio.run(" + called + ")"
	}
	from := "from " + m.Module + " import " + imported
	head := ""
	if async {
		head = "import asyncio\n\n"
	}
	label := strings.Trim(name, "_")
	if class != "" {
		label = strings.Trim(snake(m.className()), "_") + "_" + label
	}
	if m.Runner == "unittest" {
		return m.unittest(label, params, args, setup, called, from, head)
	}
	test := m.fresh("test_" + label)
	names := append(append([]string{}, params...), "want")
	var b strings.Builder
	unset := make([]string, len(names))
	for i, n := range names {
		switch unset[i] = "None"; {
		case slices.Contains(args, "*"+n):
			unset[i] = "()"
		case slices.Contains(args, "**"+n):
			unset[i] = "{}"
		}
	}
	none := strings.Join(unset, ", ")
	if len(names) == 1 {
		fmt.Fprintf(&b, "@pytest.mark.parametrize(\n    %q,\n    [\n", names[0])
	} else {
		fmt.Fprintf(&b, "@pytest.mark.parametrize(\n    (%s),\n    [\n", quotedList(names))
	}
	first := 0
	for i, w := range m.ways {
		fmt.Fprintf(&b, "        pytest.param(%s, id=%s", none, pythonString(w.name))
		if i == 0 {
			first = strings.Index(b.String(), "pytest.param(") + len("pytest.param(")
		}
		b.WriteString("),\n")
	}
	fmt.Fprintf(&b, "    ],\n)\ndef %s(%s):\n", test, strings.Join(names, ", "))
	fmt.Fprintf(&b, "    pytest.fail(%q)\n", todo)
	if setup != "" {
		fmt.Fprintf(&b, "    %s\n", setup)
	}
	fmt.Fprintf(&b, "    assert %s == want\n", called)
	m.out.Test = test
	body := b.String()
	var edits []Edit
	if !m.out.New {
		var lines []string
		if async && !word(m.Test.Text, "import asyncio") {
			lines = append(lines, "import asyncio")
		}
		if !importsPytest.MatchString(m.Test.Text) {
			lines = append(lines, "import pytest")
		}
		if !m.importedAlready(imported) {
			lines = append(lines, from)
		}
		edits = m.importing(strings.Join(lines, "\n"), pythonImports)
		body = "\n" + body // two lines between functions
		first++
	}
	m.finish(head+"import pytest\n\n"+from+"\n\n\n", body, first, edits...)
	return nil
}

var (
	importsPytest = regexp.MustCompile(`(?m)^import pytest\b`)
	classMethod   = regexp.MustCompile(`(?m)^\s*@classmethod\b`)
	staticMethod  = regexp.MustCompile(`(?m)^\s*@staticmethod\b`)
	pythonSetter  = regexp.MustCompile(`(?m)^\s*@\w+\.(?:setter|deleter)\b`)
	property      = regexp.MustCompile(`(?m)^\s*@(?:functools\.)?(?:cached_)?property\b`)
)

// marks are the decorators of the function.
func (m *maker) marks() string { return m.Source.Text[m.fn.Marked:m.fn.Start] }

func isStatic(m *maker) bool { return staticMethod.MatchString(m.marks()) }

// pythonProgram reports whether the function is made only where the file is run, below `if __name__ == "__main__":`.
func (m *maker) pythonProgram() bool {
	text := m.Source.Text[:m.fn.Marked]
	at := pythonMain.FindAllStringIndex(text, -1)
	if at == nil || strings.TrimLeft(text[strings.LastIndexByte(text, '\n')+1:], " \t") != "" {
		return false
	}
	begin := strings.LastIndexByte(text, '\n') + 1
	return len(text) > begin && !pythonOutside.MatchString(text[at[len(at)-1][1]:begin])
}

var (
	pythonMain    = regexp.MustCompile(`(?m)^if __name__ ==[^\n]*`)
	pythonOutside = regexp.MustCompile(`(?m)^[^\s#)\]}]`)
)

// importedAlready reports whether a file of tests imports a name from the module.
func (m *maker) importedAlready(name string) bool {
	for _, line := range pythonImports.FindAllString(m.Test.Text, 1000) {
		if rest, ok := strings.CutPrefix(line, "from "+m.Module+" import "); ok && word(rest, name) {
			return true
		}
	}
	return false
}

// pythonParam is a parameter: name is "" for the star, or the slash, that stands for none.
type pythonParam struct {
	name      string
	stars     int
	byDefault bool
}

func pythonParams(head string) (out []pythonParam) {
	for _, p := range parts(head) {
		bare := strings.TrimLeft(p, "*")
		q := pythonParam{stars: len(p) - len(bare), byDefault: strings.Contains(bare, "=")}
		if at := strings.IndexAny(bare, ":="); at >= 0 {
			bare = bare[:at]
		}
		if bare = strings.TrimSpace(bare); bare != "/" {
			q.name = bare
		}
		out = append(out, q)
	}
	return out
}

// constructed are arguments for the constructor of a class, or of one of the same file that it comes from: None for each
// parameter that has no default.
func (m *maker) constructed(class string) string {
	for range maxNested {
		for i := range m.outline.Funcs {
			f := &m.outline.Funcs[i]
			if f.Name != "__init__" || f.Class != class {
				continue
			}
			var args []string
			named := false
			for n, p := range pythonParams(m.headOf(f)) {
				switch {
				case p.stars == 1:
					named = true
				case n == 0, p.stars > 0, p.byDefault, p.name == "":
				case named:
					args = append(args, p.name+"=None")
				default:
					args = append(args, "None")
				}
			}
			return strings.Join(args, ", ")
		}
		found := pythonClass(m.Source.Text, class)
		if found == "" {
			return ""
		}
		class = identifier.FindString(found)
	}
	return ""
}

// pythonClass is what stands in the brackets behind the name of a class.
func pythonClass(text, class string) string {
	found := regexp.MustCompile(`(?m)^\s*class\s+` + regexp.QuoteMeta(class[strings.LastIndexByte(class, '.')+1:]) + `\s*\(([^)]*)\)`).FindStringSubmatch(text)
	if found == nil {
		return ""
	}
	return found[1]
}

// unittest makes a test for Python's own runner.
func (m *maker) unittest(label string, params, args []string, setup, called, from, head string) error {
	class := m.fresh("Test" + camel(label))
	m.out.Test = class
	var b strings.Builder
	names := append(append([]string{}, params...), "want")
	fmt.Fprintf(&b, "class %s(unittest.TestCase):\n    def test_%s(self):\n        rows = [\n", class, label)
	first := 0
	for i, w := range m.ways {
		fmt.Fprintf(&b, "            (%s", pythonString(w.name))
		for _, n := range names {
			value := "None"
			switch {
			case slices.Contains(args, "*"+n):
				value = "()"
			case slices.Contains(args, "**"+n):
				value = "{}"
			}
			b.WriteString(", " + value)
		}
		if i == 0 {
			first = b.Len()
		}
		b.WriteString("),\n")
	}
	fmt.Fprintf(&b, "        ]\n        for row, %s in rows:\n            with self.subTest(row):\n                self.fail(%q)\n", strings.Join(names, ", "), todo)
	if setup != "" {
		fmt.Fprintf(&b, "                %s\n", setup)
	}
	fmt.Fprintf(&b, "                self.assertEqual(%s, want)\n", called)
	body := b.String()
	var edits []Edit
	if !m.out.New {
		var lines []string
		if !word(m.Test.Text, "import unittest") {
			lines = append(lines, "import unittest")
		}
		if strings.HasPrefix(called, "asyncio.") && !word(m.Test.Text, "import asyncio") {
			lines = append(lines, "import asyncio")
		}
		if imported := from[strings.LastIndexByte(from, ' ')+1:]; !m.importedAlready(imported) {
			lines = append(lines, from)
		}
		edits = m.importing(strings.Join(lines, "\n"), pythonImports)
		// A file that runs its tests when it is run has that at its end.
		if at := strings.LastIndex(m.Test.Text, "\nif __name__ =="); at >= 0 {
			m.out.Body = body
			start := len(strings.TrimRight(m.Test.Text[:at], "\r\n"))
			m.out.Edits = append(edits, Edit{Span{start, at + 1}, "\n\n\n" + body + "\n\n"})
			m.out.Cursor = start + 3 + first
			for _, e := range edits {
				m.out.Cursor += len(e.Text)
			}
			return nil
		}
		body, first = "\n"+body, first+1
	}
	m.finish(strings.TrimSuffix(head, "\n")+"import unittest\n\n"+from+"\n\n\n", body, first, edits...)
	return nil
}

// pythonString is a string of Python.
func pythonString(s string) string {
	return strconv.QuoteToGraphic(s)
}

func quotedList(names []string) string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = strconv.Quote(n)
	}
	return strings.Join(out, ", ")
}

// snake is a name in small letters with underscores between its words, camel one with a capital for each word.
func snake(name string) string {
	var b strings.Builder
	for i, c := range name {
		if 'A' <= c && c <= 'Z' {
			if i > 0 && name[i-1] != '_' && !('A' <= name[i-1] && name[i-1] <= 'Z') {
				b.WriteByte('_')
			}
			c += 'a' - 'A'
		}
		b.WriteRune(c)
	}
	return b.String()
}

func camel(name string) string {
	var b strings.Builder
	for _, part := range strings.FieldsFunc(name, func(c rune) bool { return c == '_' || c == '-' || c == ' ' || c == '.' }) {
		b.WriteString(strings.ToUpper(part[:1]) + part[1:])
	}
	return b.String()
}

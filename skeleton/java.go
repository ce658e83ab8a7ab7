package skeleton

import (
	"fmt"
	"path"
	"regexp"
	"strconv"
	"strings"
)

var (
	javaPackage = regexp.MustCompile(`(?m)^\s*package\s+([\w.]+)\s*;`)
	javaImport  = regexp.MustCompile(`(?m)^import\s+(?:static\s+)?[\w.*]+\s*;`)
	javaParam   = regexp.MustCompile(`(?s)^(?:(?:@\w+(?:\([^)]*\))?|final)\s+)*(.+?)\s*(\.\.\.)?\s+(\w+)\s*((?:\[\])*)$`)
	javaWord    = regexp.MustCompile(`[A-Z]\w*`)
)

// java makes a test for JUnit 5, one for each way, since arguments have types.
func (m *maker) java() error {
	if m.Runner != "JUnit 5" && m.Runner != "" {
		return refuse("covls makes no tests for %s", m.Runner)
	}
	name, class := m.fn.Name, m.fn.Class
	before := m.bare(m.fn.Marked, m.fn.NameStart)
	switch {
	case class == "":
		return refuse("%s belongs to no class", name)
	case strings.Contains(before, "private"):
		return refuse("%s is private: test it through what calls it", name)
	}
	declared := regexp.MustCompile(`(?m)^[^\n/*]*\b(class|interface|enum|record|@interface)\s+` + regexp.QuoteMeta(m.className()) + `\b\s*(<[^{]*?>)?`)
	at := declared.FindStringSubmatchIndex(m.Source.Text)
	if at == nil {
		return refuse("the class of %s can't be found", name)
	}
	line := m.Source.Text[at[0]:at[1]]
	kind := m.Source.Text[at[2]:at[3]]
	static := strings.Contains(before, "static")
	nested := strings.Contains(class, ".")
	switch {
	case strings.Contains(line, "private"):
		return refuse("%s belongs to a private class: test it through what has it", name)
	case !static && (kind != "class" && kind != "record" || strings.Contains(line, "abstract")):
		return refuse("nothing can be made of %s by itself: test %s through a class that has it", class, name)
	case !static && nested && kind == "class" && !strings.Contains(line, "static"):
		return refuse("%s belongs to an inner class, which is made by another: test it through that", name)
	}
	generics := ""
	if at[4] >= 0 {
		generics = m.Source.Text[at[4]:at[5]]
	}
	own := before
	if i := strings.IndexByte(own, '<'); i >= 0 && strings.HasPrefix(strings.TrimSpace(strings.TrimPrefix(afterModifiers(own), "")), "<") {
		generics += own[i:]
	}
	known := map[string]string{} // type parameters to what they are at most
	for _, g := range javaTypeParam.FindAllStringSubmatch(generics, -1) {
		known[g[1]] = "Object"
		if g[2] != "" {
			known[g[1]] = g[2]
		}
	}
	spell := func(t string) string {
		var out strings.Builder
		last := 0
		for _, at := range javaWord.FindAllStringIndex(t, -1) {
			w := t[at[0]:at[1]]
			out.WriteString(t[last:at[0]])
			last = at[1]
			switch {
			case at[0] > 0 && (t[at[0]-1] == '.' || isWord(t[at[0]-1])):
			case known[w] != "":
				w = known[w]
			case m.nestedIn(w) != "":
				w = m.nestedIn(w) + "." + w
			}
			out.WriteString(w)
		}
		return out.String() + t[last:]
	}
	var types []string
	var vars, args []string
	avoid := map[string]bool{"want": true, "got": true, "subject": true}
	for i, p := range parts(m.head) {
		found := javaParam.FindStringSubmatch(p)
		if found == nil {
			return refuse("the parameter %q can't be read", clip(p))
		}
		typ := spell(found[1]) + found[4]
		if found[2] != "" {
			typ += "[]"
		}
		v := free(func(n string) bool { return avoid[n] }, found[3], found[3]+strconv.Itoa(i+1))
		avoid[v] = true
		types = append(types, typ)
		vars = append(vars, fmt.Sprintf("%s %s = %s;", typ, v, javaZero(typ)))
		args = append(args, v)
	}
	list := "(" + strings.Join(args, ", ") + ")"
	result := spell(strings.TrimSpace(afterGenerics(afterModifiers(before))))
	constructor := name == m.className() || result == ""
	diamond := ""
	if at[4] >= 0 {
		diamond = "<>"
	}
	var calls []string
	switch {
	case constructor:
		calls = []string{"var got = new " + class + diamond + list + ";", "assertNotNull(got);"}
	default:
		subject := class
		if !static {
			made, ok := m.newJava(spell, diamond)
			if !ok {
				return refuse("no constructor of %s can be called from a test: test %s through what makes one", class, name)
			}
			calls, subject = append(calls, "var subject = "+made+";"), "subject"
		}
		if result == "void" {
			calls = append(calls, subject+"."+name+list+";")
		} else {
			types = append(types, result)
			calls = append(calls, result+" want = "+javaZero(result)+";", "assertEquals(want, "+subject+"."+name+list+");")
		}
	}
	var b strings.Builder
	first := 0
	for i, w := range m.ways {
		test := name + "Of"
		if constructor {
			test = "construct"
		}
		test += camel(strings.Join(identifier.FindAllString(w.name, 4), "_"))
		test = free(func(n string) bool { return word(m.Test.Text, n) || word(b.String(), n) }, test)
		if i == 0 {
			m.out.Test = test
		}
		if i > 0 {
			b.WriteString("\n")
		}
		fmt.Fprintf(&b, "    @Test\n    @DisplayName(%s)\n    void %s() throws Exception {\n", strconv.Quote(name+": "+w.name), test)
		fmt.Fprintf(&b, "        fail(%q);", todoCase)
		if i == 0 {
			first = b.Len()
		}
		b.WriteString("\n")
		for _, v := range append(append([]string{}, vars...), calls...) {
			fmt.Fprintf(&b, "        %s\n", v)
		}
		b.WriteString("    }\n")
	}
	imports := []string{
		"import static org.junit.jupiter.api.Assertions.*;",
		"import org.junit.jupiter.api.DisplayName;", "import org.junit.jupiter.api.Test;",
	}
	for _, line := range javaImport.FindAllString(m.Source.Text, 1000) {
		last := strings.TrimSuffix(line[strings.LastIndexByte(line, '.')+1:], ";")
		if strings.Contains(line, " static ") || last != "*" && !word(strings.Join(types, " ")+" "+strings.Join(calls, " "), strings.TrimSpace(last)) {
			continue
		}
		imports = append(imports, line)
	}
	head := ""
	if found := javaPackage.FindStringSubmatch(m.Source.Text); found != nil {
		head = "package " + found[1] + ";\n\n"
	}
	head += imports[0] + "\n\n" + strings.Join(imports[1:], "\n") + "\n\nclass " + strings.TrimSuffix(path.Base(m.Test.Name), path.Ext(m.Test.Name)) + " {\n\n"
	var edits []Edit
	if !m.out.New {
		var lines []string
		for _, line := range imports {
			if !m.importsJava(line) {
				lines = append(lines, line)
			}
		}
		is := javaImport
		if !is.MatchString(m.Test.Text) {
			is = javaPackage
		}
		edits = m.importing(strings.Join(lines, "\n"), is)
	}
	return m.within(head, "}\n", b.String(), first, edits...)
}

var javaType = regexp.MustCompile(`(?m)^([ \t]*)[^\n/*"(]*?\b(?:class|interface|enum|record)\s+(\w+)`)

// nestedIn is the type of the file that a type is declared in; "" for one that is in none, or of elsewhere.
func (m *maker) nestedIn(name string) string {
	top := ""
	for _, found := range javaType.FindAllStringSubmatch(m.Source.Text, -1) {
		switch {
		case found[1] == "":
			top = found[2]
		case found[2] == name:
			return top
		}
	}
	return ""
}

var (
	javaTypeParam = regexp.MustCompile(`[<,]\s*(\w+)(?:\s+extends\s+([\w.]+))?`)
	javaModifier  = regexp.MustCompile(`^(?:@\w+(?:\([^)]*\))?|public|protected|static|final|synchronized|native|strictfp|default|abstract)\s+`)
)

// afterModifiers is what follows the modifiers and annotations of a method.
func afterModifiers(s string) string {
	s = strings.TrimSpace(s) + " "
	for {
		at := javaModifier.FindStringIndex(s)
		if at == nil {
			return s
		}
		s = strings.TrimLeft(s[at[1]:], " \t\r\n")
	}
}

// afterGenerics is what follows the type parameters of a method.
func afterGenerics(s string) string {
	if !strings.HasPrefix(s, "<") {
		return s
	}
	depth := 0
	for i, c := range s {
		switch c {
		case '<':
			depth++
		case '>':
			if depth--; depth == 0 {
				return s[i+1:]
			}
		}
	}
	return s
}

// javaZero is the zero value of a type.
func javaZero(t string) string {
	switch t {
	case "int", "short", "byte", "long", "char":
		return "0"
	case "double", "float":
		return "0"
	case "boolean":
		return "false"
	}
	return "null"
}

// newJava calls a constructor of the class that is not private, the one with the fewest parameters.
func (m *maker) newJava(spell func(string) string, diamond string) (string, bool) {
	best, found, private := []string(nil), false, false
	for i := range m.outline.Funcs {
		f := &m.outline.Funcs[i]
		if f.Name != m.className() || f.Class != m.fn.Class {
			continue
		}
		if strings.Contains(m.bare(f.Marked, f.NameStart), "private") {
			private = true
			continue
		}
		var args []string
		for _, p := range parts(m.headOf(f)) {
			part := javaParam.FindStringSubmatch(p)
			if part == nil {
				return "", false
			}
			if part[2] != "" {
				continue
			}
			typ := spell(part[1]) + part[4]
			if zero := javaZero(typ); zero == "null" {
				args = append(args, "("+typ+") null")
			} else {
				args = append(args, "("+typ+") "+zero)
			}
		}
		if !found || len(args) < len(best) {
			best, found = args, true
		}
	}
	if !found && private {
		return "", false
	}
	return "new " + m.fn.Class + diamond + "(" + strings.Join(best, ", ") + ")", true
}

// importsJava reports whether the file of tests has an import, by itself or by a star.
func (m *maker) importsJava(line string) bool {
	text := m.Test.Text
	if strings.Contains(text, line) {
		return true
	}
	at := strings.LastIndexByte(line, '.')
	return strings.Contains(text, line[:at]+".*;")
}

package skeleton

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

var (
	scriptImports = regexp.MustCompile(`(?m)^(?:import\b[^;'"]*['"][^'"\n]+['"];?|(?:const|let|var)\b[^=;]*=\s*require\([^)\n]*\);?)`)
	importKeyword = regexp.MustCompile(`(?m)^(?:import|export)\b`)
	requireCall   = regexp.MustCompile(`(?m)\brequire\(|\bmodule\.exports\b`)
	jsExtension   = regexp.MustCompile(`from\s+['"]\.[^'"]*\.([cm]?[jt]sx?)['"]`)
)

// javascript makes a test for vitest, jest, mocha, jasmine or node --test.
func (m *maker) javascript() error {
	switch m.Runner {
	case "vitest", "jest", "mocha", "jasmine", "node --test":
	case "":
		return refuse("nobody can tell what runs the tests of %s: package.json names neither vitest nor jest nor `node --test`", m.Source.Name)
	default:
		return refuse("covls makes no tests for %s", m.Runner)
	}
	name, class := m.fn.Name, m.fn.Class
	if strings.Contains(class, ".") || m.fn.Value && strings.ContainsAny(name, ".[(") {
		return refuse("%s is a part of %s, and has no name of its own that a test could import", name, strings.TrimSuffix(class+"."+name, "."))
	}
	if strings.HasPrefix(name, "#") || privateWord.MatchString(m.before()) {
		return refuse("%s is private to %s: test it through what calls it", name, class)
	}
	imported := name
	if class != "" {
		imported = class
	}
	how := m.exported(imported)
	if name == "exports" && class == "" && exportsFunction.MatchString(m.Source.Text) {
		imported, how = lowerCamel(strings.TrimSuffix(path.Base(m.Source.Name), path.Ext(m.Source.Name))), asDefault
		name = imported
	}
	if how == notExported {
		return refuse("%s does not export %s, so that no test can import it: export it, or test it through what calls it", m.Source.Name, imported)
	}
	avoid := map[string]bool{"want": true, "when": true, imported: true, "subject": true, "expect": true, "assert": true, "it": true, "describe": true}
	var params, args []string
	for i, p := range parts(m.head) {
		rest := strings.HasPrefix(p, "...")
		p = strings.TrimPrefix(p, "...")
		p = paramWords.ReplaceAllString(p, "")
		id := identifier.FindString(p)
		if id == "this" {
			continue
		}
		if id == "" || !strings.HasPrefix(p, id) {
			id = "arg" + strconv.Itoa(i+1)
		}
		v := free(func(n string) bool { return avoid[n] }, id, id+"_")
		avoid[v] = true
		params = append(params, v)
		if rest {
			v = "..." + v
		}
		args = append(args, v)
	}
	call, setup := imported, ""
	list := strings.Join(args, ", ")
	before := strings.TrimSpace(m.before())
	switch {
	case class == "":
		call += "(" + list + ")"
	case name == "constructor":
		call = "new " + class + "(" + list + ")"
	case m.fn.Static || staticWord.MatchString(before):
		call = class + "." + name + "(" + list + ")"
	default:
		setup = "const subject = new " + class + "(" + m.newArguments() + ");"
		call = "subject." + name + "(" + list + ")"
		if getter.MatchString(before) {
			call = "subject." + name
		} else if setter.MatchString(before) {
			call = "(subject." + name + " = " + list + ")"
		}
	}
	async := strings.Contains(m.Source.Text[m.fn.Head:max(m.fn.Head, m.fn.Body)], "async") || strings.Contains(before, "async")
	if async {
		call = "await " + call
	}
	ts := strings.HasSuffix(m.Source.Name, ".ts") || strings.HasSuffix(m.Source.Name, ".tsx") || strings.HasSuffix(m.Source.Name, ".mts") || strings.HasSuffix(m.Source.Name, ".cts")
	esm := m.module(ts)
	from := quoteJS(m.relative(esm, ts))
	// What the test needs, by the module that has it.
	needs := []scriptImport{}
	assertion := scriptImport{module: "'node:assert/strict'", byDefault: "assert"}
	switch m.Runner {
	case "vitest":
		needs = append(needs, scriptImport{module: "'vitest'", names: []string{"describe", "expect", "it"}})
	case "node --test":
		needs = append(needs, assertion, scriptImport{module: "'node:test'", names: []string{"describe", "it"}})
	case "mocha":
		needs = append(needs, assertion)
	}
	if how == asDefault {
		needs = append(needs, scriptImport{module: from, byDefault: imported})
	} else {
		needs = append(needs, scriptImport{module: from, names: []string{imported}})
	}
	bound := m.bound()
	var lines []string
	for _, n := range needs {
		if line := n.line(bound, esm); line != "" {
			lines = append(lines, line)
		}
	}
	label := name
	if class != "" {
		label = class + "." + name
	}
	m.out.Test = label
	unset := "undefined"
	if ts {
		unset = "undefined as never"
	}
	fields := append(append([]string{}, params...), "want")
	var b strings.Builder
	fmt.Fprintf(&b, "describe(%s, () => {\n", quoteJS(label))
	first := 0
	rows := func(indent string) {
		for i, w := range m.ways {
			fmt.Fprintf(&b, "%s{ when: %s", indent, quoteJS(w.name))
			for _, f := range fields {
				value := unset
				if slices.Contains(args, "..."+f) {
					value = strings.Replace(unset, "undefined", "[]", 1)
					value = strings.Replace(value, "never", "never[]", 1)
				}
				fmt.Fprintf(&b, ", %s: %s", f, value)
			}
			if i == 0 {
				first = b.Len()
			}
			b.WriteString(" },\n")
		}
	}
	names := strings.Join(fields, ", ")
	start := "() => {"
	if async {
		start = "async () => {"
	}
	if m.Runner == "vitest" || m.Runner == "jest" {
		b.WriteString("  it.each([\n")
		rows("    ")
		open := "({ " + names + " }) => {"
		if async {
			open = "async " + open
		}
		fmt.Fprintf(&b, "  ])('$when', %s\n", open)
		if m.Runner == "vitest" {
			fmt.Fprintf(&b, "    expect.fail(%s);\n", quoteJS(todo))
		} else {
			fmt.Fprintf(&b, "    expect(%s).toBe('done');\n", quoteJS(todo))
		}
		if setup != "" {
			fmt.Fprintf(&b, "    %s\n", setup)
		}
		fmt.Fprintf(&b, "    expect(%s).toEqual(want);\n  });\n});\n", call)
	} else {
		b.WriteString("  for (const { when, " + names + " } of [\n")
		rows("    ")
		fmt.Fprintf(&b, "  ]) {\n    it(when, %s\n", start)
		switch m.Runner {
		case "jasmine":
			fmt.Fprintf(&b, "      fail(%s);\n", quoteJS(todo))
		default:
			fmt.Fprintf(&b, "      assert.fail(%s);\n", quoteJS(todo))
		}
		if setup != "" {
			fmt.Fprintf(&b, "      %s\n", setup)
		}
		if m.Runner == "jasmine" {
			fmt.Fprintf(&b, "      expect(%s).toEqual(want);\n", call)
		} else {
			fmt.Fprintf(&b, "      assert.deepEqual(%s, want);\n", call)
		}
		b.WriteString("    });\n  }\n});\n")
	}
	m.finish(strings.Join(lines, "\n")+"\n\n", b.String(), first, m.importing(strings.Join(lines, "\n"), scriptImports)...)
	return nil
}

var (
	privateWord     = regexp.MustCompile(`\bprivate\s`)
	staticWord      = regexp.MustCompile(`\bstatic\b`)
	getter          = regexp.MustCompile(`\bget$`)
	exportsFunction = regexp.MustCompile(`\bmodule\.exports\s*=\s*(?:async\b\s*)?(?:function\b|\(|\w+\s*=>)`)
	setter          = regexp.MustCompile(`\bset$`)
	paramWords      = regexp.MustCompile(`^(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|private|protected|readonly|override)\s+)*`)
	identifier      = regexp.MustCompile(`[\pL_$][\pL\pN_$]*`)
)

// newArguments are undefined for each parameter of the class's constructor without a default.
func (m *maker) newArguments() string {
	for i := range m.outline.Funcs {
		f := &m.outline.Funcs[i]
		if f.Name != "constructor" || f.Class != m.fn.Class {
			continue
		}
		var args []string
		ts := strings.Contains(path.Ext(m.Source.Name), "ts")
		for _, p := range parts(m.headOf(f)) {
			if strings.HasPrefix(p, "...") || strings.Contains(strings.ReplaceAll(p, "=>", ""), "=") || optional.MatchString(p) {
				continue
			}
			if ts {
				args = append(args, "undefined as never")
			} else {
				args = append(args, "undefined")
			}
		}
		return strings.Join(args, ", ")
	}
	return ""
}

var optional = regexp.MustCompile(`^(?:\w+\s+)*[\w$]+\?\s*:`)

// exporting is how a module gives a name to others.
type exporting int

const (
	notExported exporting = iota
	asNamed
	asDefault
)

// exported finds how the source exports a name.
func (m *maker) exported(name string) exporting {
	text, n := m.Source.Text, regexp.QuoteMeta(name)
	named := `(?m)^\s*export\s+(?:declare\s+)?(?:abstract\s+)?(?:async\s+)?(?:function\s*\*?|class|const|let|var)\s+` + n + `\b` +
		`|^\s*export\s*\{(?:[^}]*[\s,{])?` + n + `\s*[,}]` +
		`|\bexports\.` + n + `\s*=` +
		`|\bmodule\.exports\s*=\s*\{(?:[^}]*[\s,{])?` + n + `\s*[,:}]`
	def := `(?m)^\s*export\s+default\s+(?:abstract\s+)?(?:async\s+)?(?:function\s*\*?\s*|class\s+)?` + n + `\b|\bmodule\.exports\s*=\s*(?:new\s+)?(?:async\s+)?(?:function\s*\*?\s*|class\s+)?` + n + `\b|^\s*export\s*\{[^}]*\b` + n + `\s+as\s+default\b`
	if regexp.MustCompile(named).MatchString(text) {
		return asNamed
	}
	if regexp.MustCompile(def).MatchString(text) {
		return asDefault
	}
	return notExported
}

// module reports whether the file of tests is a module, or requires.
func (m *maker) module(ts bool) bool {
	switch ext := path.Ext(m.Test.Name); {
	case ts, ext == ".mjs", ext == ".mts", m.Runner == "vitest":
		return true
	case ext == ".cjs":
		return false
	case m.Test.Text != "" && importKeyword.MatchString(m.Test.Text):
		return true
	case m.Test.Text != "" && requireCall.MatchString(m.Test.Text):
		return false
	case importKeyword.MatchString(m.Source.Text):
		return true
	case requireCall.MatchString(m.Source.Text):
		return false
	}
	return m.ESM
}

// relative is what the file of tests imports the source by.
func (m *maker) relative(esm, ts bool) string {
	from := path.Dir(m.Test.Name)
	rel := relativePath(from, m.Source.Name)
	ext := path.Ext(rel)
	bare := strings.TrimSuffix(rel, ext)
	if found := regexp.MustCompile(`['"](` + regexp.QuoteMeta(bare) + `(?:\.[cm]?[jt]sx?)?)['"]`).FindStringSubmatch(m.Test.Text); found != nil {
		return found[1]
	}
	switch {
	case ext == ".vue" || ext == ".svelte" || ext == ".mjs" || ext == ".cjs":
		return rel
	case ts && m.Runner == "node --test":
		return rel
	case ts:
		for _, text := range []string{m.Test.Text, m.Source.Text} {
			if found := jsExtension.FindStringSubmatch(text); found != nil {
				if strings.HasPrefix(found[1], "j") || strings.HasPrefix(found[1], "cj") || strings.HasPrefix(found[1], "mj") {
					return bare + strings.Replace(ext, "t", "j", 1)
				}
				return rel
			}
		}
		return bare
	case esm && m.Runner != "jest":
		return rel
	}
	return bare
}

// relativePath leads from a folder to a file, with a dot in front.
func relativePath(from, to string) string {
	f, t := strings.Split(path.Clean(from), "/"), strings.Split(path.Clean(to), "/")
	if path.Clean(from) == "." {
		f = nil
	}
	for len(f) > 0 && len(t) > 1 && f[0] == t[0] {
		f, t = f[1:], t[1:]
	}
	up := strings.Repeat("../", len(f))
	if up == "" {
		up = "./"
	}
	return up + strings.Join(t, "/")
}

// scriptImport is what a test needs of a module, which stands in quotes.
type scriptImport struct {
	module    string
	byDefault string // what it is called; "" for none
	names     []string
}

// line imports what is not bound yet; "" where all is.
func (i scriptImport) line(bound map[string]bool, esm bool) string {
	what := ""
	if i.byDefault != "" {
		if bound[i.byDefault] {
			return ""
		}
		what = i.byDefault
	} else {
		var names []string
		for _, n := range i.names {
			if !bound[n] {
				names = append(names, n)
			}
		}
		if len(names) == 0 {
			return ""
		}
		what = "{ " + strings.Join(names, ", ") + " }"
	}
	if esm {
		return "import " + what + " from " + i.module + ";"
	}
	return "const " + what + " = require(" + i.module + ");"
}

// bound are the names that the imports of the file of tests give.
func (m *maker) bound() map[string]bool {
	out := map[string]bool{}
	for _, line := range scriptImports.FindAllString(m.Test.Text, 1000) {
		if at := strings.IndexAny(line, "'\""); at >= 0 {
			line = line[:at]
		}
		for _, id := range identifier.FindAllString(line, -1) {
			out[id] = true
		}
	}
	return out
}

// lowerCamel is a name with a capital for each word but the first.
func lowerCamel(name string) string {
	c := camel(name)
	if c == "" || !isWord(c[0]) || '0' <= c[0] && c[0] <= '9' {
		return "subject"
	}
	return strings.ToLower(c[:1]) + c[1:]
}

// quoteJS is a string of JavaScript, in single quotes where it has none itself.
func quoteJS(s string) string {
	if strings.Contains(s, "'") && !strings.Contains(s, `"`) {
		return strconv.QuoteToGraphic(s)
	}
	q := strconv.QuoteToGraphic(s)
	q = strings.ReplaceAll(q[1:len(q)-1], `\"`, `"`)
	return "'" + strings.ReplaceAll(q, "'", `\'`) + "'"
}

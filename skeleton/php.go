package skeleton

import (
	"cmp"
	"fmt"
	"path"
	"regexp"
	"strings"
)

var (
	phpNamespace = regexp.MustCompile(`(?m)^\s*namespace\s+([\w\\]+)\s*;`)
	phpParam     = regexp.MustCompile(`(\.\.\.)?\s*\$(\w+)`)
	phpNotPublic = regexp.MustCompile(`\b(?:private|protected)\b`)
	phpAbstract  = regexp.MustCompile(`(?m)^\s*(?:abstract\s+class|trait|interface|enum)\s+(\w+)`)
)

// php makes a test for PHPUnit.
func (m *maker) php() error {
	if m.Runner != "PHPUnit" {
		return refuse("covls makes no tests for %s", m.Runner)
	}
	name := m.fn.Name
	class := m.className()
	space := ""
	if found := phpNamespace.FindStringSubmatch(m.Source.Text); found != nil {
		space = found[1] + `\`
	}
	if phpNotPublic.MatchString(m.before()) {
		return refuse("%s is not public: test it through what calls it", name)
	}
	if found := phpAbstract.FindStringSubmatch(m.Source.Text); found != nil && found[1] == class && !m.fn.Static {
		return refuse("nothing can be made of %s by itself: test %s through a class that has it", class, name)
	}
	var params, args []string
	avoid := map[string]bool{"want": true, "this": true, "subject": true}
	for _, p := range parts(m.head) {
		found := phpParam.FindStringSubmatch(p)
		if found == nil {
			continue
		}
		v := free(func(n string) bool { return avoid[n] }, found[2], found[2]+"_")
		avoid[v] = true
		params = append(params, v)
		args = append(args, found[1]+"$"+v)
	}
	list := "(" + strings.Join(args, ", ") + ")"
	full := `\` + space + class
	call, setup := `\`+space+name+list, ""
	switch {
	case class == "":
	case name == "__construct":
		call = "new " + full + list
	case m.fn.Static || staticWord.MatchString(m.before()):
		call = full + "::" + name + list
	default:
		setup = "$subject = new " + full + "(" + m.newPHP() + ");"
		call = "$subject->" + name + list
	}
	test := "test" + camel(strings.TrimLeft(name, "_"))
	test = m.fresh(test)
	rows := strings.TrimPrefix(test, "test")
	rows = strings.ToLower(rows[:1]) + rows[1:] + "Rows"
	var b strings.Builder
	fmt.Fprintf(&b, "    public static function %s(): array\n    {\n        return [\n", rows)
	first := 0
	for i, w := range m.ways {
		fmt.Fprintf(&b, "            %s => [%s", phpString(w.name), strings.Repeat("null, ", len(params))+"null")
		if i == 0 {
			first = b.Len()
		}
		b.WriteString("],\n")
	}
	var list2 []string
	for _, p := range params {
		list2 = append(list2, "$"+p)
	}
	fmt.Fprintf(&b, "        ];\n    }\n\n    /** @dataProvider %s */\n    #[\\PHPUnit\\Framework\\Attributes\\DataProvider(%s)]\n", rows, phpString(rows))
	fmt.Fprintf(&b, "    public function %s(%s): void\n    {\n        $this->fail(%s);\n", test, strings.Join(append(list2, "$want"), ", "), phpString(todo))
	if setup != "" {
		fmt.Fprintf(&b, "        %s\n", setup)
	}
	fmt.Fprintf(&b, "        $this->assertEquals($want, %s);\n    }\n", call)
	m.out.Test = test
	head := "<?php\n\n"
	if strings.Contains(m.Source.Text, "declare(strict_types=1)") {
		head += "declare(strict_types=1);\n\n"
	}
	head += "namespace " + cmp.Or(m.Module, strings.TrimSuffix("Tests\\"+space, `\`)) + ";\n\n"
	head += "use PHPUnit\\Framework\\TestCase;\n\nfinal class " + strings.TrimSuffix(path.Base(m.Test.Name), ".php") + " extends TestCase\n{\n"
	return m.within(head, "}\n", b.String(), first)
}

// newPHP are null for each parameter of the class's constructor without a default.
func (m *maker) newPHP() string {
	for i := range m.outline.Funcs {
		f := &m.outline.Funcs[i]
		if f.Name != "__construct" || f.Class != m.fn.Class {
			continue
		}
		var args []string
		for _, p := range parts(m.headOf(f)) {
			if !strings.Contains(p, "=") && !strings.Contains(p, "...") {
				args = append(args, "null")
			}
		}
		return strings.Join(args, ", ")
	}
	return ""
}

// phpString is a string of PHP in single quotes.
func phpString(s string) string {
	return "'" + strings.ReplaceAll(strings.ReplaceAll(s, `\`, `\\`), "'", `\'`) + "'"
}

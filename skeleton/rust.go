package skeleton

import (
	"fmt"
	"regexp"
	"strings"
)

var (
	rustTests    = regexp.MustCompile(`(?m)^#\[cfg\(test\)\]\s*\n(?:#\[[^\n]*\]\s*\n)*(?:pub(?:\(\w+\))? )?mod (\w+) \{`)
	rustLifetime = regexp.MustCompile(`'[a-z]\w*`)
	rustWord     = regexp.MustCompile(`[A-Za-z_]\w*`) // of what may stand in a name: no metavariable of a macro, no letter that rustc asks to be small
	rustBars     = regexp.MustCompile(`__+`)
	rustParam    = regexp.MustCompile(`(?s)^(?:mut\s+)?(\w+)\s*:\s*(.+)$`)
)

// rust makes tests in the source's own module tests, one for each way, since arguments have types.
func (m *maker) rust() error {
	m.out.File, m.out.New, m.Test = m.Source.Name, false, m.Source
	text := m.Source.Text
	name := m.fn.Name
	begin := strings.LastIndexByte(text[:m.fn.Start], '\n') + 1
	head := text[m.fn.Start:m.fn.NameStart]
	if name == "main" && m.fn.Class == "" {
		return refuse("main is the program itself: test the functions that it calls")
	}
	if text[begin:m.fn.Start] != "" && m.fn.Class == "" && strings.TrimSpace(text[begin:m.fn.Start]) == "" {
		return refuse("%s stands in a module of its own: make a test there by hand", name)
	}
	inside := rustTests.FindStringSubmatchIndex(text)
	if inside != nil && inside[0] < m.fn.Start && m.fn.End < len(text) && strings.HasPrefix(text[begin:m.fn.Start], "    ") && m.fn.Class == "" {
		return refuse("%s holds tests itself", name)
	}
	class := m.fn.Class
	plain := strings.Contains(m.head, "impl ") || strings.HasPrefix(strings.TrimSpace(m.head), "<") && rustGeneric.MatchString(m.head) ||
		strings.Contains(head, "async") || strings.Contains(head, "unsafe") || strings.Contains(class, "<") || strings.Contains(class, "::") || m.rustGenericImpl()
	var lets, args []string
	self := ""
	for i, p := range parts(m.head) {
		switch bare := strings.TrimSpace(rustLifetime.ReplaceAllString(p, "")); {
		case strings.HasPrefix(bare, "self"), strings.HasPrefix(bare, "&self"), strings.HasPrefix(bare, "& self"), strings.HasPrefix(bare, "mut self"):
			self = "let subject"
			continue
		case strings.HasPrefix(bare, "&mut self"), strings.HasPrefix(bare, "& mut self"):
			self = "let mut subject"
			continue
		}
		found := rustParam.FindStringSubmatch(p)
		if found == nil {
			return refuse("the parameter %q can't be read", clip(p))
		}
		typ := strings.ReplaceAll(rustLifetime.ReplaceAllStringFunc(found[2], func(l string) string {
			if l == "'static" {
				return l
			}
			return "'_"
		}), "&'_ ", "&")
		typ = rustSelf.ReplaceAllString(typ, class)
		v := found[1]
		if v == "_" || v == "subject" {
			v = fmt.Sprintf("arg%d", i+1)
		}
		lets = append(lets, fmt.Sprintf("let %s: %s = todo!();", v, typ))
		args = append(args, v)
	}
	call := name + "(" + strings.Join(args, ", ") + ")"
	switch {
	case self != "":
		lets = append([]string{fmt.Sprintf("%s: %s = todo!();", self, class)}, lets...)
		call = "subject." + call
	case class != "":
		call = class + "::" + call
	}
	if len(lets) > 0 {
		lets[0] = strings.Replace(lets[0], "todo!()", fmt.Sprintf("todo!(%q)", todoCase), 1)
	}
	var b strings.Builder
	first := 0
	label := snake(name)
	if class != "" && !strings.ContainsAny(class, "<>: ") {
		label = snake(class) + "_" + label
	}
	for i, w := range m.ways {
		test := label
		if w.name != "straight through" {
			test += "_" + snake(strings.Join(rustWord.FindAllString(w.name, 4), "_"))
		}
		test = rustBars.ReplaceAllString(strings.Trim(test, "_"), "_")
		test = free(func(n string) bool { return word(text, n) || word(b.String(), n) }, test, "test_"+test)
		if i == 0 {
			m.out.Test = "tests::" + test
		} else {
			b.WriteString("\n")
		}
		fmt.Fprintf(&b, "    /// %s\n    #[test]\n", clip(w.name))
		if !plain && len(lets) > 0 {
			b.WriteString("    #[allow(unreachable_code, unused)] // until it is filled in\n")
		}
		fmt.Fprintf(&b, "    fn %s() {\n", test)
		switch {
		case plain:
			fmt.Fprintf(&b, "        todo!(%q);", "call "+name+", hold what it gives, and delete this line")
			if i == 0 {
				first = b.Len()
			}
			b.WriteString("\n")
		default:
			if len(lets) == 0 {
				lets = []string{fmt.Sprintf("assert!(false, %q);", todoCase)}
			}
			for n, l := range lets {
				fmt.Fprintf(&b, "        %s", l)
				if i == 0 && n == 0 {
					first = b.Len()
				}
				b.WriteString("\n")
			}
			fmt.Fprintf(&b, "        let got = %s;\n        let _ = got; // assert_eq!(got, …);\n", call)
		}
		b.WriteString("    }\n")
	}
	body := b.String()
	if inside == nil {
		whole := "#[cfg(test)]\nmod tests {\n    use super::*;\n\n"
		m.finish("", whole+body+"}\n", len(whole)+first)
		return nil
	}
	m.out.Test = text[inside[2]:inside[3]] + strings.TrimPrefix(m.out.Test, "tests")
	end := matching(text, inside[1]-1, m)
	if end < 0 {
		return refuse("the module of tests has no end")
	}
	m.insert(end, body, first)
	return nil
}

var (
	rustGeneric = regexp.MustCompile(`^\s*<[^>]*\b[A-Z]\w*`)
	rustSelf    = regexp.MustCompile(`\bSelf\b`)
)

// rustGenericImpl reports whether the function's impl has parameters, or is one of a trait.
func (m *maker) rustGenericImpl() bool {
	at := strings.LastIndex(m.Source.Text[:m.fn.Start], "\nimpl")
	if m.fn.Class == "" || at < 0 {
		return m.fn.Class != "" && !strings.HasPrefix(m.Source.Text, "impl")
	}
	line, _, _ := strings.Cut(m.Source.Text[at+1:], "{")
	return strings.Contains(line, "<") || strings.Contains(line, " for ")
}

// matching is where the bracket ends that begins at an offset, or -1: the next line that is nothing but it, as rustfmt has it.
func matching(text string, open int, _ *maker) int {
	if at := strings.Index(text[open:], "\n}"); at >= 0 {
		return open + at + 1
	}
	return -1
}

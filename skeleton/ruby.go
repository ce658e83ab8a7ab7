package skeleton

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// ruby makes a test for RSpec or minitest.
func (m *maker) ruby() error {
	class, name := m.fn.Class, m.fn.Name
	opened := "" // what `class << Shop` adds the method to
	if found := rubyOpened.FindAllStringSubmatch(m.Source.Text[:m.fn.Start], -1); class == "" && found != nil && m.fn.Start > 0 && m.Source.Text[m.fn.Start-1] != '\n' {
		opened = found[len(found)-1][1]
		class = opened
	}
	if rubyPrivate.MatchString(m.Source.Text[:m.fn.Start]) && m.private() {
		return refuse("%s is private: test it through what calls it", name)
	}
	var params, args []string
	avoid := map[string]bool{"want": true, "subject": true, "row": true, "it": true, "when": true, "end": true}
	for i, p := range m.rubyParams() {
		id := identifier.FindString(strings.TrimLeft(p, "*&"))
		if id == "" {
			id = "arg" + strconv.Itoa(i+1)
		}
		if strings.HasPrefix(p, "&") || p == "..." {
			continue
		}
		v := free(func(n string) bool { return avoid[n] }, id, id+"_arg")
		avoid[v] = true
		params = append(params, v)
		value := "row[:" + v + "]"
		switch {
		case strings.HasPrefix(p, "**"):
			value = "**row[:" + v + "]"
		case strings.HasPrefix(p, "*"):
			value = "*row[:" + v + "]"
		case strings.HasPrefix(p, id+":"):
			value = id + ": " + value
		}
		args = append(args, value)
	}
	list := ""
	if len(args) > 0 {
		list = "(" + strings.Join(args, ", ") + ")"
	}
	described := class
	if m.Runner == "RSpec" {
		described = "described_class"
	}
	call, setup, label := name+list, "", "#"+name
	switch {
	case class == "":
	case name == "initialize":
		call = described + ".new" + list
	case m.fn.Static || opened != "":
		call, label = described+"."+name+list, "."+name
	case m.isModule():
		setup = "subject = Object.new.extend(" + described + ")"
		call = "subject." + name + list
	default:
		setup = "subject = " + described + ".new"
		if given := m.newRuby(); given != "" {
			setup += "(" + given + ")"
		}
		call = "subject." + name + list
	}
	switch {
	case strings.HasSuffix(name, "=") && isWord(name[0]) && len(args) == 1:
		call = strings.TrimSuffix(strings.TrimSuffix(call, list), "=") + " = " + args[0]
	case name == "[]" && len(args) > 0:
		call = "subject[" + strings.Join(args, ", ") + "]"
	case !isWord(name[0]) && len(args) == 1:
		call = "subject " + name + " " + args[0]
	}
	fields := append(append([]string{}, params...), "want")
	var b strings.Builder
	first := 0
	rows := func(indent string) {
		for i, w := range m.ways {
			fmt.Fprintf(&b, "%s{ when: %s", indent, rubyString(w.name))
			for _, f := range fields {
				value := "nil"
				if slices.Contains(args, "*row[:"+f+"]") {
					value = "[]"
				} else if slices.Contains(args, "**row[:"+f+"]") {
					value = "{}"
				}
				fmt.Fprintf(&b, ", %s: %s", f, value)
			}
			if i == 0 {
				first = b.Len()
			}
			b.WriteString(" },\n")
		}
	}
	head := ""
	if strings.HasPrefix(m.Source.Text, "# frozen_string_literal: true") {
		head = "# frozen_string_literal: true\n\n"
	}
	switch rails := strings.HasPrefix(m.Source.Name, "app/"); {
	case path.Base(m.Helper) == "test_helper" && !rails:
		head += "require_relative '" + m.Helper + "'\n"
	case m.Helper != "":
		head += "require '" + path.Base(m.Helper) + "'\n"
	case m.Runner != "RSpec":
		head += "require 'minitest/autorun'\n"
	}
	if m.Helper != "rails_helper" && !strings.HasPrefix(m.Source.Name, "app/") {
		head += "require_relative '" + strings.TrimPrefix(strings.TrimSuffix(relativePath(path.Dir(m.Test.Name), m.Source.Name), ".rb"), "./") + "'\n"
	}
	if m.Runner == "RSpec" {
		of := class
		if of == "" {
			of = rubyString(name)
		}
		m.out.Test = of + label
		fmt.Fprintf(&b, "RSpec.describe %s do\n  describe %s do\n    [\n", of, rubyString(label))
		rows("      ")
		fmt.Fprintf(&b, "    ].each do |row|\n      it row[:when] do\n        raise %s\n", rubyString(todo))
		if setup != "" {
			fmt.Fprintf(&b, "        %s\n", setup)
		}
		fmt.Fprintf(&b, "        expect(%s).to eq(row[:want])\n      end\n    end\n  end\nend\n", call)
	} else {
		test := m.fresh(camel(strings.ReplaceAll(class, "::", "_")+"_"+plainName(name)) + "Test")
		m.out.Test = test
		fmt.Fprintf(&b, "class %s < Minitest::Test\n  [\n", test)
		rows("    ")
		fmt.Fprintf(&b, "  ].each do |row|\n    define_method(\"test_%s when #{row[:when]}\") do\n      flunk %s\n", plainName(name), rubyString(todo))
		if setup != "" {
			fmt.Fprintf(&b, "      %s\n", setup)
		}
		fmt.Fprintf(&b, "      expected = row[:want]\n      actual = %s\n      expected.nil? ? assert_nil(actual) : assert_equal(expected, actual)\n    end\n  end\nend\n", call)
	}
	m.finish(head+"\n", b.String(), first)
	return nil
}

var (
	rubyPrivate  = regexp.MustCompile(`(?m)^\s*private\s*$`)
	rubyOpened   = regexp.MustCompile(`(?m)^[ \t]*class[ \t]*<<[ \t]*([A-Z][\w:]*)`)
	rubyBoundary = regexp.MustCompile(`(?m)^\s*(?:public|protected|class\b.*|module\b.*)\s*$`)
)

// private reports whether the nearest word that says who may call what follows says nobody.
func (m *maker) private() bool {
	text := m.Source.Text[:m.fn.Start]
	last := func(is *regexp.Regexp) int {
		at := -1
		for _, f := range is.FindAllStringIndex(text, -1) {
			at = f[0]
		}
		return at
	}
	return last(rubyPrivate) > last(rubyBoundary)
}

// rubyParams are the parameters, whether or not there are brackets around them.
func (m *maker) rubyParams() []string {
	head := strings.TrimLeft(m.head, " \t")
	if strings.HasPrefix(head, "(") {
		return parts(head)
	}
	line, _, _ := strings.Cut(head, "\n")
	line, _, _ = strings.Cut(line, ";")
	line, _, _ = strings.Cut(line, "#")
	if strings.HasPrefix(strings.TrimSpace(line), "=") {
		return nil
	}
	return parts("(" + line + ")")
}

// isModule reports whether what the function belongs to is a module of Ruby.
func (m *maker) isModule() bool {
	is := regexp.MustCompile(`(?m)^\s*(class|module)\s+(?:\w+::)*` + regexp.QuoteMeta(m.className()) + `\b`)
	found := is.FindStringSubmatch(m.Source.Text[:m.fn.Start])
	return found != nil && found[1] == "module"
}

// newRuby are nil for each parameter of the class's constructor that has no default.
func (m *maker) newRuby() string {
	for i := range m.outline.Funcs {
		f := &m.outline.Funcs[i]
		if f.Name != "initialize" || f.Class != m.fn.Class {
			continue
		}
		of := *m
		of.fn = f
		of.head = m.headOf(f)
		var args []string
		for _, p := range of.rubyParams() {
			switch id := identifier.FindString(p); {
			case strings.HasPrefix(p, "*"), strings.HasPrefix(p, "&"), strings.Contains(p, "="), p == "...":
			case strings.HasPrefix(p, id+":"):
				if strings.TrimSpace(strings.TrimPrefix(p, id+":")) == "" {
					args = append(args, id+": nil")
				}
			default:
				args = append(args, "nil")
			}
		}
		return strings.Join(args, ", ")
	}
	return ""
}

// plainName is a name of Ruby without the marks that a method may end with.
func plainName(name string) string {
	plain := strings.TrimRight(name, "?!=")
	if plain == "" || !isWord(plain[0]) {
		return "operator"
	}
	return plain
}

// rubyString is a string of Ruby, in which nothing is put in.
func rubyString(s string) string {
	if !strings.ContainsAny(s, "'\\") {
		return "'" + s + "'"
	}
	return strings.ReplaceAll(strconv.QuoteToGraphic(s), "#", `\#`)
}

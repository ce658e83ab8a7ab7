package config

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/covls/covls/disk"
)

// TOML returns the rule as a table of a .covls.toml.
func (r Rule) TOML() string {
	var b strings.Builder
	var paths []string
	for _, p := range r.Paths {
		paths = append(paths, QuoteTOML(p))
	}
	fmt.Fprintf(&b, "[[rule]]\npaths = [%s]\n", strings.Join(paths, ", "))
	for _, t := range []struct {
		name, value string
	}{{"tier", string(r.Tier)}, {"at_least", string(r.AtLeast)}, {"at_most", string(r.AtMost)}, {"group", r.Group}, {"why", r.Why}} {
		if t.value != "" {
			fmt.Fprintf(&b, "%s = %s\n", t.name, QuoteTOML(t.value))
		}
	}
	for _, n := range []struct {
		name  string
		value *float64
	}{{"weight", r.Weight}, {"target", r.Target}} {
		if n.value != nil {
			fmt.Fprintf(&b, "%s = %s\n", n.name, strconv.FormatFloat(*n.value, 'f', -1, 64))
		}
	}
	if r.Exclude {
		b.WriteString("exclude = true\n")
	}
	return b.String()
}

// AddRule writes a rule for the file, or the folder, of that path in reports to the settings file at
// settings, which it makes where there is none. The rule goes to the end, or before the first that has
// the path already, since the first counts; what the file holds stays as it is. It returns the 1-based
// line that the rule begins on. It refuses a file that is broken, one whose rules can't be added to, and
// one that disk.Edit refuses.
func AddRule(settings, path string, r Rule) (line int, err error) {
	r.Paths = []string{Literal(path)}
	err = disk.Edit(settings, maxFile, func(text []byte) (after []byte, err error) {
		after, line, err = withRule(settings, text, path, r)
		return after, err
	})
	if err != nil {
		return 0, fmt.Errorf("add a rule: %w", err)
	}
	return line, nil
}

// withRule is the text of a settings file with a rule for path, and the 1-based line that it begins on.
func withRule(settings string, text []byte, path string, r Rule) (after []byte, line int, err error) {
	before, problems := ParseTOML(settings, text)
	if before.Broken {
		return nil, 0, errors.New(problems[0].String())
	}
	was := Merge(before)
	at, offset := firstRule(was.Rules, path), len(text)
	if at < len(was.Rules) {
		_, n := was.Place("rule", at)
		offset = aboveComments(text, n)
	}
	block := r.TOML()
	switch {
	case offset < len(text):
		block += "\n"
	case len(text) > 0 && bytes.HasSuffix(text, []byte("\n")):
		block = "\n" + block
	case len(text) > 0:
		block = "\n\n" + block
	}
	after = slices.Concat(text[:offset], []byte(block), text[offset:])
	layer, problems := ParseTOML(settings, after)
	now := Merge(layer)
	want := slices.Insert(slices.Clone(was.Rules), at, r)
	if layer.Broken || !reflect.DeepEqual(now.Rules, want) {
		why := "its rules are written in another way"
		if i := slices.IndexFunc(problems, func(p Problem) bool { return strings.HasPrefix(p.Key, "rule") }); i >= 0 {
			why = problems[i].Text
		} else if layer.Broken {
			why = problems[0].Text
		}
		return nil, 0, fmt.Errorf("%s: %s; add it by hand: %s", settings, why, strings.Join(strings.Split(strings.TrimSpace(r.TOML()), "\n"), " "))
	}
	_, line = now.Place("rule", at)
	return after, line, nil
}

// firstRule is the index of the first rule that has the path; the number of rules where none does.
func firstRule(rules []Rule, path string) int {
	for i, r := range rules {
		if m, _ := NewMatcher(r.Paths); m.Match(path) {
			return i
		}
	}
	return len(rules)
}

// aboveComments is the offset of a 1-based line, or of the first of the comments directly above it.
func aboveComments(text []byte, line int) int {
	starts := []int{0}
	for i, c := range text {
		if c == '\n' {
			starts = append(starts, i+1)
		}
	}
	n := min(max(line, 1), len(starts)) - 1
	for n > 0 && bytes.HasPrefix(bytes.TrimLeft(text[starts[n-1]:], " \t"), []byte("#")) {
		n--
	}
	return starts[n]
}

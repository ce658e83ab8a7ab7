package config

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/covls/covls/text"
)

// Problem is something wrong in the settings, and its cure.
type Problem struct {
	// Key is the dotted name as it was given, "" where the whole source is meant.
	Key string
	// Where is "path/.covls.toml:12:3" or "editor setting covls.stale".
	Where string
	// Line and Col are the 1-based line and byte column in the file, 0 outside of files.
	Line, Col int
	// Severity is SeverityError where a whole layer was left out, SeverityWarning where a key was,
	// and SeverityInformation where nothing is wrong.
	Severity Severity
	// Text says what is wrong and what would be right.
	Text string
}

// String returns the problem as one line.
func (p Problem) String() string {
	s := string(p.Severity) + ": " + p.Text
	if p.Where != "" {
		s = p.Where + ": " + s
	}
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == '\n' || r == '\r' }), " ")
}

// compareProblems orders by place, then key.
func compareProblems(a, b Problem) int {
	return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col), cmp.Compare(a.Key, b.Key))
}

// maxProblems is how many problems of one source are told. The others are there when these are mended.
const maxProblems = 100

// show returns a value as a message quotes it.
func show(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case string:
		const most = 40
		if r := []rune(v); len(r) > most {
			return strconv.Quote(string(r[:most]) + "…")
		}
		return strconv.Quote(v)
	case float64:
		if math.Abs(v) < 1e15 {
			return strconv.FormatFloat(v, 'f', -1, 64)
		}
		return strconv.FormatFloat(v, 'g', -1, 64)
	case []any:
		return "a list"
	case map[string]any:
		return "a table"
	default:
		return fmt.Sprint(v)
	}
}

// unknown says that there is no such key, and which one may be meant.
func unknown(path string) string {
	var names []string
	for _, k := range keys {
		for group := k.name; group != ""; group = parent(group) {
			names = append(names, group)
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	if near := nearest(path, names); near != "" {
		return fmt.Sprintf("unknown key %s: did you mean %q?", show(path), near)
	}
	group := parent(path)
	siblings := below(group)
	if siblings == nil {
		group, siblings = "", below("")
	}
	for i, s := range siblings {
		siblings[i] = join(group, s)
	}
	return fmt.Sprintf("unknown key %s: want one of %s", show(path), strings.Join(siblings, ", "))
}

// nearest returns the name that is a few typos away from given: among its siblings where its group
// is known, else as a whole or in its last parts. It is "" where none is or two are equally near.
func nearest(given string, names []string) string {
	const longest = 64
	if given == "" || len(given) > longest {
		return ""
	}
	fold := strings.NewReplacer("_", "", "-", "")
	group := parent(given)
	known := group != "" && slices.ContainsFunc(names, func(n string) bool { return parent(n) == group })
	if known {
		given = strings.TrimPrefix(given, group+".")
	}
	typed := fold.Replace(strings.ToLower(given))
	best, least := "", max(1, len(typed)/3)+1
	for _, n := range names {
		if known && parent(n) != group || strings.HasPrefix(given, n+".") {
			continue
		}
		for end, more := strings.TrimPrefix(n, group+"."), true; more; _, end, more = strings.Cut(end, ".") {
			switch d := text.Distance(typed, fold.Replace(end)); {
			case d < least:
				best, least = n, d
			case d == least && n != best:
				best = ""
			}
		}
	}
	return best
}

// parent returns the dotted name without its last part.
func parent(name string) string {
	return name[:max(0, strings.LastIndexByte(name, '.'))]
}

// join returns the dotted name of a key in a group; the top is the group "".
func join(group, name string) string {
	if group == "" {
		return name
	}
	return group + "." + name
}

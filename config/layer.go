package config

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/covls/covls/coverage"
)

// Layer is what one source sets: a file or an editor. The zero Layer sets nothing.
type Layer struct {
	// Dir is the folder that relative profiles are relative to; "" is the workspace folder.
	Dir string
	// Broken says that the source could not be read at all, so that the layer sets nothing. The
	// caller may go on with the last one that was whole.
	Broken bool

	values Settings
	origin map[string]string // of every key that is set
	lines  map[string]lines  // of those that are set in a file
}

// lines are where a key stands in a file: the 1-based line of its name and those of the elements, where
// it is a list.
type lines struct {
	file     string
	name     int
	elements []spot
}

// spot is a 1-based line and byte column.
type spot struct{ line, col int }

// FromEditor reads what an editor sent, as JSON decodes into an any. Groups may be nested or dotted
// ("lens.enable"); where the value has a group "covls" or names that begin with "covls.", only
// those count. Null sets nothing. Where names the source in problems: "editor setting",
// "initializationOptions".
func FromEditor(where string, value any) (Layer, []Problem) {
	r := reader{
		found:  map[string]any{},
		editor: true,
		locate: func(path string) place {
			name := "covls"
			if path != "" {
				name = join(name, path)
			}
			printable := strconv.Quote(name)
			return place{where: where + " " + printable[1:len(printable)-1], origin: "editor"}
		},
	}
	switch v := value.(type) {
	case nil:
	case map[string]any:
		r.top(v)
	default:
		if list, ok := v.([]any); ok && len(list) == 0 {
			break // the empty table of Lua and PHP
		}
		return Layer{Broken: true}, []Problem{{
			Where: where, Severity: SeverityError,
			Text: fmt.Sprintf("the settings are %s: want an object", show(v)),
		}}
	}
	return r.layer("")
}

// reader finds the known keys in a tree of values.
type reader struct {
	locate   func(path string) place
	editor   bool
	found    map[string]any // by name of the key
	problems []Problem
}

// place is where something was set.
type place struct {
	where, origin string
	file          string // "" outside of files
	line, col     int
}

func (r *reader) problem(path string, s Severity, text string) {
	if len(r.problems) == maxProblems {
		return
	}
	p := r.locate(path)
	r.problems = append(r.problems, Problem{
		Key: path, Where: p.where, Line: p.line, Col: p.col, Severity: s, Text: text,
	})
}

// top walks the value of an editor, which may hold other servers' settings too.
func (r *reader) top(m map[string]any) {
	wrapped := false
	for _, name := range slices.Sorted(maps.Keys(m)) {
		inner, dotted := strings.CutPrefix(name, "covls.")
		switch {
		case dotted:
			r.value(inner, m[name])
		case name == "covls":
			r.group("", m[name])
		default:
			continue
		}
		wrapped = true
	}
	if !wrapped {
		r.group("", m)
	}
}

// group walks the value of a group; the top is the group "".
func (r *reader) group(group string, v any) {
	if v == nil {
		return
	}
	m, ok := v.(map[string]any)
	if !ok {
		r.problem(group, SeverityWarning,
			fmt.Sprintf("%s is %s: want a table with %s", cmp.Or(group, "covls"), show(v), strings.Join(below(group), ", ")))
		return
	}
	for _, name := range slices.Sorted(maps.Keys(m)) {
		r.value(join(group, name), m[name])
	}
}

// value takes what stands under a dotted name. Names come in order, so that a group comes before
// what is dotted below it.
func (r *reader) value(path string, v any) {
	language, command := strings.CutPrefix(path, runCommand+".")
	switch {
	case v == nil:
	case r.editor && (path == "trace" || strings.HasPrefix(path, "trace.")):
		// Client libraries look here for how much of the protocol they log.
	case lookup(path) != nil:
		if _, twice := r.found[path]; twice {
			r.problem(path, SeverityWarning, path+" is set twice: keep one of them")
			return
		}
		r.found[path] = v
	case command:
		r.command(language, v)
	case below(path) != nil:
		r.group(path, v)
	case len(r.problems) < maxProblems:
		r.problem(path, SeverityWarning, unknown(path))
	}
}

// command adds a command line whose language was dotted on to the name of the key.
func (r *reader) command(language string, v any) {
	all := map[string]any{language: v}
	switch old := r.found[runCommand].(type) {
	case nil:
	case string:
		all[""] = old
	case map[string]any:
		maps.Copy(all, old)
	default:
		return
	}
	r.found[runCommand] = all
}

// layer decodes what was found.
func (r *reader) layer(dir string) (Layer, []Problem) {
	l := Layer{Dir: dir, origin: map[string]string{}, lines: map[string]lines{}}
	for _, k := range keys {
		v, ok := r.found[k.name]
		if !ok {
			continue
		}
		faults := k.decode(&l.values, v)
		for _, f := range faults {
			r.problem(k.name+f.at, SeverityWarning, k.name+f.at+f.text)
		}
		if len(faults) == 0 {
			at := r.locate(k.name)
			l.origin[k.name] = at.origin
			if at.file != "" {
				l.lines[k.name] = r.lines(k.name, at, v)
			}
		}
	}
	slices.SortStableFunc(r.problems, compareProblems)
	return l, r.problems
}

func (r *reader) lines(name string, at place, v any) lines {
	l := lines{file: at.file, name: at.line}
	if list, ok := v.([]any); ok {
		for i := range list {
			at := r.locate(fmt.Sprintf("%s[%d]", name, i))
			l.elements = append(l.elements, spot{at.line, at.col})
		}
	}
	return l
}

// Effective is the settings in force and where each of them comes from.
type Effective struct {
	Settings
	origin map[string]string
	lines  map[string]lines
	base   string  // what relative Profiles are relative to; "" is the workspace folder
	reads  *bounds // of profiles; nil is anywhere
}

// Merge lays the layers over the defaults, key by key; the later one wins, and lists and tables of
// commands replace what is below.
func Merge(layers ...Layer) Effective {
	e := Effective{Settings: Default(), origin: map[string]string{}, lines: map[string]lines{}}
	for _, l := range layers {
		for _, k := range keys {
			if origin, ok := l.origin[k.name]; ok {
				k.copy(&e.Settings, &l.values)
				e.origin[k.name], e.lines[k.name] = origin, l.lines[k.name]
			}
		}
		if _, ok := l.origin["profiles"]; ok {
			e.base = l.Dir
		}
	}
	_, e.TargetSet = e.origin["target"]
	return e
}

// TotalAim is the coverage that all files together, which are covered as t says, should reach: Target, but where
// nobody set that the target that all components have, or the next step.
func (e Effective) TotalAim(t coverage.Tally) coverage.Aim {
	if _, set := e.origin["target"]; !set {
		if target, ok := e.componentTarget(); ok {
			return coverage.Aim{Percent: target}
		}
	}
	return e.Aim(t)
}

// Aim is the coverage to reach of what has no target of its own, and is covered as t says.
func (s *Settings) Aim(t coverage.Tally) coverage.Aim {
	if s.TargetSet {
		return coverage.Aim{Percent: s.Target}
	}
	return coverage.NextStep(t, s.Target)
}

// componentTarget is the target that all components have, in percent; ok is false where there is none.
func (e Effective) componentTarget() (target float64, ok bool) {
	for i, c := range e.Components {
		if c.Target == nil || i > 0 && *c.Target != target {
			return 0, false
		}
		target = *c.Target
	}
	return target, len(e.Components) > 0
}

// WithoutSteps returns the settings with Target where nobody set one, rather than the next step: what a gate judges by
// must not move with what it judges.
func (e Effective) WithoutSteps() Effective {
	e.TargetSet = true
	return e
}

// WithTarget returns the settings with one target, in percent, for everything but rules.
func (e Effective) WithTarget(percent float64) Effective {
	e.Target, e.TargetSet = percent, true
	e.Components = slices.Clone(e.Components)
	for i := range e.Components {
		e.Components[i].Target = nil
	}
	e.origin = maps.Clone(e.origin)
	e.origin["target"] = "command line"
	return e
}

// WithProfiles returns the settings with the profiles that a user has named on the command line, which may
// lie anywhere.
func (e Effective) WithProfiles(paths []string) Effective {
	e.Profiles, e.base = paths, ""
	e.origin, e.lines = maps.Clone(e.origin), maps.Clone(e.lines)
	e.origin["profiles"] = "command line"
	delete(e.lines, "profiles")
	return e
}

// Origin returns where the value of a key comes from: "default", "editor", "command line", or the name and
// line of a file, ".covls.toml:3".
func (e Effective) Origin(key string) string {
	if o, ok := e.origin[key]; ok {
		return o
	}
	return "default"
}

// Place returns the file that sets a key and the 1-based line of one of the elements of its list, by
// the element's index, or of the key itself, by -1. They are "" and 0 where no file sets that.
func (e Effective) Place(key string, element int) (file string, line int) {
	switch l := e.lines[key]; {
	case element == -1 && l.file != "":
		return l.file, l.name
	case 0 <= element && element < len(l.elements):
		return l.file, l.elements[element].line
	}
	return "", 0
}

// Row is one key of the settings in force.
type Row struct {
	Key    string // dotted name
	Value  string // as JSON
	Origin string // see Effective.Origin
}

// Table returns a row for every key, in the same order each time.
func (e Effective) Table() []Row {
	var rows []Row
	for _, k := range keys {
		rows = append(rows, Row{Key: k.name, Value: k.print(&e.Settings), Origin: e.Origin(k.name)})
	}
	return rows
}

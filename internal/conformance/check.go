package conformance

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"net/url"
	"slices"
	"strings"
)

// problem is what is wrong at a place in a message.
type problem struct {
	at, text string
}

func (p problem) String() string { return p.at + ": " + p.text }

// check reports what keeps v, decoded JSON, from being of type t.
func (m *Model) check(at string, t *typ, v any) []problem {
	wrong := func(format string, args ...any) []problem { return []problem{{at, fmt.Sprintf(format, args...)}} }
	switch t.Kind {
	case "base":
		if !isBase(t.Name, v) {
			return wrong("%s is no %s", show(v), t.Name)
		}
	case "reference":
		return m.checkReference(at, t.Name, v)
	case "array":
		items, ok := v.([]any)
		if !ok {
			return wrong("%s is no array", show(v))
		}
		var out []problem
		for i, item := range items {
			out = append(out, m.check(fmt.Sprintf("%s[%d]", at, i), t.Element, item)...)
		}
		return out
	case "tuple":
		items, ok := v.([]any)
		if !ok || len(items) != len(t.Items) {
			return wrong("%s is no array of %d", show(v), len(t.Items))
		}
		var out []problem
		for i, item := range items {
			out = append(out, m.check(fmt.Sprintf("%s[%d]", at, i), t.Items[i], item)...)
		}
		return out
	case "map":
		object, ok := v.(map[string]any)
		if !ok {
			return wrong("%s is no object", show(v))
		}
		var out []problem
		for _, key := range slices.Sorted(maps.Keys(object)) {
			if t.Key.Name != "integer" { // JSON has no other keys than strings
				out = append(out, m.check(at+" key "+key, t.Key, key)...)
			}
			out = append(out, m.check(at+"."+key, t.Of, object[key])...)
		}
		return out
	case "stringLiteral":
		if v != t.Literal {
			return wrong("%s is not %q", show(v), t.Literal)
		}
	case "literal":
		return m.checkObject(at, "object", t.Properties, v)
	case "and":
		return m.checkObject(at, name(t), m.propertiesOf(t), v)
	case "or":
		return m.checkUnion(at, t, v)
	}
	return nil
}

func (m *Model) checkReference(at, name string, v any) []problem {
	if name == "LSPAny" {
		return nil
	}
	if a := m.aliases[name]; a != nil {
		return m.check(at, a, v)
	}
	if e := m.enumerations[name]; e != nil {
		if found := m.check(at, e.Type, v); found != nil {
			return found
		}
		if !e.SupportsCustomValues && !slices.ContainsFunc(e.Values, func(c struct{ Value any }) bool { return c.Value == v }) {
			return []problem{{at, fmt.Sprintf("%s is no %s", show(v), name)}}
		}
		return nil
	}
	if m.structures[name] == nil {
		return []problem{{at, "the specification does not say what a " + name + " is"}}
	}
	return m.checkObject(at, name, m.propertiesOf(&typ{Kind: "reference", Name: name}), v)
}

// propertiesOf are the properties of a structure, its own before those that it inherits.
func (m *Model) propertiesOf(t *typ) []property {
	if t.Kind == "literal" {
		return t.Properties
	}
	parts := t.Items // of "and"
	var out []property
	if s := m.structures[t.Name]; t.Kind == "reference" && s != nil {
		out = slices.Clone(s.Properties)
		parts = slices.Concat(s.Extends, s.Mixins)
	}
	for _, part := range parts {
		for _, p := range m.propertiesOf(part) {
			if !slices.ContainsFunc(out, func(q property) bool { return q.Name == p.Name }) {
				out = append(out, p)
			}
		}
	}
	return out
}

func (m *Model) checkObject(at, name string, properties []property, v any) []problem {
	object, ok := v.(map[string]any)
	if !ok {
		return []problem{{at, fmt.Sprintf("%s is no %s", show(v), name)}}
	}
	var out []problem
	known := map[string]bool{}
	for _, p := range properties {
		known[p.Name] = true
		value, there := object[p.Name]
		switch {
		case there:
			out = append(out, m.check(at+"."+p.Name, p.Type, value)...)
		case !p.Optional:
			out = append(out, problem{at, fmt.Sprintf("%s lacks %s", name, p.Name)})
		}
	}
	for _, key := range slices.Sorted(maps.Keys(object)) {
		if !known[key] {
			out = append(out, problem{at, fmt.Sprintf("%s has no property %s", name, key)})
		}
	}
	return out
}

// checkUnion reports what is wrong with v as the member of the union that it is most like.
func (m *Model) checkUnion(at string, t *typ, v any) []problem {
	var best []problem
	for _, item := range t.Items {
		found := m.check(at, item, v)
		if len(found) == 0 {
			return nil
		}
		isOther := len(found) == 1 && found[0].at == at && !strings.Contains(found[0].text, " lacks ") && !strings.Contains(found[0].text, " has no ")
		if !isOther && (best == nil || len(found) < len(best)) {
			best = found
		}
	}
	if best == nil {
		return []problem{{at, fmt.Sprintf("%s is no %s", show(v), name(t))}}
	}
	return best
}

func isBase(name string, v any) bool {
	switch name {
	case "null":
		return v == nil
	case "boolean":
		_, ok := v.(bool)
		return ok
	case "string", "RegExp":
		_, ok := v.(string)
		return ok
	case "URI", "DocumentUri":
		s, ok := v.(string)
		u, err := url.Parse(s)
		return ok && err == nil && u.Scheme != ""
	case "decimal":
		_, ok := v.(float64)
		return ok
	case "integer":
		return within(v, math.MinInt32, math.MaxInt32)
	case "uinteger":
		return within(v, 0, math.MaxInt32)
	}
	return false
}

func within(v any, low, high float64) bool {
	n, ok := v.(float64)
	return ok && n == math.Trunc(n) && low <= n && n <= high
}

// name is a type in words.
func name(t *typ) string {
	var names []string
	for _, item := range t.Items {
		names = append(names, name(item))
	}
	switch t.Kind {
	case "array":
		return name(t.Element) + "[]"
	case "or":
		return strings.Join(names, " | ")
	case "and":
		return strings.Join(names, " & ")
	case "stringLiteral":
		return fmt.Sprintf("%q", t.Literal)
	case "base", "reference":
		return t.Name
	}
	return t.Kind
}

// show is a value short enough for a message.
func show(v any) string {
	const most = 80
	data, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	if r := []rune(string(data)); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return string(data)
}

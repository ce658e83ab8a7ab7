package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/bmatcuk/doublestar/v4"
)

// key is one setting: all that reading, merging and printing it needs.
type key struct {
	name string // dotted
	doc  string
	form
	// decode checks a value and, where nothing is wrong with it, stores it.
	decode func(*Settings, any) []fault
	copy   func(dst, src *Settings)
	print  func(*Settings) string
}

// form is what a JSON value of the key looks like.
type form struct {
	typ     string   // JSON type
	short   string   // another JSON type that may stand for it
	enum    []string // values of a string, where not all are possible
	pattern string   // of a string
	most    int      // characters of a string; 0 for any number
	lo, hi  float64  // bounds of a number
	least   int      // elements of an array
	items   *form    // each element of an array, or value of an object whose names are the user's own
	members []name   // of an object
}

// name is one of the names that an object may have.
type name struct {
	name, doc string
	form
	required bool
}

// kind is a type of setting.
type kind[T any] struct {
	form
	decode func(any) (T, []fault)
	// json returns the value that decode takes; nil where it is the value itself.
	json func(T) any
}

// fault is something wrong with a value. At is the place below the key, like "[1].from"; text goes
// on after the name of that place.
type fault struct{ at, text string }

// keys is every known key, in the order in which they are printed. It is never written.
var keys = []key{
	field("profiles", "Globs or paths of the profiles to read, instead of searching for the usual names. A settings file can name profiles in the workspace and in the user's temporary and cache folders; the editor's settings can name any.",
		func(s *Settings) *[]string { return &s.Profiles }, profiles()),
	field("exclude", "Globs of sources to leave out of everything.",
		func(s *Settings) *[]string { return &s.Exclude }, globs()),
	field("target", "Coverage to reach, in percent. Without a target it is the next step: 60 %, or above that the next multiple of 5 that is at least 2 points higher than the coverage.",
		func(s *Settings) *float64 { return &s.Target }, number(0, 100)),
	field("path", "Where the files of a profile are on this disk: each {from, to, profile} replaces the beginning of its paths. In a settings file, to must be in the workspace.",
		func(s *Settings) *[]PathMapping { return &s.Paths }, mappings()),
	field("component", "Sets of files with totals and a ranking of their own. A file belongs to the first that includes it.",
		func(s *Settings) *[]Component { return &s.Components }, components()),
	field("rule", "Priorities and targets for some files. The first rule whose paths match a file applies.",
		func(s *Settings) *[]Rule { return &s.Rules }, rules()),
	field("stale", "What to do with the marks of a function that has changed since the profile was made.",
		func(s *Settings) *Stale { return &s.Stale }, oneOf(StaleDim, StaleHide, StaleKeep)),
	field("settle", "How long a profile must stay unchanged on disk before it is read, in milliseconds.",
		func(s *Settings) *time.Duration { return &s.Settle }, milliseconds(0, 60_000)),
	field("diagnostics.enable", "Show a diagnostic for every untested function.",
		func(s *Settings) *bool { return &s.Diagnostics.Enable }, boolean()),
	field("diagnostics.scope", "Which files have diagnostics: open ones, these and the 20 most urgent functions elsewhere, or all.",
		func(s *Settings) *Scope { return &s.Diagnostics.Scope }, oneOf(ScopeOpen, ScopeTop, ScopeWorkspace)),
	field("diagnostics.weight", "How many statements or lines an untested function must have so that it is not trivial.",
		func(s *Settings) *int { return &s.Diagnostics.Weight }, integer(1, math.MaxInt32)),
	field("diagnostics.severity.critical", "Severity of untested functions in files of tier critical, but for trivial ones.",
		func(s *Settings) *Severity { return &s.Diagnostics.Severity.Critical }, severity()),
	field("diagnostics.severity.high", "Severity of untested functions in files of tier high, but for trivial ones.",
		func(s *Settings) *Severity { return &s.Diagnostics.Severity.High }, severity()),
	field("diagnostics.severity.medium", "Severity of untested functions in files of tier medium, but for trivial ones.",
		func(s *Settings) *Severity { return &s.Diagnostics.Severity.Medium }, severity()),
	field("diagnostics.severity.lower", "Severity of untested functions in files of tier lower or at their target, but for trivial ones.",
		func(s *Settings) *Severity { return &s.Diagnostics.Severity.Lower }, severity()),
	field("diagnostics.severity.trivial", "Severity of trivial untested functions: short ones, accessors, those that only panic, main, and those of tests, examples and generated code.",
		func(s *Settings) *Severity { return &s.Diagnostics.Severity.Trivial }, severity()),
	field("lens.enable", "Show code lenses above files and functions.",
		func(s *Settings) *bool { return &s.Lens.Enable }, boolean()),
	field("lens.functions", "Which functions have a lens: those that are not fully covered, all, or none.",
		func(s *Settings) *Functions { return &s.Lens.Functions }, oneOf(FunctionsUncovered, FunctionsAll, FunctionsNone)),
	field("changed.enable", "Show what has changed since the base commit and is not tested, or has lost its coverage.",
		func(s *Settings) *bool { return &s.Changed.Enable }, boolean()),
	field("changed.base", "Branch, tag or commit to compare with. Without it, the default branch of the remote repository.",
		func(s *Settings) *string { return &s.Changed.Base }, words("a branch, a tag or a commit", mostText)),
	field("changed.baseline", "Earlier coverage to compare with: a file saved by covls baseline, a folder of them, note:NAME or branch:NAME. In a settings file, it must be in the workspace.",
		func(s *Settings) *string { return &s.Changed.Baseline }, words("a path, note:NAME or branch:NAME", mostPath)),
	field("hints.enable", "Show inlay hints behind functions that are not fully covered, for editors without lenses.",
		func(s *Settings) *bool { return &s.Hints.Enable }, boolean()),
	field("hover.enable", "Show hovers on functions and code of which there is something to say: not tested, new, changed, left out.",
		func(s *Settings) *bool { return &s.Hover.Enable }, boolean()),
	field("hover.covered", "Show hovers also on code that ran, with how often.",
		func(s *Settings) *bool { return &s.Hover.Covered }, boolean()),
	field("fade", "Fade code that never ran, as editors do with unused code.",
		func(s *Settings) *bool { return &s.Fade }, boolean()),
	field("cache", "Remember names, places and fingerprints of functions in the user's cache folder, at most 32 MiB and no source text, so that marks stay right after edits and restarts.",
		func(s *Settings) *bool { return &s.Cache }, boolean()),
	field("limits.profile_bytes", "Largest profile to read, in bytes after decompression.",
		func(s *Settings) *int64 { return &s.Limits.ProfileBytes }, integer[int64](1, 1<<40)),
	field("limits.line", "Ignore line numbers above this.",
		func(s *Settings) *int { return &s.Limits.Line }, integer(1, math.MaxInt32)),
	field("limits.files", "Most files in one profile.",
		func(s *Settings) *int { return &s.Limits.Files }, integer(1, math.MaxInt32)),
	field("limits.branches", "Most branches in one profile that gives only their number.",
		func(s *Settings) *int { return &s.Limits.Branches }, integer(1, math.MaxInt32)),
	field("limits.nesting", "How deep JSON or XML may be nested in a profile.",
		func(s *Settings) *int { return &s.Limits.Nesting }, integer(1, 10_000)),
	field("limits.depth", "How many folders deep to search for profiles.",
		func(s *Settings) *int { return &s.Limits.Depth }, integer(1, 1000)),
	field("limits.entries", "Most directory entries to look at in one search for profiles.",
		func(s *Settings) *int { return &s.Limits.Entries }, integer(1, math.MaxInt32)),
	field("limits.source_bytes", "Largest source file or open document to look at, in bytes.",
		func(s *Settings) *int64 { return &s.Limits.SourceBytes }, integer[int64](1, 1<<40)),
	field("limits.profiles", "Most profiles to take from one search.",
		func(s *Settings) *int { return &s.Limits.Profiles }, integer(1, math.MaxInt32)),
	field("limits.total_bytes", "Most memory for all profiles together but the largest, in bytes.",
		func(s *Settings) *int64 { return &s.Limits.TotalBytes }, integer[int64](1, 1<<40)),
	field("limits.folders", "Most workspace folders. Only the editor's settings can set it.",
		func(s *Settings) *int { return &s.Limits.Folders }, integer(1, math.MaxInt32)),
	field("limits.marks", "Most diagnostics, lenses or inlay hints in one document.",
		func(s *Settings) *int { return &s.Limits.Marks }, integer(1, math.MaxInt32)),
	field("limits.answer_bytes", "Largest answer to the editor, in bytes.",
		func(s *Settings) *int64 { return &s.Limits.AnswerBytes }, integer[int64](1, 1<<40)),
	field(runCommand, "Command that runs the tests with coverage: one for all languages, or one for each language id.",
		func(s *Settings) *map[string]string { return &s.Run.Command }, commands()),
}

// runCommand is the one key whose names below are the user's own.
const runCommand = "run.command"

func field[T any](name, doc string, at func(*Settings) *T, k kind[T]) key {
	return key{
		name: name, doc: doc, form: k.form,
		decode: func(s *Settings, v any) []fault {
			t, faults := k.decode(v)
			if len(faults) == 0 {
				*at(s) = t
			}
			return faults
		},
		copy: func(dst, src *Settings) { *at(dst) = *at(src) },
		print: func(s *Settings) string {
			v := any(*at(s))
			if k.json != nil {
				v = k.json(*at(s))
			}
			var b bytes.Buffer
			enc := json.NewEncoder(&b)
			enc.SetEscapeHTML(false)
			if err := enc.Encode(v); err != nil {
				return err.Error()
			}
			return strings.TrimSpace(b.String())
		},
	}
}

// lookup returns the key of that name, or nil.
func lookup(name string) *key {
	if i := slices.IndexFunc(keys, func(k key) bool { return k.name == name }); i >= 0 {
		return &keys[i]
	}
	return nil
}

// below returns the names that can stand directly in a group, nil where it is none.
func below(group string) []string {
	var names []string
	for _, k := range keys {
		rest, ok := k.name, true
		if group != "" {
			rest, ok = strings.CutPrefix(k.name, group+".")
		}
		name, _, _ := strings.Cut(rest, ".")
		if ok && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// is is the fault of a value that is not what is wanted.
func is(at string, v any, want string) []fault {
	return []fault{{at, fmt.Sprintf(" is %s: want %s", show(v), want)}}
}

// inside puts a place before those of the faults.
func inside(at string, faults []fault) []fault {
	for i := range faults {
		faults[i].at = at + faults[i].at
	}
	return faults
}

func boolean() kind[bool] {
	return kind[bool]{form: form{typ: "boolean"}, decode: func(v any) (bool, []fault) {
		b, ok := v.(bool)
		if !ok {
			return false, is("", v, "true or false")
		}
		return b, nil
	}}
}

// The most characters of a text: a glob, or what reports show with each file; and a path.
const (
	mostText = 1000
	mostPath = 4096
)

// words are any text of at most so many characters.
func words(want string, most int) kind[string] {
	return kind[string]{form: form{typ: "string", most: most}, decode: func(v any) (string, []fault) {
		s, ok := v.(string)
		if !ok {
			return "", is("", v, want)
		}
		if utf8.RuneCountInString(s) > most {
			return "", is("", v, fmt.Sprintf("%s of at most %d characters", want, most))
		}
		return s, nil
	}}
}

// filled is a text that is not empty.
func filled(want string, most int) kind[string] {
	k := words(want, most)
	k.pattern = "."
	plain := k.decode
	k.decode = func(v any) (string, []fault) {
		s, faults := plain(v)
		if len(faults) == 0 && s == "" {
			faults = is("", v, want+" that is not empty")
		}
		return s, faults
	}
	return k
}

// optional is a value that may be absent, which is nil.
func optional[T any](k kind[T]) kind[*T] {
	return kind[*T]{form: k.form, decode: func(v any) (*T, []fault) {
		t, faults := k.decode(v)
		return &t, faults
	}}
}

func oneOf[T ~string](values ...T) kind[T] {
	f := form{typ: "string"}
	for _, v := range values {
		f.enum = append(f.enum, string(v))
	}
	return kind[T]{form: f, decode: func(v any) (T, []fault) {
		if s, ok := v.(string); ok && slices.Contains(values, T(s)) {
			return T(s), nil
		}
		return "", is("", v, "one of "+strings.Join(f.enum, ", "))
	}}
}

func severity() kind[Severity] {
	return oneOf(SeverityError, SeverityWarning, SeverityInformation, SeverityHint, SeverityOff)
}

func number(lo, hi float64) kind[float64] {
	return kind[float64]{form: form{typ: "number", lo: lo, hi: hi}, decode: func(v any) (float64, []fault) {
		f, ok := v.(float64)
		if i, whole := v.(int64); whole {
			f, ok = float64(i), true
		}
		if !ok || !(lo <= f && f <= hi) { // NaN is in no range
			return 0, is("", v, fmt.Sprintf("a number from %.0f to %.0f", lo, hi))
		}
		return f, nil
	}}
}

func integer[T int | int64](lo, hi T) kind[T] {
	f := form{typ: "integer", lo: float64(lo), hi: float64(hi)}
	return kind[T]{form: f, decode: func(v any) (T, []fault) {
		i, ok := v.(int64)
		if n, isFloat := v.(float64); isFloat && n == math.Trunc(n) && f.lo <= n && n <= f.hi {
			i, ok = int64(n), true
		}
		if !ok || i < int64(lo) || i > int64(hi) {
			return 0, is("", v, fmt.Sprintf("an integer from %d to %d", lo, hi))
		}
		return T(i), nil
	}}
}

func milliseconds(lo, hi int64) kind[time.Duration] {
	n := integer(lo, hi)
	return kind[time.Duration]{
		form: n.form,
		decode: func(v any) (time.Duration, []fault) {
			ms, faults := n.decode(v)
			return time.Duration(ms) * time.Millisecond, faults
		},
		json: func(d time.Duration) any { return d.Milliseconds() },
	}
}

// list decodes every element; the result is never nil.
func list[T any](want string, element kind[T]) kind[[]T] {
	return kind[[]T]{
		form: form{typ: "array", items: &element.form},
		decode: func(v any) ([]T, []fault) {
			in, ok := v.([]any)
			if !ok {
				return nil, is("", v, "a list of "+want)
			}
			var faults []fault
			out := make([]T, len(in))
			for i, v := range in {
				var wrong []fault
				out[i], wrong = element.decode(v)
				faults = append(faults, inside(fmt.Sprintf("[%d]", i), wrong)...)
			}
			return out, faults
		},
		json: func(t []T) any { return append([]T{}, t...) },
	}
}

func globs() kind[[]string] { return list("globs", oneGlob()) }

func oneGlob() kind[string] {
	return kind[string]{
		form: form{typ: "string", pattern: "^[^!]", most: mostText},
		decode: func(v any) (string, []fault) {
			s, ok := v.(string)
			if !ok {
				return "", is("", v, "a glob")
			}
			cure := checkGlob(s)
			if cure == "" {
				cure = newMatcher().add(s)
			}
			if cure != "" {
				return "", is("", v, cure)
			}
			return s, nil
		},
	}
}

// someGlobs are at least one glob.
func someGlobs() kind[[]string] {
	k := globs()
	k.least = 1
	decode := k.decode
	k.decode = func(v any) ([]string, []fault) {
		out, faults := decode(v)
		if out != nil && len(out) == 0 {
			faults = []fault{{"", " is empty: want at least one glob"}}
		}
		return out, faults
	}
	return k
}

func profiles() kind[[]string] {
	k := globs()
	plain := k.json
	k.json = func(list []string) any {
		if list == nil {
			return "the usual names"
		}
		return plain(list)
	}
	return k
}

// checkGlob returns what a glob should be, "" where it is well-formed.
func checkGlob(glob string) string {
	// Every combination of choices is tried on every path. Commas count for the last { before them,
	// which is never less than there are combinations. Matching looks for the end of each { again in each
	// around it, so that braces in braces take the square of their depth, which is never more than there are.
	const (
		most       = 100
		mostBraces = 20
	)
	combinations := 1
	for i, choices := range strings.Split(glob, "{") {
		if i > 0 {
			combinations = min(combinations*(1+strings.Count(choices, ",")), most+1)
		}
	}
	switch {
	case glob == "":
		return "a glob that is not empty"
	case glob[0] == '!':
		return `a glob without "!": files can't be taken back in`
	case utf8.RuneCountInString(glob) > mostText:
		return fmt.Sprintf("a glob of at most %d characters", mostText)
	case strings.Count(glob, "{") > mostBraces:
		return fmt.Sprintf("several globs with at most %d { each", mostBraces)
	case !doublestar.ValidatePattern(glob):
		return `a well-formed glob: close every [ and {, or write \[ and \{`
	case combinations > most:
		return fmt.Sprintf("several globs with at most %d combinations of choices each", most)
	}
	return ""
}

// member is one name of the tables in a list: what a key is to the settings.
type member[T any] struct {
	name
	decode func(*T, any) []fault
}

func entry[T, V any](n, doc string, at func(*T) *V, k kind[V]) member[T] {
	return member[T]{
		name: name{name: n, doc: doc, form: k.form},
		decode: func(t *T, v any) []fault {
			d, faults := k.decode(v)
			*at(t) = d
			return faults
		},
	}
}

func required[T any](m member[T]) member[T] {
	m.required = true
	return m
}

// tables decodes a list of tables; want is how one of them is written.
func tables[T any](want string, members ...member[T]) kind[[]T] {
	element := kind[T]{form: form{typ: "object"}}
	var names []string
	for _, m := range members {
		element.members = append(element.members, m.name)
		names = append(names, m.name.name)
	}
	element.decode = func(v any) (t T, faults []fault) {
		in, ok := v.(map[string]any)
		if !ok {
			return t, is("", v, want)
		}
		for _, given := range slices.Sorted(maps.Keys(in)) {
			i := slices.Index(names, given)
			if i >= 0 {
				faults = append(faults, inside("."+given, members[i].decode(&t, in[given]))...)
				continue
			}
			cure := "want one of " + strings.Join(names, ", ")
			if near := nearest(given, names); near != "" {
				cure = fmt.Sprintf("did you mean %q?", near)
			}
			faults = append(faults, fault{"." + given, " is unknown: " + cure})
		}
		for _, m := range members {
			if _, ok := in[m.name.name]; m.required && !ok && len(faults) == 0 {
				faults = []fault{{"", " is not complete: want " + want}}
			}
		}
		return t, faults
	}
	return list(want, element)
}

// checked adds a check of the elements, made where nothing else is wrong.
func checked[T any](k kind[[]T], check func(i int, all []T) []fault) kind[[]T] {
	decode := k.decode
	k.decode = func(v any) ([]T, []fault) {
		out, faults := decode(v)
		if len(faults) > 0 {
			return out, faults
		}
		for i := range out {
			faults = append(faults, inside(fmt.Sprintf("[%d]", i), check(i, out))...)
		}
		return out, faults
	}
	return k
}

func mappings() kind[[]PathMapping] {
	return tables(`{from = "…", to = "…"}`,
		required(entry("from", "How paths in the profile begin.", func(m *PathMapping) *string { return &m.From }, filled("a path", mostPath))),
		required(entry("to", "How the same paths begin on this disk.", func(m *PathMapping) *string { return &m.To }, words("a path", mostPath))),
		entry("profile", "Glob of the profiles that it is for, relative to the workspace folder. Without it, all are.", func(m *PathMapping) *string { return &m.Profile }, oneGlob()),
	)
}

func components() kind[[]Component] {
	k := tables(`{name = "…", include = ["…"]}`,
		required(entry("name", "Name of the component, as reports show it.", func(c *Component) *string { return &c.Name }, filled("a name", mostText))),
		required(entry("include", "Globs of its files.", func(c *Component) *[]string { return &c.Include }, someGlobs())),
		entry("exclude", "Globs of files to leave out of the component.", func(c *Component) *[]string { return &c.Exclude }, globs()),
		entry("target", "Coverage to reach, in percent, instead of the general target.", func(c *Component) **float64 { return &c.Target }, optional(number(0, 100))),
	)
	return checked(k, func(i int, all []Component) []fault {
		name := all[i].Name
		if slices.ContainsFunc(all[:i], func(c Component) bool { return c.Name == name }) {
			return is(".name", name, "a name that no component before it has")
		}
		return nil
	})
}

// maxWeight is more than any two files' gaps differ in practice, and keeps every score finite.
const maxWeight = 1_000_000

func rules() kind[[]Rule] {
	tier := func() kind[Tier] { return oneOf(Tiers()...) }
	k := tables(`{paths = ["…"], …}`,
		required(entry("paths", "Globs of the files that the rule is for.", func(r *Rule) *[]string { return &r.Paths }, someGlobs())),
		entry("tier", "The tier of the files, whatever their score.", func(r *Rule) *Tier { return &r.Tier }, tier()),
		entry("at_least", "The lowest tier that the files can have.", func(r *Rule) *Tier { return &r.AtLeast }, tier()),
		entry("at_most", "The highest tier that the files can have.", func(r *Rule) *Tier { return &r.AtMost }, tier()),
		entry("weight", "Factor by which the files' score is multiplied.", func(r *Rule) **float64 { return &r.Weight }, optional(number(0, maxWeight))),
		entry("target", "Coverage to reach, in percent, instead of the component's target.", func(r *Rule) **float64 { return &r.Target }, optional(number(0, 100))),
		entry("exclude", "Leave the files out of totals, tiers and plans.", func(r *Rule) *bool { return &r.Exclude }, boolean()),
		entry("group", "Name under which reports list the files as one item.", func(r *Rule) *string { return &r.Group }, words("a name", mostText)),
		entry("why", "The reason, shown in editors and reports.", func(r *Rule) *string { return &r.Why }, words("a text", mostText)),
	)
	return checked(k, func(i int, all []Rule) []fault {
		switch r := all[i]; {
		case r.Tier != "" && r.AtLeast != "":
			return []fault{{".at_least", " stands beside tier: want one of them"}}
		case r.Tier != "" && r.AtMost != "":
			return []fault{{".at_most", " stands beside tier: want one of them"}}
		case r.AtLeast != "" && r.AtMost != "" && r.AtLeast.above(r.AtMost):
			return is(".at_least", string(r.AtLeast), fmt.Sprintf("no tier above at_most, %s", show(string(r.AtMost))))
		}
		return nil
	})
}

func commands() kind[map[string]string] {
	return kind[map[string]string]{
		form: form{typ: "object", short: "string", items: &form{typ: "string"}},
		decode: func(v any) (map[string]string, []fault) {
			if all, ok := v.(string); ok {
				return map[string]string{"": all}, nil
			}
			in, ok := v.(map[string]any)
			if !ok {
				return nil, is("", v, "a command line, or a table of them by language id")
			}
			var faults []fault
			out := make(map[string]string, len(in))
			for _, language := range slices.Sorted(maps.Keys(in)) {
				switch c := in[language].(type) {
				case nil:
				case string:
					out[language] = c
				default:
					faults = append(faults, is("."+language, c, "a command line")...)
				}
			}
			return out, faults
		},
		json: func(m map[string]string) any {
			if all, ok := m[""]; ok && len(m) == 1 {
				return all
			}
			if m == nil {
				return struct{}{}
			}
			return m
		},
	}
}

// Package demangle gives the functions of C, C++, Rust and Swift the names that people know them by, and
// joins the instantiations of a template or generic into the one function that the source has.
package demangle

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/ianlancetaylor/demangle"

	"github.com/covls/covls/coverage"
)

const (
	// longest is the length up to which a name is looked at: longer ones stay as they are.
	longest = 1 << longestPower
	// longestPower bounds also what a mangled name, in which a few bytes can stand for any length,
	// is written out to.
	longestPower = 16
	// longestMangled is the same for mangled names: the time that deeply nested types take grows with the
	// square of their length.
	longestMangled = 4 << 10
)

// Report names the functions of a report. Those that begin at one place and are instantiations of one
// template, variants of one constructor or copies of one static function become one, with the sum of
// their counts. Functions of one name but of different parameters, which macros make at one place, are
// told apart by their parameters. It writes to the report; done twice, it changes nothing more.
func Report(r *coverage.Report) {
	for _, f := range r.Files {
		swift(f)
		jvm(f)
		lang := languageOf(f.Name)
		if slices.ContainsFunc(f.Funcs, func(fn coverage.Func) bool { return dressed(fn.Name, lang) }) {
			f.Funcs = withoutLambdas(fold(f.Funcs, lang))
		}
	}
}

// withoutLambdas are the functions without those that are a part of the function around them: C++'s lambdas and blocks. One of
// no function is one of its own.
func withoutLambdas(funcs []coverage.Func) []coverage.Func {
	return slices.DeleteFunc(funcs, func(f coverage.Func) bool {
		outer, isCall := strings.CutSuffix(f.Name, "::operator()")
		if !isCall {
			if outer, isCall = strings.CutSuffix(f.Name, "::__invoke"); !isCall {
				outer, isCall = strings.CutSuffix(f.Name, "::_FUN")
			}
		}
		at := strings.LastIndex(outer, "::")
		if !isCall || at <= 0 {
			return false
		}
		switch own := outer[at+2:]; {
		case strings.HasPrefix(own, "{lambda"), strings.HasPrefix(own, "'lambda"):
			return true
		case strings.HasPrefix(own, "$_"): // which a variable of a namespace may have, too
			return slices.ContainsFunc(funcs, func(g coverage.Func) bool { return g.Name == outer[:at] || strings.HasPrefix(g.Name, outer[:at]+"(") })
		}
		return false
	})
}

// language is what the names of a file are written in.
type language uint8

const (
	other language = iota // none that is demangled: only names that are mangled are touched
	cxx                   // C, C++ and Objective-C
	rust
)

func languageOf(file string) language {
	ext := path.Ext(file[strings.LastIndexAny(file, `/\`)+1:])
	switch {
	case strings.EqualFold(ext, ".rs"):
		return rust
	case isSource(ext):
		return cxx
	}
	return other
}

// isSource reports whether files with the extension hold C, C++ or Objective-C.
func isSource(ext string) bool {
	switch strings.ToLower(ext) {
	case ".c", ".cc", ".cpp", ".cxx", ".c++", ".cppm", ".ixx", ".m", ".mm", ".cu",
		".h", ".hh", ".hpp", ".hxx", ".h++", ".cuh", ".inc", ".inl", ".ipp", ".tcc", ".tpp", ".txx":
		return true
	}
	return false
}

// dressed reports whether a name may have more to it than people want to see.
func dressed(s string, lang language) bool {
	switch {
	case s == "" || len(s) > longest:
		return false
	case mangled(s):
		// _Zoom is operator||(unsigned long), or a function of JavaScript.
		after := strings.TrimLeft(s, "_")[1:]
		return lang != other || after != "" && (after[0] < 'a' || after[0] > 'z')
	case lang == rust:
		return strings.ContainsAny(s, "<[") || withoutHash(s) != s
	case lang == cxx:
		for i := range len(s) {
			switch s[i] {
			case '(', '<', '[', ';':
				return true
			case ':':
				if s[i-min(i, 1)] != ':' && s[min(i+1, len(s)-1)] != ':' {
					return true
				}
			}
		}
	}
	return false
}

// mangled reports whether s begins like a mangled name; macOS puts one more _ before it.
func mangled(s string) bool {
	if s == "" || s[0] != '_' {
		return false
	}
	for i := 1; i < min(len(s), 4); i++ {
		if s[i] != '_' {
			return s[i] == 'Z' || s[i] == 'R'
		}
	}
	return false
}

// name is a function's name, in what people want to see of it.
type name struct {
	// short has neither template arguments nor parameters, long the parameters.
	short, long string
	// template is short with its template arguments, "" where it has none.
	template string
	// known tells that the name is one of C, C++ or Rust.
	known bool
}

type entry struct {
	coverage.Func
	name
}

func fold(funcs []coverage.Func, lang language) []coverage.Func {
	entries := make([]entry, len(funcs))
	for i, f := range funcs {
		entries[i] = entry{f, parse(f.Name, lang)}
	}
	slices.SortStableFunc(entries, func(a, b entry) int {
		return cmp.Or(a.Span.Start.Compare(b.Span.Start), cmp.Compare(a.short, b.short), cmp.Compare(a.long, b.long))
	})
	out := make([]coverage.Func, 0, len(funcs))
	for len(entries) > 0 {
		n := 1
		for n < len(entries) && entries[n].Span.Start == entries[0].Span.Start && entries[n].short == entries[0].short {
			n++
		}
		out = join(out, entries[:n])
		entries = entries[n:]
	}
	return coverage.SortFuncs(slices.Clip(out))
}

// join appends the functions that same, which begin at one place and have one short name, stand for.
func join(out []coverage.Func, same []entry) []coverage.Func {
	if len(same) == 1 {
		same[0].Name = same[0].short
		return append(out, same[0].Func)
	}
	label := labels(same)
	at := map[string]int{}
	for i := range same {
		e := &same[i]
		e.Name = label(e)
		k, ok := at[e.Name]
		if !ok || !e.known {
			at[e.Name] = len(out)
			out = append(out, e.Func)
			continue
		}
		f := &out[k]
		f.Counted = f.Counted || e.Counted
		f.Count = coverage.AddCounts(f.Count, e.Count)
		if e.Span.End.Compare(f.Span.End) > 0 {
			f.Span.End = e.Span.End
		}
	}
	return out
}

// labels returns what to call each of same. Instantiations of one template have different arguments:
// where two have the same arguments and different parameters, they are of two templates.
func labels(same []entry) func(*entry) string {
	long := func(e *entry) string { return e.long }
	plain := "" // the parameters of those that are no instantiations
	overloads := false
	instances := map[string]string{}
	for _, e := range same {
		if e.template == "" {
			overloads = overloads || plain != "" && plain != e.long
			plain = e.long
		} else if known, ok := instances[e.template]; ok && known != e.long {
			return long
		} else {
			instances[e.template] = e.long
		}
	}
	if overloads || plain != "" && len(instances) > 0 {
		return func(e *entry) string {
			if e.template != "" {
				return e.short
			}
			return e.long
		}
	}
	return func(e *entry) string { return e.short }
}

// parse takes a name of a profile apart.
func parse(s string, lang language) name {
	as := func(short string) name { return name{short: short, long: short, known: lang != other} }
	if !dressed(s, lang) {
		return as(s)
	}
	if lang != other {
		s = withoutFile(s)
	}
	text, from := s, lang
	if mangled(s) {
		plain, of, ok := demangled(s)
		if !ok || plain == "" || !settled(plain) {
			return as(s)
		}
		text, from = plain, of
	}
	n, ok := forms(text, from)
	if from != lang && lang != other && !(ok && n.keeps(lang)) {
		// The name is not of the file's language, which alone tells how it reads the next time.
		n, ok = forms(text, lang)
	}
	if !ok {
		n = as(text)
		n.known = from != other
	}
	return n
}

// forms reads a name that is written out. ok is false where what would be shown does not read as the same
// name again.
func forms(text string, lang language) (n name, ok bool) {
	switch lang {
	case rust:
		short := rustName(text)
		n, ok = name{short: short, long: short, known: true}, short != "" && rustName(short) == short
	case cxx:
		n, ok = cxxForms(text)
	}
	return n, ok && settled(n.short) && settled(n.long)
}

// keeps reports whether in a file of the language the name reads as the same again.
func (n name) keeps(lang language) bool {
	short, long := parse(n.short, lang), parse(n.long, lang)
	return short.short == n.short && long.short == n.short && long.long == n.long
}

// settled reports whether a name is neither mangled nor behind a file.
func settled(s string) bool { return !mangled(s) && withoutFile(s) == s }

// cxxForms reads what a demangler writes of a C++ function. ok is false where what would be shown does
// not read as the same name again.
func cxxForms(text string) (n name, ok bool) {
	n = name{known: true}
	var templated bool
	if n.short, templated = cxxName(text, false, false); n.short == "" {
		return n, false
	}
	n.long, _ = cxxName(text, true, false)
	if templated {
		n.template, _ = cxxName(text, false, true)
	}
	short, _ := cxxName(n.short, false, false)
	base, _ := cxxName(n.long, false, false)
	long, _ := cxxName(n.long, true, false)
	return n, short == n.short && base == n.short && long == n.long
}

// withoutFile takes off the file that llvm-cov puts before the name of a static function:
// "value.c:json_equal", or with ";" from LLVM 19 on.
func withoutFile(s string) string {
	from := 0
	for i := 1; i < len(s)-1; i++ {
		if s[i] != ';' && (s[i] != ':' || s[i-1] == ':' || s[i+1] == ':') {
			continue
		}
		if mangled(s[i+1:]) || isSource(path.Ext(s[max(from, i-len(".cppm")):i])) {
			from = i + 1
		}
	}
	return s[from:]
}

// demangled writes a mangled name out. ok is false for what is none, or none that can be.
func demangled(s string) (text string, lang language, ok bool) {
	defer func() {
		// A name that the library fails at must not take the profile with it.
		if recover() != nil {
			ok = false
		}
	}()
	// A linker's symbol has no brackets, which would read as parts of a written name.
	odd := func(r rune) bool { return r < 0x80 && !isWord(byte(r)) && !strings.ContainsRune(".$@", r) }
	if len(s) > longestMangled || strings.ContainsFunc(s, odd) {
		return "", other, false
	}
	if strings.HasPrefix(s, "__") && !strings.HasPrefix(s, "___") {
		s = s[1:]
	}
	text, err := demangle.ToString(s, demangle.MaxLength(longestPower))
	if err != nil || text == "" || len(text) >= longest {
		return "", other, false
	}
	switch {
	case strings.HasPrefix(s, "_R"):
		if provided(s) {
			text = withoutSelf(text)
		}
		return text, rust, true
	case legacyRust(s):
		return text, rust, true
	}
	return text, cxx, true
}

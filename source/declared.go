package source

import (
	"cmp"
	"slices"
	"strings"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/source/outline"
	"github.com/covls/covls/text"
)

// declarations are the functions of a text as its outline has them, beside those of a profile.
type declarations struct {
	language string
	ecma     bool
	t        *text.Text
	o        *outline.Outline // nil for a text of Go, or of a language that nobody reads
	names    *naming
	// of are the functions of the text by the index of those of the profile that they are.
	of map[int]*outline.Func
	// made are those of the profile that a compiler has made of none of the text, or beside one that the profile has, too.
	made map[int]bool
	// more are the counts of those that were made beside one, by the index of that.
	more map[int]uint64
	// mixed are those of the profile that are several functions of the text: how often they were called is not told of each.
	mixed map[int]bool
	// instead are the counts of what runs where an async function is waited for, by the index of that.
	instead map[int]uint64
	// ends are the last lines of closures of which the profile does not tell them, by their index.
	ends map[int]uint32
	// taken tells of each function of the text that the profile has it.
	taken []bool
}

// declared finds the functions of a profile in the outline of a text.
func declared(name string, t *text.Text, funcs []coverage.Func) *declarations {
	d := &declarations{language: languageIn(name, t.String()), ecma: ecma(name), t: t}
	if funcs == nil {
		return d
	}
	o, ok := outlineOf(d.language, t.String())
	if !ok {
		return d
	}
	d.o, d.names, d.taken, d.of = o, newNaming(d.language, o), make([]bool, len(o.Funcs)), map[int]*outline.Func{}
	if d.ecma {
		d.byHead(funcs)
		d.standing(funcs)
	} else {
		d.byLine(funcs)
		d.byName(funcs)
		d.leaveOut(funcs)
		d.bridges(funcs)
		d.unwritten(funcs)
		d.closures(funcs)
		d.several(funcs)
	}
	return d
}

// take says that a function of the profile is one of the text.
func (d *declarations) take(i, k int) {
	d.of[i] = &d.o.Funcs[k]
	d.taken[k] = true
}

// byLine finds functions by a line that the profile has of them, which may be the one on which a body begins, or its first
// statement: each is the innermost around its line, if that has its name. What has another name, as one that a macro makes, is
// not said to be the same, but nobody else is it.
func (d *declarations) byLine(funcs []coverage.Func) {
	around := map[uint32][]int{} // functions by the lines that profiles have, the outer ones first
	asked := make([]uint32, 0, len(funcs))
	for i := range funcs {
		asked = append(asked, funcs[i].Span.Start.Line)
		if end := funcs[i].Span.End.Line; end > 0 {
			asked = append(asked, end)
		}
	}
	slices.Sort(asked)
	asked = slices.Compact(asked)
	for k := range d.o.Funcs {
		f := &d.o.Funcs[k]
		if f.Value {
			continue
		}
		first, _ := d.t.LineCol(f.Marked)
		last, _ := d.t.LineCol(max(f.Start, f.End-1))
		at, _ := slices.BinarySearch(asked, first)
		for ; at < len(asked) && asked[at] <= last; at++ {
			if list := around[asked[at]]; len(list) < mostDeep {
				around[asked[at]] = append(list, k)
			}
		}
	}
	left := mostWithin
	for i := range funcs {
		list := around[funcs[i].Span.Start.Line]
		at := -1
		for _, k := range slices.Backward(list) {
			if fn := &d.o.Funcs[k]; sameName(&funcs[i], fn) && (at < 0 || strings.HasSuffix(funcs[i].Name, "("+fn.Params+")")) {
				at = k
			}
		}
		if at >= 0 {
			d.take(i, at)
		}
		// A constructor may begin with what is given to fields, and end with its body, or have its body among them.
		for _, k := range slices.Backward(around[funcs[i].Span.End.Line]) {
			if d.of[i] == nil && funcs[i].Name == d.o.Funcs[k].Name {
				d.take(i, k)
			}
		}
		if span := funcs[i].Span; d.of[i] == nil && span.End.Line > span.Start.Line && left > 0 {
			left -= len(d.o.Funcs)
			if k := d.onlyWithin(span, funcs[i].Name); k >= 0 {
				d.take(i, k)
			}
		}
		if d.of[i] == nil && len(list) > 0 {
			d.taken[list[len(list)-1]] = true
		}
	}
}

// mostWithin bounds how many functions of a text are looked at for those that a profile has somewhere else.
const mostWithin = 1 << 20

// onlyWithin is the index of the function of that name that lies within the lines of a span; -1 where there is none, or there are several.
func (d *declarations) onlyWithin(span coverage.Span, name string) int {
	from, to := d.t.At(span.Start.Line, 1), d.t.At(span.End.Line, 1)+len(d.t.Line(span.End.Line))
	only := -1
	for k := range d.o.Funcs {
		f := &d.o.Funcs[k]
		if f.Value || f.Start < from || f.End > to || f.Name != name {
			continue
		}
		if only >= 0 {
			return -1
		}
		only = k
	}
	return only
}

// byName finds functions by their names: those of which the profile has no line, and constructors, of which it may have that of
// a field. It goes by the class and the parameters, too, as far as the profile has them, and takes nothing that is not told
// apart from others.
func (d *declarations) byName(funcs []coverage.Func) {
	by := map[string][]int{} // what is not taken, by name
	for k := range d.o.Funcs {
		if f := &d.o.Funcs[k]; !f.Value && !d.taken[k] {
			by[f.Name] = append(by[f.Name], k)
		}
	}
	hidden := d.hidden(funcs, by)
	// Those whose parameters are told first, then those that may have what stands for a type, then what is left of a class.
	for _, same := range []func(profile, text string) bool{sameTypes, mayBeTypes, nil} {
		left := map[string]int{} // constructors by class
		for i := range funcs {
			if f := &funcs[i]; same == nil && d.of[i] == nil && Constructs(f) {
				left[f.Receiver]++
			}
		}
		for i := range funcs {
			f := &funcs[i]
			constructor := func(k int) bool { return ofClass(f.Name, d.o.Funcs[k].Class) } // of a class that the profile does not tell
			if d.of[i] != nil || f.Span.Start.Line > 0 && !Constructs(f) && !slices.ContainsFunc(by[f.Name], constructor) {
				continue
			}
			var found []int
			for _, name := range spellings(f, d.language) {
				for _, k := range by[name] {
					if len(found) < mostDeep && !d.taken[k] && sameName(f, &d.o.Funcs[k]) && bridges(f.Receiver, d.o.Funcs[k].Class) {
						found = append(found, k)
					}
				}
			}
			if _, types, ok := strings.Cut(f.Name, "("); ok && (len(found) > 1 || d.language == "java" && Constructs(f)) && (same != nil || left[f.Receiver] > 1) {
				types = withoutFirst(strings.TrimSuffix(types, ")"), hidden[f.Receiver])
				found = slices.DeleteFunc(found, func(k int) bool { return same == nil || !same(types, d.o.Funcs[k].Params) })
			}
			if len(found) == 1 {
				d.take(i, found[0])
			}
		}
	}
}

// spellings are the names that a function of a profile may have in an outline.
func spellings(f *coverage.Func, language string) []string {
	word, _ := sought(f.Name)
	out := []string{word}
	switch {
	case Constructs(f):
		out = append(out, "constructor", "__init__", "this")
	case language == "kotlin":
		if property, accessor, ok := kotlinAccessor(word); ok {
			out = append(out, property+"."+accessor, word+"."+accessor)
		}
	}
	if own, _, _ := strings.Cut(f.Name, "("); own != word {
		out = append(out, own)
	}
	if own, _, ok := arity(f.Name); ok {
		out = append(out, own)
	}
	return out
}

// Constructs reports whether a function of a profile is a constructor, of which the line may be that of a field, and which nobody
// may have written.
func Constructs(f *coverage.Func) bool { return constructs(f.Name) || ofClass(f.Name, f.Receiver) }

// ofClass reports whether a function has the name of its class, as constructors do.
func ofClass(name, class string) bool {
	own, _, _ := strings.Cut(name, "(")
	class = strings.TrimRight(class, "#: ")
	return class != "" && own == class[strings.LastIndexAny(class, ".:\\")+1:]
}

// sameClass reports whether what a profile has a function in may be a class of a text. It may know of no class, or of more than
// the text has names for.
func sameClass(profile, text string) bool {
	profile = strings.TrimRight(profile, "#: ")
	if function, _, ok := strings.Cut(text, "()"); ok { // in which there is a class without a name
		text = function[:max(strings.LastIndexByte(function, '.'), 0)]
	}
	return profile == "" || profile == text || endsIn(profile, text) || endsIn(text, profile) || text == ""
}

// endsIn reports whether a class is another with something around it.
func endsIn(class, inner string) bool {
	outer, ok := strings.CutSuffix(class, inner)
	return ok && outer != "" && strings.IndexByte(`.:\`, outer[len(outer)-1]) >= 0
}

// sameName reports whether a function that a profile has may be one of a text.
func sameName(p *coverage.Func, f *outline.Func) bool {
	if Constructs(p) {
		switch f.Name {
		case "constructor", "__init__", "this":
			return true
		}
		own := f.Class[strings.LastIndexAny(f.Class, ".:\\")+1:]
		return own != "" && f.Name == own
	}
	own := strings.Trim(f.Name, "`")
	if name, number, ok := arity(p.Name); ok {
		return number == f.Params && name[strings.LastIndexByte(name, '.')+1:] == own
	}
	if p.Name == own {
		return true
	}
	if property, accessor, ok := strings.Cut(own, "."); ok {
		switch {
		case accessor == "init":
			return p.Name == property+".set" // what .NET has for it
		case len(accessor) == len("get"): // of Kotlin
			name, _, _ := strings.Cut(p.Name, "(")
			of, way, ok := kotlinAccessor(name)
			return ok && way == accessor && (of == property || name == property && way == "get")
		}
		return false
	}
	if property, accessor, ok := strings.Cut(p.Name, "."); ok && own == accessor+"_"+property {
		return true // a method of .NET that has the name of an accessor
	}
	if head, _, ok := strings.Cut(p.Name, "("); ok && head != "" && head == own {
		return true
	}
	word, symbol := sought(p.Name)
	switch {
	case word == "":
		return false
	case strings.HasPrefix(p.Name, "implicit operator"), strings.HasPrefix(p.Name, "explicit operator"):
		return strings.HasPrefix(own, p.Name+" ") // and the type, which .NET does not tell
	case word == operator:
		return spaceless(own) == operator+symbol
	case symbol != "":
		return own == symbol+word
	}
	return word == own
}

// spaceless is a name without its spaces.
func spaceless(name string) string { return strings.ReplaceAll(name, " ", "") }

// kotlinAccessor takes the name apart that an accessor of a property of Kotlin has in a class: "getName" is the get of name.
func kotlinAccessor(name string) (property, accessor string, ok bool) {
	for _, accessor := range []string{"get", "set"} {
		if rest, ok := strings.CutPrefix(name, accessor); ok && rest != "" && 'A' <= rest[0] && rest[0] <= 'Z' {
			return strings.ToLower(rest[:1]) + rest[1:], accessor, true
		}
	}
	if rest, ok := strings.CutPrefix(name, "is"); ok && rest != "" && 'A' <= rest[0] && rest[0] <= 'Z' {
		return name, "get", true
	}
	return "", "", false
}

// leaveOut finds what a compiler of Kotlin has made for a class or a property, and what is no function of the text.
func (d *declarations) leaveOut(funcs []coverage.Func) {
	if d.language != "kotlin" {
		return
	}
	d.made = map[int]bool{}
	for i := range funcs {
		if d.of[i] != nil {
			continue
		}
		own, _, _ := strings.Cut(funcs[i].Name, "(")
		switch own {
		case "copy", "equals", "hashCode", "toString", "values", "valueOf", "getEntries":
			d.made[i] = true
		default:
			property, _, ok := kotlinAccessor(own)
			number, component := strings.CutPrefix(own, "component")
			d.made[i] = ok && wordAt(d.t.String(), property, 0) >= 0 || component && number != "" && strings.Trim(number, "0123456789") == ""
		}
	}
}

// unwritten finds the constructors of Java that nobody has written, of classes that have none in the text.
func (d *declarations) unwritten(funcs []coverage.Func) {
	if d.language != "java" {
		return
	}
	written := map[string]bool{}
	for k := range d.o.Funcs {
		written[d.o.Funcs[k].Name] = true
	}
	d.made = map[int]bool{}
	for i := range funcs {
		f := &funcs[i]
		own, _, _ := strings.Cut(f.Name, "(")
		d.made[i] = d.of[i] == nil && ofClass(f.Name, f.Receiver) && !written[own]
	}
}

// bridged are the languages of which compilers make methods that only call another: for Java, and for parameters left out.
var bridged = map[string]bool{"kotlin": true, "scala": true}

// bridges finds the methods of a Java virtual machine that only call another of the same name, as @JvmStatic and @JvmOverloads
// have Kotlin's compiler make them: they are one function, which was called as often as the one that was called most.
func (d *declarations) bridges(funcs []coverage.Func) {
	if !bridged[d.language] {
		return
	}
	type place struct {
		line uint32
		name string
	}
	there := map[place]int{} // how many of a name the text has on a line
	in := map[string][]int{} // functions of the text by name
	for k := range d.o.Funcs {
		f := &d.o.Funcs[k]
		if f.Value {
			continue
		}
		line, _ := d.t.LineCol(f.Start)
		there[place{line, f.Name}]++
		in[f.Name] = append(in[f.Name], k)
	}
	written := map[string]bool{} // classes with constructors that are functions
	for _, k := range in["constructor"] {
		written[d.o.Funcs[k].Class] = true
	}
	taken := map[*outline.Func]int{} // the function of the profile that has it
	made := map[place]int{}          // constructors that are not written as functions
	for i := range funcs {
		f, fn := &funcs[i], d.of[i]
		var into int
		var known bool
		switch {
		case d.made[i]:
			continue
		case fn != nil:
			line, _ := d.t.LineCol(fn.Start)
			if into, known = taken[fn]; !known {
				taken[fn] = i
			}
			known = known && there[place{line, fn.Name}] == 1 && oneObject(f, &funcs[into], fn.Class)
		case d.language == "kotlin" && f.Span.Start.Line > 0 && Constructs(f) && !written[f.Receiver]:
			at := place{f.Span.Start.Line, f.Receiver}
			if into, known = made[at]; !known {
				made[at] = i
			}
		}
		if known {
			d.join(i, into, f.Count, funcs)
		}
	}
	for i := range funcs { // of which the profile has no line
		f := &funcs[i]
		if d.of[i] != nil || d.made[i] || f.Span.Start.Line > 0 {
			continue
		}
		var only *outline.Func
		several := false
		own, _, _ := strings.Cut(f.Name, "(")
		for _, k := range in[own] {
			if fn := &d.o.Funcs[k]; bridges(f.Receiver, fn.Class) {
				only, several = fn, only != nil
				if several {
					break
				}
			}
		}
		if into, ok := taken[only]; ok && !several {
			d.join(i, into, f.Count, funcs)
		}
	}
}

// several finds what the profile has as one function and the text as several, which have one name, as Scoverage has overloads.
func (d *declarations) several(funcs []coverage.Func) {
	last := map[[2]string]*outline.Func{}
	before, after := map[*outline.Func]*outline.Func{}, map[*outline.Func]*outline.Func{}
	for k := range d.o.Funcs {
		f := &d.o.Funcs[k]
		if f.Value || f.Name == "" {
			continue
		}
		key := [2]string{f.Class, f.Name}
		if was := last[key]; was != nil {
			before[f], after[was] = was, f
		}
		last[key] = f
	}
	if len(after) == 0 {
		return
	}
	d.mixed = map[int]bool{}
	for i, own := range d.of {
		if funcs[i].Span.End.Line == 0 {
			continue
		}
		if next := after[own]; next != nil {
			line, _ := d.t.LineCol(next.Start)
			d.mixed[i] = line <= funcs[i].Span.End.Line && next.Start >= own.End
		}
		if was := before[own]; was != nil {
			line, _ := d.t.LineCol(max(was.Start, was.End-1))
			d.mixed[i] = d.mixed[i] || line >= funcs[i].Span.Start.Line && was.End <= own.Start
		}
		ownFirst, _ := d.t.LineCol(own.Start)
		ownLast, _ := d.t.LineCol(max(own.Start, own.End-1))
		d.mixed[i] = d.mixed[i] && (funcs[i].Span.End.Line > ownLast || funcs[i].Span.Start.Line < ownFirst)
	}
}

// oneObject reports whether two functions of a profile, which are both taken for one of a class of the text, are of the same
// class, or of that and what belongs to it: a companion, or the defaults of an interface. A class without a name, in which one may
// have the name of the function around it, is another.
func oneObject(a, b *coverage.Func, class string) bool {
	outer, inner := strings.TrimSuffix(a.Receiver, ".DefaultImpls"), strings.TrimSuffix(b.Receiver, ".DefaultImpls")
	if len(outer) > len(inner) {
		outer, inner = inner, outer
	}
	if outer == inner {
		return outer != "" || a.Span.Start.Line == b.Span.Start.Line
	}
	return inner == class && strings.HasPrefix(inner, outer+".")
}

// bridges reports whether a method of a class may only call one of a class of a text: for what belongs to a companion, or to an interface.
func bridges(profile, text string) bool {
	outer, companion := strings.CutSuffix(text, ".Companion")
	profile = strings.TrimSuffix(profile, ".DefaultImpls")
	return sameClass(profile, text) || companion && sameClass(profile, outer)
}

// join counts a function of the profile to another.
func (d *declarations) join(i, into int, count uint64, funcs []coverage.Func) {
	if d.made == nil {
		d.made = map[int]bool{}
	}
	if d.more == nil {
		d.more = map[int]uint64{}
	}
	d.made[i] = true
	d.more[into] = max(d.more[into], count)
}

// byHead finds the functions of a profile in a text of JavaScript or TypeScript. It goes by the lines they begin on and by their
// names; those without a name are found on a line that has as many of them in the profile as in the text.
func (d *declarations) byHead(funcs []coverage.Func) {
	heads := map[uint32][]int{}
	for k := range d.o.Funcs {
		h := &d.o.Funcs[k]
		line, _ := d.t.LineCol(h.Head)
		heads[line] = append(heads[line], k)
		if from, _ := d.t.LineCol(h.Marked); from < line && h.Marked < h.Start {
			heads[from] = append(heads[from], k)
		}
	}
	lines := map[uint32][]int{} // indices
	for i, f := range funcs {
		lines[f.Span.Start.Line] = append(lines[f.Span.Start.Line], i)
	}
	for line, all := range lines {
		left := slices.Clone(heads[line])
		var without []int
		for _, i := range all {
			if anonymous(funcs[i].Name) >= 0 {
				without = append(without, i)
			} else if at := slices.IndexFunc(left, func(k int) bool { return sameScript(funcs[i].Name, &d.o.Funcs[k]) }); at >= 0 {
				d.take(i, left[at])
				left = slices.Delete(left, at, at+1)
			}
		}
		if len(without) == len(left) {
			slices.SortFunc(without, func(a, b int) int { return anonymous(funcs[a].Name) - anonymous(funcs[b].Name) })
			for n, i := range without {
				d.take(i, left[n])
			}
		}
		for _, k := range heads[line] {
			d.taken[k] = true // one of those on the line
		}
	}
}

// standing leaves out functions without a name that are called where they stand: they are a part of what is around them.
func (d *declarations) standing(funcs []coverage.Func) {
	d.made = map[int]bool{}
	for i, own := range d.of {
		d.made[i] = own.Called && own.Name == "" && anonymous(funcs[i].Name) >= 0
	}
}

// sameScript reports whether a function that a profile has of JavaScript may be one of a text: V8 has what an accessor is for
// before its name, the class of what is assigned to a field, and that of a constructor for its name.
func sameScript(name string, f *outline.Func) bool {
	if name == f.Name {
		return true
	}
	for _, word := range []string{"get ", "set ", "static "} {
		name = strings.TrimPrefix(name, word)
	}
	return name == f.Name || f.Class != "" && (name == f.Class+"."+f.Name || f.Name == "constructor" && ofClass(name, f.Class))
}

// name gives a function of a profile the name and its place that it has in the text. own is what it is there, nil where that is
// not known.
func (d *declarations) name(f *coverage.Func, own *outline.Func, first, last uint32) {
	if own == nil {
		if name, at := className(d.t, first); at != (coverage.Span{}) && Constructs(f) {
			if f.NameSpan = at; constructs(f.Name) {
				f.Name = name
			}
			return
		}
		f.NameSpan = NameSpan(d.t, first, last, f.Name)
		return
	}
	if d.ecma {
		if anonymous(f.Name) >= 0 {
			if own.Name == "" {
				f.NameSpan = NameSpan(d.t, first, last, f.Name)
				return
			}
			f.Name = strings.Clone(own.Name)
		}
		constructor := own.Name == "constructor" && own.Class != ""
		if receiver, name, _ := d.names.of(own); constructor || f.Receiver == "" && !strings.Contains(f.Name, ".") {
			if f.Receiver = strings.Clone(receiver); constructor {
				f.Name = strings.Clone(name) // that of the class in a profile of V8
			}
		}
		f.NameSpan = onOneLine(d.t, own.NameStart, own.NameEnd)
		return
	}
	f.NameSpan = onOneLine(d.t, own.NameStart, own.NameEnd)
	receiver, name, types := d.names.of(own)
	switch whole, _, _ := strings.Cut(f.Name, "("); {
	case d.language == "swift":
	case strings.Contains(f.Name, "::"), strings.ContainsAny(whole, `.\`) && !overloaded[d.language]:
		// It has its class before it.
		if types != "" && whole == f.Name {
			f.Name += types
		}
	default:
		if types == "" && strings.HasSuffix(f.Name, ")") && !constructs(f.Name) {
			name = f.Name // and the parameters that the profile knows
		}
		f.Name, f.Receiver = strings.Clone(name+types), strings.Clone(receiver)
	}
}

// naming is what the functions of a text are called.
type naming struct {
	language string
	times    map[[2]string]int // how many there are of a class and name
}

// overloaded are the languages in which several functions of a class may have one name, and are told apart by their parameters.
var overloaded = map[string]bool{"java": true, "kotlin": true, "scala": true, "csharp": true, "cpp": true}

// colons are the languages in which people write A::f for what belongs to A.
var colons = map[string]bool{"cpp": true, "perl": true, "php": true, "rust": true}

func newNaming(language string, o *outline.Outline) *naming {
	n := &naming{language: language}
	if overloaded[language] || language == "elixir" {
		n.times = map[[2]string]int{}
		for i := range o.Funcs {
			if f := &o.Funcs[i]; !f.Value {
				n.times[[2]string{f.Class, f.Name}]++
			}
		}
	}
	return n
}

// of is what a function is called: what it belongs to, its name, and in brackets the types of its parameters where there are
// several of that name, else "".
func (n *naming) of(f *outline.Func) (receiver, name, types string) {
	receiver, name = f.Class, f.Name
	if f.Handed {
		receiver = "" // it is of what it is handed to
	}
	switch {
	case receiver == "":
	case n.language == "dart" && strings.HasPrefix(name, receiver+"."):
		receiver = "" // a constructor has its class in its name
	case n.language == "ruby" && !f.Static:
		receiver += "#"
	case n.language == "lua" && !f.Static:
		receiver += ":"
	case colons[n.language]:
		receiver += "::"
	}
	if name == "constructor" && receiver != "" {
		switch {
		case n.language == "kotlin":
			name = receiver[strings.LastIndexByte(receiver, '.')+1:]
		case values[n.language] && n.language != "lua":
			receiver += " " // A.constructor is Function
		}
	}
	if n.language == "scala" && name == "this" && receiver != "" {
		name = receiver[strings.LastIndexByte(receiver, '.')+1:]
	}
	if n.times[[2]string{f.Class, f.Name}] > 1 {
		if types = "(" + f.Params + ")"; n.language == "elixir" {
			types = "/" + f.Params
		}
	}
	return receiver, name, types
}

// rest are the functions of the text that the profile does not have, as Complete may add them. Those of one line are left out:
// whether they ran is not told by the line. Where the profile has functions without a name, it has all that are handed on.
func (d *declarations) rest(funcs []coverage.Func) []coverage.Func {
	if d.o == nil || !slices.Contains(d.taken, false) {
		return nil
	}
	named := !slices.ContainsFunc(funcs, func(f coverage.Func) bool { return anonymous(f.Name) >= 0 })
	missing := map[string]bool{} // names of those that are nowhere
	for i := range funcs {
		if f := &funcs[i]; d.of[i] == nil && (f.Span.Start.Line == 0 || f.Span.Start.Line > uint32(d.t.Lines())) {
			word, _ := sought(f.Name)
			missing[word] = true
		}
	}
	var out []coverage.Func
	m := &maker{language: d.language, o: d.o, t: d.t, names: d.names}
	m.each(true, func(k int) {
		f := &d.o.Funcs[k]
		if d.taken[k] || f.Value && !named || missing[f.Name] {
			return
		}
		first, _ := d.t.LineCol(f.Start)
		if last, _ := d.t.LineCol(max(f.Start, f.End-1)); last > first {
			out = append(out, m.fn(k))
		}
	})
	return out
}

// Complete adds the functions of the text that a profile does not name, among those that it does: as far as it tells by what
// stands between their first line and their last whether they ran. Another Parsed than one of Locate stays as it is.
func (p *Parsed) Complete(file *coverage.File) *Parsed {
	added := false
	for _, f := range p.rest {
		first, last := max(f.Body.Line, f.Span.Start.Line+1), f.Span.End.Line
		if f.Body == (coverage.Point{}) {
			last--
		}
		inside := coverage.Span{Start: coverage.Point{Line: first}, End: coverage.Point{Line: last}}
		lines := len(coverage.LinesWithin(file.Lines, inside))
		inside.End.Line++
		if first > last || lines == 0 && len(coverage.Within(file.Regions, inside)) == 0 {
			continue
		}
		p.Funcs, added = append(p.Funcs, f), true
	}
	if p.rest = nil; added {
		slices.SortStableFunc(p.Funcs, func(a, b coverage.Func) int {
			return cmp.Or(a.Span.Start.Compare(b.Span.Start), b.Span.End.Compare(a.Span.End))
		})
	}
	return p
}

package report

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"unicode"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/gap"
	"github.com/covls/covls/priority"
)

// addDocs gives a file that is the only one of its folder the words that its package has, and folders those of their packages.
func (r *Report) addDocs() {
	files := map[string]int{}
	for i := range r.Files {
		files[path.Dir(r.Files[i].Path)]++
	}
	r.docs = map[string]string{}
	for i := range r.Files {
		f := &r.Files[i]
		if f.file == nil || f.file.Source == nil || f.file.Source.PackageDoc == "" {
			continue
		}
		dir := path.Dir(f.Path)
		r.docs[dir] = cmp.Or(r.docs[dir], f.file.Source.PackageDoc)
		if files[dir] == 1 {
			f.Doc = cmp.Or(f.Doc, f.file.Source.PackageDoc)
		}
	}
}

// byNames stands behind what nobody has said of a file, but the names of its functions.
const byNames = " (by names)"

// holds says in a few words what a file is for: what it says of itself, else what its functions do by their names, which it says behind it, or its
// role; "" where all that says nothing.
func (f *File) holds() string {
	if f.Doc != "" {
		return prose(f.Doc)
	}
	if does, named := f.does(code); does != "" {
		if !named {
			return does
		}
		return prose(does) + byNames
	}
	if f.standing.Role != priority.Core {
		return f.Role
	}
	return ""
}

// does says what the functions of the file do by their names, which named tells, where that tells of a quarter of them or more, and not of one in a crowd; else which types
// they are methods of; "" where neither tells. The names of types are in code.
func (f *File) does(code func(string) string) (text string, named bool) {
	if text, of, all := doing(f.funcs); of > 0 && 4*of >= all && (of > 1 || all < 4) {
		return text, true
	}
	methods := map[string]int{}
	for i := range f.funcs {
		if of := strings.TrimPrefix(f.funcs[i].Receiver, "*"); of != "" {
			methods[of]++
		}
	}
	types := slices.SortedFunc(maps.Keys(methods), func(a, b string) int { return cmp.Or(cmp.Compare(methods[b], methods[a]), cmp.Compare(a, b)) })
	types = types[:min(len(types), typesMost)]
	all := 0
	for i, of := range types {
		all += methods[of]
		types[i] = code(shortened(of, nameMost)) + " (" + number(methods[of]) + ")"
	}
	declared := 0
	for i := range f.funcs {
		if !f.funcs[i].Literal {
			declared++
		}
	}
	if 2*all < declared || all == 0 {
		return "", false
	}
	return "methods of " + list(types), false
}

// typesMost is how many types are named that a file has methods of.
const typesMost = 3

// verbs are the first words of names that say what a function does, with the verb that they stand for where that is another. It is
// never written.
var verbs = func() map[string]string {
	out := map[string]string{
		"gen": "generate", "init": "initialise", "calc": "calculate", "del": "delete", "rm": "remove", "fmt": "format", "exec": "execute",
		"new": "make", "to": "convert to", "from": "make from", "conv": "convert", "alloc": "allocate", "dealloc": "deallocate", "dup": "duplicate",
		"is": "tell whether it is", "has": "tell whether it has", "can": "tell whether it can",
		"stringify": "turn into a string", "deser": "deserialise", "ser": "serialise",
	}
	for word := range strings.FieldsSeq(`accept acquire add allocate allow analyse analyze append apply assert assign attach authenticate authorize backup begin bind block
		bootstrap broadcast build bump cache calculate call cancel capture change check claim clean clear clone close collect commit compact
		compare compile complete compose compress compute configure connect consume convert copy count create decode decompress decrypt
		defer define delete deliver deploy derive describe deserialize destroy detach detect diff disable discard disconnect discover dispatch
		display do download drain draw drop dump emit enable encode encrypt end enqueue ensure enter escape evaluate evict execute exit expand
		expect export extend extract fail fetch fill filter find finish fire fix flatten flush follow force format forward free generate get
		grant group grow guess handle hash hide highlight import increment index infer initialize inject insert inspect install invalidate
		invoke issue iterate join keep kill lex link list listen load lock log look lookup make map mark marshal match measure merge migrate
		mount move normalize notify observe open order pack pad parse pass patch pause peek perform persist ping play poll pop post prepare
		print process produce prune publish pull push put query quote raise read rebuild receive record recover redirect reduce refresh
		register reject release reload remove rename render replace replay report request require reset resize resolve respond restart
		restore resume retry return reverse revoke roll rotate route run sanitize save scan schedule scroll search select send serialize serve
		set setup show shrink shuffle shutdown sign skip sleep slice sort spawn split start step stop store stream strip submit subscribe
		suggest swap switch sync tag take tell terminate throw tokenize toggle touch trace track train transform translate traverse trigger
		trim truncate try unlock unmarshal unpack unquote unregister unsubscribe unwrap update upgrade upload use validate verify visit wait
		walk warn watch weigh wrap write yield zip`) {
		if out[word] == "" {
			out[word] = word
		}
	}
	return out
}()

// linking are words that begin no thing: New and new_with make what their type says. It is never written.
var linking = []string{"with", "from", "for", "in", "by", "of"}

// spoken are words of names that people say otherwise. It is never written.
var spoken = map[string]string{"err": "error", "func": "function", "cmd": "command", "msg": "message", "ctx": "context", "param": "parameter", "cfg": "configuration", "arg": "argument", "dir": "folder"}

// third is a verb in the third person: "generates".
func third(verb string) string {
	first, rest, more := strings.Cut(verb, " ")
	n := len(first)
	switch {
	case first == "do":
		first = "does"
	case strings.HasSuffix(first, "s"), strings.HasSuffix(first, "x"), strings.HasSuffix(first, "z"), strings.HasSuffix(first, "ch"), strings.HasSuffix(first, "sh"):
		first += "es"
	case n > 1 && first[n-1] == 'y' && !strings.ContainsRune("aeou", rune(first[n-2])):
		first = first[:n-1] + "ies"
	default:
		first += "s"
	}
	if more {
		return first + " " + rest
	}
	return first
}

// wordsOf splits a name as people write them: "GenZshFile", "gen_zsh_file", "genHTTPFile".
func wordsOf(name string) []string {
	var out []string
	var word []rune
	end := func() {
		if len(word) > 0 {
			out = append(out, strings.ToLower(string(word)))
			word = nil
		}
	}
	letters := []rune(name)
	for i, c := range letters {
		switch {
		case !unicode.IsLetter(c) && !unicode.IsDigit(c):
			end()
			continue
		case unicode.IsUpper(c) && (i > 0 && !unicode.IsUpper(letters[i-1]) || i+1 < len(letters) && unicode.IsLower(letters[i+1])):
			end()
		}
		word = append(word, c)
	}
	end()
	return out
}

// plainName is a function's own name: without types, modules and parameters.
func plainName(name string) string {
	name, _, _ = strings.Cut(name, "(")
	depth := 0
	name = strings.Map(func(c rune) rune {
		switch {
		case c == '<':
			depth++
		case c == '>' && depth > 0:
			depth--
			return -1
		}
		if depth > 0 {
			return -1
		}
		return c
	}, name)
	for _, sep := range []string{"::", ".", "#", "$"} {
		if at := strings.LastIndex(name, sep); at >= 0 && at+len(sep) < len(name) {
			name = name[at+len(sep):]
		}
	}
	return name
}

// The bounds of what is said of a file's functions.
const (
	doingVerbs   = 4
	doingObjects = 2
	doingMost    = 2000 // functions that are looked at
)

// deed is what several functions do with things.
type deed struct {
	verb string
	// objects are what stands behind the verb, for each function.
	objects [][]string
}

// doing says in a few words what functions do by their names: "generates zsh completion, adds groups, and 7 other functions"; of is of how many of
// them that tells, and all how many were looked at.
func doing(funcs []coverage.Func) (text string, of, all int) {
	var deeds []*deed
	byVerb := map[string]*deed{}
	n := 0
	for i := range funcs[:min(len(funcs), doingMost)] {
		f := &funcs[i]
		words := wordsOf(plainName(f.Name))
		if f.Literal || len(words) == 0 || len(f.Name) > nameMost*2 || words[0] == "new" && (len(words) == 1 || slices.Contains(linking, words[1])) {
			continue
		}
		n++
		if words[0] == "must" && len(words) > 1 {
			words = words[1:]
		}
		verb := verbs[words[0]]
		if verb == "" || len(words) == 1 && strings.Contains(verb, " ") {
			continue
		}
		d := byVerb[verb]
		if d == nil {
			d = &deed{verb: verb}
			byVerb[verb] = d
			deeds = append(deeds, d)
		}
		for i, w := range words[1:] {
			if said := spoken[strings.TrimSuffix(w, "s")]; said != "" && strings.HasSuffix(w, "s") {
				w = said + "s"
			}
			words[i+1] = cmp.Or(spoken[w], w)
		}
		if len(words) > 2 && words[1] == "and" && verbs[words[2]] != "" {
			words[2] = third(words[2]) // "flattens and merges map"
		}
		d.objects = append(d.objects, words[1:])
	}
	if len(deeds) == 0 {
		return "", 0, n // a list of names would say nothing
	}
	slices.SortStableFunc(deeds, func(a, b *deed) int { return cmp.Compare(len(b.objects), len(a.objects)) })
	left := n
	var parts []string
	for _, d := range deeds {
		text, of := d.String()
		if of == 0 || len(parts) == doingVerbs {
			continue
		}
		parts = append(parts, text)
		left -= of
	}
	if len(parts) == 0 {
		return "", 0, n
	}
	if left > 0 {
		return strings.Join(parts, ", ") + ", and " + count(left, "other function"), n - left, n
	}
	return list(parts), n, n
}

// String is "generates zsh completion"; of is how many of the functions that tells of: none where they name nothing.
func (d *deed) String() (text string, of int) {
	verb := third(d.verb)
	if common := d.common(); len(common) > 0 {
		return verb + " " + saidWords(common), len(d.objects)
	}
	var objects []string
	for _, o := range d.objects {
		if words := saidWords(o); words != "" && !slices.Contains(objects, words) {
			objects = append(objects, words)
		}
	}
	switch {
	case len(objects) == 0:
		return verb, 0
	case len(objects) > doingObjects:
		return verb + " " + list(objects[:doingObjects]), doingObjects
	}
	return verb + " " + list(objects), len(d.objects)
}

// common is the longest beginning that more than half of the objects have; nil where that is none. Of a word in the singular and the
// plural it has the plural.
func (d *deed) common() []string {
	var out []string
	in := d.objects
	for at := 0; ; at++ {
		sizes, plural := map[string]int{}, map[string]string{}
		best := ""
		for _, o := range in {
			if at >= len(o) {
				continue
			}
			stem := strings.TrimSuffix(o[at], "s")
			sizes[stem]++
			if len(o[at]) > len(plural[stem]) {
				plural[stem] = o[at]
			}
			if best == "" || sizes[stem] > sizes[best] {
				best = stem
			}
		}
		if best == "" || 2*sizes[best] <= len(d.objects) {
			return out
		}
		out = append(out, plural[best])
		in = slices.DeleteFunc(slices.Clone(in), func(o []string) bool { return at >= len(o) || strings.TrimSuffix(o[at], "s") != best })
	}
}

// saidWords are words of a name in a sentence.
func saidWords(words []string) string { return shortened(strings.Join(words, " "), 60) }

// testedNames is how many functions stand for what is tested of a file.
const testedNames = 3

// tested says what tests reach of files today: how many functions, the largest by name, and where their tests are.
func (f *fileFacts) tested(files []*File) string {
	type fn struct {
		name string
		size int
	}
	var reached []fn
	all, none := 0, true
	for _, file := range files {
		none = none && file.total().Covered == 0
		for i := range file.funcs {
			g := &file.funcs[i]
			if g.Statements.Total == 0 && !g.Counted {
				continue
			}
			if all++; !g.Uncovered() {
				reached = append(reached, fn{gap.Title(file.file, g), g.Statements.Covered})
			}
		}
	}
	switch {
	case none && len(reached) == 0:
		return "nothing"
	case all == 0:
		return ""
	case len(reached) == 0:
		return fmt.Sprintf("no function of %s", number(all))
	}
	slices.SortStableFunc(reached, func(a, b fn) int { return cmp.Compare(b.size, a.size) })
	var names, titles []string
	for _, g := range reached {
		titles = append(titles, g.name)
	}
	for _, g := range reached {
		if name := f.called(g.name); !slices.Contains(names, name) {
			names = append(names, name)
		}
		if len(names) == testedNames {
			break
		}
	}
	if len(reached) == all {
		if all == 1 {
			return names[0] + ", in part"
		}
		return fmt.Sprintf("all %s at least in part", count(all, "function"))
	}
	text := fmt.Sprintf("%s of %s", number(len(reached)), count(all, "function"))
	if lines := f.nameless(titles); lines != "" {
		return text + ", " + lines
	}
	if len(reached) > len(names) {
		return text + ", among them " + list(names)
	}
	return text + ": " + list(names)
}

package source

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"

	sitter "github.com/odvcencio/gotreesitter"
	"github.com/odvcencio/gotreesitter/grammars"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/text"
)

// grammar says how a language writes its functions, in the node kinds of its tree-sitter grammar.
type grammar struct {
	// parsers is made on first use: a grammar takes about 10 ms to unpack.
	parsers func() *parserPools
	// funcs are the definitions, named by the field "name".
	funcs []string
	// declared tells that funcs stand for declarations too, which have no "body".
	declared bool
	// values are the functions that take the name of what they are assigned to.
	values []string
	// scopes maps what functions belong to to the field that names it.
	scopes map[string]string
	// assigned maps what gives its name to a value to the fields of both.
	assigned map[string][2]string
	// marks are what stands before a definition and is no part of it.
	marks []string
	// join stands between the names of nested scopes.
	join string
	// loads tells that the head of a function runs when the text is loaded, its "body" when it is
	// called.
	loads bool
	// trim tells that a body may take in the comments behind it.
	trim bool
}

var (
	python = &grammar{
		parsers: parsers(grammars.PythonLanguage),
		funcs:   []string{"function_definition"},
		scopes:  map[string]string{"class_definition": "name"},
		join:    ".",
		loads:   true,
		trim:    true,
	}
	javaScript = &grammar{
		parsers: parsers(grammars.JavascriptLanguage),
		funcs:   []string{"function_declaration", "generator_function_declaration", "method_definition"},
		values:  []string{"function_expression", "generator_function", "arrow_function"},
		scopes:  map[string]string{"class_declaration": "name", "class": "name"},
		assigned: map[string][2]string{
			"variable_declarator":   {"name", "value"},
			"assignment_expression": {"left", "right"},
			"pair":                  {"key", "value"},
			"field_definition":      {"property", "value"},
		},
		marks: []string{"decorator"},
		join:  ".",
	}
	typeScript = typed(grammars.TypescriptLanguage)
	tsx        = typed(grammars.TsxLanguage)
	java       = &grammar{
		parsers:  parsers(grammars.JavaLanguage),
		declared: true,
		funcs:    []string{"method_declaration", "constructor_declaration", "compact_constructor_declaration"},
		scopes: map[string]string{
			"class_declaration": "name", "interface_declaration": "name", "enum_declaration": "name",
			"record_declaration": "name", "annotation_type_declaration": "name",
		},
		marks: []string{"annotation", "marker_annotation"},
		join:  ".",
	}
	ruby = &grammar{
		parsers: parsers(grammars.RubyLanguage),
		funcs:   []string{"method", "singleton_method"},
		scopes:  map[string]string{"class": "name", "module": "name"},
		join:    "::",
		loads:   true,
	}
	php = &grammar{
		parsers:  parsers(grammars.PhpLanguage),
		funcs:    []string{"function_definition", "method_declaration"},
		declared: true,
		scopes: map[string]string{
			"class_declaration": "name", "interface_declaration": "name", "trait_declaration": "name", "enum_declaration": "name",
		},
		marks: []string{"attribute_list"},
	}
	rust = &grammar{
		parsers: parsers(grammars.RustLanguage),
		funcs:   []string{"function_item"},
		scopes:  map[string]string{"impl_item": "type", "trait_item": "name", "mod_item": "name"},
		join:    "::",
	}
)

// typed is JavaScript as TypeScript's grammars have it.
func typed(load func() *sitter.Language) *grammar {
	g := *javaScript
	g.parsers = parsers(load)
	g.scopes = map[string]string{
		"class_declaration": "name", "class": "name", "abstract_class_declaration": "name",
		"internal_module": "name", "module": "name",
	}
	g.assigned = map[string][2]string{
		"variable_declarator":     {"name", "value"},
		"assignment_expression":   {"left", "right"},
		"pair":                    {"key", "value"},
		"public_field_definition": {"name", "value"},
	}
	return &g
}

// parserPools are the parsers of a language.
type parserPools struct {
	patient [len(patiences)]*sitter.ParserPool // beside patiences
	// stuck is how many parses have not ended in their time.
	stuck atomic.Int32
}

func parsers(load func() *sitter.Language) func() *parserPools {
	return sync.OnceValue(func() *parserPools {
		language, pools := load(), &parserPools{}
		for i, p := range patiences {
			pools.patient[i] = sitter.NewParserPool(language, sitter.WithParserPoolTimeoutMicros(uint64(p/time.Microsecond)))
		}
		return pools
	})
}

// grammarOf is the grammar that a file's extension stands for, or nil.
func grammarOf(name string) *grammar {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".py", ".pyw", ".pyi":
		return python
	case ".js", ".mjs", ".cjs", ".jsx":
		return javaScript
	case ".ts", ".mts", ".cts":
		return typeScript
	case ".tsx":
		return tsx
	case ".java":
		return java
	case ".rb", ".rake":
		return ruby
	case ".php":
		return php
	case ".rs":
		return rust
	}
	return nil
}

// maxName bounds the length in bytes of a function's name, and of what it is said to be in: a name of many functions
// is kept with each of them.
const maxName = 250

// clipped is a name that is no longer than maxName.
func clipped(name string) string {
	if len(name) <= maxName {
		return name
	}
	end := maxName - len("…")
	for end > 0 && !utf8.RuneStart(name[end]) {
		end--
	}
	return name[:end] + "…"
}

// parseBytes is the size of the largest text that is parsed.
const parseBytes = 2 << 20

// patiences are how long the parser may take for a text. It may try one twice, so long each.
var patiences = [...]time.Duration{
	128 * time.Millisecond, 256 * time.Millisecond, 512 * time.Millisecond, 1024 * time.Millisecond, 2048 * time.Millisecond,
}

// patienceFor is the index of the patience for a text of so many bytes, of which the parser takes one or two
// microseconds each. What takes ten times as long is given up: its functions are unknown.
func patienceFor(bytes int, hurry bool) int {
	want := time.Second + time.Duration(bytes)*10*time.Microsecond
	if hurry {
		want = 100*time.Millisecond + time.Duration(bytes)*3*time.Microsecond
	}
	i, _ := slices.BinarySearch(patiences[:len(patiences)-1], want)
	return i
}

// parse finds the functions of src, in at most the patience of that index. ok is false where the parser gave up.
func (g *grammar) parse(src string, patience int) (parsed *Parsed, ok bool) {
	if len(src) > parseBytes || nesting(src) > maxNesting {
		return nil, false
	}
	code := strings.TrimPrefix(src, "\ufeff")
	tree := g.tree(code, patience)
	if tree == nil {
		return nil, false
	}
	defer tree.Release()
	if tree.ParseStoppedEarly() {
		return nil, false
	}
	s := &syntax{grammar: g, lang: tree.Language(), src: src, bom: len(src) - len(code), text: text.New(src), parsed: &Parsed{}}
	root := tree.RootNode()
	s.fault(root)
	s.look(root, "")
	return s.parsed, true
}

// tree parses a text; nil is for one that the parser gave up. There are texts over which it does not look at its limit of
// time: they are left to themselves when it is over twice, and while one is, nothing but small texts is parsed.
func (g *grammar) tree(code string, patience int) *sitter.Tree {
	const small = 16 << 10
	pools := g.parsers()
	if pools.stuck.Load() > 0 && len(code) > small {
		return nil
	}
	pool := pools.patient[patience]
	return await(&pools.stuck, 3*patiences[patience], func() *sitter.Tree {
		tree, err := pool.Parse([]byte(code))
		if err != nil {
			return nil
		}
		return tree
	}, (*sitter.Tree).Release)
}

// syntax takes the functions from one tree.
type syntax struct {
	*grammar
	lang   *sitter.Language
	src    string
	bom    int // the bytes of src before the tree's
	text   *text.Text
	parsed *Parsed
}

// fault notes the first syntax error in n.
func (s *syntax) fault(n *sitter.Node) {
	if s.parsed.Err != nil || !n.HasErrorOrMissing() {
		return
	}
	if n.IsError() || n.IsMissing() {
		line, col := s.text.LineCol(s.bom + int(n.StartByte()))
		s.parsed.Err = fmt.Errorf("%d:%d: syntax error", line, col)
		return
	}
	for _, c := range n.Children() {
		s.fault(c)
	}
}

// look finds the functions in n, which belongs to receiver.
func (s *syntax) look(n *sitter.Node, receiver string) {
	kind := n.Type(s.lang)
	if slices.Contains(s.funcs, kind) {
		name := s.field(n, "name")
		if (!s.declared || s.field(n, "body") != nil) && s.add(n, n, name, receiver) {
			return
		}
	} else if slices.Contains(s.values, kind) {
		if s.add(n, n, s.field(n, "name"), receiver) {
			return
		}
	} else if fields, ok := s.assigned[kind]; ok {
		to, value := s.field(n, fields[0]), s.bare(s.field(n, fields[1]))
		if s.isValue(value) && s.add(n, value, s.key(to), s.owner(to, receiver)) {
			return
		}
		if field, ok := s.scopes[s.kind(value)]; ok && s.field(value, field) == nil && s.key(to) != nil {
			receiver = s.nested(receiver, s.key(to))
		}
	} else if field, ok := s.scopes[kind]; ok {
		receiver = s.nested(receiver, s.field(n, field))
	} else if called := s.bare(s.field(n, "function")); s.isValue(called) {
		// A function that is called where it stands is looked into, whether or not it has a name.
		s.within(called, receiver)
		if arguments := s.field(n, "arguments"); arguments != nil {
			s.look(arguments, receiver)
		}
		return
	}
	s.within(n, receiver)
}

func (s *syntax) within(n *sitter.Node, receiver string) {
	for _, c := range n.Children() {
		if c.ChildCount() > 0 {
			s.look(c, receiver)
		}
	}
}

// add adds the function value, which whole defines, unless it has no name to show.
func (s *syntax) add(whole, value, name *sitter.Node, receiver string) bool {
	if name == nil || len(s.in(name)) > maxName || strings.ContainsAny(s.in(name), "\r\n") {
		return false
	}
	span, named := s.span(s.begin(whole), s.end(value)), s.span(int(name.StartByte()), int(name.EndByte()))
	if named.Start.Compare(named.End) >= 0 || named.Start.Compare(span.Start) < 0 || span.End.Compare(named.End) < 0 {
		return false
	}
	funcs := s.parsed.Funcs
	if len(funcs) > 0 && span.Start.Compare(funcs[len(funcs)-1].Span.End) < 0 {
		return false
	}
	f := coverage.Func{
		Name: s.in(name), Receiver: receiver, Span: span, NameSpan: named,
		Hash: Fingerprint(s.src[s.bom+s.begin(whole) : s.bom+s.end(value)]),
	}
	if s.loads {
		f.Body = span.End
		if body := s.field(value, "body"); body != nil {
			f.Body.Line, f.Body.Col = s.text.LineCol(s.bom + int(body.StartByte()))
		}
	}
	s.parsed.Funcs = append(funcs, f)
	return true
}

// begin is where a definition starts behind its marks.
func (s *syntax) begin(n *sitter.Node) int {
	for _, c := range n.Children() {
		kind := s.kind(c)
		if slices.Contains(s.marks, kind) || c.IsExtra() {
			continue
		}
		if kind != "modifiers" {
			return int(c.StartByte())
		}
		if start := s.begin(c); start < int(c.EndByte()) {
			return start
		}
	}
	return int(n.EndByte())
}

// end is where a definition ends.
func (s *syntax) end(n *sitter.Node) int {
	for last := n; s.trim && last != nil; {
		n, last = last, nil
		for _, c := range n.Children() {
			if !c.IsExtra() && c.EndByte() > c.StartByte() {
				last = c
			}
		}
	}
	return int(n.EndByte())
}

// key is the part of what is assigned to that names it, or nil.
func (s *syntax) key(n *sitter.Node) *sitter.Node {
	switch s.kind(n) {
	case "identifier", "property_identifier", "private_property_identifier", "computed_property_name":
		return n
	case "string":
		if n.NamedChildCount() == 1 {
			return n.NamedChild(0)
		}
	case "member_expression":
		return s.field(n, "property")
	}
	return nil
}

// owner is what the function that is assigned to n belongs to: T for T.prototype.f and T.f.
func (s *syntax) owner(n *sitter.Node, receiver string) string {
	object := s.field(n, "object")
	if object == nil {
		return receiver
	}
	name := strings.TrimPrefix(strings.TrimPrefix(s.in(object), "module."), "exports.")
	name = strings.TrimSuffix(name, ".prototype")
	if name == "exports" || name == "module" || name == "this" || strings.ContainsFunc(name, func(r rune) bool { return r != '.' && !isWord(r) }) {
		return receiver
	}
	return name
}

// nested is the scope that name opens in receiver, without type arguments.
func (s *syntax) nested(receiver string, name *sitter.Node) string {
	if s.kind(name) == "generic_type" {
		name = s.field(name, "type")
	}
	if name == nil || len(receiver) >= maxName {
		return receiver
	}
	scope := s.in(name)
	if len(scope) > 2*maxName {
		scope = scope[:2*maxName] // the rest would be clipped
	}
	scope = strings.Join(strings.Fields(scope), " ")
	if receiver == "" || scope == "" {
		return clipped(receiver + scope)
	}
	return clipped(receiver + s.join + scope)
}

// bare is n without parentheses and type assertions around it.
func (s *syntax) bare(n *sitter.Node) *sitter.Node {
	for {
		switch s.kind(n) {
		case "parenthesized_expression", "as_expression", "satisfies_expression", "non_null_expression":
			if n.NamedChildCount() == 0 {
				return n
			}
			n = n.NamedChild(0)
		default:
			return n
		}
	}
}

func (s *syntax) isValue(n *sitter.Node) bool { return slices.Contains(s.values, s.kind(n)) }

func (s *syntax) kind(n *sitter.Node) string {
	if n == nil {
		return ""
	}
	return n.Type(s.lang)
}

func (s *syntax) field(n *sitter.Node, name string) *sitter.Node {
	if n == nil {
		return nil
	}
	return n.ChildByFieldName(name, s.lang)
}

func (s *syntax) in(n *sitter.Node) string {
	return s.src[s.bom+int(n.StartByte()) : s.bom+int(n.EndByte())]
}

func (s *syntax) span(start, end int) coverage.Span {
	var span coverage.Span
	span.Start.Line, span.Start.Col = s.text.LineCol(s.bom + start)
	span.End.Line, span.End.Col = s.text.LineCol(s.bom + end)
	return span
}

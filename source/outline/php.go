package outline

import (
	"strings"
)

var php = &language{
	lexicon: &lexicon{
		braces: true,
		block:  [][2]string{{"/*", "*/"}},
		quotes: []quote{
			{open: `"`, close: `"`, escape: '\\', lines: true, hole: "{$"},
			{open: `'`, close: `'`, escape: '\\', lines: true},
			{open: "`", close: "`", escape: '\\', lines: true, hole: "{$"},
		},
		letters: "$",
		marks:   []string{"?->", "->", "::", "=>", "==", "...", "<=", ">=", "!="},
		hook:    phpHook,
		start:   phpText,
	},
	find: findPHP,
}

var (
	phpModifiers = wordSet("public protected private static final abstract readonly var Public Protected Private Static Final Abstract PUBLIC PROTECTED PRIVATE STATIC FINAL ABSTRACT")
	phpEnds      = wordSet("; ?> function")
	phpWords     = wordSet("fn get set class interface trait enum function")
	phpNames     = wordSet(":: -> ?->")
)

// phpText passes over text that is no code.
func phpText(l *lexer) {
	for {
		at := strings.Index(l.src[l.pos:], "<?")
		if at < 0 {
			l.pos = len(l.src)
			return
		}
		l.pos += at + len("<?")
		switch rest := l.src[l.pos:]; {
		case len(rest) >= 3 && strings.EqualFold(rest[:3], "php"):
			l.pos += 3
			return
		case strings.HasPrefix(rest, "="):
			l.pos++
			return
		case rest != "" && (rest[0] == ' ' || rest[0] == '\t' || rest[0] == '\r' || rest[0] == '\n'):
			return
		}
	}
}

// phpHook takes what ends and begins text that is no code, comments that end with their line, attributes and heredocs.
func phpHook(l *lexer) bool {
	start, rest := l.pos, l.src[l.pos:]
	switch c := rest[0]; {
	case c == '?' && strings.HasPrefix(rest, "?>"):
		l.pos += 2
		l.add(mark, start)
		phpText(l)
		return true
	case c == '#' && strings.HasPrefix(rest, "#["):
		l.pos++
		l.add(mark, start)
		return true
	case c == '#' || c == '/' && strings.HasPrefix(rest, "//"):
		line := rest
		if at := strings.IndexByte(line, '\n'); at >= 0 {
			line = line[:at]
		}
		if at := strings.Index(line, "?>"); at >= 0 {
			line = line[:at]
		}
		l.comment(start + len(line))
		return true
	case c == '<' && strings.HasPrefix(rest, "<<<"):
		return phpHeredoc(l)
	case c == '_' && len(rest) >= len(phpHalt) && strings.EqualFold(rest[:len(phpHalt)], phpHalt):
		l.word()
		if strings.EqualFold(l.src[start:l.pos], phpHalt) {
			l.pos = len(l.src)
		}
		return true
	}
	return false
}

// phpHalt is the word behind which there is no code.
const phpHalt = "__halt_compiler"

// phpHeredoc takes a heredoc or a nowdoc. Its placeholders are not looked into.
func phpHeredoc(l *lexer) bool {
	start := l.pos
	at := start + len("<<<")
	for at < len(l.src) && (l.src[at] == ' ' || l.src[at] == '\t') {
		at++
	}
	quoted := at < len(l.src) && (l.src[at] == '"' || l.src[at] == '\'')
	if quoted {
		at++
	}
	from := at
	for at < len(l.src) && isWord(l.src[at]) {
		at++
	}
	name := l.src[from:at]
	if quoted && at < len(l.src) && l.src[at] == l.src[from-1] {
		at++
	}
	if name == "" || at >= len(l.src) || l.src[at] != '\n' && l.src[at] != '\r' {
		return false
	}
	for {
		line := strings.IndexByte(l.src[at:], '\n')
		if line < 0 {
			l.pos = len(l.src)
			l.add(literal, start)
			l.breaks(start)
			return true
		}
		at += line + 1
		for at < len(l.src) && (l.src[at] == ' ' || l.src[at] == '\t') {
			at++
		}
		if end := at + len(name); strings.HasPrefix(l.src[at:], name) && (end == len(l.src) || !isWord(l.src[end])) {
			l.pos = end
			l.add(literal, start)
			return true
		}
	}
}

func findPHP(s *scanned) {
	classes := map[int]string{} // of the brackets of their bodies
	ends := map[int]int{}       // of expressions, by the bracket that they stand in
	for i := 0; i < len(s.tokens); i++ {
		if s.kind(i) != word {
			continue
		}
		at := s.text(i)
		if len(at) > len("interface") || !phpWords[strings.ToLower(at)] || phpNames[s.text(i-1)] {
			continue
		}
		switch strings.ToLower(at) {
		case "fn":
			s.phpArrow(i, ends)
		case "get", "set":
			s.phpHook(i, classes)
		case "class", "interface", "trait", "enum":
			s.phpClass(i, classes)
		case "function":
			s.phpFunction(i, classes)
		}
	}
}

// phpClass says what stands in the body of a class, without a name for one that has none.
func (s *scanned) phpClass(i int, classes map[int]string) {
	switch next := strings.ToLower(s.text(i + 2)); {
	case s.kind(i+1) == open, next == "{", next == "extends", next == "implements":
	case next == ":" && (s.is(i+4, open, "{") || strings.EqualFold(s.text(i+4), "implements")):
	case strings.EqualFold(s.text(i+1), "extends"), strings.EqualFold(s.text(i+1), "implements"):
	default:
		return
	}
	if s.kind(i+1) == word && !strings.HasPrefix(s.text(i+1), "$") {
		if body := s.body(i+2, phpEnds); body >= 0 {
			if next := strings.ToLower(s.text(i + 1)); next == "extends" || next == "implements" {
				classes[body] = ""
			} else {
				classes[body] = s.text(i + 1)
			}
		}
		return
	}
	if s.kind(i+1) == open && strings.EqualFold(s.text(i), "class") {
		if body := s.body(i+1, phpEnds); body >= 0 {
			classes[body] = ""
		}
	}
}

func (s *scanned) phpFunction(i int, classes map[int]string) {
	name := i + 1
	if s.is(name, mark, "&") {
		name++
	}
	if s.is(name, open, "(") {
		shut := s.partner(name)
		if body := s.body(shut+1, phpEnds); shut > 0 && body >= 0 {
			first := s.modified(i, phpModifiers)
			f := s.add(definition{first: first, name: name, body: body}, "")
			s.phpValue(f, first, name)
		}
		return
	}
	if s.kind(name) != word || !s.is(name+1, open, "(") {
		return
	}
	shut := s.partner(name + 1)
	if shut < 0 {
		return
	}
	body := s.body(shut+1, phpEnds)
	if body < 0 {
		return
	}
	d := definition{first: s.modified(i, phpModifiers), name: name, body: body}
	f := s.add(d, classes[s.around(i)])
	f.Marked = s.hashed(d.first)
}

// phpArrow adds an arrow function: fn(int $a): int => $a + 1.
func (s *scanned) phpArrow(i int, ends map[int]int) {
	name := i + 1
	if s.is(name, mark, "&") {
		name++
	}
	shut := s.partner(name)
	if !s.is(name, open, "(") || shut < 0 {
		return
	}
	body := shut + 1
	for n := 0; !s.is(body, mark, "=>"); n, body = n+1, body+1 {
		if n > maxType || body >= len(s.tokens) || s.kind(body) == closed || s.is(body, mark, ";") {
			return
		}
	}
	body++
	if body >= len(s.tokens) {
		return
	}
	in := s.around(i)
	end, ok := ends[in]
	if !ok || end <= i {
		for end = body; end < len(s.tokens); end++ {
			if s.kind(end) == open {
				if s.partner(end) < 0 {
					break
				}
				end = s.partner(end)
				continue
			}
			if text := s.text(end); s.kind(end) == closed || s.kind(end) == mark && (text == "," || text == ";" || text == "?>") {
				break
			}
		}
		ends[in] = end
	}
	if end <= body {
		return
	}
	first := s.modified(i, phpModifiers)
	f := s.add(definition{first: first, name: name, body: body}, "")
	f.End = s.end(end - 1)
	s.phpValue(f, first, name)
}

// phpValue names a function that stands as a value by what it is assigned to.
func (s *scanned) phpValue(f *Func, first, params int) {
	f.Value = true
	f.Marked = s.hashed(first)
	f.Name = ""
	f.NameStart, f.NameEnd = s.start(params), s.end(s.partner(params))
	before := first - 1
	for s.is(before, closed, "]") && s.is(s.partner(before)-1, mark, "#") {
		before = s.partner(before) - 2
	}
	switch {
	case s.is(before, mark, "=") && s.kind(before-1) == word:
		f.Name = strings.TrimPrefix(s.text(before-1), "$")
	case s.is(before, mark, "=>") && s.kind(before-1) == literal:
		f.Name = strings.Trim(s.text(before-1), `'"`)
	default:
		return
	}
	f.NameStart, f.NameEnd = s.start(before-1), s.end(before-1)
}

// phpHook adds what reads or sets a property, get or set with a body, as it stands in the brackets behind the property.
func (s *scanned) phpHook(i int, classes map[int]string) {
	in := s.around(i)
	class, ok := classes[s.around(in)]
	if !ok || !s.is(in, open, "{") {
		return
	}
	next := i + 1
	if s.is(next, open, "(") {
		if next = s.partner(next) + 1; next <= 0 {
			return
		}
	}
	property := in - 1
	for n := 0; ; n, property = n+1, property-1 {
		if s.kind(property) == word && strings.HasPrefix(s.text(property), "$") {
			break
		}
		if s.kind(property) == closed && s.text(property) != "}" && s.partner(property) >= 0 {
			property = s.partner(property)
			continue
		}
		if kind := s.kind(property); n > maxType || property < 0 || kind == open || kind == closed || s.is(property, mark, ";") {
			return
		}
	}
	first := s.modified(i, phpModifiers)
	if s.is(first-1, mark, "&") {
		first--
	}
	d := definition{first: first, name: i, body: next}
	end := -1
	switch {
	case s.is(next, open, "{"):
		end = s.behind(next)
	case s.is(next, mark, "=>"):
		if before := s.text(first - 1); before != "{" && before != "}" && before != ";" && before != "]" {
			return
		}
		d.body = next + 1
		for k := d.body; k < len(s.tokens); k++ {
			if s.kind(k) == open && s.partner(k) > 0 {
				k = s.partner(k)
			} else if s.is(k, mark, ";") || s.kind(k) == closed || s.kind(k) == open {
				end = s.end(k)
				break
			}
		}
	}
	if end < 0 {
		return
	}
	f := s.add(d, class)
	f.Name = s.text(property) + "::" + s.text(i)
	f.End = end
	f.Marked = s.hashed(first)
}

package fuzz_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/covls/covls/config"
	"github.com/covls/covls/diag"
	"github.com/covls/covls/source"
	"github.com/covls/covls/text"
	"github.com/covls/covls/workspace"
)

// tongue is a language that a document is written in, and what a profile says of it.
type tongue struct {
	name string // of the file
	head string // of the text
	// function is the text of the nth, with a comment at the end of its first line.
	function func(n int) string
	// profile is one of a text that says of each function whether it ran.
	profile func(name, text string, funcs []counted) string
	comment string // begins one
	// byLines tells that functions are found by their lines alone: the profile says where they are.
	byLines bool
	// statement is one more line of a function.
	statement string
	// most is how many edits a script has at most; 0 is any number.
	most int
	// beside can stand before a function on its line; "" is none.
	beside string
}

// counted is a function as a profile sees it: its 1-based lines and whether it ran.
type counted struct {
	name        string
	first, last int
	ran         int
}

func tongues() []tongue {
	braces := func(head string) func(int) string {
		return func(n int) string {
			return fmt.Sprintf(head+" { // é😀\n\tif (a > %[1]d) {\n\t\treturn %[1]d\n\t}\n\treturn a\n}\n", n)
		}
	}
	lines := func(b *strings.Builder, f counted, format string) {
		for n := f.first; n <= f.last; n++ {
			fmt.Fprintf(b, format, n, f.ran)
		}
	}
	lcov := func(name, _ string, funcs []counted) string {
		var b strings.Builder
		fmt.Fprintf(&b, "SF:%s\n", name)
		for _, f := range funcs {
			fmt.Fprintf(&b, "FN:%d,%d,%s\nFNDA:%d,%s\n", f.first, f.last, f.name, f.ran, f.name)
			lines(&b, f, "DA:%d,%d\n")
		}
		return b.String() + "end_of_record\n"
	}
	return []tongue{
		{
			name: "a.go", head: "package a\n", function: braces("func f%[1]d(a int) int"), comment: "//", statement: "\tprintln(\"é😀\")\n", beside: "/* é😀 */ ",
			profile: func(name, text string, funcs []counted) string {
				b := new(strings.Builder)
				b.WriteString("mode: set\n")
				for _, block := range source.Blocks(text) {
					r := block.As
					f := funcs[slices.IndexFunc(funcs, func(f counted) bool { return int(r.Start.Line) <= f.last })]
					fmt.Fprintf(b, "%s:%d.%d,%d.%d %d %d\n", name, r.Start.Line, r.Start.Col, r.End.Line, r.End.Col, r.Statements, f.ran)
				}
				return b.String()
			},
		},
		{name: "a.js", function: braces("function f%[1]d(a)"), comment: "//", statement: "\tprint('é😀')\n", beside: "/* é😀 */ ", profile: lcov, byLines: true},
		{
			name: "a.py", comment: "#", statement: "    print('é😀')\n",
			most: 6, // its parser takes ten times as long as the others
			function: func(n int) string {
				return fmt.Sprintf("def f%d(a): # é😀\n    if a > %d:\n        return %d\n    return a\n", n, n, n)
			},
			profile: func(name, _ string, funcs []counted) string {
				b := new(strings.Builder)
				fmt.Fprintf(b, `<coverage><packages><package><classes><class filename="%s"><lines>`, name)
				for _, f := range funcs {
					lines(b, f, `<line number="%d" hits="%d"/>`)
				}
				return b.String() + "</lines></class></classes></package></packages></coverage>"
			},
		},
	}
}

// harmless are lines that can be put between functions.
func (g tongue) harmless(n int) string {
	all := []string{"\n", g.comment + " x\n", g.comment + " é😀€\n", g.comment + "\t\n", "\n\n" + g.comment + " {[(\n"}
	return all[n%len(all)]
}

// manuscript is a document as nothing but strings, in which it is known where each function is.
type manuscript struct {
	tongue
	eol   string
	enc   text.Encoding
	base  string
	now   string
	funcs []passage
	// torn tells that an edit went anywhere: nobody knows what is a function then.
	torn bool
}

// passage is a function in a manuscript.
type passage struct {
	name       string
	start, end int // byte offsets now
	was        [2]int
	body, line string // as they were; the line is the first, whole
}

func newManuscript(g tongue, n int, crlf bool, enc text.Encoding) *manuscript {
	m := &manuscript{tongue: g, eol: "\n", enc: enc}
	if crlf {
		m.eol = "\r\n"
	}
	m.now = m.text(g.head)
	for i := range n {
		m.now += m.eol
		p := passage{name: fmt.Sprintf("f%d", i+1), start: len(m.now)}
		m.now += m.text(g.function(i + 1))
		p.end = len(m.now) - len(m.eol)
		p.was, p.body, p.line = [2]int{p.start, p.end}, m.now[p.start:p.end], m.line(p.start)
		m.funcs = append(m.funcs, p)
	}
	m.base = m.now
	return m
}

// text has the line endings of the document.
func (m *manuscript) text(s string) string { return strings.ReplaceAll(s, "\n", m.eol) }

func (m *manuscript) lineStart(offset int) int { return strings.LastIndex(m.now[:offset], "\n") + 1 }

// line is the line around an offset.
func (m *manuscript) line(offset int) string {
	line, _, _ := strings.Cut(m.now[m.lineStart(offset):], "\n")
	return line
}

// report is what a test run says: every second function ran.
func (m *manuscript) report() string {
	var funcs []counted
	for i, p := range m.funcs {
		first := 1 + strings.Count(m.base[:p.was[0]], "\n")
		funcs = append(funcs, counted{p.name, first, first + strings.Count(p.body, "\n"), i % 2})
	}
	return m.profile(m.name, m.base, funcs)
}

// replace puts s in place of a stretch and moves what is behind it.
func (m *manuscript) replace(start, end int, s string) text.Edit {
	e := text.Edit{Range: text.Range{Start: naivePosition(m.now, start, m.enc), End: naivePosition(m.now, end, m.enc)}, Text: s}
	m.now = m.now[:start] + s + m.now[end:]
	for i := range m.funcs {
		p := &m.funcs[i]
		if p.start >= end {
			p.start += len(s) - (end - start)
		}
		if p.end >= end {
			p.end += len(s) - (end - start)
		}
	}
	return e
}

// scratch is an edit that goes anywhere.
func (m *manuscript) scratch(op []byte, s string) text.Edit {
	m.torn = true
	r := text.Range{
		Start: text.Position{Line: uint32(op[1] % 64), Character: uint32(op[2] % 64)},
		End:   text.Position{Line: uint32(op[1]%64 + op[3]%3), Character: uint32(op[3] % 64)},
	}
	if op[3] > 250 {
		r.End = text.Position{Line: 1<<32 - 1, Character: 1<<32 - 1}
	}
	start, end := naiveOffset(m.now, r.Start, m.enc), naiveOffset(m.now, r.End, m.enc)
	start, end = min(start, end), max(start, end)
	m.now = m.now[:start] + s + m.now[end:]
	return text.Edit{Range: r, Text: s}
}

// next is the edit that four bytes of a script stand for.
func (m *manuscript) next(op []byte, texts []string) text.Edit {
	scrap := texts[int(op[2])%len(texts)]
	kind := op[0] % 8
	switch {
	case kind == 7:
		m.now, m.torn = m.base, false
		for i := range m.funcs {
			p := &m.funcs[i]
			p.start, p.end = p.was[0], p.was[1]
		}
		return text.Edit{Text: m.now, Whole: true}
	case kind == 0 || m.torn:
		return m.scratch(op, scrap)
	}
	i := int(op[1]) % len(m.funcs)
	p := m.funcs[i]
	gap := len(m.text(m.head)) // the lines before the function begin here
	if i > 0 {
		gap = m.funcs[i-1].end + len(m.eol)
	}
	top := m.lineStart(p.start)
	switch kind {
	case 1:
		return m.replace(top, top, m.text(m.harmless(int(op[2]))))
	case 2:
		lines := strings.SplitAfter(m.now[gap:top], m.eol)
		n := int(op[2]) % len(lines)
		start := gap + len(strings.Join(lines[:n], ""))
		return m.replace(start, start+len(lines[n]), "")
	case 3: // more in the function
		below := p.start + strings.Index(m.now[p.start:], "\n") + 1
		return m.replace(below, below, m.text(m.statement))
	case 4: // its first line becomes another
		end := p.start + strings.Index(m.now[p.start:], m.eol)
		return m.replace(end, end, " é")
	case 5:
		return m.replace(p.start, p.start, m.beside)
	}
	m.replace(len(m.now), len(m.now), m.text(m.harmless(int(op[2])))) // behind all
	return text.Edit{Text: m.now, Whole: true}
}

// check holds the marks against where the functions are.
func (m *manuscript) check(t *testing.T, file *workspace.File, d *workspace.Document) {
	t.Helper()
	if d.Text.String() != m.now {
		t.Fatalf("the text is %q, want %q", d.Text, m.now)
	}
	marks := diag.Marks(file, d)
	known := map[string]passage{}
	for _, p := range m.funcs {
		known[p.name] = p
	}
	for _, k := range marks {
		if k.Why == workspace.New && m.torn {
			continue
		}
		if k.Why != "" {
			t.Errorf("nothing is known of %s: %s", k.Name, k.Why)
		}
		p, ok := known[k.Name]
		if !ok {
			t.Fatalf("a mark of %q, which was none of the functions, or has one already", k.Name)
		}
		delete(known, k.Name)
		for _, s := range []diag.Span{k.Now, k.NameNow} {
			if s.Start < 0 || s.End < s.Start || s.End > len(m.now) {
				t.Fatalf("%s is at %v of %d bytes", k.Name, s, len(m.now))
			}
			want := text.Range{Start: naivePosition(m.now, s.Start, m.enc), End: naivePosition(m.now, s.End, m.enc)}
			if r := d.Text.Range(s.Start, s.End, m.enc); r != want {
				t.Errorf("%v in %v is %v, want %v", s, m.enc, r, want)
			}
		}
		if !k.Stale && (m.now[k.Now.Start:k.Now.End] != p.body || m.now[k.NameNow.Start:k.NameNow.End] != k.Name) {
			t.Errorf("%s is called unchanged at %q, its name at %q", k.Name, m.now[k.Now.Start:k.Now.End], m.now[k.NameNow.Start:k.NameNow.End])
		}
		if m.torn {
			continue
		}
		name := p.start + strings.Index(m.now[p.start:], p.name)
		same, sameLine := m.now[p.start:p.end] == p.body, m.line(p.start) == p.line
		switch {
		case m.byLines && !sameLine:
			if k.Now.Start < m.lineStart(p.start) || k.Now.End > p.end || !k.Stale {
				t.Errorf("%s is at %v, stale %t, want that in %d to %d", k.Name, k.Now, k.Stale, p.start, p.end)
			}
		case k.Stale == same || k.Now.Start != p.start || k.NameNow != (diag.Span{Start: name, End: name + len(p.name)}):
			t.Errorf("%s is at %v, its name at %v, stale %t, want %d, %d and %t", k.Name, k.Now, k.NameNow, k.Stale, p.start, name, !same)
		case !(m.byLines && k.Stale) && k.Now.End != p.end:
			t.Errorf("%s ends at %d, want %d", k.Name, k.Now.End, p.end)
		}
	}
	if !m.torn && len(known) > 0 {
		t.Errorf("no mark has %v", known)
	}
}

// naivePosition walks from the start of s to an offset.
func naivePosition(s string, offset int, enc text.Encoding) (p text.Position) {
	for i := 0; i < offset; {
		r, size := utf8.DecodeRuneInString(s[i:])
		i += size
		switch {
		case i > offset:
			return p // inside of a rune
		case r == '\r' && i < len(s) && s[i] == '\n':
			if i == offset {
				return p // inside of a line's end
			}
		case r == '\n' || r == '\r':
			p = text.Position{Line: p.Line + 1}
		default:
			p.Character += units(r, size, enc)
		}
	}
	return p
}

// naiveOffset walks from the start of s to a position.
func naiveOffset(s string, p text.Position, enc text.Encoding) (offset int) {
	for range min(p.Line, uint32(len(s)+1)) {
		n := strings.IndexAny(s[offset:], "\r\n")
		if n < 0 {
			return len(s)
		}
		offset += n + 1
		if s[offset-1] == '\r' && strings.HasPrefix(s[offset:], "\n") {
			offset++
		}
	}
	for n := uint32(0); offset < len(s) && s[offset] != '\r' && s[offset] != '\n'; {
		r, size := utf8.DecodeRuneInString(s[offset:])
		if n += units(r, size, enc); n > p.Character {
			break
		}
		offset += size
	}
	return offset
}

func units(r rune, size int, enc text.Encoding) uint32 {
	switch enc {
	case text.UTF8:
		return uint32(size)
	case text.UTF32:
		return 1
	}
	return uint32(len(utf16.Encode([]rune{r})))
}

// FuzzEdits edits a document, of which a profile knows the functions, in every encoding of positions and
// with both line endings. After each didChange the text is what an editor has, and each mark is where its
// function is, as a model knows that does nothing but cut strings, and lies inside of the text.
func FuzzEdits(f *testing.F) {
	for i := range tongues() {
		for enc := range byte(3) {
			f.Add(byte(i), 3+enc, enc, "x|é😀|\n", []byte{1, 0, 2, 0, 2, 1, 0, 0, 3, 1, 0, 0, 4, 2, 0, 0, 5, 0, 0, 0, 6, 0, 4, 0, 7, 0, 0, 0})
			f.Add(byte(i), 4+enc, enc|8, "}|/*|\r|\n\n", []byte{0x81, 3, 1, 0, 0x82, 1, 0, 0, 1, 2, 4, 0, 0, 3, 1, 2, 0, 7, 2, 9, 7, 0, 0, 0, 3, 2, 0, 0})
			f.Add(byte(i), 1+enc, enc, "def g():\n|func f1() {|\xff", []byte{5, 0, 0, 0, 5, 0, 0, 0, 0x80, 0, 0, 0, 0x80, 9, 7, 255, 0, 2, 2, 4, 0, 2, 1, 4})
		}
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, language, n, form byte, inserts string, script []byte) {
		if len(script) > 160 || len(inserts) > 1000 {
			t.Skip("longer scripts only take longer")
		}
		all := tongues()
		tongue := all[int(language)%len(all)]
		if most := tongue.most * 4; most > 0 && len(script) > most {
			script = script[:most]
		}
		m := newManuscript(tongue, 1+int(n%5), form&8 != 0, text.Encoding(form%3))
		goEdit(t, dir, m, strings.Split(inserts, "|"), script)
	})
}

// goEdit reads the report on a manuscript and edits it.
func goEdit(t *testing.T, dir string, m *manuscript, texts []string, script []byte) {
	t.Helper()
	path, profile := filepath.Join(dir, m.name), filepath.Join(dir, "profile")
	for path, content := range map[string]string{path: m.base, profile: m.report()} {
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	layer, problems := config.ParseTOML(filepath.Join(dir, config.FileName), []byte(settings))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	store := workspace.NewStore()
	loader := workspace.NewLoader(store)
	loader.SetFolders(t.Context(), []*workspace.Folder{workspace.NewFolder(dir, "", config.Merge(layer), nil)})
	store.SetDocument(workspace.NewDocument("file://"+path, path, 1, text.New(m.base)))
	if troubles := loader.Read(t.Context(), []workspace.Change{{Path: profile}}); troubles != nil {
		t.Fatal(troubles)
	}
	look := func() {
		snap := store.Load()
		d := snap.Documents[path]
		if snap.File(path) == nil {
			t.Fatalf("the profile does not lead to %s: %s", path, m.report())
		}
		m.check(t, snap.File(path), d)
		show(t, snap, d)
		if fault := d.Fault(); fault != nil {
			t.Error(fault)
		}
	}
	look()
	var edits []text.Edit
	for op := range slices.Chunk(script, 4) {
		if len(op) < 4 {
			break
		}
		e := m.next(op, texts)
		if op[0]&0x40 != 0 {
			e.Range.Start, e.Range.End = e.Range.End, e.Range.Start
		}
		if edits = append(edits, e); op[0]&0x80 != 0 {
			continue // there is more in the same message
		}
		store.EditDocument(path, func(d *workspace.Document) *workspace.Document {
			return d.WithText(d.Version+1, d.Text.Apply(edits, m.enc))
		})
		edits = nil
		look()
	}
}

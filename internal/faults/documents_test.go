package faults_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"
)

// documentFaults are in what an editor says of its texts.
func documentFaults() []fault {
	faults := slices.Concat(opened(), outOfRange(), spelled(), large(), edited())
	for i := range faults {
		faults[i].group = "documents"
	}
	return faults
}

// change is a didChange with one part of a text, or all of it where area is "".
func change(u string, version int, area, text string) string {
	if area != "" {
		area = `"range":` + area + ","
	}
	return note("textDocument/didChange", fmt.Sprintf(`{"textDocument":{"uri":%s,"version":%d},"contentChanges":[{%s"text":%s}]}`, js(u), version, area, js(text)))
}

func closed(u string) string {
	return note("textDocument/didClose", `{"textDocument":{"uri":`+js(u)+`}}`)
}

// span is a range of LSP.
func span[N int | int64](a, b [2]N) string {
	return fmt.Sprintf(`{"start":{"line":%d,"character":%d},"end":{"line":%d,"character":%d}}`, a[0], a[1], b[0], b[1])
}

// shown waits until the one mark of a document is at a line.
func (s *session) shown(u string, line, version int) {
	s.t.Helper()
	s.wait(fmt.Sprintf("a mark in line %d of version %d", line, version), func() bool {
		for _, m := range slices.Backward(s.messages()) {
			if m.Method == nil || *m.Method != "textDocument/publishDiagnostics" {
				continue
			}
			var params struct {
				URI         string
				Version     int
				Diagnostics []mark
			}
			if json.Unmarshal(m.Params, &params) == nil && params.URI == u {
				return params.Version == version && len(params.Diagnostics) == 1 && params.Diagnostics[0].Range.Start.Line == line
			}
		}
		return false
	})
}

// mark is a diagnostic, as far as faults look at it.
type mark struct {
	Range struct {
		Start, End struct{ Line, Character int }
	}
	Message string
}

// top is where a text begins.
var top = span([2]int{}, [2]int{})

// opened are documents that are opened, changed and closed in the wrong order.
func opened() []fault {
	const words = "the marks are those of the last text"
	row := func(name string, do func(s *session, u string)) fault {
		return fault{name: name, end: words + "; lives", do: func(s *session) {
			s.covered()
			u := uriOf(s.good())
			do(s, u)
			s.holds(words, true, "")
			s.send(closed(u), didOpen(u, goodSource)) // for what follows
		}}
	}
	return []fault{
		{name: "a change of a document that is not open", end: "answers nothing; lives", do: func(s *session) {
			u := uriOf(filepath.Join(s.dir, "none.go"))
			s.send(change(u, 2, top, "x"), change(u, 3, "", "package x"), didOpen(u, "package none\n"), change(u, 1, top, "\n"))
		}},
		row("a document that is opened twice", func(s *session, u string) {
			s.send(didOpen(u, "\n\n"+goodSource))
			s.shown(u, once[0]+2, 1)
		}),
		row("a document that is closed twice, and opened again", func(s *session, u string) {
			s.send(closed(u), closed(u), change(u, 2, top, "\n"), didOpen(u, "\n"+goodSource))
			s.shown(u, once[0]+1, 1)
		}),
		{name: "closing and saving what was never open", send: framed(closed("file:///none.go"), note("textDocument/didSave", `{"textDocument":{"uri":"file:///none.go"}}`), closed("file:///"), closed("x"), closed("")), end: "answers nothing; lives"},
		row("versions that go backwards, and stay the same", func(s *session, u string) {
			for i, version := range []int{50, 3, 3, -7, 2147483647} {
				s.send(change(u, version, top, "\n"))
				s.shown(u, once[0]+1+i, version)
			}
		}),
		row("no changes in a change", func(s *session, u string) {
			s.notify("textDocument/didChange", fmt.Sprintf(`{"textDocument":{"uri":%s,"version":2},"contentChanges":[]}`, js(u)))
			s.send(change(u, 3, top, ""), change(u, 4, top, "\n"))
			s.shown(u, once[0]+1, 4)
		}),
		row("a whole text that is replaced by nothing and back", func(s *session, u string) {
			for i := range 20 {
				s.send(change(u, 2*i+2, "", ""))
				s.marks(u, func(all []string) bool { return len(all) == 0 })
				s.send(change(u, 2*i+3, "", strings.Repeat("\n", i)+goodSource))
				s.shown(u, once[0]+i, 2*i+3)
			}
		}),
		row("a language that is another one", func(s *session, u string) {
			s.send(closed(u), strings.Replace(didOpen(u, "\n"+goodSource), `"languageId":"go"`, `"languageId":"python"`, 1))
			s.shown(u, once[0]+1, 1)
			other := uriOf(filepath.Join(s.dir, "other.py"))
			s.send(didOpen(other, goodSource))
			s.request(hover, at(other, once))
		}),
	}
}

// outOfRange are edits of what is not there.
func outOfRange() []fault {
	const most int64 = 4294967295
	n := int64(strings.Count(goodSource, "\n"))
	const words = "they are edits at the nearest place"
	row := func(name string, area string, text string, line int) fault {
		return fault{name: name, end: words + "; lives", do: func(s *session) {
			s.covered()
			u := uriOf(s.good())
			s.send(change(u, 2, area, text))
			if line >= 0 {
				// Another one, so that there is something to say in any case.
				s.send(change(u, 3, top, "\n\n\n"))
				s.shown(u, line+3, 3)
			} else {
				s.marks(u, func(all []string) bool { return len(all) == 0 })
			}
			s.holds(words, true, "")
			s.send(change(u, 4, "", goodSource))
		}}
	}
	return []fault{
		row("an edit beyond the last line", span([2]int64{most, most}, [2]int64{most, most}), "\n\n", once[0]),
		row("an edit beyond the end of a line", span([2]int64{0, most}, [2]int64{0, most}), "\n\n", once[0]+2),
		row("an edit of all and more", span([2]int64{}, [2]int64{most, most}), "", -1),
		row("an edit whose end is before its start", span([2]int64{2, 0}, [2]int64{0, 0}), "package good\n", once[0]-1),
		row("an edit behind the last line break", span([2]int64{n, 0}, [2]int64{n, 0}), "// end", once[0]),
		{name: "edits at negative and broken places", end: "they are no edits; lives", do: func(s *session) {
			s.covered()
			u := uriOf(s.good())
			for i, area := range []string{span([2]int64{-1, 0}, [2]int64{0, 0}), span([2]int64{0, -1}, [2]int64{0, 0}), span([2]int64{0, 0}, [2]int64{most + 1, 0}), `{"start":{"line":0.5,"character":0},"end":{"line":1,"character":0}}`, `{"start":null,"end":null}`, `[]`, `{"start":{"line":0,"character":0}}`} {
				s.send(change(u, i+2, area, "\n"))
			}
			s.send(change(u, 100, top, "\n\n"))
			s.shown(u, once[0]+2, 100)
			s.holds("they are no edits", true, "")
			s.send(change(u, 101, "", goodSource))
		}},
	}
}

// spelled are documents under odd URIs.
func spelled() []fault {
	const same = "it is one document"
	row := func(name string, spell func(u string) string) fault {
		return fault{name: "one document, once with " + name, end: same + "; lives", do: func(s *session) {
			s.covered()
			u := uriOf(s.good())
			s.send(change(spell(u), 2, top, "\n"))
			s.shown(u, once[0]+1, 2)
			s.send(closed(spell(u)))
			s.marks(u, func(all []string) bool { return len(all) == 0 })
			s.send(didOpen(u, goodSource))
			s.shown(u, once[0], 1)
			s.holds(same, true, "")
		}}
	}
	return []fault{
		row("letters in percent signs", func(u string) string { return strings.Replace(u, "good/good.go", "g%6fod/%67%6F%6fd.go", 1) }),
		row("dots", func(u string) string { return strings.Replace(u, "good/good.go", "good/../good/./good.go", 1) }),
		row("two slashes", func(u string) string { return strings.Replace(u, "good/good.go", "good//good.go", 1) }),
		row("a host", func(u string) string { return strings.Replace(u, "file://", "file://localhost", 1) }),
		row("capitals in the scheme", func(u string) string { return strings.Replace(u, "file:", "FILE:", 1) }),
		{name: "documents that are no files", end: "all is answered that is asked about them; lives", do: func(s *session) {
			s.covered()
			u := uriOf(s.good())
			for _, v := range []string{
				"untitled:Untitled-1", "untitled:" + s.good(), "git:" + s.good() + "?%7B%7D", "vscode-notebook-cell:" + s.good() + "#W0", "http://127.0.0.1:1/good.go", "jar:file:///a.jar!/b.go", u + "?a=b", u + "#L1", "good.go", "", "file:", "file://", "file:///", "file://host/good.go",
				"file:///%00.go", "file:///%2e%2e/%2e%2e/etc/passwd", "file:///" + strings.Repeat("a/", 50_000), "file:///" + strings.Repeat("n", 1_000_000), "file:///dev/zero", "file:///dev/stdin", "file:///C:/a.go", "data:text/plain,x", "\x00", "%",
			} {
				s.send(didOpen(v, goodSource), change(v, 2, top, "\n"))
				for _, method := range []string{hover, "textDocument/codeLens", "textDocument/diagnostic", "covls/coverage"} {
					s.ask(method, fmt.Sprintf(`{"textDocument":{"uri":%s},"position":{"line":3,"character":6}}`, js(v)))
				}
				s.notify("textDocument/didSave", `{"textDocument":{"uri":`+js(v)+`}}`)
				s.send(closed(v))
			}
			s.send(change(u, 2, top, "\n"))
			s.shown(u, once[0]+1, 2)
			s.send(change(u, 3, "", goodSource))
			s.holds("all is answered that is asked about them", true, "")
		}},
		{name: "a document outside of the workspace", end: "all is answered that is asked about it; lives", do: func(s *session) {
			u := uriOf(filepath.Join(filepath.Dir(s.dir), "outside", "outside.go"))
			s.send(didOpen(u, goodSource))
			s.sweep(u, 3)
			s.send(closed(u))
			s.holds("all is answered that is asked about it", true, "")
		}},
	}
}

// large are documents that are many, or large.
func large() []fault {
	return []fault{
		{name: "5,000 documents that are open", alone: true, end: "an edit is told and a hover answered within a second; lives", do: func(s *session) {
			s.covered()
			var all strings.Builder
			for i := range 5000 {
				all.WriteString(frame(didOpen(uriOf(filepath.Join(s.dir, "many", strconv.Itoa(i)+".go")), goodSource)))
			}
			s.raw(all.String())
			s.hover()
			u := uriOf(s.good())
			took := time.Duration(0)
			for i := range 3 {
				begin := time.Now()
				s.send(change(u, i+2, top, "\n"))
				s.shown(u, once[0]+1+i, i+2)
				if took = time.Since(begin); took < prompt {
					break
				}
			}
			s.holds("an edit is told and a hover answered within a second", took < prompt, "the edit took %v", took)
			s.send(change(u, 9, "", goodSource))
			s.checkHover()
		}},
		{name: "100 edits of a document of 10 MB", alone: true, end: "the marks are where they belong; lives", do: func(s *session) {
			s.covered()
			u := uriOf(s.good())
			s.send(change(u, 2, "", goodSource+strings.Repeat("// "+strings.Repeat("x", 96)+"\n", 100_000)))
			for i := range 100 {
				s.send(change(u, i+3, top, "\n"))
			}
			s.shown(u, once[0]+100, 102)
			s.holds("the marks are where they belong", true, "")
			s.send(change(u, 200, "", goodSource))
		}},
	}
}

// The text that is edited has so many functions, of which every other one is covered.
const editedFuncs = 12

func nameOf(i int) string { return fmt.Sprintf("F%02d", i) }

// editedText is the text at the beginning, with Go's profile of it.
func editedText() (text, profile string) {
	var b, p strings.Builder
	b.WriteString("package edited\n")
	p.WriteString("mode: set\n")
	line := 2
	for i := range editedFuncs {
		head := "/* é😀 */ func " + nameOf(i) + "(n int) int {"
		fmt.Fprintf(&b, "\n%s\n\tn += 2 // two\n\tprintln(\"a\")\n\treturn n\n}\n", head)
		line++
		fmt.Fprintf(&p, "example.com/fault/edited/edited.go:%d.%d,%d.2 3 %d\n", line, len(head), line+4, i%2)
		line += 5
	}
	return b.String(), p.String()
}

// edited are random edits, after each of which the marks are compared with where the names stand.
func edited() []fault {
	var faults []fault
	for _, encoding := range []string{"utf-8", "utf-16", "utf-32"} {
		const n = 4000
		const words = "after each edit the marks are where the functions are"
		text, profile := editedText()
		faults = append(faults, fault{
			name: fmt.Sprintf("4,000 random edits in columns of %s", strings.ToUpper(encoding)), end: words + "; lives",
			with: start{files: map[string]string{"edited/edited.go": text, "edited/cover.out": profile}},
			do: func(s *session) {
				puller := open(s.t, s.covls, s.dir, start{capabilities: fmt.Sprintf(`{"general":{"positionEncodings":[%q]},"workspace":{"workspaceFolders":true,"diagnostics":{"refreshSupport":true}},"textDocument":{"diagnostic":{}}}`, encoding)})
				puller.spawn()
				puller.reach(running)
				s.holds(words, puller.randomEdits(encoding, n), "see above")
				puller.request("shutdown", "")
				puller.notify("exit", "")
				puller.checkExit("exit 0 within 3 s", "exit status 0", "3")
				puller.inspect()
			},
		})
	}
	return faults
}

// randomEdits makes n edits and reports whether each left the marks where they belong.
func (s *session) randomEdits(encoding string, n int) bool {
	s.t.Helper()
	u := uriOf(filepath.Join(s.dir, "edited", "edited.go"))
	text, _ := editedText()
	s.send(didOpen(u, text))
	document := fmt.Sprintf(`{"textDocument":{"uri":%s}}`, js(u))
	for {
		told := s.count("workspace/diagnostic/refresh")
		if strings.Contains(string(s.request("textDocument/diagnostic", document)), nameOf(0)) {
			break
		}
		s.wait("the request to pull again", func() bool { return s.count("workspace/diagnostic/refresh") > told })
	}
	type step struct{ id, edit, text string }
	const batch = 50
	for done := 0; done < n; done += batch {
		var steps []step
		var all []string
		for i := range batch {
			params, next := randomEdit(s.rand, text, encoding)
			text = next
			s.asked++
			id := strconv.Quote(ownIDs + strconv.Itoa(s.asked))
			edit := fmt.Sprintf(`{"textDocument":{"uri":%s,"version":%d},"contentChanges":[%s]}`, js(u), done+i+2, params)
			steps = append(steps, step{id, edit, text})
			all = append(all, note("textDocument/didChange", edit), call(id, "textDocument/diagnostic", document))
		}
		s.send(all...)
		for _, st := range steps {
			var report struct{ Items []mark }
			if err := json.Unmarshal(s.answer(st.id).Result, &report); err != nil {
				s.t.Fatal(err)
			}
			if got, want := placesOf(report.Items), placesIn(st.text, encoding); !slices.Equal(got, want) {
				s.t.Errorf("after %s\nthe marks are %q\nwant            %q\nin %q", st.edit, got, want, st.text)
				return false
			}
		}
	}
	return true
}

var editedName = regexp.MustCompile(`F\d\d`)

// placesOf are names and where their marks begin and end, sorted.
func placesOf(marks []mark) []string {
	var out []string
	for _, m := range marks {
		out = append(out, fmt.Sprintf("%s %d:%d-%d:%d", editedName.FindString(m.Message), m.Range.Start.Line, m.Range.Start.Character, m.Range.End.Line, m.Range.End.Character))
	}
	slices.Sort(out)
	return out
}

// placesIn is where they should be: on the names of the functions that are not covered.
func placesIn(text, encoding string) []string {
	var out []string
	for i := 0; i < editedFuncs; i += 2 {
		at := strings.Index(text, "func "+nameOf(i)+"(")
		if at < 0 {
			continue
		}
		a, b := placeAt(text, at+len("func "), encoding), placeAt(text, at+len("func F00"), encoding)
		out = append(out, fmt.Sprintf("%s %d:%d-%d:%d", nameOf(i), a[0], a[1], b[0], b[1]))
	}
	slices.Sort(out)
	return out
}

// placeAt is the place of an offset, counted from the start of the text.
func placeAt(text string, offset int, encoding string) (place [2]int) {
	begin := 0
	for i := 0; i < offset; i++ {
		if text[i] == '\n' || text[i] == '\r' && (i+1 == len(text) || text[i+1] != '\n') {
			place[0]++
			begin = i + 1
		}
	}
	line := text[begin:offset]
	switch encoding {
	case "utf-8":
		place[1] = len(line)
	case "utf-32":
		place[1] = utf8.RuneCountInString(line)
	default:
		place[1] = len(utf16.Encode([]rune(line)))
	}
	return place
}

var (
	comments = regexp.MustCompile(`/\*([^*]*)\*/`)
	bodies   = regexp.MustCompile(`int \{\n`)
	heads    = regexp.MustCompile(`\}\n`)
	added    = regexp.MustCompile(`\tn--\n|// more [^\n]*\n|\n\n`)
	whole    = regexp.MustCompile(`\n/\*[^*]*\*/ func F\d\d\(n int\) int \{\n[^}]*\}\n`)
)

// randomEdit returns the parts of a didChange and the text after it. The text stays one that Go can read,
// and no name is written into.
func randomEdit(r *rand.Rand, text, encoding string) (changes, next string) {
	edit := func(from, to int, with string) (string, string) {
		sent := js(with)
		if strings.Contains(with, lone) {
			sent = strings.ReplaceAll(sent, lone, []string{`\ud800`, `\udfff`}[r.IntN(2)])
			with = strings.ReplaceAll(with, lone, "\uFFFD")
		}
		return fmt.Sprintf(`{"range":%s,"text":%s}`, span(placeAt(text, from, encoding), placeAt(text, to, encoding)), sent), text[:from] + with + text[to:]
	}
	one := func(re *regexp.Regexp) []int {
		all := re.FindAllStringSubmatchIndex(text, -1)
		if all == nil {
			return nil
		}
		return all[r.IntN(len(all))]
	}
	// border is an offset between two characters, near another one; none splits a line break.
	border := func(from, to int) int {
		at := from + r.IntN(to-from+1)
		for at > from && (at < len(text) && !utf8.RuneStart(text[at]) || text[at-1] == '\r') {
			at--
		}
		return at
	}
	switch kind := r.IntN(20); {
	case kind < 8 && len(text) < 20_000: // into a comment
		m := one(comments)
		at := border(m[2], m[3])
		return edit(at, at, odd(r))
	case kind < 12: // from a comment
		m := one(comments)
		a, b := border(m[2], m[3]), border(m[2], m[3])
		return edit(min(a, b), max(a, b), "")
	case kind < 14: // into a body
		at := one(bodies)[1]
		return edit(at, at, "\tn--\n")
	case kind < 15: // between functions
		at := one(heads)[1]
		return edit(at, at, []string{"\n", "// more " + strings.NewReplacer("\n", "", "\r", "").Replace(odd(r)) + "\n", "\r\n\r\n"}[r.IntN(3)])
	case kind < 18: // away
		if m := one(added); m != nil {
			return edit(m[0], m[1], map[bool]string{true: "\n"}[text[m[0]] == '\n'])
		}
	case kind == 18: // a function elsewhere, by two edits in one
		if m := one(whole); m != nil {
			moved := text[m[0]:m[1]]
			cut, rest := edit(m[0], m[1], "\n")
			text = rest
			at := one(heads)
			if at == nil {
				break
			}
			paste, next := edit(at[1], at[1], moved)
			return cut + "," + paste, next
		}
	}
	return fmt.Sprintf(`{"text":%s}`, js(text)), text
}

// lone stands for half of a pair of UTF-16, which JSON can hold and a text can't.
const lone = "LONE"

// odd is a text without the end of a comment.
func odd(r *rand.Rand) string {
	all := []string{"a", " ", "\n", "\r", "\r\n", "é", "e\u0301", "😀", "👩‍👩‍👧", "\u2028", "\u0085", "𐍈", "\t", "日本", "\u202e", lone, "\ufffd"}
	var b strings.Builder
	for range 1 + r.IntN(4) {
		b.WriteString(all[r.IntN(len(all))])
	}
	return b.String()
}

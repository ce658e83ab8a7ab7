package faults_test

import (
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// profileFaults are in what the reports on disk say.
func profileFaults() []fault {
	faults := slices.Concat(spoiled(), numbers(), notFiles(), enormous(), nested(), names(), many(), encodings(), coverDirs())
	for i := range faults {
		faults[i].group = "profiles"
		if faults[i].with.capabilities == "" {
			faults[i].with.capabilities = telling
		}
	}
	return faults
}

// old makes a file an hour old: one that has been at rest for so long is read at once.
func old(path string) error {
	at := time.Now().Add(-time.Hour)
	return os.Chtimes(path, at, at)
}

// copies is subject, and n copies of a profile in folders of their own.
func copies(x sample, n int) map[string]string {
	files := map[string]string{subjectName: subject}
	for i := range n {
		files[copyOf(x, i)] = x.text
	}
	return files
}

func copyOf(x sample, i int) string { return fmt.Sprintf("copies/%03d/%s", i, x.file) }

const (
	lastGood  = "the last good one stays, each has its trouble"
	goodAgain = "good ones are shown again"
)

// spoil is a fault that writes each of bad over a good profile.
func spoil(name string, x sample, bad []string) fault {
	return fault{
		name: name, with: start{files: copies(x, len(bad))}, end: lastGood + "; " + goodAgain + "; lives",
		do: func(s *session) {
			n := len(bad)
			before := s.settled(n)
			for i, p := range before.Profiles {
				if p.Trouble != nil || p.Format != x.format || p.Files != 1 || p.Found != 1 {
					s.t.Fatalf("the good profile %d: %v", i, p)
				}
			}
			var paths []string
			for i, text := range bad {
				paths = append(paths, s.under(copyOf(x, i)))
				write(s.t, paths[i], text)
			}
			s.change(paths...)
			spoiled := s.told("the troubles", func(st status) bool { return !st.Loading && st.troubles() == n })
			var lost []string
			for _, p := range spoiled.Profiles {
				if p.Format != x.format || p.Files != 1 || p.Found != 1 {
					lost = append(lost, p.String())
				}
			}
			s.holds(lastGood, lost == nil && spoiled.figures() == before.figures(), "%s, before %s; %q", spoiled.figures(), before.figures(), lost)
			for _, path := range paths {
				write(s.t, path, x.text)
			}
			s.change(paths...)
			after := s.told("good profiles again", func(st status) bool { return !st.Loading && st.troubles() == 0 })
			s.holds(goodAgain, after.figures() == before.figures() && len(after.Profiles) == n, "%s, before %s", after.figures(), before.figures())
		},
	}
}

// spoiled are good profiles that turn into something else.
func spoiled() []fault {
	var faults []fault
	for _, x := range samples() {
		var cuts []string
		for i := range 40 {
			if beginning := x.text[:i*len(x.text)/40]; x.whole == nil || !x.whole(beginning) {
				cuts = append(cuts, beginning)
			}
		}
		faults = append(faults, spoil(x.format+" cut at 40 places", x, cuts))
	}
	return append(
		faults,
		spoil("garbage in place of a profile", sampleOf("go"), garbage()),
		spoil("garbage behind the head of a profile", sampleOf("lcov"), behind("TN:\nSF:subject/subject.go\n", garbage())),
		spoil("garbage in a report of XML", sampleOf("cobertura"), behind(`<?xml version="1.0"?><coverage line-rate="1"><packages>`, garbage())),
		spoil("garbage in a report of JSON", sampleOf("llvm-cov"), behind(`{"data":[{"files":[`, garbage())),
	)
}

// garbage are texts that no format has.
func garbage() []string {
	random := make([]byte, 64<<10)
	for i, state := 0, uint32(1); i < len(random); i++ {
		state = state*1664525 + 1013904223
		random[i] = byte(state >> 24)
	}
	return []string{
		string(random), strings.Repeat("\x00", 64<<10), strings.Repeat("\xff", 999), "\x00", "x", "hello", "\x7fELF\x02\x01\x01\x00", "\x89PNG\r\n\x1a\n\x00\x00", "%PDF-1.7\n", "PK\x03\x04", "\x1f\x8b", "\x1f\x8b\x08\x00\x00\x00\x00\x00",
		string(gz("hello")), "<!DOCTYPE html><html><body>404</body></html>", "<", "<<<<<<<", "<a", `<a b="`, "<!--", "<![CDATA[", "<?", "&&&&", "<<<<<<< HEAD\nx\n=======\ny\n>>>>>>> b\n", "{", "[", `{"`, `{"a":`, `{{{{`, `[[[[`, `"`, "nul", "-", "1e", "\x1b[2J\x1b]0;x\x07", "\u202e\u2066", "::error::x\n", strings.Repeat("a\n", 50_000), strings.Repeat("\n", 50_000) + "x", "-----BEGIN OPENSSH PRIVATE KEY-----\n", "mode: \xff\n", "mode: set mode: set", "mode: set\nx", "mode: set\n:::::", "mode: set\nx.go:1.1,2.2",
	}
}

func behind(head string, all []string) []string {
	var out []string
	for _, text := range all {
		out = append(out, head+text)
	}
	return out
}

var digits = regexp.MustCompile(`\d+`)

// numbers put hostile numbers in the place of each number of a good profile.
func numbers() []fault {
	hostile := []string{
		"0", "1", "100000", "-1", "4294967296", "9223372036854775808", "18446744073709551616", "1" + strings.Repeat("0", 40), "1e999", "NaN", "1.5", `""`,
	}
	const words = "each is read or has its trouble, and all is answered that is asked about their source"
	var faults []fault
	for _, x := range samples() {
		files := map[string]string{}
		n := 0
		seen := map[string]bool{}
		for _, at := range digits.FindAllStringIndex(x.text, -1) {
			for _, h := range hostile {
				if text := x.text[:at[0]] + h + x.text[at[1]:]; !seen[text] {
					seen[text] = true
					files[copyOf(x, n)] = text
					n++
				}
			}
		}
		files[".covls.toml"] = naming(slices.Sorted(maps.Keys(files))...)
		files[subjectName] = subject
		faults = append(faults, fault{
			name: x.format + " with 0, -1, 2^32, 2^63, 2^64, 10^40, 1e999, NaN and others for each number", with: start{files: files}, end: words + "; lives",
			do: func(s *session) {
				s.send(didOpen(uriOf(s.under(subjectName)), subject))
				st := s.settled(n)
				sound := func(p told) bool { return p.Trouble != nil || p.Format == x.format && p.Files >= 1 }
				i := slices.IndexFunc(st.Profiles, func(p told) bool { return !sound(p) })
				read := n - st.troubles()
				s.holds(words, i < 0 && read > 0 && st.Summary != nil && st.Summary.Covered <= st.Summary.Total, "%d read; profile %d; %s; %q", read, i, st.figures(), st.Profiles)
				s.sweep(uriOf(s.under(subjectName)), strings.Count(subject, "\n"))
			},
		})
	}
	return faults
}

// sweep asks everything about a document that a client can ask; all must be answered with a result.
func (s *session) sweep(u string, lines int) {
	s.t.Helper()
	document := fmt.Sprintf(`"textDocument":{"uri":%s}`, js(u))
	area := fmt.Sprintf(`"range":{"start":{"line":0,"character":0},"end":{"line":%d,"character":0}}`, lines)
	for line := range lines {
		s.request(hover, at(u, [2]int{line, 6}))
	}
	s.request("textDocument/codeLens", "{"+document+"}")
	s.request("textDocument/inlayHint", "{"+document+","+area+"}")
	s.request("textDocument/codeAction", "{"+document+","+area+`,"context":{"diagnostics":[]}}`)
	s.request("textDocument/diagnostic", "{"+document+"}")
	s.request("covls/coverage", "{"+document+"}")
	s.request("covls/gaps", "{}")
	s.request("workspace/executeCommand", `{"command":"covls.explain","arguments":[{`+document+`}]}`)
	s.request("workspace/executeCommand", `{"command":"covls.nextGap","arguments":[`+at(u, [2]int{})+`]}`)
	s.doctor()
}

// naming are settings by which paths are profiles whatever they hold, so that what is wrong with them is told.
func naming(paths ...string) string {
	return "profiles = " + js(append([]string{"good/cover.out"}, paths...)) + "\n"
}

const goodStays = "what a good profile says stays"

// rejected is a fault of one profile that is not read. want is a part of the trouble that is told.
func rejected(name, path, want string, do func(s *session)) fault {
	words := "it is refused: " + want
	return fault{name: name, with: start{files: map[string]string{".covls.toml": naming(path)}}, end: words + "; " + goodStays + "; lives", do: func(s *session) {
		s.covered()
		do(s)
		s.change(s.under(path))
		st := s.told("the trouble of "+path, func(st status) bool { return st.of(path).Path != "" })
		p := st.of(path)
		s.holds(words, p.Trouble != nil && strings.Contains(*p.Trouble, want), "%v", p)
		s.keeps()
	}}
}

// taken is a fault of one profile that is read all the same, with so many files.
func taken(name, path string, files int, do func(s *session)) fault {
	words := fmt.Sprintf("it is read, with %d files", files)
	if files == 1 {
		words = "it is read"
	}
	return fault{name: name, with: start{files: map[string]string{".covls.toml": naming(path), subjectName: subject}}, end: words + "; " + goodStays + "; lives", do: func(s *session) {
		s.covered()
		do(s)
		s.change(s.under(path))
		st := s.told("the profile "+path, func(st status) bool { return st.of(path).Path != "" })
		p := st.of(path)
		s.holds(words, p.Trouble == nil && p.Files == files, "%v", p)
		s.keeps()
	}}
}

// keeps holds that the marks of the first good profile are shown.
func (s *session) keeps() {
	s.t.Helper()
	m := s.ask(hover, at(uriOf(s.good()), once))
	s.holds(goodStays, strings.Contains(string(m.Result), "Once"), "the hover is %.300s", m.Result)
}

// enormous are profiles that are large, or become so.
func enormous() []fault {
	const mega = 1 << 20
	block := "example.com/fault/subject/subject.go:10.15,12.2 1 1\n"
	blocks := strings.Repeat(block, 100_000)
	sparse := func(size int64, head string) func(*session) {
		return func(s *session) {
			path := s.under("hostile/cover.out")
			write(s.t, path+".part", head)
			s.must(os.Truncate(path+".part", size))
			s.must(old(path + ".part"))
			s.must(os.Rename(path+".part", path))
		}
	}
	stream := func(name, head, text string, n int, tail string) func(*session) {
		return func(s *session) { s.stream(name, head, text, n, tail) }
	}
	zeros := strings.Repeat("\x00", 16*mega)
	line := strings.Repeat("x", 10*mega)
	const bomb = zipped + "cover.out"
	return []fault{
		rejected("a sparse file of 20 GB", "hostile/cover.out", "larger than the limit", sparse(20<<30, "")),
		rejected("a sparse file of 20 GB that begins as a profile", "hostile/cover.out", "larger than the limit", sparse(20<<30, "mode: set\n")),
		rejected("10 GB of zeros in gzip", bomb, "not a coverage profile", stream(bomb, "\x00", zeros, 640, "")),
		alone(rejected("10 GB of blocks in gzip", bomb, "larger than the limit", stream(bomb, "mode: set\n", blocks, 2000, ""))),
		rejected("gzip in gzip in gzip", "hostile/cover.out", "not a coverage profile", func(s *session) {
			write(s.t, s.under("hostile/cover.out"), string(gz(string(gz(string(gz("mode: set\n")))))))
		}),
		alone(taken("one block of Go six million times", bomb, 1, stream(bomb, "mode: count\n", blocks, 60, ""))),
		alone(taken("one line of LCOV six million times", bomb, 1, stream(bomb, "TN:\nSF:subject/subject.go\n", strings.Repeat("DA:11,1\n", 100_000), 60, "end_of_record\n"))),
		alone(taken("one line of Cobertura three million times", bomb, 1, stream(bomb, `<?xml version="1.0"?><coverage line-rate="1"><packages><package><classes><class filename="subject/subject.go"><lines>`, strings.Repeat(`<line number="11" hits="1"/>`+"\n", 100_000), 30, `</lines></class></classes></package></packages></coverage>`))),
		rejected("a line of 300 MB in a profile of Go", bomb, "longer than", stream(bomb, "mode: set\n", line, 30, "\n")),
		rejected("a line of 300 MB that is all of the file", "hostile/cover.out", "not a coverage profile", stream("hostile/cover.out", "x", line, 30, "")),
		rejected("a name of 300 MB in LCOV", bomb, "longer than", stream(bomb, "TN:\nSF:", line, 30, "\nend_of_record\n")),
		rejected("an attribute of 300 MB", bomb, "longer than", stream(bomb, `<?xml version="1.0"?><coverage line-rate="1"><packages><package name="`, line, 30, `"/></packages></coverage>`)),
		rejected("a string of 300 MB in JSON", bomb, "longer than", stream(bomb, `{"data":[{"files":[{"filename":"`, line, 30, `"}]}],"type":"llvm.coverage.json.export","version":"2.0.1"}`)),
		rejected("a number of 300 MB in JSON", bomb, "longer than", stream(bomb, `{"data":[{"files":[{"filename":"a","segments":[[`, strings.Repeat("1", 10*mega), 30, `]]}]}],"type":"llvm.coverage.json.export","version":"2.0.1"}`)),
		taken("300 MB of spaces in JSON", bomb, 1, stream(bomb, sampleOf("llvm-cov").text[:len(sampleOf("llvm-cov").text)-1], strings.Repeat(" \n", 5*mega), 30, "}")),
	}
}

func alone(f fault) fault {
	f.alone = true
	return f
}

// nested are profiles that stand for more than they hold.
func nested() []fault {
	var faults []fault
	const depth = 100_000
	// What is deep stands before these.
	before := map[string]string{
		"cobertura": "</coverage>", "jacoco": "</report>", "clover": "</coverage>",
		"istanbul": `"s":{`, "llvm-cov": `"functions":`, "coverage.py": `"totals":`, "simplecov": `"timestamp":`, "gcovr": `"gcovr/format_version":`,
		"gcov": `"data_file":`, "xccov": `"line":11`, "scoverage": "</scoverage>",
		"opencover": "</CoverageSession>", "coverlet": `"Branches": [{`, "visualstudio": "</results>", "dotcover": "</Root>",
		"coveralls": `"service_name":`, "codecov": `"messages":`, "sonarqube": "</coverage>", "tarpaulin": `"coverage":`,
	}
	for _, x := range samples() {
		place, ok := before[x.format]
		if !ok {
			continue // its lines have no depth
		}
		deep := strings.Repeat("<deep>", depth) + strings.Repeat("</deep>", depth)
		if x.text[0] == '{' {
			deep = `"deep":` + strings.Repeat("[", depth) + strings.Repeat("]", depth) + ","
		}
		text := strings.Replace(x.text, place, deep+place, 1)
		faults = append(faults, rejected(x.format+" 100,000 deep", "hostile/"+x.file, "limits.nesting", func(s *session) { write(s.t, s.under("hostile/"+x.file), text) }))
	}
	open := func(name, path, text string) fault {
		return rejected(name, path, "limits.nesting", func(s *session) { write(s.t, s.under(path), text) })
	}
	var laughs strings.Builder
	laughs.WriteString(`<?xml version="1.0"?><!DOCTYPE coverage [<!ENTITY lol0 "lol">`)
	for i := range 30 {
		fmt.Fprintf(&laughs, `<!ENTITY lol%d "%s">`, i+1, strings.Repeat(fmt.Sprintf("&lol%d;", i), 10))
	}
	laughs.WriteString(`<!ENTITY out SYSTEM "file:///etc/passwd"><!ENTITY % more SYSTEM "http://127.0.0.1:1/x.dtd"> %more;]><coverage line-rate="1"><packages><package name="&lol30;&out;"><classes><class name="&lol30;" filename="subject/subject.go"><lines><line number="11" hits="0"/></lines></class></classes></package></packages></coverage>`)
	return append(
		faults,
		open("lists 100,000 deep that are not closed", "hostile/llvm-cov.json", `{"data":[{"files":[{"filename":"a","deep":`+strings.Repeat("[", depth)),
		open("objects 100,000 deep that are not closed", "hostile/llvm-cov.json", `{"data":[{"files":[{"filename":"a","deep":`+strings.Repeat(`{"a":`, depth)),
		open("elements 100,000 deep that are not closed", "hostile/cobertura.xml", `<coverage line-rate="1"><packages>`+strings.Repeat("<package>", depth)),
		taken("a billion laughs, and entities of files and the net", "hostile/cobertura.xml", 1, func(s *session) { write(s.t, s.under("hostile/cobertura.xml"), laughs.String()) }),
	)
}

// names are of functions and files.
func names() []fault {
	long := strings.Repeat("n", 1_000_000)
	const words = "each is read or has its trouble, and all is answered that is asked about their source"
	each := func(name string, files map[string]string) fault {
		n := len(files)
		files[".covls.toml"] = naming(slices.Sorted(maps.Keys(files))...)
		files[subjectName] = subject
		return fault{name: name, with: start{files: files}, end: words + "; lives", do: func(s *session) {
			s.send(didOpen(uriOf(s.under(subjectName)), subject))
			st := s.settled(n)
			i := slices.IndexFunc(st.Profiles, func(p told) bool { return p.Trouble == nil && p.Files == 0 })
			s.holds(words, i < 0, "%v", st.Profiles)
			s.sweep(uriOf(s.under(subjectName)), strings.Count(subject, "\n"))
		}}
	}
	hostile := map[string]string{}
	file := map[string]string{}
	for _, x := range samples() {
		hostile["hostile/functions/"+x.file] = strings.ReplaceAll(x.text, "Second", long)
		hostile["hostile/odd-functions/"+x.file] = strings.ReplaceAll(strings.ReplaceAll(x.text, "Second", `a\u0000\nb\u001b[2J\u202e`), "First", "\x1b]0;t\x07\u2066&#10;&#0;")
		for i, name := range []string{
			long, strings.Repeat("s/", 100_000) + "s.go", strings.Repeat("../", 100_000) + "etc/passwd", "/etc/passwd", "/dev/zero", "/proc/self/mem", "/dev/stdin", "a\x00b.go", "a\\u0000b.go", "a\\nb.go", "a&#10;b.go",
			"C:\\\\Windows\\\\a.go", "//host/share/a.go", "http://127.0.0.1:1/a.go", "~/a.go", "$HOME/a.go", "%s%n%d.go", " ", ".", "..", "/", "subject", "subject/subject.go/", "\u202egood.go", "\xff\xfe.go", "CON", "[a](command:x).go", "<img src=x>.go",
		} {
			file[fmt.Sprintf("hostile/%d/%s", i, x.file)] = strings.ReplaceAll(strings.ReplaceAll(x.text, "example.com/fault/"+subjectName, name), subjectName, name)
		}
	}
	return []fault{
		rejected("a file name of 900 KB with 4,000 functions", "hostile/lcov.info", "the name of a file has 900000 bytes", func(s *session) {
			var b strings.Builder
			b.WriteString("SF:" + long[:900_000] + "\n")
			for i := range 4000 {
				fmt.Fprintf(&b, "FN:%d,f%d\nFNDA:0,f%d\nDA:%d,0\n", i+1, i, i, i+1)
			}
			write(s.t, s.under("hostile/lcov.info"), b.String()+"end_of_record\n")
		}),
		each("function names of 1 MB and with control characters, in every format", hostile),
		each("file names of 1 MB, of 100,000 folders, of devices, with NUL and others, in every format", file),
	}
}

// many are profiles that are many, or of much.
func many() []fault {
	const million = 1_000_000
	lines := func(from, n int, format string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, format, from+i)
		}
		return b.String()
	}
	const functions = 100_000
	source := "package many\n\n" + lines(0, functions, "func F%d() {\n\tprintln()\n}\n\n")
	return []fault{
		alone(taken("80,000 files in a profile of LCOV", "hostile/lcov.info", 80_000, func(s *session) {
			write(s.t, s.under("hostile/lcov.info"), lines(million, 80_000, "SF:none/%d.go\nDA:1,1\nend_of_record\n"))
		})),
		alone(rejected("1,100,000 files in a profile of Go", "hostile/cover.out", "limits.", func(s *session) {
			write(s.t, s.under("hostile/cover.out"), "mode: set\n"+lines(million, 1_100_000, "example.com/fault/%d.go:1.1,2.2 1 1\n"))
		})),
		alone(rejected("1,100,000 files in a profile of LCOV", "hostile/lcov.info", "limits.", func(s *session) {
			write(s.t, s.under("hostile/lcov.info"), lines(million, 1_100_000, "SF:%d.go\nDA:1,1\nend_of_record\n"))
		})),
		{name: "5,000 profiles in 5,000 folders", with: start{files: map[string]string{subjectName: subject}}, alone: true, end: "the first of them are read, and the doctor says what is left out; lives", do: func(s *session) {
			for i := range 5000 {
				s.must(os.MkdirAll(s.under(fmt.Sprintf("many/%04d", i)), 0o755))
				path := s.under(fmt.Sprintf("many/%04d/cover.out", i))
				s.must(os.WriteFile(path, []byte(sampleOf("go").text), 0o644))
			}
			s.covered()
			s.reload()
			st := s.told("some of the profiles", func(st status) bool { return !st.Loading && len(st.Profiles) >= 900 })
			told := s.doctor()
			s.holds("the first of them are read, and the doctor says what is left out", len(st.Profiles) <= 1001 && st.troubles() == 0 && strings.Contains(told, "profiles after the first"), "%d profiles, %d troubles; %.2000s", len(st.Profiles), st.troubles(), told)
		}},
		{name: "100,000 uncovered functions in a file that is open", alone: true, end: "lenses, hovers and marks are there, and each is answered within 3 s; lives", do: func(s *session) {
			const words = "lenses, hovers and marks are there, and each is answered within 3 s"
			u := uriOf(s.under("many/many.go"))
			write(s.t, s.under("many/many.go"), source)
			s.send(didOpen(u, source))
			var b strings.Builder
			b.WriteString("mode: set\n")
			for i := range functions {
				fmt.Fprintf(&b, "example.com/fault/many/many.go:%d.%d,%d.2 1 0\n", 3+4*i, 10+len(strconv.Itoa(i)), 5+4*i)
			}
			write(s.t, s.under("many/cover.out"), b.String())
			s.change(s.under("many/cover.out"))
			s.marks(u, func(all []string) bool { return len(all) > 0 })
			slow := ""
			timed := func(method, params string) string {
				begin := time.Now()
				m := s.ask(method, params)
				if took := time.Since(begin); took > 3*time.Second {
					slow += fmt.Sprintf("%s took %v; ", method, took)
				}
				return string(m.Result)
			}
			lenses := timed("textDocument/codeLens", `{"textDocument":{"uri":`+js(u)+`}}`)
			shown := timed(hover, at(u, [2]int{2, 6}))
			timed("textDocument/codeAction", `{"textDocument":{"uri":`+js(u)+`},"range":{"start":{"line":0,"character":0},"end":{"line":10,"character":0}},"context":{"diagnostics":[]}}`)
			s.holds(words, slow == "" && strings.Contains(lenses, "range") && strings.Contains(shown, "F0"), "%s%.300s, %.300s", slow, lenses, shown)
			s.notify("textDocument/didClose", `{"textDocument":{"uri":`+js(u)+`}}`)
		}},
	}
}

// encodings are good profiles in another dress.
func encodings() []fault {
	const words = "each is read as if it were plain"
	dresses := map[string]func(string) string{
		"BOM": func(t string) string { return "\ufeff" + t }, "UTF-16": utf16le, "CRLF": func(t string) string { return strings.ReplaceAll(t, "\n", "\r\n") },
		"gzip": func(t string) string { return string(gz(t)) }, "UTF-16 in gzip": func(t string) string { return string(gz(utf16le(t))) },
	}
	var faults []fault
	for _, name := range slices.Sorted(maps.Keys(dresses)) {
		files := map[string]string{subjectName: subject}
		for _, x := range samples() {
			files["dressed/"+x.format+"/"+x.file] = dresses[name](x.text)
		}
		faults = append(faults, fault{name: "every format in " + name, with: start{files: files}, end: words + "; lives", do: func(s *session) {
			st := s.settled(len(samples()))
			var wrong []string
			for _, x := range samples() {
				if p := st.of("dressed/" + x.format + "/" + x.file); p.Trouble != nil || p.Format != x.format || p.Found != 1 {
					wrong = append(wrong, p.String())
				}
			}
			s.holds(words, wrong == nil, "%q", wrong)
		}})
	}
	return append(
		faults,
		fault{name: "Latin-1 in names", with: start{files: map[string]string{".covls.toml": naming("hostile/lcov.info", "hostile/cobertura.xml")}}, end: "it is read, and shows no byte that is no UTF-8; lives", do: func(s *session) {
			write(s.t, s.under("hostile/lcov.info"), "TN:\nSF:d\xe9j\xe0.c\nFN:1,f\xfcr\nFNDA:0,f\xfcr\nDA:1,0\nend_of_record\n")
			write(s.t, s.under("hostile/cobertura.xml"), "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><coverage line-rate=\"1\"><class filename=\"\xe9.c\"><lines><line number=\"1\" hits=\"1\"/></lines></class></coverage>")
			s.change(s.under("hostile/lcov.info"), s.under("hostile/cobertura.xml"))
			st := s.settled(2)
			s.doctor() // whatever the server says is looked at
			s.holds("it is read, and shows no byte that is no UTF-8", st.troubles() == 0, "%v", st.Profiles)
		}},
		fault{name: "a profile that changes its format", with: start{files: map[string]string{subjectName: subject}}, end: "each time it is read as what it is; lives", do: func(s *session) {
			const words = "each time it is read as what it is"
			path := s.under("one/cover.out")
			for _, x := range slices.Concat(samples(), samples()[:1]) {
				write(s.t, path, x.text)
				s.change(path)
				s.told(x.format, func(st status) bool {
					p := st.of("one/cover.out")
					return p.Format == x.format && p.Trouble == nil && p.Found == 1
				})
			}
			s.holds(words, true, "")
		}},
		fault{name: "two profiles of one file, in statements and in lines", with: start{files: map[string]string{subjectName: subject, "cover.out": sampleOf("go").text, "lcov.info": strings.Replace(sampleOf("lcov").text, "DA:11,0", "DA:11,5", 1)}}, end: "one figure, of one unit, in which both count; lives", do: func(s *session) {
			st := s.settled(2)
			s.holds("one figure, of one unit, in which both count", st.figures() == "3 of 3 statements", "%s", st.figures())
		}},
		fault{name: "profiles that are empty", with: start{files: map[string]string{subjectName: subject, "a/cover.out": "", "b/lcov.info": "\n\n", "c/cobertura.xml": " ", "d/coverage-final.json": "{}", "e/cover.out": "mode: set\n", "cover.out": sampleOf("go").text}}, end: "they take nothing away; lives", do: func(s *session) {
			st := s.settled(6)
			s.holds("they take nothing away", st.figures() == "2 of 3 statements", "%s", st.figures())
		}},
	)
}

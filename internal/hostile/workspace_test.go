package hostile_test

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/covls/covls/escape"
)

// payloads are what somebody may call a thing who wants more than a name.
func payloads() []string {
	return []string{
		// Commands to services that read the output of builds.
		"\n::error::pwned", "\r::add-mask::pwned", "::stop-commands::pwned", " ::group::pwned", "##[group]pwned", "\n##[error]pwned", "##vso[task.setvariable variable=x]pwned",
		"%0A::error::pwned", "a,line=7::pwned",
		// Commands to terminals.
		"\x1b[35mpwned", "\x1b]0;pwned\x07", "\x1b]8;;http://evil.example/\x1b\\pwned", "\x1b]52;c;cHduZWQ=\x07", "\u009b35m", "\b\b\x7fpwned", "\x00pwned",
		// What is not seen, or not where it stands.
		"\u202epwned\u2066", "pw\u200bned\ufeff\u00ad", "\u2028pwned\u2029", "\U000e0070\U000e0077", "\xff\xc3pwned",
		// Markdown and HTML.
		"![pwned](http://evil.example/x.png)", "[pwned](command:covls.addPathMapping?%5B%7B%22from%22%3A%22a%22%7D%5D)", "[pwned]: http://evil.example", "<img src=x onerror=pwned>",
		"</script><script>pwned</script>", "<!-- pwned", "``` pwned `` ` ", "| pwned | a |", "*pwned* _b_ ~~c~~ $d$", "# pwned", "- pwned", "1. pwned", "> pwned",
		"http://evil.example/pwned", "www.evil.example", "pwned@evil.example", "&#60;pwned&gt;", "\\`pwned\\",
		// Shells, settings, placeholders.
		"$(touch canary)", "`touch canary`", "; touch canary #", "'''\npwned = 1", "\"\"\"\npwned = 1", "\"]\npwned = 1", "{0} {pwned}", "%s%n pwned", "-pwned", "~pwned",
	}
}

// A tag stands before a payload, to tell in what is shown where it came from.
const (
	tagFolder    = "Folder"
	tagFunction  = "Function"
	tagFile      = "File"
	tagLost      = "Lost"
	tagProfile   = "Profile"
	tagTrouble   = "Trouble"
	tagWarning   = "Warning"
	tagWhy       = "Why"
	tagGroup     = "Group"
	tagComponent = "Component"
	tagReason    = "Reason"
	tagDoc       = "Doc"
	tagUnknown   = "Unknown"
	tagMapped    = "Mapped"
)

// all is a tag with all payloads that can stand in a text, one after the other.
func all(tag string) string {
	return tag + " " + strings.ToValidUTF8(strings.ReplaceAll(strings.Join(payloads(), " "), "\x00", ""), "")
}

// inFolder is a payload as the name of a file.
func inFolder(s string) string { return strings.NewReplacer("/", "∕", "\x00", "").Replace(s) }

// hostile is a workspace in which everything that can have a name has a hostile one.
type hostile struct {
	dir string
	// sources are files on disk that profiles name, in order.
	sources []string
	// ambiguous is a file that a name of a profile may mean.
	ambiguous string
	// profile is one of them, which names py/p.py.
	profile string
	// empty is a folder beside dir that has no profile.
	empty string
}

func newWorkspace(t *testing.T) *hostile {
	t.Helper()
	top := t.TempDir()
	h := &hostile{dir: filepath.Join(top, inFolder(tagFolder+" \x1b[35m\n::error::a\u202e`[b](command:c)<img src=x> ![d](http:∕∕evil.example) ##[group]"))}
	h.empty = filepath.Join(top, "Empty"+strings.TrimPrefix(filepath.Base(h.dir), tagFolder))
	try := func(name, text string) (string, error) {
		path := filepath.Join(h.dir, name)
		err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644))
		return path, err
	}
	write := func(name, text string) string {
		path, err := try(name, text)
		if err != nil {
			t.Skipf("there are no such names here: %v", err)
		}
		return path
	}
	// Istanbul: names of functions and files, some here and some not.
	istanbul := map[string]any{}
	for i, p := range payloads() {
		name := fmt.Sprintf("%s%02d%s", tagFunction, i, p)
		source := fmt.Sprintf("function a%d() { // %s\n  return 1\n}\nfunction b%d() { // %s2\n  return 2\n}\n", i, commented(t, name), i, commented(t, name))
		// Some systems want UTF-8.
		if path, err := try("web/"+inFolder(fmt.Sprintf("%s%02d%s.js", tagFile, i, p)), source); err == nil {
			h.sources = append(h.sources, path)
			istanbul[path] = istanbulFile(path, name)
		}
		lost := fmt.Sprintf("/elsewhere/%s%02d%s.js", tagLost, i, p)
		istanbul[lost] = istanbulFile(lost, name)
	}
	data, err := json.Marshal(istanbul)
	if err != nil {
		t.Fatal(err)
	}
	write("coverage/coverage-final.json", string(data))
	// Cobertura, in a file with a hostile name.
	escaped := func(s string) string {
		var b strings.Builder
		if err := xml.EscapeText(&b, []byte(strings.Map(func(r rune) rune {
			if r < ' ' && !strings.ContainsRune("\t\n\r", r) {
				return -1
			}
			return r
		}, s))); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	h.sources = append(h.sources, write("py/p.py", "def f():\n    return 1\n"))
	write("py/other.py", "def g():\n    return 1\n") // of which the profile has more lines
	h.profile = write("py/"+inFolder(tagProfile+"\x1b[35m`\n::error::a\u202e[b](command:c)<img src=x>")+"/coverage.xml", `<?xml version="1.0"?><coverage><packages><package name="p"><classes><class name="c" filename="py/p.py"><methods><method name="`+
		escaped(all(tagFunction))+`" signature=""><lines><line number="1" hits="0"/></lines></method></methods><lines><line number="1" hits="0"/><line number="2" hits="0"/></lines></class><class name="d" filename="py/other.py"><methods/><lines><line number="9" hits="0"/></lines></class></classes></package></packages></coverage>`)
	// Go: reasons, doc comments, what a settings file says.
	oneLine := strings.NewReplacer("\n", " ", "\r", " ", "\ufeff", "").Replace(all("")) // Go takes no BOM
	h.sources = append(h.sources, write("a.go", "// Package a is "+tagDoc+oneLine+".\npackage a\n\n//coverage:ignore "+tagReason+oneLine+"\nfunc Left(n int) int {\n\treturn n\n}\n\nfunc Uncovered(n int) int {\n\treturn n\n}\n\nfunc Partly(n int) int {\n\tif n > 1 {\n\t\treturn 7 // `"+oneLine+"\n\t}\n\treturn n\n}\n"))
	write(filepath.Join("..", filepath.Base(h.empty), "go.mod"), "module example.com/empty\n")
	write(filepath.Join("..", filepath.Base(h.empty), ".covls.toml"), "run.command.go = "+escape.TOML("make `a` [Make](command:b) \x1b[35m\n::error::c")+"\n")
	write("go.mod", "module example.com/a\n\ngo 1.26\n")
	write("cover.out", "mode: set\nexample.com/a/a.go:5.22,7.2 1 0\nexample.com/a/a.go:9.27,11.2 1 0\nexample.com/a/a.go:13.24,14.11 1 1\nexample.com/a/a.go:14.11,16.3 1 0\nexample.com/a/a.go:17.2,17.10 1 1\n"+
		"example.com/a/"+tagWarning+strings.ReplaceAll(oneLine, " ", "")+".go:5.1,4.1 1 0\n")
	// A profile that is broken, by a line that is quoted.
	write(inFolder(tagTrouble+"`\x1b[35m\n::error::a\u202e[b](command:c)<img src=x>.info"), "TN:\nSF:x.js\nDA:"+tagTrouble+oneLine+"\nend_of_record\n")
	// Two files that a name may mean.
	h.ambiguous = write("one/"+inFolder(tagMapped+"`\x1b[35m\n::error::a\u202e[b](command:c)<img src=x>.py"), "a = 1\n")
	write("two/"+filepath.Base(h.ambiguous), "a = 1\n")
	write("mapped-coverage.json", fmt.Sprintf(`{"meta":{"format":2,"version":"7.6.1","branch_coverage":false},"files":{%s:{"executed_lines":[],"missing_lines":[1],"excluded_lines":[],"summary":{"covered_lines":0,"num_statements":1,"missing_lines":1,"excluded_lines":0}}},"totals":{}}`,
		quote(t, "/ci/[b](command:c)`\x1b[35m\n/"+filepath.Base(h.ambiguous))))
	write(".covls.toml", "target = 90\n"+
		"unknown"+" = "+escape.TOML(all(tagUnknown))+"\n"+escape.TOML(all(tagUnknown))+" = 1\n"+
		"[[component]]\nname = "+escape.TOML(all(tagComponent))+"\ninclude = [\"web/**\"]\ntarget = 95\n"+
		"[[component]]\nname = \"rest\"\ninclude = [\"**\"]\n"+
		"[[component]]\nname = "+escape.TOML("Empty"+all(tagComponent))+"\ninclude = ["+escape.TOML(all("None"))+"]\n"+
		"[[rule]]\npaths = [\"a.go\"]\nat_least = \"high\"\nwhy = "+escape.TOML(all(tagWhy))+"\n"+
		"[[rule]]\npaths = [\"py/**\"]\ngroup = "+escape.TOML(all(tagGroup))+"\nwhy = "+escape.TOML("[a](command:b) ![c](http://evil.example) <img src=x>")+"\ntarget = 100\n"+
		"[[rule]]\npaths = ["+escape.TOML(all("Unmatched"))+"]\ntier = \"high\"\n")
	return h
}

// commented is a name as a profile in JSON has it, in a comment of a line: the text that the profile is of has its names.
func commented(t *testing.T, name string) string {
	t.Helper()
	var s string
	if err := json.Unmarshal([]byte(quote(t, name)), &s); err != nil {
		t.Fatal(err)
	}
	return strings.NewReplacer("\n", " ", "\r", " ").Replace(s)
}

func quote(t *testing.T, s string) string {
	t.Helper()
	data, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// istanbulFile has two functions, of which no test reaches the first.
func istanbulFile(path, name string) any {
	at := func(line, from, to int) any {
		return map[string]any{"start": map[string]int{"line": line, "column": from}, "end": map[string]int{"line": line, "column": to}}
	}
	body := func(first, last int) any {
		return map[string]any{"start": map[string]int{"line": first, "column": 15}, "end": map[string]int{"line": last, "column": 1}}
	}
	return map[string]any{
		"path":         path,
		"statementMap": map[string]any{"0": at(2, 2, 10), "1": at(5, 2, 10)},
		"fnMap": map[string]any{
			"0": map[string]any{"name": name, "decl": at(1, 9, 11), "loc": body(1, 3), "line": 1},
			"1": map[string]any{"name": name + "2", "decl": at(4, 9, 11), "loc": body(4, 6), "line": 4},
		},
		"branchMap": map[string]any{},
		"s":         map[string]int{"0": 0, "1": 3},
		"f":         map[string]int{"0": 0, "1": 3},
		"b":         map[string]any{},
	}
}

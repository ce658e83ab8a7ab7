package report_test

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"html"
	"io"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/tools/txtar"

	"github.com/covls/covls/config"
	"github.com/covls/covls/engine"
	"github.com/covls/covls/escape"
	"github.com/covls/covls/report"
	"github.com/covls/covls/source"
	"github.com/covls/covls/workspace"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// pageOf writes files into a folder of the given name and makes the report of what its profile says, an
// lcov.info or a cover.out.
func pageOf(t testing.TB, name string, files map[string]string) (r *report.Report, dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), name)
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	settings, problems := config.Load(dir)
	store := workspace.NewStore()
	loader := workspace.NewLoader(store)
	for _, err := range loader.SetFolders(t.Context(), []*workspace.Folder{workspace.NewFolder(dir, "", settings, problems)}) {
		t.Fatal(err)
	}
	var changes []workspace.Change
	for _, profile := range []string{"lcov.info", "cover.out"} {
		if _, ok := files[profile]; ok {
			changes = append(changes, workspace.Change{Path: filepath.Join(dir, profile)})
		}
	}
	for _, err := range loader.Read(t.Context(), changes) {
		t.Fatal(err)
	}
	settle(t, loader)
	r, err := report.New(store.Load(), report.Options{Version: "test", Help: engine.NewAdvisor(store.Load()).Help})
	if err != nil {
		t.Fatal(err)
	}
	return r, dir
}

// reader reads sources below dir.
func reader(dir string) func(string) (string, bool) {
	return func(path string) (string, bool) {
		text, err := source.ReadFile(filepath.Join(dir, filepath.FromSlash(path)), 1<<30)
		return text, err == nil
	}
}

// parts are what a page is made of.
type parts struct {
	title, csp, style, data, packed, script string
}

var pageForm = regexp.MustCompile(`(?s)^<!DOCTYPE html>\n.*<meta http-equiv="Content-Security-Policy" content="([^"]*)">.*` +
	`<title>([^<]*)</title>\n<style>([^<]*)</style>\n</head>.*` +
	`<script type="application/json" id="data">([^<]*)</script>\n` +
	`<script type="application/gzip" id="sources">([^<]*)</script>\n` +
	`<script>(.*)</script>\n</body>\n</html>\n$`)

func page(t testing.TB, r *report.Report, source func(string) (string, bool)) parts {
	t.Helper()
	var b bytes.Buffer
	if err := r.WriteHTML(&b, source); err != nil {
		t.Fatal(err)
	}
	m := pageForm.FindStringSubmatch(b.String())
	if m == nil {
		t.Fatalf("this is not the page's form:\n%.3000s", b.String())
	}
	return parts{html.UnescapeString(m[2]), html.UnescapeString(m[1]), m[3], m[4], m[5], m[6]}
}

// pageData is the data of a page.
type pageData struct {
	Title   string         `json:"title"`
	Summary report.Summary `json:"summary"`
	Cut     struct {
		GapLines    int `json:"gap_lines"`
		SourceBytes int `json:"source_bytes"`
		Shown, Left int
	} `json:"cut"`
}

func (p parts) read(t testing.TB) (data pageData) {
	t.Helper()
	if err := json.Unmarshal([]byte(p.data), &data); err != nil {
		t.Fatalf("the data: %v", err)
	}
	return data
}

// fileSource is the source of a file's gaps as the page has it.
type fileSource struct {
	Lines int
	Parts [][3]any
}

func (p parts) sources(t testing.TB) (out map[string]*fileSource) {
	t.Helper()
	z, err := gzip.NewReader(base64.NewDecoder(base64.StdEncoding, strings.NewReader(p.packed)))
	if err != nil {
		t.Fatalf("the sources: %v", err)
	}
	data, err := io.ReadAll(z)
	if err != nil {
		t.Fatalf("the sources: %v", err)
	}
	if err := json.Unmarshal(data, &out); err != nil {
		t.Fatalf("the sources: %v", err)
	}
	return out
}

// text is all that the page has of a file.
func (f *fileSource) text() string {
	var b strings.Builder
	for _, p := range f.Parts {
		b.WriteString(p[1].(string) + "\n")
	}
	return b.String()
}

// list is a list of the data, column by column.
func (p parts) list(t testing.TB, name string) map[string]json.RawMessage {
	t.Helper()
	var data map[string]json.RawMessage
	if err := json.Unmarshal([]byte(p.data), &data); err != nil {
		t.Fatalf("the data: %v", err)
	}
	var columns map[string]json.RawMessage
	if err := json.Unmarshal(data[name], &columns); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return columns
}

// rows undoes the columns of a list.
func (p parts) rows(t testing.TB, list string) []map[string]any {
	t.Helper()
	var out []map[string]any
	for name, column := range p.list(t, list) {
		var values []any
		var short struct {
			Of []string
			At []int
		}
		if json.Unmarshal(column, &short) == nil {
			for _, at := range short.At {
				values = append(values, short.Of[at])
			}
		} else if err := json.Unmarshal(column, &values); err != nil {
			t.Fatal(err)
		}
		if out == nil {
			out = make([]map[string]any, len(values))
			for i := range out {
				out[i] = map[string]any{}
			}
		}
		for i, v := range values {
			if pair, ok := v.([]any); ok && len(pair) == 2 {
				v = map[string]any{"covered": pair[0], "total": pair[1]}
			}
			out[i][name] = v
		}
	}
	return out
}

// TestHTMLHostile gives files names and texts that try to be something else than text.
func TestHTMLHostile(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		what, text string
		// want is the text as JSON can say it; "" is the text itself.
		want string
		// name tells that it can be the name of a file in a profile of lines.
		name bool
	}{
		{what: "the end of the script", text: "</script><script>alert(1)</script>", name: true},
		{what: "the end of the script in capitals", text: "</SCRIPT ><svg onload=alert(1)>", name: true},
		{what: "a comment that opens scripts", text: "<!--<script>", name: true},
		{what: "the end of CDATA", text: "]]>--><![CDATA[", name: true},
		{what: "quotes", text: `"'` + "`" + `\" onerror="x`, name: true},
		{what: "entities", text: "&lt;b&gt;&quot;&#0;&amp", name: true},
		{what: "a template", text: "{{.Data}}${alert(1)}", name: true},
		{what: "a prototype", text: "__proto__", name: true},
		{what: "a backslash at the end", text: `\`, name: true},
		{what: "line separators", text: "a\u2028b\u2029c", name: true},
		{what: "text that runs backwards", text: "\u202egnp.exe\u2066", name: true},
		{what: "control characters", text: "a\x01\x1b[31m\x7f\t", name: true},
		{what: "NUL", text: "a\x00b"},
		{what: "no UTF-8", text: "a\xff\xc3(\xed\xa0\x80b", want: "a\ufffd\ufffd(\ufffd\ufffd\ufffdb", name: true},
		{what: "no characters", text: "\uffff\ufdd0\U0001f600", name: true},
	} {
		t.Run(c.what, func(t *testing.T) {
			t.Parallel()
			if c.name && runtime.GOOS == "windows" {
				t.Skip("no such names on Windows")
			}
			want := c.text
			if c.want != "" {
				want = c.want
			}
			name := "a.py"
			if c.name {
				name = strings.ReplaceAll(c.text, "/", "|") + ".py"
			}
			files := map[string]string{
				name:        "def f():\n    x = 1\n    y = '" + c.text + "'\n",
				"lcov.info": "SF:" + name + "\nDA:1,1\nDA:2,1\nDA:3,0\nend_of_record\n",
			}
			title := "folder"
			if c.name {
				title = strings.TrimSuffix(name, ".py")
			}
			r, dir := pageOf(t, title, files)
			p := page(t, r, reader(dir))
			if bad := strings.IndexFunc(p.data, func(c rune) bool { return escape.Hidden(c) || strings.ContainsRune("<>&", c) }); bad >= 0 {
				t.Errorf("the data has %q as it is", p.data[bad:min(len(p.data), bad+10)])
			}
			shown := strings.ReplaceAll(want, "/", "|")
			if c.name {
				if got := p.read(t).Title; got != shown {
					t.Errorf("the title is %q, want %q", got, shown)
				}
				if got := p.rows(t, "files")[0]["path"]; got != shown+".py" {
					t.Errorf("the file is %q, want %q", got, shown+".py")
				}
			}
			for _, f := range p.sources(t) {
				if line := "    y = '" + want + "'"; f == nil || !strings.Contains(f.text(), line) {
					t.Errorf("no line %q in %+v", line, f)
				}
			}
		})
	}
}

// TestHTMLHidden holds the characters that the page shows against those of everything else.
func TestHTMLHidden(t *testing.T) {
	t.Parallel()
	script, err := os.ReadFile("html/page.js")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`const HIDDEN = /(\[.*\])/gu;`).FindSubmatch(script)
	if found == nil {
		t.Fatal("the script has no HIDDEN")
	}
	class := regexp.MustCompile(`\\u\{?([0-9a-f]+)\}?`).ReplaceAllString(string(found[1]), `\x{$1}`)
	hidden := regexp.MustCompile(class)
	for r := range rune(unicode.MaxRune) + 1 {
		if utf8.ValidRune(r) && hidden.MatchString(string(r)) != escape.Hidden(r) {
			t.Errorf("%U: the page shows it: %v, escape: %v", r, !escape.Hidden(r), escape.Hidden(r))
		}
	}
}

// TestHTMLPolicy holds the page's policy against what it contains: nothing else may run or be fetched.
func TestHTMLPolicy(t *testing.T) {
	t.Parallel()
	r, dir := pageOf(t, "x", map[string]string{"lcov.info": ""})
	p := page(t, r, reader(dir))
	hash := func(text string) string {
		sum := sha256.Sum256([]byte(text))
		return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	want := "default-src 'none'; style-src " + hash(p.style) + "; script-src " + hash(p.script) + "; base-uri 'none'; form-action 'none'"
	if p.csp != want {
		t.Errorf("the policy is\n%s\nwant\n%s", p.csp, want)
	}
	for _, bad := range []string{"innerHTML", "insertAdjacentHTML", "outerHTML", "document.write", "eval(", "new Function", "fetch(", "XMLHttpRequest", "import("} {
		if strings.Contains(p.script, bad) {
			t.Errorf("the script uses %s", bad)
		}
	}
	if link := regexp.MustCompile(`(?i)(src|href|url)\s*[=(]\s*["']?\s*(https?:)?//`).FindString(p.style + p.script); link != "" {
		t.Errorf("the page asks for something: %s", link)
	}
}

// module is a module with a function of each kind of gap.
var module = map[string]string{
	"go.mod": "module example.com/m\n\ngo 1.26\n",
	"m.go": `package m

import "errors"

var table = map[string]func() int{"one": func() int {
	return 1
}}

func Used(n int) (int, error) {
	if n < 0 {
		return 0, errors.New("negative")
	}

	return n, nil
}

func Unused() int {
	a := 1

	return a
}
`,
	"sub/s.go": "package sub\n\nfunc F() int { return 1 }\n",
	"cover.out": `mode: set
example.com/m/m.go:5.53,7.2 1 0
example.com/m/m.go:9.31,10.11 1 1
example.com/m/m.go:10.11,12.3 1 0
example.com/m/m.go:14.2,14.15 1 1
example.com/m/m.go:17.19,21.2 2 0
example.com/m/sub/s.go:3.14,3.26 1 1
example.com/m/gone.go:3.14,3.26 1 0
`,
	"lcov.info": "SF:x.py\nFN:1,f\nFNDA:0,f\nDA:1,1\nDA:2,0\nDA:3,0\nend_of_record\n",
	"x.py":      "def f():\n    a = 1\n    return a\n",
}

// TestHTMLRows holds the page's rows against those of the JSON report, and its sums against the rows.
func TestHTMLRows(t *testing.T) {
	t.Parallel()
	r, dir := pageOf(t, "m", module)
	p := page(t, r, reader(dir))
	var b bytes.Buffer
	if err := r.WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	var whole map[string]any
	if err := json.Unmarshal(b.Bytes(), &whole); err != nil {
		t.Fatal(err)
	}
	for _, list := range []string{"files", "uncovered_functions", "uncovered_literals", "uncovered_stretches"} {
		var want []map[string]any
		for _, row := range whole[list].([]any) {
			row := row.(map[string]any)
			delete(row, "reason_data") // reason says the same
			want = append(want, row)
		}
		if len(want) == 0 {
			t.Errorf("the report has no %s to compare", list)
		}
		if got := p.rows(t, list); !reflect.DeepEqual(got, want) {
			t.Errorf("%s:\n%v\nwant\n%v", list, got, want)
		}
	}
	sums := map[string][2]float64{}
	for _, f := range p.rows(t, "files") {
		for _, unit := range []string{"statements", "lines", "functions", "literals"} {
			if tally, ok := f[unit].(map[string]any); ok {
				sums[unit] = [2]float64{sums[unit][0] + tally["covered"].(float64), sums[unit][1] + tally["total"].(float64)}
			}
		}
	}
	summary := p.read(t).Summary
	for unit, want := range map[string]*report.Tally{
		"statements": summary.Statements, "lines": summary.Lines, "functions": summary.Functions, "literals": summary.Literals,
	} {
		if got := sums[unit]; want == nil || got != [2]float64{float64(want.Covered), float64(want.Total)} {
			t.Errorf("%s add up to %v, the summary says %v", unit, got, want)
		}
	}
}

// TestHTMLData holds the data part of a small page, and its sources, against a golden file.
func TestHTMLData(t *testing.T) {
	t.Parallel()
	const golden = "testdata/html.txtar"
	r, dir := pageOf(t, "m", module)
	p := page(t, r, reader(dir))
	var data, sources strings.Builder
	for _, list := range []string{"files", "uncovered_functions", "uncovered_literals", "uncovered_stretches"} {
		columns := p.list(t, list)
		for _, name := range slices.Sorted(maps.Keys(columns)) {
			fmt.Fprintf(&data, "%s.%s %s\n", list, name, columns[name])
		}
		data.WriteByte('\n')
	}
	all := p.sources(t)
	for _, path := range slices.Sorted(maps.Keys(all)) {
		fmt.Fprintf(&sources, "%s, %d lines\n", path, all[path].Lines)
		for _, part := range all[path].Parts {
			marks := part[2].(string)
			for i, line := range strings.Split(part[1].(string), "\n") {
				fmt.Fprintln(&sources, strings.TrimRight(fmt.Sprintf("%c %4d %s", marks[i], int(part[0].(float64))+i, line), " "))
			}
			sources.WriteString("\n")
		}
	}
	got := txtar.Format(&txtar.Archive{Files: []txtar.File{{Name: "data", Data: []byte(data.String())}, {Name: "sources", Data: []byte(sources.String())}}})
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestHTMLCut gives the page more source than it takes.
func TestHTMLCut(t *testing.T) {
	t.Parallel()
	long := "a" + strings.Repeat("é", 300) + "\n" // 601 bytes
	row := func(path string, total int, tier string) report.File {
		return report.File{Path: path, Found: true, Unit: "statements", Tier: tier, Statements: &report.Tally{Total: total}}
	}
	r := &report.Report{
		Files: []report.File{row("a", 500, "lower"), row("b", 3, "critical"), row("c", 1, "high"), row("d", 1, "medium")},
		UncoveredFunctions: []report.Function{
			{File: "b", Name: "f", Line: 10, EndLine: 500, Statements: 400},
			{File: "c", Name: "g", Line: 2, EndLine: 3, Statements: 1},
			{File: "d", Name: "h", Line: 2, EndLine: 30, Statements: 1},
		},
	}
	for i := range 100_000 { // more than the page holds, each apart from the next
		r.UncoveredStretches = append(r.UncoveredStretches, report.Stretch{File: "a", Line: 10 * i, EndLine: 10 * i, Statements: 1})
	}
	p := page(t, r, func(path string) (string, bool) {
		switch path {
		case "a", "b":
			return strings.Repeat("a line that is not short\n", 1_000_000), true
		case "c":
			return "1\n" + long + "3", true
		}
		return "", false
	})
	sources := p.sources(t)
	cut := p.read(t).Cut
	if _, ok := sources["a"]; ok || cut.Left != 1 || cut.Shown != 2 {
		t.Errorf("the file that is too large: there %v, %+v", ok, cut)
	}
	if len(p.data)+len(p.packed) > 15<<20 {
		t.Errorf("the page has %d bytes", len(p.data)+len(p.packed))
	}
	if f, ok := sources["d"]; f != nil || !ok {
		t.Errorf("a file that can't be read is %v, %v", f, ok)
	}
	want := [][3]any{{7.0, strings.Repeat("a line that is not short\n", 3+cut.GapLines-1) + "a line that is not short", "..." + strings.Repeat("x", cut.GapLines)}}
	if got := sources["b"].Parts; !reflect.DeepEqual(got, want) {
		t.Errorf("a long gap is %v, want %v", got, want)
	}
	want = [][3]any{{1.0, "1\na" + strings.Repeat("é", 199) + " … (202 more bytes)\n3", ".xx"}}
	if got := sources["c"].Parts; !reflect.DeepEqual(got, want) {
		t.Errorf("a long line is %v, want %v", got, want)
	}

	// The text is shorter than the profile says.
	r = &report.Report{
		Files:              []report.File{row("a", 5, "lower")},
		UncoveredFunctions: []report.Function{{File: "a", Name: "f", Line: 2, EndLine: 9}, {File: "a", Name: "g", Line: 20, EndLine: 30}},
	}
	p = page(t, r, func(string) (string, bool) { return "1\n2\n\n4", true })
	if got, want := p.sources(t)["a"], (&fileSource{4, [][3]any{{1.0, "1\n2\n\n4", ".x-x"}}}); !reflect.DeepEqual(got, want) {
		t.Errorf("a text that was shortened is %v, want %v", got, want)
	}
}

func BenchmarkWriteHTML(b *testing.B) {
	r := &report.Report{}
	text := strings.Repeat("\tsome = thing(that, reads, like, code)\n", 300)
	for i := range 10_000 {
		path := fmt.Sprintf("src/some/folder%d/file_%d.go", i/20, i)
		r.Files = append(r.Files, report.File{
			Path: path, Found: true, Unit: "statements", Tier: "high", Role: "core code",
			Statements: &report.Tally{Covered: 50, Total: 100}, Functions: &report.Tally{Covered: 5, Total: 10},
			Reason: "high: 10 statements short of 60 % (50 of 100 covered). Core code (×1.0). Rank 17 of 9234; the first 1200 files hold at least 70 % of the weighted gap.",
		})
		for n := range 5 {
			r.UncoveredFunctions = append(r.UncoveredFunctions, report.Function{File: path, Name: fmt.Sprintf("Name%d", n), Line: 30 * n, EndLine: 30*n + 9, Statements: 10})
		}
	}
	for b.Loop() {
		n := &counter{}
		if err := r.WriteHTML(n, func(string) (string, bool) { return text, true }); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(n.bytes)/1e6, "MB")
	}
}

type counter struct{ bytes int }

func (c *counter) Write(p []byte) (int, error) {
	c.bytes += len(p)
	return len(p), nil
}

// TestPageScopes has the page's script tell each scope in words of its own.
func TestPageScopes(t *testing.T) {
	t.Parallel()
	script, err := os.ReadFile("html/page.js")
	if err != nil {
		t.Fatal(err)
	}
	for _, scope := range []string{report.OwnPackage, report.SomeTests} {
		if got := strings.Count(string(script), "'"+scope+"': "); got != 2 {
			t.Errorf("the script has %d words for the scope %q, want two", got, scope)
		}
	}
}

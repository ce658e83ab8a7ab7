package workspace_test

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/covls/covls/config"
	"github.com/covls/covls/coverage"
	"github.com/covls/covls/internal/gittest"
	"github.com/covls/covls/origin"
	"github.com/covls/covls/source"
	"github.com/covls/covls/workspace"
)

// The text that a profile is of: Beta and Delta are uncovered, Gamma is covered in part.
const edited = `package demo

// Alpha is tested.
func Alpha(n int) int {
	if n > 0 {
		return 1
	}
	return 0
}

// Beta is not tested.
func Beta(n int) int {
	n++
	return n
}

// Gamma is tested in part.
func Gamma(s string) string {
	if s == "" {
		return "empty"
	}
	s += "!"
	return s
}

// Delta is not tested.
func Delta() int {
	x := 1
	x += 2
	return x
}

// Omega is tested.
func Omega(a, b int) int {
	c := a + b
	return c
}
`

// edit is what somebody may do to it.
type edit struct {
	name string
	do   func(text string) string
}

// part is a function of the text with its comment.
func part(text, name string) string {
	from := strings.Index(text, "// "+name+" is")
	return text[from : from+strings.Index(text[from:], "\n}\n")+3]
}

func edits() []edit {
	top := func(n int) func(string) string {
		return func(s string) string { return strings.Repeat("// note\n", n) + s }
	}
	replace := func(pairs ...string) func(string) string {
		return func(s string) string { return strings.NewReplacer(pairs...).Replace(s) }
	}
	move := func(name string) func(string) string {
		return func(s string) string {
			p := part(s, name)
			s = strings.Replace(s, p, "", 1)
			return strings.Replace(s, "package demo\n\n", "package demo\n\n"+p+"\n", 1)
		}
	}
	swap := func(a, b string) func(string) string {
		return func(s string) string {
			return strings.NewReplacer(part(s, a), part(s, b), part(s, b), part(s, a)).Replace(s)
		}
	}
	copied := func(name, to string) func(string) string {
		return func(s string) string {
			p := part(s, name)
			return strings.Replace(s, p, strings.ReplaceAll(p, name, to)+"\n"+p, 1)
		}
	}
	fresh := "// Fresh is new.\nfunc Fresh(n int) int {\n\tn += 3\n\treturn n\n}\n"
	return []edit{
		{"1 line on top", top(1)},
		{"3 lines on top", top(3)},
		{"6 lines on top", top(6)},
		{"12 lines on top", top(12)},
		{"doc comments deleted", replace("// Alpha is tested.\n", "", "// Beta is not tested.\n", "", "// Gamma is tested in part.\n", "", "// Delta is not tested.\n", "", "// Omega is tested.\n", "")},
		{"a statement edited in a covered function", replace("c := a + b", "c := a - b")},
		{"a statement edited in an uncovered function", replace("x += 2", "x += 3")},
		{"2 lines added in a covered function", replace("\tc := a + b\n", "\ta++\n\tb++\n\tc := a + b\n")},
		{"a function renamed", replace("func Beta(", "func Bravo(")},
		{"an uncovered function moved to the top", move("Delta")},
		{"a covered function moved to the top", move("Omega")},
		{"two neighbours swapped", swap("Alpha", "Beta")},
		{"two others swapped", swap("Gamma", "Delta")},
		{"split in two", replace("\ts += \"!\"\n\treturn s\n}\n", "\treturn rest(s)\n}\n\nfunc rest(s string) string {\n\ts += \"!\"\n\treturn s\n}\n")},
		{"commented out", func(s string) string {
			p := part(s, "Beta")
			return strings.Replace(s, p, "/*\n"+p+"*/\n", 1)
		}},
		{"deleted", func(s string) string { return strings.Replace(s, part(s, "Beta")+"\n", "", 1) }},
		{"a branch deleted", replace("\tif n > 0 {\n\t\treturn 1\n\t}\n", "")},
		{"a new function before an uncovered one", func(s string) string { return strings.Replace(s, part(s, "Delta"), fresh+"\n"+part(s, "Delta"), 1) }},
		{"a new function before the last", func(s string) string { return strings.Replace(s, part(s, "Omega"), fresh+"\n"+part(s, "Omega"), 1) }},
		{"a new function at the end", func(s string) string { return s + "\n" + fresh }},
		{"a copy under another name above an uncovered one", copied("Beta", "Bela")},
		{"a copy under another name above a covered one", copied("Omega", "Olena")},
		{"a branch added", replace("\tx += 2\n", "\tif x > 1 {\n\t\tx += 2\n\t}\n")},
		{"a head reflowed", replace("func Omega(a, b int) int {", "func Omega(\n\ta, b int,\n) int {")},
		{"a one-line body to three lines", replace("func Delta() int {\n\tx := 1\n", "func Delta() int {\n\tx :=\n\t\t1\n")},
		{"two names swapped", replace("func Beta(", "func Alpha(", "func Alpha(", "func Beta(")},
		{"CRLF", replace("\n", "\r\n")},
		{"6 lines on top and undone", func(s string) string { return s }},
	}
}

// profileOf is a Go profile of a text, in which the functions in ran ran, and parts of them as counts say.
func profileOf(text, name string, ran func(fn string, block int) int) string {
	var b strings.Builder
	b.WriteString("mode: set\n")
	parsed, _ := source.Parse("a.go", text)
	blocks := source.Blocks(text)
	for _, f := range parsed.Funcs {
		n := 0
		for _, r := range blocks {
			if f.Span.Contains(r.As.Start) {
				fmt.Fprintf(&b, "%s:%d.%d,%d.%d %d %d\n", name, r.As.Start.Line, r.As.Start.Col, r.As.End.Line, r.As.End.Col, r.As.Statements, ran(f.Name, n))
				n++
			}
		}
	}
	return b.String()
}

func ranDemo(fn string, block int) int {
	if fn == "Beta" || fn == "Delta" || fn == "Gamma" && block == 1 {
		return 0
	}
	return 1
}

// claims are what is known of the functions of a file: "2 of 3", or "" where nothing is.
func claims(f *workspace.File) map[string]string {
	out := map[string]string{}
	for i := range f.Funcs {
		fn := &f.Funcs[i]
		out[fn.Name] = ""
		if !slices.ContainsFunc(f.Unknown, func(u workspace.Unknown) bool { return u.Span == fn.Span }) {
			out[fn.Name] = fmt.Sprintf("%d of %d", fn.Statements.Covered, fn.Statements.Total)
		} else if fn.Statements != (coverage.Tally{}) {
			out[fn.Name] = "unknown, and yet " + fmt.Sprint(fn.Statements)
		}
	}
	return out
}

// bodies are the texts of functions by their names.
func bodies(text string) map[string]string {
	parsed, _ := source.Parse("a.go", text)
	lines := strings.Split(strings.ReplaceAll(text, "\r", ""), "\n")
	out := map[string]string{}
	for _, f := range parsed.Funcs {
		out[f.Name] = strings.Join(lines[f.Span.Start.Line-1:f.Span.End.Line], "\n")
	}
	return out
}

// TestEdits edits the text of a profile in all the ways that people do, and holds that each function that is what it
// was has what the profile says of it, that nothing is said of any other, and that saving, a reload, a profile that is
// touched or written again and a restart change nothing of that.
func TestEdits(t *testing.T) {
	t.Parallel()
	was := bodies(edited)
	truth := map[string]string{"Alpha": "3 of 3", "Beta": "0 of 2", "Gamma": "3 of 4", "Delta": "0 of 3", "Omega": "2 of 2"}
	for _, e := range edits() {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			now := e.do(edited)
			if now == edited && e.name != "6 lines on top and undone" {
				t.Fatal("it changes nothing")
			}
			want := map[string]string{}
			for name, body := range bodies(now) {
				if want[name] = ""; was[name] == body {
					want[name] = truth[name]
				}
			}
			cache := origin.NewCache(filepath.Join(t.TempDir(), "cache"))
			b := newBench(t, t.TempDir(), nil)
			b.write("go.mod", "module example.com/demo\n")
			b.write("demo.go", edited)
			b.write("cover.out", profileOf(edited, "example.com/demo/demo.go", ranDemo))
			start := func(cache *origin.Cache) {
				b.store = workspace.NewStore()
				b.loader = workspace.NewLoader(b.store)
				b.loader.Cache = cache
				b.loader.SetFolders(t.Context(), []*workspace.Folder{workspace.NewFolder(b.dir, "", config.Merge(), nil)})
				b.read("cover.out")
				for _, k := range b.loader.Unkept() {
					if err := k.Save(); err != nil {
						t.Fatal(err)
					}
				}
			}
			hold := func(when string) {
				t.Helper()
				f := b.store.Load().Files[b.path("demo.go")]
				if got := claims(f); fmt.Sprint(got) != fmt.Sprint(want) {
					t.Errorf("%s: %v, want %v", when, got, want)
				}
			}
			start(cache)
			b.write("demo.go", now)
			later := time.Now().Add(time.Second)
			if err := os.Chtimes(b.path("demo.go"), later, later); err != nil {
				t.Fatal(err)
			}
			b.loader.Saved(t.Context(), b.path("demo.go"))
			hold("saved")
			b.loader.Refresh()
			b.read("cover.out")
			hold("reloaded")
			if err := os.Chtimes(b.path("cover.out"), later, later); err != nil {
				t.Fatal(err)
			}
			b.read("cover.out")
			hold("touched")
			b.write("cover.out", profileOf(edited, "example.com/demo/demo.go", ranDemo))
			b.read("cover.out")
			hold("written again")
			start(cache)
			hold("restarted")

			// Without any memory, what is claimed is true, or the function was edited inside of its lines.
			start(nil)
			f := b.store.Load().Files[b.path("demo.go")]
			for name, got := range claims(f) {
				if got != "" && got != want[name] && !(strings.Contains(e.name, "edited") || strings.Contains(e.name, "renamed")) {
					t.Errorf("by shape: %s is %s, want %q", name, got, want[name])
				}
			}
			if strings.Contains(e.name, "edited") {
				return // the profile fits that text as well
			}
			b.write("demo.go", edited)
			b.loader.Changed(t.Context())
			if got := claims(b.store.Load().Files[b.path("demo.go")]); fmt.Sprint(got) != fmt.Sprint(truth) {
				t.Errorf("and back: %v, want %v", got, truth)
			}
		})
	}
}

// TestGuessedPlace: where nothing but names says that a file is the one that a profile means, and the text is another one, functions
// that look alike are none of the profile's for that.
func TestGuessedPlace(t *testing.T) {
	t.Parallel()
	b := newBench(t, t.TempDir(), nil)
	text := "function start() {\n  return 1;\n}\nfunction stop() {\n  return 2;\n}\n"
	var elsewhere, here strings.Builder
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		b.write("src/"+name+".js", "// Another comment.\n"+text)
		record := "src/" + name + ".js\nFN:1,start\nFN:4,stop\nFNDA:1,start\nFNDA:0,stop\nDA:2,1\nDA:5,0\nend_of_record\n"
		elsewhere.WriteString("SF:/ci/other/" + record)
		here.WriteString("SF:" + record)
	}
	for _, tt := range []struct{ profile, want string }{
		{elsewhere.String(), "map[start: stop:]"},
		{here.String(), "map[start:1 of 1 stop:0 of 1]"},
	} {
		b.write("lcov.info", tt.profile)
		b.read("lcov.info")
		f := b.store.Load().Files[b.path("src/a.js")]
		if f == nil {
			t.Fatalf("files %s", b.files())
		}
		if got := fmt.Sprint(claims(f)); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.profile[:20], got, tt.want)
		}
	}
}

// TestRenamed follows a file that was renamed since its profile was made.
func TestRenamed(t *testing.T) {
	t.Parallel()
	gittest.Need(t)
	b := newBench(t, t.TempDir(), nil)
	git := func(args ...string) { gittest.Run(t, b.dir, time.Now(), args...) }
	b.write("go.mod", "module example.com/demo\n")
	b.write("demo.go", edited)
	git("init", "-q")
	git("add", ".")
	git("commit", "-q", "-m", "Base")
	git("mv", "demo.go", "sub.go")
	b.write("sub.go", "// Package demo has moved.\n"+edited)
	git("commit", "-q", "-a", "-m", "Move")
	b.write("cover.out", profileOf(edited, "example.com/demo/demo.go", ranDemo))
	b.read("cover.out")
	for range 2 { // for the file, then for its text
		for _, q := range b.loader.Unfound() {
			a, err := q.Search(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			b.loader.Found(t.Context(), q, a)
		}
	}
	f := b.store.Load().Files[b.path("sub.go")]
	if f == nil {
		t.Fatalf("files %s", b.files())
	}
	texts := f.Texts()
	if got := fmt.Sprint(claims(f)); got != "map[Alpha:3 of 3 Beta:0 of 2 Delta:0 of 3 Gamma:3 of 4 Omega:2 of 2]" || texts.Back != 1 || texts.Commit == "" || texts.Kept != 5 {
		t.Errorf("%s, %+v", got, texts)
	}
	if n := len(b.loader.Unfound()); n != 0 {
		t.Errorf("%d searches are left", n)
	}
	for _, tt := range []struct {
		name string
		do   []string
		back int
	}{
		{"after another commit", []string{"commit", "-q", "--allow-empty", "-m", "More"}, 2},
		{"on a branch of its own", []string{"checkout", "-q", "--orphan", "other"}, -1},
		{"after a commit there", []string{"commit", "-q", "-m", "Other"}, -1},
	} {
		git(tt.do...)
		if !b.loader.HeadMoved() {
			t.Errorf("%s HEAD is said to be where it was", tt.name)
		}
		for _, q := range b.loader.Unfound() {
			a, err := q.Search(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			b.loader.Found(t.Context(), q, a)
		}
		if b.loader.HeadMoved() {
			t.Errorf("%s HEAD is said to move still", tt.name)
		}
		if texts := b.store.Load().Files[b.path("sub.go")].Texts(); texts.Back != tt.back {
			t.Errorf("%s the profile is %d back, want %d", tt.name, texts.Back, tt.back)
		}
	}
}

// TestAgain: tests that ran again over an edited text, and said the same as before, are no copy of what they said before.
// Whoever only sets the time of a profile has run nothing.
func TestAgain(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("the system does not tell a file that was written from one whose time was set")
	}
	cache := origin.NewCache(filepath.Join(t.TempDir(), "cache"))
	b := newBench(t, t.TempDir(), nil)
	began := time.Now().Add(-time.Hour)
	step := 0
	set := func(name string, touched bool) {
		t.Helper()
		step++
		at := began.Add(time.Duration(step) * time.Minute)
		read := at
		if !touched {
			read = at.Add(-time.Second) // it was opened before it was written
		}
		if err := os.Chtimes(b.path(name), read, at); err != nil {
			t.Fatal(err)
		}
	}
	start := func() {
		b.store = workspace.NewStore()
		b.loader = workspace.NewLoader(b.store)
		b.loader.Cache = cache
		b.loader.SetFolders(t.Context(), []*workspace.Folder{workspace.NewFolder(b.dir, "", config.Merge(), nil)})
	}
	read := func() string {
		t.Helper()
		b.read("cover.out")
		for _, k := range b.loader.Unkept() {
			if err := k.Save(); err != nil {
				t.Fatal(err)
			}
		}
		return claims(b.store.Load().Files[b.path("demo.go")])["Omega"]
	}
	hold := func(when, got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("%s: %q, want %q", when, got, want)
		}
	}
	profile := profileOf(edited, "example.com/demo/demo.go", ranDemo)
	b.write("go.mod", "module example.com/demo\n")
	b.write("demo.go", edited)
	set("demo.go", false)
	b.write("cover.out", profile)
	set("cover.out", false)
	start()
	hold("at first", read(), "2 of 2")

	b.write("demo.go", strings.Replace(edited, "a + b", "a - b", 1))
	set("demo.go", false)
	b.loader.Changed(t.Context())
	hold("edited", read(), "")
	set("cover.out", true)
	hold("touched", read(), "")
	start()
	hold("touched, and restarted", read(), "")
	set("cover.out", true)
	start()
	hold("touched while nobody looked", read(), "")
	start()
	hold("and restarted", read(), "")

	b.write("cover.out", profile)
	set("cover.out", false)
	hold("the tests ran again", read(), "2 of 2")
	start()
	hold("and it was restarted", read(), "2 of 2")

	b.write("demo.go", strings.Replace(edited, "a + b", "a * b", 1))
	set("demo.go", false)
	start()
	hold("edited while nobody looked", read(), "")
	b.write("cover.out", profile)
	set("cover.out", false)
	start()
	hold("the tests ran again while nobody looked", read(), "2 of 2")

	b.write("cover.out", profile)
	set("cover.out", false)
	b.write("demo.go", "// A line.\n"+strings.Replace(edited, "a + b", "a * b", 1))
	set("demo.go", false)
	b.write("cover.out", profile)
	set("cover.out", false)
	start()
	hold("over a text that it does not fit", read(), "2 of 2")
}

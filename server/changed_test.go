package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/covls/covls/config"
	"github.com/covls/covls/engine"
	"github.com/covls/covls/internal/editor"
	"github.com/covls/covls/internal/gittest"
	space "github.com/covls/covls/workspace"
)

// before is what shop was at its base: without Uncovered, and without what Partly does with a negative number.
const before = `
-- go.mod --
module example.com/shop

go 1.24
-- a.go --
package shop

// Covered is run by a test.
func Covered(n int) int {
	return n + 1
}

// Partly is run with a positive number only.
func Partly(n int) int {
	return n
}
-- cover.out --
mode: set
example.com/shop/a.go:4.25,6.2 1 1
example.com/shop/a.go:9.24,11.2 1 1
`

// changedShop is a repository with before, its baseline in covls.base.gz, and then shop, in which nothing reaches Covered any more.
func changedShop(t *testing.T) string {
	t.Helper()
	gittest.Need(t)
	dir := workspace(t, before)
	run := func(args ...string) { gittest.Run(t, dir, gittest.Date(0), args...) }
	run("init", "-q", "-b", "main")
	run("add", "a.go", "go.mod")
	run("commit", "-q", "-m", "Before")
	run("update-ref", "refs/remotes/origin/main", "HEAD")
	loaded, err := engine.Once{}.Load(t.Context(), space.NewFolder(dir, "", config.Merge(), nil))
	if err != nil {
		t.Fatal(err)
	}
	baseline, _, err := engine.MakeBaseline(t.Context(), loaded.Snapshot)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := baseline.Write(&b, "test"); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "covls.base.gz"), b.String())
	write(t, filepath.Join(dir, ".covls.toml"), "changed.baseline = 'covls.base.gz'\n")
	_, after, _ := strings.Cut(shop, "-- a.go --\n")
	text, profile, _ := strings.Cut(after, "-- cover.out --\n")
	write(t, filepath.Join(dir, "a.go"), text)
	write(t, filepath.Join(dir, "cover.out"), strings.Replace(profile, "4.25,6.2 1 1", "4.25,6.2 1 0", 1))
	return dir
}

// marked are the diagnostics of a document, a line each.
func marked(s *editor.Seen, path string) (out []string) {
	items, _ := s.Of(string(uri.File(path)))
	for _, d := range items {
		line := fmt.Sprintf("%d:%d %s %v: %v", d.Range.Start.Line+1, d.Range.Start.Character+1, severities[d.Severity], d.Code, d.Message)
		for _, r := range d.RelatedInformation {
			line += fmt.Sprintf(" [%d: %s]", r.Location.Range.Start.Line+1, r.Message)
		}
		out = append(out, line)
	}
	return out
}

var severities = map[protocol.DiagnosticSeverity]string{
	protocol.DiagnosticSeverityWarning: "warning", protocol.DiagnosticSeverityInformation: "information", protocol.DiagnosticSeverityHint: "hint",
}

// untilMarked waits for the diagnostics of a document.
func untilMarked(t *testing.T, ed *editor.Editor, path string, want ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if seen, err := ed.Wait(ctx, func(s *editor.Seen) bool { return slices.Equal(marked(s, path), want) }); err != nil {
		t.Fatalf("%v; it has\n%s\nwant\n%s", err, strings.Join(marked(seen, path), "\n"), strings.Join(want, "\n"))
	}
}

// TestChangedLines has which lines changed told beside how often they ran, and their sum by file; above them others are typed.
func TestChangedLines(t *testing.T) {
	t.Parallel()
	dir := changedShop(t)
	p := ready(t, roots(watching(), dir))
	path := filepath.Join(dir, "a.go")
	u := string(uri.File(path))
	p.send(didOpen(u, read(t, path)))
	p.published(u, func(_ int, m []string) bool { return len(m) == 3 && strings.Contains(m[2], "new since") })
	lines := func() (out []string) {
		var got struct {
			Changed []struct {
				Range protocol.Range
				State string
			}
		}
		if err := json.Unmarshal(p.ask("covls/coverage", js(document(u))).Result, &got); err != nil {
			t.Fatal(err)
		}
		for _, r := range got.Changed {
			out = append(out, fmt.Sprintf("%d-%d %s", r.Range.Start.Line+1, r.Range.End.Line+1, r.State))
		}
		return out
	}
	if got, want := lines(), []string{"10-10 covered", "11-11 uncovered", "18-18 uncovered", "19-19 uncovered"}; !slices.Equal(got, want) {
		t.Errorf("changed are %q, want %q", got, want)
	}
	p.send(didChange(u, 2, edit(1, 0, 1, 0, "\n\n")))
	if got, want := lines(), []string{"12-12 covered", "13-13 uncovered", "20-20 uncovered", "21-21 uncovered"}; !slices.Equal(got, want) {
		t.Errorf("changed below two more lines are %q, want %q", got, want)
	}
	if m := p.ask("covls/gaps", "{}"); !strings.Contains(string(m.Result), `"changed":{"covered":1,"total":4}`) {
		t.Errorf("the gaps: %s", m.Result)
	}
}

// lensesOf are the lenses of a document, a line each.
func lensesOf(t *testing.T, ed *editor.Editor, path string) (out []string) {
	t.Helper()
	lenses, err := ed.Lenses(t.Context(), uri.File(path))
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range lenses {
		out = append(out, fmt.Sprintf("%d: %s", l.Range.Start.Line+1, l.Command.Title))
	}
	return out
}

// TestChanged has what is new, changed and lost since the base told by diagnostics, lenses and hovers, also while the text is edited.
func TestChanged(t *testing.T) {
	t.Parallel()
	dir := changedShop(t)
	path := filepath.Join(dir, "a.go")
	ed := connect(t, editor.Options{Capabilities: editor.Capabilities(), Folders: []string{dir}})
	open(t, ed, path)
	since := "origin/main (" + head(t, dir)[:7] + ")"
	lost := "4:6 warning lost-coverage: Covered is not tested (1 statement) · 1 of 1 ran at " + since + " [5: line 5 ran at " + since + "]"
	untilMarked(t, ed, path, lost,
		"11:3 information uncovered-changed: Partly: line 11 never ran · changed since origin/main",
		"17:6 information uncovered-changed: Uncovered is not tested (2 statements) · new since origin/main")
	if got, want := lensesOf(t, ed, path), []string{
		"1: 33.3 % covered · 2 statements below target · next gap ▸", "4: lost 1 of 1 since origin/main", "9: changed: 1 of 2 statements not tested ▸", "17: new, not tested · 2 statements",
	}; !slices.Equal(got, want) {
		t.Errorf("the lenses are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for _, tt := range []struct{ line, character int }{{3, 6}, {8, 6}, {16, 6}} {
		hover, err := ed.HoverAt(t.Context(), path, tt.line, tt.character)
		if err != nil || !strings.Contains(hover, "since") && !strings.Contains(hover, "**Lost**") {
			t.Errorf("the hover on line %d is %q, %v", tt.line+1, hover, err)
		}
	}
	// An edit above moves all of it, and one in a function has nobody know it.
	if err := ed.Edit(t.Context(), uri.File(path), protocol.Range{Start: protocol.Position{Line: 1}, End: protocol.Position{Line: 1}}, "\n// A comment.\n"); err != nil {
		t.Fatal(err)
	}
	untilMarked(t, ed, path, strings.NewReplacer("4:6", "6:6", "5: line 5", "7: line 7").Replace(lost),
		"13:3 information uncovered-changed: Partly: line 13 never ran · changed since origin/main",
		"19:6 information uncovered-changed: Uncovered is not tested (2 statements) · new since origin/main")
	if err := ed.Edit(t.Context(), uri.File(path), protocol.Range{Start: protocol.Position{Line: 11, Character: 8}, End: protocol.Position{Line: 11, Character: 9}}, "<="); err != nil {
		t.Fatal(err)
	}
	untilMarked(t, ed, path, strings.NewReplacer("4:6", "6:6", "5: line 5", "7: line 7").Replace(lost),
		"19:6 information uncovered-changed: Uncovered is not tested (2 statements) · new since origin/main")
}

// TestChangedClosed has what changed in a file that is not open among the problems, however little it is.
func TestChangedClosed(t *testing.T) {
	t.Parallel()
	dir := changedShop(t)
	path := filepath.Join(dir, "a.go")
	ed := connect(t, editor.Options{Capabilities: editor.Capabilities(), Folders: []string{dir}})
	since := "origin/main (" + head(t, dir)[:7] + ")"
	untilMarked(t, ed, path, "4:6 warning lost-coverage: Covered is not tested (1 statement) · 1 of 1 ran at "+since+" [5: line 5 ran at "+since+"]",
		"11:3 information uncovered-changed: Partly: line 11 never ran · changed since origin/main",
		"17:6 information uncovered-changed: Uncovered is not tested (2 statements) · new since origin/main")
}

// head is the commit that is HEAD.
func head(t *testing.T, dir string) string {
	t.Helper()
	out, err := gittest.Command(dir, gittest.Date(0), "rev-parse", "HEAD").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

// TestChangedGaps has the gaps listed by what became of them, and the jumps go from one to the next.
func TestChangedGaps(t *testing.T) {
	t.Parallel()
	dir := changedShop(t)
	write(t, filepath.Join(dir, "b.go"), "package shop\n\nfunc Old() {\n\tprintln()\n}\n")
	profile := read(t, filepath.Join(dir, "cover.out"))
	gittest.Run(t, dir, gittest.Date(0), "add", "b.go")
	gittest.Run(t, dir, gittest.Date(0), "commit", "-q", "-m", "Old", "b.go")
	gittest.Run(t, dir, gittest.Date(0), "update-ref", "refs/remotes/origin/main", "HEAD")
	write(t, filepath.Join(dir, "cover.out"), profile+"example.com/shop/b.go:3.12,5.2 1 0\n")
	path := filepath.Join(dir, "a.go")
	ed := connect(t, editor.Options{Capabilities: editor.Capabilities(), Folders: []string{dir}})
	open(t, ed, path)
	until(t, ed, func(s *editor.Seen) bool { return len(marked(s, path)) == 3 })
	for _, tt := range []struct{ scope, want string }{
		{"changed", "Partly:changed Uncovered:new"},
		{"lost", "Covered:lost"},
		{"all", "Uncovered:new Covered:lost Old:"},
		{"", "Uncovered:new Covered:lost Old:"},
	} {
		raw, err := ed.Ask(t.Context(), "covls/gaps", js(obj{"scope": tt.scope}))
		if err != nil {
			t.Fatal(err)
		}
		var answer struct {
			Components []struct {
				Tiers []struct {
					Files []struct {
						Gaps []struct{ Name, Change string }
					}
				}
			}
		}
		if err := json.Unmarshal(raw, &answer); err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, c := range answer.Components {
			for _, tier := range c.Tiers {
				for _, f := range tier.Files {
					for _, g := range f.Gaps {
						got = append(got, g.Name+":"+g.Change)
					}
				}
			}
		}
		slices.Sort(got)
		want := strings.Fields(tt.want)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("scope %q has %v, want %v", tt.scope, got, want)
		}
	}
	if _, err := ed.Ask(t.Context(), "covls/gaps", `{"scope":"mine"}`); err == nil {
		t.Error("a scope that there is not is taken")
	}
	for _, tt := range []struct {
		command    string
		from, want int
	}{{"covls.nextChangedGap", 0, 3}, {"covls.nextChangedGap", 3, 10}, {"covls.nextChangedGap", 10, 16}, {"covls.nextChangedGap", 18, 3}, {"covls.previousChangedGap", 16, 10}, {"covls.previousChangedGap", 3, 16}} {
		to, err := ed.Jump(t.Context(), tt.command, uri.File(path), protocol.Position{Line: uint32(tt.from), Character: 5})
		if err != nil || to == nil || to.Range.Start.Line != uint32(tt.want) {
			t.Errorf("%s from line %d goes to %v, %v, want line %d", tt.command, tt.from, to, err, tt.want)
		}
	}
}

// TestBase has a base picked for the session, and says why there is none.
func TestBase(t *testing.T) {
	t.Parallel()
	dir := changedShop(t)
	path := filepath.Join(dir, "a.go")
	gittest.Run(t, dir, gittest.Date(0), "commit", "-q", "-a", "-m", "Work")
	gittest.Run(t, dir, gittest.Date(0), "tag", "now")
	asked := make(chan string, 1)
	o := editor.Options{Capabilities: editor.Capabilities(), Folders: []string{dir}, Answer: func(question string) string {
		asked <- question
		return "now"
	}}
	o.Capabilities.Window.ShowMessage = &protocol.ShowMessageRequestClientCapabilities{}
	ed := connect(t, o)
	open(t, ed, path)
	until(t, ed, func(s *editor.Seen) bool { return len(marked(s, path)) == 3 })
	var got struct{ Base string }
	run(t, ed, "covls.pickBase", nil, &got)
	if question := <-asked; got.Base != "now" || !strings.Contains(question, "compare changes") {
		t.Errorf("asked %q, and it is %q", question, got.Base)
	}
	// Nothing has changed since, and what is lost is lost all the same.
	since := head(t, dir)
	untilMarked(t, ed, path, "4:6 warning lost-coverage: Covered is not tested (1 statement) · 1 of 1 ran at "+parent(t, dir, since)[:7]+", the baseline [5: line 5 ran at "+parent(t, dir, since)[:7]+", the baseline]",
		"17:6 hint uncovered: "+shopUncovered)
	refused(t, ed, "covls.setBase", obj{"base": "nothing-of-that-name"}, "no such commit")
	run(t, ed, "covls.setBase", obj{"base": ""}, &got)
	write(t, filepath.Join(dir, ".covls.toml"), "changed.baseline = 'covls.base.gz'\nchanged.base = 'nothing-of-that-name'\n")
	untilMarked(t, ed, path, "4:6 hint uncovered: Covered is not tested (1 statement)", "17:6 hint uncovered: "+shopUncovered)
	var why string
	run(t, ed, "covls.doctor", nil, &why)
	if !strings.Contains(why, "nothing-of-that-name") {
		t.Errorf("the doctor says\n%s", why)
	}
	run(t, ed, "covls.setBase", obj{"base": "origin/main"}, &got)
	until(t, ed, func(s *editor.Seen) bool { return len(marked(s, path)) == 3 })
}

func parent(t *testing.T, dir, commit string) string {
	t.Helper()
	out, err := gittest.Command(dir, gittest.Date(0), "rev-parse", commit+"^").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

type ranFunc struct {
	Path, Name            string
	Line, Was, Now, Total int
}

// TestSinceLastRun tells, once, what a run of the tests has covered and lost.
func TestSinceLastRun(t *testing.T) {
	t.Parallel()
	dir, ed := began(t, shop, watcher())
	profile := read(t, filepath.Join(dir, "cover.out"))
	next := strings.NewReplacer("4.25,6.2 1 1", "4.25,6.2 1 0", "10.11,12.3 1 0", "10.11,12.3 1 1", "17.27,20.2 2 0", "17.27,20.2 2 1").Replace(profile)
	write(t, filepath.Join(dir, "cover.out"), next)
	var got struct {
		Runs []struct {
			Text             string
			Covered, Lost    int
			CoveredFunctions []ranFunc `json:"covered_functions"`
			LostFunctions    []ranFunc `json:"lost_functions"`
		}
	}
	seen := until(t, ed, func(s *editor.Seen) bool {
		return slices.ContainsFunc(s.Log, func(l string) bool { return strings.Contains(l, "lost since") })
	})
	if !slices.ContainsFunc(seen.Log, func(l string) bool { return strings.Contains(l, "2 functions covered, 1 lost since ") }) || len(seen.Messages) > 0 {
		t.Errorf("logged %q, and shown %q", seen.Log, seen.Messages)
	}
	run(t, ed, "covls.sinceLastRun", nil, &got)
	if want := "{2 1 [{a.go Partly 8 2 3 3} {a.go Uncovered 16 0 2 2}] [{a.go Covered 3 1 0 1}]}"; len(got.Runs) != 1 || fmt.Sprint(got.Runs[0]) != "{"+got.Runs[0].Text+" "+want[1:] {
		t.Errorf("the runs are %v, want %s", got.Runs, want)
	}
	// What another text was covered of says nothing of this one.
	text := read(t, filepath.Join(dir, "a.go"))
	write(t, filepath.Join(dir, "a.go"), strings.Replace(text, "n + 1", "n + 2", 1))
	write(t, filepath.Join(dir, "cover.out"), strings.Replace(profile, "17.27,20.2 2 0", "17.27,20.2 2 1", 1))
	until(t, ed, func(s *editor.Seen) bool {
		return slices.ContainsFunc(s.Log, func(l string) bool { return strings.Contains(l, "1 function lost since") })
	})
	run(t, ed, "covls.sinceLastRun", nil, &got)
	if len(got.Runs) != 2 || got.Runs[0].Covered != 0 || got.Runs[0].Lost != 1 || got.Runs[0].LostFunctions[0].Name != "Partly" {
		t.Errorf("the runs are %+v", got.Runs)
	}
}

// TestChangedUnmeasured has the status say of a source that changed and that no profile names that nothing is known of it.
func TestChangedUnmeasured(t *testing.T) {
	t.Parallel()
	dir := changedShop(t)
	write(t, filepath.Join(dir, "n.go"), "package shop\n\nfunc N() {\n\tprintln()\n}\n")
	c := editor.Capabilities()
	c.Experimental = protocol.LSPAny(`{"covls":true}`)
	ed := connect(t, editor.Options{Capabilities: c, Folders: []string{dir}})
	const want = `"text":"changed 1/4, 1 file not measured, lost 1","why":"no profile names n.go, which changed"`
	until(t, ed, func(s *editor.Seen) bool {
		return len(s.Status) > 0 && strings.Contains(s.Status[len(s.Status)-1], want)
	})
}

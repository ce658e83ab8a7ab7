package server_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.lsp.dev/uri"

	"github.com/covls/covls/server"
)

// status is what tests read of covls/status.
type status struct {
	State              string
	Loading            bool
	Summary            *summary
	Other              *summary
	Tiers              map[string]int
	UncoveredFunctions int `json:"uncovered_functions"`
	Stale, Hidden      bool
	Profiles           []struct {
		URI, Path, Format, Modified string
		Files, Found                int
		Trouble                     *string
		OtherTexts                  int `json:"other_texts"`
		Text                        string
		OwnTotal                    string `json:"own_total"`
	}
	Folders []struct {
		URI, Name    string
		Patterns     []string
		SearchedDirs int `json:"searched_dirs"`
		Languages    []string
		MakeProfile  *struct{ Language, Command, CWD string } `json:"make_profile"`
	}
	Languages []string
}

type summary struct {
	Unit           string
	Covered, Total int
	Percent        *float64
	Target         *float64
	Gap            int
	GapPoints      *float64 `json:"gap_points"`
}

// String is the status in a line, without Loading.
func (s *status) String() string {
	words := []string{s.State}
	if s.Summary != nil {
		words = append(words, fmt.Sprintf("%d/%d %s, %d short", s.Summary.Covered, s.Summary.Total, s.Summary.Unit, s.Summary.Gap))
	}
	if s.Other != nil {
		words = append(words, fmt.Sprintf("%d/%d %s, %d short", s.Other.Covered, s.Other.Total, s.Other.Unit, s.Other.Gap))
	}
	for _, t := range []string{"critical", "high", "medium", "lower", "ok"} {
		if n := s.Tiers[t]; n > 0 {
			words = append(words, fmt.Sprintf("%d %s", n, t))
		}
	}
	if s.UncoveredFunctions > 0 {
		words = append(words, fmt.Sprintf("%d uncovered", s.UncoveredFunctions))
	}
	if s.Stale {
		words = append(words, "stale")
	}
	if s.Hidden {
		words = append(words, "hidden")
	}
	for _, p := range s.Profiles {
		text := fmt.Sprintf("%s finds %d of %d", p.Path, p.Found, p.Files)
		if p.Trouble != nil {
			text += " in trouble"
		}
		if p.OtherTexts > 0 || p.Text != "" {
			text += fmt.Sprintf(" (%d: %s)", p.OtherTexts, p.Text)
		}
		if p.OwnTotal != "" {
			text += "; " + p.OwnTotal
		}
		words = append(words, text)
	}
	return strings.Join(words, ", ")
}

// watching are the capabilities of a client that wants covls/status.
func watching() obj {
	caps := modern()
	caps["experimental"] = obj{"covls": obj{"documents": true}}
	return caps
}

// statuses are all covls/status so far.
func (p *peer) statuses() []*status {
	p.t.Helper()
	var out []*status
	var last string
	for _, m := range p.messages() {
		if m.Method != "covls/status" {
			continue
		}
		if string(m.Params) == last {
			p.t.Errorf("the same status twice: %s", last)
		}
		last = string(m.Params)
		s := &status{}
		if err := json.Unmarshal(m.Params, s); err != nil {
			p.t.Errorf("%v: %s", err, m.Params)
		}
		out = append(out, s)
	}
	return out
}

// TestStatus has the statuses of a session whose profile and settings change. Between two steps all
// timers run out.
func TestStatus(t *testing.T) {
	t.Parallel()
	const ready, shopProfile = "ready, 3/6 statements, 1 short, 1 medium, 1 uncovered, cover.out finds 1 of 1", "cover.out"
	whole := shop[strings.Index(shop, "mode: set"):]
	better := strings.Replace(whole, "2 0\n", "2 1\n", 1)
	const isBetter = "ready, 5/6 statements, 1 short, 1 medium, cover.out finds 1 of 1"
	type step func(t *testing.T, p *peer, dir string)
	writes := func(name, content string) step {
		return func(t *testing.T, _ *peer, dir string) { write(t, filepath.Join(dir, name), content) }
	}
	removes := func(name string) step {
		return func(t *testing.T, _ *peer, dir string) {
			if err := os.Remove(filepath.Join(dir, name)); err != nil {
				t.Error(err)
			}
		}
	}
	runs := func(name string) step {
		return func(_ *testing.T, p *peer, _ string) {
			p.ask("workspace/executeCommand", js(obj{"command": name}))
		}
	}
	tests := []struct {
		name    string
		archive string
		steps   []step
		want    []string // but for which may be too short to be told
	}{
		{"a profile", shop, nil, []string{ready}},
		{
			"a total of lines and branches", `-- coverage.json --
{"meta": {"branch_coverage": true}, "files": {"a.py": {"executed_lines": [1], "missing_lines": [], "summary": {"covered_lines": 1}}},
"totals": {"covered_lines": 1, "num_statements": 1, "percent_covered_display": "50", "num_branches": 3, "covered_branches": 1}}
-- a.py --
x = 1
`, nil,
			[]string{"ready, 1/1 lines, 0 short, 1 ok, coverage.json finds 1 of 1; coverage.py's own total, 50 %, counts branches, too"},
		},
		{"no profile", strings.Split(shop, "-- cover.out --")[0], nil, []string{"empty"}},
		{"no profile but a name", strings.Split(shop, "-- cover.out --")[0] + "-- coverage.txt --\nhello\n", nil, []string{"empty"}},
		{"a broken profile", strings.Replace(shop, "4.25,6.2 1 1", "4.25,6.2", 1), nil, []string{"broken, cover.out finds 0 of 0 in trouble"}},
		{"made later", strings.Split(shop, "-- cover.out --")[0], []step{writes(shopProfile, whole)}, []string{"empty", ready}},
		{"written anew", shop, []step{writes(shopProfile, better)}, []string{ready, isBetter}},
		{"written anew with the same", shop, []step{writes(shopProfile, whole)}, []string{ready}},
		{"truncated and written bit by bit", shop, []step{
			writes(shopProfile, ""), writes(shopProfile, "mode: set\n"), writes(shopProfile, better),
		}, []string{ready, ready + " in trouble", isBetter}},
		{"broken and mended", shop, []step{writes(shopProfile, "mode: set\nx\n"), writes(shopProfile, better)}, []string{
			ready, ready + " in trouble", isBetter,
		}},
		{"removed", shop, []step{removes(shopProfile)}, []string{ready, "empty"}},
		{"reloaded", shop, []step{runs("covls.reload"), runs("covls.reload")}, []string{ready}},
		{"hidden and shown", shop, []step{runs("covls.toggle"), runs("covls.toggle")}, []string{
			ready, strings.Replace(ready, "1 uncovered,", "1 uncovered, hidden,", 1), ready,
		}},
		{"another target", shop, []step{writes(".covls.toml", "target = 100\n")}, []string{
			ready, strings.Replace(ready, "1 short, 1 medium", "3 short, 1 critical", 1),
		}},
		{"a source saved", shop, []step{func(t *testing.T, p *peer, dir string) {
			path := filepath.Join(dir, "a.go")
			write(t, path, read(t, path)+"// more\n")
			p.send(note("textDocument/didSave", js(document(string(uri.File(path))))))
		}, writes(".covls.toml", "# nothing\n"), writes(shopProfile, whole), writes(shopProfile, better)}, []string{
			// Who writes the same once more has run the tests over the new text.
			ready, ready + " (1: cover.out is of another text, from before the last changes; all its functions are the same)", ready, isBetter,
		}},
		{"two profiles", shop, []step{writes("lcov.info", "SF:a.go\nDA:5,1\nend_of_record\n")}, []string{
			ready, strings.Replace(ready, "cover.out", "cover.out finds 1 of 1, lcov.info", 1),
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				dir := workspace(t, tt.archive)
				p := start(t, unhurried())
				p.initialize(roots(watching(), dir))
				<-time.After(5 * time.Minute)
				for _, s := range tt.steps {
					s(t, p, dir)
					<-time.After(5 * time.Minute)
				}
				all := p.statuses()
				var got []string
				for _, s := range all {
					if line := s.String(); line != "loading" {
						got = append(got, line)
					}
				}
				if got = slices.Compact(got); !slices.Equal(got, tt.want) {
					t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(tt.want, "\n"))
				}
				if last := all[len(all)-1]; last.Loading {
					t.Errorf("the last status says that a load is under way: %s", last)
				}
			})
		})
	}
}

// TestStatusUnasked goes only to clients that want it.
func TestStatusUnasked(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		experimental any
		want         bool
	}{
		{obj{"covls": true}, true},
		{obj{"covls": obj{}}, true},
		{obj{"x": 1, "covls": obj{"a": list{}}}, true},
		{nil, false},
		{obj{}, false},
		{obj{"covls": false}, false},
		{obj{"covls": nil}, false},
		{true, false},
		{list{"covls"}, false},
		{"covls", false},
	} {
		t.Run(js(tt.experimental), func(t *testing.T) {
			t.Parallel()
			dir := workspace(t, shop)
			synctest.Test(t, func(t *testing.T) {
				p := start(t, unhurried())
				caps := modern()
				caps["experimental"] = tt.experimental
				p.initialize(roots(caps, dir))
				<-time.After(time.Minute)
				if got := len(p.statuses()) > 0; got != tt.want {
					t.Errorf("status: %v, want %v", got, tt.want)
				}
			})
		})
	}
}

// TestStatusWelcome has what a welcome screen needs.
func TestStatusWelcome(t *testing.T) {
	t.Parallel()
	one, two := workspace(t, "-- go.mod --\nmodule a\n-- a/b/c.go --\npackage b\n"), workspace(t, "-- .covls.toml --\nprofiles = ['out/*.xml']\nrun.command = 'make cover'\n-- a.py --\n")
	synctest.Test(t, func(t *testing.T) {
		p := start(t, unhurried())
		p.initialize(roots(watching(), two, one))
		<-time.After(time.Minute)
		all := p.statuses()
		s := all[len(all)-1]
		if s.State != "empty" || len(s.Folders) != 2 {
			t.Fatalf("status %s", js(s))
		}
		py, golang := s.Folders[0], s.Folders[1]
		if py.URI != string(uri.File(two)) || !slices.Equal(py.Patterns, []string{"out/*.xml"}) || !slices.Equal(py.Languages, []string{"python"}) ||
			py.MakeProfile == nil || py.MakeProfile.Command != "make cover" || py.MakeProfile.CWD != string(uri.File(two)) {
			t.Errorf("folder %s", js(py))
		}
		if golang.URI != string(uri.File(one)) || !slices.Contains(golang.Patterns, "**/*cover*.out") || golang.SearchedDirs != 3 ||
			golang.MakeProfile == nil || golang.MakeProfile.Command != "go test -coverprofile=cover.out ./..." {
			t.Errorf("folder %s", js(golang))
		}
	})
}

// TestStatusFolders adds a folder: what is known of the first stands while the second is searched.
func TestStatusFolders(t *testing.T) {
	t.Parallel()
	one, two := workspace(t, shop), workspace(t, shop)
	synctest.Test(t, func(t *testing.T) {
		p := start(t, unhurried())
		p.initialize(roots(watching(), one))
		<-time.After(time.Minute)
		before := len(p.statuses())
		folder := obj{"uri": uri.File(two), "name": "two"}
		p.send(note("workspace/didChangeWorkspaceFolders", js(obj{"event": obj{"added": list{folder}, "removed": list{}}})))
		<-time.After(time.Minute)
		p.send(note("workspace/didChangeWorkspaceFolders", js(obj{"event": obj{"added": list{}, "removed": list{folder}}})))
		<-time.After(time.Minute)
		all := p.statuses()
		seen := map[int]bool{}
		for _, s := range all[before-1:] {
			if s.State != "ready" || s.Summary == nil {
				t.Errorf("status %s", js(s))
				continue
			}
			seen[s.Summary.Total] = true
		}
		if !seen[6] || !seen[12] || len(seen) != 2 {
			t.Errorf("totals %v, want 6 and 12", seen)
		}
		if last := all[len(all)-1]; last.Loading || len(last.Folders) != 1 || last.Summary.Total != 6 {
			t.Errorf("status %s", js(last))
		}
	})
}

// TestStatusOfFolders has folders with targets of their own, and such that are counted in another unit: nothing of them
// is left out of the figures, and no target is said to be that of all.
func TestStatusOfFolders(t *testing.T) {
	t.Parallel()
	folder := func(module, target string, covered int) string {
		text := "-- go.mod --\nmodule example.com/" + module + "\n-- a.go --\npackage a\n\nfunc F() {\n\tprintln(1)\n\tprintln(2)\n\tprintln(3)\n}\n\nfunc G() {\n\tprintln(4)\n}\n-- cover.out --\nmode: set\n"
		text += fmt.Sprintf("example.com/%s/a.go:3.10,7.2 3 %d\nexample.com/%[1]s/a.go:9.10,11.2 1 %[3]d\n", module, covered&1, covered>>1)
		return text + "-- .covls.toml --\ntarget = " + target + "\n"
	}
	lines := "-- a.py --\ndef f():\n    return 1\n-- coverage.lcov --\nSF:a.py\nDA:1,1\nDA:2,0\nend_of_record\n"
	tests := []struct {
		name    string
		folders []string
		want    string
		target  *float64
	}{
		{"one target", []string{folder("a", "80", 1), folder("b", "80", 2)}, "4/8 statements, 3 short", new(80.0)},
		{"several", []string{folder("a", "90", 1), folder("b", "50", 2)}, "4/8 statements, 2 short", nil},
		{"several, the other way", []string{folder("a", "50", 2), folder("b", "90", 1)}, "4/8 statements, 2 short", nil},
		{"units", []string{folder("a", "60", 1), lines}, "3/4 statements, 0 short, 1/2 lines, 1 short", new(60.0)},
		{"units and targets", []string{lines, folder("a", "90", 2), folder("b", "50", 3)}, "5/8 statements, 3 short, 1/2 lines, 1 short", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var dirs []string
			for _, text := range tt.folders {
				dirs = append(dirs, workspace(t, text))
			}
			p := start(t, server.Options{})
			p.initialize(roots(watching(), dirs...))
			var last *status
			p.waitAll("figures", func([]message) bool {
				all := p.statuses()
				if len(all) == 0 {
					return false
				}
				last = all[len(all)-1]
				return last.State == "ready" && !last.Loading
			})
			figures, _, _ := strings.Cut(strings.TrimPrefix(last.String(), "ready, "), " short, 1 ")
			if !strings.HasPrefix(figures+" short", tt.want) {
				t.Errorf("%s\nwant %s", last, tt.want)
			}
			switch target := last.Summary.Target; {
			case (target == nil) != (tt.target == nil), (target == nil) != (last.Summary.GapPoints == nil):
				t.Errorf("target %v, points %v, want %v", target, last.Summary.GapPoints, tt.target)
			case target != nil && *target != *tt.target:
				t.Errorf("target %v, want %v", *target, *tt.target)
			}
		})
	}
}

// TestStatusLoading has loads that last.
func TestStatusLoading(t *testing.T) {
	t.Parallel()
	dir := workspace(t, shop)
	p := start(t, server.Options{})
	p.answer = func(m message) string {
		if m.Method == "workspace/configuration" {
			return "" // the load begins without it, after a while
		}
		return "null"
	}
	caps := watching()
	caps["workspace"] = obj{"workspaceFolders": true, "configuration": true}
	p.initialize(roots(caps, dir))
	last := func(what string, ok func(*status) bool) {
		t.Helper()
		p.waitAll(what, func([]message) bool {
			all := p.statuses()
			return len(all) > 0 && ok(all[len(all)-1])
		})
	}
	last("the first status", func(s *status) bool {
		return s.State == "loading" && s.Loading && s.Summary == nil && len(s.Folders) == 0
	})
	last("figures", func(s *status) bool { return s.State == "ready" && !s.Loading && s.Summary.Covered == 3 })
	loaded := make(chan struct{})
	p.server.Load(loaded)
	last("another load", func(s *status) bool { return s.State == "ready" && s.Loading && s.Summary.Covered == 3 })
	p.ask("workspace/executeCommand", js(obj{"command": "covls.toggle"}))
	last("what changes meanwhile", func(s *status) bool { return s.State == "ready" && s.Loading && s.Hidden })
	close(loaded)
	last("its end", func(s *status) bool { return s.State == "ready" && !s.Loading && s.Hidden && s.Summary.Covered == 3 })
}

// TestFolderName calls a folder by its own name where the editor calls it by its path.
func TestFolderName(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "shop")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ name, want string }{{"the shop", "the shop"}, {dir, "shop"}} {
		params := roots(watching(), dir)
		params["workspaceFolders"] = list{obj{"uri": string(uri.File(dir)), "name": tt.name}}
		p := ready(t, params)
		p.wait("the folder "+tt.want, func(m message) bool {
			var is struct{ Folders []struct{ Name string } }
			return m.Method == "covls/status" && json.Unmarshal(m.Params, &is) == nil && len(is.Folders) == 1 && is.Folders[0].Name == tt.want
		})
	}
}

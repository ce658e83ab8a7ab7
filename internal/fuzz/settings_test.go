package fuzz_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/covls/covls/config"
	"github.com/covls/covls/engine"
	"github.com/covls/covls/project"
	"github.com/covls/covls/text"
	"github.com/covls/covls/watch"
	"github.com/covls/covls/workspace"
)

// sample is a small workspace without a settings file, and what lies beside it. The profile that is named as
// none is found by settings alone.
const sample = `
-- go.mod --
module example.com/m
-- a.go --
package m

func one(x int) int {
	if x > 0 {
		return 1
	}
	return 2
}

func two() { println() }
-- b/b.go --
package b

func three() {
	println(3)
}
-- web/c.js --
function four(a) {
  return a
}
-- web/c.test.js --
function five(a) {
  return a
}
-- package.json --
{"scripts": {"test": "x"}}
-- cover.out --
mode: count
example.com/m/a.go:3.21,4.11 1 3
example.com/m/a.go:4.11,6.3 1 0
example.com/m/a.go:7.2,7.10 1 3
example.com/m/a.go:10.12,10.25 1 0
example.com/m/b/b.go:3.14,5.2 1 0
-- web/lcov.info --
SF:/elsewhere/web/c.js
FN:1,3,four
FNDA:0,four
DA:2,0
end_of_record
SF:c.test.js
DA:2,1
end_of_record
-- out/odd.txt --
mode: set
example.com/m/a.go:3.21,4.11 1 0
-- ../web/c.js --
function six() {}
-- ../lcov.info --
SF:a.go
DA:4,0
end_of_record
`

// FuzzSettings puts a .covls.toml into a project and holds what follows from it: what is told of it stands
// in its lines; only profiles of the project are found and read, and nothing is shown of what is left out;
// all that is shown lies inside of its text; and what is added to the file changes nothing else in it.
func FuzzSettings(f *testing.F) {
	for _, s := range []string{
		"", settings, "\ufeff# é\r\ntarget = 101\r\nfade = 1\r\n", "target = 70 # é😀\n[limits]\nmarks = 1\nfiles = 1\nsource_bytes = 10\nanswer_bytes = 1\n",
		"profiles = ['**/*.txt', '../*', '/etc/*', 'web/lcov.info', '{,../}cover.out']\n", "exclude = ['b/', '!a.go', '*.js', '[']\n",
		"[[path]]\nfrom = '/elsewhere'\nto = '.'\n[[path]]\nfrom = 'example.com/m'\nto = '../x'\n", "path = [{from = '/elsewhere/web', to = 'web'}]\n",
		"[[rule]]\npaths = ['a.go']\ntier = 'critical'\nwhy = 'x'\n[[rule]]\npaths = ['b']\nexclude = true\n[[rule]]\npaths = ['**']\ntarget = 0\nweight = 1e9\n",
		"rule = [{paths = ['web'], at_least = 'high', at_most = 'lower', group = 'g'}]\n", "[[component]]\nname = 'é'\ninclude = ['web']\ntarget = 90\n[[component]]\nname = 'é'\ninclude = ['**']\n",
		"stale = 'hide'\nlens.enable = false\nhints = {enable = true}\n[diagnostics]\nscope = 'workspace'\nseverity.high = 'error'\n[run.command]\ngo = 'x'\n", "settle = 0.001\n[run]\ncommand = 'make'\n", "target = 3\n[é",
	} {
		f.Add([]byte(s))
	}
	dir := unpack(f, sample)
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 16<<10 {
			t.Skip("longer files only take longer")
		}
		goSet(t, dir, data)
	})
}

// TestSettings holds which of the project's files settings lead to.
func TestSettings(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ settings, files string }{
		{"", "a.go b/b.go web/c.test.js"},
		{"[broken", "a.go b/b.go web/c.test.js"},
		{"profiles = ['**/*.txt', '../*']", "a.go"},
		{"exclude = ['b/']", "a.go web/c.test.js"},
		{"[[rule]]\npaths = ['a.go']\nexclude = true", "b/b.go web/c.test.js"},
		{"[[path]]\nfrom = '/elsewhere'\nto = '.'", "a.go b/b.go web/c.js web/c.test.js"},
		{"[[path]]\nfrom = '/elsewhere'\nto = '..'", "a.go b/b.go web/c.test.js"},
		{"profiles = ['../*.info']", ""},
	} {
		t.Run(tt.settings, func(t *testing.T) {
			t.Parallel()
			if got := strings.Join(goSet(t, unpack(t, sample), []byte(tt.settings)), " "); got != tt.files {
				t.Errorf("files %s, want %s", got, tt.files)
			}
		})
	}
}

// unpack writes an archive into a new folder, which has nothing beside it.
func unpack(t testing.TB, archive string) (dir string) {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	dir = filepath.Join(dir, "w")
	for _, file := range txtar.Parse([]byte(archive)).Files {
		path := filepath.Join(dir, filepath.FromSlash(file.Name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		old := time.Now().Add(-time.Hour) // nobody waits for who may still be writing
		if err := errors.Join(os.WriteFile(path, file.Data, 0o644), os.Chtimes(path, old, old)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// goSet works in a project with that settings file. It returns the files that are shown.
func goSet(t *testing.T, dir string, data []byte) (files []string) {
	t.Helper()
	path := filepath.Join(dir, config.FileName)
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	layer, problems := config.ReadFile(path)
	folder := workspace.NewFolderAmong(dir, "", config.Merge(layer), problems, config.Places{Folders: []string{dir}})
	shownSettings(t, folder, path, data)
	files = work(t, folder)
	addTo(t, path, data)
	return files
}

// shownSettings holds that each problem of a settings file is on a line of it, and that an editor shows them there.
func shownSettings(t *testing.T, folder *workspace.Folder, path string, data []byte) {
	t.Helper()
	store := workspace.NewStore()
	store.SetDocument(workspace.NewDocument("file://"+path, path, 1, text.New(string(data))))
	show(t, store.Load(), store.Load().Documents[path])
	lines := 1 + bytes.Count(data, []byte("\n"))
	for _, p := range folder.Problems {
		if p.Where != "" && (p.Line < 1 || p.Line > lines || p.Col < 1) {
			t.Errorf("%q is at %d:%d of %d lines", p, p.Line, p.Col, lines)
		}
	}
	folder.HowTo(project.In(folder.Dir))
}

// work loads what the settings lead to and shows all of it. It returns the files that there are, sorted.
func work(t *testing.T, folder *workspace.Folder) (files []string) {
	t.Helper()
	found, err := watch.Discover(t.Context(), engine.RootOf(folder))
	if err != nil {
		t.Fatal(err)
	}
	var changes []workspace.Change
	for _, path := range found.Profiles {
		if rel, err := filepath.Rel(folder.Dir, path); err != nil || !filepath.IsLocal(rel) || !folder.Settings.Reads(path) {
			t.Errorf("the profile %s is outside of %s", path, folder.Dir)
		}
		changes = append(changes, workspace.Change{Path: path})
	}
	store := workspace.NewStore()
	loader := workspace.NewLoader(store)
	loader.SetFolders(t.Context(), []*workspace.Folder{folder})
	for _, s := range txtar.Parse([]byte(sample)).Files {
		path := filepath.Join(folder.Dir, filepath.FromSlash(s.Name))
		store.SetDocument(workspace.NewDocument("file://"+path, path, 1, text.New(string(s.Data))))
	}
	loader.Read(t.Context(), changes)
	snap := store.Load()
	for path, f := range snap.Files {
		rel, err := filepath.Rel(folder.Dir, path)
		files = append(files, filepath.ToSlash(rel))
		if err != nil || !filepath.IsLocal(rel) {
			t.Errorf("a mapping leads to %s", path)
		}
		if folder.Excludes(filepath.ToSlash(rel)) {
			t.Errorf("%s is there, which is excluded", rel)
		}
		if r := ruleOf(folder.Settings.Rules, filepath.ToSlash(rel)); r != nil && r.Exclude {
			t.Errorf("%s is there, which a rule leaves out", rel)
		}
		if f.Target() < 0 || f.Target() > 100 {
			t.Errorf("%s should reach %v %%", rel, f.Target())
		}
		if fault := f.Fault; fault != nil {
			t.Error(fault)
		}
	}
	for _, p := range snap.Profiles {
		if p.Report != nil && len(p.Report.Files) > folder.Settings.Limits.Files {
			t.Errorf("%s: %d files, more than %d", p.Path, len(p.Report.Files), folder.Settings.Limits.Files)
		}
	}
	for _, d := range snap.Documents {
		show(t, snap, d)
	}
	print(t, snap)
	slices.Sort(files)
	return files
}

// ruleOf is the first that has a path; nil is none.
func ruleOf(rules []config.Rule, path string) *config.Rule {
	i := slices.IndexFunc(rules, func(r config.Rule) bool {
		m, _ := config.NewMatcher(r.Paths)
		return m.Match(path)
	})
	if i < 0 {
		return nil
	}
	return &rules[i]
}

// addTo adds a rule and a mapping to a settings file: it has them then and all that it had before, byte for
// byte, or is as it was.
func addTo(t *testing.T, path string, data []byte) {
	t.Helper()
	before := data
	after := func(err error) (layer config.Layer, changed bool) {
		now, readErr := os.ReadFile(path)
		if readErr != nil {
			t.Fatal(readErr)
		}
		if err != nil {
			if !bytes.Equal(now, before) {
				t.Errorf("it is refused (%v), and the file is %q, was %q", err, now, before)
			}
			return layer, false
		}
		layer, _ = config.ReadFile(path)
		if layer.Broken || !grew(before, now) {
			t.Errorf("the file is %q, was %q", now, before)
		}
		before = now
		return layer, true
	}
	line, err := config.AddRule(path, "b/b.go", config.Rule{Tier: config.TierHigh, Why: "é\n\"'\x01"})
	if layer, ok := after(err); ok {
		rule := ruleOf(config.Merge(layer).Rules, "b/b.go")
		if lines := strings.Split(string(before), "\n"); rule == nil || rule.Tier != config.TierHigh || line < 1 || line > len(lines) || strings.TrimSpace(lines[line-1]) != "[[rule]]" {
			t.Errorf("the rule that holds is %+v, its line %d of %q", rule, line, before)
		}
	}
	err = config.AddMapping(path, config.PathMapping{From: "/é'\"", To: `web\`})
	if layer, ok := after(err); ok {
		if paths := config.Merge(layer).Paths; len(paths) == 0 || paths[len(paths)-1] != (config.PathMapping{From: "/é'\"", To: `web\`}) {
			t.Errorf("the mappings are %q", paths)
		}
	}
}

// grew reports whether now is before with something put in at one place.
func grew(before, now []byte) bool {
	same := 0
	for same < len(before) && same < len(now) && before[same] == now[same] {
		same++
	}
	return len(now) > len(before) && bytes.HasSuffix(now, before[same:])
}

package config

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// confined makes the directories and links of a machine and returns its folder. Every link's target is
// relative to that or absolute from it.
func confined(t *testing.T) (root string) {
	t.Helper()
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{"ws/build/deep", "ws/sub", "ws2", "mono/api", "mono/lib", "tmp/x", "home/.cache", "home/.ssh", "etc", "real"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for link, to := range map[string]string{
		"ws/out":     "../etc",
		"ws/abs":     filepath.Join(root, "etc"),
		"ws/in":      "build",
		"ws/other":   "../ws2",
		"ws/temp":    "../tmp",
		"ws/twice":   "out",
		"ws/later":   "../etc/later",
		"ws/gone":    filepath.Join(root, "etc", "gone"),
		"ws/circle":  "circle",
		"ws/round":   "round/x",
		"linked":     "ws",
		"home/.tmp":  "../tmp",
		"ws/chain":   "sub/../later",
		"tmp/escape": "../etc",
	} {
		if err := os.Symlink(filepath.FromSlash(to), filepath.Join(root, link)); err != nil {
			t.Skipf("no symlinks here: %v", err)
		}
	}
	return root
}

// TestConfine holds where settings may lead, by whose they are.
func TestConfine(t *testing.T) {
	t.Parallel()
	root := confined(t)
	in := func(p string) string { return strings.ReplaceAll(p, "$", filepath.ToSlash(root)) }
	const file, profilesElsewhere = "$/ws/.covls.toml", ": a settings file can name profiles in the workspace and below the temporary and cache folders; name others in the editor's settings or with --profile"
	const foldersElsewhere = ", which leads out of the workspace: a settings file can map to folders in it; map to others in the editor's settings"
	for _, tt := range []struct {
		name, file, toml string
		dir              string // ws unless set
		temporary        string // by blanks; tmp and home/.cache unless set
		keeps            string // the profiles, or where the mappings lead, by blanks
		problems         string // by lines, without what all have in common
	}{
		{name: "in the folder", toml: `profiles = ["build/**", "a.out", "./b.out", "sub/../c.out", "**/*.cov"]`, keeps: "build/** a.out ./b.out sub/../c.out **/*.cov"},
		{name: "what is not there yet", toml: `profiles = ["none/**", "none/x/a.out"]`, keeps: "none/** none/x/a.out"},
		{name: "in another folder", toml: `profiles = ["../ws2/*.out", "$/ws2/a.out", "other/**"]`, keeps: "../ws2/*.out $/ws2/a.out other/**"},
		{name: "below the temporary and cache folders", toml: `profiles = ["$/tmp/**", "$/tmp/a.out", "$/home/.cache/bazel/**", "temp/a.out"]`, keeps: "$/tmp/** $/tmp/a.out $/home/.cache/bazel/** temp/a.out"},
		{
			name: "elsewhere", toml: "profiles = [\n  'a.out',\n  '$/etc/**',\n  '/**',\n  '../etc/passwd',\n  '$/home/.ssh/*',\n  '$/wsx/a.out',\n]", keeps: "a.out",
			problems: "3:3: profiles[1] is \"$/etc/**\", which leads to \"$/etc\"\n4:3: profiles[2] is \"/**\", which leads to \"/\"\n5:3: profiles[3] is \"../etc/passwd\", which leads to \"$/etc/passwd\"\n6:3: profiles[4] is \"$/home/.ssh/*\", which leads to \"$/home/.ssh\"\n7:3: profiles[5] is \"$/wsx/a.out\", which leads to \"$/wsx/a.out\"",
		},
		{
			name: "by dots behind a wildcard, and in braces", toml: "profiles = [\n  '**/../../etc/*',\n  '{build,sub/../../etc}/*',\n  '{..,.}/etc/passwd',\n  '{a,b}/{c,d}',\n]", keeps: "{a,b}/{c,d}",
			problems: "2:3: profiles[0] is \"**/../../etc/*\", which leads to \"$/etc\"\n3:3: profiles[1] is \"{build,sub/../../etc}/*\", which leads to \"$/etc\"\n4:3: profiles[2] is \"{..,.}/etc/passwd\", which leads to \"$/etc/passwd\"",
		},
		{
			name: "by links", toml: "profiles = [\n  'in/**',\n  'out/**',\n  'abs/x',\n  'twice/*',\n  'out',\n]", keeps: "in/**",
			problems: "3:3: profiles[1] is \"out/**\", which leads to \"$/etc\"\n4:3: profiles[2] is \"abs/x\", which leads to \"$/etc/x\"\n5:3: profiles[3] is \"twice/*\", which leads to \"$/etc\"\n6:3: profiles[4] is \"out\", which leads to \"$/etc\"",
		},
		{
			name: "by a link from the temporary folder", toml: `profiles = ["$/tmp/escape/*"]`,
			problems: "1:13: profiles[0] is \"$/tmp/escape/*\", which leads to \"$/etc\"",
		},
		{
			name: "by links to what is not there", toml: "profiles = [\n  'later/**',\n  'chain/x',\n  'gone',\n]",
			problems: "2:3: profiles[0] is \"later/**\", which leads to \"$/etc/later\"\n3:3: profiles[1] is \"chain/x\", which leads to \"$/etc/later/x\"\n4:3: profiles[2] is \"gone\", which leads to \"$/etc/gone\"",
		},
		{
			name: "by links that lead in a circle", toml: "profiles = [\n  'circle/*',\n  'round/*',\n]",
			problems: "2:3: profiles[0] is \"circle/*\", which leads to \"$/ws/circle\"\n3:3: profiles[1] is \"round/*\", which leads to \"$/ws/round\"",
		},
		{name: "a folder that is a link", dir: "$/linked", file: "$/linked/.covls.toml", toml: `profiles = ["a.out", "$/ws/b.out", "in/*"]`, keeps: "a.out $/ws/b.out in/*"},
		{
			name: "the root and the home are no temporary folders", temporary: "/ $/home", toml: "profiles = [\n  '$/etc/a',\n  '$/home/b',\n  'c',\n]", keeps: "c",
			problems: "2:3: profiles[0] is \"$/etc/a\", which leads to \"$/etc/a\"\n3:3: profiles[1] is \"$/home/b\", which leads to \"$/home/b\"",
		},
		{
			name: "nor is a home in one", temporary: "$", toml: "profiles = [\n  '$/etc/a',\n  '$/home/b',\n]", keeps: "$/etc/a",
			problems: "3:3: profiles[1] is \"$/home/b\", which leads to \"$/home/b\"",
		},
		{name: "a temporary folder behind a link", temporary: "$/home/.tmp", toml: `profiles = ["$/tmp/a", "$/home/.tmp/b"]`, keeps: "$/tmp/a $/home/.tmp/b"},
		{name: "a file above, below its folder", file: "$/mono/.covls.toml", dir: "$/mono/api", toml: `profiles = ["lib/*.out", "**/b.out"]`, keeps: "lib/*.out **/b.out"},
		{
			name: "a file above, out of its folder", file: "$/mono/.covls.toml", dir: "$/mono/api", toml: `profiles = ["../ws/*.out"]`,
			problems: "1:13: profiles[0] is \"../ws/*.out\", which leads to \"$/ws\"",
		},
		{name: "mappings into the folders", toml: "path = [{from='a', to='.'}, {from='b', to='build'}, {from='c', to='$/ws2/x'}, {from='d', to='in'}]", keeps: ". build $/ws2/x in"},
		{
			name: "mappings elsewhere", toml: "[[path]]\nfrom='/'\nto='/'\n[[path]]\nfrom='a'\nto='out'\n[[path]]\nfrom='b'\nto='sub'\n[[path]]\nfrom='c'\nto='..\\etc'\n[[path]]\nfrom='d'\nto='$/tmp'\n", keeps: "sub",
			problems: "1:3: path[0].to is \"/\"\n4:3: path[1].to is \"out\"\n10:3: path[3].to is \"..\\\\etc\"\n13:3: path[4].to is \"$/tmp\"",
		},
		{name: "limits as high as a file may have them", toml: "[limits]\ndepth = 64\nmarks = 40_000\ntotal_bytes = 1\n"},
		{
			name: "limits that are higher", toml: "[limits]\ndepth = 65\nmarks = 1\nprofile_bytes = 1_000_000_000_000\n",
			problems: "4: limits.profile_bytes is 1000000000000; a settings file can set 4294967296 at most, which holds here: set more in the editor's settings\n" +
				"2: limits.depth is 65; a settings file can set 64 at most, which holds here: set more in the editor's settings",
		},
		{name: "mappings of a file above, below its folder", file: "$/mono/.covls.toml", dir: "$/mono/api", toml: "path = [{from='a', to='../lib'}]", keeps: "../lib"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			path, dir, temporary := file, "$/ws", "$/tmp $/home/.cache"
			if tt.file != "" {
				path = tt.file
			}
			if tt.dir != "" {
				dir = tt.dir
			}
			if tt.temporary != "" {
				temporary = tt.temporary
			}
			layer, problems := ParseTOML(in(path), []byte(in(tt.toml)))
			if problems != nil {
				t.Fatal(problems)
			}
			places := Places{Folders: []string{in(dir), in("$/ws2")}, Temporary: strings.Fields(in(temporary)), Home: in("$/home")}
			e, problems := Merge(layer).Confine(in(dir), places)
			kept := slices.Clone(e.Profiles)
			if l, d := e.Limits, Default().Limits; l.ProfileBytes > raise*d.ProfileBytes || l.Depth > raise*d.Depth {
				t.Errorf("limits %+v", l)
			}
			for i, m := range e.Paths {
				kept = append(kept, m.To)
				if _, line := e.Place("path", i); line == 0 {
					t.Errorf("path[%d] has no place", i)
				}
			}
			if got := strings.Join(kept, " "); got != in(tt.keeps) {
				t.Errorf("keeps %q, want %q", got, in(tt.keeps))
			}
			if _, line := e.Place("path", len(e.Paths)); line != 0 {
				t.Error("the place of a mapping that was left out stands")
			}
			var got []string
			for _, p := range problems {
				text := strings.TrimPrefix(p.String(), in(path)+":")
				text = strings.Replace(strings.TrimSuffix(strings.TrimSuffix(text, profilesElsewhere), foldersElsewhere), "warning: ", "", 1)
				got = append(got, strings.ReplaceAll(text, filepath.ToSlash(root), "$"))
				if p.Severity != SeverityWarning || p.Line == 0 || p.Col == 0 {
					t.Errorf("problem %+v", p)
				}
			}
			if got := strings.Join(got, "\n"); got != tt.problems {
				t.Errorf("problems\n%s\nwant\n%s", got, tt.problems)
			}
		})
	}
}

// TestConfineUser: what a user sets leads anywhere, and so may what the file says below it.
func TestConfineUser(t *testing.T) {
	t.Parallel()
	root := confined(t)
	file, _ := ParseTOML(filepath.Join(root, "ws", FileName), []byte("profiles = ['/**']\npath = [{from='/', to='/'}]\nlimits.depth = 1000\n"))
	editor, _ := FromEditor("test", map[string]any{"limits": map[string]any{"depth": 1000.0}, "profiles": []any{"/etc/*.out"}, "path": []any{map[string]any{"from": "a", "to": "/"}}})
	places := Places{Folders: []string{filepath.Join(root, "ws")}}
	outside, inside := filepath.Join(root, "etc", "a.out"), filepath.Join(root, "ws", "build", "a.out")
	for _, tt := range []struct {
		name     string
		e        Effective
		profiles []string
		mappings int
		problems int
		anywhere bool
	}{
		{"nobody", Merge(), nil, 0, 0, false},
		{"a file", Merge(file), []string{}, 0, 3, false},
		{"an editor", Merge(file, editor), []string{"/etc/*.out"}, 1, 0, true},
		{"the command line", Merge(file).WithProfiles([]string{outside}), []string{outside}, 0, 2, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			before := tt.e.Table()
			e, problems := tt.e.Confine(filepath.Join(root, "ws"), places)
			if !slices.Equal(e.Profiles, tt.profiles) || (e.Profiles == nil) != (tt.profiles == nil) || len(e.Paths) != tt.mappings || len(problems) != tt.problems {
				t.Errorf("profiles %q, mappings %v, problems %v", e.Profiles, e.Paths, problems)
			}
			if !e.Reads(inside) || e.Reads(outside) != tt.anywhere {
				t.Errorf("reads inside %v, outside %v", e.Reads(inside), e.Reads(outside))
			}
			if after := tt.e.Table(); !slices.Equal(before, after) {
				t.Errorf("the settings were changed in place: %v", after)
			}
		})
	}
}

func TestUserPlaces(t *testing.T) {
	tmp := t.TempDir()
	t.Setenv("TMPDIR", tmp)
	t.Setenv("TMP", tmp)
	t.Setenv("XDG_CACHE_HOME", filepath.Join(tmp, "cache"))
	p := UserPlaces("/a", "/b")
	if !slices.Equal(p.Folders, []string{"/a", "/b"}) || !slices.Contains(p.Temporary, tmp) || !slices.Contains(p.Temporary, filepath.Join(tmp, "cache")) {
		t.Errorf("places %+v", p)
	}
	t.Setenv("XDG_CACHE_HOME", "relative")
	if p := UserPlaces(); slices.Contains(p.Temporary, "relative") {
		t.Errorf("places %+v", p)
	}
}

// TestConfineBaseline holds where a settings file may have a baseline.
func TestConfineBaseline(t *testing.T) {
	t.Parallel()
	root := confined(t)
	in := func(p string) string { return strings.ReplaceAll(p, "$", filepath.ToSlash(root)) }
	for _, tt := range []struct {
		name, baseline string
		editor         bool
		keeps          bool
	}{
		{name: "in the folder", baseline: "build/covls.base.gz", keeps: true},
		{name: "absolute", baseline: "$/ws/a.gz", keeps: true},
		{name: "of the repository", baseline: "note:../../etc", keeps: true},
		{name: "on a branch", baseline: "branch:../../etc", keeps: true},
		{name: "above", baseline: "../etc/passwd"},
		{name: "elsewhere", baseline: "$/etc/passwd"},
		{name: "by a link", baseline: "out/passwd"},
		{name: "elsewhere, as the user wants it", baseline: "$/etc/passwd", editor: true, keeps: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			layer, _ := ParseTOML(in("$/ws/.covls.toml"), []byte(in("changed.baseline = '"+tt.baseline+"'")))
			if tt.editor {
				layer, _ = FromEditor("editor setting", map[string]any{"changed": map[string]any{"baseline": in(tt.baseline)}})
			}
			dir := filepath.Join(root, "ws")
			e, problems := Merge(layer).Confine(dir, Places{Folders: []string{dir}})
			if kept := e.Changed.Baseline == in(tt.baseline); kept != tt.keeps || kept == (len(problems) > 0) {
				t.Errorf("it is %q, with the problems %v", e.Changed.Baseline, problems)
			}
		})
	}
}

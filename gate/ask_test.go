package gate_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/covls/covls/config"
	"github.com/covls/covls/gate"
	"github.com/covls/covls/workspace"
)

// said puts gates into a line.
func said(g gate.Gates) string {
	out := []string{"total -"}
	if g.Total != nil {
		out[0] = fmt.Sprintf("total %v", *g.Total)
	}
	if len(g.Components) > 0 {
		out = append(out, "components "+strings.Join(g.Components, " "))
	}
	if g.Files {
		out = append(out, "files")
	}
	if len(g.Ruled) > 0 {
		out = append(out, "ruled "+strings.Join(slices.Sorted(maps.Keys(g.Ruled)), " "))
	}
	for _, f := range g.Faults {
		out = append(out, string(f.Gate)+" "+f.String())
	}
	return strings.Join(out, "; ")
}

// TestOf holds what a folder is judged by: what its settings set, and what is asked for.
func TestOf(t *testing.T) {
	t.Parallel()
	const component = "[[component]]\nname = \"a\"\ninclude = [\"a/**\"]\n"
	eighty := 80.0
	for _, c := range []struct {
		rule, settings string
		ask            gate.Ask
		want           string
	}{
		{"nothing is set", "", gate.Ask{}, "total 60"},
		{"a target", "target = 70", gate.Ask{}, "total 70"},
		{"components and no target", component, gate.Ask{}, "total -; components a"},
		{"components and a target", "target = 70\n" + component, gate.Ask{}, "total 70; components a"},
		{"a total that is asked for", "target = 70\n", gate.Ask{Total: &eighty}, "total 80"},
		{"a total that is asked for beside components", component, gate.Ask{Total: &eighty, Files: true}, "total 80; components a; files"},
		{"files whose rule has a target", "[[rule]]\npaths = [\"a/**\"]\ntarget = 9\n[[rule]]\npaths = [\"b/**\"]\ntier = \"high\"\n", gate.Ask{}, "total 60; ruled a/x.js"},
		{
			"a rule and a component without files", "[[rule]]\npaths = [\"c/**\"]\ntarget = 9\n\n[[component]]\nname = \"d\"\ninclude = [\"d/**\"]\n",
			gate.Ask{},
			`total -; components d; rule .covls.toml:5: the component "d" has no file: the profiles name none like "d/**"; they name a/x.js; ` +
				`rule .covls.toml:1: the rule has no file: the profiles name none like "c/**"; they name a/x.js`,
		},
		{
			"mappings for profiles", "[[path]]\nfrom = \"/ci\"\nto = \".\"\nprofile = \"*.info\"\n[[path]]\nfrom = \"/x\"\nto = \".\"\nprofile = \"ci/*.info\"\n[[path]]\nfrom = \"/y\"\nto = \".\"\n",
			gate.Ask{},
			`total 60; rule .covls.toml:5: the mapping from "/x" is for no profile: none is like "ci/*.info"`,
		},
		{"a setting that is wrong", "target = 60\nstail = \"keep\"\n", gate.Ask{}, "total 60; setting .covls.toml:2: "},
		{"a file that only has the name of a profile", "", gate.Ask{}, "total 60"},
		{"a file that the user calls a profile", "", gate.Ask{Named: true}, "total 60; profile cover.out: the profile can't be read: "},
	} {
		t.Run(c.rule, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			lcov := "SF:a/x.js\nDA:1,1\nend_of_record\nSF:b/y.js\nDA:1,0\nend_of_record\n"
			for name, text := range map[string]string{"lcov.info": lcov, "cover.out": "a shopping list\n", config.FileName: c.settings} {
				if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			layer, problems := config.ReadFile(filepath.Join(dir, config.FileName))
			store := workspace.NewStore()
			l := workspace.NewLoader(store)
			l.SetFolders(t.Context(), []*workspace.Folder{workspace.NewFolder(dir, "", config.Merge(layer), problems)})
			l.Read(t.Context(), []workspace.Change{{Path: filepath.Join(dir, "lcov.info")}, {Path: filepath.Join(dir, "cover.out")}})
			got := said(gate.Of(store.Load(), c.ask))
			if begins := strings.HasSuffix(c.want, ": "); got != c.want && !(begins && strings.HasPrefix(got, c.want) && len(got) > len(c.want)) {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

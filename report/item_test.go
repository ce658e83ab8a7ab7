package report_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/covls/covls/config"
	"github.com/covls/covls/report"
	"github.com/covls/covls/workspace"
)

// marked is the Markdown of a report on files of 100 lines, of which so many ran.
func marked(t *testing.T, settings config.Effective, ran map[string]int) string {
	t.Helper()
	dir := t.TempDir()
	write := func(name, text string) {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var profile strings.Builder
	for name, n := range ran {
		write(name, strings.Repeat("x\n", 100))
		fmt.Fprintf(&profile, "SF:%s\n", name)
		for line := range 100 {
			fmt.Fprintf(&profile, "DA:%d,%d\n", line+1, min(1, max(0, n-line)))
		}
		profile.WriteString("end_of_record\n")
	}
	write("lcov.info", profile.String())
	store := workspace.NewStore()
	loader := workspace.NewLoader(store)
	loader.SetFolders(t.Context(), []*workspace.Folder{workspace.NewFolder(dir, "", settings, nil)})
	if errs := loader.Read(t.Context(), []workspace.Change{{Path: filepath.Join(dir, "lcov.info")}}); len(errs) > 0 {
		t.Fatal(errs)
	}
	settle(t, loader)
	r, err := report.New(store.Load(), report.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := r.WriteMarkdown(&out, 0); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// TestItems holds which files are one item of the analysis, in what order, and what it holds.
func TestItems(t *testing.T) {
	t.Parallel()
	rules := func(rules ...config.Rule) config.Effective {
		s := config.Merge()
		s.Rules = rules
		return s
	}
	critical := func(group string, paths ...string) config.Rule {
		return config.Rule{Paths: paths, Group: group, Tier: config.TierCritical}
	}
	for _, tt := range []struct {
		name  string
		rules config.Effective
		ran   map[string]int
		want  string // items of the tier critical, and behind a bar those of the tier high
	}{
		{"90 % of a folder", rules(critical("", "**")), map[string]int{"a/x.c": 10, "a/y.c": 10, "b/x.c": 30, "c.c": 40}, "a/ 20 of 200, b/x.c 30 of 100, c.c 40 of 100"},
		{"less than 90 % of a folder", rules(critical("", "**")), map[string]int{"a/x.c": 10, "a/y.c": 11, "b/x.c": 30, "c.c": 40}, "a/x.c 10 of 100, a/y.c 11 of 100, b/x.c 30 of 100, c.c 40 of 100"},
		{"more than half of the files", rules(critical("", "**")), map[string]int{"a/x.c": 10, "a/y.c": 10, "b/x.c": 30}, "a/x.c 10 of 100, a/y.c 10 of 100, b/x.c 30 of 100"},
		{"of a folder with a file at its target", rules(critical("", "**")), map[string]int{"a/x.c": 0, "a/y.c": 0, "a/z.c": 100, "b.c": 1, "c.c": 2}, "a/x.c 0 of 100, a/y.c 0 of 100, b.c 1 of 100, c.c 2 of 100"},
		{"a file alone", rules(critical("", "**")), map[string]int{"a/x.c": 0, "b/y.c": 5}, "a/x.c 0 of 100, b/y.c 5 of 100"},
		{"a folder in one that is not", rules(critical("", "**")), map[string]int{"a/x.c": 30, "a/y.c": 31, "a/b/x.c": 4, "a/b/y.c": 4}, "a/b/ 8 of 200, a/x.c 30 of 100, a/y.c 31 of 100"},
		{"a folder with those in it", rules(critical("", "**")), map[string]int{"a/x.c": 0, "a/b/y.c": 4, "a/b/c/z.c": 5, "d.c": 30, "e.c": 31, "f.c": 32}, "a/ 9 of 300, d.c 30 of 100, e.c 31 of 100, f.c 32 of 100"},
		{"a folder of several tiers", rules(), map[string]int{"a/1.c": 0, "a/2.c": 0, "a/3.c": 0, "b.c": 56, "c.c": 57, "d.c": 58}, "a/ 0 of 300 | "},
		{"the most urgent first", rules(critical("", "**")), map[string]int{"a.c": 40, "b.c": 10, "c.c": 20}, "b.c 10 of 100, c.c 20 of 100, a.c 40 of 100"},
		{"a file at its target is none", rules(critical("", "**")), map[string]int{"a.c": 60, "b.c": 59}, "b.c 59 of 100"},
		{"a group", rules(critical("The shop", "a.c", "b/**")), map[string]int{"a.c": 30, "b/x.c": 20, "b/y.c": 100}, "The shop 50 of 200"},
		{"a group of one", rules(critical("The shop", "a.c")), map[string]int{"a.c": 30}, "The shop 30 of 100"},
		{"tiers that rules give apart", rules(critical("", "a/x.c"), config.Rule{Paths: []string{"a/y.c"}, Tier: config.TierHigh}, critical("", "**")), map[string]int{"a/x.c": 0, "a/y.c": 0, "b.c": 20, "c.c": 21}, "a/x.c 0 of 100, b.c 20 of 100, c.c 21 of 100 | a/y.c 0 of 100"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, section, _ := strings.Cut(marked(t, tt.rules, tt.ran), "\n## Gap analysis by tier\n")
			section, _, _ = strings.Cut(section, "\n## ")
			got := ""
			for line := range strings.Lines(section) {
				if strings.HasPrefix(line, "### ") && !strings.HasPrefix(line, "### Critical: ") {
					got = strings.TrimSuffix(got, ", ") + " | "
				}
				if title, ok := strings.CutPrefix(line, "#### "); ok {
					_, title, _ = strings.Cut(title, ". ")
					name, rest, _ := strings.Cut(title, ": ")
					_, rest, _ = strings.Cut(rest, "%, ")
					got += strings.Trim(name, "`") + " " + strings.Join(strings.Fields(rest)[:3], " ") + ", "
				}
			}
			if got = strings.TrimSuffix(got, ", "); got != tt.want {
				t.Errorf("have %s\nwant %s", got, tt.want)
			}
		})
	}
}

// TestBesides holds that a report says so where its components leave something out.
func TestBesides(t *testing.T) {
	t.Parallel()
	for include, want := range map[string]bool{"a/**": true, "**": false} {
		s := config.Merge()
		s.Components = []config.Component{{Name: "a", Include: []string{include}}}
		if got := strings.Contains(marked(t, s, map[string]int{"a/x.c": 10, "b/x.c": 10}), "what was compiled besides"); got != want {
			t.Errorf("a component of %s: said %t, want %t", include, got, want)
		}
	}
}

package editors

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Mark is a diagnostic as editors show it: its line from 1, and its text.
func Mark(line int, text string) string { return fmt.Sprintf("%d %s", line, text) }

// Step is something that every editor does with the project, and what it is to show then.
type Step struct {
	Name string
	// Is are all the lines that it shows, where not nil.
	Is []string
	// Has are texts, each of which is in what it shows.
	Has []string
}

// Tour is what every editor is led through:
//
//	marks      bash_completions.go is opened: its diagnostics of covls, each a Mark
//	hover      on the name of GenBashCompletionFile, line 701: what covls and gopls say
//	action     the code actions there
//	acted      the lines from 700 to 702, after that which leaves the function out of coverage; it is undone then
//	jump       the place, file:line, where the editor's own key leads from line 480 to the next gap
//	replaced   the marks after NewProfile was renamed to cover.out
//	moved      the marks after three lines were put above line 1
//	stale      the marks after a line was put into writeFlag as well
//	restarted  the marks when the editor was ended without saving, EditOnDisk done, and the editor started again
type Tour struct {
	Steps []Step
	// NewProfile is to be renamed to cover.out.
	NewProfile string
	// Inside is the line of writeFlag below which a line is put that makes it stale, before and after three lines were put
	// above line 1.
	Inside, InsideMoved int

	project *Project
}

// Tour makes the tour of a project.
func (p *Project) Tour(t testing.TB) *Tour {
	t.Helper()
	next, covered, uncovered := p.OtherProfile(t)
	missing := func(f Function, statements int) string {
		return fmt.Sprintf("is not tested by its own package (%d statements)", statements)
	}
	first := Mark(covered.Line, "(*Command).GenBashCompletionFile "+missing(covered, 5))
	second := uncovered.Name + " " + missing(uncovered, uncovered.Statements)
	stale := fmt.Sprintf("%s was not tested by its own package (%d statements) · stale: changed since the profile was made", uncovered.Name, uncovered.Statements)
	return &Tour{
		NewProfile: next, Inside: uncovered.Line, InsideMoved: uncovered.Line + 3, project: p,
		Steps: []Step{
			{Name: "marks", Is: []string{first}},
			{Name: "hover", Has: []string{"Not tested by its own package", "5 statements", "func (c *Command) GenBashCompletionFile(filename string) error"}},
			{Name: "action", Has: []string{"Leave (*Command).GenBashCompletionFile out of coverage"}},
			{Name: "acted", Has: []string{"//coverage:ignore"}},
			{Name: "jump", Is: []string{"bash_completions.go:701"}},
			{Name: "replaced", Is: []string{Mark(uncovered.Line, second)}},
			{Name: "moved", Is: []string{Mark(uncovered.Line+3, second)}},
			{Name: "stale", Is: []string{Mark(uncovered.Line+3, stale)}},
			{Name: "restarted", Is: []string{Mark(uncovered.Line+3, stale)}},
		},
	}
}

// Want says what an editor shows in a step where it differs from the others.
func (tour *Tour) Want(name string, has ...string) {
	i := slices.IndexFunc(tour.Steps, func(s Step) bool { return s.Name == name })
	tour.Steps[i].Is, tour.Steps[i].Has = nil, has
}

// EditOnDisk does to the file what the steps before did in the editor.
func (tour *Tour) EditOnDisk(t testing.TB) {
	t.Helper()
	lines := strings.SplitAfter(string(tour.project.Text), "\n")
	lines = slices.Insert(lines, tour.Inside, "\t_ = 1\n")
	write(t, tour.project.File, "// one\n// two\n// three\n"+strings.Join(lines, ""))
}

// Env is what an editor's script is told: where to leave what it saw, and what to rename to cover.out. Read reads what it
// left.
func (tour *Tour) Env() []string {
	return []string{"COVLS_E2E_RESULT=" + tour.project.result(), "COVLS_E2E_NEXT=" + tour.NewProfile, fmt.Sprint("COVLS_E2E_INSIDE=", tour.Inside)}
}

// result is where an editor's script leaves what it saw.
func (p *Project) result() string { return filepath.Join(filepath.Dir(p.Dir), "seen.json") }

// Seen are the lines that an editor showed, by the name of the step.
type Seen map[string][]string

// Read reads what an editor's script left: a JSON object of steps, in which "failure" is why it gave up. said is what the
// editor printed. The file is removed, so that the next run leaves its own.
func (tour *Tour) Read(t testing.TB, said string) Seen {
	t.Helper()
	data, err := os.ReadFile(tour.project.result())
	if err != nil {
		t.Fatalf("the editor left nothing: %v\n%s", err, said)
	}
	if err := os.Remove(tour.project.result()); err != nil {
		t.Fatal(err)
	}
	seen := Seen{}
	if err := json.Unmarshal(data, &seen); err != nil {
		t.Fatalf("what the editor left: %v\n%s\n%s", err, data, said)
	}
	if why := seen["failure"]; why != nil {
		t.Fatalf("%s\nbefore: %v\n%s", strings.Join(why, "\n"), seen, said)
	}
	return seen
}

// settled is a line as it is once covls knows whose tests the profile counts: it shows marks before it has looked at the packages,
// and claims less of them then.
func settled(line string) string {
	return strings.NewReplacer(
		"not run by the tests in the profile", "not tested by its own package",
		"Not run by the tests in the profile", "Not tested by its own package",
	).Replace(line)
}

// Hold compares what an editor showed in some steps with what it is to show; without names, in all. A step whose name begins
// with "-" is one that the editor can't do: it may not have shown anything.
func (tour *Tour) Hold(t testing.TB, seen Seen, names ...string) {
	t.Helper()
	for _, s := range tour.Steps {
		got, ok := seen[s.Name]
		for i, line := range got {
			got[i] = settled(line)
		}
		switch {
		case slices.Contains(names, "-"+s.Name):
			if len(got) > 0 {
				t.Errorf("%s: the editor can't do that, and shows %q", s.Name, got)
			}
			continue
		case slices.ContainsFunc(names, func(n string) bool { return n[0] != '-' }) && !slices.Contains(names, s.Name):
			continue
		case !ok:
			t.Errorf("%s: the editor left nothing of this step", s.Name)
			continue
		}
		if s.Is != nil && !slices.Equal(got, s.Is) {
			t.Errorf("%s:\n\t%q\nwant\n\t%q", s.Name, got, s.Is)
		}
		for _, want := range s.Has {
			if !strings.Contains(strings.Join(got, "\n"), want) {
				t.Errorf("%s lacks %q:\n\t%s", s.Name, want, strings.Join(got, "\n\t"))
			}
		}
	}
}

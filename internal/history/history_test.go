// Package history_test holds what covls says of one release by the profile of an earlier one against what is true: the
// releases are those of real projects, a commit each.
package history_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/covls/covls/config"
	"github.com/covls/covls/engine"
	"github.com/covls/covls/internal/gittest"
	"github.com/covls/covls/report"
	"github.com/covls/covls/workspace"
)

// release is one of a project's.
type release struct {
	name      string
	files     map[string]string // texts by slash-separated paths
	functions []function
	profiles  []profile
}

// function is one that stands in a release, outside of all others.
type function struct {
	file, name string
	line       int // 1-based
	text       string
}

func (f function) at() place { return place{f.file, f.line} }

// place is where a function begins.
type place struct {
	file string
	line int
}

// here stands in a profile for the folder that covls reads, and a slash.
const here = "%HERE%/"

// profile is one that the tests of a release wrote.
type profile struct {
	path, text string
	// ran are the functions that it has: whether any of their statements ran.
	ran map[place]bool
}

// figures count functions of a release by what covls says of them by the profile of another one.
type figures struct {
	functions int
	right     int // said to be what they are, or nothing was said where a test reaches them
	old       int // what is said was true in the other release, of the same text, or before edits inside of its lines
	falsely   int // said to be uncovered
	missed    int // uncovered, and nothing was said of it, though something was of its file
	absent    int // in files of which nothing was said at all, since no profile names them
	unknown   int // said to be unknown
	unchanged int // of the same text in the same file, and uncovered in the other release
	told      int // of these, said to be uncovered
	lost      int // unknown, though of the same text in the same file
	// examples are of those that are said falsely or missed, losses of unchanged uncovered ones that are not told.
	examples, losses []string
}

func (f *figures) add(g figures) {
	f.functions += g.functions
	f.right += g.right
	f.old += g.old
	f.falsely += g.falsely
	f.missed += g.missed
	f.absent += g.absent
	f.unknown += g.unknown
	f.unchanged += g.unchanged
	f.told += g.told
	f.lost += g.lost
	const some = 10
	for _, list := range []struct {
		to   *[]string
		more []string
	}{{&f.examples, g.examples}, {&f.losses, g.losses}} {
		*list.to = append(*list.to, list.more...)
		*list.to = (*list.to)[:min(len(*list.to), some)]
	}
}

func (f figures) String() string {
	return fmt.Sprintf("%9d %7d %5d %7d %7d %8d %8d %7d %6d of %6d (%5.1f %%)",
		f.functions, f.right, f.old, f.falsely, f.missed, f.absent, f.unknown, f.lost, f.told, f.unchanged, 100*float64(f.told)/float64(max(f.unchanged, 1)))
}

// mode is how covls meets a release and the profile of another one.
type mode struct {
	name string
	git  bool
	// newer tells that the profile was written after the sources were.
	newer bool
}

func modes() []mode {
	return []mode{
		{"with git", true, false},
		{"without git", false, false},
		{"with git, the profile is newer", true, true},
		{"without git, the profile is newer", false, true},
	}
}

// apart is how many releases are between the two of a pair.
func apart() []int { return []int{1, 2, 4, 8} }

// check has covls read each release by the profiles of earlier ones, and holds what it says against what is true. Least is
// how many percent of the unchanged uncovered functions are to be told.
func check(t *testing.T, releases []release, least func(profile string, m mode) float64) {
	t.Helper()
	gittest.Need(t)
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	main := filepath.Join(dir, "main")
	if err := os.Mkdir(main, 0o755); err != nil {
		t.Fatal(err)
	}
	gittest.Run(t, main, gittest.Date(0), "init", "-q")
	var history []gittest.Commit
	for i, r := range releases {
		c := gittest.Commit{Name: r.name, Set: r.files}
		if i > 0 {
			for path := range releases[i-1].files {
				if _, ok := r.files[path]; !ok {
					c.Drop = append(c.Drop, path)
				}
			}
		}
		history = append(history, c)
	}
	names := gittest.History(t, main, history...)

	totals := map[string]*figures{}
	var own []string // what is wrong by the profile of the text at hand
	for b, is := range releases {
		tree := filepath.Join(dir, is.name)
		gittest.Run(t, main, gittest.Date(0), "worktree", "add", "-q", "--detach", tree, names[is.name])
		bare := filepath.Join(dir, is.name+"-plain")
		if err := os.CopyFS(bare, os.DirFS(tree)); err != nil {
			t.Fatal(err)
		}
		if err := os.Remove(filepath.Join(bare, ".git")); err != nil {
			t.Fatal(err)
		}
		for _, m := range modes() {
			at := tree
			if !m.git {
				at = bare
			}
			for _, n := range append([]int{0}, apart()...) {
				if b < n {
					continue
				}
				was := releases[b-n]
				for i, p := range was.profiles {
					f := judge(was, is, i, read(t, at, p, m.newer, gittest.Date(b-n).Add(time.Minute)))
					if n == 0 {
						// The profile of the text at hand: what covls says is what the profile says.
						if f.right != f.functions {
							own = append(own, fmt.Sprintf("%s by its own %s, %s: %v\n\t%s", is.name, p.path, m.name, f, strings.Join(slices.Concat(f.examples, f.losses), "\n\t")))
						}
						continue
					}
					key := p.path + " " + m.name
					if totals[key] == nil {
						totals[key] = &figures{}
					}
					totals[key].add(f)
				}
			}
		}
	}
	var table strings.Builder
	fmt.Fprintf(&table, "%-62s %9s %7s %5s %7s %7s %8s %8s %7s %s\n", "", "functions", "right", "old", "falsely", "missed", "no file", "unknown", "of them", "unchanged uncovered are told")
	fmt.Fprintf(&table, "%-62s %9s %7s %5s %7s %7s %8s %8s %7s\n", "", "", "", "", "", "", "", "", "same")
	for _, key := range slices.Sorted(maps.Keys(totals)) {
		fmt.Fprintf(&table, "%-62s %v\n", key, totals[key])
	}
	t.Log("\n" + table.String())
	for _, wrong := range own {
		t.Error(wrong)
	}
	for key, f := range totals {
		if f.falsely > 0 || f.missed > 0 {
			t.Errorf("%s: %d functions are said to be uncovered and are not, %d uncovered ones are missed:\n\t%s",
				key, f.falsely, f.missed, strings.Join(f.examples, "\n\t"))
		}
		for _, m := range modes() {
			path, of := strings.CutSuffix(key, " "+m.name)
			if want := least(path, m); of && 100*float64(f.told) < want*float64(f.unchanged) {
				t.Errorf("%s: %d of %d unchanged uncovered functions are told, want %g %%; not told:\n\t%s",
					key, f.told, f.unchanged, want, strings.Join(f.losses, "\n\t"))
			}
		}
		if f.functions < 100 || f.unchanged < 20 {
			t.Errorf("%s: there are too few functions: %v", key, f)
		}
	}
}

// claims are what a report says of functions.
type claims struct {
	uncovered, unknown map[place]bool
	files              map[string]bool // those that it has
}

// read has covls read a folder by a profile, which is newer than all or was written then.
func read(t *testing.T, dir string, p profile, newer bool, then time.Time) claims {
	t.Helper()
	path := filepath.Join(dir, filepath.FromSlash(p.path))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	text := p.text
	if strings.Contains(text, here) {
		quoted, err := json.Marshal(filepath.Clean(dir) + string(filepath.Separator))
		if err != nil {
			t.Fatal(err)
		}
		text = strings.ReplaceAll(text, here, strings.Trim(string(quoted), `"`))
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	if !newer {
		if err := os.Chtimes(path, then, then); err != nil {
			t.Fatal(err)
		}
	}
	defer func() { _ = os.Remove(path) }()
	folder := workspace.NewFolder(dir, "", config.Merge(), nil)
	loaded, err := engine.Once{Profiles: []string{path}, Restricted: true}.Load(t.Context(), folder)
	if err != nil {
		t.Fatal(err)
	}
	if len(loaded.Troubles) > 0 {
		t.Fatalf("%s: %v", p.path, loaded.Troubles)
	}
	made, err := report.New(loaded.Snapshot, report.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var written bytes.Buffer
	if err := made.WriteJSON(&written); err != nil {
		t.Fatal(err)
	}
	type row struct {
		File string
		Line int
	}
	var rows struct {
		Files              []struct{ Path string }
		UncoveredFunctions []row `json:"uncovered_functions"`
		UncoveredLiterals  []row `json:"uncovered_literals"`
		UnknownFunctions   []row `json:"unknown_functions"`
	}
	if err := json.Unmarshal(written.Bytes(), &rows); err != nil {
		t.Fatal(err)
	}
	out := claims{map[place]bool{}, map[place]bool{}, map[string]bool{}}
	for _, f := range rows.Files {
		out.files[f.Path] = true
	}
	for _, r := range slices.Concat(rows.UncoveredFunctions, rows.UncoveredLiterals) {
		out.uncovered[place{r.File, r.Line}] = true
	}
	for _, r := range rows.UnknownFunctions {
		out.unknown[place{r.File, r.Line}] = true
	}
	return out
}

// judge holds what covls says of a release, by a profile of another one, against what is true.
func judge(was, is release, kind int, said claims) (out figures) {
	type body struct{ file, text string }
	before := map[body][]bool{}     // whether it ran, of each that has the text
	anywhere := map[string][]bool{} // by the text alone
	inside := map[string][]bool{}   // by the file, the name and how many lines it has
	shape := func(f function) string { return fmt.Sprint(f.file, " ", f.name, " ", strings.Count(f.text, "\n")) }
	for _, f := range was.functions {
		if ran, ok := was.profiles[kind].ran[f.at()]; ok {
			before[body{f.file, f.text}] = append(before[body{f.file, f.text}], ran)
			anywhere[f.text] = append(anywhere[f.text], ran)
			inside[shape(f)] = append(inside[shape(f)], ran)
		}
	}
	twice := map[body]int{}
	for _, f := range is.functions {
		twice[body{f.file, f.text}]++
	}
	for _, f := range is.functions {
		runs, ok := is.profiles[kind].ran[f.at()]
		if !ok {
			continue
		}
		ran := before[body{f.file, f.text}]
		// Of several of one text nobody can tell which is which, unless all of them ran, or none.
		same := len(ran) > 0 && !(slices.Contains(ran, true) && slices.Contains(ran, false)) && twice[body{f.file, f.text}] <= len(ran)
		out.functions++
		if same && !ran[0] {
			out.unchanged++
			if !said.uncovered[f.at()] {
				out.losses = append(out.losses, fmt.Sprintf("%s by %s: %s:%d %s", is.name, was.name, f.file, f.line, f.name))
			}
		}
		switch uncovered, unknown := said.uncovered[f.at()], said.unknown[f.at()]; {
		case uncovered:
			if same && !ran[0] {
				out.told++
			}
			switch {
			case !runs:
				out.right++
			case slices.Contains(anywhere[f.text], false), slices.Contains(inside[shape(f)], false):
				out.old++
			default:
				out.falsely++
				out.examples = append(out.examples, fmt.Sprintf("%s by %s: %s:%d %s is said to be uncovered", is.name, was.name, f.file, f.line, f.name))
			}
		case unknown:
			out.unknown++
			if same {
				out.lost++
			}
		case !said.files[f.file]:
			out.absent++
		case runs:
			out.right++
		case slices.Contains(anywhere[f.text], true):
			out.old++
		default:
			out.missed++
			out.examples = append(out.examples, fmt.Sprintf("%s by %s: %s:%d %s is missed", is.name, was.name, f.file, f.line, f.name))
		}
	}
	return out
}

// archive reads an archive of testdata.
func archive(t *testing.T, name string) map[string]string {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, f := range txtar.Parse(data).Files {
		out[f.Name] = string(f.Data)
	}
	return out
}

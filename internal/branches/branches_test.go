// Package branches_test holds what covls says of a change against what is true, in every format that it has: branches of
// real projects, of which real runners have written the profiles.
package branches_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/covls/covls/internal/gittest"
	"github.com/covls/covls/internal/profiletest"
	"github.com/covls/covls/report"
)

// project is a real one: its main branch, and branches that were made from it.
type project struct {
	name string
	// fill writes its files into a folder.
	fill func(t *testing.T, dir string)
	// run runs its tests in a folder, and writes the profile.
	run func(t *testing.T, dir string)
	// profile is the path of what run writes.
	profile string
	// xml writes the profile of a folder as Cobertura, for peers that read nothing else.
	xml      func(t *testing.T, dir string) string
	branches []branch
	// lost is what lost its coverage between the profiles of two folders, of files that are the same in both; nil where nobody else tells.
	lost func(t *testing.T, was, now string) map[string]int
	// files tells that lost counts by files, and not by files and functions.
	files bool
}

// branch is a change and what is true of it.
type branch struct {
	name  string
	edits []edit
	// stale tells that its profile is that of main.
	stale bool

	// code is the exit code, with a baseline of main.
	code int
	// covered and total count what changed.
	covered, total int
	moved          int
	gaps, lost     []gap
	// says is a part of what standard error has; "" for nothing.
	says string
}

// edit changes a file: old is replaced. Where old is "", text is put at the end of the file, which may be new. Where both are
// "", the file is gone, or is called to.
type edit struct{ file, old, text, to string }

// gap is a function, or what stands outside of them, of which something is not tested, or lost its coverage.
type gap struct {
	// kind is "new", "changed" or "lost".
	kind, file, function string
	// at are the texts of the first and the last line of each stretch; of what is lost that of its declaration.
	at             [][2]string
	statements, of int
}

// note is one place that a format names.
type note struct {
	kind, file, function string
	first, last          int // 0 is not told
}

func (n note) String() string {
	return fmt.Sprintf("%s %s:%d-%d %s", n.kind, n.file, n.first, n.last, n.function)
}

func TestMain(m *testing.M) { os.Exit(profiletest.Main(m)) }

// plain is the environment without what CI, git and the go command would take for their own.
func plain() []string {
	return append(slices.DeleteFunc(os.Environ(), func(v string) bool {
		name, _, _ := strings.Cut(v, "=")
		for _, prefix := range []string{"GIT", "CI", "SYSTEM_", "BUILD_", "COVERAGE_", "NODE_", "PYTHON", "GOFLAGS", "GOCOVERDIR"} {
			if strings.HasPrefix(name, prefix) {
				return true
			}
		}
		return false
	}), "XDG_CACHE_HOME="+os.TempDir())
}

// covls runs the program in a folder.
func covls(t *testing.T, dir string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	return output(t, dir, profiletest.Program(t), args...)
}

func output(t *testing.T, dir, name string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.Env = dir, plain()
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		if _, ok := errors.AsType[*exec.ExitError](err); !ok {
			t.Fatal(err)
		}
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

// apply does the edits of a branch to a folder.
func (b *branch) apply(t *testing.T, dir string) {
	t.Helper()
	for _, e := range b.edits {
		path := filepath.Join(dir, filepath.FromSlash(e.file))
		var err error
		switch data, read := os.ReadFile(path); {
		case e.to != "":
			err = os.Rename(path, filepath.Join(dir, filepath.FromSlash(e.to)))
		case e.text == "" && e.old == "":
			err = os.Remove(path)
		case e.old == "":
			err = os.WriteFile(path, append(data, e.text...), 0o666)
		case read != nil:
			err = read
		case strings.Count(string(data), e.old) != 1:
			err = fmt.Errorf("%s has %d times\n%s", e.file, strings.Count(string(data), e.old), e.old)
		default:
			err = os.WriteFile(path, []byte(strings.Replace(string(data), e.old, e.text, 1)), 0o666)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// notes are what must be named, by the texts in a folder.
func (b *branch) notes(t *testing.T, dir string) (out []note) {
	t.Helper()
	for _, g := range slices.Concat(b.gaps, b.lost) {
		data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(g.file)))
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(string(data), "\n")
		for _, at := range g.at {
			n := note{kind: g.kind, file: g.file, function: g.function}
			n.first = 1 + slices.IndexFunc(lines, func(l string) bool { return strings.Contains(l, at[0]) })
			if n.first > 0 {
				n.last = n.first + slices.IndexFunc(lines[n.first-1:], func(l string) bool { return strings.Contains(l, at[1]) })
			}
			if n.first == 0 || n.last < n.first {
				t.Fatalf("%s has no lines %q", g.file, at)
			}
			out = append(out, n)
		}
	}
	slices.SortFunc(out, compare)
	return out
}

func compare(a, b note) int {
	return cmp.Or(cmp.Compare(a.file, b.file), cmp.Compare(a.first, b.first), cmp.Compare(a.kind, b.kind), cmp.Compare(a.function, b.function))
}

// check makes the branches of a project, and holds what covls says of each against what is true.
func check(t *testing.T, p project) {
	t.Helper()
	gittest.Need(t)
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	main := filepath.Join(dir, "main")
	if err := os.Mkdir(main, 0o777); err != nil {
		t.Fatal(err)
	}
	p.fill(t, main)
	gittest.Run(t, main, gittest.Date(0), "init", "-q", "-b", "main")
	gittest.Run(t, main, gittest.Date(0), "add", "-A")
	gittest.Run(t, main, gittest.Date(0), "commit", "-q", "-m", "main")
	p.run(t, main)
	base := filepath.Join(dir, "base.gz")
	if out, stderr, code := covls(t, main, "baseline", "--profile", p.profile, "-o", base); code != 0 {
		t.Fatalf("covls baseline: exit %d\n%s%s", code, out, stderr)
	}
	peers := p.peers(t, main)
	rows := make([]string, len(p.branches))
	for _, b := range p.branches {
		at := filepath.Join(dir, b.name)
		gittest.Run(t, main, gittest.Date(0), "worktree", "add", "-q", "-b", b.name, at)
		b.apply(t, at)
		gittest.Run(t, at, gittest.Date(1), "add", "-A")
		gittest.Run(t, at, gittest.Date(1), "commit", "-q", "-m", b.name)
	}
	// The branches are tried side by side, and what was found is printed when all are done.
	t.Run("branches", func(t *testing.T) {
		for i, b := range p.branches {
			t.Run(b.name, func(t *testing.T) {
				t.Parallel()
				at := filepath.Join(dir, b.name)
				if b.stale {
					copyFile(t, filepath.Join(main, p.profile), filepath.Join(at, p.profile))
				} else {
					p.run(t, at)
				}
				rows[i] = fmt.Sprintf("%-12s %-44s %s", b.name, b.check(t, p, main, at, base), strings.Join(peers.ask(t, p, at), " | "))
			})
		}
	})
	t.Logf("%s by %s\n%s", p.name, strings.Join(append([]string{"covls"}, peers.names...), " | "), strings.Join(rows, "\n"))
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	data, err := os.ReadFile(from)
	if err == nil {
		err = errors.Join(os.MkdirAll(filepath.Dir(to), 0o777), os.WriteFile(to, data, 0o666))
	}
	if err != nil {
		t.Fatal(err)
	}
}

// check holds what covls says of a branch in every format against what is true, and says it in short.
func (b *branch) check(t *testing.T, p project, main, at, base string) string {
	t.Helper()
	want := b.notes(t, at)
	if p.lost != nil && len(b.lost) > 0 {
		truth := p.lost(t, filepath.Join(main, p.profile), filepath.Join(at, p.profile))
		got := map[string]int{}
		for _, g := range b.lost {
			key := g.file + " " + g.function
			if p.files {
				key = g.file
			}
			got[key] += g.statements
		}
		if !maps.Equal(got, truth) {
			t.Errorf("by the profiles was lost\n%v\nand written down is\n%v", truth, got)
		}
	}
	var sum string
	for _, format := range report.ChangeFormats() {
		out, stderr, code := covls(t, at, "check", "--changed=main", "--profile", p.profile, "--baseline", base, "--format", format)
		if code == 1 && strings.HasPrefix(stderr, "covls: covls test ") { // what makes a test for it
			_, stderr, _ = strings.Cut(stderr, "\n")
		}
		if code != b.code || !strings.Contains(stderr, b.says) || b.says == "" && stderr != "" {
			t.Errorf("--format %s: exit %d, want %d\n%s%s", format, code, b.code, out, stderr)
			continue
		}
		if b.code == 2 {
			sum = "exit 2: " + strings.TrimSpace(stderr)
			continue
		}
		got, err := read(format, out)
		if err != nil {
			t.Errorf("--format %s: %v\n%s", format, err, out)
			continue
		}
		slices.SortFunc(got, compare)
		if !same(format, got, want) {
			t.Errorf("--format %s names\n%v\nwant\n%v\n%s", format, join(got), join(want), out)
		}
		switch format {
		case "text":
			sum = out[strings.LastIndex(strings.TrimSpace(out), "\n")+1:]
		case "json":
			b.figures(t, out)
		}
	}
	return strings.TrimSpace(strings.ReplaceAll(sum, "covls check: ", ""))
}

func join(notes []note) string {
	var lines []string
	for _, n := range notes {
		lines = append(lines, "\t"+n.String())
	}
	return strings.Join(lines, "\n")
}

// figures holds the figures of the JSON against what is true.
func (b *branch) figures(t *testing.T, out string) {
	t.Helper()
	type item struct {
		Kind, File, Function string
		Statements, Of       int
	}
	var got struct {
		Changed     struct{ Covered, Total int }
		Items, Lost []item
		Moved       int
		Passed      bool
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatal(err)
	}
	var have, want []item
	for _, g := range slices.Concat(b.gaps, b.lost) {
		want = append(want, item{g.kind, g.file, g.function, g.statements, g.of})
	}
	have = slices.Concat(got.Items, got.Lost)
	order := func(a, b item) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) }
	slices.SortFunc(have, order)
	slices.SortFunc(want, order)
	if !slices.Equal(have, want) {
		t.Errorf("figures\n%v\nwant\n%v", have, want)
	}
	if got.Changed.Covered != b.covered || got.Changed.Total != b.total || got.Moved != b.moved || got.Passed != (b.code == 0) {
		t.Errorf("changed %v, moved %d, passed %v; want %d of %d, moved %d", got.Changed, got.Moved, got.Passed, b.covered, b.total, b.moved)
	}
}

// same reports whether a format names what it must, as exactly as it can.
func same(format string, got, want []note) bool {
	var seen []note
	for _, n := range want {
		switch format {
		case "text", "markdown", "junit":
			// one line for a function, where its first stretch begins
			n.last = 0
			if k := len(seen) - 1; n.kind != "lost" && k >= 0 && seen[k].kind == n.kind && seen[k].file == n.file && seen[k].function == n.function {
				continue
			}
		case "azure":
			n.last = 0
		}
		seen = append(seen, n)
	}
	return slices.Equal(got, seen)
}

var (
	whatNew     = regexp.MustCompile(`^(.+?) is new(?: and not tested: \d+ \w+|: \d+ of \d+ \w+ not tested)`)
	whatChanged = regexp.MustCompile(`^(.+?): \d+ of \d+ changed \w+ not tested`)
	whatLost    = regexp.MustCompile(`^(.+?) lost coverage: \d+ of \d+ \w+ that tests reached`)
	textLine    = regexp.MustCompile(`^(\S+):(\d+): (.+) \([0-9–, and more]+\)$`)
	command     = regexp.MustCompile(`^::error file=(\S+),line=(\d+),endLine=(\d+),title=([^:]+)::(.+)$`)
	issue       = regexp.MustCompile(`^##vso\[task\.logissue type=error;sourcepath=(\S+);linenumber=(\d+)\](.+)$`)
	row         = regexp.MustCompile("^\\| `(\\S+):(\\d+)` \\| (.+) \\| (.+) \\|$")
)

// told is a note of a sentence.
func told(file, first, last, text string) (n note, err error) {
	n.file = file
	n.first, _ = strconv.Atoi(first)
	n.last, _ = strconv.Atoi(last)
	for kind, re := range map[string]*regexp.Regexp{"new": whatNew, "changed": whatChanged, "lost": whatLost} {
		if m := re.FindStringSubmatch(text); m != nil {
			n.kind, n.function = kind, strings.ReplaceAll(m[1], "code outside of functions", "")
		}
	}
	if n.kind == "" {
		err = fmt.Errorf("nobody knows what that says: %s", text)
	}
	return n, err
}

// read are the places that an output names.
func read(format, out string) (notes []note, err error) {
	add := func(file, first, last, text string) {
		n, problem := told(file, first, last, text)
		notes, err = append(notes, n), errors.Join(err, problem)
	}
	lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
	each := func(lines []string, re *regexp.Regexp, take func(m []string)) {
		for _, l := range lines {
			if m := re.FindStringSubmatch(l); m != nil {
				take(m)
			} else {
				err = errors.Join(err, fmt.Errorf("not understood: %s", l))
			}
		}
	}
	number := strconv.Itoa
	switch format {
	case "text":
		each(lines[:len(lines)-1], textLine, func(m []string) { add(m[1], m[2], "", m[3]) })
	case "github", "gitea":
		each(lines[:len(lines)-1], command, func(m []string) {
			add(m[1], m[2], m[3], m[5])
			titles := map[string]string{"new": "New%2C not tested", "changed": "Changed%2C not tested", "lost": "Coverage lost"}
			if m[4] != titles[notes[len(notes)-1].kind] {
				err = errors.Join(err, fmt.Errorf("the title is %s", m[4]))
			}
		})
	case "azure":
		each(lines[:len(lines)-1], issue, func(m []string) { add(m[1], m[2], "", m[3]) })
	case "markdown":
		begin := slices.Index(lines, "| --- | --- | --- |")
		if begin < 0 {
			break
		}
		each(lines[begin+1:], row, func(m []string) { add(m[1], m[2], "", unescaped(m[3])) })
	case "json":
		type item struct {
			Kind, File, Function string
			Line                 int
			Uncovered            [][2]int
		}
		var all struct{ Items, Lost []item }
		if err := json.Unmarshal([]byte(out), &all); err != nil {
			return nil, err
		}
		for _, i := range all.Items {
			for _, u := range i.Uncovered {
				notes = append(notes, note{i.Kind, i.File, i.Function, u[0], u[1]})
			}
		}
		for _, i := range all.Lost {
			notes = append(notes, note{i.Kind, i.File, i.Function, i.Line, i.Line})
		}
	case "gitlab":
		var all []struct {
			Description, Fingerprint, Severity string
			Check                              string `json:"check_name"`
			Location                           struct {
				Path  string
				Lines struct{ Begin, End int }
			}
		}
		if err := json.Unmarshal([]byte(out), &all); err != nil {
			return nil, err
		}
		seen := map[string]bool{}
		for _, i := range all {
			add(i.Location.Path, number(i.Location.Lines.Begin), number(i.Location.Lines.End), i.Description)
			if seen[i.Fingerprint] || i.Fingerprint == "" || i.Severity != "major" {
				return nil, fmt.Errorf("fingerprint %q, severity %s", i.Fingerprint, i.Severity)
			}
			seen[i.Fingerprint] = true
		}
	case "sarif":
		var all struct {
			Runs []struct {
				Results []struct {
					Message   struct{ Text string }
					Locations []struct {
						PhysicalLocation struct {
							ArtifactLocation struct{ URI string }
							Region           struct{ StartLine, EndLine int }
						}
					}
				}
			}
		}
		if err := json.Unmarshal([]byte(out), &all); err != nil {
			return nil, err
		}
		for _, r := range all.Runs[0].Results {
			at := r.Locations[0].PhysicalLocation
			add(at.ArtifactLocation.URI, number(at.Region.StartLine), number(at.Region.EndLine), r.Message.Text)
		}
	case "junit":
		var all struct {
			Tests, Failures int `xml:",attr"`
			Cases           []struct {
				Name, Classname, File string `xml:",attr"`
				Failure               *struct {
					Message string `xml:"message,attr"`
					Text    string `xml:",chardata"`
				} `xml:"failure"`
			} `xml:"testcase"`
		}
		d := xml.NewDecoder(strings.NewReader(strings.NewReplacer("classname=", "Classname=", "name=", "Name=", "file=", "File=", "tests=", "Tests=", "failures=", "Failures=").Replace(out)))
		if err := d.Decode(&all); err != nil {
			return nil, err
		}
		failed := 0
		for _, c := range all.Cases {
			if c.Failure == nil {
				continue
			}
			if failed++; c.Classname == "covls" {
				continue
			}
			each([]string{c.Failure.Text}, textLine, func(m []string) { add(m[1], m[2], "", m[3]) })
			if f := notes[len(notes)-1]; f.file != c.File || f.function != c.Name && f.function != "" {
				return nil, fmt.Errorf("the test case is %s of %s", c.Name, c.File)
			}
		}
		if failed != all.Failures || len(all.Cases) != all.Tests {
			return nil, fmt.Errorf("%d of %d failed, and it says %d of %d", failed, len(all.Cases), all.Failures, all.Tests)
		}
	default:
		err = fmt.Errorf("nobody reads %s", format)
	}
	return notes, err
}

var escaped = regexp.MustCompile(`\\([[:punct:]])`)

// unescaped is Markdown as it is shown.
func unescaped(s string) string {
	return strings.NewReplacer("&#42;", "*", "&ast;", "*", "&lt;", "<", "&gt;", ">").Replace(escaped.ReplaceAllString(s, "$1"))
}

// peers are other tools that are at hand.
type peers struct {
	names []string
	asks  []func(t *testing.T, p project, at string) string
}

func (p *peers) ask(t *testing.T, of project, at string) (out []string) {
	t.Helper()
	for _, ask := range p.asks {
		out = append(out, ask(t, of, at))
	}
	return out
}

// peers looks for them on PATH. What they say is printed, and nothing is asked of them.
func (p project) peers(t *testing.T, main string) *peers {
	t.Helper()
	out := &peers{}
	if tool, err := exec.LookPath("diff-cover"); err == nil && p.xml != nil {
		version, _, _ := output(t, main, tool, "--version")
		out.names = append(out.names, strings.TrimSpace(version))
		out.asks = append(out.asks, func(t *testing.T, p project, at string) string {
			t.Helper()
			said, _, code := output(t, at, tool, p.xml(t, at), "--compare-branch=main", "--fail-under=80")
			var sum []string
			for line := range strings.Lines(said) {
				if strings.Contains(line, "%)") || strings.HasPrefix(line, "Coverage:") || strings.HasPrefix(line, "No lines") {
					sum = append(sum, strings.TrimSpace(line))
				}
			}
			return fmt.Sprintf("exit %d: %s", code, strings.Join(sum, "; "))
		})
	}
	if tool, err := exec.LookPath("go-test-coverage"); err == nil && strings.HasSuffix(p.profile, ".out") {
		breakdown := filepath.Join(t.TempDir(), "breakdown")
		output(t, main, tool, "--profile="+p.profile, "--breakdown-file-name="+breakdown)
		out.names = append(out.names, "go-test-coverage")
		out.asks = append(out.asks, func(t *testing.T, p project, at string) string {
			t.Helper()
			said, _, code := output(t, at, tool, "--profile="+p.profile, "--diff-base-breakdown-file-name="+breakdown)
			_, said, _ = strings.Cut(said, "Total test coverage")
			return fmt.Sprintf("exit %d: %s", code, strings.Join(strings.Fields(said), " "))
		})
	}
	return out
}

// cobertura writes lines and how often they ran as Cobertura.
func cobertura(t *testing.T, dir string, files map[string]map[int]int) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("<?xml version=\"1.0\" ?>\n<coverage><sources><source>.</source></sources><packages><package name=\"p\"><classes>\n")
	for file, lines := range files {
		fmt.Fprintf(&b, "<class name=%q filename=%q><lines>\n", file, file)
		for number, hits := range lines {
			fmt.Fprintf(&b, "<line number=\"%d\" hits=\"%d\"/>\n", number, hits)
		}
		b.WriteString("</lines></class>\n")
	}
	b.WriteString("</classes></package></packages></coverage>\n")
	path := filepath.Join(dir, "cobertura.xml")
	if err := os.WriteFile(path, []byte(b.String()), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

// lcov are the lines of a profile, by file, with how often they ran.
func lcov(t *testing.T, path string) map[string]map[int]int {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]map[int]int{}
	var lines map[int]int
	for line := range strings.Lines(string(data)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		switch key {
		case "SF":
			lines = map[int]int{}
			out[value] = lines
		case "DA":
			var number, count int
			if _, err := fmt.Sscanf(value, "%d,%d", &number, &count); err != nil {
				t.Fatal(err)
			}
			lines[number] = count
		}
	}
	return out
}

// lostLCOV counts by file the lines with code that ran in one profile, and not in the other one, of the same texts.
func lostLCOV(t *testing.T, was, now string) map[string]int {
	t.Helper()
	root := filepath.Dir(now)
	if filepath.Base(root) == "coverage" {
		root = filepath.Dir(root)
	}
	before, out := lcov(t, was), map[string]int{}
	for file, lines := range lcov(t, now) {
		data, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(file)))
		if err != nil {
			t.Fatal(err)
		}
		texts := strings.Split(string(data), "\n")
		for number, count := range lines {
			// c8 counts comments and empty lines, too.
			text := strings.TrimSpace(texts[number-1])
			if count == 0 && before[file][number] > 0 && text != "" && !strings.HasPrefix(text, "//") {
				out[file]++
			}
		}
	}
	return out
}

// write writes files into a folder.
func write(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o777), os.WriteFile(path, []byte(text), 0o666)); err != nil {
			t.Fatal(err)
		}
	}
}

// run runs a command in a folder; the test ends where it fails.
func run(t *testing.T, dir, name string, args ...string) {
	t.Helper()
	out, errs, code := output(t, dir, name, args...)
	if code != 0 {
		t.Fatalf("%s %s: exit %d\n%s%s", name, strings.Join(args, " "), code, out, errs)
	}
}

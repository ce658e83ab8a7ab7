package watch

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/covls/covls/project"
)

// tree makes files that are an hour old, and links where a line has an arrow, and returns the
// directory they are in.
func tree(t *testing.T, lines string) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(lines) {
		switch path, target, isLink := strings.Cut(strings.TrimSpace(line), " -> "); {
		case isLink:
			link(t, filepath.FromSlash(target), filepath.Join(dir, path))
		case path != "":
			put(t, filepath.Join(dir, path), "x")
			then := time.Now().Add(-time.Hour)
			if err := os.Chtimes(filepath.Join(dir, path), then, then); err != nil {
				t.Fatal(err)
			}
		}
	}
	return dir
}

func TestDiscover(t *testing.T) {
	t.Parallel()
	const tests = `
		c.out
		sub/c.out
		sub/deep/er/c.out
		sub/C.OUT
		sub/lcov.info
		sub/other.txt
		target/c.out
		build/c.out
		coverage/c.out
		.hidden/c.out
		.git/c.out
		node_modules/m/c.out
		sub/vendor/m/c.out
		dist/cov/c.out
		[x]/c.out
		sub/fi.le/c.out
		real/data.bin
		sub/link.out -> ../real/data.bin
		sub/dirlink.out -> deep
		sub/none.out -> missing
		linked -> sub
		gocov/covmeta.1
		gocov/covcounters.1.2.3
		node_modules/gocov/covmeta.1
		counters/covcounters.1.2.3
	`
	dir := tree(t, tests)
	outside := tree(t, `
		c.out
		cov/a.info
		cov/b.info
		cov/deep/c.info
	`)
	cases := []struct {
		name     string
		patterns string // by blanks; $ stands for the directory outside
		covers   bool
		dirs     int // most that may be read, 0 for any number
		want     string
	}{
		{"only in the folder itself", "c.out", false, 0, "c.out"},
		{"a literal reads no directory", "c.out sub/deep/er/c.out sub/none.out", false, -1, "c.out sub/deep/er/c.out"},
		{
			"everywhere but where nobody looks", "**/c.out", false, 13,
			".hidden/c.out [x]/c.out build/c.out c.out coverage/c.out sub/c.out sub/deep/er/c.out sub/fi.le/c.out target/c.out",
		},
		{"case counts", "**/C.OUT", false, 0, "sub/C.OUT"},
		{"a glob one level down", "*/c.out", false, 15, ".hidden/c.out [x]/c.out build/c.out coverage/c.out sub/c.out target/c.out"},
		{"links to files are found, links to directories and to nothing are not", "**/*link.out **/none.out", false, 0, "sub/link.out"},
		{"a literal in a directory that is left out", "node_modules/m/c.out", false, -1, "node_modules/m/c.out"},
		{"a glob in a directory that is left out", "dist/*/c.out", false, 2, "dist/cov/c.out"},
		{"a glob in such a directory beside one everywhere", "**/lcov.info dist/**/c.out", false, 0, "dist/cov/c.out sub/lcov.info"},
		{"a literal through a link", "linked/lcov.info", false, -1, "linked/lcov.info"},
		{"a glob through a link that it names", "linked/*.info", false, 1, "linked/lcov.info"},
		{"a link is followed for the glob that names it only", "**/lcov.info linked/*.info", false, 0, "linked/lcov.info sub/lcov.info"},
		{"alternatives", "{sub,build}/{c.out,lcov.info}", false, -1, "build/c.out sub/c.out sub/lcov.info"},
		{"a directory whose name is a pattern", `\[x\]/c.out`, false, 0, "[x]/c.out"},
		{"dots", "./sub/../c.out", false, -1, "c.out"},
		{"absolute literal", "$/c.out", false, -1, "$/c.out"},
		{"absolute glob", "$/cov/*.info", false, 1, "$/cov/a.info $/cov/b.info"},
		{"absolute glob below", "$/**/*.info", false, 3, "$/cov/a.info $/cov/b.info $/cov/deep/c.info"},
		{"a directory of counters", "**/lcov.info", true, 0, "gocov sub/lcov.info"},
		{"a literal directory of counters", "node_modules/gocov", true, 0, "gocov node_modules/gocov"},
		{"a literal directory of counters, not asked for", "gocov", false, -1, ""},
		{"classes and question marks", "sub/[lm]co?.info", false, 1, "sub/lcov.info"},
	}
	for _, test := range cases {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			patterns := strings.Fields(strings.ReplaceAll(test.patterns, "$", filepath.ToSlash(outside)))
			found, err := Discover(t.Context(), Root{Dir: dir, Patterns: patterns, GoCoverDirs: test.covers})
			if err != nil || len(found.Left) > 0 {
				t.Error(err, found.Left)
			}
			var got []string
			for _, p := range found.Profiles {
				if rel, ok := below(dir, p); ok {
					p = rel
				} else if rel, ok := below(outside, p); ok {
					p = "$/" + rel
				}
				got = append(got, filepath.ToSlash(p))
			}
			slices.Sort(got)
			if s := strings.Join(got, " "); s != test.want {
				t.Errorf("got  %s\nwant %s", s, test.want)
			}
			if test.dirs != 0 && found.Dirs > max(test.dirs, 0) {
				t.Errorf("read %d directories, want at most %d", found.Dirs, test.dirs)
			}
		})
	}
}

// TestDiscoverAround has the folder itself searched before what a pattern names around it, since bounds may leave
// out the rest, and what the system tells of itself not at all.
func TestDiscoverAround(t *testing.T) {
	t.Parallel()
	top := tree(t, `
		a.out
		b.out
		work/space/deep/c.out
		work/other/d.out
	`)
	dir := filepath.Join(top, "work", "space")
	root := Root{Dir: dir, Patterns: []string{filepath.ToSlash(top) + "/**"}}
	found, err := Discover(t.Context(), root)
	if err != nil || len(found.Profiles) != 4 || len(found.Left) > 0 || found.Dirs != 5 {
		t.Errorf("found %+v, %v; want 4 profiles in 5 directories", found, err)
	}
	root.Profiles = 1
	if found, err = Discover(t.Context(), root); err != nil || len(found.Profiles) != 1 || filepath.Base(found.Profiles[0]) != "c.out" {
		t.Errorf("found %+v, %v; want the profile in the folder", found, err)
	}
	if runtime.GOOS == "windows" {
		return
	}
	for _, pattern := range []string{"/proc/**", "/sys/**", "/dev/**/null", "/proc/self/*"} {
		found, err := Discover(t.Context(), Root{Dir: dir, Patterns: []string{pattern}})
		if err != nil || len(found.Profiles) > 0 {
			t.Errorf("%s: found %+v, %v", pattern, found, err)
		}
	}
}

// What a search leaves out it says.
func TestDiscoverBounds(t *testing.T) {
	t.Parallel()
	dir := tree(t, `
		a/b/c/c.out
		a/b/c.out
		a/c.out
		c.out
	`)
	tests := []struct {
		name string
		root Root
		want int
		left string
	}{
		{"depth", Root{Depth: 2}, 3, "directories more than 2 deep (limits.depth)"},
		{"depth is enough", Root{Depth: 3}, 4, ""},
		{"entries", Root{Entries: 2}, 1, "what comes after 2 directory entries (limits.entries)"},
		{"entries are enough", Root{Entries: 7}, 4, ""},
		{"profiles", Root{Profiles: 2}, 2, "profiles after the first 2 (limits.profiles)"},
		{"profiles are enough", Root{Profiles: 4}, 4, ""},
		{"pattern", Root{Patterns: []string{"[", "**/c.out"}}, 4, `pattern "[" is malformed`},
		{"no pattern", Root{Patterns: []string{""}}, 0, `pattern "" is malformed`},
		{"alternatives", Root{Patterns: []string{strings.Repeat("{a,b}", 20)}}, 0, "more than 1000 alternatives"},
		{"no folder", Root{Dir: filepath.Join(dir, "c.out")}, 0, "c.out"},
		{"nothing there", Root{Dir: filepath.Join(dir, "missing")}, 0, "missing"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r := test.root
			if r.Dir == "" {
				r.Dir = dir
			}
			if r.Patterns == nil {
				r.Patterns = []string{"**/c.out"}
			}
			found, err := Discover(t.Context(), r)
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(found.Left, "; "); !strings.Contains(got, test.left) || (got == "") != (test.left == "") {
				t.Errorf("left %q, want %q", got, test.left)
			}
			if len(found.Profiles) != test.want {
				t.Errorf("found %q, want %d", found.Profiles, test.want)
			}
		})
	}
}

// What leads to where a root allows nothing is left out, and said.
func TestDiscoverAllows(t *testing.T) {
	t.Parallel()
	dir := tree(t, `
		c.out
		sub/deep/c.out
		a/b.txt
		a/link.out -> ../sub/deep/c.out
		in -> sub
	`)
	outside := tree(t, "c.out\ncov/c.out")
	for name, to := range map[string]string{"out.out": "c.out", "cov": "cov", "a/out.out": "c.out", "b.out": "c.out", "d.out": "none"} {
		link(t, filepath.Join(outside, to), filepath.Join(dir, filepath.FromSlash(name)))
	}
	for _, test := range []struct {
		name, patterns string // by blanks; $ stands for the directory outside
		want           string
		left           string // what is said to lead out, by blanks
	}{
		{"in the folder", "**/c.out c.out in/**/c.out", "c.out in/deep/c.out sub/deep/c.out", ""},
		{"files that are links", "*/*.out", "a/link.out", "a/out.out"},
		{"a literal that is a link", "out.out d.out c.out", "c.out", "out.out"},
		{"a directory that is a link", "cov/*.out c.out", "c.out", "cov"},
		{"a literal below one", "cov/c.out", "", "cov/c.out"},
		{"a glob elsewhere", "$/**/c.out c.out", "c.out", "$"},
		{"alternatives", "{$,.}/c.out", "c.out", "$/c.out"},
		{"many", "out.out b.out cov/c.out $/c.out $/cov/c.out c.out", "c.out", "2 more b.out cov/c.out out.out"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			root := Root{Dir: dir, Patterns: strings.Fields(strings.ReplaceAll(test.patterns, "$", filepath.ToSlash(outside))), Allows: not(outside)}
			found, err := Discover(t.Context(), root)
			if err != nil {
				t.Fatal(err)
			}
			short := func(path string) string {
				path = strings.ReplaceAll(path, outside, "$")
				return filepath.ToSlash(strings.TrimPrefix(path, dir+separator))
			}
			var got, left []string
			for _, p := range found.Profiles {
				got = append(got, short(p))
			}
			for _, l := range found.Left {
				path, _, refused := strings.Cut(l, ", which leads out of the workspace, to "+outside)
				if path, _, more := strings.Cut(l, " that lead out of the workspace"); more {
					left = append(left, path)
					continue
				}
				if !refused {
					t.Errorf("left %q", l)
				}
				left = append(left, short(path))
			}
			slices.Sort(left)
			if s := strings.Join(got, " "); s != test.want {
				t.Errorf("found %q, want %q", s, test.want)
			}
			if s := strings.Join(left, " "); s != test.left {
				t.Errorf("left %q, want %q", s, test.left)
			}
		})
	}
}

func TestDiscoverUnreadable(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" || os.Getuid() == 0 {
		t.Skip("every directory can be read")
	}
	dir := tree(t, "a/c.out\nc.out")
	if err := os.Chmod(filepath.Join(dir, "a"), 0); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Chmod(filepath.Join(dir, "a"), 0o755) })
	found, err := Discover(t.Context(), Root{Dir: dir, Patterns: []string{"**/c.out"}})
	if err != nil || len(found.Profiles) != 1 || len(found.Left) != 1 {
		t.Errorf("got %+v, %v", found, err)
	}
}

func TestDiscoverCanceled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	dir := tree(t, "c.out\nsub/c.out")
	found, err := Discover(ctx, Root{Dir: dir, Patterns: []string{"c.out", "**/c.out"}})
	if !errors.Is(err, context.Canceled) || len(found.Profiles) != 1 {
		t.Errorf("got %+v, %v", found, err)
	}
}

// What a search finds, a hint finds: the matcher alone must agree with the walk.
func TestMatch(t *testing.T) {
	t.Parallel()
	dir := string(filepath.Separator) + "ws"
	m := compile(Root{Dir: dir, Patterns: []string{"**/c.out", "cov/*.info", "node_modules/x/*.xml", "/abs/**/*.json"}, Depth: 3})
	tests := []struct {
		path string
		want bool
	}{
		{"/ws/c.out", true},
		{"/ws/a/b/c/c.out", true},
		{"/ws/a/b/c/d/c.out", false}, // too deep
		{"/ws/a/.git/c.out", false},
		{"/wsx/c.out", false},
		{"/c.out", false},
		{"/ws/cov/x.info", true},
		{"/ws/cov/y/x.info", false},
		{"/ws/x.info", false},
		{"/ws/node_modules/x/a.xml", true},
		{"/ws/node_modules/x/c.out", false},
		{"/abs/x/y.json", true},
		{"/abs/dist/y.json", false},
		{"/ws/y.json", false},
	}
	for _, test := range tests {
		if got := m.match(filepath.FromSlash(test.path)) != ""; got != test.want {
			t.Errorf("match %s: got %t", test.path, got)
		}
	}
}

func TestStarts(t *testing.T) {
	t.Parallel()
	dir := string(filepath.Separator) + "ws"
	tests := []struct {
		patterns string
		covers   bool
		want     []start
	}{
		{"a.out", false, nil},
		{"*.out */*.out", false, []start{{dir, 2}}},
		{"*.out **/*.out cov/*.info", false, []start{{dir, 0}}},
		{"cov/*.info", false, []start{{filepath.Join(dir, "cov"), 1}}},
		{"cov/*.info", true, []start{{dir, 0}}},
		{"**/*.out vendor/*.out", false, []start{{dir, 0}, {filepath.Join(dir, "vendor"), 1}}},
		{"cov/**/*.info cov/sub/*.info", false, []start{{filepath.Join(dir, "cov"), 0}}},
	}
	for _, test := range tests {
		m := compile(Root{Dir: dir, Patterns: strings.Fields(test.patterns), GoCoverDirs: test.covers})
		if got := m.starts(); !slices.Equal(got, test.want) {
			t.Errorf("starts for %s: got %v, want %v", test.patterns, got, test.want)
		}
	}
}

// TestDiscoverTree: a search reads what its tree does not know yet.
func TestDiscoverTree(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	root := Root{Dir: dir, Patterns: []string{"**/cover.out"}, Tree: project.NewTree()}
	search := func() int {
		found, err := Discover(t.Context(), root)
		if err != nil {
			t.Error(err)
		}
		return len(found.Profiles)
	}
	before := search()
	if err := os.WriteFile(filepath.Join(dir, "cover.out"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	again := search()
	root.Tree = nil
	if got, want := []int{before, again, search()}, []int{0, 0, 1}; !slices.Equal(got, want) {
		t.Errorf("have %v profiles, want %v", got, want)
	}
}

// TestDiscoverWorktree: another work tree of the repository is searched only where a pattern begins there, and a hint
// at a profile in it says no more than a search does. A submodule is searched.
func TestDiscoverWorktree(t *testing.T) {
	t.Parallel()
	dir := tree(t, `
		.git/worktrees/x/HEAD
		.git/worktrees/y/HEAD
		.git/modules/sub/HEAD
		c.out
		.claude/worktrees/x/c.out
		.claude/worktrees/x/deep/er/c.out
		.claude/worktrees/x/cov/covmeta.1
		wt/y/c.out
		sub/c.out
		clone/.git/HEAD
		clone/c.out
	`)
	for name, text := range map[string]string{".claude/worktrees/x": ".git/worktrees/x", "wt/y": ".git/worktrees/y", "sub": ".git/modules/sub"} {
		put(t, filepath.Join(dir, filepath.FromSlash(name), ".git"), "gitdir: "+filepath.Join(dir, filepath.FromSlash(text))+"\n")
	}
	all := []string{"c.out", ".claude/worktrees/x/c.out", ".claude/worktrees/x/deep/er/c.out", ".claude/worktrees/x/cov", "wt/y/c.out", "sub/c.out", "clone/c.out"}
	for _, test := range []struct {
		root, patterns, want string // by blanks
	}{
		{"", "**/c.out", "c.out clone/c.out sub/c.out"},
		{"", "**/c.out wt/y/c.out", "c.out clone/c.out sub/c.out wt/y/c.out"},
		{"", "**/c.out .claude/worktrees/*/c.out", ".claude/worktrees/x/c.out .claude/worktrees/x/cov .claude/worktrees/x/deep/er/c.out c.out clone/c.out sub/c.out"},
		{".claude/worktrees/x", "**/c.out", ".claude/worktrees/x/c.out .claude/worktrees/x/cov .claude/worktrees/x/deep/er/c.out"},
	} {
		t.Run(test.root+" "+test.patterns, func(t *testing.T) {
			t.Parallel()
			m := compile(Root{Dir: filepath.Join(dir, filepath.FromSlash(test.root)), Patterns: strings.Fields(test.patterns), GoCoverDirs: true})
			found, err := m.discover(t.Context())
			if err != nil || found.Left != nil {
				t.Fatal(err, found.Left)
			}
			short := func(path string) string { return filepath.ToSlash(strings.TrimPrefix(path, dir+separator)) }
			var got, owned []string
			for _, p := range found.Profiles {
				got = append(got, short(p))
			}
			if s := strings.Join(got, " "); s != test.want {
				t.Errorf("found %q, want %q", s, test.want)
			}
			l := &loop{matchers: []*matcher{m}}
			for _, p := range all {
				if path := filepath.Join(dir, filepath.FromSlash(p)); l.owner(path, filepath.Base(p) == "cov") != nil {
					owned = append(owned, p)
				}
			}
			slices.Sort(owned)
			if s := strings.Join(owned, " "); s != test.want {
				t.Errorf("hints find %q, want %q", s, test.want)
			}
		})
	}
}

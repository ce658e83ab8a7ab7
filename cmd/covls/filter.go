package main

import (
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/covls/covls/change"
	"github.com/covls/covls/config"
	"github.com/covls/covls/diag"
	"github.com/covls/covls/escape"
	"github.com/covls/covls/gap"
	"github.com/covls/covls/glob"
	"github.com/covls/covls/report"
	"github.com/covls/covls/source"
	"github.com/covls/covls/workspace"
)

// gapFilter says which of the gaps of a folder are listed: in which files, of which names, of what changed, and how many.
type gapFilter struct {
	since comparing
	lost  bool
	name  string
	limit int

	// in are the files that the arguments mean; nil is all.
	in map[*workspace.File]bool
	// called reports whether a function is meant by its name; nil is all, and what stands outside of functions.
	called func(name string) bool
	// set is what changed; nil where nobody asked. units are what it left untested, or lost, by the absolute paths of files.
	set   *change.Set
	units map[string][]unit
}

// unit is a unit of a change with something that is not tested.
type unit struct {
	change.Gap
	lost bool
}

func (f *gapFilter) add(c *cobra.Command) {
	f.since.add(c)
	c.Flags().BoolVar(&f.lost, "lost", false, "list what lost its coverage since --baseline; beside --changed, that too")
	c.Flags().StringVar(&f.name, "name", "", "list only gaps in functions with this `text` in their names, whatever its case, or /regular expression/")
	c.Flags().IntVar(&f.limit, "limit", 0, "list the `n` most urgent and say how many are left out; 0 lists all")
	_ = c.RegisterFlagCompletionFunc("name", cobra.NoFileCompletions)
	c.Args = cobra.ArbitraryArgs
}

// check says what is wrong with the flags.
func (f *gapFilter) check(c *cobra.Command) error {
	if err := f.since.check(c); err != nil {
		return err
	}
	switch {
	case f.lost && f.since.baseline == "":
		return errors.New("--lost compares with a --baseline, and none is given; `covls baseline -o FILE` saves one")
	case f.since.baseline != "" && !f.lost:
		return errors.New("--baseline says what --lost compares with, and that is not given")
	case f.limit < 0:
		return fmt.Errorf("--limit is %d: want a number of gaps, or 0 for all", f.limit)
	case c.Flags().Changed("name") && f.name == "":
		return errors.New("--name is empty: want a part of a function's name, or /a regular expression/")
	}
	if expr, ok := strings.CutPrefix(f.name, "/"); ok && len(expr) > 1 && strings.HasSuffix(expr, "/") {
		re, err := regexp.Compile(strings.TrimSuffix(expr, "/"))
		if err != nil {
			return fmt.Errorf("--name is no regular expression: %w", err)
		}
		f.called = re.MatchString
	} else if f.name != "" {
		part := strings.ToLower(f.name)
		f.called = func(name string) bool { return strings.Contains(strings.ToLower(name), part) }
	}
	return nil
}

// changes reports whether only what changed, or was lost, is listed.
func (f *gapFilter) changes() bool { return f.since.asked || f.lost }

// load finds what is asked for in the snapshot, and what changed. It says what of the arguments is nothing that a profile has.
func (f *gapFilter) load(io *streams, l *loaded, args []string) error {
	if len(args) > 0 {
		f.in = map[*workspace.File]bool{}
		var none []string
		for _, arg := range args {
			found, err := filesOf(l.snap, arg)
			if err != nil {
				return err
			}
			for _, file := range found {
				f.in[file] = true
			}
			if len(found) == 0 {
				none = append(none, arg)
			}
		}
		if len(f.in) == 0 {
			return f.nothing(l.snap, none)
		}
		if len(none) > 0 {
			io.say("no profile names " + some(none))
		}
	}
	if !f.changes() {
		return nil
	}
	set, err := l.begun.Changes(l.snap)
	if err != nil {
		return err
	}
	f.set, f.units = set, map[string][]unit{}
	for i := range set.Gaps {
		f.units[set.Gaps[i].Path] = append(f.units[set.Gaps[i].Path], unit{set.Gaps[i], false})
	}
	for i := range set.Lost {
		f.units[set.Lost[i].Path] = append(f.units[set.Lost[i].Path], unit{set.Lost[i], true})
	}
	return nil
}

// nothing says why arguments mean no file of a profile.
func (f *gapFilter) nothing(snap *workspace.Snapshot, args []string) error {
	if len(args) > 1 {
		return fmt.Errorf("no profile names %s; `covls report --format json` lists the files that profiles name", some(args))
	}
	arg := args[0]
	if f.since.changed == anyBase {
		return fmt.Errorf("no profile names a file %s; to compare with a branch of that name, write --changed=%s", arg, arg)
	}
	for _, p := range absolutes(snap.Folders[0].Dir, arg) {
		if info, err := os.Stat(p); err == nil && info.IsDir() {
			return fmt.Errorf("no profile names a file in %s; `covls report --format json` lists the files that profiles name", arg)
		}
	}
	if glob.Wild(arg) {
		return fmt.Errorf("no profile names a file like %s; `covls report --format json` lists the files that profiles name", arg)
	}
	s, file, _, err := find(snap, arg)
	switch {
	case err != nil:
		return err
	case file == nil:
		return fmt.Errorf("a rule leaves %s out of every total, so that its gaps are not listed", s.Path)
	}
	return fmt.Errorf("no profile names a file %s", arg)
}

// filesOf are the files of a snapshot that an argument means: a path, a folder, or a glob as in the settings, each relative to the
// working directory, or to the folder where there is no such thing. Files that are not on disk are meant by what the report calls them.
func filesOf(snap *workspace.Snapshot, arg string) (out []*workspace.File, err error) {
	if arg == "" {
		return nil, errors.New("an argument is empty: want a file, a folder or a glob; . is the working directory")
	}
	dir := snap.Folders[0].Dir
	if below, ok := strings.CutSuffix(filepath.ToSlash(arg), "..."); ok && (below == "" || strings.HasSuffix(below, "/")) {
		arg = below + "." // all below a folder, as the go command has it
	}
	for _, p := range absolutes(dir, arg) {
		if _, err := os.Lstat(p); err != nil {
			continue
		}
		places := []string{p}
		if real, err := filepath.EvalSymlinks(p); err == nil && real != p {
			places = append(places, real)
		}
		for path, file := range snap.Files {
			if slices.ContainsFunc(places, func(at string) bool { return path == at || source.Inside(path, at) }) {
				out = append(out, file)
			}
		}
		if out != nil {
			return out, nil
		}
	}
	from := []string{dir}
	if wd, err := os.Getwd(); err == nil && wd != dir {
		from = []string{wd, dir}
	}
	pattern := filepath.ToSlash(arg)
	if filepath.IsAbs(arg) {
		root := filepath.VolumeName(arg) + string(filepath.Separator)
		from, pattern = []string{root}, strings.TrimPrefix(pattern, filepath.ToSlash(root))
		pattern = "/" + pattern // relative to the root, at no other depth
	}
	for _, base := range from {
		below := pattern
		for {
			rest, up := strings.CutPrefix(below, "../")
			if !up {
				break
			}
			base, below = filepath.Dir(base), "/"+rest
			below = strings.TrimPrefix(below, "/")
		}
		if below != pattern && !strings.Contains(below, "/") {
			below = "/" + below
		}
		m, problems := config.NewMatcher([]string{below})
		if len(problems) > 0 {
			return nil, fmt.Errorf("%s", problems[0].Text)
		}
		for path, file := range snap.Files {
			if rel, err := filepath.Rel(base, path); err == nil && filepath.IsLocal(rel) && m.Match(filepath.ToSlash(rel)) {
				out = append(out, file)
			}
		}
		if out != nil {
			break
		}
	}
	if out != nil && !glob.Wild(arg) {
		return out, nil
	}
	lost, err := lostOf(snap, arg)
	return append(out, lost...), err
}

// lostOf are the files that were not found and that an argument means: the name that the profile or the report has, a folder or the end of that, or
// a glob.
func lostOf(snap *workspace.Snapshot, arg string) (out []*workspace.File, err error) {
	given := path.Clean(filepath.ToSlash(arg))
	m, problems := config.NewMatcher([]string{given})
	if len(problems) > 0 {
		return nil, fmt.Errorf("%s", problems[0].Text)
	}
	for _, f := range snap.Lost {
		name := filepath.ToSlash(snap.Shown(f))
		if f.Name == arg || m.Match(name) || strings.HasSuffix("/"+name, "/"+given) || strings.HasPrefix(name, given+"/") {
			out = append(out, f)
		}
	}
	return out, nil
}

// some is a list of which the end may be left out.
func some(list []string) string {
	const most = 3
	if n := len(list) - most; n > 0 {
		return strings.Join(list[:most], ", ") + fmt.Sprintf(" and %d more", n)
	}
	return strings.Join(list, ", ")
}

// of reports whether gaps of a file may be listed.
func (f *gapFilter) of(file *workspace.File) bool {
	return (f.in == nil || f.in[file]) && (!f.changes() || len(f.units[file.Path]) > 0)
}

// changed says of each gap of a file which unit of the change it is in; nil for none. Further are rows for what no gap has.
func (f *gapFilter) changed(file *workspace.File, found []diag.Gap) (of []*unit, further []row) {
	units := f.units[file.Path]
	gaps, plain := make([]gap.Gap, len(found)), make([]change.Gap, len(units))
	for i := range found {
		gaps[i] = found[i].Gap
	}
	for i := range units {
		plain[i] = units[i].Gap
	}
	in, left := gap.Changed(gaps, plain)
	of = make([]*unit, len(found))
	for i, n := range in {
		if n >= 0 {
			of[i] = &units[n]
		}
	}
	for _, i := range left {
		u := &units[i]
		if f.called != nil && !f.called(u.Function) || len(u.Lines) == 0 {
			continue
		}
		r := row{
			File: file.Name, Found: true, Name: u.Function, Line: int(u.Lines[0][0]), Column: 1, EndLine: int(u.Lines[len(u.Lines)-1][1]), Statements: u.Statements,
			Shape: gap.Stretch, path: file.Path,
		}
		c := &report.Change{Set: f.set}
		r.Message = escape.Line(c.What(&u.Gap, u.lost))
		r.Change = u.kind()
		further = append(further, r)
	}
	return of, further
}

// kind is what became of the unit, as JSON has it.
func (u *unit) kind() string {
	switch {
	case u.lost:
		return "lost"
	case u.Kind == change.New:
		return "new"
	}
	return "changed"
}

// words say what became of a gap in the unit. Whole tells that the gap is all of it.
func (f *gapFilter) words(u *unit, whole bool) string {
	since := ""
	if b := f.set.Baseline; u.lost && b != nil && b.Commit != "" {
		since = " since " + b.Commit[:min(len(b.Commit), 7)]
	}
	switch {
	case u.lost && whole:
		return fmt.Sprintf("lost %d of %d%s", u.Statements, u.Of, since)
	case u.lost:
		return "lost" + since
	case u.Kind == change.Changed && whole:
		return fmt.Sprintf("changed: %d of %d not covered", u.Statements, u.Of)
	}
	return u.kind()
}

// cut leaves the first rows, as many as are asked for, and says how many it leaves out.
func (f *gapFilter) cut(io *streams, rows []row) []row {
	if f.limit == 0 || len(rows) <= f.limit {
		return rows
	}
	io.say(fmt.Sprintf("%s left out by --limit %d", plural(len(rows)-f.limit, "further gap", "further gaps"), f.limit))
	return rows[:f.limit]
}

// sum says what the gaps are of where only what changed is listed, and, as an error, what of the change can't be known.
func (f *gapFilter) sum(io *streams, l *loaded) error {
	if !f.changes() {
		return nil
	}
	io.say((&report.Change{Set: f.set}).Known())
	if reasons := doubts(l, f.set); len(reasons) > 0 {
		return errors.New("more may have changed than is listed: " + strings.Join(reasons, "; "))
	}
	return nil
}

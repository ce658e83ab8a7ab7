package workspace

import (
	"cmp"
	"context"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/priority"
	"github.com/covls/covls/project"
)

// Missing is code that has tests of its own and that no profile names, as when these have failed.
type Missing struct {
	// Path is absolute: the directory of a package, or a source file.
	Path string
	// Name is the path for people: slash-separated and relative to Folder.
	Name string
	// Package is the import path of a package of Go; "" for a source file.
	Package string
	Folder  *Folder
	// Profiles are those that would have it, sorted by path; nil for a source file.
	Profiles []*Profile
}

// Tests is what is known of the Go packages in a folder and their tests.
type Tests struct {
	packages *project.Packages
	missed   map[string]bool               // by directory: those that a profile of their tests would have
	binaries map[uint64][]*project.Package // by the hash of a profile that lists each block once: those whose tests may have run all of it
}

// TestLook is a folder whose Go packages are to be looked at, since profiles may credit packages with their own
// tests only.
type TestLook struct {
	Dir string

	folder  *Folder
	of      string          // the profiles
	modules map[string]bool // directories of Go files that profiles name
	names   map[string]bool // import paths that profiles name
	runs    []testRun
}

// testRun is what a profile of Go says of the packages in a folder.
type testRun struct {
	profile uint64 // its hash
	once    bool
	// ran are the directories of its files in which something has run.
	ran   map[string]bool
	files map[string]*coverage.File // what the profile says of each, by path
}

// body reports whether a block of a file has run that begins at a 1-based line and byte column.
func (r *testRun) body(path string, line, column int) bool {
	f := r.files[path]
	if f == nil {
		return false
	}
	at := coverage.Point{Line: uint32(line), Col: uint32(column)}
	i, _ := slices.BinarySearchFunc(f.Regions, at, func(r coverage.Region, p coverage.Point) int { return r.Start.Compare(p) })
	for ; i < len(f.Regions) && f.Regions[i].Start == at; i++ {
		if f.Regions[i].Count > 0 {
			return true
		}
	}
	return false
}

// Untested returns, once for what profiles say, the folders whose Go packages are to be looked at, but for those that
// were quick enough to be looked at during the load. It takes a second where there are thousands of packages, so it
// is done beside the loader; Tested takes the answers.
func (l *Loader) Untested() []TestLook {
	snap := l.store.Load()
	return l.untested(snap.Profiles, snap.Files)
}

// A load waits for quickLook at most for what is known of the packages, so that what is shown of them does not change
// its words at once; where a profile names more than fewPackages, it does not wait.
const (
	quickLook   = 200 * time.Millisecond
	fewPackages = 100
)

// lookQuickly is Untested and Tested for what takes no time. It begins to look; wait, which has to be called, takes what
// is found by then.
func (l *Loader) lookQuickly(ctx context.Context, b *joined) (wait func()) {
	ctx, cancel := context.WithTimeout(ctx, l.quick)
	var looks []TestLook
	for _, look := range l.untested(b.profiles, b.files) {
		if len(look.names) > fewPackages {
			delete(l.looks, look.Dir)
			continue
		}
		looks = append(looks, look)
	}
	found := make([]*Tests, len(looks))
	var wg sync.WaitGroup
	for i, look := range looks {
		l.Guard.Go(&wg, "looking at the tests of the Go packages in "+look.Dir, func() { found[i], _ = look.Look(ctx) })
	}
	return func() {
		defer cancel()
		wg.Wait()
		for i, look := range looks {
			if found[i] == nil {
				delete(l.looks, look.Dir)
				continue
			}
			l.tests[look.Dir] = found[i]
		}
	}
}

func (l *Loader) untested(profiles []*Profile, files map[string]*File) []TestLook {
	var of strings.Builder
	names := map[string]bool{}
	for _, p := range profiles {
		if p.Report == nil || len(p.Report.Listed) == 0 && !p.Report.Once {
			continue
		}
		of.WriteString(p.Path)
		of.WriteByte(0)
		for i := range 8 {
			of.WriteByte(byte(p.hash >> (8 * i)))
		}
		for _, f := range p.Report.Files {
			names[path.Dir(f.Name)] = true
		}
	}
	if of.Len() == 0 {
		return nil
	}
	dirs := map[*Folder]map[string]bool{}
	runs := map[*Folder]map[*Profile]testRun{}
	for at, f := range files {
		if filepath.Ext(at) != ".go" || f.Outside {
			continue
		}
		if dirs[f.Folder] == nil {
			dirs[f.Folder], runs[f.Folder] = map[string]bool{}, map[*Profile]testRun{}
		}
		dirs[f.Folder][filepath.Dir(at)] = true
		for _, part := range f.Parts {
			r, ok := runs[f.Folder][part.Profile]
			if !ok {
				r = testRun{part.Profile.hash, part.Profile.Report.Once, map[string]bool{}, map[string]*coverage.File{}}
				runs[f.Folder][part.Profile] = r
			}
			if part.File.Total().Covered > 0 {
				r.ran[filepath.Dir(at)] = true
				r.files[at] = part.File
			}
		}
	}
	var out []TestLook
	for _, f := range l.folders {
		look := TestLook{Dir: f.Dir, folder: f, of: of.String(), modules: dirs[f], names: names, runs: slices.Collect(maps.Values(runs[f]))}
		if asked := l.looks[f.Dir]; dirs[f] != nil && (asked.folder != f || asked.of != look.of) {
			l.looks[f.Dir] = look
			out = append(out, look)
		}
	}
	return out
}

// Look reads the disk. It uses nothing of a loader and may run on any goroutine.
func (p TestLook) Look(ctx context.Context) (*Tests, error) {
	found, err := project.GoPackages(ctx, p.folder.Tree, p.Dir, p.folder.Settings.Limits.Entries)
	if err != nil {
		return nil, err
	}
	out := &Tests{packages: found, missed: map[string]bool{}, binaries: map[uint64][]*project.Package{}}
	modules := map[string]bool{}
	for dir := range p.modules {
		if in := found.In(dir); in != nil {
			modules[in.Module] = true
		}
	}
	excluded := priority.Excludes(&p.folder.Settings.Settings)
	use := func(path string) bool {
		name := nameIn(p.folder, path)
		return !p.folder.Excludes(name) && !excluded(name)
	}
	for _, in := range found.All() {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if modules[in.Module] && !p.modules[in.Dir] && !p.names[in.Path] && in.Missed(use) {
			out.missed[in.Dir] = true
		}
	}
	for _, r := range p.runs {
		if !r.once {
			continue
		}
		if out.binaries[r.profile], err = found.Binaries(ctx, r.ran, r.body); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Tested takes an answer, or nil for none, and publishes where it tells anything new.
func (l *Loader) Tested(ctx context.Context, p TestLook, found *Tests) {
	if asked := l.looks[p.Dir]; found == nil || asked.folder != p.folder || asked.of != p.of {
		return // another look is under way
	}
	before := l.store.Load()
	l.tests[p.Dir] = found
	counted, missing := l.judge(before.Profiles, before.Files)
	same := slices.EqualFunc(missing, before.Missing, func(a, b Missing) bool {
		return a.Path == b.Path && slices.Equal(a.Profiles, b.Profiles)
	})
	for _, f := range before.Files {
		same = same && f.Credit == counted[f]
	}
	if !same {
		l.publish(ctx, nil)
	}
}

// packageIn is the Go package in a directory, of folders in each other as the outermost has it, which sees more of
// the module; nil where none is known.
func (l *Loader) packageIn(dir string) *project.Package {
	for _, f := range slices.Backward(l.folders) {
		if known := l.tests[f.Dir]; known != nil {
			if p := known.packages.In(dir); p != nil {
				return p
			}
		}
	}
	return nil
}

// judge tells whose tests are counted of the files of Go, and which packages have tests and are in no profile. Where nobody has
// looked at the packages yet, a profile that lists each block once may have the tests of anybody.
func (l *Loader) judge(profiles []*Profile, files map[string]*File) (counted map[*File]Credit, missing []Missing) {
	counted = map[*File]Credit{}
	several := func(p Part) bool { return !p.Profile.Report.Once }
	for at, f := range files {
		if filepath.Ext(at) == ".go" && !f.Outside && l.tests[f.Folder.Dir] == nil && len(f.Speaking) > 0 && !slices.ContainsFunc(f.Speaking, several) {
			counted[f] = CreditOne
		}
	}
	if len(l.tests) == 0 {
		return counted, nil
	}
	in := map[*File]*project.Package{}
	dirs := map[string]bool{}
	// Where code of a package without tests has run, others' tests count in it.
	spread := map[*Profile]bool{}
	of := map[*Profile]bool{}
	listed := map[inModule]map[string]int{} // packages with tests
	for at, f := range files {
		if filepath.Ext(at) != ".go" {
			continue
		}
		dirs[filepath.Dir(at)] = true
		p := l.packageIn(filepath.Dir(at))
		if p == nil {
			continue
		}
		in[f] = p
		for _, part := range f.Parts {
			if part.Profile.Report.Once && !p.Tested && part.File.Total().Covered > 0 {
				spread[part.Profile] = true
			}
			of[part.Profile] = true
			if p.Tested { // others are listed once more
				by := inModule{part.Profile, p.Module}
				if listed[by] == nil {
					listed[by] = map[string]int{}
				}
				listed[by][p.Dir] = part.Profile.Report.Listed[path.Dir(part.File.Name)]
			}
		}
	}
	alone := func(p *Profile) bool { return p.Report.Once && !spread[p] }
	runs := map[inModule]counting{}
	for p := range of {
		if alone(p) {
			by, known := l.binaries(p)
			runs[inModule{profile: p}] = counting{alone: true, anybody: !known, by: by}
		}
	}
	for by, packages := range listed {
		runs[by] = counting{part: !by.profile.Report.Once && lacks(packages)}
	}
	modules := map[string][]*Profile{}
	for f, p := range in {
		for i, part := range f.Speaking {
			run := runs[inModule{part.Profile, p.Module}]
			if alone(part.Profile) {
				run = runs[inModule{profile: part.Profile}]
			}
			by := run.of(p)
			if i == 0 || by == CreditAll || counted[f] != CreditAll && by > counted[f] {
				counted[f] = by
			}
		}
		for _, part := range f.Parts {
			if alone(part.Profile) && !slices.Contains(modules[p.Module], part.Profile) {
				modules[p.Module] = append(modules[p.Module], part.Profile)
			}
		}
	}
	names := map[string]bool{}
	for _, p := range profiles {
		if p.Report == nil {
			continue
		}
		for _, f := range p.Report.Files {
			names[path.Dir(f.Name)] = true
		}
	}
	seen := map[string]bool{}
	for _, f := range slices.Backward(l.folders) {
		known := l.tests[f.Dir]
		if known == nil {
			continue
		}
		for _, p := range known.packages.All() {
			from := modules[p.Module]
			if !known.missed[p.Dir] || len(from) == 0 || dirs[p.Dir] || names[p.Path] || seen[p.Dir] {
				continue
			}
			seen[p.Dir] = true
			folder := cmp.Or(folderOf(l.folders, p.Dir), f)
			slices.SortFunc(from, func(a, b *Profile) int { return cmp.Compare(a.Path, b.Path) })
			missing = append(missing, Missing{Path: p.Dir, Name: nameIn(folder, p.Dir), Package: p.Path, Folder: folder, Profiles: from})
		}
	}
	slices.SortFunc(missing, func(a, b Missing) int { return cmp.Compare(a.Path, b.Path) })
	return counted, missing
}

// counting is whose tests a profile counts.
type counting struct {
	// alone tells that it lists each block once, by those of the packages that may have run all of it, or anybody as long
	// as they are not known; part that it lists them less often than there are packages with tests.
	alone, anybody, part bool
	by                   []*project.Package
}

// of is whose tests it counts of the code of a package.
func (c counting) of(p *project.Package) Credit {
	switch {
	case c.part && (p.Tested || p.Elsewhere):
		return CreditPart
	case c.alone && p.Tested && (c.anybody || p.Part || slices.ContainsFunc(c.by, func(by *project.Package) bool { return by.Dir != p.Dir })):
		return CreditOne
	case c.alone && p.Elsewhere:
		return CreditOwn
	}
	return CreditAll
}

// binaries are the packages whose tests may have run alone what a profile has; known is false where nobody has looked yet.
func (l *Loader) binaries(p *Profile) (out []*project.Package, known bool) {
	for _, f := range l.folders {
		if tests := l.tests[f.Dir]; tests != nil {
			by, looked := tests.binaries[p.hash]
			out, known = append(out, by...), known || looked
		}
	}
	return out, known
}

// inModule is what a profile says of a module, by its directory; "" for all.
type inModule struct {
	profile *Profile
	module  string
}

// lacks reports whether a run under -coverpkg lists packages with tests less often than there are such packages. One run lists all
// equally often: what was joined of several does not tell.
func lacks(packages map[string]int) bool {
	times := 0
	for _, n := range packages {
		if n == 0 || times > 0 && n != times {
			return false
		}
		times = n
	}
	return times < len(packages)
}

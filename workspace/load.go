package workspace

import (
	"cmp"
	"context"
	"maps"
	"path/filepath"
	"slices"
	"time"

	"github.com/covls/covls/internal/guard"
	"github.com/covls/covls/origin"
	"github.com/covls/covls/place"
	"github.com/covls/covls/program"
	"github.com/covls/covls/source"
	"github.com/covls/covls/text"
)

// Progress hears how far a load is: done of total, in whatever the text counts. Its calls may come from any
// goroutine, one after the other.
type Progress func(text string, done, total int)

// Loader reads profiles and sources and publishes what they say. It belongs to one goroutine.
type Loader struct {
	// Progress may be nil.
	Progress Progress
	// Trusted tells that programs may be started over the folders; set it before SetFolders. Only
	// Ask.List starts one.
	Trusted bool
	// Cache keeps the texts that profiles are of from one run to the next; nil keeps none. Set it before SetFolders.
	Cache *origin.Cache
	// Guard is told of each panic that was caught. What it was about is in the snapshot, too: as
	// File.Fault or Profile.Trouble.
	Guard guard.Guard

	store    *Store
	folders  []*Folder
	places   []place.Folder             // beside folders
	resolver *place.Resolver            // nil where places have changed
	names    map[string]*place.Names    // where those of a profile lead, by its path
	imports  []string                   // packages of files that were not found
	listed   map[string]bool            // those that go list was asked for
	answered map[string]bool            // those of listed that it has answered
	polls    map[string]poll            // by profile
	realDirs map[string]string          // of folders, without symlinks, as far as somebody has asked in this load; "" for none
	aliases  map[string]string          // paths of files by those that they have without symlinks, in composed form
	projects map[string]*folderProjects // by folder
	modules  map[string]*place.Modules  // by folder, as they were last read
	profiles map[string]*Profile
	held     int64                     // what the reports of profiles take of memory
	madeWay  []error                   // the troubles of profiles that were left out for others
	scans    map[string]scan           // by path
	looked   int                       // how many sources were looked at
	bounds   map[key]*Bound            // what was found of the texts that profiles are of
	past     map[string][]past         // texts that files had in this session, by path, the oldest first
	kept     map[string]kept           // by profile
	dirty    map[string]bool           // paths of sources to look at again
	absent   map[string]bool           // paths of files that were missing when somebody looked last
	sought   map[key]uint64            // for what repositories were searched, by the digests of the reports
	told     map[key]uint64            // of which parts it is known whether other texts fit as well, by the digests of the reports
	renamed  map[string]string         // where sources are that were renamed, by their paths
	heads    map[string]string         // HEAD of folders whose profiles are of a commit before it
	asked    map[string]time.Time      // when the commits of a folder were last counted
	commits  map[string]map[string]int // of files by path, by folder
	programs *program.Starter
	quick    time.Duration                // how long a load waits for a look at tests
	since    map[string]map[string]*Since // of files by path, by folder
	looks    map[string]TestLook          // the last at the tests of a folder, by its Dir
	tests    map[string]*Tests            // what it has found
	named    map[string]names             // what texts of Go that no profile names mention, by their paths
}

// NewLoader makes a loader that publishes into store.
func NewLoader(store *Store) *Loader {
	return &Loader{
		store:    store,
		listed:   map[string]bool{},
		answered: map[string]bool{},
		polls:    map[string]poll{},
		realDirs: map[string]string{},
		aliases:  map[string]string{},
		names:    map[string]*place.Names{},
		projects: map[string]*folderProjects{},
		modules:  map[string]*place.Modules{},
		profiles: map[string]*Profile{},
		scans:    map[string]scan{},
		bounds:   map[key]*Bound{},
		past:     map[string][]past{},
		kept:     map[string]kept{},
		dirty:    map[string]bool{},
		sought:   map[key]uint64{},
		told:     map[key]uint64{},
		renamed:  map[string]string{},
		heads:    map[string]string{},
		asked:    map[string]time.Time{},
		commits:  map[string]map[string]int{},
		quick:    quickLook,
		looks:    map[string]TestLook{},
		tests:    map[string]*Tests{},
	}
}

// SetFolders replaces the workspace folders and publishes. Profiles of folders that are no longer
// there are forgotten. The errors are go.mod and go.work files that can't be read; those of a folder that
// was there before are not read again, but after Refresh.
func (l *Loader) SetFolders(ctx context.Context, folders []*Folder) []error {
	var problems []error
	l.folders = slices.Clone(folders)
	slices.SortStableFunc(l.folders, func(a, b *Folder) int { return cmp.Compare(len(b.Dir), len(a.Dir)) })
	l.places, l.resolver = nil, nil
	l.programs = nil
	if l.Trusted {
		var dirs []string
		for _, f := range l.folders {
			dirs = append(dirs, f.Dir)
		}
		l.programs = program.New(dirs...)
	}
	clear(l.listed)
	clear(l.answered)
	clear(l.polls)
	clear(l.projects)
	clear(l.asked)
	l.forgetCommits()
	l.forgetChanges()
	maps.DeleteFunc(l.looks, func(dir string, _ TestLook) bool { return !l.hasFolder(dir) })
	maps.DeleteFunc(l.tests, func(dir string, _ *Tests) bool { return !l.hasFolder(dir) })
	maps.DeleteFunc(l.modules, func(dir string, _ *place.Modules) bool { return !l.hasFolder(dir) })
	for _, f := range l.folders {
		modules := l.modules[f.Dir]
		if modules == nil {
			fault := l.Guard.Do("looking for the modules in "+f.Dir, func() {
				var bad []error
				modules, bad = place.FindModules(ctx, f.Tree, f.Dir)
				problems = append(problems, bad...)
			})
			if fault != nil {
				modules, problems = &place.Modules{}, append(problems, fault)
			}
			l.modules[f.Dir] = modules
		}
		in := place.Folder{Dir: f.Dir, Modules: modules, Tree: f.Tree, Packages: map[string]string{}}
		for _, m := range f.Settings.Paths {
			in.Mappings = append(in.Mappings, place.Mapping(m))
		}
		l.places = append(l.places, in)
	}
	for path, p := range l.profiles {
		i := slices.IndexFunc(l.folders, func(f *Folder) bool { return f.Dir == p.Folder.Dir })
		if i < 0 {
			delete(l.profiles, path)
			continue
		}
		q := *p
		q.Folder = l.folders[i]
		l.profiles[path] = &q
	}
	l.publish(ctx, nil)
	return problems
}

// Refresh has SetFolders read all go.mod and go.work files again, and the repositories be searched again.
func (l *Loader) Refresh() {
	clear(l.modules)
	clear(l.sought)
}

// Name is a path for people: relative to its workspace folder, where it is in one.
func (l *Loader) Name(path string) string { return nameIn(folderOf(l.folders, path), path) }

func nameIn(f *Folder, path string) string {
	if f == nil {
		return filepath.ToSlash(path)
	}
	if rest, ok := source.Below(path, f.Dir); ok && rest != "" {
		return filepath.ToSlash(rest)
	}
	rel, err := filepath.Rel(f.Dir, path)
	if err != nil {
		return filepath.ToSlash(path)
	}
	return filepath.ToSlash(rel)
}

// publish joins the reports and publishes twice: first as soon as the open documents can be
// answered for, then with the functions of every file.
func (l *Loader) publish(ctx context.Context, fresh map[*Profile]bool) {
	b := l.join(ctx, fresh)
	wait := l.lookQuickly(ctx, b)
	before := l.store.Load()
	open := before.Documents
	bases := map[string]*text.Text{}
	var rest []*File
	for _, f := range b.files {
		opened := isOpen(open, f.Path)
		if s, ok := l.scans[f.Path]; ok && !l.dirty[f.Path] && (!b.fresh[f.Path] || !opened && s.stands(f.Path)) {
			if !s.fits(f) {
				if s, ok = l.recount(f, s); ok {
					l.remember(f, &s)
					l.scans[f.Path] = s
				}
			}
			if ok {
				b.files[f.Path] = f.withSource(s, before.Files[f.Path])
				continue
			}
		}
		if opened {
			s, base := l.scan(f)
			b.files[f.Path] = f.withSource(s, before.Files[f.Path])
			bases[f.Path] = base
			continue
		}
		rest = append(rest, f)
	}
	defer clear(l.dirty)
	l.forget(b)
	l.imports = b.imports
	// Without open documents nobody waits for a part of it.
	first := len(rest) == 0 || len(open) > 0
	if first {
		wait()
		l.put(b, bases, len(rest) == 0, false)
	}
	if len(rest) == 0 {
		return
	}
	scans := l.scanAll(ctx, rest)
	if !first {
		wait()
	}
	if ctx.Err() != nil {
		return
	}
	b.files = maps.Clone(b.files)
	for i, f := range rest {
		b.files[f.Path] = f.withSource(scans[i], before.Files[f.Path])
	}
	l.put(b, nil, true, first)
}

// forget drops what was remembered of profiles and sources that are not there any more.
func (l *Loader) forget(b *joined) {
	gone := func(profile string) bool { return l.profiles[profile] == nil }
	maps.DeleteFunc(l.bounds, func(k key, _ *Bound) bool { return gone(k.profile) })
	maps.DeleteFunc(l.sought, func(k key, _ uint64) bool { return gone(k.profile) })
	maps.DeleteFunc(l.told, func(k key, _ uint64) bool { return gone(k.profile) })
	maps.DeleteFunc(l.kept, func(profile string, _ kept) bool { return gone(profile) })
	maps.DeleteFunc(l.past, func(path string, _ []past) bool { return b.files[path] == nil })
}

func isOpen(open map[string]*Document, path string) bool {
	if open[path] != nil {
		return true
	}
	for _, d := range open {
		if d.RealPath == path {
			return true
		}
	}
	return false
}

// put publishes files with their standings. Published tells that those of b are published already, but for what has
// taken their place since.
func (l *Loader) put(b *joined, bases map[string]*text.Text, scanned, published bool) {
	r := l.rank(b, published)
	if scanned {
		l.findUnused(r.files)
	}
	short := shortNames(r.files, r.lost)
	l.store.Update(func(next *Snapshot) {
		next.Generation++
		next.short = short
		next.Folders, next.Profiles = l.folders, b.profiles
		next.Files, next.Lost, next.Excluded, next.Scanned = r.files, r.lost, r.excluded, scanned
		next.Polls, next.RuledOut, next.Ranks, next.Missing = b.polls, r.ruledOut, r.ranks, r.missing
		if len(bases) == 0 {
			return
		}
		next.Documents = maps.Clone(next.Documents)
		for path, d := range next.Documents {
			base := bases[path]
			if base == nil {
				base = bases[d.RealPath]
			}
			if base != nil {
				next.Documents[path] = d.WithBase(base)
			}
		}
	})
}

func (l *Loader) progress(text string, done, total int) {
	if l.Progress != nil {
		l.Progress(text, done, total)
	}
}

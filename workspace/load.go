package workspace

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/internal/guard"
	"github.com/covls/covls/place"
	"github.com/covls/covls/profile"
	"github.com/covls/covls/program"
	"github.com/covls/covls/source"
	"github.com/covls/covls/text"
)

// Change is a profile to read again.
type Change struct {
	Path string
	// Gone tells that the profile is no longer there.
	Gone bool
	// Settled is what the profile looked like when it had settled; nil reads it as it is. One that
	// looks otherwise by now has not settled, and is left for the change that will be told then.
	Settled *Looks
}

// Looks is what a file looks like from outside.
type Looks struct {
	Size    int64
	ModTime time.Time
}

// LooksOf is what the file at a path looks like now.
func LooksOf(path string) (Looks, error) {
	info, err := os.Stat(path)
	if err != nil {
		return Looks{}, err
	}
	return Looks{info.Size(), info.ModTime()}, nil
}

func (c Change) unsettled(now Looks) bool {
	return c.Settled != nil && (c.Settled.Size != now.Size || !c.Settled.ModTime.Equal(now.ModTime))
}

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
	projects map[string]*folderProjects // by folder
	modules  map[string]*place.Modules  // by folder, as they were last read
	profiles map[string]*Profile
	held     int64                     // what the reports of profiles take of memory
	madeWay  []error                   // the troubles of profiles that were left out for others
	scans    map[string]scan           // by path
	looked   int                       // how many sources were looked at
	texts    *source.Batch             // parses the sources of a load
	asked    map[string]time.Time      // when the commits of a folder were last counted
	commits  map[string]map[string]int // of files by path, by folder
	programs *program.Starter
}

// scan is what a source file held when it was last read.
type scan struct {
	size    int64
	modTime time.Time
	parsed  *source.Parsed
	// saved is when the file was changed after that, as far as Saved was told; zero means that it
	// was not.
	saved time.Time
	// excluded is what markers in the text take out; raw tells that the profile has yet to leave
	// out what Ruby's do.
	excluded []coverage.Exclusion
	raw      bool
	// located is what named the functions; nil where the text did.
	located *coverage.File
	// unnamed tells that parsed has those of the text all the same.
	unnamed bool
	// outside tells that nothing of the text may be quoted; see File.Outside.
	outside bool
	// fault is the panic of who looked at the text, of which nothing is known then.
	fault error
}

// fits tells that the scan is of what the profiles say of a file now.
func (s scan) fits(f *File) bool {
	if s.outside != f.Outside {
		return false
	}
	if f.all.Funcs == nil {
		return s.located == nil && s.raw == f.raw()
	}
	return s.located == f.all
}

// stands tells that the file on disk is as it was.
func (s scan) stands(path string) bool {
	now, err := LooksOf(path)
	return err == nil && now.Size == s.size && now.ModTime.Equal(s.modTime)
}

// goneGrace is how long a profile whose folder was wiped keeps its marks: test runners wipe their
// folder at the start of a run and write it at the end.
const goneGrace = time.Minute

// ErrUnfinished is part of a trouble that a test run in progress explains: nothing is wrong yet.
var ErrUnfinished = errors.New("a test run may be in progress")

// NewLoader makes a loader that publishes into store.
func NewLoader(store *Store) *Loader {
	return &Loader{
		store:    store,
		listed:   map[string]bool{},
		answered: map[string]bool{},
		polls:    map[string]poll{},
		names:    map[string]*place.Names{},
		projects: map[string]*folderProjects{},
		modules:  map[string]*place.Modules{},
		profiles: map[string]*Profile{},
		scans:    map[string]scan{},
		asked:    map[string]time.Time{},
		commits:  map[string]map[string]int{},
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
			in.Mappings = append(in.Mappings, place.Mapping{From: m.From, To: m.To})
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

// Looked returns how many times the loader has looked at a source so far, whether or not it had changed.
func (l *Loader) Looked() int { return l.looked }

// Refresh has SetFolders read all go.mod and go.work files again.
func (l *Loader) Refresh() { clear(l.modules) }

// Read reads the profiles that changed, publishes what they say, then looks at all the sources and
// publishes again. The errors are one for each profile whose trouble is new.
func (l *Loader) Read(ctx context.Context, changes []Change) []error {
	var troubles []error
	fresh := map[*Profile]bool{}
	shown := false // something that anybody can see has changed
	l.held, l.madeWay = 0, nil
	for _, p := range l.profiles {
		l.held += p.bytes
	}
	take := func(c Change) {
		before := l.profiles[c.Path]
		after := l.read(c)
		switch {
		case after == nil:
			shown = shown || before != nil
			delete(l.profiles, c.Path)
			return
		case after == before:
			return
		}
		shown = shown || !after.looksLike(before)
		l.profiles[c.Path] = after
		if after.Trouble == nil {
			fresh[after] = true
		} else if l.worthTelling(before, after) {
			troubles = append(troubles, after.Trouble)
		}
	}
	for i, c := range changes {
		l.progress("reading "+filepath.Base(c.Path), i, len(changes))
		take(c)
	}
	for _, path := range l.fitting() {
		take(Change{Path: path})
	}
	if shown {
		l.publish(ctx, fresh)
	}
	return append(troubles, l.madeWay...)
}

// looksLike reports whether nobody sees a difference between a profile and what it was before: it is no
// profile, as it was none.
func (p *Profile) looksLike(before *Profile) bool {
	return before != nil && p.Report == nil && before.Report == nil && p.Folder == before.Folder &&
		p.Trouble != nil && before.Trouble != nil && p.Trouble.Error() == before.Trouble.Error()
}

// worthTelling reports whether a trouble is new. A file that only has the name of a profile and is
// something else is no trouble, unless somebody named it.
func (l *Loader) worthTelling(before, after *Profile) bool {
	if errors.Is(after.Trouble, profile.ErrFormat) && !after.Named() {
		return false
	}
	return before == nil || before.Trouble == nil || before.Trouble.Error() != after.Trouble.Error()
}

// read looks at one profile. It returns nil where the profile and its share of the coverage are to
// be forgotten.
func (l *Loader) read(c Change) *Profile {
	before := l.profiles[c.Path]
	next := &Profile{Path: c.Path}
	if before != nil {
		*next = *before
	}
	next.Folder = l.folderFor(c.Path)
	if next.Folder == nil {
		return nil
	}
	now, err := LooksOf(c.Path)
	if c.Gone || errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Stat(filepath.Dir(c.Path)); err == nil || next.Report == nil {
			l.held -= next.bytes
			return nil
		}
		if next.Gone.IsZero() {
			next.Gone = time.Now()
		}
		next.Trouble = fmt.Errorf("%s is gone with its folder: %w; showing what it said before for %v", l.Name(c.Path), ErrUnfinished, goneGrace)
		return next
	}
	next.Gone = time.Time{}
	if err != nil {
		next.Trouble = fmt.Errorf("read %s: %w", l.Name(c.Path), err)
		return next
	}
	if c.unsettled(now) {
		return before
	}
	next.ModTime, next.Size = now.ModTime, now.Size
	limits := next.Folder.Settings.Limits
	var got *profile.Profile
	fault := l.Guard.Do("reading the profile "+l.Name(c.Path), func() {
		got, err = profile.Open(c.Path, profile.Limits{
			Size: limits.ProfileBytes, Line: uint32(limits.Line), Files: limits.Files, Branches: limits.Branches, Nesting: limits.Nesting,
		})
	})
	if fault != nil {
		err = fault
	}
	if now, err := LooksOf(c.Path); err != nil || c.unsettled(now) {
		return before
	}
	bytes := int64(0)
	if err == nil {
		bytes = got.Report.Bytes()
	}
	next.wanted = 0
	switch {
	case err != nil:
		next.Trouble = err
	case !l.fits(next, bytes):
		next.leave(l, bytes)
		if next.Report != nil {
			next.Trouble = fmt.Errorf("%w; showing what it said before", next.Trouble)
		}
	case got.Report.Cut && next.Report != nil && !next.Report.Cut:
		next.Trouble = fmt.Errorf("%s seems to be cut: %w; showing what it said before", l.Name(c.Path), ErrUnfinished)
	case len(got.Report.Files) == 0 && next.Report != nil && len(next.Report.Files) > 0:
		next.Trouble = fmt.Errorf("%s holds nothing: %w; showing what it said before", l.Name(c.Path), ErrUnfinished)
	default:
		next.Trouble = nil
		// The same content keeps the same report, so that all that was made of it stands.
		if next.Report == nil || next.hash != got.Hash {
			if next.Report != nil {
				got.Report.Reuse(next.Report)
			}
			next.Report = got.Report
			l.held += bytes - next.bytes
			next.bytes = bytes
		}
		next.Format, next.hash = got.Format, got.Hash
	}
	return next
}

// Judge tells whether the files that changed are profiles, by their paths; those that are gone are left out.
func (l *Loader) Judge(changes []Change) map[string]bool {
	out := map[string]bool{}
	for _, c := range changes {
		if p := l.profiles[c.Path]; p != nil {
			out[c.Path] = p.Report != nil || !errors.Is(p.Trouble, profile.ErrFormat)
		}
	}
	return out
}

// Expire forgets profiles that have been gone for too long.
func (l *Loader) Expire(ctx context.Context) {
	expired := false
	for path, p := range l.profiles {
		if !p.Gone.IsZero() && time.Since(p.Gone) >= goneGrace {
			delete(l.profiles, path)
			expired = true
		}
	}
	if expired {
		l.publish(ctx, nil)
	}
}

// Waiting reports whether there is something that Expire will forget.
func (l *Loader) Waiting() bool {
	for _, p := range l.profiles {
		if !p.Gone.IsZero() {
			return true
		}
	}
	return false
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

// folderFor is the folder whose settings hold for a profile: the deepest around it, else the one
// whose settings name it, else the first.
func (l *Loader) folderFor(path string) *Folder {
	if f := folderOf(l.folders, path); f != nil {
		return f
	}
	for _, f := range l.folders {
		if slices.ContainsFunc(f.Settings.Profiles, func(p string) bool { return filepath.Clean(p) == path }) {
			return f
		}
	}
	if len(l.folders) > 0 {
		return l.folders[0]
	}
	return nil
}

// publish joins the reports and publishes twice: first as soon as the open documents can be
// answered for, then with the functions of every file.
func (l *Loader) publish(ctx context.Context, fresh map[*Profile]bool) {
	l.texts = source.NewBatch()
	b := l.join(ctx, fresh)
	before := l.store.Load()
	open := before.Documents
	bases := map[string]*text.Text{}
	var rest []*File
	for _, f := range b.files {
		opened := isOpen(open, f.Path)
		if s, ok := l.scans[f.Path]; ok && s.fits(f) && (!b.fresh[f.Path] || !opened && s.stands(f.Path)) {
			b.files[f.Path] = f.withSource(s, before.Files[f.Path])
			continue
		}
		if opened {
			s, base := l.scan(f)
			b.files[f.Path] = f.withSource(s, before.Files[f.Path])
			bases[f.Path] = base
			continue
		}
		rest = append(rest, f)
	}
	l.imports = b.imports
	// Without open documents nobody waits for a part of it.
	if len(rest) == 0 || len(open) > 0 {
		l.put(b, bases, len(rest) == 0)
	}
	if len(rest) == 0 {
		return
	}
	scans := l.scanAll(ctx, rest)
	if ctx.Err() != nil {
		return
	}
	b.files = maps.Clone(b.files)
	for i, f := range rest {
		b.files[f.Path] = f.withSource(scans[i], before.Files[f.Path])
	}
	l.put(b, nil, true)
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

func (l *Loader) put(b *joined, bases map[string]*text.Text, scanned bool) {
	r := l.rank(b)
	l.store.Update(func(next *Snapshot) {
		next.Generation++
		next.Folders, next.Profiles = l.folders, b.profiles
		next.Files, next.Lost, next.Excluded, next.Scanned = r.files, r.lost, r.excluded, scanned
		next.Polls, next.RuledOut, next.Ranks = b.polls, r.ruledOut, r.ranks
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

// joined is what all the reports say together.
type joined struct {
	profiles []*Profile
	files    map[string]*File
	lost     []*File
	excluded int
	fresh    map[string]bool // paths of which a profile in fresh says something
	imports  []string        // packages that only go list may know
	polls    map[string]place.Poll
}

func (l *Loader) join(ctx context.Context, fresh map[*Profile]bool) *joined {
	b := &joined{files: map[string]*File{}, fresh: map[string]bool{}, polls: map[string]place.Poll{}}
	for _, path := range slices.Sorted(maps.Keys(l.profiles)) {
		b.profiles = append(b.profiles, l.profiles[path])
	}
	lost := map[string]*File{}
	excluded := map[string]bool{}
	imports := map[string]bool{}
	for _, n := range l.locate(ctx, b.profiles) {
		place := n.place
		if place.ImportPath != "" {
			imports[place.ImportPath] = true
		}
		if n.folder.Excludes(n.path) {
			excluded[n.path] = true
			continue
		}
		into, key := lost, n.path
		if place.Found {
			into, key = b.files, place.Path
			b.fresh[key] = b.fresh[key] || fresh[n.profile] && !n.file.Silent()
		}
		f := into[key]
		if f == nil {
			f = &File{
				Path: place.Path, Name: n.path, Found: place.Found, Outside: place.Outside, Why: place.Why, Folder: n.folder,
				Near: n.near, Ambiguous: n.ambiguous, Mapping: n.mapping,
			}
			into[key] = f
		}
		f.Parts = append(f.Parts, Part{n.profile, n.file})
	}
	before := l.store.Load()
	for path, f := range b.files {
		f.merge(before.Files[path])
	}
	for _, name := range slices.Sorted(maps.Keys(lost)) {
		lost[name].merge(nil)
		b.lost = append(b.lost, lost[name])
	}
	for path, p := range l.polls {
		b.polls[path] = p.Poll
	}
	b.excluded = len(excluded)
	b.imports = slices.Sorted(maps.Keys(imports))
	return b
}

// merge joins the parts, or takes over what was joined from the same parts before.
func (f *File) merge(before *File) {
	f.Speaking = slices.DeleteFunc(slices.Clone(f.Parts), func(p Part) bool { return p.File.Silent() })
	if len(f.Speaking) == 0 {
		f.Speaking = f.Parts
	}
	same := before != nil && slices.EqualFunc(f.Parts, before.Parts, func(a, b Part) bool { return a.File == b.File })
	if same {
		f.all, f.untold = before.all, before.untold
	} else {
		files := make([]*coverage.File, len(f.Speaking))
		for i, p := range f.Speaking {
			files[i] = p.File
		}
		f.all = coverage.Merge(files...)
		f.untold = slices.ContainsFunc(files, func(c *coverage.File) bool { return c.Funcs == nil && c.Measured() })
		switch {
		case f.all.Funcs == nil || !f.untold:
		case f.all.Places():
			f.all = f.all.Unsettle()
		default:
			f.all = withoutFuncs(f.all)
		}
	}
	f.Coverage, f.Total = f.all, f.all.Total()
}

// withoutFuncs is a file as a profile has it that tells no functions.
func withoutFuncs(f *coverage.File) *coverage.File {
	g := *f
	g.Funcs = nil
	return &g
}

// leavesOut reports whether the functions that profiles name, as they stand in the text, are not those of
// the text: none is in it, or one that has code is not among them. text is nil where its language is not known.
func (f *File) leavesOut(named []coverage.Func, text *source.Parsed) bool {
	if len(named) == 0 || text == nil {
		return len(named) == 0
	}
	var last uint32 // line of the function before
	for _, t := range f.all.Count(text.Funcs) {
		// What stands above a function, such as a decorator, may be its first line in a profile.
		for len(named) > 0 && named[0].Span.Start.Line <= last && named[0].Span.Start.Line < t.Span.Start.Line {
			named = named[1:]
		}
		last = t.Span.End.Line
		if t.Statements.Total > 0 && (len(named) == 0 || named[0].Span.Start.Line > last) {
			return true
		}
	}
	return false
}

// scan reads and parses the source of an open document. base is what is on disk; nil where the
// file can't be read.
func (l *Loader) scan(f *File) (s scan, base *text.Text) {
	s, data, err := l.scanFile(f, l.scans[f.Path], true)
	l.scans[f.Path] = s
	l.looked++
	if err != nil {
		return s, nil
	}
	return s, text.New(data)
}

// scanFile is safe for concurrent use. It parses only what changed on disk since known. A text that makes it
// panic is left alone until it changes.
func (l *Loader) scanFile(f *File, known scan, wantText bool) (s scan, data string, err error) {
	info, err := os.Stat(f.Path)
	if err != nil {
		return scan{}, "", err
	}
	same := known.size == info.Size() && known.modTime.Equal(info.ModTime()) && (known.fault != nil || known.fits(f))
	if same && !wantText {
		return known, "", nil
	}
	data, err = source.ReadFile(f.Path, f.Folder.Settings.Limits.SourceBytes)
	if err != nil {
		return scan{}, "", err
	}
	if same {
		return known, data, nil
	}
	s = scan{size: info.Size(), modTime: info.ModTime(), raw: f.raw(), outside: f.Outside}
	if f.all.Funcs != nil {
		s.located = f.all
	}
	s.fault = l.Guard.Do("looking at the source "+f.Name, func() {
		s.excluded = source.Exclusions(f.Path, data, s.raw)
		if s.located == nil || f.untold {
			if s.parsed, _ = l.texts.Parse(f.Path, data); s.parsed != nil {
				own(s.parsed)
			}
		}
		if s.located != nil {
			name := f.Path
			if f.Outside {
				name = "" // what has no name in the profile gets none of the text
			}
			named := source.Locate(name, data, f.all.Funcs)
			if s.unnamed = f.untold && f.leavesOut(named.Funcs, s.parsed); !s.unnamed {
				s.parsed = named
				// They are of this text and this profile: nobody else counts in them.
				rest, _ := f.all.Without(s.excluded)
				rest.CountIn(named.Funcs)
			}
		}
		if s.outside {
			s.unquote()
		}
	})
	if s.fault != nil {
		s.parsed, s.excluded, s.unnamed = nil, nil, false
	}
	return s, data, nil
}

// unquote leaves nothing of the text but identifiers and places: no comment, and no string in a name such
// as table["key"].
func (s *scan) unquote() {
	for i := range s.excluded {
		s.excluded[i].Reason = ""
	}
	p := s.parsed
	if p == nil {
		return
	}
	p.Doc = ""
	for i := range p.Facts {
		p.Facts[i].Doc = ""
	}
	for i := range p.Funcs {
		f := &p.Funcs[i]
		if at := strings.IndexAny(f.Name, "\"'`"); at >= 0 && s.located == nil {
			f.Name = cmp.Or(strings.TrimRight(f.Name[:at], "["), "?")
		}
	}
}

// own copies the strings that would otherwise keep the whole text in memory.
func own(p *source.Parsed) {
	p.Package, p.Doc = strings.Clone(p.Package), strings.Clone(p.Doc)
	for i := range p.Funcs {
		p.Funcs[i].Name = strings.Clone(p.Funcs[i].Name)
		p.Funcs[i].Receiver = strings.Clone(p.Funcs[i].Receiver)
	}
	for i := range p.Facts {
		p.Facts[i].Doc = strings.Clone(p.Facts[i].Doc)
	}
}

// scanAll looks at many sources on all processors. The result stands beside files.
func (l *Loader) scanAll(ctx context.Context, files []*File) []scan {
	scans := make([]scan, len(files))
	known := make([]scan, len(files))
	for i, f := range files {
		known[i] = l.scans[f.Path]
	}
	var wg sync.WaitGroup
	var next atomic.Int64
	var telling sync.Mutex // guards l.Progress
	for range runtime.GOMAXPROCS(0) {
		l.Guard.Go(&wg, "looking at sources", func() {
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= len(files) {
					return
				}
				if i%100 == 0 {
					telling.Lock()
					l.progress("looking at sources", i, len(files))
					telling.Unlock()
				}
				scans[i], _, _ = l.scanFile(files[i], known[i], false)
			}
		})
	}
	wg.Wait()
	l.looked += len(files)
	for i, f := range files {
		l.scans[f.Path] = scans[i]
	}
	return scans
}

// Ask is what go list may know: packages that no go.mod of the folder Dir tells.
type Ask struct {
	Dir      string
	Packages []string

	programs *program.Starter
}

// Unlisted returns, once, what go list has not been asked yet. Asking takes seconds at worst, so it
// is done beside the loader; Listed takes the answers.
func (l *Loader) Unlisted() []Ask {
	var packages []string
	for _, p := range l.imports {
		if !l.listed[p] {
			l.listed[p] = true
			packages = append(packages, p)
		}
	}
	if len(packages) == 0 {
		return nil
	}
	var asks []Ask
	for _, p := range l.places {
		if len(p.Modules.Roots()) > 0 {
			asks = append(asks, Ask{p.Dir, packages, l.programs})
		}
	}
	return asks
}

// List asks go list. Without an answer the files stay not found, and each says so. It uses nothing
// of a loader and may run on any goroutine.
func (a Ask) List(ctx context.Context) (dirs map[string]string, err error) {
	return place.ListPackages(ctx, a.programs, a.Dir, a.Packages)
}

// Listed takes an answer and publishes what it finds.
func (l *Loader) Listed(ctx context.Context, a Ask, dirs map[string]string) {
	for _, p := range a.Packages {
		l.answered[p] = true
	}
	for i := range l.places {
		if l.places[i].Dir == a.Dir {
			maps.Copy(l.places[i].Packages, dirs)
			l.resolver = nil
			l.publish(ctx, nil)
			return
		}
	}
}

// Opened looks at a document that was just opened: whether it is a known file under another name,
// and, where its file was not looked at yet, what the disk holds.
func (l *Loader) Opened(path string) {
	snap := l.store.Load()
	d := snap.Documents[path]
	if d == nil || snap.Files[path] != nil {
		return
	}
	other := l.otherName(path)
	if other == "" || snap.Files[other] == nil {
		return
	}
	l.store.EditDocument(path, func(d *Document) *Document {
		e := *d
		e.RealPath = other
		return &e
	})
}

// Saved looks at a source file that an editor has written, so that File.Newer knows of it.
func (l *Loader) Saved(path string) {
	snap := l.store.Load()
	f := snap.Files[path]
	if d := snap.Documents[path]; f == nil && d != nil {
		f = snap.FileOf(d)
	}
	if f == nil {
		return
	}
	s, scanned := l.scans[f.Path]
	info, err := os.Stat(f.Path)
	if err != nil || !scanned || info.ModTime().Equal(f.ModTime) {
		return
	}
	s.saved = info.ModTime()
	l.scans[f.Path] = s
	g := *f
	g.ModTime = s.saved
	l.store.Update(func(next *Snapshot) {
		if next.Files[f.Path] == f {
			next.Files = maps.Clone(next.Files)
			next.Files[f.Path] = &g
			next.Generation++
		}
	})
}

// otherName is the path by which the profiles' side knows a file that the editor reached through
// symlinks: a folder's own path where the real path lies in it.
func (l *Loader) otherName(path string) string {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return ""
	}
	for _, f := range l.folders {
		dir, err := filepath.EvalSymlinks(f.Dir)
		if err != nil {
			continue
		}
		if rel, err := filepath.Rel(dir, real); err == nil && filepath.IsLocal(rel) {
			return filepath.Join(f.Dir, rel)
		}
	}
	return real
}

func (l *Loader) progress(text string, done, total int) {
	if l.Progress != nil {
		l.Progress(text, done, total)
	}
}

// Package workspace holds the state that every answer is made from: settings, reports and open
// documents, in snapshots that are never written after they were published.
package workspace

import (
	"fmt"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/covls/covls/config"
	"github.com/covls/covls/coverage"
	"github.com/covls/covls/place"
	"github.com/covls/covls/priority"
	"github.com/covls/covls/project"
	"github.com/covls/covls/source"
)

// Snapshot is the whole state at one moment. It and all it reaches must not be written.
type Snapshot struct {
	// Generation grows with every change of anything but the documents.
	Generation uint64
	// Folders are the workspace folders, the deepest first.
	Folders []*Folder
	// Profiles are sorted by path.
	Profiles []*Profile
	// Files are the source files that profiles name and that were found on disk, by absolute path.
	Files map[string]*File
	// Lost are the files that profiles name and that were not found, sorted by Name.
	Lost []*File
	// short are the names of those of Lost that Shown shortens.
	short map[*File]string
	// Polls are, by the path of a profile, the changes of prefix by which its names were found, and
	// those that were refused.
	Polls map[string]place.Poll
	// Excluded is how many files of the profiles the setting `exclude`, or a rule, leaves out.
	Excluded int
	// RuledOut are those of Excluded that a rule leaves out, by absolute path.
	RuledOut map[string]bool
	// Ranks are what ranked the files of each workspace folder, by its Dir. Their indexes are of
	// files in an order of their own: find a file's standing at File.Standing.
	Ranks map[string]*priority.Ranking
	// Commits are those of the last CommitDays in which a file was changed, by absolute path; see
	// CommitsOf.
	Commits map[string]int
	// Missing are the Go packages that have tests and are in no profile, sorted by path, as far as that was looked at.
	Missing []Missing
	// Scanned tells that the sources of all files were looked at. Before that, a file that is not
	// open may not know its functions yet.
	Scanned bool
	// Documents are the open documents, by path.
	Documents map[string]*Document
	// Runs are what the last runs of the tests made of functions, MostRuns at most, the newest last.
	Runs []*Run
	// Deltas are what changed in the folders, by their Dir; see Snapshot.Delta.
	Deltas map[string]*Delta
	// Hidden tells that the user switched all marks off.
	Hidden bool

	// derived is what was made of this very snapshot; nil in one that no store has published.
	derived *atomic.Pointer[func() any]
}

// Derive returns what make makes of the snapshot, made once for it. Make must be a pure function of it, and the same wherever the
// snapshot is used; what it returns must not be written.
func (s *Snapshot) Derive(make func() any) any {
	if s.derived == nil {
		return make()
	}
	once := sync.OnceValue(make)
	if !s.derived.CompareAndSwap(nil, &once) {
		once = *s.derived.Load()
	}
	return once()
}

// Folder is a workspace folder with the settings that hold in it.
type Folder struct {
	// Dir is absolute and cleaned.
	Dir string
	// Name is what the editor calls the folder.
	Name string
	// Settings are those in force.
	Settings config.Effective
	// Problems are what is wrong with the settings as written.
	Problems []config.Problem
	// Tree remembers what was seen in the folder, for somebody who goes through it more than once within
	// moments; nil reads the disk each time.
	Tree *project.Tree

	exclude *config.Matcher
}

// NewFolder makes a folder of an absolute directory and its settings, which it confines: those of a file
// may lead into the folder.
func NewFolder(dir, name string, settings config.Effective, problems []config.Problem) *Folder {
	return NewFolderAmong(dir, name, settings, problems, config.UserPlaces(dir))
}

// NewFolderAmong is NewFolder where settings of a file may lead into other folders of the workspace, too.
func NewFolderAmong(dir, name string, settings config.Effective, problems []config.Problem, places config.Places) *Folder {
	if name == "" {
		name = filepath.Base(dir)
	}
	settings, outside := settings.Confine(dir, places)
	exclude, bad := config.NewMatcher(settings.Exclude)
	return &Folder{Dir: filepath.Clean(dir), Name: name, Settings: settings, Problems: slices.Concat(problems, outside, bad), exclude: exclude}
}

// Excludes reports whether the setting `exclude` leaves out rel, a slash-separated path relative
// to the folder.
func (f *Folder) Excludes(rel string) bool { return f.exclude.Match(rel) }

// Profile is a profile on disk and what was last read from it.
type Profile struct {
	// Path is absolute.
	Path string
	// Folder is the workspace folder that the profile was found for.
	Folder *Folder
	// Format is the name of the format; "" where it was never read whole.
	Format string
	// Report is the last that was read whole; nil where there was none.
	Report *coverage.Report
	// ModTime and Size are those of the content that was last looked at.
	ModTime time.Time
	Size    int64
	// Trouble says why the content on disk is not what is shown; nil means that it is.
	Trouble error
	// Gone is when the profile was last seen to be missing; zero means that it is there.
	Gone time.Time

	// written is when the content was last written, which it was not when only its time was set; inode is its file.
	written time.Time
	inode   uint64
	hash    uint64
	digest  uint64 // of the profile, the same in every run: another run of the tests may write another time into it
	// bytes is what Report takes of memory; wanted is what the content on disk would take that was left out
	// because there was no room for it, 0 where it was not.
	bytes, wanted int64
}

// Named reports whether the settings name the profile: by its path, or by a glob that says something of its name.
func (p *Profile) Named() bool {
	base := filepath.Base(p.Path)
	return slices.ContainsFunc(p.Folder.Settings.Profiles, func(glob string) bool {
		last := path.Base(filepath.ToSlash(glob))
		matches, err := doublestar.Match(last, base)
		return err == nil && (matches || last == base) && strings.Trim(last, "*") != ""
	})
}

// Credit tells whose tests are counted of a file: of what did not run nobody knows whether others run it.
type Credit uint8

const (
	// CreditAll is that of a file of which nothing speaks against it, and of one that is not of Go.
	CreditAll Credit = iota
	// CreditOwn has the counts of its own package's tests alone, while those of other packages may run its code.
	CreditOwn
	// CreditOne has those of its own package's tests or those of another package's alone, and which can't be told: a
	// profile with -coverpkg to which the tests of one package alone have written looks like one without it.
	CreditOne
	// CreditPart has those of fewer packages than have tests, as where tests panic or are left out.
	CreditPart
)

// Part is what one profile says of a file.
type Part struct {
	Profile *Profile
	File    *coverage.File

	voted bool // the file was found by what names have in common: see place.Vote
}

// File is a source file that profiles name.
type File struct {
	// Path is absolute; "" where it is not known where the file would lie.
	Path string
	// Name is the path for people and for JSON: slash-separated and relative to the folder where
	// the file was found or a mapping puts it, else as the profile names it.
	Name string
	// Found tells that the file is on disk.
	Found bool
	// Outside tells that it was found and, links resolved, lies in no workspace folder: a module that go.mod
	// replaces, a package that go list has told, what the user's own mappings lead to. It counts like any
	// other. Its text is read for where its functions are and shown to nobody; see Snapshot.Sources. A
	// document that the user has open is the user's.
	Outside bool
	// Why says why it was not found; "" where it was.
	Why string
	// Near are files on disk that the name of one that was not found may mean, by absolute path.
	Near []string
	// Ambiguous tells that it was not found because several of Near fit as well.
	Ambiguous bool
	// Mapping is the change of prefix, with an absolute To, that a poll of the report's names has
	// found it by; the zero Mapping means none.
	Mapping place.Mapping
	// Folder has the settings for the file: the deepest one around it, else its profile's.
	Folder *Folder
	// Credit tells whose tests the profiles count of a file of Go.
	Credit Credit
	// Called are the names by which code of the folder that ran calls functions.
	Called Called
	// Standing says how urgent the file is and why. It is set in a snapshot.
	Standing *priority.Standing
	// Since is what the file has that its folder's base has not; nil for nothing, and before anybody has looked.
	Since *Since
	// Coverage is the union of what Speaking says without what is excluded.
	Coverage *coverage.File
	// Excluded is what markers in the source take out, sorted and without overlap; Taken is how much of the unit.
	Excluded []coverage.Exclusion
	Taken    coverage.Tally
	// Parts are sorted by the profiles' paths.
	Parts []Part
	// Speaking are those of Parts that say something of the file, or all where none does.
	Speaking []Part
	// Total is Coverage.Total().
	Total coverage.Tally
	// ModTime is when the source was last changed, as far as that was seen: when the profile was
	// read, and when an editor saved it. It is zero where it was not looked at yet.
	ModTime time.Time
	// Looked tells that the text was looked at, or that it can't be read.
	Looked bool
	// Fault is the panic that looking at the text ended in, after which nothing is known of it; nil
	// where there was none.
	Fault error
	// Source is what the text held when the profile was read; nil where it was not looked at yet
	// or its language is not known.
	Source *source.Parsed
	// Funcs are the functions of Source with their statements; nil where Source is.
	Funcs []coverage.Func

	// Bound are the texts that Speaking are of, beside it; nil where the text on disk was not looked at.
	Bound []Binding
	// Unknown are the functions of Source's text of which nobody knows whether they are covered, in the order of the
	// text; they have no statements.
	Unknown []Unknown
	// Arrived are those of Unknown that stood in other files when the tests ran, by where they begin.
	Arrived map[coverage.Point]MovedFrom

	lost  []lostFunc
	left  map[*coverage.Func]bool // those of lost that have gone to other files
	all   *coverage.File          // the union of what Speaking says, each in the places of its own text
	bound *coverage.File          // the same in those of the text on disk
	// untold is what only parts have to cover that tell no functions; nil where that is nothing.
	untold *coverage.File
	// unnamed tells that those of the text were taken instead; see scan.
	unnamed bool
	unused  []int32 // sorted; see Unused
}

// Called are names of functions that something calls, as source.CalledName has them.
type Called map[uint32]struct{}

// Has reports whether a function of the text at path is called by it, as far as names tell.
func (c Called) Has(path string, f *coverage.Func) bool {
	_, ok := c[source.CalledName(path, f)]
	return ok
}

// add takes in what the functions of a file call that ran; not those of a test, which call what they like.
func (c Called) add(f *File) {
	if f.Source == nil || f.Standing.Role == priority.Test || len(f.Funcs) != len(f.Source.Funcs) {
		return
	}
	for _, call := range f.Source.Calls {
		if fn := &f.Funcs[call.Fn]; fn.Statements.Covered > 0 || fn.Counted && fn.Count > 0 {
			c[call.Name] = struct{}{}
		}
	}
}

// Target is the percentage that the file should reach.
func (f *File) Target() float64 { return f.Standing.Target }

// Gap is how many statements the file is short of its target.
func (f *File) Gap() int { return f.Total.Gap(f.Target()) }

// Aim is what the file should reach, as its standing says.
func (f *File) Aim() coverage.Aim {
	return coverage.Aim{Percent: f.Standing.Target, NextStep: f.Standing.NextStep}
}

// Counted tells that the counts are numbers of runs in every profile that says something of the file.
func (f *File) Counted() bool {
	for _, p := range f.Speaking {
		if !p.Profile.Report.Counted {
			return false
		}
	}
	return true
}

// Stale tells that what the profiles say is of another text than that on disk.
func (f *File) Stale() bool {
	return slices.ContainsFunc(f.Bound, func(b Binding) bool { return !b.Same })
}

// Nothing tells that nobody knows what ran of the file: nothing of what the profiles say of another text could be found
// in that on disk, though there may be something to cover.
func (f *File) Nothing() bool {
	if f.Total.Total > 0 || !f.Stale() {
		return false
	}
	// Of Go all there is to cover is in functions, of which each is unknown or is not there.
	return len(f.Unknown) > 0 || f.Source == nil || f.Source.Err != nil || source.LanguageOf(f.Path) != "go"
}

// Lineless tells that the profiles have functions of the file, and nothing of what its figures count.
func (f *File) Lineless() bool {
	return f.Total.Total == 0 && f.Taken.Total == 0 && !f.Coverage.Measured() && f.Coverage.Places()
}

// Reason says in one line how urgent the file is and why, or that nobody knows what of it ran.
func (f *File) Reason() string {
	text := f.Standing.Sentence()
	if n := len(f.Unknown); n > 0 && f.Standing.Tier != priority.Unknown {
		text += fmt.Sprintf(" %s unknown, and not counted.", counted(n, "function"))
	}
	return text
}

// withSource returns the file with the functions of its source text. What before, nil for none, has of the same counts
// and the same text is taken over.
func (f *File) withSource(s scan, before *File) *File {
	g := *f
	g.Looked = true
	parsed := s.parsed
	g.Source, g.ModTime, g.Excluded, g.Fault = parsed, s.modTime, s.excluded, s.fault
	all := f.all
	if s.bound != nil {
		g.Bound, g.Unknown = s.bound.parts, s.bound.unknown
		all = s.bound.all
		if before != nil && before.bound == all && sameSlice(before.Unknown, g.Unknown) {
			g.Unknown = before.Unknown
		}
	}
	g.bound = all
	if before != nil && before.Looked && before.bound == all && before.Source == parsed && before.unnamed == s.unnamed && sameSlice(before.Excluded, s.excluded) {
		g.Excluded, g.Coverage, g.Taken, g.Total, g.Funcs, g.unnamed = before.Excluded, before.Coverage, before.Taken, before.Total, before.Funcs, before.unnamed
		return &g
	}
	g.unnamed = s.unnamed
	if s.unnamed {
		all = withoutFuncs(all)
	}
	g.Coverage, g.Taken = all.Without(s.excluded)
	g.Total = g.Coverage.Total()
	switch {
	case parsed == nil:
		g.Funcs = nil
	case s.located != nil && !s.unnamed:
		g.Funcs = parsed.Funcs // counted where they were found
	default:
		g.Funcs = g.Coverage.Count(parsed.Funcs)
	}
	return &g
}

// sameSlice reports whether two slices are one, which nobody writes.
func sameSlice[T any](a, b []T) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}

// Shows reports whether all that a document shows of two files is the same, whichever profiles say it.
func (f *File) Shows(o *File) bool {
	if f == nil || o == nil || f == o {
		return f == o
	}
	return f.Coverage == o.Coverage && f.Source == o.Source && f.Looked == o.Looked && f.Fault == o.Fault && f.Folder == o.Folder && f.Name == o.Name && f.Credit == o.Credit && f.Since == o.Since &&
		sameSlice(f.Unknown, o.Unknown) && maps.Equal(f.Arrived, o.Arrived) && sameSlice(f.lost, o.lost) && maps.Equal(f.left, o.left) && slices.EqualFunc(f.Bound, o.Bound, Binding.shows) &&
		sameSlice(f.Funcs, o.Funcs) && sameSlice(f.Excluded, o.Excluded) && slices.Equal(f.unused, o.unused) && *f.Standing == *o.Standing
}

// raw tells that a profile of the file has what its language's own markers exclude.
func (f *File) raw() bool {
	return slices.ContainsFunc(f.Speaking, func(p Part) bool { return p.Profile.Format == "simplecov" })
}

// ExcludedBy returns the exclusion around a place of the profile's text; ok is false where there is
// none.
func (f *File) ExcludedBy(p coverage.Point) (e coverage.Exclusion, ok bool) {
	i, _ := slices.BinarySearchFunc(f.Excluded, p, func(e coverage.Exclusion, p coverage.Point) int {
		if e.Span.End.Compare(p) <= 0 {
			return -1
		}
		return 1
	})
	if i == len(f.Excluded) || !f.Excluded[i].Span.Contains(p) {
		return coverage.Exclusion{}, false
	}
	return f.Excluded[i], true
}

// File returns what the profiles say of the file at an absolute path; nil means nothing.
func (s *Snapshot) File(path string) *File { return s.Files[path] }

// FileOf returns the file that the document is an edit of; nil where no profile names it.
func (s *Snapshot) FileOf(d *Document) *File {
	if f := s.Files[d.Path]; f != nil || d.RealPath == "" {
		return f
	}
	return s.Files[d.RealPath]
}

// FolderOf returns the deepest workspace folder around an absolute path; nil means none.
func (s *Snapshot) FolderOf(path string) *Folder { return folderOf(s.Folders, path) }

// Name is an absolute path for people: relative to its workspace folder, where it is in one.
func (s *Snapshot) Name(path string) string { return nameIn(s.FolderOf(path), path) }

// PathOf is the file's path in reports: what Shown says, but where there are several workspace folders, and so
// perhaps several files of that name, behind what Label calls its folder.
func (s *Snapshot) PathOf(f *File) string {
	if !f.Found || len(s.Folders) < 2 {
		return s.Shown(f)
	}
	return s.Label(f.Folder) + "/" + f.Name
}

// Label is what tells a folder from the others: its name, or its directory where another has that name.
func (s *Snapshot) Label(f *Folder) string {
	for _, g := range s.Folders {
		if g.Dir != f.Dir && g.Name == f.Name {
			return filepath.ToSlash(f.Dir)
		}
	}
	return f.Name
}

func folderOf(folders []*Folder, path string) *Folder {
	for _, f := range folders {
		if source.Inside(path, f.Dir) {
			return f
		}
	}
	return nil
}

// Store holds the newest snapshot. Its methods may be called from any goroutine.
type Store struct {
	mu     sync.Mutex // serialises Update
	newest atomic.Pointer[Snapshot]
	// OnUpdate is called after each update, under no lock; set it before the first. It must not
	// wait.
	OnUpdate func()
}

// NewStore returns a store with an empty snapshot.
func NewStore() *Store {
	s := &Store{OnUpdate: func() {}}
	s.newest.Store(&Snapshot{Files: map[string]*File{}, Documents: map[string]*Document{}})
	return s
}

// Load returns the newest snapshot.
func (s *Store) Load() *Snapshot { return s.newest.Load() }

// Update publishes a changed copy of the newest snapshot. change gets a shallow copy: it may set
// fields, but must replace maps and slices, not write into them; it must be quick. Where it panics,
// nothing is published, and the store can be used as before.
func (s *Store) Update(change func(*Snapshot)) {
	s.publish(change)
	s.OnUpdate()
}

func (s *Store) publish(change func(*Snapshot)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	next := *s.newest.Load()
	next.derived = new(atomic.Pointer[func() any])
	change(&next)
	s.newest.Store(&next)
}

// SetDocument publishes d in place of whatever is open at its path.
func (s *Store) SetDocument(d *Document) {
	s.Update(func(next *Snapshot) {
		next.Documents = maps.Clone(next.Documents)
		next.Documents[d.Path] = d
	})
}

// EditDocument publishes what edit makes of the document at path, if it is open. The loader may have
// changed other things of it since the caller last looked.
func (s *Store) EditDocument(path string, edit func(*Document) *Document) {
	s.Update(func(next *Snapshot) {
		if d := next.Documents[path]; d != nil {
			next.Documents = maps.Clone(next.Documents)
			next.Documents[path] = edit(d)
		}
	})
}

// CloseDocument forgets the document at path.
func (s *Store) CloseDocument(path string) {
	s.Update(func(next *Snapshot) {
		next.Documents = maps.Clone(next.Documents)
		delete(next.Documents, path)
	})
}

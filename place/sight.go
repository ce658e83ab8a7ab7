package place

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"github.com/covls/covls/disk"
)

// sights are what a resolver has seen on disk, over any number of loads. In each load every sight that somebody
// asks for is compared with the disk once.
type sights struct {
	load  int // counts them
	dirs  map[string]*sight
	links map[string]*sight
	noted *[]*sight // those that a report's names depend on; nil where nobody wants to know
	by    int       // counts those who want to know
}

// sight is what was seen of a directory, or where a path with symlinks leads.
type sight struct {
	path string // of a directory, without symlinks
	link bool

	checked int // the load in which it was last compared with the disk
	changed int // the load in which it was first as it is now
	by      int // who noted it last

	// Of a directory. What is in it can't have changed while its stamp stands, unless that was so young that
	// a change after it could have the same time.
	stamp   stamp
	young   bool
	names   map[string]entry  // those that were looked for
	spelled map[string]string // by name in lower case: those that were asked for
	listed  map[string]string // all of those, in this load; nil where nobody has asked yet

	// Of a path with symlinks.
	real string // "" where it leads nowhere
	kind kind   // of what it leads to
}

// entry is what a name in a directory is.
type entry struct {
	kind kind
	path string // as a root spells it; "" where nobody has asked
}

// kind is what is at a path.
type kind uint8

const (
	nothing kind = iota // or what can't be looked at
	regular
	dir
	symlink
	other
)

func kindOf(path string) kind {
	info, err := os.Lstat(path)
	switch {
	case err != nil:
		return nothing
	case info.Mode().IsRegular():
		return regular
	case info.IsDir():
		return dir
	case info.Mode()&fs.ModeSymlink != 0:
		return symlink
	}
	return other
}

// stamp tells one state of a directory from another. The zero stamp is of none.
type stamp struct {
	modified int64 // nanoseconds
	mode     fs.FileMode
	id       disk.ID
}

// settled is the age from which on a stamp stands for what it was made of: file systems count time in steps of up
// to two seconds.
const settled = 3 * time.Second

func stampOf(dir string) (s stamp, young bool) {
	info, err := os.Lstat(dir)
	if err != nil {
		return stamp{}, true
	}
	return stamp{info.ModTime().UnixNano(), info.Mode(), disk.IDOf(info)}, time.Since(info.ModTime()) < settled
}

func newSights() *sights {
	return &sights{load: 1, dirs: map[string]*sight{}, links: map[string]*sight{}}
}

// next begins a load. What nobody has asked for in the last one is forgotten.
func (s *sights) next() {
	for _, all := range []map[string]*sight{s.dirs, s.links} {
		maps.DeleteFunc(all, func(_ string, seen *sight) bool {
			seen.listed = nil
			return seen.checked < s.load
		})
	}
	s.load++
}

// dir is the sight of a directory without symlinks.
func (s *sights) dir(path string) *sight {
	seen := s.dirs[path]
	if seen == nil {
		seen = &sight{path: path, checked: s.load, changed: s.load, names: map[string]entry{}}
		seen.stamp, seen.young = stampOf(path)
		s.dirs[path] = seen
	}
	s.check(seen)
	return seen
}

// follow is the sight of a path that may lead anywhere.
func (s *sights) follow(path string) *sight {
	seen := s.links[path]
	if seen == nil {
		seen = &sight{path: path, link: true, checked: s.load, changed: s.load}
		seen.real, seen.kind = leads(path)
		s.links[path] = seen
	}
	s.check(seen)
	s.note(seen)
	return seen
}

// leads is where a path leads, "" for nowhere, and what is there.
func leads(path string) (real string, k kind) {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return "", nothing
	}
	return real, kindOf(real)
}

// check compares a sight with the disk, unless that was done in this load.
func (s *sights) check(seen *sight) {
	if seen.checked == s.load {
		return
	}
	seen.checked = s.load
	if seen.link {
		real, kind := leads(seen.path)
		if real != seen.real || kind != seen.kind {
			seen.real, seen.kind, seen.changed = real, kind, s.load
		}
		return
	}
	seen.listed = nil
	stamp, young := stampOf(seen.path)
	if stamp == seen.stamp && !seen.young {
		return
	}
	seen.stamp, seen.young = stamp, young
	for name, e := range seen.names {
		if k := kindOf(filepath.Join(seen.path, name)); k != e.kind {
			seen.names[name], seen.changed = entry{k, e.path}, s.load
		}
	}
	for low, as := range seen.spelled {
		if now := seen.listing()[low]; now != as {
			seen.spelled[low], seen.changed = now, s.load
		}
	}
}

// note has whoever wants to know depend on a sight.
func (s *sights) note(seen *sight) {
	if s.noted != nil && seen.by != s.by {
		seen.by = s.by
		*s.noted = append(*s.noted, seen)
	}
}

// entry is what a name is in the directory, which a root spells as dir says. The path of a file that many reports
// name is held once.
func (s *sight) entry(dir, name string) entry {
	e, known := s.names[name]
	if rest, ok := strings.CutSuffix(e.path, name); ok && len(rest) == len(dir)+1 && rest[:len(dir)] == dir {
		return e
	}
	e.path = filepath.Join(dir, name)
	if !known {
		real := e.path
		if dir != s.path {
			real = filepath.Join(s.path, name)
		}
		e.kind = kindOf(real)
		name = e.path[len(e.path)-len(name):]
	}
	s.names[name] = e
	return e
}

// form is a name in the form in which the directory, which a root spells as dir says, has it; the name itself where it
// has it in none.
func (s *sight) form(dir, name string) string {
	if isASCII(name) || s.entry(dir, name).kind != nothing {
		return name
	}
	for _, form := range []norm.Form{norm.NFC, norm.NFD} {
		if other := form.String(name); other != name && s.entry(dir, other).kind != nothing {
			return other
		}
	}
	return name
}

// spelling is how the directory spells a name, "" where it has none such or two that differ in case alone.
func (s *sight) spelling(name string) string {
	low := lower(name)
	as, known := s.spelled[low]
	if !known {
		if s.spelled == nil {
			s.spelled = map[string]string{}
		}
		as = s.listing()[low]
		s.spelled[low] = as
	}
	return as
}

// listing are the names in the directory by themselves in lower case.
func (s *sight) listing() map[string]string {
	if s.listed == nil {
		list, _ := os.ReadDir(s.path)
		s.listed = make(map[string]string, len(list))
		for _, e := range list {
			low := lower(e.Name())
			if _, twice := s.listed[low]; twice {
				s.listed[low] = "" // the case matters here after all
			} else {
				s.listed[low] = e.Name()
			}
		}
	}
	return s.listed
}

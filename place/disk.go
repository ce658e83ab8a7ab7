package place

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/covls/covls/source"
)

// root is a directory below which a profile may name files.
type root struct {
	dir  string // as configured
	real string // without symlinks; dir where it is not there
	// there tells that it was there.
	there bool
}

// directory is what is known of a directory in a load.
type directory struct {
	path  string // as its root spells it
	real  string // without symlinks, where it is found
	state state

	up    *directory // the one that it was looked for in; nil for a root
	seen  *sight     // of up
	by    int        // who noted it last
	where *sight     // where a symlink leads; nil where it is none
}

// state is what became of a search.
type state uint8

const (
	found   state = iota
	missing       // nothing of its kind is there
	outside       // not below a root, so nobody looked
	leaves        // below a root, but by a symlink that leads out
)

func (r *Resolver) add(dir string) {
	if slices.ContainsFunc(r.roots, func(in root) bool { return in.dir == dir }) {
		return
	}
	in := root{dir: dir, real: dir}
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		in.real, in.there = real, true
	}
	r.roots = append(r.roots, in)
}

// begin puts the roots into dirs, which knows nothing else then.
func (r *Resolver) begin() {
	r.dirs = make(map[string]*directory, len(r.dirs))
	r.owned, r.tops = map[string]own{}, map[string]string{}
	for _, in := range r.roots {
		d := &directory{path: in.dir, state: missing}
		if in.there {
			d.real, d.state = in.real, found
		}
		if around, rest, ok := r.root(in.dir); ok {
			d.path = filepath.Join(around.dir, rest)
		}
		r.dirs[in.dir] = d
	}
}

// file is what is known of a file.
type file struct {
	path  string // as its root spells it
	real  string // without symlinks, where it is found
	state state
}

// place is where a name that led to a file leads.
func (r *Resolver) place(f file) Place {
	p := Place{Path: f.path, Found: f.state == found}
	if p.Found {
		p.Real = r.straight(f)
	}
	p.Outside = p.Found && !slices.ContainsFunc(r.roots[:r.own], func(in root) bool { return source.Inside(f.real, in.real) })
	return p
}

// straight is the path of a file without symlinks below its root; "" where that is the file's.
func (r *Resolver) straight(f file) string {
	if f.real == f.path {
		return ""
	}
	in, rest, ok := r.root(f.path)
	if !ok || f.real == "" {
		return ""
	}
	if len(f.real) == len(in.real)+1+len(rest) && strings.HasSuffix(f.real, rest) && strings.HasPrefix(f.real, in.real) {
		return ""
	}
	below, ok := source.Below(f.real, in.real)
	if !ok || below == rest {
		return ""
	}
	return filepath.Join(in.dir, below)
}

// file looks for a file.
func (r *Resolver) file(p string) file {
	d := r.dir(filepath.Dir(p))
	if d.state != found {
		return file{path: filepath.Join(d.path, filepath.Base(p)), state: d.state}
	}
	seen := r.sights.dir(d.real)
	e := seen.entry(d.path, r.spelled(d, filepath.Base(p)))
	f := r.look(seen, e, r.holds)
	f.path = e.path
	return f
}

// look looks for a file that is an entry of a directory without symlinks. may says where a symlink may lead.
func (r *Resolver) look(in *sight, e entry, may func(real string) bool) file {
	r.sights.note(in)
	real := e.path
	if filepath.Dir(real) != in.path {
		real = filepath.Join(in.path, filepath.Base(real))
	}
	switch e.kind {
	case regular:
		return file{real: real}
	case symlink:
		to := r.sights.follow(real)
		switch {
		case to.real != "" && !may(to.real):
			return file{state: leaves}
		case to.kind == regular:
			return file{real: to.real}
		}
	}
	return file{state: missing}
}

// dir looks for a directory, from its root downwards.
func (r *Resolver) dir(p string) *directory {
	d, known := r.dirs[p]
	if !known {
		d = &directory{path: p, state: outside}
		if in, rest, ok := r.root(p); ok {
			d = r.dirs[in.dir]
			for rest != "" && d.state == found {
				var name string
				name, rest, _ = strings.Cut(rest, string(filepath.Separator))
				d = r.sub(d, name)
			}
			if rest != "" {
				beyond := *d
				beyond.path = filepath.Join(d.path, rest)
				d = &beyond
			}
		}
		r.dirs[p] = d
	}
	r.note(d)
	return d
}

// note has whoever wants to know depend on what tells where a directory is.
func (r *Resolver) note(d *directory) {
	s := r.sights
	for ; s.noted != nil && d != nil && d.by != s.by; d = d.up {
		d.by = s.by
		if d.seen != nil {
			s.note(d.seen)
		}
		if d.where != nil {
			s.note(d.where)
		}
	}
}

// sub looks for a directory in one that is there.
func (r *Resolver) sub(in *directory, name string) *directory {
	seen := r.sights.dir(in.real)
	name = r.spelled(in, name)
	path := filepath.Join(in.path, name)
	if d, ok := r.dirs[path]; ok {
		return d
	}
	d := &directory{path: path, real: filepath.Join(in.real, name), up: in, seen: seen}
	kind := seen.entry(in.path, name).kind
	if kind == symlink {
		d.where = r.sights.follow(d.real)
		kind = d.where.kind
		if d.real = d.where.real; d.real != "" && !r.holds(d.real) {
			d.state = leaves
		}
	}
	if d.state == found && kind != dir {
		d.state = missing
	}
	r.dirs[path] = d
	return d
}

// listed looks for a file in a directory that go list gave.
func (r *Resolver) listed(dir, base string) file {
	p := filepath.Join(dir, base)
	if f := r.file(p); f.state == found {
		return f
	}
	to := r.sights.follow(dir)
	if to.real == "" {
		return file{path: p, state: missing}
	}
	in := r.sights.dir(to.real)
	f := r.look(in, in.entry(to.real, base), func(p string) bool { return source.Inside(p, to.real) || r.holds(p) })
	f.path = p
	return f
}

// root finds the root around p and the rest of p below it; ok is false where there is none. The
// folders come first, so that a file has the path that an editor knows.
func (r *Resolver) root(p string) (in root, rest string, ok bool) {
	for _, roots := range [][]root{r.roots[:r.own], r.roots[r.own:]} {
		for _, in := range roots {
			if rest, ok := r.beneath(p, in.dir); ok {
				return in, rest, true
			}
		}
		for _, in := range roots {
			if rest, ok := r.beneath(p, in.real); ok {
				return in, rest, true
			}
		}
	}
	return root{}, "", false
}

// holds reports whether a path without symlinks lies below a root.
func (r *Resolver) holds(real string) bool {
	return slices.ContainsFunc(r.roots, func(in root) bool { return source.Inside(real, in.real) })
}

func isFile(p string) bool {
	info, err := os.Stat(p)
	return err == nil && info.Mode().IsRegular()
}

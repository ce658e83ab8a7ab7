package place

import (
	"io/fs"
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
}

// directory is what is known of a directory.
type directory struct {
	path  string // as its root spells it
	real  string // without symlinks, where it is found
	state state
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
	in := root{dir, dir}
	d := directory{path: dir, state: missing}
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		in.real = real
		d = directory{path: dir, real: real}
	}
	r.roots = append(r.roots, in)
	if around, rest, ok := r.root(dir); ok {
		d.path = filepath.Join(around.dir, rest)
	}
	r.dirs[dir] = d
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
	p.Outside = p.Found && !slices.ContainsFunc(r.roots[:r.own], func(in root) bool { return source.Inside(f.real, in.real) })
	return p
}

// file looks for a file.
func (r *Resolver) file(p string) file {
	d := r.dir(filepath.Dir(p))
	base := r.spelled(d, filepath.Base(p))
	f := file{state: d.state}
	if d.state == found {
		f = look(filepath.Join(d.real, base), r.holds)
	}
	f.path = filepath.Join(d.path, base)
	return f
}

// look looks for a file in a directory without symlinks. may says where a symlink may lead.
func look(p string, may func(real string) bool) file {
	info, err := os.Lstat(p)
	if err == nil && info.Mode()&fs.ModeSymlink != 0 {
		if p, err = filepath.EvalSymlinks(p); err == nil && !may(p) {
			return file{state: leaves}
		}
		if err == nil {
			info, err = os.Lstat(p)
		}
	}
	if err != nil || !info.Mode().IsRegular() {
		return file{state: missing}
	}
	return file{real: p}
}

// dir looks for a directory, from its root downwards.
func (r *Resolver) dir(p string) directory {
	if d, ok := r.dirs[p]; ok {
		return d
	}
	d := directory{path: p, state: outside}
	if in, rest, ok := r.root(p); ok {
		d = r.dirs[in.dir]
		for rest != "" && d.state == found {
			var name string
			name, rest, _ = strings.Cut(rest, string(filepath.Separator))
			d = r.sub(d, name)
		}
		d.path = filepath.Join(d.path, rest)
	}
	r.dirs[p] = d
	return d
}

// sub looks for a directory in one that is there.
func (r *Resolver) sub(in directory, name string) directory {
	name = r.spelled(in, name)
	path := filepath.Join(in.path, name)
	if d, ok := r.dirs[path]; ok {
		return d
	}
	d := directory{path: path, real: filepath.Join(in.real, name)}
	info, err := os.Lstat(d.real)
	if err == nil && info.Mode()&fs.ModeSymlink != 0 {
		if d.real, err = filepath.EvalSymlinks(d.real); err == nil && !r.holds(d.real) {
			d.state = leaves
		} else if err == nil {
			info, err = os.Lstat(d.real)
		}
	}
	if d.state == found && (err != nil || !info.IsDir()) {
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
	real, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return file{path: p, state: missing}
	}
	f := look(filepath.Join(real, base), func(p string) bool { return source.Inside(p, real) || r.holds(p) })
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

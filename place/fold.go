package place

import (
	"cmp"
	"os"
	"path/filepath"
	"strings"

	"github.com/covls/covls/source"
)

// foldsCase reports whether the file system finds the entries of dir in other letters too.
func foldsCase(dir string) bool {
	f, err := os.Open(dir)
	if err != nil {
		return false
	}
	defer f.Close()
	const some = 20
	entries, _ := f.ReadDir(some)
	for _, e := range entries {
		other := strings.ToUpper(e.Name())
		if other == e.Name() {
			other = strings.ToLower(other)
		}
		if other == e.Name() {
			continue
		}
		there, err := os.Lstat(filepath.Join(dir, e.Name()))
		again, err2 := os.Lstat(filepath.Join(dir, other))
		return err == nil && err2 == nil && os.SameFile(there, again)
	}
	return false
}

// casing is the resolver for a name: one that does not tell upper from lower case for a name with a
// drive letter.
func (r *Resolver) casing(slash string) *Resolver {
	if r.fold || !isDrive(slash) {
		return r
	}
	if r.folding == nil {
		r.folding = newResolver(r.folders, true)
		r.folding.sights = r.sights
	}
	return r.folding
}

// spelled is how the disk spells the name of an entry of a directory that is there.
func (r *Resolver) spelled(in *directory, name string) string {
	if !r.fold {
		return r.sights.dir(in.real).form(in.path, name)
	}
	return cmp.Or(r.sights.dir(in.real).spelling(name), name)
}

// beneath is below, in any case where the resolver folds it, and in any form.
func (r *Resolver) beneath(p, dir string) (rest string, ok bool) {
	if rest, ok = r.beneathIn(p, dir); !ok && !(isASCII(p) && isASCII(dir)) {
		rest, ok = r.beneathIn(Composed(p), Composed(dir))
	}
	return rest, ok
}

func (r *Resolver) beneathIn(p, dir string) (rest string, ok bool) {
	if r.fold && len(p) >= len(dir) && strings.EqualFold(p[:len(dir)], dir) {
		p = dir + p[len(dir):]
	}
	return source.Below(p, dir)
}

package workspace

import (
	"maps"
	"os"
	"path/filepath"
)

// Opened looks whether a document that was just opened is a known file under another name.
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

package workspace

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/covls/covls/place"
	"github.com/covls/covls/source"
	"github.com/covls/covls/text"
)

// Opened looks whether a document that was just opened is a file that profiles know under another name, or may come to, and
// whether its text is the one on disk: an editor may open a file with what was not saved when it was closed.
func (l *Loader) Opened(path string) {
	snap := l.store.Load()
	d := snap.Documents[path]
	if d == nil {
		return
	}
	if f := snap.Files[path]; f != nil {
		l.openedOn(f, d)
		return
	}
	other := l.otherName(path)
	if other == d.RealPath {
		return
	}
	l.store.EditDocument(path, func(d *Document) *Document {
		e := *d
		e.RealPath = other
		return &e
	})
	if f := snap.Files[other]; f != nil {
		l.openedOn(f, d)
	}
}

// openedOn puts the text on disk under a document whose own text is another, as it is under one that was opened before the
// file was looked at.
func (l *Loader) openedOn(f *File, d *Document) {
	s, ok := l.scans[f.Path]
	if !ok || l.dirty[f.Path] || !s.stands(f.Path) {
		return
	}
	data, err := source.ReadFile(f.Path, f.Folder.Settings.Limits.SourceBytes)
	if err != nil || data == d.Base.String() {
		return
	}
	base := text.New(data)
	l.store.EditDocument(d.Path, func(now *Document) *Document {
		if now.Base != d.Base {
			return now
		}
		return now.WithBase(base)
	})
}

// Refind follows all names again and publishes, if a file is gone that they led to: it may have been renamed. It reports whether one is.
func (l *Loader) Refind(ctx context.Context) bool {
	for path := range l.store.Load().Files {
		if ctx.Err() != nil {
			return false
		}
		if gone(path) {
			l.missed(path)
			l.publish(ctx, nil)
			return true
		}
	}
	return false
}

// Closed is Refind for the file of a document that was closed, which an editor does to a file that it renames.
func (l *Loader) Closed(ctx context.Context, path string) bool {
	snap := l.store.Load()
	if f := snap.Files[path]; f == nil || !gone(path) {
		return false
	}
	l.missed(path)
	l.publish(ctx, nil)
	return true
}

// missed keeps the path of a file that was there and is not any more.
func (l *Loader) missed(path string) {
	if l.absent == nil {
		l.absent = map[string]bool{}
	}
	if len(l.absent) < mostLost {
		l.absent[path] = true
	}
}

// back reports whether a file is there that was missing when somebody looked last: a branch was checked out that has it.
func (l *Loader) back() (back bool) {
	snap := l.store.Load()
	for _, f := range snap.Lost[:min(len(snap.Lost), mostLost)] {
		if filepath.IsAbs(f.Path) && !l.absent[f.Path] && gone(f.Path) {
			l.missed(f.Path)
		}
	}
	for path := range l.absent {
		if !gone(path) {
			delete(l.absent, path)
			back = back || snap.Files[path] == nil
		}
	}
	return back
}

// Appeared follows all names again and publishes, if a document that was opened is a file that was missing. It reports whether it is.
func (l *Loader) Appeared(ctx context.Context, path string) bool {
	snap := l.store.Load()
	missing := func(f *File) bool {
		return f.Path == path || !filepath.IsAbs(f.Name) && strings.HasSuffix(filepath.ToSlash(path), "/"+strings.TrimPrefix(f.Name, "./"))
	}
	if snap.Files[path] != nil || !slices.ContainsFunc(snap.Lost, missing) || gone(path) {
		return false
	}
	l.publish(ctx, nil)
	return true
}

func gone(path string) bool {
	_, err := os.Stat(path)
	return errors.Is(err, fs.ErrNotExist)
}

// unite has one path for each file that profiles name by several, by symlinks, and keeps the others for the documents
// that are open.
func (l *Loader) unite(all []*named) {
	clear(l.aliases)
	clear(l.realDirs)
	var linked []*named
	for _, n := range all {
		if n.place.Found && n.place.Real != "" {
			linked = append(linked, n)
		}
		if composed := place.Composed(n.place.Path); n.place.Found && composed != n.place.Path {
			l.aliases[composed] = n.place.Path
		}
	}
	if len(linked) > 0 {
		straight := map[string]bool{}
		for _, n := range all {
			if n.place.Found && n.place.Real == "" {
				straight[n.place.Path] = true
			}
		}
		for _, n := range linked {
			real := place.Composed(n.place.Real)
			switch first, known := l.aliases[real]; {
			case straight[n.place.Real]:
				n.place.Path = n.place.Real
			case known:
				n.place.Path = first
			default:
				l.aliases[real] = n.place.Path
			}
		}
	}
	for path := range l.store.Load().Documents {
		l.Opened(path)
	}
}

// Saved looks again at sources that somebody has written, publishes what that changes, and reports whether it does.
func (l *Loader) Saved(ctx context.Context, paths ...string) bool {
	snap := l.store.Load()
	for _, path := range paths {
		f := snap.Files[path]
		if d := snap.Documents[path]; f == nil && d != nil {
			f = snap.FileOf(d)
		}
		if f == nil {
			continue
		}
		if s, scanned := l.scans[f.Path]; scanned && !s.stands(f.Path) {
			l.dirty[f.Path] = true
		}
	}
	return l.again(ctx)
}

// Changed looks for sources that changed on disk since they were looked at, or are there again, publishes what that changes, and reports
// whether it does.
func (l *Loader) Changed(ctx context.Context) bool {
	back := l.back()
	for path := range l.store.Load().Files {
		if s, scanned := l.scans[path]; scanned && !s.stands(path) {
			l.dirty[path] = true
			if gone(path) {
				l.missed(path)
			}
		}
	}
	if back && len(l.dirty) == 0 {
		l.publish(ctx, nil)
		return true
	}
	return l.again(ctx)
}

// again publishes with what is dirty.
func (l *Loader) again(ctx context.Context) bool {
	if len(l.dirty) == 0 {
		return false
	}
	l.publish(ctx, nil)
	return true
}

// otherName is the path by which the profiles' side knows a file that the editor calls otherwise, "" where that is the
// same: a folder's own path where the real path lies in it, and what a profile reached through symlinks.
func (l *Loader) otherName(path string) string {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return ""
	}
	for _, f := range l.folders {
		dir, known := l.realDirs[f.Dir]
		if !known {
			dir, _ = filepath.EvalSymlinks(f.Dir)
			l.realDirs[f.Dir] = dir
		}
		if dir == "" {
			continue
		}
		if rel, err := filepath.Rel(dir, real); err == nil && filepath.IsLocal(rel) {
			real = filepath.Join(f.Dir, rel)
			break
		}
	}
	if alias, ok := l.aliases[place.Composed(real)]; ok {
		real = alias
	}
	if real == path {
		return ""
	}
	return real
}

package workspace

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/covls/covls/disk"
	"github.com/covls/covls/profile"
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

// goneGrace is how long a profile whose folder was wiped keeps its marks: test runners wipe their
// folder at the start of a run and write it at the end.
const goneGrace = time.Minute

// ErrUnfinished is part of a trouble that a test run in progress explains: nothing is wrong yet.
var ErrUnfinished = errors.New("a test run may be in progress")

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
	touched, inode := touchedOf(c.Path)
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
		again := next.Report != nil && next.hash == got.Hash
		if !again || !before.ModTime.Equal(now.ModTime) && !(touched && inode == next.inode) {
			next.written = now.ModTime
		}
		next.inode = inode
		// The same content keeps the same report, so that all that was made of it stands.
		if !again {
			if next.Report != nil {
				got.Report.Reuse(next.Report)
			}
			next.Report = got.Report
			l.held += bytes - next.bytes
			next.bytes = bytes
			next.digest = got.Report.Digest() ^ uint64(got.Sum)<<32
			if e := l.load(next); e != nil && (e.Seen == now.ModTime.UnixNano() || touched && inode == e.Inode) {
				next.written = time.Unix(0, e.Written)
			}
		}
		next.Format, next.hash = got.Format, got.Hash
	}
	return next
}

// touchedOf is what tells a profile whose time was set from one that was written.
func touchedOf(path string) (touched bool, inode uint64) {
	info, err := os.Stat(path)
	if err != nil {
		return false, 0
	}
	return disk.Touched(info), disk.Inode(info)
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

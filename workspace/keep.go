package workspace

import (
	"maps"
	"slices"

	"github.com/covls/covls/origin"
	"github.com/covls/covls/source"
)

// Keeping is what is to be kept of the texts that a profile is of, for a later run of covls.
type Keeping struct {
	Dir     string // the profile's workspace folder
	Profile string // its path

	cache *origin.Cache
	key   uint64
	entry origin.Entry
}

// kept are the texts that the cache has of the files of a report, by their names in it.
type kept struct {
	digest uint64 // of the report
	origin.Entry
}

// cacheKey is what the cache knows the texts of a profile by. Projects with small profiles may have the same ones.
func (p *Profile) cacheKey() uint64 { return p.digest ^ source.Fingerprint(p.Folder.Dir) }

// load takes what the cache has of a profile; nil where that is nothing.
func (l *Loader) load(p *Profile) *origin.Entry {
	delete(l.kept, p.Path)
	if !p.Folder.Settings.Cache {
		return nil
	}
	e := l.Cache.Load(p.cacheKey())
	if e != nil {
		l.kept[p.Path] = kept{p.digest, *e}
	}
	return e
}

// keptOf are the texts that the cache has of a profile's files.
func (l *Loader) keptOf(p *Profile) map[string]*origin.Text {
	if k := l.kept[p.Path]; k.digest == p.digest {
		return k.Texts
	}
	return nil
}

// Unkept returns what the cache does not have of the profiles' texts.
func (l *Loader) Unkept() (out []Keeping) {
	if l.Cache == nil {
		return nil
	}
	texts := map[*Profile]map[string]*origin.Text{}
	for _, f := range l.store.Load().Files {
		for i, p := range f.Speaking {
			if i >= len(f.Bound) || f.Bound[i].text == nil || l.keptOf(p.Profile)[p.File.Name] == f.Bound[i].text || l.doubted(f, i) || !p.Profile.Folder.Settings.Cache {
				continue
			}
			if texts[p.Profile] == nil {
				texts[p.Profile] = map[string]*origin.Text{}
			}
			texts[p.Profile][p.File.Name] = f.Bound[i].text
		}
	}
	for _, path := range slices.Sorted(maps.Keys(l.profiles)) {
		p := l.profiles[path]
		new, before := texts[p], l.kept[path]
		if p.Report == nil || !p.Folder.Settings.Cache || len(new) == 0 && (before.digest != p.digest || before.Seen == p.ModTime.UnixNano()) {
			continue
		}
		all := maps.Clone(l.keptOf(p))
		if all == nil {
			all = map[string]*origin.Text{}
		}
		maps.Copy(all, new)
		e := origin.Entry{Written: p.written.UnixNano(), Seen: p.ModTime.UnixNano(), Inode: p.inode, Texts: all}
		l.kept[path] = kept{p.digest, e}
		e.Texts = new
		out = append(out, Keeping{p.Folder.Dir, path, l.Cache, p.cacheKey(), e})
	}
	return out
}

// Save keeps it. It uses nothing of a loader and may run on any goroutine.
func (k Keeping) Save() error { return k.cache.Save(k.key, k.entry) }

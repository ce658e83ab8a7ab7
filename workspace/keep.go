package workspace

import (
	"maps"
	"slices"

	"github.com/covls/covls/origin"
)

// Keeping is what is to be kept of the texts that a profile is of, for a later run of covls.
type Keeping struct {
	Dir     string // the profile's workspace folder
	Profile string // its path

	cache  *origin.Cache
	digest uint64
	texts  map[string]*origin.Text
}

// kept are the texts that the cache has of the files of a report, by their names in it.
type kept struct {
	digest uint64 // of the report
	texts  map[string]*origin.Text
}

// keptOf are the texts that the cache has of a profile's files.
func (l *Loader) keptOf(p *Profile) map[string]*origin.Text {
	if k := l.kept[p.Path]; k.digest == p.digest {
		return k.texts
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
			if i >= len(f.Bound) || f.Bound[i].text == nil || l.keptOf(p.Profile)[p.File.Name] != nil || !p.Profile.Folder.Settings.Cache {
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
		new := texts[p]
		if len(new) == 0 {
			continue
		}
		all := maps.Clone(new)
		maps.Copy(all, l.keptOf(p))
		l.kept[path] = kept{p.digest, all}
		out = append(out, Keeping{p.Folder.Dir, path, l.Cache, p.digest, new})
	}
	return out
}

// Save keeps it. It uses nothing of a loader and may run on any goroutine.
func (k Keeping) Save() error { return k.cache.Save(k.digest, k.texts) }

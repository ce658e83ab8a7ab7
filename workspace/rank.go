package workspace

import (
	"cmp"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"

	"github.com/covls/covls/priority"
)

// ranked are files with their standings, as a snapshot has them.
type ranked struct {
	files    map[string]*File
	lost     []*File
	excluded int
	ruledOut map[string]bool
	ranks    map[string]*priority.Ranking // by folder
}

// rank gives every file its standing among those of its folder. Files that a rule excludes are taken
// out. It returns copies: the files may be published already.
func (l *Loader) rank(b *joined) *ranked {
	byDir := map[string][]*File{}
	folders := map[string]*Folder{}
	add := func(f *File) {
		g := *f
		byDir[f.Folder.Dir] = append(byDir[f.Folder.Dir], &g)
		folders[f.Folder.Dir] = f.Folder
	}
	for _, path := range slices.Sorted(maps.Keys(b.files)) {
		add(b.files[path])
	}
	for _, f := range b.lost {
		add(f)
	}
	before := l.store.Load().Files
	out := &ranked{files: map[string]*File{}, ruledOut: map[string]bool{}, ranks: map[string]*priority.Ranking{}, excluded: b.excluded}
	for dir, list := range byDir {
		in := make([]priority.File, len(list))
		for i, f := range list {
			in[i] = priority.File{Path: f.Name, Total: f.Total, Unit: f.Coverage.Unit, Source: f.Source}
			if t, ok := f.Coverage.BranchTotal(); ok {
				in[i].UncoveredBranches = t.Uncovered()
			}
		}
		settings := &folders[dir].Settings.Settings
		r := priority.Rank(settings, priority.NewComponents(settings, l.manifests(dir, list)), in)
		out.ranks[dir] = r
		for i, f := range list {
			f.Standing = &r.Files[i]
			if old := before[f.Path]; f.Found && old != nil && f.same(old) {
				f = old // so that nobody looks at it again
			}
			switch {
			case f.Standing.Tier == "":
				out.excluded++
				out.ruledOut[f.Path] = true
			case f.Found:
				out.files[f.Path] = f
			default:
				out.lost = append(out.lost, f)
			}
		}
	}
	slices.SortFunc(out.lost, func(a, b *File) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

// manifests are the folders below dir, around files, that hold a manifest: slash-separated and
// relative to dir.
func (l *Loader) manifests(dir string, files []*File) []string {
	var out []string
	seen := map[string]bool{}
	for _, f := range files {
		if !f.Found {
			continue
		}
		for rel := path.Dir(f.Name); !seen[rel] && filepath.IsLocal(rel); rel = path.Dir(rel) {
			seen[rel] = true
			if l.hasManifest(filepath.Join(dir, filepath.FromSlash(rel))) {
				out = append(out, rel)
			}
			if rel == "." {
				break
			}
		}
	}
	return out
}

// hasManifest remembers what it has seen until the folders or settings change.
func (l *Loader) hasManifest(dir string) bool {
	has, known := l.projects[dir]
	if !known {
		for _, name := range priority.Manifests() {
			if info, err := os.Stat(filepath.Join(dir, name)); err == nil && info.Mode().IsRegular() {
				has = true
				break
			}
		}
		l.projects[dir] = has
	}
	return has
}

package workspace

import (
	"cmp"
	"maps"
	"path"
	"path/filepath"
	"slices"

	"github.com/covls/covls/git"
	"github.com/covls/covls/priority"
	"github.com/covls/covls/project"
	"github.com/covls/covls/source"
)

// ranked are files with their standings, as a snapshot has them.
type ranked struct {
	files    map[string]*File
	lost     []*File
	excluded int
	ruledOut map[string]bool
	ranks    map[string]*priority.Ranking // by folder
	missing  []Missing
}

// rank gives every file its standing among those of its folder. Files that a rule excludes are taken
// out. Files that may be published already are copied; the others are many, and take their standing themselves.
func (l *Loader) rank(b *joined, published bool) *ranked {
	byDir := map[string][]*File{}
	folders := map[string]*Folder{}
	add := func(f *File) {
		if published {
			g := *f
			f = &g
		}
		byDir[f.Folder.Dir] = append(byDir[f.Folder.Dir], f)
		folders[f.Folder.Dir] = f.Folder
	}
	for _, path := range slices.Sorted(maps.Keys(b.files)) {
		add(b.files[path])
	}
	for _, f := range b.lost {
		add(f)
	}
	out := &ranked{files: map[string]*File{}, ruledOut: map[string]bool{}, ranks: map[string]*priority.Ranking{}, excluded: b.excluded}
	for dir, list := range byDir {
		in := make([]priority.File, len(list))
		for i, f := range list {
			in[i] = priority.File{Path: f.Name, Total: f.Total, Unit: f.Coverage.Unit, Source: f.Source, Unknown: f.Nothing(), Lineless: f.Lineless(), Attributes: l.attributes(f), TestBy: l.testBy(f)}
			if t, ok := f.Coverage.BranchTotal(); ok {
				in[i].UncoveredBranches = t.Uncovered()
			}
		}
		settings := &folders[dir].Settings.Settings
		r := priority.Rank(settings, priority.NewComponents(settings, l.manifests(folders[dir], list)), in)
		out.ranks[dir] = r
		called := Called{}
		for i, f := range list {
			f.Standing, f.Called, f.Since = &r.Files[i], called, l.sinceOf(f)
			called.add(f)
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
	l.findMoved(out.files)
	counted, missing := l.judge(b.profiles, out.files)
	for f, by := range counted {
		f.Credit = by
	}
	out.missing = missing
	slices.SortFunc(out.lost, func(a, b *File) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

// manifests are the folders around files that are components by their manifests: slash-separated and relative
// to the workspace folder.
func (l *Loader) manifests(in *Folder, files []*File) []string {
	known := l.projectsOf(in)
	var out []string
	seen := map[string]bool{}
	for _, f := range files {
		if !f.Found {
			continue
		}
		for dir := path.Dir(f.Name); !seen[dir] && filepath.IsLocal(dir); dir = path.Dir(dir) {
			seen[dir] = true
			if !known.looked[dir] {
				known.looked[dir] = true
				known.manifests.Take(dir, project.Named(in.Tree, filepath.Join(in.Dir, filepath.FromSlash(dir)))...)
			}
			out = append(out, dir)
			if dir == "." {
				break
			}
		}
	}
	return slices.DeleteFunc(out, func(dir string) bool { return known.manifests.Of(dir) == "" })
}

// folderProjects are the manifests that were seen in a workspace folder, and what is said of its files in .gitattributes and by build files, until
// the folders or settings change.
type folderProjects struct {
	manifests  *project.Manifests
	looked     map[string]bool // directories
	attributes *git.Attributes
	programs   *project.Programs
}

func (l *Loader) projectsOf(in *Folder) *folderProjects {
	known := l.projects[in.Dir]
	if known == nil {
		known = &folderProjects{project.NewManifests(), map[string]bool{}, git.NewAttributes(in.Dir), project.NewPrograms(in.Dir)}
		l.projects[in.Dir] = known
	}
	return known
}

// attributes are what is said of a file in .gitattributes; nothing of one that was not found, or that lies elsewhere.
func (l *Loader) attributes(f *File) source.Attributes {
	if !f.Found || f.Outside {
		return source.Attributes{}
	}
	return l.projectsOf(f.Folder).attributes.Of(f.Path)
}

// testBy is the build file that has a program run as a test which a file is a part of; "" of one that was not found, or lies elsewhere.
func (l *Loader) testBy(f *File) string {
	if !f.Found || f.Outside {
		return ""
	}
	return l.projectsOf(f.Folder).programs.TestBy(f.Name)
}

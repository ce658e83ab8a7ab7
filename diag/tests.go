package diag

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/covls/covls/workspace"
)

// CoverPackages is the argument by which `go test` counts what tests run of other packages, too.
const CoverPackages = "-coverpkg=./..."

// CountsOwnTests reports whether what is not covered of a file may be run by tests that do not count.
func CountsOwnTests(file *workspace.File) bool { return file.OwnTests && file.Total.Uncovered() > 0 }

// RunsAll reports whether what covls runs for the file's tests has those of all packages count.
func RunsAll(file *workspace.File) bool { return file.Folder.Settings.Run.CommandFor("go") == "" }

// Note is what the reader of a profile's numbers should know.
type Note struct {
	Profile *workspace.Profile
	// Text goes on behind the profile's name.
	Text string
}

// String returns the note with the profile's name.
func (n Note) String() string { return ProfileName(n.Profile) + " " + n.Text }

// OwnTestsNotes are of the profiles that count of each package what its own tests run, where those of other packages may
// run what is missing, and say what helps; sorted by path.
func OwnTestsNotes(s *workspace.Snapshot) []Note {
	packages := map[*workspace.Profile]map[string]bool{}
	for path, f := range s.Files {
		if !CountsOwnTests(f) {
			continue
		}
		for _, p := range f.Speaking {
			if packages[p.Profile] == nil {
				packages[p.Profile] = map[string]bool{}
			}
			packages[p.Profile][filepath.Dir(path)] = true
		}
	}
	var out []Note
	for _, p := range s.Profiles {
		if n := len(packages[p]); n > 0 {
			out = append(out, Note{p, fmt.Sprintf("credits a package with its own tests only, and tests of others import %s with code that is not covered: go test %s -coverprofile=%s ./... counts what they run of it, too",
				plural(n, "package"), CoverPackages, filepath.Base(p.Path))})
		}
	}
	return out
}

// MissingWords say of code with tests which profiles lack it.
func MissingWords(m *workspace.Missing) string {
	if m.Package == "" {
		return m.Name + " has tests and is in no profile"
	}
	return fmt.Sprintf("package %s has tests and is not in %s: did they fail?", m.Package, lackedBy(m))
}

// lackedBy names the profiles that would have a package.
func lackedBy(m *workspace.Missing) string {
	var names []string
	for _, p := range m.Profiles {
		names = append(names, ProfileName(p))
	}
	return among(names, "or")
}

// MissingLines say which packages have tests and are in no profile: of a few one each, else the first of those that the
// same profiles lack in one line.
func MissingLines(missing []workspace.Missing) []string {
	const few = 2
	var out, order []string
	by := map[string][]string{} // packages, by the profiles
	for i := range missing {
		m := &missing[i]
		if m.Package == "" {
			continue
		}
		profiles := lackedBy(m)
		if by[profiles] == nil {
			order = append(order, profiles)
		}
		by[profiles] = append(by[profiles], m.Package)
		out = append(out, MissingWords(m))
	}
	if len(out) <= few {
		return out
	}
	out = nil
	for _, profiles := range order {
		names := by[profiles]
		if len(names) == 1 {
			out = append(out, "package "+names[0]+" has tests and is not in "+profiles+": did they fail?")
			continue
		}
		out = append(out, fmt.Sprintf("%d packages have tests and are not in %s: %s. Did they fail?", len(names), profiles, among(names, "and")))
	}
	return out
}

// mostNames is how many names stand in a sentence.
const mostNames = 3

// among joins names to "a, b and c", of many the first.
func among(names []string, and string) string {
	if n := len(names); n > mostNames {
		names = append(slices.Clone(names[:mostNames-1]), plural(n-mostNames+1, "other"))
	}
	if len(names) == 1 {
		return names[0]
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " " + and + " " + names[last]
}

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

// LacksTests reports whether what is not covered of a file may be run by tests that do not count, and would count with
// CoverPackages.
func LacksTests(file *workspace.File) bool {
	return (file.Credit == workspace.CreditOwn || file.Credit == workspace.CreditOne) && file.Total.Uncovered() > 0
}

// RunsAll reports whether what covls runs for the file's tests has those of all packages count.
func RunsAll(file *workspace.File) bool { return file.Folder.Settings.Run.CommandFor("go") == "" }

// Note is what the reader of a profile's numbers should know.
type Note struct {
	Profile *workspace.Profile
	// Text goes on behind the profile's name.
	Text string
	// Credit is whose tests it has.
	Credit workspace.Credit
}

// String returns the note with the profile's name.
func (n Note) String() string { return ProfileName(n.Profile) + " " + n.Text }

// TestNotes are of the profiles that may lack the counts of tests which run what is missing, and say what helps; sorted
// by path.
func TestNotes(s *workspace.Snapshot) []Note {
	packages := map[*workspace.Profile]map[string]bool{}
	counted := map[*workspace.Profile]workspace.Credit{}
	for path, f := range s.Files {
		if f.Credit == workspace.CreditAll || f.Total.Uncovered() == 0 {
			continue
		}
		for _, p := range f.Speaking {
			if packages[p.Profile] == nil {
				packages[p.Profile] = map[string]bool{}
			}
			packages[p.Profile][filepath.Dir(path)] = true
			counted[p.Profile] = max(counted[p.Profile], f.Credit)
		}
	}
	var out []Note
	for _, p := range s.Profiles {
		n := len(packages[p])
		if n == 0 {
			continue
		}
		all := fmt.Sprintf("go test %s -coverprofile=%s ./...", CoverPackages, filepath.Base(p.Path))
		note := Note{Profile: p, Credit: counted[p]}
		switch note.Credit {
		case workspace.CreditOwn:
			note.Text = fmt.Sprintf("credits a package with its own tests only, and tests of others import %s with code that is not covered: %s counts what they run of it, too", plural(n, "package"), all)
		case workspace.CreditOne:
			note.Text = fmt.Sprintf("has the counts of each package's own tests only, or those of one package's tests alone (did the others panic?), and covls can't tell which. %s counts all tests", all)
		default:
			note.Text = "has the counts of the tests of fewer packages than have tests: did some panic, or were they not run?"
		}
		out = append(out, note)
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

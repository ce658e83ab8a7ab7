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

// OwnTestsNote says which profiles count of each package what its own tests run, where those of other packages may
// run what is missing, and what helps; "" where there is no such profile.
func OwnTestsNote(s *workspace.Snapshot) string {
	var profiles []string
	packages := map[string]bool{}
	for path, f := range s.Files {
		if !f.OwnTests || f.Total.Uncovered() == 0 {
			continue
		}
		packages[filepath.Dir(path)] = true
		for _, p := range f.Speaking {
			if name := ProfileName(p.Profile); !slices.Contains(profiles, name) {
				profiles = append(profiles, name)
			}
		}
	}
	if len(profiles) == 0 {
		return ""
	}
	slices.Sort(profiles)
	credits := "credits"
	if len(profiles) > 1 {
		credits = "credit"
	}
	return fmt.Sprintf("%s %s a package with its own tests only, and tests of others import %s with code that is not covered: go test %s counts what they run of it, too",
		among(profiles, "and"), credits, plural(len(packages), "package"), CoverPackages)
}

// MissingWords say of code with tests which profiles lack it.
func MissingWords(m *workspace.Missing) string {
	if m.Package == "" {
		return m.Name + " has tests and is in no profile"
	}
	var names []string
	for _, p := range m.Profiles {
		names = append(names, ProfileName(p))
	}
	return fmt.Sprintf("package %s has tests and is not in %s: did they fail?", m.Package, among(names, "or"))
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

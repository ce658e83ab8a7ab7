package report

import (
	"cmp"
	"slices"

	"github.com/covls/covls/diag"
	"github.com/covls/covls/workspace"
)

// scopeOf is that of what did not run in a file.
func scopeOf(f *workspace.File) string {
	switch f.Credit {
	case workspace.CreditAll:
		return ""
	case workspace.CreditOwn:
		return OwnPackage
	}
	return SomeTests
}

// Reached is what the function is not: "tested", or by whose tests it is not.
func (f *Function) Reached() string { return reached(f.Scope) }

// reached is what a function with a scope is not.
func reached(scope string) string {
	switch scope {
	case "":
		return diag.Reached(workspace.CreditAll)
	case OwnPackage:
		return diag.Reached(workspace.CreditOwn)
	}
	return diag.Reached(workspace.CreditPart)
}

// addUnmeasured takes in code that has tests and that no profile names, and what the profiles do not count.
func (r *Report) addUnmeasured(s *workspace.Snapshot, missing []workspace.Missing) {
	for _, n := range diag.TestNotes(s) {
		r.warn(diag.ProfileName(n.Profile), 0, n.Text)
	}
	r.failed = diag.MissingLines(missing)
	for i := range missing {
		m := &missing[i]
		path := m.Name
		if len(s.Folders) > 1 {
			path = s.Label(m.Folder) + "/" + path
		}
		row := Unmeasured{Path: path, Package: m.Package, Profiles: []string{}}
		for _, p := range m.Profiles {
			row.Profiles = append(row.Profiles, diag.ProfileName(p))
		}
		r.Unmeasured = append(r.Unmeasured, row)
	}
	slices.SortFunc(r.Unmeasured, func(a, b Unmeasured) int { return cmp.Compare(a.Path, b.Path) })
}

// others are the files without a package that have a file of tests to their name.
func (r *Report) others() []string {
	var out []string
	for _, u := range r.Unmeasured {
		if u.Package == "" {
			out = append(out, u.Path)
		}
	}
	return out
}

// anyOwn reports whether of a function that is not covered nobody knows what other packages' tests run.
func (r *Report) anyOwn() bool {
	own := func(f Function) bool { return f.Scope != "" }
	return slices.ContainsFunc(r.UncoveredFunctions, own) || slices.ContainsFunc(r.UncoveredLiterals, own)
}

// untested counts functions that are not covered: "33 untested functions"; where tests of other packages may run them, "33 functions that are
// not covered".
func (r *Report) untested(n int) string {
	if r.anyOwn() {
		return count(n, "function") + " that " + isOrAre(n) + " not covered"
	}
	return count(n, "untested function")
}

// untestedHead is the head of a column of such numbers.
func (r *Report) untestedHead() string {
	if r.anyOwn() {
		return "Functions not covered:"
	}
	return "Untested functions:"
}

// never is what became of code that is not covered.
func (r *Report) never() string {
	if r.anyOwn() {
		return "did not run"
	}
	return "never ran"
}

package project

import "strings"

// Use is what a workspace is gone through for. Uses can be joined by |.
type Use uint8

const (
	// Sources are files that a profile may name.
	Sources Use = 1 << iota
	// Profiles are what test runs leave behind.
	Profiles
	// Modules are Go modules whose packages a profile may name.
	Modules
	// Projects are those of the workspace's own, with what starts a program in them.
	Projects

	all = Sources | Profiles | Modules | Projects
)

// Skips reports whether folders of that name are left out, whatever of use is looked for.
func Skips(use Use, name string) bool { return use&^skippedFor(name) == 0 }

// skippedFor are the uses for which folders of a name are left out.
func skippedFor(name string) Use {
	switch name {
	case ".git", ".hg", ".svn", // what was, and how it was kept
		"node_modules", "venv", ".venv", ".tox", "site-packages", // packages of others
		".vscode-test", // whole editors
		"__pycache__", ".idea":
		return all
	case "vendor": // packages of others, which profiles name and coverage tools put nothing into
		return all &^ Sources
	case "dist": // what is shipped
		return Profiles | Projects
	case "target", "build": // what is built, with the profiles of many tools
		return Projects
	case "third_party":
		return Projects
	case "testdata": // Go leaves it out, too
		return Modules | Projects
	}
	if strings.HasPrefix(name, ".") {
		return Modules | Projects
	}
	return 0
}

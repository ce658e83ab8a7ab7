// Package project knows what a folder is: its manifests, the languages they are of and what runs their
// tests, which folders are skipped, and how a workspace is gone through.
package project

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/covls/covls/config"
	"github.com/covls/covls/source"
)

// manifest is a file that makes its folder a project.
type manifest struct {
	// name is the file's, or "*" and its extension.
	name string
	// kind is what the folder is, in words. Those of one kind are built by one tool.
	kind string
	// language is whose tests are run there, by the id that editors know, of several that are built together the first of
	// kits; anyLanguage is whatever lies there.
	language string
	part     part
}

// part says whether the folder of a manifest is a part of a workspace by itself.
type part uint8

const (
	// no: it only tells how tests are run.
	no part = iota
	// each folder is a component, and the workspace of a document where nobody names one.
	each
	// build: so it is, but a document belongs to the outermost of folders in each other, from which all of them
	// are built.
	build
	// outermost: of folders in each other, only the outermost is one. The others are its directories.
	outermost
)

// manifests is the table of all, the more telling of a folder first.
func manifests() []manifest {
	return []manifest{
		{"go.mod", "Go module", "go", each},
		{"go.work", "Go workspace", "go", no},
		{"Cargo.toml", "Cargo crate", "rust", each},
		{"package.json", "npm package", "javascript", each},
		{"deno.json", "Deno package", "javascript", each},
		{"deno.jsonc", "Deno package", "javascript", each},
		{"pyproject.toml", "Python project", "python", each},
		{"setup.py", "Python project", "python", each},
		{"setup.cfg", "Python project", "python", each},
		{"pytest.ini", "Python project", "python", no},
		{"tox.ini", "Python project", "python", no},
		{"requirements.txt", "Python project", "python", no},
		{"pom.xml", "Maven project", "java", build},
		{"build.gradle", "Gradle project", "java", build},
		{"build.gradle.kts", "Gradle project", "java", build},
		{"settings.gradle", "Gradle project", "java", build},
		{"settings.gradle.kts", "Gradle project", "java", build},
		{"build.sbt", "sbt project", "java", build},
		{"Gemfile", "Ruby project", "ruby", each},
		{"*.gemspec", "Ruby project", "ruby", each},
		{"composer.json", "Composer package", "php", each},
		{"*.csproj", ".NET project", "csharp", build},
		{"*.fsproj", ".NET project", "csharp", build},
		{"*.vbproj", ".NET project", "csharp", build},
		{"*.sln", ".NET project", "csharp", build},
		{"*.slnx", ".NET project", "csharp", build},
		{"CMakeLists.txt", "CMake project", "c", outermost},
		{"meson.build", "Meson project", "c", outermost},
		{"Package.swift", "Swift package", "swift", each},
		{"pubspec.yaml", "Dart package", "dart", each},
		{"mix.exs", "Mix project", "elixir", each},
		{"rebar.config", "Rebar project", "", each},
		{"*.cabal", "Cabal package", "", each},
		{"project.clj", "Clojure project", "", each},
		{"deps.edn", "Clojure project", "", each},
		{"build.zig", "Zig project", "", each},
		{"*.rockspec", "Lua rock", "lua", each},
		{"Makefile.PL", "Perl distribution", "perl", each},
		{"cpanfile", "Perl distribution", "perl", each},
		{"Build.PL", "Perl distribution", "perl", no},
		{"dist.ini", "Perl distribution", "perl", no},
		{"configure.ac", "Autotools project", "c", no},
		{".shellspec", "ShellSpec project", "shellscript", no},
		{"MODULE.bazel", "Bazel workspace", anyLanguage, no},
		{"WORKSPACE.bazel", "Bazel workspace", anyLanguage, no},
		{"WORKSPACE", "Bazel workspace", anyLanguage, no},
	}
}

// table is manifests, to be looked up. It is not written.
var table = func() (t struct {
	rows []manifest
	at   map[string]int // by name
},
) {
	t.rows, t.at = manifests(), map[string]int{}
	for i, m := range t.rows {
		t.at[m.name] = i
	}
	return t
}()

// rowOf returns the place in the table of a file's name; ok is false for what is no manifest.
func rowOf(name string) (row int, ok bool) {
	if row, ok = table.at[name]; ok {
		return row, true
	}
	row, ok = table.at["*"+path.Ext(name)]
	return row, ok
}

// manifestOf returns the row of a file's name; ok is false for what is no manifest.
func manifestOf(name string) (m manifest, ok bool) {
	row, ok := rowOf(name)
	if !ok {
		return manifest{}, false
	}
	return table.rows[row], true
}

// Kind is what a manifest makes of its folder, in words; "" for a file that is none.
func Kind(name string) string {
	m, _ := manifestOf(name)
	return m.kind
}

// Manifests knows which folders of a workspace folder are projects, as far as it was told. It belongs to one
// goroutine.
type Manifests struct {
	dirs map[string][]seen
}

// seen is a manifest that was seen in a folder.
type seen struct {
	row  int // of the table
	name string
}

// NewManifests knows of none.
func NewManifests() *Manifests { return &Manifests{map[string][]seen{}} }

// Take takes in the names of regular files in a folder, slash-separated and relative to the workspace folder;
// "." is that itself.
func (m *Manifests) Take(dir string, names ...string) {
	for _, name := range names {
		if row, ok := rowOf(name); ok && table.rows[row].part != no {
			m.dirs[dir] = append(m.dirs[dir], seen{row, name})
		}
	}
}

// Of returns the name of the manifest that makes a folder a component, of several the most telling; "" where
// none does. The folders around it must have been taken in.
func (m *Manifests) Of(dir string) string {
	first := seen{row: len(table.rows)}
	for _, s := range m.dirs[dir] {
		if row := table.rows[s.row]; s.row < first.row && (row.part != outermost || !m.around(dir, row.kind)) {
			first = s
		}
	}
	return first.name
}

// around reports whether a folder around dir is a project of the kind.
func (m *Manifests) around(dir, kind string) bool {
	for dir != "." && dir != "/" {
		dir = path.Dir(dir)
		if slices.ContainsFunc(m.dirs[dir], func(s seen) bool { return table.rows[s.row].kind == kind }) {
			return true
		}
	}
	return false
}

// Dirs returns the folders that are components, sorted.
func (m *Manifests) Dirs() []string {
	var out []string
	for dir := range m.dirs {
		if m.Of(dir) != "" {
			out = append(out, dir)
		}
	}
	slices.Sort(out)
	return out
}

// Around returns the project that a file belongs to where nobody names a workspace: the nearest folder around
// it with a manifest, settings or a repository, and of folders in each other that are built as one, the
// outermost. ok is false for a file in no project: its folder may be a home directory full of others.
func Around(file string) (dir string, ok bool) {
	var kinds []string // those by which dir may be built with the folder around it
	for at := filepath.Dir(file); ; at = filepath.Dir(at) {
		names, marked := Named(nil, at), marked(at)
		var here []string
		for _, name := range names {
			if m, _ := manifestOf(name); m.part == build || m.part == outermost {
				here = append(here, m.kind)
			}
		}
		switch {
		case ok:
			here = slices.DeleteFunc(here, func(kind string) bool { return !slices.Contains(kinds, kind) })
			if len(here) == 0 {
				return dir, true
			}
			dir, kinds = at, here
		case marked || len(names) > 0:
			dir, kinds, ok = at, here, true
		}
		if ok && (marked || len(kinds) == 0) || filepath.Dir(at) == at {
			return dir, ok
		}
	}
}

// marked reports whether a folder has a repository or settings of its own.
func marked(dir string) bool {
	return slices.ContainsFunc([]string{".git", config.FileName}, func(name string) bool { return has(dir, name) })
}

// maxNamed bounds how many entries of a folder are looked at for manifests. In a larger one those whose name is
// a glob are not found.
const maxNamed = 5_000

// Named returns the names of the manifests in a folder that make it a part of a workspace, sorted.
func Named(t *Tree, dir string) []string {
	var out []string
	left := maxNamed
	_ = t.Each(dir, func(e Entry) bool { // what can't be read holds none
		if m, _ := manifestOf(e.Name); m.part != no && e.regularIn(dir) {
			out = append(out, e.Name)
		}
		left--
		return left >= 0
	})
	if left < 0 {
		out = nil
		for _, m := range table.rows {
			if e := (Entry{m.name, fs.ModeSymlink}); m.part != no && e.regularIn(dir) {
				out = append(out, m.name)
			}
		}
	}
	slices.Sort(out)
	return out
}

// regularIn reports whether the entry of a folder is a file, or leads to one.
func (e Entry) regularIn(dir string) bool {
	if e.Type&fs.ModeSymlink == 0 {
		return e.Type.IsRegular()
	}
	info, err := os.Stat(filepath.Join(dir, e.Name))
	return err == nil && info.Mode().IsRegular()
}

// languageOf is that of a file's name, without "react".
func languageOf(name string) string { return strings.TrimSuffix(source.LanguageOf(name), "react") }

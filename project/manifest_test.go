package project_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/covls/covls/internal/profiletest"
	"github.com/covls/covls/project"
)

// TestManifests has files of a workspace and the folders that are components, "folder kind".
func TestManifests(t *testing.T) {
	t.Parallel()
	tests := []struct{ rule, files, want string }{
		{"none", "README.md a/requirements.txt a/tox.ini a/pytest.ini a/Makefile a/package-lock.json a/mygo.mod", ""},
		{"Go modules", "go.mod a/go.mod a/b/x.go a/b/c/go.mod go.work", ". Go module, a Go module, a/b/c Go module"},
		{"a go.work is none", "a/go.work", ""},
		{"Cargo crates", "Cargo.toml crates/a/Cargo.toml", ". Cargo crate, crates/a Cargo crate"},
		{"npm, pnpm and yarn workspaces", "package.json packages/a/package.json pnpm-workspace.yaml", ". npm package, packages/a npm package"},
		{"Python", "a/pyproject.toml b/setup.py c/setup.cfg d/setup.cfg d/pyproject.toml", "a Python project, b Python project, c Python project, d Python project"},
		{"Maven modules", "pom.xml core/pom.xml web/api/pom.xml", ". Maven project, core Maven project, web/api Maven project"},
		{"Gradle", "settings.gradle.kts app/build.gradle.kts lib/build.gradle lib/settings.gradle", ". Gradle project, app Gradle project, lib Gradle project"},
		{"Ruby", "Gemfile engines/a/a.gemspec", ". Ruby project, engines/a Ruby project"},
		{"Composer", "composer.json packages/a/composer.json", ". Composer package, packages/a Composer package"},
		{".NET", "Shop.sln src/Shop/Shop.csproj src/Lib/Lib.fsproj", ". .NET project, src/Lib .NET project, src/Shop .NET project"},
		{"directories of CMake are none", "CMakeLists.txt src/CMakeLists.txt src/a/b/CMakeLists.txt", ". CMake project"},
		{"projects of CMake beside each other", "a/CMakeLists.txt a/src/CMakeLists.txt b/CMakeLists.txt ab/CMakeLists.txt", "a CMake project, ab CMake project, b CMake project"},
		{"a directory of CMake with another manifest", "CMakeLists.txt py/CMakeLists.txt py/setup.py", ". CMake project, py Python project"},
		{"others", "a/Package.swift b/pubspec.yaml c/mix.exs d/build.sbt e/meson.build f/rebar.config g/g.cabal", "a Swift package, b Dart package, c Mix project, d sbt project, e Meson project, f Rebar project, g Cabal package"},
		{"the first of the table tells the kind", "a/pom.xml a/package.json", "a npm package"},
	}
	for _, tt := range tests {
		t.Run(tt.rule, func(t *testing.T) {
			t.Parallel()
			m := project.NewManifests()
			for name := range strings.FieldsSeq(tt.files) {
				m.Take(filepath.ToSlash(filepath.Dir(name)), filepath.Base(name))
			}
			var got []string
			for _, dir := range m.Dirs() {
				got = append(got, dir+" "+project.Kind(m.Of(dir)))
			}
			if strings.Join(got, ", ") != tt.want {
				t.Errorf("have %s, want %s", strings.Join(got, ", "), tt.want)
			}
		})
	}
}

// TestNamed: what is no file is no manifest, a link to one is, and a large folder has those without a glob.
func TestNamed(t *testing.T) {
	t.Parallel()
	dir := profiletest.Tree(t, "-- a/go.mod --\n-- a/tox.ini --\n-- a/x.gemspec --\n-- a/pom.xml/x --\n-- a/package.json -> ../b --\n-- a/setup.py -> ../b/setup.py --\n-- b/setup.py --\n-- c/go.mod --\n-- c/x.gemspec --\n")
	for i := range 5_001 {
		f, err := os.Create(filepath.Join(dir, "c", fmt.Sprint(i)))
		if err != nil {
			t.Fatal(err)
		}
		f.Close()
	}
	for name, want := range map[string][]string{"a": {"go.mod", "setup.py", "x.gemspec"}, "c": {"go.mod"}, "none": nil} {
		if got := project.Named(nil, filepath.Join(dir, name)); !slices.Equal(got, want) {
			t.Errorf("%s: have %q, want %q", name, got, want)
		}
	}
}

// TestAround has files, and the folder that is the workspace of the first where nobody names one.
func TestAround(t *testing.T) {
	t.Parallel()
	tests := []struct{ rule, files, want string }{
		{"the nearest manifest", "a/b/x.go a/go.mod go.mod", "a"},
		{"settings", "a/b/x.go a/.covls.toml go.mod", "a"},
		{"a repository", "a/b/x.go a/.git/HEAD go.mod", "a"},
		{"the repository of a worktree", "a/b/x.go a/.git go.mod", "a"},
		{"what only says how tests are run is none", "a/x.py a/requirements.txt pyproject.toml", "."},
		{"Ruby", "m/a/x.rb m/a/a.gemspec", "m/a"},
		{"PHP", "m/src/x.php m/composer.json", "m"},
		{"a Maven module belongs to the outermost", "m/a/b/src/X.java m/a/b/pom.xml m/a/pom.xml m/pom.xml go.mod", "m"},
		{"which is not built with what lies further out", "m/x/a/src/X.java m/x/a/pom.xml m/pom.xml", "m/x/a"},
		{"and not by another tool", "m/a/src/X.java m/a/pom.xml m/build.gradle", "m/a"},
		{"the repository ends it", "m/a/src/X.java m/a/pom.xml m/a/.git/HEAD m/pom.xml", "m/a"},
		{"in the outermost, too", "m/a/src/X.java m/a/pom.xml m/pom.xml m/.git/HEAD pom.xml", "m"},
		{"CMake", "m/src/x.c m/src/CMakeLists.txt m/CMakeLists.txt", "m"},
		{"Go modules are each their own", "m/a/x.go m/a/go.mod m/go.mod", "m/a"},
	}
	for _, tt := range tests {
		t.Run(tt.rule, func(t *testing.T) {
			t.Parallel()
			files := strings.Fields(tt.files)
			dir := profiletest.Tree(t, "-- "+strings.Join(files, " --\n-- ")+" --\n")
			got, ok := project.Around(filepath.Join(dir, filepath.FromSlash(files[0])))
			if want := filepath.Join(dir, filepath.FromSlash(tt.want)); !ok || got != want {
				t.Errorf("have %q, %v, want %s", got, ok, want)
			}
		})
	}
	if dir, ok := project.Around(filepath.Join(t.TempDir(), "x.go")); ok {
		t.Errorf("a file in no project: %s", dir)
	}
}

package project

import (
	"cmp"
	"context"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"

	"github.com/covls/covls/config"
	"github.com/covls/covls/source"
)

// Project is a folder with code of a language, whose tests one command runs.
type Project struct {
	// Dir is absolute.
	Dir string
	// Language is the id that editors know it by, without "react": "go", "typescript".
	Language string
}

// Command is a command line that runs tests with coverage.
type Command struct {
	Language string
	// Dir is the absolute directory to run it in.
	Dir string
	// Line is for the shell of somebody who knows what else is there: the profile has one of the usual names.
	Line string
	// Own is Line with the profile in the folder OwnDir of Dir, where it lies over nobody's; that has to be there. It is
	// Line itself where the tools can't be told.
	Own string
	// Lacks says what is missing that the lines need, as far as that can be seen; "" for nothing. Where there is no
	// Line it says why.
	Lacks string
	// Install is a command line that adds what is missing, Adds what has to be written for it; "" and nil where it takes
	// more than that.
	Install string
	Adds    []Addition
	// Meaning says what words of Line stand for that the user knows; "" where there are none.
	Meaning string
}

// Addition is a text that a user has to write.
type Addition struct {
	// Text is literal. Where says where it goes, in words that follow "put … ".
	Text, Where string
}

// Missing is what lacks, with what has to be written, in one line; "" for nothing.
func (c Command) Missing() string {
	out := c.Lacks
	for i, a := range c.Adds {
		out += []string{": put ", ", and "}[min(i, 1)] + a.Text + " " + a.Where
	}
	return out
}

// OwnDir is the folder for profiles that covls has made, beside a .gitignore that leaves out all of it.
const OwnDir = ".covls"

// ownIn is a path in OwnDir, for a command line.
func ownIn(name string) string { return OwnDir + "/" + name }

// recipe is how the tests of a project are run. The zero recipe tells that nobody knows; see Command for the fields.
type recipe struct {
	line, own, lacks, install, meaning string
	adds                               []Addition
	// wraps are the programs that others in the lines start.
	wraps []string
	// pinned is a program that is installed by npm, in the version that the project asks for: "pnpm@9.15.0".
	pinned string
}

// writing makes a recipe of a command line by the path of the profile that it writes.
func writing(line func(profile string) string, usual string) recipe {
	return recipe{line: line(usual), own: line(ownIn(usual))}
}

// add is a recipe that takes a text to be written first.
func (r *recipe) add(text, where string) { r.adds = append(r.adds, Addition{text, where}) }

// kit is how a language's tests are run.
type kit struct {
	language string
	// of is the language of the manifests, which those that are built together have in common.
	of string
	// recipe is that of a project, whose folder lies in root.
	recipe func(dir, root string) recipe
	// mostly tells that sources without a manifest are a project only where most of a folder are of that language: the
	// others have some, too.
	mostly bool
}

// kits returns how tests are run, by language, in the order in which languages are preferred.
func kits() []kit {
	return []kit{
		{"go", "go", goTests, false},
		{"rust", "rust", rustTests, false},
		{"python", "python", pythonTests, false},
		{"typescript", "javascript", nodeTests, false},
		{"javascript", "javascript", nodeTests, false},
		{"java", "java", javaTests, false},
		{"kotlin", "java", javaTests, false},
		{"scala", "java", javaTests, false},
		{"groovy", "java", javaTests, false},
		{"ruby", "ruby", rubyTests, false},
		{"php", "php", phpTests, false},
		{"csharp", "csharp", dotnetTests, false},
		{"fsharp", "csharp", dotnetTests, false},
		{"vb", "csharp", dotnetTests, false},
		{"c", "c", nativeTests, true},
		{"cpp", "c", nativeTests, true},
		{"swift", "swift", swiftTests, false},
		{"dart", "dart", dartTests, false},
		{"elixir", "elixir", elixirTests, false},
		{"perl", "perl", perlTests, true},
		{"lua", "lua", luaTests, true},
		{"shellscript", "shellscript", shellTests, true},
	}
}

func kitOf(language string) (k kit, ok bool) {
	all := kits()
	i := slices.IndexFunc(all, func(k kit) bool { return k.language == language })
	if i < 0 {
		return kit{}, false
	}
	return all[i], true
}

// Of returns the project that a file of a workspace folder belongs to: the nearest folder around it with a
// manifest of its language, of those that are built from the outermost that, else the workspace folder. ok is
// false where the language of the file is not known.
func Of(root, file string) (p Project, ok bool) {
	language := languageOf(file)
	if language == "" {
		return Project{}, false
	}
	p = Project{root, language}
	k, ok := kitOf(language)
	if !ok {
		return p, true
	}
	for dir := filepath.Dir(file); source.Inside(dir, root); dir = filepath.Dir(dir) {
		if in, outer := k.in(dir); in {
			p.Dir = dir
			if !outer {
				break
			}
		}
		if dir == filepath.Dir(dir) {
			break
		}
	}
	return p, true
}

// Among reports whether a project that Of has returned is one: its folder has a manifest, or is one of all, which In has
// returned for the same workspace folder. A script among the documents of another language makes none.
func (p Project) Among(all []Project) bool {
	k, ok := kitOf(p.Language)
	if !ok {
		return false
	}
	in, _ := k.in(p.Dir)
	return in || slices.ContainsFunc(all, func(o Project) bool {
		other, _ := kitOf(o.Language)
		return o.Dir == p.Dir && other.of == k.of
	})
}

// anyLanguage is the language of manifests that build whatever lies beside them.
const anyLanguage = "*"

// in reports whether a folder has a manifest, and whether one around it comes before that.
func (k kit) in(dir string) (in, outer bool) {
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		if m, ok := manifestOf(e.Name()); ok && !e.IsDir() && (m.language == k.of || m.language == anyLanguage) {
			in, outer = true, outer || m.part == build || m.part == outermost
		}
	}
	return in, outer
}

// In looks into this many folders, and for projects in those of this depth.
const (
	maxFolders  = 2_000
	maxProjects = 3
)

// folderFacts is what In has seen in a folder.
type folderFacts struct {
	dir   string
	depth int
	// made are the languages of manifests, parts those of which a folder around it may be built.
	made, parts map[string]bool
	// hints are the languages of files that are manifests to a project of them, and elsewhere settings of tools.
	hints map[string]bool
	// typed tells that it has settings of TypeScript.
	typed bool
	// own has sources by language in the folder itself, below those and all in it. Those that are there for tests, for
	// readers and for tools stand in idle and idleBelow.
	own, below      map[string]int
	idle, idleBelow map[string]int
	// tested has the languages of tests below the folder.
	tested map[string]bool
}

// In returns the projects of a workspace folder that its files tell of, those of which it has the most sources first.
// One language of a folder is there once, and so are folders that are built as one.
func In(root string) []Project {
	const entries = 100_000
	var found []*folderFacts
	at := map[string]*folderFacts{}
	walk := Walk{Dir: root, Use: Projects, Entries: entries, Dirs: maxFolders}
	_, _, _ = (*Tree)(nil).Walk(context.Background(), walk, func(dir string, files []Entry) {
		f := newFolderFacts(dir)
		if outer := at[filepath.Dir(dir)]; outer != nil && dir != root {
			f.depth = outer.depth + 1
		}
		rel, _ := filepath.Rel(root, dir) // it is one below root
		rel = filepath.ToSlash(rel)
		at[dir] = f
		found = append(found, f)
		for _, e := range files {
			if m, ok := manifestOf(e.Name); ok {
				if hints(root, dir, e.Name) {
					f.hints[m.language] = true
					continue
				}
				f.made[m.language] = true
				f.parts[m.language] = f.parts[m.language] || m.part == build || m.part == outermost
			}
			f.take(rel, e.Name)
			f.typed = f.typed || e.Name == "tsconfig.json"
		}
		for around := f; around != nil; around = at[filepath.Dir(around.dir)] {
			add(around.below, f.own)
			add(around.idleBelow, f.idle)
			for language := range f.tested {
				around.tested[language] = true
			}
			if around.dir == root {
				break
			}
		}
	})
	if len(found) == 0 {
		return nil
	}
	if len(found[0].below) == 0 { // all that is there is there for something else
		for _, f := range found {
			f.own, f.below = f.idle, f.idleBelow
		}
	}
	return projects(found, root)
}

func newFolderFacts(dir string) *folderFacts {
	return &folderFacts{
		dir: dir, made: map[string]bool{}, parts: map[string]bool{}, hints: map[string]bool{}, tested: map[string]bool{},
		own: map[string]int{}, below: map[string]int{}, idle: map[string]int{}, idleBelow: map[string]int{},
	}
}

// take counts a file, in a folder by its slash-separated path from the workspace's.
func (f *folderFacts) take(dir, name string) {
	language := languageOf(name)
	if language == "" || isGradle(name) {
		return
	}
	switch place, _ := source.PlaceOf(path.Join(dir, name)); {
	case place == source.AmongTests:
		f.tested[language] = true
		f.idle[language]++
	case place != source.Anywhere, beside(dir), setsUp(name):
		f.idle[language]++
	default:
		f.own[language]++
	}
}

func add(to, of map[string]int) {
	for language, n := range of {
		to[language] += n
	}
}

// beside tells that a folder is one of examples, of what tests use, of documents or of tools, by its slash-separated path
// from the workspace's.
func beside(dir string) bool {
	first, _, _ := strings.Cut(dir, "/")
	return Aside(dir) || slices.Contains([]string{"contrib", "tools", "scripts", "script", "bench", "ci", "hack"}, first)
}

// setsUp tells that a file is read by a tool of whatever language the project is.
func setsUp(name string) bool {
	switch name {
	case "setup.py", "noxfile.py", "conanfile.py", "fabfile.py", "tasks.py", "dangerfile.js", "dangerfile.ts", "karma.conf.js":
		return true
	}
	return false
}

// candidate is a project, by how much of the folder it is.
type candidate struct {
	Project
	sources int
	// made tells that it has a manifest.
	made bool
	// bare tells that it has no sources but by a manifest that other projects have for their tools.
	bare bool
}

// ofManifest is how many sources a manifest stands for: it tells more than a few of them.
const ofManifest = 5

func projects(found []*folderFacts, root string) []Project {
	groups := groups()
	most := found[0].mostly(groups)
	var out []candidate
	type key struct{ dir, of string }
	known := map[key]bool{} // of together, which reads files
	runs := func(dir, of string) bool {
		is, ok := known[key{dir, of}]
		if !ok {
			is = together(dir, of)
			known[key{dir, of}] = is
		}
		return is
	}
	for _, f := range found {
		if f.depth > maxProjects {
			continue
		}
		for _, g := range groups {
			manifest := f.made[g.of] || f.hints[g.of] && f.sources(g) > 0 && f.large(g)
			switch {
			case manifest:
			case f.made[anyLanguage] && f.mostly(groups) == g.of:
			case f.dir != root:
				continue
			case g.of == most && loose(found, g) > 0:
			case g.mostly || !slices.ContainsFunc(g.languages, func(l string) bool { return f.own[l] > 0 }) || !f.large(g):
				continue
			}
			covered := func(c candidate) bool {
				k, _ := kitOf(c.Language)
				return k.of == g.of && c.Dir != f.dir && source.Inside(f.dir, c.Dir) && (f.parts[g.of] || runs(c.Dir, g.of))
			}
			if slices.ContainsFunc(out, covered) {
				continue
			}
			c := candidate{Project{f.dir, f.language(g, manifest)}, f.sources(g), manifest, manifest && f.bare(g, root)}
			out = append(out, c)
		}
	}
	if aside := func(c candidate) bool { return c.aside(root) }; !allOf(out, aside) {
		out = slices.DeleteFunc(out, aside)
	}
	if !allOf(out, func(c candidate) bool { return c.sources == 0 }) {
		out = slices.DeleteFunc(out, func(c candidate) bool { return c.bare })
	}
	slices.SortStableFunc(out, func(a, b candidate) int { return cmp.Compare(b.weight(), a.weight()) })
	var all []Project
	for _, c := range out {
		all = append(all, c.Project)
	}
	return all
}

// loose is how many sources of a group are in no folder with a manifest of it.
func loose(found []*folderFacts, g group) int {
	n := found[0].sources(g)
	var taken []string
	for _, f := range found {
		if f.made[g.of] && !slices.ContainsFunc(taken, func(dir string) bool { return source.Inside(f.dir, dir) }) {
			taken = append(taken, f.dir)
			n -= f.sources(g)
		}
	}
	return n
}

// weight is what projects are ordered by.
func (c candidate) weight() int {
	if c.made {
		return c.sources + ofManifest
	}
	return c.sources
}

// aside tells that a project is one of examples, of what tests use, of documents or of tools.
func (c candidate) aside(root string) bool {
	rel, err := filepath.Rel(root, c.Dir)
	return err == nil && beside(filepath.ToSlash(rel))
}

func allOf(all []candidate, is func(candidate) bool) bool {
	return !slices.ContainsFunc(all, func(c candidate) bool { return !is(c) })
}

// group is what kits have in common whose languages are built together.
type group struct {
	of        string
	languages []string
	mostly    bool
}

func groups() []group {
	var out []group
	for _, k := range kits() {
		i := slices.IndexFunc(out, func(g group) bool { return g.of == k.of })
		if i < 0 {
			i = len(out)
			out = append(out, group{of: k.of, mostly: k.mostly})
		}
		out[i].languages = append(out[i].languages, k.language)
	}
	return out
}

func (f *folderFacts) sources(g group) int {
	n := 0
	for _, l := range g.languages {
		n += f.below[l]
	}
	return n
}

// bare tells that a folder has no sources of a group, whose manifest other projects have for their tools and documents: a
// package.json for a formatter, a requirements.txt for pages.
func (f *folderFacts) bare(g group, root string) bool {
	if f.sources(g) > 0 {
		return false
	}
	switch g.of {
	case "javascript":
		return !f.typed && readPackage(f.dir).Scripts["test"] == nil
	case "python", "ruby":
		return f.dir == root && !f.tested["python"] && !f.tested["ruby"]
	}
	return false
}

// hints tells that a file with the name of a manifest says little of its folder: what a package or its tests are does not
// stand in it.
func hints(root, dir, name string) bool {
	if name == "requirements.txt" {
		return true
	}
	if dir != root {
		return false // where nothing else is there for
	}
	words := map[string][]string{
		"pyproject.toml": {"[project]", "[build-system]", "[tool.poetry]", "pytest", "[tool.coverage"},
		"setup.cfg":      {"[metadata]", "[options", "[tool:pytest]", "[coverage:"},
		"tox.ini":        {"[tox]", "[testenv", "[pytest]", "[coverage:"},
		"package.json":   {`"test`, `"main"`, `"exports"`, `"type"`, `"bin"`, `"workspaces"`, "vitest", "jest", "mocha"},
	}
	all, ok := words[name]
	return ok && !mentions(content(dir, name), all...)
}

// large tells that what a folder has of a group without a manifest is a project of its own beside the others: more than half
// of all, or a fifth, where it has tests, or nothing else has a manifest there.
func (f *folderFacts) large(g group) bool {
	all := 0
	for _, n := range f.below {
		all += n
	}
	if len(f.made) == 0 || slices.ContainsFunc(g.languages, func(l string) bool { return f.tested[l] }) {
		return f.sources(g)*5 >= all
	}
	return f.sources(g)*2 > all
}

// mostly is the group of which a folder has the most sources; "" where it has none.
func (f *folderFacts) mostly(all []group) string {
	best, most := "", 0
	for _, g := range all {
		n := f.sources(g) * 2
		if n > 0 && f.made[g.of] {
			n++ // of as many, those with a manifest
		}
		if n > most {
			best, most = g.of, n
		}
	}
	return best
}

// language is that of the group of which a folder has the most sources.
func (f *folderFacts) language(g group, manifest bool) string {
	best := g.languages[0]
	switch {
	case g.of == "javascript" && manifest:
		if !f.typed && !readPackage(f.dir).has("typescript") {
			return "javascript"
		}
		return best
	case g.of == "java" && has(f.dir, "build.sbt"):
		best = "scala"
	}
	for _, l := range g.languages {
		if f.below[l] > f.below[best] {
			best = l
		}
	}
	return best
}

// together reports whether the tests of the projects below a folder are run from it, as far as its manifest says so.
func together(dir, of string) bool {
	switch of {
	case "go":
		return has(dir, "go.work")
	case "rust":
		return strings.Contains(content(dir, "Cargo.toml"), "[workspace")
	case "c":
		return true
	case "javascript":
		return nodeTests(dir, dir).line != "" && isWorkspace(dir)
	}
	return false
}

// TestCommand returns the command line that runs a project's tests with coverage so that covls finds the
// profile: the setting's, which is run in the workspace folder root, else one by the files of the
// project. ok is false where covls knows none; the command may say why.
func (p Project) TestCommand(run config.Run, root string) (c Command, ok bool) {
	if line := run.CommandFor(p.Language); line != "" {
		return Command{Language: p.Language, Dir: root, Line: line, Own: line}, true
	}
	k, ok := kitOf(p.Language)
	if !ok {
		return Command{}, false
	}
	make := k.recipe
	if bazel(p.Dir) && !k.made(p.Dir) {
		make = bazelTests
	}
	c = make(p.Dir, root).command(p.Language, p.Dir)
	return c, c.Line != ""
}

// made reports whether a folder has a manifest of the kit's own.
func (k kit) made(dir string) bool {
	entries, _ := os.ReadDir(dir)
	return slices.ContainsFunc(entries, func(e os.DirEntry) bool {
		m, ok := manifestOf(e.Name())
		return ok && m.language == k.of
	})
}

// contentBytes is the size of the largest manifest that is read.
const contentBytes = 1 << 20

// content is what a file in a folder holds; "" where there is none.
func content(dir, name string) string {
	text, err := source.ReadFile(filepath.Join(dir, name), contentBytes)
	if err != nil {
		return ""
	}
	return text
}

func has(dir, name string) bool {
	_, err := os.Stat(filepath.Join(dir, name))
	return err == nil
}

// plain reports whether a name of the folder's stands in a command line for itself, whatever shell reads it.
func plain(name string) bool {
	return name != "" && name[0] != '-' && !strings.ContainsFunc(name, func(c rune) bool {
		return !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.ContainsRune("_-./+@", c))
	})
}

// contents is what files in a folder hold, one after the other.
func contents(dir string, names ...string) string {
	var all strings.Builder
	for _, name := range names {
		all.WriteString(content(dir, name))
		all.WriteString("\n")
	}
	return all.String()
}

// mentions reports whether a text has any of the words.
func mentions(text string, words ...string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(text, w) })
}

// below returns the files below a folder that is wants, by paths relative to it, the outermost first. It looks no
// deeper than depth, and not far.
func below(dir string, depth int, is func(name string) bool) []string {
	const files, dirs = 50, 500
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	var out []string
	_, _, _ = (*Tree)(nil).Walk(ctx, Walk{Dir: dir, Use: Projects, Entries: 20_000, Dirs: dirs, Depth: depth}, func(at string, entries []Entry) {
		for _, e := range entries {
			if rel, err := filepath.Rel(dir, filepath.Join(at, e.Name)); err == nil && e.Type.IsRegular() && is(e.Name) && len(out) < files {
				out = append(out, filepath.ToSlash(rel))
			}
		}
		if len(out) == files {
			stop()
		}
	})
	return out
}

// goTests has the tests of all packages count in each, where there are several.
func goTests(dir, _ string) recipe {
	patterns, counted := "./...", ""
	if modules := usedModules(dir); len(modules) > 0 {
		patterns, counted = strings.Join(modules, " "), strings.Join(modules, ",")
	} else if severalPackages(dir) {
		counted = patterns
	}
	if counted != "" {
		counted = "-coverpkg=" + counted + " "
	}
	return writing(func(profile string) string {
		return "go test " + counted + "-coverprofile=" + profile + " " + patterns
	}, "cover.out")
}

// usedModules are the patterns of the modules of a go.work below its folder; nil where that is not all of it.
func usedModules(dir string) []string {
	text := content(dir, "go.work")
	if text == "" {
		return nil
	}
	work, err := modfile.ParseWork("go.work", []byte(text), nil)
	if err != nil {
		return nil
	}
	var out []string
	for _, use := range work.Use {
		at := filepath.ToSlash(filepath.Clean(filepath.FromSlash(use.Path)))
		if !filepath.IsLocal(filepath.FromSlash(at)) || !plain(at) {
			return nil
		}
		out = append(out, strings.Replace("./"+at+"/...", "././", "./", 1))
	}
	return out
}

// severalPackages reports whether a module has more than one. It looks no further than it takes, and not far.
func severalPackages(dir string) bool {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	packages := 0
	inModule := func(at string) bool { return at == dir || !has(at, "go.mod") }
	walk := Walk{Dir: dir, Use: Modules, Entries: 20_000, Dirs: 2_000, Skip: func(at string) bool {
		return strings.HasPrefix(filepath.Base(at), "_") || !inModule(at)
	}}
	_, _, _ = (*Tree)(nil).Walk(ctx, walk, func(_ string, files []Entry) {
		if slices.ContainsFunc(files, func(e Entry) bool {
			return e.Type.IsRegular() && filepath.Ext(e.Name) == ".go" && !strings.HasSuffix(e.Name, "_test.go")
		}) {
			packages++
		}
		if packages > 1 {
			stop()
		}
	})
	return packages > 1
}

// rustTests takes what of the two that measure is installed.
func rustTests(dir, _ string) recipe {
	members := ""
	if strings.Contains(content(dir, "Cargo.toml"), "[workspace") {
		members = "--workspace "
	}
	if !cargoHas("cargo-llvm-cov") && cargoHas("cargo-tarpaulin") {
		return writing(func(profile string) string {
			return "cargo tarpaulin " + members + "--out Lcov --output-dir " + reports(profile)
		}, "lcov.info")
	}
	r := writing(func(profile string) string {
		return "cargo llvm-cov " + members + "--lcov --output-path " + profile
	}, "lcov.info")
	if !cargoHas("cargo-llvm-cov") {
		r.lacks, r.install = "cargo-llvm-cov is not installed", "cargo install cargo-llvm-cov"
	}
	return r
}

// cargoHas reports whether a command of cargo is installed.
func cargoHas(name string) bool {
	home := os.Getenv("CARGO_HOME")
	return onPath(name, ".cargo", "bin") || filepath.IsAbs(home) && has(filepath.Join(home, "bin"), name)
}

// escapeGlob makes a path one that filepath.Glob takes for itself.
func escapeGlob(path string) string {
	if runtime.GOOS == "windows" {
		return path // where nothing escapes; what has brackets in its name is not seen
	}
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`).Replace(path)
}

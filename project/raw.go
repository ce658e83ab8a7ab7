package project

import (
	"cmp"
	"context"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/covls/covls/escape"
)

// Raw is what a run of tests has left that is no profile yet.
type Raw struct {
	// Path is absolute. Of several that lie together it is one.
	Path string
	// What is the kind, in words that follow "has": "the counts of coverage.py".
	What string
	// ModTime is when it was written; zero where that is not known.
	ModTime time.Time
	// Command makes a profile of it. Line is "" where it takes more than a command, which Lacks says then.
	Command
}

// rawKind is a kind of what runs of tests leave.
type rawKind struct {
	what string
	// is tells it by its name, and by the name of the folder that it lies in.
	is func(name, folder string) bool
	// recipe makes a profile of what lies in a folder, which is run in the folder run. Both are absolute.
	recipe func(in, name, run string) recipe
	// of is the language of the manifests in whose folder it is run; "" is where it lies.
	of string
}

func ext(exts ...string) func(name, folder string) bool {
	return func(name, _ string) bool { return slices.Contains(exts, path.Ext(name)) }
}

// rawKinds is the table of all.
func rawKinds() []rawKind {
	named := func(names ...string) func(name, folder string) bool {
		return func(name, _ string) bool { return slices.Contains(names, name) }
	}
	return []rawKind{
		{"the counts of coverage.py", named(".coverage"), func(in, _, _ string) recipe {
			p := readPython(in)
			return recipe{line: p.xml("", "", false)}
		}, ""},
		{"the counts of coverage.py, by process", func(name, _ string) bool {
			return strings.HasPrefix(name, ".coverage.") && strings.Count(name, ".") > 3 // .coverage.HOST.PID.RANDOM
		}, func(in, _, _ string) recipe {
			p := readPython(in)
			return recipe{line: p.xml("", "", true)}
		}, ""},
		{"the counters of gcc or clang", ext(".gcda"), func(in, _, run string) recipe {
			return gathered(run, func(string) string { return "" }, "", ".")
		}, "c"},
		{"the counters of LLVM", ext(".profraw"), func(in, name, run string) recipe {
			if has(run, "Cargo.toml") {
				r := recipe{line: "grcov . --binary-path target/debug -s . -t lcov -o lcov.info"}
				if !cargoHas("grcov") {
					r.lacks, r.install = "grcov is not installed", "cargo install grcov"
				}
				return r
			}
			return recipe{line: "llvm-profdata merge -o default.profdata *.profraw && llvm-cov export -format=lcov -instr-profile=default.profdata PROGRAM > lcov.info", meaning: "PROGRAM stands for the program that was run"}
		}, ""},
		{"the counters of LLVM, put together", ext(".profdata"), func(_, name, _ string) recipe {
			meaning := "PROGRAM stands for the program that was run"
			if !plain(name) {
				name, meaning = "FILE", "FILE stands for it, "+meaning
			}
			return recipe{line: "llvm-cov export -format=lcov -instr-profile=" + name + " PROGRAM > lcov.info", meaning: meaning}
		}, ""},
		{"the counts of JaCoCo", func(name, folder string) bool {
			return path.Ext(name) == ".exec" && (strings.Contains(name, "jacoco") || folder == "jacoco" || folder == "target")
		}, func(in, name, run string) recipe {
			switch {
			case has(run, "pom.xml"):
				return recipe{line: wrapper(run, "mvnw", "mvn") + " " + jacocoOfMaven + "report"}
			case mentions(contents(run, "build.gradle", "build.gradle.kts"), "jacoco"):
				r := gradleTests(run, run)
				r.line = strings.Replace(r.line, " test ", " ", 1)
				return r
			}
			meaning := "jacococli.jar is JaCoCo's own program, CLASSES the folder of what was compiled"
			if rel, err := filepath.Rel(run, filepath.Join(in, name)); err == nil {
				name = filepath.ToSlash(rel)
			}
			if !plain(name) {
				name, meaning = "FILE", "FILE stands for it, "+meaning
			}
			return recipe{line: "java -jar jacococli.jar report " + name + " --classfiles CLASSES --xml jacoco.xml", meaning: meaning}
		}, "java"},
		{"the counts of Devel::Cover", func(name, folder string) bool {
			return folder == "cover_db" && (name == "digests" || strings.HasPrefix(name, "cover."))
		}, func(_, _, run string) recipe {
			r := recipe{line: "cover -report clover"}
			if !perlHas(run, "Devel/Cover/Report/Clover.pm") {
				r.lacks, r.install = "Devel::Cover's reporter for Clover is not installed, and covls reads no other of its reports", cpan("Devel::Cover::Report::Clover")
			}
			return r
		}, ""},
		{"Visual Studio's counts", func(name, _ string) bool { return path.Ext(name) == ".coverage" && len(name) > len(".coverage") }, func(in, name, run string) recipe {
			file, meaning := "FILE", "FILE stands for it"
			if rel, err := filepath.Rel(run, filepath.Join(in, name)); err == nil && plain(filepath.ToSlash(rel)) {
				file, meaning = filepath.ToSlash(rel), ""
			}
			r := recipe{line: "dotnet-coverage merge -f cobertura -o coverage.cobertura.xml " + file, meaning: meaning}
			if !onPathOfDotnet("dotnet-coverage") {
				r.lacks, r.install = "dotnet-coverage is not installed", "dotnet tool install --global dotnet-coverage"
			}
			return r
		}, "csharp"},
		{"the counts of LuaCov", named("luacov.stats.out"), func(string, string, string) recipe {
			r := recipe{line: "luacov -r lcov && mv luacov.report.out lcov.info"}
			if !luaHas("luacov/reporter/lcov.lua") {
				r.lacks, r.install = "LuaCov's reporter for LCOV is not seen", "luarocks install luacov-reporter-lcov"
			}
			return r
		}, ""},
		{"the counts of Dart", func(name, _ string) bool { return strings.HasSuffix(name, ".vm.json") }, func(in, _, run string) recipe {
			r := recipe{line: "dart run coverage:format_coverage --lcov --in=coverage --out=coverage/lcov.info --report-on=lib"}
			if !dartCoverage(content(run, "pubspec.yaml")) {
				r.lacks, r.install = "pubspec.yaml does not name the package coverage, which makes the profile", "dart pub add dev:coverage"
			}
			return r
		}, "dart"},
	}
}

// RawIn returns what runs of tests have left in a folder and those in it, each kind of it once, and what makes profiles of
// it. It reads the disk, through t where that is not nil.
func RawIn(t *Tree, root string) []Raw {
	const entries, dirs = 50_000, 3_000
	kinds := rawKinds()
	found := make([]Raw, len(kinds))
	walk := Walk{Dir: root, Use: Profiles, Entries: entries, Dirs: dirs}
	_, _, _ = t.Walk(context.Background(), walk, func(dir string, files []Entry) {
		for _, e := range files {
			for i, k := range kinds {
				if found[i].Path != "" || !k.is(e.Name, rawFolder(dir)) || !e.Type.IsRegular() {
					continue
				}
				run := k.runIn(root, dir)
				r := k.recipe(dir, e.Name, run)
				path := filepath.Join(dir, e.Name)
				var written time.Time
				if info, err := os.Lstat(path); err == nil {
					written = info.ModTime()
				}
				found[i] = Raw{path, k.what, written, r.command("", run)}
				break
			}
		}
	})
	return slices.DeleteFunc(found, func(r Raw) bool { return r.Path == "" })
}

// Bare reports whether a folder and those in it hold no source of a language that covls knows, as far as it looks. It reads
// the disk, through t where that is not nil.
func Bare(t *Tree, root string) bool {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	bare := true
	_, _, _ = t.Walk(ctx, Walk{Dir: root, Use: Projects, Entries: 20_000, Dirs: 1_000}, func(_ string, files []Entry) {
		if slices.ContainsFunc(files, func(e Entry) bool { _, made := manifestOf(e.Name); return made || languageOf(e.Name) != "" }) {
			bare = false
			stop()
		}
	})
	return bare
}

// rawFolder is the name of the folder that a file of a run lies in, and of a database the one that has all of it.
func rawFolder(dir string) string {
	const database = "cover_db"
	for at, k := dir, 0; k < 3; at, k = filepath.Dir(at), k+1 {
		if filepath.Base(at) == database {
			return database
		}
	}
	return filepath.Base(dir)
}

// runIn is the folder that a command for what lies in dir is run in.
func (k rawKind) runIn(root, dir string) string {
	if k.of == "" {
		for at := dir; at != root && at != filepath.Dir(at); at = filepath.Dir(at) {
			if filepath.Base(at) == "cover_db" {
				return filepath.Dir(at)
			}
		}
		return dir
	}
	kit := kit{of: k.of}
	out := ""
	for at := dir; ; at = filepath.Dir(at) {
		if in, outer := kit.in(at); in {
			out = at
			if !outer {
				break
			}
		}
		if at == root || at == filepath.Dir(at) {
			break
		}
	}
	return cmp.Or(out, root)
}

// Words says of what is there what makes a profile of it, in one line that is a sentence but for its full stop. name
// escapes what others wrote, code sets apart what is literal.
func (c Command) Words(name func(string) string) string {
	code := func(text string) string { return escape.Code(escape.Words(text)) }
	if c.Line == "" {
		return name(c.Lacks)
	}
	var first []string
	if c.Install != "" {
		first = append(first, code(c.Install))
	}
	for _, a := range c.Adds {
		first = append(first, "put "+code(a.Text)+" "+name(a.Where))
	}
	made := code(c.Line) + " makes one"
	if c.Meaning != "" {
		made += " (" + name(c.Meaning) + ")"
	}
	switch {
	case len(first) > 0:
		return name(c.Lacks) + ": first " + strings.Join(first, " and ") + ", then " + made
	case c.Lacks != "":
		return name(c.Lacks) + ": once that is there, " + made
	}
	return made
}

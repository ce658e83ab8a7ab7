package project

import (
	"encoding/json"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"

	"github.com/covls/covls/source"
)

// npmPackage is what covls reads of a package.json.
type npmPackage struct {
	Scripts         map[string]any `json:"scripts"`
	Dependencies    map[string]any `json:"dependencies"`
	DevDependencies map[string]any `json:"devDependencies"`
	PackageManager  any            `json:"packageManager"`
	Workspaces      any            `json:"workspaces"`
}

func readPackage(dir string) npmPackage {
	var m npmPackage
	_ = json.Unmarshal([]byte(content(dir, "package.json")), &m) // a broken one tells what it can
	return m
}

func (m npmPackage) has(name string) bool {
	return m.Dependencies[name] != nil || m.DevDependencies[name] != nil
}

// nodeProject is a package of npm, with the folders around it up to that of the workspace: in a workspace of packages
// the tools may be those of the outer one.
type nodeProject struct {
	dir    string
	around []string // dir first
	own    npmPackage
}

// nodeTests takes the script of the project's own tests, and the tools that are installed: it runs nothing that would
// be fetched first.
func nodeTests(dir, root string) recipe {
	p := readNode(dir, root)
	r := p.tests()
	r.pinned = p.pinned()
	return r
}

func readNode(dir, root string) *nodeProject {
	p := &nodeProject{dir: dir, own: readPackage(dir)}
	for at := dir; ; at = filepath.Dir(at) {
		p.around = append(p.around, at)
		if at == root || !source.Inside(filepath.Dir(at), root) {
			break
		}
	}
	return p
}

func (p *nodeProject) tests() recipe {
	name, script := p.chosen()
	last := lastCommand(script)
	if p.deno(script) {
		return denoTests()
	}
	switch runner := runnerIn(script); {
	case runner == "" && isWorkspace(p.dir) && delegates.MatchString(script):
		return recipe{lacks: "the script " + name + " runs those of the packages in it: each has its own command"}
	case runner == "vitest", runner == "" && p.has("vitest"):
		return p.vitest(name, last)
	case runner == "jest", runner == "" && p.has("jest"):
		return p.jest(name, last, "jest")
	case runner == "react-scripts":
		return p.jest(name, last, runner)
	case runner == "bun", runner == "" && script == "" && p.manager().exec == "bun run":
		return bunTests(last)
	case runner == "nyc", runner == "c8":
		return p.reporting(runner, name)
	case runner == "ng":
		return p.angular(name, last)
	case runner == "wtr":
		return p.with(name, last, "wtr", "", func(profile string) string { return "--coverage" })
	case script != "" && (p.has("nyc") || p.hasAny(".nycrc", ".nycrc.json", ".nycrc.yml", "nyc.config.js")) && !p.has("c8"):
		return p.wrapped("nyc", name)
	case script != "" && (p.has("c8") || nodesOwn(script) == ""):
		return p.wrapped("c8", name)
	case script == "":
		script = "node --test"
	default:
		script = nodesOwn(script)
	}
	return writing(func(profile string) string {
		return strings.Replace(script, "node --test", "node --test --experimental-test-coverage --test-reporter=spec --test-reporter-destination=stdout --test-reporter=lcov --test-reporter-destination="+profile, 1)
	}, "lcov.info")
}

// chosen is the script of the project's own tests, and its name: the first that has a runner which covls knows, else
// that of the name test; "" where there is none.
func (p *nodeProject) chosen() (name, script string) {
	for _, name := range []string{"test", "test:unit", "unit", "test:coverage", "test:cov", "coverage", "cover", "cov"} {
		if script, _ := p.own.Scripts[name].(string); runnerIn(script) != "" {
			return name, script
		}
	}
	script, _ = p.own.Scripts["test"].(string)
	if strings.Contains(script, "no test specified") { // as npm init writes it
		script = ""
	}
	return "test", script
}

// delegates finds a script that runs those of other packages.
var delegates = regexp.MustCompile(`\b(turbo|lerna|nx|wsrun|ultra|moon)\b|--workspaces\b|-ws\b|\bpnpm\b.*(-r\b|--recursive|--filter)|\byarn\b.*\bworkspaces?\b|--filter[= ]`)

// isWorkspace reports whether a folder's package has others in it.
func isWorkspace(dir string) bool {
	return has(dir, "pnpm-workspace.yaml") || has(dir, "lerna.json") || readPackage(dir).Workspaces != nil
}

// deno tells that the tests are Deno's.
func (p *nodeProject) deno(script string) bool {
	return strings.Contains(script, "deno test") || script == "" && (has(p.dir, "deno.json") || has(p.dir, "deno.jsonc"))
}

func denoTests() recipe {
	return writing(func(profile string) string {
		data := path.Join(reports(profile), "deno")
		return "deno test --coverage=" + data + " && deno coverage --lcov --output=" + profile + " " + data
	}, nodeProfile)
}

func bunTests(last string) recipe {
	if !strings.HasPrefix(last, "bun test") {
		last = "bun test"
	}
	return writing(func(profile string) string {
		return last + " --coverage --coverage-reporter=lcov --coverage-dir=" + reports(profile)
	}, nodeProfile)
}

// angular has Angular's own builder measure, with Karma or with vitest.
func (p *nodeProject) angular(name, last string) recipe {
	if settings := content(p.dir, "angular.json"); strings.Contains(settings, "@angular/build:unit-test") || p.has("vitest") {
		return p.with(name, last, "ng", " test", func(string) string { return "--no-watch --coverage --coverage-reporters=lcovonly" })
	}
	r := p.with(name, last, "ng", " test", func(string) string { return "--no-watch --code-coverage" })
	if r.lacks == "" && !strings.Contains(contents(p.dir, "karma.conf.js", "karma.conf.cjs", "angular.json"), "lcov") {
		r.lacks = "Karma is not set to write LCOV"
		r.add("coverageReporter: { reporters: [{ type: 'lcovonly' }] }", "into karma.conf.js (ng generate config karma writes one)")
	}
	return r
}

// hasAny reports whether one of the files is in the package's folder or one around it.
func (p *nodeProject) hasAny(names ...string) bool {
	return slices.ContainsFunc(p.around, func(dir string) bool {
		return slices.ContainsFunc(names, func(name string) bool { return has(dir, name) })
	})
}

// nodesOwn is the command of a script that is Node's own runner, which measures by itself when it is told so before the
// files; "" where there is none, or it has reporters already.
func nodesOwn(script string) string {
	if strings.ContainsAny(script, "|;") {
		return ""
	}
	for command := range strings.SplitSeq(script, "&&") {
		if command = strings.TrimSpace(command); strings.HasPrefix(command, "node --test") && !strings.Contains(command, "--test-reporter") {
			return command
		}
	}
	return ""
}

// lastCommand is what arguments go to that stand behind a script.
func lastCommand(script string) string {
	if i := strings.LastIndexAny(script, "&|;"); i >= 0 {
		script = script[i+1:]
	}
	return strings.TrimSpace(script)
}

// runnerIn is the first of the programs in a script that covls knows how to have measured; "" for none of them.
func runnerIn(script string) string {
	for word := range strings.FieldsSeq(strings.NewReplacer("&", " ", "|", " ", ";", " ").Replace(script)) {
		switch base := path.Base(strings.TrimSuffix(word, ".js")); base {
		case "vitest", "jest", "react-scripts", "nyc", "c8", "ng", "wtr", "bun":
			if base == "bun" && !strings.Contains(script, "bun test") {
				continue // it runs another script
			}
			return base
		}
	}
	return ""
}

// has reports whether the package, or one around it, asks for another.
func (p *nodeProject) has(name string) bool {
	return slices.ContainsFunc(p.around, func(dir string) bool { return readPackage(dir).has(name) })
}

// bin is the path of an installed program, for a command line in the project; ok is false where it is not installed.
func (p *nodeProject) bin(name string) (line string, ok bool) {
	file := name
	if runtime.GOOS == "windows" {
		file += ".cmd"
	}
	for _, at := range p.around {
		if !has(at, "node_modules/.bin/"+file) {
			continue
		}
		rel, err := filepath.Rel(p.dir, filepath.Join(at, "node_modules", ".bin", name))
		if err == nil {
			return rel, true
		}
	}
	return "", false
}

// program is the command of a tool, and what to say where it is not installed.
func (p *nodeProject) program(name, module string) (line string, lacks recipe) {
	switch name {
	case "wtr":
		module = "@web/test-runner"
	case "ng":
		module = "@angular/cli"
	}
	line, ok := p.bin(name)
	if !ok {
		line = p.manager().exec + " " + name
		if !p.plugAndPlay() {
			lacks = p.lacking(module)
		}
	}
	return line, lacks
}

// lacking is what is said of a module that is not installed.
func (p *nodeProject) lacking(module string) recipe {
	m := p.manager()
	if p.has(module) {
		return recipe{lacks: module + " is in package.json but not installed", install: m.install}
	}
	return recipe{lacks: module + ", which measures the tests, is not installed", install: m.add + " " + module}
}

// plugAndPlay tells that packages are installed where no folder shows them.
func (p *nodeProject) plugAndPlay() bool {
	return slices.ContainsFunc(p.around, func(dir string) bool { return has(dir, ".pnp.cjs") })
}

// manager is what installs packages and runs scripts.
type manager struct{ run, dashes, exec, install, add string }

func (p *nodeProject) manager() manager {
	npm := manager{"npm run", "-- ", "npx --no-install", "npm install", "npm install --save-dev"}
	if !onPath("npx") && onPath("npm") {
		npm.exec = "npm exec --no --" // the same by another name
	}
	all := map[string]manager{
		"npm":  npm,
		"pnpm": {"pnpm run", "", "pnpm exec", "pnpm install", "pnpm add -D"},
		"yarn": {"yarn run", "", "yarn run", "yarn install", "yarn add --dev"},
		"bun":  {"bun run", "", "bun run", "bun install", "bun add --dev"},
	}
	for _, dir := range p.around {
		named, _ := readPackage(dir).PackageManager.(string)
		name, _, _ := strings.Cut(named, "@")
		if m, ok := all[name]; ok {
			return m
		}
		for _, lock := range []struct{ file, name string }{
			{"package-lock.json", "npm"}, {"pnpm-lock.yaml", "pnpm"}, {"yarn.lock", "yarn"}, {"bun.lock", "bun"}, {"bun.lockb", "bun"},
		} {
			if has(dir, lock.file) {
				return all[lock.name]
			}
		}
	}
	return npm
}

// pinned is the program that installs packages in the version that package.json asks for, "" where it asks for none.
func (p *nodeProject) pinned() string {
	for _, dir := range p.around {
		if named, _ := readPackage(dir).PackageManager.(string); named != "" {
			named, _, _ = strings.Cut(named, "+") // and the sum of what is downloaded
			if name, version, ok := strings.Cut(named, "@"); ok && plain(named) && slices.Contains([]string{"pnpm", "yarn", "bun"}, name) && version != "" {
				return named
			}
			return ""
		}
	}
	return ""
}

// script is the command line that runs a script of the package.
func (p *nodeProject) script(name string) string {
	m := p.manager()
	// The test of bun is its own, and that of pnpm takes no options of others.
	if name == "test" && m.run != "bun run" && m.run != "pnpm run" {
		return strings.TrimSuffix(m.run, " run") + " test"
	}
	return m.run + " " + name
}

// reports is the folder for what the tools write; some wipe theirs.
func reports(profile string) string { return path.Dir(profile) }

const nodeProfile = "coverage/lcov.info"

// with is the script with arguments behind it, where they go to the runner, else the runner by itself.
func (p *nodeProject) with(name, last, runner, alone string, arguments func(profile string) string) recipe {
	program, lacks := p.program(runner, runner)
	program += alone
	if runnerIn(last) == runner {
		program = strings.TrimSpace(p.script(name) + " " + p.manager().dashes)
	}
	r := writing(func(profile string) string { return program + " " + arguments(profile) }, nodeProfile)
	r.lacks, r.install = lacks.lacks, lacks.install
	return r
}

func (p *nodeProject) vitest(name, last string) recipe {
	r := p.with(name, last, "vitest", " run", func(profile string) string {
		args := "--coverage.enabled --coverage.reporter=lcovonly --coverage.reportsDirectory=" + reports(profile)
		if runnerIn(last) == "vitest" && !slices.Contains(strings.Fields(last), "run") && !strings.Contains(last, "--run") {
			args = "--run " + args // it would wait for changes
		}
		return args
	})
	const v8, istanbul = "@vitest/coverage-v8", "@vitest/coverage-istanbul"
	switch {
	case p.module(v8), p.module(istanbul), p.plugAndPlay():
	case p.has(v8), p.has(istanbul):
		if r.lacks == "" {
			provider := v8
			if !p.has(v8) {
				provider = istanbul
			}
			lacks := p.lacking(provider)
			r.lacks, r.install = lacks.lacks, lacks.install
		}
	default: // to add it installs the others, too
		r.lacks, r.install = v8+", which measures the tests, is not installed", p.manager().add+" "+v8+p.vitestVersion()
	}
	return r
}

// vitestVersion is the version of vitest, behind an @: what measures has to be of the same. It is "" where that is the
// newest, or not known.
func (p *nodeProject) vitestVersion() string {
	for _, dir := range p.around {
		var installed struct {
			Version any `json:"version"`
		}
		_ = json.Unmarshal([]byte(content(dir, "node_modules/vitest/package.json")), &installed) // a broken one tells what it can
		if v, ok := installed.Version.(string); ok && plain(v) {
			return "@" + v
		}
	}
	for _, dir := range p.around {
		own := readPackage(dir)
		for _, of := range []map[string]any{own.DevDependencies, own.Dependencies} {
			if v, ok := of["vitest"].(string); ok {
				if major := majorVersion.FindStringSubmatch(v); major != nil {
					return "@" + major[1]
				}
			}
		}
	}
	return ""
}

// majorVersion finds the major version that a constraint of npm begins with.
var majorVersion = regexp.MustCompile(`^[~^=v]*(\d{1,4})(\.|$)`)

func (p *nodeProject) jest(name, last, runner string) recipe {
	alone, watch := "", ""
	if runner == "react-scripts" {
		alone, watch = " test", "--watchAll=false "
	}
	return p.with(name, last, runner, alone, func(profile string) string {
		return watch + "--coverage --coverageReporters=lcovonly --coverageDirectory=" + reports(profile)
	})
}

// module reports whether a module is installed.
func (p *nodeProject) module(name string) bool {
	return slices.ContainsFunc(p.around, func(dir string) bool { return has(dir, "node_modules/"+name) })
}

// reporting is a script that measures already, and leaves what reports are made of.
func (p *nodeProject) reporting(tool, name string) recipe {
	program, lacks := p.program(tool, tool)
	r := writing(func(profile string) string {
		return p.script(name) + " && " + program + " report --reporter=lcovonly " + reportDir(tool) + reports(profile)
	}, nodeProfile)
	r.lacks, r.install = lacks.lacks, lacks.install
	return r
}

// wrapped is a script that a tool measures from outside.
func (p *nodeProject) wrapped(tool, name string) recipe {
	program, lacks := p.program(tool, tool)
	r := writing(func(profile string) string {
		return program + " --reporter=lcovonly " + reportDir(tool) + reports(profile) + " " + p.script(name)
	}, nodeProfile)
	r.wraps = programs(p.script(name))
	r.lacks, r.install = lacks.lacks, lacks.install
	return r
}

// reportDir is the option for where reports go.
func reportDir(tool string) string {
	if tool == "nyc" {
		return "--report-dir="
	}
	return "--reports-dir="
}

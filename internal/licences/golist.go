package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// program is the package that people get.
const program = "./cmd/covls"

// use is what a holding is for.
type use int

const (
	inProgram use = iota
	inExtension
	forTests
	forTools
	forExtension
)

func (u use) String() string {
	return [...]string{
		"in the program", "in the extension's bundle", "for tests", "for tools", "for making and testing the extension",
	}[u]
}

// given reports whether people get it.
func (u use) given() bool { return u == inProgram || u == inExtension }

// holding is a module or package that somebody else made.
type holding struct {
	// name is a module's path, a package of npm, or golang.
	name string
	// version is "" for what comes with Go.
	version string
	use     use
	// dir is where it lies, of Go where the sources of its library do.
	dir string
	// files are slash paths below dir of what the program holds of it, each with whether it is embedded as it
	// stands. What is in a build without tags alone, which is what go install makes, is in more.
	files, more map[string]bool
	// systems are those for which the program holds it, sorted; nil is all.
	systems []string
	// declared is the licence that a package of npm says it has.
	declared string
}

// golang is the name of what comes with Go.
const golang = "Go"

func (h *holding) String() string { return strings.TrimSpace(h.name + " " + h.version) }

type target struct{ system, machine string }

// targets are what `make vsix` packs a server for.
func targets() []target {
	return []target{
		{"linux", "amd64"},
		{"linux", "arm64"},
		{"darwin", "amd64"},
		{"darwin", "arm64"},
		{"windows", "amd64"},
		{"windows", "arm64"},
	}
}

// systemsOf are the systems of targets, each once, sorted.
func systemsOf(ts []target) []string {
	all := map[string]bool{}
	for _, t := range ts {
		all[t.system] = true
	}
	return slices.Sorted(maps.Keys(all))
}

// goPackage is what `go list` says of a package.
type goPackage struct {
	ImportPath, Dir string
	Standard        bool
	Deps            []string
	Module          *struct {
		Path, Version, Dir string
		Main               bool
	}
	GoFiles, CgoFiles, CFiles, HFiles, SFiles, SysoFiles, EmbedFiles []string
}

// list runs `go list` and returns the packages by their import paths.
func list(root string, env []string, args ...string) (map[string]*goPackage, error) {
	const fields = "-json=ImportPath,Dir,Standard,Module,GoFiles,CgoFiles,CFiles,HFiles,SFiles,SysoFiles,EmbedFiles"
	cmd := exec.Command("go", slices.Concat([]string{"list", fields, "-deps"}, args)...)
	cmd.Dir = root
	cmd.Env = append(os.Environ(), env...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %s", cmd, err, strings.TrimSpace(stderr.String()))
	}
	packages := map[string]*goPackage{}
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p goPackage
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return packages, nil
		} else if err != nil {
			return nil, fmt.Errorf("%s: %w", cmd, err)
		}
		packages[p.ImportPath] = &p
	}
}

// holdings collects modules by what they are for.
type holdings map[string]*holding

// add adds a package, unless it is covls's own, and returns where it belongs.
func (hs holdings) add(p *goPackage, u use, goroot string) *holding {
	h := &holding{name: golang, dir: filepath.Join(goroot, "src"), use: u}
	switch {
	case p.Module != nil && p.Module.Main:
		return nil
	case p.Module != nil:
		h.name, h.version, h.dir = p.Module.Path, p.Module.Version, p.Module.Dir
	case !p.Standard:
		return nil
	case u != inProgram:
		return nil // the program holds Go already
	}
	if old, ok := hs[h.String()]; ok {
		return old
	}
	h.files, h.more = map[string]bool{}, map[string]bool{}
	hs[h.String()] = h
	return h
}

// hold adds the files of a package to those in the program.
func (h *holding) hold(p *goPackage, files map[string]bool) error {
	dir, err := filepath.Rel(h.dir, p.Dir)
	if err != nil {
		return fmt.Errorf("place package %s: %w", p.ImportPath, err)
	}
	for _, f := range slices.Concat(p.GoFiles, p.CgoFiles, p.CFiles, p.HFiles, p.SFiles, p.SysoFiles) {
		files[filepath.ToSlash(filepath.Join(dir, f))] = false
	}
	for _, f := range p.EmbedFiles {
		files[filepath.ToSlash(filepath.Join(dir, f))] = true
	}
	return nil
}

// goHoldings lists what the program, its tests and the tools are made of.
func goHoldings(root string) ([]*holding, error) {
	out, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return nil, fmt.Errorf("go env GOROOT: %w", err)
	}
	goroot := strings.TrimSpace(string(out))
	held := holdings{}
	systems := map[*holding]map[string]bool{}
	for _, t := range targets() {
		env := []string{"GOOS=" + t.system, "GOARCH=" + t.machine, "CGO_ENABLED=0"}
		packages, err := list(root, env, program)
		if err != nil {
			return nil, err
		}
		for _, p := range packages {
			h := held.add(p, inProgram, goroot)
			if h == nil {
				continue
			}
			if systems[h] == nil {
				systems[h] = map[string]bool{}
			}
			systems[h][t.system] = true
			if err := h.hold(p, h.files); err != nil {
				return nil, err
			}
		}
	}
	for h, on := range systems {
		if len(on) < len(systemsOf(targets())) {
			h.systems = slices.Sorted(maps.Keys(on))
		}
	}
	// Without build tags the program holds more.
	plain, err := list(root, []string{"GOFLAGS=", "CGO_ENABLED=0"}, program)
	if err != nil {
		return nil, err
	}
	for _, p := range plain {
		if h := held.add(p, inProgram, goroot); h != nil {
			if err := h.hold(p, h.more); err != nil {
				return nil, err
			}
			maps.DeleteFunc(h.more, func(f string, _ bool) bool { _, is := h.files[f]; return is })
		}
	}
	for _, system := range systemsOf(targets()) {
		packages, err := list(root, []string{"GOOS=" + system}, "-test", "./...")
		if err != nil {
			return nil, err
		}
		for _, p := range packages {
			held.add(p, forTests, goroot)
		}
	}
	tools, err := list(root, nil, "-modfile=tools/go.mod", "tool")
	if err != nil {
		return nil, err
	}
	for _, p := range tools {
		held.add(p, forTools, goroot)
	}
	return slices.SortedFunc(maps.Values(held), byUse), nil
}

// byUse sorts by what they are for, then by name, Go first.
func byUse(a, b *holding) int {
	first := func(h *holding) int {
		if h.name == golang {
			return 0
		}
		return 1
	}
	return cmp.Or(cmp.Compare(a.use, b.use), cmp.Compare(first(a), first(b)), cmp.Compare(a.name, b.name), cmp.Compare(a.version, b.version))
}

package project

import (
	"cmp"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// atHome are folders of the user's own that the installers of languages put programs in, and a shell's settings onto PATH.
func atHome() [][]string {
	return [][]string{
		{".local", "bin"},
		{".cargo", "bin"},
		{".dotnet"},
		{".dotnet", "tools"},
		{".bun", "bin"},
		{".deno", "bin"},
		{".yarn", "bin"},
		{".local", "share", "pnpm"},
		{"Library", "pnpm"},
		{".volta", "bin"},
		{".asdf", "shims"},
		{".pyenv", "shims"},
		{".rbenv", "shims"},
		{".luarocks", "bin"},
		{".pub-cache", "bin"},
		{"go", "bin"},
	}
}

// onPath reports whether a program is found where programs are looked for, or in a folder of the user's home.
func onPath(name string, home ...string) bool {
	dirs := filepath.SplitList(os.Getenv("PATH"))
	if at, err := os.UserHomeDir(); err == nil && len(home) > 0 {
		dirs = append(dirs, filepath.Join(append([]string{at}, home...)...))
	}
	ends := []string{""}
	if runtime.GOOS == "windows" {
		ends = []string{".exe", ".cmd", ".bat", ".com"}
	}
	return slices.ContainsFunc(dirs, func(dir string) bool {
		return filepath.IsAbs(dir) && slices.ContainsFunc(ends, func(end string) bool {
			info, err := os.Stat(filepath.Join(dir, name+end))
			return err == nil && !info.IsDir()
		})
	})
}

// nowhere reports whether a program is neither on PATH nor where it would be put.
func nowhere(name string) bool {
	return !onPath(name) && !cargoHas(name) && !slices.ContainsFunc(atHome(), func(at []string) bool { return onPath(name, at...) })
}

// programs are those that a command line of covls's own begins with, and behind each &&. What lies in a folder of the project
// and what is the shell's own is not among them.
func programs(line string) []string {
	var out []string
	for command := range strings.SplitSeq(line, "&&") {
		for word := range strings.FieldsSeq(command) {
			if name, _, is := strings.Cut(word, "="); is && name != "" && !strings.ContainsAny(name, `/\"'-`) {
				continue // a variable that is set for the program
			}
			shells := slices.Contains([]string{"set", "mv", "rm", "cd"}, word)
			if plain(word) && !shells && !strings.ContainsAny(word, `/\`) && !slices.Contains(out, word) {
				out = append(out, word)
			}
			break
		}
	}
	return out
}

// withPrograms says first which programs are not found that the lines of a recipe need, and what installs them.
func (r recipe) withPrograms() recipe {
	if r.line == "" {
		return r
	}
	said := strings.FieldsFunc(r.lacks, func(c rune) bool { return strings.ContainsRune(" ,:;", c) })
	var lacks, installs []string
	need := func(name string) bool {
		if slices.Contains(said, name) || !nowhere(name) {
			return false
		}
		said, lacks = append(said, name), append(lacks, name)
		return true
	}
	for _, name := range slices.Concat(programs(r.line), r.wraps) {
		by, what, _ := strings.Cut(r.install, " ")
		if brings := by != name && strings.Contains(strings.ToLower(what), name); brings || !need(name) {
			continue
		}
		install := installer(name)
		if strings.HasPrefix(r.pinned, name+"@") && !strings.HasPrefix(install, "corepack") {
			install = "npm install --global " + r.pinned
		}
		if install != "" && !slices.ContainsFunc(programs(install), nowhere) {
			installs = append(installs, install)
		}
	}
	text := ""
	if len(lacks) > 0 {
		text = "the command needs " + notOnPath(lacks)
	}
	if r.lacks != "" && text != "" {
		text += "; "
	}
	text += r.lacks
	lacks = nil
	for _, name := range programs(r.install) {
		need(name)
	}
	if len(lacks) > 0 && r.lacks != "" {
		text += ", and installing it needs " + notOnPath(lacks)
	}
	if r.install != "" {
		installs = append(installs, r.install)
	}
	r.lacks, r.install = text, strings.Join(installs, " && ")
	return r
}

// notOnPath names programs and says of them that they are not there.
func notOnPath(names []string) string {
	last := len(names) - 1
	if last == 0 {
		return names[0] + ", which is not on PATH"
	}
	return strings.Join(names[:last], ", ") + " and " + names[last] + ", which are not on PATH"
}

// installer is the command line that installs a program for all of the user's projects; "" where it is the system's.
func installer(name string) string {
	switch name {
	case "yarn":
		if onPath("corepack") { // which has the newer ones
			return "corepack enable"
		}
		return "npm install --global " + name
	case "pnpm", "bun", "deno":
		return "npm install --global " + name
	case "tox", "nox", "uv", "poetry", "pdm", "pipenv", "hatch", "meson", "ninja", "gcovr":
		return pipInstall(name)
	case "bundle":
		return "gem install bundler"
	}
	return ""
}

// pipInstall is the command line that installs a program that is written in Python.
func pipInstall(name string) string {
	switch {
	case onPath("pipx"):
		return "pipx install " + name
	case !onPath("pip") && onPath(python()):
		return python() + " -m pip install " + name
	}
	return "pip install " + name
}

// python is what Python is called here.
func python() string {
	usual, other := "python3", "python"
	if runtime.GOOS == "windows" {
		usual, other = other, "py"
	}
	if !onPath(usual) && onPath(other) {
		return other
	}
	return usual
}

// command is what a recipe makes of a project.
func (r recipe) command(language, dir string) Command {
	r = r.withPrograms()
	return Command{
		Language: language, Dir: dir, Line: r.line, Own: cmp.Or(r.own, r.line),
		Lacks: r.lacks, Install: r.install, Adds: r.adds, Meaning: r.meaning,
	}
}

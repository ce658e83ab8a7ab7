package git

import (
	"os"
	"path/filepath"
	"strings"
)

// Top is the top of the innermost work tree around dir, an absolute path; ok is false where dir is in none. What
// a file .git names is not looked at but for whether it has a work tree.
func Top(dir string) (top string, ok bool) {
	for at := dir; ; at = filepath.Dir(at) {
		if isTop(at) {
			return at, true
		}
		if filepath.Dir(at) == at {
			return "", false
		}
	}
}

// isTop reports whether a folder has a file .git or a folder of that name. A repository beside its work trees, which a
// file names in the folder around them, has none itself.
func isTop(dir string) bool {
	dotGit := filepath.Join(dir, ".git")
	info, err := os.Stat(dotGit)
	if err != nil || info.IsDir() {
		return err == nil
	}
	to, ok := named(dir)
	return ok && (isLinked(to) || isFile(filepath.Join(to, "index")) || !isFile(filepath.Join(to, "HEAD")))
}

// named is the folder that the file .git in a folder names, whether or not it is there.
func named(dir string) (to string, ok bool) {
	text, err := readSmall(filepath.Join(dir, ".git"))
	if err != nil {
		return "", false
	}
	to, ok = strings.CutPrefix(text, "gitdir: ")
	if !ok {
		return "", false
	}
	to = beside(dir, strings.TrimRight(to, "\r\n"))
	return to, to != ""
}

// isLinked reports whether a folder is what a repository keeps for a linked work tree.
func isLinked(dir string) bool { return filepath.Base(filepath.Dir(dir)) == "worktrees" }

// Siblings reports whether the work trees with these tops are two of one repository. The path that a linked one has
// for it need not be right: a container, or a folder that was moved, has the repository elsewhere.
func Siblings(a, b string) bool {
	if a == b {
		return false
	}
	repositoryA, nameA := repositoryOf(a)
	repositoryB, nameB := repositoryOf(b)
	has := func(repository, name string) bool {
		return name != "" && isDir(filepath.Join(repository, "worktrees", name))
	}
	return repositoryA != "" && repositoryA == repositoryB && (nameA != "" || nameB != "") || has(repositoryA, nameB) || has(repositoryB, nameA)
}

// repositoryOf is the repository of the work tree with a top, and the name that it has for a linked one; "" for the
// others.
func repositoryOf(top string) (dir, name string) {
	dir = filepath.Join(top, ".git")
	if !isDir(dir) {
		to, ok := named(top)
		if !ok {
			return "", ""
		}
		dir = to
		if isLinked(to) {
			dir, name = filepath.Dir(filepath.Dir(to)), filepath.Base(to)
		}
	}
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		dir = real
	}
	return dir, name
}

// Nested reports whether dir is the top of a work tree that is linked to the repository of the work tree around it. A
// submodule is not: it is of another repository.
func Nested(dir string) bool {
	info, err := os.Lstat(filepath.Join(dir, ".git"))
	if err != nil || !info.Mode().IsRegular() {
		return false
	}
	around, ok := Top(filepath.Dir(dir))
	return ok && Siblings(dir, around)
}

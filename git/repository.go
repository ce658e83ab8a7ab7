// Package git reads the repository around a folder: which files it tracks, which commits changed
// them, what their texts were, and where they went. It reads the files of the repository itself and starts no program: what a repository's
// configuration names is neither run nor reached, for the configuration is not read. Whatever stands in
// those files may be anybody's, so all of it is bounded, and an object counts only where its content has
// its name's hash.
package git

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/covls/covls/disk"
)

// Bounds of what is read of a repository.
const (
	maxAlternates = 16
	maxPacks      = 1024
	maxSmall      = 64 << 10 // bytes of files with a line or a few
	maxLine       = 16 << 10 // bytes of a line of packed-refs, and of a path
	maxSymbolic   = 5        // references that lead to each other
)

// errNone says that a folder is in no work tree that can be read.
var errNone = errors.New("not a git repository")

var errReftable = errors.New("the references are in a reftable, which covls does not read")

// hash names an object: the bytes of its SHA-1 or SHA-256.
type hash string

func (h hash) String() string { return hex.EncodeToString([]byte(h)) }

func parseHash(s string) (hash, bool) {
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != 20 && len(b) != 32 {
		return "", false
	}
	return hash(b), true
}

// repository is an open repository. It belongs to one goroutine.
type repository struct {
	// root is the top of the work tree.
	root string
	// dir has HEAD and the index, common the references; they differ in a linked work tree.
	dir, common string
	objects     objects
	indexFile   string   // "" is index in dir
	tree        *os.Root // the work tree; nil until somebody reads in it
}

// open finds the repository whose work tree holds dir, an absolute path without symlinks. The error is
// errNone where there is none.
func open(dir string) (*repository, error) {
	for at := dir; ; at = filepath.Dir(at) {
		r, err := openAt(at)
		if err == nil && inside(dir, r.dir) {
			return nil, errNone
		}
		if err == nil || !errors.Is(err, fs.ErrNotExist) {
			return r, err
		}
		if filepath.Dir(at) == at {
			return nil, errNone
		}
	}
}

// openAt opens the repository of the work tree at root. The error is fs.ErrNotExist where nothing there
// looks like one.
func openAt(root string) (*repository, error) {
	dotGit := filepath.Join(root, ".git")
	info, err := os.Stat(dotGit)
	if err != nil {
		return nil, fs.ErrNotExist
	}
	r := &repository{root: root, dir: dotGit}
	if !info.IsDir() {
		if r.dir, err = linked(root, dotGit); err != nil {
			return nil, err
		}
	}
	r.common = r.dir
	if text, err := readSmall(filepath.Join(r.dir, "commondir")); err == nil {
		if r.common = beside(r.dir, strings.TrimRight(text, "\r\n")); r.common == "" {
			return nil, errNone
		}
	}
	if !isFile(filepath.Join(r.dir, "HEAD")) || !isDir(filepath.Join(r.common, "objects")) {
		return nil, fs.ErrNotExist
	}
	r.objects.dirs = objectDirs(filepath.Join(r.common, "objects"))
	return r, nil
}

func (r *repository) close() {
	r.objects.close()
	if r.tree != nil {
		r.tree.Close()
		r.tree = nil
	}
}

// files is the work tree, for reading what lies in it.
func (r *repository) files() (root *os.Root, err error) {
	if r.tree == nil {
		r.tree, err = os.OpenRoot(r.root)
	}
	return r.tree, err
}

// linked is the folder that a file .git names: that of a linked work tree, which must name the file in its
// turn, or that of a submodule, which lies in the repository around it. Any other folder is not believed,
// since whoever wrote the file could name anybody's.
func linked(root, file string) (string, error) {
	text, err := readSmall(file)
	if err != nil {
		return "", errNone
	}
	to, ok := strings.CutPrefix(text, "gitdir: ")
	if !ok {
		return "", errNone
	}
	dir := beside(root, strings.TrimRight(to, "\r\n"))
	if dir == "" {
		return "", errNone
	}
	if back, err := readSmall(filepath.Join(dir, "gitdir")); err == nil {
		own := beside(dir, strings.TrimRight(back, "\r\n"))
		if own != "" && sameFile(own, file) {
			return dir, nil
		}
		return "", errNone
	}
	for up := filepath.Dir(root); ; up = filepath.Dir(up) {
		rel, err := filepath.Rel(filepath.Join(up, ".git", "modules"), dir)
		if err == nil && rel != "." && filepath.IsLocal(rel) {
			return dir, nil
		}
		if filepath.Dir(up) == up {
			return "", errNone
		}
	}
}

// beside is a path of a repository's file as a path from dir; "" where it would lead to another machine.
func beside(dir, path string) string {
	if path == "" || strings.ContainsRune(path, 0) {
		return ""
	}
	path = filepath.FromSlash(path)
	if runtime.GOOS == "windows" && strings.HasPrefix(path, `\`) {
		return ""
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(dir, path)
	}
	return filepath.Clean(path)
}

// objectDirs is the object folder of a repository and those that it borrows from.
func objectDirs(own string) []string {
	dirs := []string{own}
	seen := map[string]bool{own: true}
	for i := 0; i < len(dirs); i++ {
		text, err := readSmall(filepath.Join(dirs[i], "info", "alternates"))
		if err != nil {
			continue
		}
		for line := range strings.SplitSeq(text, "\n") {
			if line == "" || line[0] == '#' {
				continue
			}
			dir := beside(dirs[i], strings.TrimSuffix(line, "\r"))
			if dir != "" && !seen[dir] && len(dirs) <= maxAlternates && isDir(dir) {
				seen[dir] = true
				dirs = append(dirs, dir)
			}
		}
	}
	return dirs
}

// shallow tells that the history ends early.
func (r *repository) shallow() bool {
	info, err := os.Stat(filepath.Join(r.common, "shallow"))
	return err == nil && info.Size() > 0
}

// head is the commit at hand; "" where there is none yet.
func (r *repository) head() (hash, error) { return r.target("HEAD") }

// target is the object that a reference leads to; "" where there is none.
func (r *repository) target(name string) (hash, error) {
	if name != "HEAD" && isDir(filepath.Join(r.common, "reftable")) {
		return "", errReftable
	}
	from := name
	for range maxSymbolic {
		text, err := r.reference(name)
		if err != nil {
			return "", fmt.Errorf("read the reference %s: %w", name, err)
		}
		target, symbolic := strings.CutPrefix(text, "ref:")
		if !symbolic {
			if text == "" {
				return "", nil
			}
			text, _, _ = strings.Cut(text, "\t") // behind it FETCH_HEAD says what was fetched
			h, ok := parseHash(text)
			if !ok {
				return "", fmt.Errorf("the reference %s is none that covls can read", name)
			}
			return h, nil
		}
		name = strings.TrimSpace(target)
		if !strings.HasPrefix(name, "refs/") || !filepath.IsLocal(filepath.FromSlash(name)) {
			return "", fmt.Errorf("%s leads to %q, which is no reference", from, name)
		}
		if isDir(filepath.Join(r.common, "reftable")) {
			return "", errReftable
		}
	}
	return "", errors.New("the references lead in a circle")
}

// reference is what a reference holds; "" where there is none.
func (r *repository) reference(name string) (string, error) {
	for _, dir := range []string{r.dir, r.common} {
		text, err := readSmall(filepath.Join(dir, filepath.FromSlash(name)))
		if err == nil {
			return strings.TrimSpace(text), nil
		}
		if !errors.Is(err, fs.ErrNotExist) && !isDir(filepath.Join(dir, filepath.FromSlash(name))) {
			return "", err
		}
	}
	f, err := openRegular(filepath.Join(r.common, "packed-refs"))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, maxLine)
	for lines.Scan() {
		value, at, ok := bytes.Cut(lines.Bytes(), []byte(" "))
		if ok && string(at) == name {
			return string(value), nil
		}
	}
	return "", lines.Err()
}

// readSmall reads a file that holds little.
func readSmall(path string) (string, error) {
	f, err := openRegular(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxSmall+1))
	if err != nil {
		return "", err
	}
	if len(data) > maxSmall {
		return "", fmt.Errorf("%s is larger than %d bytes", path, maxSmall)
	}
	return string(data), nil
}

// openRegular opens a regular file; opening a pipe would wait for its other end.
func openRegular(path string) (*os.File, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file", path)
	}
	return disk.Open(path)
}

func inside(path, dir string) bool {
	rel, err := filepath.Rel(dir, path)
	return err == nil && filepath.IsLocal(rel)
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

func sameFile(a, b string) bool {
	x, err := os.Stat(a)
	if err != nil {
		return false
	}
	y, err := os.Stat(b)
	return err == nil && os.SameFile(x, y)
}

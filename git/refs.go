package git

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// maxRefs is how many branches, and how many tags, are listed.
const maxRefs = 1000

// Refs are what a change may be compared with, by what FindBase calls it.
type Refs struct {
	// Branches are those of the repository and, as "origin/main", of its remotes; Tags are the tags. Both are sorted: the remotes' behind
	// the repository's own.
	Branches, Tags []string
}

// RefsOf lists the branches and tags of the repository around a folder, 1,000 of each at most.
func RefsOf(dir string) (Refs, error) {
	r, err := around(dir)
	if err != nil {
		return Refs{}, err
	}
	defer r.close()
	if isDir(filepath.Join(r.common, "reftable")) {
		return Refs{}, fmt.Errorf("list the branches of %s: %w", dir, errReftable)
	}
	var out Refs
	for _, in := range []struct {
		below string
		into  *[]string
	}{{"refs/heads/", &out.Branches}, {"refs/remotes/", &out.Branches}, {"refs/tags/", &out.Tags}} {
		names := map[string]bool{}
		err := r.packed(func(name, _ []byte) bool {
			if rest, ok := strings.CutPrefix(string(name), in.below); ok {
				names[rest] = true
			}
			return len(names) < maxRefs
		})
		if err != nil {
			return Refs{}, fmt.Errorf("list the branches of %s: %w", dir, err)
		}
		top := filepath.Join(r.common, filepath.FromSlash(in.below))
		seen := 0
		_ = filepath.WalkDir(top, func(path string, d fs.DirEntry, err error) error {
			if seen++; err != nil || seen > 10*maxRefs {
				return nil //nolint:nilerr // what can't be read is not listed
			}
			if rel, err := filepath.Rel(top, path); err == nil && d.Type().IsRegular() {
				names[filepath.ToSlash(rel)] = true
			}
			return nil
		})
		var list []string
		for name := range names {
			if valid(name) && !strings.HasSuffix(name, "/HEAD") {
				list = append(list, name)
			}
		}
		slices.Sort(list)
		*in.into = append(*in.into, list...)
	}
	out.Branches, out.Tags = out.Branches[:min(len(out.Branches), maxRefs)], out.Tags[:min(len(out.Tags), maxRefs)]
	return out, nil
}

// Stand is the same as long as HEAD, the index and what a revision leads to are: if it is not, what Compare and FindBase say may be another
// thing. It reads little. revision and env are those of FindBase. It is "" where there is no repository that can be read.
func Stand(dir, revision string, env func(string) string) string {
	r, err := around(dir)
	if err != nil {
		return ""
	}
	defer r.close()
	if env == nil {
		env = func(string) string { return "" }
	}
	head, err := r.head()
	if err != nil {
		return ""
	}
	var tip hash
	if revision != "" {
		tip, _, err = r.revision(revision)
	} else {
		tip, err = r.usualBase(&Base{}, env)
	}
	index := ""
	if info, err := os.Stat(filepath.Join(r.dir, "index")); err == nil {
		index = fmt.Sprint(info.Size(), info.ModTime().UnixNano())
	}
	return fmt.Sprint(head, " ", tip, " ", index, " ", r.shallow(), " ", err)
}

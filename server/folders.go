package server

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/covls/covls/config"
	"github.com/covls/covls/watch"
	"github.com/covls/covls/workspace"
)

// folderChange is what one message of the client says of the workspace folders.
type folderChange struct {
	added   []folder
	removed []string // directories
}

// changed returns the folders after changes, one after the other.
func changed(folders []folder, changes []folderChange) []folder {
	at := map[string]int{} // in folders, by directory
	for i, f := range folders {
		at[f.dir] = i
	}
	folders = slices.Clone(folders)
	gone := map[int]bool{}
	for _, c := range changes {
		for _, dir := range c.removed {
			if i, ok := at[dir]; ok {
				gone[i] = true
				delete(at, dir)
			}
		}
		for _, f := range c.added {
			if _, ok := at[f.dir]; !ok {
				at[f.dir] = len(folders)
				folders = append(folders, f)
			}
		}
	}
	out := folders[:0]
	for i, f := range folders {
		if !gone[i] {
			out = append(out, f)
		}
	}
	return out
}

// takeChanges puts the collected changes into the folders.
func (s *session) takeChanges() {
	if len(s.changes) > 0 {
		s.folders, s.changes = changed(s.folders, s.changes), nil
	}
}

// looked are the folders that are looked at: the first ones, where there are more than the editor's
// limits.folders.
func (s *session) looked() []folder {
	layers := []config.Layer{s.initial}
	if s.editor.all != nil {
		layers = append(layers, *s.editor.all)
	}
	return s.folders[:min(len(s.folders), config.Merge(layers...).Limits.Folders)]
}

// tooMany is the problem of folders that are not looked at; ok is false where there are none.
func (s *session) tooMany() (p config.Problem, ok bool) {
	n := len(s.looked())
	if n == len(s.folders) {
		return p, false
	}
	return config.Problem{
		Where: "workspace folders", Severity: config.SeverityWarning,
		Text: fmt.Sprintf("only the first %d are looked at: close some, or have limits.folders in the settings of the editor allow more", n),
	}, true
}

// sameRoots reports whether roots are the same but for where profiles may lie; see sameReads.
func sameRoots(a, b []watch.Root) bool {
	return slices.EqualFunc(a, b, func(x, y watch.Root) bool {
		x.Allows, y.Allows = nil, nil
		return reflect.DeepEqual(x, y)
	})
}

// sameReads reports whether profiles may lie in the same places for two folders.
func sameReads(a, b *workspace.Folder) bool { return a.Settings.ReadsLike(b.Settings) }

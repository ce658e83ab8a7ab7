package engine

import (
	"context"
	"fmt"
	"reflect"
	"slices"

	"github.com/covls/covls/config"
	"github.com/covls/covls/watch"
	"github.com/covls/covls/workspace"
)

// Folder is a workspace folder as the user's editor names it.
type Folder struct {
	// Dir is absolute and cleaned.
	Dir  string
	Name string
	// Tag is whatever the editor calls the folder; the engine hands it on.
	Tag string
	// Implied tells that the editor named no folder, and this one was found around a document.
	Implied bool
}

// folderChange is what one message of the editor says of the workspace folders.
type folderChange struct {
	added   []Folder
	removed []string // directories
}

// SetFolders says what the workspace folders are in the beginning.
func (e *Engine) SetFolders(folders []Folder) {
	e.jobs.put(func(context.Context) { e.folders = folders })
}

// ChangeFolders adds and removes workspace folders, the latter by their directories.
func (e *Engine) ChangeFolders(added []Folder, removed []string) {
	e.jobs.put(func(context.Context) {
		e.changes, e.outdated, e.unasked = append(e.changes, folderChange{added, removed}), true, e.unasked || e.asks
		if len(added) > 0 {
			// The watcher need not have noticed that a folder was gone in between.
			e.watcher.Rescan()
		}
	})
}

// changed returns the folders after changes, one after the other.
func changed(folders []Folder, changes []folderChange) []Folder {
	at := map[string]int{} // in folders, by directory
	for i, f := range folders {
		at[f.Dir] = i
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
			if _, ok := at[f.Dir]; !ok {
				at[f.Dir] = len(folders)
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
func (e *Engine) takeChanges() {
	if len(e.changes) > 0 {
		e.folders, e.changes = changed(e.folders, e.changes), nil
	}
}

// looked are the folders that are looked at: the first ones, where there are more than the editor's
// limits.folders.
func (e *Engine) looked() []Folder {
	layers := []config.Layer{}
	if e.initial.All != nil {
		layers = append(layers, *e.initial.All)
	}
	if e.settings.All != nil {
		layers = append(layers, *e.settings.All)
	}
	return e.folders[:min(len(e.folders), config.Merge(layers...).Limits.Folders)]
}

// tooMany is the problem of folders that are not looked at; ok is false where there are none.
func (e *Engine) tooMany() (p config.Problem, ok bool) {
	n := len(e.looked())
	if n == len(e.folders) {
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

package engine

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/covls/covls/config"
	"github.com/covls/covls/disk"
	"github.com/covls/covls/report"
	"github.com/covls/covls/source"
	"github.com/covls/covls/workspace"
)

// SettingsFile is the file that a key of a folder's settings is to be written to, whether or not it is there yet. What
// is what the key has, for the error of a key that a file can't add to.
func SettingsFile(snap *workspace.Snapshot, folder *workspace.Folder, key, what string) (string, error) {
	if origin := folder.Settings.Origin(key); origin != "default" && !strings.HasPrefix(origin, config.FileName) {
		return "", fmt.Errorf("the %s in force are those of the %s: a file can't add to them", what, origin)
	}
	file, ok := config.FindFile(folder.Dir)
	if !ok {
		file = filepath.Join(folder.Dir, config.FileName)
	}
	if d := snap.Documents[file]; d != nil {
		if data, err := source.ReadFile(file, folder.Settings.Limits.SourceBytes); err != nil || data != d.Text.String() {
			return "", fmt.Errorf("%s is open with changes that are not saved: save it first", snap.Name(file))
		}
	}
	return file, nil
}

// Write has one write into settings files follow the other, and the file looked at afterwards. It waits.
func (e *Engine) Write(file string, write func() error) error {
	e.writing.Lock()
	defer e.writing.Unlock()
	if err := write(); err != nil {
		return err
	}
	e.Touch(file)
	return nil
}

// NewSettings is the text of a commented settings file from what is in a folder. Named are the profiles that it is to
// name; nil leaves them to the usual names.
func NewSettings(ctx context.Context, snap *workspace.Snapshot, folder *workspace.Folder, named []string) (string, error) {
	found, err := folder.Setup(ctx, snap, named)
	if err != nil {
		return "", fmt.Errorf("look for projects in %s: %w", folder.Dir, err)
	}
	return report.Config(snap, folder, found), nil
}

// WriteSettings writes a new settings file into a directory, whole or not at all, in the place of another only with
// force: else the error is fs.ErrExist. Above is the file of a folder above that does not count there any more; "" where
// there is none.
func WriteSettings(dir, text string, force bool) (file, above string, err error) {
	const mode = 0o644
	file = filepath.Join(dir, config.FileName)
	above, shadows := config.FindAbove(dir)
	if !shadows {
		above = ""
	}
	write := disk.Create
	if force {
		write = disk.Replace
	}
	if err := write(file, []byte(text), mode); errors.Is(err, fs.ErrExist) {
		return file, "", fmt.Errorf("%s is there already: %w", file, fs.ErrExist)
	} else if err != nil {
		return file, "", err
	}
	return file, above, nil
}

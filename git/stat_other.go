//go:build !linux && !darwin

package git

import "io/fs"

// changedOf is when anything of a file last changed; ok is false where the system does not say.
func changedOf(fs.FileInfo) (at stamp, ok bool) { return stamp{}, false }

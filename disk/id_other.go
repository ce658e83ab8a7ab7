//go:build !linux && !darwin

package disk

import "io/fs"

// ID is empty where size and time must do.
type ID struct{}

// IDOf is the ID of what was looked at.
func IDOf(fs.FileInfo) ID { return ID{} }

// Touched reports whether nothing but the times of a file was set last, as touch does; false where the system does not say.
func Touched(fs.FileInfo) bool { return false }

// Inode numbers a file on its device; 0 where the system does not say.
func Inode(fs.FileInfo) uint64 { return 0 }

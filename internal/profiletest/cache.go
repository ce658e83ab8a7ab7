package profiletest

import (
	"errors"
	"os"
	"path/filepath"
)

// WithoutCache has covls keep nothing in the user's folder of caches, from one test to the next: many have the same
// profile of other texts. On macOS that folder has no variable of its own, and this does nothing.
func WithoutCache() error {
	if dir, err := os.UserCacheDir(); err == nil && os.Getenv("GOCACHE") == "" {
		if err := os.Setenv("GOCACHE", filepath.Join(dir, "go-build")); err != nil {
			return err
		}
	}
	return errors.Join(os.Setenv("XDG_CACHE_HOME", "none"), os.Setenv("LocalAppData", ""))
}

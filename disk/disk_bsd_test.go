//go:build unix && !linux

package disk_test

import (
	"errors"
	"os"
	"testing"
)

func mknod(string, int, int) error { return errors.ErrUnsupported }

// asNobody runs f as a user who is not root.
func asNobody(t *testing.T, _ string, f func()) {
	t.Helper()
	if os.Geteuid() == 0 {
		t.Skip("skipped: root may write everywhere")
	}
	f()
}

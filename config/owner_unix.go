//go:build unix

package config

import (
	"fmt"
	"os"
	"syscall"
)

// stranger names whom a file belongs to, or the link that leads to it; "" for the user and root. What
// can't be told counts as somebody else's.
func stranger(path string) string {
	for _, look := range []func(string) (os.FileInfo, error){os.Lstat, os.Stat} {
		info, err := look(path)
		if err != nil {
			return err.Error()
		}
		stat, ok := info.Sys().(*syscall.Stat_t)
		if !ok {
			return "nobody knows whom"
		}
		if stat.Uid != 0 && int(stat.Uid) != os.Geteuid() {
			return fmt.Sprintf("user %d", stat.Uid)
		}
	}
	return ""
}

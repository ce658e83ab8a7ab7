package faults_test

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// peak returns the most memory that a process had so far, in bytes; ok is false where that is not known.
func peak(pid int) (bytes int64, ok bool) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, false
	}
	_, rest, _ := strings.Cut(string(status), "\nVmHWM:")
	line, _, _ := strings.Cut(rest, "\n")
	n, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(line, "kB")), 10, 64)
	return n << 10, err == nil
}

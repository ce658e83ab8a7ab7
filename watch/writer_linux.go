package watch

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// systemWriters looks through the open files of all processes that the system lets it see. A
// writer that was seen last is asked first, which is much cheaper.
func systemWriters(profiles map[string]Writer) map[string]Writer {
	busy := map[string]Writer{}
	rest := map[string][]target{}
	for path, last := range profiles {
		t, err := newTarget(path)
		switch {
		case err != nil:
		case last.PID != 0 && t.isOpen(last.PID, last.FD):
			busy[path] = last
		default:
			name := filepath.Base(t.real)
			rest[name] = append(rest[name], t)
		}
	}
	if len(rest) > 0 {
		scan(rest, busy)
	}
	return busy
}

// target is a profile that may be open somewhere.
type target struct {
	path string
	real string // without symbolic links
	info os.FileInfo
}

func newTarget(path string) (target, error) {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return target{}, err
	}
	info, err := os.Stat(real)
	return target{path, real, info}, err
}

// is reports whether link, the name the kernel has for an open file, is the target, or is in it if
// it is a directory. A process that sees other mounts has another path for the same file.
func (t target) is(link string, pid, fd int) bool {
	if t.info.IsDir() {
		return filepath.Dir(link) == t.real
	}
	if link == t.real {
		return true
	}
	if filepath.Base(link) != filepath.Base(t.real) {
		return false
	}
	info, err := os.Stat(fdPath(pid, "fd", fd))
	return err == nil && os.SameFile(info, t.info)
}

// isOpen reports whether a file descriptor is open on the target for writing.
func (t target) isOpen(pid, fd int) bool {
	link, err := os.Readlink(fdPath(pid, "fd", fd))
	return err == nil && t.is(link, pid, fd) && writes(pid, fd)
}

// scan looks for the targets, which are keyed by base name, among the files that other processes
// have open.
func scan(targets map[string][]target, busy map[string]Writer) {
	var dirs []target
	for _, ts := range targets {
		for _, t := range ts {
			if t.info.IsDir() {
				dirs = append(dirs, t)
			}
		}
	}
	self := os.Getpid()
	for _, pid := range numbers("/proc") {
		if pid == self {
			continue
		}
		for _, fd := range numbers(fmt.Sprintf("/proc/%d/fd", pid)) {
			link, err := os.Readlink(fdPath(pid, "fd", fd))
			if err != nil || !strings.HasPrefix(link, separator) {
				continue // a pipe or a socket
			}
			for _, ts := range [][]target{targets[filepath.Base(link)], dirs} {
				for _, t := range ts {
					if _, ok := busy[t.path]; !ok && t.is(link, pid, fd) && writes(pid, fd) {
						busy[t.path] = Writer{PID: pid, FD: fd, Name: command(pid)}
					}
				}
			}
		}
	}
}

// numbers returns the names in a directory that are numbers; none where it can't be read.
func numbers(dir string) []int {
	f, err := os.Open(dir)
	if err != nil {
		return nil
	}
	defer f.Close()
	names, _ := f.Readdirnames(-1)
	all := make([]int, 0, len(names))
	for _, name := range names {
		if n, err := strconv.Atoi(name); err == nil {
			all = append(all, n)
		}
	}
	return all
}

func fdPath(pid int, kind string, fd int) string {
	return "/proc/" + strconv.Itoa(pid) + "/" + kind + "/" + strconv.Itoa(fd)
}

// writes reports whether a file descriptor is open for writing.
func writes(pid, fd int) bool {
	info, err := os.ReadFile(fdPath(pid, "fdinfo", fd))
	if err != nil {
		return false
	}
	_, flags, _ := bytes.Cut(info, []byte("flags:"))
	line, _, _ := bytes.Cut(flags, []byte("\n"))
	n, err := strconv.ParseUint(string(bytes.TrimSpace(line)), 8, 64)
	mode := int(n) & (os.O_WRONLY | os.O_RDWR)
	return err == nil && mode != 0
}

// command returns the short name of a process.
func command(pid int) string {
	name, _ := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid))
	return strings.TrimSpace(string(name))
}

package source

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// Bounds of what is taken from git.
const (
	commitFiles = 500_000 // distinct names
	commitName  = 16 << 10
	commitError = 4 << 10 // bytes of what git says when it fails
)

// ErrManyFiles is returned by Commits where git names more files than covls keeps.
var ErrManyFiles = errors.New("git knows too many files there")

// Commits counts the commits of the last days that changed a file, for each file in dir that git
// tracks; those that were deleted meanwhile may be there too. A file that is not there is not known to
// git. Names are slash-separated and relative to dir. A file that was renamed begins anew. Merges do not
// count: what they bring in was committed before. The map is nil where nothing is known: dir is in no
// work tree, the clone is shallow, or there is no git. It asks git log once, which reads the history
// back to that day, and never the network.
func Commits(ctx context.Context, dir string, days int) (map[string]int, error) {
	return commits(ctx, dir, days, commitFiles)
}

func commits(ctx context.Context, dir string, days, files int) (map[string]int, error) {
	var about bytes.Buffer
	switch err := runGit(ctx, dir, &about, "rev-parse", "--is-inside-work-tree", "--is-shallow-repository"); {
	case err == nil:
	case errors.Is(err, exec.ErrNotFound), strings.Contains(err.Error(), "not a git repository"):
		return nil, nil
	default:
		return nil, fmt.Errorf("ask git about %s: %w", dir, err)
	}
	if !slices.Equal(strings.Fields(about.String()), []string{"true", "false"}) {
		return nil, nil
	}
	counts := map[string]int{}
	c := &commitCounter{files: files, counts: counts}
	if err := runGit(ctx, dir, c, "ls-files", "-z", "--cached"); err != nil {
		return nil, fmt.Errorf("ask git for the files in %s: %w", dir, err)
	}
	c = &commitCounter{files: files, counts: counts, by: 1}
	// With an empty format and -z the output is names alone, each with a NUL behind it.
	err := runGit(ctx, dir, c, "log", fmt.Sprintf("--since=%d.days", days), "--no-merges", "--format=", "-z", "--name-only",
		"--no-renames", "--relative", "--ignore-submodules=all", "--no-show-signature", "--no-color", "--no-ext-diff", "--", ".")
	if err != nil && !strings.Contains(err.Error(), "does not have any commits yet") {
		return nil, fmt.Errorf("ask git for the commits in %s: %w", dir, err)
	}
	return counts, nil
}

// runGit runs git in dir. An error holds what git said.
func runGit(ctx context.Context, dir string, out io.Writer, args ...string) error {
	// In a partial clone git would fetch what it misses; a monitor of files is a program of the
	// repository's settings.
	args = append([]string{
		"--no-pager", "--no-optional-locks",
		"-c", "protocol.allow=never", "-c", "core.fsmonitor=false", "-c", "log.showRoot=true",
	}, args...)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Dir = dir
	cmd.Env = append(slices.DeleteFunc(os.Environ(), ofRepository), "PWD="+dir, "LC_ALL=C", "GIT_TERMINAL_PROMPT=0")
	cmd.WaitDelay = time.Second
	var said bytes.Buffer
	stop := &stopper{Writer: out, cancel: cancel}
	cmd.Stdout, cmd.Stderr = stop, &cutter{&said, commitError}
	err := cmd.Run()
	if stop.err != nil {
		return stop.err
	}
	if err != nil {
		if text := firstLine(said.String()); text != "" {
			return fmt.Errorf("%w: %s", err, text)
		}
		return err
	}
	return nil
}

// ofRepository reports whether a variable of the environment says which repository git is to look at,
// as in a hook.
func ofRepository(variable string) bool {
	name, _, _ := strings.Cut(variable, "=")
	switch name {
	case "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR", "GIT_NAMESPACE", "PWD", "LC_ALL":
		return true
	}
	return false
}

// stopper ends the program whose output can't be taken.
type stopper struct {
	io.Writer
	cancel func()
	err    error // why it can't
}

func (s *stopper) Write(p []byte) (int, error) {
	n, err := s.Writer.Write(p)
	if err != nil {
		s.err = err
		s.cancel()
	}
	return n, err
}

// cutter keeps the first bytes of an output.
type cutter struct {
	to   *bytes.Buffer
	left int
}

func (c *cutter) Write(p []byte) (int, error) {
	n := min(len(p), c.left)
	c.to.Write(p[:n])
	c.left -= n
	return len(p), nil
}

// commitCounter counts names that end in NUL.
type commitCounter struct {
	files  int // how many it may count
	by     int // what each is worth
	counts map[string]int
	rest   []byte
}

func (c *commitCounter) Write(p []byte) (int, error) {
	n := len(p)
	for {
		name, rest, ok := bytes.Cut(p, []byte{0})
		if !ok {
			break
		}
		p = rest
		if len(c.rest) > 0 {
			name = append(c.rest, name...)
			c.rest = c.rest[:0]
		}
		if len(name) == 0 || len(name) > commitName {
			continue
		}
		if _, known := c.counts[string(name)]; !known && len(c.counts) == c.files {
			return 0, ErrManyFiles
		}
		c.counts[string(name)] += c.by
	}
	if c.rest = append(c.rest, p...); len(c.rest) > commitName {
		return 0, bufio.ErrTooLong
	}
	return n, nil
}

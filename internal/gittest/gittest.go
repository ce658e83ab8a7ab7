// Package gittest runs git for tests, untouched by the settings of whoever runs them.
package gittest

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// Need skips a test where there is no git; where COVLS_E2E is set nothing may be missing, and the test fails.
func Need(t testing.TB) {
	t.Helper()
	if _, err := exec.LookPath("git"); err == nil {
		return
	}
	if os.Getenv("COVLS_E2E") != "" {
		t.Fatal("there is no git on PATH")
	}
	t.Skip("there is no git on PATH")
}

// Command is git in a directory, where it is when. What it commits has that date and a made-up author.
func Command(dir string, when time.Time, args ...string) *exec.Cmd {
	cmd := exec.Command("git", append([]string{"-c", "commit.gpgsign=false", "-c", "core.hooksPath=none", "-c", "protocol.file.allow=always"}, args...)...)
	cmd.Dir = dir
	date := when.Format(time.RFC3339)
	// A hook that runs the tests says where its own repository is.
	plain := slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "GIT_") })
	cmd.Env = append(plain, "GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.com", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.com",
		"GIT_AUTHOR_DATE="+date, "GIT_COMMITTER_DATE="+date, "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_NOSYSTEM=1")
	return cmd
}

// Run runs git as Command has it; the test ends where git fails.
func Run(t testing.TB, dir string, when time.Time, args ...string) {
	t.Helper()
	if out, err := Command(dir, when, args...).CombinedOutput(); err != nil {
		t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// Commit is one of a history.
type Commit struct {
	// Name is what the history calls it.
	Name string
	// From are the names of its parents, of which the first is where its files come from. nil is the commit before
	// it in the list, and no parent for the first.
	From []string
	// Set has the texts of the files that it writes, by slash-separated paths, and Drop those that it deletes, which
	// come first. One that ends in / is a folder.
	Set  map[string]string
	Drop []string
	// When is the date; the zero time is that of Date.
	When time.Time
	// Module is where it puts another repository, at a commit that nobody has.
	Module string
}

// Date is that of a commit of a history: the first is of 2024, each of the others an hour later than the one before it.
func Date(i int) time.Time { return time.Date(2024, 2, 29, 12+i, 0, 0, 0, time.UTC) }

// History writes commits into the repository at dir, and checks the last one out. The answer is their hexadecimal names
// by those that the history has.
func History(t testing.TB, dir string, commits ...Commit) map[string]string {
	t.Helper()
	var in strings.Builder
	marks := map[string]int{}
	for i, c := range commits {
		from := c.From
		if from == nil && i > 0 {
			from = []string{commits[i-1].Name}
		}
		marks[c.Name] = i + 1
		// A commit without from goes on with its branch: each has one of its own.
		fmt.Fprintf(&in, "commit refs/heads/h%d\nmark :%d\n", i, i+1)
		date := Date(i).Unix()
		if !c.When.IsZero() {
			date = c.When.Unix()
		}
		fmt.Fprintf(&in, "author a <a@example.com> %d +0000\ncommitter a <a@example.com> %d +0000\ndata %d\n%s\n", date, date, len(c.Name), c.Name)
		for n, parent := range from {
			if marks[parent] == 0 {
				t.Fatalf("%s comes from %s, which is not before it", c.Name, parent)
			}
			fmt.Fprintf(&in, "%s :%d\n", []string{"from", "merge"}[min(n, 1)], marks[parent])
		}
		for _, path := range c.Drop {
			fmt.Fprintf(&in, "D %s\n", strings.TrimSuffix(path, "/"))
		}
		for _, path := range slices.Sorted(maps.Keys(c.Set)) {
			fmt.Fprintf(&in, "M 100644 inline %s\ndata %d\n%s\n", path, len(c.Set[path]), c.Set[path])
		}
		if c.Module != "" {
			fmt.Fprintf(&in, "M 160000 %040d %s\n", 1, c.Module)
		}
	}
	now := Date(len(commits))
	marksFile := filepath.Join(t.TempDir(), "marks")
	cmd := Command(dir, now, "fast-import", "--quiet", "--export-marks="+marksFile)
	cmd.Stdin = strings.NewReader(in.String())
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("git fast-import: %v\n%s", err, out)
	}
	written, err := os.ReadFile(marksFile)
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]string{}
	for line := range strings.Lines(string(written)) {
		var mark int
		var name string
		if _, err := fmt.Sscanf(line, ":%d %s", &mark, &name); err != nil {
			t.Fatalf("git fast-import wrote the mark %q: %v", line, err)
		}
		names[commits[mark-1].Name] = name
	}
	Run(t, dir, now, "checkout", "-q", "-f", "-B", "main", names[commits[len(commits)-1].Name])
	return names
}

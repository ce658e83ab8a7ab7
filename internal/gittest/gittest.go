// Package gittest runs git for tests, untouched by the settings of whoever runs them.
package gittest

import (
	"os"
	"os/exec"
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

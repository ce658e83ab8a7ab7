package release_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/covls/covls/internal/gittest"
	"github.com/covls/covls/internal/profiletest"
)

// TestShellRecipes runs each recipe for a shell of docs/ci.md, as it stands there, in a clone with a change that is tested, and again where
// it is not: then those that judge it fail.
func TestShellRecipes(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("it runs tests of a module")
	}
	newRunner(t) // where sh is the system's own
	gittest.Need(t)
	var recipes []string
	for _, m := range regexp.MustCompile("(?ms)^```sh\n(.*?)^```$").FindAllStringSubmatch(read(t, filepath.Join(root, "docs/ci.md")), -1) {
		if !strings.Contains(m[1], "docker ") {
			recipes = append(recipes, m[1])
		}
	}
	if len(recipes) < 4 {
		t.Fatalf("%d recipes", len(recipes))
	}
	const (
		one  = "package a\n\nfunc One() int {\n\treturn 1\n}\n"
		two  = "\nfunc Two() int {\n\treturn 2\n}\n"
		test = "package a\n\nimport \"testing\"\n\nfunc Test(t *testing.T) {\n\tOne()\n}\n"
	)
	origin, dir, bin := t.TempDir(), t.TempDir(), filepath.Dir(profiletest.Program(t))
	gittest.Run(t, origin, gittest.Date(0), "init", "-q", "--bare", "-b", "main")
	gittest.Run(t, dir, gittest.Date(0), "clone", "-q", origin, ".")
	for name, text := range map[string]string{"go.mod": "module example.com/a\n\ngo 1.26\n", "a.go": one, "a_test.go": test, ".gitignore": "*.out\n*.gz\n"} {
		write(t, filepath.Join(dir, name), text, 0o644)
	}
	for _, args := range [][]string{
		{"checkout", "-q", "-B", "main"},
		{"add", "-A"},
		{"commit", "-q", "-m", "base"},
		{"push", "-q", "origin", "main"},
		{"remote", "set-head", "origin", "main"},
		{"checkout", "-q", "-b", "work"},
	} {
		gittest.Run(t, dir, gittest.Date(0), args...)
	}
	// sh runs a script as a step of a build does: it ends at the first command that fails.
	sh := func(script string) (string, int) {
		cmd := exec.Command("sh", "-e", "-c", script)
		cmd.Dir = dir
		cmd.Env = append(gittest.Command(dir, gittest.Date(1)).Env, "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"), "XDG_CACHE_HOME="+t.TempDir(), "GOFLAGS=")
		for i, v := range cmd.Env {
			if name, _, _ := strings.Cut(v, "="); name == "CI" || strings.HasPrefix(name, "GITHUB_") || strings.HasPrefix(name, "COVLS_") {
				cmd.Env[i] = name + "="
			}
		}
		cmd.Env = append(cmd.Env, "GOCACHE="+goEnv(t, "GOCACHE"))
		out, _ := cmd.CombinedOutput()
		return string(out), cmd.ProcessState.ExitCode()
	}
	write(t, filepath.Join(dir, "a.go"), one+two, 0o644)
	write(t, filepath.Join(dir, "a_test.go"), strings.Replace(test, "One()", "One()\n\tTwo()", 1), 0o644)
	for _, recipe := range recipes {
		if out, code := sh(recipe); code != 0 {
			t.Errorf("exit %d of\n%s\n%s", code, recipe, out)
		}
	}
	if out, code := sh("covls check --changed --baseline note:"); code != 0 || !strings.Contains(out, "no coverage lost since the baseline of ") {
		t.Errorf("the baseline of the note: exit %d: %s", code, out)
	}
	write(t, filepath.Join(dir, "a_test.go"), test, 0o644)
	failed := 0
	for _, recipe := range recipes {
		if out, code := sh(recipe); strings.Contains(recipe, "check --changed") {
			failed++
			if code != 1 || !strings.Contains(out, "a.go:8: Two is new and not tested: 1 statement (8)\n") {
				t.Errorf("not tested: exit %d of\n%s\n%s", code, recipe, out)
			}
		}
	}
	gittest.Run(t, dir, gittest.Date(0), "remote", "remove", "origin")
	if out, code := sh(recipes[0]); code != 1 || !strings.Contains(out, "a.go:8: Two is new and not tested: 1 statement (8)\n") {
		t.Errorf("without a remote: exit %d of\n%s\n%s", code, recipes[0], out)
	}
	if failed < 3 {
		t.Errorf("%d recipes judge a change", failed)
	}
}

// goEnv is what the go command has a variable at.
func goEnv(t *testing.T, name string) string {
	t.Helper()
	out, err := exec.Command("go", "env", name).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

package engine_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"go/format"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/covls/covls/diag"
	"github.com/covls/covls/engine"
	"github.com/covls/covls/gap"
)

// TestModules makes the test of each function that no test reaches in the modules that COVLS_MODULES lists, separated by
// blanks: as a module with its version, which is fetched, or as a folder. It holds that all compile, that gofmt and go vet
// find nothing in them, and that each fails. COVLS_MODULES_TEST are more arguments of the `go test` that makes the profile: with
// -run=^$ no function is tested. A folder that holds a cover.out is taken with that.
func TestModules(t *testing.T) {
	t.Parallel()
	modules := strings.Fields(os.Getenv("COVLS_MODULES"))
	if len(modules) == 0 {
		t.Skip("COVLS_MODULES lists no modules")
	}
	for _, m := range modules {
		t.Run(m, func(t *testing.T) {
			dir := profiled(t, m)
			before, _ := command(dir, "go", "vet", "./...")
			made := createAll(t, dir)
			vetted, _ := command(dir, "go", "vet", "./...")
			compared(t, dir, made, before, vetted)
		})
	}
}

// madeTest is a test that was made.
type madeTest struct{ dir, file, name, of string }

// copied is a copy of a module that may be written.
func copied(t *testing.T, module string) string {
	t.Helper()
	from := module
	if !filepath.IsAbs(module) && strings.Contains(module, "@") {
		out, err := command(t.TempDir(), "go", "mod", "download", "-json", module)
		var found struct{ Dir string }
		if err != nil || json.Unmarshal(out, &found) != nil || found.Dir == "" {
			t.Fatalf("fetch %s: %v\n%s", module, err, out)
		}
		from = found.Dir
	}
	dir := t.TempDir()
	if out, err := command(from, "sh", "-c", `tar cf - --exclude=./.git --exclude=node_modules . | tar xf - -C "$0" && chmod -R u+w "$0"`, dir); err != nil {
		t.Fatalf("copy %s: %v\n%s", from, err, out)
	}
	return dir
}

func command(dir, name string, args ...string) ([]byte, error) {
	c := exec.Command(name, args...)
	c.Dir = dir
	c.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off")
	return c.CombinedOutput()
}

// createAll writes the tests of all functions of a folder that no test reaches.
func createAll(t *testing.T, dir string) (made []madeTest) {
	t.Helper()
	snap := loadedFrom(t, dir)
	reasons := map[string]int{}
	for _, file := range gap.Files(snap) {
		for _, g := range gap.Of(file) {
			if g.Shape != gap.Function {
				continue
			}
			text, err := os.ReadFile(file.Path)
			if err != nil {
				t.Fatal(err)
			}
			d := diag.Closed(file.Path, string(text))
			of := fmt.Sprintf("%s:%d %s", file.Name, g.Line(), g.Func)
			test, err := engine.CreateTest(snap, d, d.Text.At(g.Fn.NameSpan.Start.Line, g.Fn.NameSpan.Start.Col))
			if err != nil {
				reasons[regexp.MustCompile(`\b[\w.]+(_test)?\.go\b`).ReplaceAllString(err.Error(), "FILE")]++
				t.Logf("none for %s: %v", of, err)
				continue
			}
			now := test.Apply(test.Was)
			if err := os.WriteFile(test.Path, []byte(now), 0o644); err != nil {
				t.Fatal(err)
			}
			if was, err := format.Source([]byte(test.Was)); test.New || err == nil && string(was) == test.Was {
				if clean, err := format.Source([]byte(now)); err != nil || string(clean) != now {
					t.Errorf("%s: %s is not as gofmt has it: %v", of, test.Path, err)
				}
			}
			if c := now[test.Cursor:]; !strings.HasPrefix(c, "},\n") && !strings.HasPrefix(c, "},\r\n") {
				t.Errorf("%s: the cursor stands before %.20q", of, c)
			}
			made = append(made, madeTest{filepath.Dir(test.Path), test.Path, test.Test, of})
		}
	}
	total := len(made)
	for _, reason := range slices.Sorted(maps.Keys(reasons)) {
		total += reasons[reason]
	}
	t.Logf("%d functions that no test reaches, %d tests made", total, len(made))
	return made
}

// compared holds that go vet says of a folder what it said before, and that each test fails.
func compared(t *testing.T, dir string, made []madeTest, before, after []byte) {
	t.Helper()
	said := map[string]bool{}
	place := regexp.MustCompile(`:\d+:\d+`)
	for line := range strings.Lines(string(before)) {
		said[place.ReplaceAllString(line, "")] = true
	}
	bad := 0
	for line := range strings.Lines(string(after)) {
		if !said[place.ReplaceAllString(line, "")] && !strings.HasPrefix(line, "#") {
			bad++
			t.Errorf("vet: %s", strings.TrimSpace(line))
		}
	}
	byDir := map[string][]string{}
	for _, m := range made {
		byDir[m.dir] = append(byDir[m.dir], m.name)
	}
	failed := map[string]bool{}
	for at, names := range byDir {
		out, _ := command(at, "go", "test", "-json", "-run", "^("+strings.Join(names, "|")+")$", ".")
		lines := bufio.NewScanner(bytes.NewReader(out))
		lines.Buffer(nil, 1<<24)
		for lines.Scan() {
			var e struct{ Action, Test string }
			if json.Unmarshal(lines.Bytes(), &e) == nil && e.Action == "fail" && e.Test != "" {
				failed[at+" "+e.Test] = true
			}
		}
	}
	fails := 0
	for _, m := range made {
		if failed[m.dir+" "+m.name] {
			fails++
		} else {
			t.Errorf("%s of %s does not fail", m.name, m.of)
		}
	}
	t.Logf("%d fail, %d remarks of go vet", fails, bad)
}

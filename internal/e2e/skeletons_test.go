package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/covls/covls/internal/editors"
	"github.com/covls/covls/internal/profiletest"
	"github.com/covls/covls/source"
)

// TestSkeletons makes the test of each function of a project, has the ecosystem's own runner run them, and holds that each row fails for
// want of being filled in, and for nothing else. Then the lines that say so are deleted: each function of the projects returns nothing for the
// nothing that stands in a new row, so that all tests pass but for those that are named.
func TestSkeletons(t *testing.T) {
	for _, tt := range []struct {
		name    string
		sources []string
		// setup are commands that install what the run needs, run is what runs the tests, both without a shell.
		setup, run []string
		// failures is how the runner says how many tests failed, and clean what it must not say: errors that are no failures.
		failures, clean string
		// tests are how many are made; left is how many rows fail though nothing asks for more, as those that make an object.
		tests, left int
	}{
		{
			name: "mocha", sources: []string{"lib/cart.js", "lib/numbers.mjs"},
			setup: []string{"npm", "install", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund", "--silent"}, run: []string{"node", "node_modules/mocha/bin/mocha.js", "test/*.{js,mjs}"},
			failures: `(\d+) failing`, clean: `SyntaxError|ReferenceError|Cannot find`, tests: 8, left: 1,
		},
		{
			name: "minitest", sources: []string{"lib/cart.rb", "lib/shop/price.rb"},
			setup: []string{"ruby", "-e", "gem 'minitest'"}, run: []string{"ruby", "-e", "Dir['./test/**/*_test.rb'].each { |f| require f }"},
			failures: `, (\d+) failures, 0 errors`, clean: `SyntaxError|LoadError|[1-9]\d* errors`, tests: 9, left: 2,
		},
		{
			name: "unittest", sources: []string{"shop/cart.py", "shop/rows.py"},
			setup: []string{"python3", "--version"}, run: []string{"python3", "-m", "unittest"},
			failures: `FAILED \(failures=(\d+)\)`, clean: `errors=|SyntaxError`, tests: 8, left: 1,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			covls, dir := profiletest.Program(t), t.TempDir()
			archive, err := txtar.ParseFile(filepath.Join("testdata", "skeletons", tt.name+".txtar"))
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range archive.Files {
				path := filepath.Join(dir, filepath.FromSlash(f.Name))
				if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, f.Data, 0o666); err != nil {
					t.Fatal(err)
				}
			}
			in := func(args []string) (string, error) {
				cmd := exec.CommandContext(t.Context(), args[0], args[1:]...)
				cmd.Dir = dir
				out, err := cmd.CombinedOutput()
				return string(out), err
			}
			if out, err := in(tt.setup); err != nil {
				profiletest.Missing(t, "%s: %v\n%s", strings.Join(tt.setup, " "), err, out)
			}
			profile := filepath.Join(dir, "lcov.info")
			if err := os.WriteFile(profile, []byte(nothingRan(t, dir, tt.sources)), 0o666); err != nil {
				t.Fatal(err)
			}
			var listed struct {
				Gaps []struct {
					File, Shape string
					Line        int
				}
			}
			if err := json.Unmarshal([]byte(editors.Output(t, covls, "gaps", "-C", dir, "--all", "--format", "json")), &listed); err != nil {
				t.Fatal(err)
			}
			made, files := 0, map[string]bool{}
			for _, g := range listed.Gaps {
				if g.Shape != "function" {
					continue
				}
				at := editors.Output(t, covls, "test", "-C", dir, fmt.Sprintf("%s:%d", g.File, g.Line), "--write")
				made++
				file, _, _ := strings.Cut(strings.TrimPrefix(at, dir), ":")
				files[filepath.Join(dir, file)] = true
			}
			if made != tt.tests {
				t.Errorf("%d tests were made, want %d", made, tt.tests)
			}
			const todo = "fill in the rows, then delete this line"
			rows := 0
			for file := range files {
				data, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				rows += rowsIn(string(data))
			}
			failed := func() int {
				t.Helper()
				out, err := in(tt.run)
				if regexp.MustCompile(tt.clean).MatchString(out) {
					t.Fatalf("%s: %v\n%s", strings.Join(tt.run, " "), err, out)
				}
				m := regexp.MustCompile(tt.failures).FindStringSubmatch(out)
				if m == nil {
					t.Fatalf("%s: %v\n%s", strings.Join(tt.run, " "), err, out)
				}
				n, _ := strconv.Atoi(m[1])
				if said := strings.Count(out, todo); rows > 0 && said < n {
					t.Errorf("%d of %d failures ask for rows:\n%s", said, n, out)
				}
				return n
			}
			if n := failed(); n != rows {
				t.Errorf("%d rows fail, of %d", n, rows)
			}
			for file := range files {
				data, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				text := regexp.MustCompile(`(?m)^.*`+todo+`.*\n`).ReplaceAllString(string(data), "")
				if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			rows = 0
			if n := failed(); n != tt.left {
				t.Errorf("%d rows fail when they are taken as they are, want %d", n, tt.left)
			}
		})
	}
}

// rowsIn is how many rows the tests of a file have.
func rowsIn(text string) int {
	return len(regexp.MustCompile(`(?m)^\s*(?:\{ when: |\(")`).FindAllString(text, -1))
}

// nothingRan is an LCOV profile of sources of which no line ran.
func nothingRan(t *testing.T, dir string, sources []string) string {
	t.Helper()
	var b strings.Builder
	for _, name := range sources {
		text, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "SF:%s\n", name)
		code := source.NewCode(name, string(text))
		for n := uint32(1); n <= code.Lines(); n++ {
			if code.Line(n) != 0 && !code.Bare(n) {
				fmt.Fprintf(&b, "DA:%d,0\n", n)
			}
		}
		b.WriteString("end_of_record\n")
	}
	return b.String()
}

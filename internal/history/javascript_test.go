package history_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/covls/covls/internal/profiletest"
)

func TestJavaScript(t *testing.T) {
	t.Parallel()
	versions := []string{"7.2.0", "8.3.0", "9.5.0", "10.0.1", "11.1.0", "12.1.0"}
	packed := npmPack(t, "commander", versions)
	profiles := archive(t, "commander.gz")
	var releases []release
	for _, v := range versions {
		releases = append(releases, jsRelease(t, v, packed[v], profiles[v+"/coverage-final.json"], profiles[v+"/lcov.info"]))
	}
	check(t, releases, func(path string, m mode) float64 {
		switch {
		case strings.HasPrefix(path, "ci/") && !m.git:
			// Nobody knows that the folder is all that the other machine had.
			return 0
		case m.git:
			return 99
		}
		return 90
	})
}

// npmPack unpacks versions of a package.
func npmPack(t *testing.T, name string, versions []string) map[string]map[string]string {
	t.Helper()
	dir := t.TempDir()
	args := []string{"pack", "--silent", "--prefer-offline"}
	for _, v := range versions {
		args = append(args, name+"@"+v)
	}
	cmd := exec.Command("npm", args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		profiletest.Missing(t, "npm pack %s: %v\n%s", name, err, out)
	}
	out := map[string]map[string]string{}
	for _, v := range versions {
		to := filepath.Join(dir, v)
		if err := os.Mkdir(to, 0o755); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command("tar", "-xzf", filepath.Join(dir, name+"-"+v+".tgz"), "-C", to).CombinedOutput(); err != nil {
			t.Fatalf("unpack %s %s: %v\n%s", name, v, err, out)
		}
		out[v] = texts(t, filepath.Join(to, "package"))
	}
	return out
}

// istanbul is what a file is in coverage-final.json.
type istanbul struct {
	FnMap map[string]struct{ Decl, Loc span } `json:"fnMap"`
	F     map[string]int                      `json:"f"`
}

type span struct{ Start, End struct{ Line, Column int } }

func jsRelease(t *testing.T, version string, files map[string]string, final, lcov string) release {
	t.Helper()
	r := release{name: version, files: files}
	const root = "/ci/commander.js/" // as in a profile that CI made
	var all map[string]istanbul
	if err := json.Unmarshal([]byte(final), &all); err != nil {
		t.Fatal(err)
	}
	jest := profile{path: "coverage/coverage-final.json", text: final, ran: map[place]bool{}}
	for path, f := range all {
		file := strings.TrimPrefix(path, root)
		lines := strings.SplitAfter(files[file], "\n")
		offset := func(line, column int) int { return len(strings.Join(lines[:line-1], "")) + column } // the texts are ASCII
		beginning := map[int]int{}
		for _, fn := range f.FnMap {
			beginning[fn.Decl.Start.Line]++
		}
		for id, fn := range f.FnMap {
			inner := beginning[fn.Decl.Start.Line] > 1
			for _, other := range f.FnMap {
				from, to := other.Loc.Start.Line, other.Loc.End.Line
				inner = inner || from < fn.Decl.Start.Line && fn.Loc.End.Line < to
			}
			if inner {
				continue
			}
			at := function{file: file, line: fn.Decl.Start.Line}
			from := offset(fn.Decl.Start.Line, 0)
			at.text = strings.TrimSpace(files[file][from:offset(fn.Loc.End.Line, fn.Loc.End.Column)])
			r.functions = append(r.functions, at)
			jest.ran[at.at()] = f.F[id] > 0
		}
	}
	c8 := profile{path: "coverage/lcov.info", text: lcov, ran: map[place]bool{}}
	var file string
	var heads []int // of the functions of the file, in their order
	done := 0
	for line := range strings.Lines(lcov) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		number, _, _ := strings.Cut(value, ",")
		n, _ := strconv.Atoi(number)
		switch key {
		case "SF":
			file, heads, done = value, nil, 0
		case "FN":
			heads = append(heads, n)
		case "FNDA":
			c8.ran[place{file, heads[done]}] = n > 0
			done++
		}
	}
	local := jest
	jest.path, local.text = "ci/coverage-final.json", strings.ReplaceAll(final, `"`+root, `"`+here)
	r.profiles = []profile{local, jest, c8}
	return r
}

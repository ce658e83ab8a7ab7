package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/covls/covls/internal/profiletest"
)

// TestWays holds what the doctor says of the folders of testdata/ways.txtar, which have no profile: what makes one. The
// file rewrites itself with -update.
func TestWays(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("skipped: command lines are others there")
	}
	const path = "testdata/ways.txtar"
	all, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	folders := map[string]*txtar.Archive{}
	wants := map[string]*txtar.File{}
	for i := range all.Files {
		f := &all.Files[i]
		folder, name, _ := strings.Cut(f.Name, "/")
		if name == "want" {
			wants[folder] = f
			continue
		}
		if folders[folder] == nil {
			folders[folder] = &txtar.Archive{}
		}
		folders[folder].Files = append(folders[folder].Files, txtar.File{Name: name, Data: f.Data})
	}
	t.Run("folders", func(t *testing.T) {
		for name, files := range folders {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				got := ways(t, string(txtar.Format(files)))
				want := wants[name]
				if *update {
					want.Data = []byte(got)
				}
				if got != string(want.Data) {
					t.Errorf("got\n%s\nwant\n%s", got, want.Data)
				}
				if strings.Contains(got, "--yes") {
					t.Error("that installs what nobody has asked for")
				}
			})
		}
	})
	if *update {
		if err := os.WriteFile(path, txtar.Format(all), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// usual are the programs that every folder of TestWays finds on PATH, but for those that its file .without names.
const usual = `go node npm npx pnpm yarn bun deno corepack python3 pip tox nox uv poetry pdm pipenv ruby bundle gem rake rspec rails php composer pecl
	mvn gradle sbt cmake ctest make meson ninja autoreconf cargo dotnet perl cover prove cpanm mix dart flutter swift busted
	lua luacov luarocks bats shellspec bazel llvm-cov llvm-profdata java`

// ways runs the doctor where nothing is installed but the usual programs, and what is in .bin, .home and .php of the folder.
func ways(t *testing.T, files string) string {
	t.Helper()
	dir := profiletest.Tree(t, files)
	without, _ := os.ReadFile(filepath.Join(dir, ".without")) // few have one
	bin := t.TempDir()
	for name := range strings.FieldsSeq(usual) {
		if slices.Contains(strings.Fields(string(without)), name) {
			continue
		}
		if err := os.WriteFile(filepath.Join(bin, name), nil, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "doctor", "-C", dir)
	cmd.Env = []string{asProgram + "=1", "PATH=" + filepath.Join(dir, ".bin") + string(filepath.ListSeparator) + bin, "HOME=" + filepath.Join(dir, ".home"), "PHP_INI_SCAN_DIR=" + filepath.Join(dir, ".php")}
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for line := range bytes.Lines(out) {
		if says, ok := strings.CutPrefix(string(line), "- In "); ok {
			_, says, _ = strings.Cut(says, ", ")
			got.WriteString(says)
		}
	}
	return got.String()
}

// TestFresh has what a run has left beside a profile: it is named where it is newer.
func TestFresh(t *testing.T) {
	t.Parallel()
	for age, want := range map[time.Duration]string{
		-time.Minute: "- Newer than these, .coverage has the counts of coverage.py: ",
		0:            "",
		time.Minute:  "",
	} {
		dir := profiletest.Tree(t, "-- lcov.info --\nSF:a.py\nDA:1,1\nend_of_record\n-- a.py --\nx\n-- .coverage --\nSQLite\n")
		profile := time.Now().Add(-time.Hour)
		for name, at := range map[string]time.Time{"lcov.info": profile, ".coverage": profile.Add(-age)} {
			if err := os.Chtimes(filepath.Join(dir, name), at, at); err != nil {
				t.Fatal(err)
			}
		}
		out, _, _ := covls(t, "doctor", "-C", dir)
		if !strings.Contains(out, want) || strings.Contains(out, "Newer") != (want != "") {
			t.Errorf("%v older: want %q in\n%s", age, want, out)
		}
	}
}

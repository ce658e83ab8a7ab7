package e2e

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/covls/covls/internal/editors"
	"github.com/covls/covls/internal/gittest"
)

// demo is a text with two functions that no test reaches, and demoProfile what go test says of it.
const demo = `package demo

func Alpha(n int) int {
	if n > 0 {
		return 1
	}
	return 0
}

func Beta(n int) int {
	n++
	return n
}

func Delta() int {
	x := 1
	x += 2
	return x
}
`

const demoProfile = `mode: set
example.com/demo/demo.go:3.23,4.11 1 1
example.com/demo/demo.go:4.11,6.3 1 1
example.com/demo/demo.go:7.2,7.10 1 1
example.com/demo/demo.go:10.22,13.2 2 0
example.com/demo/demo.go:15.18,19.2 3 0
`

// view is what Neovim shows at one moment.
type view struct{ Lenses, Marks []string }

// TestNeovimTexts has Neovim show profiles of other texts than those on disk: after a restart on a file that was edited,
// over a checkout and back, and of a profile that was made five commits ago elsewhere.
func TestNeovimTexts(t *testing.T) {
	if _, err := exec.LookPath("nvim"); err != nil {
		if os.Getenv("COVLS_E2E") == "1" {
			t.Fatalf("COVLS_E2E=1 wants Neovim: %v", err)
		}
		t.Skip("no nvim on PATH; apt-get install neovim")
	}
	gittest.Need(t)
	covls := editors.Covls(t)
	edited := "// Package demo is a note.\n// It has three lines.\n//\n" + strings.Replace(demo, "x += 2", "x += 20", 1)

	const marks = "10:5 Beta is not tested (2 statements)\n15:5 Delta is not tested (3 statements)"
	t.Run("restart", func(t *testing.T) {
		t.Parallel()
		d := newDemo(t, covls)
		d.write("demo.go", demo)
		d.write("cover.out", demoProfile)
		if got := d.neovim("=>below target")[0]; strings.Join(got.Marks, "\n") != marks {
			t.Errorf("at first: %q", got)
		}
		d.write("demo.go", edited)
		got := d.neovim("=>code changed since the run")[0]
		equal(t, "the marks", got.Marks, []string{
			"13:5 Beta is not tested (2 statements)",
			"18:5 Delta was not tested (3 statements) · stale: changed since the profile was made",
		})
		equal(t, "the lenses", got.Lenses, []string{
			"1 60 % covered · 1 statement below target · 1 unknown · code changed since the run · next gap ▸",
			"18 stale · not tested · 3 statements",
		})
	})
	t.Run("checkout", func(t *testing.T) {
		t.Parallel()
		d := newDemo(t, covls)
		d.write("demo.go", demo)
		d.git("init", "-q", "-b", "main")
		d.git("add", ".")
		d.git("commit", "-q", "-m", "Base")
		d.write("cover.out", demoProfile)
		d.git("checkout", "-q", "-b", "side")
		d.write("demo.go", edited+"\nfunc Fresh() {\n\tprintln()\n}\n")
		d.git("commit", "-q", "-a", "-m", "Side")
		d.git("checkout", "-q", "main")
		steps := d.neovim("=>below target;;git checkout -q side=>new since the last run;;git checkout -q main=>15 not tested")
		equal(t, "the marks on the other branch", steps[1].Marks, []string{
			"13:5 Beta is not tested (2 statements)",
			"18:5 Delta was not tested (3 statements) · stale: changed since the profile was made",
		})
		if got := strings.Join(steps[2].Marks, "\n"); got != marks {
			t.Errorf("back again: %q", steps[2])
		}
	})
	t.Run("ci", func(t *testing.T) {
		t.Parallel()
		d := newDemo(t, covls)
		text := demo
		d.git("init", "-q", "-b", "main")
		for i := range 6 {
			d.write("demo.go", text)
			d.git("add", ".")
			d.git("commit", "-q", "-m", "Commit")
			text = strings.Replace(text, "package demo\n", "package demo\n\n// Line "+string(rune('a'+i))+".\n", 1)
		}
		d.write("cover.out", demoProfile)
		got := d.neovim("=>5 commits ago")[0]
		equal(t, "the marks", got.Marks, []string{
			"20:5 Beta is not tested (2 statements)",
			"25:5 Delta is not tested (3 statements)",
		})
	})
}

type demoProject struct {
	*testing.T
	dir, home, covls string
}

func newDemo(t *testing.T, covls string) *demoProject {
	d := &demoProject{t, t.TempDir(), t.TempDir(), covls}
	d.write("go.mod", "module example.com/demo\n\ngo 1.26\n")
	return d
}

func (d *demoProject) write(name, text string) {
	d.Helper()
	if err := os.WriteFile(filepath.Join(d.dir, name), []byte(text), 0o644); err != nil {
		d.Fatal(err)
	}
}

func (d *demoProject) git(args ...string) {
	d.Helper()
	gittest.Run(d.T, d.dir, time.Now(), args...)
}

// neovim runs testdata/texts.lua with the steps.
func (d *demoProject) neovim(steps string) []view {
	d.Helper()
	abs := func(path string) string {
		path, err := filepath.Abs(path)
		if err != nil {
			d.Fatal(err)
		}
		return path
	}
	result := filepath.Join(d.TempDir(), "seen.json")
	cmd := exec.CommandContext(d.Context(), "nvim", "--headless", "-u", "NONE", "-n", "-i", "NONE", "-S", abs("testdata/texts.lua"))
	cmd.Dir = d.dir
	cmd.Env = append(os.Environ(),
		"HOME="+d.home, "XDG_CONFIG_HOME="+d.home, "XDG_DATA_HOME="+d.home, "XDG_STATE_HOME="+d.home, "XDG_CACHE_HOME="+d.home,
		"COVLS_E2E_COVLS="+d.covls, "COVLS_E2E_PLUGIN="+abs("../../editors/neovim"), "COVLS_E2E_STEPS="+steps, "COVLS_E2E_RESULT="+result,
	)
	if out, err := cmd.CombinedOutput(); err != nil {
		d.Fatalf("nvim: %v\n%s", err, out)
	}
	data, err := os.ReadFile(result)
	if err != nil {
		d.Fatal(err)
	}
	var seen struct {
		Failure string
		Steps   []view
	}
	if err := json.Unmarshal(data, &seen); err != nil || seen.Failure != "" {
		d.Fatalf("%v %s", err, seen.Failure)
	}
	return seen.Steps
}

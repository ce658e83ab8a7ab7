package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/covls/covls/gap"
	"github.com/covls/covls/internal/gittest"
)

const verified = `package shop

func Partly(n int) int {
	if n < 0 {
		println(n)
		return -n
	}
	return n
}

func Never(n int) int {
	n *= 2
	return n
}
`

// TestVerify says of a function and of a part of one what became of them.
func TestVerify(t *testing.T) {
	t.Parallel()
	gittest.Need(t)
	const profile = "mode: set\nexample.com/shop/a.go:3.24,4.11 1 1\nexample.com/shop/a.go:4.11,7.3 2 %d\nexample.com/shop/a.go:8.2,8.10 1 1\nexample.com/shop/a.go:11.23,14.2 2 %d\n"
	stretch := gap.ID{File: "a.go", Func: "Partly", Shape: gap.Stretch, Ordinal: 1}.String()
	partly := gap.ID{File: "a.go", Func: "Partly", Shape: gap.Function}.String()
	never := gap.ID{File: "a.go", Func: "Never", Shape: gap.Function}.String()
	for _, tt := range []struct {
		name, text, profile string
		more                map[string]string
		want                string // the states of the stretch, of Partly and of Never
		code                int
	}{
		{name: "open", profile: fmt.Sprintf(profile, 0, 0), want: "open partial open", code: 1},
		{name: "closed", profile: fmt.Sprintf(profile, 1, 2), want: "closed closed closed"},
		{name: "one is", profile: fmt.Sprintf(profile, 1, 0), want: "closed closed open", code: 1},
		{name: "deleted", text: "package shop\n\nfunc Other() {\n\tprintln()\n}\n", profile: "mode: set\nexample.com/shop/a.go:3.14,5.2 1 1\n", want: "gone gone gone", code: 2},
		{name: "edited since", text: strings.Replace(verified, "n *= 2", "n *= 3\n\tn++", 1), profile: fmt.Sprintf(profile, 1, 2), want: "closed closed stale", code: 2},
		{name: "a part of what was edited", text: strings.Replace(verified, "println(n)", "println(n)\n\t\tprintln(n)", 1), profile: fmt.Sprintf(profile, 1, 2), want: "stale stale closed", code: 2},
		{name: "in no profile", more: map[string]string{"b.go": "package shop\n\nfunc B() {\n\tprintln()\n}\n"}, profile: "mode: set\nexample.com/shop/b.go:3.10,5.2 1 1\n", want: "not run not run not run", code: 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			write := func(name, text string) {
				if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			write("go.mod", "module example.com/shop\n\ngo 1.24\n")
			write("a.go", verified)
			for name, text := range tt.more {
				write(name, text)
			}
			for _, args := range [][]string{{"init", "-q"}, {"add", "."}, {"commit", "-q", "-m", "One"}} {
				gittest.Run(t, dir, gittest.Date(0), args...)
			}
			write("cover.out", tt.profile)
			if tt.text != "" {
				write("a.go", tt.text)
			}
			out, errs, code := covls(t, "verify", "-C", dir, "--format", "json", stretch, partly, never)
			var got struct {
				Gaps []struct{ ID, State string }
			}
			if err := json.Unmarshal([]byte(out), &got); err != nil || len(got.Gaps) != 3 {
				t.Fatalf("%v: %s%s", err, out, errs)
			}
			states := got.Gaps[0].State + " " + got.Gaps[1].State + " " + got.Gaps[2].State
			if states != tt.want || code != tt.code || got.Gaps[2].ID != never {
				t.Errorf("they are %q, exit code %d, want %q and %d\n%s", states, code, tt.want, tt.code, errs)
			}
			if text, _, code := covls(t, "verify", "-C", dir, never); code > tt.code || !strings.HasPrefix(text, never+" "+got.Gaps[2].State) {
				t.Errorf("the text is %q, exit code %d", text, code)
			}
		})
	}
	if _, errs, code := covls(t, "verify", "-C", t.TempDir(), "nothing"); code != exitWrong || !strings.Contains(errs, "16 hexadecimal digits") {
		t.Errorf("what is no identity has the exit code %d: %s", code, errs)
	}
}

// TestVerifyListed holds that each gap that is listed is open, by the identity that it is listed with.
func TestVerifyListed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"a.py":      "def a(n):\n    if n:\n        return 1\n    return 2\n\n\ndef b():\n    x = 1\n    return x\n\n\nprint(a(1))\n",
		"lcov.info": "SF:a.py\nDA:1,1\nDA:2,1\nDA:3,1\nDA:4,0\nDA:7,1\nDA:8,0\nDA:9,0\nDA:12,0\nend_of_record\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	listed, _, _ := covls(t, "gaps", "-C", dir, "--all", "--format", "json")
	var in struct {
		Gaps []struct{ ID string }
	}
	if err := json.Unmarshal([]byte(listed), &in); err != nil || len(in.Gaps) != 3 {
		t.Fatalf("%v: %s", err, listed)
	}
	args := []string{"verify", "-C", dir}
	for _, g := range in.Gaps {
		args = append(args, g.ID)
	}
	out, _, code := covls(t, args...)
	if code != exitGate || strings.Count(out, " open · a.py:") != 3 {
		t.Errorf("exit code %d:\n%s", code, out)
	}
}

package main

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/covls/covls/escape"
	"github.com/covls/covls/gate"
)

// with is a folder's files with others added or put in their place; "" takes one out.
func with(files map[string]string, others ...string) map[string]string {
	out := maps.Clone(files)
	for i := 0; i < len(others); i += 2 {
		if others[i+1] == "" {
			delete(out, others[i])
		} else {
			out[others[i]] = others[i+1]
		}
	}
	return out
}

// TestCheck holds what each gate lets pass: shop has 1 of 5 statements covered, 1 of 3 in a.go and 0 of 2
// in b/b.go.
func TestCheck(t *testing.T) {
	t.Parallel()
	const (
		rules  = "target = 20\n\n[[rule]]\npaths = ['b.go']\ntarget = 50\n\n[[rule]]\npaths = ['none/**', 'legacy']\ntier = 'high'\n"
		parts  = "[[component]]\nname = 'a'\ninclude = ['a.go']\ntarget = 30\n\n[[component]]\nname = 'b'\ninclude = ['b/**']\ntarget = 10\n"
		broken = "mode: set\nx.go:1.1,2.2 1\n"
	)
	const passed = "covls check: passed: 20.00 % of 5 statements covered"
	for _, c := range []struct {
		rule  string
		files map[string]string
		args  []string
		code  int
		// want is stdout where the code is 0 or 1, and a part of the one line on stderr where it is 2.
		want string
	}{
		{"the total against 60 % where nothing is set", shop, nil, 1, "total: 2 statements short of 60 % (20.00 %)\ncovls check: failed, 1 breach; 20.00 % of 5 statements covered, target 60 % (none is set)\n"},
		{"the total against the setting", with(shop, ".covls.toml", "target = 20\n"), nil, 0, passed + ", target 20 %\n"},
		{"the total against the flag", with(shop, ".covls.toml", "target = 90\n"), []string{"--fail-under", "20"}, 0, passed + ", target 20 %\n"},
		{"the flag counts to the fraction", shop, []string{"--fail-under", "20.01"}, 1, "total: 1 statement short of 20.01 % (20.00 %)\ncovls check: failed, 1 breach; 20.00 % of 5 statements covered, target 20.01 %\n"},
		{
			"every file, where that is asked for", with(shop, ".covls.toml", "target = 20\n"),
			[]string{"--files"},
			1,
			"DIR/b/b.go: 1 statement short of 20 % (0.00 %)\ncovls check: failed, 1 breach; 20.00 % of 5 statements covered, target 20 %\n",
		},
		{
			"a file whose target a rule sets, and a rule without files", with(shop, ".covls.toml", rules), nil, 1,
			"DIR/.covls.toml:7: the rule has no file: the profiles name none like \"none/**\", \"legacy\"; they name a.go\n" +
				"DIR/b/b.go: 1 statement short of 50 % (0.00 %)\ncovls check: failed, 2 breaches; 20.00 % of 5 statements covered, target 20 %\n",
		},
		{
			"components, and no total where that has no target", with(shop, ".covls.toml", parts), nil, 1,
			"component b: 1 statement short of 10 % (0.00 %)\ncovls check: failed, 1 breach; 20.00 % of 5 statements covered\n",
		},
		{
			"components beside a target", with(shop, ".covls.toml", "target = 1\n"+strings.Replace(parts, "10", "0", 1)), nil, 0,
			passed + ", target 1 %; 2 components at their targets\n",
		},
		{
			"a component without files", with(shop, ".covls.toml", "target = 1\n[[component]]\nname = 'c'\ninclude = ['c/']\n"), nil, 1,
			"DIR/.covls.toml:2: the component \"c\" has no file: the profiles name none like \"c/\"; they name a.go\ncovls check: failed, 1 breach; 20.00 % of 5 statements covered, target 1 %\n",
		},
		{
			"a setting that is wrong", with(shop, ".covls.toml", "target = 1\ntarjet = 90\n"), nil, 1,
			"DIR/.covls.toml:2: unknown key \"tarjet\": did you mean \"target\"?\ncovls check: failed, 1 breach; 20.00 % of 5 statements covered, target 1 %\n",
		},
		{
			"a profile that can't be read beside one that can", with(shop, "c.out", broken, ".covls.toml", "target = 1\n"), nil, 1,
			"DIR/c.out:2: the profile can't be read: want \"file:line.column,line.column statements count\", have \"x.go:1.1,2.2 1\"\ncovls check: failed, 1 breach; 20.00 % of 5 statements covered, target 1 %\n",
		},
		{"a file that only has the name of one", with(shop, "c.out", "hello\n", ".covls.toml", "target = 1\n"), nil, 0, passed + ", target 1 %\n"},
		{
			"but not where it was named", with(shop, "c.out", "hello\n", ".covls.toml", "target = 1\n"),
			[]string{"--profile", "cover.out", "--profile", "c.out"},
			1,
			"DIR/c.out: the profile can't be read: not a coverage profile that covls knows",
		},
		{"another project's profile", with(shop, "cover.out", "mode: set\nexample.com/other/o.go:1.1,2.2 1 1\n"), nil, 2, "the profiles name no file of this folder, and there is code that they could name"},
		{"no profile", with(shop, "cover.out", ""), nil, 2, "no coverage profile below"},
		{"no profile that can be read", with(shop, "cover.out", broken), nil, 2, "cover.out:2: want"},
		{"sums of one", with(shop, "cover.out", "", "coverage-summary.json", `{"total": {"lines": {"total": 5}}}`), nil, 2, "coverage-final.json"},
		{"none that is one", with(shop, "cover.out", "hello\n"), nil, 2, "no coverage profile below"},
		{"none of those that were named", with(shop, "c.out", "hello\n"), []string{"--profile", "c.out"}, 2, "not a coverage profile that covls knows"},
		{"one that is not there", shop, []string{"--profile", "cover.out", "--profile", "gone.out"}, 2, "there is no profile"},
		{"profiles of no test", with(shop, "cover.out", "mode: set\n"), nil, 2, "nothing to cover"},
		{"settings that can't be read", with(shop, ".covls.toml", "target = \n"), nil, 2, ".covls.toml:1:"},
		{"a baseline that is not there", shop, []string{"--no-drop", "gone.gz"}, 2, "read the baseline gone.gz: there is no such file; `covls baseline -o FILE` saves one"},
		{"a baseline that is a report", with(shop, "base.json", "{}"), []string{"--no-drop", "base.json"}, 2, "read the baseline base.json: it is JSON, such as a report"},
		{"a baseline that is none", with(shop, "base.gz", "hello"), []string{"--no-drop", "base.gz"}, 2, "read the baseline base.gz: it is no baseline"},
		{"a flag that is no percentage", shop, []string{"--fail-under", "101"}, 2, "--fail-under is 101: want a percentage from 0 to 100"},
		{"a flag that is no number", shop, []string{"--fail-under", "NaN"}, 2, "want a percentage"},
		{"another format", shop, []string{"--format", "yaml"}, 2, "--format is"},
	} {
		t.Run(c.rule, func(t *testing.T) {
			t.Parallel()
			dir := folderWith(t, c.files)
			out, stderr, code := covls(t, append([]string{"check", "-C", dir}, c.args...)...)
			out = strings.ReplaceAll(out, dir, "DIR")
			if code != c.code {
				t.Fatalf("exit %d, want %d\n%s%s", code, c.code, out, stderr)
			}
			if code == 2 {
				if !strings.Contains(stderr, c.want) || out != "" {
					t.Errorf("stdout %q, stderr %q, want %q in it", out, stderr, c.want)
				}
				if strings.Count(stderr, "\n") != 1 && !strings.Contains(stderr, "no test has run") {
					t.Errorf("stderr has more than a line: %q", stderr)
				}
				return
			}
			if strings.HasSuffix(c.want, "\n") && out != c.want || !strings.HasPrefix(out, c.want) || stderr != "" {
				t.Errorf("got\n%s%s\nwant\n%s", out, stderr, c.want)
			}
		})
	}
}

// TestCheckBaseline holds coverage against a baseline: that of itself, and of when more of it ran.
func TestCheckBaseline(t *testing.T) {
	t.Parallel()
	dir := folderWith(t, with(shop, ".covls.toml", "target = 0\n"))
	for _, c := range []struct {
		name, profile string
		code          int
		want          string
	}{
		{"nothing changed", shop["cover.out"], 0, "no coverage lost since the baseline, whose commit is not known\n"},
		{"more ran", strings.ReplaceAll(shop["cover.out"], " 0\n", " 1\n"), 1, "lost coverage: "},
		{"less ran", strings.ReplaceAll(shop["cover.out"], " 1\n", " 0\n"), 0, "no coverage lost"},
	} {
		base := filepath.Join(t.TempDir(), "base.gz")
		if err := os.WriteFile(filepath.Join(dir, "cover.out"), []byte(c.profile), 0o600); err != nil {
			t.Fatal(err)
		}
		if out, stderr, code := covls(t, "baseline", "-C", dir, "-o", base); code != 0 {
			t.Fatal(out, stderr)
		}
		if err := os.WriteFile(filepath.Join(dir, "cover.out"), []byte(shop["cover.out"]), 0o600); err != nil {
			t.Fatal(err)
		}
		out, stderr, code := covls(t, "check", "-C", dir, "--no-drop", base)
		if code != c.code || !strings.Contains(out+stderr, c.want) {
			t.Errorf("%s: exit %d, want %d: %s%s", c.name, code, c.code, out, stderr)
		}
		// The same is said where the total is short.
		_, compared, _ := strings.Cut(out[strings.LastIndex(out, "covls check: "):], "; ")
		if i := strings.LastIndex(compared, "; "); i >= 0 {
			compared = compared[i+2:]
		}
		out, _, code = covls(t, "check", "-C", dir, "--no-drop", base, "--fail-under", "99")
		if code != 1 || !strings.Contains(out, "covls check: failed, ") || !strings.Contains(compared, "since the baseline") || !strings.HasSuffix(out, "; "+compared) {
			t.Errorf("%s: exit %d, want it to end with %q: %s", c.name, code, compared, out)
		}
		out, _, _ = covls(t, "check", "-C", dir, "--no-drop", base, "--format", "json")
		var got struct {
			Lost []struct {
				Kind, File, Function string
				Statements           int
			}
		}
		if err := json.Unmarshal([]byte(out), &got); err != nil || got.Lost == nil || (len(got.Lost) > 0) != (c.code == 1) || c.code == 1 && (got.Lost[0].Kind != "lost" || got.Lost[0].Function == "" || got.Lost[0].Statements == 0) {
			t.Errorf("%s: %v in %s", c.name, err, out)
		}
	}
}

func TestCheckJSON(t *testing.T) {
	t.Parallel()
	dir := folderWith(t, with(shop, ".covls.toml", "target = 20\n[[rule]]\npaths = ['b.go']\ntarget = 50\n[[rule]]\npaths = ['none']\n"))
	out, stderr, code := covls(t, "check", "-C", dir, "--format", "json")
	if code != 1 || stderr != "" {
		t.Fatalf("exit %d: %s", code, stderr)
	}
	compareGolden(t, "check.json", out)
	if err := os.WriteFile(filepath.Join(dir, ".covls.toml"), []byte("target = 20\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	out, _, code = covls(t, "check", "-C", dir, "--format", "json")
	var got struct {
		Passed   bool
		Breaches []gate.Breach
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil || code != 0 || !got.Passed || got.Breaches == nil || len(got.Breaches) > 0 {
		t.Errorf("exit %d, %v: %s", code, err, out)
	}
}

// TestCheckGitHub prints annotations of files whose names are spelt like parts of a command, from the
// repository's folder. It holds what is escaped where, and how many functions are named.
func TestCheckGitHub(t *testing.T) {
	const odd = "a,line=9::b%25.js"
	lcov := "SF:" + odd + "\nFN:3,first%\nFNDA:0,first%\nDA:3,0\nend_of_record\nSF:many.js\n"
	for _, name := range strings.Split("abcdefghijkl", "") {
		lcov += "FN:" + "2," + name + "\nFNDA:0," + name + "\n"
	}
	lcov += "DA:2,0\nend_of_record\n"
	root := folderWith(t, map[string]string{
		"sub/" + odd: "1\n2\n3\n", "sub/many.js": "1\na b c d e f g h i j k l\n3\n", "sub/lcov.info": lcov,
		"sub/.covls.toml": "target = 0\n[[component]]\nname = \"a\\nb: c\"\ninclude = ['*.js']\ntarget = 50\n[[rule]]\npaths = ['x']\n",
	})
	want := `::error title=Coverage short of its target::component a␊b: c: 1 line short of 50 %25 (0.00 %25)
::error file=FROM.covls.toml,line=6,title=Setting without files::the rule has no file: the profiles name none like "x"; they name a,line=9::b%2525.js
::error file=FROMa%2Cline=9%3A%3Ab%2525.js,line=1,title=Coverage short of its target::1 line short of 50 %25 (0.00 %25)
::error file=FROMmany.js,line=1,title=Coverage short of its target::1 line short of 50 %25 (0.00 %25)
::notice file=FROMa%2Cline=9%3A%3Ab%2525.js,line=3,endLine=3,title=Not covered::first%25 is untested
`
	for _, name := range strings.Split("abcdefghi", "") {
		want += "::notice file=FROMmany.js,line=2,endLine=3,title=Not covered::" + name + " is untested\n"
	}
	want += "covls check: failed, 4 breaches; 0.00 % of 2 lines covered, target 0 %\n"
	for _, c := range []struct{ name, repository, from string }{
		{"from the repository's folder", root, "sub/"},
		{"from the working directory, where that is not known", "", filepath.ToSlash(root) + "/sub/"},
		{"and where it is elsewhere", t.TempDir(), filepath.ToSlash(root) + "/sub/"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Setenv("GITHUB_WORKSPACE", c.repository)
			out, stderr, code := covls(t, "check", "-C", filepath.Join(root, "sub"), "--files", "--format", "github")
			if w := strings.ReplaceAll(want, "FROM", escape.Property(c.from)); code != 1 || stderr != "" || out != w {
				t.Errorf("exit %d, got\n%s%s\nwant\n%s", code, out, stderr, w)
			}
		})
	}
}

// Package hostile_test drives the built program through a workspace in which everything that can have a
// name has a hostile one, and holds all that comes out against the rules of where it goes.
package hostile_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/covls/covls/config"
	"github.com/covls/covls/internal/profiletest"
)

func TestMain(m *testing.M) { os.Exit(profiletest.Main(m)) }

// environment is that of this process, with a folder for caches beside the program.
func environment(t *testing.T) []string {
	t.Helper()
	caches := filepath.Join(filepath.Dir(profiletest.Program(t)), "caches")
	return append(os.Environ(), "XDG_CACHE_HOME="+caches, "LocalAppData="+caches)
}

// covls runs the program in dir.
func covls(t *testing.T, dir string, more []string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	cmd := exec.Command(profiletest.Program(t), args...)
	var out, errs bytes.Buffer
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, &out, &errs
	cmd.Env = append(environment(t), more...)
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

// values collects all strings of JSON, the names of members too.
func values(t *testing.T, data string) []string {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(data), &v); err != nil {
		t.Errorf("no JSON: %v", err)
	}
	var out []string
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case string:
			out = append(out, v)
		case []any:
			for _, e := range v {
				walk(e)
			}
		case map[string]any:
			for k, e := range v {
				out = append(out, k)
				walk(e)
			}
		}
	}
	walk(v)
	return out
}

// exact wants JSON in which nothing is hidden, and in which names of functions are what they are.
func exact(t *testing.T) rule {
	return func(s string) []string {
		bad := log(s)
		all := values(t, s)
		for i, p := range payloads() {
			if want := fmt.Sprintf("%s%02d%s", tagFunction, i, p); utf8.ValidString(p) && !slices.Contains(all, want) {
				bad = append(bad, fmt.Sprintf("there is no %q", want))
			}
		}
		return bad
	}
}

// sarif is log, and its messages have no links.
func sarif(t *testing.T) rule {
	embedded := regexp.MustCompile(`(^|[^\\])\[[^\]]*[^\\]\]\(`)
	return func(s string) []string {
		bad := log(s)
		var v struct {
			Runs []struct {
				Results     []struct{ Message struct{ Text string } }
				Invocations []struct {
					ToolConfigurationNotifications, ToolExecutionNotifications []struct{ Message struct{ Text string } }
				}
			}
		}
		if err := json.Unmarshal([]byte(s), &v); err != nil {
			return append(bad, err.Error())
		}
		check := func(text string) {
			bad = append(bad, plain(text)...)
			if embedded.MatchString(text) {
				bad = append(bad, "a link: "+text)
			}
		}
		for _, r := range v.Runs[0].Results {
			check(r.Message.Text)
		}
		for _, n := range slices.Concat(v.Runs[0].Invocations[0].ToolConfigurationNotifications, v.Runs[0].Invocations[0].ToolExecutionNotifications) {
			check(n.Message.Text)
		}
		return bad
	}
}

// page wants the elements of a page and no others.
func page(s string) []string {
	bad := seen(s, "\n\t")
	tags := map[string]bool{}
	script := regexp.MustCompile(`(?s)<(style|script)[^>]*>.*?</(style|script)>`)
	for _, m := range regexp.MustCompile(`<[!/]?([a-zA-Z0-9-]+)`).FindAllStringSubmatch(script.ReplaceAllString(s, "<$1>"), -1) {
		tags[m[1]] = true
	}
	for tag := range tags {
		if !slices.Contains([]string{"DOCTYPE", "html", "head", "meta", "title", "style", "body", "header", "h1", "bdi", "noscript", "p", "nav", "main", "footer", "dialog", "div", "script"}, tag) {
			bad = append(bad, "an element "+tag)
		}
	}
	if n := strings.Count(s, "<script"); n != 3 {
		bad = append(bad, fmt.Sprintf("%d scripts", n))
	}
	return bad
}

// settings wants TOML that sets what covls has found and nothing else.
func settings(s string) []string {
	bad := log(s)
	layer, problems := config.ParseTOML(config.FileName, []byte(s))
	for _, p := range problems {
		bad = append(bad, p.String())
	}
	for _, row := range config.Merge(layer).Table() {
		if row.Origin != "default" && !slices.Contains([]string{"target", "path"}, row.Key) {
			bad = append(bad, row.Key+" is "+row.Value)
		}
	}
	// What is switched off must be right, too.
	on := regexp.MustCompile(`(?m)^#(\[\[|[a-z_]+ = )`).ReplaceAllString(s, "$1")
	if _, problems := config.ParseTOML(config.FileName, []byte(on)); len(problems) > 0 {
		bad = append(bad, problems[0].String())
	}
	return bad
}

// painted is log for what covls itself colours.
func painted(s string) []string {
	return log(regexp.MustCompile(`\x1b\[(0|1|2|31|33)m`).ReplaceAllString(s, ""))
}

// TestCommands runs every command in every format.
func TestCommands(t *testing.T) {
	t.Parallel()
	h := newWorkspace(t)
	colours := []string{"CLICOLOR_FORCE=1", "TERM=xterm"}
	some, other := h.sources[0], h.sources[len(h.sources)-1]
	base, _, _ := covls(t, h.dir, nil, "report", "--format", "json", "--component", "rest")
	if err := os.WriteFile(filepath.Join(h.dir, "base.txt"), []byte(base), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args string
		more []string
		env  []string
		rule rule
		// shows are tags that must be in the output, so that it is known to be held against something.
		shows []string
		code  int
	}{
		{args: "gaps", rule: log, shows: []string{tagFunction, tagFile}},
		{args: "gaps --all", rule: log, shows: []string{tagFunction, tagFile, "Partly"}},
		{args: "gaps --format json", rule: exact(t), shows: []string{tagFunction, tagFile}},
		{args: "report", rule: log, shows: []string{tagFolder, tagComponent}},
		{args: "report --top 0", rule: log, shows: []string{tagFolder, tagComponent, tagFile}},
		{args: "report --top 0", env: colours, rule: painted, shows: []string{tagFolder, tagFile, tagComponent}},
		{args: "report --format markdown --top 0", rule: markdown, shows: []string{tagFolder, tagFile, tagFunction, tagComponent, tagWhy, tagGroup, tagDoc, tagTrouble, tagWarning, tagProfile}},
		{args: "report --format json", rule: exact(t), shows: []string{tagFolder, tagFile, tagFunction, tagComponent, tagWhy, tagDoc, tagWarning}},
		{args: "report --format sarif", rule: sarif(t), shows: []string{tagFile, tagFunction, tagWhy}},
		{args: "report --format html", rule: page, shows: []string{tagFolder, tagFile, tagFunction, tagComponent, tagWhy, tagDoc}},
		{args: "report --component", more: []string{all("No")}, rule: log, code: 2},
		{args: "check --files", rule: log, shows: []string{tagFile, tagComponent, tagTrouble, tagUnknown}, code: 1},
		{args: "check --files --format github", rule: github, shows: []string{tagFile, tagComponent, tagFunction, tagTrouble, tagUnknown}, code: 1},
		{args: "check --files --format json", rule: log, shows: []string{tagFile, tagComponent}, code: 1},
		{args: "check --no-drop base.txt", rule: log, code: 2},
		{args: "doctor", rule: log, shows: []string{tagFolder, tagLost, tagProfile, tagTrouble, tagWarning, tagComponent, tagWhy, tagUnknown, tagMapped}},
		{args: "config", rule: log},
		{args: "explain", more: []string{some}, rule: log, shows: []string{tagFile, tagComponent}},
		{args: "explain a.go", rule: log, shows: []string{tagWhy}},
		{args: "explain py/other.py", rule: log, shows: []string{tagProfile}},
		{args: "explain a.go --format json", rule: log, shows: []string{tagWhy}},
		{args: "explain", more: []string{other + all("")}, rule: log, code: 2},
		{args: "init --print", rule: settings},
		{args: "init", rule: log, code: 2},
		{args: "gaps --profile", more: []string{all("absent")}, rule: log, code: 2},
		{args: "gaps --profile", more: []string{filepath.Join(h.dir, inFolder(tagTrouble+"`\x1b[35m\n::error::a\u202e[b](command:c)<img src=x>.info"))}, rule: log, code: 2},
		{args: "gaps --format", more: []string{all("")}, rule: log, code: 2},
		{args: "gaps --kind", more: []string{all("")}, rule: log, code: 2},
		{args: "gaps", more: []string{"--" + all("no")}, rule: log, code: 2},
		{args: "report -o", more: []string{filepath.Join(h.dir, "none", inFolder("\x1b[35m\n::error::a"), "x.md")}, rule: log, code: 2},
		{more: []string{all("")}, rule: log, code: 2},
		{args: "-C", more: []string{all(""), "gaps"}, rule: log, code: 2},
	} {
		name := c.args
		if len(c.more) > 0 {
			name += " …"
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			args := append(strings.Fields(c.args), c.more...)
			out, errs, code := covls(t, h.dir, c.env, args...)
			if code != c.code {
				t.Errorf("exit code %d, want %d", code, c.code)
			}
			for _, bad := range c.rule(out) {
				t.Errorf("stdout: %s", bad)
			}
			for _, bad := range log(errs) {
				t.Errorf("stderr: %s", bad)
			}
			if out+errs == "" {
				t.Error("nothing is printed")
			}
			for _, tag := range c.shows {
				if !strings.Contains(out, tag) {
					t.Errorf("there is no %s in the output, so that it is held against nothing:\n%s", tag, out)
				}
			}
		})
	}
	t.Run("without a profile", func(t *testing.T) {
		t.Parallel()
		out, _, _ := covls(t, h.dir, nil, "doctor", "-C", h.empty)
		for _, bad := range log(out) {
			t.Error(bad)
		}
		_, errs, _ := covls(t, h.dir, nil, "gaps", "-C", h.empty)
		for _, bad := range log(errs) {
			t.Error(bad)
		}
		if !strings.Contains(out, "Make") || !strings.Contains(errs, "Make") {
			t.Errorf("there is no command in\n%s\n%s", out, errs)
		}
	})
	t.Run("from elsewhere", func(t *testing.T) {
		t.Parallel()
		for _, args := range [][]string{{"gaps"}, {"check"}, {"report"}, {"init", "--print"}} {
			out, errs, _ := covls(t, filepath.Dir(h.dir), nil, append(args, "-C", h.dir)...)
			for _, bad := range append(log(out), log(errs)...) {
				t.Errorf("%v: %s", args, bad)
			}
		}
	})
	t.Cleanup(func() { noCanary(t, h.dir) })
}

// TestWrittenSettings has covls write settings of a hostile folder, and read them.
func TestWrittenSettings(t *testing.T) {
	t.Parallel()
	h := newWorkspace(t)
	if err := os.Remove(filepath.Join(h.dir, config.FileName)); err != nil {
		t.Fatal(err)
	}
	before, _, _ := covls(t, h.dir, nil, "gaps", "--format", "json")
	out, errs, code := covls(t, h.dir, nil, "init")
	if code != 0 {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	for _, bad := range log(out + errs) {
		t.Error(bad)
	}
	written, err := os.ReadFile(filepath.Join(h.dir, config.FileName))
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range settings(string(written)) {
		t.Error(bad)
	}
	if after, _, _ := covls(t, h.dir, nil, "gaps", "--format", "json"); after != before {
		t.Error("the settings change what covls shows")
	}
	noCanary(t, h.dir)
}

// noCanary wants that nothing was run.
func noCanary(t *testing.T, dir string) {
	t.Helper()
	for _, d := range []string{dir, filepath.Dir(dir), "."} {
		if _, err := os.Stat(filepath.Join(d, "canary")); err == nil {
			t.Errorf("there is a canary in %q", d)
		}
	}
}

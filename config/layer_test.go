package config

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/covls/covls/coverage"
)

// source is one input for ParseTOML or FromEditor and what is made of it.
type source struct {
	name, in string
	set      func(*Settings) // changes to the defaults
	problems []string        // as Problem.String
	origins  map[string]string
}

func (s source) check(t *testing.T, l Layer, problems []Problem) {
	t.Helper()
	want := Default()
	if s.set != nil {
		s.set(&want)
	}
	e := Merge(l)
	want.TargetSet = e.Origin("target") != "default"
	if !reflect.DeepEqual(e.Settings, want) {
		t.Errorf("settings =\n%+v, want\n%+v", e.Settings, want)
	}
	var lines []string
	for _, p := range problems {
		lines = append(lines, p.String())
	}
	if !slices.Equal(lines, s.problems) {
		t.Errorf("problems =\n%s\nwant\n%s", strings.Join(lines, "\n"), strings.Join(s.problems, "\n"))
	}
	for key, origin := range s.origins {
		if got := e.Origin(key); got != origin {
			t.Errorf("Origin(%q) = %q, want %q", key, got, origin)
		}
	}
}

func TestParseTOML(t *testing.T) {
	t.Parallel()
	for _, tt := range []source{
		{name: "empty"},
		{
			name: "every key",
			in: `profiles = ["out/*.cov", '/tmp/c.out']
exclude = ["*_gen.go"]
target = 72.5
stale = "hide"
settle = 1_000
fade = true
hints.enable = true
hover = { enable = false, covered = true }
cache = false
[[path]]
from = "/build/"
to = ""

[[path]]
from = 'C:\ci\'
to = "src/"
profile = "ci/*.info"

[diagnostics]
enable = false
scope = "workspace"
weight = 5
[diagnostics.severity]
critical = "error"
high = "warning"
medium = "information"
lower = "off"
trivial = "information"

[lens]
enable = false
functions = "all"

[changed]
enable = false
base = "develop"
baseline = "ci/base.gz"

[limits]
branches = 7
nesting = 8
profile_bytes = 1
line = 2
files = 3
depth = 4
entries = 5
source_bytes = 6
profiles = 9
total_bytes = 10
folders = 11
marks = 12
answer_bytes = 13

[run.command]
go = "go test"
"c++" = "make cov"
`,
			set: func(s *Settings) {
				*s = Settings{
					Profiles: []string{"out/*.cov", "/tmp/c.out"},
					Exclude:  []string{"*_gen.go"},
					Target:   72.5,
					Paths:    []PathMapping{{From: "/build/"}, {From: `C:\ci\`, To: "src/", Profile: "ci/*.info"}},
					Stale:    StaleHide,
					Settle:   time.Second,
					Diagnostics: Diagnostics{
						Scope:    ScopeWorkspace,
						Weight:   5,
						Severity: Severities{SeverityError, SeverityWarning, SeverityInformation, SeverityOff, SeverityInformation},
					},
					Lens:    Lens{Functions: FunctionsAll},
					Changed: Changed{Base: "develop", Baseline: "ci/base.gz"},
					Hints:   Hints{Enable: true},
					Hover:   Hover{Covered: true},
					Fade:    true,
					Limits:  Limits{1, 2, 3, 7, 8, 4, 5, 6, 9, 10, 11, 12, 13},
					Run:     Run{Command: map[string]string{"go": "go test", "c++": "make cov"}},
				}
			},
			origins: map[string]string{
				"profiles": ".covls.toml:1", "hints.enable": ".covls.toml:7", "path": ".covls.toml:10",
				"diagnostics.severity.lower": ".covls.toml:27", "run.command": ".covls.toml:54",
			},
		},
		{
			name: "lists that are empty",
			in:   "profiles = []\nexclude = []\npath = []\n",
			set: func(s *Settings) {
				s.Profiles, s.Exclude, s.Paths = []string{}, []string{}, []PathMapping{}
			},
		},
		{
			name:    "byte order mark and CRLF",
			in:      "\ufefftarget = 70\r\nstale = \"keep\"\r\ntargt = 1\r\n",
			set:     func(s *Settings) { s.Target, s.Stale = 70, StaleKeep },
			origins: map[string]string{"target": ".covls.toml:1", "stale": ".covls.toml:2", "fade": "default"},
			problems: []string{
				`ws/.covls.toml:3:1: warning: unknown key "targt": did you mean "target"?`,
			},
		},
		{
			name: "one command for all",
			in:   `run.command = "make cover"`,
			set:  func(s *Settings) { s.Run.Command = map[string]string{"": "make cover"} },
		},
		{
			name: "inline tables",
			in:   `diagnostics = { severity = { high = "off" }, "scope" = "workspace" }`,
			set: func(s *Settings) {
				s.Diagnostics.Severity.High, s.Diagnostics.Scope = SeverityOff, ScopeWorkspace
			},
		},
		{
			name: "a quoted dot is a dot",
			in:   "\"lens.enable\" = false\n\"run.command.go\" = \"a\"\n",
			set:  func(s *Settings) { s.Lens.Enable, s.Run.Command = false, map[string]string{"go": "a"} },
		},
		{
			name: "wrong values leave the others alone",
			in: `target = 101
settle = 0.5
stale = "hid"
fade = true
diagnostics.enable = "yes"
hints = 3
limits.depth = 0
limits.line = 1979-05-27
profiles = "c.out"
run.command = 1
`,
			set: func(s *Settings) { s.Fade = true },
			problems: []string{
				`ws/.covls.toml:1:1: warning: target is 101: want a number from 0 to 100`,
				`ws/.covls.toml:2:1: warning: settle is 0.5: want an integer from 0 to 60000`,
				`ws/.covls.toml:3:1: warning: stale is "hid": want one of dim, hide, keep`,
				`ws/.covls.toml:5:13: warning: diagnostics.enable is "yes": want true or false`,
				`ws/.covls.toml:6:1: warning: hints is 3: want a table with enable`,
				`ws/.covls.toml:7:8: warning: limits.depth is 0: want an integer from 1 to 1000`,
				`ws/.covls.toml:8:8: warning: limits.line is 1979-05-27: want an integer from 1 to 2147483647`,
				`ws/.covls.toml:9:1: warning: profiles is "c.out": want a list of globs`,
				`ws/.covls.toml:10:5: warning: run.command is 1: want a command line, or a table of them by language id`,
			},
			origins: map[string]string{"target": "default", "fade": ".covls.toml:4"},
		},
		{
			name: "not a number and infinity",
			in:   "target = nan\nsettle = inf\nlimits.files = 1e300\n",
			problems: []string{
				`ws/.covls.toml:1:1: warning: target is NaN: want a number from 0 to 100`,
				`ws/.covls.toml:2:1: warning: settle is +Inf: want an integer from 0 to 60000`,
				`ws/.covls.toml:3:8: warning: limits.files is 1e+300: want an integer from 1 to 2147483647`,
			},
		},
		{
			name: "wrong elements",
			in: `exclude = [
  "a/**",
  3, "",
  [true],
  "b[", "!c",
]
path = [{ from = "a", to = "b" }, { form = "a",
  to = 3 }, "x"]
[run.command]
go = ["go", "test"]
ruby = "rake"
`,
			problems: []string{
				`ws/.covls.toml:3:3: warning: exclude[1] is 3: want a glob`,
				`ws/.covls.toml:3:6: warning: exclude[2] is "": want a glob that is not empty`,
				`ws/.covls.toml:4:4: warning: exclude[3] is a list: want a glob`,
				`ws/.covls.toml:5:3: warning: exclude[4] is "b[": want a well-formed glob: close every [ and {, or write \[ and \{`,
				`ws/.covls.toml:5:9: warning: exclude[5] is "!c": want a glob without "!": files can't be taken back in`,
				`ws/.covls.toml:7:37: warning: path[1].form is unknown: did you mean "from"?`,
				`ws/.covls.toml:8:3: warning: path[1].to is 3: want a path`,
				`ws/.covls.toml:8:13: warning: path[2] is "x": want {from = "…", to = "…"}`,
				`ws/.covls.toml:10:1: warning: run.command.go is a list: want a command line`,
			},
		},
		{
			name: "tables in a list",
			in:   "[[path]]\nfrom = \"a\"\nto = \"b\"\n[[path]]\nto = \"c\"\n[[path]]\nfrom = \"d\"\n [path.sub]\nx = 1\n[[path]]\nfrom = ''\nto = ''\n",
			problems: []string{
				`ws/.covls.toml:4:3: warning: path[1] is not complete: want {from = "…", to = "…"}`,
				`ws/.covls.toml:8:8: warning: path[2].sub is unknown: want one of from, to, profile`,
				`ws/.covls.toml:11:1: warning: path[3].from is "": want a path that is not empty`,
			},
		},
		{
			name: "a table where a list is due",
			in:   "[path]\nfrom = 1\n",
			problems: []string{
				`ws/.covls.toml:1:2: warning: path is a table: want a list of {from = "…", to = "…"}`,
			},
		},
		{
			name: "unknown keys",
			in: `high = "error"
profileBytes = 3
zzz = 1
run.cmd = "x"
[diagnostic]
enable = false
scope = "open"
[lens]
on = true
[diagnostics.sev.erity.critical.x]
y = 1
[[thing]]
a = 1
[[thing]]
`,
			problems: []string{
				`ws/.covls.toml:1:1: warning: unknown key "high": did you mean "diagnostics.severity.high"?`,
				`ws/.covls.toml:2:1: warning: unknown key "profileBytes": did you mean "limits.profile_bytes"?`,
				`ws/.covls.toml:3:1: warning: unknown key "zzz": want one of profiles, exclude, target, path, component, rule, stale, settle, diagnostics, lens, changed, hints, hover, fade, cache, limits, run`,
				`ws/.covls.toml:4:5: warning: unknown key "run.cmd": want one of run.command`,
				`ws/.covls.toml:5:2: warning: unknown key "diagnostic": did you mean "diagnostics"?`,
				`ws/.covls.toml:9:1: warning: unknown key "lens.on": want one of lens.enable, lens.functions`,
				`ws/.covls.toml:10:14: warning: unknown key "diagnostics.sev": want one of diagnostics.enable, diagnostics.scope, diagnostics.weight, diagnostics.severity`,
				`ws/.covls.toml:12:3: warning: unknown key "thing": want one of profiles, exclude, target, path, component, rule, stale, settle, diagnostics, lens, changed, hints, hover, fade, cache, limits, run`,
			},
		},
		{
			name: "components and rules",
			in: `target = 50
[[component]]
name = "core"
include = ["core/**", "lib/"]
exclude = ["core/old/**"]
target = 72.5
[[component]]
name = "rest"
include = ["**"]

[[rule]]
paths = ["core/db.go"]
at_least = "high"
at_most = "critical"
weight = 1.5
target = 90
group = "Storage"
why = "It lost data twice."
[[rule]]
paths = ["gen/**"]
exclude = true
[[rule]]
paths = ["web/**"]
tier = "lower"
weight = 0
`,
			set: func(s *Settings) {
				s.Target = 50
				s.Components = []Component{
					{Name: "core", Include: []string{"core/**", "lib/"}, Exclude: []string{"core/old/**"}, Target: new(72.5)},
					{Name: "rest", Include: []string{"**"}},
				}
				s.Rules = []Rule{
					{
						Paths: []string{"core/db.go"}, AtLeast: TierHigh, AtMost: TierCritical, Weight: new(1.5), Target: new(90.0),
						Group: "Storage", Why: "It lost data twice.",
					},
					{Paths: []string{"gen/**"}, Exclude: true},
					{Paths: []string{"web/**"}, Tier: TierLower, Weight: new(0.0)},
				}
			},
			origins: map[string]string{"component": ".covls.toml:2", "rule": ".covls.toml:11"},
		},
		{
			name: "wrong components",
			in: `[[component]]
name = ""
include = ["a", "b["]
[[component]]
nmae = "x"
include = []
target = 101
[[component]]
name = "x"
[[component]]
include = "a"
exclude = ["/"]
owner = "me"
`,
			problems: []string{
				`ws/.covls.toml:2:1: warning: component[0].name is "": want a name that is not empty`,
				`ws/.covls.toml:3:17: warning: component[0].include[1] is "b[": want a well-formed glob: close every [ and {, or write \[ and \{`,
				`ws/.covls.toml:5:1: warning: component[1].nmae is unknown: did you mean "name"?`,
				`ws/.covls.toml:6:1: warning: component[1].include is empty: want at least one glob`,
				`ws/.covls.toml:7:1: warning: component[1].target is 101: want a number from 0 to 100`,
				`ws/.covls.toml:8:3: warning: component[2] is not complete: want {name = "…", include = ["…"]}`,
				`ws/.covls.toml:11:1: warning: component[3].include is "a": want a list of globs`,
				`ws/.covls.toml:12:12: warning: component[3].exclude[0] is "/": want a name, or "**" for everything`,
				`ws/.covls.toml:13:1: warning: component[3].owner is unknown: want one of name, include, exclude, target`,
			},
			origins: map[string]string{"component": "default"},
		},
		{
			name: "two components of one name",
			in:   "[[component]]\nname = 'a'\ninclude = ['a']\n[[component]]\ninclude = ['b']\nname = 'a'\n",
			problems: []string{
				`ws/.covls.toml:6:1: warning: component[1].name is "a": want a name that no component before it has`,
			},
		},
		{
			name: "wrong rules",
			in: `[[rule]]
paths = ["a"]
teir = "high"
at-most = "high"
[[rule]]
tier = "urgent"
[[rule]]
weight = -1
exclude = "yes"
why = 3
group = ["x"]
[[rule]]
why = "nothing"
[[rule]]
`,
			problems: []string{
				`ws/.covls.toml:3:1: warning: rule[0].teir is unknown: did you mean "tier"?`,
				`ws/.covls.toml:4:1: warning: rule[0].at-most is unknown: did you mean "at_most"?`,
				`ws/.covls.toml:6:1: warning: rule[1].tier is "urgent": want one of critical, high, medium, lower`,
				`ws/.covls.toml:8:1: warning: rule[2].weight is -1: want a number from 0 to 1000000`,
				`ws/.covls.toml:9:1: warning: rule[2].exclude is "yes": want true or false`,
				`ws/.covls.toml:10:1: warning: rule[2].why is 3: want a text`,
				`ws/.covls.toml:11:1: warning: rule[2].group is a list: want a name`,
				`ws/.covls.toml:12:3: warning: rule[3] is not complete: want {paths = ["…"], …}`,
				`ws/.covls.toml:14:3: warning: rule[4] is not complete: want {paths = ["…"], …}`,
			},
		},
		{
			name: "rules at odds with themselves",
			in: `rule = [
  {paths = ["a"], tier = "high", at_least = "medium"},
  {paths = ["a"], tier = "high", at_most = "medium"},
  {paths = ["a"], at_least = "high", at_most = "medium"},
  {paths = ["a"], at_least = "high", at_most = "high"},
]
`,
			problems: []string{
				`ws/.covls.toml:2:34: warning: rule[0].at_least stands beside tier: want one of them`,
				`ws/.covls.toml:3:34: warning: rule[1].at_most stands beside tier: want one of them`,
				`ws/.covls.toml:4:19: warning: rule[2].at_least is "high": want no tier above at_most, "medium"`,
			},
		},
		{
			name: "set twice",
			in:   "lens.enable = false\n\"lens.enable\" = true\n",
			set:  func(s *Settings) { s.Lens.Enable = false },
			problems: []string{
				`ws/.covls.toml:1:6: warning: lens.enable is set twice: keep one of them`,
			},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l, problems := ParseTOML("ws/.covls.toml", []byte(tt.in))
			if l.Broken || l.Dir != "ws" {
				t.Errorf("Broken = %v, Dir = %q", l.Broken, l.Dir)
			}
			tt.check(t, l, problems)
		})
	}
}

func TestParseTOMLBroken(t *testing.T) {
	t.Parallel()
	const none = "; no setting is taken from the file until that is mended"
	for _, tt := range []struct{ name, in, where, text string }{
		{"syntax", "fade = true\ntarget = = 3\n", "f:2:10", "unexpected character U+003D '=' at start of value" + none},
		{"defined twice", "fade = true\nfade = false\n", "f:2:1", "key fade is already defined" + none},
		{"not UTF-8", "target = \"\xff\"\n", "f:1:11", "invalid UTF-8 character in basic string" + none},
		{"UTF-16", "\xff\xfea\x00", "f:1:1", "invalid character at start of key: U+00FF 'ÿ'" + none},
		{"no end", "profiles = [", "f:1:12", "array is incomplete" + none},
		{"too large", strings.Repeat("#", maxFile+1), "f:1:1", "the file is larger than 1048576 bytes" + none},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l, problems := ParseTOML("f", []byte(tt.in))
			if !l.Broken || len(problems) != 1 {
				t.Fatalf("Broken = %v, problems = %v", l.Broken, problems)
			}
			p := problems[0]
			if p.Where != tt.where || p.Text != tt.text || p.Severity != SeverityError {
				t.Errorf("problem = %v", p)
			}
			if !reflect.DeepEqual(Merge(l), Merge()) {
				t.Error("a broken layer sets something")
			}
		})
	}
}

// TestParseTOMLDeep is about texts that take a square of their length where every part of a key is
// looked at in full.
func TestParseTOMLDeep(t *testing.T) {
	t.Parallel()
	dots := strings.Repeat("a.", 100_000)
	for name, in := range map[string]string{
		"dotted key":    dots + "a = 1",
		"table":         "[" + dots + "a]\nx = 1\n[[b." + dots + "a]]\ny = 1\n",
		"below a group": "diagnostics." + dots + "a = 1",
		"list":          "exclude = " + strings.Repeat("[", 5000) + strings.Repeat("]", 5000),
		"inline tables": "path = " + strings.Repeat("{a=", 5000) + "1" + strings.Repeat("}", 5000),
	} {
		l, problems := ParseTOML("f", []byte(in))
		if l.Broken || len(problems) == 0 || len(problems) > 2 {
			t.Errorf("%s: Broken = %v, %d problems", name, l.Broken, len(problems))
		}
	}
}

func TestFromEditor(t *testing.T) {
	t.Parallel()
	for _, tt := range []source{
		{name: "null", in: `null`},
		{name: "empty object", in: `{}`},
		{name: "empty table of Lua", in: `[]`},
		{name: "wrapped null", in: `{"covls": null}`},
		{
			name: "nested",
			in:   `{"diagnostics": {"severity": {"high": "error"}}, "settle": 500.0, "target": 70}`,
			set: func(s *Settings) {
				s.Diagnostics.Severity.High, s.Settle, s.Target = SeverityError, 500*time.Millisecond, 70
			},
			origins: map[string]string{"diagnostics.severity.high": "editor", "settle": "editor", "lens.enable": "default"},
		},
		{
			name: "dotted",
			in:   `{"diagnostics.severity.high": "error", "diagnostics": {"severity.lower": "off"}}`,
			set: func(s *Settings) {
				s.Diagnostics.Severity.High, s.Diagnostics.Severity.Lower = SeverityError, SeverityOff
			},
		},
		{
			name: "wrapped beside other servers",
			in:   `{"covls": {"fade": true}, "covls.stale": "keep", "gopls": {"fade": 3}, "fade": false}`,
			set:  func(s *Settings) { s.Fade, s.Stale = true, StaleKeep },
		},
		{
			name: "null is not set",
			in:   `{"fade": null, "lens": null, "nonsense": null, "run.command": {"go": null, "c": "make"}}`,
			set:  func(s *Settings) { s.Run.Command = map[string]string{"c": "make"} },
		},
		{
			name: "commands",
			in:   `{"run": {"command": {"go": "a"}}, "run.command.c": "b", "run.command.c.x": "c"}`,
			set:  func(s *Settings) { s.Run.Command = map[string]string{"go": "a", "c": "b", "c.x": "c"} },
		},
		{
			name: "a command for all and one besides",
			in:   `{"run.command": "a", "run.command.c": "b"}`,
			set:  func(s *Settings) { s.Run.Command = map[string]string{"": "a", "c": "b"} },
		},
		{
			name:     "a wrong command and one besides",
			in:       `{"run.command": 3, "run.command.c": "b"}`,
			problems: []string{`editor setting covls.run.command: warning: run.command is 3: want a command line, or a table of them by language id`},
		},
		{name: "what client libraries keep here", in: `{"trace": {"server": "verbose"}, "trace.server": "off"}`},
		{
			name: "lists",
			in:   `{"profiles": [], "path": [{"from": "/a", "to": "b"}]}`,
			set:  func(s *Settings) { s.Profiles, s.Paths = []string{}, []PathMapping{{From: "/a", To: "b"}} },
		},
		{
			name: "wrong",
			in:   `{"stale": "hid", "lens": 3, "fade": {}, "settle": 1e99, "path": [{"from": null, "to": "a"}], "tar\nget": 1, "trac": 1, "run": "x"}`,
			problems: []string{
				`editor setting covls.fade: warning: fade is a table: want true or false`,
				`editor setting covls.lens: warning: lens is 3: want a table with enable, functions`,
				`editor setting covls.path[0].from: warning: path[0].from is null: want a path`,
				`editor setting covls.run: warning: run is "x": want a table with command`,
				`editor setting covls.settle: warning: settle is 1e+99: want an integer from 0 to 60000`,
				`editor setting covls.stale: warning: stale is "hid": want one of dim, hide, keep`,
				`editor setting covls.tar\nget: warning: unknown key "tar\nget": did you mean "target"?`,
				`editor setting covls.trac: warning: unknown key "trac": want one of profiles, exclude, target, path, component, rule, stale, settle, diagnostics, lens, changed, hints, hover, fade, cache, limits, run`,
			},
		},
		{
			name:     "the group is no group",
			in:       `{"covls": "on"}`,
			problems: []string{`editor setting covls: warning: covls is "on": want a table with profiles, exclude, target, path, component, rule, stale, settle, diagnostics, lens, changed, hints, hover, fade, cache, limits, run`},
		},
		{
			name:     "set twice",
			in:       `{"covls": {"fade": true}, "covls.fade": false}`,
			set:      func(s *Settings) { s.Fade = true },
			problems: []string{`editor setting covls.fade: warning: fade is set twice: keep one of them`},
		},
		{
			name:     "too long to be a typo",
			in:       `{"` + strings.Repeat("x", 100) + `": 1}`,
			problems: []string{`editor setting covls.` + strings.Repeat("x", 100) + `: warning: unknown key "` + strings.Repeat("x", 40) + `…": want one of profiles, exclude, target, path, component, rule, stale, settle, diagnostics, lens, changed, hints, hover, fade, cache, limits, run`},
		},
		{
			name:     "dotted below nothing",
			in:       `{"a.b.c": 1}`,
			problems: []string{`editor setting covls.a.b.c: warning: unknown key "a.b.c": want one of profiles, exclude, target, path, component, rule, stale, settle, diagnostics, lens, changed, hints, hover, fade, cache, limits, run`},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var v any
			if err := json.Unmarshal([]byte(tt.in), &v); err != nil {
				t.Fatal(err)
			}
			l, problems := FromEditor("editor setting", v)
			if l.Broken || l.Dir != "" {
				t.Errorf("Broken = %v, Dir = %q", l.Broken, l.Dir)
			}
			tt.check(t, l, problems)
		})
	}
}

func TestFromEditorBroken(t *testing.T) {
	t.Parallel()
	for _, v := range []any{"on", true, 3.0, []any{1.0}} {
		l, problems := FromEditor("initializationOptions", v)
		want := "initializationOptions: error: the settings are " + show(v) + ": want an object"
		if !l.Broken || len(problems) != 1 || problems[0].String() != want {
			t.Errorf("FromEditor(%v) = %+v, %v", v, l, problems)
		}
	}
}

func TestProblem(t *testing.T) {
	t.Parallel()
	_, problems := ParseTOML("ws/.covls.toml", []byte("\n  lens.enabel = 1"))
	want := Problem{
		Key: "lens.enabel", Where: "ws/.covls.toml:2:8", Line: 2, Col: 8, Severity: SeverityWarning,
		Text: `unknown key "lens.enabel": did you mean "lens.enable"?`,
	}
	if len(problems) != 1 || problems[0] != want {
		t.Errorf("problems = %#v, want %#v", problems, want)
	}
	if got := (Problem{Severity: SeverityError, Text: "a\r\nb"}).String(); got != "error: a b" {
		t.Errorf("String() = %q", got)
	}
}

func TestMerge(t *testing.T) {
	t.Parallel()
	file, _ := ParseTOML("/a/.covls.toml", []byte("target = 70\nexclude = [\"a\", \"b\"]\nprofiles = [\"x\"]\nrun.command.go = \"a\"\nlimits.line = 3\n"))
	editor, _ := FromEditor("editor setting", map[string]any{
		"exclude": []any{"c"}, "run": map[string]any{"command": map[string]any{"c": "b"}}, "target": "much",
	})
	mine, _ := FromEditor("editor setting", map[string]any{"profiles": []any{"y"}})
	for _, tt := range []struct {
		name     string
		layers   []Layer
		base     string
		profiles []string
		exclude  []string
		command  map[string]string
		origins  map[string]string
	}{
		{
			"file",
			[]Layer{file},
			"/a",
			[]string{"x"},
			[]string{"a", "b"},
			map[string]string{"go": "a"},
			map[string]string{"target": ".covls.toml:1", "exclude": ".covls.toml:2"},
		},
		{
			"editor above file",
			[]Layer{file, editor},
			"/a",
			[]string{"x"},
			[]string{"c"},
			map[string]string{"c": "b"},
			map[string]string{"target": ".covls.toml:1", "exclude": "editor", "limits.line": ".covls.toml:5"},
		},
		{
			"file above editor",
			[]Layer{editor, file},
			"/a",
			[]string{"x"},
			[]string{"a", "b"},
			map[string]string{"go": "a"},
			map[string]string{"exclude": ".covls.toml:2"},
		},
		{
			"the editor's profiles",
			[]Layer{file, editor, mine, {}},
			"",
			[]string{"y"},
			[]string{"c"},
			map[string]string{"c": "b"},
			map[string]string{"profiles": "editor", "stale": "default", "nonsense": "default"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e := Merge(tt.layers...)
			if e.base != tt.base || !slices.Equal(e.Profiles, tt.profiles) ||
				!slices.Equal(e.Exclude, tt.exclude) || !maps.Equal(e.Run.Command, tt.command) || e.Target != 70 {
				t.Errorf("base = %q, settings = %+v", e.base, e.Settings)
			}
			for key, want := range tt.origins {
				if got := e.Origin(key); got != want {
					t.Errorf("Origin(%q) = %q, want %q", key, got, want)
				}
			}
		})
	}
}

func TestTable(t *testing.T) {
	t.Parallel()
	l, problems := ParseTOML("f.toml", []byte(`profiles = ["a<b"]
settle = 20
path = [{from = "a", to = "b"}]
component = [{name = "a", include = ["b"], target = 0}]
rule = [{paths = ["a"], weight = 0.5, why = "<"}]
run.command = "go test && true"
`))
	if problems != nil {
		t.Fatal(problems)
	}
	one, _ := FromEditor("", map[string]any{"run.command": map[string]any{"go": "x", "c": "y"}, "profiles": []any{}})
	got := map[string]Row{}
	for _, r := range Merge(l).Table() {
		got[r.Key] = r
	}
	for _, want := range []Row{
		{"profiles", `["a<b"]`, "f.toml:1"},
		{"settle", `20`, "f.toml:2"},
		{"path", `[{"from":"a","to":"b"}]`, "f.toml:3"},
		{"component", `[{"name":"a","include":["b"],"target":0}]`, "f.toml:4"},
		{"rule", `[{"paths":["a"],"weight":0.5,"why":"<"}]`, "f.toml:5"},
		{"run.command", `"go test && true"`, "f.toml:6"},
	} {
		if got[want.Key] != want {
			t.Errorf("row = %v, want %v", got[want.Key], want)
		}
	}
	for _, r := range Merge(l, one).Table() {
		got[r.Key] = r
	}
	for _, want := range []Row{
		{"profiles", `[]`, "editor"},
		{"run.command", `{"c":"y","go":"x"}`, "editor"},
	} {
		if got[want.Key] != want {
			t.Errorf("row = %v, want %v", got[want.Key], want)
		}
	}
}

func TestNearest(t *testing.T) {
	t.Parallel()
	names := []string{"alpha", "alpine", "x.beta", "y", "y.beta", "y.ga_mma"}
	for given, want := range map[string]string{
		"alpha": "alpha", "alphas": "alpha", "lpha": "alpha", "alpin": "alpine",
		"GamMa": "y.ga_mma", "y.gama": "y.ga_mma", "beta": "", "y.bet": "y.beta", "alphe": "alpha",
		"y.zzzz": "", "delta": "", "": "",
	} {
		if got := nearest(given, names); got != want {
			t.Errorf("nearest(%q) = %q, want %q", given, got, want)
		}
	}
}

// TestPlace holds where the keys and elements of a file stand.
func TestPlace(t *testing.T) {
	t.Parallel()
	file, problems := ParseTOML("/w/.covls.toml", []byte("target = 50\nexclude = [\n  'a',\n  'b',\n]\n\n[[rule]]\npaths = ['x']\n\n[[rule]]\npaths = ['y']\n"))
	if problems != nil {
		t.Fatal(problems)
	}
	editor, problems := FromEditor("test", map[string]any{"exclude": []any{"c"}})
	if problems != nil {
		t.Fatal(problems)
	}
	for _, tt := range []struct {
		key         string
		element     int
		fileLine    int
		withEditors int
	}{
		{"target", -1, 1, 1},
		{"target", 0, 0, 0},
		{"exclude", -1, 2, 0},
		{"exclude", 1, 4, 0},
		{"exclude", 2, 0, 0},
		{"rule", -1, 7, 7},
		{"rule", 0, 7, 7},
		{"rule", 1, 10, 10},
		{"stale", -1, 0, 0},
		{"no key", 3, 0, 0},
	} {
		for i, want := range []int{tt.fileLine, tt.withEditors} {
			path, line := Merge([]Layer{file, editor}[:i+1]...).Place(tt.key, tt.element)
			if line != want || (path != "") != (want > 0) || want > 0 && path != "/w/.covls.toml" {
				t.Errorf("%s[%d] of %d layers stands at %q:%d, want line %d", tt.key, tt.element, i+1, path, line, want)
			}
		}
	}
}

// sound checks what holds for every layer, whatever it was made of.
func sound(t *testing.T, l Layer, problems []Problem) {
	t.Helper()
	for _, p := range problems {
		s := p.String()
		if p.Text == "" || p.Where == "" || p.Severity == "" || strings.ContainsAny(s, "\r\n") {
			t.Errorf("problem = %q", s)
		}
		if (p.Severity == SeverityError) != l.Broken {
			t.Errorf("Broken = %v with problem %q", l.Broken, s)
		}
	}
	e := Merge(l)
	for _, r := range e.Table() {
		var v any
		if err := json.Unmarshal([]byte(r.Value), &v); err != nil {
			t.Errorf("%s = %s: %v", r.Key, r.Value, err)
		}
		if r.Key == "profiles" && e.Profiles == nil {
			continue
		}
		// What is printed can be set again and comes out the same.
		again, problems := FromEditor("test", map[string]any{r.Key: v})
		if problems != nil {
			t.Errorf("%s = %s is refused: %v", r.Key, r.Value, problems)
		}
		k := lookup(r.Key)
		if s := Merge(again).Settings; k.print(&s) != r.Value {
			t.Errorf("%s = %s becomes %s", r.Key, r.Value, k.print(&s))
		}
	}
	if min(int64(e.Limits.Line), int64(e.Limits.Files), int64(e.Limits.Depth), int64(e.Limits.Entries),
		e.Limits.ProfileBytes, e.Limits.SourceBytes) < 1 || e.Settle < 0 || !(e.Target >= 0 && e.Target <= 100) {
		t.Errorf("out of bounds: %+v", e.Settings)
	}
	if _, problems := NewMatcher(e.Profiles); len(problems) > len(e.Profiles) {
		t.Error(problems)
	}
}

func FuzzParseTOML(f *testing.F) {
	for _, s := range []string{
		"", "\ufefftarget = 1\r\n", "[[path]]\nfrom='a'\nto='b'\n[path.x.y]\n", "a.b.c.d.e.f = [[{x=1}]]",
		"profiles = ['a', 3]\n[run.command]\ngo='x'", "lens={enable=false,x.y=1}", "[[rule]]\n[[rule.x]]\n", "[[rule]]\npaths=['a']\nweight=1e9\ntier='high'\n[[component]]\nname='a'\ninclude=['b']\ntarget=0\n", "a = 1979-05-27T00:00:00Z",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		l, problems := ParseTOML("f", data)
		sound(t, l, problems)
		lines := strings.Count(string(data), "\n") + 1
		for _, p := range problems {
			if p.Line < 1 || p.Line > lines || p.Col < 1 {
				t.Errorf("no such place: %v", p)
			}
		}
	})
}

func FuzzFromEditor(f *testing.F) {
	for _, s := range []string{
		`null`, `[]`, `{"covls": {"fade": true}, "covls.fade": 1}`, `{"diagnostics": {"severity.high": "off"}}`,
		`{"run.command": "a", "run.command.x.y": "b"}`, `{"path": [{"from": "a", "to": "b"}, {"": null}]}`,
		`{"settle": 1e300, "target": -0, "limits": {"line": 0.5}}`, `{"\n\u0000": [[[]]]}`, `{"": {"": 1}, ".": 2}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var v any
		if json.Unmarshal(data, &v) != nil {
			t.Skip("skipped: not JSON")
		}
		l, problems := FromEditor("editor setting", v)
		sound(t, l, problems)
	})
}

// TestTotalAim holds which target is that of all files together, where 33 of 50 statements are covered.
func TestTotalAim(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		rule, toml string
		want       string
	}{
		{"a target that is set stands", "target = 70\ncomponent = [{ name = 'a', include = ['a/'], target = 55 }]", "70 %"},
		{"components that agree say it where nothing is set", "component = [{ name = 'a', include = ['a/'], target = 55 }, { name = 'b', include = ['b/'], target = 55 }]", "55 %"},
		{"components that differ leave the next step", "component = [{ name = 'a', include = ['a/'], target = 55 }, { name = 'b', include = ['b/'], target = 50 }]", "70 %, the next step"},
		{"one without a target leaves the next step", "component = [{ name = 'a', include = ['a/'] }, { name = 'b', include = ['b/'], target = 50 }]", "70 %, the next step"},
		{"without components it is the next step", "", "70 %, the next step"},
	} {
		t.Run(tt.rule, func(t *testing.T) {
			t.Parallel()
			l, problems := ParseTOML("f", []byte(tt.toml))
			if len(problems) > 0 {
				t.Fatal(problems)
			}
			covered := coverage.Tally{Covered: 33, Total: 50}
			if got := Merge(l).TotalAim(covered).String(); got != tt.want {
				t.Errorf("target %s, want %s", got, tt.want)
			}
			if got := Merge(l).WithoutSteps().TotalAim(covered).String(); strings.Contains(tt.want, "step") && got != "60 %" {
				t.Errorf("without steps: %s", got)
			}
			if e := Merge(l).WithTarget(33); e.TotalAim(covered).String() != "33 %" || len(e.Components) > 0 && e.Components[0].Target != nil {
				t.Errorf("with one target: %+v", e.Settings)
			}
		})
	}
}

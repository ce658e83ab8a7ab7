package priority_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/covls/covls/config"
	"github.com/covls/covls/coverage"
	"github.com/covls/covls/priority"
	"github.com/covls/covls/source"
	"github.com/covls/covls/source/outline"
)

// settings are those of a .covls.toml.
// settings are those of a settings file, with a target of 60 % where it says none.
func settings(t testing.TB, text string) *config.Settings {
	t.Helper()
	layer, problems := config.ParseTOML(config.FileName, []byte(text))
	if problems != nil {
		t.Fatal(problems)
	}
	s := config.Merge(layer).WithoutSteps().Settings
	return &s
}

// parse reads files, one a line: "path covered/total", then what else is known: "branches=3" that are
// uncovered, "package=x", "testing", "generated". Go files count statements, others lines.
func parse(t testing.TB, text string) []priority.File {
	t.Helper()
	var files []priority.File
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		if len(fields) == 0 {
			continue
		}
		f := priority.File{Path: fields[0], Unit: coverage.Lines}
		if strings.HasSuffix(f.Path, ".go") {
			f.Unit = coverage.Statements
		}
		if _, err := fmt.Sscanf(fields[1], "%d/%d", &f.Total.Covered, &f.Total.Total); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		if len(fields) > 2 {
			f.Source = &source.Parsed{}
		}
		for _, fact := range fields[2:] {
			switch name, value, _ := strings.Cut(fact, "="); name {
			case "branches":
				f.UncoveredBranches = len(value)
			case "package":
				f.Source.Package = value
			case "testing":
				f.Source.ImportsTesting = true
			case "generated":
				f.Source.Generated = true
			case "imports":
				f.Source.Tests = "imports " + value
			case "starts":
				f.Source.Facts = []source.Facts{{}, {Kind: source.Main}}
			case "fuzzes":
				f.Source.Tests = outline.Fuzzes
			case "by":
				f.TestBy = value
			case "uses":
				f.Source.Uses = append(f.Source.Uses, value)
			case "says":
				name, is, answer := value, source.Yes, (*source.Answer)(nil)
				if rest, no := strings.CutPrefix(value, "-"); no {
					name, is = rest, source.No
				}
				switch name {
				case "generated":
					answer = &f.Attributes.Generated
				case "vendored":
					answer = &f.Attributes.Vendored
				case "documentation":
					answer = &f.Attributes.Documentation
				}
				*answer = is
			case "x":
			default:
				t.Fatalf("%s: unknown fact", line)
			}
		}
		files = append(files, f)
	}
	return files
}

func rank(t testing.TB, toml, files string, dirs ...string) *priority.Ranking {
	t.Helper()
	s := settings(t, toml)
	return priority.Rank(s, priority.NewComponents(s, dirs), parse(t, files))
}

// trim puts lines without their indent.
func trim(text string) string {
	var out []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n")
}

// standings are the files, the most urgent first: "path tier rank/of", and what decided the tier
// where that was not the score.
func standings(r *priority.Ranking) string {
	causes := map[priority.Cause]string{
		priority.BySmallGap: " small gap", priority.ByComponent: " component at target",
		priority.ByShare: " share used", priority.ByRule: " rule",
	}
	var out []string
	for _, i := range r.Order {
		s := r.Files[i]
		tier := string(s.Tier)
		if tier == "" {
			tier = "excluded"
		}
		out = append(out, fmt.Sprintf("%s %s %d/%d%s", s.Path, tier, s.Rank, s.Of, causes[s.Cause]))
	}
	return strings.Join(out, "\n")
}

func TestRank(t *testing.T) {
	t.Parallel()
	const target = "target = 100\n"
	for _, tt := range []struct {
		rule, toml, files, want string
		dirs                    []string
	}{
		{
			rule: "cuts lie at 40, 70 and 92 percent of the score",
			toml: target,
			files: `a 0/40
				b 0/30
				c 0/22
				d 0/4
				e 0/4`,
			want: `a critical 1/5
				b high 2/5
				c medium 3/5
				d lower 4/5
				e lower 5/5`,
		},
		{
			rule: "the file that crosses a cut is above it",
			toml: target,
			files: `a 0/39
				b 0/38
				c 0/13
				d 0/10`,
			want: `a critical 1/4
				b critical 2/4
				c medium 3/4
				d medium 4/4`,
		},
		{
			rule:  "a single file is critical",
			files: `a 0/100`,
			want:  `a critical 1/1`,
		},
		{
			rule: "without settings the target is 60 percent, and a file at it is ok",
			files: `a 59/100
				b 60/100
				c 0/1000
				d 0/0`,
			want: `c critical 1/2
				a lower 2/2
				b ok 0/0
				d ok 0/0`,
		},
		{
			rule: "a gap under a twentieth of what all are short of is at most medium",
			files: `gen.go 0/200 generated
				b.go 0/10
				c.go 0/18`,
			want: `c.go critical 1/3
				b.go medium 2/3 small gap
				gen.go lower 3/3`,
		},
		{
			rule: "where that is much, under 10",
			toml: target,
			files: `gen.go 0/3000 generated
				c.go 591/600
				d.go 590/600`,
			want: `d.go critical 1/3
				c.go medium 2/3 small gap
				gen.go lower 3/3`,
		},
		{
			rule: "and never where it is under 3",
			files: `a 51/90
				b 51/90`,
			want: `a critical 1/2
				b high 2/2`,
		},
		{
			rule: "a component at its target has at most high",
			files: `a 0/50
				b 0/40
				c 1000/1000`,
			want: `a high 1/2 component at target
				b high 2/2
				c ok 0/0`,
		},
		{
			rule: "of the same score the one with more uncovered branches is first, then the path decides",
			toml: target,
			files: `b 0/20
				a 0/20
				c 0/20 branches=xx`,
			want: `c critical 1/3
				a critical 2/3
				b high 3/3`,
		},
		{
			rule: "transport layers count 0.6",
			toml: target,
			files: `src/web/a.rs 0/100
				src/b.rs 0/61
				src/c.rs 0/59`,
			want: `src/b.rs critical 1/3
				src/web/a.rs critical 2/3
				src/c.rs high 3/3`,
		},
		{
			rule: "generated code is last, and all of it is lower",
			toml: target,
			files: `a.go 0/10
				gen.go 0/1000 generated
				gen2.go 0/2000 generated`,
			want: `a.go critical 1/3
				gen.go lower 2/3
				gen2.go lower 3/3`,
		},
		{
			rule:  "no score at all",
			files: `gen.go 0/1000 generated`,
			want:  `gen.go lower 1/1`,
		},
		{
			rule: "a configured component is ranked by itself, and so is the rest",
			toml: `
				component = [
					{ name = "one", include = ["one/**"], exclude = ["one/old/**"], target = 100 },
					{ name = "two", include = ["one/**", "two"], target = 50 },
				]`,
			files: `one/a 0/100
				one/b 0/100
				one/old/c 0/100
				two/d 50/100
				e 0/100`,
			want: `one/a critical 1/2
				e critical 1/1
				one/old/c critical 1/1
				one/b high 2/2
				two/d ok 0/0`,
		},
		{
			rule: "statements and lines are never weighed against each other",
			files: `a.go 0/100
				b.js 0/1000`,
			want: `b.js critical 1/1
				a.go critical 1/1`,
		},
		{
			rule: "folders with a manifest are components where none are configured",
			dirs: []string{"x", "x/y"},
			files: `x/a 0/100
				x/y/b 0/1000
				xy/c 0/10`,
			want: `x/y/b critical 1/1
				x/a critical 1/1
				xy/c critical 1/1`,
		},
		{
			rule: "manifests make no components beside configured ones",
			toml: `component = [{ name = "z", include = ["z/**"] }]`,
			dirs: []string{"x"},
			files: `x/a 0/100
				b 0/100`,
			want: `b critical 1/2
				x/a high 2/2`,
		},
		{
			rule: "a rule's tier stands, whatever the score",
			toml: target + "rule = [{ paths = ['d'], tier = 'critical' }]",
			files: `a 0/40
				b 0/30
				c 0/22
				d 0/8`,
			want: `a critical 1/4
				d critical 4/4 rule
				b high 2/4
				c medium 3/4`,
		},
		{
			rule: "a forced file uses up its tier's share",
			toml: target + "rule = [{ paths = ['c'], tier = 'critical' }]",
			files: `a 0/30
				b 0/25
				c 0/23
				d 0/22`,
			want: `a critical 1/4
				c critical 3/4 rule
				b high 2/4 share used
				d medium 4/4`,
		},
		{
			rule: "a file that is forced down leaves its share to the next",
			toml: target + "rule = [{ paths = ['a'], tier = 'lower' }]",
			files: `a 0/40
				b 0/30
				c 0/15
				d 0/15`,
			want: `b critical 2/4 share used
				c critical 3/4 share used
				d high 4/4 share used
				a lower 1/4 rule`,
		},
		{
			rule: "at_least lifts what is below, and leaves alone what is above",
			toml: target + "rule = [{ paths = ['a', 'd'], at_least = 'high' }]",
			files: `a 0/40
				b 0/30
				c 0/20
				d 0/10`,
			want: `a critical 1/4
				b high 2/4
				d high 4/4 rule
				c medium 3/4`,
		},
		{
			rule: "at_most lowers what is above",
			toml: target + "rule = [{ paths = ['a', 'd'], at_most = 'medium' }]",
			files: `a 0/40
				b 0/30
				c 0/20
				d 0/10`,
			want: `b critical 2/4 share used
				c critical 3/4 share used
				a medium 1/4 rule
				d medium 4/4 rule`,
		},
		{
			rule: "a rule goes before the guards",
			files: `a 55/100
				b 0/100
				c 1000/1000`,
			toml: "rule = [{ paths = ['a', 'b'], at_least = 'critical' }]",
			want: `b critical 1/2 rule
				a critical 2/2 rule
				c ok 0/0`,
		},
		{
			rule:  "a file at its target is ok, whatever a rule says",
			files: `a 60/100`,
			toml:  "rule = [{ paths = ['a'], tier = 'critical' }]",
			want:  `a ok 0/0`,
		},
		{
			rule: "the first rule that matches is the file's",
			toml: "rule = [{ paths = ['*.rs'], tier = 'lower' }, { paths = ['a.rs', 'b'], tier = 'high' }]",
			files: `a.rs 0/100
				b 0/10`,
			want: `b high 2/2 rule
				a.rs lower 1/2 rule`,
		},
		{
			rule: "a weight multiplies the score, and 0 puts a file last",
			toml: target + "rule = [{ paths = ['a'], weight = 0.5 }, { paths = ['b'], weight = 3 }, { paths = ['d'], weight = 0 }]",
			files: `a 0/100
				b 0/20
				c 0/55
				d 0/1000`,
			want: `b critical 1/4
				c critical 2/4
				a high 3/4
				d lower 4/4`,
		},
		{
			rule: "a rule's target goes before the component's",
			toml: "component = [{ name = 'x', include = ['**'], target = 100 }]\nrule = [{ paths = ['a'], target = 10 }]",
			files: `a 10/100
				b 80/100`,
			want: `b critical 1/1
				a ok 0/0`,
		},
		{
			rule: "an excluded file counts nowhere",
			toml: "rule = [{ paths = ['a'], exclude = true }]",
			files: `a 0/1000
				b 0/50`,
			want: `b critical 1/1
				a excluded 0/0`,
		},
	} {
		t.Run(tt.rule, func(t *testing.T) {
			t.Parallel()
			r := rank(t, tt.toml, tt.files, tt.dirs...)
			if got, want := standings(r), trim(tt.want); got != want {
				t.Errorf("have\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func TestRoleOf(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		file string // as in parse, without counts
		want priority.Role
	}{
		{"src/worker/core.rs", priority.Core},
		{"src/handlers/dispatch.rs", priority.Core},
		{"src/web/handlers/health.rs", priority.Transport},
		{"src/Http/Client.php", priority.Transport},
		{"rest/a.py", priority.Transport},
		{"grpc/a.py", priority.Transport},
		{"api/a.py", priority.Transport},
		{"middleware/a.py", priority.Transport},
		{"routes/a.py", priority.Transport},
		{"webserver/a.py", priority.Core},
		{"lib/web.py", priority.Core},
		{"cmd/covls/run.py", priority.EntryPoint},
		{"src/bin/server.rs", priority.EntryPoint},
		{"src/main.rs", priority.EntryPoint},
		{"src/domain.rs", priority.Core},
		{"web/bin/server.rs", priority.EntryPoint},
		{"src/testing/env.rs", priority.TestHelper},
		{"testutil/a.js", priority.TestHelper},
		{"fixtures/a.js", priority.TestHelper},
		{"web/mocks/a.js", priority.TestHelper},
		{"src/Button.stories.tsx", priority.Example},
		{"examples/web/a.js", priority.Example},
		{"a.go package=main", priority.EntryPoint},
		{"examples/chat/a.go package=main", priority.Example},
		{"x/_examples/a.go package=main", priority.Example},
		{"example/a.go package=main", priority.Example},
		{"cmd/example/a.go package=main", priority.EntryPoint},
		{"cmd/sample/a.js", priority.EntryPoint},
		{"/home/ci/shop/src/store.rs", priority.Core},
		{"/home/ci/shop/examples/a.rs", priority.Example},
		{"cmd/root.go package=cmd", priority.Core},
		{"cmd/root.go", priority.EntryPoint},
		{"x/main.go package=x", priority.Core},
		{"cmd/api/server.go package=api", priority.Transport},
		{"storetest/a.go package=storetest testing", priority.TestHelper},
		{"store/a_test.go package=store testing", priority.Test},
		{"mocks/a.go package=mocks", priority.TestHelper},
		{"web/a.pb.go package=web generated", priority.Generated},
		{"main.go package=main generated testing", priority.Generated},
		{"tests/unity/src/unity.c", priority.Test},
		{"third_party/unity/unity.c", priority.Vendored},
		{"node_modules/x/index.js", priority.Vendored},
		{"src/api/user_pb2.py", priority.Generated},
		{"src/Form1.Designer.cs", priority.Generated},
		{"src/api/user_pb2.py x=", priority.Generated},
		{"vite.config.ts", priority.Setup},
		{"docs/conf.py", priority.Documentation},
		{"src/docs/conf.py", priority.Core},
		{"doc/man.go package=doc", priority.Core},
		{"example/main.dart", priority.Example},
		{"src/main/java/com/example/demo/Store.java", priority.Core},
		{"pkg/__main__.py", priority.EntryPoint},
		{"lib/helpers.py imports=pytest", priority.TestHelper},
		{"tests/a.py imports=pytest", priority.Test},
		// What is called like much else is a test where its text says so.
		{"src/HitTest.cpp", priority.Test},
		{"src/HitTest.cpp generated", priority.Generated},
		{"src/HitTest.cpp x=", priority.Core},
		{"src/StoreTest.cpp imports=gtest", priority.Test},
		{"src/TwigTest.php x=", priority.Core},
		{"src/TwigTest.php imports=PHPUnit", priority.Test},
		{"shop/tests.py x=", priority.Core},
		{"shop/tests.py imports=django.test", priority.Test},
		{"src/HitTest.cpp starts", priority.Test},
		// A program that is run as a test, or called like one, is one.
		{"xmltest.cpp starts", priority.Test},
		{"xmltest.cpp x=", priority.Core},
		{"try.c starts by=CMakeLists.txt", priority.Test},
		{"src/main.c starts by=CMakeLists.txt", priority.Test},
		{"try.c x= by=CMakeLists.txt", priority.Core},
		{"src/feed.cc fuzzes", priority.Test},
		{"src/test.c starts", priority.Core},
		// Attributes go before what the text and the path say.
		{"vendor/own.c says=-vendored", priority.Core},
		{"src/a.c says=vendored", priority.Vendored},
		{"src/a.c says=generated", priority.Generated},
		{"src/a.c says=documentation", priority.Documentation},
		{"docs/a.py says=-documentation", priority.Core},
		{"src/a_pb2.py says=-generated", priority.Core},
		{"src/a.c generated says=-generated", priority.Core},
		{"tests/a.c says=-generated", priority.Test},
	} {
		path, facts, _ := strings.Cut(tt.file, " ")
		f := parse(t, path+" 0/0 "+facts)[0]
		if got, _ := priority.RoleOf(&f); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.file, got, tt.want)
		}
	}
	for role, weight := range map[priority.Role]float64{
		priority.Core: 1, priority.Transport: 0.6, priority.EntryPoint: 0.1, priority.TestHelper: 0.1,
		priority.Example: 0.1, priority.Generated: 0, priority.Test: 0, priority.Vendored: 0, priority.Documentation: 0.1, priority.Setup: 0.1,
	} {
		if role.Weight() != weight {
			t.Errorf("%v weighs %v, want %v", role, role.Weight(), weight)
		}
	}
}

// TestLibraryForTests holds that what is there for tests is the core of a library for tests.
func TestLibraryForTests(t *testing.T) {
	t.Parallel()
	const helper = "src/testing/assert.py 0/60\nsrc/check.py 0/40 imports=unittest\n"
	for _, tt := range []struct {
		files string
		want  priority.Role
	}{
		{helper + "src/names.py 0/50\ntests/test_a.py 0/200\nvendor/b.py 0/200\n", priority.Core},
		{helper + "src/names.py 0/150\n", priority.TestHelper},
	} {
		r := rank(t, "", tt.files)
		for _, s := range r.Files[:2] {
			if s.Role != tt.want {
				t.Errorf("%s among\n%s: %v, %s; want %v", s.Path, tt.files, s.Role, s.RoleWhy, tt.want)
			}
		}
	}
}

// TestUsedFolders holds that code is core code, whatever its folder is called, where other code imports it.
func TestUsedFolders(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		files string // the first is asked for
		want  string
	}{
		{"src/e2e/keys.ts 0/9 x=\nsrc/app.ts 0/9 uses=./e2e/keys\n", "core code: src/app.ts imports what is in src/e2e"},
		{"src/e2e/keys.ts 0/9 x=\nsrc/z.ts 0/9 uses=./e2e\nsrc/app.ts 0/9 uses=./e2e\n", "core code: src/app.ts imports what is in src/e2e"},
		{"src/fixtures/scores.ts 0/9 x=\nsrc/league/a.ts 0/9 uses=../fixtures/scores\n", "core code: src/league/a.ts imports what is in src/fixtures"},
		{"pkg/src/e2e/a/keys.ts 0/9 x=\npkg/src/app.ts 0/9 uses=@/e2e/a/keys\n", "core code: pkg/src/app.ts imports what is in pkg/src/e2e"},
		{"shop/fixtures/a.py 0/9 x=\nshop/b.py 0/9 uses=shop/fixtures/a\n", "core code: shop/b.py imports what is in shop/fixtures"},
		{"src/e2e/keys.ts 0/9 x=\nsrc/app.ts 0/9 x=\n", "test: its path has the folder e2e"},
		{"src/e2e/keys.ts 0/9 imports=vitest\nsrc/app.ts 0/9 uses=./e2e/keys\n", "test: its path has the folder e2e"},
		{"src/e2e/keys.test.ts 0/9 x=\nsrc/app.ts 0/9 uses=./e2e/keys\n", "test: it is called keys.test.ts"},
		{"e2e/keys.ts 0/9 x=\napp.ts 0/9 uses=./e2e/keys\n", "test: its path has the folder e2e"},
		{"src/e2e/keys.ts 0/9 x=\nsrc/e2e/app.ts 0/9 uses=../e2e/keys\n", "test: its path has the folder e2e"},
		{"src/e2e/keys.ts 0/9 x=\nsrc/app.test.ts 0/9 uses=./e2e/keys\nsrc/app.stories.ts 0/9 uses=./e2e/keys\nvite.config.ts 0/9 uses=./src/e2e/keys\n", "test: its path has the folder e2e"},
		{"src/fixtures/a.ts 0/9 x=\nsrc/app.ts 0/9 uses=lib/fixtures/a\n", "test helper: its path has the folder fixtures"},
	} {
		s := rank(t, "", tt.files).Files[0]
		if got := s.Role.String() + ": " + s.RoleWhy; got != tt.want {
			t.Errorf("%s: %s, want %s", tt.files, got, tt.want)
		}
	}
}

func TestComponents(t *testing.T) {
	t.Parallel()
	configured := settings(t, `
target = 70
[[component]]
name = "api"
include = ["api/**", "*.proto"]
exclude = ["api/gen/"]
target = 0
[[component]]
name = "all of api"
include = ["api"]
`)
	free := settings(t, "target = 50")
	modules := []string{".", "", "a", "a/b", "/ci/x"}
	for _, tt := range []struct {
		rule     string
		settings *config.Settings
		path     string
		name     string
	}{
		{"the first that includes it", configured, "api/a.go", "api"},
		{"at any depth", configured, "x/y/a.proto", "api"},
		{"not what it excludes", configured, "api/gen/a.go", "all of api"},
		{"no component is the rest", configured, "a/b/c.go", ""},
		{"a manifest's folder", free, "a/x.go", "a"},
		{"the innermost one", free, "a/b/c/x.go", "a/b"},
		{"not one that only begins alike", free, "ab/x.go", ""},
		{"the folder itself", free, "x.go", ""},
		{"a path of another machine", free, "/ci/x/y.go", "/ci/x"},
		{"a file of the manifest folder's name", free, "a", ""},
	} {
		t.Run(tt.rule, func(t *testing.T) {
			t.Parallel()
			if name := priority.NewComponents(tt.settings, modules).Of(tt.path); name != tt.name {
				t.Errorf("Of(%q) = %q, want %q", tt.path, name, tt.name)
			}
		})
	}
}

func TestComponentFigures(t *testing.T) {
	t.Parallel()
	r := rank(t, "rule = [{ paths = ['gone'], exclude = true }]", `
		x/a 0/50
		x/b 60/100
		x/c 30/100
		x/d 0/0
		x/e.go 1/10
		gone 0/1000
		f 0/5`, "x")
	var got []string
	for _, c := range r.Components {
		got = append(got, fmt.Sprintf("%s %v: %d files, %d/%d, gap %d, zero %d, score %v",
			c.Name, c.Unit, c.Files, c.Total.Covered, c.Total.Total, c.Gap, c.Zero, c.Score))
	}
	want := trim(`
		 lines: 1 files, 0/5, gap 3, zero 1, score 3
		x statements: 1 files, 1/10, gap 5, zero 0, score 5
		x lines: 4 files, 90/250, gap 60, zero 1, score 60`)
	if got := trim(strings.Join(got, "\n")); got != want {
		t.Errorf("have\n%s\nwant\n%s", got, want)
	}
}

func TestUnmatched(t *testing.T) {
	t.Parallel()
	r := rank(t, `rule = [
		{ paths = ["nowhere/**"], tier = "high" },
		{ paths = ["a/**"], tier = "high" },
		{ paths = ["a/b"], tier = "high" },
		{ paths = ["a/b/c/**"], exclude = true },
	]`, `a/b 0/1`)
	if want := []int{0, 3}; !slices.Equal(r.Unmatched, want) {
		t.Errorf("unmatched are rules %v, want %v", r.Unmatched, want)
	}
	if none := rank(t, "", "a 0/1"); none.Unmatched != nil {
		t.Errorf("unmatched are %v of no rules", none.Unmatched)
	}
}

func TestSentence(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ rule, toml, files, want string }{
		{
			"the note's own", "target = 55", `
			core.rs 0/530
			a 0/300
			b 0/300`,
			"critical: 292 lines short of 55 % (0 of 530 covered). Core code (×1.0). Rank 1 of 3; the first file holds at least 40 % of the weighted gap.",
		},
		{
			"a role, statements, and the cut of its tier", "target = 72.5", `
			grpc/a.go 0/100
			b.go 0/100
			c.go 0/100`,
			"medium: 73 statements short of 72.5 % (0 of 100 covered). Transport layer (×0.6). Rank 3 of 3; the first 3 files hold at least 92 % of the weighted gap.",
		},
		{
			"one of lower is behind the cut of medium", "target = 100", `
			a.rs 99/100
			b.rs 0/500
			c.rs 0/500`,
			"lower: 1 line short of 100 % (99 of 100 covered). Core code (×1.0). Rank 3 of 3; the first 2 files hold at least 92 % of the weighted gap.",
		},
		{
			"nothing is weighted", "", `a.go 0/10 generated`,
			"lower: 6 statements short of 60 % (0 of 10 covered). Generated code (×0.0). Rank 1 of 1.",
		},
		{
			"a small gap", "", `a.rs 8/15`,
			"medium: 1 line short of 60 % (8 of 15 covered). Core code (×1.0). Rank 1 of 1; the first file holds at least 40 % of the weighted gap. At most medium: the gap is under 3.",
		},
		{
			"a whole", "", `a.rs 0/10`,
			"critical: 6 lines short of 60 % (0 of 10 covered). Core code (×1.0). Rank 1 of 1; the first file holds at least 40 % of the weighted gap.",
		},
		{
			"a component at its target", "", `
			a.rs 0/100
			b.rs 900/900`,
			"high: 60 lines short of 60 % (0 of 100 covered). Core code (×1.0). Rank 1 of 1; the first file holds at least 40 % of the weighted gap. At most high: the component has reached its target.",
		},
		{
			"what rules left", "rule = [{ paths = ['b.rs'], tier = 'critical' }]", `
			a.rs 0/50
			b.rs 0/100`,
			"high: 30 lines short of 60 % (0 of 50 covered). Core code (×1.0). Rank 2 of 2; the first 2 files hold at least 70 % of the weighted gap.",
		},
		{
			"a share used up", "rule = [{ paths = ['b.rs'], tier = 'critical' }]", `
			a.rs 0/100
			b.rs 0/90`,
			"high: 60 lines short of 60 % (0 of 100 covered). Core code (×1.0). Rank 1 of 2; the first file holds at least 40 % of the weighted gap. Files that rules moved count in its tier's share.",
		},
		{
			"a rule and its reason", `rule = [{ paths = ["*"], at_least = "high", at_most = "critical", weight = 1.5, target = 80, why = "It lost data\n twice." }]`, `a.rs 0/50`,
			"critical: 40 lines short of 80 % (0 of 50 covered). Core code (×1.0), weight 1.5. Rank 1 of 1; the first file holds at least 40 % of the weighted gap. Rule: at least high, at most critical, weight 1.5, target 80 % (It lost data twice).",
		},
		{
			"a rule without a reason", `rule = [{ paths = ["*"], tier = "lower" }]`, `a.rs 0/50`,
			"lower: 30 lines short of 60 % (0 of 50 covered). Core code (×1.0). Rank 1 of 1; the first file holds at least 40 % of the weighted gap. Rule: tier lower.",
		},
		{
			"a reason alone", `rule = [{ paths = ["*"], why = "Ask Ann" }]`, `a.rs 60/100`,
			"ok: not short of 60 % (60 of 100 lines covered). Rule: Ask Ann.",
		},
		{
			"a rule that changes nothing", `rule = [{ paths = ["*"] }]`, `a.rs 1/1`,
			"ok: not short of 60 % (1 of 1 line covered). Rule: no change.",
		},
		{"nothing to cover", "", `a.go 0/0`, "ok: there are no statements to cover."},
		{
			"excluded", `rule = [{ paths = ["*"], exclude = true, why = "Old." }]`, `a.rs 0/1`,
			"excluded: not counted. Rule: exclude (Old).",
		},
	} {
		t.Run(tt.rule, func(t *testing.T) {
			t.Parallel()
			if got := rank(t, tt.toml, tt.files).Files[0].Sentence(); got != tt.want {
				t.Errorf("have %s\nwant %s", got, tt.want)
			}
		})
	}
}

// TestNextStep holds what files are to reach where nobody set a target: what their component does next.
func TestNextStep(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ rule, toml, files, want string }{
		{
			"each component has its own step, and each unit",
			"", "a/x.go 8672/10000\nb/y.go 10/100\nb/z.go 50/50\na/w.rs 99/100",
			"a/x.go 90 %, the next step; a/w.rs 100 %, the next step; b/y.go 60 %, the next step; b/z.go 60 %, the next step",
		},
		{
			"what a rule or a component says stands",
			"[[component]]\nname = \"a\"\ninclude = [\"a/\"]\ntarget = 50\n[[component]]\nname = \"b\"\ninclude = [\"b/\"]\n[[rule]]\npaths = [\"b/z.go\"]\ntarget = 75\n",
			"a/x.go 8672/10000\nb/y.go 10/100\nb/z.go 50/50",
			"a/x.go 50 %; b/y.go 60 %, the next step; b/z.go 75 %",
		},
		{
			"what a rule leaves out counts in no step",
			"[[rule]]\npaths = [\"b/y.go\"]\nexclude = true\n",
			"b/y.go 10/100\nb/z.go 40/50",
			"b/y.go 60 %; b/z.go 85 %, the next step",
		},
		{"a target that is set is everybody's", "target = 70", "a/x.go 9/10\nb/y.go 1/10", "a/x.go 70 %; b/y.go 70 %"},
	} {
		t.Run(tt.rule, func(t *testing.T) {
			t.Parallel()
			layer, problems := config.ParseTOML(config.FileName, []byte(tt.toml))
			if problems != nil {
				t.Fatal(problems)
			}
			s := config.Merge(layer).Settings
			r := priority.Rank(&s, priority.NewComponents(&s, []string{"a", "b"}), parse(t, tt.files))
			var got []string
			for _, f := range r.Files {
				got = append(got, f.Path+" "+coverage.Aim{Percent: f.Target, NextStep: f.NextStep}.String())
			}
			slices.Sort(got)
			want := strings.Split(tt.want, "; ")
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Errorf("got  %s\nwant %s", strings.Join(got, "; "), strings.Join(want, "; "))
			}
		})
	}
}

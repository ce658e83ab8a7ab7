package profile_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/internal/profiletest"
	"github.com/covls/covls/profile"
	"github.com/covls/covls/profile/demangle"
	"github.com/covls/covls/profile/scan"
)

// figures are tallies by what they count: lines, statements, blocks, functions or branches.
type figures map[string]coverage.Tally

// with returns the figures with others in the place of some.
func (f figures) with(others figures) figures {
	out := maps.Clone(f)
	maps.Copy(out, others)
	return out
}

// differ tells where got has other figures than those wanted. What a profile does not have is 0 of 0.
func (f figures) differ(got figures) (out []string) {
	for _, what := range slices.Sorted(maps.Keys(f)) {
		if got[what] != f[what] {
			out = append(out, fmt.Sprintf("%s: have %v, want %v", what, got[what], f[what]))
		}
	}
	return out
}

func figuresOf(files ...*coverage.File) figures {
	f := figures{}
	add := func(what string, t coverage.Tally) { f[what] = f[what].Plus(t) }
	for _, file := range files {
		lines, _ := file.LineTotal()
		add("lines", lines)
		branches, _ := file.BranchTotal()
		add("branches", branches)
		for _, fn := range file.Funcs {
			add("functions", one(!fn.Uncovered()))
		}
		if file.Unit == coverage.Statements {
			add("statements", file.Total())
		}
		for _, r := range file.Regions {
			add("blocks", one(r.Count > 0))
		}
	}
	return f
}

func one(ran bool) coverage.Tally {
	if ran {
		return coverage.Tally{Covered: 1, Total: 1}
	}
	return coverage.Tally{Total: 1}
}

// expected is what the ecosystem's own tool says of a profile.
type expected struct {
	figures
	// Mode is that of a Go profile.
	Mode     string
	Distinct int `json:"distinct_blocks"`
	Files    []fileFigures
	// Uncovered are the functions that did not run; nil where the tool tells none.
	Uncovered []struct {
		File, Name string
		Line       uint32
	} `json:"uncovered_functions"`
	// Counted has the figures where those that the tool sums up are not those of the lines it lists.
	Counted *expected
}

func (e *expected) UnmarshalJSON(data []byte) error {
	type plain expected
	if err := json.Unmarshal(data, (*plain)(e)); err != nil {
		return err
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(data, &members); err != nil {
		return err
	}
	e.figures = figures{}
	for _, what := range []string{"lines", "statements", "functions", "branches"} {
		if data, ok := members[what]; ok {
			var t coverage.Tally
			if err := json.Unmarshal(data, &t); err != nil {
				return err
			}
			e.figures[what] = t
		}
	}
	return nil
}

type fileFigures struct {
	Path string
	figures
}

func (f *fileFigures) UnmarshalJSON(data []byte) error {
	var members map[string]any
	if err := json.Unmarshal(data, &members); err != nil {
		return err
	}
	f.Path, _ = members["path"].(string)
	f.figures = figures{}
	for _, what := range []string{"lines", "statements", "blocks", "functions", "branches"} {
		if total, ok := members[what+"_total"].(float64); ok {
			covered, _ := members[what+"_covered"].(float64)
			f.figures[what] = coverage.Tally{Covered: int(covered), Total: int(total)}
		}
	}
	return nil
}

// sample is a profile of the corpus.
type sample struct {
	path, format string
	// lacks are the figures that its tool has from elsewhere.
	lacks string
	// otherwise are figures that covls counts otherwise, by the file, or "" for the whole profile.
	otherwise map[string]figures
	// uncovered is how the list of functions that did not run differs: "-" is only the tool's.
	uncovered []string
	// fails is the error where it has nothing to show.
	fails string
}

func tally(covered, total int) coverage.Tally {
	return coverage.Tally{Covered: covered, Total: total}
}

func samples() []sample {
	// Istanbul's XML only has the branches of lines that also have a statement.
	statementsOnly := map[string]figures{
		"":                 {"branches": tally(411, 2225)},
		"dist/qs.js":       {"branches": tally(0, 1563)},
		"lib/parse.js":     {"branches": tally(253, 253)},
		"lib/stringify.js": {"branches": tally(0, 169)},
		"lib/utils.js":     {"branches": tally(158, 240)},
	}
	// Only the source tells of lines behind # :nocov:.
	nocov := map[string]figures{
		"":             {"lines": tally(681, 1418)},
		"lib/nocov.rb": {"lines": tally(7, 9)},
	}
	// c8 has one function for a file of which nothing was loaded.
	loaded := map[string]figures{"": {"functions": tally(32, 48)}, "dist/qs.js": {"functions": tally(0, 0)}}
	emptyReport := []string{"-1 qs.js:1 (empty-report)"}
	return []sample{
		{path: "gcc-zlib/lcov-1.16.info", format: "lcov"},
		{path: "gcc-zlib/lcov-1.16-with-baseline.info", format: "lcov"},
		{path: "gcc-zlib/gcovr.json", format: "gcovr"},
		{path: "gcc-zlib/gcovr-cobertura.xml", format: "cobertura"},
		// Functions of Go are in the source: TestCorpus of cmd/covls.
		{path: "go-cobra-set/cover.out", format: "go", lacks: "functions"},
		{path: "go-cobra-atomic-coverpkg/cover.out", format: "go", lacks: "functions"},
		{path: "go-toml-count/cover.out", format: "go", lacks: "functions"},
		{path: "gocoverdir/textfmt.out", format: "go", lacks: "functions"},
		{path: "gocoverdir/covdata", format: profile.CoverDir, lacks: "functions"},
		{
			path: "istanbul-qs/nyc/coverage-final.json", format: "istanbul",
			// The figures have the line of the body. The parameters are 21 lines long, and the
			// declaration is where Istanbul's own LCOV has the function.
			uncovered: []string{"+1 stringify.js:66 stringify", "-1 stringify.js:87 stringify"},
		},
		{path: "istanbul-qs/c8/coverage-final.json", format: "istanbul", otherwise: loaded, uncovered: emptyReport},
		{
			path: "istanbul-qs/nyc/lcov.info", format: "lcov", lacks: "statements",
			// Istanbul counts three functions whose names stand twice, as covls does; lcov does not.
			otherwise: map[string]figures{"dist/qs.js": {"functions": tally(0, 203)}},
			uncovered: []string{"+1 qs.js:14 isRegExp", "+2 qs.js:115 getProto"},
		},
		{path: "istanbul-qs/nyc/cobertura-coverage.xml", format: "cobertura", lacks: "statements", otherwise: statementsOnly},
		{path: "istanbul-qs/nyc/clover.xml", format: "clover", lacks: "statements functions", otherwise: statementsOnly},
		{path: "istanbul-qs/c8/lcov.info", format: "lcov", lacks: "statements", otherwise: loaded, uncovered: emptyReport},
		{path: "istanbul-qs/c8/cobertura-coverage.xml", format: "cobertura", lacks: "statements", otherwise: loaded},
		{path: "istanbul-qs/c8/clover.xml", format: "clover", lacks: "statements functions"},
		{path: "jacoco-lang3/jacoco.xml", format: "jacoco"},
		{path: "lcov2-gcc14/zlib-mcdc.info", format: "lcov"},
		// Instantiations of a template are one function; these are the figures of the file's own FNF and FNH, but for a lambda.
		{
			path: "lcov2-gcc14/cxx.info", format: "lcov",
			otherwise: map[string]figures{"": {"functions": tally(14, 17)}, "cxx/shapes.cpp": {"functions": tally(3, 5)}, "cxx/shapes.hpp": {"functions": tally(9, 9)}},
			uncovered: []string{"-1 shapes.hpp:11 geo::Shape::~Shape", "-1 shapes.hpp:35 geo::clampTo"},
		},
		{
			path: "lcov2-gcc14/cxx-demangled.info", format: "lcov",
			otherwise: map[string]figures{"": {"functions": tally(14, 17)}, "cxx/shapes.cpp": {"functions": tally(3, 5)}, "cxx/shapes.hpp": {"functions": tally(9, 9)}},
			uncovered: []string{"-1 shapes.hpp:35 geo::clampTo"},
		},
		{
			// Copies of a header's static functions are one function, as in llvm-cov's report on export.json.
			path: "llvm14-jansson/export.lcov", format: "lcov",
			otherwise: map[string]figures{
				"":                      {"functions": tally(225, 237)},
				"b/include/jansson.h":   {"functions": tally(14, 15)},
				"jansson/src/jansson.h": {"functions": tally(5, 15)},
			},
			uncovered: []string{
				"-1 jansson.h:131 json_decref", "-1 jansson.h:137 json_decrefp", "-1 jansson.h:181 json_error_code",
				"-1 jansson.h:248 json_object_set", "-1 jansson.h:267 json_object_iter_set", "-1 jansson.h:271 json_object_update_new",
				"-1 jansson.h:277 json_object_update_existing_new", "-1 jansson.h:283 json_object_update_missing_new",
				"-1 jansson.h:299 json_array_set", "-1 jansson.h:307 json_array_insert", "-2 jansson.h:122 json_incref",
				"-2 jansson.h:258 json_object_set_nocheck", "-2 jansson.h:263 json_object_setn_nocheck", "-2 jansson.h:303 json_array_append",
			},
		},
		{
			path: "llvm14-jansson/export.json", format: "llvm-cov",
			// A branch of an inline function counts as taken when any instantiation took it; llvm-cov takes
			// the best single instantiation.
			otherwise: map[string]figures{
				"":                  {"branches": tally(1605, 1776)},
				"include/jansson.h": {"branches": tally(11, 12)},
			},
		},
		{path: "llvm14-jansson/export-summary-only.json", format: "llvm-cov", fails: "the export has sums but no lines: run llvm-cov export without -summary-only"},
		{
			// Branches are in the sums of the file only.
			path: "php-clover/xdebug/clover.xml", format: "clover", lacks: "branches",
			// The tool's figures of the file leave out its four one-line methods, which the tool's sum has.
			otherwise: map[string]figures{"My/Shapes.php": {"lines": tally(8, 14)}},
		},
		{
			path: "php-clover/xdebug/cobertura.xml", format: "cobertura", lacks: "branches",
			otherwise: map[string]figures{
				// Functions outside of classes are functions, too. It has the one-line methods as lines, and no
				// file without a class.
				"":              {"lines": tally(191, 556), "functions": tally(21, 52)},
				"My/Shapes.php": {"lines": tally(8, 14), "functions": tally(5, 8)},
				"My/config.php": {"lines": tally(0, 0)},
			},
		},
		{path: "py-jinja2/cov6.5/branch/coverage.json", format: "coverage.py"},
		{path: "py-jinja2/cov6.5/branch/coverage.lcov", format: "lcov"},
		{path: "py-jinja2/cov6.5/branch/coverage.xml", format: "cobertura"},
		{path: "simplecov/line/resultset.json", format: "simplecov", otherwise: nocov},
		{path: "simplecov/branch/resultset.json", format: "simplecov", otherwise: nocov},
	}
}

// TestCorpus holds what is read of real profiles, whole and file by file, against the figures of their
// own tools.
func TestCorpus(t *testing.T) {
	t.Parallel()
	dir := profiletest.Shared(t)
	all := map[string]expected{}
	paths, err := filepath.Glob(filepath.Join(dir, "*", "expected.json"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no figures in %s: %v", dir, err)
	}
	for _, path := range paths {
		folder := filepath.Base(filepath.Dir(path))
		if folder == "edge" {
			continue
		}
		var tools struct{ Profiles map[string]expected }
		readJSON(t, path, &tools)
		for name, e := range tools.Profiles {
			all[folder+"/"+name] = e
		}
	}
	seen := map[string]bool{}
	for _, c := range samples() {
		key, want := figuresFor(all, c.path)
		if key == "" {
			t.Errorf("%s: no figures", c.path)
			continue
		}
		seen[key] = true
		t.Run(c.path, func(t *testing.T) {
			t.Parallel()
			checkSample(t, filepath.Join(dir, filepath.FromSlash(c.path)), c, want)
		})
	}
	for key := range all {
		if !seen[key] {
			t.Errorf("%s is in no test", key)
		}
	}
}

// figuresFor finds the figures of a profile. Those of a GOCOVERDIR are under a text that names it.
func figuresFor(all map[string]expected, path string) (key string, e expected) {
	if e, ok := all[path]; ok {
		return path, e
	}
	folder, name, _ := strings.Cut(path, "/")
	for key, e := range all {
		if strings.HasPrefix(key, folder+"/") && strings.Contains(key, name) {
			return key, e
		}
	}
	return "", e
}

func checkSample(t *testing.T, path string, c sample, want expected) {
	t.Helper()
	p, err := profile.Open(path, profile.Limits{})
	if c.fails != "" {
		if err == nil || err.Error() != path+":1: "+c.fails {
			t.Errorf("have the error %v, want %s", err, c.fails)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	r := p.Report
	if p.Format != c.format || len(r.Warnings) > 0 {
		t.Errorf("format %s, warnings %v", p.Format, r.Warnings)
	}
	// Coverage.py and JaCoCo only tell whether something ran.
	if counted := want.Mode != "set" && c.format != "coverage.py" && c.format != "jacoco"; r.Counted != counted {
		t.Errorf("counted: %t", r.Counted)
	}
	profiletest.Check(t, r, int(p.Size), scan.Limits{})
	got := figuresOf(r.Files...)
	for _, what := range strings.Fields(c.lacks) {
		if got[what].Total > 0 {
			t.Errorf("there are %s after all: %v", what, got[what])
		}
		want = want.without(what)
	}
	if want.Distinct > 0 && got["blocks"].Total != want.Distinct {
		t.Errorf("%d blocks, want %d", got["blocks"].Total, want.Distinct)
	}
	for _, d := range want.with(c.otherwise[""]).differ(got) {
		t.Error(d)
	}
	rest := slices.Clone(r.Files)
	for _, w := range want.Files {
		var f coverage.File // none has nothing
		if i := slices.IndexFunc(rest, func(f *coverage.File) bool { return samePath(f.Name, w.Path) }); i >= 0 {
			f = *rest[i]
			rest = slices.Delete(rest, i, i+1)
		}
		other := figures{}
		for name, o := range c.otherwise {
			if name != "" && samePath(w.Path, name) {
				other = o
			}
		}
		for _, d := range w.with(other).differ(figuresOf(&f)) {
			t.Errorf("%s: %s", w.Path, d)
		}
	}
	for name := range c.otherwise {
		if name != "" && !slices.ContainsFunc(want.Files, func(f fileFigures) bool { return samePath(f.Path, name) }) {
			t.Errorf("%s is no file of the tool's report", name)
		}
	}
	for _, f := range rest {
		if len(want.Files) > 0 {
			t.Errorf("%s is not a file of the tool's report", f.Name)
		}
	}
	if _, ok := want.figures["functions"]; ok && want.Uncovered != nil {
		if got := uncovered(r, want); !slices.Equal(got, c.uncovered) {
			t.Errorf("uncovered functions: have %q, want %q", got, c.uncovered)
		}
	}
}

// without returns what is expected without a figure.
func (e expected) without(what string) expected {
	not := func(name string, _ coverage.Tally) bool { return name == what }
	e.figures = maps.Clone(e.figures)
	maps.DeleteFunc(e.figures, not)
	e.Files = slices.Clone(e.Files)
	for i := range e.Files {
		e.Files[i].figures = maps.Clone(e.Files[i].figures)
		maps.DeleteFunc(e.Files[i].figures, not)
	}
	return e
}

// samePath reports whether one path is the end of the other.
func samePath(a, b string) bool {
	return a == b || strings.HasSuffix(a, "/"+b) || strings.HasSuffix(b, "/"+a)
}

// folded are the tool's functions that did not run, under the names that people read, instantiations
// as one.
func folded(want expected) []*coverage.File {
	files := map[string]*coverage.File{}
	r := &coverage.Report{}
	for _, u := range want.Uncovered {
		f := files[u.File]
		if f == nil {
			f = &coverage.File{Name: u.File}
			files[u.File] = f
			r.Files = append(r.Files, f)
		}
		f.Funcs = append(f.Funcs, coverage.Func{Name: u.Name, Span: coverage.Span{Start: coverage.Point{Line: u.Line}}, Counted: true})
	}
	for _, f := range r.Files {
		f.Funcs = coverage.SortFuncs(f.Funcs)
	}
	demangle.Report(r)
	return r.Files
}

// uncovered tells how the functions that did not run differ from those that the tool has.
func uncovered(r *coverage.Report, want expected) []string {
	have := map[string]int{}
	key := func(path string, line uint32, name string) string {
		// JaCoCo's have their class and their signature.
		if strings.HasSuffix(path, ".java") {
			name, _, _ = strings.Cut(name, "(")
			name = name[strings.LastIndexByte(name, '.')+1:]
		}
		return fmt.Sprintf("%s:%d %s", filepath.Base(path), line, name)
	}
	for _, f := range r.Files {
		for _, fn := range f.Funcs {
			if fn.Uncovered() {
				have[key(f.Name, fn.Span.Start.Line, fn.Name)]++
			}
		}
	}
	for _, f := range folded(want) {
		for _, fn := range f.Funcs {
			have[key(f.Name, fn.Span.Start.Line, fn.Name)]--
		}
	}
	var out []string
	for name, n := range have {
		if n != 0 {
			out = append(out, fmt.Sprintf("%+d %s", n, name))
		}
	}
	slices.Sort(out)
	return out
}

func readJSON(t *testing.T, path string, v any) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, v); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

// TestCorpusCut holds that a profile that was cut anywhere is an error that says so. Formats of lines
// may be whole at the end of any.
func TestCorpusCut(t *testing.T) {
	t.Parallel()
	dir := profiletest.Shared(t)
	for _, c := range samples() {
		if c.fails != "" || slices.Contains([]string{"go", "lcov", profile.CoverDir}, c.format) {
			continue
		}
		t.Run(c.path, func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(c.path)))
			if err != nil {
				t.Fatal(err)
			}
			text = bytes.TrimSpace(text)
			for _, n := range []int{5000, len(text) / 3, len(text) / 2, len(text) - 30, len(text) - 1} {
				p, err := profile.Read("cut", bytes.NewReader(text[:n]), profile.Limits{})
				if err == nil || !strings.Contains(err.Error(), "cut or still being written") {
					t.Errorf("cut at %d: have %v, %v", n, p, err)
				}
			}
		})
	}
}

// TestSniff holds that no file of the corpus is of two formats.
func TestSniff(t *testing.T) {
	t.Parallel()
	profiletest.Profiles(t, profiletest.Shared(t), func(name string, data []byte) {
		if got := profile.Sniffed(bytes.TrimPrefix(data, []byte(scan.BOM))); len(got) > 1 {
			t.Errorf("%s: %q", name, got)
		}
	})
}

// edge is what covls says of an odd file that no tool has right figures for.
type edge struct {
	// says is a part of the error or of the warnings, with the line of the profile where it has one.
	says string
	// reads is the format and profiletest.Summary, where nothing is said; silent is why that is right.
	reads, silent string
}

func edges() map[string]edge {
	const (
		begun    = "a run of tests that has just begun"
		nothing  = "the run was whole and measured no file"
		entities = "a report has no use for entities: they are not read, and stay as they are written"
	)
	return map[string]edge{
		"empty.info":               {reads: "empty: ", silent: begun},
		"empty.out":                {reads: "empty: ", silent: begun},
		"empty.xml":                {reads: "empty: ", silent: begun},
		"go-mode-only.out":         {reads: "go: ", silent: begun},
		"go-truncated.out.gz":      {says: ": unpack gzip: the file seems to be cut or broken"},
		"go-utf16le.out":           {says: "line 55: the last line has no newline: the file may be cut"},
		"istanbul-empty.json":      {reads: "istanbul: ", silent: nothing},
		"istanbul-truncated.json":  {says: ":1: want more JSON: the file seems to be cut or still being written"},
		"json-bare-array.json":     {says: `: not a coverage profile that covls knows (it looks like JSON)`},
		"json-unknown.json":        {says: `: not a coverage profile that covls knows (it looks like JSON)`},
		"lcov-cr-only.info":        {says: ":1: the lines end in CR alone: save the file with LF or CRLF"},
		"lcov-fnda-before-fn.info": {reads: "lcov: x.c{1 2} {1 2} {0 0}", silent: "the order of the records means nothing"},
		"lcov-line-zero.info":      {says: "line 9: records of line 0 were passed over"},
		"lcov-no-end.info":         {says: ":15: want end_of_record: the file seems to be cut or still being written"},
		"lcov-odd-sf.info": {
			reads: "lcov: ../outside/b.c{2 5} {1 2} {0 0}; /usr/include/c++/12/bits/stl_vector.h{2 5} {1 2} {0 0}; file://~/a.js{2 5} {1 2} {0 0}; " +
				"src/café.c{2 5} {1 2} {0 0}; src/latin\xe9.c{2 5} {1 2} {0 0}; src/my file.c{2 5} {1 2} {0 0}; webpack:///./src/app.ts{2 5} {1 2} {0 0}",
			silent: "a path is what the tool wrote; package source tells what it means",
		},
		"lcov-spellings.info": {
			reads:  "lcov: ./src/../src/a.c{2 5} {1 2} {0 0}; ~/work/x/x/src/a.c{2 5} {1 2} {0 0}; src/a.c{2 5} {1 2} {0 0}",
			silent: "which spellings are of one file is known where paths are resolved",
		},
		"lcov-tn-only.info":       {reads: "lcov: ", silent: nothing},
		"lcov-truncated.info":     {says: "line 3047: the file seems to be cut: lib/utils.js has no end_of_record and was left out"},
		"xml-billion-laughs.xml":  {reads: "cobertura: ", silent: entities},
		"xml-external-entity.xml": {reads: "cobertura: &x;{1 1} {0 0} {0 0}", silent: entities},
	}
}

var homes = regexp.MustCompile(`/home/[a-z]+/`)

// TestEdge holds odd files against the right figures, and those without against what is said of them.
func TestEdge(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(profiletest.Shared(t), "edge")
	var all map[string]struct {
		Expected *expected
	}
	readJSON(t, filepath.Join(dir, "expected.json"), &all)
	edges := edges()
	profiletest.Profiles(t, dir, func(name string, _ []byte) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(dir, name)
			p, err := profile.Open(path, profile.Limits{Line: 3_000_000_000})
			e, ok := edges[name]
			want := all[name].Expected
			switch {
			case ok == (want != nil):
				t.Errorf("have %v, %v, which there are %t figures for and a row of edges %t", p, err, want != nil, ok)
			case e.says != "":
				if said := said(p, err, path); !strings.Contains(said, e.says) {
					t.Errorf("said %q, want %q", said, e.says)
				}
			case err != nil || len(p.Report.Warnings) > 0:
				t.Errorf("have %v, %v, want neither an error nor a warning", p, err)
			case ok:
				// Whose machine a profile is from is none of the test's.
				if got := homes.ReplaceAllString(p.Format+": "+profiletest.Summary(p.Report), "~/"); got != e.reads {
					t.Errorf("read %q, want %q", got, e.reads)
				}
			default:
				figures := want.figures
				if want.Counted != nil {
					figures = want.Counted.figures
				}
				// Instantiations of a template are one function, and a lambda is none, as in lcov2-gcc14.
				if figures["functions"] == tally(17, 22) {
					figures = maps.Clone(figures)
					figures["functions"] = tally(14, 17)
				}
				if len(figures) == 0 {
					t.Error("there are no figures to compare")
				}
				for _, d := range figures.differ(figuresOf(p.Report.Files...)) {
					t.Error(d)
				}
			}
		})
	})
	for name := range edges {
		if _, ok := all[name]; !ok {
			t.Errorf("%s is not in the corpus", name)
		}
	}
}

// said is the error without the path, or the warnings.
func said(p *profile.Profile, err error, path string) string {
	if err != nil {
		return strings.TrimPrefix(err.Error(), path)
	}
	return profiletest.Summary(&coverage.Report{Warnings: p.Report.Warnings})
}

package profile_test

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/profile"
)

const small = "mode: set\na.go:1.1,2.2 3 1\n"

func TestOpen(t *testing.T) {
	t.Parallel()
	large := "mode: count\n" + strings.Repeat("a.go:1.1,2.2 3 1\n", 100_000)
	tests := []struct {
		name   string
		text   string
		format string
		total  coverage.Tally
	}{
		{"go", small, "go", coverage.Tally{Covered: 3, Total: 3}},
		{"byte order mark", "\ufeff" + small, "go", coverage.Tally{Covered: 3, Total: 3}},
		{"more than the head", large, "go", coverage.Tally{Covered: 3, Total: 3}},
		{"mode line only", "mode: set\n", "go", coverage.Tally{}},
		{"empty", "", profile.Empty, coverage.Tally{}},
		{"blank", "\r\n \n", profile.Empty, coverage.Tally{}},
		{"byte order mark only", "\ufeff", profile.Empty, coverage.Tally{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p, err := profile.Open(write(t, tt.text), profile.Limits{Size: int64(len(tt.text))})
			if err != nil {
				t.Fatal(err)
			}
			if p.Format != tt.format || p.Report.Total(coverage.Statements) != tt.total || p.Size != int64(len(tt.text)) {
				t.Errorf("have %s, %v, %d bytes", p.Format, p.Report.Total(coverage.Statements), p.Size)
			}
			// However the text arrives, its hash is the same.
			again, err := profile.Read("again", iotest.HalfReader(strings.NewReader(tt.text)), profile.Limits{})
			if err != nil || again.Hash != p.Hash {
				t.Errorf("have %v, %v, want the hash %d", again, err, p.Hash)
			}
			other, err := profile.Read("other", strings.NewReader(tt.text+"\n"), profile.Limits{})
			if err != nil || other.Hash == p.Hash {
				t.Errorf("have %v, %v, want another hash than %d", other, err, p.Hash)
			}
		})
	}
}

func TestOpenErrors(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		text   string
		limits profile.Limits
		line   int
		is     error
		want   string // behind the path
	}{
		{
			name: "a line", text: small + "a.go:1.1,2.2\n", line: 3,
			want: `:3: want "file:line.column,line.column statements count", have "a.go:1.1,2.2"`,
		},
		{
			name: "no mode line", text: "a.go:1.1,2.2 3 1\n", line: 1,
			want: `:1: want "mode: set", "mode: count" or "mode: atomic", have "a.go:1.1,2.2 3 1"`,
		},
		{
			name: "a limit", text: small, limits: profile.Limits{Line: 1}, line: 2,
			want: `:2: want line numbers up to 1, have "1.1,2.2 3 1"`,
		},
		{
			name: "size", text: small, limits: profile.Limits{Size: int64(len(small)) - 1},
			want: `: larger than the limit of 26 bytes`,
		},
		{
			name: "unknown", text: "# Notes\n\nNothing to see.\n", is: profile.ErrFormat,
			want: `: not a coverage profile that covls knows (it looks like text); it reads: ` + strings.Join(profile.Formats(), ", "),
		},
		{
			name: "blank but long", text: strings.Repeat("\n", 5000), is: profile.ErrFormat,
			want: `: not a coverage profile that covls knows (it looks like blank lines); it reads: ` + strings.Join(profile.Formats(), ", "),
		},
		{
			name: "gzip", text: "\x1f\x8b\x08\x00",
			want: `: unpack gzip: the file seems to be cut or broken: unexpected EOF`,
		},
		{
			name: "UTF-16 of something else", text: "\xff\xfem\x00o\x00", is: profile.ErrFormat,
			want: `: not a coverage profile that covls knows (it looks like text); it reads: ` + strings.Join(profile.Formats(), ", "),
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			path := write(t, tt.text)
			p, err := profile.Open(path, tt.limits)
			wantError(t, p, err, path, tt.line, tt.is, tt.want)
			p, err = profile.Read("-", strings.NewReader(tt.text), tt.limits)
			wantError(t, p, err, "-", tt.line, tt.is, tt.want)
		})
	}
}

func TestOpenFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	missing := filepath.Join(dir, "cover.out")
	p, err := profile.Open(missing, profile.Limits{})
	wantError(t, p, err, missing, 0, fs.ErrNotExist, ": "+errors.Unwrap(statError(missing)).Error())

	p, err = profile.Open(dir, profile.Limits{})
	wantError(t, p, err, dir, 0, nil, ": is a directory without a covmeta file, and without files of Node.js (NODE_V8_COVERAGE) or gcov")

	p, err = profile.Open(os.DevNull, profile.Limits{})
	wantError(t, p, err, os.DevNull, 0, nil, ": not a regular file")

	if os.Geteuid() > 0 {
		closed := write(t, small)
		if err := os.Chmod(closed, 0); err != nil {
			t.Fatal(err)
		}
		if p, err := profile.Open(closed, profile.Limits{}); !errors.Is(err, fs.ErrPermission) {
			t.Errorf("have %v, %v", p, err)
		}
	}
}

// TestOpenDir reads a GOCOVERDIR, beside whose files stand what would never end.
func TestOpenDir(t *testing.T) {
	t.Parallel()
	const counters = "covcounters.beb1320aa99a96ebf77ed57f3797fbc4.10304.1795891090087164894"
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("gocoverdir/testdata/go1.20-set")); err != nil {
		t.Fatal(err)
	}
	file := func(name string) string { return filepath.Join(dir, name) }
	open := func() *profile.Profile {
		t.Helper()
		p, err := profile.Open(dir, profile.Limits{Size: 10_000})
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	first := open()
	if first.Format != profile.CoverDir || first.Report.Total(coverage.Statements) != (coverage.Tally{Covered: 36, Total: 52}) || first.Size != 1208 {
		t.Errorf("have %s, %v, %d bytes", first.Format, first.Report.Total(coverage.Statements), first.Size)
	}
	for _, name := range []string{"covmeta.00", "covcounters.beb1320aa99a96ebf77ed57f3797fbc4.1.1"} {
		if err := os.Symlink("/dev/zero", file(name)); err != nil {
			t.Logf("there are no links here: %v", err)
		}
	}
	if again := open(); again.Hash != first.Hash || again.Size != first.Size {
		t.Errorf("read again: the hash %d, %d bytes, want %d, %d bytes", again.Hash, again.Size, first.Hash, first.Size)
	}
	data, err := os.ReadFile(file(counters))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file(counters+"0"), data, 0o644); err != nil {
		t.Fatal(err)
	}
	if again := open(); again.Hash != first.Hash || again.Size != first.Size+int64(len(data)) {
		t.Errorf("one more run that ran nothing new: the hash %d, %d bytes, want %d, %d bytes", again.Hash, again.Size, first.Hash, first.Size+int64(len(data)))
	}
	for _, name := range []string{counters, counters + "0"} {
		if err := os.Remove(file(name)); err != nil {
			t.Fatal(err)
		}
	}
	if again := open(); again.Hash == first.Hash {
		t.Errorf("what ran is another, and the hash is the same")
	}
	if err := os.WriteFile(file(counters), data[:100], 0o644); err != nil {
		t.Fatal(err)
	}
	p, err := profile.Open(dir, profile.Limits{})
	wantError(t, p, err, dir, 0, nil, ": "+counters+": the file seems to be cut or still being written")
}

func TestReadBroken(t *testing.T) {
	t.Parallel()
	broken := &fs.PathError{Op: "read", Path: "/mnt/cover.out", Err: errors.New("disk on fire")}
	for _, text := range []string{"", small, "mode: set\n" + strings.Repeat("a.go:1.1,2.2 3 1\n", 1000)} {
		p, err := profile.Read("cover.out", io.MultiReader(strings.NewReader(text), iotest.ErrReader(broken)), profile.Limits{})
		wantError(t, p, err, "cover.out", 0, broken.Err, ": disk on fire")
	}
}

func TestFormats(t *testing.T) {
	t.Parallel()
	formats := profile.Formats()
	if !slices.Contains(formats, "go") || slices.Contains(formats, profile.Empty) {
		t.Errorf("have %v", formats)
	}
}

func wantError(t *testing.T, p *profile.Profile, err error, path string, line int, is error, text string) {
	t.Helper()
	e, ok := errors.AsType[*profile.Error](err)
	if !ok || p != nil {
		t.Fatalf("have %v, %v, want an *Error", p, err)
	}
	if e.Path != path || e.Line != line || err.Error() != path+text {
		t.Errorf("have %v, want %s%s with line %d", err, path, text, line)
	}
	if is != nil && !errors.Is(err, is) {
		t.Errorf("%v is not %v", err, is)
	}
}

func statError(path string) error {
	_, err := os.Stat(path)
	return err
}

func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "profile")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestNeverQuoted reads what other programs keep, also where it begins as a profile might: no error holds
// anything of it.
func TestNeverQuoted(t *testing.T) {
	t.Parallel()
	const canary = "CANARY-4711"
	for name, text := range map[string]string{
		".netrc":                "machine example.com login me password " + canary + "\n",
		"passwd":                "root:x:0:0:" + canary + ":/root:/bin/bash\n",
		"credentials":           "[default]\naws_secret_access_key = " + canary + "\n",
		"one line":              canary,
		"key":                   "-----BEGIN OPENSSH PRIVATE KEY-----\n" + canary + "\n",
		"docker":                `{"auths": {"https://index.docker.io/v1/": {"auth": "` + canary + `"}}}`,
		"service account":       `{"type": "service_account", "private_key": "` + canary + `"}`,
		"broken JSON":           `{"token": "` + canary + `" "x"}`,
		"JSON string":           `"` + canary + `"`,
		"tfstate":               `{"version": 4, "outputs": {"password": {"value": "` + canary + `"}}}`,
		"package.json":          `{"name": "x", "jest": {"coverage": "` + canary + `"}}`,
		"maven":                 "<settings><servers><server><password>" + canary + "</password></server></servers></settings>",
		"YAML with a mode":      "mode: " + canary + "\npassword: " + canary + "\n",
		"YAML with a mode, cut": "mode: " + canary,
		"binary":                "\x00\x01" + canary,
		"HTML":                  "<!DOCTYPE html><title>" + canary + "</title>",
		"an API's answer":       `{"data": [{"files": "` + canary + `"}]}`,
		"as llvm-cov's":         `{"data": [{"totals": {"` + "x" + `": "` + canary + `"}}], "type": "` + canary + `"}`,
		"as coverage.py's":      `{"meta": {"show_contexts": "` + canary + `"}, "files": "` + canary + `"}`,
		"as coverage.py's file": `{"files": {"a": {"executed_lines": "` + canary + `"}}}`,
		"as SimpleCov's":        `{"jest": {"coverage": {"a": ["` + canary + `"]}}}`,
		"as SimpleCov's branch": `{"jest": {"coverage": {"a": {"lines": [1], "branches": {"x": "` + canary + `"}}}}}`,
		"as Istanbul's":         `{"a": {"path": "a", "s": "` + canary + `", "statementMap": "` + canary + `"}}`,
		"as gcovr's":            `{"files": [{"lineno": "` + canary + `"}], "x": {"file": 1}}`,
		"as gcovr's position":   `{"gcovr/format_version": "0.5", "files": [{"file": "a", "lines": [], "functions": [{"pos": ["` + canary + `"]}]}]}`,
		"as Cobertura's":        `<coverage><class filename="` + canary + `"><line number="` + canary + `"/></coverage>`,
		"as JaCoCo's":           `<report><group name="` + canary + `"/><package name="` + canary + `"><sourcefile name="` + canary + `"><line nr="` + canary + `"/>`,
		"as OpenCover's":        `<CoverageSession><File uid="` + canary + `"/>`,
		"as coverlet's":         `{"a.dll": {"a": {"A": {"A::f()": {"Lines": {"1": "` + canary + `"}, "Branches": ["` + canary + `"]}}}}}`,
		"as Visual Studio's":    `<results><modules><module><range source_id="` + canary + `" covered="` + canary + `" start_line="` + canary + `"/>`,
		"as a data set":         `<CoverageDSPriv><Lines><LnStart>` + canary + `</LnStart>`,
		"as dotCover's":         `<Root DotCoverVersion="` + canary + `"><Method Name="` + canary + `"><Statement Line="` + canary + `" Covered="` + canary + `"/>`,
		"as Coveralls'":         `{"repo_token": "` + canary + `", "source_files": [{"name": "` + canary + `", "coverage": "` + canary + `"}]}`,
		"as Coveralls' source":  `{"source_files": [{"source": "` + canary + `", "coverage": ["` + canary + `"]}]}`,
		"as Codecov's":          `{"coverage": {"a": [null, 1, "` + canary + `"]}}`,
		"as tarpaulin's":        `{"files": [{"path": ["` + canary + `"], "traces": "` + canary + `"}]}`,
		"as SonarQube's":        `<coverage version="1"><file path="a"><lineToCover lineNumber="` + canary + `" covered="` + canary + `"/>`,
		"as Clover's":           `<coverage><project><file name="` + canary + `"><line num="` + canary + `" type="` + canary,
		"deep":                  `<coverage ` + strings.Repeat(`><e a="`+canary+`"`, 300),
		"behind a whole one":    `{"a": {"path": "a", "statementMap": {}, "fnMap": {}, "branchMap": {}, "s": {}, "f": {}, "b": {}}}"` + canary + `"`,
		"a wrong escape":        `{"a": {"path": "a", "statementMap": {}, "x": "` + canary + `\x"}}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := profile.Read("p", strings.NewReader(text), profile.Limits{}); err != nil && strings.Contains(err.Error(), canary) {
				t.Error(err)
			}
		})
	}
}

// TestLooksLike holds what is said of what is no profile.
func TestLooksLike(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"a":                         "text",
		"\xe4\xf6 latin":            "text",
		"a\x1b[31m":                 "text",
		"\x7fELF\x02\x01\x01":       "binary data",
		" \n{}x":                    "JSON",
		"[1]":                       "JSON",
		"<config><a/></config>":     "XML",
		"<coverage><other/>":        "XML",
		" <!DOCTYPE HTML>":          "HTML",
		"<html lang='en'>":          "HTML",
		strings.Repeat("\n", 1<<13): "blank lines",
	} {
		_, err := profile.Read("p", strings.NewReader(text), profile.Limits{})
		if !errors.Is(err, profile.ErrFormat) || !strings.Contains(err.Error(), " (it looks like "+want+");") {
			t.Errorf("%.20q: %v, want %s", text, err, want)
		}
	}
}

// TestMadeUp has names that runners of JavaScript make up.
func TestMadeUp(t *testing.T) {
	t.Parallel()
	fn := func(id int, name string, runs int) (fnMap, f string) {
		return fmt.Sprintf(`"%d":{"name":%q,"decl":{"start":{"line":%d,"column":0},"end":{"line":%[3]d,"column":1}},"loc":{"start":{"line":%[3]d,"column":0},"end":{"line":%[3]d,"column":9}}}`, id, name, id+1), fmt.Sprintf(`"%d":%d`, id, runs)
	}
	for want, names := range map[string][]string{
		"a default <static_initializer>": {"a 1", "__vite_ssr_export_default__ 0", "<static_initializer> 2", "<instance_members_initializer> 0"},
		"nil":                            {"(empty-report) 0"},
		"b":                              {"b 1"},
	} {
		var maps, counts []string
		for i, n := range names {
			name, runs, _ := strings.Cut(n, " ")
			count := 0
			if runs != "0" {
				count = 1
			}
			m, c := fn(i, name, count)
			maps, counts = append(maps, m), append(counts, c)
		}
		text := `{"a.ts":{"path":"a.ts","statementMap":{},"s":{},"fnMap":{` + strings.Join(maps, ",") + `},"f":{` + strings.Join(counts, ",") + `},"branchMap":{},"b":{}}}`
		p, err := profile.Read("coverage-final.json", strings.NewReader(text), profile.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		got := "nil"
		if funcs := p.Report.Files[0].Funcs; funcs != nil {
			var all []string
			for _, f := range funcs {
				all = append(all, f.Name)
			}
			got = strings.Join(all, " ")
		}
		if got != want {
			t.Errorf("%v: %s, want %s", names, got, want)
		}
	}
}

// TestLoads has files by whether the line that a function begins on runs when the text is loaded.
func TestLoads(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{"a.lua": true, "a.py": true, "a.ts": true, "a.rb": true, "a.pl": false, "a.c": false, "a.ex": false} {
		p, err := profile.Read("lcov.info", strings.NewReader("SF:"+name+"\nDA:1,1\nend_of_record\n"), profile.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		if got := p.Report.Files[0].Loads; got != want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

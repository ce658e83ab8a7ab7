package profile_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/internal/profiletest"
	"github.com/covls/covls/profile"
)

// ofNode is what Node.js writes of a text that has so many code units, of which a part ran so often.
func ofNode(units, part string) string {
	return `{"result":[{"scriptId":"7","url":"file:///w/a.js","functions":[{"functionName":"","ranges":[{"startOffset":0,"endOffset":` + units + `,"count":1},{"startOffset":3,"endOffset":6,"count":` + part + `}]}]}],"timestamp":1}`
}

// TestOpenFolder has folders of the files of a run. Each file is an hour older than the one before it.
func TestOpenFolder(t *testing.T) {
	t.Parallel()
	const none = ": is a directory without a covmeta file, and without files of Node.js (NODE_V8_COVERAGE) or gcov"
	const deno = `{"scriptId":"1","url":"file:///w/a.ts","functions":[{"functionName":"","ranges":[{"startOffset":0,"endOffset":9,"count":1}]}]}`
	gcov := func(count string) string {
		return `{"gcc_version":"14","files":[{"file":"a.h","lines":[{"line_number":1,"count":` + count + `}]}],"current_working_directory":"/w"}`
	}
	one := func(part string) string { return "[{{0 0} {0 9} false  1} {{0 3} {0 6} false  " + part + "}]" }
	whole := func(units, part string) string {
		return strings.Replace(" script "+units+" "+one(part), "false  1", "true  1", 1)
	}
	for _, tt := range []struct {
		name   string
		files  []string // names and texts
		limits profile.Limits
		format string
		want   string
	}{
		{"processes", []string{"coverage-1-2-0.json", ofNode("9", "0"), "coverage-3-4-0.json", ofNode("9", "2"), "package.json", "{}", "lcov.info", "SF:a\n"}, profile.Limits{}, "v8", "/w/a.js [] nobranches nofuncs" + whole("9", "0") + whole("9", "2")},
		{"a text that has changed", []string{"b.json", ofNode("9", "0"), "a.json", ofNode("10", "2"), "c.json", ofNode("9", "3")}, profile.Limits{}, "v8", "/w/a.js [] nobranches nofuncs" + whole("9", "0") + whole("9", "3")},
		{"TypeScript of Deno beside JavaScript", []string{"a.json", deno, "b.json", ofNode("9", "3"), "c.json", deno}, profile.Limits{}, "v8", "/w/a.js [] nobranches nofuncs" + whole("9", "3") + "; line 0: the counts are of what Deno makes of TypeScript, of which nobody else knows the lines: deno coverage --lcov tells them"},
		{"TypeScript of Deno", []string{"a.json", deno}, profile.Limits{}, "", ": not a coverage profile that covls knows: the counts are of what Deno makes of TypeScript, of which nobody else knows the lines: deno coverage --lcov tells them"},
		{"objects", []string{"a.gcov.json", gcov("2"), "b.gcov.json.gz", packed(t, gcov("3")), "a.c.gcov", "        -:    0:Source:a.c\n        1:    1:x\n"}, profile.Limits{}, "gcov", "a.c of 1 lines [{1 9dd4e461}] [{1 1}] nobranches nofuncs; a.h [{1 5}] nobranches"},
		{"other files", []string{"a.json", "{}", "b.txt", "x"}, profile.Limits{}, "", none},
		{"nothing", nil, profile.Limits{}, "", none},
		{"one that is cut", []string{"a.json", ofNode("9", "1"), "b.json", ofNode("9", "1")[:60]}, profile.Limits{}, "", ": b.json:1: want more JSON: the file seems to be cut or still being written"},
		{"too large together", []string{"a.json", ofNode("9", "1"), "b.json", ofNode("9", "1")}, profile.Limits{Size: 250}, "", ": b.json: with the files before it, it is larger than the limit of 250 bytes (limits.profile_bytes): empty the folder before the tests run"},
		{"files", []string{"a.gcov.json", gcov("2"), "b.gcov.json", strings.ReplaceAll(gcov("2"), "a.h", "b.h")}, profile.Limits{Files: 1}, "", ": more than 1 files (limits.files)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			size := int64(0)
			for i := 0; i < len(tt.files); i += 2 {
				path := filepath.Join(dir, tt.files[i])
				at := time.Now().Add(-time.Duration(i) * time.Hour)
				if err := os.WriteFile(path, []byte(tt.files[i+1]), 0o644); err != nil {
					t.Fatal(err)
				}
				if err := os.Chtimes(path, at, at); err != nil {
					t.Fatal(err)
				}
				size += int64(len(tt.files[i+1]))
			}
			_ = os.Symlink("/dev/zero", filepath.Join(dir, "x.json"))
			p, err := profile.Open(dir, tt.limits)
			if tt.format == "" {
				wantError(t, p, err, dir, 0, nil, tt.want)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := profiletest.Details(p.Report); got != tt.want || p.Format != tt.format || p.Size > size || p.Size == 0 {
				t.Errorf("%s, %d bytes:\n%s\nwant\n%s", p.Format, p.Size, got, tt.want)
			}
			again, err := profile.Open(dir, tt.limits)
			if err != nil || again.Hash != p.Hash || again.Report.Digest() != p.Report.Digest() {
				t.Errorf("read again, it is another: %v", err)
			}
			if f := p.Report.Files[0]; f.Format != tt.format || f.Unit != coverage.Lines {
				t.Errorf("%+v", f)
			}
		})
	}
}

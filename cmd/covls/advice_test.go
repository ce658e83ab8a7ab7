package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// TestGapsAdvice lists who calls functions, what is like them, where their tests are, and what nothing uses.
func TestGapsAdvice(t *testing.T) {
	t.Parallel()
	body := "{\n\tprintln(1)\n\tprintln(2)\n\tprintln(3)\n}\n\n"
	source, profile := "package a\n\n", "mode: set\n"
	line := 3
	for _, f := range []struct {
		head  string
		calls string
		count int
	}{
		{"func lost() ", "", 0},
		{"func helper() ", "", 0},
		{"func GenFishFile() ", "", 0},
		{"func GenZshFile() ", "", 1},
		{"func Run() ", "helper()", 1},
		{"// Old is here.\n//\n// Deprecated: Use Run.\nfunc Old() ", "", 0},
	} {
		text := f.head + strings.Replace(body, "println(3)", strings.TrimSpace("println(3)\n\t"+f.calls), 1)
		at := line + strings.Count(f.head, "\n")
		profile += fmt.Sprintf("example.com/a/a.go:%d.%d,%d.2 %d %d\n", at, len(f.head[strings.LastIndexByte(f.head, '\n')+1:])+1, line+strings.Count(text, "\n")-2, 3+strings.Count(f.calls, "("), f.count)
		source += text
		line += strings.Count(text, "\n")
	}
	dir := folderWith(t, map[string]string{
		"go.mod": "module example.com/a\n\ngo 1.26\n", "a.go": source, "cover.out": profile,
		"a_test.go": "package a\n\nimport \"testing\"\n\nfunc TestGenZshFile(t *testing.T) { GenZshFile() }\n",
	})
	out, stderr, code := covls(t, "gaps", "-C", dir)
	want := strings.ReplaceAll(`DIR/a.go:9:6: helper is not tested (3 statements) · called by Run, which is tested
DIR/a.go:15:6: GenFishFile is not tested (3 statements) · like GenZshFile, tested by TestGenZshFile in a_test.go:5
DIR/a.go:3:6: lost is not tested (3 statements) · nothing uses it: delete or test
DIR/a.go:37:6: Old is not tested (3 statements) · deprecated: use Run
`, "DIR", dir)
	if out != want || code != 0 {
		t.Errorf("code %d, stderr %q, got\n%s\nwant\n%s", code, stderr, out, want)
	}
	out, _, _ = covls(t, "gaps", "-C", dir, "--format", "json")
	var rows struct{ Gaps []row }
	if err := json.Unmarshal([]byte(out), &rows); err != nil || len(rows.Gaps) != 4 {
		t.Fatalf("%v: %s", err, out)
	}
	helper, fish, lost, old := rows.Gaps[0], rows.Gaps[1], rows.Gaps[2], rows.Gaps[3]
	if len(helper.Callers) != 1 || helper.Callers[0].Name != "Run" || helper.Callers[0].Tested == nil || !*helper.Callers[0].Tested || !helper.Called || helper.Order != 1 {
		t.Errorf("helper: %+v", helper)
	}
	if fish.Model == nil || *fish.Model != (rowModel{"GenZshFile", "TestGenZshFile", "a_test.go", 5}) || fish.TestFile != "a_test.go" {
		t.Errorf("GenFishFile: %+v", fish)
	}
	if !lost.Unused || lost.Deprecated != "" || lost.Order != 3 || old.Unused || old.Deprecated != "deprecated: use Run" {
		t.Errorf("lost %+v, Old %+v", lost, old)
	}
}

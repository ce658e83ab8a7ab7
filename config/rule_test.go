package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAddRule(t *testing.T) {
	t.Parallel()
	half := 0.5
	critical := Rule{Tier: TierCritical, Why: `it "moves" money`}
	const block = "[[rule]]\npaths = [\"a/b.go\"]\ntier = \"critical\"\nwhy = \"it \\\"moves\\\" money\"\n"
	tests := []struct {
		name, before, path string
		rule               Rule
		want               string // "" where it is refused
		line               int
		refused            string
	}{
		{name: "no file", before: "none", path: "a/b.go", rule: critical, want: block, line: 1},
		{name: "empty", path: "a/b.go", rule: critical, want: block, line: 1},
		{name: "other settings", before: "target = 70\n", path: "a/b.go", rule: critical, want: "target = 70\n\n" + block, line: 3},
		{name: "no line end", before: "target = 70 # mine", path: "a/b.go", rule: critical, want: "target = 70 # mine\n\n" + block, line: 3},
		{name: "behind a table", before: "[lens]\nenable = false\n", path: "a/b.go", rule: critical, want: "[lens]\nenable = false\n\n" + block, line: 4},
		{name: "behind other rules", before: "[[rule]]\npaths = ['x/**']\ntier = 'lower'\n", path: "a/b.go", rule: critical, want: "[[rule]]\npaths = ['x/**']\ntier = 'lower'\n\n" + block, line: 5},
		{
			name: "before one that has the path", before: "target = 70\n\n# mine\n  # too\n[[rule]]\npaths = ['a/**']\ntier = 'lower'\n", path: "a/b.go", rule: critical,
			want: "target = 70\n\n" + block + "\n# mine\n  # too\n[[rule]]\npaths = ['a/**']\ntier = 'lower'\n", line: 3,
		},
		{
			name: "odd names", path: `src/[id]/{a}*.tsx`, rule: Rule{AtMost: TierLower, Weight: &half, Target: &half},
			want: "[[rule]]\npaths = [\"src/\\\\[id\\\\]/\\\\{a\\\\}\\\\*.tsx\"]\nat_most = \"lower\"\nweight = 0.5\ntarget = 0.5\n", line: 1,
		},
		{name: "at the top", path: "b.go", rule: Rule{Exclude: true}, want: "[[rule]]\npaths = [\"/b.go\"]\nexclude = true\n", line: 1},
		{name: "broken", before: "target =\n", path: "a/b.go", rule: critical, refused: ":1:9: error:"},
		{name: "written as a list", before: "rule = [{paths = ['x'], tier = 'high'}]\n", path: "a/b.go", rule: critical, refused: "add it by hand: [[rule]] paths = "},
		{name: "a rule that is none", path: "a/b.go", rule: Rule{Tier: "urgent"}, refused: `is "urgent"`},
		{name: "two bounds that do not fit", path: "a/b.go", rule: Rule{AtLeast: TierHigh, AtMost: TierLower, Tier: TierHigh}, refused: "stands beside tier"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), FileName)
			if tt.before != "none" {
				if err := os.WriteFile(file, []byte(tt.before), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			line, err := AddRule(file, tt.path, tt.rule)
			data, _ := os.ReadFile(file)
			if tt.want == "" {
				if err == nil || !strings.Contains(err.Error(), tt.refused) {
					t.Errorf("error %v, want %q in it", err, tt.refused)
				}
				if string(data) != tt.before {
					t.Errorf("the file holds %q", data)
				}
				return
			}
			if err != nil || line != tt.line || string(data) != tt.want {
				t.Fatalf("line %d, error %v, and the file holds\n%s\nwant line %d of\n%s", line, err, data, tt.line, tt.want)
			}
			layer, problems := ReadFile(file)
			rules := Merge(layer).Rules
			i := firstRule(rules, tt.path)
			if len(problems) > 0 || i == len(rules) || rules[i].Tier != tt.rule.Tier || rules[i].Exclude != tt.rule.Exclude || rules[i].Why != tt.rule.Why {
				t.Errorf("problems %v, rules %+v", problems, rules)
			}
			if left, _ := filepath.Glob(file + ".*"); left != nil {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

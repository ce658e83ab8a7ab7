package priority_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/covls/covls/priority"
)

// words puts steps into a line: each cut as tier, share before the file, share at which it ends and "!"
// where the file lies before that; then what that makes, and each guard with what it makes.
func words(s priority.Steps) string {
	var out []string
	for _, c := range s.Cuts {
		w := fmt.Sprintf("%s %.1f<%.0f", c.Tier, c.Share, c.End)
		if c.Taken > 0 {
			w += fmt.Sprintf("(%.0f taken)", c.Taken)
		}
		if c.Before {
			w += "!"
		}
		out = append(out, w)
	}
	out = append(out, "= "+string(s.Tier))
	for _, g := range s.Guards {
		sign, how := "≤", map[priority.Cause]string{priority.BySmallGap: "small gap", priority.ByComponent: "component", priority.ByRule: "rule"}[g.Cause]
		if g.AtLeast {
			sign = "≥"
		}
		w := fmt.Sprintf("%s %s%s: %s", how, sign, g.Bound, g.Tier)
		if g.Moved {
			w += "!"
		}
		out = append(out, w)
	}
	return strings.Join(out, ", ")
}

func TestSteps(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ rule, toml, files, want string }{
		{
			rule:  "cuts down to the one that a file lies before",
			files: "a 0/500\nb 0/300\nc 0/100\nd 0/60\ne 0/40\nok 9/10",
			want: `a: critical 0.0<40! = critical
				b: critical 50.0<40, high 50.0<70! = high
				c: critical 80.0<40, high 80.0<70, medium 80.0<92! = medium
				d: critical 90.0<40, high 90.0<70, medium 90.0<92! = medium
				e: critical 96.0<40, high 96.0<70, medium 96.0<92 = lower
				ok: =`,
		},
		{
			rule: "guards, whether they move the file or not",
			files: `a.go 0/15
				b.go 95/200
				c.go 10000/10000
				gen.go 0/3000 generated`,
			toml: "[[rule]]\npaths = [\"a.go\"]\nat_least = \"high\"\n[[rule]]\npaths = [\"b.go\"]\nat_most = \"lower\"\n",
			want: `a.go: critical 73.5<40, high 73.5<70, medium 73.5<92! = medium, small gap ≤medium: medium, component ≤high: medium, rule ≥high: high!
				b.go: critical 0.0<40! = critical, component ≤high: high!, rule ≤lower: lower!
				c.go: =
				gen.go: critical 100.0<40, high 126.5<70(9 taken), medium 126.5<92(9 taken) = lower, component ≤high: lower`,
		},
		{
			rule: "what a rule puts into a tier is taken from those behind it, and has no steps itself",
			files: `a 0/200
				b 0/100
				c 0/100`,
			toml: "[[rule]]\npaths = [\"c\"]\ntier = \"critical\"\n[[rule]]\npaths = [\"x\"]\nexclude = true\n",
			want: `a: critical 25.0<40(60 taken)! = critical
				b: critical 75.0<40(60 taken), high 75.0<70(60 taken), medium 75.0<92(60 taken)! = medium
				c: =`,
		},
		{
			rule:  "no score, no cuts",
			files: "gen.go 0/1000 generated\nno.go 0/5 generated",
			want: `gen.go: = lower
				no.go: = lower, small gap ≤medium: lower`,
		},
		{
			rule:  "a rule leaves a file out",
			files: "a 0/5",
			toml:  "[[rule]]\npaths = [\"a\"]\nexclude = true\n",
			want:  `a: =`,
		},
	} {
		t.Run(c.rule, func(t *testing.T) {
			t.Parallel()
			r := rank(t, c.toml, c.files)
			var got strings.Builder
			for i := range r.Files {
				s := r.Steps(&r.Files[i])
				fmt.Fprintf(&got, "%s: %s\n", r.Files[i].Path, strings.ReplaceAll(words(s), ", =", " ="))
				last := s.Tier
				if n := len(s.Guards); n > 0 {
					last = s.Guards[n-1].Tier
				}
				if last != "" && last != r.Files[i].Tier {
					t.Errorf("%s: the steps end at %s, the tier is %s", r.Files[i].Path, last, r.Files[i].Tier)
				}
			}
			if g, w := trim(got.String()), trim(c.want); g != w {
				t.Errorf("got\n%s\nwant\n%s", g, w)
			}
		})
	}
}

package gate_test

import (
	"strings"
	"testing"

	"github.com/covls/covls/gate"
	"github.com/covls/covls/report"
)

// row makes a row of a report, in statements, or in lines where the name ends in .js.
func row(path, component string, covered, total int, target float64) report.File {
	f := report.File{Path: path, Component: component, Target: report.Percent(target), Unit: "statements"}
	t := &report.Tally{Covered: covered, Total: total}
	if strings.HasSuffix(path, ".js") {
		f.Unit, f.Lines = "lines", t
	} else {
		f.Statements = t
	}
	return f
}

// reportOf makes a report of rows with components in statements, which have one target.
func reportOf(target float64, components []string, files ...report.File) *report.Report {
	r := &report.Report{Schema: report.Schema, Files: files, Summary: report.Summary{Unit: "statements"}}
	for _, c := range components {
		r.Components = append(r.Components, report.Component{Name: c, Target: new(report.Percent(target)), Summary: report.Summary{Unit: "statements"}})
	}
	return r
}

// unknown is a row without n functions of which nobody knows.
func unknown(n int, f report.File) report.File {
	f.UnknownFunctions = n
	return f
}

func TestJudge(t *testing.T) {
	t.Parallel()
	sixty, zero := 60.0, 0.0
	files := func() *report.Report {
		return reportOf(75, []string{"a", "b"}, row("a/x.go", "a", 48, 100, 50), row("a/y.go", "a", 52, 100, 50), row("b/z.go", "b", 3, 4, 75), row("b/w.js", "b", 0, 2, 60))
	}
	fault := gate.Breach{Gate: gate.Rule, Path: ".covls.toml", Line: 3, Text: "the rule has no file"}
	for _, c := range []struct {
		rule   string
		report *report.Report
		gates  gate.Gates
		want   []string
	}{
		{"no gates", files(), gate.Gates{}, nil},
		{
			"the total is judged in each unit, the summary's first", files(),
			gate.Gates{Total: &sixty},
			[]string{"total: 20 statements short of 60 % (50.49 %)", "total: 2 lines short of 60 % (0.00 %)"},
		},
		{"a target of nothing is reached by nothing", files(), gate.Gates{Total: &zero}, nil},
		{
			"components that are asked for, in the unit that they are in", files(),
			gate.Gates{Components: []string{"a", "b", "c"}},
			[]string{"component a: 50 statements short of 75 % (50.00 %)"},
		},
		{"files with the target of a rule", files(), gate.Gates{Ruled: map[string]bool{"a/x.go": true, "a/y.go": true}}, []string{"a/x.go: 2 statements short of 50 % (48.00 %)"}},
		{
			"all files, the largest gap first", reportOf(0, nil, row("a.go", "", 0, 1, 60), row("b.js", "", 0, 10, 60), row("c.go", "", 0, 0, 60)),
			gate.Gates{Files: true},
			[]string{"b.js: 6 lines short of 60 % (0.00 %)", "a.go: 1 statement short of 60 % (0.00 %)"},
		},
		{
			"faults stand as they are, behind totals and before files", files(),
			gate.Gates{Components: []string{"a"}, Files: true, Faults: []gate.Breach{fault}},
			[]string{"component a: 50 statements short of 75 % (50.00 %)", ".covls.toml:3: the rule has no file", "a/x.go: 2 statements short of 50 % (48.00 %)", "b/w.js: 2 lines short of 60 % (0.00 %)"},
		},
		{
			"what is short says which functions its figure is without", reportOf(75, []string{"a"}, unknown(1, row("a/x.go", "a", 1, 4, 50)), unknown(2, row("a/y.go", "a", 0, 0, 50))),
			gate.Gates{Total: &sixty, Components: []string{"a"}, Files: true},
			[]string{
				"total: 2 statements short of 60 % (25.00 %), without 3 unknown functions", "component a: 2 statements short of 75 % (25.00 %), without 3 unknown functions",
				"a/x.go: 1 statement short of 50 % (25.00 %), without 1 unknown function",
			},
		},
	} {
		t.Run(c.rule, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, b := range gate.Judge(c.report, c.gates) {
				got = append(got, b.String())
			}
			if g, w := strings.Join(got, "\n"), strings.Join(c.want, "\n"); g != w {
				t.Errorf("got\n%s\nwant\n%s", g, w)
			}
		})
	}
}

// TestFigures holds that the unit of the summary comes first.
func TestFigures(t *testing.T) {
	t.Parallel()
	r := reportOf(0, nil, row("a.js", "", 5, 10, 0), row("a.go", "", 1, 2, 0), row("b.js", "", 0, 0, 0))
	for _, unit := range []string{"statements", "lines"} {
		r.Summary.Unit = unit
		got := gate.Figures(r)
		if len(got) != 2 || got[0].Unit != unit || got[1].Unit == unit {
			t.Errorf("%s: %v", unit, got)
		}
		for _, f := range got {
			if want := map[string]int{"statements": 2, "lines": 10}[f.Unit]; f.Total != want || *f.Percent != 50 {
				t.Errorf("%v, want 50 %% of %d", f, want)
			}
		}
	}
}

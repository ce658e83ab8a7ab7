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
		rule     string
		report   *report.Report
		gates    gate.Gates
		baseline *report.Report
		want     []string
	}{
		{"no gates", files(), gate.Gates{}, nil, nil},
		{
			"the total is judged in each unit, the summary's first", files(),
			gate.Gates{Total: &sixty},
			nil,
			[]string{"total: 20 statements short of 60 % (50.49 %)", "total: 2 lines short of 60 % (0.00 %)"},
		},
		{"a target of nothing is reached by nothing", files(), gate.Gates{Total: &zero}, nil, nil},
		{
			"components that are asked for, in the unit that they are in", files(),
			gate.Gates{Components: []string{"a", "b", "c"}},
			nil,
			[]string{"component a: 50 statements short of 75 % (50.00 %)"},
		},
		{"files with the target of a rule", files(), gate.Gates{Ruled: map[string]bool{"a/x.go": true, "a/y.go": true}}, nil, []string{"a/x.go: 2 statements short of 50 % (48.00 %)"}},
		{
			"all files, the largest gap first", reportOf(0, nil, row("a.go", "", 0, 1, 60), row("b.js", "", 0, 10, 60), row("c.go", "", 0, 0, 60)),
			gate.Gates{Files: true},
			nil,
			[]string{"b.js: 6 lines short of 60 % (0.00 %)", "a.go: 1 statement short of 60 % (0.00 %)"},
		},
		{
			"faults stand as they are, behind totals and before files", files(),
			gate.Gates{Components: []string{"a"}, Files: true, Faults: []gate.Breach{fault}},
			nil,
			[]string{"component a: 50 statements short of 75 % (50.00 %)", ".covls.toml:3: the rule has no file", "a/x.go: 2 statements short of 50 % (48.00 %)", "b/w.js: 2 lines short of 60 % (0.00 %)"},
		},
		{"the same again is no drop", files(), gate.Gates{}, files(), nil},
		{
			"a drop is one of the total, of the component and of the file",
			reportOf(75, []string{"a", "b"}, row("a/x.go", "a", 47, 100, 50), row("a/y.go", "a", 52, 100, 50), row("b/z.go", "b", 3, 4, 75), row("b/w.js", "b", 2, 2, 60)),
			gate.Gates{},
			files(),
			[]string{
				"total: 50.00 % is 0.49 points below the baseline's 50.49 %", "component a: 49.50 % is 0.50 points below the baseline's 50.00 %",
				"a/x.go: 47.00 % is 1.00 points below the baseline's 48.00 %",
			},
		},
		{
			"a new file can't drop, and one that is gone can't either", reportOf(0, nil, row("a/y.go", "", 52, 100, 50), row("new.go", "", 1, 1, 50)), gate.Gates{}, files(), nil,
		},
		{
			"what is not seen in two decimals is no drop", reportOf(0, nil, row("a.go", "", 57141, 100000, 0)),
			gate.Gates{},
			reportOf(0, nil, row("a.go", "", 57142, 100000, 0)), nil,
		},
		{
			"but one statement of many is seen at the top", reportOf(0, nil, row("a.go", "", 99999, 100000, 0)),
			gate.Gates{},
			reportOf(0, nil, row("a.go", "", 100000, 100000, 0)),
			[]string{"total: 99.99 % is 0.01 points below the baseline's 100.00 %", "a.go: 99.99 % is 0.01 points below the baseline's 100.00 %"},
		},
		{
			"units are never compared", reportOf(0, nil, row("a.js", "", 1, 2, 0)),
			gate.Gates{},
			reportOf(0, nil, func() report.File {
				f := row("a.js", "", 2, 2, 0)
				f.Unit, f.Statements = "statements", f.Lines
				return f
			}()), nil,
		},
		{
			"nothing to cover is no percentage", reportOf(0, nil, row("a.go", "", 0, 0, 60)),
			gate.Gates{Files: true, Total: &sixty},
			reportOf(0, nil, row("a.go", "", 2, 2, 0)), nil,
		},
		{
			"a component that is the whole is named once", reportOf(0, []string{"."}, row("a.go", ".", 1, 2, 0), row("b.go", ".", 1, 1, 0)),
			gate.Gates{},
			reportOf(0, []string{"."}, row("a.go", ".", 2, 2, 0)),
			[]string{"total: 66.67 % is 33.33 points below the baseline's 100.00 %", "a.go: 50.00 % is 50.00 points below the baseline's 100.00 %"},
		},
		{
			"a component that stands twice drops once in each unit", reportOf(0, []string{"a", "a"}, row("a.go", "a", 1, 2, 0), row("a.js", "a", 1, 2, 0), row("b.go", "", 9, 9, 0)),
			gate.Gates{},
			reportOf(0, []string{"a", "a"}, row("b.go", "", 1, 9, 0), row("x.go", "a", 2, 2, 0), row("x.js", "a", 2, 2, 0)),
			[]string{"total: 50.00 % is 50.00 points below the baseline's 100.00 %", "component a: 50.00 % is 50.00 points below the baseline's 100.00 %", "component a: 50.00 % is 50.00 points below the baseline's 100.00 %"},
		},
		{
			"what is short says which functions its figure is without", reportOf(75, []string{"a"}, unknown(1, row("a/x.go", "a", 1, 4, 50)), unknown(2, row("a/y.go", "a", 0, 0, 50))),
			gate.Gates{Total: &sixty, Components: []string{"a"}, Files: true},
			nil,
			[]string{
				"total: 2 statements short of 60 % (25.00 %), without 3 unknown functions", "component a: 2 statements short of 75 % (25.00 %), without 3 unknown functions",
				"a/x.go: 1 statement short of 50 % (25.00 %), without 1 unknown function",
			},
		},
		{
			"whether a file with unknown functions dropped can't be known",
			reportOf(0, nil, unknown(1, row("a.go", "", 1, 2, 0)), row("b.go", "", 1, 2, 0), row("c.go", "", 1, 2, 0)),
			gate.Gates{},
			reportOf(0, nil, row("a.go", "", 2, 2, 0), unknown(2, row("b.go", "", 2, 2, 0)), row("c.go", "", 2, 2, 0)),
			[]string{
				"total: 50.00 % is 50.00 points below the baseline's 100.00 %, without 1 unknown function; the baseline is without 2 unknown functions",
				"c.go: 50.00 % is 50.00 points below the baseline's 100.00 %",
			},
		},
		{
			"a component that the baseline has not can't drop", reportOf(0, []string{"a", "b"}, row("a.go", "a", 1, 2, 0), row("b.go", "b", 9, 9, 0)),
			gate.Gates{},
			reportOf(0, []string{"b"}, row("b.go", "b", 1, 2, 0)), nil,
		},
	} {
		t.Run(c.rule, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, b := range gate.Judge(c.report, c.gates, c.baseline) {
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

func TestBaseline(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ rule, data, want string }{
		{"a report", `{"schema":1,"meta":{"tool":"covls"},"files":[{"path":"a.go","statements":{"covered":1,"total":2},"percent":50.00}]}`, ""},
		{"nothing", ``, "it is no JSON report of covls: unexpected end of JSON input"},
		{"other JSON", `{"schema":1}`, "it is no JSON report of covls"},
		{"another type", `{"schema":"1"}`, "it is no JSON report of covls: json: cannot unmarshal string"},
		{"a later schema", `{"schema":2,"meta":{"tool":"covls"}}`, "its schema is 2, and this covls knows 1"},
		{
			"one component's", `{"schema":1,"meta":{"tool":"covls"},"components":[{"name":"a","other":{"unit":"lines"}}],"files":[{"path":"a.go","component":"a"}]}`,
			`it is of the component "a" alone`,
		},
		{
			"a whole one with components", `{"schema":1,"meta":{"tool":"covls"},"components":[{"name":"a","other":{"unit":"lines"}}],"files":[{"path":"a.go","component":"a"},{"path":"b.go","component":""}]}`,
			"",
		},
	} {
		t.Run(c.rule, func(t *testing.T) {
			t.Parallel()
			_, err := gate.Baseline([]byte(c.data))
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.HasPrefix(err.Error(), c.want)) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

// TestBaselineOld reads the rows of a report from before rows had a unit.
func TestBaselineOld(t *testing.T) {
	t.Parallel()
	old, err := gate.Baseline([]byte(`{"schema":1,"meta":{"tool":"covls"},"files":[` +
		`{"path":"a.go","statements":{"covered":2,"total":2},"lines":{"covered":0,"total":9}},{"path":"b.js","lines":{"covered":2,"total":2}}]}`))
	if err != nil {
		t.Fatal(err)
	}
	got := gate.Judge(reportOf(0, nil, row("a.go", "", 1, 2, 0), row("b.js", "", 1, 2, 0)), gate.Gates{}, old)
	if len(got) != 4 || got[0].Unit != "statements" || got[1].Unit != "lines" || *got[1].Percent != 50 || *got[1].Baseline != 100 {
		t.Errorf("got %v", got)
	}
}

package report_test

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"strings"
	"testing"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/report"
)

func TestTenths(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		covered, total int
		want           string
	}{
		{0, 0, ""}, {0, 3, "0 %"}, {3, 3, "100 %"}, {1, 2, "50.0 %"}, {2, 3, "66.6 %"}, {9999, 10000, "99.9 %"}, {1, 100000, "<0.1 %"}, {1632, 1882, "86.7 %"},
	} {
		if got := report.Tenths(coverage.Tally{Covered: c.covered, Total: c.total}); got != c.want {
			t.Errorf("%d of %d: got %q, want %q", c.covered, c.total, got, c.want)
		}
	}
}

func TestStandingOf(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		covered, total int
		target         float64
		want           report.Standing
	}{
		{0, 0, 80, report.Nothing},
		{80, 100, 80, report.Reached},
		{79, 100, 80, report.Short},
		{60, 100, 80, report.Short},
		{59, 100, 80, report.Far},
		{0, 5, 0, report.Reached},
		{0, 5, 1, report.Far},
		{99, 100, 100, report.Short},
	} {
		if got := report.StandingOf(coverage.Tally{Covered: c.covered, Total: c.total}, c.target); got != c.want {
			t.Errorf("%d of %d at %v %%: got %v, want %v", c.covered, c.total, c.target, got, c.want)
		}
	}
}

// TestBadge holds that a badge is well-formed and says its texts, whatever these are, and that texts are as wide as a browser draws them in
// Verdana.
func TestBadge(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ label, value, width string }{
		{"coverage", "86.7 %", "50"},
		{"<script>alert(1)</script>", "\"&'", ""},
		{"日本語", "100 %", "33"},
		{"\x1b[31m\u202ex\xff]]>", "\x00", ""},
		{"", "", "1"},
	} {
		b := report.Badge{Label: c.label, Value: c.value, Title: c.label + ": " + c.value, Standing: report.Short}
		var svg, again, data strings.Builder
		for w, format := range map[*strings.Builder]string{&svg: "svg", &again: "svg", &data: "json"} {
			if err := b.Write(w, format); err != nil {
				t.Fatal(err)
			}
		}
		if svg.String() != again.String() {
			t.Errorf("%q: other bytes of the same badge", c.label)
		}
		var got struct {
			Title string `xml:"title"`
			Texts []struct {
				Length string `xml:"textLength,attr"`
				Text   string `xml:",chardata"`
			} `xml:"g>text"`
		}
		if err := xml.Unmarshal([]byte(svg.String()), &got); err != nil || len(got.Texts) != 2 {
			t.Fatalf("%q: %v: %s", c.label, err, svg.String())
		}
		for _, hidden := range []string{"\x1b", "\u202e", "\x00", "\xff", "<script"} {
			if strings.Contains(svg.String(), hidden) {
				t.Errorf("%q: %q is in it: %s", c.label, hidden, svg.String())
			}
		}
		if c.width != "" && (got.Title != c.label+": "+c.value || got.Texts[0].Text != c.label || got.Texts[1].Text != c.value || got.Texts[0].Length != c.width) {
			t.Errorf("%q: got %+v", c.label, got)
		}
		var endpoint map[string]any
		if err := json.Unmarshal([]byte(data.String()), &endpoint); err != nil || fmt.Sprint(endpoint["schemaVersion"], endpoint["color"]) != "1yellow" || len(endpoint) != 4 {
			t.Errorf("%q: %v: %s", c.label, err, data.String())
		}
	}
}

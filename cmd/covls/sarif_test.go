package main

import (
	"encoding/json"
	"testing"
)

// TestReportSARIF holds what code scanning says of functions against what `covls gaps` says.
func TestReportSARIF(t *testing.T) {
	t.Parallel()
	dir := folderWith(t, shop)
	out, stderr, code := covls(t, "report", "--format", "sarif", "-C", dir)
	if code != 0 || stderr != "" {
		t.Fatalf("code %d: %s", code, stderr)
	}
	var log struct {
		Runs []struct {
			Results []struct {
				RuleID  string
				Message struct{ Text string }
			}
		}
	}
	if err := json.Unmarshal([]byte(out), &log); err != nil {
		t.Fatal(err)
	}
	var got, want []string
	for _, r := range log.Runs[0].Results {
		if r.RuleID == "uncovered-function" {
			got = append(got, r.Message.Text)
		}
	}
	out, _, _ = covls(t, "gaps", "--format", "json", "-C", dir)
	var rows struct{ Gaps []row }
	if err := json.Unmarshal([]byte(out), &rows); err != nil {
		t.Fatal(err)
	}
	for _, g := range rows.Gaps {
		want = append(want, g.Message)
	}
	if len(want) != 3 {
		t.Fatalf("%d gaps, want 3", len(want))
	}
	same(t, "messages", got, want)
}

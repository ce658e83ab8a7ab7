package diag

import (
	"fmt"
	"strings"

	"github.com/covls/covls/workspace"
)

// RunWords says what a run of the tests has made of functions: "3 functions covered, 1 lost since 14:02". The time is the machine's own.
func RunWords(r *workspace.Run) string {
	var parts []string
	if r.CoveredTotal > 0 {
		parts = append(parts, plural(r.CoveredTotal, "function")+" covered")
	}
	switch {
	case r.LostTotal > 0 && len(parts) > 0:
		parts = append(parts, fmt.Sprintf("%d lost", r.LostTotal))
	case r.LostTotal > 0:
		parts = append(parts, plural(r.LostTotal, "function")+" lost")
	}
	since, at := r.Since.Local(), r.At.Local()
	form := "15:04"
	if since.YearDay() != at.YearDay() || since.Year() != at.Year() {
		form = "2006-01-02 15:04"
	}
	return strings.Join(parts, ", ") + " since " + since.Format(form)
}

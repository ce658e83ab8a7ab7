package diag

import (
	"fmt"
	"strings"

	"github.com/covls/covls/advice"
)

// AdviceWords says what is known of how to test a function: "called by Execute, which is tested; like GenFish, tested by TestGenFish
// in fish_test.go:12"; "" where nothing is. Code shows names of the source, prose what a comment says.
func AdviceWords(a advice.Advice, code, prose func(string) string) string {
	var out []string
	switch a.Deprecated {
	case "":
	case ".":
		out = append(out, "deprecated")
	default:
		out = append(out, "deprecated: "+prose(a.Deprecated))
	}
	if a.Caller != "" {
		text := "used by " + code(a.Caller)
		if a.Calls {
			text = "called by " + code(a.Caller)
		}
		switch {
		case a.Tested:
			text += ", which is tested"
		case a.Known:
			text += ", which is not tested either"
		}
		out = append(out, text)
	}
	if a.Unused {
		out = append(out, "nothing in the package uses it")
	}
	if m := a.Model; m != nil {
		out = append(out, fmt.Sprintf("like %s, tested by %s in %s", code(m.Function), code(m.Test), code(fmt.Sprintf("%s:%d", m.File, m.Line))))
	}
	return strings.Join(out, "; ")
}

package diag

import (
	"fmt"
	"strings"

	"github.com/covls/covls/advice"
)

// AdviceWords says what is known of how to test a function: "called by Execute, which is tested; like GenFish, tested by TestGenFish
// in fish_test.go:12"; "" where nothing is. Code shows names of the source.
func AdviceWords(a advice.Advice, code func(string) string) string {
	var out []string
	if len(a.Callers) > 0 {
		c := &a.Callers[0]
		text := "used by " + code(c.Name)
		if c.Calls {
			text = "called by " + code(c.Name)
		}
		switch {
		case c.Tested:
			text += ", which is tested"
		case c.Known:
			text += ", which is not covered either"
		}
		out = append(out, text)
	}
	if m := a.Model; m != nil {
		out = append(out, fmt.Sprintf("like %s, tested by %s in %s", code(m.Function), code(m.Test), code(fmt.Sprintf("%s:%d", m.File, m.Line))))
	}
	return strings.Join(out, "; ")
}

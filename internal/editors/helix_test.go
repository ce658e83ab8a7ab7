package editors

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"
)

// helix is Helix on the project's file.
type helix struct {
	*Screen
	*testing.T
}

var (
	helixAt  = regexp.MustCompile(`(?m) (\d+):(\d+)\s*$`)
	helixRow = regexp.MustCompile(`uncovered\s+(\S+ (?:is|was) not tested .*?)\s*│`)
)

// press presses keys in normal mode. An Escape and a key that come at once would be one key.
func (h *helix) press(keys ...string) {
	h.Helper()
	normal := func(text string) bool { return strings.Contains(text, " NOR ") && !strings.Contains(text, "──") }
	if !normal(h.Text()) {
		h.Keys(h.T, "Escape")
	}
	h.Wait(h.T, "normal mode, and no list", normal)
	h.Keys(h.T, keys...)
}

func (h *helix) run(command string) {
	h.Helper()
	h.press(":")
	h.Type(h.T, command)
	h.Keys(h.T, "Enter")
}

// at waits until the cursor is in a line.
func (h *helix) at(line string) {
	h.Helper()
	h.Wait(h.T, "line "+line, func(text string) bool {
		at := helixAt.FindStringSubmatch(text)
		return at != nil && at[1] == line
	})
}

// mark waits for a diagnostic that has a text, in the list of them, and returns what it says.
func (h *helix) mark(text string) string {
	h.Helper()
	row := ""
	Poll(func() bool {
		h.press("Space", "d")
		shown := h.Wait(h.T, "the list of diagnostics", func(text string) bool { return strings.Contains(text, "┌") })
		if m := helixRow.FindStringSubmatch(shown); m != nil && strings.Contains(m[1], text) {
			row = m[1]
		}
		h.Keys(h.T, "Escape")
		return row != ""
	})
	return row
}

// choose goes through a menu, where nothing is chosen yet, to the entry that has a text, and takes it.
func (h *helix) choose(text string) {
	h.Helper()
	style := func() string {
		before, _, _ := strings.Cut(h.Colors(), text)
		return before[strings.LastIndex(before, " ")+1:]
	}
	plain := style()
	for range 40 {
		h.Keys(h.T, "Tab")
		if !poll(100*time.Millisecond, func() bool { return style() != plain }) {
			continue
		}
		h.Keys(h.T, "Enter")
		return
	}
	h.Fatalf("%s was never chosen:\n%s", text, h.Text())
}

func TestHelix(t *testing.T) {
	t.Parallel()
	Each(t, "helix", func(t *testing.T, e Editor) {
		d := NewDesk(t)
		tour := d.Project.Tour(t)
		// Helix takes the last newline off the output of a command.
		d.Write(t, "above", "// one\n// two\n// three\n\n")
		d.Write(t, "inside", "\t_ = 1\n\n")
		d.Write(t, ".config/helix/languages.toml", Setup(t, "Helix", "toml"))
		start := func() *helix {
			h := &helix{d.Screen(t, e, nil, "bash_completions.go:701:25"), t}
			h.Resize(t, 320, 48)
			h.at("701")
			return h
		}
		// to goes to a line, presses keys there, and returns the line in which the cursor is then.
		to := func(h *helix, line int, keys ...string) (at string) {
			t.Helper()
			h.run(fmt.Sprint("goto ", line))
			h.at(fmt.Sprint(line))
			h.Keys(t, keys...)
			h.Wait(t, "a jump", func(text string) bool {
				m := helixAt.FindStringSubmatch(text)
				if m == nil || m[1] == fmt.Sprint(line) {
					return false
				}
				at = m[1]
				return true
			})
			return at
		}
		// mark is the diagnostic with a text, and the line in which the editor's key finds it.
		mark := func(h *helix, text string) []string {
			t.Helper()
			listed := h.mark(text)
			return []string{to(h, 1, "]", "d") + " " + listed}
		}
		seen := Seen{}
		h := start()
		h.Shows(t, "is not tested by its own package (5 statements)")
		seen["marks"] = mark(h, "5 statements")
		seen["jump"] = []string{"bash_completions.go:" + to(h, 480, "]", "d")}

		// One server alone answers a hover, the first of those that can.
		tour.Want("hover", "func (c *Command) GenBashCompletionFile(filename string) error")
		h.run("goto 701")
		h.press("z", "t") // so that there is room for menus
		h.press("3", "0", "l")
		h.press("Space", "k")
		seen["hover"] = []string{h.Shows(t, "func (c *Command) GenBashCompletionFile(filename string) error")}
		h.press("Space", "a")
		seen["action"] = []string{h.Shows(t, "out of coverage")}
		h.choose(" Leave ")
		seen["acted"] = []string{h.Shows(t, "//coverage:ignore")}
		h.press("u")
		h.Lacks(t, "//coverage:ignore")
		h.Shows(t, "is not tested by its own package (5 statements)")

		d.Project.Replace(t, tour.NewProfile)
		seen["replaced"] = mark(h, "writeFlag")
		h.run("goto 1")
		h.run("insert-output cat ~/above")
		h.Shows(t, "// three")
		seen["moved"] = mark(h, "writeFlag")
		h.run(fmt.Sprint("goto ", tour.InsideMoved))
		h.press("x")
		h.run("append-output cat ~/inside")
		seen["stale"] = mark(h, "stale")
		h.run("q!")
		h.Ended(t)

		tour.EditOnDisk(t)
		h = start()
		seen["restarted"] = mark(h, "stale")
		h.run("q!")
		h.Ended(t)
		tour.Hold(t, seen)
		d.Check(t)
	})
}

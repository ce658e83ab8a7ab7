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
	helixAt   = regexp.MustCompile(`(?m) (\d+):(\d+)\s*$`)
	helixHint = regexp.MustCompile(`GenBashCompletionFile\(filename string\) error \{ 0/5`)
	helixRow  = regexp.MustCompile(`uncovered\s+(\S+ (?:is|was) not tested .*?)\s*│`)
)

// helixNormal tells that a screen shows normal mode, and no list.
func helixNormal(text string) bool {
	return strings.Contains(text, " NOR ") && !strings.Contains(text, "──")
}

// escape leaves a list or a mode, and waits until it is left: an Escape and a key that come at once would be one key.
func (h *helix) escape() {
	h.Helper()
	h.Keys(h.T, "Escape")
	h.Wait(h.T, "normal mode, and no list", helixNormal)
}

// press presses keys in normal mode. A list that is about to go is left alone.
func (h *helix) press(keys ...string) {
	h.Helper()
	if !poll(time.Second, func() bool { return helixNormal(h.Text()) }) {
		h.escape()
	}
	h.Keys(h.T, keys...)
}

// run runs a command, and waits until its line is gone: keys that come while Helix runs a program may be lost.
func (h *helix) run(command string) {
	h.Helper()
	h.press(":")
	h.Type(h.T, command)
	h.Shows(h.T, ":"+command)
	h.Keys(h.T, "Enter")
	h.Lacks(h.T, ":"+command)
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
		h.escape()
		return row != ""
	})
	return row
}

// helixEntry is the beginning of an entry in a menu of actions, of covls and of gopls.
var helixEntry = regexp.MustCompile(` (?:Browse|Show|Split|Add|Extract|Create|Go to|Leave|covls:) `)

// choose opens the menu of actions, goes to the entry that begins with a text, takes it, and returns what the screen showed. Where
// a server has not answered in time, Helix shows no menu, and is asked again.
// The entry that is chosen is the one in other colours than the rest.
func (h *helix) choose(text string) string {
	h.Helper()
	h.Wait(h.T, "a menu", func(string) bool {
		h.press("Space", "a")
		return poll(5*time.Second, func() bool { return len(helixEntry.FindAllString(h.Text(), -1)) > 2 })
	})
	chosen := func() bool {
		of, count := "", map[string]int{}
		for line := range strings.Lines(h.Colors()) {
			if at := helixEntry.FindStringIndex(line); at != nil {
				g := ground(line[:at[0]])
				count[g]++
				if strings.HasPrefix(line[at[0]:], text) {
					of = g
				}
			}
		}
		return len(count) > 1 && count[of] == 1
	}
	for range 40 {
		if poll(100*time.Millisecond, chosen) {
			shown := h.Text()
			h.Keys(h.T, "Enter")
			return shown
		}
		h.Keys(h.T, "BTab") // covls is the last of the servers
	}
	h.Fatalf("%s was never chosen:\n%s", text, h.Text())
	return ""
}

var sgr = regexp.MustCompile(`\x1b\[([0-9;]*)m`)

// ground is in which colours a text goes on: what is set of foreground, background and reversal.
func ground(text string) string {
	var fore, back, reverse string
	for _, m := range sgr.FindAllStringSubmatch(text, -1) {
		codes := strings.Split(m[1], ";")
		switch c := codes[0]; {
		case c == "38":
			fore = m[1]
		case c == "48":
			back = m[1]
		case c == "7":
			reverse = c
		case c == "27":
			reverse = ""
		case c == "39":
			fore = ""
		case c == "49":
			back = ""
		case c == "0" || c == "":
			fore, back, reverse = "", "", ""
		case len(c) == 2 && c[0] == '3' || len(c) == 2 && c[0] == '9':
			fore = c
		case len(c) == 2 && c[0] == '4' || len(c) == 3:
			back = c
		}
	}
	return fmt.Sprintf("%q", []string{fore, back, reverse})
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
		config := Setup(t, "Helix", "toml", 1)
		keys := e.Era == "debian14"
		if keys {
			config += Setup(t, "Helix", "toml", 2)
		}
		d.Write(t, ".config/helix/config.toml", config)
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
		h.Wait(t, "a sign in the gutter", func(text string) bool { return strings.Contains(text, "● 701 ") })
		seen["marks"] = mark(h, "5 statements")
		seen["jump"] = []string{"bash_completions.go:" + to(h, 480, "]", "d")}

		// One server alone answers a hover, the first of those that can.
		tour.Want("hover", "func (c *Command) GenBashCompletionFile(filename string) error")
		h.run("goto 701")
		h.press("z", "t") // so that there is room for menus
		h.Wait(t, "a hint", helixHint.MatchString)
		h.press("3", "0", "l")
		h.press("Space", "k")
		seen["hover"] = []string{h.Shows(t, "func (c *Command) GenBashCompletionFile(filename string) error")}
		seen["action"] = []string{h.choose(" Leave ")}
		seen["acted"] = []string{h.Shows(t, "//coverage:ignore")}
		h.press("u")
		h.Lacks(t, "//coverage:ignore")
		h.Shows(t, "is not tested by its own package (5 statements)")

		// The server's own jumps and texts are actions, and keys. Where an editor does not let it show them, it says where they
		// are.
		h.run("goto 690")
		h.at("690")
		h.press("z", "t")
		h.choose(" covls: next gap: ")
		if keys {
			h.at("701")
			h.run("goto 690")
			h.at("690")
			h.press("F8")
			h.at("701")
			h.press("F9")
			h.Shows(t, "# Coverage")
			h.run("buffer-close")
			h.Shows(t, "bash_completions.go")
		} else {
			h.Shows(t, "(5 statements): bash_completions.go:701")
		}
		h.run("goto 1")
		h.at("1")
		h.choose(" covls: show the gap report")
		h.Shows(t, "report.md")
		if keys {
			h.run("buffer-close")
		}
		d.Project.Replace(t, tour.NewProfile)
		seen["replaced"] = mark(h, "writeFlag")
		h.run("goto 1")
		h.run("insert-output cat ~/above")
		h.Shows(t, "// three")
		seen["moved"] = mark(h, "writeFlag")
		h.run(fmt.Sprint("goto ", tour.InsideMoved))
		h.press("x")
		h.run("append-output cat ~/inside")
		h.Shows(t, "_ = 1")
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

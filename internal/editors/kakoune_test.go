package editors

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// TestKakoune has Kakoune, which knows no LSP by itself, show what covls gaps prints.
func TestKakoune(t *testing.T) {
	t.Parallel()
	Each(t, "kakoune", func(t *testing.T, e Editor) {
		d := NewDesk(t)
		tour := d.Project.Tour(t)
		d.Write(t, ".config/kak/kakrc", Setup(t, "Kakoune", "kak"))
		s := d.Screen(t, e, nil, "bash_completions.go")
		run := func(command string) {
			t.Helper()
			s.Type(t, ":"+command)
			s.Keys(t, "Enter")
		}
		// lint waits until the linter's message is the one to which the editor's command goes.
		lint := func(want ...string) {
			t.Helper()
			run("lint-buffer")
			s.Wait(t, strings.Join(want, ", "), func(string) bool {
				run("lint-next-message")
				return poll(500*time.Millisecond, func() bool {
					text := s.Text()
					return !slices.ContainsFunc(want, func(w string) bool { return !strings.Contains(text, w) })
				})
			})
		}
		s.Shows(t, "bash_completions.go 1:1")
		lint("bash_completions.go 701:", "(*Command).GenBashCompletionFile is not tested by its own package (5 statements)")
		s.Wait(t, "a flag beside the line", func(text string) bool {
			for line := range strings.Lines(text) {
				if strings.Contains(line, "!") && strings.Contains(line, "func (c *Command) GenBashCompletionFile") {
					return true
				}
			}
			return false
		})
		run("covls-gaps")
		s.Shows(t, "*grep*", "command.go:1501:19: (*Command).DebugFlags is not tested by its own package (21 statements)")
		run("grep-next-match")
		s.Shows(t, "command.go 1501:19")
		run("edit bash_completions.go")
		s.Shows(t, "bash_completions.go 701:")
		d.Project.Replace(t, tour.NewProfile)
		lint("bash_completions.go 508:", "writeFlag is not tested by its own package (10 statements)")
		run("quit!")
		s.Ended(t)
	})
}

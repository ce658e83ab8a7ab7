package editors

import (
	"maps"
	"regexp"
	"strings"
	"testing"
)

// TestVim has Vim with ALE show the project.
func TestVim(t *testing.T) {
	t.Parallel()
	Each(t, "vim", func(t *testing.T, e Editor) {
		d := NewDesk(t)
		tour := d.Project.Tour(t)
		d.Write(t, ".vimrc", "set nocompatible hidden noswapfile\nfiletype plugin on\npackadd ale\n"+Setup(t, "Vim", "vim"))
		run := func(step string) *Screen {
			return d.Screen(t, e, append(tour.Env(), "COVLS_E2E_STEP="+step), "-S", Root(t, "internal/editors/testdata/vim.vim"))
		}
		// Two servers answer, and the last answer is what ALE shows.
		tour.Want("hover", "Not tested by its own package", "5 statements")
		s := run("tour")
		// ALE asks for one server's actions after the other's, in the order of their answers; a number of none takes none.
		offered := ""
		Poll(func() bool {
			text := strings.TrimSpace(s.Text())
			menu := text[max(0, strings.LastIndex(text, "Code Fixes:")):]
			if strings.HasSuffix(menu, "(empty cancels):") {
				number := "0"
				if m := vimLeave.FindStringSubmatch(menu); m != nil {
					offered, number = menu, m[1]
				}
				s.Keys(t, number)
				s.Shows(t, "(empty cancels): "+number)
				s.Keys(t, "Enter")
			}
			return s.dead()
		})
		s.Ended(t)
		seen := tour.Read(t, "")
		seen["action"] = []string{offered}
		tour.EditOnDisk(t)
		run("again").Ended(t)
		maps.Copy(seen, tour.Read(t, ""))
		tour.Hold(t, seen)
		for step, want := range map[string]string{
			"gutter": "ALEWarningSign",
			"list":   "bash_completions.go|701 col 19-39 warning| uncovered: (*Command).GenBashCompletionFile is not tested",
			"status": "'warning': 1, 'total': 1",
			// From a folder inside of the project, with no server at all.
			"quickfix":   "util.go|51 col 17| byName.Swap is not tested by its own package (1 statement)",
			"quickfixed": "util.go:51",
		} {
			if got := settled(strings.Join(seen[step], "\n")); !strings.Contains(got, want) {
				t.Errorf("%s: %s, want %s", step, got, want)
			}
		}
		d.Check(t)
	}, "ale")
}

var vimLeave = regexp.MustCompile(`(\d+)\) Leave .* out of coverage`)

package main

import (
	"bufio"
	"fmt"
	"regexp"

	"github.com/spf13/cobra"

	"github.com/covls/covls/escape"
	"github.com/covls/covls/gap"
	"github.com/covls/covls/source"
	"github.com/covls/covls/workspace"
)

// gapVerdict is what became of a gap, in JSON.
type gapVerdict struct {
	ID    string    `json:"id"`
	State gap.State `json:"state"`
	File  string    `json:"file"`
	Name  string    `json:"name"`
	Line  uint32    `json:"line"`
	// Missed of Total statements or lines are not covered.
	Missed int `json:"missed"`
	Total  int `json:"total"`
}

func newVerify(io *streams, in *input) *cobra.Command {
	c := &cobra.Command{
		Use:   "verify ID...",
		Short: "Say what became of gaps, by their identities",
		Long: `Say what became of gaps, by the identities that covls gaps --format json has:

  closed   all of it is covered
  partial  some of it is
  open     nothing of it is
  gone     nothing here has that identity: deleted, renamed,
           moved, left out, or misspelled
  stale    the function has changed since the tests ran
  not run  it is new since the tests ran, or no profile says anything of it

The identity of a function is its file and its name. That of a part of a function
is which of the function's parts it begins with: where code was put before it,
that is another one.

It exits 0 if all are closed, 1 if some are partial or open, else 2: it can't be
known of some.`,
		Example: `  covls verify 3b68aa821401d910
  covls verify $(covls gaps --format json | jq -r '.gaps[:3][].id')`,
		Args: arguments(1, -1, "3b68aa821401d910"),
	}
	format := formatFlag(c, "text", "text", "json")
	identity := regexp.MustCompile(`^[0-9a-f]{16}$`)
	c.RunE = func(c *cobra.Command, ids []string) error {
		how, err := format()
		if err != nil {
			return err
		}
		for _, id := range ids {
			if !identity.MatchString(id) {
				return fmt.Errorf("%q is no identity of a gap: want 16 hexadecimal digits, as `covls gaps --format json` prints them", id)
			}
		}
		l, err := in.need(c.Context(), io)
		if err != nil {
			return err
		}
		l.sayMissing(io)
		l.sayTexts(io)
		found := gap.Find(l.snap, ids)
		if err := elsewhere(c, l.snap, found); err != nil {
			return err
		}
		code := 0
		out := make([]gapVerdict, len(found))
		for i := range found {
			v := &found[i]
			switch v.State {
			case gap.Closed:
			case gap.Partial, gap.Open:
				code = exitGate
			case gap.Gone, gap.Stale, gap.NotRun:
				if code == 0 {
					code = exitWrong
				}
			}
			out[i] = gapVerdict{v.ID, v.State, escape.Line(v.File), escape.Line(v.Func), v.Line, v.Missed, v.Of}
		}
		w := bufio.NewWriter(io.out)
		if how == "json" {
			err = writeJSON(w, map[string]any{"gaps": out})
		} else {
			for i := range found {
				if _, err = fmt.Fprintf(w, "%s %s\n", found[i].ID, escape.Line(found[i].String())); err != nil {
					break
				}
			}
		}
		if err == nil {
			err = w.Flush()
		}
		if err != nil {
			return fmt.Errorf("write what became of the gaps: %w", err)
		}
		if code != 0 {
			return exitError(code)
		}
		return nil
	}
	return c
}

// elsewhere looks for those that are gone in files that no profile names.
func elsewhere(c *cobra.Command, snap *workspace.Snapshot, found []gap.Verdict) error {
	gone := func() bool {
		for i := range found {
			if found[i].State == gap.Gone {
				return true
			}
		}
		return false
	}
	if !gone() {
		return nil
	}
	paths, _, err := snap.AllUnmeasured(c.Context())
	if err != nil {
		return fmt.Errorf("look for files that no profile names: %w", err)
	}
	for _, path := range paths {
		f := snap.FolderOf(path)
		if f == nil || !gone() {
			continue
		}
		text, err := source.ReadInside([]string{f.Dir}, path, f.Settings.Limits.SourceBytes)
		if err != nil {
			continue // it has no functions that anybody could tell
		}
		if parsed, _ := source.Parse(path, text); parsed != nil {
			gap.Elsewhere(found, snap.Name(path), parsed.Funcs)
		}
	}
	return nil
}

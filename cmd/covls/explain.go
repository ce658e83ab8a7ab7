package main

import (
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/covls/covls/diag"
	"github.com/covls/covls/escape"
	"github.com/covls/covls/priority"
	"github.com/covls/covls/report"
	"github.com/covls/covls/source"
	"github.com/covls/covls/text"
	"github.com/covls/covls/workspace"
)

func newExplain(io *streams, in *input) *cobra.Command {
	c := &cobra.Command{
		Use:   "explain FILE",
		Short: "Print the sum behind a file's tier",
		Long: `Print why a file has its tier, in numbers that can be checked: how far it is from
its target, what its role and its rule make of that, and where it stands among
the files of its component.

FILE is a path, relative to the working directory or to -C, or as a report prints
it, which may be of a file that is not on this disk; or the end of one, as long
as no other file ends so.`,
		Example: `  covls explain server/session.go
  covls explain session.go --format json`,
		Args: arguments(1, 1, "server/session.go"),
	}
	format := formatFlag(c, "text", "text", "json")
	c.RunE = func(c *cobra.Command, args []string) error {
		how, err := format()
		if err != nil {
			return err
		}
		l, err := in.need(c.Context(), io)
		if err != nil {
			return err
		}
		s, f, before, err := find(l.snap, args[0])
		if err != nil {
			return err
		}
		if before {
			io.say(fmt.Sprintf("%s is %s here", escape.Line(args[0]), escape.Line(s.Path)))
		}
		if how == "json" {
			err = writeReason(io.out, s, f)
		} else {
			_, err = fmt.Fprint(io.out, escape.Plain(report.Explain(l.snap, s, f)))
		}
		if err != nil {
			return fmt.Errorf("write the explanation: %w", err)
		}
		return nil
	}
	return c
}

func writeReason(w *os.File, s *priority.Standing, f *workspace.File) error {
	reason, unknown := s.Sentence(), 0
	if f != nil {
		reason, unknown = f.Reason(), len(f.Unknown)
	}
	out := struct {
		Schema  int             `json:"schema"`
		Path    string          `json:"path"`
		Tier    string          `json:"tier"`
		Percent *report.Percent `json:"percent"`
		Reason  string          `json:"reason"`
		// UnknownFunctions is described at report.File.
		UnknownFunctions int           `json:"unknown_functions"`
		ReasonData       report.Reason `json:"reason_data"`
	}{Schema: report.Schema, Path: s.Path, Tier: string(s.Tier), Reason: reason, UnknownFunctions: unknown, ReasonData: report.NewReason(s)}
	if p, ok := s.Total.Percent(); ok {
		out.Percent = (*report.Percent)(&p)
	}
	return writeJSON(w, out)
}

// find returns the standing of the file that an argument names, and the file; nil where a rule leaves it
// out. Before tells that only profiles call it so. The error says what else may be meant.
func find(snap *workspace.Snapshot, arg string) (s *priority.Standing, f *workspace.File, before bool, err error) {
	folder := snap.Folders[0]
	standings := map[string]*priority.Standing{}
	if ranking := snap.Ranks[folder.Dir]; ranking != nil {
		for i := range ranking.Files {
			standings[ranking.Files[i].Path] = &ranking.Files[i]
		}
	}
	files := map[string]*workspace.File{}
	for _, f := range slices.Concat(slices.Collect(maps.Values(snap.Files)), snap.Lost) {
		files[f.Name] = f
	}
	name, err := nameOf(slices.Sorted(maps.Keys(standings)), spellings(snap, arg), arg)
	if err != nil {
		if f := calledBefore(snap, arg); f != nil && standings[f.Name] != nil {
			return standings[f.Name], f, true, nil
		}
		for _, p := range absolutes(folder.Dir, arg) {
			rel := snap.Name(p)
			info, statErr := os.Stat(p)
			switch m := missingAt(snap, p); {
			case statErr != nil:
			case m != nil:
				return nil, nil, false, fmt.Errorf("%s is not measured: %s", rel, diag.MissingWords(m))
			case info.IsDir() && filepath.IsLocal(rel) && rel != ".":
				return nil, nil, false, fmt.Errorf("%s is a folder: name a file in it", rel)
			case filepath.IsLocal(filepath.FromSlash(rel)) && folder.Excludes(rel):
				return nil, nil, false, fmt.Errorf("the setting `exclude` leaves %s out of everything", rel)
			case snap.Unmeasured(p):
				return nil, nil, false, fmt.Errorf("%s is not measured: no profile names it, so nobody knows what of it ran", rel)
			case source.IsTest(rel):
				return nil, nil, false, fmt.Errorf("%s has tests, of which no profile says what ran", rel)
			}
		}
		return nil, nil, false, err
	}
	return standings[name], files[name], false, nil
}

// calledBefore returns the only file that profiles call by a name that ends in an argument; nil where there is none.
func calledBefore(snap *workspace.Snapshot, arg string) *workspace.File {
	given := path.Clean(filepath.ToSlash(arg))
	var found *workspace.File
	for f := range diag.Named(snap) {
		for _, p := range f.Parts {
			switch name := path.Clean(filepath.ToSlash(p.File.Name)); {
			case name != given && !strings.HasSuffix(name, "/"+strings.TrimPrefix(given, "/")):
			case found != nil && found != f:
				return nil
			default:
				found = f
			}
		}
	}
	return found
}

// missingAt returns the package that a path is of, or of a file of, where it has tests and is in no profile; nil elsewhere.
func missingAt(snap *workspace.Snapshot, p string) *workspace.Missing {
	for i := range snap.Missing {
		if m := &snap.Missing[i]; m.Path == p || m.Package != "" && m.Path == filepath.Dir(p) && filepath.Ext(p) == ".go" {
			return m
		}
	}
	return nil
}

// spellings are what the file that an argument means may be called in a report, the likeliest first.
func spellings(snap *workspace.Snapshot, arg string) []string {
	var out []string
	for _, p := range absolutes(snap.Folders[0].Dir, arg) {
		out = append(out, snap.Name(p))
		if real, err := filepath.EvalSymlinks(p); err == nil {
			out = append(out, snap.Name(real))
		}
	}
	return append(out, arg)
}

// absolutes are the places on disk that an argument may mean, the likeliest first.
func absolutes(dir, arg string) []string {
	if filepath.IsAbs(arg) {
		return []string{filepath.Clean(arg)}
	}
	var out []string
	if p, err := filepath.Abs(arg); err == nil {
		out = append(out, p)
	}
	return append(out, filepath.Join(dir, arg))
}

// nameOf picks, of sorted names, the one that is spelt so, else the only one that ends so.
func nameOf(names, spellings []string, arg string) (string, error) {
	for _, s := range spellings {
		if _, ok := slices.BinarySearch(names, s); ok {
			return s, nil
		}
	}
	given := path.Clean(filepath.ToSlash(arg))
	end := "/" + strings.TrimPrefix(given, "/")
	var ends []string
	for _, n := range names {
		if strings.HasSuffix(n, end) {
			ends = append(ends, n)
		}
	}
	const most = 5
	switch n := len(ends); {
	case n == 1:
		return ends[0], nil
	case n > most:
		return "", fmt.Errorf("%s may be any of %d files: %s and %d more; give more of the path", arg, n, strings.Join(ends[:most], ", "), n-most)
	case n > 1:
		return "", fmt.Errorf("%s may be any of %d files: %s; give more of the path", arg, n, strings.Join(ends, ", "))
	}
	if near := nearest(names, given); near != "" {
		return "", fmt.Errorf("no profile names %s; did you mean %s?", arg, near)
	}
	return "", fmt.Errorf("no profile names %s; `covls report --format json` lists the files that profiles name, `covls doctor` says what was not found", arg)
}

// nearest returns the name whose last part is at most a third away from that of a path, whatever its
// case, and whose folders are the likest; "" where none is.
func nearest(names []string, given string) string {
	const longest = 255
	fold := func(p string) (dir, base string) {
		dir, base = path.Split(strings.ToLower(p))
		return dir[max(0, len(dir)-longest):], base
	}
	dir, base := fold(given)
	if base == "" || len(base) > longest {
		return ""
	}
	type place struct{ base, dir int }
	best, least := "", place{max(1, len(base)/3) + 1, 0}
	for _, n := range names {
		d, b := fold(n)
		if len(b) > longest {
			continue
		}
		at := place{base: text.Distance(base, b)}
		if at.base > least.base || at.base == least.base && best == "" {
			continue
		}
		at.dir = text.Distance(dir, d)
		if at.base < least.base || at.dir < least.dir {
			best, least = n, at
		}
	}
	return best
}

package gate

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/covls/covls/config"
	"github.com/covls/covls/diag"
	"github.com/covls/covls/priority"
	"github.com/covls/covls/profile"
	"github.com/covls/covls/workspace"
)

// Ask is what a user asks for beside the settings.
type Ask struct {
	// Total is what all files together must reach, in percent, whatever the settings say; nil leaves it
	// to them.
	Total *float64
	// Files holds every file against its target.
	Files bool
	// Partial tells that the profiles are of a part of the tests: packages that have tests may be missing.
	Partial bool
	// Named tells that the user named the profiles, so that one which is something else is wrong.
	Named bool
	// Stale lets profiles pass that are of other texts than those on disk.
	Stale bool
}

// Of returns the gates of a snapshot's first folder: those that its settings set, and what is asked for.
// The snapshot must have a folder.
func Of(snap *workspace.Snapshot, ask Ask) Gates {
	g := Gates{Files: ask.Files, Ruled: map[string]bool{}}
	f := snap.Folders[0]
	if _, set := f.Settings.Place("target", -1); set > 0 || len(f.Settings.Components) == 0 {
		g.Total, g.Unset = &f.Settings.Target, f.Settings.Origin("target") == "default"
	}
	if ask.Total != nil {
		g.Total, g.Unset = ask.Total, false
	}
	for _, c := range f.Settings.Components {
		g.Components = append(g.Components, c.Name)
	}
	rule := func(f *workspace.File) {
		if r := f.Standing.Rule; r != nil && r.Target != nil {
			g.Ruled[f.Name] = true
		}
	}
	for _, f := range snap.Files {
		rule(f)
	}
	for _, f := range snap.Lost {
		rule(f)
	}
	g.Faults = slices.Concat(settingFaults(snap, f), unmatched(snap, f), unread(snap, ask.Named))
	if !ask.Partial {
		g.Faults = append(g.Faults, unmeasured(snap)...)
	}
	if !ask.Stale {
		g.Faults = append(g.Faults, ofOtherTexts(snap)...)
	}
	return g
}

// unmeasured are the packages that have tests and are in no profile.
func unmeasured(snap *workspace.Snapshot) []Breach {
	var out []Breach
	for i := range snap.Missing {
		m := &snap.Missing[i]
		out = append(out, Breach{Gate: Unmeasured, Path: m.Name, Text: diag.MissingWords(m) + " (--partial accepts a profile of a part, the setting exclude leaves the package out)"})
	}
	return out
}

// ofOtherTexts are the profiles that are of other texts than those on disk, which would be judged in their place, where no
// other profile is of these and not all of it stands there.
func ofOtherTexts(snap *workspace.Snapshot) []Breach {
	var out []Breach
	texts := snap.AllTexts()
	for _, p := range snap.Profiles {
		name := diag.ProfileName(p)
		if text := texts[p].Sentence(name); texts[p].Alone > 0 && texts[p].Matters() {
			out = append(out, Breach{Gate: Text, Path: name, Text: strings.TrimPrefix(text, name+" ") + "; run the tests again, or let it pass with --allow-stale"})
		}
	}
	return out
}

// settingFaults are the settings that are wrong.
func settingFaults(snap *workspace.Snapshot, f *workspace.Folder) []Breach {
	var out []Breach
	for _, p := range f.Problems {
		if p.Severity == config.SeverityInformation {
			continue
		}
		b := Breach{Gate: Setting, Path: config.FileName, Line: p.Line, Text: p.Text}
		if path, ok := strings.CutSuffix(p.Where, fmt.Sprintf(":%d:%d", p.Line, p.Col)); ok {
			b.Path = snap.Name(path)
		}
		out = append(out, b)
	}
	return out
}

// unmatched are the rules and components that have no file, and the mappings that are for no profile.
func unmatched(snap *workspace.Snapshot, f *workspace.Folder) []Breach {
	var out []Breach
	add := func(key string, element int, text string) {
		b := Breach{Gate: Rule, Path: config.FileName, Text: text}
		if path, line := f.Settings.Place(key, element); line > 0 {
			b.Path, b.Line = snap.Name(path), line
		}
		out = append(out, b)
	}
	for _, i := range diag.IdleMappings(snap, f) {
		add("path", i, diag.IdleWords(f.Settings.Paths[i]))
	}
	ranking := snap.Ranks[f.Dir]
	if ranking == nil || len(ranking.Files) == 0 {
		return out
	}
	names := "; they name " + ranking.Files[0].Path // which is what globs are held against
	for i, c := range f.Settings.Components {
		if !slices.ContainsFunc(ranking.Files, func(s priority.Standing) bool { return s.Component == c.Name }) {
			add("component", i, fmt.Sprintf("the component %q has no file: the profiles name none like %s%s", c.Name, quoted(c.Include), names))
		}
	}
	for _, i := range ranking.Unmatched {
		add("rule", i, "the rule has no file: the profiles name none like "+quoted(f.Settings.Rules[i].Paths)+names)
	}
	return out
}

func quoted(globs []string) string {
	out := make([]string, len(globs))
	for i, g := range globs {
		out[i] = strconv.Quote(g)
	}
	return strings.Join(out, ", ")
}

// unread are the profiles that can't be read. A file that only has the name of one is none, unless the
// user named it.
func unread(snap *workspace.Snapshot, named bool) []Breach {
	var out []Breach
	for _, p := range snap.Profiles {
		if p.Trouble == nil || errors.Is(p.Trouble, profile.ErrFormat) && !named && p.Folder.Settings.Profiles == nil {
			continue
		}
		b := Breach{Gate: Profile, Path: diag.ProfileName(p)}
		b.Text = "the profile can't be read: "
		if at, ok := errors.AsType[*profile.Error](p.Trouble); ok {
			b.Line = at.Line
			b.Text += at.Err.Error()
		} else {
			b.Text += p.Trouble.Error()
		}
		out = append(out, b)
	}
	return out
}

package engine

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"

	"github.com/covls/covls/config"
	"github.com/covls/covls/diag"
	"github.com/covls/covls/workspace"
)

// mostTold is how many messages of one sort a load or a change of settings shows.
const mostTold = 10

// tellMore tells that of n messages of a sort only mostTold are shown.
func (e *Engine) tellMore(n int, of string) {
	if n > mostTold {
		e.tell(true, fmt.Sprintf("there are more than %d %s: the command covls.doctor lists them", mostTold, of))
	}
}

// tellProblems tells what is wrong with the settings.
func (e *Engine) tellProblems(problems []config.Problem) {
	told := 0
	for _, p := range problems {
		switch p.Severity {
		case config.SeverityError, config.SeverityWarning:
			if told++; told <= mostTold {
				e.tell(true, p.String())
			}
		default:
			e.note(p.String())
		}
	}
	e.tellMore(told, "problems of the settings")
}

// sayTroubles tells what keeps profiles from being shown as they are.
func (e *Engine) sayTroubles(troubles []error) {
	e.tellMore(len(troubles), "troubles with profiles")
	for _, err := range troubles[:min(len(troubles), mostTold)] {
		e.tell(!errors.Is(err, workspace.ErrUnfinished), err.Error())
	}
}

// sayProfiles tells, once each, of sources that covls failed at, what was odd in a profile, and of those none of whose
// files are here, and notes by which change of prefix files were found.
func (e *Engine) sayProfiles() {
	snap := e.store.Load()
	var texts []string
	for _, path := range slices.Sorted(maps.Keys(snap.Files)) {
		if fault := snap.Files[path].Fault; fault != nil && e.opts.Fault != nil {
			e.opts.Fault(fault)
		}
	}
	for _, p := range snap.Profiles {
		if text := diag.ProfileWarning(p); text != "" {
			texts = append(texts, text)
		}
	}
	for _, l := range diag.PathNotes(snap) {
		if l.Lost {
			if !e.tasks.running(reasonPackages) {
				texts = append(texts, l.Text)
			}
		} else if !e.saidPaths[l.Text] {
			e.saidPaths[l.Text] = true
			e.note(l.Text)
		}
	}
	e.tellMore(len(texts), "oddities of profiles")
	for _, text := range texts[:min(len(texts), mostTold)] {
		e.tell(true, text)
	}
}

// sayDeleted tells of the profiles that told something before and are not on disk any more.
func (e *Engine) sayDeleted(before *workspace.Snapshot) {
	kept := map[string]bool{}
	now := e.store.Load()
	for _, p := range now.Profiles {
		kept[p.Path] = true
	}
	for _, p := range before.Profiles {
		if p.Report == nil || kept[p.Path] {
			continue
		}
		if _, err := os.Lstat(p.Path); errors.Is(err, fs.ErrNotExist) {
			e.tell(false, before.Name(p.Path)+" was deleted, and what it said is not shown any more: run the tests with coverage to have it back")
		}
	}
}

// sayEmpty notes, once for each folder, that there is no profile and how to make one, where that is known.
func (e *Engine) sayEmpty(dir, how string) {
	if how == "" || len(profilesIn(e.searched[dir])) > 0 || e.saidEmpty[dir] {
		return
	}
	e.saidEmpty[dir] = true
	e.note(fmt.Sprintf("no coverage profile in %s yet; %s", dir, how))
}

package server

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/covls/covls/config"
	"github.com/covls/covls/diag"
	"github.com/covls/covls/engine"
	"github.com/covls/covls/escape"
	"github.com/covls/covls/priority"
	"github.com/covls/covls/profile"
	"github.com/covls/covls/source"
	"github.com/covls/covls/workspace"
)

// The states of covls/status.
const (
	stateLoading = "loading" // nothing to show yet
	stateEmpty   = "empty"   // there is no profile
	stateBroken  = "broken"  // there are profiles, and none could ever be read
	stateReady   = "ready"
)

// wireStatus is what covls/status tells.
type wireStatus struct {
	State   string `json:"state"`
	Loading bool   `json:"loading"`
	// Summary is of the unit of which there is more, Other of the other one; null where there is nothing to cover.
	Summary            *wireSummary `json:"summary"`
	Other              *wireSummary `json:"other"`
	Tiers              wireTiers    `json:"tiers"`
	UncoveredFunctions int          `json:"uncovered_functions"`
	// UnknownFunctions counts those of which nobody knows whether they are covered; they are in no figure.
	UnknownFunctions int `json:"unknown_functions"`
	// Unmeasured counts the packages that have tests and are in no profile.
	Unmeasured int  `json:"unmeasured"`
	Stale      bool `json:"stale"`
	// SinceLastRun is what the last run of the tests made of functions; null where that is nothing yet.
	SinceLastRun *wireRan `json:"since_last_run"`
	// Changed is what changed since the base; null where nobody looks, or has looked yet.
	Changed   *wireChanged  `json:"changed"`
	Hidden    bool          `json:"hidden"`
	Profiles  []wireProfile `json:"profiles"`
	Folders   []wireFolder  `json:"folders"`
	Languages []string      `json:"languages"`
}

type wireProfile struct {
	URI      string  `json:"uri"`
	Path     string  `json:"path"`
	Format   string  `json:"format"`
	Modified string  `json:"modified"`
	Files    int     `json:"files"`
	Found    int     `json:"found"`
	Trouble  *string `json:"trouble"`
	// OwnTests tells that it credits a package with its own tests only, while those of others may run what is missing.
	OwnTests bool `json:"own_tests"`
	// SomeTests tells that the counts of some tests may be missing. TestsNote says either in words, to go on behind its name; "" for neither.
	SomeTests bool   `json:"some_tests"`
	TestsNote string `json:"tests_note"`
	// OtherTexts counts the files whose text on disk is not the one that the profile was made of, or may not be, UnknownFunctions the
	// functions of them of which nobody knows whether they are covered. Text says so in words; "" where there are none.
	OtherTexts       int    `json:"other_texts"`
	UnknownFunctions int    `json:"unknown_functions"`
	Text             string `json:"text"`
	// OwnTotal is what its tool prints as its total, where lines and branches add up in that, in words; "" elsewhere.
	OwnTotal string `json:"own_total"`

	matters bool
}

type wireFolder struct {
	URI                string       `json:"uri"`
	Name               string       `json:"name"`
	Summary            *wireSummary `json:"summary"`
	Other              *wireSummary `json:"other"`
	Tiers              wireTiers    `json:"tiers"`
	UncoveredFunctions int          `json:"uncovered_functions"`
	UnknownFunctions   int          `json:"unknown_functions"`
	Patterns           []string     `json:"patterns"`
	SearchedDirs       int          `json:"searched_dirs"`
	Languages          []string     `json:"languages"`
	MakeProfile        *wireCommand `json:"make_profile"`
}

// wireTiers counts files.
type wireTiers struct {
	Critical int `json:"critical"`
	High     int `json:"high"`
	Medium   int `json:"medium"`
	Lower    int `json:"lower"`
	Unknown  int `json:"unknown"`
	OK       int `json:"ok"`
}

func wireTiersOf(n map[config.Tier]int) wireTiers {
	return wireTiers{n[config.TierCritical], n[config.TierHigh], n[config.TierMedium], n[config.TierLower], n[priority.Unknown], n[priority.OK]}
}

// announced is what a client's experimental capabilities say of covls.
type announced struct {
	status    bool // it wants covls/status
	documents bool // it shows by itself what commands answer
	runsTests bool // it runs tests
}

// announcedBy reads experimental.covls: true, or an object, asks for covls/status, unless its member status is false.
func announcedBy(experimental protocol.LSPAny) (a announced) {
	_ = eachMember(experimental, func(name string, value jsontext.Value) {
		if name != "covls" {
			return
		}
		kind := value.Kind()
		a = announced{status: kind == 't' || kind == '{'}
		if kind != '{' {
			return
		}
		_ = eachMember(protocol.LSPAny(value), func(name string, value jsontext.Value) {
			switch yes := value.Kind() == 't'; name {
			case "status":
				a.status = value.Kind() != 'f'
			case "documents":
				a.documents = yes
			case "runTests":
				a.runsTests = yes
			}
		})
	})
	return a
}

// publishStatus tells the client where things stand, if it wants to know and does not yet.
func (p *publisher) publishStatus(ctx context.Context, snap *workspace.Snapshot) {
	facts := p.server.facts.Load()
	if facts == nil || !p.server.client.Load().status || snap.Generation == p.status.generation && facts == p.status.facts {
		return
	}
	p.status.generation, p.status.facts = snap.Generation, facts
	if snap.Scanned {
		p.status.figures = figuresOf(snap, facts)
	}
	s := p.status.figures // those of the last load that was whole, while the next goes on
	if s == nil {
		s = figuresOf(&workspace.Snapshot{}, &engine.Facts{})
		s.State = stateLoading
	}
	now := *s
	now.Hidden = snap.Hidden
	now.Loading = now.State == stateLoading || facts.Loading || !snap.Scanned ||
		slices.ContainsFunc(facts.Folders, func(f engine.FolderFacts) bool { return !f.Searched })
	data, err := raw(now)
	if err != nil {
		p.server.log.Error("status", slog.Any("error", err))
		return
	}
	if bytes.Equal(data, p.status.sent) {
		return
	}
	if err := p.server.conn.Notify(ctx, methodStatus, data); err != nil {
		p.unsent(err)
		return
	}
	p.status.sent = data
	p.publishRan(ctx, snap)
}

// lastStatus is what the publisher's goroutine remembers of covls/status.
type lastStatus struct {
	generation uint64
	facts      *engine.Facts
	figures    *wireStatus // of the last snapshot with all figures
	sent       jsonrpc2.RawMessage
	ran        *workspace.Run // the last that was told
}

// figuresOf is where things stand, without what changes while a load is under way.
func figuresOf(snap *workspace.Snapshot, facts *engine.Facts) *wireStatus {
	s := &wireStatus{Unmeasured: len(snap.Missing), Profiles: profilesOf(snap), Folders: []wireFolder{}, Languages: []string{}}
	all := diag.OverviewOf(diag.Named(snap))
	s.Summary, s.Other, s.Tiers, s.UncoveredFunctions = wireOverview(all)
	s.UnknownFunctions = all.UnknownFunctions
	languages := map[string]bool{}
	for f := range diag.Named(snap) {
		if l := source.LanguageOf(f.Name); l != "" {
			languages[l] = true
		}
	}
	s.Languages = slices.AppendSeq(s.Languages, maps.Keys(languages))
	slices.Sort(s.Languages)
	files := map[*workspace.Folder][]*workspace.File{}
	for f := range diag.Named(snap) {
		files[f.Folder] = append(files[f.Folder], f)
	}
	for _, f := range facts.Folders {
		if in := folderIn(snap, f.Dir); in != nil {
			s.Folders = append(s.Folders, wireFolderOf(in, f, files[in]))
		}
	}
	s.Changed = changedOf(snap)
	if n := len(snap.Runs); n > 0 {
		s.SinceLastRun = ranOf(snap.Runs[n-1])
	}
	s.Stale = slices.ContainsFunc(s.Profiles, func(p wireProfile) bool { return p.matters })
	s.State = stateOf(snap, facts, s)
	return s
}

func stateOf(snap *workspace.Snapshot, facts *engine.Facts, s *wireStatus) string {
	read := func(path string) bool {
		return slices.ContainsFunc(snap.Profiles, func(p *workspace.Profile) bool { return p.Path == path })
	}
	switch {
	case slices.ContainsFunc(snap.Profiles, func(p *workspace.Profile) bool { return p.Report != nil }):
		return stateReady
	case slices.ContainsFunc(facts.Folders, func(f engine.FolderFacts) bool { return !f.Searched }),
		slices.ContainsFunc(facts.OnDisk, func(path string) bool { return !read(path) }):
		return stateLoading
	case len(s.Profiles) > 0:
		return stateBroken
	}
	return stateEmpty
}

func wireOverview(o diag.Overview) (sum, other *wireSummary, tiers wireTiers, uncovered int) {
	if len(o.Summaries) > 0 {
		sum = wireSummaryOf(o.Summaries[0])
	}
	if len(o.Summaries) > 1 {
		other = wireSummaryOf(o.Summaries[1])
	}
	return sum, other, wireTiersOf(o.Tiers), o.UncoveredFunctions
}

func folderIn(snap *workspace.Snapshot, dir string) *workspace.Folder {
	i := slices.IndexFunc(snap.Folders, func(f *workspace.Folder) bool { return f.Dir == dir })
	if i < 0 {
		return nil
	}
	return snap.Folders[i]
}

func wireFolderOf(in *workspace.Folder, f engine.FolderFacts, files []*workspace.File) wireFolder {
	o := diag.OverviewOf(slices.Values(files))
	w := wireFolder{URI: string(folderURI(f.Folder)), Name: escape.Line(in.Name), Patterns: patterns(in), SearchedDirs: f.Dirs, Languages: []string{}}
	w.Summary, w.Other, w.Tiers, w.UncoveredFunctions = wireOverview(o)
	w.UnknownFunctions = o.UnknownFunctions
	for _, p := range f.Projects {
		if !slices.Contains(w.Languages, p.Language) {
			w.Languages = append(w.Languages, p.Language)
		}
	}
	if f.Run != nil {
		w.MakeProfile = wireCommandOf(*f.Run)
	}
	return w
}

// patterns are the names of profiles that are looked for in a folder, as its settings have them.
func patterns(f *workspace.Folder) []string {
	if f.Settings.Profiles == nil {
		return config.DefaultProfiles()
	}
	out := []string{}
	for _, p := range f.Settings.Profiles {
		out = append(out, escape.Line(p))
	}
	return out
}

func profilesOf(snap *workspace.Snapshot) []wireProfile {
	found := map[*workspace.Profile]int{}
	for _, f := range snap.Files {
		for _, p := range f.Parts {
			found[p.Profile]++
		}
	}
	notes := map[*workspace.Profile]diag.Note{}
	for _, n := range diag.TestNotes(snap) {
		notes[n.Profile] = n
	}
	texts := snap.AllTexts()
	out := []wireProfile{}
	for _, p := range snap.Profiles {
		// A file that only has the name of a profile and is something else is no news, unless
		// somebody named it.
		if p.Report == nil && errors.Is(p.Trouble, profile.ErrFormat) && !p.Named() {
			continue
		}
		w := wireProfile{
			URI: string(uri.File(p.Path)), Path: escape.Line(diag.ProfileName(p)), Format: p.Format, Modified: p.ModTime.UTC().Format(time.RFC3339),
			Found: found[p], OwnTests: notes[p].Credit == workspace.CreditOwn, SomeTests: notes[p].Credit > workspace.CreditOwn, TestsNote: escape.Line(notes[p].Text), OtherTexts: texts[p].Other + texts[p].Lost + texts[p].Doubtful, UnknownFunctions: texts[p].Unknown,
			Text: escape.Line(texts[p].Sentence(diag.ProfileName(p))), matters: texts[p].Matters(),
		}
		if p.Report != nil {
			w.Files, w.OwnTotal = len(p.Report.Files), escape.Line(p.Report.OwnTotal())
		}
		if p.Trouble != nil {
			text := escape.Message(p.Trouble.Error())
			w.Trouble = &text
		}
		out = append(out, w)
	}
	return out
}

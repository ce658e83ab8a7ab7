package server

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"go.lsp.dev/protocol"

	"github.com/covls/covls/diag"
	"github.com/covls/covls/engine"
	"github.com/covls/covls/escape"
	"github.com/covls/covls/workspace"
)

// wireChanged is what changed since the base of the workspace folders, on disk.
type wireChanged struct {
	// Covered of Total statements or lines that changed are covered.
	Covered int `json:"covered"`
	Total   int `json:"total"`
	// Lost is how many statements or lines have lost their coverage, LostFunctions of how many functions; null where no baseline tells.
	Lost          *int `json:"lost"`
	LostFunctions *int `json:"lost_functions"`
	// Unknown is how many functions changed of which nobody knows whether they are covered; they are in no figure.
	Unknown int `json:"unknown"`
	// Unmeasured is how many sources changed that no profile names; they are in no figure.
	Unmeasured int `json:"unmeasured"`
	// Base is what the change is compared with, by its name, Commit the commit that is, in hexadecimal digits.
	Base   string `json:"base"`
	Commit string `json:"commit"`
	// Text is all that in words: "changed 2/5".
	Text string `json:"text"`
	// Why says why nothing, or not all, is told of the change, or of lost coverage; null where it is.
	Why *string `json:"why"`
}

// changedOf adds up what changed in all folders; nil where nobody looks.
func changedOf(snap *workspace.Snapshot) *wireChanged {
	var out *wireChanged
	var bases, commits, whys []string
	for _, f := range snap.Folders {
		d := snap.Delta(f)
		if d == nil {
			continue
		}
		if out == nil {
			out = &wireChanged{}
		}
		tell := func(why string) {
			if why != "" && !slices.Contains(whys, why) {
				whys = append(whys, why)
			}
		}
		tell(d.Why)
		tell(d.Unjudged)
		if d.Set == nil {
			continue
		}
		out.Unmeasured += len(d.Set.Unmeasured)
		if len(d.Set.Unmeasured) > 0 {
			tell("no profile names " + some(d.Set.Unmeasured) + ", which changed")
		}
		if len(d.Set.Unread) > 0 {
			tell("the texts of " + some(d.Set.Unread) + " can't be had")
		}
		if len(d.Set.Vanished) > 0 {
			tell("the baseline has " + some(d.Set.Vanished) + ", and no profile does: did tests fail?")
		}
		if !slices.Contains(bases, d.Name) {
			bases = append(bases, d.Name)
		}
		if !slices.Contains(commits, d.Base) {
			commits = append(commits, d.Base)
		}
		out.Covered, out.Total, out.Unknown = out.Covered+d.Set.Covered, out.Total+d.Set.Total, out.Unknown+len(d.Set.Unknown)
		if d.Set.Baseline != nil {
			if out.Lost == nil {
				out.Lost, out.LostFunctions = new(int), new(int)
			}
			*out.Lost += d.Set.LostStatements()
			*out.LostFunctions += len(d.Set.Lost)
		}
	}
	if out == nil {
		return nil
	}
	out.Base, out.Commit = escape.Line(strings.Join(bases, ", ")), strings.Join(commits, ", ")
	if len(whys) > 0 {
		text := escape.Message(strings.Join(whys, "; "))
		out.Why = &text
	}
	out.Text = out.words()
	return out
}

// some names the first few of paths.
func some(paths []string) string {
	const most = 5
	if n := len(paths) - most; n > 0 {
		return strings.Join(paths[:most], ", ") + fmt.Sprintf(" and %d more", n)
	}
	return strings.Join(paths, ", ")
}

// words say it as a status bar has it; "" for nothing.
func (w *wireChanged) words() string {
	var parts []string
	if w.Total > 0 {
		parts = append(parts, fmt.Sprintf("changed %d/%d", w.Covered, w.Total))
	}
	if w.Unknown > 0 {
		parts = append(parts, fmt.Sprintf("%d unknown", w.Unknown))
	}
	switch w.Unmeasured {
	case 0:
	case 1:
		parts = append(parts, "1 file not measured")
	default:
		parts = append(parts, fmt.Sprintf("%d files not measured", w.Unmeasured))
	}
	if w.Lost != nil && *w.Lost > 0 {
		parts = append(parts, fmt.Sprintf("lost %d", *w.Lost))
	}
	return strings.Join(parts, ", ")
}

// changeNotes say why nothing is told of what changed in folders.
func changeNotes(snap *workspace.Snapshot) (out []string) {
	for _, f := range snap.Folders {
		if d := snap.Delta(f); d != nil {
			if d.Why != "" {
				out = append(out, fmt.Sprintf("what changed in %s is not told: %s", f.Dir, d.Why))
			}
			if d.Unjudged != "" {
				out = append(out, fmt.Sprintf("what lost its coverage in %s is not told: %s", f.Dir, d.Unjudged))
			}
		}
	}
	return out
}

// jumpChanged goes to the next gap of code that changed since the base, or that has lost its coverage: behind the place at hand, then in the files
// that follow by name, and at last from the start. To the previous one it goes the other way.
func (s *Server) jumpChanged(ctx context.Context, p *protocol.ExecuteCommandParams) (protocol.LSPAny, error) {
	snap := s.snapshot(ctx)
	d, offset, _, err := s.start(snap, p)
	if err != nil {
		return null, err
	}
	back := p.Command == cmdPreviousChangedGap
	here := (*workspace.File)(nil)
	if d != nil {
		here = snap.FileOf(d)
	}
	gapsIn := func(d *workspace.Document) []diag.Gap {
		gaps := slices.DeleteFunc(slices.Clone(diag.Gaps(snap, d)), func(g diag.Gap) bool { return g.Change == "" || g.OfTests() })
		if back {
			slices.Reverse(gaps)
		}
		return gaps
	}
	if here != nil {
		for _, g := range gapsIn(d) {
			if !back && g.At.Start > offset || back && g.At.End <= offset && g.At.Start < offset {
				return s.show(ctx, snap, d, g)
			}
		}
	}
	open := map[*workspace.File]*workspace.Document{}
	for _, o := range snap.Documents {
		if f := snap.FileOf(o); f != nil {
			open[f] = o
		}
	}
	files := slices.SortedFunc(maps.Values(snap.Files), func(a, b *workspace.File) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Path, b.Path))
	})
	if back {
		slices.Reverse(files)
	}
	first := slices.Index(files, here) + 1
	for i := range files {
		f := files[(first+i)%len(files)]
		if f.Since == nil {
			continue
		}
		d := open[f]
		if d == nil {
			d = readClosed(f)
		}
		if d == nil {
			continue
		}
		if all := gapsIn(d); len(all) > 0 {
			return s.show(ctx, snap, d, all[0])
		}
	}
	return s.noGap("no gap in what changed since the base")
}

// checkBase refuses a base that is one in no workspace folder; "" is that of the settings.
func (s *Server) checkBase(ctx context.Context, base string) error {
	if base == "" {
		return nil
	}
	var why error
	for _, f := range s.snapshot(ctx).Folders {
		err := engine.CheckBase(ctx, f.Dir, base, s.opts.Env)
		if err == nil {
			return nil
		}
		why = cmp.Or(why, err)
	}
	if why == nil {
		return nil
	}
	return invalid("the base stays as it was: %v", why)
}

const wantBase = `{"base": "main"}`

// setBase has changes compared with a branch, a tag or a commit for the rest of the session.
func (s *Server) setBase(ctx context.Context, p params) (protocol.LSPAny, error) {
	var in struct {
		Base *string `json:"base"`
	}
	if err := p.into(&in, wantBase); err != nil {
		return nil, err
	}
	if in.Base == nil || len(*in.Base) > 1000 {
		return nil, invalid("%s takes %s", p.of, wantBase)
	}
	if err := s.checkBase(ctx, *in.Base); err != nil {
		return nil, err
	}
	s.engine.SetBase(*in.Base)
	return json.Marshal(map[string]string{"base": *in.Base})
}

// wireBases is what covls.pickBase answers to clients that ask by themselves.
type wireBases struct {
	// Base is what is compared with now; "" where nothing is.
	Base     string   `json:"base"`
	Branches []string `json:"branches"`
	Tags     []string `json:"tags"`
}

// mostButtons is how many bases a question offers.
const mostButtons = 6

// defaultBase is the button for what the settings name.
const defaultBase = "default"

// askPatience bounds the wait for somebody to choose.
const askPatience = 5 * time.Minute

// pickBase tells what a change may be compared with. A client that does not show what commands answer is asked by window/showMessageRequest, and its answer put in
// force.
func (s *Server) pickBase(ctx context.Context) (protocol.LSPAny, error) {
	snap, c := s.snapshot(ctx), s.client.Load()
	out := wireBases{Branches: []string{}, Tags: []string{}}
	var problem error
	for _, f := range snap.Folders {
		if d := snap.Delta(f); d != nil && out.Base == "" {
			out.Base = escape.Line(d.Name)
		}
		refs, err := engine.Bases(f.Dir)
		if err != nil {
			problem = err
			continue
		}
		for _, b := range refs.Branches {
			if b = escape.Line(b); !slices.Contains(out.Branches, b) {
				out.Branches = append(out.Branches, b)
			}
		}
		for _, t := range refs.Tags {
			if t = escape.Line(t); !slices.Contains(out.Tags, t) {
				out.Tags = append(out.Tags, t)
			}
		}
	}
	if len(out.Branches)+len(out.Tags) == 0 && problem != nil {
		return nil, problem
	}
	if c.documents || !c.asks {
		return json.Marshal(out)
	}
	actions := []protocol.MessageActionItem{{Title: defaultBase}}
	for _, b := range slices.Concat(out.Branches, out.Tags) {
		if len(actions) <= mostButtons {
			actions = append(actions, protocol.MessageActionItem{Title: b})
		}
	}
	limited, cancel := context.WithTimeout(ctx, askPatience)
	defer cancel()
	waited := waiting(ctx)
	answer, err := s.remote.ShowMessageRequest(limited, &protocol.ShowMessageRequestParams{
		Type: protocol.MessageTypeInfo, Message: "covls: compare changes with which branch or tag? covls.setBase names any other, and any commit.", Actions: actions,
	})
	waited()
	if err != nil || answer == nil {
		return null, err
	}
	base := answer.Title
	if base == defaultBase {
		base = ""
	}
	s.engine.SetBase(base)
	return json.Marshal(map[string]string{"base": base})
}

package server

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"go.lsp.dev/uri"

	"github.com/covls/covls/config"
	"github.com/covls/covls/diag"
	"github.com/covls/covls/source"
	"github.com/covls/covls/workspace"
)

const wantGaps = `{"textDocument"?: {"uri": …}, "all"?: true, "tiers"?: […], "kinds"?: […]}`

type gapsParams struct {
	TextDocument *documentParam `json:"textDocument"`
	All          bool           `json:"all"`
	Tiers        []config.Tier  `json:"tiers"`
	Kinds        []string       `json:"kinds"`
}

type wireGaps struct {
	Components []wireComponent `json:"components"`
}

type wireComponent struct {
	Name    string          `json:"name"`
	Folder  string          `json:"folder"` // URI
	Summary *wireSummary    `json:"summary"`
	Tiers   []wireTierFiles `json:"tiers"`
}

type wireTierFiles struct {
	Tier  config.Tier    `json:"tier"`
	Files []wireFileGaps `json:"files"`
}

type wireFileGaps struct {
	URI              *string      `json:"uri"` // null: not on disk
	Path             string       `json:"path"`
	Tier             config.Tier  `json:"tier"`
	Rank             int          `json:"rank"`
	Summary          *wireSummary `json:"summary"`
	FunctionsCovered *int         `json:"functions_covered"`
	FunctionsTotal   *int         `json:"functions_total"`
	BranchesCovered  *int         `json:"branches_covered"`
	BranchesTotal    *int         `json:"branches_total"`
	Role             string       `json:"role"`
	Score            float64      `json:"score"`
	Reason           string       `json:"reason"`
	Why              *string      `json:"why"` // the rule's
	Stale            bool         `json:"stale"`
	Gaps             []wireGap    `json:"gaps"`
}

type wireGap struct {
	Name       string     `json:"name"`
	Shape      diag.Shape `json:"shape"`
	Kind       string     `json:"kind"`
	Line       uint32     `json:"line"`
	Range      *wireRange `json:"range"`
	Statements int        `json:"statements"`
	Message    string     `json:"message"`
}

// gaps answers covls/gaps: the gaps of the workspace, or of one document, by component and tier.
func (s *Server) gaps(ctx context.Context, p params) (any, error) {
	var in gapsParams
	if err := p.into(&in, wantGaps); err != nil {
		return nil, err
	}
	for _, t := range in.Tiers {
		if !slices.Contains(tierNames(), t) {
			return nil, invalid("%s: tiers has %q: want some of %s", p.of, t, list(tierNames()))
		}
	}
	var kinds []source.Kind
	for _, name := range in.Kinds {
		k, ok := source.ParseKind(cmp.Or(name, source.Ordinary.Name()))
		if !ok {
			return nil, invalid("%s: kinds has %q: want some of %s", p.of, name, strings.Join(source.KindNames(), ", "))
		}
		kinds = append(kinds, k)
	}
	u, one, err := in.TextDocument.parse(p.of)
	if err != nil {
		return nil, err
	}
	snap, c := s.snapshot(ctx), s.client.Load()
	query := diag.GapQuery{All: in.All, Tiers: in.Tiers, Kinds: kinds}
	var found []diag.Component
	if !one {
		found = diag.GapTree(snap, query)
	} else if d := s.documentAt(snap, u); d != nil {
		found = diag.DocumentGaps(snap, d, query)
	}
	out := wireGaps{Components: []wireComponent{}}
	for i := range found {
		out.Components = append(out.Components, s.wireComponent(snap, c, &found[i]))
	}
	return raw(out)
}

func list[T ~string](values []T) string {
	var out []string
	for _, v := range values {
		out = append(out, string(v))
	}
	return strings.Join(out, ", ")
}

func (s *Server) wireComponent(snap *workspace.Snapshot, c *client, in *diag.Component) wireComponent {
	out := wireComponent{Name: in.Name, Folder: s.folderURI(in.Folder.Dir), Summary: wireSummaryOf(in.Summary), Tiers: []wireTierFiles{}}
	for _, t := range in.Tiers {
		tier := wireTierFiles{Tier: t.Tier, Files: make([]wireFileGaps, len(t.Files))}
		for i := range t.Files {
			tier.Files[i] = fileGaps(snap, c, &t.Files[i])
		}
		out.Tiers = append(out.Tiers, tier)
	}
	return out
}

func fileGaps(snap *workspace.Snapshot, c *client, in *diag.FileGaps) wireFileGaps {
	f := in.File
	st := f.Standing
	out := wireFileGaps{
		Path: f.Name, Tier: st.Tier, Rank: st.Rank, Role: st.Role.String(), Score: st.Score, Reason: st.Sentence(), Stale: in.Stale,
		Summary: wireSummaryOf(diag.Summary{Unit: f.Coverage.Unit, Total: f.Total, Target: f.Target()}),
		Gaps:    make([]wireGap, len(in.Gaps)),
	}
	if f.Found {
		u := string(uriOf(snap, f.Path))
		if in.Document != nil && in.Document.URI != "" {
			u = in.Document.URI
		}
		out.URI = &u
	}
	if t, ok := diag.FunctionTotal(f); ok {
		out.FunctionsCovered, out.FunctionsTotal = &t.Covered, &t.Total
	}
	if t, ok := f.Coverage.BranchTotal(); ok {
		out.BranchesCovered, out.BranchesTotal = &t.Covered, &t.Total
	}
	if st.Rule != nil && st.Rule.Why != "" {
		out.Why = &st.Rule.Why
	}
	for i := range in.Gaps {
		g := &in.Gaps[i]
		w := wireGap{Name: g.Func.String(), Shape: g.Shape, Kind: g.Kind.String(), Statements: g.Statements, Message: g.Message}
		if in.Document != nil {
			w.Range = wireRangeOf(c.rangeOf(in.Document.Text, g.Span))
			w.Line = w.Range.Start.Line
		} else {
			w.Line = max(g.Func.NameSpan.Start.Line, g.Func.Span.Start.Line, 1) - 1
		}
		out.Gaps[i] = w
	}
	return out
}

// folderURI is the client's spelling of a workspace folder's URI, where covls keeps it, else a plain one.
func (s *Server) folderURI(dir string) string {
	if around := s.around.Load(); around != nil {
		for _, f := range around.folders {
			if f.dir == dir {
				return string(f.uri)
			}
		}
	}
	return string(uri.File(dir))
}

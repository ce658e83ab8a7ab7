package server

import (
	"context"

	"github.com/covls/covls/config"
	"github.com/covls/covls/diag"
	"github.com/covls/covls/escape"
)

const wantCoverage = `{"textDocument": {"uri": …}}`

type wireCoverage struct {
	URI              string         `json:"uri"`
	Version          *int32         `json:"version"` // null: not open
	Summary          *wireSummary   `json:"summary"`
	Tier             config.Tier    `json:"tier"`
	Reason           string         `json:"reason"`
	UnknownFunctions int            `json:"unknown_functions"`
	Stale            bool           `json:"stale"`
	StaleLook        config.Stale   `json:"stale_look"`
	Regions          []wireRegion   `json:"regions"`
	Branches         []wireDecision `json:"branches"`
	Functions        []wireFunction `json:"functions"`
	Excluded         []wireExcluded `json:"excluded"`
	Changed          []wireChange   `json:"changed"`
	Left             *string        `json:"left"` // null: nothing was left out
}

type wireRegion struct {
	Range      *wireRange `json:"range"`
	Count      *uint64    `json:"count"`
	Statements int        `json:"statements"`
	State      diag.State `json:"state"`
}

type wireChange struct {
	Range *wireRange `json:"range"`
	State diag.State `json:"state"`
}

type wireDecision struct {
	Line uint32    `json:"line"`
	Ways []wireWay `json:"ways"`
}

type wireWay struct {
	Count *uint64 `json:"count"`
}

type wireFunction struct {
	Name      string     `json:"name"`
	Range     *wireRange `json:"range"`
	NameRange *wireRange `json:"name_range"`
	Count     *uint64    `json:"count"`
	Covered   int        `json:"covered"`
	Total     int        `json:"total"`
	State     diag.State `json:"state"`
	Stale     bool       `json:"stale"`
	Kind      string     `json:"kind"`
}

type wireExcluded struct {
	Range  *wireRange `json:"range"`
	Reason string     `json:"reason"`
}

// coverage answers covls/coverage: all that is known of one document, for an editor that draws it.
func (s *Server) coverage(ctx context.Context, p params) (any, error) {
	var in struct {
		TextDocument *documentParam `json:"textDocument"`
	}
	if err := p.into(&in, wantCoverage); err != nil {
		return nil, err
	}
	u, ok, err := in.TextDocument.parse(p.of)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, invalid("%s needs %s", p.of, wantCoverage)
	}
	snap, c := s.snapshot(ctx), s.client.Load()
	d := s.documentAt(snap, u)
	if d == nil {
		return nil, nil
	}
	pic := diag.PictureOf(snap, d)
	if pic == nil {
		return nil, nil
	}
	f := pic.File
	out := wireCoverage{
		URI: string(u), Tier: f.Standing.Tier, Reason: escape.Words(f.Reason()), UnknownFunctions: len(f.Unknown), Stale: pic.Stale, StaleLook: f.Folder.Settings.Stale,
		Summary: wireSummaryOf(diag.SummaryOf(f.Coverage.Unit, f.Total, f.Aim())),
		Regions: []wireRegion{}, Branches: []wireDecision{}, Functions: []wireFunction{}, Excluded: []wireExcluded{}, Changed: []wireChange{},
	}
	if d.URI != "" {
		out.URI, out.Version = d.URI, &d.Version
	}
	span := func(s diag.Span) *wireRange { return wireRangeOf(c.rangeOf(d.Text, s)) }
	room := budget{limit: f.Folder.Settings.Limits.AnswerBytes}
	for i, r := range pic.Runs {
		if !room.take(regionBytes) {
			room.leave(len(pic.Runs)-i, "region")
			break
		}
		state := diag.Covered
		if r.Count == 0 {
			state = diag.NotCovered
		}
		out.Regions = append(out.Regions, wireRegion{span(r.Span), wireCount(r.Count, r.Known), r.Statements, state})
	}
	for i, b := range pic.Decisions {
		if !room.take(decisionBytes + wayBytes*len(b.Ways)) {
			room.leave(len(pic.Decisions)-i, "decision")
			break
		}
		w := wireDecision{Line: b.Line - 1, Ways: []wireWay{}}
		for _, n := range b.Ways {
			w.Ways = append(w.Ways, wireWay{wireCount(n, f.Counted() || n == 0)})
		}
		out.Branches = append(out.Branches, w)
	}
	for i := range pic.Funcs {
		m := &pic.Funcs[i]
		if !room.take(functionBytes + len(m.Name) + len(m.Receiver)) {
			room.leave(len(pic.Funcs)-i, "function")
			break
		}
		out.Functions = append(out.Functions, wireFunction{
			Name: escape.Line(m.String()), Range: span(m.Now), NameRange: span(m.NameNow), Count: wireCount(m.Calls, m.Known),
			Covered: m.Statements.Covered, Total: m.Statements.Total, State: m.State, Stale: m.Stale, Kind: m.Kind.String(),
		})
	}
	for i, e := range pic.Excluded {
		if !room.take(excludedBytes + len(e.Reason)) {
			room.leave(len(pic.Excluded)-i, "exclusion")
			break
		}
		out.Excluded = append(out.Excluded, wireExcluded{span(e.Span), escape.Words(e.Reason)})
	}
	for i, r := range pic.Changed {
		if !room.take(changeBytes) {
			room.leave(len(pic.Changed)-i, "change")
			break
		}
		state := diag.NotCovered
		if r.Covered {
			state = diag.Covered
		}
		out.Changed = append(out.Changed, wireChange{span(r.Span), state})
	}
	out.Left = room.words()
	return raw(out)
}

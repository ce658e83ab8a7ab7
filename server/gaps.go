package server

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/covls/covls/config"
	"github.com/covls/covls/diag"
	"github.com/covls/covls/escape"
	"github.com/covls/covls/source"
	"github.com/covls/covls/workspace"
)

const wantGaps = `{"textDocument"?: {"uri": …}, "all"?: true, "stretches"?: true, "tiers"?: […], "kinds"?: […], "scope"?: "changed" | "lost" | "all"}`

type gapsParams struct {
	TextDocument *documentParam `json:"textDocument"`
	All          bool           `json:"all"`
	Stretches    bool           `json:"stretches"`
	Tiers        []config.Tier  `json:"tiers"`
	Kinds        []string       `json:"kinds"`
	Scope        diag.Scope     `json:"scope"`
}

// wireComponent is a component without its tiers.
type wireComponent struct {
	Name             string       `json:"name"`
	Folder           string       `json:"folder"` // URI
	Summary          *wireSummary `json:"summary"`
	UnknownFunctions int          `json:"unknown_functions"`
}

// wireFileGaps is a file without its gaps.
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
	UnknownFunctions int          `json:"unknown_functions"`
	Changed          *wireTally   `json:"changed"` // null: nothing
}

// wireTally is how many statements or lines are covered.
type wireTally struct {
	Covered int `json:"covered"`
	Total   int `json:"total"`
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
	switch in.Scope {
	case "", diag.ScopeAll, diag.ScopeChanged, diag.ScopeLost:
	default:
		return nil, invalid("%s: scope is %q: want changed, lost or all", p.of, in.Scope)
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
	snap, c := s.snapshot(s.whole(ctx)), s.client.Load()
	query := diag.GapQuery{All: in.All, Stretches: in.Stretches, Tiers: in.Tiers, Kinds: kinds, Scope: in.Scope}
	var found []diag.Component
	if !one {
		found = diag.GapTree(snap, query)
	} else if d := s.documentAt(snap, u); d != nil {
		found = diag.DocumentGaps(snap, d, query)
	}
	limit := answerBytes(snap)
	w := &gapsWriter{snap: snap, client: c, limit: limit, out: make([]byte, 0, min(int64(sizeOf(found)), limit))}
	w.list(`{"components":`, len(found), func(i int) { w.component(&found[i], s.uriOfFolder(found[i].Folder.Dir)) })
	missing := snap.Missing
	if one || in.Scope.Narrow() {
		missing = nil
	}
	w.some(`,"unmeasured":`, len(missing), &w.leftPackages, func(i int) { w.unmeasured(&missing[i], s.uriOfFolder(missing[i].Folder.Dir)) })
	w.text(`,"left":`)
	w.leftOut()
	w.text("}")
	return jsonrpc2.RawMessage(w.out), w.err
}

func list[T ~string](values []T) string {
	var out []string
	for _, v := range values {
		out = append(out, string(v))
	}
	return strings.Join(out, ", ")
}

// gapsWriter writes the answer to covls/gaps by hand where there is much of it: a workspace may have
// tens of thousands of gaps.
type gapsWriter struct {
	snap   *workspace.Snapshot
	client *client
	out    []byte // JSON
	err    error  // the first

	limit               int64 // in bytes, from which on only the components go on
	leftFiles, leftGaps int   // those that are left out
	leftPackages        int
	leftUnseen          int // functions
}

// wireUnmeasured is a package that has tests and is in no profile.
type wireUnmeasured struct {
	URI     string `json:"uri"` // of its directory
	Path    string `json:"path"`
	Package string `json:"package"`
	Folder  string `json:"folder"` // URI
	Message string `json:"message"`
}

func (w *gapsWriter) unmeasured(m *workspace.Missing, folder string) {
	data, err := raw(wireUnmeasured{string(uri.File(m.Path)), escape.Line(m.Name), escape.Line(m.Package), folder, escape.Line(diag.MissingWords(m))})
	w.err = errors.Join(w.err, err)
	w.out = append(w.out, data...)
}

func (w *gapsWriter) full() bool { return int64(len(w.out)) >= w.limit }

// leftOut writes what is left out, or null.
func (w *gapsWriter) leftOut() {
	b := budget{limit: w.limit}
	b.leave(w.leftFiles, "file")
	b.leave(w.leftGaps, "gap")
	b.leave(w.leftUnseen, "function")
	b.leave(w.leftPackages, "package")
	if words := b.words(); words != nil {
		w.string(*words)
	} else {
		w.text("null")
	}
}

// sizeOf is about how many bytes the answer has: buffers that grow to megabytes are copied often.
func sizeOf(found []diag.Component) int {
	const perFile, perGap = 700, 230
	n := 1 << 10
	for _, c := range found {
		for _, t := range c.Tiers {
			for i := range t.Files {
				n += perFile + perGap*len(t.Files[i].Gaps)
			}
		}
	}
	return n
}

func (w *gapsWriter) text(s string) { w.out = append(w.out, s...) }

// string writes a text that people read.
func (w *gapsWriter) string(s string) { w.out, _ = jsontext.AppendQuote(w.out, escape.Line(s)) }

func (w *gapsWriter) number(n uint64) { w.out = strconv.AppendUint(w.out, n, 10) }

// list writes a member whose value is a list.
func (w *gapsWriter) list(name string, n int, item func(int)) { w.some(name, n, nil, item) }

// some is list that ends where the answer is full, and then says how many items are left.
func (w *gapsWriter) some(name string, n int, left *int, item func(int)) {
	w.text(name + "[")
	for i := range n {
		if left != nil && w.full() {
			*left += n - i
			break
		}
		if i > 0 {
			w.text(",")
		}
		item(i)
	}
	w.text("]")
}

// open writes an object that goes on.
func (w *gapsWriter) open(v any) {
	data, err := raw(v)
	if err != nil {
		w.err = errors.Join(w.err, err)
		data = jsonrpc2.RawMessage("{}")
	}
	w.out = append(w.out, data[:len(data)-1]...)
}

func (w *gapsWriter) component(c *diag.Component, folder string) {
	w.open(wireComponent{escape.Line(c.Name), folder, wireSummaryOf(c.Summary), c.Unknown})
	w.list(`,"tiers":`, len(c.Tiers), func(t int) {
		tier := &c.Tiers[t]
		w.text(`{"tier":`)
		w.string(string(tier.Tier))
		w.some(`,"files":`, len(tier.Files), &w.leftFiles, func(i int) { w.file(&tier.Files[i]) })
		w.text("}")
	})
	w.text("}")
}

func (w *gapsWriter) file(in *diag.FileGaps) {
	f := in.File
	st := f.Standing
	out := wireFileGaps{
		Path: escape.Line(w.snap.Shown(f)), Tier: st.Tier, Rank: st.Rank, Role: st.Role.String(), Score: st.Score, Reason: escape.Words(f.Reason()), Stale: in.Stale, UnknownFunctions: len(f.Unknown),
		Summary: wireSummaryOf(diag.SummaryOf(f.Coverage.Unit, f.Total, f.Aim())),
	}
	if s := f.Since; s != nil && s.Coverage == f.Coverage && s.Total > 0 {
		out.Changed = &wireTally{s.Covered, s.Total}
	}
	if f.Found {
		u := string(uriOf(w.snap, f.Path))
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
		why := escape.Words(st.Rule.Why)
		out.Why = &why
	}
	w.open(out)
	w.some(`,"gaps":`, len(in.Gaps), &w.leftGaps, func(i int) { w.gap(in.Document, &in.Gaps[i]) })
	w.some(`,"unseen":`, len(in.Unseen), &w.leftUnseen, func(i int) { w.unseen(in.Document, &in.Unseen[i]) })
	w.text("}")
}

// gap writes one; its range is of the document, where there is one.
func (w *gapsWriter) gap(d *workspace.Document, g *diag.Gap) {
	w.text(`{"id":"` + g.ID.String() + `","name":`)
	w.string(g.Func)
	w.text(`,"shape":`)
	w.string(string(g.Shape))
	w.text(`,"kind":`)
	w.string(g.Kind.String())
	w.text(`,"line":`)
	w.place(d, g.Line(), g.At)
	w.text(`,"statements":`)
	w.number(uint64(g.Missed))
	w.text(`,"order":`)
	w.number(uint64(g.Order))
	w.text(`,"trivial":`)
	w.out = strconv.AppendBool(w.out, g.Trivial())
	w.text(`,"message":`)
	w.string(g.Message)
	w.text(`,"change":"` + string(g.Change) + `","when":`)
	w.string(diag.WhenWords(g.When, nil))
	w.text("}")
}

// place writes a 0-based line and the range of what stands at a 1-based line, or at a stretch of a document.
func (w *gapsWriter) place(d *workspace.Document, line uint32, at diag.Span) {
	if d == nil {
		w.number(uint64(max(line, 1) - 1))
		w.text(`,"range":null`)
		return
	}
	r := w.client.rangeOf(d.Text, at)
	w.number(uint64(r.Start.Line))
	w.text(`,"range":{"start":`)
	w.position(r.Start)
	w.text(`,"end":`)
	w.position(r.End)
	w.text("}")
}

func (w *gapsWriter) unseen(d *workspace.Document, u *diag.Unseen) {
	w.text(`{"name":`)
	w.string(u.Func.String())
	w.text(`,"why":`)
	w.string(string(u.Why))
	w.text(`,"line":`)
	w.place(d, u.Line, u.At)
	w.text("}")
}

func (w *gapsWriter) position(p protocol.Position) {
	w.text(`{"line":`)
	w.number(uint64(p.Line))
	w.text(`,"character":`)
	w.number(uint64(p.Character))
	w.text("}")
}

// uriOfFolder is the client's spelling of a workspace folder's URI, where covls keeps it, else a plain one.
func (s *Server) uriOfFolder(dir string) string {
	if facts := s.facts.Load(); facts != nil {
		for _, f := range facts.Folders {
			if f.Dir == dir {
				return string(folderURI(f.Folder))
			}
		}
	}
	return string(uri.File(dir))
}

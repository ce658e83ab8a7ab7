package server

import (
	"slices"
	"strings"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/covls/covls/config"
	"github.com/covls/covls/diag"
	"github.com/covls/covls/gap"
	"github.com/covls/covls/workspace"
)

// closedMarks says which functions of a file that is not open have diagnostics, as its folder's settings want it.
type closedMarks struct {
	all bool
	top []gap.Gap // where not all
}

func (m closedMarks) any() bool { return m.all || len(m.top) > 0 }

// key is the same for marks of the same functions.
func (m closedMarks) key() string {
	if m.all {
		return "all"
	}
	var ids []string
	for _, g := range m.top {
		ids = append(ids, g.ID.String())
	}
	return strings.Join(ids, " ")
}

// topFunctions are the most urgent functions of a snapshot, by the paths of their files.
type topFunctions struct {
	generation uint64
	scanned    bool
	byPath     map[string][]gap.Gap
}

// top are the most urgent functions of the workspace, by the paths of their files. While sources are looked at, they are those of
// before. They are made once for all snapshots that differ in documents alone, so that no keystroke pays for them.
func (s *Server) top(snap *workspace.Snapshot) map[string][]gap.Gap {
	known := s.topKnown.Load()
	if known != nil && (known.generation == snap.Generation || known.scanned && !snap.Scanned) {
		return known.byPath
	}
	now := &topFunctions{snap.Generation, snap.Scanned, map[string][]gap.Gap{}}
	if snap.Scanned {
		for f, gaps := range diag.Top(snap) {
			now.byPath[f.Path] = gaps
		}
	}
	s.topKnown.Store(now)
	return now.byPath
}

// closedMarks are those of the file at a path; none where it may have none while it is not open.
func (s *Server) closedMarks(snap *workspace.Snapshot, path string) closedMarks {
	f := snap.Files[path]
	if f == nil || f.Outside {
		return closedMarks{}
	}
	switch f.Folder.Settings.Diagnostics.Scope {
	case config.ScopeWorkspace:
		return closedMarks{all: true}
	case config.ScopeTop:
		return closedMarks{top: s.top(snap)[path]}
	}
	return closedMarks{}
}

// closedFiles are the files that are not open and still have diagnostics, the most urgent first.
func (s *Server) closedFiles(snap *workspace.Snapshot) []*workspace.File {
	var out []*workspace.File
	for path, f := range snap.Files {
		if m := s.closedMarks(snap, path); snap.Documents[path] == nil && m.any() && (!m.all || gap.Any(f)) {
			out = append(out, f)
		}
	}
	slices.SortFunc(out, gap.CompareFiles)
	return out
}

// closedDiagnostics are those of a file that is not open, whose text is that of d; never nil.
func closedDiagnostics(c *client, snap *workspace.Snapshot, d *workspace.Document, u uri.URI, m closedMarks) []protocol.Diagnostic {
	found := diag.Diagnostics(snap, d)
	if !m.all {
		found = diag.Only(found, m.top)
	}
	return wireDiagnostics(c, d, u, found)
}

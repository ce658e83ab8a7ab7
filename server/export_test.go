package server

import (
	"context"

	"github.com/covls/covls/workspace"
)

// Plant opens a document that has no text: most of what asks for its text panics.
func (s *Server) Plant(path string) { s.store.SetDocument(&workspace.Document{Path: path}) }

// Load has the session be at a load until the channel is closed.
func (s *Server) Load(until <-chan struct{}) {
	s.session.jobs.put(func(ctx context.Context) {
		p := s.session.beginProgress(ctx, "Coverage")
		p.report("reading cover.out", 1, 4)
		defer s.session.beginReading()()
		select {
		case <-until:
		case <-ctx.Done():
		}
		p.end()
	})
}

// Scanned has the newest snapshot say whether all sources were looked at, as in the middle of a load.
func (s *Server) Scanned(yes bool) {
	s.store.Update(func(next *workspace.Snapshot) { next.Scanned = yes })
}

// Text is that of the document at a path.
func (s *Server) Text(path string) string {
	if d := s.store.Load().Documents[path]; d != nil {
		return d.Text.String()
	}
	return ""
}

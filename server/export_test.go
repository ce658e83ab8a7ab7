package server

import (
	"context"

	"go.lsp.dev/jsonrpc2"

	"github.com/covls/covls/workspace"
)

// Plant opens a document that has no text: most of what asks for its text panics.
func (s *Server) Plant(path string) { s.store.SetDocument(&workspace.Document{Path: path}) }

// Load has the engine be at a load until the channel is closed.
func (s *Server) Load(until <-chan struct{}) {
	say := func(loading bool) {
		if known := s.facts.Load(); known != nil {
			facts := *known
			facts.Loading = loading
			s.facts.Store(&facts)
			s.publisher.wake()
		}
	}
	s.engine.Do(func(ctx context.Context) {
		p := s.beginProgress(ctx, "Coverage")
		p.Report("reading cover.out", 1, 4)
		say(true)
		select {
		case <-until:
		case <-ctx.Done():
		}
		p.End()
		say(false)
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

// Cancelled registers a request and ends it, or all, before or after it gets its context. It reports whether the context
// was cancelled.
func Cancelled(early, all bool) (cancelled bool) {
	c, id := &cancels{}, jsonrpc2.NewNumberID(1)
	end := func() {
		if all {
			c.all()
		} else {
			c.cancel(id)
		}
	}
	done, onCancel := c.register(id)
	defer done()
	if early {
		end()
	}
	onCancel(func() { cancelled = true })
	if !early {
		end()
	}
	return cancelled
}

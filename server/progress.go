package server

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"go.lsp.dev/protocol"

	"github.com/covls/covls/escape"
)

// progressAfter is how long a load may take before the user is shown that it goes on.
const progressAfter = time.Second

const progressStep = 250 * time.Millisecond

// progress shows a long load, and nothing of a short one.
type progress struct {
	mu      sync.Mutex // guards the fields below
	message string
	percent uint32

	finish func() // ends the goroutine
}

func (s *Server) beginProgress(ctx context.Context, title string) *progress {
	p := &progress{finish: func() {}}
	if !s.client.Load().progress {
		return p
	}
	load := s.loads.Add(1)
	ended := make(chan struct{})
	p.finish = sync.OnceFunc(func() { close(ended) })
	s.engine.Beside("showing progress", func() { s.showProgress(ctx, p, load, title, ended) })
	return p
}

// Report says how far it is.
func (p *progress) Report(text string, done, total int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	text = escape.Line(text)
	p.message = text
	p.percent = 0
	if total > 0 {
		p.percent = uint32(100 * done / total)
		p.message = fmt.Sprintf("%s (%d of %d)", text, done, total)
	}
}

// End ends it.
func (p *progress) End() { p.finish() }

func (p *progress) state() (string, uint32) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.message, p.percent
}

func (s *Server) showProgress(ctx context.Context, p *progress, load int64, title string, ended <-chan struct{}) {
	wait := time.NewTimer(progressAfter)
	defer wait.Stop()
	select {
	case <-ended:
		return
	case <-ctx.Done():
		return
	case <-wait.C:
	}
	remote := s.remote
	token := protocol.String(fmt.Sprintf("covls/load/%d", load))
	limited, cancel := context.WithTimeout(ctx, callPatience)
	defer cancel()
	if err := remote.WorkDoneProgressCreate(limited, &protocol.WorkDoneProgressCreateParams{Token: token}); err != nil {
		s.log.Info("the client shows no progress", slog.Any("error", err))
		return
	}
	send := func(value any) {
		raw, err := protocol.Marshal(value)
		if err == nil {
			s.publisher.unsent(remote.Progress(ctx, &protocol.ProgressParams{Token: token, Value: raw}))
		}
	}
	message, percent := p.state()
	send(&protocol.WorkDoneProgressBegin{Kind: "begin", Title: title, Message: &message, Percentage: &percent})
	tick := time.NewTicker(progressStep)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ended:
			send(&protocol.WorkDoneProgressEnd{Kind: "end"})
			return
		case <-tick.C:
			message, percent = p.state()
			send(&protocol.WorkDoneProgressReport{Kind: "report", Message: &message, Percentage: &percent})
		}
	}
}

package server

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/covls/covls/config"
	"github.com/covls/covls/diag"
	"github.com/covls/covls/escape"
	"github.com/covls/covls/internal/guard"
	"github.com/covls/covls/source"
	"github.com/covls/covls/workspace"
)

// publisher sends what the client did not ask for. Its goroutine compares the newest snapshot with
// what was last sent, so that what came in between costs nothing. Nothing is ever sent from the
// goroutine that reads: a client that writes before it reads would block both.
type publisher struct {
	server *Server
	awake  chan struct{} // holds at most one

	mu     sync.Mutex // guards outbox and told
	outbox []func(context.Context)
	told   map[string]bool

	// These belong to the goroutine.
	sent      map[string]sent  // by path
	published int              // how many diagnostics of a document were sent
	failed    map[string]shown // what it was that panicked, by path
	faults    map[string]error // of parsing documents, by path
	seen      uint64           // generation that refreshes were made for
	shown     uint64           // fingerprint of what open documents show
	moved     uint64           // fingerprint of what was moved from one open document to another
	words     map[string]words // of open documents, by path
	calls     sync.WaitGroup
	refresh   map[string]*refresh
	status    lastStatus
	repulled  chan struct{} // closed and made anew when workspace pulls should answer
	repullMu  sync.Mutex
}

// sent is what the client was last told of a document.
type sent struct {
	uri  uri.URI
	hash uint64 // of the diagnostics; 0 for none
	size int    // in bytes, about
	// What they were made of: the document, nil for a file that is not open, which looked so on disk.
	doc    *workspace.Document
	looks  workspace.Looks
	file   *workspace.File
	hidden bool
	marks  string // what of a file that is not open has diagnostics: closedMarks.key
}

// shown is what the diagnostics of a document were made of.
type shown struct {
	document   *workspace.Document
	generation uint64
}

func newPublisher(s *Server) *publisher {
	p := &publisher{
		server: s, awake: make(chan struct{}, 1), told: map[string]bool{},
		sent: map[string]sent{}, failed: map[string]shown{}, faults: map[string]error{}, words: map[string]words{}, refresh: map[string]*refresh{}, repulled: make(chan struct{}),
	}
	p.shown = p.fingerprint(s.store.Load())
	return p
}

// wake tells the goroutine that there may be something to send. It never waits.
func (p *publisher) wake() {
	select {
	case p.awake <- struct{}{}:
	default:
	}
}

// later has the goroutine send something. f must not wait for an answer.
func (p *publisher) later(f func(context.Context)) {
	p.mu.Lock()
	p.outbox = append(p.outbox, f)
	p.mu.Unlock()
	p.wake()
}

// tell shows a message of one line to the user, each text once in a session.
func (p *publisher) tell(kind protocol.MessageType, text string) {
	text = escape.Message(text)
	p.mu.Lock()
	known := p.told[text]
	p.told[text] = true
	p.mu.Unlock()
	if known {
		return
	}
	p.show(kind, text)
}

// say shows a message of one line to the user, who asked for it: each time.
func (p *publisher) say(kind protocol.MessageType, text string) {
	p.show(kind, escape.Message(text))
}

// show shows a message that is harmless.
func (p *publisher) show(kind protocol.MessageType, text string) {
	p.server.log.Info("told the user", slog.String("text", text))
	p.later(func(ctx context.Context) {
		p.unsent(p.server.remote.ShowMessage(ctx, &protocol.ShowMessageParams{Type: kind, Message: "covls: " + text}))
	})
}

// note writes a line into the client's log.
func (p *publisher) note(kind protocol.MessageType, text string) {
	p.record(kind, escape.Record(escape.Words(text)))
}

// record writes a text of several lines, which is harmless, into the client's log.
func (p *publisher) record(kind protocol.MessageType, text string) {
	p.server.log.Info("noted", slog.String("text", text))
	p.later(func(ctx context.Context) {
		p.unsent(p.server.remote.LogMessage(ctx, &protocol.LogMessageParams{Type: kind, Message: text}))
	})
}

// unsent logs why something could not be sent; nil is no reason.
func (p *publisher) unsent(err error) {
	if err != nil {
		p.server.log.Debug("send", slog.Any("error", err))
	}
}

func (p *publisher) run(ctx context.Context) {
	defer p.calls.Wait()
	for {
		select {
		case <-ctx.Done():
			return
		case <-p.awake:
		}
		p.mu.Lock()
		out := p.outbox
		p.outbox = nil
		p.mu.Unlock()
		for _, f := range out {
			p.try("sending to the client", func() { f(ctx) })
		}
		p.try("publishing", func() { p.publish(ctx, p.server.store.Load()) })
		p.faultsOf(p.server.store.Load())
		p.try("publishing the status", func() { p.publishStatus(ctx, p.server.store.Load()) })
	}
}

// try does a piece of work. The user is told of a panic.
func (p *publisher) try(about string, work func()) {
	if fault := p.server.guard.Do(about, work); fault != nil {
		p.tellFault(fault)
	}
}

// tellFault shows the user a panic that was caught, once for what it was about: its words may differ each time.
func (p *publisher) tellFault(fault error) {
	key := fault.Error()
	if f, ok := errors.AsType[*guard.Fault](fault); ok {
		key = "fault\x00" + f.About
	}
	p.mu.Lock()
	known := p.told[key]
	p.told[key] = true
	p.mu.Unlock()
	if !known {
		p.tell(protocol.MessageTypeError, fault.Error())
	}
}

// faultsOf logs and tells what parsing the open documents panicked at.
func (p *publisher) faultsOf(snap *workspace.Snapshot) {
	for path, d := range snap.Documents {
		if fault := d.Fault(); fault != nil && p.faults[path] != fault {
			p.faults[path] = fault
			p.server.fault(fault)
			p.tellFault(fault)
		}
	}
	maps.DeleteFunc(p.faults, func(path string, _ error) bool { return snap.Documents[path] == nil })
}

// publish brings the client up to date with a snapshot.
func (p *publisher) publish(ctx context.Context, snap *workspace.Snapshot) {
	began, before := time.Now(), p.published
	c := p.server.client.Load()
	changed := snap.Generation != p.seen
	p.seen = snap.Generation
	defer func() {
		if n := p.published - before; changed || n > 0 {
			p.server.journal.add(entry{what: "publish", took: time.Since(began), attrs: []slog.Attr{
				slog.Uint64("generation", snap.Generation), slog.Int("open", len(snap.Documents)), slog.Int("published", n),
			}})
		}
	}()
	if !c.pulls {
		p.push(ctx, c, snap, changed)
	}
	// What is edited in one document tells of a function in another one that it was moved there.
	moved := movedIn(snap)
	again := moved != p.moved && c.lensRefresh
	p.moved = moved
	if !changed {
		if again {
			p.call(ctx, "lens", p.server.remote.CodeLensRefresh)
		}
		return
	}
	shown := p.fingerprint(snap)
	whole := anyFolder(snap, func(f *workspace.Folder) bool { return f.Settings.Diagnostics.Scope == config.ScopeWorkspace })
	if anyFolder(snap, func(f *workspace.Folder) bool { return f.Settings.Diagnostics.Scope == config.ScopeTop }) {
		p.repull() // of a pull that would learn nothing new no answer comes
	}
	if shown == p.shown && !whole {
		if again {
			p.call(ctx, "lens", p.server.remote.CodeLensRefresh)
		}
		return
	}
	p.shown = shown
	if c.lensRefresh {
		p.call(ctx, "lens", p.server.remote.CodeLensRefresh)
	}
	if c.hintRefresh && anyFolder(snap, func(f *workspace.Folder) bool { return f.Settings.Hints.Enable }) {
		p.call(ctx, "hints", p.server.remote.InlayHintRefresh)
	}
	if c.pulls {
		p.call(ctx, "diagnostics", p.server.remote.DiagnosticRefresh)
	}
	p.repull()
}

// push publishes the diagnostics that differ from those the client has.
func (p *publisher) push(ctx context.Context, c *client, snap *workspace.Snapshot, changed bool) {
	keep := map[string]bool{}
	for _, path := range slices.Sorted(maps.Keys(snap.Documents)) {
		d := snap.Documents[path]
		keep[path] = true
		// The same document with the same figures has the same diagnostics: an edit costs its own document.
		if s, ok := p.sent[path]; ok && s.doc == d && s.hidden == snap.Hidden && s.file.Shows(snap.FileOf(d)) {
			continue
		}
		p.pushDocument(ctx, c, snap, d, uri.URI(d.URI))
	}
	if changed {
		room := budget{limit: answerBytes(snap)}
		closed := p.server.closedFiles(snap)
		for i, f := range closed {
			if ctx.Err() != nil {
				return
			}
			u := uri.File(f.Path)
			if room.full() {
				keep[f.Path] = true
				p.send(ctx, c, diag.Closed(f.Path, ""), sent{uri: u}, leftOut(len(closed)-i))
				break
			}
			if p.pushClosed(ctx, c, snap, f) {
				keep[f.Path] = true
				room.spend(p.sent[f.Path].size)
			}
		}
	}
	maps.DeleteFunc(p.failed, func(path string, _ shown) bool { return !keep[path] })
	for path, s := range p.sent {
		if keep[path] {
			continue
		}
		if !changed && p.server.closedMarks(snap, path).any() && (s.doc == nil || p.pushClosed(ctx, c, snap, snap.Files[path])) {
			continue // of a document that was closed, the diagnostics of a file that is not open are left
		}
		delete(p.sent, path)
		p.clear(ctx, s)
	}
}

// pushClosed publishes the diagnostics of a file that is not open, unless the client has them. It reports whether the file can
// be read.
func (p *publisher) pushClosed(ctx context.Context, c *client, snap *workspace.Snapshot, f *workspace.File) bool {
	looks, err := workspace.LooksOf(f.Path)
	marks := p.server.closedMarks(snap, f.Path).key()
	s, known := p.sent[f.Path]
	if known && err == nil && s.doc == nil && s.looks.Size == looks.Size && s.looks.ModTime.Equal(looks.ModTime) && s.hidden == snap.Hidden && s.marks == marks && s.file.Shows(f) {
		return true
	}
	d := readClosed(f)
	if d == nil {
		return false
	}
	u := uri.File(f.Path)
	p.pushDocument(ctx, c, snap, d, u)
	if _, failed := p.failed[f.Path]; !failed {
		s := p.sent[f.Path]
		s.uri, s.doc, s.looks, s.file, s.hidden, s.marks = u, nil, looks, f, snap.Hidden, marks
		p.sent[f.Path] = s
	}
	return true
}

// clear takes away what the client was told.
func (p *publisher) clear(ctx context.Context, s sent) {
	if s.hash != 0 {
		p.published++
		p.unsent(p.server.remote.PublishDiagnostics(ctx, &protocol.PublishDiagnosticsParams{URI: s.uri, Diagnostics: []protocol.Diagnostic{}}))
	}
}

// pushDocument publishes the diagnostics of a document. One that panics keeps what it had, and is left alone until it
// changes.
func (p *publisher) pushDocument(ctx context.Context, c *client, snap *workspace.Snapshot, d *workspace.Document, u uri.URI) {
	now := shown{d, snap.Generation}
	if p.failed[d.Path] == now {
		return
	}
	p.failed[d.Path] = now
	p.try("the diagnostics of "+snap.Name(d.Path), func() {
		p.pushDiagnostics(ctx, c, snap, d, u)
		delete(p.failed, d.Path)
	})
}

func (p *publisher) pushDiagnostics(ctx context.Context, c *client, snap *workspace.Snapshot, d *workspace.Document, u uri.URI) {
	now := sent{uri: u}
	if d.URI == "" {
		p.send(ctx, c, d, now, closedDiagnostics(c, snap, d, u, p.server.closedMarks(snap, d.Path)))
		return
	}
	now.doc, now.file, now.hidden = d, snap.FileOf(d), snap.Hidden
	p.send(ctx, c, d, now, diagnostics(c, snap, d, u))
}

// send publishes diagnostics of a document, unless the client has them.
func (p *publisher) send(ctx context.Context, c *client, d *workspace.Document, now sent, items []protocol.Diagnostic) {
	if len(items) > 0 {
		now.hash, now.size = hashOf(items), bytesOf(items, string(now.uri))
	}
	before, known := p.sent[d.Path]
	// A client may drop what it has of a document that it closes, as Neovim does.
	again := known && before.doc != nil && now.doc != nil && !before.doc.SameOpening(now.doc) && now.hash != 0
	if known && before.hash == now.hash && before.uri == now.uri && !again || !known && now.hash == 0 {
		if known || now.doc != nil {
			p.sent[d.Path] = now
		}
		return
	}
	if known && before.uri != now.uri {
		p.clear(ctx, before) // the client has them under another spelling
	}
	params := &protocol.PublishDiagnosticsParams{URI: now.uri, Diagnostics: items}
	if c.versions && d.URI != "" {
		params.Version = protocol.NewOptional(d.Version)
	}
	p.published++
	if err := p.server.remote.PublishDiagnostics(ctx, params); err != nil {
		p.unsent(err)
		return
	}
	p.sent[d.Path] = now
}

func anyFolder(snap *workspace.Snapshot, is func(*workspace.Folder) bool) bool {
	return slices.ContainsFunc(snap.Folders, is)
}

// readClosed makes a document of a file that no editor has open; nil where it can't be read. One from
// outside of the workspace serves to place what is known of it, and must be known before.
func readClosed(f *workspace.File) *workspace.Document {
	if f.Outside && f.Source == nil {
		return nil
	}
	data, err := source.ReadFile(f.Path, f.Folder.Settings.Limits.SourceBytes)
	if err != nil {
		return nil
	}
	return diag.Closed(f.Path, data)
}

// fingerprint sums up what the open documents show besides their text. What one showed is kept while it is the same
// document of the same figures.
func (p *publisher) fingerprint(snap *workspace.Snapshot) uint64 {
	h := fnv.New64a()
	for _, path := range slices.Sorted(maps.Keys(snap.Documents)) {
		d, f := snap.Documents[path], snap.FileOf(snap.Documents[path])
		w, ok := p.words[path]
		if !ok || f == nil || w.doc != d || w.hidden != snap.Hidden || !w.file.Shows(f) {
			w = words{d, f, snap.Hidden, p.wordsOf(snap, d)}
			p.words[path] = w
		}
		// Hidden marks are not those of a document that was never shown.
		_, _ = fmt.Fprintf(h, "%s\x00%t\x00%x\x00", path, snap.Hidden, w.hash)
	}
	maps.DeleteFunc(p.words, func(path string, _ words) bool { return snap.Documents[path] == nil })
	return h.Sum64()
}

// words sums up what a document shows, and says what that was made of.
type words struct {
	doc    *workspace.Document
	file   *workspace.File
	hidden bool
	hash   uint64
}

func (p *publisher) wordsOf(snap *workspace.Snapshot, d *workspace.Document) uint64 {
	h := fnv.New64a()
	p.try("what is shown of "+snap.Name(d.Path), func() {
		for _, g := range diag.Diagnostics(snap, d) {
			_, _ = io.WriteString(h, g.Message+"\x00"+string(g.Severity)+"\x00")
		}
		for _, l := range diag.Lenses(snap, d) {
			label, _ := diag.LensLabel(snap, d, l.ID)
			_, _ = io.WriteString(h, label.Title+"\x00")
		}
		for _, l := range diag.Hints(snap, d) {
			_, _ = io.WriteString(h, l.Label+"\x00")
		}
	})
	return h.Sum64()
}

// movedIn sums up what was moved from one open document to another; 0 for nothing.
func movedIn(snap *workspace.Snapshot) uint64 {
	sum := uint64(0)
	for at, from := range diag.Moves(snap) {
		h := fnv.New64a()
		_, _ = fmt.Fprintf(h, "%s\x00%d\x00%s\x00%s", at.Path, at.At, from.From.Path, from.Was.String())
		sum += h.Sum64()
	}
	return sum
}

func hashOf(items []protocol.Diagnostic) uint64 {
	data, err := protocol.Marshal(items)
	if err != nil {
		return 1
	}
	h := fnv.New64a()
	_, _ = h.Write(data)
	return max(h.Sum64(), 1)
}

// refresh is a call that asks the client to ask again.
type refresh struct {
	mu            sync.Mutex
	busy, another bool
}

// callPatience bounds the wait for a client's answer.
const callPatience = 30 * time.Second

// call makes a call beside the goroutine. While one is under way another is made at most once.
func (p *publisher) call(ctx context.Context, name string, f func(context.Context) error) {
	r := p.refresh[name]
	if r == nil {
		r = &refresh{}
		p.refresh[name] = r
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.busy {
		r.another = true
		return
	}
	r.busy = true
	p.server.guard.Go(&p.calls, "asking the client to ask again", func() {
		for {
			limited, cancel := context.WithTimeout(ctx, callPatience)
			p.try("asking the client to ask again for "+name, func() { p.unsent(f(limited)) })
			cancel()
			r.mu.Lock()
			again := r.another && ctx.Err() == nil
			r.busy, r.another = again, false
			r.mu.Unlock()
			if !again {
				return
			}
		}
	})
}

// repull lets waiting workspace pulls answer.
func (p *publisher) repull() {
	p.repullMu.Lock()
	defer p.repullMu.Unlock()
	close(p.repulled)
	p.repulled = make(chan struct{})
}

// pulled is closed when workspace pulls should answer.
func (p *publisher) pulled() <-chan struct{} {
	p.repullMu.Lock()
	defer p.repullMu.Unlock()
	return p.repulled
}

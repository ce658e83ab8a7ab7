package server

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/covls/covls/config"
	"github.com/covls/covls/diag"
	"github.com/covls/covls/engine"
	"github.com/covls/covls/escape"
	"github.com/covls/covls/gap"
	"github.com/covls/covls/report"
	"github.com/covls/covls/text"
	"github.com/covls/covls/watch"
	"github.com/covls/covls/workspace"
)

// The commands that every client may run by workspace/executeCommand.
const (
	cmdNextGap             = "covls.nextGap"
	cmdPreviousGap         = "covls.previousGap"
	cmdNextGapInWorkspace  = "covls.nextGapInWorkspace"
	cmdMostUrgentGap       = "covls.mostUrgentGap"
	cmdNextUnseen          = "covls.nextUnseen"
	cmdExplain             = "covls.explain"
	cmdShowReport          = "covls.showReport"
	cmdRunCommand          = "covls.runCommand"
	cmdReload              = "covls.reload"
	cmdToggle              = "covls.toggle"
	cmdDoctor              = "covls.doctor"
	cmdAddPathMapping      = "covls.addPathMapping"
	cmdAddRule             = "covls.addRule"
	cmdCreateConfiguration = "covls.createConfiguration"
	cmdCreateTest          = "covls.createTest"
	cmdGoToTests           = "covls.goToTests"
	cmdNextChangedGap      = "covls.nextChangedGap"
	cmdPreviousChangedGap  = "covls.previousChangedGap"
	cmdPickBase            = "covls.pickBase"
	cmdSetBase             = "covls.setBase"
	cmdSinceLastRun        = "covls.sinceLastRun"
)

var commandNames = []string{
	cmdNextGap, cmdPreviousGap, cmdNextGapInWorkspace, cmdMostUrgentGap, cmdNextUnseen, cmdExplain, cmdShowReport, cmdRunCommand,
	cmdReload, cmdToggle, cmdDoctor, cmdAddPathMapping, cmdAddRule, cmdCreateConfiguration,
	cmdCreateTest, cmdGoToTests, cmdNextChangedGap, cmdPreviousChangedGap, cmdPickBase, cmdSetBase, cmdSinceLastRun,
}

// ExecuteCommand runs a command. A jump answers with the Location that it went to, or null where
// there is no gap, so that a client without window/showDocument can go there itself.
func (s *Server) ExecuteCommand(ctx context.Context, p *protocol.ExecuteCommandParams) (protocol.LSPAny, error) {
	commanded(ctx, p.Command)
	argument := params{of: p.Command}
	if len(p.Arguments) > 0 {
		argument.raw = p.Arguments[0]
	}
	switch p.Command {
	case cmdReload, cmdToggle, cmdDoctor, cmdSetBase, cmdPickBase:
	default:
		ctx = s.begun(ctx)
	}
	switch p.Command {
	case cmdNextGap, cmdPreviousGap:
		return s.jumpInFile(ctx, p)
	case cmdNextGapInWorkspace:
		return s.jumpInWorkspace(ctx, p)
	case cmdMostUrgentGap:
		return s.jumpByUrgency(ctx, s.snapshot(ctx), nil, 0)
	case cmdNextUnseen:
		return s.jumpUnseen(ctx, p)
	case cmdExplain:
		return s.explain(s.whole(ctx), argument)
	case cmdShowReport:
		return s.showReport(s.whole(ctx), argument)
	case cmdRunCommand:
		return s.runCommand(ctx, argument)
	case cmdReload:
		return s.reload(ctx)
	case cmdToggle:
		return s.toggle()
	case cmdDoctor:
		return s.doctor(ctx)
	case cmdAddPathMapping:
		return s.addPathMapping(ctx, p)
	case cmdAddRule:
		return s.addRule(ctx, argument)
	case cmdCreateConfiguration:
		return s.createConfiguration(s.whole(ctx), argument)
	case cmdCreateTest:
		return s.createTest(ctx, p)
	case cmdGoToTests:
		return s.goToTests(ctx, p)
	case cmdNextChangedGap, cmdPreviousChangedGap:
		return s.jumpChanged(ctx, p)
	case cmdSinceLastRun:
		return s.sinceLastRun(s.whole(ctx))
	case cmdPickBase:
		return s.pickBase(ctx)
	case cmdSetBase:
		return s.setBase(ctx, argument)
	}
	return nil, invalid("covls has no command %q; it has %s", p.Command, strings.Join(commandNames, ", "))
}

// jumpParams are the arguments of a jump: a place, and perhaps the gap that the jump is to.
type jumpParams struct {
	protocol.TextDocumentPositionParams
	Gap string `json:"gap,omitempty"` // its id
}

// jumped is where the last jump of the session went.
type jumped struct {
	path string
	at   text.Position // in bytes
}

// bare reports whether a command has no argument.
func bare(p *protocol.ExecuteCommandParams) bool {
	return len(p.Arguments) == 0 || string(p.Arguments[0]) == "null"
}

// start is where a jump starts from, as the document and the byte offset in it, and the id of the gap that it is to; ""
// leaves that open. Without arguments it is where the last jump went, and the document is nil where there was none.
func (s *Server) start(snap *workspace.Snapshot, p *protocol.ExecuteCommandParams) (d *workspace.Document, offset int, id string, err error) {
	if bare(p) {
		last := s.jumped.Load()
		if last == nil {
			return nil, 0, "", nil
		}
		if d = s.documentAt(snap, uri.File(last.path)); d == nil {
			return nil, 0, "", nil
		}
		return d, d.Text.Offset(last.at, text.UTF8), "", nil
	}
	var at struct {
		TextDocument struct{ URI string }
		Position     *struct{ Line, Character *uint32 }
		Gap          string
	}
	err = json.Unmarshal(p.Arguments[0], &at)
	if err != nil || at.TextDocument.URI == "" || at.Position == nil || at.Position.Line == nil || at.Position.Character == nil {
		return nil, 0, "", invalid(`%s takes {"textDocument": {"uri": …}, "position": {"line": …, "character": …}}, not %s`, p.Command, p.Arguments[0])
	}
	u, err := parseURI(at.TextDocument.URI)
	if err != nil {
		return nil, 0, "", invalid("%s: %v", p.Command, err)
	}
	if d = s.documentAt(snap, u); d == nil {
		return nil, 0, "", nil
	}
	return d, d.Text.Offset(text.Position{Line: *at.Position.Line, Character: *at.Position.Character}, s.client.Load().encoding), at.Gap, nil
}

func (s *Server) jumpInFile(ctx context.Context, p *protocol.ExecuteCommandParams) (protocol.LSPAny, error) {
	snap := s.snapshot(ctx)
	d, offset, id, err := s.start(snap, p)
	switch {
	case err != nil:
		return null, err
	case d == nil && bare(p):
		return s.jumpInWorkspace(ctx, p)
	case d == nil:
		return s.noGap("no profile names this file")
	}
	gaps := diag.Gaps(snap, d)
	if i := slices.IndexFunc(gaps, func(g diag.Gap) bool { return id != "" && g.ID.String() == id }); i >= 0 {
		return s.show(ctx, snap, d, gaps[i])
	}
	choose := diag.Next
	if p.Command == cmdPreviousGap {
		choose = diag.Previous
	}
	g, ok := choose(gaps, offset)
	if !ok {
		return s.noGap("there is no gap in this file")
	}
	return s.show(ctx, snap, d, g)
}

// noGap answers a jump that leads nowhere.
func (s *Server) noGap(why string) (protocol.LSPAny, error) {
	s.say("%s", why)
	return null, nil
}

// jumpInWorkspace goes from the gap at hand to the one that follows it in order of urgency, and from the last to
// the first. From a place without a gap it goes to the most urgent one of the file, and where that has none, or
// there is no place, to the most urgent of all.
func (s *Server) jumpInWorkspace(ctx context.Context, p *protocol.ExecuteCommandParams) (protocol.LSPAny, error) {
	snap := s.snapshot(ctx)
	d, offset, _, err := s.start(snap, p)
	if err != nil {
		return null, err
	}
	return s.jumpByUrgency(ctx, snap, d, offset)
}

// jumpByUrgency is jumpInWorkspace from an offset in a document; nil is no place.
func (s *Server) jumpByUrgency(ctx context.Context, snap *workspace.Snapshot, d *workspace.Document, offset int) (protocol.LSPAny, error) {
	all := gap.All(snap)
	first := 0
	if d != nil {
		gaps := diag.Gaps(snap, d)
		at, known := diag.GapAt(gaps, d, offset)
		if !known {
			if g, ok := diag.MostUrgent(gaps); ok {
				return s.show(ctx, snap, d, g)
			}
		}
		first = slices.IndexFunc(all, func(g gap.Gap) bool { return g.ID == at.ID }) + 1
	}
	read := map[*workspace.File]*workspace.Document{}
	for i := range all {
		want := &all[(first+i)%len(all)]
		d, looked := read[want.File]
		if !looked {
			if d = snap.Documents[want.File.Path]; d == nil {
				d = readClosed(want.File)
			}
			read[want.File] = d
		}
		if d == nil {
			continue
		}
		gaps := diag.Gaps(snap, d)
		if i := slices.IndexFunc(gaps, func(g diag.Gap) bool { return g.ID == want.ID }); i >= 0 {
			return s.show(ctx, snap, d, gaps[i])
		}
	}
	return s.noGap("there is no gap in the workspace")
}

// jumpUnseen goes to the next function that is new or has changed since the tests ran: behind the place at hand, then in the files
// that follow by name, and at last from the start.
func (s *Server) jumpUnseen(ctx context.Context, p *protocol.ExecuteCommandParams) (protocol.LSPAny, error) {
	snap := s.snapshot(ctx)
	d, offset, _, err := s.start(snap, p)
	if err != nil {
		return null, err
	}
	here := (*workspace.File)(nil)
	if d != nil {
		here = snap.FileOf(d)
	}
	show := func(d *workspace.Document, u diag.Unseen) (protocol.LSPAny, error) {
		return s.show(ctx, snap, d, diag.Gap{At: u.At, Message: fmt.Sprintf("%s is %s since the tests ran", u.Func, u.Why)})
	}
	if here != nil {
		for _, u := range diag.UnseenIn(snap, d) {
			if u.At.Start > offset {
				return show(d, u)
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
	first := slices.Index(files, here) + 1
	for i := range files {
		f := files[(first+i)%len(files)]
		d := open[f]
		if d == nil && len(diag.ClosedUnseen(f)) > 0 {
			d = readClosed(f)
		}
		if d == nil {
			continue
		}
		if all := diag.UnseenIn(snap, d); len(all) > 0 {
			return show(d, all[0])
		}
	}
	return s.noGap("no function is new, or has changed, since the tests ran")
}

// documentAt is the open document of a URI, or the file's text on disk; nil where neither is known.
func (s *Server) documentAt(snap *workspace.Snapshot, u uri.URI) *workspace.Document {
	if d := s.document(snap, u); d != nil {
		return d
	}
	if path, ok := pathOf(u); ok {
		if f := snap.Files[path]; f != nil {
			return readClosed(f)
		}
	}
	return nil
}

var null = protocol.LSPAny("null")

// showPatience bounds the wait for an editor to open a document.
const showPatience = 5 * time.Second

// show goes to a gap in the client's window, where it has one to show, and returns the Location.
func (s *Server) show(ctx context.Context, snap *workspace.Snapshot, d *workspace.Document, g diag.Gap) (protocol.LSPAny, error) {
	c := s.client.Load()
	r := c.rangeOf(d.Text, g.At)
	location := protocol.Location{URI: uriOf(snap, d.Path), Range: r}
	s.jumped.Store(&jumped{path: d.Path, at: d.Text.Position(g.At.Start, text.UTF8)})
	s.reveal(ctx, c, snap, location, g.Message+":")
	return marshal(&location)
}

// reveal shows the beginning of a place in the client's window. To one that can neither show it nor makes anything of what a command
// answers, it says what is where.
func (s *Server) reveal(ctx context.Context, c *client, snap *workspace.Snapshot, at protocol.Location, what string) {
	if !c.showDocument {
		path, _ := pathOf(at.URI)
		s.say("%s %s:%d", what, snap.Name(path), at.Range.Start.Line+1)
		return
	}
	focus := true
	selection := protocol.Range{Start: at.Range.Start, End: at.Range.Start}
	limited, cancel := context.WithTimeout(ctx, showPatience)
	defer cancel()
	waited := waiting(ctx)
	_, err := s.remote.ShowDocument(limited, &protocol.ShowDocumentParams{URI: at.URI, TakeFocus: &focus, Selection: &selection})
	waited()
	s.publisher.unsent(err)
}

func marshal(v any) (protocol.LSPAny, error) {
	data, err := protocol.Marshal(v)
	return data, err
}

// toggle hides all marks, or shows them again.
func (s *Server) toggle() (protocol.LSPAny, error) {
	var hidden bool
	s.store.Update(func(next *workspace.Snapshot) {
		next.Hidden = !next.Hidden
		next.Generation++
		hidden = next.Hidden
	})
	return json.Marshal(map[string]bool{"hidden": hidden})
}

// reload reads everything again and answers when it is there.
func (s *Server) reload(ctx context.Context) (protocol.LSPAny, error) {
	done := make(chan struct{})
	s.engine.Reload(func() { close(done) })
	select {
	case <-done:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return json.Marshal(map[string]int{"profiles": len(s.store.Load().Profiles)})
}

// doctorFixes bounds the mappings that the doctor offers.
const doctorFixes = 8

// diagnosis is what the doctor answers to clients that show documents.
type diagnosis struct {
	Content string        `json:"content"` // Markdown
	Fixes   []wirePathFix `json:"fixes"`
}

// wirePathFix is a mapping that would find files; the arguments of covls.addPathMapping and a title.
type wirePathFix struct {
	Title string `json:"title"`
	pathMapping
}

// doctor answers why something is shown or not, as Markdown, and leaves the same in the client's
// log for clients that drop answers. One that announced covls gets the mappings beside it that
// would find files which were not found.
func (s *Server) doctor(ctx context.Context) (protocol.LSPAny, error) {
	searched, ok := s.engine.Searched(ctx)
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case !ok:
		return nil, errors.New("covls failed at what was searched; the log has details")
	}
	around := report.Surroundings{Searches: engine.Searches(searched), Notes: s.engine.Notes()}
	for _, state := range s.engine.States() {
		if state.Pending {
			around.Pending = append(around.Pending, report.Pending{Path: state.Path, Writer: writerName(state.Writer), Since: state.Since})
		}
	}
	snap := s.store.Load()
	var err error
	if around.Unmeasured, around.Tested, err = snap.AllUnmeasured(ctx); err != nil {
		return nil, err
	}
	around.Tests = snap.Tests()
	around.Notes = append(around.Notes, changeNotes(snap)...)
	var b strings.Builder
	report.Doctor(&b, snap, around, time.Now())
	s.publisher.record(protocol.MessageTypeInfo, escape.Plain(b.String()))
	if !s.client.Load().documents {
		return s.answerMarkdown(ctx, "covls-doctor.md", b.String())
	}
	out := diagnosis{Content: b.String(), Fixes: []wirePathFix{}}
	for _, fix := range diag.LostFixes(snap, doctorFixes) {
		at := string(uri.File(fix.Folder.Dir))
		out.Fixes = append(out.Fixes, wirePathFix{
			Title:       escape.Line(fmt.Sprintf("Map %s to %s%s, in %s", fix.From, fix.To, fix.Whose(), config.FileName)),
			pathMapping: mappingArgs(at, &fix),
		})
	}
	return json.Marshal(out)
}

func writerName(w watch.Writer) string {
	if w.PID == 0 {
		return ""
	}
	return fmt.Sprintf("process %d (%s)", w.PID, w.Name)
}

// Package editor is an editor without a screen: it speaks LSP to a covls server and remembers what
// a real one would show. Tests and the demo use it.
package editor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/covls/covls/internal/guard"
	"github.com/covls/covls/server"
)

// Editor is one client of one server. Its methods may be called from any goroutine.
type Editor struct {
	conn jsonrpc2.Conn
	// Result is what the server answered to initialize.
	Result *protocol.InitializeResult

	mu       sync.Mutex // guards the fields below
	changed  chan struct{}
	seen     Seen
	settings any
	answer   func(question string) (button string)
	applies  func(protocol.WorkspaceEdit) (refusal string)
	docs     map[uri.URI]int32 // versions
}

// Seen is what the server has sent so far.
type Seen struct {
	// Published are the diagnostics of each publish, in the order in which they came.
	Published []Published
	// Shown are the places that the server asked to show.
	Shown []protocol.ShowDocumentParams
	// Messages and Log are what the user was told, and what went into the log.
	Messages, Log []string
	// Edits are those that the server asked for.
	Edits []protocol.WorkspaceEdit
	// Questions are what the user was asked.
	Questions []string
	// LensRefreshes and DiagnosticRefreshes count the requests to ask again.
	LensRefreshes, DiagnosticRefreshes int
	// Progress are the values of $/progress, as JSON.
	Progress []string
	// Registered are the methods that the server registered for.
	Registered []string
	// Status are the parameters of covls/status, as JSON.
	Status []string
	// Traces are the messages of $/logTrace; what is verbose goes on behind a line break.
	Traces []string
}

// Published is one publishDiagnostics.
type Published struct {
	URI     string
	Version int32
	Items   []protocol.Diagnostic
}

// Of returns the diagnostics last published for a URI; ok is false where there were none ever.
func (s *Seen) Of(u string) (items []protocol.Diagnostic, ok bool) {
	for _, p := range slices.Backward(s.Published) {
		if p.URI == u {
			return p.Items, true
		}
	}
	return nil, false
}

// Options say what the editor can do and has open.
type Options struct {
	// Capabilities are announced as they are; see Capabilities.
	Capabilities protocol.ClientCapabilities
	// Folders are absolute directories.
	Folders []string
	// ProcessID is announced; nil means none.
	ProcessID *int32
	// InitializationOptions are sent as they are; nil sends none.
	InitializationOptions any
	// Settings answer workspace/configuration for the section covls.
	Settings any
	// Answer chooses the button below a question, and "" none; nil is an editor that can't ask, whatever
	// it announces.
	Answer func(question string) (button string)
	// Applies says why an edit is not made, and "" of one that is; nil makes them all. What is open stays as it is.
	Applies func(protocol.WorkspaceEdit) (refusal string)
	// Trace is how much the server is to tell of what it does; "" asks for nothing.
	Trace protocol.TraceValue
}

// Capabilities are those of a modern editor that is pushed to and reads Markdown.
func Capabilities() protocol.ClientCapabilities {
	yes := true
	return protocol.ClientCapabilities{
		Workspace: &protocol.WorkspaceClientCapabilities{
			WorkspaceFolders: &yes,
			CodeLens:         &protocol.CodeLensWorkspaceClientCapabilities{RefreshSupport: &yes},
			WorkspaceEdit:    &protocol.WorkspaceEditClientCapabilities{},
		},
		TextDocument: &protocol.TextDocumentClientCapabilities{
			PublishDiagnostics: &protocol.PublishDiagnosticsClientCapabilities{
				DiagnosticsCapabilities: protocol.DiagnosticsCapabilities{
					RelatedInformation: &yes,
					TagSupport:         protocol.ClientDiagnosticsTagOptions{ValueSet: []protocol.DiagnosticTag{protocol.DiagnosticTagUnnecessary}},
				},
				VersionSupport: &yes,
			},
			CodeAction: &protocol.CodeActionClientCapabilities{CodeActionLiteralSupport: protocol.ClientCodeActionLiteralOptions{
				CodeActionKind: protocol.ClientCodeActionKindOptions{ValueSet: []protocol.CodeActionKind{
					protocol.CodeActionKindQuickFix, protocol.CodeActionKindRefactor,
				}},
			}},
			Hover: &protocol.HoverClientCapabilities{ContentFormat: []protocol.MarkupKind{protocol.MarkupKindMarkdown}},
		},
		Window: &protocol.WindowClientCapabilities{
			WorkDoneProgress: &yes, ShowDocument: &protocol.ShowDocumentClientCapabilities{Support: true},
		},
	}
}

// Connect begins to speak over stream, without any request yet.
func Connect(ctx context.Context, stream jsonrpc2.Stream) *Editor {
	e := &Editor{
		conn:    jsonrpc2.NewConn(stream, jsonrpc2.WithCodec(server.Codec{})),
		changed: make(chan struct{}), docs: map[uri.URI]int32{},
	}
	handlers := handlersOf(e)
	handle := func(ctx context.Context, req *jsonrpc2.Request) (any, error) {
		if h := handlers[req.Method()]; h != nil {
			return h(ctx, req.Params())
		}
		return e.other(ctx, req)
	}
	e.conn.Go(ctx, func(ctx context.Context, req *jsonrpc2.Request) (result any, err error) {
		fault := guard.Guard{}.Do("what the server sent", func() {
			if !req.IsCall() {
				_, _ = handle(jsonrpc2.DetachContext(ctx), req) // in the order in which they come
				return
			}
			jsonrpc2.Async(ctx)
			result, err = handle(ctx, req)
		})
		if fault != nil && req.IsCall() {
			return nil, fault
		}
		return result, err
	})
	return e
}

// Server takes any request of LSP.
func (e *Editor) Server() protocol.Server { return protocol.ServerDispatcher(e.conn) }

// ask makes a request of LSP.
func ask[R any](ctx context.Context, e *Editor, method string, params any) (result R, err error) {
	err = protocol.Call(ctx, e.conn, method, params, &result)
	return result, err
}

// other takes what covls has beside LSP.
func (e *Editor) other(ctx context.Context, req *jsonrpc2.Request) (any, error) {
	if req.Method() != "covls/status" {
		return jsonrpc2.MethodNotFoundHandler(ctx, req)
	}
	params := string(req.Params())
	e.see(func(s *Seen) { s.Status = append(s.Status, params) })
	return nil, nil
}

// Ask makes a request that is not LSP's. The parameters are JSON, "" leaves them out; so is the answer.
func (e *Editor) Ask(ctx context.Context, method, params string) (json.RawMessage, error) {
	var in any
	if params != "" {
		in = jsonrpc2.RawMessage(params)
	}
	var out jsonrpc2.RawMessage
	_, err := e.conn.Call(ctx, method, in, &out)
	return json.RawMessage(out), err
}

// Start connects and initializes.
func Start(ctx context.Context, stream jsonrpc2.Stream, o Options) (*Editor, error) {
	e := Connect(ctx, stream)
	e.settings, e.answer, e.applies = o.Settings, o.Answer, o.Applies
	p := &protocol.InitializeParams{
		ClientInfo: protocol.ClientInfo{Name: "covls-editor"}, ProcessID: o.ProcessID, Capabilities: o.Capabilities, Trace: o.Trace,
	}
	var folders []protocol.WorkspaceFolder
	for _, f := range o.Folders {
		folders = append(folders, protocol.WorkspaceFolder{URI: uri.File(f), Name: filepath.Base(f)})
	}
	if folders != nil {
		p.WorkspaceFolders = protocol.NewNullable(folders)
	}
	if o.InitializationOptions != nil {
		raw, err := json.Marshal(o.InitializationOptions)
		if err != nil {
			return nil, err
		}
		p.InitializationOptions = raw
	}
	var err error
	if e.Result, err = ask[*protocol.InitializeResult](ctx, e, protocol.MethodInitialize, p); err != nil {
		return nil, fmt.Errorf("initialize: %w", err)
	}
	return e, e.conn.Notify(ctx, protocol.MethodInitialized, &protocol.InitializedParams{})
}

// Close says shutdown and exit and waits for the connection to end.
func (e *Editor) Close(ctx context.Context) error {
	_, err := ask[any](ctx, e, protocol.MethodShutdown, nil)
	err = errors.Join(err, e.conn.Notify(ctx, protocol.MethodExit, nil))
	select {
	case <-e.conn.Done():
	case <-ctx.Done():
		return errors.Join(err, ctx.Err())
	}
	return err
}

// Conn is the connection, for messages that no method here sends.
func (e *Editor) Conn() jsonrpc2.Conn { return e.conn }

// Open opens the file at path as it is on disk.
func (e *Editor) Open(ctx context.Context, path string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return e.OpenText(ctx, uri.File(path), string(data))
}

// OpenText opens a document with a text of its own.
func (e *Editor) OpenText(ctx context.Context, u uri.URI, text string) error {
	e.mu.Lock()
	e.docs[u] = 1
	e.mu.Unlock()
	return e.conn.Notify(ctx, protocol.MethodTextDocumentDidOpen, &protocol.DidOpenTextDocumentParams{
		TextDocument: protocol.TextDocumentItem{URI: u, LanguageID: "go", Version: 1, Text: text},
	})
}

// Edit replaces a range of an open document.
func (e *Editor) Edit(ctx context.Context, u uri.URI, r protocol.Range, text string) error {
	return e.change(ctx, u, &protocol.TextDocumentContentChangePartial{Range: r, Text: text})
}

// Replace replaces the whole text of an open document.
func (e *Editor) Replace(ctx context.Context, u uri.URI, text string) error {
	return e.change(ctx, u, &protocol.TextDocumentContentChangeWholeDocument{Text: text})
}

func (e *Editor) change(ctx context.Context, u uri.URI, c protocol.TextDocumentContentChangeEvent) error {
	e.mu.Lock()
	e.docs[u]++
	version := e.docs[u]
	e.mu.Unlock()
	return e.conn.Notify(ctx, protocol.MethodTextDocumentDidChange, &protocol.DidChangeTextDocumentParams{
		TextDocument: protocol.VersionedTextDocumentIdentifier{
			TextDocumentIdentifier: protocol.TextDocumentIdentifier{URI: u}, Version: version,
		},
		ContentChanges: []protocol.TextDocumentContentChangeEvent{c},
	})
}

// Version is the number of the last text sent for a document.
func (e *Editor) Version(u uri.URI) int32 {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.docs[u]
}

// Lenses returns the document's lenses with their words.
func (e *Editor) Lenses(ctx context.Context, u uri.URI) ([]protocol.CodeLens, error) {
	lenses, err := ask[[]protocol.CodeLens](ctx, e, protocol.MethodTextDocumentCodeLens, &protocol.CodeLensParams{TextDocument: protocol.TextDocumentIdentifier{URI: u}})
	if err != nil {
		return nil, err
	}
	for i := range lenses {
		l, err := ask[*protocol.CodeLens](ctx, e, protocol.MethodCodeLensResolve, &lenses[i])
		if err != nil {
			return nil, err
		}
		lenses[i] = *l
	}
	return lenses, nil
}

// Hover returns the hover's text at a place, and "" where there is none.
func (e *Editor) Hover(ctx context.Context, u uri.URI, p protocol.Position) (string, error) {
	h, err := ask[*protocol.Hover](ctx, e, protocol.MethodTextDocumentHover, &protocol.HoverParams{TextDocumentPositionParams: at(u, p)})
	if err != nil || h == nil {
		return "", err
	}
	if m, ok := h.Contents.(*protocol.MarkupContent); ok {
		return m.Value, nil
	}
	return "", fmt.Errorf("hover has contents of type %T", h.Contents)
}

func at(u uri.URI, p protocol.Position) protocol.TextDocumentPositionParams {
	return protocol.TextDocumentPositionParams{TextDocument: protocol.TextDocumentIdentifier{URI: u}, Position: p}
}

// Jump runs one of the commands that go to a gap, from a place. nil means that there is no gap.
func (e *Editor) Jump(ctx context.Context, command string, u uri.URI, p protocol.Position) (*protocol.Location, error) {
	params := at(u, p)
	arg, err := protocol.Marshal(&params)
	if err != nil {
		return nil, err
	}
	raw, err := e.Run(ctx, command, arg)
	if err != nil || len(raw) == 0 || string(raw) == "null" {
		return nil, err
	}
	var l protocol.Location
	return &l, protocol.Unmarshal(raw, &l)
}

// Run runs a command.
func (e *Editor) Run(ctx context.Context, command string, args ...protocol.LSPAny) (protocol.LSPAny, error) {
	return ask[protocol.LSPAny](ctx, e, protocol.MethodWorkspaceExecuteCommand, &protocol.ExecuteCommandParams{Command: command, Arguments: args})
}

// Actions returns the code actions at a place.
func (e *Editor) Actions(ctx context.Context, u uri.URI, p protocol.Position) ([]*protocol.CodeAction, error) {
	list, err := ask[[]protocol.CommandOrCodeAction](ctx, e, protocol.MethodTextDocumentCodeAction, &protocol.CodeActionParams{
		TextDocument: protocol.TextDocumentIdentifier{URI: u}, Range: protocol.Range{Start: p, End: p},
	})
	var out []*protocol.CodeAction
	for _, a := range list {
		if a, ok := a.(*protocol.CodeAction); ok {
			out = append(out, a)
		}
	}
	return out, err
}

// Screen is what the user of a document sees besides its text.
type Screen struct {
	Marks  []Mark
	Lenses []Lens
}

// Mark is a diagnostic. Lines and columns are 0-based and in the units of the session's encoding.
type Mark struct {
	Line, Start, End int
	Severity         string
	Message          string
}

// Lens is a line of text above a line.
type Lens struct {
	Line  int
	Title string
}

// Screen returns the lenses that the server gives now and the diagnostics that it published last.
func (e *Editor) Screen(ctx context.Context, path string) (*Screen, error) {
	lenses, err := e.Lenses(ctx, uri.File(path))
	if err != nil {
		return nil, err
	}
	out := &Screen{}
	for _, l := range lenses {
		out.Lenses = append(out.Lenses, Lens{int(l.Range.Start.Line), l.Command.Title})
	}
	items, _ := e.Seen().Of(string(uri.File(path)))
	out.Marks = marks(items)
	return out, nil
}

func marks(items []protocol.Diagnostic) []Mark {
	var out []Mark
	for _, d := range items {
		message, _ := d.Message.(protocol.String)
		out = append(out, Mark{
			int(d.Range.Start.Line), int(d.Range.Start.Character), int(d.Range.End.Character),
			[]string{"", "error", "warning", "information", "hint"}[d.Severity], string(message),
		})
	}
	return out
}

// WaitMarks waits until the diagnostics published last for the file at path satisfy ok.
func (e *Editor) WaitMarks(ctx context.Context, path string, ok func([]Mark) bool) error {
	_, err := e.Wait(ctx, func(s *Seen) bool {
		items, any := s.Of(string(uri.File(path)))
		return any && ok(marks(items))
	})
	return err
}

// HoverAt is Hover for a file and a 0-based place.
func (e *Editor) HoverAt(ctx context.Context, path string, line, character int) (string, error) {
	return e.Hover(ctx, uri.File(path), protocol.Position{Line: uint32(line), Character: uint32(character)})
}

// JumpFrom is Jump for a file and a 0-based place; ok is false where there is no gap.
func (e *Editor) JumpFrom(ctx context.Context, command, path string, line, character int) (to Mark, file string, ok bool, err error) {
	l, err := e.Jump(ctx, command, uri.File(path), protocol.Position{Line: uint32(line), Character: uint32(character)})
	if err != nil || l == nil {
		return Mark{}, "", false, err
	}
	return Mark{Line: int(l.Range.Start.Line), Start: int(l.Range.Start.Character), End: int(l.Range.End.Character)}, l.URI.FsPath(), true, nil
}

// Wait waits until what the server has sent satisfies ok, and returns it.
func (e *Editor) Wait(ctx context.Context, ok func(*Seen) bool) (*Seen, error) {
	for {
		e.mu.Lock()
		seen, changed := e.seen, e.changed
		e.mu.Unlock()
		if ok(&seen) {
			return &seen, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return &seen, fmt.Errorf("waiting for the server: %w", ctx.Err())
		case <-e.conn.Done():
			return &seen, errors.New("waiting for the server: it hung up")
		}
	}
}

// Seen returns what the server has sent so far.
func (e *Editor) Seen() *Seen {
	e.mu.Lock()
	defer e.mu.Unlock()
	seen := e.seen
	return &seen
}

// Forget drops what the server has sent so far, but for the last publish of each document.
func (e *Editor) Forget() {
	e.mu.Lock()
	defer e.mu.Unlock()
	last := map[string]Published{}
	for _, p := range e.seen.Published {
		last[p.URI] = p
	}
	e.seen = Seen{Published: slices.Collect(maps.Values(last))}
}

// see changes what was seen. Slices only grow, so that a copy of Seen stays as it is.
func (e *Editor) see(change func(*Seen)) {
	e.mu.Lock()
	defer e.mu.Unlock()
	change(&e.seen)
	close(e.changed)
	e.changed = make(chan struct{})
}

// handlersOf are what an editor does of LSP, by method.
func handlersOf(e *Editor) map[string]server.Handler {
	return map[string]server.Handler{
		protocol.MethodTextDocumentPublishDiagnostics: server.Notice(e.PublishDiagnostics),
		protocol.MethodWindowShowDocument:             server.Request(e.ShowDocument),
		protocol.MethodWorkspaceApplyEdit:             server.Request(e.ApplyEdit),
		protocol.MethodWindowShowMessage:              server.Notice(e.ShowMessage),
		protocol.MethodWindowShowMessageRequest:       server.Request(e.ShowMessageRequest),
		protocol.MethodWindowLogMessage:               server.Notice(e.LogMessage),
		protocol.MethodLogTrace:                       server.Notice(e.LogTrace),
		protocol.MethodWorkspaceCodeLensRefresh:       server.Bare(e.CodeLensRefresh),
		protocol.MethodWorkspaceDiagnosticRefresh:     server.Bare(e.DiagnosticRefresh),
		protocol.MethodWindowWorkDoneProgressCreate:   server.Notice(e.WorkDoneProgressCreate),
		protocol.MethodProgress:                       server.Notice(e.Progress),
		protocol.MethodClientRegisterCapability:       server.Notice(e.RegisterCapability),
		protocol.MethodWorkspaceConfiguration:         server.Request(e.Configuration),
	}
}

// PublishDiagnostics is called by the server.
func (e *Editor) PublishDiagnostics(_ context.Context, p *protocol.PublishDiagnosticsParams) error {
	version, _ := p.Version.Get()
	e.see(func(s *Seen) { s.Published = append(s.Published, Published{string(p.URI), version, p.Diagnostics}) })
	return nil
}

// ShowDocument is called by the server.
func (e *Editor) ShowDocument(_ context.Context, p *protocol.ShowDocumentParams) (*protocol.ShowDocumentResult, error) {
	e.see(func(s *Seen) { s.Shown = append(s.Shown, *p) })
	return &protocol.ShowDocumentResult{Success: true}, nil
}

// ApplyEdit is called by the server.
func (e *Editor) ApplyEdit(_ context.Context, p *protocol.ApplyWorkspaceEditParams) (*protocol.ApplyWorkspaceEditResult, error) {
	e.see(func(s *Seen) { s.Edits = append(s.Edits, p.Edit) })
	if e.applies != nil {
		if refusal := e.applies(p.Edit); refusal != "" {
			return &protocol.ApplyWorkspaceEditResult{FailureReason: &refusal}, nil
		}
	}
	return &protocol.ApplyWorkspaceEditResult{Applied: true}, nil
}

// ShowMessage is called by the server.
func (e *Editor) ShowMessage(_ context.Context, p *protocol.ShowMessageParams) error {
	e.see(func(s *Seen) { s.Messages = append(s.Messages, p.Message) })
	return nil
}

// ShowMessageRequest is called by the server.
func (e *Editor) ShowMessageRequest(ctx context.Context, p *protocol.ShowMessageRequestParams) (*protocol.MessageActionItem, error) {
	if e.answer == nil {
		return nil, jsonrpc2.ErrMethodNotFound
	}
	e.see(func(s *Seen) { s.Questions = append(s.Questions, p.Message) })
	button := e.answer(p.Message)
	for _, a := range p.Actions {
		if a.Title == button {
			return &a, nil
		}
	}
	return nil, nil
}

// LogMessage is called by the server.
func (e *Editor) LogMessage(_ context.Context, p *protocol.LogMessageParams) error {
	e.see(func(s *Seen) { s.Log = append(s.Log, p.Message) })
	return nil
}

// LogTrace is called by the server.
func (e *Editor) LogTrace(_ context.Context, p *protocol.LogTraceParams) error {
	text := p.Message
	if p.Verbose != nil {
		text += "\n" + *p.Verbose
	}
	e.see(func(s *Seen) { s.Traces = append(s.Traces, text) })
	return nil
}

// CodeLensRefresh is called by the server.
func (e *Editor) CodeLensRefresh(context.Context) error {
	e.see(func(s *Seen) { s.LensRefreshes++ })
	return nil
}

// DiagnosticRefresh is called by the server.
func (e *Editor) DiagnosticRefresh(context.Context) error {
	e.see(func(s *Seen) { s.DiagnosticRefreshes++ })
	return nil
}

// WorkDoneProgressCreate is called by the server.
func (e *Editor) WorkDoneProgressCreate(context.Context, *protocol.WorkDoneProgressCreateParams) error {
	return nil
}

// Progress is called by the server.
func (e *Editor) Progress(_ context.Context, p *protocol.ProgressParams) error {
	e.see(func(s *Seen) { s.Progress = append(s.Progress, string(p.Value)) })
	return nil
}

// RegisterCapability is called by the server.
func (e *Editor) RegisterCapability(_ context.Context, p *protocol.RegistrationParams) error {
	e.see(func(s *Seen) {
		for _, r := range p.Registrations {
			s.Registered = append(s.Registered, r.Method)
		}
	})
	return nil
}

// Configuration is called by the server.
func (e *Editor) Configuration(_ context.Context, p *protocol.ConfigurationParams) ([]protocol.LSPAny, error) {
	e.mu.Lock()
	raw, err := json.Marshal(e.settings)
	e.mu.Unlock()
	if err != nil {
		return nil, err
	}
	out := make([]protocol.LSPAny, len(p.Items))
	for i := range out {
		out[i] = raw
	}
	return out, nil
}

// SetSettings changes what Configuration answers.
func (e *Editor) SetSettings(v any) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.settings = v
}

package server

import (
	"context"
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/covls/covls/config"
	"github.com/covls/covls/engine"
	"github.com/covls/covls/text"
)

// client is what the other side can do. It is never written after initialize.
type client struct {
	encoding       text.Encoding
	pulls          bool // asks for diagnostics by itself, and can be told to ask again
	lensRefresh    bool
	hintRefresh    bool
	showDocument   bool
	asks           bool // shows questions with buttons
	progress       bool
	configuration  bool
	folders        bool // tells which workspace folders come and go
	related        bool // understands relatedInformation
	versions       bool // understands versions in publishDiagnostics
	unnecessary    bool // understands the tag Unnecessary
	plainHover     bool // wants no Markdown
	watchesFiles   bool // takes watchers at run time
	watchesConfig  bool // takes didChangeConfiguration at run time
	status         bool // wants covls/status
	documents      bool // shows by itself what commands answer
	runsTests      bool // has a command that runs tests: runTests
	literals       bool // takes code actions that are more than commands
	resolvesEdits  bool // asks for the edit of a code action when it was chosen
	edits          bool // takes code actions that edit
	applies        bool // makes edits that the server sends
	creates        bool // makes new files among these
	initialOptions any
}

func is(b *bool) bool { return b != nil && *b }

// Initialize answers who the server is. It neither reads nor waits: the work begins at initialized.
func (s *Server) Initialize(_ context.Context, p *protocol.InitializeParams) (*protocol.InitializeResult, error) {
	c := clientOf(&p.Capabilities)
	if p.ClientInfo.Name == "Neovim" {
		// Told to pull again, Neovim 0.12 pulls the workspace alone and forgets open buffers.
		c.pulls = false
		// It warns of servers of one buffer that count columns otherwise, and gopls and most others know UTF-16 alone.
		if g := p.Capabilities.General; g != nil && slices.Contains(g.PositionEncodings, protocol.PositionEncodingKindUTF16) {
			c.encoding = text.UTF16
		}
	}
	if len(p.InitializationOptions) > 0 {
		if err := json.Unmarshal(p.InitializationOptions, &c.initialOptions); err != nil {
			return nil, invalid("initializationOptions are not valid JSON: %v", err)
		}
	}
	s.client.Store(c)
	s.journal.trace.Store(int32(traceOf(p.Trace)))
	folders := initialFolders(p)
	if len(folders) == 0 && s.opts.Dir != "" {
		folders = addFolder(nil, uri.File(s.opts.Dir), "")
	}
	s.engine.SetFolders(folders)
	if p.ProcessID != nil {
		s.watchProcess(int(*p.ProcessID))
	}
	if p.ClientInfo.Name != "" {
		version, _ := p.ClientInfo.Version.Get()
		s.log.Info("client", slog.String("name", p.ClientInfo.Name), slog.String("version", version))
	}
	s.phase.Store(int32(greeted))
	yes := true
	incremental := protocol.TextDocumentSyncKindIncremental
	result := &protocol.InitializeResult{
		ServerInfo: protocol.ServerInfo{Name: "covls", Version: protocol.NewOptional(s.opts.Version)},
		Capabilities: protocol.ServerCapabilities{
			PositionEncoding:  protocol.PositionEncodingKind(c.encoding.String()),
			TextDocumentSync:  &protocol.TextDocumentSyncOptions{OpenClose: &yes, Change: &incremental, Save: protocol.Boolean(true)},
			HoverProvider:     protocol.Boolean(true),
			InlayHintProvider: protocol.Boolean(true),
			CodeLensProvider:  &protocol.CodeLensOptions{ResolveProvider: &yes},
			CodeActionProvider: &protocol.CodeActionOptions{
				CodeActionKinds: []protocol.CodeActionKind{protocol.CodeActionKindQuickFix, protocol.CodeActionKindRefactor, kindSource}, ResolveProvider: &yes,
			},
			ExecuteCommandProvider: protocol.ExecuteCommandOptions{Commands: slices.Clone(commandNames)},
			Workspace: &protocol.WorkspaceOptions{
				WorkspaceFolders: &protocol.WorkspaceFoldersServerCapabilities{Supported: &yes, ChangeNotifications: protocol.Boolean(true)},
				FileOperations:   &protocol.FileOperationOptions{DidRename: renames()},
			},
			Experimental: protocol.LSPAny(`{"covls":{"requests":["` + methodGaps + `","` + methodCoverage + `"],"notifications":["` + methodStatus + `","` + methodRan + `"]}}`),
		},
	}
	if c.pulls {
		identifier := "covls"
		result.Capabilities.DiagnosticProvider = &protocol.DiagnosticOptions{
			Identifier: &identifier, InterFileDependencies: true, WorkspaceDiagnostics: true,
		}
	}
	return result, nil
}

func clientOf(caps *protocol.ClientCapabilities) *client {
	own := announcedBy(caps.Experimental)
	c := &client{status: own.status, documents: own.documents, runsTests: own.runsTests}
	if g := caps.General; g != nil {
		c.encoding = chooseEncoding(g.PositionEncodings)
	}
	refreshes := false
	if w := caps.Workspace; w != nil {
		c.applies = is(w.ApplyEdit)
		c.creates = w.WorkspaceEdit != nil && is(w.WorkspaceEdit.DocumentChanges) && slices.Contains(w.WorkspaceEdit.ResourceOperations, protocol.ResourceOperationKindCreate)
		c.configuration, c.folders = is(w.Configuration), is(w.WorkspaceFolders)
		c.lensRefresh = w.CodeLens != nil && is(w.CodeLens.RefreshSupport)
		c.hintRefresh = w.InlayHint != nil && is(w.InlayHint.RefreshSupport)
		refreshes = w.Diagnostics != nil && is(w.Diagnostics.RefreshSupport)
		c.watchesFiles = w.DidChangeWatchedFiles != nil && is(w.DidChangeWatchedFiles.DynamicRegistration)
		c.watchesConfig = w.DidChangeConfiguration != nil && is(w.DidChangeConfiguration.DynamicRegistration)
	}
	if w := caps.Window; w != nil {
		c.progress = is(w.WorkDoneProgress)
		c.showDocument = w.ShowDocument != nil && w.ShowDocument.Support
		c.asks = w.ShowMessage != nil
	}
	t := caps.TextDocument
	if t == nil {
		return c
	}
	if a := t.CodeAction; a != nil {
		// An empty set of kinds is one: a client does with kinds that it does not know what it can.
		c.literals = a.CodeActionLiteralSupport.CodeActionKind.ValueSet != nil
		c.edits = c.literals // an action that is a literal may have an edit
		c.resolvesEdits = c.edits && is(a.DataSupport) && slices.Contains(a.ResolveSupport.Properties, "edit")
	}
	if d := t.PublishDiagnostics; d != nil {
		c.related, c.versions = is(d.RelatedInformation), is(d.VersionSupport)
		c.unnecessary = slices.Contains(d.TagSupport.ValueSet, protocol.DiagnosticTagUnnecessary)
	}
	// A client that pulls but can't be told to pull again would never see a new profile.
	if d := t.Diagnostic; d != nil && refreshes {
		c.pulls = true
		c.related = c.related || is(d.RelatedInformation)
		c.unnecessary = c.unnecessary || slices.Contains(d.TagSupport.ValueSet, protocol.DiagnosticTagUnnecessary)
	}
	if h := t.Hover; h != nil && len(h.ContentFormat) > 0 {
		c.plainHover = !slices.Contains(h.ContentFormat, protocol.MarkupKindMarkdown)
	}
	return c
}

// chooseEncoding takes the client's first choice that covls knows; without one it is UTF-16.
func chooseEncoding(offered []protocol.PositionEncodingKind) text.Encoding {
	for _, k := range offered {
		if e, ok := text.ParseEncoding(string(k)); ok {
			return e
		}
	}
	return text.UTF16
}

func initialFolders(p *protocol.InitializeParams) []engine.Folder {
	if list, ok := p.WorkspaceFolders.Get(); ok {
		var out []engine.Folder
		for _, f := range list {
			out = addFolder(out, f.URI, f.Name)
		}
		return out
	}
	//lint:ignore SA1019 clients from before workspace folders have nothing else
	rootURI, rootPath := p.RootURI, p.RootPath
	if rootURI != nil {
		return addFolder(nil, *rootURI, "")
	}
	if root, ok := rootPath.Get(); ok && filepath.IsAbs(root) {
		return addFolder(nil, uri.File(root), "")
	}
	return nil
}

func addFolder(folders []engine.Folder, u uri.URI, name string) []engine.Folder {
	path, ok := pathOf(u)
	if !ok {
		return folders
	}
	if !u.IsFile() { // by its scheme, which is spelled otherwise
		u = uri.File(path)
	}
	if filepath.IsAbs(name) { // as Neovim calls a folder
		name = filepath.Base(path)
	}
	return append(folders, engine.Folder{Dir: path, Name: strings.Clone(name), Tag: strings.Clone(string(u))})
}

// Initialized starts the work, once.
func (s *Server) Initialized(context.Context, *protocol.InitializedParams) error {
	if s.phase.CompareAndSwap(int32(greeted), int32(running)) {
		s.journal.begin()
		s.startEngine()
	}
	return nil
}

// Shutdown stops the work; only exit may follow.
func (s *Server) Shutdown(context.Context) error {
	s.phase.Store(int32(ending))
	s.code.Store(0)
	s.cancels.all()
	return nil
}

// Exit ends the session. It holds on to the reading goroutine until the connection is told, so that
// nobody waits for input that will not come.
func (s *Server) Exit(ctx context.Context) error {
	defer waiting(ctx)()
	s.end()
	<-ctx.Done()
	return nil
}

// WorkDoneProgressCancel is accepted and ignored: a load can't be stopped half way without losing what is shown.
func (s *Server) WorkDoneProgressCancel(context.Context, *protocol.WorkDoneProgressCancelParams) error {
	return nil
}

// processPoll is how often covls looks whether the client is still alive.
const processPoll = 3 * time.Second

// watchProcess ends the session when the client's process is gone, unless it can't be seen from
// here in the first place: the client may run in another container or on another machine.
func (s *Server) watchProcess(pid int) {
	if pid == os.Getpid() || !alive(pid) {
		return
	}
	s.engine.Go("watching the client's process", func(ctx context.Context) {
		tick := time.NewTicker(processPoll)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				if !alive(pid) {
					s.log.Info("the client's process is gone", slog.Int("pid", pid))
					s.end()
					return
				}
			}
		}
	})
}

// DidChangeConfiguration takes new settings from the client, or asks for them.
func (s *Server) DidChangeConfiguration(_ context.Context, p *protocol.DidChangeConfigurationParams) error {
	if s.client.Load().configuration {
		s.engine.AskSettings()
		return nil
	}
	var value any
	if err := json.Unmarshal(p.Settings, &value); err != nil {
		return invalid("settings are not valid JSON: %v", err)
	}
	layer, problems := config.FromEditor("editor", value)
	s.engine.SetSettings(engine.Settings{All: &layer, Problems: problems})
	return nil
}

// DidChangeWorkspaceFolders adds and removes folders.
func (s *Server) DidChangeWorkspaceFolders(_ context.Context, p *protocol.DidChangeWorkspaceFoldersParams) error {
	var added []engine.Folder
	for _, f := range p.Event.Added {
		added = addFolder(added, f.URI, f.Name)
	}
	var removed []string
	for _, f := range p.Event.Removed {
		if path, ok := pathOf(f.URI); ok {
			removed = append(removed, path)
		}
	}
	s.engine.ChangeFolders(added, removed)
	return nil
}

// renames asks for all files and folders that a client renames.
func renames() protocol.FileOperationRegistrationOptions {
	scheme := schemeFile
	return protocol.FileOperationRegistrationOptions{Filters: []protocol.FileOperationFilter{{Scheme: &scheme, Pattern: protocol.FileOperationPattern{Glob: "**"}}}}
}

// DidRenameFiles has what a client renamed looked at: a profile, a folder with some, a source.
func (s *Server) DidRenameFiles(_ context.Context, p *protocol.RenameFilesParams) error {
	var paths []string
	for _, f := range p.Files {
		for _, u := range []string{f.OldURI, f.NewURI} {
			if path, ok := pathOf(uri.URI(u)); ok {
				paths = append(paths, path)
			}
		}
	}
	s.engine.Renamed(paths...)
	return nil
}

// DidChangeWatchedFiles passes on what the client saw change on disk.
func (s *Server) DidChangeWatchedFiles(_ context.Context, p *protocol.DidChangeWatchedFilesParams) error {
	var paths []string
	for _, e := range p.Changes {
		if path, ok := pathOf(e.URI); ok {
			paths = append(paths, path)
		}
	}
	s.engine.Touch(paths...)
	return nil
}

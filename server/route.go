package server

import (
	"context"
	"fmt"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
)

// Handler does what a message with these parameters, which are JSON, asks for. Parameters that can't be read are a
// jsonrpc2.ErrParse. The library's own handlers know all of LSP, and a program that has them has the code of all its types.
type Handler func(ctx context.Context, params []byte) (any, error)

// Request has a request answered.
func Request[P, R any](answer func(context.Context, *P) (R, error)) Handler {
	return func(ctx context.Context, params []byte) (any, error) {
		var p P
		if err := protocol.Unmarshal(params, &p); err != nil {
			return nil, fmt.Errorf("%w: %w", jsonrpc2.ErrParse, err)
		}
		return answer(ctx, &p)
	}
}

// Notice has a notification taken, or a request that is answered with null.
func Notice[P any](take func(context.Context, *P) error) Handler {
	return Request(func(ctx context.Context, p *P) (any, error) { return nil, take(ctx, p) })
}

// Bare is Notice for what has no parameters.
func Bare(take func(context.Context) error) Handler {
	return func(ctx context.Context, _ []byte) (any, error) { return nil, take(ctx) }
}

// handlersOf are what a server does of LSP, by method.
func handlersOf(s *Server) map[string]Handler {
	return map[string]Handler{
		protocol.MethodInitialize:                         Request(s.Initialize),
		protocol.MethodShutdown:                           Bare(s.Shutdown),
		protocol.MethodExit:                               Bare(s.Exit),
		protocol.MethodSetTrace:                           Notice(s.SetTrace),
		protocol.MethodWindowWorkDoneProgressCancel:       Notice(s.WorkDoneProgressCancel),
		protocol.MethodTextDocumentDidOpen:                Notice(s.DidOpen),
		protocol.MethodTextDocumentDidChange:              Notice(s.DidChange),
		protocol.MethodTextDocumentDidClose:               Notice(s.DidClose),
		protocol.MethodTextDocumentDidSave:                Notice(s.DidSave),
		protocol.MethodTextDocumentCodeAction:             Request(s.CodeAction),
		protocol.MethodCodeActionResolve:                  Request(s.CodeActionResolve),
		protocol.MethodTextDocumentCodeLens:               Request(s.CodeLens),
		protocol.MethodCodeLensResolve:                    Request(s.CodeLensResolve),
		protocol.MethodTextDocumentHover:                  Request(s.Hover),
		protocol.MethodTextDocumentInlayHint:              Request(s.InlayHint),
		protocol.MethodTextDocumentDiagnostic:             Request(s.Diagnostic),
		protocol.MethodWorkspaceDiagnostic:                Request(s.DiagnosticWorkspace),
		protocol.MethodWorkspaceExecuteCommand:            Request(s.ExecuteCommand),
		protocol.MethodWorkspaceDidChangeConfiguration:    Notice(s.DidChangeConfiguration),
		protocol.MethodWorkspaceDidChangeWorkspaceFolders: Notice(s.DidChangeWorkspaceFolders),
		protocol.MethodWorkspaceDidChangeWatchedFiles:     Notice(s.DidChangeWatchedFiles),
		protocol.MethodWorkspaceDidRenameFiles:            Notice(s.DidRenameFiles),
	}
}

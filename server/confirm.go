package server

import (
	"context"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"

	"github.com/covls/covls/escape"
)

// The buttons of a question.
const (
	buttonWrite  = "Write"
	buttonCancel = "Cancel"
)

// codeFailed is LSP's code for a request that is right, and can't be done.
const codeFailed = jsonrpc2.Code(protocol.LSPErrorCodesRequestFailed)

// failed is the error of a request that is right, and can't be done.
func failed(format string, args ...any) error {
	return jsonrpc2.Errorf(codeFailed, format, args...)
}

// confirm asks the user before a file is written, unless the client says that it was confirmed. A click on
// a lens, an action or a link runs a command with arguments that others may have chosen. A client that
// can't ask is trusted to run only what its user wants. An error says that nothing is to be written.
func (s *Server) confirm(ctx context.Context, confirmed bool, question string) error {
	if confirmed || !s.client.Load().asks {
		return nil
	}
	defer waiting(ctx)()
	answer, err := s.remote.ShowMessageRequest(ctx, &protocol.ShowMessageRequestParams{
		Type: protocol.MessageTypeInfo, Message: escape.Message("covls: " + question),
		Actions: []protocol.MessageActionItem{{Title: buttonWrite}, {Title: buttonCancel}},
	})
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		return jsonrpc2.Errorf(codeFailed, "nothing was written: the editor could not ask you (%v)", err)
	case answer == nil || answer.Title != buttonWrite:
		return jsonrpc2.Errorf(protocol.CodeRequestCancelled, "nothing was written: you did not choose %s", buttonWrite)
	}
	return nil
}

// brief is a text of others as it stands in a question: in quotes, and not too long.
func brief(s string) string {
	const most = 200
	if r := []rune(s); len(r) > most {
		s = string(r[:most]) + "…"
	}
	return escape.TOML(s)
}

package server

import (
	"context"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/covls/covls/project"
)

const wantRun = `{"textDocument"?: {"uri": …}, "folder"?: URI}`

// runCommand answers with the command line that makes a profile of the project around a document, or of
// a workspace folder; null where covls knows none. The client runs it, if it may.
func (s *Server) runCommand(ctx context.Context, p params) (protocol.LSPAny, error) {
	var args struct {
		TextDocument *documentParam `json:"textDocument"`
		Folder       string         `json:"folder"`
	}
	if err := p.into(&args, wantRun); err != nil {
		return nil, err
	}
	at := args.Folder
	_, document, err := args.TextDocument.parse(p.of)
	if err != nil {
		return nil, err
	}
	if document {
		at = args.TextDocument.URI
	}
	snap := s.snapshot(ctx)
	folder, err := folderAt(snap, at)
	if err != nil {
		return nil, invalid("%s: %v", p.of, err)
	}
	if document {
		path, folder, err := within(snap, at)
		if err != nil {
			return nil, invalid("%s: %v", p.of, err)
		}
		if own, ok := project.Of(folder.Dir, path); ok {
			if c, ok := own.TestCommand(folder.Settings.Run, folder.Dir); ok {
				return commandLine(c)
			}
		}
	}
	if c := folder.TestCommand(project.In(folder.Dir)); c != nil {
		return commandLine(*c)
	}
	return null, nil
}

func commandLine(c project.Command) (protocol.LSPAny, error) {
	data, err := raw(wireCommandOf(c))
	return protocol.LSPAny(data), err
}

// wireCommand is a command line that makes a profile.
type wireCommand struct {
	Language string `json:"language"`
	Command  string `json:"command"`
	CWD      string `json:"cwd"` // URI
}

func wireCommandOf(c project.Command) *wireCommand {
	return &wireCommand{c.Language, c.Line, string(uri.File(c.Dir))}
}

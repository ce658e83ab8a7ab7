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
	answer := func(c project.Command) (protocol.LSPAny, error) {
		s.say("in %s this measures coverage: %s", c.Dir, c.Line)
		return commandLine(c)
	}
	folder, err := folderAt(snap, at)
	if err != nil {
		return nil, invalid("%s: %v", p.of, err)
	}
	projects := project.In(folder.Dir)
	if document {
		path, folder, err := within(snap, at)
		if err != nil {
			return nil, invalid("%s: %v", p.of, err)
		}
		if own, ok := project.Of(folder.Dir, path); ok && (own.Among(projects) || folder.Settings.Run.CommandFor(own.Language) != "") {
			if c, ok := own.TestCommand(folder.Settings.Run, folder.Dir); ok {
				return answer(c)
			}
		}
	}
	if c := folder.TestCommand(projects); c != nil {
		return answer(*c)
	}
	s.say("no command that measures coverage is known for %s: run.command sets one", folder.Dir)
	return null, nil
}

func commandLine(c project.Command) (protocol.LSPAny, error) {
	data, err := raw(wireCommandOf(c))
	return protocol.LSPAny(data), err
}

// cmdRunTests is the command of a client that announced experimental.covls.runTests: it runs what covls.runCommand
// answers.
const cmdRunTests = "covls.runTests"

// wireCommand is a command line that makes a profile.
type wireCommand struct {
	Language string `json:"language"`
	Command  string `json:"command"`
	CWD      string `json:"cwd"` // URI
	// Own is the command line that writes into project.OwnDir of CWD, which has to be there; null where the tools can't
	// be told.
	Own *string `json:"own"`
	// Lacks is what is not installed, and Install what installs it; null for nothing.
	Lacks   *string `json:"lacks"`
	Install *string `json:"install"`
}

func wireCommandOf(c project.Command) *wireCommand {
	out := &wireCommand{Language: c.Language, Command: c.Line, CWD: string(uri.File(c.Dir))}
	if c.Own != c.Line {
		out.Own = &c.Own
	}
	if missing := c.Missing(); missing != "" {
		out.Lacks = &missing
	}
	if c.Install != "" {
		out.Install = &c.Install
	}
	return out
}

package server

import (
	"context"
	"encoding/json"
	"fmt"

	"go.lsp.dev/protocol"

	"github.com/covls/covls/config"
	"github.com/covls/covls/diag"
	"github.com/covls/covls/engine"
	"github.com/covls/covls/workspace"
)

// pathMapping are the arguments of covls.addPathMapping.
type pathMapping struct {
	// URI is a document or a directory of the workspace folder whose settings get the mapping; ""
	// stands for the first folder.
	URI  string `json:"uri"`
	From string `json:"from"`
	To   string `json:"to"`
	// Profile is a glob of the profiles that are meant; "" means all.
	Profile string `json:"profile,omitempty"`
	// Confirmed tells that the user wants it written.
	Confirmed bool `json:"confirmed,omitempty"`
}

func mappingArgs(document string, fix *diag.PathFix) pathMapping {
	return pathMapping{URI: document, From: fix.From, To: fix.To, Profile: fix.PathMapping.Profile}
}

// addPathMapping writes a path mapping to the settings file of a folder, if the user wants that, which
// covls then reads like any other change of it. It answers with the file that was written.
func (s *Server) addPathMapping(ctx context.Context, p *protocol.ExecuteCommandParams) (protocol.LSPAny, error) {
	var args pathMapping
	if len(p.Arguments) == 0 || json.Unmarshal(p.Arguments[0], &args) != nil || args.From == "" || args.To == "" {
		return nil, invalid(`%s needs {"from": "…", "to": "…"}, and perhaps "uri", a document of the folder`, p.Command)
	}
	place := func(snap *workspace.Snapshot) (string, error) {
		folder, err := folderAt(snap, args.URI)
		if err != nil {
			return "", invalid("%s: %v", p.Command, err)
		}
		file, err := engine.SettingsFile(snap, folder, "path", "path mappings")
		if err != nil {
			return "", invalid("%v: add %s → %s there", err, args.From, args.To)
		}
		return file, nil
	}
	file, err := place(s.snapshot(ctx))
	if err != nil {
		return nil, err
	}
	whose := ""
	if args.Profile != "" {
		whose = " for " + brief(args.Profile)
	}
	if err := s.confirm(ctx, args.Confirmed, fmt.Sprintf("Map %s to %s%s in %s?", brief(args.From), brief(args.To), whose, file)); err != nil {
		return nil, err
	}
	snap := s.store.Load()
	if file, err = place(snap); err != nil {
		return nil, err
	}
	err = s.engine.Write(file, func() error {
		return config.AddMapping(file, config.PathMapping{From: args.From, To: args.To, Profile: args.Profile})
	})
	if err != nil {
		return nil, invalid("%v", err)
	}
	s.publisher.tell(protocol.MessageTypeInfo, fmt.Sprintf("mapped %s to %s in %s", args.From, args.To, file))
	return json.Marshal(map[string]string{"file": string(uriOf(snap, file))})
}

// folderAt is the workspace folder around a document or directory.
func folderAt(snap *workspace.Snapshot, at string) (*workspace.Folder, error) {
	if at != "" {
		u, err := parseURI(at)
		if err != nil {
			return nil, err
		}
		if path, ok := pathOf(u); ok {
			if f := snap.FolderOf(path); f != nil {
				return f, nil
			}
		}
		return nil, fmt.Errorf("%s lies in no workspace folder", at)
	}
	if len(snap.Folders) == 0 {
		return nil, fmt.Errorf("there is no workspace folder")
	}
	return snap.Folders[len(snap.Folders)-1], nil
}

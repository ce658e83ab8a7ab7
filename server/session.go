package server

import (
	"context"
	"encoding/json"
	"log/slog"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/covls/covls/config"
	"github.com/covls/covls/engine"
)

// newEngine makes the engine that works for the client.
func (s *Server) newEngine() *engine.Engine {
	return engine.New(s.store, engine.Options{
		Profiles: s.opts.Profiles, Restricted: s.opts.Restricted, Cache: s.opts.Cache, Env: s.opts.Env, Watch: s.opts.Watch, Guard: s.guard, Log: s.log,
		Ask: s.askSettings,
		Tell: func(urgent bool, text string) {
			kind := protocol.MessageTypeInfo
			if urgent {
				kind = protocol.MessageTypeWarning
			}
			s.publisher.tell(kind, text)
		},
		Note:  func(text string) { s.publisher.note(protocol.MessageTypeInfo, text) },
		Fault: s.publisher.tellFault,
		Begin: func(ctx context.Context, what string) engine.Work { return s.beginProgress(ctx, what) },
		Loaded: func(l engine.Load) {
			snap := s.store.Load()
			s.journal.add(entry{what: "load", took: l.Took, attrs: []slog.Attr{
				slog.String("why", l.Why), slog.Int("profiles", l.Profiles), slog.Int("sources", l.Sources),
				slog.Int("files", len(snap.Files)), slog.Int("lost", len(snap.Lost)), slog.Uint64("generation", snap.Generation),
			}})
		},
		Facts: func(f *engine.Facts) {
			if s.client.Load().status {
				s.facts.Store(f)
				s.publisher.wake()
			}
		},
	})
}

// startEngine begins the work, once the client is ready to be asked.
func (s *Server) startEngine() {
	c := s.client.Load()
	var initial engine.Settings
	if c.initialOptions != nil {
		layer, problems := config.FromEditor("initializationOptions", c.initialOptions)
		initial = engine.Settings{All: &layer, Problems: problems}
	}
	s.engine.Go("registering with the client", s.register)
	s.engine.Start(initial, c.configuration)
}

// register asks the client to tell of changes that it sees.
func (s *Server) register(ctx context.Context) {
	c := s.client.Load()
	var regs []protocol.Registration
	if c.watchesFiles {
		var watchers []protocol.FileSystemWatcher
		for _, p := range append(config.DefaultProfiles(), "**/"+config.FileName) {
			watchers = append(watchers, protocol.FileSystemWatcher{GlobPattern: protocol.Pattern(p)})
		}
		options, err := protocol.Marshal(&protocol.DidChangeWatchedFilesRegistrationOptions{Watchers: watchers})
		if err == nil {
			regs = append(regs, protocol.Registration{
				ID: "covls/watch", Method: protocol.MethodWorkspaceDidChangeWatchedFiles, RegisterOptions: options,
			})
		}
	}
	if c.watchesConfig {
		regs = append(regs, protocol.Registration{
			ID: "covls/configuration", Method: protocol.MethodWorkspaceDidChangeConfiguration,
			RegisterOptions: protocol.LSPAny(`{"section":"covls"}`),
		})
	}
	if len(regs) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, callPatience)
	defer cancel()
	if err := s.remote.RegisterCapability(ctx, &protocol.RegistrationParams{Registrations: regs}); err != nil {
		s.log.Info("the client registers nothing", slog.Any("error", err))
	}
}

// askSettings asks the client for the settings of each folder.
func (s *Server) askSettings(ctx context.Context, folders []engine.Folder) engine.Settings {
	section := "covls"
	items := []protocol.ConfigurationItem{{Section: &section}}
	for _, f := range folders {
		if u := folderURI(f); u != "" {
			items = append(items, protocol.ConfigurationItem{ScopeURI: &u, Section: &section})
		}
	}
	values, err := s.remote.Configuration(ctx, &protocol.ConfigurationParams{Items: items})
	if err != nil {
		s.log.Info("the client tells no settings", slog.Any("error", err))
	}
	return settingsOf(values, folders)
}

// settingsOf reads the answer to askSettings: one value for all, then one for each folder.
func settingsOf(values []protocol.LSPAny, folders []engine.Folder) engine.Settings {
	var out engine.Settings
	seen := map[string]bool{}
	read := func(raw protocol.LSPAny) (config.Layer, bool) {
		var value any
		if len(raw) == 0 || json.Unmarshal(raw, &value) != nil || value == nil {
			return config.Layer{}, false
		}
		layer, problems := config.FromEditor("editor setting", value)
		for _, p := range problems {
			if !seen[p.String()] {
				seen[p.String()] = true
				out.Problems = append(out.Problems, p)
			}
		}
		return layer, true
	}
	for i, raw := range values {
		layer, ok := read(raw)
		switch {
		case !ok:
		case i == 0:
			out.All = &layer
		case i <= len(folders):
			if out.ByDir == nil {
				out.ByDir = map[string]config.Layer{}
			}
			out.ByDir[folders[i-1].Dir] = layer
		}
	}
	return out
}

// folderURI is the client's spelling of a workspace folder, or a plain one where the client named none.
func folderURI(f engine.Folder) uri.URI {
	if f.Tag == "" {
		return uri.File(f.Dir)
	}
	return uri.URI(f.Tag)
}

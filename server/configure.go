package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"

	"go.lsp.dev/protocol"

	"github.com/covls/covls/config"
	"github.com/covls/covls/engine"
	"github.com/covls/covls/workspace"
)

const wantRule = `{"uri": …, "rule": {"tier" or "at_least" or "at_most" or "weight" or "target" or "exclude": …, "why"?: "…"}, "confirmed"?: true}`

// addRule writes a rule for a file, or a folder, to the settings file, if the user wants that, which covls
// then reads like any other change of it. It answers with the Location of the rule.
func (s *Server) addRule(ctx context.Context, p params) (protocol.LSPAny, error) {
	var args struct {
		URI       string          `json:"uri"`
		Rule      json.RawMessage `json:"rule"`
		Confirmed bool            `json:"confirmed"`
	}
	if err := p.into(&args, wantRule); err != nil {
		return nil, err
	}
	var rule config.Rule
	dec := json.NewDecoder(strings.NewReader(string(args.Rule)))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&rule); err != nil || rule.Paths != nil || reflect.DeepEqual(rule, config.Rule{Why: rule.Why}) || args.URI == "" {
		return nil, invalid("%s needs %s, not %s", p.of, wantRule, clip(p.raw))
	}
	place := func(snap *workspace.Snapshot) (file, name string, err error) {
		path, folder, err := within(snap, args.URI)
		if err != nil {
			return "", "", invalid("%s: %v", p.of, err)
		}
		if path == folder.Dir {
			return "", "", invalid("%s: %s is the whole workspace folder: set `target` instead of a rule", p.of, args.URI)
		}
		if file, err = engine.SettingsFile(snap, folder, "rule", "rules"); err != nil {
			return "", "", invalid("%s: %v", p.of, err)
		}
		return file, snap.Name(path), nil
	}
	snap := s.snapshot(ctx)
	file, name, err := place(snap)
	if err != nil {
		return nil, err
	}
	if err := s.confirm(ctx, args.Confirmed, fmt.Sprintf("Add a rule for %s to %s: %s?", brief(name), file, ruleInWords(rule))); err != nil {
		return nil, err
	}
	snap = s.store.Load()
	if file, name, err = place(snap); err != nil {
		return nil, err
	}
	line := 0
	err = s.engine.Write(file, func() (err error) {
		line, err = config.AddRule(file, name, rule)
		return err
	})
	if err != nil {
		return nil, invalid("%v", err)
	}
	return marshal(&protocol.Location{URI: uriOf(snap, file), Range: lineRange(line)})
}

// ruleInWords is what a rule without paths sets.
func ruleInWords(r config.Rule) string {
	r.Why, r.Group = clip([]byte(r.Why)), clip([]byte(r.Group))
	_, keys, _ := strings.Cut(r.TOML(), "paths = []\n")
	return strings.ReplaceAll(strings.TrimSpace(keys), "\n", ", ")
}

// lineRange is the start of a 1-based line.
func lineRange(line int) protocol.Range {
	at := protocol.Position{Line: uint32(max(line, 1) - 1)}
	return protocol.Range{Start: at, End: at}
}

// within is the path of a URI and the workspace folder around it. A document that is open by another
// path than the profiles' is meant by theirs.
func within(snap *workspace.Snapshot, at string) (path string, folder *workspace.Folder, err error) {
	folder, err = folderAt(snap, at)
	if err != nil {
		return "", nil, err
	}
	u, err := parseURI(at)
	if err != nil {
		return "", nil, err
	}
	path, _ = pathOf(u)
	if d := snap.Documents[path]; d != nil {
		if f := snap.FileOf(d); f != nil {
			path, folder = f.Path, f.Folder
		}
	}
	return path, folder, nil
}

const wantFolder = `{"uri"?: a document or directory of the workspace folder, "confirmed"?: true}`

// createConfiguration writes a commented settings file from what is in the folder, as `covls init` does, if
// the user wants that.
// It answers with the Location of the file.
func (s *Server) createConfiguration(ctx context.Context, p params) (protocol.LSPAny, error) {
	var args struct {
		URI       string `json:"uri"`
		Confirmed bool   `json:"confirmed"`
	}
	if err := p.into(&args, wantFolder); err != nil {
		return nil, err
	}
	snap := s.snapshot(ctx)
	folder, err := folderAt(snap, args.URI)
	if err != nil {
		return nil, invalid("%s: %v", p.of, err)
	}
	file := filepath.Join(folder.Dir, config.FileName)
	if _, err := os.Lstat(file); err == nil {
		return nil, invalid("%s is there already", file)
	}
	if err := s.confirm(ctx, args.Confirmed, fmt.Sprintf("Write a new %s?", file)); err != nil {
		return nil, err
	}
	text, err := engine.NewSettings(ctx, snap, folder, nil)
	if err != nil {
		return nil, err
	}
	above := ""
	err = s.engine.Write(file, func() (err error) {
		_, above, err = engine.WriteSettings(folder.Dir, text, false)
		return err
	})
	if errors.Is(err, fs.ErrExist) {
		return nil, invalid("%s is there already", file)
	} else if err != nil {
		return nil, invalid("%v", err)
	}
	if above != "" {
		s.publisher.tell(protocol.MessageTypeInfo, fmt.Sprintf("from now on %s holds here, and %s no more: take over what you need of it", file, above))
	}
	return marshal(&protocol.Location{URI: uriOf(snap, file), Range: lineRange(1)})
}

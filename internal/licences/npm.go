package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// extension is the folder of the VS Code extension below the repository.
const extension = "editors/vscode"

// npmHoldings lists the packages of npm by package-lock.json, which knows those of all platforms. What is
// bundled is what package.json calls dependencies; scripts/notices.mjs holds the bundle against it.
func npmHoldings(root string) ([]*holding, error) {
	dir := filepath.Join(root, extension)
	name := filepath.Join(dir, "package-lock.json")
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("read the packages of npm: %w", err)
	}
	var lock struct {
		Packages map[string]struct {
			Name, Version, License string
			Dev, Link              bool
		}
	}
	if err := json.Unmarshal(data, &lock); err != nil {
		return nil, fmt.Errorf("read the packages of npm: %s: %w", name, err)
	}
	var out []*holding
	for path, p := range lock.Packages {
		at := strings.LastIndex(path, "node_modules/")
		if at < 0 || p.Link {
			continue // covls's own
		}
		h := &holding{
			name: path[at+len("node_modules/"):], version: p.Version, use: inExtension,
			declared: p.License, dir: filepath.Join(dir, filepath.FromSlash(path)),
		}
		if p.Name != "" {
			h.name = p.Name
		}
		if p.Dev {
			h.use = forExtension
		}
		out = append(out, h)
	}
	slices.SortFunc(out, byUse)
	return out, nil
}

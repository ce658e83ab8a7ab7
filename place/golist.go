package place

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/mod/module"

	"github.com/covls/covls/program"
)

// The names that go on one command line: Windows takes 32,767 characters.
const (
	listBytes = 24_000
	nameBytes = 1_000
)

// ListPackages asks `go list`, run in dir, for the directories of packages that the go.mod files
// don't tell: those of the module cache and of the standard library. It may take seconds; it never
// downloads, builds nothing and never writes go.mod. A package that Go doesn't know is not in the result.
// Where nothing may be started the error is program.ErrRestricted.
func ListPackages(ctx context.Context, start *program.Starter, dir string, importPaths []string) (map[string]string, error) {
	dirs := map[string]string{}
	var batch []string
	size := 0
	for _, p := range importPaths {
		if !listable(dir, p) {
			continue
		}
		if size += len(p) + 1; size > listBytes {
			if err := listPackages(ctx, start, dir, batch, dirs); err != nil {
				return dirs, err
			}
			batch, size = nil, len(p)+1
		}
		batch = append(batch, p)
	}
	if len(batch) == 0 {
		return dirs, nil
	}
	return dirs, listPackages(ctx, start, dir, batch, dirs)
}

// listable reports whether go list takes the name, which comes from a profile, for the import path
// of one package: no flag, no file, no pattern.
func listable(dir, name string) bool {
	switch name {
	case "all", "cmd", "std", "tool", "work":
		return false
	}
	return len(name) <= nameBytes && module.CheckImportPath(name) == nil && !strings.Contains(name, "...") &&
		!(strings.HasSuffix(name, ".go") && isFile(filepath.Join(dir, name)))
}

// Bounds of one call of go list.
const (
	listPatience = 30 * time.Second
	listOutput   = 32 << 20
)

// listPackages adds what go list says to dirs.
func listPackages(ctx context.Context, start *program.Starter, dir string, importPaths []string, dirs map[string]string) error {
	c := program.Go(dir, append([]string{"list", "-e", "-find", "-json=ImportPath,Dir", "--"}, importPaths...)...)
	c.Patience, c.Output = listPatience, listOutput
	out, err := start.Output(ctx, c)
	if err != nil {
		return fmt.Errorf("ask go list for packages outside the workspace: %w", err)
	}
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p struct{ ImportPath, Dir string }
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("read what go list said: %w", err)
		}
		if p.Dir != "" {
			dirs[p.ImportPath] = p.Dir
		}
	}
}

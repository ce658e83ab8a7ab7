package profile

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/covls/covls/coverage"
)

// CoverDir is the format of a GOCOVERDIR, the directory that programs built with `go build -cover`
// write into.
const CoverDir = "gocoverdir"

// covdataPatience bounds the run of go tool covdata.
const covdataPatience = time.Minute

// openDir reads a GOCOVERDIR through `go tool covdata textfmt`, since the format of its files belongs
// to each version of Go.
func openDir(dir string, limits Limits) (*Profile, error) {
	path, err := filepath.Abs(dir)
	if err != nil {
		return nil, locate(dir, err)
	}
	metas, err := filepath.Glob(filepath.Join(path, "covmeta.*"))
	if err != nil || len(metas) == 0 {
		return nil, locate(dir, errors.New("is a directory without a covmeta file"))
	}
	out, err := os.CreateTemp("", "covls-covdata-")
	if err != nil {
		return nil, locate(dir, err)
	}
	defer os.Remove(out.Name())
	defer out.Close()
	ctx, cancel := context.WithTimeout(context.Background(), covdataPatience)
	defer cancel()
	cmd := exec.CommandContext(ctx, "go", "tool", "covdata", "textfmt", "-i="+path, "-o="+out.Name())
	// Not in the workspace: its go.mod may ask for another Go.
	cmd.Dir = os.TempDir()
	cmd.Env = append(os.Environ(), "GOPROXY=off", "GOFLAGS=", "GOWORK=off")
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Run(); err != nil {
		if errors.Is(err, exec.ErrNotFound) {
			return nil, locate(dir, errors.New("a GOCOVERDIR is read by go tool covdata, and Go is not on PATH"))
		}
		line, _, _ := strings.Cut(strings.TrimSpace(said.String()), "\n")
		return nil, locate(dir, fmt.Errorf("go tool covdata can't read it: %w: %s", err, line))
	}
	p, err := Read(dir, out, limits)
	if err != nil {
		return nil, err
	}
	p.Format = CoverDir
	if n := len(metas); n > 1 {
		p.Report.Warnings = append(p.Report.Warnings, coverage.Warning{
			Text: fmt.Sprintf("it holds the data of %d programs or builds; where two are of the same source at different times, both count: empty the directory before a new build", n),
		})
	}
	return p, nil
}

package profile

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/covls/covls/coverage"
)

// CoverDir is the format of a GOCOVERDIR, the directory that programs built with `go build -cover`
// write into.
const CoverDir = "gocoverdir"

// covdataPatience bounds the run of go tool covdata.
const covdataPatience = time.Minute

// coverBuilds bounds the builds of which the data is read, the newest first: each takes a run of
// go tool covdata.
const coverBuilds = 32

// openDir reads a GOCOVERDIR through `go tool covdata textfmt`, since the format of its files belongs
// to each version of Go. Where it has the data of several builds, a source that is the same in two of
// them counts in both; of one that changed in between only the newest counts.
func openDir(dir string, limits Limits) (*Profile, error) {
	path, err := filepath.Abs(dir)
	if err != nil {
		return nil, locate(dir, err)
	}
	builds, err := coverMetas(path)
	switch {
	case err != nil:
		return nil, locate(dir, err)
	case len(builds) == 0:
		return nil, locate(dir, errors.New("is a directory without a covmeta file"))
	case len(builds) == 1:
		return covdata(dir, path, limits)
	}
	tmp, err := os.MkdirTemp("", "covls-covdata-")
	if err != nil {
		return nil, locate(dir, err)
	}
	defer os.RemoveAll(tmp)
	var all []*Profile
	for _, hash := range builds[:min(coverBuilds, len(builds))] {
		one := filepath.Join(tmp, hash)
		if err := linkBuild(path, one, hash); err != nil {
			return nil, locate(dir, err)
		}
		p, err := covdata(dir, one, limits)
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	p := joinBuilds(all)
	if n := len(builds) - len(all); n > 0 {
		p.Report.Warnings = append(p.Report.Warnings, coverage.Warning{
			Text: fmt.Sprintf("the data of the oldest %d of %d builds was left out: empty the directory now and then", n, len(builds)),
		})
	}
	return p, nil
}

// coverMetas returns the hashes of the covmeta files of a GOCOVERDIR, the newest first.
func coverMetas(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	type meta struct {
		hash string
		made time.Time
	}
	var metas []meta
	for _, e := range entries {
		hash, ok := strings.CutPrefix(e.Name(), "covmeta.")
		if info, err := e.Info(); ok && err == nil && info.Mode().IsRegular() {
			metas = append(metas, meta{hash, info.ModTime()})
		}
	}
	slices.SortFunc(metas, func(a, b meta) int {
		return cmp.Or(b.made.Compare(a.made), cmp.Compare(a.hash, b.hash))
	})
	var out []string
	for _, m := range metas {
		out = append(out, m.hash)
	}
	return out, nil
}

// linkBuild makes the directory to with the files of one build of the GOCOVERDIR from.
func linkBuild(from, to, hash string) error {
	if err := os.Mkdir(to, 0o700); err != nil {
		return err
	}
	entries, err := os.ReadDir(from)
	if err != nil {
		return err
	}
	for _, e := range entries {
		name := e.Name()
		if name != "covmeta."+hash && !strings.HasPrefix(name, "covcounters."+hash+".") {
			continue
		}
		if os.Symlink(filepath.Join(from, name), filepath.Join(to, name)) == nil {
			continue
		}
		data, err := os.ReadFile(filepath.Join(from, name)) // Windows may not allow links
		if err == nil {
			err = os.WriteFile(filepath.Join(to, name), data, 0o600)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// joinBuilds joins what builds say, the newest first.
func joinBuilds(builds []*Profile) *Profile {
	out := &Profile{Format: CoverDir, Report: &coverage.Report{Counted: true}}
	files := map[string]*coverage.File{}
	older := 0
	for _, b := range builds {
		out.Size += b.Size
		out.Hash = out.Hash*31 + b.Hash
		out.Report.Counted = out.Report.Counted && b.Report.Counted
		out.Report.Warnings = append(out.Report.Warnings, b.Report.Warnings...)
		for _, f := range b.Report.Files {
			switch known := files[f.Name]; {
			case known == nil:
				files[f.Name] = f
			case slices.EqualFunc(known.Regions, f.Regions, func(a, b coverage.Region) bool { return a.Compare(b) == 0 }):
				files[f.Name] = coverage.Merge(known, f)
			default:
				older++
			}
		}
	}
	for _, f := range files {
		out.Report.Files = append(out.Report.Files, f)
	}
	coverage.SortFiles(out.Report.Files)
	if older > 0 {
		out.Report.Warnings = append(out.Report.Warnings, coverage.Warning{
			Text: fmt.Sprintf("it holds the data of %d builds, between which sources changed: what older builds say of %d of them was left out", len(builds), older),
		})
	}
	return out
}

// covdata reads the directory path; errors name dir.
func covdata(dir, path string, limits Limits) (*Profile, error) {
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
	return p, nil
}

package report_test

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/covls/covls/config"
	"github.com/covls/covls/priority"
	"github.com/covls/covls/report"
	"github.com/covls/covls/workspace"
)

// manyFiles is a workspace of an LCOV profile with n files of 10 functions and 100 lines, which is the size
// of the large profile of docs/performance.md.
func manyFiles(b *testing.B, n int) *workspace.Snapshot {
	b.Helper()
	var text strings.Builder
	for i := range n {
		fmt.Fprintf(&text, "SF:src/dir%d/file%d.rs\n", i%200, i)
		for f := range 10 {
			fmt.Fprintf(&text, "FN:%d,%d,f%d\nFNDA:%d,f%d\n", f*10+1, f*10+10, f, (i*f)%3, f)
		}
		for l := range 100 {
			fmt.Fprintf(&text, "DA:%d,%d\n", l+1, (i*(l/10))%3)
		}
		text.WriteString("end_of_record\n")
	}
	dir := b.TempDir()
	path := filepath.Join(dir, "lcov.info")
	if err := os.WriteFile(path, []byte(text.String()), 0o644); err != nil {
		b.Fatal(err)
	}
	store := workspace.NewStore()
	loader := workspace.NewLoader(store)
	settings, _ := config.Load(dir)
	loader.SetFolders(b.Context(), []*workspace.Folder{workspace.NewFolder(dir, "", settings, nil)})
	if errs := loader.Read(b.Context(), []workspace.Change{{Path: path}}); len(errs) > 0 {
		b.Fatal(errs)
	}
	return store.Load()
}

// BenchmarkTiersPlanAndJSON is all that a report of 10,000 files takes beyond the load.
func BenchmarkTiersPlanAndJSON(b *testing.B) {
	s := manyFiles(b, 10_000)
	folder := s.Folders[0]
	var files []priority.File
	for _, f := range s.Lost {
		files = append(files, priority.File{Path: f.Name, Total: f.Total, Unit: f.Coverage.Unit})
	}
	b.Run("tiers and plan", func(b *testing.B) {
		for b.Loop() {
			priority.Rank(&folder.Settings.Settings, priority.NewComponents(&folder.Settings.Settings, nil), files)
		}
	})
	r, err := report.New(s, report.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Run("report", func(b *testing.B) {
		for b.Loop() {
			if _, err := report.New(s, report.Options{}); err != nil {
				b.Fatal(err)
			}
		}
	})
	for _, w := range []struct {
		format string
		write  func(io.Writer) error
	}{
		{"json", r.WriteJSON},
		{"markdown", func(w io.Writer) error { return r.WriteMarkdown(w, 20) }},
		{"text", func(w io.Writer) error { return r.WriteText(w, report.TextOptions{Top: 10}) }},
	} {
		b.Run(w.format, func(b *testing.B) {
			for b.Loop() {
				if err := w.write(io.Discard); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

package report_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/covls/covls/report"
)

// TestLead holds what a report says of a small project: the files of testdata/lead are its sources and its profile, and behind them what
// the report says, as Markdown and for a terminal, and what its page opens with.
func TestLead(t *testing.T) {
	t.Parallel()
	paths, err := filepath.Glob("testdata/lead/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			files := map[string]string{}
			for _, f := range archive.Files {
				if !strings.HasPrefix(f.Name, "want/") {
					files[f.Name] = string(f.Data)
				}
			}
			r, dir := pageOf(t, "lead", files)
			var opening struct {
				Next []json.RawMessage
				Does []string
			}
			if err := json.Unmarshal([]byte(page(t, r, reader(dir)).data), &opening); err != nil {
				t.Fatal(err)
			}
			var first, markdown, text bytes.Buffer
			for _, n := range opening.Next {
				first.Write(append(n, '\n'))
			}
			for _, f := range r.UncoveredFunctions {
				fmt.Fprintf(&first, "%d: %s\n", f.Order, f.Name)
			}
			for i, does := range opening.Does {
				fmt.Fprintf(&first, "%s: %s\n", r.Files[i].Path, does)
			}
			if err := r.WriteMarkdown(&markdown, 3); err != nil {
				t.Fatal(err)
			}
			if err := r.WriteText(&text, report.TextOptions{Top: 3}); err != nil {
				t.Fatal(err)
			}
			got := []txtar.File{{Name: "want/markdown", Data: markdown.Bytes()}, {Name: "want/text", Data: text.Bytes()}, {Name: "want/page", Data: first.Bytes()}}
			if *update {
				kept := archive.Files[:0]
				for _, f := range archive.Files {
					if !strings.HasPrefix(f.Name, "want/") {
						kept = append(kept, f)
					}
				}
				archive.Files = append(kept, got...)
				if err := os.WriteFile(path, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want := map[string][]byte{}
			for _, f := range archive.Files {
				want[f.Name] = f.Data
			}
			for _, f := range got {
				if !bytes.Equal(f.Data, want[f.Name]) {
					t.Errorf("%s: got\n%s\nwant\n%s", f.Name, f.Data, want[f.Name])
				}
			}
		})
	}
}

package workspace_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/covls/covls/config"
	"github.com/covls/covls/workspace"
)

// TestTotalBytes reads profiles one after the other, of so many blocks each, where there is memory for so many
// blocks beside the largest. A profile of 0 blocks goes away.
func TestTotalBytes(t *testing.T) {
	t.Parallel()
	const block, file = 32, 250 // bytes
	for _, tt := range []struct {
		name  string
		room  int
		reads string // name:blocks
		want  string // what is held in the end
		left  string // what is left out, in the order in which it was told
	}{
		{"all have room", 300, "a:100 b:200 c:300", "a b c", ""},
		{"one alone may be of any size", 10, "a:1000", "a", ""},
		{"the largest does not count", 300, "a:1000 b:300", "a b", ""},
		{"the one that has no room", 300, "a:1000 b:300 c:300", "a b", "c"},
		{"a larger one makes way", 300, "a:1000 b:300 c:10", "a c", "b"},
		{"as many as needed make way, the largest first", 300, "a:1000 b:100 c:110 d:90 e:80", "a b d e", "c"},
		{"the largest of all stays", 300, "a:200 b:1000 c:300", "b a", "c"},
		{"a new one that is the largest", 300, "a:200 b:300 c:400", "a b", "c"},
		{"there is room again", 300, "a:1000 b:300 c:290 b:0", "a c", "b"},
		{"the last one stands where the next has no room", 300, "a:1000 b:150 c:90 c:160", "a b c", "c"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			limits := fmt.Sprintf("[limits]\ntotal_bytes = %d\n", block*tt.room+file*2)
			layer, problems := config.ParseTOML(filepath.Join(dir, config.FileName), []byte(limits))
			if problems != nil {
				t.Fatal(problems)
			}
			store := workspace.NewStore()
			l := workspace.NewLoader(store)
			l.SetFolders(t.Context(), []*workspace.Folder{workspace.NewFolder(dir, "", config.Merge(layer), nil)})
			var left []string
			for read := range strings.FieldsSeq(tt.reads) {
				name, blocks := "", 0
				if _, err := fmt.Sscanf(strings.Replace(read, ":", " ", 1), "%s %d", &name, &blocks); err != nil {
					t.Fatal(err)
				}
				path := filepath.Join(dir, name)
				var text strings.Builder
				text.WriteString("mode: set\n")
				for i := range blocks {
					fmt.Fprintf(&text, "example.com/a/%s.go:%d.1,%d.2 1 1\n", name, i+1, i+1)
				}
				if err := os.WriteFile(path, []byte(text.String()), 0o644); err != nil {
					t.Fatal(err)
				}
				for _, err := range l.Read(t.Context(), []workspace.Change{{Path: path, Gone: blocks == 0}}) {
					if !strings.Contains(err.Error(), "limits.total_bytes") {
						t.Error(err)
					}
					left = append(left, strings.Fields(err.Error())[0])
				}
			}
			var held []string
			for _, p := range store.Load().Profiles {
				if p.Report != nil {
					held = append(held, filepath.Base(p.Path))
				} else if p.Trouble == nil {
					t.Errorf("nothing tells why %s is not held", p.Path)
				}
			}
			if got := strings.Join(held, " "); got != strings.Join(sorted(tt.want), " ") {
				t.Errorf("held %s, want %s", got, tt.want)
			}
			if got := strings.Join(left, " "); got != tt.left {
				t.Errorf("left out %q, want %q", got, tt.left)
			}
		})
	}
}

func sorted(words string) []string {
	list := strings.Fields(words)
	slices.Sort(list)
	return list
}

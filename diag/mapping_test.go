package diag_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/covls/covls/config"
	"github.com/covls/covls/coverage"
	"github.com/covls/covls/diag"
	"github.com/covls/covls/place"
	"github.com/covls/covls/workspace"
)

// TestAdvice: a mapping of names of the profile a.info is offered for all profiles, for that one, or not at all. Names
// are "profile name → file", without a file where they lead nowhere; behind it may be the file that is near.
func TestAdvice(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ rule, names, from, to, want string }{
		{"nothing else is named", "a.info /ci/x.c → near x.c", "/ci", ".", "all"},
		{"what a poll has found stays", "a.info /ci/x.c → x.c\na.info /ci/y.c → y.c", "/ci", ".", "all"},
		{"another profile's names begin otherwise", "a.info /ci/x.c → near x.c\nb.info src/y.c → src/y.c", "/ci", ".", "all"},
		{"another profile's names lead there already", "a.info /ci/x.c → near x.c\nb.info /ci/y.c → y.c", "/ci", ".", "all"},
		{"another profile is of the same tree", "a.info /ci/x.c → near x.c\nb.info /ci/y.c → near y.c", "/ci", ".", "all"},
		{"another profile's names lead elsewhere", "a.info /ci/x.c → near x.c\nb.info /ci/y.c → web/y.c", "/ci", ".", "a.info"},
		{"another profile's names begin so and are lost", "a.info x.c → near web/x.c\nb.info y.c →", ".", "web", "a.info"},
		{"relative names of another profile", "a.info x.c → near web/x.c\nb.info api/y.c → api/y.c", ".", "web", "a.info"},
		{"another name of the profile would be led away", "a.info x.c → near web/x.c\na.info api/y.c → api/y.c", ".", "web", ""},
		{"another name of the profile leads to the file", "a.info /ci/x.c → near x.c\na.info x.c → x.c", "/ci", ".", ""},
		{"another profile's relative name leads to the file", "a.info x.c → near web/x.c\nb.info x.c → web/x.c", ".", "web", ""},
		{"another profile's absolute name leads to the file", "a.info /ci/x.c → near x.c\nb.info x.c → x.c", "/ci", ".", "all"},
		{"a drive and other letters", `a.info C:\ci\X.c → x.c`, "c:/ci", ".", "all"},
	} {
		t.Run(tt.rule, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			folder := workspace.NewFolder(dir, "", config.Merge(), nil)
			profiles := map[string]*workspace.Profile{}
			s := &workspace.Snapshot{Folders: []*workspace.Folder{folder}, Files: map[string]*workspace.File{}}
			for line := range strings.Lines(tt.names) {
				whose, file, _ := strings.Cut(strings.TrimSpace(line), " →")
				profile, name, _ := strings.Cut(whose, " ")
				if profiles[profile] == nil {
					profiles[profile] = &workspace.Profile{Path: filepath.Join(dir, profile), Folder: folder}
				}
				part := workspace.Part{Profile: profiles[profile], File: &coverage.File{Name: name}}
				file = strings.TrimSpace(file)
				near, lost := strings.CutPrefix(file, "near ")
				path := filepath.Join(dir, filepath.FromSlash(near))
				switch {
				case file == "":
					s.Lost = append(s.Lost, &workspace.File{Name: name, Parts: []workspace.Part{part}})
				case lost:
					s.Lost = append(s.Lost, &workspace.File{Name: name, Near: []string{path}, Parts: []workspace.Part{part}})
				default:
					f := s.Files[path]
					if f == nil {
						f = &workspace.File{Path: path, Found: true}
						s.Files[path] = f
					}
					f.Parts = append(f.Parts, part)
				}
			}
			m := place.Mapping{From: tt.from, To: filepath.Join(dir, tt.to)}
			got, ok := diag.Advice(s, folder, profiles["a.info"], m)
			have := got.Profile
			switch {
			case !ok:
				have = ""
			case have == "":
				have = "all"
			}
			if have != tt.want || ok && (got.From != tt.from || got.To != tt.to) {
				t.Errorf("have %q, %+v, want %q", have, got, tt.want)
			}
			if fixes := diag.LostFixes(s, 9); tt.want == "" {
				for _, f := range fixes {
					if f.From == tt.from && f.To == tt.to && f.Profile == "a.info" {
						t.Errorf("it is offered: %+v", f)
					}
				}
			}
		})
	}
}

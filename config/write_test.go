package config

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestAddIsWhole holds that who reads a settings file meanwhile sees what was or what is, and nothing between,
// that a link to it below its folder stays one, and that nothing is written elsewhere.
func TestAddIsWhole(t *testing.T) {
	t.Parallel()
	adds := map[string]func(string) error{
		"path": func(path string) error { return AddMapping(path, PathMapping{From: "/ci", To: "."}) },
		"rule": func(path string) error {
			_, err := AddRule(path, "a.go", Rule{Exclude: true})
			return err
		},
	}
	const was = "target = 70\n"
	for key, add := range adds {
		for _, tt := range []struct {
			place, target string // where the link leads to; "" is no link
			refused       string
		}{
			{"file", "", ""},
			{"link", "real.toml", ""},
			{"link to below", "sub/real.toml", ""},
			{"link out", "../out/real.toml", "outside of"},
			{"link to nothing", "gone.toml", "where there is nothing"},
			{"link to nothing outside", "../out/gone.toml", "where there is nothing"},
		} {
			t.Run(key+" "+tt.place, func(t *testing.T) {
				t.Parallel()
				dir := t.TempDir()
				ws, out := filepath.Join(dir, "ws"), filepath.Join(dir, "out")
				path := filepath.Join(ws, FileName)
				target := filepath.Join(ws, tt.target)
				err := errors.Join(os.MkdirAll(filepath.Join(ws, "sub"), 0o755), os.Mkdir(out, 0o755), os.WriteFile(filepath.Join(out, "canary"), []byte(was), 0o600))
				if tt.target == "" {
					target = path
				} else {
					err = errors.Join(err, os.Symlink(tt.target, path))
				}
				// A repository may bring links by the names that are easily taken for parts.
				for _, trap := range []string{".part", ".tmp", "~"} {
					err = errors.Join(err, os.Symlink("../out/canary", path+trap))
				}
				there := !strings.Contains(tt.place, "nothing")
				if there {
					err = errors.Join(err, os.WriteFile(target, []byte(was), 0o600))
				}
				if err != nil {
					t.Fatal(err)
				}
				var reader *os.File
				if there {
					if reader, err = os.Open(path); err != nil {
						t.Fatal(err)
					}
					defer reader.Close()
				}
				before := names(t, dir)
				err = add(path)
				if (err == nil) != (tt.refused == "") || err != nil && !strings.Contains(err.Error(), tt.refused) {
					t.Errorf("error %v, want %q", err, tt.refused)
				}
				if reader != nil {
					if text, err := io.ReadAll(reader); err != nil || string(text) != was {
						t.Errorf("who had it open reads %q, error %v", text, err)
					}
					text, err := os.ReadFile(target)
					if err != nil || strings.Contains(string(text), "[["+key+"]]") != (tt.refused == "") {
						t.Errorf("the file holds %q, error %v", text, err)
					}
				}
				if info, err := os.Lstat(path); err != nil || (info.Mode()&os.ModeSymlink != 0) != (tt.target != "") {
					t.Errorf("mode %v, error %v", info.Mode(), err)
				}
				if text, err := os.ReadFile(filepath.Join(out, "canary")); err != nil || string(text) != was {
					t.Errorf("outside there is %q, error %v", text, err)
				}
				if after := names(t, dir); after != before {
					t.Errorf("there are\n%s\nthere were\n%s", after, before)
				}
			})
		}
	}
}

// names lists all that is below a folder.
func names(t *testing.T, dir string) string {
	t.Helper()
	var all []string
	err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		all = append(all, path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(all, "\n")
}

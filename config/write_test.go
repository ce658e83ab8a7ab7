package config

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestAddIsWhole holds that who reads a settings file meanwhile sees what was or what is, and nothing between,
// and that a link to it stays one.
func TestAddIsWhole(t *testing.T) {
	t.Parallel()
	adds := map[string]func(string) error{
		"mapping": func(path string) error { return AddMapping(path, PathMapping{From: "/ci", To: "."}) },
		"rule": func(path string) error {
			_, err := AddRule(path, "a.go", Rule{Exclude: true})
			return err
		},
	}
	for name, add := range adds {
		for _, place := range []string{"file", "link", "link to nothing"} {
			t.Run(name+" "+place, func(t *testing.T) {
				t.Parallel()
				dir := t.TempDir()
				path := filepath.Join(dir, FileName)
				target := path
				if place != "file" {
					target = filepath.Join(dir, "real.toml")
					if err := os.Symlink(target, path); err != nil {
						t.Fatal(err)
					}
				}
				const was = "target = 70\n"
				var reader *os.File
				if place != "link to nothing" {
					if err := os.WriteFile(target, []byte(was), 0o600); err != nil {
						t.Fatal(err)
					}
					var err error
					if reader, err = os.Open(path); err != nil {
						t.Fatal(err)
					}
					defer reader.Close()
				}
				if err := add(path); err != nil {
					t.Fatal(err)
				}
				if reader != nil {
					if text, err := io.ReadAll(reader); err != nil || string(text) != was {
						t.Errorf("who had it open reads %q, error %v", text, err)
					}
				}
				info, err := os.Lstat(path)
				if err != nil || (info.Mode()&os.ModeSymlink != 0) != (place != "file") {
					t.Errorf("mode %v, error %v", info.Mode(), err)
				}
				text, err := os.ReadFile(target)
				if err != nil || !strings.Contains(string(text), "[["+map[string]string{"mapping": "path", "rule": "rule"}[name]+"]]") {
					t.Errorf("the file holds %q, error %v", text, err)
				}
				if left, _ := filepath.Glob(filepath.Join(dir, "*.part")); left != nil {
					t.Errorf("left behind: %v", left)
				}
			})
		}
	}
}

package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

func TestFindFile(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	top := filepath.Join(root, "ws", FileName)
	inner := filepath.Join(root, "ws", "a", "b", FileName)
	write(t, top, "")
	write(t, inner, "")
	write(t, filepath.Join(root, "ws", "dir", FileName, "x"), "") // a folder of that name is none
	for dir, want := range map[string]string{
		"ws":            top,
		"ws/a":          top,
		"ws/a/b":        inner,
		"ws/a/b/c/none": inner,
		"ws/dir":        top,
		"ws/a/b/..":     top,
	} {
		if got, ok := FindFile(filepath.Join(root, dir)); !ok || got != want {
			t.Errorf("FindFile(%q) = %q, %v, want %q", dir, got, ok, want)
		}
	}
	// Above the temporary folder there may be one, but none in it.
	if got, ok := FindFile(root); ok && strings.HasPrefix(got, root) || !ok && got != "" {
		t.Errorf("FindFile above all = %q, %v", got, ok)
	}
}

func TestLoad(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	editor, _ := FromEditor("editor setting", map[string]any{"fade": true})
	for _, tt := range []struct {
		name, text string
		target     float64
		problem    string // below the path
	}{
		{"whole", "target = 80\nfade = false\n", 80, ""},
		{"one wrong key", "target = 80\nstale = 1\n", 80, ":2:1: warning: stale is 1: want one of dim, hide, keep"},
		{"broken", "target = 80\nx", 60, ":2:1: error: expected '=' after key; no setting is taken from the file until that is mended"},
		{"too large", strings.Repeat("\n", maxFile+1), 60, ":1:1: error: the file is larger than 1048576 bytes; no setting is taken from the file until that is mended"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(root, tt.name)
			path := filepath.Join(dir, FileName)
			write(t, path, tt.text)
			e, problems := Load(dir, editor)
			if e.Target != tt.target || !e.Fade || e.Origin("fade") != "editor" {
				t.Errorf("Load = %+v", e)
			}
			switch {
			case tt.problem == "" && problems == nil:
			case len(problems) != 1 || problems[0].String() != path+tt.problem:
				t.Errorf("problems = %v", problems)
			}
		})
	}
}

func TestLoadWithoutFile(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	if _, ok := FindFile(root); ok {
		t.Skip("there is a settings file above the temporary folder")
	}
	editor, _ := FromEditor("editor setting", map[string]any{"fade": true})
	if e, problems := Load(root, editor); !e.Fade || e.Target != 60 || problems != nil {
		t.Errorf("Load = %+v, %v", e, problems)
	}
}

func TestReadFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, path := range []string{filepath.Join(dir, FileName), dir} {
		l, problems := ReadFile(path)
		if !l.Broken || len(problems) != 1 {
			t.Fatalf("ReadFile(%q) = %+v, %v", path, l, problems)
		}
		p := problems[0]
		if p.Where != path+":1:1" || p.Severity != SeverityError || !strings.HasPrefix(p.Text, "the file can't be read: ") {
			t.Errorf("problem = %v", p)
		}
	}
}

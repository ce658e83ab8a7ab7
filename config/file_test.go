package config

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
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

// TestLoadLink: a settings file that is a link counts, and what it leads to is not quoted if that is
// elsewhere.
func TestLoadLink(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	write(t, filepath.Join(root, "elsewhere", "secret"), "target = 80\nCANARY = 'CANARY'\nstale = 'CANARY'\n")
	write(t, filepath.Join(root, "elsewhere", "broken"), "target = 80\nCANARY = 1\nCANARY = 1\n")
	write(t, filepath.Join(root, "ws", "covls", "shared.toml"), "target = 80\nwrong = 1\n")
	const hidden = "covls can't read what stands here; the file is a link to another folder: look at it there"
	for _, tt := range []struct {
		to     string
		target float64
		want   []string // the problems behind the path
	}{
		{"../elsewhere/secret", 80, []string{":2:1: warning: " + hidden, ":3:1: warning: " + hidden}},
		{"../elsewhere/broken", 60, []string{":3:1: error: " + hidden}},
		{"covls/shared.toml", 80, []string{`:2:1: warning: unknown key "wrong": want one of profiles`}},
	} {
		dir := filepath.Join(root, "ws")
		path := filepath.Join(dir, FileName)
		if err := os.Symlink(filepath.FromSlash(tt.to), path); err != nil {
			t.Skipf("no symlinks here: %v", err)
		}
		e, problems := Load(dir)
		if e.Target != tt.target || len(problems) != len(tt.want) {
			t.Errorf("%s: target %v, problems %v", tt.to, e.Target, problems)
		}
		for i, p := range problems {
			if i < len(tt.want) && !strings.HasPrefix(p.String(), path+tt.want[i]) {
				t.Errorf("%s: problem %v, want %s", tt.to, p, tt.want[i])
			}
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
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

// TestFindOwned holds which files above a workspace folder count, by whose they are.
func TestFindOwned(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	ws := filepath.Join(root, "theirs", "mine", "ws")
	mine, theirs := filepath.Join(root, "theirs", "mine", FileName), filepath.Join(root, "theirs", FileName)
	whose := func(path string) string {
		if path == theirs {
			return "user 7"
		}
		return ""
	}
	passed := theirs + ":1:1: warning: the file belongs to somebody else (user 7) and sets nothing here: open its folder as the workspace, or put a .covls.toml of your own into yours"
	for _, tt := range []struct {
		name, want string
		files      []string
		problems   []string
	}{
		{"none", "", nil, nil},
		{"one of the user's", mine, []string{mine}, nil},
		{"somebody's behind the user's is never reached", mine, []string{mine, theirs}, nil},
		{"somebody's", "", []string{theirs}, []string{passed}},
		{"the user's behind somebody's", filepath.Join(root, FileName), []string{theirs, filepath.Join(root, FileName)}, []string{passed}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, path := range tt.files {
				write(t, path, "")
				defer os.Remove(path)
			}
			write(t, filepath.Join(ws, "x"), "")
			got, problems := findAbove(ws, whose)
			if got != tt.want && !(tt.want == "" && !strings.HasPrefix(got, root)) {
				t.Errorf("found %q, want %q", got, tt.want)
			}
			var lines []string
			for _, p := range problems {
				lines = append(lines, p.String())
			}
			if !slices.Equal(lines, tt.problems) {
				t.Errorf("problems %q, want %q", lines, tt.problems)
			}
		})
	}
}

// TestStranger asks the system whose files are.
func TestStranger(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	own, link := filepath.Join(dir, FileName), filepath.Join(dir, "link")
	write(t, own, "target = 80\n")
	if who := stranger(own); who != "" {
		t.Errorf("a file of the user's belongs to %s", who)
	}
	if stranger(filepath.Join(dir, "none")) == "" {
		t.Error("a file that is not there is the user's")
	}
	if os.Getuid() != 0 {
		t.Skip("only root can give files away")
	}
	if err := os.Symlink(own, link); err != nil {
		t.Fatal(err)
	}
	if who := stranger(link); who != "" {
		t.Errorf("a link of the user's belongs to %s", who)
	}
	if err := os.Lchown(link, 7, 7); err != nil {
		t.Fatal(err)
	}
	if who := stranger(link); who != "user 7" {
		t.Errorf("a link of user 7 to a file of the user's belongs to %q", who)
	}
	if err := errors.Join(os.Lchown(link, 0, 0), os.Chown(own, 7, 7)); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{own, link} {
		if who := stranger(path); who != "user 7" {
			t.Errorf("%s leads to a file of user 7, and belongs to %q", path, who)
		}
	}
	inner := filepath.Join(dir, "a", "ws")
	write(t, filepath.Join(inner, "x"), "")
	if e, problems := Load(inner); e.Target != 60 || len(problems) != 1 || !strings.Contains(problems[0].Text, "somebody else (user 7)") {
		t.Errorf("below a file of user 7: target %v, %v", e.Target, problems)
	}
	if path, ok := FindAbove(inner); ok && strings.HasPrefix(path, dir) {
		t.Errorf("FindAbove = %q", path)
	}
	if e, problems := Load(dir); e.Target != 80 || problems != nil {
		t.Errorf("in the folder of a file of user 7: target %v, %v", e.Target, problems)
	}
}

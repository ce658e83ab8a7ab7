package disk_test

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/covls/covls/disk"
)

const secret = "what lies outside\n"

// folder makes a folder "ws" with what the lines of a list say: "name: text", "name -> link" or "name/".
// Beside it lies "out", with a file that nothing may change. DIR in a link is the folder of both.
func folder(t testing.TB, list string) (ws, out string) {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	ws, out = filepath.Join(dir, "ws"), filepath.Join(dir, "out")
	err = errors.Join(os.Mkdir(ws, 0o755), os.Mkdir(out, 0o755), os.WriteFile(filepath.Join(out, "canary"), []byte(secret), 0o600))
	for line := range strings.Lines(list) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		if name, to, ok := strings.Cut(line, " -> "); ok {
			made := os.Symlink(strings.ReplaceAll(to, "DIR", dir), filepath.Join(ws, name))
			if _, there := os.Lstat(filepath.Join(ws, name)); runtime.GOOS == "windows" && errors.Join(made, there) != nil {
				t.Skipf("skipped without symlinks: %v", errors.Join(made, there)) // Wine says that it made one, and has not
			}
			err = errors.Join(err, made)
		} else if name, text, ok := strings.Cut(line, ": "); ok {
			err = errors.Join(err, os.WriteFile(filepath.Join(ws, name), []byte(text), 0o640))
		} else {
			err = errors.Join(err, os.Mkdir(filepath.Join(ws, strings.TrimSuffix(line, "/")), 0o755))
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return ws, out
}

// show lists the files below a folder as the list of folder has them, and their modes where they are not
// those of folder.
func show(t testing.TB, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || path == dir {
			return err
		}
		rel, _ := filepath.Rel(dir, path)
		info, err := e.Info()
		if err != nil {
			return err
		}
		switch m := info.Mode(); {
		case m.IsDir():
			fmt.Fprintf(&b, "%s/\n", rel)
		case m&fs.ModeSymlink != 0:
			to, err := os.Readlink(path)
			fmt.Fprintf(&b, "%s -> %s\n", rel, strings.ReplaceAll(to, filepath.Dir(dir), "DIR"))
			return err
		case m.IsRegular():
			text, err := os.ReadFile(path)
			fmt.Fprintf(&b, "%s: %s", rel, text)
			if m.Perm() != 0o640 && runtime.GOOS != "windows" {
				fmt.Fprintf(&b, " (%o)", m.Perm())
			}
			b.WriteString("\n")
			return err
		default:
			fmt.Fprintf(&b, "%s: %v\n", rel, m)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// want holds what a folder has in the end, and that nothing was changed outside of it.
func want(t *testing.T, ws, out, list string) {
	t.Helper()
	var lines []string
	for line := range strings.Lines(list) {
		lines = append(lines, strings.TrimSpace(line)+"\n")
	}
	modes := func(list string) string { return list }
	if runtime.GOOS == "windows" {
		modes = func(list string) string { return regexp.MustCompile(`(?m) \(\d+\)$`).ReplaceAllString(list, "") }
	}
	if have, want := show(t, ws), modes(strings.TrimLeft(strings.Join(lines, ""), "\n")); have != want {
		t.Errorf("have\n%swant\n%s", have, want)
	}
	if have, want := show(t, out), modes("canary: "+secret+" (600)\n"); have != want {
		t.Errorf("outside there is\n%swant\n%s", have, want)
	}
}

// refused holds an error to a text that is in it, to naming the path, and to naming no other file and nothing
// twice; "" wants none.
func refused(t *testing.T, err error, path, text string) {
	t.Helper()
	switch {
	case text == "" && err != nil:
		t.Errorf("error %v", err)
	case text == "":
	case err == nil || !strings.Contains(err.Error(), text):
		t.Errorf("error %v, want %q in it", err, text)
	case !strings.HasPrefix(err.Error(), "write "+path+": ") || strings.Contains(err.Error(), ".covls-") || strings.Count(err.Error(), text) != 1:
		t.Errorf("error %q, want it to name %s, and its reason once", err, path)
	}
}

// places are what a settings file may be, and what becomes of each where "new" is to be written.
var places = []struct {
	rule, before, after string
	err                 string
}{
	{"no file", "", "s: new (644)", ""},
	{"a file keeps its mode", "s: old", "s: new", ""},
	{"a link to a file beside it", "real: old\ns -> real", "real: new\ns -> real", ""},
	{"an absolute link", "real: old\ns -> DIR/ws/real", "real: new\ns -> DIR/ws/real", ""},
	{"a link to a folder below", "sub/\nsub/real: old\ns -> sub/real", "s -> sub/real\nsub/\nsub/real: new", ""},
	{"a link to a link", "real: old\ntwo -> real\ns -> two", "real: new\ns -> two\ntwo -> real", ""},
	{"through a link to a folder below", "sub/\nsub/real: old\nlink -> sub\ns -> link/real", "link -> sub\ns -> link/real\nsub/\nsub/real: new", ""},
	{"a link out and in again", "real: old\ns -> ../ws/real", "real: new\ns -> ../ws/real", ""},
	{"a link out", "s -> ../out/canary", "", "writes through no link that leads out"},
	{"an absolute link out", "s -> DIR/out/canary", "", "outside of"},
	{"a link to a link out", "two -> ../out/canary\ns -> two", "", "outside of"},
	{"through a link to a folder outside", "link -> ../out\ns -> link/canary", "", "outside of"},
	{"up from a link to a folder outside", "link -> DIR/out\ns -> link/../out/canary", "", "outside of"},
	{"a link to nothing", "s -> real", "", "a link to real, where there is nothing: remove the link"},
	{"a link to nothing outside", "s -> ../out/new", "", "where there is nothing"},
	{"a link to itself", "s -> s", "", "too many links"},
	{"a link to a folder", "sub/\ns -> sub", "", "it is a folder and no file"},
	{"a folder", "s/", "", "it is a folder and no file"},
	{"names that covls or others might take for a part", "s: old\ns.part -> ../out/canary\n.covls- -> ../out/canary\ns.tmp -> ../out/new", ".covls- -> ../out/canary\ns: new\ns.part -> ../out/canary\ns.tmp -> ../out/new", ""},
}

func TestEditAndReplace(t *testing.T) {
	t.Parallel()
	for _, tt := range places {
		after := tt.after
		if tt.err != "" {
			var lines []string
			for line := range strings.Lines(tt.before) {
				lines = append(lines, strings.TrimSpace(line))
			}
			slices.Sort(lines)
			after = strings.Join(lines, "\n")
		}
		after += "\n"
		t.Run("edit "+tt.rule, func(t *testing.T) {
			t.Parallel()
			ws, out := folder(t, tt.before)
			path, was := filepath.Join(ws, "s"), ""
			if strings.Contains(tt.before, ": old") {
				was = "old"
			}
			err := disk.Edit(path, 100, func(text []byte) ([]byte, error) {
				if string(text) != was || (text == nil) != (was == "") {
					t.Errorf("it held %q, want %q", text, was)
				}
				return []byte("new"), nil
			})
			refused(t, err, path, tt.err)
			want(t, ws, out, after)
		})
		t.Run("replace "+tt.rule, func(t *testing.T) {
			t.Parallel()
			ws, out := folder(t, tt.before)
			path := filepath.Join(ws, "s")
			refused(t, disk.Replace(path, []byte("new"), 0o644), path, tt.err)
			want(t, ws, out, after)
		})
	}
}

// TestLinkedFolder reaches the folder by a link: that is how the user named it.
func TestLinkedFolder(t *testing.T) {
	t.Parallel()
	ws, out := folder(t, "real: old\ns -> DIR/ws/real")
	link := filepath.Join(filepath.Dir(ws), "link")
	if err := os.Symlink("ws", link); err != nil {
		t.Fatal(err)
	}
	refused(t, disk.Replace(filepath.Join(link, "s"), []byte("new"), 0o644), "", "")
	want(t, ws, out, "real: new\ns -> DIR/ws/real\n")
}

// TestHardLink has a second name for a file outside: what is written is written for the first name alone.
func TestHardLink(t *testing.T) {
	t.Parallel()
	for name, write := range map[string]func(path string) error{
		"edit": func(path string) error {
			return disk.Edit(path, 100, func([]byte) ([]byte, error) { return []byte("new"), nil })
		},
		"output": func(path string) error { return disk.Output(t.Context(), path, text("new")) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ws, out := folder(t, "")
			path := filepath.Join(ws, "s")
			if err := os.Link(filepath.Join(out, "canary"), path); err != nil {
				t.Fatal(err)
			}
			refused(t, write(path), path, "")
			want(t, ws, out, "s: new (600)\n")
		})
	}
}

func TestEditErrors(t *testing.T) {
	t.Parallel()
	ws, out := folder(t, "s: old\n")
	path := filepath.Join(ws, "s")
	mine := errors.New("not so")
	if err := disk.Edit(path, 100, func([]byte) ([]byte, error) { return nil, mine }); err != mine {
		t.Errorf("error %v, want that of change as it is", err)
	}
	err := disk.Edit(path, 2, func([]byte) ([]byte, error) { t.Error("it was asked to change a part"); return nil, nil })
	refused(t, err, path, "it has more than 2 bytes")
	gone := filepath.Join(ws, "gone", "s")
	refused(t, disk.Replace(gone, nil, 0o644), gone, "no such file")
	refused(t, disk.Create(gone, nil, 0o644), gone, "no such file")
	want(t, ws, out, "s: old\n")
}

// TestEditAgain has somebody else at the file between the reading and the writing.
func TestEditAgain(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		rule, before string
		meanwhile    func(ws, path string) error
		after, err   string
	}{
		{"writes it", "s: old", func(_, path string) error { return os.WriteFile(path, []byte("other"), 0o640) }, "s: other new", ""},
		{"replaces it", "s: old", func(ws, path string) error {
			return errors.Join(os.WriteFile(filepath.Join(ws, "x"), []byte("old"), 0o640), os.Rename(filepath.Join(ws, "x"), path))
		}, "s: old new", ""},
		{"makes it", "", func(_, path string) error { return os.WriteFile(path, []byte("other"), 0o640) }, "s: other new", ""},
		{"removes it", "s: old", func(_, path string) error { return os.Remove(path) }, "s:  new (644)", ""},
		{"puts a link out in its place", "s: old", func(_, path string) error {
			return errors.Join(os.Remove(path), os.Symlink("../out/canary", path))
		}, "s -> ../out/canary", "outside of"},
		{"puts a link where nothing was", "", func(_, path string) error { return os.Symlink("../out/canary", path) }, "s -> ../out/canary", "outside of"},
		{"puts a link to nothing where nothing was", "", func(_, path string) error { return os.Symlink("../out/new", path) }, "s -> ../out/new", "where there is nothing"},
		{"points the link elsewhere", "real: old\ns -> real", func(_, path string) error {
			return errors.Join(os.Remove(path), os.Symlink("../out/canary", path))
		}, "real: old new\ns -> ../out/canary", ""},
	} {
		t.Run(tt.rule, func(t *testing.T) {
			t.Parallel()
			ws, out := folder(t, tt.before)
			path, calls := filepath.Join(ws, "s"), 0
			err := disk.Edit(path, 100, func(was []byte) ([]byte, error) {
				if calls++; calls == 1 {
					if err := tt.meanwhile(ws, path); err != nil {
						t.Fatal(err)
					}
				}
				return append(was, " new"...), nil
			})
			refused(t, err, path, tt.err)
			want(t, ws, out, tt.after+"\n")
		})
	}
	t.Run("writes it without end", func(t *testing.T) {
		t.Parallel()
		ws, out := folder(t, "s: old")
		path, calls := filepath.Join(ws, "s"), 0
		err := disk.Edit(path, 100, func(was []byte) ([]byte, error) {
			calls++
			return nil, os.WriteFile(path, []byte(strings.Repeat("x", calls)), 0o640)
		})
		refused(t, err, path, "it was changed while it was to be written")
		want(t, ws, out, "s: "+strings.Repeat("x", calls)+"\n")
	})
}

// TestFolderSwapped has a link to another folder in the place of the one that was opened.
func TestFolderSwapped(t *testing.T) {
	t.Parallel()
	ws, out := folder(t, "s: old")
	path := filepath.Join(ws, "s")
	err := disk.Edit(path, 100, func([]byte) ([]byte, error) {
		return []byte("new"), errors.Join(os.Rename(ws, ws+"2"), os.Symlink("out", ws))
	})
	refused(t, err, path, "")
	want(t, ws+"2", out, "s: new\n")
}

// TestWriters has many write at once: the file is whole at every moment, and nothing is left behind.
func TestWriters(t *testing.T) {
	t.Parallel()
	ws, out := folder(t, "s: 0\n")
	path := filepath.Join(ws, "s")
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			for n := range 20 {
				line := fmt.Sprintf("%d.%d\n", i, n)
				err := disk.Edit(path, 1<<20, func(was []byte) ([]byte, error) { return append(was, line...), nil })
				if err != nil && !strings.Contains(err.Error(), "try again") {
					t.Errorf("error %v", err)
				}
				data, err := os.ReadFile(path)
				if err != nil || !strings.HasPrefix(string(data), "0") || n > 0 && !strings.HasSuffix(string(data), "\n") {
					t.Errorf("it holds %q, error %v", data, err)
				}
			}
		})
	}
	group.Wait()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want(t, ws, out, "s: "+string(data)+"\n")
}

func TestCreate(t *testing.T) {
	t.Parallel()
	const there = "file already exists"
	for _, tt := range []struct{ rule, before, after, err string }{
		{"nothing", "", "s: new (644)", ""},
		{"a file", "s: old", "s: old", there},
		{"a folder", "s/", "s/", there},
		{"a link", "real: old\ns -> real", "real: old\ns -> real", there},
		{"a link to nothing", "s -> real", "s -> real", there},
		{"a link out", "s -> ../out/canary", "s -> ../out/canary", there},
		{"a link to nothing outside", "s -> ../out/new", "s -> ../out/new", there},
	} {
		t.Run(tt.rule, func(t *testing.T) {
			t.Parallel()
			ws, out := folder(t, tt.before)
			path := filepath.Join(ws, "s")
			err := disk.Create(path, []byte("new"), 0o644)
			refused(t, err, path, tt.err)
			if errors.Is(err, fs.ErrExist) != (tt.err == there) {
				t.Errorf("error %v", err)
			}
			want(t, ws, out, tt.after+"\n")
		})
	}
}

// TestCreators has many make one file: one of them does, and it is that one's.
func TestCreators(t *testing.T) {
	t.Parallel()
	ws, out := folder(t, "")
	path := filepath.Join(ws, "s")
	var group sync.WaitGroup
	var mu sync.Mutex
	var made []string
	for i := range 16 {
		group.Go(func() {
			text := strings.Repeat(fmt.Sprint(i%10), 1000)
			if err := disk.Create(path, []byte(text), 0o640); err == nil {
				mu.Lock()
				defer mu.Unlock()
				made = append(made, text)
			} else if !errors.Is(err, fs.ErrExist) {
				t.Errorf("error %v", err)
			}
		})
	}
	group.Wait()
	if len(made) != 1 {
		t.Fatalf("%d made it", len(made))
	}
	want(t, ws, out, "s: "+made[0]+"\n")
}

func text(s string) func(io.Writer) error {
	return func(w io.Writer) error { _, err := io.WriteString(w, s); return err }
}

func TestOutput(t *testing.T) {
	t.Parallel()
	mine := errors.New("no report")
	fails := func(w io.Writer) error { _ = text("half")(w); return mine }
	for _, tt := range []struct {
		rule, before, name string
		write              func(io.Writer) error
		after, err         string
	}{
		{"a new file", "", "r", text("new"), "r: new (644)", ""},
		{"a file keeps its mode", "r: something longer", "r", text("new"), "r: new", ""},
		{"in a folder", "sub/", "sub/r", text("new"), "sub/\nsub/r: new (644)", ""},
		{"a name as long as there may be", "", strings.Repeat("r", 255), text("new"), strings.Repeat("r", 255) + ": new (644)", ""},
		{"a link to a file", "real: something longer\nr -> real", "r", text("new"), "r -> real\nreal: new", ""},
		{"a link to nothing", "r -> real", "r", text("new"), "r -> real\nreal: new (644)", ""},
		{"a link to a folder", "sub/\nr -> sub", "r", text("new"), "r -> sub\nsub/", "it is a folder: name a file in it"},
		{"a folder", "sub/", "sub", text("new"), "sub/", "it is a folder: name a file in it"},
		{"the name of a folder", "sub/", "sub/", text("new"), "sub/", "no name of a file"},
		{"a folder that is not there", "", "sub/r", text("new"), "", "ws" + string(filepath.Separator) + "sub: make it first"},
		{"what is below a file", "sub: old", "sub/r", text("new"), "sub: old", "not a directory"},
		{"a new report that fails", "", "r", fails, "", "no report"},
		{"a report that fails", "r: old", "r", fails, "r: old", "no report"},
		{"a report to a link that fails", "real: old\nr -> real", "r", fails, "r -> real\nreal: old", "no report"},
	} {
		t.Run(tt.rule, func(t *testing.T) {
			t.Parallel()
			ws, out := folder(t, tt.before)
			path := ws + string(filepath.Separator) + filepath.FromSlash(tt.name)
			err := disk.Output(t.Context(), path, tt.write)
			refused(t, err, path, tt.err)
			if errors.Is(err, mine) != (tt.err == mine.Error()) {
				t.Errorf("error %v", err)
			}
			after := tt.after
			if after != "" {
				after += "\n"
			}
			want(t, ws, out, after)
		})
	}
	t.Run("a link out", func(t *testing.T) {
		t.Parallel()
		ws, out := folder(t, "r -> ../out/canary")
		if err := disk.Output(t.Context(), filepath.Join(ws, "r"), text(secret)); err != nil { // it is where the user wants it
			t.Error(err)
		}
		want(t, ws, out, "r -> ../out/canary\n")
	})
}

// TestStays has links lead paths out of the folder that they stand in.
func TestStays(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		rule, before, path string // DIR is the folder of ws and out
		link, to           string // "" for a path that may be written to
	}{
		{"a file", "r: old", "ws/r", "", ""},
		{"nothing yet", "", "ws/r", "", ""},
		{"elsewhere", "", "out/r", "", ""},
		{"elsewhere by dots", "sub/", "ws/sub/../../out/r", "", ""},
		{"a link within", "real: old\nr -> real", "ws/r", "", ""},
		{"a folder's link within", "sub/\no -> sub", "ws/o/r", "", ""},
		{"a link within, and dots of the path", "sub/\no -> sub", "ws/o/../../out/r", "", ""},
		{"a link that leads out and back", "r -> ../ws/real", "ws/r", "", ""},
		{"a link out", "r -> ../out/canary", "ws/r", "ws/r", "out/canary"},
		{"an absolute link out", "r -> DIR/out/canary", "ws/r", "ws/r", "out/canary"},
		{"a link out to nothing", "r -> ../out/gone/r", "ws/r", "ws/r", "out/gone/r"},
		{"a folder's link out", "o -> ../out", "ws/o/r", "ws/o", "out"},
		{"a folder's link out, with dots", "o -> ../out", "ws/o/../ws/r", "ws/o", "out"},
		{"a link to a link out", "a -> b\nb -> ../out/canary", "ws/a", "ws/b", "out/canary"},
		{"a link through a link out", "a -> o/canary\no -> ../out", "ws/a", "ws/o", "out"},
		{"links in a circle", "a -> b\nb -> a", "ws/a", "", "too many links"},
		{"the user's link out", "", "own/out", "", ""},
		{"the user's link to a link out", "r -> ../out/canary", "own/r", "ws/r", "out/canary"},
		{"another folder's name of the workspace", "r -> ../out/canary", "own/ws/r", "ws/r", "out/canary"},
	} {
		t.Run(tt.rule, func(t *testing.T) {
			t.Parallel()
			ws, _ := folder(t, tt.before)
			dir := filepath.Dir(ws)
			own := filepath.Join(dir, "own")
			err := errors.Join(
				os.Mkdir(own, 0o755), os.Symlink("../out/canary", filepath.Join(own, "out")), os.Symlink("../ws/r", filepath.Join(own, "r")), os.Symlink(ws, filepath.Join(own, "ws")),
			)
			if err != nil {
				t.Fatal(err)
			}
			path := dir + string(filepath.Separator) + filepath.FromSlash(tt.path)
			reason := tt.to
			if tt.link != "" {
				reason = fmt.Sprintf("%s is a link out of %s, to %s: name that path itself", filepath.Join(dir, tt.link), ws, filepath.Join(dir, tt.to))
			}
			refused(t, disk.Stays(path, ws), path, reason)
		})
	}
}

func TestAppend(t *testing.T) {
	t.Parallel()
	ws, out := folder(t, "log: old, more")
	for _, name := range []string{"log", "log", "new"} {
		w, err := disk.Append(filepath.Join(ws, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(text(" more")(w), w.Close()); err != nil {
			t.Error(err)
		}
	}
	if _, err := disk.Append(filepath.Join(ws, "gone", "log")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v", err)
	}
	want(t, ws, out, "log: old, more more more\nnew:  more (644)\n")
}

// TestOpenLetsGo has a file moved away and deleted while somebody reads it.
func TestOpenLetsGo(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, list, want string
		others           func(a, b, c string) error
	}{
		{"another is put in its place", "a: old\nb: new", "a: new\nc: old", func(a, b, c string) error { return errors.Join(os.Rename(a, c), os.Rename(b, a)) }},
		{"it is deleted", "a: old", "", func(a, _, _ string) error { return os.Remove(a) }},
		{"it is written", "a: old", "a: new", func(a, _, _ string) error { return os.WriteFile(a, []byte("new"), 0o640) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			ws, _ := folder(t, tt.list)
			path := func(name string) string { return filepath.Join(ws, name) }
			f, err := disk.Open(path("a"))
			if err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(tt.others(path("a"), path("b"), path("c")), f.Close()); err != nil {
				t.Error(err)
			}
			if have := strings.TrimSpace(show(t, ws)); have != tt.want {
				t.Errorf("have %q, want %q", have, tt.want)
			}
		})
	}
	if _, err := disk.Open(filepath.Join(t.TempDir(), "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("opening what is not there: %v", err)
	}
}

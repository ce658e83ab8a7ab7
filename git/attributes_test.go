package git_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/covls/covls/git"
	"github.com/covls/covls/internal/gittest"
	"github.com/covls/covls/source"
)

// TestAttributes holds what is said of files against what git itself says.
func TestAttributes(t *testing.T) {
	t.Parallel()
	gittest.Need(t)
	r := newRepository(t)
	write := func(name, text string) {
		t.Helper()
		path := filepath.Join(r.dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write(".gitattributes", `# comment linguist-generated
*.gen.js linguist-generated
*.lock -text linguist-generated=true
third/** linguist-vendored
/top.c linguist-vendored
direct/* linguist-vendored
folder/ linguist-vendored
a/**/deep.c linguist-generated=1
docs/**/*.py linguist-documentation
"with space/*.c" linguist-vendored linguist-generated=false
"quoted\040octal.c" linguist-generated
!not.c linguist-generated
x{1,2}.c linguist-generated
[ab].c linguist-generated
star*.c text eol=lf	linguist-generated
taken.c linguist-generated linguist-vendored
taken.c !linguist-generated -linguist-vendored
twice.c -linguist-generated linguist-generated
sub/again.c linguist-generated
*.h linguist-language=C++
[attr]mine linguist-generated
[attr]ours mine -linguist-vendored
[attr] theirs linguist-vendored
[attr]twice linguist-generated
[attr]twice linguist-vendored
[attr]round round linguist-vendored
[attr]plain -diff
m1.c mine
m2.c linguist-vendored ours
m3.c mine -linguist-generated
m4.c -linguist-generated mine
m5.c mine
m5.c -mine
m6.c mine=x
m7.c !mine
m8.c theirs
m9.c twice
m10.c round
m11.c binary plain
m12.c ours
m12.c !linguist-generated
[ linguist-generated
`)
	write("third/own/.gitattributes", "*.c -linguist-vendored\n")
	write("sub/.gitattributes", "\ufeffa.c linguist-generated\r\n/b.c linguist-generated\r\nagain.c !linguist-generated\r\ninner/*.c linguist-vendored\r\nm13.c mine\r\n[attr]own linguist-generated\r\nm14.c own\r\n")
	write("sub/inner/.gitattributes", strings.Repeat("z", 3000)+" linguist-generated\nz.c linguist-generated=false\n")
	names := strings.Fields(`a.gen.js sub/a.gen.js x.lock third/a.c third/deep/a.c third/own/a.c third/own/a.h top.c sub/top.c direct/a.c direct/in/a.c folder/a.c
		a/deep.c a/b/deep.c a/b/c/deep.c docs/a.py docs/b/a.py x/docs/a.py not.c !not.c x1.c x{1,2}.c a.c b.c c.c starry.c sub/starry.c taken.c twice.c sub/again.c sub/a.c sub/b.c
		sub/deep/b.c sub/deep/a.c sub/inner/q.c sub/inner/z.c a.h m1.c m2.c m3.c m4.c m5.c m6.c m7.c m8.c m9.c m10.c m11.c m12.c sub/m13.c sub/m14.c`)
	names = append(names, "with space/a.c", "quoted octal.c")
	attributes := git.NewAttributes(filepath.Join(r.dir, "sub")) // that is no top
	for _, name := range names {
		said := attributes.Of(filepath.Join(r.dir, filepath.FromSlash(name)))
		for attribute, got := range map[string]source.Answer{"generated": said.Generated, "vendored": said.Vendored, "documentation": said.Documentation} {
			cmd := exec.Command("git", "check-attr", "-z", "linguist-"+attribute, "--", name)
			cmd.Dir = r.dir
			out, err := cmd.Output()
			if err != nil {
				t.Fatal(err)
			}
			fields := strings.Split(string(out), "\x00")
			want := map[string]source.Answer{"unspecified": source.Unsaid, "set": source.Yes, "true": source.Yes, "1": source.Yes, "unset": source.No, "false": source.No}[fields[2]]
			if got != want {
				t.Errorf("%s: linguist-%s is %d, and git says %q", name, attribute, got, fields[2])
			}
		}
	}
	if said := attributes.Of(filepath.Join(filepath.Dir(r.dir), "a.gen.js")); said != (source.Attributes{}) {
		t.Errorf("outside of the work tree: %+v", said)
	}
}

// TestAttributesAlone: without a repository the files of the folder count, and no link does.
func TestAttributesAlone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	text := []byte("*.c linguist-generated\n")
	for _, name := range []string{"real", "linked"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "real", ".gitattributes"), text, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join("..", "real", ".gitattributes"), filepath.Join(dir, "linked", ".gitattributes")); err != nil {
		t.Skip(err)
	}
	attributes := git.NewAttributes(dir)
	for name, want := range map[string]source.Answer{"real/a.c": source.Yes, "linked/a.c": source.Unsaid, "a.c": source.Unsaid} {
		if got := attributes.Of(filepath.Join(dir, filepath.FromSlash(name))).Generated; got != want {
			t.Errorf("%s: %d, want %d", name, got, want)
		}
	}
}

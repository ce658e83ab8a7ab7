package place_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/covls/covls/internal/profiletest"
	"github.com/covls/covls/place"
	"github.com/covls/covls/program"
)

func TestFindModules(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, tree, folder string
		want               string // "path dir" of each module and "vendor dir"
		problems           string // one a line
	}{
		{"none", "-- a.go --\n", ".", "", ""},
		{"at the root", "-- go.mod --\nmodule example.com/m\n", ".", "example.com/m $DIR\n", ""},
		{"quoted path and comments", "-- go.mod --\n// Deprecated: x.\nmodule \"example.com/m\" // here\n\ngo 1.26\n", ".", "example.com/m $DIR\n", ""},
		{"CRLF", "-- go.mod --\nmodule example.com/m\r\n\r\ngo 1.26\r\n", ".", "example.com/m $DIR\n", ""},
		{"above", "-- go.mod --\nmodule example.com/m\n-- a/b/c.go --\n", "a/b", "example.com/m $DIR\n", ""},
		{"the nearest above", "-- go.mod --\nmodule example.com/m\n-- a/go.mod --\nmodule example.com/a\n-- a/b/c.go --\n", "a/b", "example.com/a $DIR/a\n", ""},
		{"major version", "-- go.mod --\nmodule example.com/m/v2\n", ".", "example.com/m/v2 $DIR\n", ""},
		{
			"several, the longest path first", "-- go.mod --\nmodule example.com/m\n-- a/go.mod --\nmodule example.com/m/a\n-- tools/x/go.mod --\nmodule tools\n", ".",
			"example.com/m/a $DIR/a\nexample.com/m $DIR\ntools $DIR/tools/x\n", "",
		},
		{"none at the root", "-- a/go.mod --\nmodule example.com/a\n-- b/c/go.mod --\nmodule example.com/b\n", ".", "example.com/a $DIR/a\nexample.com/b $DIR/b/c\n", ""},
		{
			"not searched",
			"-- testdata/go.mod --\nmodule example.com/a\n-- node_modules/x/go.mod --\nmodule example.com/b\n-- vendor/go.mod --\nmodule example.com/c\n-- .git/go.mod --\nmodule example.com/d\n-- a/testdata/b/go.mod --\nmodule example.com/e\n-- _x/go.mod --\nmodule example.com/x\n", ".",
			"example.com/x $DIR/_x\n", "",
		},
		{"folder in testdata", "-- testdata/m/go.mod --\nmodule example.com/m\n", "testdata/m", "example.com/m $DIR/testdata/m\n", ""},
		{
			"as deep as is searched", "-- " + strings.Repeat("d/", place.ModuleDepth) + "go.mod --\nmodule example.com/in\n-- " + strings.Repeat("e/", place.ModuleDepth+1) + "go.mod --\nmodule example.com/out\n", ".",
			"example.com/in $DIR/" + strings.Repeat("d/", place.ModuleDepth-1) + "d\n", "",
		},
		{"vendor directory", "-- go.mod --\nmodule example.com/m\n-- vendor/modules.txt --\n", ".", "example.com/m $DIR\nvendor $DIR/vendor\n", ""},
		{"a folder that is only called vendor", "-- go.mod --\nmodule example.com/m\n-- vendor/a.go --\n", ".", "example.com/m $DIR\n", ""},

		{"workspace", "-- go.work --\ngo 1.26\n\nuse (\n\t./a\n\t./b/c\n)\n-- a/go.mod --\nmodule example.com/a\n-- b/c/go.mod --\nmodule example.com/bc\n", ".", "example.com/bc $DIR/b/c\nexample.com/a $DIR/a\n", ""},
		{"workspace above", "-- go.work --\nuse ./a\nuse ./b\n-- a/go.mod --\nmodule example.com/a\n-- b/go.mod --\nmodule example.com/b\n", "a", "example.com/a $DIR/a\nexample.com/b $DIR/b\n", ""},
		{"workspace that uses its own directory", "-- go.work --\nuse .\n-- go.mod --\nmodule example.com/m\n", ".", "example.com/m $DIR\n", ""},
		{"use beside", "-- ws/go.work --\nuse ../other\nuse $DIR/abs/x/..\n-- other/go.mod --\nmodule example.com/o\n-- abs/go.mod --\nmodule example.com/abs\n", "ws", "example.com/abs $DIR/abs\nexample.com/o $DIR/other\n", ""},
		{"use of what is not there", "-- go.work --\nuse ./gone\nuse ./a\n-- a/go.mod --\nmodule example.com/a\n", ".", "example.com/a $DIR/a\n", ""},
		{"use of a module deep down", "-- go.work --\nuse ./testdata/m\n-- testdata/m/go.mod --\nmodule example.com/t\n", ".", "example.com/t $DIR/testdata/m\n", ""},
		{"replace in a workspace", "-- go.work --\nuse ./a\nreplace example.com/x => ./x\n-- a/go.mod --\nmodule example.com/a\n-- x/go.mod --\nmodule example.com/fork\n", ".", "example.com/fork $DIR/x\nexample.com/a $DIR/a\nexample.com/x $DIR/x\n", ""},
		{"vendor directory of a workspace", "-- go.work --\nuse ./a\n-- a/go.mod --\nmodule example.com/a\n-- vendor/modules.txt --\n", ".", "example.com/a $DIR/a\nvendor $DIR/vendor\n", ""},

		{
			"replace", "-- ws/go.mod --\nmodule example.com/m\n\nreplace (\n\texample.com/rel => ../rel\n\texample.com/abs v1.2.3 => $DIR/abs\n\texample.com/in => ./third/in\n\texample.com/branch master => ../rel\n)\n-- rel/go.mod --\nmodule example.com/rel\n-- abs/go.mod --\nmodule example.com/abs\n-- ws/third/in/go.mod --\nmodule example.com/in\n", "ws",
			"example.com/branch $DIR/rel\nexample.com/rel $DIR/rel\nexample.com/abs $DIR/abs\nexample.com/in $DIR/ws/third/in\nexample.com/m $DIR/ws\n", "",
		},
		{"replace with a version", "-- go.mod --\nmodule example.com/m\n\nreplace example.com/x => example.com/y v1.0.0\n-- example.com/y/go.mod --\nmodule example.com/y\n", ".", "example.com/m $DIR\nexample.com/y $DIR/example.com/y\n", ""},
		{"replace with what is no module", "-- ws/go.mod --\nmodule example.com/m\n\nreplace example.com/x => ../x\nreplace example.com/y => ../gone\nreplace example.com/z => /\n-- x/x.go --\n", "ws", "example.com/m $DIR/ws\n", ""},
		{"replaced module's own replace", "-- ws/go.mod --\nmodule example.com/m\n\nreplace example.com/x => ../x\n-- x/go.mod --\nmodule example.com/x\n\nreplace example.com/y => ../y\n-- y/go.mod --\nmodule example.com/y\n", "ws", "example.com/m $DIR/ws\nexample.com/x $DIR/x\n", ""},

		{
			"newer go.mod", "-- go.mod --\n// Alone.\n\nmodule example.com/m\n\ngo 1.99\n\nfuture x => y\nmore (\n\ta\n)\nreplace (\n\texample.com/x => ./testdata/x\n)\nfurther more (\n\ta\n)\n-- testdata/x/go.mod --\nmodule example.com/x\n", ".",
			"example.com/m $DIR\nexample.com/x $DIR/testdata/x\n", "",
		},
		{"newer go.work", "-- go.work --\ngo 1.99\nfuture x\nuse ./testdata/a\n-- testdata/a/go.mod --\nmodule example.com/a\n", ".", "example.com/a $DIR/testdata/a\n", ""},
		{"newer go.mod without a module", "-- go.mod --\nfuture x\n", ".", "", ""},
		{"branch for a version", "-- go.mod --\nmodule example.com/m\n\nrequire example.com/x/v2 master\nrequire gopkg.in/y.v3 main\nreplace example.com/x => ./x\n-- x/go.mod --\nmodule example.com/x\n", ".", "example.com/m $DIR\nexample.com/x $DIR/x\n", ""},
		{
			"broken go.mod", "-- go.mod --\nmodule example.com/m\n\nrequire (\n<<<<<<< ours\n=======\n)\n-- a/go.mod --\nmodule example.com/a\n", ".",
			"example.com/m $DIR\nexample.com/a $DIR/a\n", "read go.mod: $DIR/go.mod:5: not as Go writes it\n",
		},
		{"broken replace", "-- go.mod --\nmodule example.com/m\nreplace x\n", ".", "example.com/m $DIR\n", "read go.mod: $DIR/go.mod:2: not as Go writes it\n"},
		{"newer go.mod with a broken replace", "-- go.mod --\nmodule example.com/m\nfuture x\nreplace x\n", ".", "example.com/m $DIR\n", "read go.mod: $DIR/go.mod:2: not as Go writes it\n"},
		{"nothing in go.mod", "-- go.mod --\n", ".", "", ""},
		{"no go.mod at all", "-- go.mod --\n\x00{{{\n", ".", "", "read go.mod: $DIR/go.mod:1: not as Go writes it\n"},
		{"broken module path", "-- go.mod --\nmodule ../..\n-- a/go.mod --\nmodule example.com/a\n", ".", "example.com/a $DIR/a\n", ""},
		{"broken go.work", "-- go.work --\nuse (\n-- a/go.mod --\nmodule example.com/a\n", ".", "example.com/a $DIR/a\n", "read go.work: $DIR/go.work:2: not as Go writes it\n"},
		{"large go.mod", "-- go.mod --\nmodule example.com/m\n//" + strings.Repeat("x", place.ModuleBytes) + "\n-- a/go.mod --\nmodule example.com/a\n", ".", "example.com/a $DIR/a\n", fmt.Sprintf("read go.mod: $DIR/go.mod is larger than %d bytes\n", place.ModuleBytes)},
		{"directory called go.mod", "-- go.mod/x --\n-- a/go.mod --\nmodule example.com/a\n", ".", "example.com/a $DIR/a\n", ""},

		{"folder is a symlink", "-- real/go.mod --\nmodule example.com/m\n-- real/a/go.mod --\nmodule example.com/a\n-- link -> real --\n", "link", "example.com/m $DIR/link\nexample.com/a $DIR/link/a\n", ""},
		{"folder is a symlink to below a module", "-- real/go.mod --\nmodule example.com/m\n-- real/a/b.go --\n-- real/go.work --\nuse ./c\n-- real/c/go.mod --\nmodule example.com/c\n-- link -> real/a --\n", "link", "example.com/m $DIR/real\nexample.com/c $DIR/real/c\n", ""},
		{"symlinks in the folder are not followed", "-- a/x.go --\n-- a/b -> ../c --\n-- c/go.mod --\nmodule example.com/c\n", "a", "", ""},
		{"folder is not there", "-- a.go --\n", "gone", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := profiletest.Tree(t, tt.tree)
			modules, problems := place.FindModules(t.Context(), nil, filepath.Join(dir, filepath.FromSlash(tt.folder)))
			mods, vendors := modules.List()
			var got, said strings.Builder
			for _, m := range mods {
				fmt.Fprintln(&got, m)
			}
			for _, v := range vendors {
				fmt.Fprintln(&got, "vendor", v)
			}
			for _, p := range problems {
				fmt.Fprintln(&said, p)
			}
			if have := strings.ReplaceAll(got.String(), dir, "$DIR"); filepath.ToSlash(have) != tt.want {
				t.Errorf("have:\n%swant:\n%s", have, tt.want)
			}
			if have := strings.ReplaceAll(said.String(), dir, "$DIR"); filepath.ToSlash(have) != tt.problems {
				t.Errorf("problems:\n%swant:\n%s", have, tt.problems)
			}
		})
	}
}

func TestFindModulesUnreadable(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" || os.Geteuid() == 0 {
		t.Skip("skipped where nothing is unreadable")
	}
	dir := profiletest.Tree(t, "-- go.mod --\nmodule example.com/m\n-- a/go.mod --\nmodule example.com/a\n-- b/go.mod --\n")
	for _, name := range []string{"go.mod", "b"} {
		if err := os.Chmod(filepath.Join(dir, name), 0); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { _ = os.Chmod(filepath.Join(dir, "b"), 0o755) })
	modules, problems := place.FindModules(t.Context(), nil, dir)
	if mods, _ := modules.List(); !slices.Equal(mods, []string{"example.com/a " + filepath.Join(dir, "a")}) {
		t.Errorf("have %q", mods)
	}
	if len(problems) != 1 || !errors.Is(problems[0], fs.ErrPermission) {
		t.Errorf("have %v, want one of go.mod", problems)
	}
}

// TestFindModulesStops: the directories are searched level by level, in the order of their names.
func TestFindModulesStops(t *testing.T) {
	t.Parallel()
	dir := profiletest.Tree(t, "-- a/a/go.mod --\nmodule aa\n-- b/b/go.mod --\nmodule bb\n-- z/go.mod --\nmodule z\n")
	for i, want := range []int{0, 0, 0, 1, 2, 3, 3} {
		most := i + 1
		modules, problems := place.FindModulesIn(t.Context(), nil, dir, most)
		if mods, _ := modules.List(); len(mods) != want || len(problems) != 0 {
			t.Errorf("in %d directories: %q, %v, want %d", most, mods, problems, want)
		}
	}
}

func TestModulesRoots(t *testing.T) {
	t.Parallel()
	var none *place.Modules
	if got := none.Roots(); got != nil {
		t.Errorf("nil Modules: %q", got)
	}
	dir := profiletest.Tree(t, "-- go.mod --\nmodule example.com/m\n-- a/go.mod --\nmodule example.com/m/a\n")
	modules, _ := place.FindModules(t.Context(), nil, dir)
	if got, want := modules.Roots(), []string{filepath.Join(dir, "a"), dir}; !slices.Equal(got, want) {
		t.Errorf("have %q, want %q", got, want)
	}
}

// FuzzFindModules checks that no go.mod or go.work is too odd.
func FuzzFindModules(f *testing.F) {
	for _, text := range []string{
		"module example.com/m\n", "module \"a b\"\nreplace a => ./x\n", "use ./x\nreplace a v1 => ..\n", "module (\n)\n", "(\n)\n",
		"module example.com/m\nfuture (\n\tx\n)\n", "retract v1\n", "use (\n", "module \x00", "use .\nuse ..\nuse /\n", "module example.com/m // x\n<<<<<<<\n",
	} {
		f.Add(text)
	}
	dir := profiletest.Tree(f, "-- x/go.mod --\nmodule example.com/x\n")
	f.Fuzz(func(t *testing.T, text string) {
		for _, name := range []string{"go.mod", "go.work"} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		modules, _ := place.FindModules(t.Context(), nil, dir)
		for _, root := range modules.Roots() {
			if info, err := os.Stat(filepath.Join(root, "go.mod")); err != nil || info.IsDir() {
				t.Errorf("%s is no module: %v", root, err)
			}
		}
	})
}

func needGo(t testing.TB) {
	t.Helper()
	if _, err := exec.LookPath("go"); err != nil {
		t.Skipf("skipped without Go: %v", err)
	}
}

func TestListPackages(t *testing.T) {
	t.Parallel()
	needGo(t)
	goroot, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	std := filepath.Join(strings.TrimSpace(string(goroot)), "src")
	here, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/spf13/cobra").Output()
	cobra := strings.TrimSpace(string(out))
	if err != nil || cobra == "" {
		t.Skipf("skipped without the source of cobra: %v", err)
	}
	tests := []struct {
		name string
		ask  []string
		want map[string]string
	}{
		{"nothing", nil, nil},
		{"standard library", []string{"fmt", "net/http", "vendor/golang.org/x/net/idna"}, map[string]string{
			"fmt": filepath.Join(std, "fmt"), "net/http": filepath.Join(std, "net", "http"), "vendor/golang.org/x/net/idna": filepath.Join(std, "vendor", "golang.org", "x", "net", "idna"),
		}},
		{"module cache", []string{"github.com/spf13/cobra", "github.com/spf13/cobra/doc"}, map[string]string{
			"github.com/spf13/cobra": cobra, "github.com/spf13/cobra/doc": filepath.Join(cobra, "doc"),
		}},
		{"the module itself", []string{"github.com/covls/covls/place"}, map[string]string{"github.com/covls/covls/place": filepath.Join(here, "place")}},
		{"unknown among known", []string{"example.com/unknown/x", "nosuch", "fmt", "github.com/spf13/cobra/nosuch"}, map[string]string{"fmt": filepath.Join(std, "fmt")}},
		{"more than one command line holds", append(slices.Repeat([]string{"example.com/" + strings.Repeat("x", 80)}, 2*place.ListBytes/80), "fmt"), map[string]string{"fmt": filepath.Join(std, "fmt")}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := place.ListPackages(t.Context(), program.New(), filepath.Join(here, "place"), tt.ask)
			if err != nil {
				t.Fatal(err)
			}
			if len(got) != len(tt.want) {
				t.Errorf("have %q, want %q", got, tt.want)
			}
			for path, dir := range tt.want {
				if got[path] != dir {
					t.Errorf("%s: have %q, want %q", path, got[path], dir)
				}
			}
		})
	}
}

func TestListPackagesErrors(t *testing.T) {
	t.Parallel()
	needGo(t)
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	tests := []struct {
		name string
		ctx  context.Context
		tree string
		want string
	}{
		{"broken go.mod", t.Context(), "-- go.mod --\nmodule example.com/m\n\nfuture x\n", "ask go list for packages outside the workspace: go: exit status 1: go: errors parsing go.mod:"},
		{"no time", cancelled, "-- go.mod --\nmodule example.com/m\n", "ask go list for packages outside the workspace: go: context canceled"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := place.ListPackages(tt.ctx, program.New(), profiletest.Tree(t, tt.tree), []string{"fmt"})
			if len(got) > 0 || err == nil || !strings.HasPrefix(err.Error(), tt.want) {
				t.Errorf("have %q, %v, want: %s", got, err, tt.want)
			}
		})
	}
}

// fakeGo puts a shell script on PATH as go.
func fakeGo(t *testing.T, script string) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("skipped where a script is no program")
	}
	bin := t.TempDir()
	if err := os.WriteFile(filepath.Join(bin, "go"), []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+string(filepath.ListSeparator)+os.Getenv("PATH"))
}

// TestListPackagesArguments: only what go list takes for one package's import path reaches its
// command line, and a command line is never too long.
func TestListPackagesArguments(t *testing.T) {
	said := filepath.Join(t.TempDir(), "said")
	fakeGo(t, `printf '%s\n' "$*" >>`+said)
	hostile := []string{
		"-flag", "--", "-mod=mod", "-toolexec=/bin/false", "...", "fmt/...", "f...t", "./x", "../x", ".", "a b", "", "/etc", `C:\x`, "a@v1", "all", "std", "cmd", "tool", "work",
		"a.go", "fm\x00t", "é", "a/../fmt", "*.go", "$HOME", "a\nb", strings.Repeat("a", place.NameBytes+1),
	}
	good := []string{"fmt", "github.com/nats-io/nats.go", "cmd/go", "example.com/~x/y+z_1"}
	var long []string
	for i := range 500 {
		long = append(long, fmt.Sprintf("example.com/%0100d", i))
	}
	dir := profiletest.Tree(t, "-- a.go --\npackage a\n")
	if _, err := place.ListPackages(t.Context(), program.New(), dir, slices.Concat(hostile, good, long)); err != nil {
		t.Fatal(err)
	}
	var got []string
	lines := strings.Split(strings.TrimSpace(readFile(t, said)), "\n")
	for _, line := range lines {
		flags, names, ok := strings.Cut(line, " -- ")
		if !ok || flags != "list -e -find -json=ImportPath,Dir" || len(names) > place.ListBytes {
			t.Errorf("go %.100s… has %d bytes of names", line, len(names))
		}
		got = append(got, strings.Fields(names)...)
	}
	if want := slices.Concat(good, long); len(lines) < 3 || !slices.Equal(got, want) {
		t.Errorf("%d command lines: %q", len(lines), got)
	}
	if err := os.Remove(said); err != nil {
		t.Fatal(err)
	}
	if _, err := place.ListPackages(t.Context(), program.New(), dir, hostile); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(said); err == nil {
		t.Errorf("go ran for nothing: %s", readFile(t, said))
	}
}

// TestListPackagesOffline: go.mod requires what is not in the module cache. Nothing is downloaded,
// and go.mod and go.sum stay as they are.
func TestListPackagesOffline(t *testing.T) {
	needGo(t)
	const (
		mod = "module example.com/m\n\ngo 1.21\n\nrequire (\n\tvcs.invalid/private.git v1.0.0\n\tproxy.invalid/x v1.0.0\n)\n"
		sum = "proxy.invalid/x v1.0.0 h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n" +
			"proxy.invalid/x v1.0.0/go.mod h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n" +
			"vcs.invalid/private.git v1.0.0 h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n" +
			"vcs.invalid/private.git v1.0.0/go.mod h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"
	)
	dir := profiletest.Tree(t, "-- go.mod --\n"+mod+"-- go.sum --\n"+sum+"-- a.go --\npackage a\n\nimport _ \"github.com/spf13/cobra\"\n")
	bin := t.TempDir()
	asked := filepath.Join(bin, "asked")
	for _, vcs := range []string{"git", "hg"} {
		if err := os.WriteFile(filepath.Join(bin, vcs), []byte("#!/bin/sh\necho $0 $@ >>"+asked+"\nexit 1\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		t.Errorf("the proxy was asked for %s", r.URL)
		http.NotFound(w, r)
	}))
	defer proxy.Close()
	t.Setenv("PATH", bin+string(filepath.ListSeparator)+os.Getenv("PATH"))
	t.Setenv("GOPROXY", proxy.URL)
	t.Setenv("GOPRIVATE", "vcs.invalid")
	t.Setenv("GOFLAGS", "-mod=mod")
	t.Setenv("GOSUMDB", "off")
	got, err := place.ListPackages(t.Context(), program.New(), dir, []string{"vcs.invalid/private.git/x", "proxy.invalid/x", "github.com/spf13/cobra", "fmt"})
	if err != nil || len(got) != 1 || got["fmt"] == "" {
		t.Errorf("have %q, %v, want fmt alone", got, err)
	}
	if calls, err := os.ReadFile(asked); err == nil {
		t.Errorf("somebody was asked: %s", calls)
	}
	if readFile(t, filepath.Join(dir, "go.mod")) != mod || readFile(t, filepath.Join(dir, "go.sum")) != sum {
		t.Errorf("go.mod is now:\n%s\ngo.sum:\n%s", readFile(t, filepath.Join(dir, "go.mod")), readFile(t, filepath.Join(dir, "go.sum")))
	}
}

func TestListPackagesWithoutGo(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	for _, ask := range [][]string{{"fmt"}, slices.Repeat([]string{strings.Repeat("x", place.NameBytes)}, 100)} {
		got, err := place.ListPackages(t.Context(), program.New(), t.TempDir(), ask)
		if len(got) > 0 || err == nil || err.Error() != "ask go list for packages outside the workspace: start go: it is not on PATH" {
			t.Errorf("%d names: %q, %v", len(ask), got, err)
		}
	}
}

// TestListPackagesOdd: what stands on PATH as go may say anything.
func TestListPackagesOdd(t *testing.T) {
	tests := []struct{ name, script, want string }{
		{"no JSON", "echo go away", "read what go list said: invalid character 'g' looking for beginning of value"},
		{"cut", `printf '{"ImportPath": "fmt", "Dir"'`, "read what go list said: unexpected EOF"},
		{"says why", "echo first >&2; echo second >&2; exit 3", "ask go list for packages outside the workspace: go: exit status 3: first"},
		{"says nothing", "exit 3", "ask go list for packages outside the workspace: go: exit status 3"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			fakeGo(t, tt.script)
			got, err := place.ListPackages(t.Context(), program.New(), t.TempDir(), []string{"fmt"})
			if len(got) > 0 || err == nil || err.Error() != tt.want {
				t.Errorf("have %q, %v, want: %s", got, err, tt.want)
			}
		})
	}
}

func readFile(t testing.TB, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

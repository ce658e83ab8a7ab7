package git_test

import (
	"bytes"
	"compress/zlib"
	"context"
	"crypto/sha1"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/adler32"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/covls/covls/git"
	"github.com/covls/covls/internal/gittest"
)

// layout is a way in which a repository lies on disk: then makes it of one, and returns the folder that is asked for.
type layout struct {
	name string
	init []string
	then func(r *repository) string
}

func layouts() []layout {
	return []layout{
		{"loose objects", nil, func(r *repository) string { return r.dir }},
		{"a pack", nil, func(r *repository) string {
			r.git("gc", "-q", "--aggressive")
			return r.dir
		}},
		{"a pack with differences by name", nil, func(r *repository) string {
			r.git("-c", "repack.useDeltaBaseOffset=false", "repack", "-q", "-a", "-d", "-f")
			r.git("pack-refs", "--all")
			return r.dir
		}},
		{"several packs and an index of packs", nil, func(r *repository) string {
			r.git("repack", "-q", "-d")
			r.commit(time.Now(), "in/b.go")
			r.git("repack", "-q", "-d")
			r.git("multi-pack-index", "write")
			r.git("reset", "-q", "--hard", "HEAD~1")
			return r.dir
		}},
		{"the names of SHA-256", []string{"--object-format=sha256"}, func(r *repository) string {
			r.git("gc", "-q")
			return r.dir
		}},
		{"an index of version 4", nil, func(r *repository) string {
			r.git("update-index", "--index-version", "4")
			return r.dir
		}},
		{"a split index", nil, func(r *repository) string {
			r.git("update-index", "--split-index")
			return r.dir
		}},
		{"a sparse index", nil, func(r *repository) string {
			r.git("sparse-checkout", "init", "--cone", "--sparse-index")
			return r.dir
		}},
		{"a linked work tree", nil, func(r *repository) string {
			to := filepath.Join(r.t.TempDir(), "tree")
			r.git("worktree", "add", "-q", "-b", "other", to)
			return to
		}},
		{"a work tree in the repository's own", nil, func(r *repository) string {
			r.git("worktree", "add", "-q", "--detach", "in/tree")
			return filepath.Join(r.dir, "in", "tree")
		}},
		{"borrowed objects", nil, func(r *repository) string {
			to := filepath.Join(r.t.TempDir(), "clone")
			r.git("clone", "-q", "--shared", r.dir, to)
			return to
		}},
		{"a submodule", nil, func(r *repository) string {
			outer := newRepository(r.t)
			outer.git("submodule", "--quiet", "add", "file://"+filepath.ToSlash(r.dir), "deep/sub")
			return filepath.Join(outer.dir, "deep", "sub")
		}},
	}
}

// TestCommitsLayouts: however a repository is laid out on disk, the answer is the same.
func TestCommitsLayouts(t *testing.T) {
	t.Parallel()
	for _, tt := range layouts() {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newRepository(t, tt.init...)
			want := map[string]int{}
			for i := range 12 {
				name := fmt.Sprintf("in/%d/f.go", i%7)
				r.commit(time.Now(), name, "a.go")
				want[name]++
				want["a.go"]++
			}
			got, err := git.Commits(t.Context(), tt.then(r), 90)
			if err != nil || !maps.Equal(got, want) {
				t.Errorf("%v, %v, want %v", got, err, want)
			}
		})
	}
}

// TestCommitsAsGit holds the answer against git log, over a repository of random changes.
func TestCommitsAsGit(t *testing.T) {
	t.Parallel()
	r := newRepository(t)
	at := uint32(1)
	random := func(n int) int {
		at = at*1664525 + 1013904223
		return int(at>>8) % n
	}
	names := []string{"a", "a.b", "a-b", "b/a", "b.c/d", "b-c", "c", "c/d/e.go", "z/y/x/w"}
	for i := range 60 {
		switch name := names[random(len(names))]; random(4) {
		case 0:
			_ = os.RemoveAll(filepath.Join(r.dir, name)) // a file that becomes a folder, or goes
			r.commit(time.Now(), "other")
		case 1:
			_ = os.RemoveAll(filepath.Join(r.dir, name))
			r.commit(time.Now(), name+"/inner", "other")
			_ = os.RemoveAll(filepath.Join(r.dir, name))
			r.commit(time.Now(), name)
		case 2:
			_ = os.Chmod(filepath.Join(r.dir, name), 0o644|os.FileMode(random(2))*0o111)
			r.commit(time.Now(), "other")
		default:
			if info, err := os.Stat(filepath.Join(r.dir, name)); err == nil && info.IsDir() {
				name += "/file"
			}
			r.commit(time.Now(), name)
		}
		if i%20 == 10 {
			r.git("gc", "-q")
		}
	}
	want := map[string]int{}
	out, err := gittest.Command(r.dir, time.Now(), "ls-files", "-z").Output()
	if err != nil {
		t.Fatal(err)
	}
	for name := range strings.SplitSeq(strings.TrimSuffix(string(out), "\x00"), "\x00") {
		want[name] = 0
	}
	out, err = gittest.Command(r.dir, time.Now(), "log", "--no-merges", "--format=", "-z", "--name-only", "--no-renames").Output()
	if err != nil {
		t.Fatal(err)
	}
	for name := range strings.SplitSeq(string(out), "\x00") {
		if name != "" {
			want[name]++
		}
	}
	got, err := git.Commits(t.Context(), r.dir, 90)
	if err != nil || !maps.Equal(got, want) {
		t.Errorf("%v, %v, git says %v", got, err, want)
	}
}

// TestCommitsForeign: a file .git that names somebody else's repository is not believed.
func TestCommitsForeign(t *testing.T) {
	t.Parallel()
	r := newRepository(t)
	r.commit(time.Now(), "a.go")
	other := filepath.Join(t.TempDir(), "other")
	r.git("worktree", "add", "-q", "--detach", other)
	pointer, err := os.ReadFile(filepath.Join(other, ".git"))
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"the repository":               "gitdir: " + filepath.Join(r.dir, ".git") + "\n",
		"a work tree of it":            string(pointer),
		"nothing":                      "gitdir: " + filepath.Join(r.dir, "gone"),
		"no path":                      "gitdir: ",
		"another machine":              `gitdir: \\host\share`,
		"no pointer":                   "something else",
		"a NUL":                        "gitdir: /a\x00b",
		"more than a pointer ever has": "gitdir: " + strings.Repeat("/", 1<<20),
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, ".git"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if got, err := git.Commits(t.Context(), dir, 90); got != nil || err != nil {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}

// TestBareRepositoryBelow: a folder that looks like a repository's inside is none.
func TestBareRepositoryBelow(t *testing.T) {
	t.Parallel()
	r := newRepository(t)
	r.commit(time.Now(), "a.go")
	bare := filepath.Join(t.TempDir(), "sub")
	r.git("clone", "-q", "--bare", r.dir, bare)
	if got, err := git.Commits(t.Context(), bare, 90); got != nil || err != nil {
		t.Errorf("%v, %v", got, err)
	}
}

// packed is a repository with one pack of entries as they are given, each with its name. The order does not
// matter.
func packed(t testing.TB, head []byte, names [][]byte, entries [][]byte) string {
	t.Helper()
	order := make([]int, len(names)) // a pack's index has names in order
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return bytes.Compare(names[a], names[b]) })
	sorted := func(all [][]byte) (out [][]byte) {
		for _, i := range order {
			out = append(out, all[i])
		}
		return out
	}
	names, entries = sorted(names), sorted(entries)
	var pack, index bytes.Buffer
	pack.WriteString("PACK\x00\x00\x00\x02")
	pack.Write(binary.BigEndian.AppendUint32(nil, uint32(len(entries))))
	var offsets []uint32
	for _, e := range entries {
		offsets = append(offsets, uint32(pack.Len()))
		pack.Write(e)
	}
	sum := sha1.Sum(pack.Bytes())
	pack.Write(sum[:])
	index.WriteString("\xfftOc\x00\x00\x00\x02")
	for i := range 256 {
		n := uint32(0)
		for _, name := range names {
			if int(name[0]) <= i {
				n++
			}
		}
		index.Write(binary.BigEndian.AppendUint32(nil, n))
	}
	for _, name := range names {
		index.Write(name)
	}
	index.Write(make([]byte, 4*len(names)))
	for _, o := range offsets {
		index.Write(binary.BigEndian.AppendUint32(nil, o))
	}
	index.Write(sum[:])
	index.Write(make([]byte, 20))
	dir := t.TempDir()
	write := func(name string, data []byte) {
		t.Helper()
		path := filepath.Join(dir, ".git", filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("HEAD", fmt.Appendf(nil, "%x\n", head))
	write("objects/pack/pack-x.pack", pack.Bytes())
	write("objects/pack/pack-x.idx", index.Bytes())
	return dir
}

func deflated(data []byte) []byte {
	if n := len(data); n < 1<<16 {
		// As it is, in one block: thousands of small ones would wait for a compressor each.
		out := append([]byte{0x78, 0x01, 1, byte(n), byte(n >> 8), ^byte(n), ^byte(n >> 8)}, data...)
		return binary.BigEndian.AppendUint32(out, adler32.Checksum(data))
	}
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	_, _ = z.Write(data)
	_ = z.Close()
	return b.Bytes()
}

// head is an entry's kind and size.
func head(kind byte, size int) []byte {
	out := []byte{kind<<4 | byte(size&15)}
	for size >>= 4; size > 0; size >>= 7 {
		out[len(out)-1] |= 0x80
		out = append(out, byte(size&0x7f))
	}
	return out
}

func object(kind string, content []byte) (name []byte) {
	sum := sha1.Sum(append(fmt.Appendf(nil, "%s %d\x00", kind, len(content)), content...))
	return sum[:]
}

// TestHostilePacks: a pack may say anything; the answer is an error, in bounded time and memory.
func TestHostilePacks(t *testing.T) {
	t.Parallel()
	a, b := bytes.Repeat([]byte{0x11}, 20), bytes.Repeat([]byte{0x22}, 20)
	delta := []byte{4, 4, 0x90, 4}
	byName := func(base, delta []byte) []byte {
		return append(append(head(7, len(delta)), base...), deflated(delta)...)
	}
	bomb := deflated(make([]byte, 256<<20))
	deep := []byte("tree " + strings.Repeat("0", 40) + "\ncommitter a <a> 99999999999 +0000\n\nx")
	for _, tt := range []struct {
		name    string
		names   [][]byte
		entries [][]byte
		want    string
	}{
		{"differences in a circle", [][]byte{a, b}, [][]byte{byName(b, delta), byName(a, delta)}, "too many differences"},
		{"a difference to itself", [][]byte{a}, [][]byte{byName(a, delta)}, "too many differences"},
		{"a difference to nothing", [][]byte{a}, [][]byte{byName(b, delta)}, "not in its pack"},
		{"a difference to before the pack", [][]byte{a}, [][]byte{append(append(head(6, 4), 0xff, 0xff, 0x7f), deflated(delta)...)}, "broken"},
		{"a distance without end", [][]byte{a}, [][]byte{append(head(6, 4), bytes.Repeat([]byte{0xff}, 80)...)}, "broken"},
		{"a size without end", [][]byte{a}, [][]byte{bytes.Repeat([]byte{0x9f}, 80)}, "broken"},
		{"an unknown kind", [][]byte{a}, [][]byte{append(head(5, 4), deflated(delta)...)}, "broken"},
		{"more than it says", [][]byte{a}, [][]byte{append(head(1, 10), bomb...)}, "not the size"},
		{"less than it says", [][]byte{a}, [][]byte{append(head(1, 1<<20), deflated(delta)...)}, "not the size"},
		{"a commit that is too large", [][]byte{a}, [][]byte{append(head(1, 256<<20), bomb...)}, "at most"},
		{"a difference that makes too much", [][]byte{a, b}, [][]byte{
			byName(b, []byte{4, 0xff, 0xff, 0xff, 0xff, 0x7f, 0x90, 4}), append(head(1, 4), deflated([]byte("xxxx"))...),
		}, "at most"},
		{"no compressed data", [][]byte{a}, [][]byte{append(head(1, 4), 1, 2, 3, 4)}, "read the pack"},
		{"another hash", [][]byte{a}, [][]byte{append(head(1, len(deep)), deflated(deep)...)}, "another hash"},
		{"a tree for a commit", [][]byte{a}, [][]byte{append(head(2, 4), deflated([]byte("xxxx"))...)}, "it is a tree"},
		{"a commit without a tree", [][]byte{object("commit", []byte("x"))}, [][]byte{append(head(1, 1), deflated([]byte("x"))...)}, "no tree"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := git.Commits(t.Context(), packed(t, tt.names[0], tt.names, tt.entries), 90)
			if got != nil || err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v, %v; want an error with %q", got, err, tt.want)
			}
		})
	}
}

// pile is objects that are to be packed.
type pile struct{ names, entries [][]byte }

func (p *pile) add(kind byte, content []byte) []byte {
	return p.put(object([]string{1: "commit", 2: "tree", 3: "blob"}[kind], content), append(head(kind, len(content)), deflated(content)...))
}

func (p *pile) put(name, entry []byte) []byte {
	p.names, p.entries = append(p.names, name), append(p.entries, entry)
	return name
}

// commit adds one of a tree, which is as many hours old as back says.
func (p *pile) commit(tree []byte, back int, parents ...[]byte) []byte {
	out := fmt.Appendf(nil, "tree %x\n", tree)
	for _, parent := range parents {
		out = fmt.Appendf(out, "parent %x\n", parent)
	}
	return p.add(1, fmt.Appendf(out, "committer a <a> %d +0000\n\nx", time.Now().Add(-time.Duration(back)*time.Hour).Unix()))
}

// tree adds one of entries, each a mode and a name and then a hash.
func (p *pile) tree(entries ...any) []byte {
	var out []byte
	for i := 0; i < len(entries); i += 2 {
		out = append(append(append(out, entries[i].(string)...), 0), entries[i+1].([]byte)...)
	}
	return p.add(2, out)
}

// towers is a repository with one young commit of 13 trees: the first has the entries of leaf,
// and 12 above it each name the one below ten times.
func towers(t *testing.T, leaf string) string {
	t.Helper()
	var p pile
	top := p.commit(p.tower([]byte(leaf)), 0)
	return packed(t, top, p.names, p.entries)
}

// tower adds the trees of towers.
func (p *pile) tower(leaf []byte) []byte {
	inner := p.add(2, leaf)
	for range 12 {
		var tree []byte
		for i := range 10 {
			tree = append(append(tree, fmt.Sprintf("40000 %d\x00", i)...), inner...)
		}
		inner = p.add(2, tree)
	}
	return inner
}

// TestTreesBounded: a few small trees may stand for more files than any disk has, and for more folders
// where there are no files.
func TestTreesBounded(t *testing.T) {
	t.Parallel()
	file := "100644 x\x00" + strings.Repeat("\x07", 20)
	module := "160000 x\x00" + strings.Repeat("\x07", 20)
	for _, tt := range []struct {
		name, leaf          string
		files, bytes, trees int
		want                error
	}{
		{"files", file, 10_000, 0, 0, git.ErrManyFiles},
		{"bytes of names", file, 0, 100_000, 0, git.ErrManyFiles},
		{"trees", file, 0, 0, 10_000, git.ErrManyTrees},
		{"no files", "", 0, 0, 1000, nil},
		{"submodules alone", module, 0, 0, 1000, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := git.CommitsIn(t.Context(), towers(t, tt.leaf), tt.files, tt.bytes, tt.trees)
			if len(got) > 0 || !errors.Is(err, tt.want) || err == nil && got == nil {
				t.Errorf("%d names, %v, want %v", len(got), err, tt.want)
			}
		})
	}
}

// tired is a context that is cancelled when it was asked so many times.
type tired struct {
	context.Context
	left *int
}

func (c tired) Err() error {
	if *c.left--; *c.left < 0 {
		return context.Canceled
	}
	return nil
}

// TestTreesCancelled: trees without files are given up as soon as others.
func TestTreesCancelled(t *testing.T) {
	t.Parallel()
	left := 8
	got, err := git.Commits(tired{t.Context(), &left}, towers(t, ""), 90)
	if got != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("%v, %v", got, err)
	}
}

// TestTreesInEachOther: trees hold others that are as large as trees may be, and more so than memory.
func TestTreesInEachOther(t *testing.T) {
	t.Parallel()
	var names, entries [][]byte
	add := func(kind byte, word string, content []byte) []byte {
		name := object(word, content)
		names, entries = append(names, name), append(entries, append(head(kind, len(content)), deflated(content)...))
		return name
	}
	inner := add(2, "tree", nil)
	for range 3 {
		tree := append([]byte("40000 a\x00"), inner...)
		inner = add(2, "tree", append(tree, bytes.Repeat(append([]byte("160000 b\x00"), make([]byte, 20)...), 24<<20/29)...))
	}
	top := add(1, "commit", fmt.Appendf(nil, "tree %x\ncommitter a <a> %d +0000\n\nx", inner, time.Now().Unix()))
	got, err := git.Commits(t.Context(), packed(t, top, names, entries), 90)
	if got != nil || err == nil || !strings.Contains(err.Error(), "folders in each other") {
		t.Errorf("%v, %v", got, err)
	}
}

// TestIndexBounded: the names in an index of version 4 share their beginnings, and may be much longer than
// the index itself.
func TestIndexBounded(t *testing.T) {
	t.Parallel()
	dir := towers(t, "")
	index := []byte("DIRC\x00\x00\x00\x04")
	const count = 1000
	index = binary.BigEndian.AppendUint32(index, count)
	for i := range count {
		fixed := make([]byte, 62)
		binary.BigEndian.PutUint32(fixed[24:], 0o100644)
		index = append(index, fixed...)
		cut, end := byte(4), fmt.Sprintf("%04d", i)
		if i == 0 {
			cut, end = 0, strings.Repeat("d/", 5000)+end
		}
		index = append(append(append(index, cut), end...), 0)
	}
	if err := os.WriteFile(filepath.Join(dir, ".git", "index"), index, 0o644); err != nil {
		t.Fatal(err)
	}
	for bound, want := range map[int]error{count * 10_004: nil, count*10_004 - 1: git.ErrManyFiles} {
		got, err := git.CommitsIn(t.Context(), dir, 0, bound, 0)
		if !errors.Is(err, want) || err == nil && len(got) != count {
			t.Errorf("%d bytes: %d names, %v, want %v", bound, len(got), err, want)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, ".git", "HEAD"), []byte("ref: refs/heads/none\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if got, err := git.CommitsIn(t.Context(), dir, 0, 1, 0); got != nil || !errors.Is(err, git.ErrManyFiles) {
		t.Errorf("before the first commit: %d, %v", len(got), err)
	}
	below := filepath.Join(dir, "sub")
	if err := os.Mkdir(below, 0o755); err != nil {
		t.Fatal(err)
	}
	if got, err := git.CommitsIn(t.Context(), below, 0, 1, 0); err != nil || len(got) > 0 {
		t.Errorf("names that lie elsewhere count: %d, %v", len(got), err)
	}
}

// TestHostileFiles: files of a repository that are no files, or have no end.
func TestHostileFiles(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"a circle":            "ref: refs/heads/main\n",
		"a path that climbs":  "ref: refs/../../../etc/passwd\n",
		"a path from the top": "ref: /etc/passwd\n",
		"no reference":        "hello\n",
		"much":                strings.Repeat("x", 1<<20),
	} {
		dir := t.TempDir()
		for _, d := range []string{"objects", "refs/heads"} {
			if err := os.MkdirAll(filepath.Join(dir, ".git", d), 0o755); err != nil {
				t.Fatal(err)
			}
		}
		for _, f := range []string{"HEAD", "refs/heads/main"} {
			if err := os.WriteFile(filepath.Join(dir, ".git", f), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := git.Commits(t.Context(), dir, 90); got != nil || err == nil {
			t.Errorf("%s: %v, %v", name, got, err)
		} else if strings.Contains(err.Error(), "hello") || strings.Contains(err.Error(), "xxx") {
			t.Errorf("%s: the error quotes the file: %v", name, err)
		}
	}
}

// FuzzObjects: whatever a pack, its index and the index of files hold, reading them ends.
func FuzzObjects(f *testing.F) {
	var p pile
	was, is := body("x"), body("x", 1)
	before := p.commit(p.tree("40000 in", p.tree("100644 a", p.add(3, []byte(was)))), 1)
	// The text after is the one before up to its second line, another one, and the rest.
	const first, second, other = len("line 0 of x\n"), len("line 0 of x\nline 1 of x\n"), "another line 1\n"
	var delta []byte
	for _, size := range []int{len(was), len(is)} {
		delta = append(delta, byte(size)|0x80, byte(size>>7))
	}
	delta = append(append(delta, 0x90, byte(first), byte(len(other))), other...)
	delta = append(delta, 0x91, byte(second), byte(len(was)-second))
	after := p.put(object("blob", []byte(is)), append(append(head(7, len(delta)), object("blob", []byte(was))...), deflated(delta)...))
	name := p.commit(p.tree("100644 b", after), 0, before)
	names, entries := p.names, p.entries
	dir := packed(f, name, names, entries)
	if got, err := git.Commits(f.Context(), dir, 90); err != nil || got == nil {
		f.Fatalf("%v, %v", got, err)
	}
	wants := []git.Want{{Path: "b", Fits: func(text string) bool { return text == was }}, {Path: "in/a", Fits: func(string) bool { return false }}}
	if got, err := git.Search(f.Context(), dir, wants, git.Bounds{}); err != nil || got.Found["b"].Path != "in/a" || got.Blobs != 3 {
		f.Fatalf("%+v, %v", got, err)
	}
	if got, err := git.Renamed(f.Context(), dir, []string{"in/a"}, git.Bounds{}); err != nil || got["in/a"] != "b" {
		f.Fatalf("%v, %v", got, err)
	}
	var seeds [3][]byte
	for i, name := range []string{"objects/pack/pack-x.pack", "objects/pack/pack-x.idx", "HEAD"} {
		data, err := os.ReadFile(filepath.Join(dir, ".git", filepath.FromSlash(name)))
		if err != nil {
			f.Fatal(err)
		}
		seeds[i] = data
	}
	f.Add(seeds[0], seeds[1], seeds[2], []byte("DIRC\x00\x00\x00\x02\x00\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, pack, index, head, files []byte) {
		dir := t.TempDir()
		if err := os.MkdirAll(filepath.Join(dir, ".git", "objects", "pack"), 0o755); err != nil {
			t.Fatal(err)
		}
		for name, data := range map[string][]byte{"objects/pack/pack-x.pack": pack, "objects/pack/pack-x.idx": index, "HEAD": head, "index": files} {
			if err := os.WriteFile(filepath.Join(dir, ".git", filepath.FromSlash(name)), data, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		_, _ = git.Commits(t.Context(), dir, 90)
		_, _ = git.Search(t.Context(), dir, wants, git.Bounds{})
		_, _ = git.Renamed(t.Context(), dir, []string{"in/a"}, git.Bounds{})
		base, err := git.FindBase(t.Context(), dir, "HEAD~1", nil)
		if err != nil {
			base.Commit = fmt.Sprintf("%x", name)
		}
		for state := range git.InHead + 1 {
			if c, err := git.Compare(t.Context(), dir, base.Commit, git.Options{State: state}); err == nil {
				c.Close()
			}
		}
	})
}

package git_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/covls/covls/git"
)

// TestSearchHostile: whatever the objects are, a search ends within its bounds and says so, and what can be read of them
// is looked at.
func TestSearchHostile(t *testing.T) {
	t.Parallel()
	zeros := make([]byte, 20)
	for _, tt := range []struct {
		name    string
		make    func(p *pile) []byte
		path    string
		asked   int
		most    git.Bounds
		ended   error
		skipped bool
	}{
		{
			name: "a file that was added beside more files than there can be",
			make: func(p *pile) []byte {
				blob := p.add(3, []byte("text"))
				before := p.commit(p.tower([]byte("100644 x\x00"+strings.Repeat("\x07", 20))), 1)
				return p.commit(p.tree("100644 a", blob), 0, before)
			},
			path: "a", asked: 1,
		},
		{
			name: "a file that was added beside more folders than there can be",
			make: func(p *pile) []byte {
				blob := p.add(3, []byte("text"))
				before := p.commit(p.tower(nil), 1)
				return p.commit(p.tree("100644 a", blob), 0, before)
			},
			path: "a", asked: 1,
		},
		{
			name: "differences that make much of little",
			make: func(p *pile) []byte {
				const size = 4 << 20
				last := p.add(3, make([]byte, size))
				copied := []byte{0x80, 0x80, 0x80, 2, 0x80, 0x80, 0x80, 2} // the sizes of both
				for at := 0; at < size; at += 0xffff {
					n := min(0xffff, size-at)
					copied = append(copied, 0xb7, byte(at), byte(at>>8), byte(at>>16), byte(n), byte(n>>8))
				}
				for i := range 1000 {
					entry := append(append(head(7, len(copied)), last...), deflated(copied)...)
					last = p.put(append([]byte{byte(i), byte(i >> 8)}, bytes.Repeat([]byte{9}, 18)...), entry)
				}
				return p.commit(p.tree("100644 a", last), 0)
			},
			path: "a", asked: 0, ended: git.ErrBounds,
		},
		{
			name: "a name again and again",
			make: func(p *pile) []byte {
				var tree []byte
				for i := range 1000 {
					text := p.add(3, fmt.Appendf(nil, "text %d", i))
					inner := p.tree("100644 a", text, "100644 a", p.add(3, fmt.Appendf(nil, "other %d", i)))
					tree = append(append(tree, "40000 a\x00"...), inner...)
				}
				return p.commit(p.add(2, tree), 0)
			},
			path: "a/a", asked: 1,
		},
		{
			name: "parents without end",
			make: func(p *pile) []byte {
				tree := p.tree("100644 a", p.add(3, []byte("text")))
				parents := make([][]byte, 50_000)
				for i := range parents {
					parents[i] = append([]byte{byte(i), byte(i >> 8)}, bytes.Repeat([]byte{9}, 18)...)
				}
				return p.commit(tree, 0, parents...)
			},
			path: "a", asked: 1, ended: git.ErrBounds, skipped: true,
		},
		{
			name: "more commits known than are visited",
			make: func(p *pile) []byte {
				tree := p.tree("100644 a", p.add(3, []byte("text")))
				tips := [][]byte{p.commit(tree, 500_000)}
				for i := range 20 {
					var parents [][]byte
					for j := range 30 {
						parents = append(parents, p.commit(tree, 400_000+i*60+j))
					}
					tips = [][]byte{p.commit(tree, 20-i, append(tips, parents...)...)}
				}
				return tips[0]
			},
			path: "a", asked: 1, most: git.Bounds{Commits: 100}, ended: git.ErrBounds,
		},
		{
			name: "a link, a folder and another repository for a file",
			make: func(p *pile) []byte {
				blob := p.add(3, []byte("text"))
				one := p.commit(p.tree("100644 a", blob), 3)
				two := p.commit(p.tree("120000 a", blob), 2, one)
				three := p.commit(p.tree("40000 a", p.tree("100644 a", blob)), 1, two)
				return p.commit(p.tree("160000 a", blob), 0, three)
			},
			path: "a", asked: 1,
		},
		{
			name: "a tree for a file, and a file for a tree",
			make: func(p *pile) []byte {
				blob := p.add(3, []byte("text"))
				before := p.commit(p.tree("100644 a", blob), 2)
				before = p.commit(p.tree("100644 a", p.tree("100644 a", blob)), 1, before)
				return p.commit(p.tree("40000 a", blob), 0, before)
			},
			path: "a", asked: 1, skipped: true,
		},
		{
			name: "a broken tree",
			make: func(p *pile) []byte {
				before := p.commit(p.tree("100644 a", p.add(3, []byte("text"))), 6)
				for i, tree := range []string{
					"100644 a", "100644", "100648 a\x00" + string(zeros), " a\x00" + string(zeros), "100644 a/b\x00" + string(zeros), "100644 a\x00short",
				} {
					before = p.commit(p.add(2, []byte(tree)), 5-i, before)
				}
				return before
			},
			path: "a", asked: 1, skipped: true,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var p pile
			top := tt.make(&p)
			dir := packed(t, top, p.names, p.entries)
			asked := 0
			got, err := git.Search(t.Context(), dir, []git.Want{{Path: tt.path, Fits: func(string) bool { asked++; return false }}}, tt.most)
			if err != nil || asked != tt.asked || !errors.Is(got.Ended, tt.ended) || tt.ended == nil && got.Ended != nil || tt.skipped != (got.Skipped > 0) || got.Skipped > 100 {
				t.Errorf("asked of %d, %+v, %v", asked, got, err)
			}
			if _, err := git.Renamed(t.Context(), dir, []string{tt.path, "b"}, git.Bounds{}); err != nil {
				t.Errorf("what was renamed: %v", err)
			}
		})
	}
}

// TestSearchMemory: folders that are in each other are not held at once, however large they are.
func TestSearchMemory(t *testing.T) {
	var p pile
	last := p.tree("100644 a", p.add(3, []byte("text")))
	const size = 4 << 20
	for range 3 {
		tree := append([]byte("40000 a\x00"), last...)
		last = p.add(2, append(tree, bytes.Repeat(append([]byte("160000 b\x00"), make([]byte, 20)...), size/29)...))
	}
	top := p.commit(last, 0)
	dir := packed(t, top, p.names, p.entries)
	p = pile{}
	held := func() int64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	before, most := held(), int64(0)
	got, err := git.Search(t.Context(), dir, []git.Want{{Path: "a/a/a/a", Fits: func(string) bool {
		most = held()
		return true
	}}}, git.Bounds{})
	if err != nil || got.Found["a/a/a/a"].Text != "text" || most-before > size {
		t.Errorf("%d bytes are held, %+v, %v", most-before, got, err)
	}
}

// TestSearchIndexHostile: a path that stands in the index again and again.
func TestSearchIndexHostile(t *testing.T) {
	t.Parallel()
	var p pile
	top := p.commit(p.tree("100644 a", p.add(3, []byte("text"))), 0)
	dir := packed(t, top, p.names, p.entries)
	const count = 100_000
	index := binary.BigEndian.AppendUint32([]byte("DIRC\x00\x00\x00\x02"), count)
	for i := range count {
		entry := make([]byte, 64)
		binary.BigEndian.PutUint32(entry[24:], 0o100644)
		binary.BigEndian.PutUint32(entry[40:], uint32(i))
		entry[61], entry[62] = 1, 'a'
		index = append(index, entry...)
	}
	if err := os.WriteFile(filepath.Join(dir, ".git", "index"), index, 0o644); err != nil {
		t.Fatal(err)
	}
	got, err := git.Search(t.Context(), dir, []git.Want{{Path: "a", Fits: func(text string) bool { return text == "text" }}}, git.Bounds{})
	if err != nil || got.Skipped == 0 || got.Skipped > 4 || got.Found["a"].Text != "text" || got.Trouble != nil {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestCompareHostile: whatever objects, the index and the work tree are, comparing them ends within its bounds, reads nothing outside of the
// work tree, and says what it could not do.
func TestCompareHostile(t *testing.T) {
	t.Parallel()
	file := "100644 x\x00" + strings.Repeat("\x07", 20)
	text := []byte("text\n")
	for _, tt := range []struct {
		name  string
		make  func(p *pile) []byte
		index []string // paths
		lay   files
		want  string // of changes, or in the error
	}{
		{name: "more files than there can be", make: func(p *pile) []byte { return p.commit(p.tower([]byte(file)), 0) }, want: "too many"},
		{name: "paths that lead out", make: func(p *pile) []byte { return p.commit(p.tree("100644 a", p.add(3, text)), 0) }, index: []string{"../b", "/etc/passwd", ".git/config", "a", "in/../../c", "x/.GIT/HEAD"}, lay: files{"a": "text\n"}, want: "unknown ../b, unknown .git/config, unknown /etc/passwd, unknown in/../../c, unknown x/.GIT/HEAD"},
		{name: "files of git in a tree", make: func(p *pile) []byte {
			return p.commit(p.tree("40000 .git", p.tree("100644 HEAD", p.add(3, text))), 0)
		}, want: "deleted .git/HEAD"},
		{name: "an index that is not sorted, and has names again and again", make: func(p *pile) []byte {
			return p.commit(p.tree("100644 a", p.add(3, text), "100644 b", p.add(3, text)), 0)
		}, index: []string{"b", "a", "b", "a", "z"}, lay: files{"a": "other\n", "b": "text\n"}, want: "modified a"},
		{name: "a text that is not there", make: func(p *pile) []byte {
			return p.commit(p.tree("100644 a", bytes.Repeat([]byte{7}, 20)), 0)
		}, index: []string{"a"}, lay: files{"a": "text\n"}, want: "unknown a"},
		{name: "a tree that is not there", make: func(p *pile) []byte { return p.commit(bytes.Repeat([]byte{7}, 20), 0) }, want: "not in the repository"},
		{name: "a submodule that is none", make: func(p *pile) []byte {
			return p.commit(p.tree("160000 a", bytes.Repeat([]byte{7}, 20)), 0)
		}, index: []string{"a"}, lay: files{"a": "text\n"}, want: "added a"},
		{name: "links in a circle", make: func(p *pile) []byte { return p.commit(p.tree("100644 a", p.add(3, text)), 0) }, index: []string{"l/a/b", "l"}, lay: files{"l": "-> l", "m/n": "-> .."}, want: "deleted a"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var p pile
			top := tt.make(&p)
			r := &repository{t, packed(t, top, p.names, p.entries)}
			if tt.index != nil {
				index := binary.BigEndian.AppendUint32([]byte("DIRC\x00\x00\x00\x02"), uint32(len(tt.index)))
				for _, name := range tt.index {
					entry := make([]byte, 62)
					binary.BigEndian.PutUint32(entry[24:], 0o100644)
					entry = append(entry, name...)
					index = append(index, append(entry, make([]byte, 8-len(entry)%8)...)...)
				}
				if err := os.WriteFile(filepath.Join(r.dir, ".git", "index"), index, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			for _, text := range tt.lay {
				if runtime.GOOS == "windows" && strings.HasPrefix(text, "-> ") {
					t.Skip("skipped without symlinks")
				}
			}
			r.lay(tt.lay)
			c, err := git.Compare(t.Context(), r.dir, fmt.Sprintf("%x", top), git.Options{})
			got := fmt.Sprint(err)
			if err == nil {
				got = strings.Join(changes(c), ", ")
				c.Close()
			}
			if !strings.Contains(got, tt.want) || err == nil && got != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
		})
	}
}

// TestTagsHostile has tags that lead to each other, and a history without end.
func TestTagsHostile(t *testing.T) {
	t.Parallel()
	var p pile
	tree := p.tree("100644 a", p.add(3, []byte("text")))
	first := p.commit(tree, 1000)
	top := first
	for i := range 500 {
		top = p.commit(tree, 500-i, top)
	}
	alone := p.commit(tree, 2000)
	tag := func(to []byte) []byte {
		content := fmt.Appendf(nil, "object %x\ntype tag\ntag x\n", to)
		sum := object("tag", content)
		return p.put(sum, append(head(4, len(content)), deflated(content)...))
	}
	tags := tag(top)
	few := tags
	for range 20 {
		tags = tag(tags)
	}
	dir := packed(t, top, p.names, p.entries)
	for _, tt := range []struct {
		ask  []byte
		most int
		want error
	}{
		{tags, 0, git.ErrRevision},
		{few, 0, nil},
		{tree, 0, git.ErrRevision},
		{alone, 0, git.ErrUnrelated},
		{first, 0, nil},
		{first, 100, git.ErrBounds},
	} {
		b, err := git.FindBaseIn(t.Context(), dir, fmt.Sprintf("%x", tt.ask), tt.most)
		if !errors.Is(err, tt.want) {
			t.Errorf("%x of at most %d: %+v, %v, want %v", tt.ask, tt.most, b, err, tt.want)
		}
	}
}

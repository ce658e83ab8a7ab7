package origin_test

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/covls/covls/origin"
)

func TestCache(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "texts")
	c := origin.NewCache(dir)
	if got := c.Load(1); got != nil {
		t.Errorf("before anything was saved: %v", got)
	}
	of := func(name, content string) *origin.Text {
		return origin.Of(name, content, src(name, content).Parsed, nil)
	}
	texts := map[string]*origin.Text{
		"a.js": of("a.js", script),
		"b.go": of("b.go", "package p\n\nfunc secret() {}\n"),
		"":     of("empty", ""),
	}
	texts["b.go"].Or = []*origin.Text{of("b.go", "package p\n\nfunc other() {}\n"), of("b.go", "package p\n")}
	entry := origin.Entry{Written: -7, Seen: 8, Inode: 9, Texts: texts}
	if err := c.Save(1, entry); err != nil {
		t.Fatal(err)
	}
	if got := origin.NewCache(dir).Load(1); got == nil || !reflect.DeepEqual(normal(got.Texts), normal(texts)) || got.Written != -7 || got.Seen != 8 || got.Inode != 9 {
		t.Errorf("got %v, want %v", got, texts)
	}
	// What is new comes beside what was kept, or in its place.
	if err := c.Save(1, origin.Entry{Written: 1, Texts: map[string]*origin.Text{"a.js": of("a.js", "x"), "c.js": of("c.js", "y")}}); err != nil {
		t.Fatal(err)
	}
	got := c.Load(1)
	if names := slices.Sorted(maps.Keys(got.Texts)); !slices.Equal(names, []string{"", "a.js", "b.go", "c.js"}) || len(got.Texts["a.js"].Lines) != 1 || got.Written != 1 {
		t.Errorf("kept %v", names)
	}
	if c.Load(2) != nil {
		t.Error("another report has texts")
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) != 1 {
		t.Fatalf("%v, %v", files, err)
	}
	data, err := os.ReadFile(files[0])
	if err != nil || strings.Contains(string(data), "return") || !strings.Contains(string(data), "secret") {
		t.Errorf("it has the text, or not the names: %q, %v", data, err)
	}
	// Whatever is broken is dropped.
	for i := range data {
		broken := slices.Clone(data)
		broken[i] ^= 0x20
		if err := os.WriteFile(files[0], broken, 0o600); err != nil {
			t.Fatal(err)
		}
		if c.Load(1) != nil {
			t.Fatalf("with another byte at %d it is read", i)
		}
		if _, err := os.Stat(files[0]); !errors.Is(err, fs.ErrNotExist) {
			t.Fatalf("with another byte at %d it stays", i)
		}
	}
	var none *origin.Cache
	if none.Load(1) != nil || none.Save(1, entry) != nil {
		t.Error("no cache keeps something")
	}
}

// normal has no difference between no functions and none.
func normal(texts map[string]*origin.Text) map[string]origin.Text {
	out := map[string]origin.Text{}
	for name, t := range texts {
		n := *t
		if n.Funcs == nil {
			n.Funcs = []origin.Func{}
		}
		n.Or = nil
		for _, o := range t.Or {
			or := normal(map[string]*origin.Text{"": o})[""]
			n.Or = append(n.Or, &or)
		}
		out[name] = n
	}
	return out
}

// FuzzCache reads files of the cache that anybody may have written.
func FuzzCache(f *testing.F) {
	f.Add([]byte("\x01\x01a\x01\x00\x00\x00\x00\x01\x01f\x01\x02"))
	f.Add([]byte("\xff\xff\xff\xff\x0f"))
	f.Fuzz(func(t *testing.T, data []byte) {
		texts, err := origin.Decode(origin.Sealed(data))
		if err != nil {
			return
		}
		again, err := origin.Decode(origin.Encode(texts))
		if err != nil || !reflect.DeepEqual(again, texts) {
			t.Errorf("%v, %v, want %v", again, err, texts)
		}
	})
}

package skeleton_test

import (
	"go/parser"
	"go/token"
	"path/filepath"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/covls/covls/skeleton"
)

// FuzzForGo makes tests of texts of any kind: what is made can be read by Go, and what is there stays.
func FuzzForGo(f *testing.F) {
	for _, path := range must(filepath.Glob("testdata/go/*.txtar")) {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			f.Fatal(err)
		}
		for i := range archive.Files {
			for at := 0; at < len(archive.Files[i].Data); at += 97 {
				f.Add(string(archive.Files[i].Data), string(archive.Files[len(archive.Files)-1-i].Data), at)
			}
		}
	}
	f.Fuzz(func(t *testing.T, source, test string, at int) {
		r := skeleton.GoRequest{
			Source: skeleton.File{Name: "a.go", Text: source}, At: at, Missed: skeleton.Missed{Whole: at%2 == 0},
			Others: []skeleton.File{{Name: "a_test.go", Text: test}}, Path: "example.com/m",
		}
		s, err := skeleton.ForGo(r)
		if err != nil {
			return
		}
		was := ""
		if !s.New {
			was = test
		}
		now := s.Apply(was)
		if _, err := parser.ParseFile(token.NewFileSet(), "", now, 0); err != nil {
			t.Errorf("%v in\n%s", err, now)
		}
		if s.Cursor < 0 || s.Cursor > len(now) {
			t.Errorf("the cursor is at %d of %d", s.Cursor, len(now))
		}
		_ = skeleton.Mentions(r.Others, s.Test, "")
	})
}

// FuzzOf is FuzzForGo for other languages: nothing panics, and the cursor stands in the text.
func FuzzOf(f *testing.F) {
	names := []string{"a.py", "a.js", "a.ts", "a.rb", "a.php", "src/main/java/A.java", "a.rs"}
	runners := []string{"pytest", "unittest", "vitest", "jest", "node --test", "RSpec", "minitest", "PHPUnit", "JUnit 5", "cargo test"}
	for _, path := range must(filepath.Glob("testdata/other/*.txtar")) {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			f.Fatal(err)
		}
		for i := range names {
			for at := 0; at < len(archive.Files[0].Data); at += 43 {
				f.Add(string(archive.Files[0].Data), "import a\n", at, i, at%len(runners))
			}
		}
	}
	f.Fuzz(func(t *testing.T, source, test string, at, name, runner int) {
		if name < 0 || name >= len(names) || runner < 0 || runner >= len(runners) {
			return
		}
		s, err := skeleton.Of(skeleton.Request{
			Source: skeleton.File{Name: names[name], Text: source}, At: at, Missed: skeleton.Missed{Whole: at%2 == 0, Parts: []skeleton.Span{{Start: at, End: at + 9}}},
			Runner: runners[runner], Test: skeleton.File{Name: "test/a", Text: test}, Exists: test != "", Module: "a", ESM: at%3 == 0,
		})
		if err != nil {
			return
		}
		was := test
		if s.File == names[name] {
			was = source
		}
		if now := s.Apply(was); s.Cursor < 0 || s.Cursor > len(now) {
			t.Errorf("the cursor is at %d of %d", s.Cursor, len(now))
		}
		_ = skeleton.WordMentions(skeleton.File{Name: names[name], Text: source}, "a")
	})
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

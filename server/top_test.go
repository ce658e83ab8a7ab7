package server_test

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.lsp.dev/uri"
)

// urgent is a module of 12 files with 3 functions each that no test reaches: of 4 and 3 statements, and of one.
func urgent() string {
	var archive, profile strings.Builder
	archive.WriteString("-- go.mod --\nmodule example.com/shop\n\ngo 1.24\n")
	profile.WriteString("mode: set\n")
	for f := range 12 {
		fmt.Fprintf(&archive, "-- f%02d.go --\npackage shop\n\n", f)
		line := 3
		for fn, n := range []int{4, 3, 1} {
			fmt.Fprintf(&archive, "func F%02d%d() {\n%s}\n\n", f, fn, strings.Repeat("\tprintln()\n", n))
			fmt.Fprintf(&profile, "example.com/shop/f%02d.go:%d.13,%d.2 %d 0\n", f, line, line+n+1, n)
			line += n + 3
		}
	}
	return archive.String() + "-- cover.out --\n" + profile.String()
}

// TestTop has the most urgent functions of files that are not open marked: 20 of those of some weight, the largest first.
func TestTop(t *testing.T) {
	t.Parallel()
	// The larger one of each file, and the smaller ones of the first 8.
	want := map[string][]string{}
	for f := range 12 {
		functions := []string{fmt.Sprintf("F%02d0", f), fmt.Sprintf("F%02d1", f)}
		if f >= 8 {
			functions = functions[:1]
		}
		want[fmt.Sprintf("f%02d.go", f)] = functions
	}
	names := func(messages []string) (out []string) {
		for _, m := range messages {
			name, _, _ := strings.Cut(m, " ")
			out = append(out, name)
		}
		return out
	}
	t.Run("push", func(t *testing.T) {
		t.Parallel()
		dir := workspace(t, urgent())
		p := ready(t, roots(modern(), dir))
		u := func(name string) string { return string(uri.File(filepath.Join(dir, name))) }
		for name, functions := range want {
			p.published(u(name), func(_ int, messages []string) bool { return slices.Equal(names(messages), functions) })
		}
		// An open document has all, and one that is closed what it had before.
		p.send(didOpen(u("f10.go"), read(t, filepath.Join(dir, "f10.go"))))
		p.published(u("f10.go"), func(_ int, messages []string) bool {
			return slices.Equal(names(messages), []string{"F100", "F101", "F102"})
		})
		p.send(note("textDocument/didClose", js(document(u("f10.go")))))
		p.published(u("f10.go"), func(_ int, messages []string) bool { return slices.Equal(names(messages), want["f10.go"]) })
	})
	t.Run("pull", func(t *testing.T) {
		t.Parallel()
		dir := workspace(t, urgent())
		p := ready(t, roots(pulling(), dir))
		p.profiles(1)
		got := map[string][]string{}
		for range 2 { // the first may come before the profile was read
			m := p.ask("workspace/diagnostic", `{"previousResultIds":[]}`)
			var r report
			if err := json.Unmarshal(m.Result, &r); err != nil {
				t.Fatal(err)
			}
			for _, item := range r.Items {
				var messages []string
				for _, d := range item.Items {
					messages = append(messages, d.Message)
				}
				got[filepath.Base(item.URI)] = names(messages)
			}
			if len(got) > 0 {
				break
			}
		}
		if js(got) != js(want) {
			t.Errorf("have %s, want %s", js(got), js(want))
		}
		var messages []string
		for _, d := range p.pull(string(uri.File(filepath.Join(dir, "f05.go"))), "").Items {
			messages = append(messages, d.Message)
		}
		if got := names(messages); !slices.Equal(got, want["f05.go"]) {
			t.Errorf("of a file that is not open: %v, want %v", got, want["f05.go"])
		}
	})
	t.Run("open", func(t *testing.T) {
		t.Parallel()
		params := roots(pulling(), workspace(t, urgent()))
		params["initializationOptions"] = obj{"diagnostics": obj{"scope": "open"}}
		p := ready(t, params)
		p.profiles(1)
		if m := p.ask("workspace/diagnostic", `{"previousResultIds":[]}`); string(m.Result) != `{"items":[]}` {
			t.Errorf("have %s", m.Result)
		}
	})
}

// TestUnseen has a function added and another edited, in the editor and then on disk: they are listed, jumped to, and have a lens.
func TestUnseen(t *testing.T) {
	t.Parallel()
	dir := workspace(t, shop)
	path := filepath.Join(dir, "a.go")
	u := string(uri.File(path))
	p := ready(t, roots(modern(), dir))
	p.profiles(1)
	text := read(t, path)
	listed := func() (out string) {
		t.Helper()
		var found struct {
			Components []struct {
				Tiers []struct {
					Files []struct {
						Unseen []struct {
							Name, Why string
							Line      int
						}
					}
				}
			}
		}
		if err := json.Unmarshal(p.ask("covls/gaps", `{"all":true}`).Result, &found); err != nil {
			t.Fatal(err)
		}
		for _, f := range found.Components[0].Tiers[0].Files[0].Unseen {
			out += fmt.Sprintf("%s %s %d; ", f.Name, f.Why, f.Line)
		}
		return out
	}
	next := func(line int) string {
		t.Helper()
		params := obj{"command": "covls.nextUnseen"}
		if line >= 0 {
			params["arguments"] = list{obj{"textDocument": obj{"uri": u}, "position": obj{"line": line, "character": 5}}}
		}
		var at *struct {
			Range struct{ Start struct{ Line int } }
		}
		if err := json.Unmarshal(p.ask("workspace/executeCommand", js(params)).Result, &at); err != nil {
			t.Fatal(err)
		}
		if at == nil {
			return "none"
		}
		return fmt.Sprint(at.Range.Start.Line)
	}
	if got := listed() + next(0) + next(-1); got != "nonenone" {
		t.Errorf("before an edit: %s", got)
	}
	edited := strings.Replace(text, "return n + 1", "return n + 2", 1) + "\nfunc Added() int {\n\treturn 7\n}\n"
	p.send(didOpen(u, text), didChange(u, 2, obj{"text": edited}))
	const want = "Covered changed 3; Added new 21; "
	if got := listed(); got != want {
		t.Errorf("edited: %s, want %s", got, want)
	}
	if got := []string{next(-1), next(0), next(3), next(21)}; !slices.Equal(got, []string{"3", "3", "21", "3"}) {
		t.Errorf("jumps to %v", got)
	}
	var titles []string
	var lenses list
	if err := json.Unmarshal(p.ask("textDocument/codeLens", js(document(u))).Result, &lenses); err != nil {
		t.Fatal(err)
	}
	for _, l := range lenses {
		var lens struct{ Command struct{ Title string } }
		if err := json.Unmarshal(p.ask("codeLens/resolve", js(l)).Result, &lens); err != nil {
			t.Fatal(err)
		}
		titles = append(titles, lens.Command.Title)
	}
	for _, want := range []string{"changed since the last run", "new since the last run"} {
		if !slices.Contains(titles, want) {
			t.Errorf("no lens says %q: %q", want, titles)
		}
	}
	// The same holds of the file on disk, once it is saved and closed.
	write(t, path, edited)
	p.send(note("textDocument/didSave", js(document(u))), note("textDocument/didClose", js(document(u))))
	p.reload()
	if got := listed(); got != want {
		t.Errorf("saved: %s, want %s", got, want)
	}
	if got := next(-1); got != "21" {
		t.Errorf("from the last jump to %s", got)
	}
}

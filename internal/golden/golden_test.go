// Package golden_test holds the living specification of what an editor shows. It is a package of its
// own because jsonrpc2 pools channels: a process can use it in one synctest bubble only.
package golden_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"
	"golang.org/x/tools/txtar"

	"github.com/covls/covls/internal/editor"
	"github.com/covls/covls/server"
	"github.com/covls/covls/text"
	"github.com/covls/covls/watch"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestGolden runs each file of testdata: a small workspace, a script in its comment, and in the
// section "want" what the script prints. See golden.do for the commands. Lines and columns are
// 1-based, columns count bytes. -run TestGolden/NAME runs one file.
//
// The files share a bubble, in which there can be no subtests. So each subtest takes a place in the line, waits,
// as parallel ones do, until TestGolden has run those that are wanted, and judges its own.
func TestGolden(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden files: %v", err)
	}
	var wanted []*golden
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			g := &golden{file: file, dir: t.TempDir(), archive: archive, texts: map[string]*text.Text{}}
			wanted = append(wanted, g)
			t.Parallel()
			g.compare(t)
		})
	}
	synctest.Test(t, func(t *testing.T) {
		for _, g := range wanted {
			g.t = t
			g.run()
		}
	})
}

// compare holds what the script printed against what the file wants, or rewrites that.
func (g *golden) compare(t *testing.T) {
	t.Helper()
	switch {
	case !g.began:
		t.Skip("skipped: a script before it broke off")
	case !g.ended:
		t.Fatal("the script broke off")
	}
	at := slices.IndexFunc(g.archive.Files, func(f txtar.File) bool { return f.Name == "want" })
	if at < 0 {
		g.archive.Files = append(g.archive.Files, txtar.File{Name: "want"})
		at = len(g.archive.Files) - 1
	}
	got, want := g.out.Bytes(), g.archive.Files[at].Data
	switch {
	case bytes.Equal(got, want):
	case !*update:
		t.Errorf("got\n%s\nwant\n%s", got, want)
	default:
		g.archive.Files[at].Data = got
		if err := os.WriteFile(g.file, txtar.Format(g.archive), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// golden is one run of a script.
type golden struct {
	t        *testing.T
	file     string
	dir      string
	archive  *txtar.Archive
	out      bytes.Buffer
	ed       *editor.Editor
	encoding text.Encoding
	texts    map[string]*text.Text // open documents
	told     int                   // messages printed so far

	began, ended bool
}

func (g *golden) run() {
	g.t.Helper()
	g.began = true
	for _, f := range g.archive.Files {
		if f.Name != "want" && !strings.HasPrefix(f.Name, "later/") {
			g.write(f.Name, f.Data)
		}
	}
	caps := editor.Capabilities()
	options := editor.Options{Capabilities: caps, Folders: []string{g.dir}}
	var script []string
	for line := range strings.Lines(string(g.archive.Comment)) {
		line = strings.TrimSpace(line)
		verb, rest, _ := strings.Cut(line, " ")
		switch verb {
		case "", "#":
		case "settings":
			g.check(line, json.Unmarshal([]byte(rest), &options.InitializationOptions))
		case "encoding":
			g.encoding, _ = text.ParseEncoding(rest)
			options.Capabilities.General = &protocol.GeneralClientCapabilities{
				PositionEncodings: []protocol.PositionEncodingKind{protocol.PositionEncodingKind(rest)},
			}
		default:
			script = append(script, line)
		}
	}
	left, right := jsonrpc2.NewChannelStreamPair(64)
	s := server.New(server.Options{Version: "test", Watch: watch.Options{NoNotify: true}})
	done := make(chan int, 1)
	go func() { done <- s.Run(g.t.Context(), right) }()
	ed, err := editor.Start(g.t.Context(), left, options)
	g.check("start", err)
	g.ed = ed
	g.rest()
	for _, line := range script {
		g.do(line)
	}
	if err := ed.Close(g.t.Context()); err != nil {
		g.t.Errorf("%s: close: %v", g.file, err)
	}
	if code := <-done; code != 0 {
		g.t.Errorf("%s: exit code %d, want 0", g.file, code)
	}
	g.ended = true
}

// rest lets every timer of the server run out.
func (g *golden) rest() { <-time.After(30 * time.Second) }

func (g *golden) path(name string) string { return filepath.Join(g.dir, filepath.FromSlash(name)) }

func (g *golden) write(name string, data []byte) {
	g.t.Helper()
	if err := os.MkdirAll(filepath.Dir(g.path(name)), 0o755); err != nil {
		g.t.Fatal(err)
	}
	if err := os.WriteFile(g.path(name), data, 0o644); err != nil {
		g.t.Fatal(err)
	}
}

// do runs one command of a script:
//
//	open FILE                     open what is on disk
//	close FILE
//	edit FILE L:C-L:C "TEXT"      replace a range of the open document
//	put FILE                      write the file's section "later/FILE" to disk
//	append FILE "TEXT"            append to a file on disk
//	truncate FILE, remove FILE
//	show FILE                     print the text's marked lines, with marks below and lenses above
//	hover FILE L:C                print the hover
//	hints FILE                    print the inlay hints
//	next|previous|urgent FILE L:C print where the command goes
//	run COMMAND                   run a command without arguments
//	actions FILE L:C              print the code actions
//	act FILE L:C                  run the first of them, or make its edit
//	save FILE                     write the open text to disk
//	text FILE                     print the open text
//	cat FILE                      print what is on disk
//	messages                      print what the user was told since the last time
//	gaps FILE|. [PARAMS]          print the answer to covls/gaps, for one file or all
//	coverage FILE                 print the answer to covls/coverage
func (g *golden) do(line string) {
	g.t.Helper()
	fmt.Fprintf(&g.out, "> %s\n", line)
	verb, rest, _ := strings.Cut(line, " ")
	name, rest, _ := strings.Cut(rest, " ")
	ctx, u := g.t.Context(), uri.File(g.path(name))
	switch verb {
	case "open":
		data, err := os.ReadFile(g.path(name))
		g.check(line, err)
		g.texts[name] = text.New(string(data))
		g.check(line, g.ed.Open(ctx, g.path(name)))
	case "close":
		delete(g.texts, name)
		g.check(line, g.ed.Server().DidClose(ctx, &protocol.DidCloseTextDocumentParams{TextDocument: protocol.TextDocumentIdentifier{URI: u}}))
	case "edit":
		span, quoted, _ := strings.Cut(rest, " ")
		with, err := strconv.Unquote(quoted)
		g.check(line, err)
		from, to, _ := strings.Cut(span, "-")
		start, end := g.position(name, from), g.position(name, to)
		g.texts[name] = g.texts[name].Apply([]text.Edit{{
			Range: text.Range{Start: text.Position(start), End: text.Position(end)}, Text: with,
		}}, g.encoding)
		g.check(line, g.ed.Edit(ctx, u, protocol.Range{Start: start, End: end}, with))
	case "put":
		for _, f := range g.archive.Files {
			if f.Name == "later/"+name {
				g.write(name, f.Data)
			}
		}
	case "append":
		with, err := strconv.Unquote(rest)
		g.check(line, err)
		f, err := os.OpenFile(g.path(name), os.O_APPEND|os.O_WRONLY, 0)
		g.check(line, err)
		_, err = f.WriteString(with)
		g.check(line, err)
		g.check(line, f.Close())
	case "truncate":
		g.check(line, os.Truncate(g.path(name), 0))
	case "remove":
		g.check(line, os.RemoveAll(g.path(name)))
	case "run":
		answer, err := g.ed.Run(ctx, name)
		g.check(line, err)
		fmt.Fprintf(&g.out, "%s\n", strings.ReplaceAll(string(answer), g.dir, "DIR"))
	case "show":
		g.show(name)
	case "hover":
		p := g.position(name, rest)
		hover, err := g.ed.Hover(ctx, u, p)
		g.check(line, err)
		g.printHover(hover)
	case "hints":
		hints, err := g.ed.Server().InlayHint(ctx, &protocol.InlayHintParams{
			TextDocument: protocol.TextDocumentIdentifier{URI: u}, Range: protocol.Range{End: protocol.Position{Line: 1 << 20}},
		})
		g.check(line, err)
		for _, h := range hints {
			fmt.Fprintf(&g.out, "%d:%d %s\n", h.Position.Line+1, h.Position.Character+1, h.Label)
		}
	case "next", "previous", "urgent":
		command := map[string]string{"next": "covls.nextGap", "previous": "covls.previousGap", "urgent": "covls.nextGapInWorkspace"}[verb]
		to, err := g.ed.Jump(ctx, command, u, g.position(name, rest))
		g.check(line, err)
		if to == nil {
			fmt.Fprintln(&g.out, "no gap")
			break
		}
		rel, err := filepath.Rel(g.dir, to.URI.FsPath())
		g.check(line, err)
		fmt.Fprintf(&g.out, "%s:%d:%d-%d:%d\n", filepath.ToSlash(rel),
			to.Range.Start.Line+1, to.Range.Start.Character+1, to.Range.End.Line+1, to.Range.End.Character+1)
	case "save":
		g.write(name, []byte(g.texts[name].String()))
		g.check(line, g.ed.Server().DidSave(ctx, &protocol.DidSaveTextDocumentParams{TextDocument: protocol.TextDocumentIdentifier{URI: u}}))
	case "text":
		fmt.Fprintf(&g.out, "%s", g.texts[name])
	case "actions", "act":
		actions, err := g.ed.Actions(ctx, u, g.position(name, rest))
		g.check(line, err)
		for _, a := range actions {
			if verb == "actions" {
				fmt.Fprintln(&g.out, a.Title)
				continue
			}
			if a.Edit != nil {
				g.apply(a.Edit)
				break
			}
			answer, err := g.ed.Run(ctx, a.Command.Command, a.Command.Arguments...)
			g.check(line, err)
			fmt.Fprintf(&g.out, "%s\n", strings.ReplaceAll(string(answer), g.dir, "DIR"))
			break
		}
	case "cat":
		data, err := os.ReadFile(g.path(name))
		g.check(line, err)
		fmt.Fprintf(&g.out, "%s", data)
	case "messages":
		seen := g.ed.Seen().Messages
		for _, m := range seen[g.told:] {
			fmt.Fprintln(&g.out, strings.ReplaceAll(m, g.dir, "DIR"))
		}
		g.told = len(seen)
	case "gaps":
		g.gaps(name, rest)
	case "coverage":
		g.coverage(name)
	default:
		g.t.Fatalf("%s: %s: no such command", g.file, line)
	}
	g.rest()
}

// apply makes the edits of an action in the open documents, of which each has one.
func (g *golden) apply(e *protocol.WorkspaceEdit) {
	g.t.Helper()
	for u, edits := range e.Changes {
		rel, err := filepath.Rel(g.dir, u.FsPath())
		g.check(string(u), err)
		name := filepath.ToSlash(rel)
		for _, edit := range edits {
			g.texts[name] = g.texts[name].Apply([]text.Edit{{
				Range: text.Range{Start: text.Position(edit.Range.Start), End: text.Position(edit.Range.End)}, Text: edit.NewText,
			}}, g.encoding)
			g.check("edit", g.ed.Edit(g.t.Context(), u, edit.Range, edit.NewText))
		}
	}
}

func (g *golden) check(line string, err error) {
	g.t.Helper()
	if err != nil {
		g.t.Fatalf("%s: %s: %v", g.file, line, err)
	}
}

// position reads L:C in the open document, or in the file.
func (g *golden) position(name, s string) protocol.Position {
	g.t.Helper()
	l, c, _ := strings.Cut(s, ":")
	line, err := strconv.ParseUint(l, 10, 32)
	g.check(s, err)
	col, err := strconv.ParseUint(c, 10, 32)
	g.check(s, err)
	t := g.texts[name]
	if t == nil {
		data, err := os.ReadFile(g.path(name))
		g.check(s, err)
		t = text.New(string(data))
	}
	return protocol.Position(t.Position(t.At(uint32(line), uint32(col)), g.encoding))
}

// show prints the lines that have a mark or a lens.
func (g *golden) show(name string) {
	g.t.Helper()
	screen, err := g.ed.Screen(g.t.Context(), g.path(name))
	g.check("show", err)
	t := g.texts[name]
	lines := strings.Split(t.String(), "\n")
	for i, line := range lines {
		shown := false
		for _, l := range screen.Lenses {
			if l.Line == i {
				fmt.Fprintf(&g.out, "     [%s]\n", l.Title)
				shown = true
			}
		}
		for _, m := range screen.Marks {
			shown = shown || m.Line == i
		}
		if !shown {
			continue
		}
		fmt.Fprintf(&g.out, "%4d %s\n", i+1, strings.ReplaceAll(line, "\t", " "))
		for _, m := range screen.Marks {
			if m.Line == i {
				fmt.Fprintf(&g.out, "     %s%s %s: %s\n", strings.Repeat(" ", m.Start), strings.Repeat("~", m.End-m.Start), m.Severity, m.Message)
			}
		}
	}
	if len(screen.Lenses)+len(screen.Marks) == 0 {
		fmt.Fprintln(&g.out, "nothing")
	}
}

// printHover leaves out what depends on the day.
func (g *golden) printHover(hover string) {
	if hover == "" {
		fmt.Fprintln(&g.out, "nothing")
		return
	}
	for line := range strings.Lines(strings.TrimSpace(hover)) {
		line = strings.TrimRight(line, "\n")
		if from, _, ok := strings.Cut(line, ", written "); ok {
			line = from + ", written …"
		}
		fmt.Fprintf(&g.out, "  | %s\n", line)
	}
}

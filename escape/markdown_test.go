package escape_test

import (
	"strings"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"github.com/covls/covls/escape"
)

// FuzzMarkdown holds that texts are shown as they are, and are nothing else, wherever they stand in
// GitHub's Markdown.
func FuzzMarkdown(f *testing.F) {
	for _, s := range hostile() {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		prose, code := escape.Markdown(s), escape.Code(s)
		shown := strings.Join(strings.Fields(escape.Line(s)), " ")
		for _, source := range []string{
			prose + "\n",
			"- " + prose + "\n",
			"a " + prose + " b\n",
			"**" + code + "**: " + prose + "\n\nb: `c`\n",
			"[x] " + code + code + "\n",
			"| a | b |\n| --- | --- |\n| " + escape.Cell(prose) + " | " + escape.Cell("a "+code) + " |\n",
		} {
			texts := parse(t, source)
			if source == prose+"\n" && strings.Join(strings.Fields(texts), " ") != shown {
				t.Errorf("%q as %q is shown as %q", shown, prose, texts)
			}
			if n := strings.Count(source, "\n"); strings.HasPrefix(source, "| a") && strings.Count(texts, "\v") != 4 {
				t.Errorf("%q has %d cells in %d lines", source, strings.Count(texts, "\v"), n)
			}
		}
	})
}

// parse returns the text of Markdown that has nothing but text, code and what is known here, with a \v
// for each cell of a table.
func parse(t *testing.T, source string) string {
	t.Helper()
	doc := goldmark.New(goldmark.WithExtensions(extension.GFM, extension.Footnote)).Parser().Parse(text.NewReader([]byte(source)))
	var b strings.Builder
	err := ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Text:
			value := n.Segment.Value([]byte(source))
			if !n.IsRaw() && n.Parent().Kind() != ast.KindCodeSpan {
				value = util.UnescapePunctuations(util.ResolveEntityNames(util.ResolveNumericReferences(value)))
			}
			b.Write(value)
		case *ast.String:
			b.Write(n.Value)
		case *east.TableCell:
			b.WriteString("\v")
		case *ast.Document, *ast.Paragraph, *ast.TextBlock, *ast.CodeSpan, *ast.List, *ast.ListItem, *east.Table, *east.TableHeader, *east.TableRow:
			if n.Kind() == ast.KindList && !strings.HasPrefix(source, "- ") {
				t.Errorf("%q has a list", source)
			}
		case *ast.Emphasis:
			if n.Level != 2 || !strings.HasPrefix(source, "**") {
				t.Errorf("%q has an emphasis", source)
			}
		default:
			t.Errorf("%q has a %s", source, n.Kind())
		}
		return ast.WalkContinue, nil
	})
	if err != nil {
		t.Error(err)
	}
	return b.String()
}

// FuzzPlain holds that a terminal shows texts as they are, whatever Markdown makes of them in between.
func FuzzPlain(f *testing.F) {
	for _, s := range hostile() {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		line := strings.TrimSpace(escape.Line(s))
		code := "`" + escape.Line(s) + "`"
		if s == "" {
			code = "` `"
		}
		for markdown, want := range map[string]string{
			escape.Markdown(s):                           line,
			"- a " + escape.Markdown(s) + " b\n":         "- a " + line + " b\n",
			"- **" + escape.Markdown(s) + "**: c\n":      "- " + line + ": c\n",
			"a " + escape.Code(s) + ": `c`\n":            "a " + code + ": `c`\n",
			"    " + escape.Line(s) + "\n":               "    " + escape.Line(s) + "\n",
			"- " + escape.Prose(s) + "\n\n## Settings\n": "- " + strings.TrimSpace(escape.Words(s)) + "\n\n## Settings\n",
		} {
			if got, want := escape.Plain(markdown), escape.Log(want); got != want {
				t.Errorf("%q as %q is shown as %q, want %q", s, markdown, got, want)
			}
		}
	})
}

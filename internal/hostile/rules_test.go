package hostile_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"

	"github.com/covls/covls/escape"
)

// A rule says what is wrong with a text, part by part.
type rule func(text string) []string

// where quotes the surroundings of a place in a text.
func where(s string, at int) string { return fmt.Sprintf("%q", s[max(0, at-40):min(len(s), at+40)]) }

// seen wants nothing hidden but what is kept, and UTF-8.
func seen(s, keep string) (bad []string) {
	for i, r := range s {
		_, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			bad = append(bad, "no UTF-8: "+where(s, i))
		case escape.Hidden(r) && !strings.ContainsRune(keep, r):
			bad = append(bad, fmt.Sprintf("%U: %s", r, where(s, i)))
		}
	}
	return bad
}

// plain is a name, a title or a message: one line.
func plain(s string) []string { return seen(s, "") }

// links are what VS Code makes of messages.
var links = regexp.MustCompile(`\[([^\]]+)\]\(((?:https?://|command:|file:)[^)\s]+)`)

// message is plain, and has no links in an editor that makes them.
func message(s string) []string {
	bad := plain(s)
	if links.MatchString(s) {
		bad = append(bad, "a link: "+links.FindString(s))
	}
	return bad
}

// log is what is printed: nothing hidden in its lines, and no line that is a command to a runner.
func log(s string) []string {
	bad := seen(s, "\n")
	for line := range strings.Lines(s) {
		if command(line) {
			bad = append(bad, fmt.Sprintf("a command: %q", line))
		}
	}
	return bad
}

// command reports whether a service takes a line for a command: GitHub's runner by "::" behind any space, and
// by "##[" anywhere, Azure Pipelines by "##vso[".
func command(line string) bool {
	return strings.HasPrefix(strings.TrimSpace(line), "::") || regexp.MustCompile(`##[A-Za-z0-9_-]*\[`).MatchString(line)
}

// github is log, but for commands that are covls's own.
func github(s string) []string {
	own := regexp.MustCompile(`^::(error|notice) (file=[^:,]+,line=\d+,(endLine=\d+,)?)?title=[A-Z][a-z ]+(covls)?::[^:].*\n$`)
	bad := seen(s, "\n")
	for line := range strings.Lines(s) {
		if command(line) && !own.MatchString(line) || strings.Count(line, "##[") > 0 {
			bad = append(bad, fmt.Sprintf("a command: %q", line))
		}
	}
	return bad
}

// markdown is log, and has no links, images, HTML or marks but covls's own.
func markdown(s string) []string {
	bad := log(s)
	source := []byte(s)
	doc := goldmark.New(goldmark.WithExtensions(extension.GFM, extension.Footnote)).Parser().Parse(text.NewReader(source))
	err := ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Document, *ast.Heading, *ast.Paragraph, *ast.TextBlock, *ast.Text, *ast.String, *ast.CodeSpan, *ast.List, *ast.ListItem, *ast.CodeBlock,
			*east.Table, *east.TableHeader, *east.TableRow, *east.TableCell:
		case *ast.Emphasis:
			inside := ""
			for c := n.FirstChild(); c != nil; c = c.NextSibling() {
				if c, ok := c.(*ast.Text); ok {
					inside += string(c.Segment.Value(source))
				}
			}
			if n.Level == 1 && !slices.Contains([]string{"Stale", "Not the newest"}, inside) {
				bad = append(bad, "emphasis: "+inside)
			}
		default:
			at := ""
			if n.Type() == ast.TypeInline && n.Parent() != nil && n.Parent().Type() == ast.TypeBlock && n.Parent().Lines().Len() > 0 {
				line := n.Parent().Lines().At(0)
				at = string(line.Value(source))
			}
			bad = append(bad, n.Kind().String()+" in "+at)
		}
		return ast.WalkContinue, nil
	})
	if err != nil {
		bad = append(bad, err.Error())
	}
	return bad
}

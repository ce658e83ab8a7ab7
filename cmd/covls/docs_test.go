package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	fence  = regexp.MustCompile("(?ms)^ *```(\\w*)\\n(.*?)^ *```$")
	inline = regexp.MustCompile("(?s)`(covls [^`]+)`")
	// called is where a command begins that is covls, by whatever a script calls it.
	called = regexp.MustCompile(`^\s*(?:- +)?(?:(?:run|entry|script): *)?(?:if +|! *)*(?:covls|"\$PROGRAM"|set --|docker run .* \S+/covls:[0-9.]+) +([a-z].*)$`)
)

// commandLines are the calls of covls in a text: in Markdown those in code, elsewhere those of all lines.
func commandLines(name, text string) (out []string) {
	var lines []string
	switch filepath.Ext(name) {
	case ".md":
		for _, m := range fence.FindAllStringSubmatch(text, -1) {
			if m[1] == "sh" || m[1] == "yaml" || m[1] == "bash" {
				lines = append(lines, strings.Split(m[2], "\n")...)
			}
		}
		for _, m := range inline.FindAllStringSubmatch(fence.ReplaceAllString(text, ""), -1) {
			lines = append(lines, strings.Join(strings.Fields(m[1]), " "))
		}
	default:
		lines = strings.Split(text, "\n")
	}
	for _, line := range lines {
		if strings.HasPrefix(strings.TrimSpace(line), "#") {
			continue
		}
		for _, part := range regexp.MustCompile(`&&|\|\||;|\| |\$\(|<\(`).Split(line, -1) {
			if m := called.FindStringSubmatch(part); m != nil && !strings.ContainsAny(m[1], "…") {
				out = append(out, m[1])
			}
		}
	}
	return out
}

// wordsOf are the words of a command as a shell has them, each variable being 1, up to a comment or where its output goes.
func wordsOf(line string) (out []string) {
	word, quote, open := "", rune(0), false
	end := func() {
		if open {
			out = append(out, word)
		}
		word, open = "", false
	}
	for _, r := range regexp.MustCompile(`\$\{?[A-Za-z_@]\w*[^}"'\s]*\}?|\$@`).ReplaceAllString(line, "1") {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
			word += string(r)
		case r == '\'' || r == '"':
			quote, open = r, true
		case r == ' ' || r == ')':
			end()
			if r == ')' {
				return out
			}
		case strings.ContainsRune("#<>", r) && !open || r == '>':
			return out
		default:
			word, open = word+string(r), true
		}
	}
	end()
	return out
}

// TestDocs parses every call of covls that is written down, in what is read about it and in what is given for CI, by the flags that there are.
func TestDocs(t *testing.T) {
	t.Parallel()
	var files []string
	for _, glob := range []string{"README.md", "docs/*.md", "action.yml", "action/*.sh", "ci/*.yml", ".pre-commit-hooks.yaml", ".github/workflows/*.yml", "editors/vscode/README.md"} {
		found, err := filepath.Glob(filepath.Join("../..", glob))
		if err != nil || len(found) == 0 {
			t.Fatalf("%s: %v, %d files", glob, err, len(found))
		}
		files = append(files, found...)
	}
	known := map[string]int{}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range commandLines(name, string(text)) {
			c, err := parsed(wordsOf(line))
			if err != nil {
				t.Errorf("%s: covls %s: %v", name, line, err)
				continue
			}
			known[c]++
		}
	}
	for _, c := range []string{"covls gaps", "covls check", "covls report", "covls baseline", "covls badge", "covls test", "covls doctor", "covls serve"} {
		if known[c] == 0 {
			t.Errorf("%s is called nowhere: %v", c, known)
		}
	}
}

// parsed is the command that words call, and what is wrong with them.
func parsed(words []string) (name string, err error) {
	root := newRoot(&streams{})
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	c, rest, err := root.Find(words)
	if err != nil {
		return "", err
	}
	if err := c.ParseFlags(rest); err != nil {
		return "", err
	}
	if f := c.Flags().Lookup("format"); f != nil && f.Changed && !strings.Contains(f.Usage, f.Value.String()) && f.Value.String() != "1" {
		return "", fmt.Errorf("there is no format %s", f.Value)
	}
	if err := c.ValidateFlagGroups(); err != nil {
		return "", err
	}
	return c.CommandPath(), nil
}

package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/google/licensecheck"
)

// certain is the share of a text's words in percent that a licence must account for, as pkg.go.dev has it.
// The rest is a title and the holder of the copyright.
const certain = 75

var (
	licenceName = regexp.MustCompile(`(?i)^(.*[-_.])?(un)?(licen[cs]es?|copying)([-_.].*)?$`)
	noticeName  = regexp.MustCompile(`(?i)^(.*[-_.])?(notices?|patents|copyright|third[-_.]?party.*)([-_.].*)?$`)
	sourceName  = regexp.MustCompile(`(?i)\.(go|s|h|c|cc|js|cjs|mjs|jsx|ts|cts|mts|tsx|map|py|sh|json|ya?ml|toml|lre|tmpl)$`)

	spdxTag = regexp.MustCompile(`SPDX-License-Identifier:[ \t]*([A-Za-z0-9.+() -]+)`)
	// A file of Go names its module's licence in this way.
	reference = regexp.MustCompile(`(?i)licen[cs]e that can be\s*(//)?\s*found in the (root )?LICENSE`)
	claim     = regexp.MustCompile(`(?i)\bcopyright\b.*\b(19|20)\d\d\b.*|\(c\) *(19|20)\d\d\b.*`)
)

// text is a text that goes along with what it is about.
type text struct {
	// path is a slash path below the folder of the module or package.
	path, content string
	// notice says that it is no licence but stands beside one: a NOTICE, a grant of patents.
	notice bool
	// ids are the licences that were recognised in it, percent how much of it they account for.
	ids     []string
	percent float64
}

// known reports whether licences account for enough of the text.
func (t text) known() bool { return len(t.ids) > 0 && t.percent >= certain }

// reader recognises licences.
type reader struct {
	scan func([]byte) licensecheck.Coverage
}

// newReader makes a reader of the licences that the library knows and more.
func newReader(more []licensecheck.License) (*reader, error) {
	if len(more) == 0 {
		return &reader{licensecheck.Scan}, nil // which the library makes once
	}
	s, err := licensecheck.NewScanner(slices.Concat(licensecheck.BuiltinLicenses(), more))
	if err != nil {
		return nil, fmt.Errorf("make the licences of rules.go known: %w", err)
	}
	return &reader{s.Scan}, nil
}

// textsIn reads every text of a licence or notice below a folder, sorted by path. Folders for which skip
// reports true, by their slash path below dir, are left out.
func (r *reader) textsIn(dir string, skip func(string) bool) ([]text, error) {
	var out []text
	// A folder that is a link is walked by its name with a separator behind it.
	err := filepath.WalkDir(dir+string(filepath.Separator), func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, name)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		if e.IsDir() {
			if rel != "." && skip != nil && skip(rel) {
				return fs.SkipDir
			}
			return nil
		}
		t, ok := r.textAt(name, rel)
		if ok {
			out = append(out, t)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("look for licences: %w", err)
	}
	return out, nil
}

// textAt reads a file if its name is that of a licence or notice. A file that can't be read is none that is
// recognised.
func (r *reader) textAt(name, rel string) (text, bool) {
	base, folder := path.Base(rel), path.Base(path.Dir(rel))
	licence := licenceName.MatchString(base) || licenceName.MatchString(folder) && folder != "." && !strings.Contains(base, "README")
	if sourceName.MatchString(base) || !licence && !noticeName.MatchString(base) {
		return text{}, false
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return text{path: rel}, !errors.Is(err, fs.ErrNotExist)
	}
	t := text{path: rel, content: tidy(string(data)), notice: !licence}
	found := r.scan(data)
	t.percent = found.Percent
	for _, m := range found.Match {
		if !m.IsURL && !slices.Contains(t.ids, m.ID) {
			t.ids = append(t.ids, m.ID)
		}
	}
	return t, true
}

func tidy(s string) string {
	s = strings.TrimPrefix(s, "\ufeff")
	return strings.Trim(strings.ReplaceAll(s, "\r\n", "\n"), "\n") + "\n"
}

// note is what a file of source says about its own licence.
type note struct {
	// id is the licence; "" where the file names a holder of copyright and no terms.
	id string
	// holder is the line that names the first holder of copyright, "" where none is named.
	holder string
	// text is the file's own words, where it has those of the licence.
	text string
}

// notesIn reads what a source says of its licence beside the reference to the module's.
func (r *reader) notesIn(data []byte) []note {
	if bytes.IndexByte(data, 0) >= 0 || !telling(data) {
		return nil
	}
	var out []note
	s := string(data)
	all := comments(s)
	about := make([]bool, len(all)) // comments that say something about the licence
	// in completes what stands from start to end by the comment around it.
	in := func(n note, start, end int) {
		for i, c := range all {
			if start < c.end && c.start < end {
				about[i] = true
				n.holder = strings.TrimSpace(claim.FindString(s[c.start:c.end]))
				if n.text != "" {
					n.text = c.words(s, start, end)
				}
			}
		}
		out = append(out, n)
	}
	for _, m := range r.scan(data).Match {
		n := note{id: m.ID}
		if !m.IsURL {
			n.text = s[m.Start:m.End]
		}
		in(n, m.Start, m.End)
	}
	for _, m := range spdxTag.FindAllStringSubmatchIndex(s, -1) {
		in(note{id: strings.TrimSpace(s[m[2]:m[3]])}, m[0], m[1])
	}
	for i, c := range all {
		words := s[c.start:c.end]
		if !about[i] && !reference.MatchString(words) && claim.MatchString(words) {
			out = append(out, note{holder: strings.TrimSpace(claim.FindString(words))})
		}
	}
	return out
}

// telling reports whether a source has a word that all notes have one of. Most have none.
func telling(data []byte) bool {
	for _, word := range []string{"opyright", "OPYRIGHT", "icense", "ICENSE", "icence", "ICENCE", "ermission", "ERMISSION"} {
		if bytes.Contains(data, []byte(word)) {
			return true
		}
	}
	return false
}

// comment is a stretch of whole lines that are comments.
type comment struct{ start, end int }

// comments finds the comments of Go, C and what looks like them that begin their line.
func comments(s string) []comment {
	var out []comment
	open, inside := false, false
	at := 0
	for line := range strings.Lines(s) {
		l := strings.TrimSpace(line)
		is := inside || strings.HasPrefix(l, "//") || strings.HasPrefix(l, "/*")
		if inside || strings.HasPrefix(l, "/*") {
			inside = !strings.Contains(strings.TrimPrefix(l, "/*"), "*/")
		}
		switch {
		case is && open:
			out[len(out)-1].end = at + len(line)
		case is:
			out = append(out, comment{at, at + len(line)})
		}
		open = is
		at += len(line)
	}
	return out
}

// words is what a comment says from its first line about copyright, or from start, to end.
func (c comment) words(s string, start, end int) string {
	var lines []string
	at := c.start
	for line := range strings.Lines(s[c.start:c.end]) {
		next := at + len(line)
		if at < end && (len(lines) > 0 || next > start || claim.MatchString(line)) {
			l := strings.TrimSpace(line)
			for _, mark := range []string{"//", "/*", "*/", "*"} {
				l = strings.TrimPrefix(l, mark)
			}
			lines = append(lines, strings.TrimRight(strings.TrimPrefix(strings.TrimSuffix(l, "*/"), " "), " \t"))
		}
		at = next
	}
	return tidy(strings.Join(lines, "\n"))
}

// expression reports whether a licence expression of SPDX can be met by licences that are allowed, and by
// which.
func expression(e string, allowed func(string) bool) ([]string, bool) {
	e = strings.TrimSpace(e)
	if strings.HasPrefix(e, "(") && strings.HasSuffix(e, ")") {
		e = e[1 : len(e)-1]
	}
	if all := strings.Split(e, " AND "); len(all) > 1 {
		var ids []string
		for _, e := range all {
			more, ok := expression(e, allowed)
			if !ok {
				return nil, false
			}
			ids = append(ids, more...)
		}
		return ids, true
	}
	for id := range strings.SplitSeq(e, " OR ") {
		if allowed(id) {
			return []string{id}, true
		}
	}
	return nil, false
}

package config

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/covls/covls/disk"
	"github.com/covls/covls/escape"
)

// TOML returns the mapping as a table of a .covls.toml.
func (m PathMapping) TOML() string {
	out := "[[path]]\nfrom = " + QuoteTOML(m.From) + "\nto = " + QuoteTOML(m.To) + "\n"
	if m.Profile != "" {
		out += "profile = " + QuoteTOML(m.Profile) + "\n"
	}
	return out
}

// QuoteTOML writes a basic string of TOML. What is no UTF-8 becomes U+FFFD.
func QuoteTOML(s string) string { return escape.TOML(s) }

// AddMapping writes a mapping to the end of the settings file at path, which it makes where there is
// none. What the file holds stays as it is. It refuses a file that is broken, one whose mappings can't be
// added to at its end, and one that disk.Edit refuses.
func AddMapping(path string, m PathMapping) error {
	err := disk.Edit(path, maxFile, func(text []byte) ([]byte, error) { return withMapping(path, text, m) })
	if err != nil {
		return fmt.Errorf("add a path mapping: %w", err)
	}
	return nil
}

// withMapping is the text of a settings file with a mapping at its end.
func withMapping(path string, text []byte, m PathMapping) ([]byte, error) {
	before, problems := ParseTOML(path, text)
	if before.Broken {
		return nil, errors.New(problems[0].String())
	}
	block := m.TOML()
	if len(text) > 0 {
		block = "\n" + block
		if !bytes.HasSuffix(text, []byte("\n")) {
			block = "\n" + block
		}
	}
	was := Merge(before).Paths
	whole := append(slices.Clip(text), block...)
	after, problems := ParseTOML(path, whole)
	if now := Merge(after).Paths; after.Broken || len(now) != len(was)+1 || now[len(was)] != m {
		why := "its mappings are written in another way"
		if len(problems) > 0 {
			why = problems[0].Text
		}
		return nil, fmt.Errorf("%s: %s; add it by hand: %s", path, why, strings.TrimSpace(strings.ReplaceAll(m.TOML(), "\n", " ")))
	}
	return whole, nil
}

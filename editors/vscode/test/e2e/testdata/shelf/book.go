// Package shelf keeps books.
package shelf

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Book is one book.
type Book struct {
	Title  string
	Author string
	Year   int
	Tags   []string
}

// ErrEmpty is what a line without words gives.
var ErrEmpty = errors.New("empty line")

// Parse reads "title; author; year; tag tag".
func Parse(line string) (Book, error) {
	line = strings.TrimSpace(line)
	if line == "" {
		return Book{}, ErrEmpty
	}
	parts := strings.Split(line, ";")
	if len(parts) < 3 {
		return Book{}, fmt.Errorf("%d parts, want 3", len(parts))
	}
	year, err := strconv.Atoi(strings.TrimSpace(parts[2]))
	if err != nil {
		return Book{}, fmt.Errorf("year: %w", err)
	}
	b := Book{Title: strings.TrimSpace(parts[0]), Author: strings.TrimSpace(parts[1]), Year: year}
	if len(parts) > 3 {
		b.Tags = strings.Fields(parts[3])
	}
	return b, nil
}

// String is what Parse reads.
func (b Book) String() string {
	s := fmt.Sprintf("%s; %s; %d", b.Title, b.Author, b.Year)
	if len(b.Tags) > 0 {
		s += "; " + strings.Join(b.Tags, " ")
	}
	return s
}

// Has tells whether it has a tag.
func (b Book) Has(tag string) bool {
	for _, t := range b.Tags {
		if strings.EqualFold(t, tag) {
			return true
		}
	}
	return false
}

// Century is the one it is from.
func (b Book) Century() int {
	if b.Year <= 0 {
		return 0
	}
	return (b.Year-1)/100 + 1
}

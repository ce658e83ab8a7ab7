// Package store keeps shelves on disk.
package store

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"sort"

	"example.com/shelf"
)

// Store is a shelf.
type Store struct{ books []shelf.Book }

// New is an empty one.
func New() *Store { return &Store{} }

// Len is how many books there are.
func (s *Store) Len() int { return len(s.books) }

// Add puts a book on the shelf, once.
func (s *Store) Add(b shelf.Book) bool {
	for _, have := range s.books {
		if have.Title == b.Title && have.Author == b.Author {
			return false
		}
	}
	s.books = append(s.books, b)
	return true
}

// Remove takes the book of a title away.
func (s *Store) Remove(title string) error {
	for i, b := range s.books {
		if b.Title == title {
			s.books = append(s.books[:i], s.books[i+1:]...)
			return nil
		}
	}
	return fmt.Errorf("no book %q", title)
}

// Load reads lines.
func (s *Store) Load(r io.Reader) (int, error) {
	lines := bufio.NewScanner(r)
	n := 0
	for lines.Scan() {
		b, err := shelf.Parse(lines.Text())
		if err == shelf.ErrEmpty {
			continue
		}
		if err != nil {
			return n, fmt.Errorf("line %d: %w", n+1, err)
		}
		if s.Add(b) {
			n++
		}
	}
	return n, lines.Err()
}

// ByYear is the books, oldest first.
func (s *Store) ByYear() []shelf.Book {
	out := append([]shelf.Book(nil), s.books...)
	sort.SliceStable(out, func(i, j int) bool { return out[i].Year < out[j].Year })
	return out
}

// Save writes a file.
func (s *Store) Save(name string) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	defer f.Close()
	w := bufio.NewWriter(f)
	for _, b := range s.books {
		if _, err := fmt.Fprintln(w, b); err != nil {
			return err
		}
	}
	return w.Flush()
}

// JSON writes the books as JSON.
func (s *Store) JSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	for _, b := range s.ByYear() {
		if err := e.Encode(b); err != nil {
			return err
		}
	}
	return nil
}

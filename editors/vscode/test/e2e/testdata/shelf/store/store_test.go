package store

import (
	"testing"

	"example.com/shelf"
)

func TestAdd(t *testing.T) {
	s := New()
	if !s.Add(shelf.Book{Title: "Dune"}) || s.Add(shelf.Book{Title: "Dune"}) {
		t.Error("Dune")
	}
	if s.Len() != 1 {
		t.Error("length")
	}
}

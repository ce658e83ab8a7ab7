package shelf

import "testing"

func TestParse(t *testing.T) {
	b, err := Parse("Dune; Herbert; 1965; sand")
	if err != nil || b.Year != 1965 || b.Title != "Dune" {
		t.Fatalf("got %v, %v", b, err)
	}
	if b.String() != "Dune; Herbert; 1965; sand" {
		t.Errorf("got %s", b)
	}
	if _, err := Parse(""); err == nil {
		t.Error("no error")
	}
}

package diag_test

import (
	"testing"
	"time"

	"github.com/covls/covls/diag"
	"github.com/covls/covls/text"
)

// TestManyLenses has the lenses of a large file cost no more than a small multiple of its diagnostics, however
// many times one of them is asked for.
func TestManyLenses(t *testing.T) {
	t.Parallel()
	snap, d := uncovered(t, 2_000)
	d = d.WithText(2, d.Text.Apply([]text.Edit{{Text: "\n"}}, text.UTF16))
	began := time.Now()
	diag.Diagnostics(snap, d)
	diagnostics := time.Since(began)
	began = time.Now()
	for _, l := range diag.Lenses(snap, d) {
		if label, ok := diag.LensLabel(snap, d, l.ID); !ok || label.Title == "" {
			t.Fatalf("the lens of %v says nothing", l.ID)
		}
	}
	if lenses := time.Since(began); lenses > 20*diagnostics {
		t.Errorf("lenses took %v, diagnostics %v: want at most a small multiple", lenses, diagnostics)
	}
}

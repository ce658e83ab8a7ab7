package source_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/covls/covls/source"
)

// TestBatch has a load's texts parsed in a bounded time, however many are hard for the parser, and every other one as
// by itself until that time is over.
func TestBatch(t *testing.T) {
	t.Parallel()
	const easy = "function f() {}\n"
	hard := strings.Repeat("async (a<", 220) // the parser of TypeScript loses patience
	one := func(text string) time.Duration {
		began := time.Now()
		source.Parse("a.tsx", text)
		return time.Since(began)
	}
	one(easy) // has the grammar unpacked
	alone := one(hard)

	b := source.NewBatch()
	began := time.Now()
	for range 40 {
		b.Parse("a.tsx", hard)
	}
	if took := time.Since(began); took > 10*alone {
		t.Errorf("the same text 40 times took %v, once it takes %v", took, alone)
	}
	p, ok := b.Parse("a.tsx", easy)
	if !ok || len(p.Funcs) != 1 {
		t.Errorf("%v, %v; want a function", p, ok)
	}
	b.Spend(8 * time.Second)
	given := 0
	for i := range 100 {
		if _, ok := b.Parse("a.tsx", hard+strconv.Itoa(i)); !ok {
			given++
		}
	}
	if _, ok := b.Parse("b.tsx", hard+"!"); ok || given < 50 {
		t.Errorf("%d of 100 hard texts were given up", given)
	}
	if p, ok := b.Parse("a.go", "package a\n\nfunc F() {}\n"); !ok || len(p.Funcs) != 1 {
		t.Error("Go has no parser that loses patience")
	}
}

package source

import (
	"sort"
	"strings"

	"github.com/covls/covls/coverage"
)

// Kind is what sort of code a gap is.
type Kind uint8

const (
	// Ordinary code is of no other kind, or of a language whose kinds are not known; see Tells.
	Ordinary Kind = iota
	// ErrorReturn is a block that only hands an error on.
	ErrorReturn
	// Panic is a block that ends in a panic or ends the program or the test.
	Panic
	// Default is the default clause of a switch or select.
	Default
	// Main is the function main of a program, or one that a fuzzer calls.
	Main
	// TestHelper is a function that takes a test.
	TestHelper
	// Accessor is a function that only returns, or sets, fields.
	Accessor
	// Generated is code of a file that says of itself that a program has written it.
	Generated
	// Vendored is code that others have written and that is kept here.
	Vendored
)

// kinds has the words for each kind, for several of it, its name on a command line, and whether a test of it is worth
// asking for. It is never written.
var kinds = [...]struct {
	words, all, name string
	testable         bool
}{
	Ordinary:    {"", "ordinary code", "ordinary", true},
	ErrorReturn: {"error return", "error returns", "error-return", true},
	Panic:       {"panic or unreachable", "panics and unreachable code", "panic", false},
	Default:     {"default case", "default cases", "default", true},
	Main:        {"main", "main", "main", false},
	TestHelper:  {"test helper", "test helpers", "test-helper", false},
	Accessor:    {"accessor", "accessors", "accessor", true},
	Generated:   {"generated", "generated code", "generated", false},
	Vendored:    {"vendored", "vendored code", "vendored", false},
}

// String returns the kind in words: "error return"; "" for ordinary code.
func (k Kind) String() string { return kinds[k].words }

// All is what several stretches of the kind are in words: "error returns"; "ordinary code" for Ordinary.
func (k Kind) All() string { return kinds[k].all }

// Name is what a command line and JSON call the kind: "error-return"; "ordinary" for ordinary code.
func (k Kind) Name() string { return kinds[k].name }

// Testable is false for what a unit test can't reach or need not: Panic, Main, TestHelper, Generated, Vendored.
func (k Kind) Testable() bool { return kinds[k].testable }

// KindNames are the names that ParseKind knows, in the order of the constants.
func KindNames() []string {
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = k.name
	}
	return names
}

// ParseKind returns the kind of that name, or of those words.
func ParseKind(s string) (k Kind, ok bool) {
	for i, known := range kinds {
		if s != "" && (s == known.name || s == known.words) {
			return Kind(i), true
		}
	}
	return Ordinary, false
}

// Label is a stretch of source that is of a kind.
type Label struct {
	Span coverage.Span
	Kind Kind
}

// KindAt is the kind of an uncovered region that begins at a place of the text, in the function of
// that index in Funcs; -1 means in none. Generated files go first, then what the whole function is,
// then the innermost label around the place. Of a nil Parsed nothing is known: all is ordinary.
func (p *Parsed) KindAt(fn int, at coverage.Point) Kind {
	if p == nil {
		return Ordinary
	}
	if p.Generated {
		return Generated
	}
	var from coverage.Point
	if fn >= 0 && fn < len(p.Facts) {
		if k := p.Facts[fn].Kind; k != Ordinary {
			return k
		}
		from = p.Funcs[fn].Span.Start
	}
	// Labels that contain the place contain each other: the last to begin is the innermost.
	i := sort.Search(len(p.Labels), func(i int) bool { return at.Compare(p.Labels[i].Span.Start) < 0 })
	for i--; i >= 0 && from.Compare(p.Labels[i].Span.Start) <= 0; {
		if p.Labels[i].Span.Contains(at) {
			return p.Labels[i].Kind
		}
		if p.around == nil {
			i--
		} else {
			// What contains the place and begins before a label contains the beginning of that.
			i = int(p.around[i])
		}
	}
	return Ordinary
}

// nest notes in which label each begins.
func (p *Parsed) nest() {
	p.around = make([]int32, len(p.Labels))
	var open []int32
	for i := range p.Labels {
		for len(open) > 0 && !p.Labels[open[len(open)-1]].Span.Contains(p.Labels[i].Span.Start) {
			open = open[:len(open)-1]
		}
		p.around[i] = -1
		if n := len(open); n > 0 {
			p.around[i] = open[n-1]
		}
		open = append(open, int32(i))
	}
}

// KindOfAll is the kind of a stretch of uncovered regions that begin at these places: that of all of
// them. Where they differ it is ordinary if one is, else the first that a test is worth asking for.
func (p *Parsed) KindOfAll(fn int, at []coverage.Point) Kind {
	if len(at) == 0 {
		return Ordinary
	}
	kind := p.KindAt(fn, at[0])
	for _, point := range at[1:] {
		switch k := p.KindAt(fn, point); {
		case k == Ordinary:
			return Ordinary
		case !kind.Testable() && k.Testable():
			kind = k
		}
	}
	return kind
}

// Fact returns what is known of the function of that index in Funcs; the zero Facts where nothing is.
func (p *Parsed) Fact(fn int) Facts {
	if p == nil || fn < 0 || fn >= len(p.Facts) {
		return Facts{}
	}
	return p.Facts[fn]
}

// isError reports whether a name is one that people give to errors: e, err, closeErr, lastError.
func isError(name string) bool {
	name = strings.ToLower(name)
	return name == "e" || strings.HasPrefix(name, "err") || strings.HasSuffix(name, "err") || strings.HasSuffix(name, "error")
}

package source

import (
	"hash/maphash"
	"slices"
	"sync"
	"time"
)

// Batch parses the texts of one load. What is hard for the parser of a language takes its time once, and all such
// texts together a bounded time: a project may have thousands of them. It may be used by several goroutines.
type Batch struct {
	seed maphash.Seed

	mu    sync.Mutex // guards what follows
	spent time.Duration
	hard  map[hardText]outcome
}

// hardText is a text over which the parser lost patience.
type hardText struct {
	grammar *grammar
	bytes   int
	hash    uint64
}

type outcome struct {
	parsed *Parsed
	ok     bool
}

// Of what was hard, more than hurryAfter has the parser hurry, and more than hardTime has it parse no more.
const (
	hurryAfter = 4 * time.Second
	hardTime   = 10 * time.Second
)

// NewBatch returns a batch that has spent nothing.
func NewBatch() *Batch { return &Batch{seed: maphash.MakeSeed(), hard: map[hardText]outcome{}} }

// Parse is as the function Parse, but that ok is also false for what the batch has no time left for.
func (b *Batch) Parse(name, text string) (parsed *Parsed, ok bool) {
	g := grammarOf(name)
	if g == nil {
		return Parse(name, text)
	}
	key := hardText{g, len(text), maphash.String(b.seed, text)}
	b.mu.Lock()
	known, isKnown := b.hard[key]
	spent := b.spent
	b.mu.Unlock()
	switch {
	case isKnown:
		return known.parsed.clone(), known.ok
	case spent >= hardTime:
		return nil, false
	}
	patience := patienceFor(len(text), spent >= hurryAfter)
	g.parsers() // takes its time once
	began := time.Now()
	parsed, ok = g.parse(text, patience)
	if took := time.Since(began); took >= patiences[patience] {
		b.mu.Lock()
		b.spent += took
		b.hard[key] = outcome{parsed.clone(), ok}
		b.mu.Unlock()
	}
	return parsed, ok
}

// clone is a copy whose functions can be written.
func (p *Parsed) clone() *Parsed {
	if p == nil {
		return nil
	}
	c := *p
	c.Funcs, c.Facts, c.Labels = slices.Clone(p.Funcs), slices.Clone(p.Facts), slices.Clone(p.Labels)
	return &c
}

// Parses reports whether covls can read the functions of a language, by the extension of a file's name.
func Parses(name string) bool { return LanguageOf(name) == "go" || grammarOf(name) != nil }

package main

import (
	"math"
	"runtime/debug"
	"runtime/metrics"
	"sync"

	"github.com/covls/covls/internal/guard"
)

// thrift keeps small what garbage takes beside what is in use: a server lives for days beside programs that need the
// memory more. Without it the collector lets the heap double before it runs.
type thrift struct {
	base int64 // bytes that are always there to use

	mu    sync.Mutex // guards what follows
	limit int64      // in force
	ended bool
}

// thriftBase leaves room for the program itself below 256 MiB. commandBase is for a command, which is soon over and may
// be one of many on a machine that builds.
const (
	thriftBase  = 168 << 20
	commandBase = 96 << 20
)

// startThrift begins with it, unless the user has set a limit, and returns what ends it.
func startThrift(base int64) (end func()) {
	before := debug.SetMemoryLimit(-1)
	if before != math.MaxInt64 {
		return func() {}
	}
	t := &thrift{base: base}
	t.adjust()
	t.arm()
	return func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.ended = true
		debug.SetMemoryLimit(before)
	}
}

// arm has adjust called after the next collection.
func (t *thrift) arm() {
	guard.Guard{}.Collected("the bound of memory", func() {
		if t.adjust() {
			t.arm()
		}
	})
}

// adjust sets the limit by what was in use at the last collection: what needs more than the base gets a quarter as much
// again, so that the collector does not run all the time. It reports whether to go on.
func (t *thrift) adjust() bool {
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	live := int64(sample[0].Value.Uint64())
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.ended {
		return false
	}
	const overhead = 24 << 20 // stacks, and what the runtime needs
	if limit := max(t.base, live+live/4+overhead); limit != t.limit {
		t.limit = limit
		debug.SetMemoryLimit(limit)
	}
	return true
}

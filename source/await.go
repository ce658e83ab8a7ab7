package source

import (
	"sync/atomic"
	"time"

	"github.com/covls/covls/internal/guard"
)

// maxNesting is how deep brackets may stand in each other: the parser takes a time that is quadratic in that.
const maxNesting = 2000

// nesting is how deep brackets stand in each other, those in comments and strings with them.
func nesting(src string) (deepest int) {
	depth := 0
	for i := range len(src) {
		switch src[i] {
		case '(', '[', '{':
			depth++
			deepest = max(deepest, depth)
		case ')', ']', '}':
			depth = max(depth-1, 0)
		}
	}
	return deepest
}

// await returns what work does, and nil if that takes too long. In that case stuck counts it until it ends, and what it has
// done by then is dropped. A panic of work is one of the caller's.
func await[T any](stuck *atomic.Int32, patience time.Duration, work func() *T, drop func(*T)) *T {
	const ended, left = 1, 2
	var state atomic.Int32
	var done *T
	var fault error
	finished := make(chan struct{})
	guard.Guard{}.Go(nil, "a text that is hard to parse", func() {
		fault = guard.Guard{}.Do("parsing", func() { done = work() })
		if state.CompareAndSwap(0, ended) {
			close(finished)
			return
		}
		stuck.Add(-1)
		if done != nil {
			drop(done)
		}
	})
	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case <-finished:
	case <-late.C:
		stuck.Add(1)
		if state.CompareAndSwap(0, left) {
			return nil
		}
		stuck.Add(-1)
		<-finished
	}
	if fault != nil {
		panic(fault)
	}
	return done
}

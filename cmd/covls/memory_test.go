package main

import (
	"math"
	"runtime"
	"runtime/debug"
	"testing"
	"time"
)

// TestThrift has the limit of memory follow what is in use, and be as before in the end.
func TestThrift(t *testing.T) {
	const base = 64 << 20
	before := debug.SetMemoryLimit(-1)
	if before != math.MaxInt64 {
		t.Skip("GOMEMLIMIT is set")
	}
	end := startThrift(base)
	until := func(what string, ok func(limit int64) bool) {
		t.Helper()
		for deadline := time.Now().Add(time.Minute); !ok(debug.SetMemoryLimit(-1)); runtime.GC() {
			if time.Now().After(deadline) {
				t.Fatalf("the limit is %d: want %s", debug.SetMemoryLimit(-1), what)
			}
		}
	}
	held := make([]byte, 200<<20)
	until("room beside what is held", func(limit int64) bool { return limit > 250<<20 })
	runtime.KeepAlive(held)
	until("less when it is gone", func(limit int64) bool { return limit >= base && limit < 200<<20 })
	end()
	for range 5 {
		runtime.GC()
	}
	if after := debug.SetMemoryLimit(-1); after != before {
		t.Errorf("the limit is %d in the end, and was %d", after, before)
	}
}

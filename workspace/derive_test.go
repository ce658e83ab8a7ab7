package workspace_test

import (
	"sync"
	"sync/atomic"
	"testing"

	"github.com/covls/covls/workspace"
)

// TestDeriveSnapshot makes what is made of a snapshot once for it, whoever asks, and anew for the next.
func TestDeriveSnapshot(t *testing.T) {
	t.Parallel()
	store := workspace.NewStore()
	var made atomic.Int32
	ask := func() int32 {
		s := store.Load()
		return s.Derive(func() any { return made.Add(1) }).(int32)
	}
	for n := range int32(3) {
		store.Update(func(next *workspace.Snapshot) { next.Generation++ })
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				if got := ask(); got != n+1 {
					t.Errorf("made %d times, want %d", got, n+1)
				}
			})
		}
		wg.Wait()
	}
}

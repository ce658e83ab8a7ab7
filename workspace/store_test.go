package workspace_test

import (
	"testing"

	"github.com/covls/covls/workspace"
)

// TestUpdatePanics holds that a change that fails leaves what there was, and the next one is made.
func TestUpdatePanics(t *testing.T) {
	t.Parallel()
	store := workspace.NewStore()
	updates := 0
	store.OnUpdate = func() { updates++ }
	before := store.Load()
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic is lost")
			}
		}()
		store.Update(func(next *workspace.Snapshot) {
			next.Generation++
			panic("a fault")
		})
	}()
	if store.Load() != before || updates > 0 {
		t.Errorf("half a change was published, %d updates told", updates)
	}
	store.Update(func(next *workspace.Snapshot) { next.Generation = 7 })
	if got := store.Load().Generation; got != 7 || updates != 1 {
		t.Errorf("generation %d after %d updates", got, updates)
	}
}

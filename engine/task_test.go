package engine

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/covls/covls/workspace"
)

// TestTasks has tasks that wait until they are told to end: those of a folder that is gone end, the others go on; what
// waits for a reason comes behind the last of it; a task that fails or panics is taken in all the same.
func TestTasks(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e := New(workspace.NewStore(), Options{Fault: func(error) {}})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			e.Run(ctx)
		}()
		var taken []string
		release := make(chan struct{})
		task := func(reason, dir string, do func(context.Context) error) *Task {
			return &Task{Reason: reason, Dir: dir, About: "a task of " + dir, Do: do, Take: func(context.Context) { taken = append(taken, dir) }}
		}
		waits := func(ctx context.Context) error {
			select {
			case <-release:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		e.Do(func(ctx context.Context) {
			e.together(ctx, task("a", "/gone", waits), task("a", "/kept", waits))
			e.inTurn(ctx, task("b", "/fails", func(context.Context) error { return errors.New("no") }), task("b", "/panics", func(context.Context) error { panic("no") }))
			e.tasks.when("a", func() { taken = append(taken, "no a") })
			e.tasks.when("b", func() { taken = append(taken, "no b") })
			e.tasks.when("c", func() { taken = append(taken, "no c") })
		})
		synctest.Wait()
		want := func(words string, list ...string) {
			t.Helper()
			if len(taken) != len(list) {
				t.Fatalf("%s: %q, want %q", words, taken, list)
			}
			for i := range list {
				if taken[i] != list[i] {
					t.Fatalf("%s: %q, want %q", words, taken, list)
				}
			}
		}
		want("at first", "no c", "/fails", "/panics", "no b")
		e.Do(func(context.Context) { e.tasks.keep(map[string]bool{"/kept": true}) })
		synctest.Wait()
		want("a folder is gone", "no c", "/fails", "/panics", "no b", "/gone")
		close(release)
		synctest.Wait()
		want("the other has ended", "no c", "/fails", "/panics", "no b", "/gone", "/kept", "no a")
		cancel()
		<-done
	})
}

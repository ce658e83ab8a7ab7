package engine

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/covls/covls/internal/guard"
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

// TestJobsFollow: what waits for a job goes on when the job fails before it has begun.
func TestJobsFollow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fails := false
		hook := func(about string) {
			if fails && about == "a job of the session" {
				panic("it was made to")
			}
		}
		e := New(workspace.NewStore(), Options{Guard: guard.Guard{Hook: hook}, Fault: func(error) {}})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			e.Run(ctx)
		}()
		release := make(chan struct{})
		e.Do(func(ctx context.Context) {
			e.together(ctx, &Task{Reason: reasonPackages, About: "a task", Do: func(context.Context) error { <-release; return nil }, Take: func(context.Context) {}})
		})
		synctest.Wait()
		fails = true
		close(release)
		reloaded := false
		e.Reload(func() { reloaded = true })
		_, ok := e.Searched(ctx)
		synctest.Wait()
		if ok || !reloaded || e.tasks.running(reasonPackages) {
			t.Errorf("searched %v, reloaded %v, running %v", ok, reloaded, e.tasks.running(reasonPackages))
		}
		cancel()
		<-done
	})
}

package guard_test

import (
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/covls/covls/internal/guard"
)

func TestDo(t *testing.T) {
	t.Parallel()
	var list []int
	for _, tt := range []struct {
		name string
		work func()
		want string
	}{
		{"nothing", func() {}, ""},
		{"a value", func() { panic("a\nb\x1b c") }, "covls failed at the work (a bug; please report it: a b\x1b c in guard_test.TestDo.func2, line "},
		{"an index", func() { _ = list[3] }, "covls failed at the work (a bug; please report it: runtime error: index out of range [3] with length 0 in guard_test.TestDo.func3, line "},
		{"nil", func() { _ = (*guard.Fault)(nil).About }, "runtime error: invalid memory address or nil pointer dereference in guard_test.TestDo.func4, line "},
		{"a panic with nil", func() { panic(nil) }, "panic called with nil argument"},
		{"a long value", func() { panic(strings.Repeat("é", 1000)) }, strings.Repeat("é", 100) + "… in "},
		{"no UTF-8", func() { panic("\xff") }, "report it: \uFFFD in "},
	} {
		var told []error
		err := guard.Guard{Tell: func(err error) { told = append(told, err) }}.Do("the work", tt.work)
		if tt.want == "" {
			if err != nil || told != nil {
				t.Errorf("%s: have %v, told %v", tt.name, err, told)
			}
			continue
		}
		fault, ok := errors.AsType[*guard.Fault](err)
		if !ok || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: have %v, want %s", tt.name, err, tt.want)
			continue
		}
		if len(told) != 1 || told[0] != err || !strings.Contains(fault.Stack, "guard_test.go") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: told %v, stack %s", tt.name, told, fault.Stack)
		}
	}
	inner := guard.Guard{}.Do("a part", func() { panic("a value") })
	err := guard.Guard{}.Do("the whole", func() { panic(inner) })
	if fault, ok := errors.AsType[*guard.Fault](err); !ok || fault.About != "the whole" || fault.Value != "a value" || fault.Stack != inner.(*guard.Fault).Stack {
		t.Errorf("passed on: %v", err)
	}
	if err := (guard.Guard{}).Do("work", func() { panic(fs.ErrClosed) }); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("the error is lost: %v", err)
	}
}

func TestHook(t *testing.T) {
	t.Parallel()
	done := false
	g := guard.Guard{Hook: func(about string) { panic("at " + about) }}
	if err := g.Do("work", func() { done = true }); err == nil || done {
		t.Errorf("have %v, done %t", err, done)
	}
}

func TestGo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		told := make(chan error, 9)
		g := guard.Guard{Tell: func(err error) { told <- err }}
		var wg sync.WaitGroup
		g.Go(&wg, "a group", func() { panic(1) })
		g.Go(&wg, "an end", runtime.Goexit) // is no panic
		wg.Wait()
		g.Go(nil, "no group", func() { panic(2) })
		g.After(time.Hour, "a wait", func() { panic(3) })
		stopped := g.After(time.Hour, "never", func() { panic(4) })
		stopped.Stop()
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		close(told)
		var got []string
		for err := range told {
			fault, _ := errors.AsType[*guard.Fault](err)
			got = append(got, fmt.Sprint(fault.About, " ", fault.Value))
		}
		if want := "[a group 1 no group 2 a wait 3]"; fmt.Sprint(got) != want {
			t.Errorf("told %v, want %s", got, want)
		}
	})
}

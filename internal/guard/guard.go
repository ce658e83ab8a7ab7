// Package guard keeps a panic in one piece of work from ending the program: the panic is caught and told,
// and ends that piece alone. Every goroutine of covls is started here.
package guard

import (
	"fmt"
	"path"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"time"
)

// Guard starts work. The zero Guard tells nobody of what it catches.
type Guard struct {
	// Tell is called with each *Fault, on the goroutine of the work; nil drops it.
	Tell func(error)
	// Hook is called before each piece of work, as a part of it, with what the work is about. It is for
	// tests, which make it panic; nil does nothing.
	Hook func(about string)
}

// Fault is a panic that was caught.
type Fault struct {
	// About is the work, in words that go on behind "covls failed at".
	About string
	// Value is what was panicked with, Place the function and line, "" where it is not known.
	Value any
	Place string
	// Stack is that of the goroutine.
	Stack string
}

// mostValue is how many bytes of the value stand in the error.
const mostValue = 200

// Error is one line, without the stack.
func (f *Fault) Error() string {
	value := strings.Join(strings.Fields(strings.ToValidUTF8(fmt.Sprint(f.Value), "\uFFFD")), " ")
	if len(value) > mostValue {
		value = strings.ToValidUTF8(value[:mostValue], "") + "…"
	}
	if f.Place != "" {
		value += " in " + f.Place
	}
	return fmt.Sprintf("covls failed at %s (a bug; please report it: %s)", f.About, value)
}

// Unwrap returns the value where that is an error.
func (f *Fault) Unwrap() error {
	err, _ := f.Value.(error)
	return err
}

// Collected does work after the next garbage collection, on a goroutine of the runtime.
func (g Guard) Collected(about string, work func()) {
	runtime.AddCleanup(new([64]byte), func(struct{}) { _ = g.Do(about, work) }, struct{}{})
}

// Do does work. The error is a *Fault where that panicked, else nil.
func (g Guard) Do(about string, work func()) (err error) {
	defer func() {
		value := recover()
		if value == nil {
			return
		}
		if inner, ok := value.(*Fault); ok { // what was caught on one goroutine is passed on to another
			err = &Fault{About: about, Value: inner.Value, Place: inner.Place, Stack: inner.Stack}
		} else {
			err = &Fault{About: about, Value: value, Place: place(), Stack: string(debug.Stack())}
		}
		if g.Tell != nil {
			g.Tell(err)
		}
	}()
	if g.Hook != nil {
		g.Hook(about)
	}
	work()
	return nil
}

// Go does work on a goroutine of its own, which wg, where it is not nil, waits for.
func (g Guard) Go(wg *sync.WaitGroup, about string, work func()) {
	guarded := func() { _ = g.Do(about, work) } // who is to know of it was told
	if wg == nil {
		go guarded()
		return
	}
	wg.Go(guarded)
}

// After does work on a goroutine of its own after a while, unless the timer is stopped before.
func (g Guard) After(wait time.Duration, about string, work func()) *time.Timer {
	return time.AfterFunc(wait, func() { _ = g.Do(about, work) })
}

// place is the function and line of the panic that is being recovered from.
func place() string {
	pcs := make([]uintptr, 32)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs)])
	panicked := false
	for {
		frame, more := frames.Next()
		inner := strings.HasPrefix(frame.Function, "runtime.")
		switch {
		case inner:
			panicked = true
		case panicked:
			return fmt.Sprintf("%s, line %d", path.Base(frame.Function), frame.Line)
		}
		if !more {
			return ""
		}
	}
}

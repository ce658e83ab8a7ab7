package outline_test

import (
	"maps"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/covls/covls/source/outline"
)

// busy is how long the thread has had a processor, which does not depend on what else the machine does.
func busy(t *testing.T) time.Duration {
	var use unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &use); err != nil {
		t.Fatal(err)
	}
	return time.Duration(use.Nano())
}

// TestLinear has texts of which every part asks for what stands behind it: many of them do not take as long as they would if
// each looked at all others.
func TestLinear(t *testing.T) {
	t.Parallel()
	units := []string{
		"\"", "'", "`", "/*", "(", "[", "{", "<", "${", "#{", "<<A\n", "<<-'A' <<B\n", "a<b<", "a(b,", "f(){", "fun f<", "def f(a", "def a\n", "function f(a", "@A(", "#[",
		"=>", "x => y =>", "class A{", "class A:\n", "if (", "do\n", "end\n", "/", "\\", "=begin\n", "#if A\n", "#else\n", "#define a(", "template<", "operator", ": ", "public ",
		"a ", "a\n", "\tb:\n", "q{", "%w(", "$((", "case a in\n", ";;\n", "sub a {", "--[[", "val a get() =", "var a: A {", "a.b.c", "*", "lambda: ", "async ", "}}", "))", ",", "?",
		"\r", "\x00", "é", "\"\"\"", "'''", "int f() : a(", "f(a)(b) ", "new A { ", "a ? b : ", "@a.b @", "fn f() -> ", "where A: ", "switch (a) { case ", "<?php ", "?>",
	}
	for _, language := range slices.Sorted(maps.Keys(texts(t))) {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			for _, unit := range units {
				// took is how long several texts of a size take together.
				took := func(size, texts int) time.Duration {
					src := "<?php a " + strings.Repeat(unit, size/len(unit))
					start := busy(t)
					for range texts {
						outline.Of(language, src)
						if language == "c" {
							outline.Header(src)
						}
					}
					return busy(t) - start
				}
				// One text of sixteen times as many bytes takes a quadratic way sixteen times as long as sixteen texts. A linear one
				// may take some times as long, too: what it makes no longer fits into caches, and the race detector's memory less so.
				const size, times, most = 4 << 10, 16, 8
				apart, whole := times*took(size, 1), took(times*size, 1)
				for n := 0; n < 3 && whole > most*apart; n++ { // a single small text finds memory and caches at hand, as others don't
					apart, whole = max(apart, took(size, times)), min(whole, took(times*size, 1))
				}
				if whole > most*apart && whole > 10*time.Millisecond {
					t.Fatalf("%q takes %v for %d times %d bytes, and %v for as many in one text", unit, apart, times, size, whole)
				}
			}
		})
	}
}

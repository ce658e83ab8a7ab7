package odd

import "fmt"

var handler = func(n int) func() {
	if n > 1 {
		return func() { fmt.Println(n) }
	}
	return nil
}

var table = map[string]func(){
	"a": func() {},
	"b": func() { panic("b") },
}

func _() { fmt.Println("never instrumented") }

func empty() {}

func declared()

func chain(n int) (s string) {
	if f := func() int { return n }; f() > 1 {
		s = "a"
	} /* else */ else if n == 2 { // else
		s = "b"
	} else if func() bool { return true }() {
		s = "c"
	} else {
	}
	return
}

func labels(list []int) {
	goto end
outer:
	for i := range list {
		switch {
		case i > 1:
			continue outer
		case i > 2:
		default:
			fmt.Println(i)
			break outer
		}
	}
again:
	fmt.Println("x")
	if len(list) > 3 {
		list = list[1:]
		goto again
	}
one:
two:
	fmt.Println("y")
	{
		fmt.Println("block")
	}
	switch {
	}
	switch x := len(list); x {
	}
	switch any(list).(type) {
	}
	switch y := any(list).(type) {
	case nil, int:
		_ = y
	case func():
	}
	goto one
	goto two
end:
	panic("done")
}

func channels(c chan int) {
	select {}
	select {
	case v := <-c:
		_ = v
	case c <- func() int { return 1 }():
	default:
	}
	for range c {
	}
	for i := 0; i < func() int { return 3 }(); i++ {
		defer func() {
			recover()
		}()
	}
	go func() { <-c }()
	x := []func(){func() {}, func() { fmt.Println() }}
	x[0]()
	fmt.Println(func() int { return 1 }(), func() int { return 2 }())
	panic(1); fmt.Println("dead"); panic(2)
}

type T[P any] struct{ p P }

func (t *T[P]) Method() (out P) { return t.p }

func oneLine() { if true { return }; for { break } }

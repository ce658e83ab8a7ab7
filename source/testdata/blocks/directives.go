package odd

//line grammar.y:10
func parse(n int) int {
	if n > 1 {
		return 2
	}
//line grammar.y:10
	if n > 3 { return 4 }
//line grammar.y:10
	if n > 3 { return 4 }
	/*line other.y:7:30*/ n++; if n > 5 { return 1 }
	return 1
}

//line directives.go:20
func plain() {
	println()
}

package source

import (
	"go/scanner"
	"go/token"
	"slices"
)

// Tops are where the functions of a Go text begin that stand at the beginning of a line, in bytes and sorted: between two of them is
// a function with what stands behind it, and its doc comment is before it. Of a text with a syntax error they may be others; then
// what stands between them is not Go either.
func Tops(text string) (out []int) {
	tops(text, func(at int) bool {
		out = append(out, at)
		return true
	})
	return out
}

// TopsLike is Tops of a text of which those of another one are known, which has the same beginning and end, and is quick where these are long.
func TopsLike(text, other string, known []int) (out []int) {
	head := 0
	for head < len(text) && head < len(other) && text[head] == other[head] {
		head++
	}
	from := 0
	for _, at := range known {
		// What stands behind it begins at the same function.
		if at+len("func") >= head {
			break
		}
		out = append(out, at)
		from = at
	}
	tail := 0
	for tail < len(text)-from && tail < len(other) && text[len(text)-tail-1] == other[len(other)-tail-1] {
		tail++
	}
	shift := len(text) - len(other)
	tops(text[from:], func(at int) bool {
		if at += from; len(out) > 0 && at <= out[len(out)-1] {
			return true
		}
		if i, ok := slices.BinarySearch(known, at-shift); ok && len(text)-at <= tail {
			for _, at := range known[i:] {
				out = append(out, at+shift)
			}
			return false
		}
		out = append(out, at)
		return true
	})
	return out
}

// tops calls take for each of Tops, until it is false.
func tops(text string, take func(at int) bool) {
	var s scanner.Scanner
	file := token.NewFileSet().AddFile("", -1, len(text))
	s.Init(file, []byte(text), func(token.Position, string) {}, 0)
	depth := 0
	ends := true // whether a declaration may begin
	for {
		pos, tok, _ := s.Scan()
		switch tok {
		case token.EOF:
			return
		case token.LPAREN, token.LBRACK, token.LBRACE:
			depth++
		case token.RPAREN, token.RBRACK, token.RBRACE:
			depth--
		case token.FUNC:
			if at := file.Offset(pos); ends && depth == 0 && (at == 0 || text[at-1] == '\n') {
				if !take(at) {
					return
				}
			}
		}
		ends = tok == token.SEMICOLON
	}
}

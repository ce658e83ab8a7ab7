package source

import (
	"go/scanner"
	"go/token"
)

// Tops are where the functions of a Go text begin that stand at the beginning of a line, in bytes and sorted: between two of them is
// a function with what stands behind it, and its doc comment is before it. Of a text with a syntax error they may be others; then
// what stands between them is not Go either.
func Tops(text string) (out []int) {
	var s scanner.Scanner
	file := token.NewFileSet().AddFile("", -1, len(text))
	s.Init(file, []byte(text), func(token.Position, string) {}, 0)
	depth := 0
	ends := true // whether a declaration may begin
	for {
		pos, tok, _ := s.Scan()
		switch tok {
		case token.EOF:
			return out
		case token.LPAREN, token.LBRACK, token.LBRACE:
			depth++
		case token.RPAREN, token.RBRACK, token.RBRACE:
			depth--
		case token.FUNC:
			if at := file.Offset(pos); ends && depth == 0 && (at == 0 || text[at-1] == '\n') {
				out = append(out, at)
			}
		}
		ends = tok == token.SEMICOLON
	}
}

package outline

import "strings"

// classHead is the bracket that opens the body of the class that begins with the word at i, and its name; -1 where there is
// none.
func (f *finder) classHead(i int) (body int, name string) {
	words := 0
	for k, n := i+1, 0; k < len(f.tokens) && n < maxType; k, n = k+1, n+1 {
		switch text := f.text(k); f.kind(k) {
		case word:
			if cNoNames.has(text) && f.is(k+1, open, "(") {
				if k = f.partner(k + 1); k < 0 {
					return -1, ""
				}
				continue
			}
			if text != "final" || words == 0 {
				if f.is(k-1, mark, "::") {
					name += "::" + text
				} else {
					name = text
				}
				words++
			}
		case mark:
			switch text {
			case "::":
			case "<":
				end := f.angle(k)
				if end < 0 {
					return -1, ""
				}
				k = end
			case ":":
				for k++; k < len(f.tokens) && n < maxAngle; k, n = k+1, n+1 {
					switch {
					case f.is(k, open, "{"):
						return k, name
					case f.kind(k) == open:
						if k = f.partner(k); k < 0 {
							return -1, ""
						}
					case f.kind(k) == closed || f.is(k, mark, ";"):
						return -1, ""
					}
				}
				return -1, ""
			default:
				return -1, ""
			}
		case open:
			switch {
			case text == "{":
				return k, name
			case text == "(" && words == 1 && f.partner(k) > 0 && f.is(f.partner(k)+1, open, "{"):
				return f.partner(k) + 1, ""
			case text == "(" && words == 1 && f.partner(k) > 0 && f.kind(f.partner(k)+1) == word:
				// class EXPORT(x) Name
				if next := f.text(f.partner(k) + 2); next != "{" && next != ":" && next != "final" {
					return -1, ""
				}
				k = f.partner(k)
			case text == "[" && f.partner(k) > 0 && words == 0:
				k = f.partner(k)
			default:
				return -1, ""
			}
		default:
			return -1, ""
		}
	}
	return -1, ""
}

// namespace enters the one that begins with the word at i.
func (f *finder) namespace(i int) int {
	name := ""
	for k, n := i+1, 0; k < len(f.tokens) && n < maxType; k, n = k+1, n+1 {
		switch text := f.text(k); f.kind(k) {
		case word:
			if f.is(k-1, mark, "::") && name != "" && f.text(k-2) != "::" {
				name += "::" + strings.TrimPrefix(text, "inline")
			} else if name == "" && !cNoNames.has(text) && text != "inline" {
				name = text
			} else if strings.HasSuffix(name, "::") {
				name += text
			}
		case mark:
			if text != "::" {
				return k + 1
			}
		case open:
			if text == "{" {
				f.enter(k, declarations, name)
				return k + 1
			}
			if k = f.partner(k); k < 0 {
				return i + 1
			}
		default:
			return k
		}
	}
	return i + 1
}

// operator is the "(" of the parameters of the operator that begins with the word at i, or -1.
func (f *finder) operator(i int) int {
	k := i + 1
	if f.is(k, open, "(") && f.is(k+1, closed, ")") {
		k += 2
	}
	for n := 0; n < maxType && k < len(f.tokens); n, k = n+1, k+1 {
		switch f.kind(k) {
		case open:
			if f.text(k) == "(" {
				if f.partner(k) < 0 {
					return -1
				}
				return k
			}
			if k = f.partner(k); k < 0 {
				return -1
			}
		case closed:
			return -1
		case mark:
			if f.text(k) == ";" {
				return -1
			}
			if f.text(k) == "<" && k > i+1 && f.kind(k-1) == word {
				if end := f.angle(k); end > 0 {
					k = end
				}
			}
		}
	}
	return -1
}

// requires is the token behind a constraint that begins with the word at k.
func (f *finder) requires(k int) int {
	for n := 0; n < maxHead && k < len(f.tokens); n++ {
		k++ // the word or "&&" before
		for f.is(k, mark, "!") {
			k++
		}
		switch {
		case f.is(k, word, "requires"):
			if k++; f.is(k, open, "(") {
				k = f.pass(k)
			}
			if f.is(k, open, "{") {
				k = f.pass(k)
			}
		case f.is(k, open, "("):
			k = f.pass(k)
		default:
			for named := false; ; {
				if f.is(k, mark, "::") {
					named = false
				} else if named || f.kind(k) != word {
					break
				} else {
					named = true
				}
				if k++; named && f.is(k, mark, "<") {
					if end := f.angle(k); end > 0 {
						k = end + 1
					}
				}
			}
		}
		if text := f.text(k); f.kind(k) != mark || (text != "&" && text != "|") || f.text(k+1) != text {
			return k
		}
		k++
	}
	return k
}

// initialisers is the bracket that opens the body behind the initialisers of a constructor, which begin at the ":" of k, or
// -1.
func (f *finder) initialisers(k int) int {
	n := 0
	for k++; k < len(f.tokens) && n < maxAngle; k, n = k+1, n+1 {
		switch f.kind(k) {
		case open:
			if f.text(k) == "{" && f.kind(k-1) != word && !f.is(k-1, mark, ">") {
				return k
			}
			if f.partner(k) < 0 {
				if f.text(k) == "{" {
					return k
				}
				return -1
			}
			k = f.partner(k)
		case closed:
			return -1
		case mark:
			if f.text(k) == ";" {
				return -1
			}
		}
	}
	return -1
}

// maxAngle bounds how many tokens are looked at for the end of a template's arguments, of bases or of initialisers.
const maxAngle = 600

// angle is the ">" that ends the template's parameters or arguments that begin at the "<" of i, or -1.
func (f *finder) angle(i int) int {
	depth := 0
	for n := 0; i < len(f.tokens) && n < maxAngle; n, i = n+1, i+1 {
		switch f.kind(i) {
		case open:
			if i = f.partner(i); i < 0 {
				return -1
			}
		case closed:
			return -1
		case mark:
			switch f.text(i) {
			case "<":
				depth++
			case ">":
				if depth--; depth == 0 {
					return i
				}
			case ";":
				return -1
			}
		}
	}
	return -1
}

// angleBack is the "<" that begins what ends at the ">" of i, or -1.
func (f *finder) angleBack(i int) int {
	depth := 0
	for n := 0; i >= 0 && n < maxType; n, i = n+1, i-1 {
		switch f.kind(i) {
		case closed:
			if i = f.partner(i); i < 0 {
				return -1
			}
		case open:
			return -1
		case mark:
			switch f.text(i) {
			case ">":
				depth++
			case "<":
				if depth--; depth == 0 {
					return i
				}
			case ";":
				return -1
			}
		}
	}
	return -1
}

// squeezed is the name of an operator without the spaces that do not matter: "operator +=" is "operator+=".
func squeezed(name string) string {
	var b strings.Builder
	for i, part := range strings.Fields(name) {
		if i > 0 && isWord(part[0]) {
			if last := b.String(); isWord(last[len(last)-1]) {
				b.WriteByte(' ')
			}
		}
		b.WriteString(part)
	}
	return b.String()
}

// types are those of the parameters in the brackets at i: "int, const char*".
func (f *finder) types(i int) string {
	shut := f.partner(i)
	if shut < i+2 {
		return ""
	}
	var b strings.Builder
	b.Grow(min(f.start(shut)-f.end(i), maxName))
	from := i + 1
	for k := from; k <= shut && b.Len() <= maxName; k++ {
		switch {
		case k < shut && f.kind(k) == open:
			if to := f.partner(k); to > k {
				k = to
			}
			continue
		case f.is(k, mark, "<"):
			if end := f.angle(k); end > 0 && end < shut {
				k = end
				continue
			}
		}
		if k < shut && !f.is(k, mark, ",") {
			continue
		}
		if b.Len() > 0 {
			b.WriteString(", ")
		}
		f.typeOf(&b, from, k)
		from = k + 1
	}
	text := b.String()
	if text == "void" {
		return ""
	}
	if len(text) > maxName {
		return clipped(text)
	}
	return text
}

// typeOf writes the type of the parameter from one token up to another.
func (f *finder) typeOf(b *strings.Builder, from, to int) {
	types, name := 0, -1
	end := to
	for k := from; k < to; k++ {
		switch text := f.text(k); f.kind(k) {
		case word:
			if types > 0 && !cBuiltins.has(text) && !f.is(k-1, mark, "::") && !f.is(k+1, mark, "::") {
				name = k
			}
			if text != "const" && text != "volatile" && text != "struct" && text != "class" && text != "enum" && text != "union" && text != "typename" {
				types++
			}
		case open:
			if text == "(" && name < 0 {
				// int (*name)(char)
				for at := k + 1; at < f.partner(k) && f.kind(at) != open; at++ {
					if f.kind(at) == word {
						name = at
					}
				}
			}
			if shut := f.partner(k); shut > k && shut < to {
				k = shut
			}
		case mark:
			if text == "<" {
				if shut := f.angle(k); shut > 0 && shut < to {
					k = shut
				}
			}
			if text == "=" {
				end = k
			}
		}
		if end == k {
			break
		}
	}
	last := byte(0)
	for k := from; k < end && b.Len() <= maxName; k++ {
		text := f.text(k)
		if k == name || text == "" {
			continue
		}
		if last != 0 && isWord(text[0]) && (isWord(last) || last == '*' || last == '&' || last == '>' || last == ',') {
			b.WriteByte(' ')
		} else if last == ',' {
			b.WriteByte(' ')
		}
		b.WriteString(text)
		last = text[len(text)-1]
	}
}

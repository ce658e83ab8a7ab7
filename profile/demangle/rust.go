package demangle

import "strings"

// rustName returns a path without generic arguments and without the hash of legacy mangling:
// "foo::bar::<i32>" is foo::bar, "<foo::Bar<T>>::new" foo::Bar::new, and
// "<foo::Bar<T> as core::fmt::Debug>::fmt" <foo::Bar as core::fmt::Debug>::fmt. It returns "" for
// what is no path.
func rustName(s string) string {
	b, ok := appendRust(make([]byte, 0, 128), s, 0)
	if !ok {
		return ""
	}
	return withoutHash(string(b))
}

// deepest bounds how deep types that are kept are nested.
const deepest = 8

func appendRust(b []byte, s string, depth int) (_ []byte, ok bool) {
	from := len(b)
	for i := 0; i < len(s); {
		if s[i] != '<' {
			if strings.HasPrefix(s[i:], "->") {
				b = append(b, '-')
				i++
			}
			if n := len("[0123456789abcdef]"); len(s)-i >= n && s[i] == '[' && s[i+n-1] == ']' && isHex(s[i+1:i+n-1]) {
				i += n // tells crates of one name apart
				continue
			}
			b = append(b, s[i])
			i++
			continue
		}
		end := closing(s, i)
		if end < 0 || depth == deepest {
			return b, false
		}
		inner := s[i+1 : end-1]
		i = end
		path := len(b) > from+1 && string(b[len(b)-2:]) == "::"
		switch {
		case path && !strings.HasPrefix(inner, "impl "):
			b = b[:len(b)-2]
			continue
		case !path && len(b) > from && (isWord(b[len(b)-1]) || strings.IndexByte(">)]}", b[len(b)-1]) >= 0):
			continue
		}
		// A type that the path begins with: <T>::f, <T as Trait>::f.
		at := len(b)
		b = append(b, '<')
		if b, ok = appendRust(b, inner, depth+1); !ok {
			return b, false
		}
		if isPath(b[at+1:]) {
			b = append(b[:at], b[at+1:]...)
		} else {
			b = append(b, '>')
		}
	}
	return b, len(b) > from
}

func isPath(b []byte) bool {
	for _, c := range b {
		if !isWord(c) && c != ':' {
			return false
		}
	}
	return len(b) > 0
}

// legacyRust reports whether a mangled name ends with the hash of legacy Rust.
func legacyRust(s string) bool {
	if i := strings.LastIndex(s, "E."); i >= 0 {
		s = s[:i+1]
	}
	s, ok := strings.CutSuffix(s, "E")
	return ok && len(s) > 19 && s[len(s)-19:len(s)-16] == "17h" && isHash(s[len(s)-17:])
}

// withoutHash takes "::h0123456789abcdef" off the end.
func withoutHash(s string) string {
	for {
		i := len(s) - len("::h0123456789abcdef")
		if i <= 0 || s[i:i+2] != "::" || !isHash(s[i+2:]) {
			return s
		}
		s = s[:i]
	}
}

func isHash(s string) bool {
	return len(s) == 17 && s[0] == 'h' && isHex(s[1:])
}

func isHex(s string) bool { return strings.Trim(s, "0123456789abcdef") == "" }

// provided reports whether a v0 name is of a method that a trait itself has a body for, or of what is
// inside one: the type that it is instantiated for is like a generic argument.
func provided(s string) bool {
	for i := len("_R"); i < len(s); i++ {
		switch s[i] {
		case 'N':
			i++ // the namespace
		case 'I':
		default:
			return s[i] == 'Y'
		}
	}
	return false
}

// withoutSelf turns "<T as Trait>::f" into Trait::f.
func withoutSelf(s string) string {
	if !strings.HasPrefix(s, "<") {
		return s
	}
	end := closing(s, 0)
	if end < 0 {
		return s
	}
	for i := 1; i < end; i++ {
		if s[i] == '<' || s[i] == '(' || s[i] == '[' || s[i] == '{' {
			if i = closing(s, i) - 1; i < 0 {
				return s
			}
		} else if strings.HasPrefix(s[i:end], " as ") {
			return s[i+len(" as "):end-1] + s[end:]
		}
	}
	return s
}

package xccov

import "strings"

// longest is the length in bytes up to which a name is looked at.
const longest = 4 << 10

// swiftName takes apart what xccov calls a function of Swift, by labels or with its module and types:
//
//	Cart.add(_:twice:)
//	Cart.sort<A where A: Order>(by:)
//	static Shop.Cart.make(from: Shop.Order, by: Swift.Int) -> Shop.Cart
//	static Cart.== infix(_:_:)
//	(extension in Shop):Swift.Array<A>.sum() -> A
//	Cart.total.getter
//	half #1 (_:) in Cart.add(_:twice:)
//
// Any other name, such as that of a closure or of Objective-C, is as it is.
func swiftName(full string) (name, class string) {
	rest := strings.TrimPrefix(full, "static ")
	if extension, own, ok := strings.Cut(rest, "):"); ok && strings.HasPrefix(extension, "(extension in ") {
		rest = own
	}
	local, in, inner := strings.Cut(rest, " #")
	if inner {
		_, in, ok := strings.Cut(in, " ")
		if !ok || !strings.Contains(in, " in ") {
			return full, ""
		}
		rest = local + strings.TrimPrefix(in, " ")
	}
	if len(full) > longest || strings.ContainsAny(rest[:min(1, len(rest))], "([") || strings.HasPrefix(rest, "-[") || strings.HasPrefix(rest, "+[") || strings.HasPrefix(local, "closure") {
		return full, ""
	}
	words, behind := parts(rest)
	called := strings.HasPrefix(behind, "(")
	if words == nil || behind != "" && !called {
		return full, ""
	}
	labels := ""
	if called {
		list, typed, ok := arguments(behind[1:])
		if !ok {
			return full, ""
		}
		if typed && len(words) > 1 {
			words = words[1:] // behind the module
		}
		labels = "(" + list + ")"
	}
	name = words[len(words)-1]
	words = words[:len(words)-1]
	accessor, accesses := accessors[name]
	switch {
	case accesses && !called && len(words) > 0:
		name = words[len(words)-1] + "." + accessor
		words = words[:len(words)-1]
	case name == "init" || name == "deinit":
	default:
		name += labels
	}
	return name, strings.Join(words, ".")
}

// accessors are those of properties, as Swift writes them.
var accessors = map[string]string{"getter": "get", "setter": "set", "willset": "willSet", "didset": "didSet"}

// parts are the names with dots between them that a full name begins with, without their type arguments, and what follows. The last may
// be an operator, with the word behind it that says how it is used. nil is for none.
func parts(s string) (words []string, behind string) {
	for {
		end := strings.IndexAny(s, ".(< ")
		if end < 0 {
			end = len(s)
		}
		word, rest := s[:end], s[end:]
		if word == "" || strings.ContainsAny(word[:1], operators) {
			operator, use, ok := strings.Cut(s, " ")
			end := strings.IndexAny(use, "(<")
			if operator == "" || !ok || end < 0 || use[:end] != "infix" && use[:end] != "prefix" && use[:end] != "postfix" {
				return nil, ""
			}
			return append(words, operator), generics(use[end:])
		}
		words = append(words, word)
		if rest = generics(rest); !strings.HasPrefix(rest, ".") {
			return words, rest
		}
		s = rest[1:]
	}
}

// operators are what operators begin with.
const operators = "/=-+!*%<>&|^~?."

// generics is what follows behind the type arguments that a text begins with, the text where it begins with none or they do not end.
func generics(s string) string {
	if !strings.HasPrefix(s, "<") {
		return s
	}
	depth := 0
	for i := range len(s) {
		switch s[i] {
		case '<':
			depth++
		case '>':
			if s[i-1] == '-' {
				continue
			}
			if depth--; depth == 0 {
				return s[i+1:]
			}
		}
	}
	return s
}

// arguments are the labels in what stands behind a parenthesis. typed tells that types stood beside them, or what is
// given back.
func arguments(s string) (labels string, typed, ok bool) {
	depth, start := 0, 0
	take := func(arg string) {
		arg = strings.TrimSpace(arg)
		switch label, behind, labelled := strings.Cut(arg, ":"); {
		case arg == "":
		case labelled && !strings.ContainsAny(label, " .<("):
			labels += label + ":"
			typed = typed || behind != "" && behind[0] == ' '
		default:
			labels, typed = labels+"_:", true
		}
	}
	for i := range len(s) {
		switch s[i] {
		case '(', '[', '<':
			depth++
		case ']':
			depth--
		case '>':
			if i == 0 || s[i-1] != '-' {
				depth--
			}
		case ')':
			if depth > 0 {
				depth--
				break
			}
			if arg := s[start:i]; strings.HasSuffix(arg, ":") && !strings.Contains(arg, " ") {
				labels += arg
			} else {
				take(arg)
			}
			return labels, typed || strings.Contains(s[i+1:], " -> "), true
		case ',':
			if depth == 0 {
				take(s[start:i])
				start = i + 1
			}
		}
	}
	return "", false, false
}

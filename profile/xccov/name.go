package xccov

import (
	"slices"
	"strings"
)

// longest is the length in bytes up to which a name is looked at.
const longest = 4 << 10

// swiftName takes apart what xccov calls a function of Swift, by labels or with its module and types:
//
//	Cart.add(_:twice:)
//	static Shop.Cart.make(from: Shop.Order, by: Swift.Int) -> Shop.Cart
//	Cart.total.getter
//
// Any other name, such as that of a closure or of Objective-C, is as it is.
func swiftName(full string) (name, class string) {
	rest := strings.TrimPrefix(full, "static ")
	if len(full) > longest || strings.ContainsAny(rest[:min(1, len(rest))], "-+([") || strings.Contains(rest, "closure #") {
		return full, ""
	}
	path, behind, called := strings.Cut(rest, "(")
	if strings.ContainsAny(path, " #<") {
		return full, ""
	}
	words := strings.Split(path, ".")
	if slices.Contains(words, "") {
		return full, ""
	}
	labels := ""
	if called {
		list, typed, ok := arguments(behind)
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
	switch {
	case (name == "getter" || name == "setter") && !called && len(words) > 0:
		name = words[len(words)-1] + "." + strings.TrimSuffix(name, "ter")
		words = words[:len(words)-1]
	case name == "init" || name == "deinit":
	default:
		name += labels
	}
	return name, strings.Join(words, ".")
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
			return labels, typed || strings.HasPrefix(s[i+1:], " -> "), true
		case ',':
			if depth == 0 {
				take(s[start:i])
				start = i + 1
			}
		}
	}
	return "", false, false
}

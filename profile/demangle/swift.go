package demangle

import (
	"path"
	"strconv"
	"strings"

	"github.com/covls/covls/coverage"
)

// swift gives the functions of a file of Swift the names that stand in it, as far as their shape is common; the others keep
// what they have.
func swift(f *coverage.File) {
	if !strings.EqualFold(path.Ext(f.Name), ".swift") {
		return
	}
	for i := range f.Funcs {
		fn := &f.Funcs[i]
		if class, name, ok := swiftName(fn.Name); ok {
			fn.Name, fn.Receiver = name, class
		}
	}
}

// swiftName reads a mangled name of Swift 5: the module, the types around, the function with the labels of its arguments, and
// its type, of which only the end is looked at. See docs/ABI/Mangling.rst of the Swift project.
func swiftName(mangled string) (class, name string, ok bool) {
	rest, ok := strings.CutPrefix(strings.TrimPrefix(mangled, "_"), "$s")
	if !ok || len(mangled) > longestMangled {
		return "", "", false
	}
	module, rest, ok := swiftWord(rest)
	if !ok || module == "" {
		return "", "", false
	}
	var types []string
	for {
		word, behind, more := swiftWord(rest)
		if !more {
			break
		}
		rest = behind
		if rest != "" && strings.IndexByte("VCOP", rest[0]) >= 0 {
			types, rest = append(types, word), rest[1:]
			continue
		}
		name = word
		break
	}
	class = strings.Join(types, ".")
	if before, ok := strings.CutSuffix(rest, "Z"); ok {
		rest = before // of the type itself
	}
	if len(rest) > len("oi") && rest[0] == 'o' && strings.IndexByte("ipP", rest[1]) >= 0 && strings.HasSuffix(rest, "F") {
		name, ok = swiftOperator(name)
		return class, name, ok
	}
	switch {
	case name == "" && (strings.HasSuffix(rest, "fC") || strings.HasSuffix(rest, "fc")):
		return class, "init", class != ""
	case name == "" && (strings.HasSuffix(rest, "fD") || strings.HasSuffix(rest, "fd")):
		return class, "deinit", class != ""
	case name == "":
		return "", "", false
	case strings.HasSuffix(rest, "vg"):
		return class, name + ".get", true
	case strings.HasSuffix(rest, "vs"):
		return class, name + ".set", true
	case !strings.HasSuffix(rest, "F"):
		return "", "", false
	}
	labels := ""
	for {
		word, behind, more := swiftWord(rest)
		if more {
			labels, rest = labels+word+":", behind
		} else if strings.HasPrefix(rest, "_") {
			labels, rest = labels+"_:", rest[1:]
		} else {
			break
		}
	}
	return class, name + "(" + labels + ")", true
}

// swiftOperator is the operator whose name has letters for its marks.
func swiftOperator(letters string) (name string, ok bool) {
	const from, to = "acdeglmnopqrstxz", "&@/=><*!|+?%-~^."
	return strings.Map(func(r rune) rune {
		if at := strings.IndexRune(from, r); at >= 0 {
			return rune(to[at])
		}
		return r
	}, letters), letters != "" && strings.Trim(letters, from) == ""
}

// swiftWord reads a name that begins with its length. One with parts of names before it is none that is read here.
func swiftWord(s string) (word, rest string, ok bool) {
	digits := len(s) - len(strings.TrimLeft(s, "0123456789"))
	if digits == 0 || s[0] == '0' {
		return "", s, false
	}
	n, err := strconv.Atoi(s[:digits])
	if err != nil || n > len(s)-digits {
		return "", s, false
	}
	return s[digits : digits+n], s[digits+n:], true
}

package demangle

import (
	"path"
	"strings"

	"github.com/covls/covls/coverage"
)

// jvm gives the methods of a file that became classes of a Java virtual machine the names that stand in it: a constructor that
// of its class, methods of one name in a class their parameters. Those that a compiler has made are no functions of anybody, or
// are a part of another. A method that was not looked at has the descriptor of its type behind its name, and the class as the
// machine knows it for its receiver: section 4.3.3 of its specification.
func jvm(f *coverage.File) {
	ext := strings.ToLower(path.Ext(f.Name))
	switch ext {
	case ".java", ".kt", ".kts", ".scala", ".groovy":
	default:
		return
	}
	type key struct{ class, name string }
	times := map[key]int{}
	kept := make([]coverage.Func, 0, len(f.Funcs))
	types := make([]string, 0, len(f.Funcs)) // beside kept: the descriptor of a method, "" for what was looked at
	for _, fn := range f.Funcs {
		at := strings.LastIndexByte(fn.Name, '(')
		if at <= 0 || len(fn.Name) > longest || strings.HasSuffix(fn.Name, ")") || !strings.Contains(fn.Name[at:], ")") {
			kept, types = append(kept, fn), append(types, "")
			continue
		}
		own, descriptor := fn.Name[:at], fn.Name[at:]
		if inMethod(fn.Receiver, own, ext) {
			continue
		}
		class := jvmClass(fn.Receiver, f.Name, ext)
		switch own {
		case "<init>":
			if own = class[strings.LastIndexByte(class, '.')+1:]; own == "" {
				own = "<init>"
			}
		case "<clinit>":
			own = "static {…}"
		}
		fn.Name, fn.Receiver = strings.Clone(jvmName(own, ext)), strings.Clone(class)
		times[key{class, fn.Name}]++
		kept, types = append(kept, fn), append(types, descriptor)
	}
	for i := range kept {
		fn := &kept[i]
		if types[i] != "" && times[key{fn.Receiver, fn.Name}] > 1 {
			fn.Name += "(" + jvmTypes(types[i], ext) + ")"
		}
	}
	if f.Funcs != nil {
		f.Funcs = coverage.SortFuncs(kept)
	}
}

// inMethod reports whether a method is one that a compiler made of a part of another, such as a lambda, or for itself. An
// object of a class without a name has a constructor that nobody has written.
func inMethod(class, name, ext string) bool {
	last := class[strings.LastIndexByte(class, '$')+1:]
	nameless := last != class && last != "" && strings.Trim(last, "0123456789") == ""
	switch {
	case strings.HasPrefix(name, "lambda$"), strings.HasPrefix(name, "access$"), strings.Contains(name, "$lambda"), strings.Contains(name, "$anonfun"),
		strings.HasPrefix(name, "$deserializeLambda"), strings.HasPrefix(name, "$jacoco"), strings.Contains(name, "$default"):
		return true
	case nameless && (name == "<init>" || name == "<clinit>"):
		return true
	}
	switch ext {
	case ".kt", ".kts":
		return nameless && (name == "invoke" || name == "invokeSuspend" || name == "create") || strings.HasSuffix(name, "$annotations") ||
			last == "WhenMappings"
	case ".scala":
		return name == "$init$"
	case ".groovy":
		return strings.Contains(last, "_closure")
	}
	return false
}

// jvmClass is how a class is called in its file: "Outer.Inner" for "com/shop/Outer$Inner", "" for that of the functions beside
// the classes of a file of Kotlin.
func jvmClass(class, file, ext string) string {
	class = class[strings.LastIndexAny(class, "/.")+1:]
	name := ""
	for part := range strings.SplitSeq(class, "$") {
		if part = strings.TrimLeft(part, "0123456789"); part == "" {
			continue
		}
		if name != "" {
			name += "."
		}
		name += part
	}
	if ext == ".kt" || ext == ".kts" {
		base := path.Base(strings.ReplaceAll(file, `\`, "/"))
		if whole, rest, _ := strings.Cut(name, "."); strings.EqualFold(whole, strings.TrimSuffix(base, path.Ext(base))+"Kt") {
			return rest
		}
	}
	return name
}

// jvmName is the name of a method without what compilers put behind it.
func jvmName(name, ext string) string {
	switch ext {
	case ".kt", ".kts":
		// That of the module of an internal function, or that of the types of one with value classes.
		if at := strings.IndexAny(name, "$-"); at > 0 && !strings.HasPrefix(name, "<") {
			name = name[:at]
		}
	case ".scala":
		if strings.Contains(name, "$") {
			name = scalaNames.Replace(name)
		}
	}
	return name
}

// scalaNames are the marks that may stand in names of Scala.
var scalaNames = strings.NewReplacer("$eq", "=", "$greater", ">", "$less", "<", "$plus", "+", "$minus", "-", "$times", "*", "$div", "/", "$bang", "!",
	"$at", "@", "$hash", "#", "$percent", "%", "$up", "^", "$amp", "&", "$tilde", "~", "$qmark", "?", "$bar", "|", "$bslash", `\`, "$colon", ":")

// mostTypes bounds how many parameters of a method are written out.
const mostTypes = 50

// jvmTypes writes out the parameters of a descriptor: "int, String" for "(ILjava/lang/String;)V".
func jvmTypes(descriptor, ext string) string {
	plain := map[byte]string{'B': "byte", 'C': "char", 'D': "double", 'F': "float", 'I': "int", 'J': "long", 'S': "short", 'Z': "boolean"}
	var out []string
	rest, _, _ := strings.Cut(strings.TrimPrefix(descriptor, "("), ")")
	for rest != "" && len(out) < mostTypes {
		dims := len(rest) - len(strings.TrimLeft(rest, "["))
		if rest = rest[dims:]; rest == "" {
			break
		}
		name := plain[rest[0]]
		if rest[0] == 'L' {
			name, rest, _ = strings.Cut(rest[1:], ";")
			name = jvmClass(name, "", "")
			if ext != ".java" && name == "Integer" {
				name = "Int"
			}
		} else {
			rest = rest[1:]
			if ext == ".kt" || ext == ".kts" || ext == ".scala" {
				name = strings.ToUpper(name[:min(1, len(name))]) + name[min(1, len(name)):]
			}
		}
		out = append(out, name+strings.Repeat("[]", dims))
	}
	return strings.Join(out, ", ")
}

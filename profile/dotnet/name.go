// Package dotnet is what the readers of profiles of .NET have in common: the functions of a source file, of
// which its compilers make methods with names of their own, and the lines of statements.
package dotnet

import (
	"path"
	"strings"
)

// Is reports whether a file's name is that of a source of .NET.
func Is(file string) bool {
	switch strings.ToLower(path.Ext(file)) {
	case ".cs", ".vb", ".fs", ".fsx", ".razor", ".cshtml":
		return true
	}
	return false
}

// Split takes a method's full name apart, such as "System.Int32 Shop.Cart/<Sum>d__1::MoveNext(System.Int32)": the
// class, which may be nested ones with a slash between them, and the method with its parameters. ok is false for
// what has no class.
func Split(full string) (class, method string, ok bool) {
	head, _, _ := strings.Cut(full, "(")
	at := strings.LastIndex(head, "::")
	if at < 0 {
		return "", "", false
	}
	class = full[:at]
	return class[outside(class, " ")+1:], full[at+len("::"):], true
}

// Name is the name that a method of a class has in the source of which a compiler has made it: that of the async
// method or iterator of which MoveNext is the code, of a local function, of the class for a constructor, with the word static where that is one, and that of
// a property or event with the accessor behind it, as "Total.get". It is "" for what is a part of another function,
// such as a lambda, or in no function of the source. The method may have type arguments and parameters.
func Name(class, method string) string {
	own, params, _ := strings.Cut(method, "(")
	last := class[outside(class, "/+.")+1:]
	switch {
	case own == ".ctor" || own == ".cctor":
		return constructor(class, last, own)
	case closure(class, last):
		return ""
	case own == "MoveNext":
		if name, ok := machine(last); ok {
			return name
		}
	case own == "Finalize" && strings.HasPrefix(params, ")"):
		return "~" + bare(last)
	}
	if name, rest, ok := enclosed(own); ok {
		return part(name, rest, own)
	}
	if strings.HasPrefix(own, "_Lambda$__") { // of Visual Basic
		return ""
	}
	own = bare(own[outside(own, ".")+1:]) // of an interface that is named
	if name, ok := operatorName(own); ok {
		return name
	}
	for _, kind := range [...]string{"get", "set", "add", "remove"} {
		name, ok := strings.CutPrefix(own, kind+"_")
		switch {
		case !ok || name == "":
		case name == "Item" && (params == "" || kind == "get" && params != ")" || kind == "set" && strings.Contains(params, ",")):
			return "this[]." + kind
		default:
			return name + "." + kind
		}
	}
	return own
}

// constructor is the name of the class, if somebody has written it.
func constructor(class, last, own string) string {
	switch name := bare(last); {
	case closure(class, last):
		return ""
	case name == "" || strings.ContainsAny(name, "<>"):
		if strings.Contains(last, "<") {
			return ""
		}
		return own
	case own == ".cctor":
		return "static " + name
	default:
		return name
	}
}

// closure reports whether a class is one that F# makes of a function without a name, or of a file.
func closure(class, last string) bool {
	at := strings.IndexByte(last, '@')
	return at >= 0 && at+1 < len(last) && last[at+1]-'0' <= 9 || strings.HasPrefix(class, "<StartupCode$")
}

// machine is the name of the function of which a compiler has made a class with states, such as "<Sum>d__1`1".
func machine(class string) (name string, ok bool) {
	if vb, found := strings.CutPrefix(class, "VB$StateMachine_"); found {
		_, name, ok = strings.Cut(vb, "_")
		return bare(name), ok
	}
	name, rest, ok := enclosed(class)
	if !ok || rest == "" || rest[0] != 'd' && !strings.HasPrefix(rest, "c__") {
		return "", false
	}
	if inner, rest, ok := enclosed(name); ok { // of what is in a function itself
		return part(inner, rest, name), true
	}
	return bare(name[outside(name, ".")+1:]), name != ""
}

// part is the name of a part of a function that a compiler has taken out of it, whose own name is "<Sum>g__Half|0_0";
// "" for one that has none in the source.
func part(name, rest, own string) string {
	switch {
	case strings.HasPrefix(rest, "b__"), strings.HasPrefix(rest, "m__"), name == "", name == "Clone" && rest == "$": // of a record
		return ""
	case name == "Main" && rest == "$": // of a file without one
		return name
	case strings.HasPrefix(rest, "g__"):
		local, _, _ := strings.Cut(rest[len("g__"):], "|")
		return bare(local)
	}
	return own
}

// enclosed splits "<Subtract>d__1".
func enclosed(s string) (name, rest string, ok bool) {
	if !strings.HasPrefix(s, "<") {
		return "", "", false
	}
	depth := 0
	for i := range len(s) {
		switch s[i] {
		case '<':
			depth++
		case '>':
			if depth--; depth == 0 {
				return s[1:i], s[i+1:], true
			}
		}
	}
	return "", "", false
}

// bare is a name without type arguments.
func bare(name string) string {
	if i := strings.IndexAny(name, "`<"); i > 0 {
		name = name[:i]
	}
	return name
}

// outside is where one of the characters stands last that is in no brackets, -1 for nowhere.
func outside(s, chars string) int {
	depth, last := 0, -1
	for i := range len(s) {
		switch c := s[i]; {
		case c == '<' || c == '[' || c == '(':
			depth++
		case c == '>' || c == ']' || c == ')':
			depth = max(depth-1, 0)
		case depth == 0 && strings.IndexByte(chars, c) >= 0:
			last = i
		}
	}
	return last
}

// operatorName is what an operator or a conversion is called in C#, as far as the name of its method tells: that of a conversion has no
// type.
func operatorName(own string) (name string, ok bool) {
	rest, ok := strings.CutPrefix(own, "op_")
	if !ok {
		return "", false
	}
	checked := ""
	if rest, ok = strings.CutPrefix(rest, "Checked"); ok {
		checked = " checked"
	}
	switch rest {
	case "Implicit", "Explicit":
		return strings.ToLower(rest) + " operator" + checked, true
	}
	if name, ok = operators["op_"+rest]; ok {
		return "operator" + checked + " " + name, true
	}
	if rest, ok = strings.CutSuffix(rest, "Assignment"); ok {
		if name, ok = operators["op_"+assigned[rest]]; !ok {
			name, ok = operators["op_"+rest]
		}
		if !strings.HasSuffix(name, "++") && !strings.HasSuffix(name, "--") {
			name += "="
		}
	}
	return "operator" + checked + " " + name, ok
}

// assigned are the names of operators that differ where they assign.
var assigned = map[string]string{"Multiplication": "Multiply"}

// operators has what operators are called in C#, by the names that the compiler gives them.
var operators = map[string]string{
	"op_Addition": "+", "op_Subtraction": "-", "op_Multiply": "*", "op_Division": "/", "op_Modulus": "%",
	"op_BitwiseAnd": "&", "op_BitwiseOr": "|", "op_ExclusiveOr": "^", "op_OnesComplement": "~", "op_LogicalNot": "!",
	"op_LeftShift": "<<", "op_RightShift": ">>", "op_UnsignedRightShift": ">>>", "op_Increment": "++", "op_Decrement": "--",
	"op_UnaryPlus": "+", "op_UnaryNegation": "-", "op_True": "true", "op_False": "false",
	"op_Equality": "==", "op_Inequality": "!=", "op_LessThan": "<", "op_GreaterThan": ">",
	"op_LessThanOrEqual": "<=", "op_GreaterThanOrEqual": ">=",
}

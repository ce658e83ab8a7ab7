package cobertura

import "strings"

// dotnet is the name that a method has in the source of which a compiler of .NET has made the method of a class: that of the
// async method or iterator of which MoveNext is the code ("<Subtract>d__1"), of a local function ("<Sum>g__Half|0_0"), or
// of the class for a constructor. It is "" for a lambda ("<Sum>b__0_0"), which is a part of the method that it stands in.
func dotnet(class, method string) string {
	last := class[strings.LastIndexAny(class, "/+")+1:]
	switch {
	case method == "MoveNext":
		if name, rest, ok := enclosed(last); ok && strings.HasPrefix(rest, "d__") {
			return name
		}
	case method == ".ctor" || method == ".cctor":
		own := last[strings.LastIndexByte(last, '.')+1:]
		own, _, _ = strings.Cut(own, "`")
		if own != "" && !strings.ContainsAny(own, "<>") {
			return own
		}
	default:
		_, rest, ok := enclosed(method)
		switch {
		case !ok:
		case strings.HasPrefix(rest, "b__"):
			return ""
		case strings.HasPrefix(rest, "g__"):
			own, _, _ := strings.Cut(rest[len("g__"):], "|")
			return own
		}
	}
	return method
}

// enclosed splits "<Subtract>d__1".
func enclosed(s string) (name, rest string, ok bool) {
	inner, ok := strings.CutPrefix(s, "<")
	if !ok {
		return "", "", false
	}
	at := strings.LastIndexByte(inner, '>')
	if at <= 0 {
		return "", "", false
	}
	return inner[:at], inner[at+1:], true
}

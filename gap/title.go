package gap

import (
	"regexp"
	"strconv"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/workspace"
)

// counted are names that tools make up for functions without one, by counting them: "(anonymous_3)", "core::function_12". A source may have the
// second sort, too.
var counted = regexp.MustCompile(`(?:^|[:.#])(?:\(?(anonymous)_\d+\)?|(?:function|lambda|closure|func|fn)_\d+)$`)

// NamelessTitle begins the title of a function without a name, before its line.
const NamelessTitle = "function at line "

// Title is what people call a function: by its name, or by its line where a tool has made that up.
func Title(file *workspace.File, f *coverage.Func) string {
	if line, ok := Nameless(file, f); ok {
		return NamelessTitle + strconv.Itoa(int(line))
	}
	return f.String()
}

// Nameless reports whether a tool has made up the function's name, and on which 1-based line it stands.
func Nameless(file *workspace.File, f *coverage.Func) (line uint32, ok bool) {
	m := counted.FindStringSubmatch(f.String())
	line = max(f.NameSpan.Start.Line, f.Span.Start.Line)
	return line, m != nil && line > 0 && (m[1] != "" || file != nil && file.Source == nil)
}

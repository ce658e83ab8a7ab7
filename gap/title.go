package gap

import (
	"fmt"
	"regexp"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/workspace"
)

// counted are names that tools make up for functions without one, by counting them: "(anonymous_3)", "core::function_12". A source may have the
// second sort, too.
var counted = regexp.MustCompile(`(?:^|[:.#])(?:\(?(anonymous)_\d+\)?|(?:function|lambda|closure|func|fn)_\d+)$`)

// Title is what people call a function: by its name, or by its line where a tool has made that up.
func Title(file *workspace.File, f *coverage.Func) string {
	name := f.String()
	m := counted.FindStringSubmatch(name)
	line := max(f.NameSpan.Start.Line, f.Span.Start.Line)
	if m == nil || line == 0 || m[1] == "" && (file == nil || file.Source != nil) {
		return name
	}
	return fmt.Sprintf("function at line %d", line)
}

package config

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

// maxFile is the size in bytes above which a .covls.toml is not believed to be one.
const maxFile = 1 << 20

// maxKeys is how many equals signs a .covls.toml has at most, which is more than it has keys: the library's time
// is quadratic in these.
const maxKeys = 10_000

// ParseTOML reads the text of a .covls.toml. The path names it in problems and says what its
// relative profiles are relative to; nothing is read from it.
func ParseTOML(path string, data []byte) (Layer, []Problem) {
	if len(data) > maxFile {
		return broken(path, 1, 1, fmt.Sprintf("the file is larger than %d bytes", maxFile))
	}
	if bytes.Count(data, []byte("=")) > maxKeys {
		return broken(path, 1, 1, fmt.Sprintf("the file has more than %d settings", maxKeys))
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	var tree map[string]any
	if err := toml.Unmarshal(data, &tree); err != nil {
		line, col := 1, 1
		if at, ok := errors.AsType[*toml.DecodeError](err); ok {
			line, col = at.Position()
		}
		return broken(path, line, col, strings.TrimPrefix(err.Error(), "toml: "))
	}
	in := indexTOML(data)
	r := reader{
		found: map[string]any{},
		locate: func(key string) place {
			line, col := in.position(key)
			return place{
				where:  fmt.Sprintf("%s:%d:%d", path, line, col),
				origin: fmt.Sprintf("%s:%d", filepath.Base(path), line),
				file:   path, line: line, col: col,
			}
		},
	}
	r.group("", tree)
	return r.layer(filepath.Dir(path))
}

// broken is a file that is left out as a whole.
func broken(path string, line, col int, text string) (Layer, []Problem) {
	return Layer{Broken: true}, []Problem{{
		Where: fmt.Sprintf("%s:%d:%d", path, line, col), Line: line, Col: col,
		Severity: SeverityError, Text: text + "; no setting is taken from the file until that is mended",
	}}
}

// index knows where the keys and list elements of a TOML text begin.
type index struct {
	lines   []int          // offset of every line
	offsets map[string]int // by dotted path with indexes: "path[1].from"
	tables  map[string]int // how many [[tables]] of a path came so far
}

// deepest is how many parts a path in an index has at most. No known key has more, and deeper
// paths would cost more than the text is long.
const deepest = 4

// indexTOML indexes a well-formed text.
func indexTOML(data []byte) index {
	in := index{lines: []int{0}, offsets: map[string]int{}, tables: map[string]int{}}
	for i, c := range data {
		if c == '\n' {
			in.lines = append(in.lines, i+1)
		}
	}
	var p unstable.Parser
	p.Reset(data)
	table, depth := "", 0
	for p.NextExpression() {
		e := p.Expression()
		if e.Kind == unstable.KeyValue {
			in.keyValue(table, depth, e)
			continue
		}
		table, depth = in.key("", 0, e)
		if e.Kind == unstable.ArrayTable && depth <= deepest {
			in.tables[table]++
			table = in.element(table)
			in.note(table, e.Child())
		}
	}
	return in
}

// key notes every part of a node's dotted key and returns the path that it ends at.
func (in index) key(path string, depth int, n *unstable.Node) (string, int) {
	for parts := n.Key(); parts.Next(); depth++ {
		if depth >= deepest {
			return path, deepest + 1
		}
		if depth > 0 {
			path = in.element(path)
		}
		path = join(path, string(parts.Node().Data))
		in.note(path, parts.Node())
	}
	return path, depth
}

// element returns the path of the last [[table]] of a path, or the path itself where it has none.
func (in index) element(path string) string {
	if n := in.tables[path]; n > 0 {
		return fmt.Sprintf("%s[%d]", path, n-1)
	}
	return path
}

func (in index) keyValue(path string, depth int, n *unstable.Node) {
	if path, depth = in.key(path, depth, n); depth <= deepest {
		in.value(path, depth, n.Value())
	}
}

func (in index) value(path string, depth int, n *unstable.Node) {
	if depth > deepest {
		return
	}
	i := 0
	for c := n.Children(); c.Next(); i++ {
		if n.Kind == unstable.InlineTable {
			in.keyValue(path, depth, c.Node())
			continue
		}
		element := fmt.Sprintf("%s[%d]", path, i)
		in.note(element, c.Node())
		in.value(element, depth+1, c.Node())
	}
}

// note remembers where a path is named first. The parser does not know the places of lists and
// inline tables; what is first in them stands in for these.
func (in index) note(path string, n *unstable.Node) {
	for n.Raw.Length == 0 && n.Child() != nil {
		n = n.Child()
	}
	if _, ok := in.offsets[path]; !ok && n.Raw.Length > 0 {
		in.offsets[path] = int(n.Raw.Offset)
	}
}

// position returns the 1-based line and byte column of a path, or of the nearest one around it.
func (in index) position(path string) (line, col int) {
	for {
		if offset, ok := in.offsets[path]; ok {
			i, exact := slices.BinarySearch(in.lines, offset)
			if !exact {
				i--
			}
			return i + 1, offset - in.lines[i] + 1
		}
		i := strings.LastIndexAny(path, ".[")
		if i < 0 {
			return 1, 1
		}
		path = path[:i]
	}
}

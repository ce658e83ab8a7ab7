package workspace

import "github.com/covls/covls/source"

// Break returns the document with a text whose parser panics.
func (d *Document) Break() *Document {
	e := *d
	e.parsed = newParse(d.Path, func() *source.Parsed { panic("it was made to") })
	return &e
}

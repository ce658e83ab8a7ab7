package workspace

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/covls/covls/place"
	"github.com/covls/covls/source"
)

// Break returns the document with a text whose parser panics.
func (d *Document) Break() *Document {
	e := *d
	e.parsed = newParse(d.Path, func() *source.Parsed { panic("it was made to") })
	return &e
}

// NamesOf are where the names of a profile lead, as the last load found them.
func (l *Loader) NamesOf(path string) *place.Names { return l.names[path] }

// LocateAfter finds where all names lead after a change of one profile.
func (l *Loader) LocateAfter(ctx context.Context, path string) {
	delete(l.names, path)
	l.locate(ctx, slices.Collect(maps.Values(l.profiles)))
}

// LocateAnew is LocateAfter where nothing is known.
func (l *Loader) LocateAnew(ctx context.Context) {
	l.resolver = nil
	l.locate(ctx, slices.Collect(maps.Values(l.profiles)))
}

// NeverWait has loads wait for no look at tests.
func (l *Loader) NeverWait() { l.quick = 0 }

// WaitLong has them wait for as long as it takes on a busy machine.
func (l *Loader) WaitLong() { l.quick = time.Minute }

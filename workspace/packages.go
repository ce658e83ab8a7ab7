package workspace

import (
	"context"
	"maps"

	"github.com/covls/covls/place"
	"github.com/covls/covls/program"
)

// Ask is what go list may know: packages that no go.mod of the folder Dir tells.
type Ask struct {
	Dir      string
	Packages []string

	programs *program.Starter
}

// Unlisted returns, once, what go list has not been asked yet. Asking takes seconds at worst, so it
// is done beside the loader; Listed takes the answers.
func (l *Loader) Unlisted() []Ask {
	var packages []string
	for _, p := range l.imports {
		if !l.listed[p] {
			l.listed[p] = true
			packages = append(packages, p)
		}
	}
	if len(packages) == 0 {
		return nil
	}
	var asks []Ask
	for _, p := range l.places {
		if len(p.Modules.Roots()) > 0 {
			asks = append(asks, Ask{p.Dir, packages, l.programs})
		}
	}
	return asks
}

// List asks go list. Without an answer the files stay not found, and each says so. It uses nothing
// of a loader and may run on any goroutine.
func (a Ask) List(ctx context.Context) (dirs map[string]string, err error) {
	return place.ListPackages(ctx, a.programs, a.Dir, a.Packages)
}

// Listed takes an answer and publishes what it finds.
func (l *Loader) Listed(ctx context.Context, a Ask, dirs map[string]string) {
	for _, p := range a.Packages {
		l.answered[p] = true
	}
	for i := range l.places {
		if l.places[i].Dir == a.Dir {
			maps.Copy(l.places[i].Packages, dirs)
			l.resolver = nil
			l.publish(ctx, nil)
			return
		}
	}
}

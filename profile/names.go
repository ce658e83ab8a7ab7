package profile

import (
	"fmt"
	"unicode/utf8"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/profile/scan"
)

const (
	// maxFunc is the length in bytes of the longest name of a function, or of the type that it belongs to, that is
	// kept whole.
	maxFunc = 4 << 10
	// maxNames bounds the names of files and types, each as often as there are functions in them, in bytes.
	maxNames = 128 << 20
)

// checkNames is the error for names in a report that no file has, and for those that take too much where they are
// written out. Long names of functions are cut: tools write out what a template or a lambda stands in.
func checkNames(r *coverage.Report) error {
	for _, root := range r.Roots {
		if err := scan.CheckName(len(root)); err != nil {
			return err
		}
	}
	all := 0
	for _, f := range r.Files {
		if err := scan.CheckName(len(f.Name)); err != nil {
			return err
		}
		some := false
		for i := range f.Funcs {
			fn := &f.Funcs[i]
			if long := len(fn.Name) > maxFunc; long || len(fn.Receiver) > maxFunc {
				fn.Name, fn.Receiver = cut(fn.Name), cut(fn.Receiver)
				some = some || long
			}
			if all += len(f.Name) + len(fn.Receiver); all > maxNames {
				return fmt.Errorf("the names of files and types have more than %d bytes, counted once for each function", maxNames)
			}
		}
		if some {
			f.Funcs = coverage.SortFuncs(f.Funcs)
		}
	}
	return nil
}

// cut is the beginning of a long name.
func cut(name string) string {
	const mark = "…"
	if len(name) <= maxFunc {
		return name
	}
	end := maxFunc - len(mark)
	for end > 0 && !utf8.RuneStart(name[end]) {
		end--
	}
	return name[:end] + mark
}

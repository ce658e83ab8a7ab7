package diag

import "github.com/covls/covls/source"

// kindWords goes on behind what never ran: " · error return". It is "" for ordinary code, and for what
// is in main, which is the function's name.
func kindWords(k source.Kind) string {
	if k == source.Ordinary || k == source.Main {
		return ""
	}
	return " · " + k.String()
}

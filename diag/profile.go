package diag

import (
	"fmt"
	"path/filepath"

	"github.com/covls/covls/workspace"
)

// ProfileName is the path of a profile for people: relative to its folder where it lies in it, or was found above it.
func ProfileName(p *workspace.Profile) string {
	rel, err := filepath.Rel(p.Folder.Dir, p.Path)
	if err == nil && (filepath.IsLocal(rel) || p.Folder.Settings.Profiles == nil) {
		return filepath.ToSlash(rel)
	}
	return p.Path
}

// ProfileWarning is what was odd in a profile, with the place of the first oddity; "" where nothing was.
func ProfileWarning(p *workspace.Profile) string {
	if p.Report == nil || len(p.Report.Warnings) == 0 {
		return ""
	}
	w := p.Report.Warnings[0]
	text := ProfileName(p)
	if w.Line > 0 {
		text += fmt.Sprintf(":%d", w.Line)
	}
	text += ": " + w.Text
	if more := len(p.Report.Warnings) - 1; more > 0 {
		text += fmt.Sprintf(" (and %s)", plural(more, "more warning"))
	}
	return text
}

package workspace

import (
	"path/filepath"
	"strings"
	"time"
)

// rawFormat is the format of what V8 writes for tools, of which these make reports.
const rawFormat = "v8"

// left returns which profiles are none of their own: counts of V8 that nobody has named, in a folder in which, or above
// which, lies a report that was made since, as c8 and Deno keep them; and those of programs that ran none of the project's
// files.
func (l *Loader) left() func(*Profile) bool {
	made := map[string]time.Time{} // the newest report, by folder
	for _, p := range l.profiles {
		if dir := filepath.Dir(p.Path); p.Format != rawFormat && p.Report != nil && len(p.Report.Files) > 0 && p.ModTime.After(made[dir]) {
			made[dir] = p.ModTime
		}
	}
	return func(p *Profile) bool {
		if p.Format != rawFormat || p.Report == nil || p.Named() {
			return false
		}
		dir := p.Path // a folder, or a file in one
		if strings.HasSuffix(dir, ".json") {
			dir = filepath.Dir(dir)
		}
		for _, dir := range []string{dir, filepath.Dir(dir)} {
			if at, ok := made[dir]; ok && !at.Before(p.ModTime) {
				return true
			}
		}
		return len(p.Report.Files) == 0
	}
}

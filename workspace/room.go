package workspace

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
)

// fitting are the paths of profiles that were left out and for which there is room by now.
func (l *Loader) fitting() []string {
	var out []string
	room := l.held
	for _, path := range slices.Sorted(maps.Keys(l.profiles)) {
		p := l.profiles[path]
		if p.wanted > 0 && room+p.wanted-p.bytes <= p.Folder.Settings.Limits.TotalBytes {
			room += p.wanted - p.bytes
			out = append(out, path)
		}
	}
	return out
}

// fits reports whether a profile may have so many bytes of memory: all profiles but the largest together have
// limits.TotalBytes. Where there is no room, larger ones make way for it.
func (l *Loader) fits(p *Profile, bytes int64) bool {
	limit := p.Folder.Settings.Limits.TotalBytes
	rest := l.held - p.bytes + bytes
	if rest <= limit {
		return true
	}
	var larger []*Profile // the largest first
	for path, q := range l.profiles {
		if path != p.Path && q.bytes > bytes {
			larger = append(larger, q)
		}
	}
	if len(larger) == 0 {
		return rest-bytes <= limit
	}
	slices.SortFunc(larger, func(a, b *Profile) int { return cmp.Or(cmp.Compare(b.bytes, a.bytes), cmp.Compare(a.Path, b.Path)) })
	rest -= larger[0].bytes
	way := 1
	for ; rest > limit && way < len(larger); way++ {
		rest -= larger[way].bytes
	}
	if rest > limit {
		return false
	}
	for _, q := range larger[1:way] {
		out := *q
		out.leave(l, q.bytes)
		out.Report, out.hash, out.bytes = nil, 0, 0
		l.held -= q.bytes
		l.profiles[q.Path] = &out
		l.madeWay = append(l.madeWay, out.Trouble)
	}
	return true
}

// leave notes that there is no room for what a profile holds, which would take so many bytes.
func (p *Profile) leave(l *Loader, bytes int64) {
	p.wanted = bytes
	p.Trouble = fmt.Errorf("%s is left out: the profiles would take more than %d bytes of memory (limits.total_bytes)",
		l.Name(p.Path), p.Folder.Settings.Limits.TotalBytes)
}

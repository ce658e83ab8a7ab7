package workspace

import (
	"cmp"
	"context"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/origin"
	"github.com/covls/covls/source"
	"github.com/covls/covls/text"
)

// scan is what a source file held when it was last read.
type scan struct {
	size    int64
	modTime time.Time
	// parsed holds the functions that the file has here: those of the text, or those that the profiles name.
	parsed *source.Parsed
	// text is what is kept of the text, and content the text itself until it is remembered; see Loader.remember.
	text    *origin.Text
	content string
	// bound is what the profiles that of is of say of it.
	bound *bound
	of    *coverage.File
	// excluded is what markers in the text take out; raw tells that the profile has yet to leave
	// out what Ruby's do.
	excluded []coverage.Exclusion
	raw      bool
	// located is what named the functions; nil where the text did.
	located *coverage.File
	// unnamed tells that parsed has those of the text all the same.
	unnamed bool
	// outside tells that nothing of the text may be quoted; see File.Outside.
	outside bool
	// fault is the panic of who looked at the text, of which nothing is known then.
	fault error
}

// fits tells that the scan is of what the profiles say of a file now.
func (s scan) fits(f *File) bool {
	return s.of == f.all && s.outside == f.Outside && s.raw == f.raw() && s.bound.isOf(f)
}

// stands tells that the file on disk is as it was.
func (s scan) stands(path string) bool {
	now, err := LooksOf(path)
	return err == nil && now.Size == s.size && now.ModTime.Equal(s.modTime)
}

// Looked returns how many times the loader has looked at a source so far, whether or not it had changed.
func (l *Loader) Looked() int { return l.looked }

// scan reads and parses the source of an open document. base is what is on disk; nil where the
// file can't be read.
func (l *Loader) scan(f *File) (s scan, base *text.Text) {
	s, data, err := l.scanFile(f, l.scans[f.Path], true)
	l.remember(f, &s)
	l.scans[f.Path] = s
	l.looked++
	if err != nil {
		return s, nil
	}
	return s, text.New(data)
}

// scanFile is safe for concurrent use. It parses only what changed on disk since known. A text that makes it
// panic is left alone until it changes.
func (l *Loader) scanFile(f *File, known scan, wantText bool) (s scan, data string, err error) {
	info, err := os.Stat(f.Path)
	if err != nil {
		return scan{}, "", err
	}
	same := known.size == info.Size() && known.modTime.Equal(info.ModTime())
	if same && !wantText && !l.dirty[f.Path] {
		if known.fault != nil || known.fits(f) {
			return known, "", nil
		}
		if s, ok := l.recount(f, known); ok {
			return s, "", nil
		}
	}
	data, err = source.ReadFile(f.Path, f.Folder.Settings.Limits.SourceBytes)
	if err != nil {
		return scan{}, "", err
	}
	if same && !l.dirty[f.Path] && (known.fault != nil || known.fits(f)) {
		return known, data, nil
	}
	s = scan{size: info.Size(), modTime: info.ModTime(), raw: f.raw(), outside: f.Outside, of: f.all}
	if wantText && len(data) <= largePast {
		s.content = data
	}
	s.fault = l.Guard.Do("looking at the source "+f.Name, func() { s.look(l, f, data) })
	if s.fault != nil {
		s.parsed, s.excluded, s.unnamed, s.bound, s.text = nil, nil, false, nil, nil
	}
	return s, data, nil
}

// recount is the scan for other counts of the same text; ok is false where the text has to be read for them.
func (l *Loader) recount(f *File, known scan) (s scan, ok bool) {
	if known.located != nil || known.outside != f.Outside || known.raw != f.raw() {
		return scan{}, false
	}
	b, ok := l.bindQuickly(f, &known)
	known.bound, known.of = b, f.all
	return known, ok
}

// look finds what a text holds and what the profiles say of it.
func (s *scan) look(l *Loader, f *File, data string) {
	name := f.named()
	s.excluded = source.Exclusions(f.Path, data, s.raw)
	if s.outside {
		for i := range s.excluded {
			s.excluded[i].Reason = ""
		}
	}
	var parsed *source.Parsed
	parse := func() {
		if parsed == nil {
			if parsed, _ = source.Parse(f.Path, data); parsed != nil {
				own(parsed)
				if s.outside {
					unquote(parsed)
				}
			}
		}
	}
	if f.all.Funcs == nil || f.untold != nil {
		parse()
	}
	s.text = origin.Of(name, data, parsed, f.all)
	s.bound = l.bind(f, &origin.Source{Name: f.Path, Content: data, Parsed: parsed, Excluded: s.excluded, Parse: func() *source.Parsed {
		parse()
		return parsed
	}}, s.text, s.modTime)
	all := s.bound.all
	s.parsed = parsed
	if all.Funcs != nil {
		s.located = all
		named := source.Locate(name, data, all.Funcs)
		if s.bound.untold != nil {
			parse()
		}
		if s.unnamed = s.bound.untold != nil && leavesOut(s.bound.untold, named.Funcs, parsed); s.unnamed {
			s.parsed = parsed
		} else {
			s.parsed = named
			// What could not be carried to this text may be functions that it has.
			if !s.bound.stale() {
				named.Complete(all)
			}
			if named.Tell(f.Path, data); s.outside {
				named.Doc = ""
			}
			for i := range named.Funcs {
				if fn := &named.Funcs[i]; coverage.Excluded(s.excluded, coverage.Point{Line: fn.Span.Start.Line, Col: 1}) {
					fn.Counted, fn.Count = false, 0
				}
			}
			// They are of this text and this profile: nobody else counts in them.
			rest, _ := all.Without(s.excluded)
			rest.CountIn(named.Funcs)
		}
	}
}

// named is the path for finding names in the text: what has no name in the profile gets none of a text that lies outside.
func (f *File) named() string {
	if f.Outside {
		return ""
	}
	return f.Path
}

// unquote leaves nothing of a text but identifiers and places: no comment, and no string in a name such as table["key"].
func unquote(p *source.Parsed) {
	p.Doc, p.PackageDoc = "", ""
	for i := range p.Facts {
		p.Facts[i].Doc, p.Facts[i].Deprecated = "", ""
	}
	for i := range p.Funcs {
		f := &p.Funcs[i]
		if at := strings.IndexAny(f.Name, "\"'`"); at >= 0 {
			f.Name = cmp.Or(strings.TrimRight(f.Name[:at], "["), "?")
		}
	}
}

// own copies the strings that would otherwise keep the whole text in memory.
func own(p *source.Parsed) {
	p.Package, p.Doc, p.PackageDoc = strings.Clone(p.Package), strings.Clone(p.Doc), strings.Clone(p.PackageDoc)
	for i := range p.Funcs {
		p.Funcs[i].Name = strings.Clone(p.Funcs[i].Name)
		p.Funcs[i].Receiver = strings.Clone(p.Funcs[i].Receiver)
	}
	for i := range p.Facts {
		p.Facts[i].Doc, p.Facts[i].Deprecated = strings.Clone(p.Facts[i].Doc), strings.Clone(p.Facts[i].Deprecated)
	}
}

// scanAll looks at many sources on all processors. The result stands beside files.
func (l *Loader) scanAll(ctx context.Context, files []*File) []scan {
	scans := make([]scan, len(files))
	known := make([]scan, len(files))
	for i, f := range files {
		known[i] = l.scans[f.Path]
	}
	var wg sync.WaitGroup
	var next atomic.Int64
	var telling sync.Mutex // guards l.Progress
	for range runtime.GOMAXPROCS(0) {
		l.Guard.Go(&wg, "looking at sources", func() {
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= len(files) {
					return
				}
				if i%100 == 0 {
					telling.Lock()
					l.progress("looking at sources", i, len(files))
					telling.Unlock()
				}
				scans[i], _, _ = l.scanFile(files[i], known[i], false)
			}
		})
	}
	wg.Wait()
	l.looked += len(files)
	for i, f := range files {
		l.remember(f, &scans[i])
		l.scans[f.Path] = scans[i]
	}
	return scans
}

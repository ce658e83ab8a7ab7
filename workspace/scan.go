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
	"github.com/covls/covls/source"
	"github.com/covls/covls/text"
)

// scan is what a source file held when it was last read.
type scan struct {
	size    int64
	modTime time.Time
	parsed  *source.Parsed
	// saved is when the file was changed after that, as far as Saved was told; zero means that it
	// was not.
	saved time.Time
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
	if s.outside != f.Outside {
		return false
	}
	if f.all.Funcs == nil {
		return s.located == nil && s.raw == f.raw()
	}
	return s.located == f.all
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
	same := known.size == info.Size() && known.modTime.Equal(info.ModTime()) && (known.fault != nil || known.fits(f))
	if same && !wantText {
		return known, "", nil
	}
	data, err = source.ReadFile(f.Path, f.Folder.Settings.Limits.SourceBytes)
	if err != nil {
		return scan{}, "", err
	}
	if same {
		return known, data, nil
	}
	s = scan{size: info.Size(), modTime: info.ModTime(), raw: f.raw(), outside: f.Outside}
	if f.all.Funcs != nil {
		s.located = f.all
	}
	s.fault = l.Guard.Do("looking at the source "+f.Name, func() {
		s.excluded = source.Exclusions(f.Path, data, s.raw)
		if s.located == nil || f.untold != nil {
			if s.parsed, _ = l.texts.Parse(f.Path, data); s.parsed != nil {
				own(s.parsed)
			}
		}
		if s.located != nil {
			name := f.Path
			if f.Outside {
				name = "" // what has no name in the profile gets none of the text
			}
			named := source.Locate(name, data, f.all.Funcs)
			if s.unnamed = f.untold != nil && f.leavesOut(named.Funcs, s.parsed); !s.unnamed {
				s.parsed = named
				// They are of this text and this profile: nobody else counts in them.
				rest, _ := f.all.Without(s.excluded)
				rest.CountIn(named.Funcs)
			}
		}
		if s.outside {
			s.unquote()
		}
	})
	if s.fault != nil {
		s.parsed, s.excluded, s.unnamed = nil, nil, false
	}
	return s, data, nil
}

// unquote leaves nothing of the text but identifiers and places: no comment, and no string in a name such
// as table["key"].
func (s *scan) unquote() {
	for i := range s.excluded {
		s.excluded[i].Reason = ""
	}
	p := s.parsed
	if p == nil {
		return
	}
	p.Doc = ""
	for i := range p.Facts {
		p.Facts[i].Doc = ""
	}
	for i := range p.Funcs {
		f := &p.Funcs[i]
		if at := strings.IndexAny(f.Name, "\"'`"); at >= 0 && s.located == nil {
			f.Name = cmp.Or(strings.TrimRight(f.Name[:at], "["), "?")
		}
	}
}

// own copies the strings that would otherwise keep the whole text in memory.
func own(p *source.Parsed) {
	p.Package, p.Doc = strings.Clone(p.Package), strings.Clone(p.Doc)
	for i := range p.Funcs {
		p.Funcs[i].Name = strings.Clone(p.Funcs[i].Name)
		p.Funcs[i].Receiver = strings.Clone(p.Funcs[i].Receiver)
	}
	for i := range p.Facts {
		p.Facts[i].Doc = strings.Clone(p.Facts[i].Doc)
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
		l.scans[f.Path] = scans[i]
	}
	return scans
}

package workspace

import (
	"slices"
	"time"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/origin"
	"github.com/covls/covls/source"
	"github.com/covls/covls/text"
)

// Origin says where the text was found that a profile is of.
type Origin string

const (
	// OriginNone is that of a text that was not found.
	OriginNone Origin = ""
	// OriginDisk is the text on disk when the profile was read.
	OriginDisk Origin = "disk"
	// OriginSession is a text that was on disk, or open, before that.
	OriginSession Origin = "session"
	// OriginCache is a text of which an earlier run of covls has kept prints.
	OriginCache Origin = "cache"
	// OriginIndex and OriginCommit are texts of the repository: one that is to be committed, and one that was.
	OriginIndex  Origin = "index"
	OriginCommit Origin = "commit"
)

// Bound is the text that what a profile says of a file is of.
type Bound struct {
	Origin Origin
	// Commit is the newest that has the text, in hexadecimal digits; "" where it is none of a commit. Back is how many
	// commits before HEAD that is, -1 where that is not known, and When its time.
	Commit string
	Back   int
	When   time.Time

	digest  uint64         // of the report
	written time.Time      // the profile, when the text was found
	file    *coverage.File // what the profile says, in the text's own places
	text    *origin.Text   // nil where none was found
	rivals  []*Bound       // other texts that fit, of which nobody knows whether they were tested instead
}

// Why says why nobody knows whether a function is covered.
type Why string

const (
	// Changed: its text is not what it was in the profile's.
	Changed Why = "changed"
	// New: the profile's text has no such function.
	New Why = "new"
	// NotFound: the profile's text was not found.
	NotFound Why = "text not found"
	// Moved: it is New in its file, and another had it; see File.WhyOf.
	Moved Why = "moved"
)

// Unknown is a function of which no profile says anything that is known to be true.
type Unknown struct {
	coverage.Func
	Why Why
	// Was is what the profile says of the function before it changed, in places of its own text; nil where that is not
	// known.
	Was *coverage.Func
}

// Binding is how what a profile says of a file stands to the text on disk.
type Binding struct {
	*Bound
	// Same tells that the text on disk is the profile's.
	Same bool
	// Doubt tells that a text of the repository fits the profile as well as the one that was on disk, and that the two tell
	// functions of the text on disk differently: nobody knows which was tested. Same is false then.
	Doubt bool
	// Kept are how many functions of the profile's text could be carried to that on disk, of Was. They are 0 where
	// Same is true.
	Kept, Was int
	// Guessed tells that they were found by shape or by name, since the profile's text was not found.
	Guessed bool
}

// shows reports whether people are told the same of two.
func (b Binding) shows(o Binding) bool {
	return b.Same == o.Same && b.Doubt == o.Doubt && b.Kept == o.Kept && b.Was == o.Was && b.Guessed == o.Guessed && b.Origin == o.Origin && b.Commit == o.Commit && b.Back == o.Back
}

// key names what a profile says of a file.
type key struct{ profile, name string }

// past is a text that a file had.
type past struct {
	content string // "" where it was too large to be kept
	text    *origin.Text
	blocks  coverage.Print
	directs bool
}

// Bounds of the texts that are kept of a file that is open or was: how many, and how large the largest.
const (
	mostPast  = 4
	largePast = 1 << 20
)

// again reports whether the tests ran again over the text on disk, which was saved at that time, and said the same: the
// profile was written after both, and fits the text.
func (b *Bound) again(p Part, src *origin.Source, saved time.Time) bool {
	return p.Profile.written.After(b.written) && p.Profile.written.After(saved) && origin.Fits(p.File, p.Profile.Format, src)
}

// writtenOf are the times at which the profiles that speak of a file were written.
func writtenOf(f *File) []time.Time {
	out := make([]time.Time, len(f.Speaking))
	for i, p := range f.Speaking {
		out[i] = p.Profile.written
	}
	return out
}

// bound is what the profiles say of a file, carried to its text on disk.
type bound struct {
	parts   []Binding
	bounds  []*Bound // beside parts
	all     *coverage.File
	untold  *coverage.File
	unknown []Unknown
	lost    []lostFunc  // of a text that one profile alone is of
	written []time.Time // see writtenOf
}

// isOf reports whether it is of the profiles that a file has, and not of others that say the same.
func (b *bound) isOf(f *File) bool {
	if b == nil {
		return true // nothing could be looked at
	}
	if len(b.bounds) != len(f.Speaking) {
		return false
	}
	for i, p := range f.Speaking {
		if b.bounds[i].digest != p.Profile.digest || !b.written[i].Equal(p.Profile.written) {
			return false
		}
	}
	return true
}

// stale reports whether one of the parts is of another text than that on disk.
func (b *bound) stale() bool {
	return slices.ContainsFunc(b.parts, func(p Binding) bool { return !p.Same })
}

// placed is what was bound, where that has lines; of the cache, which has no texts, what V8 tells is placed over the text on
// disk, if it is of that. Nil is for what has to be looked for again.
func placed(b *Bound, src *origin.Source, now *origin.Text) *Bound {
	if b == nil || b.text == nil || b.file.Scripts == nil {
		return b
	}
	if over := origin.Placed(b.file, src); over.Scripts == nil && b.rivals == nil && origin.SameLines(b.text, now) {
		at := *b
		at.file = over
		return &at
	}
	return nil
}

// known returns what a part was bound to before, in this run or an earlier one; nil where it was not.
func (l *Loader) known(p Part) *Bound {
	k := key{p.Profile.Path, p.File.Name}
	if b := l.bounds[k]; b != nil && b.digest == p.Profile.digest {
		return b
	}
	if t := l.keptOf(p.Profile)[p.File.Name]; t != nil {
		at := time.Unix(0, l.kept[p.Profile.Path].Written)
		b := &Bound{Origin: OriginCache, Commit: t.Commit, Back: -1, digest: p.Profile.digest, written: at, file: p.File, text: t}
		for _, o := range t.Or {
			b.rivals = append(b.rivals, &Bound{Origin: originOf(o.Commit), Commit: o.Commit, Back: -1, digest: b.digest, written: at, file: p.File, text: o})
		}
		return b
	}
	return nil
}

// originOf is that of a text of the repository, of which a commit is known or none.
func originOf(commit string) Origin {
	if commit == "" {
		return OriginIndex
	}
	return OriginCommit
}

// bindQuickly is bind where nothing but counts has changed since a text was looked at; ok is false where the text has to
// be read for it.
func (l *Loader) bindQuickly(f *File, s *scan) (b *bound, ok bool) {
	if s.text == nil || s.parsed == nil || s.parsed.Directs || f.all.Funcs != nil {
		return nil, false
	}
	out := &bound{all: f.all, untold: f.untold, written: writtenOf(f)}
	for _, p := range f.Speaking {
		to := l.known(p)
		switch {
		case p.File.Scripts != nil:
			return nil, false
		case to != nil && to.text != nil && to.rivals == nil && origin.SameLines(to.text, s.text):
		case to == nil && p.File.Unit == coverage.Statements && p.File.Lines == nil && s.parsed.Blocks.Regions > 0 && coverage.PrintOf(p.File.Regions) == s.parsed.Blocks:
			to = &Bound{Origin: OriginDisk, digest: p.Profile.digest, written: p.Profile.written, file: p.File, text: s.text}
		case to == nil && p.File.Silent():
			to = &Bound{Origin: OriginDisk, digest: p.Profile.digest, written: p.Profile.written, file: p.File, text: s.text}
		default:
			return nil, false
		}
		out.add(Binding{Bound: to, Same: true})
	}
	return out, true
}

func (b *bound) add(p Binding) {
	b.parts = append(b.parts, p)
	b.bounds = append(b.bounds, p.Bound)
}

// bind finds the text of each part and carries what it says to that on disk.
func (l *Loader) bind(f *File, src *origin.Source, now *origin.Text, saved time.Time) *bound {
	out := &bound{written: writtenOf(f)}
	files := make([]*coverage.File, len(f.Speaking))
	carried := make([]*origin.Carried, len(f.Speaking))
	moved := false
	for i, p := range f.Speaking {
		to := placed(l.known(p), src, now)
		if to == nil || to.text == nil || (to.rivals != nil || !origin.SameLines(to.text, now)) && to.again(p, src, saved) {
			to = l.look(f, p, src, now)
		}
		files[i] = to.file
		part := Binding{Bound: to}
		switch {
		case to.text == nil && p.voted:
			// Where nothing but names says that the file is meant, what looks alike would be a guess about a guess.
		case to.text == nil:
			for _, carry := range []func(*coverage.File, *origin.Source) *origin.Carried{origin.CarryByShape, origin.CarryByName, origin.CarryByColumns, origin.CarryIdle} {
				if carried[i] == nil {
					carried[i] = carry(p.File, src)
				}
			}
			part.Guessed = carried[i] != nil && len(carried[i].Kept) > 0
		case to.rivals != nil:
			carried[i], part.Same = to.either(now)
			part.Doubt = !part.Same
		case origin.SameLines(to.text, now):
			part.Same = true
		default:
			carried[i] = origin.Carry(to.file, to.text, now)
			if len(f.Speaking) == 1 {
				out.lost = lostOf(to.text, carried[i], src.Parsed)
			}
		}
		if c := carried[i]; c != nil {
			files[i], part.Kept, part.Was = c.File, c.Again, c.Was
		} else if !part.Same {
			files[i] = nil
		}
		moved = moved || files[i] != p.File
		out.add(part)
	}
	if !moved {
		out.all, out.untold = f.all, f.untold
		return out
	}
	files = slices.DeleteFunc(files, func(c *coverage.File) bool { return c == nil })
	if len(files) == 0 {
		files = []*coverage.File{{Name: f.all.Name, Unit: f.all.Unit}}
	}
	out.all, out.untold = union(files)
	if out.stale() {
		out.unknown = unknowns(out.parts, carried, src)
	}
	return out
}

// either is what all texts that a profile may be of tell alike of the text on disk. Same tells that one of them is that on
// disk, and that it does not matter which was tested.
func (b *Bound) either(now *origin.Text) (c *origin.Carried, same bool) {
	var readings []*origin.Carried
	for _, b := range append([]*Bound{b}, b.rivals...) {
		if !same && origin.SameLines(b.text, now) {
			same = true
			readings = slices.Insert(readings, 0, origin.Still(b.file, b.text))
			continue
		}
		readings = append(readings, origin.Carry(b.file, b.text, now))
	}
	c = readings[0]
	for _, r := range readings[1:] {
		var whole bool
		c, whole = origin.Agree(c, r)
		same = same && whole
	}
	return c, same
}

// look looks for the text of a part on disk and among those that the file had in this session. Where it is in neither, the
// result has none.
func (l *Loader) look(f *File, p Part, src *origin.Source, now *origin.Text) *Bound {
	out := &Bound{digest: p.Profile.digest, written: p.Profile.written, file: p.File}
	if origin.Fits(p.File, p.Profile.Format, src) {
		out.Origin, out.file, out.text = OriginDisk, origin.Placed(p.File, src), now
		if f.several() {
			out.text = origin.Of(f.named(), src.Content, src.Parsed, p.File)
		}
		return out
	}
	for _, t := range slices.Backward(l.past[f.Path]) {
		old := origin.Source{Name: src.Name, Content: t.content}
		switch {
		case t.content != "":
			old.Parsed, _ = source.Parse(src.Name, t.content)
			old.Excluded = source.Exclusions(src.Name, t.content, f.raw())
		case t.directs:
			continue
		default:
			old.Parsed = &source.Parsed{Blocks: t.blocks}
		}
		if (t.content != "" || p.File.Unit == coverage.Statements && t.blocks.Regions > 0) && origin.Fits(p.File, p.Profile.Format, &old) {
			out.Origin, out.text, out.file = OriginSession, t.text, origin.Placed(p.File, &old)
			if f.several() && t.content != "" {
				out.text = origin.Of(f.named(), t.content, old.Parsed, p.File)
			}
			return out
		}
	}
	return out
}

// several tells that what one profile names may be in no text of another.
func (f *File) several() bool { return len(f.Speaking) > 1 && f.all.Funcs != nil }

// unknowns are the functions of the text on disk of which no part says anything.
func unknowns(parts []Binding, carried []*origin.Carried, src *origin.Source) (out []Unknown) {
	if src.Holds() == nil {
		return namedUnknowns(parts, carried, src)
	}
	rest := coverage.File{Funcs: src.Parsed.Funcs}
	if len(src.Excluded) > 0 {
		left, _ := rest.Without(src.Excluded)
		rest = *left
	}
	for _, fn := range rest.Funcs {
		if fn.Name == "_" || src.Parsed.Err != nil && fn.Span.Start == fn.Span.End {
			continue
		}
		why, known := NotFound, false
		var was *coverage.Func
		for i, p := range parts {
			c := carried[i]
			switch {
			case p.Same:
				known = true
			case c == nil:
			case c.Keeps(fn.Span.Start.Line, lastLine(fn.Span)):
				known = true
			case p.text == nil || p.Doubt && p.knows(origin.Name(&fn)):
			case has(c.Lost, origin.Name(&fn)):
				why, was = Changed, c.Lost[origin.Name(&fn)]
			case why != Changed:
				why = New
			}
		}
		if !known {
			out = append(out, Unknown{fn, why, was})
		}
	}
	return out
}

// knows reports whether one of the texts that a profile may be of has a function of that name.
func (b *Bound) knows(name string) bool {
	return slices.ContainsFunc(append([]*Bound{b}, b.rivals...), func(b *Bound) bool {
		return slices.ContainsFunc(b.text.Funcs, func(f origin.Func) bool { return f.Name == name })
	})
}

// namedUnknowns are the functions that profiles name and that could not be carried, in a text that nobody can parse, where
// their names stand first in it.
func namedUnknowns(parts []Binding, carried []*origin.Carried, src *origin.Source) (out []Unknown) {
	t := text.New(src.Content)
	seen := map[string]bool{}
	take := func(fn *coverage.Func, why Why) {
		name := fn.String()
		if seen[name] {
			return
		}
		seen[name] = true
		if line := source.LineOf(t, fn.Name); line > 0 {
			at := coverage.Span{Start: coverage.Point{Line: line, Col: 1}, End: coverage.Point{Line: line, Col: uint32(len(t.Line(line))) + 1}}
			out = append(out, Unknown{coverage.Func{Name: fn.Name, Receiver: fn.Receiver, Span: at, NameSpan: at}, why, nil})
		}
	}
	for i, p := range parts {
		c := carried[i]
		switch {
		case p.Same:
		case c == nil || p.text == nil:
			for k := range p.file.Funcs {
				take(&p.file.Funcs[k], NotFound)
			}
		default:
			for k := range p.file.Funcs {
				switch fn := &p.file.Funcs[k]; {
				case !has(c.Lost, origin.Name(fn)):
				case p.Doubt:
					take(fn, NotFound)
				default:
					take(fn, Changed)
				}
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Unknown) int { return a.Span.Start.Compare(b.Span.Start) })
	return out
}

func has[V any](m map[string]V, name string) bool {
	_, ok := m[name]
	return ok
}

// lastLine is the last line of which a span has something.
func lastLine(s coverage.Span) uint32 {
	if s.End.Col == 0 && s.End.Line > s.Start.Line {
		return s.End.Line - 1
	}
	return max(s.Start.Line, s.End.Line)
}

// remember keeps what files were bound to, and the texts that they had.
func (l *Loader) remember(f *File, s *scan) {
	if s.bound != nil {
		for i, p := range f.Speaking {
			l.bounds[key{p.Profile.Path, p.File.Name}] = s.bound.bounds[i]
		}
	}
	if s.text == nil {
		return
	}
	list := l.past[f.Path]
	if n := len(list); n > 0 && origin.SameLines(list[n-1].text, s.text) {
		if s.content != "" {
			list[n-1].content = s.content
		}
		s.content = ""
		return
	}
	t := past{content: s.content, text: s.text}
	s.content = ""
	if s.parsed != nil {
		t.blocks, t.directs = s.parsed.Blocks, s.parsed.Directs
	}
	if len(list) >= mostPast {
		list = list[1:]
	}
	l.past[f.Path] = append(slices.Clip(list), t)
}

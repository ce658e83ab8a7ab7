package origin

import (
	"slices"
	"strings"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/text"
)

// CarryIdle is CarryByName where not all functions are found: others may have been edited in their place as well, and only
// those are told of which nothing ran, in a language where a profile shows where these end.
func CarryIdle(file *coverage.File, s *Source) *Carried {
	if !script(s.Name) {
		return nil
	}
	return carryByName(file, s, true)
}

// CarryByName is Carry for a profile that names functions and of which no text fits, over the text now: a function is
// found by its name, where both have one of it, and where all that the profile says of it stands on code of the function
// in the same distance from its head, up to its end. It is nil where not all of them are found, as what is not told by that may have
// been edited as well, where the profile names nothing, or where covls can't read the language.
func CarryByName(file *coverage.File, s *Source) *Carried { return carryByName(file, s, false) }

func carryByName(file *coverage.File, s *Source, idle bool) *Carried {
	f := fitter{file: file, text: text.New(s.Content), name: s.Name}
	if s.Holds() == nil || s.Parsed.Err != nil || len(file.Funcs) == 0 || !f.exact() {
		return nil
	}
	f.lines = uint32(f.text.Lines())
	out := &Carried{Was: len(file.Funcs), Lost: map[string]*coverage.Func{}}
	moved := *file
	moved.Regions, moved.Lines, moved.Branches, moved.Funcs, moved.Sums, moved.Length = nil, nil, nil, []coverage.Func{}, nil, 0
	if file.Lines != nil {
		moved.Lines = []coverage.Line{}
	}
	if file.Branches != nil {
		moved.Branches = []coverage.Branch{}
	}
	there, here := map[string]int{}, map[string][]*coverage.Func{}
	for i := range file.Funcs {
		there[bare(&file.Funcs[i])]++
		out.Lost[Name(&file.Funcs[i])] = nil
	}
	for i := range s.Parsed.Funcs {
		g := &s.Parsed.Funcs[i]
		here[bare(g)] = append(here[bare(g)], g)
	}
	var found []*pair
	var tokens *scripted
	for i := range file.Funcs {
		fn := &file.Funcs[i]
		name := bare(fn)
		if there[name] != 1 || len(here[name]) != 1 {
			continue
		}
		g := here[name][0]
		part := f.of(i)
		if !f.same(fn, &part, g) || !f.explained(fn, &part, g, &tokens) {
			continue
		}
		found = append(found, &pair{fn: fn, now: g, part: part})
	}
	if len(found) < len(file.Funcs) && !idle {
		return nil // nobody knows what else was edited
	}
	if idle {
		// The last line of a function is of what is around it where a semicolon stands behind its brace, which people write
		// behind most of a file's functions or none.
		here := func(below uint32) func(*pair) bool {
			return func(p *pair) bool { return f.idle(p.fn, &p.part, p.now, below) }
		}
		whole, but := kept(found, here(0)), kept(found, here(1))
		found = whole
		if len(but) >= fewIdle && len(but) > len(whole) {
			found = append(found, but...)
		}
	}
	for _, p := range found {
		delete(out.Lost, Name(p.fn))
		out.Again++
		out.Kept = append(out.Kept, Func{Name(p.fn), p.now.Span.Start.Line, lastLine(p.now.Span)})
		shift := p.now.Span.Start.Line - p.fn.Span.Start.Line // may wrap around
		shiftFile(&moved, &p.part, shift)
		moved.Funcs = append(moved.Funcs, shifted(*p.fn, shift))
	}
	if len(moved.Funcs) == 0 {
		return nil
	}
	sortFile(&moved)
	out.File = &moved
	sortKept(out.Kept)
	return out
}

// pair is a function of a profile, what the profile says of it, and that of the text which has its name.
type pair struct {
	fn, now *coverage.Func
	part    coverage.File
}

// fewIdle is how many functions tell how a file was written.
const fewIdle = 3

// kept are the pairs of which something is true.
func kept(pairs []*pair, is func(*pair) bool) (out []*pair) {
	for _, p := range pairs {
		if is(p) {
			out = append(out, p)
		}
	}
	return out
}

// idle reports whether nothing of a function ran, and the profile shows that it ends so many lines below the end that it has
// in the text. Where a profile counts all lines, that with the head is of what is around the function, and so are those behind it,
// which ran.
func (f *fitter) idle(fn *coverage.Func, part *coverage.File, g *coverage.Func, below uint32) bool {
	height, dense := lastLine(g.Span)-g.Span.Start.Line, f.dense()
	if !fn.Counted || fn.Count > 0 || dense && height <= below {
		return false
	}
	last := fn.Span.Start.Line + height - below
	for _, l := range part.Lines {
		if l.Count > 0 && (!dense || l.Number > fn.Span.Start.Line && l.Number <= last) {
			return false
		}
	}
	if slices.ContainsFunc(part.Regions, func(r coverage.Region) bool { return r.Count > 0 }) {
		return false
	}
	if !dense {
		return below == 0
	}
	behind := coverage.Point{Line: last + 1}
	next := coverage.LinesWithin(f.file.Lines, coverage.Span{Start: behind, End: behind})
	return len(next) > 0 && next[0].Count > 0
}

// shiftFile adds what a profile says of a stretch of lines, as many lines below; shift may wrap around.
func shiftFile(to, part *coverage.File, shift uint32) {
	for _, l := range part.Lines {
		to.Lines = append(to.Lines, coverage.Line{Number: l.Number + shift, Count: l.Count})
	}
	for _, b := range part.Branches {
		b.Line += shift
		to.Branches = append(to.Branches, b)
	}
	for _, r := range part.Regions {
		r.Start.Line += shift
		r.End.Line += shift
		to.Regions = append(to.Regions, r)
	}
}

// shifted is a function as many lines below.
func shifted(fn coverage.Func, shift uint32) coverage.Func {
	fn.Span.Start.Line += shift
	if fn.Span.End.Line > 0 {
		fn.Span.End.Line += shift
	}
	fn.NameSpan = coverage.Span{}
	if fn.Body.Line > 0 {
		fn.Body.Line += shift
	}
	if fn.Opens.Line > 0 {
		fn.Opens.Line += shift
	}
	return fn
}

// bare is the own name of a function, without what it belongs to.
func bare(f *coverage.Func) string {
	return f.Name[strings.LastIndexAny(f.Name, ".:#")+1:]
}

// of is what the profile says of its function i: up to its end, or the next function.
func (f *fitter) of(i int) coverage.File {
	fn := f.file.Funcs[i]
	span := coverage.Span{Start: coverage.Point{Line: fn.Span.Start.Line}, End: coverage.Point{Line: max(fn.Span.Start.Line, fn.Span.End.Line)}}
	if fn.Span.End.Line == 0 {
		span.End.Line = f.lines + fn.Span.Start.Line // beyond all
		for _, g := range f.file.Funcs[i:] {
			if g.Span.Start.Line > fn.Span.Start.Line {
				span.End.Line = g.Span.Start.Line - 1
				break
			}
		}
		if n := len(f.file.Lines); n > 0 {
			span.End.Line = min(span.End.Line, max(span.Start.Line, f.file.Lines[n-1].Number))
		}
	}
	out := coverage.File{Lines: coverage.LinesWithin(f.file.Lines, span)}
	for _, b := range f.file.Branches {
		if span.Start.Line <= b.Line && b.Line <= span.End.Line {
			out.Branches = append(out.Branches, b)
		}
	}
	span.End.Line++
	out.Regions = coverage.Within(f.file.Regions, span)
	return out
}

// explained reports whether the text has no statement of a function of JavaScript that the profile does not know: no code
// between those that have columns, and no line that begins with a word of one, but for tools that count all lines.
func (f *fitter) explained(fn *coverage.Func, part *coverage.File, g *coverage.Func, s **scripted) bool {
	if !script(f.name) || f.dense() {
		return true
	}
	shift := g.Span.Start.Line - fn.Span.Start.Line // may wrap around
	if slices.ContainsFunc(part.Regions, func(r coverage.Region) bool { return r.Start.Col > 1 && r.End.Col > 1 }) {
		if *s == nil {
			*s = newScripted(f.text)
		}
		return (*s).begins(fn, shift) && (*s).explained(fn, part.Regions, shift)
	}
	known := map[uint32]bool{}
	for _, l := range part.Lines {
		known[l.Number+shift] = true
	}
	for n := g.Span.Start.Line; n <= lastLine(g.Span); n++ {
		code := strings.TrimLeft(f.text.Line(n), " \t")
		for _, word := range &counted {
			if rest, ok := strings.CutPrefix(code, word); ok && (rest == "" || strings.ContainsRune(" (;", rune(rest[0]))) && !known[n] {
				return false
			}
		}
	}
	return true
}

// counted are words of JavaScript that begin a statement which has a count of its own.
var counted = [...]string{"return", "if", "for", "while", "switch", "throw", "break", "continue"}

// same reports whether a function of the profile, with what the profile says of it, may be one of the text.
func (f *fitter) same(fn *coverage.Func, part *coverage.File, g *coverage.Func) bool {
	height, last := lastLine(g.Span)-g.Span.Start.Line, uint32(0)
	if fn.Span.End.Line > 0 && fn.Span.End.Line-fn.Span.Start.Line != height {
		return false
	}
	if f.dense() && fn.Span.End.Line == 0 {
		// The lines go on behind the end of the function.
		for len(part.Lines) > 0 && part.Lines[len(part.Lines)-1].Number-fn.Span.Start.Line > height {
			part.Lines = part.Lines[:len(part.Lines)-1]
		}
		if len(part.Lines) != int(height)+1 {
			return false
		}
	}
	on := func(line uint32) bool {
		at := line - fn.Span.Start.Line
		last = max(last, at)
		return at <= height && (f.dense() || !f.empty(g.Span.Start.Line+at))
	}
	for _, l := range part.Lines {
		if !on(l.Number) {
			return false
		}
	}
	for _, r := range part.Regions {
		if !on(r.Start.Line) || r.End.Line-fn.Span.Start.Line > height {
			return false
		}
		last = max(last, r.End.Line-fn.Span.Start.Line)
	}
	if len(part.Lines)+len(part.Regions) == 0 {
		return false
	}
	// Behind the last of it only what ends blocks may stand.
	for n := g.Span.Start.Line + last + 1; n <= lastLine(g.Span); n++ {
		if line := strings.TrimSpace(f.text.Line(n)); !f.empty(n) && strings.Trim(line, "})];,") != "" && line != "end" {
			return false
		}
	}
	return true
}

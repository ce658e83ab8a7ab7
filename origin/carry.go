package origin

import (
	"slices"
	"strings"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/text"
)

// Carried is what a profile says of a file in the places of a later text.
type Carried struct {
	// File is what could be carried. What a profile says of functions that are not the same any more is not in it.
	File *coverage.File
	// Kept are the functions of the later text that are what they were, as stretches of its lines, sorted by their
	// first; one may lie in another.
	Kept []Func
	// Was is how many functions the older text has, as far as they are known, and Again how many of them are kept.
	Was, Again int
	// Lost are the functions that the older text has and that are not kept, by their names, with what the profile says of
	// them: what has one of these names has changed, anything else is new. What several have is nil.
	Lost map[string]*coverage.Func
}

// Keeps reports whether a function of the later text, from its first line to its last, is what it was.
func (c *Carried) Keeps(first, last uint32) bool {
	for _, f := range c.Kept {
		if f.First > first {
			return false
		}
		if last <= f.Last {
			return true
		}
	}
	return false
}

// Carry moves what a profile says of the text was to where that stands in the text now. A function whose lines are
// all what they were goes along, wherever it was moved; where several are the same, each has to be in its place between
// what did not change. What stands in no function goes along line by line.
func Carry(file *coverage.File, was, now *Text) *Carried {
	c := &carrier{was: was, lines: text.AlignPrints(was.Lines, now.Lines)}
	c.find(now)
	out := &Carried{Lost: map[string]*coverage.Func{}}
	counted := map[uint32]bool{} // lines: a profile and a parser may differ in how far a function goes
	var lost []coverage.Func
	for i, f := range was.Funcs {
		if !counted[f.First] {
			counted[f.First] = true
			out.Was++
			if c.to[i] > 0 {
				out.Again++
			}
		}
		if to := c.to[i]; to > 0 {
			out.Kept = append(out.Kept, Func{f.Name, to, to + f.Last - f.First})
			continue
		}
		lost = append(lost, coverage.Func{Name: f.Name, Span: coverage.Span{Start: coverage.Point{Line: f.First, Col: 1}, End: coverage.Point{Line: f.Last + 1}}})
	}
	called := map[string]*coverage.Func{}
	for i := range file.Funcs {
		called[Name(&file.Funcs[i])] = &file.Funcs[i]
	}
	lost = file.Count(lost)
	for i := range lost {
		f := &lost[i]
		if own := called[f.Name]; own != nil {
			f.Counted, f.Count = own.Counted, own.Count
		}
		if _, several := out.Lost[f.Name]; several {
			f = nil
		}
		out.Lost[lost[i].Name] = f
	}
	sortKept(out.Kept)
	out.File = c.move(file)
	return out
}

// carrier finds the functions of one text in another.
type carrier struct {
	was   *Text
	lines *text.Map
	to    []uint32 // beside was.Funcs: the first line now; 0 where it is not what it was
	owner []int32  // by line of was: the innermost function around it, -1 for none
}

// mostPlaces bounds in how many places the same lines are looked for.
const mostPlaces = 64

func (c *carrier) find(now *Text) {
	was := c.was
	c.to = make([]uint32, len(was.Funcs))
	c.owner = make([]int32, len(was.Lines)+2)
	for i := range c.owner {
		c.owner[i] = -1
	}
	heads := map[uint32]bool{}
	for i, f := range was.Funcs {
		for n := f.First; n <= f.Last && int(n) < len(c.owner); n++ {
			c.owner[n] = int32(i)
		}
		if f.First > 0 && int(f.First) <= len(was.Lines) {
			heads[was.Lines[f.First-1]] = true
		}
	}
	before, after := placesOf(was.Lines, heads), placesOf(now.Lines, heads)
	names, others := called(was.Funcs), called(now.Funcs)
	classes, known := classesOf(was.Funcs), classesOf(now.Funcs)
	for i, f := range was.Funcs {
		if f.First == 0 || f.Last < f.First || int(f.Last) > len(was.Lines) {
			continue
		}
		body := was.Lines[f.First-1 : f.Last]
		then, here := found(was.Lines, before[body[0]], body), found(now.Lines, after[body[0]], body)
		switch {
		case len(here) == 0:
		case len(then) == 1 && len(here) == 1:
			c.to[i] = here[0]
		case len(then) == len(here) && len(then) < mostPlaces:
			// Each of them must be where the lines around it say.
			if at, ok := c.aligned(f); ok {
				c.to[i] = at
			}
		}
		// The same lines in another class are another method, but where the class was renamed.
		to := c.to[i]
		if to == 0 {
			continue
		}
		before, after := names[stretch{f.First, f.Last}], others[stretch{to, to + f.Last - f.First}]
		if apart(before, after) && (within(after, classes) || within(before, known)) {
			c.to[i] = 0
		}
	}
}

// apart reports whether two functions of which names are known have none in common. A tool calls a getter "get size" that the text
// calls size.
func apart(a, b []string) bool {
	bare := func(name string) string {
		class := classOf(name)
		method := strings.TrimLeft(name[len(class):], ".:#")
		for _, word := range []string{"static ", "get ", "set "} {
			method = strings.TrimPrefix(method, word)
		}
		return class + "." + method
	}
	return len(a) > 0 && len(b) > 0 && !slices.ContainsFunc(a, func(name string) bool {
		return slices.ContainsFunc(b, func(other string) bool { return name == other || bare(name) == bare(other) })
	})
}

// classesOf are what functions belong to, by their names.
func classesOf(funcs []Func) map[string]bool {
	out := map[string]bool{}
	for _, f := range funcs {
		if class := classOf(f.Name); class != "" {
			out[class] = true
		}
	}
	return out
}

// classOf is what a function belongs to, by its name; "" where that is nothing.
func classOf(name string) string { return name[:max(0, strings.LastIndexAny(name, ".:#"))] }

// within reports whether one of a function's names is in one of the classes.
func within(names []string, classes map[string]bool) bool {
	return slices.ContainsFunc(names, func(name string) bool { return classes[classOf(name)] })
}

// placesOf are the 1-based lines at which each of the prints stands.
func placesOf(lines []uint32, prints map[uint32]bool) map[uint32][]uint32 {
	out := map[uint32][]uint32{}
	for i, p := range lines {
		if prints[p] && len(out[p]) < mostPlaces {
			out[p] = append(out[p], uint32(i)+1)
		}
	}
	return out
}

// found are those of places at which the lines of body stand.
func found(lines, places, body []uint32) (out []uint32) {
	for _, at := range places {
		if rest := lines[at-1:]; len(rest) >= len(body) && slices.Equal(rest[:len(body)], body) {
			out = append(out, at)
		}
	}
	return out
}

// aligned is where a function is, if all its lines are in one place.
func (c *carrier) aligned(f Func) (first uint32, ok bool) {
	first, ok = c.lines.Line(f.First)
	for n := f.First + 1; ok && n <= f.Last; n++ {
		var to uint32
		to, ok = c.lines.Line(n)
		ok = ok && to-first == n-f.First
	}
	return first, ok
}

// line is where a line is now; ok is false where what it belongs to is not what it was.
func (c *carrier) line(n uint32) (to uint32, ok bool) {
	if n == 0 || int(n) >= len(c.owner) {
		return 0, false
	}
	if i := c.owner[n]; i >= 0 {
		if c.to[i] == 0 {
			return 0, false
		}
		return c.to[i] + n - c.was.Funcs[i].First, true
	}
	return c.lines.Line(n)
}

// point is line for a place. The end of a stretch of whole lines is on the line behind the last.
func (c *carrier) point(p coverage.Point) (to coverage.Point, ok bool) {
	to = p
	if p.Col == 0 && p.Line > 1 {
		to.Line, ok = c.line(p.Line - 1)
		to.Line++
		return to, ok
	}
	to.Line, ok = c.line(p.Line)
	return to, ok
}

// span is point for a stretch.
func (c *carrier) span(s coverage.Span) (to coverage.Span, ok bool) {
	to.Start.Col = s.Start.Col
	if to.Start.Line, ok = c.line(s.Start.Line); !ok {
		return to, false
	}
	if s.End == (coverage.Point{}) {
		return to, true
	}
	to.End, ok = c.point(s.End)
	return to, ok && to.Start.Compare(to.End) <= 0
}

// whole is span for a function of a profile, of which the last line is one of the function's, whatever its column.
func (c *carrier) whole(s coverage.Span) (to coverage.Span, ok bool) {
	to = s
	if to.Start.Line, ok = c.line(s.Start.Line); ok && s.End.Line > 0 {
		to.End.Line, ok = c.line(s.End.Line)
		ok = ok && to.End.Line >= to.Start.Line
	}
	return to, ok
}

// move is the file with the places of now.
func (c *carrier) move(file *coverage.File) *coverage.File {
	out := *file
	out.Regions, out.Lines, out.Branches, out.Funcs, out.Sums, out.Length = nil, nil, nil, nil, nil, 0
	if file.Regions != nil {
		out.Regions = make([]coverage.Region, 0, len(file.Regions))
	}
	for _, r := range file.Regions {
		if to, ok := c.span(coverage.Span{Start: r.Start, End: r.End}); ok {
			r.Start, r.End = to.Start, to.End
			out.Regions = append(out.Regions, r)
		}
	}
	if file.Lines != nil {
		out.Lines = make([]coverage.Line, 0, len(file.Lines))
	}
	for _, l := range file.Lines {
		if to, ok := c.line(l.Number); ok {
			out.Lines = append(out.Lines, coverage.Line{Number: to, Count: l.Count})
		}
	}
	if file.Branches != nil {
		out.Branches = make([]coverage.Branch, 0, len(file.Branches))
	}
	for _, b := range file.Branches {
		if to, ok := c.line(b.Line); ok {
			b.Line = to
			out.Branches = append(out.Branches, b)
		}
	}
	if file.Funcs != nil {
		out.Funcs = make([]coverage.Func, 0, len(file.Funcs))
	}
	for _, f := range file.Funcs {
		if to, ok := c.whole(f.Span); ok {
			f.Span = to
			if to, ok := c.span(f.NameSpan); ok {
				f.NameSpan = to
			} else {
				f.NameSpan = coverage.Span{}
			}
			if to, ok := c.point(f.Body); ok {
				f.Body = to
			}
			if to, ok := c.point(f.Opens); ok {
				f.Opens = to
			}
			out.Funcs = append(out.Funcs, f)
		}
	}
	sortFile(&out)
	return &out
}

// sortFile puts what a file says in the order that it must have.
func sortFile(f *coverage.File) {
	slices.SortFunc(f.Regions, coverage.Region.Compare)
	if len(f.Lines) > 0 {
		f.Lines = coverage.SumLines(f.Lines)
	}
	f.Branches = coverage.SortBranches(f.Branches)
	f.Funcs = coverage.SortFuncs(f.Funcs)
}

func sortKept(kept []Func) { slices.SortStableFunc(kept, compareFuncs) }

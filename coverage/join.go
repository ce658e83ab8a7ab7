package coverage

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// formats sums up the files of each format, in an order of their own.
func formats(files []*File) []*File {
	by := map[string][]*File{}
	for _, f := range files {
		by[f.Format] = append(by[f.Format], f)
	}
	var out []*File
	for name, list := range by {
		sum := &File{Format: name, Ways: cmp.Or(list[0].Ways, name)}
		sum.add(list)
		out = append(out, sum)
	}
	slices.SortFunc(out, func(a, b *File) int {
		return cmp.Or(-cmp.Compare(min(len(a.Regions), 1), min(len(b.Regions), 1)), cmp.Compare(a.Format, b.Format))
	})
	return out
}

// join makes one file of what several formats say. Those that have regions come first. In a language that is not
// compiled the text has the same lines for everybody: those that only one of them has for code are no code where
// another has more lines, such as docstrings.
func (out *File) join(formats []*File) {
	placed := map[string]bool{} // by ways: whether there are branches that have a line
	ways := map[string][]Branch{}
	var order []string
	for _, f := range formats {
		out.Regions = mergeSorted(out.Regions, f.Regions, Region.Compare, func(r *Region, o Region) {
			r.Count, r.Statements = max(r.Count, o.Count), max(r.Statements, o.Statements)
		})
		out.Lines = mergeSorted(out.Lines, f.Lines, compareLines, func(l *Line, o Line) { l.Count = max(l.Count, o.Count) })
		out.Funcs = joinFuncs(out.Funcs, f.Funcs)
		if !slices.Contains(order, f.Ways) {
			order = append(order, f.Ways)
		}
		ways[f.Ways] = mergeSorted(ways[f.Ways], f.Branches, Branch.compare, func(b *Branch, o Branch) { b.Count = max(b.Count, o.Count) })
		placed[f.Ways] = placed[f.Ways] || len(f.Branches) > 0 && f.Branches[len(f.Branches)-1].Line > 0
	}
	if out.Loads {
		most := slices.MaxFunc(formats, func(a, b *File) int { return cmp.Compare(len(a.Lines), len(b.Lines)) })
		out.Lines = slices.DeleteFunc(slices.Clone(out.Lines), func(l Line) bool {
			_, ok := slices.BinarySearchFunc(most.Lines, l, compareLines)
			return !ok
		})
	}
	for _, name := range order {
		branches := ways[name]
		for other, has := range placed {
			if has && other != name {
				branches = branches[len(branchesOf(branches, 0)):]
				break
			}
		}
		out.Branches = richer(out.Branches, branches)
	}
}

// branchesOf are those of the first branches that are on the line.
func branchesOf(branches []Branch, line uint32) []Branch {
	n := 0
	for n < len(branches) && branches[n].Line == line {
		n++
	}
	return branches[:n]
}

// richer has of each line the branches of the one that knows more of them, or of as many more that were taken.
func richer(a, b []Branch) []Branch {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	taken := func(branches []Branch) (n int) {
		for _, b := range branches {
			n += int(min(b.Count, 1))
		}
		return n
	}
	out := make([]Branch, 0, max(len(a), len(b)))
	for len(a) > 0 || len(b) > 0 {
		var line uint32
		switch {
		case len(a) == 0:
			line = b[0].Line
		case len(b) == 0:
			line = a[0].Line
		default:
			line = min(a[0].Line, b[0].Line)
		}
		x, y := branchesOf(a, line), branchesOf(b, line)
		a, b = a[len(x):], b[len(y):]
		if len(y) > len(x) || len(y) == len(x) && taken(y) > taken(x) {
			x = y
		}
		out = append(out, x...)
	}
	return slices.Clip(out)
}

// near is how many lines apart two formats may have the beginning of a function.
const near = 3

// joinFuncs joins the functions of two formats, each once.
func joinFuncs(a, b []Func) []Func {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	out, rest := slices.Clone(a), slices.Clone(b)
	joined := [2][]bool{make([]bool, len(a)), make([]bool, len(b))}
	pair := func(i, j int) {
		joinFunc(&out[i], &b[j])
		joined[0][i], joined[1][j] = true, true
	}
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch c := compareFuncs(a[i], b[j]); {
		case c < 0:
			i++
		case c > 0:
			j++
		default:
			pair(i, j)
			i, j = i+1, j+1
		}
	}
	if !slices.Contains(joined[0], false) || !slices.Contains(joined[1], false) {
		return merged(out, rest, joined[1])
	}
	for _, c := range sameNames(a, b, joined) {
		if !joined[0][c.i] && !joined[1][c.j] {
			pair(c.i, c.j)
		}
	}
	// What is left of a line is the same where both have as many, and one of each two has no name for it.
	left := func(funcs []Func, joined []bool) map[uint32][]int {
		by := map[uint32][]int{}
		for i := range funcs {
			if line := funcs[i].Span.Start.Line; !joined[i] && line > 0 {
				by[line] = append(by[line], i)
			}
		}
		return by
	}
	others := left(b, joined[1])
	for line, mine := range left(a, joined[0]) {
		yours := others[line]
		slices.SortStableFunc(mine, func(i, j int) int { return a[i].Span.Start.Compare(a[j].Span.Start) })
		slices.SortStableFunc(yours, func(i, j int) int { return b[i].Span.Start.Compare(b[j].Span.Start) })
		if len(mine) != len(yours) {
			continue
		}
		for k := range mine {
			if generated(a[mine[k]].Name) || generated(b[yours[k]].Name) {
				pair(mine[k], yours[k])
			}
		}
	}
	return merged(out, rest, joined[1])
}

// merged are the functions of one format, and those of another that were not joined with them.
func merged(out, rest []Func, joined []bool) []Func {
	for j := range rest {
		if !joined[j] {
			out = append(out, rest[j])
		}
	}
	return SortFuncs(out)
}

// candidate is a function of one format that may be one of another, so many lines apart.
type candidate struct {
	i, j     int
	distance uint32
}

// sameNames are the functions that have the same name in about the same place, the nearest first.
func sameNames(a, b []Func, joined [2][]bool) []candidate {
	var starts []uint32
	byName := map[string][]int{}
	for i := range a {
		starts = append(starts, a[i].Span.Start.Line)
		if !joined[0][i] && !generated(a[i].Name) {
			name := bare(a[i].Name)
			byName[name] = append(byName[name], i)
		}
	}
	for j := range b {
		starts = append(starts, b[j].Span.Start.Line)
	}
	slices.Sort(starts)
	var out []candidate
	for j := range b {
		if joined[1][j] || generated(b[j].Name) {
			continue
		}
		list := byName[bare(b[j].Name)]
		at, _ := slices.BinarySearchFunc(list, b[j].Span.Start.Line, func(i int, line uint32) int { return cmp.Compare(a[i].Span.Start.Line, line) })
		// Names may repeat without end: the nearest few are enough.
		for _, i := range list[max(0, at-near):min(len(list), at+near)] {
			if d, ok := samePlace(&a[i], &b[j], starts); ok {
				out = append(out, candidate{i, j, d})
			}
		}
	}
	slices.SortFunc(out, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.distance, b.distance), cmp.Compare(a.i, b.i), cmp.Compare(a.j, b.j))
	})
	return out
}

// samePlace reports whether functions of one name may be one: they overlap or begin near each other, or what follows
// the head of one, whose end is not known, is the other, before any other function begins. starts are the lines that
// functions begin on, sorted.
func samePlace(f, g *Func, starts []uint32) (distance uint32, ok bool) {
	if f.Span.Start.Line > g.Span.Start.Line {
		f, g = g, f
	}
	first, second := f.Span.Start.Line, g.Span.Start.Line
	distance = second - first
	switch {
	case first == 0:
		return 0, second == 0
	case distance <= near:
		return distance, true
	case f.Span.End.Line > 0:
		return distance, second <= f.Span.End.Line
	}
	next, _ := slices.BinarySearch(starts, first+1)
	return distance, starts[next] == second
}

// joinFunc makes a function of what another format says of it. It begins where the earlier of the two does.
func joinFunc(f *Func, o *Func) {
	if generated(f.Name) && !generated(o.Name) {
		f.Name, f.Receiver = o.Name, o.Receiver
	}
	f.Receiver = cmp.Or(f.Receiver, o.Receiver)
	f.Count, f.Counted = max(f.Count, o.Count), f.Counted || o.Counted
	span := f.Span
	if o.Span.Start.Line < span.Start.Line {
		span.Start = o.Span.Start
	}
	if o.Span.End.Compare(span.End) > 0 {
		span.End = o.Span.End
	}
	if span.Ordered() {
		f.Span = span
	}
}

// bare is the name that a function has in the source, without what formats write around it: what it belongs to, its
// parameters, and what sort of function it is.
func bare(name string) string {
	if i := strings.IndexByte(name, '('); i > 0 {
		name = name[:i]
	}
	return name[strings.LastIndexAny(name, ".:#\\/ ")+1:]
}

// generated reports whether a tool made the name up, for a function that has none in the source.
func generated(name string) bool {
	return name == "" || name[0] == '<' || name[0] == '{' || strings.Contains(name, "anonymous") || strings.HasPrefix(name, "lambda$") ||
		strings.HasSuffix(name, "{closure}") || strings.HasSuffix(name, "<lambda>") || name == "(empty-report)"
}

// more are the lines of the files that are others, as often as they ran, but 0 for those that the rest saw run too.
// Of files that have no lines it takes those that regions begin on.
func more(files []*File, others func(*File) bool) []Line {
	var lists [2][][]Line
	for _, f := range files {
		i := 0
		if others(f) {
			i = 1
		}
		lists[i] = append(lists[i], f.lines())
	}
	add := func(a, b []Line) []Line { return mergeSorted(a, b, compareLines, addLines) }
	rest, all := fold(lists[0], add), slices.Clone(fold(lists[1], add))
	for i := range all {
		for len(rest) > 0 && rest[0].Number < all[i].Number {
			rest = rest[1:]
		}
		if len(rest) > 0 && rest[0].Number == all[i].Number && rest[0].Count > 0 {
			all[i].Count = 0
		}
	}
	return all
}

// lines are those of the file, or where it has none of its own, those that its regions begin on.
func (f *File) lines() []Line {
	if f.Lines != nil || len(f.Regions) == 0 {
		return f.Lines
	}
	var out []Line
	for _, r := range f.Regions {
		if r.Statements > 0 && r.Start.Line > 0 {
			out = append(out, Line{r.Start.Line, r.Count})
		}
	}
	return SumLines(out)
}

// callSeen has functions called in which files that name none saw something run that those that name them did not.
// Where that tells no more than that the function's only line ran, or where it is not known where the function ends,
// and the text's own lines may follow, its lines decide (Func.Counted). Where no function has a place, and where none
// is named and there is more to be run, nobody knows the functions.
func (out *File) callSeen(files []*File) {
	seen := slices.DeleteFunc(more(files, (*File).nameless), func(l Line) bool { return l.Count == 0 })
	switch {
	case len(out.Funcs) == 0:
		if Nameless(files...) != nil {
			out.Funcs = nil
		}
		return
	case len(seen) == 0:
		return
	case !out.Places():
		out.Funcs = nil
		return
	}
	funcs := slices.Clone(out.Funcs)
	next := uint32(math.MaxUint32) // the first line of the functions behind
	for i := len(funcs) - 1; i >= 0; i-- {
		fn := &funcs[i]
		first := fn.Span.Start.Line
		if i+1 < len(funcs) && funcs[i+1].Span.Start.Line > first {
			next = funcs[i+1].Span.Start.Line
		}
		if fn.Count > 0 || !fn.Counted || first == 0 {
			continue
		}
		last := fn.Span.End.Line
		known := last > 0
		if !known {
			last = next - 1
		}
		within := func(first, last uint32) []Line {
			return LinesWithin(seen, Span{Point{Line: first}, Point{Line: last}})
		}
		ran := within(first, last)
		switch {
		case len(ran) == 0:
		case !out.Loads:
			fn.Count = ran[0].Count
		case !known || last == first:
			fn.Counted = false
		default:
			if ran = within(first+1, max(first+1, last-1)); len(ran) > 0 {
				fn.Count = ran[0].Count
			}
		}
	}
	out.Funcs = funcs
}

// Nameless is what only those of the files have to cover that name no functions, where others do; nil where that is
// nothing. Of functions there, those that name some say nothing.
func Nameless(files ...*File) *File {
	if !anyOf(files, (*File).nameless) || !slices.ContainsFunc(files, func(f *File) bool { return f.Funcs != nil }) {
		return nil
	}
	var known [][]Line
	var rest []*File
	for _, f := range files {
		switch {
		case f.nameless():
			rest = append(rest, f)
		case f.Measured():
			known = append(known, f.lines())
		}
	}
	all := Merge(rest...)
	lines := fold(known, func(a, b []Line) []Line { return mergeSorted(a, b, compareLines, addLines) })
	unknown := func(line uint32) bool {
		return len(LinesWithin(lines, Span{Point{Line: line}, Point{Line: line}})) == 0
	}
	out := &File{Name: all.Name, Group: all.Group, Format: all.Format, Ways: all.Ways, Loads: all.Loads, Unit: all.Unit}
	for _, r := range all.Regions {
		if unknown(r.Start.Line) {
			out.Regions = append(out.Regions, r)
		}
	}
	for _, l := range all.Lines {
		if unknown(l.Number) {
			out.Lines = append(out.Lines, l)
		}
	}
	if !out.Measured() {
		return nil
	}
	return out
}

package coverage

import (
	"cmp"
	"math"
	"slices"
)

// AddCounts adds two counts and stays at the largest number where the sum does not fit.
func AddCounts(a, b uint64) uint64 {
	if s := a + b; s >= a {
		return s
	}
	return math.MaxUint64
}

// Merge joins what several profiles, at least one, say of one source file. The name is the first file's. A single
// file comes back as it is. The order does not matter for anything but names; neither does the grouping, where all
// are of one format and all name functions, or none does: else they are to be merged at once.
//
// Profiles of one format (File.Format) are shards of a run, or runs: a line, a region, a branch and a function are
// covered where any of them ran it, and counts are summed. Two profiles of different versions of the source may
// disagree on a region's statements; the larger number stands. Where some count statements and others lines, the
// result counts statements, which is finer, and a region that only ran by a line of the others, as they do not know of
// it, has that line's count.
//
// Profiles of several formats may be reports of one run. Merged, they say what the richest of them says alone: of
// lines, the one that knows most of them, and in languages that are compiled, what any knows; of functions, the one that names most; of the ways out of a line, the one
// that knows most ways of it, or as many and more that were taken. A count is the highest of the formats'. So what
// ran in any of several runs is covered for that, too, but ways are added up within one way of numbering them alone.
// Branches without a line are left out where another format knows the lines. A function of two formats is one where it
// has one name, but for what formats write around it, and the formats have it in the same place, or one its head and
// the other what follows up to the next function; and where it stands on the same line and one of them has no name
// for it.
//
// A file that names no functions says nothing of them, except where it ran more than those that do: a function that
// none of those saw called, in whose lines it saw something run that they did not, was called.
//
// A file in which there is nothing to cover has no say in what is counted and told.
func Merge(files ...*File) *File {
	if len(files) == 1 {
		return files[0]
	}
	out := &File{Name: files[0].Name, Group: files[0].Group, Format: files[0].Format, Unit: unitOf(files)}
	same := true
	for _, f := range files {
		same = same && f.Format == out.Format
		out.Loads = out.Loads || f.Loads
		out.Length = max(out.Length, f.Length)
	}
	if same {
		out.Ways = files[0].Ways
		out.add(files)
	} else {
		out.Format = ""
		out.join(formats(files))
	}
	out.Sums = inPairs(files, func(f *File) []Sum { return f.Sums }, mergeSums)
	for _, f := range files {
		out.Scripts = append(out.Scripts, f.Scripts...)
	}
	out.settle(files)
	return out
}

// add sums up files of one format.
func (out *File) add(files []*File) {
	out.Regions = inPairs(files, func(f *File) []Region { return f.Regions }, mergeRegions)
	out.Lines = inPairs(files, func(f *File) []Line { return f.Lines }, func(a, b []Line) []Line {
		return mergeSorted(a, b, compareLines, addLines)
	})
	out.Branches = inPairs(files, func(f *File) []Branch { return f.Branches }, func(a, b []Branch) []Branch {
		return mergeSorted(a, b, Branch.compare, addBranches)
	})
	out.Funcs = inPairs(files, func(f *File) []Func { return f.Funcs }, func(a, b []Func) []Func {
		return mergeSorted(a, b, compareFuncs, addFuncs)
	})
}

// settle makes of what was merged what the files say together.
func (out *File) settle(files []*File) {
	if len(out.Lines) == 0 {
		out.Lines = nil
	}
	if len(out.Branches) == 0 && anyOf(files, func(f *File) bool { return f.Branches == nil }) && !anyOf(files, func(f *File) bool { return f.Branches != nil }) {
		out.Branches = nil
	}
	if out.Funcs != nil && anyOf(files, (*File).nameless) {
		out.callSeen(files)
	}
	if out.Unit == Statements && slices.ContainsFunc(files, func(f *File) bool { return f.Unit == Lines }) {
		out.Regions = runByLine(out.Regions, more(files, func(f *File) bool { return f.Unit == Lines }))
	}
}

// anyOf reports whether one of the files that have something to cover is so.
func anyOf(files []*File, is func(*File) bool) bool {
	return slices.ContainsFunc(files, func(f *File) bool { return f.Measured() && is(f) })
}

// nameless reports whether the file has something to cover and names no functions.
func (f *File) nameless() bool { return f.Funcs == nil && f.Measured() }

// inPairs merges what the files have of a kind, neighbours first: one after the other, the result would be
// copied once for each of a thousand profiles.
func inPairs[T any](files []*File, of func(*File) []T, merge func(a, b []T) []T) []T {
	if len(files) == 2 {
		return merge(of(files[0]), of(files[1]))
	}
	all := make([][]T, len(files))
	for i, f := range files {
		all[i] = of(f)
	}
	return fold(all, merge)
}

// fold merges sorted slices, neighbours first. It overwrites all; of none it is nil.
func fold[T any](all [][]T, merge func(a, b []T) []T) []T {
	if len(all) == 0 {
		return nil
	}
	for len(all) > 1 {
		half := all[:0]
		for i := 0; i < len(all); i += 2 {
			if i+1 < len(all) {
				half = append(half, merge(all[i], all[i+1]))
			} else {
				half = append(half, all[i])
			}
		}
		all = half
	}
	return all[0]
}

// unitOf is the finest unit of the files that have something to cover, or of all where none has.
func unitOf(files []*File) Unit {
	unit, known := files[0].Unit, files[0].Measured()
	for _, f := range files[1:] {
		switch measured := f.Measured(); {
		case measured && !known:
			unit, known = f.Unit, true
		case measured == known:
			unit = min(unit, f.Unit)
		}
	}
	return unit
}

// runByLine returns sorted regions, where those that did not run have the count of the line that
// shows that they did: the first line of a region that is not also of the one before it.
func runByLine(regions []Region, lines []Line) []Region {
	out := slices.Clone(regions)
	ended := map[uint32]bool{} // lines in which an earlier region ends
	for i := range out {
		r := &out[i]
		first := r.Start.Line
		if ended[first] || i > 0 && out[i-1].Start.Line == first {
			first++
		}
		ended[r.End.Line] = true
		if !r.Uncovered() {
			continue
		}
		within := LinesWithin(lines, Span{Point{Line: first}, Point{Line: r.End.Line}})
		if len(within) > 0 && within[0].Number <= r.End.Line {
			r.Count = within[0].Count
		}
	}
	return out
}

// SumLines returns lines sorted, each number once, with the sum of its counts; nil for none. It may
// reorder lines.
func SumLines(lines []Line) []Line {
	if len(lines) == 0 {
		return nil
	}
	if !slices.IsSortedFunc(lines, compareLines) {
		slices.SortStableFunc(lines, compareLines)
	}
	out := make([]Line, 0, len(lines))
	for _, l := range lines {
		if k := len(out) - 1; k >= 0 && out[k].Number == l.Number {
			addLines(&out[k], l)
		} else {
			out = append(out, l)
		}
	}
	return slices.Clip(out)
}

// SortBranches returns branches in the order that File.Branches must have: each line, block and way
// once, with the sum of its counts. Nil stays nil.
func SortBranches(branches []Branch) []Branch {
	all := slices.Clone(branches)
	slices.SortStableFunc(all, Branch.compare)
	out := all[:0]
	for _, b := range all {
		if k := len(out) - 1; k >= 0 && out[k].compare(b) == 0 {
			addBranches(&out[k], b)
		} else {
			out = append(out, b)
		}
	}
	return slices.Clip(out)
}

// SortFuncs returns funcs in the order that File.Funcs must have: by line, then name. Functions of
// one name on one line keep their order. Nil stays nil.
func SortFuncs(funcs []Func) []Func {
	out := slices.Clone(funcs)
	slices.SortStableFunc(out, compareFuncs)
	return out
}

func compareLines(a, b Line) int { return cmp.Compare(a.Number, b.Number) }

func compareFuncs(a, b Func) int {
	return cmp.Or(cmp.Compare(a.Span.Start.Line, b.Span.Start.Line), cmp.Compare(a.Name, b.Name))
}

func addLines(l *Line, o Line) { l.Count = AddCounts(l.Count, o.Count) }

func addBranches(b *Branch, o Branch) { b.Count = AddCounts(b.Count, o.Count) }

func addFuncs(f *Func, o Func) {
	f.Count = AddCounts(f.Count, o.Count)
	if o.Span.End.Compare(f.Span.End) > 0 {
		f.Span.End = o.Span.End
		if !f.Span.Ordered() {
			f.Span.Start = o.Span.Start // it stands on the same line
		}
	}
}

// mergeSorted joins two sorted slices. Where both have an item, it is added up; where one has equal
// items, they are taken in their order.
func mergeSorted[T any](a, b []T, compare func(a, b T) int, add func(*T, T)) []T {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	out := make([]T, 0, max(len(a), len(b)))
	for len(a) > 0 && len(b) > 0 {
		switch c := compare(a[0], b[0]); {
		case c < 0:
			out, a = append(out, a[0]), a[1:]
		case c > 0:
			out, b = append(out, b[0]), b[1:]
		default:
			item := a[0]
			add(&item, b[0])
			out, a, b = append(out, item), a[1:], b[1:]
		}
	}
	out = append(out, a...)
	return slices.Clip(append(out, b...))
}

func mergeRegions(a, b []Region) []Region {
	out := make([]Region, 0, distinct(a, b))
	i, j := 0, 0
	for i < len(a) && j < len(b) {
		x, y := &a[i], &b[j]
		switch c := order(x, y); {
		case c < 0:
			out = append(out, *x)
			i++
		case c > 0:
			out = append(out, *y)
			j++
		default:
			out = append(out, Region{x.Start, x.End, max(x.Statements, y.Statements), AddCounts(x.Count, y.Count)})
			i++
			j++
		}
	}
	out = append(out, a[i:]...)
	return append(out, b[j:]...)
}

// distinct is how many regions the two have together: a merged file lives long and takes no more
// than it needs.
func distinct(a, b []Region) int {
	n := len(a) + len(b)
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch c := order(&a[i], &b[j]); {
		case c < 0:
			i++
		case c > 0:
			j++
		default:
			i++
			j++
			n--
		}
	}
	return n
}

// order is Region.Compare, quick where profiles agree on the regions.
func order(a, b *Region) int {
	if a.Start == b.Start && a.End == b.End {
		return 0
	}
	return a.Compare(*b)
}

// SortFiles puts files in the order that Report.Files must have.
func SortFiles(files []*File) {
	slices.SortFunc(files, func(a, b *File) int { return cmp.Compare(a.Name, b.Name) })
}

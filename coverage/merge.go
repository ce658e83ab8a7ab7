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

// Merge joins what several profiles, at least one, say of one source file: a region is covered where
// any of them ran it, and counts are summed. The name is the first file's. A single file comes back
// as it is. Two profiles of different versions of the source may disagree on a region's statements;
// the larger number stands.
func Merge(files ...*File) *File {
	if len(files) == 1 {
		return files[0]
	}
	out := &File{Name: files[0].Name, Unit: files[0].Unit, Regions: files[0].Regions}
	for _, f := range files[1:] {
		out.Regions = mergeRegions(out.Regions, f.Regions)
		out.Unit = min(out.Unit, f.Unit)
	}
	return out
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

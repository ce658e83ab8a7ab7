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

// Merge joins what several profiles say of one source file: a region is covered where any of
// them ran it, and counts are summed. The name is the first file's. A single file comes back as
// it is. Two profiles of different versions of the source may disagree on a region's statements;
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
	out := make([]Region, 0, max(len(a), len(b)))
	for len(a) > 0 && len(b) > 0 {
		switch c := a[0].Compare(b[0]); {
		case c < 0:
			out, a = append(out, a[0]), a[1:]
		case c > 0:
			out, b = append(out, b[0]), b[1:]
		default:
			r := a[0]
			r.Count = AddCounts(r.Count, b[0].Count)
			r.Statements = max(r.Statements, b[0].Statements)
			out, a, b = append(out, r), a[1:], b[1:]
		}
	}
	out = append(out, a...)
	return slices.Clip(append(out, b...))
}

// SortFiles puts files in the order that Report.Files must have.
func SortFiles(files []*File) {
	slices.SortFunc(files, func(a, b *File) int { return cmp.Compare(a.Name, b.Name) })
}

package coverage

import (
	"cmp"
	"crypto/md5"
	"slices"
)

// Sum is a checksum of a source line.
type Sum struct {
	// Line is 1-based.
	Line uint32
	// Hash is SumOf the line.
	Hash uint32
}

func (s Sum) compare(o Sum) int {
	return cmp.Or(cmp.Compare(s.Line, o.Line), cmp.Compare(s.Hash, o.Hash))
}

// SumOf is the checksum of a line without its line break: the first four bytes of its MD5, which is what LCOV and
// gcovr write.
func SumOf(line string) uint32 {
	sum := md5.Sum([]byte(line))
	return uint32(sum[0])<<24 | uint32(sum[1])<<16 | uint32(sum[2])<<8 | uint32(sum[3])
}

// SortSums returns checksums in the order that File.Sums must have, each once. Nil stays nil.
func SortSums(sums []Sum) []Sum {
	out := slices.Clone(sums)
	slices.SortFunc(out, Sum.compare)
	return slices.Clip(slices.Compact(out))
}

func mergeSums(a, b []Sum) []Sum {
	return mergeSorted(a, b, Sum.compare, func(*Sum, Sum) {})
}

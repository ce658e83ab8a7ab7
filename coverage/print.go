package coverage

// Print is a fingerprint of a set of regions: of where each is and how many statements it has, not of how often it
// ran. Equal sets have equal prints, in every run. The zero Print is that of no region.
type Print struct {
	// Regions is how many there are.
	Regions int
	sum     uint64
}

// PrintOf is the print of a file's regions.
func PrintOf(regions []Region) Print {
	var p Print
	for i := range regions {
		p.Add(&regions[i])
	}
	return p
}

// Add takes one more region in. The order in which regions are added does not matter.
func (p *Print) Add(r *Region) {
	p.Regions++
	h := mix(uint64(r.Start.Line)<<32 | uint64(r.Start.Col))
	h = mix(h ^ (uint64(r.End.Line)<<32 | uint64(r.End.Col)))
	p.sum += mix(h ^ uint64(r.Statements))
}

// Digest is a fingerprint of all that a report says, counts and names with it: the same in every run.
func (r *Report) Digest() uint64 {
	var h uint64
	for _, f := range r.Files {
		h = mix(h ^ f.digest())
	}
	return h
}

func (f *File) digest() uint64 {
	h := mix(words(f.Name) ^ uint64(f.Unit))
	for i := range f.Regions {
		r := &f.Regions[i]
		h = mix(h ^ (uint64(r.Start.Line)<<32 | uint64(r.Start.Col)))
		h = mix(h ^ (uint64(r.End.Line)<<32 | uint64(r.End.Col)))
		h = mix(h ^ uint64(r.Statements) ^ r.Count<<20)
	}
	for _, l := range f.Lines {
		h = mix(h ^ uint64(l.Number) ^ l.Count<<32)
	}
	for _, b := range f.Branches {
		h = mix(h ^ (uint64(b.Line)<<32 | uint64(b.Block)<<16 | uint64(b.Way)))
		h = mix(h ^ b.Count)
	}
	for i := range f.Funcs {
		fn := &f.Funcs[i]
		h = mix(h ^ words(fn.Name) ^ uint64(fn.Span.Start.Line)<<32 ^ uint64(fn.Span.End.Line))
		h = mix(h ^ fn.Count)
	}
	for i := range f.Scripts {
		h = mix(h ^ uint64(f.Scripts[i].Units))
		for k := range f.Scripts[i].Stretches {
			s := &f.Scripts[i].Stretches[k]
			h = mix(h ^ (uint64(s.Start.Line)<<32 | uint64(s.Start.Col)))
			h = mix(h ^ (uint64(s.End.Line)<<32 | uint64(s.End.Col)))
			h = mix(h ^ words(s.Name) ^ s.Count)
		}
	}
	return h
}

// words is FNV-1a of a string, 64 bits.
func words(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return h
}

// mix is the finalizer of SplitMix64 (Steele, Lea, Flood 2014): every bit of x changes about half of the result.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

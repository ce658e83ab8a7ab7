package git

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"hash/maphash"
	"path"
	"slices"
)

// Bounds of the search for renames in a change.
const (
	maxPairs      = 1_000_000 // texts that are compared with each other; git compares as many
	maxChunks     = 8 << 20   // of all texts together
	maxCandidates = 4         // that are weighed for a file
)

// Parts of a text that have to stay where a file was renamed: half, as git has it, and three quarters where the name is the
// same and no other file has it.
const (
	halfStays = 0.5
	mostStays = 0.75
)

// lone is a file that is only in the base, or only in what is compared with it.
type lone struct {
	path      string
	blob      hash // "" is not known
	version   version
	untracked bool
	chunks    []chunk // sorted; nil is none
	size      int     // bytes of the text
	read      bool
	to        int // the place of the file that it became, or was; -1 is none
}

// chunk is how many bytes of a text are in lines, or in parts of long lines, with a hash.
type chunk struct {
	hash  uint32
	bytes uint32
}

// pairing finds out which files were renamed.
type pairing struct {
	ctx             context.Context
	deleted, added  []*lone
	seed            maphash.Seed
	texts, held     int
	full            bool // not all texts were compared
	pairs, maxPairs int
	limit           int64 // bytes of a text
}

// find sets lone.to of both lists. Files are paired by the same text first, then by the same name, then by the texts most
// alike; where several are as good, by paths.
func (p *pairing) find() error {
	for _, list := range [][]*lone{p.deleted, p.added} {
		for _, s := range list {
			s.to = -1
		}
	}
	p.seed = maphash.MakeSeed()
	p.exact()
	if err := p.named(); err != nil {
		return err
	}
	return p.alike()
}

func (p *pairing) pair(was, is int) {
	p.deleted[was].to, p.added[is].to = is, was
}

// exact pairs files of the same text.
func (p *pairing) exact() {
	by := map[hash][]int{}
	for i, d := range p.deleted {
		if d.blob != "" {
			by[d.blob] = append(by[d.blob], i)
		}
	}
	for _, sameName := range []bool{true, false} {
		for i, a := range p.added {
			if a.to >= 0 || a.blob == "" {
				continue
			}
			best, near := -1, -1
			list := by[a.blob]
			for _, j := range list[:min(len(list), maxLooked)] {
				d := p.deleted[j]
				if d.to >= 0 || sameName && path.Base(d.path) != path.Base(a.path) {
					continue
				}
				if n := closeness(a.path, d.path); n > near {
					best, near = j, n
				}
			}
			if best >= 0 {
				p.pair(best, i)
			}
		}
	}
}

// named pairs files of a name that only one of both sides has.
func (p *pairing) named() error {
	only := func(list []*lone) map[string]int {
		by := map[string]int{}
		for i, s := range list {
			if s.to >= 0 {
				continue
			}
			name := path.Base(s.path)
			if _, again := by[name]; again {
				by[name] = -1
			} else {
				by[name] = i
			}
		}
		return by
	}
	before, after := only(p.deleted), only(p.added)
	for i, a := range p.added {
		name := path.Base(a.path)
		j, ok := before[name]
		if !ok || j < 0 || a.to >= 0 || after[name] != i {
			continue
		}
		score, err := p.score(p.deleted[j], a, mostStays)
		if err != nil {
			return err
		}
		if score >= mostStays {
			p.pair(j, i)
		}
	}
	return nil
}

// alike pairs the files most alike.
func (p *pairing) alike() error {
	type match struct {
		was, is int
		score   float64
		named   bool
	}
	order := func(a, b match) int {
		named := func(m match) int {
			if m.named {
				return 0
			}
			return 1
		}
		return cmp.Or(cmp.Compare(b.score, a.score), named(a)-named(b), cmp.Compare(a.is, b.is), cmp.Compare(a.was, b.was))
	}
	var all []match
	for i, a := range p.added {
		if a.to >= 0 {
			continue
		}
		var own []match
		for j, d := range p.deleted {
			if d.to >= 0 {
				continue
			}
			if p.pairs++; p.pairs > p.maxPairs {
				p.full = true
				break
			}
			score, err := p.score(d, a, halfStays)
			if err != nil {
				return err
			}
			if score >= halfStays {
				m := match{j, i, score, path.Base(d.path) == path.Base(a.path)}
				at, _ := slices.BinarySearchFunc(own, m, order)
				own = slices.Insert(own, at, m)
				own = own[:min(len(own), maxCandidates)]
			}
		}
		all = append(all, own...)
	}
	slices.SortFunc(all, order)
	for _, m := range all {
		if p.deleted[m.was].to < 0 && p.added[m.is].to < 0 {
			p.pair(m.was, m.is)
		}
	}
	return nil
}

// score is which part of the larger text is in both, and 0 where it can't reach least.
func (p *pairing) score(was, is *lone, least float64) (float64, error) {
	if err := p.ctx.Err(); err != nil {
		return 0, err
	}
	for _, s := range []*lone{was, is} {
		if err := p.load(s); err != nil {
			return 0, err
		}
	}
	large, small := max(was.size, is.size), min(was.size, is.size)
	if small == 0 || float64(small) < least*float64(large) {
		return 0, nil
	}
	both := 0
	a, b := was.chunks, is.chunks
	for len(a) > 0 && len(b) > 0 {
		switch {
		case a[0].hash < b[0].hash:
			a = a[1:]
		case a[0].hash > b[0].hash:
			b = b[1:]
		default:
			both += int(min(a[0].bytes, b[0].bytes))
			a, b = a[1:], b[1:]
		}
	}
	return float64(both) / float64(large), nil
}

// load takes a text apart. One that can't be read is like no other.
func (p *pairing) load(s *lone) error {
	if s.read {
		return nil
	}
	s.read = true
	if p.texts++; p.texts > 2*maxCompared || p.held > maxChunks {
		p.full = true
		return nil
	}
	text, err := s.version.read(p.limit)
	if errors.Is(err, ErrBounds) || p.ctx.Err() != nil {
		return cmp.Or(p.ctx.Err(), err)
	}
	if err != nil {
		return nil
	}
	s.size = len(text)
	s.chunks = chunks(p.seed, text)
	p.held += len(s.chunks)
	return nil
}

// chunks takes a text apart at the ends of lines, and after 64 bytes. How a line of a text ends does not count.
func chunks(seed maphash.Seed, text []byte) []chunk {
	const longest, looked = 64, 8000
	binary := bytes.IndexByte(text[:min(len(text), looked)], 0) >= 0
	var out []chunk
	var part [longest]byte
	n := 0
	end := func() {
		h := maphash.Bytes(seed, part[:n])
		out = append(out, chunk{uint32(h ^ h>>32), uint32(n)})
		n = 0
	}
	for i, c := range text {
		if c == '\r' && !binary && i+1 < len(text) && text[i+1] == '\n' {
			continue
		}
		part[n] = c
		if n++; n == longest || c == '\n' {
			end()
		}
	}
	if n > 0 {
		end()
	}
	slices.SortFunc(out, func(a, b chunk) int { return cmp.Compare(a.hash, b.hash) })
	to := 0
	for i, c := range out {
		if i > 0 && out[to-1].hash == c.hash {
			out[to-1].bytes += c.bytes
			continue
		}
		out[to] = c
		to++
	}
	return slices.Clip(out[:to])
}

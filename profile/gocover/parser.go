package gocover

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"path"
	"slices"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/profile/scan"
)

// parser is what is known between two lines.
type parser struct {
	maxLine  uint32
	maxFiles int

	line     int  // how many lines were read
	moded    bool // one of them was a mode line
	set      bool // one of those was set
	files    map[string]*file
	warnings []coverage.Warning
	run      int // how many mode lines were read: each begins the text of a run

	// The section that is being read: blocks of one file that follow each other.
	file  *file
	next  int     // where in file.Regions the next block most likely stands
	fresh []block // the section's blocks that file.Regions doesn't have
}

// file is a source file while its profile is read.
//
// Under -coverpkg each tested package lists all blocks of the file again, in the same order. The
// first section becomes Regions and the others walk along them in step; a block out of step is
// searched for.
type file struct {
	*coverage.File
	// prefix is the name and a colon: how the next line of the section begins.
	prefix string
	// late are the blocks that Regions still lack. They wait until there are as many as Regions,
	// so that many short sections cost no more than few long ones.
	late []block
	// blocks is how many the last run to have the file has of it, most the most that any had.
	run, blocks, most int
	// listed is how many blocks all runs together have of it.
	listed int
	// mixed and crossed tell that there is a warning of the file already.
	mixed, crossed bool
}

// block is a region and the line of the profile that it stands on.
type block struct {
	coverage.Region
	line int
}

func (b block) compare(c block) int {
	return cmp.Or(b.Compare(c.Region), cmp.Compare(b.line, c.line))
}

// parse reads whole lines. An error is about p.line.
func (p *parser) parse(text []byte) error {
	for len(text) > 0 {
		p.line++
		if n := p.parseNext(text); n > 0 {
			text = text[n:]
			continue
		}
		line, rest, whole := bytes.Cut(text, []byte("\n"))
		switch err := p.parseLine(line); {
		case err != nil && !whole:
			return fmt.Errorf("%w: the file seems to be cut or still being written", err)
		case err != nil:
			return err
		case !whole:
			p.warn(p.line, "the last line has no newline: the file may be cut")
		}
		text = rest
	}
	return nil
}

// parseNext reads the line at the start of text if it is one more block of the section. n is the
// line's length, 0 where it is something else. It gives the same as parseLine, without a search
// for the line's end and the colon.
func (p *parser) parseNext(text []byte) (n int) {
	if p.file == nil {
		return 0
	}
	k := len(p.file.prefix)
	if len(text) < k || string(text[:k]) != p.file.prefix {
		return 0
	}
	r, n := scanBlock(text[k:], p.maxLine)
	if n += k; n == k || n == len(text) || text[n] != '\n' {
		return 0
	}
	p.add(r)
	return n + 1
}

// parseLine reads any line; it comes without its newline.
func (p *parser) parseLine(line []byte) error {
	switch line = trim(line); string(line) {
	case "mode: set", "mode: count", "mode: atomic":
		p.leave()
		p.moded = true
		p.run++
		p.set = p.set || string(line) == "mode: set"
		return nil
	}
	if len(bytes.TrimSpace(line)) == 0 {
		return nil
	}
	name, r, err := parseBlock(line, p.maxLine)
	const modes = `want "mode: set", "mode: count" or "mode: atomic"`
	switch {
	case !p.moded && err == nil:
		return fmt.Errorf("%s, have %s", modes, scan.Quote(line))
	case !p.moded || err != nil && bytes.HasPrefix(line, []byte("mode:")):
		return errors.New(modes) // without the line: settings of other programs begin like this
	}
	if err != nil {
		return err
	}
	if err := p.enter(name); err != nil {
		return err
	}
	p.add(r)
	return nil
}

// trim takes off a carriage return and byte order marks, which any line may have where profiles
// were joined.
func trim(line []byte) []byte {
	return bytes.TrimLeft(bytes.TrimSuffix(line, []byte("\r")), scan.BOM)
}

// enter starts a section of name's blocks, or goes on with it.
func (p *parser) enter(name []byte) error {
	if p.file != nil && p.file.Name == string(name) {
		return nil
	}
	p.leave()
	f := p.files[string(name)]
	if f == nil {
		if len(p.files) == p.maxFiles {
			return fmt.Errorf("more than %d files (limits.files): %s", p.maxFiles, scan.Quote(name))
		}
		prefix := string(name) + ":"
		f = &file{File: &coverage.File{Name: prefix[:len(name)]}, prefix: prefix}
		p.files[f.Name] = f
	}
	if f.run != p.run {
		f.run, f.blocks = p.run, 0
	}
	p.file, p.next = f, 0
	return nil
}

// leave ends the section.
func (p *parser) leave() {
	f := p.file
	if f == nil {
		return
	}
	f.most = max(f.most, f.blocks)
	if len(f.late)+len(p.fresh) < len(f.Regions) {
		f.late = append(f.late, p.fresh...)
		p.fresh = p.fresh[:0]
	} else {
		p.merge(f)
	}
	p.file = nil
}

// add takes a block of the section.
func (p *parser) add(r coverage.Region) {
	f := p.file
	f.blocks++
	f.listed++
	if r.End.Compare(r.Start) < 0 {
		if !f.crossed {
			f.crossed = true
			p.warn(p.line, "%q has a block that ends before it starts: %s", f.Name, span(r))
		}
		r.End = r.Start
	}
	i := p.next
	if i == len(f.Regions) || f.Regions[i].Start != r.Start || f.Regions[i].End != r.End {
		var known bool
		if i, known = slices.BinarySearchFunc(f.Regions, r, coverage.Region.Compare); !known {
			p.fresh = append(p.fresh, block{r, p.line})
			if len(p.fresh) >= 4096+len(f.Regions)/2 {
				p.merge(f)
			}
			return
		}
	}
	p.join(f, &f.Regions[i], block{r, p.line})
	p.next = i + 1
}

// merge moves f.late and p.fresh, the blocks of f, to f.Regions.
func (p *parser) merge(f *file) {
	blocks := p.fresh
	if len(f.late) > 0 {
		blocks = append(f.late, p.fresh...)
	}
	f.late, p.fresh = nil, p.fresh[:0]

	if !slices.IsSortedFunc(blocks, block.compare) {
		slices.SortFunc(blocks, block.compare)
	}
	n := 0
	for _, b := range blocks {
		if n > 0 && blocks[n-1].Compare(b.Region) == 0 {
			p.join(f, &blocks[n-1].Region, b)
			continue
		}
		blocks[n] = b
		n++
	}
	regions := make([]coverage.Region, 0, len(f.Regions)+n)
	regions = append(regions, f.Regions...)
	for _, b := range blocks[:n] {
		regions = append(regions, b.Region)
	}
	if len(f.Regions) > 0 {
		slices.SortFunc(regions, coverage.Region.Compare)
	}
	f.Regions = regions
}

// join adds b to r, which has the same start and end.
func (p *parser) join(f *file, r *coverage.Region, b block) {
	if r.Statements != b.Statements {
		if !f.mixed {
			f.mixed = true
			p.warn(b.line, "the profile mixes two versions of %q: the block %s has %d and %d statements",
				f.Name, span(b.Region), r.Statements, b.Statements)
		}
		r.Statements = max(r.Statements, b.Statements)
	}
	r.Count = coverage.AddCounts(r.Count, b.Count)
}

func (p *parser) warn(line int, format string, args ...any) {
	p.warnings = append(p.warnings, coverage.Warning{Line: line, Text: fmt.Sprintf(format, args...)})
}

// report returns what was read.
func (p *parser) report() *coverage.Report {
	p.leave()
	files, once, listed := make([]*coverage.File, 0, len(p.files)), true, map[string]int{}
	for _, f := range p.files {
		if len(f.late) > 0 {
			p.merge(f)
		}
		once = once && f.most <= len(f.Regions)
		if n := len(f.Regions); n > 0 {
			in := path.Dir(f.Name)
			if known, ok := listed[in]; !ok || f.listed/n < known {
				listed[in] = f.listed / n
			}
		}
		if p.set {
			for i := range f.Regions {
				f.Regions[i].Count = min(f.Regions[i].Count, 1)
			}
		}
		files = append(files, f.File)
	}
	coverage.SortFiles(files)
	slices.SortStableFunc(p.warnings, func(a, b coverage.Warning) int { return cmp.Compare(a.Line, b.Line) })
	return &coverage.Report{Files: files, Counted: p.moded && !p.set, Once: once, Listed: listed, Warnings: p.warnings}
}

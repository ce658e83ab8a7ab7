// Package lcov reads LCOV tracefiles, which geninfo, c8, nyc, vitest, grcov, llvm-cov and many others
// write. The format is that of the manual page geninfo(1), of LCOV 1 and 2.
//
// What counts are the records (DA, FN and FNDA or FNL and FNA, BRDA), not the sums behind them (LF,
// FNF, BRF), which some tools write of something else.
package lcov

import (
	"bytes"
	"crypto/md5"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/profile/scan"
)

// Sniff reports whether a profile that begins with head is a tracefile.
func Sniff(head []byte) bool {
	for line := range bytes.Lines(head) {
		line = bytes.TrimSpace(line)
		if len(line) == 0 || line[0] == '#' {
			continue
		}
		return bytes.HasPrefix(line, []byte("TN:")) || bytes.HasPrefix(line, []byte("SF:"))
	}
	return false
}

// Read reads a tracefile. Sections of the same file are summed. A last section without its
// end_of_record is left out, and the report is Cut: the file was cut there. What can't be read is a
// *coverage.LineError.
func Read(r io.Reader, limits scan.Limits) (*coverage.Report, error) {
	p := &parser{limits: limits, most: uint64(limits.MaxLine()), files: map[string]*coverage.File{}, report: &coverage.Report{Counted: true}}
	p.places = scan.NewPlaces(limits, p.warn)
	lines := scan.NewLines(r)
	for {
		chunk, err := lines.Next()
		if errors.Is(err, io.EOF) {
			return p.end()
		}
		if errors.Is(err, scan.ErrTooLong) {
			return nil, &coverage.LineError{Line: p.line + 1, Err: err}
		}
		if err != nil {
			return nil, err
		}
		for line := range bytes.Lines(chunk) {
			p.line++
			if len(p.lines)+len(p.branches)+len(p.sums) >= p.room {
				p.sum()
			}
			if p.name != "" && p.plain(line) {
				continue
			}
			whole := line[len(line)-1] == '\n'
			if err := p.record(bytes.TrimRight(line, "\r\n")); err != nil {
				if !whole && p.name != "" {
					return p.end() // the line is cut, and with it the section
				}
				return nil, &coverage.LineError{Line: p.line, Err: err}
			}
		}
	}
}

type parser struct {
	limits scan.Limits
	places *scan.Places
	most   uint64 // the highest line number of a source file
	line   int    // 1-based
	report *coverage.Report
	files  map[string]*coverage.File // by name
	warned map[string]bool           // by the sort of warning

	// The section at hand; name is "" between sections.
	name     string
	began    int // its line
	lines    []coverage.Line
	branches []coverage.Branch
	room     int // lines, branches and checksums are summed when they are so many
	sums     []coverage.Sum
	funcs    []coverage.Func
	counts   []named       // of FNDA, in order
	leaders  map[int]group // of FNL, by index
	// tellsFuncs and tellsBranches say that there are records of those, if only of how many there are.
	tellsFuncs, tellsBranches bool
}

type named struct {
	name  string
	count uint64
}

type group struct {
	line uint32
	end  uint64 // as the profile has it
}

// warn tells a sort of oddity once for a profile.
func (p *parser) warn(sort, text string) {
	if p.warned == nil {
		p.warned = map[string]bool{}
	}
	if !p.warned[sort] {
		p.warned[sort] = true
		p.report.Warnings = append(p.report.Warnings, coverage.Warning{Line: p.line, Text: text})
	}
}

// sum joins the lines, branches and checksums that a section tells again and again, each time when they have become twice
// as many.
func (p *parser) sum() {
	p.lines = append(p.lines[:0], coverage.SumLines(p.lines)...)
	p.branches = append(p.branches[:0], coverage.SortBranches(p.branches)...)
	p.sums = append(p.sums[:0], coverage.SortSums(p.sums)...)
	p.room = max(1<<16, 2*(len(p.lines)+len(p.branches)+len(p.sums)))
}

// plain takes a line such as "DA:12,1\n", which most are, and reports whether it did.
func (p *parser) plain(line []byte) bool {
	const prefix, most = "DA:", 18
	if len(line) < len(prefix) || string(line[:len(prefix)]) != prefix {
		return false
	}
	at := len(prefix)
	var n [2]uint64
	for i, end := range [...]byte{',', '\n'} {
		start := at
		for at < len(line) && line[at]-'0' <= 9 {
			n[i] = n[i]*10 + uint64(line[at]-'0')
			at++
		}
		if at == start || at-start > most || at == len(line) || line[at] != end {
			return false
		}
		at++
	}
	if n[0] == 0 || n[0] > p.most {
		return false
	}
	p.lines = append(p.lines, coverage.Line{Number: uint32(n[0]), Count: n[1]})
	return true
}

func (p *parser) record(line []byte) error {
	if p.line == 1 {
		line = bytes.TrimPrefix(line, []byte(scan.BOM))
	}
	if bytes.IndexByte(line, '\r') >= 0 {
		return errors.New("the lines end in CR alone: save the file with LF or CRLF")
	}
	if len(line) == 0 || line[0] == '#' {
		return nil
	}
	keyword, value, ok := bytes.Cut(line, []byte(":"))
	if !ok {
		if string(line) == "end_of_record" {
			return p.section()
		}
		return fmt.Errorf("want a record such as DA:12,1 or end_of_record, have %s", scan.Quote(line))
	}
	if string(keyword) == "SF" {
		if p.name != "" {
			p.warn("end", "the section before this one has no end_of_record")
			if err := p.section(); err != nil {
				return err
			}
		}
		p.name, p.began = string(value), p.line
		if p.name == "" {
			return errors.New("SF: names no file")
		}
		return nil
	}
	switch string(keyword) {
	case "DA", "FN", "FNDA", "FNL", "FNA", "BRDA":
		if p.name == "" {
			return fmt.Errorf("want SF: and a file before %s", scan.Quote(line))
		}
		if err := p.counted(string(keyword), value); err != nil {
			return fmt.Errorf("%w, have %s", err, scan.Quote(line))
		}
	case "FNF":
		p.tellsFuncs = true
	case "BRF":
		p.tellsBranches = true
	case "TN", "LF", "LH", "FNH", "BRH", "VER", "MCDC", "MCF", "MCH":
	default:
		p.warn("keyword", fmt.Sprintf("records %s are not known and were passed over", scan.Quote(keyword)))
	}
	return nil
}

func (p *parser) counted(keyword string, value []byte) error {
	switch keyword {
	case "DA":
		return p.da(value)
	case "BRDA":
		p.tellsBranches = true
		return p.brda(value)
	}
	p.tellsFuncs = true
	switch keyword {
	case "FN":
		return p.fn(value)
	case "FNDA":
		return p.fnda(value)
	case "FNL":
		return p.fnl(value)
	case "FNA":
		return p.fna(value)
	}
	return nil
}

// next is the field of value up to the next comma, and what is behind that.
func next(value []byte) (field, rest []byte, ok bool) {
	i := bytes.IndexByte(value, ',')
	if i < 0 {
		return value, nil, false
	}
	return value[:i], value[i+1:], true
}

func (p *parser) da(value []byte) error {
	line, rest, ok := next(value)
	if !ok {
		return errors.New("want DA:line,count")
	}
	n, ok, err := p.number(line)
	if err != nil || !ok {
		return err
	}
	taken, sum, _ := next(rest)
	count, err := p.count(taken)
	if err != nil {
		return errors.New("want DA:line,count")
	}
	p.lines = append(p.lines, coverage.Line{Number: n, Count: count})
	if hash, ok := checksum(sum); ok {
		p.sums = append(p.sums, coverage.Sum{Line: n, Hash: hash})
	}
	return nil
}

// checksum reads the beginning of an MD5 in base64, which geninfo and coverage.py write without the padding.
func checksum(s []byte) (hash uint32, ok bool) {
	s = bytes.TrimRight(s, "=")
	var sum [md5.Size]byte
	if base64.RawStdEncoding.DecodedLen(len(s)) != len(sum) {
		return 0, false
	}
	if _, err := base64.RawStdEncoding.Decode(sum[:], s); err != nil {
		return 0, false
	}
	return binary.BigEndian.Uint32(sum[:]), true
}

func (p *parser) brda(value []byte) error {
	line, rest, _ := next(value)
	block, rest, _ := next(rest)
	at := bytes.LastIndexByte(rest, ',') // LCOV 2 may name the branch by its expression
	if at < 0 {
		return errors.New("want BRDA:line,block,branch,taken")
	}
	var n uint32
	if string(line) != "0" { // coverage.py writes the ways out of a function so
		var ok bool
		var err error
		if n, ok, err = p.number(line); err != nil || !ok {
			return err
		}
	}
	b := coverage.Branch{Line: n, Block: label(block), Way: label(rest[:at])}
	if taken := rest[at+1:]; string(taken) != "-" { // never reached
		var err error
		if b.Count, err = p.count(taken); err != nil {
			return errors.New("want BRDA:line,block,branch,taken")
		}
	}
	p.branches = append(p.branches, b)
	return nil
}

// label is a number that stands for the name of a block or branch: the number itself, or one beyond
// them for a block of exceptions ("e0") and for an expression.
func label(s []byte) uint32 {
	if n, ok := scan.Uint(s); ok && n < 1<<31 {
		return uint32(n)
	}
	h := uint32(2166136261)
	for _, c := range s {
		h = (h ^ uint32(c)) * 16777619
	}
	return h | 1<<31
}

func (p *parser) fn(value []byte) error {
	start, name, ok := next(value)
	if !ok {
		return errors.New("want FN:line,name or FN:line,end,name")
	}
	line, known, err := p.number(start)
	if err != nil {
		return err
	}
	var end uint64
	if e, rest, ok := next(name); ok {
		if n, ok := scan.Uint(e); ok && n <= math.MaxUint32 {
			end, name = n, rest
		}
	}
	if known {
		p.add(line, end, name, 0)
	}
	return nil
}

func (p *parser) fnda(value []byte) error {
	count, name, ok := next(value)
	n, err := p.count(count)
	if !ok || err != nil {
		return errors.New("want FNDA:count,name")
	}
	c := named{count: n}
	if i := len(p.counts); i < len(p.funcs) && p.funcs[i].Name == string(name) {
		c.name = p.funcs[i].Name
	} else {
		c.name = string(name)
	}
	p.counts = append(p.counts, c)
	return nil
}

func (p *parser) add(line uint32, end uint64, name []byte, count uint64) {
	f := coverage.Func{Name: string(name), Counted: true, Count: count}
	f.Span.Start = coverage.Point{Line: line, Col: 1}
	f.Span.End = p.places.End(end, 0)
	f.Span = p.places.Order(f.Span)
	p.funcs = append(p.funcs, f)
}

func (p *parser) fnl(value []byte) error {
	id, rest, ok := next(value)
	index, err := strconv.Atoi(string(id))
	if !ok || err != nil {
		return errors.New("want FNL:index,line,end")
	}
	first, rest, _ := next(rest)
	line, ok, err := p.number(first)
	if err != nil || !ok {
		return err
	}
	g := group{line: line}
	end, _, _ := next(rest)
	if n, ok := scan.Uint(end); ok {
		g.end = n
	}
	if p.leaders == nil {
		p.leaders = map[int]group{}
	}
	p.leaders[index] = g
	return nil
}

func (p *parser) fna(value []byte) error {
	id, rest, _ := next(value)
	n, name, ok := next(rest)
	if !ok {
		return errors.New("want FNA:index,count,name")
	}
	index, err := strconv.Atoi(string(id))
	g, ok := p.leaders[index]
	if err != nil || !ok {
		return errors.New("want FNA:index,count,name behind the FNL with that index")
	}
	count, err := p.count(n)
	if err != nil {
		return errors.New("want FNA:index,count,name")
	}
	p.add(g.line, g.end, name, count)
	return nil
}

// number reads a line number. ok is false for one that there is not, such as 0 or -1, which source maps and
// functions that the compiler made have: what stands there is passed over.
func (p *parser) number(s []byte) (n uint32, ok bool, err error) {
	v, ok := scan.Uint(s)
	if !ok {
		digits := bytes.TrimPrefix(s, []byte("-"))
		switch v, err = strconv.ParseUint(string(digits), 10, 64); {
		case err != nil && !errors.Is(err, strconv.ErrRange):
			return 0, false, errors.New("want a line number")
		case len(digits) < len(s):
			p.warn("negative line", fmt.Sprintf("records of line %s were passed over: lines begin at 1", s))
			return 0, false, nil
		}
	}
	n, ok = p.places.Line(v)
	return n, ok, nil
}

// count reads a count as tools write it: an integer, a float, or less than 0, which is none.
func (p *parser) count(s []byte) (uint64, error) {
	if n, ok := scan.Uint(s); ok {
		return n, nil
	}
	n, err := strconv.ParseUint(string(s), 10, 64)
	if err == nil || errors.Is(err, strconv.ErrRange) {
		return n, nil // the largest, where it is out of range
	}
	f, err := strconv.ParseFloat(string(s), 64)
	switch {
	case err != nil || math.IsNaN(f):
		return 0, errors.New("want a count")
	case f < 0:
		p.warn("negative", "negative counts were taken for 0")
		return 0, nil
	case f >= math.MaxUint64:
		return math.MaxUint64, nil
	case f > 0 && f < 1:
		return 1, nil
	}
	return uint64(f), nil
}

// section ends the section at hand and adds it to its file.
func (p *parser) section() error {
	if p.name == "" {
		return nil // some tools end a test without a file
	}
	p.call()
	f := &coverage.File{Name: p.name, Unit: coverage.Lines, Lines: coverage.SumLines(p.lines)}
	if p.tellsBranches {
		if strings.HasSuffix(p.name, ".py") {
			ofTargets(p.branches)
		}
		f.Branches = coverage.SortBranches(p.branches)
		if f.Branches == nil {
			f.Branches = []coverage.Branch{}
		}
	}
	if p.tellsFuncs {
		f.Funcs = coverage.SortFuncs(p.funcs)
		if f.Funcs == nil {
			f.Funcs = []coverage.Func{}
		}
	}
	if len(p.sums) > 0 {
		f.Sums = coverage.SortSums(p.sums)
	}
	if known := p.files[p.name]; known != nil {
		*known = *coverage.Merge(known, f)
	} else {
		if err := p.limits.CheckFiles(len(p.files) + 1); err != nil {
			return err
		}
		p.files[p.name] = f
		p.report.Files = append(p.report.Files, f)
	}
	p.name, p.lines, p.branches, p.funcs = "", p.lines[:0], p.branches[:0], p.funcs[:0]
	p.counts, p.sums = p.counts[:0], p.sums[:0]
	p.tellsFuncs, p.tellsBranches = false, false
	clear(p.leaders)
	return nil
}

// ofTargets takes off the lines of branches where those are the lines that they lead to, as coverage.py has it before
// version 7.6.2: a block is a decision there, which stands on a line that is not told, and the numbers of its ways
// differ from run to run.
func ofTargets(branches []coverage.Branch) {
	type way struct{ block, way uint32 }
	seen := map[way]bool{}
	lines := map[uint32]uint32{} // by block
	apart := false
	for _, b := range branches {
		id := way{b.Block, b.Way}
		if seen[id] || b.Way >= 1<<31 {
			return
		}
		seen[id] = true
		line, ok := lines[b.Block]
		apart = apart || ok && line != b.Line
		lines[b.Block] = b.Line
	}
	if !apart {
		return
	}
	clear(seen)
	for i := range branches {
		b := &branches[i]
		id := way{b.Block, b.Line}
		for seen[id] { // a function may be left in several ways
			id.way = max(id.way, 1<<31) + 1
		}
		seen[id] = true
		b.Line, b.Way = 0, id.way
	}
}

// call gives the counts of FNDA to the functions of FN. Names may stand twice; then the counts stand
// in the order of the functions, and where there are fewer, the last holds for the rest.
func (p *parser) call() {
	if slices.EqualFunc(p.counts, p.funcs, func(c named, f coverage.Func) bool { return c.name == f.Name }) {
		for i, c := range p.counts {
			p.funcs[i].Count = coverage.AddCounts(p.funcs[i].Count, c.count)
		}
		return
	}
	byName := map[string][]uint64{}
	for _, c := range p.counts {
		byName[c.name] = append(byName[c.name], c.count)
	}
	for i := range p.funcs {
		f := &p.funcs[i]
		counts := byName[f.Name]
		if len(counts) == 0 {
			continue
		}
		f.Count = coverage.AddCounts(f.Count, counts[0])
		if len(counts) > 1 {
			byName[f.Name] = counts[1:]
		}
	}
}

func (p *parser) end() (*coverage.Report, error) {
	if p.name != "" {
		if len(p.report.Files) == 0 {
			return nil, &coverage.LineError{Line: p.line, Err: errors.New("want end_of_record: the file seems to be cut or still being written")}
		}
		p.line, p.report.Cut = p.began, true
		p.warn("cut", fmt.Sprintf("the file seems to be cut: %s has no end_of_record and was left out", p.name))
	}
	slices.SortFunc(p.report.Files, func(a, b *coverage.File) int { return strings.Compare(a.Name, b.Name) })
	return p.report, nil
}

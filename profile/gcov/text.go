package gcov

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/profile/scan"
)

// isText reports whether a text begins like gcov's, with "        -:    0:Source:…".
func isText(head []byte) bool {
	count, n, rest, ok := record(firstLine(head))
	return ok && string(count) == "-" && string(n) == "0" && bytes.HasPrefix(rest, []byte("Source:"))
}

func firstLine(text []byte) []byte {
	line, _, _ := bytes.Cut(bytes.TrimLeft(text, "\r\n"), []byte("\n"))
	return line
}

// record takes a line apart: "    #####:    4:int f() {". Of a block, the line has its number behind a hyphen and
// is none.
func record(line []byte) (count, n, rest []byte, ok bool) {
	count, rest, ok = bytes.Cut(line, []byte(":"))
	if !ok {
		return nil, nil, nil, false
	}
	n, rest, ok = bytes.Cut(rest, []byte(":"))
	count, n = bytes.TrimLeft(count, " "), bytes.TrimLeft(n, " ")
	if _, digits := scan.Uint(n); !ok || !digits || len(count) == 0 {
		return nil, nil, nil, false
	}
	return count, n, rest, true
}

type textReader struct {
	*collector
	line int // 1-based
	dir  string
	// The source at hand; nil before the first.
	file *coverage.File
	// text tells that gcov had the source, and length how many lines that has.
	text   bool
	length uint32
	// at is the line of the source at hand, 0 where it is not to be counted, and ways how many branches of it were told.
	at   uint32
	ways uint32
	// heads are functions that begin on the next line.
	heads []coverage.Func
	// section is behindBar, inSection, or 0 outside of what frames the instantiations of a template.
	section int
}

func (c *collector) readText(r io.Reader) error {
	p := &textReader{collector: c}
	lines := scan.NewLines(r)
	for {
		chunk, err := lines.Next()
		switch {
		case errors.Is(err, io.EOF):
			if p.file == nil {
				return &coverage.LineError{Line: max(p.line, 1), Err: errors.New("want gcov's text, which begins with -: 0:Source: and a file")}
			}
			if err := p.end(); err != nil {
				return &coverage.LineError{Line: p.line, Err: err}
			}
			return nil
		case errors.Is(err, scan.ErrTooLong):
			return &coverage.LineError{Line: p.line + 1, Err: err}
		case err != nil:
			return err
		}
		for line := range bytes.Lines(chunk) {
			p.line++
			if line[len(line)-1] != '\n' {
				p.report.Cut = true // gcov ends every line, and this one may have been longer
				p.warn("cut", "the file seems to be cut: its last line has no end, and was left out")
				continue
			}
			if err := p.take(bytes.TrimRight(line, "\r\n")); err != nil {
				return &coverage.LineError{Line: p.line, Err: err}
			}
		}
	}
}

func (p *textReader) take(line []byte) error {
	count, n, rest, ok := record(line)
	switch {
	case !ok:
		return p.note(line)
	case string(n) == "0" && string(count) == "-":
		return p.head(rest)
	case p.file == nil:
		return fmt.Errorf("want -: 0:Source: and a file before %s", scan.Quote(line))
	}
	number, _ := scan.Uint(n)
	if p.section == behindBar {
		p.section = 0
	}
	at, ok := p.places.Line(number)
	p.at, p.ways = at, 0
	if !ok {
		return nil
	}
	for _, fn := range p.heads {
		fn.Span.Start = coverage.Point{Line: at, Col: 1}
		p.file.Funcs = append(p.file.Funcs, fn)
	}
	p.heads = p.heads[:0]
	runs, code, err := counted(count)
	if err != nil {
		return fmt.Errorf("%w, have %s", err, scan.Quote(line))
	}
	if p.section == inSection {
		return nil // the line stands above, with the sum
	}
	if code {
		p.file.Lines = append(p.file.Lines, coverage.Line{Number: at, Count: runs})
	}
	if string(rest) == "/*EOF*/" {
		p.text = false
	}
	p.length = max(p.length, at)
	p.file.Sums = append(p.file.Sums, coverage.Sum{Line: at, Hash: coverage.SumOf(string(rest))})
	return nil
}

// head takes what stands before the lines of a source.
func (p *textReader) head(rest []byte) error {
	key, value, _ := bytes.Cut(rest, []byte(":"))
	switch string(key) {
	case "Source":
		if err := p.end(); err != nil {
			return err
		}
		if len(value) == 0 {
			return errors.New("0:Source: names no file")
		}
		p.file, p.text, p.length, p.dir, p.section = &coverage.File{Name: string(value), Unit: coverage.Lines}, true, 0, "", 0
	case "Working directory":
		p.dir = string(value)
	}
	return nil
}

// end takes the source at hand, which is whole.
func (p *textReader) end() error {
	f := p.file
	if f == nil {
		return nil
	}
	p.heads = p.heads[:0]
	if p.dir != "" {
		f.Name = rooted(f.Name, p.dir)
		p.report.Roots = append(p.report.Roots, p.dir)
	}
	if f.Length = p.length; !p.text || p.report.Cut {
		f.Length, f.Sums = 0, nil
	}
	if !p.text {
		f.Sums = nil
	}
	p.file = nil
	return p.add(f)
}

const (
	bar       = "------------------"
	behindBar = 1
	inSection = 2
)

// note takes a line that is none of the source: of a function, a branch, a call, or of what frames instantiations.
func (p *textReader) note(line []byte) error {
	if p.file == nil {
		if len(bytes.TrimSpace(line)) == 0 {
			return nil
		}
		return fmt.Errorf("want -: 0:Source: and a file, have %s", scan.Quote(line))
	}
	switch {
	case string(line) == bar:
		p.section = behindBar
	case p.section == behindBar && bytes.HasSuffix(line, []byte(":")):
		p.section = inSection
	case bytes.HasPrefix(line, []byte("function ")):
		p.function(line)
	case bytes.HasPrefix(line, []byte("branch ")):
		p.branch(line)
	}
	return nil
}

// function takes "function NAME called 3 returned 100% blocks executed 75%".
func (p *textReader) function(line []byte) {
	text := string(line[len("function "):])
	called := strings.LastIndex(text, " called ")
	if called < 0 {
		return
	}
	word, _, _ := strings.Cut(text[called+len(" called "):], " ")
	n, ok := amount(word)
	if !ok {
		return
	}
	if p.file.Funcs == nil {
		p.file.Funcs = []coverage.Func{}
	}
	p.heads = append(p.heads, coverage.Func{Name: text[:called], Counted: true, Count: n})
}

// branch takes "branch  0 taken 25%", "branch  1 taken 3 (fallthrough)" or "branch  2 never executed".
func (p *textReader) branch(line []byte) {
	if p.at == 0 {
		return
	}
	words := strings.Fields(string(line))
	b := coverage.Branch{Line: p.at, Way: p.ways}
	switch {
	case len(words) >= 4 && words[2] == "taken":
		share, percent := strings.CutSuffix(words[3], "%")
		n, ok := amount(share)
		if !ok {
			return
		}
		if b.Count = n; percent {
			b.Count = min(n, 1) // a share of an unknown number of runs, never 0 where it was taken
		}
	case len(words) >= 4 && words[2] == "never":
	default:
		return
	}
	p.ways++
	p.file.Branches = append(p.file.Branches, b)
}

// counted is how often a line ran; code is false for one that has none. A star says that not all of it ran.
func counted(b []byte) (n uint64, code bool, err error) {
	text := string(bytes.TrimSuffix(b, []byte("*")))
	switch text {
	case "-":
		return 0, false, nil
	case "#####", "=====", "$$$$$", "%%%%%":
		return 0, true, nil
	}
	n, ok := amount(text)
	if !ok {
		return 0, false, errors.New("want a count, - or ##### before the number of a line")
	}
	return n, true, nil
}

// amount reads a count, for people as gcov -H writes it: 1.5k is 1500. A negative one is 0.
func amount(text string) (n uint64, ok bool) {
	if n, ok := scan.Uint([]byte(text)); ok {
		return n, true
	}
	times := 1.0
	if text != "" {
		if i := strings.IndexByte("kMGTPEZY", text[len(text)-1]); i >= 0 {
			text = text[:len(text)-1]
			times = math.Pow(1000, float64(i+1))
		}
	}
	f, err := strconv.ParseFloat(text, 64)
	switch f *= times; {
	case err != nil && !errors.Is(err, strconv.ErrRange), math.IsNaN(f):
		return 0, false
	case f <= 0:
		return 0, true
	case f >= math.MaxUint64:
		return math.MaxUint64, true
	case f < 1:
		return 1, true
	}
	return uint64(f), true
}

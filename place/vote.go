package place

import (
	"cmp"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/source"
	"github.com/covls/covls/text"
)

// Vote is a change of prefix that the names of a report agree on.
type Vote struct {
	// Mapping has an absolute To.
	Mapping
	// Files is how many of the report's names it leads to a file, Named how many begin with From.
	Files, Named int
}

// Refusal is a change of prefix that was not taken.
type Refusal struct {
	Vote
	// Rivals are other directories that do as well as To; nil where there are none.
	Rivals []string
	// Why says what is wrong, in words for people.
	Why string
}

// Poll is what a report's names say of where its files lie.
type Poll struct {
	// Votes are to be followed in their order.
	Votes []Vote
	// Refused are the best of those that were not taken.
	Refused []Refusal
}

// Bounds of a poll: how many candidates for one name propose, how many names with more than that
// are asked, how many proposals are tried, how many rounds there are, how many sources are read to
// tell two candidates apart.
const (
	pollCandidates = 16
	pollHeavy      = 200
	pollTried      = 24
	pollRounds     = 8
	pollSources    = 5
)

// What a change of prefix must show. The shares are of lines, or blocks, that fit the text on disk.
const (
	fitsWell  = 0.9
	fitsAtAll = 0.5
)

// Question is what a poll is asked.
type Question struct {
	// Files are those whose names were not found.
	Files []*coverage.File
	// Own is the folder of the profile: its files come before those of other folders.
	Own string
	// Strict asks for more: other names of the report were found, so these may be of files that are gone.
	Strict bool
	// Bars reports whether a file can't be meant: another name of the report leads to it, or the profile says nothing of
	// its work tree. nil bars none.
	Bars func(path string) bool
	// Shared reports whether another profile leads to a file by a name that says as little of where it begins: two
	// packages may have files of one name. nil is none.
	Shared func(path string) bool
	// SourceBytes is the size of the largest source that is read; a few are where they are needed.
	SourceBytes int64
}

// Poll looks for changes of prefix that lead names of files, which were not found, to files of the
// index. A change that is contradicted by the text of the files, or that another one equals, is refused. No two names
// are led to one file.
func (x *Index) Poll(q Question) Poll {
	p := poller{index: x, own: q.Own, limit: q.SourceBytes, bars: q.Bars, shared: q.Shared, taken: map[string]bool{}, all: len(q.Files)}
	for _, f := range q.Files {
		p.names = append(p.names, newName(f))
	}
	var out Poll
	for round := 0; round < pollRounds && len(p.names) > 0; round++ {
		best := p.best()
		if best == nil {
			break
		}
		// What is left of names whose others lie elsewhere is easily taken for what it is not.
		left := slices.ContainsFunc(out.Refused, func(r Refusal) bool { return r.Covers(best.vote.From) })
		if r := p.refuse(best, q.Strict || left || len(out.Votes) > 0); r != nil {
			out.Refused = append(out.Refused, *r)
			for _, d := range best.rivals {
				best.leads = append(best.leads, d.leads...)
			}
		} else {
			out.Votes = append(out.Votes, best.vote)
			for _, file := range best.files {
				p.taken[file] = true
			}
		}
		led := map[*coverage.File]bool{}
		for _, i := range best.leads {
			led[p.names[i].file] = true
		}
		p.names = slices.DeleteFunc(p.names, func(n name) bool { return led[n.file] })
	}
	return out
}

type poller struct {
	index *Index
	own   string
	limit int64
	bars  func(path string) bool
	// shared is that of the question.
	shared func(path string) bool
	taken  map[string]bool // the files that names are led to
	all    int             // how many names there were
	names  []name
}

// name is a file's name in a report.
type name struct {
	slash string
	fold  bool // its system does not tell upper from lower case
	file  *coverage.File
}

func newName(f *coverage.File) name {
	slash := path.Clean(Composed(slashed(f.Name)))
	return name{slash, isWindowsAbs(slash), f}
}

// candidate is a change of prefix with what it does for the names at hand.
type candidate struct {
	vote   Vote
	own    bool
	depth  int   // segments behind the prefix, summed up
	leads  []int // the names that it leads to a file
	files  []string
	fit    float64
	told   bool // there is something that fit goes by
	firm   bool // and that is blocks with their columns, which hardly fit by chance
	rivals []*candidate
}

func (c *candidate) compare(d *candidate) int {
	own := func(c *candidate) int {
		if c.own {
			return 1
		}
		return 0
	}
	return cmp.Or(
		cmp.Compare(len(d.leads), len(c.leads)), cmp.Compare(own(d), own(c)), cmp.Compare(d.depth, c.depth),
		cmp.Compare(c.vote.From, d.vote.From), cmp.Compare(c.vote.To, d.vote.To),
	)
}

// best is the change that leads most names to files and fits their texts; nil where there is none.
// Its rivals do as well.
func (p *poller) best() *candidate {
	var all []*candidate
	for _, m := range p.proposals() {
		if c := p.try(m); len(c.leads) > 0 {
			all = append(all, c)
		}
	}
	if len(all) == 0 {
		return nil
	}
	slices.SortFunc(all, (*candidate).compare)
	all = deeper(unlike(all))
	first := all[0]
	compete := []*candidate{first}
	for _, c := range all[1:] {
		if first.own == c.own && (2*len(first.differ(c)) >= len(first.leads) || 2*first.shares(c) >= min(len(first.leads), len(c.leads))) {
			compete = append(compete, c)
		}
	}
	if len(compete) == 1 {
		first.fit = p.fit(first, first.leads)
		return first
	}
	top := 0.0
	for _, c := range compete {
		among := first.leads
		if first.shares(c) > 0 {
			among = c.leads
		}
		c.fit = p.fit(c, among)
		top = max(top, c.fit)
	}
	// Of those that fit as well as the best does, the first explains most. What explains as much is
	// a rival.
	const about = 0.05
	compete = slices.DeleteFunc(compete, func(c *candidate) bool { return c.fit < top-about })
	first = compete[0]
	for _, c := range compete[1:] {
		if len(c.leads) == len(first.leads) && c.depth == first.depth {
			first.rivals = append(first.rivals, c)
		}
	}
	return first
}

// unlike leaves out changes between folders that stand side by side under two names, where another one leads all their
// names.
func unlike(all []*candidate) []*candidate {
	alike := slices.IndexFunc(all, func(c *candidate) bool { return !c.sibling() })
	if alike < 0 {
		return all
	}
	best := all[alike]
	return slices.DeleteFunc(all, func(c *candidate) bool {
		return c.sibling() && !slices.ContainsFunc(c.leads, func(n int) bool { return !slices.Contains(best.leads, n) })
	})
}

// deeper leaves out changes that lead names to files by fewer folders than another one leads most of them: by two or more, since one,
// such as the app of a container's /app, may be called so by chance.
func deeper(all []*candidate) []*candidate {
	per := func(c *candidate) int { return c.depth / len(c.leads) }
	deepest := slices.MaxFunc(all, func(a, b *candidate) int { return cmp.Compare(per(a), per(b)) })
	return slices.DeleteFunc(all, func(c *candidate) bool {
		differ := len(deepest.differ(c))
		return per(c)+2 <= per(deepest) && differ > 0 && 2*differ >= len(c.leads)
	})
}

// sibling reports whether a change is one between folders that stand side by side under two names, like packages/api and
// packages/web.
func (c *candidate) sibling() bool {
	from, to := c.vote.From, filepath.ToSlash(c.vote.To)
	if Relative(from) && from == "." || path.Dir(from) == from {
		return false
	}
	beside := path.Base(path.Dir(from))
	return beside != "." && beside != "/" && beside == path.Base(path.Dir(to)) && path.Base(from) != path.Base(to)
}

// differ are the names that c and d lead to different files.
func (c *candidate) differ(d *candidate) []int {
	var out []int
	for i, n := range c.leads {
		if j, ok := slices.BinarySearch(d.leads, n); ok && d.files[j] != c.files[i] {
			out = append(out, n)
		}
	}
	return out
}

// shares is how many files c and d lead other names to.
func (c *candidate) shares(d *candidate) (n int) {
	names := make(map[string]int, len(d.files))
	for i, file := range d.files {
		names[file] = d.leads[i]
	}
	for i, file := range c.files {
		if name, ok := names[file]; ok && name != c.leads[i] {
			n++
		}
	}
	return n
}

// proposals are the changes that single names suggest, those of most names first.
func (p *poller) proposals() []Mapping {
	type weight struct{ names, depth int }
	weights := map[Mapping]weight{}
	heavy := 0
	for _, n := range p.names {
		files := p.index.bases[lower(path.Base(n.slash))]
		least := 1
		if len(files) > pollCandidates {
			if heavy++; heavy > pollHeavy {
				continue
			}
			for _, file := range files {
				_, _, depth := common(n.slash, p.index.rel(file), n.fold)
				least = max(least, depth)
			}
		}
		taken := 0
		for _, file := range files {
			na, nb, depth := common(n.slash, p.index.rel(file), n.fold)
			if depth >= least && taken < pollCandidates {
				m := mapping(n.slash, na, p.index.root[file], p.index.rel(file)[:nb])
				w := weights[m]
				weights[m] = weight{w.names + 1, w.depth + depth}
				taken++
			}
		}
	}
	out := make([]Mapping, 0, len(weights))
	for m := range weights {
		out = append(out, m)
	}
	slices.SortFunc(out, func(a, b Mapping) int {
		v, w := weights[a], weights[b]
		return cmp.Or(cmp.Compare(w.names, v.names), cmp.Compare(w.depth, v.depth), cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To))
	})
	return out[:min(pollTried, len(out))]
}

// Suggest is the shortest change of prefix by which name, a path of any system, leads to file, which
// lies below dir. The new mapping's To is absolute. ok is false where they end differently.
func Suggest(name, file, dir string) (m Mapping, ok bool) {
	rel, inside := source.Below(file, dir)
	if !inside {
		return Mapping{}, false
	}
	slash, rel := path.Clean(slashed(name)), filepath.ToSlash(rel)
	na, nb, depth := common(slash, rel, isWindowsAbs(slash))
	return mapping(slash, na, dir, rel[:nb]), depth > 0
}

// mapping maps the first na bytes of name to the folder rel below dir.
func mapping(slash string, na int, dir, rel string) Mapping {
	m := Mapping{From: slash[:na], To: filepath.Join(dir, filepath.FromSlash(rel))}
	if na == 0 {
		m.From = "."
		if slash[0] == '/' {
			m.From = "/"
		}
	}
	return m
}

// try follows a change for all names.
func (p *poller) try(m Mapping) *candidate {
	c := &candidate{vote: Vote{Mapping: m}, own: source.Inside(m.To, p.own)}
	for i, n := range p.names {
		file, rest, leads := p.lead(m, n)
		if rest != "" {
			c.vote.Named++
		}
		if leads {
			c.leads, c.files = append(c.leads, i), append(c.files, file)
			c.depth += 1 + strings.Count(rest, "/")
		}
	}
	c.vote.Files = len(c.leads)
	return c
}

// lead follows a change for one name; rest is what stands behind From, "" where the name does not
// begin so.
func (p *poller) lead(m Mapping, n name) (file, rest string, leads bool) {
	rest, ok := m.cut(n.slash)
	if !ok || rest == "" {
		return "", "", false
	}
	file, leads = p.index.find(m.To+string(filepath.Separator)+filepath.FromSlash(rest), n.fold)
	leads = leads && !p.taken[file] && (p.bars == nil || !p.bars(file))
	return file, rest, leads
}

// fit is how well texts on disk fit what the report says of them, 0 to 1: of the names among, those
// that say most are looked at.
func (p *poller) fit(c *candidate, among []int) float64 {
	type sample struct {
		name  *coverage.File
		file  string
		marks int
	}
	var samples []sample
	for i, n := range c.leads {
		if _, ok := slices.BinarySearch(among, n); ok {
			f := p.names[n].file
			samples = append(samples, sample{f, c.files[i], len(f.Lines) + len(f.Regions) + len(f.Funcs)})
		}
	}
	slices.SortStableFunc(samples, func(a, b sample) int { return cmp.Compare(b.marks, a.marks) })
	samples = samples[:min(pollSources, len(samples))]
	sum, read := 0.0, 0.0
	c.firm = true
	for _, s := range samples {
		content, err := source.ReadFile(s.file, p.limit)
		if err != nil {
			continue
		}
		if share, told := fit(s.name, content); told {
			sum, read = sum+share, read+1
			c.firm = c.firm && len(s.name.Regions) > 0
		}
	}
	c.told = read > 0
	if !c.told {
		return 0
	}
	return sum / read
}

// refuse says why a change is not to be followed; nil means that it is.
func (p *poller) refuse(c *candidate, strict bool) *Refusal {
	v := c.vote
	why := ""
	switch deep := c.depth >= 2*v.Files; {
	case !strict && c.rivals == nil && c.told && c.whole() && v.Files == p.all && p.root(v.To):
		return nil // of another text, if it is: what is known of that is found out where the profile is bound to one
	case c.rivals != nil:
		why = "other folders fit as well"
		if slices.ContainsFunc(c.rivals, func(d *candidate) bool { return c.shares(d) > 0 }) {
			why = "other names of the profile may be those of the files there"
		}
	case 2*v.Files < v.Named && (v.Files < 3 || 4*v.Files < v.Named) && v.Files < 20:
		why = fmt.Sprintf("only %d of %d files would be found", v.Files, v.Named)
	case strict && (v.Files < 3 || !deep):
		why = "too few files agree"
	case c.sibling() && !(c.firm && c.fit == 1):
		why = "the folder there stands beside one of the name that the profile has"
	case !c.told:
		why = "nothing in the profile tells whether the files there are meant"
	case Relative(v.From) && !(c.firm && c.fit == 1) && p.shared != nil && slices.ContainsFunc(c.files, p.shared):
		why = "another profile has files of these names already, which may be another package's"
	case c.fit < fitsAtAll, (v.Files < 3 || !deep) && c.fit < fitsWell:
		why = "the lines of the profile do not fit the text of the files there"
	default:
		return nil
	}
	r := &Refusal{Vote: v, Why: why}
	for _, d := range c.rivals {
		if d.vote.To == v.To {
			continue
		}
		r.Rivals = append(r.Rivals, d.vote.To)
	}
	return r
}

// whole reports whether a change of an absolute prefix leads each name of several to a file, most of them through
// folders: that hardly happens to files that are not meant, whatever their texts are by now.
func (c *candidate) whole() bool {
	return !Relative(c.vote.From) && c.vote.Files >= leastWhole && c.vote.Files == c.vote.Named && 2*c.depth >= 3*c.vote.Files
}

// root reports whether a folder is that of a work tree: names that lead from there to files lead through all that tells two
// packages apart.
func (p *poller) root(dir string) bool {
	_, err := os.Lstat(filepath.Join(dir, ".git"))
	return err == nil
}

// leastWhole is how many files need no texts that fit to be told by their names.
const leastWhole = 5

// fit is the share of a file's lines, or blocks where it has them, that can be those of a text: they
// lie inside it, and not on blanks, unless the tool counts those too. told is false where the file has neither.
func fit(f *coverage.File, content string) (share float64, told bool) {
	if f.Scripts != nil {
		if _, ok := f.Over(content); ok {
			return 1, true
		}
		return 0, true
	}
	t := text.New(content)
	good, all := 0, 0
	mark := func(ok bool) {
		all++
		if ok {
			good++
		}
	}
	lines := uint32(t.Lines())
	blanks := measuresBlanks(f.Lines)
	whole := whole(f.Lines, t)
	for i, l := range f.Lines {
		blank := l.Number <= lines && strings.TrimSpace(t.Line(l.Number)) == ""
		if blank && blanks && i > 0 && i+1 < len(f.Lines) && f.Lines[i-1].Number+1 == l.Number && l.Number+1 == f.Lines[i+1].Number {
			continue // it says nothing
		}
		mark(l.Number <= lines && (whole || !blank))
	}
	for _, r := range f.Regions {
		// The end is behind what belongs to the block, and there may be a blank before it: `if x {` ends one at the brace.
		mark(r.End.Line <= lines && solid(t.Line(r.Start.Line), r.Start.Col) && int(r.End.Col) <= len(t.Line(r.End.Line))+1)
	}
	if all == 0 {
		for _, fn := range f.Funcs {
			mark(fn.Span.Start.Line <= lines)
		}
	}
	if all == 0 {
		return 0, false
	}
	return float64(good) / float64(all), true
}

// whole reports whether lines are all of a text, blank ones too, as V8's are.
func whole(lines []coverage.Line, t *text.Text) bool {
	n := len(lines)
	if n == 0 || lines[0].Number != 1 || int(lines[n-1].Number) != n {
		return false
	}
	last := t.Lines()
	if t.Line(uint32(last)) == "" {
		last--
	}
	return n == last
}

// measuresBlanks reports whether a tool seems to count whole functions, with the blank lines in them, as LLVM does: its
// lines stand together.
func measuresBlanks(lines []coverage.Line) bool {
	const together = 6
	runs := 0
	for i, l := range lines {
		if i == 0 || lines[i-1].Number+1 != l.Number {
			runs++
		}
	}
	return len(lines) >= together*runs
}

// solid reports whether the 1-based byte column of a line holds something, or is not known.
func solid(line string, col uint32) bool {
	return col == 0 || int(col) <= len(line) && line[col-1] != ' ' && line[col-1] != '\t'
}

// Covers reports whether the vote says something of a name of the report.
func (v Vote) Covers(name string) bool {
	_, ok := v.cut(path.Clean(slashed(name)))
	return ok
}

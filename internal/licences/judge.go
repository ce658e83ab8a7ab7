package main

import (
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// verdict is what was found out of a holding.
type verdict struct {
	*holding
	// licences are those that what covls has of it is under, sorted.
	licences []string
	// place is where the first of them was read, "" where it is declared alone.
	place string
	// texts go along with it, notes and parts with pieces of it. holders are the holders of copyright that its
	// files name, where no text names one.
	texts   []text
	notes   []note
	parts   []part
	holders []string
	// faults are what is not allowed, or not known, and not excepted.
	faults []fault
}

// fault is something that is wrong with one or several files.
type fault struct {
	what  string
	paths []string
}

// lines are the faults as they are printed.
func (v *verdict) lines() []string {
	var out []string
	for _, f := range v.faults {
		at := f.paths[0]
		if more := len(f.paths) - 1; more > 0 {
			at = fmt.Sprintf("%s and %d more", at, more)
		}
		out = append(out, fmt.Sprintf("%s, %s: %s: %s", v.holding, v.use, at, f.what))
	}
	return out
}

// checker judges by rules, and keeps in mind which of them were needed.
type checker struct {
	rules  rules
	reader *reader

	mu     sync.Mutex
	needed map[string]bool
}

func newChecker(r rules) (*checker, error) {
	read, err := newReader(r.texts)
	if err != nil {
		return nil, err
	}
	return &checker{rules: r, reader: read, needed: map[string]bool{}}, nil
}

// need marks a rule as needed, by a key that no other has.
func (c *checker) need(key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.needed[key] = true
}

// allows reports whether a licence is on the list, for what people get or for anything.
func (c *checker) allows(id string, given bool) bool {
	ok := slices.Contains(c.rules.program, id) || !given && slices.Contains(c.rules.making, id)
	if ok {
		c.need("licence " + id)
	}
	return ok
}

// fault notes that something is wrong at a slash path of a holding, unless it is excepted. plain says that
// it is in a build without tags alone.
func (c *checker) fault(v *verdict, at string, plain bool, format string, args ...any) {
	for i, e := range c.rules.exceptions {
		for j, pattern := range e.files {
			if e.name == v.name && (plain || !e.plain) && matches(pattern, at) {
				c.need(fmt.Sprint("exception ", i, " ", j))
				return
			}
		}
	}
	what := fmt.Sprintf(format, args...)
	i := slices.IndexFunc(v.faults, func(f fault) bool { return f.what == what })
	if i < 0 {
		i = len(v.faults)
		v.faults = append(v.faults, fault{what: what})
	}
	v.faults[i].paths = append(v.faults[i].paths, at)
}

func matches(pattern, name string) bool {
	ok, err := path.Match(pattern, name)
	return err == nil && ok
}

// judgeAll judges holdings side by side. installed says that packages of npm are at hand, as far as they
// are for this machine.
func (c *checker) judgeAll(held []*holding, installed bool) ([]*verdict, error) {
	out := make([]*verdict, len(held))
	errs := make([]error, len(held))
	var wait sync.WaitGroup
	for i, h := range held {
		wait.Go(func() {
			if h.use == inExtension || h.use == forExtension {
				out[i], errs[i] = c.judgePackage(h, installed)
			} else {
				out[i], errs[i] = c.judgeModule(h, held)
			}
		})
	}
	wait.Wait()
	for i, err := range errs {
		if err != nil {
			return nil, fmt.Errorf("%s: %w", held[i], err)
		}
	}
	return out, nil
}

// judgeText reports whether a text is one of licences that are allowed. given says that people get what it
// is about, plain that they do by a build without tags alone. Of what nobody gets only licences count: its
// notices are of what others made of it.
func (c *checker) judgeText(v *verdict, t text, given, plain bool) bool {
	if t.notice && !given {
		return true
	}
	ok := true
	if !t.notice && !t.known() && (given || v.declared == "") {
		ok = false
		c.fault(v, t.path, plain, "no licence that is known accounts for more than %.0f %% of the text", t.percent)
	}
	for _, id := range t.ids {
		if !c.allows(id, given) {
			ok = false
			c.fault(v, t.path, plain, "%s is not on the list", id)
		}
	}
	return ok
}

// keep puts a text among those that go along, once.
func (v *verdict) keep(t text) {
	if slices.ContainsFunc(v.texts, func(o text) bool { return o.content == t.content }) {
		return
	}
	v.texts = append(v.texts, t)
	if t.notice {
		return
	}
	if v.place == "" {
		v.place = t.path
	}
	for _, id := range t.ids {
		v.under(id)
	}
}

// claimed reports whether one of the texts names a holder of copyright.
func (v *verdict) claimed() bool {
	return slices.ContainsFunc(v.texts, func(t text) bool { return claim.MatchString(t.content) })
}

// under adds a licence.
func (v *verdict) under(id string) {
	if !slices.Contains(v.licences, id) {
		v.licences = append(v.licences, id)
		slices.Sort(v.licences)
	}
}

// judgeModule reads all texts of a module, and what each of its files in the program says.
func (c *checker) judgeModule(h *holding, all []*holding) (*verdict, error) {
	v := &verdict{holding: h}
	texts, err := c.textsOf(h, all)
	if err != nil {
		return nil, err
	}
	licensed := false
	for _, t := range texts {
		dir := path.Dir(t.path)
		holds := governs(dir, h.files)
		plain := !holds && governs(dir, h.more)
		about := holds || plain || !h.use.given() && dir == "." // what covls has of it
		licensed = licensed || about && !t.notice
		if c.judgeText(v, t, h.use.given() && about, plain) && about && !plain {
			v.keep(t)
		}
	}
	if !licensed {
		c.fault(v, ".", len(h.files) == 0 && len(h.more) > 0, "there is no text of a licence")
	}
	own := slices.Clone(v.licences)
	for _, name := range slices.Sorted(maps.Keys(h.files)) {
		if err := c.judgeFile(v, name, h.files[name], false, own); err != nil {
			return nil, err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(h.more)) {
		if err := c.judgeFile(v, name, h.more[name], true, own); err != nil {
			return nil, err
		}
	}
	return v, nil
}

// textsOf reads the texts in a module, or those of Go that are about what the program holds.
func (c *checker) textsOf(h *holding, all []*holding) ([]text, error) {
	if h.name != golang {
		return c.reader.textsIn(h.dir, nil)
	}
	none := func(string) bool { return true }
	texts, err := c.reader.textsIn(filepath.Dir(h.dir), none)
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(texts, func(t text) bool { return !t.notice }) {
		// Some systems keep the licence of Go elsewhere; that of the modules golang.org/x is the same.
		i := slices.IndexFunc(all, func(o *holding) bool { return strings.HasPrefix(o.name, "golang.org/x/") })
		if i >= 0 {
			if texts, err = c.reader.textsIn(all[i].dir, none); err != nil {
				return nil, err
			}
		}
	}
	below, err := c.reader.textsIn(h.dir, func(dir string) bool { return !governs(dir, h.files) && !governs(dir, h.more) })
	return append(texts, below...), err
}

// governs reports whether one of the files lies in a folder, or below it.
func governs(dir string, files map[string]bool) bool {
	for f := range files {
		if dir == "." || strings.HasPrefix(f, dir+"/") {
			return true
		}
	}
	return false
}

// judgeFile reads what a file that the program holds says of its licence. own are the licences whose texts
// stand beside it.
func (c *checker) judgeFile(v *verdict, name string, embedded, plain bool, own []string) error {
	if !c.judgeOrigin(v, name) && embedded {
		c.fault(v, name, plain, "it is embedded, and no part of rules.go says where it is from")
	}
	data, err := os.ReadFile(filepath.Join(v.dir, filepath.FromSlash(name)))
	if err != nil {
		return fmt.Errorf("read what a file says of its licence: %w", err)
	}
	for _, n := range c.reader.notesIn(data) {
		if n.id == "" {
			c.fault(v, name, plain, "it names a holder of copyright and no licence: %q", n.holder)
			continue
		}
		ids, ok := expression(n.id, func(id string) bool { return c.allows(id, true) })
		if !ok {
			c.fault(v, name, plain, "it says %s, which is not on the list", n.id)
			continue
		}
		if plain {
			continue
		}
		if n.holder != "" && !v.claimed() && !slices.Contains(v.holders, n.holder) {
			v.holders = append(v.holders, n.holder)
		}
		for _, id := range ids {
			v.under(id)
		}
		if n.text != "" && !slices.Contains(own, n.id) && !slices.Contains(v.notes, n) {
			v.notes = append(v.notes, n)
		}
	}
	return nil
}

// judgeOrigin reports whether a part of the rules says where a file is from, and keeps that.
func (c *checker) judgeOrigin(v *verdict, name string) bool {
	for i, p := range c.rules.parts {
		if p.module != v.name {
			continue
		}
		for j, pattern := range p.files {
			if !matches(pattern, name) {
				continue
			}
			c.need(fmt.Sprint("part ", i, " ", j))
			if p.from != "" && !slices.ContainsFunc(v.parts, func(o part) bool { return o.from == p.from }) {
				v.parts = append(v.parts, p)
			}
			if p.from != "" && !slices.Contains(v.licences, p.licence) {
				c.fault(v, name, false, "it was made from something under %s, whose text is not in the module", p.licence)
			}
			return true
		}
	}
	return false
}

// judgePackage judges a package of npm by what it declares, and by its texts where it is installed.
func (c *checker) judgePackage(h *holding, installed bool) (*verdict, error) {
	v := &verdict{holding: h}
	ids, ok := expression(h.declared, func(id string) bool { return c.allows(id, h.use.given()) })
	if !ok {
		c.fault(v, "package.json", false, "%q is not on the list", h.declared)
	}
	for _, id := range ids {
		v.under(id)
	}
	if !installed {
		return v, nil
	}
	if _, err := os.Stat(h.dir); err != nil {
		return v, nil // it is for another platform
	}
	texts, err := c.reader.textsIn(h.dir, func(dir string) bool { return path.Base(dir) == "node_modules" })
	if err != nil {
		return nil, err
	}
	for _, t := range texts {
		if c.judgeText(v, t, h.use.given(), false) {
			v.keep(t)
		}
	}
	if h.use.given() && !slices.ContainsFunc(texts, func(t text) bool { return !t.notice }) {
		c.fault(v, ".", false, "there is no text of a licence")
	}
	return v, nil
}

// unneeded are the rules that nothing needed, one line each. The list, and exceptions for packages of npm,
// count where those are installed: their texts need some.
func (c *checker) unneeded(verdicts []*verdict, installed bool) []string {
	var out []string
	say := func(key, what string) {
		if !c.needed[key] {
			out = append(out, "rules.go: nothing needs "+what)
		}
	}
	if installed {
		for _, id := range slices.Concat(c.rules.program, c.rules.making) {
			say("licence "+id, "the licence "+id)
		}
	}
	for i, p := range c.rules.parts {
		for j, pattern := range p.files {
			say(fmt.Sprint("part ", i, " ", j), fmt.Sprintf("the part %s of %s", pattern, p.module))
		}
	}
	for i, e := range c.rules.exceptions {
		if !installed && slices.ContainsFunc(verdicts, func(v *verdict) bool { return v.name == e.name && v.declared != "" }) {
			continue
		}
		for j, pattern := range e.files {
			say(fmt.Sprint("exception ", i, " ", j), fmt.Sprintf("the exception for %s of %s", pattern, e.name))
		}
	}
	return out
}

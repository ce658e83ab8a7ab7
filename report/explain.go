package report

import (
	"cmp"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/covls/covls/config"
	"github.com/covls/covls/coverage"
	"github.com/covls/covls/diag"
	"github.com/covls/covls/escape"
	"github.com/covls/covls/priority"
	"github.com/covls/covls/workspace"
)

// Explain returns the sum behind a file's tier as Markdown, step by step, so that every number can be
// checked, and then what is known of the file beside it. The file is nil where a rule leaves it out.
func Explain(s *workspace.Snapshot, st *priority.Standing, f *workspace.File) string {
	e := &explainer{snap: s, st: st, file: f}
	for _, folder := range s.Folders {
		ranking := s.Ranks[folder.Dir]
		if ranking == nil || !slices.ContainsFunc(ranking.Order, func(i int) bool { return &ranking.Files[i] == st }) {
			continue
		}
		e.folder, e.component, e.steps = folder, ranking.Component(st), ranking.Steps(st)
	}
	e.write()
	return escape.Log(e.String())
}

type explainer struct {
	strings.Builder
	snap      *workspace.Snapshot
	st        *priority.Standing
	file      *workspace.File
	folder    *workspace.Folder
	component *priority.Component
	steps     priority.Steps
	printed   int // steps
}

func (e *explainer) printf(format string, args ...any) { fmt.Fprintf(e, format, args...) }

// step writes the next step of the sum.
func (e *explainer) step(name, format string, args ...any) {
	e.printed++
	e.printf("%d. **%s**: %s\n", e.printed, name, fmt.Sprintf(format, args...))
}

func (e *explainer) write() {
	st := e.st
	tier := string(st.Tier)
	if tier == "" {
		tier = "left out"
	}
	e.printf("# %s: %s\n\n", code(st.Path), tier)
	if st.Tier == "" {
		e.printf("Its rule%s leaves it out of every total: %s.\n", e.at("rule", e.ruleIndex()), e.ruleWords())
		return
	}
	if st.Lineless {
		e.printf("The profiles have functions and no %s of it, so that there is no gap that can be counted.\n", st.Unit)
		e.facts()
		return
	}
	if st.Tier == priority.Unknown {
		e.printf("Nobody knows what of it ran, so that there is no gap that can be counted: run the tests again.\n")
		e.facts()
		return
	}
	if st.Total.Total == 0 {
		e.printf("There are no %s to cover in it, so that there is no gap.\n", st.Unit)
		return
	}
	e.step("Coverage", "%s of %s ran: %s.", number(st.Total.Covered), units(st.Total.Total, st.Unit), share(st.Total))
	e.target()
	need := st.Gap + st.Total.Covered
	if st.Gap == 0 {
		e.step("Gap", "%s of %s are %s, rounded up to whole %s. At least as many ran: the file is not short of its target, and that is what %s means.",
			coverage.FormatPercent(st.Target), number(st.Total.Total), e.product(), st.Unit, code(string(priority.OK)))
	} else {
		e.step("Gap", "%s of %s are %s, rounded up %s. Of these %s ran, so the file is **%s** short.",
			coverage.FormatPercent(st.Target), number(st.Total.Total), e.product(), number(need), number(st.Total.Covered), units(st.Gap, st.Unit))
		e.step("Role", "%s, ×%s: %s.", st.Role, exact(st.Role.Weight()), e.roleReason())
		e.weight()
		e.step("Score", "%s × %s × %s = **%s**.", number(st.Gap), exact(st.Role.Weight()), exact(st.Weight), score(st.Score))
		e.rank()
		e.tier()
	}
	if st.Rule != nil {
		e.printf("\nThe file's rule, the first that matches it%s: %s.\n", e.at("rule", e.ruleIndex()), e.ruleWords())
	}
	e.facts()
}

// product is target × total with the digits that matter.
func (e *explainer) product() string {
	p := e.st.Target * float64(e.st.Total.Total) / 100
	return exact(math.Round(p*1e4) / 1e4)
}

// target says where the target comes from.
func (e *explainer) target() {
	st := e.st
	var from string
	switch {
	case st.Rule != nil && st.Rule.Target != nil:
		from = "that of its rule" + e.at("rule", e.ruleIndex())
	case e.folder == nil:
		from = "that of the settings"
	default:
		settings := &e.folder.Settings
		i := slices.IndexFunc(settings.Components, func(c config.Component) bool { return c.Name == st.Component })
		if i >= 0 && settings.Components[i].Target != nil {
			from = fmt.Sprintf("that of component %s%s", code(st.Component), e.at("component", i))
			break
		}
		switch origin := settings.Origin("target"); {
		case st.NextStep && st.Target > settings.Target:
			from = "the next step of the component, since nobody set a target: the next multiple of 5 that is at least 2 points above what it has"
		case origin == "default":
			from = "the first step, since nobody set a target; above it the steps are of 5 points"
		case e.at("target", -1) != "":
			from = "the setting `target`" + e.at("target", -1)
		default:
			from = "the setting `target` of the " + escape.Markdown(origin)
		}
	}
	e.step("Target", "%s, %s.", coverage.FormatPercent(st.Target), from)
}

// at is where something stands in the settings file: " (.covls.toml:12)"; "" where it stands in none.
func (e *explainer) at(key string, element int) string {
	if e.folder == nil {
		return ""
	}
	file, line := e.folder.Settings.Place(key, element)
	if file == "" {
		return ""
	}
	if rel, err := filepath.Rel(e.folder.Dir, file); err == nil {
		file = filepath.ToSlash(rel)
	}
	return " (" + escape.Markdown(file) + ":" + strconv.Itoa(line) + ")"
}

// ruleIndex is the place of the file's rule in the settings; -2 where it has none.
func (e *explainer) ruleIndex() int {
	if e.folder != nil {
		for i := range e.folder.Settings.Rules {
			if &e.folder.Settings.Rules[i] == e.st.Rule {
				return i
			}
		}
	}
	return -2
}

// ruleWords says what the rule asks for, and why.
func (e *explainer) ruleWords() string {
	r := e.st.Rule
	words := cmp.Or(priority.Asks(r), "no change")
	if r.Why != "" {
		words += ", because “" + prose(strings.TrimSuffix(r.Why, ".")) + "”"
	}
	return words
}

func (e *explainer) roleReason() string { return prose(e.st.RoleWhy) }

func (e *explainer) weight() {
	switch r := e.st.Rule; {
	case r == nil:
		e.step("Weight", "×1: no rule matches the file.")
	case r.Weight == nil:
		e.step("Weight", "×1: its rule sets none.")
	default:
		e.step("Weight", "×%s, that of its rule%s.", exact(*r.Weight), e.at("rule", e.ruleIndex()))
	}
}

func (e *explainer) rank() {
	st := e.st
	in := "all files"
	if e.component != nil {
		in = "the files"
		if st.Component != "" {
			in += " of component " + code(st.Component)
		}
	}
	text := fmt.Sprintf("its score is number **%s** of %s among %s that are short of their target", number(st.Rank), number(st.Of), in)
	if e.component != nil {
		text += fmt.Sprintf("; together these have %s", score(e.component.Score))
	}
	e.step("Rank", "%s.", text)
}

// tier says how the rank becomes a tier.
func (e *explainer) tier() {
	st := e.st
	if st.Rule != nil && st.Rule.Tier != "" {
		e.step("Tier", "**%s**: the rule says so, whatever the score.", st.Tier)
		return
	}
	if len(e.steps.Cuts) == 0 {
		e.step("Tier", "**%s**: no file of the component has a score.", st.Tier)
		return
	}
	before := "the files before it"
	if st.Place.Taken != [3]float64{} {
		before += ", but for those that rules moved,"
	}
	e.step("Share", "%s have %s of the %s, which is %s.", before, score(st.Place.Before), score(st.Place.All), fixed(st.Place.Before*100/st.Place.All))
	var parts []string
	for _, c := range e.steps.Cuts {
		text := fmt.Sprintf("that is %s", fixed(c.Share))
		if c.Taken > 0 {
			text = fmt.Sprintf("with the %s that rules put there or above it is %s", score(c.Taken), fixed(c.Share))
		}
		is := "not less"
		if c.Before {
			is = "less"
		}
		parts = append(parts, fmt.Sprintf("%s ends at %s: %s, %s", c.Tier, coverage.FormatPercent(c.End), text, is))
	}
	e.step("Tier", "%s. **%s**.", strings.Join(parts, "; "), upper(string(e.steps.Tier)))
	for _, g := range e.steps.Guards {
		e.guard(g)
	}
}

// guard says what else bounds the tier, and what it then is.
func (e *explainer) guard(g priority.Guard) {
	var name, text string
	switch g.Cause {
	case priority.BySmallGap:
		name, text = "Small gap", fmt.Sprintf("a gap under %d (a twentieth of what the component's files are short of, within 3 and 10) is at most %s", e.st.SmallGap, g.Bound)
	case priority.ByComponent:
		name, text = "Component", fmt.Sprintf("the component has reached its target of %s, so that its files are at most %s", coverage.FormatPercent(e.component.Target), g.Bound)
	case priority.ByRule:
		name, text = "Rule", "at most "+string(g.Bound)
		if g.AtLeast {
			text = "at least " + string(g.Bound)
		}
	case priority.ByScore, priority.ByShare: // are no bounds
	}
	if g.Moved {
		e.step(name, "%s: **%s**.", text, g.Tier)
	} else {
		e.step(name, "%s: it stays %s.", text, g.Tier)
	}
}

// facts are what is known beside the score.
func (e *explainer) facts() {
	f := e.file
	if f == nil {
		return
	}
	row := &Report{}
	row.addFile(&workspace.Snapshot{}, f)
	var out []string
	if t := row.Files[0].Functions; t != nil && t.Total > 0 {
		what := "untested"
		if scope := scopeOf(f); scope != "" {
			what = "not " + reached(scope)
		}
		out = append(out, fmt.Sprintf("%s of %s %s", number(t.Total-t.Covered), count(t.Total, "function"), isOrAre(t.Total-t.Covered)+" "+what))
	}
	if names := unknownNames(row.UnknownFunctions); len(names) > 0 {
		out = append(out, fmt.Sprintf("unknown, and in no figure here: %s", some(names, 5, "function")))
	}
	if t := row.Files[0].Branches; t != nil && t.Total > 0 {
		out = append(out, fmt.Sprintf("tests took %s of %s", number(t.Covered), count(t.Total, "branch")))
	}
	if kinds := e.kinds(&row.Files[0]); kinds != "" {
		out = append(out, "what never ran is "+kinds)
	}
	if hard := e.hardest(row.UncoveredFunctions); hard != "" {
		out = append(out, hard)
	}
	if n, known := e.snap.CommitsOf(f); known {
		out = append(out, fmt.Sprintf("%s changed it in %d days", count(n, "commit"), workspace.CommitDays))
	}
	switch {
	case f.Total.Uncovered() == 0:
	case f.Credit == workspace.CreditOwn:
		out = append(out, fmt.Sprintf("tests of other packages import its package, and the profile does not count what they run of it: `go test %s` does", diag.CoverPackages))
	case f.Credit == workspace.CreditOne:
		out = append(out, fmt.Sprintf("what tests ran of it may be missing: the profile has the counts of its own package's tests only, or those of another package's alone. `go test %s` counts all", diag.CoverPackages))
	case f.Credit == workspace.CreditPart:
		out = append(out, "what tests ran of it may be missing: the profile has the counts of fewer packages than have tests")
	}
	if f.Taken.Total > 0 {
		out = append(out, fmt.Sprintf("markers in the source leave out %s", units(f.Taken.Total, f.Coverage.Unit)))
	}
	coarser := 0
	for _, p := range f.Speaking {
		out = append(out, fmt.Sprintf("its profile is %s, written %s", code(diag.ProfileName(p.Profile)), p.Profile.ModTime.Format("2006-01-02 15:04:05")))
		if p.File.Unit != f.Coverage.Unit {
			coarser++
		}
		t := f.TextsOf(p.Profile)
		if text := t.Sentence(diag.ProfileName(p.Profile)); text != "" {
			out = append(out, escape.Prose(text))
		}
	}
	if coarser > 0 {
		out = append(out, fmt.Sprintf("it is counted in %s, which is finer than the %s of %s", f.Coverage.Unit, coverage.Lines, count(coarser, "profile")))
	}
	if len(out) == 0 {
		return
	}
	e.printf("\nBeside the score, and no part of it:\n\n")
	for _, fact := range out {
		e.printf("- %s\n", fact)
	}
}

// unknownNames are functions of one file with the reasons why nobody knows of them.
func unknownNames(funcs []UnknownFunction) (out []string) {
	for _, f := range funcs {
		g := coverage.Func{Name: f.Name, Receiver: f.Receiver}
		out = append(out, fmt.Sprintf("%s (%s)", code(shortened(g.String(), nameMost)), f.Why))
	}
	return out
}

// kinds adds up what never ran by kind; "" where the kinds are not known.
func (e *explainer) kinds(row *File) string {
	type kind struct {
		name string
		n    int
	}
	var all []kind
	for k, n := range row.kinds {
		if n > 0 {
			all = append(all, kind{cmp.Or(k.String(), "ordinary code"), n})
		}
	}
	slices.SortFunc(all, func(a, b kind) int { return cmp.Or(cmp.Compare(b.n, a.n), cmp.Compare(a.name, b.name)) })
	var words []string
	for _, k := range all {
		words = append(words, fmt.Sprintf("%s: %s", k.name, units(k.n, row.unit)))
	}
	return strings.Join(words, "; ")
}

// hardest names the uncovered function with the highest CRAP.
func (e *explainer) hardest(funcs []Function) string {
	var most *Function
	for i := range funcs {
		if c := funcs[i].CRAP; c != nil && (most == nil || *c > *most.CRAP) {
			most = &funcs[i]
		}
	}
	if most == nil {
		return ""
	}
	which := "untested function"
	if most.Scope != "" {
		which = "function not " + reached(most.Scope)
	}
	return fmt.Sprintf("the hardest %s is %s: complexity %d, CRAP %s", which, code(most.name()), *most.Complexity, exact(*most.CRAP))
}

// exact prints a number with the digits that it has.
func exact(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// score prints a score with commas between its thousands, and at most two decimals.
func score(f float64) string {
	whole, rest, ok := strings.Cut(exact(math.Round(f*100)/100), ".")
	n, err := strconv.Atoi(whole)
	if err != nil { // beyond all integers
		return whole
	}
	if whole = number(n); ok {
		whole += "." + rest
	}
	return whole
}

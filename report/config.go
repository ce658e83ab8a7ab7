package report

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/covls/covls/config"
	"github.com/covls/covls/coverage"
	"github.com/covls/covls/diag"
	"github.com/covls/covls/escape"
	"github.com/covls/covls/place"
	"github.com/covls/covls/priority"
	"github.com/covls/covls/project"
	"github.com/covls/covls/source"
	"github.com/covls/covls/workspace"
)

// Config returns the text of a .covls.toml for a folder, made from what was found in it: as it stands it
// changes nothing, but keeps the path mappings that a poll has found, and it offers what else may be set
// in comments.
func Config(s *workspace.Snapshot, f *workspace.Folder, found *workspace.Setup) string {
	w := &configWriter{snap: s, folder: f, found: found}
	for _, file := range slices.Concat(slices.Collect(maps.Values(s.Files)), s.Lost) {
		if file.Folder == f {
			w.files = append(w.files, file)
		}
	}
	// The most urgent first.
	slices.SortFunc(w.files, func(a, b *workspace.File) int {
		return cmp.Or(cmp.Compare(b.Standing.Score, a.Standing.Score), cmp.Compare(a.Name, b.Name))
	})
	w.printf("#:schema %s\n", config.SchemaURL)
	w.note("Settings of covls for this folder. What stands directly behind a # is switched off. `covls config` prints the settings in force, `covls schema` says what may stand here.")
	w.target()
	w.profiles()
	w.exclude()
	w.mappings()
	w.components()
	w.rules()
	return w.String()
}

type configWriter struct {
	strings.Builder
	snap   *workspace.Snapshot
	folder *workspace.Folder
	found  *workspace.Setup
	files  []*workspace.File
}

func (w *configWriter) printf(format string, args ...any) { fmt.Fprintf(w, format, args...) }

// note writes a comment in lines of at most 100 characters.
func (w *configWriter) note(text string) {
	const width = 100
	line := "#"
	for _, word := range strings.Fields(escape.Words(text)) {
		if len(line) > 1 && len(line)+1+len(word) > width {
			w.printf("%s\n", line)
			line = "#"
		}
		line += " " + word
	}
	w.printf("%s\n", line)
}

// off writes settings that are switched off.
func (w *configWriter) off(settings string) {
	for line := range strings.Lines(settings) {
		if line != "\n" {
			line = "#" + line
		}
		w.WriteString(line)
	}
}

func (w *configWriter) target() {
	w.printf("\n")
	set := w.folder.Settings.TargetSet
	if set {
		w.note("Coverage to reach, in percent: what gaps, tiers and the plan go by, and what `covls check` asks for.")
	} else {
		w.note("Coverage to reach, in percent: what gaps, tiers and the plan go by, and what `covls check` asks for. Without it they go by the next step, 60 % or above that the next multiple of 5, and `covls check` asks for 60 %.")
		w.printf("#")
	}
	w.printf("target = %s", strconv.FormatFloat(w.folder.Settings.Target, 'f', -1, 64))
	var totals [2]coverage.Tally // by unit
	for _, f := range w.files {
		totals[f.Coverage.Unit] = totals[f.Coverage.Unit].Plus(f.Total)
	}
	var today []string
	for unit, t := range totals {
		if t.Total > 0 {
			today = append(today, fmt.Sprintf("%s (%d of %d %s)", share(t), t.Covered, t.Total, coverage.Unit(unit).Noun(t.Total)))
		}
	}
	if len(today) > 0 {
		w.printf(" # today %s", strings.Join(today, " and "))
	}
	w.printf("\n")
}

func (w *configWriter) profiles() {
	w.printf("\n")
	list := func(paths []string) string {
		var out []string
		for _, p := range paths {
			if rel, err := filepath.Rel(w.folder.Dir, p); err == nil && len(rel) < len(p) {
				p = rel
			}
			out = append(out, config.QuoteTOML(config.Escape(filepath.ToSlash(p))))
		}
		return "profiles = [" + strings.Join(out, ", ") + "]\n"
	}
	named := w.found.Named
	outside := func(path string) bool { return slices.Contains(w.found.Outside, path) }
	if i := slices.IndexFunc(named, outside); i >= 0 {
		w.note(fmt.Sprintf("A settings file can't name %s, which lies outside of the workspace: name it in the editor's settings or with --profile.", filepath.ToSlash(named[i])))
	}
	if named = slices.DeleteFunc(slices.Clone(named), outside); len(named) > 0 {
		w.note("Globs or paths of profiles, instead of the usual names.")
		w.printf("%s", list(named))
		return
	}
	var paths, names []string
	for _, p := range w.snap.Profiles {
		if p.Folder == w.folder && p.Report != nil && !outside(p.Path) {
			paths, names = append(paths, p.Path), append(names, escape.Line(diag.ProfileName(p)))
		}
	}
	const most = 5
	switch n := len(paths); {
	case n == 0:
		w.note(fmt.Sprintf("Profiles are found by their usual names, like cover.out or lcov.info; today there is none; %s. To read others instead:", w.folder.HowTo(w.found.Tests)))
		w.off("profiles = [\"coverage/*.out\"]\n")
		return
	case n > most:
		w.note(fmt.Sprintf("Profiles are found by their usual names, today %s and %d more. To read others instead:", strings.Join(names[:most], ", "), n-most))
	default:
		w.note(fmt.Sprintf("Profiles are found by their usual names, today %s. To read others instead:", strings.Join(names, ", ")))
	}
	w.off(list(paths[:min(len(paths), most)]))
}

func (w *configWriter) exclude() {
	w.printf("\n")
	w.note("Globs of sources that are left out of everything.")
	glob := ""
	for _, f := range w.files {
		if dir, _, ok := strings.Cut(f.Name, "/"); ok && f.Found && glob == "" && f.Standing.Role == priority.Example {
			glob = config.QuoteTOML(config.Escape(dir) + "/**")
		}
	}
	w.off("exclude = [" + glob + "]\n")
}

// mostRefused is how many mappings are offered that a poll did not take.
const mostRefused = 3

// mappings writes those that polls have found and that lead no name elsewhere than it leads now, the longest first, since
// of the settings the first that fits is followed whether or not the file is there.
func (w *configWriter) mappings() {
	type vote struct {
		config.PathMapping
		text string
	}
	var votes []vote
	for _, p := range w.snap.Profiles {
		if p.Folder != w.folder {
			continue
		}
		for _, v := range w.snap.Polls[p.Path].Votes {
			m, ok := diag.Advice(w.snap, w.folder, p, v.Mapping)
			if ok && !slices.ContainsFunc(votes, func(v vote) bool { return v.PathMapping == m }) {
				votes = append(votes, vote{m, w.voted(p, v)})
			}
		}
	}
	slices.SortStableFunc(votes, func(a, b vote) int { return cmp.Compare(len(b.From), len(a.From)) })
	for _, v := range votes {
		w.mapping(v.PathMapping, v.text+".", true)
	}
	w.refused()
}

// voted says what a vote finds.
func (w *configWriter) voted(p *workspace.Profile, v place.Vote) string {
	return fmt.Sprintf("%s: this leads to %d of %s here", escape.Line(diag.ProfileName(p)), v.Files, count(v.Named, "file"))
}

// refused offers what polls did not take, and the folder that files of elsewhere have in common.
func (w *configWriter) refused() {
	refused, offered := 0, map[string]bool{}
	for _, p := range w.snap.Profiles {
		if p.Folder != w.folder {
			continue
		}
		poll := w.snap.Polls[p.Path]
		for _, r := range poll.Refused {
			if refused++; refused > mostRefused {
				break
			}
			m, ok := diag.Advice(w.snap, w.folder, p, r.Mapping)
			if !ok {
				continue
			}
			text := fmt.Sprintf("%s: perhaps this, but %s", escape.Line(diag.ProfileName(p)), r.Why)
			for i, to := range r.Rivals {
				if rel, err := filepath.Rel(w.folder.Dir, to); err == nil && filepath.IsLocal(rel) {
					to = rel
				}
				text += []string{": ", ", "}[min(i, 1)] + escape.Line(filepath.ToSlash(to))
			}
			w.mapping(m, text+".", false)
			offered[m.From] = true
		}
	}
	if dir, n := w.elsewhere(); dir != "" && !offered[dir] {
		w.mapping(config.PathMapping{From: dir, To: "."}, fmt.Sprintf("%s that profiles name are not here, and lie in one folder there. If that is this folder:", count(n, "file")), false)
	}
}

// elsewhere is the folder that all files have in common which are not here and whose names are absolute;
// "" where there are less than two.
func (w *configWriter) elsewhere() (dir string, files int) {
	for _, f := range w.files {
		if f.Found || !strings.HasPrefix(f.Name, "/") {
			continue
		}
		files++
		at := path.Dir(f.Name)
		if files == 1 {
			dir = at
		}
		for dir != "/" && at != dir && !strings.HasPrefix(at, dir+"/") {
			dir = path.Dir(dir)
		}
	}
	if files < 2 || dir == "/" {
		return "", 0
	}
	return dir, files
}

func (w *configWriter) mapping(m config.PathMapping, text string, on bool) {
	w.printf("\n")
	w.note("Where files lie that profiles name otherwise. " + text)
	if on {
		w.printf("%s", m.TOML())
	} else {
		w.off(m.TOML())
	}
}

func (w *configWriter) components() {
	projects := w.projects()
	if len(projects) < 2 {
		if dir := w.largest(); dir != "" {
			w.printf("\n")
			w.note("A set of files that is counted, ranked and planned by itself, with a target of its own.")
			w.component(dir, config.Escape(dir)+"/**", 80)
		}
		return
	}
	var kinds []string
	for _, p := range projects {
		if p.Manifest != "" && !slices.Contains(kinds, project.Kind(p.Manifest)) {
			kinds = append(kinds, project.Kind(p.Manifest))
		}
	}
	slices.Sort(kinds)
	w.printf("\n")
	w.note(fmt.Sprintf("Each of these folders is counted, ranked and planned by itself already, because of its manifest (%s). To give one a target of its own, switch on all of them: then no other is a component, and a file belongs to the first that includes it.",
		strings.Join(kinds, ", ")))
	for i, p := range projects {
		if i > 0 {
			w.printf("\n")
		}
		glob := "**"
		if p.Dir != "." {
			glob = config.Escape(p.Dir) + "/**"
		}
		w.component(p.Dir, glob, w.folder.Settings.Target)
	}
}

// projects are those that profiles name files of, the innermost first, or all where there is no file
// yet. The folder itself is one for what is in no other.
func (w *configWriter) projects() []workspace.Project {
	out := slices.Clone(w.found.Survey.Projects)
	if len(w.files) > 0 {
		has := map[string]bool{}
		for _, f := range w.files {
			if !aside(f) {
				has[cmp.Or(f.Standing.Component, ".")] = true
			}
		}
		out = slices.DeleteFunc(out, func(p workspace.Project) bool { return !has[p.Dir] })
		if has["."] && !slices.ContainsFunc(out, func(p workspace.Project) bool { return p.Dir == "." }) {
			out = append(out, workspace.Project{Dir: "."})
		}
	}
	return slices.DeleteFunc(out, func(p workspace.Project) bool { return project.Aside(p.Dir) })
}

// aside tells that a file is there for tests, for readers or for tools, or that a program or others wrote it.
func aside(f *workspace.File) bool {
	if dir, _, ok := strings.Cut(f.Name, "/"); ok && project.Aside(dir) {
		return true
	}
	role := f.Standing.Role
	return role != priority.EntryPoint && role.Weight() <= priority.Example.Weight() || source.IsTest(f.Name)
}

func (w *configWriter) component(name, include string, target float64) {
	w.off(fmt.Sprintf("[[component]]\nname = %s\ninclude = [%s]\ntarget = %s\n",
		config.QuoteTOML(name), config.QuoteTOML(include), strconv.FormatFloat(target, 'f', -1, 64)))
}

// largest is the folder at the top with the most to cover, "" where none has anything.
func (w *configWriter) largest() string {
	totals := map[string]int{}
	for _, f := range w.files {
		if dir, _, ok := strings.Cut(f.Name, "/"); ok && f.Found && !aside(f) {
			totals[dir] += f.Total.Total
		}
	}
	best := ""
	for _, dir := range slices.Sorted(maps.Keys(totals)) {
		if totals[dir] > totals[best] {
			best = dir
		}
	}
	return best
}

// rules writes one for a file that is no work, and one for the most urgent file.
func (w *configWriter) rules() {
	var rules []string
	rule := func(file, lines string) {
		rules = append(rules, fmt.Sprintf("[[rule]]\npaths = [%s]\n%s", config.QuoteTOML(config.Literal(file)), lines))
	}
	of := func(is func(*workspace.File) bool) string {
		if i := slices.IndexFunc(w.files, func(f *workspace.File) bool { return f.Found && is(f) }); i >= 0 {
			return w.files[i].Name
		}
		return ""
	}
	entry := cmp.Or(of(func(f *workspace.File) bool { return f.Standing.Role == priority.EntryPoint }), w.found.Survey.Entry)
	if generated := of(func(f *workspace.File) bool { return f.Standing.Role == priority.Generated }); generated != "" {
		rule(generated, "exclude = true\nwhy = \"generated: its generator is tested instead\"\n")
	} else if entry != "" {
		rule(entry, "at_most = \"lower\"\nwhy = \"only starts the program\"\n")
	}
	if urgent := of(func(f *workspace.File) bool { return f.Standing.Rank == 1 && f.Name != entry }); urgent != "" {
		rule(urgent, "at_least = \"high\"\ntarget = 80\nwhy = \"matters more than its size says\"\n")
	}
	if len(rules) == 0 {
		return
	}
	w.printf("\n")
	w.note("What only you know of some files. The first rule whose paths match a file is its rule: tier, at_least or at_most, weight, target, exclude, group, and a why that editors and reports quote.")
	w.off(strings.Join(rules, "\n"))
}

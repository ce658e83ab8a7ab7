package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/covls/covls/config"
	"github.com/covls/covls/coverage"
	"github.com/covls/covls/diag"
	"github.com/covls/covls/escape"
	"github.com/covls/covls/place"
	"github.com/covls/covls/project"
	"github.com/covls/covls/source"
	"github.com/covls/covls/workspace"
)

// Search is where profiles were looked for.
type Search struct {
	// Dir is the folder.
	Dir string
	// Found is how many files have the name of a profile.
	Found int
	// Dirs is how many folders were read.
	Dirs int
	// Left says what was left out.
	Left []string
}

// Pending is a profile that is being written.
type Pending struct {
	Path string
	// Writer is the process that has it open, "" where it is not known.
	Writer string
	Since  time.Time
}

// Surroundings are what was found out beside the snapshot. The doctor itself looks at nothing.
type Surroundings struct {
	Searches []Search
	Pending  []Pending
	// Notes tell what keeps changes from being seen at once.
	Notes []string
	// Unmeasured are the absolute paths of source files that no profile names.
	Unmeasured []string
	// Tested are those of Unmeasured that have a file of tests to their name.
	Tested []workspace.Missing
	// Tests are what may make a profile in a folder, by its path; see workspace.Snapshot.Tests. They are
	// printed where there is no profile.
	Tests map[string][]project.Project
}

// examples is how many files the doctor lists of each sort, listed how many folders and problems.
const (
	examples = 5
	listed   = 100
)

// Doctor writes, as Markdown, why something is shown or not: which profiles there are, how old, what
// they match and what not and why, and the settings in force with where they come from.
func Doctor(w io.Writer, s *workspace.Snapshot, around Surroundings, now time.Time) {
	d := &doctor{snap: s, now: now}
	d.printf("# covls doctor\n")
	for i, f := range s.Folders {
		if i == listed {
			d.printf("\nAnd %d more.\n", len(s.Folders)-i)
			break
		}
		d.printf("\nWorkspace folder: %s\n", escape.Markdown(f.Dir))
	}
	if len(s.Folders) == 0 {
		d.printf("\nThere is no workspace folder: open a folder, or a file of a project.\n")
	}
	d.profiles(around)
	d.files(around)
	d.problems(around)
	d.settings()
	_, _ = io.WriteString(w, escape.Log(d.String())) // a doctor that can't write can't say so either
}

type doctor struct {
	strings.Builder
	snap *workspace.Snapshot
	now  time.Time
}

func (d *doctor) printf(format string, args ...any) { fmt.Fprintf(d, format, args...) }

func (d *doctor) profiles(around Surroundings) {
	d.printf("\n## Profiles\n\n")
	became := matched(d.snap)
	notes := diag.TestNotes(d.snap)
	shown := 0
	for _, p := range d.snap.Profiles {
		shown++
		d.profile(p, became[p.Path])
		for _, n := range notes {
			if n.Profile == p {
				d.printf("  - it %s\n", escape.Prose(n.Text))
			}
		}
	}
	for _, p := range around.Pending {
		by := ""
		if p.Writer != "" {
			by = " by " + escape.Markdown(p.Writer)
		}
		d.printf("- %s is being written%s, for %s so far; it is read when that ends\n", escape.Markdown(p.Path), by, age(d.now.Sub(p.Since)))
	}
	if shown == 0 && len(around.Pending) == 0 {
		var asked []string
		for _, f := range d.snap.Folders {
			if file, _ := f.Settings.Place("profiles", -1); file != "" {
				asked = append(asked, f.Settings.Profiles...)
			}
		}
		if len(asked) > 0 {
			d.printf("None found: the setting `profiles` asks for %s, and there is no such file. Without that setting covls looks for the usual names.\n", escape.Markdown(strings.Join(asked, ", ")))
		} else {
			d.printf("None found by the usual names; the setting `profiles` can give others.\n")
		}
	}
	switch {
	case len(around.Pending) > 0:
	case around.Tests != nil:
		d.ways(around)
	default:
		d.fresh()
	}
	for _, s := range around.Searches {
		d.printf("\nSearched %s in %s: %s.\n", count(s.Dirs, "folder"), escape.Markdown(s.Dir), count(s.Found, "file")+" named like a profile")
		for _, l := range s.Left {
			d.printf("- left out: %s\n", escape.Prose(l))
		}
	}
}

// ways tells what makes a profile in each folder.
func (d *doctor) ways(around Surroundings) {
	for i, f := range d.snap.Folders {
		if i == listed {
			return
		}
		for _, way := range f.Ways(around.Tests[f.Dir], examples) {
			d.printf("- In %s, %s.\n", escape.Markdown(f.Dir), way)
		}
	}
}

// fresh tells what runs of tests have left that is newer than all that was read.
func (d *doctor) fresh() {
	newest := map[*workspace.Folder]time.Time{}
	for _, p := range d.snap.Profiles {
		if p.Report != nil && p.ModTime.After(newest[p.Folder]) {
			newest[p.Folder] = p.ModTime
		}
	}
	for i, f := range d.snap.Folders {
		since, ok := newest[f]
		if i == listed || !ok {
			continue
		}
		for _, way := range f.Fresh(since, examples) {
			d.printf("- Newer than these, %s.\n", way)
		}
	}
}

func (d *doctor) profile(p *workspace.Profile, m *matches) {
	d.printf("- **%s**", escape.Markdown(diag.ProfileName(p)))
	if p.Report == nil {
		d.printf(": not read")
	} else {
		d.printf(": %s, written %s ago, %s", p.Format, age(d.now.Sub(p.ModTime)), count(len(p.Report.Files), "file"))
		for _, unit := range []coverage.Unit{coverage.Statements, coverage.Lines} {
			if t := p.Report.Total(unit); t.Total > 0 {
				d.printf(", %d of %d %s covered", t.Covered, t.Total, unit.Noun(t.Total))
			}
		}
		if text := p.Report.OwnTotal(); text != "" {
			d.printf("; %s", escape.Prose(text))
		}
		d.printf("; %d found, %d not found", m.found, m.lost)
		if m.ambiguous > 0 {
			d.printf(", of which %d may be several files", m.ambiguous)
		}
	}
	d.printf("\n")
	if p.Trouble != nil {
		d.printf("  - problem: %s\n", escape.Prose(p.Trouble.Error()))
	}
	d.mappings(p)
	if p.Report != nil {
		for i, w := range p.Report.Warnings {
			if i == examples {
				d.printf("  - and %d more warnings\n", len(p.Report.Warnings)-i)
				break
			}
			at := ""
			if w.Line > 0 {
				at = fmt.Sprintf("line %d: ", w.Line)
			}
			d.printf("  - warning: %s%s\n", at, escape.Prose(w.Text))
		}
	}
}

// mappings tells which changes of prefix a poll of the profile's names has found, and which not.
func (d *doctor) mappings(p *workspace.Profile) {
	poll := d.snap.Polls[p.Path]
	for _, v := range poll.Votes {
		m := diag.RelativeMapping(p.Folder, v.Mapping)
		d.printf("  - paths: %s is %s here, which finds %d of %s", escape.Code(m.From), escape.Code(m.To), v.Files, count(v.Named, "file"))
		d.advice(p, v.Mapping, "to keep that")
	}
	for i, r := range poll.Refused {
		if i == examples {
			d.printf("  - and %d more guesses that were not taken\n", len(poll.Refused)-i)
			break
		}
		m := diag.RelativeMapping(p.Folder, r.Mapping)
		d.printf("  - paths: %s may be %s here, but %s", escape.Code(m.From), escape.Code(m.To), escape.Prose(r.Why))
		for k, to := range r.Rivals {
			if k == 0 {
				d.printf(":")
			} else {
				d.printf(",")
			}
			d.printf(" %s", escape.Code(diag.RelativeMapping(p.Folder, place.Mapping{To: to}).To))
		}
		d.advice(p, r.Mapping, "if it is so")
	}
}

// advice ends a line with what to write into the settings, where that is safe to write.
func (d *doctor) advice(p *workspace.Profile, m place.Mapping, why string) {
	advice, ok := diag.Advice(d.snap, p.Folder, p, m)
	if !ok {
		d.printf("\n")
		return
	}
	d.printf("; %s, in %s:\n\n%s\n", why, config.FileName, indented(advice.TOML()))
}

func indented(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString("        " + line)
	}
	return b.String()
}

// matches is what became of a profile's names.
type matches struct {
	found, lost int
	ambiguous   int // of lost
}

// matched tells for each profile, by its path, what became of its names.
func matched(s *workspace.Snapshot) map[string]*matches {
	out := map[string]*matches{}
	for _, p := range s.Profiles {
		out[p.Path] = &matches{}
	}
	each := func(f *workspace.File, add func(*matches)) {
		var last *matches // the parts of a profile stand together
		for _, part := range f.Parts {
			if m := out[part.Profile.Path]; m != nil && m != last {
				add(m)
				last = m
			}
		}
	}
	for _, f := range s.Files {
		each(f, func(m *matches) { m.found++ })
	}
	for _, f := range s.Lost {
		each(f, func(m *matches) {
			m.lost++
			if f.Ambiguous {
				m.ambiguous++
			}
		})
	}
	return out
}

func (d *doctor) files(around Surroundings) {
	d.printf("\n## Files\n\n")
	var taken [2]int // by unit
	for _, f := range d.snap.Files {
		taken[f.Coverage.Unit] += f.Taken.Total
	}
	d.printf("%s found", count(len(d.snap.Files), "file"))
	d.printf(", %d not found, %d excluded by the settings.\n", len(d.snap.Lost), d.snap.Excluded)
	for unit, n := range taken {
		if n > 0 {
			d.printf("%d %s are excluded by markers in the sources.\n", n, coverage.Unit(unit).Noun(n))
		}
	}
	for _, p := range d.snap.Profiles {
		t := d.snap.TextsOf(p)
		if text := t.Sentence(diag.ProfileName(p)); text != "" {
			if t.Lost > 0 || t.Unknown > 0 {
				text += ": run the tests again to know all"
			}
			d.printf("- %s.\n", escape.Prose(text))
		}
	}
	d.hard()
	for i, f := range d.snap.Lost {
		if i == examples {
			d.printf("- and %d more that were not found\n", len(d.snap.Lost)-i)
			break
		}
		d.printf("- not found: %s: %s\n", escape.Markdown(f.Name), escape.Prose(f.Why))
	}
	for i, path := range around.Unmeasured {
		if i == 0 {
			d.printf("\n%s not measured: in no profile.\n", count(len(around.Unmeasured), "source file"))
		}
		if i == examples {
			d.printf("- and %d more\n", len(around.Unmeasured)-i)
			break
		}
		d.printf("- %s\n", escape.Markdown(d.snap.Name(path)))
	}
	d.tests(around.Tested)
}

// tests says which code has tests and is in no profile.
func (d *doctor) tests(tested []workspace.Missing) {
	all := slices.Concat(d.snap.Missing, tested)
	for i := range all {
		if i == 0 {
			d.printf("\nHas tests, and is in no profile:\n\n")
		}
		if i == examples {
			d.printf("- and %d more\n", len(all)-i)
			break
		}
		d.printf("- %s\n", escape.Prose(diag.MissingWords(&all[i])))
	}
}

// hard lists the files of which nobody knows the functions, though covls can read their language.
func (d *doctor) hard() {
	var names []string
	for _, f := range d.snap.Files {
		if f.Source == nil && f.Coverage.Funcs == nil && !f.Outside && d.snap.Scanned && source.Parses(f.Path) {
			names = append(names, f.Name)
		}
	}
	if len(names) == 0 {
		return
	}
	slices.Sort(names)
	d.printf("The functions of %s are not known: the source can't be read, is too large (limits.source_bytes, or 2 MB), or takes the parser too long.\n", count(len(names), "file"))
	for i, name := range names {
		if i == examples {
			d.printf("- and %d more\n", len(names)-i)
			break
		}
		d.printf("- %s\n", escape.Markdown(name))
	}
}

func (d *doctor) problems(around Surroundings) {
	var lines []string
	for _, f := range d.snap.Folders {
		for _, p := range f.Problems {
			lines = append(lines, p.String())
		}
		lines = append(lines, diag.IdleNotes(d.snap, f)...)
	}
	lines = append(lines, around.Notes...)
	if d.snap.Hidden {
		lines = append(lines, "the marks are switched off: covls.toggle shows them again")
	}
	if len(lines) == 0 {
		return
	}
	d.printf("\n## Problems\n\n")
	for i, l := range lines {
		if i == listed {
			d.printf("- and %d more\n", len(lines)-i)
			break
		}
		d.printf("- %s\n", escape.Prose(l))
	}
}

// settings writes those of each folder; folders that have the same stand together.
func (d *doctor) settings() {
	others := map[string][]string{} // folders with the same table, by the table
	var tables []string
	for _, f := range d.snap.Folders {
		table := settingsTable(f)
		if others[table] == nil {
			tables = append(tables, table)
		}
		others[table] = append(others[table], f.Dir)
	}
	for _, table := range tables {
		dirs := others[table]
		d.printf("\n## Settings in %s\n\n%s", escape.Markdown(dirs[0]), table)
		for i, dir := range dirs[1:] {
			if i == 0 {
				d.printf("\nThey are the same in:\n\n")
			}
			if i == examples {
				d.printf("- and %d more folders\n", len(dirs)-1-i)
				break
			}
			d.printf("- %s\n", escape.Markdown(dir))
		}
	}
}

// settingsTable writes the settings that somebody has set to another value than the default.
func settingsTable(f *workspace.Folder) string {
	defaults := map[string]string{}
	for _, r := range config.Merge().Table() {
		defaults[r.Key] = r.Value
	}
	// What a file says is told, be it the default; an editor may tell all that it has.
	rows := slices.DeleteFunc(f.Settings.Table(), func(r config.Row) bool {
		file, _ := f.Settings.Place(r.Key, -1)
		return file == "" && r.Value == defaults[r.Key]
	})
	if len(rows) == 0 {
		return "All are defaults; `covls config` prints them.\n"
	}
	return settingsRows(rows) + "\nAll others are defaults; `covls config` prints them.\n"
}

// Settings writes the settings in force in a folder, each with its value and with what sets it.
func Settings(w io.Writer, f *workspace.Folder) error {
	_, err := io.WriteString(w, escape.Log(settingsRows(f.Settings.Table())))
	return err
}

func settingsRows(rows []config.Row) string {
	var b strings.Builder
	width := [2]int{}
	for _, r := range rows {
		width[0], width[1] = max(width[0], len(r.Key)), max(width[1], min(len(r.Value), 40))
	}
	for _, r := range rows {
		fmt.Fprintf(&b, "    %s\n", escape.Line(strings.TrimRight(fmt.Sprintf("%-*s  %-*s  %s", width[0], r.Key, width[1], r.Value, r.Origin), " ")))
	}
	return b.String()
}

// age is a duration in the unit that people would use.
func age(d time.Duration) string {
	switch {
	case d < time.Minute:
		return count(max(int(d.Seconds()), 0), "second")
	case d < time.Hour:
		return count(int(d.Minutes()), "minute")
	case d < 48*time.Hour:
		return count(int(d.Hours()), "hour")
	}
	return count(int(d.Hours()/24), "day")
}

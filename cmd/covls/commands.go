package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/covls/covls/config"
	"github.com/covls/covls/diag"
	"github.com/covls/covls/disk"
	"github.com/covls/covls/engine"
	"github.com/covls/covls/escape"
	"github.com/covls/covls/gap"
	"github.com/covls/covls/program"
	"github.com/covls/covls/report"
	"github.com/covls/covls/server"
	"github.com/covls/covls/source"
	"github.com/covls/covls/text"
	"github.com/covls/covls/workspace"
)

func newServe(io *streams, in *input) *cobra.Command {
	var logFile string
	c := &cobra.Command{
		Use:   "serve",
		Short: "Speak LSP on standard input and output",
		Long: `Speak LSP on standard input and output. An editor starts this; see README.md for
how to tell yours. The workspace folders are those of the editor; -C names one
for an editor that names none.`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			opts := server.Options{Version: version(), Restricted: in.restricted, Cache: cacheDir(), Env: os.Getenv}
			if logFile != "" {
				if err := in.stays(logFile); err != nil {
					return fmt.Errorf("open the log: %w", err)
				}
				f, err := disk.Append(logFile)
				if err != nil {
					return fmt.Errorf("open the log: %w", err)
				}
				defer f.Close()
				opts.Log = slog.New(slog.NewTextHandler(f, &slog.HandlerOptions{Level: slog.LevelDebug}))
			}
			var err error
			if c.Flags().Changed("directory") { // else nothing here is of the working directory, which may be gone
				if opts.Dir, err = in.absolute(); err != nil {
					return err
				}
			}
			if opts.Profiles, err = in.profilePaths(opts.Dir); err != nil {
				return err
			}
			// A client that reads no more ends the session, and not the process before it has cleaned up.
			signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
			defer startThrift(thriftBase)()
			s := server.New(opts)
			if code := s.Run(c.Context(), server.NewStream(io.in, io.out, s.Hangup)); code != 0 {
				return exitError(code)
			}
			return nil
		},
	}
	c.Flags().Bool("stdio", true, "accepted for editors that insist on it; there is no other way")
	c.Flags().StringVar(&logFile, "log", "", "append a log to this `file`")
	_ = c.MarkFlagFilename("log")
	return c
}

// formatFlag is --format with its values.
func formatFlag(c *cobra.Command, def string, values ...string) func() (string, error) {
	format := c.Flags().String("format", def, "how to print: "+fmt.Sprint(values))
	_ = c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
	return func() (string, error) {
		if !slices.Contains(values, *format) {
			return "", fmt.Errorf("--format is %q: want one of %v", *format, values)
		}
		return *format, nil
	}
}

// reportFormats are the formats of a report, by the endings of file names that ask for them.
var reportFormats = map[string]string{".txt": "text", ".md": "markdown", ".json": "json", ".sarif": "sarif", ".html": "html"}

func newReport(io *streams, in *input) *cobra.Command {
	c := &cobra.Command{
		Use:   "report",
		Short: "Print the gap report: coverage, targets, tiers and a plan",
		Long: `Print the gap report of every file that the profiles name: how far the code is
from its target, which files are urgent and why, what no test reaches, and a plan
that says what each step gains.

As text it is a page for a terminal, as markdown the whole analysis, as html one
file to click through (it needs no network), as sarif what code scanning takes,
and as json everything; the JSON is a contract: keys are added to it, none is
renamed. Without --format the ending of -o decides.

With --changed it is a report of what changed since a branch, a tag or a commit:
what of it is not tested and, with --baseline, what lost its coverage. It is that
of covls check --changed without a verdict: the exit code is 0, or 2 where not all
of the change is known. The html of it is the whole page, which begins with that.`,
		Example: `  covls report
  covls report --changed --format markdown
  covls report --changed=main --baseline covls.base.gz -o change.html
  covls report --format markdown -o gaps.md
  covls report -o gaps.html --component api --target 80`,
		Args: noArgs,
	}
	format := formatFlag(c, "text", "text", "markdown", "json", "sarif", "html")
	var component, output string
	var top int
	var by comparing
	by.add(c)
	c.Flags().StringVar(&component, "component", "", "report on this `component` alone")
	c.Flags().Float64Var(&in.target, "target", 0, "hold everything against this `percent` instead of the targets set; rules keep theirs")
	c.Flags().IntVar(&top, "top", 10, "how many rows a list has before the rest is added up in one; 0 prints all (text and markdown)")
	c.Flags().StringVarP(&output, "output", "o", "", "write to this `file`; - is standard output")
	_ = c.MarkFlagFilename("output")
	c.RunE = func(c *cobra.Command, _ []string) error {
		how, err := format()
		if err != nil {
			return err
		}
		if by, ok := reportFormats[filepath.Ext(output)]; ok && !c.Flags().Changed("format") {
			how = by
		}
		switch in.targetSet = c.Flags().Changed("target"); {
		case in.targetSet && !(in.target >= 0 && in.target <= 100):
			return fmt.Errorf("--target is %v: want a percentage from 0 to 100", in.target)
		case top < 0:
			return fmt.Errorf("--top is %d: want a number of rows, or 0 for all", top)
		}
		if err := by.checkReport(c, how); err != nil {
			return err
		}
		in.commits, in.compare = !by.asked || how == "html", by.how(false)
		l, err := in.need(c.Context(), io)
		if err != nil {
			return err
		}
		defer l.end()
		printed := how == "text" && (output == "" || output == stdoutName)
		if !printed && !by.asked { // else it stands there
			l.sayMissing(io)
		}
		if !by.asked && (!printed || !io.together()) {
			l.sayTexts(io)
		}
		var change *report.Change
		if by.asked {
			if change, err = l.changes(how); err != nil {
				return err
			}
			if how != "html" {
				return errors.Join(in.writeTo(c.Context(), io.out, output, func(w *bufio.Writer) error { return change.Write(w, how) }), known(change))
			}
		}
		opts := report.Options{Version: version(), Change: change, Help: engine.NewAdvisor(l.snap).Help}
		if c.Flags().Changed("component") {
			opts.Component = &component
		}
		if opts.Unmeasured, opts.Tested, err = l.snap.AllUnmeasured(c.Context()); err != nil {
			return fmt.Errorf("look for source files that no profile names: %w", err)
		}
		r, err := report.New(l.snap, opts)
		if err != nil {
			return err
		}
		err = in.writeTo(c.Context(), io.out, output, func(w *bufio.Writer) error {
			switch how {
			case "json":
				return r.WriteJSON(w)
			case "markdown":
				return r.WriteMarkdown(w, top)
			case "sarif":
				return r.WriteSARIF(w)
			case "html":
				return r.WriteHTML(w, l.snap.Sources())
			}
			return r.WriteText(w, report.TextOptions{Top: top, Paint: stylesFor(io.out, output)})
		})
		return errors.Join(err, known(change))
	}
	return c
}

// stylesFor paints the text report on a terminal that shows colours.
func stylesFor(out *os.File, path string) func(report.Style, string) string {
	if path != "" && path != stdoutName {
		return nil
	}
	paint := paintFor(out)
	codes := map[report.Style]string{
		report.Bold: bold, report.Dim: dim,
		report.Style(config.TierCritical): red, report.Style(config.TierHigh): yellow,
	}
	return func(s report.Style, text string) string {
		if code, ok := codes[s]; ok {
			return paint(code, text)
		}
		return text
	}
}

// stdoutName is what -o calls standard output.
const stdoutName = "-"

// writeTo writes to the file that the user named, or to stdout where that is "" or stdoutName.
func (in *input) writeTo(ctx context.Context, stdout io.Writer, path string, write func(*bufio.Writer) error) error {
	buffered := func(w io.Writer) error {
		b := bufio.NewWriter(w)
		if err := write(b); err != nil {
			return err
		}
		return b.Flush()
	}
	if path == "" || path == stdoutName {
		return buffered(stdout)
	}
	if _, err := filepath.Abs(path); err != nil {
		return fmt.Errorf("write %s: %w", path, homeless(err))
	}
	if err := in.stays(path); err != nil {
		return err
	}
	return disk.Output(ctx, path, buffered)
}

// stays is the error of a path that a link of the folder's, or of the repository's around it, leads out of that.
func (in *input) stays(path string) error {
	dir, err := in.absolute()
	if err != nil {
		return nil // there is no folder, and no link in it
	}
	top := program.Repository(dir)
	if home, err := os.UserHomeDir(); err == nil && top == home {
		return nil // its links are the user's own
	}
	return disk.Stays(path, top)
}

func newDoctor(io *streams, in *input) *cobra.Command {
	return &cobra.Command{
		Use:   "doctor",
		Short: "Say why something is shown or not",
		Long: `Say which profiles there are, how old they are, which files they match and which
not and why, and which settings are in force and where they come from.`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			l, err := in.load(c.Context())
			if err != nil {
				return err
			}
			if l.around.Unmeasured, l.around.Tested, err = l.snap.AllUnmeasured(c.Context()); err != nil {
				return fmt.Errorf("look for source files that no profile names: %w", err)
			}
			var b strings.Builder
			report.Doctor(&b, l.snap, l.around, time.Now())
			if _, err := fmt.Fprint(io.out, escape.Plain(b.String())); err != nil {
				return fmt.Errorf("print what is there: %w", err)
			}
			return nil
		},
	}
}

func newConfig(io *streams, in *input) *cobra.Command {
	return &cobra.Command{
		Use:   "config",
		Short: "Print the settings in force, and where they come from",
		Long: `Print every setting with its value and with what sets it: a line of .covls.toml,
the command line, or nothing but its default.`,
		Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			f, err := in.folder()
			if err != nil {
				return err
			}
			for _, p := range f.Problems {
				io.say(p.String())
			}
			if err := report.Settings(io.out, f); err != nil {
				return fmt.Errorf("print the settings: %w", err)
			}
			return nil
		},
	}
}

func newSchema(io *streams) *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON schema of .covls.toml",
		Long: `Print the JSON schema of .covls.toml: every setting with its meaning, its values
and its default. Editors of TOML complete and check by it (taplo, and VS Code
with Even Better TOML) where the file begins with the line that "covls init"
writes. That names the schema on the web; to have it without a network, save it
beside the file and begin that with #:schema ./covls.schema.json instead.`,
		Example: `  covls schema > covls.schema.json`,
		Args:    noArgs,
		RunE: func(*cobra.Command, []string) error {
			if _, err := io.out.Write(config.Schema()); err != nil {
				return fmt.Errorf("write the schema: %w", err)
			}
			return nil
		},
	}
}

// row is a gap as `covls gaps` prints it.
type row struct {
	// ID is that of gap.ID.
	ID string `json:"id"`
	// File is relative to the folder. Of a file that was not found, and that the profile names by a path of another machine, it is the last parts
	// of that; see report.File.
	File  string `json:"file"`
	Found bool   `json:"found"`
	Name  string `json:"name"`
	// Line and EndLine are 1-based, Column is the 1-based byte column of the name, or of the stretch.
	Line       int    `json:"line"`
	Column     int    `json:"column"`
	EndLine    int    `json:"end_line"`
	Statements int    `json:"statements"`
	Message    string `json:"message"`
	// Shape is "function", or "stretch" for a part of a function that ran; Name is then the function's,
	// and "" where none is known.
	Shape gap.Shape `json:"shape"`
	// Kind is what sort of code it is, in words; "" is ordinary code.
	Kind string `json:"kind"`
	// When says when a stretch runs: "runs when err != nil"; "" where that is not known, and of functions.
	When string `json:"when"`
	// Trivial tells of a function that it is worth no more than a hint.
	Trivial bool `json:"trivial"`
	// Change is what became of it where only what changed is listed: "new", "changed", or "lost" where it was covered before; else "".
	Change string `json:"change"`
	// Order is the 1-based place in the order of urgency among those that are listed.
	Order int `json:"order"`
	// Called tells of a function that code which tests run calls it, as far as names tell.
	Called bool `json:"called"`
	// Deprecated is what a function's comment says against using it, Unused tells that nothing uses it: both come last.
	Deprecated string `json:"deprecated"`
	Unused     bool   `json:"unused"`
	// Callers are functions that name the function, those first that a test reaches; null where nobody has looked: of stretches, and
	// behind the first mostAdvised functions.
	Callers []rowCaller `json:"callers"`
	// Model is a test to go by, of a function like it; null for none.
	Model *rowModel `json:"model"`
	// TestFile is the file of tests, which is there, that a test of it belongs to; "" where that is not known.
	TestFile string `json:"test_file"`

	path   string
	helps  string // in words
	became string // in words, what Change says
}

// rowCaller is a function that names another.
type rowCaller struct {
	Name string `json:"name"`
	// Calls tells that it calls it there; Tested is null where nobody knows whether a test reaches it.
	Calls  bool  `json:"calls"`
	Tested *bool `json:"tested"`
}

// rowModel is a test of a function that is like another, on a 1-based line of a file beside it.
type rowModel struct {
	Function string `json:"function"`
	Test     string `json:"test"`
	File     string `json:"file"`
	Line     int    `json:"line"`
}

// mostAdvised is of how many functions, the most urgent, it is said who calls them and what is like them: their folders are read for
// that.
const mostAdvised = 100

func newGaps(io *streams, in *input) *cobra.Command {
	c := &cobra.Command{
		Use:   "gaps [FILE|FOLDER|GLOB]...",
		Short: "List the functions that no test reaches, the most urgent first",
		Long: `List the functions that no test reaches, the most urgent first: those that code
calls which tests reach, as far as names tell, then by size, weighted by what their
file is for; deprecated ones, and those that nothing uses, last. What a [[rule]] calls
critical goes first. A line says which tested function calls it, and which test of a
function like it is a model. Each line is path:line:column: message,
as compilers print and as quickfix lists read. With --all the parts that never
ran of the other functions, and of files outside of functions, are listed too.

A gap has a kind: ` + strings.Join(source.KindNames(), ", ") + `.
--kind lists only gaps of a kind, --without leaves them out. A kind that is one
of parts of functions (error-return, panic, default) lists those parts. Code of
tests that did not run is no gap, and is listed by --kind test-helper alone.
Which kinds can't be told in a language is said.

Arguments say in which files: paths from the working directory, or globs as in the
settings ('*.go' at any depth, 'server/**'). --name says in which functions.

With --changed only gaps in what changed since a branch, a tag or a commit are
listed: functions that are new, and what of others is new, as covls check
--changed judges it, but here no target has to be met. --lost lists code that did
not change and lost its coverage since a baseline. Exit code 2 says that more may
have changed than could be found out, after what was found.`,
		Example: `  covls gaps --limit 10
  covls gaps server/ '*_handler.go' --name close
  covls gaps --changed                       # of what I changed
  covls gaps --lost --baseline covls.base.gz # covered once, and not any more
  covls gaps --without accessor --without main
  covls gaps --kind error-return
  vim -q <(covls gaps)`,
	}
	format := formatFlag(c, "text", "text", "json")
	only := kindFlag(c, "kind", "list only gaps of this `kind`; may be given several times")
	without := kindFlag(c, "without", "leave out gaps of this `kind`; may be given several times")
	var filter gapFilter
	filter.add(c)
	all := c.Flags().Bool("all", false, "list the parts that never ran of other functions, and outside of functions, too")
	c.RunE = func(c *cobra.Command, args []string) error {
		how, err := format()
		if err != nil {
			return err
		}
		if err := filter.check(c); err != nil {
			return err
		}
		q := gapQuery{stretches: *all || filter.changes()}
		if q.only, err = only(); err != nil {
			return err
		}
		if q.without, err = without(); err != nil {
			return err
		}
		q.stretches = q.stretches || slices.ContainsFunc(q.only, func(k source.Kind) bool {
			return k == source.ErrorReturn || k == source.Panic || k == source.Default
		})
		in.compare = filter.since.how(false)
		l, err := in.need(c.Context(), io)
		if err != nil {
			return err
		}
		defer l.end()
		if !filter.changes() { // else they are in the error
			l.sayMissing(io)
			l.sayTexts(io)
		}
		if err := filter.load(io, l, args); err != nil {
			return err
		}
		q.filter = filter
		gaps := q.gapsOf(l.snap)
		sayLost(io, gaps)
		for _, text := range q.silent(l.snap) {
			io.say(escape.Line(text))
		}
		total := len(gaps)
		gaps = filter.cut(io, gaps)
		w := bufio.NewWriter(io.out)
		if how == "json" {
			err = writeGapsJSON(w, gaps, total)
		} else {
			err = writeGaps(w, gaps)
		}
		if err := errors.Join(err, w.Flush()); err != nil {
			return fmt.Errorf("write the gaps: %w", err)
		}
		return filter.sum(io, l)
	}
	return c
}

// kindFlag adds a flag that takes kinds, by their names or in words.
func kindFlag(c *cobra.Command, name, usage string) func() ([]source.Kind, error) {
	values := c.Flags().StringSlice(name, nil, usage)
	_ = c.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(source.KindNames(), cobra.ShellCompDirectiveNoFileComp))
	return func() ([]source.Kind, error) {
		var kinds []source.Kind
		for _, v := range *values {
			k, ok := source.ParseKind(v)
			if !ok {
				return nil, fmt.Errorf("there is no kind %q; the kinds are %s", v, strings.Join(source.KindNames(), ", "))
			}
			kinds = append(kinds, k)
		}
		return kinds, nil
	}
}

// gapQuery says which gaps are asked for.
type gapQuery struct {
	filter gapFilter
	// stretches asks for the parts that never ran of functions that did, too.
	stretches bool
	// only and without are kinds; no kinds in only means all.
	only, without []source.Kind
}

// gapsOf lists the gaps of all files, the most urgent first.
func (q *gapQuery) gapsOf(snap *workspace.Snapshot) []row {
	type placed struct {
		diag.Gap
		row row
	}
	var all []placed
	var further []row // what changed and is in no gap
	for _, file := range slices.Concat(gap.Files(snap), snap.Lost) {
		if !q.filter.of(file) {
			continue
		}
		// Of a file that is not here the profile may say which lines did not run, and not which functions these are.
		stretches := q.stretches || !file.Found && file.Coverage.Funcs == nil
		found, content, whens := diag.ProfileGaps(file), (*text.Text)(nil), map[gap.ID]string{}
		if q.stretches && file.Found {
			// Where in a block its first statement stands only the text can tell.
			if read, err := source.ReadFile(file.Path, file.Folder.Settings.Limits.SourceBytes); err == nil {
				d := diag.Closed(file.Path, read)
				found, content = diag.ClosedGaps(file, read), d.Text
				for i, ways := range diag.Whens(d, found) {
					whens[found[i].ID] = diag.WhenWords(ways, nil)
				}
			}
		}
		var of []*unit
		if q.filter.changes() {
			var rows []row
			of, rows = q.filter.changed(file, found)
			further = append(further, rows...)
		}
		for i := range found {
			g := &found[i]
			if of != nil && of[i] == nil || q.filter.called != nil && !q.filter.called(g.Func) {
				continue
			}
			if len(q.only) > 0 && !slices.Contains(q.only, g.Kind) || slices.Contains(q.without, g.Kind) || !stretches && g.Shape != gap.Function {
				continue
			}
			if g.OfTests() && len(q.only) == 0 {
				continue
			}
			r := rowOf(snap, file, g, content)
			r.When = escape.Line(whens[g.ID])
			if of != nil {
				r.Change, r.became = of[i].kind(), q.filter.words(of[i], g.Shape == gap.Function && g.Func == of[i].Function)
			}
			all = append(all, placed{*g, r})
		}
	}
	slices.SortStableFunc(all, func(a, b placed) int { return gap.Compare(&a.Gap.Gap, &b.Gap.Gap) })
	out := make([]row, len(all))
	var advised []int
	for i := range all {
		out[i] = all[i].row
		out[i].Order = i + 1
		if all[i].Shape == gap.Function && len(advised) < mostAdvised {
			advised = append(advised, i)
		}
	}
	slices.SortStableFunc(advised, func(a, b int) int { // folder by folder
		return cmp.Or(cmp.Compare(filepath.Dir(out[a].path), filepath.Dir(out[b].path)), cmp.Compare(out[a].path, out[b].path))
	})
	advisor := engine.NewAdvisor(snap)
	for _, i := range advised {
		out[i].advise(&all[i].Gap, advisor)
	}
	if len(q.only) == 0 {
		for i := range further {
			further[i].Order = len(out) + 1
			out = append(out, further[i])
		}
	}
	return out
}

// advise adds what would help to test a function.
func (r *row) advise(g *diag.Gap, by *engine.Advisor) {
	known := by.Of(g.File, g.File.Path, g.Fn)
	r.Callers = []rowCaller{}
	for _, c := range known.Callers {
		caller := rowCaller{Name: escape.Line(c.Name), Calls: c.Calls}
		if c.Known {
			caller.Tested = &c.Tested
		}
		r.Callers = append(r.Callers, caller)
	}
	if m := known.Model; m != nil {
		r.Model = &rowModel{escape.Line(m.Function), escape.Line(m.Test), escape.Line(m.File), m.Line}
	}
	if in := by.TestsOf(g.File, g.Fn.Name); in.Exists {
		r.TestFile = escape.Line(in.File)
	}
	if len(known.Callers) > 0 && !known.Callers[0].Tested {
		known.Callers = nil // it helps nobody to know of it here
	}
	if g.Against() == "" && !g.Trivial() {
		r.helps = diag.AdviceWords(known, escape.Line)
	}
}

// sayLost says that rows are of files that are not here.
func sayLost(io *streams, rows []row) {
	files := map[string]bool{}
	for i := range rows {
		if !rows[i].Found {
			files[rows[i].File] = true
		}
	}
	switch n := len(files); n {
	case 0:
	case 1:
		io.say("1 file with gaps is not on this disk: what is listed of it is what the profiles say")
	default:
		io.say(fmt.Sprintf("%d files with gaps are not on this disk: what is listed of them is what the profiles say", n))
	}
}

// silent says, once for each language, which of the kinds that are asked for covls can't tell in files with gaps.
func (q *gapQuery) silent(snap *workspace.Snapshot) (out []string) {
	said := map[string]bool{}
	for _, file := range gap.Files(snap) {
		language := cmp.Or(source.LanguageName(file.Name), strings.TrimSpace("files "+path.Ext(file.Name)))
		if said[language] {
			continue
		}
		var kinds []string
		for _, k := range slices.Concat(q.only, q.without) {
			if !source.Tells(file.Name, k) {
				kinds = append(kinds, k.All())
			} else if untold := source.Untold(file.Name); k == source.ErrorReturn && untold != "" {
				kinds = append(kinds, k.All()+" that return "+untold)
			}
		}
		if len(kinds) > 0 {
			said[language] = true
			out = append(out, fmt.Sprintf("%s: covls can't tell %s in %s", file.Name, strings.Join(kinds, " or "), language))
		}
	}
	return out
}

// rowOf is the row of a gap; content is the text that it was placed in, nil where there is none.
func rowOf(snap *workspace.Snapshot, file *workspace.File, g *diag.Gap, content *text.Text) row {
	r := row{
		ID: g.ID.String(), File: snap.Shown(file), Found: file.Found, Name: g.Func, Line: int(g.Line()), Column: 1, EndLine: int(g.LastLine()),
		Statements: g.Missed, Message: g.Message, Shape: g.Shape, Kind: g.Kind.String(), Trivial: g.Trivial(),
		Called: g.Called, Deprecated: escape.Line(g.Deprecated), Unused: g.Unused, path: file.Path,
	}
	switch {
	case g.Shape == gap.Function:
		r.Column = int(max(g.Fn.NameSpan.Start.Col, 1))
	case content != nil:
		line, col := content.LineCol(g.At.Start)
		last, _ := content.LineCol(g.At.End)
		r.Line, r.Column, r.EndLine = int(line), int(col), int(last)
	}
	return r
}

func writeGaps(w io.Writer, gaps []row) error {
	for _, g := range gaps {
		message := g.Message
		if g.became != "" {
			message += " · " + g.became
		}
		if g.When != "" {
			message += " · " + g.When
		}
		if g.helps != "" {
			message += " · " + g.helps
		}
		path := g.File
		if g.Found {
			path = shellPath(g.path)
		}
		if _, err := fmt.Fprintln(w, escape.Record(fmt.Sprintf("%s:%d:%d: %s", path, g.Line, g.Column, message))); err != nil {
			return err
		}
	}
	return nil
}

// writeGapsJSON writes rows; total is how many there are with those that a limit leaves out.
func writeGapsJSON(w io.Writer, gaps []row, total int) error {
	return writeJSON(w, struct {
		Schema int   `json:"schema"`
		Total  int   `json:"total"`
		Gaps   []row `json:"gaps"`
	}{report.Schema, total, gaps})
}

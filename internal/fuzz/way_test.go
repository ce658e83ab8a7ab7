// Package fuzz_test goes the whole way with what comes from outside: the bytes of a profile through
// source.Locate, marks, hovers and reports; settings through the files that they speak of; edits through the
// marks after them; messages through the server. Nothing may panic, and nothing that is shown may lie
// outside of the text it is shown in.
package fuzz_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/covls/covls/change"
	"github.com/covls/covls/config"
	"github.com/covls/covls/diag"
	"github.com/covls/covls/engine"
	"github.com/covls/covls/gate"
	"github.com/covls/covls/internal/guard"
	"github.com/covls/covls/internal/profiletest"
	"github.com/covls/covls/profile"
	"github.com/covls/covls/report"
	"github.com/covls/covls/text"
	"github.com/covls/covls/workspace"
)

// The bounds of one way.
const (
	mostSources = 3  // that the profile names and that are put beside it
	mostPlaces  = 40 // of a text that are asked about
)

// limits are those of the readers: the way is for what they let through.
func limits() profile.Limits {
	return profile.Limits{Size: 1 << 20, Line: math.MaxInt32, Files: 50, Branches: 1 << 12}
}

// settings show all that there is to show. Absolute names are those of files in the folder.
const settings = `
profiles = ["profile"]
fade = true
hints.enable = true
lens.functions = "all"
diagnostics.scope = "workspace"
limits.files = 50
limits.branches = 4096
[[path]]
from = "/"
to = "."
[[rule]]
paths = ["**/b*"]
tier = "critical"
why = "b"
`

// TestWay goes the way with each file of testdata/way: a profile, a source, and what an editor makes of that.
func TestWay(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/way/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no testdata: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			profile, source, edited := wayOf(t, file)
			if files := goWay(t, t.TempDir(), profile, source, edited); files == 0 {
				t.Error("no source was found")
			}
		})
	}
	formats := map[string]bool{}
	for _, file := range files {
		data, _, _ := wayOf(t, file)
		p, err := profile.Read(file, bytes.NewReader(data), limits())
		if err != nil {
			t.Fatal(err)
		}
		formats[p.Format] = true
	}
	for _, name := range profile.Formats() {
		if !formats[name] {
			t.Errorf("no file of testdata/way is %s", name)
		}
	}
}

// coverDirs are the recorded GOCOVERDIRs: the build and one or two of its runs.
func coverDirs(t testing.TB) (builds [][3][]byte) {
	t.Helper()
	metas, err := filepath.Glob("../../profile/gocoverdir/testdata/*/covmeta.*")
	if err != nil || len(metas) == 0 {
		t.Fatalf("no recorded directories: %v", err)
	}
	for _, meta := range metas {
		hash := strings.TrimPrefix(filepath.Ext(meta), ".")
		runs, err := filepath.Glob(filepath.Join(filepath.Dir(meta), "covcounters."+hash+".*"))
		if err != nil {
			t.Fatal(err)
		}
		var build [3][]byte
		for i, path := range append([]string{meta}, runs[:min(len(runs), 2)]...) {
			if build[i], err = os.ReadFile(path); err != nil {
				t.Fatal(err)
			}
		}
		builds = append(builds, build)
	}
	return builds
}

// funcs is a text of many functions.
var funcs = strings.Repeat("func f(a int) {\n\tif a {\n\t\treturn\n\t}\n}\n", 8)

// TestWayOfDirectory goes the way with each GOCOVERDIR that was recorded.
func TestWayOfDirectory(t *testing.T) {
	t.Parallel()
	for _, b := range coverDirs(t) {
		if files := goWayOfDirectory(t, t.TempDir(), b, funcs, "// a\n\n"+funcs[20:]); files == 0 {
			t.Error("no source was found")
		}
	}
}

// FuzzWayOfDirectory goes the way with a GOCOVERDIR: a build and two of its runs.
func FuzzWayOfDirectory(f *testing.F) {
	for _, b := range coverDirs(f) {
		f.Add(b[0], b[1], b[2], funcs, "// a\n\n"+funcs[20:])
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, meta, first, second []byte, source, edited string) {
		if len(source)+len(edited) > 16<<10 {
			t.Skip("longer texts only take longer")
		}
		build := [3][]byte{bytes.Clone(meta), bytes.Clone(first), bytes.Clone(second)}
		goWayOfDirectory(t, dir, build, source, edited)
		profiletest.RepairCoverDir(build[0], build[1:]...)
		goWayOfDirectory(t, dir, build, source, edited)
	})
}

func wayOf(t testing.TB, file string) (profile []byte, source, edited string) {
	t.Helper()
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if len(archive.Files) != 3 {
		t.Fatalf("%s has %d parts, want the profile, the source and the edited source", file, len(archive.Files))
	}
	return archive.Files[0].Data, string(archive.Files[1].Data), string(archive.Files[2].Data)
}

// FuzzWay goes the way with a profile of any format, the text of the sources that it names, and what an
// editor makes of that.
func FuzzWay(f *testing.F) {
	files, err := filepath.Glob("testdata/way/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		profile, source, edited := wayOf(f, file)
		f.Add(profile, source, edited)
	}
	profiletest.Corpus(f, 32<<10, func(_ string, data []byte) {
		f.Add(data, funcs, "// a\n\n"+funcs[20:])
	})
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, profile []byte, source, edited string) {
		if len(source)+len(edited) > 16<<10 {
			t.Skip("longer texts only take longer")
		}
		goWay(t, dir, profile, source, edited)
	})
}

// goWay reads a profile, shows the sources it names in every way that there is, edited and not, and reports
// on it. It returns how many sources there were.
func goWay(t *testing.T, dir string, data []byte, source, edited string) (files int) {
	t.Helper()
	p, err := profile.Read("-", bytes.NewReader(data), limits())
	if err != nil {
		return 0
	}
	if err := os.WriteFile(filepath.Join(dir, "profile"), data, 0o644); err != nil {
		t.Fatal(err)
	}
	return goOn(t, dir, p, source, edited)
}

// goWayOfDirectory is goWay for a GOCOVERDIR.
func goWayOfDirectory(t *testing.T, dir string, build [3][]byte, source, edited string) (files int) {
	t.Helper()
	into := filepath.Join(dir, "profile")
	if err := os.MkdirAll(into, 0o755); err != nil {
		t.Fatal(err)
	}
	for i, name := range []string{"covmeta.0", "covcounters.0.1.1", "covcounters.0.2.2"} {
		path := filepath.Join(into, name)
		if _ = os.Remove(path); len(build[i]) == 0 { // there need not be two runs
			continue
		}
		if err := os.WriteFile(path, build[i], 0o644); err != nil {
			t.Fatal(err)
		}
	}
	p, err := profile.Open(into, limits())
	if err != nil {
		return 0
	}
	return goOn(t, dir, p, source, edited)
}

// goOn goes the way from a profile that was read and lies in dir.
func goOn(t *testing.T, dir string, p *profile.Profile, source, edited string) (files int) {
	t.Helper()
	profiletest.Check(t, p.Report, int(limits().Size), limits())
	var paths []string
	for _, f := range p.Report.Files {
		if place, ok := placeFor(dir, f.Name); ok && len(paths) < mostSources && !slices.Contains(paths, place) {
			if os.MkdirAll(filepath.Dir(place), 0o755) == nil && os.WriteFile(place, []byte(source), 0o644) == nil {
				paths = append(paths, place)
			}
		}
	}
	defer func() {
		for _, path := range paths {
			_ = os.Remove(path)
		}
	}()
	layer, problems := config.ParseTOML(filepath.Join(dir, config.FileName), []byte(settings))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	user, problems := config.FromEditor("test", map[string]any{"limits": map[string]any{"line": float64(math.MaxInt32)}})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	folder := workspace.NewFolder(dir, "", config.Merge(layer, user), nil)
	for _, open := range []bool{false, true} {
		store := workspace.NewStore()
		loader := workspace.NewLoader(store)
		loader.SetFolders(t.Context(), []*workspace.Folder{folder})
		if open {
			for _, path := range paths {
				store.SetDocument(workspace.NewDocument("file://"+path, path, 1, text.New(source)))
			}
		}
		loader.Read(t.Context(), []workspace.Change{{Path: filepath.Join(dir, "profile")}})
		for _, p := range store.Load().Profiles {
			if p.Trouble != nil {
				t.Fatalf("it was read at first: %v", p.Trouble)
			}
		}
		for _, content := range []string{source, edited} {
			for _, path := range paths {
				if open {
					store.EditDocument(path, func(d *workspace.Document) *workspace.Document {
						return d.WithText(d.Version+1, text.New(content))
					})
				} else {
					store.SetDocument(workspace.NewDocument("file://"+path, path, 1, text.New(content)))
				}
			}
			snap := store.Load()
			for _, d := range snap.Documents {
				show(t, snap, d)
				if fault := d.Fault(); fault != nil {
					t.Error(fault)
				}
			}
		}
		snap := store.Load()
		for _, f := range snap.Files {
			if fault, ok := errors.AsType[*guard.Fault](f.Fault); ok {
				t.Errorf("%v\n%s", fault, fault.Stack)
			}
		}
		files = max(files, len(snap.Files))
		print(t, snap)
	}
	return files
}

// placeFor is where a file of a profile's name is put; ok is false where it can't be.
func placeFor(dir, name string) (place string, ok bool) {
	rel := strings.TrimPrefix(path.Clean(filepath.ToSlash(name)), "/")
	if !filepath.IsLocal(rel) || len(rel) > 100 || strings.ContainsAny(rel, "\x00\\:") || rel == "profile" || path.Ext(rel) == "" {
		return "", false
	}
	return filepath.Join(dir, rel), true
}

// show holds that all of what an editor is shown of a document lies in its text.
func show(t *testing.T, snap *workspace.Snapshot, d *workspace.Document) {
	t.Helper()
	inside := func(what string, spans ...diag.Span) {
		t.Helper()
		for _, s := range spans {
			if s.Start < 0 || s.End < s.Start || s.End > d.Text.Len() {
				t.Errorf("%s at %v, the text has %d bytes", what, s, d.Text.Len())
			}
		}
	}
	for _, g := range diag.Diagnostics(snap, d) {
		inside("diagnostic "+g.Message, g.Span)
		for _, r := range g.Related {
			inside("related "+r.Message, r.Span)
		}
	}
	for _, l := range diag.Lenses(snap, d) {
		inside("lens", l.Span)
		if label, ok := diag.LensLabel(snap, d, l.ID); ok {
			inside("lens "+label.Title, diag.Span{Start: label.From, End: label.From})
		}
	}
	for _, h := range diag.Hints(snap, d) {
		inside("hint "+h.Label, diag.Span{Start: h.Offset, End: h.Offset})
	}
	gaps := diag.Gaps(snap, d)
	ids := map[string]bool{}
	for _, g := range gaps {
		inside("gap "+g.Message, g.At)
		if ids[g.ID.String()] {
			t.Errorf("two gaps are %+v", g.ID)
		}
		ids[g.ID.String()] = true
	}
	if file := snap.FileOf(d); file != nil {
		for _, m := range diag.Marks(file, d) {
			inside("mark "+m.Name, m.Now, m.NameNow)
		}
		diag.ProfileGaps(file)
		for _, g := range diag.ClosedGaps(file, d.Base.String()) {
			if g.At.Start < 0 || g.At.End < g.At.Start || g.At.End > d.Base.Len() {
				t.Errorf("gap %s at %v, the text has %d bytes", g.Message, g.At, d.Base.Len())
			}
		}
	}
	if p := diag.PictureOf(snap, d); p != nil {
		for _, r := range p.Runs {
			inside("run", r.Span)
		}
		for _, f := range p.Funcs {
			inside("function "+f.Name, f.Now, f.NameNow)
		}
		for _, e := range p.Excluded {
			inside("excluded "+e.Reason, e.Span)
		}
		for _, b := range p.Decisions {
			if b.Line == 0 || int(b.Line) > d.Text.Lines() {
				t.Errorf("a decision on line %d of %d", b.Line, d.Text.Lines())
			}
		}
	}
	for _, c := range diag.DocumentGaps(snap, d, diag.GapQuery{}) {
		for _, tier := range c.Tiers {
			if n := len(tier.Files[0].Gaps); n != len(gaps) {
				t.Errorf("the tree has %d gaps, the document %d", n, len(gaps))
			}
		}
	}
	diag.PathFixes(snap, d)
	at := func(offset int) {
		if h, ok := diag.HoverAt(snap, d, offset); ok {
			inside("hover "+h.Markdown, h.Span)
		}
		diag.Next(gaps, offset)
		diag.Previous(gaps, offset)
		diag.GapAt(gaps, d, offset)
		diag.MostUrgent(gaps)
	}
	lines := d.Text.Lines()
	for line := 1; line <= lines; line += 1 + lines/mostPlaces {
		start := d.Text.At(uint32(line), 1)
		end := start + len(d.Text.Line(uint32(line)))
		at(start)
		at((start + end) / 2)
		at(end)
		if ignore, ok := diag.IgnoreAt(snap, d, diag.Span{Start: start, End: end}); ok {
			inside("marker", diag.Span{Start: ignore.Offset, End: ignore.Offset})
		}
	}
}

// print makes every report of a snapshot, and holds that the JSON can be read again.
func print(t *testing.T, snap *workspace.Snapshot) {
	t.Helper()
	diag.GapTree(snap, diag.GapQuery{All: true})
	diag.LostFixes(snap, 10)
	diag.PathNotes(snap)
	for _, p := range snap.Profiles {
		diag.ProfileWarning(p)
	}
	r, err := report.New(snap, report.Options{Version: "fuzz"})
	if err != nil {
		t.Fatal(err)
	}
	var out, sarif bytes.Buffer
	err = errors.Join(
		r.WriteJSON(&out), r.WriteSARIF(&sarif), r.WriteMarkdown(io.Discard, 3),
		r.WriteText(io.Discard, report.TextOptions{Top: 3}), r.WriteHTML(io.Discard, snap.Sources()),
	)
	if err != nil {
		t.Fatal(err)
	}
	baseline, _, err := engine.MakeBaseline(t.Context(), snap)
	if err != nil {
		t.Fatal(err)
	}
	var kept bytes.Buffer
	if err := baseline.Write(&kept, "fuzz"); err != nil {
		t.Fatal(err)
	}
	again, err := change.Read(&kept)
	if err != nil {
		t.Fatal(err)
	}
	if lost := change.Lost(change.Compare(again.Files, baseline.Files)); len(lost) > 0 {
		t.Errorf("the coverage is below itself: %v", lost)
	}
	if breaches := gate.Judge(r, gate.Gates{}); len(breaches) > 0 {
		t.Errorf("without gates: %v", breaches)
	}
	if !json.Valid(sarif.Bytes()) {
		t.Error("the SARIF is no JSON")
	}
	report.Doctor(io.Discard, snap, report.Surroundings{}, time.Time{})
	for _, f := range snap.Files {
		report.Explain(snap, f.Standing, f)
	}
}

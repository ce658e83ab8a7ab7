package faults_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"html"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	lsp "go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/covls/covls/internal/editor"
	"github.com/covls/covls/internal/profiletest"
	"github.com/covls/covls/server"
)

var soak = flag.Duration("soak", 0, "how long TestSoak works two servers; with -update it writes docs/soak.svg")

// soakFile is a source of the soak, with the profiles that speak of it: with nothing covered, and with all.
type soakFile struct {
	name, profile string
	states        [2]string
}

// soakFiles are one for each of four formats. Each has the functions A and B, whose names are on lines 3 and 7.
func soakFiles() []soakFile {
	lcov := func(name string, n int) string {
		return fmt.Sprintf("TN:\nSF:%s\nFN:3,A\nFN:7,B\nFNDA:%d,A\nFNDA:%d,B\nDA:3,%d\nDA:4,%d\nDA:7,%d\nDA:8,%d\nend_of_record\n", name, n, n, n, n, n, n)
	}
	cobertura := func(name string, n int) string {
		method := func(name string, line int) string {
			return fmt.Sprintf(`<method name=%q><lines><line number="%d" hits="%d"/><line number="%d" hits="%d"/></lines></method>`, name, line, n, line+1, n)
		}
		return fmt.Sprintf(`<?xml version="1.0"?><coverage><packages><package><classes><class filename=%q><methods>%s%s</methods><lines><line number="3" hits="%d"/><line number="4" hits="%d"/><line number="7" hits="%d"/><line number="8" hits="%d"/></lines></class></classes></package></packages></coverage>`,
			name, method("A", 3), method("B", 7), n, n, n, n)
	}
	istanbul := func(name string, n int) string {
		at := func(line, from, to int) string {
			return fmt.Sprintf(`{"start":{"line":%d,"column":%d},"end":{"line":%d,"column":%d}}`, line, from, line, to)
		}
		fn := func(name string, line int) string {
			return fmt.Sprintf(`{"name":%q,"line":%d,"decl":%s,"loc":{"start":{"line":%d,"column":13},"end":{"line":%d,"column":1}}}`, name, line, at(line, 9, 10), line, line+2)
		}
		return fmt.Sprintf(`{%q:{"path":%q,"statementMap":{"0":%s,"1":%s},"fnMap":{"0":%s,"1":%s},"branchMap":{},"s":{"0":%d,"1":%d},"f":{"0":%d,"1":%d},"b":{}}}`,
			name, name, at(4, 1, 10), at(8, 1, 10), fn("A", 3), fn("B", 7), n, n, n, n)
	}
	goProfile := func(n int) string {
		return fmt.Sprintf("mode: count\nexample.com/soak/a.go:3.14,5.2 1 %d\nexample.com/soak/a.go:7.14,9.2 1 %d\n", n, n)
	}
	return []soakFile{
		{"a.go", "cover.out", [2]string{goProfile(0), goProfile(3)}},
		{"c/b.c", "c/coverage.info", [2]string{lcov("b.c", 0), lcov("b.c", 3)}},
		{"py/c.py", "py/coverage.xml", [2]string{cobertura("c.py", 0), cobertura("c.py", 3)}},
		{"js/d.js", "js/coverage-final.json", [2]string{istanbul("d.js", 0), istanbul("d.js", 3)}},
	}
}

var soakTexts = map[string]string{
	"a.go":    "package soak\n\nfunc A() int {\n\treturn 1\n}\n\nfunc B() int {\n\treturn 2\n}\n",
	"c/b.c":   "/* b */\n\nint A(void) {\n\treturn 1;\n}\n\nint B(void) {\n\treturn 2;\n}\n",
	"py/c.py": "# c\n\ndef A():\n    return 1\n\n\ndef B():\n    return 2\n",
	"js/d.js": "// d\n\nfunction A() {\n\treturn 1;\n}\n\nfunction B() {\n\treturn 2;\n}\n",
}

// soaked is what is measured of a server now and then.
type soaked struct {
	at                      time.Duration
	memory, files, threads  int
	operations              int
	memoryOther, filesOther int // of the second server
}

// TestSoak has two editors, each with a server of its own, work on one folder for as long as -soak says:
// profiles of four formats are written, cut, wiped and come back, documents are edited, closed and opened,
// and everything is asked. Each wave ends with a state that is known, which both must show. In the end
// neither memory nor descriptors nor threads have grown.
func TestSoak(t *testing.T) {
	if *soak == 0 {
		t.Skip("no -soak: make soak works it for 20 minutes")
	}
	if _, ok := peak(os.Getpid()); !ok {
		t.Skip("skipped where /proc does not tell what a process uses")
	}
	ctx, cancel := context.WithTimeout(t.Context(), *soak+5*time.Minute)
	defer cancel()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	put := func(name, text string) {
		t.Helper()
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	put("go.mod", "module example.com/soak\n")
	files := soakFiles()
	for _, f := range files {
		put(f.name, soakTexts[f.name])
		put(f.profile, f.states[0])
	}
	program := profiletest.Program(t)
	clients := []*soakClient{newSoakClient(t, ctx, program, dir), newSoakClient(t, ctx, program, dir)}
	random := rand.New(rand.NewPCG(1, 2))
	var samples []soaked
	operations, waves := 0, 0
	begin := time.Now()
	nextSample := begin
	for time.Since(begin) < *soak {
		waves++
		for range 40 {
			operations++
			f := files[random.IntN(len(files))]
			c := clients[random.IntN(len(clients))]
			switch random.IntN(12) {
			case 0, 1:
				put(f.profile, f.states[random.IntN(2)])
			case 2: // a writer that has written half of it
				text := f.states[random.IntN(2)]
				put(f.profile, text[:random.IntN(len(text))])
			case 3:
				_ = os.Remove(filepath.Join(dir, filepath.FromSlash(f.profile)))
			case 4: // as runners do that wipe their folder
				if sub := filepath.Dir(f.profile); sub != "." {
					_ = os.RemoveAll(filepath.Join(dir, sub))
					put(f.name, soakTexts[f.name])
				}
			default:
				c.work(t, ctx, filepath.Join(dir, filepath.FromSlash(f.name)), soakTexts[f.name], random)
			}
		}
		covered := random.IntN(2)
		for _, f := range files {
			put(f.name, soakTexts[f.name])
			put(f.profile, f.states[covered])
		}
		var all sync.WaitGroup
		for _, c := range clients {
			all.Go(func() {
				for _, f := range files {
					if err := c.reach(ctx, filepath.Join(dir, filepath.FromSlash(f.name)), soakTexts[f.name], covered == 1); err != nil {
						t.Errorf("wave %d: %s, covered %v: %v", waves, f.name, covered == 1, err)
					}
				}
			})
		}
		all.Wait()
		if t.Failed() {
			break
		}
		if now := time.Now(); !now.Before(nextSample) {
			nextSample = now.Add(max(*soak/240, time.Second))
			s := soaked{at: now.Sub(begin), operations: operations}
			s.memory, s.files, s.threads = clients[0].uses(t)
			s.memoryOther, s.filesOther, _ = clients[1].uses(t)
			samples = append(samples, s)
		}
	}
	for _, c := range clients {
		c.end(t, ctx)
	}
	t.Logf("%d operations in %d waves, %d samples", operations, waves, len(samples))
	if t.Failed() {
		return
	}
	flat(t, samples)
	if *update {
		if err := os.WriteFile("../../docs/soak.svg", []byte(plot(samples)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// flat holds the last third of the samples against the one before: nothing grows that is not given back.
func flat(t *testing.T, samples []soaked) {
	third := len(samples) / 3
	if third < 3 {
		t.Log("too few samples to tell a trend")
		return
	}
	median := func(part []soaked, of func(soaked) int) int {
		var all []int
		for _, s := range part {
			all = append(all, of(s))
		}
		slices.Sort(all)
		return all[len(all)/2]
	}
	for _, m := range []struct {
		name  string
		of    func(soaked) int
		slack int
	}{
		{"memory in MiB", func(s soaked) int { return s.memory }, 16},
		{"memory in MiB of the second server", func(s soaked) int { return s.memoryOther }, 16},
		{"descriptors", func(s soaked) int { return s.files }, 4},
		{"descriptors of the second server", func(s soaked) int { return s.filesOther }, 4},
		{"threads", func(s soaked) int { return s.threads }, 4},
	} {
		before, after := median(samples[third:2*third], m.of), median(samples[2*third:], m.of)
		if t.Logf("%s: %d, then %d", m.name, before, after); after > before+before/10+m.slack {
			t.Errorf("%s grew from %d to %d", m.name, before, after)
		}
	}
}

// soakClient is an editor with a server of its own.
type soakClient struct {
	cmd  *exec.Cmd
	ed   *editor.Editor
	open map[string]string // texts by path
}

func newSoakClient(t *testing.T, ctx context.Context, program, dir string) *soakClient {
	t.Helper()
	cmd := exec.CommandContext(ctx, program, "serve")
	cmd.Dir, cmd.Stderr = dir, os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ed, err := editor.Start(ctx, server.NewStream(out, in, func() {}), editor.Options{Capabilities: editor.Capabilities(), Folders: []string{dir}})
	if err != nil {
		t.Fatal(err)
	}
	return &soakClient{cmd, ed, map[string]string{}}
}

// work does one thing that people do in an editor.
func (c *soakClient) work(t *testing.T, ctx context.Context, path, text string, random *rand.Rand) {
	t.Helper()
	u := uri.File(path)
	if _, open := c.open[path]; !open {
		c.must(t, c.ed.OpenText(ctx, u, text))
		c.open[path] = text
		return
	}
	var err error
	switch random.IntN(8) {
	case 0: // lines above a function
		at := lsp.Position{Line: 1}
		err = c.ed.Edit(ctx, u, lsp.Range{Start: at, End: at}, "\n")
		c.open[path] += "\n"
	case 1:
		c.open[path] = text + strings.Repeat("\n", random.IntN(5))
		err = c.ed.Replace(ctx, u, c.open[path])
	case 2:
		err = c.ed.Server().DidClose(ctx, &lsp.DidCloseTextDocumentParams{TextDocument: lsp.TextDocumentIdentifier{URI: u}})
		delete(c.open, path)
	case 3:
		_, err = c.ed.Hover(ctx, u, lsp.Position{Line: uint32(random.IntN(12)), Character: uint32(random.IntN(12))})
	case 4:
		_, err = c.ed.Lenses(ctx, u)
	case 5:
		_, err = c.ed.Actions(ctx, u, lsp.Position{Line: uint32(random.IntN(12))})
	case 6:
		_, err = c.ed.Run(ctx, []string{"covls.mostUrgentGap", "covls.doctor", "covls.showReport", "covls.reload"}[random.IntN(4)])
	case 7:
		_, err = c.ed.Ask(ctx, "covls/gaps", "{}")
	}
	c.must(t, err)
}

func (c *soakClient) must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// reach waits until the client shows what the profiles say of a file as it is on disk.
func (c *soakClient) reach(ctx context.Context, path, text string, covered bool) error {
	u := uri.File(path)
	if _, open := c.open[path]; !open {
		if err := c.ed.OpenText(ctx, u, text); err != nil {
			return err
		}
	} else if err := c.ed.Replace(ctx, u, text); err != nil {
		return err
	}
	c.open[path] = text
	limited, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	want := 2
	if covered {
		want = 0
	}
	_, err := c.ed.Wait(limited, func(s *editor.Seen) bool {
		items, ok := s.Of(string(u))
		return len(items) == want && (ok || want == 0)
	})
	if err != nil {
		items, _ := c.ed.Seen().Of(string(u))
		shown, _ := json.Marshal(items)
		return fmt.Errorf("want %d marks: %w; shown is %s", want, err, shown)
	}
	c.ed.Forget()
	return nil
}

// uses is what the server uses: memory in MiB, descriptors and threads.
func (c *soakClient) uses(t *testing.T) (memory, files, threads int) {
	t.Helper()
	proc := fmt.Sprintf("/proc/%d", c.cmd.Process.Pid)
	status, err := os.ReadFile(proc + "/status")
	c.must(t, err)
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			_, err = fmt.Sscan(rest, &memory)
			memory >>= 10
		}
		if rest, ok := strings.CutPrefix(line, "Threads:"); ok && err == nil {
			_, err = fmt.Sscan(rest, &threads)
		}
		c.must(t, err)
	}
	fds, err := os.ReadDir(proc + "/fd")
	c.must(t, err)
	return memory, len(fds), threads
}

func (c *soakClient) end(t *testing.T, ctx context.Context) {
	t.Helper()
	if err := c.ed.Close(ctx); err != nil {
		t.Error(err)
	}
	if err := c.cmd.Wait(); err != nil {
		t.Error(err)
	}
}

// plot draws what was measured, one curve below the other.
func plot(samples []soaked) string {
	const width, height, left, top = 720, 110, 60, 34
	last := samples[len(samples)-1]
	var b strings.Builder
	curves := []struct {
		name string
		of   func(soaked) int
	}{
		{"memory, MiB", func(s soaked) int { return s.memory }},
		{"memory of the second server, MiB", func(s soaked) int { return s.memoryOther }},
		{"descriptors", func(s soaked) int { return s.files }},
		{"threads", func(s soaked) int { return s.threads }},
	}
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="sans-serif" font-size="12">`+"\n", width+left+20, len(curves)*(height+top)+40)
	b.WriteString(`<rect width="100%" height="100%" fill="#fff"/>` + "\n")
	for i, c := range curves {
		y := top + i*(height+top)
		most := 1
		for _, s := range samples {
			most = max(most, c.of(s))
		}
		fmt.Fprintf(&b, `<text x="%d" y="%d">%s</text>`+"\n", left, y-8, html.EscapeString(c.name))
		fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="end">%d</text><text x="%d" y="%d" text-anchor="end">0</text>`+"\n", left-6, y+10, most, left-6, y+height)
		fmt.Fprintf(&b, `<path d="M%d %dv%dh%d" fill="none" stroke="#999"/>`+"\n", left, y, height, width)
		b.WriteString(`<polyline fill="none" stroke="#0969da" stroke-width="1.5" points="`)
		for _, s := range samples {
			fmt.Fprintf(&b, "%.1f,%.1f ", float64(left)+float64(width)*s.at.Seconds()/last.at.Seconds(), float64(y+height)-float64(height)*float64(c.of(s))/float64(most))
		}
		b.WriteString(`"/>` + "\n")
	}
	fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="end">%.0f minutes, %d operations</text>`+"\n", left+width, len(curves)*(height+top)+26, last.at.Minutes(), last.operations)
	b.WriteString("</svg>\n")
	return b.String()
}

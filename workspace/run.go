package workspace

import (
	"path/filepath"
	"time"

	"github.com/covls/covls/escape"
	"github.com/covls/covls/project"
)

// TestCommand makes a profile: it is that of the first of the folder's projects that has one, nil where
// none has.
func (f *Folder) TestCommand(projects []project.Project) *project.Command {
	for _, p := range projects {
		if c, ok := p.TestCommand(f.Settings.Run, f.Dir); ok {
			return &c
		}
	}
	return nil
}

// HowTo says what makes a profile in the folder, which holds the projects, in one line that is a sentence
// but for its full stop: of what a run of the tests has left there, else by a run. It reads the disk.
func (f *Folder) HowTo(projects []project.Project) string {
	return f.ways(projects, 1, escape.Line)[0]
}

// Fresh says what runs of tests have left in the folder after a time, and what makes a profile of it: at most that many lines
// like HowTo's, in Markdown. It reads the disk.
func (f *Folder) Fresh(since time.Time, most int) []string {
	const together = 2 * time.Second // a tool writes its own before the profile that it makes of it, or so
	var out []string
	for _, r := range project.RawIn(f.Tree, f.Dir) {
		if len(out) < most && r.ModTime.After(since.Add(together)) {
			out = append(out, f.wayOf(r, escape.Markdown))
		}
	}
	return out
}

// wayOf says what makes a profile of what a run has left.
func (f *Folder) wayOf(r project.Raw, name func(string) string) string {
	return name(nameIn(f, r.Path)) + " has " + name(r.What) + ": " + f.inDir(r.Command, name)
}

// inDir is what a command makes, and where it is run.
func (f *Folder) inDir(c project.Command, name func(string) string) string {
	text := c.Words(name)
	if rel, err := filepath.Rel(f.Dir, c.Dir); err == nil && rel != "." {
		text += " in " + name(filepath.ToSlash(rel))
	}
	return text
}

// Ways says all that makes a profile in the folder, which holds the projects: at most that many lines like HowTo's, in
// Markdown. It reads the disk.
func (f *Folder) Ways(projects []project.Project, most int) []string {
	return f.ways(projects, most, escape.Markdown)
}

func (f *Folder) ways(projects []project.Project, most int, name func(string) string) []string {
	var out, unknown []string
	said := map[string]bool{}
	add := func(text string) {
		if !said[text] {
			said[text] = true
			out = append(out, text)
		}
	}
	for _, r := range project.RawIn(f.Tree, f.Dir) {
		if len(out) < most {
			add(f.wayOf(r, name))
		}
	}
	for _, p := range projects {
		if len(out) == most {
			break
		}
		if c, ok := p.TestCommand(f.Settings.Run, f.Dir); ok {
			add(f.inDir(c, name))
		} else if c.Lacks != "" {
			unknown = append(unknown, name(c.Lacks))
		}
	}
	switch {
	case len(out) > 0:
		return out
	case len(unknown) > 0:
		return unknown[:min(len(unknown), most)]
	case project.Bare(f.Tree, f.Dir):
		return []string{"in a Go module, `go test -coverprofile=cover.out ./...` makes one"}
	}
	return []string{"covls knows no test command for what is in it: tests that write LCOV, Cobertura or another of the formats that it reads make one"}
}

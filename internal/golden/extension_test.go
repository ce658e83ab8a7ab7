package golden_test

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"
)

// ask makes a request of covls's own and decodes the answer.
func (g *golden) ask(method string, params map[string]any, answer any) {
	g.t.Helper()
	in, err := json.Marshal(params)
	g.check(method, err)
	out, err := g.ed.Ask(g.t.Context(), method, string(in))
	g.check(method, err)
	g.check(method, json.Unmarshal(out, answer))
}

type figures struct {
	Unit           string
	Covered, Total int
	Percent        *float64
	Target         float64
	Gap            int
	GapPoints      float64 `json:"gap_points"`
}

func (f *figures) String() string {
	if f == nil {
		return "nothing to cover"
	}
	percent := "nothing to cover"
	if f.Percent != nil {
		percent = fmt.Sprintf("%v %%", *f.Percent)
	}
	return fmt.Sprintf("%d of %d %s, %s of %v %%: %d or %v points short", f.Covered, f.Total, f.Unit, percent, f.Target, f.Gap, f.GapPoints)
}

func counted(n *int) string {
	if n == nil {
		return "?"
	}
	return fmt.Sprint(*n)
}

// span is 1-based, as all places in these files.
func span(r *protocol.Range) string {
	if r == nil {
		return "?"
	}
	return fmt.Sprintf("%d:%d-%d:%d", r.Start.Line+1, r.Start.Character+1, r.End.Line+1, r.End.Character+1)
}

// relative is a URI as a path in the workspace.
func (g *golden) relative(u string) string {
	rel, err := filepath.Rel(g.dir, uri.URI(u).FsPath())
	g.check(u, err)
	return filepath.ToSlash(rel)
}

// gaps prints the answer to covls/gaps.
func (g *golden) gaps(name, rest string) {
	g.t.Helper()
	params := map[string]any{}
	if rest != "" {
		g.check(rest, json.Unmarshal([]byte(rest), &params))
	}
	if name != "." {
		params["textDocument"] = map[string]any{"uri": uri.File(g.path(name))}
	}
	var answer struct {
		Components []struct {
			Name, Folder string
			Summary      *figures
			Unknown      int `json:"unknown_functions"`
			Tiers        []struct {
				Tier  string
				Files []struct {
					URI                      *string
					Path, Tier, Role, Reason string
					Rank                     int
					Score                    float64
					Summary                  *figures
					FunctionsCovered         *int `json:"functions_covered"`
					FunctionsTotal           *int `json:"functions_total"`
					BranchesCovered          *int `json:"branches_covered"`
					BranchesTotal            *int `json:"branches_total"`
					Why                      *string
					Stale                    bool
					UnknownFunctions         int `json:"unknown_functions"`
					Gaps                     []struct {
						Name, Shape, Kind, Message string
						Line                       int
						Range                      *protocol.Range
						Statements                 int
					}
				}
			}
		}
		Unmeasured []struct{ URI, Path, Package, Folder, Message string }
	}
	g.ask("covls/gaps", params, &answer)
	defer func() {
		for _, u := range answer.Unmeasured {
			fmt.Fprintf(&g.out, "not measured: %s (%s) in %s: %s\n", u.Path, g.relative(u.URI), g.relative(u.Folder), u.Message)
		}
	}()
	for _, c := range answer.Components {
		fmt.Fprintf(&g.out, "%s/%s: %s", g.relative(c.Folder), c.Name, c.Summary)
		if c.Unknown > 0 {
			fmt.Fprintf(&g.out, ", %d unknown", c.Unknown)
		}
		fmt.Fprintln(&g.out)
		for _, t := range c.Tiers {
			for _, f := range t.Files {
				where := "not found"
				if f.URI != nil {
					where = g.relative(*f.URI)
				}
				fmt.Fprintf(&g.out, "  %s %d: %s (%s): %s\n", t.Tier, f.Rank, f.Path, where, f.Summary)
				fmt.Fprintf(&g.out, "    %s, score %v, functions %s/%s, branches %s/%s", f.Role, f.Score,
					counted(f.FunctionsCovered), counted(f.FunctionsTotal), counted(f.BranchesCovered), counted(f.BranchesTotal))
				if f.Why != nil {
					fmt.Fprintf(&g.out, ", because %s", *f.Why)
				}
				if f.Stale {
					fmt.Fprint(&g.out, ", stale")
				}
				if f.UnknownFunctions > 0 {
					fmt.Fprintf(&g.out, ", %d unknown", f.UnknownFunctions)
				}
				fmt.Fprintf(&g.out, "\n    %s\n", f.Reason)
				for _, gap := range f.Gaps {
					fmt.Fprintf(&g.out, "    - line %d, %s: %s %s%s, %d: %s\n", gap.Line+1, span(gap.Range), gap.Shape, gap.Name,
						strings.TrimSuffix(" ("+gap.Kind+")", " ()"), gap.Statements, gap.Message)
				}
			}
		}
	}
	if len(answer.Components) == 0 {
		fmt.Fprintln(&g.out, "nothing")
	}
}

func runs(n *uint64) string {
	if n == nil {
		return "ran"
	}
	return fmt.Sprintf("%d×", *n)
}

// coverage prints the answer to covls/coverage.
func (g *golden) coverage(name string) {
	g.t.Helper()
	type count struct{ Count *uint64 }
	var answer *struct {
		URI          string
		Version      *int
		Summary      *figures
		Tier, Reason string
		Stale        bool
		Regions      []struct {
			Range      *protocol.Range
			Count      *uint64
			Statements int
			State      string
		}
		Branches []struct {
			Line int
			Ways []count
		}
		Functions []struct {
			Name           string
			Range          *protocol.Range
			NameRange      *protocol.Range `json:"name_range"`
			Count          *uint64
			Covered, Total int
			State          string
			Stale          bool
			Kind           string
		}
		Excluded []struct {
			Range  *protocol.Range
			Reason string
		}
	}
	g.ask("covls/coverage", map[string]any{"textDocument": map[string]any{"uri": uri.File(g.path(name))}}, &answer)
	if answer == nil {
		fmt.Fprintln(&g.out, "nothing")
		return
	}
	version := "not open"
	if answer.Version != nil {
		version = fmt.Sprintf("version %d", *answer.Version)
	}
	fmt.Fprintf(&g.out, "%s, %s, %s: %s\n", g.relative(answer.URI), version, answer.Tier, answer.Summary)
	if answer.Stale {
		fmt.Fprintln(&g.out, "stale")
	}
	for _, r := range answer.Regions {
		fmt.Fprintf(&g.out, "  region %s %s, %d %s\n", span(r.Range), runs(r.Count), r.Statements, r.State)
	}
	for _, b := range answer.Branches {
		var ways []string
		for _, w := range b.Ways {
			ways = append(ways, runs(w.Count))
		}
		fmt.Fprintf(&g.out, "  branches of line %d: %s\n", b.Line+1, strings.Join(ways, ", "))
	}
	for _, f := range answer.Functions {
		fmt.Fprintf(&g.out, "  %s %s named at %s: %s, %d of %d %s", f.Name, span(f.Range), span(f.NameRange), runs(f.Count), f.Covered, f.Total, f.State)
		if f.Stale {
			fmt.Fprint(&g.out, ", stale")
		}
		fmt.Fprintln(&g.out)
	}
	for _, e := range answer.Excluded {
		fmt.Fprintf(&g.out, "  excluded %s %s\n", span(e.Range), e.Reason)
	}
}

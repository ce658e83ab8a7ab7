package server

import (
	"context"
	"encoding/json"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.lsp.dev/protocol"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/diag"
	"github.com/covls/covls/escape"
	"github.com/covls/covls/workspace"
)

// wireRan is what a run of the tests has made of functions, in figures.
type wireRan struct {
	Since   string `json:"since"`
	At      string `json:"at"`
	Covered int    `json:"covered"`
	Lost    int    `json:"lost"`
	// Text says it: "3 functions covered, 1 lost since 14:02".
	Text string `json:"text"`
}

// wireRun has the functions, too.
type wireRun struct {
	wireRan
	CoveredFunctions []wireRanFunc `json:"covered_functions"`
	LostFunctions    []wireRanFunc `json:"lost_functions"`
}

type wireRanFunc struct {
	URI  string `json:"uri"`
	Path string `json:"path"`
	Name string `json:"name"`
	Line uint32 `json:"line"` // 0-based
	// Was and Now are how many of Total were covered, and are.
	Was   int `json:"was"`
	Now   int `json:"now"`
	Total int `json:"total"`
}

func ranOf(r *workspace.Run) *wireRan {
	return &wireRan{
		Since: r.Since.UTC().Format(time.RFC3339), At: r.At.UTC().Format(time.RFC3339), Covered: r.CoveredTotal, Lost: r.LostTotal, Text: diag.RunWords(r),
	}
}

func runOf(snap *workspace.Snapshot, r *workspace.Run) wireRun {
	functions := func(list []workspace.RunFunc) []wireRanFunc {
		out := []wireRanFunc{}
		for _, f := range list {
			out = append(out, wireRanFunc{
				URI: string(uriOf(snap, f.Path)), Path: escape.Line(snap.Name(f.Path)), Name: escape.Line(f.Name), Line: max(f.Line, 1) - 1,
				Was: f.Was.Covered, Now: f.Now.Covered, Total: f.Now.Total,
			})
		}
		return out
	}
	return wireRun{*ranOf(r), functions(r.Covered), functions(r.Lost)}
}

// publishRan tells a client that wants covls/status what the last run has made of functions, once.
func (p *publisher) publishRan(ctx context.Context, snap *workspace.Snapshot) {
	if len(snap.Runs) == 0 {
		return
	}
	last := snap.Runs[len(snap.Runs)-1]
	if p.status.ran == last {
		return
	}
	p.status.ran = last
	data, err := raw(runOf(snap, last))
	if err != nil {
		p.server.log.Error("the last run", slog.Any("error", err))
		return
	}
	p.unsent(p.server.conn.Notify(ctx, methodRan, data))
}

// sinceLastRun answers what the runs of the session have made of functions, the newest first, and leaves the same in the client's log for
// those that drop answers.
func (s *Server) sinceLastRun(ctx context.Context) (protocol.LSPAny, error) {
	snap := s.snapshot(ctx)
	out := struct {
		Runs []wireRun `json:"runs"`
	}{[]wireRun{}}
	var b strings.Builder
	for _, r := range slices.Backward(snap.Runs) {
		out.Runs = append(out.Runs, runOf(snap, r))
		b.WriteString(diag.RunWords(r) + "\n")
		for _, list := range []struct {
			what  string
			funcs []workspace.RunFunc
		}{{"covered", r.Covered}, {"lost", r.Lost}} {
			for _, f := range list.funcs {
				b.WriteString("  " + list.what + " " + f.Name + ", " + snap.Name(f.Path) + ": " + tallied(f.Was) + ", now " + tallied(f.Now) + "\n")
			}
		}
	}
	if n := len(snap.Runs); n > 0 {
		s.say("%s", diag.RunWords(snap.Runs[n-1]))
	} else {
		const none = "no run of the tests in this session has covered a function, or lost one"
		b.WriteString(none + "\n")
		s.say(none)
	}
	s.publisher.record(protocol.MessageTypeInfo, escape.Plain(b.String()))
	return json.Marshal(out)
}

func tallied(t coverage.Tally) string {
	return strconv.Itoa(t.Covered) + " of " + strconv.Itoa(t.Total)
}

package server

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/covls/covls/config"
	"github.com/covls/covls/coverage"
	"github.com/covls/covls/diag"
	"github.com/covls/covls/priority"
)

// What covls adds to LSP; docs/lsp-extensions.md is about it.
const (
	methodGaps     = "covls/gaps"
	methodCoverage = "covls/coverage"
	methodStatus   = "covls/status"
	methodRan      = "covls/sinceLastRun"
)

// own is what answers a request that is not LSP's; nil for one that covls does not have.
func (s *Server) own(method string) func(context.Context, params) (any, error) {
	switch method {
	case methodGaps:
		return s.gaps
	case methodCoverage:
		return s.coverage
	}
	return nil
}

// params are the parameters of a request of covls's own, or the argument of a command.
type params struct {
	of  string // what they are for
	raw []byte // JSON; empty where there are none
}

// into decodes the parameters, of which all are optional. want says what they look like.
func (p params) into(v any, want string) error {
	raw := bytes.TrimSpace(p.raw)
	if len(raw) == 0 || string(raw) == "null" {
		return nil
	}
	if raw[0] != '{' {
		return invalid("%s takes %s, not %s", p.of, want, clip(raw))
	}
	if err := json.Unmarshal(raw, v); err != nil {
		return invalid("%s takes %s, not %s: %v", p.of, want, clip(raw), err)
	}
	return nil
}

// clip is JSON short enough for a message.
func clip(raw []byte) string {
	const most = 200
	if len(raw) > most {
		return strings.ToValidUTF8(string(raw[:most]), "") + "…"
	}
	return string(raw)
}

// documentParam is a TextDocumentIdentifier that may be missing.
type documentParam struct {
	URI string `json:"uri"`
}

// parse returns the URI; ok is false where there is none.
func (d *documentParam) parse(of string) (u uri.URI, ok bool, err error) {
	if d == nil {
		return "", false, nil
	}
	if u, err = parseURI(d.URI); err != nil || d.URI == "" {
		return "", false, invalid(`%s: textDocument.uri is %q: want the URI of a document`, of, d.URI)
	}
	return u, true, nil
}

// raw is the JSON of an answer, as it is written to the client.
func raw(v any) (jsonrpc2.RawMessage, error) {
	data, err := jsonv2.Marshal(v, jsontext.AllowInvalidUTF8(true))
	if err != nil {
		return nil, fmt.Errorf("encode the answer: %w", err)
	}
	return data, nil
}

// The types below are JSON that several messages share.

type wirePosition struct {
	Line      uint32 `json:"line"`
	Character uint32 `json:"character"`
}

type wireRange struct {
	Start wirePosition `json:"start"`
	End   wirePosition `json:"end"`
}

func wireRangeOf(r protocol.Range) *wireRange {
	return &wireRange{wirePosition(r.Start), wirePosition(r.End)}
}

// wireSummary is how much of a set of files ran.
type wireSummary struct {
	Unit    string `json:"unit"`
	Covered int    `json:"covered"`
	Total   int    `json:"total"`
	// Percent has two decimals; null where there is nothing to cover.
	Percent *float64 `json:"percent"`
	// Target is null where parts have different ones.
	Target *float64 `json:"target"`
	// NextStep tells that nobody set Target: it is the next step above what is covered.
	NextStep bool `json:"next_step"`
	// Gap is in Unit, GapPoints in percentage points; null without a target.
	Gap       int      `json:"gap"`
	GapPoints *float64 `json:"gap_points"`
}

func wireSummaryOf(s diag.Summary) *wireSummary {
	return &wireSummary{
		Unit: s.Unit.String(), Covered: s.Total.Covered, Total: s.Total.Total, Percent: wirePercent(s.Total),
		Target: s.Target, NextStep: s.NextStep, Gap: s.Gap, GapPoints: s.GapPoints,
	}
}

func wirePercent(t coverage.Tally) *float64 {
	p, ok := t.Percent()
	if !ok {
		return nil
	}
	return &p
}

// tierNames are the tiers of files in the messages, the most urgent first.
func tierNames() []config.Tier {
	return slices.Concat(config.Tiers(), []config.Tier{priority.Unknown, priority.OK})
}

// wireCount is a number of runs; null where nobody knows it. JavaScript has no larger integers than
// 2^53.
func wireCount(n uint64, known bool) *uint64 {
	if !known {
		return nil
	}
	n = min(n, 1<<53)
	return &n
}

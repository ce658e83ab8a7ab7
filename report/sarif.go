package report

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/mod/semver"

	"github.com/covls/covls/config"
	"github.com/covls/covls/diag"
	"github.com/covls/covls/escape"
	"github.com/covls/covls/gap"
	"github.com/covls/covls/workspace"
)

const (
	sarifSchema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
	// sarifResults is how many results of a run GitHub keeps. It refuses a run with more than 25,000 and a
	// file of more than 10 MB gzipped, which these results do not reach.
	sarifResults = 5000
	// sarifRoot is what relative URIs begin at.
	sarifRoot = "%SRCROOT%"
	// sarifFingerprint names the fingerprint of a result; another way to make it has another version. It is
	// not primaryLocationLineHash, the one name that GitHub reads: the action that uploads makes that one
	// from the source, and warns of each that another tool has made.
	sarifFingerprint = "covlsGap/v1"
)

// The indexes of the rules in sarifRules.
const (
	uncoveredFunction = iota
	uncoveredCode
	fileBelowTarget
)

type sarifLog struct {
	Schema  string     `json:"$schema"`
	Version string     `json:"version"`
	Runs    []sarifRun `json:"runs"`
}

type sarifRun struct {
	Tool        sarifTool                `json:"tool"`
	Invocations []sarifInvocation        `json:"invocations"`
	BaseIDs     map[string]sarifArtifact `json:"originalUriBaseIds"`
	Results     []sarifResult            `json:"results"`
	Properties  sarifTotals              `json:"properties"`
}

type sarifTool struct {
	Driver sarifDriver `json:"driver"`
}

type sarifDriver struct {
	Name            string      `json:"name"`
	Version         string      `json:"version,omitempty"`
	SemanticVersion string      `json:"semanticVersion,omitempty"`
	Rules           []sarifRule `json:"rules"`
}

type sarifRule struct {
	ID            string              `json:"id"`
	Name          string              `json:"name"`
	Short         sarifText           `json:"shortDescription"`
	Full          sarifText           `json:"fullDescription"`
	Help          sarifText           `json:"help"`
	Configuration sarifConfiguration  `json:"defaultConfiguration"`
	Properties    sarifRuleProperties `json:"properties"`
}

type sarifConfiguration struct {
	Level string `json:"level"`
}

type sarifRuleProperties struct {
	// Precision and Severity are what GitHub sorts by, beside the level.
	Precision string   `json:"precision"`
	Severity  string   `json:"problem.severity"`
	Tags      []string `json:"tags"`
}

type sarifText struct {
	Text     string `json:"text"`
	Markdown string `json:"markdown,omitempty"`
}

type sarifInvocation struct {
	Successful    bool                `json:"executionSuccessful"`
	Configuration []sarifNotification `json:"toolConfigurationNotifications,omitempty"`
	Execution     []sarifNotification `json:"toolExecutionNotifications,omitempty"`
}

type sarifNotification struct {
	Level     string          `json:"level"`
	Message   sarifText       `json:"message"`
	Locations []sarifLocation `json:"locations,omitempty"`
}

type sarifResult struct {
	RuleID       string            `json:"ruleId"`
	RuleIndex    int               `json:"ruleIndex"`
	Level        string            `json:"level"`
	Message      sarifText         `json:"message"`
	Locations    []sarifLocation   `json:"locations"`
	Fingerprints map[string]string `json:"partialFingerprints"`
	// Rank is from 0 to 100, the most urgent.
	Rank       float64         `json:"rank"`
	Properties sarifProperties `json:"properties"`

	// urgency is Rank before it was rounded.
	urgency float64
}

type sarifLocation struct {
	Physical sarifPhysical  `json:"physicalLocation"`
	Logical  []sarifLogical `json:"logicalLocations,omitempty"`
}

type sarifPhysical struct {
	Artifact sarifArtifact `json:"artifactLocation"`
	Region   *sarifRegion  `json:"region,omitempty"`
}

type sarifArtifact struct {
	URI         string     `json:"uri,omitempty"`
	BaseID      string     `json:"uriBaseId,omitempty"`
	Description *sarifText `json:"description,omitempty"`
}

type sarifRegion struct {
	// StartLine and EndLine are 1-based; an EndLine of 0 is StartLine.
	StartLine int `json:"startLine"`
	EndLine   int `json:"endLine,omitempty"`
}

type sarifLogical struct {
	Name string `json:"fullyQualifiedName"`
	Kind string `json:"kind"`
}

// sarifProperties are of the result itself (Statements) and of its file (the rest).
type sarifProperties struct {
	Tier string `json:"tier"`
	Role string `json:"role"`
	// Component is the name of the file's component; "" where none has the file.
	Component string `json:"component"`
	// Unit is what all the numbers count: "statements" or "lines".
	Unit string `json:"unit"`
	// Statements never ran; nil for a file, whose statements are those of the other results in it.
	Statements *int    `json:"statements,omitempty"`
	Covered    int     `json:"covered"`
	Total      int     `json:"total"`
	Target     Percent `json:"target"`
	Gap        int     `json:"gap"`
	// Found tells that the file is on disk.
	Found bool `json:"found"`
}

// sarifTotals is the report's summary, in its unit.
type sarifTotals struct {
	Unit    string   `json:"unit"`
	Covered int      `json:"covered"`
	Total   int      `json:"total"`
	Percent *Percent `json:"percent"`
	Target  *Percent `json:"target"`
	Gap     int      `json:"gap"`
	// LeftOut is how many results there are beyond those of the run.
	LeftOut int `json:"leftOut"`
}

// WriteSARIF writes the report as SARIF 2.1.0, for code scanning: a result for each function that no test
// reaches, for each stretch of other code that never ran and for each file that is short of its target,
// the most urgent first and at most 5,000. What is left out is told in a notification.
//
// Results have lines and no columns. Their paths begin at the repository around the report's folder, which
// is where code scanning looks for them, or at the folder where there is no repository.
func (r *Report) WriteSARIF(w io.Writer) error {
	s := sarif{prefix: repositoryPrefix(r.dir)}
	all := s.results(r)
	results := all[:min(len(all), sarifResults)]
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	err := enc.Encode(sarifLog{sarifSchema, "2.1.0", []sarifRun{{
		Tool: sarifTool{sarifDriver{r.Meta.Tool, r.Meta.Version, semantic(r.Meta.Version), sarifRules()}},
		// Where the root lies is of no use elsewhere.
		BaseIDs:     map[string]sarifArtifact{sarifRoot: {Description: &sarifText{Text: "The root of the repository, or the folder that covls looked at where there is none."}}},
		Invocations: []sarifInvocation{s.invocation(r, all)},
		Results:     results,
		Properties:  r.totals(len(all) - len(results)),
	}}})
	if err == nil {
		_, err = w.Write(escape.JSON(text.Bytes()))
	}
	if err != nil {
		return fmt.Errorf("write the report as SARIF: %w", err)
	}
	return nil
}

func (r *Report) totals(leftOut int) sarifTotals {
	t := sarifTotals{Unit: r.Summary.Unit, Percent: r.Summary.Percent, Target: r.Summary.Target, Gap: r.Summary.Gap, LeftOut: leftOut}
	for i := range r.Files {
		if f := &r.Files[i]; f.unit == r.unit {
			t.Covered += f.total().Covered
			t.Total += f.total().Total
		}
	}
	return t
}

// semantic is a version of Go without its v; "" where it is none, as of a build from a checkout.
func semantic(version string) string {
	if build := semver.Build(version); semver.Canonical(version)+build != version {
		return ""
	}
	return strings.TrimPrefix(version, "v")
}

// sarif is a report being written.
type sarif struct {
	// prefix is the report's folder in the repository; "" is the repository itself.
	prefix string
}

// results are those of the whole report, the most urgent first, and those in files that were not found
// behind the others: there is no code to show for them.
func (s *sarif) results(r *Report) []sarifResult {
	out := []sarifResult{}
	for i := range r.Files {
		if f := r.Files[i].file; f.Gap() > 0 {
			text := path.Base(f.Name) + " · " + f.Reason()
			id := gap.ID{File: f.Name, Shape: "file"}.String()
			out = append(out, s.result(fileBelowTarget, f, "", id, sarifRegion{StartLine: 1}, nil, text))
		}
	}
	function := func(f *Function) {
		out = append(out, s.result(uncoveredFunction, f.file, f.fn.String(), f.ID, sarifRegion{f.Line, f.EndLine}, &f.Statements, diag.Uncovered(f.file, f.fn)))
	}
	for i := range r.UncoveredFunctions {
		function(&r.UncoveredFunctions[i])
	}
	for i := range r.UncoveredLiterals {
		function(&r.UncoveredLiterals[i])
	}
	stretches := make([]*Stretch, len(r.UncoveredStretches))
	for i := range r.UncoveredStretches {
		stretches[i] = &r.UncoveredStretches[i]
	}
	known := whens(stretches)
	for _, t := range stretches {
		text := diag.Missed(t.file, t.Function, t.Statements)
		if when := diag.WhenWords(known[t].ways, nil); when != "" {
			text += " · " + when
		}
		out = append(out, s.result(uncoveredCode, t.file, t.Function, t.ID, sarifRegion{t.Line, t.EndLine}, &t.Statements, text))
	}
	slices.SortStableFunc(out, func(a, b sarifResult) int {
		switch {
		case a.Properties.Found == b.Properties.Found:
			return cmp.Compare(b.urgency, a.urgency)
		case a.Properties.Found:
			return -1
		}
		return 1
	})
	return out
}

// result makes a result of a file; statements is nil for all of it.
func (s *sarif) result(rule int, f *workspace.File, function, id string, lines sarifRegion, statements *int, text string) sarifResult {
	score := f.Standing.Score
	if statements != nil {
		score = score * float64(*statements) / float64(max(f.Total.Uncovered(), 1))
		if f.Gap() == 0 {
			score = float64(*statements) // there is no score to have a share in
		}
	}
	lines.StartLine = max(lines.StartLine, 1)
	at := sarifLocation{Physical: sarifPhysical{s.artifact(f.Name, f.Found), &lines}}
	if function != "" {
		at.Logical = []sarifLogical{{function, "function"}}
	}
	urgency := urgencyOf(f.Standing.Tier, score)
	return sarifResult{
		RuleID: ruleIDs()[rule], RuleIndex: rule, Level: level(rule, f.Standing.Tier), Message: message(text),
		Locations:    []sarifLocation{at},
		Fingerprints: map[string]string{sarifFingerprint: id},
		Rank:         math.Floor(urgency*100) / 100,
		Properties: sarifProperties{
			Tier: string(f.Standing.Tier), Role: f.Standing.Role.String(), Component: componentName("", f.Folder, f.Standing.Component), Unit: f.Coverage.Unit.String(),
			Statements: statements, Covered: f.Total.Covered, Total: f.Total.Total, Target: Percent(f.Target()), Gap: f.Gap(), Found: f.Found,
		},
		urgency: urgency,
	}
}

// level is a warning for the files that hold the first 70 % of the weighted gap, and for the functions in
// them. It is never an error: code scanning makes a check fail for those, and to gate a build is for the
// user to ask. What never ran of a function that a test reaches is a note: editors do not mark it either.
func level(rule int, tier config.Tier) string {
	if rule != uncoveredCode && (tier == config.TierCritical || tier == config.TierHigh) {
		return "warning"
	}
	return "note"
}

// urgencyOf is a number from 0 to 100. Each tier has a fifth, the last of them code in files that are at
// their target; in it a score of 50 is in the middle. It depends on nothing else, so that a gap keeps its
// number while others come and go.
func urgencyOf(tier config.Tier, score float64) float64 {
	band := 0.0
	if i := slices.Index(config.Tiers(), tier); i >= 0 {
		band = float64(80 - 20*i)
	}
	return band + 20*score/(score+50)
}

func (s *sarif) invocation(r *Report, all []sarifResult) sarifInvocation {
	out := sarifInvocation{Successful: true}
	for _, w := range r.Warnings {
		n := sarifNotification{Level: "warning"}
		text := escape.Words(w.Text)
		if w.Path != "" {
			at := sarifLocation{Physical: sarifPhysical{Artifact: s.artifact(w.Path, true)}}
			place := w.Path
			if w.Line > 0 {
				place += ":" + strconv.Itoa(w.Line)
				at.Physical.Region = &sarifRegion{StartLine: w.Line}
			}
			n.Locations = []sarifLocation{at}
			text = place + ": " + text
		}
		n.Message = message(text)
		if w.settings {
			out.Configuration = append(out.Configuration, n)
		} else {
			out.Execution = append(out.Execution, n)
		}
	}
	say := func(format string, args ...any) {
		out.Execution = append(out.Execution, sarifNotification{Level: "warning", Message: message(fmt.Sprintf(format, args...))})
	}
	for _, text := range r.failed {
		say("%s", escape.Words(text))
	}
	if n := len(all) - sarifResults; n > 0 {
		say("results left out: %d, the least urgent. Code scanning keeps %d of a run; `covls report --format json` has all.", n, sarifResults)
	}
	if i := slices.IndexFunc(all, func(r sarifResult) bool { return !r.Properties.Found }); i >= 0 {
		n := len(all) - i
		say("results without code to show: %d, in files that were not found. A [[path]] in .covls.toml can say where the files lie.", n)
	}
	return out
}

// message is a text of one line, as it is.
func message(text string) sarifText { return sarifText{Text: escape.SARIF(text)} }

// artifact locates a file by its path in the report. One that was not found is where its profile says: a
// relative path may be right in the repository; an absolute one is of another machine.
func (s *sarif) artifact(name string, found bool) sarifArtifact {
	slashed := name
	if !found && !strings.Contains(name, "/") {
		slashed = strings.ReplaceAll(name, `\`, "/")
	}
	drive := len(name) > 2 && name[1] == ':' && (name[2] == '\\' || name[2] == '/') && strings.Contains("abcdefghijklmnopqrstuvwxyz", strings.ToLower(name[:1]))
	switch {
	case drive:
		return sarifArtifact{URI: "file:///" + name[:2] + uriPath(path.Clean(strings.ReplaceAll(name[2:], `\`, "/")))}
	case strings.HasPrefix(name, `\\`):
		return sarifArtifact{URI: "file:/" + uriPath(path.Clean(strings.ReplaceAll(name[1:], `\`, "/")))}
	case strings.HasPrefix(name, "/"):
		return sarifArtifact{URI: "file://" + uriPath(path.Clean(name))}
	}
	return sarifArtifact{URI: uriPath(within(path.Join(s.prefix, slashed))), BaseID: sarifRoot}
}

// within is a relative path that leads out of no folder, however its separators are read: what leads up stands as __,
// which is no file's folder. Who shows a result opens the file at its path.
func within(rel string) string {
	var b strings.Builder
	for len(rel) > 0 {
		end := strings.IndexAny(rel, `/\`)
		if end < 0 {
			end = len(rel)
		}
		if rel[:end] == ".." {
			b.WriteString("__")
		} else {
			b.WriteString(rel[:end])
		}
		if end < len(rel) {
			b.WriteByte(rel[end])
			end++
		}
		rel = rel[end:]
	}
	return b.String()
}

// uriPath makes a slash-separated path one of a URI, in which no colon can be taken for that of a scheme.
func uriPath(p string) string {
	return strings.ReplaceAll((&url.URL{Path: p}).EscapedPath(), ":", "%3A")
}

// repositoryPrefix is the slash-separated path of an absolute folder in the repository around it; "" where
// it is the repository's root, or there is none.
func repositoryPrefix(dir string) string {
	for root := dir; root != ""; root = filepath.Dir(root) {
		if _, err := os.Stat(filepath.Join(root, ".git")); err == nil {
			rel, err := filepath.Rel(root, dir)
			if err != nil || rel == "." {
				return ""
			}
			return filepath.ToSlash(rel)
		}
		if root == filepath.Dir(root) {
			break
		}
	}
	return ""
}

func ruleIDs() []string {
	return []string{uncoveredFunction: "uncovered-function", uncoveredCode: "uncovered-code", fileBelowTarget: "file-below-target"}
}

// sarifRules are the same in every report.
func sarifRules() []sarifRule {
	texts := []struct{ name, short, full, help string }{
		uncoveredFunction: {
			"UncoveredFunction", "Function that is not covered",
			"No statement of the function ran in any of the coverage profiles: no test that they count would notice if it broke.",
			"Call the function from a test, directly or through what uses it, and run the tests with coverage again.",
		},
		uncoveredCode: {
			"UncoveredCode", "Code that did not run in a test",
			"A test reaches the function, or loads the file, but these lines did not run: a branch or an error path is not tested.",
			"Find the condition that leads to these lines, and write a test in which it holds.",
		},
		fileBelowTarget: {
			"FileBelowTarget", "File short of its coverage target",
			"Fewer of the file's statements or lines ran than its target asks for. " + tierWords(),
			"The other results in the file are what did not run of it; the largest bring it nearest to its target. A target is set in .covls.toml, for everything, a component or a rule.",
		},
	}
	rules := make([]sarifRule, len(texts))
	for i, t := range texts {
		most := level(i, config.TierCritical)
		severity := most
		if most == "note" {
			severity = "recommendation"
		}
		rules[i] = sarifRule{
			ID: ruleIDs()[i], Name: t.name,
			Short: sarifText{Text: t.short}, Full: sarifText{Text: t.full}, Help: help(t.full, t.help),
			Configuration: sarifConfiguration{most},
			Properties:    sarifRuleProperties{"very-high", severity, []string{"coverage", "maintainability", "tests"}},
		}
	}
	return rules
}

func tierWords() string {
	return fmt.Sprintf("Its tier, %s, %s, %s or %s, says how urgent that is among the files of its component.",
		config.TierCritical, config.TierHigh, config.TierMedium, config.TierLower)
}

// help is how to mend it, and how to say that it need not be mended.
func help(full, mend string) sarifText {
	const (
		comment = "//coverage:ignore why no test needs it"
		rule    = "[[rule]]\npaths = [\"internal/legacy/**\"]\nexclude = true\nwhy = \"it is replaced next month\""
	)
	return sarifText{
		Text: full + "\n\n" + mend + "\n\nWhat needs no test is left out by a rule in .covls.toml, or in Go by a comment before it: " + comment,
		Markdown: full + "\n\n**To mend it**: " + mend +
			"\n\n**Where no test is needed**, say so and why. In Go, before the declaration or the statement:\n\n```go\n" + comment +
			"\n```\n\nFor whole files, in `.covls.toml`:\n\n```toml\n" + rule + "\n```\n",
	}
}

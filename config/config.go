// Package config holds the settings of covls: what they are, what they default to, and how those of
// a .covls.toml and of an editor are laid over each other. Nothing that is wrong in a file or an
// editor stops the program: it becomes a [Problem], and the key keeps the value of the layer below.
package config

import (
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Settings is everything a user can set. Slices and maps are shared between the values that Merge
// returns and must not be changed.
type Settings struct {
	// Profiles are globs or paths of profiles; nil stands for DefaultProfiles. Relative ones are
	// relative to the folder of the settings that name them, else to the workspace folder.
	Profiles []string
	// Exclude are globs of sources that are left out of everything; see Matcher.
	Exclude []string
	// Target is the coverage to reach, in percent. Where nobody set it, it is what a gate asks for and where
	// the next steps begin; see TargetSet.
	Target float64
	// TargetSet tells that somebody set Target. Else what has no target of its own is to reach the next step above what
	// it has; see coverage.NextStep.
	TargetSet bool
	// Paths are tried in order on the paths that a profile names.
	Paths []PathMapping
	// Components are sets of files that are counted and ranked by themselves; a file belongs to the
	// first that has it.
	Components []Component
	// Rules say of files what only people know; a file's rule is the first that matches it.
	Rules []Rule
	// Stale is what becomes of the marks of a function whose text changed since the profile.
	Stale Stale
	// Settle is how long the disk must be quiet before a profile is read.
	Settle      time.Duration
	Diagnostics Diagnostics
	Lens        Lens
	Changed     Changed
	Hints       Hints
	Hover       Hover
	// Cache keeps fingerprints of the texts that profiles are of in the user's cache folder, so that a later run of covls
	// knows what has changed since.
	Cache bool
	// Fade asks for uncovered stretches to be marked as unnecessary, which editors paint faded.
	Fade   bool
	Limits Limits
	Run    Run
}

// PathMapping says that a path which begins with From in a profile begins with To on this disk.
type PathMapping struct {
	From string `json:"from"`
	To   string `json:"to"`
	// Profile is a glob of the profiles whose paths are meant, absolute or relative to the workspace folder; "" means
	// all.
	Profile string `json:"profile,omitempty"`
}

// Component is a set of files with totals, tiers and a plan of its own. Its globs match the path of
// the JSON report, whether or not the file is on disk.
type Component struct {
	// Name is not empty and no other component's.
	Name string `json:"name"`
	// Include are globs of its files, at least one; Exclude of those that are not its own all the same.
	Include []string `json:"include"`
	Exclude []string `json:"exclude,omitempty"`
	// Target is the coverage to reach, in percent; nil leaves it to Settings.Target.
	Target *float64 `json:"target,omitempty"`
}

// Rule changes how urgent files are. Zero fields change nothing.
type Rule struct {
	// Paths are globs of the files, matched as those of a Component; at least one.
	Paths []string `json:"paths"`
	// Tier is the files' tier, whatever their score; AtLeast and AtMost are the lowest and the
	// highest that they can have. Beside Tier the two are "".
	Tier    Tier `json:"tier,omitempty"`
	AtLeast Tier `json:"at_least,omitempty"`
	AtMost  Tier `json:"at_most,omitempty"`
	// Weight is what the files' score is multiplied by; nil is 1.
	Weight *float64 `json:"weight,omitempty"`
	// Target is the coverage to reach, in percent; nil leaves it to the component.
	Target *float64 `json:"target,omitempty"`
	// Exclude leaves the files out of totals, tiers and plans.
	Exclude bool `json:"exclude,omitempty"`
	// Group is a name under which reports show the files as one item.
	Group string `json:"group,omitempty"`
	// Why is the reason for people.
	Why string `json:"why,omitempty"`
}

// Tier is how urgent a file is.
type Tier string

// The values of Tier, from the top.
const (
	TierCritical Tier = "critical"
	TierHigh     Tier = "high"
	TierMedium   Tier = "medium"
	TierLower    Tier = "lower"
)

// Tiers returns the tiers from the top.
func Tiers() []Tier { return []Tier{TierCritical, TierHigh, TierMedium, TierLower} }

// above reports whether t is a more urgent tier than u.
func (t Tier) above(u Tier) bool { return slices.Index(Tiers(), t) < slices.Index(Tiers(), u) }

// Stale is a way to treat marks that a profile made for an older text.
type Stale string

// The values of Stale.
const (
	StaleDim  Stale = "dim"
	StaleHide Stale = "hide"
	StaleKeep Stale = "keep"
)

// Severity is how loud a diagnostic or a Problem is.
type Severity string

// The values of Severity. SeverityOff shows nothing; no Problem has it.
const (
	SeverityError       Severity = "error"
	SeverityWarning     Severity = "warning"
	SeverityInformation Severity = "information"
	SeverityHint        Severity = "hint"
	SeverityOff         Severity = "off"
)

// Scope is the set of documents that get diagnostics.
type Scope string

// The values of Scope. ScopeTop are the open ones, and of the others the most urgent functions.
const (
	ScopeOpen      Scope = "open"
	ScopeTop       Scope = "top"
	ScopeWorkspace Scope = "workspace"
)

// Functions is the set of functions that get a lens of their own.
type Functions string

// The values of Functions. FunctionsUncovered are those that are not fully covered.
const (
	FunctionsUncovered Functions = "uncovered"
	FunctionsAll       Functions = "all"
	FunctionsNone      Functions = "none"
)

// Diagnostics are the settings of the diagnostics.
type Diagnostics struct {
	Enable bool
	Scope  Scope
	// Weight is how many statements or lines of a function never ran, at least, for it to be of some weight. It is 1 or
	// more.
	Weight   int
	Severity Severities
}

// Severities are the severities of diagnostics: of functions of some weight by the tier of the file, Lower also for files
// at their target, and Trivial of all others; see gap.Trivial.
type Severities struct {
	Critical, High, Medium, Lower, Trivial Severity
}

// Lens are the settings of the code lenses.
type Lens struct {
	Enable    bool
	Functions Functions
}

// Changed are the settings of what an editor tells of a change.
type Changed struct {
	Enable bool
	// Base is the branch, tag or commit that the change is to go into; "" is the default branch of the remote repository.
	Base string
	// Baseline is where the coverage is that this one is compared with: the path of a file or a folder, "note:NAME" or "branch:NAME";
	// "" compares with none.
	Baseline string
}

// Path is where Baseline lies on disk, seen from a workspace folder; ok is false where it is in the repository, or there is none.
func (c Changed) Path(dir string) (path string, ok bool) {
	switch {
	case c.Baseline == "", strings.HasPrefix(c.Baseline, "note:"), strings.HasPrefix(c.Baseline, "branch:"):
		return "", false
	case filepath.IsAbs(c.Baseline):
		return filepath.Clean(c.Baseline), true
	}
	return filepath.Join(dir, filepath.FromSlash(c.Baseline)), true
}

// Hover are the settings of hovers.
type Hover struct {
	Enable bool
	// Covered has hovers also where there is nothing to say but that the code ran.
	Covered bool
}

// Hints are the settings of the inlay hints.
type Hints struct {
	Enable bool
}

// Run are the settings of "Run Tests with Coverage".
type Run struct {
	// Command is a command line by language id. The one under "" is for every language that has
	// none of its own; a language without any leaves the choice to covls.
	Command map[string]string
}

// CommandFor returns the command line for a language id, or "" where none is set.
func (r Run) CommandFor(language string) string {
	if c := r.Command[language]; c != "" {
		return c
	}
	return r.Command[""]
}

// Limits bound what covls reads and says, so that a hostile or broken file costs an error and not the
// memory. All are positive.
type Limits struct {
	// ProfileBytes is the size of one profile, decompressed.
	ProfileBytes int64
	// Line is the largest 1-based line number that is believed.
	Line int
	// Files is the number of files in one profile.
	Files int
	// Branches is the number of branches in one profile that gives only their number.
	Branches int
	// Nesting is how deep a profile of JSON or XML is nested.
	Nesting int
	// Depth is how many folders deep profiles are searched.
	Depth int
	// Entries is the number of directory entries looked at in one search for profiles.
	Entries int
	// SourceBytes is the size of the largest source file, or open document, that is looked at.
	SourceBytes int64
	// Profiles is the number of profiles that one search returns.
	Profiles int
	// TotalBytes is what all profiles but the largest may take of memory together.
	TotalBytes int64
	// Folders is the number of workspace folders. It is that of the editor's settings.
	Folders int
	// Marks is the number of diagnostics, of lenses and of inlay hints in one document.
	Marks int
	// AnswerBytes is the size of one answer to the editor.
	AnswerBytes int64
}

// Default returns the settings of a user who set nothing.
func Default() Settings {
	return Settings{
		Target: 60,
		Stale:  StaleDim,
		Settle: 300 * time.Millisecond,
		Diagnostics: Diagnostics{
			Enable: true,
			Scope:  ScopeTop,
			Weight: 3,
			Severity: Severities{
				Critical: SeverityWarning,
				High:     SeverityInformation,
				Medium:   SeverityInformation,
				Lower:    SeverityInformation,
				Trivial:  SeverityHint,
			},
		},
		Lens:    Lens{Enable: true, Functions: FunctionsUncovered},
		Hover:   Hover{Enable: true},
		Changed: Changed{Enable: true},
		Cache:   true,
		Limits: Limits{
			ProfileBytes: 1 << 30,
			Line:         10_000_000,
			Files:        80_000,
			Branches:     1 << 22,
			Nesting:      256,
			Depth:        16,
			Entries:      500_000,
			SourceBytes:  16 << 20,
			Profiles:     1000,
			TotalBytes:   96 << 20,
			Folders:      256,
			Marks:        10_000,
			AnswerBytes:  32 << 20,
		},
	}
}

// DefaultProfiles returns the globs of the names that coverage tools and their users give to
// profiles, relative to a workspace folder. A name is a guess: the content decides the format. A
// covmeta file stands for the GOCOVERDIR directory that holds it.
func DefaultProfiles() []string {
	return []string{
		// Go
		"**/*cover*.out",
		"**/c.out",
		"**/profile.out",
		"**/*.cov",
		"**/*coverage*.txt",
		"**/*.coverprofile",
		"**/covmeta.*",
		// LCOV
		"**/*.info",
		"**/*.lcov",
		"**/lcov*.txt",
		"**/*coverage*.dat",
		"bazel-testlogs/**/*coverage*.dat",
		"bazel-out/_coverage/*coverage*.dat",
		// Cobertura and what else is called coverage
		"**/*cobertura*.xml",
		"**/*Cobertura*.xml",
		"**/*coverage*.xml",
		"**/*Coverage*.xml",
		"**/cov*.xml",
		"**/excoveralls.xml",
		"**/sonarqube*.xml",
		// .NET
		"**/*opencover*.xml",
		"**/*OpenCover*.xml",
		"**/*dotcover*.xml",
		"**/*dotCover*.xml",
		"**/*.coveragexml",
		// JaCoCo, and what has its format
		"**/*jacoco*.xml",
		"**/*Jacoco*.xml",
		"**/*kover*.xml",
		"**/kover/**/*.xml",
		"**/reports/coverage/**/*.xml",
		// Clover
		"**/*clover*.xml",
		"**/*Clover*.xml",
		"**/*.clover",
		// JSON
		"**/*coverage*.json",
		"**/*Coverage*.json",
		"**/cov.json",
		"**/.nyc_output/*.json",
		"**/*llvm-cov*.json",
		"**/codecov*.json",
		"**/codecov/*.json",
		"**/*coveralls*.json",
		"**/*tarpaulin*.json",
		"**/gcovr*.json",
		"**/.resultset.json",
		"**/*xccov*.json",
		// Deno has one for each script; those of Node.js are called coverage
		"**/cov*/????????-????-????-????-????????????.json",
		// gcov
		"**/*.gcov",
		"**/*.gcov.json",
		"**/*.gcov.json.gz",
	}
}

// DefaultProfileNames returns those of DefaultProfiles that are names of files in any folder, as globs without a folder. What
// stands for a GOCOVERDIR is not among them.
func DefaultProfileNames() []string {
	var out []string
	for _, glob := range DefaultProfiles() {
		if name, ok := strings.CutPrefix(glob, "**/"); ok && !strings.Contains(name, "/") && name != "covmeta.*" {
			out = append(out, name)
		}
	}
	return out
}

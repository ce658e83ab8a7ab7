// Package release_test holds what is around a release: the action for GitHub with its scripts, the templates of other CI,
// and the files that name a version.
package release_test

import (
	"archive/tar"
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/covls/covls/internal/gittest"
	"github.com/covls/covls/internal/profiletest"
)

const root = "../.."

func TestMain(m *testing.M) { os.Exit(profiletest.Main(m)) }

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func write(t *testing.T, path, text string, mode os.FileMode) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
}

// runner is a machine that runs a job, as its scripts see it: nothing of this process's environment but where programs are.
type runner struct {
	dir string
	env map[string]string
}

func newRunner(t *testing.T) *runner {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the scripts are tried where sh is the system's own")
	}
	r := &runner{dir: t.TempDir()}
	for _, name := range []string{"temp", "work"} {
		if err := os.Mkdir(filepath.Join(r.dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	r.env = map[string]string{"PATH": os.Getenv("PATH"), "RUNNER_TEMP": filepath.Join(r.dir, "temp"), "RUNNER_OS": "Linux", "RUNNER_ARCH": "X64"}
	for _, name := range []string{"OUTPUT", "PATH", "STEP_SUMMARY"} {
		r.env["GITHUB_"+name] = filepath.Join(r.dir, name)
		write(t, filepath.Join(r.dir, name), "", 0o644)
	}
	return r
}

// run runs a script of the action. The answers are what went into the log and the exit code.
func (r *runner) run(t *testing.T, script string, env ...string) (log string, code int) {
	t.Helper()
	path, err := filepath.Abs(filepath.Join(root, "action", script))
	if err != nil {
		t.Fatal(err)
	}
	// As for the program: these are what the test looks at.
	for _, name := range []string{"install.sh", "check.sh", "verdict.awk"} {
		read(t, filepath.Join(filepath.Dir(path), name))
	}
	cmd := exec.Command("sh", path)
	cmd.Dir = filepath.Join(r.dir, "work")
	for k, v := range r.env {
		cmd.Env = append(cmd.Env, k+"="+v)
	}
	cmd.Env = append(cmd.Env, env...)
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

func (r *runner) file(t *testing.T, name string) string {
	t.Helper()
	return read(t, filepath.Join(r.dir, name))
}

// archive writes a release into a folder, and answers with the sum of its checksums.txt.
func archive(t *testing.T, dir, version, name, programFile string) string {
	t.Helper()
	folder := filepath.Join(dir, version)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	out, err := os.Create(filepath.Join(folder, name))
	if err != nil {
		t.Fatal(err)
	}
	data := read(t, programFile)
	zip := gzip.NewWriter(out)
	pack := tar.NewWriter(zip)
	for file, text := range map[string]string{"covls": data, "LICENSE": "MIT"} {
		if err := pack.WriteHeader(&tar.Header{Name: file, Mode: 0o755, Size: int64(len(text))}); err != nil {
			t.Fatal(err)
		}
		if _, err := pack.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(pack.Close(), zip.Close(), out.Close()); err != nil {
		t.Fatal(err)
	}
	sums := fmt.Sprintf("%x  %s\n%064d  covls_other.zip\n", sha256.Sum256([]byte(read(t, out.Name()))), name, 1)
	write(t, filepath.Join(folder, "checksums.txt"), sums, 0o644)
	return fmt.Sprintf("%x", sha256.Sum256([]byte(sums)))
}

// TestInstall installs a release that was built here, and none that is not what it should be.
func TestInstall(t *testing.T) {
	t.Parallel()
	for _, need := range []string{"curl", "tar"} {
		if _, err := exec.LookPath(need); err != nil {
			t.Skipf("there is no %s on PATH", need)
		}
	}
	mirror := t.TempDir()
	const name = "covls_0.1.0_linux_amd64.tar.gz"
	sum := archive(t, mirror, "v0.1.0", name, profiletest.Program(t))
	archive(t, mirror, "v0.2.0", "covls_0.2.0_linux_amd64.tar.gz", profiletest.Program(t))
	changed := filepath.Join(mirror, "v0.2.0", "covls_0.2.0_linux_amd64.tar.gz")
	write(t, changed, read(t, changed)+"x", 0o644)
	from := "INPUT_MIRROR=file://" + mirror
	for _, tt := range []struct {
		name string
		env  []string
		want string // of the log; "" where covls is installed
	}{
		{"a release", []string{"INPUT_VERSION=v0.1.0", from}, ""},
		{"one whose checksums are known", []string{"INPUT_VERSION=v0.1.0", from + "/", "INPUT_CHECKSUMS_SHA256=" + sum}, ""},
		{"one with other checksums", []string{"INPUT_VERSION=v0.1.0", from, "INPUT_CHECKSUMS_SHA256=" + strings.Repeat("0", 64)}, "as checksums-sha256 says"},
		{"an archive that was changed", []string{"INPUT_VERSION=v0.2.0", from}, "covls_0.2.0_linux_amd64.tar.gz has the SHA-256 "},
		{"a release that is not there", []string{"INPUT_VERSION=v0.3.0", from}, "could not download file://" + mirror + "/v0.3.0/checksums.txt"},
		{"a processor without a release", []string{"INPUT_VERSION=v0.1.0", from, "RUNNER_ARCH=ARM"}, "does not name covls_0.1.0_linux_armv7.tar.gz"},
		{"a processor that nobody knows", []string{"INPUT_VERSION=v0.1.0", from, "RUNNER_ARCH=S390X"}, "there is no release of covls for S390X"},
		{"a system that nobody knows", []string{"INPUT_VERSION=v0.1.0", from, "RUNNER_OS=Plan9"}, "there is no release of covls for Plan9"},
		{"no version", []string{"INPUT_VERSION=", from}, `the input version is "": want a release like v0.1.0`},
		{"a branch", []string{"INPUT_VERSION=main", from}, `the input version is "main"`},
		{"a path", []string{"INPUT_VERSION=v1/../v0.1.0", from}, `the input version is "v1/../v0.1.0"`},
		{"a command", []string{"INPUT_VERSION=v1$(touch owned)", from}, `the input version is "v1$(touch owned)"`},
		{"a command of the runner", []string{"INPUT_VERSION=v1\n::set-env name=A::b", from}, `the input version is "v1 ::set-env name=A::b"`},
		{"a mirror without TLS", []string{"INPUT_VERSION=v0.1.0", "INPUT_MIRROR=http://127.0.0.1:1"}, "could not download http://127.0.0.1:1/v0.1.0/checksums.txt"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newRunner(t)
			log, code := r.run(t, "install.sh", tt.env...)
			if tt.want != "" {
				at := strings.Index(log, "::error title=covls::")
				if code != 1 || at < 0 || !strings.Contains(log[at:], tt.want) || strings.Count(log, "\n::") > 1 {
					t.Errorf("exit %d:\n%swant an error with %q", code, log, tt.want)
				}
				if r.file(t, "OUTPUT") != "" || r.file(t, "PATH") != "" {
					t.Errorf("it says that it installed: %s%s", r.file(t, "OUTPUT"), r.file(t, "PATH"))
				}
				if _, err := os.Stat(filepath.Join(r.dir, "work", "owned")); err == nil {
					t.Error("what an input holds was run")
				}
				return
			}
			folder := filepath.Join(r.dir, "temp", "covls-v0.1.0")
			if code != 0 || !strings.HasPrefix(log, "covls ") || r.file(t, "PATH") != folder+"\n" || r.file(t, "OUTPUT") != "program="+filepath.Join(folder, "covls")+"\n" {
				t.Errorf("exit %d: %s%s%s", code, log, r.file(t, "PATH"), r.file(t, "OUTPUT"))
			}
			left, err := os.ReadDir(folder)
			if err != nil || len(left) != 1 {
				t.Errorf("%v in the folder, want the program alone: %v", left, err)
			}
		})
	}
}

// standIn is a covls that writes down what it is asked, an argument a line, and answers with files by format.
const standIn = `#!/bin/sh
for a in "$@"; do printf '%s\n' "$a"; done >>"$ASKED"
echo >>"$ASKED"
format=$1
[ "$1" != baseline ] || baseline=1
while [ $# -gt 0 ]; do
	case "$1" in
	--format) format=$2 ;;
	-o) : >"$2" ;;
	--summary) [ -n "${SAYS_WRONG:-}" ] || echo "said as markdown" >"$2" ;;
	esac
	shift
done
[ -z "${SAYS_WRONG:-}" ] || { echo "covls: $SAYS_WRONG" >&2; exit 2; }
case "$format" in
json) printf '%s' "$VERDICT" ;;
*) echo "said as $format" ;;
esac
[ -z "${baseline:-}" ] || exit 0
exit "${ENDS:-0}"
`

const (
	changeVerdict = `{"base":"adbc881","baseline":{"commit":"adbc881","behind":0},"changed":{"covered":2,"total":5},
 "items":[{"kind":"changed","file":"a{[\".go","function":"(*Command).SuggestionsFor[T]","line":863,"uncovered":[[865,869]],"statements":3}],
 "lost":[{"file":"b.go","function":"\"total\":7","statements":[[1,2],[3,4]]},{"file":"c.go"}],"moved":0,"unmeasured":[],"passed":false}`
	freshVerdict = `{
  "base": "adbc881",
  "baseline": null,
  "changed": {
    "covered": 0,
    "total": 0
  },
  "items": [],
  "lost": [],
  "passed": true
}`
	totalVerdict = `{"schema":1,"passed":true,"totals":[{"unit":"statements","covered":80,"total":100,"percent":80}],"target":85,"breaches":[]}`
	unitsVerdict = `{"schema":1,"passed":false,"totals":[{"unit":"statements","covered":80,"total":100},{"unit":"lines","covered":1,"total":2}],"target":85,"breaches":[{}]}`
)

// TestCheck holds what the action asks covls by what started the job, and what it makes of the answer.
func TestCheck(t *testing.T) {
	t.Parallel()
	inputs := map[string]string{
		"INPUT_WORKING_DIRECTORY": ".", "INPUT_PROFILE": "", "INPUT_CHANGED": "auto", "INPUT_MIN": "", "INPUT_MAX_UNCOVERED": "", "INPUT_MAX_LOST": "",
		"INPUT_TARGET": "", "INPUT_BASELINE": "true", "INPUT_FORMAT": "github", "INPUT_ARGS": "", "INPUT_FAIL": "true", "MERGE_BASE": "", "GITHUB_REF": "refs/pull/7/merge",
	}
	for _, tt := range []struct {
		name     string
		event    string
		env      []string
		baseline bool   // there is one
		asked    string // the commands, with their arguments; those of the verdict left out, and so is --format github
		outputs  string
		log      string // is in it
		summary  string
		code     int
	}{
		{
			name: "a pull request", event: "pull_request", baseline: true, env: []string{"VERDICT=" + changeVerdict, "ENDS=1"},
			asked:   "check -C . --changed --summary COMMENT --baseline BASELINES",
			outputs: "markdown=COMMENT covered=2 total=5 lost=2 passed=false code=1", log: "said as github", summary: "said as markdown",
		},
		{
			name: "the first pull request", event: "pull_request", env: []string{"VERDICT=" + freshVerdict},
			asked:   "check -C . --changed --summary COMMENT",
			outputs: "markdown=COMMENT covered=0 total=0 passed=true code=0", log: "lost coverage is not judged: there is no baseline yet", summary: "said as markdown",
		},
		{
			name: "all inputs", event: "pull_request", baseline: true,
			env: []string{
				"VERDICT=" + changeVerdict, "ENDS=1", "INPUT_WORKING_DIRECTORY=a b", "INPUT_PROFILE=unit.out\n\ne 2 e.out\n", "INPUT_MIN=80", "INPUT_MAX_UNCOVERED=3",
				"INPUT_MAX_LOST=2", "INPUT_FAIL=false", "INPUT_ARGS=--partial  * $(touch owned)", "INPUT_FORMAT=gitea", "INPUT_TARGET=settings",
			},
			asked:   "check -C a b --profile unit.out --profile e 2 e.out --partial * $(touch owned) --changed --summary COMMENT --min 80 --max-uncovered 3 --baseline BASELINES --no-lost=2 --warn-only --format gitea; check -C a b --profile unit.out --profile e 2 e.out --partial * $(touch owned)",
			outputs: "markdown=COMMENT covered=2 total=5 lost=2 passed=false code=0", log: "said as gitea", summary: "said as markdown",
		},
		{
			name: "without baselines", event: "pull_request", baseline: true, env: []string{"VERDICT=" + freshVerdict, "INPUT_BASELINE=false"},
			asked: "check -C . --changed --summary COMMENT", outputs: "markdown=COMMENT covered=0 total=0 passed=true code=0", log: "said as github", summary: "said as markdown",
		},
		{
			name: "a merge queue", event: "merge_group", env: []string{"VERDICT=" + freshVerdict, "MERGE_BASE=adbc881"},
			asked: "check -C . --changed=adbc881 --summary COMMENT", outputs: "markdown=COMMENT covered=0 total=0 passed=true code=0", summary: "said as markdown",
		},
		{
			name: "a base that was named", event: "push", env: []string{"VERDICT=" + freshVerdict, "INPUT_CHANGED=origin/next"},
			asked: "check -C . --changed=origin/next --summary COMMENT", outputs: "markdown=COMMENT covered=0 total=0 passed=true code=0", summary: "said as markdown",
		},
		{
			name: "the change and the whole", event: "pull_request", env: []string{"VERDICT=" + totalVerdict, "INPUT_TARGET=85", "INPUT_FORMAT=azure"},
			asked: "check -C . --changed --summary COMMENT --format azure; check -C . --fail-under 85 --format text", outputs: "markdown=COMMENT covered=80 total=100 passed=true code=0", summary: "said as markdown",
		},
		{
			name: "the whole by the settings", event: "pull_request", env: []string{"VERDICT=" + unitsVerdict, "ENDS=1", "INPUT_CHANGED=false", "INPUT_TARGET=settings"},
			asked: "check -C .", outputs: "passed=false code=1", log: "said as github", summary: "said as github",
		},
		{
			name: "a push", event: "push", env: []string{"GITHUB_REF=refs/heads/main", "INPUT_PROFILE=unit.out"},
			asked: "baseline -C . --profile unit.out -o BASELINES/COMMIT.base.gz", outputs: "baseline=true code=0",
		},
		{
			name: "a push that misses its target keeps its baseline", event: "push", env: []string{"GITHUB_REF=refs/heads/main", "INPUT_TARGET=85", "VERDICT=" + unitsVerdict, "ENDS=1"},
			asked: "check -C . --fail-under 85; baseline -C . -o BASELINES/COMMIT.base.gz", log: "said as github",
			outputs: "passed=false baseline=true code=1", summary: "said as github",
		},
		{name: "a tag", event: "push", env: []string{"GITHUB_REF=refs/tags/v1"}, outputs: "code=0"},
		{
			name: "what can't be judged", event: "pull_request", env: []string{"SAYS_WRONG=100% of\tnothing", "INPUT_FAIL=false"},
			asked: "check -C . --changed --summary COMMENT --warn-only", outputs: "code=2", log: "::error title=covls::covls: 100%25 of\tnothing\n", summary: "could not judge this:",
		},
		{name: "an input that is neither", event: "pull_request", env: []string{"INPUT_FAIL=no"}, code: 1, log: `the input fail is "no": want true or false`},
		{name: "another one", event: "pull_request", env: []string{"INPUT_BASELINE=on"}, code: 1, log: `the input baseline is "on": want true or false`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newRunner(t)
			baselines, asked := filepath.Join(r.dir, "temp", "baselines"), filepath.Join(r.dir, "ASKED")
			for k, v := range inputs {
				r.env[k] = v
			}
			r.env["PROGRAM"], r.env["BASELINES"], r.env["ASKED"], r.env["GITHUB_EVENT_NAME"] = filepath.Join(r.dir, "covls"), baselines, asked, tt.event
			write(t, r.env["PROGRAM"], standIn, 0o755)
			write(t, asked, "", 0o644)
			if tt.baseline {
				write(t, filepath.Join(baselines, "adbc881.base.gz"), "", 0o644)
			}
			commit := repository(t, filepath.Join(r.dir, "work"))
			log, code := r.run(t, "check.sh", tt.env...)
			if code != tt.code || !strings.Contains(log, tt.log) {
				t.Errorf("exit %d, want %d; %q is to be in the log:\n%s", code, tt.code, tt.log, log)
			}
			short := strings.NewReplacer(baselines, "BASELINES", commit, "COMMIT", filepath.Join(r.dir, "temp", "covls-check", "comment.md"), "COMMENT")
			var got []string
			for command := range strings.SplitSeq(strings.TrimSuffix(read(t, asked), "\n\n"), "\n\n") {
				command = short.Replace(strings.ReplaceAll(command, "\n", " "))
				command, format, _ := strings.Cut(command, " --format ")
				switch format {
				case "json":
					continue
				case "", "github":
				default:
					command += " --format " + format
				}
				if command != "" {
					got = append(got, command)
				}
			}
			if got := strings.Join(got, "; "); got != tt.asked {
				t.Errorf("it asked\n%s\nwant\n%s", got, tt.asked)
			}
			if got := short.Replace(strings.Join(strings.Fields(r.file(t, "OUTPUT")), " ")); got != tt.outputs {
				t.Errorf("outputs %s, want %s", got, tt.outputs)
			}
			if got := r.file(t, "STEP_SUMMARY"); !strings.Contains(got, tt.summary) || tt.summary == "" && got != "" {
				t.Errorf("summary %q, want %q in it", got, tt.summary)
			}
			if _, err := os.Stat(filepath.Join(r.dir, "work", "owned")); err == nil {
				t.Error("what an input holds was run")
			}
		})
	}
}

// TestPullRequest runs the action's script with covls itself, as a repository sees it: a push keeps a baseline, and a pull
// request is held against it.
func TestPullRequest(t *testing.T) {
	t.Parallel()
	r := newRunner(t)
	work := filepath.Join(r.dir, "work")
	for k, v := range map[string]string{
		"PROGRAM": profiletest.Program(t), "BASELINES": filepath.Join(r.dir, "temp", "baselines"), "GITHUB_WORKSPACE": work, "MERGE_BASE": "", "INPUT_WORKING_DIRECTORY": ".",
		"INPUT_PROFILE": "cover.out", "INPUT_CHANGED": "auto", "INPUT_MIN": "", "INPUT_MAX_UNCOVERED": "", "INPUT_MAX_LOST": "", "INPUT_TARGET": "40", "INPUT_BASELINE": "true",
		"INPUT_FORMAT": "github", "INPUT_ARGS": "", "INPUT_FAIL": "true", "HOME": r.dir,
	} {
		r.env[k] = v
	}
	commit := func(n int, files map[string]string) {
		t.Helper()
		for name, text := range files {
			write(t, filepath.Join(work, name), text, 0o644)
		}
		gittest.Run(t, work, gittest.Date(n), "add", "--all")
		gittest.Run(t, work, gittest.Date(n), "commit", "--quiet", "--message", "x")
	}
	step := func(event, ref string) (log, outputs, summary string) {
		t.Helper()
		r.env["GITHUB_EVENT_NAME"], r.env["GITHUB_REF"] = event, ref
		for _, name := range []string{"OUTPUT", "STEP_SUMMARY"} {
			write(t, filepath.Join(r.dir, name), "", 0o644)
		}
		log, code := r.run(t, "check.sh")
		if code != 0 {
			t.Errorf("%s: exit %d:\n%s", event, code, log)
		}
		return log, strings.Join(strings.Fields(strings.ReplaceAll(r.file(t, "OUTPUT"), r.dir, "")), " "), r.file(t, "STEP_SUMMARY")
	}
	const (
		a = "package shop\n\nfunc A() int {\n\treturn 1\n}\n"
		b = "\nfunc B() int {\n\treturn 2\n}\n"
		c = "\nfunc C() int {\n\treturn 3\n}\n"
	)
	repository(t, work)
	gittest.Run(t, work, gittest.Date(0), "branch", "--move", "main")
	commit(1, map[string]string{"go.mod": "module example.com/shop\n\ngo 1.26\n", "a.go": a + b, ".gitignore": "cover.out\n"})
	write(t, filepath.Join(work, "cover.out"), "mode: set\nexample.com/shop/a.go:3.14,5.2 1 1\nexample.com/shop/a.go:7.14,9.2 1 1\n", 0o644)

	log, outputs, summary := step("push", "refs/heads/main")
	if outputs != "covered=2 total=2 passed=true baseline=true code=0" || !strings.Contains(summary, "covls check: passed: 100.00 % of 2 statements covered, target 40 %") {
		t.Errorf("a push: outputs %q, summary %q\n%s", outputs, summary, log)
	}

	gittest.Run(t, work, gittest.Date(2), "checkout", "--quiet", "-b", "work")
	commit(2, map[string]string{"a.go": a + b + c})
	r.env["GITHUB_BASE_REF"] = "main"
	// B is covered no more, and C is new.
	write(t, filepath.Join(work, "cover.out"), "mode: set\nexample.com/shop/a.go:3.14,5.2 1 1\nexample.com/shop/a.go:7.14,9.2 1 0\nexample.com/shop/a.go:11.14,13.2 1 0\n", 0o644)
	log, outputs, summary = step("pull_request", "refs/pull/1/merge")
	if want := "markdown=/temp/covls-check/comment.md covered=0 total=1 lost=1 passed=false code=1"; outputs != want {
		t.Errorf("a pull request: outputs %q, want %q\n%s", outputs, want, log)
	}
	for _, want := range []string{"::error file=a.go,line=12,endLine=12,title=New%2C not tested::C is new and not tested: 1 statement\n", "::error file=a.go,line=7,endLine=7,title=Coverage lost::B lost coverage"} {
		if !strings.Contains(log, want) {
			t.Errorf("%q is not in the log:\n%s", want, log)
		}
	}
	if n := strings.Count(log, "\n::") + strings.Count(log[:2], "::"); n != 3 { // and the whole, at 33.33 %
		t.Errorf("%d annotations:\n%s", n, log)
	}
	if !strings.HasPrefix(summary, "<!-- covls: change -->\n**Coverage of this change: failed.**") || read(t, filepath.Join(r.dir, "temp/covls-check/comment.md"))+"\n" != summary[:strings.Index(summary, "\ncovls check:")+1] {
		t.Errorf("summary %q", summary)
	}

	write(t, filepath.Join(work, "cover.out"), "mode: set\nexample.com/shop/a.go:3.14,5.2 1 1\nexample.com/shop/a.go:7.14,9.2 1 1\nexample.com/shop/a.go:11.14,13.2 1 1\n", 0o644)
	log, outputs, _ = step("pull_request", "refs/pull/1/merge")
	if want := "markdown=/temp/covls-check/comment.md covered=1 total=1 lost=0 passed=true code=0"; outputs != want || strings.Contains(log, "::") {
		t.Errorf("a tested pull request: outputs %q, want %q\n%s", outputs, want, log)
	}

	r.env["INPUT_PROFILE"] = "none.out"
	log, outputs, summary = step("pull_request", "refs/pull/1/merge")
	if outputs != "code=2" || !strings.HasPrefix(log, "::error title=covls::covls: ") && !strings.Contains(log, "\n::error title=covls::covls: ") || !strings.Contains(summary, "could not judge this") {
		t.Errorf("without a profile: outputs %q, summary %q\n%s", outputs, summary, log)
	}
}

// repository makes one with a commit, whose name is the answer.
func repository(t *testing.T, dir string) string {
	t.Helper()
	gittest.Need(t)
	if err := os.MkdirAll(filepath.Join(dir, "a b"), 0o755); err != nil {
		t.Fatal(err)
	}
	gittest.Run(t, dir, gittest.Date(0), "init", "--quiet")
	gittest.Run(t, dir, gittest.Date(0), "commit", "--quiet", "--allow-empty", "--message", "x")
	out, err := exec.Command("git", "-C", dir, "rev-parse", "HEAD").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

var (
	inputOfAction   = regexp.MustCompile(`\$\{\{\s*inputs\.([a-z0-9-]+)`)
	expressionInRun = regexp.MustCompile(`(?m)^\s+(?:- )?run:.*\$\{\{|^\s+run: \|\n(?:(?:\s{8,}.*)?\n)*?\s{8,}.*\$\{\{`)
	pinned          = regexp.MustCompile(`^[0-9a-f]{40} # v\d+\.\d+\.\d+$`)
)

// TestAction holds the action's own text: every input is used, in a way in which it can't be run, and told in docs/ci.md.
func TestAction(t *testing.T) {
	t.Parallel()
	text, docs := read(t, filepath.Join(root, "action.yml")), read(t, filepath.Join(root, "docs/ci.md"))
	head, _, _ := strings.Cut(text, "\nruns:")
	inputs, outputs, _ := strings.Cut(head, "\noutputs:")
	used := map[string]bool{}
	for _, m := range inputOfAction.FindAllStringSubmatch(text, -1) {
		used[m[1]] = true
	}
	names := regexp.MustCompile(`(?m)^  ([a-z0-9-]+):$`)
	of := func(text string) []string {
		var out []string
		for _, m := range names.FindAllStringSubmatch(text, -1) {
			out = append(out, m[1])
		}
		return out
	}
	_, inputs, _ = strings.Cut(inputs, "\ninputs:")
	if len(of(inputs)) < 10 || len(of(outputs)) < 4 {
		t.Fatalf("inputs %v, outputs %v", of(inputs), of(outputs))
	}
	for _, name := range of(inputs) {
		if !used[name] {
			t.Errorf("the input %s is used nowhere", name)
		}
		delete(used, name)
	}
	if len(used) > 0 {
		t.Errorf("no inputs: %v", used)
	}
	for _, name := range slices.Concat(of(inputs), of(outputs)) {
		if !strings.Contains(docs, "| `"+name+"`") {
			t.Errorf("docs/ci.md has no row for %s", name)
		}
	}
}

// TestWorkflows holds that no expression gets into a script, and that what others wrote is pinned.
func TestWorkflows(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join(root, ".github/workflows/*.yml"))
	if err != nil || len(files) < 4 {
		t.Fatalf("workflows %v: %v", files, err)
	}
	for _, file := range append(files, filepath.Join(root, "action.yml"), filepath.Join(root, "ci/gitea.yml")) {
		text := read(t, file)
		if at := expressionInRun.FindString(text); at != "" {
			t.Errorf("%s: an expression in a script: %s", file, at)
		}
		uses := 0
		for line := range strings.Lines(text) {
			_, what, ok := strings.Cut(strings.TrimSpace(line), "uses: ")
			if !ok || what == "./" || strings.HasPrefix(what, "https://github.com/covls/") {
				continue
			}
			uses++
			if _, version, _ := strings.Cut(what, "@"); !pinned.MatchString(version) {
				t.Errorf("%s: %s is not pinned", file, what)
			}
		}
		if uses == 0 && !strings.HasSuffix(file, "covls-comment.yml") {
			t.Errorf("%s uses nothing", file)
		}
		if strings.Contains(file, "workflows") && !strings.Contains(text, "\npermissions:") {
			t.Errorf("%s: which rights it has stands nowhere", file)
		}
	}
}

// TestFiles holds that what the configuration of releases packs is there, and that versions are the same everywhere.
func TestFiles(t *testing.T) {
	t.Parallel()
	made := read(t, filepath.Join(root, "scripts/release-files.sh"))
	found := 0
	for _, m := range regexp.MustCompile(`(?m)(?:src|glob): (\S+)$|^    - (scripts/\S+)$|main: \./(\S+)$`).FindAllStringSubmatch(read(t, filepath.Join(root, ".goreleaser.yaml")), -1) {
		path := m[1] + m[2] + m[3]
		found++
		if below, ok := strings.CutPrefix(path, "release/"); ok {
			first, _, _ := strings.Cut(below, "/")
			if first != "*.vsix" && !strings.Contains(made, "release/"+first) {
				t.Errorf("scripts/release-files.sh makes no %s", path)
			}
			continue
		}
		if _, err := os.Stat(filepath.Join(root, path)); err != nil {
			t.Errorf(".goreleaser.yaml: %v", err)
		}
	}
	if found < 8 {
		t.Errorf("%d files in .goreleaser.yaml", found)
	}
	version := regexp.MustCompile(`"version": "([^"]+)"`).FindStringSubmatch(read(t, filepath.Join(root, "editors/vscode/package.json")))
	for _, file := range []string{"action.yml", "ci/gitlab.yml", "ci/azure.yml"} {
		if !strings.Contains(read(t, filepath.Join(root, file)), "default: v"+version[1]+"\n") {
			t.Errorf("%s is not of v%s, which editors/vscode/package.json is of", file, version[1])
		}
	}
	named := regexp.MustCompile(`covls/covls(?:@|/)(v\d[0-9A-Za-z.-]*\d)|rev: (v\S+)|refs/tags/(v\S+)`)
	for _, file := range []string{"docs/ci.md", "ci/gitea.yml", "ci/gitlab.yml", "ci/azure.yml"} {
		matches := named.FindAllStringSubmatch(read(t, filepath.Join(root, file)), -1)
		if len(matches) == 0 {
			t.Errorf("%s names no version", file)
		}
		for _, m := range matches {
			if got := m[1] + m[2] + m[3]; got != "v"+version[1] {
				t.Errorf("%s names %s, not v%s", file, got, version[1])
			}
		}
	}
}

// TestFigure holds that GitLab finds the figure of the whole in the log, and no other.
func TestFigure(t *testing.T) {
	t.Parallel()
	m := regexp.MustCompile(`(?m)^  coverage: '/(.*)/'$`).FindStringSubmatch(read(t, filepath.Join(root, "ci/gitlab.yml")))
	if m == nil {
		t.Fatal("ci/gitlab.yml has no coverage")
	}
	figure := regexp.MustCompile(m[1])
	for line, want := range map[string]string{
		"covls check: passed: 100.00 % of 2 statements covered, target 60 % (none is set)":                       "100.00",
		"covls check: failed, 1 breach; 33.33 % of 3 lines covered, target 60 %":                                 "33.33",
		"covls check: failed, 1 breach; 7.5 % of 1 statement and 50.00 % of 4 lines covered, target 60 %":        "7.5",
		"total: 1 statement short of 60 % (33.33 %)":                                                             "",
		"covls check: failed: 0.00 % of what changed is covered; 0 of 1 statement that changed since a (0.00 %)": "",
	} {
		got := ""
		if m := figure.FindStringSubmatch(line); m != nil {
			got = m[1]
		}
		if got != want {
			t.Errorf("%s: %q, want %q", line, got, want)
		}
	}
}

// TestModule holds that `go install …@latest` can have the module: nothing in go.mod is of this checkout alone.
func TestModule(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("go", "mod", "edit", "-json", filepath.Join(root, "go.mod")).Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, what := range []string{`"Replace": null`, `"Exclude": null`} {
		if !strings.Contains(string(out), what) {
			t.Errorf("go.mod: want %s, since go install takes no module with one:\n%s", what, out)
		}
	}
}

var recipe = regexp.MustCompile(`(?m)^\s*(?:- |run: |- run: |entry: )?covls ([a-z"].*)$`)

// TestRecipes holds that each command that docs and templates have is one that covls takes.
func TestRecipes(t *testing.T) {
	t.Parallel()
	for file, least := range map[string]int{"docs/ci.md": 7, "ci/gitlab.yml": 3, "ci/azure.yml": 1, ".pre-commit-hooks.yaml": 2} {
		found := recipe.FindAllStringSubmatch(read(t, filepath.Join(root, file)), -1)
		if len(found) < least {
			t.Errorf("%s has %d commands, want %d", file, len(found), least)
		}
		for _, m := range found {
			line, _, _ := strings.Cut(m[1], " #")
			for _, end := range []string{" || ", " >", " && "} {
				line, _, _ = strings.Cut(line, end)
			}
			var args []string
			for _, word := range strings.Fields(line) {
				word = strings.Trim(word, `"'`)
				if strings.HasPrefix(word, "$") && !strings.Contains(word, "/") && len(args) > 0 && args[len(args)-1] != "-C" {
					continue // arguments that a script has put together
				}
				args = append(args, word)
			}
			if strings.HasPrefix(line, `"$@"`) {
				args = append([]string{"check", "--changed"}, args...)
			}
			out, err := exec.Command(profiletest.Program(t), append(args, "--help")...).CombinedOutput()
			if err != nil || !strings.Contains(string(out), "covls "+args[0]) {
				t.Errorf("%s: covls %s: %v: %s", file, m[1], err, out)
			}
		}
	}
}

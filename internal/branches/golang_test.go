package branches_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/cover"

	"github.com/covls/covls/internal/profiletest"
)

const cobra = "github.com/spf13/cobra"

// TestGo is the nine branches of a library, and one more by the profile of its main branch.
func TestGo(t *testing.T) {
	t.Parallel()
	check(t, project{
		name: cobra, profile: "cover.out",
		fill: func(t *testing.T, dir string) {
			t.Helper()
			copyAll(t, profiletest.ModuleDir(t, cobra+"@v1.10.2"), dir)
		},
		run: func(t *testing.T, dir string) {
			t.Helper()
			// What root may write can't be what a test finds that it may not.
			run(t, dir, "go", "test", "-skip", "TestFail", "-coverpkg=./...", "-coverprofile=cover.out", "./...")
		},
		xml: func(t *testing.T, dir string) string {
			t.Helper()
			files := map[string]map[int]int{}
			for _, p := range goProfile(t, filepath.Join(dir, "cover.out")) {
				lines := map[int]int{}
				for _, b := range p.Blocks {
					for n := b.StartLine; n <= b.EndLine; n++ {
						lines[n] = max(lines[n], b.Count)
					}
				}
				files[strings.TrimPrefix(p.FileName, cobra+"/")] = lines
			}
			return cobertura(t, dir, files)
		},
		lost: lostGo,
		branches: []branch{
			{
				name: "untested",
				edits: []edit{{file: "command.go", old: "\treturn suggestions\n}\n", text: `	if len(suggestions) == 0 && c.HasAlias(typedName) {
		known := c.Name()
		suggestions = append(suggestions, known)
		c.DebugFlags()
	}
	return suggestions
}
`}},
				code: 1, covered: 1, total: 4,
				gaps: []gap{{
					kind: "changed", file: "command.go", function: "(*Command).SuggestionsFor",
					at: [][2]string{{"known := c.Name()", "c.DebugFlags()"}}, statements: 3, of: 4,
				}},
			},
			{
				name:  "newfunc",
				edits: []edit{{file: "cobra.go", text: longest}},
				code:  1, covered: 0, total: 9,
				gaps: []gap{{kind: "new", file: "cobra.go", function: "longest", at: [][2]string{{`found, most := "", 0`, "return found"}}, statements: 9, of: 9}},
			},
			{
				name:  "move",
				edits: []edit{{file: "cobra.go", old: ld, text: ""}, {file: "distance.go", text: "package cobra\n\nimport \"strings\"\n\n" + ld}},
				moved: 1,
			},
			{
				name:  "deltest",
				edits: []edit{{file: "flag_groups_test.go"}},
				code:  1,
				lost: []gap{
					lostOf("command.go", "(*Command).execute", 1, 60),
					lostOf("flag_groups.go", "(*Command).ValidateFlagGroups", 3, 17),
					lostOf("flag_groups.go", "validateRequiredFlagGroups", 9, 12),
					lostOf("flag_groups.go", "validateOneRequiredFlagGroups", 9, 12),
					lostOf("flag_groups.go", "validateExclusiveFlagGroups", 9, 12),
					lostOf("flag_groups.go", "sortedKeys", 2, 7),
				},
			},
			{
				name: "comment",
				edits: []edit{
					{file: "command.go", old: "\tsuggestions := []string{}\n", text: "\t// What is suggested is in the order of the commands.\n\n\tsuggestions := []string{}\n"},
					{file: "args.go", old: "\tif !cmd.HasParent() && len(args) > 0 {\n", text: "\t/* a\n\tb */\n\tif !cmd.HasParent() && len(args) > 0 { // only here\n"},
				},
			},
			{
				name: "rename",
				edits: []edit{
					{file: "completions.go", to: "complete.go"},
					{file: "completions_test.go", to: "complete_test.go"},
				},
			},
			{
				name: "good",
				edits: []edit{
					{file: "cobra.go", text: longest},
					{file: "cobra_test.go", text: "\nfunc TestLongest(t *testing.T) {\n\tif longest([]string{\"a\", \"\", \"bcd\", \"ef\"}) != \"bcd\" {\n\t\tt.Fail()\n\t}\n}\n"},
				},
				covered: 9, total: 9,
			},
			{
				name: "refactor",
				edits: []edit{
					{file: "command.go", old: `			levenshteinDistance := ld(typedName, cmd.Name(), true)
			suggestByLevenshtein := levenshteinDistance <= c.SuggestionsMinimumDistance
			suggestByPrefix := strings.HasPrefix(strings.ToLower(cmd.Name()), strings.ToLower(typedName))
			if suggestByLevenshtein || suggestByPrefix {
`, text: "\t\t\tif c.resembles(cmd, typedName) {\n"},
					{file: "command.go", old: "// SuggestionsFor provides", text: `// resembles reports whether a name may be meant for that of a command.
func (c *Command) resembles(cmd *Command, typedName string) bool {
	near := ld(typedName, cmd.Name(), true) <= c.SuggestionsMinimumDistance
	lower := strings.ToLower(cmd.Name())
	begins := strings.HasPrefix(lower, strings.ToLower(typedName))
	return near || begins
}

// SuggestionsFor provides`},
				},
				covered: 5, total: 5,
			},
			{
				name: "delcovered",
				edits: []edit{
					{file: "args.go", old: `func ExactValidArgs(n int) PositionalArgs {
	return MatchAll(ExactArgs(n), OnlyValidArgs)
}
`},
					{file: "args_test.go", old: exactTests},
				},
			},
			{
				name: "stale", stale: true,
				edits: []edit{{file: "cobra.go", text: longest}},
				code:  2, says: "say nothing of longest",
			},
		},
	})
}

// lostOf is a function that lost its coverage.
func lostOf(file, function string, statements, of int) gap {
	at := "func " + function + "("
	if receiver, name, ok := strings.Cut(function, ")."); ok {
		at = "func (c " + strings.TrimPrefix(receiver, "(") + ") " + name + "("
	}
	return gap{kind: "lost", file: file, function: function, at: [][2]string{{at, at}}, statements: statements, of: of}
}

// longest is a function of nine statements.
const longest = `
// longest is the longest of some names.
func longest(names []string) string {
	found, most := "", 0
	for _, name := range names {
		size := len(name)
		if size == 0 {
			continue
		}
		if size > most {
			found = name
			most = size
		}
	}
	return found
}
`

// ld is a function of the library, and exactTests are the tests of one.
const (
	ld = `// ld compares two strings and returns the levenshtein distance between them.
func ld(s, t string, ignoreCase bool) int {
	if ignoreCase {
		s = strings.ToLower(s)
		t = strings.ToLower(t)
	}
	d := make([][]int, len(s)+1)
	for i := range d {
		d[i] = make([]int, len(t)+1)
		d[i][0] = i
	}
	for j := range d[0] {
		d[0][j] = j
	}
	for j := 1; j <= len(t); j++ {
		for i := 1; i <= len(s); i++ {
			if s[i-1] == t[j-1] {
				d[i][j] = d[i-1][j-1]
			} else {
				min := d[i-1][j]
				if d[i][j-1] < min {
					min = d[i][j-1]
				}
				if d[i-1][j-1] < min {
					min = d[i-1][j-1]
				}
				d[i][j] = min + 1
			}
		}

	}
	return d[len(s)][len(t)]
}

`
	exactTests = `func TestExactValidArgs(t *testing.T) {
	c := getCommand(ExactValidArgs(3), true)
	output, err := executeCommand(c, "three", "one", "two")
	expectSuccess(output, err, t)
}

func TestExactValidArgs_WithInvalidCount(t *testing.T) {
	c := getCommand(ExactValidArgs(2), false)
	_, err := executeCommand(c, "three", "one", "two")
	exactArgsWithInvalidCount(err, t)
}

func TestExactValidArgs_WithInvalidCount_WithInvalidArgs(t *testing.T) {
	c := getCommand(ExactValidArgs(2), true)
	_, err := executeCommand(c, "three", "a", "two")
	exactArgsWithInvalidCount(err, t)
}

func TestExactValidArgs_WithInvalidArgs(t *testing.T) {
	c := getCommand(ExactValidArgs(2), true)
	_, err := executeCommand(c, "three", "a")
	validOnlyWithInvalidArgs(err, t)
}

`
)

func goProfile(t *testing.T, path string) []*cover.Profile {
	t.Helper()
	profiles, err := cover.ParseProfiles(path)
	if err != nil {
		t.Fatal(err)
	}
	return profiles
}

// lostGo counts by file and function the statements that ran in one profile, and not in the other one, of the same texts.
func lostGo(t *testing.T, was, now string) map[string]int {
	t.Helper()
	type at struct {
		file  string
		block [4]int
	}
	ran := map[at]bool{}
	for _, p := range goProfile(t, was) {
		for _, b := range p.Blocks {
			if b.Count > 0 {
				ran[at{p.FileName, [4]int{b.StartLine, b.StartCol, b.EndLine, b.EndCol}}] = true
			}
		}
	}
	out := map[string]int{}
	for _, p := range goProfile(t, now) {
		name := strings.TrimPrefix(p.FileName, cobra+"/")
		set := token.NewFileSet()
		tree, err := parser.ParseFile(set, filepath.Join(filepath.Dir(now), filepath.FromSlash(name)), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range p.Blocks {
			if b.Count > 0 || !ran[at{p.FileName, [4]int{b.StartLine, b.StartCol, b.EndLine, b.EndCol}}] {
				continue
			}
			function := ""
			for _, d := range tree.Decls {
				f, ok := d.(*ast.FuncDecl)
				if !ok || set.Position(f.Pos()).Line > b.StartLine || set.Position(f.End()).Line < b.EndLine {
					continue
				}
				function = f.Name.Name
				if f.Recv != nil {
					function = "(*Command)." + function
				}
			}
			out[name+" "+function] += b.NumStmt
		}
	}
	return out
}

// copyAll copies the files of a folder, which may be changed then.
func copyAll(t *testing.T, from, to string) {
	t.Helper()
	err := filepath.WalkDir(from, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		if d.IsDir() {
			return os.MkdirAll(filepath.Join(to, rel), 0o777)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, rel), data, 0o666)
	})
	if err != nil {
		t.Fatal(err)
	}
}

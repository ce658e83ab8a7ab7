package outline_test

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/covls/covls/source/outline"
	"github.com/covls/covls/text"
)

var waysCommand = flag.String("ways-command", "", "what counts the ways through the functions of -oracle-files, as in \"node testdata/oracle/ways.mjs node_modules/typescript\"")

// TestWays holds how many ways lead through functions against what a command prints.
func TestWays(t *testing.T) {
	t.Parallel()
	if *oracleFiles == "" || *waysCommand == "" {
		t.Skip("-oracle-files and -ways-command say what to compare")
	}
	holdWays(t, *oracleLanguage, sources(t, *oracleFiles, *oracleMost, strings.Split(*oracleExts, ",")...), strings.Fields(*waysCommand))
}

// TestWaysOfPython holds them against Python's own syntax tree in Python's own library.
func TestWaysOfPython(t *testing.T) {
	t.Parallel()
	holdWays(t, "python", pythonLibrary(t), []string{"python3", "testdata/oracle/ways_ast.py"})
}

// holdWays holds the functions of files, by the lines on which they begin, against those that a command prints for them.
func holdWays(t *testing.T, language string, files, command []string) {
	t.Helper()
	all, agree, read := 0, 0, 0
	type functions struct {
		File string
		Ways [][2]int
	}
	for answer := range answers[functions](t, files, command) {
		read++
		data, err := os.ReadFile(answer.File)
		if err != nil {
			t.Fatal(err)
		}
		o, ok := outline.Of(language, string(data))
		if !ok {
			t.Fatalf("%s is not known", language)
		}
		at, facts := text.New(string(data)), o.Facts()
		have := map[[2]int]int{}
		began := map[int]int{} // functions by line
		for i, f := range o.Funcs {
			line, _ := at.LineCol(f.Head)
			have[[2]int{int(line), facts.Ways[i]}]++
			began[int(line)]++
		}
		for _, want := range answer.Ways {
			if began[want[0]] == 0 {
				continue // which is not about ways
			}
			all++
			if have[want] > 0 {
				have[want]--
				agree++
			} else {
				t.Logf("%s:%d: %d ways lead through a function", answer.File, want[0], want[1])
			}
		}
	}
	t.Logf("%s: %d of %d functions agree (%.3f %%) in %d files", language, agree, all, 100*float64(agree)/float64(max(all, 1)), read)
	if all == 0 || 100*float64(agree) < leastAgreed*float64(all) {
		t.Errorf("%d of %d functions agree, want %v %%", agree, all, leastAgreed)
	}
}

package outline_test

import (
	"bufio"
	"encoding/json"
	"flag"
	"os"
	"os/exec"
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
	library, err := exec.Command("python3", "-c", "import os; print(os.path.dirname(os.__file__))").Output()
	if err != nil {
		t.Skip("no python3: ", err)
	}
	const most = 400
	files := sources(t, strings.TrimSpace(string(library)), most, ".py")
	if len(files) < most {
		t.Skipf("Python has only %d files of its library here", len(files))
	}
	holdWays(t, "python", files, []string{"python3", "testdata/oracle/ways_ast.py"})
}

// holdWays holds the functions of files, by the lines on which they begin, against those that a command prints for them.
func holdWays(t *testing.T, language string, files, command []string) {
	t.Helper()
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Stdin = strings.NewReader(strings.Join(files, "\n") + "\n")
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 64<<20)
	all, agree, read := 0, 0, 0
	for lines.Scan() {
		var answer struct {
			File string
			Ways [][2]int
		}
		if err := json.Unmarshal(lines.Bytes(), &answer); err != nil {
			t.Fatal(err)
		}
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
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	t.Logf("%s: %d of %d functions agree (%.3f %%) in %d files", language, agree, all, 100*float64(agree)/float64(max(all, 1)), read)
	if all == 0 || 100*agree < leastAgreed*all {
		t.Errorf("%d of %d functions agree, want %d %%", agree, all, leastAgreed)
	}
}

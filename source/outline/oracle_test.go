package outline_test

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/covls/covls/source/outline"
	"github.com/covls/covls/text"
)

var (
	oracleFiles    = flag.String("oracle-files", "", "a folder of source texts to hold against an oracle")
	oracleLanguage = flag.String("oracle-language", "", "their language")
	oracleExts     = flag.String("oracle-exts", "", "their extensions, as in .py,.pyi")
	oracleGrammars = flag.String("oracle-grammars", "", "a folder with node_modules that has web-tree-sitter and tree-sitter-wasms")
	oracleCommand  = flag.String("oracle-command", "", "what takes the files in place of tree-sitter, as in \"python3 testdata/oracle/oracle_ast.py\"")
	oracleLines    = flag.Bool("oracle-lines", false, "the oracle has no names, but functions that stand as values too")
	oracleMost     = flag.Int("oracle-most", 5000, "how many files are held against the oracle")
)

// TestOracle holds the functions of the texts in a folder against those of tree-sitter's grammar of the language, or of
// another program that prints the same, by name, first and last line. It prints the differences of files that both have for whole.
func TestOracle(t *testing.T) {
	if *oracleFiles == "" {
		t.Skip("no -oracle-files")
	}
	exts := strings.Split(*oracleExts, ",")
	var files []string
	err := filepath.WalkDir(*oracleFiles, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() && slices.Contains(exts, filepath.Ext(path)) {
			if info, err := d.Info(); err == nil && info.Size() < 1<<20 {
				files = append(files, path)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	files = files[:min(len(files), *oracleMost)]
	cmd := exec.Command("node", "testdata/oracle/oracle.mjs", *oracleLanguage, *oracleGrammars)
	if args := strings.Fields(*oracleCommand); len(args) > 0 {
		cmd = exec.Command(args[0], args[1:]...)
	}
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
	all, agree, read, broken, odd := 0, 0, 0, 0, 0
	for lines.Scan() {
		var answer struct {
			File   string
			Broken bool
			Funcs  [][3]any
			Dark   [][2]uint32
		}
		if err := json.Unmarshal(lines.Bytes(), &answer); err != nil {
			t.Fatal(err)
		}
		read++
		data, err := os.ReadFile(answer.File)
		if err != nil {
			t.Fatal(err)
		}
		o, ok := outline.Of(*oracleLanguage, string(data))
		if !ok {
			t.Fatalf("%s is not known", *oracleLanguage)
		}
		if answer.Broken {
			broken++
			continue
		}
		if o.Broken >= 0 {
			odd++
			line, _ := text.New(string(data)).LineCol(o.Broken)
			t.Logf("%s:%d: broken, and the oracle has it for whole", answer.File, line)
		}
		at := text.New(string(data))
		have := map[string]int{}
		for _, f := range o.Funcs {
			name := f.Name
			if *oracleLines {
				name = ""
			} else if f.Value {
				continue
			}
			first, _ := at.LineCol(f.Start)
			last, _ := at.LineCol(max(f.End-1, f.Start))
			if !slices.ContainsFunc(answer.Dark, func(d [2]uint32) bool { return d[0] <= first && last <= d[1] }) {
				have[fmt.Sprintf("%s %d-%d", name, first, last)]++
			}
		}
		want := map[string]int{}
		for _, f := range answer.Funcs {
			want[fmt.Sprintf("%v %v-%v", f[0], f[1], f[2])]++
		}
		for k, n := range want {
			all += n
			agree += min(n, have[k])
			if have[k] < n {
				t.Logf("%s: misses %s", answer.File, k)
			}
		}
		for k, n := range have {
			if want[k] < n {
				all += n - want[k]
				t.Logf("%s: has %s", answer.File, k)
			}
		}
	}
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	t.Logf("%s: %d of %d functions agree (%.3f %%) in %d files, of which the oracle has %d for broken and covls %d of the others",
		*oracleLanguage, agree, all, 100*float64(agree)/float64(max(all, 1)), read, broken, odd)
}

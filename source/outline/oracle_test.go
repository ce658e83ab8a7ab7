package outline_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"iter"
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

// leastAgreed is the share of functions, in percent, that must be those of an oracle.
const leastAgreed = 99.5

// TestOracle holds the functions of the texts in a folder against those of another program, by name, first and last line:
// tree-sitter's grammar of the language, or the command of -oracle-command. It prints the differences of files that both have
// for whole.
func TestOracle(t *testing.T) {
	if *oracleFiles == "" {
		t.Skip("it is for adding a language: no -oracle-files")
	}
	command := strings.Fields(*oracleCommand)
	if len(command) == 0 {
		command = []string{"node", "testdata/oracle/oracle.mjs", *oracleLanguage, *oracleGrammars}
	}
	hold(t, *oracleLanguage, sources(t, *oracleFiles, *oracleMost, strings.Split(*oracleExts, ",")...), command)
}

// TestPython holds what is found in Python's own library against Python's own syntax tree.
func TestPython(t *testing.T) {
	t.Parallel()
	hold(t, "python", pythonLibrary(t), []string{"python3", "testdata/oracle/oracle_ast.py"})
}

// TestScripts holds what is found in JavaScript and TypeScript against the TypeScript compiler that is in code-server, over what the
// extension for VS Code is built with.
func TestScripts(t *testing.T) {
	t.Parallel()
	node, compiler, err := typescript()
	if err != nil {
		t.Skip(err)
	}
	for language, where := range map[string]struct {
		dir   string
		exts  []string
		least int
	}{
		"javascript": {filepath.Join(compiler, "../.."), []string{".js", ".mjs", ".cjs"}, 100},
		"typescript": {"../../editors/vscode", []string{".ts", ".mts", ".cts"}, 20},
	} {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			const most = 150
			files := slices.DeleteFunc(sources(t, where.dir, most, where.exts...), func(path string) bool { return strings.HasSuffix(path, ".d.ts") })
			if len(files) < where.least {
				t.Skipf("there are only %d files", len(files))
			}
			hold(t, language, files, []string{node, "testdata/oracle/oracle_typescript.mjs", compiler})
		})
	}
}

// typescript is a Node.js and the folder of the node_modules that have the TypeScript compiler which comes with code-server.
func typescript() (node, folder string, err error) {
	paths, err := exec.Command("../../scripts/setup-vscode.sh", "--bin").Output()
	if err != nil {
		return "", "", fmt.Errorf("no telling where Node.js is: %w", err)
	}
	bin, code, _ := strings.Cut(strings.TrimSpace(string(paths)), ":")
	folder = filepath.Join(code, "../code-server/lib/vscode/extensions")
	if _, err := os.Stat(filepath.Join(folder, "node_modules/typescript")); err != nil {
		return "", "", fmt.Errorf("no TypeScript compiler: %w", err)
	}
	return filepath.Join(bin, "node"), folder, nil
}

// TestRuby holds what is found in Ruby's own library against Ruby's own syntax tree.
func TestRuby(t *testing.T) {
	t.Parallel()
	library, err := exec.Command("ruby", "-e", `print RbConfig::CONFIG["rubylibdir"]`).Output()
	if err != nil {
		t.Skip("no ruby: ", err)
	}
	const most = 400
	files := sources(t, string(library), most, ".rb")
	if len(files) < most {
		t.Skipf("Ruby has only %d files of its library here", len(files))
	}
	hold(t, "ruby", files, []string{"ruby", "testdata/oracle/oracle_ruby.rb"})
}

// TestPHP holds what is found in the PHP of this machine's packages against PHP's own tokens.
func TestPHP(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("php"); err != nil {
		t.Skip("no php: ", err)
	}
	const library, most, least = "/usr/share/php", 600, 100
	if _, err := os.Stat(library); err != nil {
		t.Skip("no library of PHP: ", err)
	}
	files := sources(t, library, most, ".php")
	if len(files) < least {
		t.Skipf("%s has only %d files of PHP", library, len(files))
	}
	hold(t, "php", files, []string{"php", "testdata/oracle/oracle_php.php"})
}

// sources are files below a folder with one of the extensions, at most so many.
func sources(t testing.TB, dir string, most int, exts ...string) (files []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
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
	return files[:min(len(files), most)]
}

// pythonLibrary are files of Python's own library.
func pythonLibrary(t *testing.T) []string {
	t.Helper()
	library, err := exec.Command("python3", "-c", "import os; print(os.path.dirname(os.__file__))").Output()
	if err != nil {
		t.Skip("no python3: ", err)
	}
	const most = 400
	files := sources(t, strings.TrimSpace(string(library)), most, ".py")
	if len(files) < most {
		t.Skipf("Python has only %d files of its library here", len(files))
	}
	return files
}

// answers are what a command says, in a line of JSON, of each of the files that it is told. Fewer answers are an error.
func answers[T any](t *testing.T, files, command []string) iter.Seq[T] {
	t.Helper()
	return func(yield func(T) bool) {
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
		read := 0
		for ; lines.Scan(); read++ {
			var answer T
			if err := json.Unmarshal(lines.Bytes(), &answer); err != nil {
				t.Fatal(err)
			}
			if !yield(answer) {
				break
			}
		}
		if err := errors.Join(lines.Err(), cmd.Wait()); err != nil {
			t.Fatal(err)
		}
		if read != len(files) {
			t.Errorf("%s answered for %d of %d files", command, read, len(files))
		}
	}
}

// hold holds the functions of files against those that a command prints for them.
func hold(t *testing.T, language string, files, command []string) {
	t.Helper()
	all, agree, read, broken, odd := 0, 0, 0, 0, 0
	type functions struct {
		File   string
		Broken bool
		Funcs  [][3]any
		Dark   [][2]uint32
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
	t.Logf("%s: %d of %d functions agree (%.3f %%) in %d files, of which the oracle has %d for broken and covls %d of the others",
		language, agree, all, 100*float64(agree)/float64(max(all, 1)), read, broken, odd)
	if all == 0 || 100*float64(agree) < leastAgreed*float64(all) {
		t.Errorf("%d of %d functions agree, want %v %%", agree, all, leastAgreed)
	}
}

package outline_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/covls/covls/source/outline"
)

// BenchmarkFiles reads real texts, beside other programs that know where their functions are: the libraries of what is installed
// here, or the folder of -oracle-files. universal-ctags writes its tags to nowhere; all of them read the files from disk.
func BenchmarkFiles(b *testing.B) {
	if *oracleFiles != "" {
		beside(b, *oracleLanguage, sources(b, *oracleFiles, *oracleMost, strings.Split(*oracleExts, ",")...), nil)
		return
	}
	const most = 400
	if library, err := exec.Command("python3", "-c", "import os; print(os.path.dirname(os.__file__))").Output(); err != nil {
		b.Log("no python3: ", err)
	} else {
		const parses = "import ast, sys\nfor path in sys.stdin.read().split('\\n'):\n    if path:\n        try: ast.parse(open(path, 'rb').read())\n        except (SyntaxError, ValueError): pass\n"
		beside(b, "python", sources(b, strings.TrimSpace(string(library)), most, ".py"), map[string][]string{"ast": {"python3", "-W", "ignore", "-c", parses}})
	}
	if library, err := exec.Command("ruby", "-e", `print RbConfig::CONFIG["rubylibdir"]`).Output(); err != nil {
		b.Log("no ruby: ", err)
	} else {
		beside(b, "ruby", sources(b, string(library), most, ".rb"), map[string][]string{"ripper": {"ruby", "-rripper", "-e", "$stdin.each_line(chomp: true) { |path| Ripper.sexp(File.read(path)) }"}})
	}
	node, compiler, err := typescript()
	if err != nil {
		b.Log(err)
		return
	}
	const parses = "const ts = require(process.argv[1] + '/node_modules/typescript'); const fs = require('fs'); for (const path of fs.readFileSync(0, 'utf8').split('\\n')) if (path) ts.createSourceFile(path, fs.readFileSync(path, 'utf8'), ts.ScriptTarget.Latest);"
	beside(b, "javascript", sources(b, filepath.Join(compiler, "../.."), 150, ".js", ".mjs"), map[string][]string{"typescript": {node, "-e", parses, compiler}})
}

// beside reads files of a language, and has others read them.
func beside(b *testing.B, language string, files []string, others map[string][]string) {
	b.Helper()
	size := int64(0)
	for _, path := range files {
		if info, err := os.Stat(path); err == nil {
			size += info.Size()
		}
	}
	b.Run(language+"/outline", func(b *testing.B) {
		b.SetBytes(size)
		for b.Loop() {
			for _, path := range files {
				if data, err := os.ReadFile(path); err == nil {
					outline.Of(language, string(data))
				}
			}
		}
	})
	run := func(name string, command ...string) {
		b.Run(language+"/"+name, func(b *testing.B) {
			b.SetBytes(size)
			for b.Loop() {
				cmd := exec.Command(command[0], command[1:]...)
				cmd.Stdin = strings.NewReader(strings.Join(files, "\n"))
				if out, err := cmd.CombinedOutput(); err != nil {
					b.Fatalf("%s: %v\n%s", command[0], err, out)
				}
			}
		})
	}
	for name, command := range others {
		run(name, command...)
	}
	if ctags, err := exec.LookPath("ctags"); err != nil {
		b.Log("no ctags: ", err)
	} else {
		run("ctags", ctags, "-f", "-", "--quiet", "-L", "-")
	}
}

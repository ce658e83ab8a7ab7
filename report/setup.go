package report

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/source"
	"github.com/covls/covls/text"
	"github.com/covls/covls/workspace"
)

// need is what a function does with what is outside of it, and what a test has for that.
type need struct {
	// imports is what the file imports, uses what the function's text has of it.
	imports, uses *regexp.Regexp
	// says is a sentence, in which backquotes stand around code.
	says string
}

func needs(imports, uses, says string) need {
	return need{regexp.MustCompile(imports), regexp.MustCompile(uses), says}
}

// setups are what functions need, by language, the heaviest first. It is never written.
var setups = map[string][]need{
	"go": {
		needs(`"database/sql"`, `\bsql\.\w|\.(?:Query|QueryRow|Exec|Prepare|BeginTx)(?:Context)?\(`, "An integration test: it talks to a database (`database/sql`)."),
		needs(`"os/exec"`, `\bexec\.(?:Command|LookPath)`, "An integration test: it starts programs (`os/exec`)."),
		needs(`"net/http"`, `\bhttp\.(?:ResponseWriter|HandlerFunc)\b`, "It answers HTTP requests: `httptest.NewRequest` makes one, `httptest.NewRecorder` takes the answer."),
		needs(`"net/http"`, `\bhttp\.(?:Get|Post|PostForm|Head|NewRequest|NewRequestWithContext|DefaultClient)\b`, "An integration test: it sends HTTP requests, which `httptest.NewServer` can answer."),
		needs(`"net"`, `\bnet\.(?:Dial|DialTimeout|Listen|ListenPacket|ListenTCP|ListenUDP)\b`, "An integration test: it opens network connections (`net`); a listener on `127.0.0.1:0` can answer."),
		needs(`"os"`, `\bos\.(?:Open|OpenFile|Create|CreateTemp|ReadFile|WriteFile|ReadDir|Mkdir|MkdirAll|MkdirTemp|Remove|RemoveAll|Rename|Stat|Lstat|Chmod|Symlink|Truncate)\b`, "It reads or writes files: give it some in `t.TempDir()`."),
		needs(`"os"`, `\bos\.(?:Getenv|LookupEnv|Setenv|Unsetenv|Environ|ExpandEnv)\b`, "It reads the environment: `t.Setenv` sets it for a test."),
	},
	"python": {
		needs(`(?m)^\s*(?:import|from)\s+(?:sqlite3|psycopg2?|sqlalchemy|pymysql|asyncpg)\b`, `\b(?:sqlite3|psycopg2?|sqlalchemy|pymysql|asyncpg)\.\w`, "An integration test: it talks to a database."),
		needs(`(?m)^\s*import\s+subprocess\b`, `\bsubprocess\.\w`, "An integration test: it starts programs (`subprocess`)."),
		needs(`(?m)^\s*import\s+(?:requests|httpx)\b`, `\b(?:requests|httpx)\.\w`, "An integration test: it sends HTTP requests."),
		needs(`(?m)^\s*import\s+(?:os|shutil)\b`, `\b(?:os\.(?:mkdir|makedirs|remove|rename|listdir|unlink|scandir|walk)|shutil\.\w+)\(`, "It reads or writes files: give it some in `tmp_path`."),
		needs(`(?m)^\s*import\s+os\b`, `\bos\.(?:environ|getenv)\b`, "It reads the environment: `monkeypatch.setenv` sets it for a test."),
	},
	"javascript": {
		needs(`['"](?:node:)?child_process['"]`, `\b(?:spawn|spawnSync|exec|execSync|execFile|execFileSync|fork)\(`, "An integration test: it starts programs (`child_process`)."),
		needs(`['"](?:node:)?fs(?:/promises)?['"]`, `\b(?:readFile|writeFile|readdir|mkdir|rm|unlink|createReadStream|createWriteStream|existsSync|stat)(?:Sync)?\(`, "It reads or writes files: give it some in a folder of `fs.mkdtemp`."),
	},
}

// The bounds of what is looked at: functions of an item, and sentences that are said of it.
const (
	setupFuncs = 5
	setupSaid  = 2
)

// setupOf says what tests of functions need, by what these use of what their files import: of the largest, each sentence once and
// with the function that it is of where there are several; "" where their texts do not tell.
func setupOf(functions []*Function, code func(string) string) string {
	alone := len(functions) == 1
	largest := slices.DeleteFunc(slices.Clone(functions), func(f *Function) bool {
		return f.file == nil || !f.file.Found || f.Kind != "" || f.against() != ""
	})
	slices.SortStableFunc(largest, func(a, b *Function) int { return cmp.Compare(b.Statements, a.Statements) })
	texts := map[*workspace.File]*text.Text{}
	seen := map[string]bool{}
	var said []string
	for _, f := range largest[:min(len(largest), setupFuncs)] {
		t, known := texts[f.file]
		if !known {
			if content, err := source.ReadFile(f.file.Path, f.file.Folder.Settings.Limits.SourceBytes); err == nil {
				t = text.New(source.NewCode(f.file.Path, content).String()) // what comments say is no use of anything
			}
			texts[f.file] = t
		}
		if t == nil {
			continue // which is told where the profile is read
		}
		for _, s := range needsOf(f.file.Path, t, f.fn.Span) {
			if seen[s] {
				continue
			}
			seen[s] = true
			if s = inCode(s, code); !alone {
				s = code(f.name()) + ": " + strings.ToLower(s[:1]) + s[1:]
			}
			said = append(said, s)
		}
	}
	return strings.Join(said[:min(len(said), setupSaid)], " ")
}

// needsOf are the sentences about a function that stands in a stretch of a text, the first of them; nil for none.
func needsOf(path string, t *text.Text, at coverage.Span) []string {
	language := source.LanguageOf(path)
	if strings.HasPrefix(language, "typescript") || strings.HasPrefix(language, "javascript") {
		language = "javascript"
	}
	all := t.String()
	from, to := t.At(at.Start.Line, at.Start.Col), t.At(at.End.Line, at.End.Col)
	if from >= to {
		return nil
	}
	for _, n := range setups[language] {
		if n.imports.MatchString(all) && n.uses.MatchString(all[from:to]) {
			return []string{n.says}
		}
	}
	return nil
}

// inCode has code show what stands in backquotes.
func inCode(s string, code func(string) string) string {
	parts := strings.Split(s, "`")
	for i := 1; i < len(parts); i += 2 {
		parts[i] = code(parts[i])
	}
	return strings.Join(parts, "")
}

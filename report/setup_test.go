package report_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// TestSetup says what tests need by what functions use of what their files import.
func TestSetup(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, imports, body, want string }{
		{"handler", `"net/http"`, "var w http.ResponseWriter\n\t_ = w\n\tprintln(1)", "It answers HTTP requests: httptest.NewRequest makes one, httptest.NewRecorder takes the answer."},
		{"client", `"net/http"`, "http.Get(\"x\")\n\tprintln(1)\n\tprintln(2)", "An integration test: it sends HTTP requests, which httptest.NewServer can answer."},
		{"database", `"database/sql"`, "var db *sql.DB\n\tdb.Query(\"x\")\n\tprintln(1)", "An integration test: it talks to a database (database/sql)."},
		{"files", `"os"`, "os.ReadFile(\"x\")\n\tprintln(1)\n\tprintln(2)", "It reads or writes files: give it some in t.TempDir()."},
		{"environment", `"os"`, "os.Getenv(\"x\")\n\tprintln(1)\n\tprintln(2)", "It reads the environment: t.Setenv sets it for a test."},
		{"import alone", `"os"`, "println(1)\n\tprintln(2)\n\tprintln(3)", ""},
		{"another package of that name", `os "example.com/m/os"`, "os.ReadFile(\"x\")\n\tprintln(1)\n\tprintln(2)", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			text := fmt.Sprintf("package m\n\nimport %s\n\nfunc F() {\n\t%s\n}\n", tt.imports, tt.body)
			r, _ := pageOf(t, "setup", map[string]string{
				"go.mod": "module example.com/m\n", "m.go": text,
				"cover.out": fmt.Sprintf("mode: set\nexample.com/m/m.go:5.10,%d.2 3 0\n", 7+strings.Count(tt.body, "\n")),
			})
			var out, markdown bytes.Buffer
			if err := r.WriteJSON(&out); err != nil {
				t.Fatal(err)
			}
			var got struct {
				Next []struct {
					Setup, Test string
					TestFile    string `json:"test_file"`
				}
			}
			if err := json.Unmarshal(out.Bytes(), &got); err != nil || len(got.Next) != 1 {
				t.Fatalf("%v: %s", err, out.String())
			}
			if n := got.Next[0]; n.Setup != tt.want || n.Test != "TestF" || n.TestFile != "m_test.go" {
				t.Errorf("got %+v, want %q", n, tt.want)
			}
			if err := r.WriteMarkdown(&markdown, 0); err != nil {
				t.Fatal(err)
			}
			if said := strings.Count(strings.ReplaceAll(markdown.String(), "`", ""), tt.want); tt.want != "" && said == 0 {
				t.Errorf("Markdown does not say it: %s", markdown.String())
			}
		})
	}
}

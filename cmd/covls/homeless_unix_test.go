//go:build unix

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestHomeless runs every command in a working directory that was deleted. Those that need none of it do
// their work; the others say what is the matter.
func TestHomeless(t *testing.T) {
	t.Parallel()
	const gone = "the working directory is not there any more (getwd: no such file or directory): change to another, or give an absolute path"
	const hello = `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"processId":null,"rootUri":null,"capabilities":{}}}`
	for _, tt := range []struct {
		args string // SHOP is a folder with a profile, HELLO a message
		code int
		out  string
		err  string
	}{
		{"serve <HELLO", 1, `"serverInfo":{"name":"covls"`, ""},
		{"serve -C SHOP --profile cover.out <HELLO", 1, `"serverInfo":{"name":"covls"`, ""},
		{"serve --profile SHOP/cover.out <HELLO", 1, `"serverInfo":{"name":"covls"`, ""},
		{"serve -C . <HELLO", 2, "", "covls: find the folder .: " + gone},
		{"serve --profile cover.out <HELLO", 2, "", "covls: find the profile cover.out: " + gone},
		{"serve -C SHOP --profile none.out <HELLO", 2, "", "covls: find the profile none.out: " + gone},
		{"version", 0, "covls ", ""},
		{"schema", 0, "{", ""},
		{"gaps", 2, "", "covls: find the folder .: " + gone},
		{"report", 2, "", "covls: find the folder .: " + gone},
		{"report -o x", 2, "", "covls: find the folder .: " + gone},
		{"check", 2, "", "covls: find the folder .: " + gone},
		{"doctor", 2, "", "covls: find the folder .: " + gone},
		{"config", 2, "", "covls: find the folder .: " + gone},
		{"config -C SHOP", 0, `profiles  `, ""},
		{"explain a.go", 2, "", "covls: find the folder .: " + gone},
		{"init", 2, "", "covls: find the folder .: " + gone},
		{"init -C sub", 2, "", "covls: find the folder sub: " + gone},
		{"gaps -C SHOP", 0, "SHOP/b/b.go:3:6: ", ""},
		{"gaps -C SHOP --profile cover.out", 0, "SHOP/b/b.go:3:6: ", ""},
		{"gaps -C SHOP --profile none.out", 2, "", "covls: find the profile none.out: " + gone},
		{"report -C SHOP", 0, "20.00 %", ""},
		{"report -C SHOP -o x", 2, "", "covls: write x: " + gone},
		{"check -C SHOP --fail-under 1", 0, "passed", ""},
		{"check -C SHOP --no-drop base.gz", 2, "", "covls: read the baseline base.gz: there is no such file; `covls baseline -o FILE` saves one"},
		{"doctor -C SHOP", 0, "cover.out", ""},
		{"explain -C SHOP a.go", 0, "# `a.go`: medium", ""},
		{"init -C SHOP --print", 0, "target = 60", ""},
	} {
		t.Run(tt.args, func(t *testing.T) {
			t.Parallel()
			shop := folderWith(t, shop)
			message := filepath.Join(folderWith(t, map[string]string{"hello": fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(hello), hello)}), "hello")
			names := strings.NewReplacer("SHOP", shop, "HELLO", message)
			dir := filepath.Join(t.TempDir(), "home")
			if err := os.Mkdir(dir, 0o755); err != nil {
				t.Fatal(err)
			}
			out, stderr, code := shell(t, dir, `rmdir "$PWD"; "$0" `+names.Replace(tt.args))
			want := tt.err
			if want != "" {
				want += "\n"
			}
			if code != tt.code || !strings.Contains(out, names.Replace(tt.out)) || stderr != want {
				t.Errorf("exit %d, on stdout %.300q, on stderr %q; want %d, %q, %q", code, out, stderr, tt.code, names.Replace(tt.out), want)
			}
		})
	}
}

package server_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/covls/covls/internal/editor"
)

// elsewhere has a profile that was made elsewhere, and two files that it may mean.
const elsewhere = "-- web/a.ts --\nexport const a = 1\n-- shop/a.ts --\nexport const a = 1\n-- lcov.info --\nSF:/builds/team/app/a.ts\nDA:1,0\nend_of_record\n"

// An editor that announced covls gets mappings from the doctor which are the arguments of the command
// that writes them.
func TestDoctorFixes(t *testing.T) {
	t.Parallel()
	dir, ed := began(t, elsewhere, watcher())
	type fix struct{ Title, From, To, URI string }
	var answer struct {
		Content string
		Fixes   []fix
	}
	run(t, ed, "covls.doctor", nil, &answer)
	if !strings.HasPrefix(answer.Content, "# covls doctor\n") || len(answer.Fixes) != 2 {
		t.Fatalf("the doctor answers %+v", answer)
	}
	web := answer.Fixes[0]
	if web.To != "web" {
		web = answer.Fixes[1]
	}
	if want := (fix{"Map /builds/team/app to web, in .covls.toml", "/builds/team/app", "web", web.URI}); web != want || web.URI == "" {
		t.Errorf("fix %+v, want %+v", web, want)
	}
	var wrote any
	run(t, ed, "covls.addPathMapping", obj{"from": web.From, "to": web.To, "uri": web.URI}, &wrote)
	settings, err := os.ReadFile(filepath.Join(dir, ".covls.toml"))
	if err != nil || !strings.Contains(string(settings), `to = "web"`) {
		t.Errorf("settings %q, %v", settings, err)
	}
	if run(t, ed, "covls.reload", nil, &wrote); wrote == nil {
		t.Error("nothing was read again")
	}
	if run(t, ed, "covls.doctor", nil, &answer); len(answer.Fixes) != 0 {
		t.Errorf("after that the doctor still offers %+v", answer.Fixes)
	}
}

func TestDoctorForOthers(t *testing.T) {
	t.Parallel()
	_, ed := began(t, elsewhere, editor.Capabilities())
	var text string
	if run(t, ed, "covls.doctor", nil, &text); !strings.HasPrefix(text, "# covls doctor\n") {
		t.Errorf("the doctor answers %q", text)
	}
}

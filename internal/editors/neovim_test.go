package editors

import (
	"flag"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/covls/covls/internal/gittest"
)

var update = flag.Bool("update", false, "rewrite testdata/neovim.txtar")

// goplsInNeovim is how the tests have gopls in Neovim: as a user who has no plugin for it.
const goplsInNeovim = `
vim.cmd('filetype plugin on')
vim.opt.hidden, vim.opt.swapfile = true, false
vim.api.nvim_create_autocmd('FileType', { pattern = 'go', callback = function()
  local config = { name = 'gopls', cmd = { 'gopls' }, root_dir = vim.fn.getcwd() }
  if vim.lsp.start then
    return vim.lsp.start(config)
  end
  for _, client in pairs(vim.lsp.get_active_clients()) do
    if client.name == 'gopls' then
      return vim.lsp.buf_attach_client(0, client.id)
    end
  end
  vim.lsp.buf_attach_client(0, vim.lsp.start_client(config))
end })
`

// neovim is a desk with Neovim and the plugin, set up by some Lua, which may be that of docs/editors.md.
func neovim(t *testing.T, lua string) *Desk {
	t.Helper()
	d := NewDesk(t)
	d.Write(t, ".config/nvim/init.lua", lua)
	src := filepath.Join(d.Home, "src")
	if err := os.Mkdir(src, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(Root(t, "."), filepath.Join(src, "covls")); err != nil {
		t.Fatal(err)
	}
	return d
}

// runNeovim runs a step of testdata/neovim.lua.
func runNeovim(t *testing.T, d *Desk, e Editor, step string, env ...string) string {
	t.Helper()
	// Debian has ALE start in Neovim, too, which has marks and errors of its own.
	env = append(env, "XDG_DATA_DIRS="+filepath.Join(d.Home, ".local", "share"))
	return d.Run(t, e, append(env, "COVLS_E2E_STEP="+step, "COVLS_E2E_UNITS="+Root(t, "internal/editors/testdata/neovim_units.lua")), "--headless", "-n", "-i", "NONE", "-S", Root(t, "internal/editors/testdata/neovim.lua"))
}

// TestNeovim leads Neovim beside gopls through what every editor does. Where vim.lsp.enable may stand in place of setup it
// does, and the recipe without the plugin shows the marks.
func TestNeovim(t *testing.T) {
	t.Parallel()
	Each(t, "neovim", func(t *testing.T, e Editor) {
		setup := Setup(t, "Neovim", "lua")
		enables := e.Era == "debian14"
		if enables {
			const own = "require('covls').setup()"
			if !strings.Contains(setup, own) {
				t.Fatalf("docs/editors.md lacks %s", own)
			}
			setup = strings.Replace(setup, own, "vim.lsp.enable('covls')", 1)
		}
		d := neovim(t, goplsInNeovim+setup)
		tour := d.Project.Tour(t)
		// The plugin's key goes to parts of functions too.
		tour.Want("jump", "bash_completions.go:488")
		seen := tour.Read(t, runNeovim(t, d, e, "tour", tour.Env()...))
		tour.EditOnDisk(t)
		maps.Copy(seen, tour.Read(t, runNeovim(t, d, e, "again", tour.Env()...)))
		tour.Hold(t, seen)
		d.Check(t)
		if enables {
			d := neovim(t, Setup(t, "Neovim", "lua", 1))
			tour := d.Project.Tour(t)
			tour.Hold(t, tour.Read(t, runNeovim(t, d, e, "plain", tour.Env()...)), "marks")
			d.Check(t)
		}
	})
}

// TestNeovimCommands has Neovim run each command of the plugin in a small project, live through the states of a function
// that is typed, run and tested, and restart the server. What it shows is in testdata/neovim.txtar, the same for all
// versions.
func TestNeovimCommands(t *testing.T) {
	t.Parallel()
	gittest.Need(t)
	const golden = "testdata/neovim.txtar"
	want, err := txtar.ParseFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	project := &txtar.Archive{Comment: want.Comment}
	shown := map[string]string{}
	for _, f := range want.Files {
		if name, ok := strings.CutPrefix(f.Name, "shop/"); ok {
			project.Files = append(project.Files, txtar.File{Name: name, Data: f.Data})
		} else {
			shown[f.Name] = string(f.Data)
		}
	}
	var mu sync.Mutex
	all := map[string]string{}
	if *update {
		t.Cleanup(func() { write(t, golden, string(txtar.Format(withShown(want, all)))) })
	}
	Each(t, "neovim", func(t *testing.T, e Editor) {
		for _, step := range []string{"commands", "states", "restart", "projects"} {
			t.Run(step, func(t *testing.T) {
				t.Parallel()
				d := neovim(t, "vim.opt.swapfile = false\n"+Setup(t, "Neovim", "lua"))
				d.Project = shop(t, project)
				tour := &Tour{project: d.Project}
				got := map[string]string{}
				for name, lines := range tour.Read(t, runNeovim(t, d, e, step, tour.Env()...)) {
					got[step+"/"+name] = strings.Join(lines, "\n") + "\n"
				}
				d.Check(t)
				if *update {
					mu.Lock()
					defer mu.Unlock()
					maps.Copy(all, got)
					return
				}
				for _, name := range slices.Sorted(maps.Keys(got)) {
					if got[name] != shown[name] {
						t.Errorf("%s:\n%s\nwant:\n%s", name, got[name], shown[name])
					}
				}
				for name := range shown {
					if _, ok := got[name]; !ok && strings.HasPrefix(name, step+"/") {
						t.Errorf("nothing was shown as %s", name)
					}
				}
			})
		}
	})
}

// shop makes a project of some files, with the profile that its tests write, in a repository.
func shop(t *testing.T, files *txtar.Archive) *Project {
	t.Helper()
	tmp, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	p := &Project{Dir: filepath.Join(tmp, "shop")}
	for _, f := range files.Files {
		write(t, filepath.Join(p.Dir, f.Name), string(f.Data))
	}
	when := time.Date(2020, time.January, 2, 3, 4, 5, 0, time.UTC) // the report counts the commits of the last months
	gittest.Run(t, p.Dir, when, "init", "-q", "-b", "main")
	gittest.Run(t, p.Dir, when, "add", ".")
	gittest.Run(t, p.Dir, when, "commit", "-q", "-m", "A shop")
	return p
}

// withShown is a golden file with what was shown in place of what it has of that.
func withShown(golden *txtar.Archive, got map[string]string) *txtar.Archive {
	out := &txtar.Archive{Comment: golden.Comment}
	for _, f := range golden.Files {
		if strings.HasPrefix(f.Name, "shop/") {
			out.Files = append(out.Files, f)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(got)) {
		out.Files = append(out.Files, txtar.File{Name: name, Data: []byte(got[name])})
	}
	return out
}

package main

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/covls/covls/internal/editor"
	"github.com/covls/covls/internal/gittest"
	"github.com/covls/covls/server"
)

// hostile is a folder as somebody else may have made it, with everything in it that makes some program
// run another one. Each of those leaves a file in canaries.
type hostile struct {
	dir, canaries string
}

func newHostile(t *testing.T) *hostile {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("skipped where a script is no program")
	}
	gittest.Need(t)
	h := &hostile{t.TempDir(), t.TempDir()}
	for _, name := range []string{"git", "go", "sh", "hg", "svn", "bzr", "fossil", "gcc", "pkg-config", "covls", "less", "ssh"} {
		h.program(t, "", name)
		h.program(t, "bin", name)
		h.program(t, "goroot/bin", name)
	}
	h.write(t, "go.mod", "module example.com/m\n\ngo 1.21\n\ntoolchain go1.99.9\n\nrequire example.com/private v1.0.0\n")
	h.write(t, "go.work", "go 1.21\n\ntoolchain go1.99.9\n\nuse .\n")
	h.write(t, "go.env", "GOFLAGS=-toolexec="+h.canary("go.env")+"\nGOCACHEPROG="+h.canary("go.env.cache")+"\n")
	h.write(t, "a.go", "package a\n\n// #cgo pkg-config: canary\n// #cgo LDFLAGS: -fplugin=canary.so\n// int f(void);\nimport \"C\"\n\n//go:generate sh -c canary\n\nfunc A() int {\n\treturn 1\n}\n")
	h.write(t, "cover.out", "mode: set\nexample.com/m/a.go:10.14,12.2 1 0\nfmt/print.go:1.1,2.2 1 0\nexample.com/private/x/x.go:1.1,2.2 1 0\nexample.com/other/x/x.go:1.1,2.2 1 0\n")
	h.write(t, ".covls.toml", "[run]\ncommand = \"sh -c "+h.canary("run")+"\"\n")
	h.write(t, ".envrc", h.canary("envrc")+"\n")
	h.write(t, "sub/b.go", "package sub\n\nfunc B() int {\n\treturn 1\n}\n")
	h.repository(t)
	h.bare(t)
	return h
}

func (h *hostile) write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(h.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// canary is a program that leaves a file of that name, whatever its arguments are.
func (h *hostile) canary(name string) string {
	path := filepath.Join(h.dir, "canary-"+strings.ReplaceAll(name, "/", "-"))
	text := fmt.Sprintf("#!/bin/sh\n: >'%s'\n", filepath.Join(h.canaries, strings.ReplaceAll(name, "/", "-")))
	if os.WriteFile(path, []byte(text), 0o755) != nil {
		return ""
	}
	return path
}

func (h *hostile) program(t *testing.T, dir, name string) {
	t.Helper()
	text := fmt.Sprintf("#!/bin/sh\n: >'%s'\n", filepath.Join(h.canaries, "program-"+strings.ReplaceAll(dir, "/", "-")+"-"+name))
	if err := os.Chmod(h.write(t, filepath.Join(dir, name), text), 0o755); err != nil {
		t.Fatal(err)
	}
}

// settings are those of git that name a program, from its documentation (git-config, gitattributes,
// githooks); %s is the program.
var settings = []string{
	"core.fsmonitor=%s", "core.hooksPath=hooks-of-settings", "core.pager=%s", "core.editor=%s", "core.askPass=%s", "core.sshCommand=%s", "core.gitProxy=%s",
	"core.alternateRefsCommand=%s", "core.attributesFile=attributes", "credential.helper=!%s", "diff.external=%s", "diff.x.command=%s", "diff.x.textconv=%s",
	"filter.x.clean=%s", "filter.x.smudge=%s", "filter.x.process=%s", "filter.x.required=true", "merge.x.driver=%s", "gpg.program=%s", "gpg.x509.program=%s", "gpg.ssh.program=%s",
	"gpg.ssh.defaultKeyCommand=%s", "log.showSignature=true", "alias.log=!%s", "alias.ls-files=!%s", "alias.rev-parse=!%s", "alias.status=!%s", "alias.cat-file=!%s",
	"pager.log=%s", "pager.status=%s", "sequence.editor=%s", "interactive.diffFilter=%s", "uploadpack.packObjectsHook=%s", "receive.procReceiveRefs=refs",
	"trailer.x.command=%s", "trailer.x.cmd=%s", "sendemail.smtpServer=%s", "man.x.cmd=%s", "browser.x.cmd=%s", "web.browser=x", "difftool.x.cmd=%s", "mergetool.x.cmd=%s",
	"http.proxyAuthMethod=basic", "protocol.allow=always", "protocol.ext.allow=always", "protocol.file.allow=always", "include.path=included", "init.templateDir=template",
	"remote.origin.url=ext::%s", "remote.origin.promisor=true", "remote.origin.partialCloneFilter=blob:none", "remote.origin.uploadpack=%s", "remote.origin.receivepack=%s", "remote.origin.vcs=x",
	"remote.other.url=ssh://-oProxyCommand=%s/x", "extensions.partialClone=origin", "submodule.sub.update=!%s", "submodule.recurse=true", "fetch.recurseSubmodules=true", "diff.submodule=diff", "status.submoduleSummary=true",
	"maintenance.auto=true", "gc.auto=1", "core.untrackedCache=true", "core.splitIndex=true", "diff.wsErrorHighlight=all", "hook.x.command=%s", "hook.x.event=post-index-change",
}

// repository makes the folder a repository with all of these settings, hooks, and objects that are missing
// and would be fetched.
func (h *hostile) repository(t *testing.T) {
	t.Helper()
	now := time.Now()
	gittest.Run(t, h.dir, now, "init", "-q")
	gittest.Run(t, h.dir, now, "add", "-A")
	gittest.Run(t, h.dir, now, "commit", "-q", "-m", "x")
	h.write(t, "other.go", "package a\n")
	gittest.Run(t, h.dir, now, "add", "-A")
	gittest.Run(t, h.dir, now, "commit", "-q", "-m", "y")
	for _, p := range []string{".git/config", ".git/included"} {
		var b strings.Builder
		b.WriteString("[core]\n\trepositoryformatversion = 1\n")
		for i, s := range settings {
			if p != ".git/config" && strings.HasPrefix(s, "include.") {
				continue
			}
			name, value, _ := strings.Cut(s, "=")
			section, key := name[:strings.LastIndexByte(name, '.')], name[strings.LastIndexByte(name, '.')+1:]
			if first, rest, ok := strings.Cut(section, "."); ok {
				section = fmt.Sprintf("%s %q", first, rest)
			}
			value = strings.ReplaceAll(value, "%s", h.canary(fmt.Sprintf("%s-%d-%s", filepath.Base(p), i, name)))
			fmt.Fprintf(&b, "[%s]\n\t%s = %s\n", section, key, value)
		}
		h.write(t, p, b.String())
	}
	h.write(t, ".gitattributes", "* filter=x diff=x merge=x\n")
	h.write(t, ".git/attributes", "* filter=x diff=x merge=x\n")
	h.write(t, ".gitmodules", "[submodule \"sub\"]\n\tpath = sub\n\turl = ext::"+h.canary("gitmodules")+"\n\tupdate = !"+h.canary("gitmodules-update")+"\n")
	for _, hook := range []string{"post-index-change", "post-checkout", "pre-commit", "reference-transaction", "fsmonitor-watchman", "pre-auto-gc", "post-rewrite"} {
		for _, dir := range []string{".git/hooks", ".git/hooks-of-settings", "hooks-of-settings"} {
			h.program(t, dir, hook)
		}
	}
	// All trees and files are missing, as in a partial clone.
	commits := gitOutput(t, h.dir, "rev-list", "HEAD")
	_ = filepath.WalkDir(filepath.Join(h.dir, ".git", "objects"), func(path string, e fs.DirEntry, err error) error {
		name := filepath.Base(filepath.Dir(path)) + filepath.Base(path)
		if err == nil && !e.IsDir() && !strings.Contains(commits, name) {
			return os.Remove(path)
		}
		return err
	})
}

// gitOutput runs git without the settings of the repository.
func gitOutput(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := gittest.Command(dir, time.Now(), append([]string{"-c", "alias.x=", "-c", "core.fsmonitor=false"}, args...)...)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("git %v: %v", args, err)
	}
	return string(out)
}

// bare makes a folder below one that looks like a repository from inside.
func (h *hostile) bare(t *testing.T) {
	t.Helper()
	h.write(t, "sub/go.mod", "module example.com/sub\n")
	h.write(t, "sub/HEAD", "ref: refs/heads/main\n")
	h.write(t, "sub/refs/heads/main", strings.Repeat("1", 40)+"\n")
	h.write(t, "sub/objects/info/x", "")
	h.write(t, "sub/config", "[core]\n\trepositoryformatversion = 0\n\tbare = false\n\tworktree = .\n\tfsmonitor = "+h.canary("bare")+"\n[protocol \"ext\"]\n\tallow = always\n[remote \"origin\"]\n\turl = ext::"+h.canary("bare-ext")+"\n\tpromisor = true\n[extensions]\n\tpartialClone = origin\n")
}

// left are the canaries that somebody started.
func (h *hostile) left(t *testing.T) []string {
	t.Helper()
	entries, err := os.ReadDir(h.canaries)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out
}

// TestNothingRuns: whatever a folder brings, no command and no session starts any of it, be the folder
// trusted or not, and wherever PATH and the environment lead.
func TestNothingRuns(t *testing.T) {
	t.Parallel()
	for name, set := range map[string]func(h *hostile) []string{
		"as usual":      func(*hostile) []string { return nil },
		"PATH is empty": func(*hostile) []string { return []string{"PATH="} },
		"PATH begins at the folder": func(h *hostile) []string {
			return []string{"PATH=" + strings.Join([]string{".", "", "bin", h.dir, filepath.Join(h.dir, "bin"), os.Getenv("PATH")}, ":")}
		},
		"PATH has the folder alone": func(h *hostile) []string { return []string{"PATH=.:" + h.dir + ":" + filepath.Join(h.dir, "bin")} },
		"variables of git": func(h *hostile) []string {
			return []string{"GIT_EXTERNAL_DIFF=" + h.canary("env-diff"), "GIT_SSH_COMMAND=" + h.canary("env-ssh"), "GIT_PAGER=" + h.canary("env-pager"), "GIT_ASKPASS=" + h.canary("env-ask"), "GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=core.fsmonitor", "GIT_CONFIG_VALUE_0=" + h.canary("env-config")}
		},
		"variables of Go": func(h *hostile) []string {
			return []string{"GOFLAGS=-toolexec=" + h.canary("env-toolexec"), "GOROOT=" + filepath.Join(h.dir, "goroot"), "GOENV=" + filepath.Join(h.dir, "go.env"), "GOCACHEPROG=" + h.canary("env-cache"), "CC=" + h.canary("env-cc"), "PKG_CONFIG=" + h.canary("env-pkg"), "GOTOOLCHAIN=auto", "GOPROXY=direct", "GOVCS=*:all", "GOPRIVATE=*", "GOAUTH=" + h.canary("env-auth")}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHostile(t)
			env := append(slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "GO") && !strings.HasPrefix(v, "GOCACHE=") }), asProgram+"=1")
			env = append(env, set(h)...)
			for _, args := range [][]string{
				{"report"},
				{"report", "--format", "json", "--restricted"},
				{"report", "-C", "sub", "--profile", "cover.out"},
				{"report", "-o", filepath.Join(t.TempDir(), "r.html")},
				{"gaps", "--all"},
				{"check"},
				{"explain", "a.go"},
				{"doctor"},
				{"doctor", "--restricted"},
				{"schema"},
				{"version"},
			} {
				cmd := exec.CommandContext(t.Context(), os.Args[0], args...)
				cmd.Dir, cmd.Env = h.dir, env
				if out, err := cmd.CombinedOutput(); strings.Contains(string(out), "goroutine ") {
					t.Errorf("covls %v: %v\n%s", args, err, out)
				}
			}
			for _, args := range [][]string{{"serve"}, {"serve", "--restricted"}} {
				h.session(t, env, args)
			}
			if left := h.left(t); len(left) > 0 {
				t.Errorf("these ran: %q", left)
			}
		})
	}
}

// session opens the folder as an editor does, with its documents, and runs the commands that run nothing.
func (h *hostile) session(t *testing.T, env, args []string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0], args...)
	cmd.Dir, cmd.Env = h.dir, env
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ed, err := editor.Start(ctx, server.NewStream(out, in, func() {}), editor.Options{Capabilities: editor.Capabilities(), Folders: []string{h.dir}})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"a.go", "sub/b.go"} {
		if err := ed.Open(ctx, filepath.Join(h.dir, filepath.FromSlash(name))); err != nil {
			t.Fatal(err)
		}
	}
	if err := ed.WaitMarks(ctx, filepath.Join(h.dir, "a.go"), func(m []editor.Mark) bool { return len(m) > 0 }); err != nil {
		t.Fatal(err)
	}
	for _, command := range []string{"covls.reload", "covls.doctor", "covls.showReport", "covls.runCommand", "covls.mostUrgentGap"} {
		if _, err := ed.Run(ctx, command); err != nil && command != "covls.runCommand" {
			t.Errorf("%s: %v", command, err)
		}
	}
	if err := ed.Close(ctx); err != nil {
		t.Error(err)
	}
	_ = in.Close()
	_ = cmd.Wait()
}

package workspace_test

import (
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/covls/covls/internal/guard"
	"github.com/covls/covls/text"
	"github.com/covls/covls/workspace"
)

// faulty makes a loader whose work panics where what it is about begins so, and counts how often it did.
func faulty(t *testing.T, about string) (store *workspace.Store, loader *workspace.Loader, times func() int, arm func(bool)) {
	t.Helper()
	store = workspace.NewStore()
	loader = workspace.NewLoader(store)
	var mu sync.Mutex
	n, told, armed := 0, 0, true
	loader.Guard = guard.Guard{
		Hook: func(at string) {
			mu.Lock()
			fire := armed && strings.HasPrefix(at, about)
			if fire {
				n++
			}
			mu.Unlock()
			if fire {
				panic("it was made to")
			}
		},
		Tell: func(err error) {
			mu.Lock()
			defer mu.Unlock()
			if _, ok := errors.AsType[*guard.Fault](err); ok {
				told++
			}
		},
	}
	times = func() int {
		mu.Lock()
		defer mu.Unlock()
		if told != n {
			t.Errorf("%d panics were told of %d", told, n)
		}
		return n
	}
	arm = func(yes bool) {
		mu.Lock()
		defer mu.Unlock()
		armed = yes
	}
	return store, loader, times, arm
}

// A source that makes covls panic is skipped and named, and is left alone until it changes. The others are
// looked at.
func TestSourceFault(t *testing.T) {
	t.Parallel()
	for name, profile := range map[string]string{
		"parsed":  "mode: set\na.go:3.10,5.2 1 0\nb.go:3.10,5.2 1 0\n",
		"located": "TN:\nSF:a.go\nFN:3,F\nFNDA:0,F\nDA:4,0\nend_of_record\nSF:b.go\nFN:3,F\nFNDA:0,F\nDA:4,0\nend_of_record\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			in := func(name string) string { return filepath.Join(dir, name) }
			for _, name := range []string{"a.go", "b.go"} {
				write(t, in(name), "package x\n\nfunc F() {\n\tprintln()\n}\n")
			}
			write(t, in("profile"), profile)
			store, loader, times, arm := faulty(t, "looking at the source b.go")
			loader.SetFolders(t.Context(), []*workspace.Folder{folder(dir)})
			loader.Read(t.Context(), []workspace.Change{{Path: in("profile")}})
			snap := store.Load()
			a, b := snap.Files[in("a.go")], snap.Files[in("b.go")]
			if len(a.Funcs) != 1 || a.Fault != nil {
				t.Errorf("a.go has the functions %v and the fault %v", a.Funcs, a.Fault)
			}
			if b.Source != nil || b.Fault == nil || !strings.HasPrefix(b.Fault.Error(), "covls failed at looking at the source b.go (a bug; please report it: it was made to in ") {
				t.Errorf("b.go has the functions %v and the fault %v", b.Funcs, b.Fault)
			}
			if !snap.Scanned || b.Total.Total != 1 {
				t.Errorf("scanned %t, b.go has %v", snap.Scanned, b.Total)
			}
			for range 3 {
				loader.Read(t.Context(), []workspace.Change{{Path: in("profile")}})
			}
			if n := times(); n != 1 || store.Load().Files[in("b.go")].Fault == nil {
				t.Errorf("it was tried %d times, and the fault is %v", n, store.Load().Files[in("b.go")].Fault)
			}
			arm(false)
			write(t, in("b.go"), "package x\n\nfunc F() {\n\tprintln(1)\n}\n")
			write(t, in("profile"), profile+"\n")
			loader.Read(t.Context(), []workspace.Change{{Path: in("profile")}})
			if b := store.Load().Files[in("b.go")]; len(b.Funcs) != 1 || b.Fault != nil {
				t.Errorf("changed, b.go has the functions %v and the fault %v", b.Funcs, b.Fault)
			}
		})
	}
}

// A reader that panics is its profile's trouble: the last good report stays, and other profiles are read.
func TestProfileFault(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	write(t, in("a.go"), "package x\n\nfunc F() {\n\tprintln()\n}\n")
	const good = "mode: set\na.go:3.10,5.2 1 0\n"
	write(t, in("a.out"), good)
	write(t, in("b.out"), good)
	store, loader, times, arm := faulty(t, "reading the profile a.out")
	arm(false)
	loader.SetFolders(t.Context(), []*workspace.Folder{folder(dir)})
	both := []workspace.Change{{Path: in("a.out")}, {Path: in("b.out")}}
	loader.Read(t.Context(), both)
	arm(true)
	for _, name := range []string{"a.out", "b.out"} {
		write(t, in(name), strings.Replace(good, "1 0", "1 1", 1))
	}
	troubles := loader.Read(t.Context(), both)
	if again := loader.Read(t.Context(), both); len(troubles) != 1 || len(again) != 0 || times() != 2 {
		t.Errorf("troubles %v, then %v", troubles, again)
	}
	a, b := store.Load().Profiles[0], store.Load().Profiles[1]
	if a.Trouble == nil || !strings.Contains(a.Trouble.Error(), "covls failed at reading the profile a.out (a bug") {
		t.Errorf("the trouble is %v", a.Trouble)
	}
	if a.Report.Files[0].Regions[0].Count != 0 || b.Trouble != nil || b.Report.Files[0].Regions[0].Count != 1 {
		t.Errorf("a.out says %v, b.out %v and %v", a.Report.Files[0].Regions, b.Report.Files[0].Regions, b.Trouble)
	}
	arm(false)
	write(t, in("a.out"), strings.Replace(good, "1 0", "2 1", 1))
	loader.Read(t.Context(), both)
	if a := store.Load().Profiles[0]; a.Trouble != nil || a.Report.Files[0].Regions[0].Statements != 2 {
		t.Errorf("afterwards a.out says %v and %v", a.Report.Files[0].Regions, a.Trouble)
	}
}

// Modules that can't be looked for are a problem of their folder, and nothing else is.
func TestModulesFault(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a.go"), "package x\n")
	write(t, filepath.Join(dir, "profile"), "mode: set\na.go:1.1,1.2 1 0\n")
	store, loader, times, _ := faulty(t, "looking for the modules in ")
	problems := loader.SetFolders(t.Context(), []*workspace.Folder{folder(dir)})
	if len(problems) != 1 || times() != 1 {
		t.Errorf("problems %v", problems)
	}
	loader.Read(t.Context(), []workspace.Change{{Path: filepath.Join(dir, "profile")}})
	if len(store.Load().Files) != 1 {
		t.Errorf("found %v", store.Load().Files)
	}
}

// No goroutine that looks at sources is waited for when it is gone.
func TestScanWorkersGone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	profile := "mode: set\n"
	for _, name := range []string{"a.go", "b.go", "c.go", "d.go", "e.go"} {
		write(t, filepath.Join(dir, name), "package x\n")
		profile += name + ":1.1,1.2 1 0\n"
	}
	write(t, filepath.Join(dir, "profile"), profile)
	store, loader, times, arm := faulty(t, "looking at sources")
	loader.SetFolders(t.Context(), []*workspace.Folder{folder(dir)})
	changes := []workspace.Change{{Path: filepath.Join(dir, "profile")}}
	loader.Read(t.Context(), changes)
	if len(store.Load().Files) != 5 || times() == 0 {
		t.Errorf("found %v", store.Load().Files)
	}
	arm(false)
	loader.Read(t.Context(), changes)
	for path, f := range store.Load().Files {
		if f.Source == nil {
			t.Errorf("%s was not looked at afterwards", path)
		}
	}
}

// A document whose parser panics holds nothing that is known, and says why.
func TestDocumentFault(t *testing.T) {
	t.Parallel()
	d := workspace.NewDocument("file:///a.go", "/a.go", 1, text.New("package a\n\nfunc F() {}\n"))
	if d.Fault() != nil || len(d.Parsed().Funcs) != 1 || d.Fault() != nil {
		t.Errorf("the fault is %v", d.Fault())
	}
	d = d.Break()
	if d.Fault() != nil {
		t.Error("nobody has asked yet")
	}
	for range 2 {
		if p := d.Parsed(); p != nil {
			t.Errorf("it holds %v", p)
		}
	}
	if fault := d.Fault(); fault == nil || !strings.Contains(fault.Error(), "covls failed at parsing /a.go (a bug") {
		t.Errorf("the fault is %v", fault)
	}
	if d = d.WithText(2, text.New("package a\n")); d.Fault() != nil || d.Parsed() == nil {
		t.Errorf("after an edit the fault is %v", d.Fault())
	}
}

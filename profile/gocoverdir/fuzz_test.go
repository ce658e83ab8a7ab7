package gocoverdir_test

import (
	"bytes"
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/internal/profiletest"
	"github.com/covls/covls/profile/gocover"
	"github.com/covls/covls/profile/gocoverdir"
	"github.com/covls/covls/profile/scan"
)

// FuzzRead reads a build and two of its runs: an error names one of their files, and a report obeys the
// laws of profiletest and is the same when it is written as text and read again.
func FuzzRead(f *testing.F) {
	for _, name := range recorded(f) {
		files := load(f, filepath.Join("testdata", name))
		builds := map[string][][]byte{}
		for _, name := range sorted(files) {
			hash := strings.Split(name, ".")[1]
			if strings.HasPrefix(name, "covmeta.") {
				builds[hash] = slices.Insert(builds[hash], 0, files[name].Data)
			} else {
				builds[hash] = append(builds[hash], files[name].Data)
			}
		}
		for _, data := range builds {
			data = append(data, nil, nil)
			f.Add(data[0], data[1], data[2])
		}
	}
	small := dir(meta{mode: 2, packages: [][]function{{one}, {two, one}}}, run{flavor: 1, called: []called{{1, 1, []uint32{3, 4}}}})
	names := sorted(small)
	f.Add(small[names[1]].Data, small[names[0]].Data, []byte(nil))
	f.Fuzz(func(t *testing.T, meta, first, second []byte) {
		check(t, meta, first, second)
		meta, first, second = bytes.Clone(meta), bytes.Clone(first), bytes.Clone(second)
		profiletest.RepairCoverDir(meta, first, second)
		check(t, meta, first, second)
	})
}

func check(t *testing.T, meta []byte, runs ...[]byte) {
	t.Helper()
	limits := scan.Limits{Line: 10_000, Files: 100, Size: 1 << 20}
	files := fstest.MapFS{"covmeta.0": {Data: meta}}
	size := len(meta)
	for i, run := range runs {
		if len(run) > 0 {
			files[fmt.Sprintf("covcounters.0.%d.0", i)] = &fstest.MapFile{Data: run}
			size += len(run)
		}
	}
	r, n, err := gocoverdir.Read(files, limits)
	again, _, againErr := gocoverdir.Read(files, limits)
	if !reflect.DeepEqual(r, again) || fmt.Sprint(err) != fmt.Sprint(againErr) {
		t.Errorf("%v, %v, and then %v, %v", r, err, again, againErr)
	}
	if err != nil {
		if name, _, _ := strings.Cut(err.Error(), ": "); r != nil || files[name] == nil {
			t.Errorf("have %v, %v, want the name of a file", r, err)
		}
		return
	}
	if int(n) != size {
		t.Errorf("%d bytes, want %d", n, size)
	}
	profiletest.Check(t, r, size, limits)
	text, ok := textOf(r)
	if !ok {
		return
	}
	back, err := gocover.Read(bytes.NewReader(text), limits)
	if err != nil || !slices.EqualFunc(back.Files, r.Files, func(a, b *coverage.File) bool { return reflect.DeepEqual(a, b) }) {
		t.Errorf("have %s, as text %v, %v", details(r), back, err)
	}
}

func sorted(files fstest.MapFS) (names []string) {
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// textOf writes a report as Go does. ok is false for names that don't come through a text.
func textOf(r *coverage.Report) (text []byte, ok bool) {
	b := bytes.NewBufferString("mode: set\n")
	if r.Counted {
		b = bytes.NewBufferString("mode: count\n")
	}
	for _, f := range r.Files {
		if strings.HasPrefix(f.Name, scan.BOM) {
			return nil, false
		}
		for _, r := range f.Regions {
			fmt.Fprintf(b, "%s:%d.%d,%d.%d %d %d\n", f.Name, r.Start.Line, r.Start.Col, r.End.Line, r.End.Col, r.Statements, r.Count)
		}
	}
	return b.Bytes(), true
}

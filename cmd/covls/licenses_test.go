package main

import (
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// What is linked here is in the notices, in its version.
func TestLicenses(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("go", "list", "-deps", "-f", "{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}}{{end}}{{end}}", ".").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	want := append(strings.Split(strings.TrimSpace(string(out)), "\n"), "covls "+version(), "Go "+strings.TrimPrefix(runtime.Version(), "go"))
	slices.Sort(want)
	want = slices.DeleteFunc(slices.Compact(want), func(s string) bool { return s == "" })

	list, stderr, code := covls(t, "licenses", "--list")
	if code != 0 {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	var got []string
	for line := range strings.Lines(list) {
		fields := strings.Fields(line)
		if len(fields) < 3 {
			t.Fatalf("line %q: want a name, a version and a licence", line)
		}
		if !strings.HasSuffix(strings.TrimSpace(line), " only") || slices.Contains(want, fields[0]+" "+fields[1]) {
			got = append(got, fields[0]+" "+fields[1])
		}
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("covls licenses --list has\n%s\nwant\n%s\nrun make golden", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}

	full, stderr, code := covls(t, "licences")
	if code != 0 {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	if !strings.HasPrefix(full, list) {
		t.Error("covls licenses does not begin with the list")
	}
	for _, s := range []string{
		"Copyright (c) 2026 The covls authors", "Copyright 2009 The Go Authors.", "Version 2.0, January 2004", "Copyright 2013-2023 The Cobra Authors",
	} {
		if !strings.Contains(full, s) {
			t.Errorf("covls licenses lacks %q", s)
		}
	}
}

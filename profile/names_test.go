package profile_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/covls/covls/profile"
)

// TestNames: names are as long as paths are, and those of functions are cut.
func TestNames(t *testing.T) {
	t.Parallel()
	const most = 4096
	long := func(n int) string { return strings.Repeat("n", n) }
	lcov := func(file, function string) string {
		return "SF:" + file + "\nFN:1," + function + "\nFNDA:1," + function + "\nDA:1,1\nend_of_record\n"
	}
	jacoco := func(pkg, file string) string {
		return `<?xml version="1.0"?><!DOCTYPE report PUBLIC "-//JACOCO//DTD Report 1.1//EN" "report.dtd"><report name="x"><package name="` + pkg + `"><sourcefile name="` + file + `"><line nr="1" mi="0" ci="1" mb="0" cb="0"/></sourcefile></package></report>`
	}
	var many strings.Builder
	many.WriteString("SF:" + long(most) + "\n")
	for i := range 128<<20/most + 1 {
		fmt.Fprintf(&many, "FN:%d,f\n", i+1)
	}
	many.WriteString("DA:1,1\nend_of_record\n")
	const tooLong = "the name of a file has 4097 bytes: covls reads at most 4096"
	for _, tt := range []struct{ name, text, function, want string }{
		{"a path", lcov(long(most), "f"), "f", ""},
		{"more than a path", lcov(long(most+1), "f"), "", tooLong},
		{"a package and a file", jacoco(long(most-5), "a.kt"), "", ""},
		{"a long package", jacoco(long(most-4), "a.kt"), "", "p:1: " + tooLong},
		{"a root", `<?xml version="1.0"?><coverage line-rate="1"><sources><source>` + long(most+1) + `</source></sources><packages/></coverage>`, "", tooLong},
		{"a function", lcov("a.kt", long(most)), long(most), ""},
		{"a long function", lcov("a.kt", long(most+1)), long(most-3) + "…", ""},
		{"a long function in another alphabet", lcov("a.kt", "n"+strings.Repeat("ß", most)), "n" + strings.Repeat("ß", most/2-2) + "…", ""},
		{"a long type", `{"RSpec":{"coverage":{"a.rb":{"lines":[1],"methods":{"[` + long(most+1) + `, :f, 1, 0, 1, 9]":1}}},"timestamp":1}}`, long(most-3) + "….f", ""},
		{"a path with many functions", many.String(), "", "the names of files and types have more than 134217728 bytes, counted once for each function"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p, err := profile.Read("p", strings.NewReader(tt.text), profile.Limits{})
			if tt.want != "" {
				if err == nil || !strings.Contains(err.Error(), tt.want) {
					t.Fatalf("%.200v, want %s", err, tt.want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			function := ""
			for _, f := range p.Report.Files[0].Funcs {
				function = f.String()
			}
			if function != tt.function {
				t.Errorf("the function is %.20s… of %d bytes, want %d", function, len(function), len(tt.function))
			}
		})
	}
}

// TestNamesInOrder: what is cut is in order still.
func TestNamesInOrder(t *testing.T) {
	t.Parallel()
	kept := strings.Repeat("n", 4093) + "\ufb00"
	p, err := profile.Read("p", strings.NewReader("SF:a.kt\nFN:1,"+kept+"\nFN:1,"+kept+"a\nDA:1,1\nend_of_record\n"), profile.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if f := p.Report.Files[0].Funcs; len(f) != 2 || f[1].Name != kept {
		t.Errorf("%d functions, the last of %d bytes", len(f), len(f[len(f)-1].Name))
	}
}

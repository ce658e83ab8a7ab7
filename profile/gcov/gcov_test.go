package gcov_test

import (
	"flag"
	"testing"

	"github.com/covls/covls/internal/profiletest"
	"github.com/covls/covls/profile/gcov"
	"github.com/covls/covls/profile/scan"
)

var update = flag.Bool("update", false, "rewrite testdata/*.want")

func export(files string) string {
	return `{"gcc_version":"14","files":[` + files + `],"current_working_directory":"/w/build","data_file":"a"}`
}

const head = "        -:    0:Source:a.c\n"

// cases tell the name, lines, branches and functions of each file, or the error.
var cases = []profiletest.Case{
	{Name: "no files", Text: export(""), Want: ""},
	{Name: "in another order", Text: `{"format_version":"2","gcc_version":"14","data_file":"a","files":[{"file":"a.c","lines":[{"line_number":2,"count":3}]}]}`, Want: "a.c [{2 3}] nobranches"},
	{Name: "where the compiler ran", Text: export(`{"file":"../src/a.c","lines":[]},{"file":"b/./c.c","lines":[]}`), Want: "/w/src/a.c [] nobranches; b/c.c [] nobranches"},
	{Name: "an absolute name", Text: export(`{"file":"/x/../a.c","lines":[]},{"file":"C:\\a.c","lines":[]}`), Want: `/x/../a.c [] nobranches; C:\a.c [] nobranches`},
	{Name: "headers of the system", Text: export(`{"file":"/usr/include/c++/12/new","lines":[]},{"file":"/usr/lib/gcc/x/12/../../../../include/c++/12/map","lines":[]},{"file":"C:/mingw/lib/gcc/x86_64/12/include/c++/map","lines":[]},{"file":"/home/me/usr/include/a.h","lines":[]}`), Want: "/home/me/usr/include/a.h [] nobranches"},
	{Name: "a template", Text: export(`{"file":"a.cc","lines":[
		{"line_number":2,"function_name":"f<int>","count":3,"branches":[{"count":3},{"count":0}]},{"line_number":2,"function_name":"f<bool>","count":1,"branches":[{"count":0},{"count":1}]},
		{"line_number":2,"function_name":"f<bool>","count":0,"branches":[{"count":0}]}]}`), Want: "a.cc [{2 4}] [{2 0 0 3} {2 0 1 1} {2 0 2 0}]"},
	{Name: "functions", Text: export(`{"file":"a.cc","lines":[],"functions":[{"name":"_Z1gv","demangled_name":"g()","start_line":4,"start_column":6,"end_line":6,"end_column":1,"execution_count":2},{"name":"f","start_line":1,"execution_count":0}]}`), Want: "a.cc [] nobranches f@{{1 1} {0 0}}=0 g()@{{4 6} {6 2}}=2"},
	{Name: "odd places", Text: export(`{"file":"a","lines":[{"line_number":0,"count":3},{"line_number":2000,"count":3}],"functions":[{"name":"f","start_line":4,"end_line":3,"execution_count":0}]}`), Want: "a [] nobranches f@{{4 1} {0 0}}=0; line 0: records of line 0 were passed over; line 0: line 2000 is beyond limits.line; such records were passed over; line 0: functions that end before they begin were taken to end where the next one begins"},
	{Name: "no lines", Text: export(`{"file":"a"}`), Want: "want file and lines in /files/0"},
	{Name: "no count", Text: export(`{"file":"a","lines":[{"line_number":1}]}`), Want: "want line_number and count in /files/0/lines/0"},
	{Name: "no calls", Text: export(`{"file":"a","lines":[],"functions":[{"name":"f","start_line":1}]}`), Want: "want start_line and execution_count in /files/0/functions/0"},
	{Name: "no members", Text: `{"gcc_version":"14"}`, Want: "want gcov's JSON, with files"},
	{Name: "files", Text: export(`{"file":"a","lines":[]},{"file":"b","lines":[]},{"file":"c","lines":[]}`), Want: "more than 2 files (limits.files)"},
	{Name: "cut", Text: `{"gcc_version":"14","files":[`, Want: "line 1: want more JSON: the file seems to be cut or still being written"},

	{Name: "text", Text: head + "        -:    1:// a\n        3:    2:f();\n    #####:    3:g();\n    =====:    4:throw;\n      10*:    5:h();\n", Want: "a.c of 5 lines [{1 ce2e5329} {2 252e2998} {3 eb739902} {4 48d3666} {5 dde3155}] [{2 3} {3 0} {4 0} {5 10}] nobranches nofuncs"},
	{Name: "for people", Text: head + "    1.5k*:    1:/*EOF*/\n     2.0M:    2:/*EOF*/\n", Want: "a.c [{1 1500} {2 2000000}] nobranches nofuncs"},
	{Name: "in a directory", Text: "        -:    0:Source:../a.c\n        -:    0:Working directory:/w/b\n        -:    0:Runs:1\n", Want: "/w/a.c [] nobranches nofuncs"},
	{Name: "functions and branches", Text: head + "function f called 2 returned 100% blocks executed 50%\n        2:    1:/*EOF*/\nbranch  0 taken 1% (fallthrough)\nbranch  1 taken 0%\ncall    2 returned 100%\nbranch  3 never executed\nfunction g called 0 returned 0% blocks executed 0%\nfunction h(int) called called 3 returned 0% blocks executed 0%\n    #####:    2:/*EOF*/\n    %%%%%:    2-block  0\nbranch  0 taken 12 (throw)\n", Want: "a.c [{1 2} {2 0}] [{1 0 0 1} {1 0 1 0} {1 0 2 0} {2 0 0 12}] f@{{1 1} {0 0}}=2 g@{{2 1} {0 0}}=0 h(int) called@{{2 1} {0 0}}=3"},
	{Name: "instantiations", Text: head + "        3:    1:/*EOF*/\n       1*:    2:/*EOF*/\n------------------\n_Z1fIiE:\nfunction _Z1fIiE called 1 returned 100% blocks executed 67%\n        1:    1:/*EOF*/\n    #####:    2:/*EOF*/\nbranch  0 taken 0%\n------------------\n_Z1fIbE:\nfunction _Z1fIbE called 2 returned 100% blocks executed 67%\n        2:    1:/*EOF*/\n        1:    2:/*EOF*/\nbranch  0 taken 3\n------------------\nfunction g called 1 returned 100% blocks executed 100%\n        1:    3:/*EOF*/\n", Want: "a.c [{1 3} {2 1} {3 1}] [{2 0 0 3}] _Z1fIbE@{{1 1} {0 0}}=2 _Z1fIiE@{{1 1} {0 0}}=1 g@{{3 1} {0 0}}=1"},
	{Name: "headers of the system in a text", Text: "        -:    0:Source:/usr/include/c++/12/new\n        3:    1:/*EOF*/\n" + head, Want: "a.c [] nobranches nofuncs"},
	{Name: "two sources", Text: head + "        3:    1:/*EOF*/\n        -:    0:Source:b.c\n        2:    1:/*EOF*/\n" + head + "        4:    1:/*EOF*/\n", Want: "a.c [{1 7}] nobranches nofuncs; b.c [{1 2}] nobranches nofuncs"},
	{Name: "a line break less", Text: head + "        3:    1:f();\n    ##", Want: "a.c [{1 3}] nobranches nofuncs; line 0: the file seems to be cut: its last line has no end, and was left out"},
	{Name: "no source", Text: "        3:    1:f();\n", Want: `line 1: want -: 0:Source: and a file before "        3:    1:f();"`},
	{Name: "no name", Text: "        -:    0:Source:\n", Want: "line 1: 0:Source: names no file"},
	{Name: "no count of text", Text: head + "        x:    1:f();\n", Want: `line 2: want a count, - or ##### before the number of a line, have "        x:    1:f();"`},
	{Name: "another text", Text: "hello\n", Want: `line 1: want -: 0:Source: and a file, have "hello"`},
	{Name: "empty", Text: "", Want: "line 1: want gcov's text, which begins with -: 0:Source: and a file"},
}

func TestRead(t *testing.T) {
	t.Parallel()
	profiletest.Table(t, gcov.Read, profiletest.Details, cases)
}

func TestSniff(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]bool{
		export(""):                     true,
		head:                           true,
		"\n        -:    0:Source:a.c": true,
		`{"format_version":"2","gcc_version":"14.2.0","current_working_directory":"/w"`:         true,
		`{"files":[{"lines":[{"branches":[],"count":1,"line_number":3,"unexecuted_block":false`: true,
		`{"files":[{"file":"a.c","functions":[{"execution_count":1,"lineno":1`:                  false,
		`{"files":[{"file":"a.c","functions":[],"lines":[{"branches":[],"gcovr/noncode":false`:  false,
		`{"format_version":"2","x":1}`: false,
		`{"gcc_version":{}}`:           false,
		"        -:    1:Source:a.c":   false,
		"        1:    0:Source:a.c":   false,
		"file:a.c":                     false,
		"":                             false,
	} {
		if got := gcov.Sniff([]byte(in)); got != want {
			t.Errorf("%s: %v", in, got)
		}
	}
}

// TestGolden reads what gcov itself has written.
func TestGolden(t *testing.T) {
	t.Parallel()
	profiletest.Golden(t, gcov.Read, scan.Limits{}, *update)
}

func FuzzRead(f *testing.F) { profiletest.Fuzz(f, gcov.Sniff, gcov.Read, profiletest.Texts(cases)) }

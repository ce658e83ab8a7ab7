package project_test

import (
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/covls/covls/internal/profiletest"
	"github.com/covls/covls/project"
)

// TestPrograms has build files with the sources of programs that are run as tests.
func TestPrograms(t *testing.T) {
	t.Parallel()
	const library = "add_library(shop shop.c)\n"
	for _, tt := range []struct{ name, files, want string }{
		{"one that is run by its name", library + "add_executable(bench try.c)\nadd_test(NAME try COMMAND bench)", "try.c"},
		{"the old way, in a folder of its own", "add_library(a a.c)\nadd_subdirectory(x)\n-- x/CMakeLists.txt --\nadd_executable(try try.cc)\nadd_test(try ${CMAKE_CURRENT_BINARY_DIR}/try.exe)", "x/try.cc"},
		{"by variables, quoted, with a comment", "set(NAME try) # add_library(try.c)\nset(MORE \"a.c;b.c\")\nadd_executable(\"${NAME}\" # x\n  try.c ${MORE})\nadd_test(NAME ${NAME} COMMAND \"$<TARGET_FILE:${NAME}>\")\n" + library, "a.c b.c try.c"},
		{"quotes with what begins a comment", "string(REGEX MATCH \"#define V\" v ${t})\nadd_executable(try try.c)\nadd_test(try try)\n" + library, "try.c"},
		{"one for each of a list", "set(ALL a b)\nforeach(t IN LISTS ALL ITEMS c)\nadd_executable(test_${t} ${t}.c)\nadd_test(NAME ${t} COMMAND test_${t})\nendforeach()\n" + library, "a.c b.c c.c"},
		{"by a function", "function(shop_test name)\nadd_executable(${name} ${name}.c ${ARGN})\nadd_test(NAME ${name} COMMAND ${name})\nendfunction()\nshop_test(a b.c)\n" + library, "a.c b.c"},
		{"by a framework", "add_executable(all all.cc)\ngtest_discover_tests(all)\n" + library, "all.cc"},
		{"by a glob", "file(GLOB S ${CMAKE_SOURCE_DIR}/x/*.c)\nadd_executable(all ${S})\nadd_test(all all)\n" + library + "-- x/a.c --", "x/a.c"},
		{"below another program", "add_executable(try_it try.c)\nadd_test(NAME t COMMAND valgrind --leak-check=full ./try_it)\n" + library, "try.c"},
		{"what is tested is no test", "add_executable(shop shop.c)\nadd_test(NAME version COMMAND shop --version)\nadd_executable(other o.c)", ""},
		{"nor is what is alone", "add_executable(shop shop.c)\nadd_test(NAME shop COMMAND shop)", ""},
		{"nor what people get", "add_executable(shop shop.c)\nadd_test(NAME shop COMMAND shop)\ninstall(TARGETS shop DESTINATION bin)\nadd_executable(other o.c)", ""},
		{"nor sources of the library", library + "add_executable(test_shop test_shop.c shop.c)\nadd_test(NAME a COMMAND test_shop)", "test_shop.c"},
		{"nor what is not run", library + "add_executable(demo demo.c)", ""},
		{"nor a folder above the root", "add_executable(test_a ../a.c /b.c)\nadd_test(a test_a)\n" + library, ""},
		{"broken", library + "add_executable(try try.c)\nadd_test(NAME a COMMAND try)\nforeach(x\nadd_library(\"", "try.c"},
		{"itself", "set(A ${A} ${B})\nset(B ${A} x.c)\nfunction(f)\nf()\nendfunction()\nf()\nadd_executable(try try.c ${A})\nadd_test(try try)\n" + library, "try.c"},
		{"Meson", "-- meson.build --\nlib = library('shop', 'shop.c')\nsrc = ['try.c', # 'no.c'\n 'b.c']\ne = executable('try', src, link_with: lib, dependencies: [d])\ntest('it', e, args: ['x'])\ntest('that', executable('that', files('that.c')))\nexecutable('demo', 'demo.c')", "b.c that.c try.c"},
		{"Meson, what people get", "-- meson.build --\nlibrary('shop', 'shop.c')\ne = executable('shop', 'main.c', install : true)\ntest('it', e)", ""},
		{"Automake", "-- Makefile.am --\nlib_LTLIBRARIES = libshop.la\nlibshop_la_SOURCES = shop.c\nMORE = c.c\ncheck_PROGRAMS = a t/b-x\na_SOURCES = a.c \\\n  $(MORE) # d.c\nt_b_x_SOURCES = $(srcdir)/t/b.c shop.c\nTESTS = $(check_PROGRAMS)\nbin_PROGRAMS = shop\nshop_SOURCES = main.c", "a.c c.c t/b.c"},
		{"Automake, by its usual name", "-- Makefile.am --\nnoinst_PROGRAMS = try demo\nTESTS = try$(EXEEXT)\n", "try.c"},
		{"Automake, itself", "-- Makefile.am --\nA = $(B) $(B)\nB = $(A) $(A)\ncheck_PROGRAMS = $(A) try\nnoinst_LIBRARIES = libx.a\n", "try.c"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			archive := tt.files
			if !strings.HasPrefix(archive, "--") {
				archive = "-- CMakeLists.txt --\n" + archive
			}
			for _, name := range strings.Fields("a.c b.c c.c d.c no.c demo.c all.cc main.c o.c shop.c test_shop.c that.c try.c x.c t/b.c x/try.cc") {
				archive += fmt.Sprintf("\n-- %s --\n", name)
			}
			root := profiletest.Tree(t, archive)
			p := project.NewPrograms(root)
			var got []string
			err := filepath.WalkDir(root, func(at string, _ fs.DirEntry, err error) error {
				if name, _ := filepath.Rel(root, at); p.TestBy(filepath.ToSlash(name)) != "" {
					got = append(got, filepath.ToSlash(name))
				}
				return err
			})
			if got := strings.Join(got, " "); err != nil || got != tt.want {
				t.Errorf("%q, %v; want %q", got, err, tt.want)
			}
		})
	}
}

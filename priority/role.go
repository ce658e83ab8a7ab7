package priority

import (
	"strings"

	"github.com/covls/covls/source"
)

// Role is what part a file plays, as far as that says how much a gap in it matters.
type Role uint8

const (
	// Core is all code that has no other role.
	Core Role = iota
	// Transport takes requests in and gives answers out.
	Transport
	// EntryPoint starts a program.
	EntryPoint
	// TestHelper is there for tests.
	TestHelper
	// Example shows how something is used.
	Example
	// Generated is written by a program.
	Generated
	// Test tests something else.
	Test
	// Vendored is written by others and kept here.
	Vendored
	// Documentation is there for readers.
	Documentation
	// Setup says how tools do their work.
	Setup
)

// roles has what each role is called and its weight in tenths, in which scores are exact. It is
// never written.
var roles = [...]struct {
	name   string
	tenths int
}{
	Core:          {"core code", 10},
	Transport:     {"transport layer", 6},
	EntryPoint:    {"entry point", 1},
	TestHelper:    {"test helper", 1},
	Example:       {"example", 1},
	Generated:     {"generated code", 0},
	Test:          {"test", 0},
	Vendored:      {"vendored code", 0},
	Documentation: {"documentation", 1},
	Setup:         {"configuration", 1},
}

// String returns the role in words: "core code".
func (r Role) String() string { return roles[r].name }

// Weight is what a gap in such a file is multiplied by.
func (r Role) Weight() float64 { return float64(roles[r].tenths) / 10 }

// RoleOf returns the role of a file by its path, with slashes, and says why it has it: "its path has the folder api". What
// somebody says of it in .gitattributes goes first, then what its text says, then what its path suggests: a Go package in
// cmd that is not main starts nothing.
func RoleOf(f *File) (role Role, why string) {
	is := part(f)
	return is.role, is.why
}

// found is the role of a file. Loose tells that much else is in such a place, or has such an import: a library for tests.
type found struct {
	role  Role
	why   string
	loose bool
}

func part(f *File) found {
	path, src, says := f.Path, f.Source, f.Attributes
	const attribute = "its .gitattributes says linguist-"
	switch {
	case says.Generated == source.Yes:
		return found{role: Generated, why: attribute + "generated"}
	case says.Vendored == source.Yes:
		return found{role: Vendored, why: attribute + "vendored"}
	case says.Documentation == source.Yes:
		return found{role: Documentation, why: attribute + "documentation"}
	}
	clause := src != nil && src.Package != "" // it is Go, whose texts say more than their places
	if src != nil && src.Generated && says.Generated == source.Unsaid {
		return found{role: Generated, why: "it says of itself that it is generated"}
	}
	at, where := source.PlaceOf(path)
	if at == source.AmongVendored && says.Vendored == source.Unsaid {
		return found{role: Vendored, why: where}
	}
	if at == source.AmongTests && !(src != nil && src.Tests == "" && source.Weakly(path)) {
		return found{role: Test, why: where}
	}
	switch {
	case src == nil:
	case src.Fuzzes():
		return found{role: Test, why: "it " + src.Tests}
	case f.TestBy != "" && src.Starts():
		return found{role: Test, why: f.TestBy + " has it run as a test"}
	case source.TestProgram(path) && src.Starts():
		return found{role: Test, why: "it is called " + path[strings.LastIndexByte(path, '/')+1:] + " and has a main"}
	case src.Main() && exampleIn(path) != "":
		return found{role: Example, why: "its path has the folder " + exampleIn(path)}
	case src.Main():
		return found{role: EntryPoint, why: "it is of package main"}
	case src.ImportsTesting:
		return found{role: TestHelper, why: "it imports testing and is no test"}
	case src.Tests != "" && strings.HasSuffix("/"+path, "/tests.py"): // as Django has them, and others something else
		return found{role: Test, why: "it is called tests.py and " + src.Tests}
	case src.Tests != "":
		return found{role: TestHelper, why: "it " + src.Tests + " and is no test by its path", loose: true}
	}
	switch {
	case at == source.AmongGenerated && says.Generated == source.Unsaid && !clause:
		return found{role: Generated, why: where}
	case at == source.AmongSettings:
		return found{role: Setup, why: where}
	}
	if base := path[strings.LastIndexByte(path, '/')+1:]; strings.Contains(base, ".stories.") { // of Storybook
		return found{role: Example, why: "it is called " + base}
	}
	out := found{role: Core, why: "neither its text nor its path says that it is anything else"}
	name, example := strings.ToLower(path), exampleIn(path)
	for first := true; ; first = false {
		dir, rest, more := strings.Cut(name, "/")
		if !more {
			break
		}
		name = rest
		in := "its path has the folder " + dir
		switch dir {
		case "cmd", "bin":
			if !clause {
				return found{role: EntryPoint, why: in}
			}
		case "testing", "testutil", "testutils", "test_util", "test_utils", "test-utils", "testhelper", "testhelpers", "test_helpers", "test-helpers", "fixtures", "__fixtures__", "mocks":
			return found{role: TestHelper, why: in, loose: dir == "testing"}
		case example:
			if example != "" { // a path from the root begins with no folder
				return found{role: Example, why: in}
			}
		case "docs", "doc":
			if first && !clause && says.Documentation == source.Unsaid {
				return found{role: Documentation, why: in}
			}
		case "web", "http", "rest", "grpc", "api", "middleware", "routes":
			if out.role == Core {
				out = found{role: Transport, why: in}
			}
		}
	}
	if !clause && (strings.HasPrefix(name, "main.") || name == "__main__.py") {
		return found{role: EntryPoint, why: "it is called " + name}
	}
	return out
}

// exampleIn is the folder of a path that has examples, in lower case; "" for none.
func exampleIn(path string) string {
	dirs := strings.Split(strings.ToLower(path), "/")
	for i, dir := range dirs[:len(dirs)-1] {
		switch dir {
		case "examples", "_examples", "samples", "demos":
			return dir
		case "example", "_example", "sample", "demo":
			if i == 0 {
				return dir
			}
		}
	}
	return ""
}

// parts are the roles of files. Where most of what is no test, and of nobody else's, is there for tests as far as its places and
// imports tell, it is a library for tests, and that is its core.
func parts(files []File) []found {
	out := make([]found, len(files))
	helpers, others := 0, 0
	for i := range files {
		out[i] = part(&files[i])
		switch out[i].role {
		case TestHelper:
			if out[i].loose {
				helpers += files[i].Total.Total
			}
		case Core, Transport:
			others += files[i].Total.Total
		}
	}
	settle(files, out)
	if helpers <= others {
		return out
	}
	for i := range out {
		if out[i].loose {
			out[i] = found{role: Core, why: "it is there for tests as most of the code here is, which is a library for tests"}
		}
	}
	return out
}

// settle makes code of what lies in a folder that is called as one of tests, where sources are, and is imported by code: a fact beats a
// place. What has the name or the imports of a test stays one.
func settle(files []File, roles []found) {
	folders := map[string]string{} // by what imports them
	for i := range files {
		if folder := housed(&files[i], roles[i].role); folder != "" && len(folders) < maxHoused {
			folders[folder] = ""
		}
	}
	if len(folders) == 0 {
		return
	}
	for i := range files {
		switch f := &files[i]; roles[i].role {
		case Core, Transport, EntryPoint:
			if f.Source == nil || strings.Contains(f.Path, ".stories.") || source.Housed(f.Path) != "" {
				continue
			}
			for _, use := range f.Source.Uses {
				for folder, by := range folders {
					if (by == "" || f.Path < by) && source.IsUsed(folder, f.Path, use) {
						folders[folder] = f.Path
					}
				}
			}
		}
	}
	for i := range files {
		if folder := housed(&files[i], roles[i].role); folders[folder] != "" {
			roles[i] = found{role: Core, why: folders[folder] + " imports what is in " + folder}
		}
	}
}

// maxHoused bounds how many such folders are looked at.
const maxHoused = 256

// housed is the folder that makes a test, or a helper of tests, of a file which nothing else does; "" for none.
func housed(f *File, role Role) string {
	if role != Test && role != TestHelper || f.Source == nil || f.Source.Tests != "" || f.TestBy != "" {
		return ""
	}
	return source.Housed(f.Path)
}

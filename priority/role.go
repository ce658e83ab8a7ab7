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
)

// roles has what each role is called and its weight in tenths, in which scores are exact. It is
// never written.
var roles = [...]struct {
	name   string
	tenths int
}{
	Core:       {"core code", 10},
	Transport:  {"transport layer", 6},
	EntryPoint: {"entry point", 1},
	TestHelper: {"test helper", 1},
	Example:    {"example", 1},
	Generated:  {"generated code", 0},
}

// String returns the role in words: "core code".
func (r Role) String() string { return roles[r].name }

// Weight is what a gap in such a file is multiplied by.
func (r Role) Weight() float64 { return float64(roles[r].tenths) / 10 }

// RoleOf returns the role of the file at a path with slashes. What is known of its source, nil where
// nothing is, goes before what its path suggests: a Go package in cmd that is not main starts nothing.
func RoleOf(path string, src *source.Parsed) Role {
	role, _ := roleOf(path, src)
	return role
}

// RoleReason says why a file has the role that RoleOf gives it: "its path has the folder api".
func RoleReason(path string, src *source.Parsed) string {
	_, why := roleOf(path, src)
	return why
}

func roleOf(path string, src *source.Parsed) (role Role, why string) {
	clause := false
	if src != nil {
		clause = src.Package != ""
		switch {
		case src.Generated:
			return Generated, "it says of itself that it is generated"
		case src.Main():
			return EntryPoint, "it is of package main"
		case src.ImportsTesting && !strings.HasSuffix(path, "_test.go"):
			return TestHelper, "it imports testing and is no test"
		}
	}
	role, why = Core, "neither its text nor its path says that it is anything else"
	name := strings.ToLower(path)
	for {
		dir, rest, more := strings.Cut(name, "/")
		if !more {
			break
		}
		name = rest
		found := "its path has the folder " + dir
		switch dir {
		case "cmd", "bin":
			if !clause {
				return EntryPoint, found
			}
		case "testing", "testutil", "fixtures", "mocks":
			return TestHelper, found
		case "examples":
			return Example, found
		case "web", "http", "rest", "grpc", "api", "middleware", "routes":
			if role == Core {
				role, why = Transport, found
			}
		}
	}
	if !clause && strings.HasPrefix(name, "main.") {
		return EntryPoint, "it is called " + name
	}
	return role, why
}

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
	clause := false
	if src != nil {
		clause = src.Package != ""
		switch {
		case src.Generated:
			return Generated
		case src.Main():
			return EntryPoint
		case src.ImportsTesting && !strings.HasSuffix(path, "_test.go"):
			return TestHelper
		}
	}
	role := Core
	name := strings.ToLower(path)
	for {
		dir, rest, more := strings.Cut(name, "/")
		if !more {
			break
		}
		name = rest
		switch dir {
		case "cmd", "bin":
			if !clause {
				return EntryPoint
			}
		case "testing", "testutil", "fixtures", "mocks":
			return TestHelper
		case "examples":
			return Example
		case "web", "http", "rest", "grpc", "api", "middleware", "routes":
			role = Transport
		}
	}
	if !clause && strings.HasPrefix(name, "main.") {
		return EntryPoint
	}
	return role
}

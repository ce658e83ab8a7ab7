//go:build !unix

package server_test

import "testing"

func testSlowLoad(t *testing.T, _ string) { t.Skip("needs named pipes") }

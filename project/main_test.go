package project_test

import (
	"os"
	"testing"
)

// TestMain has no test see which extensions this machine's PHP has.
func TestMain(m *testing.M) {
	if err := os.Setenv("PHP_INI_SCAN_DIR", ""); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

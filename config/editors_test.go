package config_test

import (
	"bytes"
	"flag"
	"os"
	"testing"

	"github.com/covls/covls/config"
)

var update = flag.Bool("update", false, "rewrite the schema that the VS Code extension ships")

// The extension for VS Code ships the schema, and its settings are made from it
// (editors/vscode/scripts/settings.mjs).
func TestSchemaFile(t *testing.T) {
	t.Parallel()
	const file = "../editors/vscode/schemas/covls.schema.json"
	if *update {
		if err := os.WriteFile(file, config.Schema(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, config.Schema()) {
		t.Errorf("%s is not what the keys say: run go test ./config -update, and then npm run settings in editors/vscode", file)
	}
}

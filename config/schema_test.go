package config

import (
	"bytes"
	"flag"
	"os"
	"path"
	"strings"
	"testing"

	"github.com/pelletier/go-toml/v2"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

var update = flag.Bool("update", false, "rewrite the schema file")

// TestSchemaFile holds the file that editors fetch against the keys, and against the schema of schemas.
func TestSchemaFile(t *testing.T) {
	t.Parallel()
	// The extension for VS Code ships it too, and its settings are made from it.
	for _, file := range []string{path.Base(SchemaURL), "../editors/vscode/schemas/" + path.Base(SchemaURL)} {
		if *update {
			if err := os.WriteFile(file, Schema(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(text, Schema()) {
			t.Errorf("%s is not what the keys make; run the test with -update, and then npm run settings in editors/vscode", file)
		}
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	meta, err := jsonschema.NewCompiler().Compile("http://json-schema.org/draft-07/schema#")
	if err != nil {
		t.Fatal(err)
	}
	if err := meta.Validate(doc); err != nil {
		t.Error(err)
	}
}

// TestSchema holds that the schema and the reader agree on what is right.
func TestSchema(t *testing.T) {
	t.Parallel()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("covls.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("covls.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		rule, text string
		ok         bool
	}{
		{"nothing", "", true},
		{"a key of the top", "target = 55", true},
		{"a whole number as a fraction", "settle = 300.0", true},
		{"a group", "[diagnostics.severity]\ncritical = 'off'", true},
		{"a list", "profiles = ['a.out']\nexclude = []", true},
		{"a mapping", "[[path]]\nfrom = '/ci'\nto = ''", true},
		{"a component", "[[component]]\nname = 'a'\ninclude = ['a/**']\nexclude = ['a/b']\ntarget = 0", true},
		{"every name of a rule", "[[rule]]\npaths = ['a']\nat_least = 'lower'\nat_most = 'high'\nweight = 0.5\ntarget = 80\nexclude = false\ngroup = 'g'\nwhy = 'w'\n[[rule]]\npaths = ['b']\ntier = 'medium'", true},
		{"one command", "run.command = 'make'", true},
		{"commands", "[run.command]\ngo = 'make'", true},
		{"an unknown key", "tarjet = 55", false},
		{"an unknown key of a group", "lens.enabel = true", false},
		{"a value where a group is due", "lens = true", false},
		{"another type", "target = '55'", false},
		{"too large", "target = 101", false},
		{"too small", "limits.depth = 0", false},
		{"a fraction of an integer", "settle = 0.5", false},
		{"not one of the values", "stale = 'hid'", false},
		{"an element of another type", "exclude = [3]", false},
		{"texts that are as long as may be", "[[rule]]\npaths = ['" + strings.Repeat("a", 1000) + "']\nwhy = '" + strings.Repeat("ä", 1000) + "'\ngroup = '" + strings.Repeat("ä", 1000) + "'", true},
		{"a long glob", "exclude = ['" + strings.Repeat("a", 1001) + "']", false},
		{"a long why", "[[rule]]\npaths = ['a']\nwhy = '" + strings.Repeat("ä", 1001) + "'", false},
		{"a long group", "[[rule]]\npaths = ['a']\ngroup = '" + strings.Repeat("ä", 1001) + "'", false},
		{"a long name of a component", "[[component]]\nname = '" + strings.Repeat("ä", 1001) + "'\ninclude = ['a']", false},
		{"a long path", "[[path]]\nfrom = '" + strings.Repeat("a", 4097) + "'\nto = 'a'", false},
		{"an empty glob", "exclude = ['']", false},
		{"a glob that takes back", "exclude = ['!a']", false},
		{"an incomplete mapping", "[[path]]\nfrom = 'a'", false},
		{"an empty from", "[[path]]\nfrom = ''\nto = 'a'", false},
		{"a component without files", "[[component]]\nname = 'a'\ninclude = []", false},
		{"a component without a name", "[[component]]\ninclude = ['a']", false},
		{"a rule without paths", "[[rule]]\ntier = 'high'", false},
		{"an unknown name of a rule", "[[rule]]\npaths = ['a']\nteir = 'high'", false},
		{"an unknown tier", "[[rule]]\npaths = ['a']\nat_most = 'ok'", false},
		{"a negative weight", "[[rule]]\npaths = ['a']\nweight = -0.1", false},
		{"a command of another type", "run.command = ['make']", false},
		{"a language's command of another type", "run.command.go = ['make']", false},
	} {
		t.Run(tt.rule, func(t *testing.T) {
			t.Parallel()
			tree := map[string]any{}
			if err := toml.Unmarshal([]byte(tt.text), &tree); err != nil {
				t.Fatal(err)
			}
			if err := schema.Validate(tree); (err == nil) != tt.ok {
				t.Errorf("the schema says %v", err)
			}
			if _, problems := ParseTOML("f", []byte(tt.text)); (problems == nil) != tt.ok {
				t.Errorf("the reader says %v", problems)
			}
		})
	}
}

// TestSchemaTexts holds what an editor shows beside a key.
func TestSchemaTexts(t *testing.T) {
	t.Parallel()
	text := Schema()
	for _, want := range []string{
		`"default": 300`, `"default": "dim"`, `"description": "Ignore line numbers above this."`,
		`"description": "Factor by which the files' score is multiplied."`, `"http://json-schema.org/draft-07/schema#"`,
	} {
		if !bytes.Contains(text, []byte(want)) {
			t.Errorf("%s is not in the schema", want)
		}
	}
	for _, no := range []string{`"default": "the usual names"`, `"default": 60,`} {
		if bytes.Contains(text, []byte(no)) {
			t.Errorf("%s stands in the schema, and does not hold where nothing is set", no)
		}
	}
}

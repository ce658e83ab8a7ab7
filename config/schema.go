package config

import (
	"bytes"
	"encoding/json"
	"strings"
)

// SchemaURL is where editors find Schema: it is the file beside this one, in the repository.
const SchemaURL = "https://raw.githubusercontent.com/covls/covls/main/config/covls.schema.json"

// Schema returns the JSON schema (draft 7, which editors of TOML know) of a .covls.toml. It is made
// from what reading goes by; what no schema can say, like that names differ, is left to reading.
func Schema() []byte {
	defaults := Default()
	defaults.Profiles = DefaultProfiles()
	root := object()
	for _, k := range keys {
		at := root
		names := strings.Split(k.name, ".")
		for _, group := range names[:len(names)-1] {
			properties := at["properties"].(map[string]any)
			if properties[group] == nil {
				properties[group] = object()
			}
			at = properties[group].(map[string]any)
		}
		s := k.schema(k.doc)
		var v any
		// A target that nobody sets is the next step, which is not one number; see Settings.TargetSet.
		if err := json.Unmarshal([]byte(k.print(&defaults)), &v); err == nil && k.name != "target" && len(k.decode(&Settings{}, v)) == 0 {
			s["default"] = v
		}
		at["properties"].(map[string]any)[names[len(names)-1]] = s
	}
	root["$schema"] = "http://json-schema.org/draft-07/schema#"
	root["$id"] = SchemaURL
	root["title"] = "Settings of covls (" + FileName + ")"
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	_ = enc.Encode(root) // of values that JSON made or that it has a form for
	return b.Bytes()
}

// object is the schema of a table that has no names yet, and can have no others.
func object() map[string]any {
	return map[string]any{"type": "object", "additionalProperties": false, "properties": map[string]any{}}
}

func (f form) schema(doc string) map[string]any {
	s := map[string]any{"type": f.typ}
	if f.members != nil {
		s = object()
		required := []string{}
		for _, m := range f.members {
			s["properties"].(map[string]any)[m.name] = m.schema(m.doc)
			if m.required {
				required = append(required, m.name)
			}
		}
		s["required"] = required
	}
	if f.short != "" {
		s["type"] = []string{f.typ, f.short}
	}
	if f.enum != nil {
		s["enum"] = f.enum
	}
	if f.pattern != "" {
		s["pattern"] = f.pattern
	}
	if f.most > 0 {
		s["maxLength"] = f.most
	}
	if f.lo < f.hi {
		s["minimum"], s["maximum"] = f.lo, f.hi
	}
	if f.least > 0 {
		s["minItems"] = f.least
	}
	if f.items != nil {
		of := "items"
		if f.typ == "object" {
			of = "additionalProperties"
		}
		s[of] = f.items.schema("")
	}
	if doc != "" {
		s["description"] = doc
	}
	return s
}

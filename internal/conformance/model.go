// Package conformance checks the traffic between an editor and a server against LSP's own
// machine-readable specification, metaModel.json.
package conformance

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Model is the specification. It is never written after Load and may be shared.
type Model struct {
	requests, notifications map[string]*message
	registrations           map[string]*message // by the method that is registered
	structures              map[string]*structure
	enumerations            map[string]*enumeration
	aliases                 map[string]*typ
}

type message struct {
	Method              string
	Params              *typ
	Result              *typ
	PartialResult       *typ
	ErrorData           *typ
	MessageDirection    string
	ClientCapability    string
	RegistrationMethod  string
	RegistrationOptions *typ
}

// fromServer tells that a server may send the message.
func (m *message) fromServer() bool { return m.MessageDirection != "clientToServer" }

type structure struct {
	Name            string
	Properties      []property
	Extends, Mixins []*typ
}

type property struct {
	Name     string
	Type     *typ
	Optional bool
}

type enumeration struct {
	Name                 string
	Type                 *typ
	SupportsCustomValues bool
	Values               []struct{ Value any }
}

// typ is a type of the specification; which fields count is up to Kind.
type typ struct {
	Kind       string
	Name       string     // base, reference
	Element    *typ       // array
	Items      []*typ     // or, and, tuple
	Key        *typ       // map
	Of         *typ       // map: its values
	Literal    string     // stringLiteral
	Properties []property // literal
}

// UnmarshalJSON reads a type: what "value" holds is up to the kind.
func (t *typ) UnmarshalJSON(data []byte) error {
	type plain typ
	var raw struct {
		plain
		Value json.RawMessage
	}
	if err := json.Unmarshal(data, &raw); err != nil {
		return err
	}
	*t = typ(raw.plain)
	switch t.Kind {
	case "base", "reference", "array", "or", "and", "tuple":
		return nil
	case "map":
		return json.Unmarshal(raw.Value, &t.Of)
	case "stringLiteral":
		return json.Unmarshal(raw.Value, &t.Literal)
	case "literal":
		var value struct{ Properties []property }
		err := json.Unmarshal(raw.Value, &value)
		t.Properties = value.Properties
		return err
	}
	return fmt.Errorf("unknown kind of type %q", t.Kind)
}

// Load reads a metaModel.json.
func Load(path string) (*Model, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the specification: %w", err)
	}
	var raw struct {
		Requests, Notifications []*message
		Structures              []*structure
		Enumerations            []*enumeration
		TypeAliases             []struct {
			Name string
			Type *typ
		}
	}
	if err := json.Unmarshal(data, &raw); err != nil {
		return nil, fmt.Errorf("read the specification %s: %w", path, err)
	}
	m := &Model{
		requests: map[string]*message{}, notifications: map[string]*message{}, registrations: map[string]*message{},
		structures: map[string]*structure{}, enumerations: map[string]*enumeration{}, aliases: map[string]*typ{},
	}
	for _, r := range raw.Requests {
		m.requests[r.Method] = r
		m.register(r)
	}
	for _, n := range raw.Notifications {
		m.notifications[n.Method] = n
		m.register(n)
	}
	for _, s := range raw.Structures {
		m.structures[s.Name] = s
	}
	for _, e := range raw.Enumerations {
		m.enumerations[e.Name] = e
	}
	for _, a := range raw.TypeAliases {
		m.aliases[a.Name] = a.Type
	}
	m.own()
	return m, nil
}

func (m *Model) register(msg *message) {
	if msg.fromServer() {
		return
	}
	method := msg.Method
	if msg.RegistrationMethod != "" {
		method = msg.RegistrationMethod
	}
	if known := m.registrations[method]; known == nil || known.RegistrationOptions == nil {
		m.registrations[method] = msg
	}
}

// LoadShared reads the specification from the folder in COVLS_SHARED, or from shared/ beside the
// module. The error is fs.ErrNotExist where there is none: a test then skips this check and says so.
func LoadShared() (*Model, error) {
	shared := os.Getenv("COVLS_SHARED")
	if shared == "" {
		dir, err := os.Getwd()
		if err != nil {
			return nil, fmt.Errorf("find the specification: %w", err)
		}
		for {
			if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
				break
			}
			up := filepath.Dir(dir)
			if up == dir {
				return nil, fmt.Errorf("find the specification: no go.mod around the working directory: %w", fs.ErrNotExist)
			}
			dir = up
		}
		shared = filepath.Join(filepath.Dir(dir), "shared")
	}
	return Load(filepath.Join(shared, "lsp", "metaModel.json"))
}

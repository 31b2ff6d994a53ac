package widget

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/taskpilot/taskpilot/chatkit"
)

// Node is a component of a widget: a pointer to one of the types of this package.
type Node interface {
	// Kind is the component's "type" on the wire.
	Kind() string
}

// Nodes are a component's children.
type Nodes []Node

// MarshalJSON writes an array even when there are none.
func (n Nodes) MarshalJSON() ([]byte, error) {
	if n == nil {
		return []byte("[]"), nil
	}
	return chatkit.Marshal([]Node(n))
}

// Base is what every component has. Key is stable over updates, as in React; ID
// is needed where text is to be streamed.
type Base struct {
	Key string `json:"key,omitempty"`
	ID  string `json:"id,omitempty"`
}

// Raw is a component as JSON, for those that this package does not know.
type Raw json.RawMessage

// Kind returns the component's type; "" if it has none.
func (r Raw) Kind() string {
	var j struct {
		Type string `json:"type"`
	}
	_ = json.Unmarshal(r, &j) // "" then
	return j.Type
}

// MarshalJSON writes the component as it is.
func (r Raw) MarshalJSON() ([]byte, error) { return r, nil }

// JSON writes a widget, for a chatkit.WidgetItem. Nulls are left out. The error
// says that the root is not a Card, ListView or Basic, or that an action's
// payload is no JSON.
func JSON(root Node) (json.RawMessage, error) {
	if root == nil || !isRoot(root.Kind()) {
		return nil, fmt.Errorf("widget: a %T can't be a root", root)
	}
	raw, err := chatkit.Marshal(root)
	if err != nil {
		return nil, fmt.Errorf("widget: %w", err)
	}
	return chatkit.DropNulls(raw), nil
}

func isRoot(kind string) bool { return kind == "Card" || kind == "ListView" || kind == "Basic" }

// typed writes a component's JSON with its type first.
func typed(kind string, plain any) ([]byte, error) {
	raw, err := chatkit.Marshal(plain)
	if err != nil {
		return nil, err
	}
	head := []byte(`{"type":"` + kind + `"`)
	if bytes.Equal(raw, []byte("{}")) {
		return append(head, '}'), nil
	}
	return append(append(head, ','), raw[1:]...), nil
}

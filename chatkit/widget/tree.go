package widget

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
)

// Tree is a component of a widget's JSON with those in it, for a front end that
// draws it: what is unknown or in a wrong place is left out.
type Tree struct {
	Kind     string
	Props    map[string]any // as in the JSON, without "type" and "children"
	Children []*Tree
	Parent   *Tree
	// At is where the component is: "1.0" is the first child of the root's
	// second, "" the root. Components that are left out count.
	At string
}

// Parse takes a widget's JSON apart. The error says that it is no widget or
// beyond the limits (ErrLimit).
func Parse(raw json.RawMessage, limits Limits) (*Tree, error) {
	if _, err := Validate(raw, limits); err != nil {
		return nil, err
	}
	root, err := parse(raw)
	if err != nil {
		return nil, err
	}
	return grow(root, nil, ""), nil
}

func grow(node map[string]any, parent *Tree, at string) *Tree {
	t := &Tree{Kind: node["type"].(string), Props: node, Parent: parent, At: at}
	kids, isList := node["children"].([]any)
	if !isList && node["children"] != nil {
		kids = []any{node["children"]}
	}
	if t.Kind == "Transition" && len(kids) > 1 {
		kids = kids[:1]
	}
	for i, kid := range kids {
		n, _ := kid.(map[string]any)
		if t.takes(n) {
			t.Children = append(t.Children, grow(n, t, below(at, i)))
		}
	}
	return t
}

func below(at string, i int) string {
	if at == "" {
		return strconv.Itoa(i)
	}
	return at + "." + strconv.Itoa(i)
}

// takes reports whether a node is a component that may be in this one.
func (t *Tree) takes(n map[string]any) bool {
	kind, _ := n["type"].(string)
	if _, known := components()[kind]; !known {
		return false
	}
	switch kind {
	case "ListViewItem", "Table.Row", "Table.Cell":
		return only(t.Kind) == kind
	case "Card", "ListView", "Basic":
		return t.Kind == "Basic"
	}
	return only(t.Kind) == ""
}

// All yields the component and everything in it, from the top.
func (t *Tree) All(yield func(*Tree) bool) { t.walk(yield) }

func (t *Tree) walk(yield func(*Tree) bool) bool {
	if !yield(t) {
		return false
	}
	for _, kid := range t.Children {
		if !kid.walk(yield) {
			return false
		}
	}
	return true
}

// Text returns a property that is a text, "" if it is none.
func (t *Tree) Text(name string) string {
	switch v := t.Props[name].(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	}
	return ""
}

// Is returns a property that is true or false.
func (t *Tree) Is(name string) bool { return t.Props[name] == true }

// Number returns a property that is a number.
func (t *Tree) Number(name string) (n float64, ok bool) { return Number(t.Props[name]) }

// Number returns a value of a widget's JSON that is a number.
func Number(v any) (n float64, ok bool) {
	switch v := v.(type) {
	case json.Number:
		n, err := v.Float64()
		return n, err == nil
	case float64:
		return v, true
	}
	return 0, false
}

// OneOf returns a property that is one of the values, "" if it is not.
func (t *Tree) OneOf(name string, values ...string) string {
	if v, _ := t.Props[name].(string); slices.Contains(values, v) {
		return v
	}
	return ""
}

// Field is the name under which the component's value is sent, "" if it has none.
func (t *Tree) Field() string {
	switch t.Kind {
	case "Input", "Textarea", "Select", "DatePicker", "Checkbox", "RadioGroup":
		return t.Text("name")
	case "Text":
		if edit, ok := t.Props["editable"].(map[string]any); ok {
			name, _ := edit["name"].(string)
			return name
		}
	}
	return ""
}

// IsForm reports whether the component sends the fields in it.
func (t *Tree) IsForm() bool { return t.Kind == "Form" || t.Kind == "Card" && t.Is("asForm") }

// Form returns the form that the component is in, or is; nil if there is none.
func (t *Tree) Form() *Tree {
	for ; t != nil; t = t.Parent {
		if t.IsForm() {
			return t
		}
	}
	return nil
}

// String says where and what the component is.
func (t *Tree) String() string { return fmt.Sprintf("%s at %q", t.Kind, t.At) }

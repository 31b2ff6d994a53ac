package chatkit

import (
	"encoding/json"
	"strings"
)

// widgetTree is a widget taken apart, for many small updates: it is written as
// JSON again only when someone looks.
type widgetTree struct {
	root  any
	dirty bool
	texts map[string]*growingText
}

// growingText is a node whose value grows.
type growingText struct {
	node  map[string]any
	value strings.Builder
}

// render returns the widget's JSON; old is what it was before the tree changed.
func (t *widgetTree) render(old json.RawMessage) json.RawMessage {
	if !t.dirty {
		return old
	}
	t.flush()
	raw, err := marshal(t.root)
	if err != nil {
		return old
	}
	t.dirty = false
	return raw
}

// replace puts another node in the place of those with this id.
func (t *widgetTree) replace(id string, fresh any) {
	t.flush()
	t.texts = nil // their nodes may be gone
	t.root = mapNode(t.root, id, fresh)
	t.dirty = true
}

// appendValue appends to the value of the node with this id.
func (t *widgetTree) appendValue(id, delta string, done bool) {
	g, known := t.texts[id]
	if !known {
		g = t.grow(id)
	}
	if g == nil {
		return
	}
	g.value.WriteString(delta)
	if done && g.node["streaming"] == true {
		delete(g.node, "streaming")
	}
	t.dirty = true
}

// grow prepares the node with this id for appending; nil, and remembered as
// such, if there is none.
func (t *widgetTree) grow(id string) *growingText {
	if t.texts == nil {
		t.texts = map[string]*growingText{}
	}
	t.texts[id] = nil
	node := findNode(t.root, id)
	if node == nil {
		return nil
	}
	g := &growingText{node: node}
	value, _ := node["value"].(string)
	g.value.WriteString(value)
	t.texts[id] = g
	return g
}

// flush writes the grown values into the tree.
func (t *widgetTree) flush() {
	for _, g := range t.texts {
		if g != nil {
			g.node["value"] = g.value.String()
		}
	}
}

// findNode returns the first node with this id, wherever in the tree it is.
func findNode(v any, id string) map[string]any {
	switch n := v.(type) {
	case map[string]any:
		if n["id"] == id {
			return n
		}
		return findNode(n["children"], id)
	case []any:
		for _, kid := range n {
			if found := findNode(kid, id); found != nil {
				return found
			}
		}
	}
	return nil
}

// mapNode replaces the nodes with this id.
func mapNode(v any, id string, fresh any) any {
	switch n := v.(type) {
	case map[string]any:
		if n["id"] == id {
			return fresh
		}
		if kids, ok := n["children"]; ok {
			n["children"] = mapNode(kids, id, fresh)
		}
	case []any:
		for i := range n {
			n[i] = mapNode(n[i], id, fresh)
		}
	}
	return v
}

package widget

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"reflect"
	"strings"

	"github.com/taskpilot/taskpilot/chatkit"
)

// Diff returns the updates that turn one state of a widget into the next: none
// if they are the same; deltas if all that happened is that values of Text and
// Markdown nodes with an id of their own grew at the end; else the whole widget
// anew. Nulls count as absent.
func Diff(before, after json.RawMessage) ([]chatkit.Update, error) {
	old, err := parse(before)
	if err != nil {
		return nil, err
	}
	fresh, err := parse(after)
	if err != nil {
		return nil, err
	}
	d := differ{ids: map[string]int{}}
	d.count(fresh)
	if !d.node(old, fresh) {
		return []chatkit.Update{chatkit.WidgetRootUpdated{Widget: chatkit.DropNulls(after)}}, nil
	}
	return d.deltas, nil
}

func parse(raw json.RawMessage) (map[string]any, error) {
	dec := json.NewDecoder(bytes.NewReader(chatkit.DropNulls(raw)))
	dec.UseNumber()
	var node map[string]any
	if err := dec.Decode(&node); err != nil {
		return nil, fmt.Errorf("widget: %w", err)
	}
	if _, err := dec.Token(); err != io.EOF || node == nil {
		return nil, fmt.Errorf("widget: not one JSON object")
	}
	return node, nil
}

type differ struct {
	ids    map[string]int // how many nodes have an id
	deltas []chatkit.Update
}

func (d *differ) count(v any) {
	switch n := v.(type) {
	case map[string]any:
		if id, ok := n["id"].(string); ok {
			d.ids[id]++
		}
		d.count(n["children"])
	case []any:
		for _, kid := range n {
			d.count(kid)
		}
	}
}

// node reports whether deltas are enough to turn old into fresh, and adds them.
func (d *differ) node(old, fresh map[string]any) bool {
	for key := range old {
		if _, kept := fresh[key]; !kept && key != "children" && key != "value" {
			return false
		}
	}
	for key, value := range fresh {
		if key != "children" && key != "value" && !reflect.DeepEqual(old[key], value) {
			return false
		}
	}
	return d.value(old, fresh) && d.children(old["children"], fresh["children"])
}

func (d *differ) value(old, fresh map[string]any) bool {
	if reflect.DeepEqual(old["value"], fresh["value"]) {
		return true
	}
	was, ok1 := old["value"].(string)
	is, ok2 := fresh["value"].(string)
	id, _ := fresh["id"].(string)
	if !ok1 || !ok2 || id == "" || d.ids[id] != 1 || !grows(fresh["type"]) || !strings.HasPrefix(is, was) {
		return false
	}
	streaming, _ := fresh["streaming"].(bool)
	d.deltas = append(d.deltas, chatkit.WidgetTextDelta{ComponentID: id, Delta: is[len(was):], Done: !streaming})
	return true
}

func grows(kind any) bool { return kind == "Text" || kind == "Markdown" }

func (d *differ) children(old, fresh any) bool {
	switch f := fresh.(type) {
	case map[string]any:
		o, ok := old.(map[string]any)
		return ok && d.node(o, f)
	case []any:
		o, ok := old.([]any)
		if !ok || len(o) != len(f) {
			return false
		}
		for i := range f {
			a, ok1 := o[i].(map[string]any)
			b, ok2 := f[i].(map[string]any)
			if !ok1 || !ok2 || !d.node(a, b) {
				return false
			}
		}
		return true
	}
	return reflect.DeepEqual(old, fresh)
}

// Stream shows a widget that changes while it is made: it adds item with the
// first state, sends what differs in each further state, and finishes item with
// the last. Emit is a chatkit.Turn's, or does the same. It returns the error of
// emit or of the states as soon as there is one.
func Stream(emit func(chatkit.Event) error, item *chatkit.WidgetItem, states iter.Seq2[json.RawMessage, error]) error {
	begun := false
	for state, err := range states {
		if err != nil {
			return err
		}
		if !begun {
			begun = true
			item.Widget = state
			if err := emit(chatkit.ItemAdded{Item: item}); err != nil {
				return err
			}
			continue
		}
		updates, err := Diff(item.Widget, state)
		if err != nil {
			return err
		}
		item.Widget = state
		for _, up := range updates {
			if err := emit(chatkit.ItemUpdated{ItemID: item.ID, Update: up}); err != nil {
				return err
			}
		}
	}
	if !begun {
		return fmt.Errorf("widget: a stream without a state")
	}
	return emit(chatkit.ItemDone{Item: item})
}

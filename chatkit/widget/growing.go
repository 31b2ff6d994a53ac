package widget

import (
	"encoding/json"
	"iter"
)

// Growing yields the states of a widget with a text that grows, for [Stream]:
// the widget without the text, then after each delta, and at last the whole, done.
// State makes the widget's root of the text so far; the node that shows it needs
// an id, and is to look as if more is to come until done.
func Growing(deltas iter.Seq2[string, error], state func(text string, done bool) Node) iter.Seq2[json.RawMessage, error] {
	return func(yield func(json.RawMessage, error) bool) {
		text := ""
		if !yield(JSON(state(text, false))) {
			return
		}
		for delta, err := range deltas {
			if err != nil {
				yield(nil, err)
				return
			}
			text += delta
			if !yield(JSON(state(text, false))) {
				return
			}
		}
		yield(JSON(state(text, true)))
	}
}

package widget_test

import (
	"fmt"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/chatkit/widget"
)

// A widget whose text comes from a model in pieces. In a Responder, emit is the
// turn's Emit.
func ExampleStream() {
	model := func(yield func(string, error) bool) {
		for _, piece := range []string{"Milk", " and", " bread"} {
			if !yield(piece, nil) {
				return
			}
		}
	}
	card := func(text string, done bool) widget.Node {
		return &widget.Card{Children: widget.Nodes{&widget.Text{Base: widget.Base{ID: "list"}, Value: text, Streaming: !done}}}
	}
	emit := func(ev chatkit.Event) error {
		if up, ok := ev.(chatkit.ItemUpdated); ok {
			raw, err := chatkit.MarshalUpdate(up.Update)
			fmt.Println(string(raw))
			return err
		}
		fmt.Println(ev.EventType())
		return nil
	}
	item := &chatkit.WidgetItem{ItemBase: chatkit.ItemBase{ID: "msg_1"}}
	if err := widget.Stream(emit, item, widget.Growing(model, card)); err != nil {
		fmt.Println(err)
	}
	// Output:
	// thread.item.added
	// {"type":"widget.streaming_text.value_delta","component_id":"list","delta":"Milk","done":false}
	// {"type":"widget.streaming_text.value_delta","component_id":"list","delta":" and","done":false}
	// {"type":"widget.streaming_text.value_delta","component_id":"list","delta":" bread","done":false}
	// {"type":"widget.root.updated","widget":{"type":"Card","children":[{"type":"Text","id":"list","value":"Milk and bread"}]}}
	// thread.item.done
}

package agents_test

import (
	"fmt"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/chatkit/agents"
)

// Example turns a stream of the Responses API into ChatKit events, as a Responder
// would emit them.
func Example() {
	emit := func(ev chatkit.Event) error { // turn.Emit in a Responder
		fmt.Println(ev.EventType())
		return nil
	}
	stream := []string{ // what OpenAI's client reads, event by event
		`{"type":"response.output_item.added","item":{"id":"rs_1","type":"reasoning"}}`,
		`{"type":"response.reasoning_summary_text.delta","item_id":"rs_1","summary_index":0,"delta":"Let me think."}`,
		`{"type":"response.output_text.delta","item_id":"msg_1","delta":"Hello!"}`,
		`{"type":"response.completed","response":{"status":"completed"}}`,
	}
	t := agents.NewTranslator(emit, agents.Options{ThreadID: "thr_1"})
	var decoder agents.Responses
	complete := false
	for _, raw := range stream {
		err := decoder.Decode([]byte(raw), func(ev agents.Event) error {
			switch e := ev.(type) {
			case agents.ToolCall:
				// Call the function e.Name and ask the model again with its output.
			case agents.Ended:
				complete = e.Reason == agents.EndedStop
			}
			return t.Apply(ev)
		})
		if err != nil {
			fmt.Println(err)
			return
		}
	}
	if err := t.Finish(); err != nil {
		fmt.Println(err)
	}
	fmt.Println("complete:", complete)
	// Output:
	// thread.item.added
	// thread.item.updated
	// thread.item.done
	// thread.item.added
	// thread.item.updated
	// thread.item.updated
	// thread.item.updated
	// thread.item.done
	// complete: true
}

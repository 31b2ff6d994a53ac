package agents

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/taskpilot/taskpilot/chatkit"
)

// FuzzStream plays any lines as a stream to either decoder: nothing panics, what is
// emitted can be written, and every item that began ends.
func FuzzStream(f *testing.F) {
	for _, seed := range []string{
		chat(`{"content":"<think>a</think>b"}`, "") + "\n" + chat(`{"tool_calls":[{"index":0,"function":{"name":"f","arguments":"{}"}}]}`, "tool_calls"),
		item("added", reasoning) + "\n" + summary("delta", 0, "delta", "a") + "\n" + item("added", drawing) + "\n" + item("done", drawn) + "\n" +
			`{"type":"response.output_text.delta","item_id":"m","content_index":3,"delta":"x"}` + "\n" + citation(page) + "\n" +
			`{"type":"response.completed","response":{"id":"r","output":[{"type":"message","content":[{"type":"refusal","refusal":"n"}]}]}}`,
		item("added", `{"id":"ws","type":"web_search_call"}`) + "\n" + item("done", `{"id":"ws","type":"web_search_call","action":{"queries":["q"],"url":"x"}}`),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, stream string) {
		for _, decode := range []func([]byte, func(Event) error) error{new(Completions).Decode, (&Responses{ReasoningText: true}).Decode} {
			var fold chatkit.Fold
			out := NewTranslator(func(ev chatkit.Event) error {
				raw, err := chatkit.MarshalEvent(ev)
				if err != nil || !json.Valid(raw) {
					t.Fatalf("%#v can't be written: %v", ev, err)
				}
				return fold.Apply(ev)
			}, Options{Searches: true, EveryThought: true})
			for line := range strings.Lines(stream) {
				if err := decode([]byte(line), out.Apply); err != nil && !errors.Is(err, ErrUnreadable) && !errors.Is(err, ErrTooMuch) {
					t.Fatalf("%q: %v", line, err)
				}
			}
			if err := out.Finish(); err != nil {
				t.Fatal(err)
			}
			for _, it := range fold.PendingItems() {
				t.Fatalf("%#v is not done", it)
			}
		}
	})
}

package widget_test

import (
	"errors"
	"iter"
	"slices"
	"testing"

	"github.com/taskpilot/taskpilot/chatkit/widget"
)

// draft shows a text that grows.
func draft(text string, done bool) widget.Node {
	return &widget.Card{Children: widget.Nodes{&widget.Text{Base: widget.Base{ID: "t"}, Value: text, Streaming: !done}}}
}

func deltas(fails error, words ...string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for _, w := range words {
			if !yield(w, nil) {
				return
			}
		}
		if fails != nil {
			yield("", fails)
		}
	}
}

func TestUpstream_test_accumulate_text(t *testing.T) {
	t.Parallel()
	types, updates, stored := streamed(t, widget.Growing(deltas(nil, "Dear ", "Ann"), draft))
	if !slices.Equal(types, []string{"added", "updated", "updated", "updated", "done"}) || !slices.Equal(updates, []string{"t+Dear ", "t+Ann", "root"}) {
		t.Errorf("got %v %q", types, updates)
	}
	sameJSON(t, []byte(stored), string(text("Dear Ann", "")))

	types, updates, stored = streamed(t, widget.Growing(deltas(errors.New("broken"), "Dear "), draft))
	if !slices.Equal(types, []string{"added", "updated", "error"}) || !slices.Equal(updates, []string{"t+Dear "}) || stored != "" {
		t.Errorf("got %v %q, stored %s", types, updates, stored)
	}
}

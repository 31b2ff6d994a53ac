package assistant

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/chatkit/widget"
)

// collect runs an answer and returns its events as clients get them.
func collect(t *testing.T, answer func(Emit) error) ([]chatkit.Event, error) {
	t.Helper()
	pending := chatkit.Pending{ThreadID: "thr_1"}
	var fold chatkit.Fold
	var events []chatkit.Event
	err := answer(func(ev chatkit.Event) error {
		raw, err := chatkit.MarshalEvent(ev)
		if err != nil {
			return err
		}
		if ev, err = chatkit.UnmarshalEvent(raw); err != nil {
			return err
		}
		fx, err := pending.Apply(ev)
		events = append(events, fx.Send...)
		return errors.Join(err, fold.Apply(ev))
	})
	if left := pending.Items(); len(left) > 0 {
		t.Errorf("%d items are not done", len(left))
	}
	return events, err
}

func turnOf(text string, items ...chatkit.Item) *Turn {
	turn := &Turn{User: User{ID: "usr_a"}, Thread: chatkit.Thread{ID: "thr_1"}, History: past(items), Widgets: true}
	if text != "" {
		turn.Input = chatkit.NewUserText(text)
	}
	return turn
}

// types is the types of events and updates, without repetitions.
func types(events []chatkit.Event) []string {
	var list []string
	for _, ev := range events {
		typ := ev.EventType()
		if up, ok := ev.(chatkit.ItemUpdated); ok {
			typ = up.Update.UpdateType()
		}
		if !slices.Contains(list, typ) {
			list = append(list, typ)
		}
	}
	return list
}

// TestDemos: every demo shows what it is for, and ends whole.
func TestDemos(t *testing.T) {
	t.Parallel()
	wants := map[string]string{
		"progress": "progress_update", "workflow": "workflow.task.updated", "thoughts": "workflow.task.added",
		"sources": "assistant_message.content_part.annotation_added", "widget": "widget.streaming_text.value_delta",
		"image": "generated_image.updated", "questions": "thread.item.done", "tool": "thread.item.done",
		"form": "thread.item.done", "chart": "thread.item.done", "effect": "client_effect", "notice": "notice", "title": "thread.updated", "close": "thread.updated", "error": "",
	}
	b := NewBuiltin(newMemory("usr_a"), BuiltinOptions{})
	for _, d := range demos() {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			events, err := collect(t, func(emit Emit) error { return b.Respond(t.Context(), turnOf(" /Demo "+d.name), emit) })
			if failure, ok := errors.AsType[*chatkit.Error](err); d.name == "error" && ok && failure.AllowRetry {
				return
			}
			want, known := wants[d.name]
			if got := types(events); err != nil || !known || !slices.Contains(got, want) {
				t.Errorf("%v, %v; want %q", got, err, want)
			}
			for _, ev := range events {
				if done, ok := ev.(chatkit.ItemDone); ok {
					checkWidget(t, done.Item)
				}
			}
		})
	}
	events, err := collect(t, func(emit Emit) error { return b.Respond(t.Context(), turnOf("/demo"), emit) })
	if err != nil || !strings.Contains(lastText(events), "/demo workflow") {
		t.Errorf("the list of demos: %v, %v", lastText(events), err)
	}
	if _, ok := demoOf("/demolish the house"); ok {
		t.Error("/demolish is no demo")
	}
}

func checkWidget(t *testing.T, it chatkit.Item) {
	t.Helper()
	if w, ok := it.(*chatkit.WidgetItem); ok {
		if notes, err := widget.Validate(w.Widget, widget.DefaultLimits()); err != nil || len(notes) > 0 {
			t.Errorf("the widget is not as it should be: %v %v in %s", notes, err, w.Widget)
		}
	}
}

// lastText is the text of the newest message.
func lastText(events []chatkit.Event) string {
	for _, ev := range slices.Backward(events) {
		if done, ok := ev.(chatkit.ItemDone); ok {
			if m, ok := done.Item.(*chatkit.AssistantMessage); ok {
				return m.Text()
			}
		}
	}
	return ""
}

// TestDemoGoesOn: what came back is said, whatever notes are stored after it.
func TestDemoGoesOn(t *testing.T) {
	t.Parallel()
	b := NewBuiltin(newMemory("usr_a"), BuiltinOptions{})
	note := &chatkit.HiddenContext{Content: json.RawMessage(`{"type":"x"}`)}
	ask := &chatkit.StructuredInput{Status: chatkit.InputAnswered, Inputs: []*chatkit.Question{
		{ID: "a", Question: "Why?", Answer: &chatkit.Answer{Values: []string{"So *much*"}}}, {ID: "b", Question: "How?", Answer: &chatkit.Answer{Skipped: true}}}}
	for name, c := range map[string]struct {
		items past
		want  string
	}{
		"output":  {past{&chatkit.ClientToolCall{Status: chatkit.CallCompleted, Name: "look", Output: json.RawMessage(`{"n":1}`)}, note}, `{"n":1}`},
		"answers": {past{ask, note}, "- Why? **So \\*much\\***\n- How? *nothing*"},
		"nothing": {past{ask, chatkit.NewUserText("x"), note}, ""},
	} {
		events, err := collect(t, func(emit Emit) error { return b.Respond(t.Context(), turnOf("", c.items...), emit) })
		if got := lastText(events); err != nil || !strings.Contains(got, c.want) || c.want == "" && got != "" {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

// The demos' form is answered with what it sends; other actions are not known.
func TestDemoFormIsAnswered(t *testing.T) {
	t.Parallel()
	b := NewBuiltin(nil, BuiltinOptions{})
	events, err := collect(t, func(emit Emit) error {
		return b.Act(t.Context(), turnOf(""), chatkit.Action{Type: actionDemo, Payload: json.RawMessage(`{"day":"2026-12-24"}`)}, nil, emit)
	})
	if err != nil {
		t.Fatal(err)
	}
	done, _ := events[len(events)-1].(chatkit.ItemDone)
	if m, ok := done.Item.(*chatkit.AssistantMessage); !ok || !strings.Contains(m.Text(), `{"day":"2026-12-24"}`) {
		t.Errorf("answered with %v", events)
	}
	if err := b.Act(t.Context(), turnOf(""), chatkit.Action{Type: "other"}, nil, nil); !errors.Is(err, errUnknownAction) {
		t.Errorf("another action: %v", err)
	}
}

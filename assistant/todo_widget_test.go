package assistant

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/taskpilot/taskpilot/chatkit"
)

// board is the built-in assistant with the widget.
func board(titles ...string) (*TaskBoard, *memory) {
	m := newMemory("usr_a", titles...)
	return WithTaskBoard(NewBuiltin(m, BuiltinOptions{}), m, nil), m
}

// widgetOf is the newest widget among the events; nil if there is none.
func widgetOf(events []chatkit.Event) *chatkit.WidgetItem {
	var found *chatkit.WidgetItem
	for _, ev := range events {
		var it chatkit.Item
		switch e := ev.(type) {
		case chatkit.ItemDone:
			it = e.Item
		case chatkit.ItemReplaced:
			it = e.Item
		}
		if w, ok := it.(*chatkit.WidgetItem); ok {
			found = w
		}
	}
	return found
}

func TestTaskBoardShowsTheList(t *testing.T) {
	t.Parallel()
	b, _ := board("one", "two")
	events, err := collect(t, func(emit Emit) error { return b.Respond(t.Context(), turnOf("list my tasks"), emit) })
	w := widgetOf(events)
	if err != nil || w == nil || lastText(events) != "You have 2 tasks:" {
		t.Fatalf("%v, %v", types(events), err)
	}
	checkWidget(t, w)
	for _, part := range []string{`"Checkbox"`, `"Form"`, `"task.toggle"`, `"task.delete"`, `"task.add"`, `"one"`, `"two"`, `"streaming":false`} {
		if !strings.Contains(string(w.Widget), part) {
			t.Errorf("no %s in %s", part, w.Widget)
		}
	}
	if w.CopyText != "- [ ] two\n- [ ] one\n" {
		t.Errorf("copied would be %q", w.CopyText)
	}
	plain := turnOf("list my tasks")
	plain.Widgets = false
	events, err = collect(t, func(emit Emit) error { return b.Respond(t.Context(), plain, emit) })
	if err != nil || widgetOf(events) != nil {
		t.Errorf("who sees no widgets gets one: %v, %v", types(events), err)
	}
	events, err = collect(t, func(emit Emit) error { return b.Respond(t.Context(), turnOf("hello"), emit) })
	if err != nil || widgetOf(events) != nil {
		t.Errorf("a greeting shows the list: %v, %v", types(events), err)
	}
}

func TestTaskBoardActs(t *testing.T) {
	t.Parallel()
	b, m := board("one", "two")
	sender := &chatkit.WidgetItem{Widget: json.RawMessage(`{}`)}
	sender.ID, sender.ThreadID = "msg_w", "thr_1"
	act := func(typ, payload string) []chatkit.Event {
		t.Helper()
		events, err := collect(t, func(emit Emit) error {
			return b.Act(t.Context(), turnOf(""), chatkit.Action{Type: typ, Payload: json.RawMessage(payload)}, sender, emit)
		})
		if w := widgetOf(events); err != nil || w == nil || w.ID != "msg_w" {
			t.Fatalf("%s: %v, %v", typ, types(events), err)
		}
		return events
	}
	act(actionToggle, `{"id":"todo_1","completed":true,"done":{"todo_1":true}}`)
	wantTitles(t, m, "one ✓", "two")
	act(actionAdd, `{"title":"  three "}`)
	wantTitles(t, m, "one ✓", "two", "three")
	events := act(actionDelete, `{"id":"todo_2","status":"pending"}`)
	wantTitles(t, m, "one ✓", "three")
	if w := string(widgetOf(events).Widget); strings.Contains(w, `"one"`) || !strings.Contains(w, `"three"`) || !strings.Contains(w, "Open tasks") {
		t.Errorf("the list of open tasks is %s", w)
	}
	for _, c := range [][2]string{{actionDelete, `{"id":"todo_2"}`}, {actionAdd, `{"title":" "}`}, {actionAdd, `null`}, {actionToggle, `{"id":"todo_1"}`}} {
		if got := types(act(c[0], c[1])); got[0] != "notice" {
			t.Errorf("%v: %v", c, got)
		}
	}
	wantTitles(t, m, "one ✓", "three")
	it, err := b.ActSync(t.Context(), turnOf(""), chatkit.Action{Type: actionToggle, Payload: json.RawMessage(`{"id":"todo_1","completed":false}`)}, sender)
	if err != nil || it.Base().ID != "msg_w" {
		t.Errorf("in sync: %v, %v", it, err)
	}
	wantTitles(t, m, "one", "three")
}

func TestTaskBoardRefuses(t *testing.T) {
	t.Parallel()
	b, m := board("one")
	for _, action := range []chatkit.Action{{Type: "other"}, {Type: actionAdd, Payload: json.RawMessage(`"x"`)}, {Type: actionDelete, Payload: json.RawMessage(`{"id":1}`)}} {
		_, err := collect(t, func(emit Emit) error { return b.Act(t.Context(), turnOf(""), action, nil, emit) })
		if _, ok := errors.AsType[*chatkit.Error](err); !ok {
			t.Errorf("%s: %v", action.Type, err)
		}
		if _, err = b.ActSync(t.Context(), turnOf(""), action, nil); err == nil {
			t.Errorf("%s in sync: no error", action.Type)
		}
	}
	m.fail = errors.New("no database")
	_, err := b.ActSync(t.Context(), turnOf(""), chatkit.Action{Type: actionAdd, Payload: json.RawMessage(`{"title":"x"}`)}, nil)
	if failure, ok := errors.AsType[*chatkit.Error](err); !ok || !failure.AllowRetry || strings.Contains(failure.Message, "database") {
		t.Errorf("without a database: %v", err)
	}
}

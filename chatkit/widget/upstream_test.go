package widget_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/chatkit/memstore"
	"github.com/taskpilot/taskpilot/chatkit/widget"
)

// text is a card with one Text of id "t" and these further properties.
func text(value, more string) json.RawMessage {
	return json.RawMessage(fmt.Sprintf(`{"type":"Card","children":[{"type":"Text","id":"t","value":%q%s}]}`, value, more))
}

// sent describes updates: "root" or id+delta, with a dot at the end when done.
func sent(t *testing.T, updates []chatkit.Update) []string {
	t.Helper()
	list := []string{}
	for _, up := range updates {
		switch u := up.(type) {
		case chatkit.WidgetRootUpdated:
			list = append(list, "root")
		case chatkit.WidgetTextDelta:
			end := ""
			if u.Done {
				end = "."
			}
			list = append(list, u.ComponentID+"+"+u.Delta+end)
		default:
			t.Errorf("unexpected %T", up)
		}
	}
	return list
}

func TestUpstream_test_diff(t *testing.T) {
	t.Parallel()
	const streaming = `,"streaming":true`
	wrap := func(kind, inner string) json.RawMessage {
		return json.RawMessage(`{"type":"Basic","children":[{"type":"` + kind + `","children":` + inner + `}]}`)
	}
	for name, c := range map[string]struct {
		before, after json.RawMessage
		want          []string
	}{
		"equal":                    {text("a", ""), text("a", ""), nil},
		"equal, keys in any order": {json.RawMessage(`{"type":"Card","size":"sm","n":null}`), json.RawMessage(`{"size":"sm","type":"Card"}`), nil},
		"appended":                 {text("a", streaming), text("ab", streaming), []string{"t+b"}},
		"appended, not streaming":  {text("a", ""), text("ab", ""), []string{"t+b."}},
		"first text":               {text("", streaming), text("x", streaming), []string{"t+x"}},
		"streaming flips":          {text("a", streaming), text("ab", ""), []string{"root"}},
		"changed text":             {text("a", ""), text("b", ""), []string{"root"}},
		"shortened text":           {text("ab", ""), text("a", ""), []string{"root"}},
		"new property":             {text("a", ""), text("ab", `,"size":"sm"`), []string{"root"}},
		"property gone":            {text("a", `,"size":"sm"`), text("ab", ""), []string{"root"}},
		"another child":            {text("a", ""), json.RawMessage(`{"type":"Card","children":[]}`), []string{"root"}},
		"children gone":            {text("a", ""), json.RawMessage(`{"type":"Card"}`), []string{"root"}},
		"another key":              {text("a", `,"key":"1"`), text("ab", `,"key":"2"`), []string{"root"}},
		"without id":               {wrap("Box", `[{"type":"Text","value":"a"}]`), wrap("Box", `[{"type":"Text","value":"ab"}]`), []string{"root"}},
		"in a transition":          {wrap("Transition", `{"type":"Markdown","id":"m","value":"a"}`), wrap("Transition", `{"type":"Markdown","id":"m","value":"ab"}`), []string{"m+b."}},
		"transition without id":    {wrap("Transition", `{"type":"Text","value":"a"}`), wrap("Transition", `{"type":"Text","value":"ab"}`), []string{"root"}},
		"a title does not stream":  {wrap("Box", `[{"type":"Title","id":"t","value":"a"}]`), wrap("Box", `[{"type":"Title","id":"t","value":"ab"}]`), []string{"root"}},
		"two of one id":            {wrap("Box", `[{"type":"Text","id":"t","value":"a"},{"type":"Text","id":"t","value":"a"}]`), wrap("Box", `[{"type":"Text","id":"t","value":"ab"},{"type":"Text","id":"t","value":"a"}]`), []string{"root"}},
		"two that grow":            {wrap("Box", `[{"type":"Text","id":"a","value":"1"},{"type":"Markdown","id":"b","value":"2"}]`), wrap("Box", `[{"type":"Text","id":"a","value":"1x"},{"type":"Markdown","id":"b","value":"2y"}]`), []string{"a+x.", "b+y."}},
		"the value of a Select":    {wrap("Box", `[{"type":"Select","id":"s","value":"a"}]`), wrap("Box", `[{"type":"Select","id":"s","value":"ab"}]`), []string{"root"}},
		"a property only one has":  {json.RawMessage(`{"type":"Card","collapsed":true}`), json.RawMessage(`{"type":"Card","background":"red"}`), []string{"root"}},
		"the root's type":          {json.RawMessage(`{"type":"Card"}`), json.RawMessage(`{"type":"Basic"}`), []string{"root"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			updates, err := widget.Diff(c.before, c.after)
			if err != nil || !slices.Equal(sent(t, updates), c.want) {
				t.Fatalf("got %q, %v, want %q", sent(t, updates), err, c.want)
			}
			shows(t, c.before, updates, c.after)
		})
	}
	for _, bad := range []string{``, `null`, `[]`, `"x"`} {
		if updates, err := widget.Diff(json.RawMessage(bad), text("a", "")); err == nil {
			t.Errorf("%q: got %v", bad, updates)
		}
	}
}

// shows fails the test unless the updates make a client show the new state, but
// for streaming, which a client drops with the last delta.
func shows(t *testing.T, before json.RawMessage, updates []chatkit.Update, after json.RawMessage) {
	t.Helper()
	item := &chatkit.WidgetItem{ItemBase: chatkit.ItemBase{ID: "w"}, Widget: before}
	var fold chatkit.Fold
	events := []chatkit.Event{chatkit.ItemAdded{Item: item}}
	for _, up := range updates {
		events = append(events, chatkit.ItemUpdated{ItemID: "w", Update: up})
	}
	for _, ev := range events {
		if err := fold.Apply(ev); err != nil {
			t.Fatal(err)
		}
	}
	sameJSON(t, fold.Item("w").(*chatkit.WidgetItem).Widget, string(chatkit.DropNulls(after)))
}

func sameJSON(t *testing.T, got []byte, want string) {
	t.Helper()
	var g, w any
	if err := errors.Join(json.Unmarshal(got, &g), json.Unmarshal([]byte(want), &w)); err != nil {
		t.Fatalf("%v: %s, %s", err, got, want)
	}
	if !reflect.DeepEqual(g, w) {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
}

func TestUpstream_test_json_dump_excludes_none_fields(t *testing.T) {
	t.Parallel()
	raw, err := widget.JSON(&widget.Card{Children: widget.Nodes{&widget.Text{Value: "Hi"}, &widget.Button{Label: "Go",
		OnClick: &widget.Action{Type: "go", Payload: map[string]any{"x": nil, "y": []any{nil, 1}}}}}})
	if err != nil {
		t.Fatal(err)
	}
	sameJSON(t, raw, `{"type":"Card","children":[{"type":"Text","value":"Hi"},{"type":"Button","label":"Go","onClickAction":{"type":"go","payload":{"y":[1]}}}]}`)
}

func TestUpstream_test_json_dump_excludes_none_fields_nested(t *testing.T) {
	t.Parallel()
	it := &chatkit.WidgetItem{Widget: json.RawMessage(`{"type":"Card","status":null,"children":[{"type":"Text","value":"Hi","size":null}]}`)}
	raw, err := chatkit.Marshal(it)
	if err != nil || strings.Contains(string(raw), "null") || !strings.Contains(string(raw), `"widget":{"type":"Card","children":[{"type":"Text","value":"Hi"}]}`) {
		t.Errorf("got %s, %v", raw, err)
	}
}

// states yields cards whose text takes these values.
func states(values ...string) iter.Seq2[json.RawMessage, error] {
	return func(yield func(json.RawMessage, error) bool) {
		for _, v := range values {
			if !yield(text(v, ""), nil) {
				return
			}
		}
	}
}

// streamed runs an answer that streams a widget; it returns the types of the
// events after the stream options, the updates and the stored widget.
func streamed(t *testing.T, seq iter.Seq2[json.RawMessage, error]) (types, updates []string, stored string) {
	t.Helper()
	store := memstore.New(nil)
	server := &chatkit.Server{Store: store, Responder: chatkit.ResponderFunc(func(_ context.Context, turn *chatkit.Turn) error {
		return widget.Stream(turn.Emit, &chatkit.WidgetItem{CopyText: "plain"}, seq)
	})}
	req := &chatkit.CreateThreadRequest{Input: chatkit.UserInput{Content: []chatkit.UserContent{&chatkit.InputText{Text: "Hi"}}}}
	var thread string
	_, err := server.Handle(t.Context(), req, func(ev chatkit.Event) error {
		switch e := ev.(type) {
		case chatkit.ThreadCreated:
			thread = e.Thread.ID
		case chatkit.ItemUpdated:
			updates = append(updates, sent(t, []chatkit.Update{e.Update})...)
		}
		types = append(types, strings.TrimPrefix(ev.EventType(), "thread.item."))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	page, err := store.ListItems(t.Context(), thread, chatkit.PageRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if w, ok := page.Data[0].(*chatkit.WidgetItem); ok {
		stored = string(w.Widget)
	}
	return types[3:], updates, stored
}

func TestUpstream_test_returns_widget_item_generator(t *testing.T) {
	t.Parallel()
	types, updates, stored := streamed(t, states("", "Hello", "Hello, ", "Hello, ", "Hello, world"))
	if !slices.Equal(types, []string{"added", "updated", "updated", "updated", "done"}) || !slices.Equal(updates, []string{"t+Hello.", "t+, .", "t+world."}) {
		t.Errorf("got %v %q", types, updates)
	}
	sameJSON(t, []byte(stored), string(text("Hello, world", "")))
}

func TestUpstream_test_returns_widget_item_generator_full_replace(t *testing.T) {
	t.Parallel()
	types, updates, stored := streamed(t, states("Hello", "World"))
	if !slices.Equal(types, []string{"added", "updated", "done"}) || !slices.Equal(updates, []string{"root"}) {
		t.Errorf("got %v %q", types, updates)
	}
	sameJSON(t, []byte(stored), string(text("World", "")))
}

func TestStreamFails(t *testing.T) {
	t.Parallel()
	if types, _, _ := streamed(t, states()); !slices.Equal(types, []string{"error"}) {
		t.Errorf("without states: %v", types)
	}
	broken := func(yield func(json.RawMessage, error) bool) {
		_ = yield(text("a", ""), nil) && yield(nil, errors.New("broken"))
	}
	if types, _, stored := streamed(t, broken); !slices.Equal(types, []string{"added", "error"}) || stored != "" {
		t.Errorf("broken states: %v, stored %s", types, stored)
	}
}

package chatkit_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/taskpilot/taskpilot/chatkit"
)

// widgetRig has a thread with a message and a widget.
func widgetRig(t *testing.T, s *script) (r *rig, thread, message, widget string) {
	s.respond = func(_ context.Context, turn *chatkit.Turn) error {
		return turn.Emit(chatkit.ItemDone{Item: &chatkit.WidgetItem{Widget: card(`{"type":"Text","id":"t","value":"old"}`)}})
	}
	r = newRig(t, s)
	thread, _ = r.create("Show it")
	items := r.itemTypes(thread, "user_message", "widget")
	return r, thread, items[0].Base().ID, items[1].Base().ID
}

func TestUpstream_test_calls_action(t *testing.T) {
	var calls recorder
	s := &script{act: func(_ context.Context, turn *chatkit.Turn, a chatkit.Action, w *chatkit.WidgetItem) error {
		calls.add("%s %s by %s %s", a.Type, a.Payload, w.ID, w.Widget)
		return turn.Emit(chatkit.ItemUpdated{ItemID: w.ID, Update: chatkit.WidgetRootUpdated{Widget: card("")}})
	}}
	r, thread, _, widget := widgetRig(t, s)
	events := r.stream(params("threads.custom_action", `"thread_id":%q,"item_id":%q,"action":{"type":"create_user","payload":{"id":"u1"}}`, thread, widget))
	r.types(events, "stream_options", "item.updated")
	calls.want(t, `create_user {"id":"u1"} by `+widget+` {"type":"Card","children":[{"type":"Text","id":"t","value":"old"}]}`)
	stored := r.itemTypes(thread, "user_message", "widget")[1].(*chatkit.WidgetItem)
	if !strings.Contains(string(stored.Widget), "old") {
		t.Errorf("an update of a finished widget was stored: %s", stored.Widget)
	}
}

func TestActionsOfThePageAndOfOtherItems(t *testing.T) {
	var calls recorder
	s := &script{act: func(_ context.Context, turn *chatkit.Turn, a chatkit.Action, w *chatkit.WidgetItem) error {
		calls.add("%s %s %v", a.Type, a.Payload, w == nil)
		turn.SetTitle("Done")
		return turn.Emit(chatkit.ClientEffect{Name: "highlight", Data: map[string]any{"i": nil}})
	}}
	r, thread, message, _ := widgetRig(t, s)
	events := r.stream(params("threads.custom_action", `"thread_id":%q,"action":{"type":"refresh"}`, thread))
	r.types(events, "stream_options", "client_effect", "updated")
	events = r.stream(params("threads.custom_action", `"thread_id":%q,"item_id":%q,"action":{"type":"x"}`, thread, message))
	r.types(events, "error")
	if events[0] != (chatkit.ErrorEvent{Code: "stream.error"}) {
		t.Errorf("got %+v", events[0])
	}
	r.refused(params("threads.custom_action", `"thread_id":%q,"item_id":"msg_nobody","action":{"type":"x"}`, thread), chatkit.ErrNotFound)
	calls.want(t, "refresh null true")
	r.server.Responder = chatkit.ResponderFunc(saying("Hello"))
	events = r.stream(params("threads.custom_action", `"thread_id":%q,"action":{"type":"refresh"}`, thread))
	r.types(events, "stream_options", "error")
}

func TestUpstream_test_calls_action_sync(t *testing.T) {
	s := &script{actSync: func(_ context.Context, thread *chatkit.Thread, a chatkit.Action, w *chatkit.WidgetItem) (chatkit.Item, error) {
		if a.Type == "nothing" {
			return nil, nil
		}
		w.Widget = card(`{"type":"Text","value":"` + a.Type + ` in ` + thread.ID + `"}`)
		return w, nil
	}}
	r, thread, message, widget := widgetRig(t, s)
	reply := r.reply(params("threads.sync_custom_action", `"thread_id":%q,"item_id":%q,"action":{"type":"toggle","payload":{"open":true}}`, thread, widget))
	var got struct {
		Item json.RawMessage `json:"updated_item"`
	}
	if err := json.Unmarshal([]byte(reply), &got); err != nil {
		t.Fatal(err)
	}
	it, err := chatkit.UnmarshalItem(got.Item)
	if err != nil || it.Base().ID != widget || !strings.Contains(string(it.(*chatkit.WidgetItem).Widget), "toggle in "+thread) {
		t.Errorf("reply %s, %v", reply, err)
	}
	if stored := r.items(thread)[1].(*chatkit.WidgetItem); !strings.Contains(string(stored.Widget), "old") {
		t.Errorf("the server stored it: %s", stored.Widget)
	}
	if reply := r.reply(params("threads.sync_custom_action", `"thread_id":%q,"action":{"type":"nothing"}`, thread)); reply != "{}" {
		t.Errorf("reply %s", reply)
	}
	r.refused(params("threads.sync_custom_action", `"thread_id":%q,"item_id":%q,"action":{"type":"x"}`, thread, message), errBadRequest)
	r.refused(params("threads.sync_custom_action", `"thread_id":"thr_nobody","action":{"type":"x"}`), chatkit.ErrNotFound)
	r.server.Responder = chatkit.ResponderFunc(saying("Hello"))
	r.refused(params("threads.sync_custom_action", `"thread_id":%q,"action":{"type":"x"}`, thread), chatkit.ErrNotSupported)
}

func TestUpstream_test_add_feedback(t *testing.T) {
	var calls recorder
	s := &script{feedback: func(_ context.Context, threadID string, itemIDs []string, kind string) error {
		calls.add("%s %v %s", threadID, itemIDs, kind)
		return nil
	}}
	r, thread, message, widget := widgetRig(t, s)
	for _, kind := range []string{"positive", "negative"} {
		if reply := r.reply(params("items.feedback", `"thread_id":%q,"item_ids":[%q,%q],"kind":%q`, thread, message, widget, kind)); reply != "{}" {
			t.Errorf("reply %s", reply)
		}
	}
	both := fmt.Sprint([]string{message, widget})
	calls.want(t, thread+" "+both+" positive", thread+" "+both+" negative")
	r.refused(params("items.feedback", `"thread_id":"thr_nobody","item_ids":[],"kind":"positive"`), chatkit.ErrNotFound)
	r.server.Responder = chatkit.ResponderFunc(saying("Hello"))
	if reply := r.reply(params("items.feedback", `"thread_id":%q,"item_ids":[],"kind":"positive"`, thread)); reply != "{}" {
		t.Errorf("reply %s", reply)
	}
}

// questions is a thread that ends in questions: a choice and a free one.
func questions(t *testing.T) (r *rig, thread, item string) {
	r = newRig(t, &script{respond: func(_ context.Context, turn *chatkit.Turn) error {
		if turn.Input == nil {
			return turn.Emit(chatkit.ItemDone{Item: say("Thank you.")})
		}
		return turn.Emit(chatkit.ItemDone{Item: &chatkit.StructuredInput{Status: chatkit.InputPending, Inputs: []*chatkit.Question{
			{ID: "priority", Question: "Priority?", Type: chatkit.QuestionChoice, Options: []chatkit.Option{{Value: "Low"}, {Value: "High"}}},
			{ID: "colours", Question: "Colours?", Type: chatkit.QuestionChoice, Multiple: true},
			{ID: "notes", Question: "Notes?", Type: chatkit.QuestionFreeform},
		}}})
	}})
	thread, _ = r.create("Plan it")
	return r, thread, r.itemTypes(thread, "user_message", "structured_input")[1].Base().ID
}

// answer sends answers and returns what became of the questions, as "values/skipped".
func (r *rig) answer(thread, item, body string) string {
	r.Helper()
	events := r.stream(params("threads.add_structured_input", `"thread_id":%q,"item_id":%q,"input":%s`, thread, item, body))
	r.types(events, "stream_options", "item.replaced", "item.done")
	sent := events[1].(chatkit.ItemReplaced).Item.(*chatkit.StructuredInput)
	stored := r.itemTypes(thread, "user_message", "structured_input", "assistant_message")[1]
	a, _ := chatkit.Marshal(sent)
	b, _ := chatkit.Marshal(stored)
	if string(a) != string(b) {
		r.Errorf("\nsent   %s\nstored %s", a, b)
	}
	text := sent.Status
	for _, q := range sent.Inputs {
		text += fmt.Sprintf(" %s=%v/%v", q.ID, q.Answer.Values, q.Answer.Skipped)
	}
	return text
}

func TestUpstream_test_add_structured_input_replaces_item_with_custom_answer_and_resumes_response(t *testing.T) {
	r, thread, item := questions(t)
	got := r.answer(thread, item, `{"status":"answered","answers":{"priority":{"values":["Off the list"]},"colours":{"values":["a","b"]},"notes":{"values":["n"]}}}`)
	if got != "answered priority=[Off the list]/false colours=[a b]/false notes=[n]/false" {
		t.Error(got)
	}
	r.refused(params("threads.add_structured_input", `"thread_id":%q,"item_id":%q,"input":{}`, thread, item), chatkit.ErrConflict)
	r.refused(params("threads.add_structured_input", `"thread_id":%q,"item_id":%q,"input":{}`, thread, r.items(thread)[0].Base().ID), errBadRequest)
	r.refused(params("threads.add_structured_input", `"thread_id":%q,"item_id":"msg_nobody","input":{}`, thread), chatkit.ErrNotFound)
}

func TestUpstream_test_add_structured_input_treats_omitted_answers_as_skipped(t *testing.T) {
	r, thread, item := questions(t)
	got := r.answer(thread, item, `{"status":"answered","answers":{"priority":{"values":["High"]},"notes":{"values":["x"],"skipped":true}}}`)
	if got != "answered priority=[High]/false colours=[]/true notes=[]/true" {
		t.Error(got)
	}
}

func TestStructuredInputSkippedWhole(t *testing.T) {
	r, thread, item := questions(t)
	if got := r.answer(thread, item, `{"status":"skipped","answers":{"priority":{"values":["High"]}}}`); got != "skipped priority=[]/true colours=[]/true notes=[]/true" {
		t.Error(got)
	}
}

func TestUpstream_test_add_structured_input_ignores_unknown_answer_ids(t *testing.T) {
	r, thread, item := questions(t)
	got := r.answer(thread, item, `{"answers":{"priority":{"values":["Low"]},"nobody":{"values":["x"]}}}`)
	if got != "answered priority=[Low]/false colours=[]/true notes=[]/true" {
		t.Error(got)
	}
}

func TestUpstream_test_add_structured_input_truncates_extra_single_choice_values(t *testing.T) {
	r, thread, item := questions(t)
	got := r.answer(thread, item, `{"answers":{"priority":{"values":["Low","High"]},"notes":{"values":["a","b"]}}}`)
	if got != "answered priority=[Low]/false colours=[]/true notes=[a b]/false" {
		t.Error(got)
	}
}

func TestUpstream_test_input_transcribe_decodes_base64_and_normalizes_mime_type(t *testing.T) {
	var calls recorder
	r := newRig(t, &script{transcribe: func(ctx context.Context, a chatkit.Audio) (string, error) {
		calls.add("%s|%s|%s|%v", a.Data, a.MimeType, a.MediaType, ctx.Value(ctxKey{}))
		return "hello there", nil
	}})
	r.ctx = context.WithValue(r.ctx, ctxKey{}, "ann")
	if reply := r.reply(params("input.transcribe", `"audio_base64":"aGVsbG8=","mime_type":"audio/webm ; codecs=opus"`)); reply != `{"text":"hello there"}` {
		t.Errorf("reply %s", reply)
	}
	r.reply(params("input.transcribe", `"audio_base64":"aGV\n s!bG8","mime_type":"audio/mp4"`))
	calls.want(t, "hello|audio/webm ; codecs=opus|audio/webm|ann", "hello|audio/mp4|audio/mp4|ann")
	r.refused(params("input.transcribe", `"audio_base64":"?","mime_type":"audio/mp4"`), errBadRequest)
	r.server.Responder = chatkit.ResponderFunc(saying("Hello"))
	r.refused(params("input.transcribe", `"audio_base64":"aGVsbG8=","mime_type":"audio/mp4"`), chatkit.ErrNotSupported)
}

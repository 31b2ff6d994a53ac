package chatkit_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/taskpilot/taskpilot/chatkit"
)

type ctxKey struct{}

func TestUpstream_test_flows_context_to_responder(t *testing.T) {
	var calls recorder
	r := newRig(t, &script{
		respond: func(ctx context.Context, _ *chatkit.Turn) error {
			calls.add("respond %v", ctx.Value(ctxKey{}))
			return nil
		},
		feedback: func(ctx context.Context, _ string, _ []string, _ string) error {
			calls.add("feedback %v", ctx.Value(ctxKey{}))
			return nil
		},
	})
	r.ctx = context.WithValue(r.ctx, ctxKey{}, "ann")
	thread, _ := r.create("Hi")
	r.reply(params("items.feedback", `"thread_id":%q,"item_ids":["msg_1"],"kind":"positive"`, thread))
	calls.want(t, "respond ann", "feedback ann")
}

func TestUpstream_test_creates_thread(t *testing.T) {
	r := newRig(t, &script{})
	events := r.stream(params("threads.create", `"input":{"content":[{"type":"input_text","text":"Hello"}],"attachments":[],"quoted_text":"Quote","inference_options":{}}`))
	r.types(events, "created", "item.done", "stream_options")
	created := events[0].(chatkit.ThreadCreated).Thread
	if created.Title != "" || !strings.HasPrefix(created.ID, "thr_") || created.CreatedAt.IsZero() || len(created.Items.Data) != 0 {
		t.Errorf("thread %+v", created)
	}
	m := r.itemTypes(created.ID, "user_message")[0].(*chatkit.UserMessage)
	if m.Text() != "Hello" || m.QuotedText != "Quote" || m.ThreadID != created.ID || !strings.HasPrefix(m.ID, "msg_") {
		t.Errorf("message %+v", m)
	}
	if sent := events[1].(chatkit.ItemDone).Item.Base(); *sent != m.ItemBase {
		t.Errorf("sent %+v, stored %+v", sent, m.ItemBase)
	}
}

func TestUpstream_test_saves_thread_title(t *testing.T) {
	r := newRig(t, &script{respond: func(_ context.Context, turn *chatkit.Turn) error {
		turn.SetTitle("New title")
		return nil
	}})
	thread, events := r.create("Hi")
	r.types(events, "created", "item.done", "stream_options", "updated")
	if sent := events[3].(chatkit.ThreadUpdated).Thread; sent.Title != "New title" || r.thread(thread).Title != "New title" {
		t.Errorf("sent %+v", sent)
	}
}

func TestUpstream_test_saves_thread_metadata(t *testing.T) {
	r := newRig(t, &script{respond: func(_ context.Context, turn *chatkit.Turn) error {
		turn.SetMetadata("secret", "hunter2")
		return nil
	}})
	thread, events := r.create("Hi")
	r.types(events, "created", "item.done", "stream_options", "updated")
	if got := r.thread(thread).Metadata["secret"]; got != "hunter2" {
		t.Errorf("stored %v", got)
	}
	if sent := events[3].(chatkit.ThreadUpdated).Thread; len(sent.Metadata) != 0 {
		t.Errorf("sent %v", sent.Metadata)
	}
	for _, raw := range []string{params("threads.get_by_id", `"thread_id":%q`, thread), params("threads.list", ``),
		params("threads.update", `"thread_id":%q,"title":"T"`, thread)} {
		if reply := r.reply(raw); strings.Contains(reply, "hunter2") {
			t.Errorf("%s: metadata in %s", raw, reply)
		}
	}
}

func TestUpstream_test_saves_thread_locked_fields(t *testing.T) {
	status := chatkit.ThreadStatus{Type: chatkit.Locked, Reason: "Too long."}
	r := newRig(t, &script{respond: func(_ context.Context, turn *chatkit.Turn) error {
		turn.SetStatus(status)
		return nil
	}})
	thread, events := r.create("Hi")
	if sent := events[len(events)-1].(chatkit.ThreadUpdated).Thread; sent.Status != status || r.thread(thread).Status != status {
		t.Errorf("sent %+v", sent)
	}
}

func TestUpstream_test_saves_allowed_image_domains_and_streams_thread_updated(t *testing.T) {
	r := newRig(t, &script{respond: func(_ context.Context, turn *chatkit.Turn) error {
		turn.Update(func(th *chatkit.Thread) { th.AllowedImageDomains = []string{"example.com"} })
		return nil
	}})
	thread, events := r.create("Hi")
	sent := events[len(events)-1].(chatkit.ThreadUpdated).Thread
	if fmt.Sprint(sent.AllowedImageDomains, r.thread(thread).AllowedImageDomains) != "[example.com] [example.com]" {
		t.Errorf("sent %+v", sent)
	}
}

func TestUpstream_test_omits_unset_allowed_image_domains_in_created_and_updated_json_events(t *testing.T) {
	r := newRig(t, &script{respond: func(_ context.Context, turn *chatkit.Turn) error {
		turn.SetTitle("T")
		return nil
	}})
	var raw []string
	if _, err := r.request(r.ctx, params("threads.create", `"input":%s`, input("Hi")), func(ev chatkit.Event) error {
		line, err := chatkit.MarshalEvent(ev)
		raw = append(raw, string(line))
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if all := strings.Join(raw, "\n"); len(raw) != 4 || strings.Contains(all, "allowed_image_domains") || strings.Contains(all, "null") {
		t.Errorf("sent %s", all)
	}
}

func TestUpstream_test_emits_thread_updated_mid_stream_and_persists(t *testing.T) {
	var during string
	r := newRig(t, &script{})
	r.respond = func(_ context.Context, turn *chatkit.Turn) error {
		if err := turn.Emit(chatkit.ItemDone{Item: say("A")}); err != nil {
			return err
		}
		turn.SetTitle("Named")
		if err := turn.Emit(chatkit.ItemDone{Item: say("B")}); err != nil {
			return err
		}
		thread := turn.Thread()
		during = r.thread(thread.ID).Title
		return turn.Emit(chatkit.ItemDone{Item: say("C")})
	}
	thread, events := r.create("Hi")
	r.types(events, "created", "item.done", "stream_options", "item.done", "item.done", "updated", "item.done")
	if during != "Named" || r.thread(thread).Title != "Named" {
		t.Errorf("title %q while streaming", during)
	}
	r.itemTypes(thread, "user_message", "assistant_message", "assistant_message", "assistant_message")
}

func TestUpstream_test_list_threads_response(t *testing.T) {
	r := newRig(t, &script{respond: saying("Hello")})
	var ids []string
	for range 25 {
		id, _ := r.create("Hi")
		ids = append(ids, id)
	}
	first := page[chatkit.Thread](t, r.reply(params("threads.list", ``)))
	if len(first.Data) != 20 || !first.HasMore || first.After != ids[5] || first.Data[0].ID != ids[24] || len(first.Data[0].Items.Data) != 0 {
		t.Errorf("first page: %+v", first)
	}
	last := page[chatkit.Thread](t, r.reply(params("threads.list", `"after":%q`, first.After)))
	if len(last.Data) != 5 || last.HasMore || last.After != "" || last.Data[4].ID != ids[0] {
		t.Errorf("last page: %+v", last)
	}
	r.refused(params("threads.list", `"after":"thr_nobody"`), chatkit.ErrCursor)
}

func TestUpstream_test_list_threads_paginated_response(t *testing.T) {
	r := newRig(t, &script{})
	for range 25 {
		r.create("Hi")
	}
	first := page[chatkit.Thread](t, r.reply(params("threads.list", `"limit":20,"order":"asc"`)))
	last := page[chatkit.Thread](t, r.reply(params("threads.list", `"limit":20,"order":"asc","after":%q`, first.After)))
	if len(first.Data) != 20 || len(last.Data) != 5 || last.HasMore {
		t.Errorf("%d and %d rows", len(first.Data), len(last.Data))
	}
}

func page[T any](t *testing.T, raw string) chatkit.Page[T] {
	t.Helper()
	var p chatkit.Page[T]
	if err := p.UnmarshalJSON([]byte(raw)); err != nil {
		t.Fatalf("%s: %v", raw, err)
	}
	return p
}

func TestUpstream_test_list_items_response(t *testing.T) {
	r := newRig(t, &script{respond: func(_ context.Context, turn *chatkit.Turn) error {
		for i := range 25 {
			if err := turn.Emit(chatkit.ItemDone{Item: say(fmt.Sprint(i))}); err != nil {
				return err
			}
		}
		return nil
	}})
	thread, _ := r.create("Hi")
	first := page[chatkit.Item](t, r.reply(params("items.list", `"thread_id":%q`, thread)))
	last := page[chatkit.Item](t, r.reply(params("items.list", `"thread_id":%q,"after":%q`, thread, first.After)))
	if len(first.Data) != 20 || !first.HasMore || len(last.Data) != 6 || last.HasMore || last.After != "" {
		t.Fatalf("%d and %d rows", len(first.Data), len(last.Data))
	}
	if first.Data[0].(*chatkit.AssistantMessage).Text() != "24" || last.Data[5].ItemType() != "user_message" {
		t.Error("not newest first")
	}
	huge := page[chatkit.Item](t, r.reply(params("items.list", `"thread_id":%q,"limit":9999`, thread)))
	if len(huge.Data) != 26 || huge.HasMore {
		t.Errorf("%d rows for 9999", len(huge.Data))
	}
	r.refused(params("items.list", `"thread_id":"thr_nobody"`), chatkit.ErrNotFound)
}

func TestUpstream_test_get_thread_by_id(t *testing.T) {
	r := newRig(t, &script{})
	thread, _ := r.create("Hi")
	var got chatkit.Thread
	if err := got.UnmarshalJSON([]byte(r.reply(params("threads.get_by_id", `"thread_id":%q`, thread)))); err != nil {
		t.Fatal(err)
	}
	if got.ID != thread || len(got.Items.Data) != 1 || got.Items.Data[0].(*chatkit.UserMessage).Text() != "Hi" {
		t.Errorf("got %+v", got)
	}
	r.refused(params("threads.get_by_id", `"thread_id":"thr_nobody"`), chatkit.ErrNotFound)
}

func TestUpstream_test_threads_update_request(t *testing.T) {
	r := newRig(t, &script{respond: saying("Hello")})
	thread, _ := r.create("Hi")
	var got chatkit.Thread
	if err := got.UnmarshalJSON([]byte(r.reply(params("threads.update", `"thread_id":%q,"title":"Renamed"`, thread)))); err != nil {
		t.Fatal(err)
	}
	if got.ID != thread || got.Title != "Renamed" || len(got.Items.Data) != 0 || r.thread(thread).Title != "Renamed" {
		t.Errorf("got %+v", got)
	}
	r.refused(params("threads.update", `"thread_id":"thr_nobody","title":"x"`), chatkit.ErrNotFound)
}

func TestUpstream_test_delete_thread(t *testing.T) {
	r := newRig(t, &script{})
	thread, _ := r.create("Hi")
	if reply := r.reply(params("threads.delete", `"thread_id":%q`, thread)); reply != "{}" {
		t.Errorf("reply %s", reply)
	}
	r.refused(params("threads.get_by_id", `"thread_id":%q`, thread), chatkit.ErrNotFound)
	r.refused(params("threads.delete", `"thread_id":%q`, thread), chatkit.ErrNotFound)
}

// numberedIDs is a store that makes ids of its own.
type numberedIDs struct {
	chatkit.Store
	calls *recorder
}

func (n numberedIDs) NewThreadID(context.Context) string {
	n.calls.add("thread")
	return "thread-1"
}

func (n numberedIDs) NewItemID(_ context.Context, kind string, thread *chatkit.Thread) string {
	n.calls.add("%s in %s", kind, thread.ID)
	return kind + "-custom"
}

func TestUpstream_test_custom_id_generators_on_server(t *testing.T) {
	var calls recorder
	r := newRig(t, &script{respond: func(_ context.Context, turn *chatkit.Turn) error {
		return turn.Emit(chatkit.ItemDone{Item: &chatkit.WorkflowItem{}})
	}})
	r.server.Store = numberedIDs{r.store, &calls}
	thread, _ := r.create("Hi")
	items := r.itemTypes(thread, "user_message", "workflow")
	if thread != "thread-1" || items[0].Base().ID != "msg-custom" || items[1].Base().ID != "wf-custom" {
		t.Errorf("thread %s, items %v %v", thread, items[0].Base(), items[1].Base())
	}
	calls.want(t, "thread", "msg in thread-1", "wf in thread-1")
}

// TestUpstream_test_overridden_id_generators_are_used: the same hook, asked directly.
func TestUpstream_test_overridden_id_generators_are_used(t *testing.T) {
	var calls recorder
	r := newRig(t, &script{respond: func(_ context.Context, turn *chatkit.Turn) error {
		for _, kind := range []string{chatkit.PrefixMessage, chatkit.PrefixToolCall, chatkit.PrefixTask, chatkit.PrefixWorkflow} {
			if id := turn.NewID(kind); id != kind+"-custom" {
				return fmt.Errorf("id %s", id)
			}
		}
		return nil
	}})
	r.server.Store = numberedIDs{r.store, &calls}
	_, events := r.create("Hi")
	r.types(events, "created", "item.done", "stream_options")
}

func TestUpstream_test_default_id_generators_use_default_prefixes(t *testing.T) {
	r := newRig(t, &script{respond: func(_ context.Context, turn *chatkit.Turn) error {
		for _, it := range []chatkit.Item{say("x"), &chatkit.ClientToolCall{Status: chatkit.CallCompleted}, &chatkit.TaskItem{Task: &chatkit.ImageTask{}},
			&chatkit.WorkflowItem{}, &chatkit.HiddenContext{}, &chatkit.WidgetItem{Widget: card("")}} {
			if err := turn.Emit(chatkit.ItemDone{Item: it}); err != nil {
				return err
			}
		}
		return nil
	}})
	thread, _ := r.create("Hi")
	for i, prefix := range []string{"msg_", "msg_", "tc_", "tsk_", "wf_", "shcx_", "msg_"} {
		if id := r.items(thread)[i].Base().ID; !strings.HasPrefix(thread, "thr_") || !strings.HasPrefix(id, prefix) || len(id) != len(prefix)+24 {
			t.Errorf("item %d has id %s", i, id)
		}
	}
}

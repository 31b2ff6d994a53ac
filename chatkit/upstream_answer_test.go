package chatkit_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"github.com/taskpilot/taskpilot/chatkit"
)

// emitAll emits events until one is refused.
func emitAll(turn *chatkit.Turn, events ...chatkit.Event) error {
	for _, ev := range events {
		if err := turn.Emit(ev); err != nil {
			return err
		}
	}
	return nil
}

func TestUpstream_test_workflow_task_not_duplicated_on_done_event(t *testing.T) {
	r := newRig(t, &script{respond: func(_ context.Context, turn *chatkit.Turn) error {
		wf := &chatkit.WorkflowItem{Workflow: chatkit.Workflow{Type: chatkit.WorkflowCustom}}
		if err := turn.Emit(chatkit.ItemAdded{Item: wf}); err != nil {
			return err
		}
		task := &chatkit.CustomTask{TaskBase: chatkit.TaskBase{Title: "Step"}}
		wf.Workflow.Tasks = append(wf.Workflow.Tasks, task)
		return emitAll(turn, chatkit.ItemUpdated{ItemID: wf.ID, Update: chatkit.WorkflowTaskAdded{TaskIndex: 0, Task: task}}, chatkit.ItemDone{Item: wf})
	}})
	thread, events := r.create("Hi")
	r.types(events, "created", "item.done", "stream_options", "item.added", "item.updated", "item.done")
	sent := events[5].(chatkit.ItemDone).Item.(*chatkit.WorkflowItem)
	stored := r.itemTypes(thread, "user_message", "workflow")[1].(*chatkit.WorkflowItem)
	if len(sent.Workflow.Tasks) != 1 || len(stored.Workflow.Tasks) != 1 {
		t.Errorf("sent %d tasks, stored %d", len(sent.Workflow.Tasks), len(stored.Workflow.Tasks))
	}
}

func TestUpstream_test_respond_with_tool_call(t *testing.T) {
	var calls recorder
	r := newRig(t, &script{})
	r.respond = func(_ context.Context, turn *chatkit.Turn) error {
		if turn.Input != nil {
			calls.add("asked %s", turn.Input.Text())
			return turn.Emit(chatkit.ItemDone{Item: &chatkit.ClientToolCall{CallID: "call_1", Name: "get_selection",
				Status: chatkit.CallPending, Arguments: json.RawMessage(`{"n":null}`)}})
		}
		calls.add("goes on")
		return turn.Emit(chatkit.ItemDone{Item: say("Two nodes.")})
	}
	thread, events := r.create("What is selected?")
	r.types(events, "created", "item.done", "stream_options", "item.done")
	call := events[3].(chatkit.ItemDone).Item.(*chatkit.ClientToolCall)
	if call.Status != chatkit.CallPending || string(call.Arguments) != `{"n":null}` {
		t.Errorf("call %+v", call)
	}
	raw := params("threads.add_client_tool_output", `"thread_id":%q,"result":{"nodes":[1,null]}`, thread)
	r.types(r.stream(raw), "stream_options", "item.done")
	calls.want(t, "asked What is selected?", "goes on")
	stored := r.itemTypes(thread, "user_message", "client_tool_call", "assistant_message")[1].(*chatkit.ClientToolCall)
	if stored.Status != chatkit.CallCompleted || string(stored.Output) != `{"nodes":[1,null]}` {
		t.Errorf("stored %+v", stored)
	}
	r.refused(raw, chatkit.ErrConflict)
	r.refused(params("threads.add_client_tool_output", `"thread_id":"thr_nobody","result":1`), chatkit.ErrNotFound)
}

// Hidden notes after the call do not break it, and calls nobody will answer go.
func TestToolOutputSkipsHiddenItemsAndCleansUp(t *testing.T) {
	r := newRig(t, &script{respond: func(_ context.Context, turn *chatkit.Turn) error {
		if turn.Input == nil {
			return nil
		}
		stale, call := &chatkit.ClientToolCall{Name: "stale"}, &chatkit.ClientToolCall{Name: "fresh", Status: chatkit.CallPending}
		stale.Status = chatkit.CallPending
		return emitAll(turn, chatkit.ItemDone{Item: stale}, chatkit.ItemDone{Item: call}, chatkit.ItemDone{Item: &chatkit.HiddenContext{Content: json.RawMessage(`1`)}})
	}})
	thread, events := r.create("Hi")
	r.types(events, "created", "item.done", "stream_options", "item.done", "item.done")
	r.stream(params("threads.add_client_tool_output", `"thread_id":%q,"result":null`, thread))
	items := r.itemTypes(thread, "user_message", "client_tool_call", "hidden_context_item")
	if call := items[1].(*chatkit.ClientToolCall); call.Name != "fresh" || call.Status != chatkit.CallCompleted {
		t.Errorf("stored %+v", call)
	}
}

func TestUpstream_test_respond_with_tool_status(t *testing.T) {
	r := newRig(t, &script{respond: func(_ context.Context, turn *chatkit.Turn) error {
		return emitAll(turn, chatkit.ProgressUpdate{Icon: "search", Text: "Looking…"}, chatkit.ItemDone{Item: say("Found.")})
	}})
	thread, events := r.create("Hi")
	r.types(events, "created", "item.done", "stream_options", "progress_update", "item.done")
	if events[3] != (chatkit.ProgressUpdate{Icon: "search", Text: "Looking…"}) {
		t.Errorf("progress %+v", events[3])
	}
	r.itemTypes(thread, "user_message", "assistant_message")
}

func TestUpstream_test_raising_in_responder_yields_error_event(t *testing.T) {
	for name, c := range map[string]struct {
		fail func() error
		want chatkit.ErrorEvent
	}{
		"error":  {func() error { return errors.New("password=hunter2") }, chatkit.ErrorEvent{Code: "stream.error", AllowRetry: true}},
		"panic":  {func() error { panic("password=hunter2") }, chatkit.ErrorEvent{Code: "stream.error", AllowRetry: true}},
		"custom": {func() error { return &chatkit.Error{Message: "Too much."} }, chatkit.ErrorEvent{Code: "custom", Message: "Too much."}},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, &script{respond: func(_ context.Context, turn *chatkit.Turn) error {
				turn.SetTitle("T")
				if err := emitAll(turn, chatkit.ItemAdded{Item: say("pending")}, chatkit.ItemDone{Item: say("stored")}); err != nil {
					return err
				}
				turn.SetTitle("U")
				return c.fail()
			}})
			thread, events := r.create("Hi")
			r.types(events, "created", "item.done", "stream_options", "item.added", "updated", "item.done", "error", "updated")
			if events[6] != c.want {
				t.Errorf("got %+v", events[6])
			}
			r.itemTypes(thread, "user_message", "assistant_message")
		})
	}
}

func TestUpstream_test_thread_item_removed_event_removes_item(t *testing.T) {
	r := newRig(t, &script{respond: func(_ context.Context, turn *chatkit.Turn) error {
		m := say("gone")
		return emitAll(turn, chatkit.ItemDone{Item: m}, chatkit.ItemRemoved{ItemID: turn.Input.ID}, chatkit.ItemRemoved{ItemID: "msg_never"})
	}})
	thread, events := r.create("Hi")
	r.types(events, "created", "item.done", "stream_options", "item.done", "item.removed", "item.removed")
	r.itemTypes(thread, "assistant_message")
}

func TestUpstream_test_thread_item_replaced_event_replaces_item(t *testing.T) {
	r := newRig(t, &script{respond: func(_ context.Context, turn *chatkit.Turn) error {
		m := say("first")
		if err := emitAll(turn, chatkit.ItemDone{Item: m}, chatkit.ItemDone{Item: say("second")}); err != nil {
			return err
		}
		w := &chatkit.WidgetItem{Widget: card("")}
		w.ID = m.ID
		return turn.Emit(chatkit.ItemReplaced{Item: w})
	}})
	thread, events := r.create("Hi")
	r.types(events, "created", "item.done", "stream_options", "item.done", "item.done", "item.replaced")
	r.itemTypes(thread, "user_message", "widget", "assistant_message")
}

func TestUpstream_test_thread_item_replaced_event_with_widget(t *testing.T) {
	r := newRig(t, &script{})
	r.respond = func(_ context.Context, turn *chatkit.Turn) error {
		w := &chatkit.WidgetItem{Widget: card(``)}
		if err := turn.Emit(chatkit.ItemDone{Item: w}); err != nil {
			return err
		}
		w.Widget = card(`{"type":"Text","value":"new"}`)
		if err := turn.Emit(chatkit.ItemReplaced{Item: w}); err != nil {
			return err
		}
		it, err := r.store.LoadItem(r.ctx, w.ThreadID, w.ID) // stored before it was sent
		if err == nil && string(it.(*chatkit.WidgetItem).Widget) != string(w.Widget) {
			err = fmt.Errorf("stored %s", it.(*chatkit.WidgetItem).Widget)
		}
		return err
	}
	_, events := r.create("Hi")
	r.types(events, "created", "item.done", "stream_options", "item.done", "item.replaced")
}

// retryRig is a thread of two exchanges; it returns the ids of all items.
func retryRig(t *testing.T, calls *recorder) (r *rig, thread string, ids []string) {
	r = newRig(t, &script{respond: func(_ context.Context, turn *chatkit.Turn) error {
		calls.add("%s %v", turn.Input.Text(), turn.Input.InferenceOptions.ToolChoice)
		return turn.Emit(chatkit.ItemDone{Item: say("Answer to " + turn.Input.Text())})
	}})
	thread, _ = r.create("one")
	r.types(r.stream(params("threads.add_user_message", `"thread_id":%q,"input":%s`, thread, input("two"))), "item.done", "stream_options", "item.done")
	for _, it := range r.itemTypes(thread, "user_message", "assistant_message", "user_message", "assistant_message") {
		ids = append(ids, it.Base().ID)
	}
	return r, thread, ids
}

func TestUpstream_test_retry_after_item(t *testing.T) {
	var calls recorder
	r, thread, ids := retryRig(t, &calls)
	r.types(r.stream(params("threads.retry_after_item", `"thread_id":%q,"item_id":%q`, thread, ids[0])), "stream_options", "item.done")
	items := r.itemTypes(thread, "user_message", "assistant_message")
	if items[0].Base().ID != ids[0] || items[1].Base().ID == ids[1] {
		t.Errorf("kept %v %v", items[0].Base(), items[1].Base())
	}
	calls.want(t, "one <nil>", "two <nil>", "one <nil>")
}

func TestUpstream_test_retry_after_item_with_multiple_messages(t *testing.T) {
	var calls recorder
	r, thread, ids := retryRig(t, &calls)
	r.types(r.stream(params("threads.retry_after_item", `"thread_id":%q,"item_id":%q`, thread, ids[2])), "stream_options", "item.done")
	items := r.itemTypes(thread, "user_message", "assistant_message", "user_message", "assistant_message")
	for i := range 3 {
		if items[i].Base().ID != ids[i] {
			t.Errorf("item %d is now %v", i, items[i].Base())
		}
	}
	if items[3].Base().ID == ids[3] {
		t.Error("the old answer is still there")
	}
}

func TestUpstream_test_retry_after_item_invalid_item(t *testing.T) {
	var calls recorder
	r, thread, ids := retryRig(t, &calls)
	r.refused(params("threads.retry_after_item", `"thread_id":%q,"item_id":%q`, thread, ids[1]), errBadRequest)
	r.refused(params("threads.retry_after_item", `"thread_id":%q,"item_id":"msg_nobody"`, thread), chatkit.ErrNotFound)
	r.itemTypes(thread, "user_message", "assistant_message", "user_message", "assistant_message")
}

const withTool = `{"content":[{"type":"input_text","text":"Hi"}],"attachments":[],"inference_options":{"tool_choice":{"id":"search"},"model":"m1"}}`

// toolRig records the tool and model that each answer was asked for with.
func toolRig(t *testing.T, calls *recorder) *rig {
	return newRig(t, &script{respond: func(_ context.Context, turn *chatkit.Turn) error {
		options := turn.Input.InferenceOptions
		calls.add("%s %s", options.ToolChoice.ID, options.Model)
		return nil
	}})
}

func TestUpstream_test_threads_create_passes_tools_to_responder(t *testing.T) {
	var calls recorder
	r := toolRig(t, &calls)
	r.stream(params("threads.create", `"input":%s`, withTool))
	calls.want(t, "search m1")
}

// The upstream test of this name is an empty placeholder; this is what it promises.
func TestUpstream_test_retry_after_item_passes_tools_to_responder(t *testing.T) {
	var calls recorder
	r := toolRig(t, &calls)
	events := r.stream(params("threads.create", `"input":%s`, withTool))
	base := events[1].(chatkit.ItemDone).Item.Base()
	r.stream(params("threads.retry_after_item", `"thread_id":%q,"item_id":%q`, base.ThreadID, base.ID))
	calls.want(t, "search m1", "search m1")
}

func TestUpstream_test_threads_add_message_passes_tools_to_responder(t *testing.T) {
	var calls recorder
	r := toolRig(t, &calls)
	events := r.stream(params("threads.create", `"input":%s`, withTool))
	r.stream(params("threads.add_user_message", `"thread_id":%q,"input":%s`, events[0].(chatkit.ThreadCreated).Thread.ID, withTool))
	calls.want(t, "search m1", "search m1")
	r.refused(params("threads.add_user_message", `"thread_id":"thr_nobody","input":%s`, withTool), chatkit.ErrNotFound)
}

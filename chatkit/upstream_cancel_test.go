package chatkit_test

import (
	"context"
	"testing"

	"github.com/taskpilot/taskpilot/chatkit"
)

// stopAfter sends a message and stops the answer after the n-th event.
func (r *rig) stopAfter(raw string, n int) (threadID string) {
	r.Helper()
	ctx, cancel := context.WithCancel(r.ctx)
	defer cancel()
	var events []chatkit.Event
	collect := wire(&events)
	if _, err := r.request(ctx, raw, func(ev chatkit.Event) error {
		if len(events) >= n {
			r.Errorf("%s was sent after the stop", ev.EventType())
		}
		err := collect(ev)
		if len(events) == n {
			cancel()
		}
		return err
	}); err != nil {
		r.Fatal(err)
	}
	if len(events) != n {
		r.Fatalf("%d events", len(events))
	}
	return events[0].(chatkit.ThreadCreated).Thread.ID
}

// streaming emits an unfinished message in these pieces and waits to be stopped.
func streaming(pieces ...string) func(context.Context, *chatkit.Turn) error {
	return func(ctx context.Context, turn *chatkit.Turn) error {
		m := &chatkit.AssistantMessage{}
		if err := turn.Emit(chatkit.ItemAdded{Item: m}); err != nil {
			return err
		}
		for _, piece := range pieces {
			if err := turn.Emit(chatkit.ItemUpdated{ItemID: m.ID, Update: chatkit.TextDelta{Delta: piece}}); err != nil {
				return err
			}
		}
		<-ctx.Done()
		return ctx.Err()
	}
}

func TestUpstream_test_stream_cancellation_persists_pending_assistant_message_and_hidden_context(t *testing.T) {
	r := newRig(t, &script{respond: streaming("Hello, ", "World!")})
	thread := r.stopAfter(params("threads.create", `"input":%s`, input("Hi")), 6)
	items := r.itemTypes(thread, "user_message", "assistant_message", "sdk_hidden_context")
	if text := items[1].(*chatkit.AssistantMessage).Text(); text != "Hello, World!" {
		t.Errorf("stored %q", text)
	}
	if note := items[2].(*chatkit.SDKHiddenContext); note.Content == "" || note.ID[:5] != "shcx_" || note.ThreadID != thread {
		t.Errorf("note %+v", note)
	}
}

func TestUpstream_test_stream_cancellation_does_not_persist_pending_empty_assistant_message(t *testing.T) {
	r := newRig(t, &script{respond: streaming(" \n", "\t")})
	thread := r.stopAfter(params("threads.create", `"input":%s`, input("Hi")), 6)
	r.itemTypes(thread, "user_message", "sdk_hidden_context")
}

func TestCancellationDropsEverythingElse(t *testing.T) {
	r := newRig(t, &script{respond: func(ctx context.Context, turn *chatkit.Turn) error {
		turn.SetTitle("kept")
		for _, it := range []chatkit.Item{&chatkit.WidgetItem{Widget: card("")}, &chatkit.WorkflowItem{}, &chatkit.GeneratedImageItem{}, say("removed")} {
			if err := turn.Emit(chatkit.ItemAdded{Item: it}); err != nil {
				return err
			}
			if it.ItemType() == "assistant_message" {
				if err := turn.Emit(chatkit.ItemRemoved{ItemID: it.Base().ID}); err != nil {
					return err
				}
			}
		}
		<-ctx.Done()
		turn.SetTitle("kept too")
		return ctx.Err()
	}})
	thread := r.stopAfter(params("threads.create", `"input":%s`, input("Hi")), 9)
	r.itemTypes(thread, "user_message", "sdk_hidden_context")
	if title := r.thread(thread).Title; title != "kept too" {
		t.Errorf("title %q", title)
	}
}

// A send that fails stops the answer just as the end of the context does.
func TestFailingSendCancels(t *testing.T) {
	r := newRig(t, &script{respond: streaming("Hello")})
	var thread string
	n := 0
	_, err := r.request(r.ctx, params("threads.create", `"input":%s`, input("Hi")), func(ev chatkit.Event) error {
		if c, ok := ev.(chatkit.ThreadCreated); ok {
			thread = c.Thread.ID
		}
		if n++; n == 5 {
			return context.DeadlineExceeded
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	r.itemTypes(thread, "user_message", "assistant_message", "sdk_hidden_context")
}

// An answer that was complete when the client left is not a stopped one.
func TestLeavingAfterTheAnswerIsNoCancellation(t *testing.T) {
	r := newRig(t, &script{respond: saying("Done.")})
	thread := r.stopAfter(params("threads.create", `"input":%s`, input("Hi")), 4)
	r.itemTypes(thread, "user_message", "assistant_message")
}

// What is finished is stored even if the client leaves right then, and a
// responder that ignores Emit's errors does no harm.
func TestEmitAfterTheEnd(t *testing.T) {
	var turn *chatkit.Turn
	r := newRig(t, &script{respond: func(_ context.Context, tn *chatkit.Turn) error {
		turn = tn
		for _, text := range []string{"one", "two", "three"} {
			_ = tn.Emit(chatkit.ItemDone{Item: say(text)})
		}
		return nil
	}})
	thread := r.stopAfter(params("threads.create", `"input":%s`, input("Hi")), 4)
	r.itemTypes(thread, "user_message", "assistant_message", "sdk_hidden_context")
	if err := turn.Emit(chatkit.ProgressUpdate{Text: "late"}); err == nil {
		t.Error("an event was taken after the end")
	}
}

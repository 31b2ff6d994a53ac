package chatkit_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/taskpilot/taskpilot/chatkit"
)

func TestHiddenItemsNeverLeave(t *testing.T) {
	const secret = "hunter2"
	r := newRig(t, &script{respond: func(_ context.Context, turn *chatkit.Turn) error {
		hidden := func() *chatkit.HiddenContext {
			return &chatkit.HiddenContext{Content: json.RawMessage(`"` + secret + `"`)}
		}
		added, shown := hidden(), say("shown")
		replacing := hidden()
		if err := emitAll(turn, chatkit.ItemAdded{Item: added}, chatkit.ItemUpdated{ItemID: added.ID, Update: chatkit.TextDelta{Delta: secret}},
			chatkit.ItemDone{Item: added}, chatkit.ItemDone{Item: &chatkit.SDKHiddenContext{Content: secret}}, chatkit.ItemDone{Item: shown}); err != nil {
			return err
		}
		replacing.ID = shown.ID
		return turn.Emit(chatkit.ItemReplaced{Item: replacing})
	}})
	thread, events := r.create("Hi")
	r.types(events, "created", "item.done", "stream_options", "item.updated", "item.done", "item.removed")
	r.itemTypes(thread, "user_message", "hidden_context_item", "sdk_hidden_context", "hidden_context_item")
	for _, raw := range []string{params("threads.get_by_id", `"thread_id":%q`, thread), params("items.list", `"thread_id":%q`, thread)} {
		if reply := r.reply(raw); strings.Contains(reply, secret) || !strings.Contains(reply, "user_message") {
			t.Errorf("reply %s", reply)
		}
	}
	short := page[chatkit.Item](t, r.reply(params("items.list", `"thread_id":%q,"limit":2`, thread)))
	if len(short.Data) != 0 || !short.HasMore || short.After == "" {
		t.Errorf("a page of hidden items is %+v", short)
	}
}

// Several goroutines may emit and change the thread at once.
func TestTurnIsSafeForConcurrentUse(t *testing.T) {
	r := newRig(t, &script{respond: func(_ context.Context, turn *chatkit.Turn) error {
		var group sync.WaitGroup
		for range 4 {
			group.Go(func() {
				for range 50 {
					turn.SetTitle(turn.Thread().Title + "x")
					turn.SetMetadata("k", turn.Thread().Metadata["k"])
					if err := turn.Emit(chatkit.ProgressUpdate{Text: "…"}); err != nil {
						t.Error(err)
					}
				}
			})
		}
		group.Wait()
		turn.SetTitle("last")
		return nil
	}})
	thread, _ := r.create("Hi")
	if title := r.thread(thread).Title; title != "last" {
		t.Errorf("title %q", title)
	}
}

func TestOneAnswerAThread(t *testing.T) {
	first, release := make(chan string), make(chan struct{})
	r := newRig(t, &script{respond: func(_ context.Context, turn *chatkit.Turn) error {
		if turn.Input.Text() == "slow" {
			first <- turn.Thread().ID
			<-release
		}
		return turn.Emit(chatkit.ItemDone{Item: say("answer to " + turn.Input.Text())})
	}})
	r.server.BusyWait = 20 * time.Millisecond
	over := make(chan struct{})
	go func() {
		defer close(over)
		r.create("slow")
	}()
	thread := <-first
	again := params("threads.add_user_message", `"thread_id":%q,"input":%s`, thread, input("quick"))
	r.refused(again, chatkit.ErrBusy)
	r.server.BusyWait = time.Minute
	close(release)
	r.types(r.stream(again), "item.done", "stream_options", "item.done") // waits for the first
	<-over
	r.itemTypes(thread, "user_message", "assistant_message", "user_message", "assistant_message")
}

func TestDeletingAThreadStopsItsAnswer(t *testing.T) {
	begun := make(chan string, 1)
	r := newRig(t, &script{respond: func(ctx context.Context, turn *chatkit.Turn) error {
		begun <- turn.Thread().ID
		turn.SetTitle("late")
		<-ctx.Done()
		return ctx.Err()
	}})
	over := make(chan struct{})
	go func() {
		defer close(over)
		r.create("Hi")
	}()
	if reply := r.reply(params("threads.delete", `"thread_id":%q`, <-begun)); reply != "{}" {
		t.Errorf("reply %s", reply)
	}
	<-over
	if reply := r.reply(params("threads.list", ``)); reply != `{"data":[],"has_more":false}` {
		t.Errorf("the answer brought its thread back: %s", reply)
	}
}

// failing is a store whose items can't be saved.
type failing struct {
	chatkit.Store
	failed func(chatkit.Item) bool
}

func (f failing) SaveItem(ctx context.Context, threadID string, it chatkit.Item) error {
	if f.failed(it) {
		return errors.New("disk full")
	}
	return f.Store.SaveItem(ctx, threadID, it)
}

func TestFailingStore(t *testing.T) {
	r := newRig(t, &script{respond: func(_ context.Context, turn *chatkit.Turn) error {
		_ = turn.Emit(chatkit.ItemDone{Item: say("lost")}) // a careless responder
		_ = turn.Emit(chatkit.ItemDone{Item: &chatkit.EndOfTurn{}})
		return nil
	}})
	r.server.Store = failing{r.store, func(it chatkit.Item) bool { return it.ItemType() == "assistant_message" }}
	thread, events := r.create("Hi")
	r.types(events, "created", "item.done", "stream_options", "error")
	r.itemTypes(thread, "user_message")

	r.server.Store = failing{r.store, func(chatkit.Item) bool { return true }}
	_, err := r.request(r.ctx, params("threads.create", `"input":%s`, input("Hi")), func(ev chatkit.Event) error {
		t.Errorf("%s was sent", ev.EventType())
		return nil
	})
	if err == nil {
		t.Error("no error")
	}
	if list := page[chatkit.Thread](t, r.reply(params("threads.list", ``))); len(list.Data) != 1 {
		t.Errorf("a half-made thread is left: %+v", list)
	}
}

// An event that is no JSON is the responder's mistake, not the client's leaving.
func TestUnwritableEvent(t *testing.T) {
	r := newRig(t, &script{respond: func(_ context.Context, turn *chatkit.Turn) error {
		return turn.Emit(chatkit.ClientEffect{Name: "x", Data: map[string]any{"f": func() {}}})
	}})
	thread, events := r.create("Hi")
	r.types(events, "created", "item.done", "stream_options", "error")
	r.itemTypes(thread, "user_message")
}

// options chooses stream options and what a stopped answer leaves behind.
type options struct {
	chatkit.ResponderFunc
	calls *recorder
}

func (o options) StreamOptions(context.Context, *chatkit.Thread) chatkit.StreamOptions {
	return chatkit.StreamOptions{AllowCancel: false}
}

func (o options) Cancelled(ctx context.Context, turn *chatkit.Turn, pending []chatkit.Item) error {
	o.calls.add("%s %d %v", turn.Input.Text(), len(pending), ctx.Err())
	return nil
}

func TestStreamOptionsAndCanceller(t *testing.T) {
	var calls recorder
	r := newRig(t, nil)
	r.server.Responder = options{streaming("Hello"), &calls}
	thread := r.stopAfter(params("threads.create", `"input":%s`, input("Hi")), 5)
	r.itemTypes(thread, "user_message")
	calls.want(t, "Hi 1 <nil>")
	r.server.Responder = options{func(context.Context, *chatkit.Turn) error { return nil }, &calls}
	_, events := r.create("Hi")
	if events[2] != (chatkit.StreamOptions{AllowCancel: false}) {
		t.Errorf("got %+v", events[2])
	}
}

func TestRecent(t *testing.T) {
	r := newRig(t, &script{respond: func(ctx context.Context, turn *chatkit.Turn) error {
		items, err := turn.Recent(ctx, 2)
		if err != nil {
			return err
		}
		text := ""
		for _, it := range items {
			text += it.ItemType() + " "
		}
		return turn.Emit(chatkit.ItemDone{Item: say(text)})
	}})
	thread, _ := r.create("one")
	r.stream(params("threads.add_user_message", `"thread_id":%q,"input":%s`, thread, input("two")))
	if text := r.items(thread)[3].(*chatkit.AssistantMessage).Text(); text != "assistant_message user_message " {
		t.Errorf("got %q", text)
	}
}

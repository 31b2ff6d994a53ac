package chatkit_test

import (
	"context"
	"testing"
	"time"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/chatkit/memstore"
)

// leaving is a store in which the client leaves while an answer is being saved.
type leaving struct {
	chatkit.Store
	leave context.CancelFunc
}

func (l leaving) SaveItem(ctx context.Context, threadID string, it chatkit.Item) error {
	if it.ItemType() == "assistant_message" {
		l.leave()
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return l.Store.SaveItem(ctx, threadID, it)
}

func TestWhatIsDoneIsStoredEvenIfTheClientLeaves(t *testing.T) {
	r := newRig(t, &script{respond: saying("Done.")})
	ctx, leave := context.WithCancel(r.ctx)
	defer leave()
	r.server.Store = leaving{r.store, leave}
	var thread string
	_, err := r.request(ctx, params("threads.create", `"input":%s`, input("Hi")), func(ev chatkit.Event) error {
		if c, ok := ev.(chatkit.ThreadCreated); ok {
			thread = c.Thread.ID
		}
		return ctx.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	items := r.items(thread)
	if len(items) < 2 || items[1].ItemType() != "assistant_message" {
		t.Errorf("stored %v", items)
	}
}

func TestNobodyWaitsForAStrangersAnswer(t *testing.T) {
	begun, release := make(chan string), make(chan struct{})
	r := newRig(t, &script{respond: func(_ context.Context, turn *chatkit.Turn) error {
		begun <- turn.Thread().ID
		<-release
		return nil
	}})
	r.server.Store = memstore.New(func(ctx context.Context) string { name, _ := ctx.Value(ctxKey{}).(string); return name })
	r.server.BusyWait = 20 * time.Millisecond
	over := make(chan struct{})
	go func() {
		defer close(over)
		r.create("slow")
	}()
	thread := <-begun
	r.ctx = context.WithValue(r.ctx, ctxKey{}, "bob")
	for _, raw := range []string{
		params("threads.add_user_message", `"thread_id":%q,"input":%s`, thread, input("Hi")),
		params("threads.add_client_tool_output", `"thread_id":%q,"result":1`, thread),
		params("threads.add_structured_input", `"thread_id":%q,"item_id":"x","input":{}`, thread),
		params("threads.retry_after_item", `"thread_id":%q,"item_id":"x"`, thread),
		params("threads.custom_action", `"thread_id":%q,"action":{"type":"x"}`, thread),
		params("threads.delete", `"thread_id":%q`, thread),
		params("items.list", `"thread_id":%q`, thread),
	} {
		r.refused(raw, chatkit.ErrNotFound)
	}
	close(release)
	<-over
}

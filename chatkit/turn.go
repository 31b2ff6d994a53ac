package chatkit

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"sync"
)

// errStopped is what Emit returns once the stream is over.
var errStopped = errors.New("chatkit: the stream is over")

// Turn is one answer in the making. Its methods may be called from several
// goroutines at once, until Respond returns.
type Turn struct {
	Input *UserMessage // what is to be answered; nil when the answer goes on

	store Store
	ctx   context.Context // the stream's; storing outlives it
	send  func(Event) error
	ids   func(kind string) string

	mu      sync.Mutex
	pending Pending
	thread  Thread // as it is now
	saved   Thread // as it is stored
	err     error  // the first failure: nothing is emitted after it
	gone    bool   // that failure is the client's, not ours
}

// newTurn prepares a plan's answer.
func newTurn(ctx context.Context, store Store, p Planner, plan *Plan, send func(Event) error) *Turn {
	t := &Turn{Input: plan.Input, store: store, ctx: ctx, send: send, thread: *plan.Thread.Clone(), saved: *plan.Thread.Clone()}
	t.ids = func(kind string) string { return p.newItemID(ctx, kind, plan.Thread) }
	t.pending = Pending{ThreadID: plan.Thread.ID, Now: p.Now, NewID: func(it Item) string { return t.ids(IDPrefix(it)) }}
	return t
}

// Emit stores what the event finishes and then sends it. It fills in ids,
// threads and times that the event's item leaves empty, in the item itself, and
// is done with the item when it returns. Hidden items are stored and not sent.
// An error means that the stream is over; return it.
func (t *Turn) Emit(ev Event) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.check(); err != nil {
		return err
	}
	fx, err := t.pending.Apply(ev)
	if err != nil {
		return t.fail(err, false)
	}
	// What is done is done, even if the client leaves at this moment.
	if err := fx.Store(context.WithoutCancel(t.ctx), t.store, t.thread.ID); err != nil {
		return t.fail(err, false)
	}
	for _, ev := range fx.Send {
		if err := t.send(ev); err != nil {
			return t.fail(err, !errors.Is(err, ErrEncode))
		}
	}
	return t.flush()
}

// show sends an event that is already stored.
func (t *Turn) show(ev Event) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.check(); err != nil {
		return err
	}
	if err := t.send(ev); err != nil {
		return t.fail(err, true)
	}
	return nil
}

// check returns why nothing more may be emitted. The caller holds mu.
func (t *Turn) check() error {
	if t.err == nil && t.ctx.Err() != nil {
		return t.fail(context.Cause(t.ctx), true)
	}
	return t.err
}

func (t *Turn) fail(err error, gone bool) error {
	t.err, t.gone = err, gone
	return err
}

// Thread returns the thread as it is now, without its items.
func (t *Turn) Thread() Thread {
	t.mu.Lock()
	defer t.mu.Unlock()
	return *t.thread.Clone()
}

// Update changes the thread: its title, status, image domains or metadata.
// The change is stored and shown to the client with the next event, or at the
// answer's end. Do not call the turn's methods from within change.
func (t *Turn) Update(change func(*Thread)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	id := t.thread.ID
	change(&t.thread)
	t.thread.ID, t.thread.Items = id, Page[Item]{}
}

// SetTitle names the thread, like Update.
func (t *Turn) SetTitle(title string) { t.Update(func(th *Thread) { th.Title = title }) }

// SetStatus locks, closes or opens the thread, like Update.
func (t *Turn) SetStatus(status ThreadStatus) { t.Update(func(th *Thread) { th.Status = status }) }

// SetMetadata sets one key of the thread's metadata, like Update.
func (t *Turn) SetMetadata(key string, value any) {
	t.Update(func(th *Thread) {
		if th.Metadata == nil {
			th.Metadata = map[string]any{}
		}
		th.Metadata[key] = value
	})
}

// NewID returns a new id for an item that is to have it before it is emitted.
// Kind is one of the Prefix constants.
func (t *Turn) NewID(kind string) string { return t.ids(kind) }

// Recent returns up to limit of the thread's newest items, oldest first, hidden
// ones and Input included.
func (t *Turn) Recent(ctx context.Context, limit int) ([]Item, error) {
	page, err := t.store.ListItems(ctx, t.thread.ID, PageRequest{Limit: limit, Order: Desc})
	slices.Reverse(page.Data)
	return page.Data, err
}

// flush stores and shows the thread if it has changed. The caller holds mu.
func (t *Turn) flush() error {
	if !t.changed() {
		return nil
	}
	if err := t.saveThread(context.WithoutCancel(t.ctx)); err != nil {
		return t.fail(err, false)
	}
	if err := t.send(ThreadUpdated{t.saved.Clone()}); err != nil {
		return t.fail(err, true)
	}
	return nil
}

func (t *Turn) changed() bool { return !reflect.DeepEqual(t.thread, t.saved) }

func (t *Turn) saveThread(ctx context.Context) error {
	t.saved = *t.thread.Clone()
	return t.store.SaveThread(ctx, t.thread.Clone())
}

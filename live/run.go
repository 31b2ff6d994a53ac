package live

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/taskpilot/taskpilot/chatkit"
)

// Why a run ends before its producer is done: the cause of the run's context.
var (
	ErrStopped  = errors.New("live: stopped")
	ErrShutdown = errors.New("live: the server is shutting down")
	ErrTooLong  = errors.New("live: the run took too long")
	ErrLost     = errors.New("live: the run is gone from the store")
	errOver     = errors.New("live: the run is over")
)

// Spec describes a run that the store has accepted.
type Spec struct {
	RunID, UserID, ThreadID string
	// Prologue is what readers see before the producer's events; its items are
	// already stored.
	Prologue []chatkit.Event
}

// Produce makes a run's events. See assistant.Assistant for the contract.
type Produce func(ctx context.Context, emit func(chatkit.Event) error) error

// Run is one running answer.
type Run struct {
	Spec
	engine *Engine
	ctx    context.Context
	cancel context.CancelCauseFunc

	mu      sync.Mutex
	fold    chatkit.Fold  // what was emitted
	queue   []entry       // emitted, not yet committed
	dirty   bool          // the writer knows of the queue
	space   chan struct{} // closed when the queue has been taken; nil if nobody waits
	over    bool          // nothing more may be emitted
	lastSeq int64         // the writer's own
	tail    []Event       // the newest committed events, for readers that keep up
	shown   int64         // the last committed one's number
	end     *End          // committed
	wake    chan struct{}
}

// entry is one emitted event with what it changes in the store.
type entry struct {
	delta   *chatkit.ItemUpdated // a text delta, still open for more text
	payload []byte               // any other event; nil: changes the store only
	item    *ItemChange
	title   string
	end     *End
}

// maxQueue bounds the entries that wait for a commit. Text deltas merge, so only
// a producer that makes other events faster than the store takes them waits.
const maxQueue = 256

// maxDelta bounds a merged text delta, in bytes, so that one event stays small
// enough to send at once.
const maxDelta = 32 << 10

// emit takes the producer's next event.
func (r *Run) emit(ev chatkit.Event) error {
	for {
		if err := context.Cause(r.ctx); err != nil {
			return err
		}
		wait, err := r.tryEmit(ev)
		if wait == nil {
			return err
		}
		select {
		case <-wait:
		case <-r.ctx.Done():
		}
	}
}

// tryEmit queues the event, or returns a channel to wait on when the queue is full.
func (r *Run) tryEmit(ev chatkit.Event) (wait chan struct{}, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.over {
		return nil, errOver
	}
	if len(r.queue) >= maxQueue {
		if r.space == nil {
			r.space = make(chan struct{})
		}
		return r.space, nil
	}
	return nil, r.add(ev)
}

// add folds and queues one event. The caller holds mu.
func (r *Run) add(ev chatkit.Event) error {
	if up, ok := ev.(chatkit.ItemUpdated); ok {
		if d, ok := up.Update.(chatkit.TextDelta); ok {
			d.Delta = chatkit.CleanText(d.Delta)
			up.Update = d
			r.push(entry{delta: &up})
			return r.fold.Apply(up)
		}
	}
	r.complete(ev)
	payload, err := marshal(ev)
	if err != nil {
		return err
	}
	// From here on a copy in its stored form, which the producer can't change.
	if ev, err = chatkit.UnmarshalEvent(payload); err != nil {
		return err
	}
	if err := r.fold.Apply(ev); err != nil {
		return err
	}
	if e := effect(ev, payload); e != nil {
		r.push(*e)
	}
	return nil
}

// effect says what an event shows and what it changes in the store; nil for one
// that does neither.
func effect(ev chatkit.Event, payload []byte) *entry {
	show := func(it chatkit.Item) []byte {
		if chatkit.Hidden(it) {
			return nil
		}
		return payload
	}
	switch v := ev.(type) {
	case chatkit.ItemAdded:
		if chatkit.Hidden(v.Item) {
			return nil
		}
	case chatkit.ItemDone:
		return &entry{payload: show(v.Item), item: &ItemChange{Item: v.Item}}
	case chatkit.ItemReplaced:
		return &entry{payload: show(v.Item), item: &ItemChange{Item: v.Item}}
	case chatkit.ItemRemoved:
		return &entry{payload: payload, item: &ItemChange{RemoveID: v.ItemID}}
	case chatkit.ThreadUpdated:
		return &entry{payload: payload, title: v.Thread.Title}
	}
	return &entry{payload: payload}
}

// complete fills in what the producer left empty in an item.
func (r *Run) complete(ev chatkit.Event) {
	var it chatkit.Item
	switch v := ev.(type) {
	case chatkit.ItemAdded:
		it = v.Item
	case chatkit.ItemDone:
		it = v.Item
	case chatkit.ItemReplaced:
		it = v.Item
	default:
		return
	}
	b := it.Base()
	if b.ID == "" {
		b.ID = chatkit.NewID(idPrefix(it))
	}
	b.ThreadID = r.ThreadID
	if b.CreatedAt.IsZero() {
		b.CreatedAt = chatkit.At(time.Now())
	}
}

func idPrefix(it chatkit.Item) string {
	switch it.(type) {
	case *chatkit.ClientToolCall:
		return chatkit.PrefixToolCall
	case *chatkit.WorkflowItem:
		return chatkit.PrefixWorkflow
	case *chatkit.TaskItem:
		return chatkit.PrefixTask
	case *chatkit.HiddenContext, *chatkit.SDKHiddenContext:
		return chatkit.PrefixHidden
	}
	return chatkit.PrefixMessage
}

// push queues an entry, merging a text delta into the one before it, and tells
// the writer. The caller holds mu.
func (r *Run) push(e entry) {
	if n := len(r.queue); n > 0 && merge(&r.queue[n-1], e) {
		return
	}
	r.queue = append(r.queue, e)
	if !r.dirty {
		r.dirty = true
		r.engine.writer.add(r)
	}
}

// merge joins two text deltas of the same part.
func merge(last *entry, e entry) bool {
	if last.delta == nil || e.delta == nil || last.delta.ItemID != e.delta.ItemID {
		return false
	}
	x, y := last.delta.Update.(chatkit.TextDelta), e.delta.Update.(chatkit.TextDelta)
	if x.ContentIndex != y.ContentIndex || len(x.Delta)+len(y.Delta) > maxDelta {
		return false
	}
	x.Delta += y.Delta
	last.delta.Update = x
	return true
}

// main runs the producer to its end and queues the run's last events.
func (r *Run) main(produce Produce, limit, grace time.Duration) {
	ctx, cancel := context.WithTimeoutCause(r.ctx, limit, ErrTooLong)
	defer cancel()
	done := make(chan error, 1)
	go func() {
		defer func() {
			if p := recover(); p != nil {
				done <- panicError(p)
			}
		}()
		done <- produce(ctx, r.emit)
	}()
	var err error
	select {
	case err = <-done:
	case <-ctx.Done():
		// A producer that does not notice is left behind: its events are refused.
		select {
		case <-done:
		case <-time.After(grace):
			r.engine.log.Warn("producer ignores its context", "run", r.RunID)
		}
		err = context.Cause(ctx)
	}
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	}
	r.finish(err)
}

// finish closes the run for its producer and queues its end.
func (r *Run) finish(err error) {
	if err != nil && !errors.Is(err, ErrStopped) && !errors.Is(err, ErrShutdown) {
		r.engine.log.Error("run failed", "run", r.RunID, "thread", r.ThreadID, "err", err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.over {
		r.over = true
		for _, e := range closing(&r.fold, r.ThreadID, err) {
			r.push(e)
		}
	}
	r.cancel(errOver)
}

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
	ErrWaiting  = errors.New("live: waits for the person") // of a producer whose answer is complete so far
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
	pending chatkit.Pending
	last    chatkit.Item  // the newest finished item that people see
	queue   []entry       // emitted, not yet committed
	dirty   bool          // the writer knows of the queue
	space   chan struct{} // closed when the queue has been taken; nil if nobody waits
	over    bool          // nothing more may be emitted
	lastSeq int64         // the writer's own
	shown   int64         // the last committed event's number
	end     *End          // committed
	wake    chan struct{}

	tail     []Event // the newest committed events, for readers that keep up
	tailSize int     // bytes of their payloads
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

// add takes one event in: what it changes and shows is queued. The caller holds mu.
func (r *Run) add(ev chatkit.Event) error {
	if up, ok := ev.(chatkit.ItemUpdated); ok {
		if d, ok := up.Update.(chatkit.TextDelta); ok {
			d.Delta = chatkit.CleanText(d.Delta)
			up.Update = d
			fx, err := r.pending.Apply(up)
			if err == nil && len(fx.Send) > 0 {
				r.push(entry{delta: &up})
			}
			return err
		}
	}
	// The producer learns the ids; from here on it is a copy in its stored form,
	// which the producer can't change.
	if err := r.pending.Complete(ev); err != nil {
		return err
	}
	payload, err := marshal(ev)
	if err != nil {
		return err
	}
	if ev, err = chatkit.UnmarshalEvent(payload); err != nil {
		return err
	}
	fx, err := r.pending.Apply(ev)
	if err != nil {
		return err
	}
	r.queueEffects(fx)
	return nil
}

// queueEffects queues what an event changes in the store and what it shows. The
// caller holds mu.
func (r *Run) queueEffects(fx chatkit.Effects) {
	for _, it := range fx.Save {
		if !chatkit.Hidden(it) {
			r.last = it
		}
		r.push(entry{item: &ItemChange{Item: it}})
	}
	for _, id := range fx.Remove {
		r.push(entry{item: &ItemChange{RemoveID: id}})
	}
	for _, ev := range fx.Send {
		e := entry{payload: mustMarshal(ev)}
		if t, ok := ev.(chatkit.ThreadUpdated); ok {
			e.title = t.Thread.Title
		}
		r.push(e)
	}
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
	if err != nil && !errors.Is(err, ErrWaiting) && !errors.Is(err, ErrStopped) && !errors.Is(err, ErrShutdown) {
		r.engine.log.Error("run failed", "run", r.RunID, "thread", r.ThreadID, "err", err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.over {
		r.over = true
		for _, e := range closing(r.pending.Items(), r.last, r.ThreadID, err) {
			r.push(e)
		}
	}
	r.cancel(errOver)
}

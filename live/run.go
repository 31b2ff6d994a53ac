package live

import (
	"context"
	"errors"
	"slices"
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
	errUnstored = errors.New("live: the run's events can't be stored")
)

// Spec describes a run that the store has accepted.
type Spec struct {
	RunID, UserID, ThreadID string
	Thread                  chatkit.Thread // as the run begins, without items
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
	spare   []entry       // the writer's own: the queue's room when it comes back
	dirty   bool          // the writer knows of the queue
	space   chan struct{} // closed when the queue has been taken; nil if nobody waits
	over    bool          // nothing more may be emitted
	lastSeq int64         // the writer's own
	shown   int64         // the last committed event's number
	end     *End          // committed, or owed
	unsaid  []byte        // the event that tells why the run failed, where it is not in the log
	waiting []*Follower   // for more to read

	tail     []Event // the newest committed events, for readers that keep up
	tailSize int     // bytes of their payloads

	ended    sync.Once     // finish
	produced chan struct{} // closed when the producer has returned
}

// entry is one emitted event with what it changes in the store.
type entry struct {
	payload []byte // of the event; nil: changes the store only
	textOf  string // the message that the event brings text for, if that is all: more may be added
	part    int    // of that message
	item    *ItemChange
	thread  *ThreadChange
	end     *End
}

// maxQueue bounds the entries that wait for a commit. Text deltas merge, so only
// a producer that makes other events faster than the store takes them waits.
const maxQueue = 256

// maxDelta bounds the event of a merged text delta, in bytes, so that one event stays small
// enough to send at once.
const maxDelta = 32 << 10

// emit takes the producer's next event.
func (r *Run) emit(ev chatkit.Event) error {
	for {
		if r.ctx.Err() != nil { // cheaper than its cause
			return context.Cause(r.ctx)
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
			return r.addText(ev, up.ItemID, d)
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
	if own, ok := copyAnswer(ev); ok {
		ev = own
	} else {
		if ev, err = chatkit.UnmarshalEvent(payload); err != nil {
			return err
		}
		payload = nil // other events may look different when they are written again
	}
	fx, err := r.pending.Apply(ev)
	if err != nil {
		return err
	}
	r.queueEffects(fx, payload)
	return nil
}

// copyAnswer copies a finished answer of nothing but clean text, as most are,
// without reading its JSON again.
func copyAnswer(ev chatkit.Event) (chatkit.Event, bool) {
	done, _ := ev.(chatkit.ItemDone)
	m, _ := done.Item.(*chatkit.AssistantMessage)
	if m == nil || chatkit.CleanText(m.ID) != m.ID {
		return nil, false
	}
	own := &chatkit.AssistantMessage{ItemBase: m.ItemBase, Content: make([]*chatkit.OutputText, 0, len(m.Content))}
	own.CreatedAt = chatkit.At(m.CreatedAt.Time)
	for _, part := range m.Content {
		if part == nil || len(part.Annotations) > 0 || chatkit.CleanText(part.Text) != part.Text {
			return nil, false
		}
		own.Content = append(own.Content, &chatkit.OutputText{Text: part.Text})
	}
	return chatkit.ItemDone{Item: own}, true
}

// addText is add for the event that there is most of.
func (r *Run) addText(ev chatkit.Event, itemID string, d chatkit.TextDelta) error {
	if id, text := chatkit.CleanText(itemID), chatkit.CleanText(d.Delta); id != itemID || text != d.Delta {
		itemID, d.Delta = id, text
		ev = chatkit.ItemUpdated{ItemID: itemID, Update: d}
	}
	fx, err := r.pending.Apply(ev)
	if err != nil || len(fx.Send) == 0 || r.merge(itemID, d) {
		return err
	}
	const rest = 164 // bytes of the event, about
	payload, err := chatkit.AppendEvent(make([]byte, 0, rest+len(itemID)+len(d.Delta)), ev)
	if err != nil {
		return err
	}
	r.push(entry{payload: payload, textOf: itemID, part: d.ContentIndex})
	return nil
}

// merge puts text behind text of the same part that still waits.
func (r *Run) merge(itemID string, d chatkit.TextDelta) bool {
	if len(r.queue) == 0 {
		return false
	}
	last := &r.queue[len(r.queue)-1]
	if last.textOf == "" || last.textOf != itemID || last.part != d.ContentIndex || len(last.payload)+len(d.Delta) > maxDelta {
		return false
	}
	last.payload = chatkit.ExtendTextDelta(last.payload, d.Delta)
	return true
}

// queueEffects queues what an event changes in the store and what it shows:
// payload, if that is known. The caller holds mu.
func (r *Run) queueEffects(fx chatkit.Effects, payload []byte) {
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
		e := entry{payload: payload}
		if payload == nil {
			e.payload = mustMarshal(ev)
		}
		if t, ok := ev.(chatkit.ThreadUpdated); ok {
			e.thread = r.threadChange(t.Thread)
		}
		r.push(e)
	}
}

// threadChange is what an event changes of the thread as the run last knew it:
// what others changed meanwhile stays. The caller holds mu.
func (r *Run) threadChange(t *chatkit.Thread) *ThreadChange {
	c := &ThreadChange{Title: t.Title}
	if r.Thread.Status.Type == "" { // a new thread's
		r.Thread.Status.Type = chatkit.Active
	}
	if t.Status != r.Thread.Status {
		c.Status = &t.Status
	}
	if !slices.Equal(t.AllowedImageDomains, r.Thread.AllowedImageDomains) {
		c.ImageDomains = &t.AllowedImageDomains
	}
	r.Thread = *t
	return c
}

// push queues an entry and tells the writer. The caller holds mu.
func (r *Run) push(e entry) {
	r.queue = append(r.queue, e)
	if !r.dirty {
		r.dirty = true
		r.engine.writer.add(r)
	}
}

// main runs the producer to its end and queues the run's last events.
func (r *Run) main(produce Produce, limit, grace time.Duration) {
	timer := time.AfterFunc(limit, func() { r.cancel(ErrTooLong) }) // a context with a deadline takes more memory
	defer timer.Stop()
	leave := context.AfterFunc(r.ctx, func() { r.leaveBehind(context.Cause(r.ctx), grace) })
	err := r.produce(r.ctx, produce)
	close(r.produced)
	leave()
	if cause := context.Cause(r.ctx); cause != nil {
		err = cause
	}
	r.finish(err)
}

func (r *Run) produce(ctx context.Context, produce Produce) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = panicError(p)
		}
	}()
	return produce(ctx, r.emit)
}

// leaveBehind finishes a run whose producer does not notice that its context has
// ended: its events are refused from then on.
func (r *Run) leaveBehind(cause error, grace time.Duration) {
	select {
	case <-r.produced:
	case <-time.After(grace):
		r.engine.log.Warn("producer ignores its context", "run", r.RunID)
		r.finish(cause)
	}
}

// finish closes the run for its producer and queues its end, once.
func (r *Run) finish(err error) {
	r.ended.Do(func() {
		r.close(err)
		r.engine.active.Done()
	})
}

func (r *Run) close(err error) {
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

package live

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sort"
	"time"
)

// publish shows committed events to the run's readers.
func (r *Run) publish(b Batch) {
	r.mu.Lock()
	if n := len(b.Events); n > 0 {
		r.remember(b.Events)
		r.shown = b.Events[n-1].Seq
	}
	if b.End != nil {
		r.end = b.End
	}
	r.wakeReaders()
	r.mu.Unlock()
	if b.End != nil {
		r.engine.ended(r)
	}
}

// wakeReaders is called with mu held.
func (r *Run) wakeReaders() {
	for _, f := range r.waiting {
		if f.ready != nil {
			f.ready()
			continue
		}
		select {
		case f.wake <- struct{}{}:
		default: // it has been told
		}
	}
	clear(r.waiting)
	r.waiting = r.waiting[:0]
}

// What a run keeps in memory for readers: up to twice this; who is further
// behind reads the store. It is about half a second of an answer, so that thousands of
// answers fit. What was published last is kept whole even if it is larger.
const (
	tailEvents = 8
	tailBytes  = 4 << 10
	tailNewest = 128 << 10
)

// remember keeps the newest events. It cuts the tail when it is twice as long as
// it should be, so that an event costs the same however many are kept. The
// caller holds mu.
func (r *Run) remember(events []Event) {
	r.tail = append(r.tail, events...)
	for _, e := range events {
		r.tailSize += len(e.Payload)
	}
	if len(r.tail) < 2*tailEvents && r.tailSize <= 2*tailBytes {
		return
	}
	first, size := len(r.tail), 0
	for first > 0 {
		count, next := len(r.tail)-first, size+len(r.tail[first-1].Payload)
		newest := count < len(events) && next <= tailNewest
		if !newest && (count >= tailEvents || next > tailBytes) {
			break
		}
		first, size = first-1, next
	}
	if r.tail, r.tailSize = slices.Delete(r.tail, 0, first), size; cap(r.tail) > 4*tailEvents {
		r.tail = slices.Clone(r.tail)
	}
}

// fail ends a run that the store takes nothing more from. Why is said to the readers
// at once, and stored when the store takes it again.
func (r *Run) fail(err error) {
	r.mu.Lock()
	if r.end != nil {
		r.mu.Unlock()
		return
	}
	ev := errorEvent(err)
	end := End{Status: Failed, Code: ev.Code, Message: ev.Message, AllowRetry: true}
	r.over, r.queue, r.end = true, nil, &end
	if errors.Is(err, errUnstored) {
		r.unsaid = mustMarshal(ev)
	}
	if r.space != nil {
		close(r.space)
		r.space = nil
	}
	r.wakeReaders()
	r.mu.Unlock()
	r.cancel(err)
	r.engine.owe(r, err)
	r.engine.ended(r)
}

// Follower reads a run's events in order, each once. It is for one reader.
type Follower struct {
	engine *Engine
	run    *Run // nil: not running in this process
	runID  string
	after  int64
	end    *End
	told   bool    // why the run failed, which is not in the log
	read   []Event // room for what Next and Now return

	// What tells a reader on the run's list that there may be more to read.
	wake  chan struct{} // receives
	ready func()        // is called instead, if not nil
}

// Follow returns a reader of the run's events after the given sequence number.
func (e *Engine) Follow(runID string, after int64) *Follower {
	return &Follower{engine: e, run: e.run(runID), runID: runID, after: after}
}

// End says how the run ended, once Next has returned io.EOF.
func (f *Follower) End() End {
	if f.end == nil {
		return End{Status: Running}
	}
	return *f.end
}

// pageSize is how many events a reader that is behind takes from the store at once.
const pageSize = 100

// Next waits for events and returns them; io.EOF after the last one of a run
// that has ended. The list, not the events, is used again by the next call. It
// never holds up the run: a reader that falls behind what
// memory keeps reads the store.
func (f *Follower) Next(ctx context.Context) ([]Event, error) {
	if f.wake == nil {
		f.wake = make(chan struct{}, 1)
	}
	for {
		events, err := f.Now(nil)
		switch {
		case errors.Is(err, ErrBehind):
			return f.fromStore(ctx)
		case err != nil || len(events) > 0:
			return events, err
		}
		select {
		case <-f.wake:
		case <-ctx.Done():
			f.Close()
			return nil, ctx.Err()
		}
	}
}

// ErrBehind is returned by Now when only the store has what comes next. Next
// reads it there.
var ErrBehind = errors.New("live: only the store has what comes next")

// Now is Next for a reader that waits for nothing. If there are no events yet it
// returns none, and ready is called when there may be, or before. It is called
// with locks held: it may only pass the word on.
func (f *Follower) Now(ready func()) ([]Event, error) {
	if f.run == nil {
		return nil, ErrBehind
	}
	events, end, behind := f.run.next(f, ready)
	switch {
	case behind:
		return nil, ErrBehind
	case len(events) > 0:
		f.after = events[len(events)-1].Seq
	case end != nil:
		f.end = end
		return nil, io.EOF
	}
	return events, nil
}

// Close ends the reading: nobody is told of more from then on.
func (f *Follower) Close() {
	if f.run != nil {
		f.run.leave(f)
	}
}

// next returns the committed events that the reader has not seen, or how the run
// ended, or behind when memory no longer has them. If there is nothing yet the
// reader will be told, by ready if it is not nil.
func (r *Run) next(f *Follower, ready func()) (events []Event, end *End, behind bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	i := sort.Search(len(r.tail), func(i int) bool { return r.tail[i].Seq > f.after })
	switch {
	case f.after < r.shown && (i == len(r.tail) || r.tail[i].Seq != f.after+1):
		return nil, nil, true
	case i < len(r.tail):
		f.read = append(f.read[:0], r.tail[i:]...) // the tail's own room is used again
		return f.read, nil, false
	case r.unsaid != nil && !f.told:
		// It has the number of what was shown last, so that whoever comes back after it
		// gets what is stored of the answer later.
		f.told, f.read = true, append(f.read[:0], Event{Seq: f.after, Payload: r.unsaid})
		return f.read, nil, false
	case r.end != nil:
		return nil, r.end, false
	}
	if f.ready = ready; !slices.Contains(r.waiting, f) {
		r.waiting = append(r.waiting, f)
	}
	return nil, nil, false
}

// leave takes a reader that waits no longer off the list.
func (r *Run) leave(f *Follower) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.waiting = slices.DeleteFunc(r.waiting, func(w *Follower) bool { return w == f })
}

// page reads the next events from the store.
func (f *Follower) page(ctx context.Context) ([]Event, error) {
	events, err := f.engine.store.RunEvents(ctx, f.runID, f.after, pageSize)
	if err != nil {
		return nil, fmt.Errorf("live: follow: %w", err)
	}
	if len(events) > 0 {
		f.after = events[len(events)-1].Seq
	}
	return events, nil
}

// fromStore reads a run that is not this process's, or has ended: events that
// are there, else its end, else it looks again.
func (f *Follower) fromStore(ctx context.Context) ([]Event, error) {
	for {
		// The end is read before the events, so that none can come between.
		end, err := f.engine.store.RunEnd(ctx, f.runID)
		if err != nil {
			return nil, fmt.Errorf("live: follow: %w", err)
		}
		events, err := f.page(ctx)
		if err != nil || len(events) > 0 {
			return events, err
		}
		if end != nil {
			f.end = end
			return nil, io.EOF
		}
		select {
		case <-time.After(f.engine.opts.Poll):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// Shown returns everything that the run has shown so far, without waiting.
func (e *Engine) Shown(ctx context.Context, runID string) ([]Event, error) {
	f := e.Follow(runID, 0)
	events, err := f.Now(nil)
	f.Close()
	if !errors.Is(err, ErrBehind) {
		return events, nil
	}
	var all []Event
	for {
		events, err := f.page(ctx)
		if err != nil || len(events) == 0 {
			return all, err
		}
		all = append(all, events...)
	}
}

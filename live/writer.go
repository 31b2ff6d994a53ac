package live

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/taskpilot/taskpilot/chatkit"
)

// writer is the one goroutine that commits and publishes.
type writer struct {
	store  Store
	owner  string
	log    *slog.Logger
	outage time.Duration

	mu    sync.Mutex
	dirty []*Run
	kick  chan struct{}
	quit  chan struct{} // closed: finish what is queued and end
	done  chan struct{}

	// The loop's own, to be used again: a busy writer would else make more garbage
	// than everything beside it.
	spare   []*Run
	round   []taken
	batches []Batch
	events  []Event
	begun   time.Time // the last commit
	rate    float64   // of parts of runs that come to be committed, in a second
}

func newWriter(store Store, o Options) *writer {
	return &writer{store: store, owner: o.Owner, log: o.Log, outage: o.Outage,
		kick: make(chan struct{}, 1), quit: make(chan struct{}), done: make(chan struct{})}
}

// add says that a run has something queued.
func (w *writer) add(r *Run) {
	w.mu.Lock()
	w.dirty = append(w.dirty, r)
	first := len(w.dirty) == 1
	w.mu.Unlock()
	if !first {
		return // whoever was first has told the loop
	}
	select {
	case w.kick <- struct{}{}:
	default:
	}
}

func (w *writer) take() []*Run {
	w.mu.Lock()
	defer w.mu.Unlock()
	runs := w.dirty
	w.dirty, w.spare = w.spare[:0], runs
	return runs
}

// loop commits what has queued up until it is told to quit and nothing is left.
func (w *writer) loop() {
	defer close(w.done)
	for {
		runs := w.take()
		if len(runs) == 0 {
			select {
			case <-w.kick:
				continue
			case <-w.quit:
				if runs = w.take(); len(runs) == 0 {
					return
				}
			}
		}
		w.round = w.round[:0]
		for _, r := range runs {
			w.round = append(w.round, taken{r, w.batch(r)})
		}
		clear(runs)
		begun := time.Now()
		w.commit(w.round)
		w.forget()
		w.rest(len(w.round), begun)
	}
}

// When to rest. A commit costs the same few hundred microseconds for one run as
// for a hundred, so a writer that never rests spends a core on small batches when
// hundreds of runs talk at once. Below that, what people read comes at once. A
// screen shows a new picture every 17 ms.
const (
	busyRate = 6000 // parts of runs committed in a second
	minRest  = 16 * time.Millisecond
	maxRest  = 40 * time.Millisecond
	rateOver = 250 * time.Millisecond // over which the rate is taken
)

// rest lets a busy writer gather: three times as long as the commit of this many
// runs took, within bounds.
func (w *writer) rest(runs int, begun time.Time) {
	gap := begun.Sub(w.begun)
	w.begun = begun
	w.rate += (float64(runs)/max(gap, time.Microsecond).Seconds() - w.rate) * min(1, gap.Seconds()/rateOver.Seconds())
	if w.rate < busyRate {
		return
	}
	timer := time.NewTimer(min(max(3*time.Since(begun), minRest), maxRest))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-w.quit:
	}
}

// taken is what one round took from one run.
type taken struct {
	run   *Run
	batch Batch
}

// How a commit is tried again while the store is out of reach. Producers
// wait meanwhile, nothing is shown and nothing is lost.
const (
	firstPause = 20 * time.Millisecond
	maxPause   = time.Second
	quitOutage = 3 * time.Second // an outage while shutting down
	triesAlone = 3               // for a run that the store refuses though it answers
)

// commit stores the batches and publishes them. When the store refuses them
// together they are tried one by one, so that one run's trouble stays its own.
func (w *writer) commit(all []taken) {
	start, pause, alone := time.Now(), firstPause, 0
	for {
		err := w.attempt(all)
		if err == nil {
			return
		}
		w.log.Warn("commit failed", "runs", len(all), "err", err)
		if len(all) > 1 {
			if all = w.oneByOne(all); len(all) == 0 {
				return
			}
		}
		if !errors.Is(err, ErrUnwritable) && w.reachable() {
			alone++
		}
		if alone >= triesAlone || time.Since(start) > w.outage || w.quitting() && time.Since(start) > quitOutage {
			for _, t := range all {
				w.log.Error("run given up: its events can't be stored", "run", t.run.RunID, "err", err)
				t.run.fail(fmt.Errorf("%w: %w", errUnstored, err))
			}
			return
		}
		<-time.After(pause)
		pause = min(2*pause, maxPause)
	}
}

// oneByOne commits each batch alone and returns those that failed.
func (w *writer) oneByOne(all []taken) []taken {
	var failed []taken
	for _, t := range all {
		if err := w.attempt([]taken{t}); err != nil {
			failed = append(failed, t)
		}
	}
	return failed
}

func (w *writer) reachable() bool {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	return w.store.Ping(ctx) == nil
}

func (w *writer) quitting() bool {
	select {
	case <-w.quit:
		return true
	default:
		return false
	}
}

// attempt commits the batches in one transaction and publishes them.
func (w *writer) attempt(all []taken) error {
	w.batches = w.batches[:0]
	for _, t := range all {
		w.batches = append(w.batches, t.batch)
	}
	defer clear(w.batches)
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	lost, err := w.store.Commit(ctx, w.batches)
	if err != nil {
		return err
	}
	gone := make(map[string]bool, len(lost))
	for _, id := range lost {
		gone[id] = true
	}
	for _, t := range all {
		if gone[t.batch.RunID] {
			t.run.fail(ErrLost)
		} else {
			t.run.publish(t.batch)
		}
	}
	return nil
}

// forget drops what a round held, but not the room for it.
func (w *writer) forget() {
	clear(w.round)
	clear(w.events)
	w.events = w.events[:0]
}

// batch empties a run's queue into a batch, which is good until forget, and
// numbers its events.
func (w *writer) batch(r *Run) Batch {
	b := Batch{RunID: r.RunID, UserID: r.UserID, ThreadID: r.ThreadID, Owner: w.owner}
	first := len(w.events)
	queue := r.takeQueue()
	for _, e := range queue {
		if e.payload != nil {
			r.lastSeq++
			w.events = append(w.events, Event{Seq: r.lastSeq, Payload: e.payload})
		}
		if e.item != nil {
			b.Items = append(b.Items, *e.item)
		}
		if e.thread != nil {
			b.Thread = e.thread.over(b.Thread)
		}
		if e.end != nil {
			b.End = e.end
		}
	}
	b.Events = w.events[first:len(w.events):len(w.events)]
	clear(queue)
	if r.spare = queue; cap(queue) > maxSpare {
		r.spare = nil
	}
	return b
}

// takeQueue takes what the run has queued, and lets a waiting producer go on.
func (r *Run) takeQueue() []entry {
	r.mu.Lock()
	defer r.mu.Unlock()
	queue := r.queue
	r.queue, r.dirty = r.spare[:0], false
	if r.space != nil {
		close(r.space)
		r.space = nil
	}
	return queue
}

// maxSpare is how much room a run's queue keeps while it is empty.
const maxSpare = 8

// marshal writes an event in the form that is both stored and shown.
func marshal(ev chatkit.Event) ([]byte, error) {
	raw, err := chatkit.MarshalEvent(ev)
	if err != nil {
		return nil, err
	}
	return chatkit.CleanJSON(raw)
}

// mustMarshal is marshal for events that are our own or have been through it
// before, so that it can't fail; were it to, the reader sees an event it ignores.
func mustMarshal(ev chatkit.Event) []byte {
	raw, err := marshal(ev)
	if err != nil {
		return []byte(`{"type":"unwritable"}`)
	}
	return raw
}

package live

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/taskpilot/taskpilot/chatkit"
)

// Options sets an Engine's limits; zero values take the defaults.
type Options struct {
	Owner     string        // names this process in the store
	RunLimit  time.Duration // for one run; 10 minutes
	StopGrace time.Duration // for a producer to notice its stop; 500 ms
	Linger    time.Duration // for events of a finished run, so that late readers can finish; 1 minute
	Poll      time.Duration // between looks for stop requests and at runs of other processes; 250 ms
	Sweep     time.Duration // between looks for orphans and old events; 5 s
	Outage    time.Duration // for a store that can't be reached or written to, before answers are given up; 30 s
	Log       *slog.Logger
}

func (o Options) withDefaults() Options {
	def := func(d *time.Duration, v time.Duration) {
		if *d == 0 {
			*d = v
		}
	}
	def(&o.RunLimit, 10*time.Minute)
	def(&o.StopGrace, 500*time.Millisecond)
	def(&o.Linger, time.Minute)
	def(&o.Poll, 250*time.Millisecond)
	def(&o.Sweep, 5*time.Second)
	def(&o.Outage, 30*time.Second)
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}

// Engine holds this process's runs. Make it with New, end it with Close.
type Engine struct {
	store   Store
	opts    Options
	log     *slog.Logger
	writer  *writer
	Signals *Signals // tells a person's open pages what changed

	base   context.Context
	cancel context.CancelFunc
	active sync.WaitGroup // runs
	loops  sync.WaitGroup

	mu      sync.Mutex
	runs    map[string]*Run
	unended map[string]debt // runs whose end the store has yet to take
	closed  bool
}

// New starts an engine. It first finishes what dead processes left running.
func New(ctx context.Context, store Store, opts Options) (*Engine, error) {
	opts = opts.withDefaults()
	e := &Engine{store: store, opts: opts, log: opts.Log, writer: newWriter(store, opts),
		Signals: newSignals(), runs: map[string]*Run{}, unended: map[string]debt{}}
	if err := e.recover(ctx); err != nil {
		return nil, err
	}
	e.base, e.cancel = context.WithCancel(context.Background())
	go e.writer.loop()
	e.loops.Go(e.sweepLoop)
	e.loops.Go(e.stopLoop)
	return e, nil
}

// ErrClosed is returned by Start once the engine is closing.
var ErrClosed = errors.New("live: the server is shutting down")

// Start runs produce as the run that the store has accepted.
func (e *Engine) Start(spec Spec, produce Produce) (*Run, error) {
	r := &Run{Spec: spec, engine: e, produced: make(chan struct{}), pending: chatkit.Pending{ThreadID: spec.ThreadID}}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return nil, ErrClosed
	}
	r.ctx, r.cancel = context.WithCancelCause(e.base)
	r.mu.Lock()
	for _, ev := range spec.Prologue {
		r.push(entry{payload: mustMarshal(ev)})
	}
	r.mu.Unlock()
	e.runs[spec.RunID] = r
	e.active.Add(1)
	go r.main(produce, e.opts.RunLimit, e.opts.StopGrace)
	e.Signals.Notify(spec.UserID, Signal{Kind: RunStarted, ThreadID: spec.ThreadID, RunID: spec.RunID})
	return r, nil
}

// Stop ends a run of this process at once; false if it isn't one.
func (e *Engine) Stop(runID string) bool {
	r := e.run(runID)
	if r == nil {
		return false
	}
	r.cancel(ErrStopped)
	return true
}

// StopUser ends all of a person's runs in this process. The words say why, as the
// person did not do it.
func (e *Engine) StopUser(userID, words string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, r := range e.runs {
		if r.UserID == userID {
			r.cancel(stoppedFor{words})
		}
	}
}

// Active returns how many runs this process has.
func (e *Engine) Active() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.runs)
}

func (e *Engine) run(id string) *Run {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.runs[id]
}

// ended takes a finished run off the list and tells the person's pages.
func (e *Engine) ended(r *Run) {
	e.mu.Lock()
	delete(e.runs, r.RunID)
	e.mu.Unlock()
	e.Signals.Notify(r.UserID, Signal{Kind: RunEnded, ThreadID: r.ThreadID, RunID: r.RunID})
}

// owe remembers a run whose end the store could not take.
func (e *Engine) owe(r *Run, why error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.unended[r.RunID] = debt{Orphan{RunID: r.RunID, UserID: r.UserID, ThreadID: r.ThreadID}, why}
}

// Close gives running answers until ctx ends, then cuts the rest off as
// interrupted, and returns when everything is stored. Nothing starts from then
// on. A second call waits for the first.
func (e *Engine) Close(ctx context.Context) {
	e.mu.Lock()
	again := e.closed
	e.closed = true
	e.mu.Unlock()
	if again {
		<-e.writer.done
		return
	}
	idle := make(chan struct{})
	go func() {
		e.active.Wait()
		close(idle)
	}()
	select {
	case <-idle:
	case <-ctx.Done():
	}
	e.mu.Lock()
	for _, r := range e.runs {
		r.cancel(ErrShutdown)
	}
	e.mu.Unlock()
	<-idle
	e.cancel()
	e.loops.Wait()
	close(e.writer.quit)
	<-e.writer.done
}

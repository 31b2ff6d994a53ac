package live

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/taskpilot/taskpilot/chatkit"
)

// recover finishes the runs that dead processes left: what people saw of an
// answer is stored and marked, and a retry is offered.
func (e *Engine) recover(ctx context.Context) error {
	orphans, err := e.store.Orphans(ctx, e.opts.Owner)
	if err != nil {
		return fmt.Errorf("live: recover: %w", err)
	}
	for _, o := range orphans {
		if err := e.bury(ctx, o, errCrashed); err != nil {
			return fmt.Errorf("live: recover run %s: %w", o.RunID, err)
		}
		e.log.Info("finished a run that its process left", "run", o.RunID, "thread", o.ThreadID)
		e.Signals.Notify(o.UserID, Signal{Kind: RunEnded, ThreadID: o.ThreadID, RunID: o.RunID})
	}
	return nil
}

// bury ends a run from its log, for this reason: what is in the log was shown.
func (e *Engine) bury(ctx context.Context, o Orphan, why error) error {
	var fold chatkit.Fold
	var seq int64
	for {
		events, err := e.store.RunEvents(ctx, o.RunID, seq, pageSize)
		if err != nil {
			return err
		}
		if len(events) == 0 {
			break
		}
		for _, ev := range events {
			seq = ev.Seq
			parsed, err := chatkit.UnmarshalEvent(ev.Payload)
			if err != nil {
				return err
			}
			if err := fold.Apply(parsed); err != nil {
				return err
			}
		}
	}
	b := Batch{RunID: o.RunID, UserID: o.UserID, ThreadID: o.ThreadID, Owner: e.opts.Owner}
	for _, en := range closing(fold.PendingItems(), nil, o.ThreadID, why) {
		if en.payload != nil {
			seq++
			b.Events = append(b.Events, Event{Seq: seq, Payload: en.payload})
		}
		if en.item != nil {
			b.Items = append(b.Items, *en.item)
		}
		if en.end != nil {
			b.End = en.end
		}
	}
	_, err := e.store.Commit(ctx, []Batch{b})
	return err
}

// sweepLoop looks for orphans of other processes, stores ends that are owed and
// deletes events that nobody needs any more.
func (e *Engine) sweepLoop() {
	e.every(e.opts.Sweep, func(ctx context.Context) {
		e.payDebts(ctx)
		if err := e.recover(ctx); err != nil {
			e.log.Warn("looking for orphaned runs", "err", err)
		}
		if _, err := e.store.PurgeEvents(ctx, time.Now().Add(-e.opts.Linger)); err != nil {
			e.log.Warn("purging run events", "err", err)
		}
	})
}

// debt is a run whose end the store could not take.
type debt struct {
	Orphan
	why error
}

// payDebts ends the runs that had to be given up. What people saw of such an
// answer is kept like that of an orphan, unless the store refuses just that: then
// it ends without, for the thread must not wait for ever.
func (e *Engine) payDebts(ctx context.Context) {
	e.mu.Lock()
	owed := slices.Collect(maps.Values(e.unended))
	e.mu.Unlock()
	for _, d := range owed {
		err := e.bury(ctx, d.Orphan, d.why)
		if err != nil && !errors.Is(err, ErrUnwritable) && e.store.Ping(ctx) == nil {
			e.log.Error("what was shown of an answer can't be stored", "run", d.RunID, "err", err)
			ev := errorEvent(d.why)
			_, err = e.store.Commit(ctx, []Batch{{RunID: d.RunID, UserID: d.UserID, ThreadID: d.ThreadID, Owner: e.opts.Owner,
				End: &End{Status: Failed, Code: ev.Code, Message: ev.Message, AllowRetry: true}}})
		}
		if err != nil {
			continue
		}
		e.mu.Lock()
		delete(e.unended, d.RunID)
		e.mu.Unlock()
		e.Signals.Notify(d.UserID, Signal{Kind: RunEnded, ThreadID: d.ThreadID, RunID: d.RunID})
	}
}

// stopLoop carries out stops that were asked of another process.
func (e *Engine) stopLoop() {
	e.every(e.opts.Poll, func(ctx context.Context) {
		if e.Active() == 0 {
			return
		}
		ids, err := e.store.StopRequests(ctx, e.opts.Owner)
		if err != nil {
			e.log.Warn("looking for stop requests", "err", err)
		}
		for _, id := range ids {
			e.Stop(id)
		}
	})
}

// every calls f at each interval until the engine closes.
func (e *Engine) every(interval time.Duration, f func(context.Context)) {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		select {
		case <-e.base.Done():
			return
		case <-ticker.C:
			ctx, cancel := context.WithTimeout(e.base, 10*time.Second)
			f(ctx)
			cancel()
		}
	}
}

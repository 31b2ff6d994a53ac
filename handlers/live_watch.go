package handlers

import (
	"context"
	"errors"
	"io"
	"runtime/debug"
	"time"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/live"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/views"
)

// watch keeps one thread on the page up to date until ctx ends. What it can't do
// is logged and ends the stream: the page connects again and catches up.
func (p *livePage) watch(ctx context.Context, cancel func(), w watch, wake <-chan struct{}) {
	defer func() {
		if r := recover(); r != nil {
			p.h.Log.Error("live view panicked", "thread", w.thread, "panic", r, "stack", string(debug.Stack()))
			cancel()
		}
	}()
	for first, lost := true, 0; ; {
		err := p.look(ctx, &w, first)
		if errors.Is(err, models.ErrNotFound) {
			if _, err = p.h.DB.Thread(ctx, p.user, w.thread); errors.Is(err, models.ErrNotFound) {
				_ = p.send("gone", map[string]string{"thread": w.thread}) // a failed write ends the stream by itself
				return
			}
			// An earlier message was answered anew, which deleted what this looked at.
			if lost++; err == nil && lost < maxLost {
				continue
			}
		}
		if err != nil || lost == maxLost {
			if ctx.Err() == nil && p.s.failed() == nil {
				p.h.Log.Error("live view", "thread", w.thread, "err", err)
			}
			cancel()
			return
		}
		first, lost = false, 0
		select {
		case <-wake:
		case <-ctx.Done():
			return
		}
	}
}

// maxLost is how often in a row what a page is to be told may be deleted meanwhile,
// before the page has to connect again.
const maxLost = 10

// look tells the page what it lacks: on the first look the newest turn, too.
func (p *livePage) look(ctx context.Context, w *watch, first bool) error {
	if first {
		if err := p.latest(ctx, w); err != nil {
			return err
		}
	}
	return p.catchUp(ctx, w)
}

// catchUp sends what the page lacks of a thread: turns that were finished since
// its newest item, then the running one, live to its end.
func (p *livePage) catchUp(ctx context.Context, w *watch) error {
	if err := p.state(ctx, w); err != nil {
		return err
	}
	run, err := p.h.activeRun(ctx, p.user, w.thread)
	if err != nil {
		return err
	}
	missed, err := p.missed(ctx, w, run)
	if err != nil {
		return err
	}
	if err := p.sendFragments(missed); err != nil {
		return err
	}
	if run == nil {
		return p.quick(ctx, w)
	}
	w.ended = run.ID
	return p.follow(ctx, w, run)
}

// state tells whether messages may be added to the thread, when that has changed.
func (p *livePage) state(ctx context.Context, w *watch) error {
	thread, err := p.h.DB.Thread(ctx, p.user, w.thread)
	if err != nil || thread.Status == w.status {
		return err
	}
	w.status = thread.Status
	f, err := views.StateChanged(ctx, w.thread, thread.Status)
	if err != nil {
		return err
	}
	return p.sendFragments([]views.Fragment{f})
}

// frame is the shortest time between two fragments of one answer: faster than
// this nobody sees, and rendering costs.
const frame = 40 * time.Millisecond

// follow sends a running turn as it stands and then what changes, to its end.
func (p *livePage) follow(ctx context.Context, w *watch, run *models.Run) error {
	defer p.h.reads(run)()
	t, err := p.h.storedTurn(ctx, run)
	if err != nil {
		return err
	}
	view := views.NewLive(t)
	shown, err := p.h.Engine.Shown(ctx, run.ID)
	if err != nil {
		return err
	}
	if err := apply(view, shown); err != nil {
		return err
	}
	first, err := view.Snapshot(ctx)
	if err != nil {
		return err
	}
	rest, err := view.Flush(ctx)
	if err != nil {
		return err
	}
	if err := p.sendFragments(append([]views.Fragment{first}, rest...)); err != nil {
		return err
	}
	var after int64
	if n := len(shown); n > 0 {
		after = shown[n-1].Seq
	}
	if err := p.pump(ctx, w, view, p.h.Engine.Follow(run.ID, after)); err != nil {
		return err
	}
	if run, err = p.h.DB.Run(ctx, p.user, run.ID); err != nil {
		return err
	}
	last, err := p.finished(ctx, run)
	if err != nil {
		return err
	}
	w.seq = max(w.seq, last.Seq)
	if err := p.sendFragments([]views.Fragment{last}); err != nil {
		return err
	}
	return p.state(ctx, w)
}

// pump renders events as they come, at most one frame at a time, until the run ends.
func (p *livePage) pump(ctx context.Context, w *watch, view *views.Live, follower *live.Follower) error {
	for {
		if view.ThreadChanged() { // also by what was there when the page began to follow
			if err := p.state(ctx, w); err != nil {
				return err
			}
		}
		events, err := follower.Next(ctx)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := apply(view, events); err != nil {
			return err
		}
		list, err := view.Flush(ctx)
		if err != nil {
			return err
		}
		if err := p.sendFragments(list); err != nil {
			return err
		}
		select {
		case <-time.After(frame):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func apply(view *views.Live, events []live.Event) error {
	for _, e := range events {
		ev, err := chatkit.UnmarshalEvent(e.Payload)
		if err != nil {
			return err
		}
		if err := view.Apply(ev); err != nil {
			return err
		}
	}
	return nil
}

package handlers

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/views"
)

// quick renders the newest turn if it began and ended, without a new item, before
// it was seen running here: an answer that is made again and fails at once.
func (p *livePage) quick(ctx context.Context, w *watch) error {
	run, err := p.h.DB.LatestRun(ctx, p.user, w.thread)
	if errors.Is(err, models.ErrNotFound) || err == nil && (run.ID == w.ended || run.Status == models.RunRunning) {
		return nil
	}
	if err != nil {
		return err
	}
	w.ended = run.ID
	f, ok, err := p.standing(ctx, run)
	if err != nil || !ok {
		return err
	}
	if err := p.sendFragments([]views.Fragment{f}); err != nil {
		return err
	}
	return p.besides(ctx, run)
}

// besides sends what a finished run did elsewhere than in its turn.
func (p *livePage) besides(ctx context.Context, run *models.Run) error {
	if err := p.passed(ctx, run); err != nil {
		return err
	}
	return p.touched(ctx, run)
}

// latest renders the newest turn once more when a page connects: its answer may
// have ended, without a new item, while nobody listened.
func (p *livePage) latest(ctx context.Context, w *watch) error {
	run, err := p.h.DB.LatestRun(ctx, p.user, w.thread)
	if errors.Is(err, models.ErrNotFound) || err == nil && run.Status == models.RunRunning {
		return nil
	}
	if err != nil {
		return err
	}
	w.ended = run.ID
	f, ok, err := p.standing(ctx, run)
	if err != nil || !ok {
		return err
	}
	if f.Seq <= w.seq { // else it is among what is missed
		if err := p.sendFragments([]views.Fragment{f}); err != nil {
			return err
		}
	}
	return p.besides(ctx, run)
}

// standing renders the newest turn. ok is false if it was made again meanwhile: it
// has nothing any more, and what took its place is told next.
func (p *livePage) standing(ctx context.Context, run *models.Run) (f views.Fragment, ok bool, err error) {
	f, err = p.finished(ctx, run)
	if err != nil || f.Seq > 0 {
		return f, true, err
	}
	newest, err := p.h.DB.LatestRun(ctx, p.user, run.ThreadID)
	if err != nil {
		return f, false, err
	}
	return f, newest.ID == run.ID, nil
}

// fresh is how soon after a run's end a page can still be told what passed in
// it: it may have been quicker than the page.
const fresh = 10 * time.Second

// passed sends the notices and effects of a run that has just ended.
func (p *livePage) passed(ctx context.Context, run *models.Run) error {
	if run.FinishedAt == nil || p.h.Now().Sub(run.FinishedAt.Time) > fresh {
		return nil
	}
	events, err := p.h.Engine.Shown(ctx, run.ID)
	if err != nil {
		return err
	}
	view := views.NewLive(views.Turn{RunID: run.ID, ThreadID: run.ThreadID})
	if err := apply(view, events); err != nil {
		return err
	}
	list, err := view.Passing(ctx)
	if err != nil {
		return err
	}
	return p.sendFragments(list)
}

// touched draws anew the item of an earlier turn that a run was about: the
// widget of an action, or the questions that were answered.
func (p *livePage) touched(ctx context.Context, run *models.Run) error {
	items, err := p.h.turnItems(ctx, run)
	if err != nil {
		return err
	}
	for _, it := range items {
		var note struct {
			ItemID string `json:"item_id"`
		}
		hidden, ok := it.Item.(*chatkit.HiddenContext)
		if !ok || json.Unmarshal(hidden.Content, &note) != nil || note.ItemID == "" {
			continue
		}
		if err := p.redraw(ctx, run.ThreadID, note.ItemID); err != nil {
			return err
		}
	}
	return nil
}

// redraw sends an item as it is stored, for pages that have it.
func (p *livePage) redraw(ctx context.Context, threadID, itemID string) error {
	it, err := p.h.DB.Item(ctx, p.user, threadID, itemID)
	if errors.Is(err, models.ErrNotFound) {
		return p.sendFragments([]views.Fragment{views.Gone(threadID, itemID)})
	}
	if err != nil {
		return err
	}
	f, err := views.Redrawn(ctx, it.Item)
	if err != nil {
		return err
	}
	return p.sendFragments([]views.Fragment{f})
}

// missed renders the turns that have items after w.seq, but for the running one.
func (p *livePage) missed(ctx context.Context, w *watch, running *models.Run) ([]views.Fragment, error) {
	items, _, err := p.h.DB.Items(ctx, p.user, w.thread,
		models.ItemQuery{AfterSeq: w.seq, Limit: maxTurn, Order: chatkit.Desc, Hidden: true})
	if err != nil {
		return nil, err
	}
	var list []views.Fragment
	for _, group := range groupByRun(items) {
		if running != nil && group[0].RunID == running.ID {
			continue
		}
		run, err := p.h.DB.Run(ctx, p.user, group[0].RunID)
		if err != nil {
			return nil, err
		}
		f, err := p.finished(ctx, run)
		if err != nil {
			return nil, err
		}
		w.seq = max(w.seq, f.Seq)
		list = append(list, f)
		if err := p.besides(ctx, run); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// finished renders a finished turn whole.
func (p *livePage) finished(ctx context.Context, run *models.Run) (views.Fragment, error) {
	t, err := p.h.storedTurn(ctx, run)
	if err != nil {
		return views.Fragment{}, err
	}
	return views.NewLive(t).Finish(ctx, t)
}

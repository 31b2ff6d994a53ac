package handlers

import (
	"context"
	"errors"
	"time"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/views"
)

// pageItems is how many items a page of a thread shows at least; what is older
// loads as the reader scrolls up.
const pageItems = 60

// turns reads the newest turns of a thread, oldest first, from before the item
// number before (0: from the end). earlier is the number before which there are
// older items, 0 when there are none; last is the number of the newest item shown.
func (h *Handlers) turns(ctx context.Context, userID, threadID string, before int64) (list []views.Turn, earlier, last int64, err error) {
	items, more, err := h.DB.Items(ctx, userID, threadID,
		models.ItemQuery{Limit: pageItems, BeforeSeq: before, Order: chatkit.Desc, Hidden: true})
	if err != nil || len(items) == 0 {
		return nil, 0, 0, err
	}
	last = items[0].Seq
	groups := groupByRun(items)
	if more && len(groups) > 1 {
		groups = groups[1:] // its beginning is on the page before
	}
	if more {
		earlier = groups[0][0].Seq
	}
	list, err = h.turnViews(ctx, userID, threadID, groups)
	for i := range list {
		newest := before == 0 && i == len(list)-1
		if list[i].Status == views.StatusAction && !newest {
			list[i].Status = views.StatusCompleted // nothing waits before a later turn
		}
	}
	return list, earlier, last, err
}

// groupByRun splits items that come newest first into turns, oldest first.
func groupByRun(items []models.Item) [][]models.Item {
	var groups [][]models.Item
	for i := len(items) - 1; i >= 0; i-- {
		it := items[i]
		if n := len(groups); n > 0 && groups[n-1][0].RunID == it.RunID {
			groups[n-1] = append(groups[n-1], it)
		} else {
			groups = append(groups, []models.Item{it})
		}
	}
	return groups
}

func (h *Handlers) turnViews(ctx context.Context, userID, threadID string, groups [][]models.Item) ([]views.Turn, error) {
	ids := make([]string, len(groups))
	for i, g := range groups {
		ids[i] = g[0].RunID
	}
	runs, err := h.DB.Runs(ctx, userID, threadID, ids)
	if err != nil {
		return nil, err
	}
	byID := make(map[string]*models.Run, len(runs))
	for i := range runs {
		byID[runs[i].ID] = &runs[i]
	}
	list := make([]views.Turn, len(groups))
	for i, g := range groups {
		run := byID[g[0].RunID]
		if h.endedLately(run) { // after its items were read, maybe: without this its answer would be missing
			if g, err = h.turnItems(ctx, run); err != nil {
				return nil, err
			}
		}
		t := turnView(run, threadID, g)
		if t.Running() {
			if t, err = h.runningTurn(ctx, t); err != nil {
				return nil, err
			}
		}
		list[i] = t
	}
	return list, h.addFeedback(ctx, userID, threadID, list)
}

// endedLately is true of a run that may have ended while a page was being read,
// also by the clock of another server.
func (h *Handlers) endedLately(run *models.Run) bool {
	return run != nil && run.FinishedAt != nil && h.Now().Sub(run.FinishedAt.Time) < 10*time.Second
}

// turnView is a turn as it is stored.
func turnView(run *models.Run, threadID string, items []models.Item) views.Turn {
	t := views.Turn{ThreadID: threadID, Status: views.StatusCompleted}
	for _, it := range items {
		t.RunID = it.RunID
		if t.FirstSeq == 0 {
			t.FirstSeq = it.Seq
		}
		t.LastSeq = max(t.LastSeq, it.Seq)
		if !chatkit.Hidden(it.Item) {
			t.Items = append(t.Items, views.TurnItem{Item: it.Item, Incomplete: it.Incomplete})
		}
	}
	if run != nil {
		t.RunID, t.Status, t.ErrorMessage = run.ID, run.Status, run.ErrorMessage
		t.RetryItemID = run.ItemID
		// A good answer may be asked for again, too; a failure only where that makes sense.
		t.AllowRetry = run.AllowRetry || run.Status == models.RunCompleted || run.Status == models.RunCancelled
	}
	return t
}

// runningTurn adds to a stored turn what its run has shown so far.
func (h *Handlers) runningTurn(ctx context.Context, t views.Turn) (views.Turn, error) {
	view := views.NewLive(t)
	events, err := h.Engine.Shown(ctx, t.RunID)
	if err != nil {
		return t, err
	}
	if err := apply(view, events); err != nil {
		return t, err
	}
	return view.Turn(), nil
}

// storedTurn reads one run's turn as it is stored.
func (h *Handlers) storedTurn(ctx context.Context, run *models.Run) (views.Turn, error) {
	items, err := h.turnItems(ctx, run)
	if err != nil {
		return views.Turn{}, err
	}
	list := []views.Turn{turnView(run, run.ThreadID, items)}
	err = h.addFeedback(ctx, run.UserID, run.ThreadID, list)
	return list[0], err
}

// activeRun returns the thread's running run, nil when there is none.
func (h *Handlers) activeRun(ctx context.Context, userID, threadID string) (*models.Run, error) {
	run, err := h.DB.ActiveRun(ctx, userID, threadID)
	if errors.Is(err, models.ErrNotFound) {
		return nil, nil
	}
	return run, err
}

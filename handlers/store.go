package handlers

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"github.com/taskpilot/taskpilot/live"
	"github.com/taskpilot/taskpilot/models"
)

// store lets the engine keep its runs in the database: the two packages do not
// know each other, their types meet here.
type store struct {
	db   *models.DB
	room *atomic.Pointer[commitRoom] // nil while it is used
}

// commitRoom is what a commit is put into: several times a second, for hundreds
// of runs.
type commitRoom struct {
	batches []models.RunBatch
	events  []models.Event
}

var _ live.Store = store{}

// NewStore returns the engine's store over the database.
func NewStore(db *models.DB) live.Store {
	return store{db, &atomic.Pointer[commitRoom]{}}
}

// Commit writes all batches in one transaction. A run whose part can never be
// stored is lost, and does not keep the others from being stored.
func (s store) Commit(ctx context.Context, batches []live.Batch) (lost []string, err error) {
	room := s.room.Swap(nil)
	if room == nil {
		room = &commitRoom{}
	}
	defer s.room.Store(room)
	defer room.clear()
	for _, b := range batches {
		room.add(b)
	}
	list := room.batches
	for {
		gone, err := s.db.Commit(ctx, list)
		bad, ok := errors.AsType[*models.BatchError](err)
		if !ok {
			if errors.Is(err, models.ErrUnwritable) {
				err = fmt.Errorf("%w: %w", live.ErrUnwritable, err)
			}
			return append(lost, gone...), err
		}
		lost = append(lost, bad.RunID)
		list = slices.DeleteFunc(list, func(b models.RunBatch) bool { return b.RunID == bad.RunID })
	}
}

func (r *commitRoom) clear() {
	clear(r.batches)
	clear(r.events)
	r.batches, r.events = r.batches[:0], r.events[:0]
}

func (r *commitRoom) add(b live.Batch) {
	out := models.RunBatch{RunID: b.RunID, UserID: b.UserID, ThreadID: b.ThreadID, Owner: b.Owner,
		Status: b.Thread.Status, ImageDomains: b.Thread.ImageDomains}
	first := len(r.events)
	for _, e := range b.Events {
		r.events = append(r.events, models.Event(e))
	}
	out.Events = r.events[first:len(r.events):len(r.events)]
	for _, it := range b.Items {
		out.Items = append(out.Items, models.ItemChange(it))
	}
	if title := b.Thread.Title; title != "" {
		out.Title = &title
	}
	if e := b.End; e != nil {
		out.End = &models.RunEnd{Status: string(e.Status), ErrorCode: e.Code, ErrorMessage: e.Message, AllowRetry: e.AllowRetry}
	}
	r.batches = append(r.batches, out)
}

// RunEvents returns up to limit events after the given number.
func (s store) RunEvents(ctx context.Context, runID string, after int64, limit int) ([]live.Event, error) {
	rows, err := s.db.RunEvents(ctx, runID, after, limit)
	if err != nil {
		return nil, err
	}
	events := make([]live.Event, len(rows))
	for i, row := range rows {
		events[i] = live.Event(row)
	}
	return events, nil
}

// RunEnd says how the run ended, nil while it is running. Whose run it is was
// checked before anyone could follow it.
func (s store) RunEnd(ctx context.Context, runID string) (*live.End, error) {
	run, err := s.db.RunByID(ctx, runID)
	if err != nil || run.Status == models.RunRunning {
		return nil, err
	}
	return &live.End{Status: live.Status(run.Status), Code: run.ErrorCode,
		Message: run.ErrorMessage, AllowRetry: run.AllowRetry}, nil
}

// StopRequests names this owner's runs that someone asked to stop.
func (s store) StopRequests(ctx context.Context, owner string) ([]string, error) {
	return s.db.StopRequests(ctx, owner)
}

// Orphans takes over the running runs whose owner is dead.
func (s store) Orphans(ctx context.Context, owner string) ([]live.Orphan, error) {
	runs, err := s.db.Orphans(ctx, owner)
	if err != nil {
		return nil, err
	}
	orphans := make([]live.Orphan, len(runs))
	for i, r := range runs {
		orphans[i] = live.Orphan{RunID: r.ID, UserID: r.UserID, ThreadID: r.ThreadID}
	}
	return orphans, nil
}

// Ping reports whether the database answers.
func (s store) Ping(ctx context.Context) error { return s.db.Ping(ctx) }

// PurgeEvents deletes the events of runs that finished before the given time.
func (s store) PurgeEvents(ctx context.Context, before time.Time) (int64, error) {
	return s.db.PurgeEvents(ctx, before)
}

package models

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"

	"gorm.io/gorm"

	"github.com/taskpilot/taskpilot/chatkit"
)

// Event is one numbered entry of a run's log: one line of ChatKit JSON.
type Event struct {
	Seq     int64
	Payload []byte
}

// ItemChange stores Item, keeping its place when it is there already, or takes
// away the item RemoveID.
type ItemChange struct {
	Item       chatkit.Item
	Incomplete bool
	RemoveID   string
}

// RunBatch is what one run has to store. Title is set only if nobody
// chose the one that the thread has. End finishes the run.
type RunBatch struct {
	RunID    string
	UserID   string
	ThreadID string
	Owner    string
	Events   []Event
	Items    []ItemChange
	Title    *string
	End      *RunEnd

	Status       *chatkit.ThreadStatus // of the thread; nil leaves it
	ImageDomains *[]string             // of the thread; nil leaves them
}

// RunEnd is how a run ended: a final status, and what went wrong if it failed.
type RunEnd struct {
	Status       string
	ErrorCode    string
	ErrorMessage string
	AllowRetry   bool
}

// Commit stores what many runs have produced, all or nothing, in one
// transaction. A run that is no longer its Owner's, or no longer running, is
// left out and named in lost. A *BatchError names a run whose part can never be
// stored. Events that are there already are left as they are, so that a Commit
// whose outcome got lost may be repeated.
func (db *DB) Commit(ctx context.Context, batches []RunBatch) (lost []string, err error) {
	if len(batches) == 0 {
		return nil, nil
	}
	room := db.room.Swap(nil)
	if room == nil {
		room = &workRoom{}
	}
	defer db.room.Store(room)
	defer room.clear()
	for _, b := range batches {
		w, err := db.prepare(b)
		if err != nil {
			return nil, &BatchError{RunID: b.RunID, Err: err}
		}
		room.works = append(room.works, w)
	}
	if done, err := db.log.quick(db.writer.WithContext(ctx), room.works); err != nil || done {
		return nil, wrap("commit", err)
	}
	err = db.changeLog(ctx, func(tx *gorm.DB) error {
		lost, err = db.store(tx, room)
		return err
	})
	if err != nil {
		return nil, wrap("commit", err)
	}
	return lost, nil
}

// changeLog is write for transactions that the log has a part in.
func (db *DB) changeLog(ctx context.Context, fn func(tx *gorm.DB) error) error {
	if db.pg == nil {
		// Nobody waits for a network, and the driver watches a context that can end
		// with a goroutine for each statement.
		if err := ctx.Err(); err != nil {
			return err
		}
		ctx = context.WithoutCancel(ctx)
	}
	committed, end := false, db.log.begin()
	defer func() { end(committed) }()
	err := db.write(ctx, fn)
	committed = err == nil
	return err
}

// disturbLog is changeLog for a transaction that changes which runs there are,
// or whose.
func (db *DB) disturbLog(ctx context.Context, fn func(tx *gorm.DB) error) error {
	return db.changeLog(ctx, func(tx *gorm.DB) error {
		if err := db.log.disturb(tx); err != nil {
			return fmt.Errorf("log: %w", err)
		}
		return fn(tx)
	})
}

// work is a RunBatch made ready: its texts are clean, and only the last state of
// each item counts.
type work struct {
	RunBatch
	items   []itemRow
	removed []string
	thread  map[string]any // its columns that change, but for the title

	held bool  // the run is still running and its Owner's, and stays so
	last int64 // the number of the run's last event; only sqliteLog counts on it
}

// workRoom is what a commit's works are put into, to be used again: a commit may
// be of a thousand runs, and be one of twenty in a second.
type workRoom struct {
	works []work
	kept  []*work // of those
}

func (r *workRoom) clear() {
	clear(r.works)
	r.works = r.works[:0]
}

func (db *DB) prepare(b RunBatch) (work, error) {
	w := work{RunBatch: b}
	last, own := int64(0), false
	for i, e := range b.Events {
		payload, err := chatkit.CleanJSON(e.Payload)
		switch {
		case err != nil:
			return w, fmt.Errorf("event %d: %w", e.Seq, err)
		case len(payload) == 0:
			return w, fmt.Errorf("event %d is empty", e.Seq)
		case e.Seq <= last:
			return w, fmt.Errorf("event %d comes after event %d", e.Seq, last)
		}
		last = e.Seq
		if bytes.Equal(payload, e.Payload) {
			continue
		}
		if !own {
			w.Events, own = slices.Clone(b.Events), true
		}
		w.Events[i].Payload = payload
	}
	for _, c := range b.Items {
		if err := w.change(db, c); err != nil {
			return w, err
		}
	}
	if b.Title != nil {
		title := clip(line(*b.Title), 200)
		w.Title = &title
	}
	var err error
	if w.thread, err = (ThreadChange{Status: b.Status, ImageDomains: b.ImageDomains}).columns(At(db.now())); err != nil {
		return w, err
	}
	if b.End != nil && !slices.Contains(finals, b.End.Status) {
		return w, fmt.Errorf("%q is not the status of a finished run", b.End.Status)
	}
	return w, nil
}

var finals = []string{RunCompleted, RunRequiresAction, RunFailed, RunCancelled, RunInterrupted}

// change notes one change, over an earlier one of the same item.
func (w *work) change(db *DB, c ItemChange) error {
	if c.RemoveID != "" {
		if err := checkItemID(c.RemoveID); err != nil {
			return err
		}
		w.items = slices.DeleteFunc(w.items, func(r itemRow) bool { return r.ID == c.RemoveID })
		w.removed = append(w.removed, c.RemoveID)
	}
	if c.Item == nil {
		return nil
	}
	row, err := db.rowOf(c.Item, w.UserID, w.ThreadID, w.RunID)
	if err != nil {
		return err
	}
	row.Incomplete = c.Incomplete
	if i := slices.IndexFunc(w.items, func(r itemRow) bool { return r.ID == row.ID }); i >= 0 {
		w.items[i] = row
		return nil
	}
	w.items = append(w.items, row)
	return nil
}

// touchesThread reports whether the work changes more than the log.
func (w *work) touchesThread() bool {
	return len(w.items) > 0 || len(w.removed) > 0 || len(w.thread) > 0 || w.Title != nil || w.End != nil
}

// store locks threads before runs, as AcceptMessage does, and each kind in the
// order of ids, so that two transactions never wait for each other.
func (db *DB) store(tx *gorm.DB, room *workRoom) (lost []string, err error) {
	works, kept := room.works, room.kept[:0]
	threads, err := lockThreads(tx, works)
	if err != nil {
		return nil, err
	}
	if err := db.log.fence(tx, works); err != nil {
		return nil, fmt.Errorf("fence: %w", err)
	}
	for i := range works {
		if w := &works[i]; w.held {
			kept = append(kept, w)
		} else {
			lost = append(lost, w.RunID)
		}
	}
	room.kept = kept
	if err := db.log.append(tx, kept); err != nil {
		return nil, fmt.Errorf("events: %w", err)
	}
	if err := db.storeItems(tx, kept, threads); err != nil {
		return nil, fmt.Errorf("items: %w", err)
	}
	for _, w := range kept {
		if err := db.finish(tx, w, threads[w.ThreadID]); err != nil {
			return nil, fmt.Errorf("run %s: %w", w.RunID, err)
		}
	}
	return lost, nil
}

// finish stores how the run ended, and what its thread shows of it.
func (db *DB) finish(tx *gorm.DB, w *work, t *threadRow) error {
	set := maps.Clone(w.thread) // a commit may be tried again
	if w.Title != nil && (t.Title == "" || t.TitleAuto) {
		set["title"], set["title_auto"] = *w.Title, false
		if err := db.indexTitle(tx, &t.Thread, *w.Title); err != nil {
			return err
		}
	}
	if w.End != nil {
		now := At(db.now())
		set["updated_at"] = now
		end := map[string]any{
			"status": w.End.Status, "error_code": chatkit.CleanText(w.End.ErrorCode),
			"error_message": chatkit.CleanText(w.End.ErrorMessage), "allow_retry": w.End.AllowRetry, "finished_at": now,
			"end_seq": db.log.lastSeq(w),
		}
		if w.End.Status == RunCancelled && w.End.ErrorMessage == "" {
			delete(end, "error_message") // whoever asked for the stop said why
		}
		if err := tx.Model(&Run{}).Where("user_id = ? AND id = ?", w.UserID, w.RunID).UpdateColumns(end).Error; err != nil {
			return err
		}
	}
	if len(set) == 0 {
		return nil
	}
	return tx.Model(&Thread{}).Where("user_id = ? AND id = ?", w.UserID, w.ThreadID).UpdateColumns(set).Error
}

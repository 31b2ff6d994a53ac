package models

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"github.com/taskpilot/taskpilot/chatkit"
)

// PlanRequest is a streaming ChatKit request on its way in. ClientKey, when not
// empty, makes a repeated request harmless; Key says for how long. Owner is the
// instance that will run the answer.
type PlanRequest struct {
	UserID    string
	ClientKey string
	Key       KeyLife
	Owner     string
	Request   chatkit.Request

	RequestSum string // of the whole request; "" is not compared
}

// KeyLife is how long a ClientKey means the same request. The zero value is
// for ever.
type KeyLife struct {
	Ended     time.Duration // after the end of an answer
	Delivered time.Duration // after a client had read it whole
}

func (r PlanRequest) keyEnds() bool { return r.ClientKey != "" && r.Key != KeyLife{} }

// Planned is a request that was carried out as far as the answer's beginning.
// Without a Run there is nothing to answer: the plan has a Refusal. When it is
// Repeated there is no Plan.
type Planned struct {
	Plan      *chatkit.Plan
	Thread    *Thread
	Run       *Run
	NewThread bool
	Repeated  bool
	Used      *Usage // today, this request included; nil without Limits
	KeyEnds   bool   // the request's key, some time after the answer is Delivered
}

// AcceptPlan works out what a request means and stores it, with the run that
// answers it, in one transaction: nothing can come between. ErrBusy: the thread
// has an active run; an *InvalidError: people may not write in it; a *LimitError: enough
// for today. Other errors are those of chatkit.Planner.
func (db *DB) AcceptPlan(ctx context.Context, r PlanRequest) (*Planned, error) {
	r.ClientKey = chatkit.CleanText(r.ClientKey)
	if err := within("client_key", "The request's key", r.ClientKey, 0, 200); err != nil {
		return nil, err
	}
	ctx = WithUser(ctx, r.UserID)
	var p *Planned
	err := db.write(ctx, func(tx *gorm.DB) (err error) {
		p, err = db.acceptPlan(ctx, tx, r)
		return err
	})
	if duplicate(err) || errors.Is(err, ErrBusy) || errors.Is(err, chatkit.ErrConflict) {
		// Another transaction was faster: with this very request, or with another.
		again, lookErr := db.planned(db.writer.WithContext(ctx), r)
		switch {
		case lookErr == nil:
			return again, nil
		case duplicate(err):
			return nil, ErrBusy
		}
	}
	if err != nil {
		return nil, wrap("accept plan", err)
	}
	return p, nil
}

func (db *DB) acceptPlan(ctx context.Context, tx *gorm.DB, r PlanRequest) (*Planned, error) {
	if p, err := db.planned(tx, r); !errors.Is(err, gorm.ErrRecordNotFound) {
		return p, err
	}
	store := &Store{db: db, tx: tx}
	plan, err := chatkit.Planner{Store: store, Now: db.now}.Plan(ctx, r.Request)
	if err != nil {
		return nil, err
	}
	if plan.Refusal != nil {
		return &Planned{Plan: plan}, nil
	}
	if plan.NewThread {
		if err := store.SaveThread(ctx, plan.Thread); err != nil {
			return nil, err
		}
	}
	t, err := lockThread(tx, r.UserID, plan.Thread.ID)
	if err != nil {
		return nil, err
	}
	check, messages := vacant, int64(0)
	if plan.Input != nil {
		check, messages = idle, 1 // people may go on with what was begun before the thread was locked
	}
	if err := check(tx, t); err != nil {
		return nil, err
	}
	used, err := db.spend(tx, r.UserID, messages)
	if err != nil {
		return nil, err
	}
	run, err := db.placePlan(tx, t, plan, r)
	if err != nil {
		return nil, err
	}
	t.ActiveRunID = run.ID
	return &Planned{Plan: plan, Thread: &t.Thread, Run: run, NewThread: plan.NewThread, Used: used, KeyEnds: r.keyEnds()}, nil
}

// planned finds what was accepted under the request's key before.
// gorm.ErrRecordNotFound: nothing was, or too long ago; then the key is free.
func (db *DB) planned(tx *gorm.DB, r PlanRequest) (*Planned, error) {
	if r.ClientKey == "" {
		return nil, gorm.ErrRecordNotFound
	}
	var row runRow
	if err := tx.Where("user_id = ? AND client_key = ?", r.UserID, r.ClientKey).Take(&row).Error; err != nil {
		return nil, err
	}
	if r.Key.over(&row, db.now()) {
		free := tx.Model(&runRow{}).Where("user_id = ? AND id = ?", r.UserID, row.ID).UpdateColumn("client_key", nil)
		if free.Error != nil {
			return nil, free.Error
		}
		return nil, gorm.ErrRecordNotFound
	}
	if row.differs(r.RequestSum) {
		return nil, ErrKeyReused
	}
	run, err := firstRun(runs(tx).Where("user_id = ? AND id = ?", r.UserID, row.ID))
	if err != nil {
		return nil, err
	}
	t, err := thread(tx, r.UserID, run.ThreadID)
	if err != nil {
		return nil, fmt.Errorf("thread of run %s: %w", run.ID, err)
	}
	_, created := r.Request.(*chatkit.CreateThreadRequest)
	return &Planned{Thread: t, Run: run, NewThread: created, Repeated: true, KeyEnds: r.keyEnds()}, nil
}

// over reports whether a run's key has lived its time.
func (k KeyLife) over(row *runRow, now time.Time) bool {
	switch {
	case k == KeyLife{} || row.FinishedAt == nil:
		return false
	case row.DeliveredAt != nil:
		return now.Sub(row.DeliveredAt.Time) >= k.Delivered
	}
	return now.Sub(row.FinishedAt.Time) >= k.Ended
}

// placePlan does what the plan says and begins its run.
func (db *DB) placePlan(tx *gorm.DB, t *threadRow, plan *chatkit.Plan, r PlanRequest) (*Run, error) {
	runID := newRunID()
	if err := attachAll(tx, t, plan.Attachments); err != nil {
		return nil, err
	}
	for some := range slices.Chunk(plan.Remove, maxPage) {
		if err := itemsOf(tx, t.UserID, t.ID).Where("id IN ?", some).Delete(&itemRow{}).Error; err != nil {
			return nil, err
		}
	}
	if err := db.putAll(tx, t, plan, runID); err != nil {
		return nil, err
	}
	answered, err := db.answered(tx, t, plan, r.Request, runID)
	if err != nil {
		return nil, err
	}
	run, err := db.begin(tx, t.UserID, t.ID, answered, r.Owner, runID, r.ClientKey, r.RequestSum)
	if err != nil {
		return nil, err
	}
	if t.Title == "" && plan.Input != nil && len(plan.Save) > 0 {
		plan.Thread.Title = titleWords(plan.Input.Text())
		if !plan.NewThread && plan.Thread.Title != "" {
			plan.Events = append(plan.Events, chatkit.ThreadUpdated{Thread: plan.Thread.Clone()})
		}
		t.Title, t.TitleAuto = plan.Thread.Title, true
		if err := db.indexTitle(tx, &t.Thread, t.Title); err != nil {
			return nil, err
		}
	}
	t.UpdatedAt = At(db.now())
	return run, tx.Model(&threadRow{}).Where("user_id = ? AND id = ?", t.UserID, t.ID).
		UpdateColumns(map[string]any{"title": t.Title, "title_auto": t.TitleAuto, "updated_at": t.UpdatedAt, "archived_at": nil}).Error
}

// attachAll makes files part of the thread, now that nobody can delete it.
func attachAll(tx *gorm.DB, t *threadRow, files []*chatkit.Attachment) error {
	ids := make([]string, len(files))
	for i, a := range files {
		ids[i] = a.ID
	}
	list, err := attach(tx, t.UserID, t.ID, ids)
	copy(files, list) // as they are now: an upload may have ended since the plan was made
	return err
}

// putAll stores the plan's items. The answers to questions are stored here, too,
// and not with the run's first event: nobody can answer twice.
func (db *DB) putAll(tx *gorm.DB, t *threadRow, plan *chatkit.Plan, runID string) error {
	save := plan.Save
	for _, ev := range plan.First {
		if e, ok := ev.(chatkit.ItemReplaced); ok {
			save = append(save[:len(save):len(save)], e.Item)
		}
	}
	for _, it := range save {
		if err := db.putItem(tx, t, it, runID); err != nil {
			return err
		}
	}
	return nil
}

// answered returns the item that the run is for: the message that it answers,
// or goes on to answer. The items of the turn are the run's from now on; a turn
// that no message begins begins with a note for the assistant.
func (db *DB) answered(tx *gorm.DB, t *threadRow, plan *chatkit.Plan, req chatkit.Request, runID string) (string, error) {
	if plan.Input != nil {
		return plan.Input.ID, itemsOf(tx, t.UserID, t.ID).Where("id = ?", plan.Input.ID).Update("run_id", runID).Error
	}
	note := &chatkit.HiddenContext{Content: noteOf(plan, req)}
	note.ID, note.ThreadID, note.CreatedAt = chatkit.NewID(chatkit.PrefixHidden), t.ID, chatkit.At(db.now())
	if err := db.putItem(tx, t, note, runID); err != nil {
		return "", err
	}
	var message []string
	err := itemsOf(tx, t.UserID, t.ID).Where("type = ?", new(chatkit.UserMessage).ItemType()).
		Order("seq DESC").Limit(1).Pluck("id", &message).Error
	return append(message, note.ID)[0], err
}

// noteOf says what the person did that was no message.
func noteOf(plan *chatkit.Plan, req chatkit.Request) json.RawMessage {
	note := map[string]any{"type": req.RequestType()}
	switch r := req.(type) {
	case *chatkit.CustomActionRequest:
		note["action"] = r.Action
		if r.ItemID != "" {
			note["item_id"] = r.ItemID
		}
	case *chatkit.AddToolOutputRequest:
		for _, it := range plan.Save {
			note["item_id"] = it.Base().ID
		}
	case *chatkit.AddStructuredInputRequest:
		note["item_id"], note["status"] = r.ItemID, r.Status
		for _, ev := range plan.First {
			if e, ok := ev.(chatkit.ItemReplaced); ok {
				note["answered"] = e.Item
			}
		}
	}
	raw, err := chatkit.Marshal(note)
	if err != nil {
		return json.RawMessage(`{}`) // all of it came from JSON
	}
	return raw
}

// Delivered notes that a client has read the run's whole answer. Only a key that
// ends asks for it.
func (db *DB) Delivered(ctx context.Context, userID, runID string) error {
	err := db.write(ctx, func(tx *gorm.DB) error {
		return tx.Model(&runRow{}).Where("user_id = ? AND id = ? AND delivered_at IS NULL", userID, runID).
			UpdateColumn("delivered_at", At(db.now())).Error
	})
	return wrap("delivered", err)
}

package models

import (
	"context"
	"errors"

	"gorm.io/gorm"

	"github.com/taskpilot/taskpilot/chatkit"
)

// again is a message that is to be answered anew.
type again struct {
	Message
	itemID  string
	content []chatkit.UserContent // in place of the message's own; nil: as it is
}

// AcceptRetry begins another run for a message that is there already: every
// newer item of the thread is deleted, in the same transaction.
func (db *DB) AcceptRetry(ctx context.Context, userID, threadID, itemID, owner string) (*Accepted, error) {
	r := again{Message: Message{UserID: userID, ThreadID: threadID, Owner: owner}, itemID: itemID}
	return db.acceptAgain(ctx, "accept retry", r)
}

// AcceptEdit is AcceptRetry with other words: those of m take the place of the
// message's. Its files, quote and choices stay. A repeated ClientKey gives the
// earlier run.
func (db *DB) AcceptEdit(ctx context.Context, m Message, itemID string) (*Accepted, error) {
	message, err := m.clean()
	if err != nil {
		return nil, err
	}
	return db.acceptAgain(ctx, "accept edit", again{Message: m, itemID: itemID, content: message.Content})
}

func (db *DB) acceptAgain(ctx context.Context, what string, r again) (*Accepted, error) {
	var a *Accepted
	err := db.write(ctx, func(tx *gorm.DB) (err error) {
		a, err = db.again(tx, r)
		return err
	})
	if duplicate(err) {
		return nil, ErrBusy
	}
	if err != nil {
		return nil, wrap(what, err)
	}
	return a, nil
}

func (db *DB) again(tx *gorm.DB, r again) (*Accepted, error) {
	t, err := lockThread(tx, r.UserID, r.ThreadID)
	if err != nil {
		return nil, err
	}
	if a, err := repeated(tx, r.Message); !errors.Is(err, gorm.ErrRecordNotFound) {
		return a, err
	}
	if err := idle(tx, t); err != nil {
		return nil, err
	}
	it, err := item(tx, r.UserID, r.ThreadID, r.itemID)
	if err != nil {
		return nil, err
	}
	message, ok := it.Item.(*chatkit.UserMessage)
	if !ok {
		return nil, &InvalidError{Field: "item_id", Message: "Only a message of yours can be answered again."}
	}
	if err := tx.Where("user_id = ? AND thread_id = ? AND seq > ?", r.UserID, r.ThreadID, it.Seq).
		Delete(&itemRow{}).Error; err != nil {
		return nil, err
	}
	used, err := db.spend(tx, r.UserID, 1)
	if err != nil {
		return nil, err
	}
	if r.content != nil {
		message.Content = r.content
	}
	it.RunID = newRunID()
	if err := db.rewrite(tx, r, message, it.RunID); err != nil {
		return nil, err
	}
	run, err := db.begin(tx, r.UserID, r.ThreadID, r.itemID, r.Owner, it.RunID, r.ClientKey, r.RequestSum)
	if err != nil {
		return nil, err
	}
	t.UpdatedAt, t.ActiveRunID = At(db.now()), it.RunID
	err = tx.Model(&threadRow{}).Where("user_id = ? AND id = ?", r.UserID, r.ThreadID).
		UpdateColumns(map[string]any{"updated_at": t.UpdatedAt, "archived_at": nil}).Error
	return &Accepted{Thread: &t.Thread, Run: run, Item: *it, Used: used}, err
}

// rewrite stores the message in its run, with its words if they are new.
func (db *DB) rewrite(tx *gorm.DB, r again, message *chatkit.UserMessage, runID string) error {
	set := map[string]any{"run_id": runID}
	if r.content != nil {
		row, err := db.rowOf(message, r.UserID, r.ThreadID, runID)
		if err != nil {
			return err
		}
		set["payload"] = row.Payload
		if err := db.indexItems(tx, row); err != nil {
			return err
		}
	}
	return itemsOf(tx, r.UserID, r.ThreadID).Where("id = ?", r.itemID).UpdateColumns(set).Error
}

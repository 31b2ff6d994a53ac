package models

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"github.com/taskpilot/taskpilot/chatkit"
)

// Consent is a question to a person: may this tool be called with exactly these
// arguments? It is answered once, before it expires, in its own thread.
type Consent struct {
	UserID    string `gorm:"primaryKey"`
	ID        string `gorm:"primaryKey"`
	ThreadID  string
	ItemID    string // the widget that asks
	NoteID    string // the hidden item that tells the model
	BatchID   string // the same for calls that were asked for together
	CallID    string // the model's name for the call
	Tool      string
	Arguments string // JSON
	Question  string // as the person read it
	State     string // ConsentWaiting, ConsentGiven or ConsentRefused
	CreatedAt Time
	ExpiresAt Time
}

// The states of a Consent.
const (
	ConsentWaiting = "waiting"
	ConsentGiven   = "given"
	ConsentRefused = "refused"
)

// AskConsent stores a question that waits for its answer. ErrNotFound: no such
// thread of the user's.
func (db *DB) AskConsent(ctx context.Context, userID string, c Consent) error {
	c.UserID, c.State, c.CreatedAt, c.ExpiresAt = userID, ConsentWaiting, At(db.now()), At(c.ExpiresAt.Time)
	if checkItemID(c.ID) != nil || checkItemID(c.ItemID) != nil || checkItemID(c.NoteID) != nil {
		return fmt.Errorf("models: ask consent: %w", ErrInvalid)
	}
	c.CallID, c.Tool, c.Question = chatkit.CleanText(c.CallID), chatkit.CleanText(c.Tool), chatkit.CleanText(c.Question)
	err := db.writer.WithContext(ctx).Create(&c).Error
	if orphaned(err) {
		return ErrNotFound
	}
	return wrap("ask consent", err)
}

// AnswerConsent answers a question of the user's that waits in the thread, and
// returns it. Of two answers at once one counts: ErrConflict means that it has
// been answered, ErrExpired that it is too late, ErrNotFound that there is no
// such question, or that another widget asked it.
func (db *DB) AnswerConsent(ctx context.Context, userID, threadID, itemID, id, state string) (*Consent, error) {
	c := new(Consent)
	err := db.write(ctx, func(tx *gorm.DB) error {
		mine := tx.Where("user_id = ? AND id = ? AND thread_id = ? AND item_id = ?", userID, id, threadID, itemID)
		if err := mine.Take(c).Error; err != nil {
			return err
		}
		now := At(db.now())
		set := tx.Model(&Consent{}).Where("user_id = ? AND id = ? AND state = ? AND expires_at > ?", userID, id, ConsentWaiting, now).
			UpdateColumn("state", state)
		switch {
		case set.Error != nil:
			return set.Error
		case set.RowsAffected == 1:
			c.State = state
			kind := AuditConsentRefused
			if state == ConsentGiven {
				kind = AuditConsentGiven
			}
			return db.auditOwn(ctx, tx, kind, userID, c.Tool)
		case c.State == ConsentWaiting && !c.ExpiresAt.After(now.Time):
			return ErrExpired
		}
		return ErrConflict
	})
	if err != nil {
		return nil, wrap("answer consent", err)
	}
	return c, nil
}

// WaitingConsents counts the questions of a batch that can still be answered.
func (db *DB) WaitingConsents(ctx context.Context, userID, threadID, batchID string) (int, error) {
	var n int64
	// The writer: a question that was answered a moment ago does not count.
	err := db.writer.WithContext(ctx).Model(&Consent{}).
		Where("user_id = ? AND thread_id = ? AND batch_id = ? AND state = ? AND expires_at > ?",
			userID, threadID, batchID, ConsentWaiting, At(db.now())).Count(&n).Error
	return int(n), wrap("waiting consents", err)
}

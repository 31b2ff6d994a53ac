package models

import (
	"context"
	"crypto/rand"
	"encoding/hex"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// Share is a link by which anyone may read a thread, up to the item ThroughSeq.
// Its ID is the link's secret.
type Share struct {
	UserID     string `gorm:"primaryKey"`
	ThreadID   string `gorm:"primaryKey"`
	ID         string
	ThroughSeq int64
	CreatedAt  Time
	UpdatedAt  Time // when ThroughSeq was set
}

// TableName returns "shares".
func (Share) TableName() string { return "shares" }

// newShareID makes a link's secret. It has more chance in it than other ids: it
// alone opens what it leads to.
func newShareID() string {
	var secret [16]byte
	rand.Read(secret[:]) // never fails since Go 1.24
	return "shr_" + hex.EncodeToString(secret[:])
}

// Share returns the link to a thread of the user's; ErrNotFound if there is none.
func (db *DB) Share(ctx context.Context, userID, threadID string) (*Share, error) {
	s := new(Share)
	err := db.read(ctx).Where("user_id = ? AND thread_id = ?", userID, threadID).Take(s).Error
	return s, wrap("share", err)
}

// ShareThread makes a link to a thread of the user's as it is now. A link that is
// there stays and shows what has come since.
func (db *DB) ShareThread(ctx context.Context, userID, threadID string) error {
	now := At(db.now())
	return wrap("share thread", db.write(ctx, func(tx *gorm.DB) error {
		t, err := lockThread(tx, userID, threadID)
		if err != nil {
			return err
		}
		s := &Share{UserID: userID, ThreadID: threadID, ID: newShareID(), ThroughSeq: t.ItemSeq, CreatedAt: now, UpdatedAt: now}
		err = tx.Clauses(clause.OnConflict{
			Columns:   []clause.Column{{Name: "user_id"}, {Name: "thread_id"}},
			DoUpdates: clause.AssignmentColumns([]string{"through_seq", "updated_at"}),
		}).Create(s).Error
		if err != nil {
			return err
		}
		return db.auditOwn(ctx, tx, AuditShareMade, userID, "")
	}))
}

// Unshare ends the link to a thread of the user's, for good: another one has
// another id. There need not be one.
func (db *DB) Unshare(ctx context.Context, userID, threadID string) error {
	return wrap("unshare", db.write(ctx, func(tx *gorm.DB) error {
		if _, err := lockThread(tx, userID, threadID); err != nil {
			return err
		}
		end := tx.Where("user_id = ? AND thread_id = ?", userID, threadID).Delete(&Share{})
		if end.Error != nil || end.RowsAffected == 0 {
			return end.Error
		}
		return db.auditOwn(ctx, tx, AuditShareEnded, userID, "")
	}))
}

// SharedThread returns what a link leads to. It asks for no owner: who has the
// link may read. Links to the threads of a disabled person lead nowhere.
func (db *DB) SharedThread(ctx context.Context, id string) (*Share, *Thread, error) {
	s := new(Share)
	err := db.read(ctx).Where("id = ? AND EXISTS (SELECT 1 FROM users WHERE users.id = shares.user_id AND users.disabled_at IS NULL)", id).Take(s).Error
	if err != nil {
		return nil, nil, wrap("shared thread", err)
	}
	t, err := db.Thread(ctx, s.UserID, s.ThreadID)
	return s, t, err
}

package models

import (
	"context"
	"errors"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/taskpilot/taskpilot/chatkit"
)

// RemoteThread is where a thread goes on at a model server that keeps threads of
// its own: in RemoteID, which answered the message ItemID last. RunID is a run
// there that waits for outputs of tools, "" if none does.
type RemoteThread struct {
	UserID    string `gorm:"primaryKey"`
	ThreadID  string `gorm:"primaryKey"`
	RemoteID  string
	ItemID    string
	RunID     string
	UpdatedAt Time
}

// TableName returns "remote_threads".
func (RemoteThread) TableName() string { return "remote_threads" }

// RemoteThread returns where a thread of the user's goes on; ErrNotFound if it does
// so nowhere.
func (db *DB) RemoteThread(ctx context.Context, userID, threadID string) (*RemoteThread, error) {
	var row RemoteThread
	if err := db.read(ctx).Where("user_id = ? AND thread_id = ?", userID, threadID).Take(&row).Error; err != nil {
		return nil, wrap("remote thread", err)
	}
	return &row, nil
}

// KeepRemoteThread stores where a thread of the user's goes on.
func (db *DB) KeepRemoteThread(ctx context.Context, row RemoteThread) error {
	for _, id := range []string{row.RemoteID, row.ItemID, row.RunID} {
		if len(id) > 200 || id != chatkit.CleanText(id) {
			return wrap("keep remote thread", errors.New("an id is none"))
		}
	}
	row.UpdatedAt = At(db.now())
	return wrap("keep remote thread", db.write(ctx, func(tx *gorm.DB) error {
		if _, err := lockThread(tx, row.UserID, row.ThreadID); err != nil {
			return err
		}
		return tx.Clauses(clause.OnConflict{
			Columns:   []clause.Column{{Name: "user_id"}, {Name: "thread_id"}},
			DoUpdates: clause.AssignmentColumns([]string{"remote_id", "item_id", "run_id", "updated_at"}),
		}).Create(&row).Error
	}))
}

// ForgetRemoteThread ends what KeepRemoteThread began. There need be nothing to
// forget.
func (db *DB) ForgetRemoteThread(ctx context.Context, userID, threadID string) error {
	return wrap("forget remote thread", db.write(ctx, func(tx *gorm.DB) error {
		return tx.Where("user_id = ? AND thread_id = ?", userID, threadID).Delete(&RemoteThread{}).Error
	}))
}

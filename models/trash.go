package models

import (
	"context"
	"errors"
	"slices"
	"time"

	"gorm.io/gorm"
)

// ThreadKey names a thread of somebody's.
type ThreadKey struct{ UserID, ID string }

// UndoTime is how long a deleted thread can be brought back, at least.
const UndoTime = 5 * time.Minute

// threadHidden is true of threads that can be brought back.
const threadHidden = "deleted_at > 0"

// TrashThreads hides threads of the user's, all or none, until they are restored
// or EmptyTrash deletes them. For everything else they are gone at once.
func (db *DB) TrashThreads(ctx context.Context, userID string, ids ...string) error {
	return wrap("trash threads", db.setThreads(ctx, userID, ids, threadKept, map[string]any{"deleted_at": At(db.now())}))
}

// RestoreThreads brings threads of the user's back that are hidden, all or none.
func (db *DB) RestoreThreads(ctx context.Context, userID string, ids ...string) error {
	return wrap("restore threads", db.setThreads(ctx, userID, ids, threadHidden, map[string]any{"deleted_at": nil}))
}

// Trashed returns those threads of the user's that are hidden.
func (db *DB) Trashed(ctx context.Context, userID string, ids ...string) ([]Thread, error) {
	var rows []threadRow
	err := db.read(ctx).Where("user_id = ? AND id IN ? AND "+threadHidden, userID, ids).Order("updated_at DESC, id").Find(&rows).Error
	threads := make([]Thread, len(rows))
	for i, r := range rows {
		threads[i] = r.Thread
	}
	return threads, wrap("trashed", err)
}

// EmptyTrash deletes the threads of anyone's that were hidden for UndoTime. One
// that was restored in the meantime stays. Deletions that were cut go on. The bytes
// of their files belong to no row then: a sweep finds them.
func (db *DB) EmptyTrash(ctx context.Context) error {
	due := At(db.now().Add(-UndoTime))
	for {
		var list []ThreadKey
		if err := db.read(ctx).Model(&threadRow{}).Select("user_id", "id").
			Where("deleted_at <= ?", due).Order("deleted_at").Limit(maxPage).Scan(&list).Error; err != nil || len(list) == 0 {
			return wrap("empty trash", err)
		}
		for _, key := range list {
			err := db.deleteThread(ctx, key, "deleted_at <= ?", due)
			if err = wrap("empty trash", err); err != nil && !errors.Is(err, ErrNotFound) {
				return err
			}
		}
	}
}

// setThreads changes those threads of the user's that meet the condition, which
// is the code's own. ErrNotFound: not all of them do, and none was changed.
func (db *DB) setThreads(ctx context.Context, userID string, ids []string, condition string, set map[string]any) error {
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	return db.write(ctx, func(tx *gorm.DB) error {
		change := tx.Model(&threadRow{}).Where("user_id = ? AND id IN ? AND "+condition, userID, ids).UpdateColumns(set)
		if change.Error == nil && int(change.RowsAffected) != len(ids) {
			return ErrNotFound
		}
		return change.Error
	})
}

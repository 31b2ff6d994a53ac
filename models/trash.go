package models

import (
	"context"
	"slices"
	"time"

	"gorm.io/gorm"
)

// ThreadKey names a thread of somebody's.
type ThreadKey struct{ UserID, ID string }

// TrashThreads hides threads of the user's, all or none, until they are restored
// or deleted: see Trashed. For everything else they are gone at once.
func (db *DB) TrashThreads(ctx context.Context, userID string, ids ...string) error {
	return wrap("trash threads", db.setThreads(ctx, userID, ids, threadKept, map[string]any{"deleted_at": At(db.now())}))
}

// RestoreThreads brings threads of the user's back that are hidden, all or none.
func (db *DB) RestoreThreads(ctx context.Context, userID string, ids ...string) error {
	return wrap("restore threads", db.setThreads(ctx, userID, ids, "deleted_at IS NOT NULL", map[string]any{"deleted_at": nil}))
}

// Trashed returns some threads of anyone's that were hidden for as long as age.
func (db *DB) Trashed(ctx context.Context, age time.Duration) ([]ThreadKey, error) {
	var list []ThreadKey
	err := db.read(ctx).Model(&threadRow{}).Select("user_id", "id").
		Where("deleted_at <= ?", At(db.now().Add(-age))).Order("deleted_at").Limit(maxPage).Scan(&list).Error
	return list, wrap("trashed", err)
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

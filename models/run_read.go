package models

import (
	"context"
	"time"

	"gorm.io/gorm"
)

// ReadElsewhere notes that another process than the run's owner reads the run
// for somebody, now.
func (db *DB) ReadElsewhere(ctx context.Context, userID, runID string) error {
	return wrap("note a reader", db.write(ctx, func(tx *gorm.DB) error {
		return tx.Model(&runRow{}).Where("user_id = ? AND id = ? AND status = 'running'", userID, runID).
			UpdateColumn("read_at", At(db.now())).Error
	}))
}

// IsReadElsewhere reports whether another process has read the run for somebody
// within the last while.
func (db *DB) IsReadElsewhere(ctx context.Context, runID string, within time.Duration) (bool, error) {
	var n int64
	err := db.read(ctx).Model(&runRow{}).Where("id = ? AND read_at > ?", runID, At(db.now().Add(-within))).Count(&n).Error
	return n > 0, wrap("look for readers", err)
}

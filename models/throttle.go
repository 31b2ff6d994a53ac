package models

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// throttleRow counts attempts in a window of time. Its id is a hash: what is
// counted may be an address.
type throttleRow struct {
	ID       string `gorm:"primaryKey"`
	Attempts int
	EndsAt   Time
}

// TableName returns "throttles".
func (throttleRow) TableName() string { return "throttles" }

// Allow counts one attempt under key and reports whether it is within limit for
// the current window; if not, when the window ends. A window begins with the
// first attempt and is never extended, so that nobody is locked out for good.
func (db *DB) Allow(ctx context.Context, key string, limit int, window time.Duration) (ok bool, retryAfter time.Duration, err error) {
	now := db.now()
	row := throttleRow{ID: fingerprint(key), Attempts: 1, EndsAt: At(now.Add(window))}
	begin := At(now)
	err = db.writer.WithContext(ctx).Clauses(
		clause.OnConflict{
			Columns: []clause.Column{{Name: "id"}},
			DoUpdates: clause.Assignments(map[string]any{
				"attempts": gorm.Expr("CASE WHEN throttles.ends_at <= ? THEN 1 ELSE throttles.attempts + 1 END", begin),
				"ends_at":  gorm.Expr("CASE WHEN throttles.ends_at <= ? THEN excluded.ends_at ELSE throttles.ends_at END", begin),
			}),
		},
		clause.Returning{},
	).Create(&row).Error
	if err != nil {
		return false, 0, wrap("count attempt", err)
	}
	if row.Attempts <= limit {
		return true, 0, nil
	}
	return false, row.EndsAt.Sub(now), nil
}

// Forgive forgets the attempts under key.
func (db *DB) Forgive(ctx context.Context, key string) error {
	return wrap("forgive", db.writer.WithContext(ctx).Where("id = ?", fingerprint(key)).Delete(&throttleRow{}).Error)
}

package models

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// Limits are what one person may use on one day, by UTC. Zero is no limit.
type Limits struct {
	Messages int64 // answers asked for, repeated ones included
	Tokens   int64 // as the models count them, input and output
}

// Usage is what a person has used on one day.
type Usage struct {
	UserID   string `gorm:"primaryKey"`
	Day      int64  `gorm:"primaryKey"` // since 1970
	Messages int64
	Tokens   int64

	Limits Limits `gorm:"-"` // that the person has
}

// TableName returns "usage_days".
func (Usage) TableName() string { return "usage_days" }

// LimitError is a request that a limit refuses. What is "messages" or "tokens".
type LimitError struct {
	What   string
	Limit  int64
	Resets time.Duration // from now
}

// Error says which limit.
func (e *LimitError) Error() string {
	return fmt.Sprintf("models: daily limit of %d %s", e.Limit, e.What)
}

// SetLimits makes the limits hold for every answer that is accepted from now on,
// of everybody who has none of their own. It is called before the database is
// used. Every server of a database needs the same ones.
func (db *DB) SetLimits(l Limits) { db.limits = l }

// Limits returns what SetLimits set.
func (db *DB) Limits() Limits { return db.limits }

func (l Limits) none() bool { return l == Limits{} }

const day = 24 * time.Hour

func dayOf(t time.Time) int64 { return t.Unix() / int64(day/time.Second) }

// spend counts one answer in the transaction that accepts it, unless that is
// more than the day's. What is refused is rolled back, and so is not counted.
func (db *DB) spend(tx *gorm.DB, userID string, messages int64) (*Usage, error) {
	limits, err := db.limitsOf(tx.Clauses(clause.Locking{Strength: "SHARE"}).Where("disabled_at IS NULL"), userID)
	if err != nil || limits.none() {
		return nil, err
	}
	u, err := db.use(tx, Usage{UserID: userID, Messages: messages, Limits: limits})
	if err != nil {
		return nil, err
	}
	return u, db.check(u)
}

// limitsOf are those of one person among users.
func (db *DB) limitsOf(users *gorm.DB, userID string) (Limits, error) {
	var own struct{ DailyMessages, DailyTokens *int64 }
	l := db.limits
	if err := users.Model(&User{}).Select("daily_messages", "daily_tokens").Where("id = ?", userID).Take(&own).Error; err != nil {
		return l, err
	}
	if own.DailyMessages != nil {
		l.Messages = *own.DailyMessages
	}
	if own.DailyTokens != nil {
		l.Tokens = *own.DailyTokens
	}
	return l, nil
}

func (db *DB) check(u *Usage) error {
	resets := time.Unix(0, 0).Add(time.Duration(u.Day+1) * day).Sub(db.now())
	switch l := u.Limits; {
	case l.Messages > 0 && u.Messages > l.Messages:
		return &LimitError{What: "messages", Limit: l.Messages, Resets: resets}
	case l.Tokens > 0 && u.Tokens >= l.Tokens:
		return &LimitError{What: "tokens", Limit: l.Tokens, Resets: resets}
	}
	return nil
}

// use adds to the user's day, in one statement: of many at once none is lost.
func (db *DB) use(tx *gorm.DB, u Usage) (*Usage, error) {
	u.Day = dayOf(db.now())
	err := tx.Clauses(
		clause.OnConflict{
			Columns: []clause.Column{{Name: "user_id"}, {Name: "day"}},
			DoUpdates: clause.Assignments(map[string]any{
				"messages": gorm.Expr("usage_days.messages + excluded.messages"),
				"tokens":   gorm.Expr("usage_days.tokens + excluded.tokens"),
			}),
		},
		clause.Returning{},
	).Create(&u).Error
	if orphaned(err) {
		return nil, ErrNotFound
	}
	return &u, err
}

// AddTokens counts tokens that an answer has used. A *LimitError says that no
// more should be used today; these are counted all the same.
func (db *DB) AddTokens(ctx context.Context, userID string, tokens int64) error {
	if tokens <= 0 {
		return nil
	}
	limits, err := db.limitsOf(db.read(ctx), userID)
	if err != nil || limits.none() {
		return wrap("add tokens", err)
	}
	u, err := db.use(db.writer.WithContext(ctx), Usage{UserID: userID, Tokens: tokens, Limits: limits})
	if err != nil {
		return wrap("add tokens", err)
	}
	return db.check(u)
}

// UsedToday returns what the user has used today.
func (db *DB) UsedToday(ctx context.Context, userID string) (Usage, error) {
	u := Usage{UserID: userID, Day: dayOf(db.now())}
	err := db.read(ctx).Where("user_id = ? AND day = ?", userID, u.Day).Limit(1).Find(&u).Error
	return u, wrap("used today", err)
}

// usageKept is for how long it is kept what people used.
const usageKept = 90 * day

package models

import (
	"context"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/taskpilot/taskpilot/chatkit"
)

// Feedback is a thumb up or down for an item of an answer.
type Feedback struct {
	UserID    string `gorm:"primaryKey"`
	ThreadID  string `gorm:"primaryKey"`
	ItemID    string `gorm:"primaryKey"`
	Kind      string // chatkit.FeedbackPositive or chatkit.FeedbackNegative
	CreatedAt Time
}

// TableName returns "feedback".
func (Feedback) TableName() string { return "feedback" }

// maxFeedback bounds the items that one click may name.
const maxFeedback = 500

// SaveFeedback stores what the person thinks of items of a thread of theirs;
// the last word on an item counts. Ids that name nothing are stored as well:
// clients name all that they show of an answer.
func (db *DB) SaveFeedback(ctx context.Context, userID, threadID string, itemIDs []string, kind string) error {
	if err := oneOf("kind", "The feedback", kind, chatkit.FeedbackPositive, chatkit.FeedbackNegative); err != nil {
		return err
	}
	if len(itemIDs) > maxFeedback {
		return &InvalidError{Field: "item_ids", Message: "This feedback names too many items. Give it for one answer at a time."}
	}
	now := At(db.now())
	rows := make([]Feedback, 0, len(itemIDs))
	for _, id := range slices.Compact(slices.Sorted(slices.Values(itemIDs))) {
		if checkItemID(id) != nil {
			return &InvalidError{Field: "item_ids", Message: "One of the items' ids is none. Load the conversation again."}
		}
		rows = append(rows, Feedback{UserID: userID, ThreadID: threadID, ItemID: id, Kind: kind, CreatedAt: now})
	}
	return wrap("save feedback", db.write(ctx, func(tx *gorm.DB) error {
		if _, err := lockThread(tx, userID, threadID); err != nil || len(rows) == 0 {
			return err
		}
		return tx.Clauses(clause.OnConflict{
			Columns:   []clause.Column{{Name: "user_id"}, {Name: "thread_id"}, {Name: "item_id"}},
			DoUpdates: clause.AssignmentColumns([]string{"kind", "created_at"}),
		}).Create(&rows).Error
	}))
}

// DropFeedback takes back what the person said of items of a thread of theirs.
func (db *DB) DropFeedback(ctx context.Context, userID, threadID string, itemIDs []string) error {
	return wrap("drop feedback", db.write(ctx, func(tx *gorm.DB) error {
		if _, err := lockThread(tx, userID, threadID); err != nil {
			return err
		}
		return tx.Where("user_id = ? AND thread_id = ? AND item_id IN ?", userID, threadID, itemIDs).Delete(&Feedback{}).Error
	}))
}

// FeedbackOn returns the kind of feedback that the person gave to each of the
// items that have any.
func (db *DB) FeedbackOn(ctx context.Context, userID, threadID string, itemIDs []string) (map[string]string, error) {
	if len(itemIDs) == 0 {
		return nil, nil
	}
	var list []Feedback
	err := db.read(ctx).Where("user_id = ? AND thread_id = ? AND item_id IN ?", userID, threadID, itemIDs).Find(&list).Error
	kinds := make(map[string]string, len(list))
	for _, f := range list {
		kinds[f.ItemID] = f.Kind
	}
	return kinds, wrap("feedback", err)
}

// Feedback returns what the person thinks of a thread's items, by item id.
func (db *DB) Feedback(ctx context.Context, userID, threadID string) ([]Feedback, error) {
	var list []Feedback
	err := db.read(ctx).Where("user_id = ? AND thread_id = ?", userID, threadID).Order("item_id").Find(&list).Error
	return list, wrap("feedback", err)
}

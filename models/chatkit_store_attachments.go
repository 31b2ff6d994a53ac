package models

import (
	"context"
	"encoding/json"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/taskpilot/taskpilot/chatkit"
)

// attachmentRow is a chatkit.Attachment in the table.
type attachmentRow struct {
	UserID    string `gorm:"primaryKey"`
	ID        string `gorm:"primaryKey"`
	ThreadID  string
	Payload   string
	Metadata  map[string]any `gorm:"serializer:json"`
	CreatedAt Time
}

// TableName returns "attachments".
func (attachmentRow) TableName() string { return "attachments" }

// LoadAttachment returns what is known of an attachment.
func (s *Store) LoadAttachment(ctx context.Context, id string) (*chatkit.Attachment, error) {
	var row attachmentRow
	if err := s.read(ctx).Where("user_id = ? AND id = ?", userOf(ctx), id).Take(&row).Error; err != nil {
		return nil, told("load attachment", err)
	}
	a := new(chatkit.Attachment)
	if err := json.Unmarshal([]byte(row.Payload), a); err != nil {
		return nil, fmt.Errorf("models: attachment %s: %w", id, err)
	}
	a.ID, a.ThreadID = row.ID, row.ThreadID
	if len(row.Metadata) > 0 {
		a.Metadata = row.Metadata
	}
	return a, nil
}

// SaveAttachment inserts or overwrites what is known of an attachment.
func (s *Store) SaveAttachment(ctx context.Context, a *chatkit.Attachment) error {
	row, err := s.db.attachmentRow(userOf(ctx), a)
	if err != nil {
		return fmt.Errorf("models: save attachment: %w", err)
	}
	err = s.write(ctx, func(tx *gorm.DB) error {
		return tx.Clauses(clause.OnConflict{
			Columns:   []clause.Column{{Name: "user_id"}, {Name: "id"}},
			DoUpdates: clause.AssignmentColumns([]string{"thread_id", "payload", "metadata"}),
		}).Create(row).Error
	})
	if orphaned(err) {
		err = ErrNotFound
	}
	return told("save attachment", err)
}

func (db *DB) attachmentRow(userID string, a *chatkit.Attachment) (*attachmentRow, error) {
	if err := checkItemID(a.ID); err != nil {
		return nil, err
	}
	raw, err := chatkit.Marshal(a)
	if err == nil {
		raw, err = chatkit.CleanJSON(raw)
	}
	if err != nil {
		return nil, err
	}
	metadata, err := cleanMetadata(a.Metadata)
	if err != nil {
		return nil, err
	}
	return &attachmentRow{UserID: userID, ID: a.ID, ThreadID: chatkit.CleanText(a.ThreadID), Payload: string(raw),
		Metadata: metadata, CreatedAt: At(db.now())}, nil
}

// DeleteAttachment deletes what is known of an attachment, if it is there.
func (s *Store) DeleteAttachment(ctx context.Context, id string) error {
	return told("delete attachment", s.write(ctx, func(tx *gorm.DB) error {
		return tx.Where("user_id = ? AND id = ?", userOf(ctx), id).Delete(&attachmentRow{}).Error
	}))
}

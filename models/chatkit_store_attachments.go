package models

import (
	"context"
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
	Object    string // names the bytes; '' until they have come
	Size      int64
}

// TableName returns "attachments".
func (attachmentRow) TableName() string { return "attachments" }

// LoadAttachment returns what is known of an attachment.
func (s *Store) LoadAttachment(ctx context.Context, id string) (*chatkit.Attachment, error) {
	row, err := attachment(s.read(ctx), userOf(ctx), id)
	if err != nil {
		return nil, told("load attachment", missingFile(err))
	}
	a, err := row.attachment()
	if err != nil {
		return nil, err
	}
	return &a.Attachment, nil
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

package models

import "github.com/taskpilot/taskpilot/chatkit"

// Thread is a conversation. ActiveRunID is the run that is answering in it, or
// empty.
type Thread struct {
	ID          string `gorm:"primaryKey"`
	UserID      string `gorm:"primaryKey"`
	Title       string
	Status      chatkit.ThreadStatus `gorm:"embedded;embeddedPrefix:status_"`
	Metadata    map[string]any       `gorm:"serializer:json"`
	CreatedAt   Time
	UpdatedAt   Time   // last activity
	ItemSeq     int64  // the newest item's number, also when that item is gone
	ActiveRunID string `gorm:"->"`
}

// ChatKit returns the thread as the protocol has it, without items.
func (t *Thread) ChatKit() chatkit.Thread {
	return chatkit.Thread{ID: t.ID, Title: t.Title, CreatedAt: t.CreatedAt.ChatKit(),
		Status: t.Status, Metadata: t.Metadata}
}

// PageQuery asks for one page of a list by creation. After is the id of the
// last row seen; Limit 0 is chatkit.DefaultPageSize, Order "" is chatkit.Desc.
type PageQuery struct {
	Limit int
	After string
	Order chatkit.Order
}

// ThreadChange changes what is not nil.
type ThreadChange struct {
	Title    *string
	Metadata map[string]any
	Status   *chatkit.ThreadStatus
}

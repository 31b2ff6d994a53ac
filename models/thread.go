package models

import (
	"context"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/taskpilot/taskpilot/chatkit"
)

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
	ActiveRunID string `gorm:"->"` // computed

	PinnedAt   *Time // when it was put first in the list
	ArchivedAt *Time // when it was taken out of the list

	// ImageDomains are where the thread's pictures may come from; nil: anywhere.
	ImageDomains []string `gorm:"serializer:json"`
}

// threadRow is a Thread with the column that only this package uses.
type threadRow struct {
	Thread
	ItemSeq   int64 // the highest number ever given to an item
	TitleAuto bool  // nobody chose the title: a better one may come
	DeletedAt *Time // hidden since then, and soon to be deleted
}

// TableName returns "threads".
func (threadRow) TableName() string { return "threads" }

// ChatKit returns the thread as the protocol has it, without items.
func (t *Thread) ChatKit() chatkit.Thread {
	return chatkit.Thread{ID: t.ID, Title: t.Title, CreatedAt: t.CreatedAt.ChatKit(),
		Status: t.Status, AllowedImageDomains: t.ImageDomains, Metadata: t.Metadata}
}

// PageQuery asks for one page of a list by creation. After is the id of the
// last row seen; Limit 0 is chatkit.DefaultPageSize, Order "" is chatkit.Desc.
type PageQuery struct {
	Limit int
	After string
	Order chatkit.Order

	Archived bool // of threads: the archived ones instead of the others
}

// CreateThread begins an empty thread.
func (db *DB) CreateThread(ctx context.Context, userID, title string, metadata map[string]any) (*Thread, error) {
	title, err := cleanTitle(title)
	if err != nil {
		return nil, err
	}
	var t *Thread
	err = db.write(ctx, func(tx *gorm.DB) error {
		t, err = db.createThread(tx, userID, title, metadata)
		return err
	})
	if err != nil {
		return nil, wrap("create thread", err)
	}
	return t, nil
}

func (db *DB) createThread(tx *gorm.DB, userID, title string, metadata map[string]any) (*Thread, error) {
	metadata, err := cleanMetadata(metadata)
	if err != nil {
		return nil, err
	}
	now := At(db.now())
	t := &Thread{ID: chatkit.NewID(chatkit.PrefixThread), UserID: userID, Title: title,
		Status: chatkit.ThreadStatus{Type: chatkit.Active}, Metadata: metadata, CreatedAt: now, UpdatedAt: now}
	err = tx.Create(t).Error
	if orphaned(err) {
		return nil, ErrNotFound
	}
	if err == nil && title != "" {
		err = db.indexTitle(tx, t, title)
	}
	if err != nil {
		return nil, err
	}
	return t, nil
}

// threadsOf selects a user's threads with their active runs.
func threadsOf(tx *gorm.DB, userID string) *gorm.DB {
	return tx.Model(&Thread{}).
		Select("threads.*, COALESCE((SELECT runs.id FROM runs WHERE runs.user_id = threads.user_id "+
			"AND runs.thread_id = threads.id AND runs.status = 'running'), '') AS active_run_id").
		Where("user_id = ? AND "+threadKept, userID)
}

// threadKept is true of threads that are not about to be deleted.
const threadKept = "deleted_at IS NULL"

// Thread returns one thread of the user's.
func (db *DB) Thread(ctx context.Context, userID, id string) (*Thread, error) {
	t, err := thread(db.read(ctx), userID, id)
	return t, wrap("thread", err)
}

// TitleAuto reports whether nobody chose the title of the user's thread.
func (db *DB) TitleAuto(ctx context.Context, userID, id string) (bool, error) {
	t := new(threadRow)
	err := db.read(ctx).Select("title_auto").Where("user_id = ? AND id = ?", userID, id).Take(t).Error
	return t.TitleAuto, wrap("title", err)
}

func thread(tx *gorm.DB, userID, id string) (*Thread, error) {
	t := new(Thread)
	if err := threadsOf(tx, userID).Where("id = ?", id).Take(t).Error; err != nil {
		return nil, err
	}
	return t, nil
}

// lockThread reads a thread and keeps others from changing it until tx ends.
func lockThread(tx *gorm.DB, userID, id string) (*threadRow, error) {
	t := new(threadRow)
	err := tx.Clauses(clause.Locking{Strength: "UPDATE"}).
		Where("user_id = ? AND id = ? AND "+threadKept, userID, id).Take(t).Error
	return t, err
}

// Threads returns a page of the user's threads by creation, and whether there
// are more: those that are archived, or those that are not. A cursor that is not among
// them is an *InvalidError.
func (db *DB) Threads(ctx context.Context, userID string, q PageQuery) ([]Thread, bool, error) {
	return db.threadPage(ctx, userID, "created_at", q)
}

// RecentThreads returns a page of the user's threads, the latest active first.
func (db *DB) RecentThreads(ctx context.Context, userID, after string, limit int) ([]Thread, bool, error) {
	return db.threadPage(ctx, userID, "updated_at", PageQuery{Limit: limit, After: after})
}

func (db *DB) threadPage(ctx context.Context, userID, column string, q PageQuery) ([]Thread, bool, error) {
	limit := pageSize(q.Limit)
	from := db.read(ctx).Model(&Thread{}).Where("user_id = ?", userID)
	shelf := "archived_at IS NULL"
	if q.Archived {
		shelf = "archived_at IS NOT NULL"
	}
	list, err := keyset(threadsOf(db.read(ctx), userID).Where(shelf), from, column, q.After, q.Order)
	if err != nil {
		return nil, false, wrap("threads", err)
	}
	var threads []Thread
	if err := list.Limit(limit + 1).Find(&threads).Error; err != nil {
		return nil, false, wrap("threads", err)
	}
	threads, more := paged(threads, limit)
	return threads, more, nil
}

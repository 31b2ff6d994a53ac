package models

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"regexp"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/taskpilot/taskpilot/chatkit"
)

// ThreadCopy is a thread with all that belongs to it, to be taken elsewhere.
type ThreadCopy struct {
	Thread    Thread
	TitleAuto bool // nobody chose the title
	Items     []Item
	Feedback  []Feedback
	Files     []Attachment
}

// copyPage is how many items are read at once.
const copyPage = 500

// ThreadKeys returns the ids of some of the user's threads, archived ones too,
// oldest first, after the one whose id is after.
func (db *DB) ThreadKeys(ctx context.Context, userID, after string, limit int) ([]string, error) {
	of := func() *gorm.DB {
		return db.read(ctx).Model(&threadRow{}).Where("user_id = ? AND "+threadKept, userID)
	}
	list, err := keyset(of(), db.read(ctx).Model(&threadRow{}).Where("user_id = ?", userID), "created_at", after, chatkit.Asc)
	if err != nil {
		return nil, wrap("thread keys", err)
	}
	var ids []string
	err = list.Limit(pageSize(limit)).Pluck("id", &ids).Error
	return ids, wrap("thread keys", err)
}

// CopyThread reads a thread of the user's as it is at one moment, whatever is
// written to it meanwhile.
func (db *DB) CopyThread(ctx context.Context, userID, id string) (*ThreadCopy, error) {
	c := new(ThreadCopy)
	var options []*sql.TxOptions
	if db.pg != nil { // SQLite reads one moment anyway
		options = append(options, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	}
	err := db.read(ctx).Transaction(func(tx *gorm.DB) error {
		row := new(threadRow)
		if err := tx.Where("user_id = ? AND id = ? AND "+threadKept, userID, id).Take(row).Error; err != nil {
			return err
		}
		c.Thread, c.TitleAuto = row.Thread, row.TitleAuto
		for at, more := int64(0), true; more; {
			var page []Item
			var err error
			page, more, err = db.items(tx, userID, id, ItemQuery{Limit: copyPage, AfterSeq: at, Order: chatkit.Asc, Hidden: true})
			if err != nil {
				return err
			}
			if c.Items = append(c.Items, page...); len(page) > 0 {
				at = page[len(page)-1].Seq
			}
		}
		if err := tx.Where("user_id = ? AND thread_id = ?", userID, id).Order("item_id").Find(&c.Feedback).Error; err != nil {
			return err
		}
		return c.readFiles(tx, userID, id)
	}, options...)
	if err != nil {
		return nil, wrap("copy thread", err)
	}
	return c, nil
}

func (c *ThreadCopy) readFiles(tx *gorm.DB, userID, threadID string) error {
	var rows []attachmentRow
	err := tx.Where("user_id = ? AND thread_id = ? AND object <> ''", userID, threadID).Order("id").Find(&rows).Error
	for i := range rows {
		a, err := rows[i].attachment()
		if err != nil {
			return err
		}
		c.Files = append(c.Files, *a)
	}
	return err
}

// KnownSources returns those of the sources from which a thread of the user's
// came that is still there.
func (db *DB) KnownSources(ctx context.Context, userID string, sources []string) ([]string, error) {
	var known []string
	err := db.read(ctx).Model(&importedRow{}).Where("user_id = ? AND source IN ? AND EXISTS (SELECT 1 FROM threads "+
		"WHERE threads.user_id = imported.user_id AND threads.id = imported.thread_id AND "+threadKept+")", userID, sources).
		Pluck("source", &known).Error
	return known, wrap("known sources", err)
}

// importedRow says where a thread came from.
type importedRow struct {
	UserID   string `gorm:"primaryKey"`
	Source   string `gorm:"primaryKey"`
	ThreadID string
}

// TableName returns "imported".
func (importedRow) TableName() string { return "imported" }

// newRow is the thread's row, under its own id unless that is taken.
func (db *DB) newRow(tx *gorm.DB, userID string, c *ThreadCopy) (*threadRow, error) {
	t := &threadRow{Thread: c.Thread, TitleAuto: c.TitleAuto}
	t.UserID, t.Title = userID, clip(line(c.Thread.Title), 200)
	var err error
	if t.Metadata, err = cleanMetadata(c.Thread.Metadata); err != nil {
		return nil, err
	}
	t.Status.Reason = chatkit.CleanText(t.Status.Reason)
	if t.Status.Type != chatkit.Locked && t.Status.Type != chatkit.Closed {
		t.Status.Type = chatkit.Active
	}
	var taken int64
	if err := tx.Model(&threadRow{}).Where("user_id = ? AND id = ?", userID, t.ID).Count(&taken).Error; err != nil {
		return nil, err
	}
	if taken > 0 || checkItemID(t.ID) != nil {
		t.ID = chatkit.NewID(chatkit.PrefixThread)
	}
	now := At(db.now())
	if t.CreatedAt.IsZero() {
		t.CreatedAt = now
	}
	if t.UpdatedAt.Before(t.CreatedAt.Time) {
		t.UpdatedAt = t.CreatedAt
	}
	return t, nil
}

func (db *DB) putFiles(tx *gorm.DB, t *threadRow, list []Attachment, limits FileLimits) error {
	if len(list) == 0 {
		return nil
	}
	var size int64
	rows := make([]*attachmentRow, len(list))
	for i := range list {
		list[i].ThreadID = t.ID
		row, err := db.attachmentRow(t.UserID, &list[i].Attachment)
		if err != nil {
			return err
		}
		row.ThreadID, row.Object, row.Size = t.ID, list[i].Object, list[i].Size
		rows[i], size = row, size+row.Size
	}
	limits.Unsent = math.MaxInt
	if err := room(tx, t.UserID, size, limits); err != nil {
		return err
	}
	return tx.CreateInBatches(rows, 200).Error
}

func (db *DB) putItems(tx *gorm.DB, t *threadRow, items []Item) error {
	if len(items) == 0 {
		return nil
	}
	rows := make([]itemRow, len(items))
	for i, it := range items {
		settle(it.Item, t.ID)
		row, err := db.rowOf(it.Item, t.UserID, t.ID, it.RunID)
		if err != nil {
			return err
		}
		t.ItemSeq++
		row.Seq, row.Incomplete = t.ItemSeq, it.Incomplete
		rows[i] = row
	}
	err := tx.Model(&threadRow{}).Where("user_id = ? AND id = ?", t.UserID, t.ID).UpdateColumn("item_seq", t.ItemSeq).Error
	if err != nil {
		return err
	}
	if err := tx.CreateInBatches(&rows, 200).Error; err != nil {
		return fmt.Errorf("items: %w", err)
	}
	return db.indexItems(tx, rows...)
}

// settle makes an item one of the thread's.
func settle(it chatkit.Item, threadID string) {
	it.Base().ThreadID = threadID
	if m, ok := it.(*chatkit.UserMessage); ok {
		for _, a := range m.Attachments {
			a.ThreadID = threadID
		}
	}
}

func putFeedback(tx *gorm.DB, t *threadRow, list []Feedback) error {
	rows := make([]Feedback, 0, len(list))
	for _, f := range list {
		if checkItemID(f.ItemID) == nil && (f.Kind == chatkit.FeedbackPositive || f.Kind == chatkit.FeedbackNegative) {
			f.UserID, f.ThreadID = t.UserID, t.ID
			rows = append(rows, f)
		}
	}
	if len(rows) == 0 {
		return nil
	}
	return tx.Clauses(clause.OnConflict{DoNothing: true}).CreateInBatches(&rows, 200).Error
}

// PutTodo stores a task that came from elsewhere with its times. ErrConflict: it
// is there already.
func (db *DB) PutTodo(ctx context.Context, userID string, t Todo) error {
	row := todoRow{Todo: Todo{ID: t.ID, UserID: userID, CreatedAt: t.CreatedAt, UpdatedAt: t.UpdatedAt}}
	if err := checkItemID(row.ID); err != nil {
		return &InvalidError{Field: "id", Message: "The task has no usable id."}
	}
	now := At(db.now())
	if row.CreatedAt.IsZero() {
		row.CreatedAt = now
	}
	if row.UpdatedAt.Before(row.CreatedAt.Time) {
		row.UpdatedAt = row.CreatedAt
	}
	err := row.apply(TodoChange{Title: &t.Title, Description: &t.Description, Priority: &t.Priority, Completed: &t.Completed, DueAt: &t.DueAt})
	if err != nil {
		return err
	}
	row.Place = t.Place
	if !placeShape.MatchString(t.Place) {
		row.Place = newPlace(row.CreatedAt)
	}
	err = db.writer.WithContext(ctx).Create(&row).Error
	if duplicate(err) { // it may only be the place that is taken
		row.Place = newPlace(row.CreatedAt)
		err = db.writer.WithContext(ctx).Create(&row).Error
	}
	switch {
	case duplicate(err):
		return ErrConflict
	case orphaned(err):
		return ErrNotFound
	}
	return wrap("put task", err)
}

var placeShape = regexp.MustCompile(`^[0-9a-f]{1,63}[1-9a-f]$`)

// HasTodo reports whether the user has the task.
func (db *DB) HasTodo(ctx context.Context, userID, id string) (bool, error) {
	_, err := db.Todo(ctx, userID, id)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

package models

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/taskpilot/taskpilot/chatkit"
)

type userKey struct{}

// WithUser returns a context for what a Store does on the user's behalf.
func WithUser(ctx context.Context, userID string) context.Context {
	return context.WithValue(ctx, userKey{}, userID)
}

// Store is the database as a chatkit.Store. Whose threads it sees is said by
// its context: see WithUser. Without a user there is nothing.
type Store struct {
	db *DB
	tx *gorm.DB // set: everything is part of this transaction, and threads that are loaded are locked
}

var _ chatkit.Store = (*Store)(nil)

// NewStore returns the database as a chatkit.Store.
func NewStore(db *DB) *Store { return &Store{db: db} }

func (s *Store) read(ctx context.Context) *gorm.DB {
	if s.tx != nil {
		return s.tx
	}
	return s.db.read(ctx)
}

func (s *Store) write(ctx context.Context, fn func(tx *gorm.DB) error) error {
	if s.tx != nil {
		return fn(s.tx)
	}
	return s.db.write(ctx, fn)
}

func userOf(ctx context.Context) string {
	id, _ := ctx.Value(userKey{}).(string)
	return id
}

// told puts an error into the words of package chatkit.
func told(doing string, err error) error {
	err = wrap(doing, err)
	bad, invalid := errors.AsType[*InvalidError](err)
	switch {
	case errors.Is(err, ErrNotFound):
		return fmt.Errorf("models: %s: %w", doing, chatkit.ErrNotFound)
	case invalid && bad.Field == FieldAfter:
		return fmt.Errorf("models: %s: %w", doing, chatkit.ErrCursor)
	}
	return err
}

// LoadThread returns a thread without items.
func (s *Store) LoadThread(ctx context.Context, id string) (*chatkit.Thread, error) {
	var t *Thread
	var err error
	if s.tx != nil {
		var row *threadRow
		if row, err = lockThread(s.tx, userOf(ctx), id); err == nil {
			t = &row.Thread
		}
	} else {
		t, err = thread(s.read(ctx), userOf(ctx), id)
	}
	if err != nil {
		return nil, told("load thread", err)
	}
	out := t.ChatKit()
	return &out, nil
}

// SaveThread inserts or overwrites a thread.
func (s *Store) SaveThread(ctx context.Context, in *chatkit.Thread) error {
	title, err := cleanTitle(in.Title)
	if err != nil {
		return err
	}
	metadata, err := cleanMetadata(in.Metadata)
	if err != nil {
		return err
	}
	if err := checkItemID(in.ID); err != nil {
		return fmt.Errorf("models: save thread: %w", err)
	}
	now := At(s.db.now())
	t := &Thread{ID: in.ID, UserID: userOf(ctx), Title: title, Status: in.Status, ImageDomains: in.AllowedImageDomains,
		Metadata: metadata, CreatedAt: At(in.CreatedAt.Time), UpdatedAt: now}
	if in.CreatedAt.IsZero() {
		t.CreatedAt = now
	}
	if t.Status.Type == "" {
		t.Status.Type = chatkit.Active
	}
	err = s.write(ctx, func(tx *gorm.DB) error {
		err := tx.Clauses(clause.OnConflict{
			Columns: []clause.Column{{Name: "user_id"}, {Name: "id"}},
			DoUpdates: append(clause.AssignmentColumns([]string{"title", "status_type", "status_reason", "metadata", "image_domains"}),
				clause.Assignment{Column: clause.Column{Name: "title_auto"}, // a new title was chosen
					Value: gorm.Expr("threads.title_auto AND threads.title = excluded.title")}),
		}).Create(t).Error
		if err != nil {
			return err
		}
		return s.db.indexTitle(tx, t, t.Title)
	})
	if orphaned(err) {
		err = ErrNotFound
	}
	return told("save thread", err)
}

// DeleteThread deletes a thread with its items.
func (s *Store) DeleteThread(ctx context.Context, id string) error {
	return told("delete thread", s.db.DeleteThread(ctx, userOf(ctx), id))
}

// ListThreads returns a page of threads by creation.
func (s *Store) ListThreads(ctx context.Context, page chatkit.PageRequest) (chatkit.Page[chatkit.Thread], error) {
	var out chatkit.Page[chatkit.Thread]
	rows, more, err := s.db.Threads(ctx, userOf(ctx), PageQuery{Limit: page.Limit, After: page.After, Order: page.Order})
	if err != nil {
		return out, told("list threads", err)
	}
	for i := range rows {
		out.Data = append(out.Data, rows[i].ChatKit())
	}
	if more {
		out.HasMore, out.After = true, rows[len(rows)-1].ID
	}
	return out, nil
}

// ListItems returns a page of a thread's items, hidden ones included.
func (s *Store) ListItems(ctx context.Context, threadID string, page chatkit.PageRequest) (chatkit.Page[chatkit.Item], error) {
	var out chatkit.Page[chatkit.Item]
	rows, more, err := s.db.items(s.read(ctx), userOf(ctx), threadID,
		ItemQuery{Limit: page.Limit, After: page.After, Order: page.Order, Hidden: true})
	if err != nil {
		return out, told("list items", err)
	}
	for _, row := range rows {
		out.Data = append(out.Data, row.Item)
	}
	if more {
		out.HasMore, out.After = true, rows[len(rows)-1].Item.Base().ID
	}
	return out, nil
}

// LoadItem returns an item.
func (s *Store) LoadItem(ctx context.Context, threadID, itemID string) (chatkit.Item, error) {
	it, err := item(s.read(ctx), userOf(ctx), threadID, itemID)
	if err != nil {
		return nil, told("load item", err)
	}
	return it.Item, nil
}

// SaveItem puts an item last, or in the place of the one with its id. An item
// that is new belongs to the turn that is the thread's newest.
func (s *Store) SaveItem(ctx context.Context, threadID string, it chatkit.Item) error {
	return told("save item", s.write(ctx, func(tx *gorm.DB) error {
		t, err := lockThread(tx, userOf(ctx), threadID)
		if err != nil {
			return err
		}
		var run []string
		if err := itemsOf(tx, t.UserID, t.ID).Order("seq DESC").Limit(1).Pluck("run_id", &run).Error; err != nil {
			return err
		}
		return s.db.putItem(tx, t, it, append(run, "")[0])
	}))
}

// putItem stores one item of a locked thread. A new one takes the thread's next
// number and the run; one that is there keeps both.
func (db *DB) putItem(tx *gorm.DB, t *threadRow, it chatkit.Item, runID string) error {
	row, err := db.rowOf(it, t.UserID, t.ID, runID)
	if err != nil {
		return err
	}
	set := tx.Model(&itemRow{}).Where("user_id = ? AND thread_id = ? AND id = ?", t.UserID, t.ID, row.ID).
		Select("type", "hidden", "incomplete", "payload").UpdateColumns(&row)
	if set.Error != nil {
		return set.Error
	}
	if set.RowsAffected > 0 {
		return db.indexItems(tx, row)
	}
	t.ItemSeq++
	row.Seq = t.ItemSeq
	if err := tx.Create(&row).Error; err != nil {
		return err
	}
	if err := db.indexItems(tx, row); err != nil {
		return err
	}
	return tx.Model(&threadRow{}).Where("user_id = ? AND id = ?", t.UserID, t.ID).UpdateColumn("item_seq", t.ItemSeq).Error
}

// DeleteItem deletes an item, if it is there.
func (s *Store) DeleteItem(ctx context.Context, threadID, itemID string) error {
	return told("delete item", s.write(ctx, func(tx *gorm.DB) error {
		return itemsOf(tx, userOf(ctx), threadID).Where("id = ?", itemID).Delete(&itemRow{}).Error
	}))
}

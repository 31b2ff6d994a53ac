package models

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"github.com/taskpilot/taskpilot/chatkit"
)

// Item is one entry of a thread. Seq orders a thread: gaps are allowed, numbers
// are never used again. RunID groups the items of one turn. Incomplete marks
// the text of an answer that was stopped or broke off.
type Item struct {
	Seq        int64
	RunID      string
	Incomplete bool
	Item       chatkit.Item
}

// ItemQuery asks for one page of a thread's items. After is the id of the last
// item seen; AfterSeq and BeforeSeq, when not 0, bound the numbers exclusively;
// Order "" is chatkit.Desc; Limit 0 is chatkit.DefaultPageSize. Hidden items
// are left out unless Hidden is set; RunID, when set, picks the items of one turn.
type ItemQuery struct {
	Limit     int
	After     string
	AfterSeq  int64
	BeforeSeq int64
	Order     chatkit.Order
	Hidden    bool
	RunID     string
}

// itemRow is an Item in the table. Its columns, not its payload, say which item
// it is, of which thread and since when.
type itemRow struct {
	UserID     string `gorm:"primaryKey"`
	ThreadID   string `gorm:"primaryKey"`
	ID         string `gorm:"primaryKey"`
	Seq        int64
	RunID      string
	Type       string
	Hidden     bool
	Incomplete bool
	Payload    string
	CreatedAt  Time

	said *string // what is read of a message; nil: only the payload has it
}

// TableName returns "items".
func (itemRow) TableName() string { return "items" }

// rowOf encodes an item of the thread. Of the row's fields Seq is left to the
// caller. It does not change the item.
func (db *DB) rowOf(it chatkit.Item, userID, threadID, runID string) (itemRow, error) {
	raw, err := chatkit.Marshal(it)
	if err == nil {
		raw, err = chatkit.CleanJSON(raw)
	}
	if err != nil {
		return itemRow{}, fmt.Errorf("encode item: %w", err)
	}
	base := it.Base()
	if err := checkItemID(base.ID); err != nil {
		return itemRow{}, err
	}
	created := At(base.CreatedAt.Time)
	if base.CreatedAt.IsZero() {
		created = At(db.now())
	}
	said := chatkit.CleanText(textOf(it))
	return itemRow{UserID: userID, ThreadID: threadID, ID: base.ID, RunID: runID, Type: chatkit.CleanText(it.ItemType()),
		Hidden: chatkit.Hidden(it), Payload: string(raw), CreatedAt: created, said: &said}, nil
}

func checkItemID(id string) error {
	if id == "" || len(id) > 200 || id != chatkit.CleanText(id) {
		return fmt.Errorf("%.200q is no item's id", id)
	}
	return nil
}

func (r *itemRow) item() (Item, error) {
	it, err := chatkit.UnmarshalItem([]byte(r.Payload))
	if err != nil {
		return Item{}, fmt.Errorf("item %s: %w", r.ID, err)
	}
	*it.Base() = chatkit.ItemBase{ID: r.ID, ThreadID: r.ThreadID, CreatedAt: r.CreatedAt.ChatKit()}
	return Item{Seq: r.Seq, RunID: r.RunID, Incomplete: r.Incomplete, Item: it}, nil
}

func itemsOf(tx *gorm.DB, userID, threadID string) *gorm.DB {
	return tx.Model(&itemRow{}).Where("user_id = ? AND thread_id = ?", userID, threadID)
}

// Items returns a page of a thread's items, and whether there are more. It costs
// the same at either end of a long thread.
func (db *DB) Items(ctx context.Context, userID, threadID string, q ItemQuery) ([]Item, bool, error) {
	items, more, err := db.items(db.read(ctx), userID, threadID, q)
	return items, more, wrap("items", err)
}

func (db *DB) items(tx *gorm.DB, userID, threadID string, q ItemQuery) ([]Item, bool, error) {
	if err := threadThere(tx, userID, threadID); err != nil {
		return nil, false, err
	}
	list, err := q.apply(itemsOf(tx, userID, threadID), itemsOf(tx, userID, threadID))
	if err != nil {
		return nil, false, err
	}
	limit := pageSize(q.Limit)
	var rows []itemRow
	if err := list.Limit(limit + 1).Find(&rows).Error; err != nil {
		return nil, false, err
	}
	rows, more := paged(rows, limit)
	items := make([]Item, len(rows))
	for i := range rows {
		if items[i], err = rows[i].item(); err != nil {
			return nil, false, err
		}
	}
	return items, more, nil
}

// threadThere returns ErrNotFound unless the user has the thread.
func threadThere(tx *gorm.DB, userID, threadID string) error {
	var there int64
	err := tx.Model(&Thread{}).Where("user_id = ? AND id = ? AND "+threadKept, userID, threadID).Count(&there).Error
	if err == nil && there == 0 {
		err = ErrNotFound
	}
	return err
}

// apply narrows and orders list; from finds the cursor.
func (q ItemQuery) apply(list, from *gorm.DB) (*gorm.DB, error) {
	if q.After != "" {
		seq, err := cursor(from, "seq", q.After)
		switch {
		case err != nil:
			return nil, err
		case q.Order == chatkit.Asc:
			q.AfterSeq = max(q.AfterSeq, seq)
		case q.BeforeSeq == 0:
			q.BeforeSeq = seq
		default:
			q.BeforeSeq = min(q.BeforeSeq, seq)
		}
	}
	if q.AfterSeq != 0 {
		list = list.Where("seq > ?", q.AfterSeq)
	}
	if q.BeforeSeq != 0 {
		list = list.Where("seq < ?", q.BeforeSeq)
	}
	if !q.Hidden {
		list = list.Where("hidden = ?", false)
	}
	if q.RunID != "" {
		list = list.Where("run_id = ?", q.RunID)
	}
	if q.Order == chatkit.Asc {
		return list.Order("seq ASC"), nil
	}
	return list.Order("seq DESC"), nil
}

// Item returns one item of a thread of the user's.
func (db *DB) Item(ctx context.Context, userID, threadID, itemID string) (*Item, error) {
	it, err := item(db.read(ctx), userID, threadID, itemID)
	return it, wrap("item", err)
}

func item(tx *gorm.DB, userID, threadID, itemID string) (*Item, error) {
	var row itemRow
	const kept = "EXISTS (SELECT 1 FROM threads WHERE user_id = ? AND id = ? AND " + threadKept + ")"
	if err := itemsOf(tx, userID, threadID).Where("id = ? AND "+kept, itemID, userID, threadID).Take(&row).Error; err != nil {
		return nil, err
	}
	it, err := row.item()
	if err != nil {
		return nil, err
	}
	return &it, nil
}

package models

import (
	"context"
	"errors"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/taskpilot/taskpilot/chatkit"
)

// TodoQuery asks for one page of tasks.
type TodoQuery struct {
	Status   string    // "all" (or ""), "pending" or "completed"
	Due      string    // "" (any), "overdue", "today", "week" (today and the six days after it) or "none"
	Priority string    // "" (any), "low", "medium" or "high"
	Text     string    // words that the title has, in any case
	Now      time.Time // in the person's zone, whose days those of Due are

	// Placed lists in the person's own order instead of newest first.
	Placed bool
	Limit  int
	After  string // the id of the last task seen
}

func (q TodoQuery) check() error {
	if err := oneOf("status", "The status", q.Status, "", "all", "pending", "completed"); err != nil {
		return err
	}
	if err := oneOf("due", "The due date", q.Due, "", "overdue", "today", "week", "none"); err != nil {
		return err
	}
	return oneOf("priority", "The priority", q.Priority, "", "low", "medium", "high")
}

// Todos returns a page of the user's tasks, and whether there are more.
func (db *DB) Todos(ctx context.Context, userID string, q TodoQuery) ([]Todo, bool, error) {
	if err := q.check(); err != nil {
		return nil, false, err
	}
	list, err := db.ordered(ctx, userID, q)
	if err != nil {
		return nil, false, wrap("tasks", err)
	}
	limit := pageSize(q.Limit)
	var todos []Todo
	if err := q.filter(list).Limit(limit + 1).Find(&todos).Error; err != nil {
		return nil, false, wrap("tasks", err)
	}
	todos, more := paged(todos, limit)
	return todos, more, nil
}

// ordered continues the list of all the user's tasks.
func (db *DB) ordered(ctx context.Context, userID string, q TodoQuery) (*gorm.DB, error) {
	list := todosOf(db.read(ctx), userID)
	if !q.Placed {
		return keyset(list, todosOf(db.read(ctx), userID), "created_at", q.After, chatkit.Desc)
	}
	if q.After != "" {
		place, err := placeOfTodo(db.read(ctx), userID, q.After)
		if errors.Is(err, gorm.ErrRecordNotFound) || unstorable(err) {
			return nil, unknownCursor()
		}
		if err != nil {
			return nil, err
		}
		list = list.Where("place > ?", place)
	}
	return list.Order("place"), nil
}

func (q TodoQuery) filter(list *gorm.DB) *gorm.DB {
	if q.Status == "pending" || q.Status == "completed" {
		list = list.Where("completed = ?", q.Status == "completed")
	}
	if q.Priority != "" {
		list = list.Where("priority = ?", q.Priority)
	}
	y, m, d := q.Now.Date()
	today := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	switch q.Due {
	case "overdue": // a day is over at its end, a time when it has come
		list = list.Where("completed = ? AND (due_at % ? = 0 AND due_at < ? OR due_at % ? <> 0 AND due_at < ?)", false,
			day.Microseconds(), At(today), day.Microseconds(), At(q.Now))
	case "today":
		list = dueWithin(list, today, 1, q.Now.Location())
	case "week":
		list = dueWithin(list, today, 7, q.Now.Location())
	case "none":
		list = list.Where("due_at IS NULL")
	}
	return titled(list, searchKey(q.Text))
}

// mostWords is how many words a title may be asked for. It has hardly more, and
// SQLite takes no condition that is much longer.
const mostWords = 100

// dueWithin keeps the tasks that are due on one of the days from first on, or at a
// time that is on one of them in the zone.
func dueWithin(list *gorm.DB, first time.Time, days int, zone *time.Location) *gorm.DB {
	end := first.AddDate(0, 0, days)
	begins := func(t time.Time) Time { y, m, d := t.Date(); return At(time.Date(y, m, d, 0, 0, 0, 0, zone)) }
	return list.Where("(due_at % ? = 0 AND due_at >= ? AND due_at < ? OR due_at % ? <> 0 AND due_at >= ? AND due_at < ?)",
		day.Microseconds(), At(first), At(end), day.Microseconds(), begins(first), begins(end))
}

// titled keeps the tasks whose title has every word of key.
func titled(list *gorm.DB, key string) *gorm.DB {
	words := strings.Fields(key)
	for _, word := range words[:min(len(words), mostWords)] {
		list = list.Where("title_key LIKE ? ESCAPE '\\'", "%"+likeEscaper.Replace(word)+"%")
	}
	return list
}

// TodosChanged returns something that is another after any change of the user's
// tasks, also by another server.
func (db *DB) TodosChanged(ctx context.Context, userID string) ([2]int64, error) {
	var last [2]int64
	for i, column := range []string{"updated_at", "deleted_at"} {
		list := todosOf(db.read(ctx), userID)
		if column == "deleted_at" {
			list = db.read(ctx).Model(&deletedTodo{}).Where("user_id = ?", userID)
		}
		var newest []int64
		if err := list.Order(column+" DESC").Limit(1).Pluck(column, &newest).Error; err != nil {
			return last, wrap("newest change of tasks", err)
		}
		if len(newest) > 0 {
			last[i] = newest[0]
		}
	}
	return last, nil
}

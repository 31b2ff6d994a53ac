package models

import (
	"context"
	"strings"

	"golang.org/x/text/unicode/norm"
	"gorm.io/gorm"

	"github.com/taskpilot/taskpilot/chatkit"
)

// Todo is an entry of a person's to-do list: a task.
type Todo struct {
	ID          string `gorm:"primaryKey"`
	UserID      string `gorm:"primaryKey"`
	Title       string
	Description string
	Completed   bool
	DueAt       *Time
	Priority    string // "", "low", "medium" or "high"
	Place       string // in the person's own order, first the smallest
	CreatedAt   Time
	UpdatedAt   Time
}

// todoRow is a Todo with the column that only this package uses.
type todoRow struct {
	Todo
	TitleKey string // Title folded for search, alike on both databases
}

// TableName returns "todos".
func (todoRow) TableName() string { return "todos" }

// TodoChange changes what is not nil; a DueAt that points to nil clears the date.
type TodoChange struct {
	Title       *string
	Description *string
	Priority    *string
	Completed   *bool
	DueAt       **Time
}

// CreateTodo adds a task; it needs a title.
func (db *DB) CreateTodo(ctx context.Context, userID string, c TodoChange) (*Todo, error) {
	now := At(db.now())
	row := todoRow{Todo: Todo{ID: chatkit.NewID("todo"), UserID: userID, Place: newPlace(now), CreatedAt: now, UpdatedAt: now}}
	if c.Title == nil {
		c.Title = new(string)
	}
	if err := row.apply(c); err != nil {
		return nil, err
	}
	err := db.writer.WithContext(ctx).Create(&row).Error
	if orphaned(err) {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, wrap("create task", err)
	}
	return &row.Todo, nil
}

func (r *todoRow) apply(c TodoChange) error {
	if c.Title != nil {
		r.Title = line(*c.Title)
		if err := within("title", "The title", r.Title, 1, 200); err != nil {
			return err
		}
	}
	if c.Description != nil {
		r.Description = strings.TrimSpace(chatkit.CleanText(*c.Description))
		if err := within("description", "The description", r.Description, 0, 4000); err != nil {
			return err
		}
	}
	if c.Priority != nil {
		r.Priority = *c.Priority
		if err := oneOf("priority", "The priority", r.Priority, "", "low", "medium", "high"); err != nil {
			return err
		}
	}
	if c.Completed != nil {
		r.Completed = *c.Completed
	}
	if c.DueAt != nil {
		if r.DueAt = *c.DueAt; r.DueAt != nil {
			due := At(r.DueAt.Time)
			r.DueAt = &due
		}
	}
	r.TitleKey = searchKey(r.Title)
	return nil
}

func todosOf(tx *gorm.DB, userID string) *gorm.DB {
	return tx.Model(&Todo{}).Where("user_id = ?", userID)
}

// Todo returns one task of the user's.
func (db *DB) Todo(ctx context.Context, userID, id string) (*Todo, error) {
	t, err := todo(db.read(ctx), userID, id)
	return t, wrap("task", err)
}

func todo(tx *gorm.DB, userID, id string) (*Todo, error) {
	t := new(Todo)
	if err := todosOf(tx, userID).Where("id = ?", id).Take(t).Error; err != nil {
		return nil, err
	}
	return t, nil
}

// FindTodos returns the user's tasks whose title has every word of name,
// whatever its case: a title that is name itself first, then open ones, then
// the newest.
func (db *DB) FindTodos(ctx context.Context, userID, name string, limit int) ([]Todo, error) {
	key := searchKey(name)
	if key == "" {
		return nil, nil
	}
	list := titled(todosOf(db.read(ctx), userID), key)
	var todos []Todo
	err := list.Order(gorm.Expr("CASE WHEN title_key = ? THEN 0 ELSE 1 END, completed, created_at DESC, id DESC", key)).
		Limit(pageSize(limit)).Find(&todos).Error
	return todos, wrap("find tasks", err)
}

var likeEscaper = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

func searchKey(s string) string { return strings.ToLower(norm.NFC.String(line(s))) }

// UpdateTodo changes a task of the user's and returns it as it is then.
func (db *DB) UpdateTodo(ctx context.Context, userID, id string, c TodoChange) (*Todo, error) {
	var t *Todo
	err := db.write(ctx, func(tx *gorm.DB) error {
		old, err := todo(tx, userID, id)
		if err != nil {
			return err
		}
		row := todoRow{Todo: *old}
		if err := row.apply(c); err != nil {
			return err
		}
		row.UpdatedAt = At(db.now())
		t = &row.Todo
		return gone(todosOf(tx, userID).Where("id = ?", id).UpdateColumns(map[string]any{
			"title": row.Title, "title_key": row.TitleKey, "description": row.Description,
			"completed": row.Completed, "due_at": row.DueAt, "priority": row.Priority, "updated_at": row.UpdatedAt,
		}))
	})
	if err != nil {
		return nil, wrap("update task", err)
	}
	return t, nil
}

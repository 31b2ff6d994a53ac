package models

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// undoFor is how long a deleted task can be had back.
const undoFor = time.Hour

// deletedTodo is a task that was deleted a short while ago.
type deletedTodo struct {
	Todo
	TitleKey  string
	DeletedAt Time
}

// TableName returns "deleted_todos".
func (deletedTodo) TableName() string { return "deleted_todos" }

// DeleteTodo deletes a task of the user's and returns it as it was. For an hour
// RestoreTodo can undo that.
func (db *DB) DeleteTodo(ctx context.Context, userID, id string) (*Todo, error) {
	row := new(todoRow)
	err := db.write(ctx, func(tx *gorm.DB) error {
		if err := tx.Where("user_id = ? AND id = ?", userID, id).Take(row).Error; err != nil {
			return err
		}
		kept := deletedTodo{row.Todo, row.TitleKey, At(db.now())}
		if err := tx.Clauses(clause.OnConflict{UpdateAll: true}).Create(&kept).Error; err != nil {
			return err
		}
		return gone(todosOf(tx, userID).Where("id = ?", id).Delete(&Todo{}))
	})
	if err != nil {
		return nil, wrap("delete task", err)
	}
	return &row.Todo, nil
}

func (db *DB) deletedOf(tx *gorm.DB, userID, id string) *gorm.DB {
	return tx.Where("user_id = ? AND id = ? AND deleted_at > ?", userID, id, At(db.now().Add(-undoFor)))
}

// DeletedTodo returns a task of the user's that was deleted within the last hour.
func (db *DB) DeletedTodo(ctx context.Context, userID, id string) (*Todo, error) {
	row := new(deletedTodo)
	if err := db.deletedOf(db.read(ctx), userID, id).Take(row).Error; err != nil {
		return nil, wrap("deleted task", err)
	}
	return &row.Todo, nil
}

// RestoreTodo undoes the deletion of a task of the user's: it is where it was.
func (db *DB) RestoreTodo(ctx context.Context, userID, id string) (*Todo, error) {
	row := new(deletedTodo)
	err := db.write(ctx, func(tx *gorm.DB) error {
		if err := db.deletedOf(tx, userID, id).Take(row).Error; err != nil {
			return err
		}
		row.UpdatedAt = At(db.now())
		if err := tx.Create(&todoRow{row.Todo, row.TitleKey}).Error; err != nil {
			return err
		}
		return gone(tx.Where("user_id = ? AND id = ?", userID, id).Delete(&deletedTodo{}))
	})
	if err != nil {
		return nil, wrap("restore task", err)
	}
	return &row.Todo, nil
}

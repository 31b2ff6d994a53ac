package models

import (
	"context"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// backfillItems is how many items a step of the backfill indexes: the writer of
// SQLite has others waiting.
const backfillItems = 200

// IndexOlder indexes some of what was there before the index, in one short
// transaction, and reports whether there is more. It goes on where the last one
// ended, also after a restart, and any number of servers may do it at once.
func (db *DB) IndexOlder(ctx context.Context) (more bool, err error) {
	err = db.write(ctx, func(tx *gorm.DB) error {
		var todo []searchTodo
		if err := tx.Clauses(clause.Locking{Strength: "UPDATE", Options: "SKIP LOCKED"}).Limit(1).Find(&todo).Error; err != nil {
			return err
		}
		if more = len(todo) > 0; !more {
			return nil
		}
		return db.indexThread(tx, todo[0])
	})
	return more, wrap("index older", err)
}

// indexThread indexes the next items of a thread. What was changed meanwhile is
// indexed already: it is only done again. The lock keeps the thread from going.
func (db *DB) indexThread(tx *gorm.DB, todo searchTodo) error {
	var threads []threadRow
	if err := tx.Clauses(clause.Locking{Strength: "UPDATE"}).
		Where("user_id = ? AND id = ?", todo.UserID, todo.ThreadID).Find(&threads).Error; err != nil || len(threads) == 0 {
		return err
	}
	if todo.Seq == 0 {
		if err := db.indexTitle(tx, &threads[0].Thread, threads[0].Title); err != nil {
			return err
		}
	}
	var rows []itemRow
	if err := itemsOf(tx, todo.UserID, todo.ThreadID).Where("seq > ?", todo.Seq).
		Order("seq").Limit(backfillItems).Find(&rows).Error; err != nil {
		return err
	}
	if err := db.indexItems(tx, rows...); err != nil {
		return err
	}
	if len(rows) < backfillItems {
		return tx.Delete(&todo).Error
	}
	return tx.Model(&todo).UpdateColumn("seq", rows[len(rows)-1].Seq).Error
}

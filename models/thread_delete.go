package models

import (
	"context"
	"database/sql"
	"errors"

	"gorm.io/gorm"
)

// deletedAtOnce is how many rows go in one transaction where there may be many:
// SQLite's writer has others waiting.
const deletedAtOnce = 100

// threadGoing is true of a hidden thread whose items are being deleted: nobody can
// have it back. What a crash leaves of it is EmptyTrash's.
const threadGoing = "deleted_at = 0"

// DeleteThread deletes a thread of the user's with its items, runs, events and
// files; the bytes of those are the caller's to delete: see ThreadObjects. It is
// gone for everybody at once; the items of a long one go a few at a time.
func (db *DB) DeleteThread(ctx context.Context, userID, id string) error {
	return wrap("delete thread", db.deleteThread(ctx, ThreadKey{userID, id}, threadKept))
}

// deleteThread deletes a thread that meets the condition.
func (db *DB) deleteThread(ctx context.Context, key ThreadKey, condition string, args ...any) error {
	var first []string // of its items
	err := db.read(ctx).Model(&itemRow{}).Where("user_id = ? AND thread_id = ?", key.UserID, key.ID).Limit(deletedAtOnce+1).Pluck("id", &first).Error
	if err != nil {
		return err
	}
	if len(first) <= deletedAtOnce {
		return db.endThread(ctx, key, condition, args...)
	}
	if err := db.beginDeletion(ctx, key, condition, args...); err != nil {
		return err
	}
	err = db.deleteInSteps(ctx, "items", "user_id = @user AND thread_id = @thread", sql.Named("user", key.UserID), sql.Named("thread", key.ID))
	if err != nil {
		return err
	}
	if err = db.endThread(ctx, key, threadGoing); errors.Is(err, ErrNotFound) {
		return nil // somebody else has done it
	}
	return err
}

// beginDeletion hides a thread for good, and takes what is being answered in it,
// and what others may read of it, away.
func (db *DB) beginDeletion(ctx context.Context, key ThreadKey, condition string, args ...any) error {
	return db.disturbLog(ctx, func(tx *gorm.DB) error {
		err := gone(tx.Model(&threadRow{}).Where("user_id = ? AND id = ?", key.UserID, key.ID).Where(condition, args...).
			UpdateColumns(map[string]any{"deleted_at": Time{}}))
		if err != nil {
			return err
		}
		if err := tx.Where("user_id = ? AND thread_id = ?", key.UserID, key.ID).Delete(&Share{}).Error; err != nil {
			return err
		}
		return tx.Where("user_id = ? AND thread_id = ? AND status = 'running'", key.UserID, key.ID).Delete(&Run{}).Error
	})
}

// endThread deletes a thread that meets the condition, with all that is left of it.
func (db *DB) endThread(ctx context.Context, key ThreadKey, condition string, args ...any) error {
	return db.disturbLog(ctx, func(tx *gorm.DB) error {
		if err := db.patient(tx); err != nil {
			return err
		}
		if err := gone(tx.Where("user_id = ? AND id = ?", key.UserID, key.ID).Where(condition, args...).Delete(&Thread{})); err != nil {
			return err
		}
		return tx.Where("user_id = ? AND thread_id = ?", key.UserID, key.ID).Delete(&attachmentRow{}).Error
	})
}

// deleteInSteps deletes the rows of a table that meet the condition, a few in each
// transaction. Several may do it at once.
func (db *DB) deleteInSteps(ctx context.Context, table, condition string, args ...any) error {
	some, end := "rowid IN (SELECT rowid", ")" // by where they are: what finds the next ones must not read all that are left
	if db.pg != nil {
		some, end = "ctid = ANY (ARRAY(SELECT ctid", "))"
	}
	text := "DELETE FROM " + table + " WHERE " + some + " FROM " + table + " WHERE " + condition + " LIMIT @most" + end
	args = append(args, sql.Named("most", deletedAtOnce))
	for more := true; more; {
		err := db.write(ctx, func(tx *gorm.DB) error {
			gone := tx.Exec(text, args...)
			more = gone.RowsAffected == deletedAtOnce
			return gone.Error
		})
		if err != nil {
			return err
		}
	}
	return nil
}

package models

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"gorm.io/gorm"
)

// leavingTime is when a deletion that has not come to its end was surely cut.
const leavingTime = 10 * time.Minute

// manyRows are the tables that have a row for each thing that a person wrote. An
// item takes its run, and its words in the index, along. What belongs to a thread
// that is being answered is left to the end: the log has to know of it.
var manyRows = []struct{ name, idle string }{
	{"items", " AND thread_id NOT IN " + beingAnswered},
	{"threads", " AND id NOT IN " + beingAnswered},
	{"todos", ""},
	{"deleted_todos", ""},
}

const beingAnswered = "(SELECT thread_id FROM runs WHERE user_id = @user AND status = 'running')"

// DeleteUser closes an account and deletes everything of that person's: at once
// they are shut out, then their rows go, a few at a time. What a crash leaves of
// them is FinishLeaving's. ErrLastAdmin: they are the only administrator, and
// others have accounts here.
func (db *DB) DeleteUser(ctx context.Context, userID string) error {
	defer db.accessChanged()
	err := db.disturbLog(ctx, func(tx *gorm.DB) error { return db.beginLeaving(tx, userID) })
	if err == nil {
		db.accessChanged()
		err = db.endLeaving(ctx, userID)
	}
	return wrap("delete user", err)
}

// FinishLeaving goes on with deletions of accounts that were cut.
func (db *DB) FinishLeaving(ctx context.Context) error {
	var ids []string
	err := db.read(ctx).Model(&User{}).Where("leaving_at <= ?", At(db.now().Add(-leavingTime))).Pluck("id", &ids).Error
	for _, id := range ids {
		err = errors.Join(err, db.endLeaving(ctx, id))
	}
	return wrap("finish leaving", err)
}

// beginLeaving shuts the person out, and takes what they are running, and what
// others may read of theirs, away.
func (db *DB) beginLeaving(tx *gorm.DB, userID string) error {
	u, err := lockPerson(tx, userID)
	if err != nil {
		return err
	}
	if err := leavesAdmin(tx, u); err != nil {
		return err
	}
	now := At(db.now())
	if err := db.change(tx, userID, map[string]any{"disabled_at": gorm.Expr("COALESCE(disabled_at, ?)", now), "leaving_at": now}); err != nil {
		return err
	}
	if err := endSignIns(tx, userID); err != nil {
		return err
	}
	if err := tx.Where("user_id = ?", userID).Delete(&Share{}).Error; err != nil {
		return err
	}
	return tx.Where("user_id = ? AND status = 'running'", userID).Delete(&Run{}).Error
}

// endLeaving deletes the person's rows. Several may do it at once.
func (db *DB) endLeaving(ctx context.Context, userID string) error {
	for _, table := range manyRows {
		if err := db.deleteInSteps(ctx, table.name, "user_id = @user"+table.idle, sql.Named("user", userID)); err != nil {
			return err
		}
	}
	err := db.disturbLog(ctx, func(tx *gorm.DB) error { return db.leave(ctx, tx, userID) })
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil // somebody else has done it
	}
	return err
}

// leave deletes the account with all that is left.
func (db *DB) leave(ctx context.Context, tx *gorm.DB, userID string) error {
	if err := db.patient(tx); err != nil {
		return err
	}
	u, err := lockPerson(tx, userID)
	if err != nil {
		return err
	}
	if err := tx.Where("email = ?", u.Email).Delete(&SignUp{}).Error; err != nil {
		return err
	}
	if err := forgetAudit(tx, userID); err != nil {
		return err
	}
	if err := gone(tx.Where("id = ?", userID).Delete(&User{})); err != nil {
		return err
	}
	if a := actorOf(ctx); a.UserID == userID { // who deletes their own account leaves nothing here either
		ctx = WithActor(ctx, Actor{Door: a.Door})
	}
	return db.audit(ctx, tx, AuditAccountDeleted, "", "")
}

package models

import (
	"context"
	"errors"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// ErrLastWay means that a person could not sign in any more.
var ErrLastWay = errors.New("models: the last way to sign in")

// lockWays makes changes of a person's ways to sign in wait for one another: of
// two that are taken away at once, the second sees that the first is gone.
func lockWays(tx *gorm.DB, userID string) (*User, error) {
	u := new(User)
	err := tx.Clauses(clause.Locking{Strength: "UPDATE"}).Where("id = ?", userID).Take(u).Error
	return u, err
}

// keepWay returns ErrLastWay if a transaction that called lockWays has left the
// person no way to sign in.
func keepWay(tx *gorm.DB, u *User) error {
	if u.HasPassword() {
		return nil
	}
	for _, way := range []any{&Passkey{}, &Identity{}} {
		var n int64
		if err := tx.Model(way).Where("user_id = ?", u.ID).Count(&n).Error; err != nil || n > 0 {
			return err
		}
	}
	return ErrLastWay
}

// removeWay takes a way to sign in, which is a row of the kind of way, from a
// person. ErrLastWay: they could not sign in any more.
func (db *DB) removeWay(ctx context.Context, way any, userID, id string, record AuditKind) error {
	return db.write(ctx, func(tx *gorm.DB) error {
		u, err := lockWays(tx, userID)
		if err != nil {
			return err
		}
		if err := gone(tx.Where("user_id = ? AND id = ?", userID, id).Delete(way)); err != nil {
			return err
		}
		if err := keepWay(tx, u); err != nil {
			return err
		}
		return db.auditOwn(ctx, tx, record, userID, "")
	})
}

// forgetWays takes all of a person's ways to sign in of one kind.
func (db *DB) forgetWays(ctx context.Context, tx *gorm.DB, way any, userID string, record AuditKind) error {
	change := tx.Where("user_id = ?", userID).Delete(way)
	if change.Error != nil || change.RowsAffected == 0 {
		return change.Error
	}
	return db.auditOwn(ctx, tx, record, userID, "")
}

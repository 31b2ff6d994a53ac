package models

import (
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

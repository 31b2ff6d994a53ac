package models

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/taskpilot/taskpilot/chatkit"
)

const (
	refreshIdle     = 30 * 24 * time.Hour // an unused refresh token
	refreshAbsolute = 90 * 24 * time.Hour // a family, from the sign-in that began it
)

// familyRow is one sign-in of a program. Its refresh tokens follow one another,
// and its access tokens are good only while it is there.
type familyRow struct {
	ID        string `gorm:"primaryKey"`
	UserID    string
	CreatedAt Time
	ExpiresAt Time
}

// TableName returns "refresh_families".
func (familyRow) TableName() string { return "refresh_families" }

// refreshRow is a refresh token by its hash. Used ones are kept, to recognise a
// thief: a token comes back used only if two parties have it.
type refreshRow struct {
	Hash      string `gorm:"primaryKey"`
	FamilyID  string
	Used      bool
	ExpiresAt Time
}

// TableName returns "refresh_tokens".
func (refreshRow) TableName() string { return "refresh_tokens" }

// NewFamily begins a family with its first refresh token.
func (db *DB) NewFamily(ctx context.Context, userID string) (family, refreshToken string, err error) {
	now := db.now()
	row := familyRow{ID: chatkit.NewID("fam"), UserID: userID, CreatedAt: At(now), ExpiresAt: At(now.Add(refreshAbsolute))}
	err = db.write(ctx, func(tx *gorm.DB) error {
		err := tx.Create(&row).Error
		if orphaned(err) {
			return ErrNotFound
		}
		if err == nil {
			refreshToken, err = db.issue(tx, row.ID)
		}
		return err
	})
	if err != nil {
		return "", "", wrap("new token family", err)
	}
	return row.ID, refreshToken, nil
}

func (db *DB) issue(tx *gorm.DB, family string) (string, error) {
	token := newSecret()
	row := refreshRow{Hash: fingerprint(token), FamilyID: family, ExpiresAt: At(db.now().Add(refreshIdle))}
	return token, tx.Create(&row).Error
}

// RotateRefresh takes a refresh token in exchange for the next. ErrNotFound is
// one that is unknown, expired, revoked or already used; in the last case the
// whole family is revoked.
func (db *DB) RotateRefresh(ctx context.Context, refreshToken string) (userID, family, next string, err error) {
	reused := errors.New("reused")
	err = db.write(ctx, func(tx *gorm.DB) error {
		var token refreshRow
		// The lock makes of two exchanges at once one exchange and one reuse.
		err := tx.Clauses(clause.Locking{Strength: "UPDATE"}).
			Where("hash = ? AND expires_at > ?", fingerprint(refreshToken), At(db.now())).Take(&token).Error
		if err != nil {
			return err
		}
		family = token.FamilyID
		if token.Used {
			return reused
		}
		var owner familyRow
		if err := db.familyOf(tx).Where("id = ?", family).Take(&owner).Error; err != nil {
			return err
		}
		userID = owner.UserID
		if err := tx.Model(&refreshRow{}).Where("hash = ?", token.Hash).Update("used", true).Error; err != nil {
			return err
		}
		next, err = db.issue(tx, family)
		return err
	})
	if errors.Is(err, reused) {
		err = errors.Join(db.endReused(ctx, family), ErrNotFound)
	}
	if err != nil {
		return "", "", "", wrap("rotate refresh token", err)
	}
	return userID, family, next, nil
}

// endReused ends a family one of whose tokens came back.
func (db *DB) endReused(ctx context.Context, family string) error {
	var owners []string
	if err := db.read(ctx).Model(&familyRow{}).Where("id = ?", family).Pluck("user_id", &owners).Error; err != nil {
		return err
	}
	if err := db.RevokeFamily(ctx, family); err != nil || len(owners) == 0 {
		return err
	}
	return db.Audit(ctx, AuditTokenReused, owners[0], "")
}

// familyOf narrows a query of families to those that still count.
func (db *DB) familyOf(tx *gorm.DB) *gorm.DB {
	return tx.Model(&familyRow{}).Where("expires_at > ?", At(db.now())).
		Where("EXISTS (SELECT 1 FROM users WHERE users.id = refresh_families.user_id AND users.disabled_at IS NULL)")
}

// RevokeFamily ends a family; one that is not there is no error.
func (db *DB) RevokeFamily(ctx context.Context, family string) error {
	defer db.accessChanged()
	return wrap("revoke token family", db.writer.WithContext(ctx).Where("id = ?", family).Delete(&familyRow{}).Error)
}

// FamilyActive reports whether access tokens of the user's family are good.
func (db *DB) FamilyActive(ctx context.Context, userID, family string) (bool, error) {
	var n int64
	err := db.familyOf(db.read(ctx)).Where("id = ? AND user_id = ?", family, userID).Count(&n).Error
	return n == 1, wrap("token family", err)
}

// AccessChanges counts what this process has done that may end somebody's
// access. Who remembers that a token is good must forget it when the count is
// another than it was before the database was asked.
func (db *DB) AccessChanges() int64 { return db.accessChanges.Load() }

// accessChanged is called when the change is in the database.
func (db *DB) accessChanged() { db.accessChanges.Add(1) }

func fingerprint(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

package models

import (
	"context"
	"errors"

	"gorm.io/gorm"

	"github.com/taskpilot/taskpilot/chatkit"
)

// Identity is who a person is at an OpenID Connect provider. Issuer and Subject
// say it; Email is what the provider called the person last, and only shown.
type Identity struct {
	UserID     string `gorm:"primaryKey"`
	ID         string `gorm:"primaryKey"`
	Issuer     string
	Subject    string
	Email      string
	CreatedAt  Time
	LastUsedAt Time
}

// TableName returns "identities".
func (Identity) TableName() string { return "identities" }

// NewIdentity is what a provider says of a person. Name is for a new account; an
// empty one becomes the part of the address before the @.
type NewIdentity struct{ Issuer, Subject, Email, Name string }

// Identities returns who a person is elsewhere, the oldest first.
func (db *DB) Identities(ctx context.Context, userID string) ([]Identity, error) {
	var list []Identity
	err := db.read(ctx).Where("user_id = ?", userID).Order("created_at, id").Find(&list).Error
	return list, wrap("identities", err)
}

// UserByIdentity returns the account that somebody's identity belongs to, also a
// disabled one, and notes its use.
func (db *DB) UserByIdentity(ctx context.Context, n NewIdentity) (*User, error) {
	in := new(Identity)
	err := db.read(ctx).Where("issuer = ? AND subject = ?", n.Issuer, n.Subject).Take(in).Error
	if err != nil {
		return nil, wrap("user by identity", err)
	}
	err = db.writer.WithContext(ctx).Model(&Identity{}).Where("user_id = ? AND id = ?", in.UserID, in.ID).
		Updates(map[string]any{"email": foldEmail(n.Email), "last_used_at": At(db.now())}).Error
	if err != nil {
		return nil, wrap("use identity", err)
	}
	return db.User(ctx, in.UserID)
}

// LinkIdentity lets a person sign in with an identity; the letters tell of it.
// ErrConflict: it belongs to another account.
func (db *DB) LinkIdentity(ctx context.Context, userID string, n NewIdentity, letters ...*NewLetter) error {
	err := db.write(ctx, func(tx *gorm.DB) error {
		if err := db.link(ctx, tx, userID, n); err != nil {
			return err
		}
		return db.addLetters(tx, letters)
	})
	if !errors.Is(err, ErrConflict) {
		return wrap("link identity", err)
	}
	if u, err := db.UserByIdentity(ctx, n); err != nil || u.ID == userID { // it is linked already
		return err
	}
	return ErrConflict
}

func (db *DB) link(ctx context.Context, tx *gorm.DB, userID string, n NewIdentity) error {
	now := At(db.now())
	err := tx.Create(&Identity{UserID: userID, ID: chatkit.NewID("idn"), Issuer: n.Issuer, Subject: n.Subject,
		Email: foldEmail(n.Email), CreatedAt: now, LastUsedAt: now}).Error
	switch {
	case duplicate(err):
		return ErrConflict
	case orphaned(err):
		return ErrNotFound
	case err != nil:
		return err
	}
	return db.auditOwn(ctx, tx, AuditIdentityLinked, userID, "")
}

// UnlinkIdentity takes an identity of a person's away. ErrLastWay: they could not
// sign in any more.
func (db *DB) UnlinkIdentity(ctx context.Context, userID, id string) error {
	return wrap("unlink identity", db.removeWay(ctx, &Identity{}, userID, id, AuditIdentityRemoved))
}

// OpenAccount opens an account without a password for somebody with an identity,
// whose address the provider has proved. Where strangers may not, it takes an
// invitation to the address: without one it is ErrNotFound. ErrConflict: the
// address has an account already, or the identity has one.
func (db *DB) OpenAccount(ctx context.Context, n NewIdentity, strangers bool) (*User, error) {
	email, name, err := cleanAccount(n.Email, clip(line(n.Name), 100))
	if err != nil {
		return nil, err
	}
	u := db.account(email, name)
	err = db.write(ctx, func(tx *gorm.DB) error {
		invited := db.openInvites(tx).Where("email = ?", u.Email).Delete(&Invite{})
		if invited.Error != nil {
			return invited.Error
		}
		kind := AuditInviteUsed
		if invited.RowsAffected == 0 {
			if kind = AuditAccountMade; !strangers {
				return ErrNotFound
			}
		}
		if err := db.insertUser(ctx, tx, u, kind); err != nil {
			return err
		}
		return db.link(ctx, tx, u.ID, n)
	})
	if err != nil {
		return nil, wrap("open account", err)
	}
	return u, nil
}

// account makes a new account that has no password yet.
func (db *DB) account(email, name string) *User {
	now := At(db.now())
	return &User{ID: chatkit.NewID("usr"), Email: email, Name: name, Role: RoleUser, CreatedAt: now, UpdatedAt: now}
}

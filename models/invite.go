package models

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"

	"github.com/taskpilot/taskpilot/chatkit"
)

// Invite lets the person with an e-mail address open an account, once, also where
// strangers may not. The link holds a random secret, Secret is its hash.
type Invite struct {
	ID        string `gorm:"primaryKey"`
	Secret    string
	Email     string
	InvitedBy *string // nil: the command line, or deleted since
	CreatedAt Time
	ExpiresAt Time
}

// TableName returns "invites".
func (Invite) TableName() string { return "invites" }

// inviteLife is how long an invitation is good.
const inviteLife = 7 * 24 * time.Hour

// Invite invites the person with an e-mail address and returns the secret of the
// link, which is nowhere else. An open invitation to the same address ends. The
// letters bring the link. ErrConflict: there is an account with it already.
func (db *DB) Invite(ctx context.Context, email string, letters ...WriteLetter) (*Invite, string, error) {
	email, err := cleanEmail(email)
	if err != nil {
		return nil, "", err
	}
	if _, err := db.UserByEmail(ctx, email); err == nil {
		return nil, "", ErrConflict
	} else if !errors.Is(err, ErrNotFound) {
		return nil, "", err
	}
	secret := newSecret()
	bring, err := written(Occasion{Secret: secret, Email: email}, letters)
	if err != nil {
		return nil, "", wrap("invite", err)
	}
	now := db.now()
	in := &Invite{ID: chatkit.NewID("inv"), Secret: fingerprint(secret), Email: email, InvitedBy: orNull(actorOf(ctx).UserID),
		CreatedAt: At(now), ExpiresAt: At(now.Add(inviteLife))}
	err = db.write(ctx, func(tx *gorm.DB) error {
		if err := tx.Where("email = ?", email).Delete(&Invite{}).Error; err != nil {
			return err
		}
		if err := tx.Create(in).Error; err != nil {
			return err
		}
		if err := db.addLetters(tx, bring); err != nil {
			return err
		}
		return db.audit(ctx, tx, AuditInvited, "", "")
	})
	if err != nil {
		return nil, "", wrap("invite", err)
	}
	return in, secret, nil
}

// Invites returns the open invitations, newest first.
func (db *DB) Invites(ctx context.Context, limit int) ([]Invite, error) {
	var list []Invite
	err := db.openInvites(db.read(ctx)).Order("created_at DESC, id DESC").Limit(pageSize(limit)).Find(&list).Error
	return list, wrap("invites", err)
}

func (db *DB) openInvites(tx *gorm.DB) *gorm.DB { return tx.Where("expires_at > ?", At(db.now())) }

// RevokeInvite ends an invitation.
func (db *DB) RevokeInvite(ctx context.Context, id string) error {
	return wrap("revoke invite", db.write(ctx, func(tx *gorm.DB) error {
		if err := gone(tx.Where("id = ?", id).Delete(&Invite{})); err != nil {
			return err
		}
		return db.audit(ctx, tx, AuditInviteRevoked, "", "")
	}))
}

// InviteBySecret returns the open invitation that a link leads to.
func (db *DB) InviteBySecret(ctx context.Context, secret string) (*Invite, error) {
	in := new(Invite)
	err := db.openInvites(db.read(ctx)).Where("secret = ?", fingerprint(secret)).Take(in).Error
	if err != nil {
		return nil, wrap("invite by secret", err)
	}
	return in, nil
}

// AcceptInvite opens the account that an invitation is for; n.Email is not used.
// ErrNotFound: the invitation is over. ErrConflict: the address has an account
// already.
func (db *DB) AcceptInvite(ctx context.Context, secret string, n NewUser) (*User, error) {
	in, err := db.InviteBySecret(ctx, secret)
	if err != nil {
		return nil, err
	}
	n.Email = in.Email
	u, err := db.newUser(ctx, n)
	if err != nil {
		return nil, err
	}
	err = db.write(ctx, func(tx *gorm.DB) error {
		// Who deletes it has it: of two at once one does.
		if err := gone(db.openInvites(tx).Where("id = ?", in.ID).Delete(&Invite{})); err != nil {
			return err
		}
		return db.insertUser(ctx, tx, u, AuditInviteUsed)
	})
	if err != nil {
		return nil, wrap("accept invite", err)
	}
	return u, nil
}

package models

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// MailLink is a link that was sent to a person, for one use.
type MailLink struct {
	Hash      string `gorm:"primaryKey"` // of what is in the link
	UserID    string
	Purpose   string
	Email     string // where it was sent
	CreatedAt Time
	ExpiresAt Time
}

// TableName returns "mail_links".
func (MailLink) TableName() string { return "mail_links" }

// What a link in a mail is for.
const (
	LinkPassword = "password" // to choose a new password
	LinkEmail    = "email"    // to prove that an address is the person's
)

// MailLinkLife is how long a link in a mail is good.
const MailLinkLife = 30 * time.Minute

// NewMailLink makes a link and returns its secret. An earlier one for the same
// purpose is of no use any more. The letters bring it. ErrNotFound: there is no such
// person.
func (db *DB) NewMailLink(ctx context.Context, userID, purpose, email string, letters ...WriteLetter) (secret string, err error) {
	now := db.now()
	secret = newSecret()
	bring, err := written(Occasion{Secret: secret}, letters)
	if err != nil {
		return "", wrap("new mail link", err)
	}
	link := MailLink{Hash: fingerprint(secret), UserID: userID, Purpose: purpose, Email: email,
		CreatedAt: At(now), ExpiresAt: At(now.Add(MailLinkLife))}
	err = db.write(ctx, func(tx *gorm.DB) error {
		err := tx.Clauses(clause.OnConflict{
			Columns:   []clause.Column{{Name: "user_id"}, {Name: "purpose"}},
			DoUpdates: clause.AssignmentColumns([]string{"hash", "email", "created_at", "expires_at"}),
		}).Create(&link).Error
		if err != nil {
			return err
		}
		return db.addLetters(tx, bring)
	})
	if orphaned(err) {
		err = ErrNotFound
	}
	if err != nil {
		return "", wrap("new mail link", err)
	}
	return secret, nil
}

// MailLink returns a link that is still good. It asks for no owner: who has the
// link is who it was sent to.
func (db *DB) MailLink(ctx context.Context, purpose, secret string) (*MailLink, error) {
	link := new(MailLink)
	err := db.goodLinks(db.read(ctx), purpose, secret).Take(link).Error
	return link, wrap("mail link", err)
}

func (db *DB) goodLinks(tx *gorm.DB, purpose, secret string) *gorm.DB {
	return tx.Model(&MailLink{}).
		Where("hash = ? AND purpose = ? AND expires_at > ?", fingerprint(secret), purpose, At(db.now())).
		Where("EXISTS (SELECT 1 FROM users WHERE users.id = mail_links.user_id AND users.disabled_at IS NULL)")
}

// useLink takes a link away; of two who use it at once, one gets ErrNotFound.
func (db *DB) useLink(tx *gorm.DB, purpose, secret string) error {
	return gone(db.goodLinks(tx, purpose, secret).Delete(&MailLink{}))
}

// ResetPassword sets the password of the person to whom a link was sent, and ends
// whatever was signed in, their programs' tokens too. Passkeys and identities go as
// well: somebody who had the account before, or opened it with another's address, may
// have added them. A password that is refused leaves the link as it was. The letters
// tell of it.
func (db *DB) ResetPassword(ctx context.Context, secret, password string, letters ...WriteLetter) (*User, error) {
	link, err := db.MailLink(ctx, LinkPassword, secret)
	if err != nil {
		return nil, err
	}
	u, err := db.User(ctx, link.UserID)
	if err != nil {
		return nil, err
	}
	hash, err := db.newHash(ctx, password, u.Email)
	if err != nil {
		return nil, wrap("reset password", err)
	}
	tell, err := written(Occasion{User: u}, letters)
	if err != nil {
		return nil, wrap("reset password", err)
	}
	defer db.accessChanged()
	return u, wrap("reset password", db.write(ctx, func(tx *gorm.DB) error {
		if err := db.useLink(tx, LinkPassword, secret); err != nil {
			return err
		}
		if err := db.endTokens(ctx, tx, u.ID); err != nil {
			return err
		}
		if err := db.forgetWays(ctx, tx, &Passkey{}, u.ID, AuditPasskeyRemoved); err != nil {
			return err
		}
		if err := db.forgetWays(ctx, tx, &Identity{}, u.ID, AuditIdentityRemoved); err != nil {
			return err
		}
		if err := db.setHash(ctx, tx, u.ID, hash); err != nil {
			return err
		}
		return db.addLetters(tx, tell)
	}))
}

// ConfirmEmail gives the person to whom a link was sent the address that it was
// sent to. The letters tell of it: their User is as before, their Email the new
// address. ErrConflict: somebody else has it by now.
func (db *DB) ConfirmEmail(ctx context.Context, secret string, letters ...WriteLetter) error {
	link, err := db.MailLink(ctx, LinkEmail, secret)
	if err != nil {
		return err
	}
	before, err := db.User(ctx, link.UserID)
	if err != nil {
		return err
	}
	tell, err := written(Occasion{User: before, Email: link.Email}, letters)
	if err != nil {
		return wrap("confirm e-mail address", err)
	}
	return wrap("confirm e-mail address", db.write(ctx, func(tx *gorm.DB) error {
		if err := db.useLink(tx, LinkEmail, secret); err != nil {
			return err
		}
		if err := db.setEmail(ctx, tx, link.UserID, link.Email); err != nil {
			return err
		}
		return db.addLetters(tx, tell)
	}))
}

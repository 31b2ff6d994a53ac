package models

import (
	"context"
	"errors"

	"gorm.io/gorm"
)

// SignUp is an account that is opened when a link in a mail is.
type SignUp struct {
	Hash         string `gorm:"primaryKey"` // of what is in the link
	Email        string
	Name         string
	PasswordHash string
	Browser      string // the hash of what the browser is known by in which it began
	CreatedAt    Time
	ExpiresAt    Time
}

// TableName returns "sign_ups".
func (SignUp) TableName() string { return "sign_ups" }

// BeginSignUp stores what an account is made of, for its link to be opened, and
// the letter with that link. What it does, and for how long, is the same if the
// address has an account already: its letter is another one then, about that
// User, and its link of no use.
func (db *DB) BeginSignUp(ctx context.Context, n NewUser, browser string, write WriteLetter) error {
	u, err := db.newUser(ctx, n)
	if err != nil {
		return err
	}
	about := Occasion{Secret: newSecret()}
	if about.User, err = db.UserByEmail(ctx, u.Email); errors.Is(err, ErrNotFound) {
		about.User = nil
	} else if err != nil {
		return err
	}
	letters, err := written(about, []WriteLetter{write})
	if err != nil {
		return wrap("begin sign-up", err)
	}
	row := &SignUp{Hash: fingerprint(about.Secret), Email: u.Email, Name: u.Name, PasswordHash: u.PasswordHash,
		Browser: browserHash(browser), CreatedAt: u.CreatedAt, ExpiresAt: At(u.CreatedAt.Add(MailLinkLife))}
	return wrap("begin sign-up", db.write(ctx, func(tx *gorm.DB) error {
		if err := tx.Create(row).Error; err != nil {
			return err
		}
		return db.addLetters(tx, letters)
	}))
}

func browserHash(key string) string {
	if key == "" {
		return ""
	}
	return fingerprint(key)
}

// SignUp returns what the link with this secret is for, if it is still good.
func (db *DB) SignUp(ctx context.Context, secret string) (*SignUp, error) {
	s := new(SignUp)
	return s, wrap("sign-up", db.goodSignUps(db.read(ctx), secret).Take(s).Error)
}

func (db *DB) goodSignUps(tx *gorm.DB, secret string) *gorm.DB {
	return tx.Where("hash = ? AND expires_at > ?", fingerprint(secret), At(db.now()))
}

// BeganIn reports whether this browser is the one in which the sign-up began.
func (s *SignUp) BeganIn(browser string) bool {
	return browser != "" && s.Browser == browserHash(browser)
}

// CheckSignUp returns ErrNotFound unless this is the password that was chosen: who
// opens a link elsewhere proves so that it was their doing, and not that of
// somebody who signed them up and would know the password.
func (db *DB) CheckSignUp(ctx context.Context, s *SignUp, password string) error {
	right, _, err := db.compare(ctx, password, s.PasswordHash)
	if err == nil && !right {
		err = ErrNotFound
	}
	return wrap("check sign-up", err)
}

// ConfirmSignUp opens the account that a link is for. ErrNotFound: the link is not
// good any more. ErrConflict: the address has an account by now.
func (db *DB) ConfirmSignUp(ctx context.Context, secret string) (*User, error) {
	s, err := db.SignUp(ctx, secret)
	if err != nil {
		return nil, err
	}
	u := db.account(s.Email, s.Name)
	u.PasswordHash = s.PasswordHash
	err = db.write(ctx, func(tx *gorm.DB) error {
		// Who deletes it has it: of two at once one does.
		if err := gone(db.goodSignUps(tx, secret).Delete(&SignUp{})); err != nil {
			return err
		}
		return db.insertUser(ctx, tx, u, AuditAccountMade)
	})
	if err != nil {
		return nil, wrap("confirm sign-up", err)
	}
	return u, nil
}

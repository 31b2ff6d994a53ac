package models

import (
	"context"
	"errors"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/taskpilot/taskpilot/chatkit"
)

// Passkey is a key on a device of a person's, by which they sign in. The private
// half never leaves the device, or whatever keeps it in step with others.
type Passkey struct {
	UserID       string `gorm:"primaryKey"`
	ID           string `gorm:"primaryKey"`
	CredentialID string // the device's own name for it, base64url
	PublicKey    []byte // as COSE
	Counter      int64  // of its uses; 0 where the device does not count
	Flags        int    // of the device's last answer
	Transports   string // ways to reach the device: words, a space between
	Name         string
	CreatedAt    Time
	LastUsedAt   Time // zero: never
	CopiedAt     Time // when its counter went back, as that of a copy does; zero: never
}

// TableName returns "passkeys".
func (Passkey) TableName() string { return "passkeys" }

const (
	prefixPasskey = "pky"
	maxPasskeys   = 20 // of one person
	passkeyName   = 100
)

// ErrCopied means that a passkey's counter went back: there may be a copy of it.
var ErrCopied = errors.New("models: the passkey may have been copied")

// AddPasskey stores a new passkey of p.UserID, and fills in its id and time. The
// letters tell of it. ErrConflict: it is known already.
func (db *DB) AddPasskey(ctx context.Context, p *Passkey, letters ...*NewLetter) error {
	p.Name = clip(line(p.Name), passkeyName)
	if err := within("name", "The name", p.Name, 1, passkeyName); err != nil {
		return err
	}
	p.ID, p.CreatedAt = chatkit.NewID(prefixPasskey), At(db.now())
	return wrap("add passkey", db.write(ctx, func(tx *gorm.DB) error {
		if _, err := lockWays(tx, p.UserID); err != nil {
			return err
		}
		var have int64
		if err := tx.Model(&Passkey{}).Where("user_id = ?", p.UserID).Count(&have).Error; err != nil {
			return err
		}
		if have >= maxPasskeys {
			return &InvalidError{Field: "passkey", Message: "You have 20 passkeys. Remove one that you don't use any more, then add this one."}
		}
		err := tx.Create(p).Error
		if duplicate(err) {
			return ErrConflict
		}
		if err != nil {
			return err
		}
		if err := db.addLetters(tx, letters); err != nil {
			return err
		}
		return db.auditOwn(ctx, tx, AuditPasskeyAdded, p.UserID, "")
	}))
}

// Passkeys returns a person's passkeys, oldest first.
func (db *DB) Passkeys(ctx context.Context, userID string) ([]Passkey, error) {
	var list []Passkey
	err := db.read(ctx).Where("user_id = ?", userID).Order("created_at, id").Limit(maxPasskeys).Find(&list).Error
	return list, wrap("passkeys", err)
}

// PasskeyByCredential returns the person's passkey that their device calls so.
func (db *DB) PasskeyByCredential(ctx context.Context, userID, credentialID string) (*Passkey, error) {
	p := new(Passkey)
	err := db.read(ctx).Where("user_id = ? AND credential_id = ?", userID, credentialID).Take(p).Error
	return p, wrap("passkey", err)
}

// UsePasskey notes that a passkey was used, with the counter and the flags that
// the device answered with. ErrCopied: the counter did not go up; that is noted,
// and nothing else is.
func (db *DB) UsePasskey(ctx context.Context, userID, id string, counter int64, flags int) error {
	copied := false
	err := db.write(ctx, func(tx *gorm.DB) error {
		p, now := new(Passkey), At(db.now())
		find := tx.Clauses(clause.Locking{Strength: "UPDATE"}).Where("user_id = ? AND id = ?", userID, id)
		if err := find.Take(p).Error; err != nil {
			return err
		}
		change := map[string]any{"counter": counter, "flags": flags, "last_used_at": now}
		if copied = (counter > 0 || p.Counter > 0) && counter <= p.Counter; copied {
			change = map[string]any{"copied_at": now}
		}
		err := gone(tx.Model(&Passkey{}).Where("user_id = ? AND id = ?", userID, id).Updates(change))
		if err != nil || !copied {
			return err
		}
		return db.auditOwn(ctx, tx, AuditPasskeyCopied, userID, "")
	})
	if err == nil && copied {
		err = ErrCopied
	}
	return wrap("use passkey", err)
}

// RenamePasskey changes how a person's passkey is called.
func (db *DB) RenamePasskey(ctx context.Context, userID, id, name string) error {
	name = line(name)
	if err := within("name", "The name", name, 1, passkeyName); err != nil {
		return err
	}
	return wrap("rename passkey", gone(db.writer.WithContext(ctx).Model(&Passkey{}).
		Where("user_id = ? AND id = ?", userID, id).Update("name", name)))
}

// RemovePasskey takes a person's passkey away. ErrLastWay: they could not sign in
// any more.
func (db *DB) RemovePasskey(ctx context.Context, userID, id string) error {
	return wrap("remove passkey", db.removeWay(ctx, &Passkey{}, userID, id, AuditPasskeyRemoved))
}

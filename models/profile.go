package models

import (
	"context"

	"gorm.io/gorm"
)

// HasPassword reports whether the person can sign in with a password.
func (u *User) HasPassword() bool { return u.PasswordHash != "" }

// Rename changes how a person is called.
func (db *DB) Rename(ctx context.Context, userID, name string) error {
	name = line(name)
	if err := within("name", "The name", name, 1, 100); err != nil {
		return err
	}
	return wrap("rename", gone(db.writer.WithContext(ctx).Model(&User{}).Where("id = ?", userID).
		Updates(map[string]any{"name": name, "updated_at": At(db.now())})))
}

// SetLanguage changes the language that the person reads the pages in; "" is as
// the browser.
func (db *DB) SetLanguage(ctx context.Context, userID, language string) error {
	return wrap("set language", gone(db.writer.WithContext(ctx).Model(&User{}).Where("id = ?", userID).
		Updates(map[string]any{"language": language, "updated_at": At(db.now())})))
}

// SetTimeZone remembers in which time zone the person's browser is, by the name
// that the IANA's database gives it.
func (db *DB) SetTimeZone(ctx context.Context, userID, zone string) error {
	return wrap("set time zone", gone(db.writer.WithContext(ctx).Model(&User{}).Where("id = ?", userID).
		Updates(map[string]any{"time_zone": zone, "updated_at": At(db.now())})))
}

// CheckEmail returns an address as it is stored, or why it can't be one.
func CheckEmail(email string) (string, error) { return cleanEmail(email) }

// ChangeEmail changes a person's address. ErrConflict: somebody else has it.
func (db *DB) ChangeEmail(ctx context.Context, userID, email string) error {
	email, err := cleanEmail(email)
	if err != nil {
		return err
	}
	return wrap("change e-mail address", db.write(ctx, func(tx *gorm.DB) error { return db.setEmail(ctx, tx, userID, email) }))
}

// setEmail changes an address; links that were sent to the old one end.
func (db *DB) setEmail(ctx context.Context, tx *gorm.DB, userID, email string) error {
	change := tx.Model(&User{}).Where("id = ?", userID).
		Updates(map[string]any{"email": email, "updated_at": At(db.now())})
	if duplicate(change.Error) {
		return ErrConflict
	}
	if err := gone(change); err != nil {
		return err
	}
	if err := tx.Where("user_id = ?", userID).Delete(&MailLink{}).Error; err != nil {
		return err
	}
	return db.auditOwn(ctx, tx, AuditEmail, userID, "")
}

// CheckPassword returns ErrNotFound unless this is the person's password.
func (db *DB) CheckPassword(ctx context.Context, userID, password string) error {
	u, err := db.User(ctx, userID)
	if err != nil {
		return err
	}
	stored := u.PasswordHash
	if !u.HasPassword() {
		stored = db.nobodysHash()
	}
	right, _, err := db.compare(ctx, password, stored)
	if err == nil && !right {
		err = ErrNotFound
	}
	return wrap("check password", err)
}

// newHash checks a new password and returns its hash.
func (db *DB) newHash(ctx context.Context, password, email string) (string, error) {
	if err := checkPassword(password, email); err != nil {
		return "", err
	}
	return db.hash(ctx, password)
}

// setHash stores a new password and ends whatever was signed in with the old one,
// and links that were mailed before.
func (db *DB) setHash(ctx context.Context, tx *gorm.DB, userID, hash string) error {
	err := gone(tx.Model(&User{}).Where("id = ?", userID).
		Updates(map[string]any{"password_hash": hash, "updated_at": At(db.now())}))
	if err != nil {
		return err
	}
	if err := tx.Where("user_id = ?", userID).Delete(&MailLink{}).Error; err != nil {
		return err
	}
	if err := endSignIns(tx, userID); err != nil {
		return err
	}
	return db.auditOwn(ctx, tx, AuditPassword, userID, "")
}

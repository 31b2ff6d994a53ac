package models

import (
	"cmp"
	"context"
	"errors"
	"net/mail"
	"strings"

	"golang.org/x/text/unicode/norm"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/taskpilot/taskpilot/chatkit"
)

// User is an account.
type User struct {
	ID           string `gorm:"primaryKey"`
	Email        string // trimmed, NFC, lower case; unique
	Name         string
	Language     string // of the pages, as "pt-BR"; "": as the browser
	TimeZone     string // where the person's browser was last, as "Asia/Tokyo"; "": not known
	PasswordHash string // argon2id with its parameters; "": they sign in otherwise
	Role         string // RoleUser or RoleAdmin
	DisabledAt   *Time
	LeavingAt    *Time // when the deletion of the account began: it is shut, and going
	// What the person may use on one day, instead of what the server's Limits say.
	DailyMessages *int64
	DailyTokens   *int64
	CreatedAt     Time
	UpdatedAt     Time
}

// The roles. The first account of a server is an administrator's, all others
// are not until somebody makes them one.
const (
	RoleUser  = "user"
	RoleAdmin = "admin"
)

// Admin reports whether the person looks after the server.
func (u *User) Admin() bool { return u.Role == RoleAdmin && u.DisabledAt == nil }

// NewUser is what CreateUser takes. An empty Name becomes the part of the
// address before the @.
type NewUser struct {
	Email    string
	Name     string
	Password string
}

// CreateUser opens an account. ErrConflict: the address has one already.
func (db *DB) CreateUser(ctx context.Context, n NewUser) (*User, error) {
	u, err := db.newUser(ctx, n)
	if err != nil {
		return nil, err
	}
	err = db.write(ctx, func(tx *gorm.DB) error { return db.insertUser(ctx, tx, u, AuditAccountMade) })
	if err != nil {
		return nil, wrap("create user", err)
	}
	return u, nil
}

// Check returns the address as it would be stored, or what is wrong with a new
// account.
func (n NewUser) Check() (email string, err error) {
	email, _, err = n.check()
	return email, err
}

func (n NewUser) check() (email, name string, err error) {
	if email, name, err = cleanAccount(n.Email, n.Name); err != nil {
		return "", "", err
	}
	return email, name, checkPassword(n.Password, email)
}

// cleanAccount returns an address and a name as they are stored.
func cleanAccount(email, name string) (string, string, error) {
	email, err := cleanEmail(email)
	if err != nil {
		return "", "", err
	}
	if name = line(name); name == "" {
		name, _, _ = strings.Cut(email, "@")
	}
	return email, name, within("name", "The name", name, 1, 100)
}

// newUser checks what a new account is made of.
func (db *DB) newUser(ctx context.Context, n NewUser) (*User, error) {
	email, name, err := n.check()
	if err != nil {
		return nil, err
	}
	u := db.account(email, name)
	if u.PasswordHash, err = db.hash(ctx, n.Password); err != nil {
		return nil, wrap("create user", err)
	}
	return u, nil
}

// insertUser stores a new account. The first one looks after the server.
func (db *DB) insertUser(ctx context.Context, tx *gorm.DB, u *User, kind AuditKind) error {
	first, err := db.empty(tx)
	if err != nil {
		return err
	}
	if first {
		u.Role = RoleAdmin
	}
	if err := tx.Create(u).Error; duplicate(err) {
		return ErrConflict
	} else if err != nil {
		return err
	}
	if err := tx.Where("email = ?", u.Email).Delete(&Invite{}).Error; err != nil { // nobody needs it any more
		return err
	}
	if err := tx.Where("email = ?", u.Email).Delete(&SignUp{}).Error; err != nil {
		return err
	}
	return db.auditOwn(ctx, tx, kind, u.ID, "")
}

// empty reports whether nobody has an account yet. Of two first ones at once it is
// true for one: on Postgres the other waits here.
func (db *DB) empty(tx *gorm.DB) (bool, error) {
	var ids []string
	// Who is seen stays until tx ends: the only administrator does not leave while
	// somebody else comes.
	look := func() error {
		return tx.Model(&User{}).Clauses(clause.Locking{Strength: "KEY SHARE"}).Where("leaving_at IS NULL").Limit(1).Pluck("id", &ids).Error
	}
	err := look()
	if err != nil || len(ids) > 0 || db.pg == nil {
		return len(ids) == 0, err
	}
	if err := tx.Exec("LOCK TABLE users IN SHARE ROW EXCLUSIVE MODE").Error; err != nil {
		return false, err
	}
	err = look()
	return len(ids) == 0, err
}

// Authenticate returns the user with this address and password. ErrNotFound is
// an unknown address, a wrong password or a disabled account, at the same cost.
func (db *DB) Authenticate(ctx context.Context, email, password string) (*User, error) {
	u, err := db.UserByEmail(ctx, email)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return nil, err
	}
	known := err == nil && u.DisabledAt == nil && u.HasPassword()
	stored := db.nobodysHash()
	if known {
		stored = u.PasswordHash
	}
	right, old, err := db.compare(ctx, password, stored)
	if err != nil {
		return nil, wrap("authenticate", err)
	}
	if !known || !right {
		about := ""
		if err == nil && u != nil {
			about = u.ID
		}
		return nil, cmp.Or(db.Audit(ctx, AuditSignInFailed, about, "password"), ErrNotFound)
	}
	if old {
		if err := db.rehash(ctx, u, password); err != nil {
			return nil, wrap("authenticate", err)
		}
	}
	return u, nil
}

// rehash stores the password with today's parameters, unless it was changed in
// the meantime.
func (db *DB) rehash(ctx context.Context, u *User, password string) error {
	hash, err := db.hash(ctx, password)
	if err != nil {
		return err
	}
	return db.writer.WithContext(ctx).Model(&User{}).
		Where("id = ? AND password_hash = ?", u.ID, u.PasswordHash).
		Update("password_hash", hash).Error
}

// User returns the account with this id.
func (db *DB) User(ctx context.Context, id string) (*User, error) {
	u := new(User)
	err := db.read(ctx).Where("id = ?", id).Take(u).Error
	if err != nil {
		return nil, wrap("user", err)
	}
	return u, nil
}

// UserByEmail returns the account with this address, however it is written.
func (db *DB) UserByEmail(ctx context.Context, email string) (*User, error) {
	u := new(User)
	err := db.read(ctx).Where("email = ?", foldEmail(email)).Take(u).Error
	if err != nil {
		return nil, wrap("user by e-mail", err)
	}
	return u, nil
}

// Users returns accounts, oldest first, after the one whose id is after.
func (db *DB) Users(ctx context.Context, after string, limit int) ([]User, error) {
	list, err := keyset(db.read(ctx), db.read(ctx).Model(&User{}), "created_at", after, chatkit.Asc)
	if err != nil {
		return nil, wrap("users", err)
	}
	var users []User
	err = list.Limit(pageSize(limit)).Find(&users).Error
	return users, wrap("users", err)
}

// SetPassword changes a password and ends every session and token of the user. The
// letters tell of it.
func (db *DB) SetPassword(ctx context.Context, userID, password string, letters ...WriteLetter) error {
	u, err := db.User(ctx, userID)
	if err != nil {
		return err
	}
	hash, err := db.newHash(ctx, password, u.Email)
	if err != nil {
		return wrap("set password", err)
	}
	tell, err := written(Occasion{User: u}, letters)
	if err != nil {
		return wrap("set password", err)
	}
	defer db.accessChanged()
	return wrap("set password", db.write(ctx, func(tx *gorm.DB) error {
		if err := db.setHash(ctx, tx, userID, hash); err != nil {
			return err
		}
		return db.addLetters(tx, tell)
	}))
}

// gone returns ErrNotFound for a change that found nothing to change.
func gone(change *gorm.DB) error {
	if change.Error == nil && change.RowsAffected == 0 {
		return ErrNotFound
	}
	return change.Error
}

func foldEmail(email string) string {
	return strings.ToLower(norm.NFC.String(strings.TrimSpace(chatkit.CleanText(email))))
}

func cleanEmail(email string) (string, error) {
	email = foldEmail(email)
	parsed, err := mail.ParseAddress(email)
	if err != nil || parsed.Address != email || len(email) > 254 {
		return "", &InvalidError{Field: "email", Message: "This is not an e-mail address. Write it like name@example.com."}
	}
	return email, nil
}

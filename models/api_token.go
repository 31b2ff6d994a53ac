package models

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/taskpilot/taskpilot/chatkit"
)

// APIToken is a key that a person made for a program of theirs.
type APIToken struct {
	UserID     string `gorm:"primaryKey"`
	ID         string `gorm:"primaryKey"`
	Name       string
	Hash       string // of the token itself, which nobody keeps
	Scopes     string // what it is good for: words, a space between
	CreatedAt  Time
	ExpiresAt  Time // zero: never
	LastUsedAt Time // zero: never
}

// TableName returns "api_tokens".
func (APIToken) TableName() string { return "api_tokens" }

// What an API token is good for.
const (
	ScopeChat  = "chat"  // conversations and their files
	ScopeTasks = "tasks" // tasks
	ScopeRead  = "read"  // read both, change nothing
)

// Scopes are all of them, in the order in which they are shown.
func Scopes() []string { return []string{ScopeChat, ScopeTasks, ScopeRead} }

// Allows reports whether the token is good for this.
func (t *APIToken) Allows(scope string) bool {
	return slices.Contains(strings.Fields(t.Scopes), scope)
}

const (
	prefixAPIToken = "pat"
	// APITokenPrefix begins every API token, so that one is known when it is found
	// somewhere.
	APITokenPrefix = "tp_"
	maxAPITokens   = 50 // of one person
	touchToken     = time.Minute
)

// NewAPIToken is what MakeAPIToken takes.
type NewAPIToken struct {
	Name   string
	Scopes []string
	Life   time.Duration // 0: it does not end by itself
}

// MakeAPIToken makes a token. The secret is returned this once only.
func (db *DB) MakeAPIToken(ctx context.Context, userID string, n NewAPIToken) (t *APIToken, secret string, err error) {
	name := line(n.Name)
	if err := within("name", "The name", name, 1, 100); err != nil {
		return nil, "", err
	}
	scopes := slices.DeleteFunc(Scopes(), func(s string) bool { return !slices.Contains(n.Scopes, s) })
	if len(scopes) == 0 {
		return nil, "", &InvalidError{Field: "scopes", Message: "Choose at least one thing that the token is good for."}
	}
	now := db.now()
	secret = APITokenPrefix + newSecret()
	t = &APIToken{UserID: userID, ID: chatkit.NewID(prefixAPIToken), Name: name, Hash: fingerprint(secret),
		Scopes: strings.Join(scopes, " "), CreatedAt: At(now)}
	if n.Life > 0 {
		t.ExpiresAt = At(now.Add(n.Life))
	}
	err = db.write(ctx, func(tx *gorm.DB) error {
		var have int64
		if err := tx.Model(&APIToken{}).Where("user_id = ?", userID).Count(&have).Error; err != nil {
			return err
		}
		if have >= maxAPITokens {
			return &InvalidError{Field: "name", Message: "You have 50 tokens. Revoke one that you don't use any more, then make this one."}
		}
		err := tx.Create(t).Error
		if orphaned(err) {
			return ErrNotFound
		}
		if err != nil {
			return err
		}
		return db.auditOwn(ctx, tx, AuditTokenMade, userID, "")
	})
	if err != nil {
		return nil, "", wrap("make API token", err)
	}
	return t, secret, nil
}

// newSecret returns 256 random bits as text.
func newSecret() string {
	var secret [32]byte
	rand.Read(secret[:]) // never fails since Go 1.24
	return base64.RawURLEncoding.EncodeToString(secret[:])
}

// APITokens returns a person's tokens, newest first, also those that are over.
func (db *DB) APITokens(ctx context.Context, userID string) ([]APIToken, error) {
	var list []APIToken
	err := db.read(ctx).Where("user_id = ?", userID).Order("created_at DESC, id DESC").Limit(maxAPITokens).Find(&list).Error
	return list, wrap("API tokens", err)
}

// goodTokens narrows a query of tokens to those that count.
func (db *DB) goodTokens(tx *gorm.DB) *gorm.DB {
	return tx.Model(&APIToken{}).Where("(expires_at = 0 OR expires_at > ?)", At(db.now())).
		Where("EXISTS (SELECT 1 FROM users WHERE users.id = api_tokens.user_id AND users.disabled_at IS NULL)")
}

// FindAPIToken returns the token that this is. It asks for no owner: whoever has
// it acts for them. ErrNotFound: there is none, or it is over.
func (db *DB) FindAPIToken(ctx context.Context, secret string) (*APIToken, error) {
	t := new(APIToken)
	err := db.goodTokens(db.read(ctx)).Where("hash = ?", fingerprint(secret)).Take(t).Error
	return t, wrap("find API token", err)
}

// APITokenActive reports whether a person's token still counts.
func (db *DB) APITokenActive(ctx context.Context, userID, id string) (bool, error) {
	var n int64
	err := db.goodTokens(db.read(ctx)).Where("user_id = ? AND id = ?", userID, id).Count(&n).Error
	return n == 1, wrap("API token", err)
}

// TouchAPIToken notes that a token is in use; it writes at most once a minute.
func (db *DB) TouchAPIToken(ctx context.Context, t *APIToken) error {
	now := db.now()
	if now.Sub(t.LastUsedAt.Time) < touchToken {
		return nil
	}
	return wrap("touch API token", db.writer.WithContext(ctx).Model(&APIToken{}).
		Where("user_id = ? AND id = ?", t.UserID, t.ID).Update("last_used_at", At(now)).Error)
}

// RevokeAPIToken ends a person's token.
func (db *DB) RevokeAPIToken(ctx context.Context, userID, id string) error {
	defer db.accessChanged()
	return wrap("revoke API token", db.write(ctx, func(tx *gorm.DB) error {
		if err := gone(tx.Where("user_id = ? AND id = ?", userID, id).Delete(&APIToken{})); err != nil {
			return err
		}
		return db.auditOwn(ctx, tx, AuditTokenRevoked, userID, "")
	}))
}

// RevokeAPITokens ends all of a person's tokens.
func (db *DB) RevokeAPITokens(ctx context.Context, userID string) error {
	defer db.accessChanged()
	return wrap("revoke API tokens", db.write(ctx, func(tx *gorm.DB) error { return db.endTokens(ctx, tx, userID) }))
}

func (db *DB) endTokens(ctx context.Context, tx *gorm.DB, userID string) error {
	end := tx.Where("user_id = ?", userID).Delete(&APIToken{})
	if end.Error != nil || end.RowsAffected == 0 {
		return end.Error
	}
	return db.auditOwn(ctx, tx, AuditTokenRevoked, userID, "")
}

package models

import (
	"context"
	"time"

	"gorm.io/gorm"
)

// OIDCFlow is a sign-in at an OpenID Connect provider that is on its way. It is
// good for the browser that began it, once.
type OIDCFlow struct {
	State     string `gorm:"primaryKey"` // as it is sent; stored is a hash
	Browser   string // what the browser's cookie holds; stored is a hash
	Purpose   string
	UserID    string // "": nobody was signed in
	Nonce     string
	Verifier  string
	Next      string // where to go afterwards
	ExpiresAt Time
}

// What an OIDCFlow is for.
const (
	FlowSignIn = "signin"
	FlowLink   = "link"
	FlowProve  = "prove"
)

// OIDCFlowLife is how long people have to sign in at a provider.
const OIDCFlowLife = 10 * time.Minute

// flowRow is an OIDCFlow with NULL for nobody.
type flowRow struct {
	State     string `gorm:"primaryKey"`
	Browser   string
	Purpose   string
	UserID    *string
	Nonce     string
	Verifier  string
	Next      string
	ExpiresAt Time
}

// TableName returns "oidc_flows".
func (flowRow) TableName() string { return "oidc_flows" }

// BeginFlow stores a flow.
func (db *DB) BeginFlow(ctx context.Context, f OIDCFlow) error {
	row := flowRow{State: fingerprint(f.State), Browser: fingerprint(f.Browser), Purpose: f.Purpose, UserID: orNull(f.UserID),
		Nonce: f.Nonce, Verifier: f.Verifier, Next: f.Next, ExpiresAt: At(db.now().Add(OIDCFlowLife))}
	return wrap("begin flow", db.writer.WithContext(ctx).Create(&row).Error)
}

// EndFlow takes the flow with this state, of this browser. ErrNotFound: there is
// none, or it was taken; ErrExpired: it is too old. Of two who take it at once one
// gets it.
func (db *DB) EndFlow(ctx context.Context, state, browser string) (*OIDCFlow, error) {
	var row flowRow
	err := db.write(ctx, func(tx *gorm.DB) error {
		mine := tx.Where("state = ? AND browser = ?", fingerprint(state), fingerprint(browser))
		if err := mine.Session(&gorm.Session{}).Take(&row).Error; err != nil {
			return err
		}
		return gone(mine.Session(&gorm.Session{}).Delete(&flowRow{}))
	})
	if err == nil && !row.ExpiresAt.After(db.now()) {
		err = ErrExpired
	}
	if err != nil {
		return nil, wrap("end flow", err)
	}
	f := &OIDCFlow{State: state, Browser: browser, Purpose: row.Purpose, Nonce: row.Nonce, Verifier: row.Verifier, Next: row.Next, ExpiresAt: row.ExpiresAt}
	if row.UserID != nil {
		f.UserID = *row.UserID
	}
	return f, nil
}

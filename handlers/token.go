package handlers

import (
	"errors"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/taskpilot/taskpilot/chatkit"
)

// What every access token says about itself.
const (
	tokenIssuer   = "taskpilot"
	tokenAudience = "taskpilot-api"
	tokenUse      = "access"
	tokenLife     = 15 * time.Minute
	tokenLeeway   = 30 * time.Second // between the clocks of two servers
	minSecret     = 32               // bytes
)

// Tokens signs and checks access tokens.
type Tokens struct {
	secret []byte
	old    OldSecret
}

// NewTokens returns what signs and checks tokens with this secret.
func NewTokens(secret []byte) *Tokens { return &Tokens{secret: secret} }

// Accepting returns tokens that also checks those that were signed before the
// secret was replaced.
func (t *Tokens) Accepting(old OldSecret) *Tokens { return &Tokens{secret: t.secret, old: old} }

// Claims is what an access token says. Subject is the user; SessionID names
// the sign-in (the family of its refresh tokens) whose end ends the token too.
type Claims struct {
	jwt.RegisteredClaims
	UserID    string `json:"user_id"`
	SessionID string `json:"sid"`
	Use       string `json:"use"`
}

// Validate checks what only our tokens have; it completes the parser's own checks.
func (c *Claims) Validate() error {
	switch {
	case c.Use != tokenUse:
		return errors.New("not an access token")
	case c.Subject == "" || c.Subject != c.UserID:
		return errors.New("no user, or two")
	case c.SessionID == "":
		return errors.New("no sign-in")
	case c.ID == "":
		return errors.New("no id")
	case c.IssuedAt == nil || c.ExpiresAt == nil: // the parser has not checked yet
		return errors.New("no time of issue or of end")
	case c.ExpiresAt.Sub(c.IssuedAt.Time) > tokenLife:
		return errors.New("valid for too long")
	}
	return nil
}

var _ jwt.ClaimsValidator = (*Claims)(nil)

// Mint returns a new access token and for how many seconds it is valid.
func (t *Tokens) Mint(userID, family string, now time.Time) (token string, expiresIn int, err error) {
	if err := t.usable(); err != nil {
		return "", 0, err
	}
	claims := &Claims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer: tokenIssuer, Audience: jwt.ClaimStrings{tokenAudience}, Subject: userID, ID: chatkit.NewID("jti"),
			IssuedAt: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(now.Add(tokenLife))},
		UserID: userID, SessionID: family, Use: tokenUse,
	}
	token, err = jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString(t.secret)
	if err != nil {
		return "", 0, fmt.Errorf("handlers: sign token: %w", err)
	}
	return token, int(tokenLife / time.Second), nil
}

// Verify returns the claims of a token that we signed and that is valid now.
// Whether its sign-in is still active is for the caller to ask.
func (t *Tokens) Verify(token string, now time.Time) (*Claims, error) {
	if err := t.usable(); err != nil {
		return nil, err
	}
	claims := new(Claims)
	keys := jwt.VerificationKeySet{Keys: []jwt.VerificationKey{t.secret}}
	if t.old.good(now) {
		keys.Keys = append(keys.Keys, t.old.Secret)
	}
	parsed, err := jwt.ParseWithClaims(token, claims, func(*jwt.Token) (any, error) { return keys, nil },
		jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}), jwt.WithIssuer(tokenIssuer), jwt.WithAudience(tokenAudience),
		jwt.WithExpirationRequired(), jwt.WithIssuedAt(), jwt.WithLeeway(tokenLeeway), jwt.WithStrictDecoding(),
		jwt.WithTimeFunc(func() time.Time { return now }))
	if err != nil {
		return nil, fmt.Errorf("handlers: token: %w", err)
	}
	if typ, _ := parsed.Header["typ"].(string); typ != "JWT" {
		return nil, errors.New("handlers: token: not a JWT")
	}
	return claims, nil
}

// usable refuses short secrets: the library would take even an empty one.
func (t *Tokens) usable() error {
	if len(t.secret) < minSecret {
		return fmt.Errorf("handlers: the token secret has %d bytes, it needs at least %d", len(t.secret), minSecret)
	}
	return nil
}

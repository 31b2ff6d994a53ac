package oidc

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// Identity is what the provider says of a person.
type Identity struct {
	Issuer, Subject string
	Email           string
	Verified        bool // the provider says that the address is theirs
	Name            string
	SignedIn        time.Time // when they did so; zero: the provider does not say
}

// Identity takes the code that a person came back with for what the provider says
// of them.
func (p *Provider) Identity(ctx context.Context, ch Challenge, code string) (*Identity, error) {
	found, err := p.discover(ctx)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(p.withClient(ctx), 2*patience)
	defer cancel()
	token, err := p.oauth(found).Exchange(ctx, code, oauth2.VerifierOption(ch.Verifier))
	if err != nil {
		return nil, exchangeError(err)
	}
	said, err := p.verify(ctx, found, token, ch.Nonce)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUntrusted, err)
	}
	if (said.Email == "" || !said.Verified) && found.UserInfoEndpoint() != "" {
		if err := said.ask(ctx, found, token); err != nil {
			return nil, err
		}
	}
	in := &Identity{Issuer: p.Issuer, Subject: said.Subject, Email: said.Email, Verified: bool(said.Verified), Name: said.Name}
	if seconds, err := said.AuthTime.Float64(); err == nil && seconds > 0 {
		in.SignedIn = time.Unix(int64(seconds), 0)
	}
	return in, nil
}

// exchangeError tells a provider that says no from one that says nothing of use.
func exchangeError(err error) error {
	if refusal, ok := errors.AsType[*oauth2.RetrieveError](err); ok && refusal.Response != nil &&
		refusal.Response.StatusCode < http.StatusInternalServerError {
		return fmt.Errorf("%w: code: status %d, error %.100q: %.200q", ErrRefused, refusal.Response.StatusCode,
			refusal.ErrorCode, refusal.ErrorDescription)
	}
	return fmt.Errorf("%w: code: %.300q", ErrUnreachable, err.Error())
}

// claims are those of an ID token, or of the provider's word on a person.
type claims struct {
	Subject  string      `json:"sub"`
	Party    string      `json:"azp"`
	Email    string      `json:"email"`
	Verified lenient     `json:"email_verified"`
	Name     string      `json:"name"`
	AuthTime json.Number `json:"auth_time"`
}

// lenient is a boolean that some providers send as a string. Anything but true
// is false.
type lenient bool

// UnmarshalJSON never fails.
func (l *lenient) UnmarshalJSON(b []byte) error {
	*l = lenient(strings.Trim(string(b), `"`) == "true")
	return nil
}

// longestSubject is what the standard allows.
const longestSubject = 255

// verify checks the ID token: that the provider made it, for us, for this sign-in,
// and that its time is not over.
func (p *Provider) verify(ctx context.Context, found *oidc.Provider, token *oauth2.Token, nonce string) (*claims, error) {
	raw, ok := token.Extra("id_token").(string)
	if !ok {
		return nil, errors.New("no ID token")
	}
	id, err := found.Verifier(&oidc.Config{ClientID: p.ClientID, Now: p.Now}).Verify(ctx, raw)
	if err != nil {
		return nil, err
	}
	if subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(nonce)) != 1 {
		return nil, errors.New("the nonce is another one")
	}
	if id.AccessTokenHash != "" {
		if err := id.VerifyAccessToken(token.AccessToken); err != nil {
			return nil, err
		}
	}
	said := new(claims)
	if err := id.Claims(said); err != nil {
		return nil, err
	}
	if said.Party != "" && said.Party != p.ClientID || said.Party == "" && len(id.Audience) > 1 {
		return nil, fmt.Errorf("made for %.100q", said.Party)
	}
	bad := func(r rune) bool { return r < ' ' || r > '~' }
	if said.Subject == "" || len(said.Subject) > longestSubject || strings.ContainsFunc(said.Subject, bad) {
		return nil, fmt.Errorf("the subject is %.300q", said.Subject)
	}
	return said, nil
}

// ask fills in what many providers say only at another address.
func (c *claims) ask(ctx context.Context, found *oidc.Provider, token *oauth2.Token) error {
	info, err := found.UserInfo(ctx, oauth2.StaticTokenSource(token))
	if err != nil {
		return fmt.Errorf("%w: user info: %.300q", ErrUnreachable, err.Error())
	}
	if info.Subject != c.Subject {
		return fmt.Errorf("%w: user info is about somebody else", ErrUntrusted)
	}
	more := new(claims)
	if err := info.Claims(more); err != nil {
		return fmt.Errorf("%w: user info: %w", ErrUntrusted, err)
	}
	c.Email, c.Verified = info.Email, lenient(info.EmailVerified)
	if c.Name == "" {
		c.Name = more.Name
	}
	return nil
}

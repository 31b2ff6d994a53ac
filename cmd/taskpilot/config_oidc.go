package main

import (
	"errors"
	"net"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/taskpilot/taskpilot/handlers"
)

// OIDC is the OpenID Connect provider at which people may sign in.
type OIDC struct {
	Issuer       string // empty: there is none
	ClientID     string
	ClientSecret Secret
	Name         string   // on the button
	Scopes       []string // that are asked for
}

func oidcSettings() []setting {
	return []setting{
		{name: "OIDC_ISSUER", secret: true, accepts: "the provider's https:// address, exactly as it calls itself, together with OIDC_CLIENT_ID; http:// only on this machine", set: setOIDCIssuer},
		{name: "OIDC_CLIENT_ID", accepts: "up to 255 characters without spaces", set: setOIDCClientID},
		{name: "OIDC_CLIENT_SECRET", secret: true, accepts: "up to 1000 characters without spaces", set: setOIDCClientSecret},
		{name: "OIDC_NAME", accepts: "what people call the provider, up to 40 characters", set: setOIDCName},
		{name: "OIDC_SCOPES", fallback: "openid email profile", accepts: "words with a space between, openid among them", set: setOIDCScopes},
	}
}

// setOIDCIssuer keeps the address as it is written: providers mean the slash at its
// end, or none.
func setOIDCIssuer(r *rawConfig, value string) error {
	u, err := parseHTTPURL(value)
	if err != nil {
		return err
	}
	if ip := net.ParseIP(u.Hostname()); u.Scheme == "http" && u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return errors.New("anybody on the way could sign in as anybody")
	}
	if err := checkWord(value, 500); err != nil {
		return err
	}
	r.OIDC.Issuer = value
	return nil
}

func setOIDCClientID(r *rawConfig, value string) error {
	r.OIDC.ClientID = value
	return checkWord(value, 255)
}

func setOIDCClientSecret(r *rawConfig, value string) error {
	r.OIDC.ClientSecret = Secret(value)
	return checkWord(value, 1000)
}

func setOIDCName(r *rawConfig, value string) error {
	r.OIDC.Name = value
	if utf8.RuneCountInString(value) > 40 || strings.ContainsFunc(value, unicode.IsControl) {
		return errors.New("too long, or with a line break")
	}
	return nil
}

func setOIDCScopes(r *rawConfig, value string) error {
	r.OIDC.Scopes = strings.Fields(value)
	if !slices.Contains(r.OIDC.Scopes, "openid") {
		return errors.New("without openid there is no sign-in")
	}
	return checkWord(strings.Join(r.OIDC.Scopes, ""), 500)
}

// completeOIDC names the provider by its host if nobody did.
func (r *rawConfig) completeOIDC() error {
	if r.OIDC.Issuer == "" {
		return nil
	}
	if r.OIDC.ClientID == "" {
		return errors.New("who we are there is not set; accepted: together with OIDC_CLIENT_ID")
	}
	if u, err := url.Parse(r.OIDC.Issuer); err == nil && r.OIDC.Name == "" {
		r.OIDC.Name = u.Hostname()
	}
	return nil
}

// provider is the OpenID Connect provider for the handlers, nil if there is none.
func (o OIDC) provider() *handlers.OIDC {
	if o.Issuer == "" {
		return nil
	}
	return &handlers.OIDC{Name: o.Name, Issuer: o.Issuer, ClientID: o.ClientID, ClientSecret: o.ClientSecret.Reveal(), Scopes: o.Scopes}
}

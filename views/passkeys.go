package views

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/taskpilot/taskpilot/views/locale"
)

// Passkeys are those of a person.
type Passkeys struct {
	List   []Passkey
	Origin string // where passkeys work; "": nowhere
	Kept   KeptPasskeys
}

// KeptPasskeys tell a browser which passkeys of a person still count, and what the
// person is called now: what keeps them stops offering the others.
type KeptPasskeys struct {
	Host        string   `json:"rpId"`
	User        string   `json:"userId"`
	Email       string   `json:"name"`
	Name        string   `json:"displayName"`
	Credentials []string `json:"allAcceptedCredentialIds"`
}

// json is what the script hands to the browser.
func (k KeptPasskeys) json() string {
	raw, _ := json.Marshal(k) // texts always encode
	return string(raw)
}

// Passkey is a passkey as it is listed.
type Passkey struct {
	ID, Name   string
	At, UsedAt time.Time // zero: never
	Copied     bool      // there may be a copy of it
}

// NewPasskey is the page where a passkey is made.
type NewPasskey struct {
	Viewer  Viewer
	Origin  string // where passkeys work
	Problem string
}

// passkeyForm is a form that brings what a device answers.
type passkeyForm struct {
	Action    string // where it is sent to
	Challenge string // where it says what the device is asked
	Origin    string // where passkeys work
	Field     string // for the answer
	Fields    []Field
	Label     string
	Make      bool // a passkey, instead of using one
	Offer     bool // passkeys among what the browser suggests for a field, too
	Quiet     bool // it is not the first thing to do on its page
}

// marks are the attributes that tell the script what the form is for.
func (f passkeyForm) marks() templ.Attributes {
	return templ.Attributes{"data-make": f.Make, "data-offer": f.Offer}
}

// passkeyFacts says when a passkey was added and used.
func passkeyFacts(ctx context.Context, p Passkey, now time.Time) string {
	facts := []string{locale.Tf(ctx, "Added on %s", day(ctx, p.At)), locale.T(ctx, "Never used")}
	if !p.UsedAt.IsZero() {
		facts[1] = locale.Tf(ctx, "Last used: %s", ago(ctx, p.UsedAt, now))
	}
	return strings.Join(facts, " · ")
}

// signInName is what browsers fill in as the name: with passkeys in the list where
// those can be used.
func signInName(f AuthForm) string {
	if f.PasskeyOrigin == "" {
		return "username"
	}
	return "username webauthn"
}

// next is where a form leads afterwards, as a hidden field.
func next(f AuthForm) []Field {
	if f.Next == "" {
		return nil
	}
	return []Field{{"next", f.Next}}
}

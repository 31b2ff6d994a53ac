package views

import (
	"context"
	"strings"
	"time"

	"github.com/taskpilot/taskpilot/views/locale"
)

// Settings is the page about the person.
type Settings struct {
	Viewer  Viewer
	Name    string            // as typed
	Email   string            // as typed
	Errors  map[string]string // by field: "name", "email"
	Done    string            // what has just been done
	ByMail  bool              // a new address is confirmed by mail
	Waiting string            // the address that a link was sent to

	Languages LanguageChoice
}

// LanguageChoice are the languages that pages can be read in.
type LanguageChoice struct {
	List   []*locale.Language
	Chosen string // "": as the browser
}

// Security is the page about signing in.
type Security struct {
	Viewer      Viewer
	HasPassword bool
	Errors      map[string]string // by field: "current_password", "password", "passkeys", "name" (of a passkey), "identities"
	Done        string
	Now         time.Time
	Sessions    []Session
	Programs    []Program
	Passkeys    Passkeys
	Identities  Identities
}

// Session is a browser in which the person is signed in.
type Session struct {
	ID              string
	Browser, System string // "" when it does not say
	Network         string
	At, Seen        time.Time
	Here            bool // the one that asks
}

// Program is a sign-in of one of the person's programs.
type Program struct {
	ID string
	At time.Time
}

// APITokens is the page about the tokens of the person's programs.
type APITokens struct {
	Viewer Viewer
	Now    time.Time
	Tokens []APIToken
	Form   APITokenForm
	Done   string
	Made   string // the new token itself, shown this once
}

// APIToken is a token as it is listed.
type APIToken struct {
	ID, Name         string
	Scopes           []string
	At, Ends, UsedAt time.Time // zero: never
	Over             bool
}

// APITokenForm is what was typed about a new token.
type APITokenForm struct {
	Name, Days string
	Scopes     []string
	Errors     map[string]string // by field: "name", "scopes", "days"
}

// Data is the page about everything that the person has here.
type Data struct {
	Viewer      Viewer
	HasPassword bool
	Errors      map[string]string // by field: "confirm", "current_password", "file"
	Done        string
	Imports     []Import // the latest
}

// Confirm asks a person once more who they are, and then goes on with their form.
type Confirm struct {
	Viewer      Viewer
	Action      string  // of the form
	Fields      []Field // that it had
	HasPassword bool
	Back        string // the page that it is on
	Ways        []Way  // without a password
	Problem     string

	PasskeyOrigin string // where the person's passkeys work; "": they have none, or nowhere
}

// Field is a field of a form with its value.
type Field struct{ Name, Value string }

// Way is another way to prove who somebody is.
type Way struct{ Label, URL string }

// device says which browser it is, as "Firefox on Windows".
func (s Session) device(ctx context.Context) string {
	switch {
	case s.Browser != "" && s.System != "":
		return locale.Tf(ctx, "%s on %s", s.Browser, s.System)
	case s.Browser != "":
		return s.Browser
	case s.System != "":
		return locale.Tf(ctx, "A browser on %s", s.System)
	}
	return locale.T(ctx, "A browser")
}

// ago says when something was, as "5 minutes ago".
func ago(ctx context.Context, t, now time.Time) string {
	d := now.Sub(t)
	switch {
	case d < 2*time.Minute:
		return locale.T(ctx, "just now")
	case d < time.Hour:
		n := int(d / time.Minute)
		return locale.Tn(ctx, n, "%d minute ago", "%d minutes ago")
	case d < 24*time.Hour:
		n := int(d / time.Hour)
		return locale.Tn(ctx, n, "%d hour ago", "%d hours ago")
	case d < 7*24*time.Hour:
		n := int(d / (24 * time.Hour))
		return locale.Tn(ctx, n, "%d day ago", "%d days ago")
	}
	return day(ctx, t)
}

// scopeNames says what a token is good for.
func scopeNames(ctx context.Context, scopes []string) string {
	names := make([]string, len(scopes))
	for i, s := range scopes {
		names[i] = scopeName(ctx, s)
	}
	return strings.Join(names, " · ")
}

func scopeName(ctx context.Context, scope string) string {
	switch scope {
	case "chat":
		return locale.T(ctx, "Chats")
	case "tasks":
		return locale.T(ctx, "Tasks")
	case "read":
		return locale.T(ctx, "Read only")
	}
	return scope
}

func scopeHint(ctx context.Context, scope string) string {
	switch scope {
	case "chat":
		return locale.T(ctx, "Ask, read, change and delete chats and their files. The assistant may work on your tasks.")
	case "tasks":
		return locale.T(ctx, "See, add, change and delete tasks; also by MCP.")
	case "read":
		return locale.T(ctx, "See chats, files and tasks, and change nothing.")
	}
	return ""
}

// doneText says what has just been done, "" for nothing that is known.
func doneText(ctx context.Context, done string) string {
	switch done {
	case "name":
		return locale.T(ctx, "Your name is saved.")
	case "language":
		return locale.T(ctx, "The pages are in this language now.")
	case "email":
		return locale.T(ctx, "Your e-mail address is changed. Sign in with the new one from now on.")
	case "password":
		return locale.T(ctx, "Your password is changed. Other browsers and programs are signed out.")
	case "passkey":
		return locale.T(ctx, "The passkey is added. You can sign in with it from now on.")
	case "passkey-name":
		return locale.T(ctx, "The passkey has its new name.")
	case "passkey-removed":
		return locale.T(ctx, "The passkey is removed. Nobody can sign in with it any more.")
	case "linked":
		return locale.T(ctx, "It is linked. You can sign in with it from now on.")
	case "unlinked":
		return locale.T(ctx, "It is unlinked. Nobody can sign in with it any more.")
	case "ended":
		return locale.T(ctx, "It is signed out.")
	case "others":
		return locale.T(ctx, "All other browsers and programs are signed out.")
	case "revoked":
		return locale.T(ctx, "The token is revoked. Programs that use it are turned away from now on.")
	}
	return ""
}

func emailHint(ctx context.Context, byMail bool) string {
	if byMail {
		return locale.T(ctx, "You sign in with it. A new address gets a link to confirm it.")
	}
	return locale.T(ctx, "You sign in with it.")
}

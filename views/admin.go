package views

import (
	"context"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"github.com/taskpilot/taskpilot/views/locale"
)

// AdminHealth is the page that says how the server does.
type AdminHealth struct {
	Viewer  Viewer
	Version string
	Parts   []AdminPart
	People  int64
	Admins  int64
	Off     int64 // people who are disabled
}

// AdminPart is one part of the server and how it does. Name and Words are for
// people, in their language.
type AdminPart struct {
	Name, Words string
	Bad         bool
}

// AdminPeople is the list of accounts.
type AdminPeople struct {
	Viewer     Viewer
	Search     string
	People     []AdminPerson
	More       string // the cursor of the next page; "" when there is none
	Invites    []AdminInvite
	SignupOpen bool

	// What came of an invitation: its link, for whom, and whether it was mailed; or
	// what was wrong with the address, which is shown again.
	Link, Invited  string
	Mailed         bool
	Email, Problem string
}

// AdminPerson is one account.
type AdminPerson struct {
	ID, Name, Email string
	Admin, Disabled bool
	CreatedAt       time.Time
}

// AdminInvite is an invitation that nobody has used yet.
type AdminInvite struct {
	ID, Email string
	ExpiresAt time.Time
}

// AdminAccount is the page of one account.
type AdminAccount struct {
	Viewer Viewer
	Person AdminPerson
	You    bool // it is the viewer's own

	// Used today, and the limits: as they were typed for this person, and what the
	// server has for all.
	UsedMessages, UsedTokens     int64
	LimitMessages, LimitTokens   string
	ServerMessages, ServerTokens int64
	Problem                      string
	Saved                        bool // just now
}

// AdminModels is where the models are chosen that people may use.
type AdminModels struct {
	Viewer Viewer
	Saved  bool         // just now
	Models []AdminModel // the first one is used when nobody chooses
}

// AdminModel is a model of the configuration.
type AdminModel struct {
	ID, Label string
	On        bool
}

// AdminAudit is a page of the audit log.
type AdminAudit struct {
	Viewer Viewer
	Events []AdminEvent
	Kind   string
	Kinds  []string
	Person AdminPerson // only events about them; "" ID: all
	More   int64       // the number before which older ones are; 0: none
	Days   int         // for how long the log is kept; 0: for ever
}

// AdminEvent is an entry of the audit log. Actor and Subject are names of people.
type AdminEvent struct {
	At                     time.Time
	Kind, Detail           string
	Actor, Subject         string
	ActorID, SubjectID     string
	ActorGone, SubjectGone bool // nobody is known, or the account is deleted
	Network, Door          string
}

// eventWords says what happened.
func eventWords(ctx context.Context, kind string) string {
	if words, ok := eventKinds()[kind]; ok {
		return locale.Known(ctx, words)
	}
	return kind
}

func eventKinds() map[string]string {
	return map[string]string{
		"sign_in":             locale.Mark("Signed in"),
		"sign_in_failed":      locale.Mark("Failed to sign in"),
		"sign_out":            locale.Mark("Signed out"),
		"sign_out_everywhere": locale.Mark("Signed out everywhere"),
		"password_changed":    locale.Mark("Password changed"),
		"email_changed":       locale.Mark("E-mail address changed"),
		"session_ended":       locale.Mark("Session ended"),
		"account_made":        locale.Mark("Account opened"),
		"account_deleted":     locale.Mark("Account deleted"),
		"token_made":          locale.Mark("Access token made"),
		"token_revoked":       locale.Mark("Access token ended"),
		"token_reused":        locale.Mark("A used refresh token came back: the sign-in was ended"),
		"role_changed":        locale.Mark("Role changed"),
		"disabled":            locale.Mark("Account disabled"),
		"enabled":             locale.Mark("Account enabled"),
		"limits_changed":      locale.Mark("Limits changed"),
		"models_changed":      locale.Mark("Choice of models changed"),
		"invited":             locale.Mark("Invitation made"),
		"invite_revoked":      locale.Mark("Invitation withdrawn"),
		"invite_used":         locale.Mark("Account opened by invitation"),
		"share_made":          locale.Mark("Link to a chat made or renewed"),
		"share_ended":         locale.Mark("Link to a chat ended"),
		"consent_given":       locale.Mark("Agreed to a tool's call"),
		"consent_refused":     locale.Mark("Refused a tool's call"),
		"letter_lost":         locale.Mark("A mail could not be sent"),
		"exported":            locale.Mark("Data exported"),
		"identity_linked":     locale.Mark("Other sign-in linked"),
		"identity_removed":    locale.Mark("Other sign-in removed"),
		"passkey_added":       locale.Mark("Passkey added"),
		"passkey_removed":     locale.Mark("Passkey removed"),
		"passkey_copied":      locale.Mark("Passkey refused: it may have been copied"),
	}
}

// EventKinds are the kinds of events that the log may have, in order.
func EventKinds() []string { return slices.Sorted(maps.Keys(eventKinds())) }

// doorWords says by which way somebody came.
func doorWords(ctx context.Context, door string) string {
	switch door {
	case "page":
		return locale.T(ctx, "Browser")
	case "api":
		return locale.T(ctx, "API")
	case "command":
		return locale.T(ctx, "Command line")
	}
	return ""
}

func (p AdminPerson) called() string {
	if p.Name != "" {
		return p.Name
	}
	return p.Email
}

func personURL(id string, verb ...string) templ.SafeURL {
	path := "/admin/people/" + url.PathEscape(id)
	for _, v := range verb {
		path += "/" + v
	}
	return templ.SafeURL(path)
}

func peopleURL(search, after string) templ.SafeURL {
	return templ.SafeURL("/admin/people" + query("q", search, "after", after))
}

func auditURL(a AdminAudit, before int64) templ.SafeURL {
	older := ""
	if before > 0 {
		older = strconv.FormatInt(before, 10)
	}
	return templ.SafeURL("/admin/audit" + query("kind", a.Kind, "person", a.Person.ID, "before", older))
}

// query writes those of the pairs that have a value.
func query(pairs ...string) string {
	values := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			values.Set(pairs[i], pairs[i+1])
		}
	}
	if len(values) == 0 {
		return ""
	}
	return "?" + values.Encode()
}

// limitWords says a limit of the server.
func limitWords(ctx context.Context, n int64) string {
	if n == 0 {
		return locale.T(ctx, "no limit")
	}
	return locale.Number(ctx, n)
}

// eventAt writes when something happened, to the second.
func eventAt(ctx context.Context, t time.Time) string {
	return locale.Date(ctx, t.UTC()) + ", " + t.UTC().Format("15:04:05")
}

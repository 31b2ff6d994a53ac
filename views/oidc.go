package views

import (
	"context"
	"strings"
	"time"

	"github.com/taskpilot/taskpilot/views/locale"
)

// Identities are the accounts elsewhere that a person signs in with. Provider is
// where they may link one; "": nowhere, or they have.
type Identities struct {
	Provider string
	List     []Identity
}

// Identity is one of them. Name is the provider's.
type Identity struct {
	ID, Name, Email string
	At, Used        time.Time
}

// Link asks whether to link an account elsewhere. Identity says which, sealed.
type Link struct {
	Viewer                    Viewer
	Provider, Email, Identity string
}

// HasAccount is for somebody who came from the provider and has an account here, or
// somebody else has who gave their address. Next leads to the question of a Link.
type HasAccount struct{ Provider, Email, Next string }

// FlowProblem says why signing in at the provider came to nothing. Again and Back are
// addresses; Again may be empty.
type FlowProblem struct{ Provider, Message, Again, Back string }

// identityFacts says when an account elsewhere was linked and used.
func identityFacts(ctx context.Context, i Identity, now time.Time) string {
	facts := []string{locale.Tf(ctx, "Linked on %s", day(ctx, i.At)), locale.Tf(ctx, "Last used: %s", ago(ctx, i.Used, now))}
	if i.Email != "" {
		facts = append([]string{i.Email}, facts...)
	}
	return strings.Join(facts, " · ")
}

package handlers

import (
	"errors"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/models"
)

// bearers reports whether programs may call such routes.
func (a access) bearers() bool {
	return a == client || a == anyClient || a == chatClient || a == taskClient || a == program
}

// scopes are what an API token must be good for to call such a route: for one of
// them. Where there are none it may not at all.
func (a access) scopes(method string) []string {
	var list []string
	switch a {
	case anyClient:
		return models.Scopes()
	case chatClient:
		list = []string{models.ScopeChat}
	case taskClient, program:
		list = []string{models.ScopeTasks}
	default:
		return nil
	}
	if !unsafe(method) {
		list = append(list, models.ScopeRead)
	}
	return list
}

// checkScope refuses an API token that is not good for a route.
func (v *viewer) checkScope(c *fiber.Ctx, a access) error {
	if v.Token == nil {
		return nil
	}
	need := a.scopes(c.Method())
	for _, scope := range need {
		if v.Token.Allows(scope) {
			return nil
		}
	}
	return scopeProblem(c, need)
}

// scopeProblem says what a token would have to be good for.
func scopeProblem(c *fiber.Ctx, need []string) error {
	if len(need) == 0 {
		return errNoTokens
	}
	c.Set(fiber.HeaderWWWAuthenticate, `Bearer error="insufficient_scope", scope="`+strings.Join(need, " ")+`"`)
	return errScope(need)
}

// checkAsked refuses a request of the ChatKit protocol that a token is not good
// for: all of them come to one address.
func (v *viewer) checkAsked(c *fiber.Ctx, req chatkit.Request) error {
	if v.Token == nil || v.Token.Allows(models.ScopeChat) {
		return nil
	}
	switch req.(type) {
	case *chatkit.ListThreadsRequest, *chatkit.GetThreadRequest, *chatkit.ListItemsRequest:
		if v.Token.Allows(models.ScopeRead) {
			return nil
		}
	}
	return scopeProblem(c, []string{models.ScopeChat})
}

// tokenViewer finds out who an API token acts for.
func (h *Handlers) tokenViewer(c *fiber.Ctx, token string, seen time.Time, changes int64) (*viewer, error) {
	t, err := h.DB.FindAPIToken(c.UserContext(), token)
	if errors.Is(err, models.ErrNotFound) {
		return nil, errSignIn
	}
	if err != nil {
		return nil, err
	}
	v, err := h.viewer(c, t.UserID)
	if err != nil {
		return nil, err
	}
	if v == nil {
		return nil, errSignIn
	}
	v.Token = t
	ends := t.ExpiresAt.Time
	if ends.IsZero() {
		ends = seen.Add(passLife)
	}
	h.passes.add(token, pass{viewer: *v, expires: ends, seen: seen, changes: changes})
	return v, h.DB.TouchAPIToken(c.UserContext(), t)
}

package handlers

import (
	"errors"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/taskpilot/taskpilot/handlers/oidc"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/views"
)

var errHasAccount = errors.New("handlers: there is an account with this address")

// signInByIdentity lets somebody in whom the provider knows: to the account that
// they have linked, or to a new one.
func (h *Handlers) signInByIdentity(c *fiber.Ctx, f *models.OIDCFlow, in *oidc.Identity) error {
	ctx := c.UserContext()
	user, err := h.DB.UserByIdentity(ctx, newIdentity(in))
	if errors.Is(err, models.ErrNotFound) {
		user, err = h.newcomer(c, in)
	}
	if errors.Is(err, errHasAccount) {
		return h.render(c, views.HasAccountPage(views.HasAccount{Provider: h.OIDC.Name, Email: in.Email,
			Next: linkPath + "?identity=" + queryEscape(h.sealIdentity(c, newIdentity(in)))}))
	}
	if err != nil {
		return err
	}
	if user.DisabledAt != nil {
		if err := h.DB.Audit(ctx, models.AuditSignInFailed, user.ID, "oidc"); err != nil {
			return err
		}
		return errDisabled
	}
	if err := h.startSession(c, user, "oidc", provenAt(in, h.Now())); err != nil {
		return err
	}
	return c.Redirect(orChat(f.Next), fiber.StatusSeeOther)
}

// provenAt is when a person who comes from the provider has proved who they are:
// when they signed in there, which may be long ago. A provider that doesn't say
// when has proved nothing.
func provenAt(in *oidc.Identity, now time.Time) time.Time {
	switch {
	case in.SignedIn.IsZero():
		return models.NeverProven
	case in.SignedIn.After(now):
		return now
	}
	return in.SignedIn
}

// newcomer opens an account for somebody whom nobody here knows. errHasAccount:
// there is one with their address. It may not be theirs, and whoever opened it may
// not be the one who has the address now, so that nobody gets into it by this.
func (h *Handlers) newcomer(c *fiber.Ctx, in *oidc.Identity) (*models.User, error) {
	ctx := c.UserContext()
	email, err := models.CheckEmail(in.Email)
	if err != nil || !in.Verified {
		return nil, errUnverified
	}
	if _, err := h.DB.UserByEmail(ctx, email); err == nil {
		return nil, errHasAccount
	} else if !errors.Is(err, models.ErrNotFound) {
		return nil, err
	}
	if err := h.allowSignUp(c); err != nil {
		return nil, err
	}
	user, err := h.DB.OpenAccount(ctx, newIdentity(in), h.SignupOpen)
	switch {
	case errors.Is(err, models.ErrNotFound):
		return nil, errSignupClosed
	case errors.Is(err, models.ErrConflict): // by somebody else, just now
		return nil, errFlowOver
	}
	return user, err
}

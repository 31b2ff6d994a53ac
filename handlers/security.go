package handlers

import (
	"errors"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"
	"github.com/mileusna/useragent"

	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/views"
)

// securityPage is about the password and where the person is signed in.
func (h *Handlers) securityPage(c *fiber.Ctx) error { return h.showSecurity(c, nil, "") }

// showSecurity shows the page; wrong is what was wrong with a form on it, which is
// said beside other if it is about no field.
func (h *Handlers) showSecurity(c *fiber.Ctx, wrong error, other string) error {
	ctx, v := c.UserContext(), viewerOf(c)
	sessions, err := h.DB.Sessions(ctx, v.User.ID)
	if err != nil {
		return err
	}
	programs, err := h.DB.SignIns(ctx, v.User.ID)
	if err != nil {
		return err
	}
	passkeys, err := h.passkeysView(c)
	if err != nil {
		return err
	}
	s := views.Security{Passkeys: passkeys, Viewer: viewerView(c), HasPassword: v.User.HasPassword(), Now: h.here(c), Done: c.Query("done"),
		Errors: wrongFields(wrong, other)}
	if s.Identities, err = h.identitiesView(c); err != nil {
		return err
	}
	for _, one := range sessions {
		browser, system := device(one.UserAgent)
		s.Sessions = append(s.Sessions, views.Session{ID: one.ID, Browser: browser, System: system, Network: one.Network,
			At: one.CreatedAt.Time, Seen: one.LastSeenAt.Time, Here: one.ID == v.SessionID})
	}
	for _, one := range programs {
		s.Programs = append(s.Programs, views.Program{ID: one.ID, At: one.CreatedAt.Time})
	}
	return h.inSettings(c, wrong, func(list views.ThreadList) templ.Component { return views.SecurityPage(s, list) })
}

// device tells a browser and its system by what it says of itself.
func device(userAgent string) (browser, system string) {
	ua := useragent.Parse(userAgent)
	if ua.Name == userAgent { // it says something else
		return "", ua.OS
	}
	return ua.Name, ua.OS
}

// changePassword sets a new password, ends whatever is signed in, and signs this
// browser in again: who has copied its cookie has nothing any more.
func (h *Handlers) changePassword(c *fiber.Ctx) error {
	ctx, u := c.UserContext(), viewerOf(c).User
	if u.HasPassword() {
		if err := h.prove(c, c.FormValue(proofField)); err != nil {
			return h.showSecurity(c, err, proofField)
		}
	} else if ok, err := h.provenLately(c); err != nil {
		return err
	} else if !ok {
		return h.askAgain(c, "/settings/security", errProve, "")
	}
	err := h.DB.SetPassword(ctx, u.ID, c.FormValue("password"), h.passwordNote(ctx))
	if errors.Is(err, models.ErrInvalid) {
		return h.showSecurity(c, err, proofField)
	}
	if err != nil {
		return err
	}
	if c.FormValue("revoke") != "" {
		if err := h.DB.RevokeAPITokens(ctx, u.ID); err != nil {
			return err
		}
	}
	if err := h.signIn(c, u, "password"); err != nil {
		return err
	}
	h.passwordChanged(c, u)
	return goTo(c, "/settings/security?done=password")
}

// endSession signs one of the person's browsers out.
func (h *Handlers) endSession(c *fiber.Ctx) error {
	return h.ended(c, h.DB.EndSession(c.UserContext(), userID(c), c.Params("session")), "ended")
}

// endProgram signs one of the person's programs out.
func (h *Handlers) endProgram(c *fiber.Ctx) error {
	return h.ended(c, h.DB.EndSignIn(c.UserContext(), userID(c), c.Params("program")), "ended")
}

// endOthers signs all of the person's browsers and programs out but this one.
func (h *Handlers) endOthers(c *fiber.Ctx) error {
	return h.ended(c, h.DB.EndOthers(c.UserContext(), userID(c), viewerOf(c).SessionID), "others")
}

func (h *Handlers) ended(c *fiber.Ctx, err error, done string) error {
	if err != nil {
		return err
	}
	h.accessChanged(userID(c))
	return goTo(c, "/settings/security?done="+done)
}

package handlers

import (
	"errors"

	"github.com/gofiber/fiber/v2"

	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/views"
)

// invite makes an invitation and shows its link, which is nowhere else.
func (h *Handlers) invite(c *fiber.Ctx) error {
	page := views.AdminPeople{Email: c.FormValue("email")}
	ctx, by := c.UserContext(), viewerView(c).Name
	link := func(secret string) string { return h.PublicURL.JoinPath("invite", secret).String() }
	in, secret, err := h.DB.Invite(ctx, page.Email, func(about models.Occasion) (*models.NewLetter, error) {
		return h.post.write("", letterInvite(ctx, about.Email, by, link(about.Secret)))
	})
	if errors.Is(err, models.ErrConflict) {
		err = errEmailHasAccount
	}
	if p := problemOf(err); err != nil && !p.ours() {
		page.Problem = p.Message
		p.answer(c)
		return h.showPeople(c, page)
	}
	if err != nil {
		return err
	}
	page.Email, page.Invited = "", in.Email
	page.Link, page.Mailed = link(secret), h.Mail != nil
	h.post.nudge()
	return h.showPeople(c, page)
}

// revokeInvite ends an invitation.
func (h *Handlers) revokeInvite(c *fiber.Ctx) error {
	if err := h.DB.RevokeInvite(c.UserContext(), c.Params("invite")); err != nil {
		return err
	}
	return c.Redirect("/admin/people", fiber.StatusSeeOther)
}

// invitePage is where an invited person opens an account, also where strangers
// may not.
func (h *Handlers) invitePage(c *fiber.Ctx) error {
	in, err := h.DB.InviteBySecret(c.UserContext(), c.Params("invite"))
	if errors.Is(err, models.ErrNotFound) {
		return errInviteOver
	}
	if err != nil {
		return err
	}
	c.Set("X-Robots-Tag", "noindex")
	return h.render(c, views.InvitePage(views.InviteForm{Secret: c.Params("invite"), Email: in.Email, Provider: h.providerName()}))
}

func (h *Handlers) acceptInvite(c *fiber.Ctx) error {
	secret, n := c.Params("invite"), models.NewUser{Name: c.FormValue("name"), Password: c.FormValue("password")}
	if err := h.allowSignUp(c); err != nil {
		return err
	}
	in, err := h.DB.InviteBySecret(c.UserContext(), secret)
	var user *models.User
	if err == nil {
		user, err = h.DB.AcceptInvite(c.UserContext(), secret, n)
	}
	switch {
	case err == nil:
		if err := h.signIn(c, user, "invitation"); err != nil {
			return err
		}
		return goTo(c, "/chat")
	case errors.Is(err, models.ErrNotFound):
		return errInviteOver
	case errors.Is(err, models.ErrConflict):
		return errEmailTaken
	}
	bad, ok := errors.AsType[*models.InvalidError](err)
	if !ok {
		return err
	}
	problemOf(bad).answer(c)
	return h.render(c, views.InvitePage(views.InviteForm{Secret: secret, Email: in.Email, Provider: h.providerName(), Name: n.Name,
		Errors: map[string]string{bad.Field: bad.Message}}))
}

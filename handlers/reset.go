package handlers

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/views"
)

// Links for one address and from one network within resetWindow.
const (
	resetWindow   = time.Hour
	resetAccount  = 3
	resetNetwork  = 100
	resetSentence = "Too many links were asked for. Wait for an hour, and look for the mails that were sent."
)

// forgotPage is where people ask for a link to choose a new password.
func (h *Handlers) forgotPage(c *fiber.Ctx) error {
	return h.render(c, views.ForgotPage(views.Forgot{ByMail: h.Mail != nil}))
}

// forgot sends a link to choose a new password. Its answer is the same, and takes
// the same time, whether there is an account or not: all that depends on it
// happens afterwards.
func (h *Handlers) forgot(c *fiber.Ctx) error {
	f := views.Forgot{ByMail: h.Mail != nil, Email: strings.TrimSpace(c.FormValue("email"))}
	if h.Mail == nil {
		return h.render(c, views.ForgotPage(f))
	}
	email, err := models.CheckEmail(f.Email)
	if err == nil {
		err = h.allow(c, "reset:network:"+network(c), resetNetwork, resetWindow, resetSentence)
	}
	if err == nil {
		err = h.allow(c, "reset:account:"+email, resetAccount, resetWindow, resetSentence)
	}
	if err == nil {
		f.Sent = true
		h.outbox.doLater(c.UserContext(), "link to a new password", func(ctx context.Context) error { return h.mailReset(ctx, email) })
		return h.render(c, views.ForgotPage(f))
	}
	p := problemOf(err)
	if p.ours() {
		return err
	}
	if bad, ok := errors.AsType[*models.InvalidError](err); ok {
		f.Error = bad.Message
	} else {
		f.Problem = p.Message
	}
	p.answer(c)
	return h.render(c, views.ForgotPage(f))
}

// mailReset sends a link to a person who has an account.
func (h *Handlers) mailReset(ctx context.Context, email string) error {
	u, err := h.DB.UserByEmail(ctx, email)
	if errors.Is(err, models.ErrNotFound) || err == nil && u.DisabledAt != nil {
		return nil
	}
	if err != nil {
		return err
	}
	defer h.post.nudge()
	if !u.HasPassword() {
		l, err := h.post.write(u.ID, letterNoPassword(ctx, u.Email, h.PublicURL.String()))
		if err != nil {
			return err
		}
		return h.DB.AddLetters(ctx, l)
	}
	_, err = h.DB.NewMailLink(ctx, u.ID, models.LinkPassword, u.Email, func(about models.Occasion) (*models.NewLetter, error) {
		return h.post.write(u.ID, letterReset(ctx, u.Email, h.address("/reset", about.Secret)))
	})
	return err
}

// resetPage is where the link in the mail leads.
func (h *Handlers) resetPage(c *fiber.Ctx) error {
	token := c.Query("token")
	_, err := h.DB.MailLink(c.UserContext(), models.LinkPassword, token)
	if errors.Is(err, models.ErrNotFound) {
		errOldMailLink.answer(c)
		token, err = "", nil
	}
	if err != nil {
		return err
	}
	return h.render(c, views.ResetPage(views.Reset{Token: token}))
}

// reset sets the password of the person who has the link.
func (h *Handlers) reset(c *fiber.Ctx) error {
	token := c.FormValue("token")
	u, err := h.DB.ResetPassword(c.UserContext(), token, c.FormValue("password"), h.passwordNote(c.UserContext()))
	if errors.Is(err, models.ErrNotFound) {
		errOldMailLink.answer(c)
		return h.render(c, views.ResetPage(views.Reset{}))
	}
	if bad, ok := errors.AsType[*models.InvalidError](err); ok {
		problemOf(err).answer(c)
		return h.render(c, views.ResetPage(views.Reset{Token: token, Error: bad.Message}))
	}
	if err != nil {
		return err
	}
	h.passwordChanged(c, u)
	return h.render(c, views.ResetPage(views.Reset{Done: true}))
}

// passwordNote tells a person that their password was changed.
func (h *Handlers) passwordNote(ctx context.Context) models.WriteLetter {
	return func(about models.Occasion) (*models.NewLetter, error) {
		return h.post.write(about.User.ID, letterPassword(ctx, about.User.Email))
	}
}

// passwordChanged ends what was signed in, and lets the person try to sign in again.
func (h *Handlers) passwordChanged(c *fiber.Ctx, u *models.User) {
	h.accessChanged(u.ID)
	h.post.nudge()
	h.outbox.do(c.UserContext(), "forgive attempts to sign in", func(ctx context.Context) error {
		return h.DB.Forgive(ctx, signInKey(u.Email))
	})
}

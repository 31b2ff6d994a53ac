package handlers

import (
	"context"
	"errors"
	"time"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/views"
	"github.com/taskpilot/taskpilot/views/locale"
)

// inSettings answers with a page of the settings, beside the person's threads. err
// is what was wrong with a form on it: the page has its words already.
func (h *Handlers) inSettings(c *fiber.Ctx, err error, page func(views.ThreadList) templ.Component) error {
	if err != nil {
		p := problemOf(err)
		if p.ours() {
			return err
		}
		p.answer(c)
	}
	list, err := h.threadListView(c.UserContext(), userID(c), "", "")
	if err != nil {
		return err
	}
	return h.render(c, page(list))
}

// wrongFields are the words about fields of a form that was refused. What has no
// field of its own is said beside the field called other.
func wrongFields(err error, other string) map[string]string {
	if bad, ok := errors.AsType[*models.InvalidError](err); ok {
		return map[string]string{bad.Field: bad.Message}
	}
	if err != nil {
		return map[string]string{other: problemOf(err).Message}
	}
	return nil
}

// settingsPage is about the person.
func (h *Handlers) settingsPage(c *fiber.Ctx) error {
	u := viewerOf(c).User
	s := views.Settings{Name: u.Name, Email: u.Email, Done: c.Query("done")}
	return h.showSettings(c, s, nil)
}

func (h *Handlers) showSettings(c *fiber.Ctx, s views.Settings, err error) error {
	s.Viewer, s.ByMail, s.Languages = viewerView(c), h.Mail != nil, h.languageChoice(viewerOf(c).User)
	return h.inSettings(c, err, func(list views.ThreadList) templ.Component { return views.SettingsPage(s, list) })
}

// saveName changes how the person is called.
func (h *Handlers) saveName(c *fiber.Ctx) error {
	u, name := viewerOf(c).User, c.FormValue("name")
	if err := h.DB.Rename(c.UserContext(), u.ID, name); err != nil {
		return h.showSettings(c, views.Settings{Name: name, Email: u.Email, Errors: wrongFields(err, "name")}, err)
	}
	return goTo(c, "/settings?done=name")
}

// saveEmail changes the person's address: at once, or, where mail can be sent,
// when a link that goes there was opened.
func (h *Handlers) saveEmail(c *fiber.Ctx) error {
	u, typed := viewerOf(c).User, c.FormValue("email")
	sent, err := h.changeEmail(c, u, typed)
	s := views.Settings{Name: u.Name, Email: typed, Errors: wrongFields(err, "email")}
	if err != nil {
		return h.showSettings(c, s, err)
	}
	if sent {
		s.Waiting, s.Email = typed, u.Email
		return h.showSettings(c, s, nil)
	}
	return goTo(c, "/settings?done=email")
}

const emailChanges = 5 // of one person within an hour

func (h *Handlers) changeEmail(c *fiber.Ctx, u *models.User, typed string) (sent bool, err error) {
	ctx := c.UserContext()
	email, err := models.CheckEmail(typed)
	if err != nil {
		return false, err
	}
	if email == u.Email {
		return false, &models.InvalidError{Field: "email", Message: locale.Mark("This is your address already.")}
	}
	if err := h.allow(c, "email:"+u.ID, emailChanges, time.Hour, locale.Mark("You have changed your address often. Try again in an hour.")); err != nil {
		return false, err
	}
	if h.Mail != nil {
		h.outbox.do(ctx, "link to a new address", func(ctx context.Context) error { return h.mailConfirmation(ctx, u, email) })
		return true, nil
	}
	err = h.DB.ChangeEmail(ctx, u.ID, email)
	if errors.Is(err, models.ErrConflict) {
		return false, errEmailOthers
	}
	return false, err
}

// mailConfirmation sends a link to a new address. Whether somebody else has it is
// told to whoever reads its mail, and to nobody else.
func (h *Handlers) mailConfirmation(ctx context.Context, u *models.User, email string) error {
	defer h.post.nudge()
	other, err := h.DB.UserByEmail(ctx, email)
	if err == nil {
		l, err := h.post.write(other.ID, letterTaken(ctx, email))
		if err != nil {
			return err
		}
		return h.DB.AddLetters(ctx, l)
	}
	if !errors.Is(err, models.ErrNotFound) {
		return err
	}
	_, err = h.DB.NewMailLink(ctx, u.ID, models.LinkEmail, email, func(about models.Occasion) (*models.NewLetter, error) {
		return h.post.write(u.ID, letterConfirm(ctx, email, h.address("/confirm-email", about.Secret)))
	})
	return err
}

// confirmEmailPage is where the link to a new address leads. Programs that look
// into mail open links too, so that opening it changes nothing.
func (h *Handlers) confirmEmailPage(c *fiber.Ctx) error {
	token := c.Query("token")
	link, err := h.DB.MailLink(c.UserContext(), models.LinkEmail, token)
	if errors.Is(err, models.ErrNotFound) {
		errOldMailLink.answer(c)
		return h.render(c, views.ConfirmEmailPage(views.ConfirmEmail{}))
	}
	if err != nil {
		return err
	}
	return h.render(c, views.ConfirmEmailPage(views.ConfirmEmail{Token: token, Email: link.Email}))
}

// confirmEmail gives the person the address that the link was sent to, and tells
// the old one.
func (h *Handlers) confirmEmail(c *fiber.Ctx) error {
	ctx := c.UserContext()
	err := h.DB.ConfirmEmail(ctx, c.FormValue("token"), func(about models.Occasion) (*models.NewLetter, error) {
		return h.post.write(about.User.ID, letterMoved(ctx, about.User.Email, about.Email))
	})
	if errors.Is(err, models.ErrNotFound) || errors.Is(err, models.ErrConflict) {
		errOldMailLink.answer(c)
		return h.render(c, views.ConfirmEmailPage(views.ConfirmEmail{}))
	}
	if err != nil {
		return err
	}
	h.post.nudge()
	return goTo(c, "/settings?done=email")
}

package handlers

import (
	"errors"
	"net/url"
	"strings"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/views"
)

// home sends people to where they go on.
func (h *Handlers) home(c *fiber.Ctx) error {
	v, err := h.browser(c)
	if err != nil {
		return err
	}
	if v == nil {
		return c.Redirect("/signin", fiber.StatusSeeOther)
	}
	return c.Redirect("/chat", fiber.StatusSeeOther)
}

func (h *Handlers) signInPage(c *fiber.Ctx) error { return h.authPage(c, views.SignIn) }

type authView func(views.AuthForm) templ.Component

func (h *Handlers) authPage(c *fiber.Ctx, view authView) error {
	next := localPath(c.Query("next"))
	if viewerOf(c) != nil {
		return c.Redirect(orChat(next), fiber.StatusSeeOther)
	}
	return h.render(c, view(h.blankForm(next)))
}

// blankForm is a sign-in or sign-up page as it is shown first.
func (h *Handlers) blankForm(next string) views.AuthForm {
	return views.AuthForm{Next: next, SignupOpen: h.SignupOpen, PasskeyOrigin: h.passkeyOrigin(), Provider: h.providerName(), Errors: map[string]string{}}
}

func (h *Handlers) signInForm(c *fiber.Ctx) error {
	return h.authForm(c, views.SignIn, h.authenticate)
}

func formCredentials(c *fiber.Ctx) credentials {
	return credentials{Email: c.FormValue("email"), Name: c.FormValue("name"), Password: c.FormValue("password")}
}

// authForm lets someone in, or shows the form again.
func (h *Handlers) authForm(c *fiber.Ctx, view authView, enter func(*fiber.Ctx, credentials) (*models.User, error)) error {
	in := formCredentials(c)
	user, err := enter(c, in)
	if err == nil {
		if err = h.signIn(c, user, "password"); err == nil {
			return goTo(c, orChat(localPath(c.FormValue("next"))))
		}
	}
	return h.authAgain(c, view, in, err)
}

// authAgain shows a form again with what was typed, but for the password, and what
// is wrong.
func (h *Handlers) authAgain(c *fiber.Ctx, view authView, in credentials, err error) error {
	p := problemOf(err)
	if p.ours() {
		return err
	}
	form := h.blankForm(localPath(c.FormValue("next")))
	form.Name, form.Email = in.Name, in.Email
	if bad, ok := errors.AsType[*models.InvalidError](err); ok {
		form.Errors[bad.Field] = bad.Message
	} else {
		form.Problem = p.Message
	}
	p.answer(c)
	return h.render(c, view(form))
}

// signOutForm ends this browser's session.
func (h *Handlers) signOutForm(c *fiber.Ctx) error {
	if err := h.audit(c, models.AuditSignOut, ""); err != nil {
		return err
	}
	return h.leave(c)
}

// signOutEverywhere ends the sessions of every browser that the person uses, and
// the sign-ins of their programs.
func (h *Handlers) signOutEverywhere(c *fiber.Ctx) error {
	if err := h.DB.SignOutEverywhere(c.UserContext(), userID(c)); err != nil {
		return err
	}
	return h.leave(c)
}

// leave signs out and takes what the browser kept with it: drafts are a
// person's own words, and the next one at the machine may be someone else.
func (h *Handlers) leave(c *fiber.Ctx) error {
	id := userID(c)
	if err := h.signOut(c); err != nil {
		return err
	}
	h.accessChanged(id)
	c.Set("Clear-Site-Data", `"storage"`)
	return goTo(c, "/signin")
}

func orChat(path string) string {
	if path == "" {
		return "/chat"
	}
	return path
}

// localPath returns the path if it leads to a page of ours, else "". Browsers
// take "//host" and "/\host" for another site and drop tabs and line breaks, so
// that nothing of the kind may be in it.
func localPath(path string) string {
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.Contains(path, `\`) {
		return ""
	}
	if strings.ContainsFunc(path, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		return ""
	}
	u, err := url.Parse(path)
	if err != nil || u.Scheme != "" || u.Host != "" {
		return ""
	}
	return u.RequestURI()
}

package handlers

import (
	"errors"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/views"
	"github.com/taskpilot/taskpilot/views/locale"
)

// Where mail can be sent, signing up tells nobody who has an account: the answer
// and the work are the same, and what happens next is in a letter.

func (h *Handlers) signUpPage(c *fiber.Ctx) error { return h.authPage(c, views.SignUp) }

func (h *Handlers) signUpForm(c *fiber.Ctx) error {
	byMail, err := h.signUpByMail(c)
	if err != nil {
		return err
	}
	if !byMail {
		return h.authForm(c, views.SignUp, h.register)
	}
	in := formCredentials(c)
	if err := h.beginSignUp(c, in, h.sessions.browserKey(c)); err != nil {
		return h.authAgain(c, views.SignUp, in, err)
	}
	return h.render(c, views.SignUpSent(strings.TrimSpace(in.Email)))
}

// signUpByMail reports whether new accounts are opened by a link in a mail. The
// first one of a server is not: nobody is there yet to be told of, and whoever
// sets a server up finds out later whether its mail works.
func (h *Handlers) signUpByMail(c *fiber.Ctx) (bool, error) {
	if h.Mail == nil || !h.SignupOpen {
		return false, nil
	}
	some, err := h.DB.Users(c.UserContext(), "", 1)
	return len(some) > 0, err
}

// beginSignUp mails a link that opens an account, or, to a person who has one, how
// to get in.
func (h *Handlers) beginSignUp(c *fiber.Ctx, in credentials, browser string) error {
	ctx, n := c.UserContext(), models.NewUser{Email: in.Email, Name: in.Name, Password: in.Password}
	if err := h.allowSignUp(c); err != nil {
		return err
	}
	email, err := n.Check()
	if err != nil {
		return err
	}
	if err := h.allow(c, signUpKey(email), resetAccount, resetWindow, resetSentence); err != nil {
		return err
	}
	defer h.post.nudge()
	return h.DB.BeginSignUp(ctx, n, browser, func(about models.Occasion) (*models.NewLetter, error) {
		if u := about.User; u != nil {
			return h.post.write(u.ID, letterHasAccount(ctx, u.Email, h.page("/signin"), h.page("/forgot")))
		}
		return h.post.write("", letterSignUp(ctx, email, h.address("/confirm-signup", about.Secret)))
	})
}

// signUpKey is what sign-ups with an address are counted under.
func signUpKey(email string) string { return "signup:account:" + email }

func (h *Handlers) allowSignUp(c *fiber.Ctx) error {
	return h.allow(c, "signup:network:"+network(c), signUpAttempts, signUpWindow,
		locale.Mark("Too many accounts were opened from your network. Try again in an hour."))
}

// confirmSignUpPage is where the link leads. Programs that look into mail open
// links too, so that opening it changes nothing.
func (h *Handlers) confirmSignUpPage(c *fiber.Ctx) error {
	token := c.Query("token")
	s, err := h.DB.SignUp(c.UserContext(), token)
	if errors.Is(err, models.ErrNotFound) {
		errOldMailLink.answer(c)
		return h.render(c, views.ConfirmSignUpPage(views.ConfirmSignUp{}))
	}
	if err != nil {
		return err
	}
	return h.render(c, views.ConfirmSignUpPage(h.confirmView(c, s, token)))
}

// confirmView asks for the password unless this is the browser that signed up: the
// link may have gone to somebody whom a stranger signed up, with a password that
// the stranger knows.
func (h *Handlers) confirmView(c *fiber.Ctx, s *models.SignUp, token string) views.ConfirmSignUp {
	return views.ConfirmSignUp{Token: token, Email: s.Email, AskPassword: !s.BeganIn(h.sessions.browserKey(c))}
}

// confirmSignUp opens the account that the link is for, and signs in.
func (h *Handlers) confirmSignUp(c *fiber.Ctx) error {
	ctx, token := c.UserContext(), c.FormValue("token")
	s, err := h.DB.SignUp(ctx, token)
	var user *models.User
	if err == nil {
		view := h.confirmView(c, s, token)
		if wrong := h.checkSignUp(c, s, view.AskPassword); wrong != nil {
			p := problemOf(wrong)
			if p.ours() {
				return wrong
			}
			view.Error = p.Message
			p.answer(c)
			return h.render(c, views.ConfirmSignUpPage(view))
		}
		user, err = h.DB.ConfirmSignUp(ctx, token)
	}
	if errors.Is(err, models.ErrNotFound) || errors.Is(err, models.ErrConflict) {
		errOldMailLink.answer(c)
		return h.render(c, views.ConfirmSignUpPage(views.ConfirmSignUp{}))
	}
	if err != nil {
		return err
	}
	if err := h.signIn(c, user, "password"); err != nil {
		return err
	}
	return goTo(c, "/chat")
}

// checkSignUp looks at the password where one is asked for.
func (h *Handlers) checkSignUp(c *fiber.Ctx, s *models.SignUp, ask bool) error {
	if !ask {
		return nil
	}
	if err := h.allow(c, "signup:confirm:"+s.Hash, accountAttempts, attemptWindow, signInSentence); err != nil {
		return err
	}
	err := h.DB.CheckSignUp(c.UserContext(), s, c.FormValue(proofField))
	if errors.Is(err, models.ErrNotFound) {
		return errWrongProof
	}
	return err
}

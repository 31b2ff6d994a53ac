package handlers

import (
	"errors"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/taskpilot/taskpilot/live"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/views/locale"
)

// Attempts are counted in the database, so that replicas share them. A window
// is never extended: nobody is locked out for good.
const (
	attemptWindow   = 15 * time.Minute
	accountAttempts = 10
	networkAttempts = 300
	signUpWindow    = time.Hour
	signUpAttempts  = 300
)

var signInSentence = locale.Mark("Too many attempts to sign in. Wait a few minutes and try again.")

// authenticate returns the person with these credentials, if not too many
// attempts were made for the account or from the network.
func (h *Handlers) authenticate(c *fiber.Ctx, in credentials) (*models.User, error) {
	account := h.attemptsKey(c, in.Email)
	if err := h.allow(c, "signin:network:"+network(c), networkAttempts, attemptWindow, signInSentence); err != nil {
		return nil, err
	}
	if err := h.allow(c, account, accountAttempts, attemptWindow, signInSentence); err != nil {
		return nil, err
	}
	user, err := h.DB.Authenticate(c.UserContext(), in.Email, in.Password)
	if errors.Is(err, models.ErrNotFound) {
		return nil, errWrongPassword
	}
	if err != nil {
		return nil, err
	}
	return user, h.DB.Forgive(c.UserContext(), account)
}

// register opens an account.
func (h *Handlers) register(c *fiber.Ctx, in credentials) (*models.User, error) {
	if !h.SignupOpen {
		return nil, errSignupClosed
	}
	if err := h.allowSignUp(c); err != nil {
		return nil, err
	}
	user, err := h.DB.CreateUser(c.UserContext(), models.NewUser{Email: in.Email, Name: in.Name, Password: in.Password})
	if errors.Is(err, models.ErrConflict) {
		return nil, errEmailTaken
	}
	return user, err
}

// signInKey is what attempts to sign in with an address are counted under.
func signInKey(email string) string {
	return "signin:account:" + strings.ToLower(strings.TrimSpace(email))
}

func (h *Handlers) allow(c *fiber.Ctx, key string, limit int, window time.Duration, sentence string) error {
	ok, after, err := h.DB.Allow(c.UserContext(), key, limit, window)
	if err != nil {
		return err
	}
	if !ok {
		return tooMany(sentence, after)
	}
	return nil
}

// accessChanged ends those of the person's open streams that may not go on. On
// other servers they look soon enough by themselves.
func (h *Handlers) accessChanged(userID string) {
	h.streams.lookAgain(userID)
	h.Engine.Signals.Notify(userID, live.Signal{Kind: live.AccessChanged})
}

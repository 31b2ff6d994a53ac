package handlers

import (
	"errors"

	"github.com/gofiber/fiber/v2"

	"github.com/taskpilot/taskpilot/models"
)

type credentials struct {
	Email    string `json:"email"`
	Password string `json:"password"`
	Name     string `json:"name"`
}

// userJSON is a person as API clients see them.
type userJSON struct {
	ID    string `json:"id"`
	Email string `json:"email"`
	Name  string `json:"name"`
}

// grantJSON is what signing in gives a program.
type grantJSON struct {
	AccessToken  string   `json:"access_token"`
	RefreshToken string   `json:"refresh_token"`
	TokenType    string   `json:"token_type"`
	ExpiresIn    int      `json:"expires_in"`
	User         userJSON `json:"user"`
}

func userOf(u *models.User) userJSON { return userJSON{ID: u.ID, Email: u.Email, Name: u.Name} }

func (h *Handlers) apiSignUp(c *fiber.Ctx) error {
	var body credentials
	if err := decodeJSON(c, &body); err != nil {
		return err
	}
	byMail, err := h.signUpByMail(c)
	if err != nil {
		return err
	}
	if byMail {
		if err := h.beginSignUp(c, body, ""); err != nil {
			return err
		}
		return c.Status(fiber.StatusAccepted).JSON(fiber.Map{"status": "confirmation_sent"})
	}
	user, err := h.register(c, body)
	if err != nil {
		return err
	}
	return h.grant(c.Status(fiber.StatusCreated), user)
}

func (h *Handlers) apiSignIn(c *fiber.Ctx) error {
	var body credentials
	if err := decodeJSON(c, &body); err != nil {
		return err
	}
	if body.Email == "" || body.Password == "" {
		return badRequest("Both email and password are needed.")
	}
	user, err := h.authenticate(c, body)
	if err != nil {
		return err
	}
	return h.grant(c, user)
}

// grant begins a sign-in of its own and answers with its tokens.
func (h *Handlers) grant(c *fiber.Ctx, user *models.User) error {
	family, refresh, err := h.DB.NewFamily(c.UserContext(), user.ID)
	if err != nil {
		return err
	}
	if err := h.DB.SignedIn(c.UserContext(), user.ID, "password"); err != nil {
		return err
	}
	return h.sendGrant(c, user, family, refresh)
}

func (h *Handlers) sendGrant(c *fiber.Ctx, user *models.User, family, refresh string) error {
	access, seconds, err := h.tokens.Mint(user.ID, family, h.Now())
	if err != nil {
		return err
	}
	return c.JSON(grantJSON{AccessToken: access, RefreshToken: refresh, TokenType: "bearer",
		ExpiresIn: seconds, User: userOf(user)})
}

// apiRefresh exchanges a refresh token for the next pair. A token that comes
// back a second time ends the whole sign-in: two parties have it.
func (h *Handlers) apiRefresh(c *fiber.Ctx) error {
	var body struct {
		RefreshToken string `json:"refresh_token"`
	}
	if err := decodeJSON(c, &body); err != nil {
		return err
	}
	if body.RefreshToken == "" {
		return badRequest("refresh_token is missing.")
	}
	id, family, next, err := h.DB.RotateRefresh(c.UserContext(), body.RefreshToken)
	if errors.Is(err, models.ErrNotFound) {
		return errRefresh
	}
	if err != nil {
		return err
	}
	v, err := h.viewer(c, id)
	if err != nil {
		return err
	}
	if v == nil {
		return errRefresh
	}
	return h.sendGrant(c, v.User, family, next)
}

// apiSignOut ends what the request came with: the sign-in of its token, or the
// browser's session.
func (h *Handlers) apiSignOut(c *fiber.Ctx) error {
	v := viewerOf(c)
	if v.Family != "" {
		if err := h.DB.RevokeFamily(c.UserContext(), v.Family); err != nil {
			return err
		}
	} else if err := h.signOut(c); err != nil {
		return err
	}
	if err := h.audit(c, models.AuditSignOut, ""); err != nil {
		return err
	}
	h.accessChanged(v.User.ID)
	return c.SendStatus(fiber.StatusNoContent)
}

func (h *Handlers) apiMe(c *fiber.Ctx) error { return c.JSON(userOf(viewerOf(c).User)) }

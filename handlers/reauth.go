package handlers

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/views"
	"github.com/taskpilot/taskpilot/views/locale"
)

// provenFor is how long it counts that a person has proved who they are. Signing
// in, in whatever way, proves it too.
const provenFor = 10 * time.Minute

const (
	proofField    = "current_password"
	proofAttempts = 10 // within attemptWindow
)

// proven lets a form through to a handler if the person proved lately, in this
// browser, who they are. Else they are asked for their password, and the form
// goes on from there with all that was typed. back is the page that it is on.
func (h *Handlers) proven(back string, next fiber.Handler) fiber.Handler {
	return h.provenByPasskey(back, func(c *fiber.Ctx) error {
		password := c.FormValue(proofField)
		if password == "" {
			ok, err := h.provenLately(c)
			if err != nil {
				return err
			}
			if ok {
				return next(c)
			}
			return h.askAgain(c, back, errProve, "")
		}
		err := h.prove(c, password)
		if p := problemOf(err); err != nil && !p.ours() {
			return h.askAgain(c, back, p, p.Message)
		}
		if err != nil {
			return err
		}
		return next(c)
	})
}

// provenLately reports whether the person proved lately who they are.
func (h *Handlers) provenLately(c *fiber.Ctx) (bool, error) {
	if c.Locals(passkeyProofField) != nil { // with this very form
		return true, nil
	}
	session, err := h.DB.Session(c.UserContext(), viewerOf(c).SessionID)
	if errors.Is(err, models.ErrNotFound) {
		return false, errSignIn
	}
	if err != nil {
		return false, err
	}
	return h.Now().Sub(session.ProvenAt.Time) < provenFor, nil
}

// prove checks the person's password and notes that it was right.
func (h *Handlers) prove(c *fiber.Ctx, password string) error {
	ctx, v := c.UserContext(), viewerOf(c)
	if err := h.allowProof(c); err != nil {
		return err
	}
	err := h.DB.CheckPassword(ctx, v.User.ID, password)
	if errors.Is(err, models.ErrNotFound) {
		return errWrongProof
	}
	if err != nil {
		return err
	}
	if err := h.DB.Forgive(ctx, proofKey(v.User.ID)); err != nil {
		return err
	}
	return h.DB.ProveSession(ctx, v.User.ID, v.SessionID)
}

// proofKey is what attempts of a person to prove who they are are counted under.
func proofKey(userID string) string { return "prove:" + userID }

func (h *Handlers) allowProof(c *fiber.Ctx) error {
	return h.allow(c, proofKey(userID(c)), proofAttempts, attemptWindow, locale.Mark("That was wrong too often. Wait a few minutes and try again."))
}

// askAgain answers a form with the question for the password, or a passkey.
func (h *Handlers) askAgain(c *fiber.Ctx, back string, p *problem, says string) error {
	u := viewerOf(c).User
	origin, err := h.passkeyProofOrigin(c)
	if err != nil {
		return err
	}
	ways, err := h.waysToProve(c, back)
	if err != nil {
		return err
	}
	p.answer(c)
	return h.render(c, views.ConfirmPage(views.Confirm{Viewer: viewerView(c), Action: c.Path(), Fields: formFields(c),
		HasPassword: u.HasPassword(), Back: back, Ways: ways, PasskeyOrigin: origin, Problem: says}))
}

// waysToProve are addresses where people prove without a password who they are;
// each leads to the page next afterwards.
func (h *Handlers) waysToProve(c *fiber.Ctx, next string) ([]views.Way, error) {
	return h.providerWay(c.UserContext(), userID(c), next)
}

// formFields are the fields of a form, but for what every form has and passwords.
func formFields(c *fiber.Ctx) []views.Field {
	var list []views.Field
	for name, value := range c.Request().PostArgs().All() {
		if name := strings.Clone(string(name)); !slices.Contains([]string{"csrf_token", proofField, passkeyProofField, "password"}, name) {
			list = append(list, views.Field{Name: name, Value: strings.Clone(string(value))})
		}
	}
	return list
}

package handlers

import (
	"errors"

	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/gofiber/fiber/v2"

	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/views"
	"github.com/taskpilot/taskpilot/views/locale"
)

// passkeyField is what a form brings a device's answer in; passkeyProofField is for
// one that proves who somebody is.
const (
	passkeyField      = "passkey"
	passkeyProofField = "proof_passkey"
)

// signInChallenge is what the sign-in page asks a device for: any passkey that it
// has for this server. It is the same whoever asks.
func (h *Handlers) signInChallenge(c *fiber.Ctx) error {
	rp, err := h.relyingParty()
	if err != nil {
		return err
	}
	ask, _, err := rp.BeginDiscoverableLogin(webauthn.WithChallenge(h.challenge(c, toSignIn)))
	if err != nil {
		return err
	}
	return c.JSON(ask)
}

// passkeySignIn lets in whoever has the passkey.
func (h *Handlers) passkeySignIn(c *fiber.Ctx) error {
	next := localPath(c.FormValue("next"))
	user, err := h.byPasskey(c)
	if err == nil {
		if err = h.signIn(c, user, "passkey"); err == nil {
			return goTo(c, orChat(next))
		}
	}
	p := problemOf(err)
	if p.ours() {
		return err
	}
	form := h.blankForm(next)
	form.Problem = p.Message
	p.answer(c)
	return h.render(c, views.SignIn(form))
}

func (h *Handlers) byPasskey(c *fiber.Ctx) (*models.User, error) {
	sentence := locale.Mark("Too many attempts to sign in. Wait a few minutes and try again.")
	if err := h.allow(c, "signin:network:"+network(c), networkAttempts, attemptWindow, sentence); err != nil {
		return nil, err
	}
	return h.checkPasskey(c, toSignIn, c.FormValue(passkeyField), nil)
}

// proofChallenge is what a page asks the viewer's devices for, to prove that it is
// them.
func (h *Handlers) proofChallenge(c *fiber.Ctx) error {
	rp, owner, err := h.passkeysOf(c)
	if err != nil {
		return err
	}
	if len(owner.keys) == 0 {
		return errNotFound
	}
	ask, _, err := rp.BeginLogin(owner, webauthn.WithChallenge(h.challenge(c, toProve)))
	if err != nil {
		return err
	}
	return c.JSON(ask)
}

// addChallenge is what a page asks a device for that is to make a passkey. Those
// that have one already don't make another.
func (h *Handlers) addChallenge(c *fiber.Ctx) error {
	rp, owner, err := h.passkeysOf(c)
	if err != nil {
		return err
	}
	ask, _, err := rp.BeginRegistration(owner,
		webauthn.WithExclusions(webauthn.Credentials(owner.WebAuthnCredentials()).CredentialDescriptors()))
	if err != nil {
		return err
	}
	ask.Response.Challenge = h.challenge(c, toAdd)
	return c.JSON(ask)
}

func (h *Handlers) passkeysOf(c *fiber.Ctx) (*webauthn.WebAuthn, passkeyOwner, error) {
	owner := passkeyOwner{user: viewerOf(c).User}
	rp, err := h.relyingParty()
	if err == nil {
		owner.keys, err = h.DB.Passkeys(c.UserContext(), owner.user.ID)
	}
	return rp, owner, err
}

// newPasskeyPage is where a passkey is made. Nobody makes one on a device only to
// be told that they have to prove first who they are.
func (h *Handlers) newPasskeyPage(c *fiber.Ctx) error {
	if ok, err := h.provenLately(c); err != nil {
		return err
	} else if !ok {
		return h.askAgain(c, "/settings/security", errProve, "")
	}
	return h.showNewPasskey(c, nil)
}

// toNewPasskey goes on to the page after the proof.
func (h *Handlers) toNewPasskey(c *fiber.Ctx) error { return goTo(c, "/settings/passkeys/new") }

func (h *Handlers) showNewPasskey(c *fiber.Ctx, wrong error) error {
	page := views.NewPasskey{Viewer: viewerView(c), Origin: h.passkeyOrigin()}
	if page.Origin == "" {
		return errNoPasskeys
	}
	if wrong != nil {
		p := problemOf(wrong)
		if p.ours() {
			return wrong
		}
		p.answer(c)
		page.Problem = p.Message
	}
	return h.render(c, views.NewPasskeyPage(page))
}

// addPasskey stores a passkey that a device has made, and tells the person, who
// should know if it was somebody else.
func (h *Handlers) addPasskey(c *fiber.Ctx) error {
	ctx, u := c.UserContext(), viewerOf(c).User
	made, err := h.checkNewPasskey(c, c.FormValue(passkeyField))
	if err != nil {
		return h.showNewPasskey(c, err)
	}
	note, err := h.post.write(u.ID, letterPasskey(ctx, u.Email))
	if err != nil {
		return err
	}
	err = h.DB.AddPasskey(ctx, newPasskey(u.ID, made, passkeyName(ctx, made, c.Get(fiber.HeaderUserAgent))), note)
	if errors.Is(err, models.ErrConflict) {
		err = errPasskeyKnown
	}
	if err != nil {
		return h.showNewPasskey(c, err)
	}
	h.post.nudge()
	return goTo(c, "/settings/security?done=passkey")
}

// renamePasskey changes how one of the person's passkeys is called.
func (h *Handlers) renamePasskey(c *fiber.Ctx) error {
	err := h.DB.RenamePasskey(c.UserContext(), userID(c), c.Params("passkey"), c.FormValue("name"))
	return h.passkeyChanged(c, err, "passkey-name")
}

// removePasskey takes one of the person's passkeys away.
func (h *Handlers) removePasskey(c *fiber.Ctx) error {
	err := h.DB.RemovePasskey(c.UserContext(), userID(c), c.Params("passkey"))
	return h.passkeyChanged(c, err, "passkey-removed")
}

func (h *Handlers) passkeyChanged(c *fiber.Ctx, err error, done string) error {
	if errors.Is(err, models.ErrLastWay) || errors.Is(err, models.ErrInvalid) {
		return h.showSecurity(c, err, "passkeys")
	}
	if err != nil {
		return err
	}
	return goTo(c, "/settings/security?done="+done)
}

// passkeysView is the list on the page about signing in.
func (h *Handlers) passkeysView(c *fiber.Ctx) (views.Passkeys, error) {
	u, p := viewerOf(c).User, views.Passkeys{Origin: h.passkeyOrigin()}
	list, err := h.DB.Passkeys(c.UserContext(), u.ID)
	kept := views.KeptPasskeys{Host: h.passkeyHost(), User: credentialID([]byte(u.ID)), Email: u.Email, Name: u.Name, Credentials: []string{}}
	for _, one := range list {
		p.List = append(p.List, views.Passkey{ID: one.ID, Name: one.Name, At: one.CreatedAt.Time, UsedAt: one.LastUsedAt.Time,
			Copied: !one.CopiedAt.IsZero()})
		kept.Credentials = append(kept.Credentials, one.CredentialID)
	}
	p.Kept = kept
	return p, err
}

// provenByPasskey lets a form through to a handler with the proof that a passkey
// gave, if it brings one. back is the page that the form is on.
func (h *Handlers) provenByPasskey(back string, next fiber.Handler) fiber.Handler {
	return func(c *fiber.Ctx) error {
		answer := c.FormValue(passkeyProofField)
		if answer == "" {
			return next(c)
		}
		err := h.provePasskey(c, answer)
		if p := problemOf(err); err != nil && !p.ours() {
			return h.askAgain(c, back, p, p.Message)
		}
		if err != nil {
			return err
		}
		c.Locals(passkeyProofField, true)
		return next(c)
	}
}

// provePasskey checks an answer of one of the viewer's devices and notes that it
// was right.
func (h *Handlers) provePasskey(c *fiber.Ctx, answer string) error {
	ctx, v := c.UserContext(), viewerOf(c)
	if err := h.allowProof(c); err != nil {
		return err
	}
	if _, err := h.checkPasskey(c, toProve, answer, v.User); err != nil {
		return err
	}
	if err := h.DB.Forgive(ctx, proofKey(v.User.ID)); err != nil {
		return err
	}
	return h.DB.ProveSession(ctx, v.User.ID, v.SessionID)
}

// passkeyProofOrigin is where the viewer can prove by a passkey who they are; "": nowhere.
func (h *Handlers) passkeyProofOrigin(c *fiber.Ctx) (string, error) {
	list, err := h.DB.Passkeys(c.UserContext(), userID(c))
	if err != nil || len(list) == 0 {
		return "", err
	}
	return h.passkeyOrigin(), nil
}

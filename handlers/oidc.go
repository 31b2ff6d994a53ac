package handlers

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/taskpilot/taskpilot/handlers/oidc"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/views"
	"github.com/taskpilot/taskpilot/views/locale"
)

// OIDC is an OpenID Connect provider at which people may sign in. Name is what the
// button calls it.
type OIDC struct {
	Name                           string
	Issuer, ClientID, ClientSecret string
	Scopes                         []string
}

// oidcCallback is where the provider sends people back to.
const oidcCallback = "/oidc/callback"

// newOIDC returns the provider, nil if there is none.
func (o Options) newOIDC() *oidc.Provider {
	if o.OIDC == nil {
		return nil
	}
	return oidc.New(oidc.Options{Issuer: o.OIDC.Issuer, ClientID: o.OIDC.ClientID, ClientSecret: o.OIDC.ClientSecret,
		Scopes: o.OIDC.Scopes, Back: func() string { return o.PublicURL.JoinPath(oidcCallback).String() }, Now: o.Now})
}

// providerName is what the button calls the provider; "": there is none.
func (h *Handlers) providerName() string {
	if h.oidc == nil {
		return ""
	}
	return h.OIDC.Name
}

// oidcSignIn sends somebody to the provider, to sign in or to open an account.
func (h *Handlers) oidcSignIn(c *fiber.Ctx) error {
	next := localPath(c.Query("next"))
	if viewerOf(c) != nil {
		return c.Redirect(orChat(next), fiber.StatusSeeOther)
	}
	return h.beginFlow(c, models.OIDCFlow{Purpose: models.FlowSignIn, Next: next})
}

// oidcLink sends a person there to say who they are, so that they can sign in with
// it later.
func (h *Handlers) oidcLink(c *fiber.Ctx) error {
	return h.beginFlow(c, models.OIDCFlow{Purpose: models.FlowLink, UserID: userID(c), Next: securityPath})
}

// oidcProve sends a person there to prove that it is them.
func (h *Handlers) oidcProve(c *fiber.Ctx) error {
	return h.beginFlow(c, models.OIDCFlow{Purpose: models.FlowProve, UserID: userID(c), Next: cmp.Or(localPath(c.Query("next")), securityPath)})
}

// securityPath is where people look after how they sign in.
const securityPath = "/settings/security"

func (h *Handlers) beginFlow(c *fiber.Ctx, f models.OIDCFlow) error {
	if h.oidc == nil {
		return errNotFound
	}
	err := h.allow(c, "oidc:network:"+network(c), networkAttempts, attemptWindow, signInSentence)
	if err != nil {
		return err
	}
	ch := oidc.NewChallenge()
	address, err := h.oidc.AuthURL(c.UserContext(), ch, f.Purpose == models.FlowProve)
	if err != nil {
		return h.flowFailed(c, &f, err)
	}
	f.State, f.Nonce, f.Verifier, f.Browser = ch.State, ch.Nonce, ch.Verifier, h.sessions.guestKey(c)
	if err := h.DB.BeginFlow(c.UserContext(), f); err != nil {
		return err
	}
	return c.Redirect(address, fiber.StatusSeeOther)
}

// oidcReturn is where people come back from the provider.
func (h *Handlers) oidcReturn(c *fiber.Ctx) error {
	if h.oidc == nil {
		return errNotFound
	}
	v := viewerOf(c)
	c.SetUserContext(models.WithActor(c.UserContext(), actor(c, v)))
	f, err := h.DB.EndFlow(c.UserContext(), c.Query("state"), c.Cookies(h.sessions.guestName()))
	if errors.Is(err, models.ErrNotFound) || errors.Is(err, models.ErrExpired) {
		return h.flowFailed(c, &models.OIDCFlow{}, errFlowOver)
	}
	if err != nil {
		return err
	}
	if f.UserID != "" && (v == nil || v.User.ID != f.UserID) { // somebody else has signed in meanwhile
		return h.flowFailed(c, f, errFlowOver)
	}
	if err := h.flowEnds(c, f); err != nil {
		return h.flowFailed(c, f, err)
	}
	return nil
}

// flowEnds does what a flow is for.
func (h *Handlers) flowEnds(c *fiber.Ctx, f *models.OIDCFlow) error {
	in, err := h.identityOf(c, f)
	if err != nil {
		return err
	}
	switch f.Purpose {
	case models.FlowLink:
		return c.Redirect(linkPath+"?identity="+url.QueryEscape(h.sealIdentity(c, newIdentity(in))), fiber.StatusSeeOther)
	case models.FlowProve:
		return h.proveByIdentity(c, f, in)
	}
	return h.signInByIdentity(c, f, in)
}

// identityOf is who the provider says that somebody is.
func (h *Handlers) identityOf(c *fiber.Ctx, f *models.OIDCFlow) (*oidc.Identity, error) {
	switch refusal := c.Query("error"); refusal {
	case "":
	case "access_denied":
		return nil, errFlowDenied
	case "temporarily_unavailable", "server_error":
		return nil, fmt.Errorf("%w: it says %q", oidc.ErrUnreachable, refusal)
	default:
		return nil, fmt.Errorf("%w: it says %.100q", oidc.ErrRefused, refusal)
	}
	if from := c.Query("iss"); from != "" && from != h.OIDC.Issuer {
		return nil, fmt.Errorf("%w: sent back by %.200q", oidc.ErrUntrusted, from)
	}
	return h.oidc.Identity(c.UserContext(), oidc.Challenge{State: f.State, Nonce: f.Nonce, Verifier: f.Verifier}, c.Query("code"))
}

func newIdentity(in *oidc.Identity) models.NewIdentity {
	return models.NewIdentity{Issuer: in.Issuer, Subject: in.Subject, Email: in.Email, Name: in.Name}
}

// flowFailed says what went wrong, and where to go on from.
func (h *Handlers) flowFailed(c *fiber.Ctx, f *models.OIDCFlow, err error) error {
	p := problemOf(err)
	if p.Code == "internal" {
		return err
	}
	if cause := p.cause; cause != nil {
		h.Log.LogAttrs(c.Context(), slog.LevelWarn, "sign-in at the provider failed", slog.String("request", requestID(c)), slog.Any("err", cause))
	}
	view := views.FlowProblem{Provider: h.OIDC.Name, Message: p.Message, Again: "/oidc/signin" + nextQuery(f.Next), Back: "/signin" + nextQuery(f.Next)}
	if viewerOf(c) != nil {
		view.Again, view.Back = "", orChat(f.Next)
		switch f.Purpose {
		case models.FlowLink:
			view.Again = "/oidc/link"
		case models.FlowProve:
			view.Again = "/oidc/prove" + nextQuery(f.Next)
		}
	}
	p.answer(c)
	return h.render(c, views.FlowProblemPage(view))
}

func nextQuery(next string) string {
	if next == "" {
		return ""
	}
	return "?next=" + queryEscape(next)
}

// proveByIdentity notes that the person has just signed in at the provider once
// more. It counts only if the provider says when.
func (h *Handlers) proveByIdentity(c *fiber.Ctx, f *models.OIDCFlow, in *oidc.Identity) error {
	began := f.ExpiresAt.Add(-models.OIDCFlowLife)
	if in.SignedIn.Before(began.Add(-clockSkew)) {
		return errNotAnew
	}
	user, err := h.DB.UserByIdentity(c.UserContext(), newIdentity(in))
	if err != nil && !errors.Is(err, models.ErrNotFound) {
		return err
	}
	v := viewerOf(c)
	if err != nil || user.ID != v.User.ID {
		return errNotYou
	}
	if err := h.DB.ProveSession(c.UserContext(), v.User.ID, v.SessionID); err != nil {
		return err
	}
	return c.Redirect(f.Next, fiber.StatusSeeOther)
}

// clockSkew is how far the provider's clock may be behind.
const clockSkew = 30 * time.Second

// providerWay leads to the provider and back to the page next, for a person who can
// prove there who they are.
func (h *Handlers) providerWay(ctx context.Context, userID, next string) ([]views.Way, error) {
	if h.oidc == nil {
		return nil, nil
	}
	list, err := h.DB.Identities(ctx, userID)
	if err != nil {
		return nil, err
	}
	for _, one := range list {
		if one.Issuer == h.OIDC.Issuer {
			return []views.Way{{Label: locale.Tf(ctx, "Continue with %s", h.OIDC.Name), URL: "/oidc/prove" + nextQuery(next)}}, nil
		}
	}
	return nil, nil
}

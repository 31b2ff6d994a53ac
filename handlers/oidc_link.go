package handlers

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/views"
)

// linkPath is where a person is asked whether to link an identity.
const linkPath = "/settings/identities/new"

// sealed is an identity on its way through a browser: from the provider, perhaps
// past the sign-in page, to the person's yes.
type sealed struct {
	models.NewIdentity
	Ends time.Time
}

// sealIdentity makes text of an identity that nobody can change, for this browser
// and a short time.
func (h *Handlers) sealIdentity(c *fiber.Ctx, in models.NewIdentity) string {
	// Strings and a time of this century are always JSON.
	raw, _ := json.Marshal(sealed{in, h.Now().Add(models.OIDCFlowLife)})
	text := base64.RawURLEncoding.EncodeToString(raw)
	return text + "." + macText.EncodeToString(mac(h.SessionSecret, "identity", h.sessions.guestKey(c), text))
}

// openIdentity reads what sealIdentity made.
func (h *Handlers) openIdentity(c *fiber.Ctx, s string) (models.NewIdentity, error) {
	var in sealed
	text, seal, _ := strings.Cut(s, ".")
	if !h.signedText(seal, "identity", c.Cookies(h.sessions.guestName()), text) {
		return in.NewIdentity, errFlowOver
	}
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err == nil {
		err = json.Unmarshal(raw, &in)
	}
	if err != nil || !in.Ends.After(h.Now()) {
		return in.NewIdentity, errFlowOver
	}
	return in.NewIdentity, nil
}

// linkPage asks a person whether to link an identity. Without the question, whoever
// gets somebody's browser to open a link could link an identity of their own.
func (h *Handlers) linkPage(c *fiber.Ctx) error {
	in, err := h.openIdentity(c, c.Query("identity"))
	if err != nil {
		return h.linkFailed(c, err)
	}
	return h.render(c, views.LinkPage(views.Link{Viewer: viewerView(c), Provider: h.providerName(), Email: in.Email, Identity: c.Query("identity")}))
}

// linkIdentity lets a person sign in at the provider from now on.
func (h *Handlers) linkIdentity(c *fiber.Ctx) error {
	ctx, u := c.UserContext(), viewerOf(c).User
	in, err := h.openIdentity(c, c.FormValue("identity"))
	if err != nil {
		return h.linkFailed(c, err)
	}
	note, err := h.post.write(u.ID, letterLinked(ctx, u.Email, h.providerName()))
	if err != nil {
		return err
	}
	err = h.DB.LinkIdentity(ctx, u.ID, in, note)
	if errors.Is(err, models.ErrConflict) {
		err = errIdentityTaken
	}
	if err != nil {
		return h.linkFailed(c, err)
	}
	h.post.nudge()
	return goTo(c, securityPath+"?done=linked")
}

func (h *Handlers) linkFailed(c *fiber.Ctx, err error) error {
	if h.oidc == nil {
		return errNotFound
	}
	return h.flowFailed(c, &models.OIDCFlow{Purpose: models.FlowLink, Next: securityPath}, err)
}

// unlinkIdentity takes one of a person's identities away.
func (h *Handlers) unlinkIdentity(c *fiber.Ctx) error {
	err := h.DB.UnlinkIdentity(c.UserContext(), userID(c), c.Params("identity"))
	if errors.Is(err, models.ErrLastWay) {
		return h.showSecurity(c, err, "identities")
	}
	if err != nil {
		return err
	}
	return goTo(c, securityPath+"?done=unlinked")
}

// identitiesView is who the person is elsewhere.
func (h *Handlers) identitiesView(c *fiber.Ctx) (views.Identities, error) {
	list, err := h.DB.Identities(c.UserContext(), userID(c))
	if err != nil {
		return views.Identities{}, err
	}
	v := views.Identities{Provider: h.providerName()}
	for _, one := range list {
		view := views.Identity{ID: one.ID, Name: strings.TrimPrefix(one.Issuer, "https://"), Email: one.Email, At: one.CreatedAt.Time, Used: one.LastUsedAt.Time}
		if h.oidc != nil && one.Issuer == h.OIDC.Issuer {
			view.Name, v.Provider = h.OIDC.Name, "" // one there is enough
		}
		v.List = append(v.List, view)
	}
	return v, nil
}

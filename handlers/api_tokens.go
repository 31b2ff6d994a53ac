package handlers

import (
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/views"
	"github.com/taskpilot/taskpilot/views/locale"
)

// apiTokensPage is where tokens for programs are made and revoked.
func (h *Handlers) apiTokensPage(c *fiber.Ctx) error {
	return h.showAPITokens(c, views.APITokens{Done: c.Query("done")}, nil)
}

func (h *Handlers) showAPITokens(c *fiber.Ctx, t views.APITokens, wrong error) error {
	list, err := h.DB.APITokens(c.UserContext(), userID(c))
	if err != nil {
		return err
	}
	t.Viewer, t.Now, t.Form.Errors = viewerView(c), h.here(c), wrongFields(wrong, "name")
	for _, one := range list {
		t.Tokens = append(t.Tokens, views.APIToken{ID: one.ID, Name: one.Name, Scopes: strings.Fields(one.Scopes),
			At: one.CreatedAt.Time, Ends: one.ExpiresAt.Time, UsedAt: one.LastUsedAt.Time,
			Over: !one.ExpiresAt.IsZero() && !one.ExpiresAt.After(t.Now)})
	}
	return h.inSettings(c, wrong, func(list views.ThreadList) templ.Component { return views.APITokensPage(t, list) })
}

// longestToken is the longest life of a token that ends by itself, in days.
const longestToken = 365

// makeAPIToken makes a token and shows it, this once.
func (h *Handlers) makeAPIToken(c *fiber.Ctx) error {
	form := views.APITokenForm{Name: c.FormValue("name"), Days: c.FormValue("days")}
	for _, scope := range c.Request().PostArgs().PeekMulti("scopes") {
		form.Scopes = append(form.Scopes, string(scope))
	}
	days, err := strconv.Atoi(form.Days)
	if err != nil || days < 0 || days > longestToken {
		err = badRequest(locale.Mark("Choose when the token ends."))
		return h.showAPITokens(c, views.APITokens{Form: form}, err)
	}
	_, secret, err := h.DB.MakeAPIToken(c.UserContext(), userID(c),
		models.NewAPIToken{Name: form.Name, Scopes: form.Scopes, Life: time.Duration(days) * 24 * time.Hour})
	if err != nil {
		return h.showAPITokens(c, views.APITokens{Form: form}, err)
	}
	return h.showAPITokens(c, views.APITokens{Made: secret}, nil)
}

// revokeAPIToken ends a token.
func (h *Handlers) revokeAPIToken(c *fiber.Ctx) error {
	if err := h.DB.RevokeAPIToken(c.UserContext(), userID(c), c.Params("token")); err != nil {
		return err
	}
	h.accessChanged(userID(c))
	return goTo(c, "/settings/tokens?done=revoked")
}

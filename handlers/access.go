package handlers

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/taskpilot/taskpilot/models"
)

// access says who may call a route.
type access int

const (
	public  access = iota // anyone
	guest                 // anyone, from our own pages: a form with a CSRF token
	member                // a signed-in person's browser
	client                // an API client with a bearer token, or a signed-in person's browser
	program               // an API client with a bearer token, for tasks
	admin                 // a signed-in administrator's browser; for others there is nothing

	// As client, but also with an API token: any, or one that is good for it.
	anyClient
	chatClient
	taskClient
)

// viewer is who makes a request.
type viewer struct {
	User      *models.User
	SessionID string           // of a browser, hashed as in the database
	Family    string           // of an API client
	Token     *models.APIToken // of a program that has one
}

const viewerKey = "viewer"

// viewerOf returns who makes the request, nil for nobody.
func viewerOf(c *fiber.Ctx) *viewer {
	v, _ := c.Locals(viewerKey).(*viewer)
	return v
}

// userID is the owner that a signed-in route reads and writes for.
func userID(c *fiber.Ctx) string { return viewerOf(c).User.ID }

// guard lets a request through to a route of the given access.
func (h *Handlers) guard(a access) fiber.Handler {
	return func(c *fiber.Ctx) error {
		if a.bearers() {
			if token, ok := bearer(c); ok {
				return h.guardBearer(c, token, a)
			}
		}
		if a == program {
			return errSignIn
		}
		if a == public {
			h.acting(c, nil)
			return c.Next()
		}
		v, err := h.browser(c)
		if err != nil {
			return err
		}
		if v == nil && a != guest {
			return errSignIn
		}
		if v != nil {
			c.Locals(viewerKey, v)
			h.speakAs(c, v.User)
			h.placeAs(c, v.User)
		}
		if a == admin && !v.User.Admin() {
			return errNotFound
		}
		h.acting(c, v)
		if unsafe(c.Method()) {
			if err := h.checkOrigin(c); err != nil {
				return err
			}
		}
		return c.Next()
	}
}

func (h *Handlers) guardBearer(c *fiber.Ctx, token string, a access) error {
	v, err := h.bearerViewer(c, token)
	if err != nil {
		return err
	}
	if err := v.checkScope(c, a); err != nil {
		return err
	}
	c.Locals(viewerKey, v)
	h.placeAs(c, v.User)
	h.acting(c, v)
	return c.Next()
}

// bearerViewer finds out who has an access token or an API token.
func (h *Handlers) bearerViewer(c *fiber.Ctx, token string) (*viewer, error) {
	now, changes := h.Now(), h.DB.AccessChanges()
	if v, ok := h.passes.find(token, now, changes); ok {
		return &v, nil
	}
	if strings.HasPrefix(token, models.APITokenPrefix) {
		return h.tokenViewer(c, token, now, changes)
	}
	claims, err := h.tokens.Verify(token, now)
	if err != nil {
		return nil, errSignIn
	}
	active, err := h.DB.FamilyActive(c.UserContext(), claims.Subject, claims.SessionID)
	if err != nil {
		return nil, err
	}
	if !active {
		return nil, errSignIn
	}
	v, err := h.viewer(c, claims.Subject)
	if err != nil {
		return nil, err
	}
	if v == nil {
		return nil, errSignIn
	}
	v.Family = claims.SessionID
	h.passes.add(token, pass{viewer: *v, expires: claims.ExpiresAt.Time, seen: now, changes: changes})
	return v, nil
}

// viewer loads a person who may use the server; nil for one who is gone or disabled.
func (h *Handlers) viewer(c *fiber.Ctx, userID string) (*viewer, error) {
	u, err := h.DB.User(c.UserContext(), userID)
	if errors.Is(err, models.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if u.DisabledAt != nil {
		return nil, nil
	}
	return &viewer{User: u}, nil
}

// right is what a viewer's right to be here hangs on.
type right struct{ user, session, family, token string }

func (v *viewer) right() right {
	r := right{user: v.User.ID, session: v.SessionID, family: v.Family}
	if v.Token != nil {
		r.token = v.Token.ID
	}
	return r
}

// stillRight reports whether the session or token that a stream began with still
// counts. While the database can't say, it does.
func (h *Handlers) stillRight(ctx context.Context, r right) bool {
	u, err := h.DB.User(ctx, r.user)
	if err == nil && u.DisabledAt != nil {
		return false
	}
	if err == nil && r.family != "" {
		var active bool
		if active, err = h.DB.FamilyActive(ctx, r.user, r.family); err == nil && !active {
			return false
		}
	}
	if err == nil && r.token != "" {
		var active bool
		if active, err = h.DB.APITokenActive(ctx, r.user, r.token); err == nil && !active {
			return false
		}
	}
	if err == nil && r.session != "" {
		_, err = h.DB.Session(ctx, r.session)
	}
	return !errors.Is(err, models.ErrNotFound)
}

func bearer(c *fiber.Ctx) (string, bool) {
	scheme, token, ok := strings.Cut(c.Get(fiber.HeaderAuthorization), " ")
	return strings.TrimSpace(token), ok && strings.EqualFold(scheme, "bearer")
}

func unsafe(method string) bool {
	return method != fiber.MethodGet && method != fiber.MethodHead && method != fiber.MethodOptions
}

// checkOrigin refuses a state-changing request of a browser that does not come
// from one of our own pages: by Sec-Fetch-Site and Origin, and by a token that
// only our pages know.
func (h *Handlers) checkOrigin(c *fiber.Ctx) error {
	r := &http.Request{Method: c.Method(), Host: string(c.Request().Host()), Header: http.Header{
		"Sec-Fetch-Site": header(c, "Sec-Fetch-Site"), "Origin": header(c, fiber.HeaderOrigin)}}
	if err := http.NewCrossOriginProtection().Check(r); err != nil {
		return errCSRF
	}
	token := c.Get("X-CSRF-Token")
	if token == "" && !isJSON(c.Get(fiber.HeaderContentType)) && !c.Request().IsBodyStream() {
		token = c.FormValue("csrf_token")
	}
	if token == "" && c.Request().IsBodyStream() {
		token = c.Query("csrf_token") // a form with a file, which is not read before it is known whose it is
	}
	if !h.signedText(token, "csrf", h.sessions.browserKey(c)) {
		return errCSRF
	}
	return nil
}

func header(c *fiber.Ctx, name string) []string {
	if v := c.Get(name); v != "" {
		return []string{v}
	}
	return nil
}

// csrfToken is bound to the browser's cookie, so that it needs no storage and
// ends with the session.
func (h *Handlers) csrfToken(c *fiber.Ctx) string {
	return macText.EncodeToString(mac(h.SessionSecret, "csrf", h.sessions.browserKey(c)))
}

// network is the client's address for throttling: the peer, or, behind a proxy
// on this machine, the last address that the proxy added. IPv6 counts by /64.
func network(c *fiber.Ctx) string {
	ip := c.Context().RemoteIP()
	if ip.IsLoopback() {
		hops := strings.Split(c.Get(fiber.HeaderXForwardedFor), ",")
		if seen := net.ParseIP(strings.TrimSpace(hops[len(hops)-1])); seen != nil {
			ip = seen
		}
	}
	if ip.To4() == nil {
		ip = ip.Mask(net.CIDRMask(64, 128))
	}
	return ip.String()
}

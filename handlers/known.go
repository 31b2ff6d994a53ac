package handlers

import (
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
)

// A browser in which somebody has signed in keeps a cookie that says so of their
// address. Its attempts are counted by themselves: whoever sends wrong passwords for
// an address, again and again, keeps nobody from signing in where they did before.
// The cookie opens nothing; with one that was stolen there are as many attempts
// as without.

// knownLife is for how long a browser is known after a sign-in.
const knownLife = 365 * 24 * time.Hour

// knownName is the cookie that says in which account somebody signed in here.
func (s *sessionStore) knownName() string { return s.name() + "-known" }

// rememberBrowser marks the browser as one where the owner of an address signed in.
func (h *Handlers) rememberBrowser(c *fiber.Ctx, email string) {
	random := randomToken()
	c.Cookie(&fiber.Cookie{Name: h.sessions.knownName(), Value: random + "." + macText.EncodeToString(mac(h.SessionSecret, "known", signInKey(email), random)),
		Path: "/", MaxAge: int(knownLife / time.Second), HTTPOnly: true, Secure: h.sessions.secure, SameSite: fiber.CookieSameSiteLaxMode})
}

// attemptsKey is what the attempts to sign in with an address are counted under: those
// of a browser where its owner signed in before by themselves.
func (h *Handlers) attemptsKey(c *fiber.Ctx, email string) string {
	account := signInKey(email)
	random, sum, _ := strings.Cut(c.Cookies(h.sessions.knownName()), ".")
	if random != "" && h.signedText(sum, "known", account, random) {
		return "signin:known:" + random
	}
	return account
}

package handlers

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gorilla/sessions"

	"github.com/taskpilot/taskpilot/models"
)

// sessionStore keeps sessions in the database behind the Store interface of
// gorilla/sessions. The cookie holds a random token, the row its SHA-256: who
// reads the database can't sign in with it, and deleting the row ends the
// session at once.
type sessionStore struct {
	db     *models.DB
	secure bool
}

var _ sessions.Store = (*sessionStore)(nil)

func newSessionStore(db *models.DB, secure bool) *sessionStore { return &sessionStore{db, secure} }

// The values that a session holds.
const (
	sessionUser    = "user"
	sessionAgent   = "agent"
	sessionNetwork = "network"
	sessionProven  = "proven"
)

// name is the session cookie's name. The __Host- prefix makes browsers refuse a
// cookie set by a sibling domain; it needs https.
func (s *sessionStore) name() string {
	if s.secure {
		return "__Host-taskpilot"
	}
	return "taskpilot"
}

// guestName is the cookie that a CSRF token is bound to before signing in.
func (s *sessionStore) guestName() string { return s.name() + "-guest" }

// maxAge is the cookie's life; the database ends an idle session sooner.
const maxAge = 90 * 24 * time.Hour

func (s *sessionStore) options() *sessions.Options {
	return &sessions.Options{Path: "/", MaxAge: int(maxAge / time.Second), Secure: s.secure,
		HttpOnly: true, SameSite: http.SameSiteLaxMode}
}

// Get returns the request's session, the same one for the whole request.
func (s *sessionStore) Get(r *http.Request, name string) (*sessions.Session, error) {
	return sessions.GetRegistry(r).Get(s, name)
}

// New reads the session that the request's cookie names. An unknown, ended or
// expired one gives a new, empty session.
func (s *sessionStore) New(r *http.Request, name string) (*sessions.Session, error) {
	session := sessions.NewSession(s, name)
	session.Options, session.IsNew = s.options(), true
	cookie, err := r.Cookie(name)
	if err != nil {
		return session, nil
	}
	row, err := s.db.Session(r.Context(), hashToken(cookie.Value))
	if errors.Is(err, models.ErrNotFound) {
		return session, nil
	}
	if err != nil {
		return session, fmt.Errorf("handlers: read session: %w", err)
	}
	session.ID, session.IsNew = cookie.Value, false
	session.Values[sessionUser] = row.UserID
	return session, nil
}

// Save stores a session under a new token, or deletes it when its MaxAge is
// negative. A session is written once, when someone signs in: what it says
// never changes.
func (s *sessionStore) Save(r *http.Request, w http.ResponseWriter, session *sessions.Session) error {
	if session.Options.MaxAge < 0 {
		if err := s.db.DeleteSession(r.Context(), hashToken(session.ID)); err != nil && !errors.Is(err, models.ErrNotFound) {
			return fmt.Errorf("handlers: end session: %w", err)
		}
		http.SetCookie(w, sessions.NewCookie(session.Name(), "", session.Options))
		return nil
	}
	session.ID = randomToken()
	row := &models.Session{ID: hashToken(session.ID), UserID: text(session, sessionUser),
		UserAgent: text(session, sessionAgent), Network: text(session, sessionNetwork), Data: json.RawMessage("{}")}
	if proven, ok := session.Values[sessionProven].(time.Time); ok {
		row.ProvenAt = models.At(proven)
	}
	if err := s.db.CreateSession(r.Context(), row); err != nil {
		return fmt.Errorf("handlers: save session: %w", err)
	}
	http.SetCookie(w, sessions.NewCookie(session.Name(), session.ID, session.Options))
	return nil
}

func text(session *sessions.Session, key string) string {
	s, _ := session.Values[key].(string)
	return s
}

func randomToken() string {
	var b [32]byte
	rand.Read(b[:])
	return base64.RawURLEncoding.EncodeToString(b[:])
}

func hashToken(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// asHTTP gives gorilla/sessions the two things it needs of a request: its
// cookies and its context.
func asHTTP(c *fiber.Ctx) *http.Request {
	r := &http.Request{Header: http.Header{"Cookie": {c.Get(fiber.HeaderCookie)}}}
	return r.WithContext(c.UserContext())
}

// cookieWriter takes the cookies that gorilla/sessions sets over to Fiber.
type cookieWriter struct{ header http.Header }

func (w cookieWriter) Header() http.Header         { return w.header }
func (w cookieWriter) Write(b []byte) (int, error) { return len(b), nil }
func (w cookieWriter) WriteHeader(int)             {}

func (s *sessionStore) save(c *fiber.Ctx, r *http.Request, session *sessions.Session) error {
	w := cookieWriter{http.Header{}}
	if err := s.Save(r, w, session); err != nil {
		return err
	}
	for _, cookie := range w.header.Values(fiber.HeaderSetCookie) {
		c.Response().Header.Add(fiber.HeaderSetCookie, cookie)
	}
	return nil
}

// browser returns the signed-in person of the request's session cookie, nil for nobody.
func (h *Handlers) browser(c *fiber.Ctx) (*viewer, error) {
	session, err := h.sessions.Get(asHTTP(c), h.sessions.name())
	if err != nil {
		return nil, err
	}
	if session.IsNew {
		return nil, nil
	}
	v, err := h.viewer(c, text(session, sessionUser))
	if err != nil || v == nil {
		return nil, err
	}
	v.SessionID = hashToken(session.ID)
	return v, h.DB.TouchSession(c.UserContext(), v.SessionID)
}

// signIn starts a new session for the person and ends the one that the browser
// came with, so that a planted cookie is worth nothing. how is what they signed in
// with.
func (h *Handlers) signIn(c *fiber.Ctx, user *models.User, how string) error {
	return h.startSession(c, user, how, h.Now())
}

// startSession is signIn for a person who has proved at another time who they are.
func (h *Handlers) startSession(c *fiber.Ctx, user *models.User, how string, proven time.Time) error {
	if err := h.signOut(c); err != nil {
		return err
	}
	session := sessions.NewSession(h.sessions, h.sessions.name())
	session.Options = h.sessions.options()
	session.Values[sessionUser] = user.ID
	session.Values[sessionAgent] = c.Get(fiber.HeaderUserAgent)
	session.Values[sessionNetwork] = network(c)
	session.Values[sessionProven] = proven
	if err := h.sessions.save(c, asHTTP(c), session); err != nil {
		return err
	}
	h.rememberBrowser(c, user.Email)
	return h.DB.SignedIn(c.UserContext(), user.ID, how)
}

// signOut ends the browser's session on the server and in the browser.
func (h *Handlers) signOut(c *fiber.Ctx) error {
	r := asHTTP(c)
	session, err := h.sessions.Get(r, h.sessions.name())
	if err != nil || session.IsNew {
		return err
	}
	session.Options.MaxAge = -1
	return h.sessions.save(c, r, session)
}

// forget takes the cookie of a session that is gone out of the browser.
func (s *sessionStore) forget(c *fiber.Ctx) {
	o := s.options()
	o.MaxAge = -1
	c.Response().Header.Add(fiber.HeaderSetCookie, sessions.NewCookie(s.name(), "", o).String())
}

// browserKey is what a CSRF token is bound to: the session cookie, or else the
// guest cookie, which is made when there is none.
func (s *sessionStore) browserKey(c *fiber.Ctx) string {
	if v := viewerOf(c); v != nil && v.SessionID != "" {
		return v.SessionID
	}
	return s.guestKey(c)
}

// guestKey is what the guest cookie holds, which is made when there is none.
func (s *sessionStore) guestKey(c *fiber.Ctx) string {
	if key := c.Cookies(s.guestName()); key != "" {
		return key
	}
	if key, ok := c.Locals(s.guestName()).(string); ok {
		return key
	}
	key := randomToken()
	c.Locals(s.guestName(), key)
	c.Cookie(&fiber.Cookie{Name: s.guestName(), Value: key, Path: "/", HTTPOnly: true, Secure: s.secure,
		SameSite: fiber.CookieSameSiteLaxMode})
	return key
}

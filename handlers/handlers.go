// Package handlers is the web: every URL of TaskPilot, for browsers, for API
// clients and for ChatKit front ends. It turns requests into calls of the other
// packages and their results into pages, fragments, JSON and streams.
package handlers

import (
	"context"
	"log/slog"
	"net/url"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/taskpilot/taskpilot/assistant"
	"github.com/taskpilot/taskpilot/live"
	"github.com/taskpilot/taskpilot/models"
)

// Options is what the handlers need from the outside.
type Options struct {
	DB        *models.DB
	Engine    *live.Engine
	Assistant assistant.Assistant
	Owner     string // names this process in the database

	PublicURL     *url.URL
	JWTSecret     []byte
	SessionSecret []byte
	SignupOpen    bool
	Version       string
	Log           *slog.Logger
	Now           func() time.Time // nil: time.Now
}

// Handlers holds what every handler shares.
type Handlers struct {
	Options
	tokens   *Tokens
	sessions *sessionStore
	streams  *streams
	metrics  *metrics
}

// New returns the handlers. Close them before the engine.
func New(o Options) *Handlers {
	if o.Now == nil {
		o.Now = time.Now
	}
	h := &Handlers{Options: o, tokens: NewTokens(o.JWTSecret), streams: newStreams()}
	h.sessions = newSessionStore(o.DB, o.secure())
	h.metrics = newMetrics(h)
	return h
}

func (o Options) secure() bool { return o.PublicURL.Scheme == "https" }

// Close ends all open streams; their clients are told to reconnect.
func (h *Handlers) Close(ctx context.Context) { h.streams.close(ctx) }

// Sizes of requests, in bytes.
const (
	maxBody   = 1 << 20
	maxHeader = 16 << 10
)

// App returns the server with all routes.
func (h *Handlers) App() *fiber.App {
	app := fiber.New(fiber.Config{
		// Without Immutable, strings of one request change under a later one.
		Immutable:             true,
		ReadTimeout:           15 * time.Second,
		IdleTimeout:           75 * time.Second,
		BodyLimit:             maxBody,
		ReadBufferSize:        maxHeader,
		DisableStartupMessage: true,
		ReduceMemoryUsage:     true, // an open stream keeps no read buffer
		// A form is read by who wants one: a broken one must not fail before it
		// is known whose request it is.
		DisablePreParseMultipartForm: true,
		// With no trusted proxies, X-Forwarded-* never changes what Fiber reports.
		EnableTrustedProxyCheck: true,
		ErrorHandler:            h.fail,
	})
	app.Use(h.observe, h.recoverPanic, securityHeaders, refuseOddRequests)
	h.mount(app)
	return app
}

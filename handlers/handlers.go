// Package handlers is the web: every URL of TaskPilot, for browsers, for API
// clients and for ChatKit front ends. It turns requests into calls of the other
// packages and their results into pages, fragments, JSON and streams.
package handlers

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/taskpilot/taskpilot/assistant"
	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/handlers/mail"
	"github.com/taskpilot/taskpilot/handlers/oidc"
	"github.com/taskpilot/taskpilot/live"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/files"
	"github.com/taskpilot/taskpilot/views/locale"
)

// Options is what the handlers need from the outside.
type Options struct {
	DB        *models.DB
	Engine    *live.Engine
	Assistant assistant.Assistant
	Files     *files.Files // nil: there are no attachments
	Owner     string       // names this process in the database
	// Languages are those of the pages; nil: only English.
	Languages *locale.Languages

	// Mail sends letters; nil: nobody does.
	Mail *mail.Mailer

	PublicURL     *url.URL
	JWTSecret     []byte
	SessionSecret []byte
	// OldJWT and OldSession are the secrets before those, if there were any.
	OldJWT, OldSession OldSecret
	// MetricsToken is what /metrics asks for; "": nothing, of who comes through no proxy.
	MetricsToken string
	SignupOpen   bool
	OIDC         *OIDC // where people may sign in, too; nil: nowhere
	ShareLinks   bool  // people may share conversations by links
	// AllowedOrigins are the sites that may call the API from a browser.
	AllowedOrigins []string
	// Grace is how long an answer to a ChatKit client goes on when its connection
	// is gone and nobody else reads it: 0 ends it at once, less than 0 never.
	Grace time.Duration
	// Transcriber writes down recordings; nil: nothing does.
	Transcriber chatkit.Transcriber
	// Models are those that people may choose, the one that is used otherwise
	// first; none: the assistant has no model. ClientTools names the tools of front
	// ends of others.
	Models      []Model
	ClientTools []string
	// Tools are those of the model's server that people may ask for.
	Tools []Tool
	// ScriptURL is the script that defines the widget of /chatkit, "" OpenAI's own;
	// DomainKey is what that one asks for.
	ScriptURL, DomainKey string

	// Disk says how much space is left for data; nil: that is not known. AuditDays is
	// for how many days the audit log is kept, 0 for ever.
	Disk      func() (DiskSpace, error)
	AuditDays int

	Version string
	Log     *slog.Logger
	Now     func() time.Time // nil: time.Now
}

// Handlers holds what every handler shares.
type Handlers struct {
	Options
	tokens    *Tokens
	passes    passes
	sessions  *sessionStore
	streams   *streams
	outbox    *outbox
	post      *post
	metrics   *metrics
	audience  *audience
	uploads   *uploads
	zones     zones
	transfers *transfers
	oidc      *oidc.Provider  // nil: there is none
	chatkit   *chatkit.Server // for the requests that are answered at once
	tools     http.Handler    // the task tools for other programs
}

// DefaultGrace is a Grace that outlasts a change of networks.
const DefaultGrace = 10 * time.Second

// New returns the handlers. Close them before the engine.
func New(o Options) *Handlers {
	if o.Now == nil {
		o.Now = time.Now
	}
	h := &Handlers{Options: o, tokens: NewTokens(o.JWTSecret).Accepting(o.OldJWT)}
	h.streams = newStreams(o.Log, h.stillRight)
	h.outbox = newOutbox(o.Log)
	h.post = newPost(o)
	h.sessions = newSessionStore(o.DB, o.secure())
	h.oidc = h.newOIDC()
	h.metrics = newMetrics(h)
	h.audience = newAudience(o.Grace, func(runID string) { o.Engine.Stop(runID) }, h.readElsewhere)
	h.transfers = newTransfers()
	h.uploads = h.newUploads(h.appConfig())
	h.chatkit = &chatkit.Server{Store: linkedStore{models.NewStore(o.DB), h}, Responder: responder{h}, Log: o.Log}
	h.tools = h.newToolServer(assistant.TaskTools(NewTasks(o.DB, func(userID string) {
		o.Engine.Signals.Notify(userID, live.Signal{Kind: live.TasksChanged})
	})))
	if o.Files != nil {
		h.chatkit.Attachments = fileStore{h}
	}
	return h
}

func (o Options) secure() bool { return o.PublicURL.Scheme == "https" }

// Close ends all open streams; their clients are told to reconnect.
func (h *Handlers) Close(ctx context.Context) {
	h.streams.close(ctx)
	h.uploads.close(ctx)
	h.transfers.close(ctx)
	h.outbox.close(ctx)
	h.post.close(ctx)
	h.audience.close()
}

// Sizes of requests, in bytes.
const (
	maxBody   = 1 << 20
	maxHeader = 16 << 10
)

// App returns the server with all routes.
func (h *Handlers) App() *fiber.App {
	app := fiber.New(h.appConfig())
	h.streams.handsOver(app.Server())
	app.Server().HeaderReceived = h.bodyLimit
	app.Server().Handler = knownMethods(app.Server().Handler)
	app.Server().ErrorHandler = lingering(placing(app.Server().ErrorHandler))
	app.Use(h.uploads.handOver, h.observe, h.recoverPanic, h.speak, h.securityHeaders, h.crossOrigin, h.refuseOddRequests)
	h.mount(app)
	return app
}

func (h *Handlers) appConfig() fiber.Config {
	return fiber.Config{
		// Without Immutable, strings of one request change under a later one.
		Immutable:             true,
		ReadTimeout:           15 * time.Second,
		IdleTimeout:           75 * time.Second,
		BodyLimit:             maxBody,
		ReadBufferSize:        maxHeader,
		WriteBufferSize:       2 << 10, // each open stream has one
		DisableStartupMessage: true,
		ReduceMemoryUsage:     true, // an open stream keeps no read buffer
		// A form is read by who wants one: a broken one must not fail before it
		// is known whose request it is.
		DisablePreParseMultipartForm: true,
		// With no trusted proxies, X-Forwarded-* never changes what Fiber reports.
		EnableTrustedProxyCheck: true,
		ErrorHandler:            h.fail,
	}
}

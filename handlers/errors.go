package handlers

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/handlers/oidc"
	"github.com/taskpilot/taskpilot/live"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/files"
	"github.com/taskpilot/taskpilot/views"
	"github.com/taskpilot/taskpilot/views/locale"
)

// problem is an error with its status, its code for programs and a sentence for
// people.
type problem struct {
	Status     int
	Code       string
	Message    string
	RetryAfter time.Duration
	cause      error
	words      func(context.Context) string // the sentence with what varies in it; nil: Message is all
}

// in is the sentence in the language of ctx.
func (p *problem) in(ctx context.Context) string {
	if p.words != nil {
		return p.words(ctx)
	}
	return locale.Known(ctx, p.Message)
}

func (p *problem) Error() string { return p.Code + ": " + p.Message }
func (p *problem) Unwrap() error { return p.cause }

// ours reports a failure of the server's: who asked can't do it better.
func (p *problem) ours() bool { return p.Status >= fiber.StatusInternalServerError }

// because is the problem with its cause, which goes to the log only.
func (p problem) because(err error) *problem {
	p.cause = err
	return &p
}

// The problems that handlers name themselves.
var (
	errSignIn        = &problem{Status: 401, Code: "unauthorized", Message: locale.Mark("Please sign in: this needs a valid access token or session.")}
	errCSRF          = &problem{Status: 403, Code: "forbidden", Message: locale.Mark("This request did not come from one of our own pages. Reload the page and try again.")}
	errForbidden     = &problem{Status: 403, Code: "forbidden", Message: locale.Mark("You may not do this.")}
	errNotFound      = &problem{Status: 404, Code: "not_found", Message: locale.Mark("There is nothing here, or it is not yours.")}
	errMethod        = &problem{Status: 405, Code: "method_not_allowed", Message: locale.Mark("This address does not take that method.")}
	errRunActive     = &problem{Status: 409, Code: "run_active", Message: locale.Mark("An answer is still being written in this chat. Wait for it or stop it first.")}
	errWidgetChanged = &problem{Status: 409, Code: "conflict", Message: locale.Mark("This has changed since it was shown. Look at it again, then decide.")}
	errTooLate       = &problem{Status: 409, Code: "conflict", Message: locale.Mark("It is too late to take this back.")}
	errCallOver      = &problem{Status: 409, Code: "conflict", Message: locale.Mark("The chat has gone on: nothing waits for this any more.")}
	errDeaf          = &problem{Status: 400, Code: "not_supported", Message: locale.Mark("This chat can't listen: speech recognition is not set up. Write instead.")}
	errTooLarge      = &problem{Status: 413, Code: "too_large", Message: locale.Mark("The request is too large.")}
	errEncoding      = &problem{Status: 415, Code: "unsupported_media_type", Message: locale.Mark("Compressed request bodies are not accepted. Send the body as it is.")}
	errContentType   = &problem{Status: 415, Code: "unsupported_media_type", Message: locale.Mark("Send JSON with Content-Type: application/json.")}
	errUnwritable    = &problem{Status: 507, Code: "not_stored", Message: locale.Mark("The server can't store anything at the moment: its disk is full, or can't be written to. Nothing has changed. Try again later, or tell the person who runs it.")}
	errNoDatabase    = &problem{Status: 503, Code: "unavailable", Message: locale.Mark("The server can't reach its database at the moment. Try again in a moment."), RetryAfter: 5 * time.Second}
	errStopping      = &problem{Status: 503, Code: "unavailable", Message: locale.Mark("The server is restarting. Try again in a moment."), RetryAfter: 2 * time.Second}
)

// What signing in and up answers, to people and programs alike. An unknown
// address and a wrong password are one answer.
var (
	errWrongPassword = &problem{Status: 401, Code: "unauthorized", Message: locale.Mark("The e-mail address or the password is wrong. Check both and try again.")}
	errEmailTaken    = &problem{Status: 409, Code: "conflict", Message: locale.Mark("There is an account with this e-mail address already. Sign in instead.")}
	errSignupClosed  = &problem{Status: 403, Code: "forbidden", Message: locale.Mark("This server takes no new accounts. Ask the person who runs it to add you.")}
	errRefresh       = &problem{Status: 401, Code: "unauthorized", Message: locale.Mark("This refresh token is not valid any more. Sign in again.")}
)

// What administrators and the invited are told.
var (
	errEmailHasAccount = &problem{Status: 409, Code: "conflict", Message: locale.Mark("There is an account with this e-mail address already.")}
	errInviteOver      = &problem{Status: 404, Code: "not_found", Message: locale.Mark("This invitation was used, withdrawn, or is too old. Ask for a new one.")}
	errSelf            = &problem{Status: 409, Code: "conflict", Message: locale.Mark("You can't do this to your own account. Ask another administrator.")}
	errOnlyAdmin       = &problem{Status: 409, Code: "conflict", Message: locale.Mark("You are the only administrator, and others have accounts here. Make somebody else an administrator first: Administration, People.")}
	errLastAdmin       = &problem{Status: 409, Code: "conflict", Message: locale.Mark("This is the only administrator. Make somebody else one first.")}
)

// What people are told about their own account.
var (
	errProve       = &problem{Status: 403, Code: "proof_needed", Message: locale.Mark("Type your password once more: this needs to be surely you.")}
	errWrongProof  = &problem{Status: 403, Code: "forbidden", Message: locale.Mark("This is not your password. Check it and try again.")}
	errEmailOthers = &problem{Status: 409, Code: "conflict", Message: locale.Mark("Another account has this e-mail address.")}
	errOldMailLink = &problem{Status: 404, Code: "expired", Message: locale.Mark("This link has been used or is too old.")}
	errNoTokens    = &problem{Status: 403, Code: "insufficient_scope", Message: locale.Mark("API tokens can't be used for this. Sign in instead.")}
)

// errMetrics is for operators, who read English.
var errMetrics = &problem{Status: 403, Code: "forbidden", Message: "Metrics are not shown through a proxy, unless METRICS_TOKEN is set and sent as a bearer token."}

// What people are told about passkeys. One that nobody knows, that of somebody who
// is disabled, and a bad answer are one answer.
var (
	errPasskey       = &problem{Status: 403, Code: "passkey_refused", Message: locale.Mark("This passkey was not accepted. Try again, or sign in another way.")}
	errPasskeyLate   = &problem{Status: 403, Code: "expired", Message: locale.Mark("This took too long, or was sent twice. Try again.")}
	errPasskeyCopied = &problem{Status: 403, Code: "forbidden", Message: locale.Mark("This passkey was not accepted: there may be a copy of it. Sign in another way, then remove it in the settings, under Security.")}
	errPasskeyKnown  = &problem{Status: 409, Code: "conflict", Message: locale.Mark("This passkey is in use already.")}
	errNoPasskeys    = &problem{Status: 404, Code: "not_supported", Message: locale.Mark("Passkeys can't be used on this server: its address needs https, and a name instead of a number.")}
)

// What people are told who sign in at a provider, after the name of it.
var (
	errUnreachable   = &problem{Status: 503, Code: "provider_unreachable", Message: locale.Mark("It can't be reached right now. Wait a minute and try again, or sign in another way.")}
	errProvider      = &problem{Status: 403, Code: "provider_invalid", Message: locale.Mark("Its answer was not valid, so nothing was done. Try again. If it happens again, tell the person who runs this server.")}
	errFlowDenied    = &problem{Status: 403, Code: "forbidden", Message: locale.Mark("It was cancelled there, or you may not use that account here. Nothing has changed. Try again, or sign in another way.")}
	errFlowOver      = &problem{Status: 403, Code: "expired", Message: locale.Mark("This took too long, was opened twice, or began in another browser. Begin again.")}
	errUnverified    = &problem{Status: 403, Code: "forbidden", Message: locale.Mark("It has not confirmed that your e-mail address is yours, so no account can be made from it. Confirm the address there, then try again. If you have an account here, sign in to it and link the other one in the settings, under Security.")}
	errDisabled      = &problem{Status: 403, Code: "forbidden", Message: locale.Mark("Your account here is switched off. Ask the person who runs this server.")}
	errIdentityTaken = &problem{Status: 409, Code: "conflict", Message: locale.Mark("That account signs in to another account here already. Sign in with it and unlink it there first.")}
	errNotAnew       = &problem{Status: 403, Code: "proof_needed", Message: locale.Mark("It does not say that you signed in just now, so this proves nothing. Try again and sign in there anew, or prove it another way.")}
	errNotYou        = &problem{Status: 403, Code: "proof_needed", Message: locale.Mark("That account is not linked to the one that you are signed in with here. Try again with the right one.")}
	errLastWay       = &problem{Status: 409, Code: "conflict", Message: locale.Mark("You could not sign in any more without it. Set a password or add another way to sign in first.")}
)

// errScope says what an API token would have to be good for.
func errScope(need []string) error {
	return &problem{Status: 403, Code: "insufficient_scope",
		Message: "This token is not good for that. Use one that is good for: " + strings.Join(need, " or ") + "."}
}

// What is wrong with a file's way in or out.
var (
	errNoFiles = &problem{Status: 400, Code: "not_supported", Message: locale.Mark("This server takes no files.")}
	errNoForm  = &problem{Status: 415, Code: "unsupported_media_type", Message: locale.Mark("Send the file as multipart/form-data, in a part named file.")}
	errBadLink = &problem{Status: 403, Code: "forbidden", Message: locale.Mark("This address of a file is not valid. Load the chat again for a new one.")}
	errOldLink = &problem{Status: 403, Code: "expired", Message: locale.Mark("This address of a file has expired. Load the chat again for a new one.")}
)

// fileProblem says over HTTP why a file is not taken.
func fileProblem(r *files.Refusal) *problem {
	p := &problem{Status: 400, Code: "invalid_file", Message: r.Message(), words: func(ctx context.Context) string { return fileMessage(ctx, r) }}
	switch r.Why {
	case files.TooLarge:
		p.Status, p.Code = 413, "too_large"
	case files.NoRoom:
		p.Status, p.Code = 413, "no_room"
	case files.WrongType:
		p.Status, p.Code = 415, "unsupported_media_type"
	case files.Again:
		p.Status, p.Code = 409, "conflict"
	}
	return p
}

// fileMessage says why a file is not taken.
func fileMessage(ctx context.Context, r *files.Refusal) string {
	args := slices.Clone(r.Args)
	for i, arg := range args {
		if words, ok := arg.(string); ok {
			args[i] = locale.Known(ctx, words)
		}
	}
	return fmt.Sprintf(locale.Known(ctx, r.Format), args...)
}

// badRequest is a 400 with this sentence.
func badRequest(message string) error {
	return &problem{Status: 400, Code: "invalid_request", Message: message}
}

// tooMany is a 429 that says when to come back.
func tooMany(message string, after time.Duration) error {
	return &problem{Status: 429, Code: "rate_limited", Message: message, RetryAfter: after}
}

// problemOf maps any error to what the client is told. What it does not know is
// a 500 whose cause goes to the log only.
func problemOf(err error) *problem {
	if p, ok := errors.AsType[*problem](err); ok {
		return p
	}
	if e, ok := errors.AsType[*models.InvalidError](err); ok && e.Field == models.FieldAfter {
		return &problem{Status: 404, Code: "not_found", Message: e.Message, cause: err}
	}
	if e, ok := errors.AsType[*models.InvalidError](err); ok {
		return &problem{Status: 400, Code: "invalid_request", Message: e.Message, cause: err}
	}
	if e, ok := errors.AsType[*models.LimitError](err); ok {
		return &problem{Status: 429, Code: "limit_reached", Message: limitMessage(context.Background(), e), RetryAfter: e.Resets,
			words: func(ctx context.Context) string { return limitMessage(ctx, e) }}
	}
	if e, ok := errors.AsType[*files.Refusal](err); ok {
		return fileProblem(e)
	}
	if e, ok := errors.AsType[*fiber.Error](err); ok {
		return frameworkProblem(e)
	}
	switch {
	case errors.Is(err, models.ErrNotFound):
		return errNotFound
	case errors.Is(err, models.ErrLastAdmin):
		return errLastAdmin
	case errors.Is(err, models.ErrLastWay):
		return errLastWay
	case errors.Is(err, models.ErrCopied):
		return errPasskeyCopied
	case errors.Is(err, oidc.ErrUnreachable):
		return errUnreachable.because(err)
	case errors.Is(err, oidc.ErrRefused), errors.Is(err, oidc.ErrUntrusted):
		return errProvider.because(err)
	case errors.Is(err, models.ErrBusy):
		return errRunActive
	case errors.Is(err, models.ErrKeyReused):
		return &problem{Status: 409, Code: "idempotency_key_reused", cause: err,
			Message: locale.Mark("This Idempotency-Key was used for another request. Nothing was done; send this one with a key of its own.")}
	case errors.Is(err, models.ErrConflict):
		return &problem{Status: 409, Code: "conflict", Message: locale.Mark("This is already there."), cause: err}
	case errors.Is(err, live.ErrClosed):
		return errStopping
	case errors.Is(err, models.ErrUnwritable), errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT), errors.Is(err, syscall.EROFS):
		return errUnwritable.because(err)
	case errors.Is(err, models.ErrUnreachable):
		return errNoDatabase.because(err)
	}
	if status, code, message := chatkit.StatusOf(err); status < 500 {
		return &problem{Status: status, Code: code, Message: message, cause: err}
	}
	return &problem{Status: 500, Code: "internal", Message: locale.Mark("Something went wrong on our side. Please try again."), cause: err}
}

// frameworkProblem maps what Fiber and fasthttp refuse by themselves.
func frameworkProblem(e *fiber.Error) *problem {
	switch e.Code {
	case 404:
		return errNotFound
	case 405:
		return errMethod
	case 413:
		return errTooLarge
	case 431:
		return &problem{Status: 431, Code: "headers_too_large", Message: locale.Mark("The request's headers are too large. Clearing this site's cookies may help.")}
	case 408:
		return &problem{Status: 408, Code: "timeout", Message: locale.Mark("The request took too long to arrive.")}
	}
	if e.Code < 500 {
		return &problem{Status: e.Code, Code: "invalid_request", Message: locale.Mark("The request could not be understood.")}
	}
	return &problem{Status: 500, Code: "internal", Message: locale.Mark("Something went wrong on our side. Please try again."), cause: e}
}

// fail answers a request that a handler gave an error for: JSON for programs, a
// fragment for htmx, a page for people.
func (h *Handlers) fail(c *fiber.Ctx, err error) error {
	p := problemOf(err)
	if len(c.Response().Header.Peek(fiber.HeaderContentSecurityPolicy)) == 0 { // what fasthttp refuses comes here and nowhere before
		h.guardAnswer(c)
	}
	h.allowOrigin(c)
	if p.ours() && p != errStopping {
		h.Log.LogAttrs(c.Context(), slog.LevelError, "request failed", slog.String("method", c.Method()),
			slog.String("path", c.Path()), slog.String("request", requestID(c)), slog.Any("err", p.cause))
	}
	p.answer(c)
	if p.Status == 413 || p.Status == 408 {
		c.Context().SetConnectionClose()
	}
	if wantsJSON(c) {
		if p.Status == fiber.StatusUnauthorized {
			c.Set(fiber.HeaderWWWAuthenticate, "Bearer")
		}
		return c.JSON(fiber.Map{"error": fiber.Map{"code": p.Code, "message": p.in(h.asker(c))}})
	}
	if p == errSignIn && c.Method() == fiber.MethodGet && !isHTMX(c) {
		return c.Redirect("/signin?next="+queryEscape(c.OriginalURL()), fiber.StatusSeeOther)
	}
	if p == errSignIn {
		c.Set("HX-Redirect", "/signin")
	}
	view := views.Problem{Status: p.Status, Message: p.in(c.UserContext())}
	if isHTMX(c) {
		return h.render(c, views.ErrorFragment(view))
	}
	if viewerOf(c) != nil {
		viewer := viewerView(c)
		view.Viewer = &viewer
	}
	return h.render(c, views.ErrorPage(view))
}

// answer sets the problem's status, and when to come back.
func (p *problem) answer(c *fiber.Ctx) {
	c.Status(p.Status)
	if p.RetryAfter > 0 {
		c.Set(fiber.HeaderRetryAfter, strconv.Itoa(int((p.RetryAfter+time.Second-1)/time.Second)))
	}
}

// wantsJSON reports whether the address is a program's.
func wantsJSON(c *fiber.Ctx) bool {
	path := c.Path()
	return strings.HasPrefix(path, "/api/") || path == "/mcp" || path == "/api" || path == "/healthz" || path == "/readyz" || path == "/metrics"
}

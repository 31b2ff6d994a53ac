package handlers

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"github.com/taskpilot/taskpilot/chatkit"
)

const requestKey = "request"

func requestID(c *fiber.Ctx) string {
	id, _ := c.Locals(requestKey).(string)
	return id
}

// observe names the request, bounds its work, logs it and counts it.
func (h *Handlers) observe(c *fiber.Ctx) error {
	start := time.Now()
	id := chatkit.NewID("req")
	c.Locals(requestKey, id)
	c.Set(fiber.HeaderXRequestID, id)
	ctx, cancel := context.WithTimeout(context.Background(), maxAnswer)
	defer cancel()
	c.SetUserContext(ctx)
	err := c.Next()
	if err != nil {
		// Answer here, so that the log and the count have the real status.
		if err = h.fail(c, err); err != nil {
			return err
		}
	}
	h.metrics.request(c.Method(), c.Route().Path, c.Response().StatusCode(), time.Since(start))
	h.Log.LogAttrs(ctx, slog.LevelDebug, "request", slog.String("method", c.Method()), slog.String("path", c.Path()),
		slog.Int("status", c.Response().StatusCode()), slog.Duration("took", time.Since(start)), slog.String("request", id))
	return nil
}

// maxAnswer bounds a request that is no stream. It is longer than a run may
// take, for clients that wait for the whole answer.
const maxAnswer = 11 * time.Minute

// recoverPanic makes a panic in a handler the failure of that request alone.
func (h *Handlers) recoverPanic(c *fiber.Ctx) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return c.Next()
}

// contentSecurityPolicy allows our own files and nothing else: no inline script
// or style, no eval, nothing from elsewhere.
const contentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; " +
	"connect-src 'self'; font-src 'self'; worker-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

func (h *Handlers) securityHeaders(c *fiber.Ctx) error {
	h.guardAnswer(c)
	return c.Next()
}

// guardAnswer says what browsers may do with an answer, and that nobody keeps it.
func (h *Handlers) guardAnswer(c *fiber.Ctx) {
	if h.secure() {
		c.Set(fiber.HeaderStrictTransportSecurity, "max-age=31536000") // this host alone: others of the domain are not ours
	}
	c.Set(fiber.HeaderContentSecurityPolicy, contentSecurityPolicy)
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	c.Set(fiber.HeaderReferrerPolicy, "no-referrer")
	c.Set("Cross-Origin-Opener-Policy", "same-origin")
	c.Set("Cross-Origin-Resource-Policy", "same-origin")
	c.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(self)")
	c.Set(fiber.HeaderCacheControl, "no-store")
}

// refuseOddRequests turns away what Fiber would take but nobody honest sends.
// Compressed bodies are refused before anything reads them: Fiber inflates them
// without a limit.
func (h *Handlers) refuseOddRequests(c *fiber.Ctx) error {
	if encoding := c.Get(fiber.HeaderContentEncoding); encoding != "" && !strings.EqualFold(encoding, "identity") {
		return errEncoding
	}
	if c.Method() == fiber.MethodTrace || c.Method() == fiber.MethodConnect {
		return h.noRoute(c)
	}
	if unclearLength(c.Request().Header.RawHeaders()) {
		c.Context().SetConnectionClose()
		return badRequest("The request's length is not clear.")
	}
	return c.Next()
}

// knownMethods lets a method that Fiber does not know, for which it has a bare
// 400, pass for one that no address takes.
func knownMethods(next fasthttp.RequestHandler) fasthttp.RequestHandler {
	return func(ctx *fasthttp.RequestCtx) {
		if !slices.Contains(fiber.DefaultMethods, string(ctx.Method())) {
			ctx.Request.Header.SetMethod(fiber.MethodTrace)
		}
		next(ctx)
	}
}

// unclearLength reports a request whose end two servers may see in two places:
// with a Transfer-Encoding that is not chunked, or with a Content-Length beside
// it. fasthttp drops what it does not use, so this looks at the raw lines.
func unclearLength(raw []byte) bool {
	var length, encoding, odd bool
	for line := range bytes.Lines(raw) {
		name, value, _ := bytes.Cut(line, []byte(":"))
		switch name = bytes.TrimSpace(name); {
		case bytes.EqualFold(name, []byte(fiber.HeaderContentLength)):
			length = true
		case bytes.EqualFold(name, []byte(fiber.HeaderTransferEncoding)):
			encoding = true
			odd = odd || !bytes.EqualFold(bytes.TrimSpace(value), []byte("chunked"))
		}
	}
	return odd || encoding && length
}

package handlers

import (
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// What a page of an allowed site may send and read.
const (
	corsMethods = "GET, POST, PUT, PATCH, DELETE, OPTIONS"
	corsHeaders = "content-type, authorization, accept-language, chatkit-frame-instance-id, idempotency-key, x-csrf-token, last-event-id, x-chatkit-sdk, x-chatkit-domain-key, taskpilot-client-tools"
	corsExposed = runHeader + ", " + fiber.HeaderRetryAfter
	corsMaxAge  = "7200" // seconds; browsers keep it no longer
)

// crossOrigin lets pages of the allowed sites call the API, and answers the
// question that browsers ask before they do. What a cookie may do stays limited
// to our own pages: see checkOrigin.
func (h *Handlers) crossOrigin(c *fiber.Ctx) error {
	if !strings.HasPrefix(c.Path(), "/api/") {
		return c.Next()
	}
	allowed := h.allowOrigin(c)
	if c.Method() != fiber.MethodOptions || c.Get(fiber.HeaderAccessControlRequestMethod) == "" {
		return c.Next()
	}
	c.Vary(fiber.HeaderAccessControlRequestMethod, fiber.HeaderAccessControlRequestHeaders)
	if allowed {
		c.Set(fiber.HeaderAccessControlAllowMethods, corsMethods)
		c.Set(fiber.HeaderAccessControlAllowHeaders, corsHeaders)
		c.Set(fiber.HeaderAccessControlMaxAge, corsMaxAge)
	}
	return c.SendStatus(fiber.StatusNoContent)
}

// allowOrigin marks the answer as one that the asking page may read, if its
// origin is in the list, or the address a signed one. It may be called twice.
func (h *Handlers) allowOrigin(c *fiber.Ctx) bool {
	if !strings.HasPrefix(c.Path(), "/api/") {
		return false
	}
	c.Vary(fiber.HeaderOrigin)
	origin := c.Get(fiber.HeaderOrigin)
	if origin == "" {
		return false
	}
	if !slices.Contains(h.AllowedOrigins, origin) {
		if !isFileLink(c.Path()) {
			return false
		}
		// The address is all that it takes: no cookie, no token.
		c.Set(fiber.HeaderAccessControlAllowOrigin, "*")
		return true
	}
	c.Set(fiber.HeaderAccessControlAllowOrigin, origin)
	c.Set(fiber.HeaderAccessControlAllowCredentials, "true")
	c.Set(fiber.HeaderAccessControlExposeHeaders, corsExposed)
	return true
}

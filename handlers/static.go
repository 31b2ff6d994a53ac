package handlers

import (
	"github.com/gofiber/fiber/v2"

	"github.com/taskpilot/taskpilot/static"
)

// staticFile serves the front end's files. Their addresses change with their
// bytes, so browsers keep them for ever.
func (h *Handlers) staticFile(c *fiber.Ctx) error {
	content, contentType, ok := static.Open(c.Path())
	if !ok {
		return errNotFound
	}
	c.Set(fiber.HeaderContentType, contentType)
	c.Set(fiber.HeaderCacheControl, static.CacheControl)
	if small, ok := static.Compressed(c.Path()); ok {
		c.Vary(fiber.HeaderAcceptEncoding)
		if c.AcceptsEncodings("gzip") == "gzip" {
			c.Set(fiber.HeaderContentEncoding, "gzip")
			content = small
		}
	}
	return c.Send(content)
}

package handlers

import (
	_ "embed"

	"github.com/gofiber/fiber/v2"
)

// openapi describes the JSON API; a test holds it against the routes and
// against what they really answer.
//
//go:embed openapi.json
var openapi []byte

func (h *Handlers) openAPI(c *fiber.Ctx) error {
	c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSONCharsetUTF8)
	return c.Send(openapi)
}

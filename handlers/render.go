package handlers

import (
	"bytes"
	"net/url"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"github.com/taskpilot/taskpilot/views"
)

// render answers with a component, rendered whole before the first byte goes
// out, so that a failure can still become an error page. Every form in it
// carries the browser's CSRF token.
func (h *Handlers) render(c *fiber.Ctx, component templ.Component) error {
	var buf bytes.Buffer
	if err := component.Render(views.Sparing(views.WithCSRF(c.UserContext(), h.csrfToken(c))), &buf); err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	return c.Send(buf.Bytes())
}

// isHTMX is the one place that tells a request of htmx from one of the browser.
func isHTMX(c *fiber.Ctx) bool { return c.Get("HX-Request") == "true" }

// goTo sends the browser to another page, by htmx or by a redirect.
func goTo(c *fiber.Ctx, path string) error {
	if isHTMX(c) {
		c.Set("HX-Redirect", path)
		return c.SendStatus(fiber.StatusNoContent)
	}
	return c.Redirect(path, fiber.StatusSeeOther)
}

func queryEscape(s string) string { return url.QueryEscape(s) }

// viewerView is the signed-in person as the pages show them.
func viewerView(c *fiber.Ctx) views.Viewer {
	u := viewerOf(c).User
	return views.Viewer{Name: u.Name, Email: u.Email, Admin: u.Admin()}
}

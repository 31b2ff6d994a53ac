package handlers

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
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
	if err := component.Render(views.WithCSRF(c.UserContext(), h.csrfToken(c)), &buf); err != nil {
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
	return views.Viewer{Name: u.Name, Email: u.Email}
}

// decodeJSON reads the request's JSON object into v. Unknown keys are ignored;
// trailing data and other content types are refused.
func decodeJSON(c *fiber.Ctx, v any) error {
	if !isJSON(c.Get(fiber.HeaderContentType)) {
		return errContentType
	}
	body := bytes.TrimLeft(c.Body(), " \t\r\n")
	if len(body) > 0 && body[0] != '{' {
		return badRequest("The body must be a JSON object.")
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	if err := dec.Decode(v); err != nil {
		return badRequest("The body is not the JSON that is expected here: " + plainJSONError(err) + ".")
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return badRequest("The body has data after its JSON.")
	}
	return nil
}

package handlers

import (
	"github.com/gofiber/fiber/v2"
	"golang.org/x/text/language"

	"github.com/taskpilot/taskpilot/views/locale"
)

// speak chooses the language of what people read in the answer: that of the
// browser. Programs are answered in English.
func (h *Handlers) speak(c *fiber.Ctx) error {
	if h.Languages != nil && !wantsJSON(c) {
		c.SetUserContext(locale.With(c.UserContext(), h.Languages.Match(c.Get(fiber.HeaderAcceptLanguage))))
	}
	return c.Next()
}

// localeOf is the browser's first language.
func localeOf(c *fiber.Ctx) string {
	tags, _, err := language.ParseAcceptLanguage(c.Get(fiber.HeaderAcceptLanguage))
	if err != nil || len(tags) == 0 {
		return ""
	}
	return tags[0].String()
}

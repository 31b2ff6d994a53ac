package handlers

import (
	"context"

	"github.com/gofiber/fiber/v2"
	"golang.org/x/text/language"

	"github.com/taskpilot/taskpilot/assistant"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/views"
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

// speakAs chooses the language that the person has set.
func (h *Handlers) speakAs(c *fiber.Ctx, u *models.User) {
	if h.Languages == nil || u.Language == "" || wantsJSON(c) {
		return
	}
	if l := h.Languages.Find(u.Language); l != nil {
		c.SetUserContext(locale.With(c.UserContext(), l))
	}
}

// asker has the language of whoever reads the answer of an address for programs: it
// is English for programs, but the scripts of our own pages show people what they
// are told.
func (h *Handlers) asker(c *fiber.Ctx) context.Context {
	ctx, v := c.UserContext(), viewerOf(c)
	if h.Languages == nil || v == nil || v.SessionID == "" {
		return ctx
	}
	l := h.Languages.Match(c.Get(fiber.HeaderAcceptLanguage))
	if set := h.Languages.Find(v.User.Language); set != nil {
		l = set
	}
	return locale.With(ctx, l)
}

// saveLanguage sets the language of the pages: one that there is, or the browser's.
func (h *Handlers) saveLanguage(c *fiber.Ctx) error {
	code := c.FormValue("language")
	if code != "" && (h.Languages == nil || h.Languages.Find(code) == nil) {
		return badRequest(locale.Mark("There is no such language here. Choose one of the list."))
	}
	if err := h.DB.SetLanguage(c.UserContext(), userID(c), code); err != nil {
		return err
	}
	return goTo(c, "/settings?done=language")
}

// languageChoice are the languages to choose from, and the one that is chosen.
func (h *Handlers) languageChoice(u *models.User) views.LanguageChoice {
	choice := views.LanguageChoice{Chosen: u.Language}
	if h.Languages != nil {
		choice.List = h.Languages.All()
	}
	return choice
}

// personOf is who asks, to an assistant.
func personOf(c *fiber.Ctx, u *models.User) assistant.User {
	return assistant.User{ID: u.ID, Name: u.Name, Locale: localeOf(c), Language: languageOf(c, u), Zone: locale.Zone(c.UserContext())}
}

// languageOf is the language that the person's pages are in. Programs that speak
// for somebody are answered in it, too: what an assistant says is for people.
func languageOf(c *fiber.Ctx, u *models.User) string {
	languages, err := locale.Load()
	if err != nil {
		return "" // a server that can't read them does not start
	}
	if l := languages.Find(u.Language); l != nil {
		return l.Code
	}
	return languages.Match(c.Get(fiber.HeaderAcceptLanguage)).Code
}

// localeOf is the language that an assistant should answer in: the one that the
// person has set, or the browser's first.
func localeOf(c *fiber.Ctx) string {
	if v := viewerOf(c); v != nil && v.User.Language != "" {
		return v.User.Language
	}
	tags, _, err := language.ParseAcceptLanguage(c.Get(fiber.HeaderAcceptLanguage))
	if err != nil || len(tags) == 0 {
		return ""
	}
	return tags[0].String()
}

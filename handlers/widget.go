package handlers

import (
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/taskpilot/taskpilot/views"
)

// OpenAI's own widget, and where it asks whether a domain may show it.
const (
	openAIScript      = "https://cdn.platform.openai.com/deployments/chatkit/chatkit.js"
	openAIDomainCheck = "https://api.openai.com"
)

// widgetPage is ChatKit's official React component over the whole window.
func (h *Handlers) widgetPage(c *fiber.Ctx) error {
	script := h.ScriptURL
	if script == "" {
		script = openAIScript
	}
	c.Set(fiber.HeaderContentSecurityPolicy, widgetPolicy(script))
	u := viewerOf(c).User
	return h.render(c, views.WidgetPage(views.Widget{
		UserID: u.ID, UserName: u.Name, ScriptURL: script, DomainKey: h.DomainKey,
	}))
}

// widgetPolicy is the content policy of every page and what the widget needs
// beyond it: its script, the frame that the script opens at its own origin, and
// requests there. A script of this server needs nothing.
func widgetPolicy(script string) string {
	u, err := url.Parse(script)
	if err != nil || u.Host == "" {
		return contentSecurityPolicy
	}
	origin := u.Scheme + "://" + u.Host
	connect := origin
	if strings.HasSuffix(u.Hostname(), ".openai.com") {
		connect += " " + openAIDomainCheck
	}
	widen := strings.NewReplacer(
		"script-src 'self'", "script-src 'self' "+origin,
		"connect-src 'self'", "connect-src 'self' "+connect,
	)
	return widen.Replace(contentSecurityPolicy) + "; frame-src " + origin
}

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
	origin := originOf(script)
	policy := widgetPolicy(script)
	if h.PublicURL.Host != string(c.Request().Host()) {
		policy = withFilesAt(policy, h.PublicURL.Scheme+"://"+h.PublicURL.Host)
	}
	c.Set(fiber.HeaderContentSecurityPolicy, policy)
	if origin != "" {
		// OpenAI's frame may ask which site it stands in; it learns no more than that.
		c.Set(fiber.HeaderReferrerPolicy, "strict-origin")
	}
	if h.Transcriber != nil {
		c.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(self"+quoted(origin)+")")
	}
	u := viewerOf(c).User
	page := views.Widget{UserID: u.ID, UserName: u.Name, ScriptURL: script, DomainKey: h.DomainKey, Dictation: h.Transcriber != nil}
	allowed, err := h.allowedModels(c.UserContext())
	if err != nil {
		return err
	}
	for _, m := range allowed {
		page.Models = append(page.Models, views.Model(m))
	}
	if h.Files != nil {
		page.MaxFile = h.Files.MaxFile()
	}
	return h.render(c, views.WidgetPage(page))
}

// withFilesAt lets a page that was called by another name send files to and show
// pictures from the server's public one, which their addresses have.
func withFilesAt(policy, public string) string {
	return strings.NewReplacer("connect-src 'self'", "connect-src 'self' "+public, "img-src 'self'", "img-src 'self' "+public).Replace(policy)
}

// originOf returns the origin of an address at another server, "" if it is at
// this one.
func originOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

func quoted(origin string) string {
	if origin == "" {
		return ""
	}
	return ` "` + origin + `"`
}

// widgetPolicy is the content policy of every page and what the widget needs
// beyond it: its script, the frame that the script opens at its own origin,
// requests there, and the style with which the script sizes that frame. That is
// inline and changes with the script, so no checksum can name it; scripts stay
// as strict as ever. A script of this server needs nothing.
func widgetPolicy(script string) string {
	origin := originOf(script)
	if origin == "" {
		return contentSecurityPolicy
	}
	connect := origin
	if strings.HasSuffix(origin, ".openai.com") {
		connect += " " + openAIDomainCheck
	}
	widen := strings.NewReplacer(
		"script-src 'self'", "script-src 'self' "+origin,
		"style-src 'self'", "style-src 'self' 'unsafe-inline'",
		"connect-src 'self'", "connect-src 'self' "+connect,
	)
	return widen.Replace(contentSecurityPolicy) + "; frame-src " + origin
}

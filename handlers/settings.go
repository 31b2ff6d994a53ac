package handlers

import (
	"github.com/gofiber/fiber/v2"

	"github.com/taskpilot/taskpilot/views"
)

// settingsPage is about the person's own account.
func (h *Handlers) settingsPage(c *fiber.Ctx) error {
	list, err := h.threadListView(c.UserContext(), userID(c), "", "")
	if err != nil {
		return err
	}
	return h.render(c, views.SettingsPage(views.Settings{Viewer: viewerView(c)}, list))
}

package handlers

import (
	"github.com/gofiber/fiber/v2"

	"github.com/taskpilot/taskpilot/views"
)

// shortcutsPage lists what the keyboard does.
func (h *Handlers) shortcutsPage(c *fiber.Ctx) error {
	list, err := h.threadListView(c.UserContext(), userID(c), "", "")
	if err != nil {
		return err
	}
	return h.render(c, views.ShortcutsPage(viewerView(c), list))
}

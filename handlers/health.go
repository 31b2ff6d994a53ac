package handlers

import (
	"context"
	"time"

	"github.com/gofiber/fiber/v2"
)

// pingLimit is how long the database may take to answer before it counts as down.
const pingLimit = 2 * time.Second

// health says whether the server can do its work, and which part can't.
func (h *Handlers) health(c *fiber.Ctx) error {
	body := fiber.Map{"status": "ok", "service": "chatkit", "assistant": h.Assistant.Name(), "database": h.DB.Driver()}
	ctx, cancel := context.WithTimeout(c.UserContext(), pingLimit)
	defer cancel()
	switch {
	case h.streams.ctx.Err() != nil:
		body["status"], body["failing"] = "stopping", "server"
	case h.DB.Ping(ctx) != nil:
		body["status"], body["failing"] = "unavailable", "database"
	case h.DB.Driver() == "sqlite" && h.diskFull():
		body["status"], body["failing"] = "unavailable", "disk"
	default:
		return c.JSON(body)
	}
	return c.Status(fiber.StatusServiceUnavailable).JSON(body)
}

// fullDisk is how little space a full disk has: not enough to store answers.
const fullDisk = 1 << 20

func (h *Handlers) diskFull() bool {
	if h.Disk == nil {
		return false
	}
	space, err := h.Disk()
	return err == nil && space.Total > 0 && space.Free < fullDisk
}

// alive says that the process answers at all.
func (h *Handlers) alive(c *fiber.Ctx) error {
	return c.JSON(fiber.Map{"status": "ok", "version": h.Version})
}

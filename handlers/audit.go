package handlers

import (
	"github.com/gofiber/fiber/v2"

	"github.com/taskpilot/taskpilot/models"
)

// acting says in the request's context whose doing it is, for the audit log. v is
// nil for nobody. What only reads is not recorded, and does without.
func (h *Handlers) acting(c *fiber.Ctx, v *viewer) {
	if unsafe(c.Method()) {
		c.SetUserContext(models.WithActor(c.UserContext(), actor(c, v)))
	}
}

func actor(c *fiber.Ctx, v *viewer) models.Actor {
	a := models.Actor{Network: network(c), Door: models.DoorPage}
	if wantsJSON(c) {
		a.Door = models.DoorAPI
	}
	if v != nil {
		a.UserID = v.User.ID
	}
	return a
}

// audit records what somebody does to what is theirs.
func (h *Handlers) audit(c *fiber.Ctx, kind models.AuditKind, detail string) error {
	v := viewerOf(c)
	return h.DB.Audit(models.WithActor(c.UserContext(), actor(c, v)), kind, v.User.ID, detail)
}

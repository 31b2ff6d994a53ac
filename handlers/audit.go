package handlers

import (
	"cmp"
	"context"
	"slices"

	"github.com/gofiber/fiber/v2"

	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/views"
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

// auditPage shows the audit log, newest first: ?kind and ?person choose.
func (h *Handlers) auditPage(c *fiber.Ctx) error {
	ctx := c.UserContext()
	before, err := seqQuery(c, "before")
	if err != nil {
		return err
	}
	q := models.AuditQuery{Before: before, Kind: models.AuditKind(c.Query("kind")), UserID: c.Query("person"), Limit: adminPage}
	events, more, err := h.DB.AuditEvents(ctx, q)
	if err != nil {
		return err
	}
	page := views.AdminAudit{Viewer: viewerView(c), Kind: string(q.Kind), Kinds: views.EventKinds(), Days: h.AuditDays}
	if page.Events, err = h.auditViews(ctx, events); err != nil {
		return err
	}
	if more {
		page.More = events[len(events)-1].N
	}
	if q.UserID != "" {
		u, err := h.DB.User(ctx, q.UserID)
		if err != nil {
			return err
		}
		page.Person = personView(u)
	}
	list, err := h.threadListView(ctx, userID(c), "", "")
	if err != nil {
		return err
	}
	return h.render(c, views.AdminAuditPage(page, list))
}

// auditViews puts names to the people in the events.
func (h *Handlers) auditViews(ctx context.Context, events []models.AuditEvent) ([]views.AdminEvent, error) {
	var ids []string
	for _, e := range events {
		for _, id := range []*string{e.ActorID, e.SubjectID} {
			if id != nil && !slices.Contains(ids, *id) {
				ids = append(ids, *id)
			}
		}
	}
	people, err := h.DB.PeopleByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	name := func(id *string) (string, string, bool) {
		if id == nil {
			return "", "", true
		}
		u, ok := people[*id]
		return u.ID, cmp.Or(u.Name, u.Email), !ok
	}
	var list []views.AdminEvent
	for _, e := range events {
		v := views.AdminEvent{At: e.CreatedAt.Time, Kind: string(e.Kind), Detail: e.Detail, Network: e.Network, Door: e.Door}
		v.ActorID, v.Actor, v.ActorGone = name(e.ActorID)
		v.SubjectID, v.Subject, v.SubjectGone = name(e.SubjectID)
		list = append(list, v)
	}
	return list, nil
}

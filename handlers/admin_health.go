package handlers

import (
	"context"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/taskpilot/taskpilot/views"
	"github.com/taskpilot/taskpilot/views/locale"
)

// DiskSpace is what is left of a disk, in bytes.
type DiskSpace struct{ Free, Total uint64 }

// adminHealth says in plain words how the server does.
func (h *Handlers) adminHealth(c *fiber.Ctx) error {
	ctx := c.UserContext()
	census, err := h.DB.Census(ctx)
	if err != nil {
		return err
	}
	list, err := h.threadListView(ctx, userID(c), "", "")
	if err != nil {
		return err
	}
	return h.render(c, views.AdminHealthPage(views.AdminHealth{Viewer: viewerView(c), Version: h.Version, Parts: h.parts(ctx),
		People: census.People, Admins: census.Admins, Off: census.Disabled}, list))
}

func (h *Handlers) parts(ctx context.Context) []views.AdminPart {
	return []views.AdminPart{h.databasePart(ctx), h.assistantPart(ctx), h.queuePart(ctx), h.diskPart(ctx)}
}

// slowPing is how long an answer of the database may take that is well.
const slowPing = 250 * time.Millisecond

func (h *Handlers) databasePart(ctx context.Context) views.AdminPart {
	p := views.AdminPart{Name: locale.T(ctx, "Database")}
	name := map[string]string{"sqlite": "SQLite", "postgres": "PostgreSQL"}[h.DB.Driver()]
	limited, cancel := context.WithTimeout(ctx, pingLimit)
	defer cancel()
	began := time.Now()
	err := h.DB.Ping(limited)
	took := time.Since(began)
	switch {
	case err != nil:
		p.Bad, p.Words = true, locale.Tf(ctx, "%s does not answer. Look into the server's log.", name)
	case took > slowPing:
		p.Bad, p.Words = true, locale.Tf(ctx, "%s answers, but slowly: it took %s ms.", name, locale.Decimal(ctx, float64(took)/1e6, 0))
	default:
		p.Words = locale.Tf(ctx, "%s answers within %s ms.", name, locale.Decimal(ctx, max(float64(took)/1e6, 0.1), 1))
	}
	return p
}

func (h *Handlers) assistantPart(ctx context.Context) views.AdminPart {
	p := views.AdminPart{Name: locale.T(ctx, "Assistant")}
	if len(h.Models) == 0 {
		p.Words = locale.T(ctx, "The built-in assistant answers. It needs no model.")
		return p
	}
	p.Words = locale.Tf(ctx, "%s answers, by way of %s.", h.Models[0].Label, h.Assistant.Name())
	return p
}

func (h *Handlers) queuePart(ctx context.Context) views.AdminPart {
	p := views.AdminPart{Name: locale.T(ctx, "Answers")}
	if p.Words = locale.T(ctx, "No answer is being written."); h.Engine.Active() > 0 {
		p.Words = locale.Tn(ctx, h.Engine.Active(), "%d answer is being written by this server.", "%d answers are being written by this server.")
	}
	return p
}

// A disk is nearly full with less than this, in bytes and as a part of it.
const (
	littleSpace = 1 << 30
	littlePart  = 20
)

func (h *Handlers) diskPart(ctx context.Context) views.AdminPart {
	p := views.AdminPart{Name: locale.T(ctx, "Disk")}
	if h.Disk == nil {
		p.Words = locale.T(ctx, "How much space is left can't be told on this system.")
		return p
	}
	space, err := h.Disk()
	if err != nil || space.Total == 0 {
		p.Words = locale.T(ctx, "How much space is left can't be told on this system.")
		return p
	}
	gb := func(n uint64) string { return locale.Decimal(ctx, float64(n)/1e9, 1) }
	if space.Free < littleSpace || space.Free < space.Total/littlePart {
		p.Bad, p.Words = true, locale.Tf(ctx, "Nearly full: %s GB of %s GB are free. Make room soon, or nothing can be stored.", gb(space.Free), gb(space.Total))
		return p
	}
	p.Words = locale.Tf(ctx, "%s GB of %s GB are free.", gb(space.Free), gb(space.Total))
	return p
}

package handlers

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"runtime/debug"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/portable"
	"github.com/taskpilot/taskpilot/views/locale"
)

// exportAllPath is where a person gets everything that is theirs.
const exportAllPath = "/settings/data/export"

// exportTime is how long a client may take to read all of it.
const exportTime = time.Hour

// exportEverything sends everything of the person's as one file, as it is made.
func (h *Handlers) exportEverything(c *fiber.Ctx) error {
	user := viewerOf(c).User
	export := &portable.Export{DB: h.DB, Files: h.Files, User: user, Now: h.Now(), Markdown: Markdown(locale.WithZone(locale.With(context.Background(), locale.Of(c.UserContext())), locale.Zone(c.UserContext())))}
	c.Set(fiber.HeaderContentType, "application/zip")
	c.Set(fiber.HeaderContentDisposition, mime.FormatMediaType("attachment", map[string]string{"filename": export.Name()}))
	if c.Method() == fiber.MethodHead {
		return nil
	}
	leave, err := h.transfers.enter(user.ID)
	if err != nil {
		return err
	}
	if err := h.audit(c, models.AuditExported, "everything"); err != nil {
		leave()
		return err
	}
	from, to := io.Pipe()
	go func() {
		err := h.writeExport(export, to)
		leave() // before the end is seen: the next one may come at once
		_ = to.CloseWithError(err)
	}()
	return c.SendStream(guarded{from}, -1)
}

// writeExport writes it all. When its reader goes away, it ends.
func (h *Handlers) writeExport(e *portable.Export, to io.Writer) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
		if err != nil && !errors.Is(err, io.ErrClosedPipe) {
			h.Log.Error("export", "err", err)
		}
	}()
	ctx, cancel := context.WithTimeout(h.transfers.ctx, exportTime)
	defer cancel()
	return e.Write(ctx, to)
}

// Markdown writes threads for people, in the language of ctx.
func Markdown(ctx context.Context) func(*models.Thread, []models.Item) string {
	return func(t *models.Thread, items []models.Item) string {
		return transcriptAt(t, items, t.UpdatedAt.Time).Markdown(ctx)
	}
}

// isExport reports a request for everything, which may take long to read.
func isExport(path string) bool { return strings.TrimSuffix(path, "/") == exportAllPath }

package handlers

import (
	"errors"
	"net/url"

	"github.com/gofiber/fiber/v2"

	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/views"
)

// undoPath is the page that offers to take a change back.
func undoPath(do string, ids []string) string {
	return "/undo?" + url.Values{"do": {do}, "thread": ids}.Encode()
}

// undoPage says what was done, if it can still be taken back.
func (h *Handlers) undoPage(c *fiber.Ctx) error {
	var ids []string
	for _, raw := range c.Request().URI().QueryArgs().PeekMulti("thread") {
		if len(ids) < maxChosen {
			ids = append(ids, string(raw))
		}
	}
	u := views.Undo{Do: c.Query("do")}
	if u.Do == views.DoArchive {
		for _, id := range ids {
			if t, err := h.DB.Thread(c.UserContext(), userID(c), id); err == nil && t.ArchivedAt != nil {
				u.Threads = append(u.Threads, threadLink(t))
			} else if err != nil && !errors.Is(err, models.ErrNotFound) {
				return err
			}
		}
	} else {
		u.Do = views.DoDelete
		threads, err := h.DB.Trashed(c.UserContext(), userID(c), ids...)
		if err != nil {
			return err
		}
		u.Threads = threadLinks(threads)
	}
	if len(u.Threads) == 0 {
		return c.Redirect("/chat", fiber.StatusSeeOther)
	}
	list, err := h.threadListView(c.UserContext(), userID(c), "", "")
	if err != nil {
		return err
	}
	return h.render(c, views.UndoPage(u, viewerView(c), list))
}

// undo takes a change back. The lists of the person's pages follow by themselves.
func (h *Handlers) undo(c *fiber.Ctx) error {
	do, ids, err := chosen(c)
	if err != nil {
		return err
	}
	switch do {
	case views.DoArchive:
		err = h.DB.ArchiveThreads(c.UserContext(), userID(c), false, ids...)
	case views.DoDelete:
		err = h.DB.RestoreThreads(c.UserContext(), userID(c), ids...)
	default:
		err = badRequest("do must be archive or delete.")
	}
	if errors.Is(err, models.ErrNotFound) {
		return errTooLate
	}
	if err != nil {
		return err
	}
	h.threadsChanged(userID(c))
	switch {
	case isHTMX(c):
		return c.SendString("")
	case len(ids) == 1:
		return c.Redirect("/chat/"+url.PathEscape(ids[0]), fiber.StatusSeeOther)
	}
	return c.Redirect("/chats", fiber.StatusSeeOther)
}

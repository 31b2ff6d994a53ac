package handlers

import (
	"errors"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/views"
)

// sharing is a page about links, where there are any.
func (h *Handlers) sharing(handle fiber.Handler) fiber.Handler {
	if h.ShareLinks {
		return handle
	}
	return func(*fiber.Ctx) error { return errNotFound }
}

// sharePage shows the link to a conversation, or offers to make one.
func (h *Handlers) sharePage(c *fiber.Ctx) error {
	thread, err := h.DB.Thread(c.UserContext(), userID(c), c.Params("thread"))
	if err != nil {
		return err
	}
	view := views.Share{ThreadID: thread.ID, Title: thread.Title}
	share, err := h.DB.Share(c.UserContext(), thread.UserID, thread.ID)
	if err != nil && !errors.Is(err, models.ErrNotFound) {
		return err
	}
	if err == nil {
		newer, _, err := h.DB.Items(c.UserContext(), thread.UserID, thread.ID, models.ItemQuery{Limit: 1, AfterSeq: share.ThroughSeq})
		if err != nil {
			return err
		}
		view.URL = h.PublicURL.JoinPath("share", share.ID).String()
		view.At, view.Behind = share.UpdatedAt.Time, len(newer) > 0
	}
	list, err := h.threadListView(c.UserContext(), thread.UserID, "", thread.ID)
	if err != nil {
		return err
	}
	return h.render(c, views.SharePage(view, viewerView(c), list))
}

// shareThread makes the link, or has it show what has come since.
func (h *Handlers) shareThread(c *fiber.Ctx) error {
	if err := h.DB.ShareThread(c.UserContext(), userID(c), c.Params("thread")); err != nil {
		return err
	}
	return c.Redirect("/chat/"+c.Params("thread")+"/share", fiber.StatusSeeOther)
}

// unshareThread ends the link.
func (h *Handlers) unshareThread(c *fiber.Ctx) error {
	if err := h.DB.Unshare(c.UserContext(), userID(c), c.Params("thread")); err != nil {
		return err
	}
	return c.Redirect("/chat/"+c.Params("thread")+"/share", fiber.StatusSeeOther)
}

// sharedItems is how many items a page of a shared conversation has.
const sharedItems = 100

// sharedPage shows a conversation to anyone who has the link.
func (h *Handlers) sharedPage(c *fiber.Ctx) error {
	before, err := seqQuery(c, "before")
	if err != nil {
		return err
	}
	share, thread, err := h.DB.SharedThread(c.UserContext(), c.Params("share"))
	if err != nil {
		return err
	}
	if before == 0 || before > share.ThroughSeq {
		before = share.ThroughSeq + 1
	}
	items, more, err := h.DB.Items(c.UserContext(), share.UserID, share.ThreadID,
		models.ItemQuery{Limit: sharedItems, BeforeSeq: before, Order: chatkit.Desc})
	if err != nil {
		return err
	}
	view := views.Transcript{Title: thread.Title, At: share.UpdatedAt.Time}
	for i := len(items) - 1; i >= 0; i-- {
		view.Items = append(view.Items, views.TurnItem{Item: items[i].Item, Incomplete: items[i].Incomplete})
	}
	if more {
		view.Earlier = "/share/" + share.ID + "?before=" + strconv.FormatInt(items[len(items)-1].Seq, 10)
	}
	c.Set("X-Robots-Tag", "noindex")
	return h.render(c, views.SharedPage(view))
}

package handlers

import (
	"context"
	"errors"
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/taskpilot/taskpilot/live"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/views"
	"github.com/taskpilot/taskpilot/views/locale"
)

// sidebarThreads is how many conversations the sidebar shows at once.
const sidebarThreads = 50

func (h *Handlers) threadListView(ctx context.Context, userID, after, current string) (views.ThreadList, error) {
	list := views.ThreadList{Current: current, Now: locale.Here(ctx, h.Now())}
	threads, more, err := h.DB.RecentThreads(ctx, userID, after, sidebarThreads)
	if err != nil {
		return list, err
	}
	for _, t := range threads {
		if t.PinnedAt == nil {
			list.Threads = append(list.Threads, threadLink(&t))
		}
	}
	if more {
		list.More = threads[len(threads)-1].ID
	}
	pinned, err := h.DB.PinnedThreads(ctx, userID)
	list.Pinned = threadLinks(pinned)
	return list, err
}

func threadLinks(threads []models.Thread) []views.ThreadLink {
	var list []views.ThreadLink
	for i := range threads {
		list = append(list, threadLink(&threads[i]))
	}
	return list
}

func threadLink(t *models.Thread) views.ThreadLink {
	return views.ThreadLink{ID: t.ID, Title: t.Title, UpdatedAt: t.UpdatedAt.Time, Running: t.ActiveRunID != "",
		Pinned: t.PinnedAt != nil, Archived: t.ArchivedAt != nil}
}

// threadList draws the sidebar's list again.
func (h *Handlers) threadList(c *fiber.Ctx) error {
	list, err := h.threadListView(c.UserContext(), userID(c), c.Query("after"), currentThread(c))
	if err != nil {
		return err
	}
	return h.render(c, views.ThreadListFragment(list))
}

// currentThread is the conversation that the asking page shows. A page that
// began without one has it in its address only.
func currentThread(c *fiber.Ctx) string {
	if id := c.Query("current"); id != "" {
		return id
	}
	u, err := url.Parse(c.Get("HX-Current-URL"))
	if err != nil {
		return ""
	}
	id, _ := strings.CutPrefix(u.Path, "/chat/")
	return id
}

// titleForm shows a conversation's row as a form to rename it.
func (h *Handlers) titleForm(c *fiber.Ctx) error {
	thread, err := h.DB.Thread(c.UserContext(), userID(c), c.Params("thread"))
	if err != nil {
		return err
	}
	return h.showRename(c, thread, "")
}

func (h *Handlers) showRename(c *fiber.Ctx, thread *models.Thread, problem string) error {
	link := threadLink(thread)
	if isHTMX(c) {
		return h.render(c, views.RenameRow(link, false, problem))
	}
	list, err := h.threadListView(c.UserContext(), thread.UserID, "", thread.ID)
	if err != nil {
		return err
	}
	return h.render(c, views.RenamePage(viewerView(c), list, link, problem))
}

// renameThread stores a conversation's new title.
func (h *Handlers) renameThread(c *fiber.Ctx) error {
	title := c.FormValue("title")
	thread, err := h.DB.UpdateThread(c.UserContext(), userID(c), c.Params("thread"), models.ThreadChange{Title: &title})
	if e, ok := errors.AsType[*models.InvalidError](err); ok {
		if thread, err = h.DB.Thread(c.UserContext(), userID(c), c.Params("thread")); err != nil {
			return err
		}
		thread.Title = title
		return h.showRename(c, thread, e.Message)
	}
	if err != nil {
		return err
	}
	h.Engine.Signals.Notify(thread.UserID, live.Signal{Kind: live.ThreadsChanged})
	if isHTMX(c) {
		return h.render(c, views.ThreadRow(threadLink(thread), false))
	}
	return c.Redirect("/chat/"+thread.ID, fiber.StatusSeeOther)
}

// deleteThread takes a conversation away with everything in it. For some minutes
// that can be undone.
func (h *Handlers) deleteThread(c *fiber.Ctx) error {
	ids := []string{c.Params("thread")}
	if err := h.change(c.UserContext(), userID(c), views.DoDelete, ids); err != nil {
		return err
	}
	return goTo(c, undoPath(views.DoDelete, ids))
}

// removeThread ends a running answer and deletes the thread.
func (h *Handlers) removeThread(ctx context.Context, userID, threadID string) error {
	if err := h.stop(ctx, userID, threadID); err != nil {
		return err
	}
	remove := h.DB.DeleteThread
	if h.Files != nil {
		remove = h.Files.DeleteThread
	}
	if err := remove(ctx, userID, threadID); err != nil {
		return err
	}
	h.Engine.Signals.Notify(userID, live.Signal{Kind: live.ThreadGone, ThreadID: threadID})
	h.threadsChanged(userID)
	return nil
}

package handlers

import (
	"context"
	"errors"
	"slices"

	"github.com/gofiber/fiber/v2"

	"github.com/taskpilot/taskpilot/live"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/views"
	"github.com/taskpilot/taskpilot/views/locale"
)

const (
	// shelfThreads is how many conversations a page lists.
	shelfThreads = 100
	// maxChosen is how many of them can be changed at once.
	maxChosen = 200
)

// chatsPage lists all conversations, to choose some of them.
func (h *Handlers) chatsPage(c *fiber.Ctx) error { return h.showShelf(c, false, c.Query("after")) }

// archivedPage lists the archived conversations.
func (h *Handlers) archivedPage(c *fiber.Ctx) error { return h.showShelf(c, true, c.Query("after")) }

func (h *Handlers) showShelf(c *fiber.Ctx, archived bool, after string) error {
	s, err := h.shelfView(c.UserContext(), userID(c), archived, after)
	if err != nil {
		return err
	}
	if isHTMX(c) {
		return h.render(c, views.ShelfView(s))
	}
	list, err := h.threadListView(c.UserContext(), userID(c), "", "")
	if err != nil {
		return err
	}
	s.Viewer = viewerView(c)
	return h.render(c, views.ShelfPage(s, list))
}

func (h *Handlers) shelfView(ctx context.Context, userID string, archived bool, after string) (views.Shelf, error) {
	read := h.DB.RecentThreads
	if archived {
		read = h.DB.ArchivedThreads
	}
	threads, more, err := read(ctx, userID, after, shelfThreads)
	s := views.Shelf{Archived: archived, Threads: threadLinks(threads)}
	if more {
		s.More = threads[len(threads)-1].ID
	}
	return s, err
}

// changeChats pins, archives or deletes one or several conversations, or takes
// that back.
func (h *Handlers) changeChats(c *fiber.Ctx) error {
	do, ids, err := chosen(c)
	if err != nil {
		return err
	}
	if err := h.change(c.UserContext(), userID(c), do, ids); err != nil {
		return err
	}
	undoable := do == views.DoArchive || do == views.DoDelete
	if isHTMX(c) {
		if do == views.DoDelete && slices.Contains(ids, currentThread(c)) {
			return goTo(c, undoPath(do, ids)) // the page's own conversation is gone
		}
		return h.showChange(c, do, ids, undoable)
	}
	if undoable {
		return c.Redirect(undoPath(do, ids), fiber.StatusSeeOther)
	}
	return c.Redirect("/chats", fiber.StatusSeeOther)
}

// showChange draws the list anew from which something was done, with a word about it.
func (h *Handlers) showChange(c *fiber.Ctx, do string, ids []string, undoable bool) error {
	answer := views.Changed{From: c.FormValue("from")}
	var err error
	if answer.List, err = h.threadListView(c.UserContext(), userID(c), "", currentThread(c)); err != nil {
		return err
	}
	if answer.From != "" {
		if answer.Shelf, err = h.shelfView(c.UserContext(), userID(c), answer.From == "/archived", ""); err != nil {
			return err
		}
	}
	if undoable {
		answer.Undo = &views.Undo{Do: do, Threads: make([]views.ThreadLink, len(ids))}
		for i, id := range ids {
			answer.Undo.Threads[i].ID = id
		}
	}
	return h.render(c, views.ChangedView(answer))
}

// chosen reads which conversations a form names, and what to do with them.
func chosen(c *fiber.Ctx) (do string, ids []string, err error) {
	seen := map[string]bool{}
	for _, raw := range c.Request().PostArgs().PeekMulti("thread") {
		if id := string(raw); !seen[id] {
			seen[id] = true
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return "", nil, badRequest(locale.Mark("Choose at least one chat first."))
	}
	if len(ids) > maxChosen {
		return "", nil, badRequest(locale.Mark("These are too many chats at once. Choose fewer."))
	}
	return c.FormValue("do"), ids, nil
}

// change does something with conversations of the person's, all or none.
func (h *Handlers) change(ctx context.Context, userID, do string, ids []string) error {
	err := error(badRequest("do must be one of: pin, unpin, archive, unarchive, delete."))
	switch do {
	case views.DoPin, views.DoUnpin:
		err = h.DB.PinThreads(ctx, userID, do == views.DoPin, ids...)
	case views.DoArchive, views.DoUnarchive:
		err = h.DB.ArchiveThreads(ctx, userID, do == views.DoArchive, ids...)
	case views.DoDelete:
		if err = h.DB.TrashThreads(ctx, userID, ids...); err == nil {
			err = h.stopAll(ctx, userID, ids)
		}
		for _, id := range ids {
			h.Engine.Signals.Notify(userID, live.Signal{Kind: live.ThreadGone, ThreadID: id})
		}
	}
	if err == nil {
		h.threadsChanged(userID)
	}
	return err
}

// stopAll ends the answers that are being made in conversations that were deleted.
func (h *Handlers) stopAll(ctx context.Context, userID string, ids []string) error {
	for _, id := range ids {
		run, err := h.activeRun(ctx, userID, id)
		if err != nil {
			return err
		}
		if run == nil || h.Engine.Stop(run.ID) {
			continue
		}
		if err := h.DB.RequestStop(ctx, userID, run.ID); err != nil && !errors.Is(err, models.ErrNotFound) {
			return err
		}
	}
	return nil
}

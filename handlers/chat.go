package handlers

import (
	"context"
	"errors"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/views"
)

// newChatPage shows an empty conversation.
func (h *Handlers) newChatPage(c *fiber.Ctx) error {
	chat, err := h.chatView(c, nil)
	if err != nil {
		return err
	}
	chat.Draft = c.Query("say") // nothing is sent before the person does
	return h.render(c, views.ChatPage(chat))
}

// chatView is a chat page without turns.
func (h *Handlers) chatView(c *fiber.Ctx, thread *models.Thread) (views.Chat, error) {
	chat := views.Chat{Viewer: viewerView(c), Now: h.here(c), ClientKey: newClientKey()}
	if err := errors.Join(h.rememberPlace(c), h.equip(c, &chat)); err != nil {
		return chat, err
	}
	current := ""
	if thread != nil {
		current = thread.ID
		chat.Thread = &views.Thread{ID: thread.ID, Title: thread.Title, Status: thread.Status}
	}
	list, err := h.threadListView(c.UserContext(), userID(c), "", current)
	chat.Threads = list
	return chat, err
}

// equip says what the page has.
func (h *Handlers) equip(c *fiber.Ctx, chat *views.Chat) error {
	chat.Demo = h.Assistant.Name() == "builtin"
	chat.Sharing = h.ShareLinks
	if h.Files != nil {
		chat.MaxFile = h.Files.MaxFile()
	}
	allowed, err := h.allowedModels(c.UserContext())
	if err != nil {
		return err
	}
	if len(allowed) > 1 {
		for _, m := range allowed {
			chat.Models = append(chat.Models, views.Model(m))
		}
	}
	for _, t := range h.Tools {
		chat.Tools = append(chat.Tools, views.Model(t))
	}
	if chat.Dictation = h.Transcriber != nil; chat.Dictation {
		c.Set("Permissions-Policy", "camera=(), microphone=(self), geolocation=(self)")
	}
	return nil
}

func newClientKey() string { return chatkit.NewID("key") }

// chatPage shows a conversation's end, or with ?before an older part of it.
func (h *Handlers) chatPage(c *fiber.Ctx) error {
	before, err := seqQuery(c, "before")
	if err != nil {
		return err
	}
	thread, err := h.DB.Thread(c.UserContext(), userID(c), c.Params("thread"))
	if err != nil {
		return err
	}
	if at := c.Query("at"); at != "" && before == 0 {
		if before, err = h.pageAround(c.UserContext(), thread.UserID, thread.ID, at); err != nil {
			return err
		}
	}
	turns, earlier, last, err := h.turns(c.UserContext(), thread.UserID, thread.ID, before)
	if err != nil {
		return err
	}
	if isHTMX(c) && before > 0 {
		return h.render(c, views.OlderTurns(thread.ID, earlier, turns))
	}
	chat, err := h.chatView(c, thread)
	if err != nil {
		return err
	}
	chat.Turns, chat.Earlier, chat.Seq, chat.Older = turns, earlier, last, before > 0
	if hosts := pictureHosts(thread.ImageDomains); len(hosts) > 0 {
		chat.Thread.Pictures = hosts
		c.Set(fiber.HeaderContentSecurityPolicy, picturePolicy(hosts))
	}
	return h.render(c, views.ChatPage(chat))
}

func seqQuery(c *fiber.Ctx, name string) (int64, error) {
	s := c.Query(name)
	if s == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 1 {
		return 0, badRequest(name + " must be the number of an item.")
	}
	return n, nil
}

// startChat begins a conversation with its first message.
func (h *Handlers) startChat(c *fiber.Ctx) error {
	m, err := h.formMessage(c)
	if err != nil {
		return h.refuseMessage(c, nil, err)
	}
	a, err := h.send(c.UserContext(), *m, onPage(c))
	if err != nil {
		return h.refuseMessage(c, nil, err)
	}
	path := "/chat/" + a.Thread.ID
	if !isHTMX(c) {
		return c.Redirect(path, fiber.StatusSeeOther)
	}
	chat, err := h.chatView(c, a.Thread)
	if err != nil {
		return err
	}
	if chat.Turns, chat.Earlier, chat.Seq, err = h.turns(c.UserContext(), a.Thread.UserID, a.Thread.ID, 0); err != nil {
		return err
	}
	c.Set("HX-Push-Url", path)
	return h.render(c, views.ChatFragment(chat))
}

// sendMessage adds a message to a conversation.
func (h *Handlers) sendMessage(c *fiber.Ctx) error {
	thread, err := h.DB.Thread(c.UserContext(), userID(c), c.Params("thread"))
	if err != nil {
		return err
	}
	m, err := h.formMessage(c)
	if err != nil {
		return h.refuseMessage(c, thread, err)
	}
	a, err := h.send(c.UserContext(), *m, onPage(c))
	if err != nil {
		return h.refuseMessage(c, thread, err)
	}
	return h.showTurn(c, a)
}

// refuseMessage says what is wrong with a message and keeps its text: in a
// fragment beside the composer for htmx, on the whole page without scripts.
func (h *Handlers) refuseMessage(c *fiber.Ctx, thread *models.Thread, cause error) error {
	p := problemOf(cause)
	if isHTMX(c) || p.ours() || errors.Is(cause, models.ErrNotFound) {
		return cause
	}
	chat, err := h.chatView(c, thread)
	if err != nil {
		return err
	}
	if thread != nil {
		if chat.Turns, chat.Earlier, chat.Seq, err = h.turns(c.UserContext(), thread.UserID, thread.ID, 0); err != nil {
			return err
		}
	}
	chat.Draft, chat.Problem = chatkit.CleanText(c.FormValue("content")), p.in(c.UserContext())
	c.Status(p.Status)
	return h.render(c, views.ChatPage(chat))
}

// showTurn answers with the accepted run's turn.
func (h *Handlers) showTurn(c *fiber.Ctx, a *models.Accepted) error {
	if !isHTMX(c) {
		return c.Redirect("/chat/"+a.Thread.ID, fiber.StatusSeeOther)
	}
	t, err := h.currentTurn(c.UserContext(), a.Run)
	if err != nil {
		return err
	}
	return h.render(c, views.TurnView(t))
}

// currentTurn is a run's turn as it stands.
func (h *Handlers) currentTurn(ctx context.Context, run *models.Run) (views.Turn, error) {
	t, err := h.storedTurn(ctx, run)
	if err != nil || !t.Running() {
		return t, err
	}
	return h.runningTurn(ctx, t)
}

// stopAnswer ends the running answer.
func (h *Handlers) stopAnswer(c *fiber.Ctx) error {
	if err := h.stop(c.UserContext(), userID(c), c.Params("thread")); err != nil {
		return err
	}
	if isHTMX(c) {
		return c.SendStatus(fiber.StatusNoContent)
	}
	return c.Redirect("/chat/"+c.Params("thread"), fiber.StatusSeeOther)
}

// retryAnswer answers a message again.
func (h *Handlers) retryAnswer(c *fiber.Ctx) error {
	a, err := h.retry(c.UserContext(), onPage(c), c.Params("thread"), c.FormValue("item_id"))
	if err != nil {
		return err
	}
	return h.showTurn(c, a)
}

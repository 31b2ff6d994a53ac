package handlers

import (
	"errors"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/chatkit/widget"
	"github.com/taskpilot/taskpilot/live"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/views"
)

// widgetAction does what a person clicked, changed or sent in a widget on a page.
// The page only names the action; what it is says the widget as it is stored.
func (h *Handlers) widgetAction(c *fiber.Ctx) error {
	item, err := h.DB.Item(c.UserContext(), userID(c), c.Params("thread"), c.Params("item"))
	if err != nil {
		return err
	}
	sender, ok := item.Item.(*chatkit.WidgetItem)
	if !ok {
		return errNotFound
	}
	trigger, err := triggerOf(sender, c.FormValue("do"))
	if err != nil {
		return err
	}
	action, err := trigger.Fill(widgetValues(c))
	if err != nil {
		return err
	}
	if trigger.Action.Sync {
		return h.actSync(c, sender, action)
	}
	return h.goOn(c, &chatkit.CustomActionRequest{ThreadID: c.Params("thread"), ItemID: sender.ID, Action: action})
}

func triggerOf(sender *chatkit.WidgetItem, ref string) (*widget.Trigger, error) {
	root, err := widget.Parse(sender.Widget, widget.DefaultLimits())
	if err != nil {
		return nil, errNotFound
	}
	trigger, err := root.Find(ref)
	switch {
	case errors.Is(err, widget.ErrChanged):
		return nil, errWidgetChanged
	case err != nil:
		return nil, badRequest("do must name an action of the widget.")
	case trigger.Action.Handler == widget.OnClient:
		return nil, badRequest("The page does this action, not the server.")
	}
	return trigger, nil
}

// widgetValues is what was filled in, by the names of the widget's fields.
func widgetValues(c *fiber.Ctx) map[string][]string {
	values := map[string][]string{}
	for key, value := range c.Request().PostArgs().All() {
		if name, ok := strings.CutPrefix(string(key), views.FieldPrefix); ok {
			values[name] = append(values[name], chatkit.CleanText(string(value)))
		}
	}
	return values
}

// goOn lets an answer begin or go on after something that was no message, and
// answers with its turn.
func (h *Handlers) goOn(c *fiber.Ctx, req chatkit.Request) error {
	run, err := h.accept(c, req)
	if err != nil {
		return err
	}
	return h.showTurn(c, run)
}

// goOnFrom does the same after something about an item, which it draws anew.
func (h *Handlers) goOnFrom(c *fiber.Ctx, req chatkit.Request) error {
	a, err := h.accept(c, req)
	if err != nil {
		return err
	}
	if !isHTMX(c) {
		return h.showTurn(c, a)
	}
	item, err := h.DB.Item(c.UserContext(), a.Run.UserID, a.Thread.ID, c.Params("item"))
	if err != nil {
		return err
	}
	t, err := h.currentTurn(c.UserContext(), a.Run)
	if err != nil {
		return err
	}
	return h.render(c, views.Continued(item.Item, t))
}

// accept stores a request that is no message, and starts its run.
func (h *Handlers) accept(c *fiber.Ctx, req chatkit.Request) (*models.Accepted, error) {
	user := viewerOf(c).User
	p, err := h.DB.AcceptPlan(c.UserContext(), models.PlanRequest{UserID: user.ID, Owner: h.Owner, Request: req})
	if err != nil {
		return nil, err
	}
	if p.Run == nil {
		return nil, badRequest(orElse(p.Plan.Refusal.Message, "This can't be done in this conversation."))
	}
	return &models.Accepted{Thread: p.Thread, Run: p.Run}, h.beginPlan(p, onPage(c))
}

func orElse(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

// actSync does an action that the widget waits for, beside a running answer.
func (h *Handlers) actSync(c *fiber.Ctx, sender *chatkit.WidgetItem, action chatkit.Action) error {
	user := viewerOf(c).User
	ctx := withAsker(models.WithUser(c.UserContext(), user.ID), personOf(c, user))
	threadID := c.Params("thread")
	if _, err := h.chatkit.Handle(ctx, &chatkit.SyncActionRequest{ThreadID: threadID, ItemID: sender.ID, Action: action}, nil); err != nil {
		return err
	}
	if !isHTMX(c) {
		return c.Redirect("/chat/"+threadID, fiber.StatusSeeOther)
	}
	item, err := h.DB.Item(ctx, user.ID, threadID, sender.ID)
	if err != nil {
		return err
	}
	return h.render(c, views.ItemView(item.Item))
}

// itemChanged tells the pages that show an item's thread to draw it anew.
func (h *Handlers) itemChanged(userID, threadID, itemID string) {
	h.Engine.Signals.Notify(userID, live.Signal{Kind: live.ItemChanged, ThreadID: threadID, ItemID: itemID})
}

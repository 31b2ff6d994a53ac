package handlers

import (
	"context"

	"github.com/gofiber/fiber/v2"

	"github.com/taskpilot/taskpilot/views"
)

// giveFeedback stores a thumb up or down for an answer; without a kind it takes
// an earlier one back.
func (h *Handlers) giveFeedback(c *fiber.Ctx) error {
	form := struct {
		Kind  string   `form:"kind"`
		Items []string `form:"item_id"`
	}{}
	if err := c.BodyParser(&form); err != nil || len(form.Items) == 0 {
		return badRequest("Say which answer the feedback is for.")
	}
	save := h.DB.SaveFeedback
	if form.Kind == "" {
		save = func(ctx context.Context, userID, threadID string, items []string, _ string) error {
			return h.DB.DropFeedback(ctx, userID, threadID, items)
		}
	}
	thread := c.Params("thread")
	if err := save(c.UserContext(), userID(c), thread, form.Items, form.Kind); err != nil {
		return err
	}
	if isHTMX(c) {
		return h.render(c, views.FeedbackForm(thread, form.Items, form.Kind))
	}
	return c.Redirect("/chat/"+thread, fiber.StatusSeeOther)
}

// addFeedback gives each turn what the person thinks of its answer.
func (h *Handlers) addFeedback(ctx context.Context, userID, threadID string, turns []views.Turn) error {
	var ids []string
	for _, t := range turns {
		for _, it := range t.Items {
			ids = append(ids, it.Item.Base().ID)
		}
	}
	kinds, err := h.DB.FeedbackOn(ctx, userID, threadID, ids)
	if err != nil {
		return err
	}
	for i := range turns {
		for _, it := range turns[i].Items {
			if kind := kinds[it.Item.Base().ID]; kind != "" {
				turns[i].Feedback = kind
			}
		}
	}
	return nil
}

package handlers

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/models"
)

// answerQuestions takes what a person answered to questions in the composer's
// place: for question n the choices as q.n and words of their own as o.n.
func (h *Handlers) answerQuestions(c *fiber.Ctx) error {
	item, err := h.DB.Item(c.UserContext(), userID(c), c.Params("thread"), c.Params("item"))
	if err != nil {
		return err
	}
	asked, ok := item.Item.(*chatkit.StructuredInput)
	if !ok {
		return errNotFound
	}
	req := &chatkit.AddStructuredInputRequest{ThreadID: c.Params("thread"), ItemID: asked.ID, Status: chatkit.InputAnswered, Answers: map[string]chatkit.Answer{}}
	if c.FormValue("skip") != "" {
		req.Status = chatkit.InputSkipped
	}
	for i, q := range asked.Inputs {
		values := answersTo(c, i)
		req.Answers[q.ID] = chatkit.Answer{Values: values, Skipped: len(values) == 0}
	}
	return h.goOnFrom(c, req)
}

// answersTo reads the answers to question n: words of one's own come first,
// since of several answers to a single choice the first counts.
func answersTo(c *fiber.Ctx, n int) []string {
	var values []string
	number := strconv.Itoa(n)
	own := strings.TrimSpace(chatkit.CleanText(c.FormValue("o." + number)))
	if own != "" {
		values = append(values, own)
	}
	for _, v := range c.Request().PostArgs().PeekMulti("q." + number) {
		if text := chatkit.CleanText(string(v)); text != "" {
			values = append(values, text)
		}
	}
	return values
}

// toolOutput takes what a tool of the page's returned, as JSON.
func (h *Handlers) toolOutput(c *fiber.Ctx) error {
	thread, id := c.Params("thread"), c.Params("item")
	item, err := h.DB.Item(c.UserContext(), userID(c), thread, id)
	if err != nil {
		return err
	}
	if _, ok := item.Item.(*chatkit.ClientToolCall); !ok {
		return errNotFound
	}
	result := c.FormValue("result")
	if !json.Valid([]byte(result)) {
		return badRequest("result must be JSON.")
	}
	// The protocol does not say which call is answered: it is the newest item.
	newest, _, err := h.DB.Items(c.UserContext(), userID(c), thread, models.ItemQuery{Limit: 1, Order: chatkit.Desc})
	if err != nil {
		return err
	}
	if len(newest) == 0 || newest[0].Item.Base().ID != id {
		return errCallOver
	}
	return h.goOnFrom(c, &chatkit.AddToolOutputRequest{ThreadID: thread, Result: json.RawMessage(result)})
}

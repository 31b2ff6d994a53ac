package handlers

import (
	"github.com/gofiber/fiber/v2"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/models"
)

// apiChat is the older chat of one request and one reply, over the same threads,
// assistant and tools. Without thread_id it begins a thread.
func (h *Handlers) apiChat(c *fiber.Ctx) error {
	if c.Params("user_id") != userID(c) {
		return errForbidden
	}
	var body struct {
		Content  *string `json:"content"`
		ThreadID string  `json:"thread_id"`
	}
	if err := decodeJSON(c, &body); err != nil {
		return err
	}
	if body.Content == nil {
		return badRequest("content is missing: the text of the message.")
	}
	message, err := userText(*body.Content)
	if err != nil {
		return err
	}
	key, err := clientKey(c)
	if err != nil {
		return err
	}
	m := models.Message{UserID: userID(c), ThreadID: body.ThreadID, ClientKey: key, RequestSum: requestSum(c), Message: message}
	a, err := h.ask(c.UserContext(), m, byProgram(c))
	if err != nil {
		return err
	}
	return c.JSON(a.chatReply())
}

// chatReply is the answer as the older chat has it. An answer without text, such
// as a failed one, says what went wrong instead and names the person's message.
func (a *answer) chatReply() fiber.Map {
	response := a.Text()
	if response == "" {
		response = a.Run.ErrorMessage
	}
	id := a.Run.ItemID
	for _, it := range a.Items {
		if m, ok := it.Item.(*chatkit.AssistantMessage); ok {
			id = m.ID
		}
	}
	return fiber.Map{"thread_id": a.Thread.ID, "message_id": id, "response": response,
		"tool_calls": a.ToolCalls(), "status": a.Status()}
}

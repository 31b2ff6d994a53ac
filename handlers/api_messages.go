package handlers

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/models"
)

// sendRequest is the body of POST …/messages. Attachments are ids of files.
type sendRequest struct {
	Content     *string        `json:"content"`
	Attachments []string       `json:"attachments"`
	Metadata    map[string]any `json:"metadata"`
}

// apiSendMessage sends a message and waits for the answer, or streams it to a
// client that accepts text/event-stream.
func (h *Handlers) apiSendMessage(c *fiber.Ctx) error {
	m, err := readMessage(c)
	if err != nil {
		return err
	}
	if acceptsEvents(c) {
		a, err := h.send(c.UserContext(), *m, byProgram(c))
		if err != nil {
			return err
		}
		return h.streamRun(c, a.Run, 0)
	}
	a, err := h.ask(c.UserContext(), *m, byProgram(c))
	if err != nil {
		return err
	}
	return c.JSON(a.reply())
}

// readMessage reads the request for a message to the route's thread.
func readMessage(c *fiber.Ctx) (*models.Message, error) {
	var body sendRequest
	if err := decodeJSON(c, &body); err != nil {
		return nil, err
	}
	if body.Content == nil {
		return nil, badRequest("content is missing: the text of the message.")
	}
	if slices.Contains(body.Attachments, "") {
		return nil, badRequest("attachments must be the ids of files that were sent.")
	}
	message, err := userText(*body.Content)
	if err != nil {
		return nil, err
	}
	key, err := clientKey(c)
	if err != nil {
		return nil, err
	}
	return &models.Message{UserID: userID(c), ThreadID: c.Params("thread"), ClientKey: key, RequestSum: requestSum(c),
		Message: message, Attachments: body.Attachments}, nil
}

// maxClientKey is how long an Idempotency-Key may be, in bytes.
const maxClientKey = 200

// clientKey is the client's own name for the request, which makes repeating it
// harmless; "" when it gave none.
func clientKey(c *fiber.Ctx) (string, error) {
	key := c.Get("Idempotency-Key")
	if len(key) > maxClientKey {
		return "", badRequest("Idempotency-Key is too long: at most 200 characters.")
	}
	return chatkit.CleanText(key), nil
}

// requestSum tells one request from another that has the same key.
func requestSum(c *fiber.Ctx) string {
	sum := sha256.New()
	sum.Write([]byte(c.Path() + "\x00"))
	sum.Write(c.Body())
	return hex.EncodeToString(sum.Sum(nil))
}

func acceptsEvents(c *fiber.Ctx) bool {
	return strings.Contains(c.Get(fiber.HeaderAccept), "text/event-stream")
}

// reply is the JSON for a client that waited.
func (a *answer) reply() fiber.Map {
	messages := []messageJSON{}
	for _, it := range a.Items {
		if m, ok := messageOf(it); ok {
			messages = append(messages, m)
		}
	}
	body := fiber.Map{"thread_id": a.Thread.ID, "status": a.Status(), "messages": messages, "tool_calls": a.ToolCalls()}
	if a.Run.ErrorCode != "" {
		body["error"] = fiber.Map{"code": a.Run.ErrorCode, "message": a.Run.ErrorMessage, "allow_retry": a.Run.AllowRetry}
	}
	return body
}

// apiStop ends the running answer.
func (h *Handlers) apiStop(c *fiber.Ctx) error {
	if err := h.stop(c.UserContext(), userID(c), c.Params("thread")); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}

package handlers

import (
	"context"

	"github.com/gofiber/fiber/v2"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/models"
)

// messageJSON is a message as the REST API shows it: what a person or the
// assistant said, as text.
type messageJSON struct {
	ID        string         `json:"id"`
	ThreadID  string         `json:"thread_id"`
	Role      string         `json:"role"`
	Content   string         `json:"content"`
	CreatedAt chatkit.Time   `json:"created_at"`
	Metadata  map[string]any `json:"metadata"`

	Attachments []*chatkit.Attachment `json:"attachments,omitempty"`
}

// messageOf returns the message that an item is; false for every other item.
func messageOf(it models.Item) (messageJSON, bool) {
	base := it.Item.Base()
	m := messageJSON{ID: base.ID, ThreadID: base.ThreadID, CreatedAt: base.CreatedAt, Metadata: map[string]any{}}
	switch item := it.Item.(type) {
	case *chatkit.UserMessage:
		m.Role, m.Content, m.Attachments = "user", item.Text(), item.Attachments
	case *chatkit.AssistantMessage:
		m.Role, m.Content = "assistant", item.Text()
	default:
		return messageJSON{}, false
	}
	if it.Incomplete {
		m.Metadata["incomplete"] = true
	}
	return m, true
}

// apiMessages lists a thread's messages, by default the oldest first.
func (h *Handlers) apiMessages(c *fiber.Ctx) error {
	limit, after, order, err := listQuery(c, maxPage, chatkit.Asc)
	if err != nil {
		return err
	}
	thread, err := h.DB.Thread(c.UserContext(), userID(c), c.Params("thread"))
	if err != nil {
		return err
	}
	messages, more, err := h.messages(c.UserContext(), thread, models.ItemQuery{Limit: limit, After: after, Order: order})
	if err != nil {
		return err
	}
	body := struct {
		ThreadID string        `json:"thread_id"`
		Messages []messageJSON `json:"messages"`
		HasMore  bool          `json:"has_more"`
		After    *string       `json:"after"`
	}{thread.ID, messages, more, nil}
	if more {
		body.After = &messages[len(messages)-1].ID
	}
	return c.JSON(body)
}

// messages returns a page of messages and whether there are more. Items of
// other kinds between them are passed over, however many there are.
func (h *Handlers) messages(ctx context.Context, thread *models.Thread, q models.ItemQuery) ([]messageJSON, bool, error) {
	messages, limit := []messageJSON{}, q.Limit
	q.Limit = maxPage
	for {
		items, more, err := h.DB.Items(ctx, thread.UserID, thread.ID, q)
		if err != nil {
			return nil, false, err
		}
		for _, it := range items {
			h.linkItem(thread.UserID, it.Item)
			m, ok := messageOf(it)
			if !ok {
				continue
			}
			if len(messages) == limit {
				return messages, true, nil
			}
			messages = append(messages, m)
		}
		if !more {
			return messages, false, nil
		}
		q.After = items[len(items)-1].Item.Base().ID
	}
}

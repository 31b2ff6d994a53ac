package handlers

import (
	"context"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/views/locale"
)

// maxMentions is how many tasks a message can mention.
const maxMentions = 20

// formMessage reads the composer's form: words, a quote, files, mentioned tasks,
// the model and a tool.
func (h *Handlers) formMessage(c *fiber.Ctx) (*models.Message, error) {
	files := formValues(c, "attachments")
	message, err := h.formWords(c, len(files) > 0)
	if err != nil {
		return nil, err
	}
	message.QuotedText = chatkit.CleanText(c.FormValue("quoted_text"))
	if utf8.RuneCountInString(message.QuotedText) > maxContent {
		return nil, badRequest(locale.Mark("The quote is too long: at most 32,000 characters."))
	}
	message.InferenceOptions.Model = chatkit.CleanText(c.FormValue("model"))
	if err := h.checkModel(c.UserContext(), message.InferenceOptions); err != nil {
		return nil, err
	}
	if message.InferenceOptions.ToolChoice, err = h.chosenTool(c.FormValue("tool")); err != nil {
		return nil, err
	}
	key := c.FormValue("client_key")
	if len(key) > 200 {
		return nil, badRequest("client_key is too long.")
	}
	return &models.Message{UserID: userID(c), ThreadID: c.Params("thread"), ClientKey: chatkit.CleanText(key),
		Message: message, Attachments: files}, nil
}

// formWords reads what a person wrote. With files it may be nothing.
func (h *Handlers) formWords(c *fiber.Ctx, files bool) (*chatkit.UserMessage, error) {
	// A form's lines end in CRLF.
	content := strings.ReplaceAll(c.FormValue("content"), "\r\n", "\n")
	if files && blank(content) {
		return &chatkit.UserMessage{Content: []chatkit.UserContent{}}, nil
	}
	message, err := userText(content)
	if err != nil {
		return nil, err
	}
	tags, err := h.mentioned(c.UserContext(), userID(c), formValues(c, "mention"))
	if err != nil {
		return nil, err
	}
	message.Content = withTags(message.Text(), tags)
	return message, nil
}

// formValues returns all values of a field that may be there more than once.
func formValues(c *fiber.Ctx, name string) []string {
	var values []string
	for _, v := range c.Request().PostArgs().PeekMulti(name) {
		values = append(values, string(v))
	}
	return values
}

// mentioned makes tags of mentions, which are a task's id, a blank, and the
// words after the @. A task that is gone, or is not theirs, stays plain text.
func (h *Handlers) mentioned(ctx context.Context, userID string, mentions []string) ([]*chatkit.InputTag, error) {
	if len(mentions) > maxMentions {
		return nil, badRequest(locale.Mark("A message can mention at most 20 tasks."))
	}
	var tags []*chatkit.InputTag
	for _, m := range mentions {
		id, words, _ := strings.Cut(chatkit.CleanText(m), " ")
		if blank(words) {
			continue
		}
		task, err := h.DB.Todo(ctx, userID, id)
		if errors.Is(err, models.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		state := "To do"
		if task.Completed {
			state = "Done"
		}
		tags = append(tags, &chatkit.InputTag{ID: task.ID, Text: words, Group: "Tasks", Interactive: true,
			Data: map[string]any{"task_id": task.ID, "state": state, "description": task.Description}})
	}
	return tags, nil
}

// withTags puts tags where the text has them after an @; of two that fit, the
// longer one.
func withTags(text string, tags []*chatkit.InputTag) []chatkit.UserContent {
	var parts []chatkit.UserContent
	from := 0
	for at := 0; at < len(text); {
		tag := tagAt(text[at:], tags)
		if tag == nil {
			at++
			continue
		}
		if at > from {
			parts = append(parts, &chatkit.InputText{Text: text[from:at]})
		}
		parts = append(parts, tag)
		at += len("@" + tag.Text)
		from = at
	}
	if from < len(text) {
		parts = append(parts, &chatkit.InputText{Text: text[from:]})
	}
	return parts
}

func tagAt(text string, tags []*chatkit.InputTag) *chatkit.InputTag {
	var longest *chatkit.InputTag
	for _, tag := range tags {
		if strings.HasPrefix(text, "@"+tag.Text) && (longest == nil || len(tag.Text) > len(longest.Text)) {
			longest = tag
		}
	}
	return longest
}

// editMessage puts other words in place of a message's and answers it again.
func (h *Handlers) editMessage(c *fiber.Ctx) error {
	thread, err := h.DB.Thread(c.UserContext(), userID(c), c.Params("thread"))
	if err != nil {
		return err
	}
	m, err := h.formMessage(c)
	if err != nil {
		return h.refuseMessage(c, thread, err)
	}
	m.Owner = h.Owner
	a, err := h.DB.AcceptEdit(c.UserContext(), *m, c.Params("item"))
	if err != nil {
		return h.refuseMessage(c, thread, err)
	}
	if !a.Repeated {
		if err := h.beginAgain(a, onPage(c)); err != nil {
			return err
		}
	}
	return h.showTurn(c, a)
}

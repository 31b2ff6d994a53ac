package handlers

import (
	"bytes"
	"context"
	"encoding/json"
	"mime"
	"strings"
	"time"
	"unicode"

	"github.com/gofiber/fiber/v2"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/views"
	"github.com/taskpilot/taskpilot/views/locale"
)

// exportThread answers with a conversation as a file.
func (h *Handlers) exportThread(c *fiber.Ctx) error {
	thread, err := h.DB.Thread(c.UserContext(), userID(c), c.Params("thread"))
	if err != nil {
		return err
	}
	items, err := h.exportItems(c.UserContext(), thread)
	if err != nil {
		return err
	}
	format, contentType := c.Query("format", "md"), "text/markdown; charset=utf-8"
	var file []byte
	switch format {
	case "md":
		file = []byte(h.transcript(thread, items).Markdown(c.UserContext()))
	case "html":
		contentType = fiber.MIMETextHTMLCharsetUTF8
		var b bytes.Buffer
		err = views.TranscriptFile(h.transcript(thread, items)).Render(c.UserContext(), &b)
		file = b.Bytes()
	case "json":
		contentType = fiber.MIMEApplicationJSONCharsetUTF8
		file, err = exportJSON(thread, items)
	default:
		return badRequest(locale.Mark("Choose a format: md, html or json."))
	}
	if err != nil {
		return err
	}
	if err := h.audit(c, models.AuditExported, "thread as "+format); err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, contentType)
	c.Set(fiber.HeaderContentDisposition, mime.FormatMediaType("attachment", map[string]string{"filename": fileName(thread.Title) + "." + format}))
	return c.Send(file)
}

// A conversation is read for a file in pages of exportPage, and refused above
// maxExport items: those are the API's to read.
const (
	exportPage = 500
	maxExport  = 20000
)

func (h *Handlers) exportItems(ctx context.Context, thread *models.Thread) ([]models.Item, error) {
	var all []models.Item
	for at, more := int64(0), true; more; {
		var page []models.Item
		var err error
		page, more, err = h.DB.Items(ctx, thread.UserID, thread.ID, models.ItemQuery{Limit: exportPage, AfterSeq: at, Order: chatkit.Asc})
		if err != nil {
			return nil, err
		}
		if all = append(all, page...); len(all) > maxExport {
			return nil, badRequest(locale.Mark("This chat is too long for one file. Read it through the API, page by page."))
		}
		if len(page) > 0 {
			at = page[len(page)-1].Seq
		}
	}
	return all, nil
}

func (h *Handlers) transcript(thread *models.Thread, items []models.Item) views.Transcript {
	return transcriptAt(thread, items, h.Now())
}

func transcriptAt(thread *models.Thread, items []models.Item, at time.Time) views.Transcript {
	t := views.Transcript{Title: thread.Title, At: at}
	for _, it := range items {
		t.Items = append(t.Items, views.TurnItem{Item: it.Item, Incomplete: it.Incomplete})
	}
	return t
}

// exportJSON is the conversation as ChatKit has it, all items in one page.
func exportJSON(thread *models.Thread, items []models.Item) ([]byte, error) {
	t := thread.ChatKit()
	for _, it := range items {
		t.Items.Data = append(t.Items.Data, it.Item)
	}
	raw, err := chatkit.Marshal(t)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = json.Indent(&b, raw, "", "  ")
	return b.Bytes(), err
}

// fileName is a title as a name that every system takes.
func fileName(title string) string {
	words := strings.FieldsFunc(title, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) })
	name := []rune(strings.Join(words, "-"))
	if len(name) == 0 {
		return "chat"
	}
	return strings.TrimSuffix(string(name[:min(len(name), 60)]), "-")
}

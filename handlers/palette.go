package handlers

import (
	"context"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/views"
)

// How many of each kind the palette lists.
const (
	paletteThreads  = 6
	paletteMessages = 5
	paletteTasks    = 5
)

// palette is the palette before anything was typed.
func (h *Handlers) palette(c *fiber.Ctx) error {
	p, err := h.paletteView(c.UserContext(), userID(c), "")
	if err != nil {
		return err
	}
	return h.render(c, views.PaletteDialog(p))
}

// paletteResults is the palette's list for what was typed.
func (h *Handlers) paletteResults(c *fiber.Ctx) error {
	p, err := h.paletteView(c.UserContext(), userID(c), c.Query("q"))
	if err != nil {
		return err
	}
	return h.render(c, views.PaletteResults(p))
}

func (h *Handlers) paletteView(ctx context.Context, userID, question string) (views.Palette, error) {
	p := views.Palette{Question: strings.TrimSpace(question)}
	for _, command := range views.Commands(ctx) {
		if models.Matches(command.Label, p.Question) {
			p.Commands = append(p.Commands, command)
		}
	}
	if p.Question == "" {
		threads, _, err := h.DB.RecentThreads(ctx, userID, "", paletteThreads)
		p.Threads = threadLinks(threads)
		return p, err
	}
	titles, err := h.DB.Search(ctx, userID, models.SearchQuery{Text: p.Question, Limit: paletteThreads, Titles: true})
	if err != nil {
		return p, err
	}
	for _, hit := range titles.Hits {
		p.Threads = append(p.Threads, views.ThreadLink{ID: hit.ThreadID, Title: hit.Title, Archived: hit.Archived})
	}
	found, err := h.searchView(ctx, userID, models.SearchQuery{Text: p.Question, Limit: paletteMessages, Messages: true})
	if err != nil {
		return p, err
	}
	p.Messages = found.Hits
	todos, err := h.DB.FindTodos(ctx, userID, p.Question, paletteTasks)
	for _, row := range todos {
		p.Tasks = append(p.Tasks, taskView(row))
	}
	return p, err
}

package handlers

import (
	"context"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/taskpilot/taskpilot/assistant"
	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/views/locale"
)

// Model is a model that people may choose.
type Model struct {
	ID    string
	Label string // for people
}

// Tool is a tool of the model's server that people may ask for.
type Tool struct {
	ID    string
	Label string // for people
}

// HostedTool is one of the model server's own tools.
func HostedTool(id string) Tool {
	labels := map[string]string{
		"web_search":       locale.Mark("Search the web"),
		"file_search":      locale.Mark("Search the files"),
		"image_generation": locale.Mark("Draw a picture"),
	}
	return Tool{ID: id, Label: labels[id]}
}

// chosenTool is the tool that a form asks for, nil for none.
func (h *Handlers) chosenTool(id string) (*chatkit.ToolChoice, error) {
	if id == "" {
		return nil, nil
	}
	if !slices.ContainsFunc(h.Tools, func(t Tool) bool { return t.ID == id }) {
		return nil, badRequest(locale.Mark("There is no such tool here. Choose another one, or none, and send your message again."))
	}
	return &chatkit.ToolChoice{ID: id}, nil
}

// allowedModels are those that people may choose: the configured ones, but for
// what an administrator has taken away. The first one always answers.
func (h *Handlers) allowedModels(ctx context.Context) ([]Model, error) {
	if len(h.Models) < 2 {
		return h.Models, nil
	}
	off, err := h.DB.ModelsOff(ctx)
	if err != nil || len(off) == 0 {
		return h.Models, err
	}
	list := h.Models[:1:1]
	for _, m := range h.Models[1:] {
		if !contains(off, m.ID) {
			list = append(list, m)
		}
	}
	return list, nil
}

func contains(list []string, s string) bool { return slices.Contains(list, s) }

// checkModel refuses a message for a model that is not on offer, before anything
// is stored.
func (h *Handlers) checkModel(ctx context.Context, wish chatkit.InferenceOptions) error {
	if wish.Model == "" || len(h.Models) == 0 {
		return nil
	}
	allowed, err := h.allowedModels(ctx)
	if err != nil {
		return err
	}
	ids := make([]string, len(allowed))
	for i, m := range allowed {
		ids[i] = m.ID
	}
	if !slices.Contains(ids, wish.Model) {
		return badRequest("There is no such model here. inference_options.model is one of: " + strings.Join(ids, ", ") + ".")
	}
	return nil
}

// toolsHeader is how our own pages say which of their tools they have.
const toolsHeader = "Taskpilot-Client-Tools"

// clientTools are the names of the tools of the front end that asks: what the
// header says, else those that the operator has configured for others' front ends.
func (h *Handlers) clientTools(c *fiber.Ctx) []string {
	said := c.Get(toolsHeader)
	if said == "" {
		return h.ClientTools
	}
	known := assistant.PageTools()
	var names []string
	for name := range strings.SplitSeq(said, ",") {
		if _, ok := known.Find(strings.TrimSpace(name)); ok {
			names = append(names, strings.TrimSpace(name))
		}
	}
	return names
}

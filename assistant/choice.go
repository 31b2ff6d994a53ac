package assistant

import (
	"context"
	"slices"
	"strings"

	"github.com/taskpilot/taskpilot/chatkit"
)

// choose puts the model and the tool that the person chose into the turn's first
// request. What is not on offer is refused, and not quietly replaced.
func (t *agentTurn) choose(ctx context.Context, req *modelRequest) error {
	wish, err := t.wish(ctx)
	if err != nil {
		return err
	}
	if m := wish.Model; m != "" && m != req.model {
		if !slices.Contains(t.cfg.Models, m) {
			return &chatkit.Error{Message: "There is no model “" + plain(m, 100) + "” here. Choose one of these, and send your message again: " +
				strings.Join(append([]string{req.model}, t.cfg.Models...), ", ") + "."}
		}
		req.model = m
	}
	if wish.ToolChoice == nil {
		return nil
	}
	name := wish.ToolChoice.ID
	if _, ok := req.tools.Find(name); !ok && !t.hosts(name) {
		return &chatkit.Error{Message: "There is no tool “" + plain(name, 100) + "” here. Choose another one, or none, and send your message again."}
	}
	req.choice = name
	return nil
}

// wish is what the person chose with the message that is being answered. A turn
// that goes on keeps the message's model; its tool has had its turn.
func (t *agentTurn) wish(ctx context.Context) (chatkit.InferenceOptions, error) {
	if in := t.turn.Input; in != nil {
		return in.InferenceOptions, nil
	}
	if t.turn.History == nil {
		return chatkit.InferenceOptions{}, nil
	}
	items, err := t.turn.History.Recent(ctx, 2*pageOfInput)
	if err != nil {
		return chatkit.InferenceOptions{}, historyError(ctx, err)
	}
	for _, it := range slices.Backward(items) {
		if m, ok := it.(*chatkit.UserMessage); ok {
			return chatkit.InferenceOptions{Model: m.InferenceOptions.Model}, nil
		}
	}
	return chatkit.InferenceOptions{}, nil
}

// hosts reports whether the model's server has a tool of its own of this name.
func (t *agentTurn) hosts(name string) bool {
	p, ok := t.provider.(interface{ hosts(name string) bool })
	return ok && p.hosts(name)
}

func (r *responses) hosts(name string) bool {
	switch name {
	case "web_search":
		return r.opts.WebSearch
	case "file_search":
		return len(r.opts.FileSearch) > 0
	case "image_generation":
		return r.opts.Images
	}
	return false
}

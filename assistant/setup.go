package assistant

import (
	"context"
	"errors"
	"fmt"

	openai "github.com/sashabaranov/go-openai"

	"github.com/taskpilot/taskpilot/chatkit"
)

// SetUpAssistant makes the assistant at a server of the Assistants API that
// NewAssistants answers with, and returns its id. If cfg.Assistants has the id of
// one that is there, that is it. An error is a *chatkit.Error with words for whoever
// sets up.
func SetUpAssistant(ctx context.Context, cfg Config) (id string, err error) {
	u, err := newUpstream(cfg, documents)
	if err != nil {
		return "", err
	}
	defer u.close()
	a := newAgent(&assistants{upstream: u, opts: cfg.Assistants, model: cfg.Model}, cfg)
	ctx, cancel := context.WithTimeoutCause(ctx, checkTime, errTooLong)
	defer cancel()
	if cfg.Assistants.ID != "" {
		_, err := u.client.RetrieveAssistant(ctx, cfg.Assistants.ID)
		if err == nil || !notThere(err) {
			return cfg.Assistants.ID, a.setupError(err)
		}
	}
	name := "TaskPilot"
	made, err := u.client.CreateAssistant(ctx, openai.AssistantRequest{Model: cfg.Model, Name: &name, Instructions: &a.instructions, Tools: remoteTools(cfg.Tools)})
	if notThere(err) {
		return "", switchedOff(err)
	}
	if err == nil && made.ID == "" {
		err = errNotJSON
	}
	return made.ID, a.setupError(err)
}

func (a *Agent) setupError(err error) error {
	if err == nil {
		return nil
	}
	e, ok := errors.AsType[*chatkit.Error](a.explain(err))
	if !ok {
		return fmt.Errorf("assistant: set up: %w", err)
	}
	return e
}

func remoteTools(tools Tools) []openai.AssistantTool {
	var list []openai.AssistantTool
	for _, t := range chatTools(tools) {
		list = append(list, openai.AssistantTool{Type: openai.AssistantToolTypeFunction, Function: t.Function})
	}
	return list
}

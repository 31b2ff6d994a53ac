package main

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/taskpilot/taskpilot/assistant"
	"github.com/taskpilot/taskpilot/assistant/mcp"
	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/handlers"
	"github.com/taskpilot/taskpilot/live"
	"github.com/taskpilot/taskpilot/models"
)

// newAssistant makes the engine that the configuration chose.
func newAssistant(c Config, db *models.DB, engine *live.Engine, servers *mcp.Servers, log *slog.Logger) (assistant.Assistant, error) {
	tasks := handlers.NewTasks(db, func(userID string) {
		engine.Signals.Notify(userID, live.Signal{Kind: live.TasksChanged})
	})
	var inside assistant.Assistant = assistant.NewBuiltin(tasks, assistant.BuiltinOptions{Pace: wordPace, Logger: log})
	if c.Assistant != engineBuiltin {
		model, err := newAgent(c, withTools(agentConfig(c), c, db, tasks, servers), log)
		if err != nil {
			return nil, err
		}
		inside = model
	}
	return assistant.WithTaskBoard(inside, tasks, log), nil
}

// newAgent makes the engine that a model answers for.
func newAgent(c Config, cfg assistant.Config, log *slog.Logger) (*assistant.Agent, error) {
	cfg.Logger = log
	switch c.Assistant {
	case engineResponses:
		return assistant.NewResponses(cfg)
	case engineCompletions:
		return assistant.NewCompletions(cfg)
	case engineAssistants:
		if cfg.Assistants.ID == "" {
			return nil, errors.New("ASSISTANT=assistants needs an assistant: run taskpilot assistant setup, or set OPENAI_ASSISTANT_ID")
		}
		return assistant.NewAssistants(cfg)
	}
	return nil, fmt.Errorf("there is no engine %q", c.Assistant)
}

// withTools adds what the model may do, choose and spend.
func withTools(cfg assistant.Config, c Config, db *models.DB, tasks assistant.Tasks, servers *mcp.Servers) assistant.Config {
	cfg.Tools, cfg.Consents = assistant.TaskTools(tasks), handlers.NewConsents(db)
	cfg.Sources = []assistant.ToolSource{assistant.ClientTools(append(slices.Clone(c.Tools.Client), assistant.PageTools()...)), servers}
	cfg.Hooks = handlers.NewHooks(db, c.Tools.Titles)
	cfg.Assistants.Threads = handlers.NewRemoteThreads(db)
	for _, m := range c.Tools.Models {
		if m.ID != cfg.Model {
			cfg.Models = append(cfg.Models, m.ID)
		}
	}
	return cfg
}

// clientToolNames are those that the operator has configured.
func clientToolNames(c Config) []string {
	var names []string
	for _, t := range c.Tools.Client {
		names = append(names, t.Name)
	}
	return names
}

// agentConfig is what the settings say about the model.
func agentConfig(c Config) assistant.Config {
	m := c.OpenAI
	cfg := assistant.Config{
		BaseURL: m.BaseURL, APIKey: m.APIKey.Reveal(), Model: m.Model, Instructions: c.Instructions,
		Limits: assistant.Limits{Header: m.Timeout, Idle: m.Timeout}, Window: m.Window,
		Assistants: assistant.AssistantsOptions{ID: m.AssistantID},
		Responses: assistant.ResponsesOptions{
			WebSearch: m.Hosted.WebSearch, FileSearch: m.Hosted.FileSearch, Images: m.Hosted.Images, Keep: m.Store,
		},
	}
	switch m.Reasoning {
	case "auto":
	case "off":
		cfg.Responses.NoReasoning = true
	default:
		cfg.Responses.Reasoning = m.Reasoning
	}
	return cfg
}

// wordPace makes the built-in assistant's answers readable as they come.
const wordPace = 15 * time.Millisecond

// newTranscriber makes what writes down recordings, nil without a model for it.
func newTranscriber(c Config) (chatkit.Transcriber, error) {
	if c.Transcribe.Model == "" {
		return nil, nil
	}
	return assistant.NewTranscriber(assistant.TranscriberConfig{
		BaseURL: c.Transcribe.BaseURL, APIKey: c.Transcribe.APIKey.Reveal(), Model: c.Transcribe.Model})
}

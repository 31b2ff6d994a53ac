package assistant

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/chatkit/agents"
)

// Config is what an Agent needs.
type Config struct {
	BaseURL      string   // of the interface, as "http://localhost:11434/v1"; "" is OpenAI's. Without a path, /v1 is meant.
	APIKey       string   // "" sends none
	Model        string   // "" with a BaseURL: the first that the server lists, or DefaultModel
	Models       []string // others that people may choose
	Instructions string   // the system message; "" is the built-in one
	Tools        Tools
	Sources      []ToolSource // of more tools, asked in every turn
	Consents     Consents     // nil: tools that need consent don't run
	Hooks        Hooks
	Responses    ResponsesOptions
	Assistants   AssistantsOptions
	Window       int // how many tokens of a conversation the model is shown; 0: 32,000
	Limits       Limits
	Logger       *slog.Logger // where failures of tools go; nil: nowhere
}

// Hooks are what else happens in a turn. Each may be nil.
type Hooks struct {
	// Untitled reports whether the conversation has no name that somebody chose;
	// then the model may give it one. nil: the model names nothing.
	Untitled func(ctx context.Context, turn *Turn) bool
	// Used hears what each request cost, also one that was cut off. Its error ends
	// the turn before another request; a *chatkit.Error says why.
	Used func(ctx context.Context, turn *Turn, model string, used agents.Usage) error
}

// Agent answers with a model that a provider reaches.
type Agent struct {
	provider     provider
	cfg          Config
	instructions string
	limits       Limits
	logger       *slog.Logger
	served       atomic.Pointer[string] // see model
	titling      chan struct{}          // a slot for each title that is asked for
}

// newAgent returns an Agent of a provider.
func newAgent(p provider, cfg Config) *Agent {
	if cfg.Window <= 0 {
		cfg.Window = defaultWindow
	}
	return &Agent{
		provider: p, cfg: cfg, instructions: firstOf(cfg.Instructions, defaultInstructions),
		limits: cfg.Limits.withDefaults(), logger: orDiscard(cfg.Logger),
		titling: make(chan struct{}, titlesAtOnce),
	}
}

// Name returns the engine's name.
func (a *Agent) Name() string { return a.provider.name() }

// Close gives up idle connections.
func (a *Agent) Close() { a.provider.close() }

// Respond asks the model, runs the tools it asks for, and asks again, until it
// has answered.
func (a *Agent) Respond(ctx context.Context, turn *Turn, emit Emit) error {
	return a.inTurn(ctx, turn, emit, func(ctx context.Context, t *agentTurn) error { return t.run(ctx) })
}

// inTurn does a turn's work within the limits, and puts failures into words.
func (a *Agent) inTurn(ctx context.Context, turn *Turn, emit Emit, do func(context.Context, *agentTurn) error) error {
	var stopped error // why emit refused an event; then that is the outcome
	bounded, cancel := context.WithTimeoutCause(speaking(ctx, turn), a.limits.Total, errTooLong)
	defer cancel()
	t := a.newTurn(turn, func(ev chatkit.Event) error {
		if stopped == nil {
			stopped = emit(ev)
		}
		return stopped
	})
	err := do(bounded, t)
	switch {
	case err == nil:
		return nil
	case stopped != nil:
		return stopped
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, ErrWaiting):
		return ErrWaiting
	case bounded.Err() != nil:
		err = context.Cause(bounded)
	}
	return a.explain(err)
}

// explain turns what went wrong into words for the person.
func (a *Agent) explain(err error) error {
	if _, ok := errors.AsType[*chatkit.Error](err); ok {
		return err
	}
	words, retry := sentence(err)
	return &chatkit.Error{Message: words, AllowRetry: retry,
		Err: fmt.Errorf("assistant: %s: %w", a.Name(), withoutSecrets(err, a.cfg.APIKey))}
}

// Complete asks the model for a short text, outside any turn: a title, say. It
// uses no tools and stores nothing.
func (a *Agent) Complete(ctx context.Context, model, instructions, text string) (string, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, a.limits.Total, errTooLong)
	defer cancel()
	if model == "" {
		var err error
		if model, err = a.model(ctx); err != nil {
			return "", a.explain(err)
		}
	}
	req := &modelRequest{
		model: model, instructions: instructions, choice: "none",
		input: []inputItem{{kind: inputUser, parts: []inputPart{{kind: partText, text: text}}}},
		busy:  func() error { return nil },
	}
	var got modelAnswer
	if err := a.provider.stream(ctx, req, func(ev agents.Event) error { return got.take(ev) }); err != nil {
		return "", a.explain(err)
	}
	return got.text, nil
}

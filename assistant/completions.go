package assistant

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	openai "github.com/sashabaranov/go-openai"

	"github.com/taskpilot/taskpilot/chatkit"
)

// Config is what a Completions assistant needs.
type Config struct {
	BaseURL      string // of the interface, as "http://localhost:11434/v1"; "" is OpenAI's. Without a path, /v1 is meant.
	APIKey       string // "" sends none
	Model        string
	Instructions string // the system message; "" is the built-in one
	Tools        Tools
	HistoryItems int // newest items shown to the model; 0: 40
	HistoryChars int // bound on their text; 0: 60,000
	Limits       Limits
	Logger       *slog.Logger // where failures of tools go; nil: nowhere
}

// Limits bound what a model and its server may cost. Zero values are defaults.
type Limits struct {
	Dial   time.Duration // to connect; 5 s
	Header time.Duration // to begin to answer, which a local model does only after reading the prompt; 60 s
	Idle   time.Duration // between two reads of an answer; 60 s
	Total  time.Duration // for a whole turn; 10 min

	Rounds  int           // answers that ask for tools; 8
	Calls   int           // tool calls; 32
	Repeats int           // how often the same call may be asked for: the third ends the turn; 3
	Tooling time.Duration // from the start of the turn until its last tool call; 120 s

	Tries      int           // of a request that failed before its answer began; 3
	Backoff    time.Duration // before the second try; twice that before the third; 500 ms
	RetryAfter time.Duration // the longest Retry-After that is waited for; 20 s
	Retrying   time.Duration // all tries together; 30 s
}

func (l Limits) withDefaults() Limits {
	orTime := func(v *time.Duration, def time.Duration) {
		if *v <= 0 {
			*v = def
		}
	}
	orInt := func(v *int, def int) {
		if *v <= 0 {
			*v = def
		}
	}
	orTime(&l.Dial, 5*time.Second)
	orTime(&l.Header, 60*time.Second)
	orTime(&l.Idle, 60*time.Second)
	orTime(&l.Total, 10*time.Minute)
	orInt(&l.Rounds, 8)
	orInt(&l.Calls, 32)
	orInt(&l.Repeats, 3)
	orTime(&l.Tooling, 120*time.Second)
	orInt(&l.Tries, 3)
	orTime(&l.Backoff, 500*time.Millisecond)
	orTime(&l.RetryAfter, 20*time.Second)
	orTime(&l.Retrying, 30*time.Second)
	return l
}

// Completions answers with a model, by streamed chat completions of any
// OpenAI-compatible server.
type Completions struct {
	client       *openai.Client
	transport    *http.Transport
	key          string
	model        string
	instructions string
	tools        Tools
	items, chars int
	limits       Limits
	logger       *slog.Logger
}

var _ Assistant = (*Completions)(nil)

// NewCompletions returns an assistant that uses a model server, which it does
// not call yet. The error says which setting is wrong.
func NewCompletions(cfg Config) (*Completions, error) {
	if cfg.Model == "" {
		return nil, errors.New("assistant: completions: no model is named")
	}
	limits := cfg.Limits.withDefaults()
	transport := newTransport(limits)
	client := openai.DefaultConfig(cfg.APIKey)
	if cfg.BaseURL != "" {
		base, err := baseURL(cfg.BaseURL)
		if err != nil {
			return nil, err
		}
		client.BaseURL = base
	}
	client.HTTPClient = newDoer(transport, limits)
	c := &Completions{
		client: openai.NewClientWithConfig(client), transport: transport, key: cfg.APIKey, model: cfg.Model,
		instructions: cfg.Instructions, tools: cfg.Tools, items: cfg.HistoryItems, chars: cfg.HistoryChars,
		limits: limits, logger: orDiscard(cfg.Logger),
	}
	if c.instructions == "" {
		c.instructions = defaultInstructions
	}
	if c.items <= 0 {
		c.items = 40
	}
	if c.chars <= 0 {
		c.chars = 60_000
	}
	return c, nil
}

func baseURL(text string) (string, error) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" {
		return "", errors.New("assistant: completions: the base URL must look like http://localhost:11434/v1")
	}
	if strings.Trim(u.Path, "/") == "" {
		u.Path = "/v1"
	}
	return strings.TrimRight(u.String(), "/"), nil
}

// Name returns "completions".
func (*Completions) Name() string { return "completions" }

// Close gives up idle connections.
func (c *Completions) Close() { c.transport.CloseIdleConnections() }

// Respond asks the model, runs the tools it asks for, and asks again, until it
// has answered.
func (c *Completions) Respond(ctx context.Context, turn *Turn, emit Emit) error {
	var stopped error // why Emit refused an event; then that is the outcome
	out := output{turn: turn, emit: func(ev chatkit.Event) error {
		if stopped == nil {
			stopped = emit(ev)
		}
		return stopped
	}}
	bounded, cancel := context.WithTimeoutCause(ctx, c.limits.Total, errTooLong)
	defer cancel()
	err := c.respond(bounded, out)
	switch {
	case err == nil:
		return nil
	case stopped != nil:
		return stopped
	case ctx.Err() != nil:
		return ctx.Err()
	case bounded.Err() != nil:
		err = context.Cause(bounded)
	}
	if _, ok := errors.AsType[*chatkit.Error](err); ok {
		return err
	}
	return c.explain(err)
}

func (c *Completions) respond(ctx context.Context, out output) error {
	messages, err := c.messages(ctx, out.turn)
	if err != nil {
		return &chatkit.Error{Message: "I can't read this conversation at the moment. Please try again.", AllowRetry: true, Err: err}
	}
	if err := out.progress(progress("sparkle", "Thinking…")); err != nil {
		return err
	}
	loop := newToolLoop(c, out)
	for {
		r, err := c.ask(ctx, messages, out)
		if err != nil {
			return err
		}
		if len(r.calls) == 0 || !r.callsTools() {
			return r.conclude()
		}
		if err := r.message.done(); err != nil {
			return err
		}
		calls := r.toolCalls()
		messages = append(messages, openai.ChatCompletionMessage{
			Role: openai.ChatMessageRoleAssistant, Content: r.message.text.String(), ToolCalls: sendable(calls)})
		results, err := loop.run(ctx, calls)
		if err != nil {
			return err
		}
		messages = append(messages, results...)
	}
}

// ask sends one request and reads its answer.
func (c *Completions) ask(ctx context.Context, messages []openai.ChatCompletionMessage, out output) (*round, error) {
	o, err := c.open(ctx, openai.ChatCompletionRequest{Model: c.model, Messages: messages, Tools: c.functions(), Stream: true}, out)
	if err != nil {
		return nil, err
	}
	r := &round{message: out.message()}
	err = r.read(o)
	o.close(err == nil)
	return r, err
}

// drainFor is how long the end of a finished answer is waited for, so that its
// connection can be used again.
const drainFor = 200 * time.Millisecond

func (o *opened) close(drain bool) {
	if drain {
		timer := time.AfterFunc(drainFor, func() { _ = o.stream.Close() })
		for err := error(nil); err == nil; {
			_, err = o.stream.RecvRaw()
		}
		timer.Stop()
	}
	_ = o.stream.Close()
}

func (c *Completions) functions() []openai.Tool {
	list := make([]openai.Tool, len(c.tools))
	for i, t := range c.tools {
		list[i] = openai.Tool{Type: openai.ToolTypeFunction, Function: &openai.FunctionDefinition{
			Name: t.Name, Description: t.Description, Parameters: json.RawMessage(t.Schema)}}
	}
	return list
}

// callsTools reports whether the round's tool calls are whole: an answer that
// was cut off may have cut their arguments.
func (r *round) callsTools() bool {
	return r.finish != finishLength && r.finish != finishFilter && r.finish != finishError
}

// How answers end, besides "stop" and its synonyms.
const (
	finishLength = "length"
	finishFilter = "content_filter"
	finishError  = "error"
)

// conclude finishes the last answer of a turn.
func (r *round) conclude() error {
	note := ""
	switch {
	case r.finish == finishError:
		return &reportedError{}
	case r.finish == finishLength && r.message.started():
		note = "The answer stops here because it reached the model's length limit. Say “go on” for the rest."
	case r.finish == finishLength:
		return &chatkit.Error{Message: "The model reached its length limit before it could answer. Please ask for something shorter, or go on in a new chat."}
	case r.finish == finishFilter && r.message.started():
		note = "The answer stops here because the model's content filter ended it."
	case r.finish == finishFilter:
		return &chatkit.Error{Message: "The model's content filter blocked this answer. Please put your question in other words."}
	case !r.message.started():
		return &chatkit.Error{Message: "The model gave an empty answer. Please try again.", AllowRetry: true,
			Err: fmt.Errorf("assistant: completions: empty answer, finish reason %q", shorten(r.finish, 30))}
	}
	if note != "" {
		if err := r.message.write(closing(r.message.text.String()) + "\n\n*" + note + "*"); err != nil {
			return err
		}
	}
	return r.message.done()
}

// closing returns what closes a code block that the text left open.
func closing(text string) string {
	fence := ""
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		switch {
		case fence == "" && (strings.HasPrefix(line, "```") || strings.HasPrefix(line, "~~~")):
			fence = line[:3]
		case fence != "" && strings.HasPrefix(line, fence):
			fence = ""
		}
	}
	if fence == "" {
		return ""
	}
	return "\n" + fence
}
